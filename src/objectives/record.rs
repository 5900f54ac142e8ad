//! Objectives as records, written and read (feature `serde`).
//!
//! What is read back goes through the checks of the constructors. Unit columns are not
//! normalised again, so that a round trip changes no digit; that they are unit columns is
//! checked. Matrices are column-major lists.

use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Objectives, unique};
use crate::linalg::{check, scale};
use crate::{Error, Real, tolerance};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record<N, V> {
    names: N,
    slopes: V,
    /// K, where no vectors are known.
    #[serde(skip_serializing_if = "Option::is_none", default = "Option::default")]
    gram: Option<V>,
    /// d × k unit columns.
    #[serde(skip_serializing_if = "Option::is_none", default = "Option::default")]
    vectors: Option<V>,
    /// Names that are frozen, and those left of the others, to which the slopes belong.
    #[serde(skip_serializing_if = "Option::is_none", default = "Option::default")]
    frozen: Option<N>,
    #[serde(skip_serializing_if = "Option::is_none", default = "Option::default")]
    left: Option<N>,
}

impl<T: Real> TryFrom<Record<Vec<String>, Vec<T>>> for Objectives<T> {
    type Error = Error;

    fn try_from(record: Record<Vec<String>, Vec<T>>) -> Result<Self, Error> {
        let names: Vec<&str> = record.names.iter().map(String::as_str).collect();
        let k = names.len();
        if k == 0 {
            return Err(super::none("names"));
        }
        let root = match (record.gram, record.vectors) {
            (Some(gram), None) => {
                check::same("gram", "entries", k.saturating_mul(k), gram.len())?;
                let gram = DMatrix::from_vec(k, k, gram);
                Self::from_gram(&names, &gram)?
            }
            (None, Some(units)) => {
                let d = units.len() / k;
                check::same("vectors", "entries", d.saturating_mul(k), units.len())?;
                check::slice("vectors", &units)?;
                let accepted = tolerance::orthonormality::<T>(d);
                for (i, column) in units.chunks_exact(d).enumerate() {
                    let deviation = (scale::norm(column) - T::one()).abs();
                    if deviation > accepted {
                        return Err(Error::NotOrthonormal {
                            argument: "vectors",
                            first: i,
                            second: i,
                            deviation: deviation.to_double(),
                            tolerance: accepted.to_double(),
                        });
                    }
                }
                let names = unique("names", &names)?;
                let slopes = DVector::from_element(k, T::one());
                Self::of_units(names, DMatrix::from_vec(d, k, units), slopes)?
            }
            (gram, _) => {
                return Err(Error::OutOfBounds {
                    argument: "number of `gram` and `vectors`",
                    least: 1,
                    most: 1,
                    actual: if gram.is_some() { 2 } else { 0 },
                    advice: "a record of objectives has one of them",
                });
            }
        };
        let read = match (record.frozen, record.left) {
            (None, None) => root,
            (frozen, left) => {
                let [frozen, left] = [frozen, left].map(Option::unwrap_or_default);
                let [frozen, left] =
                    [&frozen, &left].map(|x| x.iter().map(String::as_str).collect::<Vec<&str>>());
                let taking_part: Vec<&str> = frozen.iter().chain(&left).copied().collect();
                // A name on both lists is refused here.
                let mut kept = root.indices("frozen and left", &taking_part)?;
                let now = kept.drain(..frozen.len()).collect();
                if kept.is_empty() {
                    return Err(super::none("left"));
                }
                root.frozen_to(now, &kept)?
            }
        };
        read.with_slopes(&record.slopes)
    }
}

impl<T: Real + Serialize> Serialize for Objectives<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let root = self.frozen.as_ref().map_or(self, |x| x.root.as_ref());
        let vectors = root.vectors.as_ref().map(|x| x.as_slice());
        let frozen = self.frozen.is_some();
        let record = Record {
            names: root.names.as_slice(),
            slopes: self.slopes.as_slice(),
            gram: vectors.is_none().then_some(root.gram.as_slice()),
            vectors,
            frozen: frozen.then_some(self.frozen()),
            left: frozen.then_some(self.names.as_slice()),
        };
        record.serialize(serializer)
    }
}

impl<'de, T: Real + Deserialize<'de>> Deserialize<'de> for Objectives<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let record = Record::<Vec<String>, Vec<T>>::deserialize(deserializer)?;
        Self::try_from(record).map_err(de::Error::custom)
    }
}
