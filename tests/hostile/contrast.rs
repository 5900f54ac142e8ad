//! Directions estimated from samples.

use alignment_tax::{Contrast, ContrastMoments, Direction, Error, PairedContrast, tolerance};
use nalgebra::{DMatrix, dmatrix};

use crate::common::{gaussian, rng};
use crate::shared::{Extreme, for_both_scalars, magnitudes, near, real, refused};

type Labelled<T> = fn(&DMatrix<T>, &DMatrix<T>) -> Result<Direction<T>, Error>;

fn contrast_refusals<T: Extreme>() {
    let good = gaussian::<T>(3, 2, &mut rng(11));
    for bad in T::NON_FINITE {
        let mut a = good.clone();
        a[(2, 1)] = bad;
        refused!(
            Contrast::new(&a, &good),
            Error::NonFinite {
                argument: "plus",
                row: 2,
                column: 1,
                ..
            }
        );
        refused!(
            Contrast::new(&good, &a),
            Error::NonFinite {
                argument: "minus",
                row: 2,
                column: 1,
                ..
            }
        );
        refused!(
            PairedContrast::new(&a, &good),
            Error::NonFinite {
                argument: "plus",
                row: 2,
                column: 1,
                ..
            }
        );
        refused!(
            PairedContrast::new(&good, &a),
            Error::NonFinite {
                argument: "minus",
                row: 2,
                column: 1,
                ..
            }
        );
    }
    for (r, c) in [(0, 2), (3, 0), (0, 0)] {
        let empty = DMatrix::zeros(r, c);
        refused!(
            Contrast::new(&empty, &good),
            Error::Empty { argument: "plus", rows, columns, .. } if (*rows, *columns) == (r, c)
        );
        refused!(
            Contrast::new(&good, &empty),
            Error::Empty { argument: "minus", rows, columns, .. } if (*rows, *columns) == (r, c)
        );
        refused!(
            PairedContrast::new(&empty, &good),
            Error::Empty { argument: "plus", rows, columns, .. } if (*rows, *columns) == (r, c)
        );
        refused!(
            PairedContrast::new(&good, &empty),
            Error::Empty { argument: "minus", rows, columns, .. } if (*rows, *columns) == (r, c)
        );
    }
    let wide = DMatrix::zeros(3, 4);
    refused!(
        Contrast::new(&good, &wide),
        Error::DimensionMismatch {
            argument: "minus",
            unit: "columns",
            expected: 2,
            actual: 4,
            ..
        }
    );
    refused!(
        PairedContrast::new(&good, &DMatrix::zeros(3, 4)),
        Error::DimensionMismatch {
            argument: "minus",
            unit: "columns",
            expected: 2,
            actual: 4,
            ..
        }
    );
    refused!(
        PairedContrast::new(&good, &DMatrix::zeros(5, 2)),
        Error::DimensionMismatch {
            argument: "minus",
            unit: "rows",
            expected: 3,
            actual: 5,
            ..
        }
    );
    // Groups of different size are no mistake where nothing is paired.
    let contrast = Contrast::new(&good, &DMatrix::<T>::zeros(1, 2)).map(|c| c.samples());
    assert_eq!(contrast, Ok((3, 1)));
}

fn contrasts_without_a_difference<T: Extreme>() {
    for x in [
        T::zero(),
        real(0.1),
        T::HUGE,
        T::MINUTE,
        T::SUBNORMAL,
        T::LARGEST,
    ] {
        for n in [1, 2, 7] {
            let same = DMatrix::from_element(n, 3, x);
            let contrast = Contrast::new(&same, &same).expect("samples");
            refused!(
                contrast.mean_difference(),
                Error::Unresolved { argument: "difference of means", norm, tolerance, .. }
                    if *norm == 0.0 && tolerance.is_finite()
            );
            let pairs = PairedContrast::new(&same, &same).expect("pairs");
            refused!(
                pairs.mean_difference(),
                Error::Unresolved { argument: "mean of paired differences", norm, tolerance, .. }
                    if *norm == 0.0 && tolerance.is_finite()
            );
            refused!(
                pairs.top_component(),
                Error::Unresolved { argument: "top component of paired differences", norm, tolerance, .. }
                    if *norm == 0.0 && tolerance.is_finite()
            );
        }
    }
    // Differences that cancel: a mean and a sign that no label fixes.
    let (i, o) = (T::one(), T::zero());
    let plus = dmatrix![i, o; -i, o];
    let pairs = PairedContrast::new(&plus, &DMatrix::zeros(2, 2)).expect("pairs");
    refused!(pairs.mean_difference(), Error::Unresolved { norm, .. } if *norm == 0.0);
    refused!(
        pairs.top_component(),
        Error::Unresolved {
            argument: "top component of paired differences",
            ..
        }
    );
}

/// What an unresolved difference says of itself is in the units of the samples.
fn unresolved_differences_are_in_the_units_of_the_samples<T: Extreme>() {
    let said = |result: Result<Direction<T>, Error>| match result {
        Err(Error::Unresolved {
            norm, tolerance, ..
        }) => (norm, tolerance),
        other => panic!("{other:?}"),
    };
    let eps = T::machine_epsilon();
    let unit = dmatrix![T::one(), T::one(); T::one(), T::one()];
    let off = dmatrix![T::one() + eps, T::one(); T::one() + eps, T::one()];
    let calls: [Labelled<T>; 3] = [
        |a, b| Contrast::new(a, b)?.mean_difference(),
        |a, b| PairedContrast::new(a, b)?.mean_difference(),
        |a, b| PairedContrast::new(a, b)?.top_component(),
    ];
    for call in calls {
        let (norm, tolerance) = said(call(&off, &unit));
        assert!((norm - eps.to_double()).abs() <= 1e-3 * norm, "{norm:e}");
        for exponent in [-20, 20] {
            let s = 2.0_f64.powi(exponent);
            let scaled = said(call(&(&off * real::<T>(s)), &(&unit * real::<T>(s))));
            assert_eq!(scaled, (norm * s, tolerance * s), "2^{exponent}");
        }
    }
}

fn contrasts_of_few_samples_and_any_magnitude<T: Extreme>() {
    let o = T::zero();
    let bound = T::machine_epsilon() * real(16.0);
    for x in magnitudes::<T>() {
        for n in [1, 2, 3] {
            let plus = DMatrix::from_fn(n, 2, |_, j| if j == 0 { x } else { o });
            let minus = DMatrix::from_fn(n, 2, |_, j| if j == 0 { -x } else { o });
            let pairs = PairedContrast::new(&plus, &minus).expect("pairs");
            assert_eq!(pairs.samples(), n);
            for v in [
                Contrast::new(&plus, &minus)
                    .expect("samples")
                    .mean_difference(),
                pairs.mean_difference(),
                pairs.top_component(),
            ] {
                let v = v.expect("a direction");
                near("along", v.as_vector()[0], T::one(), bound);
                near("across", v.as_vector()[1], o, bound);
            }
        }
        // d = 1, and the sign of the labels.
        let plus = DMatrix::from_element(1, 1, o);
        let minus = DMatrix::from_element(1, 1, x);
        let pairs = PairedContrast::new(&plus, &minus).expect("pairs");
        for v in [pairs.mean_difference(), pairs.top_component()] {
            assert_eq!(v.expect("a direction").as_vector()[0], -T::one());
        }
    }
    // Both ends of the range in one sample: the large coordinate decides.
    let v = Contrast::new(&dmatrix![T::LARGEST, T::SUBNORMAL], &dmatrix![o, o])
        .expect("samples")
        .mean_difference()
        .expect("a direction");
    assert_eq!(v.as_vector().as_slice(), [T::one(), o]);
}

/// Rows of ±1 and a mean of so many times the rounding of a mean of as many rows.
fn balanced<T: Extreme>(times: f64) -> DMatrix<T> {
    let n = 1024;
    let mean = tolerance::mean_difference::<T>(n) * real(times);
    DMatrix::from_fn(n, 1, |i, _| mean + real([1.0, -1.0][i % 2]))
}

/// Rounding is that of rows of the size that the rows have: not of their sum, and not of their difference.
fn a_mean_is_told_from_rounding_by_the_size_of_the_rows<T: Extreme>() {
    let minus = DMatrix::<T>::zeros(1024, 1);
    let calls: [Labelled<T>; 3] = [
        |a, b| Contrast::new(a, b)?.mean_difference(),
        |a, b| PairedContrast::new(a, b)?.mean_difference(),
        |a, b| PairedContrast::new(a, b)?.top_component(),
    ];
    for call in calls {
        for sign in [1.0, -1.0] {
            refused!(
                call(&balanced(0.5 * sign), &minus),
                Error::Unresolved { .. }
            );
            let direction = call(&balanced(2.0 * sign), &minus).expect("resolved");
            assert_eq!(direction.as_vector()[0], real(sign));
        }
    }
}

#[test]
fn moments_tell_a_mean_from_rounding_by_the_size_of_the_rows() {
    let contrast = |times: f64| {
        let mut moments = ContrastMoments::new(1).expect("d = 1");
        let zeros = DMatrix::<f64>::zeros(1024, 1);
        moments.update_minus(&zeros).expect("finite");
        moments
            .update_plus(&balanced::<f64>(times))
            .expect("finite");
        moments.mean_difference()
    };
    refused!(contrast(0.5), Error::Unresolved { .. });
    assert_eq!(contrast(2.0).expect("resolved").as_vector()[0], 1.0);
    assert_eq!(contrast(-2.0).expect("resolved").as_vector()[0], -1.0);
}

for_both_scalars!(
    a_mean_is_told_from_rounding_by_the_size_of_the_rows,
    contrast_refusals,
    contrasts_without_a_difference,
    unresolved_differences_are_in_the_units_of_the_samples,
    contrasts_of_few_samples_and_any_magnitude,
);
