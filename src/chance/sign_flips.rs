//! Sign flips: paired samples whose labels are exchanged within pairs.
//!
//! If the label of a pair means nothing, then plus and minus could as well have been
//! exchanged, and x₊ − x₋ has the law of x₋ − x₊. Under that hypothesis every pattern of
//! signs on the observed differences is as likely as the observed one, and
//! the p-value is exact at any sample size and dimension. Nothing else is assumed: no normal
//! law, no covariance.
//!
//! What is *not* tested must be as clear, and is said in the documentation of the type,
//! where users see it: no p-value of this file is about the chance level of a tax rate.

use nalgebra::DMatrixView;
use rand::rngs::ChaCha8Rng;
use rand::{Rng, RngExt};

use super::permutation::{Samples, Scheme};
use super::quadratic;
use crate::linalg::check;
use crate::{Error, MonteCarlo, PermutationTest, Real, Subspace};

/// Permutation tests by exchanging plus and minus within pairs.
///
/// The null hypothesis of every p-value is that the differences x₊ − x₋, block by
/// block where there are blocks, have a law that is symmetric about zero: **no concept at
/// all**. It is not that τ is at its chance level.
///
/// So a small p-value of [`tax`](Self::tax) does not say that τ differs from
/// chance: where there is a concept the hypothesis is false whatever τ is. And a
/// large one does not say that τ is at chance: flipped means vary with
/// Σᵢ xᵢxᵢᵀ/n², the mean included, so that a strong concept is compared with copies of
/// itself. To compare a rate with those of other directions, use
/// [`CovarianceNull`](crate::CovarianceNull).
///
/// # Units and shapes
/// n pairs; 2ⁿ labelings, which are enumerated where that is at most the
/// number of replicates.
///
/// # References
/// Fisher (1935), *The Design of Experiments*, §21; Winkler et al. (2015), *Multi-level
/// block permutation*, for exchangeability blocks.
///
/// # Examples
/// ```
/// use alignment_tax::{MonteCarlo, SignFlips};
/// use nalgebra::{DMatrix, dmatrix};
/// use rand::{rngs::ChaCha8Rng, SeedableRng};
///
/// // Six pairs; the first three share a template, the others another.
/// let polite: DMatrix<f64> = dmatrix![1.1, 0.2; 0.9, 0.1; 1.0, 0.3; 1.3, 0.0; 1.2, 0.2; 1.0, 0.1];
/// let rude: DMatrix<f64> = dmatrix![0.1, 0.2; 0.0, 0.2; 0.2, 0.1; 0.1, 0.1; 0.0, 0.0; 0.1, 0.3];
/// let (run, mut rng) = (MonteCarlo::new(999)?, ChaCha8Rng::seed_from_u64(1));
///
/// let pairs = SignFlips::new(&polite, &rude)?;
/// assert_eq!(pairs.concept(&run, &mut rng).p_at_least().value(), 2.0 / 64.0);
/// // Two templates are two independent observations, and prove nothing.
/// let templates = pairs.with_blocks(&[0, 0, 0, 1, 1, 1])?;
/// assert_eq!(templates.concept(&run, &mut rng).p_at_least().value(), 2.0 / 4.0);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct SignFlips {
    samples: Samples,
    scheme: Signs,
}

impl SignFlips {
    /// Two matrices of one shape, paired by row, every pair flipped by itself.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::NonFinite`] naming sample and coordinate,
    /// [`Error::DimensionMismatch`] for rows or columns, [`Error::OutOfRange`] where the length
    /// of the mean difference overflows.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Error, SignFlips};
    /// use nalgebra::dmatrix;
    ///
    /// let error = SignFlips::new(&dmatrix![1.0_f64; 2.0], &dmatrix![1.0_f64]).unwrap_err();
    /// assert!(matches!(error, Error::DimensionMismatch { unit: "rows", .. }));
    /// ```
    pub fn new<'a, T: Real>(
        plus: impl Into<DMatrixView<'a, T>>,
        minus: impl Into<DMatrixView<'a, T>>,
    ) -> Result<Self, Error> {
        let (plus, minus) = (plus.into(), minus.into());
        check::matrix("plus", &plus)?;
        check::matrix("minus", &minus)?;
        check::same("minus", "rows", plus.nrows(), minus.nrows())?;
        check::same("minus", "columns", plus.ncols(), minus.ncols())?;
        let n = plus.nrows();
        let mut both = quadratic::stacked(&[plus, minus]);
        // Before the difference, which may overflow, and after it, which may be minute.
        let [s, t] = quadratic::rescaled(&mut both);
        let mut differences = both.rows(0, n) - both.rows(n, n);
        let [u, w] = quadratic::rescaled(&mut differences);
        let mean = "mean of paired differences";
        let scheme = Signs {
            block: (0..n).collect(),
            blocks: n,
        };
        let samples = Samples::new(differences, [s * u, t * w], mean, 1.0 / n as f64);
        Ok(Self {
            samples: samples.in_range(&scheme)?,
            scheme,
        })
    }

    /// The same pairs in exchangeability blocks: pairs with equal labels, such as those
    /// written from one template, are not independent and are flipped together.
    ///
    /// # Units and shapes
    /// One label a pair; any numbers, only their equality counts.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`] unless there are n labels.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::SignFlips;
    /// use nalgebra::dmatrix;
    ///
    /// let pairs = SignFlips::new(&dmatrix![1.0_f64; 2.0; 3.0], &dmatrix![0.0; 0.0; 0.0])?;
    /// assert_eq!(pairs.with_blocks(&[7, 7, 3])?.blocks(), 2);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn with_blocks(self, labels: &[usize]) -> Result<Self, Error> {
        check::same("labels", "labels", self.pairs(), labels.len())?;
        let mut distinct = labels.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        let block = labels
            .iter()
            .map(|label| distinct.partition_point(|other| other < label))
            .collect();
        Ok(Self {
            scheme: Signs {
                block,
                blocks: distinct.len(),
            },
            ..self
        })
    }

    /// n, the number of pairs.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::SignFlips;
    /// use nalgebra::dmatrix;
    ///
    /// assert_eq!(SignFlips::new(&dmatrix![1.0_f64; 2.0], &dmatrix![0.0; 0.0])?.pairs(), 2);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn pairs(&self) -> usize {
        self.scheme.block.len()
    }

    /// How many blocks are flipped independently: the sample size that counts.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::SignFlips;
    /// use nalgebra::dmatrix;
    ///
    /// assert_eq!(SignFlips::new(&dmatrix![1.0_f64; 2.0], &dmatrix![0.0; 0.0])?.blocks(), 2);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn blocks(&self) -> usize {
        self.scheme.blocks
    }

    /// Is there a concept? The statistic is the length of the mean difference.
    ///
    /// $$ \left\lVert \frac 1n \sum_i \varepsilon_i (x_{i+} - x_{i-}) \right\rVert, \qquad \varepsilon_i = \pm 1 $$
    ///
    /// The debiased squared length Σ over i ≠ j (theory §3.2) differs from the square of this by
    /// Σᵢ‖xᵢ₊ − xᵢ₋‖²/n², which no flip changes, and by a factor: it has the same
    /// p-values. [`p_at_least`](PermutationTest::p_at_least) is the one to report.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{MonteCarlo, SignFlips};
    /// use nalgebra::dmatrix;
    /// use rand::{rngs::ChaCha8Rng, SeedableRng};
    ///
    /// // Differences of both signs: nothing there.
    /// let pairs = SignFlips::new(&dmatrix![1.0_f64; -1.1; 0.9; -0.8], &dmatrix![0.0; 0.0; 0.0; 0.0])?;
    /// let test = pairs.concept(&MonteCarlo::new(99)?, &mut ChaCha8Rng::seed_from_u64(1));
    /// assert!(test.p_at_least().value() > 0.9);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn concept(&self, run: &MonteCarlo<'_>, rng: &mut impl Rng) -> PermutationTest {
        self.samples.length_test(&self.scheme, run, rng)
    }

    /// Is the plug-in rate of the mean difference one that noise alone would have?
    ///
    /// The statistic is τ of the mean difference against a subspace that is known, or was
    /// estimated from other samples. The null hypothesis is still that there is **no
    /// concept**; see the documentation of the type for what neither a small nor a large
    /// p-value says. [`p_at_least`](PermutationTest::p_at_least) is for "more entangled
    /// than noise", [`p_at_most`](PermutationTest::p_at_most) for "freer than noise".
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`]; [`Error::Unresolved`] where the mean difference
    /// vanishes to rounding; [`Error::NotConverged`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{MonteCarlo, SignFlips, Subspace};
    /// use nalgebra::{DMatrix, dmatrix};
    /// use rand::{rngs::ChaCha8Rng, SeedableRng};
    ///
    /// let plus: DMatrix<f64> = dmatrix![1.0, 0.3; 1.2, -0.4; 0.9, 0.2; 1.1, -0.3; 1.0, 0.1; 0.8, -0.1];
    /// let pairs = SignFlips::new(&plus, &(&plus * 0.0))?;
    /// let c: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
    /// let test = pairs.tax(&c, &MonteCarlo::new(99)?, &mut ChaCha8Rng::seed_from_u64(1))?;
    /// assert!(test.observed() > 0.99);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn tax<T: Real>(
        &self,
        capabilities: &Subspace<T>,
        run: &MonteCarlo<'_>,
        rng: &mut impl Rng,
    ) -> Result<PermutationTest, Error> {
        self.samples.rate_test(capabilities, &self.scheme, run, rng)
    }
}

/// All patterns of signs that are constant on blocks.
#[derive(Debug, Clone)]
struct Signs {
    /// The block of each pair, from 0 on.
    block: Vec<usize>,
    blocks: usize,
}

impl Signs {
    /// ±1/n by pair, negative where the block is flipped.
    fn fill(&self, weights: &mut [f64], flipped: impl Fn(usize) -> bool) {
        let unit = 1.0 / self.block.len() as f64;
        for (weight, &block) in weights.iter_mut().zip(&self.block) {
            *weight = if flipped(block) { -unit } else { unit };
        }
    }
}

impl Scheme for Signs {
    fn all(&self) -> Option<usize> {
        1_usize.checked_shl(u32::try_from(self.blocks).ok()?)
    }

    fn nth(&self, index: usize, weights: &mut [f64]) {
        // Blocks beyond the bits of an index are flipped by none: the observed labeling has any number.
        let bit = |block: usize| index.checked_shr(u32::try_from(block).unwrap_or(u32::MAX));
        self.fill(weights, |block| {
            bit(block).is_some_and(|rest| rest & 1 == 1)
        });
    }

    fn draw(&self, stream: &mut ChaCha8Rng, scratch: &mut Vec<usize>, weights: &mut [f64]) {
        scratch.clear();
        scratch.extend((0..self.blocks).map(|_| usize::from(stream.random::<bool>())));
        self.fill(weights, |block| scratch[block] == 1);
    }
}
