//! Input that nobody should pass and everybody does: NaN, infinities, zeros, nothing
//! at all, one dimension, one sample, entries at both ends of the scalar's range.
//!
//! What is an error is asserted with its variant and fields, what is legal with its
//! answer; and no number that comes back is ever NaN or infinite.

mod common;

#[path = "hostile/angles.rs"]
mod angles;
#[path = "hostile/attribution.rs"]
mod attribution;
#[path = "hostile/audit.rs"]
mod audit;
#[path = "hostile/chance.rs"]
mod chance;
#[path = "hostile/conflict.rs"]
mod conflict;
#[path = "hostile/conflict_estimate.rs"]
mod conflict_estimate;
#[path = "hostile/contrast.rs"]
mod contrast;
#[path = "hostile/diagnose.rs"]
mod diagnose;
#[path = "hostile/direction.rs"]
mod direction;
#[path = "hostile/estimate.rs"]
mod estimate;
#[path = "hostile/floors.rs"]
mod floors;
#[path = "hostile/freeze.rs"]
mod freeze;
#[path = "hostile/frontier.rs"]
mod frontier;
#[path = "hostile/measure.rs"]
mod measure;
#[path = "hostile/messages.rs"]
mod messages;
#[path = "hostile/metric.rs"]
mod metric;
#[path = "hostile/moments.rs"]
mod moments;
#[path = "hostile/preservation.rs"]
mod preservation;
#[path = "hostile/projection.rs"]
mod projection;
#[path = "hostile/rank.rs"]
mod rank;
#[path = "hostile/scaling_fit.rs"]
mod scaling_fit;
#[path = "hostile/scaling_law.rs"]
mod scaling_law;
#[path = "hostile/shared.rs"]
mod shared;
#[path = "hostile/shift.rs"]
mod shift;
#[path = "hostile/subspace.rs"]
mod subspace;
#[path = "hostile/svd.rs"]
mod svd;
#[path = "hostile/tax.rs"]
mod tax;
#[path = "hostile/whitened.rs"]
mod whitened;
