//! The alignment tax rate of a safety direction against a capability subspace.
//!
//! τ and 1 − τ are both of interest: the first is what is paid, the second what is
//! free, and each is wanted with all its digits near its own zero. So the rate is
//! held as the two lengths it is made of, ‖Pv‖ from the coordinates and ‖v − Pv‖
//! from the residual, never one as the remainder of the other (theory §1.5).

use std::fmt;

use nalgebra::DMatrixView;

use crate::linalg::gram::{self, correlation, eigen};
use crate::linalg::{check, reduce};
use crate::{Direction, Error, Real, Subspace, tolerance};

/// The tax rate τ = cos²α of a unit safety direction v and a capability subspace.
///
/// $$ \tau = \lVert P v \rVert^2 = a^\top G^{+} a = \cos^2 \alpha, \qquad a = C^\top v, \quad G = C^\top C $$
///
/// # Units and shapes
/// τ ∈ [0, 1] without unit; α ∈ [0, π/2] in radians. 0: free, 1: fully entangled.
///
/// # Accuracy
/// From a direction and a subspace: relative error of τ up to 32ε/√τ and of 1 − τ
/// up to 32ε/√(1−τ), times the condition number of the columns that span it, so that both keep digits near their own zero. τ says nothing
/// about sign: see [`Attribution`](crate::Attribution) for which capabilities gain.
///
/// # References
/// Young (2026), *What Is the Alignment Tax?*, arXiv:2603.00047, Definition of τ;
/// Björck & Golub (1973).
///
/// # Examples
/// ```
/// use alignment_tax::{Direction, Subspace, TaxRate};
/// use nalgebra::dmatrix;
///
/// let safety = Direction::from_slice(&[3.0_f64, 0.0, 4.0])?;
/// let capabilities: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0, 0.0; 0.0, 1.0; 0.0, 0.0])?;
/// let tax = TaxRate::between(&safety, &capabilities)?;
/// assert!((tax.value() - 0.36).abs() < 1e-15);
/// assert!((tax.complement() - 0.64).abs() < 1e-15);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TaxRate<T> {
    /// ‖Pv‖, in [0, 1].
    cosine: T,
    /// ‖v − Pv‖, in [0, 1].
    sine: T,
}

impl<T: Real> TaxRate<T> {
    /// The tax rate of a safety direction against a capability subspace; 0 for the
    /// trivial subspace.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Direction, Subspace, TaxRate};
    /// use nalgebra::dmatrix;
    ///
    /// // Off the subspace by 1e-10: 1 − τ keeps its digits, 1.0 − τ would not.
    /// let v = Direction::from_slice(&[1.0_f64, 1e-10])?;
    /// let c: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
    /// let tax = TaxRate::between(&v, &c)?;
    /// assert_eq!(tax.value(), 1.0);
    /// assert!((tax.complement() - 1e-20).abs() < 1e-35);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn between(safety: &Direction<T>, capabilities: &Subspace<T>) -> Result<Self, Error> {
        let (cosine, sine) = capabilities.lengths("safety", safety)?;
        Ok(Self::of_lengths(cosine, sine))
    }

    /// The tax rate τᵢ = ⟨v, c⟩² against a single capability.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Direction, TaxRate};
    ///
    /// let v = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let c = Direction::from_slice(&[-3.0_f64, 4.0])?;
    /// assert!((TaxRate::single(&v, &c)?.value() - 0.36).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn single(safety: &Direction<T>, capability: &Direction<T>) -> Result<Self, Error> {
        let (minus, plus) = safety.chords(capability)?;
        // cos α = (p² − m²)/4 and sin α = pm/2, p and m the chords.
        let four = T::from_double(4.0);
        let cosine = ((plus - minus) * (plus + minus) / four).abs();
        Ok(Self::of_lengths(cosine, plus * minus / T::from_double(2.0)))
    }

    /// The tax rate from inner products alone: the Gram matrix of the safety vector
    /// and the capability vectors, of any lengths, `safety` the index of the first.
    ///
    /// $$ \tau = \frac{a^\top G^{+} a}{\lVert v \rVert^2} $$
    ///
    /// # Units and shapes
    /// (p + 1) × (p + 1), symmetric; normalised to unit diagonal inside.
    ///
    /// # Accuracy
    /// Squares lose half the digits: absolute error about 16ε·p·κ, κ the condition
    /// number of the capabilities' normalised Gram matrix, and capabilities closer than
    /// √(16ε·p) radians count as one. Where vectors are at hand use
    /// [`TaxRate::between`]. Inner products that were computed in single precision are to
    /// be passed as f32, so that the tolerances fit them.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`] where it is not square, [`Error::OutOfBounds`]
    /// for an index outside or no capability, [`Error::NotSymmetric`],
    /// [`Error::ZeroVector`] naming a diagonal entry that is not positive,
    /// [`Error::NotPositiveSemidefinite`] naming the smallest eigenvalue,
    /// [`Error::Empty`], [`Error::NonFinite`], [`Error::NotConverged`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::TaxRate;
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// // A safety gradient of length 2 and two capability gradients.
    /// let gram: DMatrix<f64> = dmatrix![4.0, 0.6, 0.0; 0.6, 1.0, 0.0; 0.0, 0.0, 9.0];
    /// assert!((TaxRate::from_gram(&gram, 0)?.value() - 0.09).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn from_gram<'a>(
        gram: impl Into<DMatrixView<'a, T>>,
        safety: usize,
    ) -> Result<Self, Error> {
        let correlation = correlation("gram", &gram.into())?;
        let n = correlation.nrows();
        if n < 2 {
            return Err(Error::OutOfBounds {
                argument: "vectors in gram",
                least: 2,
                most: u32::MAX as usize,
                actual: n,
                advice: "the Gram matrix needs the safety vector and at least one capability",
            });
        }
        if safety >= n {
            return Err(Error::OutOfBounds {
                argument: "safety",
                least: 0,
                most: n - 1,
                actual: safety,
                advice: "it is the index of the safety vector in the Gram matrix",
            });
        }
        gram::positive_semidefinite("gram", eigen(&correlation)?.0[0], n)?;
        let overlaps = correlation.column(safety).remove_row(safety);
        let among = correlation.remove_row(safety).remove_column(safety);
        let (values, vectors) = eigen(&among)?;
        let cut = tolerance::eigenvalue::<T>(n) * values[n - 2];
        let terms: Vec<T> = values
            .iter()
            .zip(vectors.column_iter())
            .filter(|&(&value, _)| value > cut)
            .map(|(&value, u)| {
                let along = reduce::dot(u.as_slice(), overlaps.as_slice());
                along * along / value
            })
            .collect();
        let tau = reduce::sum(&terms).min(T::one());
        Ok(Self::of_lengths(tau.sqrt(), (T::one() - tau).sqrt()))
    }

    /// The rate from ‖Pv‖ and ‖v − Pv‖, or cos α and sin α, computed apart.
    pub(crate) fn of_lengths(cosine: T, sine: T) -> Self {
        Self {
            cosine: cosine.min(T::one()),
            sine: sine.min(T::one()),
        }
    }

    /// τ = cos²α.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Direction, TaxRate};
    ///
    /// let v = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let c = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// assert!((TaxRate::single(&v, &c)?.value() - 0.36_f64).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn value(&self) -> T {
        self.cosine * self.cosine
    }

    /// 1 − τ = sin²α, from the residual.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Direction, TaxRate};
    ///
    /// let v = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let c = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// assert!((TaxRate::single(&v, &c)?.complement() - 0.64_f64).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn complement(&self) -> T {
        self.sine * self.sine
    }

    /// α, the principal angle between v and the subspace, radians in [0, π/2].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Direction, TaxRate};
    ///
    /// let v = Direction::from_slice(&[1.0_f64, 1.0])?;
    /// let c = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let alpha: f64 = TaxRate::single(&v, &c)?.angle();
    /// assert!((alpha - std::f64::consts::FRAC_PI_4).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn angle(&self) -> T {
        self.sine.atan2(self.cosine)
    }

    /// cos α = ‖Pv‖.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Direction, TaxRate};
    ///
    /// let v = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let c = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// assert!((TaxRate::single(&v, &c)?.cosine() - 0.6_f64).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn cosine(&self) -> T {
        self.cosine
    }

    /// sin α = ‖v − Pv‖, the free share of a safety gain.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Direction, TaxRate};
    ///
    /// let v = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let c = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// assert!((TaxRate::single(&v, &c)?.sine() - 0.8_f64).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn sine(&self) -> T {
        self.sine
    }

    /// Which of the paper's three regimes the rate falls in, by thresholds that you
    /// name: there is no natural place to cut.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Direction, Regime, RegimeThresholds, TaxRate};
    ///
    /// let v = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let c = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let thresholds = RegimeThresholds::new(0.01, 0.99)?;
    /// assert_eq!(TaxRate::single(&v, &c)?.regime(&thresholds), Regime::TradeOff);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn regime(&self, thresholds: &RegimeThresholds<T>) -> Regime {
        if self.value() <= thresholds.free {
            Regime::Free
        } else if self.value() >= thresholds.entangled {
            Regime::Entangled
        } else {
            Regime::TradeOff
        }
    }
}

/// The paper's three regimes of a tax rate.
///
/// # References
/// Young (2026), arXiv:2603.00047: τ = 0, 0 < τ < 1, τ = 1.
///
/// # Examples
/// ```
/// use alignment_tax::Regime;
///
/// assert_eq!(Regime::TradeOff.to_string(), "trade-off");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Regime {
    /// τ at or below the lower threshold: safety costs next to nothing.
    Free,
    /// In between: some safety is free, the rest is traded.
    TradeOff,
    /// τ at or above the upper threshold: nearly one to one.
    Entangled,
}

impl fmt::Display for Regime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Free => "free",
            Self::TradeOff => "trade-off",
            Self::Entangled => "entangled",
        })
    }
}

/// Where a tax rate stops being called free and starts being called entangled.
///
/// # Examples
/// ```
/// use alignment_tax::{Error, RegimeThresholds};
///
/// assert!(RegimeThresholds::new(0.05, 0.95).is_ok());
/// assert!(matches!(RegimeThresholds::new(0.9, 0.1), Err(Error::OutOfRange { .. })));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RegimeThresholds<T> {
    free: T,
    entangled: T,
}

impl<T: Real> RegimeThresholds<T> {
    /// Free at or below `free`, entangled at or above `entangled`.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] unless 0 ≤ free < entangled ≤ 1.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::RegimeThresholds;
    ///
    /// let thresholds = RegimeThresholds::new(0.01, 0.99)?;
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn new(free: T, entangled: T) -> Result<Self, Error> {
        check::scalar("free", free, "a tax rate in [0, 1)", |x| {
            x >= T::zero() && x < T::one()
        })?;
        check::scalar(
            "entangled",
            entangled,
            "a tax rate above `free` and up to 1",
            |x| x > free && x <= T::one(),
        )?;
        Ok(Self { free, entangled })
    }
}
