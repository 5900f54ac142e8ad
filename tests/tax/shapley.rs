//! Shapley and unique shares against exact integer arithmetic.
//!
//! For integer vectors the rate of a coalition is a ratio of Gram determinants, which
//! are integers: τ(S) = 1 − det G(S ∪ v)/(det G(S)·‖v‖²) over a maximal independent part
//! of S. No floating point is involved before the last division, so that dependence is
//! decided exactly. Small integer vectors are often dependent, and often nearly parallel.

use crate::common::{rng, rotation};
use alignment_tax::{Attribution, Direction, Real, tolerance};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;

type Vector = Vec<i64>;

/// det of the Gram matrix, by fraction-free elimination (Bareiss 1968).
fn gram_determinant(vectors: &[&Vector]) -> i128 {
    let n = vectors.len();
    let mut a: Vec<Vec<i128>> = vectors
        .iter()
        .map(|x| {
            vectors
                .iter()
                .map(|y| x.iter().zip(*y).map(|(p, q)| i128::from(p * q)).sum())
                .collect()
        })
        .collect();
    let mut previous = 1;
    for k in 0..n.saturating_sub(1) {
        if a[k][k] == 0 {
            // A Gram matrix with a zero pivot is singular.
            return 0;
        }
        for i in k + 1..n {
            for j in k + 1..n {
                a[i][j] = (a[i][j] * a[k][k] - a[i][k] * a[k][j]) / previous;
            }
        }
        previous = a[k][k];
    }
    if n == 0 { 1 } else { a[n - 1][n - 1] }
}

/// τ of the coalition.
fn worth(v: &Vector, members: &[&Vector]) -> f64 {
    let mut independent: Vec<&Vector> = Vec::new();
    for member in members {
        independent.push(member);
        if gram_determinant(&independent) == 0 {
            independent.pop();
        }
    }
    let alone = gram_determinant(&independent) * gram_determinant(&[v]);
    independent.push(v);
    let with = gram_determinant(&independent);
    (alone - with) as f64 / alone as f64
}

fn exact(v: &Vector, players: &[Vector]) -> (Vec<f64>, Vec<f64>) {
    let p = players.len();
    let worths: Vec<f64> = (0..1_usize << p)
        .map(|mask| {
            let members: Vec<&Vector> = (0..p)
                .filter(|i| mask >> i & 1 == 1)
                .map(|i| &players[i])
                .collect();
            worth(v, &members)
        })
        .collect();
    let factorial = |n: usize| (1..=n).map(|x| x as f64).product::<f64>();
    let shapley = (0..p)
        .map(|i| {
            (0..1_usize << p)
                .filter(|mask| mask >> i & 1 == 0)
                .map(|mask| {
                    let s = mask.count_ones() as usize;
                    let weight = factorial(s) * factorial(p - s - 1) / factorial(p);
                    weight * (worths[mask | 1 << i] - worths[mask])
                })
                .sum()
        })
        .collect();
    let all = (1_usize << p) - 1;
    let unique = (0..p)
        .map(|i| worths[all] - worths[all & !(1 << i)])
        .collect();
    (shapley, unique)
}

fn agrees<T: Real>(v: &Vector, players: &[Vector]) {
    let direction = |x: &Vector| {
        let x: Vec<T> = x.iter().map(|&c| T::from_double(c as f64)).collect();
        Direction::from_slice(&x).expect("not zero")
    };
    let directions: Vec<Direction<T>> = players.iter().map(direction).collect();
    let shares = Attribution::exact(&direction(v), &directions).expect("shares");
    // A share moves with the part of a capability outside others, which is determined to
    // ε over its length. The squared length is a ratio of Gram determinants of integers,
    // so that at entries up to 3 and p ≤ 5 it is at least 1/det G, det G ≤ Π‖c‖².
    let lengths: f64 = players
        .iter()
        .map(|c| (gram_determinant(&[c]) as f64).sqrt())
        .product();
    let bound = tolerance::angle::<T>(players.len()).to_double() * lengths;
    let (shapley, unique) = exact(v, players);
    for i in 0..players.len() {
        let (ours, truth) = (shares.shapley()[i].to_double(), shapley[i]);
        assert!(
            (ours - truth).abs() <= bound,
            "share {i}: {ours} {truth}, {v:?} {players:?}"
        );
        let (ours, truth) = (shares.unique()[i].to_double(), unique[i]);
        assert!(
            (ours - truth).abs() <= bound,
            "unique {i}: {ours} {truth}, {v:?} {players:?}"
        );
    }
}

fn vector(d: usize, rng: &mut ChaCha8Rng) -> Vector {
    loop {
        let x: Vector = (0..d).map(|_| rng.random_range(-3..=3)).collect();
        if x.iter().any(|&c| c != 0) {
            return x;
        }
    }
}

#[test]
fn dependent_through_nearly_parallel_capabilities() {
    let sets: [(Vector, Vec<Vector>); 3] = [
        (
            vec![3, 1, 3, 0],
            vec![
                vec![-3, -1, -2, 0],
                vec![-3, -1, -2, -1],
                vec![3, 0, 0, 1],
                vec![0, 0, 0, 2],
            ],
        ),
        (
            vec![-2, -2, -2, 2, -3],
            vec![
                vec![-3, -2, -2, 1, 3],
                vec![-3, -2, -1, 2, 2],
                vec![0, 2, 1, 0, 2],
                vec![0, 1, 1, -2, 3],
                vec![0, 0, -1, -1, 1],
            ],
        ),
        (
            vec![1, 3, 3, -3],
            vec![
                vec![-3, 3, -2, 3],
                vec![3, -2, 2, -3],
                vec![3, 1, -3, 3],
                vec![0, -2, 0, 0],
            ],
        ),
    ];
    for (v, players) in &sets {
        agrees::<f64>(v, players);
        agrees::<f32>(v, players);
    }
}

#[test]
fn random_integer_capabilities() {
    let mut rng = rng(1953);
    for round in 0..4000 {
        let (d, p) = [(3, 3), (4, 4), (5, 5), (4, 5), (6, 4)][round % 5];
        let v = vector(d, &mut rng);
        let players: Vec<Vector> = (0..p).map(|_| vector(d, &mut rng)).collect();
        agrees::<f64>(&v, &players);
        agrees::<f32>(&v, &players);
    }
}

/// Two orders of two capabilities: equal ones leave no error, and different ones half of what the
/// capability brings alone and what it brings last are apart.
fn errors_of_two_orders<T: Real>() {
    let t = T::from_double;
    let direction = |x: [f64; 3]| Direction::from_slice(&x.map(t)).expect("a direction");
    let v = direction([2.0, 1.0, 2.0]);
    let both = [direction([1.0, 0.0, 0.0]), direction([3.0, 4.0, 0.0])];
    // τ = 5/9; alone 4/9 and (10/15)² = 4/9, so last 1/9.
    let (alone, last) = (t(4.0 / 9.0), t(1.0 / 9.0));
    let close = tolerance::closed_form::<T>();
    let mut seen = [false; 2];
    for seed in 0..16 {
        let shares = Attribution::sampled(&v, &both, 2, &mut rng(seed)).expect("two orders");
        let errors = shares.standard_errors().expect("sampled");
        let (share, error) = (shares.shapley()[0], errors[0]);
        let differ = (share - (alone + last) / t(2.0)).abs() <= close;
        let expected = if differ {
            (alone - last) / t(2.0)
        } else {
            T::zero()
        };
        assert!((error - expected).abs() <= close, "{error} and {expected}");
        seen[usize::from(differ)] = true;
    }
    assert_eq!(seen, [true; 2]);
}

#[test]
fn standard_errors_of_two_orders_are_exact() {
    errors_of_two_orders::<f32>();
    errors_of_two_orders::<f64>();
}

/// Two capabilities that are nearly one, the direction that tells them apart, and one apart from all three: the third
/// adds nothing to the first two, though the axis that it is held against is known to ε over their distance only. Rounding
/// must not take from the fourth, which nobody shares. In an axis each they leave closed forms: c, c + s·a, a and b with the
/// overlaps x, x + s·y, y and z.
fn what_depends_through_a_short_pivot_adds_nothing<T: Real>(s: f64) {
    let (d, t) = (8, T::from_double);
    let [x, y, z] = [0.6, 0.48, 0.64];
    for seed in 0..20 {
        let axes = rotation::<T>(d, &mut rng(seed));
        let at = |first: [f64; 3]| {
            let first = first.map(t);
            let sum =
                axes.column(0) * first[0] + axes.column(1) * first[1] + axes.column(2) * first[2];
            Direction::new(&sum).expect("a direction")
        };
        let list = [
            [1.0, 0.0, 0.0],
            [1.0, s, 0.0],
            [0.0, 1.0, 0.0],
            [0.0, 0.0, 1.0],
        ]
        .map(at);
        let shares = Attribution::exact(&at([x, y, z]), &list).expect("shares");
        assert_eq!(shares.subspace().dimension(), 3);
        let first = 0.5 * (x * x + y * y / 3.0);
        let truth = [first, first, 2.0 / 3.0 * y * y, z * z];
        let bound = 2.0 * s + 16.0 * tolerance::rank::<T>(d, 4).to_double() / s;
        for (ours, truth) in shares.shapley().iter().zip(truth) {
            let off = (ours.to_double() - truth).abs();
            assert!(off <= bound, "{seed}: {ours} against {truth}");
        }
    }
}

#[test]
fn dependence_is_told_from_rounding_over_a_short_pivot() {
    what_depends_through_a_short_pivot_adds_nothing::<f64>(1e-6);
    what_depends_through_a_short_pivot_adds_nothing::<f32>(4e-3);
}

/// Of two capabilities that span a plane at the edge of the numerical rank each has a part of its own: safety along the
/// second's is paid for by it alone.
fn a_dimension_of_its_own_is_a_share_of_its_own<T: Real>() {
    let edge = tolerance::rank::<T>(3, 2);
    let mut planes = 0;
    for seed in 0..400 {
        let random = &mut rng(seed);
        let axes = rotation::<T>(3, random);
        let tilt = edge * T::from_double(random.random_range(1.5..3.0));
        let first = Direction::new(&axes.column(0).into_owned()).expect("a direction");
        let second = axes.column(0) + axes.column(1) * tilt;
        let second = Direction::new(&second).expect("a direction");
        let v = Direction::new(&axes.column(1).into_owned()).expect("a direction");
        let shares = Attribution::exact(&v, &[first, second]).expect("shares");
        if shares.subspace().dimension() == 2 {
            planes += 1;
            let (own, total) = (shares.unique()[1], shares.total().value());
            assert!(
                own >= total * T::from_double(0.5),
                "{seed}: {own} of {total}"
            );
        }
    }
    assert!(planes > 100, "{planes}");
}

#[test]
fn at_the_edge_of_the_rank_each_has_its_share() {
    a_dimension_of_its_own_is_a_share_of_its_own::<f64>();
    a_dimension_of_its_own_is_a_share_of_its_own::<f32>();
}
