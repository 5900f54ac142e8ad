//! The tax spectrum of a safety subspace: one rate for each principal angle.
//!
//! Safety is often not one direction. A safety subspace of dimension k against
//! capabilities of dimension m has q = min(k, m) rates, and where k > m a further
//! k − m directions that are free. Papers sum these up in at least six ways; each
//! has its name here, so that two different ones are not compared.

use crate::linalg::{basis, reduce};
use crate::{Direction, Error, PrincipalVectors, Real, Subspace, TaxRate};

/// The rates τ₁ ≥ … ≥ τ_q of a safety subspace against a capability subspace.
///
/// $$ \tau_j = \cos^2 \theta_j, \qquad \theta_1 \le \dots \le \theta_q, \quad q = \min(k, m) $$
///
/// # Accuracy
/// As [`PrincipalAngles`](crate::PrincipalAngles).
///
/// # References
/// Björck & Golub (1973); Young (2026), arXiv:2603.00047.
///
/// # Examples
/// ```
/// use alignment_tax::{Subspace, TaxSpectrum};
/// use nalgebra::dmatrix;
///
/// // A safety plane against one capability: one rate, and one free direction.
/// let safety: Subspace<f64> = Subspace::from_columns(&dmatrix![0.6, 0.0; 0.8, 0.0; 0.0, 1.0])?;
/// let capability: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0; 0.0])?;
/// let spectrum = TaxSpectrum::between(&safety, &capability)?;
/// assert!((spectrum.worst().value() - 0.36).abs() < 1e-15);
/// assert_eq!(spectrum.free_directions(), 1);
/// assert!((spectrum.mean() - 0.18).abs() < 1e-15);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct TaxSpectrum<T> {
    pairs: PrincipalVectors<T>,
    rates: Vec<TaxRate<T>>,
    safety_dimension: usize,
    cheapest: Direction<T>,
}

/// The ways in use of summing up the overlap of two subspaces in one number.
///
/// The first three grow with overlap; the last three are distances and shrink.
///
/// # Examples
/// ```
/// use alignment_tax::{Overlap, Subspace, TaxSpectrum};
/// use nalgebra::dmatrix;
///
/// let s: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0, 0.0; 0.0, 1.0; 0.0, 0.0])?;
/// let c: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0; 1.0])?;
/// let spectrum = TaxSpectrum::between(&s, &c)?;
/// for convention in Overlap::ALL {
///     println!("{convention:?} {:.3}", spectrum.overlap(convention));
/// }
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Overlap {
    /// τ₁ = cos²θ₁, the worst direction.
    Maximum,
    /// Σcos²θⱼ/k = ‖Q_SᵀQ_C‖_F²/k: the mean tax of a random safety direction in 𝒮;
    /// directions beyond q count as free.
    MeanOverSafety,
    /// Σcos²θⱼ/q: the mean over principal angles, blind to the free directions.
    MeanOverAngles,
    /// sin θ_q, the projection distance ‖P_A − P_B‖₂ for equal dimensions.
    ProjectionMetric,
    /// (Σsin²θⱼ)^½.
    Chordal,
    /// (Σθⱼ²)^½.
    Geodesic,
}

impl Overlap {
    /// Every convention, in the order of their definition.
    pub const ALL: [Self; 6] = [
        Self::Maximum,
        Self::MeanOverSafety,
        Self::MeanOverAngles,
        Self::ProjectionMetric,
        Self::Chordal,
        Self::Geodesic,
    ];
}

impl<T: Real> TaxSpectrum<T> {
    /// The spectrum of a safety subspace against a capability subspace.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`], [`Error::TrivialSubspace`],
    /// [`Error::NotConverged`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Subspace, TaxSpectrum};
    /// use nalgebra::dmatrix;
    ///
    /// let s: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 1.0])?;
    /// let c: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
    /// assert_eq!(TaxSpectrum::between(&s, &c)?.rates().len(), 1);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn between(safety: &Subspace<T>, capabilities: &Subspace<T>) -> Result<Self, Error> {
        let pairs = PrincipalVectors::between(safety, capabilities)?;
        let angles = pairs.angles();
        let rates = angles
            .cosines()
            .iter()
            .zip(angles.sines())
            .map(|(&c, &s)| TaxRate::of_lengths(c, s))
            .collect();
        let (k, q) = (safety.dimension(), pairs.left().ncols());
        let cheapest = if k > q {
            // The part of 𝒮 outside the principal vectors is orthogonal to 𝒞.
            let coordinates = T::kernel_transposed_product(safety.basis(), pairs.left());
            let free = basis::complement(&coordinates);
            Direction::new(&(safety.basis() * free.column(0)))?
        } else {
            Direction::new(pairs.left().column(q - 1))?
        };
        Ok(Self {
            rates,
            safety_dimension: k,
            cheapest,
            pairs,
        })
    }

    /// τ₁ ≥ … ≥ τ_q.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Subspace, TaxSpectrum};
    /// use nalgebra::dmatrix;
    ///
    /// let s: Subspace<f64> = Subspace::from_columns(&dmatrix![0.6; 0.8])?;
    /// let c: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
    /// assert!((TaxSpectrum::between(&s, &c)?.rates()[0].value() - 0.36_f64).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn rates(&self) -> &[TaxRate<T>] {
        &self.rates
    }

    /// k − m where k > m: directions of 𝒮 beyond the q rates, all free.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Subspace, TaxSpectrum};
    /// use nalgebra::dmatrix;
    ///
    /// let s: Subspace<f64> = Subspace::from_columns(&dmatrix![0.6; 0.8])?;
    /// let c: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
    /// assert_eq!(TaxSpectrum::between(&s, &c)?.free_directions(), 0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn free_directions(&self) -> usize {
        self.safety_dimension - self.rates.len()
    }

    /// τ₁, the rate of the most entangled safety direction.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Subspace, TaxSpectrum};
    /// use nalgebra::dmatrix;
    ///
    /// let s: Subspace<f64> = Subspace::from_columns(&dmatrix![0.6; 0.8])?;
    /// let c: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
    /// assert!((TaxSpectrum::between(&s, &c)?.worst().value() - 0.36_f64).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn worst(&self) -> TaxRate<T> {
        self.rates[0]
    }

    /// ‖Q_SᵀQ_C‖_F²/k, the mean rate over directions of 𝒮.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Subspace, TaxSpectrum};
    /// use nalgebra::dmatrix;
    ///
    /// let s: Subspace<f64> = Subspace::from_columns(&dmatrix![0.6; 0.8])?;
    /// let c: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
    /// assert!((TaxSpectrum::between(&s, &c)?.mean() - 0.36_f64).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn mean(&self) -> T {
        self.total() / T::from_double(self.safety_dimension as f64)
    }

    /// The direction in 𝒮 with the least tax: orthogonal to 𝒞 where k > m, the
    /// principal vector of the largest angle elsewhere.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Subspace, TaxRate, TaxSpectrum};
    /// use nalgebra::dmatrix;
    ///
    /// let s: Subspace<f64> = Subspace::from_columns(&dmatrix![0.6, 0.0; 0.8, 0.0; 0.0, 1.0])?;
    /// let c: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0; 0.0])?;
    /// let cheapest = TaxSpectrum::between(&s, &c)?;
    /// assert!(TaxRate::between(cheapest.cheapest_direction(), &c)?.value() < 1e-30);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn cheapest_direction(&self) -> &Direction<T> {
        &self.cheapest
    }

    /// The principal angles and vectors behind the rates; safety is the left side.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Subspace, TaxSpectrum};
    /// use nalgebra::dmatrix;
    ///
    /// let s: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
    /// assert_eq!(TaxSpectrum::between(&s, &s)?.principal().angles().radians()[0], 0.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn principal(&self) -> &PrincipalVectors<T> {
        &self.pairs
    }

    /// The overlap in a named convention.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Overlap, Subspace, TaxSpectrum};
    /// use nalgebra::dmatrix;
    ///
    /// let s: Subspace<f64> = Subspace::from_columns(&dmatrix![0.6, 0.0; 0.8, 0.0; 0.0, 1.0])?;
    /// let c: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0; 0.0])?;
    /// let spectrum = TaxSpectrum::between(&s, &c)?;
    /// assert!((spectrum.overlap(Overlap::MeanOverSafety) - 0.18_f64).abs() < 1e-15);
    /// assert!((spectrum.overlap(Overlap::MeanOverAngles) - 0.36_f64).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn overlap(&self, convention: Overlap) -> T {
        let angles = self.pairs.angles();
        match convention {
            Overlap::Maximum => self.worst().value(),
            Overlap::MeanOverSafety => self.mean(),
            Overlap::MeanOverAngles => self.total() / T::from_double(self.rates.len() as f64),
            Overlap::ProjectionMetric => angles.projection(),
            Overlap::Chordal => angles.chordal(),
            Overlap::Geodesic => angles.geodesic(),
        }
    }

    fn total(&self) -> T {
        let values: Vec<T> = self.rates.iter().map(TaxRate::value).collect();
        reduce::sum(&values)
    }
}
