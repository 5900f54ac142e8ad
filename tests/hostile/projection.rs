//! Projections, sums, intersections and containment.

use alignment_tax::{Error, Subspace, tolerance};
use nalgebra::{DVector, dmatrix, dvector};

use crate::common::{rng, subspace};
use crate::shared::{Extreme, axis, for_both_scalars, near, real, refused};

fn projections<T: Extreme>() {
    let plane = subspace::<T>(3, 2, &mut rng(8));
    for bad in T::NON_FINITE {
        let x = dvector![T::one(), bad, T::one()];
        for result in [plane.project(&x), plane.reject(&x)] {
            refused!(
                result,
                Error::NonFinite {
                    argument: "x",
                    row: 1,
                    column: 0,
                    ..
                }
            );
        }
    }
    for (length, x) in [
        (2, DVector::<T>::zeros(2)),
        (4, DVector::repeat(4, T::one())),
    ] {
        for result in [plane.project(&x), plane.reject(&x)] {
            refused!(
                result,
                Error::DimensionMismatch { argument: "x", unit: "coordinates", expected: 3, actual, .. }
                    if *actual == length
            );
        }
    }
    for result in [
        plane.project(&DVector::zeros(0)),
        plane.reject(&DVector::zeros(0)),
    ] {
        refused!(
            result,
            Error::Empty {
                argument: "x",
                rows: 0,
                columns: 1,
                ..
            }
        );
    }
    let zero = DVector::zeros(3);
    assert_eq!(plane.project(&zero), Ok(zero.clone()));
    assert_eq!(plane.reject(&zero), Ok(zero));
    // {0} and all of R^d, and every magnitude.
    let trivial = Subspace::<T>::trivial(2).expect("d = 2");
    let whole = trivial.complement();
    let diagonal = Subspace::from_columns(&dmatrix![T::one(); T::one()]).expect("a line");
    for m in [
        T::one(),
        T::HUGE,
        T::MINUTE,
        T::SUBNORMAL,
        T::LARGEST / real(4.0),
    ] {
        let x = dvector![m, -m];
        // Half a unit in the last place of a subnormal is the smallest number.
        let bound = tolerance::orthonormality::<T>(2) * m + T::SUBNORMAL;
        for (subspace, inside) in [
            (&trivial, T::zero()),
            (&whole, T::one()),
            (&diagonal, T::zero()),
        ] {
            let (p, r) = (subspace.project(&x), subspace.reject(&x));
            for (i, sign) in [(0, T::one()), (1, -T::one())] {
                near(
                    "inside",
                    p.as_ref().expect("finite")[i],
                    sign * inside * m,
                    bound,
                );
                near(
                    "outside",
                    r.as_ref().expect("finite")[i],
                    sign * (T::one() - inside) * m,
                    bound,
                );
            }
        }
    }
}

/// The projection of a finite vector need not fit the scalar: its largest coordinate
/// may exceed the vector's by a factor of (1 + √2)/2.
fn projections_that_overflow<T: Extreme>() {
    let line = Subspace::from_columns(&dmatrix![T::one(); real(0.4)]).expect("a line");
    let x = dvector![T::LARGEST, T::LARGEST];
    refused!(line.project(&x), Error::OutOfRange { .. });
    let across = line.complement();
    refused!(across.reject(&x), Error::OutOfRange { .. });
}

fn subspace_algebra<T: Extreme>() {
    let a = subspace::<T>(4, 2, &mut rng(9));
    let other = subspace::<T>(5, 2, &mut rng(9));
    let zero = Subspace::<T>::trivial(4).expect("d = 4");
    let tol = tolerance::angle::<T>(2) * real(4.0);
    for result in [a.sum(&other), a.intersection(&other, tol)] {
        refused!(
            result,
            Error::DimensionMismatch {
                unit: "coordinates",
                expected: 4,
                actual: 5,
                ..
            }
        );
    }
    refused!(
        a.contains_subspace(&other, tol),
        Error::DimensionMismatch {
            unit: "coordinates",
            expected: 4,
            actual: 5,
            ..
        }
    );
    refused!(
        a.contains(&axis(5, 0), tol),
        Error::DimensionMismatch {
            argument: "direction",
            unit: "coordinates",
            expected: 4,
            actual: 5,
            ..
        }
    );
    for bad in [
        T::NON_FINITE[0],
        T::NON_FINITE[1],
        -T::SUBNORMAL,
        T::frac_pi_2(),
    ] {
        refused!(
            a.intersection(&a, bad),
            Error::OutOfRange { argument: "tolerance", actual, .. }
                if *actual == bad.to_double() || actual.is_nan()
        );
        refused!(
            a.contains(&axis(4, 0), bad),
            Error::OutOfRange {
                argument: "tolerance",
                ..
            }
        );
        refused!(
            a.contains_subspace(&a, bad),
            Error::OutOfRange {
                argument: "tolerance",
                ..
            }
        );
        // Also where the answer would be clear without it.
        refused!(
            zero.intersection(&a, bad),
            Error::OutOfRange {
                argument: "tolerance",
                ..
            }
        );
    }
    // {0} is legal on either side.
    assert_eq!(zero.sum(&zero).map(|s| s.dimension()), Ok(0));
    assert_eq!(zero.sum(&a).map(|s| s.dimension()), Ok(2));
    assert_eq!(a.sum(&zero).map(|s| s.dimension()), Ok(2));
    assert_eq!(a.intersection(&zero, tol).map(|s| s.dimension()), Ok(0));
    assert_eq!(a.contains_subspace(&zero, T::zero()), Ok(true));
    assert_eq!(zero.contains_subspace(&zero, T::zero()), Ok(true));
    assert_eq!(zero.contains_subspace(&a, tol), Ok(false));
    assert_eq!(zero.contains(&axis(4, 0), tol), Ok(false));
    assert_eq!(zero.condition_number(), T::one());
    assert_eq!(zero.complement().dimension(), 4);
    assert_eq!(a.intersection(&a, tol).map(|s| s.dimension()), Ok(2));
    assert_eq!(
        a.intersection(&a.complement(), tol).map(|s| s.dimension()),
        Ok(0)
    );
    assert_eq!(a.sum(&a.complement()).map(|s| s.dimension()), Ok(4));
}

for_both_scalars!(projections, projections_that_overflow, subspace_algebra);
