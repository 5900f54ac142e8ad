//! Looking: a JSON record, a picture, a report, a notebook.
//!
//! **The question.** The numbers are there; where do people look at them?
//!
//! | you want | you use |
//! |---|---|
//! | everything about one measurement, as text | [`MeasurementRecord`] and its `Display` |
//! | the same as JSON, to keep or to compare | feature `serde` and any format of serde |
//! | many layers and concepts, p-values adjusted | [`Profile`] |
//! | points for a drawing of your own | [`ParetoFrontier::outline`], [`FloorCurve::points`], [`GainEllipsoid::surface`] |
//! | figures as SVG, for light and dark pages | `plot` (feature `plot`) |
//! | one HTML file to read, print and send | `report` (feature `plot`) |
//! | a result at the end of a notebook cell | `Card`, which the kernel shows by itself |
//! | a whole analysis from the command line | `examples/measure.rs` and its neighbours |
//!
//! # A record
//!
//! ```
//! # #[cfg(feature = "io")] {
//! use alignment_tax::io::SafetensorsFile;
//! use alignment_tax::{Concept, Measurement, MeasurementOptions};
//!
//! let file = SafetensorsFile::open("data/smollm2/activations/layer18.mean.safetensors")?;
//! let honest = file.matrix::<f64>("honesty.train.plus")?;
//! let deceptive = file.matrix::<f64>("honesty.train.minus")?;
//! let polite = file.matrix::<f64>("politeness.train.plus")?;
//! let rude = file.matrix::<f64>("politeness.train.minus")?;
//! let templates: Vec<usize> = (0..48).map(|row| row / 3).collect();
//! let others: Vec<usize> = (0..48).map(|row| 100 + row / 4).collect();
//!
//! let measured = Measurement::new(
//!     "layer 18",
//!     &Concept::paired("honesty", &honest, &deceptive).with_units(&templates),
//!     &[Concept::paired("politeness", &polite, &rude).with_units(&others)],
//!     &MeasurementOptions::default().with_replicates(199)?,
//! )?;
//! println!("{}", measured.record());
//! assert_eq!(measured.record().samples.units, 16);
//! let overlap = measured.record().capabilities[0].overlap.clone();
//! assert!(overlap.is_some_and(|overlap| overlap.estimate > 0.0)); // synergy
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Every number of a record is finite, so that JSON can hold it; a field that is `None` could
//! not be had, and [`unresolved`](crate::MeasurementRecord::unresolved) says why there is no
//! estimate. A record is plain data, and reading one checks nothing. Accumulators and
//! [`Objectives`] are validated when they are read.
//!
//! ```
//! # #[cfg(feature = "serde")] {
//! use alignment_tax::{Concept, Measurement, MeasurementOptions, MeasurementRecord};
//! use nalgebra::DMatrix;
//!
//! // Twelve pairs in six dimensions.
//! fn side(seed: usize, mean: [f64; 2]) -> DMatrix<f64> {
//!     let noise = |i, j| ((31 * i + 17 * j + 7 * seed) as f64).sin();
//!     DMatrix::from_fn(12, 6, |i, j| noise(i, j) + mean.get(j).unwrap_or(&0.0))
//! }
//! let (honest, deceptive) = (side(1, [3.0, -2.0]), side(2, [0.0, 0.0]));
//! let (fluent, clumsy) = (side(3, [0.0, 4.0]), side(4, [0.0, 0.0]));
//! let measured = Measurement::new(
//!     "demo",
//!     &Concept::paired("honesty", &honest, &deceptive),
//!     &[Concept::paired("fluency", &fluent, &clumsy)],
//!     &MeasurementOptions::default().with_replicates(99)?,
//! )?;
//! let json = serde_json::to_string_pretty(measured.record())?;
//! let back: MeasurementRecord = serde_json::from_str(&json)?;
//! assert_eq!(&back, measured.record());
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! (With serde_json's feature `float_roundtrip`, or the last digit may change.)
//!
//! # From the command line
//!
//! `cargo run --release --features io,serde,plot --example measure` prints a report, and writes a
//! picture (SVG) and the records (JSON) to `target/measure/`. The examples `plan`, `audit`,
//! `conflict` and `scaling` answer their questions on the shipped data; `measure` and `plan`
//! also take files of yours (`--help`).
//!
//! # In a notebook
//!
//! A cell that ends with a result (a [`TaxRate`], a [`Measurement`], a [`ConflictEstimate`], …)
//! shows its card; with the feature `plot` the card has pictures. Every example of this guide
//! and of the other pages can be pasted into a cell of [evcxr](https://github.com/evcxr/evcxr)
//! as it stands, below
//!
//! ```text
//! :dep alignment-tax = { path = "…", features = ["io", "plot", "serde"] }
//! :dep nalgebra = "0.35"
//! :dep rand = { version = "0.10", features = ["chacha"] }
//! :dep serde_json = { version = "1", features = ["float_roundtrip"] }
//! ```
//!
//! (Examples with dual numbers need the feature `num-dual` and `:dep num-dual = "0.15"`.)
//! Three rules, for your own cells too:
//!
//! * **Paths are relative to the repository.** Start Jupyter there, or change them.
//!   (`env!("CARGO_MANIFEST_DIR")` is another folder in a notebook.)
//! * **A variable that is to outlive its cell owns what it holds** and has a type with a name:
//!   no reference, no view, no [`Evidence`] or [`Concept`], no closure. Put these into the
//!   expression that uses them, or put braces around the cell. What a macro makes evcxr cannot
//!   name, nor what is made of that: write the type, `let span: Subspace<f64> = …`, as the examples do.
//! * **`?` is for reading, `unwrap` for runs that nobody watches.** At the top of a cell `?`
//!   prints the error and the cell ends; but a notebook that is executed unattended
//!   (`jupyter nbconvert --execute`) takes that for success, and later cells run without the
//!   variable. There, end with `unwrap()`, and set `:preserve_vars_on_panic 0`, so that a panic
//!   ends the run. The examples here use `?`, as they also stand in functions that return a
//!   `Result`.
//!
//! # What it cannot tell you
//!
//! No format adds evidence. A picture of an ellipse has no interval unless it is drawn, and a
//! record of plug-in values looks as exact as one of estimates. State with every number what
//! was measured, with how many independent units, and what was frozen or left out (theory
//! §9.2).
//!
//! [`Concept`]: crate::Concept
//! [`ConflictEstimate`]: crate::ConflictEstimate
//! [`Evidence`]: crate::Evidence
//! [`FloorCurve::points`]: crate::FloorCurve::points
//! [`GainEllipsoid::surface`]: crate::GainEllipsoid::surface
//! [`Measurement`]: crate::Measurement
//! [`MeasurementRecord`]: crate::MeasurementRecord
//! [`Objectives`]: crate::Objectives
//! [`ParetoFrontier::outline`]: crate::ParetoFrontier::outline
//! [`Profile`]: crate::Profile
//! [`TaxRate`]: crate::TaxRate
