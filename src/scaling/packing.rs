//! The law of τ at one width, exactly.
//!
//! Let 𝒮 be the span of the intrinsic capabilities, of dimension k, and r = v − P_𝒮 v, so
//! that ‖r‖² = 1 − τ_I. Further directions c count for τ only by their part in 𝒮^⊥, which has
//! n = d − k dimensions: span(𝒮, c) = 𝒮 ⊕ span((I − P_𝒮)c). If c is uniform on the sphere of R^d,
//! then the direction of (I − P_𝒮)c is uniform on that of 𝒮^⊥. So m' ≤ n independent
//! ones span a uniformly random subspace U of dimension m' there, and
//!
//!   τ = τ_I + ‖P_U r‖² = τ_I + (1 − τ_I)·X,    X ~ Beta(m'/2, (n − m')/2),
//!
//! the law of one fixed direction against a random subspace being that of a random direction
//! against a fixed one. Nothing is approximated, for no d. What may be wrong is
//! that the incidental directions of a model are uniform and independent: features are packed
//! by training, and training may keep them apart (less tax) or in a common small subspace
//! (more, if v is there).
//!
//! Where m' is no whole number, the Beta law with the same parameters interpolates: its mean
//! is that of randomly rounded m', its other numbers are a convention.

use nalgebra::DMatrix;
use rand::rngs::ChaCha8Rng;
use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

use crate::estimate::Confidence;
use crate::linalg::check;
use crate::special::beta;
use crate::tolerance;
use crate::{Direction, Error, Interval, MonteCarlo, NullSample, ObservedRate, Subspace, TaxRate};

/// Entries that one replicate of a simulation may draw: half a gigabyte.
const MOST_ENTRIES: usize = 1 << 26;

/// The variance of a packing residual of mean `packed` that leaves `left` = 1 − τ_I − `packed`,
/// in n free dimensions: 2·packed·left/(n + 2), that of (1 − τ_I)·Beta(m'/2, (n − m')/2).
pub(super) fn variance(packed: f64, left: f64, free: f64) -> f64 {
    2.0 * packed * left / (free + 2.0)
}

/// The law of τ at width d, with an intrinsic subspace of dimension k and tax τ_I, and m'
/// further capability directions that are uniformly random.
///
/// $$ \tau = \tau_I + (1 - \tau_I) X, \qquad X \sim \mathrm{Beta}\left(\frac{m^\prime}2, \frac{d - k - m^\prime}2\right) $$
///
/// It is the point mass at τ_I for m' = 0, and the one at 1 for m' ≥ d − k, where nothing is
/// left free, or τ_I = 1. Made by [`ScalingLaw::at`](crate::ScalingLaw::at).
///
/// # Units and shapes
/// Rates in [τ_I, 1] without unit.
///
/// # Accuracy
/// Mean and variance to a few ε relative. Probabilities have a relative error of
/// [`tolerance::beta_tail`]`(d)` where both m' and d − k − m' are at least 1, for X to its own full
/// precision (τ − τ_I cancels as far as it does); with less than one direction, or
/// less than one dimension left, that error is absolute. A τ that differs from a point mass by no
/// more than the rounding of its scalar ([`tolerance::orthonormality`]) is at it.
///
/// # References
/// Theory §7.4; Absil, Edelman & Koev (2006) for the law of X.
///
/// # Examples
/// ```
/// use alignment_tax::{Confidence, Growth, ScalingLaw};
///
/// // Two intrinsic directions with a tax of 9 %, and 200 capabilities that have nothing to do
/// // with safety.
/// let law = ScalingLaw::new(0.09, 2, Growth::fixed(200.0)?)?;
/// let (small, large) = (law.at(768)?, law.at(8192)?);
/// assert!((small.mean() - 0.328).abs() < 1e-3);
/// assert!((large.mean() - 0.112).abs() < 1e-3);
/// println!("{:.3}", large.prediction_interval(Confidence::NINETY_FIVE)?);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PackingLaw {
    d: usize,
    k: usize,
    intrinsic: ObservedRate,
    /// Finite, from 0 up.
    incidental: f64,
    /// m'/(d − k), at most 1.
    share: f64,
}

impl PackingLaw {
    /// Of checked parts, d > k.
    pub(super) fn of(
        d: usize,
        k: usize,
        intrinsic: ObservedRate,
        incidental: f64,
        share: f64,
    ) -> Self {
        Self {
            d,
            k,
            intrinsic,
            incidental,
            share,
        }
    }

    /// d, the width.
    ///
    /// # Examples
    /// See [`PackingLaw::incidental`].
    #[must_use]
    pub fn ambient_dimension(&self) -> usize {
        self.d
    }

    /// τ_I, what no width takes away.
    ///
    /// # Examples
    /// See [`PackingLaw::incidental`].
    #[must_use]
    pub fn intrinsic(&self) -> f64 {
        self.intrinsic.tau
    }

    /// m', the number of incidental directions at this width.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Growth, ScalingLaw};
    ///
    /// let law = ScalingLaw::new(0.25, 1, Growth::linear(0.125)?)?.at(64)?;
    /// assert_eq!(law.incidental(), 8.0);
    /// assert_eq!(law.ambient_dimension(), 64);
    /// assert_eq!(law.intrinsic(), 0.25);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn incidental(&self) -> f64 {
        self.incidental
    }

    /// The expected tax rate.
    ///
    /// $$ E \tau = \tau_I + (1 - \tau_I) \frac{m^\prime}{d - k} $$
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Growth, ScalingLaw};
    ///
    /// let law = ScalingLaw::new(0.5, 4, Growth::fixed(16.0)?)?;
    /// assert_eq!(law.at(68)?.mean(), 0.5 + 0.5 * 0.25);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn mean(&self) -> f64 {
        (self.intrinsic.tau + self.excess()).min(1.0)
    }

    /// The expected part of the tax that is packing, E τ − τ_I, not as a difference.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Growth, ScalingLaw};
    ///
    /// let law = ScalingLaw::new(0.5, 4, Growth::fixed(1e-12)?)?;
    /// assert_eq!(law.at(104)?.excess(), 5e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn excess(&self) -> f64 {
        self.intrinsic.complement * self.share
    }

    /// The variance of τ.
    ///
    /// $$ \mathrm{Var} \tau = (1 - \tau_I)^2 \frac{2 m^\prime(n - m^\prime)}{n^2 (n + 2)}, \qquad n = d - k $$
    ///
    /// The mean of s models with independent incidental directions has 1/s of it.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Growth, ScalingLaw};
    ///
    /// // One of two dimensions: X is the squared cosine of a uniform angle.
    /// let law = ScalingLaw::new(0.0, 0, Growth::fixed(1.0)?)?.at(2)?;
    /// assert_eq!(law.variance(), 0.125);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.intrinsic.complement * (self.intrinsic.complement * self.unit_variance())
    }

    /// The root of [`variance`](Self::variance).
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Growth, ScalingLaw};
    ///
    /// // About √(2m')/d, so that a tax of packing alone is known to √(2/m') of itself.
    /// let law = ScalingLaw::new(0.0, 0, Growth::fixed(50.0)?)?.at(5000)?;
    /// assert!((law.standard_deviation() / law.mean() - 0.2).abs() < 2e-3);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn standard_deviation(&self) -> f64 {
        self.intrinsic.complement * self.unit_variance().sqrt()
    }

    /// P(τ* ≤ τ): how often so many incidental directions leave the tax at or below τ.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a τ outside [0, 1]; [`Error::NotConverged`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Growth, ScalingLaw};
    ///
    /// // Two of four free dimensions: X is uniform.
    /// let law = ScalingLaw::new(0.5, 1, Growth::fixed(2.0)?)?.at(5)?;
    /// assert!((law.cdf(0.625)? - 0.25).abs() < 1e-15);
    /// assert_eq!(law.cdf(0.4)?, 0.0);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn cdf(&self, tau: impl Into<ObservedRate>) -> Result<f64, Error> {
        self.both(tau.into()).map(|(at_most, _)| at_most)
    }

    /// P(τ* > τ), not as 1 minus a rounded number: small where a measured tax is more than
    /// packing explains.
    ///
    /// # Errors
    /// As [`cdf`](Self::cdf).
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Growth, ScalingLaw};
    ///
    /// let law = ScalingLaw::new(0.0, 0, Growth::fixed(64.0)?)?.at(4096)?;
    /// assert!(law.survival(0.015)? > 0.5);
    /// assert!(law.survival(0.05)? < 1e-12);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn survival(&self, tau: impl Into<ObservedRate>) -> Result<f64, Error> {
        self.both(tau.into()).map(|(_, above)| above)
    }

    /// The τ that the tax stays below with this probability.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a probability outside [0, 1]; [`Error::NotConverged`].
    ///
    /// # Accuracy
    /// X to the last bit at which the computed distribution function passes the probability,
    /// then one product and one sum.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Growth, ScalingLaw};
    ///
    /// let law = ScalingLaw::new(0.5, 1, Growth::fixed(2.0)?)?.at(5)?;
    /// assert!((law.quantile(0.25)? - 0.625).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn quantile(&self, probability: f64) -> Result<f64, Error> {
        check::scalar("probability", probability, "a number in [0, 1]", |p| {
            (0.0..=1.0).contains(&p)
        })?;
        if let Some(point) = self.point() {
            return Ok(point);
        }
        if probability == 0.0 {
            return Ok(self.intrinsic.tau);
        }
        if probability == 1.0 {
            return Ok(1.0);
        }
        let (a, b) = self.parameters();
        let (x, y) = beta::quantile(a, b, probability).ok_or_else(|| self.not_converged())?;
        Ok(self.rate(x, y))
    }

    /// The equal-tailed interval in which τ of a model lies with this probability, if the
    /// assumptions hold: a statement about the next measurement, not about a parameter, and
    /// exact at every d.
    ///
    /// Uncertainty of τ_I and m' is not in it, nor is the noise of measuring τ.
    ///
    /// # Errors
    /// [`Error::NotConverged`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Confidence, Growth, ScalingLaw};
    ///
    /// let law = ScalingLaw::new(0.5, 1, Growth::fixed(2.0)?)?.at(5)?;
    /// let half = law.prediction_interval(Confidence::new(0.5)?)?;
    /// assert!((half.lower() - 0.625).abs() < 1e-15 && (half.upper() - 0.875).abs() < 1e-15);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn prediction_interval(&self, confidence: Confidence) -> Result<Interval, Error> {
        if let Some(point) = self.point() {
            return Ok(Interval::between(point, point, confidence));
        }
        let tail = 0.5 * (1.0 - confidence.level());
        let (a, b) = self.parameters();
        let (x, y) = beta::quantile(a, b, tail).ok_or_else(|| self.not_converged())?;
        // The upper tail is the lower one of 1 − X.
        let (top_y, top_x) = beta::quantile(b, a, tail).ok_or_else(|| self.not_converged())?;
        let (lower, upper) = (self.rate(x, y), self.rate(top_x, top_y));
        Ok(Interval::between(lower, upper, confidence))
    }

    /// Tax rates of directions that are drawn and projected, one model a replicate: a
    /// random intrinsic subspace of dimension k, a safety direction with the tax τ_I against
    /// it, m' Gaussian directions beside it in R^d, and τ against the span of all.
    ///
    /// The Beta law is not used. A measured rate has its p-values among the replicates:
    /// whether it is more, or less, than packing explains.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where m' is not a whole number; [`Error::OutOfBounds`] where a
    /// replicate has more than 2²⁶ coordinates; [`Error::NotConverged`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Growth, MonteCarlo, ScalingLaw};
    /// use rand::{SeedableRng, rngs::ChaCha8Rng};
    ///
    /// let law = ScalingLaw::new(0.2, 2, Growth::fixed(6.0)?)?.at(40)?;
    /// let run = MonteCarlo::new(400)?;
    /// let simulated = law.simulate(&run, &mut ChaCha8Rng::seed_from_u64(1))?;
    /// let error = law.standard_deviation() / 20.0;
    /// assert!((simulated.mean() - law.mean()).abs() < 4.0 * error);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn simulate(&self, run: &MonteCarlo, rng: &mut impl Rng) -> Result<NullSample, Error> {
        // Of more than d − k directions the first d − k fill what there is.
        let drawn = self.incidental.min(self.free());
        check::scalar(
            "incidental directions",
            drawn,
            "a whole number of directions, to draw them",
            |m| m.fract() == 0.0,
        )?;
        let columns = self.k + drawn as usize;
        let most = MOST_ENTRIES / self.d;
        if columns > most {
            return Err(Error::OutOfBounds {
                argument: "directions of a replicate",
                least: 0,
                most,
                actual: columns,
                advice: "a replicate holds them all; use the law itself, or a smaller width",
            });
        }
        let replicates = run.run(rng, |stream, count| {
            (0..count).map(|_| self.draw(columns, stream)).collect()
        });
        let rates = replicates
            .into_iter()
            .collect::<Result<Vec<f64>, Error>>()?;
        Ok(NullSample::of(rates, self.d))
    }

    /// τ of one model.
    fn draw(&self, columns: usize, stream: &mut ChaCha8Rng) -> Result<f64, Error> {
        if columns == 0 {
            return Ok(0.0);
        }
        let mut all: DMatrix<f64> =
            DMatrix::from_fn(self.d, columns, |_, _| stream.sample(StandardNormal));
        let mut v = DMatrix::from_fn(self.d, 1, |_, _| stream.sample(StandardNormal))
            .column(0)
            .into_owned();
        if self.k > 0 {
            let intrinsic = Subspace::from_columns(all.columns(0, self.k))?;
            let split = intrinsic.split(&v);
            v = split.inside * (self.intrinsic.tau.sqrt() / split.cosine)
                + split.outside * (self.intrinsic.complement.sqrt() / split.sine);
            all.columns_mut(0, self.k).copy_from(intrinsic.basis());
        }
        let span = Subspace::from_columns(&all)?;
        let rate = TaxRate::between(&Direction::new(&v)?, &span)?;
        Ok(rate.value().min(1.0))
    }

    /// d − k.
    fn free(&self) -> f64 {
        (self.d - self.k) as f64
    }

    /// The variance of X.
    fn unit_variance(&self) -> f64 {
        let free = self.free();
        let left = ((free - self.incidental) / free).max(0.0);
        variance(self.share, left, free)
    }

    /// m'/2 and (d − k − m')/2.
    fn parameters(&self) -> (f64, f64) {
        (0.5 * self.incidental, 0.5 * (self.free() - self.incidental))
    }

    /// Where all mass is, if it is at one point.
    fn point(&self) -> Option<f64> {
        if self.incidental == 0.0 {
            return Some(self.intrinsic.tau);
        }
        (self.incidental >= self.free() || self.intrinsic.complement == 0.0).then_some(1.0)
    }

    /// τ of an x with y = 1 − x, from the side where it has digits.
    fn rate(&self, x: f64, y: f64) -> f64 {
        if x <= 0.5 {
            // A rate that came in f32 may have been rounded up by more than its complement.
            (self.intrinsic.tau + self.intrinsic.complement * x).min(1.0)
        } else {
            1.0 - self.intrinsic.complement * y
        }
    }

    /// P(τ* ≤ τ) and P(τ* > τ).
    fn both(&self, observed: ObservedRate) -> Result<(f64, f64), Error> {
        let observed = observed.checked()?;
        let (tau, complement) = (observed.tau, observed.complement);
        let floor = self.intrinsic;
        // Between two rates, from whichever side has the digits.
        let above = if floor.tau <= 0.5 {
            tau - floor.tau
        } else {
            floor.complement - complement
        };
        if let Some(point) = self.point() {
            let epsilon = floor.epsilon.max(observed.epsilon) / f64::EPSILON;
            let rounding = tolerance::orthonormality::<f64>(self.d) * epsilon;
            let reached = if self.incidental == 0.0 {
                above >= -rounding
            } else {
                point - tau <= rounding
            };
            return Ok(if reached { (1.0, 0.0) } else { (0.0, 1.0) });
        }
        let (x, y) = (
            (above / floor.complement).clamp(0.0, 1.0),
            (complement / floor.complement).clamp(0.0, 1.0),
        );
        // The larger of the two follows from the smaller, which has the digits.
        let (x, y) = if x <= y { (x, 1.0 - x) } else { (1.0 - y, y) };
        let (a, b) = self.parameters();
        beta::tails(a, b, x, y).ok_or_else(|| self.not_converged())
    }

    fn not_converged(&self) -> Error {
        Error::NotConverged {
            algorithm: "the continued fraction of the incomplete beta function (free by incidental dimensions)",
            rows: self.d - self.k,
            columns: self.incidental as usize,
        }
    }
}
