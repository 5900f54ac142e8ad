//! Adam (Kingma and Ba 2015), with the usual β₁ = 0.9, β₂ = 0.999.

const DECAY: f32 = 0.9;
const DECAY_OF_SQUARES: f32 = 0.999;
const FLOOR: f32 = 1e-8;

/// The state of the optimiser for one vector of parameters.
#[derive(Debug, Clone)]
pub struct Adam {
    mean: Vec<f32>,
    square: Vec<f32>,
    /// Powers of the two decays.
    forgotten: [f32; 2],
}

impl Adam {
    pub fn new(parameters: usize) -> Self {
        Self {
            mean: vec![0.0; parameters],
            square: vec![0.0; parameters],
            forgotten: [1.0; 2],
        }
    }

    /// One step down the gradient.
    pub fn step(&mut self, rate: f32, parameters: &mut [f32], gradient: &[f32]) {
        self.forgotten[0] *= DECAY;
        self.forgotten[1] *= DECAY_OF_SQUARES;
        let [first, second] = self.forgotten.map(|f| 1.0 / (1.0 - f));
        for (((x, g), m), v) in parameters
            .iter_mut()
            .zip(gradient)
            .zip(&mut self.mean)
            .zip(&mut self.square)
        {
            *m += (1.0 - DECAY) * (g - *m);
            *v += (1.0 - DECAY_OF_SQUARES) * (g * g - *v);
            *x -= rate * (*m * first) / ((*v * second).sqrt() + FLOOR);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_step_has_the_length_of_the_rate_whatever_the_gradient() {
        let mut x = [1.0, 1.0];
        Adam::new(2).step(0.25, &mut x, &[3.0, -0.01]);
        assert!(
            (x[0] - 0.75).abs() < 1e-5 && (x[1] - 1.25).abs() < 1e-5,
            "{x:?}"
        );
    }

    #[test]
    fn it_finds_the_minimum_of_a_badly_scaled_quadratic() {
        let mut x = [3.0_f32, -2.0];
        let mut adam = Adam::new(2);
        for step in 0..2000 {
            let slope = [200.0 * (x[0] - 1.0), 0.02 * (x[1] + 1.0)];
            adam.step(0.02 * (1.0 - step as f32 / 2000.0), &mut x, &slope);
        }
        assert!(
            (x[0] - 1.0).abs() < 1e-3 && (x[1] + 1.0).abs() < 1e-2,
            "{x:?}"
        );
    }
}
