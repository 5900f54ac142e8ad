//! Objectives as records, written and read (feature `serde`).
//!
//! What is read back goes through the checks of the constructors. Unit columns are not
//! normalised again, so that a round trip changes no digit; that they are unit columns is
//! checked. Matrices are column-major lists.

use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Embedding, Objectives, positive, unique};
use crate::linalg::{check, scale};
use crate::{Error, Real, tolerance};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record<N, V, R> {
    names: N,
    slopes: V,
    /// K, where no vectors are known.
    #[serde(skip_serializing_if = "Option::is_none", default = "Option::default")]
    gram: Option<V>,
    /// d × k unit columns.
    #[serde(skip_serializing_if = "Option::is_none", default = "Option::default")]
    vectors: Option<V>,
    /// To how much vectors or inner products are known, where freezing made that worse.
    #[serde(skip_serializing_if = "Option::is_none", default = "Option::default")]
    rounding: Option<R>,
}

impl<T: Real> TryFrom<Record<Vec<String>, Vec<T>, T>> for Objectives<T> {
    type Error = Error;

    fn try_from(record: Record<Vec<String>, Vec<T>, T>) -> Result<Self, Error> {
        let names: Vec<&str> = record.names.iter().map(String::as_str).collect();
        let k = names.len();
        if k == 0 {
            return Err(super::none("names"));
        }
        check::same("slopes", "entries", k, record.slopes.len())?;
        let slopes = positive("slopes", DVector::from_vec(record.slopes))?;
        let rounding = record.rounding.unwrap_or_else(T::zero);
        let rounding = check::scalar("rounding", rounding, "a number in [0, 1)", |x| {
            x >= T::zero() && x < T::one()
        })?;
        match (record.gram, record.vectors) {
            (Some(gram), None) => {
                check::same("gram", "entries", k.saturating_mul(k), gram.len())?;
                let gram = DMatrix::from_vec(k, k, gram);
                let read = Self::from_gram(&names, &gram)?;
                let embedding = Embedding::of_correlation("gram", &read.gram, rounding)?;
                Ok(Self {
                    slopes,
                    embedding,
                    ..read
                })
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
                Self::of_rounded_units(names, DMatrix::from_vec(d, k, units), slopes, rounding)
            }
            (gram, _) => Err(Error::OutOfBounds {
                argument: "number of `gram` and `vectors`",
                least: 1,
                most: 1,
                actual: if gram.is_some() { 2 } else { 0 },
                advice: "a record of objectives has one of them",
            }),
        }
    }
}

impl<T: Real + Serialize> Serialize for Objectives<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let vectors = self.vectors.as_ref().map(|x| x.as_slice());
        let record = Record {
            names: self.names.as_slice(),
            slopes: self.slopes.as_slice(),
            gram: vectors.is_none().then_some(self.gram.as_slice()),
            vectors,
            rounding: Some(self.embedding.rounding).filter(|&x| x > T::zero()),
        };
        record.serialize(serializer)
    }
}

impl<'de, T: Real + Deserialize<'de>> Deserialize<'de> for Objectives<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let record = Record::<Vec<String>, Vec<T>, T>::deserialize(deserializer)?;
        Self::try_from(record).map_err(de::Error::custom)
    }
}
