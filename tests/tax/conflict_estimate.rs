//! A conflict from samples: equal to its definitions, without bias where the plug-in value has
//! much, and the same in any units and coordinates.
//!
//! Simulations are seeded, and bounded by four standard errors of the mean over their
//! replicates.

use crate::common::{direction, gaussian, properties, rng, rotation};
use alignment_tax::{
    Confidence, Conflict, ConflictEstimate, ConflictVerdict, Direction, Error, Evidence, Interval,
    MonteCarlo, Samples, VerdictProbabilities, tolerance,
};
use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;
use rand::rngs::ChaCha8Rng;

const LEVEL: Confidence = Confidence::NINETY_FIVE;

/// Rows of a mean with independent noise of variance one.
fn noisy(mean: &[f64], d: usize, n: usize, rng: &mut ChaCha8Rng) -> DMatrix<f64> {
    let noise = gaussian::<f64>(n, d, rng);
    DMatrix::from_fn(n, d, |i, j| mean.get(j).unwrap_or(&0.0) + noise[(i, j)])
}

fn samples(rows: &DMatrix<f64>) -> Samples {
    Samples::new(rows).expect("rows")
}

fn axis(d: usize, i: usize) -> Direction<f64> {
    let e = DVector::from_fn(d, |j, _| f64::from(u8::from(i == j)));
    Direction::new(&e).expect("an axis")
}

/// Everything through samples, the first two the goals.
fn estimate(all: &[Samples]) -> ConflictEstimate {
    let evidence: Vec<Evidence<'_>> = all.iter().map(Evidence::Sampled).collect();
    ConflictEstimate::new([evidence[0], evidence[1]], &evidence[2..]).expect("resolved")
}

fn probabilities(conflict: &ConflictEstimate, seed: u64) -> VerdictProbabilities {
    let run = MonteCarlo::new(2000).expect("enough");
    conflict.probabilities(&run, &mut rng(seed))
}

fn ends(interval: Interval) -> [f64; 2] {
    [interval.lower(), interval.upper()]
}

// ── Definitions ────────────────────────────────────────────────────────────────

#[test]
fn without_noise_it_is_the_conflict_of_the_directions() {
    for seed in 0..40 {
        let mut rng = rng(seed);
        let all: Vec<Direction<f64>> = (0..5).map(|_| direction(9, &mut rng)).collect();
        let evidence: Vec<Evidence<'_>> = all.iter().map(Evidence::Known).collect();
        let found =
            ConflictEstimate::new([evidence[0], evidence[1]], &evidence[2..]).expect("resolved");
        let exact = found.plug_in();
        let rounding = tolerance::combination(f64::EPSILON, 16.0);
        let near = |what: &str, x: f64, y: f64| {
            assert!((x - y).abs() <= rounding, "{what}: {x} and {y}");
        };
        near("rho", found.overlap_before().value(), exact.cosine_before());
        near(
            "cosine",
            found.overlap_after().value(),
            exact.cosine_after(),
        );
        near(
            "difference",
            found.difference(),
            exact.cosine_after() - exact.cosine_before(),
        );
        for end in ends(found.overlap_after().interval(LEVEL)) {
            near("end", end, exact.cosine_after());
        }
        for j in 0..2 {
            let gain = (1.0 - found.taxes()[j].rate().value()).sqrt();
            near("free gain", gain, exact.free_gains()[j]);
        }
        for (x, y) in found
            .areas()
            .into_iter()
            .zip(exact.areas().expect("in range"))
        {
            near("area", x, y);
        }
        let verdicts = probabilities(&found, seed);
        assert_eq!(verdicts.probability(exact.verdict()), 1.0);
        assert_eq!(verdicts.decided(LEVEL), Some(exact.verdict()));
        assert_eq!(found.likeliest(), exact.verdict());
        assert_eq!(found.units(), None);
    }
}

/// Goals known to be orthogonal, before and after, do not fight, and no doubt is left of it.
#[test]
fn orthogonal_goals_that_are_known_have_no_conflict() {
    let [first, second, frozen] = [0, 1, 2].map(|i| axis(4, i));
    let goals = [Evidence::Known(&first), Evidence::Known(&second)];
    let found = ConflictEstimate::new(goals, &[Evidence::Known(&frozen)]).expect("resolved");
    let verdicts = probabilities(&found, 1);
    assert_eq!(verdicts.decided(LEVEL), Some(ConflictVerdict::NoConflict));
}

/// The least sampled objective counts, in any place.
#[test]
fn units_are_those_of_the_least_sampled() {
    let means = [[9.0, 0.0, 1.0], [-5.0, 8.0, 0.0], [1.0, 0.0, 9.0]];
    for least in 0..3 {
        let all: Vec<Samples> = (0..3)
            .map(|i| {
                samples(&noisy(
                    &means[i],
                    5,
                    if i == least { 6 } else { 9 },
                    &mut rng(7),
                ))
            })
            .collect();
        assert_eq!(estimate(&all).units(), Some(6));
    }
}

/// With a known capability, what is left of the goals are their other coordinates.
#[test]
fn with_an_axis_frozen_it_is_the_overlap_of_the_other_coordinates() {
    for (seed, n) in [(1, 12), (2, 40), (3, 160)] {
        let mut rng = rng(seed);
        let first = noisy(&[3.0, 1.0, 3.0, 0.0], 8, n, &mut rng);
        let second = noisy(&[-3.0, 1.0, 1.0, 3.0], 8, n, &mut rng);
        let all = [samples(&first), samples(&second)];
        let both = [Evidence::Sampled(&all[0]), Evidence::Sampled(&all[1])];
        let frozen = axis(8, 0);
        let after = ConflictEstimate::new(both, &[Evidence::Known(&frozen)]).expect("resolved");

        let cut = [
            samples(&first.remove_column(0)),
            samples(&second.remove_column(0)),
        ];
        let both = [Evidence::Sampled(&cut[0]), Evidence::Sampled(&cut[1])];
        let other = axis(7, 6);
        let direct = ConflictEstimate::new(both, &[Evidence::Known(&other)]).expect("resolved");

        let (x, y) = (after.overlap_after(), direct.overlap_before());
        println!("{n}: {} {} of {}", x.value(), y.value(), y.standard_error());
        // Of what is left of the variance with the estimated β the order is 1/n.
        let small = 2.0 / n as f64 * y.standard_error();
        assert!((x.value() - y.value()).abs() <= small);
        assert!((x.standard_error() - y.standard_error()).abs() <= small);
        let pairs = ends(x.interval(LEVEL))
            .into_iter()
            .zip(ends(y.interval(LEVEL)));
        for (x, y) in pairs {
            assert!((x - y).abs() <= 2.0 * small, "{x} and {y}");
        }
    }
}

// ── Bias ───────────────────────────────────────────────────────────────────────

/// Rows of one index share half of their noise where `shared`, and say so.
fn bias(shared: bool, seed: u64) {
    let (d, n, runs) = (96, 48, 60);
    let means = [
        &[3.0, 0.0, 4.0, 0.0][..],
        &[-3.0, 0.0, 1.0, 4.0],
        &[5.0, 0.0],
        &[1.0, 4.0],
    ];
    let (ours, others) = (25.0_f64.sqrt(), 26.0_f64.sqrt());
    let rho = (-9.0 + 4.0) / (ours * others);
    let cosine = 4.0 / (4.0 * 17.0_f64.sqrt());
    let labels: Vec<usize> = (0..n).collect();
    let mut rng = rng(seed);
    let (mut before, mut after, mut plug_in) = (vec![], vec![], vec![]);
    for _ in 0..runs {
        let common = gaussian::<f64>(n, d, &mut rng);
        let all = means.map(|mean| {
            let rows = noisy(mean, d, n, &mut rng);
            if shared {
                samples(&(rows + &common))
                    .with_units(&labels)
                    .expect("labels")
            } else {
                samples(&rows)
            }
        });
        let found = estimate(&all);
        before.push(found.overlap_before().value());
        after.push(found.overlap_after().value());
        plug_in.push(found.plug_in().cosine_after());
    }
    let mean_and_error = |x: &[f64]| {
        let mean = x.iter().sum::<f64>() / x.len() as f64;
        let squares = x.iter().map(|v| (v - mean).powi(2)).sum::<f64>();
        (mean, (squares / (x.len() * (x.len() - 1)) as f64).sqrt())
    };
    for (what, values, truth) in [("rho", &before, rho), ("cosine", &after, cosine)] {
        let (mean, error) = mean_and_error(values);
        println!("{what}: {mean:.4} ± {error:.4}, truth {truth:.4}");
        assert!(
            error < 0.012 && (mean - truth).abs() <= 4.0 * error,
            "{what}"
        );
    }
    let (mean, error) = mean_and_error(&plug_in);
    println!("plug-in: {mean:.4} ± {error:.4}");
    assert!((mean - cosine).abs() > 4.0 * error, "nothing to take off");
}

#[test]
fn cosines_are_without_bias() {
    bias(false, 61);
}

#[test]
fn cosines_of_shared_prompts_are_without_bias_where_units_say_so() {
    bias(true, 62);
}

// ── Invariance ─────────────────────────────────────────────────────────────────

const MEANS: [[f64; 3]; 3] = [[8.0, 6.0, 1.0], [-8.0, 6.0, 0.0], [9.0, 0.0, 1.0]];

fn numbers(found: &ConflictEstimate) -> Vec<f64> {
    let mut all = vec![
        found.overlap_before().value(),
        found.overlap_after().value(),
        found.overlap_after().standard_error(),
        found.difference(),
    ];
    all.extend(ends(found.overlap_before().interval(LEVEL)));
    all.extend(ends(found.overlap_after().interval(LEVEL)));
    all.extend(ends(found.difference_interval(LEVEL)));
    all.extend(found.areas());
    all
}

fn equal(x: &ConflictEstimate, y: &ConflictEstimate) {
    // The ends are found by bisection to the rounding of a grid; inner products of rows
    // carry ε of the longest.
    let close = 1e6 * f64::EPSILON;
    for (x, y) in numbers(x).into_iter().zip(numbers(y)) {
        assert!((x - y).abs() <= close, "{x} and {y}");
    }
}

proptest! {
    #![proptest_config(properties(24))]

    #[test]
    fn units_and_coordinates_do_not_matter(
        seed in 0_u64..1000,
        powers in prop::array::uniform3(-40_i32..40),
    ) {
        let mut rng = rng(seed);
        let rows = MEANS.map(|mean| noisy(&mean, 6, 12, &mut rng));
        let turn = rotation::<f64>(6, &mut rng);
        let plain = estimate(&rows.each_ref().map(samples));
        let scaled: Vec<Samples> = rows
            .iter()
            .zip(powers)
            .map(|(rows, power)| samples(&(rows * 10.0_f64.powi(power))))
            .collect();
        equal(&plain, &estimate(&scaled));
        equal(&plain, &estimate(&rows.each_ref().map(|rows| samples(&(rows * &turn)))));
        // The goals in the other order.
        let all = rows.each_ref().map(samples);
        equal(&plain, &estimate(&[all[1].clone(), all[0].clone(), all[2].clone()]));
        // The reverse of a capability is as frozen.
        let reversed = [all[0].clone(), all[1].clone(), samples(&-&rows[2])];
        equal(&plain, &estimate(&reversed));
    }
}

#[test]
fn the_reverse_of_a_goal_turns_the_signs() {
    let mut rng = rng(5);
    let rows = MEANS.map(|mean| noisy(&mean, 6, 12, &mut rng));
    let all = rows.each_ref().map(samples);
    let found = estimate(&all);
    let turned = estimate(&[samples(&-&rows[0]), all[1].clone(), all[2].clone()]);
    let close = 1e6 * f64::EPSILON;
    assert!((found.overlap_after().value() + turned.overlap_after().value()).abs() <= close);
    assert!((found.difference() + turned.difference()).abs() <= close);
}

// ── Verdicts ───────────────────────────────────────────────────────────────────

#[test]
fn probabilities_are_shares_of_one_whole_and_follow_the_seed() {
    let mut rng = rng(7);
    let all = MEANS.map(|mean| samples(&noisy(&mean, 6, 8, &mut rng)));
    let found = estimate(&all);
    let verdicts = probabilities(&found, 1);
    let sum: f64 = ConflictVerdict::ALL
        .iter()
        .map(|&v| verdicts.probability(v))
        .sum();
    assert!((sum + verdicts.undetermined() - 1.0).abs() <= tolerance::closed_form());
    assert_eq!(verdicts.replicates(), 2000);
    for verdict in ConflictVerdict::ALL {
        let p = verdicts.probability(verdict);
        let error = (p * (1.0 - p) / 2000.0).sqrt();
        assert!((verdicts.standard_error(verdict) - error).abs() <= tolerance::closed_form());
    }
    assert_eq!(verdicts, probabilities(&found, 1));
    assert_ne!(verdicts, probabilities(&found, 2));
}

/// What a replicate leaves of a goal may be no length at all. Those replicates have no verdict, and with the
/// verdicts they make one whole.
#[test]
fn what_has_no_verdict_is_the_rest_of_the_whole() {
    let mut rng = rng(3);
    let mut undetermined = 0;
    for _ in 0..40 {
        let rows = [[3.0, 1.1, 0.0], [-3.0, 0.0, 1.1], [9.0, 0.0, 0.0]]
            .map(|mean| noisy(&mean, 4, 24, &mut rng));
        let all = rows.each_ref().map(samples);
        let evidence = all.each_ref().map(Evidence::Sampled);
        let Ok(found) = ConflictEstimate::new([evidence[0], evidence[1]], &evidence[2..]) else {
            continue;
        };
        let verdicts = probabilities(&found, 1);
        let determined: f64 = ConflictVerdict::ALL
            .iter()
            .map(|&v| verdicts.probability(v))
            .sum();
        let whole = determined + verdicts.undetermined();
        assert!((whole - 1.0).abs() <= 8.0 * f64::EPSILON, "{whole}");
        undetermined += usize::from(verdicts.undetermined() > 0.0);
    }
    assert!(undetermined > 0);
}

/// The share of negative cosines is the p-value of the hypothesis that they are not.
#[test]
fn shares_of_signs_are_p_values() {
    for seed in 0..6 {
        let mut rng = rng(70 + seed);
        // Much signal to little noise: no part of the variance is in doubt.
        let all = [[9.0, 6.0, 1.0], [-9.0, 6.5, 9.5], [12.0, 0.0, 1.0]]
            .map(|mean| samples(&noisy(&mean, 6, 12, &mut rng)));
        let found = estimate(&all);
        let verdicts = probabilities(&found, seed);
        let share =
            |of: &[ConflictVerdict]| of.iter().map(|&v| verdicts.probability(v)).sum::<f64>();
        let one_sided = |overlap: &alignment_tax::OverlapEstimate| {
            let half = 0.5 * overlap.p_value(0.0).expect("in range");
            if overlap.value() < 0.0 {
                1.0 - half
            } else {
                half
            }
        };
        let fights: Vec<ConflictVerdict> = ConflictVerdict::ALL
            .into_iter()
            .filter(|v| v.fights())
            .collect();
        let fought = [
            ConflictVerdict::Resolved,
            ConflictVerdict::Mediated,
            ConflictVerdict::Unchanged,
            ConflictVerdict::Amplified,
        ];
        for (share, p) in [
            (share(&fights), one_sided(found.overlap_after())),
            (share(&fought), one_sided(found.overlap_before())),
        ] {
            let error = (p * (1.0 - p) / 2000.0).sqrt().max(1.0 / 2000.0);
            println!("{share:.4} {p:.4}");
            assert!((share - p).abs() <= 4.0 * error, "{share} and {p}");
        }
        assert_eq!(verdicts.undetermined(), 0.0);
    }
}

#[test]
fn what_is_decided_has_its_probability_and_its_intervals() {
    // Freezing leaves a cosine of 0.19, of about twice its standard error.
    let means = [[5.0, 4.0, 1.0], [-5.0, -0.2, 4.0], [9.0, 0.0, 0.0]];
    let mut decided = 0;
    for seed in 0..40 {
        let mut rng = rng(100 + seed);
        let all = means.map(|mean| samples(&noisy(&mean, 6, 16, &mut rng)));
        let found = estimate(&all);
        let verdicts = probabilities(&found, seed);
        let Some(verdict) = verdicts.decided(LEVEL) else {
            continue;
        };
        decided += 1;
        assert!(verdicts.probability(verdict) >= 0.95);
        let after = found.overlap_after().interval(LEVEL);
        assert!(!after.contains(0.0) && !found.overlap_before().interval(LEVEL).contains(0.0));
        assert_eq!(verdict.fights(), after.upper() < 0.0);
    }
    println!("{decided} of 40 decided");
    assert!((5..40).contains(&decided), "{decided}");
}

#[test]
fn unchanged_takes_a_margin() {
    // The capability is orthogonal to both goals.
    let mut rng = rng(8);
    let means = [[6.0, 2.0, 0.0], [-6.0, 4.0, 0.0], [0.0, 0.0, 9.0]];
    let all = means.map(|mean| samples(&noisy(&mean, 6, 64, &mut rng)));
    let found = estimate(&all);
    assert_eq!(probabilities(&found, 1).decided(LEVEL), None);
    assert_eq!(
        probabilities(&found, 1).probability(ConflictVerdict::Unchanged),
        0.0
    );
    let margin = found.clone().with_margin(0.1).expect("in range");
    assert_eq!(
        probabilities(&margin, 1).decided(LEVEL),
        Some(ConflictVerdict::Unchanged)
    );
    // What is exactly orthogonal leaves the cosines equal.
    let flat = means.map(|mean| {
        let mut rows = noisy(&mean, 6, 64, &mut rng);
        rows.column_mut(5).fill(0.0);
        samples(&rows)
    });
    let frozen = axis(6, 5);
    let both = [Evidence::Sampled(&flat[0]), Evidence::Sampled(&flat[1])];
    let same = ConflictEstimate::new(both, &[Evidence::Known(&frozen)]).expect("resolved");
    assert_eq!(
        probabilities(&same, 1).decided(LEVEL),
        Some(ConflictVerdict::Unchanged)
    );
}

/// Both areas of six axes' worth of noise: the intervals hold the truth at least as often as they say, and
/// not by being all that is possible.
#[test]
fn area_intervals_hold_the_areas() {
    // √(1 − τ) of the goals is 0.8 each, and cosθ = 0.25 with ρ = −0.36 + 0.64·0.25.
    let across = 0.9375_f64.sqrt();
    let means = [[3.0, 4.0, 0.0], [-3.0, 1.0, 4.0 * across], [5.0, 0.0, 0.0]];
    let truth = [0.96_f64.sqrt(), 0.64 * across].map(|x| std::f64::consts::PI * x);
    let (mut rng, mut held, mut narrow) = (rng(10), [0; 2], 0);
    for _ in 0..60 {
        let all = means.map(|mean| samples(&noisy(&mean, 6, 24, &mut rng)));
        let found = estimate(&all);
        let intervals = found.area_intervals(LEVEL);
        for (i, interval) in intervals.iter().enumerate() {
            assert!(interval.contains(found.areas()[i]) && interval.confidence() == LEVEL);
            assert!(interval.lower() >= 0.0 && interval.upper() <= std::f64::consts::PI);
            held[i] += usize::from(interval.contains(truth[i]));
        }
        narrow += usize::from(intervals[1].width() < std::f64::consts::FRAC_PI_2);
    }
    println!("{held:?} of 60 held, {narrow} after freezing narrower than half of what is possible");
    // Fewer than 50 of 60 at a level of 95 % once in a thousand times.
    assert!(held.iter().all(|&x| x >= 50) && narrow >= 50);
}

#[test]
fn the_plug_in_is_the_conflict_of_the_mean_directions() {
    let mut rng = rng(9);
    let all = MEANS.map(|mean| samples(&noisy(&mean, 6, 12, &mut rng)));
    let found = estimate(&all);
    let directions = all.each_ref().map(|s| s.mean_direction().expect("a mean"));
    let named = [
        ("a", &directions[0]),
        ("b", &directions[1]),
        ("c", &directions[2]),
    ];
    let objectives = alignment_tax::Objectives::from_directions(&named).expect("names");
    let budget = alignment_tax::Budget::unit();
    let direct = Conflict::new(&objectives, ["a", "b"], &["c"], budget).expect("left");
    assert_eq!(found.plug_in(), &direct);
}

/// Freezing is of all capabilities at once: which comes first says nothing, and neither does
/// the sign of one.
#[test]
fn the_order_of_capabilities_does_not_matter() {
    let means = [
        [8.0, 6.0, 1.0, 2.0],
        [-8.0, 6.0, 0.0, 3.0],
        [9.0, 0.0, 4.0, 0.0],
        [5.0, 1.0, -8.0, 0.0],
        [3.0, -2.0, 2.0, 9.0],
    ];
    for seed in 0..6 {
        let mut rng = rng(seed);
        let rows = means.map(|mean| noisy(&mean, 9, 16, &mut rng));
        let all = rows.each_ref().map(samples);
        let plain = estimate(&all);
        for order in [[3, 2, 4], [4, 3, 2], [3, 4, 2], [2, 4, 3]] {
            let [a, b, c] = order.map(|i| all[i].clone());
            equal(
                &plain,
                &estimate(&[all[0].clone(), all[1].clone(), a, b, c]),
            );
        }
        let reversed = samples(&-&rows[3]);
        let [first, second, third, _, fifth] = all.clone();
        equal(&plain, &estimate(&[first, second, third, reversed, fifth]));
    }
}

/// "Unchanged" is decided only where the whole interval for the difference of the cosines lies within the margin. By
/// its one-sided probability alone it would be earlier, of few units above all.
#[test]
fn unchanged_is_decided_by_the_whole_interval() {
    let d = 6;
    let mut tempted = 0;
    for seed in 0..8 {
        let mut rng = rng(500 + seed);
        let goals = [[20.0, 4.0, 0.0, 3.0], [-20.0, 0.0, 4.0, 3.0]].map(|mean| {
            let rows = noisy(&mean, d, 6, &mut rng);
            samples(&rows)
        });
        let frozen = axis(d, 3);
        let both = [Evidence::Sampled(&goals[0]), Evidence::Sampled(&goals[1])];
        let found = ConflictEstimate::new(both, &[Evidence::Known(&frozen)]).expect("resolved");
        let interval = found.difference_interval(LEVEL);
        let (near, far) = (interval.lower().abs(), interval.upper().abs());
        let (near, far) = (near.min(far), near.max(far));
        for i in 0..20 {
            let margin = near + (far - near) * (f64::from(i) + 0.5) / 20.0;
            let within = found.clone().with_margin(margin).expect("in range");
            let drawn = probabilities(&within, seed);
            let likely = drawn.probability(ConflictVerdict::Unchanged) >= LEVEL.level();
            tempted += usize::from(likely);
            assert_ne!(
                drawn.decided(LEVEL),
                Some(ConflictVerdict::Unchanged),
                "{margin}"
            );
        }
        let within = found.clone().with_margin(far * 1.001).expect("in range");
        let decided = probabilities(&within, seed).decided(LEVEL);
        assert_eq!(decided, Some(ConflictVerdict::Unchanged));
    }
    assert!(tempted > 0);
}

/// The standard error of the difference of the cosines, of an overlap and of a rate, from their intervals, is that
/// of leaving out one row at a time and estimating again: the derivatives behind it have their signs and factors.
#[test]
fn standard_errors_are_those_of_leaving_out_one_row() {
    let (d, n) = (5, 60);
    let mut rng = rng(77);
    // Noise along the goals themselves, so that lengths move with the products.
    let rows = [[3.0, 1.5, 0.5], [-2.0, 2.5, 0.5], [1.5, 0.5, 2.0]].map(|mean| {
        let mut rows = noisy(&mean, d, n, &mut rng) * 0.5;
        for (mut row, stretch) in rows
            .row_iter_mut()
            .zip(gaussian::<f64>(n, 1, &mut rng).iter())
        {
            for (x, m) in row.iter_mut().zip(mean) {
                *x += 0.5 * m * (1.0 + 0.6 * stretch);
            }
        }
        rows
    });
    let found = |rows: &[DMatrix<f64>; 3]| estimate(&rows.each_ref().map(samples));
    let whole = found(&rows);
    let statistics = |x: &ConflictEstimate| {
        let [first, second] = x.taxes();
        [
            x.difference(),
            x.overlap_before().value(),
            x.overlap_after().value(),
            first.value(),
            second.value(),
        ]
    };
    let mut variances = [0.0; 5];
    for group in 0..3 {
        let left_out: Vec<[f64; 5]> = (0..n)
            .map(|i| {
                let mut fewer = rows.clone();
                fewer[group] = fewer[group].clone().remove_row(i);
                statistics(&found(&fewer))
            })
            .collect();
        for (k, variance) in variances.iter_mut().enumerate() {
            let mean = left_out.iter().map(|x| x[k]).sum::<f64>() / n as f64;
            let squares: f64 = left_out.iter().map(|x| (x[k] - mean).powi(2)).sum();
            *variance += squares * (n - 1) as f64 / n as f64;
        }
    }
    let t = whole.difference_interval(LEVEL).width() / 2.0;
    // Student's quantile for 59 degrees of freedom.
    let errors = [
        t / 2.000_995_4,
        whole.overlap_before().standard_error(),
        whole.overlap_after().standard_error(),
        whole.taxes()[0].standard_error(),
        whole.taxes()[1].standard_error(),
    ];
    for (k, (ours, variance)) in errors.iter().zip(variances).enumerate() {
        let ratio = ours / variance.sqrt();
        println!("{k}: {ratio}");
        // They differ by terms of relative order 1/n.
        assert!((0.95..1.05).contains(&ratio), "{k}: {ratio}");
    }
}

/// A goal of which nothing is left: how much seems to be is stated in units of the goal, whatever the data are in.
#[test]
fn what_is_left_by_rounding_is_stated_in_units_of_the_goal() {
    let mut rng = rng(9);
    let along = direction::<f64>(6, &mut rng);
    let other = samples(&noisy(&[1.0, 6.0, -3.0], 6, 12, &mut rng));
    let lengths = gaussian::<f64>(12, 1, &mut rng);
    for scale in [1.0, 1e8, 1e-8] {
        let rows = DMatrix::from_fn(12, 6, |i, j| {
            scale * (3.0 + lengths[i]) * along.as_vector()[j]
        });
        let goal = samples(&rows);
        let goals = [Evidence::Sampled(&goal), Evidence::Sampled(&other)];
        let refusal = ConflictEstimate::new(goals, &[Evidence::Known(&along)]);
        let Err(Error::Unresolved {
            argument,
            norm,
            tolerance: bound,
            ..
        }) = refusal
        else {
            panic!("{refusal:?}");
        };
        assert_eq!(argument, "what is left of the first goal");
        assert!(norm <= bound, "{norm:e} {bound:e}");
        // ‖w‖₁ is one for the goal and its length along the axis for that, in units of its unbiased length.
        let n = lengths.len() as f64;
        let (sum, squares) = lengths.iter().fold((0.0, 0.0), |(sum, squares), x| {
            (sum + 3.0 + x, squares + (3.0 + x) * (3.0 + x))
        });
        let unbiased = (sum * sum - squares) / (n * (n - 1.0));
        let weights = 1.0 + sum / n / unbiased.sqrt();
        let expected = tolerance::combination(f64::EPSILON, weights * weights).sqrt();
        assert!(
            (bound / expected - 1.0).abs() < 1e-6,
            "{bound:e} {expected:e}"
        );
    }
}
