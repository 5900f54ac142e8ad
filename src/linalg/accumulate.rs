//! Products added to what is there already: $S + X^\top X$ and $S + X^\top Y$ in f64,
//! without a second matrix of the size of S.
//!
//! A Gram matrix is symmetric, so only its lower triangle is computed, and
//! [`mirror`] copies it to the upper one when all is added: half of the work, and
//! the result equals its transpose exactly.

use nalgebra::DMatrix;

/// Columns to a panel, and rows and columns to a tile: two tiles fit in a first-level cache.
#[cfg(not(feature = "faer"))]
const PANEL: usize = 128;
const TILE: usize = 32;

/// Adds XᵀX to the lower triangle of S; the upper one is left as it is.
pub(crate) fn add_gram(s: &mut DMatrix<f64>, x: &DMatrix<f64>) {
    #[cfg(feature = "faer")]
    super::blocked::add_gram(s, x);
    #[cfg(not(feature = "faer"))]
    {
        let (d, transposed) = (x.ncols(), x.transpose());
        for from in (0..d).step_by(PANEL) {
            let width = PANEL.min(d - from);
            s.view_mut((from, from), (d - from, width)).gemm(
                1.0,
                &transposed.rows(from, d - from),
                &x.columns(from, width),
                1.0,
            );
        }
    }
}

/// Adds XᵀY to S.
pub(crate) fn add_product(s: &mut DMatrix<f64>, x: &DMatrix<f64>, y: &DMatrix<f64>) {
    #[cfg(feature = "faer")]
    super::blocked::add_product(s, x, y);
    #[cfg(not(feature = "faer"))]
    s.gemm(1.0, &x.transpose(), y, 1.0);
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
}
