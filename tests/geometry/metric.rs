//! Other inner products: against dense formulas in 40 digits (`tests/oracle/metric.py`),
//! and as properties: what must not depend on the choice of coordinates or of the form.

use crate::common::{cases, count, gaussian, matrix, number, numbers, properties, rng};
use alignment_tax::{
    Budget, Covector, Metric, OptimalShift, Real, Shrinkage, Subspace, TaxRate, Vector, tolerance,
};
use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;
use serde_json::Value;

fn t<T: Real>(x: f64) -> T {
    T::from_double(x)
}

fn vector<T: Real>(x: &DVector<T>) -> Vector<T> {
    Vector::new(x).expect("finite")
}

fn covector<T: Real>(x: &DVector<T>) -> Covector<T> {
    Covector::new(x).expect("finite")
}

fn column<T: Real>(value: &Value) -> DVector<T> {
    DVector::from_vec(numbers(value).into_iter().map(T::from_double).collect())
}

fn columns<T: Real>(value: &Value, d: usize) -> DMatrix<T> {
    let n = value.as_array().expect("a list").len() / d;
    matrix(value, d, n)
}

fn covectors<T: Real>(c: &DMatrix<T>) -> Vec<Covector<T>> {
    c.column_iter()
        .map(|x| Covector::new(x).expect("finite"))
        .collect()
}

fn tau<T: Real>(metric: &Metric<T>, w: &DVector<T>, others: &DMatrix<T>) -> T {
    let v = metric
        .covector_direction(&covector(w))
        .expect("a direction");
    let white = metric
        .whiten_covectors(&covectors(others))
        .expect("in range");
    let c = Subspace::from_columns(&white).expect("a span");
    TaxRate::between(&v, &c).expect("one space").value()
}

/// Of whitened coordinates, relative to their length.
fn bound<T: Real>(metric: &Metric<T>) -> T {
    let d = metric.dimension();
    tolerance::covariance::<T>(d, d) * metric.condition_number()
}

fn stored<T: Real>(case: &Value) -> Metric<T> {
    let d = count(&case["d"]);
    let form = case["form"].as_str().expect("a form");
    let fixed = || Shrinkage::Fixed(number(&case["rho"]));
    let rows = || columns::<T>(&case["rows"], d).transpose();
    match form {
        "diagonal" => Metric::diagonal(&column::<T>(&case["diagonal"])),
        "low_rank" => Metric::low_rank(
            &column::<T>(&case["diagonal"]),
            &columns::<T>(&case["factor"], d),
        ),
        "full" => Metric::full(&columns::<T>(&case["matrix"], d)),
        "fisher" => Metric::fisher(&rows(), fixed()),
        "causal" => Metric::causal(&rows(), fixed()),
        other => panic!("unknown form {other}"),
    }
    .expect("positive definite")
}

/// Relative to the largest coordinate of the truth in the units of the metric, coordinate
/// by coordinate: a unit split off exactly costs no accuracy.
fn agree<T: Real>(what: &str, ours: &DVector<T>, truth: &[f64], units: &[f64], bound: f64) {
    let largest = truth
        .iter()
        .zip(units)
        .fold(0.0_f64, |m, (x, u)| m.max((x * u).abs()));
    for ((ours, truth), unit) in ours.iter().zip(truth).zip(units) {
        let error = (ours.to_double() - truth).abs() * unit / largest;
        assert!(
            error <= bound,
            "{what}: {ours} against {truth:e}, off by {error:e} > {bound:e}"
        );
    }
}

fn dense_formulas<T: Real>(scalar: &str) {
    let selected: Vec<Value> = cases("metric.json")
        .into_iter()
        .filter(|case| case["scalar"] == scalar)
        .collect();
    assert_eq!(selected.len(), 22);
    for case in selected {
        let name = case["name"].as_str().expect("a name");
        let d = count(&case["d"]);
        let metric = stored::<T>(&case);
        let (x, w) = (column::<T>(&case["x"]), column::<T>(&case["w"]));
        // κ of M at unit diagonal, and of R: they differ where the diagonal is D's.
        let kappa = number(&case["condition"]).max(metric.condition_number().to_double());
        let bound = 2.0 * tolerance::covariance::<T>(d.max(3), d).to_double() * kappa;
        let units: Vec<f64> = (0..d)
            .map(|i| {
                let mut e = DVector::zeros(d);
                e[i] = T::one();
                metric.length(&vector(&e)).expect("in range").to_double()
            })
            .collect();
        let inverse: Vec<f64> = units.iter().map(|u| 1.0 / u).collect();
        let lower = metric.lower(&vector(&x)).expect("in range");
        agree(
            name,
            lower.coordinates(),
            &numbers(&case["lower"]),
            &inverse,
            bound,
        );
        let raised = metric.raise(&covector(&w)).expect("in range");
        agree(
            name,
            raised.coordinates(),
            &numbers(&case["raise"]),
            &units,
            bound,
        );
        let relative = |ours: T, truth: &Value| {
            let error = (ours.to_double() / number(truth) - 1.0).abs();
            assert!(
                error <= bound,
                "{name}: {ours} off by {error:e} > {bound:e}"
            );
        };
        relative(
            metric.length(&vector(&x)).expect("in range"),
            &case["length"],
        );
        relative(
            metric.dual_length(&covector(&w)).expect("in range"),
            &case["dual_length"],
        );
        let others = columns::<T>(&case["others"], d);
        // The span is known to κ of its whitened columns besides.
        let white = metric
            .whiten_covectors(&covectors(&others))
            .expect("in range");
        let span = Subspace::from_columns(&white)
            .expect("a span")
            .condition_number();
        let error = (tau(&metric, &w, &others).to_double() - number(&case["tau"])).abs();
        assert!(
            error <= 2.0 * bound * span.to_double(),
            "{name}: τ off by {error:e}"
        );
        let v = metric
            .covector_direction(&covector(&w))
            .expect("a direction");
        let o = metric
            .covector_direction(&covectors(&others)[0])
            .expect("a direction");
        let error =
            (v.overlap(&o).expect("one space").to_double() - number(&case["overlap"])).abs();
        assert!(error <= 2.0 * bound, "{name}: overlap off by {error:e}");
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

/// Small integers, so that M, and M in other coordinates, are exact in both scalars.
fn integers<T: Real>(rows: usize, columns: usize, seed: u64) -> DMatrix<T> {
    gaussian::<f64>(rows, columns, &mut rng(seed)).map(|x| t(x.round().clamp(-2.0, 2.0)))
}

fn definite<T: Real>(d: usize, seed: u64) -> DMatrix<T> {
    let b = integers::<T>(d, d, seed);
    &b * b.transpose() + DMatrix::identity(d, d)
}

fn random<T: Real>(d: usize, seed: u64) -> (DVector<T>, DVector<T>, DMatrix<T>) {
    let mut rng = rng(seed);
    let all = gaussian::<T>(d, 2, &mut rng);
    let others = gaussian::<T>(d, d.div_ceil(3), &mut rng);
    (
        all.column(0).into_owned(),
        all.column(1).into_owned(),
        others,
    )
}

fn pairings_survive<T: Real>(d: usize, seed: u64) {
    let metric = Metric::full(&definite::<T>(d, seed)).expect("definite");
    let (x, w, _) = random::<T>(d, seed);
    let (x, w) = (vector(&x), covector(&w));
    let white = metric.whiten_vector(&x).expect("in range");
    let dual = metric.whiten_covector(&w).expect("in range");
    let scale = white.norm() * dual.norm();
    let bound = bound(&metric) * t(2.0);
    assert!((white.dot(&dual) - w.pair(&x).expect("in range")).abs() <= bound * scale);
    // Back and forth, and the same by way of the covector.
    let back = metric.unwhiten_shift(&white).expect("in range");
    assert!(
        (back.coordinates() - x.coordinates()).norm()
            <= bound * x.coordinates().norm() * t(4.0 * d as f64)
    );
    let lowered = metric.lower(&x).expect("in range");
    let again = metric.whiten_covector(&lowered).expect("in range");
    assert!((again - &white).norm() <= bound * white.norm());
    let raised = metric.raise(&w).expect("in range");
    let again = metric.whiten_vector(&raised).expect("in range");
    assert!((again - &dual).norm() <= bound * dual.norm());
    // √(δᵀMδ) by the covector.
    let length = metric.length(&x).expect("in range");
    let squared = lowered.pair(&x).expect("in range");
    assert!((length * length - squared).abs() <= bound * squared);
    // The dual has the same whitened coordinates, with the roles exchanged.
    let swapped = metric.dual();
    let as_vector = swapped
        .whiten_vector(&vector(w.coordinates()))
        .expect("in range");
    assert!((as_vector - &dual).norm() <= bound * dual.norm());
    let twice = swapped.dual().whiten_vector(&x).expect("in range");
    assert!((twice - &white).norm() <= bound * white.norm());
}

/// x → Ax with A⁻¹ = N a product of integer shears: w → Nᵀw and M → NᵀMN, all exact.
fn coordinates_do_not_matter<T: Real>(d: usize, seed: u64) {
    let m = definite::<T>(d, seed);
    let upper = integers::<T>(d, d, seed ^ 1);
    let n = DMatrix::from_fn(d, d, |i, j| match i.cmp(&j) {
        std::cmp::Ordering::Less if j == i + 1 => upper[(i, j)],
        std::cmp::Ordering::Equal => T::one(),
        _ => T::zero(),
    });
    let (w, others) = (
        integers::<T>(d, 1, seed ^ 2).add_scalar(t(0.5)),
        integers::<T>(d, d.div_ceil(3), seed ^ 3).add_scalar(t(0.25)),
    );
    let here = Metric::full(&m).expect("definite");
    let there = Metric::full(&(n.transpose() * &m * &n)).expect("definite");
    let w = w.column(0).into_owned();
    let span = |metric: &Metric<T>, c: &DMatrix<T>| {
        let white = metric.whiten_covectors(&covectors(c)).expect("in range");
        let span = Subspace::from_columns(&white).expect("a span");
        (span.dimension(), span.condition_number())
    };
    let (rank, kappa) = span(&here, &others);
    if rank < others.ncols() {
        return;
    }
    let moved = n.transpose() * &others;
    let (_, kappa_there) = span(&there, &moved);
    let bound = bound(&here) * kappa + bound(&there) * kappa_there;
    let gap = tau(&here, &w, &others) - tau(&there, &(n.transpose() * &w), &moved);
    assert!(gap.abs() <= bound * t(2.0), "τ differs by {gap} > {bound}");
}

fn forms_agree<T: Real>(d: usize, k: usize, seed: u64) {
    let u = integers::<T>(d, k, seed);
    let diagonal = DVector::from_fn(d, |i, _| t::<T>([1.0, 4.0, 64.0][i % 3]));
    let dense = DMatrix::from_diagonal(&diagonal) + &u * u.transpose();
    let full = Metric::full(&dense).expect("definite");
    let low = Metric::low_rank(&diagonal, &u).expect("definite");
    let (x, w, others) = random::<T>(d, seed);
    let bound = (bound(&full) + bound(&low)) * t(2.0);
    let close = |a: T, b: T| assert!((a - b).abs() <= bound * a.abs(), "{a} {b} {bound}");
    close(
        full.length(&vector(&x)).expect("in range"),
        low.length(&vector(&x)).expect("in range"),
    );
    close(
        full.dual_length(&covector(&w)).expect("in range"),
        low.dual_length(&covector(&w)).expect("in range"),
    );
    let span =
        Subspace::from_columns(&low.whiten_covectors(&covectors(&others)).expect("in range"))
            .expect("a span")
            .condition_number();
    assert!((tau(&full, &w, &others) - tau(&low, &w, &others)).abs() <= bound * span);
    // A diagonal in all three forms; what is diagonal is exact.
    let plain = Metric::diagonal(&diagonal).expect("positive");
    for other in [
        Metric::full(&DMatrix::from_diagonal(&diagonal)).expect("definite"),
        Metric::low_rank(&diagonal, &DMatrix::zeros(d, k)).expect("definite"),
    ] {
        let ours = plain.whiten_vector(&vector(&x)).expect("in range");
        let theirs = other.whiten_vector(&vector(&x)).expect("in range");
        assert!((&ours - theirs).norm() <= bound * ours.norm());
    }
    // The identity changes nothing, to the last bit.
    let identity = Metric::identity(d).expect("d > 0");
    assert_eq!(identity.whiten_vector(&vector(&x)).expect("in range"), x);
    assert_eq!(
        identity.whiten_covector(&covector(&x)).expect("in range"),
        x
    );
    assert_eq!(
        identity.unwhiten_shift(&x).expect("in range").coordinates(),
        &x
    );
}

/// Among 200 random shifts of the original coordinates within the budget that leave every
/// capability alone, none gains more than the one found in whitened coordinates.
fn optimal_in_original_coordinates<T: Real>(d: usize, seed: u64) {
    let metric = Metric::full(&definite::<T>(d, seed)).expect("definite");
    let (_, w, others) = random::<T>(d, seed);
    let (safety, capabilities) = (covector(&w), covectors(&others));
    let v = metric.covector_direction(&safety).expect("a direction");
    let white = metric.whiten_covectors(&capabilities).expect("in range");
    let c = Subspace::from_columns(&white).expect("a span");
    let b = t::<T>(3.0);
    let best = OptimalShift::at_cost(&v, &c, Budget::new(b).expect("positive"), T::zero())
        .expect("in reach");
    let shift = metric.unwhiten_shift(best.delta()).expect("in range");
    let bound = bound(&metric) * t(2.0);
    assert!((metric.length(&shift).expect("in range") - b).abs() <= bound * b);
    let slope = |w: &Covector<T>| metric.dual_length(w).expect("in range");
    for capability in &capabilities {
        let change = capability.pair(&shift).expect("in range");
        assert!(change.abs() <= bound * c.condition_number() * slope(capability) * b);
    }
    let gain = safety.pair(&shift).expect("in range");
    assert!((gain - best.safety() * slope(&safety)).abs() <= bound * slope(&safety) * b);
    let free = Subspace::from_columns(&others)
        .expect("a span")
        .complement();
    let mut rng = rng(seed ^ 9);
    for _ in 0..200 {
        let there = free.basis() * gaussian::<T>(free.dimension(), 1, &mut rng).column(0);
        let length = metric.length(&vector(&there)).expect("in range");
        let other = vector(&(there * (b / length)));
        let gap = safety.pair(&other).expect("in range") - gain;
        assert!(
            gap <= bound * c.condition_number() * slope(&safety) * b,
            "better by {gap}"
        );
    }
}

proptest! {
    #![proptest_config(properties(48))]

    #[test]
    fn pairings_survive_whitening(d in 1_usize..10, seed: u64) {
        pairings_survive::<f64>(d, seed);
        pairings_survive::<f32>(d, seed);
    }

    #[test]
    fn tax_rates_between_covectors_do_not_depend_on_coordinates(d in 2_usize..8, seed: u64) {
        coordinates_do_not_matter::<f64>(d, seed);
        coordinates_do_not_matter::<f32>(d, seed);
    }

    #[test]
    fn the_three_forms_agree(d in 1_usize..10, k in 1_usize..5, seed: u64) {
        forms_agree::<f64>(d, k, seed);
        forms_agree::<f32>(d, k, seed);
    }

    #[test]
    fn shifts_mapped_back_are_optimal(d in 2_usize..8, seed: u64) {
        optimal_in_original_coordinates::<f64>(d, seed);
        optimal_in_original_coordinates::<f32>(d, seed);
    }
}

/// At a size where the eigenvalues are computed by blocks: M⁻¹·M = I.
#[test]
fn a_large_full_metric_inverts_itself() {
    let mut rng = rng(7);
    let b = gaussian::<f64>(150, 300, &mut rng);
    let metric = Metric::full(&(&b * b.transpose())).expect("definite");
    let x = gaussian::<f64>(150, 1, &mut rng).column(0).into_owned();
    let back = metric
        .raise(&metric.lower(&vector(&x)).expect("in range"))
        .expect("in range");
    assert!((back.coordinates() - &x).norm() <= 2.0 * bound(&metric) * x.norm());
}
