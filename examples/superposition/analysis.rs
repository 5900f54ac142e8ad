//! Analysis: what the measurements say about the scaling of the tax.
//!
//! Problems of one case and width, over all seeds, are replicates: their mean estimates
//! E τ(d), the spread of the true rates says how far apart problems are, and both are set
//! beside random packing. Problems of one model are not quite independent, and standard
//! errors of means take them as if they were.

use std::collections::BTreeSet;
use std::fmt;

use crate::packing::moments;
use crate::planted::Case;
use crate::record::Measured;

/// One case at one width.
#[derive(Debug, Clone, Copy)]
pub struct Point {
    pub case: Case,
    pub width: usize,
    pub problems: usize,
    /// Those that contrast sets resolved; estimates are over these.
    pub resolved: usize,
    pub planted: f64,
    /// Means and standard deviations over problems.
    pub plug_in: [f64; 2],
    pub tau: [f64; 2],
    pub exact: [f64; 2],
    pub random: [f64; 2],
    /// The mean of the exact law; none where the width has no room for it.
    pub law: Option<f64>,
    /// How many intervals contain the true rate of the embeddings.
    pub covered: usize,
}

pub const HEADING: &str = "\
case          width  resolved  planted  plug-in        tau ± se     true     sd  random     sd     law  share  covered";

/// All cases in order, widths ascending.
pub fn points(measured: &[Measured]) -> Vec<Point> {
    let keys: BTreeSet<_> = measured.iter().map(|m| (m.case, m.width)).collect();
    keys.into_iter()
        .map(|(case, width)| {
            let of_both = |m: &&Measured| (m.case, m.width) == (case, width);
            let all: Vec<&Measured> = measured.iter().filter(of_both).collect();
            let resolved: Vec<_> = all
                .iter()
                .filter_map(|m| m.reading.map(|r| (m.exact, r)))
                .collect();
            let over = |f: &dyn Fn(&(f64, crate::contrast::Reading)) -> f64| {
                moments(&resolved.iter().map(f).collect::<Vec<f64>>())
            };
            Point {
                case,
                width,
                problems: all.len(),
                resolved: resolved.len(),
                planted: all[0].planted,
                plug_in: over(&|(_, r)| r.plug_in),
                tau: over(&|(_, r)| r.tau),
                exact: over(&|(exact, _)| *exact),
                random: all[0].random,
                law: crate::fits::law(case, all[0].planted, all[0].incidental, width).ok(),
                covered: resolved
                    .iter()
                    .filter(|(exact, r)| (r.interval[0]..=r.interval[1]).contains(exact))
                    .count(),
            }
        })
        .collect()
}

impl Point {
    /// Enough to speak of a mean and its error.
    pub fn has_mean(&self) -> bool {
        self.resolved >= 3
    }

    /// The standard error of the mean of τ̂.
    pub fn standard_error(&self) -> f64 {
        self.tau[1] / (self.resolved as f64).sqrt()
    }

    /// τ̂ as a share of what random packing gives.
    /// `None` where something is planted, beside which that addition may be next to nothing.
    pub fn share(&self) -> Option<f64> {
        (self.planted == 0.0).then(|| self.tau[0] / self.random[0])
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:<12} {:>6} {:>4}/{:<4} {:>8.2}",
            self.case, self.width, self.resolved, self.problems, self.planted
        )?;
        if !self.has_mean() {
            return write!(f, "{:>50.4} {:>6.4}", self.random[0], self.random[1]);
        }
        let share = self.share().map_or(String::new(), |s| format!("{s:.2}"));
        write!(
            f,
            " {:>8.4} {:>8.4} ± {:<6.4} {:>7.4} {:>6.4} {:>7.4} {:>6.4} {:>7} {share:>6} {:>4}/{}",
            self.plug_in[0],
            self.tau[0],
            self.standard_error(),
            self.exact[0],
            self.exact[1],
            self.random[0],
            self.random[1],
            self.law.map_or(String::new(), |l| format!("{l:.4}")),
            self.covered,
            self.resolved
        )
    }
}

/// β of τ − τ_I ∝ d^(−β).
#[derive(Debug, Clone, PartialEq)]
pub struct Exponent {
    pub beta: f64,
    /// From the residuals of the line; the law need not hold.
    pub standard_error: f64,
    pub widths: Vec<usize>,
}

/// By least squares of the logarithms: of the mean true rates, with the planted τ_I, over
/// the widths at which at least half of the problems are resolved. `None` for fewer than
/// three, or where a mean does not exceed τ_I: packing can take away from an overlap as well
/// as add to it, and what changes its sign has no exponent.
pub fn exponent(points: &[Point], case: Case) -> Option<Exponent> {
    let usable: Vec<&Point> = points
        .iter()
        .filter(|p| p.case == case && p.has_mean() && 2 * p.resolved >= p.problems)
        .collect();
    let excess = |p: &Point| p.exact[0] - p.planted;
    if usable.len() < 3 || usable.iter().any(|p| excess(p) <= 0.0) {
        return None;
    }
    let x: Vec<f64> = usable.iter().map(|p| (p.width as f64).ln()).collect();
    let y: Vec<f64> = usable.iter().map(|p| excess(p).ln()).collect();
    let ([mean_x, _], [mean_y, _]) = (moments(&x), moments(&y));
    let pairs = || {
        x.iter()
            .map(|x| x - mean_x)
            .zip(y.iter().map(|y| y - mean_y))
    };
    let xx: f64 = pairs().map(|(x, _)| x * x).sum();
    let slope = pairs().map(|(x, y)| x * y).sum::<f64>() / xx;
    let rest: f64 = pairs().map(|(x, y)| (y - slope * x).powi(2)).sum();
    Some(Exponent {
        beta: -slope,
        standard_error: (rest / (usable.len() - 2) as f64 / xx).sqrt(),
        widths: usable.iter().map(|p| p.width).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contrast::Reading;

    /// Three problems at each width around planted + excess(d).
    fn measured(case: Case, planted: f64, excess: impl Fn(f64) -> f64) -> Vec<Measured> {
        let mut all = Vec::new();
        for width in [8, 32, 128] {
            for (set, factor) in [0.99, 1.0, 1.01].into_iter().enumerate() {
                let tau = planted + excess(width as f64) * factor;
                all.push(Measured {
                    case,
                    width,
                    seed: 0,
                    set,
                    incidental: 1,
                    planted,
                    exact: tau,
                    reading: Some(Reading {
                        plug_in: tau,
                        tau,
                        standard_error: 0.1,
                        interval: [0.0, tau],
                    }),
                    random: [planted + 2.0 * excess(width as f64), 0.1],
                    loss: 1.0,
                });
            }
        }
        all
    }

    #[test]
    fn a_power_law_is_found_again() {
        let points = points(&measured(Case::Mixed, 0.3, |d| 0.5 * d.powf(-1.25)));
        let found = exponent(&points, Case::Mixed).unwrap();
        assert!((found.beta - 1.25).abs() < 1e-12, "{found:?}");
        assert!(found.standard_error < 1e-12, "{found:?}");
        assert_eq!(found.widths, [8, 32, 128]);
        assert!(points.iter().all(|p| p.share().is_none() && p.covered == 3));
    }

    #[test]
    fn what_falls_below_the_planted_rate_has_no_exponent() {
        let points = points(&measured(Case::Mixed, 0.3, |d| 0.5 / d - 0.01));
        assert!(exponent(&points, Case::Mixed).is_none());
        assert!(exponent(&points, Case::Packing).is_none(), "no such case");
    }
}
