//! Cards of what a budget can achieve.

use super::tax::in_words;
use super::{Card, LIMITS, displayed};
use crate::markup::{Table, interval, level, number, percent};
use crate::{Interaction, ParetoFrontier, PreservationBand, PreservationFrontier, Real};

displayed!(ParetoFrontier<T>, T; PreservationFrontier<T>, T; PreservationBand);

/// Shares of the budget at which costs are shown.
const LEVELS: [f64; 6] = [0.5, 0.8, 0.9, 0.95, 0.99, 1.0];

impl<T: Real> ParetoFrontier<T> {
    /// What a notebook shows: whether the two fight, and the ends of the efficient arc.
    ///
    /// # Examples
    /// See [`Card`].
    #[must_use]
    pub fn card(&self) -> Card {
        let degrees = number(self.angle().to_double().to_degrees());
        let [safest, ablest] = self.efficient_arc().map(|p| {
            let (c, s) = (p.capability.to_double(), p.safety.to_double());
            format!("safety {}, capability {}", number(s), number(c))
        });
        let (word, meaning) = match self.interaction() {
            Interaction::Tax => (
                "tax",
                "Safety and the capability pull apart: the more of one, the less of the other.",
            ),
            Interaction::Synergy => (
                "synergy",
                "A step towards safety raises the capability as well.",
            ),
            _ => (
                "independent",
                "Safety and the capability share nothing but the budget.",
            ),
        };
        let kept = self.budget().to_double() * self.sine().to_double();
        let card = Card::new(format!("Trade-off at {degrees}°: {word}"))
            .with_sentence(meaning)
            .with_row(
                "overlap cos α",
                number(self.cosine().to_double()),
                "below zero a tax, above zero a synergy",
            )
            .with_row(
                "budget B",
                number(self.budget().to_double()),
                "the longest shift, in units of the representation",
            )
            .with_row("all on safety", safest, "one end of the efficient arc")
            .with_row("all on the capability", ablest, "the other")
            .with_row(
                "capability kept",
                format!("safety {}", number(kept)),
                "B sin α, gained with the capability where it is",
            )
            .with_note(LIMITS);
        #[cfg(feature = "plot")]
        let card = card.pictures(super::pictures::frontier(self));
        card
    }
}

impl<T: Real> PreservationFrontier<T> {
    /// What a notebook shows: what is free, and what the rest costs.
    ///
    /// # Examples
    /// See [`Card`].
    #[must_use]
    pub fn card(&self) -> Card {
        let b = self.budget();
        let tax = self.tax();
        let mut table = Table::new(
            "Least displacement of the capabilities for a safety gain",
            &["safety gain", "share of B", "cost", "price"],
        );
        for level in LEVELS {
            let gain = if level < 1.0 {
                b * T::from_double(level)
            } else {
                b
            };
            if let Ok(cost) = self.min_cost(gain) {
                // At the end of the budget the price is beyond all bounds, which is an error.
                let price = self.marginal_cost(gain).map_or(f64::INFINITY, T::to_double);
                table.push(vec![
                    number(gain.to_double()),
                    percent(level),
                    number(cost.to_double()),
                    number(price),
                ]);
            }
        }
        let (tau, left) = (tax.value().to_double(), tax.complement().to_double());
        let card = Card::new(format!(
            "Cost of safety: {} of the budget is free",
            percent(tax.sine().to_double())
        ))
        .with_sentence(in_words(tau, left))
        .with_row("τ", number(tau), "the tax rate it follows from")
        .with_row(
            "budget B",
            number(b.to_double()),
            "the longest shift, in units of the representation",
        )
        .with_row(
            "free gain",
            number(self.free_gain().to_double()),
            "B sin α, safety for nothing",
        )
        .with_row(
            "full cost",
            number(self.full_cost().to_double()),
            "B cos α, what all of the budget on safety costs",
        )
        .table(table)
        .with_note(LIMITS);
        #[cfg(feature = "plot")]
        let card = card.pictures(super::pictures::cost(self));
        card
    }
}

impl PreservationBand {
    /// What a notebook shows: what is free and what the rest costs, each with its interval.
    ///
    /// # Examples
    /// See [`Card`].
    #[must_use]
    pub fn card(&self) -> Card {
        let b = self.cheapest().budget();
        let free = self.free_gain();
        let confidence = level(free.confidence().level());
        let column = format!("cost, {confidence} interval");
        let mut table = Table::new(
            "Least displacement of the capabilities for a safety gain",
            &["safety gain", "share of B", &column],
        );
        for share in LEVELS {
            let gain = if share < 1.0 { b * share } else { b };
            if let Ok(cost) = self.min_cost(gain) {
                table.push(vec![
                    number(gain),
                    percent(share),
                    interval([cost.lower(), cost.upper()], 3),
                ]);
            }
        }
        Card::new(format!(
            "Cost of safety: {} to {} of the budget is free",
            percent(free.lower() / b),
            percent(free.upper() / b)
        ))
        .with_row(
            "free gain",
            interval([free.lower(), free.upper()], 3),
            format!("safety for nothing, {confidence} interval"),
        )
        .with_row(
            "budget B",
            number(b),
            "the longest shift, in units of the representation",
        )
        .table(table)
        .with_note(LIMITS)
    }
}
