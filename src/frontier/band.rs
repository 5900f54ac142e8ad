//! The preservation frontier of a tax rate that is known to lie in an interval.
//!
//! Free gain falls and cost rises with τ at every safety gain, so that the frontiers at
//! the two ends of the interval enclose the true one as often as the interval encloses τ,
//! and at all gains at once.

use super::{Budget, FrontierError, PreservationFrontier};
use crate::{Confidence, Interval, TaxEstimate, TaxRate};

/// What safety costs, with the uncertainty of an estimated tax rate.
///
/// $$ \kappa\_{\tau\_1}(s) \le \kappa(s) \le \kappa\_{\tau\_2}(s), \qquad \tau\_1 \le \tau \le \tau\_2 $$
///
/// # Units and shapes
/// As [`PreservationFrontier`].
///
/// # Accuracy
/// It covers exactly as often as [`TaxEstimate::interval`], at all safety gains together.
///
/// # Examples
/// ```
/// use alignment_tax::{Budget, Confidence, Evidence, PreservationBand, Samples, TaxEstimate};
/// use nalgebra::dmatrix;
///
/// let safety = Samples::new(&dmatrix![2.1_f64, 0.9; 1.9, 1.1; 2.0, 1.0; 2.2, 0.8])?;
/// let code = Samples::new(&dmatrix![1.0_f64, 0.1; 1.1, 0.0; 0.9, 0.0; 1.0, -0.1])?;
/// let tax = TaxEstimate::new(Evidence::Sampled(&safety), &[Evidence::Sampled(&code)])?;
/// let band = PreservationBand::new(&tax, Budget::new(1.0)?, Confidence::NINETY_FIVE);
/// println!("free {:.2}", band.free_gain());
/// println!("cost of 90 % of the budget {:.2}", band.min_cost(0.9)?);
/// assert!(band.min_cost(0.9)?.lower() > 0.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PreservationBand {
    /// At the lower and at the upper end of the interval for τ.
    ends: [PreservationFrontier<f64>; 2],
    confidence: Confidence,
}

impl PreservationBand {
    /// The frontiers at both ends of the estimate's interval.
    ///
    /// # Examples
    /// See [`PreservationBand`].
    #[must_use]
    pub fn new(tax: &TaxEstimate, budget: Budget<f64>, confidence: Confidence) -> Self {
        let interval = tax.interval(confidence);
        let at = |tau: f64| {
            let rate = TaxRate::of_lengths(tau.sqrt(), (1.0 - tau).sqrt());
            PreservationFrontier::new(rate, budget)
        };
        Self {
            ends: [at(interval.lower()), at(interval.upper())],
            confidence,
        }
    }

    /// The frontier if τ is as low as the interval allows.
    ///
    /// # Examples
    /// See [`PreservationBand`].
    #[must_use]
    pub fn cheapest(&self) -> &PreservationFrontier<f64> {
        &self.ends[0]
    }

    /// The frontier if τ is as high as the interval allows.
    ///
    /// # Examples
    /// See [`PreservationBand`].
    #[must_use]
    pub fn dearest(&self) -> &PreservationFrontier<f64> {
        &self.ends[1]
    }

    /// The safety gain that costs nothing.
    ///
    /// # Examples
    /// See [`PreservationBand`].
    #[must_use]
    pub fn free_gain(&self) -> Interval {
        let [cheapest, dearest] = self.ends.map(|f| f.free_gain());
        Interval::between(dearest, cheapest, self.confidence)
    }

    /// The least displacement of the capabilities at a safety gain.
    ///
    /// # Errors
    /// As [`PreservationFrontier::min_cost`].
    ///
    /// # Examples
    /// See [`PreservationBand`].
    pub fn min_cost(&self, safety: f64) -> Result<Interval, FrontierError> {
        self.of_ends(|end| end.min_cost(safety))
    }

    /// The largest safety gain at a displacement of the capabilities.
    ///
    /// # Errors
    /// As [`PreservationFrontier::max_safety`].
    ///
    /// # Examples
    /// See [`PreservationBand`].
    pub fn max_safety(&self, cost: f64) -> Result<Interval, FrontierError> {
        self.of_ends(|end| end.max_safety(cost))
    }

    fn of_ends(
        &self,
        of: impl Fn(&PreservationFrontier<f64>) -> Result<f64, FrontierError>,
    ) -> Result<Interval, FrontierError> {
        let (a, b) = (of(&self.ends[0])?, of(&self.ends[1])?);
        Ok(Interval::between(a, b, self.confidence))
    }
}
