//! The search for what to freeze, and goals taken together, on input that nobody should pass.

use alignment_tax::{
    Budget, ConflictVerdict, Error, FreezeSearch, FrozenGoals, JointGain, Objectives, SearchMethod,
};
use nalgebra::{DMatrix, dmatrix};

use crate::shared::{Extreme, finite, for_both_scalars, real, refused};

fn four<T: Extreme>() -> Objectives<T> {
    let (i, o, r) = (T::one(), T::zero(), real::<T>(0.25));
    let gram = dmatrix![i, -r, r, o; -r, i, r, o; r, r, i, o; o, o, o, i];
    Objectives::from_gram(&["helpful", "harmless", "tact", "code"], &gram).expect("a Gram matrix")
}

fn search_refusals<T: Extreme>() {
    let all = four::<T>();
    let goals = ["helpful", "harmless"];
    refused!(
        FreezeSearch::new(&all, &goals[..1], &["code"]),
        Error::OutOfBounds {
            argument: "number of goals",
            least: 2,
            actual: 1,
            ..
        }
    );
    refused!(
        FreezeSearch::new(&all, &goals, &["code", "code"]),
        Error::DuplicateName { .. }
    );
    refused!(
        FreezeSearch::new(&all, &goals, &["helpful"]),
        Error::DuplicateName { .. }
    );
    refused!(
        FreezeSearch::new(&all, &goals, &["maths"]),
        Error::UnknownName { name, .. } if name == "maths"
    );
    refused!(
        FrozenGoals::new(&all, &["helpful"], &[]),
        Error::OutOfBounds { .. }
    );
    refused!(
        JointGain::new(&all, &["helpful"], &[], Budget::unit()),
        Error::OutOfBounds { .. }
    );
    let goals_of = FrozenGoals::new(&all, &goals, &["tact"]).expect("something is left");
    refused!(
        goals_of.verdict_on("helpful", "code"),
        Error::UnknownName { .. }
    );
    refused!(
        goals_of.verdict_on("helpful", "helpful"),
        Error::DuplicateName { .. }
    );
    // 2²⁴ subsets are refused, and not begun.
    let names: Vec<String> = (0..26).map(|i| format!("f{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let many = Objectives::from_gram(&names, &DMatrix::<T>::identity(26, 26)).expect("identity");
    let search = FreezeSearch::new(&many, &names[..2], &names[2..]).expect("names");
    refused!(
        search.run_by(SearchMethod::Exact),
        Error::OutOfBounds {
            argument: "number of candidates",
            most: 20,
            actual: 24,
            ..
        }
    );
}

/// Candidates that are goals in disguise, opposites, and each other.
fn degenerate_candidates<T: Extreme>() {
    let (i, o) = (T::one(), T::zero());
    // harmless = −helpful; the first candidate is helpful, the others the same orthogonal axis.
    let vectors = dmatrix![
        i, -i, i, o, o;
        o, o, o, i, -i;
        o, o, o, o, o
    ];
    let names = ["helpful", "harmless", "copy", "axis", "opposite"];
    for length in [T::one(), T::HUGE, T::MINUTE] {
        let all = Objectives::from_gradients(&names, &(&vectors * length)).expect("columns");
        for objectives in [
            all.clone(),
            Objectives::from_gram(&names, all.gram()).expect("a Gram matrix"),
        ] {
            let search = FreezeSearch::new(&objectives, &names[..2], &names[2..]).expect("names");
            for method in [SearchMethod::Exact, SearchMethod::Greedy] {
                let plan = search.run_by(method).expect("a plan");
                assert!(plan.best().is_none(), "nothing reconciles opposites");
                assert_eq!(plan.unfrozen().verdict(), ConflictVerdict::Unchanged);
                let nearest = plan.near_misses();
                assert!(nearest[0].frozen().is_empty(), "{:?}", nearest[0].frozen());
                assert_eq!(nearest[0].conflict_left(), i);
                let alone: Vec<bool> = plan.singles().map(|(_, x)| x.is_some()).collect();
                assert_eq!(alone, [false, true, true]);
            }
            // No shift helps both, and the weights prove it.
            let budget = Budget::new(real::<T>(3.0)).expect("positive");
            let joint = JointGain::new(&objectives, &names[..2], &[], budget).expect("goals");
            finite("gains", joint.gains());
            assert!(joint.gain().abs() <= real::<T>(1e3) * T::machine_epsilon());
            let half = real::<T>(0.5);
            let accepted = real::<T>(1e3) * T::machine_epsilon();
            assert!(
                joint
                    .weights()
                    .iter()
                    .all(|&w| (w - half).abs() <= accepted)
            );
        }
    }
}

/// No candidates at all, and a budget at the end of the range.
fn nothing_to_freeze<T: Extreme>() {
    let all = four::<T>();
    let goals = ["helpful", "harmless"];
    let search = FreezeSearch::new(&all, &goals, &[]).expect("goals");
    let plan = search.run().expect("a plan");
    assert!(plan.best().is_none() && plan.singles().count() == 0);
    let peace = FreezeSearch::new(&all, &["helpful", "tact"], &["code"]).expect("names");
    let plan = peace.run().expect("a plan");
    assert!(plan.best().expect("they agree").frozen().is_empty());
    let large = Budget::new(T::HUGE).expect("positive");
    match JointGain::new(&all, &goals, &["tact"], large) {
        Ok(joint) => finite("gains", joint.gains()),
        Err(error) => assert!(matches!(error, Error::OutOfRange { .. }), "{error}"),
    }
}

for_both_scalars!(search_refusals, degenerate_candidates, nothing_to_freeze);
