//! Vectors and covectors: two kinds of column of d numbers that look alike.
//!
//! A vector is a displacement of representations. A covector is a rate of change: what
//! it is for is to be paired with a vector, ⟨w, δ⟩ = Σ wᵢδᵢ. In other units of the
//! coordinates, x → Ax, the one turns into Ax and the other into A^(−T)w, so that the
//! pairing stays and an angle between the two means nothing. Here they are types, and
//! the only way from one to the other is a metric.

use nalgebra::{DVector, DVectorView};

use crate::linalg::{check, reduce, scale};
use crate::{Error, Real};

/// A displacement of representations: a shift, a steering vector, a difference of means.
///
/// # Units and shapes
/// d coordinates in the units of the representation; zero is a vector.
///
/// # References
/// Theory §8.1.
///
/// # Examples
/// ```
/// use alignment_tax::Vector;
///
/// let shift = Vector::from_slice(&[3.0_f64, 4.0])?;
/// assert_eq!(shift.dimension(), 2);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Vector<T>(DVector<T>);

/// A rate of change: a gradient, a probe's weight, anything whose pairing with a shift
/// is the plain dot product.
///
/// A covector is no [`Vector`], and nothing that asks for one takes the other:
///
/// ```compile_fail
/// use alignment_tax::{Covector, Metric};
///
/// let gradient = Covector::from_slice(&[1.0_f64, 0.0])?;
/// Metric::<f64>::identity(2)?.whiten_vector(&gradient)?;
/// # Ok::<(), alignment_tax::Error>(())
/// ```
///
/// # Units and shapes
/// d coordinates, in units of what is measured over the units of the representation.
///
/// # References
/// Theory §8.1.
///
/// # Examples
/// ```
/// use alignment_tax::{Covector, Vector};
///
/// let gradient = Covector::from_slice(&[2.0_f64, -1.0])?;
/// let shift = Vector::from_slice(&[0.5_f64, 0.25])?;
/// assert_eq!(gradient.pair(&shift)?, 0.75);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Covector<T>(DVector<T>);

impl<T: Real> Vector<T> {
    /// A displacement from its coordinates.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::NonFinite`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Error, Vector};
    /// use nalgebra::dvector;
    ///
    /// assert!(Vector::new(&dvector![1.0_f64, 0.0]).is_ok());
    /// let error = Vector::new(&dvector![1.0, f64::NAN]).unwrap_err();
    /// assert!(matches!(error, Error::NonFinite { row: 1, .. }));
    /// ```
    pub fn new<'a>(vector: impl Into<DVectorView<'a, T>>) -> Result<Self, Error> {
        Self::from_slice(vector.into().as_slice())
    }

    /// A displacement from a slice.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::NonFinite`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Vector;
    ///
    /// assert!(Vector::<f64>::from_slice(&[]).is_err());
    /// ```
    pub fn from_slice(vector: &[T]) -> Result<Self, Error> {
        check::slice("vector", vector)?;
        Ok(Self(DVector::from_column_slice(vector)))
    }

    pub(super) fn of_finite(vector: DVector<T>) -> Self {
        Self(vector)
    }

    /// The coordinates.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Vector;
    ///
    /// assert_eq!(Vector::from_slice(&[1.0_f64, 2.0])?.coordinates()[1], 2.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn coordinates(&self) -> &DVector<T> {
        &self.0
    }

    /// d.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Vector;
    ///
    /// assert_eq!(Vector::from_slice(&[1.0_f64, 2.0])?.dimension(), 2);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.0.len()
    }
}

impl<T: Real> Covector<T> {
    /// A rate of change from its coordinates.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::NonFinite`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Covector;
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// // A column of a matrix with one probe a column.
    /// let probes: DMatrix<f64> = dmatrix![0.0, 3.0; 2.0, 4.0];
    /// assert_eq!(Covector::new(probes.column(1))?.coordinates()[0], 3.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn new<'a>(covector: impl Into<DVectorView<'a, T>>) -> Result<Self, Error> {
        Self::from_slice(covector.into().as_slice())
    }

    /// A rate of change from a slice.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::NonFinite`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Covector;
    ///
    /// assert!(Covector::from_slice(&[f64::INFINITY]).is_err());
    /// ```
    pub fn from_slice(covector: &[T]) -> Result<Self, Error> {
        check::slice("covector", covector)?;
        Ok(Self(DVector::from_column_slice(covector)))
    }

    pub(super) fn of_finite(covector: DVector<T>) -> Self {
        Self(covector)
    }

    /// The coordinates.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Covector;
    ///
    /// assert_eq!(Covector::from_slice(&[1.0_f64, 2.0])?.coordinates()[1], 2.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn coordinates(&self) -> &DVector<T> {
        &self.0
    }

    /// d.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Covector;
    ///
    /// assert_eq!(Covector::from_slice(&[1.0_f64, 2.0])?.dimension(), 2);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.0.len()
    }

    /// ⟨w, δ⟩, the plain dot product: the change that the shift makes, to first order. It
    /// takes no metric.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`]; [`Error::OutOfRange`] where it is beyond the scalar.
    ///
    /// # Accuracy
    /// (log₂ d + 12)·ε·‖w‖·‖δ‖.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Covector, Vector};
    ///
    /// let change = Covector::from_slice(&[1e200_f64])?.pair(&Vector::from_slice(&[1e-200])?)?;
    /// assert!((change - 1.0).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn pair(&self, vector: &Vector<T>) -> Result<T, Error> {
        check::same(
            "vector",
            "coordinates",
            self.dimension(),
            vector.dimension(),
        )?;
        let s = scale::power_of_two(reduce::max_abs(self.0.as_slice()));
        let t = scale::power_of_two(reduce::max_abs(vector.0.as_slice()));
        let product = reduce::dot((&self.0 * s).as_slice(), (&vector.0 * t).as_slice());
        // The larger unit first, so that the result alone decides whether it fits.
        let (small, large) = if s < t { (s, t) } else { (t, s) };
        check::scalar(
            "pairing",
            product / large / small,
            "a number that the scalar type can hold; scale the arguments",
            |_| true,
        )
    }
}
