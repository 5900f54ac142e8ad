//! Objectives, the optimum under floors, fixed targets, the ellipsoid of gains and the update
//! rules: against the oracle, against each other, and on hard inputs.

use crate::common::{cases, count, gaussian, matrix, normal, number, numbers, rng};
use alignment_tax::{
    Budget, FixedTargets, Floors, FrontierError, GainEllipsoid, Objectives, Real, Subspace,
    UpdateProjection, UpdateRule, tolerance,
};
use nalgebra::{DMatrix, DVector};

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
    tolerance::gain::<f64>(k) * b
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
                Subspace::from_columns(&singular.select_columns(&active))
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

fn budget(b: f64) -> Budget<f64> {
    Budget::new(b).expect("positive")
}

/// A safety column and p capabilities in R^d, partly against it; the columns named in `twice` are
/// repeated.
fn planted(d: usize, p: usize, twice: usize, seed: u64) -> DMatrix<f64> {
    let mut rng = rng(seed);
    let v = gaussian::<f64>(d, 1, &mut rng);
    let c = gaussian::<f64>(d, p, &mut rng);
    DMatrix::from_fn(d, p + 1 + twice, |i, j| match j {
        0 => v[i],
        j if j > p => c[(i, j - p - 1)] * 2.0,
        j => c[(i, j - 1)] - 0.4 * v[i],
    })
}

/// No shift that keeps to budget and floors gains more, and the certificate knows.
#[test]
fn certificates_hold_at_every_size() {
    for (d, p, twice, seed) in [
        (1, 1, 0, 1),
        (3, 2, 1, 2),
        (12, 30, 5, 3),
        (60, 40, 3, 4),
        (40, 120, 20, 5),
    ] {
        let all = planted(d, p, twice, seed);
        let objectives = objectives(&all);
        let k = objectives.len();
        let mut rng = rng(seed + 100);
        let eps: Vec<f64> = (1..k).map(|_| 0.1 * normal(&mut rng).max(0.0)).collect();
        for b in [1e-3, 1.0, 1e6] {
            let scaled: Vec<f64> = eps.iter().map(|e| e * b).collect();
            let optimum = floors(&objectives, b, &scaled).solve().expect("a solution");
            assert!(optimum.gap().abs() <= bound(k, b), "{:e}", optimum.gap());
            assert!(optimum.violation() <= bound(k, b));
            assert!(optimum.length() <= b + bound(k, b));
            // In R^d, with nothing of ours but the shift.
            let (delta, v) = (optimum.delta().expect("known"), all.column(0).normalize());
            let cancelled = 1.0 + optimum.coefficients().amax() / b;
            let accepted = bound(k, b) * cancelled;
            assert!((v.dot(delta) - optimum.gain()).abs() <= accepted);
            for (i, e) in scaled.iter().enumerate() {
                let change = all.column(i + 1).normalize().dot(delta);
                assert!(change >= -e - accepted, "{change} below −{e}");
            }
            // Between frozen and unconstrained.
            let frozen = FixedTargets::frozen(&objectives, "safety", budget(b)).expect("frozen");
            assert!(frozen.gain() <= optimum.gain() + bound(k, b));
            assert!(optimum.gain() <= b + bound(k, b));
        }
    }
}

/// Inner products are enough: the same from K, where objectives are well apart.
#[test]
fn a_gram_matrix_is_enough() {
    for case in cases("floors.json")
        .iter()
        .filter(|x| x["kind"] == "random")
    {
        let (d, p) = (count(&case["d"]), count(&case["p"]));
        let known = objectives(&matrix::<f64>(&case["vectors"], d, p + 1));
        let names: Vec<&str> = known.names().iter().map(String::as_str).collect();
        let exported = Objectives::from_gram(&names, known.gram()).expect("a Gram matrix");
        assert_eq!(exported.rank(), known.rank(), "{}", case["name"]);
        let (b, eps) = (number(&case["b"]), numbers(&case["eps"]));
        let optimum = floors(&exported, b, &eps).solve().expect("a solution");
        let axes = GainEllipsoid::new(&exported, Budget::unit()).semi_axes();
        let condition = 1.0 / axes[axes.len() - 1].min(1.0);
        let error = (optimum.gain() - number(&case["gain"])).abs();
        let accepted = bound(p + 1, b) * condition;
        assert!(error <= accepted, "{}: {error:e}", case["name"]);
        assert!(optimum.delta().is_none());
    }
}

/// ds*/dε is the price, and ds*/dB that of the budget, by central differences.
#[test]
fn prices_are_derivatives() {
    for seed in 0..20 {
        let objectives = objectives(&planted(8, 4, 0, seed));
        let eps = [0.05, 0.1, 0.02, 0.15];
        let at = |eps: &[f64], b: f64| floors(&objectives, b, eps).solve().expect("a solution");
        let here = at(&eps, 1.0);
        // ε^(1/3): truncation and rounding of a central difference are equal.
        let h = f64::EPSILON.cbrt();
        let smooth = |x: &[&str], y: &[&str]| x == here.active() && y == here.active();
        for i in 0..4 {
            let (mut less, mut more) = (eps, eps);
            less[i] -= h;
            more[i] += h;
            let (less, more) = (at(&less, 1.0), at(&more, 1.0));
            if smooth(&less.active(), &more.active()) {
                let slope = (more.gain() - less.gain()) / (2.0 * h);
                let size = 1.0 + here.prices().amax() / here.budget_price();
                assert!(
                    (slope - here.prices()[i + 1]).abs() <= 100.0 * h * h * size.powi(3),
                    "{slope} {}",
                    here.prices()[i + 1]
                );
            }
        }
        let slope = (at(&eps, 1.0 + h).gain() - at(&eps, 1.0 - h).gain()) / (2.0 * h);
        let size = 1.0 + here.prices().amax() / here.budget_price();
        assert!((slope - here.budget_price()).abs() <= 100.0 * h * h * size.powi(3));
    }
}

#[test]
fn five_hundred_capabilities() {
    let all = planted(120, 500, 0, 500);
    let objectives = objectives(&all);
    let optimum = floors(&objectives, 1.0, &vec![0.01; 500])
        .solve()
        .expect("a solution");
    assert!(optimum.gap().abs() <= bound(501, 1.0));
    assert!(optimum.violation() <= bound(501, 1.0));
    assert!(optimum.active().len() > 80);
}

/// The curve rises, is concave, its slope the price, and kinks are where sets change.
#[test]
fn the_trade_off_is_concave_and_its_kinks_are_real() {
    let mut seen = 0;
    for seed in 0..12 {
        let objectives = objectives(&planted(7, 5, 1, seed));
        let problem = floors(&objectives, 1.0, &[0.1, 0.05, 0.2, 0.1, 0.3, 0.02]);
        let curve = problem.trade_off("c0", 21).expect("a curve");
        let accepted = bound(objectives.len(), 1.0);
        for pair in curve.points().windows(2) {
            let (run, rise) = (
                pair[1].tolerated - pair[0].tolerated,
                pair[1].gain - pair[0].gain,
            );
            assert!(rise >= -accepted && pair[1].price <= pair[0].price + accepted / run);
            assert!(rise <= pair[0].price * run + accepted);
            assert!(rise >= pair[1].price * run - accepted);
        }
        let lifted = problem.clone().with("c0", f64::INFINITY).expect("a loss");
        let free = lifted.solve().expect("a solution").gain();
        let (first, last) = (curve.points()[0], curve.points()[curve.points().len() - 1]);
        assert!(first.tolerated == 0.0 && (last.gain - free).abs() <= accepted);
        for kink in curve.kinks() {
            seen += 1;
            let end = curve.points().last().expect("points").tolerated;
            let side = |shift: f64| {
                let loss = kink.tolerated + shift * f64::EPSILON.sqrt() * end;
                let at = problem.clone().with("c0", loss).expect("a loss");
                let optimum = at.solve().expect("a solution");
                optimum
                    .active()
                    .iter()
                    .map(|x| (*x).to_owned())
                    .collect::<Vec<_>>()
            };
            let (before, after) = (side(-2.0), side(0.0));
            assert!(
                kink.entering
                    .iter()
                    .all(|x| after.contains(x) && !before.contains(x))
            );
            assert!(
                kink.leaving
                    .iter()
                    .all(|x| before.contains(x) && !after.contains(x))
            );
            assert!(!kink.entering.is_empty() || !kink.leaving.is_empty());
        }
    }
    assert!(seen > 5, "{seen} kinks");
}

/// The cone rule is floors at zero; by Moreau's decomposition the rest of x lies in the cone
/// of −C, orthogonal to it. The linear rule is linear, idempotent and symmetric.
#[test]
fn rules_are_what_they_say() {
    for (d, p, twice, seed) in [(6, 3, 0, 1), (20, 8, 3, 2), (5, 9, 0, 3)] {
        let all = planted(d, p, twice, seed);
        let all_objectives = objectives(&all);
        let k = all_objectives.len();
        let names: Vec<&str> = all_objectives.names()[1..]
            .iter()
            .map(String::as_str)
            .collect();
        let capabilities = all_objectives.select(&names).expect("names");
        let x = all.column(0).into_owned();
        let accepted = bound(k, x.norm());
        let apply = |rule, x: &DVector<f64>| {
            let rule = UpdateProjection::new(rule, &capabilities).expect("vectors");
            rule.apply(x).expect("finite")
        };
        let cone = apply(UpdateRule::PolarCone, &x);
        let c = capabilities.vectors().expect("known");
        assert!((c.transpose() * &cone).min() >= -accepted);
        assert!(cone.dot(&(&x - &cone)).abs() <= accepted * x.norm());
        let strict = floors(&all_objectives, 1.0, &vec![0.0; k - 1]);
        let optimum = strict.solve().expect("a solution").gain();
        assert!((cone.norm() / x.norm() - optimum).abs() <= bound(k, 1.0));
        let null = apply(UpdateRule::NullSpace, &x);
        assert!((c.transpose() * &null).amax() <= accepted);
        assert!((apply(UpdateRule::NullSpace, &null) - &null).norm() <= accepted);
        let y = gaussian::<f64>(d, 1, &mut rng(seed + 9))
            .column(0)
            .into_owned();
        let both = apply(UpdateRule::NullSpace, &(&x + &y * 3.0));
        let apart = &null + apply(UpdateRule::NullSpace, &y) * 3.0;
        assert!((both - apart).norm() <= accepted * (1.0 + 3.0 * y.norm()));
        // PCGrad by its definition.
        let mut surgery = x.clone();
        for c in c.column_iter() {
            let along = c.dot(&surgery);
            if along < 0.0 {
                surgery -= c * along;
            }
        }
        assert!((apply(UpdateRule::Sequential, &x) - surgery).norm() <= accepted);
        // Off the span of what x hurts.
        let harmed: Vec<usize> = (0..k - 1).filter(|&i| c.column(i).dot(&x) < 0.0).collect();
        let span = Subspace::from_columns(&c.select_columns(&harmed)).expect("a span");
        let expected = span.reject(&x).expect("finite");
        assert!((apply(UpdateRule::HarmedSpan, &x) - expected).norm() <= accepted);
        // Rows, one by one.
        let rows = DMatrix::from_rows(&[x.transpose(), y.transpose()]);
        for rule in UpdateRule::ALL {
            let projection = UpdateProjection::new(rule, &capabilities).expect("vectors");
            let result = projection.apply_rows(&rows).expect("finite");
            assert_eq!(result.row(0).transpose(), apply(rule, &x));
            assert_eq!(result.row(1).transpose(), apply(rule, &y));
        }
    }
}

/// Samples of the ball lie inside; what is outside by little is told apart.
#[test]
fn the_ellipsoid_holds_what_shifts_achieve() {
    let mut rng = rng(52);
    for (d, p, twice) in [(5, 3, 0), (4, 6, 2), (9, 2, 1)] {
        let all = planted(d, p, twice, 52);
        let objectives = objectives(&all);
        let gains = GainEllipsoid::new(&objectives, budget(2.0));
        let units = objectives.vectors().expect("known");
        for _ in 0..50 {
            let delta = crate::common::direction::<f64>(d, &mut rng).as_vector() * 2.0;
            let g = units.transpose() * &delta;
            assert!(gains.contains(&g).expect("finite"));
            let required = gains.required_budget(&g).expect("in range");
            assert!(!gains.contains(&(&g * (2.02 / required))).expect("finite"));
            let shortest = gains.delta(&g).expect("in range").expect("known");
            let axes = gains.semi_axes();
            let accepted = bound(objectives.len(), 2.0) * axes[0] / axes[axes.len() - 1];
            assert!((units.transpose() * &shortest - &g).amax() <= accepted);
            assert!((shortest.norm() - required).abs() <= accepted);
        }
        let w: Vec<f64> = (0..objectives.len())
            .map(|_| normal(&mut rng).abs())
            .collect();
        let best = gains.efficient(&w).expect("weights");
        let w = DVector::from_vec(w);
        let support = gains.support(w.as_slice()).expect("finite");
        assert!((w.dot(&best) - support).abs() <= bound(objectives.len(), 2.0 * w.norm()));
        let k = objectives.gram();
        let closed = k * &w * (2.0 / w.dot(&(k * &w)).sqrt());
        assert!((closed - best).amax() <= bound(objectives.len(), 2.0));
    }
}

#[cfg(feature = "serde")]
#[test]
fn records_round_trip_and_are_checked() {
    let known = objectives(&planted(6, 3, 1, 8)).with_slopes(&[1.0, 0.5, 2.0, 0.25, 3.0]);
    let known = known.expect("slopes");
    let names: Vec<&str> = known.names().iter().map(String::as_str).collect();
    let exported = Objectives::from_gram(&names, known.gram()).expect("a Gram matrix");
    for objectives in [known, exported] {
        let text = serde_json::to_string(&objectives).expect("plain data");
        let back: Objectives<f64> = serde_json::from_str(&text).expect("a record");
        assert_eq!(back, objectives);
    }
    for (text, piece) in [
        (
            r#"{"names":["a","a"],"slopes":[1,1],"gram":[1,0,0,1]}"#,
            "again at index 1",
        ),
        (
            r#"{"names":["a","b"],"slopes":[1,1],"gram":[1,2,2,1]}"#,
            "semidefinite",
        ),
        (
            r#"{"names":["a","b"],"slopes":[1],"gram":[1,0,0,1]}"#,
            "slopes",
        ),
        (
            r#"{"names":["a","b"],"slopes":[1,-1],"gram":[1,0,0,1]}"#,
            "positive",
        ),
        (
            r#"{"names":["a"],"slopes":[1],"vectors":[1,1]}"#,
            "orthonormal",
        ),
        (r#"{"names":["a"],"slopes":[1],"vectors":[]}"#, "empty"),
        (r#"{"names":[],"slopes":[],"gram":[]}"#, "empty"),
        (r#"{"names":["a"],"slopes":[1]}"#, "has one of them"),
        (
            r#"{"names":["a"],"slopes":[1],"gram":[1],"vectors":[1]}"#,
            "has one of them",
        ),
    ] {
        let error = serde_json::from_str::<Objectives<f64>>(text).expect_err("refused");
        assert!(error.to_string().contains(piece), "{error}");
    }
}

/// Capabilities that differ by next to nothing, or are next to minus safety: the search ends, and
/// the certificate holds.
#[test]
fn near_dependence_ends_with_a_certificate() {
    let mut worst = 0.0_f64;
    for seed in 0..300 {
        let mut rng = rng(seed);
        let (d, p) = (3 + seed as usize % 6, 2 + seed as usize % 5);
        let base = planted(d, p, 0, seed + 1000);
        let apart = 10.0_f64.powi(-(seed as i32 % 16));
        let all = DMatrix::from_fn(d, 2 * p + 2, |i, j| match j {
            j if j <= p => base[(i, j)],
            j if j <= 2 * p => base[(i, j - p)] + apart * normal(&mut rng),
            _ => -base[(i, 0)] + apart * normal(&mut rng),
        });
        let objectives = objectives(&all);
        let k = objectives.len();
        let eps: Vec<f64> = (1..k)
            .map(|i| {
                if i % 3 == 0 {
                    0.0
                } else {
                    0.2 * normal(&mut rng).abs()
                }
            })
            .collect();
        let optimum = floors(&objectives, 1.0, &eps).solve().expect("a solution");
        let size = 1.0 + optimum.prices().sum();
        let error = optimum.gap().abs().max(optimum.violation() * size) / size;
        worst = worst.max(error / bound(k, 1.0));
        assert!(
            error <= bound(k, 1.0),
            "{seed} {apart:e}: {:e} {:e} {size:e}",
            optimum.gap(),
            optimum.violation()
        );
    }
    println!("worst {worst}");
}

/// Orthogonal capabilities: with the first allowed a loss L, what is left of the budget goes along the rest, and the other
/// floor binds until b·√(1 − L²)/√(1 − a²) falls to its loss.
#[test]
fn a_kink_is_where_a_floor_lets_go() {
    let (a, b) = (0.6, 0.4);
    let c = (1.0_f64 - a * a - b * b).sqrt();
    let vectors = DMatrix::from_column_slice(3, 3, &[-a, -b, c, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    let objectives = objectives::<f64>(&vectors);
    for loss in [0.42, 0.45, 0.48] {
        let curve = floors(&objectives, 1.0, &[0.0, loss])
            .trade_off("c0", 5)
            .expect("a curve");
        // To the root of the rounding of its end, which is a.
        let accepted = 2.0 * f64::EPSILON.sqrt() * a;
        let truth = (1.0 - (loss / b) * (loss / b) * (1.0 - a * a)).sqrt();
        let [kink] = curve.kinks() else {
            panic!("{:?}", curve.kinks());
        };
        assert!(
            (kink.tolerated - truth).abs() <= accepted,
            "{kink:?} {truth}"
        );
        assert_eq!(
            (kink.entering.len(), kink.leaving.as_slice()),
            (0, &["c1".to_owned()][..])
        );
        // Evenly spaced losses, and the gains of the formula on either side of the kink.
        for (i, point) in curve.points().iter().enumerate() {
            let tolerated = a * i as f64 / 4.0;
            assert!((point.tolerated - tolerated).abs() <= bound(3, 1.0));
            let rest = 1.0 - tolerated * tolerated;
            let gain = if tolerated < truth {
                a * tolerated + b * loss + c * (rest - loss * loss).sqrt()
            } else {
                a * tolerated + (rest * (1.0 - a * a)).sqrt()
            };
            assert!(
                (point.gain - gain).abs() <= bound(3, 1.0),
                "{point:?} {gain}"
            );
        }
    }
}

/// A curve in units of the budget is the same curve, at any budget: a power of two changes no digit of it.
#[test]
fn a_trade_off_scales_with_its_budget() {
    let gram = DMatrix::from_row_slice(3, 3, &[1.0, -0.6, -0.5, -0.6, 1.0, 0.5, -0.5, 0.5, 1.0]);
    let objectives = Objectives::from_gram(&["safety", "c0", "c1"], &gram).expect("a Gram matrix");
    let of = |b: f64| {
        let curve = floors(&objectives, b, &[0.3 * b, 0.3 * b]).trade_off("c0", 9);
        curve.expect("a curve")
    };
    let unit = of(1.0);
    assert!(!unit.kinks().is_empty());
    for b in [2_f64.powi(-30), 2_f64.powi(-3), 2_f64.powi(30)] {
        let other = of(b);
        assert_eq!(other.points().len(), unit.points().len());
        for (x, y) in unit.points().iter().zip(other.points()) {
            let accepted = bound(3, 1.0);
            assert!((x.tolerated - y.tolerated / b).abs() <= accepted, "{b:e}");
            assert!((x.gain - y.gain / b).abs() <= accepted, "{b:e}");
            assert!((x.price - y.price).abs() <= accepted, "{b:e}");
        }
        assert_eq!(other.kinks().len(), unit.kinks().len());
        for (x, y) in unit.kinks().iter().zip(other.kinks()) {
            assert!((x.tolerated - y.tolerated / b).abs() <= 2.0 * f64::EPSILON.sqrt());
            assert_eq!((&x.entering, &x.leaving), (&y.entering, &y.leaving));
        }
    }
}

/// Floors that let go one after the other do so at the same losses, however many of these changes fall into one step.
#[test]
fn kinks_do_not_depend_on_the_number_of_points() {
    let (a, b, e) = (0.6, 0.45, 0.35);
    let c = (1.0_f64 - a * a - b * b - e * e).sqrt();
    let vectors = DMatrix::from_column_slice(
        4,
        4,
        &[
            -a, -b, -e, c, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0,
        ],
    );
    let objectives = objectives::<f64>(&vectors);
    let with = |n: usize| {
        let curve = floors(&objectives, 1.0, &[0.0, 0.5, 0.37]).trade_off("c0", n);
        curve.expect("a curve").kinks().to_vec()
    };
    let truth = with(200);
    assert_eq!(truth.len(), 2, "{truth:?}");
    let all = with(2);
    assert_eq!(all.len(), 2, "{all:?}");
    for (x, y) in all.iter().zip(&truth) {
        assert!((x.tolerated - y.tolerated).abs() <= 2.0 * f64::EPSILON.sqrt());
        assert_eq!((&x.entering, &x.leaving), (&y.entering, &y.leaving));
    }
}

/// Of several targets the one that contradicts another is refused, wherever it stands.
#[test]
fn a_contradiction_is_found_behind_targets_that_agree() {
    let vectors = DMatrix::from_column_slice(
        3,
        4,
        &[0.6, 0.0, 0.8, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0],
    );
    let objectives = objectives::<f64>(&vectors);
    for apart in [0.2, -0.2] {
        let targets = [("c0", 0.1), ("c1", 0.1), ("c2", 0.1 + apart)];
        let found = FixedTargets::new(&objectives, "safety", budget(1.0), &targets);
        let Err(FrontierError::Contradiction { name, off, .. }) = found else {
            panic!("one vector with two changes: {found:?}");
        };
        assert!(name == "c1" || name == "c2", "{name}");
        assert!((off - 0.1).abs() <= bound(4, 1.0), "{off}");
    }
}
