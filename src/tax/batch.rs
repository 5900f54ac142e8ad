//! The tax rates of many safety vectors against one subspace.
//!
//! One product gives all coordinates in the subspace, and the subspace is read once for a
//! block of vectors instead of once for each. Residuals are formed for the vectors with
//! τ ≥ ½ alone: elsewhere 1 − τ loses nothing as a difference.

use nalgebra::DMatrixView;

use super::TaxRate;
use crate::linalg::{basis, check, owned, reduce, scale};
use crate::parallel::in_order;
use crate::{Error, Real, Subspace};

/// Numbers in a block of vectors, at least [`LEAST`] of which make one.
const BLOCK: usize = 1 << 18;
const LEAST: usize = 64;

impl<T: Real> TaxRate<T> {
    /// The tax rate of every column of a matrix of safety vectors, of any lengths, such as the
    /// decoder of a sparse autoencoder or a stack of gradients.
    ///
    /// The same numbers to rounding as [`between`](Self::between) of each column as a
    /// [`Direction`](crate::Direction), at the price of a matrix product; with the feature `rayon` blocks of
    /// columns go to all cores, and the number of them changes no bit.
    ///
    /// # Units and shapes
    /// d × n, columns in any units; n rates, in their order.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`], [`Error::Empty`], [`Error::NonFinite`] naming row and column,
    /// [`Error::ZeroVector`] naming the column.
    ///
    /// # Accuracy
    /// As [`TaxRate`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Subspace, TaxRate};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let features: DMatrix<f64> = dmatrix![3.0, 0.0, 1.0; 4.0, 2.0, 0.0];
    /// let capability: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
    /// let rates = TaxRate::of_columns(&features, &capability)?;
    /// let rounded: Vec<f64> = rates.iter().map(|r| (100.0 * r.value()).round()).collect();
    /// assert_eq!(rounded, [36.0, 0.0, 100.0]);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn of_columns<'a>(
        safety: impl Into<DMatrixView<'a, T>>,
        capabilities: &Subspace<T>,
    ) -> Result<Vec<Self>, Error> {
        let safety = safety.into();
        check::not_empty("safety", &safety)?;
        let d = capabilities.ambient_dimension();
        check::same("safety", "coordinates", d, safety.nrows())?;
        let width = (BLOCK / d).max(LEAST);
        let blocks = (0..safety.ncols()).step_by(width).collect();
        let rates = in_order(blocks, |from: usize| {
            let count = width.min(safety.ncols() - from);
            of_block(&safety.columns(from, count), from, capabilities)
        });
        let mut all = Vec::with_capacity(safety.ncols());
        for block in rates {
            all.extend(block?);
        }
        Ok(all)
    }
}

/// The rates of a block whose first column is the one numbered `first`.
fn of_block<T: Real>(
    columns: &DMatrixView<'_, T>,
    first: usize,
    capabilities: &Subspace<T>,
) -> Result<Vec<TaxRate<T>>, Error> {
    let mut x = owned(columns);
    let mut lengths = Vec::with_capacity(x.ncols());
    for (j, mut column) in x.column_iter_mut().enumerate() {
        lengths.push(length(column.as_mut_slice(), first + j)?);
    }
    if capabilities.dimension() == 0 {
        return Ok(vec![TaxRate::of_lengths(T::zero(), T::one()); x.ncols()]);
    }
    let coordinates = T::kernel_transposed_product(capabilities.basis(), &x);
    let cosines: Vec<T> = coordinates
        .column_iter()
        .zip(&lengths)
        .map(|(c, &length)| (scale::norm(c.as_slice()) / length).min(T::one()))
        .collect();
    let mut rates: Vec<TaxRate<T>> = cosines
        .iter()
        .map(|&c| TaxRate::of_lengths(c, (T::one() - c * c).sqrt()))
        .collect();
    let half = T::from_double(0.5);
    let near: Vec<usize> = (0..x.ncols())
        .filter(|&j| cosines[j] * cosines[j] >= half)
        .collect();
    if near.is_empty() {
        return Ok(rates);
    }
    let mut unit = x.select_columns(&near);
    for (mut column, &j) in unit.column_iter_mut().zip(&near) {
        column /= lengths[j];
    }
    let outside = basis::outside(capabilities.basis(), unit);
    for (column, &j) in outside.column_iter().zip(&near) {
        rates[j] = TaxRate::of_lengths(cosines[j], scale::norm(column.as_slice()));
    }
    Ok(rates)
}

/// The length of a column, which is brought to unit scale where its square would leave the
/// range of the scalar.
fn length<T: Real>(x: &mut [T], column: usize) -> Result<T, Error> {
    let square = reduce::dot(x, x);
    if scale::is_moderate(square) {
        return Ok(square.sqrt());
    }
    if let Some(row) = x.iter().position(|v| !v.is_finite()) {
        return Err(Error::NonFinite {
            argument: "safety",
            row,
            column,
            value: x[row].to_double(),
        });
    }
    if scale::normalise(x) {
        Ok(T::one())
    } else {
        Err(Error::ZeroVector {
            argument: "safety",
            column,
        })
    }
}
