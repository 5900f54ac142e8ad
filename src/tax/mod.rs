//! The tax rate and what it is made of: one number, its sign capability by
//! capability, the shares that add up, and the spectrum of a safety subspace.

mod attribution;
mod batch;
mod bootstrap;
mod estimate;
mod rate;
mod shapley;
mod spectrum;

pub use attribution::{Attribution, ShapleyMethod};
pub use bootstrap::TaxBootstrap;
pub use estimate::TaxEstimate;
pub use rate::{Regime, RegimeThresholds, TaxRate};
pub use spectrum::{Overlap, TaxSpectrum};
