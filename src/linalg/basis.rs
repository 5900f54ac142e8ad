//! Orthonormal bases of the span of columns.
//!
//! Columns are balanced to about unit length first, by powers of two, which is
//! exact: the span does not depend on their lengths, and columns of equal length
//! are within √k of the best-conditioned scaling there is (van der Sluis 1969), so
//! that a capability measured in large units cannot hide one measured in small
//! units.
//!
//! Two Cholesky-QR passes where the condition number allows (Yamamoto,
//! Nakatsukasa, Yanagisawa & Fukaya 2015: ε-orthogonal while κ² ε ≪ 1), the SVD
//! where it does not.

use nalgebra::{DMatrix, DMatrixView, DVector};

use super::householder::Triangular;
use super::rank::RankRule;
use super::svd::ThinSvd;
use super::{check, scale};
use crate::{Error, Real, tolerance};

/// Up to this many singular values, Jacobi sweeps cost little.
const SWEPT: usize = 128;

/// An orthonormal basis and the singular values that decided its dimension.
pub(crate) struct Basis<T> {
    pub(crate) vectors: DMatrix<T>,
    pub(crate) singular_values: DVector<T>,
}

/// The numerical span of the columns of a d × k matrix, by the singular values of
/// its unit-length columns.
pub(crate) fn of_columns<T: Real>(
    argument: &'static str,
    a: &DMatrixView<'_, T>,
    rule: RankRule<T>,
) -> Result<Basis<T>, Error> {
    check::matrix(argument, a)?;
    let (d, k) = a.shape();
    rule.validate_for_balanced(argument)?;
    rule.validate(d.min(k))?;
    let balanced = scale::balanced_columns(argument, a)?;
    if let Some(basis) = cholesky_qr_twice(&balanced)
        && rule.rank(&basis.singular_values, d, k) == k
    {
        return Ok(basis);
    }
    of_leading(&svd_for_rank(&balanced)?, rule, d, k)
}

/// The SVD on which a rank is decided.
///
/// Near rank deficiency the backward error of the blocked SVD was seen to grow to a
/// hundred ε, which turns a barely determined direction anywhere. Jacobi's stays at a few
/// ε, but its sweeps are slow on large matrices: there it is only taken where a singular
/// value lies so close to the numerical cut that the difference matters.
fn svd_for_rank<T: Real>(a: &DMatrix<T>) -> Result<ThinSvd<T>, Error> {
    let (d, k) = a.shape();
    if d.min(k) > SWEPT {
        let svd = ThinSvd::new(a)?;
        let cut = tolerance::rank::<T>(d, k) * svd.singular_values()[0];
        let (low, high) = (cut / T::from_double(8.0), cut * T::from_double(1000.0));
        if svd.singular_values().iter().all(|&s| s <= low || s >= high) {
            return Ok(svd);
        }
    }
    ThinSvd::jacobi(a)
}

/// The leading left singular vectors by a rank rule that has been validated.
fn of_leading<T: Real>(
    svd: &ThinSvd<T>,
    rule: RankRule<T>,
    d: usize,
    k: usize,
) -> Result<Basis<T>, Error> {
    let singular_values = svd.singular_values().clone();
    let rank = rule.rank(&singular_values, d, k);
    Ok(Basis {
        vectors: svd.left_vectors().columns(0, rank).into_owned(),
        singular_values,
    })
}

/// The leading left singular space of a matrix as it is, units and all; where `removed`
/// linear conditions bind its columns, that many fewer carry independent noise.
pub(crate) fn of_leading_singular<T: Real>(
    argument: &'static str,
    a: &DMatrixView<'_, T>,
    removed: usize,
    rule: RankRule<T>,
) -> Result<Basis<T>, Error> {
    check::matrix(argument, a)?;
    let d = a.nrows();
    let k = match rule {
        RankRule::GavishDonoho => a.ncols() - removed,
        _ => a.ncols(),
    };
    rule.validate(d.min(k))?;
    if a.iter().all(|x| *x == T::zero()) {
        return Err(Error::ZeroVector {
            argument,
            column: 0,
        });
    }
    of_leading(&ThinSvd::new(*a)?, rule, d, k)
}

/// Q and the singular values of A, where A has balanced columns, full rank and a
/// condition number up to ε^(−1/4); `None` otherwise.
fn cholesky_qr_twice<T: Real>(a: &DMatrix<T>) -> Option<Basis<T>> {
    if a.nrows() < a.ncols() {
        return None;
    }
    let gram = T::kernel_gram(a);
    let r = upper_factor(gram)?;
    let singular_values = ThinSvd::new(&r).ok()?.into_parts().1;
    let (largest, smallest) = (singular_values[0], singular_values[a.ncols() - 1]);
    let limit = T::machine_epsilon().sqrt().sqrt();
    if smallest <= limit * largest {
        return None;
    }
    let once = T::kernel_product(a, &inverse_upper(&r));
    let gram = T::kernel_gram(&once);
    let r = upper_factor(gram)?;
    Some(Basis {
        vectors: T::kernel_product(&once, &inverse_upper(&r)),
        singular_values,
    })
}

/// The upper Cholesky factor R of G = RᵀR.
fn upper_factor<T: Real>(gram: DMatrix<T>) -> Option<DMatrix<T>> {
    Some(gram.cholesky()?.unpack().transpose())
}

/// R⁻¹ by back substitution, column by column.
fn inverse_upper<T: Real>(r: &DMatrix<T>) -> DMatrix<T> {
    let k = r.nrows();
    let mut inverse = DMatrix::zeros(k, k);
    for j in 0..k {
        inverse[(j, j)] = T::one() / r[(j, j)];
        for i in (0..j).rev() {
            let tail = (i + 1..=j).fold(T::zero(), |s, l| s + r[(i, l)] * inverse[(l, j)]);
            inverse[(i, j)] = -tail / r[(i, i)];
        }
    }
    inverse
}

/// An orthonormal basis of the orthogonal complement of a d × k orthonormal
/// basis Q, d × (d − k): the last d − k columns of the orthogonal factor of a
/// Householder factorisation of Q.
pub(crate) fn complement<T: Real>(q: &DMatrix<T>) -> DMatrix<T> {
    let (d, k) = q.shape();
    let mut tail = DMatrix::zeros(d, d - k);
    tail.view_mut((k, 0), (d - k, d - k)).fill_with_identity();
    Triangular::of(q.clone()).applied(tail)
}
