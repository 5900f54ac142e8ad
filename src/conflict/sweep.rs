//! All sets of capabilities to freeze, each from the one before by a single sweep.
//!
//! The sets are the leaves of a binary tree in which level i decides about candidate i. To freeze one
//! more is to take its residual's direction out of the goals and of the candidates that are
//! still to be decided, one rank-one update (a step of modified Gram–Schmidt); nothing is
//! factored again. Half of the sets end with the last candidate, where only goals are left to
//! update, so that a set costs on average about six columns of as many coordinates as there are
//! objectives.
//!
//! In these coordinates nothing is squared: modified Gram–Schmidt gives the residuals of
//! columns that are off by ε (Björck 1967), which is what e·‖w‖₁ of [`Objectives::freeze`] stands
//! for. The weights w of what is left are updated by the same sweep, and say where a goal or a
//! candidate counts as a combination of the frozen. A candidate that does adds nothing to
//! the span, and the branch that freezes it is not entered.

use nalgebra::DMatrix;

use crate::linalg::{reduce, scale};
use crate::objectives::Known;
use crate::{Error, Objectives, Real, tolerance};

/// Goals and candidates in common coordinates, goals first.
pub(super) struct Sweeper<T> {
    points: DMatrix<T>,
    goals: usize,
    known: Known<T>,
}

/// What is left after some candidates are frozen, one a level.
pub(super) struct Level<T> {
    /// Residuals of the goals and of all candidates; columns of frozen ones are stale.
    residuals: DMatrix<T>,
    /// Column j: the weights of the frozen in residual j, one a candidate.
    weights: DMatrix<T>,
    /// ‖rⱼ‖ of the goals.
    lengths: Vec<T>,
    /// ⟨rᵢ, rⱼ⟩/(‖rᵢ‖·‖rⱼ‖) of the two goals that oppose each other most.
    pub(super) worst: T,
    /// ‖rⱼ‖ = √(1 − τⱼ) of the goal that keeps least.
    pub(super) kept: T,
    /// Their mean.
    pub(super) mean: T,
    /// What rounding can make of these cosines.
    pub(super) rounding: T,
}

impl<T: Real> Sweeper<T> {
    /// Of objectives whose first so many are goals.
    pub(super) fn new(objectives: &Objectives<T>, goals: usize) -> Self {
        Self {
            // Coordinates of the objectives, as accurate as what they came from.
            points: objectives.embedding().points.clone(),
            goals,
            known: objectives.known(),
        }
    }

    pub(super) fn candidates(&self) -> usize {
        self.points.ncols() - self.goals
    }

    /// Nothing frozen yet.
    pub(super) fn root(&self) -> Result<Level<T>, Error> {
        let mut level = self.empty();
        level.residuals.copy_from(&self.points);
        // A goal is a unit vector: something is left of it.
        self.judge(&mut level);
        Ok(level)
    }

    pub(super) fn empty(&self) -> Level<T> {
        let n = self.points.ncols();
        Level {
            residuals: DMatrix::zeros(self.points.nrows(), n),
            weights: DMatrix::zeros(self.candidates(), n),
            lengths: vec![T::one(); self.goals],
            worst: T::zero(),
            kept: T::zero(),
            mean: T::zero(),
            rounding: T::zero(),
        }
    }

    /// Writes to `to` what is left of the goals, and of the candidates after `next`, when
    /// candidate `next` is frozen as well; false where it adds nothing to the span, or leaves
    /// nothing of a goal.
    pub(super) fn freeze(&self, from: &Level<T>, next: usize, to: &mut Level<T>) -> bool {
        let pivot = self.goals + next;
        let length = scale::norm(from.residuals.column(pivot).as_slice());
        if length <= self.known.least(weight(&from.weights, pivot)) {
            return false;
        }
        let rows = self.points.nrows();
        let count = self.points.ncols();
        let axis = from.residuals.column(pivot);
        let left = (0..self.goals).chain(pivot + 1..count);
        for j in left {
            let column = from.residuals.column(j);
            let along = reduce::dot(axis.as_slice(), column.as_slice()) / length / length;
            let (source, target) = (
                &from.residuals.as_slice()[j * rows..(j + 1) * rows],
                &mut to.residuals.as_mut_slice()[j * rows..(j + 1) * rows],
            );
            for ((t, &s), &a) in target.iter_mut().zip(source).zip(axis.iter()) {
                *t = s - along * a;
            }
            for i in 0..next {
                to.weights[(i, j)] = from.weights[(i, j)] - along * from.weights[(i, pivot)];
            }
            to.weights[(next, j)] = along;
            for i in next + 1..self.candidates() {
                to.weights[(i, j)] = T::zero();
            }
        }
        self.judge(to)
    }

    /// The cosines and lengths of what is left of the goals; false where nothing is left of one.
    fn judge(&self, level: &mut Level<T>) -> bool {
        let (mut kept, mut sum) = (T::one(), T::zero());
        let mut relative = T::zero();
        for j in 0..self.goals {
            let length = scale::norm(level.residuals.column(j).as_slice());
            let w = weight(&level.weights, j);
            if length <= self.known.least(w) {
                return false;
            }
            level.lengths[j] = length;
            kept = kept.min(length);
            sum += length;
            relative = relative.max(self.known.relative(w, length));
        }
        let mut worst = T::one();
        for j in 0..self.goals {
            for i in 0..j {
                let (a, b) = (level.residuals.column(i), level.residuals.column(j));
                let product = reduce::dot(a.as_slice(), b.as_slice());
                worst = worst.min(product / level.lengths[i] / level.lengths[j]);
            }
        }
        level.worst = worst.max(-T::one());
        level.kept = kept;
        level.mean = sum / T::from_double(self.goals as f64);
        level.rounding = tolerance::combination(relative, T::from_double(2.0));
        true
    }
}

/// Σ|w| of a residual: its own weight of one, and those of the frozen.
fn weight<T: Real>(weights: &DMatrix<T>, column: usize) -> T {
    weights
        .column(column)
        .iter()
        .fold(T::one(), |sum, x| sum + x.abs())
}
