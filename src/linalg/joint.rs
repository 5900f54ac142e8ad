//! Inner products within and between two sets of columns.

use nalgebra::{DMatrix, DMatrixView, RealField};

use super::scale;
use crate::Real;

/// AᵀA, BᵀA and BᵀB; of the symmetric ones the lower triangle.
#[derive(Debug, Clone)]
pub struct JointGram<T> {
    pub(crate) left: DMatrix<T>,
    pub(crate) cross: DMatrix<T>,
    pub(crate) right: DMatrix<T>,
}

/// The powers of two that balance two sets of columns.
pub(crate) struct Scales<T> {
    pub(crate) left: Vec<T>,
    pub(crate) right: Vec<T>,
}

impl<T: RealField + Copy> JointGram<T> {
    /// For any scalar.
    pub(crate) fn portable(a: &DMatrixView<'_, T>, b: &DMatrixView<'_, T>) -> Self {
        let (a_transposed, b_transposed) = (a.transpose(), b.transpose());
        Self {
            left: &a_transposed * a,
            cross: &b_transposed * a,
            right: &b_transposed * b,
        }
    }

    /// The blocks of [A B]ᵀ[A B], its lower triangle filled, where A has k columns.
    #[cfg(feature = "faer")]
    pub(crate) fn cut(whole: &DMatrix<T>, k: usize) -> Self {
        let l = whole.ncols() - k;
        Self {
            left: whole.view((0, 0), (k, k)).into_owned(),
            cross: whole.view((k, 0), (l, k)).into_owned(),
            right: whole.view((k, k), (l, l)).into_owned(),
        }
    }

    /// That of the rows of both.
    #[cfg(feature = "faer")]
    pub(crate) fn add(mut self, more: Self) -> Self {
        self.left += more.left;
        self.cross += more.cross;
        self.right += more.right;
        self
    }
}

impl<T: Real> JointGram<T> {
    /// Scales columns to lengths in [1/√2, √2); `None`, some blocks changed, where a squared
    /// length is not moderate.
    pub(crate) fn balance(&mut self) -> Option<Scales<T>> {
        let left = scale::balance(&mut self.left)?;
        let right = scale::balance(&mut self.right)?;
        for (mut column, &s) in self.cross.column_iter_mut().zip(&left) {
            for (x, &t) in column.iter_mut().zip(&right) {
                *x *= s * t;
            }
        }
        Some(Scales { left, right })
    }
}
