//! A real measurement: the alignment tax of a safety concept against capabilities,
//! layer by layer, from activations of contrast pairs.
//!
//! `cargo run --release --features io,plot,serde --example measure`
//!
//! Without arguments it measures the shipped activations of SmolLM2-135M-Instruct.
//! It prints a report and writes it as a page, `report.html`, with `frontier.svg` and `record.json`
//! into `--out`.

mod support;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use alignment_tax::{Budget, Confidence, MeasurementOptions};
use clap::{Parser, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use support::analysis::{Detail, Question, Study};
use support::dataset::{Failure, Layer};
use support::forecast::Forecast;
use support::{page, picture, record, report};

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
    #[arg(long, value_enum, default_value = "mean", conflicts_with_all = ["files", "concept"])]
    pooling: Pooling,

    /// The concepts that are safety, plus being safer; details are of the first
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "manipulation,refusal,honesty"
    )]
    safety: Vec<String>,

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

    /// A folder of <concept>.tsv files whose second column is the template of each pair
    /// (first column: train or heldout): pairs of one template count as one observation;
    /// those of the prompts for the shipped activations
    #[arg(long)]
    templates: Option<PathBuf>,

    /// The confidence level of the intervals
    #[arg(long, default_value_t = 0.95)]
    confidence: f64,

    /// Replicates of each Monte Carlo null
    #[arg(long, default_value_t = 1999)]
    replicates: usize,

    /// The seed of all Monte Carlo
    #[arg(long, default_value_t = 2026)]
    seed: u64,

    /// The budget: the length of the shift
    #[arg(long, default_value_t = 1.0)]
    budget: f64,

    /// Safety levels to price, as shares of the budget
    #[arg(long, value_delimiter = ',', default_values_t = [0.5, 0.8, 0.9, 0.95, 0.99, 1.0])]
    levels: Vec<f64>,

    /// Where report.html, frontier.svg and record.json are written
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
        safeties: arguments.safety,
        capabilities: arguments.capabilities,
        against: arguments.against,
        budget: arguments.budget,
        options: MeasurementOptions::default()
            .with_confidence(Confidence::new(arguments.confidence)?)
            .with_replicates(arguments.replicates)?
            .with_seed(arguments.seed)
            .with_budget(Budget::new(arguments.budget)?)
            .with_levels(&arguments.levels)?,
    };
    let ours = arguments.concept.is_empty() && arguments.files.is_empty();
    let mut layers = if arguments.concept.is_empty() {
        let files = if ours {
            shipped(&arguments.layers, arguments.pooling)?
        } else {
            arguments.files
        };
        files
            .iter()
            .map(|file| Layer::open(file))
            .collect::<Result<Vec<_>, Failure>>()?
    } else {
        vec![Layer::from_npy(&arguments.concept)?]
    };
    let prompts = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/smollm2/prompts");
    if let Some(folder) = arguments.templates.or(ours.then_some(prompts)) {
        layers = layers
            .into_iter()
            .map(|layer| layer.with_templates(&folder))
            .collect::<Result<_, Failure>>()?;
    }
    let focus = match &arguments.focus {
        Some(label) => layers
            .iter()
            .position(|l| &l.label == label)
            .ok_or_else(|| format!("--focus {label} is not among the layers"))?,
        None => layers.len() / 2,
    };
    let progress = Progress::new();
    let study = Study::of(&layers, &question, |done, total| progress.step(done, total))?;
    let measured = &study.profile.measurements()[study.index(0, focus)];
    let detail = Detail::of(measured, &question)?;
    // Held-out pairs that make no forecast are no reason to withhold the measurement.
    let forecast = Forecast::of(&layers[focus], &question, &detail);

    let mut text = report::heading(&question, &layers)?;
    text += &report::profile(&study, &question)?;
    text += &report::detail(&detail, &question)?;
    text += &match &forecast {
        Ok(Some(f)) => report::forecast(f, &question, detail.layer())?,
        Ok(None) => "\nNo held-out pairs: no forecast.\n".to_owned(),
        Err(reason) => format!("\nNo forecast: {reason}.\n"),
    };
    text += report::limits();
    // Before anything is written: a full disk must not cost the report.
    support::print(&text)?;

    std::fs::create_dir_all(&arguments.out)
        .map_err(|e| format!("cannot create {}: {e}", arguments.out.display()))?;
    let forecast = forecast.ok().flatten();
    let html = page::page(&question, &layers, &study, &detail, forecast.as_ref())?;
    let named = forecast.map(|f| (detail.layer().to_owned(), f));
    let json = serde_json::to_string_pretty(&record::record(&question, &study, named.as_ref())?)?;
    let svg = picture::draw(&detail, &question)?;
    for (name, content) in [("record.json", json), ("frontier.svg", svg)] {
        let path = arguments.out.join(name);
        write(&path, &content)?;
        support::print(&format!("wrote {}\n", path.display()))?;
    }
    let path = arguments.out.join("report.html");
    html.save(&path)?;
    support::print(&format!("wrote {}\n", path.display()))?;
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
            "{} is not here: layers 10, 18 and 26 are shipped with the repository, pooling `mean` \
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
}

impl Progress {
    fn new() -> Self {
        Self {
            bar: ProgressBar::hidden(),
            started: Instant::now(),
        }
    }

    fn step(&self, done: usize, total: usize) {
        let late = self.started.elapsed() > Duration::from_secs(1);
        if self.bar.is_hidden() && late && std::io::stderr().is_terminal() {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} measurements") {
                self.bar.set_style(style);
            }
        }
        self.bar.set_length(total as u64);
        self.bar.set_position(done as u64);
        if done == total {
            self.bar.finish_and_clear();
        }
    }
}
