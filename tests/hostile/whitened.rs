//! Covariances of too few, too equal, too large and too small samples, and the directions
//! that are formed from them.

use alignment_tax::linalg::hard_threshold;
use alignment_tax::{
    Contrast, Error, PairedContrast, RankRule, Shrinkage, ShrunkCovariance, Subspace, Whitened,
};
use nalgebra::{DMatrix, DVector, dmatrix, dvector};

use crate::common::{gaussian, rng};
use crate::shared::{Extreme, finite, for_both_scalars, magnitudes, near, real, refused};

const RULES: [Shrinkage; 4] = [
    Shrinkage::LedoitWolf,
    Shrinkage::OracleApproximating,
    Shrinkage::Fixed(0.25),
    Shrinkage::Fixed(1.0),
];

/// Every way to a direction against the noise of the samples.
type Formed<T> = fn(&DMatrix<T>, &DMatrix<T>, Shrinkage) -> Result<Whitened<T>, Error>;

fn ways<T: Extreme>() -> [Formed<T>; 4] {
    [
        |a, b, rule| Contrast::new(a, b)?.discriminant(rule),
        |a, b, rule| Contrast::new(a, b)?.whitened(rule),
        |a, b, rule| PairedContrast::new(a, b)?.discriminant(rule),
        |a, b, rule| PairedContrast::new(a, b)?.whitened(rule),
    ]
}

fn covariance_refusals<T: Extreme>() {
    let good = gaussian::<T>(4, 3, &mut rng(3));
    for rule in RULES {
        for bad in T::NON_FINITE {
            let mut a = good.clone();
            a[(1, 2)] = bad;
            refused!(
                ShrunkCovariance::from_samples(&a, rule),
                Error::NonFinite {
                    argument: "samples",
                    row: 1,
                    column: 2,
                    ..
                }
            );
        }
        for (r, c) in [(0, 3), (3, 0), (0, 0)] {
            refused!(
                ShrunkCovariance::from_samples(&DMatrix::<T>::zeros(r, c), rule),
                Error::Empty { argument: "samples", rows, columns, .. } if (*rows, *columns) == (r, c)
            );
        }
        refused!(
            ShrunkCovariance::from_samples(&good.rows(0, 1).into_owned(), rule),
            Error::OutOfBounds {
                argument: "samples",
                least: 2,
                actual: 1,
                ..
            }
        );
        let (one, other) = (good.rows(0, 1).into_owned(), good.rows(1, 1).into_owned());
        refused!(
            Contrast::new(&one, &other).and_then(|c| c.discriminant(rule)),
            Error::OutOfBounds {
                argument: "samples of plus and minus",
                least: 3,
                actual: 2,
                ..
            }
        );
        refused!(
            PairedContrast::new(&one, &other).and_then(|c| c.discriminant(rule)),
            Error::OutOfBounds {
                argument: "pairs",
                least: 2,
                actual: 1,
                ..
            }
        );
    }
    for bad in [
        f64::NAN,
        f64::INFINITY,
        -f64::MIN_POSITIVE,
        1.0 + f64::EPSILON,
    ] {
        refused!(
            ShrunkCovariance::from_samples(&good, Shrinkage::Fixed(bad)),
            Error::OutOfRange { argument: "shrinkage intensity", actual, .. }
                if *actual == bad || actual.is_nan()
        );
    }
    let c = ShrunkCovariance::from_samples(&good, Shrinkage::Fixed(0.5)).expect("a covariance");
    type Product<T> = fn(&ShrunkCovariance<T>, &DVector<T>) -> Result<DVector<T>, Error>;
    let products: [Product<T>; 4] = [
        |c, x| c.apply(x),
        |c, x| c.apply_inverse(x),
        |c, x| c.whiten(x),
        |c, x| c.colour(x),
    ];
    for product in products {
        refused!(
            product(&c, &DVector::zeros(2)),
            Error::DimensionMismatch {
                argument: "x",
                unit: "coordinates",
                expected: 3,
                actual: 2,
                ..
            }
        );
        refused!(
            product(&c, &DVector::zeros(0)),
            Error::Empty { argument: "x", .. }
        );
        refused!(
            product(&c, &dvector![T::zero(), T::NON_FINITE[0], T::zero()]),
            Error::NonFinite {
                argument: "x",
                row: 1,
                ..
            }
        );
        assert_eq!(product(&c, &DVector::zeros(3)), Ok(DVector::zeros(3)));
    }
}

/// Nothing varies, at any magnitude: there is no covariance, not one of rounding errors.
fn samples_that_do_not_vary<T: Extreme>() {
    for x in [real(0.1), real(1.0 / 3.0), T::HUGE, T::MINUTE, T::LARGEST] {
        for n in [2, 3, 7] {
            let same = DMatrix::from_fn(n, 3, |_, j| if j == 1 { -x } else { x });
            let other = DMatrix::zeros(n, 3);
            for rule in RULES {
                refused!(
                    ShrunkCovariance::from_samples(&same, rule),
                    Error::ZeroVector {
                        argument: "samples less their mean",
                        ..
                    }
                );
                for formed in ways::<T>() {
                    refused!(formed(&same, &other, rule), Error::ZeroVector { .. });
                    refused!(formed(&same, &same, rule), Error::Unresolved { .. });
                }
            }
        }
    }
    // Differences that are equal to the rounding of what they were formed from.
    let minus = gaussian::<T>(6, 3, &mut rng(4)) * real::<T>(1000.0);
    let plus = minus.map(|x| x + T::one());
    refused!(
        PairedContrast::new(&plus, &minus).and_then(|c| c.discriminant(Shrinkage::Fixed(0.5))),
        Error::ZeroVector {
            argument: "paired differences less their mean",
            ..
        }
    );
}

/// The cut is that of a numerical rank, in units of the largest eigenvalue: 3 rows along one axis of 64 have
/// one of 64 times the mean, so that ρ of the mean is singular up to 64·64·ε.
fn the_cut_is_relative_to_the_largest<T: Extreme>() {
    let mut rows = DMatrix::<T>::zeros(3, 64);
    rows[(0, 5)] = real(1.0);
    rows[(1, 5)] = real(-1.0);
    let epsilon = T::machine_epsilon().to_double();
    let inverse = |rho: f64| {
        let c = ShrunkCovariance::from_samples(&rows, Shrinkage::Fixed(rho)).expect("a covariance");
        c.whiten(&DVector::from_element(64, real::<T>(1.0)))
    };
    refused!(
        inverse(1024.0 * epsilon),
        Error::OutOfRange {
            argument: "shrinkage intensity",
            ..
        }
    );
    assert!(inverse(16384.0 * epsilon).is_ok());
}

/// Fewer degrees of freedom than dimensions, and constant coordinates, need shrinkage.
fn singular_covariances_are_not_inverted<T: Extreme>() {
    let singular = |result: Result<Whitened<T>, Error>| {
        refused!(
            result,
            Error::OutOfRange { argument: "shrinkage intensity", actual, .. } if *actual < 1e-4
        );
    };
    let (plus, minus) = (
        gaussian::<T>(3, 8, &mut rng(5)),
        gaussian::<T>(3, 8, &mut rng(6)),
    );
    let (mut fixed, mut still) = (
        gaussian::<T>(20, 3, &mut rng(7)),
        gaussian::<T>(20, 3, &mut rng(8)),
    );
    fixed.column_mut(1).fill(real(0.1));
    still.column_mut(1).fill(real(0.3));
    for formed in ways::<T>() {
        for rho in [0.0, f64::MIN_POSITIVE] {
            singular(formed(&plus, &minus, Shrinkage::Fixed(rho)));
            singular(formed(&fixed, &still, Shrinkage::Fixed(rho)));
        }
        for rule in RULES {
            for (a, b) in [(&plus, &minus), (&fixed, &still)] {
                let w = formed(a, b, rule).expect("shrunk");
                finite("direction", w.direction().as_vector().iter());
                assert!(w.intensity() > T::zero() && w.intensity() <= T::one());
            }
        }
    }
    // Two rows have no spread of squares: Ledoit and Wolf do not shrink, and say so.
    let two = dmatrix![real::<T>(1.0), real(2.0), real(0.5); real(-0.3), real(0.1), real(0.7)];
    let c = ShrunkCovariance::from_samples(&two, Shrinkage::LedoitWolf).expect("a covariance");
    assert_eq!(c.intensity(), T::zero());
    assert!(c.condition_number() > real(1e6));
    assert!(c.apply(&DVector::from_element(3, T::one())).is_ok());
    refused!(
        c.whiten(&DVector::from_element(3, T::one())),
        Error::OutOfRange {
            argument: "shrinkage intensity",
            ..
        }
    );
}

/// A direction is one at every magnitude of the samples; a spread beyond the scalar is said
/// to be.
fn covariances_of_any_magnitude<T: Extreme>() {
    let plus = dmatrix![real::<T>(1.0), real(0.25); real(0.75), real(-0.25); real(0.5), real(0.0)];
    let minus =
        dmatrix![real::<T>(-0.5), real(0.0); real(-1.0), real(0.25); real(-0.75), real(-0.125)];
    for x in magnitudes::<T>() {
        for rule in RULES {
            for formed in ways::<T>() {
                let here = formed(&plus, &minus, rule).expect("a direction");
                match formed(&(&plus * x), &(&minus * x), rule) {
                    Ok(there) => {
                        finite("direction", there.direction().as_vector().iter());
                        finite("deviation", [&there.covariance().deviation()]);
                        // Fractions of the smallest number are rounded away.
                        if x != T::SUBNORMAL {
                            let bound = T::machine_epsilon() * real(256.0);
                            let angle = here.direction().angle(there.direction());
                            near("angle", angle.expect("a plane"), T::zero(), bound);
                            near("intensity", there.intensity(), here.intensity(), bound);
                        }
                    }
                    Err(Error::OutOfRange { argument, .. }) => {
                        assert!(x == T::LARGEST || x == T::SUBNORMAL, "{x}: {argument}");
                    }
                    Err(Error::ZeroVector { .. } | Error::Unresolved { .. }) => {
                        assert!(x == T::SUBNORMAL, "{x}");
                    }
                    Err(other) => panic!("{x}: {other}"),
                }
            }
        }
    }
    // Products that leave the scalar are errors, not infinities.
    let c = ShrunkCovariance::from_samples(&(&plus * T::HUGE), Shrinkage::Fixed(0.5));
    refused!(
        c.expect("a covariance").apply(&dvector![T::HUGE, T::HUGE]),
        Error::OutOfRange {
            argument: "product of the covariance's power and x",
            ..
        }
    );
    let c = ShrunkCovariance::from_samples(&(&plus * T::MINUTE), Shrinkage::Fixed(0.5));
    refused!(
        c.expect("a covariance")
            .apply_inverse(&dvector![T::one(), T::one()]),
        Error::OutOfRange {
            argument: "product of the covariance's power and x",
            ..
        }
    );
}

/// Below the normal numbers one power of two is not enough: the moment is that of the digits that are left.
fn a_moment_about_zero_of_subnormal_rows<T: Extreme>() {
    let digits =
        dmatrix![real::<T>(900.0), real(-40.0); real(-700.0), real(100.0); real(512.0), real(80.0)];
    for rule in RULES {
        let plain = ShrunkCovariance::about_zero(&digits, rule).expect("a moment");
        let small = ShrunkCovariance::about_zero(&(&digits * T::SUBNORMAL), rule);
        let small = small.expect("a moment");
        let bound = T::machine_epsilon() * real(16.0);
        near("intensity", small.intensity(), plain.intensity(), bound);
        // Rounded to whole numbers of the smallest.
        let deviation = small.deviation() / T::SUBNORMAL;
        near("deviation", deviation, plain.deviation(), real(0.51));
    }
}

/// Two rows lie at one distance from their mean: the spread of their squares is zero, also where it is rounded.
fn two_rows_are_not_shrunk<T: Extreme>() {
    for seed in 0..20 {
        let rows = gaussian::<T>(2, 30, &mut rng(seed));
        let covariance = ShrunkCovariance::from_samples(&rows, Shrinkage::LedoitWolf);
        assert_eq!(covariance.expect("a covariance").intensity(), T::zero());
    }
}

/// One dimension: nothing to shrink, and a sign.
fn one_dimension<T: Extreme>() {
    let plus = dmatrix![real::<T>(1.0); real(2.0); real(1.5)];
    let minus = dmatrix![real::<T>(4.0); real(3.0); real(3.75)];
    for rule in RULES {
        for formed in ways::<T>() {
            let w = formed(&plus, &minus, rule).expect("a direction");
            assert_eq!(w.direction().as_vector()[0], -T::one());
        }
        let c = ShrunkCovariance::from_samples(&plus, rule).expect("a covariance");
        near(
            "condition",
            c.condition_number(),
            T::one(),
            T::machine_epsilon() * real(4.0),
        );
        near(
            "deviation",
            c.deviation(),
            real(0.5),
            T::machine_epsilon() * real(4.0),
        );
    }
}

fn noise_threshold<T: Extreme>() {
    let rule = RankRule::GavishDonoho;
    let stack: DMatrix<T> = DMatrix::identity(4, 3);
    refused!(
        Subspace::from_columns_with(&stack, rule),
        Error::UnsuitableRule {
            argument: "columns",
            ..
        }
    );
    for narrow in [
        DMatrix::from_element(4, 1, T::one()),
        DMatrix::from_element(1, 4, T::one()),
    ] {
        refused!(
            Subspace::from_leading_singular(&narrow, rule),
            Error::OutOfBounds {
                argument: "singular values",
                least: 2,
                actual: 1,
                ..
            }
        );
    }
    // Two samples are one dimension about their mean.
    refused!(
        Subspace::from_pca(&gaussian::<T>(2, 5, &mut rng(9)), rule),
        Error::OutOfBounds {
            argument: "singular values",
            actual: 1,
            ..
        }
    );
    refused!(
        Subspace::from_leading_singular(&DMatrix::<T>::zeros(3, 3), rule),
        Error::ZeroVector { .. }
    );
    // All alike: nothing stands out.
    let c = Subspace::from_leading_singular(&stack, rule).expect("a subspace");
    assert_eq!((c.dimension(), c.condition_number()), (0, T::one()));
    assert_eq!(c.singular_values().len(), 3);
    // No noise at all: what is not zero is signal, at any magnitude.
    for x in [T::one(), T::HUGE, T::MINUTE] {
        let exact = DMatrix::from_element(5, 4, x);
        let c = Subspace::from_leading_singular(&exact, rule).expect("a subspace");
        assert_eq!(c.dimension(), 1, "{x}");
    }
    for bad in [f64::NAN, f64::INFINITY, 0.0, -0.5, 1.0 + f64::EPSILON] {
        refused!(
            hard_threshold(bad),
            Error::OutOfRange { argument: "aspect", actual, .. } if *actual == bad || actual.is_nan()
        );
    }
    for ratio in [
        f64::MIN_POSITIVE,
        5e-324,
        f64::EPSILON,
        1.0 - f64::EPSILON,
        1.0,
    ] {
        let omega = hard_threshold(ratio).expect("a ratio");
        assert!((1.414..2.859).contains(&omega), "{ratio:e}: {omega}");
    }
}

for_both_scalars!(
    covariance_refusals,
    samples_that_do_not_vary,
    the_cut_is_relative_to_the_largest,
    singular_covariances_are_not_inverted,
    covariances_of_any_magnitude,
    a_moment_about_zero_of_subnormal_rows,
    two_rows_are_not_shrunk,
    one_dimension,
    noise_threshold,
);
