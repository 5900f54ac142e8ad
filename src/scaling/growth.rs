//! How many incidental capabilities a model of width d has.
//!
//! The law of the tax needs their number m'(d) and nothing else of them. It is the one
//! assumption about models in it: a fixed number is packed ever more loosely, a number that
//! keeps pace with the width is not, and which of the two holds is not a question of geometry.

use std::fmt;
use std::sync::Arc;

use crate::Error;
use crate::linalg::check;

/// The number m'(d) of incidental capability directions at width d.
///
/// $$ m^\prime(d) = m^\prime \quad\text{or}\quad m^\prime(d) = \rho d $$
///
/// or a function of your own.
///
/// # Units and shapes
/// A number of directions, not necessarily whole: ρd seldom is, and the law interpolates.
///
/// # Examples
/// ```
/// use alignment_tax::{Growth, ScalingLaw};
///
/// // Capabilities that grow like the root of the width.
/// let growth = Growth::of(|d| 2.0 * (d as f64).sqrt());
/// let law = ScalingLaw::new(0.0, 0, growth)?;
/// assert!((law.at(1024)?.mean() - 64.0 / 1024.0).abs() < 1e-15);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Clone)]
pub struct Growth(Kind);

#[derive(Clone)]
enum Kind {
    Fixed(f64),
    Linear(f64),
    Own(Arc<dyn Fn(usize) -> f64 + Send + Sync>),
}

impl Growth {
    /// The same number of directions at every width.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] unless it is finite and from 0 up.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Error, Growth};
    ///
    /// assert_eq!(Growth::fixed(64.0)?.directions(4096)?, 64.0);
    /// assert!(matches!(Growth::fixed(-1.0), Err(Error::OutOfRange { .. })));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn fixed(directions: f64) -> Result<Self, Error> {
        let expected = "a finite number of directions from 0 up";
        let directions = check::scalar("directions", directions, expected, |m| m >= 0.0)?;
        Ok(Self(Kind::Fixed(directions)))
    }

    /// A fixed number of directions to a dimension, m' = ρd.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] unless ρ is finite and from 0 up.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Growth;
    ///
    /// assert_eq!(Growth::linear(0.125)?.directions(4096)?, 512.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn linear(rate: f64) -> Result<Self, Error> {
        let expected = "a finite number of directions per dimension from 0 up";
        let rate = check::scalar("rate", rate, expected, |rho| rho >= 0.0)?;
        Ok(Self(Kind::Linear(rate)))
    }

    /// A function of the width. It is called for every width that is asked about, and must
    /// be the same each time; a table of known models is such a function, with a NaN
    /// where there is none.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Error, Growth};
    ///
    /// let counted = Growth::of(|d| match d {
    ///     768 => 40.0,
    ///     4096 => 150.0,
    ///     _ => f64::NAN,
    /// });
    /// assert_eq!(counted.directions(4096)?, 150.0);
    /// assert!(matches!(counted.directions(1024), Err(Error::OutOfRange { .. })));
    /// # Ok::<(), Error>(())
    /// ```
    #[must_use]
    pub fn of(directions: impl Fn(usize) -> f64 + Send + Sync + 'static) -> Self {
        Self(Kind::Own(Arc::new(directions)))
    }

    /// m'(d).
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where a function of your own gives no finite number from 0 up.
    ///
    /// # Examples
    /// See [`Growth::fixed`].
    pub fn directions(&self, d: usize) -> Result<f64, Error> {
        match &self.0 {
            Kind::Fixed(m) => Ok(*m),
            Kind::Linear(rate) => Ok((rate * d as f64).min(f64::MAX)),
            Kind::Own(f) => {
                let expected = "a finite number of directions from 0 up at every width asked for";
                check::scalar("growth", f(d), expected, |m| m >= 0.0)
            }
        }
    }

    /// m'/(d − k), the share of the free dimensions that the incidental directions fill, at
    /// most 1. Falls with d in floating point where it does on paper, the function of a
    /// user excepted.
    pub(super) fn share(&self, d: usize, k: usize) -> Result<f64, Error> {
        let free = (d - k) as f64;
        let share = match &self.0 {
            Kind::Linear(rate) => rate + rate * (k as f64 / free),
            _ => self.directions(d)? / free,
        };
        Ok(share.min(1.0))
    }

    /// The limit of m'/(d − k) for d → ∞; `None` where only the user knows.
    pub(super) fn limit(&self) -> Option<f64> {
        match &self.0 {
            Kind::Fixed(_) => Some(0.0),
            Kind::Linear(rate) => Some(rate.min(1.0)),
            Kind::Own(_) => None,
        }
    }

    /// Whether m'/(d − k) is the same for every d.
    pub(super) fn is_level(&self, k: usize) -> bool {
        match &self.0 {
            Kind::Fixed(m) => *m == 0.0,
            Kind::Linear(rate) => *rate == 0.0 || *rate >= 1.0 || k == 0,
            Kind::Own(_) => false,
        }
    }
}

impl fmt::Debug for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Fixed(m) => write!(f, "Growth::fixed({m:?})"),
            Kind::Linear(rate) => write!(f, "Growth::linear({rate:?})"),
            Kind::Own(_) => f.write_str("Growth::of(..)"),
        }
    }
}
