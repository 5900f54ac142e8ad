//! How often the intervals of a conflict cover, and how often a verdict is decided that is false.
//!
//! In each world both goals pay the same τ, with parts in the capability subspace that are equal or
//! opposite (u = ±1), so that ρ = τu + (1 − τ) cosθ. The worlds stand at the edges between
//! verdicts, where a false claim is easiest.

use std::fmt;

use alignment_tax::{
    Confidence, ConflictEstimate, ConflictVerdict, Direction, Error, Evidence, MonteCarlo, Samples,
};
use nalgebra::{DMatrix, DVector};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

use crate::simulate::{SHIFT, Spectrum, correlated, each, frame, normal};

pub const HEADING: &str = "\
| world | C | p | noise | d | n | runs | resolved % | rho covered % | cosine covered % | difference covered % | cosine | decided: the truth % | resolved, falsely % | else falsely % |
|---|---|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|";

/// Of the probabilities.
const REPLICATES: usize = 999;

#[derive(Debug, Clone, Copy)]
struct World {
    name: &'static str,
    tau: f64,
    /// Of the parts inside the capability subspace.
    inside: f64,
    /// cosθ.
    outside: f64,
    truth: ConflictVerdict,
}

const WORLDS: [World; 6] = [
    // A hair below zero: to call it resolved is false.
    World {
        name: "mediated to 0⁻",
        tau: 0.36,
        inside: -1.0,
        outside: -1e-9,
        truth: ConflictVerdict::Mediated,
    },
    World {
        name: "nothing",
        tau: 0.0,
        inside: 1.0,
        outside: 0.0,
        truth: ConflictVerdict::NoConflict,
    },
    World {
        name: "rho 0, cosine −0.56",
        tau: 0.36,
        inside: 1.0,
        outside: -0.5625,
        truth: ConflictVerdict::Created,
    },
    World {
        name: "rho 0, cosine 0.56",
        tau: 0.36,
        inside: -1.0,
        outside: 0.5625,
        truth: ConflictVerdict::NoConflict,
    },
    World {
        name: "unchanged −0.4",
        tau: 0.0,
        inside: 1.0,
        outside: -0.4,
        truth: ConflictVerdict::Unchanged,
    },
    World {
        name: "resolved to 0.4",
        tau: 0.5,
        inside: -1.0,
        outside: 0.4,
        truth: ConflictVerdict::Resolved,
    },
];

#[derive(Debug, Clone, Copy, PartialEq)]
enum Known {
    Exactly,
    Sampled,
    /// Through samples of the same units as the goals, half of the variance of the noise in common.
    Shared,
}

#[derive(Debug, Clone, Copy)]
pub struct Setting {
    world: World,
    known: Known,
    capabilities: usize,
    spectrum: Spectrum,
    dimension: usize,
    samples: usize,
}

pub fn settings() -> Vec<Setting> {
    let mut all = Vec::new();
    let kinds = [
        (Known::Exactly, 1),
        (Known::Exactly, 3),
        (Known::Exactly, 8),
        (Known::Sampled, 1),
        (Known::Sampled, 3),
        (Known::Sampled, 8),
        (Known::Shared, 1),
        (Known::Shared, 3),
    ];
    for world in WORLDS {
        for (known, capabilities) in kinds {
            for spectrum in [Spectrum::Isotropic, Spectrum::Power] {
                for (dimension, samples) in [(64, 16), (64, 64), (64, 256), (576, 64)] {
                    let setting = Setting {
                        world,
                        known,
                        capabilities,
                        spectrum,
                        dimension,
                        samples,
                    };
                    let wide = known == Known::Shared || capabilities > 3;
                    // Beyond this a run takes a tenth of a second.
                    if setting.rows() <= 800 && !(dimension > 64 && wide) {
                        all.push(setting);
                    }
                }
            }
        }
    }
    all
}

impl Setting {
    pub fn is_small(&self) -> bool {
        self.rows() * self.capabilities <= 64 * 5 && self.dimension == 64
    }

    fn rows(&self) -> usize {
        match self.known {
            Known::Exactly => 2 * self.samples,
            _ => (2 + self.capabilities) * self.samples,
        }
    }

    /// Fewer runs where one is long.
    fn affordable(&self, runs: usize) -> usize {
        match self.rows() {
            0..=400 => runs,
            _ => runs.div_ceil(3),
        }
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = match self.known {
            Known::Exactly => "known",
            Known::Sampled => "estimated",
            Known::Shared => "shared",
        };
        write!(
            f,
            "{} | {known} | {} | {} | {} | {}",
            self.world.name, self.capabilities, self.spectrum, self.dimension, self.samples
        )
    }
}

struct Run {
    rho: bool,
    cosine: bool,
    difference: bool,
    value: f64,
    decided: Option<ConflictVerdict>,
}

/// One line of the table.
pub fn row(setting: &Setting, replicates: usize) -> Result<String, Error> {
    let runs = setting.affordable(replicates);
    let found = each(runs, |seed| run(setting, seed))?;
    let resolved: Vec<&Run> = found.iter().flatten().collect();
    let share = |count: usize| 100.0 * count as f64 / resolved.len() as f64;
    let heading = format!(
        "| {setting} | {runs} | {:.0} |",
        100.0 * resolved.len() as f64 / runs as f64
    );
    if resolved.len() < 10 {
        return Ok(format!("{heading} | | | | | | |"));
    }
    let over = |f: fn(&Run) -> bool| share(resolved.iter().filter(|r| f(r)).count());
    let decided = |f: &dyn Fn(ConflictVerdict) -> bool| {
        share(resolved.iter().filter(|r| r.decided.is_some_and(f)).count())
    };
    let truth = setting.world.truth;
    let falsely = |v: ConflictVerdict| v != truth;
    Ok(format!(
        "{heading} {:.1} | {:.1} | {:.1} | {:.3} | {:.1} | {:.1} | {:.1} |",
        over(|r| r.rho),
        over(|r| r.cosine),
        over(|r| r.difference),
        resolved.iter().map(|r| r.value).sum::<f64>() / resolved.len() as f64,
        decided(&|v| v == truth),
        decided(&|v| falsely(v) && v == ConflictVerdict::Resolved),
        decided(&|v| falsely(v) && v != ConflictVerdict::Resolved),
    ))
}

/// `None` where the samples do not resolve the goals or what is left of them.
fn run(setting: &Setting, seed: u64) -> Result<Option<Run>, Error> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (d, n, p) = (setting.dimension, setting.samples, setting.capabilities);
    let World {
        tau,
        inside,
        outside,
        ..
    } = setting.world;
    let mut columns = frame(d, p + 2, &mut rng);
    let rest = [columns.remove(0), columns.remove(0)];
    let basis = DMatrix::from_columns(&columns);
    let capabilities = correlated(&basis);
    let within = &basis * DVector::from_fn(p, |_, _| normal(&mut rng)).normalize();
    let apart = &rest[0] * outside + &rest[1] * (1.0 - outside * outside).sqrt();
    let (into, out) = (tau.sqrt(), (1.0 - tau).sqrt());
    let goals = [
        &within * into + &rest[0] * out,
        &within * (inside * into) + apart * out,
    ];

    let deviations = setting.spectrum.deviations(d);
    let mut noise = || DMatrix::from_fn(n, d, |_, j| deviations[j] * normal(&mut rng));
    let common = (setting.known == Known::Shared).then(&mut noise);
    let labels: Vec<usize> = (0..n).collect();
    let mut sample = |mean: &DVector<f64>| {
        let mut rows = noise();
        if let Some(common) = &common {
            rows = (rows + common) * 0.5_f64.sqrt();
        }
        for mut row in rows.row_iter_mut() {
            row += SHIFT * mean.transpose();
        }
        let samples = Samples::new(&rows)?;
        match common {
            Some(_) => samples.with_units(&labels),
            None => Ok(samples),
        }
    };
    let sampled_goals = [sample(&goals[0])?, sample(&goals[1])?];
    let directions = capabilities.iter().map(Direction::new);
    let directions = directions.collect::<Result<Vec<_>, Error>>()?;
    let sampled = match setting.known {
        Known::Exactly => Vec::new(),
        _ => capabilities.iter().map(sample).collect::<Result<_, _>>()?,
    };
    let evidence: Vec<Evidence<'_>> = match setting.known {
        Known::Exactly => directions.iter().map(Evidence::Known).collect(),
        _ => sampled.iter().map(Evidence::Sampled).collect(),
    };
    let [first, second] = &sampled_goals;
    let both = [Evidence::Sampled(first), Evidence::Sampled(second)];
    let conflict = match ConflictEstimate::new(both, &evidence) {
        Err(Error::Undersampled { .. } | Error::Collinear { .. }) => return Ok(None),
        other => other?,
    };
    let rho = tau * inside + (1.0 - tau) * outside;
    let level = Confidence::NINETY_FIVE;
    let verdicts = conflict.probabilities(&MonteCarlo::new(REPLICATES)?, &mut rng);
    Ok(Some(Run {
        rho: conflict.overlap_before().interval(level).contains(rho),
        cosine: conflict.overlap_after().interval(level).contains(outside),
        difference: conflict.difference_interval(level).contains(outside - rho),
        value: conflict.overlap_after().value(),
        decided: verdicts.decided(level),
    }))
}
