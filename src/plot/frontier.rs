//! [`FrontierFigure`]: the ellipse of what a budget achieves in safety and one capability.
//!
//! The horizontal axis is the change c of the capability, the vertical one the safety gain s, on the same scale, so
//! that the tilt of the ellipse is that of the two directions. Its boundary has three parts. From all of
//! the budget on safety, (B·cosα, B), to all of it on the capability, (B, B·cosα), runs the efficient arc: nothing else
//! is worth doing. What of it lies at c < 0 is paid for with capability, and exists where cosα < 0 only; what lies at c ≥ 0
//! is free. The rest of the boundary, and the inside, is dominated.

use super::axis::Axis;
use super::caption::{Caption, captioned};
use super::legend::{Glyph, Key};
use super::pen::{Dash, Marker, Stroke};
use super::sheet::{Panel, Sheet};
use super::text::{self, Magnitude};
use super::theme::Hue;
use super::{Figure, PlotError, Theme};
use crate::linalg::check;
use crate::{Audit, FrontierPoint, OptimalShift, ParetoFrontier, Real};

/// Points on half of the outline.
const FINENESS: usize = 180;
/// Markers and hues that the two points of the frontier leave for updates.
const MARKERS: [Marker; 3] = [Marker::Diamond, Marker::Square, Marker::Wedge];
const HUES: [Hue; 3] = [Hue::SEEN, Hue::Ink, Hue::GAIN];

/// The ellipse of what a budget achieves, with the efficient arc, its free and its paid part, and real updates.
///
/// # Units and shapes
/// Both axes in units of the representation, "units of the shift" unless [`with_unit`](Self::with_unit) says otherwise.
///
/// # Accuracy
/// Coordinates are those of the frontier to a tenth of a pixel.
///
/// # References
/// Theory §4.1 and §4.2; Young (2026), arXiv:2603.00047.
///
/// # Examples
/// ```
/// use alignment_tax::plot::{FrontierFigure, Theme};
/// use alignment_tax::{Budget, Direction, OptimalShift, ParetoFrontier};
///
/// let safety = Direction::from_slice(&[1.0_f64, 0.0, 0.0])?;
/// let persuasion = Direction::from_slice(&[-0.6_f64, 0.8, 0.0])?;
/// let budget = Budget::unit();
/// let frontier = ParetoFrontier::between(&safety, &persuasion, budget)?;
/// let shift = OptimalShift::at_capability(&safety, &persuasion, budget, -0.3)?;
/// let figure = FrontierFigure::new(&frontier)
///     .with_names("harmlessness", "persuasion")
///     .with_shift("half of the way", &shift)
///     .with_title("Harmlessness against persuasion")
///     .with_subtitle("layer 18, 72 pairs")
///     .with_unit("standard deviations")
///     .draw(Theme::Dark)?;
/// assert_eq!(figure.width(), 600);
/// assert!(figure.description().contains("127°"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct FrontierFigure<T> {
    frontier: ParetoFrontier<T>,
    safety: String,
    capability: String,
    unit: String,
    points: Vec<(String, FrontierPoint<T>)>,
    caption: Caption,
}

captioned!(FrontierFigure<T>);

impl<T: Real> FrontierFigure<T> {
    /// Of a frontier.
    ///
    /// # Examples
    /// See [`FrontierFigure`].
    #[must_use]
    pub fn new(frontier: &ParetoFrontier<T>) -> Self {
        Self {
            frontier: *frontier,
            safety: "safety".to_owned(),
            capability: "capability".to_owned(),
            unit: "units of the shift".to_owned(),
            points: Vec::new(),
            caption: Caption::default(),
        }
    }

    /// With the names of the safety concept and of the capability.
    ///
    /// # Examples
    /// See [`FrontierFigure`].
    #[must_use]
    pub fn with_names(mut self, safety: impl Into<String>, capability: impl Into<String>) -> Self {
        self.safety = safety.into();
        self.capability = capability.into();
        self
    }

    /// With the unit of both axes.
    ///
    /// # Examples
    /// See [`FrontierFigure`].
    #[must_use]
    pub fn with_unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = unit.into();
        self
    }

    /// With a point (c, s), inside or outside of the ellipse.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::plot::{FrontierFigure, PlotError, Theme};
    /// use alignment_tax::{Budget, FrontierPoint, ParetoFrontier};
    ///
    /// let frontier = ParetoFrontier::from_overlap(-0.3_f64, Budget::unit())?;
    /// let nowhere = FrontierPoint { capability: f64::NAN, safety: 0.1 };
    /// let figure = FrontierFigure::new(&frontier).with_point("measured", nowhere);
    /// assert!(matches!(figure.draw(Theme::Light), Err(PlotError::Input(_))));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn with_point(mut self, name: impl Into<String>, point: FrontierPoint<T>) -> Self {
        self.points.push((name.into(), point));
        self
    }

    /// With the shift of a real update, audited against the one capability of this frontier.
    ///
    /// An audit knows the line of a capability and not its sign; that is the frontier's. Of an audit against more
    /// than one capability the change along Pv is drawn, which is what it has in common with
    /// [`ParetoFrontier::from_angle`] of the angle to their span.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::plot::{FrontierFigure, Theme};
    /// use alignment_tax::{Audit, Budget, Direction, ParetoFrontier, Subspace};
    /// use nalgebra::{DVector, dvector};
    ///
    /// let safety = Direction::from_slice(&[1.0_f64, 0.0, 0.0])?;
    /// let code = Direction::from_slice(&[-0.6_f64, 0.8, 0.0])?;
    /// let frontier = ParetoFrontier::between(&safety, &code, Budget::unit())?;
    /// let update: DVector<f64> = dvector![0.5, 0.0, 0.7];
    /// let audit = Audit::new(&update, &safety, &Subspace::from_directions(&[code])?)?;
    /// let figure = FrontierFigure::new(&frontier).with_update("fine-tuning", &audit).draw(Theme::Light)?;
    /// assert!(figure.svg().contains("fine-tuning (−0.3, 0.5)"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_update(self, name: impl Into<String>, audit: &Audit<T>) -> Self {
        let taxed = self.frontier.cosine() < T::zero();
        let capability = if taxed { -audit.paid() } else { audit.paid() };
        let safety = audit.safety();
        self.with_point(name, FrontierPoint { capability, safety })
    }

    /// With an optimal shift, as it measures itself; that of the signed reading
    /// ([`OptimalShift::at_capability`]) lies on the frontier.
    ///
    /// # Examples
    /// See [`FrontierFigure`].
    #[must_use]
    pub fn with_shift(self, name: impl Into<String>, shift: &OptimalShift<T>) -> Self {
        let (capability, safety) = (shift.capability(), shift.safety());
        self.with_point(name, FrontierPoint { capability, safety })
    }

    /// The figure.
    ///
    /// # Errors
    /// [`PlotError::Input`] for a point that is not finite, [`PlotError::TooMany`] for more than 9 points.
    ///
    /// # Examples
    /// See [`FrontierFigure`].
    pub fn draw(&self, theme: Theme) -> Result<Figure, PlotError> {
        let most = MARKERS.len() * HUES.len();
        if self.points.len() > most {
            return Err(PlotError::TooMany {
                argument: "points",
                actual: self.points.len(),
                most,
                advice: "draw several figures",
            });
        }
        for (_, point) in &self.points {
            check::scalar(
                "capability change",
                point.capability,
                "a finite number",
                |_| true,
            )?;
            check::scalar("safety gain", point.safety, "a finite number", |_| true)?;
        }
        let pair = |p: FrontierPoint<T>| (p.capability.to_double(), p.safety.to_double());
        let budget = self.frontier.budget().to_double();
        let extent = self
            .points
            .iter()
            .map(|&(_, p)| pair(p))
            .fold(budget, |most, (c, s)| most.max(c.abs()).max(s.abs()));
        let unit = Magnitude::of(extent);
        let shown = |(c, s): (f64, f64)| (unit.share(c), unit.share(s));
        let shares = |points: Vec<FrontierPoint<T>>| -> Vec<(f64, f64)> {
            points.into_iter().map(|p| shown(pair(p))).collect()
        };

        let mut outline = shares(self.frontier.outline(2 * FINENESS)?);
        outline.extend(outline.first().copied());
        let arc = shares(self.frontier.points(FINENESS)?);
        let kept = (0.0, self.frontier.safety_at(T::zero())?.to_double());
        let safest = pair(self.frontier.efficient_arc()[0]);
        // The arc runs from the safest point towards larger c, and is split where it crosses c = 0.
        let crossing = arc.partition_point(|&(c, _)| c < 0.0);
        let (mut paid, mut free) = (arc[..crossing].to_vec(), arc[crossing..].to_vec());
        if !paid.is_empty() {
            paid.push(shown(kept));
            free.insert(0, shown(kept));
        }

        let (safety, capability) = (text::name(&self.safety), text::name(&self.capability));
        let degrees = text::fixed(self.frontier.angle().to_double().to_degrees(), 0);
        let at = |(c, s): (f64, f64)| format!("({}, {})", text::number(c), text::number(s));
        let boundary = Stroke::solid(Hue::Muted, 1.5).dashed(Dash::Dotted);
        let (free_arc, paid_arc) = (
            Stroke::solid(Hue::FREE, 4.0),
            Stroke::solid(Hue::COST, 4.0).dashed(Dash::Dashed),
        );
        let mut legend = vec![
            Key::new(Glyph::Area(Hue::GAIN, 0.25), "within the budget"),
            Key::new(Glyph::Line(boundary), "dominated"),
            Key::new(
                Glyph::Line(free_arc),
                format!("efficient, free: no {capability} lost"),
            ),
        ];
        if !paid.is_empty() {
            legend.push(Key::new(
                Glyph::Line(paid_arc),
                format!("efficient, paid for with {capability}"),
            ));
        }
        legend.push(Key::new(
            Glyph::Mark(Marker::Disc, Hue::COST),
            format!("all on {safety} {}", at(safest)),
        ));
        legend.push(Key::new(
            Glyph::Mark(Marker::Triangle, Hue::FREE),
            format!("{capability} kept {}", at(kept)),
        ));
        let points: Vec<_> = self
            .points
            .iter()
            .enumerate()
            .map(|(i, (name, point))| {
                let (marker, hue) = (MARKERS[i % MARKERS.len()], HUES[i / MARKERS.len()]);
                let label = format!("{} {}", text::name(name), at(pair(*point)));
                legend.push(Key::new(Glyph::Mark(marker, hue), label));
                (marker, hue, shown(pair(*point)))
            })
            .collect();

        let end = 1.08 * unit.share(extent);
        let (axis_unit, pixels) = (unit.unit(&text::name(&self.unit)), 500.0);
        let mut panel = Panel::new(
            Axis::linear(
                format!("change of {capability} ({axis_unit})"),
                -end,
                end,
                pixels,
            ),
            Axis::linear(format!("gain of {safety} ({axis_unit})"), -end, end, pixels),
        );
        panel.height = None;
        panel.legend = legend;
        let sheet = Sheet {
            title: self
                .caption
                .title_or(|| format!("What a budget can do to {safety} and {capability}")),
            subtitle: Some(self.caption.subtitle.clone().unwrap_or_else(|| {
                format!(
                    "budget {}, angle {degrees}° between the two directions",
                    text::number(budget)
                )
            })),
            legend: Vec::new(),
            panels: vec![panel],
            notes: Vec::new(),
        };
        let description = format!(
            "Ellipse of the changes in {capability} (horizontal) and {safety} (vertical) that a shift of length {} achieves \
             where their directions are {degrees}° apart: at most {} of {safety}, with {capability} changed by {}, \
             and {} of {safety} with {capability} kept.",
            text::number(budget),
            text::number(safest.1),
            text::number(safest.0),
            text::number(kept.1),
        );
        sheet.draw(theme, description, |pen, frames| {
            let frame = &frames[0];
            let place = |&(c, s): &(f64, f64)| frame.place(c, s);
            let zero = Stroke::solid(Hue::Muted, 1.2);
            pen.line(&[frame.place(-end, 0.0), frame.place(end, 0.0)], zero)?;
            pen.line(&[frame.place(0.0, -end), frame.place(0.0, end)], zero)?;
            let outline: Vec<_> = outline.iter().map(place).collect();
            pen.polygon(&outline, Hue::GAIN, 0.14)?;
            pen.line(&outline, boundary)?;
            for (part, stroke) in [(&free, free_arc), (&paid, paid_arc)] {
                if part.len() > 1 {
                    pen.line(&part.iter().map(place).collect::<Vec<_>>(), stroke)?;
                }
            }
            pen.mark(Marker::Disc, place(&shown(safest)), 6.0, Hue::COST)?;
            pen.mark(Marker::Triangle, place(&shown(kept)), 6.0, Hue::FREE)?;
            for (marker, hue, at) in &points {
                pen.mark(*marker, place(at), 6.0, *hue)?;
            }
            Ok(())
        })
    }
}
