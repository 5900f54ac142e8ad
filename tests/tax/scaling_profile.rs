//! Fits at the edges of what is admissible, of narrow likelihoods, and of noise that its own
//! residuals or seeds measure.

use alignment_tax::{
    ScalingComparison, ScalingData, ScalingFit, ScalingModel, ScalingParameter, SeedSpread,
    tolerance,
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
