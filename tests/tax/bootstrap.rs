//! The bootstrap of τ against all draws there are, and where hardly anything but rounding is left.

use crate::common::{gaussian, rng};
use alignment_tax::{Confidence, Error, MonteCarlo, Samples, Subspace, TaxBootstrap, tolerance};
use nalgebra::{DMatrix, dmatrix};

/// How often each of n units can come up in n draws.
fn draws(units: usize, left: usize) -> Vec<Vec<usize>> {
    if units == 1 {
        return vec![vec![left]];
    }
    let mut all = Vec::new();
    for first in 0..=left {
        for mut rest in draws(units - 1, left - first) {
            rest.push(first);
            all.push(rest);
        }
    }
    all
}

/// Σ⟨Px, Py⟩/Σ⟨x, y⟩ over pairs of drawn rows of different units, by loops in R^d.
fn rate(rows: &DMatrix<f64>, labels: &[usize], c: &Subspace<f64>, times: &[usize]) -> f64 {
    let (mut within, mut length) = (0.0, 0.0);
    for (r, &u) in labels.iter().enumerate() {
        for (s, &v) in labels.iter().enumerate().filter(|&(_, &v)| u != v) {
            let weight = (times[u] * times[v]) as f64;
            let (x, y) = (rows.row(r).transpose(), rows.row(s).transpose());
            within += weight * c.project(&x).expect("finite").dot(&y);
            length += weight * x.dot(&y);
        }
    }
    within / length
}

fn replicates(rows: &DMatrix<f64>, labels: &[usize], c: &Subspace<f64>) -> TaxBootstrap {
    let all = Samples::new(rows).expect("rows");
    let all = all.with_units(labels).expect("labels");
    let run = MonteCarlo::new(999).expect("enough");
    TaxBootstrap::new(&all, c, &run, &mut rng(44)).expect("resolved")
}

/// Each replicate is one of the rates that some draw has.
fn of_some_draw(rows: &DMatrix<f64>, labels: &[usize], c: &Subspace<f64>) -> TaxBootstrap {
    let units = labels.iter().max().expect("units") + 1;
    let all = draws(units, units);
    let mut rates: Vec<f64> = all.iter().map(|x| rate(rows, labels, c, x)).collect();
    rates.retain(|x| x.is_finite());
    let ours = replicates(rows, labels, c);
    let bound = tolerance::mean_difference::<f64>(labels.len() * labels.len());
    for x in ours.replicates() {
        let off = rates.iter().map(|y| (x - y).abs()).fold(1.0, f64::min);
        assert!(off <= bound, "{x} is {off:e} from that of any draw");
    }
    ours
}

#[test]
fn every_replicate_is_that_of_some_draw() {
    let mut rng = rng(43);
    let c = Subspace::from_columns(&gaussian::<f64>(3, 1, &mut rng)).expect("a line");
    let mean = [2.0, 1.0, -1.0];
    let noise = gaussian::<f64>(9, 3, &mut rng);
    let rows = DMatrix::from_fn(9, 3, |i, j| mean[j] + 0.4 * noise[(i, j)]);
    let single = rows.rows(0, 5).into_owned();
    let each = of_some_draw(&single, &[0, 1, 2, 3, 4], &c);
    // Units of one, two and three rows.
    let together = of_some_draw(&rows, &[0, 1, 1, 2, 3, 3, 3, 4, 4], &c);
    // A draw of one unit only has no pairs: one in 625.
    assert!(each.unresolved() <= 20 && together.unresolved() <= 20);
}

/// Six rows, the last long and orthogonal to the others.
fn one_long_row(length: f64) -> DMatrix<f64> {
    let mut rows = dmatrix![
        0.0, 1.0, 0.5;
        0.0, 0.75, 0.5;
        0.0, 1.0, 0.25;
        0.0, 1.25, 0.5;
        0.0, 1.0, 0.75;
        0.0, 0.0, 0.0
    ];
    rows[(5, 0)] = length;
    rows
}

/// Its square is gone again from every sum. As long as sums are exact nothing is lost; where they are not, most draws leave
/// rounding in the place of the others, and that is said.
#[test]
fn one_long_row_is_no_length_of_the_mean() {
    let c: Subspace<f64> = Subspace::from_columns(&dmatrix![0.0; 1.0; 0.0]).expect("an axis");
    let labels = [0, 1, 2, 3, 4, 5];
    of_some_draw(&one_long_row(1e7), &labels, &c);
    let rows = one_long_row(6.1e7 / 3.0_f64.sqrt() * 1.7);
    let run = MonteCarlo::new(999).expect("enough");
    let refused = TaxBootstrap::new(&Samples::new(&rows).expect("rows"), &c, &run, &mut rng(45));
    assert!(
        matches!(
            refused,
            Err(Error::Undersampled {
                argument: "safety",
                units: 6,
                ..
            })
        ),
        "{refused:?}"
    );
}

/// Their deviation is that of the differences of all pairs.
pub fn assert_standard_error_of_pairs(ours: &TaxBootstrap) {
    let x = ours.replicates();
    let n = x.len() as f64;
    let pairs = (0..x.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
    let squares: f64 = pairs.map(|(i, j)| (x[i] - x[j]).powi(2)).sum();
    let deviation = (squares / (n * (n - 1.0))).sqrt();
    let close = tolerance::mean_difference::<f64>(x.len() * x.len());
    assert!((ours.standard_error() / deviation - 1.0).abs() <= close);
}

/// The deviation of replicates that differ in their sixth digit, by the differences of all pairs.
#[test]
fn the_standard_error_of_replicates_that_hardly_differ_keeps_its_digits() {
    let mut rng = rng(46);
    let noise = gaussian::<f64>(8, 3, &mut rng);
    let rows = DMatrix::from_fn(8, 3, |i, j| [2.0, 1.0, -1.0][j] + 1e-5 * noise[(i, j)]);
    let c: Subspace<f64> = Subspace::from_columns(&dmatrix![0.6; 0.8; 0.0]).expect("a line");
    let labels: Vec<usize> = (0..8).collect();
    let ours = replicates(&rows, &labels, &c);
    assert_standard_error_of_pairs(&ours);
}

/// The highest level there is takes all replicates in.
#[test]
fn the_highest_level_is_from_the_first_replicate_to_the_last() {
    let mut rng = rng(47);
    let noise = gaussian::<f64>(8, 3, &mut rng);
    let rows = DMatrix::from_fn(8, 3, |i, j| [2.0, 1.0, -1.0][j] + 0.3 * noise[(i, j)]);
    let c: Subspace<f64> = Subspace::from_columns(&dmatrix![0.6; 0.8; 0.0]).expect("a line");
    let labels: Vec<usize> = (0..8).collect();
    let ours = replicates(&rows, &labels, &c);
    let level = Confidence::new(1.0 - f64::EPSILON / 2.0).expect("below one");
    let interval = ours.percentile(level);
    let x = ours.replicates();
    let close = tolerance::closed_form::<f64>();
    assert!((interval.lower() - x[0].clamp(0.0, 1.0)).abs() <= close);
    assert!((interval.upper() - x[x.len() - 1].clamp(0.0, 1.0)).abs() <= close);
}
