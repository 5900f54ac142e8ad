//! Orthogonal triangularisation by Householder reflections, for any real scalar.
//!
//! nalgebra 0.35's `qr` is not used: on columns that are equal up to sign its product is
//! off by up to twice the matrix (see the unit test).
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

    /// Five copies of a direction up to sign and a column apart, in single precision:
    /// nalgebra 0.35's `qr` is off by up to twice the matrix on 871 of these 2,999.
    #[test]
    fn copies_of_a_column_are_factored() {
        let eps = f32::EPSILON;
        for seed in 1..3000_u32 {
            let x: Vec<f32> = (1..32)
                .map(|i| ((i * 7919 + seed * 104_729) % 1009) as f32 / 1009.0 - 0.5)
                .collect();
            let length = x.iter().map(|v| v * v).sum::<f32>().sqrt();
            let a = DMatrix::from_fn(32, 7, |i, j| match (i, j) {
                (31, 6) => 1.0,
                (31, _) | (_, 6) => 0.0,
                (_, 1 | 2 | 4) => -x[i] / length,
                _ => x[i] / length,
            });
            let factors = Triangular::of(a.clone());
            let mut padded = DMatrix::zeros(32, 7);
            padded.rows_mut(0, 7).copy_from(&factors.r);
            let error = (factors.applied(padded) - &a).amax();
            assert!(error <= 32.0 * eps, "seed {seed}: {error}");
        }
    }
}
