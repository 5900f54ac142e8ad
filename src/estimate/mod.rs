//! Directions from samples: activations or gradients of two classes, rows samples.

mod contrast;

pub use contrast::{Contrast, PairedContrast};
