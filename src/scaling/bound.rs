//! What a bound on the packing residual says, or why it says nothing.

use std::fmt;

/// A bound on a packing residual R, or the finding that there is none.
///
/// A bound that a rate keeps anyway, being in [0, 1], is no bound, and is not dressed up as a
/// number here.
///
/// # Examples
/// ```
/// use alignment_tax::{CoherenceBound, ResidualBound};
///
/// // Ten capabilities of coherence 0.02 are far enough apart, a hundred are not.
/// let few = CoherenceBound::new(&[0.3], 9, 0.02)?.verdict();
/// assert!(matches!(few, ResidualBound::Within { upper, .. } if upper < 0.05));
/// let many = CoherenceBound::new(&[0.3], 99, 0.02)?.verdict();
/// println!("{many}");
/// assert!(matches!(many, ResidualBound::Vacuous(_)));
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum ResidualBound {
    /// R lies in this interval, ends included.
    Within {
        /// The lower end.
        lower: f64,
        /// The upper end.
        upper: f64,
    },
    /// The bound excludes nothing that is possible.
    Vacuous(Vacuity),
}

/// Why a bound is vacuous.
///
/// # Examples
/// ```
/// use alignment_tax::{CoherenceBound, ResidualBound, Vacuity};
///
/// let bound = CoherenceBound::new(&[], 50, 0.05)?;
/// assert_eq!(bound.verdict(), ResidualBound::Vacuous(Vacuity::Crowded { crowding: 2.5 }));
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Vacuity {
    /// mμ is not below 1: directions of this coherence may be linearly dependent.
    Crowded {
        /// mμ.
        crowding: f64,
    },
    /// The smallest eigenvalue of the Gram matrix is zero to rounding: directions are
    /// linearly dependent, and the bound would divide by it.
    Dependent,
    /// There is a number, and it is no better than what holds of every rate.
    Trivial {
        /// The bound.
        bound: f64,
        /// What |R|, or R, is at most whatever the directions are.
        trivial: f64,
    },
}

impl fmt::Display for ResidualBound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Within { lower, upper } => {
                f.write_str("residual in [")?;
                fmt::Display::fmt(lower, f)?;
                f.write_str(", ")?;
                fmt::Display::fmt(upper, f)?;
                f.write_str("]")
            }
            Self::Vacuous(why) => write!(f, "vacuous: {why}"),
        }
    }
}

impl fmt::Display for Vacuity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Crowded { crowding } => {
                write!(
                    f,
                    "number of directions times coherence is {crowding:.3}, not below 1"
                )
            }
            Self::Dependent => f.write_str("the directions are linearly dependent"),
            Self::Trivial { bound, trivial } => {
                write!(
                    f,
                    "the bound {bound:.3} is not below {trivial:.3}, which always holds"
                )
            }
        }
    }
}
