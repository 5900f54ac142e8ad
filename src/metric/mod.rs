//! Other inner products: a budget δᵀMδ ≤ B² in place of ‖δ‖ ≤ B (theory §8).
//!
//! Let W be any matrix with WᵀW = M. In the coordinates δ̃ = Wδ the budget is the plain
//! ‖δ̃‖ ≤ B, a covector w has the coordinates W^(−T)w, so that ⟨w, δ⟩ = ⟨w̃, δ̃⟩, and
//! everything else of the crate holds as it stands. Another W′ with W′ᵀW′ = M is W turned by the
//! orthogonal matrix W′W⁻¹, which no angle, tax rate, budget or gain sees, and no shift that
//! is mapped back. So the choice of W is one of accuracy, and it is
//!
//! W = R^(1/2)·L, M = L·R·L, L = diag(ℓ), R^(1/2) symmetric,
//!
//! with R = I for a diagonal M, the unit-diagonal form of a full one, and I + (L⁻¹U)(L⁻¹U)ᵀ
//! for L² + UUᵀ, whose eigenvectors are the left singular vectors of L⁻¹U: that one is never formed.
//! Units of the coordinates are thereby split off before anything is rounded, and the
//! condition number that matters is that of R. W is not the symmetric root M^(1/2), unless all ℓ
//! are equal, as they are for metrics from a covariance. What follows from the choice:
//! whitened coordinates belong to the metric that made them, and those of two
//! metrics are not to be mixed, not even if the two are equal on paper.

mod source;
mod vector;

use nalgebra::{DMatrix, DMatrixView, DVector, DVectorView};

use crate::linalg::spectral::Spectral;
use crate::linalg::{ThinSvd, check, reduce, scale};
use crate::{Direction, Error, Real, tolerance};

pub use vector::{Covector, Vector};

/// An inner product of shifts, ⟨x, y⟩ = xᵀMy, M symmetric and positive definite.
///
/// $$ \lVert \delta \rVert_M^2 = \delta^\top M \delta, \qquad \tilde x = W x, \qquad \tilde w = W^{-\top} w, \qquad W^\top W = M $$
///
/// The classic mistake is to whiten a gradient as if it were a shift:
///
/// ```
/// use alignment_tax::{Covector, Metric, TaxRate, Vector};
/// use nalgebra::dvector;
///
/// let metric: Metric<f64> = Metric::diagonal(&dvector![100.0, 1.0])?;
/// let (safety, capability) = ([1.0, 1.0], [1.0, 0.0]);
///
/// // Both are gradients: covectors, divided by 10 in the stiff coordinate.
/// let v = metric.covector_direction(&Covector::from_slice(&safety)?)?;
/// let c = metric.covector_direction(&Covector::from_slice(&capability)?)?;
/// let right = TaxRate::single(&v, &c)?.value();
/// assert!((right - 1.0 / 101.0).abs() < 1e-15);
///
/// // Called vectors they are multiplied by it, and τ goes from 1 % to 99 %.
/// let v = metric.vector_direction(&Vector::from_slice(&safety)?)?;
/// let c = metric.vector_direction(&Vector::from_slice(&capability)?)?;
/// let wrong = TaxRate::single(&v, &c)?.value();
/// assert!((wrong - 100.0 / 101.0).abs() < 1e-15);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
///
/// # Units and shapes
/// d × d in effect; d + d·r numbers are held, r = 0 for a diagonal, d for a full matrix, the
/// number of columns or samples otherwise. √(δᵀMδ) has the units of the budget.
///
/// # Accuracy
/// Whitened coordinates and what comes from them are good to
/// [`tolerance::covariance`]`(d, d)`·κ of their length, κ the
/// [`condition_number`](Self::condition_number); units of coordinates do not enter.
///
/// # References
/// Theory §8.1; Young (2026), arXiv:2603.00047, for the budget that it replaces.
///
/// # Examples
/// ```
/// use alignment_tax::{Budget, Covector, Metric, OptimalShift, Subspace};
/// use nalgebra::dmatrix;
///
/// let metric: Metric<f64> = Metric::full(&dmatrix![2.0, 1.0; 1.0, 2.0])?;
/// let safety = metric.covector_direction(&Covector::from_slice(&[1.0, 0.0])?)?;
/// let capability = Covector::from_slice(&[0.0, 1.0])?;
/// let subspace = Subspace::from_columns(&metric.whiten_covectors(&[capability.clone()])?)?;
/// // The safest free shift in whitened coordinates, mapped back.
/// let best = OptimalShift::at_cost(&safety, &subspace, Budget::new(3.0)?, 0.0)?;
/// let shift = metric.unwhiten_shift(best.delta())?;
/// assert!(capability.pair(&shift)?.abs() < 1e-14);
/// assert!((metric.length(&shift)? - 3.0).abs() < 1e-14);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Metric<T> {
    /// ℓ in units of 2^exponent, the largest in [1, 2).
    lengths: DVector<T>,
    exponent: i32,
    /// R.
    shape: Spectral<T>,
}

/// x·2^exponent, x of about unit scale.
struct Scaled<T> {
    x: DVector<T>,
    exponent: i32,
}

/// What coordinates are multiplied by.
#[derive(Clone, Copy)]
enum Weights {
    One,
    Lengths,
    Inverses,
}

impl<T: Real> Metric<T> {
    /// The plain inner product, which leaves all coordinates as they are.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] for dimension 0.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Metric, Vector};
    ///
    /// let shift = Vector::from_slice(&[3.0_f64, 4.0])?;
    /// assert_eq!(Metric::identity(2)?.length(&shift)?, 5.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn identity(dimension: usize) -> Result<Self, Error> {
        if dimension == 0 {
            return Err(Error::OutOfBounds {
                argument: "dimension",
                least: 1,
                most: u32::MAX as usize,
                actual: 0,
                advice: "a representation has at least one coordinate",
            });
        }
        Ok(Self {
            lengths: DVector::from_element(dimension, T::one()),
            exponent: 0,
            shape: Spectral::identity(dimension),
        })
    }

    /// A positive weight on each coordinate, M = diag(m₁ … m_d).
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::NonFinite`]; [`Error::EntryOutOfRange`] for a weight that is
    /// not positive, or too small for a normal number.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Metric, Vector};
    /// use nalgebra::dvector;
    ///
    /// let metric: Metric<f64> = Metric::diagonal(&dvector![4.0, 9.0])?;
    /// let white = metric.whiten_vector(&Vector::from_slice(&[1.0, 1.0])?)?;
    /// assert_eq!(white.as_slice(), [2.0, 3.0]);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn diagonal<'a>(diagonal: impl Into<DVectorView<'a, T>>) -> Result<Self, Error> {
        let diagonal = diagonal.into();
        check::vector("diagonal", &diagonal)?;
        let lengths = roots("diagonal", diagonal.iter().copied())?;
        let shape = Spectral::identity(lengths.len());
        Ok(Self::of(lengths, shape))
    }

    /// Any symmetric positive definite matrix.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::NonFinite`]; [`Error::DimensionMismatch`] unless it is square;
    /// [`Error::EntryOutOfRange`] for a diagonal entry that is not a positive normal number;
    /// [`Error::NotSymmetric`], the deviation relative to √(MᵢᵢMⱼⱼ);
    /// [`Error::NotPositiveDefinite`] where the smallest eigenvalue of the unit-diagonal form
    /// is not above d·ε times the largest; [`Error::NotConverged`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Error, Metric};
    /// use nalgebra::dmatrix;
    ///
    /// assert!(Metric::full(&dmatrix![1e200_f64, 1.0; 1.0, 1e-190]).is_ok());
    /// let error = Metric::full(&dmatrix![1.0_f64, 2.0; 2.0, 1.0]).unwrap_err();
    /// assert!(matches!(error, Error::NotPositiveDefinite { .. }));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn full<'a>(matrix: impl Into<DMatrixView<'a, T>>) -> Result<Self, Error> {
        let (argument, matrix) = ("metric", matrix.into());
        check::matrix(argument, &matrix)?;
        let (d, columns) = matrix.shape();
        check::same(argument, "columns", d, columns)?;
        let lengths = roots("diagonal of the metric", matrix.diagonal().iter().copied())?;
        // A quotient that overflows is far beyond what a definite matrix can have.
        let far = T::from_double(2.0_f64.powi(T::exponent_range() - 1));
        let unit = DMatrix::from_fn(d, d, |i, j| {
            if i == j {
                return T::one();
            }
            let (short, long) = if lengths[i] < lengths[j] {
                (i, j)
            } else {
                (j, i)
            };
            (matrix[(i, j)] / lengths[long] / lengths[short])
                .min(far)
                .max(-far)
        });
        check::symmetric(argument, &unit, tolerance::symmetry::<T>(d))?;
        let unit = DMatrix::from_fn(d, d, |i, j| unit[(i.max(j), i.min(j))]);
        // A 2 × 2 minor settles it where an entry is out of all proportion.
        let (_, _, largest) = check::largest_entry(&unit);
        if largest > T::from_double(2.0) {
            return Err(Error::NotPositiveDefinite {
                argument,
                eigenvalue: (T::one() - largest).to_double(),
                tolerance: tolerance::rank::<T>(d, d).to_double(),
            });
        }
        let shape = Spectral::of_symmetric(&unit)?;
        definite(argument, &shape)?;
        Ok(Self::of(lengths, shape))
    }

    /// M = D + UUᵀ, D a positive diagonal and U d × k, never formed.
    ///
    /// # Errors
    /// As [`diagonal`](Self::diagonal); [`Error::Empty`], [`Error::NonFinite`] and
    /// [`Error::DimensionMismatch`] for U; [`Error::NotPositiveDefinite`] where D vanishes beside
    /// UUᵀ to rounding; [`Error::NotConverged`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Metric, Vector};
    /// use nalgebra::{dmatrix, dvector};
    ///
    /// // diag(1, 2) + (1, 1)ᵀ(1, 1)
    /// let metric: Metric<f64> = Metric::low_rank(&dvector![1.0, 2.0], &dmatrix![1.0; 1.0])?;
    /// let lowered = metric.lower(&Vector::from_slice(&[1.0, 1.0])?)?;
    /// assert!((lowered.coordinates() - dvector![3.0, 4.0]).amax() < 1e-14);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn low_rank<'a, 'b>(
        diagonal: impl Into<DVectorView<'a, T>>,
        factor: impl Into<DMatrixView<'b, T>>,
    ) -> Result<Self, Error> {
        let (diagonal, factor) = (diagonal.into(), factor.into());
        check::vector("diagonal", &diagonal)?;
        check::matrix("factor", &factor)?;
        check::same("factor", "rows", diagonal.len(), factor.nrows())?;
        let lengths = roots("diagonal", diagonal.iter().copied())?;
        let (d, k) = factor.shape();
        let balanced = DMatrix::from_fn(d, k, |i, j| factor[(i, j)] / lengths[i]);
        // Beyond 1/ε the diagonal is lost whatever else; and squares stay in range.
        let largest = reduce::max_abs(balanced.as_slice());
        if largest >= T::one() / T::machine_epsilon() {
            return Err(vanishing(T::one(), T::one() / T::machine_epsilon()));
        }
        let (axes, values, _) = ThinSvd::new(&balanced)?.into_parts();
        let shape = Spectral::new(axes, values.map(|s| T::one() + s * s), T::one());
        definite("diagonal beside the factor", &shape)?;
        Ok(Self::of(lengths, shape))
    }

    /// From positive lengths.
    fn of(mut lengths: DVector<T>, shape: Spectral<T>) -> Self {
        let exponent = rescale(&mut lengths);
        Self {
            lengths,
            exponent,
            shape,
        }
    }

    /// M⁻¹, the inner product of covectors: what was a covector is a vector to it, and the
    /// other way round. Whitened coordinates are the same for both.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Covector, Metric, Vector};
    /// use nalgebra::dvector;
    ///
    /// let metric: Metric<f64> = Metric::diagonal(&dvector![4.0, 16.0])?;
    /// let one = metric.dual().length(&Vector::from_slice(&[2.0, 0.0])?)?;
    /// assert_eq!(one, metric.dual_length(&Covector::from_slice(&[2.0, 0.0])?)?);
    /// assert_eq!(one, 1.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn dual(&self) -> Self {
        let mut inverse = DVector::from_element(self.dimension(), T::one());
        let exponent = self.weigh(&mut inverse, Weights::Inverses);
        let mut dual = Self::of(inverse, self.shape.clone().inverted());
        dual.exponent += exponent;
        dual
    }

    /// d.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Metric;
    ///
    /// assert_eq!(Metric::<f64>::identity(7)?.dimension(), 7);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.lengths.len()
    }

    /// κ, the condition number of R, which is M less the units of its coordinates.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Metric;
    /// use nalgebra::{dmatrix, dvector};
    ///
    /// assert_eq!(Metric::diagonal(&dvector![1e-9_f64, 1e9])?.condition_number(), 1.0);
    /// let full: Metric<f64> = Metric::full(&dmatrix![1.0, 0.5; 0.5, 1.0])?;
    /// assert!((full.condition_number() - 3.0).abs() < 1e-14);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn condition_number(&self) -> T {
        let (smallest, largest) = self.shape.extremes();
        largest / smallest
    }

    /// Mx, the covector that pairs with shifts as x does by the metric (the flat ♭).
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`]; [`Error::OutOfRange`] where the result is beyond the scalar.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Metric, Vector};
    /// use nalgebra::dvector;
    ///
    /// let metric: Metric<f64> = Metric::diagonal(&dvector![4.0, 9.0])?;
    /// let w = metric.lower(&Vector::from_slice(&[1.0, 2.0])?)?;
    /// assert_eq!(w.coordinates().as_slice(), [4.0, 18.0]);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn lower(&self, vector: &Vector<T>) -> Result<Covector<T>, Error> {
        let x = self.image(
            "vector",
            vector.coordinates(),
            Weights::Lengths,
            |r| r,
            Weights::Lengths,
        )?;
        x.into_range("lowered vector").map(Covector::of_finite)
    }

    /// M⁻¹w, the shift of steepest change for its length (the sharp ♯).
    ///
    /// # Errors
    /// As [`lower`](Self::lower).
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Covector, Metric};
    /// use nalgebra::dvector;
    ///
    /// let metric: Metric<f64> = Metric::diagonal(&dvector![4.0, 16.0])?;
    /// let x = metric.raise(&Covector::from_slice(&[8.0, 8.0])?)?;
    /// assert_eq!(x.coordinates().as_slice(), [2.0, 0.5]);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn raise(&self, covector: &Covector<T>) -> Result<Vector<T>, Error> {
        let x = self.image(
            "covector",
            covector.coordinates(),
            Weights::Inverses,
            T::recip,
            Weights::Inverses,
        )?;
        x.into_range("raised covector").map(Vector::of_finite)
    }

    /// Wx.
    ///
    /// # Errors
    /// As [`lower`](Self::lower).
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Metric, Vector};
    /// use nalgebra::dvector;
    ///
    /// let metric: Metric<f64> = Metric::diagonal(&dvector![4.0, 9.0])?;
    /// let white = metric.whiten_vector(&Vector::from_slice(&[1.0, 2.0])?)?;
    /// assert_eq!(white.as_slice(), [2.0, 6.0]);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn whiten_vector(&self, vector: &Vector<T>) -> Result<DVector<T>, Error> {
        self.white_vector(vector)?.into_range("whitened vector")
    }

    /// W^(−T)w.
    ///
    /// # Errors
    /// As [`lower`](Self::lower).
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Covector, Metric};
    /// use nalgebra::dvector;
    ///
    /// let metric: Metric<f64> = Metric::diagonal(&dvector![4.0, 16.0])?;
    /// let white = metric.whiten_covector(&Covector::from_slice(&[1.0, 2.0])?)?;
    /// assert_eq!(white.as_slice(), [0.5, 0.5]);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn whiten_covector(&self, covector: &Covector<T>) -> Result<DVector<T>, Error> {
        self.white_covector("covector", covector)?
            .into_range("whitened covector")
    }

    /// Whitened covectors as columns, for a [`Subspace`](crate::Subspace).
    ///
    /// # Errors
    /// As [`lower`](Self::lower), and [`Error::Empty`] for no covector.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Covector, Metric, Subspace};
    /// use nalgebra::dvector;
    ///
    /// let metric: Metric<f64> = Metric::diagonal(&dvector![4.0, 16.0])?;
    /// let gradients = [Covector::from_slice(&[1.0, 2.0])?, Covector::from_slice(&[2.0, 4.0])?];
    /// let capabilities = Subspace::from_columns(&metric.whiten_covectors(&gradients)?)?;
    /// assert_eq!(capabilities.dimension(), 1);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn whiten_covectors(&self, covectors: &[Covector<T>]) -> Result<DMatrix<T>, Error> {
        if covectors.is_empty() {
            return Err(Error::Empty {
                argument: "covectors",
                rows: self.dimension(),
                columns: 0,
            });
        }
        let white = |w| {
            self.white_covector("covectors", w)?
                .into_range("whitened covector")
        };
        let columns: Result<Vec<_>, _> = covectors.iter().map(white).collect();
        Ok(DMatrix::from_columns(&columns?))
    }

    /// The direction of Wx, for vectors of any magnitude.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`]; [`Error::ZeroVector`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Metric, Vector};
    /// use nalgebra::dvector;
    ///
    /// let metric: Metric<f64> = Metric::diagonal(&dvector![9.0, 16.0])?;
    /// let v = metric.vector_direction(&Vector::from_slice(&[1e300, 1e300])?)?;
    /// assert!((v.as_vector() - dvector![0.6, 0.8]).amax() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn vector_direction(&self, vector: &Vector<T>) -> Result<Direction<T>, Error> {
        Direction::named("vector", self.white_vector(vector)?.x.as_slice())
    }

    /// The direction of W^(−T)w, for covectors of any magnitude.
    ///
    /// # Errors
    /// As [`vector_direction`](Self::vector_direction).
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Covector, Metric};
    /// use nalgebra::dvector;
    ///
    /// let metric: Metric<f64> = Metric::diagonal(&dvector![9.0, 16.0])?;
    /// let v = metric.covector_direction(&Covector::from_slice(&[9.0, 16.0])?)?;
    /// assert!((v.as_vector() - dvector![0.6, 0.8]).amax() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn covector_direction(&self, covector: &Covector<T>) -> Result<Direction<T>, Error> {
        Direction::named(
            "covector",
            self.white_covector("covector", covector)?.x.as_slice(),
        )
    }

    /// W⁻¹δ̃, the way back from whitened coordinates for a shift that was found there.
    ///
    /// # Errors
    /// As [`lower`](Self::lower), and [`Error::Empty`], [`Error::NonFinite`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Metric;
    /// use nalgebra::dvector;
    ///
    /// let metric: Metric<f64> = Metric::diagonal(&dvector![4.0, 16.0])?;
    /// let shift = metric.unwhiten_shift(&dvector![3.0, 4.0])?;
    /// assert_eq!(shift.coordinates().as_slice(), [1.5, 1.0]);
    /// assert_eq!(metric.length(&shift)?, 5.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn unwhiten_shift<'a>(
        &self,
        whitened: impl Into<DVectorView<'a, T>>,
    ) -> Result<Vector<T>, Error> {
        let whitened = whitened.into();
        check::vector("whitened shift", &whitened)?;
        let inverse_root = |r: T| r.sqrt().recip();
        let x = whitened.into_owned();
        let x = self.image(
            "whitened shift",
            &x,
            Weights::One,
            inverse_root,
            Weights::Inverses,
        )?;
        x.into_range("shift").map(Vector::of_finite)
    }

    /// √(δᵀMδ), what a budget limits.
    ///
    /// # Errors
    /// As [`lower`](Self::lower).
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Metric, Vector};
    /// use nalgebra::dvector;
    ///
    /// let metric: Metric<f64> = Metric::diagonal(&dvector![4.0, 9.0])?;
    /// let length = metric.length(&Vector::from_slice(&[1.0, 1.0])?)?;
    /// assert!((length - 13.0_f64.sqrt()).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn length(&self, vector: &Vector<T>) -> Result<T, Error> {
        self.white_vector(vector)?.norm("length of the vector")
    }

    /// √(wᵀM⁻¹w), the largest change of w per unit of budget: the slope that turns a
    /// capability change of the theory into the units of its metric of performance.
    ///
    /// # Errors
    /// As [`lower`](Self::lower).
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Covector, Metric};
    /// use nalgebra::dvector;
    ///
    /// let metric: Metric<f64> = Metric::diagonal(&dvector![4.0, 16.0])?;
    /// let slope = metric.dual_length(&Covector::from_slice(&[6.0, 16.0])?)?;
    /// assert_eq!(slope, 5.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn dual_length(&self, covector: &Covector<T>) -> Result<T, Error> {
        self.white_covector("covector", covector)?
            .norm("length of the covector")
    }

    fn white_vector(&self, vector: &Vector<T>) -> Result<Scaled<T>, Error> {
        self.image(
            "vector",
            vector.coordinates(),
            Weights::Lengths,
            T::sqrt,
            Weights::One,
        )
    }

    fn white_covector(&self, argument: &'static str, w: &Covector<T>) -> Result<Scaled<T>, Error> {
        let inverse_root = |r: T| r.sqrt().recip();
        self.image(
            argument,
            w.coordinates(),
            Weights::Inverses,
            inverse_root,
            Weights::One,
        )
    }

    /// Weights, then f(R), then weights again.
    fn image(
        &self,
        argument: &'static str,
        x: &DVector<T>,
        before: Weights,
        f: impl Fn(T) -> T,
        after: Weights,
    ) -> Result<Scaled<T>, Error> {
        check::same(argument, "coordinates", self.dimension(), x.len())?;
        let mut x = x.clone();
        let mut exponent = rescale(&mut x) + self.weigh(&mut x, before) + rescale(&mut x);
        x = self.shape.apply(x.as_slice(), f);
        exponent += self.weigh(&mut x, after) + rescale(&mut x);
        Ok(Scaled { x, exponent })
    }

    /// x∘ℓ or x∘ℓ⁻¹ in units of a power of two, whose exponent is returned; no factor is
    /// above 2, so that nothing overflows.
    fn weigh(&self, x: &mut DVector<T>, weights: Weights) -> i32 {
        match weights {
            Weights::One => 0,
            Weights::Lengths => {
                x.component_mul_assign(&self.lengths);
                self.exponent
            }
            Weights::Inverses => {
                let least = self.lengths.iter().fold(self.lengths[0], |m, &l| m.min(l));
                let e = exponent_of(least);
                let unit = T::from_double(2.0_f64.powi(e));
                for (x, &l) in x.iter_mut().zip(self.lengths.iter()) {
                    *x *= unit / l;
                }
                -e - self.exponent
            }
        }
    }
}

impl<T: Real> Scaled<T> {
    fn into_range(self, argument: &'static str) -> Result<DVector<T>, Error> {
        let Self { x, exponent } = self;
        let x = x.map(|v| times_power_of_two(v, exponent));
        match x.iter().find(|v| !v.is_finite()) {
            None => Ok(x),
            Some(&v) => Err(beyond(argument, v)),
        }
    }

    fn norm(self, argument: &'static str) -> Result<T, Error> {
        let norm = times_power_of_two(scale::norm(self.x.as_slice()), self.exponent);
        if norm.is_finite() {
            Ok(norm)
        } else {
            Err(beyond(argument, norm))
        }
    }
}

fn beyond<T: Real>(argument: &'static str, value: T) -> Error {
    Error::OutOfRange {
        argument,
        expected: "numbers that the scalar type can hold; scale the metric or the argument",
        actual: value.to_double(),
    }
}

/// ⌊log₂ x⌋ of a positive number, or one off, which changes a unit and nothing else.
fn exponent_of<T: Real>(x: T) -> i32 {
    x.to_double().log2().floor() as i32
}

/// Divides by a power of two, so that the largest entry is near one, and returns its exponent.
fn rescale<T: Real>(x: &mut DVector<T>) -> i32 {
    let largest = reduce::max_abs(x.as_slice());
    if largest == T::zero() {
        return 0;
    }
    let exponent = exponent_of(largest);
    x.apply(|v| *v = times_power_of_two(*v, -exponent));
    exponent
}

/// x·2^e in steps that a normal number can make, each towards the result.
fn times_power_of_two<T: Real>(mut x: T, mut exponent: i32) -> T {
    let most = T::exponent_range();
    while exponent != 0 {
        let step = exponent.clamp(-most, most);
        x *= T::from_double(2.0_f64.powi(step));
        exponent -= step;
    }
    x
}

/// √ of positive normal numbers.
fn roots<T: Real>(
    argument: &'static str,
    diagonal: impl Iterator<Item = T>,
) -> Result<DVector<T>, Error> {
    let least = T::from_double(2.0_f64.powi(-T::exponent_range()));
    let entries: Vec<T> = diagonal.collect();
    match entries.iter().position(|&m| m < least) {
        None => Ok(DVector::from_vec(entries).map(|m| m.sqrt())),
        Some(index) => Err(Error::EntryOutOfRange {
            argument,
            index,
            expected: "a positive number in the range of normal numbers",
            actual: entries[index].to_double(),
        }),
    }
}

/// Refuses what is singular to rounding, by the cut of a numerical rank.
fn definite<T: Real>(argument: &'static str, shape: &Spectral<T>) -> Result<(), Error> {
    let d = shape.dimension();
    let (smallest, largest) = shape.extremes();
    let cut = tolerance::rank::<T>(d, d) * largest;
    if smallest > cut {
        return Ok(());
    }
    Err(Error::NotPositiveDefinite {
        argument,
        eigenvalue: smallest.to_double(),
        tolerance: cut.to_double(),
    })
}

fn vanishing<T: Real>(smallest: T, cut: T) -> Error {
    Error::NotPositiveDefinite {
        argument: "diagonal beside the factor",
        eigenvalue: smallest.to_double(),
        tolerance: cut.to_double(),
    }
}
