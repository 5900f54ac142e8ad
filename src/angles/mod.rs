//! Principal angles between two subspaces: the complete set of numbers that
//! describe how they lie to each other.
//!
//! A cosine is blind near zero and a sine near a right angle: an error of ε in
//! cos θ is an error of √ε in a small θ. So each angle is taken from the side on
//! which it is determined. The cosines are the singular values of Q_BᵀQ_A; for
//! those with cos² ≥ ½ the sines are the singular values of the residual
//! (I − Q_BQ_Bᵀ)Q_A restricted to their principal vectors (Björck & Golub 1973;
//! Knyazev & Argentati 2002). The restriction costs no accuracy: vectors that
//! belong to angles on the other side of π/4 are separated from small angles by a
//! gap of at least ½ in cos², so the restricted block is off by O(ε) at most.

mod alignment;
mod columns;
mod distances;

use nalgebra::{DMatrix, DVector};

use crate::linalg::check;
use crate::{Error, Real, Subspace};

/// The principal angles θ₁ ≤ … ≤ θ_q between two subspaces, q = min(k, m).
///
/// $$ \cos \theta_j = \max_{u \in \mathcal A} \max_{w \in \mathcal B} \langle u, w \rangle, \qquad \lVert u \rVert = \lVert w \rVert = 1, \quad u \perp u_i, \quad w \perp w_i, \quad i < j $$
///
/// # Units and shapes
/// q angles in radians, ascending, each in [0, π/2].
///
/// # Accuracy
/// Absolute error at most [`tolerance::angle`](crate::tolerance::angle) = 8ε√q
/// over all of [0, π/2] for orthonormal bases; times the condition number for
/// raw columns. Checked against 40-digit references, f32 and f64.
///
/// # References
/// Jordan (1875); Björck & Golub (1973), *Numerical methods for computing angles
/// between linear subspaces*; Knyazev & Argentati (2002), *Principal angles between
/// subspaces in an A-based scalar product*.
///
/// # Examples
/// ```
/// use alignment_tax::{PrincipalAngles, Subspace};
/// use nalgebra::dmatrix;
///
/// let a: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0, 0.0; 0.0, 1.0; 0.0, 0.0])?;
/// let b: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0, 0.0; 0.0, 1.0; 1e-12, 1.0])?;
/// let angles = PrincipalAngles::between(&a, &b)?;
/// assert!(angles.radians()[0] < 1e-12);
/// assert!((angles.radians()[1] - std::f64::consts::FRAC_PI_4).abs() < 1e-15);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PrincipalAngles<T> {
    /// Ascending; never empty. The three vectors belong together entry by entry.
    radians: DVector<T>,
    cosines: DVector<T>,
    sines: DVector<T>,
}

impl<T: Real> PrincipalAngles<T> {
    /// The principal angles between two subspaces, of any two dimensions.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`], [`Error::TrivialSubspace`],
    /// [`Error::NotConverged`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{PrincipalAngles, Subspace};
    /// use nalgebra::dmatrix;
    ///
    /// let line: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
    /// let other: Subspace<f64> = Subspace::from_columns(&dmatrix![0.0; 1.0])?;
    /// let angles = PrincipalAngles::between(&line, &other)?;
    /// assert_eq!(angles.radians()[0], std::f64::consts::FRAC_PI_2);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn between(a: &Subspace<T>, b: &Subspace<T>) -> Result<Self, Error> {
        let (narrow, wide, _) = ordered(a, b)?;
        let cross = T::kernel_transposed_product(wide, narrow);
        alignment::angles(&cross, &alignment::Formed { narrow, wide })
    }

    /// Principal angles that are known already, for their [distances](Self::geodesic).
    ///
    /// # Errors
    /// [`Error::Empty`], and [`Error::OutOfRange`] for an angle that is not in
    /// [0, π/2] (π/2 as the scalar rounds it).
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::PrincipalAngles;
    ///
    /// let angles = PrincipalAngles::from_radians(&[0.4_f64, 0.3])?;
    /// assert_eq!(angles.radians().as_slice(), [0.3, 0.4]);
    /// assert_eq!(angles.geodesic(), 0.5);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn from_radians(radians: &[T]) -> Result<Self, Error> {
        check::slice("radians", radians)?;
        let mut ascending = DVector::from_column_slice(radians);
        for &theta in radians {
            check::scalar("principal angle", theta, "radians in [0, π/2]", |t| {
                t >= T::zero() && t <= T::frac_pi_2()
            })?;
        }
        ascending
            .as_mut_slice()
            .sort_by(|x, y| x.partial_cmp(y).unwrap_or(std::cmp::Ordering::Equal));
        Ok(Self {
            cosines: ascending.map(|t| t.cos().max(T::zero())),
            sines: ascending.map(|t| t.sin()),
            radians: ascending,
        })
    }

    /// θ, ascending, in radians.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{PrincipalAngles, Subspace};
    /// use nalgebra::dmatrix;
    ///
    /// let a: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
    /// assert_eq!(PrincipalAngles::between(&a, &a)?.radians()[0], 0.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn radians(&self) -> &DVector<T> {
        &self.radians
    }

    /// cos θ, descending; taken from Q_BᵀQ_A where cos² < ½, from the sine
    /// elsewhere.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{PrincipalAngles, Subspace};
    /// use nalgebra::dmatrix;
    ///
    /// let a: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
    /// let b: Subspace<f64> = Subspace::from_columns(&dmatrix![3.0; 4.0])?;
    /// assert!((PrincipalAngles::between(&a, &b)?.cosines()[0] - 0.6_f64).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn cosines(&self) -> &DVector<T> {
        &self.cosines
    }

    /// sin θ, ascending; taken from the residual block where cos² ≥ ½, from the
    /// cosine elsewhere.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{PrincipalAngles, Subspace};
    /// use nalgebra::dmatrix;
    ///
    /// let a: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
    /// let b: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 1e-15])?;
    /// assert!((PrincipalAngles::between(&a, &b)?.sines()[0] - 1e-15_f64).abs() < 1e-30);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn sines(&self) -> &DVector<T> {
        &self.sines
    }
}

/// Principal angles with their vectors: uⱼ in the left subspace, wⱼ in the right
/// one, ⟨uᵢ, wⱼ⟩ = δᵢⱼ·cos θⱼ.
///
/// # Units and shapes
/// Left and right are d × q with orthonormal columns.
///
/// # Accuracy
/// Angles as [`PrincipalAngles`]. A vector is determined up to ε over the gap
/// between its angle and the nearest other one; within a cluster of equal angles
/// any orthonormal set of the cluster may be returned.
///
/// # References
/// As [`PrincipalAngles`].
///
/// # Examples
/// ```
/// use alignment_tax::{PrincipalVectors, Subspace};
/// use nalgebra::dmatrix;
///
/// let a: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
/// let b: Subspace<f64> = Subspace::from_columns(&dmatrix![3.0; 4.0])?;
/// let pairs = PrincipalVectors::between(&a, &b)?;
/// let cosine = pairs.left().column(0).dot(&pairs.right().column(0));
/// assert!((cosine - pairs.angles().cosines()[0]).abs() < 1e-15);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PrincipalVectors<T> {
    angles: PrincipalAngles<T>,
    left: DMatrix<T>,
    right: DMatrix<T>,
}

impl<T: Real> PrincipalVectors<T> {
    /// Angles and vectors between two subspaces, of any two dimensions.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`], [`Error::TrivialSubspace`],
    /// [`Error::NotConverged`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{PrincipalVectors, Subspace};
    /// use nalgebra::dmatrix;
    ///
    /// let plane: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0, 0.0; 0.0, 1.0; 0.0, 0.0])?;
    /// let line: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 1.0; 1.0])?;
    /// assert_eq!(PrincipalVectors::between(&plane, &line)?.left().shape(), (3, 1));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn between(left: &Subspace<T>, right: &Subspace<T>) -> Result<Self, Error> {
        let (narrow, wide, swapped) = ordered(left, right)?;
        let mut pairs = alignment::vectors(narrow, wide)?;
        if swapped {
            std::mem::swap(&mut pairs.left, &mut pairs.right);
        }
        Ok(pairs)
    }

    /// The principal angles.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{PrincipalVectors, Subspace};
    /// use nalgebra::dmatrix;
    ///
    /// let a: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
    /// assert_eq!(PrincipalVectors::between(&a, &a)?.angles().radians()[0], 0.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn angles(&self) -> &PrincipalAngles<T> {
        &self.angles
    }

    /// u₁ … u_q, in the left subspace.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{PrincipalVectors, Subspace};
    /// use nalgebra::dmatrix;
    ///
    /// let a: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
    /// assert_eq!(PrincipalVectors::between(&a, &a)?.left()[(0, 0)].abs(), 1.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn left(&self) -> &DMatrix<T> {
        &self.left
    }

    /// w₁ … w_q, in the right subspace.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{PrincipalVectors, Subspace};
    /// use nalgebra::dmatrix;
    ///
    /// let a: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
    /// let pairs = PrincipalVectors::between(&a, &a)?;
    /// assert_eq!(pairs.left(), pairs.right());
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn right(&self) -> &DMatrix<T> {
        &self.right
    }
}

/// The basis of the subspace of smaller dimension, that of the other, and whether they had to
/// be swapped for it.
fn ordered<'a, T: Real>(
    left: &'a Subspace<T>,
    right: &'a Subspace<T>,
) -> Result<(&'a DMatrix<T>, &'a DMatrix<T>, bool), Error> {
    left.same_space(right)?;
    for (argument, subspace) in [("left", left), ("right", right)] {
        if subspace.dimension() == 0 {
            return Err(Error::TrivialSubspace { argument });
        }
    }
    let swapped = left.dimension() > right.dimension();
    let (narrow, wide) = if swapped {
        (right, left)
    } else {
        (left, right)
    };
    Ok((narrow.basis(), wide.basis(), swapped))
}
