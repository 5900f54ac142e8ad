//! The coherence bound, and what it needs to be true.
//!
//! Let G = I + E be the Gram matrix of m = |I| + m' unit capability directions, intrinsic ones
//! i ∈ I and incidental ones j, a = Cᵀv, γ_i the overlaps that the data give to the intrinsic
//! ones and τ₀ = Σγ_i². Say that one μ bounds
//!
//! * |⟨c_i, c_j⟩| for all pairs of capabilities,
//! * |a_j| for the incidental ones, and
//! * |a_i − γ_i| for the intrinsic ones.
//!
//! By Gershgorin's theorem the eigenvalues of G are within mμ of 1, so that for mμ < 1
//! ‖a‖²/(1 + mμ) ≤ τ = aᵀG⁻¹a ≤ ‖a‖²/(1 − mμ). By the other two conditions
//! −2γ̄|I|μ ≤ ‖a‖² − τ₀ ≤ N = 2γ̄|I|μ + |I|μ² + m'μ², with γ̄ the mean of the |γ_i|. Hence
//! R = τ − τ₀ is at most (τ₀ + N)/(1 − mμ) − τ₀ = (τ₀mμ + N)/(1 − mμ), and at least
//! −(τ₀mμ + 2γ̄|I|μ)/(1 + mμ), which is smaller in magnitude. That is the paper's bound (theory §7.2), and the
//! proof shows what its letters must mean. γ̄ is a mean of magnitudes: with signs, opposite
//! overlaps would cancel, and the bound with them. And μ has to cover v as well as the
//! capabilities: one incidental direction along v has the coherence 0 with nothing, and R = 1.

use nalgebra::DMatrix;

use crate::linalg::{check, reduce};
use crate::{Direction, Error, Real, ResidualBound, Vacuity, tolerance};

/// The bound on the packing residual R = τ − Σγᵢ² by the coherence μ of the directions.
///
/// $$ \lvert R \rvert \le \frac{\tau_0 m \mu + m^\prime \mu^2 + 2 \bar\gamma \lvert I \rvert \mu + \lvert I \rvert \mu^2}{1 - m \mu}, \qquad m \mu < 1 $$
///
/// with τ₀ = Σγᵢ² over the |I| intrinsic directions, γ̄ the mean of |γᵢ|, and m = |I| + m'.
/// μ bounds the overlaps of all capabilities with each other, those of v with the incidental
/// ones, and what those of v with the intrinsic ones differ from γᵢ. A μ of the
/// capabilities alone is not enough: an incidental direction along v has R = 1.
///
/// It is vacuous soon, as μ of random directions falls like 1/√d only: see
/// [`SpectralBound`](crate::SpectralBound) for measured directions.
///
/// # Units and shapes
/// γ and μ are cosines; R without unit.
///
/// # Accuracy
/// [`tolerance::closed_form`]/(1 − mμ), relative; a measured μ has
/// the rounding of inner products in the scalar of the directions.
///
/// # References
/// Young (2026), arXiv:2603.00047, packing residual; theory §7.2.
///
/// # Examples
/// ```
/// use alignment_tax::{CoherenceBound, ResidualBound};
///
/// let bound = CoherenceBound::new(&[0.5, -0.3], 6, 0.01)?;
/// assert_eq!(bound.crowding(), 0.08);
/// let ResidualBound::Within { lower, upper } = bound.verdict() else { panic!() };
/// // (0.34·0.08 + 6e-4 + 2·0.4·2·0.01 + 2e-4)/0.92
/// assert!((upper - 0.044 / 0.92).abs() < 1e-15);
/// assert_eq!(lower, -upper);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CoherenceBound {
    /// Σγ².
    own: f64,
    /// Σ|γ| = γ̄|I|.
    magnitudes: f64,
    intrinsic: usize,
    incidental: usize,
    coherence: f64,
}

impl CoherenceBound {
    /// The bound for intrinsic overlaps γ, so many incidental directions, and coherence μ.
    ///
    /// # Errors
    /// [`Error::EntryOutOfRange`] for an overlap outside [−1, 1], [`Error::OutOfRange`] for a μ
    /// outside [0, 1], or for overlaps that no unit vector can have with directions of this
    /// coherence (Σγ² less the bound is above 1).
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{CoherenceBound, Error};
    ///
    /// // No unit vector is that close to two orthogonal directions.
    /// let error = CoherenceBound::new(&[0.9, 0.9], 0, 0.0).unwrap_err();
    /// assert!(matches!(error, Error::OutOfRange { argument: "sum of squared overlaps", .. }));
    /// ```
    pub fn new(overlaps: &[f64], incidental: usize, coherence: f64) -> Result<Self, Error> {
        check::entries("overlaps", overlaps, "a cosine in [−1, 1]", |x| {
            (-1.0..=1.0).contains(&x)
        })?;
        let coherence = check::scalar("coherence", coherence, "a cosine in [0, 1]", |mu| {
            (0.0..=1.0).contains(&mu)
        })?;
        let bound = Self::of(overlaps, incidental, coherence);
        let slack = tolerance::eigenvalue::<f64>(1 + overlaps.len());
        if bound.number().is_some_and(|b| bound.own - b > 1.0 + slack) {
            return Err(Error::OutOfRange {
                argument: "sum of squared overlaps",
                expected: "one that a unit vector can have with directions of this coherence",
                actual: bound.own,
            });
        }
        Ok(bound)
    }

    /// The bound with γᵢ = ⟨v, cᵢ⟩ and μ as they are for given directions.
    ///
    /// # Errors
    /// [`Error::Empty`] for no incidental direction; [`Error::DimensionMismatch`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{CoherenceBound, Direction, ResidualBound, Vacuity};
    ///
    /// // An incidental direction along v: orthogonal to the other, and yet no small residual.
    /// let v = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let across = Direction::from_slice(&[0.0_f64, 1.0])?;
    /// let bound = CoherenceBound::measured(&v, &[across], &[v.clone()])?;
    /// assert_eq!(bound.coherence(), 1.0);
    /// assert!(matches!(bound.verdict(), ResidualBound::Vacuous(Vacuity::Crowded { .. })));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn measured<T: Real>(
        safety: &Direction<T>,
        intrinsic: &[Direction<T>],
        incidental: &[Direction<T>],
    ) -> Result<Self, Error> {
        let all = columns(safety, intrinsic, incidental)?;
        let k = intrinsic.len();
        let gram = T::kernel_transposed_product(&all, &all);
        let overlaps = T::kernel_transposed_product(
            &all,
            &DMatrix::from_columns(&[safety.as_vector().column(0)]),
        );
        let m = all.ncols();
        let mut coherence = 0.0_f64;
        for j in 0..m {
            for i in 0..j {
                coherence = coherence.max(gram[(i, j)].to_double().abs());
            }
        }
        let overlaps: Vec<f64> = overlaps
            .iter()
            .map(|x| x.to_double().clamp(-1.0, 1.0))
            .collect();
        coherence = coherence.max(reduce::max_abs(&overlaps[k..])).min(1.0);
        Ok(Self::of(&overlaps[..k], m - k, coherence))
    }

    fn of(overlaps: &[f64], incidental: usize, coherence: f64) -> Self {
        let magnitudes: Vec<f64> = overlaps.iter().map(|x| x.abs()).collect();
        Self {
            own: reduce::dot(overlaps, overlaps),
            magnitudes: reduce::sum(&magnitudes),
            intrinsic: overlaps.len(),
            incidental,
            coherence,
        }
    }

    /// μ.
    ///
    /// # Examples
    /// See [`CoherenceBound::measured`].
    #[must_use]
    pub fn coherence(&self) -> f64 {
        self.coherence
    }

    /// mμ, which has to be below 1.
    ///
    /// # Examples
    /// See [`CoherenceBound`].
    #[must_use]
    pub fn crowding(&self) -> f64 {
        (self.intrinsic as f64 + self.incidental as f64) * self.coherence
    }

    /// τ₀ = Σγᵢ², from which R is counted. It is the tax of the intrinsic directions if these
    /// are orthogonal to each other, and may exceed 1 if not.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::CoherenceBound;
    ///
    /// assert_eq!(CoherenceBound::new(&[0.5, -0.5], 3, 0.1)?.sum_of_squares(), 0.5);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn sum_of_squares(&self) -> f64 {
        self.own
    }

    /// The bound, unless it is vacuous: mμ ≥ 1, or no better than max(τ₀, |1 − τ₀|), which |R|
    /// keeps because τ is in [0, 1].
    ///
    /// # Examples
    /// See [`ResidualBound`].
    #[must_use]
    pub fn verdict(&self) -> ResidualBound {
        let Some(bound) = self.number() else {
            let crowding = self.crowding();
            return ResidualBound::Vacuous(Vacuity::Crowded { crowding });
        };
        let trivial = self.own.max((1.0 - self.own).abs());
        if bound >= trivial {
            return ResidualBound::Vacuous(Vacuity::Trivial { bound, trivial });
        }
        ResidualBound::Within {
            // Not −0.
            lower: 0.0 - bound,
            upper: bound,
        }
    }

    /// The right-hand side where mμ < 1.
    fn number(&self) -> Option<f64> {
        let crowding = self.crowding();
        let mu = self.coherence;
        let (k, m) = (self.intrinsic as f64, self.incidental as f64);
        let excess = m * mu * mu + 2.0 * self.magnitudes * mu + k * mu * mu;
        (crowding < 1.0).then(|| (self.own * crowding + excess) / (1.0 - crowding))
    }
}

/// The intrinsic directions and then the incidental ones, all of the space of v.
pub(super) fn columns<T: Real>(
    safety: &Direction<T>,
    intrinsic: &[Direction<T>],
    incidental: &[Direction<T>],
) -> Result<DMatrix<T>, Error> {
    if incidental.is_empty() {
        return Err(Error::Empty {
            argument: "incidental",
            rows: 0,
            columns: 0,
        });
    }
    for (argument, directions) in [("intrinsic", intrinsic), ("incidental", incidental)] {
        for direction in directions {
            safety.same_space(argument, direction)?;
        }
    }
    let all: Vec<_> = intrinsic
        .iter()
        .chain(incidental)
        .map(|c| c.as_vector().column(0))
        .collect();
    Ok(DMatrix::from_columns(&all))
}
