//! Scaling laws of no directions, of more than there is room for, and of numbers that are none.

use alignment_tax::{
    CoherenceBound, Confidence, Error, Growth, MonteCarlo, RequiredWidth, ResidualBound,
    ScalingLaw, SpectralBound, TaxRate, Vacuity,
};

use crate::common::rng;
use crate::shared::{Extreme, axis, for_both_scalars, refused};

const MOST: usize = u32::MAX as usize;

fn fixed(m: f64) -> Growth {
    Growth::fixed(m).expect("a number of directions")
}

fn law(tau: f64, k: usize, growth: Growth) -> ScalingLaw {
    ScalingLaw::new(tau, k, growth).expect("a rate")
}

#[test]
fn growth_that_is_no_number() {
    for bad in [f64::NAN, f64::INFINITY, -1e-300, f64::NEG_INFINITY] {
        refused!(
            Growth::fixed(bad),
            Error::OutOfRange {
                argument: "directions",
                ..
            }
        );
        refused!(
            Growth::linear(bad),
            Error::OutOfRange {
                argument: "rate",
                ..
            }
        );
        let own = law(0.1, 1, Growth::of(move |_| bad));
        refused!(
            own.at(10),
            Error::OutOfRange {
                argument: "growth",
                ..
            }
        );
        refused!(
            own.width_for(0.5),
            Error::OutOfRange {
                argument: "growth",
                ..
            }
        );
    }
}

#[test]
fn intrinsic_rates_widths_and_targets_outside_their_domain() {
    for bad in [f64::NAN, f64::INFINITY, -1e-300, 1.0 + f64::EPSILON] {
        refused!(
            ScalingLaw::new(bad, 1, fixed(1.0)),
            Error::OutOfRange {
                argument: "intrinsic",
                ..
            }
        );
        let law = law(0.5, 1, fixed(1.0));
        refused!(
            law.width_for(bad),
            Error::OutOfRange {
                argument: "target",
                ..
            }
        );
        for m in [0.0, 1.0, 100.0] {
            let law = self::law(0.5, 1, fixed(m)).at(9).expect("a width");
            refused!(
                law.cdf(bad),
                Error::OutOfRange {
                    argument: "tau",
                    ..
                }
            );
            refused!(
                law.survival(bad),
                Error::OutOfRange {
                    argument: "tau",
                    ..
                }
            );
            refused!(
                law.quantile(bad),
                Error::OutOfRange {
                    argument: "probability",
                    ..
                }
            );
        }
    }
    // Nothing to overlap with, and an overlap.
    refused!(
        ScalingLaw::new(1e-300, 0, fixed(1.0)),
        Error::OutOfRange { argument: "intrinsic", actual, .. } if *actual == 1e-300
    );
    refused!(
        ScalingLaw::new(0.5, usize::MAX, fixed(1.0)),
        Error::OutOfBounds {
            argument: "dimension",
            actual: usize::MAX,
            ..
        }
    );
    refused!(
        ScalingLaw::low_rank(usize::MAX),
        Error::OutOfBounds {
            argument: "rank",
            actual: usize::MAX,
            ..
        }
    );
    let law = law(0.5, 7, fixed(1.0));
    for bad in [0, 7, usize::MAX] {
        refused!(
            law.at(bad),
            Error::OutOfBounds { argument: "d", least: 8, actual, .. } if *actual == bad
        );
    }
}

#[test]
fn every_number_of_directions_has_a_law() {
    let numbers = [
        0.0,
        5e-324,
        1e-300,
        1e-20,
        1e-3,
        0.5,
        1.0,
        2.5,
        1e9,
        1e300,
        f64::MAX,
    ];
    for k in [0, 1, 5] {
        for tau in [0.0, 1e-300, 0.5, 1.0 - f64::EPSILON, 1.0] {
            if k == 0 && tau > 0.0 {
                continue;
            }
            for d in [k + 1, k + 2, 700, MOST] {
                for growth in numbers
                    .map(fixed)
                    .into_iter()
                    .chain(numbers.map(|rate| Growth::linear(rate).expect("a rate")))
                {
                    let law = law(tau, k, growth.clone()).at(d).expect("a width");
                    for x in [
                        law.mean(),
                        law.excess(),
                        law.variance(),
                        law.standard_deviation(),
                    ] {
                        assert!((0.0..=1.0).contains(&x), "{law:?}: {x}");
                    }
                    assert!(law.incidental().is_finite());
                    let mut last = tau;
                    for p in [0.0, 1e-300, 1e-9, 0.5, 1.0 - f64::EPSILON, 1.0] {
                        let t = law.quantile(p).expect("a probability");
                        assert!(t >= last && t <= 1.0, "{law:?} {p}: {t} after {last}");
                        last = t;
                    }
                    let interval = law.prediction_interval(Confidence::NINETY_FIVE);
                    let interval = interval.expect("an interval");
                    assert!(tau <= interval.lower() && interval.lower() <= interval.upper());
                    assert!(interval.upper() <= 1.0);
                    for t in [0.0, 5e-324, 0.25, 0.5, 1.0 - f64::EPSILON, 1.0] {
                        let (low, high) = (law.cdf(t), law.survival(t));
                        let (low, high) = (low.expect("a rate"), high.expect("a rate"));
                        assert!((0.0..=1.0).contains(&low) && (0.0..=1.0).contains(&high));
                        assert!(
                            (low + high - 1.0).abs() <= 2.0 * f64::EPSILON,
                            "{law:?} {t}"
                        );
                    }
                    assert_eq!(law.cdf(1.0).expect("a rate"), 1.0);
                }
            }
        }
    }
}

#[test]
fn point_masses() {
    // No incidental directions: the intrinsic rate, at every width.
    let none = law(0.3, 2, fixed(0.0)).at(100).expect("a width");
    assert_eq!((none.mean(), none.variance()), (0.3, 0.0));
    assert_eq!((none.cdf(0.3), none.cdf(0.2999)), (Ok(1.0), Ok(0.0)));
    assert_eq!(
        (none.survival(0.3), none.survival(0.2999)),
        (Ok(0.0), Ok(1.0))
    );
    assert_eq!(none.quantile(0.7), Ok(0.3));
    // No room, or more directions than room: all of it is taxed.
    for m in [98.0, 98.5, 1e300] {
        let full = law(0.3, 2, fixed(m)).at(100).expect("a width");
        assert_eq!((full.mean(), full.variance()), (1.0, 0.0));
        assert_eq!((full.cdf(0.999), full.cdf(1.0)), (Ok(0.0), Ok(1.0)));
        assert_eq!(full.quantile(0.01), Ok(1.0));
    }
    // Within rounding of a single-precision rate.
    let third = TaxRate::single(&axis::<f32>(2, 0), &axis(2, 0)).expect("one space");
    let all = ScalingLaw::new(third, 1, fixed(3.0))
        .expect("a rate")
        .at(9)
        .expect("a width");
    assert_eq!((all.mean(), all.cdf(1.0 - 1e-9)), (1.0, Ok(1.0)));
}

#[test]
fn targets_at_the_limit_and_beyond_every_width() {
    let never = |limit| Ok(RequiredWidth::Never { limit });
    assert_eq!(law(0.3, 2, fixed(1e-9)).width_for(0.3), never(0.3));
    assert_eq!(
        law(0.3, 2, fixed(0.0)).width_for(0.3),
        Ok(RequiredWidth::From(3))
    );
    assert_eq!(law(0.3, 2, fixed(0.0)).width_for(0.29), never(0.3));
    assert_eq!(law(0.0, 0, fixed(1.0)).width_for(0.0), never(0.0));
    assert_eq!(
        law(1.0, 1, fixed(1.0)).width_for(1.0),
        Ok(RequiredWidth::From(2))
    );
    assert_eq!(
        law(0.3, 2, fixed(1e300)).width_for(1.0),
        Ok(RequiredWidth::From(3))
    );
    let linear = |rate| Growth::linear(rate).expect("a rate");
    assert_eq!(
        law(0.0, 0, linear(0.1)).width_for(0.1),
        Ok(RequiredWidth::From(1))
    );
    assert_eq!(law(0.0, 1, linear(0.1)).width_for(0.1), never(0.1));
    assert_eq!(law(0.0, 1, linear(7.0)).width_for(0.9), never(1.0));
    // No capabilities, or as many as there is room for, at every width.
    assert_eq!(
        law(0.3, 2, linear(0.0)).width_for(0.3),
        Ok(RequiredWidth::From(3))
    );
    assert_eq!(
        law(0.3, 2, linear(1.0)).width_for(1.0),
        Ok(RequiredWidth::From(3))
    );
    let beyond = RequiredWidth::Beyond { widest: MOST };
    assert_eq!(law(0.0, 0, fixed(1e6)).width_for(1e-9), Ok(beyond));
    assert_eq!(
        law(0.0, 0, Growth::of(|d| d as f64)).width_for(0.5),
        Ok(beyond)
    );
}

#[test]
fn simulations_that_cannot_be_drawn() {
    let run = MonteCarlo::new(19).expect("enough");
    let half = law(0.1, 1, fixed(2.5)).at(10).expect("a width");
    refused!(
        half.simulate(&run, &mut rng(1)),
        Error::OutOfRange { argument: "incidental directions", actual, .. } if *actual == 2.5
    );
    let vast = law(0.1, 1, fixed(100.0)).at(MOST).expect("a width");
    refused!(
        vast.simulate(&run, &mut rng(1)),
        Error::OutOfBounds {
            argument: "directions of a replicate",
            most: 0,
            actual: 101,
            ..
        }
    );
    // What can: nothing at all, one dimension, no room.
    for (tau, k, m, d, mean) in [
        (0.0, 0, 0.0, 5, 0.0),
        (0.0, 0, 3.0, 1, 1.0),
        (0.3, 2, 0.0, 6, 0.3),
        (0.3, 2, 1e300, 6, 1.0),
        (1.0, 2, 2.0, 6, 1.0),
        (0.0, 2, 4.0, 6, 1.0),
    ] {
        let law = law(tau, k, fixed(m)).at(d).expect("a width");
        let sample = law.simulate(&run, &mut rng(2)).expect("a simulation");
        assert!(
            (sample.mean() - mean).abs() < 1e-14,
            "{law:?}: {}",
            sample.mean()
        );
    }
}

fn bounds_of_what_is_no_set_of_directions<T: Extreme>() {
    let v = axis::<T>(3, 0);
    let shorter = axis::<T>(2, 0);
    refused!(
        CoherenceBound::measured(&v, std::slice::from_ref(&v), &[]),
        Error::Empty {
            argument: "incidental",
            ..
        }
    );
    refused!(
        SpectralBound::measured(&v, std::slice::from_ref(&v), &[]),
        Error::Empty {
            argument: "incidental",
            ..
        }
    );
    for (intrinsic, incidental, at_fault) in
        [(&v, &shorter, "incidental"), (&shorter, &v, "intrinsic")]
    {
        let (intrinsic, incidental) = (
            std::slice::from_ref(intrinsic),
            std::slice::from_ref(incidental),
        );
        refused!(
            CoherenceBound::measured(&v, intrinsic, incidental),
            Error::DimensionMismatch { argument, .. } if *argument == at_fault
        );
        refused!(
            SpectralBound::measured(&v, intrinsic, incidental),
            Error::DimensionMismatch { argument, .. } if *argument == at_fault
        );
    }
    // More directions than dimensions are dependent.
    let many = [0, 1, 2, 0, 1].map(|i| axis::<T>(3, i));
    let bound = SpectralBound::measured(&v, &[], &many).expect("directions");
    assert_eq!(bound.verdict(), ResidualBound::Vacuous(Vacuity::Dependent));
    // Dependent intrinsic ones as well; from below the bound holds.
    let twice = [v.clone(), v.clone()];
    let bound = SpectralBound::measured(&v, &twice, &many[1..2]).expect("directions");
    assert_eq!(bound.verdict(), ResidualBound::Vacuous(Vacuity::Dependent));
    assert_eq!(bound.at_least(), 0.0);
    let bound = CoherenceBound::measured(&v, &twice, &many[1..2]).expect("directions");
    assert!(matches!(
        bound.verdict(),
        ResidualBound::Vacuous(Vacuity::Crowded { crowding }) if crowding == 3.0
    ));
}
for_both_scalars!(bounds_of_what_is_no_set_of_directions);

#[test]
fn bounds_of_numbers_outside_their_domain() {
    for bad in [f64::NAN, f64::INFINITY, -1.5, 1.5] {
        refused!(
            CoherenceBound::new(&[0.1, bad], 3, 0.1),
            Error::EntryOutOfRange {
                argument: "overlaps",
                index: 1,
                ..
            }
        );
        refused!(
            CoherenceBound::new(&[0.1], 3, bad),
            Error::OutOfRange {
                argument: "coherence",
                ..
            }
        );
    }
    refused!(
        CoherenceBound::new(&[0.9, -0.9], 3, 1e-3),
        Error::OutOfRange {
            argument: "sum of squared overlaps",
            ..
        }
    );
    // Nothing at all has no residual, and infinitely many directions no bound.
    let none = CoherenceBound::new(&[], 0, 0.0).expect("possible");
    assert_eq!(
        none.verdict(),
        ResidualBound::Within {
            lower: -0.0,
            upper: 0.0
        }
    );
    let all = CoherenceBound::new(&[1.0], usize::MAX, 1.0).expect("possible");
    assert!(
        matches!(all.verdict(), ResidualBound::Vacuous(Vacuity::Crowded { crowding }) if crowding.is_finite())
    );
    for bad in [f64::NAN, f64::INFINITY, -1e-300] {
        refused!(
            SpectralBound::new(bad, 0.1, 0.5, 2.0),
            Error::OutOfRange {
                argument: "intrinsic",
                ..
            }
        );
        refused!(
            SpectralBound::new(0.1, bad, 0.5, 2.0),
            Error::OutOfRange {
                argument: "overlap",
                ..
            }
        );
        refused!(
            SpectralBound::new(0.1, 0.1, bad, 2.0),
            Error::OutOfRange {
                argument: "smallest",
                ..
            }
        );
        refused!(
            SpectralBound::new(0.1, 0.1, 0.5, bad),
            Error::OutOfRange {
                argument: "largest",
                ..
            }
        );
    }
    refused!(
        SpectralBound::new(0.1, 0.1, 2.0, 1.0),
        Error::OutOfRange {
            argument: "largest",
            ..
        }
    );
    refused!(
        SpectralBound::new(0.1, 0.0, 0.0, 0.0),
        Error::OutOfRange {
            argument: "largest",
            ..
        }
    );
    // Squared overlaps that the free part of v is too short for.
    refused!(
        SpectralBound::new(0.5, 0.8, 0.5, 1.5),
        Error::OutOfRange {
            argument: "overlap",
            ..
        }
    );
    let minute = SpectralBound::new(0.1, 0.1, 5e-324, 2.0).expect("eigenvalues");
    let ResidualBound::Vacuous(Vacuity::Trivial { bound, trivial }) = minute.verdict() else {
        panic!("{minute:?}");
    };
    assert!(bound.is_finite() && trivial == 0.9);
    assert!(
        minute
            .verdict()
            .to_string()
            .starts_with("vacuous: the bound ")
    );
    // All of v is intrinsic: nothing is left to bound, and the bound says so.
    let full = SpectralBound::new(1.0, 0.0, 0.5, 1.5).expect("eigenvalues");
    assert!(matches!(
        full.verdict(),
        ResidualBound::Vacuous(Vacuity::Trivial { .. })
    ));
}

/// The rank of a change is at most the largest width, which it may be.
#[test]
fn ranks_up_to_the_largest_width_have_a_law() {
    let law = ScalingLaw::low_rank(MOST).and_then(|law| law.at(MOST));
    assert_eq!(law.map(|law| law.mean()), Ok(1.0));
    refused!(
        ScalingLaw::low_rank(MOST + 1),
        Error::OutOfBounds {
            argument: "rank",
            most: MOST,
            ..
        }
    );
}

/// Crowded from mμ = 1 on, where the bound divides by nothing.
#[test]
fn directions_that_just_crowd_have_no_bound() {
    let bound = CoherenceBound::new(&[0.25], 7, 0.125).expect("overlaps");
    assert_eq!(
        bound.verdict(),
        ResidualBound::Vacuous(Vacuity::Crowded { crowding: 1.0 })
    );
}
