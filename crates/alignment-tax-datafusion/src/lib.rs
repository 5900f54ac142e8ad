//! The moments and contrasts of [`alignment_tax`] as aggregate functions of Apache DataFusion and Ballista.
//!
//! Activations of a large model over a corpus are terabytes; what a measurement needs of them is small and
//! mergeable. One query over Parquet gives it for every layer and concept at once:
//!
//! ```sql
//! SELECT layer, concept, alignment_contrast(activation, plus) AS answer
//! FROM activations GROUP BY layer, concept
//! ```
//!
//! [`Activations`] asks such queries and gives [`Answers`], from which directions, subspaces, objectives and measurements
//! come; [`register`] makes the functions known to a session of your own, and [`Answers::read`] reads what it collects.
//! With the feature `cluster`, [`cluster`] has the scheduler, the executor and the client of a Ballista cluster.
//!
//! # Accuracy
//! As [`alignment_tax::Moments`]: partitions, machines and the order of rows change an answer within its rounding
//! bounds. [`SampleRows`] are the same to the bit.
//!
//! # Memory
//! A group of moments takes 8(d² + 2d) bytes and a block of 512 rows, in each partition where it has rows; a contrast
//! twice that. The number of rows does not enter.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod activations;
mod aggregate;
mod answers;
mod blocks;
#[cfg(feature = "cluster")]
pub mod cluster;
mod error;
mod fold;
mod paired;
mod rows;
mod sample;
mod state;

pub use activations::Activations;
pub use aggregate::{functions, register};
pub use answers::{Answer, Answers};
pub use error::{DataFault, Place, QueryError};
pub use paired::PairedMoments;
pub use sample::{Design, SampleRows};
