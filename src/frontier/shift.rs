//! The optimal shift itself, with its certificate.
//!
//! A bound is worth what attains it. The shift is built in R^d from the directions,
//! then measured: its gain, its capability change and its length are computed from
//! its coordinates, and the gap to the bound is reported, not assumed.

use nalgebra::DVector;

use super::budget::within;
use super::{Budget, FrontierError, ParetoFrontier, PreservationFrontier};
use crate::linalg::{reduce, scale};
use crate::{Direction, Real, Subspace, TaxRate};

/// A representation shift δ* that attains the frontier, and what it measures.
///
/// # Units and shapes
/// d coordinates in units of the representation.
///
/// # Accuracy
/// |gap| ≤ (log₂ d + 28)·ε·B: sixteen for the closed form, the rest for measuring
/// with pairwise sums.
///
/// # References
/// Young (2026), arXiv:2603.00047, tightness of the Pareto frontier.
///
/// # Examples
/// ```
/// use alignment_tax::{Budget, Direction, OptimalShift};
///
/// let safety = Direction::from_slice(&[1.0_f64, 0.0, 0.0])?;
/// let capability = Direction::from_slice(&[-0.6_f64, 0.8, 0.0])?;
/// // The safest shift of length 2 that leaves the capability where it is.
/// let shift = OptimalShift::at_capability(&safety, &capability, Budget::new(2.0_f64)?, 0.0)?;
/// assert!((shift.safety() - 1.6_f64).abs() < 1e-15);
/// assert!(shift.capability().abs() < 1e-15);
/// assert!(shift.gap().abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct OptimalShift<T> {
    delta: DVector<T>,
    safety: T,
    capability: T,
    length: T,
    gap: T,
}

impl<T: Real> OptimalShift<T> {
    /// The shift of largest safety gain among those with ‖δ‖ ≤ B that change one
    /// capability by c, signed reading.
    ///
    /// $$ \delta^\star = c \cdot \hat c + \sqrt{B^2 - c^2} \cdot \hat w, \qquad w = v - \langle v, \hat c \rangle \hat c $$
    ///
    /// # Errors
    /// [`FrontierError::OutOfReach`] for |c| > B; [`FrontierError::Input`] for
    /// directions of different dimension or a number that is not finite.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Direction, OptimalShift};
    ///
    /// let v = Direction::from_slice(&[0.0_f64, 1.0])?;
    /// let c = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let shift = OptimalShift::at_capability(&v, &c, Budget::new(5.0_f64)?, 3.0)?;
    /// assert!((shift.delta()[0] - 3.0_f64).abs() < 1e-14);
    /// assert!((shift.delta()[1] - 4.0_f64).abs() < 1e-14);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn at_capability(
        safety: &Direction<T>,
        capability: &Direction<T>,
        budget: Budget<T>,
        change: T,
    ) -> Result<Self, FrontierError> {
        let frontier = ParetoFrontier::between(safety, capability, budget)?;
        let bound = frontier.safety_at(change)?;
        let line = Subspace::from_directions(std::slice::from_ref(capability))?;
        let outside = free_part(&line, safety)?;
        let b = budget.value();
        let along = capability.as_vector() * change;
        let delta = along + outside * super::budget::leg(b, change);
        let measured = dot(capability.as_vector(), &delta);
        Ok(Self::measured(delta, safety, measured, |s, _| bound - s))
    }

    /// The shift of largest safety gain among those with ‖δ‖ ≤ B that displace the
    /// capability subspace by at most κ, preservation reading.
    ///
    /// $$ \delta^\star = \kappa \frac{Pv}{\lVert Pv \rVert} + \sqrt{B^2 - \kappa^2} \frac{v - Pv}{\lVert v - Pv \rVert}, \qquad \kappa \le B \cos\alpha $$
    ///
    /// # Errors
    /// [`FrontierError::OutOfReach`] for κ < 0; [`FrontierError::Input`] for a
    /// dimension mismatch or a number that is not finite.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Direction, OptimalShift, Subspace};
    /// use nalgebra::dmatrix;
    ///
    /// let v = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let c: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
    /// let free = OptimalShift::at_cost(&v, &c, Budget::new(10.0_f64)?, 0.0)?;
    /// assert!((free.safety() - 8.0_f64).abs() < 1e-14);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn at_cost(
        safety: &Direction<T>,
        capabilities: &Subspace<T>,
        budget: Budget<T>,
        cost: T,
    ) -> Result<Self, FrontierError> {
        let tax = TaxRate::between(safety, capabilities)?;
        let frontier = PreservationFrontier::new(tax, budget);
        let bound = frontier.max_safety(cost)?;
        let spent = cost.min(frontier.full_cost());
        let rest = super::budget::leg(budget.value(), spent);
        Self::composed(safety, capabilities, (spent, rest), |s, _| bound - s)
    }

    /// The shift that achieves a safety gain s with ‖δ‖ ≤ B at the least capability
    /// displacement; as short as it can be where the gain is free.
    ///
    /// # Errors
    /// [`FrontierError::OutOfReach`] for s < 0 or s > B; [`FrontierError::Input`] for
    /// a dimension mismatch or a number that is not finite.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Direction, OptimalShift, Subspace};
    /// use nalgebra::dmatrix;
    ///
    /// let v = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let c: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
    /// let shift = OptimalShift::at_safety(&v, &c, Budget::new(10.0_f64)?, 4.0)?;
    /// assert!((shift.length() - 5.0_f64).abs() < 1e-14);
    /// assert!(shift.capability() < 1e-14);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn at_safety(
        safety: &Direction<T>,
        capabilities: &Subspace<T>,
        budget: Budget<T>,
        gain: T,
    ) -> Result<Self, FrontierError> {
        let b = budget.value();
        let tax = TaxRate::between(safety, capabilities)?;
        let frontier = PreservationFrontier::new(tax, budget);
        let gain = within("safety gain", gain, b, (T::zero(), b))?;
        let cost = frontier.min_cost(gain)?;
        let rest = if cost == T::zero() && tax.sine() > T::zero() {
            (gain / tax.sine()).min(b)
        } else {
            super::budget::leg(b, cost)
        };
        Self::composed(safety, capabilities, (cost, rest), |_, paid| paid - cost)
    }

    /// δ = inside·Pv/‖Pv‖ + outside·(v − Pv)/‖v − Pv‖, measured.
    fn composed(
        safety: &Direction<T>,
        capabilities: &Subspace<T>,
        (inside, outside): (T, T),
        gap: impl Fn(T, T) -> T,
    ) -> Result<Self, FrontierError> {
        let paid = unit(capabilities.project(safety.as_vector())?) * inside;
        let free = free_part(capabilities, safety)? * outside;
        let delta = paid + free;
        let displaced = capabilities.project(&delta)?;
        let cost = scale::norm(displaced.as_slice());
        Ok(Self::measured(delta, safety, cost, gap))
    }

    fn measured(
        delta: DVector<T>,
        safety: &Direction<T>,
        capability: T,
        gap: impl Fn(T, T) -> T,
    ) -> Self {
        let gain = dot(safety.as_vector(), &delta);
        Self {
            length: scale::norm(delta.as_slice()),
            safety: gain,
            capability,
            gap: gap(gain, capability),
            delta,
        }
    }

    /// δ*.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Direction, OptimalShift};
    ///
    /// let v = Direction::from_slice(&[0.0_f64, 1.0])?;
    /// let c = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let shift = OptimalShift::at_capability(&v, &c, Budget::unit(), 0.0)?;
    /// assert_eq!(shift.delta().len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn delta(&self) -> &DVector<T> {
        &self.delta
    }

    /// ⟨v, δ*⟩, measured.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Direction, OptimalShift};
    ///
    /// let v = Direction::from_slice(&[0.0_f64, 1.0])?;
    /// let c = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let shift = OptimalShift::at_capability(&v, &c, Budget::unit(), 0.0)?;
    /// assert_eq!(shift.safety(), 1.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn safety(&self) -> T {
        self.safety
    }

    /// ⟨c, δ*⟩ in the signed reading, ‖Pδ*‖ in the preservation reading, measured.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Direction, OptimalShift};
    ///
    /// let v = Direction::from_slice(&[0.0_f64, 1.0])?;
    /// let c = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let shift = OptimalShift::at_capability(&v, &c, Budget::unit(), 0.5)?;
    /// assert_eq!(shift.capability(), 0.5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn capability(&self) -> T {
        self.capability
    }

    /// ‖δ*‖, measured.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Direction, OptimalShift};
    ///
    /// let v = Direction::from_slice(&[0.0_f64, 1.0])?;
    /// let c = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let shift = OptimalShift::at_capability(&v, &c, Budget::unit(), 0.0)?;
    /// assert_eq!(shift.length(), 1.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn length(&self) -> T {
        self.length
    }

    /// The certificate: the bound less the measured safety gain, or, for
    /// [`at_safety`](Self::at_safety), the measured cost less the bound. Rounding, of
    /// either sign.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Direction, OptimalShift};
    ///
    /// let v = Direction::from_slice(&[0.0_f64, 1.0])?;
    /// let c = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let shift = OptimalShift::at_capability(&v, &c, Budget::unit(), 0.5)?;
    /// assert!(shift.gap().abs() < 1e-15);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn gap(&self) -> T {
        self.gap
    }
}

/// (v − Pv)/‖v − Pv‖, or zero where what is left of v is rounding noise, which a
/// second rejection tells by shortening it.
fn free_part<T: Real>(
    capabilities: &Subspace<T>,
    safety: &Direction<T>,
) -> Result<DVector<T>, FrontierError> {
    let once = unit(capabilities.reject(safety.as_vector())?);
    let twice = capabilities.reject(&once)?;
    if scale::norm(twice.as_slice()) < T::from_double(0.5) {
        return Ok(DVector::zeros(once.len()));
    }
    Ok(unit(twice))
}

/// x/‖x‖, or zero where x is zero: then nothing is to be had in that part.
fn unit<T: Real>(mut x: DVector<T>) -> DVector<T> {
    scale::normalise(x.as_mut_slice());
    x
}

/// ⟨u, δ⟩ for a unit u and a shift of any magnitude.
fn dot<T: Real>(u: &DVector<T>, delta: &DVector<T>) -> T {
    reduce::dot(u.as_slice(), delta.as_slice())
}
