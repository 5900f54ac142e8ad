//! How often the nulls reject where there is nothing to find.
//!
//! The first four are of a safety direction that is itself a draw from N(0, Σ), with
//! capabilities that are others: its rate is chance, whatever it is. Means are known
//! through samples with noise of covariance Σ, as everywhere. The last is of a safety
//! concept with no difference between its classes.

use alignment_tax::{
    Concept, Measurement, MeasurementError, MeasurementOptions, MonteCarlo, SignFlips,
};
use nalgebra::{DMatrix, DVector};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

use crate::simulate::{CAPABILITIES, SHIFT, Setting, each, normal};

pub const HEADING: &str = "\
| noise | d | n | runs | isotropic, entangled | random safety, entangled | freer | random capabilities, entangled | freer | labels |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|";

/// Rejections at 5 %.
const LEVEL: f64 = 0.05;

/// One line of the table: percentages of rejections.
pub fn row(setting: &Setting, replicates: usize) -> Result<String, MeasurementError> {
    let runs = setting.affordable(replicates, 2 * (1 + CAPABILITIES));
    let mut counts = [0_usize; 6];
    for rejections in each(runs, |seed| run(setting, seed))? {
        for (count, rejected) in counts.iter_mut().zip(rejections) {
            *count += usize::from(rejected);
        }
    }
    let shares = counts.map(|c| format!("{:.1}", 100.0 * c as f64 / runs as f64));
    Ok(format!(
        "| {} | {} | {} | {runs} | {} |",
        setting.spectrum,
        setting.dimension,
        setting.samples,
        shares.join(" | ")
    ))
}

fn run(setting: &Setting, seed: u64) -> Result<[bool; 6], MeasurementError> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (n, d) = (setting.samples, setting.dimension);
    let deviations = setting.spectrum.deviations(setting.dimension);
    let mut draw = |mean: Option<&DVector<f64>>| {
        DMatrix::from_fn(n, d, |_, j| {
            // Pairs differ with the covariance Σ, so each side has half of it.
            mean.map_or(0.0, |m| m[j]) + deviations[j] * normal(&mut rng) / 2.0_f64.sqrt()
        })
    };
    let nothing = [draw(None), draw(None)];
    let noise: Vec<_> = (0..=CAPABILITIES).map(|_| draw(None)).collect();
    let mut means = Vec::new();
    for _ in 0..=CAPABILITIES {
        let mean = DVector::from_fn(d, |j, _| deviations[j] * normal(&mut rng));
        means.push(mean.normalize() * SHIFT);
    }
    let plus: Vec<_> = means
        .iter()
        .map(|mean| {
            DMatrix::from_fn(n, d, |_, j| {
                mean[j] + deviations[j] * normal(&mut rng) / 2.0_f64.sqrt()
            })
        })
        .collect();
    let concept = |i: usize| Concept::paired(format!("concept {i}"), &plus[i], &noise[i]);
    let capabilities: Vec<_> = (1..=CAPABILITIES).map(concept).collect();
    let options = MeasurementOptions::default()
        .with_replicates(199)?
        .with_seed(seed);
    let measured = Measurement::new("null", &concept(0), &capabilities, &options)?;
    let labels = SignFlips::new(&nothing[0], &nothing[1])?;
    let labels = labels
        .concept(&MonteCarlo::new(199)?, &mut rng)
        .p_at_least();
    let chance = &measured.record().chance;
    let random = chance.random_capabilities.as_ref();
    let rejects = |p: f64| p <= LEVEL;
    Ok([
        rejects(chance.isotropic[0]),
        rejects(chance.random_safety.p_entangled[0]),
        rejects(chance.random_safety.p_freer[0]),
        random.is_some_and(|r| rejects(r.p_entangled[0])),
        random.is_some_and(|r| rejects(r.p_freer[0])),
        rejects(labels.value()),
    ])
}
