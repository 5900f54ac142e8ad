//! Objectives as points of R^r, r the rank of their Gram matrix.
//!
//! Whatever is asked about budgets and gains depends on inner products alone, so that the
//! objectives may be replaced by any vectors of the same Gram matrix. Those used here are
//! the columns of R = diag(σ)·Vᵀ with K = V·diag(σ²)·Vᵀ: r coordinates each, however large the
//! space they come from. With vectors at hand σ and V are those of their SVD, which does
//! not square anything; from a Gram matrix they are its eigenvectors, and what lies below
//! the root of its rounding is lost.

use nalgebra::{DMatrix, DVector};

use crate::linalg::{ThinSvd, gram};
use crate::{Error, Real, tolerance};

/// Above this many objectives the blocked SVD is faster than Jacobi rotations.
const MANY: usize = 48;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Embedding<T> {
    /// V, k × r, orthonormal columns.
    pub(crate) axes: DMatrix<T>,
    /// σ > 0, descending.
    pub(crate) lengths: DVector<T>,
    /// R = diag(σ)·Vᵀ, r × k: the objectives.
    pub(crate) points: DMatrix<T>,
    /// Lengths up to this are rounding.
    pub(crate) noise: T,
    /// From a correlation matrix: the coordinates on all axes, also on those that may be rounding.
    /// To leave such an axis out changes K by its eigenvalue, far more than K is rounded.
    pub(crate) whole: Option<DMatrix<T>>,
    /// What freezing made of the rounding of vectors or inner products; zero before any.
    pub(crate) rounding: T,
}

impl<T: Real> Embedding<T> {
    /// From unit columns, each known to the larger of ε and `rounding`.
    pub(crate) fn of_vectors(vectors: &DMatrix<T>, rounding: T) -> Result<Self, Error> {
        let (d, k) = vectors.shape();
        let (_, sigma, v) = ThinSvd::new(vectors)?.into_parts();
        let largest = sigma[0];
        let noise = tolerance::coordinates(k, T::machine_epsilon().max(rounding) * largest);
        let cut = tolerance::rank::<T>(d, k) * largest;
        let cut = if rounding > T::zero() {
            cut.max(noise)
        } else {
            cut
        };
        let rank = sigma.iter().filter(|&&s| s > cut).count();
        let lengths = sigma.iter().copied();
        Ok(Self::of(v, lengths, rank, noise, rounding))
    }

    /// From a correlation matrix, which must be positive semidefinite; its entries are known
    /// to the larger of ε and `rounding`.
    pub(crate) fn of_correlation(
        argument: &'static str,
        correlation: &DMatrix<T>,
        rounding: T,
    ) -> Result<Self, Error> {
        let k = correlation.nrows();
        let (values, vectors) = spectrum(argument, correlation)?;
        let largest = values[0];
        let known = T::machine_epsilon().max(rounding);
        let cut = tolerance::combination(known, T::from_double(k as f64)) * largest;
        let rank = values.iter().filter(|&&x| x > cut).count();
        let shortest = values[rank - 1].sqrt();
        // By Weyl and Wedin: ε in each eigenvalue and, over the gap to zero, in its axis.
        let noise = tolerance::coordinates(k, known * largest / shortest);
        let lengths: Vec<T> = values.iter().map(|&x| x.max(T::zero()).sqrt()).collect();
        let mut whole = vectors.transpose();
        for (mut row, &length) in whole.row_iter_mut().zip(&lengths) {
            row *= length;
        }
        let some = Self::of(vectors, lengths.into_iter(), rank, noise, rounding);
        Ok(Self {
            whole: Some(whole),
            ..some
        })
    }

    fn of(
        v: DMatrix<T>,
        lengths: impl Iterator<Item = T>,
        rank: usize,
        noise: T,
        rounding: T,
    ) -> Self {
        let axes = v.columns(0, rank).into_owned();
        let lengths = DVector::from_iterator(rank, lengths.take(rank));
        let mut points = axes.transpose();
        for (mut row, &length) in points.row_iter_mut().zip(&lengths) {
            row *= length;
        }
        Self {
            axes,
            lengths,
            points,
            noise,
            whole: None,
            rounding,
        }
    }

    /// r.
    pub(crate) fn rank(&self) -> usize {
        self.lengths.len()
    }
}

/// Eigenvalues, descending, and eigenvectors of a positive semidefinite matrix.
fn spectrum<T: Real>(
    argument: &'static str,
    correlation: &DMatrix<T>,
) -> Result<(DVector<T>, DMatrix<T>), Error> {
    let k = correlation.nrows();
    if k > MANY {
        let (u, sigma, v) = ThinSvd::new(correlation)?.into_parts();
        // Without negative eigenvalues the left vectors are the right ones, wherever σ is
        // more than rounding; an eigenvalue −σ turns one of them round.
        let cut = tolerance::eigenvalue::<T>(k) * sigma[0].max(T::one());
        let half = T::from_double(0.5);
        let agree = (0..k).all(|i| sigma[i] <= cut || u.column(i).dot(&v.column(i)) > half);
        if agree {
            return Ok((sigma, v));
        }
    }
    let (ascending, vectors) = gram::eigen(correlation)?;
    gram::positive_semidefinite(argument, ascending[0], k)?;
    let order: Vec<usize> = (0..k).rev().collect();
    Ok((
        DVector::from_iterator(k, order.iter().map(|&i| ascending[i])),
        vectors.select_columns(&order),
    ))
}
