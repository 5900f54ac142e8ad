//! The greedy search against the search that it says it is, over subsets that are frozen from
//! scratch.

use std::collections::{BTreeMap, BTreeSet};

use crate::common::{normal, rng};
use alignment_tax::{FreezeSearch, FrozenGoals, Objectives, SearchMethod};
use nalgebra::DMatrix;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;

/// What freezing a subset leaves.
#[derive(Clone, Copy)]
struct Left {
    conflict: f64,
    loss: f64,
}

impl Left {
    fn resolved(self) -> bool {
        self.conflict <= 0.0
    }
}

/// Two goals against each other along some axes, and candidates that mix these and have an
/// axis of their own.
fn instance(p: usize, rng: &mut ChaCha8Rng) -> DMatrix<f64> {
    let m = rng.random_range(2..=4);
    let d = m + p + 3;
    let slack = rng.random_range(0.02..0.4);
    let mut x = DMatrix::zeros(d, p + 2);
    for i in 0..m {
        let h = rng.random_range(0.2..0.9);
        x[(i, 0)] = h;
        x[(i, 1)] = -h * rng.random_range(0.5..1.5);
    }
    (x[(m, 0)], x[(m + 1, 0)]) = (slack, 1.0);
    (x[(m, 1)], x[(m + 2, 1)]) = (1.0, rng.random_range(0.2..1.0));
    for j in 0..p {
        let own = rng.random_range(0.0..0.7);
        for i in 0..m {
            if rng.random_range(0..3) > 0 {
                x[(i, j + 2)] = normal(rng);
            }
        }
        for i in m..m + 3 {
            x[(i, j + 2)] = 0.2 * normal(rng);
        }
        x[(m + 3 + j, j + 2)] = 0.05 + own;
    }
    x
}

/// Goals against each other along four axes, and twice three candidates of which any two span a pair of these
/// roughly: more is frozen than is needed, and what is released first decides what can be after it.
fn redundant(rng: &mut ChaCha8Rng) -> DMatrix<f64> {
    let mut x = DMatrix::zeros(13, 8);
    for i in 0..4 {
        let h = rng.random_range(0.4..0.7);
        (x[(i, 0)], x[(i, 1)]) = (h, -h);
    }
    (x[(4, 0)], x[(5, 0)]) = (rng.random_range(0.05..0.3), 1.0);
    (x[(4, 1)], x[(6, 1)]) = (1.0, rng.random_range(0.2..1.0));
    for j in 0..6 {
        let pair = j / 3 * 2;
        let (both, own) = (j % 3 == 0, rng.random_range(0.02..0.3));
        for i in 0..7 {
            x[(i, j + 2)] = 0.5 * own * normal(rng);
        }
        for i in [pair, pair + 1] {
            if both || i == pair + j % 3 - 1 {
                x[(i, j + 2)] += 1.0;
            }
        }
        x[(7 + j, j + 2)] = own;
    }
    x
}

/// Goals that go together along one axis and against each other along another, and candidates near the first: each
/// alone makes the conflict worse, and two of them end it.
fn harmful(p: usize, rng: &mut ChaCha8Rng) -> DMatrix<f64> {
    let mut x = DMatrix::zeros(p + 5, p + 2);
    let h = rng.random_range(0.6..0.9);
    (x[(0, 0)], x[(1, 0)], x[(2, 0)]) = (0.5, h, 0.3);
    (x[(0, 1)], x[(1, 1)], x[(2, 1)]) = (0.5, -h, 0.3);
    (x[(3, 0)], x[(4, 1)]) = (1.0, rng.random_range(0.2..1.0));
    for j in 0..p {
        x[(0, j + 2)] = rng.random_range(0.5..1.0);
        x[(1, j + 2)] = rng.random_range(-0.25..0.25);
        x[(3, j + 2)] = 0.1 * normal(rng);
        x[(4, j + 2)] = 0.1 * normal(rng);
        x[(5 + j, j + 2)] = rng.random_range(0.02..0.5);
    }
    x
}

/// Subsets in the order in which a greedy search looks at them, as the theory has it: at each step what
/// resolves at the least loss, or takes most conflict away, for its loss or at any, or leaves the
/// least; then what costs most and is not needed is released. Nothing dearer than what resolves is followed.
struct Search<'a> {
    left: BTreeMap<usize, Option<Left>>,
    of: &'a dyn Fn(usize) -> Option<Left>,
    seen: BTreeSet<usize>,
    cheapest: f64,
    released: usize,
    harmed: usize,
}

impl Search<'_> {
    fn look(&mut self, set: usize) -> Option<Left> {
        let of = self.of;
        let left = (*self.left.entry(set).or_insert_with(|| of(set)))?;
        if left.loss > self.cheapest + 1e-12 {
            return None;
        }
        self.seen.insert(set);
        if left.resolved() {
            self.cheapest = self.cheapest.min(left.loss);
        }
        Some(left)
    }

    fn forwards(&mut self, p: usize, for_its_loss: bool) -> Option<usize> {
        let (mut set, mut now) = (0, self.look(0)?);
        for _ in 0..p {
            let steps: Vec<(usize, Left)> = (0..p)
                .filter(|c| set >> c & 1 == 0)
                .filter_map(|c| Some((set | 1 << c, self.look(set | 1 << c)?)))
                .collect();
            let least = |of: &dyn Fn(&Left) -> Option<f64>| {
                let all = steps.iter().filter_map(|(s, x)| Some((*s, *x, of(x)?)));
                all.min_by(|a, b| a.2.total_cmp(&b.2)).map(|x| (x.0, x.1))
            };
            if let Some((found, _)) = least(&|x| x.resolved().then_some(x.loss)) {
                return Some(found);
            }
            let helped = |x: &Left| {
                let taken = now.conflict - x.conflict;
                let added = (x.loss - now.loss).max(f64::EPSILON);
                (for_its_loss && taken > 0.0).then_some(-taken / added)
            };
            let next = least(&helped).or_else(|| least(&|x| Some(x.conflict)));
            let before = now.conflict;
            (set, now) = next?;
            self.harmed += usize::from(for_its_loss && now.conflict > before);
        }
        None
    }

    fn backwards(&mut self, mut set: usize) {
        while set.count_ones() > 1 {
            let mut best: Option<(usize, f64)> = None;
            for c in (0..usize::BITS as usize).filter(|c| set >> c & 1 == 1) {
                let fewer = set & !(1 << c);
                if let Some(left) = self.look(fewer)
                    && left.resolved()
                    && best.is_none_or(|(_, loss)| left.loss < loss)
                {
                    best = Some((fewer, left.loss));
                }
            }
            let Some((fewer, _)) = best else {
                return;
            };
            self.released += 1;
            set = fewer;
        }
    }
}

#[test]
fn it_is_the_search_that_it_says_it_is() {
    let (mut rng, mut steps, mut released, mut stuck, mut harmed) = (rng(17), 0, 0, 0, 0);
    for case in 0..600 {
        let vectors = match case % 3 {
            0 => instance(3 + case % 12 / 3, &mut rng),
            1 => redundant(&mut rng),
            _ => harmful(3 + case % 2, &mut rng),
        };
        let p = vectors.ncols() - 2;
        let names: Vec<String> = (0..p + 2).map(|i| format!("f{i}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let all = Objectives::from_gradients(&names, &vectors).expect("columns");
        let (goals, candidates) = names.split_at(2);
        let chosen = |set: usize| -> Vec<&str> {
            (0..p)
                .filter(|i| set >> i & 1 == 1)
                .map(|i| candidates[i])
                .collect()
        };
        let of = |set: usize| {
            let frozen = FrozenGoals::new(&all, goals, &chosen(set)).ok()?;
            Some(Left {
                conflict: frozen.conflict_left(),
                loss: frozen.safety_lost(),
            })
        };
        let mut search = Search {
            left: BTreeMap::new(),
            of: &of,
            seen: BTreeSet::new(),
            cheapest: f64::INFINITY,
            released: 0,
            harmed: 0,
        };
        let unfrozen = search.look(0).expect("goals");
        if !unfrozen.resolved() {
            for for_its_loss in [true, false] {
                match search.forwards(p, for_its_loss) {
                    Some(set) => {
                        steps += usize::from(set.count_ones() > 1);
                        search.backwards(set);
                    }
                    None => stuck += 1,
                }
            }
        }
        released += search.released;
        harmed += search.harmed;

        // Of all that was looked at: the cheapest that resolves, and what nothing dominates.
        let mut expected: Vec<(f64, f64, usize)> = search
            .seen
            .iter()
            .map(|&set| (search.left[&set].expect("seen"), set))
            .filter(|(x, _)| x.loss <= search.cheapest + 1e-12)
            .map(|(x, set)| (x.loss, x.conflict, set))
            .collect();
        expected.sort_by(|a, b| a.partial_cmp(b).expect("numbers"));
        let mut least = f64::INFINITY;
        expected.retain(|x| {
            let better = x.1 < least;
            least = least.min(x.1);
            better
        });
        let plan = FreezeSearch::new(&all, goals, candidates)
            .and_then(|search| search.run_by(SearchMethod::Greedy))
            .expect("a plan");
        let found: Vec<Vec<&str>> = plan
            .pareto()
            .iter()
            .map(|x| x.frozen().iter().map(String::as_str).collect())
            .collect();
        let expected_sets: Vec<Vec<&str>> = expected.iter().map(|x| chosen(x.2)).collect();
        assert_eq!(found, expected_sets, "{case}");
        assert_eq!(plan.best().is_some(), search.cheapest.is_finite(), "{case}");
    }
    println!("{steps} of several steps, {released} released, {stuck} stuck, {harmed} harmed");
    assert!(steps > 40 && released > 20 && stuck > 20 && harmed > 20);
}
