//! §1 The tax rate.

use alignment_tax::{
    Attribution, Direction, Error, Overlap, Real, Subspace, TaxRate, TaxSpectrum, tolerance,
};
use nalgebra::DMatrix;

use crate::common::{direction, gaussian, rng, subspace};
use crate::shared::{angle_bound, both, planted, t};

fn rate_is_projection_gram_form_and_cosine<T: Real>() {
    for (seed, alpha) in [0.0_f64, 0.2, 0.9, 1.3, 1.570].into_iter().enumerate() {
        let (v, c) = planted::<T>(24, 4, alpha, seed as u64);
        let tax = TaxRate::between(&v, &c).expect("one space");
        let bound = angle_bound::<T>(4);
        // ‖Pv‖²
        let projected = c.project(v.as_vector()).expect("finite").norm_squared();
        assert!((tax.value() - projected).abs() <= bound);
        // cos²α, α the principal angle that was planted
        assert!((tax.angle() - t(alpha)).abs() <= bound);
        assert!((tax.value() - t::<T>(alpha).cos().powi(2)).abs() <= bound);
        assert!(tax.value() >= T::zero() && tax.value() <= T::one());
        // aᵀG⁺a from a Gram matrix of unnormalised vectors
        let mut rng = rng(seed as u64 + 100);
        let raw = c.basis() * gaussian::<T>(4, 6, &mut rng);
        let all = DMatrix::from_columns(
            &std::iter::once(v.as_vector() * t::<T>(3.0))
                .chain(raw.column_iter().map(|x| x.into_owned()))
                .collect::<Vec<_>>(),
        );
        let gram = all.transpose() * &all;
        let from_gram = TaxRate::from_gram(&gram, 0).expect("positive semidefinite");
        let condition = Subspace::from_columns(&raw)
            .expect("a span")
            .condition_number();
        let bound = tolerance::eigenvalue::<T>(7) * condition * condition;
        assert!((from_gram.value() - tax.value()).abs() <= bound);
    }
}
both!(
    t1_1_rate_is_projection_gram_form_and_cosine,
    rate_is_projection_gram_form_and_cosine
);

fn rate_of_one_capability<T: Real>() {
    let mut rng = rng(12);
    for _ in 0..50 {
        let (v, c) = (direction::<T>(17, &mut rng), direction::<T>(17, &mut rng));
        let overlap = v.overlap(&c).expect("one space");
        let tax = TaxRate::single(&v, &c).expect("one space");
        assert!((tax.value() - overlap * overlap).abs() <= angle_bound(1));
        let line = Subspace::from_directions(&[c]).expect("a line");
        let between = TaxRate::between(&v, &line).expect("one space");
        assert!((tax.value() - between.value()).abs() <= angle_bound(1));
    }
}
both!(t1_2_rate_of_one_capability, rate_of_one_capability);

fn sign_tells_synergy_from_tax<T: Real>() {
    let mut rng = rng(13);
    let (v, c) = (direction::<T>(9, &mut rng), direction::<T>(9, &mut rng));
    let there = Attribution::exact(&v, std::slice::from_ref(&c)).expect("shares");
    let back = Attribution::exact(&v, &[-c.clone()]).expect("shares");
    assert_eq!(there.overlaps()[0], -back.overlaps()[0]);
    assert_ne!(there.overlaps()[0], back.overlaps()[0]);
    let difference = there.individual()[0].value() - back.individual()[0].value();
    assert!(difference.abs() <= angle_bound(1), "τ alone hides the sign");
    // The sign is that of the change along v.
    let step = v.as_vector().dot(c.as_vector());
    assert!(step * there.overlaps()[0] > T::zero());
}
both!(
    t1_3_sign_tells_synergy_from_tax,
    sign_tells_synergy_from_tax
);

/// Σ over subsets S without i of |S|!(p−|S|−1)!/p!·(τ(S∪i) − τ(S)), each τ by a
/// projection of its own: the definition, with no code of the crate's game.
fn shapley_by_definition<T: Real>(v: &Direction<T>, cs: &[Direction<T>]) -> Vec<T> {
    let p = cs.len();
    let worth = |mask: usize| {
        let members: Vec<Direction<T>> = (0..p)
            .filter(|i| mask >> i & 1 == 1)
            .map(|i| cs[i].clone())
            .collect();
        if members.is_empty() {
            return T::zero();
        }
        let span = Subspace::from_directions(&members).expect("a span");
        TaxRate::between(v, &span).expect("one space").value()
    };
    let factorial = |n: usize| (1..=n).map(|x| x as f64).product::<f64>();
    (0..p)
        .map(|i| {
            (0..1_usize << p)
                .filter(|mask| mask >> i & 1 == 0)
                .fold(T::zero(), |sum, mask| {
                    let s = mask.count_ones() as usize;
                    let weight = factorial(s) * factorial(p - s - 1) / factorial(p);
                    sum + t::<T>(weight) * (worth(mask | 1 << i) - worth(mask))
                })
        })
        .collect()
}

fn shapley_adds_up_and_single_rates_do_not<T: Real>() {
    let mut rng = rng(14);
    let v = direction::<T>(12, &mut rng);
    let cs: Vec<Direction<T>> = (0..5).map(|_| direction(12, &mut rng)).collect();
    let shares = Attribution::exact(&v, &cs).expect("shares");
    let bound = angle_bound::<T>(5) * shares.subspace().condition_number() * t(2.0);
    for (ours, truth) in shares.shapley().iter().zip(shapley_by_definition(&v, &cs)) {
        assert!((*ours - truth).abs() <= bound);
    }
    assert!((shares.shapley().sum() - shares.total().value()).abs() <= bound);
    // Unique shares are differences of two rates.
    for i in 0..5 {
        let others: Vec<Direction<T>> = (0..5).filter(|&j| j != i).map(|j| cs[j].clone()).collect();
        let without = Subspace::from_directions(&others).expect("a span");
        let without = TaxRate::between(&v, &without).expect("one space");
        let difference = shares.total().value() - without.value();
        assert!((shares.unique()[i] - difference).abs() <= bound);
    }
    // A hundred copies of nearly one capability: the rates sum to far more than τ.
    let c = direction::<T>(12, &mut rng);
    let copies = vec![c.clone(); 16];
    let shares = Attribution::exact(&v, &copies).expect("shares");
    let sum = shares
        .individual()
        .iter()
        .fold(T::zero(), |s, r| s + r.value());
    assert!(sum > t::<T>(15.0) * shares.total().value());
    assert!((shares.shapley().sum() - shares.total().value()).abs() <= bound);
    // Above sixteen the exact form refuses and the sampled form reports its error.
    let many: Vec<Direction<T>> = (0..20).map(|_| direction(40, &mut rng)).collect();
    let v = direction::<T>(40, &mut rng);
    assert!(matches!(
        Attribution::exact(&v, &many),
        Err(Error::OutOfBounds {
            most: 16,
            actual: 20,
            ..
        })
    ));
    let sampled = Attribution::sampled(&v, &many, 200, &mut rng).expect("shares");
    let bound = angle_bound::<T>(20) * sampled.subspace().condition_number() * t(4.0);
    assert!((sampled.shapley().sum() - sampled.total().value()).abs() <= bound);
    assert!(
        sampled
            .standard_errors()
            .expect("sampled")
            .iter()
            .all(|e| *e > T::zero())
    );
}
both!(
    t1_4_shapley_adds_up_and_single_rates_do_not,
    shapley_adds_up_and_single_rates_do_not
);

fn complement_keeps_its_digits<T: Real>() {
    // v at a distance of exactly h = 2^-e from the axis: 1 − τ = h²/(1 + h²).
    let smallest = if T::machine_epsilon() < t(1e-10) {
        40
    } else {
        18
    };
    for e in [1, 5, smallest / 2, smallest] {
        let h = 2.0_f64.powi(-e);
        let v = Direction::from_slice(&[T::one(), t(h), T::zero()]).expect("a direction");
        let axis = Subspace::from_columns(&DMatrix::from_column_slice(
            3,
            1,
            &[T::one(), T::zero(), T::zero()],
        ))
        .expect("a line");
        let truth = h * h / (1.0 + h * h);
        let eps = T::machine_epsilon().to_double();
        let tax = TaxRate::between(&v, &axis).expect("one space");
        let bound = truth * 16.0 * eps / truth.sqrt();
        assert!(
            (tax.complement().to_double() - truth).abs() <= bound,
            "2^-{e}"
        );
        // The rounded remainder of τ has lost them at the smallest distance.
        if e == smallest {
            let naive = (T::one() - tax.value()).to_double();
            assert!((naive - truth).abs() > 0.1 * truth);
        }
        // And τ itself near zero, by exchanging the roles.
        let across = Direction::from_slice(&[t(h), T::one(), T::zero()]).expect("a direction");
        let tax = TaxRate::between(&across, &axis).expect("one space");
        assert!((tax.value().to_double() - truth).abs() <= bound, "2^-{e}");
    }
}
both!(
    t1_5_complement_keeps_its_digits,
    complement_keeps_its_digits
);

fn spectrum_of_a_safety_subspace<T: Real>() {
    let mut rng = rng(16);
    for (k, m) in [(2, 5), (5, 2), (3, 3)] {
        let (s, c) = (
            subspace::<T>(20, k, &mut rng),
            subspace::<T>(20, m, &mut rng),
        );
        let spectrum = TaxSpectrum::between(&s, &c).expect("a spectrum");
        let q = k.min(m);
        let bound = angle_bound::<T>(q) * t(4.0);
        assert_eq!(spectrum.rates().len(), q);
        assert_eq!(spectrum.free_directions(), k.saturating_sub(m));
        // Mean tax = ‖Q_SᵀQ_C‖_F²/k.
        let frobenius = (s.basis().transpose() * c.basis()).norm_squared();
        assert!((spectrum.mean() - frobenius / t(k as f64)).abs() <= bound);
        // The worst direction and the cheapest one have the rates that are claimed.
        let worst = Direction::new(spectrum.principal().left().column(0)).expect("unit");
        let worst = TaxRate::between(&worst, &c).expect("one space");
        assert!((worst.value() - spectrum.worst().value()).abs() <= bound);
        let cheapest = spectrum.cheapest_direction();
        assert!(s.contains(cheapest, bound).expect("one space"));
        let cheapest = TaxRate::between(cheapest, &c).expect("one space").value();
        let least = if k > m {
            T::zero()
        } else {
            spectrum.rates()[q - 1].value()
        };
        assert!((cheapest - least).abs() <= bound);
        // Every convention has its own value, by its formula over the angles.
        let angles = spectrum.principal().angles();
        let squares = angles.cosines().iter().fold(T::zero(), |x, c| x + *c * *c);
        for convention in Overlap::ALL {
            let formula = match convention {
                Overlap::Maximum => angles.cosines()[0].powi(2),
                Overlap::MeanOverSafety => squares / t(k as f64),
                Overlap::MeanOverAngles => squares / t(q as f64),
                Overlap::ProjectionMetric => angles.radians()[q - 1].sin(),
                Overlap::Chordal => angles
                    .radians()
                    .iter()
                    .fold(T::zero(), |x, a| x + a.sin().powi(2))
                    .sqrt(),
                Overlap::Geodesic => angles.radians().norm(),
                other => panic!("{other:?} has no formula here"),
            };
            assert!(
                (spectrum.overlap(convention) - formula).abs() <= bound,
                "{convention:?}"
            );
        }
    }
}
both!(
    t1_6_spectrum_of_a_safety_subspace,
    spectrum_of_a_safety_subspace
);
