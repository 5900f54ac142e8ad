//! Moments of a contrast: of samples with more of a concept, and of samples with less.

use nalgebra::{DMatrix, DMatrixView};

use super::{Moments, at_least};
use crate::linalg::{check, reduce, scale};
use crate::{Direction, Error, Real, tolerance};

/// [`Moments`] of two independent classes, plus and minus: a
/// [`Contrast`](crate::Contrast) whose samples need not be in memory.
///
/// Pairs are not for this type: accumulate [`Moments`] of their differences.
///
/// # Units and shapes
/// d coordinates, n₊ and n₋ samples; twice the state of [`Moments`].
///
/// # Accuracy
/// As [`Moments`].
///
/// # Examples
/// ```
/// use alignment_tax::ContrastMoments;
/// use nalgebra::dmatrix;
///
/// let mut moments = ContrastMoments::new(2)?;
/// moments.update_plus(&dmatrix![1.0_f64, 5.0; 3.0, 5.0])?;
/// moments.update_minus(&dmatrix![0.0_f64, 5.0; 0.0, 6.0; 0.0, 4.0])?;
/// assert_eq!(moments.mean_difference()?.as_vector().as_slice(), [1.0, 0.0]);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ContrastMoments {
    plus: Moments,
    /// Of the dimension of plus.
    minus: Moments,
}

impl ContrastMoments {
    /// The moments of two classes without samples, of d coordinates.
    ///
    /// # Errors
    /// As [`Moments::new`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::ContrastMoments;
    ///
    /// assert_eq!(ContrastMoments::new(576)?.counts(), (0, 0));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn new(dimension: usize) -> Result<Self, Error> {
        Ok(Self {
            plus: Moments::new(dimension)?,
            minus: Moments::new(dimension)?,
        })
    }

    /// The contrast of two classes whose moments are known.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{ContrastMoments, Moments};
    ///
    /// assert!(ContrastMoments::from_moments(Moments::new(2)?, Moments::new(3)?).is_err());
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn from_moments(plus: Moments, minus: Moments) -> Result<Self, Error> {
        check::same("minus", "coordinates", plus.dimension(), minus.dimension())?;
        Ok(Self { plus, minus })
    }

    /// Takes in a batch of samples with more of the concept.
    ///
    /// # Errors
    /// As [`Moments::update`]. An error changes nothing.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::ContrastMoments;
    /// use nalgebra::dmatrix;
    ///
    /// let mut moments = ContrastMoments::new(1)?;
    /// moments.update_plus(&dmatrix![1.0_f32; 2.0])?;
    /// assert_eq!(moments.counts(), (2, 0));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn update_plus<'a, T: Real>(
        &mut self,
        batch: impl Into<DMatrixView<'a, T>>,
    ) -> Result<(), Error> {
        self.plus.update(batch)
    }

    /// Takes in a batch of samples with less of the concept.
    ///
    /// # Errors
    /// As [`Moments::update`]. An error changes nothing.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::ContrastMoments;
    /// use nalgebra::dmatrix;
    ///
    /// let mut moments = ContrastMoments::new(1)?;
    /// moments.update_minus(&dmatrix![1.0_f32; 2.0])?;
    /// assert_eq!(moments.counts(), (0, 2));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn update_minus<'a, T: Real>(
        &mut self,
        batch: impl Into<DMatrixView<'a, T>>,
    ) -> Result<(), Error> {
        self.minus.update(batch)
    }

    /// Takes in the samples that another accumulator has seen, class by class.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`], and [`Error::OutOfBounds`] where a count would pass
    /// 2⁵³. An error changes nothing, in neither class.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::ContrastMoments;
    /// use nalgebra::dmatrix;
    ///
    /// let (mut here, mut there) = (ContrastMoments::new(1)?, ContrastMoments::new(1)?);
    /// here.update_plus(&dmatrix![1.0_f64])?;
    /// there.update_minus(&dmatrix![0.0_f64])?;
    /// here.merge(&there)?;
    /// assert_eq!(here.counts(), (1, 1));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        // Before the first class is changed, the second must be known not to fail.
        self.minus.mean.admits_mean("other", &other.minus.mean)?;
        self.plus.merge(&other.plus)?;
        self.minus.merge(&other.minus)
    }

    /// n₊ and n₋.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::ContrastMoments;
    ///
    /// assert_eq!(ContrastMoments::new(3)?.counts(), (0, 0));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        (self.plus.count(), self.minus.count())
    }

    /// d, the number of coordinates.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::ContrastMoments;
    ///
    /// assert_eq!(ContrastMoments::new(3)?.dimension(), 3);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.plus.dimension()
    }

    /// The moments of the samples with more of the concept.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::ContrastMoments;
    ///
    /// assert_eq!(ContrastMoments::new(3)?.plus().count(), 0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn plus(&self) -> &Moments {
        &self.plus
    }

    /// The moments of the samples with less of the concept.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::ContrastMoments;
    ///
    /// assert_eq!(ContrastMoments::new(3)?.minus().count(), 0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn minus(&self) -> &Moments {
        &self.minus
    }

    /// The direction from the mean of minus to the mean of plus.
    ///
    /// $$ \hat v \propto \bar x_+ - \bar x_- $$
    ///
    /// # Errors
    /// [`Error::Unresolved`] where the two means agree to rounding, by the rule of
    /// [`Contrast::mean_difference`](crate::Contrast::mean_difference) in f64. Samples whose squares
    /// vanish (deviations below 1e-154) leave no trace of their size, so a difference
    /// smaller than the rounding of such samples is unresolved as well.
    /// [`Error::OutOfBounds`] where a class has no sample.
    ///
    /// # Accuracy
    /// [`tolerance::mean_difference`], relative to the larger root mean square norm.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{ContrastMoments, Error};
    /// use nalgebra::dmatrix;
    ///
    /// let mut moments = ContrastMoments::new(2)?;
    /// moments.update_plus(&dmatrix![0.1_f64, 0.2; 0.1, 0.2; 0.1, 0.2])?;
    /// moments.update_minus(&dmatrix![0.1_f64, 0.2])?;
    /// assert!(matches!(moments.mean_difference(), Err(Error::Unresolved { .. })));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn mean_difference(&self) -> Result<Direction<f64>, Error> {
        let (plus, minus) = self.counts();
        at_least("samples of plus", 1, plus, "a mean needs a sample")?;
        at_least("samples of minus", 1, minus, "a mean needs a sample")?;
        let (a, b) = (&self.plus.mean, &self.minus.mean);
        let difference = (&a.value - &b.value) + (&a.carry - &b.carry);
        let norm = scale::norm(difference.as_slice());
        let typical = root_mean_square_norm(&self.plus).max(root_mean_square_norm(&self.minus));
        let noise = tolerance::mean_difference::<f64>(plus.max(minus)) * typical;
        if norm <= noise {
            return Err(Error::Unresolved {
                argument: "difference of means",
                norm,
                tolerance: noise,
            });
        }
        Direction::new(&difference)
    }

    /// The covariance within the classes, pooled.
    ///
    /// $$ \Sigma = \frac{S_+ + S_-}{n_+ + n_- - 2} $$
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] where a class has no sample, or both have only one.
    ///
    /// # References
    /// Fisher (1936), *The use of multiple measurements in taxonomic problems*.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::ContrastMoments;
    /// use nalgebra::dmatrix;
    ///
    /// let mut moments = ContrastMoments::new(1)?;
    /// moments.update_plus(&dmatrix![9.0_f64; 11.0])?;
    /// moments.update_minus(&dmatrix![-1.0_f64; 1.0])?;
    /// assert_eq!(moments.pooled_covariance()?[(0, 0)], 2.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn pooled_covariance(&self) -> Result<DMatrix<f64>, Error> {
        let (plus, minus) = self.counts();
        at_least("samples of plus", 1, plus, "each class needs a sample")?;
        at_least("samples of minus", 1, minus, "each class needs a sample")?;
        let all = plus + minus;
        at_least("samples of both", 3, all, "a class has to have two samples")?;
        Ok((self.plus.scatter() + self.minus.scatter()) / (all - 2) as f64)
    }
}

/// √(‖x̄‖² + tr S/n), the root of the mean squared norm of the samples.
fn root_mean_square_norm(moments: &Moments) -> f64 {
    let trace = reduce::sum(moments.scatter.diagonal().as_slice());
    // Squares of deviations below √MIN_POSITIVE may have vanished.
    let vanished = moments.dimension() as f64 * f64::MIN_POSITIVE;
    let spread = (trace / moments.count() as f64 + vanished).sqrt();
    scale::norm(moments.mean.value.as_slice()).hypot(spread)
}
