//! Gram matrices as input: inner products of vectors that were never seen.

use nalgebra::{DMatrix, DMatrixView, DVector};

use super::{check, jacobi};
use crate::{Error, Real, tolerance};

/// Eigenvalues (ascending) and eigenvectors of a symmetric matrix.
pub(crate) fn eigen<T: Real>(a: &DMatrix<T>) -> Result<(DVector<T>, DMatrix<T>), Error> {
    jacobi::symmetric_eigen(a).ok_or(Error::NotConverged {
        algorithm: "the Jacobi eigenvalue iteration",
        rows: a.nrows(),
        columns: a.ncols(),
    })
}

/// A Gram matrix brought to unit diagonal, checked to be square and symmetric.
pub(crate) fn correlation<T: Real>(
    argument: &'static str,
    gram: &DMatrixView<'_, T>,
) -> Result<DMatrix<T>, Error> {
    check::matrix(argument, gram)?;
    check::same(argument, "columns", gram.nrows(), gram.ncols())?;
    let n = gram.nrows();
    if let Some(i) = (0..n).find(|&i| gram[(i, i)] < T::zero()) {
        return Err(Error::NotPositiveSemidefinite {
            argument,
            eigenvalue: gram[(i, i)].to_double(),
            tolerance: 0.0,
        });
    }
    if let Some(column) = (0..n).find(|&i| gram[(i, i)] == T::zero()) {
        return Err(Error::ZeroVector { argument, column });
    }
    let mut normalised = DMatrix::from_fn(n, n, |i, j| {
        // Roots first: the product of two diagonal entries may overflow.
        gram[(i, j)] / gram[(i, i)].sqrt() / gram[(j, j)].sqrt()
    });
    let accepted = tolerance::symmetry::<T>(n);
    check::symmetric(argument, &normalised, accepted)?;
    normalised.fill_diagonal(T::zero());
    let (_, _, largest) = check::largest_entry(&normalised);
    // A pair with correlation r has the eigenvalue 1 − |r|, and the smallest eigenvalue of
    // the whole is no larger.
    if largest > T::one() + accepted {
        return Err(Error::NotPositiveSemidefinite {
            argument,
            eigenvalue: (T::one() - largest).to_double(),
            tolerance: accepted.to_double(),
        });
    }
    // What rounding alone put above one is the cosine of parallel vectors.
    normalised.apply(|r| *r = r.clamp(-T::one(), T::one()));
    normalised.fill_diagonal(T::one());
    Ok(normalised)
}

/// Whether the smallest eigenvalue of an n × n correlation matrix is one that vectors can have.
pub(crate) fn positive_semidefinite<T: Real>(
    argument: &'static str,
    smallest: T,
    n: usize,
) -> Result<(), Error> {
    let accepted = tolerance::eigenvalue::<T>(n);
    if smallest < -accepted {
        return Err(Error::NotPositiveSemidefinite {
            argument,
            eigenvalue: smallest.to_double(),
            tolerance: accepted.to_double(),
        });
    }
    Ok(())
}
