//! Which capabilities to freeze so that goals stop fighting (theory §6.3).
//!
//! Freezing a set F leaves two things to weigh: how much conflict remains, the largest −cosθ over
//! the pairs of goals, and how much safety it costs, 1 − min √(1 − τⱼ), what the goal that
//! fares worst loses of its reach. The loss can only grow with F; the conflict may go either way,
//! so that no greedy choice is safe, and up to 20 candidates all 2²⁰ sets are looked at.
//! A set that resolves the conflict makes every more expensive one pointless, for the
//! optimum and for the Pareto set alike, and the search passes over those.

use nalgebra::DMatrix;

use super::ConflictVerdict;
use super::sweep::{Level, Sweeper};
use crate::{Error, Objectives, Real, tolerance};

/// Up to this many candidates all sets are searched.
const MOST: usize = 20;
/// Near misses that are kept.
const NEAR: usize = 5;

/// The search for capabilities whose freezing ends the conflict between goals.
///
/// $$ \min\_F 1 - \min\_j \sqrt{1 - \tau\_j(F)} \quad \text{subject to} \quad \cos\theta\_{ij}(F) \ge 0 $$
///
/// # Units and shapes
/// Two goals or more, none of them among the candidates; what is neither stays out of it.
///
/// # References
/// Theory §6.3; Young (2026), arXiv:2603.00047, on recursion.
///
/// # Examples
/// ```
/// use alignment_tax::{FreezeSearch, Objectives};
/// use nalgebra::dmatrix;
///
/// let gram = dmatrix![
///     1.0_f64, -0.3, 0.6, 0.1;
///     -0.3, 1.0, -0.6, 0.2;
///     0.6, -0.6, 1.0, 0.0;
///     0.1, 0.2, 0.0, 1.0
/// ];
/// let all = Objectives::from_gram(&["helpful", "harmless", "reasoning", "code"], &gram)?;
/// let plan = FreezeSearch::new(&all, &["helpful", "harmless"], &["reasoning", "code"])?.solve()?;
/// let best = plan.best().expect("reasoning does it");
/// assert_eq!(best.names(), ["reasoning"]);
/// assert!((best.loss() - 0.2).abs() < 1e-15);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct FreezeSearch<T> {
    /// Goals first, then candidates, with slopes of one.
    objectives: Objectives<T>,
    goals: usize,
}

/// How a plan was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SearchMethod {
    /// All sets of candidates were compared.
    Exact,
    /// One candidate at a time: a better set may exist.
    Greedy,
}

impl<T: Real> FreezeSearch<T> {
    /// Goals, and the capabilities that may be frozen for their sake.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] for fewer than two goals or no candidate; [`Error::UnknownName`];
    /// [`Error::DuplicateName`], also for a goal among the candidates.
    ///
    /// # Examples
    /// See [`FreezeSearch`].
    pub fn new(
        objectives: &Objectives<T>,
        goals: &[&str],
        candidates: &[&str],
    ) -> Result<Self, Error> {
        at_least("goals", goals.len(), 2)?;
        at_least("candidates", candidates.len(), 1)?;
        let names: Vec<&str> = goals.iter().chain(candidates).copied().collect();
        Ok(Self {
            objectives: objectives
                .select(&names)?
                .with_slopes(&vec![T::one(); names.len()])?,
            goals: goals.len(),
        })
    }

    /// The exact plan for up to 20 candidates, the greedy one beyond;
    /// [`FreezePlan::method`] says which.
    ///
    /// # Errors
    /// [`Error::NotConverged`].
    ///
    /// # Examples
    /// See [`FreezeSearch`].
    pub fn solve(&self) -> Result<FreezePlan<T>, Error> {
        if self.candidates() <= MOST {
            self.exact()
        } else {
            self.greedy()
        }
    }

    /// The least loss over all sets of candidates.
    ///
    /// Sets of equal loss, within rounding, are ranked by the mean loss of the goals, by
    /// size, and by the order of the candidates.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] for more than 20 candidates; [`Error::NotConverged`].
    ///
    /// # Examples
    /// ```
    /// # use alignment_tax::{FreezeSearch, Objectives, SearchMethod};
    /// # use nalgebra::dmatrix;
    /// // An enemy of both: no freezing makes friends of opposites.
    /// let gram = dmatrix![1.0_f64, -0.9, 0.1; -0.9, 1.0, 0.1; 0.1, 0.1, 1.0];
    /// let all = Objectives::from_gram(&["helpful", "harmless", "code"], &gram)?;
    /// let plan = FreezeSearch::new(&all, &["helpful", "harmless"], &["code"])?.exact()?;
    /// assert!(plan.best().is_none() && plan.method() == SearchMethod::Exact);
    /// assert!((plan.near_misses()[0].conflict() - 0.9).abs() < 0.02);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn exact(&self) -> Result<FreezePlan<T>, Error> {
        let actual = self.candidates();
        if actual > MOST {
            return Err(Error::OutOfBounds {
                argument: "candidates",
                least: 1,
                most: MOST,
                actual,
                advice: "all sets of more are too many; use `greedy`, or leave out what cannot matter",
            });
        }
        let sweeper = Sweeper::new(&self.objectives, self.goals);
        let mut levels = vec![sweeper.root()?];
        levels.extend((0..actual).map(|_| sweeper.empty()));
        let mut found = Found::new(self);
        found.consider(&levels[0], 0)?;
        let mut set = Vec::with_capacity(actual);
        found.descend(&sweeper, &mut levels, &mut set, 0)?;
        self.plan(SearchMethod::Exact, found)
    }

    /// Freezes at each step the candidate that leaves the least conflict, as long as that falls,
    /// and in the end lets go of those that are not needed.
    ///
    /// # Accuracy
    /// A better set may exist, and where none is found one may: two candidates can resolve together
    /// what each alone makes worse. Of 1,000 random instances with six candidates and a resolving set,
    /// the greedy plan found none in 63, and a dearer one in 142 (`tests/conflict.rs`).
    ///
    /// # Errors
    /// [`Error::NotConverged`].
    ///
    /// # Examples
    /// ```
    /// # use alignment_tax::{FreezeSearch, Objectives, SearchMethod};
    /// # use nalgebra::dmatrix;
    /// let gram = dmatrix![1.0_f64, -0.3, 0.6; -0.3, 1.0, -0.6; 0.6, -0.6, 1.0];
    /// let all = Objectives::from_gram(&["helpful", "harmless", "reasoning"], &gram)?;
    /// let plan = FreezeSearch::new(&all, &["helpful", "harmless"], &["reasoning"])?.greedy()?;
    /// assert_eq!(plan.method(), SearchMethod::Greedy);
    /// assert!(plan.best().is_some());
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn greedy(&self) -> Result<FreezePlan<T>, Error> {
        let mut found = Found::new(self);
        let mut frozen: Vec<usize> = Vec::new();
        let mut now = self.freezing(&frozen)?.ok_or_else(vanished)?;
        found.keep(now.clone());
        while !now.is_resolved() {
            let mut step: Option<(usize, Freezing<T>)> = None;
            for next in (0..self.candidates()).filter(|i| !frozen.contains(i)) {
                let mut wider = frozen.clone();
                wider.push(next);
                let Some(freezing) = self.freezing(&wider)? else {
                    continue;
                };
                found.keep(freezing.clone());
                if step
                    .as_ref()
                    .is_none_or(|(_, least)| freezing.precedes(least))
                {
                    step = Some((next, freezing));
                }
            }
            match step {
                Some((next, freezing)) if freezing.conflict < now.conflict => {
                    frozen.push(next);
                    now = freezing;
                }
                _ => break,
            }
        }
        while now.is_resolved() {
            let mut step: Option<(usize, Freezing<T>)> = None;
            for position in 0..frozen.len() {
                let mut fewer = frozen.clone();
                fewer.remove(position);
                let Some(freezing) = self.freezing(&fewer)? else {
                    continue;
                };
                found.keep(freezing.clone());
                let least = step.as_ref().is_none_or(|(_, x)| freezing.loss < x.loss);
                if freezing.is_resolved() && least {
                    step = Some((position, freezing));
                }
            }
            let Some((position, freezing)) = step else {
                break;
            };
            frozen.remove(position);
            now = freezing;
        }
        self.plan(SearchMethod::Greedy, found)
    }

    fn candidates(&self) -> usize {
        self.objectives.len() - self.goals
    }

    /// What freezing some candidates leaves, from their vectors; `None` where nothing is left of
    /// a goal.
    fn freezing(&self, set: &[usize]) -> Result<Option<Freezing<T>>, Error> {
        let names = self.objectives.names();
        let goals: Vec<&str> = names[..self.goals].iter().map(String::as_str).collect();
        let mut set = set.to_vec();
        set.sort_unstable();
        let frozen: Vec<&str> = set
            .iter()
            .map(|&i| names[self.goals + i].as_str())
            .collect();
        let all: Vec<&str> = goals.iter().chain(&frozen).copied().collect();
        let left = match self.objectives.select(&all)?.freeze(&frozen) {
            Ok(left) => left,
            Err(Error::Dependent { .. }) => return Ok(None),
            Err(other) => return Err(other),
        };
        let cosines = left.gram().clone();
        let kept: Vec<T> = left.slopes().iter().copied().collect();
        let rounding = tolerance::combination(left.known().error(), T::from_double(2.0));
        let least = |of: &[T]| of.iter().fold(T::one(), |a, &b| a.min(b));
        let worst = opposed(&cosines);
        let count = T::from_double(kept.len() as f64);
        let mean = kept.iter().fold(T::zero(), |a, &b| a + b) / count;
        Ok(Some(Freezing {
            before: opposed(
                self.objectives
                    .gram()
                    .view((0, 0), (self.goals, self.goals)),
            ),
            names: frozen.iter().map(|&x| x.to_owned()).collect(),
            set,
            conflict: (-worst.0).max(T::zero()),
            loss: T::one() - least(&kept),
            mean_loss: T::one() - mean,
            worst,
            cosines,
            kept,
            rounding,
        }))
    }

    fn plan(&self, method: SearchMethod, found: Found<'_, T>) -> Result<FreezePlan<T>, Error> {
        let alone = (0..self.candidates())
            .map(|i| self.freezing(&[i]))
            .collect::<Result<Vec<_>, Error>>()?;
        let nothing = self.freezing(&[])?.ok_or_else(vanished)?;
        let mut near = found.near;
        if found.best.is_some() {
            near.clear();
        }
        Ok(FreezePlan {
            method,
            goals: self.objectives.names()[..self.goals].to_vec(),
            candidates: self.objectives.names()[self.goals..].to_vec(),
            nothing,
            best: found.best,
            pareto: found.pareto,
            near,
            alone,
        })
    }
}

/// Goals are unit vectors, so that something is left of them where nothing is frozen.
fn vanished() -> Error {
    Error::Unresolved {
        argument: "goals",
        norm: 0.0,
        tolerance: 0.0,
    }
}

fn at_least(argument: &'static str, actual: usize, least: usize) -> Result<(), Error> {
    if actual >= least {
        return Ok(());
    }
    Err(Error::OutOfBounds {
        argument,
        least,
        most: usize::MAX,
        actual,
        advice: "a conflict takes two goals, and something that can be frozen",
    })
}

/// The pair that opposes each other most.
fn opposed<'a, T: Real>(cosines: impl Into<nalgebra::DMatrixView<'a, T>>) -> (T, usize, usize) {
    let cosines = cosines.into();
    let mut worst = (T::one() + T::one(), 0, 1);
    for j in 0..cosines.ncols() {
        for i in 0..j {
            if cosines[(i, j)] < worst.0 {
                worst = (cosines[(i, j)], i, j);
            }
        }
    }
    worst
}

/// A set of capabilities, frozen: what it leaves of the conflict, and what it costs.
///
/// # Accuracy
/// That of [`Objectives::freeze`].
///
/// # Examples
/// See [`FreezePlan`].
#[derive(Debug, Clone, PartialEq)]
pub struct Freezing<T> {
    set: Vec<usize>,
    names: Vec<String>,
    cosines: DMatrix<T>,
    kept: Vec<T>,
    before: (T, usize, usize),
    worst: (T, usize, usize),
    conflict: T,
    loss: T,
    mean_loss: T,
    rounding: T,
}

impl<T: Real> Freezing<T> {
    /// What is frozen, in the order of the candidates.
    ///
    /// # Examples
    /// See [`FreezePlan`].
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The conflict that is left: the largest −cosθ over pairs of goals, or zero.
    ///
    /// # Examples
    /// See [`FreezePlan`].
    #[must_use]
    pub fn conflict(&self) -> T {
        self.conflict
    }

    /// What the goal that fares worst loses of its reach, 1 − min √(1 − τⱼ).
    ///
    /// # Examples
    /// See [`FreezePlan`].
    #[must_use]
    pub fn loss(&self) -> T {
        self.loss
    }

    /// √(1 − τⱼ) of each goal: the share of its reach that it keeps.
    ///
    /// # Examples
    /// See [`FreezePlan`].
    #[must_use]
    pub fn kept(&self) -> &[T] {
        &self.kept
    }

    /// The partial correlations of the goals: the matrix of conditional conflicts.
    ///
    /// # Examples
    /// See [`FreezePlan`].
    #[must_use]
    pub fn cosines(&self) -> &DMatrix<T> {
        &self.cosines
    }

    /// Where the two goals stand that oppose each other most.
    ///
    /// # Examples
    /// See [`FreezePlan`].
    #[must_use]
    pub fn worst_pair(&self) -> [usize; 2] {
        [self.worst.1, self.worst.2]
    }

    /// What became of the conflict between those that oppose each other most, before and
    /// after; for two goals the verdict of [`Conflict`](crate::Conflict).
    ///
    /// # Examples
    /// See [`FreezePlan`].
    #[must_use]
    pub fn verdict(&self) -> ConflictVerdict {
        ConflictVerdict::of(self.before.0, self.worst.0, self.rounding)
    }

    /// Whether no two goals fight.
    ///
    /// # Examples
    /// See [`FreezePlan`].
    #[must_use]
    pub fn is_resolved(&self) -> bool {
        self.worst.0 >= -self.rounding
    }

    /// Less conflict, then less loss.
    fn precedes(&self, other: &Self) -> bool {
        let slack = self.rounding.max(other.rounding);
        if (self.conflict - other.conflict).abs() > slack {
            return self.conflict < other.conflict;
        }
        self.cheaper(other)
    }

    /// Less loss; within rounding less of it on average, then fewer, then those before.
    fn cheaper(&self, other: &Self) -> bool {
        let slack = self.rounding.max(other.rounding);
        for (a, b) in [(self.loss, other.loss), (self.mean_loss, other.mean_loss)] {
            if (a - b).abs() > slack {
                return a < b;
            }
        }
        (self.set.len(), &self.set) < (other.set.len(), &other.set)
    }
}

/// What freezing can do about a conflict.
///
/// # Examples
/// ```
/// use alignment_tax::{FreezeSearch, Objectives, ConflictVerdict};
/// use nalgebra::dmatrix;
///
/// let gram = dmatrix![
///     1.0_f64, -0.3, 0.6, 0.5;
///     -0.3, 1.0, -0.6, 0.5;
///     0.6, -0.6, 1.0, 0.0;
///     0.5, 0.5, 0.0, 1.0
/// ];
/// let all = Objectives::from_gram(&["helpful", "harmless", "reasoning", "tact"], &gram)?;
/// let plan = FreezeSearch::new(&all, &["helpful", "harmless"], &["reasoning", "tact"])?.solve()?;
/// assert!((plan.nothing().conflict() - 0.3).abs() < 1e-15);
/// for (name, freezing) in plan.alone() {
///     let freezing = freezing.expect("something is left of both goals");
///     println!("{name}: {}, loss {:.2}", freezing.verdict(), freezing.loss());
/// }
/// // Without reasoning they agree; without tact they would fight harder.
/// let verdicts: Vec<ConflictVerdict> = plan.alone().flat_map(|(_, x)| x).map(|x| x.verdict()).collect();
/// assert_eq!(verdicts, [ConflictVerdict::Resolved, ConflictVerdict::Amplified]);
/// assert_eq!(plan.pareto().len(), 2);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct FreezePlan<T> {
    method: SearchMethod,
    goals: Vec<String>,
    candidates: Vec<String>,
    nothing: Freezing<T>,
    best: Option<Freezing<T>>,
    pareto: Vec<Freezing<T>>,
    near: Vec<Freezing<T>>,
    alone: Vec<Option<Freezing<T>>>,
}

impl<T: Real> FreezePlan<T> {
    /// How it was found.
    ///
    /// # Examples
    /// See [`FreezeSearch::exact`].
    #[must_use]
    pub fn method(&self) -> SearchMethod {
        self.method
    }

    /// The goals, in the order of [`Freezing::kept`] and [`Freezing::cosines`].
    ///
    /// # Examples
    /// See [`FreezePlan`].
    #[must_use]
    pub fn goals(&self) -> &[String] {
        &self.goals
    }

    /// The goals with nothing frozen.
    ///
    /// # Examples
    /// See [`FreezePlan`].
    #[must_use]
    pub fn nothing(&self) -> &Freezing<T> {
        &self.nothing
    }

    /// The set that resolves the conflict at the least loss: the empty one where there is no
    /// conflict, `None` where no set was found that does.
    ///
    /// # Examples
    /// See [`FreezeSearch`].
    #[must_use]
    pub fn best(&self) -> Option<&Freezing<T>> {
        self.best.as_ref()
    }

    /// The sets that no other beats both in the conflict left and in the loss, by rising
    /// loss. A greedy plan knows those that it came across.
    ///
    /// # Examples
    /// See [`FreezePlan`].
    #[must_use]
    pub fn pareto(&self) -> &[Freezing<T>] {
        &self.pareto
    }

    /// Where nothing resolves the conflict, the five sets that leave least of it; none
    /// otherwise.
    ///
    /// # Examples
    /// See [`FreezeSearch::exact`].
    #[must_use]
    pub fn near_misses(&self) -> &[Freezing<T>] {
        &self.near
    }

    /// Each candidate frozen alone; `None` where that leaves nothing of a goal.
    ///
    /// # Examples
    /// See [`FreezePlan`].
    pub fn alone(&self) -> impl Iterator<Item = (&str, Option<&Freezing<T>>)> {
        let names = self.candidates.iter().map(String::as_str);
        names.zip(self.alone.iter().map(Option::as_ref))
    }
}

/// The best so far.
struct Found<'a, T> {
    search: &'a FreezeSearch<T>,
    best: Option<Freezing<T>>,
    pareto: Vec<Freezing<T>>,
    near: Vec<Freezing<T>>,
}

impl<'a, T: Real> Found<'a, T> {
    fn new(search: &'a FreezeSearch<T>) -> Self {
        Self {
            search,
            best: None,
            pareto: Vec::new(),
            near: Vec::new(),
        }
    }

    /// All sets that extend the one of `levels[set.len()]` by candidates from `first` on.
    fn descend(
        &mut self,
        sweeper: &Sweeper<T>,
        levels: &mut [Level<T>],
        set: &mut Vec<usize>,
        first: usize,
    ) -> Result<(), Error> {
        let depth = set.len();
        for next in first..sweeper.candidates() {
            let (before, after) = levels.split_at_mut(depth + 1);
            if !sweeper.freeze(&before[depth], next, &mut after[0]) {
                continue;
            }
            if self.is_pointless(&after[0]) {
                continue;
            }
            set.push(next);
            let mut members = 0_u32;
            for &i in set.iter() {
                members |= 1 << i;
            }
            self.consider(&levels[depth + 1], members)?;
            self.descend(sweeper, levels, set, next + 1)?;
            set.pop();
        }
        Ok(())
    }

    /// Costs more than a set that resolves the conflict, and so does whatever extends it.
    fn is_pointless(&self, level: &Level<T>) -> bool {
        let loss = T::one() - level.kept;
        self.best
            .as_ref()
            .is_some_and(|best| loss > best.loss + best.rounding + level.rounding)
    }

    /// Looks closer at a set that may be among the best.
    fn consider(&mut self, level: &Level<T>, members: u32) -> Result<(), Error> {
        let conflict = (-level.worst).max(T::zero());
        let loss = T::one() - level.kept;
        let slack = level.rounding + level.rounding;
        let resolves = level.worst >= -slack;
        let size = members.count_ones() as usize;
        let mean = T::one() - level.mean;
        // Sets of one size come in their order, so that of equals the first is there already.
        let better = resolves
            && self.best.as_ref().is_none_or(|best| {
                loss < best.loss - slack
                    || loss <= best.loss + slack
                        && (mean < best.mean_loss - slack
                            || mean <= best.mean_loss + slack && size < best.set.len())
            });
        let efficient = self.pareto.iter().all(|x| {
            let as_good = conflict <= x.conflict + slack && loss <= x.loss + slack;
            conflict < x.conflict - slack || loss < x.loss - slack || as_good && size < x.set.len()
        });
        let near = self.best.is_none()
            && (self.near.len() < NEAR
                || self
                    .near
                    .last()
                    .is_some_and(|x| conflict < x.conflict + slack));
        if better || efficient || near {
            let set: Vec<usize> = (0..32).filter(|i| members >> i & 1 == 1).collect();
            if let Some(freezing) = self.search.freezing(&set)? {
                self.keep(freezing);
            }
        }
        Ok(())
    }

    fn keep(&mut self, freezing: Freezing<T>) {
        let cheaper = |best: &Freezing<T>| freezing.cheaper(best);
        if freezing.is_resolved() && self.best.as_ref().is_none_or(cheaper) {
            self.best = Some(freezing.clone());
        }
        // Within rounding in both, the smaller set stays.
        let beaten = |a: &Freezing<T>, b: &Freezing<T>| {
            let slack = a.rounding.max(b.rounding);
            let as_good = a.conflict <= b.conflict + slack && a.loss <= b.loss + slack;
            let better = a.conflict < b.conflict - slack || a.loss < b.loss - slack;
            as_good && (better || (a.set.len(), &a.set) <= (b.set.len(), &b.set))
        };
        if !self.pareto.iter().any(|x| beaten(x, &freezing)) {
            self.pareto.retain(|x| !beaten(&freezing, x));
            let at = self.pareto.partition_point(|x| x.loss < freezing.loss);
            self.pareto.insert(at, freezing.clone());
        }
        if !freezing.is_resolved() && !self.near.iter().any(|x| x.set == freezing.set) {
            let at = self.near.partition_point(|x| x.precedes(&freezing));
            self.near.insert(at, freezing);
            self.near.truncate(NEAR);
        }
    }
}
