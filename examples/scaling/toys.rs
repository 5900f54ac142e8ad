//! The toy models of superposition: rates by width and seed, from the committed table.
//!
//! A seed's rate is the mean over its problems, as problems of one model are not independent. A
//! width counts if every seed resolves at least half of its problems.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use alignment_tax::SeedSpread;

use crate::Failure;
use crate::series::Series;

/// Name of a case, with the number of directions that its intrinsic part has.
const CASES: [(&str, usize); 5] = [
    ("packing", 0),
    ("intrinsic", 1),
    ("mixed", 2),
    ("proportional", 0),
    ("together", 0),
];

/// One series a case, and the widths that each leaves out.
pub fn read(path: &Path) -> Result<Vec<(Series, Vec<usize>)>, Failure> {
    let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap_or("").split('\t').collect();
    let column = |name: &str| {
        let place = header.iter().position(|h| *h == name);
        place.ok_or_else(|| format!("{}: no column `{name}`", path.display()))
    };
    let places = [
        column("case")?,
        column("width")?,
        column("seed")?,
        column("tau")?,
    ];
    // Case, width, seed: rates of the problems, none where not resolved.
    let mut rates: BTreeMap<(&str, usize, u64), Vec<Option<f64>>> = BTreeMap::new();
    for (number, line) in lines.enumerate() {
        let fields: Vec<&str> = line.split('\t').collect();
        let place = |e: String| format!("{}, line {}: {e}", path.display(), number + 2);
        let [case, width, seed, tau] = places.map(|i| fields.get(i).copied().unwrap_or("nothing"));
        let parsed = |e: &dyn std::fmt::Display| place(e.to_string());
        let key = (
            case,
            width.parse().map_err(|e| parsed(&e))?,
            seed.parse().map_err(|e| parsed(&e))?,
        );
        let tau = match tau {
            "NA" => None,
            number => Some(number.parse().map_err(|e| parsed(&e))?),
        };
        rates.entry(key).or_default().push(tau);
    }
    let mut all = Vec::new();
    for (name, intrinsic_dimension) in CASES {
        let mut widths: BTreeMap<usize, Vec<&Vec<Option<f64>>>> = BTreeMap::new();
        for ((case, width, _), problems) in &rates {
            if *case == name {
                widths.entry(*width).or_default().push(problems);
            }
        }
        let (mut kept, mut left_out) = (Vec::new(), Vec::new());
        for (width, seeds) in widths {
            let resolved = |p: &&Vec<Option<f64>>| 2 * p.iter().flatten().count() >= p.len();
            if seeds.iter().all(resolved) {
                let mean = |p: &&Vec<Option<f64>>| {
                    p.iter().flatten().sum::<f64>() / p.iter().flatten().count() as f64
                };
                kept.push((width, seeds.iter().map(mean).collect()));
            } else {
                left_out.push(width);
            }
        }
        let series = Series {
            name: format!("toy models, {name}"),
            rates: kept,
            spread: SeedSpread::InverseWidth,
            intrinsic_dimension,
        };
        all.push((series, left_out));
    }
    Ok(all)
}
