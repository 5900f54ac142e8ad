//! Against 40-digit references: `tests/oracle/generate.py` computes each truth with
//! mpmath for exactly the floating-point inputs that are stored beside it.

use crate::common::{cases, count, matrix, number, numbers};
use alignment_tax::linalg::ThinSvd;
use alignment_tax::{
    Attribution, Budget, Direction, Error, FrontierPoint, ParetoFrontier, PreservationFrontier,
    PrincipalAngles, PrincipalVectors, Real, Subspace, TaxRate, tolerance,
};
use nalgebra::{DMatrix, DVector};
use serde_json::Value;

fn of_scalar(file: &str, scalar: &str) -> Vec<Value> {
    let selected: Vec<Value> = cases(file)
        .into_iter()
        .filter(|case| case["scalar"] == scalar)
        .collect();
    assert!(selected.len() > 20, "{file} has too few {scalar} cases");
    selected
}

/// The bound of `tolerance::angle`, times the condition of the raw columns.
fn principal_angles<T: Real>(scalar: &str) {
    let mut worst = (0.0, String::new());
    for case in of_scalar("principal_angles.json", scalar) {
        let (d, k, m) = (count(&case["d"]), count(&case["k"]), count(&case["m"]));
        let columns = (matrix::<T>(&case["a"], d, k), matrix::<T>(&case["b"], d, m));
        let a = Subspace::from_columns(&columns.0).expect("a span");
        let b = Subspace::from_columns(&columns.1).expect("a span");
        assert_eq!((a.dimension(), b.dimension()), (k, m), "{}", case["name"]);
        let condition = number(&case["condition_a"]).max(number(&case["condition_b"]));
        let bound = tolerance::angle::<T>(k.min(m)).to_double() * condition;
        let pairs = PrincipalVectors::between(&a, &b).expect("angles");
        let swapped = PrincipalAngles::between(&b, &a).expect("angles");
        let raw = PrincipalAngles::from_columns(&columns.0, &columns.1).expect("angles");
        let angles = pairs.angles();
        for (what, ours, truth) in [
            ("angle from columns", raw.radians(), &case["angles"]),
            ("cosine from columns", raw.cosines(), &case["cosines"]),
            ("sine from columns", raw.sines(), &case["sines"]),
            ("angle", angles.radians(), &case["angles"]),
            ("cosine", angles.cosines(), &case["cosines"]),
            ("sine", angles.sines(), &case["sines"]),
            ("angle, swapped", swapped.radians(), &case["angles"]),
        ] {
            for (j, (ours, truth)) in ours.iter().zip(numbers(truth)).enumerate() {
                let error = (ours.to_double() - truth).abs();
                assert!(
                    error <= bound,
                    "{} {} {what} {j}: {ours} against {truth:e}, off by {error:e} > {bound:e}",
                    scalar,
                    case["name"],
                );
                if error / bound > worst.0 {
                    worst = (error / bound, format!("{} {what} {j}", case["name"]));
                }
            }
        }
        vectors_belong_to_the_angles(&pairs, &a, &b);
    }
    println!(
        "{scalar}: worst angle error is {:.3} of the bound, in {}",
        worst.0, worst.1
    );
}

/// Orthonormal, in their subspaces, and ⟨uᵢ, wⱼ⟩ = δᵢⱼ·cos θⱼ.
fn vectors_belong_to_the_angles<T: Real>(
    pairs: &PrincipalVectors<T>,
    a: &Subspace<T>,
    b: &Subspace<T>,
) {
    let q = pairs.left().ncols();
    let tolerance = tolerance::orthonormality::<T>(a.ambient_dimension()) * T::from_double(2.0);
    let identity = DMatrix::<T>::identity(q, q);
    let cosines = DMatrix::from_diagonal(pairs.angles().cosines());
    for (deviation, what) in [
        (pairs.left().transpose() * pairs.left() - &identity, "left"),
        (
            pairs.right().transpose() * pairs.right() - &identity,
            "right",
        ),
        (pairs.left().transpose() * pairs.right() - &cosines, "cross"),
    ] {
        assert!(
            deviation.amax() <= tolerance,
            "{what} off by {}",
            deviation.amax()
        );
    }
    for (vectors, space) in [(pairs.left(), a), (pairs.right(), b)] {
        for x in vectors.column_iter() {
            let outside = space.reject(&x.into_owned()).expect("finite").norm();
            assert!(outside <= tolerance, "outside by {outside}");
        }
    }
}

#[test]
fn principal_angles_f64() {
    principal_angles::<f64>("f64");
}

#[test]
fn principal_angles_f32() {
    principal_angles::<f32>("f32");
}

/// A tiny angle between exact vectors keeps its leading digits, not just its size.
#[test]
fn exact_tiny_angles_are_right_relative_to_themselves() {
    let mut seen = 0;
    for case in of_scalar("principal_angles.json", "f64") {
        let name = case["name"].as_str().expect("a name");
        if !name.starts_with("exact_axis_") {
            continue;
        }
        seen += 1;
        let (d, k, m) = (count(&case["d"]), count(&case["k"]), count(&case["m"]));
        let a = Subspace::from_columns(&matrix::<f64>(&case["a"], d, k)).expect("a span");
        let b = Subspace::from_columns(&matrix::<f64>(&case["b"], d, m)).expect("a span");
        let angles = PrincipalAngles::between(&a, &b).expect("angles");
        for (ours, truth) in angles.radians().iter().zip(numbers(&case["angles"])) {
            let bound = tolerance::angle::<f64>(1) * truth;
            assert!(
                (ours - truth).abs() <= bound,
                "{name}: {ours:e} against {truth:e}"
            );
        }
    }
    assert!(seen >= 3, "only {seen} exact cases");
}

fn singular_values<T: Real>(scalar: &str, svd: impl Fn(&DMatrix<T>) -> Result<ThinSvd<T>, Error>) {
    for case in of_scalar("singular_values.json", scalar) {
        let (rows, columns) = (count(&case["rows"]), count(&case["cols"]));
        let a = matrix::<T>(&case["a"], rows, columns);
        let svd = svd(&a).expect("an SVD");
        let truth = numbers(&case["singular_values"]);
        let size = ((rows * columns) as f64).sqrt();
        let bound = 8.0 * size * T::machine_epsilon().to_double() * truth[0];
        for (ours, truth) in svd.singular_values().iter().zip(&truth) {
            let error = (ours.to_double() - truth).abs();
            assert!(
                error <= bound,
                "{scalar} {}: {ours} against {truth:e}, off by {error:e} > {bound:e}",
                case["name"]
            );
        }
    }
}

#[test]
fn singular_values_f64() {
    singular_values::<f64>("f64", |a| ThinSvd::new(a));
    singular_values::<f64>("f64", |a| ThinSvd::jacobi(a));
}

#[test]
fn singular_values_f32() {
    singular_values::<f32>("f32", |a| ThinSvd::new(a));
    singular_values::<f32>("f32", |a| ThinSvd::jacobi(a));
}

/// Within the closed forms' bound, in units of the budget.
#[test]
fn frontier() {
    let close = tolerance::closed_form::<f64>();
    for case in cases("frontier.json") {
        let (alpha, b) = (number(&case["alpha"]), number(&case["b"]));
        let budget = Budget::new(b).expect("positive");
        let frontier = ParetoFrontier::from_angle(alpha, budget).expect("an angle");
        let near = |what: &str, ours: f64, truth: f64, scale: f64| {
            assert!(
                (ours - truth).abs() <= close * scale,
                "{} {what}: {ours:e} against {truth:e}",
                case["name"]
            );
        };
        near("cosine", frontier.cosine(), number(&case["cos_alpha"]), 1.0);
        let sine = number(&case["sin_alpha"]);
        near("sine", frontier.sine(), sine, sine);
        let (together, apart) = frontier.semi_axes();
        let (plus, minus) = (
            number(&case["semi_axis_plus"]),
            number(&case["semi_axis_minus"]),
        );
        near("semi-axis along synergy", together, plus, plus);
        near("semi-axis along exchange", apart, minus, minus);
        let area = number(&case["area"]);
        near("area", frontier.area().expect("representable"), area, area);
        for point in case["frontier"].as_array().expect("points") {
            let (c, s) = (number(&point["c"]), number(&point["s"]));
            near("s(c)", frontier.safety_at(c).expect("in reach"), s, b);
            if !point["price"].is_null() {
                let price = number(&point["price"]);
                // c/√(B² − c²) is conditioned like 1/(1 − |c|/B), and both terms of
                // the price may be far larger than the price.
                let x = c / b;
                let steep = (x * sine / ((1.0 - x) * (1.0 + x)).sqrt()).abs();
                near(
                    "price",
                    frontier.price_at(c).expect("finite"),
                    price,
                    1.0 + steep,
                );
            }
        }
        for request in case["required_budget"].as_array().expect("points") {
            let truth = number(&request["budget"]);
            let point = FrontierPoint {
                capability: number(&request["c"]),
                safety: number(&request["s"]),
            };
            let ours = frontier.required_budget(point).expect("an ellipse");
            near("required budget", ours, truth, truth);
        }
        if alpha > std::f64::consts::FRAC_PI_2 {
            continue;
        }
        // The preservation reading of the same angle.
        let v = Direction::from_slice(&[alpha.cos(), alpha.sin()]).expect("a direction");
        let axis = Direction::from_slice(&[1.0, 0.0]).expect("a direction");
        let tax = TaxRate::single(&v, &axis).expect("one space");
        let frontier = PreservationFrontier::new(tax, budget);
        for point in case["preservation"].as_array().expect("points") {
            let (s, cost) = (number(&point["s"]), number(&point["cost"]));
            near("cost(s)", frontier.min_cost(s).expect("in reach"), cost, b);
        }
        for point in case["max_safety"].as_array().expect("points") {
            let (kappa, s) = (number(&point["kappa"]), number(&point["s_max"]));
            near("s_max", frontier.max_safety(kappa).expect("in reach"), s, b);
        }
    }
}

#[test]
fn tax() {
    let eps = f64::EPSILON;
    for case in cases("tax.json") {
        let (d, p) = (count(&case["d"]), count(&case["p"]));
        let name = case["name"].as_str().expect("a name");
        let columns = matrix::<f64>(&case["columns"], d, p);
        let v = Direction::new(&DVector::from_vec(numbers(&case["v"]))).expect("a direction");
        let capabilities: Vec<Direction<f64>> = columns
            .column_iter()
            .map(|c| Direction::new(&c.into_owned()).expect("a direction"))
            .collect();
        let subspace = Subspace::from_columns(&columns).expect("a span");
        assert_eq!(subspace.dimension(), count(&case["rank"]), "{name}");
        let condition = subspace.condition_number();
        // The span is off by up to the angle bound times κ; d τ = sin 2α dα.
        let angle = tolerance::angle::<f64>(p) * condition;
        let tau = TaxRate::between(&v, &subspace).expect("one space");
        let (truth, rest) = (number(&case["tau"]), number(&case["one_minus_tau"]));
        let slope = 2.0 * (truth * rest).sqrt();
        let near = |what: &str, ours: f64, truth: f64, bound: f64| {
            assert!(
                (ours - truth).abs() <= bound,
                "{name} {what}: {ours:e} against {truth:e}, bound {bound:e}"
            );
        };
        near(
            "tau",
            tau.value(),
            truth,
            slope * angle + angle * angle + 8.0 * eps * truth,
        );
        near(
            "1 − tau",
            tau.complement(),
            rest,
            slope * angle + angle * angle + 8.0 * eps * rest,
        );
        near("alpha", tau.angle(), number(&case["alpha"]), angle);
        let shares = Attribution::exact(&v, &capabilities).expect("shares");
        for i in 0..p {
            let overlap = numbers(&case["overlaps"])[i];
            near("overlap", shares.overlaps()[i], overlap, 16.0 * eps);
            let single = numbers(&case["tau_i"])[i];
            near("tau_i", shares.individual()[i].value(), single, 16.0 * eps);
            // A share moves with the direction that is its own, which is determined
            // to the angle bound.
            near(
                "unique",
                shares.unique()[i],
                numbers(&case["unique"])[i],
                2.0 * angle,
            );
            near(
                "Shapley",
                shares.shapley()[i],
                numbers(&case["shapley"])[i],
                2.0 * angle,
            );
        }
    }
}

#[test]
fn distances() {
    for case in cases("distances.json") {
        let list = numbers(&case["angles"]);
        let angles = PrincipalAngles::from_radians(&list).expect("angles");
        let q = list.len() as f64;
        // Near a right angle the logarithm of a cosine is conditioned like
        // 1/(cos θ·|ln cos θ|) for an error of ε in cos θ.
        let right = angles.cosines().iter().fold(1.0_f64, |m, &c| m.min(c));
        let bound = 8.0 * q * f64::EPSILON;
        let martin = angles.martin().map(|m| ("martin", m, bound / right));
        assert_eq!(martin.is_none(), right <= f64::EPSILON, "{}", case["name"]);
        for (name, ours, bound) in [
            ("geodesic", angles.geodesic(), bound),
            ("chordal", angles.chordal(), bound),
            ("projection", angles.projection(), bound),
            ("binet_cauchy", angles.binet_cauchy(), bound),
            ("fubini_study", angles.fubini_study(), bound),
            ("procrustes", angles.procrustes(), bound),
            ("asimov", angles.asimov(), bound),
            ("spectral", angles.spectral(), bound),
        ]
        .into_iter()
        .chain(martin)
        {
            let truth = number(&case[name]);
            assert!(
                (ours - truth).abs() <= bound * truth,
                "{} {name}: {ours:e} against {truth:e}",
                case["name"]
            );
        }
    }
}
