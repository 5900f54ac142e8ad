//! The blocked kernels of faer over nalgebra's column-major storage, without a
//! copy, for f32 and f64 (feature `faer`).
//!
//! Every call asks for sequential execution by name: faer's default would take
//! whatever parallelism another crate of the same build has set, and equal
//! inputs must give equal results whatever that is.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{self, ComputeEigenvectors};
use faer::linalg::matmul::matmul;
use faer::linalg::matmul::triangular::{self, BlockStructure};
use faer::linalg::svd::{self, ComputeSvdVectors};
use faer::{Accum, MatMut, MatRef, Par};
use nalgebra::{DMatrix, DVector};

use super::jacobi::Factors;

fn view<T>(a: &DMatrix<T>) -> MatRef<'_, T> {
    MatRef::from_column_major_slice(a.as_slice(), a.nrows(), a.ncols())
}

fn view_mut<T>(a: &mut DMatrix<T>) -> MatMut<'_, T> {
    let (rows, columns) = a.shape();
    MatMut::from_column_major_slice_mut(a.as_mut_slice(), rows, columns)
}

/// The thin SVD; `None` where faer's iteration does not converge.
pub(crate) fn svd<T>(a: &DMatrix<T>) -> Option<Factors<T>>
where
    T: faer::traits::RealField + nalgebra::RealField + Copy,
{
    let (m, n) = a.shape();
    let size = m.min(n);
    let thin = ComputeSvdVectors::Thin;
    let mut u = DMatrix::from_element(m, size, <T as num_traits::Zero>::zero());
    let mut v = DMatrix::from_element(n, size, <T as num_traits::Zero>::zero());
    let mut s = faer::Mat::<T>::zeros(size, 1);
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
    let sigma = DVector::from_iterator(size, s.col(0).iter().copied());
    Some((u, sigma, v))
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

/// A·B.
pub(crate) fn product<T>(a: &DMatrix<T>, b: &DMatrix<T>) -> DMatrix<T>
where
    T: faer::traits::RealField + nalgebra::RealField + Copy,
{
    let mut c = DMatrix::from_element(a.nrows(), b.ncols(), <T as num_traits::Zero>::zero());
    let one = <T as num_traits::One>::one();
    matmul(
        view_mut(&mut c),
        Accum::Replace,
        view(a),
        view(b),
        one,
        Par::Seq,
    );
    c
}

/// Aᵀ·B.
pub(crate) fn transposed_product<T>(a: &DMatrix<T>, b: &DMatrix<T>) -> DMatrix<T>
where
    T: faer::traits::RealField + nalgebra::RealField + Copy,
{
    let mut c = DMatrix::from_element(a.ncols(), b.ncols(), <T as num_traits::Zero>::zero());
    let one = <T as num_traits::One>::one();
    matmul(
        view_mut(&mut c),
        Accum::Replace,
        view(a).transpose(),
        view(b),
        one,
        Par::Seq,
    );
    c
}

/// LB, L the lower triangle of A: half the work of AB.
pub(crate) fn lower_product<T>(a: &DMatrix<T>, b: &DMatrix<T>) -> DMatrix<T>
where
    T: faer::traits::RealField + nalgebra::RealField + Copy,
{
    let mut c = DMatrix::from_element(a.nrows(), b.ncols(), <T as num_traits::Zero>::zero());
    triangular::matmul(
        view_mut(&mut c),
        BlockStructure::Rectangular,
        Accum::Replace,
        view(a),
        BlockStructure::TriangularLower,
        view(b),
        BlockStructure::Rectangular,
        <T as num_traits::One>::one(),
        Par::Seq,
    );
    c
}

/// AᵀA: the lower triangle by blocks, the upper by symmetry.
pub(crate) fn gram<T>(a: &DMatrix<T>) -> DMatrix<T>
where
    T: faer::traits::RealField + nalgebra::RealField + Copy,
{
    let mut c = DMatrix::from_element(a.ncols(), a.ncols(), <T as num_traits::Zero>::zero());
    triangular::matmul(
        view_mut(&mut c),
        BlockStructure::TriangularLower,
        Accum::Replace,
        view(a).transpose(),
        BlockStructure::Rectangular,
        view(a),
        BlockStructure::Rectangular,
        <T as num_traits::One>::one(),
        Par::Seq,
    );
    c.fill_upper_triangle_with_lower_triangle();
    c
}

/// S + XᵀX in the lower triangle of S.
pub(crate) fn add_gram(s: &mut DMatrix<f64>, x: &DMatrix<f64>) {
    triangular::matmul(
        view_mut(s),
        BlockStructure::TriangularLower,
        Accum::Add,
        view(x).transpose(),
        BlockStructure::Rectangular,
        view(x),
        BlockStructure::Rectangular,
        1.0,
        Par::Seq,
    );
}

/// S + XᵀY.
pub(crate) fn add_product(s: &mut DMatrix<f64>, x: &DMatrix<f64>, y: &DMatrix<f64>) {
    matmul(
        view_mut(s),
        Accum::Add,
        view(x).transpose(),
        view(y),
        1.0,
        Par::Seq,
    );
}
