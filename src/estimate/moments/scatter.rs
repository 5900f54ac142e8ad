//! Moments of samples: count, mean and the full scatter matrix.

use nalgebra::{DMatrix, DMatrixView, DVector};

use super::mean::{RunningMean, blocks};
use super::{at_least, zeros};
use crate::linalg::{accumulate, reduce};
use crate::{Error, Real, Subspace, linalg::check};

/// The greatest dimension: a scatter matrix of it has 34 GB.
const MOST: usize = 1 << 16;

/// Count, mean and scatter matrix of samples that come in batches.
///
/// $$ \bar x = \frac 1 n \sum_i x_i, \qquad S = \sum_i (x_i - \bar x)(x_i - \bar x)^\top $$
///
/// For paired samples accumulate the differences x₊ − x₋, one pair a row: their `Moments`
/// are all that a paired estimate needs. For two unpaired classes see
/// [`ContrastMoments`](crate::ContrastMoments), for a dimension whose square is too much
/// [`CoordinateMoments`](crate::CoordinateMoments).
///
/// # Units and shapes
/// d coordinates, rows are samples; x̄ in their unit, S (d × d) in its square. The state
/// takes 8(d² + 2d) bytes, an update 512·d numbers more, whatever the length of the batch.
///
/// # Accuracy
/// State in f64 whatever the scalar of the samples. x̄ᵢ is within
/// [`tolerance::mean_difference`](crate::tolerance::mean_difference) of the number of samples,
/// times max |xᵢ|, and Sᵢⱼ within [`tolerance::scatter`](crate::tolerance::scatter) of the
/// number of updates, blocks of 512 rows and merges, times √(Sᵢᵢ·Sⱼⱼ): a mean that is
/// large beside the spread takes no digit from S. Any order of updates and merges gives the
/// same to these bounds, and a batch of one row rounds S as often as one of 512. `a.merge(&b)` and `b.merge(&a)` give the same bits, and S equals
/// its transpose exactly.
///
/// # References
/// Chan, Golub & LeVeque (1983), *Algorithms for computing the sample variance: analysis and
/// recommendations*, The American Statistician 37.
///
/// # Examples
/// ```
/// use alignment_tax::Moments;
/// use nalgebra::{DMatrix, dmatrix};
///
/// // Two shards, merged.
/// let mut moments = Moments::new(2)?;
/// moments.update(&dmatrix![1.0_f64, 5.0; 3.0, 5.0])?;
/// let mut other = Moments::new(2)?;
/// other.update(&dmatrix![5.0_f32, 8.0])?;
/// moments.merge(&other)?;
///
/// assert_eq!(moments.count(), 3);
/// assert_eq!(moments.mean()?.as_slice(), [3.0, 6.0]);
/// let expected: DMatrix<f64> = dmatrix![8.0, 6.0; 6.0, 6.0];
/// assert!((moments.scatter() - expected).amax() < 1e-14);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    pub(super) mean: RunningMean,
    /// d × d, equal to its transpose.
    pub(super) scatter: DMatrix<f64>,
}

impl Moments {
    /// The moments of no samples of d coordinates.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] for d = 0, for d above 65 536, or where d² numbers do not fit in
    /// memory.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Moments;
    ///
    /// assert_eq!(Moments::new(576)?.count(), 0);
    /// assert!(Moments::new(0).is_err());
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn new(dimension: usize) -> Result<Self, Error> {
        let advice =
            "its scatter matrix of d² numbers has to fit in memory; CoordinateMoments needs d only";
        let scatter = zeros("dimension", dimension, dimension, MOST, advice)?;
        Ok(Self {
            mean: RunningMean::new(vec![0.0; dimension]),
            scatter: DMatrix::from_vec(dimension, dimension, scatter),
        })
    }

    /// Takes in a batch of samples, its rows, of any scalar.
    ///
    /// # Errors
    /// [`Error::NonFinite`] or [`Error::EntryTooLarge`] (beyond 2⁴⁵⁰) naming row and column,
    /// [`Error::Empty`] for a batch without rows, [`Error::DimensionMismatch`],
    /// [`Error::OutOfBounds`] where the count would pass 2⁵³. An error changes nothing.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Error, Moments};
    /// use nalgebra::dmatrix;
    ///
    /// let mut moments = Moments::new(2)?;
    /// moments.update(&dmatrix![1.0_f32, 2.0; 3.0, 4.0])?;
    /// let error = moments.update(&dmatrix![1.0_f32, f32::NAN]).unwrap_err();
    /// assert!(matches!(error, Error::NonFinite { row: 0, column: 1, .. }));
    /// assert_eq!(moments.count(), 2);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn update<'a, T: Real>(
        &mut self,
        batch: impl Into<DMatrixView<'a, T>>,
    ) -> Result<(), Error> {
        let batch = batch.into();
        self.mean.admits("batch", &batch)?;
        for block in blocks(&batch) {
            let centred = self.mean.absorb(&block);
            accumulate::add_gram(&mut self.scatter, &centred);
        }
        accumulate::mirror(&mut self.scatter);
        Ok(())
    }

    /// Takes in the samples that another accumulator has seen.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`], and [`Error::OutOfBounds`] where the count would pass
    /// 2⁵³. An error changes nothing.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Moments;
    /// use nalgebra::dmatrix;
    ///
    /// let (mut here, mut there) = (Moments::new(1)?, Moments::new(1)?);
    /// here.update(&dmatrix![1.0_f64])?;
    /// there.update(&dmatrix![3.0_f64])?;
    /// here.merge(&there)?;
    /// assert_eq!((here.mean()?[0], here.scatter()[(0, 0)]), (2.0, 2.0000000000000004));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        self.mean.admits_mean("other", &other.mean)?;
        if other.count() == 0 {
            return Ok(());
        }
        let step = self.mean.merge(&other.mean);
        let columns = self
            .scatter
            .column_iter_mut()
            .zip(other.scatter.column_iter());
        for (j, (mut ours, theirs)) in columns.enumerate() {
            for ((s, &t), &u) in ours.iter_mut().zip(&theirs).zip(&step) {
                *s = (*s + t) + u * step[j];
            }
        }
        Ok(())
    }

    /// n, the number of samples.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Moments;
    ///
    /// assert_eq!(Moments::new(3)?.count(), 0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn count(&self) -> usize {
        self.mean.count
    }

    /// d, the number of coordinates.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Moments;
    ///
    /// assert_eq!(Moments::new(3)?.dimension(), 3);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.mean.dimension()
    }

    /// x̄, the mean.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] where no sample came.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Moments;
    /// use nalgebra::dmatrix;
    ///
    /// let mut moments = Moments::new(2)?;
    /// assert!(moments.mean().is_err());
    /// moments.update(&dmatrix![1.0_f64, 2.0; 3.0, 6.0])?;
    /// assert_eq!(moments.mean()?.as_slice(), [2.0, 4.0]);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn mean(&self) -> Result<&DVector<f64>, Error> {
        at_least("count", 1, self.count(), "a mean needs a sample")?;
        Ok(&self.mean.value)
    }

    /// S, the scatter matrix: zero for no sample, and for one.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Moments;
    /// use nalgebra::dmatrix;
    ///
    /// let mut moments = Moments::new(1)?;
    /// moments.update(&dmatrix![1.0_f64; 3.0])?;
    /// assert_eq!(moments.scatter()[(0, 0)], 2.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn scatter(&self) -> &DMatrix<f64> {
        &self.scatter
    }

    /// The unbiased covariance matrix S/(n − 1).
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] for fewer than two samples.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Moments;
    /// use nalgebra::dmatrix;
    ///
    /// let mut moments = Moments::new(1)?;
    /// moments.update(&dmatrix![1.0_f64; 2.0; 3.0])?;
    /// assert_eq!(moments.covariance()?[(0, 0)], 1.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn covariance(&self) -> Result<DMatrix<f64>, Error> {
        at_least("count", 2, self.count(), "a covariance needs two samples")?;
        Ok(&self.scatter / (self.count() - 1) as f64)
    }

    /// The squared length of the mean of the population, without the bias of noise.
    ///
    /// $$ \widehat{\lVert \mu \rVert^2} = \lVert \bar x \rVert^2 - \frac{\operatorname{tr} S}{n(n-1)} = \frac{1}{n(n-1)} \sum_{i \ne j} \langle x_i, x_j \rangle $$
    ///
    /// ‖x̄‖² alone is too large by the noise of the mean, tr Σ/n on average; this is the
    /// U-statistic of theory §3.2, and tr S/(n − 1) estimates tr Σ. It is unbiased and may
    /// be negative, where the samples do not resolve the mean from zero.
    ///
    /// # Units and shapes
    /// The square of the samples' unit.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] for fewer than two samples.
    ///
    /// # Accuracy
    /// [`tolerance::scatter`](crate::tolerance::scatter) plus
    /// [`tolerance::mean_difference`](crate::tolerance::mean_difference), times the mean of
    /// ‖x‖².
    ///
    /// # References
    /// Hoeffding (1948), *A class of statistics with asymptotically normal distribution*, §3.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Moments;
    /// use nalgebra::dmatrix;
    ///
    /// let mut moments = Moments::new(2)?;
    /// moments.update(&dmatrix![1.0_f64, 1.0; 3.0, -1.0])?;
    /// // One pair, 1·3 + 1·(−1); the plug-in would be 4.
    /// assert_eq!(moments.debiased_squared_length()?, 2.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn debiased_squared_length(&self) -> Result<f64, Error> {
        let mean = self.mean.value.as_slice();
        let trace = reduce::sum(self.scatter.diagonal().as_slice());
        self.debiased(reduce::dot(mean, mean), trace)
    }

    /// The squared length of the projection Pμ of the mean of the population onto a
    /// subspace, without the bias of noise.
    ///
    /// $$ \widehat{\lVert P \mu \rVert^2} = \lVert P \bar x \rVert^2 - \frac{\operatorname{tr} P S}{n(n-1)} = \frac{1}{n(n-1)} \sum_{i \ne j} \langle P x_i, P x_j \rangle $$
    ///
    /// Over [`Moments::debiased_squared_length`] it is the debiased tax rate of theory §3.2 for a
    /// capability subspace that is known, not estimated from the same samples.
    ///
    /// # Units and shapes
    /// The square of the samples' unit; the subspace lies in R^d.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] for fewer than two samples, [`Error::DimensionMismatch`].
    ///
    /// # Accuracy
    /// As [`Moments::debiased_squared_length`], plus
    /// [`tolerance::orthonormality`](crate::tolerance::orthonormality) of the basis, in its own scalar,
    /// times m times the mean of ‖x‖².
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Moments, Subspace};
    /// use nalgebra::dmatrix;
    ///
    /// let mut moments = Moments::new(2)?;
    /// moments.update(&dmatrix![1.0_f64, 1.0; 3.0, -1.0])?;
    /// let first: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
    /// assert_eq!(moments.debiased_squared_projection(&first)?, 3.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn debiased_squared_projection<T: Real>(
        &self,
        subspace: &Subspace<T>,
    ) -> Result<f64, Error> {
        let ambient = subspace.ambient_dimension();
        check::same("subspace", "coordinates", self.dimension(), ambient)?;
        let basis = subspace.basis().map(Real::to_double);
        let mean: Vec<f64> = basis
            .column_iter()
            .map(|q| reduce::dot(q.as_slice(), self.mean.value.as_slice()))
            .collect();
        // tr(PS) = ⟨Q, SQ⟩
        let image = f64::kernel_product(&self.scatter, &basis);
        let trace = reduce::dot(basis.as_slice(), image.as_slice());
        self.debiased(reduce::dot(&mean, &mean), trace)
    }

    fn debiased(&self, squared: f64, trace: f64) -> Result<f64, Error> {
        at_least("count", 2, self.count(), "no pair of different samples")?;
        let n = self.count() as f64;
        Ok(squared - trace / (n * (n - 1.0)))
    }
}
