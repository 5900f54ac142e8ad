//! Conflicts: do safety goals fight, and what should be frozen so that they stop?
//!
//! **The question.** Helpful and harmless pull apart: is it because they are opposed, or
//! because both lean on a third thing, from opposite sides? Freeze the span $\mathcal C$ (allow
//! only $\delta \perp \mathcal C$), and the angle between the goals becomes their partial
//! correlation:
//!
//! $$ \cos\theta = \frac{\rho - a^\top G^{+} b}{\sqrt{(1 - \tau\_1)(1 - \tau\_2)}} $$
//!
//! with $\rho$ their overlap before, $a$ and $b$ their overlaps with the capabilities and $G$
//! those among them. Freezing also shortens what each goal can still gain, to
//! $\sqrt{1 - \tau\_j}$ of the budget.
//!
//! | question | call |
//! |---|---|
//! | two goals, with and without capabilities frozen | [`Conflict`] |
//! | the same from samples: is it decided? | [`ConflictEstimate`], [`VerdictProbabilities`] |
//! | which of many capabilities to freeze, at the least loss | [`FreezeSearch`], [`FreezePlan`] |
//! | all pairs of several goals | [`FrozenGoals`] |
//! | what all goals can gain at once, and the bottleneck | [`JointGain`] |
//!
//! | verdict | before | after |
//! |---|---|---|
//! | *resolved* | they fight | they do not |
//! | *mediated* | they fight | they fight less |
//! | *unchanged* | they fight | as before |
//! | *amplified* | they fight | they fight more |
//! | *created* | they do not fight | they do |
//! | *no conflict* | they do not fight | they do not |
//!
//! # Known directions
//!
//! ```
//! use alignment_tax::{Budget, Conflict, ConflictVerdict, FreezeSearch, JointGain, Objectives};
//! use nalgebra::{DMatrix, dmatrix};
//!
//! // Reasoning helps to be helpful and hurts to be harmless; fluency helps both.
//! let gram: DMatrix<f64> = dmatrix![
//!     1.0, -0.3, 0.6, 0.5;
//!     -0.3, 1.0, -0.6, 0.5;
//!     0.6, -0.6, 1.0, 0.0;
//!     0.5, 0.5, 0.0, 1.0
//! ];
//! let all = Objectives::from_gram(&["helpful", "harmless", "reasoning", "fluency"], &gram)?;
//! let goals = ["helpful", "harmless"];
//!
//! let conflict = Conflict::new(&all, goals, &["reasoning"], Budget::unit())?;
//! assert_eq!(conflict.verdict(), ConflictVerdict::Resolved);
//! // (-0.3 + 0.36)/(1 - 0.36), and each keeps four fifths of its reach.
//! assert!((conflict.cosine_after() - 0.06 / 0.64).abs() < 1e-14);
//! assert!(conflict.free_gains().iter().all(|gain| (gain - 0.8).abs() < 1e-14));
//!
//! let plan = FreezeSearch::new(&all, &goals, &["reasoning", "fluency"])?.run()?;
//! assert_eq!(plan.best().expect("reasoning resolves it").frozen(), ["reasoning"]);
//!
//! // What both can gain at once.
//! let before = JointGain::new(&all, &goals, &[], Budget::unit())?.gain();
//! let after = JointGain::new(&all, &goals, &["reasoning"], Budget::unit())?.gain();
//! assert!((before - 0.35_f64.sqrt()).abs() < 1e-9 && (after - before).abs() < 1e-9);
//! # Ok::<(), alignment_tax::Error>(())
//! ```
//!
//! The last lines are worth a thought. With $\rho = -0.3$ both goals can gain $\sqrt{0.35}$ of
//! the budget at once, the best shift lies between them, and it does not move reasoning at all:
//! freezing that costs nothing here, and gains nothing either. *Resolved* means that among the
//! shifts that remain a step along one goal does not set the other back. It does not mean that
//! both can have more.
//!
//! # From samples
//!
//! A verdict of bare directions is a guess with a name. Helpfulness against harmlessness in
//! SmolLM2, before and after sentiment is frozen:
//!
//! ```
//! # #[cfg(feature = "io")] {
//! use alignment_tax::io::SafetensorsFile;
//! use alignment_tax::{Confidence, ConflictEstimate, ConflictVerdict, Evidence, MonteCarlo, Samples};
//! use nalgebra::DMatrix;
//! use rand::{SeedableRng, rngs::ChaCha8Rng};
//!
//! /// Plus less minus of a concept, one row a pair; the pairs of a template are one unit.
//! fn concept(
//!     folder: &str,
//!     name: &str,
//!     per_template: usize,
//!     first: usize,
//! ) -> Result<Samples, Box<dyn std::error::Error>> {
//!     let path = format!("data/{folder}/activations/layer18.mean.safetensors");
//!     let file = SafetensorsFile::open(path)?;
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
//! let helpful = concept("smollm2-conflict", "helpfulness", 3, 0)?;
//! let harmless = concept("smollm2-conflict", "harmlessness", 3, 100)?;
//! let sentiment = concept("smollm2", "sentiment", 4, 200)?;
//!
//! let conflict = ConflictEstimate::new(
//!     [Evidence::Sampled(&helpful), Evidence::Sampled(&harmless)],
//!     &[Evidence::Sampled(&sentiment)],
//! )?;
//! let level = Confidence::NINETY_FIVE;
//! for cosine in [conflict.overlap_before(), conflict.overlap_after()] {
//!     println!("{:+.2} {:+.2}", cosine.value(), cosine.interval(level));
//! }
//! println!("turned by {:+.2} {:+.2}", conflict.difference(), conflict.difference_interval(level));
//!
//! let mut rng = ChaCha8Rng::seed_from_u64(1);
//! let verdicts = conflict.probabilities(&MonteCarlo::new(999)?, &mut rng);
//! println!("resolved: {:.2}", verdicts.probability(ConflictVerdict::Resolved));
//! assert!(conflict.overlap_before().interval(level).contains(0.0));
//! assert!(conflict.difference_interval(level).lower() > 0.1);
//! assert!(verdicts.probability(ConflictVerdict::Resolved) > 0.6);
//! assert_eq!(verdicts.decided(level), None);
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **How to read it.** Sentiment turns the goals towards each other; the interval of the
//! difference excludes zero. But whether they fought to begin with is not known, since the
//! interval of the overlap before contains zero, and so *resolved* is the likeliest verdict,
//! and not decided. A verdict is *decided* at a level only if the interval of every sign that
//! it speaks of excludes zero *and* its probability reaches the level. *Unchanged* is a
//! statement that two numbers are equal, which no sample can show without
//! [a margin](crate::ConflictEstimate::with_margin).
//!
//! # Which capabilities to freeze
//!
//! [`FreezeSearch`] looks at all subsets of up to 20 candidates, and greedily above that, and
//! says which it did. It minimises the safety that is lost subject to no pair of goals
//! fighting; [`FreezePlan::pareto`] has what less loss would leave, and
//! [`FreezePlan::near_misses`] how close one comes if nothing resolves it. Choose by
//! directions, then put the choice to the samples: a subset chosen among many looks better than
//! it is, and the interval of [`ConflictEstimate`] does not know that you chose.
//!
//! # What it cannot tell you
//!
//! * Whether the goals conflict in what the model *does*; these are directions of a
//!   representation (theory §9.2).
//! * How to freeze a capability in training. [`UpdateProjection`] projects gradients, to first
//!   order and layer by layer.
//! * Whether the right thing was frozen: a goal may lean on what nobody listed.
//!
//! Rests on theory §6 (recursion, verdicts, the search) and §5.2 (Gram form).
//!
//! [`Conflict`]: crate::Conflict
//! [`ConflictEstimate`]: crate::ConflictEstimate
//! [`FreezePlan`]: crate::FreezePlan
//! [`FreezePlan::near_misses`]: crate::FreezePlan::near_misses
//! [`FreezePlan::pareto`]: crate::FreezePlan::pareto
//! [`FreezeSearch`]: crate::FreezeSearch
//! [`FrozenGoals`]: crate::FrozenGoals
//! [`JointGain`]: crate::JointGain
//! [`UpdateProjection`]: crate::UpdateProjection
//! [`VerdictProbabilities`]: crate::VerdictProbabilities
