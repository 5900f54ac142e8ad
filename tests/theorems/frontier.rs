//! §4 The frontier of two objectives.

use alignment_tax::{
    Budget, Direction, FrontierError, FrontierPoint, Interaction, OptimalShift, ParetoFrontier,
    PreservationFrontier, Real, Subspace, TaxRate,
};

use crate::common::{direction, normal, rng};
use crate::shared::{both, budget, closed, plane, planted, t};

/// Angles over [0, π], the ends included.
const ANGLES: [f64; 9] = [
    0.0,
    1e-3,
    0.4,
    1.0,
    1.5,
    1.7,
    2.5,
    3.1,
    std::f64::consts::PI,
];

fn frontier_is_the_image_of_the_ball<T: Real>() {
    let mut rng = rng(41);
    let b = 2.5;
    for alpha in ANGLES {
        let (v, c) = plane::<T>(alpha);
        let frontier = ParetoFrontier::between(&v, &c, budget(b)).expect("one space");
        let bound = closed::<T>() * t(b);
        for _ in 0..200 {
            // Nothing in the ball is outside the ellipse or above the frontier …
            let delta =
                direction::<T>(2, &mut rng).as_vector() * t::<T>(b * normal(&mut rng).sin());
            let y = c.as_vector().dot(&delta);
            let s = v.as_vector().dot(&delta);
            assert!(s <= frontier.safety_at(y).expect("in reach") + bound);
            let point = FrontierPoint {
                capability: y,
                safety: s,
            };
            assert!(frontier.contains(point).expect("finite"));
        }
        for j in 0..=20 {
            // … and the frontier is attained.
            let y = t::<T>(b) * t(-1.0 + f64::from(j) / 10.0);
            let shift = OptimalShift::at_capability(&v, &c, budget(b), y).expect("in reach");
            let s = frontier.safety_at(y).expect("in reach");
            assert!((shift.safety() - s).abs() <= bound);
            assert!((shift.capability() - y).abs() <= bound);
            assert!(shift.length() <= t::<T>(b) + bound);
            // It satisfies the ellipse with equality.
            let (cosine, sine) = (frontier.cosine(), frontier.sine());
            let form = y * y - t::<T>(2.0) * y * s * cosine + s * s;
            let size = t::<T>(4.0 * b * b) * closed();
            assert!((form - t::<T>(b * b) * sine * sine).abs() <= size);
        }
    }
}
both!(
    t4_1_frontier_is_the_image_of_the_ball,
    frontier_is_the_image_of_the_ball
);

fn efficient_arc<T: Real>() {
    let b = 2.0;
    for alpha in ANGLES {
        let frontier = ParetoFrontier::from_angle(
            if alpha == std::f64::consts::PI {
                T::pi()
            } else {
                t(alpha)
            },
            budget(b),
        )
        .expect("an angle");
        let bound = closed::<T>() * t(b);
        let [safest, ablest] = frontier.efficient_arc();
        assert!((safest.capability - t::<T>(b) * frontier.cosine()).abs() <= bound);
        assert_eq!((safest.safety, ablest.capability), (t(b), t(b)));
        // Below the arc both can still be improved: there the frontier rises with c.
        for j in 0..100 {
            let y = t::<T>(b) * t(-0.995 + 0.02 * f64::from(j).min(99.0));
            let step = t::<T>(b * 1e-3);
            if y + step > t(b) {
                continue;
            }
            let rises = frontier.safety_at(y + step).expect("in reach")
                - frontier.safety_at(y).expect("in reach");
            if y + step < safest.capability {
                assert!(rises >= -bound, "inefficient below the arc");
                assert!(!frontier.is_efficient(y));
            } else if y > safest.capability {
                assert!(rises <= bound, "a trade-off on the arc");
                assert!(frontier.is_efficient(y));
            }
        }
        // For cos α > 0 the whole arc gains in both; for cos α < 0 one end pays.
        let both = safest.capability > T::zero() && ablest.safety > T::zero();
        match frontier.interaction() {
            Interaction::Synergy => assert!(both),
            Interaction::Tax => assert!(!both),
            other => panic!("{alpha} is not {other:?}"),
        }
        // The price is the slope, by a central difference.
        for j in 1..10 {
            let y = t::<T>(b) * t(-0.9 + 0.18 * f64::from(j));
            let h = t::<T>(b) * T::machine_epsilon().cbrt();
            let (up, down) = (frontier.safety_at(y + h), frontier.safety_at(y - h));
            let slope = (up.expect("in reach") - down.expect("in reach")) / (h + h);
            let price = frontier.price_at(y).expect("finite");
            // Third derivative h²/6 and rounding ε/h, both of order ε^(2/3).
            let order = T::machine_epsilon().cbrt().powi(2) * t(100.0);
            assert!((slope - price).abs() <= order, "{slope} {price}");
        }
    }
}
both!(t4_2_efficient_arc, efficient_arc);

fn preservation_reading<T: Real>() {
    let b = 3.0;
    for alpha in [0.1_f64, 0.6435, 1.0, 1.5] {
        let (v, c) = planted::<T>(15, 3, alpha, 43);
        let tax = TaxRate::between(&v, &c).expect("one space");
        let frontier = PreservationFrontier::new(tax, budget(b));
        let bound = closed::<T>() * t(b);
        // The free gain is B√(1 − τ), and a shift outside the subspace attains it.
        assert!((frontier.free_gain() - t::<T>(b) * tax.complement().sqrt()).abs() <= bound);
        let free = OptimalShift::at_cost(&v, &c, budget(b), T::zero()).expect("in reach");
        assert!((free.safety() - frontier.free_gain()).abs() <= bound);
        assert!(free.capability() <= bound);
        // Cost and gain are inverse to each other beyond it.
        for j in 0..=20 {
            let share = f64::from(j) / 20.0;
            let s = frontier.free_gain() + (t::<T>(b) - frontier.free_gain()) * t(share);
            let s = s.min(t(b));
            let kappa = frontier.min_cost(s).expect("in reach");
            let back = frontier.max_safety(kappa).expect("in reach");
            // ds/dκ ≤ cos α ≤ 1 on this part.
            assert!((back - s).abs() <= bound + bound, "{back} {s}");
            let direct =
                s * tax.cosine() - tax.sine() * (t::<T>(b * b) - s * s).max(T::zero()).sqrt();
            // √(B² − s²) near s = B carries √ε of its own; compare where it does not.
            if share < 0.9 {
                assert!((kappa - direct.max(T::zero())).abs() <= bound * t(4.0));
            }
        }
        assert_eq!(frontier.min_cost(T::zero()).expect("in reach"), T::zero());
        assert!((frontier.min_cost(t(b)).expect("in reach") - frontier.full_cost()).abs() <= bound);
        assert_eq!(frontier.max_safety(t(b)).expect("in reach"), t(b));
        // The marginal cost jumps from 0 to 1/cos α and grows without bound.
        let free = frontier.free_gain();
        let below = frontier.marginal_cost(free * t(0.99)).expect("in reach");
        let above = frontier.marginal_cost(free).expect("in reach");
        assert_eq!(below, T::zero());
        let relative = closed::<T>() / tax.cosine().powi(2);
        assert!((above * tax.cosine() - T::one()).abs() <= relative);
        let steep = t::<T>(b) * (T::one() - T::machine_epsilon() * t(8.0));
        let last = frontier.marginal_cost(steep).expect("in reach");
        assert!(last > tax.sine() * t(0.2) / T::machine_epsilon().sqrt());
        assert!(matches!(
            frontier.marginal_cost(t(b)),
            Err(FrontierError::InfinitePrice { .. })
        ));
        // Beyond the budget: an error that names it.
        let beyond = frontier.min_cost(t(b * 1.01));
        assert!(matches!(beyond, Err(FrontierError::OutOfReach { budget, .. }) if budget == b));
        // The budget that buys a gain for nothing.
        let larger = frontier.tax_free_budget(t(b)).expect("not entangled");
        let richer = PreservationFrontier::new(tax, Budget::new(larger).expect("positive"));
        assert!((richer.free_gain() - t(b)).abs() <= bound);
    }
}
both!(t4_3_preservation_reading, preservation_reading);

/// Near α = π/2 the free gain rounds to B, and the cost of the last of it must not
/// vanish with it. For s = B(1 − q·cos²α/2) the cost is B·cos α·(1 − √q) up to cos³α.
fn cost_next_to_a_right_angle<T: Real>() {
    let smallest = T::machine_epsilon().sqrt().to_double();
    for x in [1e-1, 1e-2, 1e-3, 4.0 * smallest, 0.5 * smallest] {
        let v = Direction::from_slice(&[t::<T>(x), T::one()]).expect("a direction");
        let c = Direction::from_slice(&[T::one(), T::zero()]).expect("a direction");
        let line = Subspace::from_directions(std::slice::from_ref(&c)).expect("a line");
        for tax in [
            TaxRate::single(&v, &c).expect("one space"),
            TaxRate::between(&v, &line).expect("one space"),
        ] {
            let frontier = PreservationFrontier::new(tax, Budget::unit());
            assert_eq!(
                frontier.min_cost(T::one()).expect("in reach"),
                frontier.full_cost()
            );
            let cosine = tax.cosine().to_double();
            for q in [0.25, 0.01] {
                let s = T::one() - t::<T>(q * cosine * cosine / 2.0);
                // What s is after rounding.
                let q = (T::one() - s).to_double() * 2.0 / (cosine * cosine);
                if q >= 1.0 {
                    continue;
                }
                let expected = cosine * (1.0 - q.sqrt());
                let bound = cosine.powi(3) + closed::<T>().to_double() * cosine;
                let cost = frontier.min_cost(s).expect("in reach").to_double();
                assert!(
                    (cost - expected).abs() <= bound,
                    "{cost:e} {expected:e} at {x:e}"
                );
            }
        }
    }
}
both!(t4_3_cost_next_to_a_right_angle, cost_next_to_a_right_angle);

fn limits<T: Real>() {
    let b = 1.5;
    let one_to_one = ParetoFrontier::from_angle(T::zero(), budget(b)).expect("an angle");
    let independent = ParetoFrontier::from_angle(T::frac_pi_2(), budget(b)).expect("an angle");
    let bound = closed::<T>() * t(b);
    for j in 0..=10 {
        let c = t::<T>(b * (-1.0 + f64::from(j) / 5.0));
        let s = one_to_one.safety_at(c).expect("in reach");
        assert_eq!(s, c);
        let s = independent.safety_at(c).expect("in reach");
        let circle = (t::<T>(b * b) - c * c).max(T::zero()).sqrt();
        assert!((s - circle).abs() <= bound);
    }
    // The limits are approached, not jumped to: s(c) is Lipschitz in α with B.
    for alpha in [1e-2, 1e-4, 1e-6] {
        let near = ParetoFrontier::from_angle(t::<T>(alpha), budget(b)).expect("an angle");
        let gap: T = near.safety_at(t(0.7)).expect("in reach") - t::<T>(0.7);
        assert!(gap.abs() <= t::<T>(alpha * b) + bound);
        let near = ParetoFrontier::from_angle(T::frac_pi_2() - t::<T>(alpha), budget(b))
            .expect("an angle");
        let gap = near.safety_at(t(0.7)).expect("in reach")
            - independent.safety_at(t(0.7)).expect("in reach");
        assert!(gap.abs() <= t::<T>(alpha * b) + bound);
    }
}
both!(t4_4_limits, limits);

fn optimal_shift_certifies_itself<T: Real>() {
    let b = 4.0;
    let d = 300;
    for alpha in [0.3_f64, 1.2] {
        let (v, c) = planted::<T>(d, 6, alpha, 45);
        let tax = TaxRate::between(&v, &c).expect("one space");
        let frontier = PreservationFrontier::new(tax, budget(b));
        // (log₂ d + 28)·ε·B, as the type promises.
        let bound = t::<T>(((d as f64).log2() + 28.0) * b) * T::machine_epsilon();
        for j in 0..=10 {
            let share = t::<T>(f64::from(j) / 10.0);
            let at_cost = OptimalShift::at_cost(&v, &c, budget(b), frontier.full_cost() * share)
                .expect("in reach");
            assert!(at_cost.gap().abs() <= bound, "gap {}", at_cost.gap());
            assert!((at_cost.capability() - frontier.full_cost() * share).abs() <= bound);
            assert!(at_cost.length() <= t::<T>(b) + bound);
            let gain = t::<T>(b) * share;
            let at_safety = OptimalShift::at_safety(&v, &c, budget(b), gain).expect("in reach");
            assert!((at_safety.safety() - gain).abs() <= bound);
            assert!(at_safety.gap().abs() <= bound, "gap {}", at_safety.gap());
            // Measured again, from the coordinates alone.
            let delta = at_safety.delta();
            assert!((v.as_vector().dot(delta) - at_safety.safety()).abs() <= bound);
            let cost = c.project(delta).expect("finite").norm();
            assert!((cost - at_safety.capability()).abs() <= bound);
        }
    }
}
both!(
    t4_5_optimal_shift_certifies_itself,
    optimal_shift_certifies_itself
);
