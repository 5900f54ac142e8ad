//! Looking at a real update: what a shift bought, what it paid, and what it wasted.
//!
//! Relative to a safety direction v and a capability subspace 𝒞 with projector P, space
//! falls into four orthogonal parts (theory §9.1). u = (v − Pv)/sin α is the direction of
//! safety that costs nothing, w = Pv/cos α that of safety paid with capability; what else
//! lies in 𝒞 moves capabilities for no safety, and what else lies outside does nothing
//! that either of the two can see. The squared parts of a shift add up to its squared
//! length.
//!
//! The shift of a real update is a mean over texts, and so is known through noise, which
//! lies mostly in the last part: a noisy shift looks wasteful. [`AuditEstimate`] takes the
//! bias off.

mod estimate;
mod forecast;
mod shift;

pub use estimate::{AuditEstimate, Jackknifed};
pub use forecast::Forecast;
pub use shift::Audit;
