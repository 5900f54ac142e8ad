//! Evidence: what you bring, and how it becomes directions.
//!
//! **The question.** A tax rate is an angle between a safety direction and the span of
//! capability directions. Where do these come from, in which form does the crate take them, and
//! what is each form good for?
//!
//! | you have | you call | you get |
//! |---|---|---|
//! | a direction, published or yours | [`Direction::new`], [`Subspace::from_directions`] | rates and frontiers, no interval |
//! | activations of contrast pairs | [`Samples::paired`], [`Concept::paired`] | everything |
//! | activations of two independent classes | [`Samples::unpaired`], [`Concept::unpaired`] | everything |
//! | gradients of a metric, one a prompt | [`Samples::new`], [`Concept::gradients`] | everything |
//! | gradients of several metrics, one each | [`Objectives::from_gradients`] | all that has names, with slopes; no interval |
//! | inner products only | [`TaxRate::from_gram`], [`Objectives::from_gram`] | all that has names, no interval |
//! | more than fits into memory | [`Moments`], [`ContrastMoments`] | directions, covariances, debiased lengths |
//!
//! # Known directions
//!
//! A [`Direction`] is a unit vector with its sign; a [`Subspace`] is an orthonormal basis
//! together with the singular values that decided its rank. Lengths are taken off, whatever
//! their units.
//!
//! ```
//! use alignment_tax::{Direction, Subspace, TaxRate};
//! use nalgebra::{DMatrix, dmatrix};
//!
//! let safety = Direction::from_slice(&[3.0_f64, 0.0, 4.0])?; // made a unit vector
//! // Capability directions in columns; the third is the sum of the others.
//! let columns: DMatrix<f64> = dmatrix![1.0, 1.0, 2.0; 0.0, 1.0, 1.0; 0.0, 0.0, 0.0];
//! let span: Subspace<f64> = Subspace::from_columns(&columns)?;
//! assert_eq!(span.dimension(), 2);
//!
//! let tax = TaxRate::between(&safety, &span)?;
//! assert!((tax.value() - 0.36).abs() < 1e-15);
//! # Ok::<(), alignment_tax::Error>(())
//! ```
//!
//! Directions that somebody else published have no samples, so that nothing can be said of
//! their noise. Here is refusal in Qwen2.5-7B-Instruct, $d = 3584$, against two preference
//! directions of the same source (its authors assert no findings about them):
//!
//! ```
//! # #[cfg(feature = "io")] {
//! use alignment_tax::io::SafetensorsFile;
//! use alignment_tax::{Attribution, Direction};
//!
//! // One tensor a direction, rows are layers.
//! let file = SafetensorsFile::open("data/qwen2.5-7b-directions/directions.safetensors")?;
//! assert_eq!(file.metadata()["layers"], "9,14,17,21");
//! let mut directions = Vec::new();
//! for name in ["v_refusal", "v_pref_sycophant", "v_pref_evil_l5_sadist"] {
//!     let layers = file.matrix::<f64>(name)?;
//!     directions.push(Direction::new(&layers.row(2).transpose())?); // layer 17
//! }
//! let shares = Attribution::exact(&directions[0], &directions[1..])?;
//! println!("tau = {:.4}, overlaps {:.4}", shares.total().value(), shares.overlaps());
//! assert_eq!(directions[0].ambient_dimension(), 3584);
//! assert!(shares.total().value() < 0.1);
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Activations of a concept
//!
//! A concept is a set of contrast pairs: texts that differ in the concept and in as little else
//! as can be managed, plus being safer or more capable. Rows are samples. [`Samples`] is an
//! unnormalised vector with its noise: its mean is the difference of means.
//!
//! Rows that were written from one template, or come from one document, are not independent,
//! and have to say so by [`Samples::with_units`]: products within a unit are never used. Labels
//! hold across concepts, so that equal numbers in two concepts mean one template that both
//! share.
//!
//! ```
//! # #[cfg(feature = "io")] {
//! use alignment_tax::io::SafetensorsFile;
//! use alignment_tax::{PairedContrast, Samples};
//!
//! let file = SafetensorsFile::open("data/smollm2/activations/layer18.mean.safetensors")?;
//! let plus = file.matrix::<f64>("manipulation.train.plus")?;
//! let minus = file.matrix::<f64>("manipulation.train.minus")?;
//! assert_eq!(plus.shape(), (48, 576));
//!
//! // Three pairs from each template, one below the other.
//! let templates: Vec<usize> = (0..48).map(|row| row / 3).collect();
//! let samples = Samples::paired(&plus, &minus)?.with_units(&templates)?;
//! assert_eq!((samples.rows(), samples.units()), (48, 16));
//!
//! // As a direction: the same mean, without what is known of its noise.
//! let direction = PairedContrast::new(&plus, &minus)?.mean_difference()?;
//! assert!((direction.overlap(&samples.mean_direction()?)? - 1.0).abs() < 1e-12);
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **Which direction.** The difference of means is what the debiased estimates of
//! [`guide::tax`](crate::guide::tax) are made for. The top component of the paired differences
//! ([`PairedContrast::top_component`], its sign fixed by the labels) and the discriminants
//! ([`Whitened`]) give other directions, each with its own meaning. A discriminant is a
//! *covector*, as a gradient or the weight of a probe is: its inner product with a difference
//! of means has no meaning unless a [`Metric`] says how long things are. [`Vector`] and
//! [`Covector`] keep the two apart.
//!
//! # Gradients
//!
//! A capability with a metric $f$ has the direction $\nabla f / \lVert \nabla f \rVert$, and
//! the length of the gradient is the slope that turns a shift into units of the metric. One
//! gradient a prompt, in rows, is as good as pairs are:
//!
//! ```
//! use alignment_tax::{Evidence, Samples, TaxEstimate};
//! use nalgebra::DMatrix;
//!
//! // Twelve prompts; on average the metric rises along the first coordinate.
//! fn noise(i: usize, j: usize) -> f64 {
//!     ((7 * i + 5 * j) as f64 * 1.3).sin() / 2.0
//! }
//! let gradients = DMatrix::from_fn(12, 8, |i, j| noise(i, j) + if j == 0 { 2.0 } else { 0.0 });
//! let math = Samples::new(&gradients)?;
//! let safety = Samples::new(&DMatrix::from_fn(12, 8, |i, j| {
//!     noise(i + 40, j) + [-1.0, 2.0].get(j).unwrap_or(&0.0)
//! }))?;
//! let tax = TaxEstimate::new(Evidence::Sampled(&safety), &[Evidence::Sampled(&math)])?;
//! assert!(tax.overlaps()[0].value() < 0.0, "safety lowers the metric");
//! # Ok::<(), alignment_tax::Error>(())
//! ```
//!
//! # Only a Gram matrix
//!
//! Everything that asks what can be gained, at what cost, and what fights what depends on inner
//! products alone. Gradients with respect to all weights of a large model need never leave the
//! machine they were made on:
//!
//! ```
//! use alignment_tax::{Budget, Floors, Objectives, TaxRate};
//! use nalgebra::{DMatrix, dmatrix};
//!
//! // Inner products of three gradients of lengths 2, 1 and 3.
//! let gram: DMatrix<f64> = dmatrix![4.0, -0.6, 0.0; -0.6, 1.0, 0.0; 0.0, 0.0, 9.0];
//! assert!((TaxRate::from_gram(&gram, 0)?.value() - 0.09).abs() < 1e-15);
//!
//! let objectives = Objectives::from_gram(&["safety", "math", "code"], &gram)?;
//! assert_eq!(objectives.slopes().as_slice(), [2.0, 1.0, 3.0]);
//! let optimum = Floors::uniform(&objectives, "safety", Budget::unit(), 0.0)?.solve()?;
//! assert!((optimum.gain() - 0.91_f64.sqrt()).abs() < 1e-14); // only math is in the way
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # More than fits into memory
//!
//! [`Moments`] and their kin take batches, and merge: shards on many machines give the answer
//! of one pass, up to rounding. A reader gives the rows of a file some at a time.
//!
//! ```
//! # #[cfg(feature = "io")] {
//! use alignment_tax::io::read_safetensors_batches;
//! use alignment_tax::ContrastMoments;
//!
//! let path = "data/smollm2/activations/layer18.mean.safetensors";
//! let mut shards = Vec::new();
//! for concept in ["manipulation.train", "manipulation.heldout"] {
//!     let mut shard = ContrastMoments::new(576)?;
//!     for batch in read_safetensors_batches::<f64>(path, &format!("{concept}.plus"), 16)? {
//!         shard.update_plus(&batch?)?;
//!     }
//!     for batch in read_safetensors_batches::<f64>(path, &format!("{concept}.minus"), 16)? {
//!         shard.update_minus(&batch?)?;
//!     }
//!     shards.push(shard);
//! }
//! let mut all = shards.remove(0);
//! all.merge(&shards[0])?;
//! assert_eq!(all.counts(), (72, 72));
//! println!("{:.3}", all.mean_difference()?.as_vector().rows(0, 3));
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How to read it
//!
//! * [`Subspace::condition_number`], [`Collinearity`] and [`CoordinateShares`] say whether
//!   directions are nearly combinations of each other, and whether a few massive coordinates
//!   are all that is seen.
//! * A file that is truncated, misshaped or not finite is an error that names file, tensor, row
//!   and column; no value is guessed.
//! * [`Error::Undersampled`] is a finding: the samples do not tell the mean from zero, and it
//!   says how many might.
//!
//! # What it cannot tell you
//!
//! A direction is what its prompts contrast, valence and wording included. That its texts are
//! "safe" is your statement; no number here knows of it (theory §9.2). The prompts of the
//! shipped data and what is confounded in them are in `data/smollm2/README.md`.
//!
//! Rests on theory §§1.1, 3.1, 3.5, 3.6, 5.2 and 8.1 (`docs/theory.md`, `tests/theorems/`).
//! How to make the files: [`guide::from_python`](crate::guide::from_python).
//!
//! [`Collinearity`]: crate::Collinearity
//! [`Concept::gradients`]: crate::Concept::gradients
//! [`Concept::paired`]: crate::Concept::paired
//! [`Concept::unpaired`]: crate::Concept::unpaired
//! [`ContrastMoments`]: crate::ContrastMoments
//! [`CoordinateShares`]: crate::CoordinateShares
//! [`Covector`]: crate::Covector
//! [`Direction`]: crate::Direction
//! [`Direction::new`]: crate::Direction::new
//! [`Error::Undersampled`]: crate::Error::Undersampled
//! [`Metric`]: crate::Metric
//! [`Moments`]: crate::Moments
//! [`Objectives::from_gradients`]: crate::Objectives::from_gradients
//! [`Objectives::from_gram`]: crate::Objectives::from_gram
//! [`PairedContrast::top_component`]: crate::PairedContrast::top_component
//! [`Samples`]: crate::Samples
//! [`Samples::new`]: crate::Samples::new
//! [`Samples::paired`]: crate::Samples::paired
//! [`Samples::unpaired`]: crate::Samples::unpaired
//! [`Samples::with_units`]: crate::Samples::with_units
//! [`Subspace`]: crate::Subspace
//! [`Subspace::condition_number`]: crate::Subspace::condition_number
//! [`Subspace::from_directions`]: crate::Subspace::from_directions
//! [`TaxRate::from_gram`]: crate::TaxRate::from_gram
//! [`Vector`]: crate::Vector
//! [`Whitened`]: crate::Whitened
