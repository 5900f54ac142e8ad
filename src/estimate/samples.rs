//! Samples of a vector that is known only through noise: the mean of a concept's paired
//! differences, a difference of class means, a mean gradient.
//!
//! What is estimated is the *unnormalised* vector μ, because products of samples are
//! unbiased for products of such vectors and for nothing normalised. A vector is a sum of
//! group means: one group for pairs and gradients, two for independent classes, the
//! second with its sign reversed.
//!
//! Rows need not all be independent. Rows that share a template, a prompt or a speaker
//! belong to one *unit*; units are independent, rows of a unit are not, and no estimate
//! multiplies two rows of one unit (theory §3.2: disjoint folds, one unit a fold).

use nalgebra::{DMatrix, DMatrixView, DVector};

use crate::linalg::{check, reduce, scale};
use crate::{Direction, Error, Real};

/// Noisy samples of one unnormalised vector μ.
///
/// $$ \mu = \mathbb E x \quad\text{or}\quad \mu = \mathbb E x_+ - \mathbb E x_- $$
///
/// # Units and shapes
/// Rows are samples, columns the d coordinates. Any scalar goes in; the samples are held
/// in f64, scaled by a power of two, so that no estimate depends on units.
///
/// # Examples
/// ```
/// use alignment_tax::Samples;
/// use nalgebra::{DMatrix, dmatrix};
///
/// let honest: DMatrix<f64> = dmatrix![1.9, 0.2; 2.1, -0.1; 2.0, 0.3; 2.2, 0.0];
/// let deceptive: DMatrix<f64> = dmatrix![0.1, 0.9; 0.0, 1.1; 0.2, 1.0; 0.1, 0.8];
/// let safety = Samples::paired(&honest, &deceptive)?;
/// assert_eq!(safety.dimension(), 2);
/// assert_eq!(safety.units(), 4);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Samples {
    /// One matrix a group, samples in columns, in units of powers of two.
    groups: Vec<DMatrix<f64>>,
    /// The unit of each sample, group after group; `None` where each is its own.
    labels: Option<Vec<usize>>,
    /// What a sample was multiplied by, in two steps: each in range, their product perhaps not.
    scale: [f64; 2],
}

impl Samples {
    /// Independent rows with one mean: gradients, or differences formed elsewhere.
    ///
    /// # Errors
    /// [`Error::Empty`]; [`Error::NonFinite`] naming sample and coordinate;
    /// [`Error::ZeroVector`] where all samples are zero.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Error, Samples};
    /// use nalgebra::dmatrix;
    ///
    /// let error = Samples::new(&dmatrix![1.0_f64, 2.0; f64::NAN, 0.0]).unwrap_err();
    /// assert!(matches!(error, Error::NonFinite { row: 1, column: 0, .. }));
    /// ```
    pub fn new<'a, T: Real>(rows: impl Into<DMatrixView<'a, T>>) -> Result<Self, Error> {
        let rows = rows.into();
        check::matrix("rows", &rows)?;
        Self::of("rows", vec![doubles(&rows)])
    }

    /// Pairs that differ in the concept and as little else as possible; row i of plus
    /// belongs to row i of minus.
    ///
    /// # Errors
    /// As [`Samples::new`], and [`Error::DimensionMismatch`] where the shapes differ.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Samples;
    /// use nalgebra::dmatrix;
    ///
    /// let pairs = Samples::paired(&dmatrix![2.0_f32, 1.0], &dmatrix![1.0_f32, 1.0])?;
    /// assert_eq!(pairs.mean_direction()?.as_vector().as_slice(), [1.0, 0.0]);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn paired<'a, T: Real>(
        plus: impl Into<DMatrixView<'a, T>>,
        minus: impl Into<DMatrixView<'a, T>>,
    ) -> Result<Self, Error> {
        let (plus, minus) = classes(plus.into(), minus.into())?;
        check::same("minus", "rows", plus.ncols(), minus.ncols())?;
        // Scaled first, so that a difference of huge entries stays finite.
        let s = scale::power_of_two(largest(&plus).max(largest(&minus)));
        let samples = Self::of("paired differences", vec![plus * s - minus * s])?;
        Ok(Self {
            scale: [s, samples.scale[1]],
            ..samples
        })
    }

    /// Two independent classes, not necessarily of one size: μ is the difference of their
    /// means.
    ///
    /// # Errors
    /// As [`Samples::new`], and [`Error::DimensionMismatch`] where the columns differ.
    ///
    /// # Accuracy
    /// Products are of the samples as they are; what the two classes have in common
    /// cancels late, and costs a relative error of about ε·(‖x‖/‖μ‖)².
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Samples;
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let harmless: DMatrix<f64> = dmatrix![3.0, 1.0; 5.0, 1.0];
    /// let harmful: DMatrix<f64> = dmatrix![1.0, 1.0; 2.0, 1.0; 0.0, 1.0];
    /// let classes = Samples::unpaired(&harmless, &harmful)?;
    /// assert_eq!(classes.mean_direction()?.as_vector().as_slice(), [1.0, 0.0]);
    /// assert_eq!(classes.rows(), 5);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn unpaired<'a, T: Real>(
        plus: impl Into<DMatrixView<'a, T>>,
        minus: impl Into<DMatrixView<'a, T>>,
    ) -> Result<Self, Error> {
        let (plus, minus) = classes(plus.into(), minus.into())?;
        Self::of("samples", vec![plus, -minus])
    }

    /// The same samples with a label for each row: rows of one label are one unit, which
    /// is independent of other units but not within.
    ///
    /// Use it for samples that share a template or a prompt, within a concept (clusters)
    /// or between concepts (equal labels in two `Samples` are the same unit, and their
    /// rows are never multiplied). Labels are in the order of the rows; for
    /// [`Samples::unpaired`] those of plus, then those of minus.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`] unless there is one label a row.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Samples;
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let rows: DMatrix<f64> = dmatrix![1.0, 0.0; 1.1, 0.0; 0.9, 0.1; 1.0, -0.1];
    /// let by_template = Samples::new(&rows)?.with_units(&[0, 0, 1, 1])?;
    /// assert_eq!((by_template.rows(), by_template.units()), (4, 2));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn with_units(self, labels: &[usize]) -> Result<Self, Error> {
        check::same("labels", "entries", self.rows(), labels.len())?;
        Ok(Self {
            labels: Some(labels.to_vec()),
            ..self
        })
    }

    /// d, the number of coordinates.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Samples;
    /// use nalgebra::dmatrix;
    ///
    /// assert_eq!(Samples::new(&dmatrix![1.0_f64, 0.0, 2.0])?.dimension(), 3);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.groups[0].nrows()
    }

    /// The number of rows; for pairs, of pairs.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Samples;
    /// use nalgebra::dmatrix;
    ///
    /// assert_eq!(Samples::new(&dmatrix![1.0_f64; 2.0])?.rows(), 2);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn rows(&self) -> usize {
        self.groups.iter().map(DMatrix::ncols).sum()
    }

    /// The number of independent units in the smallest group: what a standard error is
    /// made of.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Samples;
    /// use nalgebra::dmatrix;
    ///
    /// let classes = Samples::unpaired(&dmatrix![1.0_f64; 2.0; 3.0], &dmatrix![0.0_f64; 0.5])?;
    /// assert_eq!(classes.units(), 2);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn units(&self) -> usize {
        let mut from = 0;
        let count = |group: &DMatrix<f64>| {
            let range = from..from + group.ncols();
            from = range.end;
            match &self.labels {
                None => group.ncols(),
                Some(labels) => {
                    let mut own = labels[range].to_vec();
                    own.sort_unstable();
                    own.dedup();
                    own.len()
                }
            }
        };
        self.groups.iter().map(count).min().unwrap_or(0)
    }

    /// The direction of the mean, the plug-in estimate: noisy, and its noise lies mostly
    /// outside any given subspace.
    ///
    /// # Errors
    /// [`Error::ZeroVector`] where the mean vanishes.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Samples;
    /// use nalgebra::dmatrix;
    ///
    /// let v = Samples::new(&dmatrix![1.0_f64, 1.0; 1.0, -1.0])?.mean_direction()?;
    /// assert_eq!(v.as_vector().as_slice(), [1.0, 0.0]);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn mean_direction(&self) -> Result<Direction<f64>, Error> {
        Direction::named("mean of the samples", self.mean().as_slice())
    }

    /// μ̂, in the units in which samples are held.
    pub(crate) fn mean(&self) -> DVector<f64> {
        let mut mean = DVector::zeros(self.dimension());
        for group in &self.groups {
            for (i, m) in mean.iter_mut().enumerate() {
                let coordinate: Vec<f64> = group.row(i).iter().copied().collect();
                *m += reduce::sum(&coordinate) / group.ncols() as f64;
            }
        }
        mean
    }

    /// Groups with samples in columns, those of a class to be subtracted negated.
    pub(crate) fn groups(&self) -> &[DMatrix<f64>] {
        &self.groups
    }

    pub(crate) fn labels(&self) -> Option<&[usize]> {
        self.labels.as_deref()
    }

    /// A length in the units in which samples are held, in those they came in.
    pub(crate) fn unscaled(&self, length: f64) -> f64 {
        length / self.scale[0] / self.scale[1]
    }

    fn of(argument: &'static str, mut groups: Vec<DMatrix<f64>>) -> Result<Self, Error> {
        let strongest = groups.iter().map(largest).fold(0.0, f64::max);
        if strongest == 0.0 {
            return Err(Error::ZeroVector {
                argument,
                column: 0,
            });
        }
        let scale = scale::power_of_two(strongest);
        groups.iter_mut().for_each(|g| *g *= scale);
        Ok(Self {
            groups,
            labels: None,
            scale: [1.0, scale],
        })
    }
}

/// Both classes checked, samples in columns.
fn classes<T: Real>(
    plus: DMatrixView<'_, T>,
    minus: DMatrixView<'_, T>,
) -> Result<(DMatrix<f64>, DMatrix<f64>), Error> {
    check::matrix("plus", &plus)?;
    check::matrix("minus", &minus)?;
    check::same("minus", "columns", plus.ncols(), minus.ncols())?;
    Ok((doubles(&plus), doubles(&minus)))
}

fn doubles<T: Real>(rows: &DMatrixView<'_, T>) -> DMatrix<f64> {
    let (n, d) = rows.shape();
    DMatrix::from_fn(d, n, |i, j| rows[(j, i)].to_double())
}

fn largest(a: &DMatrix<f64>) -> f64 {
    reduce::max_abs(a.as_slice())
}
