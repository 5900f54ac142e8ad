//! Cards of fits of the tax over widths.

use super::{Card, displayed};
use crate::markup::{Table, fixed, interval, number, p_value, percent};
use crate::{Confidence, ScalingComparison, ScalingFit, ScalingModel, ScalingParameter};

displayed!(ScalingFit; ScalingComparison);

/// Parameters in the order in which they are shown, with what they say.
const PARAMETERS: [(ScalingParameter, &str); 5] = [
    (ScalingParameter::Intrinsic, "what stays at any width"),
    (
        ScalingParameter::Packing,
        "what goes away, at the narrowest width measured",
    ),
    (ScalingParameter::Slope, "packing times the width"),
    (
        ScalingParameter::Capabilities,
        "as many random directions, or so many times those declared",
    ),
    (
        ScalingParameter::Exponent,
        "packing falls like the width to minus this; 1 is the law",
    ),
];

const EXTRAPOLATED: &str = "An answer beyond the widths measured is as good as the model, and the intervals know of the noise \
     given and of nothing else: what all widths share is in none of them.";

impl ScalingFit {
    /// What a notebook shows: the parameters with 95 % intervals, whether the model fits, and the
    /// residuals.
    ///
    /// # Examples
    /// See [`Card`].
    #[must_use]
    pub fn card(&self) -> Card {
        let level = Confidence::NINETY_FIVE;
        let fit = match self.p_value() {
            None => "its residuals set the scale of the errors".to_owned(),
            Some(p) if self.fits(level) => {
                format!("no reason to reject it, p = {}", p_value(p))
            }
            Some(p) => format!("rejected, p = {}", p_value(p)),
        };
        let mut card = Card::new(format!("Tax over widths: {}", self.model()));
        if self.p_value().is_some() && !self.fits(level) {
            card = card
                .with_sentence("The model does not fit these rates: its parameters say little.");
        }
        for (parameter, meaning) in PARAMETERS {
            let bounds = self.interval(parameter, level);
            if let (Some(value), Some(bounds)) = (self.estimate(parameter), bounds) {
                let at_bound = if self.is_at_bound(parameter) {
                    " (at its bound)"
                } else {
                    ""
                };
                card = card.with_row(
                    parameter.to_string(),
                    format!(
                        "{} {}",
                        fixed(value, 3),
                        interval([bounds.lower(), bounds.upper()], 3)
                    ),
                    format!("{meaning}{at_bound}"),
                );
            }
        }
        let data = self.data();
        let mut table = Table::new(
            "Rates measured and fitted",
            &["width", "τ", "standard error", "fitted"],
        );
        for (i, width) in data.widths().iter().enumerate() {
            let fitted = match data.capabilities() {
                Some(many) if matches!(self.model(), ScalingModel::ExactLaw { .. }) => {
                    self.predict_with(*width, many[i], level)
                }
                _ => self.predict(*width, level),
            };
            table.push(vec![
                width.to_string(),
                fixed(data.rates()[i], 4),
                fixed(data.errors()[i], 4),
                fitted.map_or_else(|_| "–".to_owned(), |p| fixed(p.mean, 4)),
            ]);
        }
        let card = card
            .with_row("fit", fit, "χ² or F of the residuals")
            .table(table)
            .with_note("Intervals are at 95 %.")
            .with_note(EXTRAPOLATED);
        #[cfg(feature = "plot")]
        let card = card.pictures(super::pictures::scaling(self));
        card
    }
}

impl ScalingComparison {
    /// What a notebook shows: the models side by side.
    ///
    /// # Examples
    /// See [`Card`].
    #[must_use]
    pub fn card(&self) -> Card {
        let optional =
            |x: Option<f64>, show: fn(f64) -> String| x.map_or_else(|| "–".to_owned(), show);
        let mut table = Table::new(
            "Models of the tax over widths",
            &["model", "parameters", "ΔAICc", "weight", "p of the fit"],
        );
        for score in self.scores() {
            table.push(vec![
                score.model.to_string(),
                score.parameters.to_string(),
                optional(score.difference, |x| fixed(x, 2)),
                optional(score.weight, percent),
                optional(score.p_value, p_value),
            ]);
        }
        let title = match self.best() {
            Some(best) => format!("Scaling models: {} has the least AICc", best.model),
            None => "Scaling models: too few data to compare them".to_owned(),
        };
        let mut card = Card::new(title);
        let best = self
            .fits()
            .iter()
            .find(|f| Some(f.model()) == self.best().map(|b| b.model));
        if let Some(intrinsic) = best.and_then(|f| f.estimate(ScalingParameter::Intrinsic)) {
            card = card.with_row(
                "intrinsic",
                number(intrinsic),
                "by that model, what stays at any width",
            );
        }
        let card = card
            .table(table)
            .with_note(
                "The best of them need not fit: look at p. A difference below 2 tells little.",
            )
            .with_note(EXTRAPOLATED);
        #[cfg(feature = "plot")]
        let card = card.pictures(super::pictures::comparison(self));
        card
    }
}
