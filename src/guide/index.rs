//! Every public type, grouped by the question it answers, with one line each.
//!
//! A test (`tests/guide/index.rs`) fails if an item of the crate is missing here, or if something
//! here is no longer in the crate.
//!
//! # What you bring
//!
//! | type | one line |
//! |---|---|
//! | [`Direction`] | a unit vector with its sign; overlap and angle with another |
//! | [`Subspace`] | the span of columns, directions or principal components, with its rank and the evidence for it |
//! | [`RankRule`] | from which singular value on a direction counts |
//! | [`PrincipalAngles`], [`PrincipalVectors`] | the angles between two subspaces, the vectors that enclose them, nine named distances |
//! | [`Samples`] | noisy rows of an unnormalised vector, and which rows belong together |
//! | [`Evidence`] | a direction that is known, or samples of it |
//! | [`PairedContrast`] | the direction of pairs: their mean difference, or its top component |
//! | [`Contrast`] | the direction between two independent classes |
//! | [`Whitened`] | a contrast against the noise of its samples; [`Frame`] says whether it is a covector |
//! | [`Frame`] | the space that a whitened direction belongs to |
//! | [`ShrunkCovariance`], [`Shrinkage`] | a covariance that can be inverted, and how far it was shrunk |
//! | [`Moments`], [`CoordinateMoments`] | count, mean and scatter of samples, batch by batch and mergeable |
//! | [`CrossMoments`] | the same of two sets of rows side by side |
//! | [`ContrastMoments`] | the same of a plus and a minus class |
//! | [`Metric`] | another inner product: Fisher information, causal, diagonal, low rank |
//! | [`Vector`], [`Covector`] | a shift, and a gradient or probe weight; only a metric turns one into the other |
//! | [`Objectives`] | named unit objectives and their inner products, from directions, gradients or a Gram matrix |
//! | [`Concept`], [`Task`] | named samples, and the question put to them, for a whole measurement |
//! | [`CoordinateShares`], [`Moment`] | massive coordinates, and about which origin they were counted |
//! | [`Collinearity`] | how nearly directions are combinations of each other |
//! | `io` | `.npy`, `.npz` and `.safetensors` (feature `io`): `read_npy`, `read_npz`, `npz_arrays`, `read_safetensors`, `SafetensorsFile`, `TensorInfo`, `RowBatches`, `read_npy_batches`, `read_safetensors_batches`, `MemoryLimit`, `ReadError` |
//!
//! # How large is the tax, and how sure are we
//!
//! See [`guide::tax`](crate::guide::tax).
//!
//! | type | one line |
//! |---|---|
//! | [`TaxRate`] | τ and 1 − τ of known directions, each with its own digits |
//! | [`Regime`], [`RegimeThresholds`] | free, mixed or entangled, by thresholds of yours |
//! | [`TaxSpectrum`] | the rates of a safety subspace, and the directions of it that are free |
//! | [`Overlap`] | the conventions by which subspaces are said to overlap, by name |
//! | [`Attribution`] | which capability pays, with which sign: overlap, own, unique and Shapley share |
//! | [`ShapleyMethod`] | whether Shapley shares were enumerated or sampled |
//! | [`TaxEstimate`] | τ from samples without the bias of noise, with interval and p-value |
//! | [`OverlapEstimate`] | the signed overlap of one capability, likewise |
//! | [`TaxBootstrap`] | a second witness for the interval, by resampling |
//! | [`Interval`], [`Confidence`] | an interval, and its level |
//! | [`ObservedRate`] | a rate as it is put to a test, by whatever it was measured |
//! | [`IsotropicNull`] | the Beta law of a uniformly random direction |
//! | [`CovarianceNull`], [`NullSample`] | random directions with the covariance of the activations; what they gave |
//! | [`SignFlips`], [`Relabelling`] | is there a concept at all: pairs flipped, groups relabelled |
//! | [`PermutationTest`], [`Labelings`] | what these tests return: p-values, and how many labellings stand behind them |
//! | [`PValue`] | a p-value with its Monte Carlo error |
//! | [`MonteCarlo`] | how many replicates, and who watches the progress |
//! | [`holm`], [`benjamini_hochberg`] | p-values adjusted for their number |
//! | [`Measurement`], [`MeasurementOptions`] | all of it in one call, and how it is made |
//! | [`Profile`], [`Adjusted`] | the same for many layers and concepts, and their adjusted p-values |
//!
//! # What does safety cost, and which shift achieves it
//!
//! See [`guide::plan`](crate::guide::plan).
//!
//! | type | one line |
//! |---|---|
//! | [`Budget`] | the length that a shift may have, or the KL divergence |
//! | [`ParetoFrontier`] | the ellipse: signed trade-off between safety and one capability |
//! | [`FrontierPoint`], [`Interaction`] | a point of it; tax, synergy or independence |
//! | [`PreservationFrontier`] | the cost of safety where every displacement of the capabilities counts |
//! | [`PreservationBand`] | the same at both ends of an interval for τ |
//! | [`OptimalShift`] | the shift that attains a frontier, measured after it is built |
//! | [`Floors`] | what each capability may lose at most |
//! | [`FloorOptimum`] | the most safety under floors: prices, binding floors, shift, duality gap |
//! | [`FloorCurve`], [`FloorPoint`], [`FloorKink`] | the trade-off over one floor, its points and its kinks |
//! | [`FixedTargets`] | the most safety at given changes of the capabilities |
//! | [`GainEllipsoid`] | everything that a budget achieves in all objectives at once |
//! | [`UpdateRule`], [`RuleGain`] | projections that spare capabilities, and what each gives up |
//! | [`UpdateProjection`] | such a rule applied to gradients |
//! | [`Audit`] | what a real shift bought, paid, moved in vain and wasted |
//! | [`AuditEstimate`], [`Jackknifed`] | the same from samples, and its numbers with standard errors |
//! | [`Forecast`] | the change of each metric by its slope, beside the measured one |
//!
//! # Do safety goals fight, and what to freeze
//!
//! See [`guide::conflicts`](crate::guide::conflicts).
//!
//! | type | one line |
//! |---|---|
//! | [`Conflict`] | two goals before and after capabilities are frozen |
//! | [`ConflictVerdict`] | resolved, mediated, unchanged, amplified, created, or no conflict |
//! | [`ConflictEstimate`] | the same from samples, with intervals for both cosines |
//! | [`VerdictProbabilities`] | how probable each verdict is, and which one is decided |
//! | [`FreezeSearch`], [`SearchMethod`] | which capabilities to freeze, over all subsets or greedily |
//! | [`FreezePlan`] | what the search found: the best, the Pareto set, near misses |
//! | [`FrozenGoals`] | all pairs of goals under one set of frozen capabilities |
//! | [`JointGain`] | what several goals can gain at once, and which is the bottleneck |
//!
//! # Will a bigger model make it go away
//!
//! See [`guide::scaling`](crate::guide::scaling).
//!
//! | type | one line |
//! |---|---|
//! | [`ScalingLaw`] | the expected tax at every width, and its limit |
//! | [`Growth`] | how many incidental capabilities there are at each width |
//! | [`PackingLaw`] | the exact law at one width: quantiles, intervals, simulation |
//! | [`RequiredWidth`] | the width at which the law falls to a target, or never |
//! | [`SpectralBound`], [`CoherenceBound`] | how much can be packing, for given directions |
//! | [`ResidualBound`], [`Vacuity`] | what such a bound says, or why it says nothing |
//! | [`ScalingData`], [`SeedSpread`] | rates at several widths, and what is known of their noise |
//! | [`ScalingModel`], [`ScalingParameter`] | the laws that can be fitted, and their parameters |
//! | [`ScalingFit`] | a fit: estimates, intervals, goodness of fit |
//! | [`ScalingVerdict`] | packing, intrinsic, mixed, negligible or undecided |
//! | [`ScalingPrediction`], [`Reach`] | the mean tax at a width, and whether the data reach there |
//! | [`TargetWidth`] | the width for a target, with its uncertainty |
//! | [`ScalingComparison`], [`ModelScore`] | several laws side by side by AICc |
//! | [`ScalingResidual`], [`ScalingInfluence`] | what each width says against the fit, and what it does to it |
//!
//! # Looking, and what went wrong
//!
//! See [`guide::looking`](crate::guide::looking).
//!
//! | type | one line |
//! |---|---|
//! | `plot` | figures as SVG (feature `plot`), a builder for each: frontier, cost, spectrum, shares, layers, matrix, scaling |
//! | `report` | a measurement as one HTML file (feature `plot`) |
//! | `Card` | what a notebook shows at the end of a cell |
//! | [`MeasurementRecord`] | a measurement as plain data, to print and to write |
//! | [`SampleRecord`], [`TaxRecord`], [`CostRecord`], [`CapabilityRecord`], [`OverlapRecord`], [`ChanceRecord`], [`NullRecord`] | its parts |
//! | [`Error`], [`SamplesNeeded`] | a wrong input, and how many samples would do |
//! | [`FrontierError`] | a request that no budget meets |
//! | [`MeasurementError`] | which concept of a measurement is at fault |
//! | [`Real`] | the scalars: f32, f64, dual numbers, your own |
//! | [`linalg`](crate::linalg) | `ThinSvd`, `RankRule`, `hard_threshold`: linear algebra that checks its input |
//! | [`tolerance`](crate::tolerance) | every tolerance, with its reason |
//!
//! [`Adjusted`]: crate::Adjusted
//! [`Attribution`]: crate::Attribution
//! [`Audit`]: crate::Audit
//! [`AuditEstimate`]: crate::AuditEstimate
//! [`Budget`]: crate::Budget
//! [`CapabilityRecord`]: crate::CapabilityRecord
//! [`ChanceRecord`]: crate::ChanceRecord
//! [`CoherenceBound`]: crate::CoherenceBound
//! [`Collinearity`]: crate::Collinearity
//! [`Concept`]: crate::Concept
//! [`Confidence`]: crate::Confidence
//! [`Conflict`]: crate::Conflict
//! [`ConflictEstimate`]: crate::ConflictEstimate
//! [`ConflictVerdict`]: crate::ConflictVerdict
//! [`Contrast`]: crate::Contrast
//! [`ContrastMoments`]: crate::ContrastMoments
//! [`CoordinateMoments`]: crate::CoordinateMoments
//! [`CoordinateShares`]: crate::CoordinateShares
//! [`CostRecord`]: crate::CostRecord
//! [`CovarianceNull`]: crate::CovarianceNull
//! [`Covector`]: crate::Covector
//! [`CrossMoments`]: crate::CrossMoments
//! [`Direction`]: crate::Direction
//! [`Error`]: crate::Error
//! [`Evidence`]: crate::Evidence
//! [`FixedTargets`]: crate::FixedTargets
//! [`FloorCurve`]: crate::FloorCurve
//! [`FloorKink`]: crate::FloorKink
//! [`FloorOptimum`]: crate::FloorOptimum
//! [`FloorPoint`]: crate::FloorPoint
//! [`Floors`]: crate::Floors
//! [`Forecast`]: crate::Forecast
//! [`Frame`]: crate::Frame
//! [`FreezePlan`]: crate::FreezePlan
//! [`FreezeSearch`]: crate::FreezeSearch
//! [`FrontierError`]: crate::FrontierError
//! [`FrontierPoint`]: crate::FrontierPoint
//! [`FrozenGoals`]: crate::FrozenGoals
//! [`GainEllipsoid`]: crate::GainEllipsoid
//! [`Growth`]: crate::Growth
//! [`Interaction`]: crate::Interaction
//! [`Interval`]: crate::Interval
//! [`IsotropicNull`]: crate::IsotropicNull
//! [`Jackknifed`]: crate::Jackknifed
//! [`JointGain`]: crate::JointGain
//! [`Labelings`]: crate::Labelings
//! [`Measurement`]: crate::Measurement
//! [`MeasurementError`]: crate::MeasurementError
//! [`MeasurementOptions`]: crate::MeasurementOptions
//! [`MeasurementRecord`]: crate::MeasurementRecord
//! [`Metric`]: crate::Metric
//! [`ModelScore`]: crate::ModelScore
//! [`Moment`]: crate::Moment
//! [`Moments`]: crate::Moments
//! [`MonteCarlo`]: crate::MonteCarlo
//! [`NullRecord`]: crate::NullRecord
//! [`NullSample`]: crate::NullSample
//! [`Objectives`]: crate::Objectives
//! [`ObservedRate`]: crate::ObservedRate
//! [`OptimalShift`]: crate::OptimalShift
//! [`Overlap`]: crate::Overlap
//! [`OverlapEstimate`]: crate::OverlapEstimate
//! [`OverlapRecord`]: crate::OverlapRecord
//! [`PValue`]: crate::PValue
//! [`PackingLaw`]: crate::PackingLaw
//! [`PairedContrast`]: crate::PairedContrast
//! [`ParetoFrontier`]: crate::ParetoFrontier
//! [`PermutationTest`]: crate::PermutationTest
//! [`PreservationBand`]: crate::PreservationBand
//! [`PreservationFrontier`]: crate::PreservationFrontier
//! [`PrincipalAngles`]: crate::PrincipalAngles
//! [`PrincipalVectors`]: crate::PrincipalVectors
//! [`Profile`]: crate::Profile
//! [`RankRule`]: crate::RankRule
//! [`Reach`]: crate::Reach
//! [`Real`]: crate::Real
//! [`Regime`]: crate::Regime
//! [`RegimeThresholds`]: crate::RegimeThresholds
//! [`Relabelling`]: crate::Relabelling
//! [`RequiredWidth`]: crate::RequiredWidth
//! [`ResidualBound`]: crate::ResidualBound
//! [`RuleGain`]: crate::RuleGain
//! [`SampleRecord`]: crate::SampleRecord
//! [`Samples`]: crate::Samples
//! [`SamplesNeeded`]: crate::SamplesNeeded
//! [`ScalingComparison`]: crate::ScalingComparison
//! [`ScalingData`]: crate::ScalingData
//! [`ScalingFit`]: crate::ScalingFit
//! [`ScalingInfluence`]: crate::ScalingInfluence
//! [`ScalingLaw`]: crate::ScalingLaw
//! [`ScalingModel`]: crate::ScalingModel
//! [`ScalingParameter`]: crate::ScalingParameter
//! [`ScalingPrediction`]: crate::ScalingPrediction
//! [`ScalingResidual`]: crate::ScalingResidual
//! [`ScalingVerdict`]: crate::ScalingVerdict
//! [`SearchMethod`]: crate::SearchMethod
//! [`SeedSpread`]: crate::SeedSpread
//! [`ShapleyMethod`]: crate::ShapleyMethod
//! [`Shrinkage`]: crate::Shrinkage
//! [`ShrunkCovariance`]: crate::ShrunkCovariance
//! [`SignFlips`]: crate::SignFlips
//! [`SpectralBound`]: crate::SpectralBound
//! [`Subspace`]: crate::Subspace
//! [`TargetWidth`]: crate::TargetWidth
//! [`Task`]: crate::Task
//! [`TaxBootstrap`]: crate::TaxBootstrap
//! [`TaxEstimate`]: crate::TaxEstimate
//! [`TaxRate`]: crate::TaxRate
//! [`TaxRecord`]: crate::TaxRecord
//! [`TaxSpectrum`]: crate::TaxSpectrum
//! [`UpdateProjection`]: crate::UpdateProjection
//! [`UpdateRule`]: crate::UpdateRule
//! [`Vacuity`]: crate::Vacuity
//! [`Vector`]: crate::Vector
//! [`VerdictProbabilities`]: crate::VerdictProbabilities
//! [`Whitened`]: crate::Whitened
//! [`benjamini_hochberg`]: crate::benjamini_hochberg
//! [`holm`]: crate::holm
