//! The record as JSON: everything the report says, with full digits.

use serde_json::{Value, json};

use super::analysis::{Question, Study};
use super::dataset::Failure;
use super::forecast::{Basis, Forecast, Outcome, Policy, Reading};

pub fn record(
    question: &Question,
    study: &Study,
    forecast: Option<&(String, Forecast)>,
) -> Result<Value, Failure> {
    let entangled = study.profile.entangled()?;
    let freer = study.profile.freer()?;
    let measurements = study.profile.measurements().iter().enumerate();
    let measurements = measurements
        .map(|(i, measured)| {
            Ok(json!({
                "measurement": serde_json::to_value(measured.record())?,
                "p_entangled_adjusted": {
                    "holm": entangled.holm()[i],
                    "benjamini_hochberg": entangled.benjamini_hochberg()[i],
                },
                "p_freer_adjusted": {
                    "holm": freer.holm()[i],
                    "benjamini_hochberg": freer.benjamini_hochberg()[i],
                },
            }))
        })
        .collect::<Result<Vec<_>, Failure>>()?;
    Ok(json!({
        "crate": { "name": "alignment-tax", "version": env!("CARGO_PKG_VERSION") },
        "safety": question.safeties,
        "capabilities": question.capabilities,
        "budget": question.budget,
        "measurements": measurements,
        "forecast": forecast.map(|(layer, f)| json!({
            "layer": layer,
            "capability": f.capability,
            "unit": f.unit,
            "pairs": { "trained_on": f.pairs.0, "read_on": f.pairs.1 },
            "accuracy_before": { "safety": f.before.0, "capability": f.before.1 },
            "angle_degrees": { "means": f.angles.0, "gradients": f.angles.1 },
            "trials": f.trials.iter().map(|t| json!({
                "budget": t.budget,
                "basis": match t.basis {
                    Basis::Means => "differences of means",
                    Basis::Gradients => "probe gradients",
                },
                "policy": match t.policy {
                    Policy::AllOnSafety => "all on safety",
                    Policy::CapabilityKept => "capability kept",
                },
                "safety": outcome(&t.safety),
                "capability": outcome(&t.capability),
            })).collect::<Vec<_>>(),
        })),
    }))
}

fn outcome(o: &Outcome) -> Value {
    json!({
        "gain": o.gain,
        "predicted": reading(&o.predicted),
        "measured": reading(&o.measured),
    })
}

fn reading(r: &Reading) -> Value {
    json!({
        "score_change": r.score,
        "minus_margin": r.margin,
        "plus_share": r.plus,
        "accuracy": r.accuracy,
    })
}
