//! One shift, known exactly.

use nalgebra::{DMatrixView, DVector, DVectorView};

use crate::linalg::{check, reduce, scale};
use crate::{Direction, Error, Real, Subspace, tolerance};

/// A shift δ decomposed against a safety direction and a capability subspace.
///
/// $$ \lVert \delta \rVert^2 = \langle u, \delta \rangle^2 + \langle w, \delta \rangle^2 + \lVert P\delta - \langle w, \delta \rangle w \rVert^2 + \lVert (I - P)\delta - \langle u, \delta \rangle u \rVert^2 $$
///
/// with $u = (v - Pv)/\sin\alpha$ and $w = Pv/\cos\alpha$; the safety gain is
/// $s = \sin\alpha \langle u, \delta \rangle + \cos\alpha \langle w, \delta \rangle$.
///
/// # Units and shapes
/// Lengths in units of the representation; δ in R^d.
///
/// # Accuracy
/// Each part to a few ε·√d of ‖δ‖; the squares add up to ‖δ‖² to the same.
///
/// # References
/// Theory §9.1; the gain that the frontier allows is that of Young (2026) for a fixed
/// capability displacement, theory §5.1.
///
/// # Examples
/// ```
/// use alignment_tax::{Audit, Direction, Subspace};
/// use nalgebra::{dmatrix, dvector};
///
/// let safety = Direction::from_slice(&[0.6_f64, 0.8, 0.0, 0.0])?;
/// let capabilities: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0, 0.0; 0.0, 0.0; 0.0, 1.0; 0.0, 0.0])?;
/// // Some safety for nothing, some paid, a capability moved in vain, and waste.
/// let audit = Audit::new(&dvector![1.0_f64, 2.0, 3.0, 4.0], &safety, &capabilities)?;
/// assert!((audit.free() - 2.0).abs() < 1e-14);
/// assert!((audit.paid() - 1.0).abs() < 1e-14);
/// assert!((audit.idle() - 3.0).abs() < 1e-14);
/// assert!((audit.waste() - 4.0).abs() < 1e-14);
/// assert!((audit.safety() - (0.8 * 2.0 + 0.6 * 1.0)).abs() < 1e-14);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Audit<T> {
    pub(super) length: T,
    pub(super) safety: T,
    pub(super) free: T,
    pub(super) paid: T,
    pub(super) idle: T,
    pub(super) waste: T,
    pub(super) attainable: T,
}

/// u and w, and the lengths sin α and cos α that they come with.
pub(super) struct Frame<T> {
    pub(super) free: DVector<T>,
    pub(super) paid: DVector<T>,
    pub(super) sine: T,
    pub(super) cosine: T,
    /// Lengths up to this, of a unit vector, are nothing but rounding.
    pub(super) rounding: T,
}

impl<T: Real> Frame<T> {
    pub(super) fn of(
        safety: &Direction<T>,
        capabilities: &Subspace<T>,
        rounding: T,
    ) -> Result<Self, Error> {
        let split = capabilities.split_direction("safety", safety)?;
        // A part that is nothing but rounding has no direction, and carries nothing.
        let unit = |part: DVector<T>, length: T| {
            if length > rounding {
                part / length
            } else {
                part * T::zero()
            }
        };
        Ok(Self {
            free: unit(split.outside, split.sine),
            paid: unit(split.inside, split.cosine),
            sine: split.sine,
            cosine: split.cosine,
            rounding,
        })
    }
}

impl<T: Real> Audit<T> {
    /// The audit of one shift: mean activation after an update less that before.
    ///
    /// # Errors
    /// [`Error::NonFinite`], [`Error::Empty`], [`Error::DimensionMismatch`];
    /// [`Error::EntryOutOfRange`] for a length that is no finite number. A shift of zero is a
    /// shift.
    ///
    /// # Examples
    /// See [`Audit`].
    pub fn new<'a>(
        shift: impl Into<DVectorView<'a, T>>,
        safety: &Direction<T>,
        capabilities: &Subspace<T>,
    ) -> Result<Self, Error> {
        let shift = shift.into();
        check::vector("shift", &shift)?;
        let d = capabilities.ambient_dimension();
        check::same("shift", "coordinates", d, shift.len())?;
        let frame = Frame::of(safety, capabilities, tolerance::orthonormality(d))?;
        Self::within(0, &shift.into_owned(), &frame, safety, capabilities)
    }

    /// The audits of checkpoints in order: where each stands after so much training.
    ///
    /// # Units and shapes
    /// One shift a row, each from the same starting point.
    ///
    /// # Errors
    /// As [`Audit::new`]; [`Error::NonFinite`] with the row of the checkpoint, which is the
    /// index of [`Error::EntryOutOfRange`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Audit, Direction, Subspace};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let safety = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let code: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
    /// let checkpoints: DMatrix<f64> = dmatrix![0.0, 0.5; 0.1, 1.0; 0.8, 1.2];
    /// let path = Audit::trajectory(&checkpoints, &safety, &code)?;
    /// let efficiency: Vec<_> = path.iter().filter_map(Audit::efficiency).collect();
    /// assert!(efficiency.iter().all(|&e| e <= 1.0 + 1e-15));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn trajectory<'a>(
        checkpoints: impl Into<DMatrixView<'a, T>>,
        safety: &Direction<T>,
        capabilities: &Subspace<T>,
    ) -> Result<Vec<Self>, Error> {
        let checkpoints = checkpoints.into();
        check::matrix("checkpoints", &checkpoints)?;
        let d = capabilities.ambient_dimension();
        check::same("checkpoints", "columns", d, checkpoints.ncols())?;
        let frame = Frame::of(safety, capabilities, tolerance::orthonormality(d))?;
        let rows = checkpoints.row_iter().enumerate();
        rows.map(|(i, row)| Self::within(i, &row.transpose(), &frame, safety, capabilities))
            .collect()
    }

    /// `shift` is finite and of the dimension of the others.
    pub(super) fn within(
        index: usize,
        shift: &DVector<T>,
        frame: &Frame<T>,
        safety: &Direction<T>,
        capabilities: &Subspace<T>,
    ) -> Result<Self, Error> {
        let unit = scale::power_of_two(reduce::max_abs(shift.as_slice()));
        let x = shift * unit;
        let along = |u: &DVector<T>| reduce::dot(u.as_slice(), x.as_slice());
        let (free, paid) = (along(&frame.free), along(&frame.paid));
        let split = capabilities.split(&x);
        let rest =
            |part: DVector<T>, u: &DVector<T>, along: T| scale::norm((part - u * along).as_slice());
        let attainable = reduce::dot(safety.as_vector().as_slice(), split.inside.as_slice())
            + frame.sine * split.sine;
        let length = scale::norm(x.as_slice());
        // A gain that rounding alone can make is none: a ratio to it would be noise.
        let attainable = if attainable.abs() > frame.rounding * length {
            attainable
        } else {
            T::zero()
        };
        // No part is longer, and the parts are no longer than this by more than rounding.
        let most = length / unit;
        if !(most * (T::one() + frame.rounding)).is_finite() {
            return Err(Error::EntryOutOfRange {
                argument: "lengths of shifts",
                index,
                expected: "a finite number",
                actual: most.to_double(),
            });
        }
        Ok(Self {
            length: most,
            safety: along(safety.as_vector()) / unit,
            free: free / unit,
            paid: paid / unit,
            idle: rest(split.inside, &frame.paid, paid) / unit,
            waste: rest(split.outside, &frame.free, free) / unit,
            attainable: attainable / unit,
        })
    }

    /// ‖δ‖.
    ///
    /// # Examples
    /// See [`Audit`].
    #[must_use]
    pub fn length(&self) -> T {
        self.length
    }

    /// ⟨v, δ⟩, the safety gain.
    ///
    /// # Examples
    /// See [`Audit`].
    #[must_use]
    pub fn safety(&self) -> T {
        self.safety
    }

    /// ⟨u, δ⟩: movement that gained safety without touching a capability; negative where
    /// it lost some.
    ///
    /// # Examples
    /// See [`Audit`].
    #[must_use]
    pub fn free(&self) -> T {
        self.free
    }

    /// ⟨w, δ⟩: movement that gained safety and moved capabilities by as much.
    ///
    /// # Examples
    /// See [`Audit`].
    #[must_use]
    pub fn paid(&self) -> T {
        self.paid
    }

    /// The length of what moved capabilities for no safety.
    ///
    /// # Examples
    /// See [`Audit`].
    #[must_use]
    pub fn idle(&self) -> T {
        self.idle
    }

    /// The length of what moved neither safety nor a capability.
    ///
    /// # Examples
    /// See [`Audit`].
    #[must_use]
    pub fn waste(&self) -> T {
        self.waste
    }

    /// ‖Pδ‖, by how much the capabilities moved.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Audit, Direction, Subspace};
    /// use nalgebra::{dmatrix, dvector};
    ///
    /// let safety = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let code: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
    /// let audit = Audit::new(&dvector![-3.0_f64, 4.0], &safety, &code)?;
    /// assert!((audit.capability() - 3.0).abs() < 1e-14);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn capability(&self) -> T {
        scale::norm(&[self.paid, self.idle])
    }

    /// The largest safety gain for the same length and the same capability displacement;
    /// zero where it is within the rounding of ‖δ‖.
    ///
    /// $$ s_{\max} = \langle v, P\delta \rangle + \sin\alpha \lVert (I - P)\delta \rVert $$
    ///
    /// # Examples
    /// See [`Audit::efficiency`].
    #[must_use]
    pub fn attainable(&self) -> T {
        self.attainable
    }

    /// The safety gain as a share of what was attainable, at most 1 and negative for a
    /// shift that lost safety; `None` where nothing was attainable.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Audit, Direction, Subspace};
    /// use nalgebra::{dmatrix, dvector};
    ///
    /// let safety = Direction::from_slice(&[0.6_f64, 0.8, 0.0])?;
    /// let code: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0; 0.0])?;
    /// // 3 along the free direction and 4 of waste: of 5 that could have gone there, 3 did.
    /// let audit = Audit::new(&dvector![0.0_f64, 3.0, 4.0], &safety, &code)?;
    /// assert!((audit.attainable() - 0.8 * 5.0).abs() < 1e-14);
    /// assert!((audit.efficiency().unwrap() - 0.6).abs() < 1e-14);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn efficiency(&self) -> Option<T> {
        (self.attainable > T::zero()).then(|| self.safety / self.attainable)
    }
}
