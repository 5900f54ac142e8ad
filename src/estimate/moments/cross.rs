//! Moments of two sets of coordinates of the same samples: how one goes with the other.

use nalgebra::{DMatrix, DMatrixView, DVector};

use super::mean::{RunningMean, blocks};
use super::{at_least, zeros};
use crate::linalg::{accumulate, check};
use crate::{Error, Real};

/// The greatest dimension of either side.
const MOST: usize = 1 << 16;

/// Count, both means and the cross-scatter matrix of two row-aligned sets of coordinates,
/// such as one layer's activations and another's.
///
/// $$ S_{xy} = \sum_i (x_i - \bar x)(y_i - \bar y)^\top $$
///
/// # Units and shapes
/// Row i of the left batch and row i of the right are one sample of d₁ + d₂ coordinates;
/// S is d₁ × d₂, in the product of the two units. The state takes 8(d₁d₂ + 2d₁ + 2d₂) bytes.
///
/// # Accuracy
/// As [`Moments`](crate::Moments), with Sᵢⱼ in units of √(Sᵢᵢ·Sⱼⱼ), the diagonal scatters of the two.
///
/// # References
/// Chan, Golub & LeVeque (1983); Bennett et al. (2009), *Numerically stable, single-pass, parallel
/// statistics algorithms*, §III, for covariances.
///
/// # Examples
/// ```
/// use alignment_tax::CrossMoments;
/// use nalgebra::dmatrix;
///
/// let mut moments = CrossMoments::new(2, 1)?;
/// moments.update(&dmatrix![1.0_f64, 0.0; 3.0, 0.0], &dmatrix![10.0_f32; 14.0])?;
/// assert_eq!(moments.scatter(), &dmatrix![4.0; 0.0]);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CrossMoments {
    /// Its count is that of the right.
    pub(super) left: RunningMean,
    pub(super) right: RunningMean,
    /// d₁ × d₂.
    pub(super) scatter: DMatrix<f64>,
}

impl CrossMoments {
    /// The cross-moments of no samples of d₁ and d₂ coordinates.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] where either is 0 or above 65 536, or where d₁·d₂ numbers do
    /// not fit in memory.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::CrossMoments;
    ///
    /// assert_eq!(CrossMoments::new(576, 64)?.dimensions(), (576, 64));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn new(left: usize, right: usize) -> Result<Self, Error> {
        let advice = "the cross-scatter of d₁·d₂ numbers has to fit in memory";
        let scatter = zeros("dimension", left, right, MOST, advice)?;
        Ok(Self {
            left: RunningMean::new(vec![0.0; left]),
            right: RunningMean::new(vec![0.0; right]),
            scatter: DMatrix::from_vec(left, right, scatter),
        })
    }

    /// Takes in a batch of samples: row i of `left` belongs to row i of `right`.
    ///
    /// # Errors
    /// As [`Moments::update`](crate::Moments::update) for either side, and
    /// [`Error::DimensionMismatch`] where they differ in rows. An error changes nothing.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{CrossMoments, Error};
    /// use nalgebra::dmatrix;
    ///
    /// let mut moments = CrossMoments::new(1, 1)?;
    /// let error = moments.update(&dmatrix![1.0_f64; 2.0], &dmatrix![1.0_f64]).unwrap_err();
    /// assert!(matches!(error, Error::DimensionMismatch { argument: "right", unit: "rows", .. }));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn update<'a, 'b, T: Real, U: Real>(
        &mut self,
        left: impl Into<DMatrixView<'a, T>>,
        right: impl Into<DMatrixView<'b, U>>,
    ) -> Result<(), Error> {
        let (left, right) = (left.into(), right.into());
        self.left.admits("left", &left)?;
        self.right.admits("right", &right)?;
        check::same("right", "rows", left.nrows(), right.nrows())?;
        for (left, right) in blocks(&left).zip(blocks(&right)) {
            let (left, right) = (self.left.absorb(&left), self.right.absorb(&right));
            accumulate::add_product(&mut self.scatter, &left, &right);
        }
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
    /// use alignment_tax::CrossMoments;
    /// use nalgebra::dmatrix;
    ///
    /// let (mut here, mut there) = (CrossMoments::new(1, 1)?, CrossMoments::new(1, 1)?);
    /// here.update(&dmatrix![1.0_f64], &dmatrix![0.0_f64])?;
    /// there.update(&dmatrix![3.0_f64], &dmatrix![-2.0_f64])?;
    /// here.merge(&there)?;
    /// assert!((here.scatter()[(0, 0)] + 2.0).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        self.left.admits_mean("left of other", &other.left)?;
        self.right.admits_mean("right of other", &other.right)?;
        if other.count() == 0 {
            return Ok(());
        }
        let left = self.left.merge(&other.left);
        let right = self.right.merge(&other.right);
        let columns = self
            .scatter
            .column_iter_mut()
            .zip(other.scatter.column_iter());
        for (j, (mut ours, theirs)) in columns.enumerate() {
            for ((s, &t), &u) in ours.iter_mut().zip(&theirs).zip(&left) {
                *s = (*s + t) + u * right[j];
            }
        }
        Ok(())
    }

    /// n, the number of samples.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::CrossMoments;
    ///
    /// assert_eq!(CrossMoments::new(3, 2)?.count(), 0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn count(&self) -> usize {
        self.left.count
    }

    /// d₁ and d₂, the numbers of coordinates.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::CrossMoments;
    ///
    /// assert_eq!(CrossMoments::new(3, 2)?.dimensions(), (3, 2));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn dimensions(&self) -> (usize, usize) {
        (self.left.dimension(), self.right.dimension())
    }

    /// x̄, the mean of the left coordinates.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] where no sample came.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::CrossMoments;
    /// use nalgebra::dmatrix;
    ///
    /// let mut moments = CrossMoments::new(1, 1)?;
    /// moments.update(&dmatrix![1.0_f64; 3.0], &dmatrix![5.0_f64; 6.0])?;
    /// assert_eq!(moments.left_mean()?[0], 2.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn left_mean(&self) -> Result<&DVector<f64>, Error> {
        at_least("count", 1, self.count(), "a mean needs a sample")?;
        Ok(&self.left.value)
    }

    /// ȳ, the mean of the right coordinates.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] where no sample came.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::CrossMoments;
    /// use nalgebra::dmatrix;
    ///
    /// let mut moments = CrossMoments::new(1, 1)?;
    /// moments.update(&dmatrix![1.0_f64; 3.0], &dmatrix![5.0_f64; 6.0])?;
    /// assert_eq!(moments.right_mean()?[0], 5.5);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn right_mean(&self) -> Result<&DVector<f64>, Error> {
        at_least("count", 1, self.count(), "a mean needs a sample")?;
        Ok(&self.right.value)
    }

    /// The cross-scatter matrix, d₁ × d₂: zero for no sample, and for one.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::CrossMoments;
    /// use nalgebra::dmatrix;
    ///
    /// let mut moments = CrossMoments::new(1, 1)?;
    /// moments.update(&dmatrix![1.0_f64; 3.0], &dmatrix![5.0_f64; 6.0])?;
    /// assert_eq!(moments.scatter()[(0, 0)], 1.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn scatter(&self) -> &DMatrix<f64> {
        &self.scatter
    }

    /// The unbiased cross-covariance matrix, the cross-scatter over n − 1.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] for fewer than two samples.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::CrossMoments;
    /// use nalgebra::dmatrix;
    ///
    /// let mut moments = CrossMoments::new(1, 1)?;
    /// moments.update(&dmatrix![1.0_f64; 2.0; 3.0], &dmatrix![5.0_f64; 6.0; 7.0])?;
    /// assert_eq!(moments.covariance()?[(0, 0)], 1.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn covariance(&self) -> Result<DMatrix<f64>, Error> {
        at_least("count", 2, self.count(), "a covariance needs two samples")?;
        Ok(&self.scatter / (self.count() - 1) as f64)
    }
}
