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

use super::cholesky::GramFactor;
use super::householder::Triangular;
use super::rank::RankRule;
use super::svd::{self, ThinSvd};
use super::{check, owned, reduce, scale};
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
    check::not_empty(argument, a)?;
    let (d, k) = a.shape();
    let valid = rule
        .validate_for_balanced(argument)
        .and_then(|()| rule.validate(d.min(k)));
    if valid.is_err() {
        check::matrix(argument, a)?;
    }
    valid?;
    let full = |basis: &Basis<T>| rule.rank(&basis.singular_values, d, k) == k;
    // The Gram matrix is its own check: what is not finite, zero, or near an end of the range
    // shows on its diagonal.
    let attempt = cholesky_qr_twice(a);
    if let Attempt::Basis(basis) = attempt {
        if full(&basis) {
            return Ok(basis);
        }
        let balanced = scale::balanced_columns(argument, a)?;
        return of_leading(&svd_for_rank(&balanced)?, rule, d, k);
    }
    check::matrix(argument, a)?;
    let balanced = scale::balanced_columns(argument, a)?;
    if let Attempt::OutOfRange = attempt
        && let Attempt::Basis(basis) = cholesky_qr_twice(&balanced.as_view())
        && full(&basis)
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

/// What two passes of Cholesky-QR make of columns.
enum Attempt<T> {
    Basis(Basis<T>),
    /// Dependent, or nearly so.
    IllConditioned,
    /// Squares of the entries may not fit in the scalar, or it has an entry that is not finite.
    OutOfRange,
}

/// Q, and the singular values of A with its columns balanced, where these have full rank and a
/// condition number up to ε^(−1/4).
fn cholesky_qr_twice<T: Real>(a: &DMatrixView<'_, T>) -> Attempt<T> {
    let (d, k) = a.shape();
    if d < k {
        return Attempt::IllConditioned;
    }
    if k == 1 {
        return of_one_column(a);
    }
    let mut gram = T::kernel_joint_gram(a, &a.columns(0, 0)).left;
    let Some(scales) = scale::balance(&mut gram) else {
        return Attempt::OutOfRange;
    };
    orthonormalised(a, &scales, gram).map_or(Attempt::IllConditioned, Attempt::Basis)
}

/// A single column is divided by its length, which is more accurate than to multiply by its inverse.
fn of_one_column<T: Real>(a: &DMatrixView<'_, T>) -> Attempt<T> {
    let mut vectors = owned(a);
    let square = reduce::dot(vectors.as_slice(), vectors.as_slice());
    if !scale::is_moderate(square) {
        return Attempt::OutOfRange;
    }
    let length = square.sqrt();
    let unit = scale::balancing(length);
    vectors /= length;
    Attempt::Basis(Basis {
        vectors,
        singular_values: DVector::from_element(1, length * unit),
    })
}

/// The same for balanced columns A·D with this Gram matrix; `None` where the condition is too large.
fn orthonormalised<T: Real>(
    a: &DMatrixView<'_, T>,
    scales: &[T],
    gram: DMatrix<T>,
) -> Option<Basis<T>> {
    let factor = GramFactor::of(gram)?;
    let singular_values = svd::values(&factor.upper, "the SVD of a Cholesky factor").ok()?;
    let (largest, smallest) = (singular_values[0], singular_values[a.ncols() - 1]);
    let limit = T::machine_epsilon().sqrt().sqrt();
    if smallest <= limit * largest {
        return None;
    }
    let map = scale::rows(factor.inverse, scales);
    let once = T::kernel_upper_product(&owned(a), &map);
    let factor = GramFactor::of(T::kernel_gram(&once))?;
    Some(Basis {
        vectors: T::kernel_upper_product(&once, &factor.inverse),
        singular_values,
    })
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

/// (I − QQᵀ)X for an orthonormal basis Q, twice: the first pass leaves ε·‖X‖ of the span, the
/// second none.
pub(crate) fn outside<T: Real>(q: &DMatrix<T>, mut x: DMatrix<T>) -> DMatrix<T> {
    for _ in 0..2 {
        let inside = T::kernel_transposed_product(q, &x);
        T::kernel_subtract_product(&mut x, q, &inside);
    }
    x
}
