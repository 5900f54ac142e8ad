//! Freezing of objectives and conflicts of two goals: against their definitions, in every order,
//! from vectors and from inner products, and where little is left.

use crate::common::{direction, gaussian, properties, rng};
use alignment_tax::{
    Budget, Conflict, ConflictVerdict, Error, GainEllipsoid, Objectives, Real, Subspace, tolerance,
};
use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;
use rand::RngExt;

fn t<T: Real>(x: f64) -> T {
    T::from_double(x)
}

fn names(k: usize) -> Vec<String> {
    (0..k).map(|i| format!("f{i}")).collect()
}

fn of_vectors<T: Real>(vectors: &DMatrix<T>) -> Objectives<T> {
    let names = names(vectors.ncols());
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Objectives::from_gradients(&names, vectors).expect("columns with a direction")
}

fn of_products<T: Real>(known: &Objectives<T>) -> Objectives<T> {
    let names: Vec<&str> = known.names().iter().map(String::as_str).collect();
    let slopes: Vec<T> = known.slopes().iter().copied().collect();
    Objectives::from_gram(&names, known.gram())
        .and_then(|x| x.with_slopes(&slopes))
        .expect("a Gram matrix of vectors")
}

/// 1 / the smallest singular value of unit columns, and one at least.
fn condition<T: Real>(objectives: &Objectives<T>) -> f64 {
    let budget = Budget::new(T::one()).expect("positive");
    let axes = GainEllipsoid::new(objectives, budget).semi_axes();
    (1.0 / axes[axes.len() - 1].to_double()).max(1.0)
}

fn differ<T: Real>(a: &Objectives<T>, b: &Objectives<T>) -> f64 {
    assert_eq!(a.names(), b.names());
    let slopes = a
        .slopes()
        .iter()
        .zip(b.slopes())
        .map(|(&x, &y)| ((x - y) / x).abs().to_double());
    let gram = (a.gram() - b.gram()).amax().to_double();
    slopes.fold(gram, f64::max)
}

/// The order in which objectives are frozen does not matter, nor whether they are known as
/// vectors.
fn any_order<T: Real>(d: usize, k: usize, m: usize, lean: f64, seed: u64) {
    let mut rng = rng(seed);
    let common = gaussian::<T>(d, 1, &mut rng);
    let mut vectors = gaussian::<T>(d, k, &mut rng);
    for mut column in vectors.column_iter_mut() {
        column.axpy(t(lean), &common.column(0), T::one());
    }
    let all = of_vectors(&vectors);
    let kappa = condition(&all);
    let epsilon = T::machine_epsilon().to_double();
    let frozen: Vec<String> = names(m);
    let frozen: Vec<&str> = frozen.iter().map(String::as_str).collect();
    let together = all.freeze(&frozen).expect("independent");
    let bound = 64.0 * k as f64 * epsilon * kappa;

    let mut shuffled = frozen.clone();
    for i in (1..m).rev() {
        shuffled.swap(i, rng.random_range(0..=i));
    }
    let mut one_by_one = all.clone();
    for name in &shuffled {
        one_by_one = one_by_one.freeze(&[name]).expect("independent");
    }
    assert!(differ(&together, &one_by_one) <= bound);
    let (first, second) = shuffled.split_at(m / 2);
    let in_two = all
        .freeze(first)
        .and_then(|x| x.freeze(second))
        .expect("independent");
    assert!(differ(&together, &in_two) <= bound);

    // From inner products the square of the condition counts, and may leave too little.
    let squared = bound * kappa;
    if squared < 0.1 {
        let products = of_products(&all);
        let step = shuffled
            .iter()
            .try_fold(products.clone(), |left, name| left.freeze(&[name]));
        match (products.freeze(&frozen), step) {
            (Ok(at_once), Ok(step)) => {
                assert!(differ(&together, &at_once) <= squared);
                assert!(differ(&together, &step) <= squared);
            }
            (at_once, step) => {
                let refused = |x| matches!(x, Err(Error::Dependent { .. }));
                assert!(squared > 1e-4 && (refused(at_once) || refused(step)));
            }
        }
    }

    // By definition: residuals from the span.
    let span = Subspace::from_columns(&vectors.columns(0, m).into_owned()).expect("a span");
    let unit = |j: usize| {
        let rest = span.reject(&vectors.column(j).normalize()).expect("finite");
        (rest.norm(), rest.normalize())
    };
    for i in m..k {
        let (left, r) = unit(i);
        let slope = vectors.column(i).norm() * left;
        let off = ((together.slopes()[i - m] - slope) / slope).abs();
        assert!(off.to_double() <= bound);
        for j in m..i {
            let off = (together.gram()[(i - m, j - m)] - r.dot(&unit(j).1)).abs();
            assert!(off.to_double() <= bound);
        }
    }
}

proptest! {
    #![proptest_config(properties(64))]

    #[test]
    fn order_does_not_matter_f64(
        (k, m) in (3_usize..9).prop_flat_map(|k| (Just(k), 2..k)),
        wide in 0_usize..20, lean in 0.0..1e4, seed in any::<u64>(),
    ) {
        any_order::<f64>(k + wide, k, m, lean, seed);
    }

    #[test]
    fn order_does_not_matter_f32(
        (k, m) in (3_usize..9).prop_flat_map(|k| (Just(k), 2..k)),
        wide in 4_usize..20, lean in 0.0..3.0, seed in any::<u64>(),
    ) {
        any_order::<f32>(k + wide, k, m, lean, seed);
    }

    /// No shift that leaves the frozen alone gains more than the ellipse says.
    #[test]
    fn nothing_lies_outside_the_conditional_ellipse(
        d in 4_usize..12, m in 1_usize..3, seed in any::<u64>(),
    ) {
        let mut rng = rng(seed);
        let vectors = gaussian::<f64>(d, m + 2, &mut rng);
        let all = of_vectors(&vectors);
        let frozen: Vec<&str> = all.names()[2..].iter().map(String::as_str).collect();
        let conflict = Conflict::new(&all, ["f0", "f1"], &frozen, Budget::unit()).expect("some");
        let span = Subspace::from_columns(&vectors.columns(2, m).into_owned()).expect("a span");
        let outside = span.complement();
        let [first, second] = conflict.free_gains();
        for _ in 0..200 {
            let delta = outside.basis() * gaussian::<f64>(outside.dimension(), 1, &mut rng).column(0);
            let delta = delta.normalize() * rng.random::<f64>();
            let gain = |j: usize| vectors.column(j).normalize().dot(&delta);
            let (x, y) = (gain(0) / first, gain(1) / second);
            let ellipse = x * x - 2.0 * x * y * conflict.cosine_after() + y * y;
            let sine = conflict.frontier_after().sine();
            prop_assert!(ellipse <= sine * sine + 1e3 * f64::EPSILON / (first * second));
        }
    }

    /// The verdict on one capability has a closed form (theory §6.2).
    #[test]
    fn one_capability_resolves_where_ab_is_at_most_rho(
        rho in -0.9_f64..0.9, a in -0.9_f64..0.9, b in -0.9_f64..0.9,
    ) {
        let determinant = 1.0 + 2.0 * rho * a * b - rho * rho - a * a - b * b;
        let result = Conflict::from_overlaps(rho, a, b, Budget::unit());
        if determinant < -1e-12 {
            let Err(Error::NotPositiveSemidefinite { eigenvalue, .. }) = result else {
                panic!("{result:?}");
            };
            let gram = nalgebra::Matrix3::new(1.0, rho, a, rho, 1.0, b, a, b, 1.0);
            let least = gram.symmetric_eigenvalues().min();
            prop_assert!((eigenvalue - least).abs() <= tolerance::eigenvalue::<f64>(3));
        } else if determinant > 1e-12 {
            let conflict = result.expect("possible");
            let expected = (rho - a * b) / ((1.0 - a * a) * (1.0 - b * b)).sqrt();
            prop_assert!((conflict.cosine_after() - expected).abs() <= 1e3 * f64::EPSILON);
            let margin = 1e-12;
            if rho < -margin && (rho - a * b).abs() > margin {
                let resolved = conflict.verdict() == ConflictVerdict::Resolved;
                prop_assert_eq!(resolved, a * b < rho);
            }
            if rho > margin && (rho - a * b).abs() > margin {
                let created = conflict.verdict() == ConflictVerdict::Created;
                prop_assert_eq!(created, a * b > rho);
            }
        }
    }
}

/// Of two goals that are nearly the frozen capability a part of 1e-10 is left, and the angle
/// between those parts is as accurate as any; inner products know nothing of it.
#[test]
fn little_that_is_left_keeps_its_digits() {
    let vectors: DMatrix<f64> = DMatrix::from_columns(&[
        DVector::from_vec(vec![1.0, 1e-10, 0.0, 0.0]),
        DVector::from_vec(vec![1.0, -0.6e-10, 0.8e-10, 0.0]),
        DVector::from_vec(vec![1.0, 0.0, 0.0, 0.0]),
    ]);
    let all = of_vectors(&vectors);
    let left = all.freeze(&["f2"]).expect("something is left");
    assert!((left.gram()[(0, 1)] + 0.6).abs() <= 1e-5);
    for slope in left.slopes().iter() {
        assert!((slope / 1e-10 - 1.0).abs() <= 1e-5);
    }
    let products = of_products(&all).freeze(&["f2"]);
    assert!(matches!(products, Err(Error::Dependent { name, .. }) if name == "f0"));
}

/// A combination of two frozen objectives is refused, whichever is frozen first, and however
/// little the first leaves of it.
fn dependent_stays_dependent<T: Real>() {
    let mut rng = rng(61);
    for near in [1.0, 1e-1, 1e-2] {
        let (a, b) = (
            direction::<T>(12, &mut rng).as_vector().clone(),
            direction::<T>(12, &mut rng).as_vector().clone(),
        );
        let b = (&a + b * t::<T>(near)).normalize();
        let c = &a * t::<T>(0.7) + &b * t::<T>(-0.3);
        let free = direction::<T>(12, &mut rng).as_vector().clone();
        let all = of_vectors(&DMatrix::from_columns(&[a, b, c, free]));
        for known in [all.clone(), of_products(&all)] {
            if near < 0.1 && known.vectors().is_none() && T::machine_epsilon() > t(1e-10) {
                continue;
            }
            for order in [["f0", "f1"], ["f1", "f0"]] {
                let refused = |x: Result<Objectives<T>, Error>| matches!(&x, Err(Error::Dependent { name, .. }) if name == "f2");
                assert!(refused(known.freeze(&order)), "{near} {order:?}");
                let first = known.freeze(&order[..1]).expect("f2 has a part outside");
                assert_eq!(first.rank(), 2, "{near} {order:?}");
                assert!(refused(first.freeze(&order[1..])), "{near} {order:?}");
                // Frozen with them it is no harm.
                let all_three = known
                    .freeze(&["f2", order[0], order[1]])
                    .expect("f3 is left");
                let two = known
                    .select(&["f0", "f1", "f3"])
                    .and_then(|x| x.freeze(&order))
                    .expect("f3 is left");
                assert_eq!(all_three.names(), two.names());
                let off = (all_three.slopes()[0] - two.slopes()[0]).abs();
                let accepted = tolerance::combination(T::machine_epsilon(), t(4.0 / (near * near)));
                assert!(off <= accepted, "{near}: {off}");
            }
        }
    }
}

#[test]
fn dependent_stays_dependent_f64() {
    dependent_stays_dependent::<f64>();
}

#[test]
fn dependent_stays_dependent_f32() {
    dependent_stays_dependent::<f32>();
}

/// Against the inverse, and against freezing all others.
#[test]
fn partial_correlations_given_all_others() {
    let mut rng = rng(62);
    for (d, k) in [(5, 2), (9, 4), (30, 7)] {
        let all = of_vectors(&gaussian::<f64>(d, k, &mut rng));
        let partial = all.partial_correlations().expect("independent");
        let inverse = all.gram().clone().try_inverse().expect("regular");
        let kappa = condition(&all).powi(2);
        for i in 0..k {
            for j in 0..k {
                let expected = if i == j {
                    1.0
                } else {
                    -inverse[(i, j)] / (inverse[(i, i)] * inverse[(j, j)]).sqrt()
                };
                assert!((partial[(i, j)] - expected).abs() <= 64.0 * f64::EPSILON * kappa);
                if i < j {
                    let others: Vec<String> = all.names().to_vec();
                    let others: Vec<&str> = (0..k)
                        .filter(|&x| x != i && x != j)
                        .map(|x| others[x].as_str())
                        .collect();
                    let two = all.freeze(&others).expect("independent");
                    assert!(
                        (two.gram()[(0, 1)] - partial[(i, j)]).abs() <= 64.0 * f64::EPSILON * kappa
                    );
                }
            }
        }
    }
    let x = gaussian::<f64>(6, 2, &mut rng);
    let dependent = of_vectors(&DMatrix::from_columns(&[
        x.column(0).into_owned(),
        x.column(1).into_owned(),
        x.column(0) + x.column(1),
    ]));
    assert!(matches!(
        dependent.partial_correlations(),
        Err(Error::Dependent { .. })
    ));
}

/// What is frozen does not move under any shift built from what is left, and metric units
/// stay true.
#[test]
fn gains_of_what_is_left_are_true_in_metric_units() {
    let mut rng = rng(63);
    let gradients = gaussian::<f64>(20, 5, &mut rng) * 3.0;
    let all = of_vectors(&gradients);
    let left = all.freeze(&["f3", "f1"]).expect("independent");
    let efficient = GainEllipsoid::new(&left, Budget::new(0.1).expect("positive"));
    let gains = efficient.efficient(&[1.0, 0.5, 2.0]).expect("weights");
    let delta = efficient
        .delta(&gains)
        .expect("achievable")
        .expect("vectors are known");
    let changes = gradients.transpose() * delta;
    let metric = left.in_metric_units(&gains).expect("finite");
    for (j, i) in [0, 2, 4].into_iter().enumerate() {
        assert!((changes[i] - metric[j]).abs() <= 1e3 * f64::EPSILON);
    }
    assert!(changes[1].abs().max(changes[3].abs()) <= 1e3 * f64::EPSILON);
}

#[test]
fn verdicts_are_those_of_the_table() {
    let cases = [
        (-0.2, 0.5, -0.5, ConflictVerdict::Resolved),
        (-0.25, 0.5, -0.5, ConflictVerdict::Resolved),
        (-0.5, 0.5, -0.5, ConflictVerdict::Mediated),
        (-0.5, 0.0, 0.0, ConflictVerdict::Unchanged),
        (-0.2, 0.5, 0.5, ConflictVerdict::Amplified),
        (0.1, 0.5, 0.5, ConflictVerdict::Created),
        (0.0, 0.5, 0.5, ConflictVerdict::Created),
        (0.5, 0.5, 0.5, ConflictVerdict::NoConflict),
        (0.0, 0.0, 0.7, ConflictVerdict::NoConflict),
    ];
    for (rho, a, b, expected) in cases {
        let conflict = Conflict::from_overlaps(rho, a, b, Budget::unit()).expect("possible");
        assert_eq!(conflict.verdict(), expected, "{rho} {a} {b}");
        let single = Conflict::from_overlaps(rho as f32, a as f32, b as f32, Budget::unit());
        assert_eq!(
            single.expect("possible").verdict(),
            expected,
            "{rho} {a} {b} in f32"
        );
        let [before, after] = conflict.areas().expect("small");
        assert!(
            after <= before * (1.0 + f64::EPSILON),
            "freezing enlarges nothing"
        );
        assert_eq!(expected.fights(), conflict.cosine_after() < -1e-12);
    }
    let text: Vec<String> = ConflictVerdict::ALL
        .iter()
        .map(|x| format!("{x:>11}"))
        .collect();
    assert_eq!(text[5], "no conflict");
    assert_eq!(text[0], "   resolved");
}

#[cfg(feature = "serde")]
#[test]
fn records_keep_where_frozen_objectives_come_from() {
    let mut rng = rng(64);
    let a = direction::<f64>(8, &mut rng).as_vector().clone();
    let b = (&a + direction::<f64>(8, &mut rng).as_vector() * 1e-3).normalize();
    let c = &a * 0.7 - &b * 0.3;
    let free = direction::<f64>(8, &mut rng).as_vector().clone();
    let all = of_vectors(&DMatrix::from_columns(&[a, b, c, free]));
    for known in [all.clone(), of_products(&all)] {
        let first = known.freeze(&["f0"]).expect("parts outside");
        let text = serde_json::to_string(&first).expect("plain data");
        let read: Objectives<f64> = serde_json::from_str(&text).expect("its own record");
        assert_eq!(read, first);
        assert_eq!(read.rank(), 2);
        // Unknown, frozen and left at once, everything frozen.
        for (from, to) in [
            ("\"frozen\":[\"f0\"]", "\"frozen\":[\"f9\"]"),
            ("\"frozen\":[\"f0\"]", "\"frozen\":[\"f1\"]"),
            ("\"left\":[\"f1\",\"f2\",\"f3\"]", "\"left\":[]"),
        ] {
            assert!(text.contains(from), "{text}");
            let wrong = text.replace(from, to);
            assert!(
                serde_json::from_str::<Objectives<f64>>(&wrong).is_err(),
                "{to}"
            );
        }
    }
}

/// Some of those that are left, in another order, and then one more frozen: the same as all that is frozen at once.
#[test]
fn what_is_chosen_from_those_left_can_be_frozen_further() {
    let mut rng = rng(71);
    let vectors = DMatrix::from_fn(9, 5, |_, j| {
        rng.random_range(-1.0..1.0) + if j > 0 { 0.3 } else { -0.3 }
    });
    for all in [
        of_vectors::<f64>(&vectors),
        of_products(&of_vectors(&vectors)),
    ] {
        let chosen = all.freeze(&["f1"]).expect("independent");
        let chosen = chosen.select(&["f4", "f0", "f2"]).expect("names");
        assert_eq!(chosen.frozen(), ["f1"]);
        let further = chosen.freeze(&["f0"]).expect("independent");
        let at_once = all.freeze(&["f0", "f1"]).expect("independent");
        let at_once = at_once.select(&["f4", "f2"]).expect("names");
        let bound = tolerance::combination(f64::EPSILON, condition(&all).powi(2));
        assert!(differ(&further, &at_once) <= bound);
    }
}

/// The objective that is named as dependent is one of those that depend on each other, wherever it stands.
#[test]
fn a_dependent_objective_is_named() {
    for at in 0..4 {
        // Two that are the same, among others that share nothing with them or each other.
        let twin = (at + 2) % 4;
        let vectors = DMatrix::from_fn(4, 4, |i, j| {
            f64::from(u8::from(i == if j == twin { at } else { j }))
        });
        for all in [of_vectors(&vectors), of_products(&of_vectors(&vectors))] {
            let Err(Error::Dependent { name, .. }) = all.partial_correlations() else {
                panic!("of rank three");
            };
            assert!(
                name == format!("f{at}") || name == format!("f{twin}"),
                "{name}"
            );
        }
    }
}
