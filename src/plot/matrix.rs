//! [`MatrixFigure`]: inner products as heat maps, before freezing and after.
//!
//! The scale diverges from zero: towards one hue where goals pull apart, towards the other where they help each other, and
//! the page's own colour where they do not meet. Both maps have the same scale, from −1 to 1, so that their colours can be
//! compared. The number stands in each cell, as a colour is no number, in whichever of black and white
//! is the better read on it. Columns carry the number of their row: slanted names would be longer than the map.

use nalgebra::DMatrix;
use plotters::style::RGBColor;

use super::axis::{Axis, Order};
use super::caption::{Caption, captioned};
use super::error::legible;
use super::pen::{Anchor, Type};
use super::sheet::{Frame, Panel, SMALL, Sheet, plot_width};
use super::text;
use super::theme::{Hue, contrast};
use super::{Figure, PlotError, Theme};
use crate::{FrozenGoals, Objectives, Real};

const MOST: usize = 40;
/// Cells at least this wide have a number.
const NUMBERED: f64 = 27.0;

/// A matrix of cosines as a heat map, or two of them, before and after freezing.
///
/// # Units and shapes
/// Cosines, without unit, from −1 to 1; rows and columns in the order of the objectives.
///
/// # References
/// Theory §6.1 and §6.3; Young (2026), arXiv:2603.00047, on recursion.
///
/// # Examples
/// ```
/// use alignment_tax::plot::{MatrixFigure, Theme};
/// use alignment_tax::{FrozenGoals, Objectives};
/// use nalgebra::{DMatrix, dmatrix};
///
/// let gram: DMatrix<f64> = dmatrix![1.0, -0.3, 0.6; -0.3, 1.0, -0.6; 0.6, -0.6, 1.0];
/// let all = Objectives::from_gram(&["helpful", "harmless", "reasoning"], &gram)?;
/// let frozen = FrozenGoals::new(&all, &["helpful", "harmless"], &["reasoning"])?;
/// let figure = MatrixFigure::freezing(&frozen)
///     .with_title("Helpful against harmless")
///     .with_subtitle("reasoning frozen")
///     .draw(Theme::Light)?;
/// assert!(figure.description().contains("helpful and harmless from −0.3 to "));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct MatrixFigure {
    maps: Vec<Map>,
    frozen: Vec<String>,
    caption: Caption,
}

captioned!(MatrixFigure);

#[derive(Debug, Clone)]
struct Map {
    heading: Option<String>,
    names: Vec<String>,
    cosines: DMatrix<f64>,
}

impl MatrixFigure {
    /// The Gram matrix of objectives.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Objectives;
    /// use alignment_tax::plot::{MatrixFigure, Theme};
    /// use nalgebra::dmatrix;
    ///
    /// let all: Objectives<f64> = Objectives::from_gram(&["safety", "code"], &dmatrix![1.0, -0.25; -0.25, 1.0])?;
    /// let figure = MatrixFigure::gram(&all).draw(Theme::Dark)?;
    /// assert!(figure.svg().contains("−0.25"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn gram<T: Real>(objectives: &Objectives<T>) -> Self {
        Self {
            maps: vec![Map {
                heading: None,
                names: objectives.names().to_vec(),
                cosines: objectives.gram().map(Real::to_double),
            }],
            frozen: objectives.frozen().to_vec(),
            caption: Caption::default(),
        }
    }

    /// The cosines of goals before and after freezing.
    ///
    /// # Examples
    /// See [`MatrixFigure`].
    #[must_use]
    pub fn freezing<T: Real>(goals: &FrozenGoals<T>) -> Self {
        let map = |heading: String, cosines: &DMatrix<T>| Map {
            heading: Some(heading),
            names: goals.goals().to_vec(),
            cosines: cosines.map(Real::to_double),
        };
        let names: Vec<String> = goals.frozen().iter().map(|n| text::name(n)).collect();
        let what = if names.is_empty() {
            "nothing".to_owned()
        } else {
            names.join(", ")
        };
        Self {
            maps: vec![
                map("Before".to_owned(), goals.cosines_before()),
                map(format!("After freezing {what}"), goals.cosines_after()),
            ],
            frozen: goals.frozen().to_vec(),
            caption: Caption::default(),
        }
    }

    /// The figure.
    ///
    /// # Errors
    /// [`PlotError::TooMany`] for more than 40 objectives.
    ///
    /// # Examples
    /// See [`MatrixFigure`].
    pub fn draw(&self, theme: Theme) -> Result<Figure, PlotError> {
        for map in &self.maps {
            legible(
                "objectives",
                map.names.len(),
                MOST,
                "select those that matter most",
            )?;
        }
        let panels = self.maps.iter().map(|map| {
            let n = map.names.len();
            let digits = |i: usize| (i + 1).to_string();
            let names = map
                .names
                .iter()
                .enumerate()
                .map(|(i, name)| format!("{} {}", text::name(name), digits(i)));
            let columns = (0..n).map(digits).collect();
            let mut panel = Panel::new(
                Axis::slots(String::new(), columns, Order::Columns),
                Axis::slots(String::new(), names.collect(), Order::Rows),
            );
            panel.heading.clone_from(&map.heading);
            // Square where that is not too high, and never lower than its labels.
            panel.height = Some((46.0 * n as f64).clamp(60.0, 420.0).max(17.0 * n as f64));
            panel
        });
        let mut panels: Vec<Panel> = panels.collect();
        // The scale: a strip of colours with its ends and its middle.
        let mut scale = Panel::new(
            Axis::linear(
                "cosine: −1 against each other, 0 unrelated, 1 the same".to_owned(),
                -1.0,
                1.0,
                350.0,
            ),
            Axis::slots(String::new(), Vec::new(), Order::Rows),
        );
        scale.height = Some(14.0);
        panels.push(scale);
        let most = self.maps.iter().map(|m| m.names.len()).max().unwrap_or(0);
        let notes = if most > 0 && plot_width(&panels) / (most as f64) < NUMBERED {
            vec![
                "Cells are too small for numbers: select fewer objectives to read them.".to_owned(),
            ]
        } else {
            Vec::new()
        };
        let sheet = Sheet {
            title: self.caption.title_or(|| match self.maps.len() {
                1 => "Which objectives help each other".to_owned(),
                _ => "Goals before and after freezing".to_owned(),
            }),
            subtitle: self.caption.subtitle.clone().or_else(|| {
                let frozen: Vec<String> = self.frozen.iter().map(|n| text::name(n)).collect();
                (self.maps.len() == 1 && !frozen.is_empty())
                    .then(|| format!("with {} frozen", frozen.join(", ")))
            }),
            legend: Vec::new(),
            panels,
            notes,
        };
        sheet.draw(theme, self.sentence(), |pen, frames| {
            for (map, frame) in self.maps.iter().zip(frames) {
                let n = map.names.len();
                let wide = (frame.right - frame.left) / n as f64;
                for (i, j) in (0..n).flat_map(|i| (0..n).map(move |j| (i, j))) {
                    let cosine = map.cosines[(i, j)].clamp(-1.0, 1.0);
                    let corner = |i: usize, j: usize| frame.place(j as f64, i as f64);
                    pen.cell(corner(i, j), corner(i + 1, j + 1), shade(theme, cosine))?;
                    if wide >= NUMBERED {
                        let (x, y) = frame.place(j as f64 + 0.5, i as f64 + 0.5);
                        let size = if wide >= 46.0 { SMALL } else { 11.0 };
                        let set = Type::new(size, on(shade(theme, cosine)), Anchor::Middle);
                        pen.text(&entry(cosine, wide), (x, y), set)?;
                    }
                }
            }
            strip(pen, theme, &frames[frames.len() - 1])
        })
    }

    /// The worst pairs in words.
    fn sentence(&self) -> String {
        let Some(first) = self.maps.first() else {
            return String::new();
        };
        let n = first.names.len();
        let pairs = (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j)));
        let worst = pairs.min_by(|a, b| first.cosines[*a].total_cmp(&first.cosines[*b]));
        let two = |i: usize, j: usize| {
            format!(
                "{} and {}",
                text::name(&first.names[i]),
                text::name(&first.names[j])
            )
        };
        let value = |map: &Map, (i, j): (usize, usize)| text::number(map.cosines[(i, j)]);
        match (worst, self.maps.get(1)) {
            (None, _) => format!(
                "Matrix of cosines of one objective, {}.",
                text::name(&first.names[0])
            ),
            (Some((i, j)), None) => format!(
                "Matrix of cosines of {n} objectives; the least is {} between {}.",
                value(first, (i, j)),
                two(i, j)
            ),
            (Some((i, j)), Some(after)) => {
                let frozen: Vec<String> = self.frozen.iter().map(|n| text::name(n)).collect();
                format!(
                    "Two matrices of cosines of {n} goals: freezing {} takes the worst pair, {} from {} to {}.",
                    if frozen.is_empty() {
                        "nothing".to_owned()
                    } else {
                        frozen.join(", ")
                    },
                    two(i, j),
                    value(first, (i, j)),
                    value(after, (i, j)),
                )
            }
        }
    }
}

/// The colours from −1 to 1.
fn strip(pen: &mut super::pen::Pen<'_>, theme: Theme, frame: &Frame) -> Result<(), PlotError> {
    let steps = 40;
    for i in 0..steps {
        let at = |i: i32| -1.0 + 2.0 * f64::from(i) / f64::from(steps);
        // To the end, each over the one before: no seams.
        let (from, to) = (frame.across(at(i)), frame.right);
        let colour = shade(theme, 0.5 * (at(i) + at(i + 1)));
        pen.cell((from, frame.top), (to, frame.bottom), colour)?;
    }
    Ok(())
}

/// The colour of a cosine: the page at 0, a hue at ±1.
fn shade(theme: Theme, cosine: f64) -> RGBColor {
    let hue = if cosine < 0.0 { Hue::COST } else { Hue::GAIN };
    let (RGBColor(r, g, b), RGBColor(pr, pg, pb)) = (theme.paint(hue), theme.paint(Hue::Paper));
    let mix = |page: u8, full: u8| {
        let (page, full) = (f64::from(page), f64::from(full));
        (page + cosine.abs() * (full - page)).round() as u8
    };
    RGBColor(mix(pr, r), mix(pg, g), mix(pb, b))
}

/// Black or white, whichever is read better on a colour.
fn on(RGBColor(r, g, b): RGBColor) -> Hue {
    let page = [r, g, b];
    if contrast(page, [0; 3]) >= contrast(page, [255; 3]) {
        Hue::Black
    } else {
        Hue::White
    }
}

fn entry(cosine: f64, wide: f64) -> String {
    let text = text::fixed(cosine, 2);
    if wide >= 46.0 {
        return text;
    }
    // In narrow cells the zero before the point can be missed, and those after it.
    match text.as_str() {
        "1.00" => "1".to_owned(),
        "−1.00" => "−1".to_owned(),
        _ => text.replacen("0.", ".", 1),
    }
}
