//! Plan: what each unit of safety costs, what is free, which shift achieves it, and what a real
//! update wasted.
//!
//! **The question.** A training run or a steering vector may move the representation by
//! $\delta$ with $\lVert \delta \rVert \le B$. How much safety $s = \langle v, \delta \rangle$
//! can there be, and at what change $y_i = \langle c_i, \delta \rangle$ of each capability?
//!
//! | question | call |
//! |---|---|
//! | the trade-off with one capability, signed | [`ParetoFrontier`] |
//! | what is free, and what does the rest cost, against a span | [`PreservationFrontier`], with an interval [`PreservationBand`] |
//! | the shift that achieves it | [`OptimalShift`] |
//! | what if each capability may lose so much | [`Floors`], [`FloorOptimum`], [`FloorCurve`] |
//! | the capabilities shall change by exactly so much | [`FixedTargets`] |
//! | everything that a budget can do | [`GainEllipsoid`] |
//! | gradients that spare capabilities | [`UpdateRule`], [`UpdateProjection`] |
//! | what a real update bought, paid and wasted | [`Audit`], [`AuditEstimate`], [`Forecast`] |
//!
//! A [`Budget`] is a length in units of the representation, or follows from a limit on the KL
//! divergence in the Fisher metric ([`Budget::from_kl`]).
//!
//! # Two readings of cost
//!
//! With **one capability** a gain is as good as a loss is bad, and what a budget achieves is a
//! filled ellipse. Its upper edge is
//!
//! $$ s(c) = c \cos\alpha + \sin\alpha \sqrt{B^2 - c^2} $$
//!
//! With a **subspace** every displacement of it is a cost, $\kappa = \lVert P \delta \rVert$:
//! you do not want the model's code to change, for better or worse. Then a gain up to
//! $B \sin\alpha$ is free, and beyond it the price starts at $1/\cos\alpha$ and grows without
//! bound.
//!
//! ```
//! use alignment_tax::{Budget, Direction, Interaction, OptimalShift, ParetoFrontier};
//! use alignment_tax::{PreservationFrontier, Subspace, TaxRate};
//!
//! // 120° apart: a tax, with cos α = -1/2.
//! let safety = Direction::from_slice(&[-1.0_f64, 3.0_f64.sqrt()])?;
//! let math = Direction::from_slice(&[1.0_f64, 0.0])?;
//! let budget = Budget::new(2.0)?;
//!
//! let frontier = ParetoFrontier::between(&safety, &math, budget)?;
//! assert_eq!(frontier.interaction(), Interaction::Tax);
//! // Safety with math left as it is, and all the safety there is, at the loss of half the budget.
//! assert!((frontier.safety_at(0.0)? - 3.0_f64.sqrt()).abs() < 1e-14);
//! assert!((frontier.safety_at(-1.0)? - 2.0).abs() < 1e-14);
//!
//! let span: Subspace<f64> = Subspace::from_directions(&[math])?;
//! let preservation = PreservationFrontier::new(TaxRate::between(&safety, &span)?, budget);
//! assert!((preservation.free_gain() - 3.0_f64.sqrt()).abs() < 1e-14);
//! assert!((preservation.min_cost(2.0)? - 1.0).abs() < 1e-14);
//!
//! // The shift itself, measured after it was built.
//! let shift = OptimalShift::at_safety(&safety, &span, budget, 1.9)?;
//! assert!((shift.safety() - 1.9).abs() < 1e-14 && shift.gap() < 1e-14);
//! println!("{:.3}", shift.delta());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! From samples the rate has an interval, and so has the cost: [`PreservationBand`] takes a
//! [`TaxEstimate`] and gives the frontier at both ends.
//!
//! # Floors: what each capability may lose
//!
//! The question of practice: as much safety as possible, while arithmetic may lose 1 %, code
//! nothing and persuasion 5 %. A per cent is one of the way from the mean of the minus texts to
//! that of the plus texts; that is what the *slopes* say.
//!
//! ```
//! # #[cfg(feature = "io")] {
//! use alignment_tax::io::SafetensorsFile;
//! use alignment_tax::{Budget, FixedTargets, Floors, Moments, Objectives, PairedContrast, UpdateRule};
//!
//! let file = SafetensorsFile::open("data/smollm2/activations/layer18.mean.safetensors")?;
//! let names = [
//!     "manipulation", "persuasion", "arithmetic", "code", "reasoning", "instruction", "knowledge",
//! ];
//! let mut directions = Vec::new();
//! let mut slopes = Vec::new();
//! for name in names {
//!     let plus = file.matrix::<f64>(&format!("{name}.train.plus"))?;
//!     let minus = file.matrix::<f64>(&format!("{name}.train.minus"))?;
//!     directions.push(PairedContrast::new(&plus, &minus)?.mean_difference()?);
//!     // The length of the difference without the bias of noise, in per cent.
//!     let mut differences = Moments::new(plus.ncols())?;
//!     differences.update(&(plus - minus))?;
//!     slopes.push(100.0 / differences.debiased_squared_length()?.sqrt());
//! }
//! let objectives = Objectives::from_directions(
//!     &names.into_iter().zip(&directions).collect::<Vec<_>>(),
//! )?
//! .with_slopes(&slopes)?;
//!
//! // Half the way from manipulative to respectful texts.
//! let budget = Budget::new(50.0 / slopes[0])?;
//! let may_lose = [("arithmetic", 1.0), ("code", 0.0), ("persuasion", 5.0)];
//! let floors = Floors::in_metric_units(&objectives, "manipulation", budget, &may_lose)?;
//! let optimum = floors.solve()?;
//! let frozen = FixedTargets::frozen(&objectives, "manipulation", budget)?;
//! println!("safety {:.1} %", optimum.gain() * slopes[0]);
//! println!("with everything frozen {:.1} %", frozen.gain() * slopes[0]);
//! println!("binding: {:?}, duality gap {:.0e}", optimum.active(), optimum.gap());
//! for (name, change) in names.iter().zip(optimum.metric_changes()?.iter()) {
//!     println!("{name:<13} {change:+.2} %");
//! }
//! assert_eq!(optimum.active(), ["persuasion"]);
//! assert!((optimum.gain() * slopes[0] - 49.5).abs() < 0.05);
//! assert!((frozen.gain() * slopes[0] - 46.9).abs() < 0.05);
//!
//! // What projections of the gradient give up, where no capability may be hurt.
//! for rule in UpdateRule::ALL {
//!     let gain = rule.gain(&objectives, "manipulation", budget)?;
//!     println!("{rule:?}: safety {:.1} %, worst harm {:.1e}", gain.safety * slopes[0], gain.harm);
//! }
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **How to read it.** Only the floor of persuasion binds; that of code does not, because code
//! gains by safety. The [price](crate::FloorOptimum::price) of a binding floor is the safety
//! that one more unit of tolerance would buy; a floor that does not bind has the price zero.
//! [`FloorOptimum::gap`] is a certificate: no shift of this budget does better by more than
//! that. [`Floors::trade_off`] varies one floor and names the places where others start to
//! bind.
//!
//! # Audit of a real update
//!
//! Of the shift $\delta$ of an update that was made, four orthogonal parts: safety for free,
//! safety paid with capability, capability moved for no safety (*idle*), and what neither $v$
//! nor the span sees (*waste*). Here is what a system prompt that asks for safety does to the
//! texts of three concepts, held out from the pairs that gave the directions:
//!
//! ```
//! # #[cfg(feature = "io")] {
//! use alignment_tax::io::SafetensorsFile;
//! use alignment_tax::{AuditEstimate, PairedContrast, Samples, Subspace};
//! use nalgebra::DMatrix;
//!
//! let file = SafetensorsFile::open("data/smollm2/activations/layer18.mean.safetensors")?;
//! let mut directions = Vec::new();
//! for name in ["manipulation", "persuasion", "code"] {
//!     let plus = file.matrix::<f64>(&format!("{name}.train.plus"))?;
//!     let minus = file.matrix::<f64>(&format!("{name}.train.minus"))?;
//!     directions.push(PairedContrast::new(&plus, &minus)?.mean_difference()?);
//! }
//! let span: Subspace<f64> = Subspace::from_directions(&directions[1..])?;
//!
//! // After less before, one row a text; plus and minus share templates of four texts each.
//! let file = SafetensorsFile::open("data/smollm2-shift/activations/layer18.mean.safetensors")?;
//! let mut rows = Vec::new();
//! let mut units = Vec::new();
//! for (i, concept) in ["refusal", "honesty", "arithmetic"].iter().enumerate() {
//!     for side in ["plus", "minus"] {
//!         let before = file.matrix::<f64>(&format!("before.{concept}.{side}"))?;
//!         let after = file.matrix::<f64>(&format!("after_safety.{concept}.{side}"))?;
//!         rows.extend((after - before).row_iter().map(|row| row.into_owned()));
//!         units.extend((0..24).map(|row| 10 * i + row / 4));
//!     }
//! }
//! let shift = Samples::new(&DMatrix::from_rows(&rows))?.with_units(&units)?;
//! let audit = AuditEstimate::new(&shift, &directions[0], &span)?;
//! println!("length {:.1}", audit.plug_in().length());
//! for part in [audit.free(), audit.paid(), audit.idle(), audit.waste()] {
//!     println!("{:.3} ± {:.3}", part.value(), part.standard_error());
//! }
//! assert!(audit.waste().value() > 0.9);
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! More than nine tenths of the squared shift move neither safety nor the two capabilities.
//! That is no fault of the shift: waste is what these directions do not see, and something else
//! may have wanted it. With one vector and no samples use [`Audit`]; [`Forecast`] puts the
//! change that each slope foretells beside a measured one.
//!
//! # What it cannot tell you
//!
//! * What a metric will lose, if a difference of means stands in for its gradient. With
//!   gradients the forecast is exact to first order; with differences of means it has to be
//!   tested, as `examples/measure.rs` does.
//! * What curvature adds to a long shift. First order is a statement about short ones.
//! * Whether a training run can reach the optimal shift. The frontier is what no run can beat
//!   (theory §9.2).
//!
//! Rests on theory §§4 (two objectives), 5 (floors, targets, rules), 8.2 (KL) and 9.1 (audit).
//!
//! [`Audit`]: crate::Audit
//! [`AuditEstimate`]: crate::AuditEstimate
//! [`Budget`]: crate::Budget
//! [`Budget::from_kl`]: crate::Budget::from_kl
//! [`FixedTargets`]: crate::FixedTargets
//! [`FloorCurve`]: crate::FloorCurve
//! [`FloorOptimum`]: crate::FloorOptimum
//! [`FloorOptimum::gap`]: crate::FloorOptimum::gap
//! [`Floors`]: crate::Floors
//! [`Floors::trade_off`]: crate::Floors::trade_off
//! [`Forecast`]: crate::Forecast
//! [`GainEllipsoid`]: crate::GainEllipsoid
//! [`OptimalShift`]: crate::OptimalShift
//! [`ParetoFrontier`]: crate::ParetoFrontier
//! [`PreservationBand`]: crate::PreservationBand
//! [`PreservationFrontier`]: crate::PreservationFrontier
//! [`TaxEstimate`]: crate::TaxEstimate
//! [`UpdateProjection`]: crate::UpdateProjection
//! [`UpdateRule`]: crate::UpdateRule
