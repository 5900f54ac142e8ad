//! The budget of a representation shift, and what can be wrong with a request to
//! the frontier.

use thiserror::Error;

use crate::linalg::check;
use crate::{Error, Real};

/// B > 0, the largest length ‖δ‖ of the representation shift.
///
/// From 2^−e to 2^e, e the scalar's [`Real::exponent_range`], so that the axes of the
/// ellipse do not overflow.
///
/// # Units and shapes
/// The units of the representation: a shift with ‖δ‖ = B moves activations by B.
///
/// # Examples
/// ```
/// use alignment_tax::{Budget, Error};
///
/// assert_eq!(Budget::new(2.5_f64)?.value(), 2.5);
/// assert!(matches!(Budget::new(-1.0_f64), Err(Error::OutOfRange { .. })));
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Budget<T>(T);

impl<T: Real> Budget<T> {
    /// A positive budget.
    ///
    /// # Errors
    /// [`Error::OutOfRange`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Budget;
    ///
    /// assert!(Budget::new(f64::NAN).is_err());
    /// ```
    pub fn new(budget: T) -> Result<Self, Error> {
        let e = T::exponent_range();
        let (least, most) = (
            T::from_double(2.0_f64.powi(-e)),
            T::from_double(2.0_f64.powi(e)),
        );
        check::scalar(
            "budget",
            budget,
            "a positive length in the range of normal numbers",
            |b| b >= least && b <= most,
        )
        .map(Self)
    }

    /// The budget of a divergence: shifts with KL(p‖p_δ) ≤ ε, to leading order.
    ///
    /// $$ \mathrm{KL}(p \Vert p_\delta) = \tfrac12 \delta^\top F \delta + O(\lVert\delta\rVert^3), \qquad B = \sqrt{2\varepsilon} $$
    ///
    /// # Units and shapes
    /// ε in nats, B a length in the Fisher metric F of
    /// [`Metric::fisher`](crate::Metric::fisher): use it in the whitened coordinates of that metric
    /// and of no other. F and the divergence are averages over the same contexts, so single
    /// contexts may move by more. Leading order means that the share by which the divergence
    /// misses ε shrinks like B: measure the divergence of the shift before relying on it.
    /// With F shrunk by ρ the quadratic term is at most ε/(1 − ρ), as M ⪰ (1 − ρ)F.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] unless ε is positive and finite.
    ///
    /// # Accuracy
    /// ε of the scalar, relative.
    ///
    /// # References
    /// Theory §8.2; Amari (2016), *Information Geometry and Its Applications*, §1.4 and §2.2.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Error};
    ///
    /// assert_eq!(Budget::from_kl(0.5_f64)?.value(), 1.0);
    /// assert!(matches!(Budget::from_kl(0.0_f64), Err(Error::OutOfRange { .. })));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn from_kl(epsilon: T) -> Result<Self, Error> {
        let expected = "a positive finite number of nats";
        check::scalar("KL divergence", epsilon, expected, |x| x > T::zero())?;
        let two = T::from_double(2.0);
        // Doubled where that cannot overflow, halved where that loses nothing.
        Self::new(if epsilon > T::one() {
            two * (epsilon / two).sqrt()
        } else {
            (two * epsilon).sqrt()
        })
    }

    /// A budget of one: every answer in units of ‖δ‖.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Budget;
    ///
    /// assert_eq!(Budget::<f64>::unit().value(), 1.0);
    /// ```
    #[must_use]
    pub fn unit() -> Self {
        Self(T::one())
    }

    /// B.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Budget;
    ///
    /// assert_eq!(Budget::new(3.0_f64)?.value(), 3.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn value(self) -> T {
        self.0
    }
}

/// A request to the frontier that has no answer.
///
/// # Examples
/// ```
/// use alignment_tax::{Budget, FrontierError, ParetoFrontier};
///
/// let frontier = ParetoFrontier::from_overlap(-0.5_f64, Budget::new(1.0_f64)?)?;
/// let error = frontier.safety_at(1.5).unwrap_err();
/// assert!(matches!(error, FrontierError::OutOfReach { .. }));
/// assert_eq!(
///     error.to_string(),
///     "capability change 1.5 is out of reach: with budget 1.0 it lies in [-1.0, 1.0]"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum FrontierError {
    /// An input that is wrong before any question of reach.
    #[error(transparent)]
    Input(#[from] Error),
    /// No shift within the budget achieves this.
    #[error(
        "{quantity} {requested:?} is out of reach: with budget {budget:?} it lies in [{least:?}, {most:?}]"
    )]
    #[non_exhaustive]
    OutOfReach {
        /// What was asked for.
        quantity: &'static str,
        /// How much of it.
        requested: f64,
        /// The budget B.
        budget: f64,
        /// The least that can be had.
        least: f64,
        /// The most that can be had.
        most: f64,
    },
    /// Targets for dependent capabilities that no shift of any length meets.
    #[error(
        "the targets contradict each other, since their objectives are linearly dependent: the nearest consistent ones have {name:?} at {implied:?} in place of {requested:?}, off by {off:e}"
    )]
    #[non_exhaustive]
    Contradiction {
        /// The objective that is off by most.
        name: String,
        /// Its target.
        requested: f64,
        /// Its change at the nearest targets that can be met.
        implied: f64,
        /// The distance between the two.
        off: f64,
    },
    /// A shift in R^d was asked of objectives of which only inner products are known.
    #[error(
        "the vectors of `{argument}` are not known, only their inner products; make them from directions or gradients"
    )]
    #[non_exhaustive]
    NoVectors {
        /// The argument at fault.
        argument: &'static str,
    },
    /// Targets that take more than the budget.
    #[error("the targets take a budget of {required:?}, more than the {budget:?} there is")]
    #[non_exhaustive]
    OverBudget {
        /// The least budget that would do.
        required: f64,
        /// The budget B.
        budget: f64,
    },
    /// The price is infinite: the frontier is vertical at this point.
    #[error(
        "the price at {quantity} {requested:?} is infinite: it is the end of what budget {budget:?} reaches"
    )]
    #[non_exhaustive]
    InfinitePrice {
        /// What was asked for.
        quantity: &'static str,
        /// How much of it.
        requested: f64,
        /// The budget B.
        budget: f64,
    },
    /// No budget, however large, achieves this without cost.
    #[error(
        "no budget reaches {quantity} {requested:?}: safety and capability lie on one line here"
    )]
    #[non_exhaustive]
    Entangled {
        /// What was asked for.
        quantity: &'static str,
        /// How much of it.
        requested: f64,
    },
}

impl FrontierError {
    pub(crate) fn out_of_reach<T: Real>(
        quantity: &'static str,
        requested: T,
        budget: T,
        (least, most): (T, T),
    ) -> Self {
        Self::OutOfReach {
            quantity,
            requested: requested.to_double(),
            budget: budget.to_double(),
            least: least.to_double(),
            most: most.to_double(),
        }
    }
}

/// A finite request within [least, most].
pub(crate) fn within<T: Real>(
    quantity: &'static str,
    requested: T,
    budget: T,
    (least, most): (T, T),
) -> Result<T, FrontierError> {
    check::scalar(quantity, requested, "a finite number", |_| true)?;
    if requested < least || requested > most {
        return Err(FrontierError::out_of_reach(
            quantity,
            requested,
            budget,
            (least, most),
        ));
    }
    Ok(requested)
}

/// √(B² − x²) for |x| ≤ B, without overflow and without cancellation near |x| = B:
/// the small factor is formed from the exact difference B − |x|.
pub(crate) fn leg<T: Real>(budget: T, x: T) -> T {
    let short = ((budget - x.abs()) / budget).max(T::zero());
    let long = T::one() + x.abs() / budget;
    budget * (short * long).sqrt()
}
