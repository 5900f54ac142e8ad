//! How often the intervals cover.

use alignment_tax::{Confidence, Error, Evidence, MonteCarlo, TaxBootstrap, TaxEstimate};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

use crate::simulate::{CAPABILITIES, Capabilities, Setting, World, each};

pub const HEADING: &str = "\
| C | noise | d | n | tau | runs | resolved % | plug-in | estimate | coverage % | width | overlap coverage % | bootstrap coverage % |
|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|";

/// Of the bootstrap.
const REPLICATES: usize = 399;

/// What one run found, if its signal was resolved.
struct Run {
    plug_in: f64,
    estimate: Option<Estimate>,
}

struct Estimate {
    value: f64,
    covered: bool,
    width: f64,
    overlaps_covered: f64,
    /// By the percentile interval, against known capabilities.
    bootstrap_covered: Option<bool>,
}

/// One line of the table.
pub fn row(setting: &Setting, replicates: usize) -> Result<String, Error> {
    let concepts = match setting.capabilities {
        Capabilities::Known => 1,
        Capabilities::Estimated => 1 + CAPABILITIES,
    };
    let runs = setting.affordable(replicates, concepts);
    let found = each(runs, |seed| run(setting, seed))?;
    let mean = |values: Vec<f64>| values.iter().sum::<f64>() / values.len() as f64;
    let resolved: Vec<&Estimate> = found.iter().filter_map(|r| r.estimate.as_ref()).collect();
    let plug_in = mean(found.iter().map(|r| r.plug_in).collect());
    let share = 100.0 * resolved.len() as f64 / runs as f64;
    if resolved.len() < 10 {
        return Ok(format!(
            "| {setting} | {runs} | {share:.0} | {plug_in:.3} | | | | | |"
        ));
    }
    let bootstrap: Vec<f64> = resolved
        .iter()
        .filter_map(|e| e.bootstrap_covered)
        .map(|covered| f64::from(u8::from(covered)))
        .collect();
    let bootstrap = match setting.capabilities {
        Capabilities::Known => format!("{:.1}", 100.0 * mean(bootstrap)),
        Capabilities::Estimated => String::new(),
    };
    let over = |f: fn(&Estimate) -> f64| mean(resolved.iter().map(|e| f(e)).collect());
    Ok(format!(
        "| {setting} | {runs} | {share:.0} | {plug_in:.3} | {:.3} | {:.1} | {:.3} | {:.1} | {bootstrap} |",
        over(|e| e.value),
        100.0 * over(|e| f64::from(u8::from(e.covered))),
        over(|e| e.width),
        100.0 * over(|e| e.overlaps_covered),
    ))
}

fn run(setting: &Setting, seed: u64) -> Result<Run, Error> {
    let world = World::draw(
        setting,
        &setting.spectrum.deviations(setting.dimension),
        seed,
    )?;
    let capabilities: Vec<Evidence<'_>> = match setting.capabilities {
        Capabilities::Known => world.capabilities.iter().map(Evidence::Known).collect(),
        Capabilities::Estimated => world.sampled.iter().map(Evidence::Sampled).collect(),
    };
    let plug_in = {
        let directions = match setting.capabilities {
            Capabilities::Known => world.capabilities.clone(),
            Capabilities::Estimated => world
                .sampled
                .iter()
                .map(|s| s.mean_direction())
                .collect::<Result<_, _>>()?,
        };
        let span = alignment_tax::Subspace::from_directions(&directions)?;
        alignment_tax::TaxRate::between(&world.safety.mean_direction()?, &span)?.value()
    };
    let estimate = match TaxEstimate::new(Evidence::Sampled(&world.safety), &capabilities) {
        Err(Error::Undersampled { .. } | Error::Collinear { .. }) => None,
        other => Some(other?),
    };
    let bootstrap_covered = match setting.capabilities {
        Capabilities::Known if estimate.is_some() => {
            let span = alignment_tax::Subspace::from_directions(&world.capabilities)?;
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let run = MonteCarlo::new(REPLICATES)?;
            // A bootstrap that finds too few lengths above zero has no interval.
            TaxBootstrap::new(&world.safety, &span, &run, &mut rng)
                .ok()
                .map(|b| b.percentile(Confidence::NINETY_FIVE).contains(setting.tau))
        }
        _ => None,
    };
    Ok(Run {
        plug_in,
        estimate: estimate.map(|tax| {
            let interval = tax.interval(Confidence::NINETY_FIVE);
            let covered = tax
                .overlaps()
                .iter()
                .zip(&world.overlaps)
                .filter(|(o, truth)| o.interval(Confidence::NINETY_FIVE).contains(**truth))
                .count();
            Estimate {
                value: tax.value(),
                covered: interval.contains(setting.tau),
                width: interval.width(),
                overlaps_covered: covered as f64 / world.overlaps.len() as f64,
                bootstrap_covered,
            }
        }),
    })
}
