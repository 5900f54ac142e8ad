//! Products added to what is there already: $S + X^\top X$ and $S + X^\top Y$ in f64,
//! without a second matrix of the size of S.
//!
//! **The product is complete before it is added.** A kernel that adds the rows of X to S one
//! by one rounds by up to half a unit in the last place of S each time, and these errors need
//! not average: equal terms round the same way. 10⁷ rows were seen to lose 5·10⁵ε so, and lose
//! 10ε like this. Small products are formed apart, and so are the portable ones, panel by
//! panel; faer's kernels for large ones add sums over 512 rows by themselves.

use nalgebra::DMatrix;

use crate::Real;

/// Columns to a panel, and rows and columns to a tile: two tiles fit in a first-level cache.
const PANEL: usize = 128;
const TILE: usize = 32;

/// Adds XᵀX to the lower triangle of S; what is above it is for [`mirror`] to set.
pub(crate) fn add_gram(s: &mut DMatrix<f64>, x: &DMatrix<f64>) {
    if x.ncols() <= PANEL {
        *s += f64::kernel_gram(x);
        return;
    }
    #[cfg(feature = "faer")]
    super::blocked::add_gram(s, x);
    #[cfg(not(feature = "faer"))]
    {
        let (d, transposed) = (x.ncols(), x.transpose());
        for from in (0..d).step_by(PANEL) {
            let width = PANEL.min(d - from);
            let mut panel = s.view_mut((from, from), (d - from, width));
            panel += transposed.rows(from, d - from) * x.columns(from, width);
        }
    }
}

/// Adds XᵀY to S.
pub(crate) fn add_product(s: &mut DMatrix<f64>, x: &DMatrix<f64>, y: &DMatrix<f64>) {
    if s.len() <= PANEL * PANEL {
        *s += f64::kernel_transposed_product(x, y);
        return;
    }
    #[cfg(feature = "faer")]
    super::blocked::add_product(s, x, y);
    #[cfg(not(feature = "faer"))]
    {
        let (e, transposed) = (y.ncols(), x.transpose());
        for from in (0..e).step_by(PANEL) {
            let width = PANEL.min(e - from);
            let mut panel = s.columns_mut(from, width);
            panel += &transposed * y.columns(from, width);
        }
    }
}

/// Copies the lower triangle of a square matrix to the upper one.
pub(crate) fn mirror(s: &mut DMatrix<f64>) {
    let d = s.nrows();
    // By tiles: one of the two sides is strided whatever the order.
    for left in (0..d).step_by(TILE) {
        for top in (left..d).step_by(TILE) {
            for j in left..(left + TILE).min(d) {
                for i in top.max(j + 1)..(top + TILE).min(d) {
                    s[(j, i)] = s[(i, j)];
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Integers are added exactly, so that the definition is met bit by bit, at sizes
    /// on both sides of a panel and a tile.
    #[test]
    fn sums_of_products_agree_with_exact_integers() {
        for (n, d, e) in [
            (1, 1, 1),
            (3, 5, 2),
            (7, 31, 33),
            (5, 64, 1),
            (4, 129, 65),
            (2, 260, 3),
        ] {
            let x = DMatrix::from_fn(n, d, |i, j| ((i * 7 + j * 13) % 11) as f64 - 5.0);
            let y = DMatrix::from_fn(n, e, |i, j| ((i * 5 + j * 3) % 13) as f64 - 6.0);
            let entry = |a: &DMatrix<f64>, i, b: &DMatrix<f64>, j| {
                (0..n).map(|k| a[(k, i)] * b[(k, j)]).sum::<f64>()
            };

            let before = DMatrix::from_fn(d, d, |i, j| (i.max(j) + i * j) as f64);
            let mut gram = before.clone();
            add_gram(&mut gram, &x);
            add_gram(&mut gram, &x);
            mirror(&mut gram);
            let expected =
                DMatrix::from_fn(d, d, |i, j| before[(i, j)] + 2.0 * entry(&x, i, &x, j));
            assert_eq!(gram, expected);

            let mut cross = DMatrix::from_element(d, e, 3.0);
            add_product(&mut cross, &x, &y);
            assert_eq!(
                cross,
                DMatrix::from_fn(d, e, |i, j| 3.0 + entry(&x, i, &y, j))
            );
        }
    }

    /// 2⁵³ loses what is not above 1, so also 64 products of 2⁻⁶ each; all 512 of them make 8.
    #[test]
    fn a_product_is_complete_before_it_is_added() {
        let large = 2.0_f64.powi(53);
        let constant = |columns| DMatrix::from_element(512, columns, 0.125);
        for d in [1, 2, 3, 5, 8, 17, 130, 300] {
            let mut gram = DMatrix::from_element(d, d, large);
            add_gram(&mut gram, &constant(d));
            mirror(&mut gram);
            assert_eq!(gram, DMatrix::from_element(d, d, large + 8.0));
            for e in [1, 2, 129] {
                let mut cross = DMatrix::from_element(d, e, large);
                add_product(&mut cross, &constant(d), &constant(e));
                assert_eq!(cross, DMatrix::from_element(d, e, large + 8.0));
            }
        }
    }
}
