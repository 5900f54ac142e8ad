//! Fits at the edges of what is admissible, of narrow likelihoods, and of noise that its own
//! residuals or seeds measure.

use alignment_tax::{
    Confidence, ScalingComparison, ScalingData, ScalingFit, ScalingModel, ScalingParameter,
    SeedSpread, tolerance,
};

const OCTAVES: [usize; 6] = [64, 128, 256, 512, 1024, 2048];

const EXACT: ScalingModel = ScalingModel::ExactLaw {
    intrinsic_dimension: 0,
};

fn fitted(data: &ScalingData, model: ScalingModel) -> ScalingFit {
    ScalingFit::new(data, model).expect("a fit")
}

/// Both parts are shares of one length, and rates above 1 are noise.
#[test]
fn rates_above_one_leave_parts_that_add_up_to_one_at_most() {
    for (a, b) in [(0.5, 0.53), (0.1, 0.92), (0.9, 0.13)] {
        let rates = OCTAVES.map(|d| a + b * 64.0 / d as f64);
        let data = ScalingData::from_errors(&OCTAVES, &rates, &[0.01; 6]).expect("data");
        for model in [ScalingModel::InverseWidth, EXACT, ScalingModel::PowerLaw] {
            let fit = fitted(&data, model);
            let parts = [ScalingParameter::Intrinsic, ScalingParameter::Packing]
                .map(|p| fit.estimate(p).expect("a parameter"));
            let sum = parts[0] + parts[1];
            assert!(
                sum <= 1.0 + tolerance::closed_form::<f64>(),
                "{model}: {parts:?}"
            );
        }
    }
}

/// Without packing the likelihood of the exact law is as narrow as the best errors are, a millionth
/// of what is searched.
#[test]
fn a_narrow_likelihood_is_found() {
    let signs = [1.0, -0.6, -1.4, 0.9, 0.3, -0.2];
    for least in [1e-3, 1e-5, 1e-7] {
        let errors = [1e-2, least, 1e-2, 1e-2, least, 1e-2];
        let rates: Vec<f64> = (signs.iter().zip(errors))
            .map(|(s, e)| 0.3 + s * e)
            .collect();
        let data = ScalingData::from_errors(&OCTAVES, &rates, &errors).expect("data");
        let weight = |e: &f64| 1.0 / (e * e);
        let total: f64 = errors.iter().map(weight).sum();
        let mean: f64 = errors
            .iter()
            .zip(&rates)
            .map(|(e, y)| y * weight(e))
            .sum::<f64>()
            / total;
        let constant: f64 = (errors.iter().zip(&rates))
            .map(|(e, y)| (y - mean) * (y - mean) * weight(e))
            .sum();
        let scores = ScalingComparison::new(&data, &[EXACT]).expect("a comparison");
        let found = scores.scores()[0].deviance;
        // The golden section ends with 4e-9 of its bracket.
        let reach = 4e-10 / least;
        assert!(
            found <= constant + reach * (1.0 + reach),
            "{least}: {found} {constant}"
        );
    }
}

/// The scale of relative errors is that of the residuals, of n − p degrees of freedom.
#[test]
fn residuals_in_units_of_their_own_scale_add_up_to_their_freedom() {
    let rates = [0.60, 0.37, 0.20, 0.17, 0.11, 0.13];
    for unit in [1.0, 1e-3, 40.0] {
        let errors = [3.0, 1.0, 2.0, 1.0, 1.0, 2.0].map(|e| e * unit);
        let data = ScalingData::from_relative_errors(&OCTAVES, &rates, &errors).expect("data");
        for model in [ScalingModel::Constant, ScalingModel::InverseWidth] {
            let fit = fitted(&data, model);
            let squares = fit
                .residuals()
                .into_iter()
                .map(|r| r.standardized * r.standardized);
            let freedom = (OCTAVES.len() - model.parameters()) as f64;
            let off = (squares.sum::<f64>() / freedom - 1.0).abs();
            assert!(off <= tolerance::standard_error(), "{model}: {off:e}");
        }
    }
}

#[test]
fn a_constant_has_no_packing_to_change() {
    let rates = [0.31, 0.27, 0.33, 0.30, 0.28, 0.35];
    let data = ScalingData::from_errors(&OCTAVES, &rates, &[0.02; 6]).expect("data");
    for influence in fitted(&data, ScalingModel::Constant).influence() {
        assert_eq!(influence.packing_change, 0.0);
        assert!(influence.intrinsic_change != 0.0);
    }
}

/// Two seeds h to either side of their mean: σ̂ = √2·h, and an error of h of the mean. Differences
/// are exact here, squares of the rates would not be.
#[test]
fn the_spread_of_seeds_that_nearly_agree_keeps_its_digits() {
    let h = 12_345_679.0 * 2_f64.powi(-47);
    let seeds = [0.3, 0.41, 0.27].map(|mean| [mean + h, mean - h]);
    let groups = [&seeds[0][..], &seeds[1][..], &seeds[2][..]];
    let data = ScalingData::from_seeds(&[64, 128, 256], &groups, SeedSpread::Common).expect("data");
    for error in data.errors() {
        let off = (error / h - 1.0).abs();
        assert!(off <= tolerance::closed_form::<f64>(), "{off:e}");
    }
}

/// What data pull beyond its range: parts that add up to one, and not the exponent that makes them so;
/// and a constant that is nothing, which then is no parameter.
#[test]
fn each_parameter_at_its_bound_is_named() {
    let rates = OCTAVES.map(|d| 1.02 * 64.0 / d as f64);
    let data = ScalingData::from_errors(&OCTAVES, &rates, &[0.01; 6]).expect("data");
    let fit = fitted(&data, ScalingModel::PowerLaw);
    let exponent = fit.estimate(ScalingParameter::Exponent).expect("one");
    assert!((exponent - 1.0).abs() < 0.1, "{exponent}");
    assert!(fit.is_at_bound(ScalingParameter::Packing));
    assert!(!fit.is_at_bound(ScalingParameter::Exponent));

    for (rate, active) in [(0.0, 1), (0.5, 0), (1.0, 1)] {
        let data = ScalingData::from_errors(&OCTAVES, &[rate; 6], &[0.01; 6]).expect("data");
        let fit = fitted(&data, ScalingModel::Constant);
        assert_eq!(fit.freedom(), 5 + active, "{rate}");
    }
}

/// An exponent at an end of the interval of a level has a p-value of one less that level, also where the scale
/// is that of the residuals.
#[test]
fn intervals_and_p_values_of_an_exponent_are_dual() {
    let rates = [0.61, 0.36, 0.23, 0.14, 0.11, 0.085];
    for unit in [0.01, 1.0, 25.0] {
        let data = ScalingData::from_relative_errors(&OCTAVES, &rates, &[unit; 6]).expect("data");
        let fit = fitted(&data, ScalingModel::PowerLaw);
        for level in [0.5, 0.9, 0.95] {
            let confidence = Confidence::new(level).expect("a level");
            let interval = fit
                .interval(ScalingParameter::Exponent, confidence)
                .expect("an interval");
            for end in [interval.lower(), interval.upper()] {
                let p = fit.p_exponent(end).expect("positive").expect("a p-value");
                assert!((p - (1.0 - level)).abs() < 1e-6, "{unit}, {level}: {p}");
            }
        }
    }
}

/// Σ w(1, g)ᵀ(1, g) and Σ w(1, g)ᵀy at widths an octave apart: the least squares line a + b·g without bounds, and the
/// standard error of a.
fn line(rates: [f64; 6], errors: [f64; 6]) -> [f64; 3] {
    let [mut s, mut sg, mut sgg, mut sy, mut sgy] = [0.0; 5];
    for ((&d, y), e) in OCTAVES.iter().zip(rates).zip(errors) {
        let (w, g) = (1.0 / (e * e), 64.0 / d as f64);
        s += w;
        sg += w * g;
        sgg += w * g * g;
        sy += w * y;
        sgy += w * g * y;
    }
    let determinant = s * sgg - sg * sg;
    let (a, b) = (sgg * sy - sg * sgy, s * sgy - sg * sy);
    [a / determinant, b / determinant, (sgg / determinant).sqrt()]
}

/// Where packing is at a bound of its range, the interval of what stays is the hull of two: that at the
/// bound, and that of the line without bounds.
#[test]
fn at_a_bound_an_interval_holds_that_of_the_line_without_bounds() {
    let z = 1.959_963_984_540_054;
    let errors = [0.02, 0.01, 0.03, 0.02, 0.01, 0.02];
    let interval = |rates: [f64; 6]| {
        let data = ScalingData::from_errors(&OCTAVES, &rates, &errors).expect("data");
        let fit = fitted(&data, ScalingModel::InverseWidth);
        assert!(fit.is_at_bound(ScalingParameter::Packing));
        let interval = fit.interval(ScalingParameter::Intrinsic, Confidence::NINETY_FIVE);
        interval.expect("an interval")
    };
    // The search for an end stops at a bracket of about 1e-9.
    let near = |found: f64, expected: f64| {
        assert!((found - expected).abs() < 1e-8, "{found} {expected}");
    };

    // Rates that rise with the width leave nothing for packing, and a weighted mean of what stays.
    let rates = [0.30, 0.31, 0.36, 0.33, 0.37, 0.36];
    let [a, b, spread] = line(rates, errors);
    assert!(b < 0.0);
    let weights = errors.map(|e| 1.0 / (e * e));
    let total: f64 = weights.iter().sum();
    let mean = rates.iter().zip(weights).map(|(y, w)| y * w).sum::<f64>() / total;
    let found = interval(rates);
    near(found.lower(), (a - z * spread).min(mean - z / total.sqrt()));
    near(found.upper(), (a + z * spread).max(mean + z / total.sqrt()));

    // Rates above one leave no more than b = 1 − a: y − g = a(1 − g).
    let rates = OCTAVES.map(|d| 0.30 + 0.76 * 64.0 / d as f64);
    let [a, b, spread] = line(rates, errors);
    assert!(a + b > 1.0);
    let [mut square, mut product] = [0.0; 2];
    for ((&d, y), w) in OCTAVES.iter().zip(rates).zip(weights) {
        let g = 64.0 / d as f64;
        square += w * (1.0 - g) * (1.0 - g);
        product += w * (1.0 - g) * (y - g);
    }
    let held = product / square - z / square.sqrt();
    assert!(a - z * spread < held, "the line reaches further down");
    near(interval(rates).lower(), a - z * spread);
}

/// Errors that are no more than the last digit of a rate leave rounding for a scale, and not nothing.
#[test]
fn a_scale_is_never_less_than_rounding() {
    for unit in [1.0, 1e-3] {
        // Rates that the law gives to the last digit.
        let rates = OCTAVES.map(|d| 0.25 + 0.5 * 64.0 / d as f64);
        let data = ScalingData::from_relative_errors(&OCTAVES, &rates, &[unit; 6]).expect("data");
        let fit = fitted(&data, ScalingModel::InverseWidth);
        let interval = fit
            .interval(ScalingParameter::Intrinsic, Confidence::NINETY_FIVE)
            .expect("an interval");
        let width = interval.upper() - interval.lower();
        // Each rate is off by a rounding, whatever the unit of relative errors; Student's t on four degrees of freedom.
        let step = tolerance::closed_form::<f64>();
        assert!(width > step && width < 20.0 * step, "{unit}: {width:e}");
    }
}

/// As many capabilities as there are dimensions for is the most, and one more is refused.
#[test]
fn capabilities_may_fill_what_is_left_of_the_width() {
    let model = ScalingModel::ExactLaw {
        intrinsic_dimension: 4,
    };
    let rates = OCTAVES.map(|d| 0.3 + 20.0 / d as f64);
    let data = ScalingData::from_errors(&OCTAVES, &rates, &[0.01; 6]).expect("data");
    for (first, fits) in [(60, true), (61, false)] {
        let capabilities = [first, 60, 60, 60, 60, 60];
        let data = data
            .clone()
            .with_capabilities(&capabilities)
            .expect("counts");
        assert_eq!(ScalingFit::new(&data, model).is_ok(), fits, "{first}");
    }
}
