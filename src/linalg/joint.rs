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

#[cfg(test)]
mod tests {
    use super::*;

    /// Small integers in units of a power of two, another for each column: all products are exact.
    fn columns(rows: usize, columns: usize, seed: usize) -> DMatrix<f64> {
        DMatrix::from_fn(rows, columns, |i, j| {
            let unit = 2.0_f64.powi((j as i32 - 2) * 9);
            (((i * i + 3 * i + 5 * j + seed) % 7) as f64 - 2.5) * unit
        })
    }

    #[test]
    fn products_are_those_of_the_definition() {
        let (a, b) = (columns(9, 4, 0), columns(9, 3, 2));
        let joint = JointGram::portable(&a.as_view(), &b.as_view());
        assert_eq!(joint.left, a.tr_mul(&a));
        assert_eq!(joint.cross, b.tr_mul(&a));
        assert_eq!(joint.right, b.tr_mul(&b));
    }

    #[cfg(feature = "faer")]
    #[test]
    fn the_products_of_two_parts_add_up_to_those_of_the_whole() {
        let (a, b) = (columns(9, 4, 0), columns(9, 3, 2));
        let part = |from, rows| JointGram::portable(&a.rows(from, rows), &b.rows(from, rows));
        let sum = part(0, 4).add(part(4, 5));
        let whole = part(0, 9);
        assert_eq!(sum.left, whole.left);
        assert_eq!(sum.cross, whole.cross);
        assert_eq!(sum.right, whole.right);
    }

    #[test]
    fn balancing_the_products_is_balancing_the_columns() {
        let (a, b) = (columns(9, 5, 0), columns(9, 3, 2));
        let mut joint = JointGram::portable(&a.as_view(), &b.as_view());
        let scales = joint.balance().expect("moderate lengths");
        let balanced = |a: &DMatrix<f64>, scales: &[f64]| {
            let scaled = DMatrix::from_fn(a.nrows(), a.ncols(), |i, j| a[(i, j)] * scales[j]);
            for column in scaled.column_iter() {
                assert!((0.5..=2.0).contains(&column.norm_squared()));
            }
            scaled
        };
        let (a, b) = (balanced(&a, &scales.left), balanced(&b, &scales.right));
        let expected = JointGram::portable(&a.as_view(), &b.as_view());
        assert_eq!(joint.left, expected.left);
        assert_eq!(joint.cross, expected.cross);
        assert_eq!(joint.right, expected.right);

        let short = DMatrix::from_element(2, 1, 1e-160);
        let mut joint = JointGram::portable(&b.rows(0, 2), &short.as_view());
        assert!(joint.balance().is_none());
    }
}
