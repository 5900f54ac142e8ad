//! Models of the same data side by side.
//!
//! Akaike's criterion estimates how far a model's predictions are from the truth; differences
//! below about 2 mean nothing, and the best of several wrong models is wrong. Its small-sample
//! correction pays for a noise that is estimated from the same data (Hurvich & Tsai 1989): where
//! standard errors are known there is none to pay for, the sum of squares plus 2p is
//! unbiased as it is, and the correction would favour the constant for no reason.

use std::fmt;

use super::data::ScalingData;
use super::fit::ScalingFit;
use super::model::ScalingModel;
use crate::Error;

/// What the comparison says of one model.
///
/// # Examples
/// See [`ScalingComparison`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct ModelScore {
    /// The model.
    pub model: ScalingModel,
    /// Parameters that were estimated, the scale of the noise included where it was.
    pub parameters: usize,
    /// −2 ln L, less what is the same for every model of these data.
    pub deviance: f64,
    /// Akaike's criterion, corrected; `None` where there are too few observations for the
    /// correction to be defined.
    pub aicc: Option<f64>,
    /// That less the least of all; `None` as above.
    pub difference: Option<f64>,
    /// exp(−difference/2), normalised over the models that have one; `None` as above.
    pub weight: Option<f64>,
    /// Whether it fits, as [`ScalingFit::p_value`] says.
    pub p_value: Option<f64>,
}

/// Several models fitted to the same data, in the order given.
///
/// $$ \mathrm{AICc} = -2 \ln \hat L + 2K + \frac{2K(K + 1)}{N - K - 1} $$
///
/// with K parameters, the scale of the noise among them, and N observations, all seeds counted.
/// Where standard errors are known, N is without bound: the last term is absent.
///
/// # Units and shapes
/// Differences of the criterion are in units of −2 ln L.
///
/// # Errors
/// [`new`](Self::new): [`Error::Empty`] for no models, and whatever refuses one of them.
///
/// # Accuracy
/// Parameters at a bound are counted in full, which makes the criterion of that model too large by
/// up to 2. The [`ScalingModel::ExactLaw`] of known standard errors has a variance of its
/// own in its likelihood, and is compared on equal terms.
///
/// # References
/// Theory §7.5; Hurvich & Tsai (1989); Burnham & Anderson (2002), §2.4.
///
/// # Examples
/// ```
/// use alignment_tax::{ScalingComparison, ScalingData, ScalingModel};
///
/// let rates = [0.350_f64, 0.226, 0.162, 0.132, 0.115];
/// let data = ScalingData::from_errors(&[64, 128, 256, 512, 1024], &rates, &[0.002; 5])?;
/// let models = [ScalingModel::Constant, ScalingModel::InverseWidth, ScalingModel::PowerLaw];
/// let comparison = ScalingComparison::new(&data, &models)?;
/// assert_eq!(comparison.best().map(|b| b.model), Some(ScalingModel::InverseWidth));
/// println!("{comparison}");
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct ScalingComparison {
    fits: Vec<ScalingFit>,
    scores: Vec<ModelScore>,
}

impl ScalingComparison {
    /// The comparison of these models.
    ///
    /// # Errors
    /// See [`ScalingComparison`].
    ///
    /// # Examples
    /// See [`ScalingComparison`].
    pub fn new(data: &ScalingData, models: &[ScalingModel]) -> Result<Self, Error> {
        if models.is_empty() {
            return Err(Error::Empty {
                argument: "models",
                rows: 0,
                columns: 1,
            });
        }
        let fits = models
            .iter()
            .map(|&model| ScalingFit::new(data, model))
            .collect::<Result<Vec<_>, _>>()?;
        let mut scores: Vec<ModelScore> = fits.iter().map(score).collect();
        let least = scores
            .iter()
            .filter_map(|s| s.aicc)
            .fold(f64::INFINITY, f64::min);
        let likelihood = |score: &ModelScore| score.aicc.map(|a| (-0.5 * (a - least)).exp());
        let total: f64 = scores.iter().filter_map(likelihood).sum();
        for score in &mut scores {
            score.weight = likelihood(score).map(|l| l / total);
            score.difference = score.aicc.map(|a| a - least);
        }
        Ok(Self { fits, scores })
    }

    /// What it says of each model, in the order given.
    ///
    /// # Examples
    /// See [`ScalingComparison`].
    #[must_use]
    pub fn scores(&self) -> &[ModelScore] {
        &self.scores
    }

    /// The fits, in the order given.
    ///
    /// # Examples
    /// See [`ScalingComparison`].
    #[must_use]
    pub fn fits(&self) -> &[ScalingFit] {
        &self.fits
    }

    /// The model with the least criterion; `None` if no model has one. Look at
    /// [`ModelScore::p_value`] too: the best of them need not fit.
    ///
    /// # Examples
    /// See [`ScalingComparison`].
    #[must_use]
    pub fn best(&self) -> Option<&ModelScore> {
        self.scores
            .iter()
            .filter(|s| s.aicc.is_some())
            .min_by(|s, t| s.aicc.unwrap_or(0.0).total_cmp(&t.aicc.unwrap_or(0.0)))
    }
}

fn score(fit: &ScalingFit) -> ModelScore {
    let (deviance, parameters, observations) = fit.information();
    let k = parameters as f64;
    let aicc = match observations {
        None => Some(deviance + 2.0 * k),
        Some(n) if n > parameters + 1 => {
            Some(deviance + 2.0 * k + 2.0 * k * (k + 1.0) / (n as f64 - k - 1.0))
        }
        Some(_) => None,
    };
    ModelScore {
        model: fit.model(),
        parameters,
        deviance,
        aicc,
        difference: None,
        weight: None,
        p_value: fit.p_value(),
    }
}

/// A table with a line for each model.
impl fmt::Display for ScalingComparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:<20} {:>10} {:>8} {:>8}",
            "model", "dAICc", "weight", "fit p"
        )?;
        let optional = |x: Option<f64>, digits: usize| {
            x.map_or_else(|| "-".to_owned(), |x| format!("{x:.digits$}"))
        };
        for s in &self.scores {
            write!(
                f,
                "\n{:<20} {:>10} {:>8} {:>8}",
                s.model,
                optional(s.difference, 2),
                optional(s.weight, 3),
                optional(s.p_value, 3),
            )?;
        }
        Ok(())
    }
}
