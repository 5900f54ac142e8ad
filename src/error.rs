//! What can be wrong with an input to the geometry, and how it is said.

use std::fmt;

use thiserror::Error;

/// An input that the linear algebra or the geometry cannot work with.
///
/// Every variant names the argument and carries what a caller needs to find the
/// culprit: what was expected, what came, and which row or column. Values are
/// reported as f64 whatever the scalar was.
///
/// # Examples
/// ```
/// use alignment_tax::{Direction, Error};
///
/// let error = Direction::from_slice(&[1.0_f64, f64::NAN, 3.0]).unwrap_err();
/// assert!(matches!(error, Error::NonFinite { row: 1, column: 0, .. }));
/// assert_eq!(
///     error.to_string(),
///     "`vector` has the non-finite entry NaN at row 1, column 0; every entry must be finite"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// An entry is NaN or infinite.
    #[error(
        "`{argument}` has the non-finite entry {value:?} at row {row}, column {column}; every entry must be finite"
    )]
    #[non_exhaustive]
    NonFinite {
        /// The argument at fault.
        argument: &'static str,
        /// Row of the first such entry in column-major order.
        row: usize,
        /// Column of the first such entry in column-major order.
        column: usize,
        /// The entry.
        value: f64,
    },
    /// There are no rows, no columns or no elements.
    #[error("`{argument}` is empty ({rows} × {columns}); it needs at least one row and one column")]
    #[non_exhaustive]
    Empty {
        /// The argument at fault.
        argument: &'static str,
        /// Its rows.
        rows: usize,
        /// Its columns.
        columns: usize,
    },
    /// A vector or column that must have a direction is zero.
    #[error(
        "`{argument}` is zero in column {column}, so it has no direction; leave it out or check where it came from"
    )]
    #[non_exhaustive]
    ZeroVector {
        /// The argument at fault.
        argument: &'static str,
        /// The zero column (0 for a vector).
        column: usize,
    },
    /// An entry is finite, but sums of its square would not be.
    #[error(
        "`{argument}` has the entry {value:e} at row {row}, column {column}, expected magnitudes up to {limit:e}, whose squares can be summed; rescale the samples"
    )]
    #[non_exhaustive]
    EntryTooLarge {
        /// The argument at fault.
        argument: &'static str,
        /// Row of the first such entry in column-major order.
        row: usize,
        /// Column of the first such entry in column-major order.
        column: usize,
        /// The entry.
        value: f64,
        /// The greatest magnitude accepted.
        limit: f64,
    },
    /// Two arguments live in spaces of different dimension.
    #[error("`{argument}` has {actual} {unit}, expected {expected}")]
    #[non_exhaustive]
    DimensionMismatch {
        /// The argument at fault.
        argument: &'static str,
        /// What is counted.
        unit: &'static str,
        /// How many the other arguments have.
        expected: usize,
        /// How many this one has.
        actual: usize,
    },
    /// A number is outside its domain.
    #[error("`{argument}` is {actual:?}, expected {expected}")]
    #[non_exhaustive]
    OutOfRange {
        /// The argument at fault.
        argument: &'static str,
        /// The domain.
        expected: &'static str,
        /// The number.
        actual: f64,
    },
    /// One number of a list is outside its domain.
    #[error("`{argument}` has {actual:?} at index {index}, expected {expected}")]
    #[non_exhaustive]
    EntryOutOfRange {
        /// The argument at fault.
        argument: &'static str,
        /// The first such entry.
        index: usize,
        /// The domain.
        expected: &'static str,
        /// The number.
        actual: f64,
    },
    /// A count is outside its domain.
    #[error("`{argument}` is {actual}, expected {}; {advice}", counts(.least, .most))]
    #[non_exhaustive]
    OutOfBounds {
        /// The argument at fault.
        argument: &'static str,
        /// The least count accepted.
        least: usize,
        /// The greatest count accepted.
        most: usize,
        /// The count.
        actual: usize,
        /// What to do instead.
        advice: &'static str,
    },
    /// Columns that were said to be orthonormal are not.
    #[error(
        "`{argument}` is not orthonormal: the inner product of columns {first} and {second} is off by {deviation:e}, more than {tolerance:e}; use a constructor that orthonormalises"
    )]
    #[non_exhaustive]
    NotOrthonormal {
        /// The argument at fault.
        argument: &'static str,
        /// First column of the worst pair.
        first: usize,
        /// Second column of the worst pair; equal to the first where a norm is off.
        second: usize,
        /// |⟨qᵢ, qⱼ⟩ − δᵢⱼ|.
        deviation: f64,
        /// The deviation that is accepted.
        tolerance: f64,
    },
    /// A matrix that must equal its transpose does not.
    #[error(
        "`{argument}` is not symmetric: entries ({row}, {column}) and ({column}, {row}) differ by {deviation:e}, more than {tolerance:e}"
    )]
    #[non_exhaustive]
    NotSymmetric {
        /// The argument at fault.
        argument: &'static str,
        /// Row of the worst entry.
        row: usize,
        /// Column of the worst entry.
        column: usize,
        /// The difference.
        deviation: f64,
        /// The difference that is accepted.
        tolerance: f64,
    },
    /// A matrix that must equal its square does not.
    #[error(
        "`{argument}` is not a projector: its square differs from it by {deviation:e} at row {row}, column {column}, more than {tolerance:e}"
    )]
    #[non_exhaustive]
    NotIdempotent {
        /// The argument at fault.
        argument: &'static str,
        /// Row of the worst entry.
        row: usize,
        /// Column of the worst entry.
        column: usize,
        /// The difference.
        deviation: f64,
        /// The difference that is accepted.
        tolerance: f64,
    },
    /// A Gram matrix has a negative eigenvalue: no vectors have it.
    #[error(
        "`{argument}` is not positive semidefinite: its smallest eigenvalue is {eigenvalue:e}, below −{tolerance:e}; no set of vectors has these inner products (computed in single precision, they are to be passed as f32)"
    )]
    #[non_exhaustive]
    NotPositiveSemidefinite {
        /// The argument at fault.
        argument: &'static str,
        /// The smallest eigenvalue, or an upper bound to it that is negative already.
        eigenvalue: f64,
        /// How far below zero is accepted.
        tolerance: f64,
    },
    /// A metric has an eigenvalue that is zero or negative, up to rounding.
    #[error(
        "`{argument}` is not positive definite: in coordinates scaled to a unit diagonal its smallest eigenvalue is {eigenvalue:e}, expected more than {tolerance:e}; add to the diagonal, or leave out coordinates that depend on others"
    )]
    #[non_exhaustive]
    NotPositiveDefinite {
        /// The argument at fault.
        argument: &'static str,
        /// The smallest eigenvalue, or an upper bound to it that is negative already.
        eigenvalue: f64,
        /// What rounding alone can make of zero.
        tolerance: f64,
    },
    /// A difference is no larger than the rounding of what was subtracted.
    #[error(
        "`{argument}` vanishes: its norm {norm:e} is within the rounding error {tolerance:e} of the vectors it was formed from, so its direction is noise"
    )]
    #[non_exhaustive]
    Unresolved {
        /// What was computed.
        argument: &'static str,
        /// Its norm.
        norm: f64,
        /// The norm that rounding alone can produce.
        tolerance: f64,
    },
    /// An objective is a combination of others, so that nothing of it is left.
    #[error(
        "`{argument}` contains {name:?}, which is a combination of the others: what is left of it, {norm:e}, is within rounding, {tolerance:e}; freeze it as well or leave it out"
    )]
    #[non_exhaustive]
    Dependent {
        /// The argument at fault.
        argument: &'static str,
        /// The objective.
        name: String,
        /// The length of its residual.
        norm: f64,
        /// The length that rounding alone can leave.
        tolerance: f64,
    },
    /// A mean is not told from zero by its samples: a direction from them would be noise,
    /// and a tax rate would be a ratio with nothing below the line.
    #[error(
        "`{argument}` (index {index}) is not resolved at {units} independent samples: its squared length is {ratio:.2} standard errors from zero, expected at least {required}; {needed}"
    )]
    #[non_exhaustive]
    Undersampled {
        /// The argument at fault.
        argument: &'static str,
        /// Which of its entries.
        index: usize,
        /// Independent units there are, in its smallest class.
        units: usize,
        /// The unbiased squared length over its standard error.
        ratio: f64,
        /// The least ratio accepted.
        required: f64,
        /// How many units it would take.
        needed: SamplesNeeded,
    },
    /// Capabilities that their samples do not tell from linearly dependent ones.
    #[error(
        "`{argument}` are not resolved as linearly independent: a combination of them, led by indices {first} and {second}, has a squared length {ratio:.2} standard errors from zero, expected at least {required}; leave one out or bring more samples"
    )]
    #[non_exhaustive]
    Collinear {
        /// The argument at fault.
        argument: &'static str,
        /// The entry with the largest part in the combination.
        first: usize,
        /// The entry with the second largest.
        second: usize,
        /// The unbiased squared length of the combination over its standard error.
        ratio: f64,
        /// The least ratio accepted.
        required: f64,
    },
    /// A rule was asked to judge numbers that its derivation does not cover.
    #[error("`{argument}` cannot be judged by {rule}: {advice}")]
    #[non_exhaustive]
    UnsuitableRule {
        /// The argument at fault.
        argument: &'static str,
        /// The rule.
        rule: &'static str,
        /// Why, and what to do instead.
        advice: &'static str,
    },
    /// A subspace of dimension zero where angles are asked for.
    #[error("`{argument}` is the trivial subspace {{0}}, which has no principal angles")]
    #[non_exhaustive]
    TrivialSubspace {
        /// The argument at fault.
        argument: &'static str,
    },
    /// A name is given twice, so that it does not say which is meant.
    #[error("`{argument}` has the name {name:?} at index {first} and again at index {second}")]
    #[non_exhaustive]
    DuplicateName {
        /// The argument at fault.
        argument: &'static str,
        /// The name.
        name: String,
        /// Where it comes first.
        first: usize,
        /// Where it comes again.
        second: usize,
    },
    /// A name is empty.
    #[error("`{argument}` has an empty name at index {index}")]
    #[non_exhaustive]
    EmptyName {
        /// The argument at fault.
        argument: &'static str,
        /// Which of its entries.
        index: usize,
    },
    /// A name is none of those that are known.
    #[error("`{argument}` is {name:?}, expected one of {known:?}")]
    #[non_exhaustive]
    UnknownName {
        /// The argument at fault.
        argument: &'static str,
        /// The name.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// A bounded iteration used up its bound.
    #[error(
        "{algorithm} did not converge on a finite {rows} × {columns} matrix; please report the matrix"
    )]
    #[non_exhaustive]
    NotConverged {
        /// The algorithm.
        algorithm: &'static str,
        /// Rows of its input.
        rows: usize,
        /// Columns of its input.
        columns: usize,
    },
}

/// How many independent samples would resolve a mean, judged by those there are.
///
/// # Examples
/// See [`Error::Undersampled`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SamplesNeeded {
    /// About so many, if the mean is as long as it seems.
    About(usize),
    /// More than so many: the mean may be zero, and no number of samples may do.
    MoreThan(usize),
}

impl fmt::Display for SamplesNeeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::About(n) => write!(f, "about {n} would resolve it"),
            Self::MoreThan(n) => {
                write!(f, "it may be zero; if not, more than {n} would be needed")
            }
        }
    }
}

/// A range of counts, of which some have no upper end.
fn counts(least: &usize, most: &usize) -> String {
    if *most == usize::MAX {
        format!("at least {least}")
    } else {
        format!("from {least} to {most}")
    }
}
