//! Fits of the tax over widths: against SciPy's optimisers (`tests/oracle/scaling_fit.py`), against
//! dense grids, against textbook formulas, and on data simulated from each model.

mod common;

use alignment_tax::{
    Confidence, Error, Reach, ScalingComparison, ScalingData, ScalingFit, ScalingModel,
    ScalingParameter, SeedSpread, TargetWidth, Verdict, tolerance,
};
use common::{cases, count, normal, number, numbers, rng};
use nalgebra::{DMatrix, DVector};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use rand_distr::{Beta, Distribution};
use serde_json::Value;

const LEVEL: Confidence = Confidence::NINETY_FIVE;

const PARAMETERS: [ScalingParameter; 5] = [
    ScalingParameter::Intrinsic,
    ScalingParameter::Packing,
    ScalingParameter::Slope,
    ScalingParameter::Capabilities,
    ScalingParameter::Exponent,
];

const OCTAVES: [usize; 6] = [64, 128, 256, 512, 1024, 2048];

fn model_of(case: &Value) -> ScalingModel {
    match case["model"].as_str().expect("a name") {
        "inverse" => ScalingModel::InverseWidth,
        "power" => ScalingModel::PowerLaw,
        "exact" => ScalingModel::ExactLaw {
            intrinsic_dimension: count(&case["k"]),
        },
        other => panic!("{other}"),
    }
}

fn counts(value: &Value) -> Vec<usize> {
    value
        .as_array()
        .expect("a list")
        .iter()
        .map(count)
        .collect()
}

/// What SciPy's optimisers reach: some digits of an estimate, most of a deviance.
const SCIPY_POINT: f64 = 2e-5;
const SCIPY_DEVIANCE: f64 = 1e-7;

#[test]
fn estimates_and_intervals_are_those_of_scipy() {
    for case in cases("scaling_fit.json") {
        let name = &case["name"];
        let data = ScalingData::from_errors(
            &counts(&case["widths"]),
            &numbers(&case["rates"]),
            &numbers(&case["errors"]),
        )
        .expect("data");
        let fit = ScalingFit::new(&data, model_of(&case)).expect("a fit");
        let scores = ScalingComparison::new(&data, &[fit.model()]).expect("a comparison");
        let (ours, truth) = (scores.scores()[0].deviance, number(&case["deviance"]));
        // Never above what SciPy found, and not below it but for its own precision.
        let bound = SCIPY_DEVIANCE * (1.0 + truth.abs());
        assert!((ours - truth).abs() <= bound, "{name}: {ours} {truth}");
        for parameter in PARAMETERS {
            let Some(estimate) = case["estimate"].get(parameter.to_string()) else {
                continue;
            };
            let interval = fit.interval(parameter, LEVEL).expect("a parameter");
            let ends = &case["interval"][parameter.to_string()];
            let end = |i: usize| match &ends[i] {
                Value::Null => f64::INFINITY,
                other => number(other),
            };
            if interval.upper().is_finite() {
                let (ours, truth) = (fit.estimate(parameter).expect("one"), number(estimate));
                let bound = SCIPY_POINT * (1.0 + truth.abs());
                assert!(
                    (ours - truth).abs() <= bound,
                    "{name} {parameter}: {ours} {truth}"
                );
            }
            for (ours, truth) in [(interval.lower(), end(0)), (interval.upper(), end(1))] {
                // The hull with the classical interval may be wider, never narrower.
                let bound = SCIPY_POINT * (1.0 + truth.abs());
                let near = ours == truth || (ours - truth).abs() <= bound;
                let wider = fit.model() == ScalingModel::InverseWidth
                    && (if truth == end(0) {
                        ours <= truth
                    } else {
                        ours >= truth
                    });
                assert!(near || wider, "{name} {parameter}: {ours} {truth}");
            }
        }
    }
}
