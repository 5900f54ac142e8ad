//! Objectives, floors, targets, the ellipsoid and the rules on input that nobody should pass.

use alignment_tax::{
    Budget, Error, FixedTargets, Floors, FrontierError, GainEllipsoid, Objectives,
    UpdateProjection, UpdateRule, tolerance,
};
use nalgebra::{DMatrix, DVector, dmatrix};

use crate::shared::{Extreme, axis, finite, for_both_scalars, near, real, refused};

fn pair<T: Extreme>(overlap: T) -> Objectives<T> {
    let gram = dmatrix![T::one(), overlap; overlap, T::one()];
    Objectives::from_gram(&["safety", "math"], &gram).expect("a Gram matrix")
}

fn objectives_refusals<T: Extreme>() {
    let (o, i) = (T::zero(), T::one());
    let plain = dmatrix![i, o; o, i];
    refused!(
        Objectives::<T>::from_directions(&[]),
        Error::Empty {
            argument: "directions",
            ..
        }
    );
    refused!(
        Objectives::from_directions(&[("a", &axis::<T>(2, 0)), ("b", &axis(3, 0))]),
        Error::DimensionMismatch {
            argument: "directions",
            expected: 3,
            actual: 2,
            ..
        } | Error::DimensionMismatch {
            argument: "directions",
            expected: 2,
            actual: 3,
            ..
        }
    );
    refused!(
        Objectives::from_gram(&["a", "a"], &plain),
        Error::DuplicateName { argument: "names", name, first: 0, second: 1, .. } if name == "a"
    );
    refused!(
        Objectives::from_gram(&["a", ""], &plain),
        Error::EmptyName {
            argument: "names",
            index: 1,
            ..
        }
    );
    refused!(
        Objectives::from_gram(&["a"], &plain),
        Error::DimensionMismatch {
            argument: "names",
            expected: 2,
            actual: 1,
            ..
        }
    );
    refused!(
        Objectives::from_gram(&["a", "b"], &dmatrix![i, o; real::<T>(0.5), i]),
        Error::NotSymmetric {
            argument: "gram",
            row: 0,
            column: 1,
            ..
        }
    );
    refused!(
        Objectives::from_gram(&["a", "b"], &dmatrix![i, o; o, o]),
        Error::ZeroVector {
            argument: "gram",
            column: 1,
            ..
        }
    );
    refused!(
        Objectives::from_gram(&["a", "b"], &DMatrix::from_row_slice(1, 2, &[i, o])),
        Error::DimensionMismatch {
            argument: "gram",
            ..
        }
    );
    refused!(
        Objectives::from_gradients(&["a", "b"], &dmatrix![i, o; o, o]),
        Error::ZeroVector {
            argument: "gradients",
            column: 1,
            ..
        }
    );
    refused!(
        Objectives::from_gradients(&["a"], &plain),
        Error::DimensionMismatch {
            argument: "names",
            expected: 2,
            actual: 1,
            ..
        }
    );
    let longest = DMatrix::from_element(4, 1, T::LARGEST);
    refused!(
        Objectives::from_gradients(&["a"], &longest),
        Error::EntryOutOfRange {
            argument: "lengths of gradients",
            index: 0,
            ..
        }
    );
    for bad in T::NON_FINITE {
        refused!(
            Objectives::from_gram(&["a", "b"], &dmatrix![i, bad; bad, i]),
            Error::NonFinite {
                argument: "gram",
                ..
            }
        );
        refused!(
            Objectives::from_gradients(&["a"], &dmatrix![i; bad]),
            Error::NonFinite {
                argument: "gradients",
                row: 1,
                column: 0,
                ..
            }
        );
        refused!(
            pair(o).with_slopes(&[i, bad]),
            Error::EntryOutOfRange {
                argument: "slopes",
                index: 1,
                ..
            }
        );
        refused!(
            pair(o).in_metric_units(&DVector::from_vec(vec![i, bad])),
            Error::NonFinite {
                argument: "changes",
                ..
            }
        );
    }
    refused!(
        pair(o).with_slopes(&[i]),
        Error::DimensionMismatch {
            argument: "slopes",
            ..
        }
    );
    refused!(
        pair(o).with_slopes(&[o, i]),
        Error::EntryOutOfRange { index: 0, .. }
    );
    refused!(
        pair(o).select(&[]),
        Error::Empty {
            argument: "names",
            ..
        }
    );
    refused!(
        pair(o).select(&["code"]),
        Error::UnknownName { argument: "names", name, known, .. } if name == "code" && known.len() == 2
    );
    refused!(
        pair(o).overlap("safety", "x"),
        Error::UnknownName {
            argument: "second",
            ..
        }
    );
}

/// Many objectives take another path to the eigenvalues; it refuses the same.
fn indefinite_at_any_size<T: Extreme>() {
    for k in [3, 20, 60] {
        let names: Vec<String> = (0..k).map(|i| i.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let gram = DMatrix::from_fn(k, k, |i, j| if i == j { T::one() } else { real(-0.6) });
        // 1 − 0.6·(k − 1) is the smallest eigenvalue.
        let least = 1.0 - 0.6 * (k - 1) as f64;
        refused!(
            Objectives::from_gram(&names, &gram),
            Error::NotPositiveSemidefinite { argument: "gram", eigenvalue, .. }
                if (eigenvalue - least).abs() <= tolerance::eigenvalue::<T>(k).to_double() * k as f64
        );
        let same = DMatrix::from_element(k, k, T::one());
        assert_eq!(
            Objectives::from_gram(&names, &same)
                .expect("one vector")
                .rank(),
            1
        );
    }
}

/// Gradients of any magnitude have the same directions.
fn gradients_of_every_size<T: Extreme>() {
    for size in [T::HUGE, T::MINUTE, T::SUBNORMAL] {
        let gradients = dmatrix![size, -size; T::zero(), size];
        let objectives = Objectives::from_gradients(&["safety", "math"], &gradients).expect("two");
        let overlap = objectives.overlap("safety", "math").expect("names");
        near(
            "overlap",
            overlap,
            -real::<T>(0.5).sqrt(),
            tolerance::closed_form(),
        );
        assert_eq!(objectives.slopes()[0], size);
        let floors = Floors::uniform(&objectives, "safety", Budget::unit(), T::zero());
        let optimum = floors.expect("floors").solve().expect("a solution");
        near(
            "gain",
            optimum.gain(),
            real::<T>(0.5).sqrt(),
            tolerance::closed_form(),
        );
    }
}

fn requests_refused<T: Extreme>() {
    let objectives = pair(real::<T>(-0.5));
    let unit = Budget::<T>::unit();
    let not_a_number = T::NON_FINITE[0];
    for bad in [not_a_number, -T::SUBNORMAL, T::NON_FINITE[2]] {
        refused!(
            Floors::new(&objectives, "safety", unit, &[("math", bad)]),
            Error::EntryOutOfRange {
                argument: "floors",
                index: 0,
                ..
            }
        );
        refused!(
            Floors::uniform(&objectives, "safety", unit, bad),
            Error::EntryOutOfRange {
                argument: "floors",
                ..
            }
        );
        refused!(
            Floors::in_metric_units(&objectives, "safety", unit, &[("math", bad)]),
            Error::EntryOutOfRange {
                argument: "floors",
                ..
            }
        );
    }
    let zero = T::zero();
    refused!(
        Floors::new(&objectives, "safety", unit, &[("safety", zero)]),
        Error::DuplicateName {
            argument: "safety and the others",
            first: 0,
            second: 1,
            ..
        }
    );
    refused!(
        Floors::new(
            &objectives,
            "safety",
            unit,
            &[("math", zero), ("math", zero)]
        ),
        Error::DuplicateName {
            argument: "floors",
            first: 0,
            second: 1,
            ..
        }
    );
    refused!(
        Floors::new(&objectives, "honesty", unit, &[]),
        Error::UnknownName {
            argument: "safety",
            ..
        }
    );
    let floors = Floors::uniform(&objectives, "safety", unit, zero).expect("floors");
    refused!(
        floors.trade_off("math", 1),
        FrontierError::Input(Error::OutOfBounds { actual: 1, .. })
    );
    refused!(
        floors.trade_off("code", 5),
        FrontierError::Input(Error::UnknownName { .. })
    );
    for bad in T::NON_FINITE {
        refused!(
            FixedTargets::new(&objectives, "safety", unit, &[("math", bad)]),
            FrontierError::Input(Error::EntryOutOfRange {
                argument: "targets",
                index: 0,
                ..
            })
        );
    }
    refused!(
        FixedTargets::new(&objectives, "safety", unit, &[("math", real(2.0))]),
        FrontierError::OverBudget { required, budget, .. } if (required - 2.0).abs() < 1e-5 && *budget == 1.0
    );
    let same = pair(T::one());
    let gains = GainEllipsoid::new(&same, unit);
    refused!(
        gains.required_budget(&DVector::from_vec(vec![T::one(), T::zero()])),
        FrontierError::Contradiction { off, .. } if (off - 0.5).abs() < 1e-5
    );
    refused!(
        GainEllipsoid::new(&pair(-T::one()), unit).efficient(&[T::one(), T::one()]),
        Error::Unresolved {
            argument: "weighted sum of the objectives",
            ..
        }
    );
    refused!(
        gains.efficient(&[zero, zero]),
        Error::ZeroVector {
            argument: "weights",
            ..
        }
    );
    refused!(
        gains.efficient(&[T::one(), -T::one()]),
        Error::EntryOutOfRange {
            argument: "weights",
            index: 1,
            ..
        }
    );
    // The furthest of all gains along nothing.
    assert_eq!(gains.support(&[zero, zero]).expect("finite"), zero);
    refused!(
        gains.support(&[not_a_number, zero]),
        Error::NonFinite {
            argument: "weights",
            ..
        }
    );
    refused!(
        gains.surface(["safety", "math", "math"], 3),
        Error::DuplicateName { .. }
    );
    refused!(
        UpdateProjection::new(UpdateRule::PolarCone, &objectives),
        FrontierError::NoVectors {
            argument: "capabilities",
            ..
        }
    );
    let known = Objectives::from_directions(&[("math", &axis::<T>(2, 0))]).expect("one");
    for rule in UpdateRule::ALL {
        let rule = UpdateProjection::new(rule, &known).expect("vectors");
        refused!(
            rule.apply(&DVector::from_vec(vec![T::one(); 3])),
            FrontierError::Input(Error::DimensionMismatch {
                argument: "x",
                expected: 2,
                actual: 3,
                ..
            })
        );
        refused!(
            rule.apply(&DVector::from_vec(vec![not_a_number, zero])),
            FrontierError::Input(Error::NonFinite {
                argument: "x",
                row: 0,
                ..
            })
        );
        refused!(
            rule.apply_rows(&DMatrix::from_element(2, 3, T::one())),
            FrontierError::Input(Error::DimensionMismatch {
                argument: "rows",
                ..
            })
        );
        for size in [T::HUGE, T::MINUTE, T::zero()] {
            let x = DVector::from_vec(vec![-size, size]);
            let spared = rule.apply(&x).expect("finite");
            assert_eq!(spared, DVector::from_vec(vec![T::zero(), size]));
        }
    }
}

/// Budgets and floors at both ends of the range, together and apart.
fn budgets_and_floors_of_every_size<T: Extreme>() {
    let least = T::from_double(2.0_f64.powi(-T::exponent_range()));
    for b in [T::HUGE, T::MINUTE, least, T::one()] {
        let budget = Budget::new(b).expect("in range");
        for overlap in [-1.0, -0.6, 0.0, 0.5, 1.0] {
            let objectives = pair(real::<T>(overlap));
            for loss in [
                T::zero(),
                T::SUBNORMAL,
                T::MINUTE,
                b * real(0.25),
                b,
                T::LARGEST,
                T::NON_FINITE[1],
            ] {
                let floors = Floors::new(&objectives, "safety", budget, &[("math", loss)]);
                let optimum = floors.expect("floors").solve().expect("a solution");
                let accepted = b * tolerance::closed_form::<T>();
                finite("prices", optimum.prices().iter());
                finite("changes", optimum.changes().iter());
                finite(
                    "numbers",
                    &[optimum.bound(), optimum.length(), optimum.violation()],
                );
                assert!(optimum.gap().abs() <= accepted && optimum.violation() <= accepted);
                assert!(optimum.gain() <= b + accepted && optimum.gain() >= -accepted);
                if overlap == -1.0 {
                    near(
                        "only what may be lost",
                        optimum.gain(),
                        loss.min(b),
                        accepted,
                    );
                }
                if overlap >= 0.0 {
                    near("nothing in the way", optimum.gain(), b, accepted);
                }
            }
        }
    }
}

/// One objective, one dimension, everything the same, everything opposite.
fn smallest_cases<T: Extreme>() {
    let alone = Objectives::from_directions(&[("safety", &axis::<T>(1, 0))]).expect("one");
    let optimum = Floors::uniform(&alone, "safety", Budget::unit(), T::zero()).expect("floors");
    assert_eq!(optimum.solve().expect("a solution").gain(), T::one());
    let frozen = FixedTargets::frozen(&alone, "safety", Budget::unit()).expect("nothing frozen");
    assert_eq!(frozen.gain(), T::one());
    for rule in UpdateRule::ALL {
        let gain = rule.gain(&alone, "safety", Budget::unit()).expect("a gain");
        assert_eq!((gain.safety, gain.harm), (T::one(), T::zero()));
    }
    let gains = GainEllipsoid::new(&alone, Budget::unit());
    assert!(
        gains
            .contains(&DVector::from_vec(vec![T::one()]))
            .expect("finite")
    );
    let (up, down) = (axis::<T>(2, 1), -axis::<T>(2, 1));
    let all: Vec<(String, _)> = (0..12)
        .map(|i| (format!("c{i}"), if i % 2 == 0 { &up } else { &down }))
        .collect();
    let mut named: Vec<(&str, _)> = all.iter().map(|(name, c)| (name.as_str(), *c)).collect();
    let v = axis::<T>(2, 0);
    named.insert(0, ("safety", &v));
    let objectives = Objectives::from_directions(&named).expect("in a plane");
    for loss in [T::zero(), real(0.1)] {
        let floors = Floors::uniform(&objectives, "safety", Budget::unit(), loss).expect("floors");
        near(
            "across",
            floors.solve().expect("a solution").gain(),
            T::one(),
            tolerance::closed_form(),
        );
    }
    named[0].1 = &up;
    let objectives = Objectives::from_directions(&named).expect("on a line");
    for loss in [T::zero(), real(0.1)] {
        let floors = Floors::uniform(&objectives, "safety", Budget::unit(), loss).expect("floors");
        let optimum = floors.solve().expect("a solution");
        near("pinned", optimum.gain(), loss, tolerance::closed_form());
        near("bound", optimum.bound(), loss, tolerance::closed_form());
    }
}

for_both_scalars!(
    objectives_refusals,
    indefinite_at_any_size,
    gradients_of_every_size,
    requests_refused,
    budgets_and_floors_of_every_size,
    smallest_cases,
);
