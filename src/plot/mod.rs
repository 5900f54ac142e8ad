//! Figures: what was computed, drawn as self-contained SVG.
//!
//! Each figure is a small builder that takes what is to be drawn, has names and options added to it, and draws itself for a
//! [`Theme`]. The result is a [`Figure`]: an SVG with a title and one sentence in place of the picture.

mod axis;
mod caption;
mod cost;
mod error;
mod figure;
mod frontier;
mod layers;
mod matrix;
mod pen;
mod scaling;
mod shares;
mod sheet;
mod spectrum;
mod text;
mod theme;

pub use cost::CostFigure;
pub use error::PlotError;
pub use figure::Figure;
pub(crate) use figure::replace;
pub use frontier::FrontierFigure;
pub use layers::LayerFigure;
pub use matrix::MatrixFigure;
pub use scaling::ScalingFigure;
pub use shares::SharesFigure;
pub use spectrum::SpectrumFigure;
pub use theme::Theme;
