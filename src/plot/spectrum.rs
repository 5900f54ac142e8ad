//! [`SpectrumFigure`]: principal angles between two subspaces, against what chance gives.
//!
//! Angles from the smallest to the largest; at the right the rates τ = cos²θ that they are. An angle means something beside
//! what chance gives, and there are two kinds of chance, which this figure keeps apart:
//!
//! * *Random subspaces* ([`with_random`](SpectrumFigure::with_random)): spectra that were computed for random subspaces of
//!   the same dimension. The band is pointwise, of the j-th angles for the j-th, and is the one to compare a spectrum with.
//! * *One random direction* ([`with_null`](SpectrumFigure::with_null), [`with_isotropic`](SpectrumFigure::with_isotropic)): the
//!   nulls of a rate. The band is the same at each angle. It is right where there is one angle; of several
//!   the smallest lies below it more often than its level says, as the least of several does. The figure says so.

use super::axis::{Axis, Grid, Scale, Tick};
use super::caption::{Caption, captioned};
use super::error::legible;
use super::legend::{Glyph, Key};
use super::pen::{Dash, Marker, Stroke};
use super::sheet::{Panel, Sheet};
use super::text;
use super::theme::Hue;
use super::{Figure, PlotError, Theme};
use crate::linalg::check;
use crate::{Confidence, IsotropicNull, NullSample, PrincipalAngles, Real, TaxSpectrum};

/// More angles than this are no picture.
const MOST: usize = 2000;
/// Up to this many angles have markers.
const MARKED: usize = 40;

/// A spectrum of principal angles, with the band that chance gives.
///
/// # Units and shapes
/// Angles in degrees; rates τ = cos²θ without unit.
///
/// # Accuracy
/// Bands of replicates are quantiles of those replicates, with their Monte Carlo error.
///
/// # References
/// Theory §1.6 and §2; Björck & Golub (1973).
///
/// # Examples
/// ```
/// use alignment_tax::plot::{SpectrumFigure, Theme};
/// use alignment_tax::{Confidence, IsotropicNull, PrincipalAngles, Subspace};
/// use nalgebra::DMatrix;
///
/// fn columns(k: usize) -> DMatrix<f64> {
///     DMatrix::from_fn(8, 2, |i, j| ((i * 5 + j * 3 + k * 7) as f64).sin())
/// }
///
/// let safety = Subspace::from_columns(&columns(1))?;
/// let capabilities = Subspace::from_columns(&columns(2))?;
/// let angles = PrincipalAngles::between(&safety, &capabilities)?;
/// let null = IsotropicNull::of(&capabilities)?;
/// let random = (3..40)
///     .map(|k| PrincipalAngles::between(&Subspace::from_columns(&columns(k))?, &capabilities))
///     .collect::<Result<Vec<_>, _>>()?;
/// let figure = SpectrumFigure::from_angles(&angles)
///     .with_random(&random, Confidence::NINETY_FIVE)
///     .with_isotropic(&null, Confidence::NINETY_FIVE)
///     .with_title("Safety against capabilities")
///     .with_subtitle("two dimensions each, of eight")
///     .draw(Theme::Light)?;
/// assert!(figure.svg().contains("37 random subspaces"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct SpectrumFigure {
    /// In radians.
    angles: Vec<f64>,
    free: usize,
    bands: Vec<Band>,
    caption: Caption,
}

captioned!(SpectrumFigure);

/// What chance gives, and how much of it a band holds.
#[derive(Debug, Clone)]
enum Band {
    Sample(NullSample, Confidence),
    Isotropic(IsotropicNull, Confidence),
    Random(Vec<Vec<f64>>, Confidence),
}

/// A band, ready to be drawn: lower, middle and upper angle in degrees at each place.
struct Drawn {
    edges: Vec<[f64; 3]>,
    label: String,
    note: Option<String>,
}

impl SpectrumFigure {
    /// Of principal angles.
    ///
    /// # Examples
    /// See [`SpectrumFigure`].
    #[must_use]
    pub fn from_angles<T: Real>(angles: &PrincipalAngles<T>) -> Self {
        Self {
            angles: angles.radians().iter().map(|a| a.to_double()).collect(),
            free: 0,
            bands: Vec::new(),
            caption: Caption::default(),
        }
    }

    /// Of a tax spectrum, whose free directions are shown too.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::plot::{SpectrumFigure, Theme};
    /// use alignment_tax::{Subspace, TaxSpectrum};
    /// use nalgebra::dmatrix;
    ///
    /// let safety: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0, 0.0; 1.0, 0.0; 0.0, 1.0])?;
    /// let code: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0; 0.0])?;
    /// let spectrum = TaxSpectrum::between(&safety, &code)?;
    /// let figure = SpectrumFigure::from_tax(&spectrum).draw(Theme::Light)?;
    /// assert!(figure.svg().contains("tax-free directions: 1"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn from_tax<T: Real>(spectrum: &TaxSpectrum<T>) -> Self {
        Self {
            free: spectrum.free_directions(),
            ..Self::from_angles(spectrum.principal().angles())
        }
    }

    /// With the band of spectra of random subspaces, whichever way they were drawn: pointwise, the central share
    /// of the j-th angles.
    ///
    /// # Examples
    /// See [`SpectrumFigure`].
    #[must_use]
    pub fn with_random<T: Real>(
        mut self,
        spectra: &[PrincipalAngles<T>],
        central: Confidence,
    ) -> Self {
        let spectra = spectra
            .iter()
            .map(|s| s.radians().iter().map(|a| a.to_double()).collect());
        self.bands.push(Band::Random(spectra.collect(), central));
        self
    }

    /// With the band of one random direction, from replicates of its rate.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::plot::{SpectrumFigure, Theme};
    /// use alignment_tax::{Confidence, CovarianceNull, MonteCarlo, PrincipalAngles, Subspace};
    /// use nalgebra::{DMatrix, dmatrix};
    /// use rand::{SeedableRng, rngs::ChaCha8Rng};
    ///
    /// let samples = DMatrix::from_fn(30, 3, |i, j| ((i * 7 + j * 5) % 31) as f64);
    /// let null = CovarianceNull::from_groups(&[samples.as_view()])?;
    /// let code: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0; 0.0])?;
    /// let honesty: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 1.0; 0.0])?;
    /// let run = MonteCarlo::new(199)?;
    /// let chance = null.random_safety(&code, &run, &mut ChaCha8Rng::seed_from_u64(1))?;
    /// let angles = PrincipalAngles::between(&honesty, &code)?;
    /// let figure = SpectrumFigure::from_angles(&angles)
    ///     .with_null(&chance, Confidence::NINETY_FIVE)
    ///     .draw(Theme::Dark)?;
    /// assert!(figure.svg().contains("random direction of this covariance"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_null(mut self, null: &NullSample, central: Confidence) -> Self {
        self.bands.push(Band::Sample(null.clone(), central));
        self
    }

    /// With the band of one isotropic random direction.
    ///
    /// # Examples
    /// See [`SpectrumFigure`].
    #[must_use]
    pub fn with_isotropic(mut self, null: &IsotropicNull, central: Confidence) -> Self {
        self.bands.push(Band::Isotropic(*null, central));
        self
    }

    /// The figure.
    ///
    /// # Errors
    /// [`PlotError::TooMany`] for more than 2000 angles or two bands; [`PlotError::Input`] for spectra of
    /// random subspaces that are none, or have another number of angles.
    ///
    /// # Examples
    /// See [`SpectrumFigure`].
    pub fn draw(&self, theme: Theme) -> Result<Figure, PlotError> {
        let q = self.angles.len();
        legible("angles", q, MOST, "draw the first of them")?;
        legible("bands", self.bands.len(), 2, "draw several figures")?;
        let bands = self
            .bands
            .iter()
            .map(|band| band.drawn(q))
            .collect::<Result<Vec<_>, _>>()?;

        let total = q + if q + self.free <= MARKED {
            self.free
        } else {
            0
        };
        let mut panel = Panel::new(
            counted("principal angle, by size".to_owned(), total),
            degrees("angle θ (degrees)".to_owned()),
        );
        panel.height = Some(300.0);
        panel.right = Some(rates("rate τ = cos²θ".to_owned()));
        let line = Stroke::solid(Hue::GAIN, 2.5);
        panel
            .legend
            .push(Key::new(Glyph::Curve(line, Marker::Disc), "measured"));
        if self.free > 0 {
            let label = format!("tax-free directions: {}", self.free);
            panel
                .legend
                .push(Key::new(Glyph::Mark(Marker::Ring, Hue::FREE), label));
        }
        let hues = [(Hue::Muted, Dash::Dashed), (Hue::SEEN, Dash::Dotted)];
        for (band, &(hue, _)) in bands.iter().zip(&hues) {
            panel
                .legend
                .push(Key::new(Glyph::Area(hue, 0.35), band.label.clone()));
        }
        let (least, most) = (self.angles.first().copied(), self.angles.last().copied());
        let word = |angle: Option<f64>| text::fixed(angle.unwrap_or_default().to_degrees(), 1);
        let outside = bands.first().map_or_else(String::new, |band| {
            let below = self
                .angles
                .iter()
                .zip(&band.edges)
                .filter(|(a, e)| a.to_degrees() < e[0]);
            format!(
                "; {} of them are smaller than the band of {}",
                below.count(),
                band.label
            )
        });
        let description = format!(
            "Spectrum of {q} principal {}, from {}° to {}°{outside}.",
            if q == 1 { "angle" } else { "angles" },
            word(least),
            word(most),
        );
        let mut notes: Vec<String> = bands.iter().filter_map(|band| band.note.clone()).collect();
        notes.dedup();
        let sheet = Sheet {
            title: self
                .caption
                .title_or(|| "How far safety and capabilities are apart".to_owned()),
            subtitle: Some(
                self.caption
                    .subtitle
                    .clone()
                    .unwrap_or_else(|| "0° entangled, 90° free".to_owned()),
            ),
            legend: Vec::new(),
            panels: vec![panel],
            notes,
        };
        sheet.draw(theme, description, |pen, frames| {
            let frame = &frames[0];
            let at = |j: usize, degrees: f64| frame.place(j as f64 + 1.0, degrees);
            for (band, &(hue, dash)) in bands.iter().zip(&hues) {
                // Half a place beyond the first and the last, so that one angle has a band too.
                let spread = |edge: usize| -> Vec<_> {
                    let ends = [(0.5, 0), (q as f64 + 0.5, q - 1)];
                    let inside = (0..q).map(|j| at(j, band.edges[j][edge]));
                    let end = |(x, j): (f64, usize)| frame.place(x, band.edges[j][edge]);
                    std::iter::once(end(ends[0]))
                        .chain(inside)
                        .chain([end(ends[1])])
                        .collect()
                };
                let mut outline = spread(0);
                outline.extend(spread(2).into_iter().rev());
                pen.polygon(&outline, hue, 0.22)?;
                pen.line(&spread(1), Stroke::solid(hue, 1.5).dashed(dash))?;
            }
            let places: Vec<_> = (0..q).map(|j| at(j, self.angles[j].to_degrees())).collect();
            if q > 1 {
                pen.line(&places, line)?;
            }
            if q <= MARKED {
                for &place in &places {
                    pen.mark(Marker::Disc, place, 5.0, Hue::GAIN)?;
                }
            }
            for j in q..total {
                pen.mark(Marker::Ring, at(j, 90.0), 6.0, Hue::FREE)?;
            }
            Ok(())
        })
    }
}

impl Band {
    fn drawn(&self, q: usize) -> Result<Drawn, PlotError> {
        let tails = |central: &Confidence| {
            [
                0.5 * (1.0 - central.level()),
                0.5,
                0.5 * (1.0 + central.level()),
            ]
        };
        let percent = |central: &Confidence| text::number(100.0 * central.level());
        // A large rate is a small angle.
        let angles = |[low, middle, high]: [f64; 3]| [high, middle, low].map(angle);
        let several = (q > 1).then(|| {
            format!(
                "The band of one random direction is the same for all {q} angles. By chance alone the smallest of them lies \
                 below it more often than that."
            )
        });
        match self {
            Self::Sample(null, central) => {
                let [low, middle, high] = tails(central).map(|p| null.quantile(p));
                Ok(Drawn {
                    edges: vec![angles([low?, middle?, high?]); q],
                    label: format!(
                        "{} %, random direction of this covariance",
                        percent(central)
                    ),
                    note: several,
                })
            }
            Self::Isotropic(null, central) => {
                let [low, middle, high] = tails(central).map(|p| null.quantile(p));
                Ok(Drawn {
                    edges: vec![angles([low?, middle?, high?]); q],
                    label: format!("{} %, isotropic random direction", percent(central)),
                    note: several,
                })
            }
            Self::Random(spectra, central) => {
                check::same(
                    "random spectra",
                    "spectra, at least",
                    1,
                    spectra.len().min(1),
                )?;
                for spectrum in spectra {
                    check::same("random spectra", "angles", q, spectrum.len())?;
                }
                let edges = (0..q).map(|j| {
                    let mut column: Vec<f64> = spectra.iter().map(|s| s[j].to_degrees()).collect();
                    column.sort_by(f64::total_cmp);
                    let n = column.len();
                    tails(central).map(|p| column[((p * n as f64).ceil() as usize).clamp(1, n) - 1])
                });
                Ok(Drawn {
                    edges: edges.collect(),
                    label: format!("{} %, {} random subspaces", percent(central), spectra.len()),
                    note: None,
                })
            }
        }
    }
}

/// The angle of a rate, in degrees.
fn angle(rate: f64) -> f64 {
    let rate = rate.clamp(0.0, 1.0);
    (1.0 - rate).sqrt().atan2(rate.sqrt()).to_degrees()
}

/// From 0° to 90°, the ends a little inside.
fn degrees(title: String) -> Axis {
    axis(title, |at| format!("{at:.0}°"))
}

fn rates(title: String) -> Axis {
    axis(title, |at| text::fixed(at.to_radians().cos().powi(2), 2))
}

fn axis(title: String, label: impl Fn(f64) -> String) -> Axis {
    let ticks = [0.0, 30.0, 45.0, 60.0, 90.0].map(|at| Tick {
        at,
        label: label(at),
    });
    Axis {
        title,
        scale: Scale::Linear(0.0, 94.0),
        ticks: ticks.into(),
        grid: Grid::Lines,
    }
}

/// Places 1 to n, with round numbers of them labelled.
fn counted(title: String, n: usize) -> Axis {
    let step = [1, 2, 5, 10, 20, 50, 100, 200, 500]
        .into_iter()
        .find(|step| n / step <= 12)
        .unwrap_or(500);
    let first = if step == 1 { 1 } else { step };
    let ticks = (first..=n).step_by(step).map(|j| Tick {
        at: j as f64,
        label: j.to_string(),
    });
    Axis {
        title,
        scale: Scale::Linear(0.5, n as f64 + 0.5),
        ticks: ticks.collect(),
        grid: Grid::Bare,
    }
}
