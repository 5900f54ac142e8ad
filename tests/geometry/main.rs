//! Floors 0 and 1: singular values, subspaces, angles, metrics and moments, and truths of 40 digits
//! for what is built on them.

#[path = "../common/mod.rs"]
mod common;

mod angles;
mod metric;
mod moments;
mod oracle;
mod planted;
mod rates;
mod scalars;
mod subspaces;
mod svd;
mod tolerances;
mod whitened;
