//! All subsets of some capabilities, each scored by one step from another.
//!
//! The columns, capabilities first and goals last, are kept as an upper triangular R with RᵀR their
//! Gram matrix. To freeze the first column is to drop the first row and column: what remains is
//! the R of the residuals (the Schur complement of the Gram matrix, without its squares). To leave it
//! out is to drop the column alone, which leaves one entry below each diagonal, and Givens
//! rotations of neighbouring rows remove them (Smith & Bremner 1989; Gatu & Kontoghiorghes 2006, the
//! dropping of columns). So a tree of depth p visits each subset once. With m capabilities undecided
//! both steps cost O((m + n)²), and half of all steps have none left: some fifty flops a
//! subset on average, where a factorisation of its own would take thousands.
//!
//! **Errors.** A residual r = f − F·β is known to e·‖w‖₁ with w = (1, −β). Freezing c with residual
//! ρ_c·q turns r into r − (h/ρ_c)·(ρ_c·q), h the entry of R, so that ‖w‖₁ grows by |h|/ρ_c·‖w_c‖₁ at
//! most. Leaving out does not change w. The bound is carried along, at n + m flops a step, e being
//! what the objectives are known to and what the rotations add. A capability whose residual is
//! within it depends on those frozen and is passed over: the subset has the span that it has
//! without. Bounds multiply, and from inner products in single precision they soon say nothing; where
//! they leave a question open it is answered by freezing from scratch. All of this is in double precision; it shortlists, and what is reported is frozen anew.

use nalgebra::DMatrix;

use super::shortlist::{Score, Shortlist};
use crate::linalg::householder::Triangular;
use crate::linalg::scale;
use crate::objectives::Known;
use crate::{Error, Objectives, Real, tolerance};

/// Capabilities and then goals as a square upper triangle, and to how much it is known.
pub(super) struct Columns {
    pub(super) r: DMatrix<f64>,
    pub(super) goals: usize,
    pub(super) known: Known<f64>,
    /// Cosines that are not known to within this, in the scalar of the objectives, settle nothing.
    pub(super) unsettled: f64,
}

impl Columns {
    /// Of objectives with the goals first.
    pub(super) fn of<T: Real>(objectives: &Objectives<T>, goals: usize) -> Self {
        let k = objectives.len();
        let source = objectives.source();
        // Rows of zeros where there are fewer than columns.
        let rows = source.nrows().max(k);
        let mut units = DMatrix::zeros(rows, k);
        for (j, mut column) in units.column_iter_mut().enumerate() {
            let from = source.column((j + goals) % k);
            for (x, &y) in column.iter_mut().zip(from.iter()) {
                *x = y.to_double();
            }
        }
        for column in units.as_mut_slice().chunks_exact_mut(rows) {
            scale::normalise(column);
        }
        let rotations = tolerance::rotations(k);
        Self {
            r: Triangular::of(units).r,
            goals,
            unsettled: tolerance::unsettled::<T>().to_double(),
            known: match objectives.known() {
                Known::Vectors(e) => Known::Vectors(e.to_double() + rotations),
                Known::Products(e) => Known::Products(e.to_double() + rotations),
            },
        }
    }

    pub(super) fn candidates(&self) -> usize {
        self.r.ncols() - self.goals
    }
}

/// R for the capabilities from one on and the goals.
struct Level {
    /// The rows of the capabilities, one after the other, each from its diagonal on to the last goal.
    rows: Vec<f64>,
    /// The rows below, which only goals have: their Gram matrix, upper triangle row by row. They
    /// are only ever added to, so that nothing cancels.
    tail: Vec<f64>,
    /// ‖w‖₁ of each column.
    weights: Vec<f64>,
}

/// The tree, with the workspaces of every depth.
pub(super) struct Sweep {
    levels: Vec<Level>,
    goals: usize,
    known: Known<f64>,
    unsettled: f64,
    members: Vec<usize>,
    /// Gram matrix of the goals, upper triangle row by row.
    gram: Vec<f64>,
    /// A row on its way down.
    carry: Vec<f64>,
}

impl Sweep {
    pub(super) fn new(columns: &Columns) -> Self {
        let (k, p, n) = (columns.r.ncols(), columns.candidates(), columns.goals);
        let mut levels: Vec<Level> = (0..=p)
            .map(|at| {
                let left = p - at;
                Level {
                    rows: vec![0.0; left * (left + 1) / 2 + left * n],
                    tail: vec![0.0; n * (n + 1) / 2],
                    weights: vec![1.0; left + n],
                }
            })
            .collect();
        let root = &mut levels[0];
        let entries = (0..p).flat_map(|i| (i..k).map(move |j| (i, j)));
        for (x, entry) in root.rows.iter_mut().zip(entries) {
            *x = columns.r[entry];
        }
        for i in p..k {
            let row: Vec<f64> = (p..k).map(|j| columns.r[(i, j)]).collect();
            add_products(&mut root.tail, &row);
        }
        Self {
            levels,
            goals: n,
            known: columns.known,
            unsettled: columns.unsettled,
            members: Vec::with_capacity(p),
            gram: vec![0.0; n * (n + 1) / 2],
            carry: vec![0.0; k],
        }
    }

    /// Offers every subset, the empty one first.
    pub(super) fn run<T: Real>(mut self, list: &mut Shortlist<'_, T>) -> Result<(), Error> {
        if let Some(score) = self.settled(0, list)? {
            list.offer(&[], &score)?;
        }
        self.visit(0, list)
    }

    /// What is decided about the capabilities before `at` is in `members`.
    fn visit<T: Real>(&mut self, at: usize, list: &mut Shortlist<'_, T>) -> Result<(), Error> {
        let last = self.levels.len() - 1;
        if at == last {
            return Ok(());
        }
        if self.is_independent(at, list)? {
            let changes = self.freeze(at);
            self.members.push(at);
            if let Some(score) = self.settled(at + 1, list)?
                && !list.is_beaten(&score)
            {
                if changes {
                    list.offer(&self.members, &score)?;
                }
                self.visit(at + 1, list)?;
            }
            self.members.pop();
        }
        if at + 1 == last {
            return Ok(());
        }
        self.leave_out(at);
        self.visit(at + 1, list)
    }

    /// Whether the first capability of a level adds to the span of those frozen. The weights are
    /// bounds; where they leave it open, it is asked of what the objectives were made of.
    fn is_independent<T: Real>(&self, at: usize, list: &Shortlist<'_, T>) -> Result<bool, Error> {
        let level = &self.levels[at];
        let (pivot, weight) = (level.rows[0].abs(), level.weights[0]);
        if pivot > self.known.least(weight) {
            return Ok(true);
        }
        if pivot <= self.known.least(1.0) {
            return Ok(false);
        }
        list.is_independent(&self.members, at)
    }

    /// The score of a level; where bounds leave it open whether anything is left of a goal, that of
    /// the frozen goals themselves.
    fn settled<T: Real>(
        &mut self,
        at: usize,
        list: &Shortlist<'_, T>,
    ) -> Result<Option<Score>, Error> {
        match self.score(at) {
            Some(score) => Ok(Some(score)),
            None => Ok(list.frozen(&self.members)?.map(|x| Score::exactly(&x))),
        }
    }

    /// Freezes the first capability of a level; whether that changes any goal.
    fn freeze(&mut self, at: usize) -> bool {
        let (here, below) = self.levels.split_at_mut(at + 1);
        let (level, next) = (&here[at], &mut below[0]);
        let size = level.weights.len();
        let (pivot, weight) = (level.rows[0].abs(), level.weights[0]);
        next.rows.copy_from_slice(&level.rows[size..]);
        next.tail.copy_from_slice(&level.tail);
        let ratio = weight / pivot;
        let columns = level.rows[1..size].iter().zip(&level.weights[1..]);
        for ((&entry, &before), after) in columns.zip(&mut next.weights) {
            *after = before + entry.abs() * ratio;
        }
        let goals = size - self.goals;
        let pairs = level.rows[goals..size].iter().zip(&level.weights[goals..]);
        let known = self.known;
        pairs.into_iter().any(|(entry, &before)| {
            let noise = match known {
                Known::Vectors(e) => tolerance::combination(e, before + ratio),
                Known::Products(e) => tolerance::combination(e, before * ratio),
            };
            entry.abs() > noise
        })
    }

    /// Leaves the first capability of a level out.
    fn leave_out(&mut self, at: usize) {
        let (here, below) = self.levels.split_at_mut(at + 1);
        let (level, next) = (&here[at], &mut below[0]);
        let size = level.weights.len();
        next.weights.copy_from_slice(&level.weights[1..]);
        self.carry[..size - 1].copy_from_slice(&level.rows[1..size]);
        let (mut from, mut to) = (size, 0);
        for first in 1..size - self.goals {
            let length = size - first;
            let carry = &mut self.carry[first - 1..size - 1];
            let row = &level.rows[from..from + length];
            let out = &mut next.rows[to..to + length];
            let (a, b) = (carry[0], row[0]);
            let norm = (a * a + b * b).sqrt();
            // What a square cannot hold is far below all rounding.
            let (c, s) = if norm > 0.0 {
                (a / norm, b / norm)
            } else {
                (1.0, 0.0)
            };
            for ((x, &y), z) in carry.iter_mut().zip(row).zip(out) {
                *z = c * *x + s * y;
                *x = c * y - s * *x;
            }
            from += length;
            to += length;
        }
        next.tail.copy_from_slice(&level.tail);
        add_products(&mut next.tail, &self.carry[size - 1 - self.goals..size - 1]);
    }

    /// The goals of a level, by the rows that are left.
    fn score(&mut self, at: usize) -> Option<Score> {
        let level = &self.levels[at];
        let size = level.weights.len();
        let goals = size - self.goals;
        self.gram.copy_from_slice(&level.tail);
        let mut end = 0;
        for row in 0..goals {
            end += size - row;
            add_products(&mut self.gram, &level.rows[end - self.goals..end]);
        }
        Score::of(
            self.known,
            self.unsettled,
            &self.gram,
            &level.weights[goals..],
        )
    }
}

/// G + xxᵀ, upper triangles row by row.
fn add_products(gram: &mut [f64], x: &[f64]) {
    let mut sums = gram.iter_mut();
    for (i, &a) in x.iter().enumerate() {
        for (&b, sum) in x[i..].iter().zip(&mut sums) {
            *sum += a * b;
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use nalgebra::DVector;
    use rand::rngs::ChaCha8Rng;
    use rand::{RngExt, SeedableRng};

    /// Capabilities and then goals, all at obtuse angles: every residual has only positive weights, and
    /// no bound on them loses by the triangle inequality.
    pub(in crate::conflict) fn opposed(p: usize, goals: usize, seed: u64) -> DMatrix<f64> {
        let (k, mut rng) = (p + goals, ChaCha8Rng::seed_from_u64(seed));
        let mut gram = DMatrix::identity(k, k);
        for i in 0..k {
            for j in 0..i {
                gram[(i, j)] = -rng.random_range(0.05..0.19);
                gram[(j, i)] = gram[(i, j)];
            }
        }
        gram.cholesky()
            .expect("dominated by its diagonal")
            .l()
            .transpose()
    }

    /// Any unit columns.
    fn mixed(p: usize, goals: usize, seed: u64) -> DMatrix<f64> {
        let (k, mut rng) = (p + goals, ChaCha8Rng::seed_from_u64(seed));
        let mut units = DMatrix::from_fn(k, k, |_, _| rng.random_range(-1.0..1.0));
        units.column_iter_mut().for_each(|mut x| {
            x.normalize_mut();
        });
        units
    }

    pub(in crate::conflict) fn columns(units: &DMatrix<f64>, goals: usize) -> Columns {
        Columns {
            r: Triangular::of(units.clone()).r,
            goals,
            known: Known::Vectors(f64::EPSILON),
            unsettled: 1.0,
        }
    }

    /// What is left of a column outside the span of others, and ‖w‖₁, by the normal equations.
    pub(in crate::conflict) fn left(
        units: &DMatrix<f64>,
        frozen: &[usize],
        j: usize,
    ) -> (DVector<f64>, f64) {
        let column = units.column(j).into_owned();
        if frozen.is_empty() {
            return (column, 1.0);
        }
        let f = units.select_columns(frozen);
        let gram = f.transpose() * &f;
        let beta = gram.try_inverse().expect("independent") * f.transpose() * &column;
        let weights = 1.0 + beta.iter().map(|x| x.abs()).sum::<f64>();
        (column - f * beta, weights)
    }

    /// The place of an entry in an upper triangle of two, row by row.
    const PAIRS: [(usize, usize); 3] = [(0, 0), (0, 1), (1, 1)];

    /// Down to each leaf: inner products of what is left of the goals, and bounds on ‖w‖₁ that hold, and are
    /// met where nothing cancels.
    #[test]
    fn leaves_hold_what_is_left_of_the_goals() {
        let p = 4;
        for seed in 0..4 {
            for (units, met) in [(opposed(p, 2, seed), true), (mixed(p, 2, seed), false)] {
                for mask in 0..1_usize << p {
                    let mut sweep = Sweep::new(&columns(&units, 2));
                    let frozen: Vec<usize> = (0..p).filter(|i| mask >> i & 1 == 1).collect();
                    for at in 0..p {
                        if frozen.contains(&at) {
                            sweep.freeze(at);
                        } else {
                            sweep.leave_out(at);
                        }
                    }
                    sweep.score(p);
                    let rest = [p, p + 1].map(|j| left(&units, &frozen, j));
                    let most = rest[0].1.max(rest[1].1);
                    let bound = tolerance::combination(f64::EPSILON, most * most * p as f64);
                    for (&entry, (i, j)) in sweep.gram.iter().zip(PAIRS) {
                        let expected = rest[i].0.dot(&rest[j].0);
                        assert!(
                            (entry - expected).abs() <= bound,
                            "{mask:b}: {entry} {expected}"
                        );
                    }
                    for (&weight, (_, exact)) in sweep.levels[p].weights.iter().zip(&rest) {
                        assert!(weight >= exact - bound, "{mask:b}: {weight} {exact}");
                        assert!(
                            !met || weight <= exact + bound,
                            "{mask:b}: {weight} {exact}"
                        );
                    }
                }
            }
        }
    }

    /// Three times the same: below the first nothing is left to turn the rows by.
    #[test]
    fn copies_are_left_out() {
        let mut r = DMatrix::zeros(5, 5);
        for j in 0..3 {
            r[(0, j)] = 1.0;
        }
        (r[(0, 3)], r[(3, 3)]) = (0.6, 0.8);
        (r[(0, 4)], r[(4, 4)]) = (-0.6, 0.8);
        let mut sweep = Sweep::new(&Columns {
            r,
            ..columns(&opposed(3, 2, 0), 2)
        });
        (0..3).for_each(|at| sweep.leave_out(at));
        sweep.score(3);
        let expected = [1.0, -0.36, 1.0];
        for (entry, expected) in sweep.gram.iter().zip(expected) {
            assert!((entry - expected).abs() <= tolerance::closed_form());
        }
    }

    /// Whether a capability depends on those frozen is asked of the vectors where bounds, here of columns
    /// that are said to be known to 1e-3, leave it open.
    #[test]
    fn an_open_question_is_asked_of_the_vectors() {
        let (short, long) = (0.1, 0.99_f64.sqrt());
        let units = DMatrix::from_columns(&[
            DVector::from_vec(vec![0.6, 0.0, 0.0, 0.8, 0.0]),
            DVector::from_vec(vec![-0.6, 0.0, 0.0, 0.0, 0.8]),
            DVector::from_vec(vec![1.0, 0.0, 0.0, 0.0, 0.0]),
            DVector::from_vec(vec![long, short, 0.0, 0.0, 0.0]),
            DVector::from_vec(vec![1.0, 0.0, 0.0, 0.0, 0.0]),
            DVector::from_vec(vec![0.0, 0.0, 1.0, 0.0, 0.0]),
        ]);
        let names = ["g0", "g1", "c0", "near", "same", "apart"];
        let objectives = Objectives::from_gradients(&names, &units).expect("columns");
        let list = Shortlist::new(&objectives, 2);
        let known = Known::Vectors(1e-3);
        assert!(known.least(1.0) < short && short < known.least(1.0 + long));
        let all = Columns {
            known,
            ..Columns::of(&objectives, 2)
        };
        let mut sweep = Sweep::new(&all);
        let mut found = Vec::new();
        for at in 0..4 {
            found.push(sweep.is_independent(at, &list).expect("finite"));
            if at == 0 {
                sweep.freeze(at);
                sweep.members.push(at);
            } else {
                sweep.leave_out(at);
            }
        }
        assert_eq!(found, [true, true, false, true]);
    }

    /// An entry is the product of a goal that is known to e·3 with an axis known to e·2/0.2: by vectors to
    /// the sum of the two, by inner products to e times both. What the other capabilities
    /// have along the axis changes no goal.
    #[test]
    fn a_goal_is_changed_by_more_than_rounding() {
        let freeze = |known: Known<f64>, entry: f64| {
            let all = columns(&opposed(3, 2, 0), 2);
            let mut sweep = Sweep::new(&Columns { known, ..all });
            let level = &mut sweep.levels[0];
            level.rows[..5].copy_from_slice(&[0.2, 0.9, 0.9, entry, 0.0]);
            level.weights.copy_from_slice(&[2.0, 1.0, 1.0, 3.0, 3.0]);
            sweep.freeze(0)
        };
        let vectors = tolerance::combination(1e-3, 3.0 + 10.0);
        assert!(freeze(Known::Vectors(1e-3), 1.1 * vectors));
        assert!(!freeze(Known::Vectors(1e-3), 0.9 * vectors));
        let products = tolerance::combination(1e-3, 3.0 * 10.0);
        assert!(freeze(Known::Products(1e-3), 1.1 * products));
        assert!(!freeze(Known::Products(1e-3), 0.9 * products));
    }
}
