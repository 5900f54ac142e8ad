//! The bidiagonal form of a small matrix, of which singular values and at most right vectors are wanted.
//!
//! Householder reflections from the left and from the right take turns (Golub & Kahan 1965). With
//! H = I − κ·uuᵀ, G = I − σ·vvᵀ, y = κ·Aᵀu and z = σ·(Av − u·(yᵀv)) a turn is
//!
//!   H·A·G = A − u·yᵀ − z·vᵀ,
//!
//! and what one turn leaves to be subtracted is subtracted when the next one reads the columns. Before its last
//! entry is known v is the row that it is made of but for its first entry, so that Av is summed up in
//! that same pass (Howell et al. 2008): the matrix goes through the processor once a turn.
//! No u is kept, and v only where vectors are wanted.

use nalgebra::DMatrix;
use pulp::{Arch, Simd, WithSimd};

use super::lockstep::Lockstep;
use super::reflections::Reflections;
use crate::Real;
use crate::linalg::reduce;
use crate::parallel::{WORTH_A_THREAD, both};

/// Rows are filled up with zeros to a multiple of the entries of the longest vector there is, and each
/// turn begins at such a multiple, so that no column has a rest.
const LANES: usize = 16;

/// A scalar with vectors of it.
pub(crate) trait Reflected: Real {
    /// A − u·yᵀ − z·vᵀ of two columns in place, and the inner products of the result with `next`.
    fn update<S: Simd>(
        simd: S,
        columns: [&mut [Self]; 2],
        pending: Pending<'_, Self>,
        next: &[Self],
    ) -> [Self; 2];

    /// w + r₁·a₁ + r₂·a₂ in place.
    fn gather<S: Simd>(simd: S, w: &mut [Self], columns: [&[Self]; 2], r: [Self; 2]);
}

/// What is still to be subtracted from two columns.
#[derive(Clone, Copy)]
pub(crate) struct Pending<'a, T> {
    u: &'a [T],
    z: &'a [T],
    y: [T; 2],
    v: [T; 2],
}

macro_rules! reflected {
    ($scalar:ty, $split:ident, $split_mut:ident, $splat:ident, $mul_add:ident, $sum:ident) => {
        impl Reflected for $scalar {
            #[inline(always)]
            fn update<S: Simd>(
                simd: S,
                columns: [&mut [Self]; 2],
                pending: Pending<'_, Self>,
                next: &[Self],
            ) -> [Self; 2] {
                let [first, second] = columns;
                let first = S::$split_mut(first).0;
                let steps = first.len();
                let second = &mut S::$split_mut(second).0[..steps];
                let u = &S::$split(pending.u).0[..steps];
                let z = &S::$split(pending.z).0[..steps];
                let next = &S::$split(next).0[..steps];
                // One by one: a closure need not be compiled for the processor's vectors.
                let y = [simd.$splat(-pending.y[0]), simd.$splat(-pending.y[1])];
                let v = [simd.$splat(-pending.v[0]), simd.$splat(-pending.v[1])];
                let mut sums = [simd.$splat(0.0); 2];
                for i in 0..steps {
                    let a = simd.$mul_add(z[i], v[0], simd.$mul_add(u[i], y[0], first[i]));
                    let b = simd.$mul_add(z[i], v[1], simd.$mul_add(u[i], y[1], second[i]));
                    (first[i], second[i]) = (a, b);
                    sums = [
                        simd.$mul_add(a, next[i], sums[0]),
                        simd.$mul_add(b, next[i], sums[1]),
                    ];
                }
                [simd.$sum(sums[0]), simd.$sum(sums[1])]
            }

            #[inline(always)]
            fn gather<S: Simd>(simd: S, w: &mut [Self], columns: [&[Self]; 2], r: [Self; 2]) {
                let w = S::$split_mut(w).0;
                let first = &S::$split(columns[0]).0[..w.len()];
                let second = &S::$split(columns[1]).0[..w.len()];
                let r = [simd.$splat(r[0]), simd.$splat(r[1])];
                for i in 0..w.len() {
                    w[i] = simd.$mul_add(second[i], r[1], simd.$mul_add(first[i], r[0], w[i]));
                }
            }
        }
    };
}

reflected!(
    f64,
    as_simd_f64s,
    as_mut_simd_f64s,
    splat_f64s,
    mul_add_f64s,
    reduce_sum_f64s
);
reflected!(
    f32,
    as_simd_f32s,
    as_mut_simd_f32s,
    splat_f32s,
    mul_add_f32s,
    reduce_sum_f32s
);

/// A reflection I − factor·xxᵀ that takes a vector to `entry` times the first unit vector; x is the vector
/// itself but for its first entry, `first`.
struct Reflection<T> {
    entry: T,
    first: T,
    factor: T,
}

impl<T: Real> Reflection<T> {
    /// None of a vector that is nothing beside entries near one: of its square too few digits may be left.
    fn of(head: T, square: T) -> Self {
        let length = square.sqrt();
        if square <= T::machine_epsilon().powi(4) {
            return Self {
                entry: length,
                first: T::zero(),
                factor: T::zero(),
            };
        }
        // The sum of two numbers of one sign.
        let away = if head < T::zero() { -length } else { length };
        Self {
            entry: -away,
            first: head + away,
            factor: T::one() / (length * (length + head.abs())),
        }
    }
}

/// What all columns have in common, and what a turn leaves to be subtracted from them.
#[derive(Clone)]
struct Front<T> {
    /// Columns of the matrix, and entries of each with the zeros that fill it up.
    count: usize,
    stride: usize,
    u: Vec<T>,
    z: Vec<T>,
    y: Vec<T>,
    v: Vec<T>,
    /// The u of the turn that is under way.
    next: Vec<T>,
    /// Column j, before what the last turn left is subtracted from it.
    head: Vec<T>,
    diagonal: Vec<T>,
    beside: Vec<T>,
}

impl<T: Reflected> Front<T> {
    fn new(a: &DMatrix<T>) -> Self {
        let (m, count) = a.shape();
        let stride = m.next_multiple_of(LANES);
        let zeros = |length| vec![T::zero(); length];
        let [u, z, next, mut head] = [stride; 4].map(zeros);
        if count > 0 {
            head[..m].copy_from_slice(a.column(0).as_slice());
        }
        let [y, v] = [count.next_multiple_of(2); 2].map(zeros);
        let (diagonal, beside) = (zeros(count), zeros(count.saturating_sub(1)));
        Self {
            count,
            stride,
            u,
            z,
            y,
            v,
            next,
            head,
            diagonal,
            beside,
        }
    }

    /// The first of the rows of turn j that is at the beginning of a vector.
    fn from(j: usize) -> usize {
        j / LANES * LANES
    }

    /// The reflection from the left; `None` in the last turn, which is over with it.
    fn left(&mut self, j: usize) -> Option<Reflection<T>> {
        let from = Self::from(j);
        self.next[from..j].fill(T::zero());
        for i in j..self.stride {
            self.next[i] = self.head[i] - (self.u[i] * self.y[j] + self.z[i] * self.v[j]);
        }
        let tail = &self.next[j..];
        let left = Reflection::of(tail[0], reduce::dot(tail, tail));
        self.diagonal[j] = left.entry;
        if left.factor == T::zero() {
            self.next.fill(T::zero());
        } else {
            self.next[j] = left.first;
        }
        (j + 1 < self.count).then_some(left)
    }

    /// The reflection from the right, and what the turn leaves, from the shares of both halves.
    fn right(&mut self, j: usize, shares: [&Share<T>; 2], kept: Option<&mut Reflections<T>>) {
        let n = self.count;
        std::mem::swap(&mut self.u, &mut self.next);
        // That of column j + 1.
        let first = j.div_ceil(2);
        for pair in first..n.div_ceil(2) {
            let (share, place) = (shares[pair % 2], pair / 2);
            self.y[2 * pair..][..2].copy_from_slice(&share.y[place]);
            self.v[2 * pair..][..2].copy_from_slice(&share.row[place]);
        }
        self.head[j..].copy_from_slice(&shares[first % 2].head[j..]);
        let tail = &self.v[j + 1..n];
        let right = Reflection::of(tail[0], reduce::dot(tail, tail));
        self.beside[j] = right.entry;
        let moved = right.first - tail[0];
        self.v[j + 1] = right.first;
        if let Some(kept) = kept {
            kept.push(&self.v[j + 1..n], right.factor);
        }
        let across = reduce::dot(&self.y[j + 1..n], &self.v[j + 1..n]);
        let [one, other] = shares.map(|share| &share.w);
        for i in j + 1..self.stride {
            let w = one[i] + other[i];
            self.z[i] = right.factor * (w + moved * self.head[i] - self.u[i] * across);
        }
        // Row j is done: it must neither change nor count.
        let from = Self::from(j);
        self.u[from..=j].fill(T::zero());
        self.z[from..=j].fill(T::zero());
    }
}

/// Every other pair of columns.
struct Half<T> {
    /// Of the pairs 2i + `which`.
    which: usize,
    columns: Vec<T>,
}

/// What a half of the columns adds to a turn.
#[derive(Clone)]
struct Share<T> {
    /// Its columns, weighed by the entries of row j and summed up.
    w: Vec<T>,
    /// Of its columns, pair by pair.
    y: Vec<[T; 2]>,
    row: Vec<[T; 2]>,
    /// The column that the next turn begins with, where it is among them.
    head: Vec<T>,
}

impl<T: Reflected> Share<T> {
    fn new(front: &Front<T>) -> Self {
        let zeros = || vec![T::zero(); front.stride];
        let pairs = || vec![[T::zero(); 2]; front.count.div_ceil(4)];
        Self {
            w: zeros(),
            y: pairs(),
            row: pairs(),
            head: zeros(),
        }
    }
}

impl<T: Reflected> Half<T> {
    fn new(a: &DMatrix<T>, which: usize, front: &Front<T>) -> Self {
        let (m, n) = a.shape();
        let stride = front.stride;
        let mut columns = vec![T::zero(); 2 * stride * n.div_ceil(4)];
        for (pair, to) in columns.chunks_exact_mut(2 * stride).enumerate() {
            for (side, to) in to.chunks_exact_mut(stride).enumerate() {
                let j = 2 * (2 * pair + which) + side;
                if j < n {
                    to[..m].copy_from_slice(a.column(j).as_slice());
                }
            }
        }
        Self { which, columns }
    }

    /// Subtracts what the last turn has left, and adds up what this one needs.
    #[inline(always)]
    fn turn<S: Simd>(
        &mut self,
        simd: S,
        j: usize,
        front: &Front<T>,
        factor: T,
        share: &mut Share<T>,
    ) {
        let (stride, from) = (front.stride, Front::<T>::from(j));
        let next = &front.next;
        share.w.fill(T::zero());
        // Of its own, from the pair of column j + 1 on.
        let begin = (j.div_ceil(2) + 1 - self.which) / 2;
        let pairs = self.columns.chunks_exact_mut(2 * stride).enumerate();
        for (place, columns) in pairs.skip(begin) {
            let c = 2 * (2 * place + self.which);
            if c >= front.count {
                break;
            }
            let (a, b) = columns.split_at_mut(stride);
            let pending = Pending {
                u: &front.u[from..],
                z: &front.z[from..],
                y: [front.y[c], front.y[c + 1]],
                v: [front.v[c], front.v[c + 1]],
            };
            let along = T::update(
                simd,
                [&mut a[from..], &mut b[from..]],
                pending,
                &next[from..],
            );
            let along = along.map(|x| x * factor);
            let mut r = [a[j] - next[j] * along[0], b[j] - next[j] * along[1]];
            if c == j {
                // Done before this turn.
                r[0] = T::zero();
            }
            (share.y[place], share.row[place]) = (along, r);
            T::gather(simd, &mut share.w[from..], [&a[from..], &b[from..]], r);
            if c <= j + 1 {
                let head = if c == j + 1 { &a } else { &b };
                share.head[from..].copy_from_slice(&head[from..]);
            }
        }
    }
}

/// The turns that are left, with one half of the columns.
struct Part<T> {
    front: Front<T>,
    half: Half<T>,
    from: usize,
}

type Steps<T> = Lockstep<Part<T>, Share<T>>;

impl<T: Reflected> Part<T> {
    /// In step with a thread that has the other half.
    #[inline(always)]
    fn run<S: Simd>(
        mut self,
        simd: S,
        steps: &Steps<T>,
        mut kept: Option<&mut Reflections<T>>,
    ) -> Front<T> {
        let mut share = Share::new(&self.front);
        for j in self.from..self.front.count {
            let Some(left) = self.front.left(j) else {
                break;
            };
            let half = &mut self.half;
            half.turn(simd, j, &self.front, left.factor, &mut share);
            let shares = steps.exchange(half.which, j, &mut share);
            let shares = shares.each_ref().map(|share| &**share);
            self.front.right(j, shares, kept.as_deref_mut());
        }
        self.front
    }
}

/// The thread that begins, with both halves until another joins.
struct First<'a, T> {
    front: Front<T>,
    halves: [Half<T>; 2],
    kept: Option<&'a mut Reflections<T>>,
    /// Where another can join.
    steps: Option<&'a Steps<T>>,
}

impl<T: Reflected> WithSimd for First<'_, T> {
    type Output = Front<T>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Front<T> {
        let (mut front, [mut half, mut other]) = (self.front, self.halves);
        let mut kept = self.kept;
        let mut shares = [Share::new(&front), Share::new(&front)];
        for j in 0..front.count {
            if let Some(steps) = self.steps.filter(|steps| steps.is_joined()) {
                steps.hand_over(Part {
                    front: front.clone(),
                    half: other,
                    from: j,
                });
                let part = Part {
                    front,
                    half,
                    from: j,
                };
                return part.run(simd, steps, kept);
            }
            let Some(left) = front.left(j) else {
                break;
            };
            half.turn(simd, j, &front, left.factor, &mut shares[0]);
            other.turn(simd, j, &front, left.factor, &mut shares[1]);
            front.right(j, shares.each_ref(), kept.as_deref_mut());
        }
        if let Some(steps) = self.steps {
            steps.close();
        }
        front
    }
}

/// The thread that joins, if one does.
struct Second<'a, T>(&'a Steps<T>);

impl<T: Reflected> WithSimd for Second<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        if let Some(part) = self.0.join() {
            part.run(simd, self.0, None);
        }
    }
}

/// The diagonal, and the entries beside it, of an upper bidiagonal matrix with the singular values of a matrix
/// that is not wide and is scaled near one.
pub(super) fn bidiagonal<T: Reflected>(a: &DMatrix<T>) -> (Vec<T>, Vec<T>) {
    reduced(a, None)
}

/// The same of a B with A = U·B·Vᵀ, and the reflections whose product V is.
pub(super) fn bidiagonal_and_right<T: Reflected>(
    a: &DMatrix<T>,
) -> (Vec<T>, Vec<T>, Reflections<T>) {
    let mut right = Reflections::new(a.ncols());
    let (diagonal, beside) = reduced(a, Some(&mut right));
    (diagonal, beside, right)
}

fn reduced<T: Reflected>(a: &DMatrix<T>, kept: Option<&mut Reflections<T>>) -> (Vec<T>, Vec<T>) {
    let front = Front::new(a);
    let halves = [0, 1].map(|which| Half::new(a, which, &front));
    let flops = 8.0 / 3.0 * (a.ncols() as f64).powi(3);
    let steps = (flops >= WORTH_A_THREAD).then(|| Lockstep::new(&Share::new(&front)));
    let steps = steps.as_ref();
    let first = First {
        front,
        halves,
        kept,
        steps,
    };
    let lead = || Arch::new().dispatch(first);
    let front = match steps {
        None => lead(),
        Some(steps) => both(lead, || Arch::new().dispatch(Second(steps))).0,
    };
    (front.diagonal, front.beside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::jacobi;

    /// Singular values are kept, and with them the sum of squares.
    fn keeps_singular_values<T: Reflected + faer::traits::RealField>(a: &DMatrix<T>) {
        let (m, n) = a.shape();
        let (diagonal, beside, right) = bidiagonal_and_right(a);
        assert_eq!((&diagonal, &beside), (&bidiagonal(a).0, &bidiagonal(a).1));
        let b = DMatrix::from_fn(n, n, |i, j| match j.checked_sub(i) {
            Some(0) => diagonal[i],
            Some(1) => beside[i],
            _ => T::zero(),
        });
        let (_, expected, _) = jacobi::svd(a).expect("converges");
        let (_, found, _) = jacobi::svd(&b).expect("converges");
        // Each of n turns is off by a few ε of the whole matrix (Golub & Van Loan 2013, §5.4.8).
        let room = T::from_double(4.0 * n as f64) * T::machine_epsilon() * expected[0];
        for (found, &expected) in found.iter().zip(&expected) {
            let error = (*found - expected).abs();
            assert!(error <= room, "{m} × {n}: {found} {expected}");
        }
        // VᵀAᵀAV = BᵀB.
        let mut v = DMatrix::identity(n, n);
        right.apply(&mut v);
        let turned = a * v;
        let error = (turned.transpose() * turned - b.transpose() * b).amax();
        assert!(error <= room * expected[0], "{m} × {n}: {error}");
    }

    fn every_kind<T: Reflected + faer::traits::RealField>() {
        for (m, n) in [
            (1, 1),
            (2, 1),
            (2, 2),
            (3, 2),
            (3, 3),
            (17, 15),
            (16, 16),
            (17, 17),
            (32, 31),
            (50, 40),
        ] {
            let noise = |i: usize, j: usize| ((i * 131 + j * 71 + 7) as f64 * 12.989_8).sin();
            let of = |entry: &dyn Fn(usize, usize) -> f64| {
                DMatrix::from_fn(m, n, |i, j| T::from_double(entry(i, j)))
            };
            keeps_singular_values(&of(&noise));
            keeps_singular_values(&of(&|_, _| 1.0));
            keeps_singular_values(&of(&|i, j| if i == j { -1.0 } else { 0.0 }));
            keeps_singular_values(&of(&|i, j| if i + j + 1 == n { 1.0 } else { 0.0 }));
            // Columns of zeros, and of entries whose squares are no numbers.
            keeps_singular_values(&of(&|i, j| if j % 3 == 1 { 0.0 } else { noise(i, j) }));
            keeps_singular_values(&of(&|i, j| {
                if j % 3 == 0 {
                    1e-25 * noise(i, j)
                } else {
                    noise(i, j)
                }
            }));
            keeps_singular_values(&of(&|i, j| {
                0.5_f64.powi((3 * i + 2 * j) as i32) * noise(i, j)
            }));
        }
    }

    /// From the first turn on, and the same to the last bit.
    #[test]
    fn two_threads_in_step_make_what_one_makes() {
        for (m, n) in [(1, 1), (2, 2), (5, 4), (17, 17), (50, 40), (70, 67)] {
            let a = DMatrix::from_fn(m, n, |i, j| ((i * 131 + j * 71 + 7) as f64 * 12.9).sin());
            let (diagonal, beside, alone) = bidiagonal_and_right(&a);
            let front = Front::new(&a);
            let halves = [0, 1].map(|which| Half::new(&a, which, &front));
            let steps = &Lockstep::new(&Share::new(&front));
            let mut right = Reflections::new(n);
            let (front, other) = std::thread::scope(|scope| {
                let second = scope.spawn(|| Arch::new().dispatch(Second(steps)));
                while !steps.is_joined() {
                    std::thread::yield_now();
                }
                let kept = Some(&mut right);
                let steps = Some(steps);
                let first = Arch::new().dispatch(First {
                    front,
                    halves,
                    kept,
                    steps,
                });
                (first, second.join())
            });
            assert!(other.is_ok());
            assert_eq!((front.diagonal, front.beside), (diagonal, beside));
            let turned = |reflections: &Reflections<f64>| {
                let mut v = DMatrix::identity(n, n);
                reflections.apply(&mut v);
                v
            };
            assert_eq!(turned(&right), turned(&alone), "{m} × {n}");
        }
    }

    #[test]
    fn singular_values_are_kept_f64() {
        every_kind::<f64>();
    }

    #[test]
    fn singular_values_are_kept_f32() {
        every_kind::<f32>();
    }
}
