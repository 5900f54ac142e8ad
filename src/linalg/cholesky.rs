//! The triangular factor of a Gram matrix, and what it says of the columns behind it.
//!
//! With G = AᵀA = RᵀR the columns of A·R⁻¹ are orthonormal, and inner products with them
//! are solved for from inner products with A: a basis need not be formed. The price is
//! accuracy. G holds the squares of the singular values of A, so that its rounding, ε·‖A‖²,
//! weighs κ² in what should be the identity, and not κ as it would after a Householder
//! factorisation. Hence the estimate of κ that comes with it.

use nalgebra::{DMatrix, RealField};

use super::reduce::max_abs;
use super::{power, reduce};
use crate::{Real, tolerance};

/// Steps of the power iteration. Sixteen factors of λ separate a start that has 1/(100·√k)
/// of the wanted eigenvector from its eigenvalue by less than a factor of two, for k up to 256.
const STEPS: usize = 8;

/// R and R⁻¹ of a Gram matrix of columns of unit scale.
pub(crate) struct GramFactor<T> {
    pub(crate) upper: DMatrix<T>,
    pub(crate) inverse: DMatrix<T>,
}

impl<T: Real> GramFactor<T> {
    /// `None` where a pivot is not positive.
    pub(crate) fn of(gram: DMatrix<T>) -> Option<Self> {
        let upper = T::kernel_cholesky(gram)?;
        let inverse = T::kernel_inverse_upper(&upper);
        Some(Self { upper, inverse })
    }

    /// Whether inner products of the columns of a d-dimensional space determine their span
    /// as well as the columns do.
    pub(crate) fn is_well_conditioned(&self, d: usize) -> bool {
        let accepted = |condition: T| {
            condition <= tolerance::gram_condition()
                && condition * tolerance::rank::<T>(d, self.upper.ncols()) < T::from_double(0.5)
        };
        // A bound is cheaper than an estimate, and for few columns near right angles good enough.
        accepted(norm_bound(&self.upper) * norm_bound(&self.inverse)) || accepted(self.condition())
    }

    /// The condition number of the columns, estimated from below by power iteration.
    fn condition(&self) -> T {
        let largest = power::growth(self.upper.ncols(), STEPS, |x| {
            transposed_times(&self.upper, &times(&self.upper, x))
        });
        let smallest = power::growth(self.upper.ncols(), STEPS, |x| {
            times(&self.inverse, &transposed_times(&self.inverse, x))
        });
        (largest * smallest).sqrt()
    }
}

// R and its inverse are square: column j has an entry j, and each slice up to it is there.

/// At least the largest singular value of an upper triangular R: ‖R‖₂² ≤ ‖R‖₁·‖R‖_∞.
fn norm_bound<T: Real>(r: &DMatrix<T>) -> T {
    let mut rows = vec![T::zero(); r.nrows()];
    let mut largest = T::zero();
    for (j, column) in r.column_iter().enumerate() {
        let mut sum = T::zero();
        for (row, &x) in rows.iter_mut().zip(&column.as_slice()[..=j]) {
            *row += x.abs();
            sum += x.abs();
        }
        largest = largest.max(sum);
    }
    (largest * max_abs(&rows)).sqrt()
}

/// R·x.
fn times<T: Real>(r: &DMatrix<T>, x: &[T]) -> Vec<T> {
    let mut y = vec![T::zero(); x.len()];
    for (j, (column, &factor)) in r.column_iter().zip(x).enumerate() {
        for (y, &entry) in y.iter_mut().zip(&column.as_slice()[..=j]) {
            *y += entry * factor;
        }
    }
    y
}

/// Rᵀ·x.
fn transposed_times<T: Real>(r: &DMatrix<T>, x: &[T]) -> Vec<T> {
    r.column_iter()
        .enumerate()
        .map(|(j, column)| reduce::dot(&column.as_slice()[..=j], &x[..=j]))
        .collect()
}

/// The upper factor for any scalar; `None` where a pivot is not positive.
pub(crate) fn portable<T: RealField + Copy>(gram: DMatrix<T>) -> Option<DMatrix<T>> {
    Some(gram.cholesky()?.unpack().transpose())
}

/// R⁻¹ for any scalar, by back substitution, column by column.
pub(crate) fn inverse_upper<T: RealField + Copy>(r: &DMatrix<T>) -> DMatrix<T> {
    let k = r.nrows();
    // Rows of R as columns, so that a tail of a row lies together.
    let rows = r.transpose();
    let mut inverse = DMatrix::zeros(k, k);
    for j in 0..k {
        inverse[(j, j)] = T::one() / r[(j, j)];
        for i in (0..j).rev() {
            let (row, column) = (rows.column(i), inverse.column(j));
            let tail = reduce::dot(&row.as_slice()[i + 1..=j], &column.as_slice()[i + 1..=j]);
            inverse[(i, j)] = -tail / r[(i, i)];
        }
    }
    inverse
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::ThinSvd;

    /// Columns with a correlation of `share` between all pairs: κ² = (1 + (k − 1)·share)/(1 − share).
    fn equicorrelated(k: usize, share: f64) -> DMatrix<f64> {
        DMatrix::from_fn(k, k, |i, j| if i == j { 1.0 } else { share })
    }

    #[test]
    fn the_condition_is_estimated_from_below_and_within_a_factor_of_two() {
        for k in [1, 2, 3, 8, 64, 256] {
            for share in [0.0, 0.1, 0.5, 0.9, 0.999_999] {
                let gram = equicorrelated(k, share);
                let exact = ((1.0 + (k as f64 - 1.0) * share) / (1.0 - share)).sqrt();
                let exact = if k == 1 { 1.0 } else { exact };
                let found = GramFactor::of(gram).expect("definite").condition();
                assert!(
                    found <= exact * (1.0 + 1e-9) && found >= 0.5 * exact,
                    "{k} {share}: {found} {exact}"
                );
            }
            // One narrow direction, which no coordinate axis shares.
            let u = DMatrix::from_fn(k, 1, |i, _| ((i * i + 3) as f64).sin());
            let u = &u / u.norm();
            let gram = DMatrix::identity(k, k) - &u * u.transpose() * 0.96;
            let found = GramFactor::of(gram).expect("definite").condition();
            assert!(
                (2.4..=5.0 + 1e-9).contains(&found) || k == 1,
                "{k}: {found}"
            );
        }
    }

    #[test]
    fn the_factors_are_inverse_to_each_other_by_both_kernels() {
        for k in [1, 2, 5, 17, 64] {
            let gram = equicorrelated(k, 0.3);
            let factor = GramFactor::of(gram.clone()).expect("definite");
            let portable = portable(gram.clone()).expect("definite");
            let identity = DMatrix::<f64>::identity(k, k);
            let room = tolerance::eigenvalue::<f64>(k);
            assert!((&factor.upper * &factor.inverse - &identity).amax() < room);
            assert!((factor.upper.transpose() * &factor.upper - &gram).amax() < room);
            assert!((&portable - &factor.upper).amax() < room);
            assert!((inverse_upper(&portable) - &factor.inverse).amax() < room);
            assert_eq!(
                factor.upper.lower_triangle().diagonal(),
                factor.upper.diagonal()
            );
        }
        assert!(GramFactor::of(equicorrelated(3, 1.5)).is_none());
        let values = ThinSvd::new(&equicorrelated(3, 0.5)).expect("values");
        assert!((values.singular_values()[0] - 2.0).abs() < 1e-14);
    }

    #[test]
    fn the_bound_is_at_least_the_largest_singular_value() {
        for k in [1, 2, 5, 40] {
            let r = DMatrix::from_fn(k, k, |i, j| {
                if i <= j {
                    ((7 * i + 3 * j * j) as f64).sin()
                } else {
                    0.0
                }
            });
            let exact = ThinSvd::new(&r).expect("values").singular_values()[0];
            let bound = norm_bound(&r);
            assert!(
                exact <= bound && bound <= exact * (k as f64).sqrt(),
                "{k}: {bound}"
            );
        }
        // Of all ones on and above the diagonal a row and a column have sums of 3.
        let ones = DMatrix::<f64>::from_element(3, 3, 1.0).upper_triangle();
        assert_eq!(norm_bound(&ones), 3.0);
        assert_eq!(
            norm_bound(&nalgebra::dmatrix![1.0, -3.0; 0.0, 2.0]),
            20.0_f64.sqrt()
        );
    }

    /// κ = 3.3 and a bound of 9: the estimate decides.
    #[test]
    fn what_the_bound_leaves_open_the_estimate_decides() {
        let factor = GramFactor::of(equicorrelated(40, 0.2)).expect("definite");
        assert!(norm_bound(&factor.upper) * norm_bound(&factor.inverse) > 4.0);
        assert!(factor.is_well_conditioned(1000));
    }

    /// Orthonormal columns are as well conditioned as can be, until there are so many rows that
    /// rounding alone may hide a direction.
    #[test]
    fn orthonormal_columns_determine_their_span_unless_there_are_too_many_rows() {
        for k in [1, 2, 5, 40] {
            let factor = GramFactor::of(DMatrix::<f32>::identity(k, k)).expect("definite");
            for d in [k, 1000, 1 << 20] {
                assert!(factor.is_well_conditioned(d), "{k} {d}");
            }
            for d in [1 << 23, 1 << 25] {
                assert!(!factor.is_well_conditioned(d), "{k} {d}");
            }
        }
        let oblique = GramFactor::of(equicorrelated(2, 0.999)).expect("definite");
        assert!(!oblique.is_well_conditioned(2));
    }
}
