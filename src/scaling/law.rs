//! The scaling law: what width does to a tax.
//!
//! With n = d − k free dimensions the expected tax is τ_I + (1 − τ_I)·m'(d)/n. For a fixed
//! number of incidental capabilities it falls to τ_I like 1/d; for m' = ρd it falls to
//! τ_I + (1 − τ_I)ρ and no further, so that no width helps. A target between is reached from
//! a width on that follows from solving for d; a target at or below the limit never
//! (theory §7.6).

use std::fmt;

use crate::linalg::check;
use crate::{Direction, Error, Growth, ObservedRate, PackingLaw, Real, Subspace, TaxRate};

/// The largest width that is considered.
const MOST: usize = u32::MAX as usize;

/// The tax rate as a function of the width d: an intrinsic part that stays and a packing
/// part that goes, or does not, as the number of incidental capabilities grows.
///
/// $$ E \tau(d) = \tau_I + (1 - \tau_I) \frac{m^\prime(d)}{d - k} $$
///
/// # Units and shapes
/// τ_I without unit; k, d and m' count dimensions.
///
/// # References
/// Young (2026), arXiv:2603.00047, scaling law; theory §7.1, §7.3, §7.4.
///
/// # Examples
/// ```
/// use alignment_tax::{Growth, RequiredWidth, ScalingLaw};
///
/// let law = ScalingLaw::new(0.02, 1, Growth::fixed(256.0)?)?;
/// assert_eq!(law.limit(), Some(0.02));
/// assert_eq!(law.width_for(0.1)?, RequiredWidth::From(3137));
/// assert_eq!(law.width_for(0.01)?, RequiredWidth::Never { limit: 0.02 });
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct ScalingLaw {
    intrinsic: ObservedRate,
    k: usize,
    growth: Growth,
}

impl ScalingLaw {
    /// The law for an intrinsic tax τ_I (a [`TaxRate`] or a number) of an intrinsic subspace
    /// of dimension k.
    ///
    /// τ_I is the rate against the *span* of the intrinsic directions, a_Iᵀ G_I⁺ a_I. The sum
    /// of squared overlaps Σγᵢ² is the same for mutually orthogonal ones only.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a τ_I outside [0, 1] or one above 0 with k = 0, where
    /// there is nothing to overlap with; [`Error::OutOfBounds`] for k ≥ 2³² − 1.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Growth, ScalingLaw, TaxRate};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// // Two intrinsic directions that overlap: Σγ² would be 1.28.
    /// let gram: DMatrix<f64> = dmatrix![1.0, 0.8, 0.8; 0.8, 1.0, 0.6; 0.8, 0.6, 1.0];
    /// let law = ScalingLaw::new(TaxRate::from_gram(&gram, 0)?, 2, Growth::fixed(32.0)?)?;
    /// assert!((law.limit().expect("known") - 0.8).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn new(
        intrinsic: impl Into<ObservedRate>,
        dimension: usize,
        growth: Growth,
    ) -> Result<Self, Error> {
        let intrinsic = intrinsic.into();
        check::scalar("intrinsic", intrinsic.tau, "a tax rate in [0, 1]", |tau| {
            (0.0..=1.0).contains(&tau)
        })?;
        if dimension >= MOST {
            return Err(Error::OutOfBounds {
                argument: "dimension",
                least: 0,
                most: MOST - 1,
                actual: dimension,
                advice: "it is the dimension of the intrinsic subspace, below every width",
            });
        }
        if dimension == 0 && intrinsic.tau != 0.0 {
            return Err(Error::OutOfRange {
                argument: "intrinsic",
                expected: "0 where the intrinsic subspace has no dimension",
                actual: intrinsic.tau,
            });
        }
        Ok(Self {
            intrinsic,
            k: dimension,
            growth,
        })
    }

    /// The law for a safety direction and the subspace of what is intrinsic, as measured
    /// in one model: τ_I and k are taken to be the same at every width.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Direction, Growth, ScalingLaw, Subspace};
    /// use nalgebra::dmatrix;
    ///
    /// let v = Direction::from_slice(&[0.6_f64, 0.0, 0.8])?;
    /// let persuasion: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0; 0.0])?;
    /// let law = ScalingLaw::measured(&v, &persuasion, Growth::fixed(0.0)?)?;
    /// assert!((law.at(4096)?.mean() - 0.36).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn measured<T: Real>(
        safety: &Direction<T>,
        intrinsic: &Subspace<T>,
        growth: Growth,
    ) -> Result<Self, Error> {
        let rate = TaxRate::between(safety, intrinsic)?;
        Self::new(rate, intrinsic.dimension(), growth)
    }

    /// The law of an isotropic change of rank r, such as a LoRA update that knows nothing of
    /// safety: the share of the safety direction in its column space, r/d on average.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] for a rank above 2³² − 1.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Confidence, ScalingLaw};
    ///
    /// // 0.2 %, and in 95 of 100 draws from 0.05 % to 0.4 %.
    /// let lora = ScalingLaw::low_rank(8)?.at(4096)?;
    /// assert_eq!(lora.mean(), 8.0 / 4096.0);
    /// let interval = lora.prediction_interval(Confidence::NINETY_FIVE)?;
    /// assert!((interval.lower() - 0.00053).abs() < 1e-5);
    /// assert!((interval.upper() - 0.00427).abs() < 1e-5);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn low_rank(rank: usize) -> Result<Self, Error> {
        if rank > MOST {
            return Err(Error::OutOfBounds {
                argument: "rank",
                least: 0,
                most: MOST,
                actual: rank,
                advice: "it is the rank of the change",
            });
        }
        Self::new(0.0, 0, Growth::fixed(rank as f64)?)
    }

    /// The law of τ at width d.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] for d outside k + 1..2³²; [`Error::OutOfRange`] where a growth
    /// of your own gives no number of directions.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Error, Growth, ScalingLaw};
    ///
    /// let law = ScalingLaw::new(0.3, 5, Growth::linear(0.1)?)?;
    /// assert!(law.at(6).is_ok());
    /// assert!(matches!(law.at(5), Err(Error::OutOfBounds { least: 6, actual: 5, .. })));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn at(&self, d: usize) -> Result<PackingLaw, Error> {
        let least = self.k + 1;
        if d < least || d > MOST {
            return Err(Error::OutOfBounds {
                argument: "d",
                least,
                most: MOST,
                actual: d,
                advice: "it is the width, which exceeds the dimension of the intrinsic subspace",
            });
        }
        let incidental = self.growth.directions(d)?;
        let share = self.growth.share(d, self.k)?;
        Ok(PackingLaw::of(d, self.k, self.intrinsic, incidental, share))
    }

    /// The expected tax for d → ∞; `None` for a growth of your own.
    ///
    /// $$ \tau_I \quad (m^\prime \text{ fixed}), \qquad \tau_I + (1 - \tau_I) \rho \quad (m^\prime = \rho d) $$
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Growth, ScalingLaw};
    ///
    /// // A quarter as many capabilities as dimensions, at every width: packing stays.
    /// let law = ScalingLaw::new(0.2, 1, Growth::linear(0.25)?)?;
    /// assert_eq!(law.limit(), Some(0.4));
    /// assert_eq!(ScalingLaw::new(0.2, 1, Growth::of(|_| 3.0))?.limit(), None);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn limit(&self) -> Option<f64> {
        let share = self.growth.limit()?;
        Some((self.intrinsic.tau + self.intrinsic.complement * share).min(1.0))
    }

    /// The smallest width from which on the expected tax is at most `target`.
    ///
    /// $$ d \ge k + m^\prime \frac{1 - \tau_I}{t - \tau_I} \quad (m^\prime \text{ fixed}) $$
    ///
    /// By bisection of all widths, for every growth alike: the mean at the width that is
    /// returned is at most the target, and at the width before it is above. A growth of your own must
    /// let m'(d)/(d − k) never rise; where it does, there are smaller or larger widths for
    /// which this is not so.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a target outside [0, 1], and as [`at`](Self::at).
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Growth, RequiredWidth, ScalingLaw};
    ///
    /// let law = ScalingLaw::new(0.0, 0, Growth::fixed(64.0)?)?;
    /// assert_eq!(law.width_for(0.125)?, RequiredWidth::From(512));
    /// // Capabilities that keep pace: 10 % of the dimensions, 10 % of tax, for ever.
    /// let law = ScalingLaw::new(0.0, 0, Growth::linear(0.1)?)?;
    /// assert_eq!(law.width_for(0.05)?, RequiredWidth::Never { limit: 0.1 });
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn width_for(&self, target: f64) -> Result<RequiredWidth, Error> {
        check::scalar("target", target, "a tax rate in [0, 1]", |t| {
            (0.0..=1.0).contains(&t)
        })?;
        if let Some(limit) = self.limit() {
            let level = self.growth.is_level(self.k) || self.intrinsic.complement == 0.0;
            if target < limit || (target == limit && !level) {
                return Ok(RequiredWidth::Never { limit });
            }
        }
        let reached = |d: usize| Ok::<bool, Error>(self.at(d)?.mean() <= target);
        // One below the least width stands for a width that does not do.
        let (mut below, mut enough) = (self.k, MOST);
        if !reached(MOST)? {
            return Ok(RequiredWidth::Beyond { widest: MOST });
        }
        while enough - below > 1 {
            let middle = below + (enough - below) / 2;
            if reached(middle)? {
                enough = middle;
            } else {
                below = middle;
            }
        }
        Ok(RequiredWidth::From(enough))
    }
}

/// The width that an expected tax takes.
///
/// # Examples
/// See [`ScalingLaw::width_for`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum RequiredWidth {
    /// This width and every larger one.
    From(usize),
    /// Some width above all that are considered, or none.
    Beyond {
        /// The largest width that is considered, 2³² − 1.
        widest: usize,
    },
    /// No width: the tax stays above.
    Never {
        /// What the expected tax falls to.
        limit: f64,
    },
}

impl fmt::Display for RequiredWidth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::From(d) => write!(f, "from d = {d} on"),
            Self::Beyond { widest } => write!(f, "not up to d = {widest}"),
            Self::Never { limit } => write!(f, "never: it falls to {limit} and no further"),
        }
    }
}
