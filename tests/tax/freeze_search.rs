//! The search for what to freeze: against residuals of every span, which share no code with
//! it, and on an instance with a planted answer.

use crate::common::{direction, gaussian, rng};
use alignment_tax::{
    ConflictVerdict, Error, FreezeSearch, FrozenGoals, Objectives, RankRule, Real, SearchMethod,
    Subspace, tolerance,
};
use nalgebra::DMatrix;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;

fn t<T: Real>(x: f64) -> T {
    T::from_double(x)
}

/// Goals `g0`, … and candidates `c0`, … .
fn named<T: Real>(vectors: &DMatrix<T>, goals: usize) -> (Objectives<T>, Vec<String>) {
    let names: Vec<String> = (0..vectors.ncols())
        .map(|i| match i.checked_sub(goals) {
            None => format!("g{i}"),
            Some(c) => format!("c{c}"),
        })
        .collect();
    let borrowed: Vec<&str> = names.iter().map(String::as_str).collect();
    let objectives = Objectives::from_gradients(&borrowed, vectors).expect("columns");
    (objectives, names)
}

/// Goals that oppose each other, and candidates that lean towards either, some of which depend on
/// each other, exactly or nearly.
fn instance<T: Real>(goals: usize, p: usize, rng: &mut ChaCha8Rng) -> DMatrix<T> {
    let d = goals + p + rng.random_range(0..4);
    let mut x = gaussian::<T>(d, goals + p, rng);
    let along = direction::<T>(d, rng);
    for j in 1..goals {
        let first = x.column(0) * t::<T>(rng.random_range(0.0..0.8));
        let moved = x.column(j) - first;
        x.set_column(j, &moved);
    }
    for j in goals..goals + p {
        let lean = t::<T>(rng.random_range(-1.0..1.0)) * x.column(0).norm();
        let moved = x.column(j)
            + along.as_vector() * lean
            + x.column(rng.random_range(0..goals)) * t::<T>(rng.random_range(-0.8..0.8));
        x.set_column(j, &moved);
    }
    if p > 3 && rng.random_range(0..4) == 0 {
        let mixed = x.column(goals) * t::<T>(0.6) - x.column(goals + 1) * t::<T>(0.3);
        x.set_column(goals + p - 1, &mixed);
    }
    if p > 4 && rng.random_range(0..4) == 0 {
        // Nearer than that inner products in single precision do not settle a verdict.
        let apart = if T::machine_epsilon() < t(1e-10) {
            0.03
        } else {
            0.3
        };
        let near = x.column(goals) + x.column(goals + 2) * t::<T>(apart);
        x.set_column(goals + p - 2, &near);
    }
    x
}

/// A set of candidates and what freezing it leaves, from the residuals of its span: double
/// precision, and none of the code under test.
struct Reference {
    set: usize,
    conflict: f64,
    /// cosθ of the worst pair.
    cosine: f64,
    loss: f64,
    /// Enough is left of every goal for its direction to be known in any precision.
    sure: bool,
}

impl Reference {
    fn of(vectors: &DMatrix<f64>, goals: usize, set: usize, rounding: f64) -> Option<Self> {
        let frozen: Vec<_> = (0..vectors.ncols() - goals)
            .filter(|i| set >> i & 1 == 1)
            .map(|i| vectors.column(goals + i))
            .collect();
        let span = match frozen.as_slice() {
            [] => Subspace::trivial(vectors.nrows()),
            // Columns that depend on each other do so to the rounding they were made with.
            columns => Subspace::from_columns_with(
                &DMatrix::from_columns(columns),
                RankRule::Relative(1e2 * rounding),
            ),
        }
        .expect("a span");
        let rest: Vec<_> = (0..goals)
            .map(|j| span.reject(&vectors.column(j).normalize()).expect("finite"))
            .collect();
        let kept = rest.iter().map(|x| x.norm()).fold(1.0, f64::min);
        if kept < 1e-6 {
            return None;
        }
        let mut cosine = 1.0_f64;
        for j in 0..goals {
            for i in 0..j {
                cosine = cosine.min(rest[i].normalize().dot(&rest[j].normalize()));
            }
        }
        Some(Self {
            set,
            conflict: (-cosine).max(0.0),
            cosine,
            loss: 1.0 - kept,
            sure: kept >= 0.25,
        })
    }
}

fn agrees_with_enumeration<T: Real>(instances: usize) {
    let mut rng = rng(91);
    let (mut resolved, mut impossible, mut peaceful) = (0, 0, 0);
    // 32ε·Σ|w|² for candidates within 0.03 of the span of others, whose weights are some 70.
    let slack = 1.6e5 * T::machine_epsilon().to_double();
    for case in 0..instances {
        let goals = 2 + usize::from(case % 5 == 0);
        let p = rng.random_range(1..=8);
        let vectors = instance::<T>(goals, p, &mut rng);
        let (mut objectives, names) = named(&vectors, goals);
        let borrowed: Vec<&str> = names.iter().map(String::as_str).collect();
        // Inner products in single precision do not settle many of these.
        if case % 3 == 0 && T::machine_epsilon() < t(1e-10) {
            objectives =
                Objectives::from_gram(&borrowed, objectives.gram()).expect("a Gram matrix");
        }
        let search = FreezeSearch::new(&objectives, &borrowed[..goals], &borrowed[goals..]);
        let plan = search
            .expect("names")
            .run_by(SearchMethod::Exact)
            .expect("converges");
        let vectors = vectors.map(Real::to_double);
        let rounding = T::machine_epsilon().to_double();
        let all: Vec<Reference> = (0..1_usize << p)
            .filter_map(|set| Reference::of(&vectors, goals, set, rounding))
            .collect();
        let least = |of: &dyn Fn(&Reference) -> bool| {
            let losses = all.iter().filter(|x| of(x)).map(|x| x.loss);
            losses.fold(f64::INFINITY, f64::min)
        };
        let at_most = least(&|x| x.sure && x.cosine >= slack);
        let at_least = least(&|x| x.cosine >= -slack);

        match plan.best() {
            Some(best) => {
                let loss = best.safety_lost().to_double();
                assert!(loss <= at_most + slack, "{case}: {loss} {at_most}");
                assert!(loss >= at_least - slack, "{case}: {loss} {at_least}");
                assert!(!best.fights() && plan.near_misses().is_empty());
                let set = members(best, &names, goals);
                let same = all
                    .iter()
                    .find(|x| x.set == set)
                    .expect("something is left");
                assert!(same.conflict <= slack && (same.loss - loss).abs() <= slack);
                assert_eq!(plan.pareto().last(), Some(best));
                resolved += 1;
                peaceful += usize::from(best.frozen().is_empty());
            }
            None => {
                assert!(at_most.is_infinite(), "{case}: {at_most}");
                impossible += 1;
                let surely = all.iter().filter(|x| x.sure).map(|x| x.conflict);
                let surely = surely.fold(f64::INFINITY, f64::min);
                let found = plan.near_misses()[0].conflict_left().to_double();
                assert!(found <= surely + slack, "{case}: {found} {surely}");
            }
        }

        // No set beats a member of the Pareto set in both, and every set is matched by one.
        let pareto: Vec<(f64, f64)> = plan
            .pareto()
            .iter()
            .map(|x| (x.conflict_left().to_double(), x.safety_lost().to_double()))
            .collect();
        for x in all.iter().filter(|x| x.sure) {
            let matched = |of: &(f64, f64)| of.0 <= x.conflict + slack && of.1 <= x.loss + slack;
            assert!(pareto.iter().any(matched), "{case}: {:b}", x.set);
            let beats = |of: &(f64, f64)| x.conflict < of.0 - slack && x.loss < of.1 - slack;
            assert!(!pareto.iter().any(beats), "{case}: {:b}", x.set);
        }
        let falls = |x: &[(f64, f64)]| x[0].1 <= x[1].1 && x[0].0 >= x[1].0;
        assert!(pareto.windows(2).all(falls), "{case}");
        for (i, (name, alone)) in plan.singles().enumerate() {
            assert_eq!(name, names[goals + i]);
            if let Some(expected) = all.iter().find(|x| x.set == 1 << i && x.sure) {
                let alone = alone.expect("something is left");
                assert!((alone.conflict_left().to_double() - expected.conflict).abs() <= slack);
                assert!((alone.safety_lost().to_double() - expected.loss).abs() <= slack);
            }
        }
    }
    assert!(
        resolved >= instances / 10 && impossible >= instances / 10,
        "{resolved} {impossible}"
    );
    assert!(peaceful >= 1 && peaceful < resolved);
}

fn members<T: Real>(freezing: &FrozenGoals<T>, names: &[String], goals: usize) -> usize {
    let place = |name: &String| {
        names[goals..]
            .iter()
            .position(|x| x == name)
            .expect("known")
    };
    freezing.frozen().iter().map(|x| 1 << place(x)).sum()
}

#[test]
fn exact_search_is_brute_force_f64() {
    agrees_with_enumeration::<f64>(300);
}

#[test]
fn exact_search_is_brute_force_f32() {
    agrees_with_enumeration::<f32>(100);
}

/// Beyond 20 candidates the plan is greedy and says so; exactness is not pretended.
#[test]
fn many_candidates_are_greedy() {
    let mut rng = rng(93);
    let vectors = instance::<f64>(2, 24, &mut rng);
    let (objectives, names) = named(&vectors, 2);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let search = FreezeSearch::new(&objectives, &names[..2], &names[2..]).expect("names");
    assert!(matches!(
        search.run_by(SearchMethod::Exact),
        Err(Error::OutOfBounds {
            argument: "number of candidates",
            most: 20,
            actual: 24,
            ..
        })
    ));
    assert_eq!(
        search.run().expect("converges").method(),
        SearchMethod::Greedy
    );
    let fewer = FreezeSearch::new(&objectives, &names[..2], &names[2..12]).expect("names");
    assert_eq!(
        fewer.run().expect("converges").method(),
        SearchMethod::Exact
    );
}

/// Orthogonal capabilities, of which one pair mediates the conflict: the plan finds exactly
/// these, whatever else is there.
#[test]
fn a_planted_set_is_found_among_twenty() {
    let d = 24;
    let axis = |i: usize, x: f64| {
        let mut v = DMatrix::zeros(d, 1);
        v[i] = x;
        v
    };
    let first = axis(0, 0.5) + axis(3, 0.5) + axis(7, 0.4);
    let second = axis(1, 0.5) + axis(3, -0.5) + axis(7, -0.4) + axis(0, 0.3);
    let mut vectors = DMatrix::zeros(d, 22);
    vectors.set_column(0, &first.column(0));
    vectors.set_column(1, &second.column(0));
    for j in 0..20 {
        vectors.set_column(j + 2, &axis(j + 2, 1.0).column(0));
    }
    let (objectives, names) = named(&vectors, 2);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let search = FreezeSearch::new(&objectives, &names[..2], &names[2..]).expect("names");
    let plan = search.run_by(SearchMethod::Exact).expect("converges");
    let best = plan.best().expect("planted");
    // 0.15 − 0.25 − 0.16 < 0 becomes 0.15 − 0.16 < 0 by one, and 0.15 by both.
    assert_eq!(best.frozen(), ["c1", "c5"]);
    assert_eq!(best.verdict(), ConflictVerdict::Resolved);
    assert_eq!(plan.unfrozen().verdict(), ConflictVerdict::Unchanged);
    let bound = tolerance::gain::<f64>(22);
    let kept = [0.5 / 0.66_f64.sqrt(), (0.34_f64 / 0.75).sqrt()];
    assert!((best.free_shares()[0] - kept[0]).abs() <= bound);
    assert!((best.free_shares()[1] - kept[1]).abs() <= bound);
    // Nothing that is orthogonal to both goals is on the Pareto set.
    assert!(
        plan.pareto()
            .iter()
            .all(|x| x.frozen().iter().all(|n| n == "c1" || n == "c5"))
    );
    assert_eq!(
        search
            .run_by(SearchMethod::Greedy)
            .expect("converges")
            .best(),
        Some(best)
    );
}

/// Candidates that are told apart only just, where the bounds of the sweep leave it open whether one adds to the
/// span of the others: the plan is as cheap as the best of all subsets.
fn nearly_dependent_candidates<T: Real + std::fmt::LowerExp>(apart: &[f64]) {
    let mut settled = 0;
    for (round, &e) in apart.iter().enumerate() {
        let random = &mut rng(round as u64);
        let base = instance::<T>(2, 3, random);
        let d = base.nrows();
        // The third candidate is the sum of the first two but for e, the fourth the first but for e.
        let vectors = DMatrix::from_fn(d, 6, |i, j| match j {
            0..=3 => base[(i, j)],
            4 => base[(i, 2)] + base[(i, 3)] + t::<T>(e) * base[(i, 4)],
            _ => base[(i, 2)] - t::<T>(e) * base[(i, 4)],
        });
        let (objectives, names) = named(&vectors, 2);
        let goals: Vec<&str> = names[..2].iter().map(String::as_str).collect();
        let candidates: Vec<&str> = names[2..].iter().map(String::as_str).collect();
        let search = FreezeSearch::new(&objectives, &goals, &candidates).expect("a search");
        let plan = search.run_by(SearchMethod::Exact).expect("a plan");
        let all = (0..1_usize << 4).filter_map(|set| {
            let frozen: Vec<&str> = (0..4)
                .filter(|i| set >> i & 1 == 1)
                .map(|i| candidates[i])
                .collect();
            let frozen = FrozenGoals::new(&objectives, &goals, &frozen).ok()?;
            (frozen.rounding() <= tolerance::unsettled::<T>() && !frozen.fights()).then_some(frozen)
        });
        let cheapest = all.min_by(|a, b| {
            a.safety_lost()
                .partial_cmp(&b.safety_lost())
                .expect("numbers")
        });
        match (plan.best(), &cheapest) {
            (None, None) => {}
            (Some(found), Some(best)) => {
                let off = found.safety_lost() - best.safety_lost();
                let rounding = found.rounding() + best.rounding();
                assert!(
                    off <= rounding,
                    "{e:e}: {:e} beyond the best by {off:e}",
                    found.safety_lost()
                );
                settled += 1;
            }
            // Which of two sets resolves may hang on the rounding of the cosine that is left.
            (found, best) => {
                let one = found.or(best.as_ref()).expect("one of them");
                let left = one.conflict_left().to_double().abs();
                assert!(
                    left <= one.rounding().to_double(),
                    "{e:e}: {found:?}, {best:?}"
                );
            }
        }
    }
    assert!(settled > 0);
}

#[test]
fn nearly_dependent_candidates_are_told_apart_f64() {
    let apart: Vec<f64> = (0..120)
        .map(|i| 10.0_f64.powf(-1.0 - f64::from(i) / 8.0))
        .collect();
    nearly_dependent_candidates::<f64>(&apart);
}

#[test]
fn nearly_dependent_candidates_are_told_apart_f32() {
    let apart: Vec<f64> = (0..120)
        .map(|i| 10.0_f64.powf(-1.0 - f64::from(i) / 20.0))
        .collect();
    nearly_dependent_candidates::<f32>(&apart);
}

/// Sets that cost the same to rounding: the smaller mean loss, then fewer capabilities, then the order of the candidates
/// decide, in whatever order they are given.
#[test]
fn ties_are_broken_by_the_mean_the_number_and_the_order() {
    let chosen = |goals: [[f64; 6]; 2], candidates: &[(&str, [f64; 6])]| {
        let mut columns = goals.to_vec();
        columns.extend(candidates.iter().map(|c| c.1));
        let vectors = DMatrix::from_fn(6, columns.len(), |i, j| columns[j][i]);
        let mut names = vec!["g0", "g1"];
        names.extend(candidates.iter().map(|c| c.0));
        let objectives = Objectives::from_gradients(&names, &vectors).expect("columns");
        let search = FreezeSearch::new(&objectives, &names[..2], &names[2..]).expect("names");
        let plans = [SearchMethod::Exact, SearchMethod::Greedy]
            .map(|method| search.run_by(method).expect("a plan"));
        let best = plans.map(|plan| plan.best().expect("one resolves").frozen().join(" "));
        assert_eq!(best[0], best[1]);
        best[0].clone()
    };
    // They oppose each other along the first axis, where the first goal has half of its square and the second a sixth.
    let goals = [
        [1.0, 0.0, 1.0, 0.0, 0.0, 0.0],
        [-1.0, 1.0, 0.0, 2.0, 0.0, 0.0],
    ];
    let along = ("along", [1.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    // 1.08² of 1.08² as of the first goal, and 1.4² of 1.08² of the second in place of 1.
    let aslant = ("aslant", [1.0, -0.4, 0.08, 0.0, 0.0, 0.0]);
    assert_eq!(chosen(goals, &[aslant]), "aslant");
    assert_eq!(chosen(goals, &[along, aslant]), "along");
    assert_eq!(chosen(goals, &[aslant, along]), "along");
    // Two that span the same and an axis that neither goal knows.
    let sum = ("sum", [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    let difference = ("difference", [1.0, 0.0, 0.0, 0.0, -1.0, 0.0]);
    assert_eq!(chosen(goals, &[along, sum, difference]), "along");
    assert_eq!(chosen(goals, &[sum, difference, along]), "along");
    // The same twice.
    let back = ("back", [-2.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!(chosen(goals, &[along, back]), "along");
    assert_eq!(chosen(goals, &[back, along]), "back");
}
