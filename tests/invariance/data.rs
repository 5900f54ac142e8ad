//! The data that everything is computed from, and its changes.
//!
//! Numbers are f64 that f32 holds exactly, so that both scalars are given the same data.

use alignment_tax::{Real, tolerance};
use nalgebra::{DMatrix, DVector};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;

use crate::common::{gaussian, normal, rng, rotation};
use crate::reading::{Change, Kind};

/// Rows of a concept and of its opposite.
#[derive(Debug, Clone)]
pub struct Pair {
    pub plus: DMatrix<f64>,
    pub minus: DMatrix<f64>,
}

#[derive(Debug, Clone)]
pub struct Data {
    pub seed: u64,
    /// Row by row pairs.
    pub safety: Pair,
    /// Two rows to a unit, except where n is odd.
    pub units: Vec<usize>,
    /// Few enough pairs for all labelings.
    pub few: Pair,
    /// Groups of different sizes.
    pub groups: Pair,
    /// Rows of no concept.
    pub cloud: DMatrix<f64>,
    pub names: Vec<String>,
    pub capabilities: Vec<Pair>,
    /// Columns of two subspaces.
    pub columns: [DMatrix<f64>; 2],
    /// Gradients, one a column; that of "safety" stands anywhere.
    pub objectives: Vec<String>,
    pub gradients: DMatrix<f64>,
    pub budget: f64,
    /// The same where shares of it are asked for.
    pub level: f64,
    pub shift: DVector<f64>,
    /// Rows.
    pub checkpoints: DMatrix<f64>,
    /// A symmetric positive definite matrix, and the diagonal and factor of another.
    pub metric: DMatrix<f64>,
    pub diagonal: DVector<f64>,
    pub factor: DMatrix<f64>,
    /// One over the unit of the metrics.
    pub metric_unit: f64,
    pub p_values: Vec<f64>,
    pub widths: Vec<usize>,
    pub rates: Vec<f64>,
    pub errors: Vec<f64>,
    pub seeds: Vec<Vec<f64>>,
}

/// Sizes: dimension, pairs, capabilities, objectives.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    pub d: usize,
    pub n: usize,
    pub p: usize,
    pub k: usize,
}

fn single(x: f64) -> f64 {
    f64::from(x as f32)
}

fn rows(
    n: usize,
    mean: &DVector<f64>,
    spread: &DVector<f64>,
    rng: &mut ChaCha8Rng,
) -> DMatrix<f64> {
    DMatrix::from_fn(n, mean.len(), |_, j| mean[j] + spread[j] * normal(rng))
}

impl Data {
    pub fn new(seed: u64, Shape { d, n, p, k }: Shape) -> Self {
        let rng = &mut rng(seed);
        // Coordinates of spreads between 1/2 and 2, and a mean that all rows share.
        let spread = DVector::from_fn(d, |_, _| 2_f64.powf(2.0 * rng.random::<f64>() - 1.0));
        let common = gaussian::<f64>(d, 1, rng).column(0) * 2.0;
        let concept = |n: usize, m: usize, rng: &mut ChaCha8Rng| {
            let mean = gaussian::<f64>(d, 1, rng).column(0) * 3.0;
            Pair {
                plus: rows(n, &(&common + &mean), &spread, rng),
                minus: rows(m, &(&common - &mean), &spread, rng),
            }
        };
        let safety = concept(n, n, rng);
        let few = concept(6, 6, rng);
        let groups = concept(n, n + 3, rng);
        let cloud = rows(n + 5, &common, &(&spread * 2.0), rng);
        let capabilities = (0..p).map(|i| concept(n + i, n + i, rng)).collect();
        let columns = [gaussian(d, 2, rng), gaussian(d, p, rng)];
        let gradients = gaussian::<f64>(d, k, rng);
        // Every other objective pulls against safety by a little, so that floors bind.
        let shared = gaussian::<f64>(d, 1, rng) * 0.5;
        let gradients = DMatrix::from_fn(d, k, |i, j| {
            (gradients[(i, j)] + (-1_f64).powi(j as i32) * shared[i]) * 2_f64.powi(j as i32 - 2)
        });
        let root = gaussian::<f64>(d, d, rng);
        let metric = &root * root.transpose() / d as f64 + DMatrix::identity(d, d);
        let widths = vec![64, 96, 128, 256, 384, 512, 1024];
        let rate = |d: usize| 0.06 + 9.0 / d as f64;
        let errors: Vec<f64> = widths.iter().map(|&d| 0.1 * rate(d)).collect();
        let rates = widths.iter().zip(&errors);
        let rates = rates
            .map(|(&d, e)| rate(d) + 0.7 * e * normal(rng))
            .collect();
        let seeds = widths.iter().map(|&d| {
            let draws = (0..4).map(|_| single(rate(d) * (1.0 + 0.1 * normal(rng))));
            draws.collect()
        });
        let seeds = seeds.collect();
        let budget = 1.0 + rng.random::<f64>();
        let mut data = Self {
            seed,
            safety,
            units: (0..n).map(|i| i / 2).collect(),
            few,
            groups,
            cloud,
            names: (0..p).map(|i| format!("capability {i}")).collect(),
            capabilities,
            columns,
            objectives: (0..k)
                .map(|i| {
                    if i == 0 {
                        "safety".into()
                    } else {
                        format!("goal {i}")
                    }
                })
                .collect(),
            gradients,
            budget,
            level: budget,
            shift: gaussian::<f64>(d, 1, rng).column(0).into_owned(),
            checkpoints: gaussian(4, d, rng),
            metric: (&metric + metric.transpose()) * 0.5,
            diagonal: DVector::from_fn(d, |_, _| 0.5 + rng.random::<f64>()),
            factor: gaussian(d, 2, rng),
            metric_unit: 1.0,
            p_values: (0..6).map(|_| rng.random::<f64>().powi(2)).collect(),
            widths,
            rates,
            errors,
            seeds,
        };
        data.each(&mut |x| *x = single(*x));
        data
    }

    /// Every number that is measured in activations.
    fn activations(&mut self, f: &mut dyn FnMut(&mut DMatrix<f64>)) {
        let own = [&mut self.safety, &mut self.few, &mut self.groups];
        for pair in own.into_iter().chain(&mut self.capabilities) {
            f(&mut pair.plus);
            f(&mut pair.minus);
        }
        f(&mut self.cloud);
    }

    fn each(&mut self, f: &mut dyn FnMut(&mut f64)) {
        self.activations(&mut |x| x.iter_mut().for_each(&mut *f));
        for columns in &mut self.columns {
            columns.iter_mut().for_each(&mut *f);
        }
        self.gradients.iter_mut().for_each(&mut *f);
        self.shift.iter_mut().for_each(&mut *f);
        self.checkpoints.iter_mut().for_each(&mut *f);
        self.metric.iter_mut().for_each(&mut *f);
        self.diagonal.iter_mut().for_each(&mut *f);
        self.factor.iter_mut().for_each(&mut *f);
        f(&mut self.budget);
        f(&mut self.level);
        self.p_values.iter_mut().for_each(&mut *f);
        self.rates.iter_mut().for_each(&mut *f);
        self.errors.iter_mut().for_each(&mut *f);
        self.seeds.iter_mut().flatten().for_each(&mut *f);
    }

    pub fn dimension(&self) -> usize {
        self.shift.len()
    }

    /// Every number moved by a relative 2^-20 of its row's or column's size, at random: what
    /// readings do then is their condition.
    pub fn moved(&self, rng: &mut ChaCha8Rng) -> Self {
        let mut moved = self.clone();
        let step = |x: &mut f64, size: f64, rng: &mut ChaCha8Rng| *x += MOVE * size * normal(rng);
        moved.activations(&mut |rows| {
            let root = (rows.ncols() as f64).sqrt();
            for mut row in rows.row_iter_mut() {
                let size = row.norm() / root;
                row.iter_mut().for_each(|x| step(x, size, rng));
            }
        });
        let [safety, capability] = &mut moved.columns;
        for columns in [safety, capability, &mut moved.gradients, &mut moved.factor] {
            let root = (columns.nrows() as f64).sqrt();
            for mut column in columns.column_iter_mut() {
                let size = column.norm() / root;
                column.iter_mut().for_each(|x| step(x, size, rng));
            }
        }
        let root = (self.dimension() as f64).sqrt();
        let size = self.shift.norm() / root;
        moved.shift.iter_mut().for_each(|x| step(x, size, rng));
        for mut row in moved.checkpoints.row_iter_mut() {
            let size = row.norm() / root;
            row.iter_mut().for_each(|x| step(x, size, rng));
        }
        let size = self.metric.norm() / root;
        moved.metric.iter_mut().for_each(|x| step(x, size, rng));
        moved.metric = (&moved.metric + moved.metric.transpose()) * 0.5;
        for x in moved
            .diagonal
            .iter_mut()
            .chain([&mut moved.budget, &mut moved.level])
        {
            let size = *x;
            step(x, size, rng);
        }
        let lists = [&mut moved.p_values, &mut moved.rates, &mut moved.errors];
        for x in lists
            .into_iter()
            .flatten()
            .chain(moved.seeds.iter_mut().flatten())
        {
            let size = *x;
            *x = (*x + MOVE * size * normal(rng)).clamp(0.0, 1.0);
        }
        moved
    }
}

/// The relative size of a move that measures a condition: far above the rounding of f64 and below
/// where the second order of what is measured matters.
pub const MOVE: f64 = 1.0 / (1 << 20) as f64;

fn permutation(order: &[usize]) -> DMatrix<f64> {
    DMatrix::from_fn(order.len(), order.len(), |i, j| {
        f64::from(u8::from(order[i] == j))
    })
}

fn shuffled(n: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    order.shuffle(rng);
    order
}

fn pick<X: Clone>(from: &[X], order: &[usize]) -> Vec<X> {
    order.iter().map(|&i| from[i].clone()).collect()
}

fn rounded<T: Real>() -> f64 {
    T::machine_epsilon().to_double()
}

/// A factor that is no power of two rounds an entry by ε/2, and its square rounds once more.
fn in_unit<T: Real>(name: String, factors: &[f64]) -> Change {
    if factors.iter().all(|&s| is_power_of_two(s)) {
        return Change::none(Kind::Unit, name);
    }
    let mut change = Change::none(Kind::Scale, name);
    change.rounding = 2.0 * rounded::<T>();
    change
}

fn is_power_of_two(x: f64) -> bool {
    x.to_bits() << 12 == 0
}

type Changed = (Change, Data);

impl Data {
    pub fn in_unit<T: Real>(&self, activations: f64) -> Changed {
        let name = format!("activations × {activations:e}");
        let mut change = in_unit::<T>(name, &[activations]);
        change.activations = activations;
        let mut data = self.clone();
        data.activations(&mut |rows| *rows *= activations);
        for columns in &mut data.columns {
            *columns *= activations;
        }
        (change, data)
    }

    /// Each objective in a unit of its own.
    pub fn in_metrics<T: Real>(&self, slopes: &[f64]) -> Changed {
        let mut change = in_unit::<T>(format!("metrics × {slopes:?}"), slopes);
        let safety = self.objectives.iter().position(|x| x == "safety");
        change.safety_slope = slopes[safety.expect("there is one")];
        change.slopes = Some(slopes.to_vec());
        let mut data = self.clone();
        for (mut column, &slope) in data.gradients.column_iter_mut().zip(slopes) {
            column *= slope;
        }
        (change, data)
    }

    /// The budget, the shifts and the metric, each in another unit.
    pub fn in_lengths<T: Real>(&self, budget: f64, shift: f64, metric: f64) -> Changed {
        let name = format!("budget × {budget:e}, shift × {shift:e}, metric × {metric:e}²");
        let mut change = in_unit::<T>(name, &[budget, shift, metric]);
        (change.budget, change.shift, change.metric) = (budget, shift, metric);
        let mut data = self.clone();
        data.budget *= budget;
        data.level *= budget;
        data.shift *= shift;
        data.checkpoints *= shift;
        data.metric *= metric * metric;
        data.diagonal *= metric * metric;
        data.factor *= metric;
        data.metric_unit /= metric;
        (change, data)
    }

    fn turned(&self, q: &DMatrix<f64>) -> Self {
        let mut data = self.clone();
        data.activations(&mut |rows| *rows = &*rows * q.transpose());
        for columns in &mut data.columns {
            *columns = q * &*columns;
        }
        data.gradients = q * &data.gradients;
        data.shift = q * &data.shift;
        data.checkpoints = &data.checkpoints * q.transpose();
        data.metric = q * &data.metric * q.transpose();
        data.metric = (&data.metric + data.metric.transpose()) * 0.5;
        data.diagonal = q.map(|x| x * x) * &data.diagonal;
        data.factor = q * &data.factor;
        data
    }

    pub fn rotated<T: Real>(&self, rng: &mut ChaCha8Rng) -> Changed {
        let q = rotation::<f64>(self.dimension(), rng);
        let mut change = Change::none(Kind::Rotation, "a rotation");
        change.rounding = tolerance::orthonormality::<T>(self.dimension()).to_double();
        let data = self.turned(&q);
        change.ambient = Some(q);
        (change, data)
    }

    pub fn with_coordinates(&self, rng: &mut ChaCha8Rng) -> Changed {
        let q = permutation(&shuffled(self.dimension(), rng));
        let mut change = Change::none(Kind::Coordinates, "another order of coordinates");
        let data = self.turned(&q);
        change.ambient = Some(q);
        (change, data)
    }

    /// Rows in another order, pairs together, and units under other labels.
    pub fn with_rows(&self, rng: &mut ChaCha8Rng) -> Changed {
        let mut change = Change::none(Kind::Rows, "another order of rows");
        let mut data = self.clone();
        let paired = [&mut data.safety, &mut data.few];
        let mut units = Vec::new();
        for pair in paired.into_iter().chain(&mut data.capabilities) {
            let order = shuffled(pair.plus.nrows(), rng);
            pair.plus = pair.plus.select_rows(&order);
            pair.minus = pair.minus.select_rows(&order);
            if units.is_empty() {
                units = pick(&self.units, &order);
            }
        }
        data.units = units.iter().map(|unit| 1000 - 7 * unit).collect();
        let alone = [
            &mut data.groups.plus,
            &mut data.groups.minus,
            &mut data.cloud,
        ];
        for rows in alone {
            *rows = rows.select_rows(&shuffled(rows.nrows(), rng));
        }
        let order = shuffled(data.checkpoints.nrows(), rng);
        data.checkpoints = data.checkpoints.select_rows(&order);
        change.checkpoint = Some(permutation(&order));
        (change, data)
    }

    pub fn with_capabilities(&self, rng: &mut ChaCha8Rng) -> Changed {
        let order = shuffled(self.capabilities.len(), rng);
        let mut change = Change::none(Kind::Capabilities, "another order of capabilities");
        let mut data = self.clone();
        data.capabilities = pick(&self.capabilities, &order);
        data.names = pick(&self.names, &order);
        change.capability = Some(permutation(&order));
        (change, data)
    }

    pub fn with_objectives(&self, rng: &mut ChaCha8Rng) -> Changed {
        let order = shuffled(self.objectives.len(), rng);
        let mut change = Change::none(Kind::Objectives, "another order of objectives");
        let mut data = self.clone();
        data.objectives = pick(&self.objectives, &order);
        data.gradients = self.gradients.select_columns(&order);
        change.objective = Some(permutation(&order));
        (change, data)
    }

    /// Plus and minus exchanged: of safety where `safety` says so, and of every other capability.
    pub fn with_signs(&self, safety: bool) -> Changed {
        let mut change = Change::none(Kind::Signs, format!("exchanged labels, safety: {safety}"));
        let mut data = self.clone();
        let swap = |pair: &mut Pair| std::mem::swap(&mut pair.plus, &mut pair.minus);
        if safety {
            change.safety_sign = -1.0;
            [&mut data.safety, &mut data.few, &mut data.groups]
                .into_iter()
                .for_each(swap);
        }
        let mut signs = DVector::from_element(self.capabilities.len(), 1.0);
        for (i, pair) in data.capabilities.iter_mut().enumerate().step_by(2) {
            swap(pair);
            signs[i] = -1.0;
        }
        change.capability_signs = Some(DMatrix::from_diagonal(&signs));
        (change, data)
    }

    /// Other bases of the spans: columns in another order with other signs, and, where `mixed`
    /// says so, combinations of them.
    pub fn with_bases<T: Real>(&self, mixed: bool, rng: &mut ChaCha8Rng) -> Changed {
        let mut change = Change::none(Kind::Basis, format!("other bases, mixed: {mixed}"));
        let mut data = self.clone();
        for columns in &mut data.columns {
            let m = columns.ncols();
            *columns = columns.select_columns(&shuffled(m, rng));
            columns.column_mut(0).neg_mut();
            if mixed {
                // Of condition at most three, so that the span is as well known as before.
                let mix = rotation::<f64>(m, rng) * 2.0 + rotation::<f64>(m, rng);
                *columns = &*columns * mix;
                // A product of m terms rounds by (m + 1)ε/2, and the condition is that of
                // the mixture times that of the columns.
                change.rounding = 3.0 * (m as f64 + 1.0) * rounded::<T>();
            }
        }
        (change, data)
    }

    pub fn with_widths(&self, rng: &mut ChaCha8Rng) -> Changed {
        let order = shuffled(self.widths.len(), rng);
        let mut change = Change::none(Kind::Widths, "another order of widths");
        let mut data = self.clone();
        data.widths = pick(&self.widths, &order);
        data.rates = pick(&self.rates, &order);
        data.errors = pick(&self.errors, &order);
        data.seeds = pick(&self.seeds, &order);
        change.widths = Some(permutation(&order));
        (change, data)
    }

    pub fn with_wider(&self, factor: usize) -> Changed {
        let mut change = in_unit::<f64>(format!("widths × {factor}"), &[factor as f64]);
        let mut data = self.clone();
        data.widths.iter_mut().for_each(|d| *d *= factor);
        change.width = factor as f64;
        (change, data)
    }

    pub fn with_hypotheses(&self, rng: &mut ChaCha8Rng) -> Changed {
        let order = shuffled(self.p_values.len(), rng);
        let mut change = Change::none(Kind::Hypotheses, "another order of p-values");
        let mut data = self.clone();
        data.p_values = pick(&self.p_values, &order);
        change.hypotheses = Some(permutation(&order));
        (change, data)
    }

    /// The entries in the scalar.
    pub fn matrix<T: Real>(x: &DMatrix<f64>) -> DMatrix<T> {
        x.map(T::from_double)
    }

    pub fn vector<T: Real>(x: &DVector<f64>) -> DVector<T> {
        x.map(T::from_double)
    }
}
