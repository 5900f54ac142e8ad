//! What happens with the width: laws, fits, bounds.

use alignment_tax::{
    CoherenceBound, Growth, MonteCarlo, PackingLaw, Reach, Real, RequiredWidth, ResidualBound,
    ScalingComparison, ScalingData, ScalingFit, ScalingInfluence, ScalingLaw, ScalingModel,
    ScalingParameter, ScalingResidual, SeedSpread, SpectralBound, Subspace, TargetWidth, TaxRate,
    tolerance,
};

use crate::common::rng;
use crate::data::Data;
use crate::reading::{Axis, Kind, Reader};
use crate::samples::{concepts, safety};
use crate::tax::{LEVEL, ends, goal};

pub fn read<T: Real>(data: &Data, r: &mut Reader) {
    laws::<T>(data, r);
    bounds::<T>(data, r);
}

fn reach(reach: Reach) -> f64 {
    match reach {
        Reach::Extrapolated { factor } => factor,
        _ => 0.0,
    }
}

/// What is fitted to rates at several widths, which knows neither activations nor scalars.
pub fn fits(data: &Data, r: &mut Reader) {
    let (widths, rates, errors) = (&data.widths, &data.rates, &data.errors);
    let seeds: Vec<&[f64]> = data.seeds.iter().map(Vec::as_slice).collect();
    let counts: Vec<usize> = widths.iter().map(|d| 8 + d % 7).collect();
    let common = ScalingData::from_seeds(widths, &seeds, SeedSpread::Common);
    // The minimum of a deviance is known to the root of its rounding where it is searched for.
    let closed = tolerance::scatter::<f64>(0);
    let searched = tolerance::standard_error();
    for (from, study) in [
        (
            "from_errors",
            ScalingData::from_errors(widths, rates, errors),
        ),
        (
            "from_relative_errors",
            ScalingData::from_relative_errors(widths, rates, errors),
        ),
        ("from_seeds", common),
    ] {
        let study = study.expect("a study");
        r.family("ScalingData", closed);
        r.numbers(&format!("rates {from}"), study.rates(), Axis::Width);
        r.numbers(&format!("errors {from}"), study.errors(), Axis::Width);
        let own: Vec<f64> = study.widths().iter().map(|&d| d as f64).collect();
        r.numbers(&format!("widths {from}"), &own, Axis::Width)
            .width(1);
        r.exactly(
            &format!("seed_freedom {from}"),
            study.seed_freedom().unwrap_or(0),
        );
        for (model, error) in [
            (ScalingModel::Constant, closed),
            (ScalingModel::InverseWidth, closed),
            (
                ScalingModel::ExactLaw {
                    intrinsic_dimension: 1,
                },
                searched,
            ),
            (ScalingModel::PowerLaw, searched),
        ] {
            let first = r.readings.len();
            let fit = ScalingFit::new(&study, model).unwrap_or_else(|e| panic!("{model}: {e}"));
            r.family("ScalingFit", error);
            self::fit(&format!("{model} {from}"), &fit, data, r);
            if let ScalingModel::ExactLaw { .. } = model {
                let law = "d − k is not a multiple where d is";
                for reading in &mut r.readings[first..] {
                    reading.except(Kind::Unit, law).except(Kind::Scale, law);
                }
            }
        }
        let comparison = ScalingComparison::new(
            &study,
            &[
                ScalingModel::Constant,
                ScalingModel::InverseWidth,
                ScalingModel::PowerLaw,
            ],
        );
        let comparison = comparison.expect("fits");
        r.family("ScalingComparison", searched);
        r.exactly(&format!("fits {from}"), comparison.fits().len());
        let best = comparison.best().map_or(0, |x| x.parameters);
        r.exactly(&format!("best {from}"), best);
        for score in comparison.scores() {
            let name = |what: &str| format!("ModelScore {} {from} {what}", score.model);
            r.exactly(&name("parameters"), score.parameters);
            r.number(&name("deviance"), score.deviance);
            r.optional(&name("aicc"), score.aicc);
            r.optional(&name("difference"), score.difference);
            r.optional(&name("weight"), score.weight);
            r.optional(&name("p_value"), score.p_value);
        }
    }
    let inverse = ScalingData::from_seeds(widths, &seeds, SeedSpread::InverseWidth);
    let known = ScalingData::from_errors(widths, rates, errors);
    let known = known
        .and_then(|x| x.with_capabilities(&counts))
        .expect("a study");
    r.family("ScalingData", closed);
    r.numbers(
        "errors by inverse width",
        inverse.expect("a study").errors(),
        Axis::Width,
    );
    let exact = ScalingModel::ExactLaw {
        intrinsic_dimension: 1,
    };
    let fit = ScalingFit::new(&known, exact).expect("a fit");
    let widest = *widths.iter().max().expect("some");
    let with = fit.predict_with(2 * widest, 12, LEVEL).expect("a width");
    r.family("ScalingPrediction", searched);
    let counted = "as many capabilities at other widths";
    r.number("predict_with", with.mean)
        .except(Kind::Unit, counted)
        .except(Kind::Scale, counted);
    let counts = known.capabilities().map_or(0, <[usize]>::len);
    r.exactly("capabilities", counts);
}

fn fit(name: &str, fit: &ScalingFit, data: &Data, r: &mut Reader) {
    let name = |what: &str| format!("{what} {name}");
    for (what, parameter, power) in [
        ("intrinsic", ScalingParameter::Intrinsic, 0),
        ("packing", ScalingParameter::Packing, 0),
        ("slope", ScalingParameter::Slope, 1),
        ("capabilities", ScalingParameter::Capabilities, 0),
        ("exponent", ScalingParameter::Exponent, 0),
    ] {
        let Some(x) = fit.estimate(parameter) else {
            continue;
        };
        r.number(&name(what), x).width(power);
        let interval = fit
            .interval(parameter, LEVEL)
            .expect("a parameter of this model");
        let ends = ends(interval).map(|x| if x.is_finite() { x } else { -1.0 });
        r.numbers(&name(&format!("{what} interval")), &ends, Axis::Fixed)
            .width(power);
        r.exactly(
            &name(&format!("{what} is_at_bound")),
            usize::from(fit.is_at_bound(parameter)),
        );
    }
    r.exactly(&name("model"), fit.model().parameters());
    r.exactly(&name("data"), fit.data().widths().len());
    r.optional(&name("p_exponent"), fit.p_exponent(1.0).expect("a number"));
    r.exactly(
        &name("exponent_is_one"),
        fit.exponent_is_one(LEVEL).map_or(2, usize::from),
    );
    r.number(&name("chi_squared"), fit.chi_squared());
    r.exactly(&name("freedom"), fit.freedom());
    r.optional(&name("p_value"), fit.p_value());
    r.exactly(&name("fits"), usize::from(fit.fits(LEVEL)));
    let residuals = fit.residuals();
    let of = |f: fn(&ScalingResidual) -> f64| residuals.iter().map(f).collect::<Vec<_>>();
    r.numbers(
        &name("ScalingResidual residual"),
        &of(|x| x.residual),
        Axis::Width,
    );
    r.numbers(
        &name("ScalingResidual standardized"),
        &of(|x| x.standardized),
        Axis::Width,
    );
    r.number(&name("p_runs"), fit.p_runs());
    let influence = fit.influence();
    let of = |f: fn(&ScalingInfluence) -> f64| influence.iter().map(f).collect::<Vec<_>>();
    r.numbers(
        &name("ScalingInfluence intrinsic"),
        &of(|x| x.intrinsic_change),
        Axis::Width,
    );
    r.numbers(
        &name("ScalingInfluence packing"),
        &of(|x| x.packing_change),
        Axis::Width,
    );
    r.numbers(
        &name("ScalingInfluence displacement"),
        &of(|x| x.displacement),
        Axis::Width,
    );
    let verdict = fit.verdict(0.01, LEVEL).map(|x| x as usize);
    r.exactly(&name("ScalingVerdict"), verdict.unwrap_or(9));
    let widest = *data.widths.iter().max().expect("some");
    if let Ok(p) = fit.predict(2 * widest, LEVEL) {
        r.number(&name("ScalingPrediction mean"), p.mean);
        r.numbers(
            &name("ScalingPrediction interval"),
            &p.interval,
            Axis::Fixed,
        );
        r.number(&name("ScalingPrediction Reach"), reach(p.reach));
    }
    if let Ok(target) = fit.width_for(0.09, LEVEL) {
        let finite = |x: f64| if x.is_finite() { x } else { -1.0 };
        let (kind, numbers) = match target {
            TargetWidth::Between {
                estimate,
                lower,
                upper,
                ..
            } => (0, vec![estimate, lower, finite(upper)]),
            TargetWidth::AtLeast { estimate, lower } => (1, vec![estimate.unwrap_or(-1.0), lower]),
            _ => (2, vec![]),
        };
        r.exactly(&name("TargetWidth"), kind);
        r.numbers(&name("TargetWidth numbers"), &numbers, Axis::Fixed)
            .width(1)
            .rounds("solved for");
    }
}

fn packing(name: &str, law: &PackingLaw, r: &mut Reader) {
    let name = |what: &str| format!("{what} {name}");
    r.exactly(&name("ambient_dimension"), law.ambient_dimension());
    r.number(&name("intrinsic"), law.intrinsic());
    r.number(&name("incidental"), law.incidental());
    r.number(&name("mean"), law.mean());
    r.number(&name("excess"), law.excess());
    r.number(&name("variance"), law.variance());
    r.number(&name("standard_deviation"), law.standard_deviation());
    // Fixed, so that what moves the law shows.
    let at = 0.3;
    r.number(&name("cdf"), law.cdf(at).expect("a rate"));
    r.number(&name("survival"), law.survival(at).expect("a rate"));
    r.number(&name("quantile"), law.quantile(0.9).expect("a probability"));
    let interval = law.prediction_interval(LEVEL).expect("a level");
    r.numbers(&name("prediction_interval"), &ends(interval), Axis::Fixed);
}

fn laws<T: Real>(data: &Data, r: &mut Reader) {
    let v = safety::<T>(data);
    let span = Subspace::from_directions(&concepts::<T>(data)).expect("a span");
    let tau = TaxRate::between(&v, &span).expect("one space");
    let law = ScalingLaw::measured(&v, &span, Growth::linear(0.05).expect("a rate"));
    let law = law.expect("one space");
    let d = data.dimension();
    let error = tolerance::orthonormality::<T>(d).to_double();
    r.family("PackingLaw", error.max(tolerance::beta_tail(256)));
    packing("measured", &law.at(256).expect("wide enough"), r);
    let fixed = ScalingLaw::new(tau, span.dimension(), Growth::fixed(6.0).expect("a count"));
    let at = fixed.expect("a law").at(64).expect("wide enough");
    packing("fixed", &at, r);
    let run = MonteCarlo::new(19).expect("enough");
    let drawn = at.simulate(&run, &mut rng(data.seed)).expect("few");
    r.numbers("simulate", drawn.replicates(), Axis::Fixed);
    r.family("ScalingLaw", error);
    r.optional("limit", law.limit());
    let needed = |x: RequiredWidth| match x {
        RequiredWidth::From(d) => d,
        RequiredWidth::Beyond { widest } => widest,
        _ => 0,
    };
    let fixed = ScalingLaw::new(tau, span.dimension(), Growth::fixed(6.0).expect("a count"));
    let width = fixed
        .expect("a law")
        .width_for(tau.value().to_double() + 0.01);
    // A whole number of widths: it jumps where the rate that it solves for is moved.
    r.exactly("RequiredWidth", needed(width.expect("a rate")).min(1));
    let low = ScalingLaw::low_rank(3)
        .expect("a rank")
        .at(64)
        .expect("wide enough");
    r.number("low_rank", low.mean());
    r.number(
        "Growth::directions",
        Growth::of(|d| d as f64).directions(7).expect("a count"),
    );
}

fn bound(name: &str, verdict: ResidualBound, r: &mut Reader) {
    let numbers = match verdict {
        ResidualBound::Within { lower, upper } => vec![lower, upper],
        ResidualBound::Vacuous(alignment_tax::Vacuity::Crowded { crowding }) => vec![crowding],
        ResidualBound::Vacuous(alignment_tax::Vacuity::Trivial { bound, trivial }) => {
            vec![bound, trivial]
        }
        _ => vec![],
    };
    r.numbers(&format!("ResidualBound {name}"), &numbers, Axis::Fixed);
}

fn bounds<T: Real>(data: &Data, r: &mut Reader) {
    let v = safety::<T>(data);
    let intrinsic = concepts::<T>(data);
    let incidental = ["goal 1", "goal 2"].map(|x| goal::<T>(data, x));
    let error = tolerance::orthonormality::<T>(data.dimension());
    let coherence = CoherenceBound::measured(&v, &intrinsic, &incidental).expect("one space");
    r.family("CoherenceBound", error);
    r.number("coherence", coherence.coherence());
    r.number("crowding", coherence.crowding());
    r.number("sum_of_squares", coherence.sum_of_squares());
    bound("measured", coherence.verdict(), r);
    let overlaps: Vec<f64> = intrinsic
        .iter()
        .map(|c| v.overlap(c).expect("one space").to_double())
        .collect();
    let given = CoherenceBound::new(&overlaps, 6, 0.01).expect("cosines");
    bound("given", given.verdict(), r);
    let spectral = SpectralBound::measured(&v, &intrinsic, &incidental).expect("one space");
    r.family("SpectralBound", error);
    r.number("smallest", spectral.smallest());
    r.number("largest", spectral.largest());
    r.number("overlap", spectral.overlap());
    r.number("at_least", spectral.at_least());
    bound("measured", spectral.verdict(), r);
    let given = SpectralBound::new(spectral.overlap().min(0.5), 0.1, 0.8, 1.2).expect("in order");
    bound("given", given.verdict(), r);
}
