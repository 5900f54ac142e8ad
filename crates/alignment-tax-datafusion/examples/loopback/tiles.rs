//! The activations that the core crate ships, as rows, and as many copies of them as it takes.
#![allow(dead_code, reason = "the example and the tests each use a part")]

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use alignment_tax::io::SafetensorsFile;
use alignment_tax::{ContrastMoments, Moments};
use datafusion::arrow::array::{
    ArrayRef, BooleanArray, FixedSizeListArray, Float16Array, Float32Array, Float64Array,
    Int32Array, Int64Array, ListArray, RecordBatch, StringArray,
};
use datafusion::arrow::buffer::OffsetBuffer;
use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::Compression;
use datafusion::parquet::file::properties::WriterProperties;
use half::f16;
use nalgebra::DMatrix;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;

pub type Failure = Box<dyn std::error::Error>;

pub const LAYERS: [i32; 3] = [10, 18, 26];
pub const SAFETY: &str = "honesty";
pub const CAPABILITIES: [&str; 5] = [
    "arithmetic",
    "code",
    "instruction",
    "knowledge",
    "reasoning",
];

/// One sample.
pub struct Sample {
    pub layer: i32,
    pub concept: String,
    pub plus: bool,
    /// The number of its pair within the concept.
    pub pair: i64,
    pub values: Vec<f16>,
}

/// All samples of the layers of SmolLM2-135M-Instruct that are shipped, mean pooling.
pub fn shipped() -> Result<Vec<Sample>, Failure> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/smollm2/activations");
    let mut samples = Vec::new();
    for layer in LAYERS {
        let file = SafetensorsFile::open(folder.join(format!("layer{layer}.mean.safetensors")))?;
        let names: Vec<String> = file.tensors().iter().map(|t| t.name().to_owned()).collect();
        let mut before: BTreeMap<(String, bool), i64> = BTreeMap::new();
        // Training pairs are numbered before held-out ones.
        let mut ordered: Vec<&String> = names.iter().collect();
        ordered.sort_by_key(|name| !name.contains(".train."));
        for name in ordered {
            let mut parts = name.split('.');
            let (Some(concept), Some(_), Some(side)) = (parts.next(), parts.next(), parts.next())
            else {
                return Err(format!("{name}: expected <concept>.<split>.<side>").into());
            };
            let matrix: DMatrix<f32> = file.matrix(name)?;
            let next = before
                .entry((concept.to_owned(), side == "plus"))
                .or_default();
            for row in matrix.row_iter() {
                samples.push(Sample {
                    layer,
                    concept: concept.to_owned(),
                    plus: side == "plus",
                    pair: *next,
                    // The file holds 16 bits.
                    values: row.iter().map(|&x| f16::from_f32(x)).collect(),
                });
                *next += 1;
            }
        }
    }
    Ok(samples)
}

/// How a column of vectors is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    FixedHalf,
    FixedSingle,
    FixedDouble,
    ListSingle,
}

fn vectors(samples: &[(&Sample, i64)], layout: Layout) -> Result<ArrayRef, Failure> {
    let width = samples[0].0.values.len();
    let all = || samples.iter().flat_map(|(s, _)| s.values.iter().copied());
    let (item, values): (DataType, ArrayRef) = match layout {
        Layout::FixedHalf => (
            DataType::Float16,
            Arc::new(Float16Array::from_iter_values(all())),
        ),
        Layout::FixedSingle | Layout::ListSingle => (
            DataType::Float32,
            Arc::new(Float32Array::from_iter_values(all().map(f32::from))),
        ),
        Layout::FixedDouble => (
            DataType::Float64,
            Arc::new(Float64Array::from_iter_values(all().map(f64::from))),
        ),
    };
    let field = Arc::new(Field::new("item", item, false));
    Ok(if layout == Layout::ListSingle {
        let offsets = OffsetBuffer::from_lengths(samples.iter().map(|_| width));
        Arc::new(ListArray::try_new(field, offsets, values, None)?)
    } else {
        Arc::new(FixedSizeListArray::try_new(
            field,
            i32::try_from(width)?,
            values,
            None,
        )?)
    })
}

/// Samples as rows: layer, concept, plus, pair and the vector; the pairs of later tiles follow those of the first.
pub fn batch(samples: &[(&Sample, i64)], layout: Layout) -> Result<RecordBatch, Failure> {
    let layer: Int32Array = samples.iter().map(|(s, _)| Some(s.layer)).collect();
    let concept: StringArray = samples
        .iter()
        .map(|(s, _)| Some(s.concept.as_str()))
        .collect();
    let plus: BooleanArray = samples.iter().map(|(s, _)| Some(s.plus)).collect();
    let pair: Int64Array = samples
        .iter()
        .map(|(s, tile)| Some(1000 * tile + s.pair))
        .collect();
    Ok(RecordBatch::try_from_iter([
        ("layer", Arc::new(layer) as ArrayRef),
        ("concept", Arc::new(concept)),
        ("plus", Arc::new(plus)),
        ("pair", Arc::new(pair)),
        ("activation", vectors(samples, layout)?),
    ])?)
}

/// Writes tiles of the samples into files, the rows of each file shuffled; returns the paths and the rows.
pub fn write(
    folder: &Path,
    samples: &[Sample],
    tiles: usize,
    files: usize,
    layout: Layout,
) -> Result<(Vec<PathBuf>, usize), Failure> {
    std::fs::create_dir_all(folder)?;
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let mut paths = Vec::new();
    let mut rows = 0;
    for file in 0..files {
        let mine = (0..tiles).filter(|tile| tile % files == file);
        let mut lines: Vec<(&Sample, i64)> = mine
            .flat_map(|tile| samples.iter().map(move |s| (s, tile as i64)))
            .collect();
        if lines.is_empty() {
            continue;
        }
        lines.shuffle(&mut rng);
        let properties = WriterProperties::builder()
            .set_compression(Compression::UNCOMPRESSED)
            .set_dictionary_enabled(false)
            .set_max_row_group_row_count(Some(16_384))
            .build();
        let path = folder.join(format!("part-{file:03}.parquet"));
        let schema = batch(&lines[..1], layout)?.schema();
        let mut writer = ArrowWriter::try_new(File::create(&path)?, schema, Some(properties))?;
        for chunk in lines.chunks(4096) {
            writer.write(&batch(chunk, layout)?)?;
        }
        writer.close()?;
        rows += lines.len();
        paths.push(path);
    }
    Ok((paths, rows))
}

/// The contrasts of every layer and concept by the core crate alone, of the samples once.
pub fn in_core(samples: &[Sample]) -> Result<BTreeMap<(String, String), ContrastMoments>, Failure> {
    let mut groups: BTreeMap<(String, String), [Vec<f64>; 2]> = BTreeMap::new();
    let width = samples[0].values.len();
    for sample in samples {
        let group = groups
            .entry((sample.layer.to_string(), sample.concept.clone()))
            .or_default();
        group[usize::from(sample.plus)].extend(sample.values.iter().map(|&x| f64::from(x)));
    }
    let mut answers = BTreeMap::new();
    for (key, [minus, plus]) in groups {
        let mut contrast = ContrastMoments::new(width)?;
        contrast.update_plus(&DMatrix::from_row_slice(plus.len() / width, width, &plus))?;
        contrast.update_minus(&DMatrix::from_row_slice(minus.len() / width, width, &minus))?;
        answers.insert(key, contrast);
    }
    Ok(answers)
}

/// The greatest difference of moments of so many copies from the moments of one: of the mean, in units of the root mean
/// square of its coordinate, and of the scatter, in units of √(SᵢᵢSⱼⱼ).
pub fn difference(many: &Moments, one: &Moments, copies: usize) -> Result<f64, Failure> {
    if many.count() != copies * one.count() {
        return Err(format!("{} rows, expected {}", many.count(), copies * one.count()).into());
    }
    let scatter = one.scatter();
    let n = one.count() as f64;
    let mut worst = 0.0_f64;
    for (i, (x, y)) in many.mean()?.iter().zip(one.mean()?).enumerate() {
        let size = (y * y + scatter[(i, i)] / n).sqrt();
        worst = worst.max((x - y).abs() / size);
    }
    for j in 0..one.dimension() {
        for i in 0..one.dimension() {
            let unit = (scatter[(i, i)] * scatter[(j, j)]).sqrt();
            let error = many.scatter()[(i, j)] / copies as f64 - scatter[(i, j)];
            worst = worst.max(error.abs() / unit);
        }
    }
    Ok(worst)
}
