//! From samples, activations or gradients with one sample a row, to directions, and to
//! products of vectors that noise does not bias.

mod contrast;
mod evidence;
mod interval;
mod mean_gram;
mod samples;
pub(crate) mod student;

pub use contrast::{Contrast, PairedContrast};
pub use evidence::Evidence;
pub(crate) use evidence::Stack;
pub use interval::{Confidence, Interval};
pub(crate) use mean_gram::{MeanGram, Spread, Weight, floored};
pub use samples::Samples;
