//! Cards of tax rates: of one direction, of a subspace, by capability, and from samples.

use super::{Card, LIMITS, PLUG_IN, displayed};
use crate::markup::{Table, fixed, interval, number, p_value, percent, signed, signed_interval};
use crate::{
    Attribution, Confidence, Overlap, Real, ShapleyMethod, TaxEstimate, TaxRate, TaxSpectrum,
};

displayed!(TaxRate<T>, T; TaxSpectrum<T>, T; Attribution<T>, T; TaxEstimate);

/// τ such that it is one only where it is.
fn rate(tax: f64, complement: f64) -> String {
    let text = number(tax);
    if text == "1" && complement > 0.0 {
        format!("1 - {}", number(complement))
    } else {
        text
    }
}

/// What a rate says in words.
pub(super) fn in_words(tax: f64, complement: f64) -> String {
    if tax == 0.0 {
        "Safety is free: all of the budget can go into it without moving a capability.".to_owned()
    } else if complement == 0.0 {
        "Fully entangled: every step of safety moves the capabilities by as much.".to_owned()
    } else {
        format!(
            "A gain of {} of the budget is free; what safety gains beyond moves the capabilities, at a rising price.",
            percent(complement.sqrt())
        )
    }
}

impl<T: Real> TaxRate<T> {
    /// What a notebook shows: τ, what of safety is free, and in words what that means.
    ///
    /// # Examples
    /// See [`Card`].
    #[must_use]
    pub fn card(&self) -> Card {
        let (tau, left) = (self.value().to_double(), self.complement().to_double());
        let card = Card::new(format!("Tax rate τ = {}", rate(tau, left)))
            .with_sentence(in_words(tau, left))
            .with_row(
                "τ",
                rate(tau, left),
                "share of the safety direction within the capabilities",
            )
            .with_row("1 - τ", rate(left, tau), "share of it outside")
            .with_row(
                "angle α",
                format!("{}°", number(self.angle().to_double().to_degrees())),
                "0° entangled, 90° free",
            )
            .with_row(
                "free gain",
                format!("{} of the budget", percent(self.sine().to_double())),
                "sin α, safety for nothing",
            )
            .with_note(PLUG_IN)
            .with_note(LIMITS);
        #[cfg(feature = "plot")]
        let card = card.pictures(super::pictures::rate(*self));
        card
    }
}

impl<T: Real> TaxSpectrum<T> {
    /// What a notebook shows: the rate of each principal direction, and every convention of
    /// overlap by its name.
    ///
    /// # Examples
    /// See [`Card`].
    #[must_use]
    pub fn card(&self) -> Card {
        let worst = self.worst();
        let mut rates = Table::new(
            "Rates of the principal directions, the worst first",
            &["", "τ", "angle", "free gain"],
        );
        for (j, rate) in self.rates().iter().enumerate() {
            rates.push(vec![
                (j + 1).to_string(),
                fixed(rate.value().to_double(), 4),
                format!("{}°", number(rate.angle().to_double().to_degrees())),
                percent(rate.sine().to_double()),
            ]);
        }
        let mut conventions = Table::new(
            "Conventions in use, not to be compared with each other",
            &["convention", "value"],
        );
        for convention in Overlap::ALL {
            let name = match convention {
                Overlap::Maximum => "max cos²",
                Overlap::MeanOverSafety => "mean cos² over safety directions",
                Overlap::MeanOverAngles => "mean cos² over angles",
                Overlap::ProjectionMetric => "projection metric",
                Overlap::Chordal => "chordal distance",
                Overlap::Geodesic => "geodesic distance",
            };
            conventions.push(vec![
                name.to_owned(),
                fixed(self.overlap(convention).to_double(), 4),
            ]);
        }
        let free = self.free_directions();
        let card = Card::new(format!(
            "Tax spectrum: mean {}, worst {}",
            number(self.mean().to_double()),
            rate(worst.value().to_double(), worst.complement().to_double())
        ))
        .with_row(
            "mean tax",
            number(self.mean().to_double()),
            "of a random direction within the safety subspace",
        )
        .with_row(
            "free directions",
            free.to_string(),
            "safety directions for which no capability direction is left",
        )
        .table(rates)
        .table(conventions)
        .with_note(PLUG_IN)
        .with_note(LIMITS);
        #[cfg(feature = "plot")]
        let card = card.pictures(super::pictures::spectrum(self));
        card
    }
}

impl<T: Real> Attribution<T> {
    /// What a notebook shows: overlap, own rate, unique and Shapley share of each capability.
    ///
    /// # Examples
    /// See [`Card`].
    #[must_use]
    pub fn card(&self) -> Card {
        let total = self.total();
        let (tau, left) = (total.value().to_double(), total.complement().to_double());
        let n = self.overlaps().len();
        let mut table = Table::new(
            "Capabilities in the order given",
            &["capability", "overlap", "", "own τ", "unique", "Shapley"],
        );
        let errors = self.standard_errors();
        for i in 0..n {
            let overlap = self.overlaps()[i].to_double();
            let shapley = fixed(self.shapley()[i].to_double(), 4);
            let word = match overlap {
                x if x < 0.0 => "tax",
                x if x > 0.0 => "synergy",
                _ => "none",
            };
            table.push(vec![
                (i + 1).to_string(),
                signed(overlap, 4),
                word.to_owned(),
                fixed(self.individual()[i].value().to_double(), 4),
                fixed(self.unique()[i].to_double(), 4),
                match errors {
                    Some(errors) => format!("{shapley} ± {}", fixed(errors[i].to_double(), 4)),
                    None => shapley,
                },
            ]);
        }
        let method = match self.method() {
            ShapleyMethod::Exact => "exact".to_owned(),
            ShapleyMethod::Sampled { orders } => {
                format!("from {orders} random orders, ± one standard error")
            }
        };
        let plural = if n == 1 { "y" } else { "ies" };
        let card = Card::new(format!(
            "Attribution of τ = {} to {n} capabilit{plural}",
            rate(tau, left)
        ))
        .with_row(
            "overlap",
            "",
            "below zero a step of safety lowers the capability, above it raises it",
        )
        .with_row(
            "unique",
            "",
            "what would go from τ if this capability alone went",
        )
        .with_row("Shapley", method, "shares of τ that add up to it")
        .table(table)
        .with_note(PLUG_IN)
        .with_note(LIMITS);
        #[cfg(feature = "plot")]
        let card = card.pictures(super::pictures::shares(self));
        card
    }
}

impl TaxEstimate {
    /// What a notebook shows: τ without the bias of noise and its 95 % interval, and the overlap
    /// with each capability.
    ///
    /// # Examples
    /// See [`Card`].
    #[must_use]
    pub fn card(&self) -> Card {
        let level = Confidence::NINETY_FIVE;
        let ends = |i: crate::Interval| [i.lower(), i.upper()];
        let tau = ends(self.interval(level));
        let angle = ends(self.angle_interval(level)).map(f64::to_degrees);
        let free = ends(self.free_gain_interval(level));
        let mut table = Table::new(
            "Overlap with each capability, in the order given",
            &["capability", "overlap", "95 % interval", "p of none"],
        );
        for (i, overlap) in self.overlaps().iter().enumerate() {
            table.push(vec![
                (i + 1).to_string(),
                signed(overlap.value(), 3),
                signed_interval(ends(overlap.interval(level)), 3),
                overlap
                    .p_value(0.0)
                    .map_or_else(|_| "–".to_owned(), p_value),
            ]);
        }
        let units = self.units().map_or_else(
            || "known exactly".to_owned(),
            |n| format!("{n} independent"),
        );
        let card = Card::new(format!(
            "Tax rate from samples: τ = {}, 95 % {}",
            fixed(self.value(), 3),
            interval(tau, 3)
        ))
        .with_sentence(format!(
            "Between {} and {} of the budget buys safety for nothing.",
            percent(free[0]),
            percent(free[1])
        ))
        .with_row(
            "τ",
            format!("{} {}", fixed(self.value(), 3), interval(tau, 3)),
            "the bias of noise taken off; 95 % interval",
        )
        .with_row(
            "standard error",
            fixed(self.standard_error(), 3),
            "at the estimate",
        )
        .with_row(
            "plug-in",
            fixed(self.plug_in().value(), 3),
            "of the noisy directions: looks freer than it is",
        )
        .with_row(
            "angle α",
            format!("{}° to {}°", fixed(angle[0], 1), fixed(angle[1], 1)),
            "0° entangled, 90° free",
        )
        .with_row(
            "free gain",
            format!("{} to {}", percent(free[0]), percent(free[1])),
            "of the budget",
        )
        .with_row("units", units, "behind the least sampled vector")
        .table(table)
        .with_note(
            "The interval is approximate; docs/calibration.md says where its coverage is known. Whether τ is \
             more than chance is another question: CovarianceNull.",
        )
        .with_note(LIMITS);
        #[cfg(feature = "plot")]
        let card = card.pictures(super::pictures::estimate(self));
        card
    }
}
