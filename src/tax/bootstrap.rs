//! The bootstrap of τ against a known subspace, from the sample Gram matrix.
//!
//! A replicate draws units with replacement, w_r the times that row r came up, and forms
//! the ratio of U-statistics
//!
//!   τ* = Σ w_r w_s ⟨Px_r, Px_s⟩ / Σ w_r w_s ⟨x_r, x_s⟩,   r and s of different units,
//!
//! two quadratic forms in w: O(R²) a replicate and one matrix product for all of them,
//! instead of O(Rd) (theory §3.4). A unit drawn twice is not multiplied with itself.
//!
//! It is a second witness, not the interval to quote. Where noise times noise dominates,
//! at large d and few samples, resampling triples the variance of that part (Arcones &
//! Giné 1992): percentile intervals are then too wide.

use std::collections::BTreeMap;

use nalgebra::DMatrix;
use rand::rngs::ChaCha8Rng;
use rand::{Rng, RngExt};

use crate::estimate::{RESOLVED, Stack};
use crate::linalg::check;
use crate::{
    Confidence, Error, Evidence, Interval, MonteCarlo, Real, Samples, Subspace, tolerance,
};

/// Bootstrap replicates of the debiased τ against a known capability subspace.
///
/// $$ \tau^{\ast} = \frac{\sum w\_r w\_s \langle P x\_r, P x\_s \rangle}{\sum w\_r w\_s \langle x\_r, x\_s \rangle} $$
///
/// over rows of different units, $w$ the multinomial counts of a draw of units with
/// replacement, class by class.
///
/// # Accuracy
/// A percentile interval covers as `docs/calibration.md` says; it is wide where d is large
/// and samples are few. [`TaxEstimate::interval`](crate::TaxEstimate::interval) is the
/// interval to quote, and this one a check on it that makes no use of its variance formula.
/// Equal seeds give equal replicates on any number of threads.
///
/// # References
/// Efron (1979); Arcones & Giné (1992) on U-statistics; theory §3.4.
///
/// # Examples
/// ```
/// use alignment_tax::{Confidence, MonteCarlo, Samples, Subspace, TaxBootstrap};
/// use nalgebra::{DMatrix, dmatrix};
/// use rand::{SeedableRng, rngs::ChaCha8Rng};
///
/// let rows: DMatrix<f64> = dmatrix![2.1, 0.9; 1.9, 1.1; 2.0, 1.0; 2.2, 0.8; 1.7, 1.2; 2.1, 1.1];
/// let code: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
/// let mut rng = ChaCha8Rng::seed_from_u64(1);
/// let bootstrap =
///     TaxBootstrap::new(&Samples::new(&rows)?, &code, &MonteCarlo::new(999)?, &mut rng)?;
/// assert!(bootstrap.percentile(Confidence::NINETY_FIVE).contains(0.8));
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct TaxBootstrap {
    /// Ascending.
    replicates: Vec<f64>,
    /// Replicates whose denominator was not positive.
    unresolved: usize,
}

impl TaxBootstrap {
    /// Draws the replicates.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`]; [`Error::TrivialSubspace`]; [`Error::OutOfBounds`] for
    /// fewer than four independent units; [`Error::Undersampled`] where in more than half
    /// of the replicates the squared length of the mean comes out negative.
    ///
    /// # Examples
    /// See [`TaxBootstrap`].
    pub fn new<T: Real>(
        safety: &Samples,
        capabilities: &Subspace<T>,
        run: &MonteCarlo<'_>,
        rng: &mut impl Rng,
    ) -> Result<Self, Error> {
        let d = capabilities.ambient_dimension();
        check::same("capabilities", "coordinates", safety.dimension(), d)?;
        if capabilities.dimension() == 0 {
            return Err(Error::TrivialSubspace {
                argument: "capabilities",
            });
        }
        let basis = capabilities.basis().map(Real::to_double);
        let resampler = Resampler::new(
            &Stack::new(&[Evidence::Sampled(safety)], &["safety"])?,
            &basis,
        );
        let drawn = run.run(rng, |stream, count| resampler.replicates(stream, count));
        let total = drawn.len();
        let mut replicates: Vec<f64> = drawn.into_iter().flatten().collect();
        replicates.sort_by(f64::total_cmp);
        let unresolved = total - replicates.len();
        if 2 * unresolved > total {
            return Err(Error::Undersampled {
                argument: "safety",
                index: 0,
                units: safety.units(),
                ratio: 0.0,
                required: RESOLVED,
                needed: crate::SamplesNeeded::MoreThan(safety.units()),
            });
        }
        Ok(Self {
            replicates,
            unresolved,
        })
    }

    /// The replicates, ascending. Like the estimate, they are not forced into [0, 1].
    ///
    /// # Examples
    /// See [`TaxBootstrap`].
    #[must_use]
    pub fn replicates(&self) -> &[f64] {
        &self.replicates
    }

    /// How many further replicates had no positive squared length of the mean, and so no τ.
    ///
    /// # Examples
    /// See [`TaxBootstrap`].
    #[must_use]
    pub fn unresolved(&self) -> usize {
        self.unresolved
    }

    /// The standard deviation of the replicates.
    ///
    /// # Examples
    /// See [`TaxBootstrap`].
    #[must_use]
    pub fn standard_error(&self) -> f64 {
        let n = self.replicates.len() as f64;
        let mean = self.replicates.iter().sum::<f64>() / n;
        let squares = self.replicates.iter().map(|t| (t - mean) * (t - mean));
        (squares.sum::<f64>() / (n - 1.0)).sqrt()
    }

    /// The percentile interval, cut to [0, 1].
    ///
    /// # References
    /// Efron (1979); quantiles by linear interpolation of the order statistics.
    ///
    /// # Examples
    /// See [`TaxBootstrap`].
    #[must_use]
    pub fn percentile(&self, confidence: Confidence) -> Interval {
        let tail = 0.5 * (1.0 - confidence.level());
        let quantile = |share: f64| {
            let at = share * (self.replicates.len() - 1) as f64;
            let (below, part) = (at.floor() as usize, at.fract());
            let above = (below + 1).min(self.replicates.len() - 1);
            let value = self.replicates[below] * (1.0 - part) + self.replicates[above] * part;
            value.clamp(0.0, 1.0)
        };
        Interval::between(quantile(tail), quantile(1.0 - tail), confidence)
    }
}

/// Everything that a replicate needs of the samples.
struct Resampler {
    /// L with L + Lᵀ the row products: below the diagonal all of them, on it half. And
    /// coordinates in the subspace.
    lower: DMatrix<f64>,
    coordinates: DMatrix<f64>,
    /// The rows of each class.
    classes: Vec<std::ops::Range<usize>>,
    /// Units in strata of those that touch the same classes.
    strata: Vec<Vec<usize>>,
    units: Vec<Unit>,
}

/// A unit: its rows in each class, and the products of its rows by pair of classes.
struct Unit {
    rows: Vec<usize>,
    counts: Vec<f64>,
    whole: DMatrix<f64>,
    projected: DMatrix<f64>,
}

impl Resampler {
    fn new(stack: &Stack<'_>, basis: &DMatrix<f64>) -> Self {
        let mut products = <f64 as Real>::kernel_gram(&stack.rows);
        let coordinates = <f64 as Real>::kernel_transposed_product(basis, &stack.rows);
        let classes: Vec<_> = stack.groups.iter().map(|g| g.rows.clone()).collect();
        let class = |r: usize| usize::from(!classes[0].contains(&r));
        let size = classes.len();
        let mut strata = BTreeMap::<Vec<bool>, Vec<usize>>::new();
        let mut units = Vec::new();
        for (u, rows) in stack.units.iter().enumerate() {
            let mut unit = Unit {
                rows: rows.clone(),
                counts: vec![0.0; size],
                whole: DMatrix::zeros(size, size),
                projected: DMatrix::zeros(size, size),
            };
            for &r in rows {
                unit.counts[class(r)] += 1.0;
                for &s in rows {
                    let at = (class(r), class(s));
                    unit.whole[at] += products[(r, s)];
                    unit.projected[at] += coordinates.column(r).dot(&coordinates.column(s));
                }
            }
            let touched = unit.counts.iter().map(|&c| c > 0.0).collect();
            strata.entry(touched).or_default().push(u);
            units.push(unit);
        }
        for r in 0..products.nrows() {
            products[(r, r)] *= 0.5;
        }
        Self {
            lower: products,
            coordinates,
            classes,
            strata: strata.into_values().collect(),
            units,
        }
    }

    /// τ* of `count` draws; `None` where the denominator is not positive
    /// beyond rounding.
    fn replicates(&self, stream: &mut ChaCha8Rng, count: usize) -> Vec<Option<f64>> {
        let (rows, size) = (self.lower.nrows(), self.classes.len());
        let mut drawn = DMatrix::<f64>::zeros(self.units.len(), count);
        // Class h of replicate b is column b·size + h.
        let mut weights = DMatrix::<f64>::zeros(rows, count * size);
        for b in 0..count {
            for stratum in &self.strata {
                for _ in stratum {
                    let u = stratum[stream.random_range(0..stratum.len())];
                    drawn[(u, b)] += 1.0;
                }
            }
            for (u, unit) in self.units.iter().enumerate() {
                for &r in &unit.rows {
                    let h = usize::from(!self.classes[0].contains(&r));
                    weights[(r, b * size + h)] = drawn[(u, b)];
                }
            }
        }
        // wᵀ(L + Lᵀ)w' takes half the products of a full matrix.
        let half = <f64 as Real>::kernel_lower_product(&self.lower, &weights);
        let projected = <f64 as Real>::kernel_product(&self.coordinates, &weights);
        (0..count)
            .map(|b| {
                let (mut numerator, mut denominator, mut size_of_terms) = (0.0, 0.0, 0.0_f64);
                for h in 0..size {
                    for k in 0..size {
                        let (i, j) = (b * size + h, b * size + k);
                        let mut pairs = weights.column(i).sum() * weights.column(j).sum();
                        let mut length = weights.column(i).dot(&half.column(j))
                            + weights.column(j).dot(&half.column(i));
                        let mut within = projected.column(i).dot(&projected.column(j));
                        let with_own = length.abs();
                        for (unit, w) in self.units.iter().zip(drawn.column(b).iter()) {
                            let squared = w * w;
                            pairs -= squared * unit.counts[h] * unit.counts[k];
                            length -= squared * unit.whole[(h, k)];
                            within -= squared * unit.projected[(h, k)];
                        }
                        // A draw of one unit only has no pairs.
                        if pairs <= 0.0 {
                            return None;
                        }
                        numerator += within / pairs;
                        denominator += length / pairs;
                        size_of_terms = size_of_terms.max(with_own / pairs);
                    }
                }
                // One row much longer than the rest leaves only rounding of its own square.
                let rounding = tolerance::mean_difference::<f64>(rows) * size_of_terms;
                (denominator > rounding).then(|| numerator / denominator)
            })
            .collect()
    }
}
