//! Moments of each coordinate on its own: for a dimension whose square is too much.

use nalgebra::{DMatrixView, DVector};

use super::mean::{BLOCK, RunningMean};
use super::{at_least, zeros};
use crate::linalg::reduce;
use crate::{Error, Real};

/// Count, mean, and sum of squared deviations of each coordinate, of samples that come in
/// batches.
///
/// $$ \bar x_i = \frac 1 n \sum_r x_{ri}, \qquad s_i = \sum_r (x_{ri} - \bar x_i)^2 $$
///
/// The diagonal of what [`Moments`](crate::Moments) holds, in d numbers and not in d². It is
/// enough for means, variances, the debiased squared length of theory §3.2 and for finding massive
/// dimensions (theory §3.6), not for a projection or a whitening.
///
/// # Units and shapes
/// d coordinates, rows are samples; the state takes 24·d bytes.
///
/// # Accuracy
/// As [`Moments`](crate::Moments), at about twice the time of a sum of the batch's columns: one
/// pass over the batch to check it, and one to take it in.
///
/// # References
/// Chan, Golub & LeVeque (1983).
///
/// # Examples
/// ```
/// use alignment_tax::CoordinateMoments;
/// use nalgebra::dmatrix;
///
/// let mut moments = CoordinateMoments::new(2)?;
/// moments.update(&dmatrix![1.0_f32, 7.0; 3.0, 7.0])?;
/// assert_eq!(moments.mean()?.as_slice(), [2.0, 7.0]);
/// assert_eq!(moments.squared_deviations().as_slice(), [2.0, 0.0]);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CoordinateMoments {
    pub(super) mean: RunningMean,
    pub(super) squares: DVector<f64>,
}

impl CoordinateMoments {
    /// The moments of no samples of d coordinates.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] for d = 0, or where 3d numbers do not fit in memory.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::CoordinateMoments;
    ///
    /// assert_eq!(CoordinateMoments::new(1_000_000)?.count(), 0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn new(dimension: usize) -> Result<Self, Error> {
        let advice = "three numbers a coordinate have to fit in memory";
        let most = u32::MAX as usize;
        let mut state = zeros("dimension", dimension, 3, most, advice)?;
        state.truncate(dimension);
        Ok(Self {
            squares: DVector::from_column_slice(&state),
            mean: RunningMean::new(state),
        })
    }

    /// Takes in a batch of samples, its rows, of any scalar.
    ///
    /// # Errors
    /// As [`Moments::update`](crate::Moments::update). An error changes nothing.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{CoordinateMoments, Error};
    /// use nalgebra::dmatrix;
    ///
    /// let mut moments = CoordinateMoments::new(2)?;
    /// let error = moments.update(&dmatrix![1.0_f64, 2.0, 3.0]).unwrap_err();
    /// assert!(matches!(error, Error::DimensionMismatch { expected: 2, actual: 3, .. }));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn update<'a, T: Real>(
        &mut self,
        batch: impl Into<DMatrixView<'a, T>>,
    ) -> Result<(), Error> {
        let batch = batch.into();
        self.mean.admits("batch", &batch)?;
        // Coordinate by coordinate, in the order of memory.
        let mut centred = [0.0; BLOCK + 1];
        for (i, column) in batch.column_iter().enumerate() {
            let mut count = self.mean.count;
            for rows in column.as_slice().chunks(BLOCK) {
                let centred = &mut centred[..=rows.len()];
                self.mean.absorb_coordinate(i, count, rows, centred);
                self.squares[i] += reduce::dot(centred, centred);
                count += rows.len();
            }
        }
        self.mean.count += batch.nrows();
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
    /// use alignment_tax::CoordinateMoments;
    /// use nalgebra::dmatrix;
    ///
    /// let (mut here, mut there) = (CoordinateMoments::new(1)?, CoordinateMoments::new(1)?);
    /// here.update(&dmatrix![1.0_f64; 3.0])?;
    /// there.update(&dmatrix![5.0_f64])?;
    /// here.merge(&there)?;
    /// assert_eq!((here.count(), here.mean()?[0]), (3, 3.0));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        self.mean.admits_mean("other", &other.mean)?;
        if other.count() == 0 {
            return Ok(());
        }
        let step = self.mean.merge(&other.mean);
        for ((s, &t), &u) in self.squares.iter_mut().zip(&other.squares).zip(&step) {
            *s = (*s + t) + u * u;
        }
        Ok(())
    }

    /// n, the number of samples.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::CoordinateMoments;
    ///
    /// assert_eq!(CoordinateMoments::new(3)?.count(), 0);
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
    /// use alignment_tax::CoordinateMoments;
    ///
    /// assert_eq!(CoordinateMoments::new(3)?.dimension(), 3);
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
    /// use alignment_tax::CoordinateMoments;
    /// use nalgebra::dmatrix;
    ///
    /// let mut moments = CoordinateMoments::new(2)?;
    /// moments.update(&dmatrix![1.0_f64, 2.0; 3.0, 6.0])?;
    /// assert_eq!(moments.mean()?.as_slice(), [2.0, 4.0]);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn mean(&self) -> Result<&DVector<f64>, Error> {
        at_least("count", 1, self.count(), "a mean needs a sample")?;
        Ok(&self.mean.value)
    }

    /// s, the sum of squared deviations of each coordinate from its mean.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::CoordinateMoments;
    /// use nalgebra::dmatrix;
    ///
    /// let mut moments = CoordinateMoments::new(1)?;
    /// moments.update(&dmatrix![1.0_f64; 3.0])?;
    /// assert_eq!(moments.squared_deviations()[0], 2.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn squared_deviations(&self) -> &DVector<f64> {
        &self.squares
    }

    /// The unbiased variances s/(n − 1).
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] for fewer than two samples.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::CoordinateMoments;
    /// use nalgebra::dmatrix;
    ///
    /// let mut moments = CoordinateMoments::new(1)?;
    /// moments.update(&dmatrix![1.0_f64; 2.0; 3.0])?;
    /// assert_eq!(moments.variances()?[0], 1.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn variances(&self) -> Result<DVector<f64>, Error> {
        at_least("count", 2, self.count(), "a variance needs two samples")?;
        Ok(&self.squares / (self.count() - 1) as f64)
    }

    /// The squared length of the mean of the population, without the bias of noise: as
    /// [`Moments::debiased_squared_length`](crate::Moments::debiased_squared_length), which
    /// needs the trace of the scatter only.
    ///
    /// $$ \widehat{\lVert \mu \rVert^2} = \lVert \bar x \rVert^2 - \frac{1}{n(n-1)} \sum_i s_i $$
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] for fewer than two samples.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::CoordinateMoments;
    /// use nalgebra::dmatrix;
    ///
    /// let mut moments = CoordinateMoments::new(2)?;
    /// moments.update(&dmatrix![1.0_f64, 1.0; 3.0, -1.0])?;
    /// assert_eq!(moments.debiased_squared_length()?, 2.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn debiased_squared_length(&self) -> Result<f64, Error> {
        at_least("count", 2, self.count(), "no pair of different samples")?;
        let (n, mean) = (self.count() as f64, self.mean.value.as_slice());
        Ok(reduce::dot(mean, mean) - reduce::sum(self.squares.as_slice()) / (n * (n - 1.0)))
    }
}
