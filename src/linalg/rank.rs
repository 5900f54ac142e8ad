//! How many dimensions a set of vectors is said to span, and by which rule.

use nalgebra::DVector;

use super::{check, threshold};
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
/// let stack: DMatrix<f64> = DMatrix::<f64>::from_diagonal(&nalgebra::dvector![3.0, 2.0, 0.1]);
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
    /// σᵢ > ω(β)·median(σ), β = min(d, k)/max(d, k): the threshold that loses least in
    /// mean square where the matrix is a signal of low rank plus independent noise of one
    /// unknown variance in every entry, [`hard_threshold`](crate::linalg::hard_threshold).
    ///
    /// The median must be noise, so that fewer than half of the σᵢ may be signal. Noise
    /// alone gives rank 0, the trivial subspace: nothing stands out, which does not say
    /// that nothing is there. For the columns as they are
    /// ([`from_leading_singular`](crate::Subspace::from_leading_singular)) and for centred
    /// samples ([`from_pca`](crate::Subspace::from_pca), where n rows count as n − 1);
    /// columns that are balanced first
    /// ([`from_columns_with`](crate::Subspace::from_columns_with)) no longer have noise of
    /// one variance and are refused.
    ///
    /// Gavish & Donoho (2014), *The optimal hard threshold for singular values is 4/√3*,
    /// IEEE Trans. Inf. Theory 60, eqs. 5 and 11.
    GavishDonoho,
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
            Self::GavishDonoho if most < 2 => Err(Error::OutOfBounds {
                argument: "singular values",
                least: 2,
                most: u32::MAX as usize,
                actual: most,
                advice: "the threshold is set by their median, so more than half of them must be noise",
            }),
            Self::GavishDonoho => Ok(()),
        }
    }

    /// Refuses a rule that columns scaled each by its own factor do not obey.
    pub(crate) fn validate_for_balanced(&self, argument: &'static str) -> Result<(), Error> {
        match self {
            Self::GavishDonoho => Err(Error::UnsuitableRule {
                argument,
                rule: "the threshold of Gavish and Donoho",
                advice: "it supposes noise of one variance in every entry, and these columns are scaled to unit length one by one; use `from_leading_singular` or `from_pca`, which leave lengths as they are",
            }),
            _ => Ok(()),
        }
    }

    /// The rank of a rows × columns matrix with these descending singular
    /// values; the rule has been validated. Values beyond min(rows, columns) are zeros up
    /// to rounding.
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
            Self::GavishDonoho => {
                let (least, most) = (rows.min(columns), rows.max(columns));
                let aspect = least as f64 / most as f64;
                // In units of σ₁, so that the sum of two stays finite.
                let median = (sigma[(least - 1) / 2] / largest + sigma[least / 2] / largest)
                    / T::from_double(2.0);
                above(T::from_double(threshold::of_aspect(aspect)) * median).min(numerical)
            }
        }
    }
}
