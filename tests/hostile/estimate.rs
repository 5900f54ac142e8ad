//! Tax rates estimated from samples.

use alignment_tax::{
    Confidence, Direction, Error, Evidence, MonteCarlo, Samples, Subspace, TaxBootstrap,
    TaxEstimate,
};
use nalgebra::{DMatrix, dmatrix};

use crate::common::{gaussian, rng};
use crate::shared::{Extreme, axis, for_both_scalars, real, refused};

fn sampling_refusals<T: Extreme>() {
    let good = gaussian::<T>(3, 2, &mut rng(11));
    for bad in T::NON_FINITE {
        let mut a = good.clone();
        a[(2, 1)] = bad;
        refused!(
            Samples::new(&a),
            Error::NonFinite {
                argument: "rows",
                row: 2,
                column: 1,
                ..
            }
        );
        for call in [Samples::paired::<T>, Samples::unpaired::<T>] {
            refused!(
                call(a.as_view(), good.as_view()),
                Error::NonFinite {
                    argument: "plus",
                    row: 2,
                    column: 1,
                    ..
                }
            );
            refused!(
                call(good.as_view(), a.as_view()),
                Error::NonFinite {
                    argument: "minus",
                    row: 2,
                    column: 1,
                    ..
                }
            );
        }
    }
    for (r, c) in [(0, 2), (3, 0), (0, 0)] {
        let empty = DMatrix::<T>::zeros(r, c);
        refused!(
            Samples::new(&empty),
            Error::Empty { argument: "rows", rows, columns, .. } if (*rows, *columns) == (r, c)
        );
        refused!(
            Samples::paired(&good, &empty),
            Error::Empty {
                argument: "minus",
                ..
            }
        );
        refused!(
            Samples::unpaired(&empty, &good),
            Error::Empty {
                argument: "plus",
                ..
            }
        );
    }
    refused!(
        Samples::paired(&good, &DMatrix::zeros(4, 2)),
        Error::DimensionMismatch {
            argument: "minus",
            unit: "rows",
            expected: 3,
            actual: 4,
            ..
        }
    );
    refused!(
        Samples::unpaired(&good, &DMatrix::zeros(3, 5)),
        Error::DimensionMismatch {
            argument: "minus",
            unit: "columns",
            expected: 2,
            actual: 5,
            ..
        }
    );
    for labels in [&[][..], &[1, 2], &[1, 2, 3, 4]] {
        refused!(
            Samples::new(&good).and_then(|s| s.with_units(labels)),
            Error::DimensionMismatch { argument: "labels", unit: "entries", expected: 3, actual, .. }
                if *actual == labels.len()
        );
    }
    refused!(
        Samples::new(&DMatrix::<T>::zeros(5, 3)),
        Error::ZeroVector {
            argument: "rows",
            ..
        }
    );
    refused!(
        Samples::paired(&good, &good),
        Error::ZeroVector {
            argument: "paired differences",
            ..
        }
    );
    let zero = DMatrix::<T>::zeros(5, 3);
    refused!(
        Samples::unpaired(&zero, &zero),
        Error::ZeroVector {
            argument: "samples",
            ..
        }
    );
}

fn of<T: Extreme>(rows: &DMatrix<T>) -> Samples {
    Samples::new(rows).expect("rows")
}

/// Estimates at either end of the scalar's range are those at one.
fn samples_of_any_magnitude<T: Extreme>() {
    let rows = dmatrix![2.0, 1.0; 2.25, 0.75; 1.75, 1.0; 2.0, 1.25; 2.0, 1.0];
    let code = axis::<f64>(2, 0);
    let estimate = |scale: T| {
        let scaled = rows.map(|x| real::<T>(x) * scale);
        TaxEstimate::new(Evidence::Sampled(&of(&scaled)), &[Evidence::Known(&code)])
    };
    let truth = estimate(T::one()).expect("resolved");
    // Subnormal numbers are multiples of the smallest: four of them keep these quarters.
    for scale in [T::MINUTE, T::SUBNORMAL * real(4.0), T::LARGEST / real(8.0)] {
        let tax = estimate(scale).expect("resolved");
        let bound = T::machine_epsilon().to_double() * 16.0;
        assert!((tax.value() - truth.value()).abs() <= bound, "{scale:e}");
        assert!(
            (tax.standard_error() - truth.standard_error()).abs() <= bound,
            "{scale:e}"
        );
    }
    // A difference out of range, of numbers in it.
    let far = DMatrix::from_element(4, 2, T::LARGEST);
    let pairs = Samples::paired(&far, &(-&far)).expect("pairs");
    let tax = TaxEstimate::new(Evidence::Sampled(&pairs), &[Evidence::Known(&code)]);
    assert!((tax.expect("resolved").value() - 0.5).abs() <= 16.0 * f64::EPSILON);
}

for_both_scalars!(sampling_refusals, samples_of_any_magnitude);

fn calm(n: usize, mean: &[f64], seed: u64) -> DMatrix<f64> {
    let noise = gaussian::<f64>(n, mean.len(), &mut rng(seed));
    DMatrix::from_fn(n, mean.len(), |i, j| mean[j] + 0.1 * noise[(i, j)])
}

#[test]
fn estimates_need_four_units_capabilities_and_one_space() {
    let code = axis::<f64>(2, 0);
    let enough = of(&calm(4, &[1.0, 1.0], 0));
    for n in 1..4 {
        let few = of(&calm(n, &[1.0, 1.0], 1));
        refused!(
            TaxEstimate::new(Evidence::Sampled(&few), &[Evidence::Known(&code)]),
            Error::OutOfBounds { argument: "safety", least: 4, actual, .. } if *actual == n
        );
        refused!(
            TaxEstimate::new(Evidence::Known(&code), &[Evidence::Sampled(&few)]),
            Error::OutOfBounds { argument: "capabilities", least: 4, actual, .. } if *actual == n
        );
        let classes = Samples::unpaired(&calm(9, &[1.0, 1.0], 2), &calm(n, &[0.0, 0.0], 3));
        refused!(
            TaxEstimate::new(
                Evidence::Sampled(&classes.expect("classes")),
                &[Evidence::Known(&code)]
            ),
            Error::OutOfBounds { argument: "safety", actual, .. } if *actual == n
        );
    }
    let one = of(&calm(9, &[1.0, 1.0], 4))
        .with_units(&[7; 9])
        .expect("labels");
    refused!(
        TaxEstimate::new(Evidence::Sampled(&one), &[Evidence::Known(&code)]),
        Error::OutOfBounds {
            argument: "safety",
            actual: 1,
            ..
        }
    );
    let span = Subspace::from_columns(&dmatrix![1.0; 0.0]).expect("a span");
    let run = MonteCarlo::new(19).expect("enough");
    refused!(
        TaxBootstrap::new(&one, &span, &run, &mut rng(0)),
        Error::OutOfBounds {
            argument: "safety",
            actual: 1,
            ..
        }
    );
    assert!(TaxEstimate::new(Evidence::Sampled(&enough), &[Evidence::Known(&code)]).is_ok());
    refused!(
        TaxEstimate::new(Evidence::Sampled(&enough), &[]),
        Error::Empty {
            argument: "capabilities",
            ..
        }
    );
    let other = axis::<f64>(3, 0);
    refused!(
        TaxEstimate::new(
            Evidence::Sampled(&enough),
            &[Evidence::Known(&code), Evidence::Known(&other)]
        ),
        Error::DimensionMismatch {
            argument: "capabilities",
            expected: 2,
            actual: 3,
            ..
        }
    );
    let wide = Subspace::from_columns(&dmatrix![1.0; 0.0; 0.0]).expect("a span");
    refused!(
        TaxEstimate::against_subspace(&enough, &wide),
        Error::DimensionMismatch {
            argument: "capabilities",
            ..
        }
    );
    refused!(
        TaxBootstrap::new(&enough, &wide, &run, &mut rng(0)),
        Error::DimensionMismatch {
            argument: "capabilities",
            ..
        }
    );
    let nothing = Subspace::<f64>::trivial(2).expect("d = 2");
    refused!(
        TaxEstimate::against_subspace(&enough, &nothing),
        Error::TrivialSubspace {
            argument: "capabilities",
            ..
        }
    );
    refused!(
        TaxBootstrap::new(&enough, &nothing, &run, &mut rng(0)),
        Error::TrivialSubspace {
            argument: "capabilities",
            ..
        }
    );
}

/// Nothing in an error is NaN, and no ratio that is too small is a success.
#[test]
fn means_that_are_not_resolved() {
    let code = axis::<f64>(4, 0);
    let cancel =
        dmatrix![1.0, 0.0, 0.0, 0.0; -1.0, 0.0, 0.0, 0.0; 1.0, 0.0, 0.0, 0.0; -1.0, 0.0, 0.0, 0.0];
    for rows in [
        DMatrix::identity(4, 4),
        cancel,
        gaussian::<f64>(30, 4, &mut rng(5)),
    ] {
        let noise = of(&rows);
        refused!(
            TaxEstimate::new(Evidence::Sampled(&noise), &[Evidence::Known(&code)]),
            Error::Undersampled { argument: "safety", index: 0, ratio, required: 3.0, .. }
                if ratio.is_finite() && *ratio < 3.0
        );
        refused!(
            TaxEstimate::new(Evidence::Known(&code), &[Evidence::Known(&code), Evidence::Sampled(&noise)]),
            Error::Undersampled { argument: "capabilities", index: 1, ratio, .. } if ratio.is_finite()
        );
    }
}

/// One row, however long, resolves nothing: its products with the others are one sample.
#[test]
fn one_long_row_among_ordinary_ones_is_refused() {
    let code = axis::<f64>(6, 0);
    let span = Subspace::from_directions(std::slice::from_ref(&code)).expect("a span");
    let run = MonteCarlo::new(99).expect("enough");
    for exponent in [3, 6, 9, 17, 40, 100, 150, 160, 200, 300, 307] {
        let mut rows = calm(64, &[3.0, 4.0, 0.0, 0.0, 0.0, 0.0], 6);
        rows.row_mut(9).scale_mut(10.0_f64.powi(exponent));
        let long = of(&rows);
        refused!(
            TaxEstimate::new(Evidence::Sampled(&long), &[Evidence::Known(&code)]),
            Error::Undersampled { argument: "safety", ratio, .. } if (0.9..1.1).contains(ratio)
        );
        refused!(
            TaxEstimate::new(Evidence::Known(&code), &[Evidence::Sampled(&long)]),
            Error::Undersampled {
                argument: "capabilities",
                ..
            }
        );
        match TaxBootstrap::new(&long, &span, &run, &mut rng(7)) {
            Ok(bootstrap) => {
                assert!(exponent < 17, "rounding is all there is of a denominator");
                let interval = bootstrap.percentile(Confidence::NINETY_FIVE);
                assert!(bootstrap.standard_error().is_finite() && interval.width() >= 0.0);
            }
            Err(error) => assert!(matches!(error, Error::Undersampled { .. }), "{error}"),
        }
    }
}

#[test]
fn capabilities_that_depend_on_each_other() {
    let safety = of(&calm(12, &[1.0, 1.0, 0.5], 8));
    let rows = calm(12, &[0.0, 1.0, 1.0], 9);
    let (code, same, against) = (of(&rows), of(&rows), of(&(-&rows)));
    let other = of(&calm(12, &[0.0, 1.0, 1.0], 10));
    for second in [&same, &against, &other] {
        refused!(
            TaxEstimate::new(
                Evidence::Sampled(&safety),
                &[Evidence::Sampled(&code), Evidence::Sampled(second)]
            ),
            Error::Collinear { argument: "capabilities", ratio, required: 3.0, first, second, .. }
                if ratio.is_finite() && first + second == 1
        );
    }
    // Without noise, and with more of them than dimensions.
    let exact = |x: &[f64]| of(&DMatrix::from_fn(5, x.len(), |_, j| x[j]));
    let (a, b) = (exact(&[1.0, 2.0, 0.0]), exact(&[-3.0, -6.0, 0.0]));
    refused!(
        TaxEstimate::new(Evidence::Sampled(&safety), &[Evidence::Sampled(&a), Evidence::Sampled(&b)]),
        Error::Collinear { first, second, ratio, .. } if first + second == 1 && *ratio < 3.0
    );
    let many: Vec<Samples> = (0..5)
        .map(|i| of(&calm(9, &[1.0, f64::from(i), 0.5], 20 + i as u64)))
        .collect();
    let evidence: Vec<Evidence<'_>> = many.iter().map(Evidence::Sampled).collect();
    refused!(
        TaxEstimate::new(Evidence::Sampled(&safety), &evidence),
        Error::Collinear { argument: "capabilities", ratio, .. } if !ratio.is_nan()
    );
    // Known exactly, they may: alone, and beside a sampled one.
    let (x, y) = (
        axis::<f64>(3, 0),
        Direction::from_slice(&[-1.0, 0.0, 0.0]).expect("an axis"),
    );
    let known = [
        Evidence::Known(&x),
        Evidence::Known(&y),
        Evidence::Known(&x),
    ];
    let alone = TaxEstimate::new(Evidence::Sampled(&safety), &known).expect("resolved");
    assert_eq!(alone.overlaps()[0].value(), -alone.overlaps()[1].value());
    let beside = [known[0], known[1], Evidence::Sampled(&code)];
    let once = TaxEstimate::new(Evidence::Sampled(&safety), &beside[1..]).expect("resolved");
    let twice = TaxEstimate::new(Evidence::Sampled(&safety), &beside).expect("resolved");
    assert!((once.value() - twice.value()).abs() <= 64.0 * f64::EPSILON);
    assert!((once.standard_error() - twice.standard_error()).abs() <= 64.0 * f64::EPSILON);
}

#[test]
fn one_dimension_and_constant_samples() {
    let line = of(&dmatrix![1.0; 1.25; 0.75; 1.125]);
    let all = axis::<f64>(1, 0);
    for capability in [Evidence::Known(&all), Evidence::Sampled(&line)] {
        let tax = TaxEstimate::new(Evidence::Sampled(&line), &[capability]).expect("resolved");
        assert!(!tax.value().is_nan() && !tax.standard_error().is_nan());
        assert!(tax.interval(Confidence::NINETY_FIVE).contains(1.0));
        assert!(tax.p_value(1.0).expect("a rate") >= 0.05);
    }
    let constant = of(&DMatrix::from_element(6, 4, 0.1));
    let tax = TaxEstimate::new(
        Evidence::Sampled(&constant),
        &[Evidence::Known(&axis(4, 2))],
    );
    let tax = tax.expect("resolved");
    assert!((tax.value() - 0.25).abs() <= 16.0 * f64::EPSILON);
    for bad in [f64::NAN, f64::INFINITY, -0.1, 1.1] {
        refused!(
            tax.p_value(bad),
            Error::OutOfRange {
                argument: "tau",
                ..
            }
        );
    }
    for bad in [f64::NAN, f64::NEG_INFINITY, -1.1, 1.1] {
        refused!(
            tax.overlaps()[0].p_value(bad),
            Error::OutOfRange {
                argument: "overlap",
                ..
            }
        );
    }
}
