//! Do helpful and harmless fight, and does freezing a capability end it?
//!
//! `cargo run --release --features io --example conflict`
//!
//! First on the shipped activations of SmolLM2-135M-Instruct, as it comes out; then with a conflict
//! planted in them by way of `reasoning`, to show what a resolved one looks like. Numbers with
//! intervals come from samples, the noise taken off; what to freeze is searched among the
//! directions themselves.

mod concepts;
mod report;

use alignment_tax::{
    Budget, Confidence, ConflictEstimate, Direction, Error, Evidence, FreezeSearch, FrozenGoals,
    JointGain, MonteCarlo, Objectives, Samples,
};
use clap::Parser;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

use concepts::{Concept, Failure};

/// Two goals, what freezing does to the fight between them, and what to freeze.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The layer; 10 and 26 are in the repository only
    #[arg(long, default_value_t = 18)]
    layer: u32,

    /// The two goals
    #[arg(
        long,
        value_delimiter = ',',
        num_args = 2,
        default_value = "helpfulness,harmlessness"
    )]
    goals: Vec<String>,

    /// The capabilities that may be frozen
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "persuasion,arithmetic,code,reasoning,instruction,sentiment,politeness,knowledge"
    )]
    capabilities: Vec<String>,

    /// All goals, for the question of what they can gain together
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "helpfulness,harmlessness,caution,refusal,honesty,manipulation"
    )]
    together: Vec<String>,

    /// Replicates of the parametric bootstrap
    #[arg(long, default_value_t = 9999)]
    replicates: usize,
}

const CONFIDENCE: Confidence = Confidence::NINETY_FIVE;
const SEED: u64 = 2603;

fn main() {
    if let Err(error) = run(&Arguments::parse()) {
        eprintln!("conflict: {error}");
        std::process::exit(1);
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let [first, second] = arguments.goals.as_slice() else {
        return Err("--goals takes two names, as in helpfulness,harmlessness".into());
    };
    let read = |name: &String| Concept::read(name, arguments.layer);
    let goals = [read(first)?, read(second)?];
    let capabilities = arguments
        .capabilities
        .iter()
        .map(read)
        .collect::<Result<Vec<_>, _>>()?;

    println!(
        "1. {first} against {second}, SmolLM2-135M-Instruct, layer {}, {} and {} pairs of {} and {} templates\n",
        arguments.layer,
        goals[0].samples.rows(),
        goals[1].samples.rows(),
        goals[0].samples.units(),
        goals[1].samples.units()
    );
    verdicts(&goals, &capabilities, arguments.replicates)?;

    println!(
        "\n2. What to freeze, by the directions themselves (their noise makes every cosine too small)\n"
    );
    let all: Vec<&Concept> = goals.iter().chain(&capabilities).collect();
    search(&objectives(&all)?, &goals, &arguments.capabilities)?;

    println!("\n3. All goals at once, by the directions themselves\n");
    together(arguments, &capabilities)?;

    println!(
        "\n4. A planted conflict: the direction of reasoning added to helpfulness and taken off caution\n"
    );
    planted(arguments)?;

    println!(
        "\nThe theory is first order and linear, averages over a population of texts, and is silent on what\n\
         \"safe\" means; a direction is what its prompts contrast (data/smollm2-conflict/README.md)."
    );
    Ok(())
}

/// What the samples say about freezing each capability, and all of them.
fn verdicts(
    goals: &[Concept; 2],
    capabilities: &[Concept],
    replicates: usize,
) -> Result<(), Failure> {
    let evidence = goals.each_ref().map(|x| Evidence::Sampled(&x.samples));
    let alone: Vec<(String, Vec<&Samples>)> = capabilities
        .iter()
        .map(|x| (x.name.clone(), vec![&x.samples]))
        .chain([(
            format!("all {}", capabilities.len()),
            capabilities.iter().map(|x| &x.samples).collect(),
        )])
        .collect();
    report::verdict_header();
    for (name, frozen) in &alone {
        let frozen: Vec<Evidence<'_>> = frozen.iter().map(|x| Evidence::Sampled(x)).collect();
        match ConflictEstimate::new(evidence, &frozen) {
            Ok(conflict) => {
                let run = MonteCarlo::new(replicates)?;
                let mut rng = ChaCha8Rng::seed_from_u64(SEED);
                let probabilities = conflict.probabilities(&run, &mut rng);
                report::verdict(name, &conflict, &probabilities, CONFIDENCE);
            }
            Err(error @ (Error::Undersampled { .. } | Error::Collinear { .. })) => {
                println!("  {name:<13} {error}");
            }
            Err(other) => return Err(other.into()),
        }
    }
    println!(
        "\n  Intervals are 95 %, each for itself; {} sets were tried. `decided` asks for a probability of\n  \
         95 % and for intervals that exclude zero, so that nothing is claimed on noise.",
        alone.len()
    );
    Ok(())
}

/// The least loss that ends the fight, by all subsets.
fn search(
    objectives: &Objectives<f64>,
    goals: &[Concept; 2],
    candidates: &[String],
) -> Result<(), Failure> {
    let goals = goals.each_ref().map(|x| x.name.as_str());
    let candidates: Vec<&str> = candidates.iter().map(String::as_str).collect();
    let plan = FreezeSearch::new(objectives, &goals, &candidates)?.run()?;
    report::plan(&plan);
    Ok(())
}

/// The matrix of conflicts of many goals, and the largest gain that all can have.
fn together(arguments: &Arguments, capabilities: &[Concept]) -> Result<(), Failure> {
    let goals = arguments
        .together
        .iter()
        .map(|name| Concept::read(name, arguments.layer))
        .collect::<Result<Vec<_>, _>>()?;
    let all: Vec<&Concept> = goals.iter().chain(capabilities).collect();
    let objectives = objectives(&all)?;
    let goals: Vec<&str> = arguments.together.iter().map(String::as_str).collect();
    let frozen: Vec<&str> = arguments.capabilities.iter().map(String::as_str).collect();
    for (label, set) in [("nothing", &[][..]), ("every capability", &frozen[..])] {
        let conflicts = FrozenGoals::new(&objectives, &goals, set)?;
        let joint = JointGain::new(&objectives, &goals, set, Budget::unit())?;
        report::together(label, &conflicts, &joint);
    }
    Ok(())
}

/// Helpfulness and caution agree in these data. Each gets reasoning's direction, with
/// opposite signs and its own length, so that they fight by way of reasoning and nothing else.
fn planted(arguments: &Arguments) -> Result<(), Failure> {
    let [helpful, cautious, reasoning] =
        ["helpfulness", "caution", "reasoning"].map(|name| Concept::read(name, arguments.layer));
    let (helpful, cautious, reasoning) = (helpful?, cautious?, reasoning?);
    let axis = reasoning.direction()?;
    let length = (helpful.length()? * cautious.length()?).sqrt();
    let helpful = helpful.shifted(&axis, length)?;
    let cautious = cautious.shifted(&axis, -length)?;

    let goals = [&helpful, &cautious].map(|x| Evidence::Sampled(&x.samples));
    let others = arguments
        .capabilities
        .iter()
        .filter(|x| *x != "reasoning")
        .map(|name| Concept::read(name, arguments.layer))
        .collect::<Result<Vec<_>, _>>()?;
    report::verdict_header();
    let known: Vec<(&str, Direction<f64>)> = std::iter::once(Ok(("reasoning", axis)))
        .chain(others.iter().map(|x| Ok((x.name.as_str(), x.direction()?))))
        .collect::<Result<_, Failure>>()?;
    for (name, direction) in &known {
        let conflict = ConflictEstimate::new(goals, &[Evidence::Known(direction)])?;
        let run = MonteCarlo::new(arguments.replicates)?;
        let mut rng = ChaCha8Rng::seed_from_u64(SEED);
        let probabilities = conflict.probabilities(&run, &mut rng);
        report::verdict(name, &conflict, &probabilities, CONFIDENCE);
    }
    println!("\n  Frozen: {}, for a budget of one\n", known[0].0);
    let conflict = ConflictEstimate::new(goals, &[Evidence::Known(&known[0].1)])?;
    report::amounts(["helpfulness", "caution"], &conflict, CONFIDENCE);
    println!("\n  Capabilities are taken as known here. By the directions themselves:\n");
    let mut named = vec![
        ("helpfulness", helpful.direction()?),
        ("caution", cautious.direction()?),
    ];
    named.extend(known);
    let borrowed: Vec<_> = named.iter().map(|(name, x)| (*name, x)).collect();
    let objectives = Objectives::from_directions(&borrowed)?;
    let candidates: Vec<&str> = named[2..].iter().map(|x| x.0).collect();
    let plan = FreezeSearch::new(&objectives, &["helpfulness", "caution"], &candidates)?.run()?;
    report::plan(&plan);
    Ok(())
}

fn objectives(concepts: &[&Concept]) -> Result<Objectives<f64>, Failure> {
    let directions = concepts
        .iter()
        .map(|x| x.direction())
        .collect::<Result<Vec<_>, _>>()?;
    let names = concepts.iter().map(|x| x.name.as_str());
    let named: Vec<_> = names.zip(&directions).collect();
    Ok(Objectives::from_directions(&named)?)
}
