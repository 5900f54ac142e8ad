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

use super::reflections::Reflections;
use crate::Real;
use crate::linalg::reduce;

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
                let [first, second] = columns.map(|x| S::$split_mut(x).0);
                let steps = first.len();
                let second = &mut second[..steps];
                let [u, z, next] = [pending.u, pending.z, next].map(|x| &S::$split(x).0[..steps]);
                let y = pending.y.map(|x| simd.$splat(-x));
                let v = pending.v.map(|x| simd.$splat(-x));
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
                sums.map(|x| simd.$sum(x))
            }

            #[inline(always)]
            fn gather<S: Simd>(simd: S, w: &mut [Self], columns: [&[Self]; 2], r: [Self; 2]) {
                let w = S::$split_mut(w).0;
                let [first, second] = columns.map(|x| &S::$split(x).0[..w.len()]);
                let r = r.map(|x| simd.$splat(x));
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

struct Turns<'a, T> {
    /// Columns of `stride` entries, one more than the matrix has, of zeros.
    work: &'a mut [T],
    stride: usize,
    count: usize,
    kept: Option<&'a mut Reflections<T>>,
}

impl<T: Reflected> WithSimd for Turns<'_, T> {
    type Output = (Vec<T>, Vec<T>);

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) -> Self::Output {
        let (stride, n) = (self.stride, self.count);
        let zeros = |length| vec![T::zero(); length];
        let (mut diagonal, mut beside) = (zeros(n), zeros(n.saturating_sub(1)));
        let [mut u, mut z, mut w, mut next] = [stride; 4].map(zeros);
        // One entry more, for the column of zeros.
        let [mut y, mut v, mut row] = [n + 1; 3].map(zeros);
        for j in 0..n {
            let from = j / LANES * LANES;
            let (head, rest) = self.work[j * stride..].split_at_mut(stride);
            for (i, x) in head.iter_mut().enumerate().skip(j) {
                *x -= u[i] * y[j] + z[i] * v[j];
            }
            next.copy_from_slice(head);
            next[from..j].fill(T::zero());
            let left = Reflection::of(next[j], reduce::dot(&next[j..], &next[j..]));
            diagonal[j] = left.entry;
            if j + 1 == n {
                break;
            }
            next[j] = left.first;
            if left.factor == T::zero() {
                next.fill(T::zero());
            }

            w.fill(T::zero());
            let columns = (n - j) / 2 * 2;
            for (pair, columns) in rest[..columns * stride]
                .chunks_exact_mut(2 * stride)
                .enumerate()
            {
                let c = j + 1 + 2 * pair;
                let (a, b) = columns.split_at_mut(stride);
                let pending = Pending {
                    u: &u[from..],
                    z: &z[from..],
                    y: [y[c], y[c + 1]],
                    v: [v[c], v[c + 1]],
                };
                let along = T::update(
                    simd,
                    [&mut a[from..], &mut b[from..]],
                    pending,
                    &next[from..],
                );
                let along = along.map(|x| x * left.factor);
                [y[c], y[c + 1]] = along;
                let r = [a[j] - next[j] * along[0], b[j] - next[j] * along[1]];
                [row[c], row[c + 1]] = r;
                T::gather(simd, &mut w[from..], [&a[from..], &b[from..]], r);
            }
            std::mem::swap(&mut u, &mut next);

            let tail = &row[j + 1..n];
            let right = Reflection::of(tail[0], reduce::dot(tail, tail));
            beside[j] = right.entry;
            let moved = right.first - row[j + 1];
            v.copy_from_slice(&row);
            v[j + 1] = right.first;
            if let Some(kept) = &mut self.kept {
                kept.push(&v[j + 1..n], right.factor);
            }
            let across = reduce::dot(&y[j + 1..n], &v[j + 1..n]);
            let after = &rest[..stride];
            for i in j + 1..stride {
                z[i] = right.factor * (w[i] + moved * after[i] - u[i] * across);
            }
            // Row j is done: it must neither change nor count.
            u[from..=j].fill(T::zero());
            z[from..=j].fill(T::zero());
        }
        (diagonal, beside)
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
    let (m, count) = a.shape();
    let stride = m.next_multiple_of(LANES);
    let mut work = vec![T::zero(); stride * (count + 1)];
    for (to, column) in work.chunks_exact_mut(stride).zip(a.column_iter()) {
        to[..m].copy_from_slice(column.as_slice());
    }
    Arch::new().dispatch(Turns {
        work: &mut work,
        stride,
        count,
        kept,
    })
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

    #[test]
    fn singular_values_are_kept_f64() {
        every_kind::<f64>();
    }

    #[test]
    fn singular_values_are_kept_f32() {
        every_kind::<f32>();
    }
}
