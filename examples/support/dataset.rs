//! Concepts as pairs of sample matrices, from files.
//!
//! A layer is one `.safetensors` or `.npz` file whose tensors are named
//! `<concept>.<split>.<plus|minus>` or `<concept>.<plus|minus>`; or a set of `.npy`
//! files given concept by concept.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use alignment_tax::io::{SafetensorsFile, npz_arrays, read_npy, read_npz};
use nalgebra::DMatrix;

pub type Failure = Box<dyn std::error::Error>;

/// Samples with more of a concept and samples with less of it, rows paired.
#[derive(Clone)]
pub struct Pair {
    pub plus: DMatrix<f64>,
    pub minus: DMatrix<f64>,
}

impl Pair {
    /// One shape on both sides, and one dimension in the held-out pairs.
    fn check(&self, heldout: Option<&Self>) -> Result<(), String> {
        let d = self.plus.ncols();
        for (name, pair) in std::iter::once(("train", self)).chain(heldout.map(|h| ("heldout", h)))
        {
            let (plus, minus) = (pair.plus.shape(), pair.minus.shape());
            if plus != minus || plus.1 != d {
                return Err(format!(
                    "{name} plus is {} × {}, {name} minus {} × {}; expected pairs of rows with {d} coordinates each",
                    plus.0, plus.1, minus.0, minus.1
                ));
            }
        }
        Ok(())
    }
}

/// One concept: what directions are estimated from, and what they are tested on.
pub struct Concept {
    pub train: Pair,
    pub heldout: Option<Pair>,
    /// The template of each pair, numbered, training pairs first: pairs of one template
    /// are not independent.
    pub units: Option<Vec<usize>>,
    /// Training and held-out pairs together, which the tax rate is measured on.
    pub all: Pair,
}

impl Concept {
    fn new(train: Pair, heldout: Option<Pair>) -> Self {
        let all = match &heldout {
            None => train.clone(),
            Some(heldout) => Pair {
                plus: stacked(&train.plus, &heldout.plus),
                minus: stacked(&train.minus, &heldout.minus),
            },
        };
        Self {
            train,
            heldout,
            units: None,
            all,
        }
    }
}

fn stacked(above: &DMatrix<f64>, below: &DMatrix<f64>) -> DMatrix<f64> {
    let (n, m) = (above.nrows(), below.nrows());
    let mut both = above.clone().resize_vertically(n + m, 0.0);
    both.rows_mut(n, m).copy_from(below);
    both
}

/// The activations of one layer.
pub struct Layer {
    pub label: String,
    pub source: String,
    /// Free text from the file, such as model and pooling.
    pub metadata: BTreeMap<String, String>,
    pub concepts: BTreeMap<String, Concept>,
}

impl Layer {
    /// A whole layer from one file.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let stem = path
            .file_stem()
            .map_or_else(String::new, |s| s.to_string_lossy().into_owned());
        let source = path.display().to_string();
        if path.extension().is_some_and(|e| e == "npy") {
            return Err(
                format!("{source}: .npy files go with --concept NAME=PLUS.npy,MINUS.npy").into(),
            );
        }
        let (metadata, names, read): (_, Vec<String>, Reader<'_>) =
            if path.extension().is_some_and(|e| e == "npz") {
                let names = npz_arrays(path)?
                    .iter()
                    .map(|t| t.name().to_owned())
                    .collect();
                (
                    BTreeMap::new(),
                    names,
                    Box::new(move |name| Ok(read_npz(path, name)?)),
                )
            } else {
                let file = SafetensorsFile::open(path)?;
                let names = file.tensors().iter().map(|t| t.name().to_owned()).collect();
                let metadata = file.metadata().clone();
                (
                    metadata,
                    names,
                    Box::new(move |name| Ok(file.matrix(name)?)),
                )
            };
        let mut concepts = BTreeMap::new();
        for name in &names {
            let Some(base) = name.strip_suffix(".plus") else {
                continue;
            };
            let (concept, held) = match base.rsplit_once('.') {
                Some((concept, "heldout")) => (concept, true),
                Some((concept, "train")) => (concept, false),
                _ => (base, false),
            };
            if held {
                continue;
            }
            let pair = |base: &str| -> Result<Pair, Failure> {
                Ok(Pair {
                    plus: read(&format!("{base}.plus"))?,
                    minus: read(&format!("{base}.minus"))?,
                })
            };
            let other = format!("{concept}.heldout");
            let heldout = names
                .contains(&format!("{other}.plus"))
                .then(|| pair(&other))
                .transpose()?;
            let train = pair(base)?;
            train
                .check(heldout.as_ref())
                .map_err(|e| format!("{source}, concept {concept}: {e}"))?;
            let twice = concepts.insert(concept.to_owned(), Concept::new(train, heldout));
            if twice.is_some() {
                return Err(format!(
                    "{source} has concept {concept} twice, as {concept}.plus and {concept}.train.plus"
                )
                .into());
            }
        }
        if concepts.is_empty() {
            return Err(format!(
                "{source} holds no concept: tensors are to be named <concept>.train.plus, \
                 <concept>.train.minus and so on; found {names:?}"
            )
            .into());
        }
        let label = metadata.get("layer").cloned().unwrap_or(stem);
        Ok(Self {
            label,
            source,
            metadata,
            concepts,
        })
    }

    /// One layer from `.npy` files, `NAME=PLUS,MINUS` each.
    pub fn from_npy(arguments: &[String]) -> Result<Self, Failure> {
        let mut concepts = BTreeMap::new();
        for argument in arguments {
            let (name, files) = argument
                .split_once('=')
                .ok_or_else(|| format!("--concept {argument}: expected NAME=PLUS.npy,MINUS.npy"))?;
            let (plus, minus) = files
                .split_once(',')
                .filter(|(plus, minus)| !plus.is_empty() && !minus.is_empty())
                .ok_or_else(|| format!("--concept {argument}: expected two files after ="))?;
            let train = Pair {
                plus: read_npy(PathBuf::from(plus))?,
                minus: read_npy(PathBuf::from(minus))?,
            };
            train
                .check(None)
                .map_err(|e| format!("--concept {argument}: {e}"))?;
            let heldout = None;
            if concepts
                .insert(name.to_owned(), Concept::new(train, heldout))
                .is_some()
            {
                return Err(format!("--concept {name} is given twice").into());
            }
        }
        Ok(Self {
            label: "npy".to_owned(),
            source: arguments.join(" "),
            metadata: BTreeMap::new(),
            concepts,
        })
    }

    /// Takes the templates of the pairs from `<folder>/<concept>.tsv`, with a header and
    /// the columns split and template first; a line a pair, in order.
    pub fn with_templates(mut self, folder: &Path) -> Result<Self, Failure> {
        // Numbered over all concepts, so that no two concepts share a template.
        let mut numbers: BTreeMap<(String, String), usize> = BTreeMap::new();
        for (name, concept) in &mut self.concepts {
            let path = folder.join(format!("{name}.tsv"));
            let text = std::fs::read_to_string(&path)
                .map_err(|e| format!("cannot read {}: {e}", path.display()))?;
            let mut labels = Vec::new();
            for (wanted, pairs) in [
                ("train", Some(&concept.train)),
                ("heldout", concept.heldout.as_ref()),
            ] {
                let Some(pairs) = pairs else { continue };
                let from = labels.len();
                for line in text.lines().skip(1) {
                    let mut fields = line.split('\t');
                    if fields.next() != Some(wanted) {
                        continue;
                    }
                    if let Some(template) = fields.next() {
                        let next = numbers.len();
                        let key = (name.clone(), template.to_owned());
                        labels.push(*numbers.entry(key).or_insert(next));
                    }
                }
                let found = labels.len() - from;
                if found != pairs.plus.nrows() {
                    return Err(format!(
                        "{} has {found} {wanted} pairs, {} has {} for concept {name}",
                        path.display(),
                        self.source,
                        pairs.plus.nrows()
                    )
                    .into());
                }
            }
            concept.units = Some(labels);
        }
        Ok(self)
    }

    /// A concept by name, or an error that lists the names there are.
    pub fn concept(&self, name: &str) -> Result<&Concept, Failure> {
        self.concepts.get(name).ok_or_else(|| {
            let names: Vec<&str> = self.concepts.keys().map(String::as_str).collect();
            format!(
                "{} has no concept `{name}`; it has {}",
                self.source,
                names.join(", ")
            )
            .into()
        })
    }
}

type Reader<'a> = Box<dyn Fn(&str) -> Result<DMatrix<f64>, Failure> + 'a>;
