//! Named objectives: what freezing does, floors, targets, rules, and shifts that were made.

use alignment_tax::{
    Audit, Conflict, FixedTargets, Floors, Forecast, FreezePlan, FreezeSearch, FrozenGoals,
    GainEllipsoid, JointGain, Objectives, SearchMethod, UpdateProjection, UpdateRule, tolerance,
};

use crate::check;
use crate::draw::{Draw, Scalar};
use crate::spans::some_subspace;
use crate::tax::{some_budget, some_direction};

/// Objectives that most likely exist.
pub fn some_objectives<T: Scalar>(draw: &mut Draw<'_>, n: usize) -> Option<Objectives<T>> {
    let names = draw.names(n);
    let d = draw.size();
    let objectives = match draw.below(4) {
        0 => {
            let gram = draw.gram::<T>(n);
            draw.call("from_gram", Objectives::from_gram(&names, &gram))
        }
        1 => {
            let directions: Vec<_> = (0..n)
                .filter_map(|_| some_direction::<T>(draw, d))
                .collect();
            let named: Vec<_> = names.iter().copied().zip(&directions).collect();
            draw.call("from_directions", Objectives::from_directions(&named))
        }
        _ => {
            let gradients = draw.matrix::<T>(d, n);
            draw.call(
                "from_gradients",
                Objectives::from_gradients(&names, &gradients),
            )
        }
    }?;
    let objectives = if draw.rarely(4) {
        let slopes: Vec<T> = (0..objectives.len()).map(|_| draw.positive()).collect();
        draw.call("with_slopes", objectives.with_slopes(&slopes))?
    } else {
        objectives
    };
    if draw.rarely(8) {
        let names = draw.some_names(n, 2);
        return draw.call("freeze", objectives.freeze(&names));
    }
    Some(objectives)
}

pub fn objectives_hold<T: Scalar>(objectives: &Objectives<T>) {
    let n = objectives.len();
    let gram = objectives.gram();
    assert_eq!(gram.shape(), (n, n));
    for (i, x) in gram.iter().enumerate() {
        check::within("an inner product", *x, -T::one(), T::one());
        assert!(i / n != i % n || *x == T::one(), "a diagonal of {x:e}");
    }
    check::finite("slopes", objectives.slopes().iter());
    assert!(objectives.slopes().iter().all(|&x| x > T::zero()));
    assert!((1..=n).contains(&objectives.rank()));
    if let Some(vectors) = objectives.vectors() {
        check::finite("vectors", vectors.iter());
    }
}

pub fn objectives<T: Scalar>(draw: &mut Draw<'_>) {
    let n = 1 + draw.below(6);
    let Some(objectives) = some_objectives::<T>(draw, n) else {
        return;
    };
    objectives_hold(&objectives);
    let n = objectives.len();
    let some = draw.some_names(n, n);
    if let Some(selected) = draw.call("select", objectives.select(&some)) {
        objectives_hold(&selected);
    }
    if let Some(frozen) = draw.call("freeze", objectives.freeze(&some)) {
        objectives_hold(&frozen);
    }
    if let Some(partial) = draw.call("partial", objectives.partial_correlations()) {
        for &x in &partial {
            check::within("partial correlation", x, -T::one(), T::one());
        }
    }
    let (one, other) = (draw.name(n), draw.name(n));
    let _ = draw.call("index", objectives.index(one));
    if let Some(x) = draw.call("overlap", objectives.overlap(one, other)) {
        check::within("overlap", x, -T::one(), T::one());
    }
    if let Some(Some(v)) = draw.call("direction", objectives.direction(one)) {
        check::finite("direction", v.as_vector().iter());
    }
    let changes = draw.vector::<T>(n);
    if let Some(x) = draw.call("in_metric_units", objectives.in_metric_units(&changes)) {
        check::finite("metric changes", x.iter());
    }
}

fn conflict_holds<T: Scalar>(draw: &mut Draw<'_>, conflict: &Conflict<T>, b: T) {
    draw.case(conflict.verdict() as usize);
    for x in [conflict.cosine_before(), conflict.cosine_after()] {
        check::within("cosine", x, -T::one(), T::one());
    }
    for x in conflict.free_gains() {
        check::within("free gain", x, T::zero(), b + b * tolerance::closed_form());
    }
    if let Some(areas) = draw.call("areas", conflict.areas()) {
        check::finite("areas", &areas);
        assert!(areas.iter().all(|&x| x >= T::zero()));
    }
    check::finite(
        "frontier",
        [
            &conflict.frontier_after().cosine(),
            &conflict.frontier_before().sine(),
        ],
    );
}

fn goals_hold<T: Scalar>(draw: &mut Draw<'_>, goals: &FrozenGoals<T>) {
    draw.case(goals.verdict() as usize);
    for &x in goals.cosines_before().iter().chain(goals.cosines_after()) {
        check::within("cosine", x, -T::one(), T::one());
    }
    for &x in goals.free_shares() {
        check::share("free share", x);
    }
    check::share("safety lost", goals.safety_lost());
    check::share("mean lost", goals.mean_lost());
    check::is_finite("conflict left", goals.conflict_left());
    check::is_finite("rounding", goals.rounding());
    let [one, other] = goals.worst_pair();
    let _ = draw.call("verdict_on", goals.verdict_on(one, other));
}

pub fn conflict<T: Scalar>(draw: &mut Draw<'_>) {
    let n = 2 + draw.below(5);
    let Some(budget) = some_budget::<T>(draw) else {
        return;
    };
    let b = budget.value();
    let overlaps: [T; 3] = std::array::from_fn(|_| {
        let x = draw.share::<T>();
        if draw.byte() & 1 == 0 { x } else { -x }
    });
    let [rho, x, y] = overlaps;
    if let Some(c) = draw.call("from_overlaps", Conflict::from_overlaps(rho, x, y, budget)) {
        conflict_holds(draw, &c, b);
    }
    let Some(objectives) = some_objectives::<T>(draw, n) else {
        return;
    };
    let goals = draw.some_names(n, 3);
    let frozen = others(draw, &goals, n, 3);
    let pair = [
        goals.first().copied().unwrap_or("a"),
        goals.last().copied().unwrap_or("b"),
    ];
    if let Some(c) = draw.call(
        "Conflict::new",
        Conflict::new(&objectives, pair, &frozen, budget),
    ) {
        conflict_holds(draw, &c, b);
    }
    if let Some(g) = draw.call(
        "FrozenGoals",
        FrozenGoals::new(&objectives, &goals, &frozen),
    ) {
        goals_hold(draw, &g);
    }
    for metric in [false, true] {
        let joint = if metric {
            JointGain::in_metric_units(&objectives, &goals, &frozen, budget)
        } else {
            JointGain::new(&objectives, &goals, &frozen, budget)
        };
        let Some(joint) = draw.call("JointGain", joint) else {
            continue;
        };
        check::finite("gains", joint.gains().iter());
        check::finite("alone", joint.gains_alone().iter());
        check::finite(
            "numbers",
            [&joint.gain(), &joint.bound(), &joint.gap(), &joint.length()],
        );
        for &x in joint.weights() {
            check::is_finite("weight", x);
            assert!(x >= T::zero(), "weight {x}");
        }
        assert!(!joint.bottleneck().is_empty());
        draw.case(joint.binding().len());
        if let Some(delta) = joint.delta() {
            check::finite("delta", delta.iter());
        }
    }
}

pub fn freeze_search<T: Scalar>(draw: &mut Draw<'_>) {
    let n = 2 + draw.below(6);
    let Some(objectives) = some_objectives::<T>(draw, n) else {
        return;
    };
    let goals = draw.some_names(n, 3);
    let candidates = others(draw, &goals, n, 5);
    let search = FreezeSearch::new(&objectives, &goals, &candidates);
    let Some(search) = draw.call("FreezeSearch::new", search) else {
        return;
    };
    for plan in [
        draw.call("run", search.run()),
        draw.call("exact", search.run_by(SearchMethod::Exact)),
        draw.call("greedy", search.run_by(SearchMethod::Greedy)),
    ]
    .into_iter()
    .flatten()
    {
        plan_holds(draw, &plan);
    }
}

fn plan_holds<T: Scalar>(draw: &mut Draw<'_>, plan: &FreezePlan<T>) {
    goals_hold(draw, plan.unfrozen());
    if let Some(best) = plan.best() {
        goals_hold(draw, best);
        assert!(!best.fights(), "the best plan fights");
    }
    draw.case(plan.pareto().len());
    draw.case(plan.near_misses().len());
    for goals in plan.pareto() {
        goals_hold(draw, goals);
    }
    for (_, goals) in plan.singles() {
        if let Some(goals) = goals {
            goals_hold(draw, goals);
        }
    }
}

pub fn floors<T: Scalar>(draw: &mut Draw<'_>) {
    let n = 1 + draw.below(6);
    let Some(budget) = some_budget::<T>(draw) else {
        return;
    };
    let b = budget.value();
    let Some(objectives) = some_objectives::<T>(draw, n) else {
        return;
    };
    let safety = draw.name(1);
    let others = draw.some_names(n, n);
    let losses: Vec<(&str, T)> = others
        .into_iter()
        .filter(|&name| name != safety)
        .map(|name| {
            let loss = if draw.rarely(6) {
                draw.positive()
            } else {
                draw.share::<T>() * b
            };
            (name, loss)
        })
        .collect();
    let uniform = if draw.rarely(4) {
        draw.positive()
    } else {
        draw.share::<T>() * b
    };
    let mut all = Vec::new();
    all.extend(draw.call(
        "Floors::new",
        Floors::new(&objectives, safety, budget, &losses),
    ));
    all.extend(draw.call(
        "uniform",
        Floors::uniform(&objectives, safety, budget, uniform),
    ));
    let metric = Floors::in_metric_units(&objectives, safety, budget, &losses);
    all.extend(draw.call("in_metric_units", metric));
    let name = draw.name(n);
    if let Some(first) = all.first().cloned() {
        all.extend(draw.call("with", first.with(name, uniform)));
    }
    for floors in &all {
        let _ = draw.call("floor", floors.floor(name));
        let points = draw.below(10);
        if let Some(curve) = draw.call("trade_off", floors.trade_off(name, points)) {
            for point in curve.points() {
                check::finite("curve", [&point.tolerated, &point.gain, &point.price]);
            }
            for kink in curve.kinks() {
                check::is_finite("kink", kink.tolerated);
            }
        }
        let Some(optimum) = draw.call("solve", floors.solve()) else {
            continue;
        };
        let above = b + b * tolerance::gain(n);
        check::within("gain", optimum.gain(), -above, above);
        check::finite("changes", optimum.changes().iter());
        check::finite("prices", optimum.prices().iter());
        check::finite("coefficients", optimum.coefficients().iter());
        check::within("length", optimum.length(), T::zero(), above);
        check::finite(
            "certificate",
            [&optimum.bound(), &optimum.gap(), &optimum.violation()],
        );
        check::is_finite("price of the budget", optimum.budget_price());
        draw.case(optimum.active().len());
        if let Some(x) = draw.call("metric_changes", optimum.metric_changes()) {
            check::finite("metric changes", x.iter());
        }
        if let Some(x) = draw.call("price", optimum.price(name)) {
            check::is_finite("price", x);
        }
        if let Some(x) = draw.call("metric_price", optimum.metric_price(name)) {
            check::is_finite("metric price", x);
        }
        if let Some(delta) = optimum.delta() {
            check::finite("delta", delta.iter());
        }
    }
    let targets: Vec<_> = losses
        .iter()
        .map(|&(name, loss)| (name, if draw.byte() & 1 == 0 { loss } else { -loss }))
        .collect();
    for fixed in [
        draw.call(
            "FixedTargets",
            FixedTargets::new(&objectives, safety, budget, &targets),
        ),
        draw.call("frozen", FixedTargets::frozen(&objectives, safety, budget)),
    ]
    .into_iter()
    .flatten()
    {
        check::finite("changes", fixed.changes().iter());
        check::finite(
            "numbers",
            [&fixed.gain(), &fixed.least_budget(), &fixed.free_share()],
        );
        check::finite("coefficients", fixed.coefficients().iter());
        if let Some(prices) = fixed.prices() {
            check::finite("prices", prices.iter());
        }
        if let Some(x) = draw.call("metric_changes", fixed.metric_changes()) {
            check::finite("metric changes", x.iter());
        }
        if let Some(delta) = fixed.delta() {
            check::finite("delta", delta.iter());
        }
    }
}

pub fn ellipsoid<T: Scalar>(draw: &mut Draw<'_>) {
    let n = 1 + draw.below(6);
    let Some(budget) = some_budget::<T>(draw) else {
        return;
    };
    let b = budget.value();
    let Some(objectives) = some_objectives::<T>(draw, n) else {
        return;
    };
    let n = objectives.len();
    let ellipsoid = GainEllipsoid::new(&objectives, budget);
    let weights = draw.numbers::<T>(n);
    let efficient = draw.call("efficient", ellipsoid.efficient(&weights));
    if let Some(gains) = &efficient {
        check::finite("efficient", gains.iter());
    }
    if let Some(x) = draw.call("support", ellipsoid.support(&weights)) {
        check::is_finite("support", x);
    }
    let gains = match efficient {
        Some(gains) if draw.byte() & 1 == 0 => gains,
        _ => draw.vector::<T>(n) * b,
    };
    if let Some(x) = draw.call("required_budget", ellipsoid.required_budget(&gains)) {
        check::is_finite("required budget", x);
    }
    if let Some(inside) = draw.call("contains", ellipsoid.contains(&gains)) {
        draw.case(usize::from(inside));
    }
    if let Some(x) = draw.call("coefficients", ellipsoid.coefficients(&gains)) {
        check::finite("coefficients", x.iter());
    }
    if let Some(Some(x)) = draw.call("delta", ellipsoid.delta(&gains)) {
        check::finite("delta", x.iter());
    }
    assert!((1..=n).contains(&ellipsoid.dimension()));
    check::finite("axes", ellipsoid.semi_axes().iter());
    check::is_finite("log volume", ellipsoid.log_volume());
    if let Some(x) = draw.call("volume", ellipsoid.volume()) {
        check::is_finite("volume", x);
    }
    let (one, other, third) = (draw.name(n), draw.name(n), draw.name(n));
    if let Some(frontier) = draw.call("pairwise", ellipsoid.pairwise(one, other)) {
        check::within("cosine", frontier.cosine(), -T::one(), T::one());
    }
    let points = draw.below(12);
    if let Some(surface) = draw.call("surface", ellipsoid.surface([one, other, third], points)) {
        check::finite("surface", surface.iter().flatten().flatten());
    }
}

pub fn rules<T: Scalar>(draw: &mut Draw<'_>) {
    let n = 1 + draw.below(5);
    let Some(budget) = some_budget::<T>(draw) else {
        return;
    };
    let Some(objectives) = some_objectives::<T>(draw, n) else {
        return;
    };
    let safety = draw.name(n);
    let d = objectives.vectors().map_or(3, nalgebra::DMatrix::nrows);
    let rows = draw.size();
    let (x, xs) = (draw.vector::<T>(d), draw.matrix::<T>(rows, d));
    for rule in [
        UpdateRule::NullSpace,
        UpdateRule::HarmedSpan,
        UpdateRule::Sequential,
        UpdateRule::PolarCone,
    ] {
        if let Some(gain) = draw.call("gain", rule.gain(&objectives, safety, budget)) {
            check::finite("gain", [&gain.safety, &gain.given_up, &gain.harm]);
        }
        let projection = UpdateProjection::new(rule, &objectives);
        let Some(projection) = draw.call("UpdateProjection", projection) else {
            continue;
        };
        if let Some(y) = draw.call("apply", projection.apply(&x)) {
            check::finite("applied", y.iter());
        }
        if let Some(y) = draw.call("apply_rows", projection.apply_rows(&xs)) {
            check::finite("applied rows", y.iter());
            assert_eq!(y.shape(), xs.shape());
        }
    }
}

fn audit_holds<T: Scalar>(audit: &Audit<T>) {
    check::is_finite("length", audit.length());
    check::finite(
        "parts",
        [
            &audit.safety(),
            &audit.free(),
            &audit.paid(),
            &audit.idle(),
            &audit.waste(),
            &audit.capability(),
            &audit.attainable(),
        ],
    );
    if let Some(x) = audit.efficiency() {
        check::is_finite("efficiency", x);
    }
}

pub fn audit<T: Scalar>(draw: &mut Draw<'_>) {
    let d = draw.size();
    let (Some(v), Some(s)) = (some_direction::<T>(draw, d), some_subspace::<T>(draw, d)) else {
        return;
    };
    let shift = draw.vector::<T>(d);
    if let Some(audit) = draw.call("Audit::new", Audit::new(&shift, &v, &s)) {
        audit_holds(&audit);
    }
    let n = draw.size();
    let checkpoints = draw.matrix::<T>(d, n);
    if let Some(audits) = draw.call("trajectory", Audit::trajectory(&checkpoints, &v, &s)) {
        audits.iter().for_each(audit_holds);
    }
    let n = 1 + draw.below(4);
    let Some(objectives) = some_objectives::<T>(draw, n) else {
        return;
    };
    let d = objectives.vectors().map_or(d, nalgebra::DMatrix::nrows);
    let shift = draw.vector::<T>(d);
    let names = draw.some_names(n, n);
    let measured: Vec<_> = names
        .into_iter()
        .map(|name| (name, draw.scalar::<T>()))
        .collect();
    let forecasts = Forecast::of_shift(&objectives, &shift, &measured);
    for forecast in draw.call("of_shift", forecasts).into_iter().flatten() {
        check::finite("forecast", [&forecast.change, &forecast.predicted]);
        if let Some(x) = forecast.measured {
            check::is_finite("measured", x);
        }
    }
}

/// Some names, rarely with one among them that is a goal.
fn others(draw: &mut Draw<'_>, goals: &[&'static str], n: usize, most: usize) -> Vec<&'static str> {
    let names = draw.some_names(n, most);
    if draw.rarely(16) {
        return names;
    }
    names
        .into_iter()
        .filter(|name| !goals.contains(name))
        .collect()
}
