//! Count, mean and scatter of one set of vectors.

use alignment_tax::Moments;
use datafusion::arrow::array::{Array, ArrayRef};
use datafusion::arrow::datatypes::DataType;

use super::{Arguments, Fold};
use crate::blocks::Blocks;
use crate::error::DataFault;
use crate::rows::{self, Rows};
use crate::state::State;

impl State for Moments {
    const KIND: u8 = 1;
    const NAME: &'static str = "alignment_moments";
}

#[derive(Debug)]
pub(crate) struct MomentsFold {
    arguments: Arguments,
    blocks: Blocks<Moments>,
}

impl Fold for MomentsFold {
    type State = Moments;
    const ARGUMENTS: usize = 1;

    fn check(types: &[DataType]) -> Result<(), DataFault> {
        rows::check_type("the vectors", &types[0])
    }

    fn new(arguments: Arguments) -> Result<Self, DataFault> {
        Ok(Self {
            arguments,
            blocks: Blocks::default(),
        })
    }

    fn update(&mut self, batch: &[ArrayRef]) -> Result<(), DataFault> {
        let column = &self.arguments.columns[0];
        let rows = Rows::new(column, &batch[0])?;
        for row in 0..batch[0].len() {
            self.blocks.push(column, &rows, row)?;
        }
        Ok(())
    }

    fn merge(&mut self, other: Moments) -> Result<(), DataFault> {
        self.blocks.join(&self.arguments.columns[0], other)
    }

    fn state(&mut self) -> Result<Option<Moments>, DataFault> {
        Ok(self.blocks.finished(&self.arguments.columns[0])?.cloned())
    }

    fn bytes(&self) -> usize {
        self.blocks.bytes()
    }
}
