//! [`SharesFigure`]: which capability pays, with which sign, and how much of the tax is its own.
//!
//! Two panels with one row to a capability. The first has signed overlaps: left of zero safety costs the capability,
//! right of it both gain. A debiased estimate stands with its interval, and the plug-in value beside it as a ring, since
//! it is what there is where a signal is not resolved. The second has the Shapley shares, which add up to the plug-in
//! tax rate, with two standard errors where they were sampled, and the unique shares, which do not add up: what
//! a capability shares with others is in none of them.

use super::axis::{Axis, Grid, Order};
use super::caption::{Caption, captioned};
use super::error::legible;
use super::legend::{Glyph, Key};
use super::pen::{Marker, Stroke};
use super::sheet::{Panel, Sheet};
use super::text::{self, Magnitude};
use super::theme::Hue;
use super::{Figure, PlotError, Theme};
use crate::linalg::check;
use crate::{Attribution, Confidence, MeasurementRecord, OverlapEstimate, Real};

const MOST: usize = 60;

/// Signed overlaps and Shapley shares of the capabilities, with intervals where they are known.
///
/// # Units and shapes
/// Overlaps and shares are without unit; one row to a capability, in the order given.
///
/// # References
/// Theory §1.3 and §1.4; Shapley (1953).
///
/// # Examples
/// ```
/// use alignment_tax::plot::{SharesFigure, Theme};
/// use alignment_tax::{Attribution, Direction};
///
/// let safety = Direction::from_slice(&[0.6_f64, -0.8, 0.0])?;
/// let persuasion = Direction::from_slice(&[1.0_f64, 0.0, 0.0])?;
/// let arithmetic = Direction::from_slice(&[0.0_f64, 1.0, 0.0])?;
/// let shares = Attribution::exact(&safety, &[persuasion, arithmetic])?;
/// let figure = SharesFigure::from_attribution(&["persuasion", "arithmetic"], &shares)?
///     .with_title("Who pays for honesty")
///     .with_subtitle("layer 18")
///     .draw(Theme::Light)?;
/// assert!(figure.description().contains("arithmetic −0.8"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct SharesFigure {
    rows: Vec<Row>,
    /// The level of the intervals, where there are any.
    level: Option<f64>,
    total: f64,
    safety: String,
    caption: Caption,
}

captioned!(SharesFigure);

#[derive(Debug, Clone)]
struct Row {
    name: String,
    plug_in: f64,
    /// Estimate and interval.
    overlap: Option<[f64; 3]>,
    shapley: f64,
    error: Option<f64>,
    unique: f64,
}

impl SharesFigure {
    /// Of an attribution, which knows no names: one for each capability, in its order.
    ///
    /// # Errors
    /// [`PlotError::Input`] for another number of names.
    ///
    /// # Examples
    /// See [`SharesFigure`].
    pub fn from_attribution<T: Real>(
        names: &[&str],
        shares: &Attribution<T>,
    ) -> Result<Self, PlotError> {
        check::same("names", "entries", shares.overlaps().len(), names.len())?;
        let rows = names.iter().enumerate().map(|(i, name)| Row {
            name: (*name).to_owned(),
            plug_in: shares.overlaps()[i].to_double(),
            overlap: None,
            shapley: shares.shapley()[i].to_double(),
            error: shares.standard_errors().map(|errors| errors[i].to_double()),
            unique: shares.unique()[i].to_double(),
        });
        Ok(Self {
            rows: rows.collect(),
            level: None,
            total: shares.total().value().to_double(),
            safety: "safety".to_owned(),
            caption: Caption::default(),
        })
    }

    /// Of the record of a measurement, with its intervals.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::plot::{SharesFigure, Theme};
    /// use alignment_tax::{Concept, Measurement, MeasurementOptions};
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
    /// let measured = Measurement::new(
    ///     "layer 18",
    ///     &Concept::paired("honesty", &safe, &unsafe_),
    ///     &[Concept::paired("fluency", &fluent, &clumsy)],
    ///     &options,
    /// )?;
    /// let figure = SharesFigure::from_record(measured.record()).draw(Theme::Light)?;
    /// assert!(figure.svg().contains("95 % interval"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn from_record(record: &MeasurementRecord) -> Self {
        let rows = record.capabilities.iter().map(|c| Row {
            name: c.name.clone(),
            plug_in: c.plug_in,
            overlap: c
                .overlap
                .as_ref()
                .map(|o| [o.interval[0], o.estimate, o.interval[1]]),
            shapley: c.shapley,
            error: c.shapley_standard_error,
            unique: c.unique,
        });
        Self {
            rows: rows.collect(),
            level: Some(record.confidence),
            total: record.plug_in,
            safety: record.safety.clone(),
            caption: Caption::default(),
        }
    }

    /// With debiased overlaps and their intervals, one for each capability.
    ///
    /// # Errors
    /// [`PlotError::Input`] for another number of them.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::plot::{SharesFigure, Theme};
    /// use alignment_tax::{Attribution, Confidence, Direction, Evidence, Samples, TaxEstimate};
    /// use nalgebra::dmatrix;
    ///
    /// let safety = Samples::new(&dmatrix![2.1_f64, 0.9; 1.9, 1.1; 2.0, 1.0; 2.2, 0.8])?;
    /// let code = Samples::new(&dmatrix![1.0_f64, 0.1; 1.1, 0.0; 0.9, 0.0; 1.0, -0.1])?;
    /// let tax = TaxEstimate::new(Evidence::Sampled(&safety), &[Evidence::Sampled(&code)])?;
    /// let shares = Attribution::exact(&safety.mean_direction()?, &[code.mean_direction()?])?;
    /// let figure = SharesFigure::from_attribution(&["code"], &shares)?
    ///     .with_overlaps(tax.overlaps(), Confidence::NINETY_FIVE)?;
    /// assert!(figure.draw(Theme::Dark)?.svg().contains("95 % interval"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with_overlaps(
        mut self,
        overlaps: &[OverlapEstimate],
        level: Confidence,
    ) -> Result<Self, PlotError> {
        check::same("overlaps", "entries", self.rows.len(), overlaps.len())?;
        for (row, overlap) in self.rows.iter_mut().zip(overlaps) {
            let interval = overlap.interval(level);
            row.overlap = Some([interval.lower(), overlap.value(), interval.upper()]);
        }
        self.level = Some(level.level());
        Ok(self)
    }

    /// The figure.
    ///
    /// # Errors
    /// [`PlotError::TooMany`] for more than 60 capabilities; [`PlotError::Input`] for none, or for a record
    /// that holds numbers which are not finite.
    ///
    /// # Examples
    /// See [`SharesFigure`].
    pub fn draw(&self, theme: Theme) -> Result<Figure, PlotError> {
        legible(
            "capabilities",
            self.rows.len(),
            MOST,
            "draw those that matter most",
        )?;
        check::same(
            "capabilities",
            "entries, at least",
            1,
            self.rows.len().min(1),
        )?;
        let column = |f: &dyn Fn(&Row) -> f64| self.rows.iter().map(f).collect::<Vec<f64>>();
        let (plug_in, shapley, unique) = (
            column(&|r| r.plug_in),
            column(&|r| r.shapley),
            column(&|r| r.unique),
        );
        let spread = column(&|r| 2.0 * r.error.unwrap_or(0.0));
        let known: Vec<f64> = self
            .rows
            .iter()
            .filter_map(|r| r.overlap)
            .flatten()
            .collect();
        for (argument, numbers) in [
            ("overlaps", &plug_in),
            ("overlaps", &known),
            ("Shapley shares", &shapley),
            ("standard errors", &spread),
            ("unique shares", &unique),
        ] {
            check::entries(argument, numbers, "a finite number", |_| true)?;
        }
        let largest =
            |numbers: &mut dyn Iterator<Item = f64>| numbers.fold(0.0_f64, |m, x| m.max(x.abs()));
        let widest = largest(&mut plug_in.iter().chain(&known).copied());
        let ends = |largest: f64| if largest > 0.0 { 1.12 * largest } else { 1.0 };
        let unit = Magnitude::of(widest);
        let reach = ends(unit.share(widest));
        let high = largest(
            &mut shapley
                .iter()
                .zip(&spread)
                .map(|(s, e)| s.abs() + e)
                .chain(unique.iter().copied()),
        );
        let share_unit = Magnitude::of(high);
        let lowest = shapley
            .iter()
            .zip(&spread)
            .map(|(s, e)| s - e)
            .chain(unique.iter().copied())
            .fold(0.0, f64::min);

        let names: Vec<String> = self.rows.iter().map(|r| text::name(&r.name)).collect();
        let safety = text::name(&self.safety);
        let n = names.len();
        let height = n as f64 * if n <= 20 { 26.0 } else { 20.0 } + 8.0;
        let rows = || Axis::slots(String::new(), names.clone(), Order::Rows);
        let across = |title: String, from: f64, to: f64| Axis {
            grid: Grid::Lines,
            ..Axis::linear(title, from, to, 380.0)
        };
        let mut signed = Panel::new(
            across(
                format!("overlap ⟨{safety}, capability⟩{}", unit.factor()),
                -reach,
                reach,
            ),
            rows(),
        );
        signed.heading = Some("Signed overlap: left a tax, right a synergy".to_owned());
        signed.height = Some(height);
        let percent = self
            .level
            .map(|level| text::number((1e8 * level).round() / 1e6));
        if let (Some(percent), false) = (&percent, known.is_empty()) {
            let label = |what: &str| format!("{what}, {percent} % interval");
            signed
                .legend
                .push(Key::new(Glyph::Bar(Marker::Wedge, Hue::COST), label("tax")));
            signed.legend.push(Key::new(
                Glyph::Bar(Marker::Triangle, Hue::GAIN),
                label("synergy"),
            ));
        }
        signed.legend.push(Key::new(
            Glyph::Mark(Marker::Ring, Hue::Ink),
            "plug-in, no interval",
        ));
        let from = if lowest < 0.0 {
            1.12 * share_unit.share(lowest)
        } else {
            0.0
        };
        let mut shared = Panel::new(
            across(
                format!("share of the plug-in tax rate{}", share_unit.factor()),
                from,
                ends(share_unit.share(high)),
            ),
            rows(),
        );
        shared.heading = Some(format!(
            "Shapley shares, adding up to τ = {}",
            text::number(self.total)
        ));
        shared.height = Some(height);
        shared.legend = vec![Key::new(Glyph::Area(Hue::GAIN, 0.75), "Shapley share")];
        if self.rows.iter().any(|r| r.error.is_some()) {
            shared.legend.push(Key::new(
                Glyph::Line(Stroke::solid(Hue::Ink, 1.5)),
                "± 2 standard errors of sampling",
            ));
        }
        shared.legend.push(Key::new(
            Glyph::Mark(Marker::Diamond, Hue::COST),
            "unique share",
        ));

        let said = self.rows.iter().zip(&names).take(12).map(|(r, name)| {
            let overlap = r.overlap.map_or(r.plug_in, |[_, estimate, _]| estimate);
            format!("{name} {}", text::number(overlap))
        });
        let said: Vec<String> = said.collect();
        let more = if n > said.len() {
            format!(" and {} more", n - said.len())
        } else {
            String::new()
        };
        let description = format!(
            "Overlaps of {safety} with {n} {}, negative where it costs them ({}{more}), and the shares of each in the plug-in tax rate {}.",
            if n == 1 { "capability" } else { "capabilities" },
            said.join(", "),
            text::number(self.total),
        );
        let sheet = Sheet {
            title: self
                .caption
                .title_or(|| format!("Which capability pays for {safety}")),
            subtitle: self.caption.subtitle.clone(),
            legend: Vec::new(),
            panels: vec![signed, shared],
            notes: Vec::new(),
        };
        sheet.draw(theme, description, |pen, frames| {
            let [signed, shared] = [&frames[0], &frames[1]];
            for frame in [signed, shared] {
                let zero = frame.across(0.0);
                pen.line(
                    &[(zero, frame.top), (zero, frame.bottom)],
                    Stroke::solid(Hue::Muted, 1.2),
                )?;
            }
            for (i, row) in self.rows.iter().enumerate() {
                let middle = i as f64 + 0.5;
                let at = |x: f64| signed.place(unit.share(x), middle);
                pen.mark(Marker::Ring, at(row.plug_in), 5.0, Hue::Ink)?;
                if let Some([lower, estimate, upper]) = row.overlap {
                    let (marker, hue) = if estimate < 0.0 {
                        (Marker::Wedge, Hue::COST)
                    } else {
                        (Marker::Triangle, Hue::GAIN)
                    };
                    pen.line(&[at(lower), at(upper)], Stroke::solid(hue, 2.5))?;
                    pen.mark(marker, at(estimate), 5.0, hue)?;
                }
                let y = shared.up(middle);
                let across = |x: f64| shared.across(share_unit.share(x));
                pen.area(
                    (across(0.0), y - 7.0),
                    (across(row.shapley), y + 7.0),
                    Hue::GAIN,
                    0.75,
                )?;
                if let Some(error) = row.error {
                    let ends = [
                        across(row.shapley - 2.0 * error),
                        across(row.shapley + 2.0 * error),
                    ];
                    pen.line(&ends.map(|x| (x, y)), Stroke::solid(Hue::Ink, 1.5))?;
                }
                pen.mark(Marker::Diamond, (across(row.unique), y), 4.0, Hue::COST)?;
            }
            Ok(())
        })
    }
}
