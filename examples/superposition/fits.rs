//! Fits: the verdict of the scaling law beside what was planted.
//!
//! Replicates are models, not problems: a seed's rate is the mean over its problems, those of one
//! model are not independent. Their spread is taken to be proportional to 1/d, as that of
//! packing is, which `ScalingData::from_seeds` pools over the widths. A width counts if every
//! seed resolves at least half of its problems.

use std::collections::BTreeMap;

use alignment_tax::{
    Error, Growth, ScalingFit, ScalingLaw, ScalingModel, ScalingParameter, SeedSpread,
};

use crate::planted::Case;
use crate::record::{Failure, Measured};
use crate::series::{Fitted, LEVEL, Series};

/// The tax that is asked for.
const TARGET: f64 = 0.05;

impl Case {
    /// k, the dimension of the intrinsic subspace.
    pub fn intrinsic_dimension(self) -> usize {
        match self {
            Self::Intrinsic => 1,
            Self::Mixed => 2,
            _ => 0,
        }
    }

    /// The verdict that the planted overlaps ask for, if packing is as the theory has it.
    fn expected(self) -> &'static str {
        match self {
            Self::Packing | Self::Together => "packing",
            Self::Intrinsic => "intrinsic",
            Self::Mixed => "mixed",
            // With one capability for eight units 1/8 stays, though nothing is shared.
            Self::Proportional => "intrinsic, at 1/8",
        }
    }
}

/// The mean of the exact law, which has the intrinsic overlap the same at every width.
pub fn law(case: Case, planted: f64, incidental: usize, width: usize) -> Result<f64, Error> {
    let law = ScalingLaw::new(
        planted.min(1.0),
        case.intrinsic_dimension(),
        Growth::fixed(incidental as f64)?,
    )?;
    Ok(law.at(width)?.mean())
}

/// The rates of a case by width and seed.
pub fn series(measured: &[Measured], case: Case) -> Series {
    let mut widths: BTreeMap<usize, BTreeMap<u64, Vec<Option<f64>>>> = BTreeMap::new();
    for m in measured.iter().filter(|m| m.case == case) {
        let seeds = widths.entry(m.width).or_default();
        let tau = m.reading.map(|r| r.tau);
        seeds.entry(m.seed).or_default().push(tau);
    }
    let resolved = |problems: &Vec<Option<f64>>| problems.iter().flatten().count();
    widths.retain(|_, seeds| seeds.values().all(|p| 2 * resolved(p) >= p.len()));
    let mean = |p: &Vec<Option<f64>>| p.iter().flatten().sum::<f64>() / resolved(p) as f64;
    Series {
        name: case.name().to_owned(),
        rates: widths
            .iter()
            .map(|(d, seeds)| (*d, seeds.values().map(mean).collect()))
            .collect(),
        spread: SeedSpread::InverseWidth,
        intrinsic_dimension: case.intrinsic_dimension(),
    }
}

/// Prints the four fits of each case and the verdicts; a case that the fits refuse says why.
pub fn print(measured: &[Measured]) -> Result<(), Failure> {
    println!(
        "\nFits of the scaling law to tau, by the spread between seeds, taken as proportional to 1/d;\n\
         95 % intervals, b the packing at the narrowest width, in brackets the seeds.\n"
    );
    let mut table = Vec::new();
    for case in Case::ALL {
        let series = series(measured, case);
        let fitted = match series.fit() {
            Ok(fitted) => fitted,
            Err(refusal) => {
                println!("{case}\n  refused: {refusal}\n");
                continue;
            }
        };
        println!("{fitted}\n{}", fitted.answers(TARGET)?);
        if case == Case::Proportional {
            println!("{}", with_capabilities(measured, &series));
        }
        println!();
        table.push(row(case, &fitted)?);
    }
    println!(
        "{:<13} {:<18} {:<12} {:<12} {:<24} beta",
        "planted", "expected", "1/d says", "power says", "tau0 by 1/d"
    );
    table.iter().for_each(|line| println!("{line}"));
    Ok(())
}

fn row(case: Case, fitted: &Fitted) -> Result<String, Error> {
    let law = fitted.law();
    let text = |fit: &ScalingFit, parameter| match (
        fit.estimate(parameter),
        fit.interval(parameter, LEVEL),
    ) {
        (Some(value), Some(i)) => format!("{value:.3} [{:.3}, {:.3}]", i.lower(), i.upper()),
        _ => String::new(),
    };
    let rejected = if law.fits(LEVEL) { "" } else { " (rejected)" };
    let tau = format!("{}{rejected}", text(law, ScalingParameter::Intrinsic));
    let power = fitted.power();
    let by_power = power.map(|p| p.verdict(crate::series::NEGLIGIBLE, LEVEL));
    Ok(format!(
        "{:<13} {:<18} {:<12} {:<12} {tau:<34} {}",
        case,
        case.expected(),
        fitted.verdict()?,
        by_power
            .transpose()?
            .map_or(String::new(), |v| v.to_string()),
        power.map_or(String::new(), |p| text(p, ScalingParameter::Exponent))
    ))
}

/// What the exact law says when it is told m′ = d/8: all packing is constant, and there is
/// nothing by which to tell it from what stays.
fn with_capabilities(measured: &[Measured], series: &Series) -> String {
    let counts: Vec<usize> = series
        .rates
        .iter()
        .filter_map(|(d, _)| {
            let mut all = measured.iter();
            all.find(|m| m.case == Case::Proportional && m.width == *d)
                .map(|m| m.incidental)
        })
        .collect();
    let model = ScalingModel::ExactLaw {
        intrinsic_dimension: 0,
    };
    let fit = series
        .data(series.spread)
        .and_then(|data| data.with_capabilities(&counts))
        .and_then(|data| ScalingFit::new(&data, model));
    match fit {
        Ok(fit) => format!("  told how many capabilities there are: {fit}"),
        Err(refusal) => format!("  told how many capabilities there are, refused: {refusal}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contrast::Reading;

    fn problem(width: usize, seed: u64, set: usize, tau: Option<f64>) -> Measured {
        Measured {
            case: Case::Packing,
            width,
            seed,
            set,
            incidental: 4,
            planted: 0.0,
            exact: 0.0,
            reading: tau.map(|tau| Reading {
                plug_in: tau,
                tau,
                standard_error: 0.1,
                interval: [0.0, 1.0],
            }),
            random: [0.0; 2],
            loss: 1.0,
        }
    }

    #[test]
    fn a_seed_is_one_replicate_and_a_width_with_a_blind_seed_is_left_out() {
        let measured = [
            problem(8, 1, 0, Some(0.4)),
            problem(8, 1, 1, Some(0.4)),
            problem(8, 2, 0, None),
            problem(8, 2, 1, None),
            problem(16, 1, 0, Some(0.25)),
            problem(16, 1, 1, Some(0.5)),
            problem(16, 2, 0, Some(0.125)),
            problem(16, 2, 1, None),
        ];
        let series = series(&measured, Case::Packing);
        assert_eq!(series.rates, [(16, vec![0.375, 0.125])]);
    }

    #[test]
    fn the_law_adds_what_packing_adds_to_what_the_intrinsic_part_leaves_free() {
        let mean = law(Case::Mixed, 0.5, 4, 18).unwrap();
        assert!((mean - 0.625).abs() < 1e-15, "{mean}");
        assert!((law(Case::Packing, 0.0, 4, 32).unwrap() - 0.125).abs() < 1e-15);
    }

    #[test]
    fn planted_packing_that_is_random_gives_the_verdict() {
        // 1/d with a spread of 1/d, as the theory has it: seven widths, three seeds.
        let mut measured = Vec::new();
        for width in [8, 16, 32, 64, 128, 256, 512] {
            for (seed, factor) in [3.9, 4.0, 4.1].into_iter().enumerate() {
                measured.push(problem(width, seed as u64, 0, Some(factor / width as f64)));
            }
        }
        let fitted = series(&measured, Case::Packing).fit().unwrap();
        assert_eq!(fitted.verdict().unwrap().to_string(), "packing");
    }
}
