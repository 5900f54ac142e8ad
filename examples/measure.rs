//! A real measurement: the alignment tax of a safety concept against capabilities,
//! layer by layer, from activations of contrast pairs.
//!
//! `cargo run --release --features io --example measure`
//!
//! Without arguments it measures the shipped activations of SmolLM2-135M-Instruct.
//! It prints a report and writes `frontier.svg` and `record.json` into `--out`.

mod support;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use support::analysis::{Answer, Question};
use support::dataset::{Failure, Layer};
use support::forecast::Forecast;
use support::{picture, record, report};

/// How the shipped activations were pooled over tokens.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Pooling {
    /// The last token of the chat template.
    Last,
    /// The mean over the tokens of the text.
    Mean,
}

/// Measure the alignment tax of a safety concept: how large, who pays, what it costs.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Files of activations, one a layer: .safetensors or .npz with tensors
    /// <concept>.train.plus, <concept>.train.minus and optionally <concept>.heldout.*;
    /// the shipped SmolLM2 activations by default
    files: Vec<PathBuf>,

    /// A concept from two .npy files with paired rows; repeat for each concept
    #[arg(long, value_name = "NAME=PLUS.npy,MINUS.npy", conflicts_with = "files")]
    concept: Vec<String>,

    /// Layers of the shipped activations
    #[arg(long, value_delimiter = ',', default_values_t = [10, 18, 26], conflicts_with_all = ["files", "concept"])]
    layers: Vec<u32>,

    /// Pooling of the shipped activations
    #[arg(long, value_enum, default_value = "last", conflicts_with_all = ["files", "concept"])]
    pooling: Pooling,

    /// The concept that is safety, plus being safer
    #[arg(long, default_value = "manipulation")]
    safety: String,

    /// The concepts that are capabilities, plus being more capable
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "persuasion,arithmetic,code,reasoning,instruction,knowledge"
    )]
    capabilities: Vec<String>,

    /// The capability of the signed reading; the one that safety taxes most by default
    #[arg(long)]
    against: Option<String>,

    /// The layer that the details, the picture and the forecast are of; the middle one
    /// by default
    #[arg(long)]
    focus: Option<String>,

    /// The budget: the length of the shift
    #[arg(long, default_value_t = 1.0)]
    budget: f64,

    /// Safety levels to price, as shares of the budget
    #[arg(long, value_delimiter = ',', default_values_t = [0.5, 0.8, 0.9, 0.95, 0.99, 1.0])]
    levels: Vec<f64>,

    /// Where frontier.svg and record.json are written
    #[arg(long, default_value = "target/measure")]
    out: PathBuf,
}

fn main() {
    if let Err(error) = run(Arguments::parse()) {
        eprintln!("measure: {error}");
        std::process::exit(1);
    }
}

fn run(arguments: Arguments) -> Result<(), Failure> {
    let question = Question {
        safety: arguments.safety,
        capabilities: arguments.capabilities,
        against: arguments.against,
        budget: arguments.budget,
        levels: arguments.levels,
    };
    if question.capabilities.contains(&question.safety) {
        return Err(format!(
            "`{}` cannot be safety and capability at once",
            question.safety
        )
        .into());
    }
    let layers = if arguments.concept.is_empty() {
        let files = if arguments.files.is_empty() {
            shipped(&arguments.layers, arguments.pooling)?
        } else {
            arguments.files
        };
        let mut progress = Progress::new(files.len());
        files
            .iter()
            .map(|file| {
                progress.step(file);
                Layer::open(file)
            })
            .collect::<Result<Vec<_>, Failure>>()?
    } else {
        vec![Layer::from_npy(&arguments.concept)?]
    };
    let answers = layers
        .iter()
        .map(|layer| Answer::of(layer, &question))
        .collect::<Result<Vec<_>, Failure>>()?;
    let focus = match &arguments.focus {
        Some(label) => answers
            .iter()
            .position(|a| &a.layer == label)
            .ok_or_else(|| format!("--focus {label} is not among the layers"))?,
        None => answers.len() / 2,
    };
    // Held-out pairs that make no forecast are no reason to withhold the measurement.
    let forecast = Forecast::of(&layers[focus], &question, &answers[focus]);

    let mut text = report::heading(&question, &layers)?;
    text += &report::layers(&answers)?;
    text += &report::layer(&answers[focus], &question)?;
    text += &match &forecast {
        Ok(Some(f)) => report::forecast(f, &question, &answers[focus].layer)?,
        Ok(None) => "\nNo held-out pairs: no forecast.\n".to_owned(),
        Err(reason) => format!("\nNo forecast: {reason}.\n"),
    };
    text += report::limits();
    // Before anything is written: a full disk must not cost the report.
    support::print(&text)?;

    std::fs::create_dir_all(&arguments.out)
        .map_err(|e| format!("cannot create {}: {e}", arguments.out.display()))?;
    let named = forecast
        .ok()
        .flatten()
        .map(|f| (answers[focus].layer.clone(), f));
    let json = serde_json::to_string_pretty(&record::record(&question, &answers, named.as_ref()))?;
    let svg = picture::draw(&answers[focus], &question)?;
    for (name, content) in [("record.json", json), ("frontier.svg", svg)] {
        let path = arguments.out.join(name);
        write(&path, &content)?;
        support::print(&format!("wrote {}\n", path.display()))?;
    }
    Ok(())
}

/// The activations in this repository.
fn shipped(layers: &[u32], pooling: Pooling) -> Result<Vec<PathBuf>, Failure> {
    let pooling = match pooling {
        Pooling::Last => "last",
        Pooling::Mean => "mean",
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/smollm2/activations");
    let file = |layer| folder.join(format!("layer{layer}.{pooling}.safetensors"));
    if let Some(missing) = layers.iter().map(file).find(|f| !f.exists()) {
        return Err(format!(
            "{} is not here: layers 10, 18 and 26 are shipped with the repository, pooling `last` \
             with the package; data/smollm2/README.md says how to make them",
            missing.display()
        )
        .into());
    }
    Ok(layers.iter().map(file).collect())
}

/// Written beside and renamed, so that a failure leaves an earlier file as it was.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let beside = path.with_extension("part");
    std::fs::write(&beside, text)
        .and_then(|()| std::fs::rename(&beside, path))
        .map_err(|e| format!("cannot write {}: {e}", path.display()).into())
}

/// A bar that appears when the work has taken a second and a terminal watches.
struct Progress {
    bar: ProgressBar,
    started: Instant,
    done: u64,
    total: u64,
}

impl Progress {
    fn new(total: usize) -> Self {
        Self {
            bar: ProgressBar::hidden(),
            started: Instant::now(),
            done: 0,
            total: total as u64,
        }
    }

    fn step(&mut self, file: &Path) {
        let late = self.started.elapsed() > Duration::from_secs(1);
        if self.bar.is_hidden() && late && std::io::stderr().is_terminal() {
            self.bar = ProgressBar::new(self.total);
            if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}") {
                self.bar.set_style(style);
            }
        }
        self.bar.set_message(file.display().to_string());
        self.bar.set_position(self.done);
        self.done += 1;
    }
}
