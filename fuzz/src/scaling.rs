//! What width does to a tax.

use alignment_tax::{
    CoherenceBound, Growth, MonteCarlo, PackingLaw, RequiredWidth, ResidualBound,
    ScalingComparison, ScalingData, ScalingFit, ScalingLaw, ScalingModel, ScalingParameter,
    SeedSpread, SpectralBound, TargetWidth,
};
use rand::{SeedableRng, rngs::ChaCha8Rng};

use crate::check;
use crate::draw::{Draw, Scalar};
use crate::spans::some_subspace;
use crate::statistics::some_confidence;
use crate::tax::{some_direction, some_directions};

pub fn some_data(draw: &mut Draw<'_>) -> Option<ScalingData> {
    let n = 1 + draw.below(8);
    let mut width = 8 + draw.below(64);
    let widths: Vec<usize> = (0..n)
        .map(|_| {
            if draw.rarely(64) {
                return draw.count();
            }
            width += 1 + draw.below(8) * width / 4;
            width
        })
        .collect();
    let (a, b) = (draw.share::<f64>() * 0.5, draw.share::<f64>() * 16.0);
    let noise = 10_f64.powi(-(draw.below(8) as i32));
    let rate = |draw: &mut Draw<'_>, w: usize| match draw.byte() {
        0..=243 => a + b / w as f64 + noise * (draw.share::<f64>() - 0.5),
        _ => draw.scalar(),
    };
    let rates: Vec<f64> = widths.iter().map(|&w| rate(draw, w)).collect();
    let errors: Vec<f64> = widths
        .iter()
        .map(|_| {
            if draw.rarely(48) {
                draw.scalar()
            } else {
                noise * (0.1 + draw.share::<f64>())
            }
        })
        .collect();
    let data = match draw.below(4) {
        0 => draw.call(
            "from_errors",
            ScalingData::from_errors(&widths, &rates, &errors),
        ),
        1 => {
            let data = ScalingData::from_relative_errors(&widths, &rates, &errors);
            draw.call("from_relative_errors", data)
        }
        _ => {
            let seeds: Vec<Vec<f64>> = widths
                .iter()
                .map(|&w| (0..1 + draw.below(4)).map(|_| rate(draw, w)).collect())
                .collect();
            let seeds: Vec<&[f64]> = seeds.iter().map(Vec::as_slice).collect();
            let spread = [SeedSpread::Common, SeedSpread::InverseWidth][draw.below(2)];
            draw.call(
                "from_seeds",
                ScalingData::from_seeds(&widths, &seeds, spread),
            )
        }
    }?;
    if draw.rarely(4) {
        let capabilities: Vec<usize> = widths.iter().map(|&w| draw.below(1 + w.min(255))).collect();
        return draw.call("with_capabilities", data.with_capabilities(&capabilities));
    }
    Some(data)
}

pub fn some_model(draw: &mut Draw<'_>) -> ScalingModel {
    // The power law costs a hundred times as much as the others.
    match draw.below(16) {
        0..=3 => ScalingModel::Constant,
        4..=8 => ScalingModel::InverseWidth,
        9 => ScalingModel::PowerLaw,
        _ => ScalingModel::ExactLaw {
            intrinsic_dimension: if draw.rarely(8) {
                draw.count()
            } else {
                draw.below(8)
            },
        },
    }
}

pub fn fit(draw: &mut Draw<'_>) {
    let Some(data) = some_data(draw) else { return };
    let model = some_model(draw);
    let confidence = some_confidence(draw);
    let Some(fit) = draw.call("ScalingFit", ScalingFit::new(&data, model)) else {
        return;
    };
    for parameter in [
        ScalingParameter::Intrinsic,
        ScalingParameter::Packing,
        ScalingParameter::Slope,
        ScalingParameter::Capabilities,
        ScalingParameter::Exponent,
    ] {
        if let Some(x) = fit.estimate(parameter) {
            check::is_finite("estimate", x);
        }
        if let Some(x) = fit.interval(parameter, confidence) {
            // The upper end may be infinite for an exponent.
            assert!(
                x.lower().is_finite() && x.lower() <= x.upper(),
                "{parameter:?}: {x}"
            );
            if parameter != ScalingParameter::Exponent {
                check::is_finite("upper end", x.upper());
            }
        }
        draw.case(usize::from(fit.is_at_bound(parameter)));
    }
    check::is_finite("chi squared", fit.chi_squared());
    if let Some(p) = fit.p_value() {
        check::share("p", p);
    }
    draw.case(usize::from(fit.fits(confidence)));
    let exponent = draw.positive::<f64>();
    if let Some(Some(p)) = draw.call("p_exponent", fit.p_exponent(exponent)) {
        check::share("p of the exponent", p);
    }
    draw.case(fit.exponent_is_one(confidence).map_or(2, usize::from));
    check::share("p of runs", fit.p_runs());
    for r in fit.residuals() {
        check::finite("residual", [&r.residual, &r.standardized]);
    }
    for i in fit.influence() {
        check::finite(
            "influence",
            [&i.intrinsic_change, &i.packing_change, &i.displacement],
        );
    }
    let negligible = draw.share::<f64>();
    if let Some(verdict) = draw.call("verdict", fit.verdict(negligible, confidence)) {
        draw.case(verdict as usize);
    }
    let width = if draw.rarely(4) {
        draw.count()
    } else {
        64 << draw.below(12)
    };
    let capabilities = draw.count();
    for prediction in [
        draw.call("predict", fit.predict(width, confidence)),
        draw.call(
            "predict_with",
            fit.predict_with(width, capabilities, confidence),
        ),
    ]
    .into_iter()
    .flatten()
    {
        check::is_finite("prediction", prediction.mean);
        let [lower, upper] = prediction.interval;
        check::finite("prediction", [&lower, &upper]);
        assert!(lower <= upper);
    }
    let target = draw.share::<f64>();
    match draw.call("width_for", fit.width_for(target, confidence)) {
        Some(TargetWidth::Between {
            estimate,
            lower,
            upper,
            ..
        }) => {
            check::finite("width", [&estimate, &lower, &upper]);
            assert!(lower <= upper);
        }
        Some(TargetWidth::AtLeast {
            estimate, lower, ..
        }) => {
            check::finite("width", estimate.iter().chain([&lower]));
        }
        Some(TargetWidth::Never { intrinsic, .. }) => check::is_finite("intrinsic", intrinsic),
        _ => {}
    }
    assert!(!fit.to_string().contains("NaN"));
}

pub fn compare(draw: &mut Draw<'_>) {
    let Some(data) = some_data(draw) else { return };
    let models: Vec<_> = (0..draw.below(4)).map(|_| some_model(draw)).collect();
    let comparison = ScalingComparison::new(&data, &models);
    let Some(comparison) = draw.call("ScalingComparison", comparison) else {
        return;
    };
    for score in comparison.scores() {
        check::is_finite("deviance", score.deviance);
        check::finite("scores", score.aicc.iter().chain(&score.difference));
        for &x in score.weight.iter().chain(&score.p_value) {
            check::share("a weight or p", x);
        }
    }
    draw.case(usize::from(comparison.best().is_some()));
}

fn packing_holds(draw: &mut Draw<'_>, law: &PackingLaw) {
    check::share("mean", law.mean());
    check::share("excess", law.excess());
    check::finite(
        "spread",
        [
            &law.variance(),
            &law.standard_deviation(),
            &law.incidental(),
        ],
    );
    assert!(law.variance() >= 0.0);
    let (tau, probability) = (draw.share::<f64>(), draw.share::<f64>());
    for x in [
        draw.call("cdf", law.cdf(tau)),
        draw.call("survival", law.survival(tau)),
        draw.call("quantile", law.quantile(probability)),
    ]
    .into_iter()
    .flatten()
    {
        check::share("a probability or rate", x);
    }
    let confidence = some_confidence(draw);
    if let Some(x) = draw.call("prediction_interval", law.prediction_interval(confidence)) {
        check::share_interval("prediction", x);
    }
    if law.ambient_dimension() < 256 {
        let run = MonteCarlo::new(19).expect("enough");
        let mut rng = ChaCha8Rng::seed_from_u64(draw.word());
        if let Some(sample) = draw.call("simulate", law.simulate(&run, &mut rng)) {
            for &x in sample.replicates() {
                check::share("replicate", x);
            }
        }
    }
}

fn some_growth(draw: &mut Draw<'_>) -> Option<Growth> {
    let x = if draw.rarely(2) {
        draw.positive::<f64>()
    } else {
        draw.below(64) as f64
    };
    match draw.below(8) {
        0..=3 => draw.call("fixed", Growth::fixed(x)),
        4..=6 => {
            let rate = draw.share::<f64>();
            draw.call("linear", Growth::linear(rate))
        }
        _ => Some(Growth::of(move |d| {
            if d.is_multiple_of(7) {
                x
            } else {
                (d as f64).sqrt()
            }
        })),
    }
}

pub fn law<T: Scalar>(draw: &mut Draw<'_>) {
    let Some(growth) = some_growth(draw) else {
        return;
    };
    let d = if draw.rarely(4) {
        draw.count()
    } else {
        1 + draw.word() as usize % 5000
    };
    if let Some(m) = draw.call("directions", growth.directions(d)) {
        check::is_finite("directions", m);
    }
    let made = match draw.below(4) {
        0 => {
            let d = draw.size();
            let (Some(v), Some(s)) = (some_direction::<T>(draw, d), some_subspace(draw, d)) else {
                return;
            };
            ScalingLaw::measured(&v, &s, growth)
        }
        1 => ScalingLaw::low_rank(draw.count()),
        _ => {
            let (tau, k) = (draw.share::<f64>(), draw.count());
            ScalingLaw::new(tau, k, growth)
        }
    };
    let Some(law) = draw.call("ScalingLaw", made) else {
        return;
    };
    if let Some(x) = law.limit() {
        check::share("limit", x);
    }
    if let Some(at) = draw.call("at", law.at(d)) {
        packing_holds(draw, &at);
    }
    let target = draw.share::<f64>();
    match draw.call("width_for", law.width_for(target)) {
        Some(RequiredWidth::From(width)) => {
            let there = law.at(width).expect("a width of the law");
            assert!(
                there.mean() <= target,
                "{} > {target} at {width}",
                there.mean()
            );
        }
        Some(RequiredWidth::Never { limit, .. }) => check::share("limit", limit),
        _ => {}
    }
}

fn bound_holds(draw: &mut Draw<'_>, bound: ResidualBound) {
    match bound {
        ResidualBound::Within { lower, upper, .. } => {
            // A residual has either sign, and of dependent capabilities any size.
            check::finite("bound", [&lower, &upper]);
            assert!(lower <= upper, "{lower} > {upper}");
            draw.case(0);
        }
        ResidualBound::Vacuous(_) => draw.case(1),
        _ => draw.case(2),
    }
}

pub fn bounds<T: Scalar>(draw: &mut Draw<'_>) {
    let n = draw.below(6);
    let overlaps = draw.numbers::<f64>(n);
    let overlaps: Vec<f64> = if draw.rarely(8) {
        overlaps
    } else {
        overlaps.iter().map(|x| x / 8.0).collect()
    };
    let (incidental, coherence) = (draw.count(), draw.share::<f64>());
    let coherence = if draw.byte() & 1 == 0 {
        coherence
    } else {
        coherence / 16.0
    };
    let bound = CoherenceBound::new(&overlaps, incidental, coherence);
    if let Some(bound) = draw.call("CoherenceBound", bound) {
        coherence_holds(draw, &bound);
    }
    let (tau, overlap) = (draw.share::<f64>(), draw.share::<f64>());
    let (smallest, largest) = (draw.share::<f64>(), 1.0 + draw.positive::<f64>());
    let bound = SpectralBound::new(tau, overlap, smallest, largest);
    if let Some(bound) = draw.call("SpectralBound", bound) {
        spectrum_holds(draw, &bound);
    }
    let (d, p, q) = (draw.size(), draw.below(5), draw.below(5));
    let Some(v) = some_direction::<T>(draw, d) else {
        return;
    };
    let (intrinsic, incidental) = (
        some_directions::<T>(draw, d, p),
        some_directions::<T>(draw, d, q),
    );
    let bound = CoherenceBound::measured(&v, &intrinsic, &incidental);
    if let Some(bound) = draw.call("CoherenceBound::measured", bound) {
        coherence_holds(draw, &bound);
    }
    let bound = SpectralBound::measured(&v, &intrinsic, &incidental);
    if let Some(bound) = draw.call("SpectralBound::measured", bound) {
        spectrum_holds(draw, &bound);
    }
}

fn coherence_holds(draw: &mut Draw<'_>, bound: &CoherenceBound) {
    check::finite(
        "bound",
        [
            &bound.coherence(),
            &bound.crowding(),
            &bound.sum_of_squares(),
        ],
    );
    bound_holds(draw, bound.verdict());
}

fn spectrum_holds(draw: &mut Draw<'_>, bound: &SpectralBound) {
    check::finite(
        "bound",
        [&bound.smallest(), &bound.largest(), &bound.overlap()],
    );
    check::share("at least", bound.at_least());
    bound_holds(draw, bound.verdict());
}
