//! What freezing did to a conflict between two goals.

use std::fmt;

use crate::Real;

/// What freezing did to a conflict: ρ the overlap of two goals before, cosθ after.
///
/// # References
/// Theory §6.2; Young (2026), arXiv:2603.00047, on recursion.
///
/// # Examples
/// See [`Conflict`](crate::Conflict).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum ConflictVerdict {
    /// ρ < 0 ≤ cosθ: the goals fought, and no longer do.
    Resolved,
    /// ρ < cosθ < 0: they fight less.
    Mediated,
    /// ρ < 0 and cosθ = ρ: as much as before.
    Unchanged,
    /// cosθ < ρ < 0: they fight more.
    Amplified,
    /// ρ ≥ 0 > cosθ: they did not fight, and do now.
    Created,
    /// ρ ≥ 0 and cosθ ≥ 0: no fight before or after.
    NoConflict,
}

impl ConflictVerdict {
    /// All of them, in the order of the table of theory §6.2.
    pub const ALL: [Self; 6] = [
        Self::Resolved,
        Self::Mediated,
        Self::Unchanged,
        Self::Amplified,
        Self::Created,
        Self::NoConflict,
    ];

    /// The verdict on two cosines, of which differences up to `rounding` count as none.
    pub(crate) fn of<T: Real>(before: T, after: T, rounding: T) -> Self {
        let fought = before < -rounding;
        let fights = after < -rounding;
        match (fought, fights) {
            (true, false) => Self::Resolved,
            (false, true) => Self::Created,
            (false, false) => Self::NoConflict,
            (true, true) if (after - before).abs() <= rounding => Self::Unchanged,
            (true, true) if after > before => Self::Mediated,
            (true, true) => Self::Amplified,
        }
    }

    /// Whether the goals fight where the frozen ones do not move.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::ConflictVerdict;
    ///
    /// assert!(ConflictVerdict::Created.fights() && !ConflictVerdict::Resolved.fights());
    /// ```
    #[must_use]
    pub fn fights(self) -> bool {
        !matches!(self, Self::Resolved | Self::NoConflict)
    }
}

impl fmt::Display for ConflictVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Resolved => "resolved",
            Self::Mediated => "mediated",
            Self::Unchanged => "unchanged",
            Self::Amplified => "amplified",
            Self::Created => "created",
            Self::NoConflict => "no conflict",
        })
    }
}
