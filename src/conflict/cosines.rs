//! The two cosines of a conflict from samples, and what their intervals leave of the verdicts.
//!
//! A verdict is a statement about signs: of ρ, of cosθ and, where both are negative, of cosθ − ρ.
//! It is a claim only where every sign that it speaks of is told from zero by its own
//! interval. A claim of two signs is false only if one of the two is, so that the test
//! of their union, which rejects where both tests reject, has the level of each (Berger 1982).

use super::ConflictVerdict;
use crate::{Confidence, Interval, OverlapEstimate};

/// ρ, cosθ and their difference.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cosines {
    pub(super) before: OverlapEstimate,
    pub(super) after: OverlapEstimate,
    /// The standard error of cosθ − ρ.
    pub(super) error: f64,
    pub(super) units: usize,
    /// Cosines within this of zero, or of each other, are equal.
    pub(super) rounding: f64,
    /// Differences within this count as none.
    pub(super) margin: f64,
}

impl Cosines {
    pub(super) fn difference(&self) -> f64 {
        self.after.value() - self.before.value()
    }

    /// By Student's law about the estimate.
    pub(super) fn interval(&self, confidence: Confidence) -> Interval {
        let reach = confidence.standard_errors(self.units) * self.error;
        let middle = self.difference();
        let end = |x: f64| x.clamp(-2.0, 2.0);
        Interval::between(end(middle - reach), end(middle + reach), confidence)
    }

    /// The verdict on two cosines, the margin counted as no difference.
    pub(super) fn verdict(&self, before: f64, after: f64) -> ConflictVerdict {
        match ConflictVerdict::of(before, after, self.rounding) {
            ConflictVerdict::Mediated | ConflictVerdict::Amplified
                if (after - before).abs() <= self.margin =>
            {
                ConflictVerdict::Unchanged
            }
            verdict => verdict,
        }
    }

    /// The verdict of which the intervals leave no doubt.
    pub(super) fn supported(&self, confidence: Confidence) -> Option<ConflictVerdict> {
        let fights = |overlap: &OverlapEstimate| {
            let interval = overlap.interval(confidence);
            if interval.upper() < -self.rounding {
                return Some(true);
            }
            // Without noise a cosine of zero is zero.
            let point = interval.width() <= self.rounding;
            let apart = interval.lower() > self.rounding;
            (apart || (point && interval.lower() >= -self.rounding)).then_some(false)
        };
        match (fights(&self.before)?, fights(&self.after)?) {
            (true, false) => Some(ConflictVerdict::Resolved),
            (false, true) => Some(ConflictVerdict::Created),
            (false, false) => Some(ConflictVerdict::NoConflict),
            (true, true) => {
                let (interval, none) = (self.interval(confidence), self.margin.max(self.rounding));
                if interval.lower() > none {
                    Some(ConflictVerdict::Mediated)
                } else if interval.upper() < -none {
                    Some(ConflictVerdict::Amplified)
                } else if interval.lower() >= -none && interval.upper() <= none {
                    Some(ConflictVerdict::Unchanged)
                } else {
                    None
                }
            }
        }
    }
}
