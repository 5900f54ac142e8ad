//! The covariance-matched null: a direction that knows the activations but no concept.
//!
//! Activations vary far more along some directions than along others, and whatever is
//! measured from them leans towards those. With covariance eigenvalues like 1/i two
//! unrelated directions overlap tens of times as much as m/d (theory §2.2). So the
//! chance level of a rate is taken from the samples themselves: v* ~ N(0, Σ̂), where Σ̂
//! is the pooled covariance within groups, each group centred by its own mean so that the
//! concepts do not enter their own null.
//!
//! v* = X_cᵀg with g ~ N(0, I_N) has that law exactly, X_c the N centred samples. Of
//! X_c only inner products matter: ‖v*‖² = gᵀKg with the Gram matrix K = X_cX_cᵀ, and
//! ‖Pv*‖² = ‖(X_cQ)ᵀg‖². One product of O(N²d) comes first, and a replicate costs O(N²)
//! (theory §3.4). With more samples than dimensions X_c itself is the smaller
//! matrix, and a replicate costs O(Nd).
//!
//! This is also the law, for large groups, of a difference of two group means when labels
//! carry no concept: the null speaks of estimated directions as well as of
//! directions drawn by nature.

use nalgebra::{DMatrix, DMatrixView, DVector};
use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

use super::quadratic::{self, Quadratic, column};
use crate::linalg::{check, jacobi, reduce};
use crate::{Direction, Error, MonteCarlo, NullSample, Real, Subspace, tolerance};

/// Columns of one product while replicates are drawn; more would only take memory.
const BATCH: usize = 512;

/// Random directions with the covariance of activation samples.
///
/// $$ v^\ast \sim N(0, \hat\Sigma), \qquad \hat\Sigma = \frac{1}{N - g} \sum_{k=1}^{g} \sum_{i \in k} (x_i - \bar x_k)(x_i - \bar x_k)^\top $$
///
/// # Units and shapes
/// g groups of samples, N rows in all, d columns. Only directions are used, so
/// the units of the samples do not matter.
///
/// # Accuracy
/// Monte Carlo: every p-value comes with its standard error. The null is that of Σ̂: with
/// few samples Σ̂ is itself uncertain, and directions in which no sample varies are
/// never drawn.
///
/// # References
/// Theory §2.2; Efron & Tibshirani (1993), *An Introduction to the Bootstrap*, §6.5, for
/// the parametric bootstrap that this is.
///
/// # Examples
/// ```
/// use alignment_tax::{Contrast, CovarianceNull, MonteCarlo, Subspace, TaxRate};
/// use nalgebra::{dmatrix, DMatrix};
/// use rand::{rngs::ChaCha8Rng, SeedableRng};
///
/// // Activations of two concepts, and the tax of the first on the second.
/// fn noise(i: usize, j: usize) -> f64 {
///     ((i * 29 + j * 17) % 23) as f64 / 23.0
/// }
///
/// let honest = DMatrix::from_fn(20, 6, |i, j| noise(i, j) + if j < 2 { 1.0 } else { 0.0 });
/// let deceptive = DMatrix::from_fn(20, 6, |i, j| noise(i + 3, j + 1));
/// let fluent = DMatrix::from_fn(20, 6, |i, j| noise(i + 5, j) + if j == 1 { 2.0 } else { 0.0 });
/// let clumsy = DMatrix::from_fn(20, 6, |i, j| noise(i + 2, j + 3));
///
/// let v = Contrast::new(&honest, &deceptive)?.mean_difference()?;
/// let c = Contrast::new(&fluent, &clumsy)?.mean_difference()?;
/// let c = Subspace::from_directions(&[c])?;
///
/// let null = CovarianceNull::from_groups(&[&honest, &deceptive, &fluent, &clumsy].map(|g| g.as_view()))?;
/// let run = MonteCarlo::new(499)?;
/// let chance = null.random_safety(&c, &run, &mut ChaCha8Rng::seed_from_u64(7))?;
/// let tax = TaxRate::between(&v, &c)?;
/// println!("tau = {:.2}, by chance {:.2}", tax.value(), chance.mean());
/// println!("p = {:.3}", chance.p_entangled(tax)?.value());
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct CovarianceNull {
    /// X_c, N × d, up to a power of two.
    centred: DMatrix<f64>,
    /// g ↦ ‖X_cᵀg‖².
    length: Quadratic,
    groups: usize,
}

impl CovarianceNull {
    /// From groups of samples, rows samples: the plus and the minus group of every
    /// concept, so that no difference between groups is left in the covariance.
    ///
    /// A group of one sample is its own mean and adds nothing.
    ///
    /// # Errors
    /// [`Error::Empty`] for no group or an empty one, [`Error::NonFinite`] with the row
    /// counted over all groups, [`Error::DimensionMismatch`] for groups of different
    /// dimension, [`Error::OutOfBounds`] where every group has one sample,
    /// [`Error::Unresolved`] where samples equal the mean of their group to rounding.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{CovarianceNull, Error};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let plus: DMatrix<f64> = dmatrix![1.0, 2.0; 2.0, 4.0];
    /// let minus: DMatrix<f64> = dmatrix![0.0, 1.0; 1.0, 0.0];
    /// let null = CovarianceNull::from_groups(&[plus.as_view(), minus.as_view()])?;
    /// assert_eq!(null.degrees_of_freedom(), 2);
    ///
    /// let constant: DMatrix<f64> = dmatrix![1.0, 2.0; 1.0, 2.0];
    /// let error = CovarianceNull::from_groups(&[constant.as_view()]).unwrap_err();
    /// assert!(matches!(error, Error::Unresolved { .. }));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn from_groups<T: Real>(groups: &[DMatrixView<'_, T>]) -> Result<Self, Error> {
        let argument = "groups";
        let Some(first) = groups.first() else {
            return Err(Error::Empty {
                argument,
                rows: 0,
                columns: 0,
            });
        };
        let mut above = 0;
        for group in groups {
            check::matrix(argument, group).map_err(|error| counted_from(error, above))?;
            check::same(argument, "columns", first.ncols(), group.ncols())?;
            above += group.nrows();
        }
        if above == groups.len() {
            return Err(Error::OutOfBounds {
                argument: "samples in groups",
                least: groups.len() + 1,
                most: u32::MAX as usize,
                actual: above,
                advice: "a group of one sample has no spread",
            });
        }
        let mut centred = quadratic::stacked(groups);
        let units = quadratic::rescaled(&mut centred);
        let largest = reduce::max_abs(centred.as_slice());
        let mut top = 0;
        for group in groups {
            quadratic::centre(&mut centred, top, group.nrows());
            top += group.nrows();
        }
        let noise = tolerance::mean_difference::<f64>(above) * largest;
        let spread = reduce::max_abs(centred.as_slice());
        if spread <= noise {
            return Err(Error::Unresolved {
                argument: "samples less the mean of their group",
                norm: spread * units[0] * units[1],
                tolerance: noise * units[0] * units[1],
            });
        }
        // The spread may be minute next to the mean that is gone.
        quadratic::rescaled(&mut centred);
        Ok(Self {
            length: Quadratic::of_rows(&centred),
            centred,
            groups: groups.len(),
        })
    }

    /// N − g, the number of samples less the number of groups: at most so many dimensions
    /// are ever drawn from.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::CovarianceNull;
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let group: DMatrix<f64> = dmatrix![1.0, 2.0; 2.0, 4.0; 0.0, 1.0];
    /// let null = CovarianceNull::from_groups(&[group.as_view()])?;
    /// assert_eq!(null.degrees_of_freedom(), 2);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn degrees_of_freedom(&self) -> usize {
        self.centred.nrows() - self.groups
    }

    /// d, the dimension of the space.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::CovarianceNull;
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let group: DMatrix<f64> = dmatrix![1.0, 2.0; 2.0, 4.0; 0.0, 1.0];
    /// let null = CovarianceNull::from_groups(&[group.as_view()])?;
    /// assert_eq!(null.ambient_dimension(), 2);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn ambient_dimension(&self) -> usize {
        self.centred.ncols()
    }

    /// The rate of a random safety direction against these capabilities.
    ///
    /// $$ \tau^\ast = \frac{\lVert P v^\ast \rVert^2}{\lVert v^\ast \rVert^2} $$
    ///
    /// A p-value of the result tests that the safety direction is a draw from
    /// N(0, Σ̂), independent of the capabilities. If the capability directions were
    /// estimated from few samples of the same groups, they lean towards the same leading
    /// eigenvectors; that is part of the null and as it should be.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`], [`Error::NotConverged`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{CovarianceNull, MonteCarlo, Subspace};
    /// use nalgebra::{dmatrix, DMatrix};
    /// use rand::{rngs::ChaCha8Rng, SeedableRng};
    ///
    /// let samples = DMatrix::from_fn(30, 3, |i, j| ((i * 7 + j * 5) % 31) as f64);
    /// let null = CovarianceNull::from_groups(&[samples.as_view()])?;
    /// let c: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0; 0.0])?;
    /// let run = MonteCarlo::new(199)?;
    /// let chance = null.random_safety(&c, &run, &mut ChaCha8Rng::seed_from_u64(1))?;
    /// assert!(chance.mean() > 0.0 && chance.mean() < 1.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn random_safety<T: Real>(
        &self,
        capabilities: &Subspace<T>,
        run: &MonteCarlo<'_>,
        rng: &mut impl Rng,
    ) -> Result<NullSample, Error> {
        check::same(
            "capabilities",
            "coordinates",
            self.ambient_dimension(),
            capabilities.ambient_dimension(),
        )?;
        let inside = self.coordinates(&quadratic::basis(capabilities)?);
        let inside = Quadratic::of_rows(&inside);
        let replicates = run.run(rng, |stream, count| {
            let g = normals(self.centred.nrows(), count, stream);
            let lengths = self.length.at(&g);
            let projections = inside.at(&g);
            let rate = |(p, l): (f64, f64)| if l > 0.0 { (p / l).min(1.0) } else { 0.0 };
            projections.into_iter().zip(lengths).map(rate).collect()
        });
        Ok(NullSample::of(replicates, self.centred.nrows()))
    }

    /// The rate of this safety direction against the span of p random capability
    /// directions.
    ///
    /// $$ \tau^\ast = a^\top G^{+} a, \qquad G = C^{\ast\top} C^\ast, \quad a = C^{\ast\top} v, \quad c^\ast_1, \dots, c^\ast_p \sim N(0, \hat\Sigma) $$
    ///
    /// A p-value of the result tests that the capability directions are independent draws
    /// from N(0, Σ̂), whatever the safety direction is.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`]; [`Error::OutOfBounds`] for p = 0 or more than
    /// min(N − g, d); [`Error::NotConverged`].
    ///
    /// # Accuracy
    /// G is brought to unit diagonal; τ* is off by about
    /// [`tolerance::tie`]·κ, κ the condition number of G then. Draws that are linearly
    /// dependent to that tolerance span what they span: eigenvalues below it are left out.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{CovarianceNull, Direction, MonteCarlo};
    /// use nalgebra::DMatrix;
    /// use rand::{rngs::ChaCha8Rng, SeedableRng};
    ///
    /// let samples = DMatrix::from_fn(30, 4, |i, j| ((i * 7 + j * 5 + i * j) % 31) as f64);
    /// let null = CovarianceNull::from_groups(&[samples.as_view()])?;
    /// let v = Direction::from_slice(&[1.0_f64, 0.0, 0.0, 0.0])?;
    /// let run = MonteCarlo::new(199)?;
    /// let one = null.random_capabilities(&v, 1, &run, &mut ChaCha8Rng::seed_from_u64(1))?;
    /// let two = null.random_capabilities(&v, 2, &run, &mut ChaCha8Rng::seed_from_u64(1))?;
    /// assert!(two.mean() > one.mean());
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn random_capabilities<T: Real>(
        &self,
        safety: &Direction<T>,
        p: usize,
        run: &MonteCarlo<'_>,
        rng: &mut impl Rng,
    ) -> Result<NullSample, Error> {
        let (n, d) = self.centred.shape();
        check::same("safety", "coordinates", d, safety.ambient_dimension())?;
        let most = self.degrees_of_freedom().min(d);
        if p == 0 || p > most {
            return Err(Error::OutOfBounds {
                argument: "p",
                least: 1,
                most,
                actual: p,
                advice: "random capabilities span no more dimensions than samples less groups, or coordinates",
            });
        }
        let v = Direction::new(&safety.as_vector().map(Real::to_double))?;
        let v = DMatrix::from_column_slice(d, 1, v.as_vector().as_slice());
        let along = self.coordinates(&v);
        let replicates = run.run(rng, |stream, count| {
            let (mut made, mut room) = (Vec::with_capacity(count), Room::new(p));
            while made.len() < count {
                let batch = (BATCH / p).clamp(1, count - made.len());
                let g = normals(n, p * batch, stream);
                let image = self.length.image(&g);
                let rate = |r| self.rate(&g, &image, r * p, &along, &mut room);
                made.extend((0..batch).map(rate));
            }
            made
        });
        let replicates: Option<Vec<f64>> = replicates.into_iter().collect();
        let replicates = replicates.ok_or(Error::NotConverged {
            algorithm: "the Jacobi eigenvalue iteration",
            rows: p,
            columns: p,
        })?;
        Ok(NullSample::of(replicates, n))
    }

    /// X_c·Q, N × m.
    fn coordinates(&self, q: &DMatrix<f64>) -> DMatrix<f64> {
        if q.ncols() == 0 {
            return DMatrix::zeros(self.centred.nrows(), 0);
        }
        f64::kernel_product(&self.centred, q)
    }

    /// τ of v, given by X_c·v, against the span of X_cᵀg for the columns g from `first` on, as
    /// many as there is room for.
    fn rate(
        &self,
        g: &DMatrix<f64>,
        image: &DMatrix<f64>,
        first: usize,
        along: &DMatrix<f64>,
        room: &mut Room,
    ) -> Option<f64> {
        let Room { gram, a, unit, .. } = room;
        let p = a.len();
        for i in 0..p {
            for j in i..p {
                let entry = self.length.between(g, image, first + i, first + j);
                gram[(i, j)] = entry;
                gram[(j, i)] = entry;
            }
            a[i] = reduce::dot(column(g, first + i), along.as_slice());
        }
        // Unit directions: the draws differ in length, which is not to decide a rank.
        for i in 0..p {
            let norm = gram[(i, i)].max(0.0).sqrt();
            unit[i] = if norm > 0.0 { 1.0 / norm } else { 0.0 };
        }
        for j in 0..p {
            a[j] *= unit[j];
            for i in 0..p {
                gram[(i, j)] *= unit[i] * unit[j];
            }
        }
        explained(room, tolerance::tie(self.centred.nrows()))
    }
}

/// What one replicate after the other is worked out in.
struct Room {
    gram: DMatrix<f64>,
    /// Overlaps with v, and what is solved for.
    a: DVector<f64>,
    unit: Vec<f64>,
    /// A copy of the Gram matrix, to be factored.
    lower: DMatrix<f64>,
}

impl Room {
    fn new(p: usize) -> Self {
        Self {
            gram: DMatrix::zeros(p, p),
            a: DVector::zeros(p),
            unit: vec![0.0; p],
            lower: DMatrix::zeros(p, p),
        }
    }
}

/// aᵀG⁺a for a Gram matrix of unit vectors, known to `cut`, and their overlaps with a unit
/// vector.
fn explained(room: &mut Room, cut: f64) -> Option<f64> {
    let Room { gram, a, lower, .. } = room;
    let p = gram.nrows();
    lower.copy_from(gram);
    // The factorisation takes the matrix and gives it back, or keeps it where it fails.
    if let Some(factor) = std::mem::take(lower).cholesky() {
        *lower = factor.unpack_dirty();
        // No pivot near the cut: G has full rank, and aᵀG⁻¹a = ‖L⁻¹a‖².
        let smallest = (0..p).fold(1.0_f64, |s, i| s.min(lower[(i, i)]));
        if smallest * smallest > cut.sqrt() && lower.solve_lower_triangular_mut(a) {
            return Some(reduce::dot(a.as_slice(), a.as_slice()).min(1.0));
        }
    } else {
        *lower = DMatrix::zeros(p, p);
    }
    let (values, vectors) = jacobi::symmetric_eigen(gram)?;
    let cut = cut * values[p - 1];
    let terms: Vec<f64> = values
        .iter()
        .zip(vectors.column_iter())
        .filter(|&(&value, _)| value > cut)
        .map(|(&value, u)| {
            let along = reduce::dot(u.as_slice(), a.as_slice());
            along * along / value
        })
        .collect();
    Some(reduce::sum(&terms).min(1.0))
}

/// Rows × columns standard normal numbers, column after column.
fn normals(rows: usize, columns: usize, stream: &mut impl Rng) -> DMatrix<f64> {
    DMatrix::from_fn(rows, columns, |_, _| stream.sample(StandardNormal))
}

/// The same error with its row counted from the first group on.
fn counted_from(error: Error, above: usize) -> Error {
    match error {
        Error::NonFinite {
            argument,
            row,
            column,
            value,
        } => Error::NonFinite {
            argument,
            row: row + above,
            column,
            value,
        },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TaxRate;

    /// Two unit draws whose inner product is 1 − η: eigenvalues 2 − η and η, and a share 0.3 of v
    /// along the second eigenvector. The draws are a line to the cut, relative to the first, or a
    /// plane.
    #[test]
    fn draws_that_are_parallel_to_the_cut_span_a_line() {
        let cut = tolerance::tie::<f64>(4);
        for (share, is_plane) in [
            (0.1, false),
            (1.5, false),
            (3.0, true),
            (1e3, true),
            (1e9, true),
        ] {
            let product = 1.0 - share * cut;
            // What the subtraction left of it.
            let eta = 1.0 - product;
            let (sum, difference) = (1.2, (0.6 * eta).sqrt());
            let mut room = Room::new(2);
            room.gram.copy_from_slice(&[1.0, product, product, 1.0]);
            room.a
                .copy_from_slice(&[0.5 * (sum + difference), 0.5 * (sum - difference)]);
            let tau = explained(&mut room, cut).expect("two eigenvalues");
            let line = sum * sum / (2.0 * (2.0 - eta));
            let truth = if is_plane { line + 0.3 } else { line };
            // Next to the cut the second eigenvalue has few digits, but is there or not.
            let bound = (cut * 2.0 / eta).min(0.1);
            assert!((tau - truth).abs() <= bound, "{share}: {tau} {truth}");
        }
    }

    /// Random draws differ little in length, and never so much as here.
    #[test]
    fn lengths_of_draws_do_not_count() {
        let samples = DMatrix::from_row_slice(
            4,
            3,
            &[
                1.0, 0.2, -0.4, -0.3, 0.9, 0.5, 0.4, -0.8, 1.1, -1.2, 0.3, 0.6,
            ],
        );
        let null = CovarianceNull::from_groups(&[samples.as_view()]).expect("samples");
        let safety = Direction::from_slice(&[0.5_f64, -0.7, 0.4]).expect("a direction");
        let v = DMatrix::from_column_slice(3, 1, safety.as_vector().as_slice());
        let along = null.coordinates(&v);
        let draws = DMatrix::from_row_slice(4, 2, &[0.7, -1.1, 1.3, 0.2, -0.4, 0.9, 0.1, 0.6]);
        let against = |columns: &DMatrix<f64>| {
            let span = Subspace::from_columns(columns).expect("a span");
            TaxRate::between(&safety, &span).expect("a rate").value()
        };
        let spanned = null.centred.transpose() * &draws;
        let (plane, line) = (
            against(&spanned),
            against(&spanned.columns(1, 1).into_owned()),
        );
        for (first, second, truth) in [
            (1.0, 1.0, plane),
            (1e-6, 1.0, plane),
            (1e5, 1e-5, plane),
            (0.3, 1e8, plane),
            (0.0, 1.0, line),
            (0.0, 1e-7, line),
        ] {
            let mut g = draws.clone();
            g.column_mut(0).scale_mut(first);
            g.column_mut(1).scale_mut(second);
            let image = null.length.image(&g);
            let tau = null.rate(&g, &image, 0, &along, &mut Room::new(2));
            let tau = tau.expect("two eigenvalues");
            let bound = tolerance::tie::<f64>(4);
            assert!(
                (tau - truth).abs() <= bound,
                "{first} {second}: {tau} {truth}"
            );
        }
    }
}
