//! A model of the tax over widths, fitted: estimates, intervals, and whether it fits at all.
//!
//! The bounds τ₀ ≥ 0 and b ≥ 0 are where the questions are: a tax that is all packing
//! *has* τ₀ = 0. Intervals are of the profile likelihood within the bounds, so that they are
//! never empty and are not made short by an estimate that noise has pushed out of bounds. Where
//! a bound of the other parameter is active, that profile alone covers a little less than it says
//! (a chord through the corner of the triangle is farther from the data than its line). So
//! where the model is a straight line in a known g the interval is the hull of the profile's
//! and of the classical one, Student's or normal, cut to the bounds: it covers whenever the
//! classical one does.

use std::fmt;

use super::data::{Noise, ScalingData};
use super::likelihood::{Best, Likelihood, shape, shapes};
use super::model::{ScalingModel, ScalingParameter};
use super::search;
use crate::special::{beta, gamma, student};
use crate::{Confidence, Error, Interval, tolerance};

/// The least ratio of the largest to the smallest packing over the widths.
const LEAST_RANGE: f64 = 2.0;

/// A [`ScalingModel`] fitted to [`ScalingData`] by maximum likelihood.
///
/// $$ -2 \ln L = \sum\_j \frac{(\tau\_j - \mu(d\_j))^2}{V\_j} + \ln V\_j, \qquad \mu(d) = \tau\_0 + b g(d), \quad \tau\_0, b \ge 0, \quad \tau\_0 + b \le 1 $$
///
/// V is the square of the standard error; of [`ScalingModel::ExactLaw`] with one model to a width
/// and known standard errors it has the variance of the packing added,
/// 2r(1 − τ_I − r)/(d − k + 2) with r = (1 − τ_I)m′/(d − k), because the directions that
/// are packed are drawn once for each width. Seeds have that in their spread already. The other
/// models take the standard errors for all there is, and will not fit data scattered by packing.
///
/// # Units and shapes
/// d₁ is the narrowest width of the data; b is the packing there.
///
/// # Errors
/// [`new`](Self::new) refuses what no answer should be read from: [`Error::OutOfBounds`] for fewer
/// widths than parameters and one more, [`Error::OutOfRange`] where the packing of the model varies
/// by less than a factor of two over the widths, [`Error::EntryOutOfRange`] for a width that is not
/// above k of the exact law, or more capabilities there than d − k.
///
/// # Accuracy
/// Straight lines (all but the power law and the exact law with its variance) are solved in closed
/// form, to rounding. The others are global minima over a scan of β or of τ_I, refined to
/// a relative √ε; there are no starting points. Intervals are at level in the sense of
/// `docs/calibration.md`: simulated at the bounds and away from them.
///
/// # References
/// Theory §7.5; Self & Liang (1987) for likelihood at a bound; Venzon & Moolgavkar (1988) for
/// intervals by profile likelihood.
///
/// # Examples
/// ```
/// use alignment_tax::{Confidence, ScalingData, ScalingFit, ScalingModel, ScalingParameter};
///
/// // 0.1 + 10/d, measured to about 0.003.
/// let widths = [128, 256, 512, 1024, 2048, 4096];
/// let rates = [0.1812_f64, 0.1371, 0.1206, 0.1117, 0.1019, 0.1040];
/// let data = ScalingData::from_errors(&widths, &rates, &[0.003; 6])?;
/// let fit = ScalingFit::new(&data, ScalingModel::InverseWidth)?;
/// assert!(fit.fits(Confidence::NINETY_FIVE));
/// let intrinsic = fit.interval(ScalingParameter::Intrinsic, Confidence::NINETY_FIVE);
/// let intrinsic = intrinsic.expect("a parameter of this model");
/// assert!(intrinsic.contains(0.1) && intrinsic.width() < 0.01);
/// println!("{fit}");
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct ScalingFit {
    pub(super) data: ScalingData,
    pub(super) model: ScalingModel,
    pub(super) likelihood: Likelihood,
    pub(super) best: Best,
    /// The variance of a residual in units of the square of its standard error.
    pub(super) scale: f64,
    /// Degrees of freedom of that.
    freedom: f64,
    /// What b is in units of 1/d, or of m′/(d − k).
    unit: f64,
}

impl ScalingFit {
    /// The fit of one model.
    ///
    /// # Errors
    /// See [`ScalingFit`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Error, ScalingData, ScalingFit, ScalingModel};
    ///
    /// let data = ScalingData::from_errors(&[256, 512], &[0.1_f64, 0.05], &[0.01; 2])?;
    /// let refusal = ScalingFit::new(&data, ScalingModel::InverseWidth).unwrap_err();
    /// assert!(matches!(refusal, Error::OutOfBounds { least: 3, actual: 2, .. }));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn new(data: &ScalingData, model: ScalingModel) -> Result<Self, Error> {
        let (n, p) = (data.widths().len(), model.parameters());
        if n <= p {
            return Err(Error::OutOfBounds {
                argument: "number of widths",
                least: p + 1,
                most: usize::MAX,
                actual: n,
                advice: "a model needs a width more than it has parameters, or nothing can speak against it",
            });
        }
        let unit = match model {
            ScalingModel::Constant => 1.0,
            _ => packing_unit(data, model)?,
        };
        let likelihood = Likelihood::new(data, model, None);
        let best = likelihood.best();
        let (scale, freedom) = match data.noise() {
            // Where the packing scatters, its variance is an estimate from n widths: Student's law,
            // whose coverage is in docs/calibration.md.
            Noise::Known if likelihood.draws().is_some() => (1.0, (n - p) as f64),
            Noise::Known => (1.0, f64::MAX),
            Noise::Seeds { freedom, .. } => (1.0, freedom as f64),
            Noise::Relative => {
                let residual = likelihood.line().map_or(best.deviance, |l| l.floor());
                let left = (n - p) as f64;
                (residual.max(rounding(data)) / left, left)
            }
        };
        Ok(Self {
            data: data.clone(),
            model,
            likelihood,
            best,
            scale,
            freedom,
            unit,
        })
    }

    /// The model.
    ///
    /// # Examples
    /// See [`ScalingFit`].
    #[must_use]
    pub fn model(&self) -> ScalingModel {
        self.model
    }

    /// The data.
    ///
    /// # Examples
    /// See [`ScalingFit`].
    #[must_use]
    pub fn data(&self) -> &ScalingData {
        &self.data
    }

    /// The most likely value of a parameter; `None` if the model has no such parameter, or
    /// if there is nothing for it to be seen in: no β where b = 0, and no m′ where τ_I = 1.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{ScalingData, ScalingFit, ScalingModel, ScalingParameter};
    ///
    /// // 0.2 + 32/d, and no noise.
    /// let data = ScalingData::from_errors(&[64, 128, 256], &[0.7_f64, 0.45, 0.325], &[0.01; 3])?;
    /// let fit = ScalingFit::new(&data, ScalingModel::InverseWidth)?;
    /// assert!((fit.estimate(ScalingParameter::Slope).unwrap() - 32.0).abs() < 1e-12);
    /// assert_eq!(fit.estimate(ScalingParameter::Exponent), None);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn estimate(&self, parameter: ScalingParameter) -> Option<f64> {
        let [a, b] = self.best.point;
        match (parameter, self.model) {
            (ScalingParameter::Intrinsic, _) => Some(a),
            (_, ScalingModel::Constant) => None,
            (ScalingParameter::Packing, _) => Some(b),
            (ScalingParameter::Slope, ScalingModel::InverseWidth) => Some(b * self.unit),
            (ScalingParameter::Capabilities, ScalingModel::ExactLaw { .. }) if a < 1.0 => {
                Some(b * self.unit / (1.0 - a))
            }
            (ScalingParameter::Exponent, ScalingModel::PowerLaw) if b > 0.0 => self.best.exponent,
            _ => None,
        }
    }

    /// An interval for a parameter; `None` if the model has no such parameter.
    ///
    /// $$ \lbrace \theta : \min\_{\text{rest}} (-2 \ln L) \le -2 \ln \hat L + s^2 t^2\_\nu \rbrace $$
    ///
    /// with Student's t on the degrees of freedom of the noise: ∞ where standard errors are known, n − p
    /// where the residuals estimate their scale s², those of the seeds where it is their spread; n − p
    /// too for the exact law with its variance, which few widths tell. For a
    /// straight line the hull of that and of the classical interval, cut to the bounds.
    ///
    /// # Units and shapes
    /// The upper end for β is infinite where a step after the narrowest width is not excluded. Where
    /// b = 0 is within reach, every β is, and the interval is [0, ∞].
    ///
    /// # Accuracy
    /// A straight line with normal errors: covers at its level or more often, exactly, wherever
    /// the truth lies. Power law: 93 to 100 % in the simulations of `docs/calibration.md`, for its predictions down to
    /// 91 %. The exact law with its variance is conservative there, 96 to 100 %, by Student's
    /// law in place of the normal one, as packing is skewed and its variance an estimate.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Confidence, ScalingData, ScalingFit, ScalingModel, ScalingParameter};
    ///
    /// // All packing: the estimate of τ₀ is at its bound, and the interval starts there.
    /// let rates = [0.124_f64, 0.061, 0.030, 0.015];
    /// let data = ScalingData::from_errors(&[64, 128, 256, 512], &rates, &[0.004; 4])?;
    /// let fit = ScalingFit::new(&data, ScalingModel::InverseWidth)?;
    /// let interval = fit.interval(ScalingParameter::Intrinsic, Confidence::NINETY_FIVE).unwrap();
    /// assert_eq!(interval.lower(), 0.0);
    /// assert!(fit.is_at_bound(ScalingParameter::Intrinsic));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn interval(
        &self,
        parameter: ScalingParameter,
        confidence: Confidence,
    ) -> Option<Interval> {
        let t = confidence.standard_errors_of(self.freedom);
        let [lower, upper] = self.bounds_of(parameter, t)?;
        Some(Interval::between(lower, upper, confidence))
    }

    /// Whether the estimate of a parameter is at a bound of its range, where data would pull
    /// it further. `false` for a parameter that the model does not have.
    ///
    /// # Examples
    /// See [`interval`](Self::interval).
    #[must_use]
    pub fn is_at_bound(&self, parameter: ScalingParameter) -> bool {
        let Some(value) = self.estimate(parameter) else {
            return false;
        };
        let [a, b] = self.best.point;
        let full = 1.0 - a - b <= tolerance::closed_form();
        match parameter {
            ScalingParameter::Exponent => value == 0.0,
            _ => value == 0.0 || full,
        }
    }

    /// The p-value of β against a given value; `None` if the model has no exponent.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] unless β is positive and finite.
    ///
    /// # Accuracy
    /// Of the likelihood ratio, by Student's or the normal law; where b may be zero β is not
    /// identified and the p-value errs to the large side.
    ///
    /// # Examples
    /// See [`exponent_is_one`](Self::exponent_is_one).
    pub fn p_exponent(&self, exponent: f64) -> Result<Option<f64>, Error> {
        let expected = "a positive finite exponent";
        crate::linalg::check::scalar("exponent", exponent, expected, |e| e > 0.0)?;
        let Some((_, deviance)) = self.likelihood.exponents() else {
            return Ok(None);
        };
        let excess = (deviance(exponent) - self.best.deviance).max(0.0) / self.scale;
        Ok(Some(student::two_sided(excess.sqrt(), self.freedom)))
    }

    /// Whether β = 1, the law of packing, is within the interval for β; `None` if the model
    /// has no exponent. That it is within does not show that it is so: look at the interval's width.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Confidence, ScalingData, ScalingFit, ScalingModel};
    ///
    /// let rates = [0.350_f64, 0.226, 0.162, 0.132, 0.115];
    /// let data = ScalingData::from_errors(&[64, 128, 256, 512, 1024], &rates, &[0.002; 5])?;
    /// let fit = ScalingFit::new(&data, ScalingModel::PowerLaw)?;
    /// assert_eq!(fit.exponent_is_one(Confidence::NINETY_FIVE), Some(true));
    /// assert!(fit.p_exponent(1.0)?.unwrap() > 0.05);
    /// assert!(fit.p_exponent(2.0)?.unwrap() < 1e-6);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn exponent_is_one(&self, confidence: Confidence) -> Option<bool> {
        self.interval(ScalingParameter::Exponent, confidence)
            .map(|i| i.contains(1.0))
    }

    /// The weighted sum of squared residuals; where standard errors are relative, in units of the
    /// largest.
    ///
    /// # Examples
    /// See [`p_value`](Self::p_value).
    #[must_use]
    pub fn chi_squared(&self) -> f64 {
        match self.likelihood.draws() {
            None => self.best.deviance,
            Some(draws) => (self.data.rates().iter().zip(draws))
                .map(|(rate, d)| {
                    let residual = rate - d.mean(self.best.point);
                    residual * residual / d.variance(self.best.point)
                })
                .sum(),
        }
    }

    /// Widths less parameters that are not at a bound: the degrees of freedom of
    /// [`chi_squared`](Self::chi_squared).
    ///
    /// # Examples
    /// See [`p_value`](Self::p_value).
    #[must_use]
    pub fn freedom(&self) -> usize {
        let [a, b] = self.best.point;
        let active = match self.model {
            ScalingModel::Constant => usize::from(a == 0.0 || a == 1.0),
            _ => {
                let full = 1.0 - a - b <= tolerance::closed_form();
                usize::from(a == 0.0) + usize::from(b == 0.0) + usize::from(full)
            }
        };
        self.data.widths().len() - self.model.parameters() + active
    }

    /// How probable residuals as large as these are if the model is true: χ² where standard errors
    /// are known, F (lack of fit) against the spread between seeds; `None` where the
    /// residuals themselves say how large they are.
    ///
    /// # Accuracy
    /// Exact for a straight line, also at a bound: an estimate at its bound gives its degree of
    /// freedom back. A small one says that the model is wrong or the standard errors are too small; if
    /// the latter, [`ScalingData::from_relative_errors`] scales them.
    ///
    /// # References
    /// Theory §7.5.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{ScalingData, ScalingFit, ScalingModel};
    ///
    /// let rates = [0.35_f64, 0.22, 0.17, 0.13];
    /// let data = ScalingData::from_errors(&[64, 128, 256, 512], &rates, &[0.01; 4])?;
    /// let constant = ScalingFit::new(&data, ScalingModel::Constant)?;
    /// assert_eq!(constant.freedom(), 3);
    /// assert!(constant.p_value().unwrap() < 1e-6);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        let (chi, k) = (self.chi_squared(), self.freedom() as f64);
        match self.data.noise() {
            Noise::Known => Some(gamma::chi_squared(chi, k)),
            Noise::Relative => None,
            Noise::Seeds { freedom, .. } => {
                let nu = freedom as f64;
                let (x, y) = (chi / (chi + nu), nu / (chi + nu));
                // What does not converge claims nothing.
                Some(beta::tails(0.5 * k, 0.5 * nu, x, y).map_or(1.0, |t| t.1))
            }
        }
    }

    /// Whether the residuals are no reason to reject the model at this confidence; `true` where
    /// they cannot be, as the residuals are their own measure.
    ///
    /// # Examples
    /// See [`ScalingFit`].
    #[must_use]
    pub fn fits(&self, confidence: Confidence) -> bool {
        self.p_value().is_none_or(|p| p >= 1.0 - confidence.level())
    }

    /// −2 ln L at its maximum over the likelihood's free parameters, without what is the same for
    /// every model of the same data, and the number of those parameters and observations.
    pub(super) fn information(&self) -> (f64, usize, Option<usize>) {
        let p = self.model.parameters();
        let q = self.best.deviance;
        match self.data.noise() {
            Noise::Known => (q, p, None),
            Noise::Relative => {
                let n = self.data.widths().len();
                let mean = q.max(rounding(&self.data)) / n as f64;
                (n as f64 * mean.ln(), p + 1, Some(n))
            }
            Noise::Seeds {
                freedom,
                observations,
            } => {
                let mean = (freedom as f64 + q) / observations as f64;
                (observations as f64 * mean.ln(), p + 1, Some(observations))
            }
        }
    }

    /// μ(d) of the fit.
    pub(super) fn mean(&self, width: f64, capabilities: Option<usize>) -> f64 {
        let [a, b] = self.best.point;
        a + b * self.packing_at(width, capabilities, self.best.exponent.unwrap_or(0.0))
    }

    /// g(d).
    pub(super) fn packing_at(&self, width: f64, capabilities: Option<usize>, exponent: f64) -> f64 {
        match self.model {
            ScalingModel::Constant => 0.0,
            // Times b = 0 it is to be nothing, also where it overflows.
            ScalingModel::PowerLaw => {
                let shape = (width / self.data.narrowest()).powf(-exponent);
                shape.min(f64::MAX)
            }
            model => shape(model, width, capabilities) * self.unit,
        }
    }

    /// d at which g(d) is this; infinite where it never is.
    pub(super) fn width_of(&self, packing: f64) -> f64 {
        match self.model {
            ScalingModel::Constant => f64::INFINITY,
            ScalingModel::PowerLaw => {
                let exponent = self.best.exponent.unwrap_or(0.0);
                self.data.narrowest() * packing.powf(-1.0 / exponent)
            }
            model => model.least_width() - 1.0 + self.unit / packing,
        }
    }

    /// Student's quantile for this noise.
    pub(super) fn quantile(&self, confidence: Confidence) -> f64 {
        confidence.standard_errors_of(self.freedom)
    }

    /// The deviance up to which a value is in the interval of so many standard errors.
    pub(super) fn limit(&self, t: f64) -> f64 {
        self.best.deviance + self.scale * t * t
    }

    /// Both ends for a parameter at so many standard errors.
    pub(super) fn bounds_of(&self, parameter: ScalingParameter, t: f64) -> Option<[f64; 2]> {
        let estimate = match parameter {
            // τ_I = 1 leaves m′ without an estimate, but not without an interval.
            ScalingParameter::Capabilities => match self.model {
                ScalingModel::ExactLaw { .. } => self.estimate(parameter).unwrap_or(0.0),
                _ => return None,
            },
            // So does b = 0 leave β.
            ScalingParameter::Exponent => self.best.exponent?,
            _ => self.estimate(parameter)?,
        };
        Some(match parameter {
            ScalingParameter::Intrinsic => self.bounds(|_, _| [1.0, 0.0], estimate, [0.0, 1.0], t),
            ScalingParameter::Packing => self.bounds(|_, _| [0.0, 1.0], estimate, [0.0, 1.0], t),
            ScalingParameter::Slope => self
                .bounds(|_, _| [0.0, 1.0], self.best.point[1], [0.0, 1.0], t)
                .map(|b| b * self.unit),
            // m′ = b·u/(1 − a) is the line a·m′ + b·u = m′; all of them meet in a = 1.
            ScalingParameter::Capabilities => self.profiled(
                |_, m| [m / self.unit, 1.0],
                |m| m / self.unit,
                estimate,
                [0.0, self.unit],
                t,
            ),
            ScalingParameter::Exponent => self.exponent_bounds(t),
        })
    }

    /// Ends for p·a + q·b.
    pub(super) fn bounds(
        &self,
        functional: impl Fn(f64, f64) -> [f64; 2],
        estimate: f64,
        range: [f64; 2],
        t: f64,
    ) -> [f64; 2] {
        let [mut lower, mut upper] = self.profiled(&functional, |v| v, estimate, range, t);
        if let Some(line) = self.likelihood.line() {
            let pq = functional(0.0, estimate);
            let [a, b] = line.free();
            let centre = pq[0] * a + pq[1] * b;
            let reach = t * (self.scale * line.variance(pq)).sqrt();
            let cut = [
                (centre - reach).max(range[0]),
                (centre + reach).min(range[1]),
            ];
            if cut[0] <= cut[1] {
                lower = lower.min(cut[0]);
                upper = upper.max(cut[1]);
            }
        }
        [lower, upper]
    }

    /// Ends of the values whose profile is within the limit.
    fn profiled(
        &self,
        functional: impl Fn(f64, f64) -> [f64; 2],
        level: impl Fn(f64) -> f64,
        estimate: f64,
        range: [f64; 2],
        t: f64,
    ) -> [f64; 2] {
        let limit = self.limit(t);
        let accepts = |value: f64| {
            self.likelihood
                .profile(|exponent| functional(exponent, value), level(value))
                <= limit
        };
        range.map(|end| {
            if accepts(end) {
                end
            } else {
                search::edge(estimate, end, accepts)
            }
        })
    }

    fn exponent_bounds(&self, t: f64) -> [f64; 2] {
        let (Some((scanned, deviance)), Some(estimate)) =
            (self.likelihood.exponents(), self.best.exponent)
        else {
            return [0.0, f64::INFINITY];
        };
        let limit = self.limit(t);
        let accepts = |e: f64| deviance(e) <= limit;
        let inside = |row: &[f64; 2]| row[1] <= limit;
        // The hull of all that is accepted; the estimate is, and may lie between two of the scan.
        let first = scanned.iter().position(inside);
        let last = scanned.iter().rposition(inside);
        let lower = match first {
            Some(0) => 0.0,
            Some(i) if scanned[i][0] <= estimate => {
                search::edge(scanned[i][0], scanned[i - 1][0], accepts)
            }
            _ => {
                let below = scanned.iter().rposition(|row| row[0] < estimate);
                below.map_or(0.0, |i| search::edge(estimate, scanned[i][0], accepts))
            }
        };
        let upper = match last {
            Some(i) if i + 1 == scanned.len() => f64::INFINITY,
            Some(i) if scanned[i][0] >= estimate => {
                search::edge(scanned[i][0], scanned[i + 1][0], accepts)
            }
            _ => {
                let above = scanned.iter().position(|row| row[0] > estimate);
                above.map_or(f64::INFINITY, |i| {
                    search::edge(estimate, scanned[i][0], accepts)
                })
            }
        };
        [lower, upper]
    }
}

/// Σ (y − μ)²/s² that rounding alone may leave.
fn rounding(data: &ScalingData) -> f64 {
    let step = tolerance::closed_form::<f64>();
    data.errors().iter().map(|e| (step / e).powi(2)).sum()
}

/// 1 over the largest packing, if the packing varies enough over the widths.
fn packing_unit(data: &ScalingData, model: ScalingModel) -> Result<f64, Error> {
    for (index, &width) in data.widths().iter().enumerate() {
        let ScalingModel::ExactLaw {
            intrinsic_dimension: k,
        } = model
        else {
            break;
        };
        if width <= k {
            return Err(Error::EntryOutOfRange {
                argument: "widths",
                index,
                expected: "a width above the intrinsic dimension",
                actual: width as f64,
            });
        }
        if let Some(capabilities) = data.capabilities().filter(|c| c[index] > width - k) {
            return Err(Error::EntryOutOfRange {
                argument: "capabilities",
                index,
                expected: "no more capabilities than the width less the intrinsic dimension",
                actual: capabilities[index] as f64,
            });
        }
    }
    let (shapes, most) = shapes(data, model);
    let least = shapes.iter().fold(1.0, |m: f64, g| m.min(*g));
    let (range, argument) = match model {
        ScalingModel::ExactLaw { .. } => (1.0 / least, "variation of m′/(d − k) over the widths"),
        _ => (
            data.widest() / data.narrowest(),
            "ratio of the largest to the smallest width",
        ),
    };
    if range < LEAST_RANGE {
        return Err(Error::OutOfRange {
            argument,
            expected: "a factor of two or more, or packing cannot be told from what stays",
            actual: range,
        });
    }
    Ok(1.0 / most)
}

/// The model, its parameters with 95 % intervals, and whether it fits.
impl fmt::Display for ScalingFit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.model)?;
        for parameter in [
            ScalingParameter::Intrinsic,
            ScalingParameter::Packing,
            ScalingParameter::Slope,
            ScalingParameter::Capabilities,
            ScalingParameter::Exponent,
        ] {
            let interval = self.interval(parameter, Confidence::NINETY_FIVE);
            if let (Some(value), Some(interval)) = (self.estimate(parameter), interval) {
                write!(f, "; {parameter} {value:.4} {interval:.4}")?;
            }
        }
        match self.p_value() {
            Some(p) => write!(f, "; fit p = {p:.3}"),
            None => write!(f, "; errors scaled by its residuals"),
        }
    }
}
