//! A series: the rates of one question at several widths, some seeds to each, and what the
//! models of the scaling law make of them.
//!
//! The noise is the spread between seeds, pooled over the widths, because a spread of its own
//! for every width would be of two or three numbers. Seeds are what is drawn anew at each
//! width; what all widths share, such as the choice of words or of problems, is in none of
//! the intervals.

use std::fmt;

use alignment_tax::{
    Confidence, Error, Reach, ScalingComparison, ScalingData, ScalingFit, ScalingModel,
    ScalingParameter, ScalingVerdict, SeedSpread, TargetWidth,
};

/// A tax below this is nothing to speak of.
pub const NEGLIGIBLE: f64 = 0.02;

pub const LEVEL: Confidence = Confidence::NINETY_FIVE;

/// One question and its rates.
#[derive(Debug, Clone)]
pub struct Series {
    pub name: String,
    /// Widths ascending, each with the rates of its seeds.
    pub rates: Vec<(usize, Vec<f64>)>,
    pub spread: SeedSpread,
    /// k of the exact law.
    pub intrinsic_dimension: usize,
}

/// The models fitted to a series: all four, or those that so few widths allow.
#[derive(Debug, Clone)]
pub struct Fitted {
    pub name: String,
    pub spread: SeedSpread,
    seeds: Vec<usize>,
    comparison: ScalingComparison,
    /// The verdict of τ₀ + κ/d under the other profile of the spread.
    other: Result<ScalingVerdict, Error>,
}

impl Series {
    pub fn data(&self, spread: SeedSpread) -> Result<ScalingData, Error> {
        let widths: Vec<usize> = self.rates.iter().map(|(d, _)| *d).collect();
        let seeds: Vec<&[f64]> = self.rates.iter().map(|(_, r)| r.as_slice()).collect();
        ScalingData::from_seeds(&widths, &seeds, spread)
    }

    pub fn fit(&self) -> Result<Fitted, Error> {
        let mut models = vec![
            ScalingModel::Constant,
            ScalingModel::InverseWidth,
            ScalingModel::ExactLaw {
                intrinsic_dimension: self.intrinsic_dimension,
            },
            ScalingModel::PowerLaw,
        ];
        // Few widths leave out the power law; fewer still are refused.
        let widths = self
            .rates
            .len()
            .max(ScalingModel::InverseWidth.parameters() + 1);
        models.retain(|m| m.parameters() < widths);
        let other = match self.spread {
            SeedSpread::Common => SeedSpread::InverseWidth,
            _ => SeedSpread::Common,
        };
        let other = self
            .data(other)
            .and_then(|data| ScalingFit::new(&data, ScalingModel::InverseWidth))
            .and_then(|fit| fit.verdict(NEGLIGIBLE, LEVEL));
        Ok(Fitted {
            name: self.name.clone(),
            spread: self.spread,
            seeds: self.rates.iter().map(|(_, r)| r.len()).collect(),
            comparison: ScalingComparison::new(&self.data(self.spread)?, &models)?,
            other,
        })
    }
}

impl Fitted {
    /// The fit of a model, if it is among them.
    fn of(&self, model: ScalingModel) -> Option<&ScalingFit> {
        let mut fits = self.comparison.fits().iter();
        fits.find(|f| f.model() == model)
    }

    /// τ₀ + κ/d, the law of theory §7.1, by which the verdict is given.
    pub fn law(&self) -> &ScalingFit {
        self.of(ScalingModel::InverseWidth)
            .unwrap_or(&self.comparison.fits()[0])
    }

    /// All that were fitted.
    pub fn comparison(&self) -> &ScalingComparison {
        &self.comparison
    }

    pub fn power(&self) -> Option<&ScalingFit> {
        self.of(ScalingModel::PowerLaw)
    }

    pub fn verdict(&self) -> Result<ScalingVerdict, Error> {
        self.law().verdict(NEGLIGIBLE, LEVEL)
    }

    /// The width for a target by τ₀ + κ/d and by the power law.
    pub fn answers(&self, target: f64) -> Result<String, Error> {
        let law = Self::width(self.law(), target)?;
        let mut text = format!("  width for {target}: tau0 + kappa/d: {law}");
        if let Some(power) = self.power() {
            let width = Self::width(power, target)?;
            text += &format!("\n                  power law: {width}");
        }
        Ok(text)
    }

    /// The width for a target by a fit, in words.
    fn width(fit: &ScalingFit, target: f64) -> Result<String, Error> {
        Ok(match fit.width_for(target, LEVEL)? {
            TargetWidth::Between {
                estimate,
                lower,
                upper,
                reach,
            } => {
                let beyond = match reach {
                    Reach::Extrapolated { .. } => ", extrapolated",
                    _ => "",
                };
                let [estimate, lower, upper] = [estimate, lower, upper].map(whole);
                format!("{estimate} [{lower}, {upper}]{beyond}")
            }
            TargetWidth::AtLeast { estimate, lower } => {
                let likely = estimate.map_or("never".to_owned(), whole);
                let lower = whole(lower);
                format!("not below {lower}, perhaps never (most likely: {likely})")
            }
            TargetWidth::Never { intrinsic } => format!("never: {intrinsic:.3} stays"),
            _ => "not known".to_owned(),
        })
    }
}

/// A width, with powers of ten where no digit means anything.
fn whole(width: f64) -> String {
    if width < 1e6 {
        format!("{width:.0}")
    } else {
        format!("{width:.0e}")
    }
}

fn interval(fit: &ScalingFit, parameter: ScalingParameter) -> String {
    match (fit.estimate(parameter), fit.interval(parameter, LEVEL)) {
        (Some(value), Some(i)) => {
            let end = |x: f64| match x {
                x if x.is_infinite() => "inf".to_owned(),
                x => format!("{x:.3}"),
            };
            format!("{value:.3} [{}, {}]", end(i.lower()), end(i.upper()))
        }
        _ => "-".to_owned(),
    }
}

/// Data, a line for each model, influence of the narrowest width.
impl fmt::Display for Fitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.name)?;
        let data = self.law().data();
        write!(f, "  ")?;
        for (((d, rate), error), n) in data
            .widths()
            .iter()
            .zip(data.rates())
            .zip(data.errors())
            .zip(&self.seeds)
        {
            write!(f, "d {d}: {rate:.3} ± {error:.3} ({n})  ")?;
        }
        writeln!(
            f,
            "\n  {:<17} {:<22} {:<22} {:<22} {:>7} {:>6} {:>6} {:>6}  verdict",
            "model", "tau0", "b", "beta", "dAICc", "weight", "fit p", "runs p"
        )?;
        for (fit, score) in self.comparison.fits().iter().zip(self.comparison.scores()) {
            let optional = |x: Option<f64>, digits: usize| {
                x.map_or_else(|| "-".to_owned(), |x| format!("{x:.digits$}"))
            };
            let verdict = fit
                .verdict(NEGLIGIBLE, LEVEL)
                .map_or_else(|_| "-".to_owned(), |v| v.to_string());
            writeln!(
                f,
                "  {:<17} {:<22} {:<22} {:<22} {:>7} {:>6} {:>6} {:>6.2}  {verdict}",
                fit.model(),
                interval(fit, ScalingParameter::Intrinsic),
                interval(fit, ScalingParameter::Packing),
                interval(fit, ScalingParameter::Exponent),
                optional(score.difference, 1),
                optional(score.weight, 3),
                optional(score.p_value, 3),
                fit.p_runs(),
            )?;
        }
        if let Some(first) = self.law().influence().first() {
            writeln!(
                f,
                "  without d = {}: tau0 of tau0 + kappa/d moves by {:+.1} of its errors, displacement {:.1}",
                first.width, first.intrinsic_change, first.displacement
            )?;
        }
        let other = match self.spread {
            SeedSpread::Common => "proportional to 1/d",
            _ => "the same at every width",
        };
        write!(
            f,
            "  with a spread between seeds {other}, tau0 + kappa/d says: "
        )?;
        match &self.other {
            Ok(verdict) => write!(f, "{verdict}"),
            Err(refusal) => write!(f, "nothing: {refusal}"),
        }
    }
}
