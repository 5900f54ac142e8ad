//! Which coordinates carry the representation.
//!
//! In most language models a few coordinates of the residual stream are hundreds of times
//! as large as the rest, at every token. Means, covariances and angles then speak of
//! those few: two directions that have nothing to do with each other overlap because both
//! contain them, and a tax is measured between artefacts. Nothing here removes a
//! coordinate; what carries how much is reported, for a human to decide.

use nalgebra::DMatrixView;

use crate::linalg::{check, reduce, scale};
use crate::{Error, Real, tolerance};

/// What is shared out among the coordinates.
///
/// # Examples
/// ```
/// use alignment_tax::{CoordinateShares, Moment};
/// use nalgebra::{DMatrix, dmatrix};
///
/// // A coordinate that is large and never changes.
/// let samples: DMatrix<f64> = dmatrix![100.0, 1.0; 100.0, -1.0];
/// let raw = CoordinateShares::new(&samples, Moment::Raw)?;
/// let centred = CoordinateShares::new(&samples, Moment::Centred)?;
/// assert!(raw.shares()[0] > 0.99);
/// assert_eq!(centred.shares(), [0.0, 1.0]);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Moment {
    /// Mean squares about the mean: the variance.
    Centred,
    /// Mean squares about the origin: the size, constant offsets included.
    Raw,
}

/// The share of each coordinate in the second moment of samples.
///
/// $$ q_j = \frac{\sum_i x_{ij}^2}{\sum_{i,l} x_{il}^2}, \qquad \sum_j q_j = 1 $$
///
/// # Units and shapes
/// n × d, rows are samples; shares are f64 without unit, whatever the scalar.
///
/// # Accuracy
/// Each share within (log₂ n + log₂ d + 24)·ε of f64, relative; of centred samples
/// relative to the rounding of the mean, ε of the samples' own size.
///
/// # References
/// Sun, Chen, Kolter & Liu (2024), *Massive Activations in Large Language Models*.
///
/// # Examples
/// ```
/// use alignment_tax::{CoordinateShares, Moment};
/// use nalgebra::{DMatrix, dmatrix};
///
/// let samples: DMatrix<f32> = dmatrix![90.0_f32, 1.0, -1.0, 0.5; 110.0, -1.0, 0.5, 1.0];
/// let shares = CoordinateShares::new(&samples, Moment::Raw)?;
/// assert_eq!(shares.massive(1000.0)?, [0]);
/// assert!(shares.top_share(1)? > 0.999);
/// assert!(shares.participation_ratio() < 1.01);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CoordinateShares {
    shares: Vec<f64>,
    /// Coordinates by descending share.
    order: Vec<usize>,
    participation: f64,
    moment: Moment,
    samples: usize,
}

impl CoordinateShares {
    /// The shares in samples, one a row.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::NonFinite`], [`Error::ZeroVector`] where there is nothing
    /// to share out: all zeros, or rows that are all equal where the mean is removed.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{CoordinateShares, Error, Moment};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let samples: DMatrix<f64> = dmatrix![3.0, 4.0];
    /// let shares = CoordinateShares::new(&samples, Moment::Raw)?;
    /// assert!((shares.shares()[0] - 0.36).abs() < 1e-15);
    /// let error = CoordinateShares::new(&samples, Moment::Centred);
    /// assert!(matches!(error, Err(Error::ZeroVector { .. })));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn new<'a, T: Real>(
        samples: impl Into<DMatrixView<'a, T>>,
        moment: Moment,
    ) -> Result<Self, Error> {
        let samples = samples.into();
        check::matrix("samples", &samples)?;
        let mut x = samples.map(T::to_double);
        let n = x.nrows();
        // Scaled first, so that squares of extreme entries neither overflow nor vanish.
        x *= scale::power_of_two(reduce::max_abs(x.as_slice()));
        let largest = reduce::max_abs(x.as_slice());
        let mut noise = 0.0;
        if moment == Moment::Centred {
            // Twice: the first mean is off by ε of itself.
            for _ in 0..2 {
                for mut coordinate in x.column_iter_mut() {
                    let mean = reduce::sum(coordinate.as_slice()) / n as f64;
                    coordinate.add_scalar_mut(-mean);
                }
            }
            noise = tolerance::mean_difference::<f64>(n) * largest;
        }
        let spread = reduce::max_abs(x.as_slice());
        if spread <= noise {
            return Err(Error::ZeroVector {
                argument: match moment {
                    Moment::Centred => "samples less their mean",
                    Moment::Raw => "samples",
                },
                column: 0,
            });
        }
        x *= scale::power_of_two(spread);
        let squares: Vec<f64> = x
            .column_iter()
            .map(|c| reduce::dot(c.as_slice(), c.as_slice()))
            .collect();
        let total = reduce::sum(&squares);
        let shares: Vec<f64> = squares.iter().map(|s| s / total).collect();
        // tr Σ² is that of the smaller of the two Gram matrices.
        let gram = if n <= x.ncols() {
            let rows = x.transpose();
            f64::kernel_transposed_product(&rows, &rows)
        } else {
            f64::kernel_transposed_product(&x, &x)
        } / total;
        let participation = 1.0 / reduce::dot(gram.as_slice(), gram.as_slice());
        let mut order: Vec<usize> = (0..shares.len()).collect();
        order.sort_by(|&i, &j| shares[j].total_cmp(&shares[i]));
        Ok(Self {
            shares,
            order,
            participation,
            moment,
            samples: n,
        })
    }

    /// The shares, coordinate by coordinate; they sum to one.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{CoordinateShares, Moment};
    /// use nalgebra::dmatrix;
    ///
    /// let shares = CoordinateShares::new(&dmatrix![1.0_f64, 1.0; 1.0, -1.0], Moment::Raw)?;
    /// assert_eq!(shares.shares(), [0.5, 0.5]);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn shares(&self) -> &[f64] {
        &self.shares
    }

    /// The coordinates whose mean square exceeds `threshold` times the median mean square
    /// of all coordinates, the largest first.
    ///
    /// Sun et al. call an activation massive from a thousand times the median magnitude,
    /// which is a threshold of 10⁶ here. Where more than half of the coordinates are zero,
    /// every other one is massive.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] unless the threshold is finite and at least 1.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{CoordinateShares, Moment};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let samples: DMatrix<f64> = dmatrix![1.0, 30.0, -1.0, 10.0, 1.0];
    /// let shares = CoordinateShares::new(&samples, Moment::Raw)?;
    /// assert_eq!(shares.massive(50.0)?, [1, 3]);
    /// assert_eq!(shares.massive(500.0)?, [1]);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn massive(&self, threshold: f64) -> Result<Vec<usize>, Error> {
        check::scalar("threshold", threshold, "a finite number from 1 up", |x| {
            x >= 1.0
        })?;
        let d = self.order.len();
        let median = 0.5 * (self.shares[self.order[(d - 1) / 2]] + self.shares[self.order[d / 2]]);
        Ok(self
            .order
            .iter()
            .copied()
            .take_while(|&j| self.shares[j] > threshold * median)
            .collect())
    }

    /// The share of the k largest coordinates together.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] unless 1 ≤ k ≤ d.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{CoordinateShares, Moment};
    /// use nalgebra::dmatrix;
    ///
    /// let shares = CoordinateShares::new(&dmatrix![3.0_f64, 0.0, 4.0], Moment::Raw)?;
    /// assert!((shares.top_share(1)? - 0.64).abs() < 1e-15);
    /// assert_eq!(shares.top_share(2)?, 1.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn top_share(&self, k: usize) -> Result<f64, Error> {
        if k == 0 || k > self.order.len() {
            return Err(Error::OutOfBounds {
                argument: "k",
                least: 1,
                most: self.order.len(),
                actual: k,
                advice: "it counts coordinates",
            });
        }
        let top: Vec<f64> = self.order[..k].iter().map(|&j| self.shares[j]).collect();
        Ok(reduce::sum(&top).min(1.0))
    }

    /// (tr Σ)²/tr Σ², how many directions share the second moment: 1 where one carries
    /// all of it, d where all carry the same. Not only coordinates: it is the same in
    /// every orthonormal basis.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{CoordinateShares, Moment};
    /// use nalgebra::dmatrix;
    ///
    /// let two = CoordinateShares::new(&dmatrix![1.0_f64, 0.0, 0.0; 0.0, 1.0, 0.0], Moment::Raw)?;
    /// assert_eq!(two.participation_ratio(), 2.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn participation_ratio(&self) -> f64 {
        self.participation
    }

    /// What was shared out.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{CoordinateShares, Moment};
    /// use nalgebra::dmatrix;
    ///
    /// let shares = CoordinateShares::new(&dmatrix![3.0_f64, 0.0, 4.0], Moment::Raw)?;
    /// assert_eq!(shares.moment(), Moment::Raw);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn moment(&self) -> Moment {
        self.moment
    }

    /// n, the number of samples.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{CoordinateShares, Moment};
    /// use nalgebra::dmatrix;
    ///
    /// let shares = CoordinateShares::new(&dmatrix![3.0_f64, 0.0, 4.0], Moment::Raw)?;
    /// assert_eq!(shares.samples(), 1);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn samples(&self) -> usize {
        self.samples
    }
}
