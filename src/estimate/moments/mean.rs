//! A running mean: count and mean of samples that came in batches, the part of every
//! accumulator that they all share.
//!
//! Each coordinate is an unevaluated sum of two numbers, value + carry with |carry| at
//! most half a unit in the last place of value. Adding a small step to a large mean would
//! otherwise lose half a unit each time, and 10⁷ batches lose ten million of them. What
//! is left is the rounding of each batch's own mean, which averages and does not add up,
//! and of each step δ·n₂/n, a relative error of 2ε of something that shrinks like 1/n.

use nalgebra::{DMatrix, DMatrixView, DVector};

use crate::linalg::{check, reduce};
use crate::{Error, Real};

/// The greatest count: f64 counts exactly up to here.
pub(super) const MOST: usize = if usize::BITS > 53 {
    1 << 53
} else {
    usize::MAX
};

/// The greatest magnitude of an entry, 2⁴⁵⁰: (2·2⁴⁵⁰)²·2⁵³·d², what a sum of squares or the trace
/// of a product can reach, is below the range of f64 for d up to 2³².
pub(super) const LARGEST: f64 = f64::from_bits((1023 + 450) << 52);

/// Rows to a block, in which large batches are processed.
pub(super) const BLOCK: usize = 512;

/// Count and mean of samples, coordinate by coordinate.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RunningMean {
    /// At most [`MOST`].
    pub(super) count: usize,
    /// Zero where the count is.
    pub(super) value: DVector<f64>,
    /// What rounding cut off the value.
    pub(super) carry: DVector<f64>,
}

impl RunningMean {
    pub(super) fn new(zeros: Vec<f64>) -> Self {
        Self {
            count: 0,
            carry: DVector::from_column_slice(&zeros),
            value: DVector::from_vec(zeros),
        }
    }

    pub(super) fn dimension(&self) -> usize {
        self.value.len()
    }

    /// Everything that can be wrong with a batch.
    pub(super) fn admits<T: Real>(
        &self,
        argument: &'static str,
        batch: &DMatrixView<'_, T>,
    ) -> Result<(), Error> {
        let within = |x: &T| x.to_double().abs() <= LARGEST;
        // Without a branch, so that a good batch is checked at the speed of memory.
        let all_within = |x: &[T]| x.iter().fold(true, |all, x| all & within(x));
        let bad = batch.column_iter().position(|x| !all_within(x.as_slice()));
        if bad.is_some() || batch.is_empty() {
            check::matrix(argument, batch)?;
        }
        check::same(argument, "columns", self.dimension(), batch.ncols())?;
        if let Some(column) = bad {
            let entries = batch.column(column);
            let row = entries.iter().position(|x| !within(x)).unwrap_or(0);
            return Err(Error::EntryTooLarge {
                argument,
                row,
                column,
                value: entries[row].to_double(),
                limit: LARGEST,
            });
        }
        self.has_room_for(batch.nrows())
    }

    /// Everything that can be wrong with another accumulator's mean.
    pub(super) fn admits_mean(&self, argument: &'static str, other: &Self) -> Result<(), Error> {
        check::same(argument, "coordinates", self.dimension(), other.dimension())?;
        self.has_room_for(other.count)
    }

    fn has_room_for(&self, more: usize) -> Result<(), Error> {
        match self.count.checked_add(more) {
            Some(total) if total <= MOST => Ok(()),
            total => Err(Error::OutOfBounds {
                argument: "count",
                least: 0,
                most: MOST,
                actual: total.unwrap_or(usize::MAX),
                advice: "beyond it f64 cannot count",
            }),
        }
    }

    /// Takes a block of rows in, and returns it in f64, centred about its own mean, with
    /// √(n₁n₂/n)·δ as one more row.
    pub(super) fn absorb<T: Real>(&mut self, block: &DMatrixView<'_, T>) -> DMatrix<f64> {
        let rows = block.nrows();
        let mut centred = DMatrix::zeros(rows + 1, block.ncols());
        let columns = centred.as_mut_slice().chunks_exact_mut(rows + 1);
        for (i, target) in columns.enumerate() {
            self.absorb_coordinate(i, self.count, block.column(i).as_slice(), target);
        }
        self.count += rows;
        centred
    }

    /// The same for one coordinate, of which so many rows are in already; to be followed by
    /// an increase of the count when all coordinates are in.
    pub(super) fn absorb_coordinate<T: Real>(
        &mut self,
        i: usize,
        count: usize,
        rows: &[T],
        target: &mut [f64],
    ) {
        let (step, centred) = target
            .split_last_mut()
            .expect("one row more than the block");
        let theirs = centre(rows, centred);
        let ours = (self.value[i], self.carry[i]);
        let union = Union::of(count, rows.len());
        *step = union.root_weight() * difference(ours, theirs);
        (self.value[i], self.carry[i]) = union.mean(ours, theirs);
    }

    /// Takes another mean in, and returns √(n₁n₂/n)·δ.
    pub(super) fn merge(&mut self, other: &Self) -> DVector<f64> {
        let union = Union::of(self.count, other.count);
        let mut step = DVector::zeros(self.dimension());
        for i in 0..self.dimension() {
            let ours = (self.value[i], self.carry[i]);
            let theirs = (other.value[i], other.carry[i]);
            step[i] = union.root_weight() * difference(ours, theirs);
            (self.value[i], self.carry[i]) = union.mean(ours, theirs);
        }
        self.count += other.count;
        step
    }
}

/// The blocks of a batch.
pub(super) fn blocks<'a, T: Real>(
    batch: &'a DMatrixView<'a, T>,
) -> impl Iterator<Item = DMatrixView<'a, T>> {
    let n = batch.nrows();
    (0..n)
        .step_by(BLOCK)
        .map(move |from| batch.rows(from, BLOCK.min(n - from)))
}

/// Centres a coordinate of a block, and returns its mean in two parts.
fn centre<T: Real>(rows: &[T], centred: &mut [f64]) -> (f64, f64) {
    // About the first row first, which is exact where all rows are equal.
    let (n, first) = (rows.len() as f64, rows[0].to_double());
    for (target, x) in centred.iter_mut().zip(rows) {
        *target = x.to_double() - first;
    }
    let shift = reduce::sum(centred) / n;
    centred.iter_mut().for_each(|x| *x -= shift);
    let rest = reduce::sum(centred) / n;
    centred.iter_mut().for_each(|x| *x -= rest);
    let (mean, carry) = two_sum(first, shift);
    two_sum(mean, carry + rest)
}

/// Two sets of samples that become one.
#[derive(Clone, Copy)]
struct Union {
    ours: f64,
    theirs: f64,
}

impl Union {
    /// Not both of them empty.
    fn of(ours: usize, theirs: usize) -> Self {
        Self {
            ours: ours as f64,
            theirs: theirs as f64,
        }
    }

    /// √(n₁n₂/n).
    fn root_weight(self) -> f64 {
        (self.ours * self.theirs / (self.ours + self.theirs)).sqrt()
    }

    /// The mean of all, from the larger set by a step towards the smaller: the same bits
    /// whichever of the two is ours.
    fn mean(self, ours: (f64, f64), theirs: (f64, f64)) -> (f64, f64) {
        if self.ours == self.theirs {
            let (sum, error) = two_sum(ours.0 / 2.0, theirs.0 / 2.0);
            return two_sum(sum, error + (ours.1 / 2.0 + theirs.1 / 2.0));
        }
        let (large, small, fewer) = if self.ours > self.theirs {
            (ours, theirs, self.theirs)
        } else {
            (theirs, ours, self.ours)
        };
        let step = difference(large, small) * (fewer / (self.ours + self.theirs));
        let (sum, error) = two_sum(large.0, step);
        two_sum(sum, error + large.1)
    }
}

/// b − a, of means in two parts.
fn difference(a: (f64, f64), b: (f64, f64)) -> f64 {
    (b.0 - a.0) + (b.1 - a.1)
}

/// a + b as its rounded value and the exact error of that (Knuth 1997, §4.2.2, Thm. B).
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let part = sum - a;
    (sum, (a - (sum - part)) + (b - part))
}
