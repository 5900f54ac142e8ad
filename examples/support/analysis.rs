//! One layer measured: the safety direction, the capability directions, the tax.

use alignment_tax::{
    Attribution, Budget, Direction, PairedContrast, ParetoFrontier, PreservationFrontier,
};

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

use super::dataset::{Failure, Layer};

/// Random orders, and their seed, for Shapley shares of more than 16 capabilities.
const ORDERS: usize = 2000;
const SEED: u64 = 2026;

/// What the user asked for.
pub struct Question {
    pub safety: String,
    pub capabilities: Vec<String>,
    /// The capability of the signed reading; the most taxed one where not named.
    pub against: Option<String>,
    pub budget: f64,
    /// Safety levels as shares of the budget.
    pub levels: Vec<f64>,
}

/// The cost of one safety level, preservation reading.
pub struct Price {
    pub safety: f64,
    pub cost: f64,
    /// `None` where it is infinite.
    pub marginal: Option<f64>,
}

/// A layer's answer. Plug-in values throughout: no interval, no chance level.
pub struct Answer {
    pub layer: String,
    pub source: String,
    pub dimension: usize,
    pub pairs: usize,
    pub safety: Direction<f64>,
    pub directions: Vec<Direction<f64>>,
    pub shares: Attribution<f64>,
    pub preservation: PreservationFrontier<f64>,
    /// The index of the capability of the signed reading, and its frontier.
    pub against: usize,
    pub signed: ParetoFrontier<f64>,
    pub prices: Vec<Price>,
}

impl Answer {
    pub fn of(layer: &Layer, question: &Question) -> Result<Self, Failure> {
        let direction = |name: &str| -> Result<(Direction<f64>, usize), Failure> {
            let pair = &layer.concept(name)?.train;
            let pairs = PairedContrast::new(&pair.plus, &pair.minus)
                .map_err(|e| format!("{}, concept {name}: {e}", layer.source))?;
            let direction = pairs
                .mean_difference()
                .map_err(|e| format!("{}, concept {name}: {e}", layer.source))?;
            Ok((direction, pairs.samples()))
        };
        let (safety, pairs) = direction(&question.safety)?;
        let d = safety.ambient_dimension();
        let directions = question
            .capabilities
            .iter()
            .map(|name| {
                let (direction, _) = direction(name)?;
                if direction.ambient_dimension() == d {
                    return Ok(direction);
                }
                Err(format!(
                    "{}: concept {name} has {} coordinates, concept {} has {d}",
                    layer.source,
                    direction.ambient_dimension(),
                    question.safety
                )
                .into())
            })
            .collect::<Result<Vec<_>, Failure>>()?;
        let shares = if directions.len() <= 16 {
            Attribution::exact(&safety, &directions)?
        } else {
            let mut rng = ChaCha8Rng::seed_from_u64(SEED);
            Attribution::sampled(&safety, &directions, ORDERS, &mut rng)?
        };
        let budget = Budget::new(question.budget)?;
        let preservation = PreservationFrontier::new(shares.total(), budget);
        let against = match &question.against {
            Some(name) => question
                .capabilities
                .iter()
                .position(|c| c == name)
                .ok_or_else(|| format!("--against {name} is not among the capabilities"))?,
            None => shares.overlaps().imin(),
        };
        let signed = ParetoFrontier::between(&safety, &directions[against], budget)?;
        let prices = question
            .levels
            .iter()
            .map(|level| {
                let safety = level * question.budget;
                let cost = preservation
                    .min_cost(safety)
                    .map_err(|e| format!("--levels {level}: {e}"))?;
                Ok(Price {
                    safety,
                    cost,
                    marginal: preservation.marginal_cost(safety).ok(),
                })
            })
            .collect::<Result<Vec<_>, Failure>>()?;
        Ok(Self {
            layer: layer.label.clone(),
            source: layer.source.clone(),
            dimension: safety.ambient_dimension(),
            pairs,
            safety,
            directions,
            shares,
            preservation,
            against,
            signed,
            prices,
        })
    }
}
