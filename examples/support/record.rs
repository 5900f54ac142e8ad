//! The record as JSON: everything the report says, with full digits.

use serde_json::{Value, json};

use super::analysis::{Answer, Question};
use super::forecast::{Basis, Forecast, Outcome, Policy, Reading};

pub fn record(
    question: &Question,
    answers: &[Answer],
    forecast: Option<&(String, Forecast)>,
) -> Value {
    json!({
        "crate": { "name": "alignment-tax", "version": env!("CARGO_PKG_VERSION") },
        "estimator": "plug-in: mean of paired differences, activations as they are",
        "safety": question.safety,
        "capabilities": question.capabilities,
        "budget": question.budget,
        "layers": answers.iter().map(|a| layer(a, question)).collect::<Vec<_>>(),
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
    })
}

fn layer(a: &Answer, question: &Question) -> Value {
    let tax = a.shares.total();
    let subspace = a.shares.subspace();
    json!({
        "layer": a.layer,
        "source": a.source,
        "dimension": a.dimension,
        "pairs": a.pairs,
        "rank": subspace.dimension(),
        "rank_rule": format!("{:?}", subspace.rank_rule()),
        "singular_values": subspace.singular_values().as_slice(),
        "tau": tax.value(),
        "one_minus_tau": tax.complement(),
        "alpha_radians": tax.angle(),
        "capabilities": question.capabilities.iter().enumerate().map(|(i, name)| json!({
            "name": name,
            "overlap": a.shares.overlaps()[i],
            "tau": a.shares.individual()[i].value(),
            "unique": a.shares.unique()[i],
            "shapley": a.shares.shapley()[i],
        })).collect::<Vec<_>>(),
        "free_gain": a.preservation.free_gain(),
        "prices": a.prices.iter().map(|p| json!({
            "safety": p.safety,
            "cost": p.cost,
            "marginal": p.marginal,
        })).collect::<Vec<_>>(),
        "signed": {
            "capability": question.capabilities[a.against],
            "overlap": a.signed.cosine(),
            "angle_radians": a.signed.angle(),
            "gain_with_capability_kept": a.signed.budget() * a.signed.sine(),
        },
    })
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
