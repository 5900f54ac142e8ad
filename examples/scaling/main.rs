//! Does a wider model make the tax go away? The scaling law fitted to two families, and a
//! picture of each with the extrapolation marked.
//!
//! `cargo run --release --features io,plot --example scaling`
//!
//! Word vectors of WordNet's text at widths 16 to 1024 (`data/wordvectors`; the package has
//! those up to 256), and toy models of superposition with planted overlaps
//! (`data/superposition`). For each question four models, the verdict, and the width at which the
//! tax is down to a target.

#[path = "../support/series.rs"]
mod series;
mod toys;
mod words;

use std::fs;
use std::path::{Path, PathBuf};

use alignment_tax::Confidence;
use alignment_tax::plot::{Figure, ScalingFigure, Theme};
use clap::Parser;
use series::{Fitted, NEGLIGIBLE, Series};

type Failure = Box<dyn std::error::Error>;

/// Fit the scaling law to taxes measured at several widths.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// A folder with pairs.tsv and vectors/bootstrap.d<width>.safetensors
    #[arg(long)]
    words: Option<PathBuf>,

    /// The measurements of examples/superposition
    #[arg(long)]
    toys: Option<PathBuf>,

    /// Safety concepts of the word vectors
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "honesty,harmlessness,autonomy"
    )]
    safety: Vec<String>,

    /// Their capabilities, each alone and together
    #[arg(long, value_delimiter = ',', default_value = "sentiment,persuasion")]
    capabilities: Vec<String>,

    /// The tax that is to be reached
    #[arg(long, default_value_t = 0.05)]
    target: f64,

    /// Where scaling-words.svg and scaling-toys.svg are written
    #[arg(long, default_value = "target/scaling")]
    out: PathBuf,
}

fn main() {
    if let Err(error) = run(&Arguments::parse()) {
        eprintln!("scaling: {error}");
        std::process::exit(1);
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = arguments.words.clone();
    let words = words::Words::read(&folder.unwrap_or_else(|| root.join("data/wordvectors")))?;
    println!(
        "Fits by the spread between seeds, 95 % intervals; b is the packing at the narrowest width.\n\
         A verdict needs a model that fits, and intervals on one side of {NEGLIGIBLE}.\n\n\
         WORD VECTORS, widths {:?}\n",
        words.widths()
    );
    let capabilities: Vec<&str> = arguments.capabilities.iter().map(String::as_str).collect();
    let mut drawn = Vec::new();
    let mut verdicts = Vec::new();
    for safety in &arguments.safety {
        let mut questions: Vec<Vec<&str>> = capabilities.iter().map(|c| vec![*c]).collect();
        if capabilities.len() > 1 {
            questions.push(capabilities.clone());
        }
        for question in questions {
            let answer = words.ask(safety, &question)?;
            for skipped in &answer.skipped {
                println!("not resolved: {}, {skipped}", answer.series.name);
            }
            let fitted = show(&answer.series, arguments.target, &mut verdicts)?;
            if let Some(fitted) = fitted {
                let (least, most) = extent(&answer.over_words);
                println!("  error over words, shared by all seeds: {least:.3} to {most:.3}\n");
                if let Some(line) = verdicts.last_mut() {
                    // The intervals know nothing of the choice of words.
                    *line = format!("{line:<58} (error over words up to {most:.2})");
                }
                if question.len() == capabilities.len() {
                    drawn.push(fitted);
                }
            }
        }
    }
    println!("TOY MODELS OF SUPERPOSITION\n");
    let table = arguments
        .toys
        .clone()
        .unwrap_or_else(|| root.join("data/superposition/measurements.tsv"));
    let mut toys = Vec::new();
    for (series, left_out) in toys::read(&table)? {
        if !left_out.is_empty() {
            println!("not resolved: {}, widths {left_out:?}", series.name);
        }
        if let Some(fitted) = show(&series, arguments.target, &mut verdicts)? {
            println!();
            toys.push(fitted);
        }
    }
    println!(
        "VERDICTS by tau0 + kappa/d at 95 %, negligible: {NEGLIGIBLE}; of word vectors for these words"
    );
    for line in verdicts {
        println!("  {line}");
    }
    fs::create_dir_all(&arguments.out)?;
    let pictures = [
        (
            "words",
            "Tax by width in word vectors of WordNet's text",
            &drawn,
        ),
        ("toys", "Tax by width in toy models of superposition", &toys),
    ];
    println!();
    for (name, title, fits) in pictures {
        if let Some(figure) = picture(title, fits)? {
            let path = arguments.out.join(format!("scaling-{name}.svg"));
            figure.save(&path)?;
            println!("written: {}", path.display());
        }
    }
    Ok(())
}

/// The data with the fits of τ₀ + κ/d, each with its verdict unless the residuals reject the law, which the
/// figure says; none where nothing was fitted.
fn picture(title: &str, fits: &[Fitted]) -> Result<Option<Figure>, Failure> {
    let mut figure: Option<ScalingFigure> = None;
    for fitted in fits {
        let question = fitted.name.trim_start_matches("toy models, ");
        let label = if fitted.law().fits(Confidence::NINETY_FIVE) {
            format!("{question}: {}", fitted.verdict()?)
        } else {
            question.to_owned()
        };
        figure = Some(match figure {
            None => ScalingFigure::from_fit(label, fitted.law()),
            Some(figure) => figure.with_fit(label, fitted.law()),
        });
    }
    let subtitle = "fits of τ₀ + κ/d; errors from the spread between seeds";
    let draw = |figure: ScalingFigure| {
        figure
            .with_title(title)
            .with_subtitle(subtitle)
            .draw(Theme::Light)
    };
    Ok(figure.map(draw).transpose()?)
}

/// Prints a series, its fits and the width for the target; a series that the fits refuse
/// says why.
fn show(
    series: &Series,
    target: f64,
    verdicts: &mut Vec<String>,
) -> Result<Option<Fitted>, Failure> {
    let fitted = match series.fit() {
        Ok(fitted) => fitted,
        Err(refusal) => {
            println!("{}\n  refused: {refusal}\n", series.name);
            verdicts.push(format!("{:<44} refused", series.name));
            return Ok(None);
        }
    };
    println!("{fitted}\n{}", fitted.answers(target)?);
    verdicts.push(format!("{:<44} {}", series.name, fitted.verdict()?));
    Ok(Some(fitted))
}

fn extent(values: &[f64]) -> (f64, f64) {
    values
        .iter()
        .fold((f64::INFINITY, 0.0), |(l, m), x| (x.min(l), x.max(m)))
}
