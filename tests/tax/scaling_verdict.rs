//! What a fit of the tax over widths answers: predictions, the width for a target, and the verdict.

use super::scaling_fit::{LEVEL, OCTAVES, PARAMETERS, line, off_the_line};
use alignment_tax::{
    Reach, ScalingData, ScalingFit, ScalingModel, ScalingParameter, ScalingVerdict, TargetWidth,
    tolerance,
};

#[test]
fn predictions_agree_with_parameters() {
    let fit = line(&[0.352, 0.224, 0.163, 0.131, 0.115, 0.109], 0.003);
    let bound = tolerance::closed_form::<f64>();
    // At the narrowest width the mean is τ₀ + b; far out it is τ₀.
    let near = fit.predict(64, LEVEL).expect("a width");
    let sum = PARAMETERS[..2]
        .iter()
        .filter_map(|p| fit.estimate(*p))
        .sum::<f64>();
    assert!((near.mean - sum).abs() <= bound);
    assert_eq!(near.reach, Reach::Interpolated);
    let far = fit.predict(u32::MAX as usize, LEVEL).expect("a width");
    let intrinsic = fit
        .interval(ScalingParameter::Intrinsic, LEVEL)
        .expect("one");
    assert!((far.interval[0] - intrinsic.lower()).abs() < 1e-7);
    assert!((far.interval[1] - intrinsic.upper()).abs() < 1e-7);
    let Reach::Extrapolated { factor } = far.reach else {
        panic!("{far:?}");
    };
    assert!((factor - u32::MAX as f64 / 2048.0).abs() < 1e-3);
    assert_eq!(
        fit.predict(32, LEVEL).expect("a width").reach,
        Reach::Extrapolated { factor: 2.0 }
    );
    // The widths of the interval for a target are those whose prediction just touches it.
    let TargetWidth::Between {
        estimate,
        lower,
        upper,
        ..
    } = fit.width_for(0.14, LEVEL).expect("a target")
    else {
        panic!("no width");
    };
    assert!(lower < estimate && estimate < upper);
    let at = |d: f64| fit.predict(d.round() as usize, LEVEL).expect("a width");
    assert!((at(estimate).mean - 0.14).abs() < 1e-3);
    assert!((at(lower).interval[0] - 0.14).abs() < 1e-3);
    assert!((at(upper).interval[1] - 0.14).abs() < 1e-3);
}

#[test]
fn widths_for_targets_are_of_all_four_kinds() {
    let fit = line(&[0.352, 0.224, 0.163, 0.131, 0.115, 0.109], 0.003);
    let intrinsic = fit
        .interval(ScalingParameter::Intrinsic, LEVEL)
        .expect("one");
    let at = |target| fit.width_for(target, LEVEL).expect("a target");
    assert!(matches!(at(0.2), TargetWidth::Between { .. }));
    assert!(matches!(
        at(0.999),
        TargetWidth::Between { lower, .. } if lower < 64.0
    ));
    let above = 0.5 * (intrinsic.upper() + fit.estimate(ScalingParameter::Intrinsic).expect("one"));
    assert!(
        matches!(at(above), TargetWidth::AtLeast { estimate: Some(_), lower } if lower > 2048.0)
    );
    let below = 0.5 * (intrinsic.lower() + fit.estimate(ScalingParameter::Intrinsic).expect("one"));
    assert!(matches!(at(below), TargetWidth::AtLeast { estimate: None, lower } if lower > 2048.0));
    assert!(matches!(at(0.05), TargetWidth::Never { intrinsic } if intrinsic > 0.09));
}

/// A verdict that the data do not force is not given.
#[test]
fn verdicts_need_evidence() {
    let verdict = |rates: &[f64], error| line(rates, error).verdict(0.01, LEVEL).expect("one");
    let rates = [0.352, 0.224, 0.163, 0.131, 0.115, 0.109];
    assert_eq!(verdict(&rates, 0.003), ScalingVerdict::Mixed);
    assert_eq!(verdict(&rates, 0.3), ScalingVerdict::Undecided);
    // A law that does not fit has no verdict, however narrow its intervals.
    assert_eq!(
        verdict(&[0.35, 0.1, 0.3, 0.1, 0.3, 0.1], 0.001),
        ScalingVerdict::Undecided
    );
    assert_eq!(
        verdict(&[0.003, 0.0, -0.001, 0.001, 0.0, 0.001], 0.001),
        ScalingVerdict::Negligible
    );
    // τ falls to the bound, and from noise below it: still no claim beyond the noise.
    assert_eq!(
        verdict(&[0.1, 0.03, 0.0, -0.02, 0.01, -0.01], 0.02),
        ScalingVerdict::Undecided
    );
}

/// The width for a target solves τ₀ + b·g(d) = target: for rates without noise by hand, for others with what
/// the fit itself says of that width.
#[test]
fn the_width_for_a_target_solves_the_model() {
    let estimate = |fit: &ScalingFit, target| match fit.width_for(target, LEVEL) {
        Ok(TargetWidth::Between { estimate, .. }) => estimate,
        other => panic!("{other:?}"),
    };
    let widths_of =
        |exponent: f64, target: f64| 64.0 * (0.25 / (target - 0.1)).powf(1.0 / exponent);
    for (model, exponent) in [
        (ScalingModel::InverseWidth, 1.0),
        (ScalingModel::PowerLaw, 0.5),
    ] {
        let rates = OCTAVES.map(|d| 0.1 + 0.25 * (64.0 / d as f64).powf(exponent));
        let data = ScalingData::from_errors(&OCTAVES, &rates, &[1e-6; 6]).expect("data");
        let fit = ScalingFit::new(&data, model).expect("a fit");
        for target in [0.15, 0.2, 0.3] {
            let (ours, truth) = (estimate(&fit, target), widths_of(exponent, target));
            // A minimum is found to the root of the rounding, and d moves with β by a few of its logarithms.
            assert!((ours / truth - 1.0).abs() < 1e-5, "{model}: {ours} {truth}");
        }
        for d in [64, 100, 777, 4096] {
            let mean = fit.predict(d, LEVEL).expect("a width").mean;
            let truth = 0.1 + 0.25 * (64.0 / d as f64).powf(exponent);
            assert!((mean / truth - 1.0).abs() < 1e-5, "{model}: {mean} {truth}");
        }
    }
    // (d − k)·b = (1 − τ_I)·m′ with the parameters that the fit states.
    let exact = ScalingModel::ExactLaw {
        intrinsic_dimension: 3,
    };
    let fit = ScalingFit::new(&off_the_line(), exact).expect("a fit");
    let [intrinsic, capabilities] = [ScalingParameter::Intrinsic, ScalingParameter::Capabilities]
        .map(|p| fit.estimate(p).expect("a parameter"));
    let truth = 3.0 + (1.0 - intrinsic) * capabilities / (0.15 - intrinsic);
    let ours = estimate(&fit, 0.15);
    assert!((ours / truth - 1.0).abs() < 1e-12, "{ours} {truth}");
}

/// The verdict from the intervals that it is defined by, for thresholds on either side of each of their ends.
#[test]
fn verdicts_are_those_of_the_two_intervals() {
    let mut seen = Vec::new();
    for (intrinsic, slope) in [
        (0.0, 16.0),
        (0.2, 0.0),
        (0.1, 16.0),
        (0.0, 0.3),
        (0.05, 3.0),
    ] {
        let rates = OCTAVES.map(|d| intrinsic + slope / d as f64);
        let data = ScalingData::from_errors(&OCTAVES, &rates, &[0.004; 6]).expect("data");
        let fit = ScalingFit::new(&data, ScalingModel::InverseWidth).expect("a fit");
        let of = |parameter| fit.interval(parameter, LEVEL).expect("a parameter");
        let (a, b) = (
            of(ScalingParameter::Intrinsic),
            of(ScalingParameter::Packing),
        );
        let ends = [a.lower(), a.upper(), b.lower(), b.upper()];
        for end in ends.into_iter().filter(|end| (1e-6..0.99).contains(end)) {
            // What touches it is neither there nor absent.
            for negligible in [0.999 * end, end, 1.001 * end] {
                let expected = match (
                    (a.lower() > negligible, a.upper() < negligible),
                    (b.lower() > negligible, b.upper() < negligible),
                ) {
                    ((_, true), (true, _)) => ScalingVerdict::Packing,
                    ((true, _), (_, true)) => ScalingVerdict::Intrinsic,
                    ((true, _), (true, _)) => ScalingVerdict::Mixed,
                    ((_, true), (_, true)) => ScalingVerdict::Negligible,
                    _ => ScalingVerdict::Undecided,
                };
                let verdict = fit.verdict(negligible, LEVEL);
                assert_eq!(verdict, Ok(expected), "{negligible}: {a:?} {b:?}");
                seen.push(expected);
            }
        }
    }
    for verdict in [
        ScalingVerdict::Packing,
        ScalingVerdict::Intrinsic,
        ScalingVerdict::Mixed,
        ScalingVerdict::Negligible,
        ScalingVerdict::Undecided,
    ] {
        assert!(seen.contains(&verdict), "{verdict}");
    }
}
