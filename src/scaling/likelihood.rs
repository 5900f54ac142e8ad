//! Minus twice the log-likelihood of each model, and its least value along any line.
//!
//! A parameter, a prediction and the answer to "at which width?" are all of the form
//! p·a + q·b = t with a the intrinsic part, b the packing at the narrowest width and (p, q)
//! known, so that one profile serves them all: the least deviance over a chord of the triangle. For
//! fixed g it is a closed form. The power law adds a scan over β; the exact law with a variance of its
//! own, whose deviance is no longer quadratic, adds scans over the triangle.

use super::data::{Noise, ScalingData};
use super::model::ScalingModel;
use super::packing;
use super::quadratic::{CORNERS, Point, Quadratic, along, chord};
use super::search;

/// Values of β that are scanned.
const EXPONENTS: usize = 96;

/// Points of a scan over a chord or an edge of the triangle.
const POINTS: usize = 33;

/// Where a deviance is least.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Best {
    pub(super) deviance: f64,
    pub(super) point: Point,
    pub(super) exponent: Option<f64>,
}

#[derive(Debug, Clone)]
pub(super) enum Likelihood {
    /// b = 0.
    Flat(Quadratic),
    /// A fixed g, weights known.
    Line(Quadratic),
    /// A fixed g, the packing of each width one draw.
    Packing(Vec<Draw>),
    /// g = (d/d₁)^(−β).
    Power(Power),
}

/// One width of the exact law.
#[derive(Debug, Clone, Copy)]
pub(super) struct Draw {
    rate: f64,
    shape: f64,
    /// Of the measurement.
    variance: f64,
    /// d − k.
    room: f64,
}

impl Draw {
    pub(super) fn mean(&self, [a, b]: Point) -> f64 {
        a + b * self.shape
    }

    /// Theory §7.4: (1 − τ_I)²·Var X, X of mean r/(1 − τ_I), on top of the measurement's.
    pub(super) fn variance(&self, [a, b]: Point) -> f64 {
        let packing = b * self.shape;
        self.variance + packing::variance(packing, (1.0 - a - packing).max(0.0), self.room)
    }
}

#[derive(Debug, Clone)]
pub(super) struct Power {
    /// (weight, rate, ln(d/d₁)).
    rows: Vec<[f64; 3]>,
    exponents: Vec<f64>,
    scanned: Vec<Quadratic>,
}

impl Power {
    fn new(rows: Vec<[f64; 3]>) -> Self {
        let mut logs: Vec<f64> = rows.iter().map(|r| r[2]).filter(|l| *l > 0.0).collect();
        logs.sort_by(f64::total_cmp);
        let (nearest, farthest) = match (logs.first(), logs.last()) {
            (Some(first), Some(last)) => (*first, *last),
            _ => (1.0, 1.0),
        };
        // From where the widest has lost a thousandth to where the second has lost all.
        let (least, most) = ((1e-3 / farthest).ln(), (-f64::EPSILON.ln() / nearest).ln());
        let mut exponents = vec![0.0];
        exponents.extend(search::even(least, most, EXPONENTS).iter().map(|e| e.exp()));
        let mut power = Self {
            rows,
            exponents,
            scanned: Vec::new(),
        };
        power.scanned = power.exponents.iter().map(|&e| power.line(e)).collect();
        power
    }

    fn line(&self, exponent: f64) -> Quadratic {
        let shaped = |&[w, y, log]: &[f64; 3]| [w, y, (-exponent * log).exp()];
        Quadratic::new(self.rows.iter().map(shaped))
    }

    /// The least over β of f, and that β.
    fn least(&self, f: impl Fn(f64, &Quadratic) -> f64) -> (f64, f64) {
        let values: Vec<f64> = self
            .exponents
            .iter()
            .zip(&self.scanned)
            .map(|(&e, line)| f(e, line))
            .collect();
        search::least(&self.exponents, &values, |e| f(e, &self.line(e)))
    }
}

impl Likelihood {
    /// Of all widths, or of all but one.
    pub(super) fn new(data: &ScalingData, model: ScalingModel, left_out: Option<usize>) -> Self {
        let kept = |j: &usize| Some(*j) != left_out;
        let indices = (0..data.widths().len()).filter(kept);
        let weight = |j: usize| data.errors()[j].powi(-2);
        let rate = |j: usize| data.rates()[j];
        match model {
            ScalingModel::PowerLaw => {
                let log = |j: usize| (data.widths()[j] as f64 / data.narrowest()).ln();
                Self::Power(Power::new(
                    indices.map(|j| [weight(j), rate(j), log(j)]).collect(),
                ))
            }
            ScalingModel::Constant => {
                Self::Flat(Quadratic::new(indices.map(|j| [weight(j), rate(j), 0.0])))
            }
            ScalingModel::ExactLaw {
                intrinsic_dimension,
            } if data.noise() == Noise::Known => {
                let (shapes, _) = shapes(data, model);
                let room = |j: usize| data.widths()[j] as f64 - intrinsic_dimension as f64;
                Self::Packing(
                    indices
                        .map(|j| Draw {
                            rate: rate(j),
                            shape: shapes[j],
                            variance: data.errors()[j].powi(2),
                            room: room(j),
                        })
                        .collect(),
                )
            }
            _ => {
                let (shapes, _) = shapes(data, model);
                Self::Line(Quadratic::new(
                    indices.map(|j| [weight(j), rate(j), shapes[j]]),
                ))
            }
        }
    }

    /// The maximum of the likelihood.
    pub(super) fn best(&self) -> Best {
        let (deviance, point, exponent) = match self {
            Self::Flat(line) => {
                let (value, point) = line.on_segment([CORNERS[0], CORNERS[1]]);
                (value, point, None)
            }
            Self::Line(line) => {
                let (value, point) = line.on_triangle();
                (value, point, None)
            }
            Self::Packing(draws) => {
                let (value, point) = packing_on_triangle(draws);
                (value, point, None)
            }
            Self::Power(power) => {
                let (_, exponent) = power.least(|_, line| line.on_triangle().0);
                let (value, point) = power.line(exponent).on_triangle();
                (value, point, Some(exponent))
            }
        };
        Best {
            deviance,
            point,
            exponent,
        }
    }

    /// The least deviance with p·a + q·b = t, (p, q) perhaps depending on β; infinite
    /// where no point of the triangle is on that line.
    pub(super) fn profile(&self, functional: impl Fn(f64) -> [f64; 2], t: f64) -> f64 {
        let on = |line: &Quadratic, exponent: f64| {
            chord(functional(exponent), t).map_or(f64::INFINITY, |c| line.on_segment(c).0)
        };
        match self {
            // Whatever is asked of a constant is a itself: p = 1 and b = 0.
            Self::Flat(line) => {
                if (0.0..=1.0).contains(&t) {
                    line.at([t, 0.0])
                } else {
                    f64::INFINITY
                }
            }
            Self::Line(line) => on(line, 0.0),
            Self::Packing(draws) => {
                chord(functional(0.0), t).map_or(f64::INFINITY, |c| packing_on_segment(draws, c).0)
            }
            Self::Power(power) => power.least(|exponent, line| on(line, exponent)).0,
        }
    }

    /// The deviance at a point.
    pub(super) fn at(&self, point: Point, exponent: Option<f64>) -> f64 {
        match self {
            Self::Flat(line) | Self::Line(line) => line.at(point),
            Self::Packing(draws) => packing(draws, point),
            Self::Power(power) => power.line(exponent.unwrap_or(0.0)).at(point),
        }
    }

    /// The exponents that are scanned with the deviance of each, and the deviance between them.
    pub(super) fn exponents(&self) -> Option<(Vec<[f64; 2]>, impl Fn(f64) -> f64)> {
        let Self::Power(power) = self else {
            return None;
        };
        let scanned = power
            .exponents
            .iter()
            .zip(&power.scanned)
            .map(|(&e, line)| [e, line.on_triangle().0])
            .collect();
        Some((scanned, |e: f64| power.line(e).on_triangle().0))
    }

    /// The straight line behind it, where there is one.
    pub(super) fn line(&self) -> Option<&Quadratic> {
        match self {
            Self::Flat(line) | Self::Line(line) => Some(line),
            Self::Packing(_) | Self::Power(_) => None,
        }
    }

    /// The widths of the exact law, where each is one draw.
    pub(super) fn draws(&self) -> Option<&[Draw]> {
        match self {
            Self::Packing(draws) => Some(draws),
            _ => None,
        }
    }
}

/// g at each width of a model whose g is fixed, largest value one; and what the largest was
/// before it was divided by.
pub(super) fn shapes(data: &ScalingData, model: ScalingModel) -> (Vec<f64>, f64) {
    let raw: Vec<f64> = (0..data.widths().len())
        .map(|j| {
            let capabilities = data.capabilities().map(|c| c[j]);
            shape(model, data.widths()[j] as f64, capabilities)
        })
        .collect();
    let most = raw.iter().fold(0.0, |m: f64, g| m.max(*g));
    (raw.iter().map(|g| g / most).collect(), most)
}

/// 1/d, or (m′)/(d − k).
pub(super) fn shape(model: ScalingModel, width: f64, capabilities: Option<usize>) -> f64 {
    match model {
        ScalingModel::ExactLaw {
            intrinsic_dimension,
        } => capabilities.map_or(1.0, |c| c as f64) / (width - intrinsic_dimension as f64),
        _ => 1.0 / width,
    }
}

/// Σ (y − μ)²/V + ln(V/s²), s the standard error of the measurement.
fn packing(draws: &[Draw], point: Point) -> f64 {
    draws
        .iter()
        .map(|d| {
            let residual = d.rate - d.mean(point);
            let variance = d.variance(point);
            residual * residual / variance + (variance / d.variance).ln()
        })
        .sum()
}

/// Shares of a segment that crowd at both of its ends.
fn shares() -> Vec<f64> {
    search::even(0.0, std::f64::consts::PI, POINTS)
        .iter()
        .map(|angle| (0.5 * angle).sin().powi(2))
        .collect()
}

fn packing_on_segment(draws: &[Draw], segment: [Point; 2]) -> (f64, Point) {
    let at = |share: f64| packing(draws, along(segment, share));
    let points = shares();
    let values: Vec<f64> = points.iter().map(|&s| at(s)).collect();
    let (value, share) = search::least(&points, &values, at);
    (value, along(segment, share))
}

fn packing_on_triangle(draws: &[Draw]) -> (f64, Point) {
    let across = |a: f64| packing_on_segment(draws, [[a, 0.0], [a, 1.0 - a]]);
    // The straight lines with weights of the measurement alone and of the packing alone
    // tell where to look more closely.
    let mut points = shares();
    for weight in [
        |d: &Draw| 1.0 / d.variance,
        |d: &Draw| 1.0 / (d.variance + (d.shape / d.room).powi(2)),
    ] {
        let rows = draws.iter().map(|d| [weight(d), d.rate, d.shape]);
        points.push(Quadratic::new(rows).on_triangle().1[0]);
    }
    points.sort_by(f64::total_cmp);
    points.dedup();
    let values: Vec<f64> = points.iter().map(|&a| across(a).0).collect();
    let (_, a) = search::least(&points, &values, |a| across(a).0);
    across(a)
}
