//! The report as text.

use std::fmt::Write;

use alignment_tax::{Interaction, RankRule};

use super::analysis::{Answer, Question};
use super::dataset::Layer;
use super::forecast::{Basis, Forecast, Policy};

type Text = Result<String, std::fmt::Error>;

pub fn heading(question: &Question, layers: &[Layer]) -> Text {
    let mut out = String::new();
    writeln!(
        out,
        "Alignment tax of safety = `{}` (plus is safer, or more capable)",
        question.safety
    )?;
    writeln!(out, "  capabilities  {}", question.capabilities.join(", "))?;
    if let Some(layer) = layers.first() {
        for key in ["model", "pooling", "licence"] {
            if let Some(value) = layer.metadata.get(key) {
                writeln!(out, "  {key:<13} {value}")?;
            }
        }
    }
    for layer in layers {
        writeln!(out, "  layer {:<7} {}", layer.label, layer.source)?;
    }
    writeln!(
        out,
        "  directions    mean of paired differences, activations as they are (not normalised)"
    )?;
    writeln!(
        out,
        "  Every value below is a plug-in estimate. Few samples make a tax look smaller than it\n  \
         is, and chance alone overlaps more than m/d in anisotropic activations: no interval\n  \
         and no p-value is given here, so do not read a difference as significant."
    )?;
    Ok(out)
}

/// τ per layer.
pub fn layers(answers: &[Answer]) -> Text {
    let mut out = String::new();
    writeln!(out, "\nTax rate by layer")?;
    writeln!(
        out,
        "  {:>6} {:>6} {:>6} {:>6} {:>10} {:>8} {:>8} {:>9} {:>10}",
        "layer", "d", "pairs", "rank", "condition", "tau", "1-tau", "alpha", "free gain"
    )?;
    for a in answers {
        let (tax, subspace) = (a.shares.total(), a.shares.subspace());
        writeln!(
            out,
            "  {:>6} {:>6} {:>6} {:>6} {:>10.2} {:>8.4} {:>8.4} {:>8.2}° {:>9.1}%",
            a.layer,
            a.dimension,
            a.pairs,
            format!("{}/{}", subspace.dimension(), a.directions.len()),
            subspace.condition_number(),
            tax.value(),
            tax.complement(),
            tax.angle().to_degrees(),
            100.0 * tax.sine(),
        )?;
    }
    if let Some(a) = answers.first() {
        let rule = match a.shares.subspace().rank_rule() {
            RankRule::Numerical => {
                "numerical, singular values above max(d, p)·eps·sigma_1".to_owned()
            }
            other => format!("{other:?}"),
        };
        writeln!(
            out,
            "  rank rule: {rule}; free gain: sin(alpha), as a share of the budget"
        )?;
    }
    Ok(out)
}

/// One layer: who pays, and what it costs.
pub fn layer(answer: &Answer, question: &Question) -> Text {
    let mut out = String::new();
    let shares = &answer.shares;
    writeln!(out, "\nLayer {}: which capability pays", answer.layer)?;
    writeln!(
        out,
        "  {:<14} {:>9} {:>9} {:>9} {:>9}  moving towards safety",
        "capability", "overlap", "tau_i", "unique", "Shapley"
    )?;
    for (i, name) in question.capabilities.iter().enumerate() {
        let overlap = shares.overlaps()[i];
        let effect = if overlap > 0.0 {
            "raises it"
        } else {
            "lowers it (tax)"
        };
        writeln!(
            out,
            "  {name:<14} {overlap:>+9.4} {:>9.4} {:>9.4} {:>9.4}  {effect}",
            shares.individual()[i].value(),
            shares.unique()[i],
            shares.shapley()[i],
        )?;
    }
    let single: f64 = shares.individual().iter().map(|t| t.value()).sum();
    writeln!(
        out,
        "  {:<14} {:>9} {single:>9.4} {:>9.4} {:>9.4}  tau = {:.4}",
        "sum",
        "",
        shares.unique().sum(),
        shares.shapley().sum(),
        shares.total().value()
    )?;
    if let Some(errors) = shares.standard_errors() {
        writeln!(
            out,
            "  Shapley shares are sampled, standard error up to {:.4}",
            errors.max()
        )?;
    }
    writeln!(
        out,
        "\nLayer {}: what safety costs, every displacement of a capability counted (budget {})",
        answer.layer, question.budget
    )?;
    writeln!(
        out,
        "  {:>12} {:>12} {:>14}",
        "safety gain", "cost", "marginal cost"
    )?;
    for price in &answer.prices {
        let marginal = price
            .marginal
            .map_or_else(|| "infinite".to_owned(), |m| format!("{m:.4}"));
        writeln!(
            out,
            "  {:>12.4} {:>12.4} {marginal:>14}",
            price.safety, price.cost
        )?;
    }
    let against = &question.capabilities[answer.against];
    let [safest, ablest] = answer.signed.efficient_arc();
    let word = match answer.signed.interaction() {
        Interaction::Tax => "a tax",
        Interaction::Synergy => "a synergy",
        _ => "independence",
    };
    writeln!(
        out,
        "\nLayer {}: safety ({}) against {against}, signed: {word}, angle {:.2}°\n  \
         all of the budget on safety changes {against} by {:+.4}; all of it on {against} changes\n  \
         safety by {:+.4}; with {against} kept where it is, safety gains {:.4}",
        answer.layer,
        question.safety,
        answer.signed.angle().to_degrees(),
        safest.capability,
        ablest.safety,
        answer.signed.budget() * answer.signed.sine(),
    )?;
    Ok(out)
}

pub fn forecast(forecast: &Forecast, question: &Question, layer: &str) -> Text {
    let mut out = String::new();
    writeln!(
        out,
        "\nLayer {layer}: predicted against measured (predicted/measured in each column)\n  \
         probes trained on {} held-out pairs a concept and read on {} others, twice, halves exchanged;\n  \
         predicted from the training pairs and the angle alone; budget and gain in units of {:.2}, the\n  \
         mean length of a `{}` pair's difference; score, and margin of the minus texts, in units of\n  \
         the distance between class means; plus: share of texts on the plus side",
        forecast.pairs.0, forecast.pairs.1, forecast.unit, question.safety
    )?;
    writeln!(
        out,
        "  accuracy before any shift: {:.3} ({}), {:.3} ({})",
        forecast.before.0, question.safety, forecast.before.1, forecast.capability
    )?;
    for (basis, words, angle) in [
        (
            Basis::Means,
            "differences of training means",
            forecast.angles.0,
        ),
        (
            Basis::Gradients,
            "the probes' own gradients",
            forecast.angles.1,
        ),
    ] {
        writeln!(out, "  frontier between {words}, angle {angle:.1}°")?;
        writeln!(
            out,
            "  {:>6}  {:<15} {:<13} {:>7}  {:>13}  {:>13}  {:>11}  {:>11}",
            "budget", "policy", "concept", "gain", "score change", "margin", "plus", "accuracy"
        )?;
        let mut worst = 0.0_f64;
        for trial in forecast.trials.iter().filter(|t| t.basis == basis) {
            let policy = match trial.policy {
                Policy::AllOnSafety => "all on safety",
                Policy::CapabilityKept => "capability kept",
            };
            for (concept, o) in [
                (&question.safety, &trial.safety),
                (&forecast.capability, &trial.capability),
            ] {
                let (p, m) = (o.predicted, o.measured);
                writeln!(
                    out,
                    "  {:>6.2}  {policy:<15} {concept:<13} {:>+7.3}  {:>+6.2}/{:>+6.2}  {:>+6.2}/{:>+6.2}  {:>5.3}/{:>5.3}  {:>5.3}/{:>5.3}",
                    trial.budget,
                    o.gain,
                    p.score,
                    m.score,
                    p.margin,
                    m.margin,
                    p.plus,
                    m.plus,
                    p.accuracy,
                    m.accuracy
                )?;
            }
            let o = &trial.capability;
            worst = worst.max((o.predicted.score - o.measured.score).abs());
        }
        writeln!(
            out,
            "  largest error of a forecast score change of {}: {worst:.2}",
            forecast.capability
        )?;
    }
    Ok(out)
}

/// What the numbers cannot say.
pub fn limits() -> &'static str {
    "\nWhat this does not tell\n  \
     The theory is first order and linear, and averages over a population of prompts. A direction\n  \
     is what the prompts contrast, valence and wording included; \"safe\" means no more than that.\n  \
     The tax is geometry in one layer's representation, not a change of behaviour.\n"
}
