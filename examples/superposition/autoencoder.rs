//! The model: h = Wx, x′ = ReLU(Wᵀh + b).
//!
//! Column i of W is the *embedding* of feature i, the direction in which the d hidden
//! units hold it; columns are stored one after the other. The loss is
//! Σ_i I_i (x_i − x′_i)², I_i the importance of feature i. Where the ReLU is off nothing
//! flows back, and after the first steps it is off for all but a few outputs: the way back
//! goes over active outputs only, and costs little beside the product Wᵀh.
//!
//! Everything is added up in a fixed order without fused operations, so that the bits do not
//! depend on the vector instructions of the machine.

use rand::RngExt;
use rand::rngs::ChaCha8Rng;

use crate::features::Sample;

/// Outputs computed side by side.
const LANES: usize = 8;
/// Samples computed side by side.
const ROWS: usize = 4;

/// The weights of a model; also a gradient, which has the same shape.
#[derive(Debug, Clone, PartialEq)]
pub struct Autoencoder {
    width: usize,
    /// Embeddings, one after the other.
    pub weights: Vec<f32>,
    pub bias: Vec<f32>,
}

impl Autoencoder {
    /// All zero.
    pub fn zeros(features: usize, width: usize) -> Self {
        assert_eq!(
            features % LANES,
            0,
            "outputs are computed {LANES} at a time"
        );
        Self {
            width,
            weights: vec![0.0; features * width],
            bias: vec![0.0; features],
        }
    }

    /// Uniform weights of variance 2/(n + d) (Glorot and Bengio 2010), bias zero.
    pub fn random(features: usize, width: usize, rng: &mut ChaCha8Rng) -> Self {
        let bound = (6.0 / (features + width) as f32).sqrt();
        let mut model = Self::zeros(features, width);
        for w in &mut model.weights {
            *w = bound * (2.0 * rng.random::<f32>() - 1.0);
        }
        model
    }

    /// d.
    pub fn width(&self) -> usize {
        self.width
    }

    /// n.
    pub fn features(&self) -> usize {
        self.bias.len()
    }

    /// The embedding of a feature.
    pub fn embedding(&self, feature: usize) -> &[f32] {
        &self.weights[feature * self.width..][..self.width]
    }

    fn embedding_mut(&mut self, feature: usize) -> &mut [f32] {
        &mut self.weights[feature * self.width..][..self.width]
    }

    /// h = Wx.
    pub fn hidden(&self, sample: &Sample) -> Vec<f32> {
        let mut h = vec![0.0; self.width];
        for &(i, x) in sample {
            add(&mut h, x, self.embedding(i));
        }
        h
    }

    /// The mean loss over a batch; its gradient is added to `gradient`.
    pub fn backward(&self, importance: &[f32], batch: &[Sample], gradient: &mut Self) -> f64 {
        let panels = self.panels();
        let scale = 2.0 / batch.len() as f32;
        let mut outputs = vec![[0.0; ROWS]; self.features()];
        let mut loss = 0.0;
        for rows in batch.chunks(ROWS) {
            let hidden: Vec<Vec<f32>> = rows.iter().map(|x| self.hidden(x)).collect();
            self.decode(&panels, &hidden, &mut outputs);
            for (row, (x, h)) in rows.iter().zip(&hidden).enumerate() {
                let mut active = x.iter().peekable();
                let mut back = vec![0.0; self.width];
                for (i, output) in outputs.iter().enumerate() {
                    let target = active.next_if(|(j, _)| *j == i).map_or(0.0, |(_, x)| *x);
                    let rest = output[row].max(0.0) - target;
                    loss += f64::from(importance[i] * rest * rest);
                    if output[row] > 0.0 {
                        let slope = scale * importance[i] * rest;
                        gradient.bias[i] += slope;
                        add(gradient.embedding_mut(i), slope, h);
                        add(&mut back, slope, self.embedding(i));
                    }
                }
                for &(i, x) in x {
                    add(gradient.embedding_mut(i), x, &back);
                }
            }
        }
        loss / batch.len() as f64
    }

    /// W with the embeddings of eight features interleaved.
    fn panels(&self) -> Vec<[f32; LANES]> {
        let mut panels = vec![[0.0; LANES]; self.weights.len() / LANES];
        for (panel, embeddings) in panels
            .chunks_exact_mut(self.width)
            .zip(self.weights.chunks_exact(self.width * LANES))
        {
            for (lane, embedding) in embeddings.chunks_exact(self.width).enumerate() {
                for (entry, w) in panel.iter_mut().zip(embedding) {
                    entry[lane] = *w;
                }
            }
        }
        panels
    }

    /// Wᵀh + b for up to four samples; what is left over of four is zero.
    fn decode(&self, panels: &[[f32; LANES]], hidden: &[Vec<f32>], outputs: &mut [[f32; ROWS]]) {
        let mut side_by_side = vec![[0.0; ROWS]; self.width];
        for (row, h) in hidden.iter().enumerate() {
            for (entry, x) in side_by_side.iter_mut().zip(h) {
                entry[row] = *x;
            }
        }
        for ((panel, bias), out) in panels
            .chunks_exact(self.width)
            .zip(self.bias.chunks_exact(LANES))
            .zip(outputs.chunks_exact_mut(LANES))
        {
            let mut sums = [[0.0_f32; LANES]; ROWS];
            for (w, h) in panel.iter().zip(&side_by_side) {
                for row in 0..ROWS {
                    for lane in 0..LANES {
                        sums[row][lane] += h[row] * w[lane];
                    }
                }
            }
            for lane in 0..LANES {
                for row in 0..ROWS {
                    out[lane][row] = sums[row][lane] + bias[lane];
                }
            }
        }
    }
}

/// y ← y + a·x.
fn add(y: &mut [f32], a: f32, x: &[f32]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += a * x;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::Features;
    use rand::SeedableRng;

    /// The loss by its definition, in double precision.
    fn loss(model: &Autoencoder, importance: &[f32], batch: &[Sample]) -> f64 {
        let (n, d) = (model.features(), model.width());
        let w = |k: usize, i: usize| f64::from(model.embedding(i)[k]);
        let mut total = 0.0;
        for sample in batch {
            let mut x = vec![0.0; n];
            sample.iter().for_each(|(i, v)| x[*i] = f64::from(*v));
            let h: Vec<f64> = (0..d)
                .map(|k| (0..n).map(|i| w(k, i) * x[i]).sum())
                .collect();
            for i in 0..n {
                let out = (0..d).map(|k| w(k, i) * h[k]).sum::<f64>() + f64::from(model.bias[i]);
                total += f64::from(importance[i]) * (x[i] - out.max(0.0)).powi(2);
            }
        }
        total / batch.len() as f64
    }

    #[test]
    fn the_gradient_is_that_of_finite_differences() {
        let features = Features::new(1, 2);
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        let mut model = Autoencoder::random(features.count(), 6, &mut rng);
        model
            .bias
            .iter_mut()
            .for_each(|b| *b = 0.1 * rng.random::<f32>() - 0.02);
        let importance: Vec<f32> = (0..64).map(|_| 0.1 + rng.random::<f32>()).collect();
        // Not a multiple of four: the last samples are computed beside zeros.
        let batch: Vec<Sample> = (0..7).map(|_| features.draw(&mut rng)).collect();
        let mut gradient = Autoencoder::zeros(64, 6);
        let reported = model.backward(&importance, &batch, &mut gradient);
        let expected = loss(&model, &importance, &batch);
        assert!(
            (reported - expected).abs() < 1e-5 * expected,
            "{reported} {expected}"
        );
        // So small that hardly an active output crosses the corner of its ReLU on the way; the
        // loss in double precision has digits enough.
        let step = 2.0_f32.powi(-16);
        let check = |slope: f32, entry: fn(&mut Autoencoder) -> &mut [f32], i: usize| {
            let at = |shift: f32| {
                let mut moved = model.clone();
                entry(&mut moved)[i] += shift;
                let there = f64::from(entry(&mut moved)[i]);
                (there, loss(&moved, &importance, &batch))
            };
            let ((x0, f0), (x1, f1)) = (at(-step), at(step));
            let difference = (f1 - f0) / (x1 - x0);
            assert!(
                (f64::from(slope) - difference).abs() < 2e-3 * (1.0 + difference.abs()),
                "{i}: {slope} against {difference}"
            );
        };
        for i in 0..gradient.weights.len() {
            check(gradient.weights[i], |m| &mut m.weights, i);
        }
        for i in 0..gradient.bias.len() {
            check(gradient.bias[i], |m| &mut m.bias, i);
        }
    }
}
