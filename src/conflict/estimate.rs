//! A conflict from samples: both cosines without the bias of noise, with intervals.
//!
//! ρ = M₁₂/√(M₁₁M₂₂) and cosθ = N₁₂/√(N₁₁N₂₂), M the unbiased inner products of the goals and N those of
//! what is left of them (`residuals.rs`), are overlaps of the same kind, and each has the
//! interval of one. Freezing shortens the goals, so that samples which resolve a goal may not
//! resolve what is left of it: that is an error, as it is for a goal. What freezing costs has intervals
//! too: each goal's own by its tax, and the area of all that both can gain by these and cosθ together.

use rand::Rng;

use super::cosines::Cosines;
use super::probabilities::{Joint, VerdictProbabilities};
use super::residuals::Residuals;
use super::{Conflict, ConflictVerdict};
use crate::estimate::{MeanGram, Role, inverse, resolve};
use crate::linalg::check;
use crate::{
    Budget, Confidence, Error, Evidence, Interval, MonteCarlo, Objectives, OverlapEstimate,
    TaxEstimate,
};

/// What the objectives are called in errors.
const ROLES: [Role; 2] = [Role::two("goals"), Role::rest("capabilities")];

/// A conflict between two goals, before and after capabilities are frozen, estimated from samples.
///
/// $$ \hat\rho = \frac{M\_{12}}{\sqrt{M\_{11} M\_{22}}}, \qquad \cos\hat\theta = \frac{N\_{12}}{\sqrt{N\_{11} N\_{22}}}, \qquad N\_{ij} = M\_{ij} - A\_i^\top \Gamma^{-1} A\_j + \operatorname{tr}(\Gamma^{-1} \hat\Sigma\_{ij}) $$
///
/// with $M$, $A$, $\Gamma$ the unbiased inner products among the goals, of goals with capabilities,
/// and among the capabilities, and $\hat\Sigma_{ij}$ the covariance of the noise in
/// $A_i - \Gamma \beta_i$ and $A_j - \Gamma \beta_j$, $\beta_i = \Gamma^{-1} A_i$.
///
/// # Units and shapes
/// All in one space of dimension d. Rows that share a unit, such as answers to one prompt,
/// say so by [`Samples::with_units`](crate::Samples::with_units).
///
/// # Accuracy
/// How often the intervals cover and how often a verdict is decided that is false is
/// measured by `examples/calibration`; the table is in `docs/calibration.md`.
///
/// # References
/// Young (2026), arXiv:2603.00047, on recursion; theory §§3.2–3.3, 6.2.
///
/// # Examples
/// ```
/// use alignment_tax::{Confidence, ConflictEstimate, Evidence, MonteCarlo, Samples, ConflictVerdict};
/// use nalgebra::DMatrix;
/// use rand::{SeedableRng, rngs::ChaCha8Rng};
///
/// // Two goals that pull apart along the first axis only, and a capability that is that axis.
/// fn rows(mean: [f64; 3], k: usize) -> DMatrix<f64> {
///     let noise = |i, j| ((7 * i + 11 * j) as f64 * 1.7).sin();
///     DMatrix::from_fn(16, 12, |i, j| mean.get(j).unwrap_or(&0.0) + noise(i + 16 * k, j))
/// }
///
/// let helpful = Samples::new(&rows([6.0, 4.0, 0.0], 0))?;
/// let harmless = Samples::new(&rows([-6.0, 4.0, 0.0], 1))?;
/// let reasoning = Samples::new(&rows([8.0, 0.0, 0.0], 2))?;
///
/// let conflict = ConflictEstimate::new(
///     [Evidence::Sampled(&helpful), Evidence::Sampled(&harmless)],
///     &[Evidence::Sampled(&reasoning)],
/// )?;
/// let cosine = conflict.overlap_after().clone();
/// println!("{:.3} {:.3}", cosine.value(), cosine.interval(Confidence::NINETY_FIVE));
///
/// let mut rng = ChaCha8Rng::seed_from_u64(1);
/// let verdicts = conflict.probabilities(&MonteCarlo::new(999)?, &mut rng);
/// assert_eq!(verdicts.decided(Confidence::NINETY_FIVE), Some(ConflictVerdict::Resolved));
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ConflictEstimate {
    plug_in: Conflict<f64>,
    cosines: Cosines,
    taxes: [TaxEstimate; 2],
    joint: Joint,
}

impl ConflictEstimate {
    /// Goals and capabilities as they are known, each exactly or through samples.
    ///
    /// # Errors
    /// [`Error::Undersampled`], with how many samples would do, where the squared length of a
    /// sampled vector, or of what is left of a goal, is less than three standard errors from
    /// zero; [`Error::Unresolved`] where nothing is left of a goal but rounding;
    /// [`Error::Collinear`] where a combination of the capabilities is not told from zero;
    /// [`Error::OutOfBounds`] for fewer than four independent units;
    /// [`Error::OutOfRange`] for a sample that outweighs all others by 10⁸;
    /// [`Error::DimensionMismatch`]; [`Error::Empty`] for no capabilities;
    /// [`Error::ZeroVector`] where a mean is resolved but vanishes as a vector.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{ConflictEstimate, Direction, Error, Evidence};
    ///
    /// let goal = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let axis = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let error = ConflictEstimate::new(
    ///     [Evidence::Known(&goal), Evidence::Known(&axis)],
    ///     &[Evidence::Known(&axis)],
    /// )
    /// .unwrap_err();
    /// assert!(matches!(error, Error::Unresolved { argument: "what is left of the second goal", .. }));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn new(goals: [Evidence<'_>; 2], capabilities: &[Evidence<'_>]) -> Result<Self, Error> {
        if capabilities.is_empty() {
            return Err(Error::Empty {
                argument: "capabilities",
                rows: 0,
                columns: 0,
            });
        }
        let objectives: Vec<Evidence<'_>> = goals.iter().chain(capabilities).copied().collect();
        let gram = MeanGram::new(&objectives, &["goals", "goals", "capabilities"])?;
        resolve(&gram, &objectives, &ROLES)?;
        let among = inverse(&gram, &objectives, 2, "capabilities")?;
        let residuals = Residuals::of(&gram, &among);
        let units = |of: &[Evidence<'_>]| of.iter().filter_map(Evidence::units).min();
        for j in 0..2 {
            let rest = units(&[&objectives[j..=j], capabilities].concat());
            residuals.left(&gram, j, rest)?;
        }
        let cosines = residuals.cosines(&gram, units(&goals), units(&objectives));
        let joint = residuals.joint(&gram, units(&objectives))?;
        // After the means are known to be resolved: a mean that vanishes has no direction.
        let plug_in = plug_in(&objectives)?;
        let tax = |goal| TaxEstimate::new(goal, capabilities);
        Ok(Self {
            plug_in,
            cosines,
            taxes: [tax(goals[0])?, tax(goals[1])?],
            joint,
        })
    }

    /// The same, with differences of the cosines up to this called none.
    ///
    /// On a continuum cosθ = ρ has probability zero, and no samples can show it: what they can
    /// show is that the two differ by less than what matters. Without a margin
    /// [`ConflictVerdict::Unchanged`] is for cosines that are equal but for rounding.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a margin outside [0, 2].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Confidence, ConflictEstimate, Direction, Evidence, MonteCarlo, ConflictVerdict};
    /// use rand::{SeedableRng, rngs::ChaCha8Rng};
    ///
    /// let first = Direction::from_slice(&[1.0_f64, 0.0, 0.1])?;
    /// let second = Direction::from_slice(&[-0.6_f64, 0.8, 0.1])?;
    /// let axis = Direction::from_slice(&[0.0_f64, 0.0, 1.0])?;
    /// let conflict = ConflictEstimate::new(
    ///     [Evidence::Known(&first), Evidence::Known(&second)],
    ///     &[Evidence::Known(&axis)],
    /// )?.with_margin(0.05)?;
    /// let run = MonteCarlo::new(99)?;
    /// let verdicts = conflict.probabilities(&run, &mut ChaCha8Rng::seed_from_u64(1));
    /// assert_eq!(verdicts.decided(Confidence::NINETY_FIVE), Some(ConflictVerdict::Unchanged));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn with_margin(mut self, margin: f64) -> Result<Self, Error> {
        let expected = "a difference of cosines in [0, 2]";
        self.cosines.margin =
            check::scalar("margin", margin, expected, |x| (0.0..=2.0).contains(&x))?;
        Ok(self)
    }

    /// The conflict of the noisy directions themselves: both cosines are too near to zero, the
    /// more so the fewer the samples.
    ///
    /// # Examples
    /// See [`ConflictEstimate`].
    #[must_use]
    pub fn plug_in(&self) -> &Conflict<f64> {
        &self.plug_in
    }

    /// ρ, the overlap of the goals with nothing frozen.
    ///
    /// # Examples
    /// See [`ConflictEstimate`].
    #[must_use]
    pub fn overlap_before(&self) -> &OverlapEstimate {
        &self.cosines.before
    }

    /// cosθ, the overlap of what is left of the goals.
    ///
    /// # Examples
    /// See [`ConflictEstimate`].
    #[must_use]
    pub fn overlap_after(&self) -> &OverlapEstimate {
        &self.cosines.after
    }

    /// cosθ − ρ, by how much freezing turns the goals towards each other.
    ///
    /// # Examples
    /// See [`ConflictEstimate::difference_interval`].
    #[must_use]
    pub fn difference(&self) -> f64 {
        self.cosines.difference()
    }

    /// A confidence interval for cosθ − ρ. The two are known from the same samples, so that it
    /// is mostly shorter than the intervals of either would suggest.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Confidence, ConflictEstimate, Direction, Evidence};
    ///
    /// let first = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let second = Direction::from_slice(&[-0.6_f64, 0.8])?;
    /// let axis = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let conflict = ConflictEstimate::new(
    ///     [Evidence::Known(&first), Evidence::Known(&second)],
    ///     &[Evidence::Known(&axis)],
    /// )?;
    /// // From 0.28 to 1, and without noise that is all there is to say.
    /// assert!((conflict.difference() - 0.72).abs() < 1e-14);
    /// assert!(conflict.difference_interval(Confidence::NINETY_FIVE).width() < 1e-14);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn difference_interval(&self, confidence: Confidence) -> Interval {
        self.cosines.interval(confidence)
    }

    /// What each goal pays for the capabilities: τⱼ, and its free gain √(1 − τⱼ) by
    /// [`TaxEstimate::free_gain_interval`]. With nothing frozen that gain is 1.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Confidence, ConflictEstimate, Direction, Evidence};
    ///
    /// let first = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let second = Direction::from_slice(&[-0.6_f64, 0.8])?;
    /// let axis = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let conflict = ConflictEstimate::new(
    ///     [Evidence::Known(&first), Evidence::Known(&second)],
    ///     &[Evidence::Known(&axis)],
    /// )?;
    /// let kept = conflict.taxes()[0].free_gain_interval(Confidence::NINETY_FIVE);
    /// assert!((kept.lower() - 0.8).abs() < 1e-14);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn taxes(&self) -> &[TaxEstimate; 2] {
        &self.taxes
    }

    /// The area of all achievable pairs of gains for a budget of one, with nothing frozen and
    /// after: of the estimates, each brought into its range.
    ///
    /// $$ \pi \sqrt{1 - \hat\rho^2}, \qquad \pi \sqrt{(1 - \hat\tau\_1)(1 - \hat\tau\_2)} \sin\hat\theta $$
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{ConflictEstimate, Direction, Evidence};
    ///
    /// let first = Direction::from_slice(&[0.6_f64, 0.8, 0.0])?;
    /// let second = Direction::from_slice(&[-0.6_f64, 0.0, 0.8])?;
    /// let axis = Direction::from_slice(&[1.0_f64, 0.0, 0.0])?;
    /// let conflict = ConflictEstimate::new(
    ///     [Evidence::Known(&first), Evidence::Known(&second)],
    ///     &[Evidence::Known(&axis)],
    /// )?;
    /// let [before, after] = conflict.areas();
    /// assert!(after < before && (after - 0.64 * std::f64::consts::PI).abs() < 1e-14);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn areas(&self) -> [f64; 2] {
        let kept = |j: usize| (1.0 - self.taxes[j].rate().value()).sqrt();
        [
            std::f64::consts::PI * sine(self.cosines.before.value()),
            std::f64::consts::PI * sine(self.cosines.after.value()) * kept(0) * kept(1),
        ]
    }

    /// Intervals for both areas.
    ///
    /// The first is the image of that for ρ. The second is made of those for cosθ and for both free gains,
    /// each with a third of the error: the largest and the least product of them (Bonferroni), which
    /// covers whenever all three do, and is wider than it would have to be.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Confidence, ConflictEstimate, Direction, Evidence};
    ///
    /// let first = Direction::from_slice(&[0.6_f64, 0.8, 0.0])?;
    /// let second = Direction::from_slice(&[-0.6_f64, 0.0, 0.8])?;
    /// let axis = Direction::from_slice(&[1.0_f64, 0.0, 0.0])?;
    /// let conflict = ConflictEstimate::new(
    ///     [Evidence::Known(&first), Evidence::Known(&second)],
    ///     &[Evidence::Known(&axis)],
    /// )?;
    /// // Without noise they have no width.
    /// let [_, after] = conflict.area_intervals(Confidence::NINETY_FIVE);
    /// assert!(after.width() < 1e-13 && (after.lower() - conflict.areas()[1]).abs() < 1e-13);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn area_intervals(&self, confidence: Confidence) -> [Interval; 2] {
        let third = confidence.of_three();
        let before = sines(self.cosines.before.interval(confidence));
        let after = sines(self.cosines.after.interval(third));
        let [first, second] = self.taxes.each_ref().map(|x| x.free_gain_interval(third));
        let after = [
            after[0] * first.lower() * second.lower(),
            after[1] * first.upper() * second.upper(),
        ];
        [before, after].map(|ends| {
            let [lower, upper] = ends.map(|x| std::f64::consts::PI * x);
            Interval::between(lower, upper, confidence)
        })
    }

    /// The verdict on the estimates, by how little soever. What samples can vouch for is
    /// [`VerdictProbabilities::decided`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{ConflictEstimate, Direction, Evidence, ConflictVerdict};
    ///
    /// let first = Direction::from_slice(&[0.8_f64, 0.6])?;
    /// let second = Direction::from_slice(&[-0.8_f64, 0.6])?;
    /// let axis = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let conflict = ConflictEstimate::new(
    ///     [Evidence::Known(&first), Evidence::Known(&second)],
    ///     &[Evidence::Known(&axis)],
    /// )?;
    /// assert_eq!(conflict.likeliest(), ConflictVerdict::Resolved);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn likeliest(&self) -> ConflictVerdict {
        self.cosines
            .verdict(self.cosines.before.value(), self.cosines.after.value())
    }

    /// The number of independent units behind the least sampled objective; `None` where
    /// everything is known exactly.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{ConflictEstimate, Direction, Evidence};
    ///
    /// let first = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let axis = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let conflict = ConflictEstimate::new(
    ///     [Evidence::Known(&first); 2],
    ///     &[Evidence::Known(&axis)],
    /// )?;
    /// assert_eq!(conflict.units(), None);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn units(&self) -> Option<usize> {
        (self.cosines.units != usize::MAX).then_some(self.cosines.units)
    }

    /// How probable each verdict is, by the parametric bootstrap.
    ///
    /// # Examples
    /// See [`VerdictProbabilities`].
    #[must_use]
    pub fn probabilities(&self, run: &MonteCarlo<'_>, rng: &mut impl Rng) -> VerdictProbabilities {
        VerdictProbabilities::draw(&self.cosines, &self.joint, run, rng)
    }
}

fn sine(cosine: f64) -> f64 {
    let cosine = cosine.clamp(-1.0, 1.0);
    ((1.0 - cosine) * (1.0 + cosine)).sqrt()
}

/// The least and the largest sine of an angle whose cosine is in an interval.
fn sines(cosine: Interval) -> [f64; 2] {
    let ends = [cosine.lower(), cosine.upper()].map(sine);
    let most = if cosine.contains(0.0) {
        1.0
    } else {
        ends[0].max(ends[1])
    };
    [ends[0].min(ends[1]), most]
}

/// The conflict of the plug-in directions.
fn plug_in(objectives: &[Evidence<'_>]) -> Result<Conflict<f64>, Error> {
    let directions = objectives.iter().map(Evidence::direction);
    let directions = directions.collect::<Result<Vec<_>, Error>>()?;
    let names: Vec<String> = (0..objectives.len()).map(|i| i.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let named: Vec<_> = names.iter().copied().zip(&directions).collect();
    let all = Objectives::from_directions(&named)?;
    Conflict::new(&all, [names[0], names[1]], &names[2..], Budget::unit())
}
