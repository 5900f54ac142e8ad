//! Laws whose tails the statistics need.

pub(crate) mod beta;
pub(crate) mod gamma;
pub(crate) mod student;
