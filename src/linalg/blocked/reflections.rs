//! A product of Householder reflections, applied in blocks.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use nalgebra::DMatrix;

use super::{view, view_mut};
use crate::Real;
use crate::parallel::in_order_if_long;

/// Reflections to a block: together they are I − V·S·Vᵀ, S upper triangular (Schreiber & Van Loan 1989).
const BLOCK: usize = 32;
/// Columns that are one piece of work.
const STRIP: usize = 64;

/// G₁·G₂·…, Gᵢ = I − factorᵢ·vᵢvᵢᵀ, vᵢ with i zeros and then a one at its head.
#[derive(Debug)]
pub(super) struct Reflections<T> {
    vectors: DMatrix<T>,
    factors: Vec<T>,
}

impl<T: Real> Reflections<T> {
    /// None yet, of vectors of so many entries.
    pub(super) fn new(length: usize) -> Self {
        Self {
            vectors: DMatrix::zeros(length, length),
            factors: Vec::with_capacity(length),
        }
    }

    /// One more on the right, I − factor·vvᵀ, from the entries of v below the zeros; with the factor zero it
    /// is none.
    pub(super) fn push(&mut self, entries: &[T], factor: T) {
        let i = self.factors.len();
        let first = entries[0];
        if factor == T::zero() {
            self.factors.push(factor);
            return;
        }
        self.factors.push(factor * first * first);
        let mut column = self.vectors.column_mut(i);
        for (to, &v) in column.as_mut_slice()[i + 1..].iter_mut().zip(entries) {
            *to = v / first;
        }
    }
}

impl<T: Real + faer::traits::RealField> Reflections<T> {
    /// G₁·G₂·…·X in place of X.
    pub(super) fn apply(&self, x: &mut DMatrix<T>) {
        let blocks: Vec<Block<'_, T>> = (0..self.factors.len())
            .step_by(BLOCK)
            .map(|from| self.block(from))
            .collect();
        let flops = 2.0 * (self.vectors.len() * x.ncols()) as f64;
        let mut strips = Vec::new();
        let mut rest = view_mut(x);
        while rest.ncols() > STRIP {
            let (strip, right) = rest.split_at_col_mut(STRIP);
            strips.push(strip);
            rest = right;
        }
        strips.push(rest);
        in_order_if_long(flops, strips, |mut strip| {
            for block in blocks.iter().rev() {
                block.apply(strip.as_mut());
            }
        });
    }

    /// Some from one on.
    fn block(&self, from: usize) -> Block<'_, T> {
        let factors = &self.factors[from..self.factors.len().min(from + BLOCK)];
        let rows = self.vectors.nrows() - from - 1;
        let v = view(&self.vectors).submatrix(from + 1, from, rows, factors.len());
        let s = triangle(v, factors);
        Block { from, v, s }
    }
}

/// I − V·S·Vᵀ, of V what is not zero, from the row `from` + 1 on.
struct Block<'a, T> {
    from: usize,
    v: MatRef<'a, T>,
    s: DMatrix<T>,
}

impl<T: Real + faer::traits::RealField> Block<'_, T> {
    fn apply(&self, x: MatMut<'_, T>) {
        let (v, s) = (self.v, view(&self.s));
        let mut x = x.subrows_mut(self.from + 1, v.nrows());
        let zero = <T as num_traits::Zero>::zero();
        let one = <T as num_traits::One>::one();
        let mut along = DMatrix::from_element(v.ncols(), x.ncols(), zero);
        let mut weighed = along.clone();
        let to = view_mut(&mut along);
        matmul(to, Accum::Replace, v.transpose(), x.as_ref(), one, Par::Seq);
        let to = view_mut(&mut weighed);
        matmul(to, Accum::Replace, s, view(&along), one, Par::Seq);
        matmul(x.as_mut(), Accum::Add, v, view(&weighed), -one, Par::Seq);
    }
}

/// S of a block, column by column: S grows to [S, −f·S·Vᵀv; 0, f] with a factor f and its v.
fn triangle<T: Real + faer::traits::RealField>(v: MatRef<'_, T>, factors: &[T]) -> DMatrix<T> {
    let size = factors.len();
    let zero = <T as num_traits::Zero>::zero();
    let mut inner = DMatrix::from_element(size, size, zero);
    let one = <T as num_traits::One>::one();
    let to = view_mut(&mut inner);
    matmul(to, Accum::Replace, v.transpose(), v, one, Par::Seq);
    let mut s = DMatrix::from_element(size, size, zero);
    for (j, &factor) in factors.iter().enumerate() {
        s[(j, j)] = factor;
        for i in 0..j {
            let sum = (i..j).fold(zero, |sum, k| sum + s[(i, k)] * inner[(k, j)]);
            s[(i, j)] = -factor * sum;
        }
    }
    s
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One after the other, in more than one block and with some that are none.
    fn agree_with_one_at_a_time<T: Real + faer::traits::RealField>() {
        for n in [1, 2, 5, 33, 34, 70] {
            let mut reflections = Reflections::new(n);
            let mut exact = DMatrix::<T>::identity(n, n);
            for i in 0..n - 1 {
                let entries: Vec<T> = (i + 1..n)
                    .map(|j| T::from_double(((3 * i + 7 * j) as f64 * 0.7).sin() + 1.5))
                    .collect();
                let square = entries
                    .iter()
                    .fold(<T as num_traits::Zero>::zero(), |s, &x| s + x * x);
                let two = T::from_double(2.0);
                let factor = if i % 5 == 3 {
                    <T as num_traits::Zero>::zero()
                } else {
                    two / square
                };
                reflections.push(&entries, factor);
                let mut v = DMatrix::from_element(n, 1, <T as num_traits::Zero>::zero());
                v.view_mut((i + 1, 0), (n - i - 1, 1))
                    .copy_from_slice(&entries);
                let along = &exact * &v;
                exact -= along * v.transpose() * factor;
            }
            let mut found = DMatrix::identity(n, n);
            reflections.apply(&mut found);
            let room = T::machine_epsilon() * T::from_double(8.0 * n as f64);
            assert!((found - exact).amax() <= room, "{n}");
        }
    }

    #[test]
    fn agree_with_one_at_a_time_f64() {
        agree_with_one_at_a_time::<f64>();
    }

    #[test]
    fn agree_with_one_at_a_time_f32() {
        agree_with_one_at_a_time::<f32>();
    }
}
