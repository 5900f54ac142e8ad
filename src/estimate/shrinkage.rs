//! A covariance that few samples can support: shrunk towards the sphere.
//!
//! The sample covariance S of N rows in R^d has rank below N, so that where N is no
//! larger than d it has no inverse, and long before that an inverse is mostly noise.
//! Mixing in a multiple of the identity repairs both, and how much to mix in can be
//! estimated from the same rows: Ledoit & Wolf without an assumption on their law, Chen
//! et al. for normal ones.
//!
//! Because the target is a multiple of the identity, the eigenvectors are those of S,
//! and every power of the result acts along them by one factor each and across them
//! by one common factor. So nothing here is ever d × d where N < d: a thin SVD of the
//! centred rows is all there is.
//!
//! Numbers are kept in units in which the mean eigenvalue is one; the unit is kept
//! beside them as a length, not as its square, which rows of 1e200 would overflow.

use nalgebra::{DMatrix, DMatrixView, DVector, DVectorView};

use crate::linalg::spectral::Spectral;
use crate::linalg::{ThinSvd, check, reduce, scale};
use crate::{Error, Real, tolerance};

/// How much of a sphere to mix into a sample covariance.
///
/// Written for N centred rows with S = XᵀX/N; all three intensities are free of units.
///
/// $$ \rho_{\text{LW}} = \min\left(1, \frac{\tfrac{1}{N^2} \sum_k \lVert x_k x_k^\top - S \rVert_F^2}{\lVert S - \tfrac{\operatorname{tr} S}{d} I \rVert_F^2}\right), \qquad \rho_{\text{OAS}} = \min\left(1, \frac{(1 - \tfrac 2d) \operatorname{tr} S^2 + \operatorname{tr}^2 S}{(N + 1 - \tfrac 2d)(\operatorname{tr} S^2 - \tfrac 1d \operatorname{tr}^2 S)}\right) $$
///
/// The Ledoit–Wolf intensity is that of scikit-learn's `ledoit_wolf` for the same rows.
/// The other is equation 23 of Chen et al. as printed; scikit-learn's `oas` leaves out the
/// two terms 2/d, which changes it by up to 2/d of itself. Printed it is the fixed point
/// that the paper derives, also at small d. In one dimension, where nothing can be
/// shrunk, both are 0.
///
/// # References
/// Ledoit & Wolf (2004), *A well-conditioned estimator for large-dimensional covariance
/// matrices*, J. Multivariate Anal. 88, eq. 14 and Lemmas 3.2–3.4; Chen, Wiesel, Eldar &
/// Hero (2010), *Shrinkage algorithms for MMSE covariance estimation*, IEEE Trans. Signal
/// Process. 58, eq. 23.
///
/// # Examples
/// ```
/// use alignment_tax::{Shrinkage, ShrunkCovariance};
/// use nalgebra::{DMatrix, dmatrix};
///
/// let samples: DMatrix<f64> = dmatrix![1.0, 0.0, 0.2; -1.0, 0.1, 0.0; 0.5, 0.0, -0.1; -0.4, 0.1, 0.3];
/// for rule in [Shrinkage::LedoitWolf, Shrinkage::OracleApproximating, Shrinkage::Fixed(0.1)] {
///     let covariance = ShrunkCovariance::from_samples(&samples, rule)?;
///     assert!((0.0..=1.0).contains(&covariance.intensity()));
/// }
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Shrinkage {
    /// By the spread of the rows' own squares, whatever their law. Two rows say nothing
    /// about that spread and are not shrunk.
    LedoitWolf,
    /// By the law that normal rows follow.
    OracleApproximating,
    /// By an intensity ρ in [0, 1] of your own.
    Fixed(f64),
}

impl Shrinkage {
    fn validate(self) -> Result<(), Error> {
        match self {
            Self::Fixed(intensity) => check::scalar(
                "shrinkage intensity",
                intensity,
                "a number in [0, 1]",
                |x| (0.0..=1.0).contains(&x),
            )
            .map(drop),
            _ => Ok(()),
        }
    }
}

/// A sample covariance shrunk towards a multiple of the identity.
///
/// $$ \Sigma = (1 - \rho) S + \rho m I, \qquad S = \frac{1}{\nu} \sum_k x_k x_k^\top, \qquad m = \frac{\operatorname{tr} S}{d} $$
///
/// # Units and shapes
/// N rows of dimension d less their mean, or less the means of their classes, or about zero
/// ([`about_zero`](Self::about_zero)); ν is N less the number of means removed, so that S is
/// unbiased. The intensity counts the rows as they are, all N of them, as scikit-learn does: exact for a mean that is known, and
/// about a share 1/N too little shrinkage where it was estimated. Σ has the units of the
/// samples squared. Held as min(N, d) axes and one factor across them.
///
/// # Accuracy
/// Products are good to [`tolerance::covariance`]·κ of their largest coordinate, κ the
/// [`condition_number`](Self::condition_number) of Σ, and the intensity to
/// [`tolerance::covariance`] times the number of dimensions; squares of units are never formed,
/// so that rows of 1e±200 are rows like any other.
///
/// # References
/// See [`Shrinkage`].
///
/// # Examples
/// ```
/// use alignment_tax::{Shrinkage, ShrunkCovariance};
/// use nalgebra::{DMatrix, dmatrix, dvector};
///
/// // Two rows in three dimensions: S alone has no inverse.
/// let samples: DMatrix<f64> = dmatrix![1.0, 0.0, 0.0; -1.0, 0.0, 0.0];
/// let covariance = ShrunkCovariance::from_samples(&samples, Shrinkage::Fixed(0.5))?;
/// // S = diag(2, 0, 0), m = 2/3, Σ = diag(4/3, 1/3, 1/3).
/// let solved = covariance.apply_inverse(&dvector![4.0, 1.0, 0.0])?;
/// assert!((solved - dvector![3.0, 3.0, 0.0]).amax() < 1e-14);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ShrunkCovariance<T> {
    /// Σ/m: min(N, d) orthonormal eigenvectors of S, and the eigenvalue ρ across them.
    shape: Spectral<T>,
    intensity: T,
    /// √m, in the units of the samples.
    deviation: T,
    rule: Shrinkage,
    samples: usize,
    degrees: usize,
}

impl<T: Real> ShrunkCovariance<T> {
    /// The covariance of rows about their mean.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::NonFinite`]; [`Error::OutOfBounds`] for a single row;
    /// [`Error::ZeroVector`] where all rows are equal; [`Error::OutOfRange`] for a fixed
    /// intensity outside [0, 1] or a spread that the scalar cannot hold;
    /// [`Error::NotConverged`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Shrinkage, ShrunkCovariance};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let samples: DMatrix<f64> = dmatrix![1e200, 0.0; -1e200, 2e200; 3e200, 1e200];
    /// let covariance = ShrunkCovariance::from_samples(&samples, Shrinkage::LedoitWolf)?;
    /// assert_eq!((covariance.samples(), covariance.degrees_of_freedom()), (3, 2));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn from_samples<'a>(
        samples: impl Into<DMatrixView<'a, T>>,
        shrinkage: Shrinkage,
    ) -> Result<Self, Error> {
        let centred = "samples less their mean";
        Self::of_rows("samples", centred, samples.into(), shrinkage)
    }

    /// The second moment of rows about zero, for rows whose mean is known to be zero: S is
    /// XᵀX/N, nothing is removed, and ν = N.
    ///
    /// Per-sample gradients of a log-likelihood are such rows, as the expectation of a score is
    /// zero under the model (theory §8.1): their second moment is the Fisher information.
    ///
    /// # Errors
    /// As [`from_samples`](Self::from_samples); a single row is enough, and
    /// [`Error::ZeroVector`] is for rows that are all zero.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Shrinkage, ShrunkCovariance};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let gradients: DMatrix<f64> = dmatrix![2.0, 0.0; 2.0, 0.0];
    /// let moment = ShrunkCovariance::about_zero(&gradients, Shrinkage::Fixed(0.5))?;
    /// // S = diag(4, 0), m = 2: about their mean these rows would have no spread at all.
    /// assert!((moment.deviation() - 2.0_f64.sqrt()).abs() < 1e-15);
    /// assert_eq!(moment.degrees_of_freedom(), 2);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn about_zero<'a>(
        samples: impl Into<DMatrixView<'a, T>>,
        shrinkage: Shrinkage,
    ) -> Result<Self, Error> {
        Self::of_uncentred("samples", samples.into(), shrinkage)
    }

    /// The same under the name that the caller knows the rows by.
    pub(crate) fn of_uncentred(
        argument: &'static str,
        samples: DMatrixView<'_, T>,
        rule: Shrinkage,
    ) -> Result<Self, Error> {
        check::matrix(argument, &samples)?;
        rule.validate()?;
        let mut rows = samples.transpose();
        // Twice, for subnormal entries that one power of two in range leaves small.
        let first = scale::power_of_two(reduce::max_abs(rows.as_slice()));
        rows *= first;
        let second = scale::power_of_two(reduce::max_abs(rows.as_slice()));
        rows *= second;
        if rows.iter().all(|x| *x == T::zero()) {
            return Err(Error::ZeroVector {
                argument,
                column: 0,
            });
        }
        let degrees = samples.nrows();
        Self::of_centred(rows, second, degrees, rule)?.in_units_of(first)
    }

    /// The covariance of rows about their mean, under the name that the caller knows
    /// the rows by.
    pub(crate) fn of_rows(
        argument: &'static str,
        centred: &'static str,
        samples: DMatrixView<'_, T>,
        rule: Shrinkage,
    ) -> Result<Self, Error> {
        check::matrix(argument, &samples)?;
        Self::of_groups(argument, centred, &[samples], T::zero(), rule)
    }

    /// The covariance within groups of rows, each about its own mean; entries have been
    /// checked, and all groups have one dimension. Rows that were formed from larger
    /// numbers bring the size of those.
    pub(super) fn of_groups(
        counted: &'static str,
        argument: &'static str,
        groups: &[DMatrixView<'_, T>],
        formed_from: T,
        rule: Shrinkage,
    ) -> Result<Self, Error> {
        rule.validate()?;
        let samples = groups.iter().map(|x| x.nrows()).sum::<usize>();
        if samples <= groups.len() {
            return Err(Error::OutOfBounds {
                argument: counted,
                least: groups.len() + 1,
                most: u32::MAX as usize,
                actual: samples,
                advice: "a covariance needs at least one row more than means to remove",
            });
        }
        let (rows, unit) = centred(argument, groups, formed_from)?;
        let degrees = samples - groups.len();
        Self::of_centred(rows, unit, degrees, rule)
    }

    /// From rows less their means, as columns, in units of 1/`unit`, not all zero.
    fn of_centred(
        rows: DMatrix<T>,
        unit: T,
        degrees: usize,
        rule: Shrinkage,
    ) -> Result<Self, Error> {
        let (d, samples) = rows.shape();
        let svd = ThinSvd::new(&rows)?;
        let squares = svd.singular_values().map(|s| s * s);
        let total = reduce::sum(squares.as_slice());
        let dimension = T::from_double(d as f64);
        // Eigenvalues of S over their mean m: free of units and of the divisor of S.
        let relative = squares * (dimension / total);
        let intensity = match rule {
            // Without the sign of −0, which would reach the smallest variance.
            Shrinkage::Fixed(intensity) => T::from_double(intensity.abs()),
            // One eigenvalue is its own mean: nothing to shrink.
            _ if d == 1 => T::zero(),
            Shrinkage::LedoitWolf => {
                let fourth: Vec<T> = rows
                    .column_iter()
                    .map(|x| {
                        let square = reduce::dot(x.as_slice(), x.as_slice()) / total * dimension;
                        square * square
                    })
                    .collect();
                ledoit_wolf(&relative, reduce::sum(&fourth), d, samples)
            }
            Shrinkage::OracleApproximating => oracle_approximating(&relative, d, samples),
        };
        let per_degree = total / dimension / T::from_double(degrees as f64);
        let (axes, _, _) = svd.into_parts();
        Self {
            shape: Spectral::new(
                axes,
                relative.map(|x| (T::one() - intensity) * x + intensity),
                intensity,
            ),
            intensity,
            deviation: per_degree.sqrt(),
            rule,
            samples,
            degrees,
        }
        .in_units_of(unit)
    }

    /// The same for samples that were multiplied by `unit` before.
    pub(super) fn in_units_of(mut self, unit: T) -> Result<Self, Error> {
        self.deviation /= unit;
        if self.deviation.is_finite() {
            return Ok(self);
        }
        Err(Error::OutOfRange {
            argument: "spread of the samples",
            expected: "one that the scalar type can hold; scale the samples down",
            actual: self.deviation.to_double(),
        })
    }

    /// The rule that chose the intensity.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Shrinkage, ShrunkCovariance};
    /// use nalgebra::dmatrix;
    ///
    /// let covariance: ShrunkCovariance<f64> = ShrunkCovariance::from_samples(&dmatrix![1.0; 3.0], Shrinkage::Fixed(0.2))?;
    /// assert_eq!(covariance.rule(), Shrinkage::Fixed(0.2));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn rule(&self) -> Shrinkage {
        self.rule
    }

    /// ρ ∈ [0, 1], the share of the sphere.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Shrinkage, ShrunkCovariance};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let samples: DMatrix<f64> = dmatrix![3.0, 0.0; -3.0, 0.0; 0.0, 1.0; 0.0, -1.0];
    /// let covariance = ShrunkCovariance::from_samples(&samples, Shrinkage::LedoitWolf)?;
    /// assert!((covariance.intensity() - 41.0 / 64.0).abs() < 1e-14);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn intensity(&self) -> T {
        self.intensity
    }

    /// √m, the root of the mean eigenvalue of Σ and of S alike: the standard deviation of
    /// a coordinate, in the units of the samples. The root, because m itself can leave the
    /// range of the scalar where the samples do not.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Shrinkage, ShrunkCovariance};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let samples: DMatrix<f64> = dmatrix![1.0, 2.0; -1.0, 0.0];
    /// let covariance = ShrunkCovariance::from_samples(&samples, Shrinkage::Fixed(0.5))?;
    /// assert!((covariance.deviation() - 2.0_f64.sqrt()).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn deviation(&self) -> T {
        self.deviation
    }

    /// N, the rows used.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Shrinkage, ShrunkCovariance};
    /// use nalgebra::dmatrix;
    ///
    /// let covariance: ShrunkCovariance<f64> = ShrunkCovariance::from_samples(&dmatrix![1.0; 3.0], Shrinkage::LedoitWolf)?;
    /// assert_eq!(covariance.samples(), 2);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// ν, the rows less the means that were removed from them.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Shrinkage, ShrunkCovariance};
    /// use nalgebra::dmatrix;
    ///
    /// let covariance: ShrunkCovariance<f64> = ShrunkCovariance::from_samples(&dmatrix![1.0; 3.0], Shrinkage::LedoitWolf)?;
    /// assert_eq!(covariance.degrees_of_freedom(), 1);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn degrees_of_freedom(&self) -> usize {
        self.degrees
    }

    /// d, the dimension of the space.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Shrinkage, ShrunkCovariance};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let samples: DMatrix<f64> = dmatrix![1.0, 2.0, 3.0; 3.0, 2.0, 1.0];
    /// let covariance = ShrunkCovariance::from_samples(&samples, Shrinkage::Fixed(0.1))?;
    /// assert_eq!(covariance.ambient_dimension(), 3);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn ambient_dimension(&self) -> usize {
        self.shape.dimension()
    }

    /// κ, the largest eigenvalue of Σ over the smallest; infinite where the smallest is 0.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Shrinkage, ShrunkCovariance};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// // S/m = diag(2, 0).
    /// let samples: DMatrix<f64> = dmatrix![1.0, 0.0; -1.0, 0.0];
    /// let half = ShrunkCovariance::from_samples(&samples, Shrinkage::Fixed(0.5))?;
    /// assert_eq!(half.condition_number(), 3.0);
    /// let plain = ShrunkCovariance::from_samples(&samples, Shrinkage::Fixed(0.0))?;
    /// assert_eq!(plain.condition_number(), f64::INFINITY);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn condition_number(&self) -> T {
        let (smallest, largest) = self.shape.extremes();
        largest / smallest
    }

    /// Σ·x.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::NonFinite`], [`Error::DimensionMismatch`];
    /// [`Error::OutOfRange`] where the product is beyond the scalar.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Shrinkage, ShrunkCovariance};
    /// use nalgebra::{DMatrix, dmatrix, dvector};
    ///
    /// let samples: DMatrix<f64> = dmatrix![1.0, 0.0; -1.0, 0.0];
    /// let covariance = ShrunkCovariance::from_samples(&samples, Shrinkage::Fixed(0.5))?;
    /// // Σ = ½·diag(2, 0) + ½·I
    /// let product = covariance.apply(&dvector![2.0, 2.0])?;
    /// assert!((product - dvector![3.0, 1.0]).amax() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn apply<'a>(&self, x: impl Into<DVectorView<'a, T>>) -> Result<DVector<T>, Error> {
        let unit = self.deviation;
        self.product(&x.into(), |value| value, |x| x * unit * unit)
    }

    /// Σ⁻¹·x: a shift or a difference of means in, a covector (a probe's weight) out.
    ///
    /// # Errors
    /// As [`apply`](Self::apply), and [`Error::OutOfRange`] naming the intensity where Σ
    /// is singular to rounding: without shrinkage, as many degrees of freedom as
    /// dimensions are needed, and no constant coordinate.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Error, Shrinkage, ShrunkCovariance};
    /// use nalgebra::{DMatrix, dmatrix, dvector};
    ///
    /// let samples: DMatrix<f64> = dmatrix![1.0, 0.0; -1.0, 0.0];
    /// let bare = ShrunkCovariance::from_samples(&samples, Shrinkage::Fixed(0.0))?;
    /// let error = bare.apply_inverse(&dvector![1.0, 1.0]).unwrap_err();
    /// assert!(matches!(error, Error::OutOfRange { argument: "shrinkage intensity", .. }));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn apply_inverse<'a>(&self, x: impl Into<DVectorView<'a, T>>) -> Result<DVector<T>, Error> {
        self.invertible()?;
        let unit = self.deviation;
        self.product(&x.into(), T::recip, |x| x / unit / unit)
    }

    /// Σ^(−1/2)·x: a vector of the samples' space in coordinates in which the noise is
    /// equal in all directions.
    ///
    /// # Errors
    /// As [`apply_inverse`](Self::apply_inverse).
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Shrinkage, ShrunkCovariance};
    /// use nalgebra::{DMatrix, dmatrix, dvector};
    ///
    /// let samples: DMatrix<f64> = dmatrix![1.0, 0.0; -1.0, 0.0; 0.0, 2.0; 0.0, -2.0];
    /// let covariance = ShrunkCovariance::from_samples(&samples, Shrinkage::Fixed(0.0))?;
    /// // Σ = diag(2, 8)/3
    /// let white = covariance.whiten(&dvector![2.0, 4.0])?;
    /// assert!((white - dvector![6.0_f64.sqrt(), 6.0_f64.sqrt()]).amax() < 1e-14);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn whiten<'a>(&self, x: impl Into<DVectorView<'a, T>>) -> Result<DVector<T>, Error> {
        self.invertible()?;
        let unit = self.deviation;
        self.product(&x.into(), |value| value.sqrt().recip(), |x| x / unit)
    }

    /// Σ^(1/2)·x, the way back from [`whiten`](Self::whiten).
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Shrinkage, ShrunkCovariance};
    /// use nalgebra::{DMatrix, DVector, dmatrix, dvector};
    ///
    /// let samples: DMatrix<f64> = dmatrix![1.0, 0.3; -1.0, 0.0; 0.0, 2.0];
    /// let covariance = ShrunkCovariance::from_samples(&samples, Shrinkage::LedoitWolf)?;
    /// let x: DVector<f64> = dvector![2.0, -1.0];
    /// assert!((covariance.colour(&covariance.whiten(&x)?)? - x).amax() < 1e-14);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn colour<'a>(&self, x: impl Into<DVectorView<'a, T>>) -> Result<DVector<T>, Error> {
        let unit = self.deviation;
        self.product(&x.into(), T::sqrt, |x| x * unit)
    }

    /// Refuses what is singular to rounding, by the cut of a numerical rank.
    pub(crate) fn invertible(&self) -> Result<(), Error> {
        let (smallest, largest) = self.shape.extremes();
        let cut = tolerance::rank::<T>(self.ambient_dimension(), self.samples) * largest;
        if smallest > cut {
            return Ok(());
        }
        Err(Error::OutOfRange {
            argument: "shrinkage intensity",
            expected: "a larger one: the covariance it leaves is singular to rounding; take more samples, another rule or a larger fixed intensity",
            actual: self.intensity.to_double(),
        })
    }

    /// Σ/m, by its eigenvectors.
    pub(crate) fn shape(&self) -> &Spectral<T> {
        &self.shape
    }

    fn product(
        &self,
        x: &DVectorView<'_, T>,
        f: impl Fn(T) -> T,
        with_units: impl Fn(T) -> T,
    ) -> Result<DVector<T>, Error> {
        check::vector("x", x)?;
        check::same("x", "coordinates", self.ambient_dimension(), x.len())?;
        let s = scale::power_of_two(reduce::max_abs(x.as_slice()));
        let scaled: Vec<T> = x.iter().map(|&v| v * s).collect();
        let product = self.shape.apply(&scaled, f).map(|v| with_units(v / s));
        match product.iter().find(|v| !v.is_finite()) {
            None => Ok(product),
            Some(v) => Err(Error::OutOfRange {
                argument: "product of the covariance's power and x",
                expected: "numbers that the scalar type can hold; scale the samples or x",
                actual: v.to_double(),
            }),
        }
    }
}

/// All rows less the mean of their group, as columns, in units of a power of two that is
/// returned.
fn centred<T: Real>(
    argument: &'static str,
    groups: &[DMatrixView<'_, T>],
    formed_from: T,
) -> Result<(DMatrix<T>, T), Error> {
    let d = groups[0].ncols();
    let samples = groups.iter().map(|x| x.nrows()).sum::<usize>();
    let largest = groups
        .iter()
        .flat_map(|x| x.column_iter())
        .fold(T::zero(), |m, x| m.max(reduce::max_abs(x.as_slice())));
    let s = scale::power_of_two(largest);
    let mut rows = DMatrix::zeros(d, samples);
    let mut first = 0;
    for group in groups {
        let n = group.nrows();
        let count = T::from_double(n as f64);
        for (i, coordinate) in group.column_iter().enumerate() {
            let mut x: Vec<T> = coordinate.iter().map(|&v| v * s).collect();
            // Twice, since the first mean is off by ε of itself, which may be far more than
            // ε of the spread.
            for _ in 0..2 {
                let mean = reduce::sum(&x) / count;
                x.iter_mut().for_each(|v| *v -= mean);
            }
            for (k, v) in x.into_iter().enumerate() {
                rows[(i, first + k)] = v;
            }
        }
        first += n;
    }
    // Equal rows leave rounding, not zeros.
    let spread = reduce::max_abs(rows.as_slice());
    let magnitude = (largest * s).max(formed_from * s);
    if spread <= tolerance::mean_difference::<T>(samples) * magnitude {
        return Err(Error::ZeroVector {
            argument,
            column: 0,
        });
    }
    // Again: a spread far below the mean would lose its fourth powers.
    let again = scale::power_of_two(spread);
    rows *= again;
    Ok((rows, s * again))
}

/// Σ(λ − 1)² over all d eigenvalues, whose mean is one.
fn distance_to_sphere<T: Real>(relative: &DVector<T>, d: usize) -> T {
    let terms: Vec<T> = relative
        .iter()
        .map(|&x| (x - T::one()) * (x - T::one()))
        .collect();
    reduce::sum(&terms) + T::from_double((d - relative.len()) as f64)
}

/// From the eigenvalues of S/m and Σ‖x‖⁴/(N·m)², S with divisor N.
fn ledoit_wolf<T: Real>(relative: &DVector<T>, fourth: T, d: usize, samples: usize) -> T {
    let squares = reduce::dot(relative.as_slice(), relative.as_slice());
    let spread = fourth - squares / T::from_double(samples as f64);
    // Two rows have none, and what rounding leaves of it must not pass for an intensity.
    if spread <= tolerance::closed_form::<T>() * fourth {
        return T::zero();
    }
    quotient(spread, distance_to_sphere(relative, d))
}

/// From the eigenvalues of S/m.
fn oracle_approximating<T: Real>(relative: &DVector<T>, d: usize, samples: usize) -> T {
    let dimension = T::from_double(d as f64);
    let two = T::from_double(2.0) / dimension;
    let squares = reduce::dot(relative.as_slice(), relative.as_slice());
    let above = (T::one() - two) * squares + dimension * dimension;
    let below = (T::from_double(samples as f64 + 1.0) - two) * distance_to_sphere(relative, d);
    quotient(above, below)
}

/// above/below within [0, 1], and 0 where the numerator is not positive.
fn quotient<T: Real>(above: T, below: T) -> T {
    if above <= T::zero() {
        T::zero()
    } else if above >= below {
        T::one()
    } else {
        above / below
    }
}
