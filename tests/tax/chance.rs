//! Chance levels: the Beta law against 25-digit references, adjusted p-values against
//! SciPy and their definitions, Monte Carlo nulls against laws that are known, permutation
//! tests against brute force, and every p-value against its promise: under its own null
//! hypothesis it is at most α with probability α.
//!
//! Random checks have fixed seeds and bounds of four standard deviations or, for
//! Kolmogorov–Smirnov distances, of significance 0.001.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::common::{cases, count, gaussian, normal, number, numbers, properties, rng, subspace};
use alignment_tax::{
    CovarianceNull, Direction, Error, IsotropicNull, Labelings, MonteCarlo, Real, Relabelling,
    SignFlips, Subspace, TaxRate, benjamini_hochberg, holm, tolerance,
};
use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;
use rand::RngExt;

fn relative(ours: f64, truth: f64) -> f64 {
    ((ours - truth) / truth).abs()
}

fn runs(replicates: usize) -> MonteCarlo<'static> {
    MonteCarlo::new(replicates).expect("enough")
}

/// The distance of Kolmogorov and Smirnov times √n; 1.95 is exceeded once in a thousand
/// times.
fn kolmogorov_smirnov(sample: &[f64], cdf: impl Fn(f64) -> f64) -> f64 {
    let mut sorted = sample.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let distance = sorted.iter().enumerate().fold(0.0_f64, |worst, (i, &x)| {
        let f = cdf(x);
        worst.max(f - i as f64 / n).max((i + 1) as f64 / n - f)
    });
    distance * n.sqrt()
}

/// The number of `trials` p-values up to `level` is that of an exact test, within four
/// standard deviations.
fn calibrated(what: &str, p_values: &[f64], level: f64) {
    let n = p_values.len() as f64;
    let rejected = p_values.iter().filter(|&&p| p <= level).count() as f64;
    let (mean, deviation) = (n * level, (n * level * (1.0 - level)).sqrt());
    assert!(
        (rejected - mean).abs() <= 4.0 * deviation,
        "{what}: {rejected} of {n} at level {level}"
    );
}

// ── The Beta law ───────────────────────────────────────────────────────────────

#[test]
fn both_tails_of_the_beta_law_to_1e_300() {
    let (mut worst, mut seen, mut smallest) = (0.0_f64, 0, 1.0_f64);
    for case in cases("beta_tails.json") {
        let (d, m) = (count(&case["d"]), count(&case["m"]));
        let (x, y) = (number(&case["x"]), number(&case["y"]));
        let (lower, upper) = (number(&case["lower"]), number(&case["upper"]));
        // Above ½ the complement is the exact number, and 1 − τ of a subspace is τ of
        // its complement.
        let (below, above) = if x <= 0.5 {
            let null = IsotropicNull::new(d, m).expect("dimensions");
            (null.p_freer(x), null.p_entangled(x))
        } else {
            let null = IsotropicNull::new(d, d - m).expect("dimensions");
            (null.p_entangled(y), null.p_freer(y))
        };
        let (below, above) = (below.expect("a rate"), above.expect("a rate"));
        let error = relative(below, lower).max(relative(above, upper));
        let bound = tolerance::beta_tail(d);
        assert!(
            error <= bound,
            "d {d} m {m} x {x:e}: off by {error:e} > {bound:e}"
        );
        worst = worst.max(error / bound);
        smallest = smallest.min(lower.min(upper));
        seen += 1;
    }
    println!("worst error is {worst:.3} of the bound over {seen} cases");
    assert!(seen > 900 && smallest < 1e-290);
}

/// A rate within 1e-16 of 1 keeps the digits of its complement through `TaxRate`.
#[test]
fn the_complement_of_a_rate_keeps_its_digits() {
    for case in cases("beta_tails.json") {
        let (d, m) = (count(&case["d"]), count(&case["m"]));
        let (x, y) = (number(&case["x"]), number(&case["y"]));
        if x <= 0.5 {
            continue;
        }
        let v = Direction::from_slice(&[x.sqrt(), y.sqrt()]).expect("a direction");
        let axis = Direction::from_slice(&[1.0, 0.0]).expect("a direction");
        let tax = TaxRate::single(&v, &axis).expect("one space");
        let null = IsotropicNull::new(d, m).expect("dimensions");
        let ours = null.p_entangled(tax).expect("a rate");
        // The rate is good to a closed form's bound, which the tail raises to the power
        // (d − m)/2.
        let bound = tolerance::beta_tail(d) + d as f64 * tolerance::closed_form::<f64>();
        let error = relative(ours, number(&case["upper"]));
        assert!(error <= bound, "d {d} m {m} y {y:e}: off by {error:e}");
    }
}

/// Beyond the references: closed forms in dimensions where the textbook evaluation fails
/// without saying so.
#[test]
fn large_dimensions_stay_symmetric() {
    for d in [1 << 16, 1 << 20, 1 << 26, u32::MAX as usize - 1] {
        let null = IsotropicNull::new(d, d / 2).expect("dimensions");
        let middle = null.p_entangled(0.5).expect("a rate");
        assert!(
            (middle - 0.5).abs() <= tolerance::beta_tail(d),
            "{d}: {middle}"
        );
        // One of d dimensions: 1 − (1 − τ)^k for m = 2.
        let null = IsotropicNull::new(d, 2).expect("dimensions");
        let power = (d - 2) as f64 / 2.0;
        let x = 3.0 / d as f64;
        let truth = (power * (-x).ln_1p()).exp();
        let ours = null.p_entangled(x).expect("a rate");
        assert!(
            relative(ours, truth) <= tolerance::beta_tail(d),
            "{d}: {ours} {truth}"
        );
    }
}

proptest! {
    #![proptest_config(properties(300))]

    #[test]
    fn quantiles_invert_the_distribution(
        d in 2_usize..20_000, share in 0.0..1.0_f64, p in prop_oneof![0.0..1.0_f64, (-300.0..0.0_f64).prop_map(|e| 10.0_f64.powf(e)),
            (-15.0..0.0_f64).prop_map(|e| 1.0 - 10.0_f64.powf(e))],
    ) {
        let m = 1 + (share * (d - 1) as f64) as usize;
        let null = IsotropicNull::new(d, m.min(d - 1)).expect("dimensions");
        let tau = null.quantile(p).expect("a probability");
        prop_assert!((0.0..=1.0).contains(&tau));
        // The distribution function passes p within one representable number of τ.
        let slack = tolerance::beta_tail(d);
        let (left, right) = (tau.next_down().max(0.0), tau.next_up().min(1.0));
        prop_assert!(null.cdf(left).expect("a rate") <= p * (1.0 + slack));
        prop_assert!(right == 1.0 || null.cdf(right).expect("a rate") >= p * (1.0 - slack));
        prop_assert!(null.survival(left).expect("a rate") >= (1.0 - p) * (1.0 - slack));
        prop_assert!(right == 1.0 || null.survival(right).expect("a rate") <= (1.0 - p) * (1.0 + slack));
        let more = null.quantile((p * 1.001).min(1.0)).expect("a probability");
        prop_assert!(more >= tau);
    }

    #[test]
    fn the_distribution_is_monotone_and_complete(d in 2_usize..5000, share in 0.0..1.0_f64, x in 0.0..1.0_f64, step in 0.0..1.0_f64) {
        let m = (1 + (share * (d - 1) as f64) as usize).min(d - 1);
        let null = IsotropicNull::new(d, m).expect("dimensions");
        let y = x + step * (1.0 - x);
        let (low, high) = (null.cdf(x).expect("a rate"), null.cdf(y).expect("a rate"));
        prop_assert!(low <= high * (1.0 + tolerance::beta_tail(d)));
        prop_assert!((low + null.survival(x).expect("a rate") - 1.0).abs() <= f64::EPSILON);
        let corrected = null.corrected(x).expect("a proper subspace");
        prop_assert!((corrected > 0.0) == (x > null.mean()) || (x - null.mean()).abs() <= f64::EPSILON);
    }
}

#[test]
fn point_masses() {
    let (nothing, everything) = (IsotropicNull::new(5, 0), IsotropicNull::new(5, 5));
    let (nothing, everything) = (nothing.expect("m = 0"), everything.expect("m = d"));
    for (null, tau, entangled, freer) in [
        (nothing, 0.0, 1.0, 1.0),
        (nothing, 0.5, 0.0, 1.0),
        (everything, 1.0, 1.0, 1.0),
        (everything, 0.5, 1.0, 0.0),
    ] {
        assert_eq!(null.p_entangled(tau).expect("a rate"), entangled);
        assert_eq!(null.p_freer(tau).expect("a rate"), freer);
    }
    assert_eq!(nothing.quantile(0.7).expect("a probability"), 0.0);
    assert_eq!(everything.quantile(0.3).expect("a probability"), 1.0);
    assert_eq!(nothing.corrected(0.25).expect("a proper subspace"), 0.25);
    // A measured rate of the whole space is 1 up to rounding, and no less than chance.
    let mut rng = rng(3);
    for _ in 0..50 {
        let v = crate::common::direction::<f32>(5, &mut rng);
        let all =
            Subspace::from_columns(&crate::common::rotation::<f32>(5, &mut rng)).expect("a span");
        let tax = TaxRate::between(&v, &all).expect("one space");
        assert_eq!(everything.p_freer(tax).expect("a rate"), 1.0);
    }
}

// ── Adjusted p-values ──────────────────────────────────────────────────────────

#[test]
fn adjusted_p_values_are_those_of_scipy() {
    for case in cases("adjusted.json") {
        let p = numbers(&case["p"]);
        for (ours, truth) in [
            (benjamini_hochberg(&p), &case["bh"]),
            (holm(&p), &case["holm"]),
        ] {
            for (ours, truth) in ours.expect("p-values").iter().zip(numbers(truth)) {
                let bound = tolerance::closed_form::<f64>() * truth;
                assert!(
                    (ours - truth).abs() <= bound,
                    "{}: {ours} {truth}",
                    case["name"]
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(properties(300))]

    #[test]
    fn adjusted_p_values_follow_their_definitions(
        grid in prop::collection::vec(0_u32..=200, 1..40), q in 0.0..1.0_f64,
    ) {
        // A grid makes ties.
        let p: Vec<f64> = grid.iter().map(|&k| f64::from(k * k) / 40_000.0).collect();
        let n = p.len();
        let (bh, family) = (benjamini_hochberg(&p).expect("p"), holm(&p).expect("p"));
        let slack = 1.0 + tolerance::closed_form::<f64>();
        for i in 0..n {
            prop_assert!(p[i] <= bh[i] * slack && bh[i] <= family[i] * slack);
            prop_assert!(family[i] <= (n as f64 * p[i]).min(1.0));
            for j in 0..n {
                prop_assert!(p[i] > p[j] || bh[i] <= bh[j] && family[i] <= family[j]);
                prop_assert!(p[i] != p[j] || bh[i] == bh[j] && family[i] == family[j]);
            }
        }
        let mut sorted = p.clone();
        sorted.sort_by(f64::total_cmp);
        // Benjamini and Hochberg's procedure as they wrote it, off the grid's boundaries.
        let on_boundary = (1..=n).any(|k| relative(sorted[k - 1], q * k as f64 / n as f64) <= slack - 1.0);
        prop_assume!(!on_boundary);
        let k = (1..=n).rev().find(|&k| sorted[k - 1] <= q * k as f64 / n as f64).unwrap_or(0);
        for i in 0..n {
            let discovery = k > 0 && p[i] <= sorted[k - 1];
            prop_assert_eq!(discovery, bh[i] <= q, "{} at {}", bh[i], q);
        }
        // Holm's, stepping down until one fails.
        let stop = (1..=n).find(|&j| sorted[j - 1] * (n - j + 1) as f64 > q).unwrap_or(n + 1);
        for i in 0..n {
            let claimed = stop > n || p[i] < sorted[stop - 1];
            prop_assert_eq!(claimed, family[i] <= q);
        }
    }
}

// ── The covariance-matched null ────────────────────────────────────────────────

/// N samples whose coordinate i has the variance 1/(i + 1).
fn decaying(n: usize, d: usize, rng: &mut rand::rngs::ChaCha8Rng) -> DMatrix<f64> {
    DMatrix::from_fn(n, d, |_, j| normal(rng) / ((j + 1) as f64).sqrt())
}

/// Replicates against the same draws made the long way, in R^d: the same law.
#[test]
fn gram_replicates_have_the_law_of_explicit_ones() {
    let mut random = rng(21);
    // Fewer samples than dimensions, and more: the two forms of the quadratic form.
    for (n, d) in [(12, 30), (40, 9)] {
        let groups = [decaying(n, d, &mut random), decaying(n / 2, d, &mut random)];
        let null = CovarianceNull::from_groups(&[groups[0].as_view(), groups[1].as_view()])
            .expect("samples");
        assert_eq!(null.degrees_of_freedom(), n + n / 2 - 2);
        let mut rows = Vec::new();
        for g in &groups {
            let mean = g.row_mean();
            rows.extend(g.row_iter().map(|r| r - &mean));
        }
        let centred = DMatrix::from_rows(&rows);
        let c = subspace::<f64>(d, 3, &mut random);
        let v = crate::common::direction::<f64>(d, &mut random);
        let (mut safety, mut capabilities) = (Vec::new(), Vec::new());
        for _ in 0..1500 {
            let draw = |random: &mut _| {
                Direction::new(
                    &(centred.transpose() * gaussian::<f64>(centred.nrows(), 1, random))
                        .column(0)
                        .into_owned(),
                )
                .expect("a direction")
            };
            let w = draw(&mut random);
            safety.push(TaxRate::between(&w, &c).expect("one space").value());
            let span = Subspace::from_directions(&[
                draw(&mut random),
                draw(&mut random),
                draw(&mut random),
            ])
            .expect("a span");
            capabilities.push(TaxRate::between(&v, &span).expect("one space").value());
        }
        let run = runs(1500);
        let a = null.random_safety(&c, &run, &mut random).expect("a null");
        let b = null
            .random_capabilities(&v, 3, &run, &mut random)
            .expect("a null");
        for (ours, explicit) in [(a, safety), (b, capabilities)] {
            let mut explicit = explicit;
            explicit.sort_by(f64::total_cmp);
            let cdf = |x: f64| explicit.partition_point(|&t| t <= x) as f64 / 1500.0;
            // Two samples of one size: the distance is larger by √2.
            let distance = kolmogorov_smirnov(ours.replicates(), cdf) / 2.0_f64.sqrt();
            assert!(distance <= 1.95, "n {n} d {d}: {distance}");
        }
    }
}

#[test]
fn dependent_draws_span_what_they_span() {
    let mut random = rng(22);
    // Twelve samples in a plane of R⁵: three random capabilities span that plane.
    let plane = subspace::<f64>(5, 2, &mut random);
    let samples = gaussian::<f64>(12, 2, &mut random) * plane.basis().transpose();
    let null = CovarianceNull::from_groups(&[samples.as_view()]).expect("samples");
    let v = crate::common::direction::<f64>(5, &mut random);
    let truth = TaxRate::between(&v, &plane).expect("one space").value();
    let chance = null
        .random_capabilities(&v, 3, &runs(200), &mut random)
        .expect("a null");
    for &tau in chance.replicates() {
        // Two of three draws may be close to each other; the plane is still theirs to
        // about the square root of the cut.
        assert!(
            (tau - truth).abs() <= tolerance::tie::<f64>(12).sqrt(),
            "{tau} {truth}"
        );
    }
    // And every random safety direction lies in it.
    let all = null
        .random_safety(&plane, &runs(50), &mut random)
        .expect("a null");
    assert_eq!(all.p_entangled(1.0).expect("a rate").value(), 1.0);
    assert_eq!(all.p_freer(1.0).expect("a rate").value(), 1.0);
}

fn units_do_not_matter<T: Real>() {
    let mut random = rng(23);
    let samples = decaying(20, 6, &mut random).map(T::from_double);
    let shift = gaussian::<T>(1, 6, &mut random) * T::from_double(8.0);
    let moved = DMatrix::from_fn(20, 6, |i, j| samples[(i, j)] + shift[j]);
    let c = subspace::<T>(6, 2, &mut random);
    let mean = |x: &DMatrix<T>| {
        let null = CovarianceNull::from_groups(&[x.as_view()]).expect("samples");
        null.random_safety(&c, &runs(100), &mut rng(1))
            .expect("a null")
            .mean()
    };
    let extreme = T::from_double(2.0).powi(T::exponent_range() - 6);
    let near = |a: f64, b: f64| {
        // Rounding of the samples by the shift, once for each of them.
        let bound = 20.0 * tolerance::mean_difference::<T>(20).to_double();
        assert!((a - b).abs() <= bound, "{a} {b}");
    };
    assert_eq!(mean(&samples), mean(&(&samples * extreme)));
    assert_eq!(
        mean(&samples),
        mean(&(&samples / T::from_double(2.0).powi(60)))
    );
    near(mean(&samples), mean(&moved));
}

#[test]
fn units_do_not_matter_f64() {
    units_do_not_matter::<f64>();
}

#[test]
fn units_do_not_matter_f32() {
    units_do_not_matter::<f32>();
}

// ── Permuted labels ────────────────────────────────────────────────────────────

fn mean_of(x: &DMatrix<f64>, weights: &[f64]) -> DVector<f64> {
    x.transpose() * DVector::from_column_slice(weights)
}

fn rate_of(mean: &DVector<f64>, c: &Subspace<f64>) -> f64 {
    TaxRate::between(&Direction::new(mean).expect("a direction"), c)
        .expect("one space")
        .value()
}

/// Both tests of both schemes against every labeling written out in R^d.
#[test]
fn enumeration_agrees_with_brute_force() {
    let mut random = rng(31);
    let run = runs(2000);
    for (n, d) in [(6, 3), (5, 20)] {
        let (plus, minus) = (
            gaussian::<f64>(n, d, &mut random),
            gaussian::<f64>(n, d, &mut random),
        );
        let plus = plus.map(|x| x + 0.4);
        let c = subspace::<f64>(d, 2, &mut random);
        let differences = &plus - &minus;
        let share = |means: &[DVector<f64>], statistic: &dyn Fn(&DVector<f64>) -> f64| {
            let observed = statistic(&means[0]);
            let close = tolerance::tie::<f64>(n) * n as f64;
            let most = means
                .iter()
                .filter(|m| statistic(m) >= observed - close)
                .count();
            let least = means
                .iter()
                .filter(|m| statistic(m) <= observed + close)
                .count();
            (
                most as f64 / means.len() as f64,
                least as f64 / means.len() as f64,
            )
        };

        let flipped: Vec<_> = (0..1_usize << n)
            .map(|bits| {
                let weights: Vec<f64> = (0..n)
                    .map(|i| if bits >> i & 1 == 1 { -1.0 } else { 1.0 } / n as f64)
                    .collect();
                mean_of(&differences, &weights)
            })
            .collect();
        let pairs = SignFlips::new(&plus, &minus).expect("pairs");
        let both = DMatrix::from_fn(2 * n, d, |i, j| {
            if i < n {
                plus[(i, j)]
            } else {
                minus[(i - n, j)]
            }
        });
        let dealt: Vec<_> = (0..1_usize << (2 * n))
            .filter(|bits| bits.count_ones() as usize == n)
            .map(|bits| {
                let weights: Vec<f64> = (0..2 * n)
                    .map(|i| if bits >> i & 1 == 1 { 1.0 } else { -1.0 } / n as f64)
                    .collect();
                mean_of(&both, &weights)
            })
            .collect();
        let deal = Relabelling::new(&plus, &minus).expect("groups");
        for (means, concept, tax) in [
            (
                flipped,
                pairs.concept(&run, &mut random),
                pairs.tax(&c, &run, &mut random),
            ),
            (
                dealt,
                deal.concept(&run, &mut random),
                deal.tax(&c, &run, &mut random),
            ),
        ] {
            let tax = tax.expect("resolved");
            assert_eq!(tax.labelings(), Labelings::Enumerated(means.len()));
            let (most, least) = share(&means, &|m| m.norm());
            assert_eq!(
                (concept.p_at_least().value(), concept.p_at_most().value()),
                (most, least)
            );
            assert!((concept.observed() - means[0].norm()).abs() <= tolerance::tie::<f64>(n));
            let (most, least) = share(&means, &|m| rate_of(m, &c));
            assert_eq!(
                (tax.p_at_least().value(), tax.p_at_most().value()),
                (most, least)
            );
            assert!(
                (tax.observed() - rate_of(&means[0], &c)).abs()
                    <= tolerance::tie::<f64>(n) * n as f64
            );
        }
    }
}

/// Random labelings estimate the p-value of all of them.
#[test]
fn drawn_labelings_agree_with_all_of_them() {
    let mut random = rng(32);
    let plus = gaussian::<f64>(10, 4, &mut random).map(|x| x + 0.25);
    let minus = gaussian::<f64>(10, 4, &mut random);
    let c = subspace::<f64>(4, 1, &mut random);
    let (exact, drawn) = (runs(200_000), runs(1000));
    let pairs = SignFlips::new(&plus, &minus).expect("pairs");
    let deal = Relabelling::new(plus.rows(0, 7), &minus).expect("groups");
    for (all, some) in [
        (
            pairs.concept(&exact, &mut random),
            pairs.concept(&drawn, &mut random),
        ),
        (
            pairs.tax(&c, &exact, &mut random).expect("resolved"),
            pairs.tax(&c, &drawn, &mut random).expect("resolved"),
        ),
        (
            deal.concept(&exact, &mut random),
            deal.concept(&drawn, &mut random),
        ),
        (
            deal.tax(&c, &exact, &mut random).expect("resolved"),
            deal.tax(&c, &drawn, &mut random).expect("resolved"),
        ),
    ] {
        assert!(matches!(
            all.labelings(),
            Labelings::Enumerated(1024 | 19448)
        ));
        // 2¹⁰ labelings of pairs are more than a thousand replicates.
        assert_eq!(some.labelings(), Labelings::Drawn(1000));
        assert_eq!(all.observed(), some.observed());
        for (all, some) in [
            (all.p_at_least(), some.p_at_least()),
            (all.p_at_most(), some.p_at_most()),
        ] {
            assert_eq!(all.standard_error(), 0.0);
            // One replicate more or less is the observed labeling itself.
            let bound = 4.0 * some.standard_error() + 1e-3;
            assert!(
                (all.value() - some.value()).abs() <= bound,
                "{all:?} {some:?}"
            );
        }
    }
}

#[test]
fn false_positives_are_as_many_as_promised() {
    let mut random = rng(33);
    let run = runs(99);
    let mut p: [Vec<f64>; 6] = Default::default();
    for _ in 0..500 {
        // Noise of one law for both labels, anisotropic and not centred.
        let plus = decaying(12, 6, &mut random).map(|x| x + 3.0);
        let minus = decaying(12, 6, &mut random).map(|x| x + 3.0);
        let c = subspace::<f64>(6, 2, &mut random);
        let pairs = SignFlips::new(&plus, &minus).expect("pairs");
        let deal = Relabelling::new(&plus, minus.rows(0, 9)).expect("groups");
        p[0].push(pairs.concept(&run, &mut random).p_at_least().value());
        let tax = pairs.tax(&c, &run, &mut random).expect("resolved");
        p[1].push(tax.p_at_least().value());
        p[2].push(tax.p_at_most().value());
        p[3].push(deal.concept(&run, &mut random).p_at_least().value());
        let tax = deal.tax(&c, &run, &mut random).expect("resolved");
        p[4].push(tax.p_at_least().value());
        p[5].push(tax.p_at_most().value());
    }
    for (i, p) in p.iter().enumerate() {
        calibrated(&format!("test {i}"), p, 0.05);
        calibrated(&format!("test {i}"), p, 0.2);
    }
}

/// Four pairs share a template, and with it most of their noise: flipped one by one they
/// look like evidence, in blocks they do not.
#[test]
fn shared_templates_need_blocks() {
    let mut random = rng(34);
    let run = runs(99);
    let (mut alone, mut blocked) = (Vec::new(), Vec::new());
    let labels: Vec<usize> = (0..32).map(|i| 100 - i / 4).collect();
    for _ in 0..300 {
        let templates = gaussian::<f64>(8, 5, &mut random);
        let plus = DMatrix::from_fn(32, 5, |i, j| {
            templates[(i / 4, j)] + 0.5 * normal(&mut random)
        });
        let zero = DMatrix::zeros(32, 5);
        let pairs = SignFlips::new(&plus, &zero).expect("pairs");
        alone.push(pairs.concept(&run, &mut random).p_at_least().value());
        let pairs = pairs.with_blocks(&labels).expect("labels");
        assert_eq!((pairs.pairs(), pairs.blocks()), (32, 8));
        blocked.push(pairs.concept(&run, &mut random).p_at_least().value());
    }
    calibrated("blocks", &blocked, 0.1);
    let false_alarms = alone.iter().filter(|&&p| p <= 0.1).count();
    assert!(
        false_alarms > 100,
        "only {false_alarms} of 300 at level 0.1"
    );
}

/// A concept is found, with either scheme.
#[test]
fn a_concept_is_found() {
    let mut random = rng(35);
    let plus = gaussian::<f64>(20, 30, &mut random).map(|x| x + 1.0);
    let minus = gaussian::<f64>(20, 30, &mut random);
    let pairs = SignFlips::new(&plus, &minus).expect("pairs");
    let deal = Relabelling::new(&plus, &minus).expect("groups");
    for test in [
        pairs.concept(&runs(999), &mut random),
        deal.concept(&runs(999), &mut random),
    ] {
        assert_eq!(test.p_at_least().value(), 1e-3);
        assert_eq!(test.p_at_most().value(), 1.0);
        assert_eq!(test.two_sided().value(), 2e-3);
    }
}

// ── Runs ───────────────────────────────────────────────────────────────────────

/// Every null, as numbers, and the next number of the generator.
fn everything(run: &MonteCarlo<'_>) -> (Vec<f64>, u64) {
    let mut random = rng(41);
    let samples = decaying(15, 20, &mut random);
    let null = CovarianceNull::from_groups(&[samples.as_view()]).expect("samples");
    let c = subspace::<f64>(20, 3, &mut random);
    let v = crate::common::direction::<f64>(20, &mut random);
    let (plus, minus) = (samples.rows(0, 7), samples.rows(7, 7));
    let pairs = SignFlips::new(plus, minus).expect("pairs");
    let deal = Relabelling::new(plus, minus).expect("groups");
    let mut numbers = null
        .random_safety(&c, run, &mut random)
        .expect("a null")
        .replicates()
        .to_vec();
    numbers.extend(
        null.random_capabilities(&v, 4, run, &mut random)
            .expect("a null")
            .replicates(),
    );
    for test in [
        pairs.concept(run, &mut random),
        pairs.tax(&c, run, &mut random).expect("resolved"),
        deal.concept(run, &mut random),
        deal.tax(&c, run, &mut random).expect("resolved"),
    ] {
        numbers.extend([
            test.observed(),
            test.p_at_least().value(),
            test.p_at_most().value(),
        ]);
    }
    (numbers, random.random())
}

#[cfg(feature = "rayon")]
#[test]
fn results_do_not_depend_on_threads() {
    let run = runs(700);
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.expect("threads").install(|| everything(&run))
    };
    let one = with(1);
    assert_eq!(one, with(4));
    assert_eq!(one, everything(&run));
}

#[test]
fn equal_seeds_give_equal_results_and_observers_see_the_end() {
    let (calls, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let watch = |done: usize, total: usize| {
        assert!(done <= total);
        calls.fetch_add(1, Ordering::Relaxed);
        if done == total {
            most.fetch_add(1, Ordering::Relaxed);
        }
    };
    let plain = everything(&runs(500));
    assert_eq!(plain, everything(&runs(500).observed_by(&watch)));
    // Six runs, two of them over all 2⁷ sign flips.
    assert_eq!(most.load(Ordering::Relaxed), 6);
    assert_eq!(
        calls.load(Ordering::Relaxed),
        4 * 500_usize.div_ceil(64) + 2 * 2
    );
}

/// The corrected rate is zero at chance, to the last digit where m/d has no rounding.
#[test]
fn what_chance_gives_is_corrected_to_zero() {
    for m in 1..=32 {
        let null = IsotropicNull::new(64, m).expect("dimensions");
        assert_eq!(null.corrected(m as f64 / 64.0), Ok(0.0), "{m}");
    }
}

/// Lengths in an error are in the units of the data.
#[test]
fn groups_without_spread_are_refused_with_lengths_in_their_units() {
    let lengths = |scale: f64| {
        let rows = DMatrix::from_fn(3, 2, |i, j| {
            scale * (1.0 + f64::EPSILON * (i * (1 - j)) as f64)
        });
        match CovarianceNull::from_groups(&[rows.as_view()]) {
            Err(Error::Unresolved {
                norm, tolerance, ..
            }) => [norm, tolerance],
            other => panic!("{other:?}"),
        }
    };
    let [norm, bound] = lengths(1.0);
    // Half a step from the mean or a step, and the bound of the difference of two means.
    assert!(
        (0.5 * f64::EPSILON..=f64::EPSILON).contains(&norm),
        "{norm:e}"
    );
    let expected = tolerance::mean_difference::<f64>(3);
    assert!((bound / expected - 1.0).abs() <= tolerance::closed_form::<f64>());
    for power in [-100, -1, 3, 100] {
        let scale = 2_f64.powi(power);
        assert_eq!(lengths(scale), [norm * scale, bound * scale], "{power}");
    }
}
