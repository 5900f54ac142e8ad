//! Scaling: will a bigger model make it go away?
//!
//! **The question.** A part of a tax may be *packing*: a model with more features than
//! dimensions lets unrelated directions overlap, and a wider one lets them apart. The rest is
//! *intrinsic*, and stays. With $m^\prime$ incidental capabilities in random directions the
//! mean rate at width $d$ is
//!
//! $$ E \tau(d) = \tau\_I + (1 - \tau\_I) \frac{m^\prime}{d - k} $$
//!
//! | question | call |
//! |---|---|
//! | what follows from given $\tau\_I$ and $m^\prime$, at all widths | [`ScalingLaw`], [`Growth`], [`RequiredWidth`] |
//! | how a single model scatters about that | [`PackingLaw`] |
//! | how much can be packing, for the directions I have | [`SpectralBound`], [`CoherenceBound`] |
//! | I measured at several widths: what is it made of | [`ScalingData`], [`ScalingFit`], [`ScalingVerdict`] |
//! | at which width is it small enough | [`ScalingFit::width_for`], [`TargetWidth`] |
//! | which law | [`ScalingComparison`], [`ScalingFit::residuals`] |
//!
//! # From the law
//!
//! ```
//! use alignment_tax::{Confidence, Growth, RequiredWidth, ScalingLaw};
//!
//! // One intrinsic capability with a tax of 0.02, and 256 others packed at random.
//! let law = ScalingLaw::new(0.02, 1, Growth::fixed(256.0)?)?;
//! assert_eq!(law.width_for(0.1)?, RequiredWidth::From(3137));
//! assert_eq!(law.width_for(0.01)?, RequiredWidth::Never { limit: 0.02 });
//!
//! // One model of that width scatters about the mean.
//! let model = law.at(3137)?;
//! let interval = model.prediction_interval(Confidence::NINETY_FIVE)?;
//! println!("{:.3}, 95 % {:.3}", model.mean(), interval);
//! assert!(interval.contains(0.1) && interval.width() < 0.03);
//!
//! // If capabilities grow with the width, width alone removes nothing.
//! let law = ScalingLaw::new(0.02, 1, Growth::linear(0.1)?)?;
//! assert!((law.limit().expect("linear growth has one") - 0.118).abs() < 1e-12);
//! # Ok::<(), alignment_tax::Error>(())
//! ```
//!
//! # From measurements
//!
//! Here word vectors were made separately at each width from three resamples of their corpus.
//! Safety is `harmlessness` (*heal* against *wound*), the capability `sentiment` (*happy*
//! against *sad*):
//!
//! ```
//! # #[cfg(feature = "io")] {
//! use alignment_tax::io::SafetensorsFile;
//! use alignment_tax::{Confidence, Evidence, Samples, TaxEstimate};
//! use alignment_tax::{ScalingData, ScalingFit, ScalingModel, ScalingParameter};
//! use alignment_tax::{ScalingVerdict, SeedSpread, TargetWidth};
//!
//! type Failure = Box<dyn std::error::Error>;
//!
//! /// Rows of differences; words of one stem are one unit.
//! fn concept(file: &SafetensorsFile, run: &str, name: &str) -> Result<Samples, Failure> {
//!     let mut units: Vec<usize> = Vec::new();
//!     for line in std::fs::read_to_string("data/wordvectors/pairs.tsv")?.lines() {
//!         let fields: Vec<&str> = line.split('\t').collect();
//!         if fields[0] == name {
//!             units.push(fields[2].parse()?);
//!         }
//!     }
//!     let rows = file.matrix::<f64>(&format!("{run}.{name}"))?;
//!     Ok(Samples::new(&rows)?.with_units(&units)?)
//! }
//!
//! /// The debiased rate of each seed at a width.
//! fn rates(width: usize, seeds: usize) -> Result<Vec<f64>, Failure> {
//!     let path = format!("data/wordvectors/vectors/bootstrap.d{width:04}.safetensors");
//!     let file = SafetensorsFile::open(path)?;
//!     let mut rates = Vec::new();
//!     for seed in 1..=seeds {
//!         let run = format!("d{width}.seed{seed}");
//!         let safety = concept(&file, &run, "harmlessness")?;
//!         let sentiment = concept(&file, &run, "sentiment")?;
//!         let sentiment = [Evidence::Sampled(&sentiment)];
//!         rates.push(TaxEstimate::new(Evidence::Sampled(&safety), &sentiment)?.value());
//!     }
//!     Ok(rates)
//! }
//!
//! let widths = [32, 64, 128, 256];
//! let mut measured = Vec::new();
//! for width in widths {
//!     measured.push(rates(width, 3)?);
//! }
//! let data = ScalingData::from_seeds(
//!     &widths,
//!     &measured.iter().map(Vec::as_slice).collect::<Vec<_>>(),
//!     SeedSpread::Common,
//! )?;
//! let fit = ScalingFit::new(&data, ScalingModel::InverseWidth)?;
//! let level = Confidence::NINETY_FIVE;
//! println!("{fit}");
//! assert!(fit.fits(level));
//! assert_eq!(fit.verdict(0.02, level)?, ScalingVerdict::Mixed);
//! assert!(matches!(fit.width_for(0.05, level)?, TargetWidth::Never { .. }));
//!
//! // Four times as wide as anything that was measured.
//! let prediction = fit.predict(1024, level)?;
//! println!("{prediction:?}");
//! // A power law fits as well, and leaves the limit wide open.
//! let power = ScalingFit::new(&data, ScalingModel::PowerLaw)?;
//! let stays = power.interval(ScalingParameter::Intrinsic, level).expect("its parameter");
//! println!("{power}");
//! assert!(power.fits(level) && stays.width() > 0.2);
//!
//! // That width is in the repository, and not in the package.
//! if let Ok(wide) = rates(1024, 2) {
//!     println!("measured at 1024: {wide:.3?}");
//!     assert!(wide.iter().all(|&rate| rate < prediction.interval[0]));
//!     assert!(wide.iter().all(|&rate| rate > stays.lower()));
//! }
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **How to read it.** Up to $d = 256$ the law $\tau\_0 + \kappa/d$ fits, the verdict is
//! *mixed*, and the answer to "at which width is it below 0.05?" is *never*. At $d = 1024$ both
//! seeds lie below the interval that the law predicts. Nothing was wrong with the fit; the law
//! was wrong for these data, and the widths that were measured did not say so. The power law
//! fits as well, and its interval for what stays reaches below both. A verdict is conditional
//! on its law, and [`Reach::Extrapolated`] says by how much an answer leaves the data.
//!
//! What the intervals contain is what the seeds vary: here the corpus, not the choice of words,
//! which is the same at all widths. Rates go in as they are, negative ones too: clamping them
//! biases the fit.
//!
//! # Bounds for given directions
//!
//! [`SpectralBound`] assumes nothing of the directions: it says how much of the rate the
//! incidental directions can be responsible for, by the extreme eigenvalues of the Gram matrix.
//! The coherence bound of the paper ([`CoherenceBound`]) soon says nothing, and then the answer
//! is a [`Vacuity`], never a number.
//!
//! # What it cannot tell you
//!
//! * What a wider model will *learn*: new capabilities take up room ([`Growth`]), and
//!   representations are not random packings.
//! * Anything beyond the widest model without believing the law.
//! * From one width: a single rate is not intrinsic or packing. That needs widths, or a bound
//!   (theory §9.2).
//!
//! Rests on theory §7; the calibration of fits and verdicts is in `docs/calibration.md`, toy
//! models with a planted answer in `docs/superposition.md`.
//!
//! [`CoherenceBound`]: crate::CoherenceBound
//! [`Growth`]: crate::Growth
//! [`PackingLaw`]: crate::PackingLaw
//! [`Reach::Extrapolated`]: crate::Reach::Extrapolated
//! [`RequiredWidth`]: crate::RequiredWidth
//! [`ScalingComparison`]: crate::ScalingComparison
//! [`ScalingData`]: crate::ScalingData
//! [`ScalingFit`]: crate::ScalingFit
//! [`ScalingFit::residuals`]: crate::ScalingFit::residuals
//! [`ScalingFit::width_for`]: crate::ScalingFit::width_for
//! [`ScalingLaw`]: crate::ScalingLaw
//! [`ScalingVerdict`]: crate::ScalingVerdict
//! [`SpectralBound`]: crate::SpectralBound
//! [`TargetWidth`]: crate::TargetWidth
//! [`Vacuity`]: crate::Vacuity
