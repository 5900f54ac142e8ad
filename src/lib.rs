//! x
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod angles;
mod direction;
mod error;
mod estimate;
mod frontier;
#[cfg(feature = "io")]
pub mod io;
pub mod linalg;
mod real;
mod subspace;
mod tax;
pub mod tolerance;

pub use angles::{PrincipalAngles, PrincipalVectors};
pub use direction::Direction;
pub use error::Error;
pub use estimate::{Contrast, PairedContrast};
pub use frontier::{
    Budget, FrontierError, Interaction, OptimalShift, ParetoFrontier, Point, PreservationFrontier,
};
pub use linalg::RankRule;
pub use real::Real;
pub use subspace::Subspace;
pub use tax::{
    Attribution, Overlap, Regime, RegimeThresholds, ShapleyMethod, TaxRate, TaxSpectrum,
};
