//! Vectors in a column of lists, of any width of float, one row after the other.

use datafusion::arrow::array::{
    Array, ArrayRef, FixedSizeListArray, Float16Array, Float32Array, Float64Array, LargeListArray,
    ListArray,
};
use datafusion::arrow::datatypes::DataType;
use half::f16;
use half::slice::HalfFloatSliceExt;

use crate::error::{DataFault, Place};

/// What a column of vectors may be.
pub(crate) const EXPECTED: &str =
    "a list (fixed-size, plain or large) of 16-, 32- or 64-bit floats";

/// Whether a column of the type holds vectors.
pub(crate) fn check_type(column: &str, data_type: &DataType) -> Result<(), DataFault> {
    if let DataType::FixedSizeList(item, _) | DataType::List(item) | DataType::LargeList(item) =
        data_type
        && item.data_type().is_floating()
    {
        return Ok(());
    }
    Err(DataFault::WrongType {
        column: column.to_owned(),
        expected: EXPECTED,
        actual: data_type.to_string(),
    })
}

enum Lists<'a> {
    Fixed(&'a FixedSizeListArray),
    Plain(&'a ListArray),
    Large(&'a LargeListArray),
}

enum Entries<'a> {
    Half(&'a [f16]),
    Single(&'a [f32]),
    Double(&'a [f64]),
}

/// A batch of vectors.
pub(crate) struct Rows<'a> {
    column: &'a str,
    lists: Lists<'a>,
    values: &'a ArrayRef,
    entries: Entries<'a>,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(column: &'a str, array: &'a ArrayRef) -> Result<Self, DataFault> {
        check_type(column, array.data_type())?;
        let any = array.as_any();
        let (lists, values) = if let Some(a) = any.downcast_ref::<FixedSizeListArray>() {
            (Lists::Fixed(a), a.values())
        } else if let Some(a) = any.downcast_ref::<ListArray>() {
            (Lists::Plain(a), a.values())
        } else if let Some(a) = any.downcast_ref::<LargeListArray>() {
            (Lists::Large(a), a.values())
        } else {
            return Err(wrong(column, array.data_type()));
        };
        let any = values.as_any();
        let entries = if let Some(a) = any.downcast_ref::<Float16Array>() {
            Entries::Half(a.values())
        } else if let Some(a) = any.downcast_ref::<Float32Array>() {
            Entries::Single(a.values())
        } else if let Some(a) = any.downcast_ref::<Float64Array>() {
            Entries::Double(a.values())
        } else {
            return Err(wrong(column, array.data_type()));
        };
        Ok(Self {
            column,
            lists,
            values,
            entries,
        })
    }

    pub(crate) fn place(&self, row: usize) -> Place {
        Place {
            column: self.column.to_owned(),
            row,
            file: None,
        }
    }

    /// Adds a row to the target, every entry checked; a row of another width than the one given is refused.
    pub(crate) fn append(
        &self,
        row: usize,
        width: Option<usize>,
        target: &mut Vec<f64>,
    ) -> Result<usize, DataFault> {
        let (null, start, length) = match &self.lists {
            Lists::Fixed(a) => (
                a.is_null(row),
                a.value_offset(row) as usize,
                a.value_length() as usize,
            ),
            Lists::Plain(a) => (
                a.is_null(row),
                a.value_offsets()[row] as usize,
                a.value_length(row) as usize,
            ),
            Lists::Large(a) => (
                a.is_null(row),
                a.value_offsets()[row] as usize,
                a.value_length(row) as usize,
            ),
        };
        if null {
            return Err(DataFault::NullRow {
                place: self.place(row),
            });
        }
        let expected = width.unwrap_or(length.max(1));
        if length != expected {
            return Err(DataFault::Ragged {
                place: self.place(row),
                expected,
                actual: length,
            });
        }
        if self.values.null_count() > 0
            && let Some(coordinate) = (0..length).find(|&i| self.values.is_null(start + i))
        {
            return Err(DataFault::NullEntry {
                place: self.place(row),
                coordinate,
            });
        }
        let from = target.len();
        match self.entries {
            Entries::Half(x) => {
                // By slices, which the processor converts eight at a time.
                let mut single = [0.0_f32; 256];
                for part in x[start..start + length].chunks(single.len()) {
                    let single = &mut single[..part.len()];
                    part.convert_to_f32_slice(single);
                    target.extend(single.iter().map(|&x| f64::from(x)));
                }
            }
            Entries::Single(x) => {
                target.extend(x[start..start + length].iter().map(|&x| f64::from(x)));
            }
            Entries::Double(x) => target.extend_from_slice(&x[start..start + length]),
        }
        let added = &target[from..];
        // Without a branch inside, so that a good row is checked at the speed of memory.
        if !added.iter().fold(true, |all, x| all & x.is_finite()) {
            let coordinate = added.iter().position(|x| !x.is_finite()).unwrap_or(0);
            let value = added[coordinate];
            target.truncate(from);
            return Err(DataFault::NonFinite {
                place: self.place(row),
                coordinate,
                value,
            });
        }
        Ok(length)
    }
}

fn wrong(column: &str, data_type: &DataType) -> DataFault {
    DataFault::WrongType {
        column: column.to_owned(),
        expected: EXPECTED,
        actual: data_type.to_string(),
    }
}
