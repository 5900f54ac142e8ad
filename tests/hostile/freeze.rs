//! Freezing and conflicts on input that nobody should pass.

use alignment_tax::{Budget, Conflict, Error, Objectives};
use nalgebra::{DMatrix, dmatrix};

use crate::shared::{Extreme, finite, for_both_scalars, real, refused};

fn three<T: Extreme>() -> Objectives<T> {
    let (i, r) = (T::one(), real::<T>(0.25));
    let gram = dmatrix![i, -r, r; -r, i, r; r, r, i];
    Objectives::from_gram(&["helpful", "harmless", "reasoning"], &gram).expect("a Gram matrix")
}

fn freezing_refusals<T: Extreme>() {
    let all = three::<T>();
    refused!(
        all.freeze(&["math"]),
        Error::UnknownName { argument: "names", name, known, .. } if name == "math" && known.len() == 3
    );
    refused!(
        all.freeze(&["reasoning", "reasoning"]),
        Error::DuplicateName {
            argument: "names",
            first: 0,
            second: 1,
            ..
        }
    );
    refused!(
        all.freeze(&[""]),
        Error::EmptyName {
            argument: "names",
            index: 0,
            ..
        }
    );
    refused!(
        all.freeze(&["harmless", "helpful", "reasoning"]),
        Error::Empty { .. }
    );
    assert_eq!(all.freeze(&[]).expect("nothing to do"), all);
    // What is frozen is no objective any more.
    let left = all.freeze(&["reasoning"]).expect("two are left");
    refused!(left.freeze(&["reasoning"]), Error::UnknownName { .. });
    assert_eq!(
        all.names().len(),
        3,
        "the first objectives are as they were"
    );
    // An objective that is a frozen one under another name, or its opposite.
    for sign in [T::one(), -T::one()] {
        let same = dmatrix![T::one(), sign; sign, T::one()];
        let all = Objectives::from_gram(&["math", "algebra"], &same).expect("a Gram matrix");
        refused!(
            all.freeze(&["math"]),
            Error::Dependent { argument: "objectives", name, .. } if name == "algebra"
        );
        refused!(all.partial_correlations(), Error::Dependent { .. });
    }
}

/// Lengths at both ends of the scalar's range do not matter; slopes that vanish are refused.
fn freezing_at_both_ends<T: Extreme>() {
    for length in [T::MINUTE, T::HUGE] {
        let unit = dmatrix![
            T::one(), real::<T>(-0.5), real::<T>(0.5);
            T::zero(), real::<T>(0.5), real::<T>(0.5);
            T::zero(), T::zero(), real::<T>(0.5)
        ];
        let gradients: DMatrix<T> = unit * length;
        let all = Objectives::from_gradients(&["a", "b", "c"], &gradients).expect("columns");
        let left = all.freeze(&["b"]).expect("two are left");
        finite("gram", left.gram());
        finite("slopes", left.slopes());
        let known = Objectives::from_gram(&["a", "b", "c"], all.gram()).expect("a Gram matrix");
        let plain = known.freeze(&["b"]).expect("two are left");
        let off = (plain.gram() - left.gram()).amax();
        assert!(off <= alignment_tax::tolerance::gain::<T>(3));
    }
    let slight = three::<T>()
        .with_slopes(&[T::SUBNORMAL, T::one(), T::one()])
        .expect("positive");
    // Shortened to less than the scalar can hold, a slope would be zero: not silently.
    match slight.freeze(&["reasoning"]) {
        Ok(left) => assert!(left.slopes()[0] > T::zero()),
        Err(Error::EntryOutOfRange { index: 0, .. }) => {}
        other => panic!("{other:?}"),
    }
}

fn conflict_refusals<T: Extreme>() {
    let all = three::<T>();
    let unit = Budget::unit();
    refused!(
        Conflict::new(&all, ["helpful", "helpful"], &[], unit),
        Error::DuplicateName { .. }
    );
    refused!(
        Conflict::new(&all, ["helpful", "harmless"], &["helpful"], unit),
        Error::DuplicateName { .. }
    );
    refused!(
        Conflict::new(&all, ["helpful", "honest"], &[], unit),
        Error::UnknownName { .. }
    );
    let nan = T::zero() / T::zero();
    for (rho, a, b) in [
        (nan, T::zero(), T::zero()),
        (T::zero(), nan, T::zero()),
        (T::zero(), T::zero(), T::one() / T::zero()),
    ] {
        refused!(
            Conflict::from_overlaps(rho, a, b, unit),
            Error::NonFinite { .. }
        );
    }
    refused!(
        Conflict::from_overlaps(real::<T>(-0.9), real(0.9), real(0.9), unit),
        Error::NotPositiveSemidefinite { eigenvalue, .. } if (eigenvalue + 0.8).abs() < 0.1
    );
    for two in [T::one(), -T::one()] {
        refused!(
            Conflict::from_overlaps(T::zero(), two, T::zero(), unit),
            Error::Dependent { name, .. } if name == "first"
        );
    }
    // A goal and its opposite fight as much as can be, and freezing changes nothing.
    let opposite =
        Conflict::from_overlaps(-T::one(), T::zero(), T::zero(), unit).expect("possible");
    assert_eq!(opposite.cosine_after(), -T::one());
    assert_eq!(
        opposite.verdict(),
        alignment_tax::ConflictVerdict::Unchanged
    );
    assert_eq!(opposite.areas().expect("zero"), [T::zero(); 2]);
    let large = Budget::new(T::HUGE).expect("positive");
    let conflict = Conflict::from_overlaps(T::zero(), T::zero(), T::zero(), large);
    refused!(
        conflict.expect("possible").areas(),
        Error::OutOfRange { .. }
    );
}

for_both_scalars!(freezing_refusals, freezing_at_both_ends, conflict_refusals);
