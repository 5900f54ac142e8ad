//! The report as a page: what was measured, the tables and figures of the library, and the
//! forecast beside what came of it.

use std::path::Path;

use alignment_tax::plot::FrontierFigure;
use alignment_tax::report::Report;
use alignment_tax::{Card, Interaction};

use super::analysis::{Detail, Question, Study};
use super::dataset::{Failure, Layer};
use super::forecast::{Basis, Forecast, Policy};

pub fn page(
    question: &Question,
    layers: &[Layer],
    study: &Study,
    detail: &Detail<'_>,
    forecast: Option<&Forecast>,
) -> Result<Report, Failure> {
    let safety = question.safeties.join(", ");
    let mut report = Report::new(format!("Alignment tax of {safety}"))
        .with_summary(format!(
            "What does it cost to be safer? Measured on activations, before any training: {} against {}.",
            safety,
            question.capabilities.join(", ")
        ))
        .with_command(command());
    if let Some(layer) = layers.first() {
        for key in ["model", "pooling", "licence"] {
            if let Some(value) = layer.metadata.get(key) {
                report = report.with_fact(key, value);
            }
        }
    }
    for layer in layers {
        let source = Path::new(&layer.source);
        let here = source.strip_prefix(env!("CARGO_MANIFEST_DIR"));
        let shown = here.unwrap_or(source).display().to_string();
        report = report.with_fact(format!("layer {}", layer.label), shown);
    }
    let grouped = layers
        .iter()
        .flat_map(|l| l.concepts.values())
        .any(|c| c.units.is_some());
    report = report
        .with_fact(
            "directions",
            "mean of paired differences, plus is safer or more capable; activations as they are",
        )
        .with_fact(
            "independence",
            if grouped {
                "pairs of one template count as one observation"
            } else {
                "every pair counts as an independent observation"
            },
        )
        .profile(&study.profile)
        .section(
            format!("{} at layer {}", question.safety(), detail.layer()),
            detail.measurement.card(),
        )
        .section(
            format!(
                "{} against {}",
                question.safety(),
                question.capabilities[detail.against]
            ),
            signed(detail, question),
        )
        .figure(|theme| {
            FrontierFigure::new(&detail.signed)
                .with_names(question.safety(), &question.capabilities[detail.against])
                .draw(theme)
        })?;
    Ok(match forecast {
        Some(forecast) => report.section("Foretold and measured", foretold(forecast, question)),
        None => report,
    })
}

/// The command line, as it can be typed again.
fn command() -> String {
    let quoted = |argument: String| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_=.,/:+".contains(c);
        if !argument.is_empty() && argument.chars().all(plain) {
            argument
        } else {
            format!("'{}'", argument.replace('\'', "'\\''"))
        }
    };
    let mut command = "cargo run --release --features io,plot,serde --example measure".to_owned();
    let arguments = std::env::args_os().skip(1);
    for (i, argument) in arguments.enumerate() {
        command += if i == 0 { " -- " } else { " " };
        command += &quoted(argument.to_string_lossy().into_owned());
    }
    command
}

/// The trade-off with the one capability.
fn signed(detail: &Detail<'_>, question: &Question) -> Card {
    let against = &question.capabilities[detail.against];
    let [safest, ablest] = detail.signed.efficient_arc();
    let word = match detail.signed.interaction() {
        Interaction::Tax => "a tax",
        Interaction::Synergy => "a synergy",
        _ => "independence",
    };
    Card::new(format!(
        "With a sign, of the noisy directions: {word}, at an angle of {:.1}°",
        detail.signed.angle().to_degrees()
    ))
    .with_row(
        "all on safety",
        format!("{:+.3}", safest.capability),
        format!("change of {against} where all of the budget goes into safety"),
    )
    .with_row(
        format!("all on {against}"),
        format!("{:+.3}", ablest.safety),
        format!("change of safety where all of it goes into {against}"),
    )
    .with_row(
        format!("{against} kept"),
        format!("{:+.3}", detail.signed.budget() * detail.signed.sine()),
        format!("gain in safety with {against} where it is"),
    )
    .with_note("It has no interval, and noise moves the angle towards 90°.")
}

/// What the angle foretold for probes, and what was measured.
fn foretold(forecast: &Forecast, question: &Question) -> Card {
    let mut card = Card::new(format!(
        "What shifts did to linear probes of {} and {}",
        question.safety(),
        forecast.capability
    ))
    .with_sentence(format!(
        "Shifts from training pairs, moved through probes that were trained on {} held-out pairs a concept and \
         read on {} others, twice, halves exchanged. Each cell is foretold / measured.",
        forecast.pairs.0, forecast.pairs.1
    ))
    .with_row(
        "unit",
        format!("{:.2}", forecast.unit),
        format!(
            "mean length of a {} pair's difference; budgets are shares of it",
            question.safety()
        ),
    )
    .with_row(
        "accuracy before",
        format!("{:.3} and {:.3}", forecast.before.0, forecast.before.1),
        format!(
            "of the probes of {} and {}",
            question.safety(),
            forecast.capability
        ),
    );
    for (basis, caption) in [
        (
            Basis::Means,
            format!(
                "Directions are differences of means, at {:.1}°",
                forecast.angles.0
            ),
        ),
        (
            Basis::Gradients,
            format!(
                "Directions are the probes' own gradients, at {:.1}°",
                forecast.angles.1
            ),
        ),
    ] {
        let rows: Vec<Vec<String>> = forecast
            .trials
            .iter()
            .filter(|trial| trial.basis == basis)
            .flat_map(|trial| {
                let policy = match trial.policy {
                    Policy::AllOnSafety => "all on safety",
                    Policy::CapabilityKept => "capability kept",
                };
                [
                    (question.safety(), &trial.safety),
                    (forecast.capability.as_str(), &trial.capability),
                ]
                .map(|(concept, o)| {
                    let (p, m) = (&o.predicted, &o.measured);
                    vec![
                        format!("{:.2}, {policy}", trial.budget),
                        concept.to_owned(),
                        format!("{:+.2} / {:+.2}", p.score, m.score),
                        format!("{:.2} / {:.2}", p.accuracy, m.accuracy),
                    ]
                })
            })
            .collect();
        let head = ["budget", "concept", "change of score", "accuracy"];
        card = card.with_table(caption, &head, &rows);
    }
    card.with_note(
        "Scores are in units of the distance between class means. With the probes' own gradients they come out \
         exactly, as they must; with differences of means they need not.",
    )
}
