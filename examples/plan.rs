//! Planning a run: how much safety can there be if arithmetic may lose 1 %, code nothing
//! and persuasion 5 %?
//!
//! `cargo run --release --features io --example plan`
//!
//! Directions are differences of means of the shipped activations, layer 18. A change is in
//! per cent of a concept: 100 is the way from the mean of its minus texts to that of its plus
//! texts. That way comes from samples, so its length is taken without the bias of noise.

use std::path::PathBuf;

use alignment_tax::io::SafetensorsFile;
use alignment_tax::{
    Budget, Direction, FixedTargets, Floors, Moments, Objectives, PairedContrast,
    PreservationFrontier, Subspace, TaxRate, UpdateRule,
};
use clap::Parser;

/// Plan a shift: the most safety for what each capability may lose.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Activations with tensors <concept>.train.plus and <concept>.train.minus
    #[arg(long)]
    file: Option<PathBuf>,

    /// The concept that is safety, plus being safer
    #[arg(long, default_value = "manipulation")]
    safety: String,

    /// The concepts that are capabilities
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "persuasion,arithmetic,code,reasoning,instruction,knowledge"
    )]
    capabilities: Vec<String>,

    /// What a capability may lose, in per cent; those not named may lose anything
    #[arg(long, value_name = "NAME=PERCENT", value_parser = floor, default_values = ["arithmetic=1", "code=0", "persuasion=5"])]
    allow: Vec<(String, f64)>,

    /// The budget, in per cent of the safety concept
    #[arg(long, default_value_t = 50.0)]
    budget: f64,
}

type Failure = Box<dyn std::error::Error>;

fn floor(text: &str) -> Result<(String, f64), String> {
    let (name, percent) = text.split_once('=').ok_or("expected NAME=PERCENT")?;
    let percent = percent.parse().map_err(|e| format!("{percent}: {e}"))?;
    Ok((name.to_owned(), percent))
}

fn main() {
    if let Err(error) = run(&Arguments::parse()) {
        eprintln!("plan: {error}");
        std::process::exit(1);
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let shipped = "data/smollm2/activations/layer18.mean.safetensors";
    let file = arguments
        .file
        .clone()
        .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(shipped));
    let file = SafetensorsFile::open(&file)?;
    let names: Vec<&str> = std::iter::once(&arguments.safety)
        .chain(&arguments.capabilities)
        .map(String::as_str)
        .collect();
    let mut directions = Vec::new();
    let mut slopes = Vec::new();
    for name in &names {
        let side = |side| file.matrix::<f64>(&format!("{name}.train.{side}"));
        let (plus, minus) = (side("plus")?, side("minus")?);
        directions.push(PairedContrast::new(&plus, &minus)?.mean_difference()?);
        let mut differences = Moments::new(plus.ncols())?;
        differences.update(&(&plus - &minus))?;
        let squared = differences.debiased_squared_length()?;
        if squared <= 0.0 {
            return Err(format!("`{name}`: its mean is not told from zero").into());
        }
        slopes.push(100.0 / squared.sqrt());
    }
    let named: Vec<(&str, &Direction<f64>)> = names.iter().copied().zip(&directions).collect();
    let objectives = Objectives::from_directions(&named)?.with_slopes(&slopes)?;
    let budget = Budget::new(arguments.budget / slopes[0])?;
    let safety = arguments.safety.as_str();
    let allowed: Vec<(&str, f64)> = arguments
        .allow
        .iter()
        .map(|(n, e)| (n.as_str(), *e))
        .collect();
    let floors = Floors::in_metric_units(&objectives, safety, budget, &allowed)?;
    let optimum = floors.solve()?;

    println!(
        "The most safety ({safety}) for a shift of {:.0} % of the concept, directions as plug-in:",
        arguments.budget
    );
    let span = Subspace::from_directions(&directions[1..])?;
    let tax = TaxRate::between(&directions[0], &span)?;
    let preserved = PreservationFrontier::new(tax, budget).free_gain();
    let frozen = FixedTargets::frozen(&objectives, safety, budget)?;
    let percent = |gain: f64| gain * slopes[0];
    println!(
        "  nothing may move         {:>6.2} %",
        percent(frozen.gain())
    );
    println!(
        "  with these floors        {:>6.2} %",
        percent(optimum.gain())
    );
    println!(
        "  no limits at all         {:>6.2} %",
        percent(budget.value())
    );
    println!(
        "  (the free gain of the preservation frontier is the first: {:.2} %)",
        percent(preserved)
    );

    println!(
        "\n  {:<13} {:>9} {:>9} {:>22}",
        "capability", "may lose", "changes", "price of one per cent"
    );
    let changes = optimum.metric_changes()?;
    for (i, name) in names.iter().enumerate().skip(1) {
        let floor = allowed.iter().find(|(n, _)| n == name).map(|(_, e)| *e);
        let may = floor.map_or_else(|| "anything".to_owned(), |e| format!("{e} %"));
        let price = match floor {
            // Safety in its own per cent for a per cent of this capability.
            Some(_) => format!(
                "{:.3} % of safety",
                optimum.price(name)? / slopes[i] * slopes[0]
            ),
            None => "-".to_owned(),
        };
        println!("  {name:<13} {may:>9} {:>+8.2}% {price:>22}", changes[i]);
    }
    println!(
        "  binding: {}; duality gap {:.1e}, worst violation {:.1e}",
        optimum.active().join(", "),
        optimum.gap(),
        optimum.violation()
    );

    if let Some((name, _)) = allowed.iter().max_by(|a, b| a.1.total_cmp(&b.1)) {
        println!("\n  safety as {name} may lose more, until its floor stops to bind");
        let curve = floors.trade_off(name, 65)?;
        let slope = slopes[objectives.index(name)?];
        for point in curve.points().iter().step_by(16) {
            println!(
                "    {:>6.2} %  ->  {:>6.2} %",
                point.tolerated * slope,
                percent(point.gain)
            );
        }
        for kink in curve.kinks() {
            println!(
                "    at {:.2} % other floors start to bind: [{}], stop: [{}]",
                kink.tolerated * slope,
                kink.entering.join(", "),
                kink.leaving.join(", ")
            );
        }
    }

    println!("\n  update rules, every capability kept from harm, and what they give up");
    for rule in UpdateRule::ALL {
        let gain = rule.gain(&objectives, safety, budget)?;
        println!(
            "    {:<12} safety {:>6.2} %, gives up {:>5.2} %, worst harm {:.2e}",
            format!("{rule:?}"),
            percent(gain.safety),
            percent(gain.given_up),
            gain.harm
        );
    }
    println!(
        "\nFirst order, linear, plug-in directions: intervals of the rates are in `measure`. A per cent\n\
         is one of a difference of means, not of a benchmark."
    );
    Ok(())
}
