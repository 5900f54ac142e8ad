//! The tax rate of sampled safety vectors against a known capability subspace, its
//! interval, and the bootstrap as a second witness, with the time each took.
//!
//! `cargo run --release --features io --example bootstrap`
//!
//! Without arguments: manipulation in the shipped activations, layer 18, against the span
//! of six capability directions, taken as known.

use std::path::PathBuf;
use std::time::Instant;

use alignment_tax::io::{SafetensorsFile, read_npy};
use alignment_tax::{
    Confidence, MonteCarlo, PairedContrast, Samples, Subspace, TaxBootstrap, TaxEstimate,
};
use clap::Parser;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

/// Estimate and bootstrap a tax rate.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Safety vectors, one a row: paired differences or gradients
    #[arg(long, requires = "capabilities")]
    safety: Option<PathBuf>,

    /// Capability vectors, one a row; their span is taken as known
    #[arg(long, requires = "safety")]
    capabilities: Option<PathBuf>,

    #[arg(long, default_value_t = 1000)]
    replicates: usize,

    #[arg(long, default_value_t = 2026)]
    seed: u64,
}

type Failure = Box<dyn std::error::Error>;

fn main() {
    if let Err(error) = run(&Arguments::parse()) {
        eprintln!("bootstrap: {error}");
        std::process::exit(1);
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let (safety, span) = match (&arguments.safety, &arguments.capabilities) {
        (Some(safety), Some(capabilities)) => {
            let rows = read_npy::<f64>(capabilities)?;
            let safety = Samples::new(&read_npy::<f64>(safety)?)?;
            (safety, Subspace::from_columns(&rows.transpose())?)
        }
        _ => shipped()?,
    };
    println!(
        "{} samples, d = {}, capability subspace of dimension {}",
        safety.rows(),
        safety.dimension(),
        span.dimension()
    );
    let level = Confidence::NINETY_FIVE;

    let started = Instant::now();
    let tax = TaxEstimate::against_subspace(&safety, &span)?;
    let interval = tax.interval(level);
    println!("plug-in    {:.4}", tax.plug_in().value());
    println!(
        "estimate   {:.4}  {interval:.4}  standard error {:.4}  in {:.3} s",
        tax.value(),
        tax.standard_error(),
        started.elapsed().as_secs_f64()
    );

    let started = Instant::now();
    let mut rng = ChaCha8Rng::seed_from_u64(arguments.seed);
    let run = MonteCarlo::new(arguments.replicates)?;
    let bootstrap = TaxBootstrap::new(&safety, &span, &run, &mut rng)?;
    println!(
        "bootstrap  {:.4}  {:.4}  standard error {:.4}  in {:.3} s",
        bootstrap.replicates()[bootstrap.replicates().len() / 2],
        bootstrap.percentile(level),
        bootstrap.standard_error(),
        started.elapsed().as_secs_f64()
    );
    Ok(())
}

fn shipped() -> Result<(Samples, Subspace<f64>), Failure> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/smollm2/activations");
    let file = SafetensorsFile::open(format!("{folder}/layer18.mean.safetensors"))?;
    let pairs = |concept: &str| -> Result<_, Failure> {
        let side = |side| file.matrix::<f64>(&format!("{concept}.train.{side}"));
        Ok((side("plus")?, side("minus")?))
    };
    let (plus, minus) = pairs("manipulation")?;
    let safety = Samples::paired(&plus, &minus)?;
    let directions = [
        "persuasion",
        "arithmetic",
        "code",
        "reasoning",
        "instruction",
        "knowledge",
    ]
    .map(|name| -> Result<_, Failure> {
        let (plus, minus) = pairs(name)?;
        Ok(PairedContrast::new(&plus, &minus)?.mean_difference()?)
    })
    .into_iter()
    .collect::<Result<Vec<_>, Failure>>()?;
    Ok((safety, Subspace::from_directions(&directions)?))
}
