//! [`ScalingFigure`]: the tax over widths, what was fitted to it, and where the data end.
//!
//! Widths are on a logarithmic axis. Data have bars of two standard errors. A fit is drawn from the narrowest
//! width on; beyond the widest the page is shaded and labelled, and curves are dashed where dashes do not mean
//! a model: no datum says that the law holds there. A fit that its residuals reject is drawn thin and without a
//! band, since the band of a wrong law is too narrow.

use super::axis::Axis;
use super::caption::{Caption, captioned};
use super::error::legible;
use super::legend::{Glyph, Key};
use super::pen::{Anchor, Dash, Marker, Stroke, Type};
use super::sheet::{Panel, SMALL, Sheet};
use super::text::{self, Magnitude};
use super::theme::Hue;
use super::{Figure, PlotError, Theme};
use crate::{Confidence, Error, ScalingComparison, ScalingData, ScalingFit, ScalingModel};

/// How far beyond the widest width fits are drawn.
const BEYOND: f64 = 8.0;
const POINTS: u32 = 60;
/// The longest label, in ems.
const LABEL: f64 = 35.0;
/// Five hues and markers, in two line styles.
const MOST: usize = 10;

/// Rates at several widths with errors, fits with intervals, and the extrapolation marked.
///
/// # Units and shapes
/// Widths in dimensions, logarithmic; τ without unit.
///
/// # References
/// Theory §7.
///
/// # Examples
/// ```
/// use alignment_tax::plot::{ScalingFigure, Theme};
/// use alignment_tax::{Confidence, ScalingComparison, ScalingData, ScalingFit, ScalingModel};
///
/// let widths = [128, 256, 512, 1024, 2048, 4096];
/// let rates = [0.1812_f64, 0.1371, 0.1206, 0.1117, 0.1019, 0.1040];
/// let data = ScalingData::from_errors(&widths, &rates, &[0.003; 6])?;
/// let fit = ScalingFit::new(&data, ScalingModel::InverseWidth)?;
/// let figure = ScalingFigure::from_fit("honesty", &fit)
///     .with_confidence(Confidence::NINETY_FIVE)
///     .with_title("Honesty against code")
///     .with_subtitle("one model to a width")
///     .draw(Theme::Light)?;
/// assert!(figure.svg().contains("beyond the data"));
///
/// let models = [ScalingModel::Constant, ScalingModel::InverseWidth, ScalingModel::PowerLaw];
/// let comparison = ScalingComparison::new(&data, &models)?;
/// let figure = ScalingFigure::from_comparison(&comparison).draw(Theme::Dark)?;
/// assert!(figure.svg().contains("power law"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct ScalingFigure {
    series: Vec<Series>,
    confidence: Confidence,
    caption: Caption,
}

captioned!(ScalingFigure);

#[derive(Debug, Clone)]
struct Series {
    label: String,
    data: Option<ScalingData>,
    fit: Option<ScalingFit>,
    role: Role,
}

/// What sets a series apart from the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Its data: it has a hue and a marker of its own.
    Question,
    /// Its model, among others of the same data; whether it has a band.
    Model(Shown),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Best,
    Other,
}

impl ScalingFigure {
    /// Of data without a fit.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::ScalingData;
    /// use alignment_tax::plot::{ScalingFigure, Theme};
    ///
    /// let data = ScalingData::from_errors(&[256, 512], &[0.1_f64, 0.05], &[0.01; 2])?;
    /// let figure = ScalingFigure::from_data("honesty", &data).draw(Theme::Light)?;
    /// assert!(!figure.svg().contains("beyond the data"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn from_data(name: impl Into<String>, data: &ScalingData) -> Self {
        Self::of(vec![Series {
            label: label(&name.into()),
            data: Some(data.clone()),
            fit: None,
            role: Role::Question,
        }])
    }

    /// Of a fit and its data.
    ///
    /// # Examples
    /// See [`ScalingFigure`].
    #[must_use]
    pub fn from_fit(name: impl Into<String>, fit: &ScalingFit) -> Self {
        Self::of(Vec::new()).with_fit(name, fit)
    }

    /// Of several models of the same data; the one that Akaike's criterion likes best has a band.
    ///
    /// # Examples
    /// See [`ScalingFigure`].
    #[must_use]
    pub fn from_comparison(comparison: &ScalingComparison) -> Self {
        let best = comparison.best().map(|score| score.model);
        let mut series: Vec<Series> = comparison
            .fits()
            .iter()
            .zip(comparison.scores())
            .map(|(fit, score)| {
                let mut label = score.model.to_string();
                if let Some(weight) = score.weight {
                    label += &format!(", weight {}", text::fixed(weight, 2));
                }
                if let Some(p) = score.p_value {
                    label += &format!(", fits with p = {}", text::number(p));
                }
                let shown = if best == Some(score.model) {
                    Shown::Best
                } else {
                    Shown::Other
                };
                Series {
                    label,
                    data: None,
                    fit: Some(fit.clone()),
                    role: Role::Model(shown),
                }
            })
            .collect();
        if let Some(first) = comparison.fits().first() {
            series.push(Series {
                label: "measured".to_owned(),
                data: Some(first.data().clone()),
                fit: None,
                role: Role::Question,
            });
        }
        Self::of(series)
    }

    fn of(series: Vec<Series>) -> Self {
        Self {
            series,
            confidence: Confidence::NINETY_FIVE,
            caption: Caption::default(),
        }
    }

    /// With another fit and its data; each has a hue and a marker of its own.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::plot::{ScalingFigure, Theme};
    /// use alignment_tax::{Error, ScalingData, ScalingFit, ScalingModel};
    ///
    /// fn fit(rates: [f64; 4]) -> Result<ScalingFit, Error> {
    ///     let data = ScalingData::from_errors(&[64, 128, 256, 512], &rates, &[0.004; 4])?;
    ///     ScalingFit::new(&data, ScalingModel::InverseWidth)
    /// }
    ///
    /// let figure = ScalingFigure::from_fit("honesty", &fit([0.35, 0.226, 0.162, 0.132])?)
    ///     .with_fit("refusal", &fit([0.26, 0.13, 0.06, 0.03])?)
    ///     .draw(Theme::Light)?;
    /// assert!(figure.svg().contains("refusal"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_fit(mut self, name: impl Into<String>, fit: &ScalingFit) -> Self {
        self.series.push(Series {
            label: label(&name.into()),
            data: Some(fit.data().clone()),
            fit: Some(fit.clone()),
            role: Role::Question,
        });
        self
    }

    /// With another level of the bands than 95 %; it is also the level at which a law is called rejected.
    ///
    /// # Examples
    /// See [`ScalingFigure`].
    #[must_use]
    pub fn with_confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// The figure.
    ///
    /// # Errors
    /// [`PlotError::TooMany`] for more than 10 series; [`PlotError::Input`] where a fit has no prediction.
    ///
    /// # Examples
    /// See [`ScalingFigure`].
    pub fn draw(&self, theme: Theme) -> Result<Figure, PlotError> {
        legible("series", self.series.len(), MOST, "draw several figures")?;
        let data = || self.series.iter().filter_map(|s| s.data.as_ref());
        let widths = || data().flat_map(|d| d.widths()).map(|&d| d as f64);
        let (narrowest, widest) = (
            widths().fold(f64::INFINITY, f64::min),
            widths().fold(0.0, f64::max),
        );
        let fitted = self.series.iter().any(|s| s.fit.is_some());
        let (from, to) = (
            0.8 * narrowest,
            if fitted {
                (BEYOND * widest).min(f64::from(u32::MAX))
            } else {
                1.25 * widest
            },
        );
        let curves = self
            .series
            .iter()
            .map(|s| {
                s.fit
                    .as_ref()
                    .map_or(Ok(Vec::new()), |fit| curve(fit, to, self.confidence))
            })
            .collect::<Result<Vec<_>, Error>>()?;

        let numbers = || data().flat_map(|d| d.rates().iter().zip(d.errors()));
        let means = || curves.iter().flatten().map(|c| c.mean);
        let high = numbers()
            .map(|(r, e)| r + 2.0 * e)
            .chain(means())
            .fold(0.0, f64::max);
        let low = numbers().map(|(r, e)| r - 2.0 * e).fold(0.0, f64::min);
        let unit = Magnitude::of(high.max(-low));
        let (high, low) = (unit.share(high), unit.share(low));
        let span = if high > low { high - low } else { 1.0 };
        let (bottom, top) = (
            if low < 0.0 { low - 0.05 * span } else { 0.0 },
            low + 1.12 * span,
        );

        let mut panel = Panel::new(
            Axis::log(
                "width d (dimensions, logarithmic)".to_owned(),
                from,
                to,
                500.0,
            ),
            Axis::linear(format!("tax rate τ{}", unit.factor()), bottom, top, 340.0),
        );
        panel.height = Some(340.0);
        let level = text::number(100.0 * self.confidence.level());
        let mut rejected = false;
        for (i, series) in self.series.iter().enumerate() {
            let style = series.style(i, self.confidence);
            let note = match &series.fit {
                Some(fit) if !fit.fits(self.confidence) => {
                    rejected = true;
                    ": law rejected"
                }
                _ => "",
            };
            let fitting = text::elide(&series.label, LABEL - text::ems(note)) + note;
            let glyph = match (series.role, &series.fit) {
                (Role::Model(_), _) => Glyph::Line(style.line),
                (Role::Question, None) => Glyph::Mark(style.marker, style.line.hue),
                (Role::Question, Some(_)) => Glyph::Curve(style.line, style.marker),
            };
            panel.legend.push(Key::new(glyph, fitting));
        }
        let mut note = "Bars: two standard errors.".to_owned();
        if fitted {
            note += &format!(" Bands: {level} % intervals for the mean.");
        }
        if rejected {
            note += " Thin lines without a band: the residuals reject the law.";
        }
        let names: Vec<&str> = self.series.iter().map(|s| s.label.as_str()).collect();
        let description = format!(
            "Tax rate over widths {} to {} ({}){}.",
            text::number(narrowest),
            text::number(widest),
            names.join("; "),
            if fitted {
                format!(", with fits drawn to width {}", text::number(to))
            } else {
                String::new()
            },
        );
        let sheet = Sheet {
            title: self.caption.title_or(|| "Tax rate by width".to_owned()),
            subtitle: self.caption.subtitle.clone(),
            legend: Vec::new(),
            panels: vec![panel],
            notes: vec![note],
        };
        let count = data().count() as f64;
        sheet.draw(theme, description, |pen, frames| {
            let frame = &frames[0];
            let at = |d: f64, rate: f64| frame.place(d, unit.share(rate));
            if fitted {
                let x = frame.across(widest);
                pen.area(
                    (x, frame.top),
                    (frame.right, frame.bottom),
                    Hue::Muted,
                    0.14,
                )?;
                let label = (0.5 * (x + frame.right), frame.top + 12.0);
                pen.text(
                    "beyond the data",
                    label,
                    Type::new(SMALL, Hue::Ink, Anchor::Middle),
                )?;
            }
            if bottom < 0.0 {
                pen.line(
                    &[frame.place(from, 0.0), frame.place(to, 0.0)],
                    Stroke::solid(Hue::Muted, 1.2),
                )?;
            }
            for (i, (series, curve)) in self.series.iter().zip(&curves).enumerate() {
                let style = series.style(i, self.confidence);
                if style.band && curve.len() > 1 {
                    let mut outline: Vec<_> =
                        curve.iter().map(|c| at(c.width, c.interval[0])).collect();
                    outline.extend(curve.iter().rev().map(|c| at(c.width, c.interval[1])));
                    pen.polygon(&outline, style.line.hue, 0.16)?;
                }
            }
            let mut shift = -0.5 * (count - 1.0);
            for (i, (series, curve)) in self.series.iter().zip(&curves).enumerate() {
                let style = series.style(i, self.confidence);
                let points: Vec<_> = curve
                    .iter()
                    .map(|c| (c.width, unit.share(c.mean)))
                    .collect();
                // Both parts hold the point at the widest width.
                let inside = points.partition_point(|&(d, _)| d <= widest);
                frame.curve(pen, &points[..inside], style.line)?;
                frame.curve(pen, &points[inside.saturating_sub(1)..], style.beyond)?;
                let Some(data) = &series.data else { continue };
                for ((&d, &rate), &error) in
                    data.widths().iter().zip(data.rates()).zip(data.errors())
                {
                    // Side by side, so that series of the same widths can be read.
                    let d = d as f64 * 1.04_f64.powf(shift);
                    let bar = [at(d, rate - 2.0 * error), at(d, rate + 2.0 * error)];
                    pen.line(&bar, Stroke::solid(style.line.hue, 2.0))?;
                    pen.mark(style.marker, at(d, rate), 5.0, style.line.hue)?;
                }
                shift += 1.0;
            }
            Ok(())
        })
    }
}

/// A name, which may be a whole row of the legend.
fn label(name: &str) -> String {
    text::elide(&text::clean(name), LABEL)
}

/// How a series is drawn.
struct Style {
    line: Stroke,
    beyond: Stroke,
    marker: Marker,
    band: bool,
}

impl Series {
    fn style(&self, i: usize, confidence: Confidence) -> Style {
        let accepted = self.fit.as_ref().is_none_or(|fit| fit.fits(confidence));
        let width = if accepted { 3.0 } else { 1.3 };
        let marker = Marker::SERIES[i % Marker::SERIES.len()];
        match self.role {
            Role::Question => {
                // Data of a comparison, without a fit of their own, are in ink.
                let hue = if self.fit.is_some() {
                    Hue::Series(i)
                } else {
                    Hue::Ink
                };
                let line = Stroke::solid(hue, width);
                let line = if i < 5 {
                    line
                } else {
                    line.dashed(Dash::Mixed)
                };
                Style {
                    line,
                    beyond: line.dashed(Dash::Dashed),
                    marker: if self.fit.is_some() {
                        marker
                    } else {
                        Marker::Disc
                    },
                    band: accepted,
                }
            }
            Role::Model(shown) => {
                let line =
                    Stroke::solid(Hue::Series(i), width).dashed(Dash::ALL[i % Dash::ALL.len()]);
                Style {
                    line,
                    beyond: line,
                    marker,
                    band: accepted && shown == Shown::Best,
                }
            }
        }
    }
}

/// A point of a fit.
struct Point {
    width: f64,
    mean: f64,
    interval: [f64; 2],
}

/// The fit from the narrowest width of its data on; at the measured widths alone where it depends on capabilities that
/// nobody has counted elsewhere.
fn curve(fit: &ScalingFit, to: f64, level: Confidence) -> Result<Vec<Point>, Error> {
    let data = fit.data();
    let mut points = Vec::new();
    if let (Some(capabilities), ScalingModel::ExactLaw { .. }) = (data.capabilities(), fit.model())
    {
        for (&width, &m) in data.widths().iter().zip(capabilities) {
            let there = fit.predict_with(width, m, level)?;
            points.push(Point {
                width: width as f64,
                mean: there.mean,
                interval: there.interval,
            });
        }
        points.sort_by(|a, b| a.width.total_cmp(&b.width));
        return Ok(points);
    }
    let least = data.widths().iter().min().copied().unwrap_or(1) as f64;
    let widest = data.widths().iter().max().copied().unwrap_or(1) as f64;
    // The end of these data is a point, too.
    let mut widths: Vec<f64> = (0..=POINTS)
        .map(|j| {
            (least.ln() + f64::from(j) / f64::from(POINTS) * (to / least).ln())
                .exp()
                .round()
                .clamp(least, to)
        })
        .chain([widest])
        .collect();
    widths.sort_by(f64::total_cmp);
    widths.dedup();
    for width in widths {
        let there = fit.predict(width as usize, level)?;
        points.push(Point {
            width,
            mean: there.mean,
            interval: there.interval,
        });
    }
    Ok(points)
}
