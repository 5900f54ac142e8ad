//! Samples, contrasts, moments, estimates with their intervals, and what chance does.

use std::fmt::Display;

use alignment_tax::{
    AuditEstimate, Budget, Collinearity, Concept, Confidence, ConflictEstimate, ConflictVerdict,
    Contrast, ContrastMoments, CoordinateMoments, CoordinateShares, CovarianceNull, CrossMoments,
    Direction, Evidence, Interval, IsotropicNull, Measurement, MeasurementOptions, Moment, Moments,
    MonteCarlo, NullSample, Objectives, OverlapEstimate, PValue, PairedContrast, PermutationTest,
    PreservationBand, Profile, Relabelling, Samples, Shrinkage, ShrunkCovariance, SignFlips, Task,
    TaxBootstrap, TaxEstimate, Whitened, benjamini_hochberg, holm, tolerance,
};
use nalgebra::{DMatrix, DMatrixView};
use rand::{SeedableRng, rngs::ChaCha8Rng};
use serde::{Serialize, de::DeserializeOwned};

use crate::check;
use crate::draw::{Draw, Scalar};
use crate::readers::mutate;
use crate::spans::some_subspace;
use crate::tax::some_direction;

pub fn some_shrinkage(draw: &mut Draw<'_>) -> Shrinkage {
    match draw.below(4) {
        0 => Shrinkage::LedoitWolf,
        1 => Shrinkage::OracleApproximating,
        _ => Shrinkage::Fixed(draw.share()),
    }
}

pub fn some_confidence(draw: &mut Draw<'_>) -> Confidence {
    let level = draw.share::<f64>();
    draw.call("Confidence::new", Confidence::new(level))
        .inspect(|c| assert!(0.0 < c.level() && c.level() < 1.0))
        .unwrap_or(Confidence::NINETY_FIVE)
}

fn p_value_holds(p: PValue) {
    check::share("p", p.value());
    check::share("standard error of p", p.standard_error());
}

/// Rows that most likely tell their mean from zero: a mean and some noise.
pub fn rows<T: Scalar>(draw: &mut Draw<'_>, n: usize, d: usize) -> DMatrix<T> {
    let mut a = draw.matrix::<T>(n, d);
    if draw.rarely(3) {
        return a;
    }
    let mean = draw.vector::<T>(d);
    let noise = T::from_double([0.01, 0.1, 0.5][draw.below(3)]);
    for mut row in a.row_iter_mut() {
        for (x, m) in row.iter_mut().zip(mean.iter()) {
            *x = *x * noise + *m;
        }
    }
    a
}

/// More rows than `Draw::size` gives.
fn many(draw: &mut Draw<'_>) -> usize {
    1 + draw.below(10)
}

pub fn some_samples<T: Scalar>(draw: &mut Draw<'_>, d: usize) -> Option<Samples> {
    let n = many(draw);
    let m = if draw.rarely(4) { many(draw) } else { n };
    let plus = rows::<T>(draw, n, d);
    let made = match draw.below(4) {
        0 => {
            let minus = draw.matrix::<T>(m, d);
            draw.call("paired", Samples::paired(&plus, &minus))
        }
        1 => {
            let minus = draw.matrix::<T>(m, d);
            draw.call("unpaired", Samples::unpaired(&plus, &minus))
        }
        _ => draw.call("Samples::new", Samples::new(&plus)),
    }?;
    if draw.rarely(4) {
        let n = if draw.rarely(16) { n } else { made.rows() };
        let labels = draw.counts(n);
        return draw.call("with_units", made.with_units(&labels));
    }
    Some(made)
}

pub fn contrast<T: Scalar>(draw: &mut Draw<'_>) {
    let (n, m, d) = (many(draw), many(draw), draw.size());
    let m = if draw.rarely(4) { m } else { n };
    let (plus, minus) = (rows::<T>(draw, n, d), draw.matrix::<T>(m, d));
    let shrinkage = some_shrinkage(draw);
    if let Some(contrast) = draw.call("Contrast", Contrast::new(&plus, &minus)) {
        direction_holds(
            draw.call("mean_difference", contrast.mean_difference())
                .as_ref(),
        );
        let covariance = contrast.within_covariance(shrinkage);
        if let Some(covariance) = draw.call("within_covariance", covariance) {
            covariance_holds(draw, &covariance);
        }
        whitened_holds(draw.call("discriminant", contrast.discriminant(shrinkage)));
        whitened_holds(draw.call("whitened", contrast.whitened(shrinkage)));
    }
    if let Some(paired) = draw.call("PairedContrast", PairedContrast::new(&plus, &minus)) {
        direction_holds(
            draw.call("mean_difference", paired.mean_difference())
                .as_ref(),
        );
        direction_holds(draw.call("top_component", paired.top_component()).as_ref());
        let covariance = paired.difference_covariance(shrinkage);
        if let Some(covariance) = draw.call("difference_covariance", covariance) {
            covariance_holds(draw, &covariance);
        }
        whitened_holds(draw.call("discriminant", paired.discriminant(shrinkage)));
        whitened_holds(draw.call("whitened", paired.whitened(shrinkage)));
    }
    for covariance in [
        draw.call(
            "from_samples",
            ShrunkCovariance::from_samples(&plus, shrinkage),
        ),
        draw.call("about_zero", ShrunkCovariance::about_zero(&plus, shrinkage)),
    ]
    .into_iter()
    .flatten()
    {
        covariance_holds(draw, &covariance);
    }
}

fn direction_holds<T: Scalar>(v: Option<&Direction<T>>) {
    if let Some(v) = v {
        let off = (v.as_vector().norm() - T::one()).abs();
        let bound = tolerance::orthonormality(v.ambient_dimension());
        check::within("length - 1", off, T::zero(), bound);
    }
}

fn whitened_holds<T: Scalar>(whitened: Option<Whitened<T>>) {
    if let Some(whitened) = whitened {
        direction_holds(Some(whitened.direction()));
        check::share("intensity", whitened.intensity());
    }
}

fn covariance_holds<T: Scalar>(draw: &mut Draw<'_>, covariance: &ShrunkCovariance<T>) {
    check::share("intensity", covariance.intensity());
    check::is_finite("deviation", covariance.deviation());
    assert!(covariance.condition_number() >= T::one());
    let x = draw.vector::<T>(covariance.ambient_dimension());
    for y in [
        draw.call("apply", covariance.apply(&x)),
        draw.call("apply_inverse", covariance.apply_inverse(&x)),
        draw.call("whiten", covariance.whiten(&x)),
        draw.call("colour", covariance.colour(&x)),
    ]
    .into_iter()
    .flatten()
    {
        check::finite("a product", y.iter());
    }
}

pub fn diagnose<T: Scalar>(draw: &mut Draw<'_>) {
    let (n, d) = (draw.size(), draw.size());
    let samples = draw.matrix::<T>(n, d);
    let moment = if draw.byte() & 1 == 0 {
        Moment::Centred
    } else {
        Moment::Raw
    };
    if let Some(shares) = draw.call("CoordinateShares", CoordinateShares::new(&samples, moment)) {
        for &x in shares.shares() {
            check::share("share", x);
        }
        check::within(
            "participation",
            shares.participation_ratio(),
            1.0 - 1e-12,
            d as f64 + 1e-9,
        );
        let threshold = draw.scalar::<f64>();
        if let Some(massive) = draw.call("massive", shares.massive(threshold)) {
            assert!(massive.len() <= d);
        }
        let k = draw.count();
        if let Some(x) = draw.call("top_share", shares.top_share(k)) {
            check::within("top share", x, 0.0, 1.0 + 1e-12);
        }
    }
    let directions: Vec<Direction<T>> = samples
        .column_iter()
        .filter_map(|c| Direction::new(&c.into_owned()).ok())
        .collect();
    if let Some(found) = draw.call("Collinearity", Collinearity::new(&directions)) {
        for &x in found.correlation() {
            check::within("correlation", x, -1.0, 1.0);
        }
        assert!(found.condition_number() >= 1.0);
        // Infinite for those that are dependent.
        assert!(
            found.variance_inflation().iter().all(|&x| x >= 1.0),
            "{found:?}"
        );
        if let Some((_, _, x)) = found.worst_pair() {
            check::within("correlation", x, -1.0, 1.0);
        }
        assert!((1..=directions.len()).contains(&found.rank()));
        draw.case(found.dependent().len());
    }
}

pub fn moments<T: Scalar>(draw: &mut Draw<'_>) {
    let (d, e) = (1 + draw.below(5), 1 + draw.below(5));
    let zero = usize::from(!draw.rarely(64));
    let (Some(mut all), Some(mut coordinates), Some(mut cross), Some(mut contrast)) = (
        draw.call("Moments::new", Moments::new(d * zero)),
        draw.call("CoordinateMoments::new", CoordinateMoments::new(d * zero)),
        draw.call("CrossMoments::new", CrossMoments::new(d * zero, e)),
        draw.call("ContrastMoments::new", ContrastMoments::new(d * zero)),
    ) else {
        return;
    };
    let mut others = (
        all.clone(),
        coordinates.clone(),
        cross.clone(),
        contrast.clone(),
    );
    for _ in 0..draw.below(6) {
        let n = draw.below(6);
        let d = if draw.rarely(32) { d + 1 } else { d };
        let (x, y) = (draw.matrix::<T>(n, d), draw.matrix::<f32>(n, e));
        match draw.below(8) {
            0 => {
                let _ = draw.call("merge", all.merge(&others.0));
                let _ = draw.call("merge", coordinates.merge(&others.1));
                let _ = draw.call("merge", cross.merge(&others.2));
                let _ = draw.call("merge", contrast.merge(&others.3));
            }
            1 => {
                std::mem::swap(&mut all, &mut others.0);
                std::mem::swap(&mut coordinates, &mut others.1);
                std::mem::swap(&mut cross, &mut others.2);
                std::mem::swap(&mut contrast, &mut others.3);
            }
            side => {
                let _ = draw.call("update", all.update(&x));
                let _ = draw.call("update", coordinates.update(&x));
                let _ = draw.call("update", cross.update(&x, &y));
                let updated = if side & 1 == 0 {
                    contrast.update_plus(&x)
                } else {
                    contrast.update_minus(&x)
                };
                let _ = draw.call("update", updated);
            }
        }
    }
    moments_hold(draw, &all);
    coordinate_moments_hold(draw, &coordinates);
    cross_moments_hold(draw, &cross);
    contrast_moments_hold(draw, &contrast);
    if let Some(s) = some_subspace::<T>(draw, d) {
        let projected = all.debiased_squared_projection(&s);
        if let Some(x) = draw.call("debiased_squared_projection", projected) {
            check::is_finite("squared projection", x);
        }
    }
    let (plus, minus) = (contrast.plus().clone(), contrast.minus().clone());
    let _ = draw.call("from_moments", ContrastMoments::from_moments(plus, minus));
    // What was written is read, and is the same.
    let text = serde_json::to_string(&all).expect("a record");
    assert_eq!(
        serde_json::from_str::<Moments>(&text)
            .expect("what was written")
            .count(),
        all.count()
    );
}

fn moments_hold(draw: &mut Draw<'_>, x: &Moments) {
    check::finite("scatter", x.scatter().iter());
    if let Some(mean) = draw.call("mean", x.mean()) {
        check::finite("mean", mean.iter());
    }
    if let Some(covariance) = draw.call("covariance", x.covariance()) {
        check::finite("covariance", covariance.iter());
        assert!(
            covariance.diagonal().iter().all(|&v| v >= 0.0),
            "{covariance}"
        );
    }
    if let Some(x) = draw.call("debiased_squared_length", x.debiased_squared_length()) {
        check::is_finite("squared length", x);
    }
}

fn coordinate_moments_hold(draw: &mut Draw<'_>, x: &CoordinateMoments) {
    check::finite("squared deviations", x.squared_deviations().iter());
    if let Some(mean) = draw.call("mean", x.mean()) {
        check::finite("mean", mean.iter());
    }
    if let Some(variances) = draw.call("variances", x.variances()) {
        check::finite("variances", variances.iter());
        assert!(variances.iter().all(|&v| v >= 0.0), "{variances}");
    }
    if let Some(x) = draw.call("debiased_squared_length", x.debiased_squared_length()) {
        check::is_finite("squared length", x);
    }
}

fn cross_moments_hold(draw: &mut Draw<'_>, x: &CrossMoments) {
    check::finite("scatter", x.scatter().iter());
    for mean in [
        draw.call("left_mean", x.left_mean()),
        draw.call("right_mean", x.right_mean()),
    ] {
        check::finite("mean", mean.into_iter().flatten());
    }
    if let Some(covariance) = draw.call("covariance", x.covariance()) {
        check::finite("covariance", covariance.iter());
    }
}

fn contrast_moments_hold(draw: &mut Draw<'_>, x: &ContrastMoments) {
    moments_hold(draw, x.plus());
    moments_hold(draw, x.minus());
    direction_holds(draw.call("mean_difference", x.mean_difference()).as_ref());
    if let Some(covariance) = draw.call("pooled_covariance", x.pooled_covariance()) {
        check::finite("covariance", covariance.iter());
    }
}

/// A record that was written, changed, and read again.
fn garbled<M: Serialize + DeserializeOwned>(draw: &mut Draw<'_>, good: &M) -> Option<M> {
    let text = serde_json::to_vec(good).expect("a record");
    let text = mutate(draw, text);
    draw.call("read", serde_json::from_slice(&text))
}

pub fn records(draw: &mut Draw<'_>) {
    let (n, d, e) = (draw.below(5), 1 + draw.below(3), 1 + draw.below(3));
    let (x, y) = (draw.matrix::<f64>(n, d), draw.matrix::<f64>(n, e));
    match draw.below(5) {
        0 => {
            let mut good = Moments::new(d).expect("a dimension");
            let _ = draw.call("update", good.update(&x));
            if let Some(mut read) = garbled(draw, &good) {
                moments_hold(draw, &read);
                let _ = draw.call("update", read.update(&x));
                let _ = draw.call("merge", read.merge(&good));
                moments_hold(draw, &read);
            }
        }
        1 => {
            let mut good = CoordinateMoments::new(d).expect("a dimension");
            let _ = draw.call("update", good.update(&x));
            if let Some(mut read) = garbled(draw, &good) {
                coordinate_moments_hold(draw, &read);
                let _ = draw.call("update", read.update(&x));
                let _ = draw.call("merge", read.merge(&good));
                coordinate_moments_hold(draw, &read);
            }
        }
        2 => {
            let mut good = CrossMoments::new(d, e).expect("dimensions");
            let _ = draw.call("update", good.update(&x, &y));
            if let Some(mut read) = garbled(draw, &good) {
                cross_moments_hold(draw, &read);
                let _ = draw.call("update", read.update(&x, &y));
                let _ = draw.call("merge", read.merge(&good));
                cross_moments_hold(draw, &read);
            }
        }
        3 => {
            let mut good = ContrastMoments::new(d).expect("a dimension");
            let _ = draw.call("update", good.update_plus(&x));
            let _ = draw.call("update", good.update_minus(&x));
            if let Some(mut read) = garbled(draw, &good) {
                contrast_moments_hold(draw, &read);
                let _ = draw.call("merge", read.merge(&good));
                contrast_moments_hold(draw, &read);
            }
        }
        _ => {
            let n = 1 + draw.below(4);
            let Some(good) = crate::goals::some_objectives::<f64>(draw, n) else {
                return;
            };
            if let Some(read) = garbled::<Objectives<f64>>(draw, &good) {
                crate::goals::objectives_hold(&read);
                let name = draw.name(n);
                let _ = draw.call("freeze", read.freeze(&[name]));
            }
        }
    }
}

fn interval_holds(what: &str, interval: Interval) {
    check::interval(what, interval);
    let shown: &dyn Display = &interval;
    assert!(!shown.to_string().contains("NaN"));
}

fn overlap_holds(draw: &mut Draw<'_>, overlap: &OverlapEstimate, confidence: Confidence) {
    check::finite("overlap", [&overlap.value(), &overlap.standard_error()]);
    interval_holds("overlap", overlap.interval(confidence));
    let value = draw.share::<f64>();
    if let Some(p) = draw.call("p_value", overlap.p_value(value)) {
        check::share("p", p);
    }
}

fn tax_holds(draw: &mut Draw<'_>, tax: &TaxEstimate) {
    let confidence = some_confidence(draw);
    check::finite("tax", [&tax.value(), &tax.standard_error()]);
    check::rate(tax.rate());
    check::rate(tax.plug_in());
    check::share_interval("tau", tax.interval(confidence));
    check::share_interval("free gain", tax.free_gain_interval(confidence));
    let angle = tax.angle_interval(confidence);
    interval_holds("angle", angle);
    check::within("angle", angle.upper(), 0.0, std::f64::consts::FRAC_PI_2);
    let tau = draw.share::<f64>();
    if let Some(p) = draw.call("p_value", tax.p_value(tau)) {
        check::share("p", p);
    }
    for overlap in tax.overlaps() {
        overlap_holds(draw, overlap, confidence);
    }
    let b = draw.positive::<f64>();
    if let Some(budget) = draw.call("Budget::new", Budget::new(b)) {
        let band = PreservationBand::new(tax, budget, confidence);
        interval_holds("free gain", band.free_gain());
        let x = draw.share::<f64>() * b;
        for interval in [
            draw.call("min_cost", band.min_cost(x)),
            draw.call("max_safety", band.max_safety(x)),
        ]
        .into_iter()
        .flatten()
        {
            interval_holds("band", interval);
        }
    }
}

pub fn estimate<T: Scalar>(draw: &mut Draw<'_>) {
    let d = draw.size();
    let Some(safety) = some_samples::<T>(draw, d) else {
        return;
    };
    direction_holds(
        draw.call("mean_direction", safety.mean_direction())
            .as_ref(),
    );
    let p = draw.below(4);
    let far = if draw.rarely(32) { d + 1 } else { d };
    let sampled: Vec<_> = (0..p)
        .filter_map(|_| some_samples::<T>(draw, far))
        .collect();
    let known = some_direction::<f64>(draw, d);
    let mut capabilities: Vec<_> = sampled.iter().map(Evidence::Sampled).collect();
    if let Some(known) = &known {
        if capabilities.is_empty() || draw.byte() & 1 == 0 {
            capabilities.push(Evidence::Known(known));
        }
    }
    let evidence = match &known {
        Some(known) if draw.rarely(8) => Evidence::Known(known),
        _ => Evidence::Sampled(&safety),
    };
    assert_eq!(evidence.dimension(), d);
    if let Some(tax) = draw.call("TaxEstimate", TaxEstimate::new(evidence, &capabilities)) {
        tax_holds(draw, &tax);
    }
    let Some(s) = some_subspace::<T>(draw, d) else {
        return;
    };
    let against = TaxEstimate::against_subspace(&safety, &s);
    if let Some(tax) = draw.call("against_subspace", against) {
        tax_holds(draw, &tax);
    }
    if let Some(v) = some_direction::<T>(draw, d) {
        let audit = AuditEstimate::new(&safety, &v, &s);
        if let Some(audit) = draw.call("AuditEstimate", audit) {
            for part in [
                audit.safety(),
                audit.free(),
                audit.paid(),
                audit.idle(),
                audit.waste(),
            ]
            .into_iter()
            .chain(audit.efficiency())
            {
                check::finite("part", [&part.value(), &part.standard_error()]);
                assert!(part.standard_error() >= 0.0);
            }
        }
    }
    let run = MonteCarlo::new(19).expect("enough");
    let mut rng = ChaCha8Rng::seed_from_u64(draw.word());
    let bootstrap = TaxBootstrap::new(&safety, &s, &run, &mut rng);
    if let Some(bootstrap) = draw.call("TaxBootstrap", bootstrap) {
        check::finite("replicates", bootstrap.replicates());
        assert_eq!(bootstrap.replicates().len() + bootstrap.unresolved(), 19);
        check::is_finite("standard error", bootstrap.standard_error());
        let confidence = some_confidence(draw);
        interval_holds("percentile", bootstrap.percentile(confidence));
    }
}

pub fn conflict_estimate<T: Scalar>(draw: &mut Draw<'_>) {
    let d = 1 + draw.below(6);
    let (Some(one), Some(other)) = (some_samples::<T>(draw, d), some_samples::<T>(draw, d)) else {
        return;
    };
    let p = draw.below(3);
    let sampled: Vec<_> = (0..p).filter_map(|_| some_samples::<T>(draw, d)).collect();
    let known = some_direction::<f64>(draw, d);
    let mut capabilities: Vec<_> = sampled.iter().map(Evidence::Sampled).collect();
    if let Some(known) = &known {
        if draw.byte() & 1 == 0 {
            capabilities.push(Evidence::Known(known));
        }
    }
    let first = match &known {
        Some(known) if draw.rarely(8) => Evidence::Known(known),
        _ => Evidence::Sampled(&one),
    };
    let goals = [first, Evidence::Sampled(&other)];
    let estimate = ConflictEstimate::new(goals, &capabilities);
    let Some(mut estimate) = draw.call("ConflictEstimate", estimate) else {
        return;
    };
    let margin = draw.share::<f64>();
    if draw.rarely(4) {
        match draw.call("with_margin", estimate.with_margin(margin)) {
            Some(with) => estimate = with,
            None => return,
        }
    }
    let confidence = some_confidence(draw);
    draw.case(estimate.likeliest() as usize);
    overlap_holds(draw, estimate.overlap_before(), confidence);
    overlap_holds(draw, estimate.overlap_after(), confidence);
    check::is_finite("difference", estimate.difference());
    interval_holds("difference", estimate.difference_interval(confidence));
    for tax in estimate.taxes() {
        tax_holds(draw, tax);
    }
    check::finite("areas", &estimate.areas());
    for interval in estimate.area_intervals(confidence) {
        interval_holds("area", interval);
    }
    if draw.rarely(4) {
        let run = MonteCarlo::new(19).expect("enough");
        let mut rng = ChaCha8Rng::seed_from_u64(draw.word());
        let found = estimate.probabilities(&run, &mut rng);
        for verdict in [
            ConflictVerdict::Resolved,
            ConflictVerdict::Mediated,
            ConflictVerdict::Unchanged,
            ConflictVerdict::Amplified,
            ConflictVerdict::Created,
            ConflictVerdict::NoConflict,
        ] {
            check::share("probability", found.probability(verdict));
            check::share("its standard error", found.standard_error(verdict));
        }
        check::share("undetermined", found.undetermined());
        draw.case(found.decided(confidence).map_or(9, |v| v as usize));
    }
}

fn null_holds(draw: &mut Draw<'_>, null: &NullSample) {
    for &x in null.replicates() {
        check::share("replicate", x);
    }
    check::share("mean", null.mean());
    let probability = draw.share::<f64>();
    if let Some(x) = draw.call("quantile", null.quantile(probability)) {
        check::share("quantile", x);
    }
    let tau = draw.share::<f64>();
    for p in [
        draw.call("p_entangled", null.p_entangled(tau)),
        draw.call("p_freer", null.p_freer(tau)),
        draw.call("two_sided", null.two_sided(tau)),
    ]
    .into_iter()
    .flatten()
    {
        p_value_holds(p);
    }
}

pub fn isotropic(draw: &mut Draw<'_>) {
    let (d, m) = (draw.count(), draw.count());
    let (d, m) = if draw.rarely(4) {
        (d, m)
    } else {
        (d.max(m), d.min(m))
    };
    let null = match draw.below(8) {
        0 => {
            let d = draw.size();
            some_subspace::<f64>(draw, d).map(|s| IsotropicNull::of(&s))
        }
        _ => Some(IsotropicNull::new(d, m)),
    };
    let Some(null) = null.and_then(|null| draw.call("IsotropicNull", null)) else {
        return;
    };
    check::share("mean", null.mean());
    let (tau, probability) = (draw.share::<f64>(), draw.share::<f64>());
    for x in [
        draw.call("cdf", null.cdf(tau)),
        draw.call("survival", null.survival(tau)),
        draw.call("p_entangled", null.p_entangled(tau)),
        draw.call("p_freer", null.p_freer(tau)),
        draw.call("two_sided", null.two_sided(tau)),
        draw.call("quantile", null.quantile(probability)),
    ]
    .into_iter()
    .flatten()
    {
        check::share("a probability or rate", x);
    }
    if let Some(x) = draw.call("corrected", null.corrected(tau)) {
        check::is_finite("corrected", x);
    }
}

fn permutation_holds(test: &PermutationTest) {
    check::is_finite("observed", test.observed());
    p_value_holds(test.p_at_least());
    p_value_holds(test.p_at_most());
    p_value_holds(test.two_sided());
}

pub fn nulls<T: Scalar>(draw: &mut Draw<'_>) {
    let d = draw.size();
    let (n, m) = (many(draw), many(draw));
    let (one, other) = (rows::<T>(draw, n, d), draw.matrix::<T>(m, d));
    let run = MonteCarlo::new(19).expect("enough");
    let count = draw.count();
    if count <= 12 || count > 100_000_000 {
        let _ = draw.call("MonteCarlo::new", MonteCarlo::new(count));
    }
    let mut rng = ChaCha8Rng::seed_from_u64(draw.word());
    let groups: [DMatrixView<'_, T>; 2] = [one.as_view(), other.as_view()];
    let groups = &groups[..1 + draw.below(2)];
    let (s, v) = (some_subspace::<T>(draw, d), some_direction::<T>(draw, d));
    if let Some(null) = draw.call("CovarianceNull", CovarianceNull::from_groups(groups)) {
        if let Some(s) = &s {
            let sample = null.random_safety(s, &run, &mut rng);
            if let Some(sample) = draw.call("random_safety", sample) {
                null_holds(draw, &sample);
            }
        }
        if let Some(v) = &v {
            let p = if draw.rarely(8) {
                draw.count()
            } else {
                1 + draw.below(4)
            };
            let sample = null.random_capabilities(v, p, &run, &mut rng);
            if let Some(sample) = draw.call("random_capabilities", sample) {
                null_holds(draw, &sample);
            }
        }
    }
    let m = if draw.rarely(8) { m } else { n };
    let minus = draw.matrix::<T>(m, d);
    if let Some(mut flips) = draw.call("SignFlips", SignFlips::new(&one, &minus)) {
        if draw.rarely(4) {
            let labels = draw.counts(n);
            match draw.call("with_blocks", flips.with_blocks(&labels)) {
                Some(with) => flips = with,
                None => return,
            }
        }
        permutation_holds(&flips.concept(&run, &mut rng));
        if let Some(s) = &s {
            if let Some(test) = draw.call("tax", flips.tax(s, &run, &mut rng)) {
                permutation_holds(&test);
            }
        }
    }
    if let Some(labels) = draw.call("Relabelling", Relabelling::new(&one, &other)) {
        permutation_holds(&labels.concept(&run, &mut rng));
        if let Some(s) = &s {
            if let Some(test) = draw.call("tax", labels.tax(s, &run, &mut rng)) {
                permutation_holds(&test);
            }
        }
    }
}

pub fn adjust(draw: &mut Draw<'_>) {
    let n = draw.below(20);
    let p: Vec<f64> = (0..n).map(|_| draw.share()).collect();
    for adjusted in [
        draw.call("holm", holm(&p)),
        draw.call("benjamini_hochberg", benjamini_hochberg(&p)),
    ]
    .into_iter()
    .flatten()
    {
        for (&raw, &adjusted) in p.iter().zip(&adjusted) {
            check::share("adjusted", adjusted);
            assert!(adjusted >= raw, "{adjusted} < {raw}");
        }
    }
}

fn some_concept<'a, T: Scalar>(
    draw: &mut Draw<'_>,
    name: &str,
    data: &'a [DMatrix<T>; 2],
) -> Concept<'a, T> {
    let concept = match draw.below(4) {
        0 => Concept::unpaired(name, &data[0], &data[1]),
        1 => Concept::gradients(name, &data[0]),
        _ => Concept::paired(name, &data[0], &data[1]),
    };
    if draw.rarely(8) {
        let labels = draw.counts(data[0].nrows());
        return concept.with_units(&labels);
    }
    concept
}

pub fn measurement<T: Scalar>(draw: &mut Draw<'_>) {
    let (d, n, p) = (1 + draw.below(5), 2 + draw.below(8), draw.below(3));
    let data: Vec<[DMatrix<T>; 2]> = (0..=p)
        .map(|_| {
            let m = if draw.rarely(16) { n + 1 } else { n };
            [rows::<T>(draw, n, d), draw.matrix::<T>(m, d)]
        })
        .collect();
    let names = draw.names(p + 1);
    let safety = some_concept(draw, names[0], &data[0]);
    let capabilities: Vec<_> = (1..=p)
        .map(|i| some_concept(draw, names[i], &data[i]))
        .collect();
    let (threshold, level) = (draw.positive::<f64>() + 1.0, draw.share::<f64>());
    let options = MeasurementOptions::default()
        .with_replicates(19)
        .expect("enough");
    let options = options
        .with_seed(draw.word())
        .with_confidence(some_confidence(draw));
    let Some(options) = draw.call("threshold", options.with_massive_threshold(threshold)) else {
        return;
    };
    let Some(options) = draw.call("levels", options.with_levels(&[level])) else {
        return;
    };
    let b = draw.positive::<f64>();
    let options = match draw.call("Budget::new", Budget::new(b)) {
        Some(budget) => options.with_budget(budget),
        None => options,
    };
    let measured = Measurement::new("x", &safety, &capabilities, &options);
    if let Some(measured) = draw.call("Measurement", measured) {
        if let Ok(tax) = measured.tax() {
            tax_holds(draw, tax);
        }
        let record = measured.record();
        check::share("plug-in", record.plug_in);
        check::share("isotropic mean", record.chance.isotropic_mean);
        for p in record.chance.isotropic.iter().chain(&record.chance.concept) {
            check::share("p", *p);
        }
        if let Some(tax) = &record.tax {
            check::finite(
                "tax",
                tax.interval
                    .iter()
                    .chain(&tax.free_gain)
                    .chain(&tax.angle_degrees),
            );
            for cost in &tax.costs {
                check::finite(
                    "cost",
                    cost.interval.iter().chain([&cost.cost, &cost.safety]),
                );
            }
        }
        for capability in &record.capabilities {
            check::finite(
                "shares",
                [&capability.plug_in, &capability.unique, &capability.shapley],
            );
            if let Some(overlap) = &capability.overlap {
                check::share("p", overlap.p_value);
                check::share("adjusted p", overlap.p_adjusted);
                check::finite("overlap", overlap.interval.iter());
            }
        }
        let text = record.to_string();
        assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
        let _ = draw.call("objectives", measured.objectives());
        let text = measured.card().to_text();
        assert!(!text.contains("NaN"), "{text}");
    }
    if draw.rarely(4) {
        let task = Task::new("x", safety, capabilities);
        if let Some(profile) = draw.call("Profile", Profile::new(&[task], &options)) {
            for adjusted in [
                draw.call("entangled", profile.entangled()),
                draw.call("freer", profile.freer()),
            ]
            .into_iter()
            .flatten()
            {
                for &p in adjusted.raw().iter().chain(adjusted.holm()) {
                    check::share("p", p);
                }
            }
        }
    }
}
