//! Singular values of a bidiagonal matrix by the differential quotient-difference algorithm
//! with shifts.
//!
//! With q and e the squares of the diagonal and of what stands beside it, a transform with the
//! shift s takes
//!
//!   d₁ = q₁ − s,  q̂ᵢ = dᵢ + eᵢ,  êᵢ = eᵢ·qᵢ₊₁/q̂ᵢ,  dᵢ₊₁ = dᵢ·qᵢ₊₁/q̂ᵢ − s,  q̂ₙ = dₙ
//!
//! to the same matrix less s·I. While s is at most the smallest eigenvalue nothing is subtracted
//! but s, and a transform costs no singular value its relative accuracy (Fernando & Parlett 1994,
//! Theorem 4). That is more than bidiagonalisation leaves, so the last row is taken for settled once that moves
//! no singular value by more than ε·σ₁/8. A shift that was too large shows as a negative dᵢ; then the step is taken
//! again with a smaller one. What decides the speed is how close below the eigenvalue a shift can be placed:
//! once the last dₙ is the smallest, dₙ·(1 − √b)/(1 + b) is a lower bound up to second order, with b the squared
//! length of the approximate eigenvector beyond its last entry (Parlett & Marques 2000, §5).
//!
//! Each dᵢ waits for a division by the one before it, so that most of the time nothing is computed. Hence two
//! transforms at once, the second a row behind the first and without a shift: what the first has left
//! of the smallest eigenvalue is little beside the next, and by that ratio the second brings the last row closer.
//!
//! Vectors are not to be had this way. A failure to converge, or a singular value that is
//! exactly zero inside, is `None`, and the caller has other algorithms.

use std::cmp::Ordering;

use crate::Real;

/// Pairs of transforms a value may take on average. Two or three are usual.
const SWEEPS: usize = 32;

/// The singular values, descending, of the upper bidiagonal matrix with this diagonal and these
/// entries beside it, scaled near one.
pub(crate) fn singular_values<T: Real>(diagonal: &[T], beside: &[T]) -> Option<Vec<T>> {
    let n = diagonal.len();
    let mut work = Qd::new(diagonal, beside);
    let mut values = Vec::with_capacity(n);
    let mut blocks = vec![(0, n, T::zero())];
    while let Some((from, to, shift)) = blocks.pop() {
        work.reduce(from, to, shift, &mut values, &mut blocks)?;
    }
    let mut values: Vec<T> = values.into_iter().map(|square: T| square.sqrt()).collect();
    values.sort_by(|x, y| y.partial_cmp(x).unwrap_or(Ordering::Equal));
    values.iter().all(|v| v.is_finite()).then_some(values)
}

struct Qd<T> {
    q: Vec<T>,
    e: Vec<T>,
    /// (ε·σ₁/8)² at most.
    visible: T,
    /// What was there before the last pair of transforms.
    before: Vec<T>,
    /// Pairs that may still be taken.
    left: usize,
}

/// What a transform with a shift tells of it: the last dᵢ, and the smallest of those before it.
struct Trial<T> {
    last: T,
    before: T,
}

/// What a transform tells of the shift to take next.
#[derive(Clone, Copy)]
struct Sweep<T> {
    /// The last dᵢ, the smallest of those before it, the one before it, and the smallest before that.
    last: T,
    before: T,
    second: T,
    earlier: T,
    /// The smallest êᵢ.
    beside: T,
}

impl<T: Real> Sweep<T> {
    /// Of one row.
    fn from(d: T) -> Self {
        Self {
            last: d,
            before: d,
            second: d,
            earlier: d,
            beside: T::max_value().unwrap_or(d),
        }
    }

    /// One row more, without a shift: from eᵢ and qᵢ₊₁, with q̂ᵢ and êᵢ.
    #[inline(always)]
    fn over(self, side: T, below: T) -> (Self, T, T) {
        let sum = self.last + side;
        let ratio = below / sum;
        let side = side * ratio;
        let seen = Self {
            last: self.last * ratio,
            before: least(self.before, self.last),
            second: self.last,
            earlier: self.before,
            beside: least(self.beside, side),
        };
        (seen, sum, side)
    }

    /// The smallest dᵢ. What is not a number stays so to the last.
    fn least(&self) -> T {
        if self.last.is_finite() {
            least(self.before, self.last)
        } else {
            self.last
        }
    }

    /// What it tells of the rows before the last.
    fn without_last(self) -> Self {
        Self {
            last: self.second,
            before: self.earlier,
            second: self.earlier,
            ..self
        }
    }
}

/// What of eigenvalues σ² is beyond the digits of σ.
fn negligible<T: Real>() -> T {
    T::machine_epsilon() * T::machine_epsilon()
}

/// The smaller one, the first where one is not a number.
fn least<T: Real>(x: T, y: T) -> T {
    if y < x { y } else { x }
}

fn largest<T: Real>(entries: &[T]) -> T {
    entries.iter().fold(T::zero(), |m, &x| m.max(x))
}

impl<T: Real> Qd<T> {
    fn new(diagonal: &[T], beside: &[T]) -> Self {
        let squares = |x: &[T]| -> Vec<T> { x.iter().map(|&x| x * x).collect() };
        let (q, e) = (squares(diagonal), squares(beside));
        let n = q.len();
        // Diagonal entries of BBᵀ are qᵢ + eᵢ, and none is above σ₁².
        let visible = T::machine_epsilon().powi(2) / T::from_double(64.0) * largest(&q);
        Self {
            q,
            e,
            visible,
            before: Vec::with_capacity(2 * n),
            left: SWEEPS * n,
        }
    }

    /// Whether row i, the last, can be cut off. To BBᵀ + shift·I, whose eigenvalues are σ² ≥ shift, that does
    /// eᵢ₋₁ on its diagonal and √(qᵢeᵢ₋₁) beside it, and to no σ more than half of their sum over √shift.
    fn is_settled(&self, i: usize, shift: T) -> bool {
        let (q, e) = (self.q[i], self.e[i - 1]);
        let room = self.visible * shift;
        e <= negligible::<T>() * (shift + q) || (q * e <= room && e * e <= room)
    }

    /// Finds the eigenvalues of the rows `from..to`, to each of which `shift` is added; pieces
    /// that split off are left for later.
    fn reduce(
        &mut self,
        from: usize,
        mut to: usize,
        mut shift: T,
        values: &mut Vec<T>,
        blocks: &mut Vec<(usize, usize, T)>,
    ) -> Option<()> {
        // Large entries first: a small one at the end is found at once, and without a loss.
        if to - from > 1 && self.q[from] * T::from_double(1.5) < self.q[to - 1] {
            self.q[from..to].reverse();
            self.e[from..to - 1].reverse();
        }
        // Entries, with the shift, are never larger than that eigenvalue.
        let largest = self.bound(from, to) + shift;
        let mut sweep: Option<Sweep<T>> = None;
        let mut timid = T::from_double(0.25);
        loop {
            if to == from {
                return Some(());
            }
            if to - from == 1 || self.is_settled(to - 1, shift) {
                values.push(self.q[to - 1] + shift);
                to -= 1;
                sweep = sweep.map(Sweep::without_last);
                continue;
            }
            // Beside a split the pieces have nothing to do with each other. A search pays only where
            // the smallest entry would be negligible beside the largest.
            let may_split = sweep.is_none_or(|seen| seen.beside <= negligible::<T>() * largest);
            let split = (from..to - 2)
                .rev()
                .filter(|_| may_split)
                .find(|&i| self.e[i] <= negligible::<T>() * (shift + self.q[i].min(self.q[i + 1])));
            if let Some(i) = split {
                blocks.push((from, i + 1, shift));
                blocks.push((i + 1, to, shift));
                return Some(());
            }
            let mut s = match sweep {
                Some(seen) => self.next_shift(from, to, seen, &mut timid),
                None => T::zero(),
            };
            // Each refusal is a bound: the last try is without a shift and cannot fail.
            let mut refused = 0;
            loop {
                self.left = self.left.checked_sub(1)?;
                self.before.clear();
                self.before.extend_from_slice(&self.q[from..to]);
                self.before.extend_from_slice(&self.e[from..to - 1]);
                let (tried, seen) = self.transforms(from, to, s);
                let is_below = tried.before >= T::zero() && tried.last >= T::zero();
                if is_below && seen.least() >= T::zero() {
                    shift += s;
                    sweep = Some(seen);
                    break;
                }
                // Not a number, or a zero on the diagonal.
                if is_below || s == T::zero() || !(tried.before + tried.last).is_finite() {
                    return None;
                }
                let (q, e) = self.before.split_at(to - from);
                self.q[from..to].copy_from_slice(q);
                self.e[from..to - 1].copy_from_slice(e);
                refused += 1;
                let late = tried.last < T::zero() && tried.before > T::zero();
                s = if refused > 2 {
                    T::zero()
                } else if late && s + tried.last > T::zero() {
                    // Only the last failed: it says by how much.
                    (s + tried.last) * (T::one() - T::from_double(2.0) * T::machine_epsilon())
                } else {
                    s * T::from_double(0.25)
                };
            }
        }
    }

    /// At least the largest eigenvalue of the rows `from..to` (Gershgorin: qᵢ + eᵢ₋₁ + √(qᵢeᵢ) + √(qᵢ₋₁eᵢ₋₁)).
    fn bound(&self, from: usize, to: usize) -> T {
        T::from_double(4.0)
            * (largest(&self.q[from..to]) + largest(&self.e[from..to.saturating_sub(1).max(from)]))
    }

    /// A transform with a shift and one without, of two rows at least, in place. Where the first fails the rest
    /// means nothing.
    fn transforms(&mut self, from: usize, to: usize, s: T) -> (Trial<T>, Sweep<T>) {
        let (q, e) = (&mut self.q[from..to], &mut self.e[from..to - 1]);
        let n = q.len();
        // Row 0 of the first, of which the second knows its q and e as `sweep.last` and `side`.
        let mut ahead = q[0] - s;
        let mut before = ahead;
        let mut sweep = Sweep::from(ahead + e[0]);
        let ratio = q[1] / sweep.last;
        let mut side = e[0] * ratio;
        ahead = ahead * ratio - s;
        for i in 1..n - 1 {
            // Row i of the first.
            before = least(before, ahead);
            let sum = ahead + e[i];
            let ratio = q[i + 1] / sum;
            let next = e[i] * ratio;
            ahead = ahead * ratio - s;
            (sweep, q[i - 1], e[i - 1]) = sweep.over(side, sum);
            side = next;
        }
        (sweep, q[n - 2], e[n - 2]) = sweep.over(side, ahead);
        q[n - 1] = sweep.last;
        let trial = Trial {
            last: ahead,
            before,
        };
        (trial, sweep)
    }

    /// A number that is likely to be just below the smallest eigenvalue.
    fn next_shift(&self, from: usize, to: usize, seen: Sweep<T>, timid: &mut T) -> T {
        if seen.last <= seen.before {
            let (mut product, mut b) = (T::one(), T::zero());
            for i in (from..to - 1).rev() {
                product *= self.e[i] / self.q[i];
                b += product;
                if product < b * T::from_double(0.01) || b > T::one() {
                    break;
                }
            }
            let b = b * T::from_double(1.05);
            if b < T::from_double(0.563) {
                *timid = T::from_double(0.25);
                return seen.last * (T::one() - b.sqrt()) / (T::one() + b);
            }
        }
        let share = *timid;
        *timid = share + (T::one() - share) / T::from_double(3.0) * T::from_double(0.25);
        seen.least() * share
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::jacobi;
    use nalgebra::DMatrix;

    fn agrees_with_jacobi<T: Real>(diagonal: &[T], beside: &[T]) {
        let n = diagonal.len();
        let b = DMatrix::from_fn(n, n, |i, j| match j.checked_sub(i) {
            Some(0) => diagonal[i],
            Some(1) => beside[i],
            _ => T::zero(),
        });
        let (_, expected, _) = jacobi::svd(&b).expect("converges");
        let found = singular_values(diagonal, beside).expect("converges");
        let room = T::from_double(8.0 * (n as f64).sqrt()) * T::machine_epsilon() * expected[0];
        for (found, &expected) in found.iter().zip(&expected) {
            assert!((*found - expected).abs() <= room, "{n}: {found} {expected}");
        }
    }

    fn noise(i: usize) -> f64 {
        ((i as f64 + 1.0) * 12.9898).sin() * 43_758.545_3 % 1.0
    }

    fn every_kind<T: Real>() {
        for n in [1, 2, 3, 4, 7, 16, 33, 60] {
            for kind in 0..10 {
                let entry = |i: usize, side: usize| -> T {
                    let x = noise(i * 2 + side + 1000 * kind);
                    T::from_double(match kind {
                        0 => x,
                        // A constant matrix, clusters of equal values, and graded ones.
                        1 => 1.0,
                        2 => {
                            if side == 0 {
                                1.0 + (i % 3) as f64
                            } else {
                                1e-9 * x
                            }
                        }
                        // One value many times over, told apart by little.
                        6 => [1.0, 1e-9 * x][side],
                        7 => [1.0, 1e-5 * x][side],
                        8 => [1.0 + 1e-12 * x, 1e-3 * x][side],
                        // And a small one, beside a large one.
                        9 => [if i == 0 { 1.0 } else { 1e-5 }, 1e-11 * x][side],
                        3 => 0.7_f64.powi(i as i32) * (1.0 + 0.1 * x),
                        4 => 0.7_f64.powi((n - i) as i32) * (1.0 + 0.1 * x),
                        _ => {
                            if i.is_multiple_of(5) && side == 1 {
                                0.0
                            } else {
                                x
                            }
                        }
                    })
                };
                let diagonal: Vec<T> = (0..n).map(|i| entry(i, 0)).collect();
                let beside: Vec<T> = (0..n - 1).map(|i| entry(i, 1)).collect();
                agrees_with_jacobi(&diagonal, &beside);
            }
        }
    }

    #[test]
    fn agrees_with_jacobi_f64() {
        every_kind::<f64>();
    }

    #[test]
    fn agrees_with_jacobi_f32() {
        every_kind::<f32>();
    }

    /// The matrix with ones on and beside the diagonal has 2·cos(jπ/(2n + 1)).
    #[test]
    fn small_values_are_right_relative_to_themselves() {
        for n in [2, 5, 50, 300] {
            let found = singular_values(&vec![1.0; n], &vec![1.0; n - 1]).expect("converges");
            for (j, &value) in found.iter().enumerate() {
                let exact =
                    2.0 * ((j + 1) as f64 * std::f64::consts::PI / (2 * n + 1) as f64).cos();
                let room = 8.0 * n as f64 * f64::EPSILON * exact;
                assert!((value - exact).abs() <= room, "{n} {j}: {value} {exact}");
            }
        }
        // Graded over 120 orders of magnitude, each to its last digits.
        let graded: Vec<f64> = (0..13).map(|i| 10.0_f64.powi(-10 * i)).collect();
        let found = singular_values(&graded, &[0.0; 12]).expect("converges");
        assert!(
            found
                .iter()
                .zip(&graded)
                .all(|(a, b)| (a / b - 1.0).abs() < 1e-15)
        );
    }

    /// On either side of each bound, with σ₁ = 2.
    #[test]
    fn a_row_is_settled_where_no_value_moves_by_an_eighth_of_a_rounding() {
        let mut work = Qd::new(&[2.0, 1.0], &[1.0]);
        let mut is_settled = |q: f64, e: f64, shift: f64| {
            (work.q[1], work.e[0]) = (q, e);
            work.is_settled(1, shift)
        };
        let (rounding, room) = (f64::EPSILON.powi(2), (2.0 * f64::EPSILON / 8.0).powi(2));
        for (share, settled) in [(0.9, true), (1.1, false)] {
            // What is beside the diagonal decides, and what is on it.
            assert_eq!(is_settled(1e-3, share * room * 0.25 / 1e-3, 0.25), settled);
            assert_eq!(
                is_settled(1e-20, share * (room * 0.25).sqrt(), 0.25),
                settled
            );
            // What is nothing beside the value itself.
            assert_eq!(is_settled(0.1, share * rounding * 0.1, 0.0), settled);
            assert_eq!(is_settled(5.0, share * rounding * 10.0, 5.0), settled);
        }
    }

    #[test]
    fn what_it_cannot_do_it_does_not() {
        assert!(singular_values(&[1.0, f64::NAN, 1.0], &[1.0, 1.0]).is_none());
        assert!(singular_values(&[1.0, 1.0], &[f64::INFINITY]).is_none());
        for zero in 0..4 {
            let mut diagonal = [1.0_f64; 4];
            diagonal[zero] = 0.0;
            if let Some(found) = singular_values(&diagonal, &[0.5, 0.5, 0.5]) {
                assert!(found[3] < 1e-15, "{found:?}");
            }
        }
        assert_eq!(singular_values::<f64>(&[], &[]), Some(vec![]));
        assert_eq!(singular_values(&[0.0_f64], &[]), Some(vec![0.0]));
    }
}
