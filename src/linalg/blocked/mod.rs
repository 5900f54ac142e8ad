//! The blocked kernels of faer over nalgebra's column-major storage, without a
//! copy, for f32 and f64 (feature `faer`).
//!
//! Every call asks for sequential execution by name: faer's default would take
//! whatever parallelism another crate of the same build has set, and equal
//! inputs must give equal results whatever that is. What is done on several threads is
//! cut into pieces here, by shape alone.

mod bidiagonal;
mod dqds;
mod factors;
mod lockstep;
mod products;
mod reflections;
mod thin;

pub(crate) use factors::{
    cholesky, inverse_upper, right_factors, singular_values, svd, symmetric_eigen,
};
pub(crate) use products::{
    add_gram, add_product, difference, gram, joint_gram, lower_product, product, subtract_product,
    transposed_product, transposed_upper_product, upper_product,
};

use faer::{MatMut, MatRef};
use nalgebra::DMatrix;

fn view<T>(a: &DMatrix<T>) -> MatRef<'_, T> {
    MatRef::from_column_major_slice(a.as_slice(), a.nrows(), a.ncols())
}

fn view_mut<T>(a: &mut DMatrix<T>) -> MatMut<'_, T> {
    let (rows, columns) = a.shape();
    MatMut::from_column_major_slice_mut(a.as_mut_slice(), rows, columns)
}

#[cfg(test)]
mod tests {
    use super::bidiagonal::Reflected;
    use super::*;
    use crate::linalg::jacobi;
    use crate::{Real, tolerance};

    /// The blocked kernels come to an end by themselves, and at what Jacobi's come to.
    fn agree_with_jacobi<T: faer::traits::RealField + Reflected>(sizes: &[(usize, usize)]) {
        for &(m, n) in sizes {
            let a = DMatrix::from_fn(m, n, |i, j| {
                <T as Real>::from_double(((7 * i + 13 * j * j + i * j) as f64 * 0.37).sin())
            });
            let (_, exact, _) = jacobi::svd(&a).expect("converges");
            let room = <T as Real>::from_double(16.0 * ((m * n) as f64).sqrt())
                * T::machine_epsilon()
                * exact[0];
            let (_, values, _) = svd(&a).expect("converges");
            assert!((values - &exact).amax() <= room, "{m} × {n}");
            let values = singular_values(&a).expect("converges");
            assert!((values - &exact).amax() <= room, "{m} × {n}");
            for least in [0.0, 0.3, 2.0] {
                let least = <T as Real>::from_double(least) * exact[0];
                let blocked = right_factors(&a, least);
                assert_eq!(blocked.is_some(), m >= n);
                let portable = jacobi::right_factors(&a, least).expect("converges");
                for (values, right) in blocked.into_iter().chain([portable]) {
                    assert!((&values - &exact).amax() <= room, "{m} × {n}");
                    let count = values.iter().filter(|&&x| x >= least).count();
                    assert_eq!(right.shape(), (n, count));
                    // (AV)ᵀAV = diag(σ²).
                    let turned = &a * right;
                    let largest = values.rows(0, count);
                    let squares = DMatrix::from_diagonal(&largest.component_mul(&largest));
                    let error = (turned.transpose() * &turned - squares).abs();
                    assert!(error.iter().all(|&x| x <= room * exact[0]), "{m} × {n}");
                }
            }

            let symmetric = a.transpose() * &a;
            let (exact, _) = jacobi::symmetric_eigen(&symmetric).expect("converges");
            let (mut values, _) = symmetric_eigen(&symmetric).expect("converges");
            values
                .as_mut_slice()
                .sort_by(|x, y| x.partial_cmp(y).expect("finite"));
            let room = tolerance::eigenvalue::<T>(n) * exact[n - 1];
            assert!((values - exact).amax() <= room, "{m} × {n}");
        }
    }

    const SMALL: [(usize, usize); 5] = [(1, 1), (3, 2), (2, 5), (20, 20), (50, 9)];

    #[test]
    fn agree_with_jacobi_f64() {
        agree_with_jacobi::<f64>(&SMALL);
    }

    #[test]
    fn agree_with_jacobi_f32() {
        agree_with_jacobi::<f32>(&SMALL);
    }

    /// So large that faer divides the tridiagonal matrix.
    #[test]
    fn agree_with_jacobi_where_the_problem_is_divided() {
        agree_with_jacobi::<f64>(&[(150, 140)]);
    }
}
