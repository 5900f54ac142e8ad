//! Directions that are nearly combinations of each other.
//!
//! A tax rate against a subspace does not mind collinear capabilities, but everything
//! that is said of one capability does: its unique share vanishes, its price is shared
//! out arbitrarily, and a small error in one direction turns the span by that error times
//! the condition number. So collinearity is reported: how bad as a whole, which pair,
//! and for each direction how much of it the others explain.

use nalgebra::DMatrix;

use crate::linalg::{ThinSvd, reduce};
use crate::subspace::direction_matrix;
use crate::{Direction, Error, RankRule, Real, Subspace, TaxRate, tolerance};

/// How collinear a set of directions is.
///
/// $$ \text{VIF}\_i = \frac{1}{1 - R_i^2}, \qquad 1 - R_i^2 = \lVert c_i - P_{-i} c_i \rVert^2 $$
///
/// with P₋ᵢ the projector onto the span of the others: theory's τ of cᵢ against them is R²ᵢ.
///
/// # Units and shapes
/// p directions of R^d; results are f64 without unit, whatever the scalar.
///
/// # Accuracy
/// 1 − R² comes from the residual, so that factors up to about 1/ε² are told apart; relative
/// error about 16ε·√d·κ, κ the condition number. What counts as dependent is decided by the
/// numerical rank in the scalar of the directions.
///
/// # References
/// Belsley, Kuh & Welsch (1980), *Regression Diagnostics*, ch. 3.
///
/// # Examples
/// ```
/// use alignment_tax::{Collinearity, Direction};
///
/// let code = Direction::from_slice(&[1.0_f64, 0.0, 0.0])?;
/// let arithmetic = Direction::from_slice(&[1.0_f64, 0.1, 0.0])?;
/// let poetry = Direction::from_slice(&[0.0_f64, 0.0, 1.0])?;
/// let report = Collinearity::new(&[code, arithmetic, poetry])?;
/// let (first, second, correlation) = report.worst_pair().expect("three directions");
/// assert_eq!((first, second), (0, 1));
/// assert!(correlation > 0.99);
/// assert!((report.variance_inflation()[0] - 101.0).abs() < 1e-10);
/// assert_eq!(report.variance_inflation()[2], 1.0);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Collinearity {
    correlation: DMatrix<f64>,
    condition: f64,
    inflation: Vec<f64>,
    dependent: Vec<usize>,
    rank: usize,
}

impl Collinearity {
    /// The diagnosis of directions of one space.
    ///
    /// # Errors
    /// [`Error::Empty`] for no direction, [`Error::DimensionMismatch`],
    /// [`Error::NotConverged`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Collinearity, Direction};
    ///
    /// let alone = Collinearity::new(&[Direction::from_slice(&[1.0_f32, 2.0])?])?;
    /// assert_eq!((alone.condition_number(), alone.worst_pair()), (1.0, None));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn new<T: Real>(directions: &[Direction<T>]) -> Result<Self, Error> {
        let columns = direction_matrix("directions", directions)?.map(T::to_double);
        let (d, p) = columns.shape();
        let correlation = DMatrix::from_fn(p, p, |i, j| {
            if i == j {
                1.0
            } else {
                let (i, j) = (i.min(j), i.max(j));
                let (x, y) = (columns.column(i), columns.column(j));
                reduce::dot(x.as_slice(), y.as_slice()).clamp(-1.0, 1.0)
            }
        });
        // Directions that were rounded to T depend on each other to T's rounding.
        let rule = RankRule::Relative(tolerance::rank::<T>(d, p).to_double());
        let svd = ThinSvd::new(&columns)?;
        let sigma = svd.singular_values();
        // The same vectors in the coordinates of their span, where the rest is cheap.
        let inside = DMatrix::from_diagonal(sigma) * svd.right_vectors().transpose();
        let rank = Subspace::from_columns_with(&inside, rule)?.dimension();
        let condition = if rank < p {
            f64::INFINITY
        } else {
            sigma[0] / sigma[p - 1]
        };
        let mut inflation = Vec::with_capacity(p);
        let mut dependent = Vec::new();
        for i in 0..p {
            if p == 1 {
                inflation.push(1.0);
                continue;
            }
            let others = Subspace::from_columns_with(&inside.clone().remove_column(i), rule)?;
            if others.dimension() >= rank {
                dependent.push(i);
                inflation.push(f64::INFINITY);
                continue;
            }
            let own = Direction::new(inside.column(i))?;
            let left = TaxRate::between(&own, &others)?.complement();
            inflation.push(if left > 0.0 {
                1.0 / left
            } else {
                f64::INFINITY
            });
        }
        Ok(Self {
            correlation,
            condition,
            inflation,
            dependent,
            rank,
        })
    }

    /// The overlaps ⟨cᵢ, cⱼ⟩ with their signs, p × p, ones on the diagonal.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Collinearity, Direction};
    ///
    /// let v = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let report = Collinearity::new(&[v.clone(), -v])?;
    /// assert!((report.correlation()[(0, 1)] + 1.0).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn correlation(&self) -> &DMatrix<f64> {
        &self.correlation
    }

    /// κ = σ₁/σ_p of the matrix of directions; infinite where they are dependent.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Collinearity, Direction};
    ///
    /// let v = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let report = Collinearity::new(&[v.clone(), -v])?;
    /// assert_eq!(report.condition_number(), f64::INFINITY);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn condition_number(&self) -> f64 {
        self.condition
    }

    /// The pair of largest |⟨cᵢ, cⱼ⟩|, i < j, with its sign; `None` for one direction.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Collinearity, Direction};
    ///
    /// let a = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let b = Direction::from_slice(&[0.0_f64, 1.0])?;
    /// let c = Direction::from_slice(&[-0.8_f64, 0.6])?;
    /// let (i, j, correlation) = Collinearity::new(&[a, b, c])?.worst_pair().expect("pairs");
    /// assert_eq!((i, j), (0, 2));
    /// assert!((correlation + 0.8).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn worst_pair(&self) -> Option<(usize, usize, f64)> {
        let p = self.correlation.nrows();
        (0..p)
            .flat_map(|i| (i + 1..p).map(move |j| (i, j)))
            .map(|(i, j)| (i, j, self.correlation[(i, j)]))
            .reduce(|worst, pair| {
                if pair.2.abs() > worst.2.abs() {
                    pair
                } else {
                    worst
                }
            })
    }

    /// The variance inflation factor of each direction, from 1 up; infinite for those of
    /// [`dependent`](Self::dependent).
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Collinearity, Direction};
    ///
    /// let a = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let b = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let report = Collinearity::new(&[a, b])?;
    /// assert!((report.variance_inflation()[1] - 1.0 / 0.64).abs() < 1e-14);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn variance_inflation(&self) -> &[f64] {
        &self.inflation
    }

    /// The directions whose removal leaves the numerical rank as it is: each of them is a
    /// combination of the others.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Collinearity, Direction};
    ///
    /// let a = Direction::from_slice(&[1.0_f64, 0.0, 0.0])?;
    /// let b = Direction::from_slice(&[0.0_f64, 1.0, 0.0])?;
    /// let report = Collinearity::new(&[a.clone(), b, -a])?;
    /// assert_eq!(report.dependent(), [0, 2]);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn dependent(&self) -> &[usize] {
        &self.dependent
    }

    /// The numerical rank of the directions.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Collinearity, Direction};
    ///
    /// let a = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// assert_eq!(Collinearity::new(&[a.clone(), a])?.rank(), 1);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn rank(&self) -> usize {
        self.rank
    }
}
