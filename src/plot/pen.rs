//! [`Pen`]: strokes, areas, marks and text in pixels, through the SVG backend of `plotters`.
//!
//! The backend takes whole coordinates only. They are therefore [`FINE`] to the pixel, and the picture is shown at
//! one over that: curves are smooth, and equal inputs still give equal bytes.

use plotters::backend::{DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{
    Color as _, FontStyle, FontTransform, IntoFont as _, RGBColor, ShapeStyle, TextStyle,
};

use super::PlotError;
use super::figure::WIDTH;
use super::theme::{Hue, Theme};

/// Coordinates to the pixel.
pub(super) const FINE: u32 = 10;

/// A place in pixels, from the left and from the top.
pub(super) type Place = (f64, f64);

/// How a line is drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stroke {
    pub hue: Hue,
    pub width: f64,
    pub dash: Dash,
}

impl Stroke {
    pub(super) const fn solid(hue: Hue, width: f64) -> Self {
        Self {
            hue,
            width,
            dash: Dash::Solid,
        }
    }

    pub(super) const fn dashed(self, dash: Dash) -> Self {
        Self { dash, ..self }
    }
}

/// Line styles, told apart without colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dash {
    Solid,
    Dashed,
    Dotted,
    DashDot,
}

impl Dash {
    pub(super) const ALL: [Self; 4] = [Self::Solid, Self::Dashed, Self::DashDot, Self::Dotted];

    /// Lengths drawn and left out, in turn, in pixels.
    const fn pattern(self) -> &'static [f64] {
        match self {
            Self::Solid => &[],
            Self::Dashed => &[8.0, 5.0],
            Self::Dotted => &[2.0, 4.0],
            Self::DashDot => &[10.0, 4.0, 2.0, 4.0],
        }
    }
}

/// Markers, told apart without colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marker {
    Disc,
    Square,
    Triangle,
    Diamond,
    Wedge,
    /// Not filled: for what is not resolved.
    Ring,
}

impl Marker {
    pub(super) const SERIES: [Self; 5] = [
        Self::Disc,
        Self::Triangle,
        Self::Square,
        Self::Diamond,
        Self::Wedge,
    ];

    /// Corners, and the turn of the first from the right, in full turns clockwise.
    const fn polygon(self) -> Option<(u32, f64)> {
        match self {
            Self::Disc | Self::Ring => None,
            Self::Square => Some((4, 0.125)),
            Self::Triangle => Some((3, -0.25)),
            Self::Diamond => Some((4, 0.0)),
            Self::Wedge => Some((3, 0.25)),
        }
    }
}

/// How a line of text is set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Type {
    pub size: f64,
    pub hue: Hue,
    pub anchor: Anchor,
    pub bold: Weight,
}

impl Type {
    pub(super) const fn new(size: f64, hue: Hue, anchor: Anchor) -> Self {
        Self {
            size,
            hue,
            anchor,
            bold: Weight::Normal,
        }
    }

    pub(super) const fn bold(self) -> Self {
        Self {
            bold: Weight::Bold,
            ..self
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Normal,
    Bold,
}

/// Which part of a text lies at its place; vertically it is always the middle of the lower-case letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
    /// The middle, reading upwards.
    Upwards,
}

/// The drawing end of a figure.
pub(super) struct Pen<'a> {
    backend: SVGBackend<'a>,
    theme: Theme,
}

/// The elements of a drawing of some height on the page of a theme.
pub(super) fn sketch(
    theme: Theme,
    height: u32,
    draw: impl FnOnce(&mut Pen<'_>) -> Result<(), PlotError>,
) -> Result<String, PlotError> {
    let mut svg = String::new();
    let mut pen = Pen {
        backend: SVGBackend::with_string(&mut svg, (WIDTH * FINE, height * FINE)),
        theme,
    };
    pen.area(
        (0.0, 0.0),
        (f64::from(WIDTH), f64::from(height)),
        Hue::Paper,
        1.0,
    )?;
    draw(&mut pen)?;
    pen.backend.present().map_err(refused)?;
    drop(pen);
    // The figure has a root element of its own.
    let inside = svg.find('>').map_or(0, |end| end + 1);
    let elements = svg[inside..].trim();
    Ok(format!(
        "{}\n",
        elements
            .strip_suffix("</svg>")
            .unwrap_or(elements)
            .trim_end()
    ))
}

impl Pen<'_> {
    /// A line through places, at least two of them.
    pub(super) fn line(&mut self, through: &[Place], stroke: Stroke) -> Result<(), PlotError> {
        let style = self.style(stroke.hue, 1.0, stroke.width);
        if stroke.dash == Dash::Solid {
            let path = through.iter().copied().map(fine);
            return self.backend.draw_path(path, &style).map_err(refused);
        }
        for piece in dashes(through, stroke.dash.pattern()) {
            let path = piece.into_iter().map(fine);
            self.backend.draw_path(path, &style).map_err(refused)?;
        }
        Ok(())
    }

    /// A filled polygon.
    pub(super) fn polygon(
        &mut self,
        corners: &[Place],
        hue: Hue,
        opacity: f64,
    ) -> Result<(), PlotError> {
        let style = self.style(hue, opacity, 0.0).filled();
        let corners = corners.iter().copied().map(fine);
        self.backend.fill_polygon(corners, &style).map_err(refused)
    }

    /// A filled rectangle between two opposite corners.
    pub(super) fn area(
        &mut self,
        a: Place,
        b: Place,
        hue: Hue,
        opacity: f64,
    ) -> Result<(), PlotError> {
        let style = self.style(hue, opacity, 0.0).filled();
        let (least, most) = ((a.0.min(b.0), a.1.min(b.1)), (a.0.max(b.0), a.1.max(b.1)));
        self.backend
            .draw_rect(fine(least), fine(most), &style, true)
            .map_err(refused)
    }

    /// A filled rectangle of a colour that is no hue of the theme.
    pub(super) fn cell(&mut self, a: Place, b: Place, colour: RGBColor) -> Result<(), PlotError> {
        let style = ShapeStyle::from(&colour).filled();
        let (least, most) = ((a.0.min(b.0), a.1.min(b.1)), (a.0.max(b.0), a.1.max(b.1)));
        self.backend
            .draw_rect(fine(least), fine(most), &style, true)
            .map_err(refused)
    }

    /// A marker with a rim of the page's colour, so that it stands out from lines it lies on.
    pub(super) fn mark(
        &mut self,
        marker: Marker,
        at: Place,
        radius: f64,
        hue: Hue,
    ) -> Result<(), PlotError> {
        if marker == Marker::Ring {
            self.disc(at, radius + 1.0, Hue::Paper)?;
            self.disc(at, radius, hue)?;
            return self.disc(at, radius - 2.0, Hue::Paper);
        }
        for (radius, hue) in [(radius + 1.5, Hue::Paper), (radius, hue)] {
            match marker.polygon() {
                None => self.disc(at, radius, hue)?,
                // Polygons look as large as a disc when they reach a little further.
                Some((corners, turn)) => {
                    let reach = if corners == 3 {
                        1.3 * radius
                    } else {
                        1.2 * radius
                    };
                    let corner = |i: u32| {
                        let angle =
                            std::f64::consts::TAU * (f64::from(i) / f64::from(corners) + turn);
                        (at.0 + reach * angle.cos(), at.1 + reach * angle.sin())
                    };
                    let corners: Vec<Place> = (0..corners).map(corner).collect();
                    self.polygon(&corners, hue, 1.0)?;
                }
            }
        }
        Ok(())
    }

    fn disc(&mut self, at: Place, radius: f64, hue: Hue) -> Result<(), PlotError> {
        let style = self.style(hue, 1.0, 0.0).filled();
        let radius = (radius * f64::from(FINE)).round() as u32;
        self.backend
            .draw_circle(fine(at), radius, &style, true)
            .map_err(refused)
    }

    /// A line of text.
    pub(super) fn text(&mut self, text: &str, at: Place, set: Type) -> Result<(), PlotError> {
        let colour = self.theme.paint(set.hue);
        // The backend divides by 1.24.
        let size = 1.24 * set.size * f64::from(FINE);
        let mut font = ("sans-serif", size).into_font();
        if set.bold == Weight::Bold {
            font = font.style(FontStyle::Bold);
        }
        if set.anchor == Anchor::Upwards {
            font = font.transform(FontTransform::Rotate270);
        }
        let across = match set.anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle | Anchor::Upwards => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let style = TextStyle::from(font)
            .color(&colour)
            .pos(Pos::new(across, VPos::Center));
        self.backend
            .draw_text(text, &style, fine(at))
            .map_err(refused)
    }

    fn style(&self, hue: Hue, opacity: f64, width: f64) -> ShapeStyle {
        ShapeStyle {
            color: self.theme.paint(hue).mix(opacity),
            filled: false,
            stroke_width: (width * f64::from(FINE)).round() as u32,
        }
    }
}

fn fine((x, y): Place) -> (i32, i32) {
    let whole = |t: f64| (t * f64::from(FINE)).round() as i32;
    (whole(x), whole(y))
}

fn refused(error: impl std::error::Error) -> PlotError {
    PlotError::Backend {
        detail: error.to_string(),
    }
}

/// The pieces of a line that a pattern of lengths draws.
fn dashes(through: &[Place], pattern: &[f64]) -> Vec<Vec<Place>> {
    let mut pieces = Vec::new();
    let Some(&first) = through.first() else {
        return pieces;
    };
    let (mut phase, mut left, mut piece) = (0, pattern[0], vec![first]);
    for pair in through.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let length = (to.0 - from.0).hypot(to.1 - from.1);
        let mut done = 0.0;
        while length - done > left {
            done += left;
            let share = done / length;
            let here = (
                from.0 + share * (to.0 - from.0),
                from.1 + share * (to.1 - from.1),
            );
            if phase % 2 == 0 {
                piece.push(here);
                pieces.push(std::mem::take(&mut piece));
            } else {
                piece = vec![here];
            }
            phase = (phase + 1) % pattern.len();
            left = pattern[phase];
        }
        left -= length - done;
        if phase % 2 == 0 {
            piece.push(to);
        }
    }
    if phase % 2 == 0 && piece.len() > 1 {
        pieces.push(piece);
    }
    pieces
}
