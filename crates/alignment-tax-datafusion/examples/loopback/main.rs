//! The measurement over Parquet: files of tiled activations, the query here or on a cluster, and how fast it is.
//!
//! `loopback.py` beside the manifest runs all of it.

mod tiles;

use std::path::{Path, PathBuf};
use std::time::Instant;

use alignment_tax::{ContrastMoments, MeasurementOptions, TaxRate};
use alignment_tax_datafusion::{Activations, Answers, Design, cluster};
use clap::{Parser, Subcommand};
use datafusion::logical_expr::lit;
use datafusion::prelude::{ParquetReadOptions, SessionConfig, SessionContext, col};
use nalgebra::DMatrix;

use tiles::{CAPABILITIES, Failure, LAYERS, Layout, SAFETY};

#[derive(Parser)]
#[command(about)]
struct Arguments {
    #[command(subcommand)]
    job: Job,
}

#[derive(Subcommand)]
enum Job {
    /// Write the shipped activations, tiled to so many rows at least, as Parquet.
    Write {
        folder: PathBuf,
        #[arg(long, default_value_t = 1_000_000)]
        rows: usize,
        #[arg(long, default_value_t = 8)]
        files: usize,
        /// 32-bit floats instead of 16-bit ones.
        #[arg(long)]
        single: bool,
    },
    /// Contrasts of all layers and concepts, held against the core crate's, and the tax of each layer.
    Measure {
        folder: PathBuf,
        /// Such as df://127.0.0.1:50050; in this process without it.
        #[arg(long)]
        scheduler: Option<String>,
        #[arg(long, default_value_t = 2)]
        partitions: usize,
        /// Only the comparison and the time.
        #[arg(long)]
        brief: bool,
    },
    /// Rows and bytes a second: the core's accumulator, the disk, reading alone, the query.
    Throughput { folder: PathBuf },
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    match Arguments::parse().job {
        Job::Write {
            folder,
            rows,
            files,
            single,
        } => write(&folder, rows, files, single),
        Job::Measure {
            folder,
            scheduler,
            partitions,
            brief,
        } => measure(&folder, scheduler.as_deref(), partitions, brief).await,
        Job::Throughput { folder } => throughput(&folder).await,
    }
}

fn write(folder: &Path, rows: usize, files: usize, single: bool) -> Result<(), Failure> {
    let samples = tiles::shipped()?;
    let tiles = rows.div_ceil(samples.len());
    let layout = if single {
        Layout::FixedSingle
    } else {
        Layout::FixedHalf
    };
    let (paths, rows) = tiles::write(folder, &samples, tiles, files, layout)?;
    println!(
        "{rows} rows of {} coordinates, {} in {} files: {} tiles of {} samples, shuffled",
        samples[0].values.len(),
        gigabytes(bytes(&paths)?),
        paths.len(),
        tiles,
        samples.len()
    );
    Ok(())
}

fn bytes(paths: &[PathBuf]) -> Result<u64, Failure> {
    let mut sum = 0;
    for path in paths {
        sum += std::fs::metadata(path)?.len();
    }
    Ok(sum)
}

fn gigabytes(bytes: u64) -> String {
    format!("{:.2} GB", bytes as f64 / 1e9)
}

fn here(partitions: usize) -> SessionContext {
    let config = SessionConfig::new().with_target_partitions(partitions);
    SessionContext::new_with_config(config)
}

async fn contrasts(
    session: &SessionContext,
    folder: &Path,
) -> Result<Answers<ContrastMoments>, Failure> {
    let activations = Activations::parquet(session, folder.to_string_lossy()).await?;
    let by = vec![col("layer"), col("concept")];
    Ok(activations
        .contrasts(col("activation"), col("plus"), by)
        .await?)
}

async fn measure(
    folder: &Path,
    scheduler: Option<&str>,
    partitions: usize,
    brief: bool,
) -> Result<(), Failure> {
    let session = match scheduler {
        Some(address) => cluster::connect(address, partitions).await?,
        None => here(partitions),
    };
    let start = Instant::now();
    let answers = contrasts(&session, folder).await?;
    let seconds = start.elapsed().as_secs_f64();
    let samples = tiles::shipped()?;
    let expected = tiles::in_core(&samples)?;
    let rows: usize = answers
        .iter()
        .map(|(_, a)| a.counts().0 + a.counts().1)
        .sum();
    let copies = rows / samples.len();
    if answers.len() != expected.len() {
        return Err(format!("{} groups, expected {}", answers.len(), expected.len()).into());
    }
    let mut worst = 0.0_f64;
    for (key, answer) in answers.iter() {
        let one = &expected[&(key[0].clone(), key[1].clone())];
        worst = worst.max(tiles::difference(answer.plus(), one.plus(), copies)?);
        worst = worst.max(tiles::difference(answer.minus(), one.minus(), copies)?);
    }
    println!(
        "{rows} rows in {} groups, {seconds:.1} s; greatest difference from the core crate in memory {worst:.1e}",
        answers.len()
    );
    if worst > 1e-12 {
        return Err("the difference is above 1e-12".into());
    }
    if brief {
        return Ok(());
    }
    println!(
        "tax rate of {SAFETY} against {}, all rows:",
        CAPABILITIES.join(", ")
    );
    for layer in LAYERS {
        let layer_answers = answers.at("layer", &layer.to_string())?;
        let subspace = layer_answers.subspace(&CAPABILITIES)?;
        let tax = TaxRate::between(&layer_answers.direction(SAFETY)?, &subspace)?;
        let objectives = layer_answers.objectives(&[SAFETY, CAPABILITIES[0], CAPABILITIES[1]])?;
        println!(
            "  layer {layer}: tau {:.4}; overlap with {} {:+.4}, with {} {:+.4}",
            tax.value(),
            CAPABILITIES[0],
            objectives.overlap(SAFETY, CAPABILITIES[0])?,
            CAPABILITIES[1],
            objectives.overlap(SAFETY, CAPABILITIES[1])?,
        );
    }
    // Intervals and nulls need samples: those of the first tile, which are the ones that are shipped.
    let first = Activations::parquet(&session, folder.to_string_lossy())
        .await?
        .filter(
            col("pair")
                .lt(lit(1000_i64))
                .and(col("layer").eq(lit(18_i32))),
        );
    let samples_by_concept = first
        .samples(
            col("activation"),
            col("plus"),
            col("pair"),
            1000,
            vec![col("concept")],
        )
        .await?;
    let measured = samples_by_concept.measurement(
        "layer 18",
        SAFETY,
        &CAPABILITIES,
        Design::Paired,
        &MeasurementOptions::default(),
    )?;
    println!("\n{}", measured.record());
    Ok(())
}

async fn throughput(folder: &Path) -> Result<(), Failure> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_, std::io::Error>>()?;
    paths.sort();
    let size = bytes(&paths)?;
    let path = folder.to_string_lossy();
    let one = here(1);
    let rows = one
        .read_parquet(path.as_ref(), ParquetReadOptions::default())
        .await?
        .count()
        .await?;
    let line = |what: &str, seconds: f64| {
        println!(
            "| {what} | {seconds:.1} | {:.0} | {:.2} |",
            rows as f64 / seconds,
            size as f64 / seconds / 1e9
        );
    };
    println!(
        "| {rows} rows, {} | s | rows/s | GB/s of the files |",
        gigabytes(size)
    );
    println!("|---|---|---|---|");

    // Whatever the page cache holds goes first, where the system allows it.
    let cold = std::fs::write("/proc/sys/vm/drop_caches", "3").is_ok();
    let start = Instant::now();
    let mut buffer = vec![0; 1 << 20];
    for path in &paths {
        let mut file = std::fs::File::open(path)?;
        while std::io::Read::read(&mut file, &mut buffer)? > 0 {}
    }
    let what = if cold {
        "the disk, nothing cached"
    } else {
        "reading the files"
    };
    line(what, start.elapsed().as_secs_f64());

    let start = Instant::now();
    let frame = one
        .read_parquet(path.as_ref(), ParquetReadOptions::default())
        .await?;
    let mut batches = frame
        .select(vec![
            col("layer"),
            col("concept"),
            col("plus"),
            col("activation"),
        ])?
        .execute_stream()
        .await?;
    while let Some(batch) = futures::StreamExt::next(&mut batches).await {
        std::hint::black_box(batch?);
    }
    line("Parquet decoded, one thread", start.elapsed().as_secs_f64());

    // What the query has to add up, as matrices in memory, by class.
    let samples = tiles::shipped()?;
    let tiles_of_one = rows.div_ceil(samples.len());
    let mut groups = std::collections::BTreeMap::<_, Vec<f32>>::new();
    for sample in &samples {
        let group = groups
            .entry((sample.layer, &sample.concept, sample.plus))
            .or_default();
        group.extend(sample.values.iter().map(|&x| f32::from(x)));
    }
    let width = samples[0].values.len();
    // Copies of a group side by side, so that a batch is a block of the accumulator.
    let copies = 7;
    let matrices: Vec<DMatrix<f32>> = groups
        .values()
        .map(|rows| {
            let many = rows.repeat(copies);
            DMatrix::from_row_slice(many.len() / width, width, &many)
        })
        .collect();
    let start = Instant::now();
    for matrix in &matrices {
        let mut moments = alignment_tax::Moments::new(width)?;
        for _ in 0..tiles_of_one.div_ceil(copies) {
            moments.update(matrix)?;
        }
        std::hint::black_box(moments.count());
    }
    let scale = tiles_of_one as f64 / (tiles_of_one.div_ceil(copies) * copies) as f64;
    let accumulator = start.elapsed().as_secs_f64() * scale;
    line("the core's accumulator in memory, one thread", accumulator);

    for partitions in [1, 2] {
        let start = Instant::now();
        contrasts(&here(partitions), folder).await?;
        let seconds = start.elapsed().as_secs_f64();
        line(&format!("the query, {partitions} partition(s)"), seconds);
        println!(
            "| — of the accumulator's time | {:.2} | | |",
            seconds / accumulator
        );
    }
    Ok(())
}
