//! Objectives, the optimum under floors, fixed targets, the ellipsoid of gains and the update
//! rules: against the oracle, against each other, and on hard inputs.

mod common;

use alignment_tax::{Budget, Floors, Objectives, Real};
use common::{cases, count, matrix, number, numbers};
use nalgebra::DMatrix;

/// `c0`, `c1`, … after `safety`.
fn names(k: usize) -> Vec<String> {
    (0..k)
        .map(|i| match i {
            0 => "safety".to_owned(),
            i => format!("c{}", i - 1),
        })
        .collect()
}

fn objectives<T: Real>(vectors: &DMatrix<T>) -> Objectives<T> {
    let names = names(vectors.ncols());
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Objectives::from_gradients(&names, vectors).expect("columns with a direction")
}

fn floors<T: Real>(objectives: &Objectives<T>, b: T, eps: &[T]) -> Floors<T> {
    let pairs: Vec<(&str, T)> = objectives.names()[1..]
        .iter()
        .map(String::as_str)
        .zip(eps.iter().copied())
        .collect();
    Floors::new(
        objectives,
        "safety",
        Budget::new(b).expect("positive"),
        &pairs,
    )
    .expect("floors")
}

/// The promise of `FloorOptimum`.
fn bound(k: usize, b: f64) -> f64 {
    64.0 * f64::EPSILON * k as f64 * b
}

#[test]
fn optimum_agrees_with_the_oracle() {
    let (mut worst, mut worst_price) = (0.0_f64, 0.0_f64);
    let all = cases("floors.json");
    let degenerate = all.iter().filter(|x| x["kind"] == "degenerate").count();
    assert!(all.len() - degenerate == 200 && degenerate >= 50);
    for case in &all {
        let (d, p) = (count(&case["d"]), count(&case["p"]));
        let (b, eps) = (number(&case["b"]), numbers(&case["eps"]));
        let objectives = objectives(&matrix::<f64>(&case["vectors"], d, p + 1));
        let optimum = floors(&objectives, b, &eps).solve().expect("a solution");
        let accepted = bound(p + 1, b);
        let error = (optimum.gain() - number(&case["gain"])).abs();
        assert!(
            error <= accepted,
            "{}: {error:e} > {accepted:e}",
            case["name"]
        );
        worst = worst.max(error / b);
        assert!(
            optimum.gap().abs() <= accepted,
            "{}: {:e}",
            case["name"],
            optimum.gap()
        );
        assert!(optimum.violation() <= accepted, "{}", case["name"]);
        assert!(optimum.length() <= b + accepted, "{}", case["name"]);
        if case["kind"] == "random" {
            let singular = objectives.vectors().expect("known").clone();
            let active: Vec<usize> = optimum
                .active()
                .iter()
                .map(|name| objectives.index(name).expect("a name"))
                .collect();
            let condition = if active.is_empty() {
                1.0
            } else {
                alignment_tax::Subspace::from_columns(&singular.select_columns(&active))
                    .expect("a span")
                    .condition_number()
            };
            for (i, truth) in numbers(&case["prices"]).into_iter().enumerate() {
                let error = (optimum.prices()[i + 1] - truth).abs() / (1.0 + truth);
                let accepted = bound(p + 1, 1.0) * condition * condition;
                assert!(error <= accepted, "{} price {i}: {error:e}", case["name"]);
                worst_price = worst_price.max(error / accepted);
            }
        }
    }
    println!("worst error of a gain {worst:e}·B, of a price {worst_price:.3} of its bound");
}
