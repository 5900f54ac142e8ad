//! Rates and lengths that are equal but for rounding: they count as equal, and what vanishes but for
//! rounding has no direction.

use crate::common::{gaussian, rng, subspace};
use alignment_tax::{
    CovarianceNull, Direction, Error, IsotropicNull, Labelings, MonteCarlo, SignFlips, TaxRate,
    tolerance,
};
use nalgebra::DMatrix;
use rand::RngExt;

/// Differences kᵢ·u of nine pairs along one u, with entries that no float holds.
fn along_one(k: [i32; 9], d: usize) -> SignFlips {
    let mut rng = rng(u64::try_from(d).expect("a small dimension"));
    let u: Vec<f64> = (0..d)
        .map(|_| (0.5 + 0.5 * rng.random::<f64>()) * if rng.random() { 1.0 } else { -1.0 })
        .collect();
    let plus = DMatrix::from_fn(9, d, |i, j| f64::from(k[i]) * u[j]);
    SignFlips::new(&plus, &(&plus * 0.0)).expect("pairs")
}

/// |Σ ±kᵢ| of all 512 patterns, in whole numbers; the first is the observed one.
fn sums(k: [i32; 9]) -> Vec<i32> {
    let signed = |pattern: usize, i: usize| if pattern >> i & 1 == 1 { -k[i] } else { k[i] };
    (0..512)
        .map(|pattern| (0..9).map(|i| signed(pattern, i)).sum::<i32>().abs())
        .collect()
}

const MULTIPLES: [[i32; 9]; 4] = [
    [9, -7, 4, 8, -3, 6, 2, 5, -2],
    [1, 3, -5, 7, 9, -2, 4, 6, 7],
    [3, 3, -3, 6, 6, -6, 9, 9, 3],
    // Squares that differ by a factor of thousands, and so does their rounding.
    [29, -23, 17, 13, -11, 7, 5, 3, -2],
];

#[test]
fn lengths_tie_as_whole_numbers_do() {
    let run = MonteCarlo::new(600).expect("a number of replicates");
    for k in MULTIPLES {
        let sums = sums(k);
        let share =
            |holds: &dyn Fn(i32) -> bool| sums.iter().filter(|&&s| holds(s)).count() as f64 / 512.0;
        // As rows and as their inner products.
        for d in [2, 1024] {
            let test = along_one(k, d).concept(&run, &mut rng(1));
            assert_eq!(test.labelings(), Labelings::Enumerated(512));
            assert_eq!(test.p_at_least().value(), share(&|s| s >= sums[0]), "{k:?}");
            assert_eq!(test.p_at_most().value(), share(&|s| s <= sums[0]), "{k:?}");
        }
    }
}

/// All means have one direction, and those that vanish have none: every labeling counts for both tails.
#[test]
fn rates_of_one_direction_are_equal() {
    let run = MonteCarlo::new(600).expect("a number of replicates");
    for k in MULTIPLES {
        assert!(sums(k).contains(&0), "{k:?}");
        // Rates of a half, and next to none.
        for (d, m) in [(4, 2), (64, 32), (1024, 2)] {
            let c = subspace::<f64>(d, m, &mut rng(7));
            let test = along_one(k, d).tax(&c, &run, &mut rng(1)).expect("a test");
            let p = [test.p_at_least(), test.p_at_most()].map(|p| p.value());
            assert_eq!(p, [1.0, 1.0], "{k:?} {d}");
        }
    }
}

/// One direction is all that samples of one direction draw. Its rate in single precision is off by
/// the rounding of that.
#[test]
fn rates_in_single_precision_tie_with_replicates() {
    let mut rng = rng(3);
    let run = MonteCarlo::new(99).expect("a number of replicates");
    let steps = gaussian::<f64>(8, 1, &mut rng);
    for _ in 0..16 {
        let single = gaussian::<f32>(3, 1, &mut rng);
        let v = Direction::from_slice(single.as_slice()).expect("a direction");
        let samples = &steps * single.map(f64::from).transpose();
        let null = CovarianceNull::from_groups(&[samples.as_view()]).expect("samples");
        let c = subspace::<f32>(3, 1, &mut rng);
        let chance = null.random_safety(&c, &run, &mut rng).expect("replicates");
        let tax = TaxRate::between(&v, &c).expect("a rate");
        let away = (f64::from(tax.value()) - chance.mean()).abs();
        assert!(away <= tolerance::angle::<f64>(1) / f64::EPSILON * f64::from(f32::EPSILON));
        let p = [chance.p_entangled(tax), chance.p_freer(tax)].map(|p| p.expect("a rate").value());
        assert_eq!(p, [1.0, 1.0], "{away:e}");
    }
}

#[test]
fn points_hold_what_is_within_rounding_of_them() {
    for d in [3, 4, 50] {
        let bound = tolerance::orthonormality::<f64>(d);
        let nothing = IsotropicNull::new(d, 0).expect("dimensions");
        let all = IsotropicNull::new(d, d).expect("dimensions");
        for (tau, p) in [(0.5 * bound, 1.0), (2.0 * bound, 0.0)] {
            assert_eq!(nothing.p_entangled(tau), Ok(p), "{d} {tau:e}");
            assert_eq!(all.p_freer(1.0 - tau), Ok(p), "{d} {tau:e}");
        }
        for probability in [0.0, 0.3, 1.0] {
            assert_eq!(nothing.quantile(probability), Ok(0.0));
            assert_eq!(all.quantile(probability), Ok(1.0));
        }
    }
}

/// A straight line in τ: −m/(d − m) at nothing, 0 at m/d and 1 at all.
#[test]
fn corrected_rates_are_a_line() {
    for (d, m) in [(10, 0), (10, 3), (10, 9), (4096, 64)] {
        let null = IsotropicNull::new(d, m).expect("dimensions");
        let chance = m as f64 / d as f64;
        let gain = d as f64 / (d - m) as f64;
        for tau in [0.0, chance, 0.2, 0.5, 0.7, 1.0] {
            let truth = (tau - chance) * gain;
            let off = (null.corrected(tau).expect("a rate") - truth).abs();
            let bound = tolerance::closed_form::<f64>() * gain;
            assert!(off <= bound, "{d} {m} {tau}: {off:e}");
        }
    }
}

/// Beta(a, a) is symmetric about ½, also where its continued fraction takes a hundred thousand steps.
#[test]
fn half_of_two_thousand_million_dimensions_is_the_median() {
    let d = 1 << 31;
    let null = IsotropicNull::new(d, d / 2).expect("dimensions");
    let below = null.cdf(0.5).expect("a probability");
    assert!((below - 0.5).abs() <= tolerance::beta_tail(d), "{below}");
}

/// However many directions a replicate takes, and whether or not they fit into a batch.
#[test]
fn there_are_as_many_replicates_as_were_asked_for() {
    let mut rng = rng(5);
    let samples = gaussian::<f64>(32, 24, &mut rng);
    let null = CovarianceNull::from_groups(&[samples.as_view()]).expect("samples");
    let v = Direction::from_slice(gaussian::<f64>(24, 1, &mut rng).as_slice()).expect("not zero");
    for p in [1, 9, 13, 24] {
        let run = MonteCarlo::new(130).expect("a number of replicates");
        let chance = null.random_capabilities(&v, p, &run, &mut rng);
        assert_eq!(chance.expect("replicates").replicates().len(), 130, "{p}");
    }
}

/// The smallest numbers there are take two powers of two to be in range.
#[test]
fn subnormal_lengths_are_in_their_units() {
    let step = f64::from_bits(1);
    let plus = DMatrix::from_element(3, 1, 5.0 * step);
    let flips = SignFlips::new(&plus, &(&plus * 0.0)).expect("pairs");
    let run = MonteCarlo::new(99).expect("a number of replicates");
    assert_eq!(flips.concept(&run, &mut rng(1)).observed(), 5.0 * step);

    // Two samples four steps apart, each two from their mean.
    let large = 0.75 * f64::MIN_POSITIVE;
    let samples = DMatrix::from_column_slice(2, 1, &[large, large + 4.0 * step]);
    let Err(Error::Unresolved {
        norm,
        tolerance: bound,
        ..
    }) = CovarianceNull::from_groups(&[samples.as_view()])
    else {
        panic!("no spread beside the mean");
    };
    assert_eq!(norm, 2.0 * step);
    assert!((bound - tolerance::mean_difference::<f64>(2) * large).abs() <= step);
}

/// A spread counts as one from the rounding of the largest entry on, whatever that is.
#[test]
fn a_spread_is_told_from_the_rounding_of_the_largest_entry() {
    for largest in [1.0, 1.25, 1.75, 1.9375, 3.5] {
        let bound = tolerance::mean_difference::<f64>(2) * largest;
        for (share, is_spread) in [(0.75, false), (1.5, true)] {
            // Whole steps of the largest entry.
            let half = (share * bound / (2.0 * f64::EPSILON)).round() * 2.0 * f64::EPSILON;
            let samples = DMatrix::from_column_slice(2, 1, &[largest, largest - 2.0 * half]);
            let null = CovarianceNull::from_groups(&[samples.as_view()]);
            assert_eq!(null.is_ok(), is_spread, "{largest} {share}");
        }
    }
}
