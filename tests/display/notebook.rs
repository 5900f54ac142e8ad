//! What notebooks show: well-formed HTML whatever the names are, no number that is none, exact
//! marks for evcxr, and the same facts as text.

use alignment_tax::{
    Attribution, Audit, AuditEstimate, Budget, Card, Concept, Confidence, Conflict,
    ConflictEstimate, Direction, Evidence, FreezeSearch, Measurement, MeasurementOptions,
    MonteCarlo, Objectives, ParetoFrontier, PreservationBand, PreservationFrontier,
    PrincipalAngles, Profile, Real, Samples, ScalingComparison, ScalingData, ScalingFit,
    ScalingModel, Subspace, Task, TaxEstimate, TaxRate, TaxSpectrum,
};
use nalgebra::{DMatrix, dmatrix, dvector};

use crate::common::{direction, gaussian, rng, subspace};

/// A name that would do harm if it were taken for anything but text.
const HOSTILE: &str = "<script>alert(\"a & b\")</script>\nEVCXR_END_CONTENT\n\u{1b}[31m\0";

/// The text of all elements, if the HTML is well-formed XML; a failed test otherwise.
fn words(html: &str) -> String {
    let document = roxmltree::Document::parse(html)
        .unwrap_or_else(|e| panic!("not well-formed, {e}:\n{html}"));
    for node in document.descendants().filter(|n| n.is_element()) {
        let name = node.tag_name().name();
        assert!(
            name != "script" && name != "iframe" && name != "link",
            "{name}"
        );
        for attribute in node.attributes() {
            assert!(!attribute.name().starts_with("on"), "{}", attribute.name());
            assert!(!matches!(attribute.name(), "src" | "href"), "{html}");
        }
    }
    let texts = document.descendants().filter(|n| n.is_text());
    texts
        .filter_map(|n| n.text())
        .collect::<Vec<_>>()
        .join("\n")
}

/// What holds for every card; its words in HTML, and its text.
fn sound(card: &Card) -> (String, String) {
    let (html, text) = (card.to_html(), card.to_text());
    let shown = words(&html);
    for form in [&shown, &text] {
        assert!(!form.contains("NaN") && !form.contains("inf"), "{form}");
        assert!(
            form.contains(card.title().split(" - ").next().unwrap()),
            "{form}"
        );
    }
    assert!(!html.contains("NaN"));
    assert!(text.ends_with('\n') && !text.contains("\n\n"), "{text:?}");
    assert!(text.lines().all(|l| l.trim_end() == l), "{text}");
    assert!(
        !text.contains(|c: char| c.is_control() && c != '\n'),
        "{text:?}"
    );
    // Each mark on a line of its own, and each only as often as there are blocks.
    let mime = card.to_mime();
    let lines: Vec<&str> = mime.lines().collect();
    assert_eq!(lines[0], "EVCXR_BEGIN_CONTENT text/html");
    let end = lines
        .iter()
        .position(|l| *l == "EVCXR_END_CONTENT")
        .unwrap();
    assert_eq!(lines[end + 1], "EVCXR_BEGIN_CONTENT text/plain");
    assert_eq!(lines.last(), Some(&"EVCXR_END_CONTENT"));
    let marks = |m: &str| lines.iter().filter(|l| l.starts_with(m)).count();
    assert_eq!(marks("EVCXR_BEGIN_CONTENT "), 2);
    assert_eq!(
        lines.iter().filter(|l| **l == "EVCXR_END_CONTENT").count(),
        2
    );
    assert_eq!(lines[1..end].join("\n"), html);
    assert_eq!(lines[end + 2..lines.len() - 1].join("\n") + "\n", text);
    assert_eq!(card.to_string(), text);
    (shown, text)
}

fn tau<T: Real>(v: [f64; 2]) -> TaxRate<T> {
    let v = Direction::from_slice(&v.map(T::from_double)).unwrap();
    let c = Direction::from_slice(&[T::one(), T::zero()]).unwrap();
    TaxRate::single(&v, &c).unwrap()
}

#[test]
fn a_rate_keeps_what_tells_it_from_its_limits() {
    let (html, text) = sound(&tau::<f64>([0.6, 0.8]).card());
    for form in [&html, &text] {
        assert!(form.contains("0.36") && form.contains("53.13°"), "{form}");
        assert!(form.contains("80.0 % of the budget"), "{form}");
        assert!(form.contains("first order, linear"), "{form}");
    }
    let free = tau::<f64>([0.0, 1.0]).card();
    assert_eq!(free.title(), "Tax rate τ = 0");
    assert!(sound(&free).1.contains("Safety is free"));
    let entangled = tau::<f64>([1.0, 0.0]).card();
    assert_eq!(entangled.title(), "Tax rate τ = 1");
    assert!(sound(&entangled).1.contains("Fully entangled"));
    // Neither of these is its limit.
    assert_eq!(
        tau::<f64>([1e-10, 1.0]).card().title(),
        "Tax rate τ = 1.00e-20"
    );
    let nearly = tau::<f64>([1.0, 1e-10]).card();
    assert_eq!(nearly.title(), "Tax rate τ = 1 - 1.00e-20");
    assert!(!sound(&nearly).1.contains("Fully entangled"));
    sound(&tau::<f32>([0.6, 0.8]).card());
}

fn geometry<T: Real>() {
    let mut rng = rng(7);
    let v = direction::<T>(12, &mut rng);
    sound(&v.card());
    let (s, c) = (
        subspace::<T>(12, 3, &mut rng),
        subspace::<T>(12, 4, &mut rng),
    );
    let (_, text) = sound(&c.card());
    assert!(
        text.starts_with("Subspace of dimension 4 in 12\n"),
        "{text}"
    );
    sound(&PrincipalAngles::between(&s, &c).unwrap().card());
    sound(&TaxSpectrum::between(&s, &c).unwrap().card());
    let trivial = Subspace::<T>::trivial(5).unwrap();
    assert!(sound(&trivial.card()).1.contains("trivial"));
    sound(
        &TaxRate::between(&direction::<T>(5, &mut rng), &trivial)
            .unwrap()
            .card(),
    );
    // A single coordinate.
    sound(&Direction::from_slice(&[T::one()]).unwrap().card());
}

#[test]
fn geometry_is_shown_in_either_precision() {
    geometry::<f64>();
    geometry::<f32>();
}

#[test]
fn frontiers_are_shown_up_to_the_end_of_the_budget() {
    for overlap in [-1.0_f64, -0.3, 0.0, 0.3, 1.0] {
        let budget = Budget::new(2.5).unwrap();
        sound(
            &ParetoFrontier::from_overlap(overlap, budget)
                .unwrap()
                .card(),
        );
    }
    for v in [[1.0, 0.0], [0.6, 0.8], [0.0, 1.0], [1.0, 1e-9]] {
        let frontier = PreservationFrontier::new(tau::<f64>(v), Budget::new(1e-300).unwrap());
        sound(&frontier.card());
    }
    // The price grows without bound at the end, and is not infinite where all is entangled.
    let (_, text) =
        sound(&PreservationFrontier::new(tau::<f64>([0.6, 0.8]), Budget::unit()).card());
    let last = text.lines().find(|l| l.contains("100 %")).unwrap();
    assert!(last.ends_with('∞'), "{last}");
}

#[test]
fn one_capability_and_a_hundred() {
    let mut rng = rng(11);
    let v = direction::<f64>(110, &mut rng);
    let one = Attribution::exact(&v, &[direction(110, &mut rng)]).unwrap();
    assert!(sound(&one.card()).1.contains("to 1 capability\n"));
    let many: Vec<_> = (0..100).map(|_| direction(110, &mut rng)).collect();
    let many = Attribution::sampled(&v, &many, 3, &mut rng).unwrap();
    let (html, text) = sound(&many.card());
    // All of them in HTML, some folded; in a terminal a screenful.
    assert!(html.contains("76 more rows") && html.lines().any(|l| l == "100"));
    assert!(text.contains("... and 76 more") && text.lines().count() < 45);
    assert!(text.contains("from 3 random orders"), "{text}");
}

#[test]
fn names_are_text() {
    let gram = dmatrix![1.0_f64, -0.3, 0.6; -0.3, 1.0, -0.6; 0.6, -0.6, 1.0];
    let names = [HOSTILE, "harmless & kind", "reasoning"];
    let all = Objectives::from_gram(&names, &gram).unwrap();
    let (html, text) = sound(&all.card());
    for form in [&html, &text] {
        assert!(
            form.contains("<script>alert(\"a & b\")</script> EVCXR_END_CONTENT"),
            "{form}"
        );
        assert!(form.contains("harmless & kind"), "{form}");
    }
    assert!(
        all.card()
            .to_html()
            .contains("&lt;script&gt;alert(&quot;a &amp; b&quot;)")
    );
    let plan = FreezeSearch::new(&all, &names[..2], &names[2..])
        .unwrap()
        .run()
        .unwrap();
    assert_eq!(plan.card().title(), "Freeze reasoning");
    sound(&plan.card());
    // More objectives than a matrix has room for, with slopes.
    let mut rng = rng(3);
    let many: Vec<_> = (0..100).map(|_| direction::<f64>(120, &mut rng)).collect();
    let names: Vec<String> = (0..100).map(|i| format!("goal {i}")).collect();
    let named: Vec<_> = names.iter().map(String::as_str).zip(&many).collect();
    let slopes: Vec<f64> = (0..100).map(f64::from).collect();
    let all = Objectives::from_directions(&named).unwrap();
    let text = sound(&all.card()).1;
    assert!(text.contains("most opposed pairs") && !text.contains("Slopes"));
    if let Ok(all) = all.with_slopes(&slopes) {
        assert!(sound(&all.card()).1.contains("Slopes"));
    }
}

#[test]
fn conflicts_say_what_is_decided() {
    for (rho, a, b) in [
        (-0.2_f64, 0.5, -0.5),
        (-0.9, 0.3, -0.3),
        (-0.4, 0.0, 0.0),
        (0.2, 0.6, 0.6),
    ] {
        let conflict = Conflict::from_overlaps(rho, a, b, Budget::unit()).unwrap();
        assert!(
            sound(&conflict.card())
                .1
                .contains(&conflict.verdict().to_string())
        );
    }
    let mut rng = rng(5);
    let mut rows = |mean: [f64; 3]| {
        let noise = gaussian::<f64>(24, 12, &mut rng);
        let at = |j: usize| mean.get(j).copied().unwrap_or(0.0);
        Samples::new(&DMatrix::from_fn(24, 12, |i, j| at(j) + noise[(i, j)])).unwrap()
    };
    let (helpful, harmless) = (rows([6.0, 4.0, 0.0]), rows([-6.0, 4.0, 0.0]));
    let reasoning = rows([8.0, 0.0, 0.0]);
    let goals = [Evidence::Sampled(&helpful), Evidence::Sampled(&harmless)];
    let conflict = ConflictEstimate::new(goals, &[Evidence::Sampled(&reasoning)]).unwrap();
    let (_, text) = sound(&conflict.card());
    assert!(
        text.contains(
            "With nothing frozen they fight; with the capabilities frozen they do not fight."
        ),
        "{text}"
    );
    let verdicts = conflict.probabilities(&MonteCarlo::new(999).unwrap(), &mut rng);
    assert_eq!(verdicts.card().title(), "Verdict on freezing: resolved");
    sound(&verdicts.card());

    let tax = TaxEstimate::new(goals[0], &[Evidence::Sampled(&reasoning)]).unwrap();
    let (_, text) = sound(&tax.card());
    let interval = tax.interval(Confidence::NINETY_FIVE);
    assert!(
        text.contains(&format!(
            "[{:.3}, {:.3}]",
            interval.lower(),
            interval.upper()
        )),
        "{text}"
    );
    let band = PreservationBand::new(&tax, Budget::new(2.0).unwrap(), Confidence::NINETY_FIVE);
    assert!(sound(&band.card()).1.contains("95 % interval"));
}

#[test]
fn audits_of_shifts_that_gain_lose_and_stand_still() {
    let v = Direction::from_slice(&[0.6_f64, 0.8, 0.0]).unwrap();
    let code = Subspace::from_columns(&dmatrix![1.0_f64; 0.0; 0.0]).unwrap();
    let audit = |shift| Audit::new(&shift, &v, &code).unwrap();
    assert_eq!(
        audit(dvector![0.0, 3.0, 4.0]).card().title(),
        "Audit: efficiency 60.0 %"
    );
    for shift in [
        dvector![0.0, 3.0, 4.0],
        dvector![0.0, -3.0, 4.0],
        dvector![0.0, 0.0, 0.0],
    ] {
        sound(&audit(shift).card());
    }
    let noise = gaussian::<f64>(20, 3, &mut rng(2));
    let rows = DMatrix::from_fn(20, 3, |i, j| [1.0, 2.0, 3.0][j] + noise[(i, j)]);
    let estimate = AuditEstimate::new(&Samples::new(&rows).unwrap(), &v, &code).unwrap();
    sound(&estimate.card());
}

#[test]
fn fits_over_widths() {
    let widths = [64, 128, 256, 512, 1024];
    let rates = [0.350_f64, 0.226, 0.162, 0.132, 0.115];
    let data = ScalingData::from_errors(&widths, &rates, &[0.002; 5]).unwrap();
    let models = [
        ScalingModel::Constant,
        ScalingModel::InverseWidth,
        ScalingModel::PowerLaw,
    ];
    for model in models {
        sound(&ScalingFit::new(&data, model).unwrap().card());
    }
    let rejected = ScalingFit::new(&data, ScalingModel::Constant)
        .unwrap()
        .card();
    assert!(rejected.to_text().contains("does not fit"));
    let comparison = ScalingComparison::new(&data, &models).unwrap();
    let (_, text) = sound(&comparison.card());
    assert!(
        text.starts_with("Scaling models: inverse width has the least AICc\n"),
        "{text}"
    );
    // An exponent that nothing bounds from above.
    let step = ScalingData::from_errors(&widths, &[0.5, 0.1, 0.1, 0.1, 0.1], &[0.01; 5]).unwrap();
    let (_, text) = sound(
        &ScalingFit::new(&step, ScalingModel::PowerLaw)
            .unwrap()
            .card(),
    );
    assert!(text.contains('∞'), "{text}");
}

/// Pairs of a concept whose means differ by `shift` along the first axes.
fn pairs(shift: [f64; 2], seed: u64) -> (DMatrix<f64>, DMatrix<f64>) {
    let mut rng = rng(seed);
    let minus = gaussian::<f64>(16, 8, &mut rng);
    let noise = gaussian::<f64>(16, 8, &mut rng);
    let plus = DMatrix::from_fn(16, 8, |i, j| noise[(i, j)] + shift.get(j).unwrap_or(&0.0));
    (plus, minus)
}

#[test]
fn measurements_resolved_or_not() {
    let options = MeasurementOptions::default().with_replicates(199).unwrap();
    let fluent = pairs([0.0, 5.0], 1);
    let fluency = Concept::paired(HOSTILE, &fluent.0, &fluent.1);
    let measure = |shift, seed| {
        let safe = pairs(shift, seed);
        let honesty = Concept::paired("honesty", &safe.0, &safe.1);
        Measurement::new(
            "layer <18>",
            &honesty,
            std::slice::from_ref(&fluency),
            &options,
        )
        .unwrap()
    };
    let taxed = measure([5.0, -4.0], 2);
    let (html, text) = sound(&taxed.card());
    let tax = taxed.record().tax.as_ref().unwrap();
    for form in [&html, &text] {
        assert!(form.contains(&format!("{:.3}", tax.estimate)), "{form}");
        assert!(
            form.contains("<script>") && form.contains("layer <18>"),
            "{form}"
        );
        assert!(form.contains("Safety lowers"), "{form}");
    }
    let unresolved = measure([0.0, 0.0], 3);
    assert!(unresolved.tax().is_err());
    let (_, text) = sound(&unresolved.card());
    assert!(
        text.contains("τ is not resolved") && text.contains("samples"),
        "{text}"
    );
    sound(&unresolved.record().card());

    let (first, second) = (pairs([5.0, -4.0], 2), pairs([0.0, 0.0], 3));
    let tasks = [("10", &first), ("18", &second)].map(|(label, data)| {
        Task::new(
            label,
            Concept::paired("honesty", &data.0, &data.1),
            vec![fluency.clone()],
        )
    });
    let profile = Profile::new(&tasks, &options).unwrap();
    let (_, text) = sound(&profile.card());
    assert!(
        text.contains("1 of 2 resolved") && text.contains("not resolved"),
        "{text}"
    );
}

#[test]
fn showing_prints_and_does_not_panic() {
    tau::<f64>([0.6, 0.8]).evcxr_display();
    tau::<f64>([0.6, 0.8]).card().evcxr_display();
    Direction::from_slice(&[1.0_f64, 2.0])
        .unwrap()
        .evcxr_display();
}

#[cfg(feature = "plot")]
#[test]
fn a_figure_is_shown_as_svg_and_in_words() {
    use alignment_tax::plot::{FrontierFigure, Theme};

    let frontier = ParetoFrontier::from_overlap(-0.3_f64, Budget::unit()).unwrap();
    let figure = FrontierFigure::new(&frontier)
        .with_names(HOSTILE, "code")
        .draw(Theme::Light)
        .unwrap();
    let mime = figure.to_mime();
    let lines: Vec<&str> = mime.lines().collect();
    assert_eq!(lines[0], "EVCXR_BEGIN_CONTENT image/svg+xml");
    let ends: Vec<usize> = (0..lines.len())
        .filter(|&i| lines[i] == "EVCXR_END_CONTENT")
        .collect();
    assert_eq!(
        ends,
        [ends[0], lines.len() - 1],
        "no name ends a block early"
    );
    assert_eq!(lines[ends[0] + 1], "EVCXR_BEGIN_CONTENT text/plain");
    words(&lines[1..ends[0]].join("\n"));
    figure.evcxr_display();
}

/// Every card that can have a picture has one, and with its picture is still well-formed.
#[cfg(feature = "plot")]
#[test]
fn cards_have_pictures() {
    let frontier = ParetoFrontier::from_overlap(-0.3_f64, Budget::unit()).unwrap();
    let gram = dmatrix![1.0_f64, -0.3, 0.6; -0.3, 1.0, -0.6; 0.6, -0.6, 1.0];
    let names = ["helpful", "harmless", "reasoning"];
    let all = Objectives::from_gram(&names, &gram).unwrap();
    let plan = FreezeSearch::new(&all, &names[..2], &names[2..])
        .unwrap()
        .run()
        .unwrap();
    let conflict = Conflict::from_overlaps(-0.2_f64, 0.5, -0.5, Budget::unit()).unwrap();
    let rate = tau::<f64>([0.6, 0.8]);
    let angles = PrincipalAngles::from_radians(&[0.1_f64, 0.8]).unwrap();
    for (card, pictures) in [
        (rate.card(), 1),
        (PreservationFrontier::new(rate, Budget::unit()).card(), 1),
        (frontier.card(), 1),
        (angles.card(), 1),
        (all.card(), 1),
        (plan.card(), 1),
        (conflict.card(), 2),
    ] {
        sound(&card);
        assert_eq!(
            card.to_html().matches("<svg ").count(),
            pictures,
            "{}",
            card.title()
        );
    }
}
