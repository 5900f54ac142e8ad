//! Input that nobody should pass and everybody does: NaN, infinities, zeros, nothing
//! at all, one dimension, one sample, entries at both ends of the scalar's range.
//!
//! What is an error is asserted with its variant and fields, what is legal with its
//! answer; and no number that comes back is ever NaN or infinite.

#[path = "../common/mod.rs"]
mod common;

mod angles;
mod attribution;
mod audit;
mod chance;
mod conflict;
mod conflict_estimate;
mod contrast;
mod diagnose;
mod direction;
mod estimate;
mod floors;
mod freeze;
mod frontier;
mod measure;
mod messages;
mod metric;
mod moments;
mod preservation;
mod projection;
mod rank;
mod scaling_fit;
mod scaling_law;
mod shared;
mod shift;
mod subspace;
mod svd;
mod tax;
mod whitened;
