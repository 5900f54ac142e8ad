//! Layers and safety concepts measured, and one of them in detail.

use alignment_tax::{
    Budget, Concept, Measurement, MeasurementOptions, ParetoFrontier, PreservationFrontier,
    Profile, Task,
};

use super::dataset::{Failure, Layer};

/// What the user asked for.
pub struct Question {
    /// Safety concepts; details, picture and forecast are of the first.
    pub safeties: Vec<String>,
    pub capabilities: Vec<String>,
    /// The capability of the signed reading; the most taxed one where not named.
    pub against: Option<String>,
    pub budget: f64,
    pub options: MeasurementOptions,
}

impl Question {
    /// The safety concept of the details.
    pub fn safety(&self) -> &str {
        &self.safeties[0]
    }
}

/// Every safety concept at every layer.
pub struct Study {
    pub profile: Profile,
    layers: usize,
}

impl Study {
    pub fn of(
        layers: &[Layer],
        question: &Question,
        observer: impl Fn(usize, usize) + Sync + Send,
    ) -> Result<Self, Failure> {
        let mut tasks = Vec::new();
        for safety in &question.safeties {
            for layer in layers {
                let concept = |name: &String| -> Result<Concept<'_, f64>, Failure> {
                    let samples = layer.concept(name)?;
                    let pairs = Concept::paired(name, &samples.all.plus, &samples.all.minus);
                    Ok(match &samples.units {
                        Some(labels) => pairs.with_units(labels),
                        None => pairs,
                    })
                };
                let capabilities = question.capabilities.iter().map(concept);
                tasks.push(Task::new(
                    &*layer.label,
                    concept(safety)?,
                    capabilities.collect::<Result<_, Failure>>()?,
                ));
            }
        }
        Ok(Self {
            profile: Profile::observed(&tasks, &question.options, observer)?,
            layers: layers.len(),
        })
    }

    /// The index of a safety concept at a layer in the profile.
    pub fn index(&self, safety: usize, layer: usize) -> usize {
        safety * self.layers + layer
    }

    pub fn layers(&self) -> usize {
        self.layers
    }
}

/// One measurement with what is drawn and forecast of it.
pub struct Detail<'a> {
    pub measurement: &'a Measurement,
    /// The frontier at τ̂; at the plug-in τ where the signal is not resolved.
    pub preservation: PreservationFrontier<f64>,
    /// The index of the capability of the signed reading, and its frontier.
    pub against: usize,
    pub signed: ParetoFrontier<f64>,
}

impl<'a> Detail<'a> {
    pub fn of(measurement: &'a Measurement, question: &Question) -> Result<Self, Failure> {
        let budget = Budget::new(question.budget)?;
        let shares = measurement.attribution();
        let against = match &question.against {
            Some(name) => question
                .capabilities
                .iter()
                .position(|c| c == name)
                .ok_or_else(|| format!("--against {name} is not among the capabilities"))?,
            None => shares.overlaps().imin(),
        };
        let rate = measurement
            .tax()
            .map_or_else(|_| shares.total(), alignment_tax::TaxEstimate::rate);
        Ok(Self {
            measurement,
            preservation: PreservationFrontier::new(rate, budget),
            against,
            signed: ParetoFrontier::between(
                measurement.safety(),
                &measurement.capabilities()[against],
                budget,
            )?,
        })
    }

    pub fn layer(&self) -> &str {
        &self.measurement.record().label
    }
}
