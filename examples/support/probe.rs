//! A linear probe: ridge-regularised linear discriminant of two classes.

use nalgebra::{DMatrix, DVector};

use super::dataset::{Failure, Pair};

/// A score f(x) = ⟨w, x⟩ − b, positive on the plus side.
pub struct Probe {
    pub weight: DVector<f64>,
    pub offset: f64,
}

impl Probe {
    /// w = (S + λI)⁻¹(μ₊ − μ₋), b halfway between the class means; S the pooled
    /// within-class covariance, λ its mean eigenvalue, so that n < d is no obstacle.
    pub fn train(pair: &Pair) -> Result<Self, Failure> {
        let (mean_plus, mean_minus) = (mean(&pair.plus), mean(&pair.minus));
        let d = mean_plus.len();
        let mut scatter = DMatrix::zeros(d, d);
        for (samples, mean) in [(&pair.plus, &mean_plus), (&pair.minus, &mean_minus)] {
            let centred = centred(samples, mean);
            scatter += centred.transpose() * centred;
        }
        scatter /= (pair.plus.nrows() + pair.minus.nrows()) as f64;
        let ridge = scatter.trace() / d as f64;
        for i in 0..d {
            scatter[(i, i)] += ridge;
        }
        let factor = scatter
            .cholesky()
            .ok_or("the pooled covariance of the probe's samples is singular")?;
        let weight = factor.solve(&(&mean_plus - &mean_minus));
        let offset = weight.dot(&(mean_plus + mean_minus)) / 2.0;
        Ok(Self { weight, offset })
    }

    /// The same probe with scores in units of its rise over a vector.
    pub fn in_units_of(self, apart: &DVector<f64>) -> Result<Self, Failure> {
        let rise = self.weight.dot(apart);
        if rise <= 0.0 {
            return Err("a probe of held-out pairs points against the training pairs".into());
        }
        Ok(Self {
            weight: self.weight / rise,
            offset: self.offset / rise,
        })
    }

    /// The same probe with its threshold lowered: every score is higher by `change`.
    pub fn lowered(&self, change: f64) -> Self {
        Self {
            weight: self.weight.clone(),
            offset: self.offset - change,
        }
    }

    /// f(x) of every row.
    pub fn scores(&self, samples: &DMatrix<f64>) -> DVector<f64> {
        (samples * &self.weight).add_scalar(-self.offset)
    }

    /// The share of correctly classified rows, plus above zero and minus below.
    pub fn accuracy(&self, pair: &Pair) -> f64 {
        let right = self.scores(&pair.plus).iter().filter(|s| **s > 0.0).count()
            + self
                .scores(&pair.minus)
                .iter()
                .filter(|s| **s < 0.0)
                .count();
        right as f64 / (pair.plus.nrows() + pair.minus.nrows()) as f64
    }

    /// The share of all rows on the plus side.
    pub fn plus_share(&self, pair: &Pair) -> f64 {
        let plus = [&pair.plus, &pair.minus]
            .iter()
            .map(|x| self.scores(x).iter().filter(|s| **s > 0.0).count())
            .sum::<usize>();
        plus as f64 / (pair.plus.nrows() + pair.minus.nrows()) as f64
    }

    /// The mean score of all rows.
    pub fn mean_score(&self, pair: &Pair) -> f64 {
        (self.scores(&pair.plus).sum() + self.scores(&pair.minus).sum())
            / (pair.plus.nrows() + pair.minus.nrows()) as f64
    }
}

pub fn mean(samples: &DMatrix<f64>) -> DVector<f64> {
    samples.row_mean().transpose()
}

fn centred(samples: &DMatrix<f64>, mean: &DVector<f64>) -> DMatrix<f64> {
    DMatrix::from_fn(samples.nrows(), samples.ncols(), |i, j| {
        samples[(i, j)] - mean[j]
    })
}

/// Every row moved by δ.
pub fn moved(pair: &Pair, delta: &DVector<f64>) -> Pair {
    let shift = |samples: &DMatrix<f64>| {
        DMatrix::from_fn(samples.nrows(), samples.ncols(), |i, j| {
            samples[(i, j)] + delta[j]
        })
    };
    Pair {
        plus: shift(&pair.plus),
        minus: shift(&pair.minus),
    }
}

/// The first and the second half of the rows of a pair.
pub fn halves(pair: &Pair) -> (Pair, Pair) {
    let rows = pair.plus.nrows().min(pair.minus.nrows());
    let part = |from: usize, count: usize| Pair {
        plus: pair.plus.rows(from, count).into_owned(),
        minus: pair.minus.rows(from, count).into_owned(),
    };
    (part(0, rows / 2), part(rows / 2, rows - rows / 2))
}
