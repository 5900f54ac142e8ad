//! Every figure of the library, for a light and for a dark page, from the shipped data.
//!
//! `cargo run --release --features io,plot --example gallery`
//!
//! SmolLM2-135M-Instruct, mean over the tokens: the trade-off of manipulation with persuasion and the shift that a system
//! prompt causes, the cost over six capabilities, principal angles of a safety subspace, who pays, three layers,
//! helpful against harmless with a capability frozen, and toy models over widths.

// The modules are shared with examples that use more of them.
#[allow(dead_code)]
#[path = "conflict/concepts.rs"]
mod concepts;
#[allow(dead_code)]
#[path = "support/dataset.rs"]
mod dataset;
#[allow(dead_code)]
#[path = "support/series.rs"]
mod series;
#[path = "scaling/toys.rs"]
mod toys;

use std::path::{Path, PathBuf};

use alignment_tax::io::SafetensorsFile;
use alignment_tax::plot::{
    CostFigure, Figure, FrontierFigure, LayerFigure, MatrixFigure, PlotError, ScalingFigure,
    SharesFigure, SpectrumFigure, Theme,
};
use alignment_tax::{
    Audit, Budget, Concept, Confidence, CovarianceNull, Direction, FrozenGoals, Measurement,
    MeasurementOptions, MonteCarlo, Objectives, OptimalShift, ParetoFrontier, PreservationFrontier,
    PrincipalAngles, Profile, ScalingFit, Subspace, Task, TaxSpectrum,
};
use clap::Parser;
use dataset::{Failure, Layer};
use nalgebra::{DMatrix, DVector};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use rand_distr::StandardNormal;

const CAPABILITIES: [&str; 6] = [
    "persuasion",
    "arithmetic",
    "code",
    "reasoning",
    "instruction",
    "knowledge",
];
const SAFETIES: [&str; 3] = ["manipulation", "refusal", "honesty"];
const LEVEL: Confidence = Confidence::NINETY_FIVE;
const MODEL: &str = "SmolLM2-135M-Instruct";

/// Draw every figure of the library from the shipped data.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Where the figures are written, as <figure>.light.svg and <figure>.dark.svg
    #[arg(long, default_value = "target/gallery")]
    out: PathBuf,

    /// Replicates of each Monte Carlo null
    #[arg(long, default_value_t = 499)]
    replicates: usize,
}

/// One picture, to be drawn for any page.
type Draw = Box<dyn Fn(Theme) -> Result<Figure, PlotError>>;

fn main() {
    if let Err(error) = run(&Arguments::parse()) {
        eprintln!("gallery: {error}");
        std::process::exit(1);
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let layers = [10, 18, 26]
        .map(|layer| data.join(format!("smollm2/activations/layer{layer}.mean.safetensors")))
        .iter()
        .map(|file| Layer::open(file)?.with_templates(&data.join("smollm2/prompts")))
        .collect::<Result<Vec<Layer>, Failure>>()?;
    let options = MeasurementOptions::default().with_replicates(arguments.replicates)?;
    let mut tasks = Vec::new();
    for safety in SAFETIES {
        for layer in &layers {
            let capabilities = CAPABILITIES.map(|name| concept(layer, name));
            let capabilities = capabilities.into_iter().collect::<Result<_, Failure>>()?;
            tasks.push(Task::new(
                &*layer.label,
                concept(layer, safety)?,
                capabilities,
            ));
        }
    }
    let profile = Profile::new(&tasks, &options)?;
    // Manipulation at layer 18.
    let measured = &profile.measurements()[1];

    let mut gallery: Vec<(&str, Draw)> = vec![
        ("frontier", frontier(measured, &data)?),
        ("cost", cost(measured)?),
        (
            "spectrum",
            spectrum(&profile, &layers[1], arguments.replicates)?,
        ),
        ("shares", shares(measured)),
        ("layers", over_layers(&profile)),
    ];
    gallery.extend(conflict()?);
    gallery.extend(scaling(&data)?);

    std::fs::create_dir_all(&arguments.out)?;
    for (name, draw) in &gallery {
        for (page, theme) in [("light", Theme::Light), ("dark", Theme::Dark)] {
            let figure = draw(theme)?;
            figure.save(arguments.out.join(format!("{name}.{page}.svg")))?;
            if theme == Theme::Light {
                println!("{name}: {}", figure.description());
            }
        }
    }
    println!(
        "{} figures, light and dark, in {}",
        gallery.len(),
        arguments.out.display()
    );
    Ok(())
}

fn concept<'a>(layer: &'a Layer, name: &str) -> Result<Concept<'a, f64>, Failure> {
    let samples = layer.concept(name)?;
    let pairs = Concept::paired(name, &samples.all.plus, &samples.all.minus);
    Ok(match &samples.units {
        Some(labels) => pairs.with_units(labels),
        None => pairs,
    })
}

/// Where, and from how much.
fn source(measured: &Measurement) -> String {
    let record = measured.record();
    format!(
        "{MODEL}, layer {}, {} pairs from {} templates",
        record.label, record.samples.rows, record.samples.units
    )
}

/// The ellipse for shifts as long as the one that a system prompt causes, and where that one lies.
fn frontier(measured: &Measurement, data: &Path) -> Result<Draw, Failure> {
    let (safety, persuasion) = (measured.safety(), &measured.capabilities()[0]);
    let file =
        SafetensorsFile::open(data.join("smollm2-shift/activations/layer18.mean.safetensors"))?;
    let shift = |after: &str| -> Result<DVector<f64>, Failure> {
        let mut sum = DVector::zeros(safety.ambient_dimension());
        let mut rows = 0;
        for text in SAFETIES.iter().chain(&CAPABILITIES[..3]) {
            for side in ["plus", "minus"] {
                let part = |when: &str| file.matrix::<f64>(&format!("{when}.{text}.{side}"));
                let moved = part(after)? - part("before")?;
                sum += moved.row_sum().transpose();
                rows += moved.nrows();
            }
        }
        Ok(sum / rows as f64)
    };
    let (safe, control) = (shift("after_safety")?, shift("after_control")?);
    let added = &safe - &control;
    let budget = Budget::new(added.norm())?;
    let span = Subspace::from_directions(std::slice::from_ref(persuasion))?;
    let frontier = ParetoFrontier::between(safety, persuasion, budget)?;
    let half = OptimalShift::at_capability(safety, persuasion, budget, -0.15 * budget.value())?;
    let figure = FrontierFigure::new(&frontier)
        .with_names("manipulation", "persuasion")
        .with_update(
            "safety prompt less control",
            &Audit::new(&added, safety, &span)?,
        )
        .with_shift("an optimal shift", &half)
        .with_title("What a shift can do to manipulation and persuasion")
        .with_subtitle(format!(
            "{}; the budget is the length of the safety prompt's own shift",
            source(measured)
        ))
        .with_unit("units of activation");
    Ok(Box::new(move |theme| figure.draw(theme)))
}

fn cost(measured: &Measurement) -> Result<Draw, Failure> {
    let rate = match measured.tax() {
        Ok(tax) => tax.rate(),
        Err(reason) => return Err(reason.to_string().into()),
    };
    let mut figure = CostFigure::new(&PreservationFrontier::new(rate, Budget::unit()))
        .with_names("manipulation", "six capabilities")
        .with_title("What less manipulation costs in six capabilities")
        .with_subtitle(source(measured));
    if let Some(band) = measured.band() {
        figure = figure.with_band(band);
    }
    Ok(Box::new(move |theme| figure.draw(theme)))
}

/// Three safety directions as a subspace, against random ones of the same covariance.
fn spectrum(profile: &Profile, layer: &Layer, replicates: usize) -> Result<Draw, Failure> {
    let at = |safety: usize| &profile.measurements()[3 * safety + 1];
    let safeties: Vec<Direction<f64>> = (0..3).map(|i| at(i).safety().clone()).collect();
    let safety = Subspace::from_directions(&safeties)?;
    let capabilities = at(0).attribution().subspace();
    let mut groups = Vec::new();
    for name in SAFETIES.iter().chain(&CAPABILITIES) {
        let pair = &layer.concept(name)?.all;
        groups.extend([pair.plus.as_view(), pair.minus.as_view()]);
    }
    let centred = centred(&groups);
    let mut rng = ChaCha8Rng::seed_from_u64(2026);
    let random = (0..replicates)
        .map(|_| {
            let mix = DMatrix::from_fn(centred.nrows(), 3, |_, _| {
                rng.sample::<f64, _>(StandardNormal)
            });
            let drawn = Subspace::from_columns(&centred.tr_mul(&mix))?;
            PrincipalAngles::between(&drawn, capabilities)
        })
        .collect::<Result<Vec<_>, _>>()?;
    let one = CovarianceNull::from_groups(&groups)?.random_safety(
        capabilities,
        &MonteCarlo::new(replicates)?,
        &mut rng,
    )?;
    let figure = SpectrumFigure::from_tax(&TaxSpectrum::between(&safety, capabilities)?)
        .with_random(&random, LEVEL)
        .with_null(&one, LEVEL)
        .with_title("Angles between three safety concepts and six capabilities")
        .with_subtitle(format!("{MODEL}, layer {}", layer.label));
    Ok(Box::new(move |theme| figure.draw(theme)))
}

/// All samples less the mean of their group, so that combinations have their covariance.
fn centred(groups: &[nalgebra::DMatrixView<'_, f64>]) -> DMatrix<f64> {
    let rows: Vec<_> = groups
        .iter()
        .flat_map(|group| {
            let mean = group.row_mean();
            group
                .row_iter()
                .map(move |row| row - &mean)
                .collect::<Vec<_>>()
        })
        .collect();
    DMatrix::from_rows(&rows)
}

fn shares(measured: &Measurement) -> Draw {
    let figure = SharesFigure::from_record(measured.record()).with_subtitle(source(measured));
    Box::new(move |theme| figure.draw(theme))
}

fn over_layers(profile: &Profile) -> Draw {
    let figure = LayerFigure::new(profile)
        .with_title("Tax rate of three safety concepts by layer")
        .with_subtitle(format!("{MODEL}, against six capabilities"));
    Box::new(move |theme| figure.draw(theme))
}

/// All concepts of the conflict data, and two goals before and after freezing.
fn conflict() -> Result<Vec<(&'static str, Draw)>, Failure> {
    let names = [
        "helpful",
        "harmless",
        "honesty",
        "sentiment",
        "reasoning",
        "persuasion",
        "code",
    ];
    let directions = names
        .iter()
        .map(|name| concepts::Concept::read(name, 18)?.direction())
        .collect::<Result<Vec<_>, Failure>>()?;
    let named: Vec<(&str, &Direction<f64>)> = names.into_iter().zip(&directions).collect();
    let all = Objectives::from_directions(&named)?;
    let goals = FrozenGoals::new(&all, &["helpful", "harmless", "honesty"], &["sentiment"])?;
    let note = format!("{MODEL}, layer 18; plug-in cosines, without intervals");
    let gram = MatrixFigure::gram(&all).with_subtitle(&*note);
    let frozen = MatrixFigure::freezing(&goals).with_subtitle(note);
    Ok(vec![
        ("gram", Box::new(move |theme| gram.draw(theme))),
        ("freezing", Box::new(move |theme| frozen.draw(theme))),
    ])
}

/// The toy models with planted overlaps, and four laws for one of them.
fn scaling(data: &Path) -> Result<Vec<(&'static str, Draw)>, Failure> {
    let mut cases: Vec<(String, ScalingFit)> = Vec::new();
    let mut laws = None;
    for (series, _) in toys::read(&data.join("superposition/measurements.tsv"))? {
        let fitted = series.fit()?;
        let name = series.name.trim_start_matches("toy models, ").to_owned();
        if name == "mixed" {
            laws = Some(ScalingFigure::from_comparison(fitted.comparison()));
        }
        cases.push((name, fitted.law().clone()));
    }
    let mut cases = cases.into_iter();
    let (name, fit) = cases.next().ok_or("no toy models")?;
    let first = ScalingFigure::from_fit(name, &fit);
    let all = cases
        .fold(first, |figure, (name, fit)| figure.with_fit(name, &fit))
        .with_title("Tax by width in toy models of superposition")
        .with_subtitle("fits of τ₀ + κ/d; errors from the spread between three seeds");
    let laws = laws
        .ok_or("no mixed case")?
        .with_title("Four laws for one family of toy models")
        .with_subtitle("planted: 0.41 stays, the rest is packing");
    Ok(vec![
        ("scaling", Box::new(move |theme| all.draw(theme))),
        ("laws", Box::new(move |theme| laws.draw(theme))),
    ])
}
