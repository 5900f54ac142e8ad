//! Factorisations.

use std::borrow::Cow;

use faer::diag::{DiagMut, DiagRef};
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt::factor;
use faer::linalg::evd::{self, ComputeEigenvectors, EvdError};
use faer::linalg::qr::no_pivoting::factor as qr;
use faer::linalg::svd::{self, ComputeSvdVectors};
use faer::linalg::triangular_inverse;
use faer::{MatMut, Par};
use nalgebra::{DMatrix, DVector};

use super::bidiagonal::{Reflected, bidiagonal, bidiagonal_and_right};
use super::{dqds, view, view_mut};
use crate::Real;
use crate::linalg::jacobi::Factors;
use crate::linalg::power;
use crate::parallel::both_if_long;

/// The thin SVD; `None` where faer's iteration does not converge.
pub(crate) fn svd<T>(a: &DMatrix<T>) -> Option<Factors<T>>
where
    T: faer::traits::RealField + nalgebra::RealField + Copy,
{
    let (m, n) = a.shape();
    let size = m.min(n);
    let zeros = |rows| DMatrix::from_element(rows, size, <T as num_traits::Zero>::zero());
    let (mut u, mut v) = (zeros(m), zeros(n));
    let mut s = faer::Mat::<T>::zeros(size, 1);
    let thin = ComputeSvdVectors::Thin;
    let request = svd::svd_scratch::<T>(m, n, thin, thin, Par::Seq, Default::default());
    let mut buffer = MemBuffer::new(request);
    svd::svd(
        view(a),
        s.as_mut().col_mut(0).as_diagonal_mut(),
        Some(view_mut(&mut u)),
        Some(view_mut(&mut v)),
        Par::Seq,
        MemStack::new(&mut buffer),
        Default::default(),
    )
    .ok()?;
    Some((u, column(&s), v))
}

/// Singular values, descending, and the right vectors of those that are `least` or more, of a matrix that is no
/// wider than tall; `None` of another, and where an iteration does not converge.
///
/// With A = U·B·Vᵀ, B bidiagonal, values are those of B and vectors those of the tridiagonal BᵀB, which is as
/// accurate as long as `least` is not far below the largest.
pub(crate) fn right_factors<T>(a: &DMatrix<T>, least: T) -> Option<(DVector<T>, DMatrix<T>)>
where
    T: faer::traits::RealField + Reflected,
{
    if a.nrows() < a.ncols() {
        return None;
    }
    let (diagonal, beside, reflections) = bidiagonal_and_right(&reduced(a));
    let work = 9.0 * (diagonal.len() as f64).powi(3);
    let values = || dqds::singular_values(&diagonal, &beside);
    let form = || gram_vectors(&diagonal, &beside);
    // At once where it is certain that vectors will be needed.
    let (values, vectors) = if power::largest_square(&diagonal, &beside) > least * least {
        both_if_long(work, values, || Some(form()))
    } else {
        (values(), None)
    };
    let values = values?;
    let count = values.iter().take_while(|&&x| x >= least).count();
    let right = if count == 0 {
        DMatrix::from_vec(a.ncols(), 0, vec![])
    } else {
        let vectors = vectors.unwrap_or_else(form)?;
        let mut right = vectors.columns(0, count).into_owned();
        reflections.apply(&mut right);
        right
    };
    Some((DVector::from_vec(values), right))
}

/// Eigenvectors of BᵀB, those of large eigenvalues first; `None` where faer's iteration does not converge.
fn gram_vectors<T>(diagonal: &[T], beside: &[T]) -> Option<DMatrix<T>>
where
    T: faer::traits::RealField + Real,
{
    let n = diagonal.len();
    let zero = <T as num_traits::Zero>::zero();
    let before = std::iter::once(zero).chain(beside.iter().copied());
    let squares = diagonal.iter().zip(before).map(|(&x, y)| x * x + y * y);
    let products = diagonal.iter().zip(beside).map(|(&x, &y)| x * y);
    let tridiagonal = [
        squares.collect::<Vec<T>>(),
        products.chain([zero]).collect(),
    ];
    let [main, off] = tridiagonal.each_ref().map(|x| DiagRef::from_slice(x));
    let (_, mut vectors) = eigen(n, |values, vectors, stack| {
        let (vectors, settings) = (Some(vectors), Default::default());
        evd::tridiagonal_self_adjoint_evd(main, off, values, vectors, Par::Seq, stack, settings)
    })?;
    for j in 0..n / 2 {
        vectors.swap_columns(j, n - 1 - j);
    }
    Some(vectors)
}

/// Eigenvalues and eigenvectors of a symmetric matrix; `None` where faer's iteration does
/// not converge.
pub(crate) fn symmetric_eigen<T>(a: &DMatrix<T>) -> Option<(DVector<T>, DMatrix<T>)>
where
    T: faer::traits::RealField + nalgebra::RealField + Copy,
{
    eigen(a.nrows(), |values, vectors, stack| {
        let (vectors, settings) = (Some(vectors), Default::default());
        evd::self_adjoint_evd(view(a), values, vectors, Par::Seq, stack, settings)
    })
}

/// What `solve` writes of n eigenvalues and their vectors.
fn eigen<T>(
    n: usize,
    solve: impl FnOnce(DiagMut<'_, T>, MatMut<'_, T>, &mut MemStack) -> Result<(), EvdError>,
) -> Option<(DVector<T>, DMatrix<T>)>
where
    T: faer::traits::RealField + nalgebra::RealField + Copy,
{
    let mut vectors = DMatrix::from_element(n, n, <T as num_traits::Zero>::zero());
    let mut values = faer::Mat::<T>::zeros(n, 1);
    let yes = ComputeEigenvectors::Yes;
    let request = evd::self_adjoint_evd_scratch::<T>(n, yes, Par::Seq, Default::default());
    let mut buffer = MemBuffer::new(request);
    let stack = MemStack::new(&mut buffer);
    let to = values.as_mut().col_mut(0).as_diagonal_mut();
    solve(to, view_mut(&mut vectors), stack).ok()?;
    Some((column(&values), vectors))
}

/// The first column.
fn column<T: nalgebra::Scalar + Copy>(a: &faer::Mat<T>) -> DVector<T> {
    DVector::from_iterator(a.nrows(), a.col(0).iter().copied())
}

/// The singular values, descending; `None` where they do not converge.
pub(crate) fn singular_values<T>(a: &DMatrix<T>) -> Option<DVector<T>>
where
    T: faer::traits::RealField + Reflected,
{
    if a.nrows() < a.ncols() {
        return singular_values(&a.transpose());
    }
    let (diagonal, beside) = bidiagonal(&reduced(a));
    dqds::singular_values(&diagonal, &beside).map(DVector::from_vec)
}

/// A matrix of the same AᵀA that is not much taller than wide: the triangular factor, which takes fast products.
fn reduced<T>(a: &DMatrix<T>) -> Cow<'_, DMatrix<T>>
where
    T: faer::traits::RealField + Real,
{
    if 3 * a.nrows() > 4 * a.ncols() {
        Cow::Owned(triangle(a))
    } else {
        Cow::Borrowed(a)
    }
}

/// The triangular factor of a tall matrix.
fn triangle<T>(a: &DMatrix<T>) -> DMatrix<T>
where
    T: faer::traits::RealField + Real,
{
    let (m, n) = a.shape();
    let mut factored = a.clone();
    let block = qr::recommended_block_size::<T>(m, n);
    let mut householder = faer::Mat::<T>::zeros(block, n);
    let request = qr::qr_in_place_scratch::<T>(m, n, block, Par::Seq, Default::default());
    let mut buffer = MemBuffer::new(request);
    qr::qr_in_place(
        view_mut(&mut factored),
        householder.as_mut(),
        Par::Seq,
        MemStack::new(&mut buffer),
        Default::default(),
    );
    factored.rows(0, n).upper_triangle()
}

/// The upper factor R of a positive definite A = RᵀR, from its lower triangle; `None`
/// where a pivot is not positive.
pub(crate) fn cholesky<T>(mut a: DMatrix<T>) -> Option<DMatrix<T>>
where
    T: faer::traits::RealField + nalgebra::RealField + Copy,
{
    let n = a.nrows();
    let request = factor::cholesky_in_place_scratch::<T>(n, Par::Seq, Default::default());
    let mut buffer = MemBuffer::new(request);
    factor::cholesky_in_place(
        view_mut(&mut a),
        Default::default(),
        Par::Seq,
        MemStack::new(&mut buffer),
        Default::default(),
    )
    .ok()?;
    a.fill_upper_triangle(<T as num_traits::Zero>::zero(), 1);
    Some(a.transpose())
}

/// R⁻¹ of an upper triangular R with no zero on its diagonal.
pub(crate) fn inverse_upper<T>(r: &DMatrix<T>) -> DMatrix<T>
where
    T: faer::traits::RealField + nalgebra::RealField + Copy,
{
    let (rows, columns) = r.shape();
    let mut inverse = DMatrix::from_element(rows, columns, <T as num_traits::Zero>::zero());
    triangular_inverse::invert_upper_triangular(view_mut(&mut inverse), view(r), Par::Seq);
    inverse
}
