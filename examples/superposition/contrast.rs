//! Contrast sets: what a practitioner reads off a model without knowing its weights.
//!
//! For each concept, pairs of samples: in one the features of the concept are active in
//! proportion to its weights, in the other they are not. Half of the background of a pair
//! is common, the other half is not, as with prompts that are about the same thing but
//! not the same; so a paired difference of hidden states is the embedding of the concept,
//! at a random strength, with noise. From these come τ̂ and its interval, and the plug-in.
//! The *true* rate of the representation is that of the embeddings Wa themselves, which
//! the estimate is to hit; how it compares with what was planted is the experiment.

use alignment_tax::{
    Confidence, Direction, Error, Evidence, Samples, Subspace, TaxEstimate, TaxRate,
};
use nalgebra::DMatrix;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;

use crate::autoencoder::Autoencoder;
use crate::features::{Features, Sample};
use crate::planted::{Concept, Problem};

/// What the samples say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    pub plug_in: f64,
    pub tau: f64,
    pub standard_error: f64,
    /// At 95 %.
    pub interval: [f64; 2],
}

/// Draws contrast sets of all concepts of a problem and estimates τ; `None` where the
/// samples do not resolve a concept, or do not tell the capabilities apart.
pub fn read(
    model: &Autoencoder,
    features: &Features,
    problem: &Problem,
    pairs: usize,
    rng: &mut ChaCha8Rng,
) -> Result<Option<Reading>, Error> {
    let safety = samples(model, features, &problem.safety, pairs, rng)?;
    let capabilities = problem
        .capabilities(model.width())
        .map(|c| samples(model, features, c, pairs, rng))
        .collect::<Result<Vec<_>, _>>()?;
    let evidence: Vec<_> = capabilities.iter().map(Evidence::Sampled).collect();
    match TaxEstimate::new(Evidence::Sampled(&safety), &evidence) {
        Err(Error::Undersampled { .. } | Error::Collinear { .. }) => Ok(None),
        Err(other) => Err(other),
        Ok(tax) => {
            let interval = tax.interval(Confidence::NINETY_FIVE);
            Ok(Some(Reading {
                plug_in: tax.plug_in().value(),
                tau: tax.value(),
                standard_error: tax.standard_error(),
                interval: [interval.lower(), interval.upper()],
            }))
        }
    }
}

fn samples(
    model: &Autoencoder,
    features: &Features,
    concept: &Concept,
    pairs: usize,
    rng: &mut ChaCha8Rng,
) -> Result<Samples, Error> {
    let mut sides = [(); 2].map(|()| DMatrix::<f32>::zeros(pairs, model.width()));
    for row in 0..pairs {
        let strength = 0.5 + 0.5 * rng.random::<f64>();
        let backgrounds = features.draw_pair(rng);
        for ((side, background), strength) in sides.iter_mut().zip(backgrounds).zip([strength, 0.0])
        {
            let h = model.hidden(&with(background, concept, strength));
            side.row_mut(row).copy_from_slice(&h);
        }
    }
    Samples::paired(&sides[0], &sides[1])
}

/// A background in which the concept has so much strength and no other.
fn with(background: Sample, concept: &Concept, strength: f64) -> Sample {
    let mut sample = background;
    sample.retain(|(i, _)| concept.iter().all(|(j, _)| i != j));
    sample.extend(concept.iter().map(|(i, a)| (*i, (strength * a) as f32)));
    sample.sort_unstable_by_key(|(i, _)| *i);
    sample
}

/// The rate of given embeddings: of safety against the capabilities of its problem.
pub fn rate(
    problem: &Problem,
    width: usize,
    embedding: impl Fn(usize) -> Vec<f64>,
) -> Result<f64, Error> {
    let direction = |concept: &Concept| {
        let mut sum = vec![0.0; width];
        for (i, a) in concept {
            for (s, w) in sum.iter_mut().zip(embedding(*i)) {
                *s += a * w;
            }
        }
        Direction::from_slice(&sum)
    };
    let capabilities = problem.capabilities(width).map(direction);
    let span = Subspace::from_directions(&capabilities.collect::<Result<Vec<_>, _>>()?)?;
    Ok(TaxRate::between(&direction(&problem.safety)?, &span)?.value())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planted::{Case, Plan};
    use rand::SeedableRng;

    /// Where every feature has a hidden unit of its own, nothing is packed.
    #[test]
    fn without_packing_the_rates_are_the_planted_ones() {
        let plan = Plan::new(1, 64);
        let features = Features::new(1, 4);
        let mut model = Autoencoder::zeros(64, 64);
        (0..64).for_each(|i| model.weights[i * 64 + i] = 1.0);
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        for problem in plan
            .problems
            .iter()
            .filter(|p| p.case != Case::Proportional)
        {
            let embedding = |i: usize| model.embedding(i).iter().map(|w| f64::from(*w)).collect();
            let planted = problem.planted().unwrap();
            let exact = rate(problem, 64, embedding).unwrap();
            assert!((exact - planted).abs() < 1e-14, "{exact} {planted}");
            let reading = read(&model, &features, problem, 96, &mut rng)
                .unwrap()
                .unwrap();
            let [lower, upper] = reading.interval;
            // Four of the half-widths of a 95 % interval are eight standard errors.
            let slack = 1.5 * (upper - lower);
            assert!(
                (lower - slack..=upper + slack).contains(&planted),
                "{reading:?} {planted}"
            );
        }
    }

    #[test]
    fn a_concept_that_is_not_represented_is_not_resolved() {
        let plan = Plan::new(1, 8);
        let features = Features::new(1, 3);
        let mut model = Autoencoder::random(64, 8, &mut ChaCha8Rng::seed_from_u64(6));
        model.weights[..8].fill(0.0);
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let reading = read(&model, &features, &plan.problems[0], 32, &mut rng).unwrap();
        assert_eq!(reading, None);
    }

    #[test]
    fn contrast_replaces_the_features_of_the_concept_and_no_other() {
        let concept = vec![(1, 0.6), (3, 0.8)];
        let background = vec![(0, 0.1), (3, 0.9), (5, 0.2)];
        assert_eq!(
            with(background.clone(), &concept, 0.5),
            [(0, 0.1), (1, 0.3), (3, 0.4), (5, 0.2)]
        );
        assert_eq!(
            with(background, &concept, 0.0),
            [(0, 0.1), (1, 0.0), (3, 0.0), (5, 0.2)]
        );
    }
}
