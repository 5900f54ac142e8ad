//! Orthogonal triangularisation by Householder reflections, for any real scalar.
//!
//! nalgebra 0.35's `qr` is not used: on a matrix with equal columns up to rounding its
//! product was seen to be off by twice the matrix.
//!
//! Inputs are finite and of about unit scale; the callers on this floor see to both.

use nalgebra::{DMatrix, DMatrixViewMut, DVector, RealField};

use super::reduce::{dot, max_abs};

/// A = H₁·H₂⋯H_n·[R; 0] of a d × n matrix, d ≥ n.
pub(crate) struct Triangular<T> {
    /// Unit vectors w of Hⱼ = I − 2wwᵀ, acting on rows j and below; empty for the identity.
    reflections: Vec<DVector<T>>,
    /// Upper triangular, n × n.
    pub(crate) r: DMatrix<T>,
}

impl<T: RealField + Copy> Triangular<T> {
    /// The factorisation (Golub & Van Loan 2013, Alg. 5.2.1).
    pub(crate) fn of(mut a: DMatrix<T>) -> Self {
        let (d, n) = a.shape();
        let mut reflections = Vec::with_capacity(n);
        for j in 0..n {
            let mut w = a.view((j, j), (d - j, 1)).column(0).into_owned();
            // In units of its largest entry: what rounding leaves of a dependent column may be
            // so short that its square is no normal number.
            let unit = max_abs(w.as_slice());
            if unit > T::zero() {
                w /= unit;
                let length = dot(w.as_slice(), w.as_slice()).sqrt();
                let first = w[0];
                // The sign that adds, so that nothing cancels.
                w[0] = if first < T::zero() {
                    first - length
                } else {
                    first + length
                };
                w /= dot(w.as_slice(), w.as_slice()).sqrt();
                reflect(&mut a.view_mut((j, j), (d - j, n - j)), &w);
            } else {
                w = DVector::zeros(0);
            }
            reflections.push(w);
        }
        Self {
            reflections,
            r: a.rows(0, n).upper_triangle(),
        }
    }

    /// H₁·H₂⋯H_n·B, for B with d rows.
    pub(crate) fn applied(&self, mut b: DMatrix<T>) -> DMatrix<T> {
        let (d, columns) = b.shape();
        for (j, w) in self.reflections.iter().enumerate().rev() {
            if !w.is_empty() {
                reflect(&mut b.view_mut((j, 0), (d - j, columns)), w);
            }
        }
        b
    }
}

/// x ← x − 2·w·⟨w, x⟩ for every column x.
fn reflect<T: RealField + Copy>(a: &mut DMatrixViewMut<'_, T>, w: &DVector<T>) {
    for mut x in a.column_iter_mut() {
        let overlap = dot(w.as_slice(), x.as_slice());
        x.axpy(-(overlap + overlap), w, T::one());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The input on which nalgebra's own factorisation fails: columns equal up to sign
    /// and the last bit, in single precision.
    #[test]
    fn nearly_equal_columns_are_factored() {
        let eps = f32::EPSILON;
        for seed in 1..200_u32 {
            let entry = |i: usize, j: usize| {
                let base = ((i as u32 * 7919 + seed * 104_729) % 1000) as f32 / 1000.0 - 0.5;
                let sign = if (j as u32 * seed) % 3 == 1 {
                    -1.0
                } else {
                    1.0
                };
                let ulp = ((i as u32 + j as u32 * seed) % 3) as f32 - 1.0;
                sign * base * (1.0 + ulp * eps)
            };
            let a = DMatrix::from_fn(32, 7, entry);
            let factors = Triangular::of(a.clone());
            let mut padded = DMatrix::zeros(32, 7);
            padded.rows_mut(0, 7).copy_from(&factors.r);
            let error = (factors.applied(padded) - &a).amax();
            assert!(error <= 32.0 * eps * a.amax(), "seed {seed}: {error}");
        }
    }
}
