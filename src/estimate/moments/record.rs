//! Accumulators as records, written and read (feature `serde`).
//!
//! A record is a claim, as the header of a file is one: what is read back goes through
//! the checks that make an accumulator one. Lengths agree, numbers are finite and within the
//! range that updates keep to, a count of zero has zeros; a scatter equals its transpose, has no
//! negative diagonal entry and no entry beyond the Cauchy–Schwarz inequality. That it is
//! positive semidefinite as a whole is not checked, since that takes d³ operations.
//!
//! Matrices are column-major lists. JSON round trips are exact where the reader parses floats
//! exactly (`serde_json` with its feature `float_roundtrip`).

use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::mean::{LARGEST, MOST, RunningMean};
use super::{ContrastMoments, CoordinateMoments, CrossMoments, Moments};
use crate::linalg::check;
use crate::{Error, tolerance};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MeanRecord<V> {
    value: V,
    carry: V,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MomentsRecord<V> {
    count: usize,
    mean: MeanRecord<V>,
    scatter: V,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CoordinateRecord<V> {
    count: usize,
    mean: MeanRecord<V>,
    squared_deviations: V,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CrossRecord<V> {
    count: usize,
    left: MeanRecord<V>,
    right: MeanRecord<V>,
    scatter: V,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ContrastRecord<M> {
    plus: M,
    minus: M,
}

impl<'a> MeanRecord<&'a [f64]> {
    fn of(mean: &'a RunningMean) -> Self {
        Self {
            value: mean.value.as_slice(),
            carry: mean.carry.as_slice(),
        }
    }
}

impl MeanRecord<Vec<f64>> {
    fn checked(self, count: usize) -> Result<RunningMean, Error> {
        if count > MOST {
            return Err(Error::OutOfBounds {
                argument: "count",
                least: 0,
                most: MOST,
                actual: count,
                advice: "beyond it f64 cannot count",
            });
        }
        check::slice("mean", &self.value)?;
        check::slice("carry", &self.carry)?;
        check::same("carry", "coordinates", self.value.len(), self.carry.len())?;
        for (&value, &carry) in self.value.iter().zip(&self.carry) {
            check::scalar("mean", value, "at most 2^450 in magnitude", |x: f64| {
                x.abs() <= LARGEST
            })?;
            check::scalar("carry", carry, "a rounding error of the mean", |x: f64| {
                x.abs() <= f64::EPSILON * value.abs()
            })?;
        }
        if count == 0 {
            zero("mean", &self.value)?;
        }
        Ok(RunningMean {
            count,
            value: DVector::from_vec(self.value),
            carry: DVector::from_vec(self.carry),
        })
    }
}

/// What no sample, or one sample, must leave.
fn zero(argument: &'static str, x: &[f64]) -> Result<(), Error> {
    for &value in x {
        let expected = "0 where there are too few samples for anything else";
        check::scalar(argument, value, expected, |x: f64| x == 0.0)?;
    }
    Ok(())
}

/// A sum of squared deviations that samples within the range can have.
fn sum_of_squares(argument: &'static str, count: usize, x: f64) -> Result<f64, Error> {
    let greatest = 4.0 * LARGEST * LARGEST * count as f64;
    let expected = "a sum of squares of deviations of that many samples";
    check::scalar(argument, x, expected, |x: f64| x >= 0.0 && x <= greatest)
}

/// The number of entries that a matrix has; a product that overflows is none.
fn entries(argument: &'static str, rows: usize, columns: usize, x: &[f64]) -> Result<(), Error> {
    let expected = rows.saturating_mul(columns);
    check::same(argument, "entries", expected, x.len())?;
    check::slice(argument, x)
}

impl TryFrom<MomentsRecord<Vec<f64>>> for Moments {
    type Error = Error;

    fn try_from(record: MomentsRecord<Vec<f64>>) -> Result<Self, Error> {
        let mean = record.mean.checked(record.count)?;
        let d = mean.dimension();
        entries("scatter", d, d, &record.scatter)?;
        if record.count < 2 {
            zero("scatter", &record.scatter)?;
        }
        let scatter = DMatrix::from_vec(d, d, record.scatter);
        for i in 0..d {
            sum_of_squares("diagonal of scatter", record.count, scatter[(i, i)])?;
        }
        for &s in &scatter {
            sum_of_squares("magnitude of scatter", record.count, s.abs())?;
        }
        check::symmetric("scatter", &scatter, 0.0)?;
        // No more merges than samples, and no more vanished squares, so that no record of a
        // true accumulator is refused.
        let slack = 1.0 + tolerance::scatter::<f64>(record.count);
        let vanished = f64::MIN_POSITIVE * record.count as f64;
        for j in 0..d {
            for i in j + 1..d {
                let (a, c) = (scatter[(i, i)] + vanished, scatter[(j, j)] + vanished);
                let (b, most) = (scatter[(i, j)].abs(), a.sqrt() * c.sqrt() * slack);
                if b > most {
                    return Err(Error::NotPositiveSemidefinite {
                        argument: "scatter",
                        // Of the minor, which bounds that of the whole.
                        eigenvalue: (most - b)
                            * ((most + b) / ((a + c) / 2.0 + (a - c).hypot(2.0 * b) / 2.0)),
                        tolerance: most * (slack - 1.0),
                    });
                }
            }
        }
        Ok(Self { mean, scatter })
    }
}

impl TryFrom<CoordinateRecord<Vec<f64>>> for CoordinateMoments {
    type Error = Error;

    fn try_from(record: CoordinateRecord<Vec<f64>>) -> Result<Self, Error> {
        let mean = record.mean.checked(record.count)?;
        let squares = record.squared_deviations;
        entries("squared_deviations", mean.dimension(), 1, &squares)?;
        if record.count < 2 {
            zero("squared_deviations", &squares)?;
        }
        for &s in &squares {
            sum_of_squares("squared_deviations", record.count, s)?;
        }
        Ok(Self {
            mean,
            squares: DVector::from_vec(squares),
        })
    }
}

impl TryFrom<CrossRecord<Vec<f64>>> for CrossMoments {
    type Error = Error;

    fn try_from(record: CrossRecord<Vec<f64>>) -> Result<Self, Error> {
        let left = record.left.checked(record.count)?;
        let right = record.right.checked(record.count)?;
        let (d, e) = (left.dimension(), right.dimension());
        entries("scatter", d, e, &record.scatter)?;
        if record.count < 2 {
            zero("scatter", &record.scatter)?;
        }
        for &s in &record.scatter {
            sum_of_squares("magnitude of scatter", record.count, s.abs())?;
        }
        Ok(Self {
            left,
            right,
            scatter: DMatrix::from_vec(d, e, record.scatter),
        })
    }
}

impl TryFrom<ContrastRecord<Moments>> for ContrastMoments {
    type Error = Error;

    fn try_from(record: ContrastRecord<Moments>) -> Result<Self, Error> {
        Self::from_moments(record.plus, record.minus)
    }
}

impl Serialize for Moments {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let record = MomentsRecord {
            count: self.mean.count,
            mean: MeanRecord::of(&self.mean),
            scatter: self.scatter.as_slice(),
        };
        record.serialize(serializer)
    }
}

impl Serialize for CoordinateMoments {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let record = CoordinateRecord {
            count: self.mean.count,
            mean: MeanRecord::of(&self.mean),
            squared_deviations: self.squares.as_slice(),
        };
        record.serialize(serializer)
    }
}

impl Serialize for CrossMoments {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let record = CrossRecord {
            count: self.left.count,
            left: MeanRecord::of(&self.left),
            right: MeanRecord::of(&self.right),
            scatter: self.scatter.as_slice(),
        };
        record.serialize(serializer)
    }
}

impl Serialize for ContrastMoments {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let record = ContrastRecord {
            plus: self.plus(),
            minus: self.minus(),
        };
        record.serialize(serializer)
    }
}

macro_rules! deserialize {
    ($($accumulator:ty, $record:ty);* $(;)?) => {$(
        impl<'de> Deserialize<'de> for $accumulator {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let record = <$record>::deserialize(deserializer)?;
                Self::try_from(record).map_err(de::Error::custom)
            }
        }
    )*};
}

deserialize! {
    Moments, MomentsRecord<Vec<f64>>;
    CoordinateMoments, CoordinateRecord<Vec<f64>>;
    CrossMoments, CrossRecord<Vec<f64>>;
    ContrastMoments, ContrastRecord<Moments>;
}
