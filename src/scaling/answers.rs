//! What a fit answers: what the tax is made of, what it will be, and at which width it is
//! small enough.

use std::fmt;

use super::fit::ScalingFit;
use super::model::{ScalingModel, ScalingParameter};
use super::search;
use crate::linalg::check;
use crate::{Confidence, Error};

/// The widest that is looked at for an answer.
const WIDEST: f64 = 1e15;

/// What a tax is made of.
///
/// # Examples
/// See [`ScalingFit::verdict`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum ScalingVerdict {
    /// It goes away: nothing to speak of stays at any width, and there is packing.
    Packing,
    /// It stays: there is a part that no width removes, and no packing to speak of.
    Intrinsic,
    /// A part stays and a part goes away.
    Mixed,
    /// There is none to speak of, of either kind.
    Negligible,
    /// The data do not tell, or the model does not fit them.
    Undecided,
}

impl fmt::Display for ScalingVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Packing => "packing",
            Self::Intrinsic => "intrinsic",
            Self::Mixed => "mixed",
            Self::Negligible => "negligible",
            Self::Undecided => "undecided",
        })
    }
}

/// Whether a width is among those measured.
///
/// # Examples
/// See [`ScalingFit::predict`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Reach {
    /// Between the narrowest and the widest measured.
    Interpolated,
    /// Beyond them: the interval is right if the model is, and no datum says so.
    Extrapolated {
        /// By this factor, above one.
        factor: f64,
    },
}

/// The mean tax at a width.
///
/// # Examples
/// See [`ScalingFit::predict`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct ScalingPrediction {
    /// d.
    pub width: usize,
    /// The mean of τ there; of one model, with the packing it happens to have, the rate scatters
    /// about it.
    pub mean: f64,
    /// The interval for that mean.
    pub interval: [f64; 2],
    /// Whether the data reach there.
    pub reach: Reach,
}

/// The width at which the mean tax is down to a target.
///
/// # Examples
/// See [`ScalingFit::width_for`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum TargetWidth {
    /// Somewhere between two widths.
    Between {
        /// The most likely one.
        estimate: f64,
        /// The least, 1 (or k + 1) if the target may be met at every width.
        lower: f64,
        /// The greatest.
        upper: f64,
        /// Where the estimate lies.
        reach: Reach,
    },
    /// Not below this width, and perhaps never.
    AtLeast {
        /// The most likely width; `None` if the most likely answer is "never".
        estimate: Option<f64>,
        /// The least.
        lower: f64,
    },
    /// At no width: what stays is above the target.
    Never {
        /// The lower end of the interval for τ₀.
        intrinsic: f64,
    },
}

/// Widths as whole numbers, up to where no digit means anything.
impl fmt::Display for TargetWidth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Between {
                estimate,
                lower,
                upper,
                reach,
            } => {
                let [estimate, lower, upper] = [estimate, lower, upper].map(whole);
                write!(f, "{estimate} [{lower}, {upper}]")?;
                match reach {
                    Reach::Interpolated => Ok(()),
                    Reach::Extrapolated { .. } => f.write_str(", extrapolated"),
                }
            }
            Self::AtLeast { estimate, lower } => {
                let likely = estimate.map_or_else(|| "never".to_owned(), whole);
                let lower = whole(lower);
                write!(
                    f,
                    "not below {lower}, perhaps never (most likely: {likely})"
                )
            }
            Self::Never { intrinsic } => write!(f, "never: {intrinsic:.3} stays"),
        }
    }
}

fn whole(width: f64) -> String {
    if width < 1e6 {
        format!("{width:.0}")
    } else {
        format!("{width:.0e}")
    }
}

/// The mean with its interval, and whether the data reach there.
impl fmt::Display for ScalingPrediction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mean, [lower, upper]) = (self.mean, self.interval);
        write!(
            f,
            "{mean:.4} [{lower:.4}, {upper:.4}] at d = {}",
            self.width
        )?;
        match self.reach {
            Reach::Interpolated => Ok(()),
            Reach::Extrapolated { factor } => {
                write!(f, ", extrapolated by a factor of {factor:.3}")
            }
        }
    }
}

impl ScalingFit {
    /// What the tax is made of.
    ///
    /// # Units and shapes
    /// `negligible` is the tax that is nothing to speak of, such as 0.01. A part is there
    /// if its interval lies above that, and is not if it lies below; otherwise, and where the model does not
    /// [fit](Self::fits), the verdict is [`ScalingVerdict::Undecided`]. The parts are τ₀ and the
    /// packing at the narrowest width of the data. Absence of evidence is never taken for evidence
    /// of absence.
    ///
    /// For the verdict on one capability, fit its squared overlaps: the
    /// [`TaxEstimate`](crate::TaxEstimate)s against that capability alone, which are overlap² without the
    /// bias of squaring a noisy [`OverlapEstimate`](crate::OverlapEstimate).
    ///
    /// Of data with relative errors no model is ever found not to fit: look at
    /// [`p_runs`](Self::p_runs) and at a [`ScalingComparison`](crate::ScalingComparison) before you take a
    /// verdict from them.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] unless `negligible` is between 0 and 1, both excluded;
    /// [`Error::UnsuitableRule`] for [`ScalingModel::Constant`], which knows of no packing.
    ///
    /// # Accuracy
    /// If the model is true, a verdict other than undecided is wrong with a probability of at most
    /// 1 − confidence, where the intervals are at level: each part's claim errs on one side of a two-sided
    /// interval. Simulated in `docs/calibration.md`.
    ///
    /// # References
    /// Theory §7.6; Schuirmann (1987) for absence by two one-sided tests.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Confidence, Error, ScalingData, ScalingFit, ScalingModel, ScalingVerdict};
    ///
    /// fn verdict(rates: [f64; 6]) -> Result<ScalingVerdict, Error> {
    ///     let widths = [64, 128, 256, 512, 1024, 2048];
    ///     let data = ScalingData::from_errors(&widths, &rates, &[0.002; 6])?;
    ///     let fit = ScalingFit::new(&data, ScalingModel::InverseWidth)?;
    ///     fit.verdict(0.01, Confidence::NINETY_FIVE)
    /// }
    ///
    /// assert_eq!(verdict([0.250, 0.127, 0.061, 0.033, 0.014, 0.008])?, ScalingVerdict::Packing);
    /// assert_eq!(verdict([0.301, 0.299, 0.299, 0.301, 0.300, 0.300])?, ScalingVerdict::Intrinsic);
    /// assert_eq!(verdict([0.350, 0.227, 0.161, 0.133, 0.114, 0.108])?, ScalingVerdict::Mixed);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn verdict(
        &self,
        negligible: f64,
        confidence: Confidence,
    ) -> Result<ScalingVerdict, Error> {
        let expected = "a tax rate between 0 and 1, both excluded";
        check::scalar("negligible", negligible, expected, |x| x > 0.0 && x < 1.0)?;
        let t = self.quantile(confidence);
        let (Some(intrinsic), Some(packing)) = (
            self.bounds_of(ScalingParameter::Intrinsic, t),
            self.bounds_of(ScalingParameter::Packing, t),
        ) else {
            return Err(Error::UnsuitableRule {
                argument: "fit",
                rule: "the verdict on packing",
                advice: "a constant has no packing; fit a model that has",
            });
        };
        if !self.fits(confidence) {
            return Ok(ScalingVerdict::Undecided);
        }
        let there = |[lower, _]: [f64; 2]| lower > negligible;
        let absent = |[_, upper]: [f64; 2]| upper < negligible;
        Ok(if absent(intrinsic) && there(packing) {
            ScalingVerdict::Packing
        } else if there(intrinsic) && absent(packing) {
            ScalingVerdict::Intrinsic
        } else if there(intrinsic) && there(packing) {
            ScalingVerdict::Mixed
        } else if absent(intrinsic) && absent(packing) {
            ScalingVerdict::Negligible
        } else {
            ScalingVerdict::Undecided
        })
    }

    /// The mean tax at a width.
    ///
    /// # Units and shapes
    /// Of a model that was fitted with numbers of capabilities ([`ScalingData::with_capabilities`])
    /// use [`predict_with`](Self::predict_with).
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] for a width of 0, not above k, or beyond 2³² − 1;
    /// [`Error::UnsuitableRule`] where the number of capabilities would be needed.
    ///
    /// # Accuracy
    /// As [`interval`](Self::interval).
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Confidence, Reach, ScalingData, ScalingFit, ScalingModel};
    ///
    /// let rates = [0.350_f64, 0.226, 0.162, 0.132];
    /// let data = ScalingData::from_errors(&[64, 128, 256, 512], &rates, &[0.003; 4])?;
    /// let fit = ScalingFit::new(&data, ScalingModel::InverseWidth)?;
    /// let wide = fit.predict(4096, Confidence::NINETY_FIVE)?;
    /// assert_eq!(wide.reach, Reach::Extrapolated { factor: 8.0 });
    /// assert!(wide.interval[0] < 0.104 && 0.104 < wide.interval[1]);
    /// assert!(wide.to_string().ends_with("at d = 4096, extrapolated by a factor of 8.000"));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    ///
    /// [`ScalingData::with_capabilities`]: crate::ScalingData::with_capabilities
    pub fn predict(
        &self,
        width: usize,
        confidence: Confidence,
    ) -> Result<ScalingPrediction, Error> {
        self.needs_no_capabilities("predict")?;
        self.prediction(width, None, confidence)
    }

    /// The mean tax at a width with so many incidental capabilities.
    ///
    /// # Errors
    /// As [`predict`](Self::predict); [`Error::OutOfBounds`] for no capabilities or more
    /// than d − k; [`Error::UnsuitableRule`] for a fit that has no use for their number.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Confidence, ScalingData, ScalingFit, ScalingModel};
    ///
    /// // Capabilities that grow with the width do not let the packing vanish.
    /// let data = ScalingData::from_errors(&[64, 128, 256, 512], &[0.25_f64, 0.12, 0.18, 0.13], &[0.01; 4])?
    ///     .with_capabilities(&[16, 16, 46, 66])?;
    /// let fit = ScalingFit::new(&data, ScalingModel::ExactLaw { intrinsic_dimension: 0 })?;
    /// let same = fit.predict_with(4096, 64, Confidence::NINETY_FIVE)?;
    /// let more = fit.predict_with(4096, 1024, Confidence::NINETY_FIVE)?;
    /// assert!(more.mean > same.mean);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn predict_with(
        &self,
        width: usize,
        capabilities: usize,
        confidence: Confidence,
    ) -> Result<ScalingPrediction, Error> {
        let ScalingModel::ExactLaw {
            intrinsic_dimension,
        } = self.model
        else {
            return Err(no_use());
        };
        if self.data.capabilities().is_none() {
            return Err(no_use());
        }
        let most = width.saturating_sub(intrinsic_dimension);
        if capabilities == 0 || capabilities > most {
            return Err(Error::OutOfBounds {
                argument: "capabilities",
                least: 1,
                most,
                actual: capabilities,
                advice: "there are no more directions beside the intrinsic ones",
            });
        }
        self.prediction(width, Some(capabilities), confidence)
    }

    /// The width at which the mean tax is down to a target.
    ///
    /// # Units and shapes
    /// The interval is of all widths at which the target is within reach of the profile
    /// likelihood; it may have no upper end ([`TargetWidth::AtLeast`]), and may be empty
    /// ([`TargetWidth::Never`]), when the target is below the interval for τ₀. Widths beyond
    /// 10¹⁵ are not looked at.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] unless the target is between 0 and 1, both excluded;
    /// [`Error::UnsuitableRule`] for a constant, and where the number of capabilities would be needed.
    ///
    /// # Accuracy
    /// As simulated in `docs/calibration.md`. An answer beyond the data is as good as the model.
    ///
    /// # References
    /// Theory §7.6; Fieller (1954) for intervals without an end.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Confidence, ScalingData, ScalingFit, ScalingModel, TargetWidth};
    ///
    /// let rates = [0.350_f64, 0.226, 0.162, 0.132, 0.115];
    /// let data = ScalingData::from_errors(&[64, 128, 256, 512, 1024], &rates, &[0.002; 5])?;
    /// let fit = ScalingFit::new(&data, ScalingModel::InverseWidth)?;
    /// // 0.1 + 16/d = 0.12 at 800.
    /// let TargetWidth::Between { lower, upper, .. } = fit.width_for(0.12, Confidence::NINETY_FIVE)?
    /// else { panic!() };
    /// assert!(lower < 800.0 && 800.0 < upper);
    /// assert!(matches!(fit.width_for(0.05, Confidence::NINETY_FIVE)?, TargetWidth::Never { .. }));
    /// // 801 [717, 910]
    /// println!("{}", fit.width_for(0.12, Confidence::NINETY_FIVE)?);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn width_for(&self, target: f64, confidence: Confidence) -> Result<TargetWidth, Error> {
        let expected = "a tax rate between 0 and 1, both excluded";
        check::scalar("target", target, expected, |x| x > 0.0 && x < 1.0)?;
        if self.model == ScalingModel::Constant {
            return Err(Error::UnsuitableRule {
                argument: "fit",
                rule: "the width for a target",
                advice: "a constant is the same at every width; fit a model that is not",
            });
        }
        self.needs_no_capabilities("width_for")?;
        let t = self.quantile(confidence);
        let limit = self.limit(t);
        let within = |width: f64| {
            self.likelihood.profile(
                |exponent| [1.0, self.packing_at(width, None, exponent)],
                target,
            ) <= limit
        };
        let at = |log: f64| within(log.exp());
        let perhaps_never = self.likelihood.profile(|_| [1.0, 0.0], target) <= limit;
        let least = self.model.least_width();
        let [low, high] = [least.ln(), WIDEST.ln()];
        let [a, b] = self.best.point;
        let estimate = if self.mean(least, None) <= target {
            Some(least)
        } else if target > a {
            Some(self.width_of((target - a) / b)).filter(|w| *w < WIDEST)
        } else {
            None
        };
        let first = |from: f64| {
            if at(low) {
                least
            } else {
                search::edge(from, low, at).exp()
            }
        };
        Ok(match estimate {
            Some(estimate) if !perhaps_never => TargetWidth::Between {
                estimate,
                lower: first(estimate.ln()).min(estimate),
                upper: search::edge(estimate.ln(), high, at).exp().max(estimate),
                reach: self.reach(estimate),
            },
            Some(estimate) => TargetWidth::AtLeast {
                estimate: Some(estimate),
                lower: first(estimate.ln()).min(estimate),
            },
            None if !perhaps_never => TargetWidth::Never {
                intrinsic: self
                    .bounds_of(ScalingParameter::Intrinsic, t)
                    .map_or(a, |[lower, _]| lower),
            },
            None => TargetWidth::AtLeast {
                estimate: None,
                lower: if at(high) { first(high) } else { WIDEST },
            },
        })
    }

    fn prediction(
        &self,
        width: usize,
        capabilities: Option<usize>,
        confidence: Confidence,
    ) -> Result<ScalingPrediction, Error> {
        let d = width as f64;
        let (least, most) = (self.model.least_width() as usize, u32::MAX as usize);
        if width < least || width > most {
            return Err(Error::OutOfBounds {
                argument: "width",
                least,
                most,
                actual: width,
                advice: "it is the dimension of the representation",
            });
        }
        let mean = self.mean(d, capabilities);
        let [lower, upper] = self.bounds(
            |exponent, _| [1.0, self.packing_at(d, capabilities, exponent)],
            mean,
            [0.0, mean.max(1.0)],
            self.quantile(confidence),
        );
        Ok(ScalingPrediction {
            width,
            mean: mean.min(1.0),
            interval: [lower.min(1.0), upper.min(1.0)],
            reach: self.reach(d),
        })
    }

    fn reach(&self, width: f64) -> Reach {
        let factor = (width / self.data.widest()).max(self.data.narrowest() / width);
        if factor > 1.0 {
            Reach::Extrapolated { factor }
        } else {
            Reach::Interpolated
        }
    }

    fn needs_no_capabilities(&self, rule: &'static str) -> Result<(), Error> {
        match self.model {
            ScalingModel::ExactLaw { .. } if self.data.capabilities().is_some() => {
                Err(Error::UnsuitableRule {
                    argument: "fit",
                    rule,
                    advice: "it was told how many capabilities there are at each width and would have to be told here; use predict_with",
                })
            }
            _ => Ok(()),
        }
    }
}

fn no_use() -> Error {
    Error::UnsuitableRule {
        argument: "fit",
        rule: "predict_with",
        advice: "only the exact law fitted with numbers of capabilities uses them; use predict",
    }
}
