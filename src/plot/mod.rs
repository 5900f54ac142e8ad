//! Figures: what was computed, drawn as self-contained SVG for light and dark pages.
//!
//! # From a result to a picture
//!
//! A figure is a small builder. Its constructor takes what is to be drawn, `with_*` add names, units, intervals and
//! what else belongs into the picture, and `draw` makes a [`Figure`] for a [`Theme`]:
//!
//! | figure | of | shows |
//! |---|---|---|
//! | [`FrontierFigure`] | [`ParetoFrontier`](crate::ParetoFrontier) | the ellipse, its efficient arc, free and paid, and real updates |
//! | [`CostFigure`] | [`PreservationFrontier`](crate::PreservationFrontier) | what a safety gain costs, the price of the next unit, an interval |
//! | [`SpectrumFigure`] | [`PrincipalAngles`](crate::PrincipalAngles), [`TaxSpectrum`](crate::TaxSpectrum) | angles, beside those of random subspaces |
//! | [`SharesFigure`] | [`Attribution`](crate::Attribution), [`MeasurementRecord`](crate::MeasurementRecord) | signed overlaps with intervals, Shapley and unique shares |
//! | [`LayerFigure`] | [`Profile`](crate::Profile) | the rate over layers, its interval, chance, and what is not resolved |
//! | [`MatrixFigure`] | [`Objectives`](crate::Objectives), [`FrozenGoals`](crate::FrozenGoals) | cosines as a heat map, before and after freezing |
//! | [`ScalingFigure`] | [`ScalingFit`](crate::ScalingFit), [`ScalingComparison`](crate::ScalingComparison) | the rate over widths, fits, and where the data end |
//!
//! A builder is the caption of its own data and draws nothing that it was not given: it estimates, tests and samples
//! nothing. What it says of a band it says of the object that the band came from.
//!
//! # What every figure keeps to
//!
//! * One column, 600 pixels wide, panels below each other: it fits a notebook, and on a telephone at 360 pixels the type
//!   is still 8 pixels high.
//! * Legends above the plots, never on the data; text measured before it is placed.
//! * Hues of Okabe and Ito's palette that stand out from the page; series differ in markers or line styles too.
//! * Names are shown as they are, whatever characters they have; those an SVG cannot hold are replaced.
//! * No number in the SVG that is not finite, for any input that its type accepts.
//! * A title and a sentence in place of the picture, for screen readers and for alternative texts.
//! * Equal inputs give equal bytes.
//!
//! # Examples
//! ```
//! use alignment_tax::plot::{FrontierFigure, Theme};
//! use alignment_tax::{Budget, ParetoFrontier};
//!
//! let frontier = ParetoFrontier::from_overlap(-0.26_f64, Budget::unit())?;
//! let figure = FrontierFigure::new(&frontier)
//!     .with_names("manipulation", "persuasion")
//!     .draw(Theme::Light)?;
//! println!("{}", figure.description());
//! let folder = std::env::temp_dir().join(format!("alignment-tax-plot-{}", std::process::id()));
//! std::fs::create_dir_all(&folder)?;
//! let path = folder.join("frontier.svg");
//! figure.save(&path)?;
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod axis;
mod caption;
mod cost;
mod error;
mod figure;
mod frontier;
mod layers;
mod legend;
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
