//! Rates over widths that are no rates, no widths, or too few.

use alignment_tax::{
    Confidence, Error, ScalingComparison, ScalingData, ScalingFit, ScalingModel, ScalingParameter,
    SeedSpread, TargetWidth,
};

use crate::shared::refused;

const WIDTHS: [usize; 4] = [64, 128, 256, 512];
const RATES: [f64; 4] = [0.35, 0.22, 0.17, 0.13];
const ERRORS: [f64; 4] = [0.01; 4];
const LEVEL: Confidence = Confidence::NINETY_FIVE;

const MODELS: [ScalingModel; 4] = [
    ScalingModel::Constant,
    ScalingModel::InverseWidth,
    ScalingModel::ExactLaw {
        intrinsic_dimension: 2,
    },
    ScalingModel::PowerLaw,
];

fn data() -> ScalingData {
    ScalingData::from_errors(&WIDTHS, &RATES, &ERRORS).expect("data")
}

#[test]
fn shapes_are_refused() {
    for make in [ScalingData::from_errors, ScalingData::from_relative_errors] {
        refused!(
            make(&[], &[], &[]),
            Error::Empty {
                argument: "widths",
                ..
            }
        );
        refused!(
            make(&WIDTHS, &RATES[..3], &ERRORS),
            Error::DimensionMismatch {
                argument: "rates",
                expected: 4,
                actual: 3,
                ..
            }
        );
        refused!(
            make(&WIDTHS, &RATES, &ERRORS[..2]),
            Error::DimensionMismatch {
                argument: "errors",
                expected: 4,
                actual: 2,
                ..
            }
        );
        let many: Vec<usize> = (1..=1001).collect();
        refused!(
            make(&many, &[0.1; 1001], &[0.1; 1001]),
            Error::OutOfBounds {
                argument: "number of widths",
                actual: 1001,
                ..
            }
        );
    }
    refused!(
        ScalingData::from_seeds(&WIDTHS, &[&[0.1, 0.2]], SeedSpread::Common),
        Error::DimensionMismatch {
            argument: "rates",
            actual: 1,
            ..
        }
    );
    refused!(
        data().with_capabilities(&[1, 2]),
        Error::DimensionMismatch {
            argument: "capabilities",
            actual: 2,
            ..
        }
    );
    refused!(
        data().with_capabilities(&[1, 2, 0, 4]),
        Error::EntryOutOfRange {
            argument: "capabilities",
            index: 2,
            ..
        }
    );
}

#[test]
fn widths_are_positive_and_each_once() {
    for (widths, at) in [
        ([64, 0, 256, 512], 1),
        ([64, 128, 64, 512], 2),
        ([64, 128, 256, usize::MAX], 3),
    ] {
        refused!(
            ScalingData::from_errors(&widths, &RATES, &ERRORS),
            Error::EntryOutOfRange { argument: "widths", index, .. } if *index == at
        );
    }
}

#[test]
fn rates_and_errors_are_finite_and_in_range() {
    for bad in [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        1.04,
        -0.04,
        1e200,
        -1e300,
    ] {
        let rates = [0.35, 0.22, bad, 0.13];
        refused!(
            ScalingData::from_errors(&WIDTHS, &rates, &ERRORS),
            Error::EntryOutOfRange {
                argument: "rates",
                index: 2,
                ..
            }
        );
        if !(-1.0..=2.0).contains(&bad) {
            refused!(
                ScalingData::from_relative_errors(&WIDTHS, &rates, &ERRORS),
                Error::EntryOutOfRange {
                    argument: "rates",
                    index: 2,
                    ..
                }
            );
        }
    }
    // Out of [0, 1] by noise is welcome: to clamp it would be a bias.
    let noisy = [1.03, 0.22, -0.03, 0.13];
    assert!(ScalingData::from_errors(&WIDTHS, &noisy, &ERRORS).is_ok());
    for bad in [f64::NAN, f64::INFINITY, 0.0, -0.01, 1e-200, 1e200, 5e-324] {
        let errors = [0.01, 0.01, 0.01, bad];
        refused!(
            ScalingData::from_errors(&WIDTHS, &RATES, &errors),
            Error::EntryOutOfRange {
                argument: "errors",
                index: 3,
                ..
            }
        );
    }
    for bad in [f64::NAN, 0.0, -1.0, 1e-200] {
        let errors = [1.0, 1.0, bad, 1.0];
        refused!(
            ScalingData::from_relative_errors(&WIDTHS, &RATES, &errors),
            Error::EntryOutOfRange {
                argument: "errors",
                index: 2,
                ..
            }
        );
    }
    // The unit of relative errors is of no account.
    for unit in [1e-300, 1e300, 5e-324] {
        let data = ScalingData::from_relative_errors(&WIDTHS, &RATES, &[unit; 4]).expect("a unit");
        assert_eq!(data.errors(), [1.0; 4]);
    }
}

#[test]
fn seeds_need_a_spread() {
    let make = |seeds: [&[f64]; 4]| ScalingData::from_seeds(&WIDTHS, &seeds, SeedSpread::Common);
    refused!(
        make([&[0.3], &[0.2], &[0.15, 0.16], &[0.1]]),
        Error::OutOfBounds {
            actual: 1,
            least: 2,
            ..
        }
    );
    refused!(
        make([&[0.3, 0.3], &[0.2, 0.2], &[0.15], &[0.1]]),
        Error::OutOfRange {
            argument: "spread of the seeds",
            ..
        }
    );
    // A spread that falls with the width is below the rounding of a rate at the widest.
    let falling = |spread| {
        let seeds: [&[f64]; 4] = [&[0.3, 0.3 + 2e-7], &[0.2, 0.2], &[0.1], &[0.1]];
        ScalingData::from_seeds(&[64, 640, 6400, 64000], &seeds, spread)
    };
    assert!(falling(SeedSpread::Common).is_ok());
    refused!(
        falling(SeedSpread::InverseWidth),
        Error::OutOfRange {
            argument: "spread of the seeds",
            ..
        }
    );
    refused!(
        make([&[0.3, 0.2], &[], &[0.1, 0.2], &[0.1]]),
        Error::Empty {
            argument: "seeds",
            ..
        }
    );
    refused!(
        make([&[0.3, 0.2], &[0.2, f64::NAN], &[0.1], &[0.1]]),
        Error::NonFinite {
            argument: "seeds",
            row: 1,
            ..
        }
    );
    refused!(
        make([&[0.3, 1e200], &[0.2], &[0.1], &[0.1]]),
        Error::EntryOutOfRange {
            argument: "seeds",
            index: 1,
            ..
        }
    );
}

#[test]
fn too_few_or_too_narrow_for_a_model() {
    for model in MODELS {
        let p = model.parameters();
        for n in 1..=p {
            let data = ScalingData::from_errors(&WIDTHS[..n], &RATES[..n], &ERRORS[..n]);
            refused!(
                data.and_then(|d| ScalingFit::new(&d, model)),
                Error::OutOfBounds { argument: "number of widths", least, actual, .. }
                    if *least == p + 1 && *actual == n
            );
        }
        let near = ScalingData::from_errors(&[100, 110, 120, 130], &RATES, &ERRORS).expect("data");
        if model == ScalingModel::Constant {
            assert!(ScalingFit::new(&near, model).is_ok());
        } else {
            refused!(ScalingFit::new(&near, model), Error::OutOfRange { actual, .. } if *actual < 1.4);
        }
    }
    let law = ScalingModel::ExactLaw {
        intrinsic_dimension: 128,
    };
    refused!(
        ScalingFit::new(&data(), law),
        Error::EntryOutOfRange {
            argument: "widths",
            index: 0,
            ..
        }
    );
    let crowded = data().with_capabilities(&[64, 8, 8, 8]).expect("counts");
    refused!(
        ScalingFit::new(&crowded, MODELS[2]),
        Error::EntryOutOfRange {
            argument: "capabilities",
            index: 0,
            ..
        }
    );
    refused!(
        ScalingComparison::new(&data(), &[]),
        Error::Empty {
            argument: "models",
            ..
        }
    );
}

#[test]
fn questions_are_checked() {
    let fit = ScalingFit::new(&data(), ScalingModel::InverseWidth).expect("a fit");
    for bad in [f64::NAN, f64::INFINITY, 0.0, 1.0, -0.1, 1e-400] {
        refused!(
            fit.verdict(bad, LEVEL),
            Error::OutOfRange {
                argument: "negligible",
                ..
            }
        );
        refused!(
            fit.width_for(bad, LEVEL),
            Error::OutOfRange {
                argument: "target",
                ..
            }
        );
    }
    for bad in [f64::NAN, f64::INFINITY, 0.0, -1.0] {
        refused!(
            fit.p_exponent(bad),
            Error::OutOfRange {
                argument: "exponent",
                ..
            }
        );
    }
    refused!(
        fit.predict(0, LEVEL),
        Error::OutOfBounds {
            argument: "width",
            ..
        }
    );
    refused!(
        fit.predict(usize::MAX, LEVEL),
        Error::OutOfBounds {
            argument: "width",
            ..
        }
    );
    refused!(
        fit.predict_with(64, 3, LEVEL),
        Error::UnsuitableRule {
            argument: "fit",
            ..
        }
    );
    let constant = ScalingFit::new(&data(), ScalingModel::Constant).expect("a fit");
    refused!(
        constant.verdict(0.01, LEVEL),
        Error::UnsuitableRule {
            argument: "fit",
            ..
        }
    );
    refused!(
        constant.width_for(0.1, LEVEL),
        Error::UnsuitableRule {
            argument: "fit",
            ..
        }
    );
    let told = data().with_capabilities(&[8, 8, 8, 8]).expect("counts");
    let told = ScalingFit::new(&told, MODELS[2]).expect("a fit");
    refused!(
        told.predict(64, LEVEL),
        Error::UnsuitableRule {
            rule: "predict",
            ..
        }
    );
    refused!(
        told.width_for(0.1, LEVEL),
        Error::UnsuitableRule {
            rule: "width_for",
            ..
        }
    );
    for bad in [0, 63, usize::MAX] {
        refused!(
            told.predict_with(64, bad, LEVEL),
            Error::OutOfBounds {
                argument: "capabilities",
                most: 62,
                ..
            }
        );
    }
    // As many as there is room for are allowed.
    assert!(told.predict_with(64, 62, LEVEL).is_ok());
    let law = ScalingFit::new(&data(), MODELS[2]).expect("a fit");
    refused!(
        law.predict(2, LEVEL),
        Error::OutOfBounds {
            least: 3,
            actual: 2,
            ..
        }
    );
}

/// Whatever data are accepted, every answer is finite (but for an end that β does not have),
/// ordered, and around the estimate.
#[test]
fn accepted_extremes_have_finite_answers() {
    let least = alignment_tax::tolerance::standard_error();
    let rates: [[f64; 4]; 9] = [
        [0.0; 4],
        [1.0; 4],
        [0.5; 4],
        [1.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0, 1.0],
        [0.0, 1.0, 0.0, 1.0],
        [1e-300, 1e-300, 0.0, 5e-324],
        [1.0, 0.5, 0.25, 0.125],
        RATES,
    ];
    let widths = [WIDTHS, [1, 2, 3, u32::MAX as usize]];
    for rates in rates {
        for widths in widths {
            for error in [
                [least; 4],
                [1.0; 4],
                [1.0 / least; 4],
                [least, 1.0, 1.0, 1.0],
            ] {
                for make in [ScalingData::from_errors, ScalingData::from_relative_errors] {
                    let data = make(&widths, &rates, &error).expect("in range");
                    for model in MODELS {
                        let Ok(fit) = ScalingFit::new(&data, model) else {
                            assert!(matches!(model, ScalingModel::ExactLaw { .. }));
                            continue;
                        };
                        check(&fit);
                    }
                }
            }
        }
    }
}

/// Of neighbouring widths β may be so large that (d/d₁)^(−β) overflows below the narrowest.
#[test]
fn exponents_beyond_the_range_of_powers_have_answers() {
    for rates in [[0.113, 0.204, 0.297, 0.401], [0.3, 0.1, 0.1, 0.1], [0.2; 4]] {
        let widths = [4096, 4097, 8192, 16_384];
        let data = ScalingData::from_errors(&widths, &rates, &[0.001; 4]).expect("in range");
        check(&ScalingFit::new(&data, ScalingModel::PowerLaw).expect("a fit"));
    }
}

/// A tax that rises with the width has no packing, and so no exponent to be estimated: any is possible.
#[test]
fn without_packing_there_is_no_exponent() {
    for rates in [[0.1, 0.2, 0.3, 0.4], [0.0, 0.1, 0.1, 0.2]] {
        let data = ScalingData::from_errors(&WIDTHS, &rates, &[0.001; 4]).expect("in range");
        let fit = ScalingFit::new(&data, ScalingModel::PowerLaw).expect("a fit");
        assert_eq!(fit.estimate(ScalingParameter::Packing), Some(0.0));
        assert_eq!(fit.estimate(ScalingParameter::Exponent), None);
        let any = fit
            .interval(ScalingParameter::Exponent, LEVEL)
            .expect("one");
        assert_eq!((any.lower(), any.upper()), (0.0, f64::INFINITY));
        assert!(!fit.to_string().contains("exponent"), "{fit}");
    }
    // And what has no upper end is not said to have one.
    let two = ScalingData::from_errors(&WIDTHS[..2], &RATES[..2], &ERRORS[..2]).expect("data");
    let refused = ScalingFit::new(&two, ScalingModel::InverseWidth).expect_err("too few");
    assert!(
        refused.to_string().contains("expected at least 3; "),
        "{refused}"
    );
}

fn check(fit: &ScalingFit) {
    for parameter in [
        ScalingParameter::Intrinsic,
        ScalingParameter::Packing,
        ScalingParameter::Slope,
        ScalingParameter::Capabilities,
        ScalingParameter::Exponent,
    ] {
        let Some(interval) = fit.interval(parameter, LEVEL) else {
            assert_eq!(fit.estimate(parameter), None);
            continue;
        };
        assert!(interval.lower().is_finite() && !interval.upper().is_nan());
        assert!(interval.upper().is_finite() || parameter == ScalingParameter::Exponent);
        if let Some(estimate) = fit.estimate(parameter) {
            let slack = 1e-6 * (1.0 + estimate.abs());
            assert!(
                interval.lower() <= estimate + slack && estimate <= interval.upper() + slack,
                "{fit}: {parameter} {estimate} {interval}"
            );
        }
    }
    assert!(fit.chi_squared() >= 0.0 && fit.chi_squared().is_finite());
    assert!(fit.p_value().is_none_or(|p| (0.0..=1.0).contains(&p)));
    assert!((0.0..=1.0).contains(&fit.p_runs()));
    assert!(fit.residuals().iter().all(|r| r.standardized.is_finite()));
    for i in fit.influence() {
        assert!(i.intrinsic_change.is_finite() && i.packing_change.is_finite());
        assert!(i.displacement.is_finite() && i.displacement >= 0.0);
    }
    let least = match fit.model() {
        ScalingModel::ExactLaw {
            intrinsic_dimension,
        } => intrinsic_dimension + 1,
        _ => 1,
    };
    for width in [least, 1000, u32::MAX as usize] {
        let prediction = fit.predict(width, LEVEL).expect("a width");
        let [lower, upper] = prediction.interval;
        assert!(
            (0.0..=1.0).contains(&prediction.mean),
            "{fit}: {prediction:?}"
        );
        assert!(
            0.0 <= lower && lower <= upper && upper <= 1.0,
            "{fit}: {prediction:?}"
        );
    }
    if fit.model() != ScalingModel::Constant {
        fit.verdict(0.01, LEVEL).expect("a verdict");
        for target in [1e-300, 0.01, 0.3, 1.0 - f64::EPSILON] {
            let answer = fit.width_for(target, LEVEL).expect("an answer");
            let text = format!("{answer:?}");
            assert!(
                !text.contains("NaN") && !text.contains("inf"),
                "{fit}: {text}"
            );
            let ends = match answer {
                TargetWidth::Between {
                    estimate,
                    lower,
                    upper,
                    ..
                } => [lower, estimate, upper],
                TargetWidth::AtLeast { estimate, lower } => {
                    [lower, estimate.unwrap_or(lower), f64::MAX]
                }
                TargetWidth::Never { .. } => continue,
                other => panic!("{other:?}"),
            };
            assert!(1.0 <= ends[0] && ends.is_sorted(), "{fit}: {text}");
        }
    }
}
