//! Pairwise reductions over slices: dot products, sums of squares and sums
//! whose rounding error grows like log n instead of n.
//!
//! Blocks of [`BLOCK`] terms are summed with eight running accumulators and
//! the block results are combined in a binary tree. The relative error of a
//! sum of n non-negative terms is at most about (BLOCK/8 + 3 + log₂(n/BLOCK))·ε
//! (Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed. 2002,
//! §4.2), which is what lets single precision keep its digits at d = 16384.

use nalgebra::RealField;

const BLOCK: usize = 64;

/// Σ xᵢ·yᵢ over two slices of equal length (the shorter one decides).
pub(crate) fn dot<T: RealField + Copy>(x: &[T], y: &[T]) -> T {
    let n = x.len().min(y.len());
    pairwise(n, &|from, to| {
        let (x, y) = (x[from..to].chunks_exact(8), y[from..to].chunks_exact(8));
        let mut acc = [T::zero(); 8];
        for (s, (&p, &q)) in acc.iter_mut().zip(x.remainder().iter().zip(y.remainder())) {
            *s = p * q;
        }
        for (p, q) in x.zip(y) {
            for i in 0..8 {
                acc[i] += p[i] * q[i];
            }
        }
        folded(acc)
    })
}

/// Σ xᵢ.
pub(crate) fn sum<T: RealField + Copy>(x: &[T]) -> T {
    pairwise(x.len(), &|from, to| {
        let x = x[from..to].chunks_exact(8);
        let mut acc = [T::zero(); 8];
        for (s, &p) in acc.iter_mut().zip(x.remainder()) {
            *s = p;
        }
        for p in x {
            for i in 0..8 {
                acc[i] += p[i];
            }
        }
        folded(acc)
    })
}

/// The largest |xᵢ|, zero for an empty slice.
pub(crate) fn max_abs<T: RealField + Copy>(x: &[T]) -> T {
    let larger = |m: T, v: T| if v.abs() > m { v.abs() } else { m };
    let chunks = x.chunks_exact(8);
    let mut acc = [T::zero(); 8];
    for (m, &v) in acc.iter_mut().zip(chunks.remainder()) {
        *m = v.abs();
    }
    for chunk in chunks {
        for i in 0..8 {
            acc[i] = larger(acc[i], chunk[i]);
        }
    }
    acc.into_iter().fold(T::zero(), larger)
}

/// Eight accumulators in one.
fn folded<T: RealField + Copy>(acc: [T; 8]) -> T {
    ((acc[0] + acc[4]) + (acc[2] + acc[6])) + ((acc[1] + acc[5]) + (acc[3] + acc[7]))
}

fn pairwise<T: RealField + Copy>(n: usize, block: &impl Fn(usize, usize) -> T) -> T {
    fn tree<T: RealField + Copy>(from: usize, to: usize, block: &impl Fn(usize, usize) -> T) -> T {
        if to - from <= BLOCK {
            block(from, to)
        } else {
            let middle = from + (to - from).div_ceil(2 * BLOCK) * BLOCK;
            tree(from, middle, block) + tree(middle, to, block)
        }
    }
    tree(0, n, block)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_agree_with_exact_integers_at_every_length() {
        for n in 0..300_usize {
            let x: Vec<f64> = (0..n).map(|i| i as f64).collect();
            let exact = (0..n).sum::<usize>() as f64;
            assert_eq!(sum(&x), exact);
            let squares = (0..n).map(|i| i * i).sum::<usize>() as f64;
            assert_eq!(dot(&x, &x), squares);
        }
    }

    #[test]
    fn a_long_single_precision_sum_keeps_its_digits() {
        // Sequential f32 summation stalls at 2^24; the tree does not.
        let ones = vec![1.0_f32; 1 << 25];
        assert_eq!(sum(&ones), (1_u32 << 25) as f32);
    }
}
