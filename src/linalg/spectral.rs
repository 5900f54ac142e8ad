//! A symmetric matrix by its eigenvectors: some axes with an eigenvalue each, and one
//! common eigenvalue across them.
//!
//! That is what is left of a covariance that was shrunk towards the sphere, and of a
//! matrix of low rank plus the identity. Functions of such a matrix act along its axes
//! and across them, so that it need not be formed where the axes are few.

use nalgebra::{DMatrix, DVector};

use super::{jacobi, reduce};
use crate::{Error, Real};

/// Σ λᵢqᵢqᵢᵀ + λ·(I − QQᵀ).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spectral<T> {
    /// Orthonormal eigenvectors, d × r with r ≤ d.
    axes: DMatrix<T>,
    /// Their eigenvalues, in any order.
    along: DVector<T>,
    /// The eigenvalue across them; without meaning where r = d.
    across: T,
}

impl<T: Real> Spectral<T> {
    pub(crate) fn new(axes: DMatrix<T>, along: DVector<T>, across: T) -> Self {
        Self {
            axes,
            along,
            across,
        }
    }

    pub(crate) fn identity(d: usize) -> Self {
        Self::new(DMatrix::zeros(d, 0), DVector::zeros(0), T::one())
    }

    /// A symmetric matrix with entries of about unit scale.
    pub(crate) fn of_symmetric(a: &DMatrix<T>) -> Result<Self, Error> {
        let finite = |(values, axes): &(DVector<T>, DMatrix<T>)| {
            values.iter().chain(axes.iter()).all(|x| x.is_finite())
        };
        // A second, independent algorithm before an input is refused.
        let (along, axes) = T::kernel_symmetric_eigen(a)
            .filter(finite)
            .or_else(|| jacobi::symmetric_eigen(a).filter(finite))
            .ok_or(Error::NotConverged {
                algorithm: "the symmetric eigenvalue iteration",
                rows: a.nrows(),
                columns: a.ncols(),
            })?;
        Ok(Self::new(axes, along, T::one()))
    }

    pub(crate) fn dimension(&self) -> usize {
        self.axes.nrows()
    }

    fn is_whole(&self) -> bool {
        self.axes.ncols() == self.axes.nrows()
    }

    /// The smallest and the largest eigenvalue.
    pub(crate) fn extremes(&self) -> (T, T) {
        let first = if self.is_whole() {
            self.along[0]
        } else {
            self.across
        };
        let widen = |(least, most): (T, T), &x: &T| (least.min(x), most.max(x));
        self.along.iter().fold((first, first), widen)
    }

    /// The inverse, by its eigenvalues.
    pub(crate) fn inverted(mut self) -> Self {
        self.along.apply(|x| *x = x.recip());
        if !self.is_whole() {
            self.across = self.across.recip();
        }
        self
    }

    /// f(A)·x, x of about unit scale, f given on eigenvalues.
    pub(crate) fn apply(&self, x: &[T], f: impl Fn(T) -> T) -> DVector<T> {
        let mut residual = DVector::from_column_slice(x);
        let mut result = DVector::zeros(x.len());
        for (axis, &value) in self.axes.column_iter().zip(self.along.iter()) {
            let overlap = reduce::dot(axis.as_slice(), residual.as_slice());
            residual.axpy(-overlap, &axis, T::one());
            result.axpy(f(value) * overlap, &axis, T::one());
        }
        if !self.is_whole() {
            // Again: what rounding left of the axes in the residual would be scaled by the
            // wrong factor.
            for axis in self.axes.column_iter() {
                let overlap = reduce::dot(axis.as_slice(), residual.as_slice());
                residual.axpy(-overlap, &axis, T::one());
            }
            result.axpy(f(self.across), &residual, T::one());
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::dmatrix;

    use super::*;
    use crate::linalg::ThinSvd;

    /// By hand: eigenvalues 1 and 3 of [2, 1; 1, 2], and 2 across one axis.
    #[test]
    fn functions_act_on_eigenvalues() {
        let whole = Spectral::of_symmetric(&dmatrix![2.0_f64, 1.0; 1.0, 2.0]).expect("converges");
        let (least, most) = whole.extremes();
        assert!((least - 1.0).abs() < 1e-15 && (most - 3.0).abs() < 1e-15);
        let product = whole.apply(&[1.0, 0.0], |x| x);
        assert!((product - nalgebra::dvector![2.0, 1.0]).amax() < 1e-15);
        let root = whole.inverted().apply(&[1.0, 1.0], f64::sqrt);
        assert!((root.add_scalar(-(1.0_f64 / 3.0).sqrt())).amax() < 1e-15);

        let one_axis = Spectral::new(dmatrix![1.0_f64; 0.0], nalgebra::dvector![0.5], 2.0);
        assert_eq!(one_axis.extremes(), (0.5, 2.0));
        assert_eq!(one_axis.apply(&[3.0, 5.0], |x| x).as_slice(), [1.5, 10.0]);
        let inverse = one_axis.inverted().apply(&[3.0, 5.0], |x| x);
        assert_eq!(inverse.as_slice(), [6.0, 2.5]);
    }

    /// Along an axis f(A) is f of its eigenvalue, also where it is far larger across: none of the
    /// axis may be left in the residual.
    #[test]
    fn an_axis_keeps_its_eigenvalue_beside_a_far_larger_one_across() {
        let d = 20;
        let columns = DMatrix::from_fn(d, 3, |i, j| ((3 * i + 7 * j * i + j) as f64).sin());
        let axes = ThinSvd::new(&columns)
            .expect("finite")
            .left_vectors()
            .clone();
        let (along, across) = (1.0, 1e-10);
        let a = Spectral::new(axes.clone(), nalgebra::DVector::repeat(3, along), across);
        for axis in axes.column_iter() {
            let image = a.apply(axis.as_slice(), f64::recip);
            let room = 16.0 * f64::EPSILON;
            assert!((axis.dot(&image) - 1.0 / along).abs() <= room, "{image}");
        }
    }
}
