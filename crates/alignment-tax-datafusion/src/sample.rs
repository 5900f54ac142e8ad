//! The rows themselves, as many as a query allows.

use std::collections::BTreeMap;

use alignment_tax::{Contrast, Direction, Moments, PairedContrast};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

use crate::error::{DataFault, QueryError};
use crate::paired::mean_direction;

/// What belongs together in the samples of one concept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Design {
    /// The sample of a key in plus and the one in minus are a pair.
    Paired,
    /// Two independent classes.
    Unpaired,
    /// Samples of a gradient: plus only.
    Single,
}

/// Samples of two classes in the order of their keys: everything that a
/// [`Measurement`](alignment_tax::Measurement) needs.
///
/// # Units and shapes
/// n₊ and n₋ rows of d coordinates, 8(n₊ + n₋)(d + 1) bytes. The order is that of the keys, so that no partitioning
/// and no shuffle of the rows changes a bit.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(into = "Record", try_from = "Record")]
pub struct SampleRows {
    /// 0 where there is no sample.
    width: usize,
    plus: BTreeMap<i64, Box<[f64]>>,
    minus: BTreeMap<i64, Box<[f64]>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    width: usize,
    plus: ClassRecord,
    minus: ClassRecord,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClassRecord {
    keys: Vec<i64>,
    rows: Vec<f64>,
}

impl From<SampleRows> for Record {
    fn from(samples: SampleRows) -> Self {
        let class = |class: BTreeMap<i64, Box<[f64]>>| ClassRecord {
            keys: class.keys().copied().collect(),
            rows: class.values().flatten().copied().collect(),
        };
        Self {
            width: samples.width,
            plus: class(samples.plus),
            minus: class(samples.minus),
        }
    }
}

impl TryFrom<Record> for SampleRows {
    type Error = String;

    fn try_from(record: Record) -> Result<Self, String> {
        let width = record.width;
        if width == 0 && !(record.plus.keys.is_empty() && record.minus.keys.is_empty()) {
            return Err("samples without coordinates".to_owned());
        }
        let class = |class: ClassRecord| {
            if class.keys.len().checked_mul(width) != Some(class.rows.len()) {
                return Err("its rows do not fill their matrix".to_owned());
            }
            if !class.rows.iter().all(|x| x.is_finite()) {
                return Err("a sample is not finite".to_owned());
            }
            if !class.keys.is_sorted_by(|a, b| a < b) {
                return Err("keys are not in order".to_owned());
            }
            let rows = class.rows.chunks_exact(width.max(1)).map(Box::from);
            Ok(class.keys.into_iter().zip(rows).collect())
        };
        Ok(Self {
            width,
            plus: class(record.plus)?,
            minus: class(record.minus)?,
        })
    }
}

impl SampleRows {
    /// Adds a sample of the width that the others have.
    pub(crate) fn insert(
        &mut self,
        plus: bool,
        key: i64,
        row: Box<[f64]>,
    ) -> Result<(), DataFault> {
        self.width = row.len();
        let class = if plus {
            &mut self.plus
        } else {
            &mut self.minus
        };
        if class.insert(key, row).is_some() {
            return Err(DataFault::DuplicateKey { key, plus });
        }
        Ok(())
    }

    /// Adds the samples of another partition, of the same width.
    pub(crate) fn extend(&mut self, other: Self) -> Result<(), DataFault> {
        for (plus, class) in [(true, other.plus), (false, other.minus)] {
            for (key, row) in class {
                self.insert(plus, key, row)?;
            }
        }
        Ok(())
    }

    /// d, the number of coordinates; 0 where there is no sample.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.width
    }

    /// n₊ and n₋.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        (self.plus.len(), self.minus.len())
    }

    /// The samples of plus, one a row, by their keys.
    #[must_use]
    pub fn plus(&self) -> DMatrix<f64> {
        matrix(self.width, &self.plus)
    }

    /// The samples of minus, one a row, by their keys.
    #[must_use]
    pub fn minus(&self) -> DMatrix<f64> {
        matrix(self.width, &self.minus)
    }

    /// The inner products of all samples, plus first.
    ///
    /// # Units and shapes
    /// N × N for N = n₊ + n₋, in the square of the samples' unit; equal to its transpose.
    ///
    /// # Accuracy
    /// Within d·ε·‖x‖·‖y‖ an entry.
    #[must_use]
    pub fn gram(&self) -> DMatrix<f64> {
        let rows = self.plus.values().chain(self.minus.values());
        let all: Vec<f64> = rows.flatten().copied().collect();
        let n = self.plus.len() + self.minus.len();
        let columns = DMatrix::from_vec(self.width, n, all);
        let mut gram = columns.tr_mul(&columns);
        gram.fill_upper_triangle_with_lower_triangle();
        gram
    }

    /// That the keys of both classes are the same.
    pub(crate) fn check_paired(&self) -> Result<(), QueryError> {
        let alone = |a: &BTreeMap<i64, _>, b: &BTreeMap<i64, Box<[f64]>>| {
            a.keys().find(|key| !b.contains_key(key)).copied()
        };
        let lone = [
            alone(&self.plus, &self.minus),
            alone(&self.minus, &self.plus),
        ];
        match lone.into_iter().flatten().min() {
            Some(key) => Err(QueryError::Unpaired { key }),
            None => Ok(()),
        }
    }

    /// The direction of the difference of means, or of the mean of a single class.
    ///
    /// # Errors
    /// [`QueryError::Unpaired`] for pairs that are none; [`QueryError::Geometry`] where a class is empty or
    /// the difference vanishes to rounding; [`QueryError::Unresolved`] where a single mean does.
    pub fn mean_difference(&self, design: Design) -> Result<Direction<f64>, QueryError> {
        let (plus, minus) = (self.plus(), self.minus());
        match design {
            Design::Paired => {
                self.check_paired()?;
                Ok(PairedContrast::<f64>::new(&plus, &minus)?.mean_difference()?)
            }
            Design::Unpaired => Ok(Contrast::new(&plus, &minus)?.mean_difference()?),
            Design::Single => {
                let mut moments = Moments::new(self.width)?;
                moments.update(&plus)?;
                mean_direction(&moments)
            }
        }
    }
}

fn matrix(width: usize, class: &BTreeMap<i64, Box<[f64]>>) -> DMatrix<f64> {
    let all = class.values().flatten().copied();
    DMatrix::from_row_iterator(class.len(), width, all)
}
