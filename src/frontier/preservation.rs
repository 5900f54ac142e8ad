//! The preservation reading: every displacement within the capability subspace is a
//! cost, whatever its sign.
//!
//! For a subspace there is no good direction to be glad of, only something to leave
//! alone: κ = ‖Pδ‖. Part of the safety gain is free, B·sin α, by moving outside the
//! subspace alone; beyond it each unit is paid for at a price that starts at 1/cos α
//! and grows without bound (theory §4.3).

use super::budget::{leg, within};
use super::{Budget, FrontierError};
use crate::{Real, TaxRate};

/// The least capability displacement for each safety gain, for ‖δ‖ ≤ B.
///
/// $$ \kappa(s) = \begin{cases} 0 & 0 \le s \le B \sin\alpha \cr s\cos\alpha - \sin\alpha \sqrt{B^2 - s^2} & B \sin\alpha \le s \le B \end{cases} $$
///
/// # Units and shapes
/// B, s and κ in units of the representation; marginal cost without unit.
///
/// # Accuracy
/// Gains and costs to [`tolerance::closed_form`](crate::tolerance::closed_form)·B, for
/// the cos α and sin α that the tax rate holds.
///
/// # References
/// Young (2026), arXiv:2603.00047, free safety; the inverse is derived in this crate's
/// documentation.
///
/// # Examples
/// ```
/// use alignment_tax::{Budget, Direction, PreservationFrontier, Subspace, TaxRate};
/// use nalgebra::dmatrix;
///
/// let safety = Direction::from_slice(&[0.6_f64, 0.8])?;
/// let capabilities: Subspace<f64> = Subspace::from_columns(&dmatrix![1.0; 0.0])?;
/// let tax = TaxRate::between(&safety, &capabilities)?;
/// let frontier = PreservationFrontier::new(tax, Budget::new(10.0_f64)?);
/// assert!((frontier.free_gain() - 8.0).abs() < 1e-14);
/// assert_eq!(frontier.min_cost(7.0)?, 0.0);
/// assert!((frontier.min_cost(10.0)? - 6.0).abs() < 1e-14);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PreservationFrontier<T> {
    tax: TaxRate<T>,
    budget: T,
}

impl<T: Real> PreservationFrontier<T> {
    /// The frontier of a tax rate and a budget.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Direction, PreservationFrontier, TaxRate};
    ///
    /// let v = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let frontier = PreservationFrontier::new(TaxRate::single(&v, &v)?, Budget::unit());
    /// assert_eq!(frontier.free_gain(), 0.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn new(tax: TaxRate<T>, budget: Budget<T>) -> Self {
        Self {
            tax,
            budget: budget.value(),
        }
    }

    /// The tax rate.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Direction, PreservationFrontier, TaxRate};
    ///
    /// let v = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let frontier = PreservationFrontier::new(TaxRate::single(&v, &v)?, Budget::unit());
    /// assert_eq!(frontier.tax().value(), 1.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn tax(&self) -> TaxRate<T> {
        self.tax
    }

    /// B.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Direction, PreservationFrontier, TaxRate};
    ///
    /// let v = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let frontier = PreservationFrontier::new(TaxRate::single(&v, &v)?, Budget::unit());
    /// assert_eq!(frontier.budget(), 1.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn budget(&self) -> T {
        self.budget
    }

    /// B·sin α = B·√(1 − τ), the safety gain that costs nothing.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Direction, PreservationFrontier, TaxRate};
    ///
    /// let v = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let c = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let frontier = PreservationFrontier::new(TaxRate::single(&v, &c)?, Budget::unit());
    /// assert!((frontier.free_gain() - 0.8_f64).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn free_gain(&self) -> T {
        self.budget * self.tax.sine()
    }

    /// B·cos α, the cost of spending the whole budget on safety.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Direction, PreservationFrontier, TaxRate};
    ///
    /// let v = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let c = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let frontier = PreservationFrontier::new(TaxRate::single(&v, &c)?, Budget::unit());
    /// assert!((frontier.full_cost() - 0.6_f64).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn full_cost(&self) -> T {
        self.budget * self.tax.cosine()
    }

    /// The largest safety gain at a capability displacement of at most κ.
    ///
    /// $$ s_{\max}(\kappa) = \kappa\cos\alpha + \sin\alpha\sqrt{B^2 - \kappa^2} \quad (\kappa \le B\cos\alpha), \qquad B \text{ beyond} $$
    ///
    /// # Errors
    /// [`FrontierError::OutOfReach`] for κ < 0; [`FrontierError::Input`] for a number
    /// that is not finite. A κ above B is no more than is needed, and gives B.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Direction, PreservationFrontier, TaxRate};
    ///
    /// let v = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let c = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let frontier = PreservationFrontier::new(TaxRate::single(&v, &c)?, Budget::unit());
    /// assert!((frontier.max_safety(0.0)? - 0.8_f64).abs() < 1e-15);
    /// assert_eq!(frontier.max_safety(0.7)?, 1.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn max_safety(&self, cost: T) -> Result<T, FrontierError> {
        let most = self.budget.max(cost);
        let cost = within("capability cost", cost, self.budget, (T::zero(), most))?;
        if cost >= self.full_cost() {
            return Ok(self.budget);
        }
        let gain = cost * self.tax.cosine() + self.tax.sine() * leg(self.budget, cost);
        Ok(gain.min(self.budget))
    }

    /// The least capability displacement at which a safety gain s can be had: the
    /// map a practitioner asks for.
    ///
    /// Computed as (s − B·sin α)(s + B·sin α)/(s·cos α + sin α·√(B² − s²)), the first
    /// factor without cancellation near α = π/2.
    ///
    /// # Errors
    /// [`FrontierError::OutOfReach`], naming the budget, for s < 0 or s > B;
    /// [`FrontierError::Input`] for a number that is not finite.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Direction, FrontierError, PreservationFrontier, TaxRate};
    ///
    /// let v = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let c = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let frontier = PreservationFrontier::new(TaxRate::single(&v, &c)?, Budget::unit());
    /// assert_eq!(frontier.min_cost(0.8 - 1e-15)?, 0.0);
    /// assert!((frontier.min_cost(1.0)? - 0.6_f64).abs() < 1e-15);
    /// assert!(matches!(frontier.min_cost(1.1), Err(FrontierError::OutOfReach { .. })));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn min_cost(&self, safety: T) -> Result<T, FrontierError> {
        let s = self.reachable(safety)?;
        if s == self.budget {
            return Ok(self.full_cost());
        }
        let excess = self.excess(s);
        if excess <= T::zero() {
            return Ok(T::zero());
        }
        let (cosine, sine) = (self.tax.cosine(), self.tax.sine());
        let sum = s * cosine + sine * leg(self.budget, s);
        // In this order no product of two lengths can overflow.
        Ok((excess / sum * (s + self.free_gain())).min(self.full_cost()))
    }

    /// dκ/ds, the cost of the next unit of safety: 0 while it is free, 1/cos α where
    /// the free part ends, growing without bound towards s = B.
    ///
    /// $$ \frac{d\kappa}{ds} = \cos\alpha + \frac{s \sin\alpha}{\sqrt{B^2 - s^2}} $$
    ///
    /// # Errors
    /// [`FrontierError::InfinitePrice`] at s = B unless α is 0 or π/2;
    /// [`FrontierError::OutOfReach`] for s < 0 or s > B; [`FrontierError::Input`] for
    /// a number that is not finite.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Direction, PreservationFrontier, TaxRate};
    ///
    /// let v = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let c = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let frontier = PreservationFrontier::new(TaxRate::single(&v, &c)?, Budget::unit());
    /// assert_eq!(frontier.marginal_cost(0.5)?, 0.0);
    /// let first_paid = frontier.marginal_cost(frontier.free_gain())?;
    /// assert!((first_paid - 1.0_f64 / 0.6).abs() < 1e-14);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn marginal_cost(&self, safety: T) -> Result<T, FrontierError> {
        let s = self.reachable(safety)?;
        let (cosine, sine) = (self.tax.cosine(), self.tax.sine());
        // At the free gain as it is rounded, the next unit is the first that is paid.
        let free = s < self.free_gain() && self.excess(s) <= T::zero();
        if free || cosine == T::zero() {
            return Ok(T::zero());
        }
        if sine == T::zero() {
            return Ok(cosine);
        }
        let price = cosine + sine * (s / leg(self.budget, s));
        if price.is_finite() {
            Ok(price)
        } else {
            Err(FrontierError::InfinitePrice {
                quantity: "safety gain",
                requested: s.to_double(),
                budget: self.budget.to_double(),
            })
        }
    }

    /// s/sin α, the budget that buys the gain s without any capability cost.
    ///
    /// # Errors
    /// [`FrontierError::Entangled`] where sin α = 0 and s > 0; [`FrontierError::Input`]
    /// for s < 0 or not finite, or where the budget overflows the scalar.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Direction, PreservationFrontier, TaxRate};
    ///
    /// let v = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let c = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let frontier = PreservationFrontier::new(TaxRate::single(&v, &c)?, Budget::unit());
    /// assert!((frontier.tax_free_budget(2.0)? - 2.5_f64).abs() < 1e-14);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn tax_free_budget(&self, safety: T) -> Result<T, FrontierError> {
        let s = crate::linalg::check::scalar(
            "safety gain",
            safety,
            "a finite gain of at least 0",
            |s| s >= T::zero(),
        )?;
        if s == T::zero() {
            return Ok(s);
        }
        if self.tax.sine() == T::zero() {
            return Err(FrontierError::Entangled {
                quantity: "a cost-free safety gain",
                requested: s.to_double(),
            });
        }
        Ok(crate::linalg::check::scalar(
            "tax-free budget",
            s / self.tax.sine(),
            "a value that the scalar can hold",
            |_| true,
        )?)
    }

    /// s − B·sin α, the part of a gain that is not free. Near α = π/2 it is formed from
    /// 1 − sin α = cos²α/(1 + sin α), because B·sin α rounds to B there.
    fn excess(&self, s: T) -> T {
        let (cosine, sine) = (self.tax.cosine(), self.tax.sine());
        if cosine <= sine {
            self.budget * (cosine * cosine / (T::one() + sine)) - (self.budget - s)
        } else {
            s - self.free_gain()
        }
    }

    fn reachable(&self, safety: T) -> Result<T, FrontierError> {
        within("safety gain", safety, self.budget, (T::zero(), self.budget))
    }
}
