//! Training: one model of one width, by a fixed schedule.

use rand::rngs::ChaCha8Rng;

use crate::adam::Adam;
use crate::autoencoder::Autoencoder;
use crate::features::{Features, Sample};

/// The rate at d = 1.
const RATE: f32 = 0.03;

/// How long, on how much.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    pub steps: usize,
    pub batch: usize,
}

/// A model with the loss it ended at.
#[derive(Debug, Clone)]
pub struct Trained {
    pub model: Autoencoder,
    /// The mean over the last tenth of the steps.
    pub loss: f64,
    /// That of the best constant output, all that is left without hidden units.
    pub trivial_loss: f64,
}

/// Adam at a rate that falls linearly to zero. The rate goes like 1/√d, as the entries of
/// embeddings of unit length do.
pub fn train(
    features: &Features,
    importance: &[f32],
    width: usize,
    schedule: Schedule,
    rng: &mut ChaCha8Rng,
) -> Trained {
    let n = features.count();
    let mut model = Autoencoder::random(n, width, rng);
    let (mut of_weights, mut of_bias) = (Adam::new(n * width), Adam::new(n));
    let late = schedule.steps - schedule.steps.div_ceil(10);
    let mut loss = 0.0;
    let mut gradient = Autoencoder::zeros(n, width);
    for step in 0..schedule.steps {
        let batch: Vec<Sample> = (0..schedule.batch).map(|_| features.draw(rng)).collect();
        gradient.weights.fill(0.0);
        gradient.bias.fill(0.0);
        let now = model.backward(importance, &batch, &mut gradient);
        if step >= late {
            loss += now / (schedule.steps - late) as f64;
        }
        let rate = RATE * (1.0 - step as f32 / schedule.steps as f32) / (width as f32).sqrt();
        of_weights.step(rate, &mut model.weights, &gradient.weights);
        of_bias.step(rate, &mut model.bias, &gradient.bias);
    }
    let total: f64 = importance.iter().copied().map(f64::from).sum();
    Trained {
        model,
        loss,
        trivial_loss: total * features.variance(),
    }
}
