//! Floor 2: what a direction costs, by chance, along the frontier, among goals that conflict, in a
//! real update, and over widths.

#[path = "../common/mod.rs"]
mod common;

mod audit;
mod bootstrap;
mod chance;
mod conflict;
mod conflict_estimate;
mod correction;
mod diagnose;
mod ellipse;
mod estimate;
mod floors;
mod freeze;
mod freeze_search;
mod greedy;
mod jackknife;
mod objectives;
mod polyhedron;
mod remainder;
mod scaling_compare;
mod scaling_data;
mod scaling_fit;
mod scaling_law;
mod scaling_profile;
mod scaling_verdict;
mod shapley;
#[cfg(all(feature = "io", feature = "serde"))]
mod stability;
mod ties;
