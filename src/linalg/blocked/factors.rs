//! Factorisations.

use std::borrow::Cow;

use faer::Par;
use faer::diag::DiagRef;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt::factor;
use faer::linalg::evd::{self, ComputeEigenvectors};
use faer::linalg::qr::no_pivoting::factor as qr;
use faer::linalg::svd::{self, ComputeSvdVectors};
use faer::linalg::triangular_inverse;
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
    let mut u = DMatrix::from_element(m, m.min(n), <T as num_traits::Zero>::zero());
    let (sigma, v) = decomposed(a, Some(&mut u))?;
    Some((u, sigma, v))
}

/// Singular values, descending, and the right vectors of those that are `least` or more; `None` where faer's
/// iteration does not converge.
///
/// With A = U·B·Vᵀ, B bidiagonal, values are those of B and vectors those of the tridiagonal BᵀB, which is as
/// accurate as long as `least` is not far below the largest.
pub(crate) fn right_factors<T>(a: &DMatrix<T>, least: T) -> Option<(DVector<T>, DMatrix<T>)>
where
    T: faer::traits::RealField + Reflected,
{
    let count = |values: &[T]| values.iter().take_while(|&&x| x >= least).count();
    let decomposed = || {
        let (values, right) = decomposed(a, None)?;
        let right = right.columns(0, count(values.as_slice())).into_owned();
        Some((values, right))
    };
    if a.nrows() < a.ncols() {
        return decomposed();
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
    let Some(values) = values else {
        return decomposed();
    };
    let count = count(&values);
    if count == 0 {
        return Some((
            DVector::from_vec(values),
            DMatrix::from_vec(a.ncols(), 0, vec![]),
        ));
    }
    let Some(vectors) = vectors.unwrap_or_else(form) else {
        return decomposed();
    };
    let mut right = vectors.columns(0, count).into_owned();
    reflections.apply(&mut right);
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
    let mut vectors = DMatrix::from_element(n, n, zero);
    let mut values = faer::Mat::<T>::zeros(n, 1);
    let yes = ComputeEigenvectors::Yes;
    let request = evd::self_adjoint_evd_scratch::<T>(n, yes, Par::Seq, Default::default());
    let mut buffer = MemBuffer::new(request);
    evd::tridiagonal_self_adjoint_evd(
        main,
        off,
        values.as_mut().col_mut(0).as_diagonal_mut(),
        Some(view_mut(&mut vectors)),
        Par::Seq,
        MemStack::new(&mut buffer),
        Default::default(),
    )
    .ok()?;
    for j in 0..n / 2 {
        vectors.swap_columns(j, n - 1 - j);
    }
    Some(vectors)
}

/// Singular values and right vectors, and the left vectors where there is a place for them.
fn decomposed<T>(a: &DMatrix<T>, left: Option<&mut DMatrix<T>>) -> Option<(DVector<T>, DMatrix<T>)>
where
    T: faer::traits::RealField + nalgebra::RealField + Copy,
{
    let (m, n) = a.shape();
    let size = m.min(n);
    let right = ComputeSvdVectors::Thin;
    let asked = left.as_ref().map_or(ComputeSvdVectors::No, |_| right);
    let mut v = DMatrix::from_element(n, size, <T as num_traits::Zero>::zero());
    let mut s = faer::Mat::<T>::zeros(size, 1);
    let request = svd::svd_scratch::<T>(m, n, asked, right, Par::Seq, Default::default());
    let mut buffer = MemBuffer::new(request);
    svd::svd(
        view(a),
        s.as_mut().col_mut(0).as_diagonal_mut(),
        left.map(view_mut),
        Some(view_mut(&mut v)),
        Par::Seq,
        MemStack::new(&mut buffer),
        Default::default(),
    )
    .ok()?;
    Some((DVector::from_iterator(size, s.col(0).iter().copied()), v))
}

/// Eigenvalues and eigenvectors of a symmetric matrix; `None` where faer's iteration does
/// not converge.
pub(crate) fn symmetric_eigen<T>(a: &DMatrix<T>) -> Option<(DVector<T>, DMatrix<T>)>
where
    T: faer::traits::RealField + nalgebra::RealField + Copy,
{
    let n = a.nrows();
    let mut vectors = DMatrix::from_element(n, n, <T as num_traits::Zero>::zero());
    let mut values = faer::Mat::<T>::zeros(n, 1);
    let vectors_too = ComputeEigenvectors::Yes;
    let request = evd::self_adjoint_evd_scratch::<T>(n, vectors_too, Par::Seq, Default::default());
    let mut buffer = MemBuffer::new(request);
    evd::self_adjoint_evd(
        view(a),
        values.as_mut().col_mut(0).as_diagonal_mut(),
        Some(view_mut(&mut vectors)),
        Par::Seq,
        MemStack::new(&mut buffer),
        Default::default(),
    )
    .ok()?;
    let values = DVector::from_iterator(n, values.col(0).iter().copied());
    Some((values, vectors))
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
    if let Some(values) = dqds::singular_values(&diagonal, &beside) {
        return Some(DVector::from_vec(values));
    }
    svd(a).map(|(_, values, _)| values)
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
