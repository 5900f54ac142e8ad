//! The tax over widths: how much of it a wider model removes.
//!
//! A tax has a part that is in the data, overlaps of what is to be learned, and a part that is
//! in the room there is to represent it: directions that have nothing to do with each other
//! meet at random, and the more so the narrower the space. The first is the same at any
//! width, the second falls like 1/d. [`ScalingData`] are rates measured at several widths,
//! [`ScalingFit`] is a [`ScalingModel`] of them with intervals and the answers that follow, and
//! [`ScalingComparison`] puts models side by side.

mod answers;
mod compare;
mod data;
mod fit;
mod influence;
mod likelihood;
mod model;
mod quadratic;
mod search;

pub use answers::{Reach, ScalingPrediction, TargetWidth, Verdict};
pub use compare::{ModelScore, ScalingComparison};
pub use data::{ScalingData, SeedSpread};
pub use fit::ScalingFit;
pub use influence::{ScalingInfluence, ScalingResidual};
pub use model::{ScalingModel, ScalingParameter};
