//! Directions and moments from samples: activations or gradients, rows samples.

mod contrast;
mod moments;

pub use contrast::{Contrast, PairedContrast};
pub use moments::{ContrastMoments, CoordinateMoments, CrossMoments, Moments};
