//! The two cosines of a conflict from samples, and what their intervals leave of the verdicts.
//!
//! A verdict is a statement about signs: of ρ, of cosθ and, where both are negative, of cosθ − ρ.
//! It is a claim only where every sign that it speaks of is told from zero by its own
//! interval. A claim of two signs is false only if one of the two is, so that the test
//! of their union, which rejects where both tests reject, has the level of each (Berger 1982).

use super::Verdict;
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
        Interval::of(end(middle - reach), end(middle + reach), confidence)
    }

    /// The verdict on two cosines, the margin counted as no difference.
    pub(super) fn verdict(&self, before: f64, after: f64) -> Verdict {
        match Verdict::of(before, after, self.rounding) {
            Verdict::Mediated | Verdict::Amplified if (after - before).abs() <= self.margin => {
                Verdict::Unchanged
            }
            verdict => verdict,
        }
    }

    /// The verdict of which the intervals leave no doubt.
    pub(super) fn supported(&self, confidence: Confidence) -> Option<Verdict> {
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
            (true, false) => Some(Verdict::Resolved),
            (false, true) => Some(Verdict::Created),
            (false, false) => Some(Verdict::NoConflict),
            (true, true) => {
                let (interval, none) = (self.interval(confidence), self.margin.max(self.rounding));
                if interval.lower() > none {
                    Some(Verdict::Mediated)
                } else if interval.upper() < -none {
                    Some(Verdict::Amplified)
                } else if interval.lower() >= -none && interval.upper() <= none {
                    Some(Verdict::Unchanged)
                } else {
                    None
                }
            }
        }
    }
}
