//! Relabelling: two independent groups whose labels are dealt anew.
//!
//! If plus and minus samples come from one law, then the labels are a random choice of n₊
//! among N, and every other choice was as likely. The p-value is exact at any
//! sample size and dimension, provided that samples are independent: those that share a
//! template are not, and belong into pairs ([`SignFlips`](crate::SignFlips)), where blocks are
//! known.
//!
//! The hypothesis is that of *one law* for both groups. What it is not is said in the
//! documentation of the type: no p-value of this file is about the chance level of a tax
//! rate.

use nalgebra::DMatrixView;
use rand::rngs::ChaCha8Rng;
use rand::{Rng, RngExt};

use super::permutation::{Samples, Scheme};
use super::quadratic;
use crate::linalg::check;
use crate::{Error, MonteCarlo, PermutationTest, Real, Subspace};

/// Permutation tests by dealing the labels of two independent groups anew.
///
/// The null hypothesis of every p-value is that both groups have the same law: **no
/// concept at all**, and no difference in spread either. It is not that τ is at its chance
/// level.
///
/// So a small p-value of [`tax`](Self::tax) does not say that τ differs from
/// chance: where there is a concept the hypothesis is false whatever τ is. And a
/// large one does not say that τ is at chance: relabelled means vary with the total
/// covariance, the concept included, so that a strong concept is compared with copies of
/// itself. To compare a rate with those of other directions, use
/// [`CovarianceNull`](crate::CovarianceNull).
///
/// Samples are taken as independent. Those that share a template are not, and belong
/// into pairs with blocks: [`SignFlips::with_blocks`](crate::SignFlips::with_blocks).
///
/// # Units and shapes
/// n₊ and n₋ samples; N!/(n₊!·n₋!) labelings, which are enumerated where that is at most the
/// number of replicates.
///
/// # References
/// Pitman (1937), *Significance Tests Which May be Applied to Samples from Any Populations*.
///
/// # Examples
/// ```
/// use alignment_tax::{Labelings, MonteCarlo, Relabelling};
/// use nalgebra::{DMatrix, dmatrix};
/// use rand::{rngs::ChaCha8Rng, SeedableRng};
///
/// let harmless: DMatrix<f64> = dmatrix![2.0, 0.1; 2.2, -0.1; 1.9, 0.0; 2.1, 0.2];
/// let harmful: DMatrix<f64> = dmatrix![0.1, 0.0; -0.1, 0.1; 0.2, -0.2];
/// let run = MonteCarlo::new(999)?;
/// let deal = Relabelling::new(&harmless, &harmful)?;
/// let test = deal.concept(&run, &mut ChaCha8Rng::seed_from_u64(1));
/// assert_eq!(test.labelings(), Labelings::Enumerated(35));
/// assert_eq!(test.p_at_least().value(), 1.0 / 35.0);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Relabelling {
    samples: Samples,
    scheme: Deal,
}

impl Relabelling {
    /// Two groups of samples of one dimension.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::NonFinite`] naming sample and coordinate,
    /// [`Error::DimensionMismatch`], [`Error::OutOfRange`] where the length of the difference
    /// overflows.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Error, Relabelling};
    /// use nalgebra::dmatrix;
    ///
    /// let error = Relabelling::new(&dmatrix![1.0_f64, 2.0], &dmatrix![1.0_f64]).unwrap_err();
    /// assert!(matches!(error, Error::DimensionMismatch { unit: "columns", .. }));
    /// ```
    pub fn new<'a, T: Real>(
        plus: impl Into<DMatrixView<'a, T>>,
        minus: impl Into<DMatrixView<'a, T>>,
    ) -> Result<Self, Error> {
        let (plus, minus) = (plus.into(), minus.into());
        check::matrix("plus", &plus)?;
        check::matrix("minus", &minus)?;
        check::same("minus", "columns", plus.ncols(), minus.ncols())?;
        let scheme = Deal {
            plus: plus.nrows(),
            minus: minus.nrows(),
        };
        let mut rows = quadratic::stacked(&[plus, minus]);
        let [s, t] = quadratic::rescaled(&mut rows);
        // The weights sum to zero: a common mean would only add its rounding.
        let n = rows.nrows();
        quadratic::centre(&mut rows, 0, n);
        let [u, w] = quadratic::rescaled(&mut rows);
        let weights = 1.0 / scheme.plus as f64 + 1.0 / scheme.minus as f64;
        let samples = Samples::new(rows, [s * u, t * w], "difference of means", weights);
        Ok(Self {
            samples: samples.in_range(&scheme)?,
            scheme,
        })
    }

    /// n₊ and n₋.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Relabelling;
    /// use nalgebra::dmatrix;
    ///
    /// assert_eq!(Relabelling::new(&dmatrix![1.0_f64; 2.0], &dmatrix![0.0])?.samples(), (2, 1));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn samples(&self) -> (usize, usize) {
        (self.scheme.plus, self.scheme.minus)
    }

    /// Is there a concept? The statistic is the length of the difference of means.
    ///
    /// $$ \lVert \bar x_+ - \bar x_- \rVert $$
    ///
    /// Its debiased square (theory §3.2) subtracts the variance of the two means. For groups of
    /// one size that is an increasing function of this statistic and has the same
    /// p-values; for groups of different sizes it is not, and this is the plug-in.
    /// [`p_at_least`](PermutationTest::p_at_least) is the one to report.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{MonteCarlo, Relabelling};
    /// use nalgebra::dmatrix;
    /// use rand::{rngs::ChaCha8Rng, SeedableRng};
    ///
    /// let deal = Relabelling::new(&dmatrix![1.0_f64; 4.0; 2.0], &dmatrix![3.0; 1.5])?;
    /// let test = deal.concept(&MonteCarlo::new(99)?, &mut ChaCha8Rng::seed_from_u64(1));
    /// assert!(test.p_at_least().value() > 0.5);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn concept(&self, run: &MonteCarlo<'_>, rng: &mut impl Rng) -> PermutationTest {
        self.samples.length_test(&self.scheme, run, rng)
    }

    /// Is the plug-in rate of the difference of means one that noise alone would have?
    ///
    /// The statistic is τ against a subspace that is known, or was estimated from other
    /// samples. The null hypothesis is still that there is **no concept**; see the
    /// prose of the type for what neither a small nor a large p-value says.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`]; [`Error::Unresolved`] where the means agree to
    /// rounding; [`Error::NotConverged`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{MonteCarlo, Relabelling, Subspace};
    /// use nalgebra::{DMatrix, dmatrix};
    /// use rand::{rngs::ChaCha8Rng, SeedableRng};
    ///
    /// let plus: DMatrix<f64> = dmatrix![2.0, 0.1; 2.2, -0.1; 1.9, 0.0];
    /// let minus: DMatrix<f64> = dmatrix![0.1, 0.0; -0.1, 0.1; 0.2, -0.2];
    /// let c: Subspace<f64> = Subspace::from_columns(&dmatrix![0.0; 1.0])?;
    /// let deal = Relabelling::new(&plus, &minus)?;
    /// let test = deal.tax(&c, &MonteCarlo::new(99)?, &mut ChaCha8Rng::seed_from_u64(1))?;
    /// assert!(test.observed() < 0.01);
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

/// All choices of n₊ among N.
#[derive(Debug, Clone)]
struct Deal {
    plus: usize,
    minus: usize,
}

impl Deal {
    /// 1/n₊ where chosen, −1/n₋ elsewhere.
    fn fill(&self, weights: &mut [f64], chosen: impl IntoIterator<Item = usize>) {
        weights.fill(-1.0 / self.minus as f64);
        for i in chosen {
            weights[i] = 1.0 / self.plus as f64;
        }
    }
}

impl Scheme for Deal {
    fn all(&self) -> Option<usize> {
        binomial(self.plus + self.minus, self.plus)
    }

    /// In lexicographic order, so that the first n₊ come first.
    fn nth(&self, index: usize, weights: &mut [f64]) {
        let n = self.plus + self.minus;
        let (mut rest, mut left) = (index, self.plus);
        let mut chosen = Vec::with_capacity(left);
        for i in 0..n {
            if left == 0 {
                break;
            }
            // So many of the remaining choices have i in them; more than a count can
            // hold are more than any index.
            let with_i = binomial(n - i - 1, left - 1);
            if with_i.is_none_or(|count| rest < count) {
                chosen.push(i);
                left -= 1;
            } else {
                rest -= with_i.unwrap_or(0);
            }
        }
        self.fill(weights, chosen);
    }

    fn draw(&self, stream: &mut ChaCha8Rng, scratch: &mut Vec<usize>, weights: &mut [f64]) {
        // The first n₊ steps of a Fisher–Yates shuffle.
        let n = self.plus + self.minus;
        scratch.clear();
        scratch.extend(0..n);
        for i in 0..self.plus {
            scratch.swap(i, stream.random_range(i..n));
        }
        self.fill(weights, scratch.iter().copied().take(self.plus));
    }
}

/// N over k; `None` where it does not fit.
fn binomial(n: usize, k: usize) -> Option<usize> {
    let k = k.min(n.checked_sub(k)?);
    (0..k).try_fold(1_usize, |product, i| {
        // Exact at every step: it is (i + 1)! divided out of a product of i + 1 factors.
        product.checked_mul(n - i).map(|p| p / (i + 1))
    })
}
