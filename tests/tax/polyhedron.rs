//! Small problems with floors, more floors than dimensions: corners, edges that end before the budget does,
//! floors that take each other's place. Each optimum is held to the duality of its problem.

use alignment_tax::{Budget, FloorOptimum, Floors, Objectives, tolerance};
use nalgebra::{DMatrix, DVector};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;

use crate::common::{gaussian, normal, rng};

/// The optimum for the first column under floors on the others, with a budget of one.
fn solved(vectors: &DMatrix<f64>, floors: &[f64]) -> FloorOptimum<f64> {
    let names: Vec<String> = (0..vectors.ncols()).map(|i| format!("f{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let objectives = Objectives::from_gradients(&names, vectors).expect("columns");
    let pairs: Vec<(&str, f64)> = names[1..]
        .iter()
        .copied()
        .zip(floors.iter().copied())
        .collect();
    let floors = Floors::new(&objectives, "f0", Budget::unit(), &pairs).expect("floors");
    floors.solve().expect("a solution")
}

/// Weak duality: whatever prices λ ≥ 0 there are, no shift gains more than ‖v + Cλ‖ + εᵀλ. A shift that
/// gains as much, keeps the floors and the budget is the optimum, and its prices are.
#[track_caller]
fn certified(what: &str, vectors: &DMatrix<f64>, floors: &[f64]) {
    let optimum = solved(vectors, floors);
    let accepted = tolerance::gain::<f64>(vectors.ncols());
    let mut weighed = vectors.column(0).normalize();
    let mut paid = 0.0;
    for (i, floor) in floors.iter().enumerate() {
        let price = optimum.prices()[i + 1];
        assert!(price >= 0.0, "{what}: price {price}");
        weighed += vectors.column(i + 1).normalize() * price;
        paid += price * floor;
        let loss = -optimum.changes()[i + 1];
        assert!(loss <= floor + accepted, "{what}: loss {loss} {floor}");
    }
    let size = 1.0 + optimum.prices().sum();
    let gap = weighed.norm() + paid - optimum.changes()[0];
    assert!(
        gap.abs() <= accepted * size,
        "{what}: gap {gap:e}, prices {size}"
    );
    assert!(optimum.length() <= 1.0 + accepted, "{what}");
}

/// Zero, or anything up to a bound.
fn any_floors(p: usize, most: f64, rng: &mut ChaCha8Rng) -> Vec<f64> {
    (0..p)
        .map(|_| (most * (rng.random::<f64>() - 0.3)).max(0.0))
        .collect()
}

#[test]
fn optima_of_small_problems_are_certified() {
    let mut rng = rng(71);
    for case in 0..3000 {
        let (d, p) = (2 + case % 3, 2 + case % 7);
        let mut vectors = gaussian::<f64>(d, p + 1, &mut rng);
        // Most capabilities against safety, so that most floors matter.
        for i in 1..=p {
            if vectors.column(i).dot(&vectors.column(0)) > 0.0 && rng.random::<f64>() < 0.7 {
                vectors.column_mut(i).neg_mut();
            }
        }
        let most = [0.1, 0.5, 0.9][case / 3 % 3];
        certified(&case.to_string(), &vectors, &any_floors(p, most, &mut rng));
    }
}

/// A corner that takes the budget to the last bit or misses it by one: the prices are those at which the
/// budget has one, not those of a corner inside.
#[test]
fn corners_on_the_edge_of_the_budget_are_certified() {
    let mut rng = rng(72);
    for case in 0..3000 {
        let p = 3 + case % 4;
        let mut vectors = gaussian::<f64>(3, p + 1, &mut rng);
        // In a plane, or next to it.
        let across = [0.0, 1e-10, 1e-6][case / 4 % 3];
        for x in vectors.row_mut(2).iter_mut() {
            *x *= across;
        }
        for mut column in vectors.column_iter_mut() {
            column.normalize_mut();
        }
        for i in 1..=p {
            if vectors.column(i).dot(&vectors.column(0)) > 0.0 {
                vectors.column_mut(i).neg_mut();
            }
        }
        let mut floors = any_floors(p, 0.9, &mut rng);
        let corner = DVector::from_vec(vec![normal(&mut rng), normal(&mut rng), 0.0]).normalize();
        for (floor, vector) in floors.iter_mut().take(2).zip(vectors.column_iter().skip(1)) {
            *floor = (-corner.dot(&vector)).max(0.0);
        }
        certified(&case.to_string(), &vectors, &floors);
    }
}

/// The search leaves one corner for an eighth of the price of the budget and lands on another, which takes the budget to
/// the last bit, or misses it by one, and which is not where the gain alone would end. Its prices are those at which
/// the budget has one.
#[test]
fn a_corner_on_the_edge_of_the_budget_has_a_price_of_the_budget() {
    let mut rng = rng(73);
    for case in 0..400 {
        let mut any = |low: f64, high: f64| low + (high - low) * rng.random::<f64>();
        // Outward normals at these angles from safety, the last corner between the first two of them.
        let angles = [any(0.02, 0.05), any(0.15, 0.2), any(0.6, 0.9)];
        let turn = any(0.0, 6.3);
        let at = |angle: f64| DVector::from_vec(vec![(turn + angle).cos(), (turn + angle).sin()]);
        let last = at(-any(0.55, 0.75));
        let first = &last - at(angles[1] - std::f64::consts::FRAC_PI_2) * any(0.4, 0.6);
        let mut vectors = DMatrix::zeros(2, 4);
        vectors.set_column(0, &at(0.0));
        let mut floors = vec![0.0; 3];
        for (i, &angle) in angles.iter().enumerate() {
            vectors.set_column(i + 1, &-at(angle));
            floors[i] = at(angle).dot(if i == 2 { &first } else { &last });
        }
        certified(&case.to_string(), &vectors, &floors);
    }
}
