//! Chance levels, adjusted p-values and permuted labels.

use alignment_tax::{
    CovarianceNull, Direction, Error, IsotropicNull, Labelings, MonteCarlo, Relabelling, SignFlips,
    Subspace, benjamini_hochberg, holm,
};
use nalgebra::{DMatrix, dmatrix};

use crate::common::{gaussian, rng, subspace};
use crate::shared::{Extreme, axis, for_both_scalars, magnitudes, real, refused};

fn run() -> MonteCarlo<'static> {
    MonteCarlo::new(50).expect("enough")
}

#[test]
fn dimensions_and_rates_outside_their_domain() {
    refused!(
        IsotropicNull::new(0, 0),
        Error::OutOfBounds {
            argument: "d",
            actual: 0,
            ..
        }
    );
    refused!(
        IsotropicNull::new(usize::MAX, 1),
        Error::OutOfBounds { argument: "d", .. }
    );
    refused!(
        IsotropicNull::new(4, 5),
        Error::OutOfBounds {
            argument: "m",
            most: 4,
            actual: 5,
            ..
        }
    );
    for m in [0, 2, 5] {
        let null = IsotropicNull::new(5, m).expect("dimensions");
        for bad in [-1e-300, 1.0 + f64::EPSILON, f64::NAN, f64::INFINITY] {
            for call in [
                null.cdf(bad),
                null.survival(bad),
                null.p_entangled(bad),
                null.p_freer(bad),
                null.two_sided(bad),
                null.corrected(bad),
            ] {
                refused!(
                    call.clone(),
                    Error::OutOfRange {
                        argument: "tau",
                        ..
                    }
                );
            }
            refused!(
                null.quantile(bad),
                Error::OutOfRange {
                    argument: "probability",
                    ..
                }
            );
        }
    }
    refused!(
        IsotropicNull::new(5, 5).expect("dimensions").corrected(0.5),
        Error::OutOfBounds {
            argument: "m",
            most: 4,
            actual: 5,
            ..
        }
    );
}

#[test]
fn ends_of_the_range_have_probabilities() {
    for d in [2, 3, 700, u32::MAX as usize] {
        for m in [1, d / 2, d - 1] {
            let null = IsotropicNull::new(d, m).expect("dimensions");
            for tau in [
                0.0,
                5e-324,
                1e-300,
                f64::EPSILON,
                0.5,
                1.0 - f64::EPSILON,
                1.0,
            ] {
                let (low, high) = (null.cdf(tau), null.survival(tau));
                let (low, high) = (low.expect("a rate"), high.expect("a rate"));
                assert!((0.0..=1.0).contains(&low) && (0.0..=1.0).contains(&high));
                assert!((low + high - 1.0).abs() <= f64::EPSILON);
            }
            for p in [0.0, 5e-324, 1e-300, 1e-17, 0.5, 1.0 - f64::EPSILON, 1.0] {
                let tau = null.quantile(p).expect("a probability");
                assert!((0.0..=1.0).contains(&tau), "{d} {m} {p}: {tau}");
            }
            assert_eq!(null.quantile(0.0).expect("a probability"), 0.0);
            assert_eq!(null.quantile(1.0).expect("a probability"), 1.0);
        }
    }
}

#[test]
fn p_values_that_are_none() {
    for adjust in [benjamini_hochberg, holm] {
        refused!(
            adjust(&[]),
            Error::Empty {
                argument: "p_values",
                ..
            }
        );
        for bad in [
            f64::NAN,
            -f64::MIN_POSITIVE,
            1.0 + f64::EPSILON,
            f64::INFINITY,
        ] {
            refused!(
                adjust(&[0.5, 0.1, bad, 2.0]),
                Error::EntryOutOfRange {
                    argument: "p_values",
                    index: 2,
                    ..
                }
            );
        }
        assert_eq!(
            adjust(&[0.0, -0.0, 1.0]).expect("p-values"),
            [0.0, 0.0, 1.0]
        );
    }
    let message = holm(&[0.5, f64::NAN]).unwrap_err().to_string();
    assert_eq!(
        message,
        "`p_values` has NaN at index 1, expected a p-value in [0, 1]"
    );
}

fn samples_that_are_none<T: Extreme>() {
    let good = gaussian::<T>(4, 3, &mut rng(1));
    refused!(
        CovarianceNull::from_groups::<T>(&[]),
        Error::Empty {
            argument: "groups",
            ..
        }
    );
    refused!(
        CovarianceNull::from_groups(&[good.as_view(), DMatrix::zeros(0, 3).as_view()]),
        Error::Empty {
            argument: "groups",
            rows: 0,
            ..
        }
    );
    refused!(
        CovarianceNull::from_groups(&[good.as_view(), DMatrix::zeros(2, 2).as_view()]),
        Error::DimensionMismatch {
            argument: "groups",
            unit: "columns",
            expected: 3,
            actual: 2,
            ..
        }
    );
    let single = good.rows(0, 1).into_owned();
    refused!(
        CovarianceNull::from_groups(&[single.as_view(), single.as_view()]),
        Error::OutOfBounds {
            argument: "samples in groups",
            least: 3,
            actual: 2,
            ..
        }
    );
    for bad in T::NON_FINITE {
        let mut x = good.clone();
        x[(1, 2)] = bad;
        refused!(
            CovarianceNull::from_groups(&[good.as_view(), x.as_view()]),
            Error::NonFinite {
                argument: "groups",
                row: 5,
                column: 2,
                ..
            }
        );
        refused!(
            SignFlips::new(&x, &good),
            Error::NonFinite {
                argument: "plus",
                row: 1,
                column: 2,
                ..
            }
        );
        refused!(
            Relabelling::new(&good, &x),
            Error::NonFinite {
                argument: "minus",
                row: 1,
                column: 2,
                ..
            }
        );
    }
    refused!(
        SignFlips::new(&good, good.rows(0, 3)),
        Error::DimensionMismatch {
            argument: "minus",
            unit: "rows",
            ..
        }
    );
    refused!(
        Relabelling::new(&good, good.columns(0, 2)),
        Error::DimensionMismatch {
            argument: "minus",
            unit: "columns",
            ..
        }
    );
    refused!(
        SignFlips::new(&good, &good)
            .expect("pairs")
            .with_blocks(&[1, 2, 3]),
        Error::DimensionMismatch {
            argument: "labels",
            expected: 4,
            actual: 3,
            ..
        }
    );
}

/// Equal samples, of a value whose mean is rounded.
fn samples_without_spread<T: Extreme>() {
    for value in [real::<T>(0.1), T::HUGE, T::MINUTE] {
        let same = DMatrix::from_element(7, 3, value);
        refused!(
            CovarianceNull::from_groups(&[same.as_view()]),
            Error::Unresolved { .. }
        );
        let c = subspace::<T>(3, 1, &mut rng(2));
        let random = &mut rng(3);
        let pairs = SignFlips::new(&same, &same).expect("pairs");
        let deal = Relabelling::new(&same, &same).expect("groups");
        refused!(pairs.tax(&c, &run(), random), Error::Unresolved { .. });
        refused!(deal.tax(&c, &run(), random), Error::Unresolved { .. });
        // No difference at all is as large as every other.
        for test in [pairs.concept(&run(), random), deal.concept(&run(), random)] {
            assert_eq!(test.p_at_least().value(), 1.0);
            assert_eq!(test.p_at_most().value(), 1.0);
        }
        // A labeling that cancels has no rate, and counts against the claim.
        let zero = DMatrix::zeros(4, 3);
        let pairs = SignFlips::new(same.rows(0, 4), &zero).expect("pairs");
        let test = pairs.tax(&c, &run(), random).expect("resolved");
        assert_eq!(test.p_at_least().value(), 1.0);
        assert_eq!(test.p_at_most().value(), 1.0);
    }
}

/// More blocks than an index has bits: the shift that finds a block's bit may not overflow.
fn more_blocks_than_bits<T: Extreme>() {
    let c = Subspace::<T>::from_columns(&dmatrix![1.0; 0.0].map(real::<T>)).expect("a line");
    for pairs in [63, 64, 65, 200] {
        let plus = DMatrix::from_fn(pairs, 2, |i, j| {
            real::<T>(1.0 + 0.1 * ((i * 7 + j * 3) % 5) as f64)
        });
        let flips = SignFlips::new(&plus, &(&plus * T::zero())).expect("pairs");
        let deal = Relabelling::new(&plus, &(&plus * T::zero())).expect("groups");
        let random = &mut rng(7);
        // All differences point one way: of 50 drawings none comes near.
        for test in [flips.concept(&run(), random), deal.concept(&run(), random)] {
            assert_eq!(test.p_at_least().value(), 1.0 / 51.0, "{pairs} pairs");
            assert_eq!(test.labelings(), Labelings::Drawn(50));
        }
        let rate = flips.tax(&c, &run(), random).expect("resolved").observed();
        assert!((rate - 0.5).abs() < 0.05, "{pairs} pairs: {rate}");
    }
}

/// Against no capability every rate is zero, and none of its p-values says anything.
fn nothing_to_be_entangled_with<T: Extreme>() {
    let random = &mut rng(8);
    let x = gaussian::<T>(9, 3, random);
    let none = Subspace::<T>::trivial(3).expect("a space");
    let zero = &x * T::zero();
    let flips = SignFlips::new(&x, &zero).expect("pairs");
    let deal = Relabelling::new(&x, &zero).expect("groups");
    for test in [
        flips.tax(&none, &run(), random),
        deal.tax(&none, &run(), random),
    ] {
        let test = test.expect("resolved");
        assert_eq!(test.observed(), 0.0);
        assert_eq!(test.p_at_least().value(), 1.0);
        assert_eq!(test.p_at_most().value(), 1.0);
    }
}

fn wrong_spaces<T: Extreme>() {
    let random = &mut rng(4);
    let x = gaussian::<T>(6, 3, random);
    let null = CovarianceNull::from_groups(&[x.as_view()]).expect("samples");
    let c = subspace::<T>(4, 1, random);
    for result in [
        null.random_safety(&c, &run(), random).map(|_| ()),
        SignFlips::new(&x, &(&x * real::<T>(0.5)))
            .expect("pairs")
            .tax(&c, &run(), random)
            .map(|_| ()),
        Relabelling::new(&x, x.rows(0, 2))
            .expect("groups")
            .tax(&c, &run(), random)
            .map(|_| ()),
    ] {
        refused!(
            result.clone(),
            Error::DimensionMismatch {
                argument: "capabilities",
                expected: 3,
                actual: 4,
                ..
            }
        );
    }
    refused!(
        null.random_capabilities(&axis::<T>(4, 0), 1, &run(), random),
        Error::DimensionMismatch {
            argument: "safety",
            expected: 3,
            actual: 4,
            ..
        }
    );
    for p in [0, 4] {
        refused!(
            null.random_capabilities(&axis::<T>(3, 0), p, &run(), random),
            Error::OutOfBounds { argument: "p", least: 1, most: 3, actual, .. } if *actual == p
        );
    }
}

/// Results at every magnitude are those at magnitude one.
fn magnitudes_do_not_matter<T: Extreme>() {
    let ones = dmatrix![1.0, 0.0; 0.5, 0.25; 0.0, 1.0; -0.5, 0.5].map(real::<T>);
    let zeros = DMatrix::zeros(4, 2);
    let c = Subspace::from_columns(&dmatrix![1.0; 0.5].map(real::<T>)).expect("a span");
    let v = Direction::from_slice(&[real::<T>(1.0), real(0.0)]).expect("a direction");
    let all = |x: &DMatrix<T>| {
        let random = &mut rng(5);
        let null = CovarianceNull::from_groups(&[x.as_view()]).expect("samples");
        let pairs = SignFlips::new(x, &zeros).expect("pairs");
        let deal = Relabelling::new(x, &zeros).expect("groups");
        let mut numbers = vec![
            null.random_safety(&c, &run(), random)
                .expect("a null")
                .mean(),
            null.random_capabilities(&v, 2, &run(), random)
                .expect("a null")
                .mean(),
        ];
        for test in [
            pairs.concept(&run(), random),
            pairs.tax(&c, &run(), random).expect("resolved"),
            deal.concept(&run(), random),
            deal.tax(&c, &run(), random).expect("resolved"),
        ] {
            assert!(test.observed().is_finite());
            numbers.extend([test.p_at_least().value(), test.p_at_most().value()]);
        }
        numbers
    };
    let expected = all(&ones);
    for scale in magnitudes::<T>() {
        // Quarters and sums of the smallest and the largest number are not to be had.
        let scale = scale
            .min(T::LARGEST / real(4.0))
            .max(T::SUBNORMAL * real(4.0));
        let power = real::<T>(2.0).powf(scale.log2().floor());
        let scaled = all(&(&ones * power));
        assert_eq!(scaled, expected, "at {power:e}");
    }
}

fn one_of_everything<T: Extreme>() {
    let random = &mut rng(6);
    // One dimension: everything is in the span, and chance is 1.
    let x = dmatrix![1.0; 2.0; 4.0].map(real::<T>);
    let null = CovarianceNull::from_groups(&[x.as_view()]).expect("samples");
    let line = Subspace::from_columns(&dmatrix![real::<T>(2.0)]).expect("a line");
    let chance = null.random_safety(&line, &run(), random).expect("a null");
    assert_eq!(
        (chance.quantile(0.0).expect("p"), chance.mean()),
        (1.0, 1.0)
    );
    assert_eq!(chance.two_sided(1.0).expect("a rate").value(), 1.0);
    let none = Subspace::<T>::trivial(1).expect("a space");
    let chance = null.random_safety(&none, &run(), random).expect("a null");
    assert_eq!(
        (chance.quantile(1.0).expect("p"), chance.mean()),
        (0.0, 0.0)
    );
    // One pair, and one sample against one: nothing can be shown.
    let (a, b) = (dmatrix![real::<T>(1.0)], dmatrix![real::<T>(3.0)]);
    let pair = SignFlips::new(&a, &b).expect("a pair");
    let deal = Relabelling::new(&a, &b).expect("groups");
    for test in [pair.concept(&run(), random), deal.concept(&run(), random)] {
        assert_eq!(test.observed(), 2.0);
        assert_eq!(test.two_sided().value(), 1.0);
    }
    for bad in [-0.1, 1.1, f64::NAN] {
        refused!(
            chance.p_entangled(bad),
            Error::OutOfRange {
                argument: "tau",
                ..
            }
        );
        refused!(
            chance.p_freer(bad),
            Error::OutOfRange {
                argument: "tau",
                ..
            }
        );
        refused!(
            chance.two_sided(bad),
            Error::OutOfRange {
                argument: "tau",
                ..
            }
        );
        refused!(
            chance.quantile(bad),
            Error::OutOfRange {
                argument: "probability",
                ..
            }
        );
    }
}

for_both_scalars!(
    samples_that_are_none,
    samples_without_spread,
    more_blocks_than_bits,
    nothing_to_be_entangled_with,
    wrong_spaces,
    magnitudes_do_not_matter,
    one_of_everything,
);
