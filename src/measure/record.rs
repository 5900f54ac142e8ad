//! A measurement as plain data: to print, to write as JSON, to compare.

use std::fmt;

use crate::{Interval, NullSample, OverlapEstimate, PValue};

/// Everything that a measurement found, as plain data.
///
/// `Display` prints it; with the feature `serde` it can be written and read (from JSON to the
/// last digit with serde_json's feature `float_roundtrip`). Fields that
/// are `None` could not be had, and the record says why where it is not obvious. Every
/// number is finite, so that JSON can hold it.
///
/// # Examples
/// ```
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
/// let measured = Measurement::new(
///     "demo",
///     &Concept::paired("honesty", &safe, &unsafe_),
///     &[Concept::paired("fluency", &fluent, &clumsy)],
///     &MeasurementOptions::default(),
/// )?;
/// let record = measured.record().clone();
/// println!("{record}");
/// assert!(record.capabilities[0].overlap.as_ref().is_some_and(|o| o.estimate < 0.0));
/// # Ok::<(), alignment_tax::MeasurementError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct MeasurementRecord {
    /// What was measured: a layer, a checkpoint.
    pub label: String,
    /// The safety concept.
    pub safety: String,
    /// d.
    pub dimension: usize,
    /// Rows and independent units of the safety samples.
    pub samples: SampleRecord,
    /// m, the dimension of the span of the capabilities.
    pub rank: usize,
    /// Condition number of the capability directions; `None` where they are linearly
    /// dependent and it is infinite.
    pub condition_number: Option<f64>,
    /// The level of all intervals.
    pub confidence: f64,
    /// The seed of all Monte Carlo.
    pub seed: u64,
    /// B, the length of the shift that costs are of.
    pub budget: f64,
    /// τ of the noisy directions: too small, the more so the fewer the samples.
    pub plug_in: f64,
    /// What the debiased estimate says; `None` where the signal is not resolved.
    pub tax: Option<TaxRecord>,
    /// Why there is no estimate.
    pub unresolved: Option<String>,
    /// What chance would give.
    pub chance: ChanceRecord,
    /// Who pays, in the order given.
    pub capabilities: Vec<CapabilityRecord>,
    /// The most correlated capabilities and their correlation.
    pub worst_pair: Option<(String, String, f64)>,
    /// Coordinates with far more than the median second moment, largest first.
    pub massive: Vec<usize>,
    /// (tr Σ)²/tr Σ² of all samples about the origin: how many dimensions they fill.
    pub participation_ratio: f64,
}

/// How much data stands behind a vector.
///
/// # Examples
/// See [`MeasurementRecord`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct SampleRecord {
    /// Rows; for pairs, pairs.
    pub rows: usize,
    /// Independent units among them.
    pub units: usize,
}

/// The debiased tax rate, and what follows from it.
///
/// # Examples
/// See [`MeasurementRecord`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct TaxRecord {
    /// τ̂; may lie outside [0, 1].
    pub estimate: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Interval for τ.
    pub interval: [f64; 2],
    /// Interval for α in degrees.
    pub angle_degrees: [f64; 2],
    /// Interval for the share of the budget that buys safety for nothing.
    pub free_gain: [f64; 2],
    /// What safety costs at each level asked for.
    pub costs: Vec<CostRecord>,
}

/// The cost of one safety gain, every displacement of a capability counted.
///
/// # Examples
/// See [`MeasurementRecord`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct CostRecord {
    /// The safety gain, in units of the representation.
    pub safety: f64,
    /// The cost at τ̂.
    pub cost: f64,
    /// Its interval.
    pub interval: [f64; 2],
}

/// One capability.
///
/// # Examples
/// See [`MeasurementRecord`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct CapabilityRecord {
    /// Its name.
    pub name: String,
    /// Rows and independent units.
    pub samples: SampleRecord,
    /// The plug-in overlap.
    pub plug_in: f64,
    /// What would go from the plug-in τ if this capability went.
    pub unique: f64,
    /// Its Shapley share of the plug-in τ.
    pub shapley: f64,
    /// The Monte Carlo standard error of that share; `None` where it is exact, up to 16
    /// capabilities.
    pub shapley_standard_error: Option<f64>,
    /// The debiased overlap.
    pub overlap: Option<OverlapRecord>,
}

/// The debiased overlap of safety and one capability.
///
/// # Examples
/// See [`MeasurementRecord`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct OverlapRecord {
    /// The estimate: negative is a tax.
    pub estimate: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Its interval.
    pub interval: [f64; 2],
    /// p-value of "no overlap".
    pub p_value: f64,
    /// The same, adjusted by Holm for the number of capabilities.
    pub p_adjusted: f64,
}

/// What chance would give.
///
/// Each tail is judged by the less favourable of the plug-in and the debiased rate, the
/// smaller one for "more entangled", the larger one for "freer", because noise moves the
/// plug-in and neither claim is to profit from it. Where the signal is not resolved, the
/// smaller one is the plug-in and nothing is called freer: those p-values are 1.
///
/// # Examples
/// See [`MeasurementRecord`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct ChanceRecord {
    /// m/d, the mean rate of an isotropic direction.
    pub isotropic_mean: f64,
    /// p-values against an isotropic direction: more entangled, freer. They call almost
    /// everything significant.
    pub isotropic: [f64; 2],
    /// Safety directions drawn with the covariance of the samples.
    pub random_safety: NullRecord,
    /// Capability directions drawn with the covariance of the samples.
    pub random_capabilities: Option<NullRecord>,
    /// (τ̂ − t)/(1 − t), τ̂ brought into [0, 1] and t the mean of `random_safety`: 0 is
    /// chance, 1 full entanglement. `None` where there is no τ̂, or where t is 1.
    pub corrected: Option<f64>,
    /// p-value of "the labels of the safety concept mean nothing"; `None` where
    /// no permutation respects the units.
    pub concept: Option<f64>,
}

/// A Monte Carlo null and where the rate lies in it.
///
/// # Examples
/// See [`MeasurementRecord`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct NullRecord {
    /// The mean rate.
    pub mean: f64,
    /// Its 95 % quantile.
    pub quantile_95: f64,
    /// p-value of "no more entangled than chance", and its Monte Carlo standard error.
    pub p_entangled: [f64; 2],
    /// p-value of "no freer than chance", and its Monte Carlo standard error.
    pub p_freer: [f64; 2],
    /// Replicates.
    pub replicates: usize,
}

impl NullRecord {
    pub(super) fn of(null: &NullSample, quantile: f64, entangled: PValue, freer: PValue) -> Self {
        Self {
            mean: null.mean(),
            quantile_95: quantile,
            p_entangled: [entangled.value(), entangled.standard_error()],
            p_freer: [freer.value(), freer.standard_error()],
            replicates: null.replicates().len(),
        }
    }
}

impl OverlapRecord {
    pub(super) fn of(
        overlap: &OverlapEstimate,
        interval: Interval,
        p_value: f64,
        p_adjusted: f64,
    ) -> Self {
        Self {
            estimate: overlap.value(),
            standard_error: overlap.standard_error(),
            interval: ends(interval),
            p_value,
            p_adjusted,
        }
    }
}

pub(super) fn ends(interval: Interval) -> [f64; 2] {
    [interval.lower(), interval.upper()]
}

impl fmt::Display for MeasurementRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // As many digits as the level has: 99.9 % is not 100 %.
        let percent = (1e8 * self.confidence).round() / 1e6;
        writeln!(
            f,
            "{}: safety `{}`, d = {}, {} samples in {} independent units",
            self.label, self.safety, self.dimension, self.samples.rows, self.samples.units
        )?;
        match (&self.tax, &self.unresolved) {
            (Some(tax), _) => {
                writeln!(
                    f,
                    "  tau {:.3}, {percent} % interval [{:.3}, {:.3}] (plug-in {:.3})",
                    tax.estimate, tax.interval[0], tax.interval[1], self.plug_in
                )?;
                writeln!(
                    f,
                    "  alpha {:.1}° to {:.1}°, free gain {:.1} % to {:.1} % of the budget",
                    tax.angle_degrees[0],
                    tax.angle_degrees[1],
                    100.0 * tax.free_gain[0],
                    100.0 * tax.free_gain[1]
                )?;
            }
            (None, reason) => writeln!(
                f,
                "  tau not resolved (plug-in {:.3}, not to be quoted): {}",
                self.plug_in,
                reason.as_deref().unwrap_or("unknown")
            )?,
        }
        let chance = &self.chance;
        writeln!(
            f,
            "  by chance {:.3} for random safety of this covariance (isotropic {:.4}): p = {:.4} more entangled, {:.4} freer",
            chance.random_safety.mean,
            chance.isotropic_mean,
            chance.random_safety.p_entangled[0],
            chance.random_safety.p_freer[0]
        )?;
        if let Some(null) = &chance.random_capabilities {
            writeln!(
                f,
                "  by chance {:.3} for random capabilities: p = {:.4} more entangled, {:.4} freer",
                null.mean, null.p_entangled[0], null.p_freer[0]
            )?;
        }
        if let Some(p) = chance.concept {
            writeln!(
                f,
                "  is there a concept at all? p = {p:.4} that labels mean nothing"
            )?;
        }
        writeln!(
            f,
            "  {:<14} {:>9} {:>9} {:>20} {:>9} {:>9}",
            "capability", "plug-in", "overlap", "interval", "p (Holm)", "Shapley"
        )?;
        for c in &self.capabilities {
            write!(f, "  {:<14} {:>+9.3} ", c.name, c.plug_in)?;
            match &c.overlap {
                Some(o) => write!(
                    f,
                    "{:>+9.3} {:>20} {:>9.4} ",
                    o.estimate,
                    format!("[{:+.3}, {:+.3}]", o.interval[0], o.interval[1]),
                    o.p_adjusted
                )?,
                None => write!(f, "{:>9} {:>20} {:>9} ", "-", "-", "-")?,
            }
            writeln!(f, "{:>9.3}", c.shapley)?;
        }
        if !self.massive.is_empty() {
            writeln!(
                f,
                "  massive coordinates {:?}: angles may be theirs alone",
                self.massive
            )?;
        }
        if let Some((first, second, correlation)) = &self.worst_pair {
            write!(
                f,
                "  most alike capabilities: {first} and {second}, {correlation:+.2} ("
            )?;
            match self.condition_number {
                Some(condition) => write!(f, "condition number {condition:.1}")?,
                None => write!(f, "linearly dependent")?,
            }
            writeln!(f, ", rank {})", self.rank)?;
        }
        Ok(())
    }
}
