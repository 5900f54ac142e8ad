//! The algebra of subspaces: projection and rejection of vectors, complement,
//! sum, intersection, containment.

use nalgebra::{DMatrix, DVector, DVectorView};

use super::Subspace;
use crate::linalg::{basis, check, reduce, scale};
use crate::{Direction, Error, PrincipalVectors, Real};

impl<T: Real> Subspace<T> {
    /// The orthogonal projection P·x of a vector onto the subspace.
    ///
    /// $$ P x = Q Q^\top x $$
    ///
    /// # Units and shapes
    /// d coordinates in, d out, in the units of x.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`], [`Error::NonFinite`], [`Error::Empty`], and
    /// [`Error::OutOfRange`] where a coordinate overflows the scalar.
    ///
    /// # Accuracy
    /// Within [`tolerance::orthonormality`](crate::tolerance::orthonormality)·‖x‖.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Subspace;
    /// use nalgebra::{dmatrix, dvector};
    ///
    /// let plane: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0, 0.0; 0.0, 1.0; 0.0, 0.0])?;
    /// let shadow = plane.project(&dvector![1.0_f64, 2.0, 3.0])?;
    /// assert!((shadow - dvector![1.0_f64, 2.0, 0.0]).norm() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn project<'a>(&self, x: impl Into<DVectorView<'a, T>>) -> Result<DVector<T>, Error> {
        let x = x.into();
        self.accepts("x", &x)?;
        rescaled(&x, |unit| self.split(unit).inside)
    }

    /// The rejection (I − P)·x: what is left of a vector outside the subspace.
    ///
    /// Orthogonalised twice, so that it is orthogonal to the subspace to rounding
    /// relative to itself, not merely relative to x.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`], [`Error::NonFinite`], [`Error::Empty`], and
    /// [`Error::OutOfRange`] where a coordinate overflows the scalar.
    ///
    /// # References
    /// Parlett (1998), *The Symmetric Eigenvalue Problem*, §6.9: twice is enough.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Subspace;
    /// use nalgebra::{dmatrix, dvector};
    ///
    /// let plane: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0, 0.0; 0.0, 1.0; 0.0, 0.0])?;
    /// let rest = plane.reject(&dvector![1.0_f64, 2.0, 3.0])?;
    /// assert!((rest - dvector![0.0_f64, 0.0, 3.0]).norm() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn reject<'a>(&self, x: impl Into<DVectorView<'a, T>>) -> Result<DVector<T>, Error> {
        let x = x.into();
        self.accepts("x", &x)?;
        rescaled(&x, |unit| self.split(unit).outside)
    }

    /// The orthogonal complement, of dimension d − m.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Subspace;
    /// use nalgebra::dmatrix;
    ///
    /// let line: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 2.0; 2.0])?;
    /// assert_eq!(line.complement().dimension(), 2);
    /// assert_eq!(line.complement().complement().dimension(), 1);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn complement(&self) -> Self {
        Self::of_orthonormal(basis::complement(self.basis()))
    }

    /// The sum 𝒞 + 𝒟, the smallest subspace that holds both.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`], [`Error::NotConverged`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Subspace;
    /// use nalgebra::dmatrix;
    ///
    /// let x: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0; 0.0])?;
    /// let xy: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0, 0.0; 1.0, 1.0; 0.0, 0.0])?;
    /// assert_eq!(x.sum(&xy)?.dimension(), 2);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn sum(&self, other: &Self) -> Result<Self, Error> {
        self.same_space(other)?;
        let columns = self.dimension() + other.dimension();
        if columns == 0 {
            return Ok(self.clone());
        }
        let mut stacked = DMatrix::zeros(self.ambient_dimension(), columns);
        stacked
            .columns_mut(0, self.dimension())
            .copy_from(self.basis());
        stacked
            .columns_mut(self.dimension(), other.dimension())
            .copy_from(other.basis());
        Self::from_columns(&stacked)
    }

    /// The intersection 𝒞 ∩ 𝒟: the directions that make an angle of at most
    /// `tolerance` with the other subspace.
    ///
    /// Two subspaces of measured data share nothing exactly; the tolerance, in
    /// radians, says what counts as shared. Principal vectors from both sides are
    /// averaged.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`], [`Error::OutOfRange`] for a tolerance outside
    /// [0, π/2), [`Error::NotConverged`].
    ///
    /// # References
    /// Golub & Van Loan (2013), §6.4.4.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Subspace;
    /// use nalgebra::dmatrix;
    ///
    /// let xy: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0, 0.0; 0.0, 1.0; 0.0, 0.0])?;
    /// let yz: Subspace<f64> = Subspace::from_columns(&dmatrix![0.0, 0.0; 1.0, 0.0; 0.0, 1.0])?;
    /// let y = xy.intersection(&yz, 1e-12)?;
    /// assert_eq!(y.dimension(), 1);
    /// assert!((y.basis()[(1, 0)].abs() - 1.0).abs() < 1e-14);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn intersection(&self, other: &Self, tolerance: T) -> Result<Self, Error> {
        self.same_space(other)?;
        let tolerance = angle_tolerance(tolerance)?;
        if self.dimension() == 0 || other.dimension() == 0 {
            return Self::trivial(self.ambient_dimension());
        }
        let pairs = PrincipalVectors::between(self, other)?;
        let shared = pairs
            .angles()
            .radians()
            .iter()
            .take_while(|&&theta| theta <= tolerance)
            .count();
        if shared == 0 {
            return Self::trivial(self.ambient_dimension());
        }
        let middle = pairs.left().columns(0, shared) + pairs.right().columns(0, shared);
        Self::from_columns(&middle)
    }

    /// Whether a direction lies in the subspace, up to an angle of `tolerance`
    /// radians.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`], [`Error::OutOfRange`] for a tolerance outside
    /// [0, π/2).
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Direction, Subspace};
    /// use nalgebra::dmatrix;
    ///
    /// let plane: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0, 0.0; 0.0, 1.0; 0.0, 0.0])?;
    /// let nearly = Direction::from_slice(&[1.0_f64, 1.0, 1e-6])?;
    /// assert!(plane.contains(&nearly, 1e-5)?);
    /// assert!(!plane.contains(&nearly, 1e-7)?);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn contains(&self, direction: &Direction<T>, tolerance: T) -> Result<bool, Error> {
        let tolerance = angle_tolerance(tolerance)?;
        let split = self.split_direction("direction", direction)?;
        Ok(split.sine.atan2(split.cosine) <= tolerance)
    }

    /// Whether another subspace lies in this one: its largest principal angle to
    /// this one is at most `tolerance` radians and its dimension no larger.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`], [`Error::OutOfRange`] for a tolerance outside
    /// [0, π/2), [`Error::NotConverged`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Subspace;
    /// use nalgebra::dmatrix;
    ///
    /// let plane: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0, 0.0; 0.0, 1.0; 0.0, 0.0])?;
    /// let line: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 2.0; 0.0])?;
    /// assert!(plane.contains_subspace(&line, 1e-12)?);
    /// assert!(!line.contains_subspace(&plane, 1e-12)?);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn contains_subspace(&self, other: &Self, tolerance: T) -> Result<bool, Error> {
        self.same_space(other)?;
        let tolerance = angle_tolerance(tolerance)?;
        if other.dimension() == 0 {
            return Ok(true);
        }
        if other.dimension() > self.dimension() {
            return Ok(false);
        }
        let angles = crate::PrincipalAngles::between(self, other)?;
        Ok(angles.radians().iter().all(|&theta| theta <= tolerance))
    }

    pub(crate) fn same_space(&self, other: &Self) -> Result<(), Error> {
        check::same(
            "other",
            "coordinates",
            self.ambient_dimension(),
            other.ambient_dimension(),
        )
    }

    /// A direction's parts inside and outside, checked.
    pub(crate) fn split_direction(
        &self,
        argument: &'static str,
        direction: &Direction<T>,
    ) -> Result<Split<T>, Error> {
        check::same(
            argument,
            "coordinates",
            self.ambient_dimension(),
            direction.ambient_dimension(),
        )?;
        Ok(self.split(direction.as_vector()))
    }

    /// ‖Px‖ and ‖(I − P)x‖ of a direction. Where the first is the smaller, the second loses
    /// nothing as a difference, and the basis is read once.
    pub(crate) fn lengths(
        &self,
        argument: &'static str,
        direction: &Direction<T>,
    ) -> Result<(T, T), Error> {
        let (expected, actual) = (self.ambient_dimension(), direction.ambient_dimension());
        check::same(argument, "coordinates", expected, actual)?;
        let cosine = scale::norm(self.coordinates(direction.as_vector()).as_slice());
        if cosine * cosine < T::from_double(0.5) {
            return Ok((cosine, (T::one() - cosine * cosine).sqrt()));
        }
        let split = self.split(direction.as_vector());
        Ok((split.cosine, split.sine))
    }

    /// x = Px + (I − P)x for x of moderate scale, orthogonalised twice.
    pub(crate) fn split(&self, x: &DVector<T>) -> Split<T> {
        let mut coordinates = self.coordinates(x);
        let mut outside = x - self.basis() * &coordinates;
        let correction = self.coordinates(&outside);
        outside -= self.basis() * &correction;
        coordinates += correction;
        Split {
            inside: self.basis() * &coordinates,
            cosine: scale::norm(coordinates.as_slice()),
            sine: scale::norm(outside.as_slice()),
            outside,
        }
    }

    /// Qᵀx, each coordinate a pairwise sum.
    fn coordinates(&self, x: &DVector<T>) -> DVector<T> {
        DVector::from_iterator(
            self.dimension(),
            self.basis()
                .column_iter()
                .map(|q| reduce::dot(q.as_slice(), x.as_slice())),
        )
    }
}

/// The two parts of a vector and their lengths.
pub(crate) struct Split<T> {
    pub(crate) inside: DVector<T>,
    pub(crate) outside: DVector<T>,
    /// ‖Px‖, from the coordinates.
    pub(crate) cosine: T,
    /// ‖(I − P)x‖, from the residual.
    pub(crate) sine: T,
}

/// Applies a linear map at unit scale, so that no entry over- or underflows.
fn rescaled<T: Real>(
    x: &DVectorView<'_, T>,
    linear: impl Fn(&DVector<T>) -> DVector<T>,
) -> Result<DVector<T>, Error> {
    let s = scale::power_of_two(reduce::max_abs(x.as_slice()));
    let image = linear(&(x * s)) / s;
    if let Some(entry) = image.iter().find(|v| !v.is_finite()) {
        return Err(Error::OutOfRange {
            argument: "projected coordinate",
            expected: "a value that the scalar can hold; scale the vector down",
            actual: entry.to_double(),
        });
    }
    Ok(image)
}

fn angle_tolerance<T: Real>(tolerance: T) -> Result<T, Error> {
    check::scalar("tolerance", tolerance, "radians in [0, π/2)", |t| {
        t >= T::zero() && t < T::frac_pi_2()
    })
}
