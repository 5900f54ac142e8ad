//! What each function does with rows, states and their end.

mod contrast;
mod moments;
mod paired;
mod sample;

use datafusion::arrow::array::{Array, ArrayRef, BooleanArray};
use datafusion::arrow::datatypes::DataType;

pub(crate) use contrast::ContrastFold;
pub(crate) use moments::MomentsFold;
pub(crate) use paired::PairedFold;
pub(crate) use sample::SampleFold;

use crate::error::{DataFault, Place};
use crate::state::State;

/// The arguments of a call as the query names them, and those that are constants.
#[derive(Debug, Clone)]
pub(crate) struct Arguments {
    pub(crate) columns: Vec<String>,
    /// Of integer constants, by position.
    pub(crate) constants: Vec<Option<i64>>,
}

/// One group of an aggregate.
pub(crate) trait Fold: std::fmt::Debug + Send + Sync + Sized + 'static {
    type State: State;
    const ARGUMENTS: usize;

    /// That the arguments are of types the fold can take.
    fn check(types: &[DataType]) -> Result<(), DataFault>;
    fn new(arguments: Arguments) -> Result<Self, DataFault>;
    fn update(&mut self, batch: &[ArrayRef]) -> Result<(), DataFault>;
    fn merge(&mut self, other: Self::State) -> Result<(), DataFault>;
    /// Everything so far; none if no row came.
    fn state(&mut self) -> Result<Option<Self::State>, DataFault>;
    fn bytes(&self) -> usize;
}

/// That a column is boolean, as a class is.
fn check_class(data_type: &DataType) -> Result<(), DataFault> {
    expect(
        "the class",
        data_type,
        &DataType::Boolean,
        "a boolean: true for plus",
    )
}

fn expect(
    column: &str,
    actual: &DataType,
    wanted: &DataType,
    expected: &'static str,
) -> Result<(), DataFault> {
    if actual == wanted {
        return Ok(());
    }
    Err(DataFault::WrongType {
        column: column.to_owned(),
        expected,
        actual: actual.to_string(),
    })
}

/// Which rows are of plus; none of them may be null.
fn classes<'a>(column: &str, array: &'a ArrayRef) -> Result<&'a BooleanArray, DataFault> {
    check_class(array.data_type())?;
    no_nulls(column, array)?;
    array
        .as_any()
        .downcast_ref()
        .ok_or_else(|| DataFault::WrongType {
            column: column.to_owned(),
            expected: "a boolean: true for plus",
            actual: array.data_type().to_string(),
        })
}

fn no_nulls(column: &str, array: &ArrayRef) -> Result<(), DataFault> {
    if array.null_count() == 0 {
        return Ok(());
    }
    let row = (0..array.len()).find(|&i| array.is_null(i)).unwrap_or(0);
    Err(DataFault::NullRow {
        place: Place {
            column: column.to_owned(),
            row,
            file: None,
        },
    })
}
