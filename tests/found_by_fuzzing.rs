//! What the targets of `fuzz/` found, each with the smallest input that shows it.

use alignment_tax::{
    Attribution, Budget, Confidence, Direction, Error, Evidence, FixedTargets, FrontierError,
    GainEllipsoid, Growth, JointGain, Objectives, ParetoFrontier, PreservationBand, Real,
    Relabelling, Samples, ScalingLaw, Shrinkage, ShrunkCovariance, SignFlips, Subspace,
    TaxEstimate, TaxRate, benjamini_hochberg,
};
use nalgebra::{DMatrix, dmatrix, dvector};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};

/// aᵢaⱼ/√aᵢ²/√aⱼ² rounds above one for many lengths of parallel gradients.
#[test]
fn overlaps_of_parallel_objectives_stay_cosines() {
    let mut at_the_end = 0;
    for i in 1..40 {
        for j in 1..40 {
            let (a, b) = (f64::from(i) * 0.1, f64::from(j) * 0.7);
            for sign in [1.0, -1.0] {
                let gram = dmatrix![a * a, sign * a * b; sign * a * b, b * b];
                let pair = Objectives::from_gram(&["a", "b"], &gram).expect("two parallel vectors");
                let overlap = pair.overlap("a", "b").expect("names");
                assert!(overlap.abs() <= 1.0, "lengths {a} and {b}: {overlap:e}");
                assert!(
                    overlap * sign > 0.999_999,
                    "lengths {a} and {b}: {overlap:e}"
                );
                at_the_end += usize::from(overlap.abs() == 1.0);
            }
        }
    }
    assert!(at_the_end > 0);
}

/// n·p/rank rounds below p for the largest of many p-values.
#[test]
fn adjusted_p_values_are_not_below_their_own() {
    for (n, p) in [
        (3, 0.7),
        (6, 0.7),
        (25, 1.0 / 3.0),
        (5, 1.0 - f64::EPSILON / 2.0),
    ] {
        let adjusted = benjamini_hochberg(&vec![p; n]).expect("p-values");
        assert_eq!(adjusted, vec![p; n], "{n} times {p:e}");
    }
}

/// 2·sin(α/2)·cos(α/2) rounds above one next to a right angle.
#[test]
fn sines_of_right_angles_stay_sines() {
    for step in 0..1000 {
        let t = f64::from(step) * 1e-3;
        let v = Direction::from_slice(&[t.cos(), t.sin()]).expect("a direction");
        let c = Direction::from_slice(&[-t.sin(), t.cos()]).expect("a direction");
        for c in [c.clone(), -c, v.clone(), -v.clone()] {
            let frontier = ParetoFrontier::between(&v, &c, Budget::unit()).expect("of one space");
            assert!((0.0..=1.0).contains(&frontier.sine()), "{frontier:?}");
            assert!((-1.0..=1.0).contains(&frontier.cosine()), "{frontier:?}");
        }
    }
}

/// The p-values never depended on the scale; the statistic that is reported does.
#[test]
fn a_mean_difference_that_overflows_is_refused() {
    let most = DMatrix::from_element(2, 3, f64::MAX);
    let refused = |error: Error, name: &str| {
        assert!(
            matches!(error, Error::OutOfRange { argument, .. } if argument == name),
            "{error:?}"
        );
    };
    let flips = SignFlips::new(&most, &-&most).unwrap_err();
    refused(flips, "mean of paired differences");
    let labels = Relabelling::new(&most, &-&most).unwrap_err();
    refused(labels, "difference of means");
}

/// Every coalition has a basis of its own, and of nearly dependent capabilities rounding gave a
/// larger one less: shares below zero and above τ, and a sum that missed it.
#[test]
fn shares_of_nearly_dependent_capabilities_are_shares() {
    fn check<T: Real>(apart: &[f64]) {
        let direction =
            |x: [f64; 3]| Direction::from_slice(&x.map(T::from_double)).expect("a direction");
        for step in 0..40_u32 {
            let t = f64::from(step) * 0.157;
            let v = direction([t.cos(), t.sin() * 0.8, t.sin() * 0.6]);
            for &e in apart {
                let capabilities = [
                    direction([1.0, 0.3, 0.0]),
                    direction([1.0, 0.3 + e, e]),
                    direction([1.0 - e, 0.3, 2.0 * e]),
                    direction([-1.0, -0.3 + e, -3.0 * e]),
                ];
                let exact = Attribution::exact(&v, &capabilities).expect("shares");
                let mut rng = ChaCha8Rng::seed_from_u64(u64::from(step));
                let sampled =
                    Attribution::sampled(&v, &capabilities, 20, &mut rng).expect("shares");
                for shares in [exact, sampled] {
                    let total = shares.total().value();
                    for &x in shares.shapley().iter().chain(shares.unique()) {
                        assert!(T::zero() <= x && x <= total, "{e:e}: {x} of {total}");
                    }
                    let off = (shares.shapley().sum() - total).abs().to_double();
                    assert!(
                        off <= 8.0 * T::machine_epsilon().to_double(),
                        "{e:e}: {off:e}"
                    );
                }
            }
        }
    }
    check::<f32>(&[1e-3, 1e-5, 1e-6, 3e-7, 1e-7]);
    check::<f64>(&[1e-3, 1e-8, 1e-12, 1e-14, 5e-16]);
}

/// Sums of targets near the largest number were infinite, and the shift NaN.
#[test]
fn targets_beyond_every_budget_are_refused() {
    fn check<T: Real>(largest: T) {
        let x = T::from_double;
        let gram =
            dmatrix![x(1.0), x(-0.8), x(0.5); x(-0.8), x(1.0), x(0.1); x(0.5), x(0.1), x(1.0)];
        let all = Objectives::from_gram(&["a", "b", "c"], &gram).expect("objectives");
        for sign in [T::one(), -T::one()] {
            let targets = [("b", largest * sign), ("c", largest)];
            let error =
                FixedTargets::new(&all, "a", Budget::unit(), &targets).expect_err("too much");
            let FrontierError::OverBudget { required, .. } = error else {
                panic!("{error}")
            };
            assert!(
                required >= largest.to_double()
                    && required.is_finite() == (largest.to_double() < 1e300)
            );
        }
    }
    check(f32::MAX);
    check(f64::MAX);
}

/// After a second freeze in f32 rounding was as large as what was left, and no goal fell short.
#[test]
fn goals_that_rounding_leaves_no_direction_are_refused() {
    let names = ["a", "b", "c", "d", "e", "f"];
    let mut refused = 0;
    for step in 1..200 {
        let t = step as f32 * 1e-4;
        let angles = [0.0, t, 2.3 * t, 1.1, 0.9 + t, -0.4];
        let vectors = DMatrix::<f32>::from_fn(3, 6, |i, j| match i {
            0 => angles[j].cos(),
            1 => angles[j].sin(),
            _ => 0.02 * (j as f32 - 2.0),
        });
        let gram = vectors.tr_mul(&vectors);
        let Ok(once) = Objectives::from_gram(&names, &gram).and_then(|all| all.freeze(&["a"]))
        else {
            continue;
        };
        match JointGain::new(&once, &["b", "c"], &["d"], Budget::unit()) {
            Ok(joint) => assert!(
                joint.gains().iter().all(|x| x.is_finite()),
                "{step}: {joint:?}"
            ),
            Err(Error::Unresolved {
                norm, tolerance, ..
            }) => {
                assert!(norm <= tolerance);
                refused += 1;
            }
            Err(Error::Dependent { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
    assert!(refused > 0);
}

/// Both ends of a band at one rate came from cosines that differ by a rounding.
#[test]
fn bands_of_exact_samples_have_their_ends_in_order() {
    let confidence = Confidence::new(0.95).expect("a level");
    let mut turned = 0;
    for step in 1..400 {
        let t = f64::from(step) * 0.0039;
        let samples =
            Samples::new(&DMatrix::from_fn(5, 2, |_, j| [t.cos(), t.sin()][j])).expect("rows");
        let line = Subspace::from_columns(&dmatrix![1.0_f64; 0.0]).expect("a line");
        let tax = TaxEstimate::against_subspace(&samples, &line).expect("without noise");
        let band = PreservationBand::new(&tax, Budget::unit(), confidence);
        let free = band.free_gain().upper().min(1.0);
        for part in 0..=20 {
            let part = f64::from(part) / 20.0;
            let cost = band.min_cost(free + part * (1.0 - free)).expect("in reach");
            let gain = band.max_safety(part).expect("a cost");
            assert!(cost.lower() <= cost.upper() && gain.lower() <= gain.upper());
            turned += usize::from(gain.lower() < gain.upper());
        }
    }
    assert!(turned > 0);
}

/// One row that is long where all others vanish has no part in the variance of its own mean, and gave
/// a rate of 10²¹¹ with an infinite variance.
#[test]
fn a_sample_that_outweighs_all_others_is_refused() {
    let rows = |seed| {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        DMatrix::from_fn(6, 3, |_, j| {
            if j == 2 {
                0.0
            } else {
                1.0 + 0.1 * rng.random::<f64>()
            }
        })
    };
    let with = |length: f64| {
        let (mut safety, mut capability) = (rows(1), rows(2));
        safety[(3, 2)] = length;
        capability.column_mut(2).fill(1.0);
        let safety = Samples::new(&safety).expect("rows");
        let capability = Samples::new(&(capability * 1e-3)).expect("rows");
        TaxEstimate::new(
            Evidence::Sampled(&safety),
            &[Evidence::Sampled(&capability)],
        )
    };
    let tame = with(1.0).expect("nothing out of the way");
    assert!(tame.value().is_finite() && tame.standard_error().is_finite());
    for length in [1e9, 1e20, 1e100] {
        let error = with(length).expect_err("an outlier");
        assert!(
            matches!(error, Error::OutOfRange { actual, .. } if actual > 1e8),
            "{error}"
        );
    }
}

/// Both coefficients are in range, and their sum in the first coordinate is not.
#[test]
fn a_shift_that_overflows_is_refused() {
    let a = Direction::from_slice(&[1.0_f64, 1.0]).expect("a direction");
    let b = Direction::from_slice(&[1.0_f64, -1.0]).expect("a direction");
    let all = Objectives::from_directions(&[("a", &a), ("b", &b)]).expect("objectives");
    let ellipsoid = GainEllipsoid::new(&all, Budget::unit());
    let delta = |gain: f64| ellipsoid.delta(&dvector![gain, gain]);
    let long = delta(0.6 * f64::MAX)
        .expect("in range")
        .expect("known vectors");
    assert!((long[0] / f64::MAX - 0.6 * 2.0_f64.sqrt()).abs() < 1e-15 && long[1] == 0.0);
    assert!(
        ellipsoid
            .coefficients(&dvector![0.8 * f64::MAX, 0.8 * f64::MAX])
            .is_ok()
    );
    assert!(delta(0.8 * f64::MAX).is_err());
}

/// An intensity of −0 made the smallest variance −0, and the condition number −∞.
#[test]
fn minus_zero_is_an_intensity_of_zero() {
    let samples: DMatrix<f64> = dmatrix![1.0, 0.0; -1.0, 0.0];
    let covariance =
        ShrunkCovariance::from_samples(&samples, Shrinkage::Fixed(-0.0)).expect("rows");
    assert_eq!(covariance.condition_number(), f64::INFINITY);
    assert!(covariance.intensity().is_sign_positive());
}

/// In f32 a rate rounds to one beside a complement that is not zero, and what the law added to it exceeded one.
#[test]
fn quantiles_of_laws_near_one_stay_rates() {
    for step in 1..50_u8 {
        let v = Direction::from_slice(&[1.0_f32, 0.0]).expect("a direction");
        let c = Direction::from_slice(&[1.0_f32, 1e-9 * f32::from(step)]).expect("a direction");
        let tau = TaxRate::single(&v, &c).expect("of one space");
        assert!(tau.value() == 1.0 && tau.complement() > 0.0);
        let growth = Growth::fixed(3.0).expect("a number of directions");
        let law = ScalingLaw::new(tau, 2, growth)
            .expect("a law")
            .at(10)
            .expect("a width");
        for part in 0..=20 {
            let quantile = law.quantile(f64::from(part) / 20.0).expect("a probability");
            assert!(
                (0.0..=1.0).contains(&quantile),
                "{step}, {part}: {quantile:e}"
            );
        }
    }
}

/// The ends of a prediction interval next to one half are computed from either side, and a law as narrow
/// as a rounding turned them round.
#[test]
fn prediction_intervals_of_narrow_laws_have_their_ends_in_order() {
    let growth = Growth::linear(0.5).expect("a rate");
    let confidence = Confidence::new(1e-12).expect("a level");
    for exponent in 20..32 {
        for odd in 0..4 {
            let d = (1_usize << exponent) + odd;
            let law = ScalingLaw::new(0.0, 0, growth.clone())
                .expect("a law")
                .at(d)
                .expect("a width");
            let interval = law.prediction_interval(confidence).expect("an interval");
            assert!(interval.lower() <= interval.upper(), "{d}: {interval:?}");
        }
    }
}
