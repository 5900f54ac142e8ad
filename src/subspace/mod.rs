//! A linear subspace of R^d: a point of a Grassmannian, held as an orthonormal
//! basis together with the evidence for its dimension.
//!
//! A capability subspace is rarely given; it is the span of measured directions,
//! the leading part of a stack of gradients, or the principal components of
//! activations. Each of those needs a decision about rank, and that decision can
//! change a tax rate. So the rule and the singular values it was applied to stay
//! with the subspace.

mod algebra;

use nalgebra::{DMatrix, DMatrixView, DVector, DVectorView};

use crate::linalg::basis::{self, Basis};
use crate::linalg::{ThinSvd, check, owned, reduce, scale};
use crate::{Direction, Error, RankRule, Real, tolerance};

/// A linear subspace of R^d of dimension m, 0 ≤ m ≤ d.
///
/// $$ \mathcal C = \operatorname{span} Q, \qquad Q^\top Q = I_m, \qquad P = Q Q^\top $$
///
/// # Units and shapes
/// Q is d × m, dimensionless.
///
/// # Examples
/// ```
/// use alignment_tax::Subspace;
/// use nalgebra::dmatrix;
///
/// // Three columns, one of them the sum of the others: dimension 2.
/// let c: Subspace<f64> = Subspace::from_columns(&dmatrix![
///     1.0, 0.0, 1.0;
///     0.0, 1.0, 1.0;
///     0.0, 0.0, 0.0
/// ])?;
/// assert_eq!(c.dimension(), 2);
/// assert!(c.singular_values()[2] < 1e-15);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Subspace<T> {
    /// d × m with orthonormal columns; m = 0 is the trivial subspace.
    basis: DMatrix<T>,
    /// What the rank was decided on, descending; at least m of them.
    singular_values: DVector<T>,
    rule: RankRule<T>,
}

impl<T: Real> Subspace<T> {
    /// The span of the columns of a d × k matrix, k > d included.
    ///
    /// Columns are scaled by powers of two to lengths near one first, so that their
    /// units do not matter; dependent columns lower the dimension, which is read off with
    /// [`Subspace::dimension`] and [`Subspace::singular_values`].
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::NonFinite`], [`Error::ZeroVector`] naming the
    /// column, [`Error::NotConverged`].
    ///
    /// # Accuracy
    /// The basis is orthonormal to [`tolerance::orthonormality`]; its span is
    /// within [`tolerance::angle`]·κ of the exact one, κ the condition number of
    /// the columns so scaled.
    ///
    /// # References
    /// Yamamoto et al. (2015), *Roundoff error analysis of the CholeskyQR2
    /// algorithm*; van der Sluis (1969) for the scaling.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Subspace;
    /// use nalgebra::dmatrix;
    ///
    /// let c: Subspace<f64> = Subspace::from_columns(&dmatrix![1e300, 0.0; 1e300, 1e-300; 0.0, 0.0])?;
    /// assert_eq!((c.ambient_dimension(), c.dimension()), (3, 2));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn from_columns<'a>(columns: impl Into<DMatrixView<'a, T>>) -> Result<Self, Error> {
        Self::from_columns_with(columns, RankRule::Numerical)
    }

    /// The span of the columns, its dimension by a rank rule of your own, applied
    /// to the singular values of the columns scaled to about unit length.
    ///
    /// # Errors
    /// As [`Subspace::from_columns`]; [`Error::OutOfRange`] or
    /// [`Error::OutOfBounds`] for a rule outside its domain;
    /// [`Error::UnsuitableRule`] for [`RankRule::GavishDonoho`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{RankRule, Subspace};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let nearly_parallel: DMatrix<f64> = dmatrix![1.0, 1.0; 0.0, 1e-9];
    /// let c = Subspace::from_columns_with(&nearly_parallel, RankRule::Relative(1e-6))?;
    /// assert_eq!(c.dimension(), 1);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn from_columns_with<'a>(
        columns: impl Into<DMatrixView<'a, T>>,
        rule: RankRule<T>,
    ) -> Result<Self, Error> {
        basis::of_columns("columns", &columns.into(), rule).map(|b| Self::of(b, rule))
    }

    /// [`from_columns`](Self::from_columns) of an argument of another name.
    pub(crate) fn of_columns(
        argument: &'static str,
        columns: &DMatrixView<'_, T>,
    ) -> Result<Self, Error> {
        let rule = RankRule::Numerical;
        basis::of_columns(argument, columns, rule).map(|b| Self::of(b, rule))
    }

    /// The span of directions.
    ///
    /// # Errors
    /// [`Error::Empty`] for no direction, [`Error::DimensionMismatch`],
    /// [`Error::NotConverged`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Direction, Subspace};
    ///
    /// let code = Direction::from_slice(&[1.0_f64, 0.0, 0.0])?;
    /// let arithmetic = Direction::from_slice(&[1.0_f64, 1.0, 0.0])?;
    /// assert_eq!(Subspace::from_directions(&[code, arithmetic])?.dimension(), 2);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn from_directions(directions: &[Direction<T>]) -> Result<Self, Error> {
        Self::from_columns(&direction_matrix("directions", directions)?)
    }

    /// The leading left singular space of a d × k matrix, such as a stack of
    /// gradients, lengths and units as they are.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::NonFinite`], [`Error::ZeroVector`] for a matrix
    /// of zeros, [`Error::OutOfRange`] or [`Error::OutOfBounds`] for a rule
    /// outside its domain, [`Error::NotConverged`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{RankRule, Subspace};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let gradients: DMatrix<f64> = dmatrix![5.0, 5.0, 4.0; 0.1, -0.1, 0.0; 0.0, 0.0, 0.0];
    /// let c = Subspace::from_leading_singular(&gradients, RankRule::Fixed(1))?;
    /// assert_eq!(c.dimension(), 1);
    ///
    /// // A stack of gradients to the span that explains 95 % of their energy Σσ².
    /// let c = Subspace::from_leading_singular(&gradients, RankRule::Energy(0.95))?;
    /// let squares = c.singular_values().map(|s| s * s);
    /// assert!(squares.rows(0, c.dimension()).sum() >= 0.95 * squares.sum());
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn from_leading_singular<'a>(
        columns: impl Into<DMatrixView<'a, T>>,
        rule: RankRule<T>,
    ) -> Result<Self, Error> {
        basis::of_leading_singular("columns", &columns.into(), 0, rule).map(|b| Self::of(b, rule))
    }

    /// The principal subspace of samples: rows are samples, columns coordinates;
    /// the mean is removed, so that n samples give at most n − 1 dimensions.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::NonFinite`], [`Error::ZeroVector`] where all rows
    /// are equal, [`Error::OutOfRange`] or [`Error::OutOfBounds`] for a rule
    /// outside its domain, [`Error::NotConverged`].
    ///
    /// # References
    /// Jolliffe (2002), *Principal Component Analysis*, §3.5.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{RankRule, Subspace};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// // Four samples along the diagonal of the first two coordinates.
    /// let samples: DMatrix<f64> = dmatrix![1.0, 1.0, 7.0; 2.0, 2.0, 7.0; 3.0, 3.0, 7.0; 4.0, 4.0, 7.0];
    /// let c = Subspace::from_pca(&samples, RankRule::Energy(0.9))?;
    /// assert_eq!((c.ambient_dimension(), c.dimension()), (3, 1));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn from_pca<'a>(
        samples: impl Into<DMatrixView<'a, T>>,
        rule: RankRule<T>,
    ) -> Result<Self, Error> {
        let samples = samples.into();
        check::matrix("samples", &samples)?;
        let mut centred = samples.transpose();
        // Scaled first, so that sums of huge entries stay finite.
        centred *= scale::power_of_two(reduce::max_abs(centred.as_slice()));
        let largest = reduce::max_abs(centred.as_slice());
        let rows = T::from_double(samples.nrows() as f64);
        // Twice: the first mean is off by ε of itself, which may be far more than ε of
        // the spread and would pass for a dimension; the second is not.
        for _ in 0..2 {
            for i in 0..centred.nrows() {
                let coordinate: Vec<T> = centred.row(i).iter().copied().collect();
                let mean = reduce::sum(&coordinate) / rows;
                centred.row_mut(i).add_scalar_mut(-mean);
            }
        }
        // Equal rows leave rounding, not zeros.
        let noise = tolerance::mean_difference::<T>(samples.nrows()) * largest;
        if reduce::max_abs(centred.as_slice()) <= noise {
            return Err(Error::ZeroVector {
                argument: "samples less their mean",
                column: 0,
            });
        }
        let mut basis = basis::of_leading_singular("samples", &centred.as_view(), 1, rule)?;
        // n centred samples span no more than n − 1 dimensions.
        let most = samples.nrows() - 1;
        if basis.vectors.ncols() > most {
            basis.vectors = basis.vectors.columns(0, most).into_owned();
        }
        Ok(Self::of(basis, rule))
    }

    /// The span of columns that are orthonormal already, which is verified.
    ///
    /// # Errors
    /// [`Error::NotOrthonormal`] naming the worst pair of columns,
    /// [`Error::Empty`], [`Error::NonFinite`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Error, Subspace};
    /// use nalgebra::dmatrix;
    ///
    /// assert!(Subspace::from_orthonormal(&dmatrix![0.6_f64; 0.8]).is_ok());
    /// let error = Subspace::from_orthonormal(&dmatrix![0.6_f64, 0.0; 0.8, 1.0]).unwrap_err();
    /// assert!(matches!(error, Error::NotOrthonormal { first: 0, second: 1, .. }));
    /// ```
    pub fn from_orthonormal<'a>(basis: impl Into<DMatrixView<'a, T>>) -> Result<Self, Error> {
        let basis = owned(&basis.into());
        check::matrix("basis", &basis.as_view())?;
        let accepted = tolerance::orthonormality::<T>(basis.nrows());
        // Where a product of two columns overflows, so does the square of one of them: an
        // infinite entry of the diagonal, which is the worst.
        let gram = T::kernel_gram(&basis);
        let identity = DMatrix::identity(basis.ncols(), basis.ncols());
        let (first, second, deviation) = check::largest_entry(&(gram - identity));
        if deviation > accepted {
            return Err(Error::NotOrthonormal {
                argument: "basis",
                first: first.min(second),
                second: first.max(second),
                deviation: deviation.to_double(),
                tolerance: accepted.to_double(),
            });
        }
        Ok(Self::of_orthonormal(basis))
    }

    /// The range of an orthogonal projector P, a d × d matrix with P = Pᵀ = P²,
    /// which is verified; the zero matrix gives the trivial subspace.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`] where P is not square,
    /// [`Error::NotSymmetric`] or [`Error::NotIdempotent`] naming the worst entry,
    /// [`Error::Empty`], [`Error::NonFinite`], [`Error::NotConverged`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Subspace;
    /// use nalgebra::dmatrix;
    ///
    /// let c: Subspace<f64> = Subspace::from_projector(&dmatrix![0.5, 0.5; 0.5, 0.5])?;
    /// assert_eq!(c.dimension(), 1);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn from_projector<'a>(projector: impl Into<DMatrixView<'a, T>>) -> Result<Self, Error> {
        let p = owned(&projector.into());
        let argument = "projector";
        check::matrix(argument, &p.as_view())?;
        check::same(argument, "columns", p.nrows(), p.ncols())?;
        let accepted = tolerance::symmetry::<T>(p.nrows());
        check::symmetric(argument, &p, accepted)?;
        // An overflow is on the diagonal too, where P² is a sum of squares: the worst entry then.
        let (row, column, deviation) = check::largest_entry(&(T::kernel_product(&p, &p) - &p));
        if deviation > accepted {
            return Err(Error::NotIdempotent {
                argument,
                row,
                column,
                deviation: deviation.to_double(),
                tolerance: accepted.to_double(),
            });
        }
        let svd = ThinSvd::new(&p)?;
        // The eigenvalues are zeros and ones.
        let half = T::from_double(0.5);
        let rank = svd
            .singular_values()
            .iter()
            .take_while(|&&s| s > half)
            .count();
        Ok(Self {
            basis: svd.left_vectors().columns(0, rank).into_owned(),
            singular_values: svd.singular_values().clone(),
            rule: RankRule::Relative(half),
        })
    }

    /// The subspace {0} of R^d, which no direction overlaps with.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] for d = 0.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Subspace;
    ///
    /// assert_eq!(Subspace::<f64>::trivial(576)?.dimension(), 0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn trivial(dimension: usize) -> Result<Self, Error> {
        if dimension == 0 {
            return Err(Error::OutOfBounds {
                argument: "dimension",
                least: 1,
                most: u32::MAX as usize,
                actual: 0,
                advice: "a representation space has at least one dimension",
            });
        }
        Ok(Self::of_orthonormal(DMatrix::zeros(dimension, 0)))
    }

    fn of(basis: Basis<T>, rule: RankRule<T>) -> Self {
        Self {
            basis: basis.vectors,
            singular_values: basis.singular_values,
            rule,
        }
    }

    /// A basis that is orthonormal by construction.
    pub(crate) fn of_orthonormal(basis: DMatrix<T>) -> Self {
        Self {
            singular_values: DVector::repeat(basis.ncols(), T::one()),
            basis,
            rule: RankRule::Numerical,
        }
    }

    /// Q, d × m with orthonormal columns.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Subspace;
    /// use nalgebra::dmatrix;
    ///
    /// let c: Subspace<f64> = Subspace::from_columns(&dmatrix![3.0; 4.0])?;
    /// assert_eq!(c.basis().shape(), (2, 1));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn basis(&self) -> &DMatrix<T> {
        &self.basis
    }

    /// m, the dimension of the subspace.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Subspace;
    /// use nalgebra::dmatrix;
    ///
    /// assert_eq!(Subspace::from_columns(&dmatrix![3.0_f64; 4.0])?.dimension(), 1);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.basis.ncols()
    }

    /// d, the dimension of the space it lives in.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Subspace;
    /// use nalgebra::dmatrix;
    ///
    /// assert_eq!(Subspace::from_columns(&dmatrix![3.0_f64; 4.0])?.ambient_dimension(), 2);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn ambient_dimension(&self) -> usize {
        self.basis.nrows()
    }

    /// The singular values, descending, that the rank rule was applied to: of the
    /// columns scaled by powers of two to about unit length, of the matrix as it was for
    /// [`from_leading_singular`](Self::from_leading_singular), of the centred
    /// samples up to scale for [`from_pca`](Self::from_pca), ones for a basis that
    /// was orthonormal already.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Subspace;
    /// use nalgebra::dmatrix;
    ///
    /// let c: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0, 0.0; 0.0, 8.0])?;
    /// assert_eq!(c.singular_values().as_slice(), [1.0, 1.0]);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn singular_values(&self) -> &DVector<T> {
        &self.singular_values
    }

    /// The rule that decided the dimension.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{RankRule, Subspace};
    /// use nalgebra::dmatrix;
    ///
    /// let c: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 1.0])?;
    /// assert_eq!(c.rank_rule(), RankRule::Numerical);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn rank_rule(&self) -> RankRule<T> {
        self.rule
    }

    /// κ = σ₁/σ_m, the condition number of what was kept: large where capabilities
    /// are nearly collinear. 1 for the trivial subspace.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Subspace;
    /// use nalgebra::dmatrix;
    ///
    /// let c: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0, 1.0; 0.0, 1e-6])?;
    /// assert!(c.condition_number() > 1e6);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn condition_number(&self) -> T {
        match self.dimension() {
            0 => T::one(),
            m => self.singular_values[0] / self.singular_values[m - 1],
        }
    }

    /// Checks that a vector lives in the same space and is finite.
    fn accepts(&self, argument: &'static str, x: &DVectorView<'_, T>) -> Result<(), Error> {
        check::vector(argument, x)?;
        check::same(argument, "coordinates", self.ambient_dimension(), x.len())
    }
}

/// Directions as the columns of a matrix.
pub(crate) fn direction_matrix<T: Real>(
    argument: &'static str,
    directions: &[Direction<T>],
) -> Result<DMatrix<T>, Error> {
    let Some(first) = directions.first() else {
        return Err(Error::Empty {
            argument,
            rows: 0,
            columns: 0,
        });
    };
    for other in directions {
        first.same_space(argument, other)?;
    }
    Ok(DMatrix::from_fn(
        first.ambient_dimension(),
        directions.len(),
        |i, j| directions[j].as_vector()[i],
    ))
}
