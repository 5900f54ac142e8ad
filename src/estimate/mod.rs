//! From samples, activations or gradients with one sample a row, to directions, and to
//! products of vectors that noise does not bias.

mod contrast;
mod interval;
mod mean_gram;
mod samples;

pub use contrast::{Contrast, PairedContrast};
pub use interval::{Confidence, Interval};
pub use mean_gram::Evidence;
pub(crate) use mean_gram::{MeanGram, Spread, Weight, floored};
pub use samples::Samples;
