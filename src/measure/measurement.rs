//! One safety concept against its capabilities, measured.

use std::collections::BTreeSet;

use nalgebra::DMatrix;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use super::concept::Concept;
use super::error::MeasurementError;
use super::options::MeasurementOptions;
use super::record::{
    CapabilityRecord, ChanceRecord, CostRecord, MeasurementRecord, NullRecord, OverlapRecord,
    SampleRecord, TaxRecord, ends,
};
use crate::linalg::check;
use crate::{
    Attribution, Collinearity, CoordinateShares, CovarianceNull, Direction, Error, Evidence,
    IsotropicNull, Moment, MonteCarlo, NullSample, Objectives, ObservedRate, PreservationBand,
    PreservationFrontier, Real, Samples, TaxEstimate, TaxRate, holm, tolerance,
};

/// Random orders for the Shapley shares of more capabilities than can be enumerated.
const ORDERS: usize = 2000;
/// Up to so many capabilities, Shapley shares are exact.
const EXACT: usize = 16;

/// A safety concept measured against capabilities: how large the tax is, how sure that is,
/// what chance would give, who pays, and what safety costs.
///
/// All concepts are to be in one unit, that of the activations: the chance level and the
/// diagnostics pool their samples as they are, and a concept a thousand times as large as
/// the others would be the only one that counts there. The estimates do not mind.
///
/// An unresolved signal is not a failed measurement: [`Measurement::tax`] is then the
/// error that says how many samples it would take, and everything that needs no estimate
/// is there.
///
/// # Accuracy
/// Intervals: [`TaxEstimate::interval`]. Nulls: [`CovarianceNull`], with Monte Carlo
/// standard errors in the record. Calibration of both: `docs/calibration.md`. Memory: the
/// N × N Gram matrix of all N samples, 8N² bytes, a few times over.
///
/// # Examples
/// See [`MeasurementRecord`].
#[derive(Debug, Clone)]
pub struct Measurement {
    safety: Direction<f64>,
    capabilities: Vec<Direction<f64>>,
    attribution: Attribution<f64>,
    tax: Result<TaxEstimate, Error>,
    band: Option<PreservationBand>,
    record: MeasurementRecord,
}

impl Measurement {
    /// Measures one safety concept against capabilities.
    ///
    /// # Units and shapes
    /// All concepts in one space of dimension d, samples in rows.
    ///
    /// # Errors
    /// [`MeasurementError::Concept`] names the concept whose samples are at fault, fewer
    /// than four independent units among the faults;
    /// [`MeasurementError::Duplicate`]; [`MeasurementError::Input`] with
    /// [`Error::Empty`] for no capabilities, or with [`Error::Unresolved`] where no group
    /// of samples has any spread.
    /// A signal that is not resolved is no error here: see [`Measurement::tax`].
    ///
    /// # Examples
    /// See [`MeasurementRecord`].
    pub fn new<T: Real>(
        label: impl Into<String>,
        safety: &Concept<'_, T>,
        capabilities: &[Concept<'_, T>],
        options: &MeasurementOptions,
    ) -> Result<Self, MeasurementError> {
        distinct(safety, capabilities)?;
        let read =
            |concept: &Concept<'_, T>| -> Result<(Samples, Direction<f64>), MeasurementError> {
                let samples = concept
                    .samples()
                    .map_err(MeasurementError::of(concept.name()))?;
                let direction = samples
                    .mean_direction()
                    .map_err(MeasurementError::of(concept.name()))?;
                Ok((samples, direction))
            };
        let (safety_samples, v) = read(safety)?;
        let d = v.ambient_dimension();
        let mut sampled = Vec::with_capacity(capabilities.len());
        let mut directions = Vec::with_capacity(capabilities.len());
        for concept in capabilities {
            let (samples, direction) = read(concept)?;
            check::same("samples", "coordinates", d, direction.ambient_dimension())
                .map_err(MeasurementError::of(concept.name()))?;
            sampled.push(samples);
            directions.push(direction);
        }

        let mut rng = ChaCha8Rng::seed_from_u64(options.seed);
        let run = MonteCarlo::new(options.replicates)?;
        let attribution = if directions.len() <= EXACT {
            Attribution::exact(&v, &directions)?
        } else {
            Attribution::sampled(&v, &directions, ORDERS, &mut stream(&mut rng))?
        };
        let evidence: Vec<Evidence<'_>> = sampled.iter().map(Evidence::Sampled).collect();
        let tax = TaxEstimate::new(Evidence::Sampled(&safety_samples), &evidence);
        let concepts = || std::iter::once(safety).chain(capabilities);
        let units = std::iter::once(&safety_samples).chain(&sampled);
        let tax = resolved(tax, concepts().zip(units))?;
        let band = tax
            .as_ref()
            .ok()
            .map(|t| PreservationBand::new(t, options.budget, options.confidence));

        let groups: Vec<_> = concepts().flat_map(Concept::groups).collect();
        let rows = groups.iter().map(|g| g.nrows()).sum();
        let null = CovarianceNull::from_groups(&groups)?;
        let random_safety =
            null.random_safety(attribution.subspace(), &run, &mut stream(&mut rng))?;
        let p = directions.len();
        let random_capabilities = match null.random_capabilities(&v, p, &run, &mut stream(&mut rng))
        {
            Ok(random) => Some(random),
            // More capabilities than dimensions to draw from: there is no such null.
            Err(Error::OutOfBounds { argument: "p", .. }) => None,
            Err(other) => return Err(other.into()),
        };
        let concept = safety
            .permutation(&run, &mut stream(&mut rng))
            .map_err(MeasurementError::of(safety.name()))?
            .map(|test| test.p_at_least().value());

        let plug_in = attribution.total();
        let rates = Rates::of(plug_in, tax.as_ref().ok());
        let isotropic = IsotropicNull::of(attribution.subspace())?;
        let chance = ChanceRecord {
            isotropic_mean: isotropic.mean(),
            isotropic: [
                isotropic.p_entangled(rates.low)?,
                isotropic.p_freer(rates.high)?,
            ],
            corrected: tax
                .as_ref()
                .ok()
                .and_then(|tax| corrected(tax.rate(), &random_safety, rows)),
            random_safety: rates.within(&random_safety)?,
            random_capabilities: random_capabilities
                .map(|null| rates.within(&null))
                .transpose()?,
            concept,
        };
        let collinearity = Collinearity::new(&directions)?;
        let coordinates = CoordinateShares::new(&stacked(&groups), Moment::Raw)?;
        let name = |i: usize| capabilities[i].name().to_owned();
        let record = MeasurementRecord {
            label: label.into(),
            safety: safety.name().to_owned(),
            dimension: d,
            samples: counts(&safety_samples),
            rank: attribution.subspace().dimension(),
            condition_number: Some(collinearity.condition_number()).filter(|c| c.is_finite()),
            confidence: options.confidence.level(),
            seed: options.seed,
            budget: options.budget.value(),
            plug_in: plug_in.value(),
            tax: match (&tax, &band) {
                (Ok(tax), Some(band)) => Some(tax_record(tax, band, options)?),
                _ => None,
            },
            unresolved: tax.as_ref().err().map(|e| reason(e, safety, capabilities)),
            chance,
            capabilities: capability_records(
                capabilities,
                &sampled,
                &attribution,
                tax.as_ref().ok(),
                options,
            )?,
            worst_pair: collinearity
                .worst_pair()
                .map(|(i, j, correlation)| (name(i), name(j), correlation)),
            massive: coordinates.massive(options.massive)?,
            participation_ratio: coordinates.participation_ratio(),
        };
        Ok(Self {
            safety: v,
            capabilities: directions,
            attribution,
            tax,
            band,
            record,
        })
    }

    /// The debiased tax rate, or why there is none.
    ///
    /// # Errors
    /// [`Error::Undersampled`] or [`Error::Collinear`]: the samples do not resolve a signal.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Concept, Error, Measurement, MeasurementOptions};
    /// use nalgebra::DMatrix;
    ///
    /// fn side(k: usize, shift: f64) -> DMatrix<f64> {
    ///     let noise = |i, j| ((i * 31 + j * 17 + k * 7) as f64).sin();
    ///     DMatrix::from_fn(12, 6, |i, j| noise(i, j) + if j == 1 { shift } else { 0.0 })
    /// }
    ///
    /// let (plus, minus, fluent, clumsy) = (side(1, 0.0), side(2, 0.0), side(3, 4.0), side(4, 0.0));
    /// // Two sides that differ by noise alone.
    /// let measured = Measurement::new(
    ///     "demo",
    ///     &Concept::paired("nothing", &plus, &minus),
    ///     &[Concept::paired("fluency", &fluent, &clumsy)],
    ///     &MeasurementOptions::default(),
    /// )?;
    /// assert!(matches!(measured.tax(), Err(Error::Undersampled { argument: "safety", .. })));
    /// assert!(measured.record().unresolved.is_some());
    /// # Ok::<(), alignment_tax::MeasurementError>(())
    /// ```
    pub fn tax(&self) -> Result<&TaxEstimate, &Error> {
        self.tax.as_ref()
    }

    /// What safety costs, with its uncertainty; `None` where the signal is not resolved.
    ///
    /// # Examples
    /// See [`MeasurementRecord`].
    #[must_use]
    pub fn band(&self) -> Option<&PreservationBand> {
        self.band.as_ref()
    }

    /// The plug-in attribution: overlaps, unique and Shapley shares of the noisy
    /// directions.
    ///
    /// # Examples
    /// See [`MeasurementRecord`].
    #[must_use]
    pub fn attribution(&self) -> &Attribution<f64> {
        &self.attribution
    }

    /// The plug-in safety direction.
    ///
    /// # Examples
    /// See [`MeasurementRecord`].
    #[must_use]
    pub fn safety(&self) -> &Direction<f64> {
        &self.safety
    }

    /// The plug-in capability directions, in order.
    ///
    /// # Examples
    /// See [`MeasurementRecord`].
    #[must_use]
    pub fn capabilities(&self) -> &[Direction<f64>] {
        &self.capabilities
    }

    /// Safety first, then the capabilities, as named objectives for plans: the plug-in
    /// directions, with slopes of one.
    ///
    /// # Errors
    /// Those of [`Objectives::from_directions`], of which a measurement leaves none but an
    /// empty name.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Concept, Floors, Measurement, MeasurementOptions};
    /// use nalgebra::DMatrix;
    ///
    /// fn side(k: usize, shift: [f64; 2]) -> DMatrix<f64> {
    ///     let noise = |i, j| ((i * 31 + j * 17 + k * 7) as f64).sin();
    ///     DMatrix::from_fn(12, 6, |i, j| noise(i, j) + if j < 2 { shift[j] } else { 0.0 })
    /// }
    ///
    /// let (safe, unsafe_) = (side(1, [3.0, -2.0]), side(2, [0.0, 0.0]));
    /// let (fluent, clumsy) = (side(3, [0.0, 4.0]), side(4, [0.0, 0.0]));
    /// let measured = Measurement::new(
    ///     "demo",
    ///     &Concept::paired("honesty", &safe, &unsafe_),
    ///     &[Concept::paired("fluency", &fluent, &clumsy)],
    ///     &MeasurementOptions::default(),
    /// )?;
    /// let objectives = measured.objectives()?;
    /// let floors = Floors::new(&objectives, "honesty", Budget::new(1.0)?, &[("fluency", 0.0)])?;
    /// println!("safety without any loss of fluency: {:.2}", floors.solve()?.gain());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn objectives(&self) -> Result<Objectives<f64>, Error> {
        let names = self.record.capabilities.iter().map(|c| c.name.as_str());
        let named: Vec<(&str, &Direction<f64>)> = std::iter::once(self.record.safety.as_str())
            .chain(names)
            .zip(std::iter::once(&self.safety).chain(&self.capabilities))
            .collect();
        Objectives::from_directions(&named)
    }

    /// All of it as plain data.
    ///
    /// # Examples
    /// See [`MeasurementRecord`].
    #[must_use]
    pub fn record(&self) -> &MeasurementRecord {
        &self.record
    }
}

/// A generator of its own for each part, so that one part's draws do not move another's.
fn stream(rng: &mut ChaCha8Rng) -> ChaCha8Rng {
    ChaCha8Rng::from_seed(rng.random())
}

fn distinct<T: Real>(
    safety: &Concept<'_, T>,
    capabilities: &[Concept<'_, T>],
) -> Result<(), MeasurementError> {
    if capabilities.is_empty() {
        return Err(MeasurementError::Input(Error::Empty {
            argument: "capabilities",
            rows: 0,
            columns: 0,
        }));
    }
    let mut names = BTreeSet::new();
    for concept in std::iter::once(safety).chain(capabilities) {
        if !names.insert(concept.name()) {
            return Err(MeasurementError::Duplicate {
                concept: concept.name().to_owned(),
            });
        }
    }
    Ok(())
}

/// What the samples do not resolve is a result, all else a failure; that of the first
/// concept with too few units, where that is what failed.
fn resolved<'c, 'a: 'c, T: Real>(
    tax: Result<TaxEstimate, Error>,
    mut concepts: impl Iterator<Item = (&'c Concept<'a, T>, &'c Samples)>,
) -> Result<Result<TaxEstimate, Error>, MeasurementError> {
    match tax {
        Err(e @ (Error::Undersampled { .. } | Error::Collinear { .. })) => Ok(Err(e)),
        Err(e @ Error::OutOfBounds { least, .. }) => Err(
            match concepts.find(|(_, samples)| samples.units() < least) {
                Some((concept, _)) => MeasurementError::of(concept.name())(e),
                None => e.into(),
            },
        ),
        Err(other) => Err(other.into()),
        Ok(tax) => Ok(Ok(tax)),
    }
}

/// The rates that chance is asked about, each with its own 1 − τ.
struct Rates {
    low: ObservedRate,
    high: ObservedRate,
}

impl Rates {
    fn of(plug_in: TaxRate<f64>, tax: Option<&TaxEstimate>) -> Self {
        let Some(tax) = tax else {
            return Self {
                low: plug_in.into(),
                // Without an estimate nothing can be said to be free.
                high: 1.0.into(),
            };
        };
        let best = tax.rate();
        let (low, high) = if plug_in.value() <= best.value() {
            (plug_in, best)
        } else {
            (best, plug_in)
        };
        Self {
            low: low.into(),
            high: high.into(),
        }
    }

    fn within(&self, null: &NullSample) -> Result<NullRecord, Error> {
        Ok(NullRecord::of(
            null,
            null.quantile(0.95)?,
            null.p_entangled(self.low)?,
            null.p_freer(self.high)?,
        ))
    }
}

/// (τ − t)/(1 − t), unless chance gives 1 to rounding.
fn corrected(tax: TaxRate<f64>, null: &NullSample, rows: usize) -> Option<f64> {
    let room = 1.0 - null.mean();
    (room > tolerance::tie(rows)).then(|| (tax.value() - null.mean()) / room)
}

fn counts(samples: &Samples) -> SampleRecord {
    SampleRecord {
        rows: samples.rows(),
        units: samples.units(),
    }
}

fn tax_record(
    tax: &TaxEstimate,
    band: &PreservationBand,
    options: &MeasurementOptions,
) -> Result<TaxRecord, MeasurementError> {
    let best = PreservationFrontier::new(tax.rate(), options.budget);
    let costs = options
        .levels
        .iter()
        .map(|level| {
            let safety = level * options.budget.value();
            Ok(CostRecord {
                safety,
                cost: best.min_cost(safety)?,
                interval: ends(band.min_cost(safety)?),
            })
        })
        .collect::<Result<_, MeasurementError>>()?;
    Ok(TaxRecord {
        estimate: tax.value(),
        standard_error: tax.standard_error(),
        interval: ends(tax.interval(options.confidence)),
        angle_degrees: ends(tax.angle_interval(options.confidence)).map(f64::to_degrees),
        free_gain: ends(tax.free_gain_interval(options.confidence)),
        costs,
    })
}

fn capability_records<T: Real>(
    concepts: &[Concept<'_, T>],
    sampled: &[Samples],
    attribution: &Attribution<f64>,
    tax: Option<&TaxEstimate>,
    options: &MeasurementOptions,
) -> Result<Vec<CapabilityRecord>, Error> {
    let overlaps = match tax {
        None => vec![None; concepts.len()],
        Some(tax) => {
            let p_values = tax
                .overlaps()
                .iter()
                .map(|o| o.p_value(0.0))
                .collect::<Result<Vec<_>, _>>()?;
            let adjusted = holm(&p_values)?;
            let records = tax.overlaps().iter().zip(p_values).zip(adjusted);
            records
                .map(|((o, p), q)| Some(OverlapRecord::of(o, o.interval(options.confidence), p, q)))
                .collect()
        }
    };
    let capabilities = concepts.iter().zip(sampled).zip(overlaps).enumerate();
    Ok(capabilities
        .map(|(i, ((concept, samples), overlap))| CapabilityRecord {
            name: concept.name().to_owned(),
            samples: counts(samples),
            plug_in: attribution.overlaps()[i],
            unique: attribution.unique()[i],
            shapley: attribution.shapley()[i],
            shapley_standard_error: attribution.standard_errors().map(|errors| errors[i]),
            overlap,
        })
        .collect())
}

/// The error with the names of the concepts in it.
fn reason<T: Real>(
    error: &Error,
    safety: &Concept<'_, T>,
    capabilities: &[Concept<'_, T>],
) -> String {
    match error {
        Error::Undersampled {
            argument: "safety", ..
        } => format!("`{}`: {error}", safety.name()),
        Error::Undersampled { index, .. } => format!("`{}`: {error}", capabilities[*index].name()),
        Error::Collinear { first, second, .. } => format!(
            "`{}` and `{}`: {error}",
            capabilities[*first].name(),
            capabilities[*second].name()
        ),
        other => other.to_string(),
    }
}

fn stacked<T: Real>(groups: &[nalgebra::DMatrixView<'_, T>]) -> DMatrix<f64> {
    let rows = groups.iter().map(|g| g.nrows()).sum();
    let mut all = DMatrix::zeros(rows, groups[0].ncols());
    let mut from = 0;
    for group in groups {
        all.rows_mut(from, group.nrows())
            .copy_from(&group.map(Real::to_double));
        from += group.nrows();
    }
    all
}
