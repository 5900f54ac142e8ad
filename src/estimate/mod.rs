//! From samples, activations or gradients with one sample a row, to directions, and to
//! products of vectors that noise does not bias.

mod contrast;
mod evidence;
mod interval;
mod inversion;
mod mean_gram;
mod moments;
mod overlap;
mod resolution;
mod samples;
mod shrinkage;
mod whitened;

pub use contrast::{Contrast, PairedContrast};
pub use evidence::Evidence;
pub(crate) use evidence::Stack;
pub(crate) use interval::two_sided;
pub use interval::{Confidence, Interval};
pub(crate) use inversion::accepted;
pub(crate) use mean_gram::{MeanGram, Spread, Weight, floored};
pub use moments::{ContrastMoments, CoordinateMoments, CrossMoments, Moments};
pub use overlap::OverlapEstimate;
pub(crate) use overlap::Products;
pub(crate) use resolution::{RESOLVED, Role, Square, inverse, resolve, told};
pub use samples::Samples;
pub use shrinkage::{Shrinkage, ShrunkCovariance};
pub use whitened::{Frame, Whitened};
