//! What the targets of `fuzz/` found, each with the smallest input that shows it.

use alignment_tax::{
    Budget, Direction, Error, Objectives, ParetoFrontier, Relabelling, SignFlips,
    benjamini_hochberg,
};
use nalgebra::{DMatrix, dmatrix};

/// aᵢaⱼ/√aᵢ²/√aⱼ² rounds above one for many lengths of parallel gradients.
#[test]
fn overlaps_of_parallel_objectives_stay_cosines() {
    let mut at_the_end = 0;
    for i in 1..40 {
        for j in 1..40 {
            let (a, b) = (f64::from(i) * 0.1, f64::from(j) * 0.7);
            for sign in [1.0, -1.0] {
                let gram = dmatrix![a * a, sign * a * b; sign * a * b, b * b];
                let pair = Objectives::from_gram(&["a", "b"], &gram).expect("two parallel vectors");
                let overlap = pair.overlap("a", "b").expect("names");
                assert!(overlap.abs() <= 1.0, "lengths {a} and {b}: {overlap:e}");
                assert!(
                    overlap * sign > 0.999_999,
                    "lengths {a} and {b}: {overlap:e}"
                );
                at_the_end += usize::from(overlap.abs() == 1.0);
            }
        }
    }
    assert!(at_the_end > 0);
}

/// n·p/rank rounds below p for the largest of many p-values.
#[test]
fn adjusted_p_values_are_not_below_their_own() {
    for (n, p) in [
        (3, 0.7),
        (6, 0.7),
        (25, 1.0 / 3.0),
        (5, 1.0 - f64::EPSILON / 2.0),
    ] {
        let adjusted = benjamini_hochberg(&vec![p; n]).expect("p-values");
        assert_eq!(adjusted, vec![p; n], "{n} times {p:e}");
    }
}

/// 2·sin(α/2)·cos(α/2) rounds above one next to a right angle.
#[test]
fn sines_of_right_angles_stay_sines() {
    for step in 0..1000 {
        let t = f64::from(step) * 1e-3;
        let v = Direction::from_slice(&[t.cos(), t.sin()]).expect("a direction");
        let c = Direction::from_slice(&[-t.sin(), t.cos()]).expect("a direction");
        for c in [c.clone(), -c, v.clone(), -v.clone()] {
            let frontier = ParetoFrontier::between(&v, &c, Budget::unit()).expect("of one space");
            assert!((0.0..=1.0).contains(&frontier.sine()), "{frontier:?}");
            assert!((-1.0..=1.0).contains(&frontier.cosine()), "{frontier:?}");
        }
    }
}

/// The p-values never depended on the scale; the statistic that is reported does.
#[test]
fn a_mean_difference_that_overflows_is_refused() {
    let most = DMatrix::from_element(2, 3, f64::MAX);
    let refused = |error: Error, name: &str| {
        assert!(
            matches!(error, Error::OutOfRange { argument, .. } if argument == name),
            "{error:?}"
        );
    };
    let flips = SignFlips::new(&most, &-&most).unwrap_err();
    refused(flips, "mean of paired differences");
    let labels = Relabelling::new(&most, &-&most).unwrap_err();
    refused(labels, "difference of means");
}
