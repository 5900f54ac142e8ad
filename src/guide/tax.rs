//! The tax: how large, more than chance, how sure, who pays, and with which sign.
//!
//! **The question.** Of a shift along the safety direction $v$, how much moves capabilities?
//! The tax rate is
//!
//! $$ \tau = \lVert P v \rVert^2 = \cos^2 \alpha $$
//!
//! $P$ the projector onto the span of the capabilities: 0 is free, 1 is paid one to one. Behind
//! one number there are five questions, and a call for each:
//!
//! | question | call |
//! |---|---|
//! | how large, of known directions | [`TaxRate::between`] |
//! | how large, from samples, and how sure | [`TaxEstimate`], [`TaxEstimate::interval`] |
//! | which capability pays, and with which sign | [`TaxEstimate::overlaps`], [`Attribution`] |
//! | is it more than a random direction would have | [`CovarianceNull`] |
//! | is there a concept at all | [`SignFlips`], [`Relabelling`] |
//! | all of it, as a report | [`Measurement`] |
//!
//! # From samples
//!
//! Not manipulating against persuasion and code, in SmolLM2-135M-Instruct after block 18: 72
//! pairs a concept, from 18 to 22 templates.
//!
//! ```
//! # #[cfg(feature = "io")] {
//! use alignment_tax::io::SafetensorsFile;
//! use alignment_tax::{Confidence, Evidence, Samples, TaxEstimate};
//! use nalgebra::DMatrix;
//!
//! /// Plus less minus of a concept, one row a pair; the pairs of a template are one unit.
//! fn concept(
//!     name: &str,
//!     per_template: usize,
//!     first: usize,
//! ) -> Result<Samples, Box<dyn std::error::Error>> {
//!     let file = SafetensorsFile::open("data/smollm2/activations/layer18.mean.safetensors")?;
//!     let mut rows = Vec::new();
//!     for split in ["train", "heldout"] {
//!         let plus = file.matrix::<f64>(&format!("{name}.{split}.plus"))?;
//!         let minus = file.matrix::<f64>(&format!("{name}.{split}.minus"))?;
//!         rows.extend((plus - minus).row_iter().map(|row| row.into_owned()));
//!     }
//!     // 48 pairs for training, then 24 held out, four of each template.
//!     let template = |row| if row < 48 { row / per_template } else { 20 + (row - 48) / 4 };
//!     let units: Vec<usize> = (0..rows.len()).map(|row| first + template(row)).collect();
//!     Ok(Samples::new(&DMatrix::from_rows(&rows))?.with_units(&units)?)
//! }
//! let safety = concept("manipulation", 3, 0)?;
//! let persuasion = concept("persuasion", 4, 100)?;
//! let code = concept("code", 4, 200)?;
//!
//! let tax = TaxEstimate::new(
//!     Evidence::Sampled(&safety),
//!     &[Evidence::Sampled(&persuasion), Evidence::Sampled(&code)],
//! )?;
//! let level = Confidence::NINETY_FIVE;
//! let interval = tax.interval(level);
//! println!("plug-in {:.3}", tax.plug_in().value());
//! println!("tau = {:.3}, 95 % {interval:.3}", tax.value());
//! for overlap in tax.overlaps() {
//!     println!("{:+.3}, 95 % {:+.3}", overlap.value(), overlap.interval(level));
//!     println!("p = {:.4}", overlap.p_value(0.0)?);
//! }
//! assert!((tax.value() - 0.089).abs() < 5e-4 && tax.plug_in().value() < tax.value());
//! assert!((interval.lower() - 0.026).abs() < 5e-4 && (interval.upper() - 0.324).abs() < 5e-4);
//! assert!((tax.overlaps()[0].value() + 0.312).abs() < 5e-4);
//! assert!((tax.overlaps()[1].value() - 0.128).abs() < 5e-4);
//! assert!(tax.overlaps().iter().all(|overlap| !overlap.interval(level).contains(0.0)));
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **How to read it.** Between 0.026 and 0.324 of the squared safety direction lies in the span
//! of the two, most likely 0.089. The overlap with persuasion is $-0.312$: what makes texts
//! less manipulative makes them less rousing. With code it is $+0.128$, and both intervals
//! exclude zero.
//!
//! The *plug-in* is the rate of the mean directions as they are: noise in $v$ lies mostly
//! outside the span, so that it looks freer than it is. $\hat\tau$ uses only products of rows
//! of different units, which have no such bias, and may lie a little outside $[0, 1]$. The
//! interval inverts a test; how often it covers is simulated in `docs/calibration.md`, failures
//! included. A mean that is not three standard errors from zero is [`Error::Undersampled`],
//! with the number of samples it would take.
//!
//! **The sign.** An overlap $\langle v, c_i \rangle$ below zero is a tax: moving along $v$
//! lowers that capability. Above zero it is a synergy. $\tau$ cannot tell the two apart, so
//! look at the overlaps. With many capabilities adjust their p-values ([`holm`]).
//!
//! # Who pays
//!
//! Rates of single capabilities do not add up to $\tau$ unless these are orthogonal. Shapley
//! shares do:
//!
//! ```
//! use alignment_tax::{Attribution, Direction};
//!
//! let safety = Direction::from_slice(&[0.6_f64, -0.6, 0.5291502622129182])?;
//! // Two capabilities that are nearly the same, and one apart.
//! let capabilities = [
//!     Direction::from_slice(&[1.0_f64, 0.0, 0.0])?,
//!     Direction::from_slice(&[1.0_f64, 0.1, 0.0])?,
//!     Direction::from_slice(&[0.0_f64, 1.0, 0.0])?,
//! ];
//! let shares = Attribution::exact(&safety, &capabilities)?;
//! assert!((shares.total().value() - 0.72).abs() < 1e-14);
//! assert!((shares.shapley().sum() - 0.72).abs() < 1e-14);
//! assert!(shares.individual().iter().map(|rate| rate.value()).sum::<f64>() > 0.9); // counted twice
//! assert!(shares.overlaps()[2] < 0.0 && shares.overlaps()[0] > 0.0);
//! // Any two of them span the plane: no one's absence would change a thing.
//! assert!(shares.unique().iter().all(|own| own.abs() < 1e-14));
//! # Ok::<(), alignment_tax::Error>(())
//! ```
//!
//! # More than chance
//!
//! Activations are far from isotropic, and a random direction of *their* covariance has many
//! times the rate $m/d$ of a uniformly random one. [`IsotropicNull`] is the second, exact and
//! rarely the right question; [`CovarianceNull`] is the first:
//!
//! ```
//! # #[cfg(feature = "io")] {
//! use alignment_tax::io::SafetensorsFile;
//! use alignment_tax::{CovarianceNull, IsotropicNull, MonteCarlo, PairedContrast, Subspace, TaxRate};
//! use rand::{SeedableRng, rngs::ChaCha8Rng};
//!
//! let file = SafetensorsFile::open("data/smollm2/activations/layer18.mean.safetensors")?;
//! let mut groups = Vec::new();
//! let mut directions = Vec::new();
//! for name in [
//!     "manipulation", "persuasion", "arithmetic", "code", "reasoning", "instruction", "knowledge",
//! ] {
//!     let plus = file.matrix::<f64>(&format!("{name}.train.plus"))?;
//!     let minus = file.matrix::<f64>(&format!("{name}.train.minus"))?;
//!     directions.push(PairedContrast::new(&plus, &minus)?.mean_difference()?);
//!     groups.extend([plus, minus]);
//! }
//! let span: Subspace<f64> = Subspace::from_directions(&directions[1..])?;
//! let tax = TaxRate::between(&directions[0], &span)?;
//!
//! let null = CovarianceNull::from_groups(&groups.iter().map(|g| g.as_view()).collect::<Vec<_>>())?;
//! let mut rng = ChaCha8Rng::seed_from_u64(7);
//! let chance = null.random_safety(&span, &MonteCarlo::new(999)?, &mut rng)?;
//! let isotropic = IsotropicNull::of(&span)?;
//! println!("tau = {:.3}", tax.value());
//! println!("by chance {:.3}, p = {:.3}", chance.mean(), chance.p_entangled(tax)?.value());
//! println!("isotropic {:.3}, p = {:.0e}", isotropic.mean(), isotropic.p_entangled(tax)?);
//! assert!(chance.mean() > 5.0 * isotropic.mean());
//! assert!(isotropic.p_entangled(tax)? < 1e-8 && chance.p_entangled(tax)?.value() > 0.05);
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Against a uniformly random direction the rate is wildly significant; among directions of
//! this covariance it is not even at 5 %, let alone after adjusting for the layers and concepts
//! that were looked at. The two permutation tests, [`SignFlips`] for pairs and [`Relabelling`]
//! for classes, ask something else: whether there is a concept at all. For many layers and
//! concepts at once, adjust by [`benjamini_hochberg`], or use [`Profile`].
//!
//! # In one call
//!
//! [`Measurement`] asks all of the above of named concepts; its [`MeasurementRecord`] can be
//! printed and written ([`guide::looking`](crate::guide::looking)). A concept that its samples
//! do not resolve is a result there, and not an error.
//!
//! # What it cannot tell you
//!
//! * What a benchmark will lose: $\tau$ is an angle between directions of a representation, to
//!   first order, on average over prompts.
//! * That a shared direction is "safety taxing capability": two concepts that share a word, or
//!   a mood, overlap (theory §9.2).
//! * Dependence between rows that no unit declares.
//!
//! Rests on theory §§1 (rate, sign, shares), 2 (chance) and 3.2–3.4 (estimates); [`PackingLaw`]
//! continues in [`guide::scaling`](crate::guide::scaling).
//!
//! [`Attribution`]: crate::Attribution
//! [`CovarianceNull`]: crate::CovarianceNull
//! [`Error::Undersampled`]: crate::Error::Undersampled
//! [`IsotropicNull`]: crate::IsotropicNull
//! [`Measurement`]: crate::Measurement
//! [`MeasurementRecord`]: crate::MeasurementRecord
//! [`PackingLaw`]: crate::PackingLaw
//! [`Profile`]: crate::Profile
//! [`Relabelling`]: crate::Relabelling
//! [`SignFlips`]: crate::SignFlips
//! [`TaxEstimate`]: crate::TaxEstimate
//! [`TaxEstimate::interval`]: crate::TaxEstimate::interval
//! [`TaxEstimate::overlaps`]: crate::TaxEstimate::overlaps
//! [`TaxRate::between`]: crate::TaxRate::between
//! [`benjamini_hochberg`]: crate::benjamini_hochberg
//! [`holm`]: crate::holm
