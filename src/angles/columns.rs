//! Principal angles from raw columns, without an orthonormal basis where none is needed.
//!
//! With AᵀA = R_AᵀR_A, BᵀB = R_BᵀR_B and C = BᵀA the inner products of orthonormal bases
//! of the two spans are R_B⁻ᵀ·C·R_A⁻¹: three blocks of one Gram matrix, 4dk² flops, and small
//! triangular products. What that costs in accuracy is in the prose of the Cholesky factor;
//! where it is more than is promised, or a rank is in question, the way goes over [`Subspace`].

use nalgebra::{DMatrix, DMatrixView};

use super::PrincipalAngles;
use super::alignment::{self, Bases};
use crate::linalg::cholesky::GramFactor;
use crate::linalg::{check, scale};
use crate::parallel::in_order_if_long;
use crate::{Error, Real, Subspace};

impl<T: Real> PrincipalAngles<T> {
    /// The principal angles between the spans of two sets of columns, of any two numbers.
    ///
    /// The same as [`between`](Self::between) of [`Subspace::from_columns`] of each, at less
    /// than half the price: no basis is formed where the columns are well conditioned.
    ///
    /// # Units and shapes
    /// d × k and d × l, columns in any units; min(k, l) angles in radians, fewer where columns are
    /// dependent.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`], [`Error::Empty`], [`Error::NonFinite`] naming row and column,
    /// [`Error::ZeroVector`] naming the column, [`Error::NotConverged`].
    ///
    /// # Accuracy
    /// [`tolerance::angle`](crate::tolerance::angle) times the larger condition number of the
    /// two sets of columns, each scaled to unit length.
    ///
    /// # References
    /// Björck & Golub (1973) for the angles; Yamamoto et al. (2015), *Roundoff error analysis of
    /// the CholeskyQR2 algorithm*, for the loss of orthogonality by κ².
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::PrincipalAngles;
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let safety: DMatrix<f64> = dmatrix![3.0; 4.0; 0.0];
    /// let capabilities: DMatrix<f64> = dmatrix![1.0, 0.0; 0.0, 0.0; 0.0, 2.0];
    /// let angles = PrincipalAngles::from_columns(&safety, &capabilities)?;
    /// assert!((angles.cosines()[0] - 0.6).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn from_columns<'a>(
        left: impl Into<DMatrixView<'a, T>>,
        right: impl Into<DMatrixView<'a, T>>,
    ) -> Result<Self, Error> {
        let (left, right) = (left.into(), right.into());
        check::not_empty("left", &left)?;
        check::not_empty("right", &right)?;
        check::same("right", "rows", left.nrows(), right.nrows())?;
        match Pencil::of(&left, &right) {
            Some(pencil) => pencil.angles(),
            None => Self::between(
                &Subspace::of_columns("left", &left)?,
                &Subspace::of_columns("right", &right)?,
            ),
        }
    }
}

/// The bases that two sets of well-conditioned columns would give, and their inner products.
struct Pencil<'a, T> {
    narrow: Mapped<'a, T>,
    wide: Mapped<'a, T>,
    cross: DMatrix<T>,
}

impl<'a, T: Real> Pencil<'a, T> {
    /// `None` where inner products of the columns do not determine the angles well enough, or
    /// something is wrong with the columns.
    fn of(left: &'a DMatrixView<'a, T>, right: &'a DMatrixView<'a, T>) -> Option<Self> {
        let (narrow, wide) = if left.ncols() <= right.ncols() {
            (left, right)
        } else {
            (right, left)
        };
        let (d, k, l) = (narrow.nrows(), narrow.ncols(), wide.ncols());
        if l > d {
            return None;
        }
        let mut joint = T::kernel_joint_gram(narrow, wide);
        let scales = joint.balance()?;
        let work = (k * k * k + l * l * l) as f64;
        let mut factors = in_order_if_long(work, vec![joint.left, joint.right], |gram| {
            GramFactor::of(gram).filter(|factor| factor.is_well_conditioned(d))
        });
        let (theirs, ours) = (factors.pop()??, factors.pop()??);
        let half = T::kernel_upper_product(&joint.cross, &ours.inverse);
        Some(Self {
            cross: T::kernel_transposed_upper_product(&theirs.inverse, &half),
            narrow: Mapped::new(narrow, ours.inverse, &scales.left),
            wide: Mapped::new(wide, theirs.inverse, &scales.right),
        })
    }

    fn angles(&self) -> Result<PrincipalAngles<T>, Error> {
        alignment::angles(&self.cross, self)
    }
}

impl<T: Real> Bases<T> for Pencil<'_, T> {
    /// In one pass: what it leaves of the wide space is C times what W misses orthonormality by, which
    /// for columns that got here is as little as cosines are off by, and lengthens a residual that is at
    /// right angles to it by less.
    fn residual(&self, r: &DMatrix<T>, c: &DMatrix<T>) -> DMatrix<T> {
        T::kernel_difference(
            (self.narrow.columns, &T::kernel_product(&self.narrow.map, r)),
            (self.wide.columns, &T::kernel_product(&self.wide.map, c)),
        )
    }
}

/// Columns A and an upper triangular M with A·M orthonormal.
struct Mapped<'a, T> {
    columns: &'a DMatrixView<'a, T>,
    map: DMatrix<T>,
}

impl<'a, T: Real> Mapped<'a, T> {
    /// M = D·R⁻¹, D the scales that balance the columns.
    fn new(columns: &'a DMatrixView<'a, T>, inverse: DMatrix<T>, scales: &[T]) -> Self {
        Self {
            columns,
            map: scale::rows(inverse, scales),
        }
    }
}
