//! Diagnostics of samples and directions that are themselves the finding.

use alignment_tax::{Collinearity, CoordinateShares, Direction, Error, Moment};
use nalgebra::{DMatrix, dmatrix};

use crate::common::{gaussian, rng};
use crate::shared::{Extreme, axis, finite, for_both_scalars, real, refused};

const MOMENTS: [Moment; 2] = [Moment::Centred, Moment::Raw];

fn shares_refusals<T: Extreme>() {
    let good = gaussian::<T>(3, 2, &mut rng(1));
    for moment in MOMENTS {
        for bad in T::NON_FINITE {
            let mut a = good.clone();
            a[(2, 1)] = bad;
            refused!(
                CoordinateShares::new(&a, moment),
                Error::NonFinite {
                    argument: "samples",
                    row: 2,
                    column: 1,
                    ..
                }
            );
        }
        for (r, c) in [(0, 3), (3, 0), (0, 0)] {
            refused!(
                CoordinateShares::new(&DMatrix::<T>::zeros(r, c), moment),
                Error::Empty { argument: "samples", rows, columns, .. } if (*rows, *columns) == (r, c)
            );
        }
        refused!(
            CoordinateShares::new(&DMatrix::<T>::zeros(3, 2), moment),
            Error::ZeroVector { .. }
        );
    }
    let same = DMatrix::from_element(7, 2, real::<T>(0.1));
    refused!(
        CoordinateShares::new(&same, Moment::Centred),
        Error::ZeroVector {
            argument: "samples less their mean",
            ..
        }
    );
    let shares = CoordinateShares::new(&good, Moment::Raw).expect("shares");
    for bad in [f64::NAN, f64::INFINITY, 0.0, -1.0, 1.0 - f64::EPSILON] {
        refused!(
            shares.massive(bad),
            Error::OutOfRange { argument: "threshold", actual, .. } if *actual == bad || actual.is_nan()
        );
    }
    for bad in [0, 3, usize::MAX] {
        refused!(
            shares.top_share(bad),
            Error::OutOfBounds { argument: "k", least: 1, most: 2, actual, .. } if *actual == bad
        );
    }
}

fn shares_of_any_magnitude<T: Extreme>() {
    let (i, o) = (T::one(), T::zero());
    for x in [i, T::HUGE, T::MINUTE, T::SUBNORMAL, T::LARGEST] {
        let samples = dmatrix![x, o, -x; -x, o, x];
        for moment in MOMENTS {
            let shares = CoordinateShares::new(&samples, moment).expect("shares");
            assert_eq!(shares.shares(), [0.5, 0.0, 0.5], "{x}");
            assert_eq!(shares.participation_ratio(), 1.0, "{x}");
            assert_eq!(
                shares.massive(1.0).expect("a threshold"),
                Vec::<usize>::new()
            );
            assert_eq!(shares.top_share(2), Ok(1.0));
        }
    }
    // Both ends of the range: the small one has no share, and is not NaN.
    let samples = dmatrix![T::LARGEST, T::SUBNORMAL, o, o, o];
    let shares = CoordinateShares::new(&samples, Moment::Raw).expect("shares");
    finite("shares", shares.shares());
    assert_eq!(shares.shares()[0], 1.0);
    assert_eq!(shares.massive(1e300).expect("a threshold")[0], 0);
    // One sample, one coordinate.
    let shares = CoordinateShares::new(&dmatrix![T::SUBNORMAL], Moment::Raw).expect("shares");
    assert_eq!(
        (shares.shares(), shares.participation_ratio()),
        (&[1.0][..], 1.0)
    );
}

fn collinear_refusals_and_ends<T: Extreme>() {
    refused!(
        Collinearity::new::<T>(&[]),
        Error::Empty {
            argument: "directions",
            ..
        }
    );
    refused!(
        Collinearity::new(&[axis::<T>(3, 0), axis::<T>(2, 0)]),
        Error::DimensionMismatch {
            argument: "directions",
            ..
        }
    );
    // All equal, all opposite, d = 1.
    for directions in [
        vec![axis::<T>(4, 1); 3],
        vec![axis::<T>(1, 0), -axis::<T>(1, 0), axis(1, 0)],
    ] {
        let report = Collinearity::new(&directions).expect("a report");
        assert_eq!((report.rank(), report.dependent()), (1, &[0, 1, 2][..]));
        assert_eq!(report.condition_number(), f64::INFINITY);
        assert!(
            report
                .variance_inflation()
                .iter()
                .all(|x| *x == f64::INFINITY)
        );
        let (first, second, correlation) = report.worst_pair().expect("pairs");
        assert_eq!((first, second, correlation.abs()), (0, 1, 1.0));
    }
    // A tilt from far above the rounding of the scalar to far below it: never NaN, never
    // less than one, and dependent on both sides or on none.
    for exponent in 0..160 {
        let tilt = real::<T>(2.0_f64.powi(-exponent));
        let a = axis::<T>(3, 0);
        let b = Direction::from_slice(&[T::one(), tilt, T::zero()]).expect("a direction");
        let report = Collinearity::new(&[a, b, axis(3, 2)]).expect("a report");
        for factor in report.variance_inflation() {
            assert!(*factor >= 1.0 - f64::EPSILON, "2^-{exponent}: {factor}");
        }
        assert!(report.condition_number() >= 1.0);
        match report.dependent() {
            [] => assert!(report.variance_inflation()[0].is_finite()),
            both => {
                assert_eq!(both, [0, 1], "2^-{exponent}");
                assert!(tilt <= T::machine_epsilon() * real(4.0));
            }
        }
    }
}

for_both_scalars!(
    shares_refusals,
    shares_of_any_magnitude,
    collinear_refusals_and_ends,
);
