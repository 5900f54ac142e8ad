//! What types say of themselves as text: every answer that there is, in words.

use alignment_tax::{
    Budget, Confidence, Conflict, ConflictVerdict, Direction, FreezeSearch, Growth, MonteCarlo,
    Objectives, RankRule, RequiredWidth, ResidualBound, SamplesNeeded, ScalingComparison,
    ScalingData, ScalingFit, ScalingModel, ScalingParameter, ScalingVerdict, Subspace, TargetWidth,
    Vacuity,
};
use nalgebra::DMatrix;

#[test]
fn widths_for_a_target() {
    let at_least = |estimate| TargetWidth::AtLeast {
        estimate,
        lower: 812.4,
    };
    for (width, words) in [
        (
            at_least(Some(2_345_678.0)),
            "not below 812, perhaps never (most likely: 2e6)",
        ),
        (
            at_least(None),
            "not below 812, perhaps never (most likely: never)",
        ),
        (
            TargetWidth::Never { intrinsic: 0.1234 },
            "never: 0.123 stays",
        ),
    ] {
        assert_eq!(width.to_string(), words);
    }
    for (width, words) in [
        (RequiredWidth::From(7), "from d = 7 on"),
        (RequiredWidth::Beyond { widest: 9 }, "not up to d = 9"),
        (
            RequiredWidth::Never { limit: 0.25 },
            "never: it falls to 0.25 and no further",
        ),
    ] {
        assert_eq!(width.to_string(), words);
    }
}

#[test]
fn verdicts_and_bounds() {
    for (verdict, words) in [
        (ScalingVerdict::Packing, "packing"),
        (ScalingVerdict::Intrinsic, "intrinsic"),
        (ScalingVerdict::Mixed, "mixed"),
        (ScalingVerdict::Negligible, "negligible"),
        (ScalingVerdict::Undecided, "undecided"),
    ] {
        assert_eq!(verdict.to_string(), words);
        // Padded as a column of a table asks for.
        assert_eq!(format!("{verdict:>11}").trim_start(), words);
        assert_eq!(format!("{verdict:>11}").len(), 11);
    }
    let within = ResidualBound::Within {
        lower: -0.125,
        upper: 0.5,
    };
    assert_eq!(format!("{within:.2}"), "residual in [-0.12, 0.50]");
    assert_eq!(
        ResidualBound::Vacuous(Vacuity::Dependent).to_string(),
        "vacuous: the directions are linearly dependent"
    );
}

#[test]
fn functions_in_debug_format() {
    let fixed = Growth::fixed(3.0).expect("a number");
    let linear = Growth::linear(0.5).expect("a rate");
    assert_eq!(format!("{fixed:?}"), "Growth::fixed(3.0)");
    assert_eq!(format!("{linear:?}"), "Growth::linear(0.5)");
    assert_eq!(format!("{:?}", Growth::of(|d| d as f64)), "Growth::of(..)");
    let run = MonteCarlo::new(99).expect("enough");
    assert_eq!(
        format!("{run:?}"),
        "MonteCarlo { replicates: 99, observed: false }"
    );
}

#[test]
fn cards_name_the_rank_rule() {
    // One strong direction in what looks like noise.
    let columns = DMatrix::from_fn(30, 6, |i, j| {
        let noise = ((i * 7 + j * 11 + i * j) as f64).sin();
        noise + if i == 0 { 40.0 } else { 0.0 }
    });
    for (rule, words) in [
        (RankRule::Numerical, "numerical rank"),
        (RankRule::Relative(0.5), "above 0.5 of the largest"),
        (RankRule::Energy(0.9), "90.0 % of the squared length"),
        (RankRule::Fixed(1), "the first 1"),
        (RankRule::GavishDonoho, "above the noise"),
    ] {
        let span = Subspace::from_leading_singular(&columns, rule);
        let text = span.expect("a span").card().to_text();
        assert!(text.contains(words), "{rule:?}:\n{text}");
    }
}

/// Each verdict, of the overlaps (ρ, x, y) that lead to it: what is left is ρ − xy.
#[test]
fn cards_say_each_verdict() {
    for (overlaps, verdict, words) in [
        ([-0.3, 0.6, -0.6], ConflictVerdict::Resolved, "no longer do"),
        ([-0.5, 0.3, -0.3], ConflictVerdict::Mediated, "fight less"),
        (
            [-0.5, 0.0, 0.0],
            ConflictVerdict::Unchanged,
            "makes no difference",
        ),
        ([-0.3, 0.5, 0.5], ConflictVerdict::Amplified, "fight more"),
        ([0.2, 0.6, 0.6], ConflictVerdict::Created, "did not fight"),
        (
            [0.5, 0.1, 0.1],
            ConflictVerdict::NoConflict,
            "frozen or not",
        ),
    ] {
        let [rho, x, y] = overlaps;
        let conflict = Conflict::from_overlaps(rho, x, y, Budget::unit()).expect("overlaps");
        assert_eq!(conflict.verdict(), verdict);
        let text = conflict.card().to_text();
        assert!(text.contains(words), "{verdict:?}:\n{text}");
    }
}

/// A plan that freezes nothing, one that freezes something, and one that nothing can end.
#[test]
fn cards_of_plans_say_what_to_freeze() {
    let direction = |x: [f64; 3]| Direction::from_slice(&x).expect("a direction");
    let by = |first: [f64; 3], second: [f64; 3], third: [f64; 3]| {
        let (a, b, c) = (direction(first), direction(second), direction(third));
        let all = [("helpful", &a), ("harmless", &b), ("reasoning", &c)];
        let all = Objectives::from_directions(&all).expect("objectives");
        let search = FreezeSearch::new(&all, &["helpful", "harmless"], &["reasoning"]);
        search
            .expect("a search")
            .run()
            .expect("a plan")
            .card()
            .to_text()
    };
    let peace = by([1.0, 0.1, 0.0], [0.9, 0.4, 0.0], [0.0, 0.0, 1.0]);
    assert!(peace.contains("Freeze nothing"), "{peace}");
    let ended = by([1.0, 0.0, 0.8], [0.2, 1.0, -0.8], [0.0, 0.0, 1.0]);
    assert!(ended.contains("Freeze reasoning"), "{ended}");
    let fight = by([1.0, 0.0, 0.1], [-1.0, 0.2, 0.1], [0.0, 0.0, 1.0]);
    assert!(fight.contains("No choice ends the conflict"), "{fight}");
    assert!(
        fight.contains("helpful") && fight.contains("harmless"),
        "{fight}"
    );
}

#[test]
fn intervals_and_samples_needed() {
    let data = ScalingData::from_errors(&[64, 128, 256], &[0.3, 0.32, 0.29], &[0.01; 3]);
    let fit = ScalingFit::new(&data.expect("data"), ScalingModel::Constant).expect("a fit");
    let interval = fit
        .interval(ScalingParameter::Intrinsic, Confidence::NINETY_FIVE)
        .expect("τ₀");
    let words = format!("[{:.3}, {:.3}]", interval.lower(), interval.upper());
    assert_eq!(format!("{interval:.3}"), words);
    for (needed, words) in [
        (SamplesNeeded::About(7), "about 7 would resolve it"),
        (
            SamplesNeeded::MoreThan(9),
            "it may be zero; if not, more than 9 would be needed",
        ),
    ] {
        assert_eq!(needed.to_string(), words);
    }
}

#[test]
fn fits_and_comparisons() {
    for (parameter, words) in [
        (ScalingParameter::Intrinsic, "intrinsic"),
        (ScalingParameter::Packing, "packing"),
        (ScalingParameter::Slope, "slope"),
        (ScalingParameter::Capabilities, "capabilities"),
        (ScalingParameter::Exponent, "exponent"),
    ] {
        assert_eq!(parameter.to_string(), words);
        assert_eq!(format!("{parameter:>13}").len(), 13);
    }
    let widths = [64, 128, 256, 512];
    let rates = [0.351, 0.226, 0.161, 0.132];
    let known = ScalingData::from_errors(&widths, &rates, &[0.003; 4]).expect("data");
    let relative = ScalingData::from_relative_errors(&widths, &rates, &[1.0; 4]).expect("data");
    for data in [&known, &relative] {
        let fit = ScalingFit::new(data, ScalingModel::InverseWidth).expect("a fit");
        let text = fit.to_string();
        let mut parts = text.split("; ");
        assert_eq!(parts.next(), Some(fit.model().to_string().as_str()));
        for parameter in [
            ScalingParameter::Intrinsic,
            ScalingParameter::Packing,
            ScalingParameter::Slope,
        ] {
            let value = fit.estimate(parameter).expect("a parameter");
            let interval = fit.interval(parameter, Confidence::NINETY_FIVE);
            let (lower, upper) = interval.map_or((0.0, 0.0), |x| (x.lower(), x.upper()));
            let words = format!("{parameter} {value:.4} [{lower:.4}, {upper:.4}]");
            assert_eq!(parts.next(), Some(words.as_str()));
        }
        let last = match fit.p_value() {
            Some(p) => format!("fit p = {p:.3}"),
            None => "errors scaled by its residuals".to_owned(),
        };
        assert_eq!((parts.next(), parts.next()), (Some(last.as_str()), None));
    }
    let models = [ScalingModel::Constant, ScalingModel::InverseWidth];
    let comparison = ScalingComparison::new(&known, &models).expect("a comparison");
    let text = comparison.to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3);
    for (line, score) in lines[1..].iter().zip(comparison.scores()) {
        assert!(line.starts_with(&score.model.to_string()), "{line}");
        let numbers = [(score.difference, 2), (score.weight, 3), (score.p_value, 3)]
            .map(|(x, digits)| format!("{:.digits$}", x.expect("defined")));
        let columns: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(columns[columns.len() - 3..], numbers);
    }
}
