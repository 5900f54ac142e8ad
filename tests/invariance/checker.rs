//! The checker can fail: a law that is wrong by one exponent, one axis or one sign is refused, for every reading
//! whose value it would change by a millionth.

use crate::change::{Case, fits, readings};
use crate::common::rng;
use crate::data::{Data, Shape};
use crate::reading::{Axis, Change, Kind, Reading};

/// What counts as a change of a value: far above any bound and below any law.
const VISIBLE: f64 = 1e-6;

struct Trial {
    case: Case,
    before: Vec<Reading>,
}

impl Trial {
    fn new() -> Self {
        let shape = Shape {
            d: 11,
            n: 12,
            p: 3,
            k: 4,
        };
        let case = Case::new(7, shape, readings::<f64>);
        let before = readings::<f64>(&case.data);
        Self { case, before }
    }

    /// Breaks the law of each reading in turn: how many of those that show were caught.
    fn breaks(
        &self,
        (change, data): &(Change, Data),
        break_law: &dyn Fn(&mut Reading) -> bool,
    ) -> usize {
        let after = readings::<f64>(data);
        let mut caught = 0;
        for ((before, after), &condition) in
            self.before.iter().zip(&after).zip(&self.case.conditions)
        {
            let mut wrong = before.clone();
            if !break_law(&mut wrong) {
                continue;
            }
            let Ok(right) = change.expected(before) else {
                continue;
            };
            let broken = change.expected(&wrong).expect("what is exempt stays so");
            let size = right.amax().max(broken.amax());
            if (right - broken).amax() > VISIBLE * size {
                let verdict = change.check(&wrong, after, condition);
                assert!(verdict.is_err(), "{} under {}", before.name, change.name);
                caught += 1;
            }
        }
        caught
    }
}

#[test]
fn a_wrong_exponent_is_refused() {
    let trial = Trial::new();
    let data = &trial.case.data;
    type Break = fn(&mut Reading);
    let units: [(&(Change, Data), Break); 5] = [
        (&data.in_unit::<f64>(3.7), |x| x.units.activations += 1),
        (&data.in_lengths::<f64>(3.7, 1.0, 1.0), |x| {
            x.units.budget += 1
        }),
        (&data.in_lengths::<f64>(1.0, 0.3, 1.0), |x| {
            x.units.shift -= 1
        }),
        (&data.in_lengths::<f64>(1.0, 1.0, 1.9), |x| {
            x.units.metric += 1
        }),
        (&data.in_metrics::<f64>(&[0.3, 37.0, 5.0, 0.7]), |x| {
            x.units.safety += 1
        }),
    ];
    for (change, break_law) in units {
        let caught = trial.breaks(change, &|x| {
            break_law(x);
            x.value.iter().any(|&x| x != 0.0)
        });
        // All but those that are zero or have no entry.
        let some = trial
            .before
            .iter()
            .filter(|x| x.value.iter().any(|&x| x != 0.0));
        let exempt = trial
            .before
            .iter()
            .filter(|x| x.exempt.contains(&change.0.kind))
            .count();
        assert!(
            caught + exempt >= some.count(),
            "{}: {caught}",
            change.0.name
        );
    }
}

#[test]
fn a_wrong_axis_or_sign_is_refused() {
    let trial = Trial::new();
    let data = &trial.case.data;
    let rng = &mut rng(3);
    let forgets = |axis: Axis| {
        move |x: &mut Reading| {
            let has = x.axes.contains(&axis);
            x.axes = x
                .axes
                .map(|own| if own == axis { Axis::Fixed } else { own });
            has
        }
    };
    let shuffle = |kind: Kind, rng: &mut _| match kind {
        Kind::Rotation => data.rotated::<f64>(rng),
        Kind::Coordinates => data.with_coordinates(rng),
        Kind::Rows => data.with_rows(rng),
        Kind::Capabilities => data.with_capabilities(rng),
        Kind::Objectives => data.with_objectives(rng),
        _ => data.with_hypotheses(rng),
    };
    for (axis, kind) in [
        (Axis::Ambient, Kind::Rotation),
        (Axis::Coordinate, Kind::Coordinates),
        (Axis::Checkpoint, Kind::Rows),
        (Axis::Capability, Kind::Capabilities),
        (Axis::Signed, Kind::Capabilities),
        (Axis::Objective, Kind::Objectives),
        (Axis::Metric, Kind::Objectives),
        (Axis::Hypothesis, Kind::Hypotheses),
    ] {
        // An order that happens to be the old one shows nothing.
        let caught = (0..8).map(|_| trial.breaks(&shuffle(kind, rng), &forgets(axis)));
        assert!(caught.max() > Some(0), "{axis:?}");
    }
    let slopes = data.in_metrics::<f64>(&[0.3, 37.0, 5.0, 0.7]);
    for axis in [Axis::Metric, Axis::PerMetric] {
        assert!(trial.breaks(&slopes, &forgets(axis)) > 0, "{axis:?}");
    }
    let unsigned = |x: &mut Reading| {
        let signed = x.axes.contains(&Axis::Signed);
        x.axes = x.axes.map(|own| {
            if own == Axis::Signed {
                Axis::Capability
            } else {
                own
            }
        });
        signed
    };
    assert!(trial.breaks(&data.with_signs(false), &unsigned) > 0);
    let toggled = |x: &mut Reading| {
        x.odd = !x.odd;
        true
    };
    assert!(trial.breaks(&data.with_signs(true), &toggled) > trial.before.len() / 2);
}

#[test]
fn a_distance_that_doubles_is_refused() {
    let trial = Trial::new();
    let (change, data) = trial.case.data.rotated::<f64>(&mut rng(5));
    let mut after = readings::<f64>(&data);
    let holds = trial.case.check(&change, &trial.before, &after);
    assert!(holds.is_ok(), "{holds:?}");
    for reading in &mut after {
        if reading.name == "PrincipalAngles::chordal between" {
            reading.value *= 2.0;
        }
    }
    let message = trial
        .case
        .check(&change, &trial.before, &after)
        .unwrap_err();
    assert!(
        message.starts_with("PrincipalAngles::chordal between under a rotation"),
        "{message}"
    );
    assert_eq!(message.lines().count(), 1);
    after.pop();
    let missing = trial
        .case
        .check(&change, &trial.before, &after)
        .unwrap_err();
    assert!(missing.contains("went missing"), "{missing}");
}

/// That f32 agrees with f64 would be an empty claim with bounds as wide as the numbers.
#[test]
fn bounds_are_narrow() {
    let trial = Trial::new();
    let double = &trial.before;
    let single = readings::<f32>(&trial.case.data);
    println!(
        "{} readings, {} of fits",
        double.len(),
        fits(&trial.case.data).len()
    );
    for (after, widest) in [(double, 1e-9), (&single, 0.02)] {
        let mut wide = Vec::new();
        for ((before, after), &condition) in double.iter().zip(after).zip(&trial.case.conditions) {
            let bound = crate::reading::bound(before, after, condition, 0.0);
            if bound > widest * before.value.iter().fold(0.0, |m: f64, x| m.max(x.abs())) {
                wide.push(format!(
                    "{}: {bound:e} of {:e}",
                    before.name,
                    before.value.amax()
                ));
            }
        }
        assert!(
            wide.is_empty(),
            "{} of {}:\n{}",
            wide.len(),
            double.len(),
            wide.join("\n")
        );
    }
}
