//! [`CostFigure`]: what safety costs when every displacement of the capabilities counts.
//!
//! Two panels with the safety gain s on the same horizontal axis, because a cost and its slope have different units. Above, the
//! least displacement κ(s): nothing up to B·sinα, then a rising curve up to B·cosα at s = B. Below, the price
//! dκ/ds of the next unit, which jumps from 0 to 1/cosα where the free part ends and grows without bound
//! towards B; it is cut off, and says so.

use super::axis::Axis;
use super::caption::{Caption, captioned};
use super::pen::{Dash, Stroke};
use super::sheet::{Glyph, Key, Panel, Sheet};
use super::text::{self, Magnitude};
use super::theme::Hue;
use super::{Figure, PlotError, Theme};
use crate::{Error, FrontierError, PreservationBand, PreservationFrontier, Real};

/// Points on a curve.
const FINENESS: u32 = 160;
/// The price is drawn up to this many times the first one that is paid.
const DEAREST: f64 = 3.0;

/// The cost of each safety gain and its price, the free part shaded.
///
/// # Units and shapes
/// Gain and cost in units of the representation, "units of the shift" unless [`with_unit`](Self::with_unit) says
/// otherwise; the price is a cost per gain and has none.
///
/// # Accuracy
/// Coordinates are those of the frontier to a tenth of a pixel.
///
/// # References
/// Theory §4.3; Young (2026), arXiv:2603.00047, for the free part.
///
/// # Examples
/// ```
/// use alignment_tax::plot::{CostFigure, Theme};
/// use alignment_tax::{Budget, Confidence, Evidence, PreservationBand, PreservationFrontier, Samples, TaxEstimate};
/// use nalgebra::dmatrix;
///
/// let safety = Samples::new(&dmatrix![2.1_f64, 0.9; 1.9, 1.1; 2.0, 1.0; 2.2, 0.8])?;
/// let code = Samples::new(&dmatrix![1.0_f64, 0.1; 1.1, 0.0; 0.9, 0.0; 1.0, -0.1])?;
/// let tax = TaxEstimate::new(Evidence::Sampled(&safety), &[Evidence::Sampled(&code)])?;
/// let budget = Budget::unit();
/// let figure = CostFigure::new(&PreservationFrontier::new(tax.rate(), budget))
///     .with_band(&PreservationBand::new(&tax, budget, Confidence::NINETY_FIVE))
///     .with_names("honesty", "code")
///     .with_title("What honesty costs in code")
///     .with_subtitle("four pairs")
///     .with_unit("standard deviations")
///     .draw(Theme::Light)?;
/// assert!(figure.svg().contains("95 % interval"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct CostFigure<T> {
    frontier: PreservationFrontier<T>,
    band: Option<PreservationBand>,
    safety: String,
    capabilities: String,
    unit: String,
    caption: Caption,
}

captioned!(CostFigure<T>);

/// Samples of a frontier, in f64.
struct Curves {
    free: f64,
    full: f64,
    cost: Vec<(f64, f64)>,
    /// The part that is paid.
    price: Vec<(f64, f64)>,
}

impl<T: Real> CostFigure<T> {
    /// Of a frontier.
    ///
    /// # Examples
    /// See [`CostFigure`].
    #[must_use]
    pub fn new(frontier: &PreservationFrontier<T>) -> Self {
        Self {
            frontier: *frontier,
            band: None,
            safety: "safety".to_owned(),
            capabilities: "capabilities".to_owned(),
            unit: "units of the shift".to_owned(),
            caption: Caption::default(),
        }
    }

    /// With the frontiers at both ends of the interval for τ, of the same budget.
    ///
    /// # Examples
    /// See [`CostFigure`].
    #[must_use]
    pub fn with_band(mut self, band: &PreservationBand) -> Self {
        self.band = Some(*band);
        self
    }

    /// With the names of the safety concept and of the capabilities together.
    ///
    /// # Examples
    /// See [`CostFigure`].
    #[must_use]
    pub fn with_names(
        mut self,
        safety: impl Into<String>,
        capabilities: impl Into<String>,
    ) -> Self {
        self.safety = safety.into();
        self.capabilities = capabilities.into();
        self
    }

    /// With the unit of gain and cost.
    ///
    /// # Examples
    /// See [`CostFigure`].
    #[must_use]
    pub fn with_unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = unit.into();
        self
    }

    /// The figure.
    ///
    /// # Errors
    /// [`PlotError::Input`] for a band of another budget.
    ///
    /// # Examples
    /// See [`CostFigure`].
    pub fn draw(&self, theme: Theme) -> Result<Figure, PlotError> {
        let budget = self.frontier.budget().to_double();
        let curves = sampled(&self.frontier)?;
        let band = match &self.band {
            None => None,
            Some(band) if band.dearest().budget() == budget => Some((
                sampled(band.cheapest())?,
                sampled(band.dearest())?,
                band.free_gain(),
            )),
            Some(band) => {
                return Err(PlotError::Input(Error::OutOfRange {
                    argument: "budget of the band",
                    actual: band.dearest().budget(),
                    expected: "the budget of the frontier",
                }));
            }
        };
        let (safety, capabilities) = (text::name(&self.safety), text::name(&self.capabilities));
        let unit = text::name(&self.unit);
        let percent = |share: f64| text::fixed(100.0 * share / budget, 1);

        let gain = Magnitude::of(budget);
        let dearest = band
            .as_ref()
            .map_or(curves.full, |(_, dearest, _)| dearest.full.max(curves.full));
        // Where nothing costs anything there is still an axis.
        let top = if dearest > 0.0 {
            1.08 * dearest
        } else {
            0.25 * budget
        };
        let cost = Magnitude::of(top);
        let first = curves.price.first().map_or(1.0, |&(_, price)| price);
        let price = Magnitude::of(DEAREST * first);

        let end = 1.02 * gain.share(budget);
        let across = |title: String| Axis::linear(title, 0.0, end, 500.0);
        let mut above = Panel::new(
            across(String::new()),
            Axis::linear(
                format!(
                    "cost: displacement of {capabilities} ({})",
                    cost.unit(&unit)
                ),
                0.0,
                cost.share(top),
                260.0,
            ),
        );
        let (paid, free) = (Stroke::solid(Hue::COST, 3.5), Stroke::solid(Hue::FREE, 5.0));
        above.legend = vec![
            Key::new(
                Glyph::Line(free),
                format!("free: {} % of the budget", percent(curves.free)),
            ),
            Key::new(Glyph::Line(paid), "paid: the least cost"),
        ];
        if let Some((_, _, interval)) = &band {
            let level = text::number(100.0 * interval.confidence().level());
            above.legend.push(Key::new(
                Glyph::Area(Hue::COST, 0.3),
                format!(
                    "{level} % interval (free: {} to {} %)",
                    percent(interval.lower()),
                    percent(interval.upper())
                ),
            ));
        }
        let mut below = Panel::new(
            across(format!("gain of {safety} ({})", gain.unit(&unit))),
            Axis::linear(
                format!(
                    "price: cost of the next unit of gain ({})",
                    price.unit("cost per gain")
                ),
                0.0,
                price.share(DEAREST * first),
                180.0,
            ),
        );
        below.height = Some(180.0);

        let place = |unit: Magnitude, curve: &[(f64, f64)]| -> Vec<(f64, f64)> {
            curve
                .iter()
                .map(|&(s, y)| (gain.share(s), unit.share(y)))
                .collect()
        };
        let notes = if curves
            .price
            .last()
            .is_some_and(|&(_, last)| last > DEAREST * first)
        {
            vec![
                "The price grows without bound towards the whole budget; it is cut off here."
                    .to_owned(),
            ]
        } else {
            Vec::new()
        };
        let interval = band.as_ref().map_or_else(String::new, |(_, _, interval)| {
            format!(
                " ({} to {} % by its interval)",
                percent(interval.lower()),
                percent(interval.upper())
            )
        });
        let description = format!(
            "Cost of {safety} in {capabilities} for a budget of {}: nothing up to {} % of the budget{interval}, then rising to {} \
             when all of the budget goes into {safety}, at a price that {}.",
            text::number(budget),
            percent(curves.free),
            text::number(curves.full),
            if curves.price.is_empty() {
                "stays zero".to_owned()
            } else {
                format!("starts at {}", text::number(first))
            },
        );
        let sheet = Sheet {
            title: self
                .caption
                .title_or(|| format!("What {safety} costs in {capabilities}")),
            subtitle: Some(self.caption.subtitle.clone().unwrap_or_else(|| {
                let tau = text::number(self.frontier.tax().value().to_double());
                format!("tax rate τ = {tau}, budget {}", text::number(budget))
            })),
            panels: vec![above, below],
            notes,
        };
        sheet.draw(theme, description, |pen, frames| {
            let (cost_frame, price_frame) = (&frames[0], &frames[1]);
            let free_end = gain.share(curves.free);
            for frame in frames {
                let corner = (frame.across(free_end), frame.bottom);
                pen.area((frame.left, frame.top), corner, Hue::FREE, 0.13)?;
            }
            if let Some((cheapest, dearest, _)) = &band {
                let mut outline = place(cost, &dearest.cost);
                outline.extend(place(cost, &cheapest.cost).into_iter().rev());
                let outline: Vec<_> = outline
                    .iter()
                    .map(|&(s, y)| cost_frame.place(s, y))
                    .collect();
                pen.polygon(&outline, Hue::COST, 0.22)?;
            }
            for frame in frames {
                let zero = [frame.place(0.0, 0.0), frame.place(free_end, 0.0)];
                pen.line(&zero, free)?;
            }
            cost_frame.curve(pen, &place(cost, &curves.cost), paid)?;
            if let Some(&(s, start)) = curves.price.first() {
                let s = gain.share(s);
                let jump = [
                    price_frame.place(s, 0.0),
                    price_frame.place(s, price.share(start)),
                ];
                pen.line(&jump, Stroke::solid(Hue::COST, 1.5).dashed(Dash::Dotted))?;
            }
            price_frame.curve(pen, &place(price, &curves.price), paid)
        })
    }
}

/// From the end of the free part to the whole budget, evenly in the angle whose sine is s/B.
fn sampled<T: Real>(frontier: &PreservationFrontier<T>) -> Result<Curves, PlotError> {
    let (budget, free) = (frontier.budget(), frontier.free_gain());
    let start = frontier.tax().sine().to_double().clamp(0.0, 1.0).asin();
    let (mut cost, mut price) = (Vec::new(), Vec::new());
    for j in 0..=FINENESS {
        let share = f64::from(j) / f64::from(FINENESS);
        let angle = start + share * (std::f64::consts::FRAC_PI_2 - start);
        let s = match j {
            0 => free,
            FINENESS => budget,
            _ => (budget * T::from_double(angle.sin())).max(free).min(budget),
        };
        let at = s.to_double();
        cost.push((at, frontier.min_cost(s)?.to_double()));
        match frontier.marginal_cost(s) {
            Ok(p) if p > T::zero() => price.push((at, p.to_double())),
            Ok(_) | Err(FrontierError::InfinitePrice { .. }) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Ok(Curves {
        free: free.to_double(),
        full: frontier.full_cost().to_double(),
        cost,
        price,
    })
}
