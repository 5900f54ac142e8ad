//! How probable each verdict is, by a parametric bootstrap.
//!
//! Why not resample units: a product of noise with noise is in the variance of a U-statistic
//! once, in its jackknife twice and in its bootstrap three times (Arcones & Giné 1992), so that
//! shares of resampled verdicts would be those of a noisier experiment. What a verdict
//! depends on are six numbers that are linear in the unbiased Gram matrix but for a remainder
//! of known covariance: x = (M₁₂, M₁₁, M₂₂, N₁₂, N₁₁, N₂₂). Their covariance without that bias is
//!
//!   V = D + (J − 2D)₊ + Q,
//!
//! J the jackknife, D the degenerate part, (·)₊ the positive part of a symmetric matrix, Q the
//! remainder of N. A replicate is x* = x + V^½ z/√(χ²_f/f), z standard normal and f one less than
//! the units: Student's law, as in the intervals, because V is estimated. So the share of
//! cosθ* < 0 is the p-value of the hypothesis cosθ ≥ 0 (Efron & Tibshirani 1998), and a verdict
//! with a share of 95 % has every one of its signs told from zero at that level.
//!
//! A replicate in which a squared length is not positive has no cosines. It counts as
//! undetermined, for none of the verdicts and against all of them.

use nalgebra::{DMatrix, DVector};
use rand::rngs::ChaCha8Rng;
use rand::{Rng, RngExt};
use rand_distr::{ChiSquared, StandardNormal};

use super::ConflictVerdict;
use super::cosines::Cosines;
use crate::linalg::jacobi;
use crate::{Confidence, Error, MonteCarlo, tolerance};

/// The joint law of M₁₂, M₁₁, M₂₂, N₁₂, N₁₁, N₂₂, in units of the lengths.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Joint {
    centre: [f64; 6],
    /// V^½.
    root: DMatrix<f64>,
    /// `None` without noise.
    units: Option<usize>,
}

impl Joint {
    /// From J, D and Q.
    pub(super) fn new(
        centre: [f64; 6],
        jackknife: DMatrix<f64>,
        degenerate: DMatrix<f64>,
        quadratic: DMatrix<f64>,
        units: Option<usize>,
    ) -> Result<Self, Error> {
        let linear = map(&(jackknife - &degenerate * 2.0), |x| x.max(0.0))?;
        let covariance = linear + map(&degenerate, |x| x.max(0.0))? + quadratic;
        // The root of rounding is much larger than rounding.
        let cut = tolerance::eigenvalue::<f64>(6) * covariance.trace();
        let root = |x: f64| if x > cut { x.sqrt() } else { 0.0 };
        Ok(Self {
            centre,
            root: map(&covariance, root)?,
            units,
        })
    }

    /// So many replicates of ρ and cosθ; `None` where a squared length is not positive.
    fn draw(&self, stream: &mut ChaCha8Rng, count: usize) -> Vec<Option<[f64; 2]>> {
        // At least four units, so that there is a law.
        let freedom = self.units.map(|n| n as f64 - 1.0);
        let law = freedom.and_then(|f| ChiSquared::new(f).ok());
        (0..count)
            .map(|_| {
                let z = DVector::from_fn(6, |_, _| stream.sample::<f64, _>(StandardNormal));
                let stretch = match (&law, freedom) {
                    (Some(law), Some(f)) => (f / stream.sample(law)).sqrt(),
                    _ => 1.0,
                };
                let moved = &self.root * z * stretch;
                let x = |i: usize| self.centre[i] + moved[i];
                let cosine = |i: usize| {
                    let (s, gamma) = (x(i + 1), x(i + 2));
                    (s > 0.0 && gamma > 0.0).then(|| x(i) / (s.sqrt() * gamma.sqrt()))
                };
                Some([cosine(0)?, cosine(3)?])
            })
            .collect()
    }
}

/// A function of a symmetric matrix.
fn map(a: &DMatrix<f64>, f: impl Fn(f64) -> f64) -> Result<DMatrix<f64>, Error> {
    let (values, vectors) = jacobi::symmetric_eigen(a).ok_or(Error::NotConverged {
        algorithm: "the Jacobi eigenvalue iteration",
        rows: a.nrows(),
        columns: a.ncols(),
    })?;
    let mut out = DMatrix::zeros(a.nrows(), a.ncols());
    for (&value, u) in values.iter().zip(vectors.column_iter()) {
        out += u * u.transpose() * f(value);
    }
    Ok(out)
}

/// The share of replicates with each verdict.
///
/// $$ x^{\ast} = x + V^{1/2} z \sqrt{f / \chi^2\_f}, \qquad V = D + (J - 2D)\_{+} + Q $$
///
/// over the inner products of goals and of what is left of them, with $J$ their jackknife
/// covariance, $D$ its part from noise times noise, $Q$ that of the remainder that is quadratic
/// in noise, $z$ standard normal and $f$ one less than the units.
///
/// # Accuracy
/// Each probability has a binomial Monte Carlo error, [`VerdictProbabilities::standard_error`]. Equal
/// seeds give equal replicates on any number of threads.
///
/// # References
/// Efron & Tibshirani (1998) on the problem of regions; theory §6.2.
///
/// # Examples
/// ```
/// use alignment_tax::{Confidence, ConflictEstimate, Evidence, MonteCarlo, Samples, ConflictVerdict};
/// use nalgebra::{DMatrix, dmatrix};
/// use rand::{SeedableRng, rngs::ChaCha8Rng};
///
/// // The goals fight along the first axis; along the others they nearly ignore each other.
/// let first: DMatrix<f64> = dmatrix![2.1, 1.1, 0.3; 1.9, 0.9, -0.3; 2.0, 1.2, 0.2; 2.2, 0.8, -0.1; 1.8, 1.0, 0.1];
/// let second: DMatrix<f64> = dmatrix![-2.0, 0.1, 1.1; -2.1, -0.3, 0.9; -1.8, 0.2, 1.0; -1.9, -0.2, 1.2; -2.2, 0.2, 0.8];
/// let axis: DMatrix<f64> = dmatrix![1.0, 0.1, 0.0; 1.1, 0.0, 0.1; 0.9, -0.1, 0.0; 1.0, 0.1, -0.1; 1.1, -0.1, 0.0];
/// let (first, second) = (Samples::new(&first)?, Samples::new(&second)?);
/// let axis = Samples::new(&axis)?;
/// let conflict = ConflictEstimate::new(
///     [Evidence::Sampled(&first), Evidence::Sampled(&second)],
///     &[Evidence::Sampled(&axis)],
/// )?;
///
/// let run = MonteCarlo::new(999)?;
/// let verdicts = conflict.probabilities(&run, &mut ChaCha8Rng::seed_from_u64(1));
/// for verdict in ConflictVerdict::ALL {
///     println!("{verdict}: {:.3}", verdicts.probability(verdict));
/// }
/// // Whether anything is left of the fight these samples do not say.
/// assert!(verdicts.probability(ConflictVerdict::Resolved) < 0.95);
/// assert_eq!(verdicts.decided(Confidence::NINETY_FIVE), None);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct VerdictProbabilities {
    cosines: Cosines,
    /// In the order of [`ConflictVerdict::ALL`].
    counts: [usize; 6],
    replicates: usize,
}

impl VerdictProbabilities {
    pub(super) fn draw(
        cosines: &Cosines,
        joint: &Joint,
        run: &MonteCarlo<'_>,
        rng: &mut impl Rng,
    ) -> Self {
        let drawn = run.run(rng, |stream, count| joint.draw(stream, count));
        let mut counts = [0; 6];
        for [before, after] in drawn.into_iter().flatten() {
            counts[cosines.verdict(before, after) as usize] += 1;
        }
        Self {
            cosines: cosines.clone(),
            counts,
            replicates: run.replicates(),
        }
    }

    /// The share of replicates with this verdict.
    ///
    /// # Examples
    /// See [`VerdictProbabilities`].
    #[must_use]
    pub fn probability(&self, verdict: ConflictVerdict) -> f64 {
        self.counts[verdict as usize] as f64 / self.replicates as f64
    }

    /// The Monte Carlo standard error of that share.
    ///
    /// $$ \sqrt{\frac{p (1 - p)}{R}} $$
    ///
    /// # Examples
    /// See [`VerdictProbabilities::undetermined`].
    #[must_use]
    pub fn standard_error(&self, verdict: ConflictVerdict) -> f64 {
        let p = self.probability(verdict);
        (p * (1.0 - p) / self.replicates as f64).sqrt()
    }

    /// The share of replicates in which a goal, or what is left of it, had no length. It counts
    /// for none of the verdicts.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{ConflictEstimate, Direction, Evidence, MonteCarlo, ConflictVerdict};
    /// use rand::{SeedableRng, rngs::ChaCha8Rng};
    ///
    /// let first = Direction::from_slice(&[0.8_f64, 0.6])?;
    /// let second = Direction::from_slice(&[-0.8_f64, 0.6])?;
    /// let axis = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let conflict = ConflictEstimate::new(
    ///     [Evidence::Known(&first), Evidence::Known(&second)],
    ///     &[Evidence::Known(&axis)],
    /// )?;
    /// let run = MonteCarlo::new(99)?;
    /// let verdicts = conflict.probabilities(&run, &mut ChaCha8Rng::seed_from_u64(1));
    /// // All is known.
    /// assert_eq!(verdicts.undetermined(), 0.0);
    /// assert_eq!(verdicts.standard_error(ConflictVerdict::Resolved), 0.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn undetermined(&self) -> f64 {
        let determined: usize = self.counts.iter().sum();
        (self.replicates - determined) as f64 / self.replicates as f64
    }

    /// The number of replicates.
    ///
    /// # Examples
    /// See [`VerdictProbabilities`].
    #[must_use]
    pub fn replicates(&self) -> usize {
        self.replicates
    }

    /// The verdict that the samples vouch for: it has at least that probability, and the
    /// intervals of that confidence tell from zero every sign that it speaks of. `None` where
    /// there is no such verdict, which is to say that they do not decide.
    ///
    /// Mediated and amplified speak of the sign of cosθ − ρ as well; unchanged says that its
    /// interval lies within [the margin](crate::ConflictEstimate::with_margin).
    ///
    /// # Examples
    /// See [`VerdictProbabilities`].
    #[must_use]
    pub fn decided(&self, confidence: Confidence) -> Option<ConflictVerdict> {
        let verdict = self.cosines.supported(confidence)?;
        (self.probability(verdict) >= confidence.level()).then_some(verdict)
    }
}
