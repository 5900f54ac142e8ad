//! The signed trade-off between safety and one capability: a filled ellipse, and the
//! arc of it on which neither can be improved without the other getting worse.
//!
//! With α the signed angle between v and c (theory §4.2), the achievable pairs are
//! (c, s) = (B·cos t, B·cos(α − t)) for t all round and shorter shifts inside. The
//! semi-axes lie on the diagonals: B·√(1 + cos α) along gains in both, B·√(1 − cos α)
//! along an exchange. Both come from the half-angle, so that nothing cancels however
//! thin the ellipse.

use super::budget::{leg, within};
use super::{Budget, FrontierError};
use crate::linalg::check;
use crate::{Direction, Error, Real, tolerance};

/// A pair of a capability change and a safety gain.
///
/// # Examples
/// ```
/// use alignment_tax::FrontierPoint;
///
/// let paid = FrontierPoint { capability: -0.2, safety: 1.0 };
/// assert!(paid.capability < 0.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FrontierPoint<T> {
    /// c, the change of the capability; positive is better.
    pub capability: T,
    /// s, the safety gain; positive is safer.
    pub safety: T,
}

/// What safety does to a capability, by the sign of their overlap.
///
/// # Examples
/// ```
/// use alignment_tax::{Budget, Interaction, ParetoFrontier};
///
/// let frontier = ParetoFrontier::from_overlap(-0.2_f64, Budget::unit())?;
/// assert_eq!(frontier.interaction(), Interaction::Tax);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Interaction {
    /// cos α > 0: a shift along v improves the capability too.
    Synergy,
    /// cos α = 0 within rounding.
    Independent,
    /// cos α < 0: a shift along v costs capability.
    Tax,
}

/// The largest safety gain at each capability change, for a budget ‖δ‖ ≤ B.
///
/// $$ s(c) = c \cos\alpha + \sin\alpha \sqrt{B^2 - c^2}, \qquad |c| \le B $$
///
/// α ∈ [0, π] is signed by cos α = ⟨v, c⟩. The set of all achievable pairs is the
/// filled ellipse c² − 2cs·cos α + s² ≤ B²sin²α; only the arc c ∈ [B·cos α, B] is
/// Pareto-efficient.
///
/// # Units and shapes
/// B, c and s in units of the representation. Multiply by the slopes ‖∇f‖ for the
/// metrics' own units.
///
/// # Accuracy
/// Gains and changes to [`tolerance::closed_form`]·B.
///
/// # References
/// Young (2026), arXiv:2603.00047, the Pareto frontier theorem.
///
/// # Examples
/// ```
/// use alignment_tax::{Budget, Direction, Interaction, ParetoFrontier};
///
/// let safety = Direction::from_slice(&[1.0_f64, 0.0])?;
/// let capability = Direction::from_slice(&[-0.6_f64, 0.8])?;
/// let frontier = ParetoFrontier::between(&safety, &capability, Budget::new(2.0_f64)?)?;
/// assert_eq!(frontier.interaction(), Interaction::Tax);
/// // Keep the capability where it is: 80 % of the budget still buys safety.
/// assert!((frontier.safety_at(0.0)? - 1.6).abs() < 1e-15);
/// // All the budget on safety costs 1.2 of capability.
/// assert!((frontier.capability_at(2.0)? + 1.2).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParetoFrontier<T> {
    budget: T,
    /// α, and its functions each from where it is accurate.
    angle: T,
    cosine: T,
    sine: T,
    half_cosine: T,
    half_sine: T,
}

impl<T: Real> ParetoFrontier<T> {
    /// The frontier between a safety and a capability direction.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Direction, ParetoFrontier};
    ///
    /// let v = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let frontier = ParetoFrontier::between(&v, &v, Budget::unit())?;
    /// assert_eq!(frontier.safety_at(0.25)?, 0.25);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn between(
        safety: &Direction<T>,
        capability: &Direction<T>,
        budget: Budget<T>,
    ) -> Result<Self, Error> {
        let (minus, plus) = safety.chords(capability)?;
        let two = T::from_double(2.0);
        let length = minus.hypot(plus);
        let (half_sine, half_cosine) = (minus / length, plus / length);
        Ok(Self {
            budget: budget.value(),
            angle: two * minus.atan2(plus),
            // Two roundings may put either above one.
            cosine: ((half_cosine - half_sine) * (half_cosine + half_sine))
                .clamp(-T::one(), T::one()),
            sine: (two * half_sine * half_cosine).min(T::one()),
            half_cosine,
            half_sine,
        })
    }

    /// The frontier of an overlap cos α = ⟨v, c⟩ that is known already.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] unless it lies in [−1, 1].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, ParetoFrontier};
    ///
    /// let frontier = ParetoFrontier::from_overlap(-0.6_f64, Budget::new(1.0_f64)?)?;
    /// assert!((frontier.safety_at(0.0).unwrap() - 0.8_f64).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn from_overlap(overlap: T, budget: Budget<T>) -> Result<Self, Error> {
        let cosine = check::scalar("overlap", overlap, "a cosine in [-1, 1]", |x| {
            x.abs() <= T::one()
        })?;
        let half = T::from_double(0.5);
        let half_cosine = (half + half * cosine).sqrt();
        let half_sine = (half - half * cosine).sqrt();
        Ok(Self {
            budget: budget.value(),
            angle: T::from_double(2.0) * half_sine.atan2(half_cosine),
            cosine,
            sine: ((T::one() - cosine) * (T::one() + cosine)).sqrt(),
            half_cosine,
            half_sine,
        })
    }

    /// The frontier of an angle in [0, π] radians.
    ///
    /// # Errors
    /// [`Error::OutOfRange`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, ParetoFrontier};
    ///
    /// // A thin ellipse keeps its width: the minor semi-axis is α/√2.
    /// let frontier = ParetoFrontier::from_angle(1e-12_f64, Budget::unit())?;
    /// assert!((frontier.semi_axes().1 - 1e-12 / 2.0_f64.sqrt()).abs() < 1e-27);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn from_angle(angle: T, budget: Budget<T>) -> Result<Self, Error> {
        let angle = check::scalar("angle", angle, "radians in [0, π]", |a| {
            a >= T::zero() && a <= T::pi()
        })?;
        // π itself is no floating-point number; its nearest neighbour stands for it.
        if angle == T::pi() {
            return Self::from_overlap(-T::one(), budget);
        }
        let half = angle / T::from_double(2.0);
        Ok(Self {
            budget: budget.value(),
            angle,
            cosine: angle.cos(),
            sine: angle.sin().max(T::zero()),
            half_cosine: half.cos().max(T::zero()),
            half_sine: half.sin(),
        })
    }

    /// B.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, ParetoFrontier};
    ///
    /// assert_eq!(ParetoFrontier::from_overlap(0.0_f64, Budget::new(2.0_f64)?)?.budget(), 2.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn budget(&self) -> T {
        self.budget
    }

    /// α ∈ [0, π], radians.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, ParetoFrontier};
    ///
    /// let angle = ParetoFrontier::from_overlap(-1.0_f64, Budget::unit())?.angle();
    /// assert_eq!(angle, std::f64::consts::PI);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn angle(&self) -> T {
        self.angle
    }

    /// cos α = ⟨v, c⟩, the signed overlap.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, ParetoFrontier};
    ///
    /// assert_eq!(ParetoFrontier::from_overlap(0.3_f64, Budget::unit())?.cosine(), 0.3);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn cosine(&self) -> T {
        self.cosine
    }

    /// sin α ≥ 0.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, ParetoFrontier};
    ///
    /// assert_eq!(ParetoFrontier::from_overlap(1.0_f64, Budget::unit())?.sine(), 0.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn sine(&self) -> T {
        self.sine
    }

    /// Whether safety helps this capability, leaves it, or taxes it.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Interaction, ParetoFrontier};
    ///
    /// let frontier = ParetoFrontier::from_overlap(0.3_f64, Budget::unit())?;
    /// assert_eq!(frontier.interaction(), Interaction::Synergy);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn interaction(&self) -> Interaction {
        if self.cosine.abs() <= tolerance::closed_form() {
            Interaction::Independent
        } else if self.cosine > T::zero() {
            Interaction::Synergy
        } else {
            Interaction::Tax
        }
    }

    /// s(c), the largest safety gain at capability change c.
    ///
    /// $$ s(c) = c \cos\alpha + \sin\alpha \sqrt{B^2 - c^2} $$
    ///
    /// # Errors
    /// [`FrontierError::OutOfReach`] for |c| > B; [`FrontierError::Input`] for a
    /// number that is not finite.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, ParetoFrontier};
    ///
    /// let frontier = ParetoFrontier::from_overlap(0.0_f64, Budget::new(5.0_f64)?)?;
    /// assert!((frontier.safety_at(3.0)? - 4.0_f64).abs() < 1e-14);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn safety_at(&self, capability: T) -> Result<T, FrontierError> {
        let c = self.reachable("capability change", capability)?;
        Ok(self.across(c))
    }

    /// c(s), the largest capability change at safety gain s: the inverse of
    /// [`safety_at`](Self::safety_at) on the efficient arc.
    ///
    /// $$ c(s) = s \cos\alpha + \sin\alpha \sqrt{B^2 - s^2} $$
    ///
    /// # Errors
    /// [`FrontierError::OutOfReach`] for |s| > B; [`FrontierError::Input`] for a
    /// number that is not finite.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, ParetoFrontier};
    ///
    /// let frontier = ParetoFrontier::from_overlap(-0.6_f64, Budget::new(1.0_f64)?)?;
    /// let s = frontier.safety_at(0.1)?;
    /// assert!((frontier.capability_at(s)? - 0.1_f64).abs() < 1e-15);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn capability_at(&self, safety: T) -> Result<T, FrontierError> {
        // The ellipse is symmetric in c and s.
        let s = self.reachable("safety gain", safety)?;
        Ok(self.across(s))
    }

    /// ds/dc at capability change c, the slope of the frontier: on the efficient arc it is
    /// negative, and its size is the safety given up for one more unit of capability.
    ///
    /// $$ \frac{ds}{dc} = \cos\alpha - \frac{c \sin\alpha}{\sqrt{B^2 - c^2}} $$
    ///
    /// # Errors
    /// [`FrontierError::InfinitePrice`] at |c| = B unless sin α = 0;
    /// [`FrontierError::OutOfReach`] beyond; [`FrontierError::Input`] for a number
    /// that is not finite.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, ParetoFrontier};
    ///
    /// let frontier = ParetoFrontier::from_overlap(-0.5_f64, Budget::new(1.0_f64)?)?;
    /// assert_eq!(frontier.price_at(0.0)?, -0.5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn price_at(&self, capability: T) -> Result<T, FrontierError> {
        let c = self.reachable("capability change", capability)?;
        if self.sine == T::zero() {
            return Ok(self.cosine);
        }
        let price = self.cosine - self.sine * (c / leg(self.budget, c));
        if price.is_finite() {
            Ok(price)
        } else {
            Err(FrontierError::InfinitePrice {
                quantity: "capability change",
                requested: c.to_double(),
                budget: self.budget.to_double(),
            })
        }
    }

    /// The two ends of the efficient arc: all the budget on safety, at c = B·cos α,
    /// and all of it on capability, at c = B.
    ///
    /// Below the first both can still be improved. For cos α > 0 the whole arc gains
    /// in both.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, ParetoFrontier};
    ///
    /// let [safest, ablest] = ParetoFrontier::from_overlap(-0.6_f64, Budget::unit())?.efficient_arc();
    /// assert_eq!((safest.capability, safest.safety), (-0.6, 1.0));
    /// assert_eq!((ablest.capability, ablest.safety), (1.0, -0.6));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn efficient_arc(&self) -> [FrontierPoint<T>; 2] {
        let short = self.budget * self.cosine;
        [
            FrontierPoint {
                capability: short,
                safety: self.budget,
            },
            FrontierPoint {
                capability: self.budget,
                safety: short,
            },
        ]
    }

    /// Whether the frontier at capability change c is Pareto-efficient, c in
    /// [B·cos α, B].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, ParetoFrontier};
    ///
    /// let frontier = ParetoFrontier::from_overlap(-0.6_f64, Budget::unit())?;
    /// assert!(frontier.is_efficient(-0.5));
    /// assert!(!frontier.is_efficient(-0.7));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn is_efficient(&self, capability: T) -> bool {
        capability >= self.budget * self.cosine && capability <= self.budget
    }

    /// The least budget with which a pair (c, s) can be achieved.
    ///
    /// $$ \frac{\sqrt{c^2 - 2cs\cos\alpha + s^2}}{\sin\alpha} = \Bigl( \frac{(c+s)^2}{4\cos^2(\alpha/2)} + \frac{(c-s)^2}{4\sin^2(\alpha/2)} \Bigr)^{1/2} $$
    ///
    /// # Errors
    /// [`FrontierError::Entangled`] where α is 0 or π and the pair is off the line;
    /// [`FrontierError::Input`] for a number that is not finite, or where the budget
    /// overflows the scalar.
    ///
    /// # Accuracy
    /// A few ε relative: the second form, which is used, has no cancellation.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, ParetoFrontier, FrontierPoint};
    ///
    /// let frontier = ParetoFrontier::from_overlap(0.0_f64, Budget::unit())?;
    /// let budget: f64 = frontier.required_budget(FrontierPoint { capability: 3.0, safety: 4.0 })?;
    /// assert!((budget - 5.0).abs() < 1e-14);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn required_budget(&self, point: FrontierPoint<T>) -> Result<T, FrontierError> {
        let (together, apart) = self.diagonals(point)?;
        let unreachable = |coordinate: T, width: T| coordinate > T::zero() && width == T::zero();
        let required = self.scaled_length(together, apart);
        if unreachable(together, self.half_cosine) || unreachable(apart, self.half_sine) {
            return Err(FrontierError::Entangled {
                quantity: "safety gain",
                requested: point.safety.to_double(),
            });
        }
        Ok(check::scalar(
            "required budget",
            required,
            "a value that the scalar can hold",
            |_| true,
        )?)
    }

    /// Whether a pair lies in the filled ellipse of what is achievable, the frontier
    /// itself included: the ellipse is widened by [`tolerance::closed_form`]·B.
    ///
    /// # Errors
    /// [`FrontierError::Input`] for a number that is not finite.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, ParetoFrontier, FrontierPoint};
    ///
    /// let frontier = ParetoFrontier::from_overlap(-0.6_f64, Budget::unit())?;
    /// assert!(frontier.contains(FrontierPoint { capability: 0.0, safety: 0.79 })?);
    /// assert!(!frontier.contains(FrontierPoint { capability: 0.0, safety: 0.81 })?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn contains(&self, point: FrontierPoint<T>) -> Result<bool, FrontierError> {
        let (together, apart) = self.diagonals(point)?;
        let margin = tolerance::closed_form::<T>() * self.budget;
        let (together, apart) = (
            (together - margin).max(T::zero()),
            (apart - margin).max(T::zero()),
        );
        Ok(self.scaled_length(together, apart) <= self.budget)
    }

    /// The semi-axes: along gains in both, (1, 1)/√2, and along an exchange of one
    /// for the other, (1, −1)/√2.
    ///
    /// $$ B \sqrt{1 + \cos\alpha}, \qquad B \sqrt{1 - \cos\alpha} $$
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, ParetoFrontier};
    ///
    /// let (together, apart): (f64, f64) =
    ///     ParetoFrontier::from_overlap(-0.5_f64, Budget::unit())?.semi_axes();
    /// assert!((together - 0.5_f64.sqrt()).abs() < 1e-15);
    /// assert!((apart - 1.5_f64.sqrt()).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn semi_axes(&self) -> (T, T) {
        let root = T::from_double(2.0).sqrt();
        (
            self.budget * (root * self.half_cosine),
            self.budget * (root * self.half_sine),
        )
    }

    /// The foci, on the longer axis at distance B·√(2·|cos α|) from the centre.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, ParetoFrontier};
    ///
    /// let [f, g] = ParetoFrontier::from_overlap(-0.5_f64, Budget::unit())?.foci();
    /// assert!((f.capability - 0.5_f64.sqrt()).abs() < 1e-15 && f.safety == -f.capability);
    /// assert_eq!(g.capability, -f.capability);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn foci(&self) -> [FrontierPoint<T>; 2] {
        let along = self.budget * self.cosine.abs().sqrt();
        let safety = if self.cosine < T::zero() {
            -along
        } else {
            along
        };
        [
            FrontierPoint {
                capability: along,
                safety,
            },
            FrontierPoint {
                capability: -along,
                safety: -safety,
            },
        ]
    }

    /// The eccentricity, in [0, 1]: 0 for a circle (α = π/2), 1 for a segment.
    ///
    /// $$ e = \sqrt{\frac{2|\cos\alpha|}{1 + |\cos\alpha|}} $$
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, ParetoFrontier};
    ///
    /// assert_eq!(ParetoFrontier::from_overlap(0.0_f64, Budget::unit())?.eccentricity(), 0.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn eccentricity(&self) -> T {
        let c = self.cosine.abs();
        ((c + c) / (T::one() + c)).sqrt()
    }

    /// The area π·B²·sin α of the ellipse.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where it overflows the scalar.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, ParetoFrontier};
    ///
    /// let area = ParetoFrontier::from_overlap(0.0_f64, Budget::unit())?.area()?;
    /// assert!((area - std::f64::consts::PI).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn area(&self) -> Result<T, Error> {
        let area = T::pi() * self.sine * self.budget * self.budget;
        check::scalar("area", area, "a value that the scalar can hold", |_| true)
    }

    /// n points on the efficient arc, from all-on-safety to all-on-capability,
    /// evenly spaced by arc length in the (c, s) plane.
    ///
    /// # Accuracy
    /// Every point is on the frontier to [`tolerance::closed_form`]·B; the spacing is
    /// even to 10⁻⁶ of the arc in f64, 10⁻⁵ in f32.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] for n < 2 or n > 10⁷.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, ParetoFrontier};
    ///
    /// let points = ParetoFrontier::from_overlap(0.0_f64, Budget::unit())?.points(3)?;
    /// assert!((points[1].capability - 0.5_f64.sqrt()).abs() < 1e-6);
    /// assert_eq!((points[0].safety, points[2].capability), (1.0, 1.0));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn points(&self, n: usize) -> Result<Vec<FrontierPoint<T>>, Error> {
        drawable(n, 2)?;
        // t runs from α (all on safety) to 0 (all on capability); the speed along the
        // arc is √(sin²t + sin²(α − t)).
        let speed = |t: T| t.sin().hypot((self.angle - t).sin());
        let cells = 1024;
        let h = self.angle / T::from_double(f64::from(cells));
        let mut lengths = Vec::with_capacity(cells as usize + 1);
        let mut length = T::zero();
        lengths.push(length);
        for i in 0..cells {
            // Simpson's rule; the factor h/6 is common and drops out.
            let t = h * T::from_double(f64::from(i));
            let middle = speed(t + h / T::from_double(2.0)) * T::from_double(4.0);
            length += speed(t) + middle + speed(t + h);
            lengths.push(length);
        }
        let mut points: Vec<FrontierPoint<T>> = (0..n)
            .map(|j| {
                let share = T::from_double(j as f64 / (n - 1) as f64);
                let wanted = length * (T::one() - share);
                let cell = lengths[1..].partition_point(|&l| l < wanted).min(1023);
                let step = lengths[cell + 1] - lengths[cell];
                let inside = if step > T::zero() {
                    (wanted - lengths[cell]) / step
                } else {
                    T::zero()
                };
                self.at_parameter(h * (T::from_double(cell as f64) + inside))
            })
            .collect();
        // The ends are known exactly.
        let [safest, ablest] = self.efficient_arc();
        points[0] = safest;
        points[n - 1] = ablest;
        Ok(points)
    }

    /// n points round the whole ellipse, for drawing it; the last joins the first.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] for n < 3 or n > 10⁷.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, ParetoFrontier};
    ///
    /// let outline = ParetoFrontier::from_overlap(-0.6_f64, Budget::unit())?.outline(180)?;
    /// assert_eq!(outline.len(), 180);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn outline(&self, n: usize) -> Result<Vec<FrontierPoint<T>>, Error> {
        drawable(n, 3)?;
        let (together, apart) = self.semi_axes();
        let root = T::from_double(2.0).sqrt();
        Ok((0..n)
            .map(|j| {
                let t = T::two_pi() * T::from_double(j as f64 / n as f64);
                let (x, y) = (together * t.cos() / root, apart * t.sin() / root);
                FrontierPoint {
                    capability: x + y,
                    safety: x - y,
                }
            })
            .collect())
    }

    /// (B·cos t, B·cos(α − t)): the shift at angle t from c towards v.
    fn at_parameter(&self, t: T) -> FrontierPoint<T> {
        FrontierPoint {
            capability: self.budget * t.cos(),
            safety: self.budget * (self.angle - t).cos(),
        }
    }

    fn reachable(&self, quantity: &'static str, x: T) -> Result<T, FrontierError> {
        within(quantity, x, self.budget, (-self.budget, self.budget))
    }

    /// x·cos α + sin α·√(B² − x²), which maps c to s and s to c.
    fn across(&self, x: T) -> T {
        (x * self.cosine + self.sine * leg(self.budget, x)).min(self.budget)
    }

    /// |c + s|/2 and |c − s|/2, checked to be finite.
    fn diagonals(&self, point: FrontierPoint<T>) -> Result<(T, T), FrontierError> {
        let half = T::from_double(0.5);
        let c = check::scalar(
            "capability change",
            point.capability,
            "a finite number",
            |_| true,
        )?;
        let s = check::scalar("safety gain", point.safety, "a finite number", |_| true)?;
        Ok(((half * c + half * s).abs(), (half * c - half * s).abs()))
    }

    /// The length of the shortest shift with these diagonals; infinite where an axis
    /// of the ellipse has no width.
    fn scaled_length(&self, together: T, apart: T) -> T {
        let over = |x: T, width: T| if x == T::zero() { x } else { x / width };
        over(together, self.half_cosine).hypot(over(apart, self.half_sine))
    }
}

/// A number of points that a curve can be drawn with.
pub(super) fn drawable(n: usize, least: usize) -> Result<(), Error> {
    let most = 10_000_000;
    if (least..=most).contains(&n) {
        return Ok(());
    }
    Err(Error::OutOfBounds {
        argument: "number of points",
        least,
        most,
        actual: n,
        advice: "a curve needs its ends, and no picture needs more",
    })
}
