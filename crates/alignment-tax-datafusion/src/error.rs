//! What can be wrong with the data, and with a question asked of an answer.

use std::fmt;

use alignment_tax::MeasurementError;
use datafusion::error::DataFusionError;
use thiserror::Error;

/// Where in the data something is wrong.
///
/// An aggregate function sees batches, not files. Its place has no file then and counts rows from the
/// beginning of the batch, of those that fall into one group;
/// [`Activations`](crate::Activations) reads the files again to name the file and its row.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// The column, as the query names it.
    pub column: String,
    /// The row, counted from 0.
    pub row: usize,
    /// The file, where it is known.
    pub file: Option<String>,
}

const UNKNOWN_FILE: &str = "of a batch";
const TWO_WIDTHS: &str = "coordinates in one partition and";

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some(file) => write!(f, "`{}` in row {} of {file}", self.column, self.row),
            None => write!(f, "`{}` in row {} {UNKNOWN_FILE}", self.column, self.row),
        }
    }
}

/// Something in the data that no statistic can be formed of.
///
/// Nothing is skipped: a null row or a NaN ends the query, because an answer without it would be one to
/// another question.
#[derive(Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum DataFault {
    /// A row without a vector, a label or a key.
    #[error("{place} is null; leave such rows out by a filter, or find out why they are there")]
    NullRow {
        /// Where.
        place: Place,
    },
    /// A vector with a hole.
    #[error("{place} is null at coordinate {coordinate}; every coordinate needs a number")]
    NullEntry {
        /// Where.
        place: Place,
        /// Which coordinate, counted from 0.
        coordinate: usize,
    },
    /// NaN, or an infinite number.
    #[error("{place} has the non-finite entry {value:?} at coordinate {coordinate}")]
    NonFinite {
        /// Where.
        place: Place,
        /// Which coordinate, counted from 0.
        coordinate: usize,
        /// The entry.
        value: f64,
    },
    /// A vector of another length than those before it.
    #[error("{place} has {actual} coordinates, expected {expected} as in the rows before it")]
    Ragged {
        /// Where.
        place: Place,
        /// The length of the vectors before.
        expected: usize,
        /// The length of this one.
        actual: usize,
    },
    /// Two partitions whose vectors differ in length.
    #[error(
        "`{column}` has {actual} {TWO_WIDTHS} {expected} in another; all rows of a group need one width"
    )]
    MixedWidths {
        /// The column.
        column: String,
        /// The length in the partitions before.
        expected: usize,
        /// The length in this one.
        actual: usize,
    },
    /// A file whose column is not of the type that the others have.
    #[error("`{column}` is {actual} in {file}, expected {expected} as in the files before it")]
    MixedTypes {
        /// The column.
        column: String,
        /// The file.
        file: String,
        /// The type in the files before.
        expected: String,
        /// The type in this one.
        actual: String,
    },
    /// A column of a type that the function cannot take.
    #[error("`{column}` is {actual}, expected {expected}")]
    WrongType {
        /// The column, or the argument.
        column: String,
        /// What the function takes.
        expected: &'static str,
        /// What came.
        actual: String,
    },
    /// More samples in a group than were to be kept.
    #[error(
        "`{column}` has more than {limit} samples in one group; raise the limit, or take part of the rows by a filter such as `key % 100 = 0`"
    )]
    TooManySamples {
        /// The column.
        column: String,
        /// The most that the query allows.
        limit: usize,
    },
    /// Two samples of one class with the same key.
    #[error("two rows of the class {} have the key {key}; a key names one sample of its class", class(.plus))]
    DuplicateKey {
        /// The key.
        key: i64,
        /// Whether the class is plus.
        plus: bool,
    },
    /// A state or an answer that is not what an accumulator writes.
    #[error("not the state of `{function}`: {reason}")]
    Corrupt {
        /// The function that was to read it.
        function: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// An accumulator refuses the numbers.
    #[error("`{column}`: {source}")]
    Refused {
        /// The column.
        column: String,
        /// Why; rows are counted within a block.
        source: alignment_tax::Error,
    },
}

/// The sentence itself: the engine sends the debug text of an error from machine to machine.
impl fmt::Debug for DataFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl DataFault {
    /// Whether rows of the files show it, one by one.
    pub(crate) fn is_in_files(&self) -> bool {
        matches!(
            self,
            Self::NullRow { .. }
                | Self::NullEntry { .. }
                | Self::NonFinite { .. }
                | Self::Ragged { .. }
                | Self::MixedWidths { .. }
        )
    }

    /// Where it is, if it is in one row.
    pub(crate) fn place_mut(&mut self) -> Option<&mut Place> {
        match self {
            Self::NullRow { place }
            | Self::NullEntry { place, .. }
            | Self::NonFinite { place, .. }
            | Self::Ragged { place, .. } => Some(place),
            _ => None,
        }
    }

    /// Whether an error that came as text speaks of a fault that has a place in a file.
    pub(crate) fn in_text(said: &str) -> bool {
        said.contains(UNKNOWN_FILE) || said.contains(TWO_WIDTHS)
    }
}

fn class(plus: &bool) -> &'static str {
    if *plus { "plus" } else { "minus" }
}

impl From<DataFault> for DataFusionError {
    fn from(fault: DataFault) -> Self {
        Self::External(Box::new(fault))
    }
}

/// Why a question has no answer.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum QueryError {
    /// Something in the data.
    #[error(transparent)]
    Data(#[from] DataFault),
    /// A statistic that the answer does not hold.
    #[error("{statistic} needs {needs}, and `{function}` keeps {keeps}; ask with `{instead}`")]
    NotHeld {
        /// What was asked for.
        statistic: &'static str,
        /// What it is formed of.
        needs: &'static str,
        /// The function that gave the answer.
        function: &'static str,
        /// What that function keeps.
        keeps: &'static str,
        /// The function that keeps what is needed.
        instead: &'static str,
    },
    /// A group that the answer does not have.
    #[error("no group {column} = {value:?}; there are {present}")]
    NoGroup {
        /// The column that was to tell the groups apart.
        column: String,
        /// The value asked for.
        value: String,
        /// The values that there are.
        present: String,
    },
    /// A column that the answer does not have.
    #[error("no column {column:?} in the answer; there are {present}")]
    NoColumn {
        /// The column asked for.
        column: String,
        /// Those that there are.
        present: String,
    },
    /// A question for one group to an answer whose groups have another number of keys.
    #[error("groups are told apart by {present}, expected {expected}; choose with `at`")]
    Keys {
        /// The columns that tell groups apart.
        present: String,
        /// How many there have to be.
        expected: &'static str,
    },
    /// A difference that is no more than the rounding of the samples.
    #[error("{statistic} has norm {norm:e}, within rounding, {tolerance:e}: it has no direction")]
    Unresolved {
        /// What was computed.
        statistic: &'static str,
        /// Its norm.
        norm: f64,
        /// The norm that rounding alone can produce.
        tolerance: f64,
    },
    /// A group without any row.
    #[error("a group has no rows")]
    NoRows,
    /// Samples that are no pairs.
    #[error("key {key} is in one class only; pairs need each key in both")]
    Unpaired {
        /// The least such key.
        key: i64,
    },
    /// What the geometry cannot work with.
    #[error(transparent)]
    Geometry(#[from] alignment_tax::Error),
    /// What a measurement cannot work with.
    #[error(transparent)]
    Measurement(#[from] MeasurementError),
    /// Everything that the engine says; a fault in the data comes back from other machines as text.
    #[error(transparent)]
    Engine(DataFusionError),
}

impl From<DataFusionError> for QueryError {
    fn from(error: DataFusionError) -> Self {
        if let DataFusionError::External(inner) = error.find_root()
            && let Some(fault) = inner.downcast_ref::<DataFault>()
        {
            return Self::Data(fault.clone());
        }
        Self::Engine(error)
    }
}
