//! The thin singular value decomposition A = U·diag(σ)·Vᵀ.
//!
//! nalgebra 0.35's own `svd` is not used anywhere in this crate: it returns wrong
//! singular values on many rank-deficient matrices (all-ones matrices among them)
//! and loops for ever on a NaN. Here finiteness is checked first, the matrix is
//! scaled by a power of two, every iteration is bounded, and two independent
//! algorithms are held to the same tests.

use nalgebra::{DMatrix, DMatrixView, DVector};

use super::cholesky::GramFactor;
use super::jacobi::{self, Factors};
use super::reduce::max_abs;
use super::{check, owned, scale};
use crate::{Error, Real};

/// The thin SVD of a d × k matrix, q = min(d, k).
///
/// $$ A = U \operatorname{diag}(\sigma_1, \dots, \sigma_q) V^\top, \qquad \sigma_1 \ge \dots \ge \sigma_q \ge 0 $$
///
/// # Units and shapes
/// U is d × q and V is k × q, both with orthonormal columns (also where σ is
/// zero); σ has the units of A.
///
/// # Accuracy
/// |σ̂ᵢ − σᵢ| ≤ 8·√(d·k)·ε·σ₁, tested against 40-digit references.
///
/// # References
/// Golub & Van Loan (2013), *Matrix Computations*, §8.6; Demmel & Veselić (1992),
/// *Jacobi's method is more accurate than QR*, for [`ThinSvd::jacobi`].
///
/// # Examples
/// ```
/// use alignment_tax::linalg::ThinSvd;
/// use nalgebra::DMatrix;
///
/// let ones = DMatrix::<f64>::from_element(7, 11, 1.0);
/// let svd = ThinSvd::new(&ones)?;
/// assert!((svd.singular_values()[0] - 77.0_f64.sqrt()).abs() < 1e-13);
/// assert!(svd.singular_values()[1] < 1e-13);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ThinSvd<T> {
    u: DMatrix<T>,
    sigma: DVector<T>,
    v: DMatrix<T>,
}

impl<T: Real> ThinSvd<T> {
    /// The SVD by the fastest algorithm for the scalar: faer's for f32 and f64
    /// where the feature `faer` is on, one-sided Jacobi otherwise.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::NonFinite`], [`Error::NotConverged`], and
    /// [`Error::OutOfRange`] where σ₁ overflows the scalar.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Error, linalg::ThinSvd};
    /// use nalgebra::DMatrix;
    ///
    /// let nan = DMatrix::from_row_slice(2, 2, &[1.0, 2.0, f64::NAN, 4.0]);
    /// assert!(matches!(ThinSvd::new(&nan), Err(Error::NonFinite { row: 1, column: 0, .. })));
    /// ```
    pub fn new<'a>(matrix: impl Into<DMatrixView<'a, T>>) -> Result<Self, Error> {
        let matrix = matrix.into();
        match Self::with(&matrix, "the blocked SVD", T::kernel_svd) {
            // A second, independent algorithm before an input is refused.
            Err(Error::NotConverged { .. }) => Self::with(&matrix, "the Jacobi SVD", jacobi::svd),
            other => other,
        }
    }

    /// The SVD by one-sided Jacobi rotations, for every scalar and feature set.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::NonFinite`], [`Error::NotConverged`], and
    /// [`Error::OutOfRange`] where σ₁ overflows the scalar.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::linalg::ThinSvd;
    /// use nalgebra::DMatrix;
    ///
    /// let a = DMatrix::from_row_slice(2, 2, &[3.0, 0.0, 0.0, -4.0]);
    /// assert_eq!(ThinSvd::jacobi(&a)?.singular_values().as_slice(), [4.0, 3.0]);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn jacobi<'a>(matrix: impl Into<DMatrixView<'a, T>>) -> Result<Self, Error> {
        Self::with(&matrix.into(), "the Jacobi SVD", jacobi::svd)
    }

    fn with(
        matrix: &DMatrixView<'_, T>,
        algorithm: &'static str,
        kernel: impl Fn(&DMatrix<T>) -> Option<Factors<T>>,
    ) -> Result<Self, Error> {
        check::matrix("matrix", matrix)?;
        let (rows, columns) = matrix.shape();
        let mut scaled = owned(matrix);
        let s = scale::power_of_two(max_abs(scaled.as_slice()));
        scaled *= s;
        let (u, mut sigma, v) = kernel(&scaled)
            .filter(|(_, sigma, _)| sigma.iter().all(|x| x.is_finite()))
            .ok_or(Error::NotConverged {
                algorithm,
                rows,
                columns,
            })?;
        sigma /= s;
        if let Some(largest) = sigma.iter().copied().next().filter(|x| !x.is_finite()) {
            return Err(Error::OutOfRange {
                argument: "largest singular value",
                expected: "a value that the scalar type can hold; scale the matrix down",
                actual: largest.to_double(),
            });
        }
        Ok(Self { u, sigma, v })
    }

    /// The singular values, descending.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::linalg::ThinSvd;
    /// use nalgebra::DMatrix;
    ///
    /// let svd = ThinSvd::new(&DMatrix::<f64>::identity(3, 2))?;
    /// assert_eq!(svd.singular_values().len(), 2);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn singular_values(&self) -> &DVector<T> {
        &self.sigma
    }

    /// U, the left singular vectors as columns.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::linalg::ThinSvd;
    /// use nalgebra::DMatrix;
    ///
    /// let svd = ThinSvd::new(&DMatrix::<f64>::identity(3, 2))?;
    /// assert_eq!(svd.left_vectors().shape(), (3, 2));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn left_vectors(&self) -> &DMatrix<T> {
        &self.u
    }

    /// V, the right singular vectors as columns.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::linalg::ThinSvd;
    /// use nalgebra::DMatrix;
    ///
    /// let svd = ThinSvd::new(&DMatrix::<f64>::identity(3, 2))?;
    /// assert_eq!(svd.right_vectors().shape(), (2, 2));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn right_vectors(&self) -> &DMatrix<T> {
        &self.v
    }

    pub(crate) fn into_parts(self) -> (DMatrix<T>, DVector<T>, DMatrix<T>) {
        (self.u, self.sigma, self.v)
    }
}

/// The singular values alone, descending, of a finite matrix whose largest is in the
/// range of the scalar.
pub(crate) fn values<T: Real>(
    a: &DMatrix<T>,
    algorithm: &'static str,
) -> Result<DVector<T>, Error> {
    let portable = |a: &DMatrix<T>, _| jacobi::svd(a).map(|(_, values, _)| (values, ()));
    let blocked = |a: &DMatrix<T>, _| T::kernel_singular_values(a).map(|values| (values, ()));
    near_one(a, T::zero(), algorithm, [&blocked, &portable]).map(|(values, ())| values)
}

/// The singular values, descending, of a finite matrix whose largest is in the range of the scalar, and the
/// right vectors of those that are `least` or more.
pub(crate) fn right_factors<T: Real>(
    a: &DMatrix<T>,
    least: T,
    algorithm: &'static str,
) -> Result<(DVector<T>, DMatrix<T>), Error> {
    let kernels: [Kernel<'_, T, _>; 2] = [&T::kernel_right_factors, &jacobi::right_factors];
    near_one(a, least, algorithm, kernels)
}

/// Singular values of a matrix, and something of those that are as large as a number or larger.
type Kernel<'a, T, V> = &'a dyn Fn(&DMatrix<T>, T) -> Option<(DVector<T>, V)>;

/// What the first of some algorithms comes to that comes to finite values, of a matrix and a number scaled by a power of two.
fn near_one<T: Real, V>(
    a: &DMatrix<T>,
    least: T,
    algorithm: &'static str,
    kernels: [Kernel<'_, T, V>; 2],
) -> Result<(DVector<T>, V), Error> {
    let s = scale::power_of_two(max_abs(a.as_slice()));
    let (scaled, least) = (a * s, least * s);
    let finite = |(values, _): &(DVector<T>, V)| values.iter().all(|v| v.is_finite());
    kernels
        .iter()
        .find_map(|kernel| kernel(&scaled, least).filter(finite))
        .map(|(values, others)| (values / s, others))
        .ok_or(Error::NotConverged {
            algorithm,
            rows: a.nrows(),
            columns: a.ncols(),
        })
}

/// The singular values of a tall matrix, each off by a few ε of the lengths of its columns:
/// from their inner products where these are well conditioned once the columns are balanced.
pub(crate) fn tall_values<T: Real>(
    a: &DMatrix<T>,
    algorithm: &'static str,
) -> Result<DVector<T>, Error> {
    let mut gram = T::kernel_gram(a);
    let factor = scale::balance(&mut gram)
        .and_then(|scales| Some((scales, GramFactor::of(gram)?)))
        .filter(|(_, factor)| factor.is_well_conditioned(a.nrows()));
    match factor {
        // A = Q·R·D⁻¹.
        Some((scales, factor)) => {
            let mut triangle = factor.upper;
            for (mut column, &s) in triangle.column_iter_mut().zip(&scales) {
                column /= s;
            }
            values(&triangle, algorithm)
        }
        None => values(a, algorithm),
    }
}
