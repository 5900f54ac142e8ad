//! Word vectors made separately at each width: rates of safety concepts, measured.
//!
//! A concept is its rows of differences and their units, words of one stem. Rates are those of
//! [`TaxEstimate`] with safety and capabilities both sampled. A width counts for a question if
//! all its seeds resolve all its concepts: seeds that do by chance have means that are too long,
//! and rates that are too small.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use alignment_tax::io::SafetensorsFile;
use alignment_tax::{Error, Evidence, Samples, SeedSpread, TaxEstimate};

use crate::Failure;
use crate::series::Series;

/// Rows and units of each concept, of one width and seed.
type Concepts = BTreeMap<String, Samples>;

/// All that was found in a folder: for each width its seeds.
#[derive(Debug)]
pub struct Words {
    widths: BTreeMap<usize, Vec<Concepts>>,
}

/// A question put to all widths.
#[derive(Debug)]
pub struct Answer {
    pub series: Series,
    /// The mean jackknife standard error over words at each width of the series, which all
    /// seeds share and widths nearly so.
    pub over_words: Vec<f64>,
    /// Widths left out, and why.
    pub skipped: Vec<String>,
}

impl Words {
    /// The files `bootstrap.d<width>.safetensors` in `vectors/`, as many as there are.
    pub fn read(folder: &Path) -> Result<Self, Failure> {
        let units = units(&folder.join("pairs.tsv"))?;
        let mut widths: BTreeMap<usize, Vec<Concepts>> = BTreeMap::new();
        let mut paths: Vec<_> = fs::read_dir(folder.join("vectors"))?
            .map(|entry| entry.map(|e| e.path()))
            .collect::<Result<_, _>>()?;
        paths.retain(|p| {
            let name = p.file_name().and_then(|n| n.to_str()).unwrap_or("");
            name.starts_with("bootstrap.d") && name.ends_with(".safetensors")
        });
        paths.sort();
        for path in paths {
            let file = SafetensorsFile::open(&path)?;
            let mut seeds: BTreeMap<String, Concepts> = BTreeMap::new();
            for tensor in file.tensors() {
                let parts: Vec<&str> = tensor.name().split('.').collect();
                let &[_, seed, concept] = parts.as_slice() else {
                    return Err(format!("{}: no tensor `{}`", path.display(), tensor.name()).into());
                };
                let labels = units
                    .get(concept)
                    .ok_or_else(|| format!("`{concept}` is not in pairs.tsv"))?;
                let rows = file.matrix::<f64>(tensor.name())?;
                let samples = Samples::new(&rows)?.with_units(labels)?;
                let concepts = seeds.entry(seed.to_owned()).or_default();
                concepts.insert(concept.to_owned(), samples);
            }
            for concepts in seeds.into_values() {
                let width = concepts.values().next().map_or(0, Samples::dimension);
                widths.entry(width).or_default().push(concepts);
            }
        }
        if widths.is_empty() {
            return Err(format!("{}: no vectors", folder.display()).into());
        }
        Ok(Self { widths })
    }

    pub fn widths(&self) -> Vec<usize> {
        self.widths.keys().copied().collect()
    }

    /// The rate of a safety concept against the span of capabilities.
    pub fn ask(&self, safety: &str, capabilities: &[&str]) -> Result<Answer, Failure> {
        let (mut rates, mut over_words, mut skipped) = (Vec::new(), Vec::new(), Vec::new());
        for (&width, seeds) in &self.widths {
            let mut estimates = Vec::new();
            let mut unresolved = None;
            for concepts in seeds {
                match estimate(concepts, safety, capabilities)? {
                    Ok(estimate) => estimates.push(estimate),
                    Err(why) => unresolved = Some(why),
                }
            }
            match unresolved {
                Some(why) => skipped.push(format!(
                    "d = {width}: {} of {} seeds resolved; {why}",
                    estimates.len(),
                    seeds.len()
                )),
                None => {
                    let count = estimates.len() as f64;
                    let error: f64 = estimates.iter().map(TaxEstimate::standard_error).sum();
                    over_words.push(error / count);
                    rates.push((width, estimates.iter().map(TaxEstimate::value).collect()));
                }
            }
        }
        Ok(Answer {
            series: Series {
                name: format!("{safety} against {}", capabilities.join(" + ")),
                rates,
                spread: SeedSpread::Common,
                intrinsic_dimension: capabilities.len(),
            },
            over_words,
            skipped,
        })
    }
}

/// The estimate, or why there is none.
fn estimate(
    concepts: &Concepts,
    safety: &str,
    capabilities: &[&str],
) -> Result<Result<TaxEstimate, String>, Failure> {
    let of = |name: &str| {
        concepts
            .get(name)
            .ok_or_else(|| format!("there is no concept `{name}`"))
    };
    let evidence = capabilities
        .iter()
        .map(|name| of(name).map(Evidence::Sampled))
        .collect::<Result<Vec<_>, _>>()?;
    match TaxEstimate::new(Evidence::Sampled(of(safety)?), &evidence) {
        Ok(estimate) => Ok(Ok(estimate)),
        Err(Error::Undersampled {
            argument,
            index,
            ratio,
            ..
        }) => {
            let concept = match argument {
                "safety" => safety,
                _ => capabilities[index],
            };
            Ok(Err(format!("{concept} has z = {ratio:.1}, below 3")))
        }
        Err(Error::Collinear { .. }) => Ok(Err("the capabilities are not told apart".to_owned())),
        Err(other) => Err(other.into()),
    }
}

/// The unit of each row of each concept.
fn units(path: &Path) -> Result<BTreeMap<String, Vec<usize>>, Failure> {
    let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let mut units: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (number, line) in text.lines().enumerate().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let place = || format!("{}, line {}", path.display(), number + 1);
        let &[concept, _, unit, _, _] = fields.as_slice() else {
            return Err(format!("{}: expected five fields", place()).into());
        };
        let unit = unit
            .parse()
            .map_err(|e| format!("{}: {unit}: {e}", place()))?;
        units.entry(concept.to_owned()).or_default().push(unit);
    }
    Ok(units)
}
