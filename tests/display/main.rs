//! Floors 3 and 4: measurements, and what notebooks, figures and reports show of them.

#[path = "../common/mod.rs"]
mod common;

#[cfg(feature = "plot")]
mod any_figure;
#[cfg(feature = "plot")]
mod figures;
mod measure;
mod notebook;
#[cfg(feature = "plot")]
mod report;
#[cfg(feature = "plot")]
mod seen;
mod words;
