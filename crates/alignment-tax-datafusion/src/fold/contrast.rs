//! Moments of two independent classes.

use alignment_tax::{ContrastMoments, Moments};
use datafusion::arrow::array::{Array, ArrayRef};
use datafusion::arrow::datatypes::DataType;

use super::{Arguments, Fold, check_class, classes};
use crate::blocks::{Blocks, refused, same_width};
use crate::error::DataFault;
use crate::rows::{self, Rows};
use crate::state::State;

impl State for ContrastMoments {
    const KIND: u8 = 2;
    const NAME: &'static str = "alignment_contrast";
}

#[derive(Debug)]
pub(crate) struct ContrastFold {
    arguments: Arguments,
    plus: Blocks<Moments>,
    minus: Blocks<Moments>,
}

impl Fold for ContrastFold {
    type State = ContrastMoments;
    const ARGUMENTS: usize = 2;

    fn check(types: &[DataType]) -> Result<(), DataFault> {
        rows::check_type("the vectors", &types[0])?;
        check_class(&types[1])
    }

    fn new(arguments: Arguments) -> Result<Self, DataFault> {
        Ok(Self {
            arguments,
            plus: Blocks::default(),
            minus: Blocks::default(),
        })
    }

    fn update(&mut self, batch: &[ArrayRef]) -> Result<(), DataFault> {
        let column = &self.arguments.columns[0];
        let rows = Rows::new(column, &batch[0])?;
        let plus = classes(&self.arguments.columns[1], &batch[1])?;
        for row in 0..batch[0].len() {
            if plus.value(row) {
                self.plus.push(column, &rows, row)?;
            } else {
                self.minus.push(column, &rows, row)?;
            }
        }
        self.check_widths()
    }

    fn merge(&mut self, other: ContrastMoments) -> Result<(), DataFault> {
        let column = &self.arguments.columns[0];
        self.plus.join(column, other.plus().clone())?;
        self.minus.join(column, other.minus().clone())?;
        self.check_widths()
    }

    fn state(&mut self) -> Result<Option<ContrastMoments>, DataFault> {
        let Some(width) = self.plus.width().or(self.minus.width()) else {
            return Ok(None);
        };
        let column = &self.arguments.columns[0];
        let class = |blocks: &mut Blocks<Moments>| -> Result<Moments, DataFault> {
            blocks.prepare(column, width)?;
            Ok(match blocks.finished(column)? {
                Some(moments) => moments.clone(),
                None => Moments::new(width).map_err(refused(column))?,
            })
        };
        let (plus, minus) = (class(&mut self.plus)?, class(&mut self.minus)?);
        let contrast = ContrastMoments::from_moments(plus, minus).map_err(refused(column))?;
        Ok(Some(contrast))
    }

    fn bytes(&self) -> usize {
        self.plus.bytes() + self.minus.bytes()
    }
}

impl ContrastFold {
    fn check_widths(&self) -> Result<(), DataFault> {
        match (self.plus.width(), self.minus.width()) {
            (Some(plus), Some(minus)) => same_width(&self.arguments.columns[0], plus, minus),
            _ => Ok(()),
        }
    }
}
