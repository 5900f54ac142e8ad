//! What types say of themselves as text: every answer that there is, in words.

use alignment_tax::{
    Budget, Conflict, ConflictVerdict, Direction, FreezeSearch, Growth, MonteCarlo, Objectives,
    RankRule, RequiredWidth, ResidualBound, ScalingVerdict, Subspace, TargetWidth, Vacuity,
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
