//! Factorisations.

use std::borrow::Cow;

use faer::Par;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt::factor;
use faer::linalg::evd::{self, ComputeEigenvectors};
use faer::linalg::qr::no_pivoting::factor as qr;
use faer::linalg::svd::{self, ComputeSvdVectors};
use faer::linalg::triangular_inverse;
use nalgebra::{DMatrix, DVector};

use super::bidiagonal::{Reflected, bidiagonal};
use super::{dqds, view, view_mut};
use crate::Real;
use crate::linalg::jacobi::Factors;

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

/// Singular values, descending, and right vectors; `None` where faer's iteration does not converge.
pub(crate) fn right_factors<T>(a: &DMatrix<T>) -> Option<(DVector<T>, DMatrix<T>)>
where
    T: faer::traits::RealField + nalgebra::RealField + Copy,
{
    decomposed(a, None)
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
    let (m, n) = a.shape();
    if m < n {
        return singular_values(&a.transpose());
    }
    // A tall matrix is reduced to its triangular factor, which takes fast products.
    let reduced = if 3 * m > 4 * n {
        Cow::Owned(triangle(a))
    } else {
        Cow::Borrowed(a)
    };
    let (diagonal, beside) = bidiagonal(&reduced);
    if let Some(values) = dqds::singular_values(&diagonal, &beside) {
        return Some(DVector::from_vec(values));
    }
    svd(a).map(|(_, values, _)| values)
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
