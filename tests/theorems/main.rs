//! Every numbered statement of the theory that the crate implements, one test each,
//! named by its number in `docs/theory.md`. Bounds come from `alignment_tax::tolerance`.

#[path = "../common/mod.rs"]
mod common;

mod audit;
mod chance;
mod freezing;
mod frontier;
mod metric;
mod objectives;
mod plain;
mod rate;
mod samples;
mod scaling;
mod shared;
