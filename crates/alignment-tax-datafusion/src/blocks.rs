//! Rows gathered into blocks before they enter an accumulator.
//!
//! A group of a query gets its rows a few at a time; an accumulator rounds once per block and runs at the speed
//! of a matrix product only on many rows. 512 are the core's own block.

use alignment_tax::{CoordinateMoments, Error, Moments};
use nalgebra::DMatrix;

use crate::error::DataFault;
use crate::rows::Rows;

const BLOCK: usize = 512;

/// What the accumulators of the core have in common.
pub(crate) trait Accumulate:
    std::fmt::Debug + Clone + Send + Sync + Sized + 'static
{
    fn empty(width: usize) -> Result<Self, Error>;
    fn width(&self) -> usize;
    fn take_in(&mut self, rows: &DMatrix<f64>) -> Result<(), Error>;
    fn join(&mut self, other: &Self) -> Result<(), Error>;
    /// Numbers that it holds.
    fn numbers(width: usize) -> usize;
}

impl Accumulate for Moments {
    fn empty(width: usize) -> Result<Self, Error> {
        Self::new(width)
    }
    fn width(&self) -> usize {
        self.dimension()
    }
    fn take_in(&mut self, rows: &DMatrix<f64>) -> Result<(), Error> {
        self.update(rows)
    }
    fn join(&mut self, other: &Self) -> Result<(), Error> {
        self.merge(other)
    }
    fn numbers(width: usize) -> usize {
        width * (width + 2)
    }
}

impl Accumulate for CoordinateMoments {
    fn empty(width: usize) -> Result<Self, Error> {
        Self::new(width)
    }
    fn width(&self) -> usize {
        self.dimension()
    }
    fn take_in(&mut self, rows: &DMatrix<f64>) -> Result<(), Error> {
        self.update(rows)
    }
    fn join(&mut self, other: &Self) -> Result<(), Error> {
        self.merge(other)
    }
    fn numbers(width: usize) -> usize {
        3 * width
    }
}

/// An accumulator and the rows that wait for it.
#[derive(Debug, Clone)]
pub(crate) struct Blocks<A> {
    accumulator: Option<A>,
    /// Row-major, of the accumulator's width.
    waiting: Vec<f64>,
}

impl<A> Default for Blocks<A> {
    fn default() -> Self {
        Self {
            accumulator: None,
            waiting: Vec::new(),
        }
    }
}

impl<A: Accumulate> Blocks<A> {
    pub(crate) fn width(&self) -> Option<usize> {
        self.accumulator.as_ref().map(A::width)
    }

    /// An accumulator of that width, if there is none yet.
    pub(crate) fn prepare(&mut self, column: &str, width: usize) -> Result<(), DataFault> {
        if self.accumulator.is_none() {
            self.accumulator = Some(A::empty(width).map_err(refused(column))?);
        }
        Ok(())
    }

    /// Takes one row of a batch.
    pub(crate) fn push(
        &mut self,
        column: &str,
        rows: &Rows<'_>,
        row: usize,
    ) -> Result<(), DataFault> {
        let width = rows.append(row, self.width(), &mut self.waiting)?;
        self.prepare(column, width)?;
        self.flush_if_full(column, width)
    }

    /// Takes one row that is not of a batch.
    pub(crate) fn push_numbers(&mut self, column: &str, row: &[f64]) -> Result<(), DataFault> {
        self.prepare(column, row.len())?;
        self.waiting.extend_from_slice(row);
        self.flush_if_full(column, row.len())
    }

    fn flush_if_full(&mut self, column: &str, width: usize) -> Result<(), DataFault> {
        if self.waiting.len() >= BLOCK * width {
            self.flush(column)?;
        }
        Ok(())
    }

    fn flush(&mut self, column: &str) -> Result<(), DataFault> {
        if let Some(accumulator) = &mut self.accumulator
            && !self.waiting.is_empty()
        {
            let block = columns(&self.waiting, accumulator.width());
            accumulator.take_in(&block).map_err(refused(column))?;
            self.waiting.clear();
        }
        Ok(())
    }

    /// Takes what another accumulator has seen.
    pub(crate) fn join(&mut self, column: &str, other: A) -> Result<(), DataFault> {
        match &mut self.accumulator {
            None => self.accumulator = Some(other),
            Some(ours) => {
                same_width(column, ours.width(), other.width())?;
                ours.join(&other).map_err(refused(column))?;
            }
        }
        Ok(())
    }

    /// The accumulator with everything in it; none if no row came.
    pub(crate) fn finished(&mut self, column: &str) -> Result<Option<&A>, DataFault> {
        self.flush(column)?;
        Ok(self.accumulator.as_ref())
    }

    pub(crate) fn bytes(&self) -> usize {
        8 * (self.width().map_or(0, A::numbers) + self.waiting.capacity())
    }
}

/// Rows as a column-major matrix. In tiles: a column of 512 numbers is as long as the distance at which addresses fall
/// into the same set of the first cache, which has eight places.
fn columns(rows: &[f64], width: usize) -> DMatrix<f64> {
    const TILE: usize = 8;
    let n = rows.len() / width;
    let mut columns = DMatrix::zeros(n, width);
    let target = columns.as_mut_slice();
    for top in (0..n).step_by(TILE) {
        for left in (0..width).step_by(TILE) {
            for j in left..width.min(left + TILE) {
                for i in top..n.min(top + TILE) {
                    target[j * n + i] = rows[i * width + j];
                }
            }
        }
    }
    columns
}

pub(crate) fn same_width(column: &str, expected: usize, actual: usize) -> Result<(), DataFault> {
    if expected != actual {
        return Err(DataFault::MixedWidths {
            column: column.to_owned(),
            expected,
            actual,
        });
    }
    Ok(())
}

pub(crate) fn refused(column: &str) -> impl Fn(Error) -> DataFault + '_ {
    move |source| DataFault::Refused {
        column: column.to_owned(),
        source,
    }
}
