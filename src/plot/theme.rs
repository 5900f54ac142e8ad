//! [`Theme`]: the colours of a figure on a light and on a dark page.
//!
//! The hues are of Okabe and Ito's palette, which people with any of the common colour deficiencies tell apart. No
//! one of its yellows is seen on white and none of its dark blues on black, so each page has the part of the palette
//! that stands out from it: every colour of a series has a contrast of at least 3 to 1 with its page, which is
//! what WCAG 2.2 (criterion 1.4.11) asks of graphics, and text has at least 4.5 to 1 (criterion 1.4.3).
//!
//! Colour is never alone: series differ in marker or line style too, areas in their labels.

use plotters::style::RGBColor;

/// The page that a figure is drawn for.
///
/// # References
/// Okabe & Ito (2008), *Color Universal Design*; WCAG 2.2 (2023), criteria 1.4.3 and 1.4.11.
///
/// # Examples
/// ```
/// use alignment_tax::plot::{FrontierFigure, Theme};
/// use alignment_tax::{Budget, ParetoFrontier};
///
/// let frontier = ParetoFrontier::from_overlap(-0.3_f64, Budget::unit())?;
/// let picture = FrontierFigure::new(&frontier);
/// assert_ne!(picture.draw(Theme::Light)?, picture.draw(Theme::Dark)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Theme {
    /// Dark ink on white.
    #[default]
    Light,
    /// Light ink on near black.
    Dark,
}

impl Theme {
    /// The colour of the page, as red, green and blue.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::plot::Theme;
    ///
    /// assert_eq!(Theme::Light.background(), [255, 255, 255]);
    /// ```
    #[must_use]
    pub const fn background(self) -> [u8; 3] {
        match self {
            Self::Light => [255, 255, 255],
            Self::Dark => [22, 24, 29],
        }
    }

    /// The colour of text and axes.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::plot::Theme;
    ///
    /// assert_eq!(Theme::Dark.ink(), [230, 232, 235]);
    /// ```
    #[must_use]
    pub const fn ink(self) -> [u8; 3] {
        match self {
            Self::Light => [31, 35, 40],
            Self::Dark => [230, 232, 235],
        }
    }

    /// The colours of series, in the order of their use.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::plot::Theme;
    ///
    /// assert_eq!(Theme::Light.series()[0], [0, 114, 178]);
    /// assert_eq!(Theme::Dark.series()[0], [86, 180, 233]);
    /// ```
    #[must_use]
    pub const fn series(self) -> [[u8; 3]; 5] {
        match self {
            // Blue, vermillion, bluish green, reddish purple, and ink for black.
            Self::Light => [
                [0, 114, 178],
                [213, 94, 0],
                [0, 158, 115],
                [204, 121, 167],
                Self::Light.ink(),
            ],
            // Sky blue, orange, bluish green, reddish purple, yellow.
            Self::Dark => [
                [86, 180, 233],
                [230, 159, 0],
                [0, 158, 115],
                [204, 121, 167],
                [240, 228, 66],
            ],
        }
    }

    pub(super) fn paint(self, hue: Hue) -> RGBColor {
        let [r, g, b] = match hue {
            Hue::Paper => self.background(),
            Hue::Ink => self.ink(),
            Hue::Muted => match self {
                Self::Light => [87, 96, 106],
                Self::Dark => [160, 167, 176],
            },
            Hue::Grid => match self {
                Self::Light => [222, 226, 231],
                Self::Dark => [48, 53, 61],
            },
            Hue::Black => [0, 0, 0],
            Hue::White => [255, 255, 255],
            Hue::Series(i) => self.series()[i % self.series().len()],
        };
        RGBColor(r, g, b)
    }
}

/// What a colour is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hue {
    Paper,
    Ink,
    /// Text and lines of second rank.
    Muted,
    Grid,
    Black,
    White,
    Series(usize),
}

impl Hue {
    /// What can be gained.
    pub(super) const GAIN: Self = Self::Series(0);
    /// What is paid.
    pub(super) const COST: Self = Self::Series(1);
    /// What is free.
    pub(super) const FREE: Self = Self::Series(2);
    /// What was observed.
    pub(super) const SEEN: Self = Self::Series(3);
}

/// Relative luminance by WCAG 2.2.
fn luminance(colour: [u8; 3]) -> f64 {
    let linear = colour.map(|c| {
        let c = f64::from(c) / 255.0;
        if c <= 0.040_45 {
            c / 12.92
        } else {
            ((c + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

/// The contrast ratio of two colours by WCAG 2.2, from 1 to 21.
pub(super) fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_stands_out_from_its_page() {
        for theme in [Theme::Light, Theme::Dark] {
            let page = theme.background();
            for colour in theme.series() {
                assert!(contrast(colour, page) >= 3.0, "{theme:?} {colour:?}");
            }
            for hue in [Hue::Ink, Hue::Muted] {
                let RGBColor(r, g, b) = theme.paint(hue);
                assert!(contrast([r, g, b], page) >= 4.5, "{theme:?} {hue:?}");
            }
        }
    }
}
