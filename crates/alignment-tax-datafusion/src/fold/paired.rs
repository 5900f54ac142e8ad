//! Moments of pairs that stand side by side in one row.

use alignment_tax::{CoordinateMoments, Moments};
use datafusion::arrow::array::{Array, ArrayRef};
use datafusion::arrow::datatypes::DataType;

use super::{Arguments, Fold};
use crate::blocks::Blocks;
use crate::error::DataFault;
use crate::paired::PairedMoments;
use crate::rows::{self, Rows};
use crate::state::State;

impl State for PairedMoments {
    const KIND: u8 = 3;
    const NAME: &'static str = "alignment_paired_contrast";
}

#[derive(Debug)]
pub(crate) struct PairedFold {
    arguments: Arguments,
    differences: Blocks<Moments>,
    plus: Blocks<CoordinateMoments>,
    minus: Blocks<CoordinateMoments>,
    /// Of one row, kept for its capacity.
    sides: [Vec<f64>; 2],
}

impl Fold for PairedFold {
    type State = PairedMoments;
    const ARGUMENTS: usize = 2;

    fn check(types: &[DataType]) -> Result<(), DataFault> {
        rows::check_type("the vectors of plus", &types[0])?;
        rows::check_type("the vectors of minus", &types[1])
    }

    fn new(arguments: Arguments) -> Result<Self, DataFault> {
        Ok(Self {
            arguments,
            differences: Blocks::default(),
            plus: Blocks::default(),
            minus: Blocks::default(),
            sides: [Vec::new(), Vec::new()],
        })
    }

    fn update(&mut self, batch: &[ArrayRef]) -> Result<(), DataFault> {
        let names = [&*self.arguments.columns[0], &*self.arguments.columns[1]];
        let rows = [
            Rows::new(names[0], &batch[0])?,
            Rows::new(names[1], &batch[1])?,
        ];
        for row in 0..batch[0].len() {
            let mut width = self.differences.width();
            for (side, rows) in self.sides.iter_mut().zip(&rows) {
                side.clear();
                width = Some(rows.append(row, width, side)?);
            }
            let [plus, minus] = &mut self.sides;
            self.plus.push_numbers(names[0], plus)?;
            self.minus.push_numbers(names[1], minus)?;
            for (x, y) in plus.iter_mut().zip(minus.iter()) {
                *x -= y;
            }
            self.differences.push_numbers(names[0], plus)?;
        }
        Ok(())
    }

    fn merge(&mut self, other: PairedMoments) -> Result<(), DataFault> {
        let [left, right] = [&*self.arguments.columns[0], &*self.arguments.columns[1]];
        let (differences, plus, minus) = other.parts();
        self.differences.join(left, differences)?;
        self.plus.join(left, plus)?;
        self.minus.join(right, minus)
    }

    fn state(&mut self) -> Result<Option<PairedMoments>, DataFault> {
        let [left, right] = [&*self.arguments.columns[0], &*self.arguments.columns[1]];
        let differences = self.differences.finished(left)?.cloned();
        let plus = self.plus.finished(left)?.cloned();
        let minus = self.minus.finished(right)?.cloned();
        Ok(match (differences, plus, minus) {
            (Some(differences), Some(plus), Some(minus)) => {
                Some(PairedMoments::of(differences, plus, minus))
            }
            _ => None,
        })
    }

    fn bytes(&self) -> usize {
        self.differences.bytes() + self.plus.bytes() + self.minus.bytes()
    }
}
