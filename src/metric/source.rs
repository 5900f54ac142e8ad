//! Metrics from samples: covariances, the Fisher information, the causal inner product.
//!
//! | metric | M | vectors | covectors |
//! |---|---|---|---|
//! | [`Metric::fisher`] | F, the second moment of gradients | shifts of the representation | gradients, probe weights |
//! | [`Metric::causal`] | Cov(γ)⁻¹ | differences of unembedding rows | shifts of the representation |
//! | [`Metric::dual`] of it | Cov(γ) | shifts of the representation | differences of unembedding rows |

use nalgebra::{DMatrixView, DVector};

use super::Metric;
use crate::linalg::check;
use crate::{Error, Real, Shrinkage, ShrunkCovariance};

impl<T: Real> Metric<T> {
    /// M = Σ, a shrunk covariance; its [`dual`](Self::dual) is Σ⁻¹, in which the noise of the
    /// samples is equal in all directions (Mahalanobis).
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where Σ is singular to rounding, or its unit no normal number.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Metric, Shrinkage, ShrunkCovariance, Vector};
    /// use nalgebra::{DMatrix, dmatrix, dvector};
    ///
    /// let samples: DMatrix<f64> = dmatrix![1.0, 0.0; -1.0, 0.0; 0.0, 2.0; 0.0, -2.0];
    /// let covariance = ShrunkCovariance::from_samples(&samples, Shrinkage::LedoitWolf)?;
    /// let noise = Metric::from_covariance(&covariance)?.dual();
    /// let white = noise.whiten_vector(&Vector::from_slice(&[2.0, 4.0])?)?;
    /// assert!((white - covariance.whiten(&dvector![2.0, 4.0])?).amax() < 1e-14);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn from_covariance(covariance: &ShrunkCovariance<T>) -> Result<Self, Error> {
        covariance.invertible()?;
        let least = T::from_double(2.0_f64.powi(-T::exponent_range()));
        let unit = check::scalar(
            "spread of the samples",
            covariance.deviation(),
            "a normal number; scale the samples",
            |u| u >= least,
        )?;
        let lengths = DVector::from_element(covariance.ambient_dimension(), unit);
        Ok(Self::of(lengths, covariance.shape().clone()))
    }

    /// The Fisher information from per-sample gradients, shrunk: the metric in which a budget
    /// is one of divergence.
    ///
    /// $$ M = (1 - \rho) F + \rho \tfrac{\operatorname{tr} F}{d} I, \qquad F = \frac1n \sum_k g_k g_k^\top, \qquad g = \nabla_h \log p(y \mid h) $$
    ///
    /// Uncentred, because the expectation of a score is zero under the model: the mean of the
    /// sampled gradients is noise, or the sign that y was not drawn from the model. With y
    /// from the model this is the Fisher information; with y the labels of a data set
    /// it is the *empirical* Fisher, another matrix, which no divergence belongs to.
    ///
    /// # Units and shapes
    /// One gradient with respect to the representation a row, n × d. Its rows are covectors, M
    /// measures vectors: δᵀMδ for a shift δ is in nats, twice the divergence to leading order,
    /// see [`Budget::from_kl`](crate::Budget::from_kl). Never d × d where n < d.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::NonFinite`]; [`Error::ZeroVector`] where all gradients are zero;
    /// [`Error::OutOfRange`] for an intensity outside [0, 1] or one that leaves F singular;
    /// [`Error::NotConverged`].
    ///
    /// # References
    /// Theory §8; Amari (1998), *Natural gradient works efficiently in learning*; Kunstner, Hennig &
    /// Balles (2019), *Limitations of the empirical Fisher approximation*.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Metric, Shrinkage, Vector};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let gradients: DMatrix<f64> = dmatrix![2.0, 0.0; -2.0, 0.0; 0.0, 1.0; 0.0, -1.0];
    /// let fisher = Metric::fisher(&gradients, Shrinkage::Fixed(0.0))?;
    /// // F = diag(2, ½)
    /// let divergence = 0.5 * fisher.length(&Vector::from_slice(&[0.1, 0.2])?)?.powi(2);
    /// assert!((divergence - 0.02).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn fisher<'a>(
        gradients: impl Into<DMatrixView<'a, T>>,
        shrinkage: Shrinkage,
    ) -> Result<Self, Error> {
        let moment = ShrunkCovariance::of_uncentred("gradients", gradients.into(), shrinkage)?;
        Self::from_covariance(&moment)
    }

    /// The causal inner product of unembedding vectors, M = Cov(γ)⁻¹, the covariance over the
    /// rows of the unembedding matrix about their mean, shrunk.
    ///
    /// Mind the space. The logit of token y at the final representation h is ⟨γ(y), h⟩, so that
    /// representations and unembedding rows are dual to each other. M acts on the *unembedding*
    /// space: a [`Vector`](crate::Vector) of this metric is a difference of unembedding rows, and a
    /// shift of the representation is a [`Covector`](crate::Covector) to it. For shifts as
    /// vectors, the convention of the rest of this crate, take [`dual`](Self::dual): there
    /// δᵀCov(γ)δ is the variance over the vocabulary of the changes of the logits, and a
    /// difference of unembedding rows is a covector, as any weight that reads h is. Whitened
    /// coordinates are the same either way.
    ///
    /// # Units and shapes
    /// One token a row, tokens × d. It belongs to the final layer, after the last normalisation.
    ///
    /// # Errors
    /// As [`ShrunkCovariance::from_samples`], and [`Error::OutOfRange`] for an intensity that leaves
    /// the covariance singular.
    ///
    /// # References
    /// Park, Choe & Veitch (2024), *The Linear Representation Hypothesis and the Geometry of
    /// Large Language Models*, §3, the explicit form with D = I, which is a choice of theirs.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Metric, Shrinkage, Vector, Covector};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let unembedding: DMatrix<f64> = dmatrix![3.0, 1.0; -3.0, 1.0; 0.0, 2.0; 0.0, 0.0];
    /// let causal = Metric::causal(&unembedding, Shrinkage::Fixed(0.0))?;
    /// // Cov(γ) = diag(6, 2/3)
    /// let concept = Vector::from_slice(&[6.0, 0.0])?;
    /// assert!((causal.length(&concept)? - 6.0_f64.sqrt()).abs() < 1e-14);
    /// // For a shift of the representation.
    /// let shift = Vector::from_slice(&[1.0, 0.0])?;
    /// assert!((causal.dual().length(&shift)? - 6.0_f64.sqrt()).abs() < 1e-14);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn causal<'a>(
        unembedding: impl Into<DMatrixView<'a, T>>,
        shrinkage: Shrinkage,
    ) -> Result<Self, Error> {
        let centred = "unembedding less its mean";
        let rows = unembedding.into();
        let covariance = ShrunkCovariance::of_rows("unembedding", centred, rows, shrinkage)?;
        Ok(Self::from_covariance(&covariance)?.dual())
    }
}
