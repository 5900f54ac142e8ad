//! [`Sheet`]: the layout that all figures share, from the title down to the notes.
//!
//! Everything is one column, as wide as the figure: title, subtitle, then panels one below the other, then notes. A
//! panel has its heading, its legend *above* the plot and never on it, the title of its vertical axis set
//! horizontally above that axis, the plot, and the horizontal axis. What a line of text needs is measured
//! before anything is placed, so long words make a figure higher and never run into each other.

use super::PlotError;
use super::axis::{Axis, Grid, Scale};
use super::figure::{Figure, WIDTH};
use super::pen::{Anchor, Dash, FINE, Marker, Pen, Place, Stroke, Type, sketch};
use super::text;
use super::theme::{Hue, Theme};

pub(super) const MARGIN: f64 = 14.0;
const TITLE: f64 = 19.0;
/// The size of axis titles, legends and subtitles.
pub(super) const BODY: f64 = 15.0;
/// The size of ticks, notes and numbers in cells.
pub(super) const SMALL: f64 = 14.0;
/// The distance of two lines, in sizes.
const LEADING: f64 = 1.3;
/// From the plot to the labels of its ticks.
const GAP: f64 = 8.0;
/// The widest column of row labels.
const GUTTER: f64 = 190.0;
const KEY: f64 = 30.0;

/// A figure before it is drawn.
pub(super) struct Sheet {
    pub title: String,
    pub subtitle: Option<String>,
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

/// What stands for what.
pub(super) struct Key {
    pub glyph: Glyph,
    pub label: String,
}

impl Key {
    pub(super) fn new(glyph: Glyph, label: impl Into<String>) -> Self {
        Self {
            glyph,
            label: label.into(),
        }
    }
}

/// The sample of a legend.
#[derive(Debug, Clone, Copy)]
pub(super) enum Glyph {
    Line(Stroke),
    Area(Hue, f64),
    Mark(Marker, Hue),
    /// A marker on a horizontal bar.
    Bar(Marker, Hue),
    /// A marker on a line.
    Curve(Stroke, Marker),
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
    /// Rows of keys, each with the place of its left end.
    legend: Vec<Vec<(f64, usize)>>,
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
        let mut y =
            MARGIN + LEADING * TITLE * title.len() as f64 + LEADING * BODY * subtitle.len() as f64;
        let left = self.panels.iter().map(Panel::gutter).fold(0.0, f64::max);
        let right = self
            .panels
            .iter()
            .map(Panel::right_gutter)
            .fold(0.0, f64::max);
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
        labels.max(
            0.5 * SMALL * self.x.ticks.last().map_or(0.0, |t| text::ems(&t.label)) - MARGIN + 2.0,
        )
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
        let mut legend: Vec<Vec<(f64, usize)>> = Vec::new();
        let mut x = f64::INFINITY;
        for (i, key) in self.legend.iter().enumerate() {
            let width = KEY + BODY * text::ems(&key.shown()) + 16.0;
            if x + width - 16.0 > f64::from(WIDTH) - MARGIN {
                legend.push(Vec::new());
                x = MARGIN;
            }
            if let Some(row) = legend.last_mut() {
                row.push((x, i));
            }
            x += width;
        }
        y += LEADING * BODY * legend.len() as f64 + if legend.is_empty() { 0.0 } else { 4.0 };
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
        let mut at = layout.top
            - 8.0
            - LEADING
                * BODY
                * (layout.above.len() + layout.heading.len() + layout.legend.len()) as f64;
        if !layout.legend.is_empty() {
            at -= 4.0;
        }
        let ink = Type::new(BODY, Hue::Ink, Anchor::Start);
        lines(pen, &layout.heading, (MARGIN, &mut at), ink.bold())?;
        for row in &layout.legend {
            for &(x, i) in row {
                let middle = at + 0.5 * LEADING * BODY;
                self.legend[i].glyph.draw(pen, (x, middle))?;
                pen.text(&self.legend[i].shown(), (x + KEY, middle), ink)?;
            }
            at += LEADING * BODY;
        }
        if !layout.legend.is_empty() {
            at += 4.0;
        }
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
        let mut free = f64::NEG_INFINITY;
        for tick in &self.x.ticks {
            let x = frame.across(tick.at);
            if self.x.grid == Grid::Lines {
                pen.line(&[(x, frame.top), (x, frame.bottom)], grid)?;
            }
            // A label that would touch the one before it is left out.
            let half = 0.5 * SMALL * text::ems(&tick.label);
            if x - half > free {
                free = x + half + 4.0;
                pen.text(
                    &tick.label,
                    (x, frame.bottom + GAP + 0.5 * SMALL),
                    small(Anchor::Middle),
                )?;
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

fn gutter(axis: &Axis) -> f64 {
    let widest = axis
        .ticks
        .iter()
        .map(|t| SMALL * text::ems(&t.label))
        .fold(0.0, f64::max);
    widest.min(GUTTER) + GAP
}

impl Key {
    /// The label, not wider than a figure.
    fn shown(&self) -> String {
        let room = f64::from(WIDTH) - 2.0 * MARGIN - KEY;
        text::elide(&text::clean(&self.label), room / BODY)
    }
}

impl Glyph {
    fn draw(self, pen: &mut Pen<'_>, (x, y): Place) -> Result<(), PlotError> {
        let (from, to) = ((x, y), (x + KEY - 8.0, y));
        let middle = (0.5 * (from.0 + to.0), y);
        match self {
            Self::Line(stroke) => pen.line(&[from, to], stroke),
            Self::Area(hue, opacity) => pen.area((from.0, y - 6.0), (to.0, y + 6.0), hue, opacity),
            Self::Mark(marker, hue) => pen.mark(marker, middle, 5.0, hue),
            Self::Bar(marker, hue) => {
                pen.line(
                    &[from, to],
                    Stroke {
                        hue,
                        width: 2.0,
                        dash: Dash::Solid,
                    },
                )?;
                pen.mark(marker, middle, 5.0, hue)
            }
            Self::Curve(stroke, marker) => {
                pen.line(&[from, to], stroke)?;
                pen.mark(marker, middle, 5.0, stroke.hue)
            }
        }
    }
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
