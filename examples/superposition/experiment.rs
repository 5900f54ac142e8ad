//! The experiment: a model for each width and seed, and all problems put to each.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use indicatif::{ProgressBar, ProgressDrawTarget};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

use crate::contrast;
use crate::features::Features;
use crate::packing::{self, Packing};
use crate::planted::{Case, Plan};
use crate::record::{Failure, Measured, Model};
use crate::training::{Schedule, train};

/// The importance of a planted feature is one; that of the others falls geometrically
/// between these.
const IMPORTANCE: [f32; 2] = [0.5, 0.05];

/// Everything that decides the outcome.
#[derive(Debug, Clone)]
pub struct Setup {
    features: Features,
    widths: Vec<usize>,
    seeds: Vec<u64>,
    schedule: Schedule,
    /// Problems of each case.
    sets: usize,
    /// Of each contrast set.
    pairs: usize,
    /// Of random packing.
    replicates: usize,
}

/// Independent streams of one seed.
enum Purpose {
    Training,
    Contrast,
    Random,
}

impl Purpose {
    fn stream(self, seed: u64, width: usize) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(4 * width as u64 + self as u64);
        rng
    }
}

impl Setup {
    /// The same with other seeds.
    pub fn with_seeds(self, seeds: Vec<u64>) -> Self {
        Self { seeds, ..self }
    }

    /// 1024 features, each active once in 128 samples.
    pub fn full() -> Self {
        Self {
            features: Features::new(16, 7),
            widths: vec![8, 16, 32, 64, 128, 256, 512],
            seeds: vec![1, 2, 3],
            schedule: Schedule {
                steps: 2000,
                batch: 512,
            },
            sets: 6,
            pairs: 128,
            replicates: 400,
        }
    }

    /// 128 features, each active once in 16 samples.
    pub fn short() -> Self {
        Self {
            features: Features::new(2, 4),
            widths: vec![8, 16, 32],
            seeds: vec![1, 2],
            schedule: Schedule {
                steps: 300,
                batch: 64,
            },
            sets: 2,
            pairs: 32,
            replicates: 40,
        }
    }

    /// Measurements and models, in order of width and seed whatever the threads.
    pub fn run(&self, threads: usize) -> Result<(Vec<Measured>, Vec<Model>), Failure> {
        let plan = Plan::new(self.sets, self.widths.iter().copied().max().unwrap_or(0));
        // The widest first, which take longest.
        let jobs: Vec<(usize, u64)> = self
            .widths
            .iter()
            .rev()
            .flat_map(|&width| self.seeds.iter().map(move |&seed| (width, seed)))
            .collect();
        let bar =
            ProgressBar::with_draw_target(Some(jobs.len() as u64), ProgressDrawTarget::stderr());
        let next = AtomicUsize::new(0);
        let done = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for _ in 0..threads.clamp(1, jobs.len().max(1)) {
                scope.spawn(|| {
                    while let Some(&(width, seed)) = jobs.get(next.fetch_add(1, Ordering::Relaxed))
                    {
                        let outcome = self.job(&plan, width, seed);
                        bar.inc(1);
                        done.lock()
                            .expect("no job panics")
                            .push((width, seed, outcome));
                    }
                });
            }
        });
        bar.finish_and_clear();
        let mut done = done.into_inner().expect("no job panics");
        done.sort_by_key(|(width, seed, _)| (*width, *seed));
        let (mut measured, mut models) = (Vec::new(), Vec::new());
        for (_, _, outcome) in done {
            let (of_model, model) = outcome?;
            measured.extend(of_model);
            models.push(model);
        }
        Ok((measured, models))
    }

    fn job(&self, plan: &Plan, width: usize, seed: u64) -> Result<(Vec<Measured>, Model), Failure> {
        let features = self.features.clone().with_followers(plan.followers());
        let trained = train(
            &features,
            &self.importance(plan.features),
            width,
            self.schedule,
            &mut Purpose::Training.stream(seed, width),
        );
        let model = &trained.model;
        let embedding = |i: usize| model.embedding(i).iter().map(|w| f64::from(*w)).collect();
        let mut rng = Purpose::Contrast.stream(seed, width);
        let mut random: Vec<(Case, [f64; 2])> = Vec::new();
        let mut measured = Vec::new();
        for problem in &plan.problems {
            if random.last().is_none_or(|(case, _)| *case != problem.case) {
                // The same stream for every seed: the reference does not depend on the model.
                let rng = &mut Purpose::Random.stream(0, width);
                let moments = packing::random(problem, width, self.replicates, rng)?;
                random.push((problem.case, moments));
            }
            measured.push(Measured {
                case: problem.case,
                width,
                seed,
                set: problem.set,
                incidental: problem.incidental_count(width),
                planted: problem.planted()?,
                exact: contrast::rate(problem, width, embedding)?,
                reading: contrast::read(model, &features, problem, self.pairs, &mut rng)?,
                random: random.last().map_or([0.0; 2], |(_, moments)| *moments),
                loss: trained.loss,
            });
        }
        let Some(packing) = Packing::of(model, plan.features) else {
            let nothing = "represents fewer than two features";
            return Err(format!("the model of width {width} and seed {seed} {nothing}").into());
        };
        let model = Model {
            width,
            seed,
            loss: trained.loss,
            trivial_loss: trained.trivial_loss,
            packing,
        };
        Ok((measured, model))
    }

    fn importance(&self, planted: usize) -> Vec<f32> {
        let n = self.features.count();
        let [most, least] = IMPORTANCE;
        let fall = (least / most).powf(1.0 / (n - planted) as f32);
        let mut importance = vec![1.0; planted];
        importance.extend(std::iter::successors(Some(most), |x| Some(x * fall)).take(n - planted));
        importance
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A world small enough for a test.
    fn tiny() -> Setup {
        Setup {
            features: Features::new(1, 3),
            widths: vec![8, 16],
            seeds: vec![1, 2],
            schedule: Schedule {
                steps: 100,
                batch: 16,
            },
            sets: 1,
            pairs: 16,
            replicates: 3,
        }
    }

    #[test]
    fn results_do_not_depend_on_the_number_of_threads() {
        let setup = tiny();
        assert_eq!(setup.run(1).unwrap(), setup.run(3).unwrap());
    }

    #[test]
    fn training_lowers_the_loss_and_equal_seeds_give_equal_weights() {
        let setup = tiny();
        let schedule = Schedule {
            steps: 300,
            batch: 32,
        };
        let importance = setup.importance(20);
        let run = |seed| {
            let mut rng = Purpose::Training.stream(seed, 16);
            train(&setup.features, &importance, 16, schedule, &mut rng)
        };
        let (first, again, other) = (run(1), run(1), run(2));
        assert_eq!(first.model, again.model);
        assert_ne!(first.model, other.model);
        assert!(
            first.loss < 0.8 * first.trivial_loss,
            "{} {}",
            first.loss,
            first.trivial_loss
        );
    }

    #[test]
    fn planted_features_matter_most_and_the_others_less_and_less() {
        let importance = tiny().importance(20);
        assert_eq!(importance.len(), 64);
        assert!(importance[..20].iter().all(|x| *x == 1.0));
        assert!(importance[20..].is_sorted_by(|a, b| a > b));
        assert!(importance[63] >= IMPORTANCE[1]);
    }
}
