//! The checks that come before any arithmetic: finite, not empty, of one shape.

use nalgebra::{DMatrix, DMatrixView, DVectorView};

use crate::{Error, Real};

/// At least one row and column, and every entry finite.
pub(crate) fn matrix<T: Real>(argument: &'static str, a: &DMatrixView<'_, T>) -> Result<(), Error> {
    not_empty(argument, a)?;
    for (column, entries) in a.column_iter().enumerate() {
        finite(argument, entries.as_slice(), column)?;
    }
    Ok(())
}

/// At least one row and column.
pub(crate) fn not_empty<T: Real>(
    argument: &'static str,
    a: &DMatrixView<'_, T>,
) -> Result<(), Error> {
    let (rows, columns) = a.shape();
    if rows == 0 || columns == 0 {
        return Err(Error::Empty {
            argument,
            rows,
            columns,
        });
    }
    Ok(())
}

/// At least one entry, all finite.
pub(crate) fn vector<T: Real>(argument: &'static str, x: &DVectorView<'_, T>) -> Result<(), Error> {
    slice(argument, x.as_slice())
}

/// At least one entry, all finite.
pub(crate) fn slice<T: Real>(argument: &'static str, x: &[T]) -> Result<(), Error> {
    if x.is_empty() {
        return Err(Error::Empty {
            argument,
            rows: 0,
            columns: 1,
        });
    }
    finite(argument, x, 0)
}

fn finite<T: Real>(argument: &'static str, x: &[T], column: usize) -> Result<(), Error> {
    match x.iter().position(|v| !v.is_finite()) {
        None => Ok(()),
        Some(row) => Err(Error::NonFinite {
            argument,
            row,
            column,
            value: x[row].to_double(),
        }),
    }
}

/// A finite scalar, for which `inside` holds; `expected` words that domain.
pub(crate) fn scalar<T: Real>(
    argument: &'static str,
    x: T,
    expected: &'static str,
    inside: impl Fn(T) -> bool,
) -> Result<T, Error> {
    if x.is_finite() && inside(x) {
        Ok(x)
    } else {
        Err(Error::OutOfRange {
            argument,
            expected,
            actual: x.to_double(),
        })
    }
}

/// Finite numbers, for each of which `inside` holds; `expected` words that domain.
pub(crate) fn entries(
    argument: &'static str,
    x: &[f64],
    expected: &'static str,
    inside: impl Fn(f64) -> bool,
) -> Result<(), Error> {
    match x.iter().position(|&v| !(v.is_finite() && inside(v))) {
        None => Ok(()),
        Some(index) => Err(Error::EntryOutOfRange {
            argument,
            index,
            expected,
            actual: x[index],
        }),
    }
}

/// Equal counts, of coordinates, rows and the like.
pub(crate) fn same(
    argument: &'static str,
    unit: &'static str,
    expected: usize,
    actual: usize,
) -> Result<(), Error> {
    if expected == actual {
        Ok(())
    } else {
        Err(Error::DimensionMismatch {
            argument,
            unit,
            expected,
            actual,
        })
    }
}

/// A square matrix that equals its transpose within `accepted`.
pub(crate) fn symmetric<T: Real>(
    argument: &'static str,
    a: &DMatrix<T>,
    accepted: T,
) -> Result<(), Error> {
    let (row, column, deviation) = largest_entry(&(a - a.transpose()));
    if deviation > accepted {
        return Err(Error::NotSymmetric {
            argument,
            row: row.min(column),
            column: row.max(column),
            deviation: deviation.to_double(),
            tolerance: accepted.to_double(),
        });
    }
    Ok(())
}

/// Row, column and size of the entry of largest magnitude.
pub(crate) fn largest_entry<T: Real>(a: &DMatrix<T>) -> (usize, usize, T) {
    let mut worst = (0, 0, T::zero());
    for j in 0..a.ncols() {
        for i in 0..a.nrows() {
            if a[(i, j)].abs() > worst.2 {
                worst = (i, j, a[(i, j)].abs());
            }
        }
    }
    worst
}
