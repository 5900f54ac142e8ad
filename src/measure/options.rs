//! How a measurement is made.

use crate::{Budget, Confidence, Error, MonteCarlo};

/// Confidence, Monte Carlo effort, seed, budget and safety levels of a measurement.
///
/// By default: 95 %, 1999 replicates a null, seed 2026, a budget of 1, costs at 50, 80,
/// 90, 95, 99 and 100 % of it, and coordinates with 100 times the median mean square
/// called massive.
///
/// # Examples
/// ```
/// use alignment_tax::{Budget, Confidence, MeasurementOptions};
///
/// let options = MeasurementOptions::default()
///     .with_confidence(Confidence::new(0.9)?)
///     .with_replicates(9999)?
///     .with_seed(7)
///     .with_budget(Budget::new(2.0)?)
///     .with_levels(&[0.5, 1.0])?;
/// let _ = options;
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct MeasurementOptions {
    pub(super) confidence: Confidence,
    pub(super) replicates: usize,
    pub(super) seed: u64,
    pub(super) budget: Budget<f64>,
    pub(super) levels: Vec<f64>,
    pub(super) massive: f64,
}

impl Default for MeasurementOptions {
    fn default() -> Self {
        Self {
            confidence: Confidence::NINETY_FIVE,
            replicates: 1999,
            seed: 2026,
            budget: Budget::unit(),
            levels: vec![0.5, 0.8, 0.9, 0.95, 0.99, 1.0],
            massive: 100.0,
        }
    }
}

impl MeasurementOptions {
    /// The level of all intervals.
    ///
    /// # Examples
    /// See [`MeasurementOptions`].
    #[must_use]
    pub fn with_confidence(self, confidence: Confidence) -> Self {
        Self { confidence, ..self }
    }

    /// Replicates of each Monte Carlo null.
    ///
    /// # Errors
    /// As [`MonteCarlo::new`].
    ///
    /// # Examples
    /// See [`MeasurementOptions`].
    pub fn with_replicates(self, replicates: usize) -> Result<Self, Error> {
        MonteCarlo::new(replicates)?;
        Ok(Self { replicates, ..self })
    }

    /// The seed: equal seeds give equal records, on any number of threads.
    ///
    /// # Examples
    /// See [`MeasurementOptions`].
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// The budget B of the shift.
    ///
    /// # Examples
    /// See [`MeasurementOptions`].
    #[must_use]
    pub fn with_budget(self, budget: Budget<f64>) -> Self {
        Self { budget, ..self }
    }

    /// The safety gains to price, as shares of the budget.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a share outside [0, 1].
    ///
    /// # Examples
    /// See [`MeasurementOptions`].
    pub fn with_levels(self, levels: &[f64]) -> Result<Self, Error> {
        for &level in levels {
            crate::linalg::check::scalar("levels", level, "shares of the budget in [0, 1]", |x| {
                (0.0..=1.0).contains(&x)
            })?;
        }
        Ok(Self {
            levels: levels.to_vec(),
            ..self
        })
    }

    /// A coordinate is reported as massive above so many times the median mean square, as
    /// [`CoordinateShares::massive`](crate::CoordinateShares::massive) has it.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] unless it is above 1.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::MeasurementOptions;
    ///
    /// assert!(MeasurementOptions::default().with_massive_threshold(0.5).is_err());
    /// ```
    pub fn with_massive_threshold(self, threshold: f64) -> Result<Self, Error> {
        let expected = "a multiple of the median above 1";
        let massive = crate::linalg::check::scalar("threshold", threshold, expected, |x| x > 1.0)?;
        Ok(Self { massive, ..self })
    }
}
