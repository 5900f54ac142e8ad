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
//! products known to e it is ρ² that is known, to e·‖w‖₁². That is where an objective counts
//! as a combination of the frozen ones, and it is handed on as the e of the next freezing, so
//! that what is zero on paper is not taken for a direction two steps later.

use nalgebra::{DMatrix, DVector};

use super::{Embedding, Objectives, none};
use crate::linalg::{ThinSvd, reduce, scale};
use crate::{Error, Real, tolerance};

impl<T: Real> Objectives<T> {
    /// What is left of the objectives where some of them must not move: the Schur complement of
    /// K, as objectives.
    ///
    /// $$ K' \propto K\_{SS} - K\_{SF} K\_{FF}^{+} K\_{FS}, \qquad \text{slope}\_i' = \text{slope}\_i \sqrt{1 - \tau\_i} $$
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
    /// use nalgebra::dmatrix;
    ///
    /// // Helpful and harmless pull apart, but only by way of reasoning.
    /// let gram = dmatrix![1.0_f64, -0.3, 0.6; -0.3, 1.0, -0.6; 0.6, -0.6, 1.0];
    /// let all = Objectives::from_gram(&["helpful", "harmless", "reasoning"], &gram)?;
    /// let frozen = all.freeze(&["reasoning"])?;
    /// assert!((frozen.overlap("helpful", "harmless")? - 0.06 / 0.64).abs() < 1e-14);
    /// assert!((frozen.slopes()[0] - 0.8).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn freeze(&self, names: &[&str]) -> Result<Self, Error> {
        let frozen = self.indices("names", names)?;
        if frozen.is_empty() {
            return Ok(self.clone());
        }
        let kept: Vec<usize> = (0..self.len()).filter(|i| !frozen.contains(i)).collect();
        if kept.is_empty() {
            return Err(none("objectives that are not frozen"));
        }
        let Residuals {
            units,
            lengths,
            rounding,
        } = self.residuals(&kept, &frozen)?;
        let slopes = self.slopes.select_rows(&kept).component_mul(&lengths);
        if let Some(j) = slopes.iter().position(|&x| x <= T::zero()) {
            return Err(Error::EntryOutOfRange {
                argument: "slopes of what is left",
                index: j,
                expected: "slopes that the scalar can hold",
                actual: slopes[j].to_double(),
            });
        }
        let names = kept.iter().map(|&i| self.names[i].clone()).collect();
        if self.vectors.is_some() {
            return Self::of_rounded_units(names, units, slopes, rounding);
        }
        let gram = super::gram_of_units(&units);
        let embedding = Embedding::of_correlation("gram", &gram, rounding)?;
        Ok(Self {
            names,
            gram,
            slopes,
            vectors: None,
            embedding,
        })
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
    /// use nalgebra::dmatrix;
    ///
    /// let gram = dmatrix![1.0_f64, -0.36, 0.6; -0.36, 1.0, -0.6; 0.6, -0.6, 1.0];
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

    /// What is left of some objectives, each for itself, where others must not move.
    pub(crate) fn residuals(
        &self,
        kept: &[usize],
        frozen: &[usize],
    ) -> Result<Residuals<T>, Error> {
        let source = match &self.vectors {
            Some(vectors) => vectors.as_ref(),
            None => &self.embedding.points,
        };
        let mut units = source.select_columns(kept);
        let mut lengths = DVector::from_element(kept.len(), T::one());
        if frozen.is_empty() {
            let (Known::Vectors(rounding) | Known::Products(rounding)) = self.known();
            return Ok(Residuals {
                units,
                lengths,
                rounding,
            });
        }
        let span = Span::of(&source.select_columns(frozen), self.known())?;
        let mut rounding = T::zero();
        let rows = units.nrows();
        for (j, column) in units.as_mut_slice().chunks_exact_mut(rows).enumerate() {
            let weight = T::one() + span.reject(column);
            let left = scale::norm(column);
            let known = self.known();
            let least = known.least(weight);
            if left <= least {
                return Err(Error::Dependent {
                    argument: "objectives",
                    name: self.names[kept[j]].clone(),
                    norm: left.to_double(),
                    tolerance: least.to_double(),
                });
            }
            rounding = rounding.max(known.turned(weight, left));
            scale::normalise(column);
            lengths[j] = left;
        }
        Ok(Residuals {
            units,
            lengths,
            rounding,
        })
    }

    /// To how much what the objectives were made of is known.
    pub(crate) fn known(&self) -> Known<T> {
        let e = T::machine_epsilon().max(self.embedding.rounding);
        match self.vectors {
            Some(_) => Known::Vectors(e),
            None => Known::Products(e),
        }
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
    /// Residuals of these weights ‖w‖₁ count as zero up to this length.
    pub(crate) fn least(self, weight: T) -> T {
        match self {
            Self::Vectors(e) => tolerance::combination(e, weight),
            Self::Products(e) => tolerance::combination(e, weight * weight).sqrt(),
        }
    }

    /// The angle by which rounding turns a residual of these weights and this length.
    pub(crate) fn turned(self, weight: T, length: T) -> T {
        let ratio = weight / length.max(T::machine_epsilon());
        match self {
            Self::Vectors(e) => e * ratio,
            Self::Products(e) => e * ratio * ratio,
        }
    }
}

/// Residuals r = ρ·u.
pub(crate) struct Residuals<T> {
    /// u, a column each, in R^d or as points.
    pub(crate) units: DMatrix<T>,
    /// ρ.
    pub(crate) lengths: DVector<T>,
    /// To how much each u is known.
    pub(crate) rounding: T,
}

impl<T: Real> Residuals<T> {
    /// Their cosines.
    pub(crate) fn gram(&self) -> DMatrix<T> {
        super::gram_of_units(&self.units)
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
