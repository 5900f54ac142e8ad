//! Accumulators as bytes: between partitions, between machines, and in the answer.
//!
//! A header of six bytes (`ATAX`, the version, the kind), then the record that the core writes, in
//! [postcard](https://docs.rs/postcard)'s encoding. What is read goes through the checks of the core's records.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::DataFault;

const MAGIC: &[u8; 4] = b"ATAX";
const VERSION: u8 = 1;
const HEADER: usize = 6;

/// What goes over the wire, told apart by a number and by the function that writes it.
pub(crate) trait State: Serialize + DeserializeOwned {
    const KIND: u8;
    const NAME: &'static str;

    fn encoded(&self) -> Result<Vec<u8>, DataFault> {
        let mut bytes = Vec::from(*MAGIC);
        bytes.extend([VERSION, Self::KIND]);
        postcard::to_extend(self, bytes).map_err(|e| corrupt::<Self>(e.to_string()))
    }

    fn decoded(bytes: &[u8]) -> Result<Self, DataFault> {
        let Some((header, record)) = bytes.split_at_checked(HEADER) else {
            return Err(corrupt::<Self>(format!(
                "{} bytes are less than a header",
                bytes.len()
            )));
        };
        if &header[..4] != MAGIC {
            return Err(corrupt::<Self>("it does not begin with ATAX".to_owned()));
        }
        if header[4] != VERSION {
            let (theirs, ours) = (header[4], VERSION);
            return Err(corrupt::<Self>(format!(
                "it has version {theirs}, this program reads {ours}"
            )));
        }
        if header[5] != Self::KIND {
            return Err(corrupt::<Self>(
                "another of the functions has written it".to_owned(),
            ));
        }
        let (state, rest) = postcard::take_from_bytes::<Self>(record)
            .map_err(|e| corrupt::<Self>(e.to_string()))?;
        if !rest.is_empty() {
            return Err(corrupt::<Self>(format!(
                "{} bytes follow its end",
                rest.len()
            )));
        }
        Ok(state)
    }
}

fn corrupt<S: State>(reason: String) -> DataFault {
    DataFault::Corrupt {
        function: S::NAME,
        reason,
    }
}
