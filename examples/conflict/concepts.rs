//! Concepts of the shipped data: pairs of activations, plus minus minus, the pairs of a template
//! one unit.

use std::path::PathBuf;

use alignment_tax::io::SafetensorsFile;
use alignment_tax::{Direction, Moments, Samples};
use nalgebra::DMatrix;

pub type Failure = Box<dyn std::error::Error>;

/// Where concepts are looked for, in this order.
const FOLDERS: [&str; 2] = ["smollm2", "smollm2-conflict"];

pub struct Concept {
    pub name: String,
    differences: DMatrix<f64>,
    units: Vec<usize>,
    pub samples: Samples,
}

impl Concept {
    /// All pairs of a concept, training and held-out.
    pub fn read(name: &str, layer: u32) -> Result<Self, Failure> {
        let data = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data");
        let folder = FOLDERS
            .map(|x| data.join(x))
            .into_iter()
            .find(|x| x.join(format!("prompts/{name}.tsv")).exists())
            .ok_or_else(|| format!("no concept `{name}` in data/{}", FOLDERS.join(" or data/")))?;
        let file = folder.join(format!("activations/layer{layer}.mean.safetensors"));
        let file = SafetensorsFile::open(&file)?;
        let side = |split, side| file.matrix::<f64>(&format!("{name}.{split}.{side}"));
        let mut rows = Vec::new();
        for split in ["train", "heldout"] {
            let difference = side(split, "plus")? - side(split, "minus")?;
            rows.extend(difference.row_iter().map(|x| x.into_owned()));
        }
        let prompts = std::fs::read_to_string(folder.join(format!("prompts/{name}.tsv")))?;
        let units = templates(name, &prompts)?;
        Self::of(name, DMatrix::from_rows(&rows), units)
    }

    fn of(name: &str, differences: DMatrix<f64>, units: Vec<usize>) -> Result<Self, Failure> {
        Ok(Self {
            name: name.to_owned(),
            samples: Samples::new(&differences)?.with_units(&units)?,
            differences,
            units,
        })
    }

    /// The mean of the differences, at unit length: with all its noise.
    pub fn direction(&self) -> Result<Direction<f64>, Failure> {
        Ok(Direction::new(&self.differences.row_mean().transpose())?)
    }

    /// The length of the mean difference without the bias of noise.
    pub fn length(&self) -> Result<f64, Failure> {
        let mut moments = Moments::new(self.differences.ncols())?;
        moments.update(&self.differences)?;
        Ok(moments.debiased_squared_length()?.sqrt())
    }

    /// So much of a direction added to every difference.
    pub fn shifted(&self, along: &Direction<f64>, by: f64) -> Result<Self, Failure> {
        let mut differences = self.differences.clone();
        let shift = along.as_vector().transpose() * by;
        for mut row in differences.row_iter_mut() {
            row += &shift;
        }
        Self::of(&self.name, differences, self.units.clone())
    }
}

/// A number for the template of each pair, training pairs first as in the tensors. No two concepts
/// share a template, and equal numbers would say that they do: each concept counts from a
/// number of its own.
fn templates(name: &str, prompts: &str) -> Result<Vec<usize>, Failure> {
    let own = name.bytes().fold(7_usize, |hash, byte| {
        (hash * 31 + usize::from(byte)) % 1_000_003
    });
    let mut seen: Vec<&str> = Vec::new();
    let mut units = Vec::new();
    for split in ["train", "heldout"] {
        for line in prompts.lines().skip(1) {
            let mut fields = line.split('\t');
            let (Some(of), Some(template)) = (fields.next(), fields.next()) else {
                return Err(format!("{name}: a line of its prompts has no template").into());
            };
            if of == split {
                let at = seen.iter().position(|x| *x == template);
                let at = at.unwrap_or_else(|| {
                    seen.push(template);
                    seen.len() - 1
                });
                units.push(own * 1000 + at);
            }
        }
    }
    Ok(units)
}
