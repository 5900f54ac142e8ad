//! One-sided Jacobi singular values and two-sided Jacobi eigenvalues, for any
//! real scalar.
//!
//! The one-sided method (Hestenes 1958; de Rijk 1989) rotates pairs of columns
//! of A until all are mutually orthogonal: A·V = U·Σ. It needs nothing but
//! additions, products and square roots, so that dual numbers and extended
//! precision pass through it, and it is as accurate as any method known
//! (Demmel & Veselić 1992). It is the portable witness beside the blocked
//! bidiagonal SVD that f32 and f64 use with the feature `faer`.
//!
//! Inputs are finite and scaled so that their largest entry is near one; the
//! callers on this floor see to both.

use nalgebra::{DMatrix, DVector, RealField};

use super::householder::Triangular;
use super::reduce::dot;

/// Sweeps after which the iteration is given up. Convergence is quadratic and
/// takes 6 to 10 sweeps in practice.
pub(crate) const MAX_SWEEPS: usize = 60;

/// From this many rows a column on a QR factorisation pays before the sweeps.
const TALL: usize = 2;

/// U, σ (descending) and V of A = U·diag(σ)·Vᵀ, thin.
pub(crate) type Factors<T> = (DMatrix<T>, DVector<T>, DMatrix<T>);

/// Singular values, descending, and the right vectors of those that are `least` or more.
pub(crate) fn right_factors<T: RealField + Copy>(
    a: &DMatrix<T>,
    least: T,
) -> Option<(DVector<T>, DMatrix<T>)> {
    let (_, values, right) = svd(a)?;
    let count = values.iter().take_while(|&&x| x >= least).count();
    Some((values, right.columns(0, count).into_owned()))
}

/// The thin SVD of a matrix of any shape; `None` if the sweeps are used up.
pub(crate) fn svd<T: RealField + Copy>(a: &DMatrix<T>) -> Option<Factors<T>> {
    if a.nrows() < a.ncols() {
        let (u, sigma, v) = svd_tall(a.transpose())?;
        return Some((v, sigma, u));
    }
    let (m, n) = a.shape();
    if m >= TALL * n && n > 1 {
        // A = QR first: the sweeps then cost n³ instead of m·n².
        let factors = Triangular::of(a.clone());
        let (u, sigma, v) = svd_tall(factors.r.clone())?;
        let mut padded = DMatrix::zeros(m, n);
        padded.rows_mut(0, n).copy_from(&u);
        return Some((factors.applied(padded), sigma, v));
    }
    svd_tall(a.clone())
}

fn svd_tall<T: RealField + Copy>(mut a: DMatrix<T>) -> Option<Factors<T>> {
    let (m, n) = a.shape();
    let eps = T::default_epsilon();
    let rows: T = nalgebra::convert(m as f64);
    let relative = eps * rows.sqrt();
    let mut v = DMatrix::<T>::identity(n, n);
    let mut converged = n < 2;
    for _ in 0..MAX_SWEEPS {
        if converged {
            break;
        }
        // A column this short is rounding noise, which would never settle; `finish`
        // replaces it by a direction orthogonal to the others.
        let largest = (0..n).fold(T::zero(), |x, j| x.max(squared_norm(&a, j)));
        let noise = relative * largest.sqrt();
        converged = true;
        for p in 0..n - 1 {
            for q in p + 1..n {
                let (alpha, beta, gamma) = (
                    squared_norm(&a, p),
                    squared_norm(&a, q),
                    column_dot(&a, p, q),
                );
                let (length, other) = (alpha.sqrt(), beta.sqrt());
                let settled =
                    gamma.abs() <= relative * length * other || length.min(other) <= noise;
                if settled {
                    continue;
                }
                converged = false;
                let (c, s) = rotation(alpha, beta, gamma);
                rotate(&mut a, p, q, c, s);
                rotate(&mut v, p, q, c, s);
                if squared_norm(&a, p) < squared_norm(&a, q) {
                    a.swap_columns(p, q);
                    v.swap_columns(p, q);
                }
            }
        }
    }
    if !converged {
        return None;
    }
    Some(finish(a, v))
}

/// Rounding makes every rotation a little long, and all columns grow with their V by some
/// n·ε; dividing both by ‖vⱼ‖ takes it out again.
fn shortened<T: RealField + Copy>(a: &mut DMatrix<T>, v: &mut DMatrix<T>) {
    for (mut x, mut y) in a.column_iter_mut().zip(v.column_iter_mut()) {
        let length = dot(y.as_slice(), y.as_slice()).sqrt();
        x /= length;
        y /= length;
    }
}

/// Sorts by norm, normalises the columns of A·V into U, and completes U where
/// σ is no more than rounding noise, so that its columns are orthonormal for
/// every input, the zero matrix included.
fn finish<T: RealField + Copy>(mut a: DMatrix<T>, mut v: DMatrix<T>) -> Factors<T> {
    let (m, n) = a.shape();
    shortened(&mut a, &mut v);
    let norms: Vec<T> = (0..n).map(|j| squared_norm(&a, j).sqrt()).collect();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| {
        norms[j]
            .partial_cmp(&norms[i])
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    let sigma = DVector::from_iterator(n, order.iter().map(|&j| norms[j]));
    let v = v.select_columns(&order);
    let largest = order.first().map_or(T::zero(), |&j| norms[j]);
    let rows: T = nalgebra::convert(m as f64);
    let noise = T::default_epsilon() * rows.sqrt() * largest;
    let mut u = DMatrix::zeros(m, n);
    for (j, &source) in order.iter().enumerate() {
        let mut column = a.column(source).into_owned();
        if norms[source] > noise {
            column /= norms[source];
        } else {
            column = completed(&u, j, column, norms[source]);
        }
        u.set_column(j, &column);
    }
    (u, sigma, v)
}

/// A unit vector orthogonal to the first `j` columns of U, along `candidate`
/// where that is possible.
fn completed<T: RealField + Copy>(
    u: &DMatrix<T>,
    j: usize,
    candidate: DVector<T>,
    norm: T,
) -> DVector<T> {
    let half: T = nalgebra::convert(0.5);
    if norm > T::zero() {
        let mut x = candidate / norm;
        let x_norm = dot(x.as_slice(), x.as_slice()).sqrt();
        x /= x_norm;
        let left = orthogonalise(u, j, &mut x);
        if left > half {
            return x;
        }
    }
    // The axis least covered by the columns so far keeps a squared residual of
    // at least 1 − j/m > 0.
    let row = (0..u.nrows())
        .map(|i| {
            let covered = (0..j).fold(T::zero(), |s, l| s + u[(i, l)] * u[(i, l)]);
            (i, covered)
        })
        .reduce(|a, b| if b.1 < a.1 { b } else { a })
        .map_or(0, |(i, _)| i);
    let mut x = DVector::zeros(u.nrows());
    x[row] = T::one();
    orthogonalise(u, j, &mut x);
    x
}

/// Removes the first `j` columns of U from the unit vector x, twice, and
/// normalises; returns the norm that the first pass left.
fn orthogonalise<T: RealField + Copy>(u: &DMatrix<T>, j: usize, x: &mut DVector<T>) -> T {
    let mut first = T::zero();
    for pass in 0..2 {
        for l in 0..j {
            let column = u.column(l);
            let overlap = dot(column.as_slice(), x.as_slice());
            x.axpy(-overlap, &column, T::one());
        }
        let norm = dot(x.as_slice(), x.as_slice()).sqrt();
        if norm > T::zero() {
            *x /= norm;
        }
        if pass == 0 {
            first = norm;
        }
    }
    first
}

/// The rotation that makes two columns with squared norms α, β and inner
/// product γ orthogonal (Rutishauser's stable formula).
fn rotation<T: RealField + Copy>(alpha: T, beta: T, gamma: T) -> (T, T) {
    let two: T = nalgebra::convert(2.0);
    let zeta = (beta - alpha) / (two * gamma);
    // For |ζ| so large that ζ² overflows, t = 1/(2ζ) to full precision.
    let large: T = T::one() / T::default_epsilon();
    let t = if zeta.abs() > large {
        T::one() / (two * zeta)
    } else {
        let sign = if zeta < T::zero() {
            -T::one()
        } else {
            T::one()
        };
        sign / (zeta.abs() + (T::one() + zeta * zeta).sqrt())
    };
    let c = T::one() / (T::one() + t * t).sqrt();
    (c, c * t)
}

fn rotate<T: RealField + Copy>(a: &mut DMatrix<T>, p: usize, q: usize, c: T, s: T) {
    let rows = a.nrows();
    let (left, right) = a.as_mut_slice().split_at_mut(q * rows);
    for (x, y) in left[p * rows..(p + 1) * rows]
        .iter_mut()
        .zip(&mut right[..rows])
    {
        let (xp, xq) = (*x, *y);
        *x = c * xp - s * xq;
        *y = s * xp + c * xq;
    }
}

fn column<T: RealField + Copy>(a: &DMatrix<T>, j: usize) -> &[T] {
    &a.as_slice()[j * a.nrows()..(j + 1) * a.nrows()]
}

fn squared_norm<T: RealField + Copy>(a: &DMatrix<T>, j: usize) -> T {
    dot(column(a, j), column(a, j))
}

fn column_dot<T: RealField + Copy>(a: &DMatrix<T>, p: usize, q: usize) -> T {
    dot(column(a, p), column(a, q))
}

/// Eigenvalues (ascending) and eigenvectors of a symmetric matrix by cyclic
/// Jacobi rotations (Golub & Van Loan 2013, §8.5); `None` if the sweeps are
/// used up. Only used for Gram matrices of objectives, which are small.
pub(crate) fn symmetric_eigen<T: RealField + Copy>(
    a: &DMatrix<T>,
) -> Option<(DVector<T>, DMatrix<T>)> {
    let n = a.nrows();
    let mut a = a.clone();
    let mut v = DMatrix::<T>::identity(n, n);
    let eps = T::default_epsilon();
    let scale = super::reduce::max_abs(a.as_slice());
    let mut converged = n < 2;
    for _ in 0..MAX_SWEEPS {
        if converged {
            break;
        }
        converged = true;
        for p in 0..n - 1 {
            for q in p + 1..n {
                let g = a[(p, q)];
                // By Weyl, what is left moves no eigenvalue by more than n·ε·scale.
                if g.abs() <= eps * scale {
                    continue;
                }
                converged = false;
                let (c, s) = rotation(a[(p, p)], a[(q, q)], g);
                rotate(&mut a, p, q, c, s);
                for k in 0..n {
                    let (x, y) = (a[(p, k)], a[(q, k)]);
                    a[(p, k)] = c * x - s * y;
                    a[(q, k)] = s * x + c * y;
                }
                a[(p, q)] = T::zero();
                a[(q, p)] = T::zero();
                rotate(&mut v, p, q, c, s);
            }
        }
    }
    if !converged {
        return None;
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| {
        a[(i, i)]
            .partial_cmp(&a[(j, j)])
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    let values = DVector::from_iterator(n, order.iter().map(|&i| a[(i, i)]));
    Some((values, v.select_columns(&order)))
}
