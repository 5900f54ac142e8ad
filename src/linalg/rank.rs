//! How many dimensions a set of vectors is said to span, and by which rule.

use nalgebra::DVector;

use super::check;
use crate::{Error, Real, tolerance};

/// The rule by which singular values σ₁ ≥ σ₂ ≥ … decide a dimension.
///
/// The rule used and the singular values it was applied to stay with the
/// [`Subspace`](crate::Subspace) that came of it.
///
/// # Examples
/// ```
/// use alignment_tax::{RankRule, Subspace};
/// use nalgebra::DMatrix;
///
/// // Two strong directions and a weak one.
/// let stack = DMatrix::<f64>::from_diagonal(&nalgebra::dvector![3.0_f64, 2.0, 0.1]);
/// let all = Subspace::from_leading_singular(&stack, RankRule::Numerical)?;
/// let most = Subspace::from_leading_singular(&stack, RankRule::Energy(0.99))?;
/// assert_eq!((all.dimension(), most.dimension()), (3, 2));
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum RankRule<T> {
    /// σᵢ > max(d, k)·ε·σ₁, [`tolerance::rank`](crate::tolerance::rank).
    Numerical,
    /// σᵢ > t·σ₁ for a relative tolerance t in [0, 1).
    Relative(T),
    /// The fewest σᵢ whose squares reach this share, in (0, 1], of Σσ².
    Energy(T),
    /// This many, or the numerical rank where that is less.
    Fixed(usize),
}

impl<T: Real> RankRule<T> {
    pub(crate) fn validate(&self, most: usize) -> Result<(), Error> {
        match *self {
            Self::Numerical => Ok(()),
            Self::Relative(t) => {
                check::scalar("relative tolerance", t, "a number in [0, 1)", |t| {
                    t >= T::zero() && t < T::one()
                })
                .map(|_| ())
            }
            Self::Energy(e) => check::scalar("energy share", e, "a number in (0, 1]", |e| {
                e > T::zero() && e <= T::one()
            })
            .map(|_| ()),
            Self::Fixed(k) if k == 0 || k > most => Err(Error::OutOfBounds {
                argument: "fixed rank",
                least: 1,
                most,
                actual: k,
                advice: "a d × k matrix has no more than min(d, k) singular directions",
            }),
            Self::Fixed(_) => Ok(()),
        }
    }

    /// The rank of a rows × columns matrix with these descending singular
    /// values; the rule has been validated.
    pub(crate) fn rank(&self, sigma: &DVector<T>, rows: usize, columns: usize) -> usize {
        let largest = sigma.iter().copied().next().unwrap_or_else(T::zero);
        let above = |relative: T| {
            let cut = relative * largest;
            sigma.iter().take_while(|&&s| s > cut).count()
        };
        let numerical = above(tolerance::rank(rows, columns));
        match *self {
            Self::Numerical => numerical,
            Self::Relative(t) => above(t),
            Self::Energy(share) => {
                // In units of σ₁, so that squares of extreme values stay finite.
                let energy = |s: T| (s / largest) * (s / largest);
                let wanted = share * sigma.iter().fold(T::zero(), |e, &s| e + energy(s));
                let mut reached = T::zero();
                let fewest = sigma
                    .iter()
                    .take_while(|&&s| {
                        let more = reached < wanted;
                        reached += energy(s);
                        more
                    })
                    .count();
                fewest.min(numerical)
            }
            Self::Fixed(k) => k.min(numerical),
        }
    }
}
