//! An experiment that could fail: does the tax of a *learned* representation scale as that
//! of a random one?
//!
//! `cargo run --release --example superposition`             some minutes on two cores
//! `cargo run --release --example superposition -- --short`  seconds; a smaller world
//! `cargo run --release --example superposition -- --from data/superposition`  no training
//!
//! Toy models of superposition (Elhage et al. 2022), of widths from 8 to 512, learn to hold
//! 1024 sparse features. Safety and capabilities are combinations of features, so that
//! their intrinsic overlap is known. Directions are read off each model by contrast sets,
//! τ is estimated from those without the bias of noise, and compared with the rate of the
//! embeddings themselves, with random packing, and with what was planted.
//! `docs/superposition.md` has the outcome.

mod adam;
mod analysis;
mod autoencoder;
mod contrast;
mod experiment;
mod features;
mod fits;
mod packing;
mod planted;
mod record;
#[path = "../support/series.rs"]
mod series;
mod training;

use std::path::PathBuf;

use clap::Parser;
use experiment::Setup;
use planted::Case;
use record::{Failure, Measured, Model};

/// Toy models of superposition: planted overlaps, learned packing, measured tax.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// A smaller world, in seconds
    #[arg(long)]
    short: bool,

    /// Seeds, one model of each width for each
    #[arg(long, value_delimiter = ',', conflicts_with = "from")]
    seeds: Option<Vec<u64>>,

    /// Threads; the results do not depend on them
    #[arg(long)]
    threads: Option<usize>,

    /// A folder for measurements.tsv and models.tsv, which must not be there yet
    #[arg(long)]
    out: Option<PathBuf>,

    /// Analyse the two tables in this folder instead of training models
    #[arg(long, conflicts_with_all = ["short", "out", "threads"])]
    from: Option<PathBuf>,
}

fn main() {
    if let Err(error) = run(&Arguments::parse()) {
        eprintln!("superposition: {error}");
        std::process::exit(1);
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    if let Some(folder) = &arguments.out {
        record::vacant(folder)?;
    }
    let (measured, models) = match &arguments.from {
        Some(folder) => record::read(folder)?,
        None => {
            let setup = if arguments.short {
                Setup::short()
            } else {
                Setup::full()
            };
            let setup = match &arguments.seeds {
                Some(seeds) => setup.with_seeds(seeds.clone()),
                None => setup,
            };
            let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
            setup.run(arguments.threads.unwrap_or(cores))?
        }
    };
    if let Some(folder) = &arguments.out {
        record::write(folder, &measured, &models)?;
    }
    print_models(&models);
    print_measurements(&measured);
    fits::print(&measured)?;
    learned(&models)
}

fn print_models(models: &[Model]) {
    println!(
        "Models. Represented: embeddings with a squared length of at least ½, and how many of those are\n\
         planted. cos²·d: mean squared cosine between them, times d, 1 where random; beside it that of a\n\
         tight frame, and the variance of cos² over that of random packing; share of cosines below zero.\n"
    );
    println!(
        "width  seed     loss  of trivial  represented  planted  cos²·d  tight frame  variance  negative"
    );
    for m in models {
        let p = &m.packing;
        println!(
            "{:>5} {:>5} {:>8.4} {:>11.3} {:>12} {:>8} {:>7.3} {:>12.3} {:>9.2} {:>9.3}",
            m.width,
            m.seed,
            m.loss,
            m.loss / m.trivial_loss,
            p.represented,
            p.planted_represented,
            p.mean_times_d,
            p.welch_times_d,
            p.variance_ratio,
            p.negative
        );
    }
}

fn print_measurements(measured: &[Measured]) {
    println!(
        "\nRates, over problems and seeds. tau: mean estimate from contrast sets; true: mean and standard\n\
         deviation of the rates of the embeddings; random: the same under random packing; share: tau\n\
         over that of random packing; law: its mean by theory §7.4, with the\n\
         intrinsic overlap as planted; covered: 95 % intervals that contain the true rate.\n"
    );
    println!("{}", analysis::HEADING);
    let points = analysis::points(measured);
    for point in &points {
        println!("{point}");
    }
    let over = |f: fn(&analysis::Point) -> usize| points.iter().map(f).sum::<usize>();
    let (covered, resolved) = (over(|p| p.covered), over(|p| p.resolved));
    println!("\n{covered} of {resolved} intervals contain the true rate.");
    println!(
        "\nExponents of what the true rates have over the planted ones (1: packing as the theory has it)\n"
    );
    for case in Case::ALL {
        match analysis::exponent(&points, case) {
            None => println!(
                "{case:<12}  none: not above the planted rate at every width, or resolved too seldom"
            ),
            Some(found) => println!(
                "{case:<12}  {:.2} ± {:.2} over widths {:?}",
                found.beta, found.standard_error, found.widths
            ),
        }
    }
}

/// An experiment on models that learned nothing would say nothing.
fn learned(models: &[Model]) -> Result<(), Failure> {
    let widest = models.iter().map(|m| m.width).max().unwrap_or(0);
    for m in models {
        let allowed = if m.width == widest { 0.5 } else { 0.97 } * m.trivial_loss;
        if m.loss > allowed {
            return Err(format!(
                "the model of width {} and seed {} ended at a loss of {:.4}, above {allowed:.4}",
                m.width, m.seed, m.loss
            )
            .into());
        }
    }
    Ok(())
}
