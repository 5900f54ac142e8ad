//! The result of a permutation test: where the observed statistic lies among those of
//! other labelings.

use nalgebra::DMatrix;
use rand::Rng;
use rand::rngs::ChaCha8Rng;

use super::quadratic::{self, Quadratic};
use crate::linalg::check;
use crate::{Error, MonteCarlo, PValue, Real, Subspace, tolerance};

/// Which labelings a permutation test looked at.
///
/// # Examples
/// ```
/// use alignment_tax::Labelings;
///
/// assert_eq!(Labelings::Enumerated(64).to_string(), "all 64 labelings");
/// assert_eq!(Labelings::Drawn(999).to_string(), "999 random labelings");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Labelings {
    /// All there are, the observed one included: the p-value is exact.
    Enumerated(usize),
    /// So many at random.
    Drawn(usize),
}

impl std::fmt::Display for Labelings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Enumerated(count) => write!(f, "all {count} labelings"),
            Self::Drawn(count) => write!(f, "{count} random labelings"),
        }
    }
}

/// A statistic, and how it compares with its values under other labelings.
///
/// Which hypothesis a p-value tests is said where the test is made:
/// [`SignFlips`](crate::SignFlips), [`Relabelling`](crate::Relabelling).
///
/// # Accuracy
/// Labelings whose statistics differ by rounding only ([`tolerance::tie`]) count as tied, for
/// both tails. A labeling whose mean vanishes to rounding has no rate; it counts
/// for both tails as well.
///
/// # Examples
/// ```
/// use alignment_tax::{Labelings, MonteCarlo, SignFlips};
/// use nalgebra::{DMatrix, dmatrix};
/// use rand::{rngs::ChaCha8Rng, SeedableRng};
///
/// let plus: DMatrix<f64> = dmatrix![1.0, 0.3; 1.2, -0.2; 0.8, 0.1; 1.1, 0.0; 0.9, -0.1];
/// let minus: DMatrix<f64> = dmatrix![0.0, 0.0; 0.1, 0.1; 0.0, 0.2; 0.0, -0.1; 0.1, 0.0];
/// let run = MonteCarlo::new(999)?;
/// let test = SignFlips::new(&plus, &minus)?.concept(&run, &mut ChaCha8Rng::seed_from_u64(1));
/// assert_eq!(test.labelings(), Labelings::Enumerated(32));
/// assert_eq!(test.p_at_least().value(), 2.0 / 32.0);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PermutationTest {
    observed: f64,
    at_least: PValue,
    at_most: PValue,
    labelings: Labelings,
}

impl PermutationTest {
    /// `None` is a statistic that is not determined, and `rounding` what two equal ones
    /// may differ by.
    fn of(observed: f64, others: &[Option<f64>], labelings: Labelings, rounding: f64) -> Self {
        let count = |extreme: &dyn Fn(f64) -> bool| {
            let k = others.iter().filter(|s| s.is_none_or(extreme)).count();
            match labelings {
                Labelings::Enumerated(all) => PValue::exact(k, all),
                Labelings::Drawn(drawn) => PValue::monte_carlo(k, drawn),
            }
        };
        Self {
            observed,
            at_least: count(&|s| s >= observed - rounding),
            at_most: count(&|s| s <= observed + rounding),
            labelings,
        }
    }

    /// The statistic of the observed labels.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{MonteCarlo, SignFlips};
    /// use nalgebra::dmatrix;
    /// use rand::{rngs::ChaCha8Rng, SeedableRng};
    ///
    /// let flips = SignFlips::new(&dmatrix![1.0_f64; 3.0], &dmatrix![0.0; 0.0])?;
    /// let test = flips.concept(&MonteCarlo::new(99)?, &mut ChaCha8Rng::seed_from_u64(1));
    /// assert_eq!(test.observed(), 2.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn observed(&self) -> f64 {
        self.observed
    }

    /// The p-value of statistics at least as large as the observed one.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{MonteCarlo, SignFlips};
    /// use nalgebra::dmatrix;
    /// use rand::{rngs::ChaCha8Rng, SeedableRng};
    ///
    /// let flips = SignFlips::new(&dmatrix![1.0_f64; 3.0], &dmatrix![0.0; 0.0])?;
    /// let test = flips.concept(&MonteCarlo::new(99)?, &mut ChaCha8Rng::seed_from_u64(1));
    /// assert_eq!(test.p_at_least().value(), 0.5);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn p_at_least(&self) -> PValue {
        self.at_least
    }

    /// The p-value of statistics at most as large as the observed one.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{MonteCarlo, SignFlips};
    /// use nalgebra::dmatrix;
    /// use rand::{rngs::ChaCha8Rng, SeedableRng};
    ///
    /// let flips = SignFlips::new(&dmatrix![1.0_f64; 3.0], &dmatrix![0.0; 0.0])?;
    /// let test = flips.concept(&MonteCarlo::new(99)?, &mut ChaCha8Rng::seed_from_u64(1));
    /// assert_eq!(test.p_at_most().value(), 1.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn p_at_most(&self) -> PValue {
        self.at_most
    }

    /// Twice the smaller of the two p-values, at most 1.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{MonteCarlo, SignFlips};
    /// use nalgebra::dmatrix;
    /// use rand::{rngs::ChaCha8Rng, SeedableRng};
    ///
    /// let flips = SignFlips::new(&dmatrix![1.0_f64; 3.0], &dmatrix![0.0; 0.0])?;
    /// let test = flips.concept(&MonteCarlo::new(99)?, &mut ChaCha8Rng::seed_from_u64(1));
    /// assert_eq!(test.two_sided().value(), 1.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn two_sided(&self) -> PValue {
        self.at_least.two_sided(self.at_most)
    }

    /// Whether all labelings were looked at or so many at random.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Labelings, MonteCarlo, SignFlips};
    /// use nalgebra::dmatrix;
    /// use rand::{rngs::ChaCha8Rng, SeedableRng};
    ///
    /// let flips = SignFlips::new(&dmatrix![1.0_f64; 3.0], &dmatrix![0.0; 0.0])?;
    /// let test = flips.concept(&MonteCarlo::new(99)?, &mut ChaCha8Rng::seed_from_u64(1));
    /// assert_eq!(test.labelings(), Labelings::Enumerated(4));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn labelings(&self) -> Labelings {
        self.labelings
    }
}

/// The ways to label N samples, each as the weights w of the mean Xᵀw.
pub(crate) trait Scheme: Sync {
    /// How many there are, if a count can hold it.
    fn all(&self) -> Option<usize>;

    /// Writes the weights of one of them; the observed one is number 0.
    fn nth(&self, index: usize, weights: &mut [f64]);

    /// Writes those of one at random; `scratch` is for whatever it takes.
    fn draw(&self, stream: &mut ChaCha8Rng, scratch: &mut Vec<usize>, weights: &mut [f64]);
}

/// Samples whose labels are permuted, with the form g ↦ ‖Xᵀg‖².
#[derive(Debug, Clone)]
pub(crate) struct Samples {
    /// N × d, in units that bring the largest entry near 1.
    rows: DMatrix<f64>,
    length: Quadratic,
    /// Lengths are multiplied by these, one after the other, to be in units of the input.
    units: [f64; 2],
    /// What the mean is called in an error.
    argument: &'static str,
    /// ‖w‖²·Σ‖xᵢ‖², which no ‖Xᵀw‖² exceeds (Cauchy and Schwarz).
    reach: f64,
}

impl Samples {
    /// `weights` is ‖w‖², the same for every labeling.
    pub(crate) fn new(
        rows: DMatrix<f64>,
        units: [f64; 2],
        argument: &'static str,
        weights: f64,
    ) -> Self {
        let length = Quadratic::of_rows(&rows);
        Self {
            reach: weights * length.trace(),
            rows,
            length,
            units,
            argument,
        }
    }

    pub(crate) fn ambient_dimension(&self) -> usize {
        self.rows.ncols()
    }

    /// What two equal squared lengths may differ by.
    fn rounding(&self) -> f64 {
        tolerance::tie::<f64>(self.rows.nrows()) * self.reach
    }

    fn in_units(&self, length: f64) -> f64 {
        length * self.units[0] * self.units[1]
    }

    /// The same, unless the length of the observed difference is beyond the largest f64.
    pub(crate) fn in_range(self, scheme: &impl Scheme) -> Result<Self, Error> {
        let observed = self
            .length
            .at(&observed_labeling(scheme, self.rows.nrows()))[0];
        let actual = self.in_units(observed.sqrt());
        if actual.is_finite() {
            return Ok(self);
        }
        Err(Error::OutOfRange {
            argument: self.argument,
            expected: "a length that f64 can hold; scale the samples down",
            actual,
        })
    }

    /// The test of ‖Xᵀw‖.
    pub(crate) fn length_test(
        &self,
        scheme: &impl Scheme,
        run: &MonteCarlo<'_>,
        rng: &mut impl Rng,
    ) -> PermutationTest {
        let squared = |w: &DMatrix<f64>| self.length.at(w).into_iter().map(Some).collect();
        let (observed, others, labelings) = permuted(self.rows.nrows(), scheme, run, rng, squared);
        let observed = observed.unwrap_or(0.0);
        let mut test = PermutationTest::of(observed, &others, labelings, self.rounding());
        test.observed = self.in_units(observed.sqrt());
        test
    }

    /// The test of ‖PXᵀw‖²/‖Xᵀw‖².
    pub(crate) fn rate_test<T: Real>(
        &self,
        capabilities: &Subspace<T>,
        scheme: &impl Scheme,
        run: &MonteCarlo<'_>,
        rng: &mut impl Rng,
    ) -> Result<PermutationTest, Error> {
        check::same(
            "capabilities",
            "coordinates",
            self.ambient_dimension(),
            capabilities.ambient_dimension(),
        )?;
        let n = self.rows.nrows();
        let basis = quadratic::basis(capabilities)?;
        let inside = if basis.ncols() == 0 {
            DMatrix::zeros(n, 0)
        } else {
            f64::kernel_product(&self.rows, &basis)
        };
        let inside = Quadratic::of_rows(&inside);
        let vanishing = self.rounding();
        let observed = self.length.at(&observed_labeling(scheme, n))[0];
        if observed <= vanishing {
            return Err(Error::Unresolved {
                argument: self.argument,
                norm: self.in_units(observed.sqrt()),
                tolerance: self.in_units(vanishing.sqrt()),
            });
        }
        let rates = |w: &DMatrix<f64>| {
            let (inside, all) = (inside.at(w), self.length.at(w));
            let rate =
                |(part, whole): (f64, f64)| (whole > vanishing).then(|| (part / whole).min(1.0));
            inside.into_iter().zip(all).map(rate).collect()
        };
        let (observed, others, labelings) = permuted(n, scheme, run, rng, rates);
        // A squared length is typically N times smaller than the largest possible one,
        // which its rounding is relative to.
        let rounding = tolerance::tie::<f64>(n) * n as f64;
        let observed = observed.unwrap_or(0.0);
        Ok(PermutationTest::of(observed, &others, labelings, rounding))
    }
}

/// The weights of N samples as they were labelled, one column.
fn observed_labeling(scheme: &impl Scheme, n: usize) -> DMatrix<f64> {
    let mut weights = DMatrix::zeros(n, 1);
    scheme.nth(0, weights.as_mut_slice());
    weights
}

/// The observed statistic and those of all labelings, or of random ones where there are
/// more labelings than replicates.
fn permuted(
    n: usize,
    scheme: &impl Scheme,
    run: &MonteCarlo<'_>,
    rng: &mut impl Rng,
    statistic: impl Fn(&DMatrix<f64>) -> Vec<Option<f64>> + Sync + Send,
) -> (Option<f64>, Vec<Option<f64>>, Labelings) {
    let observed = statistic(&observed_labeling(scheme, n))[0];
    match scheme.all() {
        Some(all) if all <= run.replicates() => {
            let others = run.enumerate(all, |from, count| {
                let mut weights = DMatrix::zeros(n, count);
                for (i, mut column) in weights.column_iter_mut().enumerate() {
                    scheme.nth(from + i, column.as_mut_slice());
                }
                statistic(&weights)
            });
            (observed, others, Labelings::Enumerated(all))
        }
        _ => {
            let others = run.run(rng, |stream, count| {
                let mut weights = DMatrix::zeros(n, count);
                let mut scratch = Vec::new();
                for mut column in weights.column_iter_mut() {
                    scheme.draw(stream, &mut scratch, column.as_mut_slice());
                }
                statistic(&weights)
            });
            (observed, others, Labelings::Drawn(run.replicates()))
        }
    }
}
