//! Conflicts estimated from samples.

use alignment_tax::{
    Confidence, ConflictEstimate, ConflictVerdict, Error, Evidence, MonteCarlo, Samples,
    SamplesNeeded,
};
use nalgebra::{DMatrix, dmatrix};

use crate::common::{gaussian, rng};
use crate::shared::{axis, finite, near, refused};

/// Rows about a mean, in noise of deviation one.
fn rows(mean: &[f64], n: usize, seed: u64) -> DMatrix<f64> {
    let noise = gaussian::<f64>(n, 6, &mut rng(seed));
    DMatrix::from_fn(n, 6, |i, j| mean.get(j).unwrap_or(&0.0) + noise[(i, j)])
}

fn samples(mean: &[f64], n: usize, seed: u64) -> Samples {
    Samples::new(&rows(mean, n, seed)).expect("rows")
}

fn of(first: &Samples, second: &Samples, frozen: &[&Samples]) -> Result<ConflictEstimate, Error> {
    let frozen: Vec<Evidence<'_>> = frozen.iter().map(|s| Evidence::Sampled(s)).collect();
    ConflictEstimate::new(
        [Evidence::Sampled(first), Evidence::Sampled(second)],
        &frozen,
    )
}

/// Every number of it.
fn numbers(found: &ConflictEstimate) -> Vec<f64> {
    let mut all = vec![found.difference()];
    all.extend(found.areas());
    for level in [1e-9, 0.5, 0.95, 1.0 - 1e-12] {
        let level = Confidence::new(level).expect("a level");
        for overlap in [found.overlap_before(), found.overlap_after()] {
            let interval = overlap.interval(level);
            all.extend([overlap.value(), overlap.standard_error()]);
            all.extend([interval.lower(), interval.upper()]);
        }
        let interval = found.difference_interval(level);
        all.extend([interval.lower(), interval.upper()]);
    }
    let run = MonteCarlo::new(99).expect("enough");
    let verdicts = found.probabilities(&run, &mut rng(1));
    for verdict in ConflictVerdict::ALL {
        all.extend([
            verdicts.probability(verdict),
            verdicts.standard_error(verdict),
        ]);
    }
    all.push(verdicts.undetermined());
    all
}

#[test]
fn what_does_not_fit_together_is_refused() {
    let (first, second) = (samples(&[9.0, 6.0], 8, 1), samples(&[-9.0, 6.0], 8, 2));
    refused!(
        of(&first, &second, &[]),
        Error::Empty {
            argument: "capabilities",
            ..
        }
    );
    let flat = Samples::new(&gaussian::<f64>(8, 5, &mut rng(3))).expect("rows");
    refused!(
        of(&first, &flat, &[&second]),
        Error::DimensionMismatch {
            argument: "goals",
            expected: 6,
            actual: 5,
            ..
        }
    );
    refused!(
        of(&first, &second, &[&flat]),
        Error::DimensionMismatch {
            argument: "capabilities",
            expected: 6,
            actual: 5,
            ..
        }
    );
    for n in [1, 2, 3] {
        let few = samples(&[9.0], n, 4);
        refused!(
            of(&few, &second, &[&first]),
            Error::OutOfBounds { argument: "goals", least: 4, actual, .. } if *actual == n
        );
        refused!(
            of(&first, &second, &[&few]),
            Error::OutOfBounds { argument: "capabilities", least: 4, actual, .. } if *actual == n
        );
    }
}

#[test]
fn what_samples_do_not_resolve_is_refused() {
    let (first, second) = (samples(&[9.0, 6.0], 8, 1), samples(&[-9.0, 6.0], 8, 2));
    let frozen = samples(&[9.0], 8, 3);
    let noise = samples(&[], 8, 5);
    refused!(
        of(&first, &noise, &[&frozen]),
        Error::Undersampled {
            argument: "goals",
            index: 1,
            units: 8,
            ..
        }
    );
    refused!(
        of(&first, &second, &[&frozen, &noise]),
        Error::Undersampled {
            argument: "capabilities",
            index: 1,
            ..
        }
    );
    refused!(
        of(&first, &second, &[&frozen, &frozen]),
        Error::Collinear {
            argument: "capabilities",
            ..
        }
    );
    // A goal along the capability: nothing is left of it but noise.
    let along = samples(&[-9.0], 12, 6);
    refused!(
        of(&first, &along, &[&frozen]),
        Error::Undersampled { argument: "what is left of goals", index: 1, units: 8, ratio, needed, .. }
            if *ratio < 3.0 && matches!(needed, SamplesNeeded::About(_) | SamplesNeeded::MoreThan(_))
    );
    refused!(
        of(&along, &first, &[&frozen]),
        Error::Undersampled {
            argument: "what is left of goals",
            index: 0,
            ..
        }
    );
    // Of which goal it is said makes no difference to how much is.
    let ratio = |all: [&Samples; 2]| match of(all[0], all[1], &[&frozen]) {
        Err(Error::Undersampled { ratio, .. }) => ratio,
        other => panic!("{other:?}"),
    };
    let (one, other) = (ratio([&first, &along]), ratio([&along, &first]));
    assert!((one - other).abs() <= 1e6 * f64::EPSILON, "{one} {other}");
}

#[test]
fn a_goal_that_is_frozen_itself_is_refused() {
    let (first, second) = (samples(&[9.0, 6.0], 8, 1), samples(&[-9.0, 6.0], 8, 2));
    let axis = axis::<f64>(6, 0);
    let (known, sampled) = (Evidence::Known(&axis), Evidence::Sampled(&first));
    refused!(
        ConflictEstimate::new([known, sampled], &[known]),
        Error::Unresolved {
            argument: "what is left of the first goal",
            norm,
            tolerance,
            ..
        } if norm <= tolerance
    );
    refused!(
        ConflictEstimate::new([sampled, known], &[known]),
        Error::Unresolved {
            argument: "what is left of the second goal",
            ..
        }
    );
    // Its samples as those of a capability: of its noise with itself nothing is known.
    let labels: Vec<usize> = (0..8).collect();
    let shared = first.with_units(&labels).expect("labels");
    refused!(
        of(&shared, &second, &[&shared]),
        Error::Unresolved { .. } | Error::Undersampled { .. }
    );
}

#[test]
fn goals_that_are_one_goal_have_a_cosine_of_one() {
    let labels: Vec<usize> = (0..12).collect();
    let goal = samples(&[9.0, 6.0], 12, 1)
        .with_units(&labels)
        .expect("labels");
    let frozen = samples(&[9.0], 12, 3);
    let same = of(&goal, &goal, &[&frozen]).expect("resolved");
    finite("one goal", &numbers(&same));
    for overlap in [same.overlap_before(), same.overlap_after()] {
        near("one goal", overlap.value(), 1.0, 1e-12);
    }
    let run = MonteCarlo::new(199).expect("enough");
    let verdicts = same.probabilities(&run, &mut rng(1));
    assert_eq!(
        verdicts.decided(Confidence::NINETY_FIVE),
        Some(ConflictVerdict::NoConflict)
    );
}

#[test]
fn any_magnitude_is_as_good_as_another() {
    let means = [&[9.0, 6.0][..], &[-9.0, 6.0], &[9.0, 0.0, 2.0]];
    let all = |scales: [f64; 3]| {
        let one =
            |i: usize| Samples::new(&(rows(means[i], 16, i as u64) * scales[i])).expect("rows");
        of(&one(0), &one(1), &[&one(2)]).expect("resolved")
    };
    let plain = numbers(&all([1.0; 3]));
    finite("plain", &plain);
    for scales in [
        [1e150, 1e150, 1e150],
        [1e-200, 1.0, 1e120],
        [1.0, 1e-290, 1e-290],
        [1e150, 1e-200, 1.0],
    ] {
        for (x, y) in numbers(&all(scales)).into_iter().zip(&plain) {
            near("scaled", x, *y, 1e-9);
        }
    }
}

#[test]
fn margins_outside_their_range_are_refused() {
    let (first, second) = (samples(&[9.0, 6.0], 8, 1), samples(&[-9.0, 6.0], 8, 2));
    let found = of(&first, &second, &[&samples(&[9.0], 8, 3)]).expect("resolved");
    for bad in [f64::NAN, f64::INFINITY, -1e-300, 2.5] {
        refused!(
            found.clone().with_margin(bad),
            Error::OutOfRange {
                argument: "margin",
                ..
            }
        );
    }
    assert!(found.with_margin(0.0).is_ok());
}

#[test]
fn four_units_and_constant_rows_have_answers() {
    let few = |mean: &[f64], seed| samples(mean, 4, seed);
    let found = of(
        &few(&[60.0, 40.0], 1),
        &few(&[-60.0, 40.0], 2),
        &[&few(&[60.0], 3)],
    );
    finite("four units", &numbers(&found.expect("resolved")));
    let constant = |a: f64, b: f64| {
        let rows = dmatrix![a, b; a, b; a, b; a, b];
        Samples::new(&rows).expect("rows")
    };
    let found = of(
        &constant(3.0, 1.0),
        &constant(-3.0, 1.0),
        &[&constant(1.0, 0.0)],
    );
    let found = found.expect("resolved");
    finite("constant rows", &numbers(&found));
    near("constant rows", found.overlap_after().value(), 1.0, 1e-14);
}
