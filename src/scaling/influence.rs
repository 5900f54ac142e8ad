//! What each width says against the fit, and what the fit owes to it.

use super::fit::ScalingFit;
use super::likelihood::Likelihood;
use super::model::ScalingParameter;

/// One width and what the fit leaves of it.
///
/// # Examples
/// See [`ScalingFit::residuals`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct ScalingResidual {
    /// d.
    pub width: usize,
    /// The rate less the mean of the fit.
    pub residual: f64,
    /// The same in units of the standard deviation that the noise has there.
    pub standardized: f64,
}

/// One width and what the fit would be without it.
///
/// # Examples
/// See [`ScalingFit::influence`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct ScalingInfluence {
    /// d.
    pub width: usize,
    /// τ₀ without this width less τ₀ with it, in units of half of its 68 % interval; 0 if that has
    /// no width.
    pub intrinsic_change: f64,
    /// The same of the packing at the narrowest width of all the data.
    pub packing_change: f64,
    /// The rise of −2 ln L, over all widths, when the estimate is replaced by the one without
    /// this width, for each parameter and unit of noise. Of a straight line it is Cook's
    /// distance; above 1 the fit rests on this width.
    pub displacement: f64,
}

impl ScalingFit {
    /// The residual of each width, in the order of the data.
    ///
    /// # References
    /// Theory §7.5.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{ScalingData, ScalingFit, ScalingModel};
    ///
    /// let data = ScalingData::from_errors(&[64, 128, 256], &[0.5_f64, 0.52, 0.48], &[0.02; 3])?;
    /// let fit = ScalingFit::new(&data, ScalingModel::Constant)?;
    /// for (residual, rate) in fit.residuals().iter().zip(data.rates()) {
    ///     assert!((residual.residual - (rate - 0.5)).abs() < 1e-15);
    ///     assert!((residual.standardized - residual.residual / 0.02).abs() < 1e-12);
    /// }
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn residuals(&self) -> Vec<ScalingResidual> {
        let deviation = |j: usize| match self.likelihood.draws() {
            Some(draws) => draws[j].variance(self.best.point).sqrt(),
            None => self.data.errors()[j] * self.scale.sqrt(),
        };
        (0..self.data.widths().len())
            .map(|j| {
                let width = self.data.widths()[j];
                let capabilities = self.data.capabilities().map(|c| c[j]);
                let residual = self.data.rates()[j] - self.mean(width as f64, capabilities);
                ScalingResidual {
                    width,
                    residual,
                    standardized: residual / deviation(j),
                }
            })
            .collect()
    }

    /// The probability of as few runs of equal sign among the residuals in order of width, or
    /// fewer, if signs come in any order (Wald & Wolfowitz 1940). Small if the residuals bend: the
    /// wrong law. With fewer than eight widths it can hardly be small.
    ///
    /// # Accuracy
    /// The law of runs is exact for signs in random order; residuals of a fit change their sign a
    /// little more often, so that it errs to the large side.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{ScalingData, ScalingFit, ScalingModel};
    ///
    /// // A tax that falls, and a constant through it: four above, four below.
    /// let widths = [64, 128, 256, 512, 1024, 2048, 4096, 8192];
    /// let rates = [0.20_f64, 0.19, 0.18, 0.17, 0.13, 0.12, 0.11, 0.10];
    /// let data = ScalingData::from_relative_errors(&widths, &rates, &[1.0; 8])?;
    /// let fit = ScalingFit::new(&data, ScalingModel::Constant)?;
    /// // Two of 8!/(4!·4!) = 70 orders have two runs.
    /// assert!((fit.p_runs() - 2.0 / 70.0).abs() < 1e-12);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn p_runs(&self) -> f64 {
        let mut residuals = self.residuals();
        residuals.sort_by_key(|r| r.width);
        let signs: Vec<bool> = residuals.iter().map(|r| r.residual >= 0.0).collect();
        let positive = signs.iter().filter(|s| **s).count();
        let runs = 1 + signs.windows(2).filter(|w| w[0] != w[1]).count();
        few_runs(runs, positive, signs.len() - positive)
    }

    /// The fit without each width in turn, in the order of the data.
    ///
    /// # Accuracy
    /// Each is a fit of its own, not an approximation from this one.
    ///
    /// # References
    /// Theory §7.5; Cook & Weisberg (1982), *Residuals and Influence in Regression*, §5.2 (the
    /// likelihood displacement).
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{ScalingData, ScalingFit, ScalingModel};
    ///
    /// // 0.1 + 10/d, but 0.05 too much at the widest.
    /// let rates = [0.256_f64, 0.178, 0.139, 0.120, 0.160];
    /// let data = ScalingData::from_errors(&[64, 128, 256, 512, 1024], &rates, &[0.005; 5])?;
    /// let fit = ScalingFit::new(&data, ScalingModel::InverseWidth)?;
    /// let influence = fit.influence();
    /// assert!(influence[4].displacement > 1.0 && influence[4].intrinsic_change < -1.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn influence(&self) -> Vec<ScalingInfluence> {
        let half = |parameter| {
            self.bounds_of(parameter, 1.0)
                .map_or(0.0, |[low, high]| 0.5 * (high - low))
        };
        let units = [
            half(ScalingParameter::Intrinsic),
            half(ScalingParameter::Packing),
        ];
        let per = self.model.parameters() as f64 * self.scale;
        (0..self.data.widths().len())
            .map(|j| {
                let without = Likelihood::new(&self.data, self.model, Some(j)).best();
                let change = |i: usize| {
                    let difference = without.point[i] - self.best.point[i];
                    if units[i] > 0.0 {
                        difference / units[i]
                    } else {
                        0.0
                    }
                };
                let there = self.likelihood.at(without.point, without.exponent);
                ScalingInfluence {
                    width: self.data.widths()[j],
                    intrinsic_change: change(0),
                    packing_change: change(1),
                    displacement: (there - self.best.deviance).max(0.0) / per,
                }
            })
            .collect()
    }
}

/// P(runs ≤ r) for m signs of one kind and n of the other in random order.
fn few_runs(runs: usize, m: usize, n: usize) -> f64 {
    if m == 0 || n == 0 {
        return 1.0;
    }
    let all = log_choose(m + n, m);
    let ways = |a: usize, b: usize| (log_choose(m - 1, a) + log_choose(n - 1, b) - all).exp();
    let sum: f64 = (2..=runs)
        .map(|r| {
            let k = r / 2;
            if r % 2 == 0 {
                2.0 * ways(k - 1, k - 1)
            } else {
                ways(k, k - 1) + ways(k - 1, k)
            }
        })
        .sum();
    sum.min(1.0)
}

/// ln of a binomial coefficient; −∞ where it is zero.
fn log_choose(n: usize, k: usize) -> f64 {
    if k > n {
        return f64::NEG_INFINITY;
    }
    (1..=k).map(|i| ((n - k + i) as f64 / i as f64).ln()).sum()
}
