//! The tax rate from samples: without the bias of noise, and with an interval.
//!
//! With few samples the plug-in τ looks falsely tax-free, because noise in v̂ lies mostly
//! outside the capability subspace (theory §3.2). Let M be the unbiased Gram matrix of the
//! unnormalised vectors, s = M₀₀, A_j = M₀ⱼ, Γ_jk = M_jk. Then τ = N/s with N = AᵀΓ⁻¹A, in
//! which A and Γ are themselves noisy. For any β,
//!
//!   AᵀΓ⁻¹A = 2βᵀA − βᵀΓβ + eᵀΓ⁻¹e,   e = A − Γβ.
//!
//! At the true β the first part is linear in M, so unbiased, and e has mean zero: the bias
//! is tr(Γ⁻¹ Cov e), and is taken off. For a known capability subspace, and units of equal
//! size, this is exactly the U-statistic Σ_{i≠j}⟨Px_i, Px_j⟩/(n(n−1)).
//!
//! The interval inverts a test, as Fieller (1954) did for ratios: τ₀ is in it unless
//! N − τ₀ s is farther from zero than t standard errors of N − τ₀ s. The standard error is
//! the one that holds *if* τ₀ is true (β is scaled to the length that τ₀ gives it), so that
//! it is right at τ₀ = 0, where the estimate of N is pure noise. No division by a noisy s
//! takes place. Intervals for α, free gain and cost are images of the one for τ, because
//! each is a monotone function of τ.

use nalgebra::{DMatrix, Matrix3};

use super::TaxRate;
use crate::estimate::{
    MeanGram, Products, Role, Weight, accepted, floored, inverse, resolve, two_sided,
};
use crate::linalg::check;
use crate::{
    Confidence, Direction, Error, Evidence, Interval, OverlapEstimate, Real, Samples, Subspace,
    tolerance,
};

/// What the objectives are called in errors.
const ROLES: [Role; 2] = [Role::one("safety"), Role::rest("capabilities")];

/// τ estimated from samples.
///
/// $$ \hat\tau = \frac{A^T \Gamma^{-1} A - \operatorname{tr}(\Gamma^{-1} \hat\Sigma\_e)}{s} $$
///
/// with $s$, $A$, $\Gamma$ the unbiased inner products of the safety vector with itself,
/// of safety with the capabilities, and among the capabilities, and $\hat\Sigma_e$ the
/// covariance of the noise in $A - \Gamma \beta$, $\beta = \Gamma^{-1} A$.
///
/// # Accuracy
/// Bias is of second order: the ratio is corrected as by Tin (1965). What remains, and how
/// often the intervals cover, is measured by `examples/calibration`; the table is
/// `docs/calibration.md`, failures included. [`TaxEstimate::interval`] names them.
///
/// # References
/// Hoeffding (1948) on U-statistics; Fieller (1954) on intervals for ratios; Tin (1965),
/// eq. 2.3, on ratio estimators; theory §§3.2–3.4.
///
/// # Examples
/// ```
/// use alignment_tax::{Confidence, Samples, Subspace, TaxEstimate};
/// use nalgebra::{DMatrix, dmatrix};
///
/// // Eight noisy estimates of v = (0.6, 0.8, 0, …), capability e₁: τ = 0.36.
/// let rows = DMatrix::from_fn(8, 20, |i, j| {
///     let noise = ((7 * i + 11 * j) as f64 * 1.7).sin();
///     [6.0, 8.0].get(j).unwrap_or(&0.0) + noise
/// });
/// let e1 = DMatrix::<f64>::identity(20, 1);
/// let tax = TaxEstimate::against_subspace(&Samples::new(&rows)?, &Subspace::from_columns(&e1)?)?;
/// let interval = tax.interval(Confidence::NINETY_FIVE);
/// println!("tau = {:.3} {:.3}, plug-in {:.3}", tax.value(), interval, tax.plug_in().value());
/// assert!(interval.contains(0.36));
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct TaxEstimate {
    plug_in: TaxRate<f64>,
    overlaps: Vec<OverlapEstimate>,
    /// N and s, in the units of the safety samples.
    numerator: f64,
    denominator: f64,
    /// AᵀΓ⁻¹A as it comes, with noise.
    raw_numerator: f64,
    /// 2 tr((Γ⁻¹ Cov e)²), the variance of eᵀΓ⁻¹e.
    quadratic: f64,
    /// Jackknife and degenerate covariances of (2βᵀA, −βᵀΓβ, s).
    jackknife: [[f64; 3]; 3],
    degenerate: [[f64; 3]; 3],
    value: f64,
    units: usize,
}

impl TaxEstimate {
    /// Safety and capabilities as they are known, each exactly or through samples.
    ///
    /// # Units and shapes
    /// All in one space of dimension d. Capabilities known exactly may depend on each
    /// other; sampled ones must be resolved as independent.
    ///
    /// # Errors
    /// [`Error::Undersampled`], with how many samples would do, where the squared length
    /// of a sampled vector is less than three standard errors from zero;
    /// [`Error::Collinear`] where that holds for a combination of the capabilities;
    /// [`Error::OutOfBounds`] for fewer than four independent units;
    /// [`Error::OutOfRange`] for a sample that outweighs all others by 10⁸;
    /// [`Error::DimensionMismatch`], [`Error::Empty`] for no capabilities;
    /// [`Error::ZeroVector`] where a mean is resolved but vanishes as a vector, as can
    /// happen with units of unequal size.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Error, Evidence, Samples, TaxEstimate};
    /// use nalgebra::dmatrix;
    ///
    /// let noise = Samples::new(&dmatrix![1.0_f64, 0.1; -1.0, 0.2; 0.5, -0.3; -0.5, 0.1])?;
    /// let code = Samples::new(&dmatrix![1.0_f64, 0.1; 1.1, 0.0; 0.9, 0.0; 1.0, -0.1])?;
    /// let error = TaxEstimate::new(Evidence::Sampled(&noise), &[Evidence::Sampled(&code)]);
    /// assert!(matches!(error, Err(Error::Undersampled { argument: "safety", .. })));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn new(safety: Evidence<'_>, capabilities: &[Evidence<'_>]) -> Result<Self, Error> {
        if capabilities.is_empty() {
            return Err(Error::Empty {
                argument: "capabilities",
                rows: 0,
                columns: 0,
            });
        }
        for capability in capabilities {
            check::same(
                "capabilities",
                "coordinates",
                safety.dimension(),
                capability.dimension(),
            )?;
        }
        Self::of(safety, capabilities, None)
    }

    /// A capability subspace without noise: a published one, or the span of gradients so
    /// many that their noise does not matter.
    ///
    /// # Errors
    /// As [`TaxEstimate::new`]; [`Error::TrivialSubspace`].
    ///
    /// # Examples
    /// See [`TaxEstimate`].
    pub fn against_subspace<T: Real>(
        safety: &Samples,
        capabilities: &Subspace<T>,
    ) -> Result<Self, Error> {
        let d = capabilities.ambient_dimension();
        check::same("capabilities", "coordinates", safety.dimension(), d)?;
        if capabilities.dimension() == 0 {
            return Err(Error::TrivialSubspace {
                argument: "capabilities",
            });
        }
        let basis = capabilities.basis().map(Real::to_double);
        // In single precision columns are orthonormal to single precision only.
        let span = Subspace::from_columns(&basis)?;
        let directions = span
            .basis()
            .column_iter()
            .map(|q| Direction::named("capabilities", q.as_slice()))
            .collect::<Result<Vec<_>, Error>>()?;
        let known: Vec<Evidence<'_>> = directions.iter().map(Evidence::Known).collect();
        Self::of(Evidence::Sampled(safety), &known, Some(&span))
    }

    fn of(
        safety: Evidence<'_>,
        capabilities: &[Evidence<'_>],
        known_span: Option<&Subspace<f64>>,
    ) -> Result<Self, Error> {
        let objectives: Vec<Evidence<'_>> = std::iter::once(safety)
            .chain(capabilities.iter().copied())
            .collect();
        let gram = MeanGram::new(&objectives, &["safety", "capabilities"])?;
        resolve(&gram, &objectives, &ROLES)?;
        let among = inverse(&gram, &objectives, 1, "capabilities")?;
        // After the means are known to be resolved: a mean that vanishes has no direction.
        let plug_in = match known_span {
            Some(span) => TaxRate::between(&safety.direction()?, span)?,
            None => {
                let directions = capabilities.iter().map(Evidence::direction);
                let directions = directions.collect::<Result<Vec<_>, Error>>()?;
                TaxRate::between(
                    &safety.direction()?,
                    &Subspace::from_directions(&directions)?,
                )?
            }
        };

        let m = gram.value();
        let p = capabilities.len();
        let size = p + 1;
        let denominator = m[(0, 0)];
        let beta = &among * m.view((1, 0), (p, 1));
        let raw_numerator = m.view((1, 0), (p, 1)).dot(&beta);

        let mut weights: Vec<Weight> = (0..p)
            .map(|j| {
                // e_j = A_j − Σ_k Γ_jk β_k.
                let mut w = Weight::zeros(size, size);
                for i in 0..size {
                    let r = if i == 0 { 1.0 } else { -beta[i - 1] };
                    w[(i, j + 1)] += 0.5 * r;
                    w[(j + 1, i)] += 0.5 * r;
                }
                w
            })
            .collect();
        let mut twice_a = Weight::zeros(size, size);
        let mut minus_gamma = Weight::zeros(size, size);
        for j in 0..p {
            twice_a[(0, j + 1)] = beta[j];
            twice_a[(j + 1, 0)] = beta[j];
            for k in 0..p {
                minus_gamma[(j + 1, k + 1)] = -beta[j] * beta[k];
            }
        }
        weights.extend([twice_a, minus_gamma, MeanGram::entry(size, 0, 0)]);
        // The basis of a span is arbitrary, and so would be overlaps with it.
        let overlaps = if known_span.is_none() { p } else { 0 };
        for j in 0..overlaps {
            weights.extend(
                [(0, j + 1), (0, 0), (j + 1, j + 1)].map(|(i, k)| MeanGram::entry(size, i, k)),
            );
        }
        let spread = gram.spread(&weights);

        let noise = DMatrix::from_fn(p, p, |i, j| spread.covariance(i, j));
        let relative = &among * noise;
        let quadratic = 2.0 * (&relative * &relative).trace().max(0.0);
        let numerator = raw_numerator - relative.trace();
        let block =
            |a: &DMatrix<f64>| std::array::from_fn(|i| std::array::from_fn(|j| a[(p + i, p + j)]));
        let s_variance = spread.variance(p + 2, &[1.0]) / (denominator * denominator);
        let n_with_s = (spread.covariance(p, p + 2) + spread.covariance(p + 1, p + 2))
            / (denominator * denominator);
        let units = objectives.iter().filter_map(Evidence::units).min();
        let units = units.unwrap_or(usize::MAX);
        let overlaps = (0..overlaps)
            .map(|j| {
                let products = Products {
                    between: m[(0, j + 1)],
                    squares: [denominator, m[(j + 1, j + 1)]],
                    quadratic: Matrix3::zeros(),
                };
                OverlapEstimate::of(&products, &spread, p + 3 + 3 * j, units)
            })
            .collect::<Vec<_>>();
        Ok(Self {
            plug_in,
            overlaps,
            numerator,
            denominator,
            raw_numerator,
            quadratic,
            jackknife: block(&spread.jackknife),
            degenerate: block(&spread.degenerate),
            value: numerator / denominator * (1.0 - s_variance) + n_with_s,
            units,
        })
    }

    /// τ̂, the estimate with the bias of noise taken off.
    ///
    /// It is *not* forced into [0, 1]: an unbiased estimate of a rate near an end of its
    /// range must be able to miss it on both sides. [`TaxEstimate::rate`] is.
    ///
    /// # Accuracy
    /// Where the interval is narrow, the bias is small against it. Just above the
    /// threshold of resolution (three standard errors) estimates of a large τ are too low
    /// by up to a fifth, because those samples passed in which the signal seemed long; see
    /// `docs/calibration.md`.
    ///
    /// # Examples
    /// See [`TaxEstimate`].
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }

    /// The estimate as a rate in [0, 1], for a frontier.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Budget, Direction, Evidence, PreservationFrontier, Samples, TaxEstimate};
    /// use nalgebra::dmatrix;
    ///
    /// let safety = Samples::new(&dmatrix![2.1_f64, 0.9; 1.9, 1.1; 2.0, 1.0; 2.2, 0.8])?;
    /// let code = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let tax = TaxEstimate::new(Evidence::Sampled(&safety), &[Evidence::Known(&code)])?;
    /// let frontier = PreservationFrontier::new(tax.rate(), Budget::new(1.0)?);
    /// assert!(frontier.free_gain() < 1.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn rate(&self) -> TaxRate<f64> {
        let tau = self.value.clamp(0.0, 1.0);
        TaxRate::of_lengths(tau.sqrt(), (1.0 - tau).sqrt())
    }

    /// The rate of the noisy directions themselves: too small, the more so the fewer the
    /// samples.
    ///
    /// # Examples
    /// See [`TaxEstimate`].
    #[must_use]
    pub fn plug_in(&self) -> TaxRate<f64> {
        self.plug_in
    }

    /// The signed overlap with each capability, in order; none for
    /// [`TaxEstimate::against_subspace`], whose basis is arbitrary.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Direction, Evidence, Samples, TaxEstimate};
    /// use nalgebra::dmatrix;
    ///
    /// let safety = Samples::new(&dmatrix![-2.1_f64, 0.9; -1.9, 1.1; -2.0, 1.0; -2.2, 0.8])?;
    /// let code = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let tax = TaxEstimate::new(Evidence::Sampled(&safety), &[Evidence::Known(&code)])?;
    /// assert!(tax.overlaps()[0].value() < -0.8, "a tax");
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn overlaps(&self) -> &[OverlapEstimate] {
        &self.overlaps
    }

    /// The number of independent units behind the least sampled objective; `None` where
    /// everything is known exactly.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Direction, Evidence, Samples, TaxEstimate};
    /// use nalgebra::dmatrix;
    ///
    /// let safety = Samples::new(&dmatrix![2.1_f64, 0.9; 1.9, 1.1; 2.0, 1.0; 2.2, 0.8])?;
    /// let code = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let tax = TaxEstimate::new(Evidence::Sampled(&safety), &[Evidence::Known(&code)])?;
    /// assert_eq!(tax.units(), Some(4));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn units(&self) -> Option<usize> {
        (self.units != usize::MAX).then_some(self.units)
    }

    /// The standard error of τ̂.
    ///
    /// $$ \text{se} = \frac{\sqrt{V(\hat\tau)}}{s} $$
    ///
    /// with V the variance of N − τ̂ s.
    ///
    /// # Examples
    /// See [`TaxEstimate`].
    #[must_use]
    pub fn standard_error(&self) -> f64 {
        self.variance(self.value.clamp(0.0, 1.0)).sqrt() / self.denominator
    }

    /// A confidence interval for τ: the values that a test at that level does not reject.
    ///
    /// $$ (N - \tau\_0 s)^2 \le t^2 V(\tau\_0) $$
    ///
    /// with $t$ the quantile of Student's law for one degree of freedom less than there are
    /// units.
    ///
    /// # Accuracy
    /// Simulated coverage of the 95 % interval is in `docs/calibration.md`. Where the signal
    /// is resolved in at least half of the runs it is 92–99 % under isotropic noise. Under a
    /// 1/i spectrum it is *conservative* (up to 100 %) for τ ≥ 0.36, and *too narrow* in some
    /// settings: 88–92 % with C known (τ = 0.9 at d = 64, n = 256; 0.36 at 576, 256; 0.05 at
    /// 576, 64) and 87–90 % at τ = 0 with C estimated (576, 64; 4096, 256), where noise in both
    /// lies along the same few directions. Where only a few per cent of such samples would be
    /// resolved, as at d = 576 with 8 or 16 of them, it fails (69 % at worst).
    ///
    /// # Examples
    /// See [`TaxEstimate`].
    #[must_use]
    pub fn interval(&self, confidence: Confidence) -> Interval {
        let t = confidence.standard_errors(self.units);
        let inside = |tau: f64| {
            let difference = self.numerator - tau * self.denominator;
            difference * difference <= t * t * self.variance(tau)
        };
        let ratio = self.numerator / self.denominator;
        let (lower, upper) = accepted(0.0, 1.0, ratio, inside);
        Interval::between(lower, upper, confidence)
    }

    /// The two-sided p-value of the hypothesis τ = τ₀; below 1 − level exactly where the
    /// interval of that level excludes τ₀.
    ///
    /// At τ₀ = 0 it asks whether safety has any component in the subspace, which is not
    /// whether it has more than chance: see `CovarianceNull`.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for τ₀ outside [0, 1].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Direction, Evidence, Samples, TaxEstimate};
    /// use nalgebra::dmatrix;
    ///
    /// let safety = Samples::new(&dmatrix![2.1_f64, 0.9; 1.9, 1.1; 2.0, 1.0; 2.2, 0.8])?;
    /// let code = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let tax = TaxEstimate::new(Evidence::Sampled(&safety), &[Evidence::Known(&code)])?;
    /// assert!(tax.p_value(0.0)? < 0.01);
    /// assert!(tax.p_value(tax.value())? > 0.9);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn p_value(&self, tau: f64) -> Result<f64, Error> {
        check::scalar("tau", tau, "a tax rate in [0, 1]", |x| {
            (0.0..=1.0).contains(&x)
        })?;
        let difference = self.numerator - tau * self.denominator;
        let rounding = tolerance::closed_form::<f64>() * self.denominator;
        Ok(two_sided(
            difference,
            rounding,
            self.variance(tau),
            self.units,
        ))
    }

    /// The angle α in radians, with the interval that is the image of the one for τ.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Confidence, Direction, Evidence, Samples, TaxEstimate};
    /// use nalgebra::dmatrix;
    ///
    /// let safety = Samples::new(&dmatrix![2.1_f64, 0.9; 1.9, 1.1; 2.0, 1.0; 2.2, 0.8])?;
    /// let code = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let tax = TaxEstimate::new(Evidence::Sampled(&safety), &[Evidence::Known(&code)])?;
    /// let alpha = tax.angle_interval(Confidence::NINETY_FIVE);
    /// assert!(alpha.contains(0.5_f64.atan()));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn angle_interval(&self, confidence: Confidence) -> Interval {
        self.interval(confidence).mapped(|tau| tau.sqrt().acos())
    }

    /// √(1 − τ), the share of a budget that buys safety for nothing, with the interval
    /// that is the image of the one for τ.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Confidence, Direction, Evidence, Samples, TaxEstimate};
    /// use nalgebra::dmatrix;
    ///
    /// let safety = Samples::new(&dmatrix![2.1_f64, 0.9; 1.9, 1.1; 2.0, 1.0; 2.2, 0.8])?;
    /// let code = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// let tax = TaxEstimate::new(Evidence::Sampled(&safety), &[Evidence::Known(&code)])?;
    /// assert!(tax.free_gain_interval(Confidence::NINETY_FIVE).contains(0.2_f64.sqrt()));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn free_gain_interval(&self, confidence: Confidence) -> Interval {
        self.interval(confidence).mapped(|tau| (1.0 - tau).sqrt())
    }

    /// The variance of N − τ s if τ is the truth.
    fn variance(&self, tau: f64) -> f64 {
        // β has length² τ s under the hypothesis, whatever noise has made of it.
        let length = if self.raw_numerator > 0.0 {
            tau * self.denominator / self.raw_numerator
        } else {
            0.0
        };
        let weights = [length.sqrt(), length, -tau];
        let form = |a: &[[f64; 3]; 3]| {
            let terms = (0..9).map(|at| weights[at / 3] * weights[at % 3] * a[at / 3][at % 3]);
            terms.sum::<f64>()
        };
        floored(form(&self.jackknife), form(&self.degenerate)) + self.quadratic
    }
}
