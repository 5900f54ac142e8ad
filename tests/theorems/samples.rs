//! §3 Estimation from samples.

use alignment_tax::{
    Collinearity, Confidence, Contrast, CoordinateShares, Direction, Error, Evidence, Frame,
    Moment, Moments, MonteCarlo, PairedContrast, RankRule, Real, Samples, Shrinkage, Subspace,
    TaxBootstrap, TaxEstimate, tolerance,
};
use nalgebra::{DMatrix, DVector};
use rand::rngs::ChaCha8Rng;

use crate::common::{direction, gaussian, normal, rng, subspace};
use crate::shared::{both, t};

fn directions_from_samples<T: Real>() {
    let mut rng = rng(31);
    let (d, n) = (30, 40);
    let truth = direction::<T>(d, &mut rng);
    let minus = gaussian::<T>(n, d, &mut rng);
    // Each pair moves along the truth by a length of its own, with a little noise.
    let mut plus = minus.clone();
    for mut row in plus.row_iter_mut() {
        let length = t::<T>(2.0 + 0.5 * normal(&mut rng));
        row += truth.as_vector().transpose() * length;
        row += gaussian::<T>(1, d, &mut rng) * t::<T>(0.01);
    }
    let pairs = PairedContrast::new(&plus, &minus).expect("pairs");
    let mean = pairs.mean_difference().expect("resolved");
    let top = pairs.top_component().expect("resolved");
    // Noise of 0.01·√(d/n) against a shift of 2.
    for estimate in [&mean, &top] {
        let angle = estimate.angle(&truth).expect("one space");
        assert!(angle <= t(3.0 * 0.01 * (d as f64 / n as f64).sqrt() / 2.0));
    }
    // The difference of means is the mean of differences.
    let groups = Contrast::new(&plus, &minus).expect("groups");
    let means = groups.mean_difference().expect("resolved");
    assert!(means.angle(&mean).expect("one space") <= tolerance::mean_difference::<T>(n) * t(8.0));
    // Labels fix the sign: exchanging them turns the direction round.
    let turned = PairedContrast::new(&minus, &plus).expect("pairs");
    let turned = turned.top_component().expect("resolved");
    assert!(turned.overlap(&top).expect("one space") < t(-0.99));
    // The rank rule is part of a span.
    let span =
        Subspace::from_leading_singular(&(&plus - &minus).transpose(), RankRule::Energy(t(0.9)))
            .expect("a span");
    assert_eq!(
        (span.dimension(), span.rank_rule()),
        (1, RankRule::Energy(t(0.9)))
    );
    assert!(span.singular_values().len() == d.min(n));
}
both!(t3_1_directions_from_samples, directions_from_samples);

fn moments_of_shards_are_those_of_one_pass<T: Real>() {
    let mut rng = rng(35);
    let (n, d, m) = (1700, 6, 2);
    let samples = gaussian::<T>(n, d, &mut rng).add_scalar(t(20.0));
    // The definitions, in two passes.
    let x = samples.map(Real::to_double);
    let mean = x.row_mean();
    let centred = DMatrix::from_fn(n, d, |i, j| x[(i, j)] - mean[j]);
    let scatter = centred.transpose() * &centred;
    // Shards of any size, each of them fed in two batches, merged in two groups.
    let mut groups = [Moments::new(d).expect("d"), Moments::new(d).expect("d")];
    let ends = [0, 1, 13, 600, 601, 1699, n];
    for (i, shard) in ends.windows(2).enumerate() {
        let (from, rows) = (shard[0], shard[1] - shard[0]);
        let mut moments = Moments::new(d).expect("d");
        if rows > 1 {
            moments.update(samples.rows(from, 1)).expect("finite");
        }
        moments
            .update(samples.rows(from + rows.min(2) - 1, rows + 1 - rows.min(2)))
            .expect("finite");
        groups[i % 2].merge(&moments).expect("one space");
    }
    let [mut moments, other] = groups;
    moments.merge(&other).expect("one space");

    assert_eq!(moments.count(), n);
    let bound = tolerance::mean_difference::<f64>(n) * x.amax();
    assert!((moments.mean().expect("samples") - mean.transpose()).amax() <= bound);
    // Two passes of plain sums are good to n·ε, the accumulators to their own tolerance.
    let relative = tolerance::scatter::<f64>(24) + tolerance::rank::<f64>(n, d);
    assert!((moments.scatter() - &scatter).amax() <= relative * scatter.amax());

    // Σ over i ≠ j of ⟨Pxᵢ, Pxⱼ⟩ = ‖ΣPxᵢ‖² − Σ‖Pxᵢ‖².
    let c = subspace::<T>(d, m, &mut rng);
    let pairs = (n * (n - 1)) as f64;
    let u_statistic = |y: &DMatrix<f64>| {
        let total = y.row_sum().norm_squared();
        (total - y.norm_squared()) / pairs
    };
    let bound = relative * x.norm_squared() / n as f64;
    let length = moments.debiased_squared_length().expect("samples");
    assert!((length - u_statistic(&x)).abs() <= bound);
    let projected = moments.debiased_squared_projection(&c).expect("one space");
    let y = &x * c.basis().map(Real::to_double);
    assert!((projected - u_statistic(&y)).abs() <= bound);
}
both!(
    t3_5_moments_of_shards_are_those_of_one_pass,
    moments_of_shards_are_those_of_one_pass
);

/// Noise along one axis a hundred times that of the others, the concept across it.
fn directions_against_the_noise<T: Real>() {
    let mut rng = rng(332);
    let (d, n) = (12, 30);
    let loud = |x: DMatrix<T>| {
        DMatrix::from_fn(n, d, |i, j| x[(i, j)] * t(if j == 0 { 100.0 } else { 1.0 }))
    };
    let minus = loud(gaussian::<T>(n, d, &mut rng));
    let plus = loud(gaussian::<T>(n, d, &mut rng));
    let plus = DMatrix::from_fn(n, d, |i, j| {
        plus[(i, j)] + t(if j == 1 { 4.0 } else { 0.0 })
    });
    let contrast = Contrast::new(&plus, &minus).expect("groups");
    let rule = Shrinkage::Fixed(1e-3);
    let mean = contrast.mean_difference().expect("resolved");
    let discriminant = contrast.discriminant(rule).expect("resolved");
    let whitened = contrast.whitened(rule).expect("resolved");
    // The noise leads the difference of means, and not the discriminant.
    assert!(mean.as_vector()[0].abs() > mean.as_vector()[1].abs());
    assert!(discriminant.direction().as_vector()[1] > t(0.9));
    assert_eq!(discriminant.frame(), Frame::Covector);
    // Half-way lies the whitened direction: one more root of Σ leads to either.
    let sigma = whitened.covariance();
    let bound = tolerance::covariance::<T>(2 * n, d) * sigma.condition_number() * t(8.0);
    let half = whitened.direction().as_vector();
    for (there, truth) in [
        (sigma.colour(half), &mean),
        (sigma.whiten(half), discriminant.direction()),
    ] {
        let there = Direction::new(&there.expect("in range")).expect("not zero");
        assert!(there.angle(truth).expect("one space") <= bound);
    }
    // The rule and what came of it stay with the result.
    let automatic = contrast
        .discriminant(Shrinkage::LedoitWolf)
        .expect("resolved");
    assert_eq!(automatic.shrinkage(), Shrinkage::LedoitWolf);
    assert!(automatic.intensity() > T::zero() && automatic.intensity() < T::one());
}
both!(
    t3_1_directions_against_the_noise,
    directions_against_the_noise
);

#[test]
fn t3_6_massive_coordinates_and_collinear_capabilities_are_reported() {
    let mut rng = rng(36);
    let d = 40;
    let mut samples = gaussian::<f64>(50, d, &mut rng);
    samples.column_mut(7).scale_mut(500.0);
    let shares = CoordinateShares::new(&samples, Moment::Centred).expect("shares");
    assert_eq!(shares.massive(1000.0).expect("a threshold"), [7]);
    assert!(shares.top_share(1).expect("one") > 0.999);
    assert!(
        shares.participation_ratio() < 1.01,
        "one direction has it all"
    );
    // Why it matters: any two directions formed from such samples overlap.
    let of = |rows| Direction::new(samples.row(rows).transpose().column(0)).expect("not zero");
    assert!(of(0).overlap(&of(1)).expect("one space").abs() > 0.9);

    // Two capabilities at an angle of 1e-3, one of them turned round, and one apart.
    let [a, apart, other] = [(); 3].map(|()| direction::<f64>(d, &mut rng));
    let line = Subspace::from_directions(std::slice::from_ref(&a)).expect("a line");
    let away = line.reject(other.as_vector()).expect("finite").normalize();
    let phi = 1e-3_f64;
    let near = Direction::new(&(a.as_vector() * phi.cos() - away * phi.sin())).expect("unit");
    let report = Collinearity::new(&[a.clone(), apart.clone(), -near]).expect("a report");
    let (first, second, correlation) = report.worst_pair().expect("pairs");
    assert_eq!((first, second), (0, 2));
    assert!((correlation + phi.cos()).abs() <= tolerance::closed_form::<f64>());
    // κ ≥ cot(φ/2) of the pair, and finite; inflation at least the pair's 1/sin²φ.
    assert!(report.condition_number() >= 1.0 / phi && report.condition_number().is_finite());
    let bound = tolerance::angle::<f64>(3) * report.condition_number();
    for i in [0, 2] {
        assert!(report.variance_inflation()[i] * phi.sin().powi(2) >= 1.0 - bound);
    }
    assert!(report.variance_inflation()[1] < 2.0);
    assert_eq!((report.rank(), report.dependent()), (3, &[][..]));
    // Their sum is a combination of two of them, and they of it.
    let sum = Direction::new(&(a.as_vector() + apart.as_vector())).expect("not opposite");
    let report = Collinearity::new(&[a, apart, sum, other]).expect("a report");
    assert_eq!((report.rank(), report.dependent()), (3, &[0, 1, 2][..]));
    assert_eq!(report.variance_inflation()[2], f64::INFINITY);
}

/// Samples of a vector of length 3 at an angle of cosine 0.6 to e₁, in noise of variance
/// two, and e₁ as the capability.
fn noisy_pairs(d: usize, n: usize, tau: f64, rng: &mut ChaCha8Rng) -> DMatrix<f64> {
    let noise = gaussian::<f64>(n, d, rng) * 2.0_f64.sqrt();
    let mean = [3.0 * tau.sqrt(), 3.0 * (1.0 - tau).sqrt()];
    DMatrix::from_fn(n, d, |i, j| mean.get(j).unwrap_or(&0.0) + noise[(i, j)])
}

#[test]
fn t3_2_debiased_rate_is_right_where_the_raw_one_looks_free() {
    let (d, n, mut rng) = (256, 64, rng(32));
    let code = axis(d);
    let (mut debiased, mut raw) = (vec![], vec![]);
    for _ in 0..60 {
        let samples = Samples::new(&noisy_pairs(d, n, 0.36, &mut rng)).expect("rows");
        let tax = TaxEstimate::new(Evidence::Sampled(&samples), &[Evidence::Known(&code)]);
        let tax = tax.expect("resolved");
        debiased.push(tax.value());
        raw.push(tax.plug_in().value());
    }
    let size = debiased.len() as f64;
    let mean = |x: &[f64]| x.iter().sum::<f64>() / size;
    let squares = debiased.iter().map(|x| (x - mean(&debiased)).powi(2));
    let error = (squares.sum::<f64>() / (size - 1.0) / size).sqrt();
    assert!(
        (mean(&debiased) - 0.36).abs() <= 4.0 * error,
        "{}",
        mean(&debiased)
    );
    assert!(mean(&raw) < 0.36 - 10.0 * error, "{}", mean(&raw));
    // Without a signal there is no number.
    let nothing = Samples::new(&gaussian::<f64>(n, d, &mut rng)).expect("rows");
    let refused = TaxEstimate::new(Evidence::Sampled(&nothing), &[Evidence::Known(&code)]);
    assert!(matches!(refused, Err(Error::Undersampled { .. })));
}

/// Of 400 intervals of 95 % and of 50 % as many hold the truth as the binomial law allows,
/// four of its standard deviations on either side of the 93–97 % of theory §3.3.
#[test]
fn t3_3_intervals_cover() {
    let (d, n, runs, mut rng) = (30, 64, 400, rng(33));
    let code = axis(d);
    for tau in [0.1, 0.36, 0.8] {
        let (mut covered, mut half) = (0, 0);
        for _ in 0..runs {
            let samples = Samples::new(&noisy_pairs(d, n, tau, &mut rng)).expect("rows");
            let tax = TaxEstimate::new(Evidence::Sampled(&samples), &[Evidence::Known(&code)]);
            let tax = tax.expect("resolved");
            let holds = |level: f64| {
                let confidence = Confidence::new(level).expect("a level");
                usize::from(tax.interval(confidence).contains(tau))
            };
            covered += holds(0.95);
            half += holds(0.5);
        }
        println!("tau {tau}: {covered} and {half} of {runs}");
        let size = f64::from(runs);
        let spread = |p: f64| 4.0 * (p * (1.0 - p) / size).sqrt();
        let share = covered as f64 / size;
        assert!(
            share >= 0.93 - spread(0.93) && share <= 0.97 + spread(0.97),
            "{share}"
        );
        assert!(
            (half as f64 / size - 0.5).abs() <= 0.02 + spread(0.5),
            "{half}"
        );
    }
}

/// Samples turned and embedded into more dimensions have the same Gram matrix, and so the
/// same estimate, interval and bootstrap.
#[test]
fn t3_4_only_the_gram_matrix_of_the_samples_counts() {
    let (d, more, mut rng) = (8, 40, rng(34));
    let safety = noisy_pairs(d, 30, 0.36, &mut rng);
    let code = noisy_pairs(d, 30, 0.9, &mut rng);
    let frame = subspace::<f64>(more, d, &mut rng).basis().transpose();
    let estimate = |safety: &DMatrix<f64>, code: &DMatrix<f64>, span: &Subspace<f64>| {
        let safety = Samples::new(safety).expect("rows");
        let code = Samples::new(code).expect("rows");
        let tax = TaxEstimate::new(Evidence::Sampled(&safety), &[Evidence::Sampled(&code)]);
        let tax = tax.expect("resolved");
        let run = MonteCarlo::new(99).expect("enough");
        let seeded = &mut crate::common::rng(7);
        let bootstrap = TaxBootstrap::new(&safety, span, &run, seeded).expect("resolved");
        let interval = tax.interval(Confidence::NINETY_FIVE);
        [
            tax.value(),
            tax.standard_error(),
            interval.lower(),
            interval.upper(),
            tax.overlaps()[0].value(),
            bootstrap.standard_error(),
            bootstrap.percentile(Confidence::NINETY_FIVE).lower(),
        ]
    };
    let span = subspace::<f64>(d, 2, &mut rng);
    let embedded = Subspace::from_columns(&(frame.transpose() * span.basis())).expect("a span");
    let here = estimate(&safety, &code, &span);
    let there = estimate(&(&safety * &frame), &(&code * &frame), &embedded);
    // The means are shorter than the samples; what their products lose grows like it.
    let bound = 64.0 * tolerance::orthonormality::<f64>(more);
    for (a, b) in here.into_iter().zip(there) {
        assert!((a - b).abs() <= bound, "{here:?} against {there:?}");
    }
}

fn axis(d: usize) -> Direction<f64> {
    let mut x = DVector::zeros(d);
    x[0] = 1.0;
    Direction::new(&x).expect("an axis")
}
