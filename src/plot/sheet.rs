//! [`Sheet`]: the layout that all figures share, from the title down to the notes.
//!
//! Everything is one column, as wide as the figure: title, subtitle, then panels one below the other, then notes. A
//! panel has its heading, its legend *above* the plot and never on it, the title of its vertical axis set
//! horizontally above that axis, the plot, and the horizontal axis. What a line of text needs is measured
//! before anything is placed, so long words make a figure higher and never run into each other.

use super::PlotError;
use super::axis::{Axis, Grid, Scale};
use super::figure::{Figure, WIDTH};
use super::legend::{Key, Legend};
use super::pen::{Anchor, FINE, Pen, Place, Stroke, Type, sketch};
use super::text;
use super::theme::{Hue, Theme};

pub(super) const MARGIN: f64 = 14.0;
const TITLE: f64 = 19.0;
/// The size of axis titles, legends and subtitles.
pub(super) const BODY: f64 = 15.0;
/// The size of ticks, notes and numbers in cells.
pub(super) const SMALL: f64 = 14.0;
/// The distance of two lines, in sizes.
pub(super) const LEADING: f64 = 1.3;
/// From the plot to the labels of its ticks.
const GAP: f64 = 8.0;
/// The widest column of row labels.
const GUTTER: f64 = 190.0;

/// A figure before it is drawn.
pub(super) struct Sheet {
    pub title: String,
    pub subtitle: Option<String>,
    /// What holds for all panels.
    pub legend: Vec<Key>,
    pub panels: Vec<Panel>,
    pub notes: Vec<String>,
}

/// One plot with its axes.
pub(super) struct Panel {
    pub heading: Option<String>,
    pub legend: Vec<Key>,
    pub x: Axis,
    pub y: Axis,
    /// Labels at the right, at numbers of the vertical axis.
    pub right: Option<Axis>,
    /// Height of the plot; its width where `None`.
    pub height: Option<f64>,
}

/// The place of a plot, and the way from numbers to places in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
    x: Scale,
    y: Scale,
}

impl Frame {
    pub(super) fn across(&self, x: f64) -> f64 {
        self.left + self.x.share(x) * (self.right - self.left)
    }

    pub(super) fn up(&self, y: f64) -> f64 {
        self.bottom + self.y.share(y) * (self.top - self.bottom)
    }

    pub(super) fn place(&self, x: f64, y: f64) -> Place {
        (self.across(x), self.up(y))
    }

    /// The pieces of a curve within the range of the vertical axis.
    pub(super) fn within(&self, curve: &[(f64, f64)]) -> Vec<Vec<Place>> {
        let (least, most) = self.y.range();
        let mut pieces = Vec::new();
        let mut piece: Vec<Place> = Vec::new();
        for pair in curve.windows(2) {
            let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
            // The share of the segment at which a height is crossed.
            let cross = |y: f64| (y - y0) / (y1 - y0);
            let (mut from, mut to) = (0.0_f64, 1.0_f64);
            if y0 == y1 {
                if y0 < least || y0 > most {
                    to = -1.0;
                }
            } else {
                let (a, b) = (cross(least), cross(most));
                from = from.max(a.min(b));
                to = to.min(a.max(b));
            }
            if from > to {
                continue;
            }
            let at = |t: f64| self.place(x0 + t * (x1 - x0), y0 + t * (y1 - y0));
            if from > 0.0 || piece.is_empty() {
                if piece.len() > 1 {
                    pieces.push(std::mem::take(&mut piece));
                }
                piece = vec![at(from)];
            }
            piece.push(at(to));
            if to < 1.0 {
                pieces.push(std::mem::take(&mut piece));
            }
        }
        if piece.len() > 1 {
            pieces.push(piece);
        }
        pieces
    }

    /// A curve, as much of it as lies within the panel.
    pub(super) fn curve(
        &self,
        pen: &mut Pen<'_>,
        curve: &[(f64, f64)],
        stroke: Stroke,
    ) -> Result<(), PlotError> {
        for piece in self.within(curve) {
            pen.line(&piece, stroke)?;
        }
        Ok(())
    }
}

/// Where text of a panel goes, before its height is known.
struct Layout {
    left: f64,
    right: f64,
    heading: Vec<String>,
    legend: Legend,
    above: Vec<String>,
    top: f64,
    bottom: f64,
    below: Vec<String>,
    end: f64,
}

impl Sheet {
    /// Draws the layout, and the data by whoever knows them, frame by frame.
    pub(super) fn draw(
        self,
        theme: Theme,
        description: String,
        data: impl FnOnce(&mut Pen<'_>, &[Frame]) -> Result<(), PlotError>,
    ) -> Result<Figure, PlotError> {
        let width = f64::from(WIDTH);
        let room = width - 2.0 * MARGIN;
        // Bold is a tenth wider.
        let title = text::wrap(&text::clean(&self.title), room / (1.1 * TITLE), 3);
        let subtitle = text::clean(self.subtitle.as_deref().unwrap_or_default());
        let subtitle = text::wrap(&subtitle, room / BODY, 4);
        let legend = Legend::new(&self.legend);
        let words = TITLE * title.len() as f64 + BODY * subtitle.len() as f64;
        let legend_top = MARGIN + LEADING * words + 8.0;
        let mut y = legend_top - 8.0;
        if legend.height() > 0.0 {
            y = legend_top + legend.height();
        }
        let (left, right) = gutters(&self.panels);
        let mut layouts = Vec::new();
        for panel in &self.panels {
            let layout = panel.layout(MARGIN + left, width - MARGIN - right, y);
            y = layout.end;
            layouts.push(layout);
        }
        let notes: Vec<String> = self
            .notes
            .iter()
            .flat_map(|note| text::wrap(&text::clean(note), room / SMALL, 6))
            .collect();
        if !notes.is_empty() {
            y += 8.0;
        }
        let height = y + LEADING * SMALL * notes.len() as f64 + MARGIN;
        let elements = sketch(theme, height.ceil() as u32, |pen| {
            let mut at = MARGIN;
            lines(
                pen,
                &title,
                (MARGIN, &mut at),
                Type::new(TITLE, Hue::Ink, Anchor::Start).bold(),
            )?;
            lines(
                pen,
                &subtitle,
                (MARGIN, &mut at),
                Type::new(BODY, Hue::Muted, Anchor::Start),
            )?;
            legend.draw(pen, legend_top)?;
            let mut frames = Vec::new();
            for (panel, layout) in self.panels.iter().zip(&layouts) {
                frames.push(panel.draw(pen, layout)?);
            }
            data(pen, &frames)?;
            let mut at = y;
            lines(
                pen,
                &notes,
                (MARGIN, &mut at),
                Type::new(SMALL, Hue::Muted, Anchor::Start),
            )
        })?;
        let title = text::clean(&self.title);
        Ok(Figure::new(
            &elements,
            title,
            text::clean(&description),
            height.ceil() as u32,
            FINE,
        ))
    }
}

impl Panel {
    pub(super) fn new(x: Axis, y: Axis) -> Self {
        Self {
            heading: None,
            legend: Vec::new(),
            x,
            y,
            right: None,
            height: Some(260.0),
        }
    }

    /// The width of the labels of the vertical axis.
    fn gutter(&self) -> f64 {
        gutter(&self.y)
    }

    fn right_gutter(&self) -> f64 {
        let labels = self.right.as_ref().map_or(0.0, gutter);
        // Half of a label of the horizontal axis may stand out.
        let last = self.x.ticks.last().map_or(0.0, |t| text::ems(&t.label));
        labels.max(0.5 * SMALL * last - 4.0)
    }

    fn layout(&self, left: f64, right: f64, start: f64) -> Layout {
        let room = f64::from(WIDTH) - 2.0 * MARGIN;
        let mut y = start + 8.0;
        let heading = text::wrap(
            &text::clean(self.heading.as_deref().unwrap_or_default()),
            room / (1.1 * BODY),
            2,
        );
        y += LEADING * BODY * heading.len() as f64;
        let legend = Legend::new(&self.legend);
        y += legend.height();
        let above = text::wrap(&text::clean(&self.y.title), room / BODY, 2);
        y += LEADING * BODY * above.len() as f64 + 8.0;
        let top = y;
        let bottom = top + self.height.unwrap_or(right - left);
        let below = text::wrap(&text::clean(&self.x.title), room / BODY, 2);
        let end = bottom + GAP + LEADING * SMALL + LEADING * BODY * below.len() as f64 + 6.0;
        Layout {
            left,
            right,
            heading,
            legend,
            above,
            top,
            bottom,
            below,
            end,
        }
    }

    fn draw(&self, pen: &mut Pen<'_>, layout: &Layout) -> Result<Frame, PlotError> {
        let frame = Frame {
            left: layout.left,
            right: layout.right,
            top: layout.top,
            bottom: layout.bottom,
            x: self.x.scale,
            y: self.y.scale,
        };
        let (heading, above) = (layout.heading.len(), layout.above.len());
        let text_height = LEADING * BODY * (heading + above) as f64;
        let mut at = layout.top - 8.0 - text_height - layout.legend.height();
        let ink = Type::new(BODY, Hue::Ink, Anchor::Start);
        lines(pen, &layout.heading, (MARGIN, &mut at), ink.bold())?;
        layout.legend.draw(pen, at)?;
        at += layout.legend.height();
        lines(
            pen,
            &layout.above,
            (MARGIN, &mut at),
            Type::new(BODY, Hue::Muted, Anchor::Start),
        )?;
        if let Some(right) = &self.right {
            let set = Type::new(BODY, Hue::Muted, Anchor::End);
            pen.text(
                &right.title,
                (f64::from(WIDTH) - MARGIN, at - 0.5 * LEADING * BODY),
                set,
            )?;
        }
        self.axes(pen, &frame)?;
        let mut at = layout.bottom + GAP + LEADING * SMALL + 2.0;
        let centre = 0.5 * (frame.left + frame.right);
        for line in &layout.below {
            // In the middle of the plot, unless that is too far to one side.
            let half = 0.5 * BODY * text::ems(line);
            let most = f64::from(WIDTH) - MARGIN - half;
            let x = centre.min(most).max(MARGIN + half);
            pen.text(
                line,
                (x, at + 0.5 * LEADING * BODY),
                Type::new(BODY, Hue::Muted, Anchor::Middle),
            )?;
            at += LEADING * BODY;
        }
        Ok(frame)
    }

    fn axes(&self, pen: &mut Pen<'_>, frame: &Frame) -> Result<(), PlotError> {
        let grid = Stroke::solid(Hue::Grid, 1.0);
        let small = |anchor| Type::new(SMALL, Hue::Ink, anchor);
        let places: Vec<(f64, f64)> = self
            .x
            .ticks
            .iter()
            .map(|t| (frame.across(t.at), SMALL * text::ems(&t.label)))
            .collect();
        let stride = stride(&places);
        for (i, (tick, &(x, _))) in self.x.ticks.iter().zip(&places).enumerate() {
            if self.x.grid == Grid::Lines {
                pen.line(&[(x, frame.top), (x, frame.bottom)], grid)?;
            }
            if i % stride == 0 {
                let below = (x, frame.bottom + GAP + 0.5 * SMALL);
                pen.text(&tick.label, below, small(Anchor::Middle))?;
            }
        }
        for tick in &self.y.ticks {
            let y = frame.up(tick.at);
            if self.y.grid == Grid::Lines {
                pen.line(&[(frame.left, y), (frame.right, y)], grid)?;
            }
            let label = text::elide(&tick.label, GUTTER / SMALL);
            pen.text(&label, (frame.left - GAP, y), small(Anchor::End))?;
        }
        if let Some(right) = &self.right {
            for tick in &right.ticks {
                pen.text(
                    &tick.label,
                    (frame.right + GAP, frame.up(tick.at)),
                    small(Anchor::Start),
                )?;
            }
        }
        let axis = Stroke::solid(Hue::Muted, 1.2);
        pen.line(
            &[(frame.left, frame.bottom), (frame.right, frame.bottom)],
            axis,
        )?;
        pen.line(&[(frame.left, frame.top), (frame.left, frame.bottom)], axis)
    }
}

/// Every how many labels are shown, so that none touches the next; labels are given by their middle and width.
fn stride(places: &[(f64, f64)]) -> usize {
    let fits = |step: &usize| {
        let shown: Vec<_> = places.iter().step_by(*step).collect();
        shown
            .windows(2)
            .all(|pair| (pair[1].0 - pair[0].0).abs() >= 0.5 * (pair[0].1 + pair[1].1) + 6.0)
    };
    (1..places.len()).find(fits).unwrap_or(places.len().max(1))
}

/// What the labels beside the plots of a figure take, left and right; its plots are of one width.
fn gutters(panels: &[Panel]) -> (f64, f64) {
    let widest = |width: fn(&Panel) -> f64| panels.iter().map(width).fold(0.0, f64::max);
    (widest(Panel::gutter), widest(Panel::right_gutter))
}

/// The width of the plots of a figure with these panels.
pub(super) fn plot_width(panels: &[Panel]) -> f64 {
    let (left, right) = gutters(panels);
    f64::from(WIDTH) - 2.0 * MARGIN - left - right
}

fn gutter(axis: &Axis) -> f64 {
    let widest = axis
        .ticks
        .iter()
        .map(|t| SMALL * text::ems(&t.label))
        .fold(0.0, f64::max);
    widest.min(GUTTER) + GAP
}

/// Lines of text, each below the other.
fn lines(
    pen: &mut Pen<'_>,
    text: &[String],
    (x, y): (f64, &mut f64),
    set: Type,
) -> Result<(), PlotError> {
    for line in text {
        pen.text(line, (x, *y + 0.5 * LEADING * set.size), set)?;
        *y += LEADING * set.size;
    }
    Ok(())
}
