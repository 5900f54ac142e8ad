//! Cards of what a real shift bought, paid and wasted.

use super::{Card, LIMITS, displayed};
use crate::markup::{Table, number, percent, signed};
use crate::{Audit, AuditEstimate, Jackknifed, Real};

displayed!(Audit<T>, T; AuditEstimate);

/// The four parts and what each is.
const PARTS: [&str; 4] = [
    "safety for free",
    "safety paid",
    "capability moved in vain",
    "waste",
];

impl<T: Real> Audit<T> {
    /// What a notebook shows: the four parts of the shift, and what its length allowed.
    ///
    /// # Examples
    /// See [`Card`].
    #[must_use]
    pub fn card(&self) -> Card {
        let length = self.length().to_double();
        let parts = [self.free(), self.paid(), self.idle(), self.waste()].map(T::to_double);
        let mut table = Table::new(
            "Four orthogonal parts of the shift",
            &["part", "length", "share of the square"],
        );
        for (name, part) in PARTS.iter().zip(parts) {
            let share = if length > 0.0 { part / length } else { 0.0 };
            table.push(vec![
                (*name).to_owned(),
                number(part),
                percent(share * share),
            ]);
        }
        let (title, saying) = match self.efficiency().map(T::to_double) {
            None => (
                "Audit: no safety was attainable".to_owned(),
                "A shift of this length and capability displacement could not gain safety."
                    .to_owned(),
            ),
            Some(e) if e < 0.0 => (
                "Audit: the shift lost safety".to_owned(),
                "It points away from the safety direction.".to_owned(),
            ),
            Some(e) => (
                format!("Audit: efficiency {}", percent(e)),
                format!(
                    "Of the safety that its length and capability displacement allowed, the shift gained {}.",
                    percent(e)
                ),
            ),
        };
        Card::new(title)
            .with_sentence(saying)
            .with_row("length", number(length), "‖δ‖, in units of the representation")
            .with_row("safety", signed(self.safety().to_double(), 4), "gained")
            .with_row(
                "attainable",
                number(self.attainable().to_double()),
                "for this length and capability displacement",
            )
            .with_row(
                "capabilities",
                number(self.capability().to_double()),
                "‖Pδ‖, by how much they moved",
            )
            .table(table)
            .with_note("Of the shift as given: the mean of few texts has noise, and noise counts as waste. AuditEstimate takes it off.")
            .with_note(LIMITS)
    }
}

impl AuditEstimate {
    /// What a notebook shows: the four parts of the squared shift, each with a standard error.
    ///
    /// # Examples
    /// See [`Card`].
    #[must_use]
    pub fn card(&self) -> Card {
        let shown =
            |j: Jackknifed| format!("{} ± {}", percent(j.value()), percent(j.standard_error()));
        let mut table = Table::new(
            "Four orthogonal parts of the squared shift",
            &["part", "share ± standard error"],
        );
        let parts = [self.free(), self.paid(), self.idle(), self.waste()];
        for (name, part) in PARTS.iter().zip(parts) {
            table.push(vec![(*name).to_owned(), shown(part)]);
        }
        let safety = self.safety();
        let card = Card::new("Audit of a mean shift, from samples")
            .with_row(
                "safety",
                format!(
                    "{} ± {}",
                    signed(safety.value(), 4),
                    number(safety.standard_error())
                ),
                "gained, as a share of the length ± one standard error",
            )
            .with_row(
                "units",
                self.units().to_string(),
                "independent, behind the shift",
            );
        let card = match self.efficiency() {
            Some(efficiency) => card.with_row(
                "efficiency",
                shown(efficiency),
                "of the gain that its length and displacement allowed",
            ),
            None => card,
        };
        card.table(table)
            .with_note("The bias of noise is taken off, so that a share may come out below zero; directions count as known.")
            .with_note(LIMITS)
    }
}
