//! Scaling: does a bigger model make the tax go away?
//!
//! A tax has two parts (theory §7.1). What the data make of safety and a capability, the
//! *intrinsic* part, is there at every width d. The *packing* part is chance: many directions
//! in few dimensions overlap, and the more dimensions the less.
//!
//! * [`Growth`] says how many incidental capabilities m' there are at each width, and
//!   [`ScalingLaw`] what follows for all widths: limits, and the width that a target needs.
//! * [`PackingLaw`] is the exact law of τ at one width (theory §7.4), with prediction
//!   intervals, and a simulation that does not use it.
//! * [`CoherenceBound`] and [`SpectralBound`] bound the packing part of given directions
//!   without any assumption of chance (theory §7.2), and say when they say nothing.

mod bound;
mod coherence;
mod growth;
mod law;
mod packing;
mod spectral;

pub use bound::{ResidualBound, Vacuity};
pub use coherence::CoherenceBound;
pub use growth::Growth;
pub use law::{RequiredWidth, ScalingLaw};
pub use packing::PackingLaw;
pub use spectral::SpectralBound;
