//! Auditing a real shift: what a system prompt bought, paid and wasted in the hidden states
//! of SmolLM2-135M-Instruct, beside a control prompt of the same length that has nothing to
//! do with safety.
//!
//! `cargo run --release --features io --example audit`
//!
//! Directions come from the training pairs, the shift from held-out texts: mean activation
//! with the prompt less that without, one row a text, the texts of a template one unit.

use std::path::PathBuf;

use alignment_tax::io::SafetensorsFile;
use alignment_tax::{
    Audit, AuditEstimate, Direction, Forecast, Jackknifed, Objectives, PairedContrast, Samples,
    Subspace,
};
use clap::Parser;
use nalgebra::DMatrix;

/// Audit the shift that a system prompt causes.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Layers to audit; the others of the data set are in the repository only
    #[arg(long, value_delimiter = ',', default_values_t = [18])]
    layers: Vec<u32>,

    /// The concept that is safety
    #[arg(long, default_value = "manipulation")]
    safety: String,

    /// The concepts that are capabilities
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "persuasion,arithmetic,code,reasoning,instruction,knowledge"
    )]
    capabilities: Vec<String>,
}

type Failure = Box<dyn std::error::Error>;

/// Concepts of the texts, and texts that share a template.
const TEXTS: [&str; 6] = [
    "refusal",
    "manipulation",
    "honesty",
    "persuasion",
    "arithmetic",
    "code",
];
const PER_TEMPLATE: usize = 4;

fn main() {
    if let Err(error) = run(&Arguments::parse()) {
        eprintln!("audit: {error}");
        std::process::exit(1);
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let data = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data");
    println!(
        "A shift of the hidden states by a system prompt, against safety = {} and {} capabilities\n\
         (held-out texts of {}; shares of the squared length, noise taken off, ± one standard error\n\
         over templates)",
        arguments.safety,
        arguments.capabilities.len(),
        TEXTS.join(", ")
    );
    for layer in &arguments.layers {
        let trained = data.join(format!("smollm2/activations/layer{layer}.mean.safetensors"));
        let shifted = data.join(format!(
            "smollm2-shift/activations/layer{layer}.mean.safetensors"
        ));
        let (trained, shifted) = (
            SafetensorsFile::open(&trained)?,
            SafetensorsFile::open(&shifted)?,
        );
        let direction = |name: &str| -> Result<(Direction<f64>, f64), Failure> {
            let side = |side| trained.matrix::<f64>(&format!("{name}.train.{side}"));
            let (plus, minus) = (side("plus")?, side("minus")?);
            let length = (&plus - &minus).row_mean().norm();
            Ok((
                PairedContrast::new(&plus, &minus)?.mean_difference()?,
                length,
            ))
        };
        let (v, safety_length) = direction(&arguments.safety)?;
        let capabilities = arguments
            .capabilities
            .iter()
            .map(|name| direction(name))
            .collect::<Result<Vec<_>, Failure>>()?;
        let (directions, lengths): (Vec<_>, Vec<_>) = capabilities.into_iter().unzip();
        let span = Subspace::from_directions(&directions)?;
        let named: Vec<(&str, &Direction<f64>)> = arguments
            .capabilities
            .iter()
            .map(String::as_str)
            .zip(&directions)
            .collect();
        // In per cent of the way between the classes of each concept.
        let slopes: Vec<f64> = lengths.iter().map(|l| 100.0 / l).collect();
        let objectives = Objectives::from_directions(&named)?.with_slopes(&slopes)?;

        let texts = |when: &str| -> Result<DMatrix<f64>, Failure> {
            let mut rows: Vec<DMatrix<f64>> = Vec::new();
            for concept in TEXTS {
                for side in ["plus", "minus"] {
                    rows.push(shifted.matrix(&format!("{when}.{concept}.{side}"))?);
                }
            }
            let n = rows.iter().map(|r| r.nrows()).sum();
            let mut all = DMatrix::zeros(n, v.ambient_dimension());
            let mut from = 0;
            for part in rows {
                all.rows_mut(from, part.nrows()).copy_from(&part);
                from += part.nrows();
            }
            Ok(all)
        };
        let before = texts("before")?;
        let (safe, control) = (texts("after_safety")?, texts("after_control")?);
        // Both sides of a concept share its templates.
        let per_side = before.nrows() / (2 * TEXTS.len());
        let units: Vec<usize> = (0..before.nrows())
            .map(|row| {
                let concept = row / (2 * per_side);
                concept * per_side + row % per_side / PER_TEMPLATE
            })
            .collect();
        println!("\nLayer {layer}");
        println!(
            "  {:<22} {:>7} {:>13} {:>14} {:>14} {:>14} {:>14} {:>15}",
            "shift", "length", "safety", "free", "paid", "idle", "waste", "efficiency"
        );
        let shifts = [
            ("safety prompt", &safe - &before),
            ("control prompt", &control - &before),
            ("safety less control", &safe - &control),
        ];
        for (name, rows) in &shifts {
            let samples = Samples::new(rows)?.with_units(&units)?;
            let audit = AuditEstimate::new(&samples, &v, &span)?;
            let share = |x: Jackknifed| format!("{:.3} ± {:.3}", x.value(), x.standard_error());
            let safety = audit.safety();
            println!(
                "  {name:<22} {:>7.2} {:>13} {:>14} {:>14} {:>14} {:>14} {:>15}",
                audit.plug_in().length(),
                format!(
                    "{:+.1} ± {:.1}%",
                    100.0 * safety.value() / safety_length,
                    100.0 * safety.standard_error() / safety_length
                ),
                share(audit.free()),
                share(audit.paid()),
                share(audit.idle()),
                share(audit.waste()),
                audit.efficiency().map_or_else(|| "-".to_owned(), share),
            );
        }
        // The mean over all texts foretells; a concept's own held-out texts tell.
        let forecast = |rows: &DMatrix<f64>| -> Result<Vec<Forecast<f64>>, Failure> {
            let mut measured = Vec::new();
            for (at, name) in TEXTS.iter().enumerate() {
                if let Ok(i) = objectives.index(name) {
                    let own = rows
                        .rows(at * 2 * per_side, 2 * per_side)
                        .row_mean()
                        .transpose();
                    measured.push((
                        *name,
                        Forecast::of_shift(&objectives, &own, &[])?[i].predicted,
                    ));
                }
            }
            let mean = rows.row_mean().transpose();
            Ok(Forecast::of_shift(&objectives, &mean, &measured)?)
        };
        println!(
            "  forecast change of each capability from the mean over all texts, and measured on its own\n  \
             held-out texts, in % of the way between its classes"
        );
        println!(
            "  {:<22} {:>18} {:>18} {:>18}",
            "", "safety", "control", "difference"
        );
        let forecasts = shifts
            .iter()
            .map(|(_, rows)| forecast(rows))
            .collect::<Result<Vec<_>, Failure>>()?;
        for (i, name) in arguments.capabilities.iter().enumerate() {
            print!("  {name:<22}");
            for f in forecasts.iter().map(|f| &f[i]) {
                let measured = f
                    .measured
                    .map_or_else(|| "-".to_owned(), |m| format!("{m:+.1}%"));
                print!(" {:>18}", format!("{:+.1}% / {measured}", f.predicted));
            }
            println!();
        }
        // Half-way and all of the way: a trajectory of two checkpoints.
        let mean = shifts[2].1.row_mean();
        let path = DMatrix::from_rows(&[&mean * 0.5, mean]);
        let trajectory = Audit::trajectory(&path, &v, &span)?;
        let steps: Vec<String> = trajectory
            .iter()
            .map(|a| format!("({:.2}, {:+.2})", a.capability(), a.safety()))
            .collect();
        println!(
            "  safety less control as a path (capability moved, safety gained): {}",
            steps.join(" -> ")
        );
    }
    println!(
        "\nMeasured, not forecast (per concept and side, over texts): data/smollm2-shift/README.md."
    );
    println!(
        "The theory is first order and linear, averages over a population of texts, and is silent on\n\
         what \"safe\" means. A system prompt changes the context, not the weights."
    );
    Ok(())
}
