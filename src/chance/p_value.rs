//! A p-value with the error that Monte Carlo leaves in it.

/// The probability, if nothing but chance is at work, of a result at least as extreme.
///
/// # Units and shapes
/// In (0, 1]: a Monte Carlo p-value counts the observed result among the replicates,
///
/// $$ p = \frac{1 + k}{1 + R} $$
///
/// k of R replicates at least as extreme, which makes a test at level α reject
/// with probability at most α even at small R; an exact one is k of all labelings.
///
/// # References
/// Phipson & Smyth (2010), *Permutation p-values should never be zero*.
///
/// # Examples
/// ```
/// use alignment_tax::{CovarianceNull, MonteCarlo, Subspace};
/// use nalgebra::{dmatrix, DMatrix};
/// use rand::{rngs::ChaCha8Rng, SeedableRng};
///
/// let samples = DMatrix::from_fn(12, 3, |i, j| ((i * 7 + j * 5) % 11) as f64);
/// let null = CovarianceNull::from_groups(&[samples.as_view()])?;
/// let c: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0; 0.0])?;
/// let run = MonteCarlo::new(99)?;
/// let chance = null.random_safety(&c, &run, &mut ChaCha8Rng::seed_from_u64(1))?;
/// let p = chance.p_entangled(0.3)?;
/// println!("p = {:.2} ± {:.2}", p.value(), p.standard_error());
/// assert!(p.value() >= 0.01 && p.value() <= 1.0);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct PValue {
    value: f64,
    standard_error: f64,
}

impl PValue {
    /// Of `extreme` among `replicates` random replicates.
    pub(crate) fn monte_carlo(extreme: usize, replicates: usize) -> Self {
        let value = (1.0 + extreme as f64) / (1.0 + replicates as f64);
        Self {
            value,
            standard_error: (value * (1.0 - value) / replicates as f64).sqrt(),
        }
    }

    /// Of `extreme` among all labelings, the observed one included.
    pub(crate) fn exact(extreme: usize, labelings: usize) -> Self {
        Self {
            value: extreme as f64 / labelings as f64,
            standard_error: 0.0,
        }
    }

    /// Twice the smaller of two tails, at most 1.
    pub(crate) fn two_sided(self, other: Self) -> Self {
        let smaller = if self.value <= other.value {
            self
        } else {
            other
        };
        Self {
            value: (2.0 * smaller.value).min(1.0),
            standard_error: 2.0 * smaller.standard_error,
        }
    }

    /// The p-value.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{MonteCarlo, SignFlips};
    /// use nalgebra::dmatrix;
    /// use rand::{rngs::ChaCha8Rng, SeedableRng};
    ///
    /// let flips = SignFlips::new(&dmatrix![1.0_f64; 2.0; 1.5; 2.5], &dmatrix![0.0; 0.0; 0.0; 0.0])?;
    /// let test = flips.concept(&MonteCarlo::new(99)?, &mut ChaCha8Rng::seed_from_u64(1));
    /// // Of 16 ways to flip four differences, all of one sign, two are as large.
    /// assert_eq!(test.p_at_least().value(), 2.0 / 16.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }

    /// The standard deviation of the p-value over repeated Monte Carlo runs; 0 where all
    /// labelings were enumerated.
    ///
    /// $$ \sqrt{p (1 - p) / R} $$
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{MonteCarlo, SignFlips};
    /// use nalgebra::dmatrix;
    /// use rand::{rngs::ChaCha8Rng, SeedableRng};
    ///
    /// let flips = SignFlips::new(&dmatrix![1.0_f64; 2.0; 1.5; 2.5], &dmatrix![0.0; 0.0; 0.0; 0.0])?;
    /// let test = flips.concept(&MonteCarlo::new(99)?, &mut ChaCha8Rng::seed_from_u64(1));
    /// assert_eq!(test.p_at_least().standard_error(), 0.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn standard_error(&self) -> f64 {
        self.standard_error
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (1 + 3)/(1 + 99) with the error of a binomial share; two tails double both.
    #[test]
    fn errors_are_those_of_a_binomial_share() {
        let p = PValue::monte_carlo(3, 99);
        assert_eq!(p.value(), 0.04);
        let error = (0.04_f64 * 0.96 / 99.0).sqrt();
        assert!((p.standard_error() / error - 1.0).abs() <= 4.0 * f64::EPSILON);
        let other = PValue::monte_carlo(95, 99);
        for both in [p.two_sided(other), other.two_sided(p)] {
            assert_eq!(both.value(), 0.08);
            assert_eq!(both.standard_error(), 2.0 * p.standard_error());
        }
        assert_eq!(other.two_sided(other).value(), 1.0);
        let exact = PValue::exact(3, 8);
        assert_eq!((exact.value(), exact.standard_error()), (0.375, 0.0));
    }
}
