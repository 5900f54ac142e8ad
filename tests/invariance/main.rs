//! Units, rotations, orders and scalars: every number of the public API, and what it must become when the data
//! are given in another way.

mod chance;
mod change;
mod checker;
mod completeness;
mod data;
mod frontier;
mod geometry;
mod goals;
mod measure;
mod reading;
mod samples;
mod scaling;
mod tax;

#[path = "../common/mod.rs"]
mod common;
