//! Chance: when is a measured tax rate no accident?
//!
//! A rate has no meaning without the rate that nothing would have. There are three kinds of
//! nothing here, and each answers another question.
//!
//! * [`IsotropicNull`]: the safety direction is uniform on the sphere (theory §2.1). A
//!   closed form, and a low bar: no activations are isotropic.
//! * [`CovarianceNull`]: the direction is drawn from the covariance of the activations
//!   themselves (theory §2.2). This is the null to which a rate should be compared.
//! * [`SignFlips`] and [`Relabelling`]: the labels mean nothing (theory §2.2). They ask
//!   whether there is a concept at all, not whether its rate is what chance gives.
//!
//! [`benjamini_hochberg`] and [`holm`] adjust the p-values of many layers or tasks
//! (theory §2.3). All statistics are in f64, whatever the scalar of the activations.

mod adjust;

mod covariance;
mod isotropic;
mod null_sample;
mod observed;
mod p_value;
mod permutation;
mod quadratic;
mod relabelling;
mod sign_flips;

pub use adjust::{benjamini_hochberg, holm};
pub use covariance::CovarianceNull;
pub use isotropic::IsotropicNull;
pub use null_sample::NullSample;
pub use observed::ObservedRate;
pub use p_value::PValue;
pub use permutation::{Labelings, PermutationTest};
pub use relabelling::Relabelling;
pub use sign_flips::SignFlips;
