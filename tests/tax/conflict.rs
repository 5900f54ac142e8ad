//! Which capabilities to freeze, against all subsets frozen one by one; several goals at once,
//! against the minimum over weights.

use crate::common::{gaussian, normal, rng};
use alignment_tax::{
    Budget, Conflict, Error, FreezeSearch, FrozenGoals, JointGain, Objectives, Real, SearchMethod,
    tolerance,
};
use nalgebra::{DMatrix, DVector};

fn names(k: usize) -> Vec<String> {
    (0..k).map(|i| format!("f{i}")).collect()
}

fn objectives<T: Real>(vectors: &DMatrix<T>) -> Objectives<T> {
    let names = names(vectors.ncols());
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Objectives::from_gradients(&names, vectors).expect("columns with a direction")
}

/// n goals of which the second is partly against the first, and p capabilities that share in them;
/// some depend on each other, or nearly.
fn instance<T: Real>(n: usize, p: usize, seed: u64) -> DMatrix<T> {
    let mut rng = rng(seed);
    let d = n + p + 2;
    let mut all = gaussian::<f64>(d, n + p, &mut rng);
    let second = all.column(1) - all.column(0) * normal(&mut rng).abs();
    all.set_column(1, &second);
    for j in n..n + p {
        let (a, b) = (normal(&mut rng), normal(&mut rng));
        let mixed = all.column(j) + all.column(0) * a + all.column(1) * b;
        all.set_column(j, &mixed);
    }
    // Twice the same, a combination, and one that is nearly another.
    let near = if T::machine_epsilon().to_double() < 1e-10 {
        1e-5
    } else {
        1e-2
    };
    match seed % 4 {
        1 if p > 1 => {
            let copy = all.column(n) * -2.0;
            all.set_column(n + p - 1, &copy);
        }
        2 if p > 2 => {
            let sum = all.column(n) + all.column(n + 1);
            all.set_column(n + p - 1, &sum);
        }
        3 if p > 1 => {
            let close = all.column(n) + all.column(n + p - 1) * near;
            all.set_column(n + p - 1, &close);
        }
        _ => {}
    }
    all.map(T::from_double)
}

/// Every subset that leaves something of every goal.
fn enumerated<T: Real>(all: &Objectives<T>, n: usize) -> Vec<FrozenGoals<T>> {
    let names: Vec<&str> = all.names().iter().map(String::as_str).collect();
    let (goals, candidates) = names.split_at(n);
    let mut found = Vec::new();
    for mask in 0..1_usize << candidates.len() {
        let frozen: Vec<&str> = (0..candidates.len())
            .filter(|i| mask >> i & 1 == 1)
            .map(|i| candidates[i])
            .collect();
        match FrozenGoals::new(all, goals, &frozen) {
            Ok(x) if x.rounding() <= tolerance::unsettled::<T>() => {
                assert_eq!(x.goals(), goals);
                assert_eq!(x.frozen(), frozen);
                found.push(x);
            }
            Ok(_) | Err(Error::Dependent { .. }) => {}
            Err(other) => panic!("{other}"),
        }
    }
    found
}

fn search<T: Real>(all: &Objectives<T>, n: usize) -> FreezeSearch<T> {
    let names: Vec<&str> = all.names().iter().map(String::as_str).collect();
    FreezeSearch::new(all, &names[..n], &names[n..]).expect("a search")
}

fn least_loss<T: Real>(all: &[FrozenGoals<T>]) -> Option<f64> {
    all.iter()
        .filter(|x| !x.fights())
        .map(|x| x.safety_lost().to_double())
        .reduce(f64::min)
}

/// Equal to brute force: the best loss, the best subset unless it is tied, and the Pareto set.
fn brute_force<T: Real>(instances: u64) {
    let (mut resolved, mut tied) = (0, 0);
    for seed in 0..instances {
        let n = 2 + (seed % 7 == 0) as usize;
        let p = (seed % 9) as usize;
        let all = objectives(&instance::<T>(n, p, seed));
        let every = enumerated(&all, n);
        let plan = search(&all, n).run().expect("a plan");
        assert_eq!(plan.method(), SearchMethod::Exact);
        let slack = |x: &FrozenGoals<T>| 2.0 * x.rounding().to_double();
        assert_eq!(
            plan.best().is_some(),
            least_loss(&every).is_some(),
            "{seed}"
        );
        if let (Some(best), Some(least)) = (plan.best(), least_loss(&every)) {
            resolved += 1;
            assert!(!best.fights());
            let off = (best.safety_lost().to_double() - least).abs();
            assert!(off <= slack(best), "{seed}: {off:e}");
            let rivals = every
                .iter()
                .filter(|x| !x.fights())
                .filter(|x| x.safety_lost().to_double() <= least + slack(best) + slack(x));
            let rivals: Vec<_> = rivals.map(FrozenGoals::frozen).collect();
            assert!(rivals.contains(&best.frozen()), "{seed}");
            tied += usize::from(rivals.len() > 1);
        }
        // Nothing beats a member of the Pareto set, and a member is as good as every subset.
        for x in plan.pareto() {
            for y in &every {
                let e = slack(x) + slack(y);
                let less = x.conflict_left() - y.conflict_left();
                let cheaper = x.safety_lost() - y.safety_lost();
                assert!(less.to_double() <= e || cheaper.to_double() <= e, "{seed}");
            }
        }
        for y in &every {
            let met = plan.pareto().iter().any(|x| {
                let e = slack(x) + slack(y);
                (x.conflict_left() - y.conflict_left()).to_double() <= e
                    && (x.safety_lost() - y.safety_lost()).to_double() <= e
            });
            assert!(met, "{seed}: {:?}", y.frozen());
        }
        for pair in plan.pareto().windows(2) {
            assert!(pair[0].safety_lost() < pair[1].safety_lost());
            assert!(pair[0].conflict_left() > pair[1].conflict_left());
        }
    }
    println!("{instances} instances, {resolved} resolved, {tied} with ties");
    assert!(resolved > instances / 4 && resolved < instances);
}

#[test]
fn exact_search_is_brute_force_f64() {
    brute_force::<f64>(1000);
}

#[test]
fn exact_search_is_brute_force_f32() {
    brute_force::<f32>(250);
}

/// What `SearchMethod::Greedy` says of itself.
#[test]
fn greedy_misses_some() {
    let (mut can, mut none, mut dearer) = (0, 0, 0);
    for seed in 0..500 {
        let p = 4 + (seed % 7) as usize;
        let all = objectives(&instance::<f64>(2, p, 4 * seed));
        let search = search(&all, 2);
        let exact = search.run().expect("a plan");
        let greedy = search.run_by(SearchMethod::Greedy).expect("a plan");
        assert_eq!(greedy.method(), SearchMethod::Greedy);
        let Some(best) = exact.best().filter(|x| !x.frozen().is_empty()) else {
            continue;
        };
        can += 1;
        match greedy.best() {
            None => none += 1,
            Some(found) => {
                assert!(!found.fights());
                let worse = found.safety_lost() - best.safety_lost();
                assert!(worse >= -best.rounding());
                dearer += u32::from(worse > best.rounding() + found.rounding());
            }
        }
    }
    println!("of {can} that can be resolved: none found in {none}, a dearer one in {dearer}");
    assert!(can > 300 && none + dearer > 0 && 5 * (none + dearer) < can);
}

/// The gain against the minimum over a grid of weights, and the certificate.
#[test]
fn joint_gain_is_the_distance_of_the_hull() {
    for seed in 0..200 {
        let frozen = (seed % 4) as usize;
        let vectors = instance::<f64>(3, frozen, 4 * seed);
        let all = objectives(&vectors);
        let names: Vec<&str> = all.names().iter().map(String::as_str).collect();
        let (goals, rest) = names.split_at(3);
        let joint = JointGain::new(&all, goals, rest, Budget::unit()).expect("goals are left");
        let accepted = tolerance::gain::<f64>(all.len());
        assert!(joint.gap().abs() <= accepted, "{:e}", joint.gap());
        assert!((joint.weights().sum() - 1.0).abs() <= accepted);
        assert!(joint.weights().iter().all(|&w| w >= 0.0));
        let left = all.freeze(rest).expect("goals are left");
        let residuals = left.vectors().expect("known") * DMatrix::from_diagonal(left.slopes());
        let residuals = residuals
            .column_iter()
            .enumerate()
            .map(|(j, x)| x / all.slopes()[j])
            .collect::<Vec<_>>();
        let steps = 200;
        let mut least = f64::INFINITY;
        for a in 0..=steps {
            for b in 0..=steps - a {
                let (u, v) = (a as f64 / steps as f64, b as f64 / steps as f64);
                let x = &residuals[0] * u + &residuals[1] * v + &residuals[2] * (1.0 - u - v);
                least = least.min(x.norm());
            }
        }
        // The norm changes by one at most for a weight moved by one.
        assert!(
            joint.gain() <= least + accepted,
            "{} > {least}",
            joint.gain()
        );
        assert!(joint.gain() >= least - 2.0 / steps as f64 - accepted);
        let delta = joint.delta().expect("known");
        assert!(delta.norm() <= 1.0 + accepted);
        for (r, gain) in residuals.iter().zip(joint.gains()) {
            assert!((r.dot(delta) - gain).abs() <= accepted);
        }
        for i in 3..all.len() {
            let moved = vectors.column(i).normalize().dot(delta);
            assert!(moved.abs() <= 16.0 * accepted);
        }
    }
}

/// Against each other nothing is gained: the best shift is none, and has no length.
fn opposite_goals_gain_nothing<T: Real>() {
    let vectors = DMatrix::from_columns(&[
        DVector::from_column_slice(&[T::one(), T::zero()]),
        DVector::from_column_slice(&[-T::one(), T::zero()]),
    ]);
    let budget = Budget::new(T::from_double(3.0)).expect("positive");
    let joint = JointGain::new(&objectives(&vectors), &["f0", "f1"], &[], budget).expect("goals");
    assert_eq!(joint.length(), T::zero());
    assert!(joint.gains().iter().all(|&gain| gain == T::zero()));
    let alone = DVector::from_element(2, T::from_double(3.0));
    assert_eq!(joint.gains_alone(), &alone);
}

#[test]
fn goals_against_each_other_gain_nothing() {
    opposite_goals_gain_nothing::<f32>();
    opposite_goals_gain_nothing::<f64>();
}

/// Orthogonal once the third coordinate is frozen: no fight, and none for a rounding either way.
fn orthogonal_goals_do_not_fight<T: Real>() {
    let t = T::from_double;
    let column = |x: [f64; 3]| DVector::from_iterator(3, x.map(t));
    for sign in [1.0, -1.0] {
        let vectors = DMatrix::from_columns(&[
            column([1.0, 0.0, 1.0]),
            column([0.0, 1.0, sign]),
            column([0.0, 0.0, 1.0]),
        ]);
        let frozen = FrozenGoals::new(&objectives(&vectors), &["f0", "f1"], &["f2"]).expect("left");
        assert!(frozen.conflict_left() <= frozen.rounding());
        assert!(!frozen.fights());
    }
    let against = DMatrix::from_columns(&[
        column([1.0, -0.1, 1.0]),
        column([0.0, 1.0, 1.0]),
        column([0.0, 0.0, 1.0]),
    ]);
    let frozen = FrozenGoals::new(&objectives(&against), &["f0", "f1"], &["f2"]).expect("left");
    assert!(frozen.fights());
}

#[test]
fn goals_that_are_left_orthogonal_do_not_fight() {
    orthogonal_goals_do_not_fight::<f32>();
    orthogonal_goals_do_not_fight::<f64>();
}

/// Conflict taken away is weighed against the loss. The first candidate takes most of it from a goal that has little
/// besides, the other two a half each at a fifth of the loss; any two of the three resolve.
#[test]
fn greedy_takes_what_costs_least_for_what_it_takes() {
    let (base, rest) = (0.22_f64.sqrt(), [0.295_f64.sqrt(), 0.8725_f64.sqrt()]);
    let mut vectors = DMatrix::<f64>::zeros(6, 5);
    vectors.set_column(
        0,
        &DVector::from_vec(vec![0.8, 0.35, 0.35, base, rest[0], 0.0]),
    );
    vectors.set_column(
        1,
        &DVector::from_vec(vec![-0.25, -0.35, -0.35, base, 0.0, rest[1]]),
    );
    for i in 0..3 {
        vectors[(i, 2 + i)] = 1.0;
    }
    let search = search(&objectives(&vectors), 2);
    for method in [SearchMethod::Greedy, SearchMethod::Exact] {
        let plan = search.run_by(method).expect("a plan");
        let best = plan.best().expect("two resolve");
        assert_eq!(best.frozen(), ["f3", "f4"], "{method}");
        // Of 1.4 each goal keeps 1.155 at least.
        let lost = 1.0 - (1.155_f64 / 1.4).sqrt();
        assert!((best.safety_lost() - lost).abs() <= tolerance::closed_form::<f64>());
    }
}

/// Twenty candidates are searched one and all: goals at peace need none of them.
#[test]
fn twenty_candidates_are_searched_exactly() {
    let vectors = DMatrix::<f64>::from_fn(22, 22, |i, j| match (i, j) {
        _ if i == j => 1.0,
        (0, 2..) => 0.5,
        (1, 2..) => 0.3,
        _ => 0.0,
    });
    let plan = search(&objectives(&vectors), 2).run_by(SearchMethod::Exact);
    let plan = plan.expect("a plan");
    assert_eq!(plan.method(), SearchMethod::Exact);
    assert!(plan.best().expect("no conflict").frozen().is_empty());
    assert_eq!(plan.pareto().len(), 1);
}

/// Of pairs that fight alike the first is named.
#[test]
fn the_first_of_equal_pairs_is_the_worst() {
    let gram = DMatrix::<f64>::from_fn(4, 4, |i, j| if i == j { 1.0 } else { -0.25 });
    let names = ["a", "b", "c", "d"];
    let all = Objectives::from_gram(&names, &gram).expect("a Gram matrix");
    let goals = FrozenGoals::new(&all, &names, &[]).expect("goals");
    assert_eq!(goals.worst_pair(), ["a", "b"]);
    assert_eq!(goals.conflict_left(), 0.25);
}

/// B·√(1 − τ) of each goal.
#[test]
fn free_gains_grow_with_the_budget() {
    for budget in [0.25, 1.0, 3.0] {
        let budget = Budget::new(budget).expect("positive");
        let conflict = Conflict::from_overlaps(-0.36_f64, 0.6, -0.8, budget).expect("a conflict");
        for (gain, kept) in conflict.free_gains().into_iter().zip([0.8, 0.6]) {
            let off = gain / budget.value() - kept;
            assert!(off.abs() <= tolerance::closed_form::<f64>(), "{gain}");
        }
    }
}
