//! Do the intervals cover, and do the nulls reject as often as they say? Simulated, with the
//! truth known.
//!
//! `cargo run --release --example calibration`           a few minutes of the smaller settings
//! `cargo run --release --example calibration -- --long` all of them; writes what is in
//! `docs/calibration.md`
//! `cargo run --example calibration -- --short`          seconds; too few replicates to mean anything

mod conflicts;
mod coverage;
mod nulls;
mod scaling;
mod simulate;

use clap::Parser;

/// Coverage of the intervals and false-positive rates of the nulls, by simulation.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// All settings, more replicates: an hour or so
    #[arg(long)]
    long: bool,

    /// A few replicates of the smaller settings, to see that it runs
    #[arg(long, conflicts_with = "long")]
    short: bool,

    /// Replicates of each setting
    #[arg(long)]
    replicates: Option<usize>,

    /// Only settings whose line contains this text
    #[arg(long)]
    only: Option<String>,
}

/// Fits are quick: so many times the replicates.
const SCALING: usize = 4;

fn main() -> Result<(), alignment_tax::MeasurementError> {
    let arguments = Arguments::parse();
    let replicates = arguments
        .replicates
        .unwrap_or(match (arguments.long, arguments.short) {
            (true, _) => 500,
            (_, true) => 4,
            _ => 40,
        });
    let wanted = |line: &str| arguments.only.as_ref().is_none_or(|o| line.contains(o));
    let settings: Vec<simulate::Setting> = simulate::settings()
        .into_iter()
        .filter(|s| arguments.long || s.is_small())
        .filter(|s| wanted(&s.to_string()))
        .collect();
    println!("## Coverage of 95 % intervals, where the signal is resolved\n");
    println!("{}", coverage::HEADING);
    for setting in &settings {
        println!("{}", coverage::row(setting, replicates)?);
    }
    println!("\n## Rejections in % of the runs at a level of 5 %, with nothing to find\n");
    println!("{}", nulls::HEADING);
    for setting in settings.iter().filter(|s| s.is_null()) {
        println!("{}", nulls::row(setting, replicates)?);
    }
    println!(
        "\n## Conflicts of two goals: coverage of 95 % intervals, and verdicts decided at 95 %\n"
    );
    println!("{}", conflicts::HEADING);
    let conflicts = conflicts::settings().into_iter();
    let conflicts = conflicts.filter(|s| arguments.long || s.is_small());
    for setting in conflicts.filter(|s| wanted(&s.to_string())) {
        println!("{}", conflicts::row(&setting, replicates)?);
    }
    println!("\n## Scaling law: coverage of 95 % intervals, and verdicts\n");
    println!("{}", scaling::HEADING);
    for setting in scaling::settings()
        .iter()
        .filter(|s| arguments.long || s.is_small())
        .filter(|s| wanted(&format!("scaling | {s}")))
    {
        println!("{}", scaling::row(setting, SCALING * replicates)?);
    }
    Ok(())
}
