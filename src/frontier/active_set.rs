//! The solver behind floors: max ⟨v, δ⟩ subject to ‖δ‖ ≤ 1 and ⟨cᵢ, δ⟩ ≥ −εᵢ.
//!
//! The dual is to minimise ‖v + Cλ‖ + εᵀλ over λ ≥ 0. With ‖w‖ = min over θ > 0 of (‖w‖²/θ + θ)/2 it
//! becomes a family of quadratic problems in one parameter,
//!
//!   λ(θ) = argmin over λ ≥ 0 of ½‖v + Cλ‖² + θ·εᵀλ,   δ(θ) = (v + Cλ(θ))/θ,
//!
//! in which δ(θ) is the projection of v/θ onto the polyhedron of the floors, ‖δ(θ)‖ falls as θ
//! grows, and θ ∈ [0, 1] is right where ‖δ(θ)‖ = 1; it is the price of the budget. Where no such
//! θ > 0 exists, v is minus a combination of binding floors, the budget is not used up,
//! and the solution is the limit at θ = 0.
//!
//! For a set A of floors that bind, with r = v − C_A·G⁺a_A and q = −C_A·G⁺ε_A,
//!
//!   λ_A(θ) = −G⁺(a_A + θ·ε_A),   v + Cλ = r + θ·q,   r ⟂ q,   θ = ‖r‖/√(1 − ‖q‖²),
//!
//! so that one A gives θ in closed form (a Newton step; a bracket guards it), and each
//! quadratic problem is solved by the active-set method of Lawson and Hanson (1974, ch. 23)
//! with a linear term, from the A before. In it every step decreases the objective, the
//! columns of A stay independent (a dependent one changes place with one of them), and the
//! steps are bounded. C_A = QR is updated by Gram–Schmidt, twice, and by Givens rotations.

use nalgebra::{DMatrix, DVector, DVectorView};

use crate::linalg::{reduce, scale};
use crate::{Error, Real};

/// Quadratic problems after which the search for θ is given up; a dozen is many.
const MOST_PROBLEMS: usize = 256;

/// The problem in coordinates: unit columns, ε ≥ 0 in units of the budget.
pub(crate) struct Problem<'a, T> {
    pub(crate) safety: DVectorView<'a, T>,
    pub(crate) capabilities: DMatrix<T>,
    pub(crate) floors: DVector<T>,
    /// Lengths up to this are rounding.
    pub(crate) noise: T,
}

pub(crate) struct Solution<T> {
    /// δ, of length one at most.
    pub(crate) shift: DVector<T>,
    /// λ ≥ 0, one for each floor.
    pub(crate) prices: DVector<T>,
    /// δ = along·v + Σ weightsᵢ·cᵢ.
    pub(crate) along: T,
    pub(crate) weights: DVector<T>,
    /// The set A, ascending.
    pub(crate) active: Vec<usize>,
}

/// What a set A says about every θ.
struct Parts<T> {
    /// r, orthogonal to A; zero where rounding is all that is left.
    free: DVector<T>,
    free_length: T,
    /// q.
    pull: DVector<T>,
    pull_length: T,
    /// λ_A(θ) = first + θ·second, in the order of the members.
    first: DVector<T>,
    second: DVector<T>,
}

impl<T: Real> Parts<T> {
    fn prices(&self, theta: T) -> DVector<T> {
        &self.first + &self.second * theta
    }

    /// θ at which ‖δ‖ = 1 for this A; none where A alone takes more than the budget.
    fn root(&self) -> Option<T> {
        let rest = (T::one() - self.pull_length) * (T::one() + self.pull_length);
        if self.free_length == T::zero() && rest >= T::zero() {
            return Some(T::zero());
        }
        (rest > T::zero()).then(|| self.free_length / rest.sqrt())
    }
}

/// Q and R of the columns in A.
struct Active<T> {
    members: Vec<usize>,
    q: Vec<DVector<T>>,
    /// Column j has j + 1 entries.
    r: Vec<Vec<T>>,
}

impl<T: Real> Active<T> {
    fn empty() -> Self {
        Self {
            members: Vec::new(),
            q: Vec::new(),
            r: Vec::new(),
        }
    }

    /// Qᵀx, and what is left of x.
    fn split(&self, x: DVectorView<'_, T>) -> (Vec<T>, DVector<T>) {
        let mut rest = x.into_owned();
        let mut along = vec![T::zero(); self.q.len()];
        for _ in 0..2 {
            for (sum, q) in along.iter_mut().zip(&self.q) {
                let h = reduce::dot(q.as_slice(), rest.as_slice());
                rest.axpy(-h, q, T::one());
                *sum += h;
            }
        }
        (along, rest)
    }

    /// Adds a column unless it depends on those there are.
    fn push(&mut self, index: usize, column: DVectorView<'_, T>, noise: T) -> bool {
        let (mut along, mut rest) = self.split(column);
        let length = scale::norm(rest.as_slice());
        if length <= noise {
            return false;
        }
        rest /= length;
        along.push(length);
        self.members.push(index);
        self.q.push(rest);
        self.r.push(along);
        true
    }

    /// Takes a column out; rotations make R triangular again.
    fn remove(&mut self, position: usize) {
        self.members.remove(position);
        self.r.remove(position);
        for j in position..self.r.len() {
            // Column j has one entry too many, below its diagonal.
            let (a, b) = (self.r[j][j], self.r[j][j + 1]);
            let length = a.hypot(b);
            let (c, s) = (a / length, b / length);
            for column in &mut self.r[j..] {
                let (x, y) = (column[j], column[j + 1]);
                column[j] = c * x + s * y;
                column[j + 1] = c * y - s * x;
            }
            self.r[j].truncate(j + 1);
            let (x, y) = (self.q[j].clone(), self.q[j + 1].clone());
            self.q[j] = &x * c + &y * s;
            self.q[j + 1] = y * c - x * s;
        }
        self.q.pop();
    }

    /// R⁻¹·b.
    fn solve(&self, mut b: Vec<T>) -> Vec<T> {
        for j in (0..b.len()).rev() {
            b[j] /= self.r[j][j];
            let x = b[j];
            for (i, &entry) in self.r[j][..j].iter().enumerate() {
                b[i] -= entry * x;
            }
        }
        b
    }

    /// R⁻ᵀ·b.
    fn solve_transposed(&self, mut b: Vec<T>) -> Vec<T> {
        for j in 0..b.len() {
            let known = reduce::dot(&self.r[j][..j], &b[..j]);
            b[j] = (b[j] - known) / self.r[j][j];
        }
        b
    }
}

struct Search<'a, T> {
    problem: &'a Problem<'a, T>,
    active: Active<T>,
    /// λ, feasible throughout.
    prices: DVector<T>,
}

impl<T: Real> Problem<'_, T> {
    /// The optimum and its prices.
    pub(crate) fn solve(&self) -> Result<Solution<T>, Error> {
        let mut search = Search {
            problem: self,
            active: Active::empty(),
            prices: DVector::zeros(self.capabilities.ncols()),
        };
        let (mut low, mut high) = (T::zero(), T::one());
        let mut theta = T::one();
        let close = T::from_double(8.0) * T::machine_epsilon();
        for _ in 0..MOST_PROBLEMS {
            let parts = search.settle(theta)?;
            let root = parts.root();
            let over = (parts.free_length / theta).hypot(parts.pull_length) > T::one();
            if over {
                low = theta;
            } else {
                high = theta;
            }
            let next = match root {
                Some(zero) if zero == T::zero() => {
                    if parts.first.iter().all(|&x| x >= -self.noise) {
                        return Ok(search.finished());
                    }
                    None
                }
                Some(next) if (next - theta).abs() <= close * theta => {
                    return Ok(search.finished());
                }
                next => next,
            };
            // At a kink rounding may leave the root on neither side.
            if high - low <= close * high {
                if over {
                    search.settle(high)?;
                }
                return Ok(search.finished());
            }
            theta = match next {
                Some(next) if next > low && next < high => next,
                _ if low > T::zero() => (low * high).sqrt(),
                _ => high / T::from_double(8.0),
            };
        }
        Err(self.lost())
    }

    /// v + Cλ at θ = 0: the projection of v onto {x : ⟨cᵢ, x⟩ ≥ 0}.
    pub(super) fn projected(&self) -> Result<DVector<T>, Error> {
        let mut search = Search {
            problem: self,
            active: Active::empty(),
            prices: DVector::zeros(self.capabilities.ncols()),
        };
        Ok(search.settle(T::zero())?.free)
    }

    fn lost(&self) -> Error {
        Error::NotConverged {
            algorithm: "the active-set method for floors",
            rows: self.capabilities.nrows(),
            columns: self.capabilities.ncols(),
        }
    }

    fn capability(&self, i: usize) -> DVectorView<'_, T> {
        self.capabilities.column(i)
    }
}

impl<T: Real> Search<'_, T> {
    fn parts(&self) -> Parts<T> {
        let problem = self.problem;
        let (along, mut free) = self.active.split(problem.safety);
        let mut free_length = scale::norm(free.as_slice());
        if free_length <= problem.noise {
            free.fill(T::zero());
            free_length = T::zero();
        }
        let floors = self.active.members.iter().map(|&i| problem.floors[i]);
        let pulled = self.active.solve_transposed(floors.collect());
        let mut pull = DVector::zeros(free.len());
        for (q, &x) in self.active.q.iter().zip(&pulled) {
            pull.axpy(-x, q, T::one());
        }
        Parts {
            free,
            free_length,
            pull_length: scale::norm(&pulled),
            pull,
            first: -DVector::from_vec(self.active.solve(along)),
            second: -DVector::from_vec(self.active.solve(pulled)),
        }
    }

    /// λ(θ) and its set.
    fn settle(&mut self, theta: T) -> Result<Parts<T>, Error> {
        let p = self.prices.len();
        // Floors that looked violated by less than the rounding of their entry.
        let mut refused = vec![false; p];
        let mut entered = None;
        for _ in 0..40 * (p + 8) {
            let parts = self.parts();
            let target = parts.prices(theta);
            let members = self.active.members.clone();
            if let Some(last) = entered.take()
                && let Some(position) = members.iter().position(|&i| i == last)
                && self.prices[last] == T::zero()
            {
                if target[position] <= T::zero() {
                    refused[last] = true;
                    self.active.remove(position);
                    continue;
                }
                refused.fill(false);
            }
            if target.iter().any(|&x| x <= T::zero()) {
                self.step(&members, &target);
                continue;
            }
            for (&i, &x) in members.iter().zip(&target) {
                self.prices[i] = x;
            }
            let Some(worst) = self.most_violated(&parts, theta, &refused) else {
                return Ok(parts);
            };
            if self.enter(worst) {
                entered = Some(worst);
            } else {
                refused[worst] = true;
            }
        }
        Err(self.problem.lost())
    }

    /// As far towards the target as prices stay at zero or above; those that reach zero leave.
    fn step(&mut self, members: &[usize], target: &DVector<T>) {
        let mut share = T::one();
        let mut blocking = 0;
        for (position, (&i, &x)) in members.iter().zip(target).enumerate() {
            if x <= T::zero() {
                let now = self.prices[i];
                let reach = if now > T::zero() {
                    now / (now - x)
                } else {
                    T::zero()
                };
                if reach <= share {
                    share = reach;
                    blocking = position;
                }
            }
        }
        for (&i, &x) in members.iter().zip(target) {
            let now = self.prices[i];
            self.prices[i] = (now + (x - now) * share).max(T::zero());
        }
        self.prices[members[blocking]] = T::zero();
        for position in (0..members.len()).rev() {
            if self.prices[members[position]] == T::zero() {
                self.active.remove(position);
            }
        }
    }

    /// The floor outside A that δ(θ) falls short of by most, if by more than rounding.
    fn most_violated(&self, parts: &Parts<T>, theta: T, refused: &[bool]) -> Option<usize> {
        let problem = self.problem;
        let w = &parts.free + &parts.pull * theta;
        let accepted = problem.noise * (theta + scale::norm(w.as_slice()));
        let mut worst = (None, -accepted);
        for (i, &refused) in refused.iter().enumerate() {
            if refused || self.active.members.contains(&i) {
                continue;
            }
            let slack = reduce::dot(problem.capability(i).as_slice(), w.as_slice())
                + theta * problem.floors[i];
            if slack < worst.1 {
                worst = (Some(i), slack);
            }
        }
        worst.0
    }

    /// Takes a floor into A; one whose column depends on A takes the place of another.
    fn enter(&mut self, index: usize) -> bool {
        let problem = self.problem;
        let column = problem.capability(index);
        if self.active.push(index, column, problem.noise) {
            return true;
        }
        let (along, _) = self.active.split(column);
        let mixture = self.active.solve(along);
        // Along (+1, −mixture) neither v + Cλ nor anything but εᵀλ changes, which falls.
        let mut blocking: Option<(usize, T)> = None;
        for (position, (&i, &x)) in self.active.members.iter().zip(&mixture).enumerate() {
            if x > problem.noise {
                let reach = self.prices[i] / x;
                if blocking.is_none_or(|(_, least)| reach < least) {
                    blocking = Some((position, reach));
                }
            }
        }
        let Some((position, reach)) = blocking else {
            return false;
        };
        let out = self.active.members[position];
        self.active.remove(position);
        if !self.active.push(index, column, problem.noise) {
            self.active.push(out, problem.capability(out), T::zero());
            return false;
        }
        let mut mixture = mixture;
        mixture.remove(position);
        for (&i, &x) in self.active.members.iter().zip(&mixture) {
            self.prices[i] = (self.prices[i] - reach * x).max(T::zero());
        }
        self.prices[out] = T::zero();
        self.prices[index] = reach;
        true
    }

    /// The solution of the set found, from a factorisation of its own.
    fn finished(mut self) -> Solution<T> {
        let problem = self.problem;
        let mut members = std::mem::take(&mut self.active.members);
        members.sort_unstable();
        self.active = Active::empty();
        for &i in &members {
            self.active.push(i, problem.capability(i), T::zero());
        }
        let parts = self.parts();
        let theta = parts.root().unwrap_or(T::zero());
        let rest = ((T::one() - parts.pull_length) * (T::one() + parts.pull_length)).max(T::zero());
        let mut shift = parts.pull.clone();
        let mut prices = DVector::zeros(self.prices.len());
        let mut weights = DVector::zeros(self.prices.len());
        let along = if theta > T::zero() {
            shift.axpy(rest.sqrt() / parts.free_length, &parts.free, T::one());
            T::one() / theta
        } else {
            T::zero()
        };
        for (position, &i) in self.active.members.iter().enumerate() {
            let (first, second) = (parts.first[position], parts.second[position]);
            prices[i] = (first + second * theta).max(T::zero());
            weights[i] = first * along + second;
        }
        Solution {
            shift,
            prices,
            along,
            weights,
            active: members,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tolerance;
    use rand::rngs::ChaCha8Rng;
    use rand::{RngExt, SeedableRng};

    fn symmetric(rng: &mut ChaCha8Rng) -> f64 {
        2.0 * rng.random::<f64>() - 1.0
    }

    /// Unit columns, safety first, and floors of which a third are zero.
    fn planted(d: usize, p: usize, rng: &mut ChaCha8Rng) -> (DMatrix<f64>, DVector<f64>) {
        let mut columns = DMatrix::from_fn(d, p + 1, |_, _| symmetric(rng));
        columns.column_iter_mut().for_each(|mut x| {
            x.normalize_mut();
        });
        let floors = DVector::from_fn(p, |_, _| (0.9 * rng.random::<f64>() - 0.3).max(0.0));
        (columns, floors)
    }

    fn problem<'a>(columns: &'a DMatrix<f64>, floors: &DVector<f64>) -> Problem<'a, f64> {
        let p = columns.ncols() - 1;
        Problem {
            safety: columns.column(0),
            capabilities: columns.columns(1, p).into_owned(),
            floors: floors.clone(),
            noise: tolerance::coordinates(p + 1, f64::EPSILON),
        }
    }

    /// A search with these floors in A, at any prices.
    fn search<'a>(
        problem: &'a Problem<'a, f64>,
        members: &[usize],
        rng: &mut ChaCha8Rng,
    ) -> Search<'a, f64> {
        let mut search = Search {
            problem,
            active: Active::empty(),
            prices: DVector::zeros(problem.capabilities.ncols()),
        };
        for &i in members {
            assert!(search.active.push(i, problem.capability(i), problem.noise));
            search.prices[i] = 0.05 + rng.random::<f64>();
        }
        search
    }

    /// v + Cλ.
    fn weighed(search: &Search<'_, f64>) -> DVector<f64> {
        search.problem.safety + &search.problem.capabilities * &search.prices
    }

    /// On the line from the prices to the target, at the last point where none is below zero.
    #[test]
    fn a_step_ends_where_the_first_price_vanishes() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for _ in 0..200 {
            let (columns, floors) = planted(5, 5, &mut rng);
            let problem = problem(&columns, &floors);
            let members = [3, 0, 4, 1];
            let mut search = search(&problem, &members, &mut rng);
            let mut target = DVector::from_fn(4, |_, _| symmetric(&mut rng));
            target[2] = -target[2].abs();
            let now = DVector::from_fn(4, |k, _| search.prices[members[k]]);
            let at = |share: f64| &now + (&target - &now) * share;
            let (mut low, mut high) = (0.0, 1.0);
            for _ in 0..60 {
                let middle = 0.5 * (low + high);
                if at(middle).min() >= 0.0 {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            search.step(&members, &target);
            let expected = at(low);
            let accepted = tolerance::closed_form::<f64>();
            for (k, &i) in members.iter().enumerate() {
                let off = (search.prices[i] - expected[k]).abs();
                assert!(off <= accepted, "{i}: {off:e}");
                let inside = search.active.members.contains(&i);
                assert_eq!(inside, search.prices[i] > 0.0);
            }
            assert!(search.active.members.len() < 4);
        }
    }

    /// As many floors as dimensions, and one more: it takes the place of one whose price vanishes, and v + Cλ stays.
    #[test]
    fn a_dependent_floor_takes_the_place_of_another() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let mut exchanged = 0;
        for _ in 0..200 {
            let (columns, floors) = planted(3, 4, &mut rng);
            let problem = problem(&columns, &floors);
            let mut search = search(&problem, &[2, 0, 3], &mut rng);
            let (before, prices) = (weighed(&search), search.prices.clone());
            if search.enter(1) {
                exchanged += 1;
                let members = &search.active.members;
                assert!(members.len() == 3 && members.contains(&1));
                let out = [0, 2, 3].into_iter().find(|i| !members.contains(i));
                assert!(search.prices[out.expect("one of them")] <= 0.0);
                assert!(search.prices[1] > 0.0);
            } else {
                // No mixture with it takes from any price.
                assert_eq!(search.active.members, [2, 0, 3]);
                assert_eq!(search.prices, prices);
            }
            assert!(search.prices.min() >= 0.0);
            let size = 1.0 + prices.sum() + search.prices.sum();
            let off = (weighed(&search) - before).norm();
            assert!(off <= tolerance::gain::<f64>(5) * size, "{off:e} {size}");
        }
        assert!(exchanged > 100);
    }

    #[test]
    fn a_refused_floor_is_not_taken_again() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        for _ in 0..50 {
            let (columns, floors) = planted(4, 6, &mut rng);
            let problem = problem(&columns, &floors);
            let search = search(&problem, &[], &mut rng);
            let parts = search.parts();
            let mut refused = [false; 6];
            let mut last = f64::NEG_INFINITY;
            // From the worst to the least, each once.
            while let Some(i) = search.most_violated(&parts, 0.25, &refused) {
                assert!(!refused[i]);
                refused[i] = true;
                let slack = columns.column(0).dot(&columns.column(i + 1)) + 0.25 * floors[i];
                assert!(slack < 0.0 && slack >= last - problem.noise);
                last = slack;
            }
        }
    }

    /// Where ‖r/θ‖² + ‖q‖² is one: zero where nothing is free, and nowhere where A alone takes the budget and something is.
    #[test]
    fn the_root_is_where_the_budget_is_used_up() {
        let root = |free_length: f64, pull_length: f64| {
            let zero = DVector::zeros(0);
            let parts = Parts {
                free: zero.clone(),
                free_length,
                pull: zero.clone(),
                pull_length,
                first: zero.clone(),
                second: zero,
            };
            parts.root()
        };
        let close = tolerance::closed_form::<f64>();
        for free in [1e-12, 0.3, 1.0] {
            for pull in [0.0, 0.6, 0.99] {
                let theta = root(free, pull).expect("less than the budget");
                assert!(((free / theta).hypot(pull) - 1.0).abs() <= close);
            }
            for pull in [1.0, 1.0 + f64::EPSILON, 2.0] {
                assert_eq!(root(free, pull), None, "{free} {pull}");
            }
        }
        assert_eq!(root(0.0, 0.5), Some(0.0));
        assert_eq!(root(0.0, 1.0), Some(0.0));
        assert_eq!(root(0.0, 1.5), None);
    }

    /// Zero outside A; no floor is fallen short of, and those with a price are met: what makes λ the minimum.
    #[test]
    fn a_settled_search_has_the_prices_of_its_theta() {
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        for case in 0..300 {
            let (columns, floors) = planted(2 + case % 3, 3 + case % 5, &mut rng);
            let problem = problem(&columns, &floors);
            let mut search = search(&problem, &[], &mut rng);
            for theta in [1.0, 0.4, 0.7, 0.1, 0.02, 0.5] {
                search.settle(theta).expect("a minimum");
                let w = weighed(&search);
                let size = 1.0 + search.prices.sum();
                let accepted = tolerance::gain::<f64>(columns.ncols()) * size;
                for (i, &price) in search.prices.iter().enumerate() {
                    let slack = problem.capability(i).dot(&w) + theta * floors[i];
                    assert!(slack >= -accepted, "{case} {theta}: {slack:e}");
                    if search.active.members.contains(&i) {
                        assert!(price > 0.0 && slack <= accepted);
                    } else {
                        assert!(price == 0.0, "{case} {theta}: {price}");
                    }
                }
            }
        }
    }

    /// Met to the last bit or short of it: the price that it would have is zero or of the wrong sign, and the search ends
    /// without it instead of taking it again.
    #[test]
    fn a_floor_that_only_rounding_violates_is_let_go() {
        let mut rng = ChaCha8Rng::seed_from_u64(6);
        for case in 0..400 {
            let (mut columns, _) = planted(3 + case % 5, 1, &mut rng);
            if columns.column(0).dot(&columns.column(1)) > 0.0 {
                columns.column_mut(1).neg_mut();
            }
            let met = -columns.column(0).dot(&columns.column(1));
            let ulps = [-1.0, 0.0, 1.0][case % 3] * f64::EPSILON;
            let floors = DVector::from_element(1, met * (1.0 + ulps));
            let mut problem = problem(&columns, &floors);
            problem.noise = 0.0;
            let mut search = search(&problem, &[], &mut rng);
            assert!(search.settle(1.0).is_ok(), "{case}");
            assert!(search.prices[0] <= 4.0 * f64::EPSILON);
        }
    }

    /// Where more counts as violated than rounding allows to tell, the search still ends.
    #[test]
    fn violations_by_rounding_do_not_keep_the_search_going() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        for case in 0..400 {
            let (d, p) = (3 + case % 3, 6 + case % 4);
            let (mut columns, floors) = planted(d, p, &mut rng);
            // Copies, turned by next to nothing.
            for i in p / 2 + 1..=p {
                let apart = 10.0_f64.powi(-(8 + case as i32 % 9));
                let mut near = columns.column(i - p / 2).into_owned();
                near.iter_mut()
                    .for_each(|x| *x += apart * symmetric(&mut rng));
                columns.set_column(i, &near.normalize());
            }
            let floors = floors * [0.0, 1.0][case % 2];
            let mut problem = problem(&columns, &floors);
            problem.noise = [0.25, 1.0, 4.0][case / 2 % 3] * f64::EPSILON;
            assert!(problem.solve().is_ok(), "{case}");
        }
    }
}
