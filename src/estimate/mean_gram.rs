//! The Gram matrix of means, without the bias that noise adds, and the variance of
//! whatever is linear in it.
//!
//! A tax rate is a function of the inner products ⟨μ_j, μ_k⟩ of the safety vector and the
//! capability vectors. The product of two sample means is biased where noise is multiplied
//! with itself; the U-statistic leaves those products out (theory §3.2):
//!
//!   M_jk = Σ ⟨x_r, x_s⟩ / #,   over rows r of j and s of k from different units,
//!
//! which is unbiased whatever the distribution. All of it is read off the Gram matrix of
//! the R samples (theory §3.4), so that the dimension d enters once.
//!
//! The variance of T = Σ W_jk M_jk has two parts (Hoeffding 1948): one of order 1/n, from
//! noise times mean, and the *degenerate* one of order tr(Σ²)/n², from noise times noise,
//! which dominates where d is large. The jackknife sees the first once and the second
//! twice (Efron & Stein 1981). The second is estimated by itself, with both samples centred
//! by means that neither enters (Chen & Qin 2010), and taken off once:
//!
//!   V = D + max(J − 2D, 0),   J the jackknife, D the degenerate part,
//!
//! in which the part of order 1/n can never be estimated as negative. D is long by
//! 2μᵀΣμ/(n(n−1)(n−2)), because the two centring means are one.

use nalgebra::DMatrix;

use super::evidence::{Evidence, Group, Stack};
use crate::linalg::{check, reduce, scale};
use crate::{Error, Real};

/// The unbiased Gram matrix of the objectives' vectors. Each is held in units of its own
/// power of two; whatever is formed from the values must not depend on those.
pub(crate) struct MeanGram {
    groups: Vec<Group>,
    /// The group of each row.
    group: Vec<usize>,
    /// The rows of each unit; exact rows belong to none.
    units: Vec<Vec<usize>>,
    /// Products of all rows.
    products: DMatrix<f64>,
    /// Row r, group h: the sum of products of r with the rows of h outside r's unit. Not the
    /// sum of all less those: one row much longer than the rest would leave only rounding.
    apart: DMatrix<f64>,
    /// The number of those rows.
    others: DMatrix<f64>,
    /// Ordered pairs of rows from different units, by group.
    pairs: DMatrix<f64>,
    value: DMatrix<f64>,
}

/// Products below this are zero beside the longest row, which is in units of one; the root
/// of their scale stays in range.
const LEAST_PRODUCT: f64 = 1e-300;

/// About 1/√ε.
const MOST_PRODUCT: f64 = 1e8;

/// Bounds the correction where one unit has so many of the rows that it explodes.
const LARGEST_LOSS: f64 = 0.5;

/// Covariances of linear functionals of the Gram matrix, by the jackknife and of the
/// degenerate part alone.
pub(crate) struct Spread {
    pub(crate) jackknife: DMatrix<f64>,
    pub(crate) degenerate: DMatrix<f64>,
}

impl Spread {
    /// The covariance without bias to leading order: the degenerate part counted once.
    pub(crate) fn covariance(&self, i: usize, j: usize) -> f64 {
        self.jackknife[(i, j)] - self.degenerate[(i, j)]
    }

    /// The variance of a combination of the functionals from `first` on, never below that
    /// of its degenerate part.
    pub(crate) fn variance(&self, first: usize, weights: &[f64]) -> f64 {
        let form = |a: &DMatrix<f64>| {
            let terms = weights.iter().enumerate().flat_map(|(i, &x)| {
                let row = weights.iter().enumerate();
                row.map(move |(j, &y)| x * y * a[(first + i, first + j)])
            });
            terms.sum::<f64>()
        };
        floored(form(&self.jackknife), form(&self.degenerate))
    }
}

/// D + max(J − 2D, 0).
pub(crate) fn floored(jackknife: f64, degenerate: f64) -> f64 {
    let degenerate = degenerate.max(0.0);
    degenerate + (jackknife - 2.0 * degenerate).max(0.0)
}

/// A symmetric weight on the entries of the Gram matrix of the objectives.
pub(crate) type Weight = DMatrix<f64>;

impl MeanGram {
    /// The objectives in order; names and errors are those of [`Stack::new`].
    pub(crate) fn new(
        objectives: &[Evidence<'_>],
        arguments: &[&'static str],
    ) -> Result<Self, Error> {
        let Stack {
            rows,
            groups,
            units,
        } = Stack::new(objectives, arguments)?;
        let products = <f64 as Real>::kernel_gram(&rows);
        Ok(Self::of(products, groups, units, objectives.len()))
    }

    fn of(
        mut products: DMatrix<f64>,
        groups: Vec<Group>,
        units: Vec<Vec<usize>>,
        objectives: usize,
    ) -> Self {
        let (count, g) = (products.nrows(), groups.len());
        let mut group = vec![0; count];
        for (h, own) in groups.iter().enumerate() {
            own.rows.clone().for_each(|r| group[r] = h);
        }
        // Products within a unit are of no use to anyone, and the longest there are.
        let mut others = DMatrix::from_fn(count, g, |_, h| groups[h].rows.len() as f64);
        for unit in &units {
            for (&r, &s) in unit.iter().flat_map(|r| unit.iter().map(move |s| (r, s))) {
                products[(r, s)] = 0.0;
                others[(r, group[s])] -= 1.0;
            }
        }
        rescale(&mut products, &groups, &group, objectives);
        let apart = DMatrix::from_fn(count, g, |r, h| {
            let rows = groups[h].rows.clone();
            reduce::sum(&products.as_slice()[r * count..][rows])
        });
        let pairs = DMatrix::from_fn(g, g, |h, k| {
            groups[h].rows.clone().map(|r| others[(r, k)]).sum()
        });
        let mut value = DMatrix::zeros(objectives, objectives);
        for (h, left) in groups.iter().enumerate() {
            let column: Vec<&[f64]> = (0..g)
                .map(|k| &apart.as_slice()[k * count..][left.rows.clone()])
                .collect();
            for (k, right) in groups.iter().enumerate() {
                // Four units in every class leave no two classes without a pair.
                value[(left.objective, right.objective)] += reduce::sum(column[k]) / pairs[(h, k)];
            }
        }
        let value = (&value + value.transpose()) * 0.5;
        Self {
            groups,
            group,
            units,
            products,
            apart,
            others,
            pairs,
            value,
        }
    }

    /// The weight of one entry of M, of `size` objectives.
    pub(crate) fn entry(size: usize, i: usize, j: usize) -> Weight {
        let mut w = Weight::zeros(size, size);
        w[(i, j)] += 0.5;
        w[(j, i)] += 0.5;
        w
    }

    /// Refuses an outlier: a row whose product with one of another objective is above 1/√ε times the
    /// products within the two, so that sums with it lose half of the digits of all others. The variance
    /// of its own objective does not show it where the others vanish in the coordinates in which it is long.
    pub(crate) fn balanced(&self) -> Result<(), Error> {
        let largest = reduce::max_abs(self.products.as_slice());
        check::scalar(
            "largest product of samples, in units of those within their concepts",
            largest,
            "at most 1e8; one sample outweighs all others",
            |x| x <= MOST_PRODUCT,
        )?;
        Ok(())
    }

    /// M.
    pub(crate) fn value(&self) -> &DMatrix<f64> {
        &self.value
    }

    /// The covariance matrix of the functionals Σ W_jk M_jk.
    pub(crate) fn spread(&self, weights: &[Weight]) -> Spread {
        let k = weights.len();
        let g = self.groups.len();
        // Per pair of rows instead of per pair of means.
        let per_pair: Vec<DMatrix<f64>> = weights
            .iter()
            .map(|w| {
                DMatrix::from_fn(g, g, |h, l| {
                    let (i, j) = (self.groups[h].objective, self.groups[l].objective);
                    w[(i, j)] / self.pairs[(h, l)]
                })
            })
            .collect();
        let influence = self.influence(&per_pair);
        let jackknife = influence.transpose() * &influence;
        let mut degenerate = DMatrix::zeros(k, k);
        self.add_degenerate(&per_pair, &mut degenerate);
        Spread {
            jackknife,
            degenerate,
        }
    }

    /// Unit u, functional i: how much the unit moves the functional.
    fn influence(&self, per_pair: &[DMatrix<f64>]) -> DMatrix<f64> {
        let mut influence = DMatrix::zeros(self.units.len(), per_pair.len());
        for (i, weight) in per_pair.iter().enumerate() {
            let mut moved: Vec<f64> = (0..self.group.len())
                .map(|r| {
                    let h = self.group[r];
                    let terms = (0..self.groups.len())
                        .map(|l| weight[(h, l)] * self.apart[(r, l)] * self.own_share(h, l));
                    2.0 * terms.sum::<f64>()
                })
                .collect();
            for group in &self.groups {
                let own = &mut moved[group.rows.clone()];
                let Some(units) = group.units else {
                    own.fill(0.0);
                    continue;
                };
                let mean = reduce::sum(own) / own.len() as f64;
                let units = units as f64;
                let correction = (units / (units - 1.0)).sqrt();
                own.iter_mut().for_each(|x| *x = (*x - mean) * correction);
            }
            for (u, rows) in self.units.iter().enumerate() {
                influence[(u, i)] = rows.iter().map(|&r| moved[r]).sum();
            }
        }
        influence
    }

    /// What makes J the delete-one jackknife: a row is not multiplied with its own unit, and
    /// so the mean that it is multiplied with moves against it. With n units of one size in
    /// both groups that takes away 1/(n−1), with none in common nothing.
    fn own_share(&self, h: usize, l: usize) -> f64 {
        let all = (self.groups[h].rows.len() * self.groups[l].rows.len()) as f64;
        let lost = (all - self.pairs[(h, l)]) / self.pairs[(h, l)];
        // A unit that has most of the rows; four units of one size lose a third.
        1.0 / (1.0 - lost.min(LARGEST_LOSS))
    }

    /// Adds 2 Σ_{u≠w} k_i(u, w) k_j(u, w), k_i the part of functional i's kernel that
    /// neither unit has alone.
    fn add_degenerate(&self, per_pair: &[DMatrix<f64>], degenerate: &mut DMatrix<f64>) {
        let g = self.groups.len();
        // The functionals that a pair of groups has a part in.
        let active: Vec<Vec<usize>> = (0..g * g)
            .map(|at| {
                let involved = |&i: &usize| per_pair[i][(at / g, at % g)] != 0.0;
                (0..per_pair.len()).filter(involved).collect()
            })
            .collect();
        let (mut left, mut right) = (vec![0.0; per_pair.len()], vec![0.0; per_pair.len()]);
        let mut touched: Vec<usize> = Vec::new();
        for (u, first) in self.units.iter().enumerate() {
            for second in &self.units[u + 1..] {
                for &r in first {
                    for &s in second {
                        let (h, l) = (self.group[r], self.group[s]);
                        let list = &active[h * g + l];
                        if list.is_empty() {
                            continue;
                        }
                        let product = self.products[(r, s)];
                        let of_r = product - self.mean_without(s, h, first);
                        let of_s = product - self.mean_without(r, l, second);
                        for &i in list {
                            let weight = per_pair[i][(h, l)];
                            left[i] += weight * of_r;
                            right[i] += weight * of_s;
                        }
                        touched.extend_from_slice(list);
                    }
                }
                if first.len() * second.len() > 1 {
                    touched.sort_unstable();
                    touched.dedup();
                }
                for &i in &touched {
                    for &j in &touched {
                        degenerate[(i, j)] += 2.0 * (left[i] * right[j] + left[j] * right[i]);
                    }
                }
                for i in touched.drain(..) {
                    (left[i], right[i]) = (0.0, 0.0);
                }
            }
        }
    }

    /// The mean product of row r with the rows of group h outside its own unit and another.
    fn mean_without(&self, r: usize, h: usize, other: &[usize]) -> f64 {
        let (mut sum, mut count) = (self.apart[(r, h)], self.others[(r, h)]);
        for &s in other.iter().filter(|&&s| self.group[s] == h) {
            sum -= self.products[(r, s)];
            count -= 1.0;
        }
        // Four units in every class leave two.
        sum / count
    }
}

/// Puts the longest product between units of each sampled objective near one. A row of
/// 1e300 among ordinary ones leaves products of the others so small that their squares,
/// and with them the variance, would vanish.
fn rescale(products: &mut DMatrix<f64>, groups: &[Group], group: &[usize], objectives: usize) {
    let mut longest = vec![0.0_f64; objectives];
    let objective = |r: usize| groups[group[r]].objective;
    for s in 0..group.len() {
        for r in (0..group.len()).filter(|&r| objective(r) == objective(s)) {
            let o = objective(r);
            longest[o] = longest[o].max(products[(r, s)].abs());
        }
    }
    let factors: Vec<f64> = longest
        .iter()
        .map(|&x| scale::power_of_two(x.max(LEAST_PRODUCT).sqrt()))
        .collect();
    for s in 0..group.len() {
        for r in 0..group.len() {
            // One after the other: their product may be out of range where this is not.
            products[(r, s)] = products[(r, s)] * factors[objective(r)] * factors[objective(s)];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Direction, Samples};
    use nalgebra::DVector;
    use rand::rngs::ChaCha8Rng;
    use rand::{RngExt, SeedableRng};

    /// Skewed noise of mean zero and variance one: an exponential, centred.
    fn skewed(rng: &mut ChaCha8Rng) -> f64 {
        -(1.0 - rng.random::<f64>()).ln() - 1.0
    }

    fn rows(n: usize, mean: &[f64], rng: &mut ChaCha8Rng) -> DMatrix<f64> {
        DMatrix::from_fn(n, mean.len(), |_, j| {
            mean[j] + (1.0 + j as f64 / 4.0) * skewed(rng)
        })
    }

    /// The sum, over classes h and k of two objectives, of the mean product of rows of
    /// different units, in the units in which the Gram matrix holds each.
    type Class = (f64, Vec<DVector<f64>>, Vec<usize>);

    fn by_loops(left: &[Class], right: &[Class]) -> f64 {
        let mut total = 0.0;
        for (sign, x, of_x) in left {
            for (other, y, of_y) in right {
                let (mut sum, mut count) = (0.0, 0);
                for (p, u) in x.iter().zip(of_x) {
                    for (q, w) in y.iter().zip(of_y) {
                        if u != w {
                            sum += p.dot(q);
                            count += 1;
                        }
                    }
                }
                total += sign * other * sum / f64::from(count);
            }
        }
        total
    }

    fn class(sign: f64, rows: &DMatrix<f64>, units: &[usize]) -> Class {
        let vectors = rows.row_iter().map(|r| r.transpose()).collect();
        (sign, vectors, units.to_vec())
    }

    #[test]
    fn values_are_means_of_products_of_rows_of_different_units() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mean = [1.0, -0.5, 2.0, 0.3, 0.0];
        let (a, b) = (rows(7, &mean, &mut rng), rows(7, &[0.2; 5], &mut rng));
        let (c, e) = (rows(9, &mean, &mut rng), rows(6, &[0.0; 5], &mut rng));
        let f = rows(8, &[1.0, 1.0, 0.0, 0.0, 0.5], &mut rng);
        // Shared between all; clusters within and across classes.
        let of_pairs = [0, 1, 2, 3, 4, 5, 6];
        let of_c = [10, 10, 11, 12, 12, 12, 13, 14, 15];
        let of_e = [15, 16, 17, 17, 18, 10];
        let of_f = [0, 0, 1, 10, 17, 30, 31, 32];
        let pairs = Samples::paired(&a, &b).expect("pairs");
        let pairs = pairs.with_units(&of_pairs).expect("labels");
        let classes = Samples::unpaired(&c, &e).expect("classes");
        let classes = classes
            .with_units(&[&of_c[..], &of_e].concat())
            .expect("labels");
        let gradients = Samples::new(&f)
            .expect("rows")
            .with_units(&of_f)
            .expect("labels");
        let known = Direction::from_slice(&[0.0, 3.0, 4.0, 0.0, 0.0]).expect("a direction");
        let unit = DMatrix::from_row_slice(1, 5, known.as_vector().as_slice());
        let objectives = [
            Evidence::Sampled(&pairs),
            Evidence::Sampled(&classes),
            Evidence::Sampled(&gradients),
            Evidence::Known(&known),
        ];
        let explicit = [
            vec![class(1.0, &(a - b), &of_pairs)],
            vec![class(1.0, &c, &of_c), class(-1.0, &e, &of_e)],
            vec![class(1.0, &f, &of_f)],
            vec![class(1.0, &unit, &[99])],
        ];
        let gram = MeanGram::new(&objectives, &["objectives"]).expect("four of them");
        let m = gram.value();
        // Lengths are in units of the Gram matrix; cosines are not.
        let truth = DMatrix::from_fn(3, 3, |i, j| by_loops(&explicit[i], &explicit[j]));
        let with_known = DVector::from_fn(3, |i, _| by_loops(&explicit[i], &explicit[3]));
        for i in 0..3 {
            for j in 0..3 {
                let ours = m[(i, j)] / (m[(i, i)] * m[(j, j)]).sqrt();
                let theirs = truth[(i, j)] / (truth[(i, i)] * truth[(j, j)]).sqrt();
                close(ours, theirs);
            }
            close(
                m[(i, 3)] / m[(i, i)].sqrt(),
                with_known[i] / truth[(i, i)].sqrt(),
            );
        }
        close(m[(3, 3)], 1.0);
    }

    /// Entries are means of some hundred products of five coordinates.
    fn close(ours: f64, truth: f64) {
        let bound = crate::tolerance::mean_difference::<f64>(512) * truth.abs().max(1.0);
        assert!((ours - truth).abs() <= bound, "{ours} against {truth}");
    }

    fn squared_length(samples: &Samples) -> (f64, Spread) {
        let gram = MeanGram::new(&[Evidence::Sampled(samples)], &["x"]).expect("one");
        let spread = gram.spread(&[Weight::from_element(1, 1, 1.0)]);
        (gram.value()[(0, 0)], spread)
    }

    /// U without one row, n times.
    #[test]
    fn jackknife_is_the_textbook_one() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        for n in [4, 5, 12] {
            let x = rows(n, &[1.0, 0.5, 0.0], &mut rng);
            let u = |x: &DMatrix<f64>| {
                let units: Vec<usize> = (0..x.nrows()).collect();
                by_loops(&[class(1.0, x, &units)], &[class(1.0, x, &units)])
            };
            let without: Vec<f64> = (0..n).map(|i| u(&x.clone().remove_row(i))).collect();
            let mean = without.iter().sum::<f64>() / n as f64;
            let squares = without.iter().map(|u| (u - mean).powi(2)).sum::<f64>();
            let n = n as f64;
            let textbook = (n - 1.0) / n * squares;
            let (value, spread) = squared_length(&Samples::new(&x).expect("rows"));
            let expected = textbook / u(&x).powi(2);
            close(spread.jackknife[(0, 0)] / (value * value) / expected, 1.0);
        }
    }

    /// With Σ the covariance and μ the mean, exactly:
    ///   E D = 2 tr Σ²/(n(n−1)) + 2 μᵀΣμ/(n(n−1)(n−2)),
    ///   E J = 4 μᵀΣμ/n + 4 tr Σ²/(n(n−2)),
    /// against a variance of 4 μᵀΣμ/n + 2 tr Σ²/(n(n−1)): J − D is long of it by a
    /// relative 2/(n−2) in the second part, and short by 1/(2(n−1)(n−2)) in the first.
    fn expectations(n: usize, shift: f64, replicates: usize) {
        let d = 6;
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let mean = vec![shift; d];
        let deviations: Vec<f64> = (0..d).map(|j| (1.0 + j as f64 / 4.0).powi(2)).collect();
        let linear = shift * shift * deviations.iter().sum::<f64>();
        let square = deviations.iter().map(|x| x * x).sum::<f64>();
        let (mut values, mut jackknife, mut degenerate) = (vec![], vec![], vec![]);
        for _ in 0..replicates {
            let x = rows(n, &mean, &mut rng);
            // Undoing the units of the Gram matrix, which are not those of the rows.
            let units: Vec<usize> = (0..n).collect();
            let (value, spread) = squared_length(&Samples::new(&x).expect("rows"));
            let truth = by_loops(&[class(1.0, &x, &units)], &[class(1.0, &x, &units)]);
            let scale = (truth / value).powi(2);
            values.push(truth);
            jackknife.push(spread.jackknife[(0, 0)] * scale);
            degenerate.push(spread.degenerate[(0, 0)] * scale);
        }
        let size = n as f64;
        let (a, b, c) = (size, size - 1.0, size - 2.0);
        let of_d = 2.0 * square / (a * b) + 2.0 * linear / (a * b * c);
        let of_j = 4.0 * linear / a + 4.0 * square / (a * c);
        averages("D", &degenerate, of_d);
        averages("J", &jackknife, of_j);
        averages("U", &values, d as f64 * shift * shift);
        let variance = 4.0 * linear / a + 2.0 * square / (a * b);
        let centre = d as f64 * shift * shift;
        let squares: Vec<f64> = values.iter().map(|u| (u - centre).powi(2)).collect();
        averages("Var U", &squares, variance);
        assert!((of_j - of_d - variance).abs() <= 2.0 / c * variance);
    }

    /// Within four standard errors of the simulation.
    fn averages(what: &str, values: &[f64], truth: f64) {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
        let error = (variance / n).sqrt();
        assert!(
            (mean - truth).abs() <= 4.0 * error,
            "{what}: {mean} ± {error}, truth {truth}"
        );
    }

    #[test]
    fn parts_of_the_variance_have_their_expectations_under_skewed_noise() {
        expectations(8, 0.0, 3000);
        expectations(8, 1.5, 3000);
        expectations(24, 0.4, 600);
    }
}
