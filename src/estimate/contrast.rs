//! A contrast: samples with more of a concept against samples with less of it.
//!
//! The direction of a concept is where the representation moves from the second
//! class to the first (theory §3.1). Every concept is oriented: plus is safer, or
//! more capable. A plug-in direction from few samples is noisy, and its noise makes
//! a tax look smaller than it is; the count of samples stays visible for that
//! reason.

use nalgebra::{DMatrix, DMatrixView, DVector};

use crate::linalg::{ThinSvd, check, reduce, scale};
use crate::{Direction, Error, Real, tolerance};

/// Two independent groups of samples, plus and minus, not necessarily of one size.
///
/// # Units and shapes
/// n₊ × d and n₋ × d, rows are samples, views are not copied.
///
/// # Examples
/// ```
/// use alignment_tax::Contrast;
/// use nalgebra::{DMatrix, dmatrix};
///
/// let harmless: DMatrix<f64> = dmatrix![1.0, 5.0; 3.0, 5.0];
/// let harmful: DMatrix<f64> = dmatrix![0.0, 5.0; 0.0, 6.0; 0.0, 4.0];
/// let v = Contrast::new(&harmless, &harmful)?.mean_difference()?;
/// assert_eq!(v.as_vector().as_slice(), [1.0, 0.0]);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Contrast<'a, T: Real> {
    pub(super) plus: DMatrixView<'a, T>,
    pub(super) minus: DMatrixView<'a, T>,
}

impl<'a, T: Real> Contrast<'a, T> {
    /// Two groups of samples of one dimension.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::NonFinite`] naming the sample (row) and
    /// coordinate (column), [`Error::DimensionMismatch`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Contrast, Error};
    /// use nalgebra::dmatrix;
    ///
    /// let error = Contrast::new(&dmatrix![1.0_f64, 2.0], &dmatrix![1.0_f64]).unwrap_err();
    /// assert!(matches!(error, Error::DimensionMismatch { expected: 2, actual: 1, .. }));
    /// ```
    pub fn new(
        plus: impl Into<DMatrixView<'a, T>>,
        minus: impl Into<DMatrixView<'a, T>>,
    ) -> Result<Self, Error> {
        let (plus, minus) = (plus.into(), minus.into());
        check::matrix("plus", &plus)?;
        check::matrix("minus", &minus)?;
        check::same("minus", "columns", plus.ncols(), minus.ncols())?;
        Ok(Self { plus, minus })
    }

    /// The direction from the mean of minus to the mean of plus.
    ///
    /// $$ \hat v \propto \bar x_+ - \bar x_- $$
    ///
    /// # Errors
    /// [`Error::Unresolved`] where the two means agree to rounding, as they do at
    /// a token or layer that is the same in every prompt.
    ///
    /// # Accuracy
    /// Means by pairwise summation, [`tolerance::mean_difference`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Contrast, Error};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let same: DMatrix<f64> = dmatrix![0.1, 0.2; 0.1, 0.2; 0.1, 0.2];
    /// let error = Contrast::new(&same, &same.rows(0, 2).into_owned())?.mean_difference();
    /// assert!(matches!(error, Err(Error::Unresolved { .. })));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn mean_difference(&self) -> Result<Direction<T>, Error> {
        let s = scale::power_of_two(largest(&self.plus).max(largest(&self.minus)));
        let difference = mean(&self.plus, s) - mean(&self.minus, s);
        let rows = self.plus.nrows().max(self.minus.nrows());
        let typical =
            root_mean_square_norm(&self.plus, s).max(root_mean_square_norm(&self.minus, s));
        resolved("difference of means", difference, rows, typical, s)
    }

    /// n₊ and n₋.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Contrast;
    /// use nalgebra::dmatrix;
    ///
    /// assert_eq!(Contrast::new(&dmatrix![1.0_f64; 2.0], &dmatrix![0.0_f64])?.samples(), (2, 1));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn samples(&self) -> (usize, usize) {
        (self.plus.nrows(), self.minus.nrows())
    }
}

/// Pairs of samples that differ in the concept and as little else as possible:
/// row i of plus belongs to row i of minus.
///
/// # Units and shapes
/// Both n × d, rows are samples.
///
/// # Examples
/// ```
/// use alignment_tax::PairedContrast;
/// use nalgebra::{DMatrix, dmatrix};
///
/// let polite: DMatrix<f64> = dmatrix![1.0, 5.0; 3.0, 7.0];
/// let rude: DMatrix<f64> = dmatrix![0.0, 5.0; 2.0, 7.0];
/// let pairs = PairedContrast::new(&polite, &rude)?;
/// assert_eq!(pairs.mean_difference()?.as_vector().as_slice(), [1.0, 0.0]);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PairedContrast<T> {
    /// x₊ − x₋ in units of a power of two, one pair a row.
    pub(super) differences: DMatrix<T>,
    /// The root mean square norm of the samples, in the same units.
    pub(super) typical: T,
    /// The power of two.
    pub(super) scale: T,
}

impl<T: Real> PairedContrast<T> {
    /// Two matrices of one shape, paired by row.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::NonFinite`] naming sample and coordinate,
    /// [`Error::DimensionMismatch`] for rows or columns.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Error, PairedContrast};
    /// use nalgebra::dmatrix;
    ///
    /// let error = PairedContrast::new(&dmatrix![1.0_f64; 2.0], &dmatrix![1.0_f64]).unwrap_err();
    /// assert!(matches!(error, Error::DimensionMismatch { unit: "rows", .. }));
    /// ```
    pub fn new<'a>(
        plus: impl Into<DMatrixView<'a, T>>,
        minus: impl Into<DMatrixView<'a, T>>,
    ) -> Result<Self, Error>
    where
        T: 'a,
    {
        let (plus, minus) = (plus.into(), minus.into());
        check::matrix("plus", &plus)?;
        check::matrix("minus", &minus)?;
        check::same("minus", "rows", plus.nrows(), minus.nrows())?;
        check::same("minus", "columns", plus.ncols(), minus.ncols())?;
        let s = scale::power_of_two(largest(&plus).max(largest(&minus)));
        Ok(Self {
            differences: plus * s - minus * s,
            typical: root_mean_square_norm(&plus, s).max(root_mean_square_norm(&minus, s)),
            scale: s,
        })
    }

    /// The mean of the paired differences; the same direction as
    /// [`Contrast::mean_difference`] of the two groups.
    ///
    /// # Errors
    /// [`Error::Unresolved`] where it vanishes to rounding.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::PairedContrast;
    /// use nalgebra::dmatrix;
    ///
    /// let pairs: PairedContrast<f64> = PairedContrast::new(&dmatrix![0.0, 2.0], &dmatrix![0.0, 5.0])?;
    /// assert_eq!(pairs.mean_difference()?.as_vector()[1], -1.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn mean_difference(&self) -> Result<Direction<T>, Error> {
        let difference = mean(&self.differences.as_view(), T::one());
        resolved(
            "mean of paired differences",
            difference,
            self.samples(),
            self.typical,
            self.scale,
        )
    }

    /// The top principal component of the paired differences, not centred, with
    /// the sign that the labels give it: most of the pairs' mean goes along +.
    ///
    /// A principal component alone has no sign; taking it as it comes flips half
    /// of all probes.
    ///
    /// # Errors
    /// [`Error::Unresolved`] where all differences vanish, or where the mean
    /// difference has no component along the axis, so that labels fix no sign;
    /// [`Error::NotConverged`].
    ///
    /// # References
    /// Zou et al. (2023), *Representation Engineering*, §3.1 (LAT).
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::PairedContrast;
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let plus: DMatrix<f64> = dmatrix![1.0, 0.1; 2.0, -0.1; 1.5, 0.0];
    /// let pairs: PairedContrast<f64> = PairedContrast::new(&plus, &dmatrix![0.0, 0.0; 0.0, 0.0; 0.0, 0.0])?;
    /// assert!(pairs.top_component()?.as_vector()[0] > 0.99);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn top_component(&self) -> Result<Direction<T>, Error> {
        let unresolved = |norm: T, noise: T| Error::Unresolved {
            argument: "top component of paired differences",
            norm: (norm / self.scale).to_double(),
            tolerance: (noise / self.scale).to_double(),
        };
        let noise = tolerance::mean_difference::<T>(1) * self.typical;
        let strongest = largest(&self.differences.as_view());
        if strongest <= noise {
            return Err(unresolved(strongest, noise));
        }
        let svd = ThinSvd::new(&self.differences)?;
        let axis = svd.right_vectors().column(0).into_owned();
        let along = reduce::dot(
            mean(&self.differences.as_view(), T::one()).as_slice(),
            axis.as_slice(),
        );
        // The projections have root mean square σ₁/√n; a mean below its rounding
        // has no sign.
        let n = T::from_double(self.samples() as f64);
        let noise =
            tolerance::mean_difference::<T>(self.samples()) * (svd.singular_values()[0] / n.sqrt());
        if along.abs() <= noise {
            return Err(unresolved(along.abs(), noise));
        }
        let direction = Direction::new(&axis)?;
        Ok(if along < T::zero() {
            -direction
        } else {
            direction
        })
    }

    /// n, the number of pairs.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::PairedContrast;
    /// use nalgebra::dmatrix;
    ///
    /// assert_eq!(PairedContrast::new(&dmatrix![1.0_f64; 2.0], &dmatrix![0.0_f64; 0.0])?.samples(), 2);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn samples(&self) -> usize {
        self.differences.nrows()
    }
}

fn largest<T: Real>(a: &DMatrixView<'_, T>) -> T {
    a.column_iter()
        .fold(T::zero(), |m, x| m.max(reduce::max_abs(x.as_slice())))
}

/// The mean row of s·A.
fn mean<T: Real>(a: &DMatrixView<'_, T>, s: T) -> DVector<T> {
    let n = T::from_double(a.nrows() as f64);
    DVector::from_iterator(
        a.ncols(),
        a.column_iter().map(|x| {
            let scaled: Vec<T> = x.iter().map(|&v| v * s).collect();
            reduce::sum(&scaled) / n
        }),
    )
}

/// The root of the mean squared norm of the rows of s·A.
fn root_mean_square_norm<T: Real>(a: &DMatrixView<'_, T>, s: T) -> T {
    let norms: Vec<T> = a
        .column_iter()
        .map(|x| {
            let scaled: Vec<T> = x.iter().map(|&v| v * s).collect();
            scale::norm(&scaled)
        })
        .collect();
    scale::norm(&norms) / T::from_double(a.nrows() as f64).sqrt()
}

/// The direction of a difference, in units of 1/`unit`, that is larger than its
/// rounding error.
fn resolved<T: Real>(
    argument: &'static str,
    difference: DVector<T>,
    rows: usize,
    typical: T,
    unit: T,
) -> Result<Direction<T>, Error> {
    let norm = scale::norm(difference.as_slice());
    let noise = tolerance::mean_difference::<T>(rows) * typical;
    if norm <= noise {
        return Err(Error::Unresolved {
            argument,
            norm: (norm / unit).to_double(),
            tolerance: (noise / unit).to_double(),
        });
    }
    Direction::new(&difference)
}
