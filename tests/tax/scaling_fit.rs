//! Fits of the tax over widths: against SciPy's optimisers (`tests/oracle/scaling_fit.py`), against
//! dense grids, against textbook formulas, and on data simulated from each model.

use crate::common::{cases, count, normal, number, numbers, rng};
use alignment_tax::{
    Confidence, ScalingComparison, ScalingData, ScalingFit, ScalingModel, ScalingParameter,
    SeedSpread, tolerance,
};
use nalgebra::{DMatrix, DVector};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use rand_distr::{Beta, Distribution};
use serde_json::Value;

pub(crate) const LEVEL: Confidence = Confidence::NINETY_FIVE;

pub(crate) const PARAMETERS: [ScalingParameter; 5] = [
    ScalingParameter::Intrinsic,
    ScalingParameter::Packing,
    ScalingParameter::Slope,
    ScalingParameter::Capabilities,
    ScalingParameter::Exponent,
];

/// Ends of a profile are halved towards from the estimate, so many times that this is left of [0, 1].
const EDGE: f64 = 1e-8;

pub(crate) const OCTAVES: [usize; 6] = [64, 128, 256, 512, 1024, 2048];

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

/// −2 ln L, written down again: minus twice the logarithm of normal densities, less a constant.
fn deviance(data: &ScalingData, mean: impl Fn(f64) -> f64, room: Option<(f64, f64)>) -> f64 {
    (data.widths().iter().zip(data.rates()).zip(data.errors()))
        .map(|((&d, y), s)| {
            let (d, mu) = (d as f64, mean(d as f64));
            let variance = room.map_or(0.0, |(a, k)| {
                2.0 * (mu - a) * (1.0 - mu).max(0.0) / (d - k + 2.0)
            }) + s * s;
            (y - mu) * (y - mu) / variance + (variance / (s * s)).ln()
        })
        .sum()
}

/// A dense grid over everything that is admissible finds nothing better: there are no starting
/// points that could have been chosen badly.
#[test]
fn no_point_of_a_dense_grid_is_better() {
    let mut rng = rng(75);
    for case in 0..40 {
        let intrinsic = [0.0, 0.02, 0.3, 0.9][case % 4];
        let error = [1e-4, 0.003, 0.05][case % 3];
        let b = (1.0 - intrinsic) * rng.random::<f64>();
        let exponent = 3.0 * rng.random::<f64>();
        let rates: Vec<f64> = OCTAVES
            .iter()
            .map(|&d| intrinsic + b * (64.0 / d as f64).powf(exponent) + error * normal(&mut rng))
            .collect();
        let data = ScalingData::from_errors(&OCTAVES, &rates, &[error; 6]).expect("data");
        let k = 2;
        let exact = ScalingModel::ExactLaw {
            intrinsic_dimension: k,
        };
        let models = [ScalingModel::InverseWidth, exact, ScalingModel::PowerLaw];
        let scores = ScalingComparison::new(&data, &models).expect("a comparison");
        let found: Vec<f64> = scores.scores().iter().map(|s| s.deviance).collect();
        let room = 64.0 - k as f64;
        let slack = |value: f64| 1e-8 * (1.0 + value.abs());
        for i in 0..=80 {
            for j in 0..=80 {
                let (u, v) = (f64::from(i) / 80.0, f64::from(j) / 80.0);
                let (a, b) = (u * u, (1.0 - u * u) * v * v);
                let line = deviance(&data, |d| a + b * 64.0 / d, None);
                assert!(found[0] <= line + slack(line), "{case}: {a} {b}");
                let law = |d: f64| a + b * room / (d - k as f64);
                let law = deviance(&data, law, Some((a, k as f64)));
                assert!(
                    found[1] <= law + slack(law),
                    "{case}: {a} {b}: {} {law}",
                    found[1]
                );
                for e in [0.05, 0.3, 0.7, 1.0, 1.5, 2.2, 3.0, 6.0, 20.0] {
                    let power = deviance(&data, |d| a + b * (64.0 / d).powf(e), None);
                    assert!(found[2] <= power + slack(power), "{case}: {a} {b} {e}");
                }
            }
        }
    }
}

/// Draws of the exact law and noise, a rate to a width.
fn draws(intrinsic: f64, m: f64, k: usize, error: f64, rng: &mut ChaCha8Rng) -> Vec<f64> {
    OCTAVES
        .iter()
        .map(|&d| {
            let n = (d - k) as f64;
            let x = Beta::new(0.5 * m, 0.5 * (n - m))
                .expect("positive")
                .sample(rng);
            intrinsic + (1.0 - intrinsic) * x + error * normal(rng)
        })
        .collect()
}

/// Known answers: data from each model give its parameters back, within intervals that cover
/// as they say, those of the exact law more often. Of 300 runs 95 % ± 3.8 points are three
/// standard errors.
#[test]
fn data_of_each_model_give_its_parameters_back() {
    let runs = 300;
    let mut rng = rng(751);
    let exact = ScalingModel::ExactLaw {
        intrinsic_dimension: 2,
    };
    type Truth = [(ScalingParameter, f64); 3];
    let worlds: [(ScalingModel, Truth); 4] = [
        (
            ScalingModel::Constant,
            [(ScalingParameter::Intrinsic, 0.2); 3],
        ),
        (
            ScalingModel::InverseWidth,
            [
                (ScalingParameter::Intrinsic, 0.1),
                (ScalingParameter::Slope, 16.0),
                (ScalingParameter::Packing, 0.25),
            ],
        ),
        (
            exact,
            [
                (ScalingParameter::Intrinsic, 0.1),
                (ScalingParameter::Capabilities, 12.0),
                (ScalingParameter::Packing, 0.9 * 12.0 / 62.0),
            ],
        ),
        (
            ScalingModel::PowerLaw,
            [
                (ScalingParameter::Intrinsic, 0.1),
                (ScalingParameter::Exponent, 0.8),
                (ScalingParameter::Packing, 0.4),
            ],
        ),
    ];
    for (model, truths) in worlds {
        let mut covered = [0; 3];
        let mut sums = [0.0; 3];
        for _ in 0..runs {
            let rates: Vec<f64> = match model {
                ScalingModel::ExactLaw { .. } => draws(0.1, 12.0, 2, 0.003, &mut rng),
                _ => OCTAVES
                    .iter()
                    .map(|&d| {
                        let share = 64.0 / d as f64;
                        let mean = match model {
                            ScalingModel::Constant => 0.2,
                            ScalingModel::InverseWidth => 0.1 + 0.25 * share,
                            _ => 0.1 + 0.4 * share.powf(0.8),
                        };
                        mean + 0.003 * normal(&mut rng)
                    })
                    .collect(),
            };
            let data = ScalingData::from_errors(&OCTAVES, &rates, &[0.003; 6]).expect("data");
            let fit = ScalingFit::new(&data, model).expect("a fit");
            for (i, (parameter, truth)) in truths.iter().enumerate() {
                let interval = fit.interval(*parameter, LEVEL).expect("a parameter");
                covered[i] += usize::from(interval.contains(*truth));
                sums[i] += fit.estimate(*parameter).expect("a parameter");
            }
        }
        for (i, (parameter, truth)) in truths.iter().enumerate() {
            let share = covered[i] as f64 / f64::from(runs);
            let most = match model {
                ScalingModel::ExactLaw { .. } => 1.0,
                _ => 0.99,
            };
            assert!(
                (0.91..=most).contains(&share),
                "{model} {parameter}: {share}"
            );
            let mean = sums[i] / f64::from(runs);
            assert!(
                (mean / truth - 1.0).abs() < 0.1,
                "{model} {parameter}: {mean} {truth}"
            );
        }
    }
}

pub(crate) fn line(rates: &[f64], error: f64) -> ScalingFit {
    let errors = vec![error; rates.len()];
    let data = ScalingData::from_errors(&OCTAVES[..rates.len()], rates, &errors).expect("data");
    ScalingFit::new(&data, ScalingModel::InverseWidth).expect("a fit")
}

/// Weighted least squares by the normal equations, away from the bounds.
#[test]
fn a_line_is_weighted_least_squares() {
    let rates = [0.352, 0.224, 0.163, 0.131, 0.115, 0.109];
    let errors = [0.004, 0.002, 0.003, 0.001, 0.002, 0.003];
    let x = DMatrix::from_fn(6, 2, |i, j| [1.0, 64.0 / OCTAVES[i] as f64][j] / errors[i]);
    let y = DVector::from_fn(6, |i, _| rates[i] / errors[i]);
    let inverse = (x.transpose() * &x).try_inverse().expect("two widths");
    let beta = &inverse * x.transpose() * &y;
    let chi = (&y - &x * &beta).norm_squared();
    let near = |ours: f64, truth: f64| {
        let bound = 1e3 * f64::EPSILON * (1.0 + truth.abs());
        assert!((ours - truth).abs() <= bound, "{ours} {truth}");
    };
    for relative in [false, true] {
        let make = if relative {
            ScalingData::from_relative_errors
        } else {
            ScalingData::from_errors
        };
        let data = make(&OCTAVES, &rates, &errors).expect("data");
        let fit = ScalingFit::new(&data, ScalingModel::InverseWidth).expect("a fit");
        // t on four degrees of freedom, or the normal law (SciPy).
        let t = if relative {
            2.776_445_105_197_793 * (chi / 4.0).sqrt()
        } else {
            1.959_963_984_540_054
        };
        for (i, parameter) in PARAMETERS[..2].iter().enumerate() {
            near(fit.estimate(*parameter).expect("one"), beta[i]);
            let interval = fit.interval(*parameter, LEVEL).expect("one");
            // The normal quantile is that of 10⁷ degrees of freedom.
            let half = t * inverse[(i, i)].sqrt();
            assert!((interval.upper() - beta[i] - half).abs() <= 1e-6 * half);
            assert!((beta[i] - interval.lower() - half).abs() <= 1e-6 * half);
        }
        // Cook's distance, from the hat matrix.
        let s2 = if relative { chi / 4.0 } else { 1.0 };
        for (j, influence) in fit.influence().iter().enumerate() {
            let row = x.row(j);
            let h = (row * &inverse * row.transpose())[0];
            let e = y[j] - (row * &beta)[0];
            let cook = e * e * h / (2.0 * s2 * (1.0 - h) * (1.0 - h));
            assert!((influence.displacement - cook).abs() <= 1e-9 * (1.0 + cook));
        }
        let scale = if relative { 0.004 } else { 1.0 };
        near(fit.chi_squared(), chi * scale * scale);
        assert_eq!(fit.p_value().is_none(), relative);
        assert_eq!(fit.freedom(), 4);
        assert!(!PARAMETERS.iter().any(|p| fit.is_at_bound(*p)));
    }
}

/// Seeds with equal numbers: the classical lack-of-fit test, and Student's law.
#[test]
fn seeds_give_the_test_of_lack_of_fit() {
    let seeds: [&[f64]; 4] = [
        &[0.355, 0.347, 0.351],
        &[0.222, 0.229, 0.225],
        &[0.166, 0.160, 0.161],
        &[0.130, 0.137, 0.133],
    ];
    let data = ScalingData::from_seeds(&OCTAVES[..4], &seeds, SeedSpread::Common).expect("data");
    assert_eq!(data.seed_freedom(), Some(8));
    let within: f64 = seeds
        .iter()
        .map(|s| {
            let mean = s.iter().sum::<f64>() / 3.0;
            s.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>()
        })
        .sum();
    for error in data.errors() {
        assert!((error / (within / 8.0 / 3.0).sqrt() - 1.0).abs() < 1e-12);
    }
    // F = 2 with 2 and 8 degrees of freedom has the tail (1 + 2·2/8)^(−4).
    let fit = ScalingFit::new(&data, ScalingModel::InverseWidth).expect("a fit");
    let f = fit.chi_squared() / 2.0;
    let tail = (1.0 + 2.0 * f / 8.0).powi(-4);
    assert!((fit.p_value().expect("of the seeds") / tail - 1.0).abs() < 1e-12);
    // As many seeds and a spread that falls like 1/d: weights as d².
    let data =
        ScalingData::from_seeds(&OCTAVES[..4], &seeds, SeedSpread::InverseWidth).expect("data");
    for (error, d) in data.errors().iter().zip(OCTAVES) {
        assert!((error * d as f64 / (data.errors()[0] * 64.0) - 1.0).abs() < 1e-12);
    }
}

/// A parameter at its bound is not estimated: its degree of freedom is kept.
#[test]
fn parameters_at_a_bound_keep_their_degrees_of_freedom() {
    let widths = [64, 128, 256, 512, 1024];
    let freedom = |rates: [f64; 5]| {
        let data = ScalingData::from_errors(&widths, &rates, &[0.01; 5]).expect("data");
        ScalingFit::new(&data, ScalingModel::InverseWidth)
            .expect("a fit")
            .freedom()
    };
    // 0.3 + 16/d lies inside.
    assert_eq!(freedom([0.55, 0.425, 0.3625, 0.331_25, 0.315_625]), 3);
    // Falling faster than 1/d: no intrinsic part.
    assert_eq!(freedom([0.5, 0.2, 0.05, 0.01, 0.0]), 4);
    // Rising: no packing.
    assert_eq!(freedom([0.2, 0.25, 0.3, 0.35, 0.4]), 4);
    // Nothing at all.
    assert_eq!(freedom([0.0; 5]), 5);
    // All of it at the narrowest width.
    assert_eq!(freedom([1.0, 0.8, 0.7, 0.65, 0.625]), 4);
}

/// Rates of exactly 0.1 + 0.4·(64/d)^β: β = 1 is within the interval where it is the truth, and not where
/// rates that are known to 0.002 fall with the square.
#[test]
fn the_law_of_packing_is_told_from_its_square() {
    for (exponent, is_one) in [(1.0, true), (2.0, false)] {
        let rates = OCTAVES.map(|d| 0.1 + 0.4 * (64.0 / d as f64).powf(exponent));
        let data = ScalingData::from_errors(&OCTAVES, &rates, &[0.002; 6]).expect("data");
        let fit = ScalingFit::new(&data, ScalingModel::PowerLaw).expect("a fit");
        assert_eq!(fit.exponent_is_one(LEVEL), Some(is_one));
        let straight = ScalingFit::new(&data, ScalingModel::InverseWidth).expect("a fit");
        assert_eq!(straight.exponent_is_one(LEVEL), None);
        assert_eq!(straight.p_exponent(1.0), Ok(None));
    }
}

/// 0.1 + 16/d with errors of a few parts in a thousand that are not all of one sign.
pub(crate) fn off_the_line() -> ScalingData {
    let errors = [0.003, -0.002, 0.001, 0.002, -0.003, 0.001];
    let rates: Vec<f64> = (OCTAVES.iter().zip(errors))
        .map(|(&d, e)| 0.1 + 16.0 / d as f64 + e)
        .collect();
    ScalingData::from_errors(&OCTAVES, &rates, &[0.003; 6]).expect("data")
}

/// The interval for β ends where its p-value is one less the level, where data scatter as well; and β is at no bound.
#[test]
fn exponents_at_the_ends_of_their_interval_have_the_p_value_of_its_level() {
    let fit = ScalingFit::new(&off_the_line(), ScalingModel::PowerLaw).expect("a fit");
    assert!(fit.chi_squared() > 1.0);
    let interval = fit.interval(ScalingParameter::Exponent, LEVEL).expect("β");
    for end in [interval.lower(), interval.upper()] {
        let p = fit.p_exponent(end).expect("positive").expect("β");
        assert!((p - 0.05).abs() < 1e-6, "{p}");
    }
    assert!(!fit.is_at_bound(ScalingParameter::Exponent));
}

/// The slope is the packing at the narrowest width in other units, and so is its interval.
#[test]
fn the_slope_is_the_packing_times_the_narrowest_width() {
    let fit = ScalingFit::new(&off_the_line(), ScalingModel::InverseWidth).expect("a fit");
    let slope = fit.interval(ScalingParameter::Slope, LEVEL).expect("one");
    let packing = fit.interval(ScalingParameter::Packing, LEVEL).expect("one");
    let close = tolerance::closed_form::<f64>();
    for (slope, packing) in [
        (slope.lower(), packing.lower()),
        (slope.upper(), packing.upper()),
    ] {
        assert!((slope - 64.0 * packing).abs() <= close * slope);
    }
}

/// The probability of as few runs, by listing all orders of the signs.
#[test]
fn the_law_of_runs_is_that_of_all_orders() {
    let runs = |signs: &[bool]| 1 + signs.windows(2).filter(|w| w[0] != w[1]).count();
    let widths = [64, 128, 256, 512, 1024, 2048, 4096];
    let n = widths.len();
    for pattern in 1..(1_usize << n) - 1 {
        let signs: Vec<bool> = (0..n).map(|i| pattern >> i & 1 == 1).collect();
        // The mean lies between the two values, whatever is how often.
        let rates: Vec<f64> = signs.iter().map(|&s| if s { 0.6 } else { 0.4 }).collect();
        let data = ScalingData::from_errors(&widths, &rates, &[0.1; 7]).expect("data");
        let fit = ScalingFit::new(&data, ScalingModel::Constant).expect("a fit");
        let of_as_many = (0..1_usize << n).filter(|p| p.count_ones() == pattern.count_ones());
        let orders: Vec<Vec<bool>> = of_as_many
            .map(|p| (0..n).map(|i| p >> i & 1 == 1).collect())
            .collect();
        let few = orders.iter().filter(|o| runs(o) <= runs(&signs)).count();
        let truth = few as f64 / orders.len() as f64;
        let bound = tolerance::closed_form::<f64>() * n as f64;
        assert!(
            (fit.p_runs() - truth).abs() <= bound,
            "{signs:?}: {} {truth}",
            fit.p_runs()
        );
    }
    // Residuals of one sign say nothing.
    let flat = ScalingData::from_errors(&widths, &[0.5; 7], &[0.1; 7]).expect("data");
    let fit = ScalingFit::new(&flat, ScalingModel::Constant).expect("a fit");
    assert_eq!(fit.p_runs(), 1.0);
}

/// Weighted least squares by the normal equations, its estimates and their standard errors for errors that are known:
/// the interval reaches as far within the bounds, and where no bound is near no farther.
#[test]
fn intervals_of_straight_lines_are_those_of_weighted_least_squares() {
    let errors = [0.003, 0.002, 0.004, 0.003, 0.002, 0.005];
    // Φ(1.959963984540054) = 0.975.
    let t = 1.959_963_984_540_054;
    for (rates, inside) in [
        (off_the_line().rates().to_vec(), true),
        // The line through these is below zero far out.
        (vec![0.496, 0.249, 0.121, 0.058, 0.029, 0.009], false),
    ] {
        let data = ScalingData::from_errors(&OCTAVES, &rates, &errors).expect("data");
        let fit = ScalingFit::new(&data, ScalingModel::InverseWidth).expect("a fit");
        let x = DMatrix::from_fn(6, 2, |i, j| match j {
            0 => 1.0 / errors[i],
            _ => 64.0 / OCTAVES[i] as f64 / errors[i],
        });
        let y = DVector::from_fn(6, |i, _| rates[i] / errors[i]);
        let inverse = (x.transpose() * &x).try_inverse().expect("two widths");
        let estimates = &inverse * (x.transpose() * y);
        for (i, parameter) in PARAMETERS[..2].iter().enumerate() {
            let reach = t * inverse[(i, i)].sqrt();
            let (lower, upper) = (estimates[i] - reach, estimates[i] + reach);
            let found = fit.interval(*parameter, LEVEL).expect("a parameter");
            let close = EDGE;
            if inside {
                assert!(
                    (found.lower() - lower).abs() < close,
                    "{parameter}: {found:?} {lower}"
                );
                assert!(
                    (found.upper() - upper).abs() < close,
                    "{parameter}: {found:?} {upper}"
                );
            } else {
                assert!(estimates[0] < 0.0);
                assert!(
                    found.lower() <= lower.max(0.0) + close,
                    "{parameter}: {found:?} {lower}"
                );
                assert!(
                    found.upper() >= upper.min(1.0) - close,
                    "{parameter}: {found:?} {upper}"
                );
            }
        }
    }
}

/// What pulls an estimate beyond its range leaves it at a bound; what does not, does not.
#[test]
fn bounds_that_hold_an_estimate_are_named() {
    let bounds = |rates: [f64; 6]| {
        let data = ScalingData::from_errors(&OCTAVES, &rates, &[0.01; 6]).expect("data");
        let fit = ScalingFit::new(&data, ScalingModel::InverseWidth).expect("a fit");
        (
            fit.is_at_bound(ScalingParameter::Intrinsic),
            fit.is_at_bound(ScalingParameter::Packing),
            fit.freedom(),
        )
    };
    // A line inside; one that falls below zero, one that rises, and one that begins above one.
    let line = |a: f64, b: f64| OCTAVES.map(|d| a + b * 64.0 / d as f64);
    assert_eq!(bounds(line(0.2, 0.3)), (false, false, 4));
    assert_eq!(
        bounds(line(0.0, 0.4).map(|x| (x - 0.02).max(0.0))),
        (true, false, 5)
    );
    assert_eq!(bounds(line(0.3, -0.2)), (false, true, 5));
    assert_eq!(bounds(line(0.4, 0.7).map(|x| x.min(1.0))), (true, true, 5));
}

/// The squares of the standardised residuals add up to χ², whether packing scatters or not.
#[test]
fn chi_squared_is_the_sum_of_the_standardised_residuals() {
    let exact = ScalingModel::ExactLaw {
        intrinsic_dimension: 2,
    };
    for model in [ScalingModel::Constant, ScalingModel::InverseWidth, exact] {
        let fit = ScalingFit::new(&off_the_line(), model).expect("a fit");
        let residuals = fit.residuals();
        let sum: f64 = residuals
            .iter()
            .map(|r| r.standardized * r.standardized)
            .sum();
        assert!((fit.chi_squared() / sum - 1.0).abs() < 1e-12, "{model}");
        for (residual, rate) in residuals.iter().zip(fit.data().rates()) {
            let mean = fit.estimate(ScalingParameter::Intrinsic).expect("τ₀")
                + fit.estimate(ScalingParameter::Capabilities).map_or(
                    fit.estimate(ScalingParameter::Slope).unwrap_or(0.0) / residual.width as f64,
                    |m| {
                        let a = fit.estimate(ScalingParameter::Intrinsic).expect("τ₀");
                        (1.0 - a) * m / (residual.width as f64 - 2.0)
                    },
                );
            assert!((residual.residual - (rate - mean)).abs() < 1e-12, "{model}");
        }
    }
}

/// With nothing but the intrinsic part there is no number of capabilities, but there is an interval for it.
#[test]
fn a_tax_of_one_leaves_capabilities_without_an_estimate() {
    let exact = ScalingModel::ExactLaw {
        intrinsic_dimension: 2,
    };
    let data = ScalingData::from_errors(&OCTAVES, &[1.0; 6], &[0.01; 6]).expect("data");
    let fit = ScalingFit::new(&data, exact).expect("a fit");
    assert_eq!(fit.estimate(ScalingParameter::Intrinsic), Some(1.0));
    assert_eq!(fit.estimate(ScalingParameter::Capabilities), None);
    let interval = fit.interval(ScalingParameter::Capabilities, LEVEL);
    assert_eq!(interval.expect("any number").lower(), 0.0);
}

/// A weighted mean with known errors: the textbook interval, cut to [0, 1].
#[test]
fn the_interval_of_a_constant_is_that_of_a_weighted_mean() {
    let (rates, errors) = ([0.3, 0.32, 0.29], [0.01, 0.02, 0.005]);
    let data = ScalingData::from_errors(&[64, 128, 256], &rates, &errors).expect("data");
    let fit = ScalingFit::new(&data, ScalingModel::Constant).expect("a fit");
    let weights = errors.map(|e: f64| 1.0 / (e * e));
    let weight: f64 = weights.iter().sum();
    let mean = (0..3).map(|i| weights[i] * rates[i]).sum::<f64>() / weight;
    // Φ(1.959963984540054) = 0.975.
    let reach = 1.959_963_984_540_054 / weight.sqrt();
    let interval = fit
        .interval(ScalingParameter::Intrinsic, LEVEL)
        .expect("τ₀");
    for (ours, truth) in [
        (interval.lower(), mean - reach),
        (interval.upper(), mean + reach),
    ] {
        assert!((ours - truth).abs() < EDGE, "{ours} {truth}");
    }
}

/// Data that a model meets to the last digit have a scale of rounding, not of zero: what is divided by it is a number.
#[test]
fn residuals_of_exact_data_are_numbers() {
    for model in [ScalingModel::Constant, ScalingModel::InverseWidth] {
        let data =
            ScalingData::from_relative_errors(&OCTAVES, &[0.25; 6], &[1.0; 6]).expect("data");
        let fit = ScalingFit::new(&data, model).expect("a fit");
        for residual in fit.residuals() {
            assert!(residual.standardized.is_finite(), "{residual:?}");
        }
        for influence in fit.influence() {
            assert!(influence.displacement.is_finite(), "{influence:?}");
        }
    }
}

/// Whichever widths are the exact ones: the residuals that rounding leaves are of one step each, and so is the
/// weighted mean off by one, whatever the weights.
#[test]
fn the_weights_of_exact_data_are_of_no_account() {
    // Student's law of five degrees of freedom.
    let expected = 2.0 * 2.570_581_835_636_314 * tolerance::closed_form::<f64>() / 5.0_f64.sqrt();
    for errors in [
        [1.0; 6],
        [1.0, 2.0, 4.0, 8.0, 16.0, 32.0],
        [0.25, 0.5, 1.0, 1.0, 0.5, 0.25],
    ] {
        let data = ScalingData::from_relative_errors(&OCTAVES, &[0.25; 6], &errors).expect("data");
        let fit = ScalingFit::new(&data, ScalingModel::Constant).expect("a fit");
        let interval = fit.interval(ScalingParameter::Intrinsic, LEVEL);
        let interval = interval.expect("a parameter");
        let length = interval.upper() - interval.lower();
        // The ends are next to a quarter, and each is rounded to ε/4 at most.
        assert!(
            (length - expected).abs() <= 4.0 * f64::EPSILON,
            "{errors:?}: {length} {expected}"
        );
    }
}
