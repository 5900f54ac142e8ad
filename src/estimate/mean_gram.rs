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
//! in which the part of order 1/n can never be estimated as negative.

use nalgebra::DMatrix;

use super::evidence::{Evidence, Group, Stack};
use crate::linalg::{reduce, scale};
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

/// Covariances of linear functionals of the Gram matrix, by the jackknife and of the
/// degenerate part alone.
pub(crate) struct Spread {
    pub(crate) jackknife: DMatrix<f64>,
    pub(crate) degenerate: DMatrix<f64>,
}

impl Spread {
    /// The unbiased covariance: the degenerate part counted once.
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
        let products = <f64 as Real>::kernel_transposed_product(&rows, &rows);
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
                    let terms = (0..self.groups.len()).map(|l| weight[(h, l)] * self.apart[(r, l)]);
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
