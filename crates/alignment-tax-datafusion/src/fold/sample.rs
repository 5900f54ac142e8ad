//! The rows themselves, up to a limit.

use datafusion::arrow::array::{Array, ArrayRef, Int64Array};
use datafusion::arrow::datatypes::DataType;

use super::{Arguments, Fold, check_class, classes, expect, no_nulls};
use crate::blocks::same_width;
use crate::error::DataFault;
use crate::rows::{self, Rows};
use crate::sample::SampleRows;
use crate::state::State;

const KEY: &str =
    "a 64-bit signed integer that names the sample, such as `arrow_cast(id, 'Int64')`";
const LIMIT: &str = "a positive constant: the most samples to keep in a group";

impl State for SampleRows {
    const KIND: u8 = 4;
    const NAME: &'static str = "alignment_samples";
}

#[derive(Debug)]
pub(crate) struct SampleFold {
    arguments: Arguments,
    limit: usize,
    samples: SampleRows,
}

impl Fold for SampleFold {
    type State = SampleRows;
    const ARGUMENTS: usize = 4;

    fn check(types: &[DataType]) -> Result<(), DataFault> {
        rows::check_type("the vectors", &types[0])?;
        check_class(&types[1])?;
        expect("the key", &types[2], &DataType::Int64, KEY)?;
        expect("the limit", &types[3], &DataType::Int64, LIMIT)
    }

    fn new(arguments: Arguments) -> Result<Self, DataFault> {
        let limit = arguments.constants[3].and_then(|n| usize::try_from(n).ok());
        let Some(limit) = limit.filter(|&n| n > 0) else {
            return Err(DataFault::WrongType {
                column: "the limit".to_owned(),
                expected: LIMIT,
                actual: arguments.columns[3].clone(),
            });
        };
        Ok(Self {
            arguments,
            limit,
            samples: SampleRows::default(),
        })
    }

    fn update(&mut self, batch: &[ArrayRef]) -> Result<(), DataFault> {
        let columns = &self.arguments.columns;
        let rows = Rows::new(&columns[0], &batch[0])?;
        let plus = classes(&columns[1], &batch[1])?;
        no_nulls(&columns[2], &batch[2])?;
        let Some(keys) = batch[2].as_any().downcast_ref::<Int64Array>() else {
            return Err(DataFault::WrongType {
                column: columns[2].clone(),
                expected: KEY,
                actual: batch[2].data_type().to_string(),
            });
        };
        for row in 0..batch[0].len() {
            let width = Some(self.samples.dimension()).filter(|&d| d > 0);
            let mut entries = Vec::new();
            rows.append(row, width, &mut entries)?;
            self.samples
                .insert(plus.value(row), keys.value(row), entries.into())?;
            self.check_limit()?;
        }
        Ok(())
    }

    fn merge(&mut self, other: SampleRows) -> Result<(), DataFault> {
        if self.samples.dimension() > 0 && other.dimension() > 0 {
            let column = &self.arguments.columns[0];
            same_width(column, self.samples.dimension(), other.dimension())?;
        }
        self.samples.extend(other)?;
        self.check_limit()
    }

    fn state(&mut self) -> Result<Option<SampleRows>, DataFault> {
        Ok((self.samples.dimension() > 0).then(|| self.samples.clone()))
    }

    fn bytes(&self) -> usize {
        let (plus, minus) = self.samples.counts();
        8 * (plus + minus) * (self.samples.dimension() + 4)
    }
}

impl SampleFold {
    fn check_limit(&self) -> Result<(), DataFault> {
        let (plus, minus) = self.samples.counts();
        if plus + minus > self.limit {
            return Err(DataFault::TooManySamples {
                column: self.arguments.columns[0].clone(),
                limit: self.limit,
            });
        }
        Ok(())
    }
}
