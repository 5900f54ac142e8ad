//! The scalar of the crate: what f32, f64 and your own number type must know.

use nalgebra::{DMatrix, DMatrixView, DVector, RealField};

#[cfg(feature = "faer")]
use crate::linalg::blocked;
use crate::linalg::cholesky;
use crate::linalg::jacobi::{self, Factors};
use crate::linalg::joint::JointGram;

/// A real scalar: f32, f64, or a type of your own.
///
/// Everything in this crate is generic over `Real`. It is nalgebra's
/// [`RealField`] plus `Copy` and a handful of hooks, all with defaults, so that
/// opening the crate to another scalar is one line: `impl Real for MyScalar {}`.
/// Dual numbers, for derivatives of τ, come with the feature `num-dual`. f32 and f64 override the hooks
/// with faer's blocked kernels where the feature `faer` is on; every other
/// scalar gets portable ones.
///
/// # Examples
/// ```
/// use alignment_tax::Real;
///
/// fn half<T: Real>(x: T) -> T {
///     x * T::from_double(0.5)
/// }
/// assert_eq!(half(3.0_f32), 1.5);
/// assert_eq!(half(3.0_f64).to_double(), 1.5);
/// ```
pub trait Real: RealField + Copy {
    /// The value nearest to `x`.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Real;
    ///
    /// assert_eq!(<f32 as Real>::from_double(0.1), 0.1_f32);
    /// ```
    #[must_use]
    fn from_double(x: f64) -> Self {
        nalgebra::convert(x)
    }

    /// The nearest f64: for messages, records and thresholds, never for results.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Real;
    ///
    /// assert_eq!(0.5_f32.to_double(), 0.5);
    /// ```
    #[must_use]
    fn to_double(self) -> f64 {
        self.to_subset_unchecked()
    }

    /// The distance from 1 to the next larger number (ε in the docs).
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Real;
    ///
    /// assert_eq!(<f32 as Real>::machine_epsilon(), f32::EPSILON);
    /// ```
    #[must_use]
    fn machine_epsilon() -> Self {
        Self::default_epsilon()
    }

    /// Powers of two from 2^−e to 2^e, e this value, are normal numbers.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Real;
    ///
    /// assert_eq!(<f64 as Real>::exponent_range(), 1022);
    /// ```
    #[must_use]
    fn exponent_range() -> i32 {
        1022
    }

    #[doc(hidden)]
    #[must_use]
    fn kernel_svd(a: &DMatrix<Self>) -> Option<Factors<Self>> {
        jacobi::svd(a)
    }

    #[doc(hidden)]
    #[must_use]
    fn kernel_singular_values(a: &DMatrix<Self>) -> Option<DVector<Self>> {
        jacobi::svd(a).map(|(_, values, _)| values)
    }

    /// Singular values, and the right vectors of those that are `least` or more; of a matrix no wider than tall.
    #[doc(hidden)]
    #[must_use]
    fn kernel_right_factors(
        a: &DMatrix<Self>,
        least: Self,
    ) -> Option<(DVector<Self>, DMatrix<Self>)> {
        jacobi::right_factors(a, least)
    }

    /// The upper factor R of a positive definite RᵀR; `None` where a pivot is not positive.
    #[doc(hidden)]
    #[must_use]
    fn kernel_cholesky(a: DMatrix<Self>) -> Option<DMatrix<Self>> {
        cholesky::portable(a)
    }

    #[doc(hidden)]
    #[must_use]
    fn kernel_inverse_upper(r: &DMatrix<Self>) -> DMatrix<Self> {
        cholesky::inverse_upper(r)
    }

    #[doc(hidden)]
    #[must_use]
    fn kernel_product(a: &DMatrix<Self>, b: &DMatrix<Self>) -> DMatrix<Self> {
        a * b
    }

    #[doc(hidden)]
    #[must_use]
    fn kernel_upper_product(a: &DMatrix<Self>, b: &DMatrix<Self>) -> DMatrix<Self> {
        a * b.upper_triangle()
    }

    /// UᵀB, U the upper triangle of A.
    #[doc(hidden)]
    #[must_use]
    fn kernel_transposed_upper_product(a: &DMatrix<Self>, b: &DMatrix<Self>) -> DMatrix<Self> {
        a.upper_triangle().transpose() * b
    }

    #[doc(hidden)]
    #[must_use]
    fn kernel_transposed_product(a: &DMatrix<Self>, b: &DMatrix<Self>) -> DMatrix<Self> {
        // The copy costs less than nalgebra's column-by-column `tr_mul`.
        a.transpose() * b
    }

    #[doc(hidden)]
    #[must_use]
    fn kernel_lower_product(a: &DMatrix<Self>, b: &DMatrix<Self>) -> DMatrix<Self> {
        a.lower_triangle() * b
    }

    #[doc(hidden)]
    #[must_use]
    fn kernel_gram(a: &DMatrix<Self>) -> DMatrix<Self> {
        Self::kernel_transposed_product(a, a)
    }

    /// C − A·B in place of C.
    #[doc(hidden)]
    fn kernel_subtract_product(c: &mut DMatrix<Self>, a: &DMatrix<Self>, b: &DMatrix<Self>) {
        *c -= a * b;
    }

    /// A·X − B·Y.
    #[doc(hidden)]
    #[must_use]
    fn kernel_difference(
        (a, x): (&DMatrixView<'_, Self>, &DMatrix<Self>),
        (b, y): (&DMatrixView<'_, Self>, &DMatrix<Self>),
    ) -> DMatrix<Self> {
        a * x - b * y
    }

    /// The inner products within and between the columns of two matrices.
    #[doc(hidden)]
    #[must_use]
    fn kernel_joint_gram(a: &DMatrixView<'_, Self>, b: &DMatrixView<'_, Self>) -> JointGram<Self> {
        JointGram::portable(a, b)
    }

    /// Eigenvalues and eigenvectors of a symmetric matrix scaled near one; `None` if an
    /// iteration does not converge.
    #[doc(hidden)]
    #[must_use]
    fn kernel_symmetric_eigen(a: &DMatrix<Self>) -> Option<(DVector<Self>, DMatrix<Self>)> {
        jacobi::symmetric_eigen(a)
    }
}

macro_rules! blocked_kernels {
    () => {
        #[cfg(feature = "faer")]
        fn kernel_svd(a: &DMatrix<Self>) -> Option<Factors<Self>> {
            blocked::svd(a)
        }

        #[cfg(feature = "faer")]
        fn kernel_singular_values(a: &DMatrix<Self>) -> Option<DVector<Self>> {
            blocked::singular_values(a)
        }

        #[cfg(feature = "faer")]
        fn kernel_right_factors(
            a: &DMatrix<Self>,
            least: Self,
        ) -> Option<(DVector<Self>, DMatrix<Self>)> {
            blocked::right_factors(a, least)
        }

        #[cfg(feature = "faer")]
        fn kernel_cholesky(a: DMatrix<Self>) -> Option<DMatrix<Self>> {
            blocked::cholesky(a)
        }

        #[cfg(feature = "faer")]
        fn kernel_inverse_upper(r: &DMatrix<Self>) -> DMatrix<Self> {
            blocked::inverse_upper(r)
        }

        #[cfg(feature = "faer")]
        fn kernel_upper_product(a: &DMatrix<Self>, b: &DMatrix<Self>) -> DMatrix<Self> {
            blocked::upper_product(a, b)
        }

        #[cfg(feature = "faer")]
        fn kernel_transposed_upper_product(a: &DMatrix<Self>, b: &DMatrix<Self>) -> DMatrix<Self> {
            blocked::transposed_upper_product(a, b)
        }

        #[cfg(feature = "faer")]
        fn kernel_subtract_product(c: &mut DMatrix<Self>, a: &DMatrix<Self>, b: &DMatrix<Self>) {
            blocked::subtract_product(c, a, b);
        }

        #[cfg(feature = "faer")]
        fn kernel_difference(
            left: (&DMatrixView<'_, Self>, &DMatrix<Self>),
            right: (&DMatrixView<'_, Self>, &DMatrix<Self>),
        ) -> DMatrix<Self> {
            blocked::difference(left, right)
        }

        #[cfg(feature = "faer")]
        fn kernel_joint_gram(
            a: &DMatrixView<'_, Self>,
            b: &DMatrixView<'_, Self>,
        ) -> JointGram<Self> {
            blocked::joint_gram(a, b)
        }

        #[cfg(feature = "faer")]
        fn kernel_product(a: &DMatrix<Self>, b: &DMatrix<Self>) -> DMatrix<Self> {
            blocked::product(a, b)
        }

        #[cfg(feature = "faer")]
        fn kernel_transposed_product(a: &DMatrix<Self>, b: &DMatrix<Self>) -> DMatrix<Self> {
            blocked::transposed_product(a, b)
        }

        #[cfg(feature = "faer")]
        fn kernel_lower_product(a: &DMatrix<Self>, b: &DMatrix<Self>) -> DMatrix<Self> {
            blocked::lower_product(a, b)
        }

        #[cfg(feature = "faer")]
        fn kernel_gram(a: &DMatrix<Self>) -> DMatrix<Self> {
            blocked::gram(a)
        }

        #[cfg(feature = "faer")]
        fn kernel_symmetric_eigen(a: &DMatrix<Self>) -> Option<(DVector<Self>, DMatrix<Self>)> {
            blocked::symmetric_eigen(a)
        }
    };
}

impl Real for f64 {
    blocked_kernels!();
}

impl Real for f32 {
    fn exponent_range() -> i32 {
        126
    }

    blocked_kernels!();
}

/// Dual numbers carry a derivative through every formula (feature `num-dual`).
///
/// # Examples
/// ```
/// use alignment_tax::{Direction, TaxRate};
/// use num_dual::Dual64;
///
/// // v = (1, t), c = (1, 0): τ = 1/(1 + t²), dτ/dt = −2t/(1 + t²)².
/// let t = Dual64::from(0.5).derivative();
/// let v = Direction::from_slice(&[Dual64::from(1.0), t])?;
/// let c = Direction::from_slice(&[Dual64::from(1.0), Dual64::from(0.0)])?;
/// let tau = TaxRate::single(&v, &c)?.value();
/// assert!((tau.re - 0.8).abs() < 1e-15);
/// assert!((tau.eps + 0.64).abs() < 1e-15);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[cfg(feature = "num-dual")]
impl Real for num_dual::Dual64 {}

#[cfg(feature = "num-dual")]
impl Real for num_dual::Dual32 {
    fn exponent_range() -> i32 {
        126
    }
}
