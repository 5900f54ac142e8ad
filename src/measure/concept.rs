//! A concept: a name, and the samples that show more and less of it.

use nalgebra::{DMatrix, DMatrixView};

use crate::linalg::check;
use crate::{Error, MonteCarlo, PermutationTest, Real, Relabelling, Samples, SignFlips};

/// Named samples of a concept, oriented so that plus is safer or more capable.
///
/// # Units and shapes
/// Rows samples, columns the d coordinates of one layer; views, not copied. Nothing is
/// checked before a measurement is made.
///
/// # Examples
/// ```
/// use alignment_tax::Concept;
/// use nalgebra::{DMatrix, dmatrix};
///
/// let plus: DMatrix<f64> = dmatrix![1.0, 0.2; 1.1, 0.1; 0.9, 0.0; 1.2, 0.1];
/// let minus: DMatrix<f64> = dmatrix![0.0, 0.1; 0.1, 0.2; 0.0, 0.1; 0.2, 0.0];
/// // The first two pairs share a template, and so do the others.
/// assert_eq!(Concept::paired("honesty", &plus, &minus).with_units(&[0, 0, 1, 1]).name(), "honesty");
/// ```
#[derive(Debug, Clone)]
pub struct Concept<'a, T: Real> {
    name: String,
    design: Design<'a, T>,
    units: Option<Vec<usize>>,
}

#[derive(Debug, Clone)]
enum Design<'a, T: Real> {
    Paired(DMatrixView<'a, T>, DMatrixView<'a, T>),
    Unpaired(DMatrixView<'a, T>, DMatrixView<'a, T>),
    Rows(DMatrixView<'a, T>),
}

impl<'a, T: Real> Concept<'a, T> {
    /// Pairs: row i of plus belongs to row i of minus.
    ///
    /// # Examples
    /// See [`Concept`].
    #[must_use]
    pub fn paired(
        name: impl Into<String>,
        plus: impl Into<DMatrixView<'a, T>>,
        minus: impl Into<DMatrixView<'a, T>>,
    ) -> Self {
        Self::of(name.into(), Design::Paired(plus.into(), minus.into()))
    }

    /// Two independent classes.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Concept;
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let plus: DMatrix<f64> = dmatrix![1.0; 2.0];
    /// let minus: DMatrix<f64> = dmatrix![0.0];
    /// assert_eq!(Concept::unpaired("refusal", &plus, &minus).name(), "refusal");
    /// ```
    #[must_use]
    pub fn unpaired(
        name: impl Into<String>,
        plus: impl Into<DMatrixView<'a, T>>,
        minus: impl Into<DMatrixView<'a, T>>,
    ) -> Self {
        Self::of(name.into(), Design::Unpaired(plus.into(), minus.into()))
    }

    /// Rows whose mean is the vector: gradients of a metric, one a sample.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Concept;
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let rows: DMatrix<f64> = dmatrix![0.1, -0.2; 0.2, -0.1];
    /// assert_eq!(Concept::gradients("arithmetic", &rows).name(), "arithmetic");
    /// ```
    #[must_use]
    pub fn gradients(name: impl Into<String>, rows: impl Into<DMatrixView<'a, T>>) -> Self {
        Self::of(name.into(), Design::Rows(rows.into()))
    }

    /// The same samples with a label for each row (of plus, then of minus, where they are
    /// unpaired): rows of one label are not independent of each other. One label for each
    /// row; a wrong count is an error of the measurement.
    ///
    /// Labels speak across concepts: template 0 of one concept and template 0 of another
    /// are one unit. Number them on where concepts share no template, and give two
    /// concepts that share rows the same labels, or their common noise counts as overlap.
    /// Rows of a concept without labels are independent of everything. See
    /// [`Samples::with_units`].
    ///
    /// # Examples
    /// See [`Concept`].
    #[must_use]
    pub fn with_units(self, labels: &[usize]) -> Self {
        Self {
            units: Some(labels.to_vec()),
            ..self
        }
    }

    /// The name.
    ///
    /// # Examples
    /// See [`Concept`].
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    fn of(name: String, design: Design<'a, T>) -> Self {
        Self {
            name,
            design,
            units: None,
        }
    }

    /// As samples of its vector.
    pub(super) fn samples(&self) -> Result<Samples, Error> {
        let samples = match &self.design {
            Design::Paired(plus, minus) => Samples::paired(*plus, *minus),
            Design::Unpaired(plus, minus) => Samples::unpaired(*plus, *minus),
            Design::Rows(rows) => Samples::new(*rows),
        }?;
        match &self.units {
            None => Ok(samples),
            Some(labels) => samples.with_units(labels),
        }
    }

    /// Its groups of samples, each of which has its own mean.
    pub(super) fn groups(&self) -> Vec<DMatrixView<'a, T>> {
        match &self.design {
            Design::Paired(plus, minus) | Design::Unpaired(plus, minus) => vec![*plus, *minus],
            Design::Rows(rows) => vec![*rows],
        }
    }

    /// Do the labels mean anything? `None` for unpaired classes whose rows come in units,
    /// which no relabelling of rows respects.
    pub(super) fn permutation(
        &self,
        run: &MonteCarlo<'_>,
        rng: &mut impl rand::Rng,
    ) -> Result<Option<PermutationTest>, Error> {
        let flips = match &self.design {
            Design::Paired(plus, minus) => SignFlips::new(*plus, *minus)?,
            Design::Rows(rows) => {
                check::matrix("rows", rows)?;
                SignFlips::new(*rows, &DMatrix::zeros(rows.nrows(), rows.ncols()))?
            }
            Design::Unpaired(plus, minus) => {
                if self.units.is_some() {
                    return Ok(None);
                }
                return Ok(Some(Relabelling::new(*plus, *minus)?.concept(run, rng)));
            }
        };
        let flips = match &self.units {
            None => flips,
            Some(labels) => flips.with_blocks(labels)?,
        };
        Ok(Some(flips.concept(run, rng)))
    }
}
