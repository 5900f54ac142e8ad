//! §7 The scaling law.

use alignment_tax::{
    Attribution, CoherenceBound, Confidence, Direction, Error, Growth, IsotropicNull, Objectives,
    Real, RequiredWidth, ResidualBound, ScalingComparison, ScalingData, ScalingFit, ScalingLaw,
    ScalingModel, ScalingParameter, ScalingVerdict, SeedSpread, SpectralBound, Subspace,
    TargetWidth, TaxRate, Vacuity,
};
use nalgebra::{DMatrix, DVector};

use crate::common::{direction, gaussian, rng};
use crate::shared::{both, closed, distance_from_law, planted, t};

fn scaling(tau: f64, k: usize, growth: Result<Growth, Error>) -> ScalingLaw {
    ScalingLaw::new(tau, k, growth.expect("a growth")).expect("a rate")
}

#[test]
fn t7_1_packing_vanishes_unless_capabilities_keep_pace() {
    let bound = closed::<f64>();
    // O(m'/d): d times the residual tends to (1 − τ_I)·m'.
    let law = scaling(0.3, 4, Growth::fixed(50.0));
    for d in [1 << 10, 1 << 16, 1 << 30] {
        let packing = law.at(d).expect("a width").excess();
        let scaled = packing * d as f64 / (0.7 * 50.0) - 1.0;
        assert!(
            (scaled - 4.0 / (d - 4) as f64).abs() <= bound,
            "{d}: {scaled}"
        );
    }
    assert_eq!(law.limit(), Some(0.3));
    assert_eq!(
        law.width_for(0.3).expect("a target"),
        RequiredWidth::Never { limit: 0.3 }
    );
    // Θ(1): as many capabilities to a dimension at every width.
    let law = scaling(0.3, 4, Growth::linear(0.1));
    let limit = law.limit().expect("known");
    assert!((limit - 0.37).abs() <= bound);
    for d in [1 << 10, 1 << 16, 1 << 30] {
        let law = law.at(d).expect("a width");
        assert!(law.mean() > limit && law.mean() - limit <= 0.07 * 5.0 / d as f64);
        // What vanishes is the scatter.
        assert!(law.standard_deviation() <= 0.7 * (0.2 / d as f64).sqrt());
    }
    // An isotropic change of rank 8: 0.2 % of 4096 dimensions.
    let lora = ScalingLaw::low_rank(8)
        .expect("a rank")
        .at(4096)
        .expect("a width");
    assert_eq!(lora.mean(), 8.0 / 4096.0);
    assert!((lora.mean() - 0.002).abs() < 5e-5);
    let null = IsotropicNull::new(4096, 8).expect("dimensions");
    for tau in [1e-5, 0.002, 0.01] {
        assert_eq!(lora.cdf(tau), null.cdf(tau));
    }
}

fn residual_is_bounded<T: Real>() {
    // Random directions at d = 4096: the coherence bound ends before m = 32, the
    // spectral one does not.
    let mut rng = rng(72);
    let d = 4096;
    for m in [8, 32, 128] {
        let v = direction::<T>(d, &mut rng);
        let all: Vec<Direction<T>> = (0..m).map(|_| direction(d, &mut rng)).collect();
        let span = Subspace::from_directions(&all).expect("a span");
        let tau = TaxRate::between(&v, &span).expect("one space").value();
        let tau_i = TaxRate::single(&v, &all[0]).expect("one space").value();
        let coherence = CoherenceBound::measured(&v, &all[..1], &all[1..]).expect("directions");
        let spectral = SpectralBound::measured(&v, &all[..1], &all[1..]).expect("directions");
        let residual = (tau - tau_i).to_double();
        let ResidualBound::Within { lower, upper } = spectral.verdict() else {
            panic!("{m}: {}", spectral.verdict());
        };
        let rounding = 16.0 * T::machine_epsilon().to_double();
        assert!(lower - rounding <= residual && residual <= upper + rounding);
        assert!(upper < 0.1, "{m}: {upper}");
        match coherence.verdict() {
            ResidualBound::Within { upper: loose, .. } => {
                assert!(
                    m == 8 && residual <= loose && upper < loose,
                    "{loose} {upper}"
                );
            }
            ResidualBound::Vacuous(why) => {
                let crowded = matches!(why, Vacuity::Crowded { crowding } if crowding > 1.0);
                assert!(m >= 32 && crowded, "{m}: {why}");
            }
            other => panic!("{other}"),
        }
    }
    // μ has to cover v: an incidental direction along v is orthogonal to the others,
    // and its residual is 1.
    let axes = [0, 1].map(|i| {
        let mut x = DVector::<T>::zeros(3);
        x[i] = T::one();
        Direction::new(&x).expect("an axis")
    });
    let bound = CoherenceBound::measured(&axes[0], &axes[1..], &axes[..1]).expect("directions");
    assert!(matches!(bound.verdict(), ResidualBound::Vacuous(_)));
}
both!(t7_2_residual_is_bounded, residual_is_bounded);

fn intrinsic_rate_is_that_of_the_span<T: Real>() {
    // v = (0.8, 0.4, √0.2), and unit vectors at 53° in the plane of the first two axes.
    let v = Direction::from_slice(&[t::<T>(0.8), t(0.4), t(0.2_f64.sqrt())]).expect("a direction");
    let first = Direction::from_slice(&[t::<T>(1.0), t(0.0), t(0.0)]).expect("a direction");
    let second = Direction::from_slice(&[t::<T>(0.6), t(0.8), t(0.0)]).expect("a direction");
    let attribution = Attribution::exact(&v, &[first.clone(), second.clone()]).expect("two");
    let squares = attribution
        .overlaps()
        .iter()
        .fold(T::zero(), |sum, &gamma| sum + gamma * gamma);
    let tau = attribution.total();
    let bound = closed::<T>();
    assert!((squares - t(1.28)).abs() <= bound, "more than any rate");
    assert!((tau.value() - t(0.8)).abs() <= bound);
    // a_Iᵀ G_I⁺ a_I from inner products alone.
    let gram = Objectives::from_directions(&[("v", &v), ("1", &first), ("2", &second)]);
    let gram = gram.expect("objectives").gram().clone();
    let from_gram = TaxRate::from_gram(&gram, 0).expect("a Gram matrix");
    assert!((from_gram.value() - tau.value()).abs() <= bound * t(8.0));
    // The law takes the rate, and refuses a sum of squares that is none.
    let span = attribution.subspace();
    let growth = || Growth::fixed(10.0).expect("directions");
    let law = ScalingLaw::measured(&v, span, growth()).expect("one space");
    assert!((law.limit().expect("known") - 0.8).abs() <= bound.to_double());
    assert!(matches!(
        ScalingLaw::new(squares.to_double(), 2, growth()),
        Err(Error::OutOfRange {
            argument: "intrinsic",
            ..
        })
    ));
    // Orthogonal directions: both agree.
    let third = Direction::from_slice(&[t::<T>(0.0), t(0.0), t(1.0)]).expect("a direction");
    let orthogonal = Attribution::exact(&v, &[first, third]).expect("two");
    let squares: T = orthogonal.overlaps().norm_squared();
    assert!((orthogonal.total().value() - squares).abs() <= bound);
}
both!(
    t7_3_intrinsic_rate_is_that_of_the_span,
    intrinsic_rate_is_that_of_the_span
);

/// A given v and intrinsic subspace, random directions beside them, for both scalars.
fn packing_law_is_exact<T: Real>() {
    let mut rng = rng(74);
    for (d, k, m, alpha) in [(12, 2, 3, 1.0), (40, 1, 16, 0.3), (9, 4, 4, 1.4)] {
        let (v, intrinsic) = planted::<T>(d, k, alpha, 7 + d as u64);
        let growth = Growth::fixed(m as f64).expect("directions");
        let law = ScalingLaw::measured(&v, &intrinsic, growth).expect("one space");
        let law = law.at(d).expect("a width");
        let n = 1000;
        let rates: Vec<f64> = (0..n)
            .map(|_| {
                let all = gaussian::<T>(d, m, &mut rng);
                let columns: Vec<_> = intrinsic
                    .basis()
                    .column_iter()
                    .chain(all.column_iter())
                    .collect();
                let span =
                    Subspace::from_columns(&DMatrix::from_columns(&columns)).expect("a span");
                TaxRate::between(&v, &span)
                    .expect("one space")
                    .value()
                    .to_double()
            })
            .collect();
        let mean = rates.iter().sum::<f64>() / f64::from(n);
        let error = law.standard_deviation() / f64::from(n).sqrt();
        assert!((mean - law.mean()).abs() <= 4.0 * error, "{mean} {law:?}");
        let interval = law
            .prediction_interval(Confidence::NINETY_FIVE)
            .expect("an interval");
        let held = rates.iter().filter(|&&tau| interval.contains(tau)).count() as f64;
        assert!((held / f64::from(n) - 0.95).abs() <= 4.0 * (0.0475 / f64::from(n)).sqrt());
        let distance = distance_from_law(rates, |tau| law.cdf(tau.min(1.0)).expect("a rate"));
        assert!(distance <= 1.95, "{distance} {law:?}");
    }
}
both!(t7_4_packing_law_is_exact, packing_law_is_exact);

const WIDTHS: [usize; 5] = [32, 64, 128, 256, 512];
const SEEDS: usize = 24;

/// Rates of v against one direction with overlap γ, and against `incidental` random directions,
/// together and apart, at every width and seed: [both, intrinsic, incidental].
fn packed(gamma: f64, incidental: usize, seed: u64) -> [Vec<Vec<f64>>; 3] {
    let mut rng = rng(seed);
    let mut rates: [Vec<Vec<f64>>; 3] = Default::default();
    for d in WIDTHS {
        let mut here: [Vec<f64>; 3] = Default::default();
        for _ in 0..SEEDS {
            let v = direction::<f64>(d, &mut rng);
            let other = gaussian::<f64>(d, 1, &mut rng).column(0).into_owned();
            let other = (&other - v.as_vector() * v.as_vector().dot(&other)).normalize();
            // A twentieth of noise, without which all seeds of a width would agree.
            let noise = gaussian::<f64>(d, 1, &mut rng).column(0).normalize();
            let c = v.as_vector() * gamma + other * (1.0 - gamma * gamma).sqrt() + noise * 0.05;
            let c = Direction::new(&c).expect("a direction");
            let random = gaussian::<f64>(d, incidental, &mut rng);
            let mut all = random.clone().insert_column(0, 0.0);
            all.set_column(0, c.as_vector());
            let rate = |span: &DMatrix<f64>| {
                let span = Subspace::from_columns(span).expect("a span");
                TaxRate::between(&v, &span).expect("one space").value()
            };
            here[0].push(rate(&all));
            here[1].push(TaxRate::single(&v, &c).expect("one space").value());
            here[2].push(rate(&random));
        }
        for (all, here) in rates.iter_mut().zip(here) {
            all.push(here);
        }
    }
    rates
}

fn over_widths(rates: &[Vec<f64>]) -> ScalingData {
    let seeds: Vec<&[f64]> = rates.iter().map(Vec::as_slice).collect();
    ScalingData::from_seeds(&WIDTHS, &seeds, SeedSpread::InverseWidth).expect("seeds")
}

/// The geometry itself, projected at every width, follows the exact law: its fit finds τ_I
/// and m′, a free exponent is one, and a constant is out of the question.
#[test]
fn t7_5_fit_of_packed_directions() {
    let level = Confidence::NINETY_FIVE;
    let [both, ..] = packed(0.4, 6, 75);
    let data = over_widths(&both);
    let exact = ScalingModel::ExactLaw {
        intrinsic_dimension: 1,
    };
    let fit = ScalingFit::new(&data, exact).expect("a fit");
    assert!(fit.fits(level), "{fit}");
    for (parameter, truth) in [
        (ScalingParameter::Intrinsic, 0.16),
        (ScalingParameter::Capabilities, 6.0),
    ] {
        let interval = fit.interval(parameter, level).expect("a parameter");
        assert!(interval.contains(truth), "{fit}");
        assert!(interval.width() < 0.5 * truth, "{fit}");
    }
    let power = ScalingFit::new(&data, ScalingModel::PowerLaw).expect("a fit");
    assert_eq!(power.exponent_is_one(level), Some(true), "{power}");
    let comparison = ScalingComparison::new(&data, &[ScalingModel::Constant, exact]);
    let comparison = comparison.expect("a comparison");
    assert!(comparison.scores()[0].weight.expect("defined") < 1e-9);
    assert!(!comparison.fits()[0].fits(level));
}

/// Without noise every model gives back its parameters; packing alone has τ₀ = 0, and its
/// interval starts there.
#[test]
fn t7_5_bounds_are_part_of_the_model() {
    let level = Confidence::NINETY_FIVE;
    for intrinsic in [0.0, 0.1, 0.7] {
        let rates = WIDTHS.map(|d| intrinsic + 0.25 * 32.0 / d as f64);
        let data = ScalingData::from_errors(&WIDTHS, &rates, &[0.01; 5]).expect("data");
        for model in [ScalingModel::InverseWidth, ScalingModel::PowerLaw] {
            let fit = ScalingFit::new(&data, model).expect("a fit");
            let value = fit.estimate(ScalingParameter::Intrinsic).expect("one");
            assert!((value - intrinsic).abs() < 1e-7, "{fit}");
            let interval = fit.interval(ScalingParameter::Intrinsic, level);
            let interval = interval.expect("one");
            assert_eq!(interval.lower() == 0.0, intrinsic == 0.0, "{fit}");
            assert!(interval.upper() > intrinsic);
        }
    }
}

/// Capability by capability: what is in the data stays, what is packed goes, and both
/// together are mixed; and the width that answers is the one the law names.
#[test]
fn t7_6_verdicts_and_widths() {
    let level = Confidence::NINETY_FIVE;
    let [both, intrinsic, incidental] = packed(0.5, 6, 76);
    let fit = |rates: &[Vec<f64>]| {
        ScalingFit::new(&over_widths(rates), ScalingModel::InverseWidth).expect("a fit")
    };
    let verdict = |rates: &[Vec<f64>]| fit(rates).verdict(0.02, level).expect("a threshold");
    assert_eq!(verdict(&both), ScalingVerdict::Mixed);
    assert_eq!(verdict(&intrinsic), ScalingVerdict::Intrinsic);
    assert_eq!(verdict(&incidental), ScalingVerdict::Packing);
    // 6/d = 0.01 at 600; a quarter stays, so that 0.2 is never reached.
    let at = fit(&incidental).width_for(0.01, level).expect("a target");
    let TargetWidth::Between { lower, upper, .. } = at else {
        panic!("{at:?}");
    };
    assert!(lower < 600.0 && 600.0 < upper, "{at:?}");
    let at = fit(&both).width_for(0.2, level).expect("a target");
    assert!(matches!(at, TargetWidth::Never { .. }), "{at:?}");
}
