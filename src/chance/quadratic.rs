//! ‖Xᵀg‖² for many g at once, from the Gram matrix of the rows of X (theory §3.4).

use nalgebra::{DMatrix, DMatrixView};

use crate::linalg::{reduce, scale};
use crate::{Error, Real, Subspace};

/// The quadratic form g ↦ ‖Xᵀg‖² of N rows in k columns, in whichever form is
/// the smaller: the Gram matrix XXᵀ, N × N, or X itself where k < N.
#[derive(Debug, Clone)]
pub(crate) enum Quadratic {
    /// XXᵀ.
    Gram(DMatrix<f64>),
    /// Xᵀ, k × N.
    Factor(DMatrix<f64>),
}

impl Quadratic {
    pub(crate) fn of_rows(x: &DMatrix<f64>) -> Self {
        let factor = x.transpose();
        if x.ncols() < x.nrows() {
            Self::Factor(factor)
        } else {
            Self::Gram(f64::kernel_transposed_product(&factor, &factor))
        }
    }

    /// Σ‖xᵢ‖², the sum of the form over the axes.
    pub(crate) fn trace(&self) -> f64 {
        match self {
            Self::Gram(gram) => reduce::sum(gram.diagonal().as_slice()),
            Self::Factor(factor) => reduce::dot(factor.as_slice(), factor.as_slice()),
        }
    }

    /// The form at every column of G; never negative.
    pub(crate) fn at(&self, g: &DMatrix<f64>) -> Vec<f64> {
        let image = self.image(g);
        (0..g.ncols())
            .map(|j| self.between(g, &image, j, j).max(0.0))
            .collect()
    }

    /// What [`between`](Self::between) needs of G, in one product.
    pub(crate) fn image(&self, g: &DMatrix<f64>) -> DMatrix<f64> {
        let (Self::Gram(form) | Self::Factor(form)) = self;
        f64::kernel_product(form, g)
    }

    /// The inner product of Xᵀgᵢ and Xᵀgⱼ.
    pub(crate) fn between(
        &self,
        g: &DMatrix<f64>,
        image: &DMatrix<f64>,
        i: usize,
        j: usize,
    ) -> f64 {
        let left = match self {
            Self::Gram(_) => column(g, i),
            Self::Factor(_) => column(image, i),
        };
        reduce::dot(left, column(image, j))
    }
}

pub(crate) fn column(a: &DMatrix<f64>, j: usize) -> &[f64] {
    &a.as_slice()[j * a.nrows()..(j + 1) * a.nrows()]
}

/// Q of the subspace in double precision, d × m. The basis of one in single
/// precision is made orthonormal anew, so that no τ exceeds 1 by more than rounding.
pub(crate) fn basis<T: Real>(subspace: &Subspace<T>) -> Result<DMatrix<f64>, Error> {
    let q = subspace.basis().map(Real::to_double);
    if q.ncols() == 0 {
        return Ok(q);
    }
    Subspace::from_columns(&q).map(|again| again.basis().clone())
}

/// The rows of several matrices below each other, in double precision.
pub(crate) fn stacked<T: Real>(groups: &[DMatrixView<'_, T>]) -> DMatrix<f64> {
    let columns = groups.first().map_or(0, |g| g.ncols());
    let rows = groups.iter().map(|g| g.nrows()).sum();
    let mut x = DMatrix::zeros(rows, columns);
    let mut top = 0;
    for group in groups {
        x.rows_mut(top, group.nrows())
            .copy_from(&group.map(Real::to_double));
        top += group.nrows();
    }
    x
}

/// Brings the largest entry near 1; what comes back are powers of two that undo it, to be
/// multiplied by one after the other.
pub(crate) fn rescaled(x: &mut DMatrix<f64>) -> [f64; 2] {
    // Twice, for subnormal entries that one power of two in range leaves small.
    [(); 2].map(|()| {
        let s = scale::power_of_two(reduce::max_abs(x.as_slice()));
        *x *= s;
        1.0 / s
    })
}

/// Subtracts the mean of `rows` rows from row `top` on from each of them.
///
/// Twice: the first mean is off by ε of itself, which may be far more than ε of the
/// spread and would pass for a direction that all samples share.
pub(crate) fn centre(x: &mut DMatrix<f64>, top: usize, rows: usize) {
    for mut coordinate in x.column_iter_mut() {
        let entries = &mut coordinate.as_mut_slice()[top..top + rows];
        for _ in 0..2 {
            let mean = reduce::sum(entries) / rows as f64;
            entries.iter_mut().for_each(|v| *v -= mean);
        }
    }
}
