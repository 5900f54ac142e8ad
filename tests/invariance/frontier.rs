//! Trade-offs, floors, targets, rules and shifts.

use alignment_tax::{
    Budget, Evidence, FixedTargets, FloorOptimum, Floors, FrontierPoint, GainEllipsoid, Objectives,
    OptimalShift, ParetoFrontier, PreservationBand, PreservationFrontier, Real, Subspace,
    TaxEstimate, TaxRate, UpdateProjection, UpdateRule, tolerance,
};
use nalgebra::{DMatrix, DVector};

use crate::data::Data;
use crate::reading::{Axis, Kind, Reader};
use crate::samples::{concepts, safety};
use crate::tax::{LEVEL, ends, goal, paired};

pub fn read<T: Real>(data: &Data, r: &mut Reader) {
    pareto::<T>(data, r);
    preservation::<T>(data, r);
    shifts::<T>(data, r);
    floors::<T>(data, r);
    ellipsoid::<T>(data, r);
    targets::<T>(data, r);
    rules::<T>(data, r);
}

pub fn budget<T: Real>(data: &Data) -> Budget<T> {
    Budget::new(T::from_double(data.budget)).expect("positive")
}

/// A share of the budget, as it is asked for.
fn of<T: Real>(share: f64, data: &Data) -> T {
    T::from_double(share) * T::from_double(data.level)
}

/// The objectives with their vectors, and by inner products alone.
pub fn objectives<T: Real>(data: &Data) -> [Objectives<T>; 2] {
    let names: Vec<&str> = data.objectives.iter().map(String::as_str).collect();
    let gradients = Data::matrix::<T>(&data.gradients);
    let known = Objectives::from_gradients(&names, &gradients).expect("gradients");
    let slopes = known.slopes().as_slice().to_vec();
    // Of unit vectors, as the squares of far units do not fit.
    let gram = Objectives::from_gram(&names, known.gram()).and_then(|x| x.with_slopes(&slopes));
    [known, gram.expect("a Gram matrix")]
}

/// A number for each objective but safety, whatever the order.
fn share(name: &str) -> f64 {
    let number = name.bytes().last().expect("a name") - b'0';
    0.02 + 0.03 * f64::from(number % 4)
}

fn others(data: &Data) -> Vec<&str> {
    let names = data.objectives.iter().map(String::as_str);
    names.filter(|&x| x != "safety").collect()
}

fn pareto<T: Real>(data: &Data, r: &mut Reader) {
    let (v, c) = (goal::<T>(data, "safety"), goal::<T>(data, "goal 1"));
    let b = budget::<T>(data);
    let overlap = v.overlap(&c).expect("one space");
    let angle = v.angle(&c).expect("one space");
    r.family("Budget", tolerance::closed_form::<T>());
    r.number("value", b.value()).budget(1);
    let square = b.value() * b.value();
    r.number(
        "from_kl",
        Budget::from_kl(square).expect("positive").value(),
    )
    .budget(1);
    r.number("unit", Budget::<T>::unit().value());
    r.family(
        "ParetoFrontier",
        tolerance::orthonormality::<T>(data.dimension()),
    );
    for (from, frontier) in [
        ("between", ParetoFrontier::between(&v, &c, b)),
        ("from_overlap", ParetoFrontier::from_overlap(overlap, b)),
        ("from_angle", ParetoFrontier::from_angle(angle, b)),
    ] {
        let f = frontier.expect("a frontier");
        let mut number = |name: &str, power: i32, x: &[T]| {
            r.numbers(&format!("{name} {from}"), x, Axis::Fixed)
                .budget(power);
        };
        number("budget", 1, &[f.budget()]);
        number("angle", 0, &[f.angle()]);
        number("cosine", 0, &[f.cosine()]);
        number("sine", 0, &[f.sine()]);
        number(
            "Interaction",
            0,
            &[T::from_double(f.interaction() as usize as f64)],
        );
        let at = of(0.3, data);
        number("safety_at", 1, &[f.safety_at(at).expect("in reach")]);
        number(
            "capability_at",
            1,
            &[f.capability_at(at).expect("in reach")],
        );
        number("price_at", 0, &[f.price_at(at).expect("in reach")]);
        let flat = |points: &[FrontierPoint<T>]| -> Vec<T> {
            points
                .iter()
                .flat_map(|x| [x.capability, x.safety])
                .collect()
        };
        number("efficient_arc", 1, &flat(&f.efficient_arc()));
        let point = FrontierPoint {
            capability: of(0.2, data),
            safety: of(0.1, data),
        };
        number(
            "required_budget",
            1,
            &[f.required_budget(point).expect("a point")],
        );
        number("semi_axes", 1, &[f.semi_axes().0, f.semi_axes().1]);
        number("foci", 1, &flat(&f.foci()));
        number("eccentricity", 0, &[f.eccentricity()]);
        number("area", 2, &[f.area().expect("finite")]);
        number("points", 1, &flat(&f.points(5).expect("a few")));
        number("outline", 1, &flat(&f.outline(6).expect("a few")));
        r.exactly(
            &format!("contains {from}"),
            usize::from(f.contains(point).expect("a point")),
        );
        r.exactly(
            &format!("is_efficient {from}"),
            usize::from(f.is_efficient(at)),
        );
    }
}

fn preservation<T: Real>(data: &Data, r: &mut Reader) {
    let span = Subspace::from_directions(&concepts::<T>(data)).expect("a span");
    let tau = TaxRate::between(&safety::<T>(data), &span).expect("one space");
    let b = budget::<T>(data);
    let f = PreservationFrontier::new(tau, b);
    r.family(
        "PreservationFrontier",
        tolerance::orthonormality::<T>(data.dimension()),
    );
    r.number("tax", f.tax().value());
    r.number("budget", f.budget()).budget(1);
    r.number("free_gain", f.free_gain()).budget(1);
    r.number("full_cost", f.full_cost()).budget(1);
    r.number("max_safety", f.max_safety(of(0.1, data)).expect("in reach"))
        .budget(1);
    let gain = of(0.9, data);
    r.number("min_cost", f.min_cost(gain).expect("in reach"))
        .budget(1);
    r.number("marginal_cost", f.marginal_cost(gain).expect("in reach"));
    r.number(
        "tax_free_budget",
        f.tax_free_budget(gain).expect("not all is taxed"),
    )
    .budget(1);

    let directions = concepts::<f64>(data);
    let known: Vec<Evidence<'_>> = directions.iter().map(Evidence::Known).collect();
    let v = paired::<T>(&data.safety);
    let tax = TaxEstimate::new(Evidence::Sampled(&v), &known).expect("resolved");
    let b = budget::<f64>(data);
    let band = PreservationBand::new(&tax, b, LEVEL);
    r.family(
        "PreservationBand",
        tolerance::covariance::<f64>(v.rows(), data.dimension()),
    );
    r.number("cheapest", band.cheapest().free_gain()).budget(1);
    r.number("dearest", band.dearest().free_gain()).budget(1);
    r.numbers("free_gain", &ends(band.free_gain()), Axis::Fixed)
        .budget(1);
    let cost = band.min_cost(of(0.8, data)).expect("in reach");
    r.numbers("min_cost", &ends(cost), Axis::Fixed).budget(1);
    let most = band.max_safety(of(0.1, data)).expect("in reach");
    r.numbers("max_safety", &ends(most), Axis::Fixed).budget(1);
}

fn shifts<T: Real>(data: &Data, r: &mut Reader) {
    let v = safety::<T>(data);
    let span = Subspace::from_directions(&concepts::<T>(data)).expect("a span");
    let b = budget::<T>(data);
    let (s, c) = (goal::<T>(data, "safety"), goal::<T>(data, "goal 1"));
    let gain = of(0.9, data);
    r.family(
        "OptimalShift",
        tolerance::orthonormality::<T>(data.dimension()),
    );
    for (from, shift) in [
        (
            "at_capability",
            OptimalShift::at_capability(&s, &c, b, of(-0.1, data)),
        ),
        (
            "at_cost",
            OptimalShift::at_cost(&v, &span, b, of(0.05, data)),
        ),
        ("at_safety", OptimalShift::at_safety(&v, &span, b, gain)),
    ] {
        let shift = shift.expect("in reach");
        let delta = r.vector(&format!("delta {from}"), shift.delta(), Axis::Ambient);
        delta.budget(1);
        if from != "at_capability" {
            delta.odd();
        }
        r.number(&format!("safety {from}"), shift.safety())
            .budget(1);
        r.number(&format!("length {from}"), shift.length())
            .budget(1);
        // A capability that is not moved is moved by a rounding.
        for (what, x) in [("capability", shift.capability()), ("gap", shift.gap())] {
            r.number(&format!("{what} {from}"), x + b.value())
                .budget(1)
                .rounds(BESIDE);
        }
    }
}

const BESIDE: &str = "rounding, and so read beside the budget";

fn optimum<T: Real>(name: &str, o: &FloorOptimum<T>, b: Budget<T>, data: &Data, r: &mut Reader) {
    let mut number = |what: &str, x: T, power: i32| {
        r.number(&format!("{what} {name}"), x).budget(power);
    };
    number("gain", o.gain(), 1);
    number("budget_price", o.budget_price(), 0);
    number("length", o.length(), 1);
    number("bound", o.bound(), 1);
    for (what, x) in [("gap", o.gap()), ("violation", o.violation())] {
        r.number(&format!("{what} {name}"), x + b.value())
            .budget(1)
            .rounds(BESIDE);
    }
    let mut vector = |what: &str, x: &DVector<T>, axis: Axis, power: i32, safety: i32| {
        r.vector(&format!("{what} {name}"), x, axis)
            .budget(power)
            .safety_metric(safety);
    };
    vector("changes", o.changes(), Axis::Objective, 1, 0);
    let metric = o.metric_changes().expect("finite");
    vector("metric_changes", &metric, Axis::Metric, 1, 0);
    vector("prices", o.prices(), Axis::Objective, 0, 0);
    vector("coefficients", o.coefficients(), Axis::Objective, 1, 0);
    let names = o.objectives().names();
    let of =
        |f: &dyn Fn(&str) -> T| DVector::from_iterator(names.len(), names.iter().map(|x| f(x)));
    vector(
        "price",
        &of(&|x| o.price(x).expect("a name")),
        Axis::Objective,
        0,
        0,
    );
    let prices = of(&|x| o.metric_price(x).expect("a name"));
    vector("metric_price", &prices, Axis::PerMetric, 0, 1);
    let active = o.active();
    let marks = of(&|x| T::from_double(f64::from(u8::from(active.contains(&x)))));
    vector("active", &marks, Axis::Objective, 0, 0);
    if let Some(delta) = o.delta() {
        vector("delta", delta, Axis::Ambient, 1, 0);
    }
    assert_eq!(names.len(), data.objectives.len());
}

fn floors<T: Real>(data: &Data, r: &mut Reader) {
    let b = budget::<T>(data);
    let names = others(data);
    let k = data.objectives.len();
    let losses: Vec<(&str, T)> = names.iter().map(|&x| (x, of(share(x), data))).collect();
    for (from, all) in ["vectors", "Gram"].into_iter().zip(objectives::<T>(data)) {
        r.family("FloorOptimum", tolerance::gain::<T>(k));
        let floors = Floors::new(&all, "safety", b, &losses).expect("floors");
        optimum(
            &format!("floors, {from}"),
            &floors.solve().expect("solved"),
            b,
            data,
            r,
        );
        let uniform = Floors::uniform(&all, "safety", b, of(0.05, data)).expect("floors");
        optimum(
            &format!("uniform, {from}"),
            &uniform.solve().expect("solved"),
            b,
            data,
            r,
        );
        let slope = |x: &str| all.slopes()[all.index(x).expect("a name")];
        let metric: Vec<(&str, T)> = losses.iter().map(|&(x, y)| (x, y * slope(x))).collect();
        let metric = Floors::in_metric_units(&all, "safety", b, &metric).expect("floors");
        let changed = metric
            .clone()
            .with("goal 1", of(0.3, data))
            .expect("a floor");
        optimum(
            &format!("in metric units, {from}"),
            &metric.solve().expect("solved"),
            b,
            data,
            r,
        );
        optimum(
            &format!("with, {from}"),
            &changed.solve().expect("solved"),
            b,
            data,
            r,
        );
        r.family("Floors", tolerance::gain::<T>(k));
        r.optional(
            &format!("floor {from}"),
            floors.floor("goal 1").expect("a name"),
        )
        .budget(1);
        let curve = floors.trade_off("goal 2", 4).expect("solved");
        r.family("FloorCurve", tolerance::gain::<T>(k));
        let of = |f: &dyn Fn(&alignment_tax::FloorPoint<T>) -> T| -> Vec<T> {
            curve.points().iter().map(f).collect()
        };
        let points = format!("FloorPoint {from}");
        r.numbers(
            &format!("{points} tolerated"),
            &of(&|x| x.tolerated),
            Axis::Fixed,
        )
        .budget(1);
        r.numbers(&format!("{points} gain"), &of(&|x| x.gain), Axis::Fixed)
            .budget(1);
        r.numbers(&format!("{points} price"), &of(&|x| x.price), Axis::Fixed);
        let kinks: Vec<T> = curve.kinks().iter().map(|x| x.tolerated).collect();
        r.numbers(&format!("FloorKink {from} tolerated"), &kinks, Axis::Fixed)
            .budget(1);
        let moved = curve
            .kinks()
            .iter()
            .map(|x| x.entering.len() + 10 * x.leaving.len());
        r.exactly(&format!("FloorKink {from} names"), moved.sum());
    }
}

fn ellipsoid<T: Real>(data: &Data, r: &mut Reader) {
    let b = budget::<T>(data);
    let k = data.objectives.len();
    let gains = DVector::from_iterator(k, data.objectives.iter().map(|x| of(share(x), data)));
    let weights: Vec<T> = data
        .objectives
        .iter()
        .map(|x| T::from_double(share(x)))
        .collect();
    for (from, all) in ["vectors", "Gram"].into_iter().zip(objectives::<T>(data)) {
        let e = GainEllipsoid::new(&all, b);
        r.family("GainEllipsoid", tolerance::gain::<T>(k));
        r.number(
            &format!("required_budget {from}"),
            e.required_budget(&gains).expect("independent"),
        )
        .budget(1);
        r.exactly(
            &format!("contains {from}"),
            usize::from(e.contains(&gains).expect("finite")),
        );
        r.vector(
            &format!("efficient {from}"),
            &e.efficient(&weights).expect("weights"),
            Axis::Objective,
        )
        .budget(1);
        r.number(
            &format!("support {from}"),
            e.support(&weights).expect("weights"),
        )
        .budget(1);
        r.exactly(&format!("dimension {from}"), e.dimension());
        r.vector(&format!("semi_axes {from}"), &e.semi_axes(), Axis::Fixed)
            .budget(1);
        let rank = e.dimension();
        let of_budget = T::from_double(rank as f64) * b.value().ln();
        r.number(
            &format!("log_volume {from} less that of the budget"),
            e.log_volume() - of_budget,
        )
        .rounds("a logarithm");
        r.number(&format!("volume {from}"), e.volume().expect("finite"))
            .budget(rank as i32)
            .rounds("by its logarithm");
        let pair = e.pairwise("safety", "goal 1").expect("names");
        r.number(&format!("pairwise {from}"), pair.cosine());
        r.vector(
            &format!("coefficients {from}"),
            &e.coefficients(&gains).expect("independent"),
            Axis::Objective,
        )
        .budget(1);
        if let Some(delta) = e.delta(&gains).expect("independent") {
            r.vector(&format!("delta {from}"), &delta, Axis::Ambient)
                .budget(1);
        }
        // Where on the surface the rings lie is for a picture to choose.
        let three = ["safety", "goal 1", "goal 2"];
        let of_three = GainEllipsoid::new(&all.select(&three).expect("names"), b);
        let rings = e.surface(three, 3).expect("a few");
        let needed: Vec<T> = rings
            .iter()
            .flatten()
            .map(|x| {
                of_three
                    .required_budget(&DVector::from_column_slice(x))
                    .expect("three")
            })
            .collect();
        r.numbers(&format!("surface {from}"), &needed, Axis::Fixed)
            .budget(1);
    }
}

fn targets<T: Real>(data: &Data, r: &mut Reader) {
    let b = budget::<T>(data);
    let k = data.objectives.len();
    let named = ["goal 2", "goal 1"].map(|x| (x, of(share(x), data)));
    for (from, all) in ["vectors", "Gram"].into_iter().zip(objectives::<T>(data)) {
        for (name, t) in [
            ("new", FixedTargets::new(&all, "safety", b, &named)),
            ("frozen", FixedTargets::frozen(&all, "safety", b)),
        ] {
            let t = t.expect("in reach");
            let name = |what: &str| format!("{what} {name} {from}");
            r.family("FixedTargets", tolerance::gain::<T>(k));
            r.number(&name("gain"), t.gain()).budget(1);
            r.number(&name("least_budget"), t.least_budget()).budget(1);
            r.number(&name("free_share"), t.free_share());
            // Those that are fixed at zero are a rounding.
            let beside = t.changes().map(|x| x + b.value());
            r.vector(&name("changes"), &beside, Axis::Objective)
                .budget(1)
                .rounds(BESIDE);
            let metric = t.metric_changes().expect("finite");
            let metric = metric.zip_map(all.slopes(), |x, slope| x + b.value() * slope);
            r.vector(&name("metric_changes"), &metric, Axis::Metric)
                .budget(1)
                .rounds(BESIDE);
            let prices = t.prices().expect("within the budget");
            r.vector(&name("prices"), prices, Axis::Objective);
            r.vector(&name("coefficients"), t.coefficients(), Axis::Objective)
                .budget(1);
            if let Some(delta) = t.delta() {
                r.vector(&name("delta"), delta, Axis::Ambient).budget(1);
            }
        }
    }
}

fn rules<T: Real>(data: &Data, r: &mut Reader) {
    let b = budget::<T>(data);
    let k = data.objectives.len();
    let in_turn = "one capability after the other, in their order";
    for (from, all) in ["vectors", "Gram"].into_iter().zip(objectives::<T>(data)) {
        r.family("RuleGain", tolerance::gain::<T>(k));
        for rule in UpdateRule::ALL {
            let gain = rule.gain(&all, "safety", b).expect("a name");
            for (what, x, rounding) in [
                ("safety", gain.safety, false),
                ("given_up", gain.given_up, true),
                ("harm", gain.harm, true),
            ] {
                let x = if rounding { x + b.value() } else { x };
                let name = format!("{what} {:?} {from}", gain.rule);
                let reading = r.number(&name, x);
                reading.budget(1);
                if rounding {
                    reading.rounds(BESIDE);
                }
                if rule == UpdateRule::Sequential {
                    reading.except(Kind::Objectives, in_turn);
                }
            }
        }
    }
    let capabilities = objectives::<T>(data)[0]
        .select(&others(data))
        .expect("names");
    r.family("UpdateProjection", tolerance::gain::<T>(k));
    for rule in UpdateRule::ALL {
        let projection = UpdateProjection::new(rule, &capabilities).expect("vectors");
        let shift = Data::vector::<T>(&data.shift);
        let rows: DMatrix<T> = Data::matrix::<T>(&data.checkpoints);
        let one = projection.apply(&shift).expect("one space");
        let rows = projection.apply_rows(&rows).expect("one space");
        let name = |what: &str| format!("{what} {:?}", projection.rule());
        let one = r.vector(&name("apply"), &one, Axis::Ambient);
        one.shift(1);
        if rule == UpdateRule::Sequential {
            one.except(Kind::Objectives, in_turn);
        }
        let rows = r.table(&name("apply_rows"), &rows, Axis::Checkpoint, Axis::Ambient);
        rows.shift(1);
        if rule == UpdateRule::Sequential {
            rows.except(Kind::Objectives, in_turn);
        }
    }
}
