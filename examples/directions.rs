//! Directions without samples: Qwen2.5-7B-Instruct's refusal direction against
//! published preference directions, at four layers (d = 3584).
//!
//! `cargo run --release --features io --example directions`
//!
//! The data are the directions of the PyPI package `hidden-directions` 0.1.6 (MIT),
//! whose authors assert no scientific findings about them. They are raw differences of
//! means; only their directions are used. Refusal here points towards refusing.
//! `data/qwen2.5-7b-directions/README.md` says how to make the file again.

use std::fmt::Write as _;
use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;

use alignment_tax::io::SafetensorsFile;
use alignment_tax::{Attribution, Direction, Subspace, TaxSpectrum};
use clap::Parser;

/// The tax rate of one direction against others, from directions alone.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// A .safetensors file with one tensor a direction, rows are layers
    #[arg(default_value = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/data/qwen2.5-7b-directions/directions.safetensors"
    ))]
    file: PathBuf,

    /// The tensor that is safety
    #[arg(long, default_value = "v_refusal")]
    safety: String,

    /// The tensors that stand for what is to be kept
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "v_inst,v_pref_confident,v_pref_sycophant,v_pref_evil_l5_sadist,v_pref_flat_earth,v_pref_anti_arithmetic,v_pref_evaluative"
    )]
    kept: Vec<String>,
}

fn main() {
    if let Err(error) = run(&Arguments::parse()) {
        eprintln!("directions: {error}");
        std::process::exit(1);
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let file = SafetensorsFile::open(&arguments.file)?;
    let safety = file.matrix::<f64>(&arguments.safety)?;
    let kept = arguments
        .kept
        .iter()
        .map(|name| Ok((name.as_str(), file.matrix::<f64>(name)?)))
        .collect::<Result<Vec<_>, alignment_tax::io::ReadError>>()?;
    let labels: Vec<String> = match file.metadata().get("layers") {
        Some(list) => list.split(',').map(str::to_owned).collect(),
        None => (0..safety.nrows()).map(|i| i.to_string()).collect(),
    };
    let mut out = String::new();
    writeln!(
        out,
        "{} against {} directions, d = {}",
        arguments.safety,
        kept.len(),
        safety.ncols()
    )?;
    writeln!(out, "Directions without samples: no interval can be given.")?;
    for (row, label) in labels.iter().enumerate().take(safety.nrows()) {
        let v = Direction::new(&safety.row(row).transpose())?;
        let directions = kept
            .iter()
            .map(|(_, rows)| Direction::new(&rows.row(row).transpose()))
            .collect::<Result<Vec<_>, _>>()?;
        let shares = Attribution::exact(&v, &directions)?;
        let tax = shares.total();
        writeln!(
            out,
            "\nlayer {label}: tau = {:.4}, alpha = {:.2}°, rank {}, condition {:.1}, free gain {:.1} % of the budget",
            tax.value(),
            tax.angle().to_degrees(),
            shares.subspace().dimension(),
            shares.subspace().condition_number(),
            100.0 * tax.sine()
        )?;
        for (i, (name, _)) in kept.iter().enumerate() {
            writeln!(
                out,
                "  {name:<24} overlap {:+.4}  Shapley {:.4}",
                shares.overlaps()[i],
                shares.shapley()[i]
            )?;
        }
        // The same question for a safety plane: refusal and the last direction kept.
        let plane = Subspace::from_directions(&[v, directions[directions.len() - 1].clone()])?;
        let rest = Subspace::from_directions(&directions[..directions.len().max(2) - 1])?;
        let spectrum = TaxSpectrum::between(&plane, &rest)?;
        let rates: Vec<String> = spectrum
            .rates()
            .iter()
            .map(|t| format!("{:.4}", t.value()))
            .collect();
        writeln!(
            out,
            "  plane of {} and {}: tax spectrum {}",
            arguments.safety,
            kept[kept.len() - 1].0,
            rates.join(", ")
        )?;
    }
    match std::io::stdout().lock().write_all(out.as_bytes()) {
        // The reader of a pipe has left.
        Err(e) if e.kind() != ErrorKind::BrokenPipe => Err(e.into()),
        _ => Ok(()),
    }
}
