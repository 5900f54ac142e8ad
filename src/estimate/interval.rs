//! Confidence: how often a statement of this kind is to hold.

use std::fmt;

use crate::linalg::check;
use crate::special::student;
use crate::{Error, Real};

/// A confidence level strictly between 0 and 1.
///
/// # Examples
/// ```
/// use alignment_tax::Confidence;
///
/// assert_eq!(Confidence::new(0.9)?.level(), 0.9);
/// assert!(Confidence::new(95.0).is_err(), "a share, not a percentage");
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Confidence(f64);

impl Confidence {
    /// 95 %.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Confidence;
    ///
    /// assert_eq!(Confidence::NINETY_FIVE.level(), 0.95);
    /// ```
    pub const NINETY_FIVE: Self = Self(0.95);

    /// A level such as 0.95.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] outside the open interval (0, 1).
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Confidence, Error};
    ///
    /// assert!(matches!(Confidence::new(1.0), Err(Error::OutOfRange { .. })));
    /// ```
    pub fn new(level: f64) -> Result<Self, Error> {
        let expected = "a confidence level between 0 and 1, both excluded";
        check::scalar("confidence", level, expected, |x| x > 0.0 && x < 1.0).map(Self)
    }

    /// The level.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Confidence;
    ///
    /// assert_eq!(Confidence::default().level(), 0.95);
    /// ```
    #[must_use]
    pub fn level(self) -> f64 {
        self.0
    }

    /// The level at which three statements hold at once at this one, whatever their dependence
    /// (Bonferroni).
    pub(crate) fn of_three(self) -> Self {
        // Below 1, also where a third of the error is less than rounding.
        Self((1.0 - (1.0 - self.0) / 3.0).min(1.0 - 0.5 * f64::EPSILON))
    }

    /// The standard errors that it allows, by Student's law with one degree of freedom
    /// less than there are independent units.
    pub(crate) fn standard_errors(self, units: usize) -> f64 {
        self.standard_errors_of(units as f64 - 1.0)
    }

    /// The same by degrees of freedom; the normal law for many.
    pub(crate) fn standard_errors_of(self, freedom: f64) -> f64 {
        student::quantile(self.0, freedom)
    }
}

/// The two-sided p-value of a distance x with variance v; a distance within rounding is
/// none.
pub(crate) fn two_sided(x: f64, rounding: f64, variance: f64, units: usize) -> f64 {
    if x.abs() <= rounding {
        return 1.0;
    }
    student::two_sided(x / variance.sqrt(), units as f64 - 1.0)
}

impl Default for Confidence {
    fn default() -> Self {
        Self::NINETY_FIVE
    }
}

/// A closed confidence interval.
///
/// # Examples
/// ```
/// use alignment_tax::{Confidence, Samples, TaxEstimate, Evidence};
/// use nalgebra::{DMatrix, dmatrix};
///
/// let safety: DMatrix<f64> = dmatrix![2.1, 0.9; 1.9, 1.1; 2.0, 1.0; 2.2, 0.8; 1.8, 1.2];
/// let code: DMatrix<f64> = dmatrix![1.0, 0.1; 1.1, 0.0; 0.9, 0.0; 1.0, -0.1];
/// let (safety, code) = (Samples::new(&safety)?, Samples::new(&code)?);
/// let tax = TaxEstimate::new(Evidence::Sampled(&safety), &[Evidence::Sampled(&code)])?;
/// let interval = tax.interval(Confidence::NINETY_FIVE);
/// assert!(interval.contains(tax.value()));
/// println!("{interval:.3}");
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    lower: f64,
    upper: f64,
    confidence: Confidence,
}

impl Interval {
    /// From both ends, in any order: those of a narrow interval may be turned round by a rounding.
    pub(crate) fn between(a: f64, b: f64, confidence: Confidence) -> Self {
        let (lower, upper) = if b < a { (b, a) } else { (a, b) };
        Self {
            lower,
            upper,
            confidence,
        }
    }

    /// The image under a monotone function, increasing or decreasing: as good an
    /// interval for the image as this one is for its own quantity.
    pub(crate) fn mapped(self, f: impl Fn(f64) -> f64) -> Self {
        Self::between(f(self.lower), f(self.upper), self.confidence)
    }

    /// The lower end.
    ///
    /// # Examples
    /// See [`Interval`].
    #[must_use]
    pub fn lower(&self) -> f64 {
        self.lower
    }

    /// The upper end.
    ///
    /// # Examples
    /// See [`Interval`].
    #[must_use]
    pub fn upper(&self) -> f64 {
        self.upper
    }

    /// Upper less lower.
    ///
    /// # Examples
    /// See [`Interval`].
    #[must_use]
    pub fn width(&self) -> f64 {
        self.upper - self.lower
    }

    /// The level at which it was computed.
    ///
    /// # Examples
    /// See [`Interval`].
    #[must_use]
    pub fn confidence(&self) -> Confidence {
        self.confidence
    }

    /// Whether a value lies in it, ends included.
    ///
    /// # Examples
    /// See [`Interval`].
    #[must_use]
    pub fn contains<T: Real>(&self, value: T) -> bool {
        (self.lower..=self.upper).contains(&value.to_double())
    }
}

/// `[lower, upper]`, in the precision of the format.
impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        fmt::Display::fmt(&self.lower, f)?;
        f.write_str(", ")?;
        fmt::Display::fmt(&self.upper, f)?;
        f.write_str("]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_statements_share_the_error() {
        let three = Confidence::NINETY_FIVE.of_three().level();
        assert!((three - (1.0 - 0.05 / 3.0)).abs() <= f64::EPSILON);
        let most = Confidence::new(1.0 - 0.5 * f64::EPSILON).expect("below one");
        assert!(most.of_three().level() < 1.0);
    }
}
