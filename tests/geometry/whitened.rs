//! Covariances with shrinkage, the directions that are formed from them, and the
//! threshold of the noise: against the dense formulas in 40 digits
//! (`tests/oracle/whitening.py`), against scikit-learn, and as properties.

use crate::common::{cases, count, gaussian, matrix, number, numbers, properties, rng, rotation};
use alignment_tax::linalg::hard_threshold;
use alignment_tax::{
    Contrast, Direction, Frame, PairedContrast, RankRule, Real, Shrinkage, ShrunkCovariance,
    Subspace, tolerance,
};
use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;
use serde_json::Value;

const ESTIMATED: [Shrinkage; 2] = [Shrinkage::LedoitWolf, Shrinkage::OracleApproximating];

fn of_scalar(file: &str, scalar: &str) -> Vec<Value> {
    let all = cases(file).into_iter();
    all.filter(|case| case["scalar"] == scalar).collect()
}

fn samples<T: Real>(case: &Value, side: &str) -> DMatrix<T> {
    let d = count(&case["d"]);
    let n = case[side].as_array().expect("a list").len() / d;
    matrix::<T>(&case[side], d, n).transpose()
}

fn covariance<T: Real>(case: &Value, rule: Shrinkage) -> ShrunkCovariance<T> {
    let (plus, minus) = (samples::<T>(case, "plus"), samples::<T>(case, "minus"));
    if minus.nrows() == 0 {
        ShrunkCovariance::from_samples(&plus, rule).expect("a covariance")
    } else {
        let contrast = Contrast::new(&plus, &minus).expect("samples");
        contrast.within_covariance(rule).expect("a covariance")
    }
}

/// Relative to the largest coordinate of the truth.
fn agree<T: Real>(what: &str, ours: &DVector<T>, truth: &[f64], bound: f64) {
    let largest = truth.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
    for (i, (ours, truth)) in ours.iter().zip(truth).enumerate() {
        let error = (ours.to_double() - truth).abs() / largest;
        assert!(
            error <= bound,
            "{what} {i}: {ours} against {truth:e}, off by {error:e} > {bound:e}"
        );
    }
}

fn dense_formulas<T: Real>(scalar: &str) {
    let selected = of_scalar("shrinkage.json", scalar);
    assert!(selected.len() > 12, "{}", selected.len());
    for case in selected {
        let name = case["name"].as_str().expect("a name");
        let (d, n) = (count(&case["d"]), count(&case["samples"]));
        let one = tolerance::covariance::<T>(n, d).to_double();
        for (rule, field) in ESTIMATED.into_iter().zip(["ledoit_wolf", "oas"]) {
            let ours = covariance::<T>(&case, rule);
            let error = (ours.intensity().to_double() - number(&case[field])).abs();
            assert!(error <= one * d as f64, "{name} {field} off by {error:e}");
            assert_eq!(ours.rule(), rule);
        }
        let fixed = number(&case["fixed"]);
        let ours = covariance::<T>(&case, Shrinkage::Fixed(fixed));
        assert_eq!(ours.samples(), n);
        assert_eq!(ours.degrees_of_freedom(), count(&case["degrees"]));
        assert_eq!(ours.intensity().to_double(), fixed);
        let deviation = number(&case["deviation"]);
        assert!((ours.deviation().to_double() / deviation - 1.0).abs() <= one);
        let kappa = number(&case["condition"]);
        assert!((ours.condition_number().to_double() / kappa - 1.0).abs() <= one * kappa);
        let x = DVector::from_iterator(d, numbers(&case["x"]).into_iter().map(T::from_double));
        // Squares of such units are beyond the scalar, and said to be; the rest is not.
        let squared = deviation.log2().abs() < 300.0;
        if squared {
            let product = ours.apply(&x).expect("in range");
            agree(name, &product, &numbers(&case["apply"]), one * kappa);
        } else if deviation > 1.0 {
            assert!(ours.apply(&x).is_err(), "{name}");
        }
        for (what, product) in [
            ("inverse", ours.apply_inverse(&x)),
            ("whiten", ours.whiten(&x)),
        ] {
            let product = product.expect("in range");
            agree(
                &format!("{name} {what}"),
                &product,
                &numbers(&case[what]),
                one * kappa,
            );
        }
        if squared {
            let product = ours.colour(&x).expect("in range");
            agree(name, &product, &numbers(&case["colour"]), one * kappa);
        }
        directions::<T>(&case, fixed, one * kappa);
    }
}

/// The angle to the truth, for samples at most four times as long as their difference.
fn directions<T: Real>(case: &Value, fixed: f64, bound: f64) {
    let (plus, minus) = (samples::<T>(case, "plus"), samples::<T>(case, "minus"));
    let rule = Shrinkage::Fixed(fixed);
    let (discriminant, whitened) = if minus.nrows() == 0 {
        let zero = DMatrix::zeros(plus.nrows(), plus.ncols());
        let pairs = PairedContrast::new(&plus, &zero).expect("pairs");
        (pairs.discriminant(rule), pairs.whitened(rule))
    } else {
        let contrast = Contrast::new(&plus, &minus).expect("samples");
        (contrast.discriminant(rule), contrast.whitened(rule))
    };
    for (what, ours, frame) in [
        ("discriminant", discriminant, Frame::Covector),
        ("whitened", whitened, Frame::Whitened),
    ] {
        let ours = ours.expect("a direction");
        assert_eq!((ours.frame(), ours.shrinkage()), (frame, rule));
        assert_eq!(ours.samples(), count(&case["samples"]));
        let truth: Vec<T> = numbers(&case[what])
            .into_iter()
            .map(T::from_double)
            .collect();
        let truth = Direction::from_slice(&truth).expect("a unit vector");
        let angle = ours.direction().angle(&truth).expect("one space");
        assert!(
            angle.to_double() <= 4.0 * bound,
            "{} {what} off by {angle}",
            case["name"]
        );
    }
}

#[test]
fn dense_formulas_f64() {
    dense_formulas::<f64>("f64");
}

#[test]
fn dense_formulas_f32() {
    dense_formulas::<f32>("f32");
}

/// Ledoit and Wolf to the last digits; the other up to the two terms that scikit-learn's
/// documentation says it leaves out.
#[test]
fn scikit_learn_agrees() {
    let theirs = cases("scikit_learn.json");
    let ours = cases("shrinkage.json");
    assert_eq!(theirs.len(), ours.len());
    for (theirs, case) in theirs.iter().zip(&ours) {
        assert_eq!(
            (&theirs["name"], &theirs["scalar"]),
            (&case["name"], &case["scalar"])
        );
        let (d, n) = (count(&case["d"]), count(&case["samples"]));
        let bound = tolerance::covariance::<f64>(n, d) * d as f64;
        let [lw, oas] = ESTIMATED.map(|rule| covariance::<f64>(case, rule).intensity().to_double());
        let error = (lw - number(&theirs["ledoit_wolf"])).abs();
        assert!(error <= bound, "{} off by {error:e}", case["name"]);
        if d > 1 {
            let share = number(&theirs["oas"]);
            assert!(
                (oas - share).abs() <= 2.0 / d as f64 * share + bound,
                "{oas} {share}"
            );
        }
    }
}

/// What is kept as axes and a factor is what the d × d matrix would be.
fn dense<T: Real>(centred: &DMatrix<T>, degrees: usize, rho: T) -> DMatrix<T> {
    let d = centred.ncols();
    let s = centred.transpose() * centred / T::from_double(degrees as f64);
    let mean = s.trace() / T::from_double(d as f64);
    s * (T::one() - rho) + DMatrix::identity(d, d) * (rho * mean)
}

fn less_their_mean<T: Real>(x: &DMatrix<T>) -> DMatrix<T> {
    let mean = x.row_mean();
    DMatrix::from_fn(x.nrows(), x.ncols(), |i, j| x[(i, j)] - mean[j])
}

fn powers_undo_each_other<T: Real>(n: usize, d: usize, seed: u64) {
    let mut rng = rng(seed);
    let samples = gaussian::<T>(n, d, &mut rng);
    let x = gaussian::<T>(d, 1, &mut rng).column(0).into_owned();
    for rule in [Shrinkage::OracleApproximating, Shrinkage::Fixed(0.25)] {
        let c = ShrunkCovariance::from_samples(&samples, rule).expect("a covariance");
        let bound = tolerance::covariance::<T>(n, d) * c.condition_number() * T::from_double(2.0);
        let sigma = dense(&less_their_mean(&samples), n - 1, c.intensity());
        let solved = c.apply_inverse(&x).expect("invertible");
        assert!((&sigma * &solved - &x).norm() <= bound * x.norm());
        let half = c.whiten(&x).expect("invertible");
        let again = c.whiten(&half).expect("invertible");
        assert!((again - &solved).norm() <= bound * solved.norm());
        assert!((c.colour(&half).expect("finite") - &x).norm() <= bound * x.norm());
        assert!((c.apply(&solved).expect("finite") - &x).norm() <= bound * x.norm());
    }
}

fn directions_turn_with_the_space<T: Real>(n: usize, d: usize, seed: u64) {
    let mut rng = rng(seed);
    let (plus, minus) = (
        gaussian::<T>(n, d, &mut rng),
        gaussian::<T>(n + 1, d, &mut rng),
    );
    let plus = DMatrix::from_fn(n, d, |i, j| plus[(i, j)] + T::from_double(1.5));
    let turn = rotation::<T>(d, &mut rng);
    let (plus_turned, minus_turned) = (&plus * &turn, &minus * &turn);
    let contrast = Contrast::new(&plus, &minus).expect("samples");
    let turned = Contrast::new(&plus_turned, &minus_turned).expect("samples");
    for rule in [Shrinkage::OracleApproximating, Shrinkage::Fixed(0.25)] {
        let pairs = [
            (contrast.discriminant(rule), turned.discriminant(rule)),
            (contrast.whitened(rule), turned.whitened(rule)),
        ];
        for (ours, turned) in pairs {
            let (ours, turned) = (ours.expect("a direction"), turned.expect("a direction"));
            let there = turn.transpose() * ours.direction().as_vector();
            let angle = Direction::new(&there)
                .expect("unit")
                .angle(turned.direction());
            // The mean shift is as long as the noise; both sides err, and so does the turn.
            let bound = tolerance::covariance::<T>(2 * n + 1, d)
                * ours.covariance().condition_number()
                * T::from_double(8.0);
            assert!(angle.expect("one space") <= bound);
        }
    }
}

proptest! {
    #![proptest_config(properties(48))]

    #[test]
    fn powers_undo_each_other_for_both(n in 2_usize..20, d in 2_usize..20, seed: u64) {
        powers_undo_each_other::<f64>(n, d, seed);
        powers_undo_each_other::<f32>(n, d, seed);
    }

    #[test]
    fn directions_turn_for_both(n in 2_usize..12, d in 2_usize..16, seed: u64) {
        directions_turn_with_the_space::<f64>(n, d, seed);
        directions_turn_with_the_space::<f32>(n, d, seed);
    }

    /// Units of the samples do not matter, to the last bit for powers of two.
    #[test]
    fn units_do_not_matter(exponent in -600_i32..600, n in 2_usize..8, d in 2_usize..10, seed: u64) {
        let mut rng = rng(seed);
        let (plus, minus) = (gaussian::<f64>(n, d, &mut rng), gaussian::<f64>(n, d, &mut rng));
        let unit = 2.0_f64.powi(exponent);
        let (plus_scaled, minus_scaled) = (&plus * unit, &minus * unit);
        for rule in [Shrinkage::OracleApproximating, Shrinkage::Fixed(0.01)] {
            let here = Contrast::new(&plus, &minus).expect("samples");
            let there = Contrast::new(&plus_scaled, &minus_scaled).expect("samples");
            let (here, there) = (here.discriminant(rule), there.discriminant(rule));
            let (here, there) = (here.expect("a direction"), there.expect("a direction"));
            prop_assert_eq!(here.direction(), there.direction());
            prop_assert_eq!(here.intensity(), there.intensity());
            prop_assert_eq!(here.covariance().deviation() * unit, there.covariance().deviation());
            let pairs = PairedContrast::new(&plus_scaled, &minus_scaled).expect("pairs");
            let truth = PairedContrast::new(&plus, &minus).expect("pairs");
            let (pairs, truth) = (pairs.discriminant(rule), truth.discriminant(rule));
            let (pairs, truth) = (pairs.expect("a direction"), truth.expect("a direction"));
            prop_assert_eq!(pairs.direction(), truth.direction());
        }
    }

    /// Without shrinkage the discriminant is a covector: where coordinate j is measured in
    /// units s_j, its weight is divided by them.
    #[test]
    fn the_bare_discriminant_is_a_covector(d in 1_usize..6, seed: u64) {
        let mut rng = rng(seed);
        let n = 4 * d + 4;
        let (plus, minus) = (gaussian::<f64>(n, d, &mut rng), gaussian::<f64>(n, d, &mut rng));
        let units = DVector::from_fn(d, |j, _| 2.0_f64.powi(j as i32 * 3 - 4));
        let in_units = |x: &DMatrix<f64>| DMatrix::from_fn(n, d, |i, j| x[(i, j)] * units[j]);
        let (p, m) = (in_units(&plus), in_units(&minus));
        let w = Contrast::new(&plus, &minus).expect("samples").discriminant(Shrinkage::Fixed(0.0));
        let u = Contrast::new(&p, &m).expect("samples").discriminant(Shrinkage::Fixed(0.0));
        let (w, u) = (w.expect("a direction"), u.expect("a direction"));
        let back = u.direction().as_vector().component_mul(&units);
        let angle = Direction::new(&back).expect("not zero").angle(w.direction()).expect("one space");
        let kappa = u.covariance().condition_number() * w.covariance().condition_number();
        prop_assert!(angle <= tolerance::covariance::<f64>(2 * n, d) * kappa * 4.0);
    }
}

/// Belrose et al. 2023: the eraser x − Δμ·⟨w, x⟩/⟨w, Δμ⟩ of the total covariance is that of
/// the covariance within classes, and what it leaves has equal class means; the whitened
/// directions of the two covariances differ.
#[test]
fn leace_erases_along_the_difference_of_means() {
    let mut rng = rng(23);
    let (n, d) = (40, 4);
    let plus = gaussian::<f64>(n, d, &mut rng).map(|x| x + 0.7);
    let mut minus = gaussian::<f64>(2 * n, d, &mut rng);
    minus.column_mut(1).scale_mut(3.0);
    let contrast = Contrast::new(&plus, &minus).expect("samples");
    let w = contrast
        .discriminant(Shrinkage::Fixed(0.0))
        .expect("a direction");
    let w = w.direction().as_vector();
    let shift = (plus.row_mean() - minus.row_mean()).transpose();
    let ours = DMatrix::identity(d, d) - &shift * w.transpose() / w.dot(&shift);

    // The paper's form, with the total covariance and its symmetric root.
    let all = DMatrix::from_fn(3 * n, d, |i, j| {
        if i < n {
            plus[(i, j)]
        } else {
            minus[(i - n, j)]
        }
    });
    let centred = less_their_mean(&all);
    let total = centred.transpose() * &centred / (3 * n) as f64;
    let eigen = nalgebra::SymmetricEigen::new(total);
    let power = |p: f64| {
        let values = DMatrix::from_diagonal(&eigen.eigenvalues.map(|x| x.powf(p)));
        &eigen.eigenvectors * values * eigen.eigenvectors.transpose()
    };
    let white = (power(-0.5) * &shift).normalize();
    let theirs = DMatrix::identity(d, d) - power(0.5) * &white * white.transpose() * power(-0.5);
    let kappa = eigen.eigenvalues.max() / eigen.eigenvalues.min();
    let bound = tolerance::covariance::<f64>(3 * n, d) * kappa;
    assert!((&ours - theirs).amax() <= bound);

    let erased = |x: &DMatrix<f64>| (x * ours.transpose()).row_mean();
    assert!((erased(&plus) - erased(&minus)).amax() <= bound);
    let within = contrast
        .whitened(Shrinkage::Fixed(0.0))
        .expect("a direction");
    let apart = within
        .direction()
        .angle(&Direction::new(&white).expect("unit"));
    assert!(apart.expect("one space") > 1e-3, "one direction after all");
}

/// Fisher's ratio of the discriminant is the largest there is.
#[test]
fn no_direction_separates_better_than_the_discriminant() {
    let mut rng = rng(5);
    let plus = gaussian::<f64>(30, 5, &mut rng).map(|x| x + 0.4);
    let minus = gaussian::<f64>(20, 5, &mut rng);
    let contrast = Contrast::new(&plus, &minus).expect("samples");
    let shift = (plus.row_mean() - minus.row_mean()).transpose();
    let rule = Shrinkage::Fixed(0.0);
    let within = contrast.within_covariance(rule).expect("a covariance");
    let ratio = |w: &DVector<f64>| w.dot(&shift).powi(2) / w.dot(&within.apply(w).expect("finite"));
    let best = contrast.discriminant(rule).expect("a direction");
    let best = ratio(best.direction().as_vector());
    for _ in 0..200 {
        assert!(ratio(&gaussian::<f64>(5, 1, &mut rng).column(0).into_owned()) < best);
    }
    assert!(ratio(&shift) < best);
}

/// A topic that varies between pairs and not within them is no noise of the pairs.
#[test]
fn pairs_do_not_pay_for_their_topics() {
    let mut rng = rng(31);
    let noise = gaussian::<f64>(60, 3, &mut rng);
    let topic = gaussian::<f64>(60, 1, &mut rng);
    let minus = DMatrix::from_fn(60, 3, |i, j| {
        if j == 0 {
            50.0 * topic[i]
        } else {
            noise[(i, j)]
        }
    });
    let plus = DMatrix::from_fn(60, 3, |i, j| {
        minus[(i, j)] + 1.0 + 0.5 * noise[(i, (j + 1) % 3)]
    });
    let rule = Shrinkage::OracleApproximating;
    let pairs = PairedContrast::new(&plus, &minus)
        .expect("pairs")
        .discriminant(rule);
    let groups = Contrast::new(&plus, &minus)
        .expect("samples")
        .discriminant(rule);
    let along = |w: &alignment_tax::Whitened<f64>| w.direction().as_vector()[0];
    assert!(along(&pairs.expect("a direction")) > 0.4);
    assert!(along(&groups.expect("a direction")) < 0.1);
}

/// The median of the law of Marchenko and Pastur by its distribution function against
/// quadrature in 50 digits.
#[test]
fn thresholds_are_those_of_quadrature() {
    for case in cases("thresholds.json") {
        let ours = hard_threshold(number(&case["beta"])).expect("a ratio");
        let error = (ours / number(&case["omega"]) - 1.0).abs();
        assert!(
            error <= tolerance::closed_form::<f64>(),
            "{} off by {error:e}",
            case["name"]
        );
    }
}

/// Rank-r signals of singular values well above 1 + √β times the noise, and pure noise.
#[test]
fn the_threshold_finds_the_rank_of_signals_in_noise() {
    for (d, k, rank, seed) in [
        (40, 40, 2, 1),
        (120, 24, 2, 2),
        (20, 60, 1, 3),
        (50, 30, 0, 4),
    ] {
        let mut rng = rng(seed);
        let mut right = 0;
        for _ in 0..100 {
            let noise = gaussian::<f64>(d, k, &mut rng);
            // The largest singular value of the noise is about √d + √k.
            let strength = 3.0 * ((d as f64).sqrt() + (k as f64).sqrt());
            let mut a = noise;
            if rank > 0 {
                let u = crate::common::subspace::<f64>(d, rank, &mut rng);
                let v = crate::common::subspace::<f64>(k, rank, &mut rng);
                a += u.basis() * strength * v.basis().transpose();
            }
            // Units of the noise are unknown to the rule.
            a *= 1e-40;
            let c = Subspace::from_leading_singular(&a, RankRule::GavishDonoho).expect("a span");
            assert_eq!(c.rank_rule(), RankRule::GavishDonoho);
            assert_eq!(c.singular_values().len(), d.min(k));
            right += usize::from(c.dimension() == rank);
        }
        assert!(right >= 95, "{right} of 100 for {d} × {k}, rank {rank}");
    }
}

/// Samples about a mean far from the origin: the mean is no component.
#[test]
fn the_threshold_works_on_principal_components() {
    for (n, d) in [(25, 60), (60, 25), (30, 30)] {
        let mut rng = rng(n as u64);
        let mut right = 0;
        for _ in 0..100 {
            let loading = gaussian::<f64>(n, 2, &mut rng) * gaussian::<f64>(2, d, &mut rng);
            let noise = gaussian::<f64>(n, d, &mut rng);
            let samples = (loading * 4.0 + noise).map(|x| x + 1000.0);
            let c = Subspace::from_pca(&samples, RankRule::GavishDonoho).expect("a span");
            right += usize::from(c.dimension() == 2);
        }
        assert!(right >= 95, "{right} of 100 for {n} samples in {d}");
    }
}
