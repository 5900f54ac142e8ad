//! The geometry of the alignment tax: what safety costs in capability, read off the
//! angle between them before any training.
//!
//! > R. Young (2026), *What Is the Alignment Tax?*, arXiv:2603.00047.
//!
//! # The theory in a page
//!
//! In the representation space $\mathbb R^d$ of one layer, let $v$ be the unit *safety*
//! direction and $\mathcal C$ the span of unit *capability* directions $c_1, \dots, c_p$
//! with orthogonal projector $P$. A training run or a steering vector moves the
//! representation by $\delta$, with $\lVert \delta \rVert \le B$; to first order safety
//! gains $s = \langle v, \delta \rangle$ and a capability changes by
//! $y_i = \langle c_i, \delta \rangle$.
//!
//! **The tax rate** is the squared cosine of the angle between the two:
//!
//! $$ \tau = \lVert P v \rVert^2 = \cos^2 \alpha $$
//!
//! At $\tau = 0$ safety is free, at $\tau = 1$ it is paid one to one. [`TaxRate`] holds
//! $\tau$ and $1 - \tau$, each with its own digits; [`Attribution`] says which capability
//! pays, with which sign, and how much of the tax is its own; [`TaxSpectrum`] is the same
//! for a safety subspace.
//!
//! **The frontier.** What a budget can achieve against one capability is a filled
//! ellipse, and the largest safety gain at a capability change $c$ is
//!
//! $$ s(c) = c \cos\alpha + \sin\alpha \sqrt{B^2 - c^2} $$
//!
//! with $\cos\alpha = \langle v, c \rangle$ signed: below zero it is a tax, above zero a
//! synergy. That is [`ParetoFrontier`]. Where every displacement of a capability
//! subspace counts as cost, a gain up to $B \sin\alpha$ is free, and beyond it the cost is
//!
//! $$ \kappa(s) = s \cos\alpha - \sin\alpha \sqrt{B^2 - s^2} $$
//!
//! That is [`PreservationFrontier`]. [`OptimalShift`] is the $\delta$ that attains either,
//! measured after it is built.
//!
//! Of many named [`Objectives`] only the inner products matter. What a budget achieves in
//! all of them is an ellipsoid, [`GainEllipsoid`]; how much safety there is if capability i
//! may lose up to $\varepsilon_i$, and what each of these floors costs, is [`Floors`].
//!
//! **Freezing.** Where a set of capabilities must not move, what counts of two goals
//! $v\_1, v\_2$ is what is left of them outside its span, at the angle
//!
//! $$ \cos\theta = \frac{\rho - a^\top G^{+} b}{\sqrt{(1 - \tau\_1)(1 - \tau\_2)}}, \qquad \rho = \langle v\_1, v\_2 \rangle $$
//!
//! so that freezing can end a fight $\rho < 0$, and can start one. [`Objectives::freeze`] gives
//! objectives again; [`Conflict`] has the verdict, [`ConflictEstimate`] the same from
//! samples, [`FreezeSearch`] looks for what to freeze at the least loss, and [`JointGain`] says
//! what many goals can gain at once.
//!
//! **How sure.** Noise in an estimated $v$ lies mostly outside $\mathcal C$, so the rate of
//! a noisy direction is too small. Products of *different* samples $x_i$ of the
//! unnormalised vector have no such bias:
//!
//! $$ \hat\tau = \frac{\sum_{i \ne j} \langle P x_i, P x_j \rangle}{\sum_{i \ne j} \langle x_i, x_j \rangle} $$
//!
//! That is [`TaxEstimate`] for a known $\mathcal C$; it knows of noise in the capabilities
//! too, has an interval, and is an error where samples do not tell the vector from zero.
//! By chance a direction has the rate $\text{Beta}(m/2, (d - m)/2)$ if it is isotropic,
//! mean $m/d$ ([`IsotropicNull`]), and far more if it has the covariance of activations
//! ([`CovarianceNull`]). [`Measurement`] asks all of it in one call.
//!
//! **Scaling.** Of the tax a part is intrinsic, $\tau_I$, and a part is packing: with $m^\prime$
//! incidental capabilities in uniformly random directions the expected rate at width d is
//!
//! $$ E \tau = \tau_I + (1 - \tau_I) \frac{m^\prime}{d - k} $$
//!
//! k the dimension of the intrinsic subspace. [`ScalingLaw`] has it for all widths,
//! [`PackingLaw`] the exact law at one; [`SpectralBound`] assumes nothing of the directions.
//! [`ScalingFit`] tells the two parts apart from rates measured at several widths, and says
//! at which width the tax is small enough, or that it never is.
//!
//! # A worked example
//!
//! ```
//! use alignment_tax::{Budget, Confidence, Evidence, PreservationBand, Samples, TaxEstimate};
//! use nalgebra::{DMatrix, dmatrix};
//!
//! // Activations, one sample a row: pairs that differ in a concept, plus over minus.
//! let honest: DMatrix<f64> = dmatrix![2.9, 0.2, 0.0; 3.1, -0.1, 0.3; 3.0, 0.3, 0.1; 2.8, 0.1, 0.2];
//! let deceptive: DMatrix<f64> = dmatrix![0.1, 1.9, 0.1; 0.0, 2.1, 0.2; 0.2, 2.0, 0.0; 0.1, 1.8, 0.1];
//! let fluent: DMatrix<f64> = dmatrix![0.0, 2.0, 0.1; 0.3, 1.8, 0.0; 0.1, 2.1, 0.2; 0.2, 1.9, 0.1];
//! let clumsy: DMatrix<f64> = dmatrix![0.2, 0.1, 0.0; 0.1, 0.0, 0.1; 0.0, 0.2, 0.0; 0.1, 0.1, 0.2];
//!
//! let safety = Samples::paired(&honest, &deceptive)?;
//! let fluency = Samples::paired(&fluent, &clumsy)?;
//! let tax = TaxEstimate::new(Evidence::Sampled(&safety), &[Evidence::Sampled(&fluency)])?;
//! println!("tau = {:.3}, 95 % {:.3}", tax.value(), tax.interval(Confidence::NINETY_FIVE));
//! assert!(tax.overlaps()[0].value() < 0.0, "here honesty costs fluency");
//!
//! let band = PreservationBand::new(&tax, Budget::new(1.0_f64)?, Confidence::NINETY_FIVE);
//! println!("free: {:.2} of the budget", band.free_gain());
//! println!("all of it costs {:.2}", band.min_cost(1.0)?);
//! assert!((tax.value() - 0.266_f64).abs() < 5e-3);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The guide
//!
//! [`guide`] has a chapter for each question that one brings: [what to bring](guide::evidence), [how
//! large the tax is](guide::tax), [what safety costs](guide::plan), [whether goals
//! fight](guide::conflicts), [what a bigger model does](guide::scaling) and [how to look at
//! it](guide::looking); then how to export activations and gradients [from
//! Python](guide::from_python), and [every type with one line](guide::index).
//!
//! # Index
//!
//! | question | types |
//! |---|---|
//! | a direction from samples | [`PairedContrast`], [`Contrast`], [`Direction`] |
//! | the same against the noise of the samples | [`Whitened`], [`ShrunkCovariance`], [`Shrinkage`], [`Frame`] |
//! | massive coordinates, collinear capabilities | [`CoordinateShares`], [`Moment`], [`Collinearity`] |
//! | samples in batches or shards | [`Moments`], [`CoordinateMoments`], [`CrossMoments`], [`ContrastMoments`] |
//! | another inner product; a vector or a covector | [`Metric`], [`Vector`], [`Covector`] |
//! | a subspace, its rank and the evidence for it | [`Subspace`], [`RankRule`] |
//! | angles between subspaces and their distances | [`PrincipalAngles`], [`PrincipalVectors`] |
//! | how large is the tax | [`TaxRate`], [`TaxSpectrum`], [`Overlap`], [`Regime`] |
//! | how sure is that | [`TaxEstimate`], [`OverlapEstimate`], [`Samples`], [`Evidence`], [`Interval`], [`Confidence`], [`TaxBootstrap`] |
//! | who pays it, and with which sign | [`Attribution`], [`ShapleyMethod`] |
//! | is it more than chance | [`CovarianceNull`], [`IsotropicNull`], [`NullSample`], [`PValue`], [`MonteCarlo`] |
//! | is there a concept at all | [`SignFlips`], [`Relabelling`] |
//! | named objectives and their inner products | [`Objectives`] |
//! | do two goals fight, and does freezing a capability end it | [`Conflict`], [`ConflictVerdict`] |
//! | which capabilities to freeze, and at what loss | [`FreezeSearch`], [`FreezePlan`], [`SearchMethod`], [`FrozenGoals`] |
//! | what several goals can gain at once, and which is the bottleneck | [`JointGain`] |
//! | the same from samples, and how sure of it one may be | [`ConflictEstimate`], [`VerdictProbabilities`] |
//! | many layers at once | [`benjamini_hochberg`], [`holm`] |
//! | all of it in one call | [`Measurement`], [`Concept`], [`MeasurementOptions`], [`MeasurementRecord`] |
//! | the same for many layers | [`Profile`], [`Task`], [`Adjusted`] |
//! | what does safety cost | [`PreservationFrontier`], [`PreservationBand`], [`ParetoFrontier`], [`Budget`] |
//! | what can be gained in all objectives at once | [`GainEllipsoid`] |
//! | updates that spare capabilities, and what they give up | [`UpdateRule`], [`UpdateProjection`] |
//! | the changes of capabilities fixed | [`FixedTargets`] |
//! | which capability may lose how much | [`Floors`], [`FloorOptimum`], [`FloorCurve`] |
//! | which shift achieves it | [`OptimalShift`] |
//! | what did a real update buy, pay and waste | [`Audit`], [`AuditEstimate`], [`Jackknifed`], [`Forecast`] |
//! | what width does to a tax of known parts | [`ScalingLaw`], [`PackingLaw`], [`Growth`], [`RequiredWidth`] |
//! | how much of it can be packing, for given directions | [`SpectralBound`], [`CoherenceBound`], [`ResidualBound`], [`Vacuity`] |
//! | will a wider model remove a tax that was measured at several widths | [`ScalingData`], [`SeedSpread`], [`ScalingFit`], [`ScalingModel`], [`ScalingParameter`], [`ScalingVerdict`], [`TargetWidth`] |
//! | which law do the rates follow, and which width speaks against it | [`ScalingComparison`], [`ModelScore`], [`ScalingResidual`], [`ScalingInfluence`] |
//! | the tax at a width that nobody has measured | [`ScalingPrediction`], [`Reach`] |
//! | what it looks like | `plot` (feature `plot`) |
//! | what a notebook shows | [`Card`], `card` and `evcxr_display` of the types |
//! | all of it on a page | `report` (feature `plot`) |
//! | reading files from Python | `io` (feature `io`), [`guide::from_python`] |
//! | what went wrong | [`Error`], [`FrontierError`], [`MeasurementError`] |
//! | linear algebra, tolerances, scalars | [`linalg`], [`tolerance`], [`Real`] |
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `faer` | yes | blocked kernels for f32 and f64; without it a portable Jacobi SVD, same results to rounding |
//! | `num-dual` | no | dual numbers as scalars, for derivatives of τ |
//! | `rayon` | no | Monte Carlo and profiles over layers on all cores, results the same on any number of threads |
//! | `serde` | no | records and accumulators can be written and read; reading validates accumulators, records are plain data |
//! | `io` | no | readers for `.npy`, `.npz` and `.safetensors` |
//! | `plot` | no | figures as SVG, on light and dark pages; measurements as one HTML page |
//!
//! Features never change a type or a bound.
//!
//! # In a notebook
//!
//! In evcxr (Rust for Jupyter) put `:dep alignment-tax = { path = "…", features = ["io", "plot"] }`
//! and `:dep nalgebra = "0.35"` in the first cell, with the source of the standard library at hand
//! (`rustup component add rust-src`), and paste any example of this documentation below it as it
//! stands; some need `rand` or another feature besides. Variables outlive their cell, and so
//! in yours too: a variable at the top of a cell owns what it holds, and is told the type that comes
//! of a macro: `let m: DMatrix<f64> = dmatrix![…];`. What borrows, such as [`Evidence`], is made in
//! the expression that uses it, or between braces.
//! More in [`guide::looking`]; `notebooks/` in the repository has five worked notebooks.
//! End a cell with a result, such as a [`TaxRate`] or a [`Measurement`], to see its [`Card`];
//! with the feature `plot` it has pictures.
//!
//! # Limits
//!
//! The theory is first order and linear, speaks of population averages, and is silent on
//! what "safe" means: a direction is what its prompts contrast. A rate of noisy directions
//! ([`TaxRate`], [`Attribution`]) is a *plug-in* value and looks freer than it is;
//! [`TaxEstimate`] takes the bias off and gives an interval, which is approximate: how
//! often it covers is known by simulation in the settings of `docs/calibration.md` and
//! nowhere else. Shapley and unique shares and the signed frontier have no interval.
//! [`FreezeSearch`], [`FrozenGoals`] and [`JointGain`] take directions for exact: what a search
//! finds in noisy ones is a candidate, which [`ConflictEstimate`] has to confirm, on samples
//! that the search has not seen.
//! A null is that of an estimated covariance. Neither interval nor null knows of
//! dependence that the samples do not declare by their units. Types keep vectors and covectors
//! apart only up to [`Direction`]: from there on all directions are taken to be of one space,
//! the plain one or the whitened coordinates of one [`Metric`].
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod angles;
mod audit;
mod chance;
mod conflict;
mod diagnose;
mod direction;
mod error;
mod estimate;
mod frontier;
pub mod guide;
#[cfg(feature = "io")]
pub mod io;
pub mod linalg;
mod markup;
mod measure;
mod metric;
mod monte_carlo;
mod notebook;
mod objectives;
mod parallel;
#[cfg(feature = "plot")]
pub mod plot;
mod real;
#[cfg(feature = "plot")]
pub mod report;
mod scaling;
mod special;
mod subspace;
mod tax;
pub mod tolerance;

pub use angles::{PrincipalAngles, PrincipalVectors};
pub use audit::{Audit, AuditEstimate, Forecast, Jackknifed};
pub use chance::{
    CovarianceNull, IsotropicNull, Labelings, NullSample, ObservedRate, PValue, PermutationTest,
    Relabelling, SignFlips, benjamini_hochberg, holm,
};
pub use conflict::{
    Conflict, ConflictEstimate, ConflictVerdict, FreezePlan, FreezeSearch, FrozenGoals, JointGain,
    SearchMethod, VerdictProbabilities,
};
pub use diagnose::{Collinearity, CoordinateShares, Moment};
pub use direction::Direction;
pub use error::{Error, SamplesNeeded};
pub use estimate::{
    Confidence, Contrast, ContrastMoments, CoordinateMoments, CrossMoments, Evidence, Frame,
    Interval, Moments, OverlapEstimate, PairedContrast, Samples, Shrinkage, ShrunkCovariance,
    Whitened,
};
pub use frontier::{
    Budget, FixedTargets, FloorCurve, FloorKink, FloorOptimum, FloorPoint, Floors, FrontierError,
    FrontierPoint, GainEllipsoid, Interaction, OptimalShift, ParetoFrontier, PreservationBand,
    PreservationFrontier, RuleGain, UpdateProjection, UpdateRule,
};
pub use linalg::RankRule;
pub use measure::{
    Adjusted, CapabilityRecord, ChanceRecord, Concept, CostRecord, Measurement, MeasurementError,
    MeasurementOptions, MeasurementRecord, NullRecord, OverlapRecord, Profile, SampleRecord, Task,
    TaxRecord,
};
pub use metric::{Covector, Metric, Vector};
pub use monte_carlo::MonteCarlo;
pub use notebook::Card;
pub use objectives::Objectives;
pub use real::Real;
pub use scaling::{
    CoherenceBound, Growth, ModelScore, PackingLaw, Reach, RequiredWidth, ResidualBound,
    ScalingComparison, ScalingData, ScalingFit, ScalingInfluence, ScalingLaw, ScalingModel,
    ScalingParameter, ScalingPrediction, ScalingResidual, ScalingVerdict, SeedSpread,
    SpectralBound, TargetWidth, Vacuity,
};
pub use subspace::Subspace;
pub use tax::{
    Attribution, Overlap, Regime, RegimeThresholds, ShapleyMethod, TaxBootstrap, TaxEstimate,
    TaxRate, TaxSpectrum,
};
