//! Tax rates measured at several widths, and how sure each of them is.
//!
//! There are three kinds of knowledge about the noise, and they lead to three laws of the
//! same quadratic form. Standard errors that are known: normal and χ². Standard errors known up
//! to a factor, which the residuals then estimate: Student and F on n − p degrees of freedom.
//! Several seeds to a width: one scale estimated from the spread between seeds, Student and F on
//! as many degrees of freedom as there are seeds beyond the first of each width. A spread of
//! its own for every width would be an average of two or three squares, whose inverse is a
//! wild weight; so the seeds are pooled, under a stated profile over the widths.

use crate::linalg::check;
use crate::special::student;
use crate::{Error, tolerance};

/// How the spread between seeds depends on the width.
///
/// # Examples
/// See [`ScalingData::from_seeds`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum SeedSpread {
    /// The same at every width: what measuring leaves.
    #[default]
    Common,
    /// Proportional to 1/d: what the packing leaves, whose standard deviation is √(2m′)/d.
    InverseWidth,
}

/// What is known about the noise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Noise {
    Known,
    Relative,
    Seeds { freedom: usize, observations: usize },
}

/// Tax rates at several widths, or squared overlaps of one capability, with their
/// standard errors.
///
/// # Units and shapes
/// Widths d are dimensions of the representation, each once, in any order. Rates are without
/// dimension. A debiased rate ([`TaxEstimate`](crate::TaxEstimate)) may lie outside [0, 1] by
/// some standard errors and is to be passed as it is: rates clamped to [0, 1] are biased, and no
/// fit can take that back.
///
/// # References
/// Theory §7.5.
///
/// # Examples
/// ```
/// use alignment_tax::ScalingData;
///
/// let widths = [256, 512, 1024, 2048];
/// let data = ScalingData::from_errors(&widths, &[0.141, 0.118, 0.112, 0.104], &[0.004; 4])?;
/// assert_eq!(data.widths(), widths);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ScalingData {
    widths: Vec<usize>,
    rates: Vec<f64>,
    errors: Vec<f64>,
    capabilities: Option<Vec<usize>>,
    noise: Noise,
}

/// The probability with which an honest rate passes the check of its range.
const PASSING: f64 = 0.9999;

/// More than this many widths are not expected of anybody.
const MOST_WIDTHS: usize = 1000;

impl ScalingData {
    /// Rates with known standard errors.
    ///
    /// # Units and shapes
    /// One rate and one standard error for each width. They are taken at their word; that they
    /// are too small shows in [`ScalingFit::p_value`](crate::ScalingFit::p_value), and
    /// [`from_relative_errors`](Self::from_relative_errors) is the way out.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::DimensionMismatch`], [`Error::OutOfBounds`] for more
    /// than 1000 widths; [`Error::EntryOutOfRange`] for a width of 0 or above 2³² − 1 or a width
    /// that occurs twice, for a standard error outside √ε..1/√ε
    /// ([`tolerance::standard_error`]), and for a rate more than 3.9 standard
    /// errors outside [0, 1].
    ///
    /// # Examples
    /// See [`ScalingData`].
    pub fn from_errors(widths: &[usize], rates: &[f64], errors: &[f64]) -> Result<Self, Error> {
        shapes(widths, rates.len())?;
        check::same("errors", "entries", widths.len(), errors.len())?;
        let least = tolerance::standard_error();
        let expected = "a positive standard error, not below the rounding of a rate";
        check::entries("errors", errors, expected, |e| {
            e >= least && e <= 1.0 / least
        })?;
        in_range(rates, errors, f64::MAX)?;
        Ok(Self {
            widths: widths.to_vec(),
            rates: rates.to_vec(),
            errors: errors.to_vec(),
            capabilities: None,
            noise: Noise::Known,
        })
    }

    /// Rates with standard errors that are known up to a common factor; the residuals of the
    /// fit estimate it.
    ///
    /// # Units and shapes
    /// One rate and one positive number for each width; equal numbers where nothing
    /// is known.
    ///
    /// # Errors
    /// As [`from_errors`](Self::from_errors), but numbers may span a factor of 1/√ε in any unit,
    /// and rates are refused outside [−1, 2].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::ScalingData;
    ///
    /// let rates = [0.141_f64, 0.118, 0.112, 0.104];
    /// assert!(ScalingData::from_relative_errors(&[256, 512, 1024, 2048], &rates, &[1.0; 4]).is_ok());
    /// ```
    pub fn from_relative_errors(
        widths: &[usize],
        rates: &[f64],
        errors: &[f64],
    ) -> Result<Self, Error> {
        shapes(widths, rates.len())?;
        check::same("errors", "entries", widths.len(), errors.len())?;
        let most = errors.iter().fold(0.0, |m: f64, e| m.max(*e));
        let least = tolerance::standard_error();
        let expected = "a positive number, not far below the largest of them";
        check::entries("errors", errors, expected, |e| e / most >= least)?;
        let expected = "a tax rate, from 0 to 1 up to noise";
        check::entries("rates", rates, expected, |t| (-1.0..=2.0).contains(&t))?;
        Ok(Self {
            widths: widths.to_vec(),
            rates: rates.to_vec(),
            errors: errors.iter().map(|e| e / most).collect(),
            capabilities: None,
            noise: Noise::Relative,
        })
    }

    /// Rates of several models to a width, which differ by their seeds.
    ///
    /// $$ \hat\sigma^2 = \frac{\sum\_j \sum\_i (\tau\_{ji} - \bar\tau\_j)^2 / w\_j^2}{\sum\_j (n\_j - 1)}, \qquad \mathrm{se}\_j = \hat\sigma w\_j / \sqrt{n\_j} $$
    ///
    /// with w = 1 or w = d₁/d by the [`SeedSpread`].
    ///
    /// # Units and shapes
    /// For each width its rates, one at least; at least two degrees of freedom in all. Whatever
    /// differs between seeds, packing included, is in the spread.
    ///
    /// # Errors
    /// As [`from_errors`](Self::from_errors); [`Error::OutOfBounds`] for fewer than two degrees
    /// of freedom, [`Error::OutOfRange`] where the seeds of every width agree.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{ScalingData, SeedSpread};
    ///
    /// let seeds: [&[f64]; 4] = [&[0.14, 0.15], &[0.12, 0.11, 0.12], &[0.11], &[0.10, 0.11]];
    /// let data = ScalingData::from_seeds(&[256, 512, 1024, 2048], &seeds, SeedSpread::Common)?;
    /// assert_eq!(data.seed_freedom(), Some(4));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn from_seeds(
        widths: &[usize],
        seeds: &[&[f64]],
        spread: SeedSpread,
    ) -> Result<Self, Error> {
        shapes(widths, seeds.len())?;
        let narrowest = widths.iter().copied().min().unwrap_or(1) as f64;
        let (mut rates, mut units) = (Vec::new(), Vec::new());
        let (mut within, mut freedom, mut observations) = (0.0, 0, 0);
        for (&width, group) in widths.iter().zip(seeds) {
            check::slice("seeds", group)?;
            let expected = "a tax rate, from 0 to 1 up to noise";
            check::entries("seeds", group, expected, |t| (-1.0..=2.0).contains(&t))?;
            let unit = match spread {
                SeedSpread::Common => 1.0,
                SeedSpread::InverseWidth => narrowest / width as f64,
            };
            let mean = group.iter().sum::<f64>() / group.len() as f64;
            within += group
                .iter()
                .map(|t| ((t - mean) / unit) * ((t - mean) / unit))
                .sum::<f64>();
            freedom += group.len() - 1;
            observations += group.len();
            rates.push(mean);
            units.push(unit / (group.len() as f64).sqrt());
        }
        if freedom < 2 {
            return Err(Error::OutOfBounds {
                argument: "seeds beyond the first of each width",
                least: 2,
                most: usize::MAX,
                actual: freedom,
                advice: "bring more seeds, or standard errors",
            });
        }
        let sigma = (within / freedom as f64).sqrt();
        let least = tolerance::standard_error();
        let expected = "a spread above the rounding of a rate; equal seeds are one model";
        check::scalar("spread of the seeds", sigma, expected, |s| {
            units.iter().all(|u| s * u >= least)
        })?;
        let errors: Vec<f64> = units.iter().map(|u| sigma * u).collect();
        in_range(&rates, &errors, freedom as f64)?;
        Ok(Self {
            widths: widths.to_vec(),
            rates,
            errors,
            capabilities: None,
            noise: Noise::Seeds {
                freedom,
                observations,
            },
        })
    }

    /// The same data with the number m′ of incidental capabilities at each width, for
    /// [`ScalingModel::ExactLaw`](crate::ScalingModel::ExactLaw), which other models
    /// pay no heed to.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`]; [`Error::EntryOutOfRange`] for 0.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::ScalingData;
    ///
    /// let data = ScalingData::from_errors(&[64, 128, 256], &[0.2_f64, 0.15, 0.12], &[0.01; 3])?;
    /// assert_eq!(data.with_capabilities(&[8, 9, 12])?.capabilities(), Some(&[8, 9, 12][..]));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn with_capabilities(self, capabilities: &[usize]) -> Result<Self, Error> {
        check::same(
            "capabilities",
            "entries",
            self.widths.len(),
            capabilities.len(),
        )?;
        positive(
            "capabilities",
            capabilities,
            "a positive number of capabilities",
        )?;
        Ok(Self {
            capabilities: Some(capabilities.to_vec()),
            ..self
        })
    }

    /// The widths, as given.
    ///
    /// # Examples
    /// See [`ScalingData`].
    #[must_use]
    pub fn widths(&self) -> &[usize] {
        &self.widths
    }

    /// The rate at each width; the mean over seeds.
    ///
    /// # Examples
    /// See [`ScalingFit::residuals`](crate::ScalingFit::residuals).
    #[must_use]
    pub fn rates(&self) -> &[f64] {
        &self.rates
    }

    /// The standard error of each rate; relative ones in units of the largest.
    ///
    /// # Examples
    /// See [`ScalingFit::residuals`](crate::ScalingFit::residuals).
    #[must_use]
    pub fn errors(&self) -> &[f64] {
        &self.errors
    }

    /// The number of incidental capabilities at each width, where given.
    ///
    /// # Examples
    /// See [`with_capabilities`](Self::with_capabilities).
    #[must_use]
    pub fn capabilities(&self) -> Option<&[usize]> {
        self.capabilities.as_deref()
    }

    /// The degrees of freedom of the spread between seeds, where the noise is known by it.
    ///
    /// # Examples
    /// See [`from_seeds`](Self::from_seeds).
    #[must_use]
    pub fn seed_freedom(&self) -> Option<usize> {
        match self.noise {
            Noise::Seeds { freedom, .. } => Some(freedom),
            _ => None,
        }
    }

    pub(super) fn noise(&self) -> Noise {
        self.noise
    }

    pub(super) fn narrowest(&self) -> f64 {
        self.widths.iter().copied().min().unwrap_or(1) as f64
    }

    pub(super) fn widest(&self) -> f64 {
        self.widths.iter().copied().max().unwrap_or(1) as f64
    }
}

fn shapes(widths: &[usize], others: usize) -> Result<(), Error> {
    if widths.is_empty() {
        return Err(Error::Empty {
            argument: "widths",
            rows: 0,
            columns: 1,
        });
    }
    if widths.len() > MOST_WIDTHS {
        return Err(Error::OutOfBounds {
            argument: "number of widths",
            least: 1,
            most: MOST_WIDTHS,
            actual: widths.len(),
            advice: "several models of one width are seeds of it",
        });
    }
    check::same("rates", "entries", widths.len(), others)?;
    let expected = "a positive width below 2³², each once; models of equal width are seeds of it";
    positive("widths", widths, expected)?;
    for (index, width) in widths.iter().enumerate() {
        if widths[..index].contains(width) {
            return Err(Error::EntryOutOfRange {
                argument: "widths",
                index,
                expected,
                actual: *width as f64,
            });
        }
    }
    Ok(())
}

fn positive(argument: &'static str, counts: &[usize], expected: &'static str) -> Result<(), Error> {
    let most = u32::MAX as usize;
    match counts.iter().position(|&c| c == 0 || c > most) {
        None => Ok(()),
        Some(index) => Err(Error::EntryOutOfRange {
            argument,
            index,
            expected,
            actual: counts[index] as f64,
        }),
    }
}

/// Every rate in [0, 1] up to what its noise can do.
fn in_range(rates: &[f64], errors: &[f64], freedom: f64) -> Result<(), Error> {
    let allowed = student::quantile(PASSING, freedom);
    for (index, (&rate, error)) in rates.iter().zip(errors).enumerate() {
        let slack = allowed * error;
        if !(rate >= -slack && rate <= 1.0 + slack) {
            return Err(Error::EntryOutOfRange {
                argument: "rates",
                index,
                expected: "a tax rate, from 0 to 1 up to some standard errors",
                actual: rate,
            });
        }
    }
    Ok(())
}
