//! What a real update bought, paid and wasted (theory §9.1): the parts of a known shift against
//! their definitions, and those of a sampled one against explicit sums over pairs of units and
//! against the truth of a simulation.

use crate::common::{direction, gaussian, normal, properties, rng, rotation, subspace};
use alignment_tax::{
    Audit, AuditEstimate, Budget, Direction, Error, FixedTargets, Forecast, FrontierError,
    Jackknifed, Objectives, OptimalShift, Real, Samples, Subspace, tolerance,
};
use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;

fn t<T: Real>(x: f64) -> T {
    T::from_double(x)
}

/// What an audit promises of each part, in units of ‖δ‖.
fn bound<T: Real>(d: usize) -> T {
    tolerance::orthonormality::<T>(d)
}

/// A shift, a safety direction at an angle of (0, π/2) and a subspace.
fn case<T: Real>(d: usize, m: usize, seed: u64) -> (DVector<T>, Direction<T>, Subspace<T>) {
    let mut rng = rng(seed);
    let shift = gaussian::<T>(d, 1, &mut rng).column(0).into_owned();
    let safety = direction::<T>(d, &mut rng);
    (shift, safety, subspace(d, m, &mut rng))
}

fn parts<T: Real>(audit: &Audit<T>) -> [T; 7] {
    [
        audit.length(),
        audit.safety(),
        audit.free(),
        audit.paid(),
        audit.idle(),
        audit.waste(),
        audit.attainable(),
    ]
}

fn assert_parts<T: Real>(ours: &Audit<T>, truth: [T; 7], accepted: T) {
    for (i, (x, y)) in parts(ours).into_iter().zip(truth).enumerate() {
        assert!((x - y).abs() <= accepted, "part {i}: {x} against {y}");
    }
}

fn parts_add_up<T: Real>(d: usize, m: usize, seed: u64) {
    let (shift, safety, span) = case::<T>(d, m, seed);
    let audit = Audit::new(&shift, &safety, &span).expect("finite");
    let length = audit.length();
    let accepted = bound::<T>(d) * length;
    assert!((length - shift.norm()).abs() <= accepted);
    let squares = [audit.free(), audit.paid(), audit.idle(), audit.waste()].map(|x| x * x);
    let sum = squares.iter().fold(T::zero(), |sum, &x| sum + x);
    assert!((sum - length * length).abs() <= t::<T>(2.0) * accepted * length);
    assert!(audit.idle() >= T::zero() && audit.waste() >= T::zero());

    // The angle by a route of its own: the projector as a matrix.
    let projector = span.basis() * span.basis().transpose();
    let inside = &projector * safety.as_vector();
    let outside = safety.as_vector() - &inside;
    let (cosine, sine) = (inside.norm(), outside.norm());
    let gain = sine * audit.free() + cosine * audit.paid();
    assert!((audit.safety() - gain).abs() <= accepted);
    assert!((audit.safety() - safety.as_vector().dot(&shift)).abs() <= accepted);
    let moved = &projector * &shift;
    assert!((audit.capability() - moved.norm()).abs() <= accepted);
    let square = audit.paid() * audit.paid() + audit.idle() * audit.idle();
    assert!(
        (audit.capability() * audit.capability() - square).abs()
            <= tolerance::closed_form::<T>() * square
    );
    let most = safety.as_vector().dot(&moved) + sine * (&shift - &moved).norm();
    assert!((audit.attainable() - most).abs() <= t::<T>(2.0) * accepted);
    assert!(audit.safety() <= audit.attainable() + accepted);
    assert!(audit.attainable() <= length + accepted);
    if let Some(efficiency) = audit.efficiency() {
        assert!(efficiency <= T::one() + accepted / audit.attainable());
    } else {
        assert!(audit.attainable() <= T::zero());
    }
}

/// Free movement and a fixed displacement of capabilities, in any mixture, waste nothing; nor
/// does a shift that the frontier itself recommends.
fn frontier_is_efficient<T: Real>(d: usize, m: usize, seed: u64) {
    let (shift, safety, span) = case::<T>(d, m, seed);
    let whole = safety.as_vector();
    let moved = span.project(&shift).expect("finite");
    let free = span.reject(whole).expect("finite").normalize();
    for (much, some) in [(1.0, 0.0), (0.3, 1.0), (2.0, 0.5), (0.01, 0.01)] {
        let best = &free * t::<T>(much) + &moved * t::<T>(some);
        let audit = Audit::new(&best, &safety, &span).expect("finite");
        let accepted = bound::<T>(d) * audit.length();
        assert!(audit.waste() <= accepted);
        assert!((audit.attainable() - audit.safety()).abs() <= accepted);
        if audit.attainable() > accepted {
            let efficiency = audit.efficiency().expect("attainable");
            assert!((efficiency - T::one()).abs() <= accepted / audit.attainable());
        }
        // What is added outside at a right angle to the free direction costs efficiency.
        let other = gaussian::<T>(d, 1, &mut rng(seed ^ 1))
            .column(0)
            .into_owned();
        let other = span.reject(&other).expect("finite");
        let astray = &other - &free * free.dot(&other);
        let worse = Audit::new(&(&best + &astray), &safety, &span).expect("finite");
        if astray.norm() > t(0.1) {
            assert!(worse.safety() < worse.attainable());
            assert!((worse.waste() - astray.norm()).abs() <= bound::<T>(d) * worse.length());
        }
    }
    let b = t::<T>(1.5);
    let budget = Budget::new(b).expect("positive");
    let tax = whole.dot(&span.project(whole).expect("finite"));
    // Up to Bcos α more displacement buys more safety.
    for share in [0.0, 0.4, 0.9] {
        let cost = t::<T>(share) * b * tax.sqrt();
        let optimum = OptimalShift::at_cost(&safety, &span, budget, cost).expect("in reach");
        let audit = Audit::new(optimum.delta(), &safety, &span).expect("finite");
        let efficiency = audit.efficiency().expect("attainable");
        let accepted = bound::<T>(d) * b / audit.attainable();
        assert!((efficiency - T::one()).abs() <= accepted);
        assert!((audit.capability() - cost).abs() <= bound::<T>(d) * b);
    }
}

/// §5.1 with ‖δ‖ as the budget and Pδ as the target.
fn attainable_is_that_of_fixed_targets<T: Real>(d: usize, m: usize, seed: u64) {
    let (shift, safety, span) = case::<T>(d, m, seed);
    let axes: Vec<Direction<T>> = span
        .basis()
        .column_iter()
        .map(|x| Direction::new(x).expect("unit"))
        .collect();
    let names: Vec<String> = (0..m).map(|i| format!("c{i}")).collect();
    let mut all = vec![("safety", &safety)];
    all.extend(names.iter().map(String::as_str).zip(&axes));
    let objectives = Objectives::from_directions(&all).expect("directions");
    let targets: Vec<(&str, T)> = names
        .iter()
        .map(String::as_str)
        .zip(axes.iter().map(|c| c.as_vector().dot(&shift)))
        .collect();
    let audit = Audit::new(&shift, &safety, &span).expect("finite");
    let budget = Budget::new(audit.length()).expect("positive");
    let optimum = FixedTargets::new(&objectives, "safety", budget, &targets).expect("in reach");
    let accepted = (tolerance::gain::<T>(m + 1) + bound::<T>(d)) * audit.length();
    // √(B² − ‖Pδ‖²) cancels where nearly all of the shift is inside.
    let outside = audit.free().hypot(audit.waste()) / audit.length();
    assert!((optimum.gain() - audit.attainable()).abs() * outside <= accepted);
}

fn turning_everything_changes_nothing<T: Real>(d: usize, m: usize, seed: u64) {
    let (shift, safety, span) = case::<T>(d, m, seed);
    let turn = rotation::<T>(d, &mut rng(seed ^ 3));
    let before = Audit::new(&shift, &safety, &span).expect("finite");
    let turned = Direction::new(&(&turn * safety.as_vector())).expect("unit");
    let basis = Subspace::from_columns(&(&turn * span.basis())).expect("a span");
    let after = Audit::new(&(&turn * &shift), &turned, &basis).expect("finite");
    // A part is a quotient by sin α or cos α, which multiplies the rounding of the rotation.
    let projected = span.project(safety.as_vector()).expect("finite").norm();
    let rejected = span.reject(safety.as_vector()).expect("finite").norm();
    let accepted = t::<T>(4.0) * bound::<T>(d) * before.length() / projected.min(rejected);
    assert_parts(&after, parts(&before), accepted);
}

/// Units scale lengths exactly, and leave efficiency alone.
fn units_scale_lengths<T: Real>(d: usize, m: usize, seed: u64, exponents: [i32; 2]) {
    let (shift, safety, span) = case::<T>(d, m, seed);
    let plain = Audit::new(&shift, &safety, &span).expect("finite");
    for exponent in exponents {
        let unit = t::<T>(2.0_f64.powi(exponent));
        let scaled = Audit::new(&(&shift * unit), &safety, &span).expect("finite");
        assert_eq!(parts(&scaled), parts(&plain).map(|x| x * unit));
        assert_eq!(scaled.efficiency(), plain.efficiency());
    }
}

proptest! {
    #![proptest_config(properties(48))]

    #[test]
    fn squares_add_up(d in 2_usize..24, share in 0.0_f64..1.0, seed: u64) {
        let m = 1 + (share * (d - 1) as f64) as usize;
        parts_add_up::<f64>(d, m, seed);
        parts_add_up::<f32>(d, m, seed);
    }

    #[test]
    fn shifts_on_the_frontier_are_efficient(m in 1_usize..6, more in 2_usize..20, seed: u64) {
        frontier_is_efficient::<f64>(m + more, m, seed);
        frontier_is_efficient::<f32>(m + more, m, seed);
    }

    #[test]
    fn attainable_is_the_gain_at_fixed_targets(m in 1_usize..6, more in 1_usize..20, seed: u64) {
        attainable_is_that_of_fixed_targets::<f64>(m + more, m, seed);
        attainable_is_that_of_fixed_targets::<f32>(m + more, m, seed);
    }

    #[test]
    fn rotations(m in 1_usize..6, more in 1_usize..12, seed: u64) {
        turning_everything_changes_nothing::<f64>(m + more, m, seed);
        turning_everything_changes_nothing::<f32>(m + more, m, seed);
    }

    #[test]
    fn units(m in 1_usize..6, more in 1_usize..12, seed: u64) {
        // 2^±498 is 1e±150; f32 has no such range.
        units_scale_lengths::<f64>(m + more, m, seed, [498, -498]);
        units_scale_lengths::<f32>(m + more, m, seed, [60, -60]);
    }
}

fn special_positions<T: Real>() {
    let d = 12;
    let (shift, safety, span) = case::<T>(d, 3, 41);
    let length = shift.norm();
    let accepted = t::<T>(2.0) * bound::<T>(d) * length;
    let gain = safety.as_vector().dot(&shift);
    let o = T::zero();

    // No capabilities: all of v is free, and length is all that is attainable.
    let nothing = Subspace::trivial(d).expect("dimensions");
    let audit = Audit::new(&shift, &safety, &nothing).expect("finite");
    let waste = (&shift - safety.as_vector() * gain).norm();
    assert_parts(&audit, [length, gain, gain, o, o, waste, length], accepted);

    // Every capability: nothing is free, and what was gained is all that there was.
    let all = Subspace::from_columns(&DMatrix::identity(d, d)).expect("axes");
    let audit = Audit::new(&shift, &safety, &all).expect("finite");
    assert_parts(&audit, [length, gain, o, gain, waste, o, gain], accepted);

    // sin α = 0, v in 𝒞.
    let moved = span.project(&shift).expect("finite");
    let outside = (&shift - &moved).norm();
    let inside = span.basis() * gaussian::<T>(3, 1, &mut rng(42)).column(0);
    let paid = Direction::new(&inside).expect("not zero");
    let gain = paid.as_vector().dot(&shift);
    let idle = (&moved - paid.as_vector() * gain).norm();
    let audit = Audit::new(&shift, &paid, &span).expect("finite");
    assert_parts(
        &audit,
        [length, gain, o, gain, idle, outside, gain],
        accepted,
    );
    assert_eq!(audit.free(), o, "rounding has no direction");
    // A shift outside 𝒞 could gain nothing: a ratio of two roundings is no efficiency.
    let audit = Audit::new(&(&shift - &moved), &paid, &span).expect("finite");
    assert_eq!((audit.attainable(), audit.efficiency()), (o, None));

    // v ⟂ 𝒞.
    let free = Direction::new(&span.reject(safety.as_vector()).expect("finite")).expect("not zero");
    let gain = free.as_vector().dot(&shift);
    let waste = (&shift - &moved - free.as_vector() * gain).norm();
    let audit = Audit::new(&shift, &free, &span).expect("finite");
    let truth = [length, gain, gain, o, moved.norm(), waste, outside];
    assert_parts(&audit, truth, accepted);
    assert_eq!(audit.paid(), o);
    let audit = Audit::new(&moved, &free, &span).expect("finite");
    assert_eq!((audit.attainable(), audit.efficiency()), (o, None));

    // A shift that lost safety: negative, and None where every such shift loses some.
    let audit = Audit::new(&-free.as_vector(), &free, &span).expect("finite");
    let efficiency = audit.efficiency().expect("attainable");
    assert!((efficiency + T::one()).abs() <= accepted);
    let audit = Audit::new(&-paid.as_vector(), &paid, &span).expect("finite");
    assert!(audit.attainable() < o && audit.efficiency().is_none());

    let audit = Audit::new(&DVector::zeros(d), &safety, &span).expect("a shift");
    assert_eq!(parts(&audit), [o; 7]);
    assert_eq!(audit.efficiency(), None);
}

#[test]
fn special_positions_of_safety_and_shift() {
    special_positions::<f64>();
    special_positions::<f32>();
}

#[test]
fn trajectory_is_one_audit_a_row() {
    let (_, safety, span) = case::<f64>(9, 2, 51);
    let checkpoints = gaussian::<f64>(5, 9, &mut rng(52));
    let path = Audit::trajectory(&checkpoints, &safety, &span).expect("finite");
    assert_eq!(path.len(), 5);
    for (row, audit) in checkpoints.row_iter().zip(&path) {
        let alone = Audit::new(&row.transpose(), &safety, &span).expect("finite");
        assert_eq!(&alone, audit);
    }
}

// ── Sampled shifts ─────────────────────────────────────────────────────────────

/// Σ⟨A xᵢ, A xⱼ⟩ over rows of different units, over the number of such pairs.
fn pairs(rows: &DMatrix<f64>, labels: &[usize], map: &DMatrix<f64>) -> f64 {
    let mapped = rows * map.transpose();
    let (mut sum, mut count) = (0.0, 0.0);
    for i in 0..rows.nrows() {
        for j in 0..rows.nrows() {
            if labels[i] != labels[j] {
                sum += mapped.row(i).dot(&mapped.row(j));
                count += 1.0;
            }
        }
    }
    sum / count
}

/// Safety, the four shares, efficiency.
fn by_pairs(
    rows: &DMatrix<f64>,
    labels: &[usize],
    safety: &Direction<f64>,
    span: &Subspace<f64>,
) -> [f64; 6] {
    let d = rows.ncols();
    let v = safety.as_vector();
    let projector = span.basis() * span.basis().transpose();
    let (inside, outside) = (&projector * v, v - &projector * v);
    let (cosine, sine) = (inside.norm(), outside.norm());
    let form = |map: &DMatrix<f64>| pairs(rows, labels, map);
    let line = |x: &DVector<f64>| form(&DMatrix::from_row_slice(1, d, x.as_slice()));
    let whole = DMatrix::identity(d, d);
    let (w, u) = (&inside / cosine, &outside / sine);
    let length = form(&whole);
    let idle = form(&(&projector - &w * w.transpose()));
    let waste = form(&(&whole - &projector - &u * u.transpose()));
    let mean = rows.row_mean().transpose();
    let rejected = form(&(&whole - &projector)).max(0.0).sqrt();
    let gain = v.dot(&mean);
    [
        gain,
        line(&u) / length,
        line(&w) / length,
        idle / length,
        waste / length,
        gain / (inside.dot(&mean) + sine * rejected),
    ]
}

fn results(audit: &AuditEstimate) -> [Jackknifed; 6] {
    [
        audit.safety(),
        audit.free(),
        audit.paid(),
        audit.idle(),
        audit.waste(),
        audit.efficiency().expect("attainable"),
    ]
}

/// A shift with all four parts, of length √(1 + 1/4 + 1/4 + 1/4).
fn planted(d: usize, m: usize, seed: u64) -> (DVector<f64>, Direction<f64>, Subspace<f64>) {
    let (other, safety, span) = case::<f64>(d, m, seed);
    let w = span
        .project(safety.as_vector())
        .expect("finite")
        .normalize();
    let u = span.reject(safety.as_vector()).expect("finite").normalize();
    let idle = span.project(&other).expect("finite");
    let idle = (&idle - &w * w.dot(&idle)).normalize();
    let waste = span.reject(&other).expect("finite");
    let waste = (&waste - &u * u.dot(&waste)).normalize();
    (u + (w + idle + waste) * 0.5, safety, span)
}

fn noisy(shift: &DVector<f64>, n: usize, noise: f64, seed: u64) -> DMatrix<f64> {
    let mut rng = rng(seed);
    DMatrix::from_fn(n, shift.len(), |_, j| shift[j] + noise * normal(&mut rng))
}

/// Estimates and jackknife errors against double loops over pairs of rows of different units.
fn against_pairs(labels: Option<&[usize]>, seed: u64) {
    let (shift, safety, span) = planted(7, 3, seed);
    let n = labels.map_or(9, <[usize]>::len);
    let rows = noisy(&shift, n, 0.3, seed + 1);
    let own: Vec<usize> = (0..n).collect();
    let mut samples = Samples::new(&rows).expect("finite");
    if let Some(labels) = labels {
        samples = samples.with_units(labels).expect("as many");
    }
    let labels = labels.unwrap_or(&own);
    let audit = AuditEstimate::new(&samples, &safety, &span).expect("resolved");
    let mut units = labels.to_vec();
    units.sort_unstable();
    units.dedup();
    assert_eq!(audit.units(), units.len());

    // n² products, each with the rounding of d terms, and as much for the projections.
    let accepted = 4.0 * bound::<f64>(7 * n * n);
    let truth = by_pairs(&rows, labels, &safety, &span);
    let left_out: Vec<[f64; 6]> = units
        .iter()
        .map(|unit| {
            let kept: Vec<usize> = (0..n).filter(|&i| labels[i] != *unit).collect();
            let labels: Vec<usize> = kept.iter().map(|&i| labels[i]).collect();
            by_pairs(&rows.select_rows(&kept), &labels, &safety, &span)
        })
        .collect();
    for (i, ours) in results(&audit).iter().enumerate() {
        assert!((ours.value() - truth[i]).abs() <= accepted, "{i}");
        let g = units.len() as f64;
        let mean = left_out.iter().map(|x| x[i]).sum::<f64>() / g;
        let squares: f64 = left_out.iter().map(|x| (x[i] - mean).powi(2)).sum();
        let error = ((g - 1.0) / g * squares).sqrt();
        assert!((ours.standard_error() - error).abs() <= g * accepted, "{i}");
        assert!(error > 1e3 * accepted);
    }
    let shares: f64 = results(&audit)[1..5].iter().map(Jackknifed::value).sum();
    assert!((shares - 1.0).abs() <= accepted);
    let mean = rows.row_mean().transpose();
    let direct = Audit::new(&mean, &safety, &span).expect("finite");
    assert_parts(audit.plug_in(), parts(&direct), accepted);
}

#[test]
fn estimates_are_sums_over_pairs_of_rows() {
    against_pairs(None, 61);
}

#[test]
fn estimates_are_sums_over_pairs_of_units_of_unequal_size() {
    against_pairs(Some(&[7, 7, 2, 9, 9, 9, 2, 4, 7, 7, 11, 0]), 63);
}

#[test]
fn units_of_one_row_are_no_units() {
    let (shift, safety, span) = planted(7, 3, 65);
    let rows = noisy(&shift, 6, 0.3, 66);
    let plain = Samples::new(&rows).expect("finite");
    let named = plain.clone().with_units(&[5, 4, 3, 2, 1, 0]).expect("six");
    let audit = |samples| AuditEstimate::new(samples, &safety, &span).expect("resolved");
    assert_eq!(audit(&plain), audit(&named));
}

/// Without capabilities nothing of safety is paid for, and what is not along it is waste.
#[test]
fn without_capabilities_all_of_safety_is_free() {
    let mut random = rng(70);
    let safety = direction::<f64>(8, &mut random);
    let shift = safety.as_vector() * 1.5 + direction::<f64>(8, &mut random).as_vector();
    let samples = Samples::new(&noisy(&shift, 12, 0.1, 71)).expect("finite");
    let none = Subspace::<f64>::trivial(8).expect("a space");
    let audit = AuditEstimate::new(&samples, &safety, &none).expect("resolved");
    assert_eq!((audit.paid().value(), audit.idle().value()), (0.0, 0.0));
    let plain = audit.plug_in();
    assert_eq!((plain.paid(), plain.idle()), (0.0, 0.0));
    let accepted = bound::<f64>(8) * plain.length();
    assert!((plain.free() - plain.safety()).abs() <= accepted);
    let shares = audit.free().value() + audit.waste().value();
    assert!((shares - 1.0).abs() <= accepted);
    // By Pythagoras in the space of the safety direction and the rest.
    let rest = (plain.length().powi(2) - plain.safety().powi(2)).sqrt();
    assert!((plain.waste() - rest).abs() <= accepted);
}

/// Directions in f32 that lie in a subspace do so up to the rounding of f32, though samples and
/// results are f64.
#[test]
fn rounding_is_that_of_the_scalar_of_the_directions() {
    let span = subspace::<f32>(20, 3, &mut rng(67));
    let inside = span.basis() * gaussian::<f32>(3, 1, &mut rng(68)).column(0);
    let safety = Direction::new(&inside).expect("not zero");
    let shift = inside.normalize().map(f64::from);
    let rows = noisy(&shift, 12, 0.1, 69);
    let samples = Samples::new(&rows).expect("finite");
    let audit = AuditEstimate::new(&samples, &safety, &span).expect("resolved");
    assert_eq!(audit.free().value(), 0.0);
    assert_eq!(audit.plug_in().free(), 0.0);
    assert!((audit.paid().value() - 1.0).abs() < 0.2);
}

/// n = 40 texts in R^200 with noise as large, in each coordinate, as a third of the shift: the
/// noise of the mean has a squared length of 0.56 beside 1.75 of the shift.
#[test]
fn simulated_shares_average_to_the_truth() {
    let (d, n, trials) = (200, 40, 300);
    let (shift, safety, span) = planted(d, 5, 71);
    let exact = Audit::new(&shift, &safety, &span).expect("finite");
    let total = exact.length().powi(2);
    let truth = [
        exact.safety(),
        exact.free().powi(2) / total,
        exact.paid().powi(2) / total,
        exact.idle().powi(2) / total,
        exact.waste().powi(2) / total,
        exact.efficiency().expect("attainable"),
    ];
    let mut plug_in = 0.0;
    let mut all: Vec<[Jackknifed; 6]> = Vec::new();
    for trial in 0..trials {
        let rows = noisy(&shift, n, 1.0 / 3.0, 7_100 + trial);
        let samples = Samples::new(&rows).expect("finite");
        let audit = AuditEstimate::new(&samples, &safety, &span).expect("resolved");
        let noisy = audit.plug_in();
        plug_in += (noisy.waste() / noisy.length()).powi(2) / trials as f64;
        all.push(results(&audit));
    }
    assert!(plug_in > 2.0 * truth[4], "{plug_in} against {}", truth[4]);
    for (i, truth) in truth.into_iter().enumerate() {
        let count = trials as f64;
        let values = all.iter().map(|x| x[i].value());
        let mean = values.clone().sum::<f64>() / count;
        let variance = values.map(|x| (x - mean).powi(2)).sum::<f64>() / (count - 1.0);
        let off = (mean - truth) / (variance / count).sqrt();
        let squares = all.iter().map(|x| x[i].standard_error().powi(2));
        let ratio = (squares.sum::<f64>() / count / variance).sqrt();
        println!("{i}: {truth:.4}, {off:+.2} standard errors, jackknife {ratio:.3}");
        assert!(off.abs() <= 4.0, "{i}: {mean} against {truth}, {off}");
        assert!((0.8..=1.6).contains(&ratio), "{i}: {ratio}");
    }
}

#[test]
fn what_is_no_shift_is_refused() {
    let (shift, safety, span) = planted(8, 3, 81);
    let rows = noisy(&shift, 12, 0.1, 82);
    let audit = |samples: &Samples| AuditEstimate::new(samples, &safety, &span);

    let classes = Samples::unpaired(&rows, &noisy(&shift, 5, 1.0, 83)).expect("finite");
    assert!(matches!(
        audit(&classes),
        Err(Error::OutOfBounds {
            argument: "classes of shift",
            most: 1,
            actual: 2,
            ..
        })
    ));
    let few = Samples::new(&rows).expect("finite");
    let few = few
        .with_units(&[0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2])
        .expect("12");
    assert!(matches!(
        audit(&few),
        Err(Error::OutOfBounds {
            argument: "units of shift",
            least: 4,
            actual: 3,
            ..
        })
    ));

    // Every row beside its opposite: the mean vanishes, and ‖δ‖² comes out below zero.
    let opposite = DMatrix::from_fn(24, 8, |i, j| {
        let sign = if i < 12 { 1.0 } else { -1.0 };
        sign * rows[(i % 12, j)]
    });
    let zero = Samples::new(&opposite).expect("finite");
    let Err(Error::Unresolved {
        norm, tolerance, ..
    }) = audit(&zero)
    else {
        panic!("a mean of zero is no shift");
    };
    // √Σ‖xᵢ‖²/n
    let noise = opposite.norm() / 24.0;
    assert!(norm == 0.0 && (tolerance - noise).abs() <= bound::<f64>(24 * 8) * noise);

    // ‖δ‖² is positive with all four, and zero without one of the first three.
    let line = [2.0, 2.0, 2.0, -1.0];
    let decided = DMatrix::from_fn(4, 8, |i, j| if j == 0 { line[i] } else { 0.0 });
    let decided = Samples::new(&decided).expect("finite");
    assert!(matches!(audit(&decided), Err(Error::Unresolved { norm, .. }) if norm > 0.9));
}

#[test]
fn efficiency_needs_something_attainable() {
    let (_, safety, span) = planted(8, 3, 85);
    let inside = span.project(safety.as_vector()).expect("finite");
    let paid = Direction::new(&inside).expect("not zero");
    let samples = Samples::new(&noisy(&-inside, 12, 0.01, 86)).expect("finite");
    let audit = AuditEstimate::new(&samples, &paid, &span).expect("resolved");
    assert_eq!(audit.efficiency(), None);
    assert!(audit.safety().value() < 0.0 && audit.paid().value() > 0.5);
}

/// Slopes times inner products, in order, with what was measured beside.
#[test]
fn forecasts_are_slopes_times_changes() {
    let mut rng = rng(96);
    let gradients = gaussian::<f64>(9, 3, &mut rng);
    let shift = gaussian::<f64>(9, 1, &mut rng).column(0).into_owned();
    let names = ["a", "b", "c"];
    let metrics = Objectives::from_gradients(&names, &gradients).expect("gradients");
    let found = Forecast::of_shift(&metrics, &shift, &[("c", 2.5)]).expect("a forecast");
    for (i, f) in found.iter().enumerate() {
        let truth = gradients.column(i).dot(&shift);
        let scale = gradients.column(i).norm() * shift.norm();
        assert!((f.predicted - truth).abs() <= tolerance::orthonormality::<f64>(9) * scale);
        assert_eq!(f.name, names[i]);
        assert_eq!(f.measured, (i == 2).then_some(2.5));
    }
    let twice = Forecast::of_shift(&metrics, &shift, &[("a", 1.0), ("a", 1.0)]);
    assert!(matches!(
        twice,
        Err(FrontierError::Input(Error::DuplicateName {
            first: 0,
            second: 1,
            ..
        }))
    ));
    let unknown = Forecast::of_shift(&metrics, &shift, &[("d", 1.0)]);
    assert!(matches!(
        unknown,
        Err(FrontierError::Input(Error::UnknownName { .. }))
    ));
    let nan = Forecast::of_shift(&metrics, &shift, &[("b", f64::NAN)]);
    assert!(matches!(
        nan,
        Err(FrontierError::Input(Error::EntryOutOfRange {
            index: 0,
            ..
        }))
    ));
    let gram = Objectives::from_gram(&names, metrics.gram()).expect("a Gram matrix");
    assert!(matches!(
        Forecast::of_shift(&gram, &shift, &[]),
        Err(FrontierError::NoVectors { .. })
    ));
}

/// A gain within the rounding of the whole shift is none, and one beyond it is what it is.
#[test]
fn a_gain_is_told_from_the_rounding_of_the_shift() {
    let d = 40;
    let first = DVector::from_fn(d, |i, _| if i == 0 { 1.0 } else { 0.0 });
    let safety = Direction::from_slice(first.as_slice()).expect("not zero");
    let capability = Subspace::from_directions(std::slice::from_ref(&safety)).expect("a line");
    for unit in [1e-3, 1.0, 7.0] {
        let length = unit * ((d - 1) as f64).sqrt();
        for (share, is_gain) in [(0.5, false), (-0.5, false), (2.0, true), (-2.0, true)] {
            let gain = share * bound::<f64>(d) * length;
            let shift = DVector::from_fn(d, |i, _| if i == 0 { gain } else { unit });
            let audit = Audit::new(&shift, &safety, &capability).expect("a shift");
            let truth = if is_gain { gain } else { 0.0 };
            let off = (audit.attainable() - truth).abs();
            assert!(off <= f64::EPSILON * gain.abs(), "{unit} {share}: {off:e}");
            assert_eq!(audit.efficiency().is_some(), gain > 0.0 && is_gain);
        }
    }
}
