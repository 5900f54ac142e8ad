//! A tax rate as it is put to a test: τ and 1 − τ in double precision.

use crate::linalg::check;
use crate::{Error, Real, TaxRate};

/// A tax rate that is compared with chance: made of a [`TaxRate`] of any scalar, or of
/// a number in [0, 1] by `into()`.
///
/// Methods that take `impl Into<ObservedRate>` take either. A [`TaxRate`] brings its own
/// 1 − τ along, so that nothing is lost where τ is almost 1; of a plain number it is
/// `1.0 - tau`. A number outside [0, 1] is refused where the rate is used.
///
/// # Examples
/// ```
/// use alignment_tax::{Direction, IsotropicNull, TaxRate};
///
/// let v = Direction::from_slice(&[0.6_f32, 0.0, 0.8])?;
/// let c = Direction::from_slice(&[1.0_f32, 0.0, 0.0])?;
/// let null = IsotropicNull::new(3, 1)?;
/// let from_rate = null.p_entangled(TaxRate::single(&v, &c)?)?;
/// let from_number = null.p_entangled(0.36)?;
/// assert!((from_rate - from_number).abs() < 1e-6);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ObservedRate {
    pub(crate) tau: f64,
    pub(crate) complement: f64,
    /// ε of the scalar it was computed in.
    pub(crate) epsilon: f64,
}

impl ObservedRate {
    /// The rate, if it is one.
    pub(crate) fn checked(self) -> Result<Self, Error> {
        check::scalar("tau", self.tau, "a tax rate in [0, 1]", |tau| {
            (0.0..=1.0).contains(&tau)
        })?;
        Ok(self)
    }
}

impl From<f64> for ObservedRate {
    /// # Examples
    /// ```
    /// use alignment_tax::{Error, IsotropicNull};
    ///
    /// let null = IsotropicNull::new(10, 2)?;
    /// assert!(matches!(null.p_freer(1.5), Err(Error::OutOfRange { argument: "tau", .. })));
    /// # Ok::<(), Error>(())
    /// ```
    fn from(tau: f64) -> Self {
        Self {
            tau,
            complement: 1.0 - tau,
            epsilon: f64::EPSILON,
        }
    }
}

impl<T: Real> From<TaxRate<T>> for ObservedRate {
    /// # Examples
    /// ```
    /// use alignment_tax::{Direction, IsotropicNull, TaxRate};
    ///
    /// // 1 − τ = 1e-20, which no f64 next to 1 can say.
    /// let v = Direction::from_slice(&[1.0_f64, 1e-10])?;
    /// let c = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let p = IsotropicNull::new(2, 1)?.p_entangled(TaxRate::single(&v, &c)?)?;
    /// assert!((p / (2e-10 / std::f64::consts::PI) - 1.0).abs() < 1e-12);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    fn from(tax: TaxRate<T>) -> Self {
        Self {
            tau: tax.value().to_double(),
            complement: tax.complement().to_double(),
            epsilon: T::machine_epsilon().to_double(),
        }
    }
}

impl<T: Real> From<&TaxRate<T>> for ObservedRate {
    /// # Examples
    /// ```
    /// use alignment_tax::{Direction, IsotropicNull, TaxRate};
    ///
    /// let v = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let c = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let tax = TaxRate::single(&v, &c)?;
    /// assert!(IsotropicNull::new(2, 1)?.p_entangled(&tax)? > 0.5);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    fn from(tax: &TaxRate<T>) -> Self {
        Self::from(*tax)
    }
}
