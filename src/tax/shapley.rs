//! Shapley values of the tax rate as a game: the capabilities are the players, the
//! worth of a coalition is the tax rate against its span.
//!
//! Everything happens in the coordinates of the whole span, where v has the image w
//! and capability i the column xᵢ. Adding a capability to a coalition adds ⟨w, q⟩²,
//! q the normalised part of xᵢ outside the coalition's span. So a walk through the
//! subset tree that keeps an orthonormal basis needs one orthogonalisation a subset.

use nalgebra::{DMatrix, DVector};
use rand::{Rng, RngExt};

use crate::Real;
use crate::linalg::reduce;

/// The game in coordinates.
pub(crate) struct Game<T> {
    /// Qᵀv.
    pub(crate) safety: DVector<T>,
    /// Qᵀcᵢ as columns.
    pub(crate) capabilities: DMatrix<T>,
    /// The relative rank tolerance of the capabilities.
    pub(crate) tolerance: T,
    /// τ of all of them: no coalition has more, and all together have this.
    pub(crate) total: T,
}

/// An orthonormal vector of a coalition's span, and what was left of its capability
/// outside the span before it.
struct Addition<T> {
    unit: DVector<T>,
    pivot: T,
}

impl<T: Real> Game<T> {
    fn players(&self) -> usize {
        self.capabilities.ncols()
    }

    /// Up to this length a residual is rounding: the capability adds nothing.
    ///
    /// Of a full-rank set every residual is at least σ_p > tolerance·σ₁ ≥ tolerance, unit
    /// columns having σ₁ ≥ 1; the half is for rounding. In a dependent set the residual of
    /// a dependent column is noise of ε over the shortest pivot before it.
    fn negligible(&self, basis: &[Addition<T>]) -> T {
        if self.safety.len() == self.players() {
            return self.tolerance * T::from_double(0.5);
        }
        let shortest = basis.iter().fold(T::one(), |s, a| s.min(a.pivot));
        self.tolerance / shortest
    }

    /// The unit vector that player i adds to an orthonormal basis, if any.
    fn addition(&self, i: usize, basis: &[Addition<T>]) -> Option<Addition<T>> {
        let mut residual = self.capabilities.column(i).into_owned();
        for _ in 0..2 {
            for Addition { unit, .. } in basis {
                let overlap = reduce::dot(unit.as_slice(), residual.as_slice());
                residual.axpy(-overlap, unit, T::one());
            }
        }
        let pivot = reduce::dot(residual.as_slice(), residual.as_slice()).sqrt();
        (pivot > self.negligible(basis)).then(|| Addition {
            unit: residual / pivot,
            pivot,
        })
    }

    /// What an addition adds to the tax rate.
    fn gain(&self, addition: &Addition<T>) -> T {
        let along = reduce::dot(addition.unit.as_slice(), self.safety.as_slice());
        along * along
    }

    /// τ(all) − τ(all but i) for every i.
    pub(crate) fn unique(&self) -> DVector<T> {
        DVector::from_fn(self.players(), |i, _| {
            let mut basis = Vec::with_capacity(self.players());
            for j in (0..self.players()).filter(|&j| j != i) {
                basis.extend(self.addition(j, &basis));
            }
            self.addition(i, &basis)
                .map_or(T::zero(), |q| self.gain(&q).min(self.total))
        })
    }

    /// Every Shapley value by enumeration of the 2^p coalitions.
    ///
    /// φᵢ = Σ over S without i of |S|!·(p − |S| − 1)!/p!·(τ(S ∪ i) − τ(S)),
    /// Shapley (1953).
    pub(crate) fn exact(&self) -> DVector<T> {
        let p = self.players();
        let mut worth = vec![T::zero(); 1 << p];
        let mut basis = Vec::with_capacity(p);
        self.walk(0, 0, &mut basis, &mut worth);
        self.make_monotone(&mut worth);
        // 1/(p·C(p−1, s)), by the recurrence of the binomials.
        let weights: Vec<T> = (0..p)
            .scan(T::one(), |binomial, s| {
                let weight = T::one() / (T::from_double(p as f64) * *binomial);
                *binomial *= T::from_double((p - 1 - s) as f64) / T::from_double((s + 1) as f64);
                Some(weight)
            })
            .collect();
        DVector::from_fn(p, |i, _| {
            let terms: Vec<T> = (0..1_usize << p)
                .filter(|mask| mask & (1 << i) == 0)
                .map(|mask| {
                    weights[mask.count_ones() as usize] * (worth[mask | 1 << i] - worth[mask])
                })
                .collect();
            reduce::sum(&terms).min(self.total)
        })
    }

    /// Whoever joins a coalition takes nothing from it, and nobody exceeds τ; of nearly dependent capabilities
    /// rounding says otherwise, each coalition having a basis of its own.
    ///
    /// If each worth is off by e at most, so is the largest of its subsets', since that of each of them is no
    /// more than its own; the correction costs no accuracy.
    fn make_monotone(&self, worth: &mut [T]) {
        for mask in 1..worth.len() {
            for i in (0..self.players()).filter(|i| mask >> i & 1 == 1) {
                worth[mask] = worth[mask].max(worth[mask ^ 1 << i]);
            }
            worth[mask] = worth[mask].min(self.total);
        }
        let all = worth.len() - 1;
        worth[all] = self.total;
    }

    fn walk(&self, mask: usize, next: usize, basis: &mut Vec<Addition<T>>, worth: &mut [T]) {
        for i in next..self.players() {
            let with = mask | 1 << i;
            match self.addition(i, basis) {
                None => {
                    worth[with] = worth[mask];
                    self.walk(with, i + 1, basis, worth);
                }
                Some(q) => {
                    worth[with] = worth[mask] + self.gain(&q);
                    basis.push(q);
                    self.walk(with, i + 1, basis, worth);
                    basis.pop();
                }
            }
        }
    }

    /// Estimates and standard errors from random orders of the players.
    ///
    /// Each order's gains add up to τ exactly, the last taking what is left of it, and so do the estimates
    /// (Castro, Gómez & Tejada 2009).
    pub(crate) fn sampled(&self, orders: usize, rng: &mut impl Rng) -> (DVector<T>, DVector<T>) {
        let p = self.players();
        let mut mean = DVector::zeros(p);
        let mut scatter = DVector::<T>::zeros(p);
        let mut order: Vec<usize> = (0..p).collect();
        for round in 1..=orders {
            // Fisher–Yates.
            for last in (1..p).rev() {
                order.swap(last, rng.random_range(0..=last));
            }
            let count = T::from_double(round as f64);
            let mut basis = Vec::with_capacity(p);
            let mut left = self.total;
            for (position, &i) in order.iter().enumerate() {
                let gain = if position + 1 == p {
                    left
                } else if let Some(q) = self.addition(i, &basis) {
                    let gain = self.gain(&q).min(left);
                    basis.push(q);
                    gain
                } else {
                    T::zero()
                };
                left -= gain;
                // Welford's update.
                let before = gain - mean[i];
                mean[i] += before / count;
                scatter[i] += before * (gain - mean[i]);
            }
        }
        let n = orders as f64;
        let scale = T::from_double(1.0 / (n * (n - 1.0)));
        (mean, scatter.map(|s| (s * scale).sqrt()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A worth becomes the largest of those of its subsets, τ at most; that of all is τ.
    #[test]
    fn worths_become_those_of_the_best_part() {
        let game = Game {
            safety: DVector::zeros(2),
            capabilities: DMatrix::zeros(2, 4),
            tolerance: f64::EPSILON,
            total: 0.8,
        };
        for multiplier in [3, 5, 7, 11, 13] {
            let given: Vec<f64> = (0..16)
                .map(|i| f64::from(i * multiplier % 16) / 16.0)
                .collect();
            let mut worth = given.clone();
            game.make_monotone(&mut worth);
            for (mask, &found) in worth.iter().enumerate() {
                let parts = (0..16).filter(|part| part & mask == *part);
                let best = parts.map(|part| given[part]).fold(0.0, f64::max);
                let expected = if mask == 15 { 0.8 } else { best.min(0.8) };
                assert_eq!(found, expected, "{multiplier}: {mask:b}");
            }
        }
    }
}
