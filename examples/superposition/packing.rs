//! Packing: how embeddings share a space that has too few dimensions for all of them, as
//! learned and as the theory assumes it.
//!
//! The assumption (theory §7.1, §7.4) is that incidental directions lie as if drawn at
//! random. Two unit vectors then have squared cosine Beta(½, (d−1)/2): mean 1/d, variance
//! 2(d−1)/(d²(d+2)). A tight frame is as incoherent as r vectors can be on average, with
//! mean (r−d)/(d(r−1)) (Welch 1974), which is less.

use alignment_tax::Error;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use rand_distr::StandardNormal;

use crate::autoencoder::Autoencoder;
use crate::contrast::rate;
use crate::planted::Problem;

/// An embedding at least so long, squared, is represented.
const REPRESENTED: f64 = 0.5;

/// What the embeddings of a model have to do with each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Packing {
    /// r, how many features are represented, and how many of the planted ones.
    pub represented: usize,
    pub planted_represented: usize,
    /// Of the squared cosines between represented features, times d: 1 where random.
    pub mean_times_d: f64,
    /// What a tight frame of as many vectors would have.
    pub welch_times_d: f64,
    /// The variance of the squared cosines over that of random ones.
    pub variance_ratio: f64,
    /// The share of cosines below zero, ½ where random.
    pub negative: f64,
}

impl Packing {
    /// Of a model whose first features are planted; `None` where fewer than two features are
    /// represented.
    pub fn of(model: &Autoencoder, planted: usize) -> Option<Self> {
        let d = model.width() as f64;
        let mut unit = Vec::new();
        let mut planted_represented = 0;
        for i in 0..model.features() {
            let square: f64 = model
                .embedding(i)
                .iter()
                .map(|w| f64::from(*w).powi(2))
                .sum();
            if square >= REPRESENTED {
                let length = square.sqrt();
                let w = model.embedding(i).iter().map(|w| f64::from(*w) / length);
                unit.push(w.collect::<Vec<f64>>());
                planted_represented += usize::from(i < planted);
            }
        }
        if unit.len() < 2 {
            return None;
        }
        let r = unit.len() as f64;
        let (mut sum, mut squares, mut negative) = (0.0, 0.0, 0);
        for (i, a) in unit.iter().enumerate() {
            for b in &unit[..i] {
                let cosine: f64 = a.iter().zip(b).map(|(x, y)| x * y).sum();
                let square = cosine * cosine;
                sum += square;
                squares += square * square;
                negative += usize::from(cosine < 0.0);
            }
        }
        let pairs = r * (r - 1.0) / 2.0;
        let mean = sum / pairs;
        let random_variance = 2.0 * (d - 1.0) / (d * d * (d + 2.0));
        Some(Self {
            represented: unit.len(),
            planted_represented,
            mean_times_d: mean * d,
            welch_times_d: ((r - d) / (r - 1.0)).max(0.0),
            variance_ratio: (squares / pairs - mean * mean) / random_variance,
            negative: negative as f64 / pairs,
        })
    }
}

/// Mean and standard deviation of τ where the embeddings of all features are random unit
/// vectors, by simulation.
pub fn random(
    problem: &Problem,
    width: usize,
    replicates: usize,
    rng: &mut ChaCha8Rng,
) -> Result<[f64; 2], Error> {
    let features: Vec<usize> = {
        let concepts = problem.capabilities(width).chain([&problem.safety]);
        let mut all: Vec<usize> = concepts.flatten().map(|(i, _)| *i).collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    let mut rates = Vec::with_capacity(replicates);
    for _ in 0..replicates {
        let embeddings: Vec<Vec<f64>> = features
            .iter()
            .map(|_| {
                let x: Vec<f64> = (0..width).map(|_| rng.sample(StandardNormal)).collect();
                let length = x.iter().map(|x| x * x).sum::<f64>().sqrt();
                x.iter().map(|x| x / length).collect()
            })
            .collect();
        let embedding = |i: usize| {
            let at = features
                .binary_search(&i)
                .expect("a feature of the problem");
            embeddings[at].clone()
        };
        rates.push(rate(problem, width, embedding)?);
    }
    Ok(moments(&rates))
}

/// Mean and standard deviation.
pub fn moments(values: &[f64]) -> [f64; 2] {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let square: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
    [mean, (square / (n - 1.0)).sqrt()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planted::Plan;
    use rand::SeedableRng;

    #[test]
    fn random_packing_of_orthogonal_features_follows_the_beta_law() {
        let plan = Plan::new(1, 32);
        let replicates = 2000;
        let mut rng = ChaCha8Rng::seed_from_u64(8);
        let packing = &plan.problems[0];
        let [mean, deviation] = random(packing, 32, replicates, &mut rng).unwrap();
        // Beta(2, 14): four directions in 32 dimensions.
        let expected = (2.0 * 14.0 / (16.0 * 16.0 * 17.0_f64)).sqrt();
        let error = deviation / (replicates as f64).sqrt();
        assert!((mean - 0.125).abs() < 5.0 * error, "{mean}");
        assert!(
            (deviation / expected - 1.0).abs() < 0.1,
            "{deviation} {expected}"
        );
    }

    #[test]
    fn a_cross_polytope_is_known_exactly() {
        // Eight vectors ±e_i in four dimensions: 4 of 28 pairs have squared cosine 1.
        let mut model = Autoencoder::zeros(8, 4);
        for i in 0..8 {
            model.weights[i * 4 + i / 2] = if i % 2 == 0 { 1.0 } else { -1.0 };
        }
        let packing = Packing::of(&model, 3).unwrap();
        assert_eq!((packing.represented, packing.planted_represented), (8, 3));
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-14, "{a} {b}");
        near(packing.mean_times_d, 4.0 / 7.0);
        near(packing.welch_times_d, 4.0 / 7.0);
        near(packing.negative, 1.0 / 7.0);
        near(
            packing.variance_ratio,
            (1.0 / 7.0 - 1.0 / 49.0) / (6.0 / 96.0),
        );
    }
}
