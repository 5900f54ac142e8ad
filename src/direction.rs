//! A direction: a point of the unit sphere of the representation space.
//!
//! Safety and capability enter the theory only as directions, so the type that
//! carries them has unit length by construction and keeps its sign: v and −v
//! span the same line, but one is safer and the other is not (theory §1.3).

use std::ops::Neg;

use nalgebra::{DVector, DVectorView};

use crate::linalg::{check, reduce, scale};
use crate::{Error, Real};

/// A unit vector of R^d, sign included.
///
/// $$ \hat v = v / \lVert v \rVert $$
///
/// # Units and shapes
/// d coordinates, dimensionless.
///
/// # Accuracy
/// Each coordinate within 4ε relative of the exact quotient plus the rounding of
/// the norm, for entries of any magnitude that the scalar can hold.
///
/// # Examples
/// ```
/// use alignment_tax::Direction;
///
/// let v = Direction::from_slice(&[3.0_f64, 0.0, 4.0])?;
/// assert_eq!(v.as_vector().as_slice(), [0.6, 0.0, 0.8]);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Direction<T> {
    /// Of unit length to rounding; never empty.
    unit: DVector<T>,
}

impl<T: Real> Direction<T> {
    /// The direction of a nonzero vector: a nalgebra vector or a view of one.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::NonFinite`], [`Error::ZeroVector`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Direction;
    /// use nalgebra::{DMatrix, dvector};
    ///
    /// let v: Direction<f32> = Direction::new(&dvector![0.0_f32, -2.0])?;
    /// assert_eq!(v.as_vector()[1], -1.0);
    ///
    /// // A probe's weight, a column of a matrix with one probe a column: a covector, to be
    /// // compared with gradients and other weights (theory §8.1).
    /// let probes: DMatrix<f64> = nalgebra::dmatrix![0.0, 3.0; 2.0, 4.0];
    /// let weight = Direction::new(probes.column(1))?;
    /// assert_eq!(weight.as_vector().as_slice(), [0.6, 0.8]);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn new<'a>(vector: impl Into<DVectorView<'a, T>>) -> Result<Self, Error> {
        Self::named("vector", vector.into().as_slice())
    }

    /// The direction of a nonzero slice.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::NonFinite`], [`Error::ZeroVector`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Direction, Error};
    ///
    /// assert!(Direction::from_slice(&[1e-300_f64, 1e-300]).is_ok());
    /// assert!(matches!(Direction::from_slice(&[0.0_f64, 0.0]), Err(Error::ZeroVector { .. })));
    /// ```
    pub fn from_slice(vector: &[T]) -> Result<Self, Error> {
        Self::named("vector", vector)
    }

    pub(crate) fn named(argument: &'static str, vector: &[T]) -> Result<Self, Error> {
        check::slice(argument, vector)?;
        let mut unit = DVector::from_column_slice(vector);
        if scale::normalise(unit.as_mut_slice()) {
            Ok(Self { unit })
        } else {
            Err(Error::ZeroVector {
                argument,
                column: 0,
            })
        }
    }

    /// The unit vector.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Direction;
    ///
    /// let v = Direction::from_slice(&[0.0_f64, 5.0])?;
    /// assert_eq!(v.as_vector().as_slice(), [0.0, 1.0]);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn as_vector(&self) -> &DVector<T> {
        &self.unit
    }

    /// d, the dimension of the space it lives in.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Direction;
    ///
    /// assert_eq!(Direction::from_slice(&[0.0_f64, 5.0])?.ambient_dimension(), 2);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn ambient_dimension(&self) -> usize {
        self.unit.len()
    }

    /// The cosine ⟨v, c⟩ ∈ [−1, 1], sign included: the *overlap* of theory §1.3,
    /// positive for synergy and negative for a tax.
    ///
    /// # Accuracy
    /// Absolute error at most (log₂ d + 12)·ε; for the complement near ±1 use
    /// [`Direction::angle`].
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Direction;
    ///
    /// let v = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let c = Direction::from_slice(&[-3.0_f64, 4.0])?;
    /// assert_eq!(v.overlap(&c)?, -0.6);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn overlap(&self, other: &Self) -> Result<T, Error> {
        self.same_space("other", other)?;
        let overlap = reduce::dot(self.unit.as_slice(), other.unit.as_slice());
        Ok(overlap.max(-T::one()).min(T::one()))
    }

    /// The angle between the two directions in [0, π], radians.
    ///
    /// $$ \alpha = 2 \operatorname{atan2}(\lVert v - c \rVert, \lVert v + c \rVert) $$
    ///
    /// # Accuracy
    /// Absolute error at most 8ε over all of [0, π]; the arccosine loses half the
    /// digits near 0 and π.
    ///
    /// # References
    /// Kahan (2006), *How futile are mindless assessments of roundoff*, §12.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Direction;
    ///
    /// let v = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let c = Direction::from_slice(&[1.0_f64, 1e-12])?;
    /// assert!((v.angle(&c)? - 1e-12).abs() < 1e-27);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn angle(&self, other: &Self) -> Result<T, Error> {
        let (minus, plus) = self.chords(other)?;
        Ok(T::from_double(2.0) * minus.atan2(plus))
    }

    /// ‖v − c‖ and ‖v + c‖: 2·sin(α/2) and 2·cos(α/2) without cancellation.
    pub(crate) fn chords(&self, other: &Self) -> Result<(T, T), Error> {
        self.same_space("other", other)?;
        let minus = &self.unit - &other.unit;
        let plus = &self.unit + &other.unit;
        Ok((scale::norm(minus.as_slice()), scale::norm(plus.as_slice())))
    }

    pub(crate) fn same_space(&self, argument: &'static str, other: &Self) -> Result<(), Error> {
        check::same(
            argument,
            "coordinates",
            self.ambient_dimension(),
            other.ambient_dimension(),
        )
    }
}

impl<T: Real> Neg for Direction<T> {
    type Output = Self;

    /// The opposite direction.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Direction;
    ///
    /// let v = -Direction::from_slice(&[2.0_f64, 0.0])?;
    /// assert_eq!(v.as_vector()[0], -1.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    fn neg(self) -> Self {
        Self { unit: -self.unit }
    }
}
