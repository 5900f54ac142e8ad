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
//!
//! Measured rates are another matter: [`ScalingData`] are rates at several widths,
//! [`ScalingFit`] is a [`ScalingModel`] of them with intervals and the answers that follow, and
//! [`ScalingComparison`] puts models side by side.

mod answers;
mod bound;
mod coherence;
mod compare;
mod data;
mod fit;
mod growth;
mod influence;
mod law;
mod likelihood;
mod model;
mod packing;
mod quadratic;
mod search;
mod spectral;

pub use answers::{Reach, ScalingPrediction, ScalingVerdict, TargetWidth};
pub use bound::{ResidualBound, Vacuity};
pub use coherence::CoherenceBound;
pub use compare::{ModelScore, ScalingComparison};
pub use data::{ScalingData, SeedSpread};
pub use fit::ScalingFit;
pub use growth::Growth;
pub use influence::{ScalingInfluence, ScalingResidual};
pub use law::{RequiredWidth, ScalingLaw};
pub use model::{ScalingModel, ScalingParameter};
pub use packing::PackingLaw;
pub use spectral::SpectralBound;
