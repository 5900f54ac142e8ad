//! The thin SVD, by either algorithm.

use alignment_tax::Error;
use alignment_tax::linalg::ThinSvd;
use nalgebra::{DMatrix, dmatrix};

use crate::common::{gaussian, rng};
use crate::shared::{Extreme, finite, for_both_scalars, near, real, refused};

type Svd<T> = fn(&DMatrix<T>) -> Result<ThinSvd<T>, Error>;

fn svd_refusals<T: Extreme>() {
    let algorithms: [Svd<T>; 2] = [|a| ThinSvd::new(a), |a| ThinSvd::jacobi(a)];
    for svd in algorithms {
        for bad in T::NON_FINITE {
            let mut a = gaussian::<T>(4, 3, &mut rng(1));
            a[(2, 1)] = bad;
            a[(0, 2)] = bad;
            // The first in column-major order, whatever the value.
            refused!(
                svd(&a),
                Error::NonFinite { argument: "matrix", row: 2, column: 1, value, .. }
                    if value.is_nan() == bad.to_double().is_nan() && !value.is_finite()
            );
        }
        for (r, c) in [(0, 0), (0, 3), (3, 0)] {
            refused!(
                svd(&DMatrix::zeros(r, c)),
                Error::Empty { argument: "matrix", rows, columns, .. } if (*rows, *columns) == (r, c)
            );
        }
        refused!(
            svd(&DMatrix::from_element(3, 3, T::LARGEST)),
            Error::OutOfRange { argument: "largest singular value", actual, .. }
                if *actual == f64::INFINITY
        );
    }
}

fn svd_of_extreme_entries<T: Extreme>() {
    let algorithms: [Svd<T>; 2] = [|a| ThinSvd::new(a), |a| ThinSvd::jacobi(a)];
    let o = T::zero();
    let eps = T::machine_epsilon();
    for svd in algorithms {
        for x in [T::HUGE, T::MINUTE, T::SUBNORMAL, T::LARGEST / real(4.0)] {
            let s = svd(&DMatrix::from_element(1, 1, -x)).expect("an SVD");
            near("1 × 1", s.singular_values()[0], x, eps * real::<T>(8.0) * x);
            let product = s.left_vectors()[(0, 0)] * s.right_vectors()[(0, 0)];
            assert_eq!(product, -T::one());
            let s = svd(&dmatrix![x, o; o, x; o, o]).expect("an SVD");
            near("twice", s.singular_values()[1], x, eps * real::<T>(8.0) * x);
        }
        // Both ends of the range in one matrix.
        for (large, small) in [
            (T::HUGE, T::MINUTE),
            (T::LARGEST / real(4.0), T::SUBNORMAL),
            (T::one(), T::SUBNORMAL),
        ] {
            let s = svd(&dmatrix![small, o; o, large]).expect("an SVD");
            let bound = eps * real::<T>(16.0) * large;
            near("large", s.singular_values()[0], large, bound);
            near("small", s.singular_values()[1], small, bound);
            finite("U", s.left_vectors().iter());
            finite("V", s.right_vectors().iter());
            near(
                "U",
                (s.left_vectors().transpose() * s.left_vectors()).determinant(),
                T::one(),
                eps * real(16.0),
            );
        }
        let zero = svd(&DMatrix::zeros(2, 5)).expect("an SVD");
        assert_eq!(zero.singular_values().as_slice(), [o, o]);
        assert_eq!(zero.right_vectors().shape(), (5, 2));
    }
}

for_both_scalars!(svd_refusals, svd_of_extreme_entries);
