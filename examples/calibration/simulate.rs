//! Worlds with a known tax rate, and samples from them.

use std::fmt;
use std::thread;

use alignment_tax::{Direction, Samples};
use nalgebra::{DMatrix, DVector};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;

/// The length of every mean: "mean shift 3".
pub const SHIFT: f64 = 3.0;
/// Capabilities, and the overlap of any two of them.
pub const CAPABILITIES: usize = 3;
const BETWEEN: f64 = 0.3;

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Spectrum {
    /// Variance 2 in every coordinate.
    Isotropic,
    /// Variances proportional to 1/i, with the same tr(Σ²).
    Power,
}

impl Spectrum {
    /// The standard deviation of each of d coordinates.
    pub fn deviations(self, d: usize) -> DVector<f64> {
        match self {
            Self::Isotropic => DVector::repeat(d, 2.0_f64.sqrt()),
            Self::Power => {
                let squares: f64 = (1..=d).map(|i| (i as f64).powi(-2)).sum();
                let scale = (4.0 * d as f64 / squares).sqrt();
                DVector::from_fn(d, |i, _| (scale / (i + 1) as f64).sqrt())
            }
        }
    }
}

impl fmt::Display for Spectrum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Isotropic => "isotropic",
            Self::Power => "1/i",
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Capabilities {
    Known,
    Estimated,
}

#[derive(Debug, Clone, Copy)]
pub struct Setting {
    pub capabilities: Capabilities,
    pub spectrum: Spectrum,
    pub dimension: usize,
    pub samples: usize,
    pub tau: f64,
}

pub fn settings() -> Vec<Setting> {
    let mut all = Vec::new();
    for capabilities in [Capabilities::Known, Capabilities::Estimated] {
        for spectrum in [Spectrum::Isotropic, Spectrum::Power] {
            for dimension in [64, 576, 4096] {
                for samples in [8, 16, 64, 256] {
                    for tau in [0.0, 0.05, 0.36, 0.9] {
                        all.push(Setting {
                            capabilities,
                            spectrum,
                            dimension,
                            samples,
                            tau,
                        });
                    }
                }
            }
        }
    }
    all
}

impl Setting {
    pub fn is_small(&self) -> bool {
        self.dimension * self.samples <= 64 * 64
    }

    /// Fewer runs where samples of so many concepts are large.
    pub fn affordable(&self, runs: usize, concepts: usize) -> usize {
        match self.dimension * self.samples * concepts {
            0..=600_000 => runs,
            600_001..=2_000_000 => runs.div_ceil(2),
            _ => runs.div_ceil(4),
        }
    }

    /// One of each spectrum, dimension and number of samples: the nulls know no τ.
    pub fn is_null(&self) -> bool {
        self.capabilities == Capabilities::Estimated && self.tau == 0.0
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let capabilities = match self.capabilities {
            Capabilities::Known => "known",
            Capabilities::Estimated => "estimated",
        };
        write!(
            f,
            "{capabilities} | {} | {} | {} | {}",
            self.spectrum, self.dimension, self.samples, self.tau
        )
    }
}

/// What `run` makes of each of so many seeds, on all cores.
pub fn each<T: Send, E: Send>(
    runs: usize,
    run: impl Fn(u64) -> Result<T, E> + Sync,
) -> Result<Vec<T>, E> {
    let threads = thread::available_parallelism()
        .map_or(1, |n| n.get())
        .min(runs);
    let run = &run;
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|t| {
                let seeds = (t..runs).step_by(threads);
                scope.spawn(move || seeds.map(|i| run(i as u64)).collect::<Result<Vec<T>, E>>())
            })
            .collect();
        let mut all = Vec::with_capacity(runs);
        for worker in workers {
            all.extend(worker.join().expect("a run does not panic")?);
        }
        Ok(all)
    })
}

/// One draw: the truth, and what a researcher would have.
pub struct World {
    pub safety: Samples,
    pub capabilities: Vec<Direction<f64>>,
    pub sampled: Vec<Samples>,
    /// True ⟨v, c_j⟩.
    pub overlaps: Vec<f64>,
}

impl World {
    /// Directions are uniformly random against the axes of the noise, so that a spectrum
    /// has no favourite.
    pub fn draw(
        setting: &Setting,
        deviations: &DVector<f64>,
        seed: u64,
    ) -> Result<Self, alignment_tax::Error> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let d = setting.dimension;
        let mut columns = frame(d, CAPABILITIES + 1, &mut rng);
        let rest = columns.pop().expect("one more than the capabilities");
        let frame = DMatrix::from_columns(&columns);
        let capabilities = correlated(&frame);
        let within = DVector::from_fn(CAPABILITIES, |_, _| normal(&mut rng)).normalize();
        let v = &frame * within * setting.tau.sqrt() + rest * (1.0 - setting.tau).sqrt();
        let mut sample = |mean: &DVector<f64>| {
            let rows = DMatrix::from_fn(setting.samples, d, |_, j| {
                SHIFT * mean[j] + deviations[j] * normal(&mut rng)
            });
            Samples::new(&rows)
        };
        let safety = sample(&v)?;
        let sampled = match setting.capabilities {
            Capabilities::Known => Vec::new(),
            Capabilities::Estimated => capabilities.iter().map(sample).collect::<Result<_, _>>()?,
        };
        let overlaps = capabilities.iter().map(|c| c.dot(&v)).collect();
        let capabilities = capabilities
            .iter()
            .map(Direction::new)
            .collect::<Result<_, _>>()?;
        Ok(Self {
            safety,
            capabilities,
            sampled,
            overlaps,
        })
    }
}

/// Unit vectors with the overlap BETWEEN, as many as the orthonormal columns that they are
/// combinations of.
pub fn correlated(frame: &DMatrix<f64>) -> Vec<DVector<f64>> {
    let p = frame.ncols();
    let gram = DMatrix::from_fn(p, p, |i, j| if i == j { 1.0 } else { BETWEEN });
    // Rows of L are such vectors.
    let factor = gram.cholesky().expect("positive definite").l();
    factor
        .row_iter()
        .map(|row| frame * row.transpose())
        .collect()
}

/// Orthonormal vectors in random directions, by Gram and Schmidt.
pub fn frame(d: usize, count: usize, rng: &mut ChaCha8Rng) -> Vec<DVector<f64>> {
    let mut columns: Vec<DVector<f64>> = Vec::new();
    while columns.len() < count {
        let mut x = DVector::from_fn(d, |_, _| normal(rng)).normalize();
        for _ in 0..2 {
            for c in &columns {
                let along = c.dot(&x);
                x.axpy(-along, c, 1.0);
            }
        }
        columns.push(x.normalize());
    }
    columns
}

pub fn normal(rng: &mut ChaCha8Rng) -> f64 {
    rng.sample(StandardNormal)
}
