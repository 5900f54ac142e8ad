//! Directions from samples: activations or gradients of two classes, rows samples.

mod contrast;
mod shrinkage;
mod whitened;

pub use contrast::{Contrast, PairedContrast};
pub use shrinkage::{Shrinkage, ShrunkCovariance};
pub use whitened::{Frame, Whitened};
