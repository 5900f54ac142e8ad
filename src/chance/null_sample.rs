//! What chance gives: replicates of a tax rate under a null, and where a rate lies
//! among them.

use crate::linalg::{check, reduce};
use crate::{Error, ObservedRate, PValue, tolerance};

/// Replicates τ* of the tax rate under a null hypothesis, sorted.
///
/// # Units and shapes
/// R numbers in [0, 1].
///
/// # Accuracy
/// Values that differ by rounding only ([`tolerance::tie`] and, for the observed one,
/// [`tolerance::angle`] of its scalar) count as equal, for both tails.
///
/// # Examples
/// ```
/// use alignment_tax::{CovarianceNull, MonteCarlo, Subspace};
/// use nalgebra::{dmatrix, DMatrix};
/// use rand::{rngs::ChaCha8Rng, SeedableRng};
///
/// // Activations whose first coordinate varies ten times as much as the others.
/// let samples = DMatrix::from_fn(40, 4, |i, j| {
///     ((i * 7 + j * 13) % 41) as f64 * if j == 0 { 10.0 } else { 1.0 }
/// });
/// let null = CovarianceNull::from_groups(&[samples.as_view()])?;
/// let c: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0; 0.0; 0.0])?;
/// let run = MonteCarlo::new(999)?;
/// let chance = null.random_safety(&c, &run, &mut ChaCha8Rng::seed_from_u64(1))?;
/// // A rate of 0.9 looks like much, and is what chance gives.
/// assert!(chance.mean() > 0.8);
/// assert!(chance.p_entangled(0.9)?.value() > 0.1);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct NullSample {
    sorted: Vec<f64>,
    /// Differences up to this are rounding.
    rounding: f64,
}

impl NullSample {
    /// Of replicates in [0, 1], rates of forms over `samples` rows.
    pub(crate) fn of(mut replicates: Vec<f64>, samples: usize) -> Self {
        replicates.sort_by(f64::total_cmp);
        Self {
            sorted: replicates,
            rounding: tolerance::tie::<f64>(samples),
        }
    }

    /// The replicates, ascending.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{CovarianceNull, MonteCarlo, Subspace};
    /// use nalgebra::{dmatrix, DMatrix};
    /// use rand::{rngs::ChaCha8Rng, SeedableRng};
    ///
    /// let samples = DMatrix::from_fn(12, 2, |i, j| ((i * 7 + j * 5) % 11) as f64);
    /// let null = CovarianceNull::from_groups(&[samples.as_view()])?;
    /// let c: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
    /// let run = MonteCarlo::new(99)?;
    /// let chance = null.random_safety(&c, &run, &mut ChaCha8Rng::seed_from_u64(1))?;
    /// assert_eq!(chance.replicates().len(), 99);
    /// assert!(chance.replicates().is_sorted());
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn replicates(&self) -> &[f64] {
        &self.sorted
    }

    /// The mean of the replicates: the rate to expect by chance.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{CovarianceNull, MonteCarlo, Subspace};
    /// use nalgebra::{dmatrix, DMatrix};
    /// use rand::{rngs::ChaCha8Rng, SeedableRng};
    ///
    /// let samples = DMatrix::from_fn(12, 2, |i, j| ((i * 7 + j * 5) % 11) as f64);
    /// let null = CovarianceNull::from_groups(&[samples.as_view()])?;
    /// let run = MonteCarlo::new(99)?;
    /// // Nothing overlaps with the trivial subspace.
    /// let none = Subspace::<f64>::trivial(2)?;
    /// let chance = null.random_safety(&none, &run, &mut ChaCha8Rng::seed_from_u64(1))?;
    /// assert_eq!(chance.mean(), 0.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn mean(&self) -> f64 {
        reduce::sum(&self.sorted) / self.sorted.len() as f64
    }

    /// The smallest replicate that at least this share of them does not exceed; the
    /// smallest of all for 0.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a probability outside [0, 1].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{CovarianceNull, MonteCarlo, Subspace};
    /// use nalgebra::{dmatrix, DMatrix};
    /// use rand::{rngs::ChaCha8Rng, SeedableRng};
    ///
    /// let samples = DMatrix::from_fn(12, 2, |i, j| ((i * 7 + j * 5) % 11) as f64);
    /// let null = CovarianceNull::from_groups(&[samples.as_view()])?;
    /// let c: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
    /// let run = MonteCarlo::new(99)?;
    /// let chance = null.random_safety(&c, &run, &mut ChaCha8Rng::seed_from_u64(1))?;
    /// assert_eq!(chance.quantile(1.0)?, chance.replicates()[98]);
    /// assert_eq!(chance.quantile(0.5)?, chance.replicates()[49]);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn quantile(&self, probability: f64) -> Result<f64, Error> {
        check::scalar("probability", probability, "a number in [0, 1]", |p| {
            (0.0..=1.0).contains(&p)
        })?;
        let rank = (probability * self.sorted.len() as f64).ceil() as usize;
        Ok(self.sorted[rank.clamp(1, self.sorted.len()) - 1])
    }

    /// The p-value of a rate against "no more entangled than chance".
    ///
    /// $$ p = \frac{1 + k}{1 + R}, \qquad k = \text{number of replicates with } \tau^* \ge \tau $$
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a τ outside [0, 1].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{CovarianceNull, MonteCarlo, Subspace};
    /// use nalgebra::{dmatrix, DMatrix};
    /// use rand::{rngs::ChaCha8Rng, SeedableRng};
    ///
    /// let samples = DMatrix::from_fn(12, 2, |i, j| ((i * 7 + j * 5) % 11) as f64);
    /// let null = CovarianceNull::from_groups(&[samples.as_view()])?;
    /// let c: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
    /// let run = MonteCarlo::new(99)?;
    /// let chance = null.random_safety(&c, &run, &mut ChaCha8Rng::seed_from_u64(1))?;
    /// assert_eq!(chance.p_entangled(0.0)?.value(), 1.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn p_entangled(&self, tau: impl Into<ObservedRate>) -> Result<PValue, Error> {
        let (tau, rounding) = self.point(tau.into())?;
        let below = self.sorted.partition_point(|&t| t < tau - rounding);
        let r = self.sorted.len();
        Ok(PValue::monte_carlo(r - below, r))
    }

    /// The p-value of a rate against "no freer than chance", from the replicates with
    /// τ* ≤ τ.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a τ outside [0, 1].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{CovarianceNull, MonteCarlo, Subspace};
    /// use nalgebra::{dmatrix, DMatrix};
    /// use rand::{rngs::ChaCha8Rng, SeedableRng};
    ///
    /// let samples = DMatrix::from_fn(12, 2, |i, j| ((i * 7 + j * 5) % 11) as f64);
    /// let null = CovarianceNull::from_groups(&[samples.as_view()])?;
    /// let c: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
    /// let run = MonteCarlo::new(99)?;
    /// let chance = null.random_safety(&c, &run, &mut ChaCha8Rng::seed_from_u64(1))?;
    /// assert_eq!(chance.p_freer(1.0)?.value(), 1.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn p_freer(&self, tau: impl Into<ObservedRate>) -> Result<PValue, Error> {
        let (tau, rounding) = self.point(tau.into())?;
        let up_to = self.sorted.partition_point(|&t| t <= tau + rounding);
        Ok(PValue::monte_carlo(up_to, self.sorted.len()))
    }

    /// Twice the smaller of the two p-values, at most 1.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a τ outside [0, 1].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{CovarianceNull, MonteCarlo, Subspace};
    /// use nalgebra::{dmatrix, DMatrix};
    /// use rand::{rngs::ChaCha8Rng, SeedableRng};
    ///
    /// let samples = DMatrix::from_fn(12, 2, |i, j| ((i * 7 + j * 5) % 11) as f64);
    /// let null = CovarianceNull::from_groups(&[samples.as_view()])?;
    /// let c: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
    /// let run = MonteCarlo::new(99)?;
    /// let chance = null.random_safety(&c, &run, &mut ChaCha8Rng::seed_from_u64(1))?;
    /// assert_eq!(chance.two_sided(chance.quantile(0.5)?)?.value(), 1.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn two_sided(&self, tau: impl Into<ObservedRate>) -> Result<PValue, Error> {
        let tau = tau.into();
        Ok(self.p_entangled(tau)?.two_sided(self.p_freer(tau)?))
    }

    /// τ, and how far from it a replicate is still equal to it.
    fn point(&self, observed: ObservedRate) -> Result<(f64, f64), Error> {
        let observed = observed.checked()?;
        // τ moves by no more than its angle does.
        let of_observed = tolerance::angle::<f64>(1) / f64::EPSILON * observed.epsilon;
        Ok((observed.tau, self.rounding + of_observed))
    }
}
