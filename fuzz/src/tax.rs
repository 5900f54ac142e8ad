//! Directions, rates, who pays them, and the frontiers that follow.

use alignment_tax::{
    Attribution, Budget, Direction, FrontierPoint, OptimalShift, Overlap, ParetoFrontier,
    PreservationFrontier, RegimeThresholds, TaxRate, TaxSpectrum, tolerance,
};
use rand::{SeedableRng, rngs::ChaCha8Rng};

use crate::check;
use crate::draw::{Draw, Scalar};
use crate::spans::some_subspace;

/// A direction of `R^d` that most likely exists.
pub fn some_direction<T: Scalar>(draw: &mut Draw<'_>, d: usize) -> Option<Direction<T>> {
    let x = draw.vector::<T>(d);
    let v = draw.call("Direction::new", Direction::new(&x))?;
    let off = (v.as_vector().norm() - T::one()).abs();
    check::within("length - 1", off, T::zero(), tolerance::orthonormality(d));
    Some(v)
}

/// At most n directions: a column that has none is left out.
pub fn some_directions<T: Scalar>(draw: &mut Draw<'_>, d: usize, n: usize) -> Vec<Direction<T>> {
    let columns = draw.matrix::<T>(d, n);
    columns
        .column_iter()
        .filter_map(|c| Direction::new(&c.into_owned()).ok())
        .collect()
}

pub fn some_budget<T: Scalar>(draw: &mut Draw<'_>) -> Option<Budget<T>> {
    let x = draw.positive::<T>();
    match draw.below(8) {
        0 => Some(Budget::unit()),
        1 => draw.call("Budget::from_kl", Budget::from_kl(x)),
        _ => draw.call("Budget::new", Budget::new(x)),
    }
    .inspect(|b| assert!(b.value() > T::zero() && b.value().is_finite(), "{b:?}"))
}

/// A number near the budget, its ends among them.
fn reached<T: Scalar>(draw: &mut Draw<'_>, budget: T) -> T {
    if draw.rarely(4) {
        draw.scalar()
    } else {
        draw.share::<T>() * budget
    }
}

pub fn rates<T: Scalar>(draw: &mut Draw<'_>) {
    let d = draw.size();
    let x = draw.numbers::<T>(d);
    let _ = draw.call("from_slice", Direction::from_slice(&x));
    let (v, c) = (some_direction::<T>(draw, d), some_direction::<T>(draw, d));
    let far = if draw.rarely(32) { d + 1 } else { d };
    let s = some_subspace::<T>(draw, far);
    if let (Some(v), Some(c)) = (&v, &c) {
        if let Some(x) = draw.call("overlap", v.overlap(c)) {
            check::within("overlap", x, -T::one(), T::one());
        }
        if let Some(x) = draw.call("angle", v.angle(c)) {
            check::within("angle", x, T::zero(), T::pi());
        }
        if let Some(tau) = draw.call("single", TaxRate::single(v, c)) {
            check::rate(tau);
        }
        assert!(v.angle(&-v.clone()).expect("of one space") > T::from_double(3.14));
    }
    if let (Some(v), Some(s)) = (&v, &s) {
        if let Some(tau) = draw.call("between", TaxRate::between(v, s)) {
            check::rate(tau);
            let (free, entangled) = (draw.share(), draw.share());
            let bounds = RegimeThresholds::new(free, entangled);
            if let Some(bounds) = draw.call("RegimeThresholds::new", bounds) {
                draw.case(tau.regime(&bounds) as usize);
            }
        }
    }
    let n = draw.size();
    let columns = draw.matrix::<T>(d, n);
    if let Some(s) = &s {
        if let Some(rates) = draw.call("of_columns", TaxRate::of_columns(&columns, s)) {
            assert_eq!(rates.len(), n);
            rates.into_iter().for_each(check::rate);
        }
    }
    let gram = draw.gram::<T>(n);
    let safety = if draw.rarely(16) {
        draw.count()
    } else {
        draw.below(n)
    };
    if let Some(tau) = draw.call("from_gram", TaxRate::from_gram(&gram, safety)) {
        check::rate(tau);
    }
}

pub fn attribution<T: Scalar>(draw: &mut Draw<'_>) {
    let d = draw.size();
    let p = draw.below(7);
    let Some(v) = some_direction::<T>(draw, d) else {
        return;
    };
    let capabilities = some_directions::<T>(draw, d, p);
    let exact = draw.call("exact", Attribution::exact(&v, &capabilities));
    let orders = draw.below(12);
    let mut rng = ChaCha8Rng::seed_from_u64(draw.word());
    let sampled = Attribution::sampled(&v, &capabilities, orders, &mut rng);
    let sampled = draw.call("sampled", sampled);
    for shares in [&exact, &sampled].into_iter().flatten() {
        check::rate(shares.total());
        check::subspace("of the capabilities", shares.subspace());
        shares.individual().iter().copied().for_each(check::rate);
        for &x in shares.overlaps() {
            check::within("overlap", x, -T::one(), T::one());
        }
        let total = shares.total().value();
        for &x in shares.unique().iter().chain(shares.shapley()) {
            check::within("a share", x, T::zero(), total);
        }
        let off = (shares.shapley().sum() - total).abs();
        let bound = T::from_double(2.0 * p as f64) * T::machine_epsilon();
        check::within("sum of Shapley shares - tau", off, T::zero(), bound);
        if let Some(errors) = shares.standard_errors() {
            check::finite("standard errors", errors.iter());
        }
    }
}

pub fn spectrum<T: Scalar>(draw: &mut Draw<'_>) {
    let d = draw.size();
    let (Some(s), Some(t)) = (some_subspace::<T>(draw, d), some_subspace::<T>(draw, d)) else {
        return;
    };
    let Some(spectrum) = draw.call("TaxSpectrum", TaxSpectrum::between(&s, &t)) else {
        return;
    };
    spectrum.rates().iter().copied().for_each(check::rate);
    check::rate(spectrum.worst());
    check::share("mean", spectrum.mean());
    assert!(spectrum.free_directions() <= d);
    check::finite("cheapest", spectrum.cheapest_direction().as_vector().iter());
    for convention in [
        Overlap::Maximum,
        Overlap::MeanOverSafety,
        Overlap::MeanOverAngles,
        Overlap::ProjectionMetric,
        Overlap::Chordal,
        Overlap::Geodesic,
    ] {
        let x = spectrum.overlap(convention);
        check::is_finite("overlap", x);
        assert!(x >= T::zero(), "{convention:?} {x}");
    }
}

fn point_holds<T: Scalar>(frontier: &ParetoFrontier<T>, point: FrontierPoint<T>) {
    let b = frontier.budget();
    let bound = b + b * tolerance::closed_form();
    check::within(
        "a capability on the frontier",
        point.capability,
        -bound,
        bound,
    );
    check::within("a safety on the frontier", point.safety, -bound, bound);
}

pub fn pareto<T: Scalar>(draw: &mut Draw<'_>) {
    let Some(budget) = some_budget::<T>(draw) else {
        return;
    };
    let b = budget.value();
    let frontier = match draw.below(4) {
        0 => {
            let d = draw.size();
            let (Some(v), Some(c)) = (some_direction(draw, d), some_direction(draw, d)) else {
                return;
            };
            ParetoFrontier::between(&v, &c, budget)
        }
        1 => {
            let angle = draw.share::<T>() * T::pi();
            ParetoFrontier::from_angle(angle, budget)
        }
        _ => {
            let x = draw.share::<T>();
            let x = if draw.byte() & 1 == 0 { x } else { -x };
            ParetoFrontier::from_overlap(x, budget)
        }
    };
    let Some(frontier) = draw.call("ParetoFrontier", frontier) else {
        return;
    };
    check::within("angle", frontier.angle(), T::zero(), T::pi());
    check::within("cosine", frontier.cosine(), -T::one(), T::one());
    check::share("sine", frontier.sine());
    check::share("eccentricity", frontier.eccentricity());
    draw.case(frontier.interaction() as usize);
    let (x, y) = (reached(draw, b), reached(draw, b));
    let (x, y) = match draw.below(4) {
        0 => (-x, y),
        1 => (x, -y),
        2 => (-x, -y),
        _ => (x, y),
    };
    for result in [
        draw.call("safety_at", frontier.safety_at(x)),
        draw.call("capability_at", frontier.capability_at(y)),
    ] {
        if let Some(z) = result {
            let bound = b + b * tolerance::closed_form();
            check::within("on the frontier", z, -bound, bound);
        }
    }
    if let Some(price) = draw.call("price_at", frontier.price_at(x)) {
        check::is_finite("price", price);
    }
    draw.case(usize::from(frontier.is_efficient(x)));
    let point = FrontierPoint {
        capability: x,
        safety: y,
    };
    if let Some(needed) = draw.call("required_budget", frontier.required_budget(point)) {
        check::is_finite("required budget", needed);
        assert!(needed >= T::zero());
    }
    if let Some(inside) = draw.call("contains", frontier.contains(point)) {
        draw.case(usize::from(inside));
    }
    let (together, apart) = frontier.semi_axes();
    check::finite("semi-axes", [&together, &apart]);
    assert!(together >= T::zero() && apart >= T::zero());
    for point in frontier.foci() {
        check::finite("focus", [&point.capability, &point.safety]);
    }
    for point in frontier.efficient_arc() {
        point_holds(&frontier, point);
    }
    if let Some(area) = draw.call("area", frontier.area()) {
        check::is_finite("area", area);
        assert!(area >= T::zero());
    }
    let n = draw.below(40);
    for points in [
        draw.call("points", frontier.points(n)),
        draw.call("outline", frontier.outline(n)),
    ] {
        for point in points.into_iter().flatten() {
            point_holds(&frontier, point);
        }
    }
}

pub fn preservation<T: Scalar>(draw: &mut Draw<'_>) {
    let d = draw.size();
    let Some(budget) = some_budget::<T>(draw) else {
        return;
    };
    let (Some(v), Some(s)) = (some_direction::<T>(draw, d), some_subspace::<T>(draw, d)) else {
        return;
    };
    let tau = TaxRate::between(&v, &s).expect("of one space");
    let b = budget.value();
    let above = b + b * tolerance::closed_form();
    let frontier = PreservationFrontier::new(tau, budget);
    check::within("free gain", frontier.free_gain(), T::zero(), above);
    check::within("full cost", frontier.full_cost(), T::zero(), above);
    let x = reached(draw, b);
    if let Some(safety) = draw.call("max_safety", frontier.max_safety(x)) {
        check::within("most safety", safety, T::zero(), above);
    }
    if let Some(cost) = draw.call("min_cost", frontier.min_cost(x)) {
        check::within("least cost", cost, T::zero(), above);
    }
    if let Some(price) = draw.call("marginal_cost", frontier.marginal_cost(x)) {
        check::is_finite("price", price);
        assert!(price >= T::zero());
    }
    if let Some(needed) = draw.call("tax_free_budget", frontier.tax_free_budget(x)) {
        check::is_finite("budget", needed);
        assert!(needed >= T::zero());
    }
    let y = if draw.byte() & 1 == 0 { x } else { -x };
    let mut shifts = vec![
        draw.call("at_cost", OptimalShift::at_cost(&v, &s, budget, y)),
        draw.call("at_safety", OptimalShift::at_safety(&v, &s, budget, y)),
    ];
    if let Some(c) = some_direction::<T>(draw, d) {
        let shift = OptimalShift::at_capability(&v, &c, budget, y);
        shifts.push(draw.call("at_capability", shift));
    }
    // As tests/hostile/shift.rs: (log₂ d + 28)·ε·B.
    let bound = T::machine_epsilon() * T::from_double((d as f64).log2() + 28.0) * b;
    for shift in shifts.into_iter().flatten() {
        check::finite("delta", shift.delta().iter());
        check::finite(
            "measured",
            [&shift.safety(), &shift.capability(), &shift.length()],
        );
        // A subnormal budget has no room for a relative error.
        if b > T::EXTREME[5] / T::machine_epsilon() {
            check::within("gap", shift.gap().abs(), T::zero(), bound);
            check::within("length - B", shift.length() - b, -b, bound);
        }
    }
}
