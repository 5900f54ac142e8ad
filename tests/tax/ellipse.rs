//! The geometry of the frontier as properties: over random angles, budgets and
//! rotations, with the hard cases planted.

use crate::common::{direction, properties, rng, rotation, subspace};
use alignment_tax::{
    Attribution, Budget, Direction, Error, FrontierError, FrontierPoint, GainEllipsoid, Objectives,
    OptimalShift, ParetoFrontier, PreservationFrontier, Real, Subspace, TaxRate, tolerance,
};
use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;

/// Angles in [0, π] with both ends, the right angle and their neighbourhoods planted.
fn angles() -> impl Strategy<Value = f64> {
    let pi = std::f64::consts::PI;
    prop_oneof![
        4 => 0.0..pi,
        1 => Just(0.0),
        1 => Just(pi / 2.0),
        1 => Just(3.0),
        1 => (-14.0..-1.0).prop_map(|e: f64| 10.0_f64.powf(e)),
        1 => (-14.0..-1.0).prop_map(move |e: f64| pi / 2.0 - 10.0_f64.powf(e)),
        1 => (-6.0..-1.0).prop_map(move |e: f64| pi - 10.0_f64.powf(e)),
    ]
}

/// Budgets of every magnitude that f32 can square or not.
fn budgets() -> impl Strategy<Value = f64> {
    prop_oneof![
        3 => 0.01..100.0_f64,
        1 => (-35.0..35.0).prop_map(|e: f64| 10.0_f64.powf(e)),
    ]
}

fn frontier<T: Real>(alpha: f64, b: f64) -> ParetoFrontier<T> {
    let alpha = T::from_double(alpha).min(T::pi());
    let budget = Budget::new(T::from_double(b)).expect("positive");
    ParetoFrontier::from_angle(alpha, budget).expect("an angle")
}

fn preservation<T: Real>(alpha: f64, b: f64) -> PreservationFrontier<T> {
    let alpha = T::from_double(alpha);
    let v = Direction::from_slice(&[alpha.cos(), alpha.sin()]).expect("a direction");
    let axis = Direction::from_slice(&[T::one(), T::zero()]).expect("a direction");
    let budget = Budget::new(T::from_double(b)).expect("positive");
    PreservationFrontier::new(TaxRate::single(&v, &axis).expect("one space"), budget)
}

/// B·16ε, the promise of the closed forms.
fn bound<T: Real>(b: f64) -> T {
    tolerance::closed_form::<T>() * T::from_double(b)
}

/// No shift in the ball does better than the frontier at its own capability change.
fn no_shift_beats_it<T: Real>(alpha: f64, b: f64, seed: u64) -> Result<(), TestCaseError> {
    let mut rng = rng(seed);
    let (v, w) = (direction::<T>(5, &mut rng), direction::<T>(5, &mut rng));
    let line = Subspace::from_directions(std::slice::from_ref(&v)).expect("a line");
    let across = line.reject(w.as_vector()).expect("finite").normalize();
    let alpha = T::from_double(alpha);
    let c = Direction::new(&(v.as_vector() * alpha.cos() + across * alpha.sin())).expect("unit");
    let budget = Budget::new(T::from_double(b)).expect("positive");
    let frontier = ParetoFrontier::between(&v, &c, budget).expect("one space");
    for length in [0.2, 0.7, 1.0] {
        let delta = direction::<T>(5, &mut rng).as_vector() * T::from_double(b * length);
        let (y, s) = (c.as_vector().dot(&delta), v.as_vector().dot(&delta));
        let most = frontier.safety_at(y).expect("in the ball");
        prop_assert!(s <= most + bound(b), "{s} > {most}");
        let point = FrontierPoint {
            capability: y,
            safety: s,
        };
        prop_assert!(frontier.contains(point).expect("finite"));
        let needed = frontier.required_budget(point);
        // The pair determines its budget to ε·B over the width of the ellipse.
        let width = frontier.semi_axes().0.min(frontier.semi_axes().1);
        if let Ok(needed) = needed
            && width > T::machine_epsilon().sqrt() * T::from_double(b)
        {
            let error = bound::<T>(b) * (T::from_double(b) / width);
            prop_assert!(
                needed <= T::from_double(b * length) + error,
                "{needed} at {length}"
            );
        }
    }
    Ok(())
}

/// The shift that attains it, and the inverse on the efficient arc.
fn it_is_attained<T: Real>(alpha: f64, b: f64, share: f64) -> Result<(), TestCaseError> {
    let frontier = frontier::<T>(alpha, b);
    let [safest, ablest] = frontier.efficient_arc();
    let c = safest.capability + (ablest.capability - safest.capability) * T::from_double(share);
    let c = c.min(ablest.capability);
    let s = frontier.safety_at(c).expect("on the arc");
    prop_assert!(s <= T::from_double(b), "no gain beyond the budget");
    let back = frontier.capability_at(s).expect("on the arc");
    // dc/ds is steep where the arc ends in safety: an error of ε·B in s is one of
    // √(ε)·B in c there, and √2·√(16ε) covers it.
    let steep = bound::<T>(1.0).sqrt() * T::from_double(2.0 * b);
    prop_assert!((back - c).abs() <= steep.max(bound(b)), "{back} {c}");
    // By a shift in the plane of v and c at angle t from c: (B·cos t, B·cos(α − t)).
    let (v, axis) = plane::<T>(alpha);
    let budget = Budget::new(T::from_double(b)).expect("positive");
    let shift = OptimalShift::at_capability(&v, &axis, budget, c).expect("in reach");
    prop_assert!((shift.safety() - s).abs() <= bound::<T>(b) * T::from_double(2.0));
    prop_assert!(shift.gap().abs() <= bound::<T>(b) * T::from_double(2.0));
    prop_assert!((shift.length() - T::from_double(b)) <= bound(b));
    Ok(())
}

fn plane<T: Real>(alpha: f64) -> (Direction<T>, Direction<T>) {
    let alpha = T::from_double(alpha).min(T::pi());
    (
        Direction::from_slice(&[alpha.cos(), alpha.sin()]).expect("a direction"),
        Direction::from_slice(&[T::one(), T::zero()]).expect("a direction"),
    )
}

/// Cost and gain are inverse beyond the free gain, both rise, and the gain is concave.
fn cost_and_gain_are_inverse<T: Real>(
    alpha: f64,
    b: f64,
    x: f64,
    y: f64,
) -> Result<(), TestCaseError> {
    let frontier = preservation::<T>(alpha, b);
    let full = frontier.full_cost();
    let (low, high) = (
        full * T::from_double(x.min(y)),
        full * T::from_double(x.max(y)),
    );
    let (gain, more) = (
        frontier.max_safety(low).expect("in reach"),
        frontier.max_safety(high).expect("in reach"),
    );
    prop_assert!(gain <= more + bound(b));
    let back = frontier.min_cost(gain).expect("in reach");
    // dκ/ds = 1/(ds/dκ) is steep at the top, as above, and 1/cos α at the start.
    let steep = bound::<T>(1.0).sqrt() * T::from_double(2.0 * b);
    prop_assert!((back - low).abs() <= steep.max(bound(b)), "{back} {low}");
    let there = frontier.max_safety(back).expect("in reach");
    prop_assert!((there - gain).abs() <= bound::<T>(b) * T::from_double(2.0));
    let half = T::from_double(0.5);
    let middle = frontier
        .max_safety(low * half + high * half)
        .expect("in reach");
    prop_assert!(middle >= gain * half + more * half - bound(b), "concave");
    Ok(())
}

/// The axes, foci, eccentricity and area of one and the same ellipse.
fn ellipse_is_consistent<T: Real>(alpha: f64, b: f64) -> Result<(), TestCaseError> {
    let frontier = frontier::<T>(alpha, b);
    let unit = T::from_double(b);
    let (together, apart) = frontier.semi_axes();
    let (p, q) = (together / unit, apart / unit);
    let close = tolerance::closed_form::<T>();
    let two = T::from_double(2.0);
    // a² + b² = 2B², a·b = B²·sin α.
    prop_assert!((p * p + q * q - two).abs() <= close);
    prop_assert!((p * q - frontier.sine()).abs() <= close);
    let (long, short) = (p.max(q), p.min(q));
    let focal = frontier.foci()[0]
        .capability
        .hypot(frontier.foci()[0].safety)
        / unit;
    prop_assert!((focal * focal - (long * long - short * short)).abs() <= close);
    prop_assert!((frontier.eccentricity() - focal / long).abs() <= close.sqrt());
    // B² must be a normal number for the area to have all its digits.
    if (1e-17..1e17).contains(&b) {
        let area = frontier.area().expect("representable");
        prop_assert!((area / unit / unit - T::pi() * p * q).abs() <= close * two * two);
    }
    // The sum of distances to the foci is 2a for every point of the outline.
    let [f, g] = frontier.foci();
    for point in frontier.outline(12).expect("enough points") {
        let to = |focus: FrontierPoint<T>| {
            ((point.capability - focus.capability) / unit)
                .hypot((point.safety - focus.safety) / unit)
        };
        // A focal distance d is determined to √ε where it vanishes.
        prop_assert!((to(f) + to(g) - two * long).abs() <= close.sqrt());
        prop_assert!(frontier.contains(point).expect("finite"));
    }
    Ok(())
}

/// Evenly spaced along the arc, on it, from one end to the other.
fn points_are_even<T: Real>(alpha: f64, n: usize) -> Result<(), TestCaseError> {
    let frontier = frontier::<T>(alpha, 1.0);
    let points = frontier.points(n).expect("two or more");
    prop_assert_eq!(points.len(), n);
    for p in &points {
        let s = frontier
            .safety_at(p.capability.min(T::one()))
            .expect("on the arc");
        // ds/dc is vertical at c = B, where an ε in c is √ε in s.
        let steep = (bound::<T>(1.0)).sqrt() * T::from_double(2.0);
        prop_assert!((s - p.safety).abs() <= steep, "{} {}", s, p.safety);
    }
    // Chords between neighbours grow and shrink slowly: the arc length does not, so a
    // chord differs from the mean only by curvature.
    let fine = frontier.points(257).expect("two or more");
    let chords: Vec<f64> = fine
        .windows(2)
        .map(|w| {
            (w[0].capability - w[1].capability)
                .to_double()
                .hypot((w[0].safety - w[1].safety).to_double())
        })
        .collect();
    let mean = chords.iter().sum::<f64>() / chords.len() as f64;
    let rounding = 64.0 * T::machine_epsilon().to_double();
    for chord in chords {
        prop_assert!(
            (chord - mean).abs() <= 0.01 * mean + rounding,
            "{chord} {mean}"
        );
    }
    Ok(())
}

/// Rotating the space changes nothing that is reported.
fn rotation_changes_nothing<T: Real>(d: usize, m: usize, seed: u64) -> Result<(), TestCaseError> {
    let mut rng = rng(seed);
    let m = m.min(d);
    let (v, c) = (direction::<T>(d, &mut rng), subspace::<T>(d, m, &mut rng));
    let turn = rotation::<T>(d, &mut rng);
    let turned_v = Direction::new(&(&turn * v.as_vector())).expect("unit");
    let turned_c = Subspace::from_columns(&(&turn * c.basis())).expect("a span");
    let (tax, turned) = (
        TaxRate::between(&v, &c).expect("one space"),
        TaxRate::between(&turned_v, &turned_c).expect("one space"),
    );
    let close = tolerance::orthonormality::<T>(d) * T::from_double(2.0);
    prop_assert!((tax.angle() - turned.angle()).abs() <= close);
    let budget = Budget::unit();
    let (f, g) = (
        PreservationFrontier::new(tax, budget),
        PreservationFrontier::new(turned, budget),
    );
    for j in 0..=8 {
        let kappa = f.full_cost() * T::from_double(f64::from(j) / 8.0);
        let (x, y) = (f.max_safety(kappa), g.max_safety(kappa));
        prop_assert!((x.expect("in reach") - y.expect("in reach")).abs() <= close);
    }
    let cs: Vec<Direction<T>> = c
        .basis()
        .column_iter()
        .map(|x| Direction::new(x).expect("unit"))
        .collect();
    let turned_cs: Vec<Direction<T>> = cs
        .iter()
        .map(|x| Direction::new(&(&turn * x.as_vector())).expect("unit"))
        .collect();
    let shares = Attribution::exact(&v, &cs).expect("shares");
    let turned_shares = Attribution::exact(&turned_v, &turned_cs).expect("shares");
    prop_assert!((shares.overlaps() - turned_shares.overlaps()).amax() <= close);
    prop_assert!((shares.shapley() - turned_shares.shapley()).amax() <= close);
    Ok(())
}

/// δ* has the measured gain it promises in any space, at any budget.
fn shift_is_certified<T: Real>(
    d: usize,
    b: f64,
    share: f64,
    seed: u64,
) -> Result<(), TestCaseError> {
    let mut rng = rng(seed);
    let (v, c) = (
        direction::<T>(d, &mut rng),
        subspace::<T>(d, d.div_ceil(3), &mut rng),
    );
    let budget = Budget::new(T::from_double(b)).expect("positive");
    let close = T::from_double(((d as f64).log2() + 28.0) * b) * T::machine_epsilon();
    let gain = T::from_double(b) * T::from_double(share);
    let shift = OptimalShift::at_safety(&v, &c, budget, gain).expect("in reach");
    prop_assert!((shift.safety() - gain).abs() <= close);
    prop_assert!(shift.gap().abs() <= close);
    prop_assert!(shift.length() <= T::from_double(b) + close);
    // No random shift of the same gain and no more length costs less.
    for _ in 0..5 {
        let other = direction::<T>(d, &mut rng);
        let s = v.overlap(&other).expect("one space") * shift.length();
        if s >= gain {
            let cost = c.project(other.as_vector()).expect("finite").norm() * shift.length();
            prop_assert!(cost >= shift.capability() - close);
        }
    }
    Ok(())
}

macro_rules! properties {
    ($scalar:ident) => {
        mod $scalar {
            use super::*;

            proptest! {
                #![proptest_config(properties(256))]

                #[test]
                fn no_shift_in_the_ball_beats_the_frontier(
                    alpha in angles(), b in budgets(), seed in any::<u64>()
                ) {
                    no_shift_beats_it::<$scalar>(alpha, b, seed)?;
                }

                #[test]
                fn the_frontier_is_attained(
                    alpha in angles(), b in budgets(), share in 0.0..=1.0_f64
                ) {
                    it_is_attained::<$scalar>(alpha, b, share)?;
                }

                #[test]
                fn cost_and_gain_are_inverse_to_each_other(
                    alpha in angles().prop_filter("acute", |a| *a <= 1.57),
                    b in budgets(), x in 0.0..=1.0_f64, y in 0.0..=1.0_f64
                ) {
                    cost_and_gain_are_inverse::<$scalar>(alpha, b, x, y)?;
                }

                #[test]
                fn axes_foci_and_area_are_of_one_ellipse(alpha in angles(), b in budgets()) {
                    ellipse_is_consistent::<$scalar>(alpha, b)?;
                }

                #[test]
                fn points_are_on_the_arc_and_even(alpha in angles(), n in 2..40_usize) {
                    points_are_even::<$scalar>(alpha, n)?;
                }

                #[test]
                fn rotating_the_space_changes_nothing(
                    d in 1..24_usize, m in 1..6_usize, seed in any::<u64>()
                ) {
                    rotation_changes_nothing::<$scalar>(d, m, seed)?;
                }

                #[test]
                fn the_optimal_shift_is_certified(
                    d in 1..60_usize, b in budgets(), share in 0.0..=1.0_f64, seed in any::<u64>()
                ) {
                    shift_is_certified::<$scalar>(d, b, share, seed)?;
                }
            }
        }
    };
}

properties!(f64);
properties!(f32);

/// The angle of a frontier between directions is the one that they were made with.
fn angle_is_that_of_the_directions<T: Real>() {
    let one = T::one();
    let v = Direction::from_slice(&[one, T::zero()]).expect("a direction");
    for alpha in [0.0, 1e-3, 0.5, 1.0, 1.5, 2.0, 3.0] {
        let alpha = T::from_double(alpha);
        let c = Direction::from_slice(&[alpha.cos(), alpha.sin()]).expect("a direction");
        let frontier = ParetoFrontier::between(&v, &c, Budget::unit()).expect("one space");
        assert!(
            (frontier.angle() - alpha).abs() <= bound(1.0),
            "{} for {alpha}",
            frontier.angle()
        );
    }
}

#[test]
fn the_angle_is_that_of_the_directions() {
    angle_is_that_of_the_directions::<f32>();
    angle_is_that_of_the_directions::<f64>();
}

/// Of objectives that are orthonormal the surface is a sphere, and the cosine of two of its points is that of spherical
/// trigonometry.
#[test]
fn the_surface_of_orthonormal_objectives_is_a_globe() {
    let identity = DMatrix::<f64>::identity(3, 3);
    let objectives = Objectives::from_gram(&["a", "b", "c"], &identity).expect("objectives");
    let (n, b) = (5, 3.0);
    let ellipsoid = GainEllipsoid::new(&objectives, Budget::new(b).expect("positive"));
    let rings = ellipsoid.surface(["a", "b", "c"], n).expect("points");
    assert_eq!((rings.len(), rings[0].len()), (n, 2 * n));
    let pi = std::f64::consts::PI;
    let polar = |i: usize| pi * i as f64 / (n - 1) as f64;
    let around = |j: usize| pi * j as f64 / n as f64;
    let places: Vec<(usize, usize)> = (0..n)
        .flat_map(|i| (0..2 * n).map(move |j| (i, j)))
        .collect();
    for &(i, j) in &places {
        for &(k, l) in &places {
            let product: f64 = (0..3).map(|o| rings[i][j][o] * rings[k][l][o]).sum();
            let (s, t) = (polar(i), polar(k));
            let cosine = s.cos() * t.cos() + s.sin() * t.sin() * (around(j) - around(l)).cos();
            assert!((product - b * b * cosine).abs() <= b * b * tolerance::gain::<f64>(3));
        }
    }
}

/// Gains that contradict each other, with c = (a + b)/√2: what could be had instead is the nearest point of the plane.
#[test]
fn a_contradiction_names_what_could_be_had_instead() {
    let half = 0.5_f64.sqrt();
    let [a, b, c] = [[1.0, 0.0], [0.0, 1.0], [half, half]];
    // (3, 4, 7/√2) lies in the plane, whose unit normal is (1, 1, −√2)/2. Moved along c by 2, which is −√2 along the
    // normal, it is off by (−1/√2, −1/√2, 1).
    let [x, y, z] = [3.0, 4.0, 7.0 * half + 2.0];
    for (names, columns, gains) in [
        (["a", "b", "c"], [a, b, c], [x, y, z]),
        (["c", "a", "b"], [c, a, b], [z, x, y]),
    ] {
        let columns = DMatrix::from_fn(2, 3, |i, j| columns[j][i]);
        let objectives = Objectives::from_gradients(&names, &columns).expect("columns");
        let ellipsoid = GainEllipsoid::new(&objectives, Budget::unit());
        let refusal = ellipsoid.required_budget(&DVector::from_column_slice(&gains));
        let Err(FrontierError::Contradiction {
            name,
            requested,
            implied,
            off,
            ..
        }) = refusal
        else {
            panic!("{refusal:?}");
        };
        assert_eq!((name.as_str(), requested), ("c", z));
        let bound = z * tolerance::gain::<f64>(3);
        assert!((off - 1.0).abs() <= bound, "{off}");
        assert!((implied - (z - 1.0)).abs() <= bound, "{implied}");
    }
}

/// Points at even steps of the parameter are the image of a regular polygon under a linear map: opposite points are
/// opposite, and the area is that of the ellipse times that of the polygon over π.
#[test]
fn an_outline_is_the_image_of_a_regular_polygon() {
    for alpha in [0.3, 1.0, 2.0, 2.9] {
        let frontier = frontier::<f64>(alpha, 2.0);
        let area = frontier.area().expect("finite");
        for n in [4, 6, 50] {
            let outline = frontier.outline(n).expect("points");
            let close = n as f64 * bound::<f64>(4.0);
            for (j, point) in outline.iter().enumerate() {
                let opposite = outline[(j + n / 2) % n];
                assert!((point.capability + opposite.capability).abs() <= close);
                assert!((point.safety + opposite.safety).abs() <= close);
            }
            let twice: f64 = (0..n)
                .map(|j| {
                    let (a, b) = (outline[j], outline[(j + 1) % n]);
                    a.capability * b.safety - a.safety * b.capability
                })
                .sum();
            let angle = std::f64::consts::TAU / n as f64;
            let polygon = area * angle.sin() / angle;
            assert!((twice.abs() / 2.0 - polygon).abs() <= close, "{alpha} {n}");
        }
    }
}

/// ½B² is the divergence, at every size.
#[test]
fn the_budget_of_a_divergence_is_the_root_of_twice_of_it() {
    for divergence in [1e-300, 0.01, 0.999, 1.0, 1.001, 3.0, 8.0, 1e300, f64::MAX] {
        let b = Budget::from_kl(divergence).expect("positive").value();
        let off = b / 2.0 * (b / divergence) - 1.0;
        let accepted = tolerance::closed_form::<f64>();
        assert!(off.abs() <= accepted, "{divergence:e}: {off:e}");
    }
}

/// Two objectives of the overlap c: semi-axes B·√(1 ± c), and a frontier that knows the angle between vectors where
/// their cosine does not.
#[test]
fn two_objectives_have_the_axes_and_the_angle_of_their_vectors() {
    for b in [0.25, 1.0, 4.0] {
        for angle in [1e-9, 1e-5, 0.3, 1.5, 3.0] {
            let vectors =
                DMatrix::from_column_slice(2, 2, &[1.0, 0.0, f64::cos(angle), f64::sin(angle)]);
            let objectives = Objectives::from_gradients(&["a", "b"], &vectors).expect("columns");
            let ellipsoid = GainEllipsoid::new(&objectives, Budget::new(b).expect("positive"));
            let frontier = ellipsoid.pairwise("a", "b").expect("names");
            let accepted = tolerance::angle::<f64>(2);
            assert!((frontier.sine() - angle.sin()).abs() <= accepted, "{angle}");
            let axes = ellipsoid.semi_axes();
            let (long, short) = ((angle / 2.0).cos().abs(), (angle / 2.0).sin().abs());
            let root = b * 2_f64.sqrt();
            assert!((axes[0] - root * long.max(short)).abs() <= accepted * b);
            assert!((axes[1] - root * long.min(short)).abs() <= accepted * b);
        }
    }
}

/// What shifts of the whole budget achieve lies in the ellipsoid, also where two objectives are nearly one and their
/// difference is known to few digits.
#[test]
fn nearly_dependent_gains_of_the_whole_budget_are_contained() {
    for (angle, b) in [(1e-5, 1.0), (1e-7, 3.0), (3.0, 0.1)] {
        let vectors =
            DMatrix::from_column_slice(2, 2, &[1.0, 0.0, f64::cos(angle), f64::sin(angle)]);
        let objectives = Objectives::from_gradients(&["a", "b"], &vectors).expect("columns");
        let ellipsoid = GainEllipsoid::new(&objectives, Budget::new(b).expect("positive"));
        for step in 0..100 {
            let turn = std::f64::consts::TAU * f64::from(step) / 100.0;
            let delta = DVector::from_vec(vec![b * turn.cos(), b * turn.sin()]);
            let gains = vectors.tr_mul(&delta);
            assert!(
                ellipsoid.contains(&gains).expect("finite"),
                "{angle} {turn}"
            );
        }
    }
}

/// Weights under which two opposite objectives leave less than the rounding of their sum have no efficient gains.
#[test]
fn opposite_objectives_cancel_to_rounding() {
    let vectors = DMatrix::from_column_slice(2, 2, &[0.6, 0.8, -0.6, -0.8]);
    let objectives = Objectives::from_gradients(&["a", "b"], &vectors).expect("columns");
    let ellipsoid = GainEllipsoid::new(&objectives, Budget::unit());
    // Each of the two is known to its coordinates, of a matrix of norm √2.
    let rounding = 2.0 * tolerance::coordinates(2, 2_f64.sqrt() * f64::EPSILON);
    let of = |left: f64| ellipsoid.efficient(&[1.0, 1.0 - left * rounding]);
    assert!(matches!(of(0.5), Err(Error::Unresolved { .. })));
    let gains = of(2.0).expect("resolved");
    assert!((gains[0] - 1.0).abs() <= bound(1.0) && (gains[1] + 1.0).abs() <= bound(1.0));
}
