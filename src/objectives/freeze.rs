//! Freezing: what is left of objectives when others must not move.
//!
//! A shift that leaves the objectives of a set F alone is orthogonal to their span, so that of an
//! objective f only its residual counts,
//!
//!   r = f − F·β,   β = G_F⁺·Fᵀf,   ρ = ‖r‖ = √(1 − τ(f, F)).
//!
//! Unit residuals r/ρ, with slopes shortened by ρ, are objectives again: the Schur complement
//! of K, brought to unit diagonal, whose entries are the partial correlations given F (theory
//! §6.1). So freezing can be repeated, and the residual after F and then F′ is the one
//! after F ∪ F′, in whichever order.
//!
//! **What rounding does to it.** Let each unit vector be known to e. Then r, a combination of
//! them with weights w = (1, −β), is known to e·‖w‖₁, and its direction to e·‖w‖₁/ρ. From inner
//! products known to e it is ρ² that is known, to e·‖w‖₁². Near that an objective counts
//! as a combination of the frozen ones. Such bounds multiply from step to step and soon say
//! nothing, so no step builds on the residuals of another: the first objectives are kept
//! (shared, not copied), and to freeze again is to freeze the union. The order then
//! does not matter to the last bit.

use std::sync::Arc;

use nalgebra::{DMatrix, DVector};

use super::{Embedding, Objectives, none};
use crate::linalg::{ThinSvd, reduce, scale};
use crate::{Error, Real, tolerance};

impl<T: Real> Objectives<T> {
    /// What is left of the objectives where some of them must not move: the Schur complement of
    /// K, as objectives.
    ///
    /// $$ K^\prime \propto K\_{SS} - K\_{SF} K\_{FF}^{+} K\_{FS}, \qquad \text{slope}\_i^\prime = \text{slope}\_i \sqrt{1 - \tau\_i} $$
    ///
    /// Overlaps become partial correlations given the frozen ones. A slope falls by the free
    /// gain √(1 − τᵢ) that is left of the objective, so that
    /// [`in_metric_units`](Objectives::in_metric_units) stays true. Vectors, where known, become
    /// unit residuals.
    ///
    /// # Units and shapes
    /// Names of those to freeze, in any order; the others keep theirs. Of frozen
    /// objectives that depend on each other only the span counts.
    ///
    /// # Errors
    /// [`Error::Dependent`] for an objective that is a combination of the frozen ones: freeze
    /// it as well, or leave it out by [`select`](Objectives::select); [`Error::UnknownName`],
    /// [`Error::DuplicateName`], [`Error::EmptyName`]; [`Error::Empty`] where nothing is left;
    /// [`Error::EntryOutOfRange`] for a slope that vanishes; [`Error::NotConverged`].
    ///
    /// # Accuracy
    /// With w the weights of the residual among the unit vectors, ρ its length: overlaps to
    /// about 16ε·‖w‖₁/ρ from vectors, and ε·‖w‖₁²/ρ² from inner products.
    ///
    /// # References
    /// Young (2026), arXiv:2603.00047, on recursion; Zhang (ed., 2005), *The Schur Complement
    /// and Its Applications*, thm. 1.4 (the quotient property).
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Objectives;
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// // Helpful and harmless pull apart, but only by way of reasoning.
    /// let gram: DMatrix<f64> = dmatrix![1.0, -0.3, 0.6; -0.3, 1.0, -0.6; 0.6, -0.6, 1.0];
    /// let all = Objectives::from_gram(&["helpful", "harmless", "reasoning"], &gram)?;
    /// let frozen = all.freeze(&["reasoning"])?;
    /// assert!((frozen.overlap("helpful", "harmless")? - 0.06 / 0.64).abs() < 1e-14);
    /// assert!((frozen.slopes()[0] - 0.8).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn freeze(&self, names: &[&str]) -> Result<Self, Error> {
        let now = self.indices("names", names)?;
        if now.is_empty() {
            return Ok(self.clone());
        }
        let kept: Vec<usize> = (0..self.len()).filter(|i| !now.contains(i)).collect();
        if kept.is_empty() {
            return Err(none("objectives that are not frozen"));
        }
        self.frozen_to(now, &kept)
    }

    /// Freezes some, and keeps of the others those at `kept`, in that order.
    pub(super) fn frozen_to(&self, now: Vec<usize>, kept: &[usize]) -> Result<Self, Error> {
        let (root, earlier) = match &self.frozen {
            Some(frozen) => (Arc::clone(&frozen.root), frozen.indices.as_slice()),
            None => (Arc::new(self.with_unit_slopes()), [].as_slice()),
        };
        let at_root = |i: usize| root.named("names", &self.names[i]);
        let mut indices = earlier.to_vec();
        for i in now {
            indices.push(at_root(i)?);
        }
        indices.sort_unstable();
        let names: Vec<String> = kept.iter().map(|&i| self.names[i].clone()).collect();
        let in_root = kept.iter().map(|&i| at_root(i));
        let in_root = in_root.collect::<Result<Vec<_>, Error>>()?;
        let rest = root.residuals(&in_root, &indices)?;

        let mut slopes = self.slopes.select_rows(kept);
        for (j, slope) in slopes.iter_mut().enumerate() {
            let before = self
                .frozen
                .as_ref()
                .map_or(T::one(), |x| x.lengths[kept[j]]);
            *slope *= rest.lengths[j] / before;
            if *slope <= T::zero() {
                return Err(Error::EntryOutOfRange {
                    argument: "slopes of what is left",
                    index: j,
                    expected: "slopes that the scalar can hold",
                    actual: slope.to_double(),
                });
            }
        }
        let rounding = rest.rounding();
        let gram = rest.gram();
        let (embedding, vectors) = match root.vectors {
            Some(_) => (
                Embedding::of_vectors(&rest.units, rounding)?,
                Some(Arc::new(rest.units)),
            ),
            None => (Embedding::of_correlation("gram", &gram, rounding)?, None),
        };
        let frozen = Frozen {
            names: indices.iter().map(|&i| root.names[i].clone()).collect(),
            root,
            indices,
            lengths: rest.lengths,
            turned: rest.turned,
        };
        Ok(Self {
            names,
            gram,
            slopes,
            vectors,
            embedding,
            frozen: Some(frozen),
        })
    }

    /// The names of what was frozen, in the order of the first objectives; none before any.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Objectives;
    /// use nalgebra::DMatrix;
    ///
    /// let all = Objectives::from_gram(&["safety", "math", "code"], &DMatrix::<f64>::identity(3, 3))?;
    /// let left = all.freeze(&["code"])?.freeze(&["math"])?;
    /// assert_eq!(left.frozen(), ["math", "code"]);
    /// assert_eq!(left, all.freeze(&["math", "code"])?);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn frozen(&self) -> &[String] {
        self.frozen.as_ref().map_or(&[], |x| &x.names)
    }

    /// The partial correlation of each pair given *all* other objectives.
    ///
    /// $$ \rho\_{ij \cdot \text{rest}} = - \frac{(K^{-1})\_{ij}}{\sqrt{(K^{-1})\_{ii} (K^{-1})\_{jj}}} $$
    ///
    /// Given some of them it is [`freeze`](Objectives::freeze) and
    /// [`gram`](Objectives::gram).
    ///
    /// # Units and shapes
    /// k × k with a diagonal of ones.
    ///
    /// # Errors
    /// [`Error::Dependent`] where an objective is a combination of others, so that nothing is
    /// left of it.
    ///
    /// # Accuracy
    /// ε times the condition number of the objectives, its square from a Gram matrix.
    ///
    /// # References
    /// Whittaker (1990), *Graphical Models in Applied Multivariate Statistics*, cor. 5.8.2.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Objectives;
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let gram: DMatrix<f64> = dmatrix![1.0, -0.36, 0.6; -0.36, 1.0, -0.6; 0.6, -0.6, 1.0];
    /// let all = Objectives::from_gram(&["helpful", "harmless", "reasoning"], &gram)?;
    /// // Reasoning mediates all of the conflict.
    /// assert!(all.partial_correlations()?[(0, 1)].abs() < 1e-14);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn partial_correlations(&self) -> Result<DMatrix<T>, Error> {
        let k = self.len();
        let Embedding { axes, lengths, .. } = &self.embedding;
        if self.rank() < k {
            // How much of an objective's axis lies where there is no length.
            let missing = |i: usize| T::one() - axes.row(i).norm_squared();
            let worst = (0..k).fold(0, |w, i| if missing(i) > missing(w) { i } else { w });
            return Err(Error::Dependent {
                argument: "objectives",
                name: self.names[worst].clone(),
                norm: 0.0,
                tolerance: self.embedding.noise.to_double(),
            });
        }
        // Columns dual to the objectives, in units of the shortest length.
        let shortest = lengths[k - 1];
        let mut dual = axes.transpose();
        for (mut row, &length) in dual.row_iter_mut().zip(lengths) {
            row *= shortest / length;
        }
        for column in dual.as_mut_slice().chunks_exact_mut(k) {
            scale::normalise(column);
        }
        let mut partial = -super::gram_of_units(&dual);
        partial.fill_diagonal(T::one());
        Ok(partial)
    }

    /// What is left of some objectives, each for itself, outside the span of others.
    pub(crate) fn residuals(
        &self,
        kept: &[usize],
        frozen: &[usize],
    ) -> Result<Residuals<T>, Error> {
        let source = self.source();
        let known = self.known();
        let mut units = source.select_columns(kept);
        if frozen.is_empty() {
            return Ok(Residuals {
                units,
                lengths: DVector::from_element(kept.len(), T::one()),
                turned: vec![known.error(); kept.len()],
            });
        }
        let span = Span::of(&source.select_columns(frozen), known)?;
        let mut lengths = DVector::zeros(kept.len());
        let mut turned = Vec::with_capacity(kept.len());
        let rows = units.nrows();
        for (j, column) in units.as_mut_slice().chunks_exact_mut(rows).enumerate() {
            let weights = T::one() + span.reject(column);
            let length = scale::norm(column);
            let least = known.least(weights);
            if length <= least {
                return Err(Error::Dependent {
                    argument: "objectives",
                    name: self.names[kept[j]].clone(),
                    norm: length.to_double(),
                    tolerance: least.to_double(),
                });
            }
            lengths[j] = length;
            turned.push(known.turned(weights, length));
            scale::normalise(column);
        }
        Ok(Residuals {
            units,
            lengths,
            turned,
        })
    }

    /// To how much what the objectives were made of is known.
    pub(crate) fn known(&self) -> Known<T> {
        let e = T::machine_epsilon().max(self.embedding.rounding);
        match self.vectors {
            Some(_) => Known::Vectors(e),
            // Eigenvalues are known to ε of the largest.
            None => Known::Products(e * self.embedding.lengths[0].powi(2).max(T::one())),
        }
    }

    /// Columns with the Gram matrix K, as accurate as what the objectives were made of.
    pub(crate) fn source(&self) -> &DMatrix<T> {
        let embedding = &self.embedding;
        let whole = embedding.whole.as_ref().unwrap_or(&embedding.points);
        self.vectors.as_deref().unwrap_or(whole)
    }
}

/// What objectives were made of, and its error.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Known<T> {
    /// Unit vectors, each to this length.
    Vectors(T),
    /// Inner products, each to this.
    Products(T),
}

impl<T: Real> Known<T> {
    /// e.
    pub(crate) fn error(self) -> T {
        match self {
            Self::Vectors(e) | Self::Products(e) => e,
        }
    }

    /// The length of a residual of weights Σ|w| up to which it counts as zero.
    pub(crate) fn least(self, weights: T) -> T {
        match self {
            Self::Vectors(e) => tolerance::residual(e, weights),
            Self::Products(e) => tolerance::residual(e, weights * weights).sqrt(),
        }
    }

    /// To how much the unit residual of these weights and this length, or its inner products,
    /// are known.
    pub(crate) fn turned(self, weights: T, length: T) -> T {
        let ratio = weights / length;
        match self {
            Self::Vectors(e) => e * ratio,
            Self::Products(e) => e * ratio * ratio,
        }
    }
}

/// Where objectives come from of which some are frozen.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Frozen<T> {
    /// The objectives before any was frozen, with slopes of one.
    pub(super) root: Arc<Objectives<T>>,
    /// Where the frozen ones stand there, ascending, and their names.
    indices: Vec<usize>,
    names: Vec<String>,
    /// √(1 − τ) of each that is left.
    lengths: DVector<T>,
    /// To how much the unit residual of each, or its inner products, are known.
    turned: Vec<T>,
}

impl<T: Real> Frozen<T> {
    /// The same for some of those that are left.
    pub(super) fn select(&self, chosen: &[usize]) -> Self {
        Self {
            lengths: self.lengths.select_rows(chosen),
            turned: chosen.iter().map(|&i| self.turned[i]).collect(),
            ..self.clone()
        }
    }

    pub(super) fn rounding(&self) -> T {
        largest(&self.turned)
    }
}

/// Zero for none.
fn largest<T: Real>(of: &[T]) -> T {
    of.iter().fold(T::zero(), |most, &x| most.max(x))
}

/// Residuals r = ρ·u of some objectives outside the span of others.
pub(crate) struct Residuals<T> {
    /// u, a column each, in R^d or in the coordinates of the embedding.
    pub(crate) units: DMatrix<T>,
    /// ρ.
    pub(crate) lengths: DVector<T>,
    /// To how much each u, or its inner products, are known.
    turned: Vec<T>,
}

impl<T: Real> Residuals<T> {
    /// Their cosines.
    pub(crate) fn gram(&self) -> DMatrix<T> {
        super::gram_of_units(&self.units)
    }

    /// To how much all of them are known.
    pub(crate) fn rounding(&self) -> T {
        largest(&self.turned)
    }
}

/// The span of the frozen: F = U·diag(σ)·Wᵀ.
struct Span<T> {
    u: DMatrix<T>,
    sigma: DVector<T>,
    w: DMatrix<T>,
}

impl<T: Real> Span<T> {
    fn of(columns: &DMatrix<T>, known: Known<T>) -> Result<Self, Error> {
        let (d, m) = columns.shape();
        let (u, sigma, w) = ThinSvd::new(columns)?.into_parts();
        let count = T::from_double(m as f64);
        let cut = match known {
            Known::Vectors(e) => {
                tolerance::rank::<T>(d, m).max(tolerance::combination(e, count.sqrt()))
            }
            Known::Products(e) => tolerance::combination(e, count).sqrt(),
        };
        let rank = sigma.iter().filter(|&&s| s > cut * sigma[0]).count();
        Ok(Self {
            u: u.columns(0, rank).into_owned(),
            sigma: sigma.rows(0, rank).into_owned(),
            w: w.columns(0, rank).into_owned(),
        })
    }

    /// Leaves r of f, orthogonalised twice; Σ|β|.
    fn reject(&self, f: &mut [T]) -> T {
        let mut beta = DVector::zeros(self.w.nrows());
        for _ in 0..2 {
            for (j, u) in self.u.column_iter().enumerate() {
                let along = reduce::dot(u.as_slice(), f);
                for (x, &u) in f.iter_mut().zip(u.iter()) {
                    *x -= along * u;
                }
                beta.axpy(along / self.sigma[j], &self.w.column(j), T::one());
            }
        }
        beta.iter().fold(T::zero(), |sum, x| sum + x.abs())
    }
}
