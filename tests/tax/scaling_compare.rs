//! Criteria between models of the tax over widths, against their definitions.

use super::scaling_fit::OCTAVES;
use alignment_tax::{ScalingComparison, ScalingData, ScalingModel, SeedSpread};

/// AICc by its definition, and its absence where it has none.
#[test]
fn criteria_are_those_of_the_definition() {
    let rates = [0.352, 0.224, 0.163, 0.131, 0.115];
    let relative =
        ScalingData::from_relative_errors(&OCTAVES[..5], &rates, &[1.0; 5]).expect("data");
    let models = [
        ScalingModel::Constant,
        ScalingModel::InverseWidth,
        ScalingModel::PowerLaw,
    ];
    let comparison = ScalingComparison::new(&relative, &models).expect("a comparison");
    for (score, fit) in comparison.scores().iter().zip(comparison.fits()) {
        let k = score.model.parameters() as f64 + 1.0;
        let likelihood = 5.0 * (fit.chi_squared() / 5.0).ln();
        assert_eq!(score.parameters, score.model.parameters() + 1);
        if score.model == ScalingModel::PowerLaw {
            // Five widths, three parameters and a scale.
            assert_eq!((score.aicc, score.weight), (None, None));
        } else {
            let aicc = likelihood + 2.0 * k + 2.0 * k * (k + 1.0) / (5.0 - k - 1.0);
            assert!((score.aicc.expect("defined") - aicc).abs() <= 1e-12 * aicc.abs());
        }
    }
    let total: f64 = comparison.scores().iter().filter_map(|s| s.weight).sum();
    assert!((total - 1.0).abs() <= 4.0 * f64::EPSILON);
    let known = ScalingData::from_errors(&OCTAVES[..5], &rates, &[0.004; 5]).expect("data");
    let comparison = ScalingComparison::new(&known, &models).expect("a comparison");
    for (score, fit) in comparison.scores().iter().zip(comparison.fits()) {
        let truth = fit.chi_squared() + 2.0 * score.model.parameters() as f64;
        assert!((score.aicc.expect("defined") - truth).abs() <= 1e-12 * truth);
    }
}

/// Seeds count as observations, and their spread as a parameter: AICc by its definition, up to what is the same for
/// every model.
#[test]
fn criteria_of_seeds_are_those_of_the_definition() {
    let seeds: [&[f64]; 4] = [
        &[0.352, 0.347, 0.355],
        &[0.224, 0.229, 0.221],
        &[0.163, 0.158, 0.166],
        &[0.131, 0.136, 0.127],
    ];
    let data = ScalingData::from_seeds(&OCTAVES[..4], &seeds, SeedSpread::Common).expect("data");
    let models = [ScalingModel::Constant, ScalingModel::InverseWidth];
    let comparison = ScalingComparison::new(&data, &models).expect("a comparison");
    // Σ over all seeds of squared distances from the curve, over the variance of the seeds within their widths.
    let n = 12.0;
    let truths: Vec<f64> = (comparison.scores().iter().zip(comparison.fits()))
        .map(|(score, fit)| {
            let k = score.model.parameters() as f64 + 1.0;
            assert_eq!(score.parameters as f64, k);
            let total: f64 = (seeds.iter().zip(fit.residuals()).zip(fit.data().rates()))
                .map(|((seeds, residual), rate)| {
                    let curve = rate - residual.residual;
                    seeds.iter().map(|x| (x - curve).powi(2)).sum::<f64>()
                })
                .sum();
            n * total.ln() + 2.0 * k + 2.0 * k * (k + 1.0) / (n - k - 1.0)
        })
        .collect();
    let aicc: Vec<f64> = comparison
        .scores()
        .iter()
        .map(|s| s.aicc.expect("defined"))
        .collect();
    let (ours, truth) = (aicc[0] - aicc[1], truths[0] - truths[1]);
    assert!(
        (ours - truth).abs() <= 1e-10 * truth.abs(),
        "{ours} {truth}"
    );
}
