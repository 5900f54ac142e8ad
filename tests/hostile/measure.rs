//! Measurements that cannot be made, and those that can although nobody would.

use alignment_tax::{
    Budget, Concept, Confidence, Error, Measurement, MeasurementError, MeasurementOptions, Profile,
    Task,
};
use nalgebra::DMatrix;

use crate::common::{gaussian, rng};
use crate::shared::refused;

type Sides = (DMatrix<f64>, DMatrix<f64>);

/// n pairs in d dimensions; coordinate `axis` of plus is moved by three.
fn sides(n: usize, d: usize, axis: usize, seed: u64) -> Sides {
    let mut rng = rng(seed);
    let mut plus = gaussian::<f64>(n, d, &mut rng) * 0.5;
    plus.column_mut(axis).add_scalar_mut(3.0);
    (plus, gaussian::<f64>(n, d, &mut rng) * 0.5)
}

fn paired<'a>(name: &str, (plus, minus): &'a Sides) -> Concept<'a, f64> {
    Concept::paired(name, plus, minus)
}

fn options() -> MeasurementOptions {
    let options = MeasurementOptions::default();
    options.with_replicates(99).expect("enough")
}

fn measure(
    safety: &Concept<'_, f64>,
    capabilities: &[Concept<'_, f64>],
) -> Result<Measurement, MeasurementError> {
    let measured = Measurement::new("layer", safety, capabilities, &options());
    if let Ok(measured) = &measured {
        // Every number prints itself.
        let text = format!("{:?}{}", measured.record(), measured.record());
        for bad in ["NaN", "inf"] {
            assert!(!text.contains(bad), "{bad} in {text}");
        }
    }
    measured
}

#[test]
fn concepts_that_do_not_go_together() {
    let (a, b) = (sides(8, 4, 0, 1), sides(8, 4, 1, 2));
    let safety = paired("honesty", &a);
    refused!(
        measure(&safety, &[]),
        MeasurementError::Input(Error::Empty {
            argument: "capabilities",
            rows: 0,
            columns: 0,
            ..
        })
    );
    refused!(
        measure(&safety, &[paired("honesty", &b)]),
        MeasurementError::Duplicate { concept, .. } if concept == "honesty"
    );
    refused!(
        measure(&safety, &[paired("code", &b), paired("code", &a)]),
        MeasurementError::Duplicate { concept, .. } if concept == "code"
    );
    let narrow = sides(8, 3, 1, 3);
    refused!(
        measure(&safety, &[paired("code", &b), paired("fluency", &narrow)]),
        MeasurementError::Concept {
            concept,
            source: Error::DimensionMismatch { unit: "coordinates", expected: 4, actual: 3, .. },
            ..
        } if concept == "fluency"
    );
    for (minus, unit) in [(&narrow.1, "columns"), (&sides(7, 4, 0, 4).1, "rows")] {
        refused!(
            measure(&safety, &[Concept::paired("fluency", &b.0, minus)]),
            MeasurementError::Concept {
                concept,
                source: Error::DimensionMismatch { argument: "minus", unit: u, .. },
                ..
            } if concept == "fluency" && *u == unit
        );
    }
    for labels in [&[][..], &[0; 7], &[0; 9]] {
        let labelled = paired("fluency", &b).with_units(labels);
        refused!(
            measure(&safety, &[labelled]),
            MeasurementError::Concept {
                concept,
                source: Error::DimensionMismatch { argument: "labels", expected: 8, actual, .. },
                ..
            } if concept == "fluency" && *actual == labels.len()
        );
    }
}

#[test]
fn a_bad_entry_is_named_by_concept_row_and_column() {
    let good = sides(8, 4, 1, 2);
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut a = sides(8, 4, 0, 1);
        a.1[(2, 3)] = bad;
        for concept in [
            paired("broken", &a),
            Concept::unpaired("broken", &a.0, &a.1),
            Concept::gradients("broken", &a.1),
        ] {
            for result in [
                measure(&concept, &[paired("good", &good)]),
                measure(&paired("good", &good), std::slice::from_ref(&concept)),
            ] {
                refused!(
                    result,
                    MeasurementError::Concept {
                        concept,
                        source: Error::NonFinite { argument: "minus" | "rows", row: 2, column: 3, .. },
                        ..
                    } if concept == "broken"
                );
            }
        }
    }
}

#[test]
fn too_few_units_are_named_by_concept() {
    let good = sides(8, 4, 1, 2);
    for n in 0..4 {
        let few = sides(n, 4, 0, 1);
        let mut concepts = vec![
            paired("few", &few),
            Concept::gradients("few", &few.0),
            Concept::unpaired("few", &few.0, &good.1),
        ];
        let many = sides(8, 4, 0, 1);
        let labels: Vec<usize> = (0..8).map(|i| i % n.max(1)).collect();
        if n > 0 {
            concepts.push(paired("few", &many).with_units(&labels));
        }
        for few in &concepts {
            for result in [
                measure(few, &[paired("good", &good)]),
                measure(&paired("good", &good), std::slice::from_ref(few)),
            ] {
                if n == 0 {
                    refused!(
                        result,
                        MeasurementError::Concept { concept, source: Error::Empty { rows: 0, .. }, .. }
                            if concept == "few"
                    );
                } else {
                    refused!(
                        result,
                        MeasurementError::Concept {
                            concept,
                            source: Error::OutOfBounds { least: 4, actual, .. },
                            ..
                        } if concept == "few" && *actual == n
                    );
                }
            }
        }
    }
    // Four are enough to try.
    let few = sides(4, 4, 0, 1);
    assert!(measure(&paired("few", &few), &[paired("good", &good)]).is_ok());
}

#[test]
fn samples_without_spread() {
    let constant = |x: [f64; 3]| DMatrix::from_fn(6, 3, |_, j| x[j]);
    let (plus, minus) = (constant([1.1, 0.2, 0.3]), constant([0.1, 0.2, 0.7]));
    let still = (plus.clone(), minus.clone());
    let other = (constant([0.3, 2.0, 0.1]), minus.clone());
    // Nowhere any spread: there is no chance to compare with.
    refused!(
        measure(&paired("still", &still), &[paired("other", &other)]),
        MeasurementError::Input(Error::Unresolved { .. })
    );
    // Somewhere: a vector that is known exactly is a vector.
    let noisy = sides(8, 3, 1, 2);
    let first = measure(&paired("still", &still), &[paired("noisy", &noisy)]);
    assert!(first.expect("a measurement").tax().is_ok());
    let second = measure(&paired("noisy", &noisy), &[paired("still", &still)]);
    assert!(second.expect("a measurement").tax().is_ok());
    // No difference at all is no vector.
    for design in [Concept::paired, Concept::unpaired] {
        let nothing = design("nothing", plus.as_view(), plus.as_view());
        for result in [
            measure(&nothing, &[paired("noisy", &noisy)]),
            measure(&paired("noisy", &noisy), std::slice::from_ref(&nothing)),
        ] {
            refused!(
                result,
                MeasurementError::Concept { concept, source: Error::ZeroVector { .. }, .. }
                    if concept == "nothing"
            );
        }
    }
    let zero = DMatrix::zeros(6, 3);
    refused!(
        measure(&Concept::gradients("zero", &zero), &[paired("noisy", &noisy)]),
        MeasurementError::Concept { concept, source: Error::ZeroVector { .. }, .. }
            if concept == "zero"
    );
}

/// In one dimension everything is paid for, and chance says the same.
#[test]
fn one_dimension() {
    let (a, b) = (sides(8, 1, 0, 1), sides(9, 1, 0, 2));
    let (up, down) = (paired("up", &b), Concept::paired("down", &b.1, &b.0));
    for (capability, sign) in [(up, 1.0), (down, -1.0)] {
        let measured = measure(&paired("safety", &a), &[capability]).expect("a measurement");
        let record = measured.record();
        assert_eq!((record.plug_in, record.rank), (1.0, 1));
        assert_eq!(record.capabilities[0].plug_in, sign);
        assert_eq!(record.chance.isotropic_mean, 1.0);
        assert_eq!(record.chance.isotropic, [1.0, 1.0]);
        assert_eq!(record.chance.corrected, None);
        let null = &record.chance.random_safety;
        assert_eq!((null.p_entangled[0], null.p_freer[0]), (1.0, 1.0));
    }
}

#[test]
fn a_capability_that_is_safety_or_its_opposite() {
    let a = sides(12, 5, 0, 1);
    let labels: Vec<usize> = (0..12).collect();
    for (capability, sign) in [
        (paired("same", &a), 1.0),
        (Concept::paired("opposite", &a.1, &a.0), -1.0),
    ] {
        for shared in [false, true] {
            let (mut safety, mut capability) = (paired("safety", &a), capability.clone());
            if shared {
                safety = safety.with_units(&labels);
                capability = capability.with_units(&labels);
            }
            let measured = measure(&safety, &[capability]).expect("a measurement");
            let record = measured.record();
            let rounding = alignment_tax::tolerance::angle::<f64>(5);
            assert!((record.plug_in - 1.0).abs() <= rounding);
            assert!((record.capabilities[0].plug_in - sign).abs() <= rounding);
            let tax = record.tax.as_ref().expect("resolved");
            let overlap = record.capabilities[0].overlap.as_ref().expect("resolved");
            if shared {
                // Noise in common is left out, and what is left is one vector.
                assert!(
                    (overlap.estimate - sign).abs() <= 12.0 * rounding,
                    "{overlap:?}"
                );
            }
            assert!(sign * overlap.estimate > 0.9, "{overlap:?}");
            assert!(tax.estimate > 0.8 && tax.interval[1] <= 1.0, "{tax:?}");
        }
    }
    // Given twice, under two names: dependent, and the pair is named.
    let b = sides(12, 5, 1, 2);
    let twice = [paired("first", &b), Concept::paired("second", &b.1, &b.0)];
    let measured = measure(&paired("safety", &a), &twice).expect("a measurement");
    let record = measured.record();
    assert!(matches!(measured.tax(), Err(Error::Collinear { .. })));
    let reason = record.unresolved.as_deref().expect("a reason");
    assert!(
        reason.contains("`first`") && reason.contains("`second`"),
        "{reason}"
    );
    assert_eq!((record.rank, record.condition_number), (1, None));
    assert!(record.to_string().contains("linearly dependent"));
}

/// Units are the caller's: a record does not know them.
#[test]
fn any_units() {
    let (a, b) = (sides(8, 4, 0, 1), sides(9, 4, 1, 2));
    let in_units = |(plus, minus): &Sides, unit: f64| (plus * unit, minus * unit);
    let plain = measure(&paired("safety", &a), &[paired("code", &b)]).expect("a measurement");
    // Powers of two are exact, and about 1e±200.
    let (huge, minute) = (2.0_f64.powi(664), 2.0_f64.powi(-664));
    for unit in [huge, minute] {
        let (a, b) = (in_units(&a, unit), in_units(&b, unit));
        let scaled = measure(&paired("safety", &a), &[paired("code", &b)]);
        assert_eq!(scaled.expect("a measurement").record(), plain.record());
    }
    // Each in its own: chance pools the samples, but no estimate minds.
    for (first, second) in [(huge, minute), (minute, huge)] {
        let (a, b) = (in_units(&a, first), in_units(&b, second));
        let scaled = measure(&paired("safety", &a), &[paired("code", &b)]);
        let scaled = scaled.expect("a measurement");
        assert_eq!(scaled.record().tax, plain.record().tax);
        assert_eq!(scaled.record().capabilities, plain.record().capabilities);
    }
}

#[test]
fn a_profile_names_the_first_task_that_fails() {
    let none: [Task<'_, f64>; 0] = [];
    refused!(
        Profile::new(&none, &options()),
        MeasurementError::Input(Error::Empty {
            argument: "tasks",
            ..
        })
    );
    let (a, b, few) = (sides(8, 4, 0, 1), sides(8, 4, 1, 2), sides(3, 4, 1, 2));
    let task = |label: &str, b| Task::new(label, paired("safety", &a), vec![paired("code", b)]);
    let tasks = [
        task("layer 10", &b),
        task("layer 18", &few),
        task("layer 26", &few),
    ];
    let error = Profile::new(&tasks, &options()).expect_err("three pairs");
    assert!(
        matches!(
            &error,
            MeasurementError::Task { index: 1, label, source, .. }
                if label == "layer 18" && matches!(
                    &**source,
                    MeasurementError::Concept { concept, source: Error::OutOfBounds { least: 4, actual: 3, .. }, .. }
                        if concept == "code"
                )
        ),
        "{error:?}"
    );
    let message = error.to_string();
    for piece in ["`layer 18` (task 1)", "concept `code`", "is 3"] {
        assert!(
            message.contains(piece),
            "{piece:?} is missing in {message:?}"
        );
    }
}

/// The ends of the range, labels and options that nobody expects.
#[test]
fn ends_of_every_range() {
    let (a, b) = (sides(8, 4, 0, 1), sides(9, 4, 1, 2));
    let in_units = |(plus, minus): &Sides, unit: f64| (plus * unit, minus * unit);
    for (first, second) in [
        (1e300, 1e300),
        (1e-300, 1e-300),
        (1e300, 1e-300),
        (1e-300, 1e300),
        (1e307, 1.0),
        (1e-320, 1e-320),
        (1e-320, 1.0),
    ] {
        let (a, b) = (in_units(&a, first), in_units(&b, second));
        let measured = measure(&paired("safety", &a), &[paired("code", &b)]);
        let measured = measured.expect("a measurement");
        assert!(measured.tax().is_ok(), "{first:e} and {second:e}");
        let classes = Concept::unpaired("safety", &a.0, &a.1);
        let rows = Concept::gradients("code", &b.0);
        assert!(
            measure(&classes, &[rows]).is_ok(),
            "{first:e} and {second:e}"
        );
    }
    // Labels are names, not indices; all of them shared leaves pairs of different ones.
    let labels: Vec<usize> = (0..8).map(|i| usize::MAX - i).collect();
    let c = sides(8, 4, 1, 3);
    let same = paired("code", &c).with_units(&labels);
    let named = measure(&paired("safety", &a).with_units(&labels), &[same]).expect("a measurement");
    let labels: Vec<usize> = (0..8).collect();
    let same = paired("code", &c).with_units(&labels);
    let counted =
        measure(&paired("safety", &a).with_units(&labels), &[same]).expect("a measurement");
    assert_eq!(named.record().tax, counted.record().tax);
    assert_eq!(
        named.record().chance.concept,
        counted.record().chance.concept
    );
    // Budgets and levels at their ends.
    for budget in [f64::MIN_POSITIVE, 1e-200, 1e200, 1e307] {
        let options = options()
            .with_budget(Budget::new(budget).expect("a budget"))
            .with_confidence(Confidence::new(1.0 - f64::EPSILON).expect("a level"))
            .with_levels(&[0.0, f64::MIN_POSITIVE, 0.3, 1.0])
            .expect("levels");
        let measured = Measurement::new(
            "layer",
            &paired("safety", &a),
            &[paired("code", &b)],
            &options,
        );
        let measured = measured.expect("a measurement");
        let text = format!("{:?}", measured.record());
        assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
        let tax = measured.record().tax.as_ref().expect("resolved");
        for cost in &tax.costs {
            assert!(
                cost.interval[0] <= cost.cost && cost.cost <= cost.interval[1],
                "{cost:?}"
            );
            assert!(cost.cost <= budget);
        }
    }
    let none = options().with_levels(&[]).expect("no levels");
    let measured = Measurement::new("", &paired("", &a), &[paired("code", &b)], &none);
    let measured = measured.expect("a measurement");
    assert_eq!(
        measured.record().tax.as_ref().map(|t| t.costs.len()),
        Some(0)
    );
}
