//! [`LayerFigure`]: the tax rate over layers or checkpoints, one panel to a safety concept.
//!
//! Concepts are not drawn into one plot: each has a null of its own, and bands on top of each other say nothing. In a
//! panel every label has a place, in the order in which labels first occur. The band is what chance gives there: 95 % of random
//! directions with the covariance of the samples have a rate within it, from zero up. Where samples do not
//! resolve a signal there is no estimate, and the place says so instead of being empty; the plug-in value is not
//! drawn, because it is not to be quoted.

use super::axis::{Axis, Order};
use super::caption::{Caption, captioned};
use super::error::legible;
use super::legend::{Glyph, Key};
use super::pen::{Anchor, Dash, Marker, Stroke, Type};
use super::sheet::{Panel, SMALL, Sheet};
use super::text::{self, Magnitude};
use super::theme::Hue;
use super::{Figure, PlotError, Theme};
use crate::linalg::check;
use crate::{MeasurementRecord, Profile};

const MOST_LABELS: usize = 200;
const MOST_CONCEPTS: usize = 12;

/// The tax rate over layers, with its interval and the band of chance, for each safety concept.
///
/// # Units and shapes
/// τ without unit. Labels stand in the order in which they first occur.
///
/// # References
/// Theory §1.1, §2.2 and §3.3.
///
/// # Examples
/// ```
/// use alignment_tax::plot::{LayerFigure, Theme};
/// use alignment_tax::{Concept, MeasurementOptions, Profile, Task};
/// use nalgebra::DMatrix;
///
/// fn side(k: usize, shift: [f64; 2]) -> DMatrix<f64> {
///     let noise = |i, j| ((i * 31 + j * 17 + k * 7) as f64).sin();
///     DMatrix::from_fn(12, 6, |i, j| noise(i, j) + if j < 2 { shift[j] } else { 0.0 })
/// }
///
/// let (safe, unsafe_) = (side(1, [3.0, -2.0]), side(2, [0.0, 0.0]));
/// let (fluent, clumsy) = (side(3, [0.0, 4.0]), side(4, [0.0, 0.0]));
/// let options = MeasurementOptions::default().with_replicates(199)?;
/// let profile = {
///     let honesty = Concept::paired("honesty", &safe, &unsafe_);
///     let fluency = Concept::paired("fluency", &fluent, &clumsy);
///     let task = |label: &str| Task::new(label, honesty.clone(), vec![fluency.clone()]);
///     Profile::new(&[task("10"), task("18")], &options)?
/// };
/// let figure = LayerFigure::new(&profile)
///     .with_axis("layer")
///     .with_title("Honesty over layers")
///     .with_subtitle("twelve pairs")
///     .draw(Theme::Light)?;
/// assert!(figure.description().contains("honesty"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct LayerFigure {
    cells: Vec<Cell>,
    axis: String,
    caption: Caption,
}

captioned!(LayerFigure);

/// One measurement.
#[derive(Debug, Clone)]
struct Cell {
    label: String,
    concept: String,
    /// Lower end, estimate and upper end; `None` where the signal is not resolved.
    tax: Option<[f64; 3]>,
    /// Mean and 95 % quantile.
    chance: [f64; 2],
    level: f64,
}

impl LayerFigure {
    /// Of a profile.
    ///
    /// # Examples
    /// See [`LayerFigure`].
    #[must_use]
    pub fn new(profile: &Profile) -> Self {
        Self::of(profile.measurements().iter().map(|m| m.record()))
    }

    /// Of records, such as were written before.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::MeasurementRecord;
    /// use alignment_tax::plot::{LayerFigure, PlotError, Theme};
    ///
    /// let none: [MeasurementRecord; 0] = [];
    /// let error = LayerFigure::from_records(&none).draw(Theme::Light).unwrap_err();
    /// assert!(matches!(error, PlotError::Input(_)));
    /// ```
    #[must_use]
    pub fn from_records(records: &[MeasurementRecord]) -> Self {
        Self::of(records.iter())
    }

    fn of<'a>(records: impl Iterator<Item = &'a MeasurementRecord>) -> Self {
        let cell = |record: &MeasurementRecord| Cell {
            label: record.label.clone(),
            concept: record.safety.clone(),
            tax: record
                .tax
                .as_ref()
                .map(|t| [t.interval[0], t.estimate, t.interval[1]]),
            chance: [
                record.chance.random_safety.mean,
                record.chance.random_safety.quantile_95,
            ],
            level: record.confidence,
        };
        Self {
            cells: records.map(cell).collect(),
            axis: "layer".to_owned(),
            caption: Caption::default(),
        }
    }

    /// With another name for what the labels are; "layer" by default.
    ///
    /// # Examples
    /// See [`LayerFigure`].
    #[must_use]
    pub fn with_axis(mut self, name: impl Into<String>) -> Self {
        self.axis = name.into();
        self
    }

    /// The figure.
    ///
    /// # Errors
    /// [`PlotError::Input`] for no measurement, or for a record that holds numbers which are not finite;
    /// [`PlotError::TooMany`] for more than 200 labels or 12 concepts.
    ///
    /// # Examples
    /// See [`LayerFigure`].
    pub fn draw(&self, theme: Theme) -> Result<Figure, PlotError> {
        check::same("records", "records, at least", 1, self.cells.len().min(1))?;
        let labels = distinct(self.cells.iter().map(|c| c.label.as_str()));
        let concepts = distinct(self.cells.iter().map(|c| c.concept.as_str()));
        legible("labels", labels.len(), MOST_LABELS, "draw every second one")?;
        legible(
            "concepts",
            concepts.len(),
            MOST_CONCEPTS,
            "draw several figures",
        )?;
        for cell in &self.cells {
            check::entries("chance", &cell.chance, "a finite number", |_| true)?;
            check::entries(
                "tax",
                &cell.tax.unwrap_or_default(),
                "a finite number",
                |_| true,
            )?;
        }
        let numbers = || {
            self.cells
                .iter()
                .flat_map(|c| c.tax.into_iter().flatten().chain(c.chance))
        };
        let unit = Magnitude::of(numbers().fold(0.0, |m: f64, x| m.max(x.abs())));
        let high = unit.share(numbers().fold(0.0, f64::max));
        let low = unit.share(numbers().fold(0.0, f64::min));
        let high = if high > low { high } else { low + 1.0 };
        // One scale for all panels: they are there to be compared.
        let (from, to) = (
            if low < 0.0 { 1.08 * low } else { 0.0 },
            high + 0.08 * (high - low),
        );

        let slot = 500.0 / labels.len() as f64;
        let ems = (slot / SMALL).max(4.0);
        let shown: Vec<String> = labels
            .iter()
            .map(|l| text::elide(&text::clean(l), ems))
            .collect();
        let level = text::number((1e8 * self.cells[0].level).round() / 1e6);
        let height = if concepts.len() > 2 { 150.0 } else { 220.0 };
        let panels = concepts.iter().enumerate().map(|(i, concept)| {
            let last = i + 1 == concepts.len();
            let across = if last {
                text::name(&self.axis)
            } else {
                String::new()
            };
            let mut panel = Panel::new(
                Axis::slots(across, shown.clone(), Order::Columns),
                Axis::linear(format!("tax rate τ{}", unit.factor()), from, to, height),
            );
            panel.heading = Some(text::name(concept));
            panel.height = Some(height);
            panel
        });
        let mut legend = vec![
            Key::new(
                Glyph::Bar(Marker::Disc, Hue::GAIN),
                format!("estimate, {level} % interval"),
            ),
            Key::new(Glyph::Area(Hue::Muted, 0.35), "95 % of random directions"),
            Key::new(
                Glyph::Line(Stroke::solid(Hue::Muted, 2.0).dashed(Dash::Dashed)),
                "their mean",
            ),
        ];
        if self.cells.iter().any(|c| c.tax.is_none()) {
            legend.push(Key::new(
                Glyph::Mark(Marker::Ring, Hue::COST),
                "not resolved: no estimate",
            ));
        }
        let resolved = self.cells.iter().filter(|c| c.tax.is_some()).count();
        let above = self
            .cells
            .iter()
            .filter(|c| c.tax.is_some_and(|t| t[1] > c.chance[1]))
            .count();
        let names: Vec<String> = concepts.iter().map(|c| text::name(c)).collect();
        let description = format!(
            "Tax rate of {} over {} {}: {resolved} of {} are resolved, and {above} of the estimates lie above the band of chance.",
            names.join(", "),
            labels.len(),
            if labels.len() == 1 { "place" } else { "places" },
            self.cells.len(),
        );
        let axis = text::name(&self.axis);
        let sheet = Sheet {
            title: self.caption.title_or(|| format!("Tax rate by {axis}")),
            subtitle: self.caption.subtitle.clone(),
            legend,
            panels: panels.collect(),
            notes: vec![
                "The band is pointwise and not adjusted for the number of places. Random directions have the covariance of the samples."
                    .to_owned(),
            ],
        };
        sheet.draw(theme, description, |pen, frames| {
            for (concept, frame) in concepts.iter().zip(frames) {
                let cells: Vec<(usize, &Cell)> = self
                    .cells
                    .iter()
                    .filter(|cell| cell.concept == *concept)
                    .filter_map(|cell| Some((labels.iter().position(|l| *l == cell.label)?, cell)))
                    .collect();
                let at = |x: f64, y: f64| frame.place(x, unit.share(y));
                for &(i, cell) in &cells {
                    let (left, right) = (i as f64 + 0.08, i as f64 + 0.92);
                    let [mean, quantile] = cell.chance;
                    pen.area(at(left, 0.0), at(right, quantile), Hue::Muted, 0.22)?;
                    let line = Stroke::solid(Hue::Muted, 2.0).dashed(Dash::Dashed);
                    pen.line(&[at(left, mean), at(right, mean)], line)?;
                }
                for pair in cells.windows(2) {
                    let ((i, a), (j, b)) = (pair[0], pair[1]);
                    if let (Some([_, a, _]), Some([_, b, _])) = (a.tax, b.tax)
                        && j == i + 1
                    {
                        let line = Stroke::solid(Hue::GAIN, 1.5);
                        pen.line(&[at(i as f64 + 0.5, a), at(j as f64 + 0.5, b)], line)?;
                    }
                }
                for &(i, cell) in &cells {
                    let middle = i as f64 + 0.5;
                    let radius = (0.3 * slot).clamp(2.0, 5.0);
                    let Some([lower, estimate, upper]) = cell.tax else {
                        let place = at(middle, 0.0);
                        let place = (place.0, place.1 - radius - 4.0);
                        pen.mark(Marker::Ring, place, radius, Hue::COST)?;
                        if slot > 90.0 {
                            let set = Type::new(SMALL, Hue::Ink, Anchor::Middle);
                            pen.text("not resolved", (place.0, place.1 - 16.0), set)?;
                        }
                        continue;
                    };
                    pen.line(
                        &[at(middle, lower), at(middle, upper)],
                        Stroke::solid(Hue::GAIN, 2.5),
                    )?;
                    pen.mark(Marker::Disc, at(middle, estimate), radius, Hue::GAIN)?;
                }
            }
            Ok(())
        })
    }
}

/// Each name once, in the order of first occurrence.
fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut out = Vec::new();
    for name in names {
        if !out.contains(&name) {
            out.push(name);
        }
    }
    out
}
