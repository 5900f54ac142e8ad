//! §2 Chance.

use alignment_tax::{
    CovarianceNull, Direction, IsotropicNull, MonteCarlo, Real, Subspace, TaxRate,
    benjamini_hochberg, holm, tolerance,
};
use nalgebra::DMatrix;

use crate::common::{direction, normal, rng, subspace};
use crate::shared::{both, distance_from_law};

fn isotropic_rates_are_beta<T: Real>() {
    let mut rng = rng(21);
    for (d, m) in [(2, 1), (7, 3), (40, 39), (60, 6)] {
        let c = subspace::<T>(d, m, &mut rng);
        let null = IsotropicNull::of(&c).expect("dimensions");
        let rates: Vec<f64> = (0..1000)
            .map(|_| {
                let v = direction::<T>(d, &mut rng);
                let tax = TaxRate::between(&v, &c).expect("one space");
                tax.value().to_double()
            })
            .collect();
        let law = |tau: f64| null.cdf(tau.min(1.0)).expect("a rate");
        let distance = distance_from_law(rates, law);
        assert!(distance <= 1.95, "d {d} m {m}: {distance}");
        // Chance corrected, the mean is zero and the whole is one.
        let at_chance = null.corrected(null.mean()).expect("proper");
        let bound = tolerance::closed_form::<f64>() / (1.0 - null.mean());
        assert!(at_chance.abs() <= bound, "{at_chance}");
        assert_eq!(null.corrected(1.0).expect("proper"), 1.0);
    }
}
both!(t2_1_isotropic_rates_are_beta, isotropic_rates_are_beta);

/// N samples whose coordinate i has the variance 1/(i + 1).
fn anisotropic(n: usize, d: usize, rng: &mut rand::rngs::ChaCha8Rng) -> DMatrix<f64> {
    DMatrix::from_fn(n, d, |_, j| normal(rng) / ((j + 1) as f64).sqrt())
}

fn leading(d: usize, m: usize) -> Subspace<f64> {
    Subspace::from_columns(&DMatrix::identity(d, m)).expect("axes")
}

#[test]
fn t2_2_anisotropy_raises_the_chance_level_many_times() {
    let mut rng = rng(22);
    let (d, m) = (400, 4);
    let samples = anisotropic(150, d, &mut rng);
    let null = CovarianceNull::from_groups(&[samples.as_view()]).expect("samples");
    let run = MonteCarlo::new(1000).expect("enough");
    let c = leading(d, m);
    let chance = null.random_safety(&c, &run, &mut rng).expect("a null");
    let isotropic = IsotropicNull::new(d, m).expect("dimensions");
    assert!(
        chance.mean() > 20.0 * isotropic.mean(),
        "{} against {}",
        chance.mean(),
        isotropic.mean()
    );
    // A rate that chance gives half the time is called impossible by the isotropic null.
    let median = chance.quantile(0.5).expect("a probability");
    assert!(isotropic.p_entangled(median).expect("a rate") < 1e-20);
    assert!(chance.p_entangled(median).expect("a rate").value() > 0.4);
    // The other way round: random capabilities against a leading safety direction.
    let v = Direction::new(c.basis().column(0)).expect("an axis");
    let chance = null
        .random_capabilities(&v, m, &run, &mut rng)
        .expect("a null");
    assert!(chance.mean() > 20.0 * isotropic.mean(), "{}", chance.mean());
}

#[test]
fn t2_2_p_values_are_uniform_when_the_direction_is_chance() {
    let mut rng = rng(23);
    let d = 12;
    // So many samples that the covariance is known.
    let samples = anisotropic(2500, d, &mut rng);
    let null = CovarianceNull::from_groups(&[samples.as_view()]).expect("samples");
    let run = MonteCarlo::new(2000).expect("enough");
    let c = leading(d, 2);
    let chance = null.random_safety(&c, &run, &mut rng).expect("a null");
    let v = direction::<f64>(d, &mut rng);
    let around = null
        .random_capabilities(&v, 3, &run, &mut rng)
        .expect("a null");
    let (mut safety, mut capability) = (Vec::new(), Vec::new());
    for _ in 0..400 {
        let w = Direction::new(
            &anisotropic(1, d, &mut rng)
                .transpose()
                .column(0)
                .into_owned(),
        );
        let tax = TaxRate::between(&w.expect("a direction"), &c).expect("one space");
        safety.push(chance.p_entangled(tax).expect("a rate").value());
        let span = Subspace::from_columns(&anisotropic(3, d, &mut rng).transpose());
        let tax = TaxRate::between(&v, &span.expect("a span")).expect("one space");
        capability.push(around.p_freer(tax).expect("a rate").value());
    }
    for p_values in [safety, capability] {
        let distance = distance_from_law(p_values, |p| p);
        assert!(distance <= 1.95, "{distance}");
    }
}

#[test]
fn t2_2_isotropic_samples_give_the_beta_law() {
    let mut rng = rng(24);
    let (d, m) = (10, 3);
    // Orthogonal samples of one length: the covariance within the group is exactly that
    // of a sphere.
    let samples = DMatrix::from_fn(2 * d, d, |i, j| match i {
        i if i == j => 1.0,
        i if i == j + d => -1.0,
        _ => 0.0,
    });
    let null = CovarianceNull::from_groups(&[samples.as_view()]).expect("samples");
    let run = MonteCarlo::new(2000).expect("enough");
    let law = IsotropicNull::new(d, m).expect("dimensions");
    let c = subspace::<f64>(d, m, &mut rng);
    let v = direction::<f64>(d, &mut rng);
    for chance in [
        null.random_safety(&c, &run, &mut rng).expect("a null"),
        null.random_capabilities(&v, m, &run, &mut rng)
            .expect("a null"),
    ] {
        let cdf = |tau| law.cdf(tau).expect("a rate");
        let distance = distance_from_law(chance.replicates().to_vec(), cdf);
        assert!(distance <= 1.95, "{distance}");
    }
}

/// Thirty layers, three of them with something in them: the family of false claims is
/// kept at its level by Holm, the share of false discoveries by Benjamini and Hochberg.
#[test]
fn t2_3_many_layers_at_once() {
    let mut rng = rng(25);
    let (layers, real, q, trials) = (30, 3, 0.2, 400);
    let (mut any_false, mut shares, mut naive) = (0, Vec::new(), 0);
    for _ in 0..trials {
        let p: Vec<f64> = (0..layers)
            .map(|i| {
                let uniform: f64 = rand::RngExt::random(&mut rng);
                if i < real { uniform * 1e-4 } else { uniform }
            })
            .collect();
        let family = holm(&p).expect("p-values");
        any_false += usize::from(family[real..].iter().any(|&x| x <= q));
        let discovered = benjamini_hochberg(&p).expect("p-values");
        let all = discovered.iter().filter(|&&x| x <= q).count();
        let wrong = discovered[real..].iter().filter(|&&x| x <= q).count();
        shares.push(wrong as f64 / all.max(1) as f64);
        naive += usize::from(p[real..].iter().any(|&x| x <= q));
    }
    let n = f64::from(trials);
    let deviation = (q * (1.0 - q) / n).sqrt();
    assert!(any_false as f64 / n <= q + 4.0 * deviation);
    // With three of thirty real, the rate is q·27/30; a share in [0, 1] has a variance of
    // at most ¼.
    let rate = shares.iter().sum::<f64>() / n;
    assert!((rate - q * 0.9).abs() <= 4.0 * (0.25 / n).sqrt(), "{rate}");
    assert!(
        naive as f64 / n > 0.99,
        "unadjusted, something always looks real"
    );
}
