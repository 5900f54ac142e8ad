//! Both SVD algorithms against the shapes on which nalgebra's fails, against each
//! other, and against what they must refuse.

use crate::common::{gaussian, rng, subspace};
use alignment_tax::linalg::ThinSvd;
use alignment_tax::{Error, RankRule, Real, Subspace};
use nalgebra::{DMatrix, DVector};
use rand::RngExt;

type Algorithm<T> = fn(&DMatrix<T>) -> Result<ThinSvd<T>, Error>;

fn algorithms<T: Real>() -> [(&'static str, Algorithm<T>); 2] {
    [
        ("default", |a| ThinSvd::new(a)),
        ("Jacobi", |a| ThinSvd::jacobi(a)),
    ]
}

/// A = U·Σ·Vᵀ with orthonormal factors and descending values, to rounding.
fn assert_is_svd<T: Real>(name: &str, a: &DMatrix<T>, svd: &ThinSvd<T>) {
    let (rows, columns) = a.shape();
    let size = T::from_double(((rows * columns) as f64).sqrt());
    let eps = T::machine_epsilon();
    let (u, s, v) = (
        svd.left_vectors(),
        svd.singular_values(),
        svd.right_vectors(),
    );
    let bound = T::from_double(8.0) * size * eps;
    let identity = DMatrix::<T>::identity(s.len(), s.len());
    assert!(
        (u.transpose() * u - &identity).amax() <= bound,
        "{name}: U of {rows}×{columns}"
    );
    assert!(
        (v.transpose() * v - &identity).amax() <= bound,
        "{name}: V of {rows}×{columns}"
    );
    let rebuilt = u * DMatrix::from_diagonal(s) * v.transpose();
    let error = (rebuilt - a).amax();
    assert!(
        error <= bound * s[0],
        "{name}: {rows}×{columns} is off by {error}"
    );
    assert!(
        s.iter().zip(s.iter().skip(1)).all(|(x, y)| x >= y),
        "{name}: order"
    );
}

fn all_ones<T: Real>() {
    for (name, svd) in algorithms::<T>() {
        for rows in 2..=30 {
            for columns in 2..=30 {
                let a = DMatrix::<T>::from_element(rows, columns, T::one());
                let svd = svd(&a).expect("an SVD");
                assert_is_svd(name, &a, &svd);
                let largest = ((rows * columns) as f64).sqrt();
                let bound = 8.0 * largest * T::machine_epsilon().to_double() * largest;
                let s = svd.singular_values();
                assert!(
                    (s[0].to_double() - largest).abs() <= bound,
                    "{name} {rows}×{columns}"
                );
                assert!(
                    s[1].to_double() <= bound,
                    "{name} {rows}×{columns}: {}",
                    s[1]
                );
            }
        }
    }
}

#[test]
fn all_ones_up_to_30_by_30() {
    all_ones::<f64>();
    all_ones::<f32>();
}

fn low_rank<T: Real>() {
    let mut rng = rng(855);
    for _ in 0..855 {
        let (rows, columns) = (rng.random_range(2..=20), rng.random_range(2..=20));
        let rank = rng.random_range(1..=rows.min(columns));
        let a = gaussian::<T>(rows, rank, &mut rng) * gaussian::<T>(rank, columns, &mut rng);
        let values: Vec<ThinSvd<T>> = algorithms::<T>()
            .into_iter()
            .map(|(name, svd)| {
                let svd = svd(&a).expect("an SVD");
                assert_is_svd(name, &a, &svd);
                svd
            })
            .collect();
        // Two algorithms that share no code agree.
        let (x, y) = (values[0].singular_values(), values[1].singular_values());
        let size = T::from_double(16.0 * ((rows * columns) as f64).sqrt());
        assert!((x - y).amax() <= size * T::machine_epsilon() * x[0]);
    }
}

#[test]
fn random_low_rank_matrices() {
    low_rank::<f64>();
    low_rank::<f32>();
}

/// Small integers with many zeros: columns that are orthogonal from the start, equal,
/// opposite or zero, in every order.
fn small_integers<T: Real>() {
    let mut rng = rng(2);
    for _ in 0..3000 {
        let (rows, columns) = (rng.random_range(1..=7), rng.random_range(1..=7));
        let mut entry = || f64::from(rng.random_range(-2..=2_i32) * rng.random_range(0..=1));
        let a = DMatrix::from_fn(rows, columns, |_, _| T::from_double(entry()));
        for (name, svd) in algorithms::<T>() {
            assert_is_svd(name, &a, &svd(&a).expect("an SVD"));
        }
    }
}

#[test]
fn small_integer_matrices() {
    small_integers::<f64>();
    small_integers::<f32>();
}

/// Small singular values above the rounding noise keep orthogonal vectors.
fn graded<T: Real>(smallest: f64) {
    let mut rng = rng(11);
    for (rows, columns) in [(10, 10), (40, 10), (10, 40), (3, 3)] {
        let size = rows.min(columns);
        let exponent = |j: usize| j as f64 / (size - 1) as f64;
        let values = DMatrix::from_fn(size, size, |i, j| {
            T::from_double(if i == j {
                smallest.powf(exponent(j))
            } else {
                0.0
            })
        });
        let u = subspace::<T>(rows, size, &mut rng).basis() * values;
        let a = u * subspace::<T>(columns, size, &mut rng).basis().transpose();
        for (name, svd) in algorithms::<T>() {
            assert_is_svd(name, &a, &svd(&a).expect("an SVD"));
        }
    }
}

#[test]
fn graded_singular_values() {
    graded::<f64>(1e-14);
    graded::<f32>(1e-6);
    graded::<f64>(1e-30);
    graded::<f32>(1e-12);
}

fn extreme_scales<T: Real>(exponent: i32) {
    let mut rng = rng(3);
    let a = gaussian::<T>(9, 5, &mut rng);
    for (name, svd) in algorithms::<T>() {
        let plain = svd(&a).expect("an SVD");
        for sign in [-1, 1] {
            let s = T::from_double(2.0_f64.powi(sign * exponent));
            let scaled = svd(&(&a * s)).expect("an SVD");
            // Scaling by a power of two changes nothing but the units.
            assert_eq!(
                scaled.singular_values(),
                &(plain.singular_values() * s),
                "{name}"
            );
        }
    }
}

#[test]
fn units_do_not_matter() {
    extreme_scales::<f64>(1000);
    extreme_scales::<f32>(110);
}

#[test]
fn the_zero_matrix_has_orthonormal_factors() {
    for (name, svd) in algorithms::<f64>() {
        for (rows, columns) in [(1, 1), (3, 5), (5, 3), (4, 4)] {
            let a = DMatrix::zeros(rows, columns);
            assert_is_svd(name, &a, &svd(&a).expect("an SVD"));
        }
    }
}

#[test]
fn non_finite_and_empty_input_is_refused_at_once() {
    for (name, svd) in algorithms::<f64>() {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let mut a = DMatrix::from_element(6, 4, 1.0);
            a[(3, 2)] = bad;
            assert!(
                matches!(
                    svd(&a),
                    Err(Error::NonFinite {
                        row: 3,
                        column: 2,
                        ..
                    })
                ),
                "{name}"
            );
        }
        for (rows, columns) in [(0, 0), (0, 3), (3, 0)] {
            let empty = DMatrix::<f64>::zeros(rows, columns);
            assert!(matches!(svd(&empty), Err(Error::Empty { .. })), "{name}");
        }
        let huge = DMatrix::from_element(4, 4, f64::MAX);
        assert!(
            matches!(svd(&huge), Err(Error::OutOfRange { .. })),
            "{name}"
        );
    }
}

/// What is equal to the cut of a rank counts as zero; the singular values of these are exact.
fn a_tie_with_the_cut_is_zero<T: Real>() {
    let half = T::from_double(0.5);
    let a = DMatrix::from_diagonal(&DVector::from_column_slice(&[T::one(), half]));
    let dimension = |cut: T| {
        Subspace::from_leading_singular(&a, RankRule::Relative(cut))
            .expect("a span")
            .dimension()
    };
    assert_eq!(dimension(half), 1);
    assert_eq!(dimension(half * (T::one() - T::machine_epsilon())), 2);
}

#[test]
fn ties_with_the_cut_are_zeros() {
    a_tie_with_the_cut_is_zero::<f32>();
    a_tie_with_the_cut_is_zero::<f64>();
}

/// Columns that are orthogonal already are their own left vectors, far below the rounding noise of
/// the longest too, in every order; signs go with the right vectors.
#[test]
fn short_orthogonal_columns_keep_their_directions() {
    let directions: [[f64; 4]; 4] = [
        [1.0, 1.0, 1.0, 1.0],
        [1.0, -1.0, 1.0, -1.0],
        [1.0, 1.0, -1.0, -1.0],
        [1.0, -1.0, -1.0, 1.0],
    ];
    for lengths in [
        [1.0_f64, 1e-20, 1e-40, 1e-60],
        [1e-30, 1e-5, 1.0, 1e-150],
        [1e-150, 1e-140, 1e-130, 1.0],
    ] {
        for count in 1..=4 {
            let a = DMatrix::from_fn(4, count, |i, j| directions[j][i] * lengths[j]);
            let svd = ThinSvd::jacobi(&a).expect("an SVD");
            let mut order: Vec<usize> = (0..count).collect();
            order.sort_by(|&i, &j| lengths[j].total_cmp(&lengths[i]));
            for (place, &j) in order.iter().enumerate() {
                let value = svd.singular_values()[place] / (2.0 * lengths[j]);
                assert!((value - 1.0).abs() <= 1e-14, "{value}");
                let sign = svd.right_vectors()[(j, place)];
                let u = svd.left_vectors().column(place) * sign;
                for i in 0..4 {
                    let exact = 0.5 * directions[j][i];
                    assert!((u[i] - exact).abs() <= 1e-14, "{lengths:?} {j}: {u}");
                }
            }
        }
    }
}

/// A short column that leans on a long one by less than ε of its length: the turn that parts them
/// moves the short one alone.
fn a_short_column_is_turned_off_a_long_one<T: Real>(short: f64, lean: f64) {
    let (o, one) = (T::zero(), T::one());
    let (short, lean) = (T::from_double(short), T::from_double(lean));
    for a in [
        DMatrix::from_column_slice(2, 2, &[one, o, lean, short]),
        DMatrix::from_column_slice(2, 2, &[lean, short, one, o]),
        DMatrix::from_column_slice(3, 2, &[one, o, o, -lean, o, short]),
    ] {
        for (name, svd) in algorithms::<T>() {
            assert_is_svd(name, &a, &svd(&a).expect("an SVD"));
        }
    }
}

#[test]
fn short_columns_are_turned_off_long_ones() {
    a_short_column_is_turned_off_a_long_one::<f64>(1e-5, 1e-17);
    a_short_column_is_turned_off_a_long_one::<f64>(1e-9, 1e-18);
    a_short_column_is_turned_off_a_long_one::<f32>(1e-3, 1e-9);
}

/// Many rotations round each a little; the vectors stay of unit length, and the values as long as
/// those of the matrix.
fn lengths_survive_many_rotations<T: Real>() {
    let n = 40;
    let a = gaussian::<T>(n, n, &mut rng(40));
    let svd = ThinSvd::jacobi(&a).expect("an SVD");
    let bound = T::from_double(4.0) * T::machine_epsilon();
    let worst = |m: &DMatrix<T>| {
        m.column_iter()
            .map(|x| (x.map(Real::to_double).norm() - 1.0).abs())
            .fold(0.0, f64::max)
    };
    let values = svd.singular_values().map(Real::to_double);
    let ratio = values.norm() / a.map(Real::to_double).norm() - 1.0;
    assert!(worst(svd.right_vectors()) <= bound.to_double());
    assert!(worst(svd.left_vectors()) <= bound.to_double());
    assert!(ratio.abs() <= bound.to_double());
}

#[test]
fn lengths_survive_many_rotations_of_either_scalar() {
    lengths_survive_many_rotations::<f64>();
    lengths_survive_many_rotations::<f32>();
}
