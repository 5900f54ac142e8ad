//! Inner products of few long columns.
//!
//! A product for large matrices first copies its input to where the order of its entries suits it, which
//! for few columns takes as long as the product. Inner products need no such copy: columns are read
//! as they lie. Tiles of four by three products share seven loads a step, so that arithmetic,
//! not loading, is the limit.

use nalgebra::DMatrix;
use pulp::{Arch, Simd, WithSimd};

/// Columns of one tile, on its two sides.
const TALL: usize = 4;
const WIDE: usize = 3;
/// Rows summed in one go. A sum of the sums of such pieces loses less than one long sum.
const PIECE: usize = 2048;

/// What one tile holds.
type Tile<T> = [[T; WIDE]; TALL];

/// A scalar with vectors of it.
pub(crate) trait Lanes: nalgebra::RealField + Copy {
    /// The inner products of columns of equal length.
    fn tile<S: Simd>(simd: S, tall: [&[Self]; TALL], wide: [&[Self]; WIDE]) -> Tile<Self>;
}

macro_rules! lanes {
    ($scalar:ty, $split:ident, $splat:ident, $mul_add:ident, $sum:ident) => {
        impl Lanes for $scalar {
            #[inline(always)]
            fn tile<S: Simd>(simd: S, tall: [&[Self]; TALL], wide: [&[Self]; WIDE]) -> Tile<Self> {
                let (tall, tall_rest) = halves(tall.map(|x| S::$split(x)));
                let (wide, wide_rest) = halves(wide.map(|x| S::$split(x)));
                let steps = tall[0].len();
                // Slices of a length known to be equal are indexed without a check.
                let tall = tall.map(|x| &x[..steps]);
                let wide = wide.map(|x| &x[..steps]);
                let mut sums = [[simd.$splat(0.0); WIDE]; TALL];
                for step in 0..steps {
                    let across = wide.map(|x| x[step]);
                    for (sums, x) in sums.iter_mut().zip(tall) {
                        let x = x[step];
                        for (sum, y) in sums.iter_mut().zip(across) {
                            *sum = simd.$mul_add(x, y, *sum);
                        }
                    }
                }
                let mut tile = [[0.0; WIDE]; TALL];
                for (to, sums) in tile.as_flattened_mut().iter_mut().zip(sums.as_flattened()) {
                    *to = simd.$sum(*sums);
                }
                for (sums, x) in tile.iter_mut().zip(tall_rest) {
                    for (sum, y) in sums.iter_mut().zip(wide_rest) {
                        *sum += x.iter().zip(y).map(|(x, y)| x * y).sum::<Self>();
                    }
                }
                tile
            }
        }
    };
}

lanes!(f64, as_simd_f64s, splat_f64s, mul_add_f64s, reduce_sum_f64s);
lanes!(f32, as_simd_f32s, splat_f32s, mul_add_f32s, reduce_sum_f32s);

/// Pairs apart.
#[inline(always)]
fn halves<A: Copy, B: Copy, const N: usize>(pairs: [(A, B); N]) -> ([A; N], [B; N]) {
    (pairs.map(|pair| pair.0), pairs.map(|pair| pair.1))
}

/// Which of the inner products of columns are wanted.
#[derive(Clone, Copy)]
enum Part {
    All,
    /// Of a set of columns with itself: on and below the diagonal.
    Lower,
}

/// LᵀR, column by column.
struct Products<'a, T> {
    left: &'a [&'a [T]],
    right: &'a [&'a [T]],
    part: Part,
}

impl<T: Lanes> WithSimd for Products<'_, T> {
    type Output = DMatrix<T>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> DMatrix<T> {
        let (k, l) = (self.left.len(), self.right.len());
        let mut products = DMatrix::from_element(k, l, T::zero());
        let rows = self.left.first().map_or(0, |column| column.len());
        for from in (0..rows).step_by(PIECE) {
            let piece = from..rows.min(from + PIECE);
            for j in (0..l).step_by(WIDE) {
                let first = match self.part {
                    Part::All => 0,
                    Part::Lower => j,
                };
                for i in (first..k).step_by(TALL) {
                    // Beyond the last column the last is taken again, and what comes of it dropped.
                    let tall =
                        std::array::from_fn(|t| &self.left[(i + t).min(k - 1)][piece.clone()]);
                    let wide =
                        std::array::from_fn(|t| &self.right[(j + t).min(l - 1)][piece.clone()]);
                    let tile = T::tile(simd, tall, wide);
                    for (y, column) in (j..l.min(j + WIDE)).enumerate() {
                        for (x, row) in (i..k.min(i + TALL)).enumerate() {
                            products[(row, column)] += tile[x][y];
                        }
                    }
                }
            }
        }
        products
    }
}

/// LᵀR of columns of equal length.
pub(super) fn products<T: Lanes>(left: &[&[T]], right: &[&[T]]) -> DMatrix<T> {
    let part = Part::All;
    Arch::new().dispatch(Products { left, right, part })
}

/// AᵀA of columns of equal length, its lower triangle; above it are some products too, and zeros.
pub(super) fn gram<T: Lanes>(columns: &[&[T]]) -> DMatrix<T> {
    Arch::new().dispatch(Products {
        left: columns,
        right: columns,
        part: Part::Lower,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Real;
    use crate::linalg::reduce;

    fn agrees<T: Real + Lanes>() {
        let entry = |i: usize, j: usize| T::from_double(((7 * i + 13 * j) as f64 * 0.37).sin());
        for rows in [0, 1, 3, 8, 33, 2048, 2049, 4100] {
            for (k, l) in [(1, 1), (2, 5), (4, 3), (5, 4), (9, 7), (16, 16)] {
                let a = DMatrix::from_fn(rows, k, entry);
                let b = DMatrix::from_fn(rows, l, |i, j| entry(i + 1, j * j));
                let columns = |m: &DMatrix<T>| -> Vec<Vec<T>> {
                    m.column_iter().map(|c| c.as_slice().to_vec()).collect()
                };
                let (a, b) = (columns(&a), columns(&b));
                let a: Vec<&[T]> = a.iter().map(Vec::as_slice).collect();
                let b: Vec<&[T]> = b.iter().map(Vec::as_slice).collect();
                // Each sum of products is off by ε times the sum of their magnitudes, at most
                // as often as there are additions to one lane and over pieces.
                let room = T::machine_epsilon() * T::from_double(rows as f64 * 64.0);
                let (cross, gram) = (products(&a, &b), gram(&a));
                for (i, x) in a.iter().enumerate() {
                    for (j, y) in b.iter().enumerate() {
                        assert!((cross[(i, j)] - reduce::dot(x, y)).abs() <= room);
                    }
                    for (j, y) in a.iter().enumerate().take(i + 1) {
                        assert!((gram[(i, j)] - reduce::dot(x, y)).abs() <= room);
                    }
                }
            }
        }
    }

    #[test]
    fn agrees_with_plain_sums_f64() {
        agrees::<f64>();
    }

    #[test]
    fn agrees_with_plain_sums_f32() {
        agrees::<f32>();
    }
}
