//! Moments of pairs.

use alignment_tax::{CoordinateMoments, Direction, Moments, tolerance};
use nalgebra::DVector;
use serde::{Deserialize, Serialize};

use crate::error::QueryError;

/// Moments of the differences of paired samples, and of the two sides coordinate by coordinate.
///
/// $$ \bar x = \frac 1 n \sum_i (x_i^+ - x_i^-), \qquad S = \sum_i (x_i^+ - x_i^- - \bar x)(x_i^+ - x_i^- - \bar x)^\top $$
///
/// The differences are all that a paired estimate needs; the sides tell how large the samples are, and so
/// whether a difference is more than their rounding.
///
/// # Units and shapes
/// d coordinates; 8(d² + 8d) bytes.
///
/// # Accuracy
/// As [`Moments`], of differences rounded once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Record")]
pub struct PairedMoments {
    differences: Moments,
    plus: CoordinateMoments,
    minus: CoordinateMoments,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    differences: Moments,
    plus: CoordinateMoments,
    minus: CoordinateMoments,
}

impl TryFrom<Record> for PairedMoments {
    type Error = String;

    fn try_from(record: Record) -> Result<Self, String> {
        let shape = (record.differences.count(), record.differences.dimension());
        for side in [&record.plus, &record.minus] {
            if (side.count(), side.dimension()) != shape {
                return Err("its two sides and their differences differ in shape".to_owned());
            }
        }
        Ok(Self {
            differences: record.differences,
            plus: record.plus,
            minus: record.minus,
        })
    }
}

impl PairedMoments {
    /// Of one count and one dimension.
    pub(crate) fn of(
        differences: Moments,
        plus: CoordinateMoments,
        minus: CoordinateMoments,
    ) -> Self {
        Self {
            differences,
            plus,
            minus,
        }
    }

    pub(crate) fn parts(self) -> (Moments, CoordinateMoments, CoordinateMoments) {
        (self.differences, self.plus, self.minus)
    }

    /// The moments of x₊ − x₋.
    #[must_use]
    pub fn differences(&self) -> &Moments {
        &self.differences
    }

    /// The moments of x₊, coordinate by coordinate.
    #[must_use]
    pub fn plus(&self) -> &CoordinateMoments {
        &self.plus
    }

    /// The moments of x₋, coordinate by coordinate.
    #[must_use]
    pub fn minus(&self) -> &CoordinateMoments {
        &self.minus
    }

    /// The number of pairs.
    #[must_use]
    pub fn count(&self) -> usize {
        self.differences.count()
    }

    /// d, the number of coordinates.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.differences.dimension()
    }

    /// The direction of the mean of the paired differences.
    ///
    /// # Errors
    /// [`QueryError::Unresolved`] where the mean is within
    /// [`tolerance::mean_difference`](alignment_tax::tolerance::mean_difference) of the larger root mean
    /// square norm of the sides, in f64, as in
    /// [`PairedContrast::mean_difference`](alignment_tax::PairedContrast::mean_difference).
    pub fn mean_difference(&self) -> Result<Direction<f64>, QueryError> {
        let mean = self.differences.mean()?;
        let typical = rms_of_coordinates(&self.plus)?.max(rms_of_coordinates(&self.minus)?);
        resolved(
            "the mean of paired differences",
            mean,
            self.count(),
            typical,
        )
    }
}

fn rms_of_coordinates(side: &CoordinateMoments) -> Result<f64, QueryError> {
    let spread = side.squared_deviations().sum() / side.count() as f64;
    Ok(side.mean()?.norm().hypot(spread.sqrt()))
}

/// The direction of the mean of samples, where it is more than their rounding.
pub(crate) fn mean_direction(moments: &Moments) -> Result<Direction<f64>, QueryError> {
    let mean = moments.mean()?;
    let spread = moments.scatter().trace() / moments.count() as f64;
    let typical = mean.norm().hypot(spread.sqrt());
    resolved("the mean of the samples", mean, moments.count(), typical)
}

fn resolved(
    statistic: &'static str,
    mean: &DVector<f64>,
    count: usize,
    typical: f64,
) -> Result<Direction<f64>, QueryError> {
    let tolerance = tolerance::mean_difference::<f64>(count) * typical;
    let norm = mean.norm();
    if norm <= tolerance {
        return Err(QueryError::Unresolved {
            statistic,
            norm,
            tolerance,
        });
    }
    Ok(Direction::new(mean)?)
}
