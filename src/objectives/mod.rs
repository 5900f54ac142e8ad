//! Named objectives and their Gram matrix: all that the trade-offs between them depend on.
//!
//! An objective is a unit vector, the direction in which one metric rises fastest, and a
//! *slope*, how fast it rises there. The achievable gains, the floors and their prices are
//! functions of the inner products K alone (theory §5.2), so that whoever can only export
//! those, because the gradients have seven billion entries, loses nothing but the shift in
//! the coordinates of the model. Where vectors are known they are kept, and what is computed
//! from them does not go through K, whose rounding costs half of the digits near zero.

mod embedding;
mod freeze;
#[cfg(feature = "serde")]
mod record;

use std::sync::Arc;

use nalgebra::{DMatrix, DMatrixView, DVector, DVectorView};

pub(crate) use self::embedding::Embedding;
pub(crate) use self::freeze::Known;
use crate::linalg::householder::Triangular;
use crate::linalg::{check, gram, reduce, scale};
use crate::{Direction, Error, Real};

/// Named unit objectives, their Gram matrix K, and their slopes.
///
/// $$ K_{ij} = \langle f_i, f_j \rangle, \qquad K_{ii} = 1, \qquad \Delta f_i \approx \lVert \nabla f_i \rVert \cdot y_i $$
///
/// # Units and shapes
/// k names, K is k × k without unit; slopes in metric units per unit of the representation.
///
/// # Accuracy
/// K to (log₂ d + 12)·ε an entry. From vectors, results are as accurate as their
/// coordinates; from a Gram matrix, objectives within √(16ε·k) radians of a combination of
/// others count as dependent on them.
///
/// # References
/// Young (2026), *What Is the Alignment Tax?*, arXiv:2603.00047.
///
/// # Examples
/// ```
/// use alignment_tax::Objectives;
/// use nalgebra::{DMatrix, dmatrix};
///
/// // Inner products of three gradients, of lengths 2, 1 and 3.
/// let gram: DMatrix<f64> = dmatrix![4.0, -0.6, 0.0; -0.6, 1.0, 0.9; 0.0, 0.9, 9.0];
/// let objectives = Objectives::from_gram(&["safety", "math", "code"], &gram)?;
/// assert!((objectives.overlap("safety", "math")? + 0.3).abs() < 1e-15);
/// assert_eq!(objectives.slopes().as_slice(), [2.0, 1.0, 3.0]);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Objectives<T> {
    /// Unique, none empty.
    names: Vec<String>,
    /// Symmetric, its diagonal exactly one.
    gram: DMatrix<T>,
    /// Positive.
    slopes: DVector<T>,
    /// d × k unit columns; shared, as they may be large.
    vectors: Option<Arc<DMatrix<T>>>,
    embedding: Embedding<T>,
    /// Where what is left comes from, once some are frozen.
    frozen: Option<freeze::Frozen<T>>,
}

impl<T: Real> Objectives<T> {
    /// Objectives of known directions, with slopes of one.
    ///
    /// # Errors
    /// [`Error::Empty`] for none at all, [`Error::DimensionMismatch`],
    /// [`Error::DuplicateName`], [`Error::EmptyName`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Direction, Error, Objectives};
    ///
    /// let v = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let c = Direction::from_slice(&[-3.0_f64, 4.0])?;
    /// let objectives = Objectives::from_directions(&[("safety", &v), ("math", &c)])?;
    /// assert_eq!(objectives.overlap("safety", "math")?, -0.6);
    ///
    /// let twice = Objectives::from_directions(&[("math", &v), ("math", &c)]);
    /// assert!(matches!(twice, Err(Error::DuplicateName { second: 1, .. })));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn from_directions(directions: &[(&str, &Direction<T>)]) -> Result<Self, Error> {
        let Some((_, first)) = directions.first() else {
            return Err(none("directions"));
        };
        for (_, direction) in directions {
            first.same_space("directions", direction)?;
        }
        let names: Vec<&str> = directions.iter().map(|&(name, _)| name).collect();
        let columns: Vec<_> = directions
            .iter()
            .map(|(_, direction)| direction.as_vector().column(0))
            .collect();
        let slopes = DVector::from_element(names.len(), T::one());
        Self::of_units(
            unique("directions", &names)?,
            DMatrix::from_columns(&columns),
            slopes,
        )
    }

    /// Objectives from the gradients of their metrics, one a column; the lengths of the
    /// columns are the slopes.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`] unless there is a name to each column,
    /// [`Error::ZeroVector`], [`Error::NonFinite`], [`Error::Empty`],
    /// [`Error::DuplicateName`], [`Error::EmptyName`], [`Error::EntryOutOfRange`] for a
    /// length that overflows or vanishes.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Objectives;
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let gradients: DMatrix<f64> = dmatrix![2.0, -3.0; 0.0, 4.0];
    /// let objectives = Objectives::from_gradients(&["safety", "math"], &gradients)?;
    /// assert_eq!(objectives.slopes().as_slice(), [2.0, 5.0]);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn from_gradients<'a>(
        names: &[&str],
        gradients: impl Into<DMatrixView<'a, T>>,
    ) -> Result<Self, Error> {
        let gradients = gradients.into();
        check::matrix("gradients", &gradients)?;
        check::same("names", "entries", gradients.ncols(), names.len())?;
        let names = unique("names", names)?;
        let mut units = gradients.into_owned();
        let rows = units.nrows();
        let mut slopes = DVector::zeros(names.len());
        for (column, entries) in units.as_mut_slice().chunks_exact_mut(rows).enumerate() {
            slopes[column] = scale::norm(entries);
            if !scale::normalise(entries) {
                return Err(Error::ZeroVector {
                    argument: "gradients",
                    column,
                });
            }
        }
        let slopes = positive("lengths of gradients", slopes)?;
        Self::of_units(names, units, slopes)
    }

    /// Objectives from inner products alone; the roots of the diagonal are the slopes.
    ///
    /// # Units and shapes
    /// k × k, symmetric: a Gram matrix of gradients, or a correlation matrix.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`] unless it is square with a name to each row,
    /// [`Error::NotSymmetric`], [`Error::ZeroVector`] naming a diagonal entry that is zero,
    /// [`Error::NotPositiveSemidefinite`] naming the smallest eigenvalue of the correlations,
    /// [`Error::NonFinite`], [`Error::Empty`], [`Error::DuplicateName`], [`Error::EmptyName`],
    /// [`Error::NotConverged`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Error, Objectives};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// // Three pairs cannot all disagree so much.
    /// let impossible: DMatrix<f64> = dmatrix![1.0, -0.9, -0.9; -0.9, 1.0, -0.9; -0.9, -0.9, 1.0];
    /// let error = Objectives::from_gram(&["a", "b", "c"], &impossible).unwrap_err();
    /// let Error::NotPositiveSemidefinite { eigenvalue, .. } = error else { panic!() };
    /// assert!((eigenvalue + 0.8).abs() < 1e-14);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn from_gram<'a>(
        names: &[&str],
        gram: impl Into<DMatrixView<'a, T>>,
    ) -> Result<Self, Error> {
        let given = gram.into();
        let mut gram = gram::correlation("gram", &given)?;
        check::same("names", "entries", gram.nrows(), names.len())?;
        let names = unique("names", names)?;
        // What rounding left of an asymmetry goes.
        gram = (&gram + gram.transpose()) * T::from_double(0.5);
        let slopes = DVector::from_fn(gram.nrows(), |i, _| given[(i, i)].sqrt());
        let embedding = Embedding::of_correlation("gram", &gram, T::zero())?;
        Ok(Self {
            names,
            gram,
            slopes,
            vectors: None,
            embedding,
            frozen: None,
        })
    }

    /// The same in k coordinates, where vectors are known and have more: by reflections, so that
    /// nothing is squared.
    pub(crate) fn reduced(&self) -> Result<Self, Error> {
        match &self.vectors {
            Some(vectors) if vectors.nrows() > self.len() => {
                let mut units = Triangular::of(vectors.as_ref().clone()).r;
                for column in units.as_mut_slice().chunks_exact_mut(self.len()) {
                    scale::normalise(column);
                }
                Ok(Self {
                    names: self.names.clone(),
                    gram: self.gram.clone(),
                    slopes: self.slopes.clone(),
                    // What an earlier freezing did to the rounding stays with it.
                    embedding: Embedding::of_vectors(&units, self.embedding.rounding)?,
                    vectors: Some(Arc::new(units)),
                    frozen: None,
                })
            }
            _ => Ok(self.clone()),
        }
    }

    fn of_units(names: Vec<String>, units: DMatrix<T>, slopes: DVector<T>) -> Result<Self, Error> {
        let embedding = Embedding::of_vectors(&units, T::zero())?;
        Ok(Self {
            names,
            gram: gram_of_units(&units),
            slopes,
            vectors: Some(Arc::new(units)),
            embedding,
            frozen: None,
        })
    }

    fn with_unit_slopes(&self) -> Self {
        let mut plain = self.clone();
        plain.slopes.fill(T::one());
        plain
    }

    /// The same objectives with other slopes.
    ///
    /// # Units and shapes
    /// ‖∇fᵢ‖ in the order of the names: the change of metric i for a shift of length one
    /// along it.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`], [`Error::EntryOutOfRange`] unless all are positive.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Objectives;
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let k: DMatrix<f64> = dmatrix![1.0, 0.5; 0.5, 1.0];
    /// let objectives = Objectives::from_gram(&["safety", "math"], &k)?.with_slopes(&[1.0, 0.2])?;
    /// assert_eq!(objectives.slopes()[1], 0.2);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn with_slopes(mut self, slopes: &[T]) -> Result<Self, Error> {
        check::same("slopes", "entries", self.len(), slopes.len())?;
        self.slopes = positive("slopes", DVector::from_column_slice(slopes))?;
        Ok(self)
    }

    /// Some of the objectives, in the order of the names given.
    ///
    /// # Errors
    /// [`Error::UnknownName`], [`Error::DuplicateName`], [`Error::Empty`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Objectives;
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let k: DMatrix<f64> = dmatrix![1.0, 0.5, 0.0; 0.5, 1.0, 0.1; 0.0, 0.1, 1.0];
    /// let all = Objectives::from_gram(&["safety", "math", "code"], &k)?;
    /// let two = all.select(&["code", "math"])?;
    /// assert_eq!(two.names(), ["code", "math"]);
    /// assert_eq!(two.gram()[(0, 1)], 0.1);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn select(&self, names: &[&str]) -> Result<Self, Error> {
        let chosen = self.indices("names", names)?;
        if chosen.is_empty() {
            return Err(none("names"));
        }
        let gram = self.gram.select_columns(&chosen).select_rows(&chosen);
        let vectors = self.vectors.as_ref().map(|x| x.select_columns(&chosen));
        let frozen = self.frozen.as_ref().map(|x| x.select(&chosen));
        let rounding = frozen.as_ref().map_or(T::zero(), freeze::Frozen::rounding);
        let embedding = match &vectors {
            Some(vectors) => Embedding::of_vectors(vectors, rounding)?,
            None => Embedding::of_correlation("gram", &gram, rounding)?,
        };
        Ok(Self {
            names: chosen.iter().map(|&i| self.names[i].clone()).collect(),
            gram,
            slopes: self.slopes.select_rows(&chosen),
            vectors: vectors.map(Arc::new),
            embedding,
            frozen,
        })
    }

    /// k, the number of objectives; at least one.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Objectives;
    /// use nalgebra::dmatrix;
    ///
    /// assert_eq!(Objectives::from_gram(&["safety"], &dmatrix![1.0_f64])?.len(), 1);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "there is always one")]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// The names.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Objectives;
    /// use nalgebra::dmatrix;
    ///
    /// assert_eq!(Objectives::from_gram(&["safety"], &dmatrix![1.0_f64])?.names(), ["safety"]);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Where a name stands.
    ///
    /// # Errors
    /// [`Error::UnknownName`], with the names there are.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Objectives;
    /// use nalgebra::dmatrix;
    ///
    /// let objectives: Objectives<f64> = Objectives::from_gram(&["safety"], &dmatrix![1.0])?;
    /// let error = objectives.index("maths").unwrap_err();
    /// assert_eq!(error.to_string(), "`name` is \"maths\", expected one of [\"safety\"]");
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn index(&self, name: &str) -> Result<usize, Error> {
        self.named("name", name)
    }

    /// K, with a diagonal of ones.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Objectives;
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let gram: DMatrix<f64> = dmatrix![4.0, 1.0; 1.0, 1.0];
    /// let objectives = Objectives::from_gram(&["safety", "math"], &gram)?;
    /// assert_eq!(objectives.gram(), &dmatrix![1.0_f64, 0.5; 0.5, 1.0]);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn gram(&self) -> &DMatrix<T> {
        &self.gram
    }

    /// ⟨fᵢ, fⱼ⟩ of two objectives by name, in [−1, 1].
    ///
    /// # Errors
    /// [`Error::UnknownName`].
    ///
    /// # Examples
    /// See [`Objectives`].
    pub fn overlap(&self, first: &str, second: &str) -> Result<T, Error> {
        Ok(self.gram[(self.named("first", first)?, self.named("second", second)?)])
    }

    /// ‖∇fᵢ‖ in the order of the names; one where nobody said.
    ///
    /// # Examples
    /// See [`Objectives::with_slopes`].
    #[must_use]
    pub fn slopes(&self) -> &DVector<T> {
        &self.slopes
    }

    /// The objectives as d × k unit columns, where they are known.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Objectives;
    /// use nalgebra::dmatrix;
    ///
    /// let known: Objectives<f64> = Objectives::from_gradients(&["safety"], &dmatrix![3.0; 4.0])?;
    /// assert_eq!(known.vectors(), Some(&dmatrix![0.6_f64; 0.8]));
    /// assert!(Objectives::from_gram(&["safety"], &dmatrix![1.0_f64])?.vectors().is_none());
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn vectors(&self) -> Option<&DMatrix<T>> {
        self.vectors.as_deref()
    }

    /// One objective as a direction, where vectors are known.
    ///
    /// # Errors
    /// [`Error::UnknownName`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Objectives;
    /// use nalgebra::dmatrix;
    ///
    /// let objectives: Objectives<f64> = Objectives::from_gradients(&["safety"], &dmatrix![3.0; 4.0])?;
    /// let v = objectives.direction("safety")?.expect("vectors are known");
    /// assert_eq!(v.ambient_dimension(), 2);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn direction(&self, name: &str) -> Result<Option<Direction<T>>, Error> {
        let i = self.index(name)?;
        let column = self.vectors.as_ref().map(|x| x.column(i).into_owned());
        column.map(|x| Direction::new(&x)).transpose()
    }

    /// r, how many of the objectives are independent.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Objectives;
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let same: DMatrix<f64> = dmatrix![1.0, 1.0; 1.0, 1.0];
    /// assert_eq!(Objectives::from_gram(&["math", "algebra"], &same)?.rank(), 1);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn rank(&self) -> usize {
        self.embedding.rank()
    }

    /// Changes yᵢ in the units of the metrics, Δfᵢ ≈ ‖∇fᵢ‖·yᵢ.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`]; [`Error::NonFinite`], also where a product overflows.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Objectives;
    /// use nalgebra::{DMatrix, dmatrix, dvector};
    ///
    /// let k: DMatrix<f64> = dmatrix![1.0, 0.0; 0.0, 1.0];
    /// let objectives = Objectives::from_gram(&["safety", "math"], &k)?.with_slopes(&[2.0, 0.5])?;
    /// assert_eq!(objectives.in_metric_units(&dvector![1.0_f64, -0.2])?.as_slice(), [2.0, -0.1]);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn in_metric_units<'a>(
        &self,
        changes: impl Into<DVectorView<'a, T>>,
    ) -> Result<DVector<T>, Error> {
        let changes = changes.into();
        check::vector("changes", &changes)?;
        check::same("changes", "entries", self.len(), changes.len())?;
        let metric = changes.component_mul(&self.slopes);
        check::slice("changes in metric units", metric.as_slice())?;
        Ok(metric)
    }

    pub(crate) fn embedding(&self) -> &Embedding<T> {
        &self.embedding
    }

    pub(crate) fn named(&self, argument: &'static str, name: &str) -> Result<usize, Error> {
        let found = self.names.iter().position(|x| x == name);
        found.ok_or_else(|| Error::UnknownName {
            argument,
            name: name.to_owned(),
            known: self.names.clone(),
        })
    }

    /// Where names stand, each once.
    pub(crate) fn indices(
        &self,
        argument: &'static str,
        names: &[&str],
    ) -> Result<Vec<usize>, Error> {
        unique(argument, names)?;
        names.iter().map(|x| self.named(argument, x)).collect()
    }

    /// Σ xᵢ·fᵢ in R^d, where vectors are known.
    pub(crate) fn combined(&self, coefficients: &DVector<T>) -> Option<DVector<T>> {
        let vectors = self.vectors.as_ref()?;
        let mut sum = DVector::zeros(vectors.nrows());
        for (column, &x) in vectors.column_iter().zip(coefficients) {
            if x != T::zero() {
                sum.axpy(x, &column, T::one());
            }
        }
        Some(sum)
    }
}

/// Inner products of unit columns, with a diagonal of exactly one.
fn gram_of_units<T: Real>(units: &DMatrix<T>) -> DMatrix<T> {
    let rows = units.nrows();
    let columns: Vec<&[T]> = units.as_slice().chunks_exact(rows).collect();
    let mut gram = DMatrix::identity(columns.len(), columns.len());
    for j in 0..columns.len() {
        for i in 0..j {
            let overlap = reduce::dot(columns[i], columns[j]);
            let overlap = overlap.max(-T::one()).min(T::one());
            gram[(i, j)] = overlap;
            gram[(j, i)] = overlap;
        }
    }
    gram
}

fn none(argument: &'static str) -> Error {
    Error::Empty {
        argument,
        rows: 0,
        columns: 1,
    }
}

/// Names, none empty, none twice.
fn unique(argument: &'static str, names: &[&str]) -> Result<Vec<String>, Error> {
    let mut seen = std::collections::HashMap::new();
    for (second, &name) in names.iter().enumerate() {
        if name.is_empty() {
            return Err(Error::EmptyName {
                argument,
                index: second,
            });
        }
        if let Some(first) = seen.insert(name, second) {
            return Err(Error::DuplicateName {
                argument,
                name: name.to_owned(),
                first,
                second,
            });
        }
    }
    Ok(names.iter().map(|&x| x.to_owned()).collect())
}

fn positive<T: Real>(argument: &'static str, slopes: DVector<T>) -> Result<DVector<T>, Error> {
    let bad = slopes
        .iter()
        .position(|x| !(x.is_finite() && *x > T::zero()));
    match bad {
        None => Ok(slopes),
        Some(index) => Err(Error::EntryOutOfRange {
            argument,
            index,
            expected: "positive slopes that the scalar can hold",
            actual: slopes[index].to_double(),
        }),
    }
}
