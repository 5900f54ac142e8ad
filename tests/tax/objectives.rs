//! What counts as rounding among objectives: singular values, short axes, and what is left by freezing.

use crate::common::{gaussian, rng, rotation};
use alignment_tax::{Budget, Error, FrozenGoals, JointGain, Objectives, tolerance};
use nalgebra::{DMatrix, dmatrix};

fn named(k: usize) -> Vec<String> {
    (0..k).map(|i| format!("f{i}")).collect()
}

fn of_vectors(vectors: &DMatrix<f64>) -> Objectives<f64> {
    let names = named(vectors.ncols());
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Objectives::from_gradients(&names, vectors).expect("columns")
}

fn of_products(gram: &DMatrix<f64>) -> Objectives<f64> {
    let names = named(gram.ncols());
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Objectives::from_gram(&names, gram).expect("a Gram matrix")
}

/// The first axis so many times, and once with δ of the second.
fn copies(d: usize, k: usize, delta: f64) -> DMatrix<f64> {
    DMatrix::from_fn(d, k, |i, j| match (i, j) {
        (0, _) => 1.0,
        (1, j) if j + 1 == k => delta,
        _ => 0.0,
    })
}

/// The rank of vectors that were not frozen is the number of singular values above
/// max(d, k)·ε times the largest, whatever their rounding could do to coordinates.
#[test]
fn the_rank_is_that_of_singular_values() {
    for (d, k) in [(100, 4), (4, 4), (9, 6)] {
        // Of k vectors that agree but for δ the singular values are √k and δ·√(1 − 1/k).
        let count = k as f64;
        let cut = tolerance::rank::<f64>(d, k) * count.sqrt();
        for (share, rank) in [(0.6, 1), (1.6, 2)] {
            let delta = share * cut / (1.0 - 1.0 / count).sqrt();
            assert_eq!(of_vectors(&copies(d, k, delta)).rank(), rank, "{d} {k}");
        }
    }
}

/// What freezing leaves of two vectors that only differ from the frozen by one direction is that direction, as
/// well as it is known.
#[test]
fn rounding_that_freezing_enlarged_is_no_direction() {
    let random = gaussian::<f64>(12, 3, &mut rng(5));
    for near in [1e-3, 1e-5, 1e-6] {
        let (a, b, free) = (random.column(0), random.column(1), random.column(2));
        let b = (a + b * near).normalize();
        let c = a * 0.7 - &b * 0.3;
        let all = of_vectors(&DMatrix::from_columns(&[
            a.into_owned(),
            b,
            c,
            free.into_owned(),
        ]));
        assert_eq!(all.freeze(&["f0"]).expect("parts outside").rank(), 2);
    }
}

/// Axes of a Gram matrix are known to ε·λ₁/√λᵣ (Weyl and Wedin), and a refusal says so.
#[test]
fn what_a_gram_matrix_tells_of_short_axes() {
    for r in [0.0, 0.9, 0.9999] {
        let gram = dmatrix![
            1.0, 1.0, 0.0, 0.0;
            1.0, 1.0, 0.0, 0.0;
            0.0, 0.0, 1.0, r;
            0.0, 0.0, r, 1.0
        ];
        let Err(Error::Dependent { tolerance, .. }) = of_products(&gram).partial_correlations()
        else {
            panic!("two that are the same");
        };
        // Eigenvalues 2, 1 + r, 1 − r and 0.
        let known = tolerance::coordinates(4, f64::EPSILON * 2.0 / (1.0_f64 - r).sqrt());
        assert!(
            (tolerance / known - 1.0).abs() < 1e-6,
            "{tolerance:e} {known:e}"
        );
    }
}

/// Among many that agree an eigenvalue counts as zero which two others have between them: their cosine is as it
/// was where the many are frozen.
#[test]
fn an_axis_that_counts_as_none_is_still_in_the_products() {
    let (k, delta) = (40, 1e4 * f64::EPSILON);
    let mut gram = DMatrix::from_element(k, k, 1.0);
    gram.view_mut((0, 2), (2, k - 2)).fill(0.0);
    gram.view_mut((2, 0), (k - 2, 2)).fill(0.0);
    (gram[(0, 1)], gram[(1, 0)]) = (1.0 - delta, 1.0 - delta);
    let all = of_products(&gram);
    assert_eq!(all.rank(), 2);
    let names = named(k);
    let many: Vec<&str> = names[2..].iter().map(String::as_str).collect();
    let left = FrozenGoals::new(&all, &["f0", "f1"], &many).expect("nothing in common");
    let off = (left.cosines_after()[(0, 1)] - (1.0 - delta)).abs();
    assert!(off <= left.rounding() && left.rounding() < delta, "{off:e}");
}

/// From products known to ε·λ₁ a residual is known to ‖w‖₁ times the root of 64 times that.
#[test]
fn a_residual_from_products_is_known_by_its_weights() {
    let near = 1e-3;
    for share in [0.5, 2.0] {
        // c = z + p·y beside x and x + near·z: β = (∓1/near) to the lengths.
        let length = f64::hypot(1.0, near);
        let weights = 1.0 + (1.0 + length) / near;
        let largest = 2.0;
        let least = (64.0 * f64::EPSILON * largest).sqrt() * weights;
        let p = share * least;
        let vectors = dmatrix![
            1.0, 1.0, 0.0;
            0.0, near, 1.0;
            0.0, 0.0, p
        ];
        let all = of_products(of_vectors(&vectors).gram());
        match all.freeze(&["f0", "f1"]) {
            Ok(left) => assert!(share > 1.0 && (left.slopes()[0] / p - 1.0).abs() < 0.1),
            Err(Error::Dependent { tolerance, .. }) => {
                assert!(share < 1.0 && (tolerance / least - 1.0).abs() < 0.1);
            }
            other => panic!("{other:?}"),
        }
    }
}

/// Of some that are left only their own rounding counts, not that of one which was nearly frozen.
#[test]
fn rounding_is_that_of_the_chosen() {
    let vectors = dmatrix![
        0.6, -0.28, 1.0, 1.0;
        0.8, 0.0, 1e-6, 0.0;
        0.0, 0.96, 0.0, 0.0
    ];
    let left = of_vectors(&vectors).freeze(&["f3"]).expect("parts outside");
    let goals = FrozenGoals::new(&left, &["f0", "f1"], &[]).expect("goals");
    // e·‖w‖₁/ρ of the goal that leans on it most, and of two of them in a cosine.
    let expected = tolerance::combination(f64::EPSILON * 1.6 / 0.8, 2.0);
    assert!((goals.rounding() / expected - 1.0).abs() < 1e-9);
}

/// Twenty that are the same to a hundred ε span one direction: the other is no part of what is frozen.
#[test]
fn rounding_among_the_frozen_is_not_frozen() {
    let mut vectors = copies(3, 17, 100.0 * f64::EPSILON).insert_column(0, 0.0);
    vectors[(1, 0)] = 1.0;
    let all = of_vectors(&vectors);
    let names = named(18);
    let frozen: Vec<&str> = names[1..].iter().map(String::as_str).collect();
    let left = all.freeze(&frozen).expect("a direction of its own");
    assert!((left.slopes()[0] - 1.0).abs() <= tolerance::gain::<f64>(18));
}

// ── Joint gains ────────────────────────────────────────────────────────────────

/// Two goals of a thousand times the slope that are opposites but for rounding: what they leave of each other is no
/// shift, however long their weights make it.
#[test]
fn opposites_to_rounding_gain_nothing() {
    for seed in 0..6 {
        let turn = rotation::<f64>(6, &mut rng(seed));
        let vectors = DMatrix::from_columns(&[
            turn.column(0) * 1.0,
            turn.column(1) * 1700.0,
            turn.column(1) * -3100.0,
        ]);
        let all = of_vectors(&vectors);
        let names = ["f0", "f1", "f2"];
        let joint = JointGain::in_metric_units(&all, &names, &[], Budget::unit()).expect("goals");
        assert!(joint.gain().abs() <= 0.0 && joint.length() <= 0.0, "{seed}");
        let delta = joint.delta().expect("vectors are known");
        assert!(delta.iter().all(|x| x.abs() <= 0.0), "{delta}");
        assert!(joint.weights()[0] <= 1e-9, "{}", joint.weights());
    }
}

/// Whatever the budget, the shift has its length and gains what is said.
#[test]
fn the_shift_has_the_length_of_the_budget() {
    let vectors = gaussian::<f64>(7, 4, &mut rng(3)).map(|x| x + 0.4);
    let all = of_vectors(&vectors);
    let names = ["f0", "f1", "f2"];
    for b in [0.25, 1.0, 8.0] {
        let budget = Budget::new(b).expect("positive");
        let joint = JointGain::new(&all, &names, &["f3"], budget).expect("goals");
        let delta = joint.delta().expect("vectors are known");
        let bound = b * tolerance::gain::<f64>(4);
        assert!((delta.norm() - b).abs() <= bound && (joint.length() - b).abs() <= bound);
        for (j, gain) in joint.gains().iter().enumerate() {
            let measured = vectors.column(j).normalize().dot(delta);
            assert!((measured - gain).abs() <= bound);
        }
    }
}

/// A gain that the scalar cannot hold is refused at either end.
#[test]
fn gains_that_vanish_are_refused() {
    let all = of_products(&DMatrix::identity(2, 2));
    let all = all.with_slopes(&[1e-200, 1e-200]).expect("positive");
    let budget = Budget::new(1e-200).expect("positive");
    let refusal = JointGain::in_metric_units(&all, &["f0", "f1"], &[], budget);
    let Err(Error::OutOfRange { argument, .. }) = refusal else {
        panic!("{refusal:?}");
    };
    assert_eq!(argument, "gain of a goal");
}

/// Of equal weights the first is the bottleneck.
#[test]
fn the_first_of_equal_weights_is_the_bottleneck() {
    let mut tied = 0;
    for k in 2..6 {
        let joint = |shared: f64| {
            let gram = DMatrix::from_fn(k, k, |i, j| if i == j { 1.0 } else { shared });
            let names = named(k);
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            JointGain::new(&of_products(&gram), &names, &[], Budget::unit()).expect("goals")
        };
        for shared in [0.0, 0.25, 0.5] {
            let found = joint(shared);
            let largest = found.weights().max();
            let equal = |&&w: &&f64| w >= largest;
            tied += usize::from(found.weights().iter().filter(equal).count() > 1);
            let first = found.weights().iter().position(|w| equal(&w));
            assert_eq!(found.bottleneck(), found.goals()[first.expect("one")]);
        }
    }
    assert!(tied > 0);
}

/// Goals of which so little is left that rounding may turn them round: how much that is says the refusal, from
/// what the residuals are known to and their largest singular value.
#[test]
fn residuals_as_long_as_their_rounding_are_refused() {
    let mut refused = 0;
    for step in 0..60 {
        let rho = 2.5e-14 * 1.03_f64.powi(step);
        let vectors = dmatrix![
            1.0, 1.0, 1.0, 1.0;
            rho, rho, rho, 0.0;
            0.1 * rho, 0.0, 0.0, 0.0;
            0.0, 0.1 * rho, 0.0, 0.0
        ];
        let all = of_vectors(&vectors);
        let goals = ["f0", "f1", "f2"];
        let Ok(left) = FrozenGoals::new(&all, &goals, &["f3"]) else {
            continue;
        };
        if let Err(error) = JointGain::new(&all, &goals, &["f3"], Budget::unit()) {
            let Error::Unresolved {
                norm, tolerance, ..
            } = error
            else {
                panic!("{error}");
            };
            // A cosine is known to 32 times what each residual is.
            let known = left.rounding() / 32.0;
            let largest = left.cosines_after().symmetric_eigenvalues().max().sqrt();
            let noise = tolerance::coordinates(3, known * largest);
            let expected = 8.0_f64.sqrt() * noise;
            assert!(
                (tolerance / expected - 1.0).abs() < 1e-6,
                "{tolerance} {expected}"
            );
            assert!(norm <= tolerance);
            refused += 1;
        }
    }
    assert!(refused > 0);
}
