//! A whole measurement: named samples in, one record out.
//!
//! [`Measurement`] puts together what the floors below know one by one: τ without the bias
//! of noise and with its interval, who pays and with which sign, what chance would give,
//! what is wrong with the samples, and what safety costs. [`Profile`] does it for many
//! layers and safety concepts at once and adjusts for having looked so often.

mod concept;
mod error;
mod measurement;
mod options;
mod profile;
mod record;

pub use concept::Concept;
pub use error::MeasurementError;
pub use measurement::Measurement;
pub use options::MeasurementOptions;
pub use profile::{Adjusted, Profile, Task};
pub use record::{
    CapabilityRecord, ChanceRecord, CostRecord, MeasurementRecord, NullRecord, OverlapRecord,
    SampleRecord, TaxRecord,
};
