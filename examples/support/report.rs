//! The report as text.

use std::fmt::Write;

use alignment_tax::Interaction;

use super::analysis::{Detail, Question, Study};
use super::dataset::{Failure, Layer};
use super::forecast::{Basis, Forecast, Policy};

type Text = Result<String, std::fmt::Error>;

pub fn heading(question: &Question, layers: &[Layer]) -> Text {
    let mut out = String::new();
    writeln!(
        out,
        "Alignment tax of safety = {} (plus is safer, or more capable)",
        question.safeties.join(", ")
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
        "  directions    mean of paired differences, activations as they are (not normalised);\n                \
         training and held-out pairs together, in the forecast the training pairs alone"
    )?;
    let grouped = layers
        .iter()
        .flat_map(|l| l.concepts.values())
        .any(|c| c.units.is_some());
    writeln!(
        out,
        "  independence  {}",
        if grouped {
            "pairs of one template count as one observation"
        } else {
            "every pair counts as an independent observation (--templates says otherwise)"
        }
    )?;
    Ok(out)
}

/// τ per layer and safety concept, with what chance would give.
pub fn profile(study: &Study, question: &Question) -> Result<String, Failure> {
    let mut out = String::new();
    let (entangled, freer) = (study.profile.entangled()?, study.profile.freer()?);
    writeln!(
        out,
        "\nTax rate: plug-in, and without the bias of noise; p-values against random safety directions\n  \
         with the covariance of the activations, adjusted for the {} measurements (Benjamini-Hochberg)",
        study.profile.measurements().len()
    )?;
    writeln!(
        out,
        "  {:<13} {:>5} {:>6} {:>8} {:>7} {:>16} {:>8} {:>11} {:>8} {:>12}",
        "safety",
        "layer",
        "units",
        "plug-in",
        "tau",
        "interval",
        "chance",
        "p entangled",
        "p freer",
        "p isotropic"
    )?;
    for safety in 0..question.safeties.len() {
        for layer in 0..study.layers() {
            let i = study.index(safety, layer);
            let record = study.profile.measurements()[i].record();
            let (tau, interval) = match &record.tax {
                Some(tax) => (
                    format!("{:.3}", tax.estimate),
                    format!("[{:.3}, {:.3}]", tax.interval[0], tax.interval[1]),
                ),
                None => ("-".to_owned(), "not resolved".to_owned()),
            };
            writeln!(
                out,
                "  {:<13} {:>5} {:>6} {:>8.3} {tau:>7} {interval:>16} {:>8.3} {:>11.4} {:>8.4} {:>12.1e}",
                record.safety,
                record.label,
                record.samples.units,
                record.plug_in,
                record.chance.random_safety.mean,
                entangled.benjamini_hochberg()[i],
                freer.benjamini_hochberg()[i],
                record.chance.isotropic[0],
            )?;
        }
    }
    for record in study.profile.measurements().iter().map(|m| m.record()) {
        if let Some(reason) = &record.unresolved {
            writeln!(out, "  {} at {}: {reason}", record.safety, record.label)?;
        }
    }
    Ok(out)
}

/// One measurement: who pays, and what it costs.
pub fn detail(detail: &Detail<'_>, question: &Question) -> Text {
    let mut out = String::new();
    let record = detail.measurement.record();
    write!(out, "\nLayer {record}")?;
    if let Some(tax) = &record.tax {
        writeln!(
            out,
            "\nLayer {}: what safety costs, every displacement of a capability counted (budget {})",
            record.label, question.budget
        )?;
        writeln!(
            out,
            "  {:>12} {:>9} {:>20}",
            "safety gain", "cost", "interval"
        )?;
        for cost in &tax.costs {
            writeln!(
                out,
                "  {:>12.4} {:>9.4} {:>20}",
                cost.safety,
                cost.cost,
                format!("[{:.4}, {:.4}]", cost.interval[0], cost.interval[1])
            )?;
        }
    }
    let against = &question.capabilities[detail.against];
    let [safest, ablest] = detail.signed.efficient_arc();
    let word = match detail.signed.interaction() {
        Interaction::Tax => "a tax",
        Interaction::Synergy => "a synergy",
        _ => "independence",
    };
    writeln!(
        out,
        "\nLayer {}: safety ({}) against {against}, signed, plug-in: {word}, angle {:.2}°\n  \
         all of the budget on safety changes {against} by {:+.4}; all of it on {against} changes\n  \
         safety by {:+.4}; with {against} kept where it is, safety gains {:.4}",
        record.label,
        question.safety(),
        detail.signed.angle().to_degrees(),
        safest.capability,
        ablest.safety,
        detail.signed.budget() * detail.signed.sine(),
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
        forecast.pairs.0,
        forecast.pairs.1,
        forecast.unit,
        question.safety()
    )?;
    writeln!(
        out,
        "  accuracy before any shift: {:.3} ({}), {:.3} ({})",
        forecast.before.0,
        question.safety(),
        forecast.before.1,
        forecast.capability
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
                (question.safety(), &trial.safety),
                (forecast.capability.as_str(), &trial.capability),
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
