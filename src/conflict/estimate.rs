//! A conflict from samples: both cosines without the bias of noise, with intervals.
//!
//! Let M be the unbiased Gram matrix of the unnormalised vectors of two goals and of p
//! capabilities, A_i the inner products of goal i with the capabilities, Γ those among them.
//! The residuals of the goals have the inner products N_ij = M_ij − A_iᵀΓ⁻¹A_j. For any β₁, β₂,
//!
//!   N_ij = w_iᵀ M w_j − e_iᵀΓ⁻¹e_j,   w_i = (goal i) − Σ β_ik (capability k),   e_i = A_i − Γβ_i.
//!
//! At the true β the first part is linear in M, so unbiased, and e has mean zero: the bias of
//! the second is tr(Γ⁻¹ Cov(e_i, e_j)), and is put back, as it is taken off for τ. To first order the
//! error of N is that of the linear part, because N does not move with β there; what e adds to
//! the covariance is, for normal e with C_ij = Cov(e_i, e_j),
//!
//!   Cov(e_iᵀΓ⁻¹e_j, e_kᵀΓ⁻¹e_l) = tr(Γ⁻¹C_ki Γ⁻¹C_jl) + tr(Γ⁻¹C_li Γ⁻¹C_jk).
//!
//! Then ρ = M₁₂/√(M₁₁M₂₂) and cosθ = N₁₂/√(N₁₁N₂₂) are overlaps of the same kind, and each has the
//! interval of one. Freezing shortens the goals, so that samples which resolve a goal may not
//! resolve what is left of it: that is an error, as it is for a goal.

use nalgebra::{DMatrix, DVector, Matrix3};
use rand::Rng;

use super::cosines::Cosines;
use super::probabilities::{Joint, VerdictProbabilities};
use super::{Conflict, ConflictVerdict};
use crate::estimate::{MeanGram, Products, Role, Spread, Square, Weight, inverse, resolve, told};
use crate::linalg::check;
use crate::{
    Budget, Confidence, Error, Evidence, Interval, MonteCarlo, Objectives, OverlapEstimate,
    TaxEstimate, tolerance,
};

/// What the objectives are called in errors.
const ROLES: [Role; 2] = [Role::two("goals"), Role::rest("capabilities")];

/// The functionals in order: M₁₂, M₁₁, M₂₂, then the same of N.
const PAIRS: [(usize, usize); 3] = [(0, 1), (0, 0), (1, 1)];

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
/// let noise = |i: usize, j: usize| ((7 * i + 11 * j) as f64 * 1.7).sin();
/// let rows = |mean: [f64; 3], k: usize| {
///     DMatrix::from_fn(16, 12, |i, j| mean.get(j).unwrap_or(&0.0) + noise(i + 16 * k, j))
/// };
/// let helpful = Samples::new(&rows([6.0, 4.0, 0.0], 0))?;
/// let harmless = Samples::new(&rows([-6.0, 4.0, 0.0], 1))?;
/// let reasoning = Samples::new(&rows([8.0, 0.0, 0.0], 2))?;
///
/// let goals = [Evidence::Sampled(&helpful), Evidence::Sampled(&harmless)];
/// let conflict = ConflictEstimate::new(goals, &[Evidence::Sampled(&reasoning)])?;
/// let cosine = conflict.overlap_after();
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
    /// [`Error::DimensionMismatch`]; [`Error::Empty`] for no capabilities;
    /// [`Error::ZeroVector`] where a mean is resolved but vanishes as a vector.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{ConflictEstimate, Direction, Error, Evidence};
    ///
    /// let goal = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// let axis = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let goals = [Evidence::Known(&goal), Evidence::Known(&axis)];
    /// let error = ConflictEstimate::new(goals, &[Evidence::Known(&axis)]).unwrap_err();
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
    /// # use alignment_tax::{Confidence, ConflictEstimate, Direction, Evidence, MonteCarlo, ConflictVerdict};
    /// # use rand::{SeedableRng, rngs::ChaCha8Rng};
    /// # let first = Direction::from_slice(&[1.0_f64, 0.0, 0.1])?;
    /// # let second = Direction::from_slice(&[-0.6_f64, 0.8, 0.1])?;
    /// # let axis = Direction::from_slice(&[0.0_f64, 0.0, 1.0])?;
    /// let goals = [Evidence::Known(&first), Evidence::Known(&second)];
    /// let conflict = ConflictEstimate::new(goals, &[Evidence::Known(&axis)])?.with_margin(0.05)?;
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
    /// # use alignment_tax::{Confidence, ConflictEstimate, Direction, Evidence};
    /// # let first = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// # let second = Direction::from_slice(&[-0.6_f64, 0.8])?;
    /// # let axis = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let goals = [Evidence::Known(&first), Evidence::Known(&second)];
    /// let conflict = ConflictEstimate::new(goals, &[Evidence::Known(&axis)])?;
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
    /// # use alignment_tax::{Confidence, ConflictEstimate, Direction, Evidence};
    /// # let first = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// # let second = Direction::from_slice(&[-0.6_f64, 0.8])?;
    /// # let axis = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let goals = [Evidence::Known(&first), Evidence::Known(&second)];
    /// let conflict = ConflictEstimate::new(goals, &[Evidence::Known(&axis)])?;
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
    /// # use alignment_tax::{ConflictEstimate, Direction, Evidence};
    /// # let first = Direction::from_slice(&[0.6_f64, 0.8, 0.0])?;
    /// # let second = Direction::from_slice(&[-0.6_f64, 0.0, 0.8])?;
    /// # let axis = Direction::from_slice(&[1.0_f64, 0.0, 0.0])?;
    /// let goals = [Evidence::Known(&first), Evidence::Known(&second)];
    /// let conflict = ConflictEstimate::new(goals, &[Evidence::Known(&axis)])?;
    /// let [before, after] = conflict.areas();
    /// assert!(after < before && (after - 0.64 * std::f64::consts::PI).abs() < 1e-14);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn areas(&self) -> [f64; 2] {
        let sine = |overlap: &OverlapEstimate| {
            let cosine = overlap.value().clamp(-1.0, 1.0);
            ((1.0 - cosine) * (1.0 + cosine)).sqrt()
        };
        let kept = |j: usize| (1.0 - self.taxes[j].rate().value()).sqrt();
        [
            std::f64::consts::PI * sine(&self.cosines.before),
            std::f64::consts::PI * sine(&self.cosines.after) * kept(0) * kept(1),
        ]
    }

    /// The verdict on the estimates, by how little soever. What samples can vouch for is
    /// [`VerdictProbabilities::decided`].
    ///
    /// # Examples
    /// ```
    /// # use alignment_tax::{ConflictEstimate, Direction, Evidence, ConflictVerdict};
    /// # let first = Direction::from_slice(&[0.8_f64, 0.6])?;
    /// # let second = Direction::from_slice(&[-0.8_f64, 0.6])?;
    /// # let axis = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let goals = [Evidence::Known(&first), Evidence::Known(&second)];
    /// let conflict = ConflictEstimate::new(goals, &[Evidence::Known(&axis)])?;
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
    /// # use alignment_tax::{ConflictEstimate, Direction, Evidence};
    /// # let first = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// # let axis = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let goals = [Evidence::Known(&first); 2];
    /// let conflict = ConflictEstimate::new(goals, &[Evidence::Known(&axis)])?;
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

/// The inner products of what is left of the goals.
struct Residuals {
    /// N, the bias of noise taken off.
    products: [[f64; 2]; 2],
    /// The covariances of M₁₂, M₁₁, M₂₂ and of the linear parts of N₁₂, N₁₁, N₂₂.
    spread: Spread,
    /// The covariances of e_iᵀΓ⁻¹e_j, in the same order.
    quadratic: Matrix3<f64>,
    /// Σ|w| of each residual among unit vectors.
    weights: [f64; 2],
}

impl Residuals {
    fn of(gram: &MeanGram, among: &DMatrix<f64>) -> Self {
        let m = gram.value();
        let size = m.nrows();
        let p = size - 2;
        let beta: [DVector<f64>; 2] =
            std::array::from_fn(|i| among * m.view((2, i), (p, 1)).column(0));
        let w: [DVector<f64>; 2] = std::array::from_fn(|i| {
            DVector::from_fn(size, |k, _| match k {
                0 | 1 => f64::from(u8::from(k == i)),
                _ => -beta[i][k - 2],
            })
        });
        let mut functionals: Vec<Weight> = Vec::new();
        functionals.extend(PAIRS.map(|(i, j)| MeanGram::entry(size, i, j)));
        functionals.extend(PAIRS.map(|(i, j)| symmetric(&w[i], &w[j])));
        for w in &w {
            // e_k = ⟨w, capability k⟩.
            let unit = |k: usize| DVector::from_fn(size, |l, _| f64::from(u8::from(l == k)));
            functionals.extend((2..size).map(|k| symmetric(w, &unit(k))));
        }
        let spread = gram.spread(&functionals);
        // Γ⁻¹C_ij.
        let noise: [[DMatrix<f64>; 2]; 2] = std::array::from_fn(|i| {
            std::array::from_fn(|j| {
                let (row, column) = (6 + i * p, 6 + j * p);
                among * DMatrix::from_fn(p, p, |a, b| spread.covariance(row + a, column + b))
            })
        });
        let quadratic = Matrix3::from_fn(|a, b| {
            let ((i, j), (k, l)) = (PAIRS[a], PAIRS[b]);
            (&noise[k][i] * &noise[j][l]).trace() + (&noise[l][i] * &noise[j][k]).trace()
        });
        let products = std::array::from_fn(|i| {
            std::array::from_fn(|j| {
                let explained = m.view((2, i), (p, 1)).column(0).dot(&beta[j]);
                let bias = 0.5 * (noise[i][j].trace() + noise[j][i].trace());
                m[(i, j)] - explained + bias
            })
        });
        let weights = std::array::from_fn(|i| {
            let terms = (0..p).map(|k| beta[i][k].abs() * (m[(k + 2, k + 2)] / m[(i, i)]).sqrt());
            1.0 + terms.sum::<f64>()
        });
        Self {
            products,
            spread,
            quadratic,
            weights,
        }
    }

    /// What is left of goal j must be told from zero.
    fn left(&self, gram: &MeanGram, j: usize, units: Option<usize>) -> Result<(), Error> {
        let whole = gram.value()[(j, j)];
        let squared = self.products[j][j];
        let weights = self.weights[j];
        let rounding = tolerance::combination(f64::EPSILON, weights * weights);
        if squared.abs() <= rounding * whole {
            let argument = [
                "what is left of the first goal",
                "what is left of the second goal",
            ];
            return Err(Error::Unresolved {
                argument: argument[j],
                norm: (squared.max(0.0) / whole).sqrt(),
                tolerance: rounding.sqrt(),
            });
        }
        let Some(units) = units else { return Ok(()) };
        let at = 4 + j;
        let degenerate = self.spread.degenerate[(at, at)].max(0.0);
        told(&Square {
            argument: "what is left of goals",
            index: j,
            units,
            squared,
            linear: (self.spread.jackknife[(at, at)] - 2.0 * degenerate).max(0.0),
            quadratic: degenerate + self.quadratic[(1 + j, 1 + j)],
        })
    }

    /// (A, s, γ) of the goals and of what is left of them.
    fn triples(&self, gram: &MeanGram) -> [[f64; 3]; 2] {
        let m = gram.value();
        [
            PAIRS.map(|at| m[at]),
            PAIRS.map(|(i, j)| self.products[i][j]),
        ]
    }

    fn cosines(&self, gram: &MeanGram, goals: Option<usize>, all: Option<usize>) -> Cosines {
        let [before, after] = self.triples(gram);
        let products = |x: [f64; 3], quadratic| Products {
            between: x[0],
            squares: [x[1], x[2]],
            quadratic,
        };
        let count = |units: Option<usize>| units.unwrap_or(usize::MAX);
        let exact = products(before, Matrix3::zeros());
        let rest = products(after, self.quadratic);
        let gradient = [slope(before).map(|x| -x), slope(after)].concat();
        let g = nalgebra::Vector3::from(slope(after));
        let variance = self.spread.variance(0, &gradient) + g.dot(&(self.quadratic * g));
        // Where both cosines are the same function of the samples only rounding is left.
        let alone = |first: usize| self.spread.variance(first, &gradient[first..first + 3]);
        let lost = tolerance::combination(f64::EPSILON, alone(0) + alone(3));
        let variance = if variance <= lost { 0.0 } else { variance };
        let lengths = self.weights[0]
            * self.weights[1]
            * (before[1] / after[1]).sqrt()
            * (before[2] / after[2]).sqrt();
        Cosines {
            before: OverlapEstimate::of(&exact, &self.spread, 0, count(goals)),
            after: OverlapEstimate::of(&rest, &self.spread, 3, count(all)),
            error: variance.sqrt(),
            units: count(all),
            rounding: tolerance::combination(f64::EPSILON, lengths),
            margin: 0.0,
        }
    }

    /// The law of all six, in units of the lengths.
    fn joint(&self, gram: &MeanGram, units: Option<usize>) -> Result<Joint, Error> {
        let triples = self.triples(gram);
        let scales = triples
            .map(|[_, s, gamma]| [(s * gamma).sqrt(), s, gamma])
            .concat();
        let centre = std::array::from_fn(|i| triples[i / 3][i % 3] / scales[i]);
        let scaled =
            |a: &DMatrix<f64>| DMatrix::from_fn(6, 6, |i, j| a[(i, j)] / scales[i] / scales[j]);
        let (jackknife, degenerate) = (
            scaled(&self.spread.jackknife),
            scaled(&self.spread.degenerate),
        );
        let mut quadratic = DMatrix::zeros(6, 6);
        quadratic
            .view_mut((3, 3), (3, 3))
            .copy_from(&self.quadratic);
        Joint::new(centre, jackknife, degenerate, scaled(&quadratic), units)
    }
}

/// The functional xᵀMy.
fn symmetric(x: &DVector<f64>, y: &DVector<f64>) -> Weight {
    (x * y.transpose() + y * x.transpose()) * 0.5
}

/// The derivative of A/√(s γ).
fn slope([a, s, gamma]: [f64; 3]) -> [f64; 3] {
    let length = (s * gamma).sqrt();
    let cosine = (a / length).clamp(-1.0, 1.0);
    [length.recip(), -0.5 * cosine / s, -0.5 * cosine / gamma]
}
