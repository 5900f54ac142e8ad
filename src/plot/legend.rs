//! [`Legend`]: what stands for what, in rows above the plots.
//!
//! Keys stand side by side as long as there is room and go on in the next row where there is none. A legend has a place of its own
//! and is never on the data; a label that is wider than the figure is shortened.

use super::PlotError;
use super::figure::WIDTH;
use super::pen::{Anchor, Marker, Pen, Place, Stroke, Type};
use super::sheet::{BODY, LEADING, MARGIN};
use super::text;
use super::theme::Hue;

/// The width of a sample, with the blank after it.
const KEY: f64 = 38.0;
/// Between two keys of a row.
const APART: f64 = 16.0;

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

/// Keys in rows.
pub(super) struct Legend {
    /// Each key with the place of its left end.
    rows: Vec<Vec<(f64, Key)>>,
}

impl Legend {
    pub(super) fn new(keys: &[Key]) -> Self {
        let mut rows: Vec<Vec<(f64, Key)>> = Vec::new();
        let mut x = f64::INFINITY;
        for key in keys {
            let label = key.shown();
            let width = KEY + BODY * text::ems(&label);
            if x + width > f64::from(WIDTH) - MARGIN {
                rows.push(Vec::new());
                x = MARGIN;
            }
            if let Some(row) = rows.last_mut() {
                row.push((x, Key::new(key.glyph, label)));
            }
            x += width + APART;
        }
        Self { rows }
    }

    pub(super) fn height(&self) -> f64 {
        if self.rows.is_empty() {
            return 0.0;
        }
        LEADING * BODY * self.rows.len() as f64 + 4.0
    }

    /// From a height downwards.
    pub(super) fn draw(&self, pen: &mut Pen<'_>, top: f64) -> Result<(), PlotError> {
        for (i, row) in self.rows.iter().enumerate() {
            let middle = top + (i as f64 + 0.5) * LEADING * BODY;
            for (x, key) in row {
                key.glyph.draw(pen, (*x, middle))?;
                let set = Type::new(BODY, Hue::Ink, Anchor::Start);
                pen.text(&key.label, (x + KEY, middle), set)?;
            }
        }
        Ok(())
    }
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
                pen.line(&[from, to], Stroke::solid(hue, 2.0))?;
                pen.mark(marker, middle, 5.0, hue)
            }
            Self::Curve(stroke, marker) => {
                pen.line(&[from, to], stroke)?;
                pen.mark(marker, middle, 5.0, stroke.hue)
            }
        }
    }
}
