//! Predicted against measured: does the angle measured beforehand foretell what a
//! shift does to probes that it has never seen?
//!
//! The directions v and c come from the training pairs. Probes for both concepts are
//! trained on one half of the held-out pairs, whose templates the directions have not
//! seen. The training pairs, in turn unseen by the probes, give each probe's slope: how
//! much its score rises per unit of movement along the direction. The frontier then
//! recommends shifts δ at several budgets and predicts the gains s and y; slope times
//! gain is the predicted change of a score, and the training pairs moved by that much
//! predict margin and accuracy. All of it is compared with the other half of the
//! held-out pairs, moved by δ itself. Both halves serve once as the other; the numbers
//! are the means of the two.
//!
//! The same is done once more with v and c the probes' own gradients, as the theory
//! defines the direction of a metric. Then the change of a score is exact, and margin
//! and accuracy alone are at risk. The difference between the two shows what it costs to
//! take a difference of means for a gradient.
//!
//! Scores are in units of the distance between a probe's class means on the training
//! pairs.

use alignment_tax::{Budget, Direction, OptimalShift, PairedContrast};
use nalgebra::DVector;

use super::analysis::{Detail, Question};
use super::dataset::{Failure, Layer, Pair};
use super::probe::{Probe, halves, mean, moved};

/// Budgets as shares of the mean length of a paired difference of the safety concept.
const BUDGETS: [f64; 3] = [0.25, 0.5, 1.0];

/// What is said of a probe, forecast or measured.
#[derive(Clone, Copy)]
pub struct Reading {
    /// Change of the mean score.
    pub score: f64,
    /// Mean score of the minus texts: how far they are from the threshold.
    pub margin: f64,
    /// Share of texts on the plus side.
    pub plus: f64,
    pub accuracy: f64,
}

/// One concept's probes under one shift.
#[derive(Clone, Copy)]
pub struct Outcome {
    /// ⟨direction, δ⟩ in units of the paired difference.
    pub gain: f64,
    pub predicted: Reading,
    pub measured: Reading,
}

/// What the frontier is drawn between.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The differences of training means: the directions of the rest of the report.
    Means,
    /// The probes' own gradients w/‖w‖, as the theory defines a direction of a metric.
    Gradients,
}

/// What the budget is spent on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// δ = B·v.
    AllOnSafety,
    /// The safest δ with ⟨c, δ⟩ = 0.
    CapabilityKept,
}

/// A recommended shift and what came of it, mean of the two halves.
pub struct Trial {
    pub basis: Basis,
    pub policy: Policy,
    /// As a share of the unit.
    pub budget: f64,
    pub safety: Outcome,
    pub capability: Outcome,
}

pub struct Forecast {
    pub capability: String,
    /// The mean length of a paired difference of the safety concept.
    pub unit: f64,
    /// Held-out pairs that trained a probe, and that it was read on, in each half.
    pub pairs: (usize, usize),
    /// Angle between v and c in degrees: of the means, and of the gradients (mean of the
    /// two halves).
    pub angles: (f64, f64),
    /// Measured accuracy before any shift: safety, capability.
    pub before: (f64, f64),
    pub trials: Vec<Trial>,
}

impl Forecast {
    /// `None` where the layer has no held-out pairs.
    pub fn of(
        layer: &Layer,
        question: &Question,
        detail: &Detail<'_>,
    ) -> Result<Option<Self>, Failure> {
        let capability = &question.capabilities[detail.against];
        let (safe, able) = (
            layer.concept(question.safety())?,
            layer.concept(capability)?,
        );
        let (Some(safe_heldout), Some(able_heldout)) = (&safe.heldout, &able.heldout) else {
            return Ok(None);
        };
        let differences = &safe.train.plus - &safe.train.minus;
        let unit =
            differences.row_iter().map(|r| r.norm()).sum::<f64>() / differences.nrows() as f64;
        let named = |name: &str| {
            let name = name.to_owned();
            move |e: Failure| -> Failure { format!("concept {name}: {e}").into() }
        };
        let safety =
            Instrument::both_ways(safe_heldout, &safe.train).map_err(named(question.safety()))?;
        let ability =
            Instrument::both_ways(able_heldout, &able.train).map_err(named(capability))?;
        // From the training pairs alone: what is forecast is read on held-out ones.
        let direction =
            |pair: &Pair| PairedContrast::new(&pair.plus, &pair.minus)?.mean_difference();
        let (v, c) = (direction(&safe.train)?, direction(&able.train)?);
        let means = (&v, &c);
        let gradients = [
            (safety[0].gradient()?, ability[0].gradient()?),
            (safety[1].gradient()?, ability[1].gradient()?),
        ];
        let gradient_angle = f64::midpoint(
            gradients[0].0.angle(&gradients[0].1)?,
            gradients[1].0.angle(&gradients[1].1)?,
        );
        let mut trials = Vec::new();
        for basis in [Basis::Means, Basis::Gradients] {
            for budget in BUDGETS {
                for policy in [Policy::AllOnSafety, Policy::CapabilityKept] {
                    let mut outcomes = Vec::new();
                    for ((safety, ability), gradients) in
                        safety.iter().zip(&ability).zip(&gradients)
                    {
                        let (v, c) = match basis {
                            Basis::Means => means,
                            Basis::Gradients => (&gradients.0, &gradients.1),
                        };
                        let shift = recommended(policy, (v, c), budget * unit)?;
                        outcomes.push((
                            safety.outcome(v, shift.safety(), shift.delta(), unit),
                            ability.outcome(c, shift.capability(), shift.delta(), unit),
                        ));
                    }
                    trials.push(Trial {
                        basis,
                        policy,
                        budget,
                        safety: outcomes[0].0.averaged(outcomes[1].0),
                        capability: outcomes[0].1.averaged(outcomes[1].1),
                    });
                }
            }
        }
        let (train, tested) = halves(safe_heldout);
        Ok(Some(Self {
            capability: capability.clone(),
            unit,
            pairs: (train.plus.nrows(), tested.plus.nrows()),
            angles: (v.angle(&c)?.to_degrees(), gradient_angle.to_degrees()),
            before: (accuracy_before(&safety), accuracy_before(&ability)),
            trials,
        }))
    }
}

fn accuracy_before(instruments: &[Instrument<'_>; 2]) -> f64 {
    let [first, second] = instruments;
    f64::midpoint(
        first.probe.accuracy(&first.tested),
        second.probe.accuracy(&second.tested),
    )
}

/// The shift that the frontier between v and c recommends.
fn recommended(
    policy: Policy,
    (v, c): (&Direction<f64>, &Direction<f64>),
    budget: f64,
) -> Result<OptimalShift<f64>, Failure> {
    let budget = Budget::new(budget)?;
    let change = match policy {
        Policy::AllOnSafety => budget.value() * v.overlap(c)?,
        Policy::CapabilityKept => 0.0,
    };
    Ok(OptimalShift::at_capability(v, c, budget, change)?)
}

/// A concept's probe, trained on one half and read on the other.
struct Instrument<'a> {
    probe: Probe,
    /// From the minus to the plus mean of the training pairs.
    apart: DVector<f64>,
    reference: &'a Pair,
    tested: Pair,
}

impl<'a> Instrument<'a> {
    fn both_ways(heldout: &Pair, reference: &'a Pair) -> Result<[Self; 2], Failure> {
        let apart = mean(&reference.plus) - mean(&reference.minus);
        let (first, second) = halves(heldout);
        let instrument = |half: &Pair, tested: &Pair| -> Result<Self, Failure> {
            Ok(Self {
                probe: Probe::train(half)?.in_units_of(&apart)?,
                apart: apart.clone(),
                reference,
                tested: tested.clone(),
            })
        };
        Ok([instrument(&first, &second)?, instrument(&second, &first)?])
    }

    fn gradient(&self) -> Result<Direction<f64>, Failure> {
        Ok(Direction::new(&self.probe.weight)?)
    }

    fn outcome(
        &self,
        direction: &Direction<f64>,
        gain: f64,
        delta: &DVector<f64>,
        unit: f64,
    ) -> Outcome {
        // The score's rise between the class means, per unit along the direction.
        let slope = self.probe.weight.dot(&self.apart) / direction.as_vector().dot(&self.apart);
        let change = slope * gain;
        let there = moved(&self.tested, delta);
        // Raising every score by the forecast is lowering the threshold by it.
        let foreseen = self.probe.lowered(change);
        Outcome {
            gain: gain / unit,
            predicted: Reading {
                score: change,
                margin: foreseen.scores(&self.reference.minus).mean(),
                plus: foreseen.plus_share(self.reference),
                accuracy: foreseen.accuracy(self.reference),
            },
            measured: Reading {
                score: self.probe.mean_score(&there) - self.probe.mean_score(&self.tested),
                margin: self.probe.scores(&there.minus).mean(),
                plus: self.probe.plus_share(&there),
                accuracy: self.probe.accuracy(&there),
            },
        }
    }
}

impl Outcome {
    fn averaged(self, other: Self) -> Self {
        Self {
            gain: f64::midpoint(self.gain, other.gain),
            predicted: self.predicted.averaged(other.predicted),
            measured: self.measured.averaged(other.measured),
        }
    }
}

impl Reading {
    fn averaged(self, other: Self) -> Self {
        Self {
            score: f64::midpoint(self.score, other.score),
            margin: f64::midpoint(self.margin, other.margin),
            plus: f64::midpoint(self.plus, other.plus),
            accuracy: f64::midpoint(self.accuracy, other.accuracy),
        }
    }
}
