//! The trade-off between safety and capability under a budget for the shift.
//!
//! A training run or a steering vector moves the representation by δ, ‖δ‖ ≤ B. To
//! first order the safety gain is s = ⟨v, δ⟩ and a capability changes by
//! y = ⟨c, δ⟩, so that what is achievable is the image of a ball under a linear map:
//! a filled ellipse. Of two objectives there are two readings, and each has its type:
//! [`ParetoFrontier`], signed, for one capability whose improvement is welcome; and
//! [`PreservationFrontier`], for a subspace in which every displacement is a cost. Of many
//! there are [`GainEllipsoid`], all that is achievable, [`FixedTargets`] and [`Floors`], limits to
//! what each may lose.

mod active_set;
mod band;
mod budget;
mod floor_curve;
mod floor_optimum;
mod floors;
mod gains;
mod pareto;
mod preservation;
mod rules;
mod shift;
mod targets;

pub(crate) use active_set::Problem;
pub use band::PreservationBand;
pub use budget::{Budget, FrontierError};
pub use floor_curve::{FloorCurve, FloorKink, FloorPoint};
pub use floor_optimum::FloorOptimum;
pub use floors::Floors;
pub use gains::GainEllipsoid;
pub use pareto::{FrontierPoint, Interaction, ParetoFrontier};
pub use preservation::PreservationFrontier;
pub use rules::{RuleGain, UpdateProjection, UpdateRule};
pub use shift::OptimalShift;
pub use targets::FixedTargets;
