//! One capability after the other, for more of them than can be enumerated.
//!
//! Forwards, at each step the capability is frozen that resolves at the least loss, or, while none does, the one
//! that takes away most conflict for the loss it adds; steps go on where none helps by itself, with
//! the least conflict, since two may help where one does not. As soon as the conflict is resolved
//! those that are not needed any longer are released again, the most expensive first.
//! The same is done with the most conflict taken away at each step, at whatever loss, and the better
//! result is kept. Every subset that is looked at is offered to the shortlist. There is no
//! bound on what this misses.

use nalgebra::{DMatrix, DVector};

use super::shortlist::{Score, Shortlist};
use super::sweep::Columns;
use crate::linalg::{reduce, scale};
use crate::{Error, Real};

/// What the next capability is chosen by, while none resolves.
#[derive(Clone, Copy)]
enum Step {
    /// Conflict taken away for the loss added.
    Ratio,
    /// Conflict taken away.
    Most,
}

/// Residuals of all columns where some of the capabilities are frozen.
#[derive(Clone)]
struct Residuals<'a> {
    columns: &'a Columns,
    left: DMatrix<f64>,
    /// ‖w‖₁ of each.
    weights: Vec<f64>,
}

impl<'a> Residuals<'a> {
    fn new(columns: &'a Columns) -> Self {
        Self {
            left: columns.r.clone(),
            weights: vec![1.0; columns.r.ncols()],
            columns,
        }
    }

    /// The unit residual of a capability and its ‖w‖₁ over its length, unless it depends on what is
    /// frozen.
    fn axis(&self, c: usize) -> Option<(DVector<f64>, f64)> {
        let mut q = self.left.column(c).into_owned();
        let length = scale::norm(q.as_slice());
        if length <= self.columns.known.least(self.weights[c]) {
            return None;
        }
        scale::normalise(q.as_mut_slice());
        Some((q, self.weights[c] / length))
    }

    fn freeze(&mut self, c: usize) {
        if let Some(axis) = self.axis(c) {
            reject_all(self.left.as_mut_slice(), &mut self.weights, &axis);
        }
    }

    /// The goals as they are, or as they would be with one capability more.
    fn score(&self, more: Option<usize>) -> Option<Score> {
        let n = self.columns.goals;
        let p = self.columns.candidates();
        let mut goals = self.left.columns(p, n).into_owned();
        let mut weights = self.weights[p..].to_vec();
        if let Some(c) = more {
            reject_all(goals.as_mut_slice(), &mut weights, &self.axis(c)?);
        }
        let columns: Vec<&[f64]> = goals.as_slice().chunks_exact(goals.nrows()).collect();
        let pairs = (0..n).flat_map(|i| (i..n).map(move |j| (i, j)));
        let gram: Vec<f64> = pairs
            .map(|(i, j)| reduce::dot(columns[i], columns[j]))
            .collect();
        Score::of(self.columns.known, self.columns.unsettled, &gram, &weights)
    }
}

/// Leaves of each column what is orthogonal to the axis; what that adds to their ‖w‖₁.
fn reject_all(columns: &mut [f64], weights: &mut [f64], (q, ratio): &(DVector<f64>, f64)) {
    for (column, weight) in columns.chunks_exact_mut(q.len()).zip(weights) {
        *weight += reject(column, q) * ratio;
    }
}

/// Leaves what is orthogonal to q, twice; the length taken away.
fn reject(x: &mut [f64], q: &DVector<f64>) -> f64 {
    let mut along = 0.0;
    for _ in 0..2 {
        let h = reduce::dot(x, q.as_slice());
        x.iter_mut().zip(q.iter()).for_each(|(x, q)| *x -= h * q);
        along += h;
    }
    along.abs()
}

/// Offers what a greedy search looks at.
pub(super) fn search<T: Real>(columns: &Columns, list: &mut Shortlist<'_, T>) -> Result<(), Error> {
    if let Some(score) = Residuals::new(columns).score(None) {
        list.offer(&[], &score)?;
        if !score.may_resolve() {
            for step in [Step::Ratio, Step::Most] {
                let chosen = forwards(columns, score, step, list)?;
                backwards(columns, chosen, list)?;
            }
        }
    }
    Ok(())
}

/// Freezes until no pair fights; what was frozen, empty where that is never so.
fn forwards<T: Real>(
    columns: &Columns,
    unfrozen: Score,
    step: Step,
    list: &mut Shortlist<'_, T>,
) -> Result<Vec<usize>, Error> {
    let mut state = Residuals::new(columns);
    let mut chosen: Vec<usize> = Vec::new();
    let mut now = unfrozen;
    for _ in 0..columns.candidates() {
        // Those that resolve first, then by merit.
        let mut best: Option<(usize, Score, (bool, f64))> = None;
        for c in (0..columns.candidates()).filter(|c| !chosen.contains(c)) {
            let Some(score) = state.score(Some(c)) else {
                continue;
            };
            if list.is_beaten(&score) {
                continue;
            }
            list.offer(&ascending(&chosen, c), &score)?;
            let taken = now.conflict() - score.conflict();
            let added = (score.loss() - now.loss()).max(f64::EPSILON);
            let merit = match step {
                _ if score.may_resolve() => (true, -score.loss()),
                Step::Ratio if taken > 0.0 => (false, taken / added),
                Step::Ratio | Step::Most => (false, taken),
            };
            if best.is_none_or(|(_, _, most)| merit > most) {
                best = Some((c, score, merit));
            }
        }
        let Some((c, score, (resolved, _))) = best else {
            break;
        };
        state.freeze(c);
        chosen.push(c);
        now = score;
        if resolved {
            return Ok(chosen);
        }
    }
    Ok(Vec::new())
}

/// Releases, as long as no pair fights, the capability that costs most.
fn backwards<T: Real>(
    columns: &Columns,
    mut chosen: Vec<usize>,
    list: &mut Shortlist<'_, T>,
) -> Result<(), Error> {
    chosen.sort_unstable();
    while chosen.len() > 1 {
        let mut best: Option<(usize, f64)> = None;
        for position in 0..chosen.len() {
            let mut fewer = chosen.clone();
            fewer.remove(position);
            let mut state = Residuals::new(columns);
            fewer.iter().for_each(|&c| state.freeze(c));
            let Some(score) = state.score(None) else {
                continue;
            };
            list.offer(&fewer, &score)?;
            if score.may_resolve() && best.is_none_or(|(_, least)| score.loss() < least) {
                best = Some((position, score.loss()));
            }
        }
        let Some((position, _)) = best else {
            break;
        };
        chosen.remove(position);
    }
    Ok(())
}

fn ascending(chosen: &[usize], c: usize) -> Vec<usize> {
    let mut members = chosen.to_vec();
    members.push(c);
    members.sort_unstable();
    members
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conflict::sweep::tests::{columns, left, opposed};
    use crate::tolerance;

    /// In whatever order some are frozen: where nothing cancels the bounds on ‖w‖₁ are met.
    #[test]
    fn bounds_are_met_where_nothing_cancels() {
        for seed in 0..4 {
            let (units, goals) = (opposed(4, 2, seed), 2);
            let all = columns(&units, goals);
            for order in [[0, 1, 2, 3], [3, 1, 0, 2], [2, 3, 1, 0]] {
                let mut state = Residuals::new(&all);
                for taken in 0..=4 {
                    let frozen = &order[..taken];
                    let others = (0..6).filter(|j| !frozen.contains(j));
                    for j in others {
                        let (rest, weights) = left(&units, frozen, j);
                        let bound = tolerance::combination(f64::EPSILON, weights * weights);
                        assert!((state.weights[j] - weights).abs() <= bound);
                        let length = scale::norm(state.left.column(j).into_owned().as_slice());
                        assert!((length - rest.norm()).abs() <= bound);
                    }
                    if taken < 4 {
                        state.freeze(order[taken]);
                    }
                }
            }
        }
    }
}
