//! Records: what the experiment leaves behind, as two tables of tab-separated values.
//!
//! `measurements.tsv` has a line for each width, seed and problem, `models.tsv` one for each
//! model. All analysis starts from these, so that it can be done again without training.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::str::FromStr;

use crate::contrast::Reading;
use crate::packing::Packing;
use crate::planted::Case;

/// One problem put to one model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    pub case: Case,
    pub width: usize,
    pub seed: u64,
    pub set: usize,
    /// m′.
    pub incidental: usize,
    /// τ_I in feature space.
    pub planted: f64,
    /// τ of the embeddings.
    pub exact: f64,
    /// From contrast sets; `None` where they resolve nothing.
    pub reading: Option<Reading>,
    /// Mean and standard deviation of τ under random packing.
    pub random: [f64; 2],
    /// Of the model.
    pub loss: f64,
}

/// One model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Model {
    pub width: usize,
    pub seed: u64,
    pub loss: f64,
    pub trivial_loss: f64,
    pub packing: Packing,
}

const MEASUREMENTS: &str = "measurements.tsv";
const MODELS: &str = "models.tsv";
const OF_MEASUREMENTS: &str = "case\twidth\tseed\tset\tm_incidental\tplanted\texact\tplug_in\ttau\t\
     standard_error\tlower\tupper\trandom_mean\trandom_deviation\tloss";
const OF_MODELS: &str = "width\tseed\tloss\ttrivial_loss\trepresented\tplanted_represented\t\
     mean_cos2_times_d\twelch_times_d\tvariance_ratio\tnegative";
/// In place of a number that there is none of.
const NONE: &str = "NA";

pub type Failure = Box<dyn Error + Send + Sync>;

/// Writes both tables into a folder; nothing that is there is overwritten.
pub fn write(folder: &Path, measured: &[Measured], models: &[Model]) -> Result<(), Failure> {
    fs::create_dir_all(folder)?;
    let mut table = format!("{OF_MEASUREMENTS}\n");
    for m in measured {
        let reading = match &m.reading {
            None => [NONE; 5].join("\t"),
            Some(r) => numbers(&[
                r.plug_in,
                r.tau,
                r.standard_error,
                r.interval[0],
                r.interval[1],
            ]),
        };
        writeln!(
            table,
            "{}\t{}\t{}\t{}\t{}\t{}\t{reading}\t{}",
            m.case,
            m.width,
            m.seed,
            m.set,
            m.incidental,
            numbers(&[m.planted, m.exact]),
            numbers(&[m.random[0], m.random[1], m.loss]),
        )?;
    }
    create(folder, MEASUREMENTS, &table)?;
    let mut table = format!("{OF_MODELS}\n");
    for m in models {
        let p = &m.packing;
        writeln!(
            table,
            "{}\t{}\t{}\t{}\t{}\t{}",
            m.width,
            m.seed,
            numbers(&[m.loss, m.trivial_loss]),
            p.represented,
            p.planted_represented,
            numbers(&[
                p.mean_times_d,
                p.welch_times_d,
                p.variance_ratio,
                p.negative
            ]),
        )?;
    }
    create(folder, MODELS, &table)
}

fn numbers(values: &[f64]) -> String {
    let texts: Vec<String> = values.iter().map(|x| format!("{x:.7}")).collect();
    texts.join("\t")
}

/// That neither table is in the folder: to be asked before minutes of work.
pub fn vacant(folder: &Path) -> Result<(), Failure> {
    match [MEASUREMENTS, MODELS].map(|name| folder.join(name)) {
        [path, _] | [_, path] if path.exists() => Err(taken(&path)),
        _ => Ok(()),
    }
}

fn taken(path: &Path) -> Failure {
    let path = path.display();
    format!("{path} is there already; name another folder with --out").into()
}

fn create(folder: &Path, name: &str, text: &str) -> Result<(), Failure> {
    let path = folder.join(name);
    let file = fs::File::options().write(true).create_new(true).open(&path);
    match file {
        Ok(mut file) => Ok(file.write_all(text.as_bytes())?),
        Err(e) if e.kind() == ErrorKind::AlreadyExists => Err(taken(&path)),
        Err(e) => Err(format!("{}: {e}", path.display()).into()),
    }
}

/// Reads both tables of a folder.
pub fn read(folder: &Path) -> Result<(Vec<Measured>, Vec<Model>), Failure> {
    let measured = table(&folder.join(MEASUREMENTS), OF_MEASUREMENTS, |mut line| {
        Ok(Measured {
            case: line.case()?,
            width: line.next()?,
            seed: line.next()?,
            set: line.next()?,
            incidental: line.next()?,
            planted: line.number()?,
            exact: line.number()?,
            reading: match line.numbers()? {
                [
                    Some(plug_in),
                    Some(tau),
                    Some(standard_error),
                    Some(lower),
                    Some(upper),
                ] => Some(Reading {
                    plug_in,
                    tau,
                    standard_error,
                    interval: [lower, upper],
                }),
                [None, None, None, None, None] => None,
                _ => return Err(format!("{NONE} beside numbers")),
            },
            random: [line.number()?, line.number()?],
            loss: line.number()?,
        })
    })?;
    let models = table(&folder.join(MODELS), OF_MODELS, |mut line| {
        Ok(Model {
            width: line.next()?,
            seed: line.next()?,
            loss: line.number()?,
            trivial_loss: line.number()?,
            packing: Packing {
                represented: line.next()?,
                planted_represented: line.next()?,
                mean_times_d: line.number()?,
                welch_times_d: line.number()?,
                variance_ratio: line.number()?,
                negative: line.number()?,
            },
        })
    })?;
    Ok((measured, models))
}

/// The fields of one line that are not yet read.
struct Line<'a>(std::str::Split<'a, char>);

impl Line<'_> {
    fn next<T: FromStr>(&mut self) -> Result<T, String> {
        let text = self.0.next().ok_or("too few fields")?;
        text.parse().map_err(|_| format!("unexpected '{text}'"))
    }

    fn number(&mut self) -> Result<f64, String> {
        let x: f64 = self.next()?;
        if x.is_finite() {
            Ok(x)
        } else {
            Err(format!("{x} is no finite number"))
        }
    }

    fn numbers<const N: usize>(&mut self) -> Result<[Option<f64>; N], String> {
        let mut all = [None; N];
        for x in &mut all {
            if self.0.clone().next() == Some(NONE) {
                self.0.next();
            } else {
                *x = Some(self.number()?);
            }
        }
        Ok(all)
    }

    fn case(&mut self) -> Result<Case, String> {
        let name: String = self.next()?;
        let known = Case::ALL.into_iter().find(|c| c.name() == name);
        known.ok_or_else(|| format!("no case is called '{name}'"))
    }
}

fn table<T>(
    path: &Path,
    header: &str,
    row: impl Fn(Line<'_>) -> Result<T, String>,
) -> Result<Vec<T>, Failure> {
    let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let mut lines = text.lines();
    if lines.next() != Some(header) {
        return Err(format!("{}: the first line is to be '{header}'", path.display()).into());
    }
    let rows = lines.enumerate().map(|(i, line)| {
        let fields = header.split('\t').count();
        let actual = line.split('\t').count();
        let parsed = if actual == fields {
            row(Line(line.split('\t')))
        } else {
            Err(format!("{actual} fields and not {fields}"))
        };
        parsed.map_err(|e| format!("{}, line {}: {e}", path.display(), i + 2).into())
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> (Vec<Measured>, Vec<Model>) {
        let measured = Measured {
            case: Case::Mixed,
            width: 8,
            seed: 3,
            set: 1,
            incidental: 4,
            planted: 0.41,
            exact: 0.5,
            reading: None,
            random: [0.75, 0.125],
            loss: 1.5,
        };
        let reading = Some(Reading {
            plug_in: 0.375,
            tau: -0.0625,
            standard_error: 0.25,
            interval: [0.0, 0.5],
        });
        let model = Model {
            width: 8,
            seed: 3,
            loss: 1.5,
            trivial_loss: 2.5,
            packing: Packing {
                represented: 40,
                planted_represented: 20,
                mean_times_d: 0.875,
                welch_times_d: 0.75,
                variance_ratio: 0.5,
                negative: 0.625,
            },
        };
        (
            vec![
                measured,
                Measured {
                    reading,
                    ..measured
                },
            ],
            vec![model],
        )
    }

    #[test]
    fn what_is_written_is_read_again_and_never_overwritten() {
        let folder = std::env::temp_dir().join(format!("superposition-{}", std::process::id()));
        let (measured, models) = example();
        vacant(&folder).unwrap();
        write(&folder, &measured, &models).unwrap();
        assert!(vacant(&folder).is_err());
        assert_eq!(read(&folder).unwrap(), (measured.clone(), models.clone()));
        let error = write(&folder, &measured, &models).unwrap_err();
        assert!(error.to_string().contains("is there already"), "{error}");
        let path = folder.join(MEASUREMENTS);
        let text = fs::read_to_string(&path).unwrap();
        for (from, to, says) in [
            ("mixed", "fixed", "line 2: no case is called 'fixed'"),
            ("0.4100000", "NaN", "line 2: NaN is no finite number"),
            ("\t-0.0625000", "", "line 3: 14 fields and not 15"),
            ("-0.0625000", "NA", "line 3: NA beside numbers"),
            ("case\t", "kind\t", "the first line is to be"),
        ] {
            fs::write(&path, text.replacen(from, to, 1)).unwrap();
            let error = read(&folder).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
        fs::remove_dir_all(&folder).unwrap();
    }
}
