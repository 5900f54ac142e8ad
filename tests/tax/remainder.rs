//! What known axes leave of goals from samples, where it has closed forms: the other coordinates, and the
//! covariance of those that are taken away.

use crate::common::{gaussian, normal, rng};
use alignment_tax::{
    Confidence, ConflictEstimate, ConflictVerdict, Direction, Error, Evidence, MonteCarlo, Samples,
    tolerance,
};
use nalgebra::{DMatrix, DVector};

const LEVEL: Confidence = Confidence::NINETY_FIVE;
/// Student's quantile for 59 degrees of freedom at that level, and the probability below one.
const QUANTILE: f64 = 2.000_995_4;
const BELOW_ONE: f64 = 0.8393;

fn samples(rows: &DMatrix<f64>) -> Samples {
    Samples::new(rows).expect("rows")
}

fn axis(d: usize, i: usize) -> Direction<f64> {
    let e = DVector::from_fn(d, |j, _| f64::from(u8::from(i == j)));
    Direction::new(&e).expect("an axis")
}

/// Rows about a mean, the noise of each coordinate with a deviation of its own.
fn rows(mean: &[f64], deviations: &[f64], n: usize, seed: u64) -> DMatrix<f64> {
    let noise = gaussian::<f64>(n, mean.len(), &mut rng(seed));
    DMatrix::from_fn(n, mean.len(), |i, j| {
        mean[j] + deviations[j] * noise[(i, j)]
    })
}

/// The covariance of the first p coordinates of the mean of rows.
fn covariance_of_mean(x: &DMatrix<f64>, p: usize) -> DMatrix<f64> {
    let n = x.nrows() as f64;
    let mean = x.row_mean();
    let centred = DMatrix::from_fn(x.nrows(), p, |i, j| x[(i, j)] - mean[j]);
    centred.transpose() * centred / (n * (n - 1.0))
}

/// The mean product of two different rows.
fn squared_length(x: &DMatrix<f64>) -> f64 {
    let n = x.nrows() as f64;
    (x.row_sum().norm_squared() - x.norm_squared()) / (n * (n - 1.0))
}

/// The squared length that p axes leave of a goal, over its standard error: by leaving out one row after
/// the other, all pairs of rows, and the covariance of the coordinates along the axes.
fn in_errors(x: &DMatrix<f64>, p: usize) -> f64 {
    let (rows, n) = (x.nrows(), x.nrows() as f64);
    let mean = x.row_mean();
    let moved = DMatrix::from_fn(rows, x.ncols(), |i, j| {
        x[(i, j)] - if j < p { mean[j] } else { 0.0 }
    });
    let without: Vec<f64> = (0..rows)
        .map(|i| squared_length(&moved.clone().remove_row(i)))
        .collect();
    let centre = without.iter().sum::<f64>() / n;
    let squares: f64 = without.iter().map(|u| (u - centre).powi(2)).sum();
    let jackknife = (n - 1.0) / n * squares;
    let mut degenerate = 0.0;
    for r in 0..rows {
        for s in 0..r {
            let others = (x.row_sum() - x.row(r) - x.row(s)) / (n - 2.0);
            let of_r = (x.row(r) - &others).dot(&x.row(s));
            let of_s = (x.row(s) - &others).dot(&x.row(r));
            degenerate += 4.0 * of_r * of_s / (n * (n - 1.0)).powi(2);
        }
    }
    let degenerate = degenerate.max(0.0);
    let linear = (jackknife - 2.0 * degenerate).max(0.0);
    let quadratic = 2.0 * covariance_of_mean(x, p).norm_squared();
    let rest = squared_length(&x.columns(p, x.ncols() - p).into_owned());
    rest / (linear + degenerate + quadratic).sqrt()
}

#[test]
fn what_is_left_is_refused_by_its_standard_error() {
    let (mut refused, mut short) = (0, 0);
    for seed in 0..24 {
        let p = 1 + (seed % 3) as usize;
        let d = p + 2;
        // Of every third the noise is along the axes, so that what they take away counts.
        let along = if seed % 4 == 0 { 1.5 } else { 0.3 };
        let mean: Vec<f64> = (0..d).map(|j| if j < p { 4.0 } else { 0.6 }).collect();
        let deviations: Vec<f64> = (0..d).map(|j| if j < p { along } else { 1.0 }).collect();
        let x = rows(&mean, &deviations, 12, seed);
        let weak = samples(&x);
        let strong = axis(d, d - 1);
        let axes: Vec<Direction<f64>> = (0..p).map(|i| axis(d, i)).collect();
        let frozen: Vec<Evidence<'_>> = axes.iter().map(Evidence::Known).collect();
        for j in 0..2 {
            let mut goals = [Evidence::Known(&strong); 2];
            goals[j] = Evidence::Sampled(&weak);
            let expected = in_errors(&x, p);
            match ConflictEstimate::new(goals, &frozen) {
                Ok(_) => assert!(expected >= 3.0),
                Err(Error::Undersampled {
                    argument,
                    index,
                    ratio,
                    ..
                }) => {
                    assert_eq!((argument, index), ("what is left of goals", j));
                    assert!(
                        (ratio - expected).abs() <= 1e-9,
                        "{seed}: {ratio} {expected}"
                    );
                    refused += 1;
                    short += usize::from(ratio > 0.5);
                }
                Err(other) => panic!("{other}"),
            }
        }
    }
    assert!(refused > 20 && short > 10, "{refused} {short}");
}

/// A share of a goal that rounding could have left is refused, whatever units the goal is in.
#[test]
fn rounding_is_told_in_units_of_the_goal() {
    for length in [1.0, 1.3, 1.7, 1.95] {
        // ‖w‖₁ = 2 for a goal along the axis.
        let least = tolerance::combination(f64::EPSILON, 4.0);
        for share in [0.7, 1.4] {
            let sine = (share * least).sqrt();
            let row = [length, length * sine, 0.0];
            let goal = samples(&DMatrix::from_fn(4, 3, |_, j| row[j]));
            let (other, frozen) = (axis(3, 2), axis(3, 0));
            let goals = [Evidence::Sampled(&goal), Evidence::Known(&other)];
            match ConflictEstimate::new(goals, &[Evidence::Known(&frozen)]) {
                Ok(_) => assert!(share > 1.0, "{length}"),
                Err(Error::Unresolved { norm, .. }) => {
                    assert!(share < 1.0, "{length}");
                    assert!(
                        (norm / sine - 1.0).abs() < 0.15,
                        "{length}: {norm:e} {sine:e}"
                    );
                }
                Err(other) => panic!("{other}"),
            }
        }
    }
}

/// A cosine between what is left of two goals counts from 16ε·‖w₁‖₁‖w₂‖₁/(ρ₁ρ₂) on.
#[test]
fn rounding_of_a_cosine_is_that_of_what_is_left() {
    for [first, second] in [[0.05, 0.05], [0.98, 0.3], [0.3, 0.98], [0.95, 0.9]] {
        let sines = [first, second].map(|a: f64| (1.0 - a * a).sqrt());
        let weights = (1.0 + first) * (1.0 + second);
        let least = tolerance::combination(f64::EPSILON, weights / (sines[0] * sines[1]));
        for share in [0.75, 1.35] {
            let cosine: f64 = -share * least;
            let one = Direction::from_slice(&[first, sines[0], 0.0]).expect("unit");
            let across = (1.0 - cosine * cosine).sqrt();
            let other = [-second, sines[1] * cosine, sines[1] * across];
            let other = Direction::from_slice(&other).expect("unit");
            let frozen = axis(3, 0);
            let goals = [Evidence::Known(&one), Evidence::Known(&other)];
            let found = ConflictEstimate::new(goals, &[Evidence::Known(&frozen)]).expect("exact");
            let fights = found.likeliest().fights();
            assert_eq!(fights, share > 1.0, "{first} {second} {share}");
        }
    }
}

/// An axis that neither goal has, in coordinates that hide it: the two cosines are one function of the
/// samples, and their difference is no more than rounding wide.
#[test]
fn what_changes_nothing_has_no_error() {
    for seed in 0..24 {
        let mut rng = rng(seed);
        let turn = crate::common::rotation::<f64>(5, &mut rng);
        let goals = [[4.0, 1.0, 0.0, 2.0, 0.0], [-2.0, 3.0, 1.0, 0.0, 0.0]].map(|mean| {
            let mut x = rows(&mean, &[1.0, 0.7, 0.4, 1.2, 0.0], 14, 100 + seed);
            x.column_mut(4).fill(0.0);
            x.row_iter_mut()
                .for_each(|mut row| row *= 1.0 + 0.1 * normal(&mut rng));
            samples(&(x * &turn))
        });
        let frozen = Direction::new(&turn.row(4).transpose()).expect("unit");
        let both = [Evidence::Sampled(&goals[0]), Evidence::Sampled(&goals[1])];
        let found = ConflictEstimate::new(both, &[Evidence::Known(&frozen)]).expect("resolved");
        let width = found.difference_interval(LEVEL).width();
        assert!(
            width <= tolerance::combination(f64::EPSILON, 2.0),
            "{seed}: {width:e}"
        );
    }
}

/// The coordinates along the axis are noisy and long, and little else is: what their noise squared does to the
/// cosine that is left is part of the error of the difference.
#[test]
fn noise_squared_is_in_the_error_of_the_difference() {
    for seed in 0..8 {
        let n = 60;
        let deviations = [1.0, 0.02, 0.02];
        let x = rows(&[3.0, 0.5, 0.0], &deviations, n, 2 * seed);
        let y = rows(&[-3.0, 0.15, 0.477], &deviations, n, 2 * seed + 1);
        let goals = [samples(&x), samples(&y)];
        let frozen = axis(3, 0);
        let both = [Evidence::Sampled(&goals[0]), Evidence::Sampled(&goals[1])];
        let found = ConflictEstimate::new(both, &[Evidence::Known(&frozen)]).expect("resolved");
        let error = found.difference_interval(LEVEL).width() / 2.0 / QUANTILE;
        let rest = |x: &DMatrix<f64>| x.columns(1, 2).into_owned();
        let (s, gamma) = (squared_length(&rest(&x)), squared_length(&rest(&y)));
        let cosine = rest(&x).row_mean().dot(&rest(&y).row_mean()) / (s * gamma).sqrt();
        let [c, e] = [&x, &y].map(|x| covariance_of_mean(x, 1)[(0, 0)]);
        // Var of a product of two independent errors, and of their squares.
        let squared = c * e / (s * gamma)
            + 0.5 * (cosine * c / s).powi(2)
            + 0.5 * (cosine * e / gamma).powi(2);
        assert!(
            error * error >= squared,
            "{seed}: {error} {}",
            squared.sqrt()
        );
    }
}

/// Of two goals that fight in every replicate: how far the cosines are apart follows Student's law about
/// their difference, with its standard error.
#[test]
fn differences_of_cosines_follow_their_law() {
    for seed in 0..4 {
        let (n, replicates) = (60, 10_000);
        // What is left has the cosine −0.8, and ρ = −0.55/1.25.
        let quiet = 0.02;
        let x = rows(&[0.5, 1.0, 0.0], &[0.3, quiet, quiet], n, 2 * seed);
        let y = rows(&[0.5, -0.8, 0.6], &[0.15, quiet, quiet], n, 2 * seed + 1);
        let goals = [samples(&x), samples(&y)];
        let frozen = axis(3, 0);
        let both = [Evidence::Sampled(&goals[0]), Evidence::Sampled(&goals[1])];
        let found = ConflictEstimate::new(both, &[Evidence::Known(&frozen)]).expect("resolved");
        let interval = found.difference_interval(LEVEL);
        let error = interval.width() / 2.0 / QUANTILE;
        let run = MonteCarlo::new(replicates).expect("enough");
        for (reach, expected) in [(-1.0, 1.0 - BELOW_ONE), (0.0, 0.5), (1.0, BELOW_ONE)] {
            let margin = -found.difference() + reach * error;
            let within = found.clone().with_margin(margin).expect("in range");
            let drawn = within.probabilities(&run, &mut rng(40 + seed));
            let share = drawn.probability(ConflictVerdict::Unchanged);
            println!("{seed}: {share} {expected}");
            assert!(
                (share - expected).abs() <= 0.03,
                "{seed}: {share} {expected}"
            );
            let amplified = drawn.probability(ConflictVerdict::Amplified);
            assert!((share + amplified - 1.0).abs() <= tolerance::closed_form());
            // Of a share of independent draws.
            let deviation = (share * (1.0 - share) / f64::from(10_000)).sqrt();
            let off = drawn.standard_error(ConflictVerdict::Unchanged) / deviation - 1.0;
            assert!(off.abs() <= tolerance::closed_form());
        }
    }
}
