//! Named objectives, what freezing leaves of them, and conflicts.

use alignment_tax::{
    Conflict, ConflictEstimate, ConflictVerdict, Direction, Evidence, FreezeSearch, FrozenGoals,
    JointGain, MonteCarlo, Objectives, Real, Samples, SearchMethod, VerdictProbabilities,
    tolerance,
};

use crate::common::rng;
use crate::data::Data;
use crate::frontier::{budget, objectives};
use crate::reading::{Axis, Kind, Reader};
use crate::samples::concepts;
use crate::tax::{DRAWN, LEVEL, ends, goal, paired};

const GOALS: [&str; 2] = ["safety", "goal 1"];
const FROZEN: [&str; 1] = ["goal 2"];

pub fn read<T: Real>(data: &Data, r: &mut Reader) {
    named::<T>(data, r);
    conflicts::<T>(data, r);
    searches::<T>(data, r);
    joint::<T>(data, r);
    estimates::<T>(data, r);
}

fn named<T: Real>(data: &Data, r: &mut Reader) {
    let k = data.objectives.len();
    for (from, all) in ["vectors", "Gram"].into_iter().zip(objectives::<T>(data)) {
        r.family("Objectives", tolerance::gain::<T>(k));
        let name = |what: &str| format!("{what} {from}");
        r.table(&name("gram"), all.gram(), Axis::Objective, Axis::Objective);
        r.vector(&name("slopes"), all.slopes(), Axis::Metric);
        r.exactly(&name("len"), all.len());
        r.exactly(&name("names"), all.names().len());
        r.exactly(&name("rank"), all.rank());
        r.number(
            &name("overlap"),
            all.overlap("safety", "goal 1").expect("names"),
        );
        let two = all.select(&["goal 1", "safety"]).expect("names");
        r.table(&name("select"), two.gram(), Axis::Fixed, Axis::Fixed);
        let changes = nalgebra::DVector::from_element(k, budget::<T>(data).value());
        let metric = all.in_metric_units(&changes).expect("finite");
        r.vector(&name("in_metric_units"), &metric, Axis::Metric)
            .budget(1);
        let partial = all.partial_correlations().expect("independent");
        r.table(
            &name("partial_correlations"),
            &partial,
            Axis::Objective,
            Axis::Objective,
        );
        let left = all.freeze(&FROZEN).expect("independent");
        r.exactly(&name("frozen"), left.frozen().len());
        r.number(
            &name("freeze overlap"),
            left.overlap("safety", "goal 1").expect("names"),
        );
        let at = left.index("safety").expect("a name");
        r.number(&name("freeze slopes"), left.slopes()[at])
            .safety_metric(1);
        if let Some(vectors) = all.vectors() {
            r.table(&name("vectors"), vectors, Axis::Ambient, Axis::Objective);
            let safety = left.direction("safety").expect("a name").expect("vectors");
            r.vector(&name("freeze direction"), safety.as_vector(), Axis::Ambient);
        }
    }
    let directions = [goal::<T>(data, "safety"), goal::<T>(data, "goal 1")];
    let two = Objectives::from_directions(&[("a", &directions[0]), ("b", &directions[1])]);
    r.number(
        "from_directions",
        two.expect("one space").overlap("a", "b").expect("names"),
    );
}

fn verdict(x: ConflictVerdict) -> usize {
    x as usize + 10 * usize::from(x.fights())
}

fn conflicts<T: Real>(data: &Data, r: &mut Reader) {
    let b = budget::<T>(data);
    let k = data.objectives.len();
    for (from, all) in ["vectors", "Gram"].into_iter().zip(objectives::<T>(data)) {
        let conflict = Conflict::new(&all, GOALS, &FROZEN, b).expect("independent");
        let overlap = |x, y| all.overlap(x, y).expect("names");
        let mediated = (overlap("safety", "goal 2"), overlap("goal 1", "goal 2"));
        let again = Conflict::from_overlaps(overlap("safety", "goal 1"), mediated.0, mediated.1, b);
        for (how, c) in [
            ("new", conflict),
            ("from_overlaps", again.expect("independent")),
        ] {
            let name = |what: &str| format!("{what} {how} {from}");
            r.family("Conflict", tolerance::gain::<T>(k));
            r.exactly(&name("verdict"), verdict(c.verdict()));
            r.number(&name("cosine_before"), c.cosine_before());
            r.number(&name("cosine_after"), c.cosine_after());
            r.number(
                &name("frontier_before"),
                c.frontier_before().area().expect("finite"),
            )
            .budget(2);
            r.number(
                &name("frontier_after"),
                c.frontier_after().area().expect("finite"),
            )
            .budget(2);
            r.numbers(&name("free_gains"), &c.free_gains(), Axis::Fixed)
                .budget(1);
            r.numbers(&name("areas"), &c.areas().expect("finite"), Axis::Fixed)
                .budget(2);
        }
        let frozen = FrozenGoals::new(&all, &GOALS, &FROZEN).expect("independent");
        goals(from, &frozen, k, r);
    }
}

fn goals<T: Real>(name: &str, frozen: &FrozenGoals<T>, k: usize, r: &mut Reader) {
    r.family("FrozenGoals", tolerance::gain::<T>(k));
    let name = |what: &str| format!("{what} {name}");
    r.exactly(
        &name("names"),
        frozen.goals().len() + 10 * frozen.frozen().len(),
    );
    r.table(
        &name("cosines_before"),
        frozen.cosines_before(),
        Axis::Fixed,
        Axis::Fixed,
    );
    r.table(
        &name("cosines_after"),
        frozen.cosines_after(),
        Axis::Fixed,
        Axis::Fixed,
    );
    r.exactly(&name("verdict"), verdict(frozen.verdict()));
    let on = frozen.verdict_on(GOALS[1], GOALS[0]).expect("names");
    r.exactly(&name("verdict_on"), verdict(on));
    r.exactly(&name("fights"), usize::from(frozen.fights()));
    r.number(&name("conflict_left"), frozen.conflict_left());
    r.exactly(
        &name("worst_pair"),
        usize::from(frozen.worst_pair().contains(&GOALS[0])),
    );
    r.vector(&name("free_shares"), frozen.free_shares(), Axis::Fixed);
    r.number(&name("safety_lost"), frozen.safety_lost());
    r.number(&name("mean_lost"), frozen.mean_lost());
    r.number(&name("rounding"), frozen.rounding())
        .except(Kind::Precision, "in units of the ε of the scalar");
}

fn searches<T: Real>(data: &Data, r: &mut Reader) {
    let candidates = data.objectives.iter().map(String::as_str);
    let candidates: Vec<&str> = candidates.filter(|x| !GOALS.contains(x)).collect();
    let k = data.objectives.len();
    for (from, all) in ["vectors", "Gram"].into_iter().zip(objectives::<T>(data)) {
        let search = FreezeSearch::new(&all, &GOALS, &candidates).expect("names");
        for (how, plan) in [
            ("run", search.run()),
            ("exact", search.run_by(SearchMethod::Exact)),
            ("greedy", search.run_by(SearchMethod::Greedy)),
        ] {
            let plan = plan.expect("searched");
            let name = |what: &str| format!("{what} {how} {from}");
            r.family("FreezePlan", tolerance::gain::<T>(k));
            r.exactly(
                &name("method"),
                usize::from(plan.method() == SearchMethod::Exact),
            );
            r.exactly(&name("candidates"), search.candidates().len());
            let best = plan.best().map_or(&[][..], |x| x.frozen());
            let marks = data
                .objectives
                .iter()
                .map(|x| f64::from(u8::from(best.contains(x))));
            r.numbers(&name("best"), &marks.collect::<Vec<_>>(), Axis::Objective);
            let flat = |x: &FrozenGoals<T>| [x.safety_lost(), x.conflict_left()];
            r.numbers(&name("unfrozen"), &flat(plan.unfrozen()), Axis::Fixed);
            let pareto: Vec<T> = plan.pareto().iter().flat_map(flat).collect();
            r.numbers(&name("pareto"), &pareto, Axis::Fixed);
            let near: Vec<T> = plan.near_misses().into_iter().flat_map(flat).collect();
            r.numbers(&name("near_misses"), &near, Axis::Fixed);
            let mut singles = vec![T::zero(); data.objectives.len()];
            for (single, found) in plan.singles() {
                let at = data.objectives.iter().position(|x| x == single);
                singles[at.expect("a name")] = found.map_or(T::zero(), FrozenGoals::safety_lost);
            }
            r.numbers(&name("singles"), &singles, Axis::Objective);
        }
    }
}

fn joint<T: Real>(data: &Data, r: &mut Reader) {
    let b = budget::<T>(data);
    let k = data.objectives.len();
    for (from, all) in ["vectors", "Gram"].into_iter().zip(objectives::<T>(data)) {
        // Which gain is the least depends on the units of all; these are set here.
        let slopes: Vec<T> = data
            .objectives
            .iter()
            .map(|x| T::from_double(x.len() as f64))
            .collect();
        let fixed = all.clone().with_slopes(&slopes).expect("positive");
        for (how, joint) in [
            ("new", JointGain::new(&all, &GOALS, &FROZEN, b)),
            (
                "in_metric_units",
                JointGain::in_metric_units(&fixed, &GOALS, &FROZEN, b),
            ),
        ] {
            let joint = joint.expect("independent");
            let name = |what: &str| format!("{what} {how} {from}");
            r.family("JointGain", tolerance::gain::<T>(k));
            r.number(&name("gain"), joint.gain()).budget(1);
            r.vector(&name("gains"), joint.gains(), Axis::Fixed)
                .budget(1);
            r.vector(&name("gains_alone"), joint.gains_alone(), Axis::Fixed)
                .budget(1);
            r.vector(&name("weights"), joint.weights(), Axis::Fixed);
            r.exactly(
                &name("goals"),
                joint.goals().len() + 10 * joint.binding().len(),
            );
            r.exactly(
                &name("bottleneck"),
                usize::from(joint.bottleneck() == GOALS[0]),
            );
            r.number(&name("bound"), joint.bound()).budget(1);
            r.number(&name("gap"), joint.gap() + b.value())
                .budget(1)
                .rounds("rounding, and so read beside the budget");
            r.number(&name("length"), joint.length()).budget(1);
            if let Some(delta) = joint.delta() {
                r.vector(&name("delta"), delta, Axis::Ambient).budget(1);
            }
        }
    }
}

fn estimates<T: Real>(data: &Data, r: &mut Reader) {
    let safety = paired::<T>(&data.safety);
    let [plus, minus] = [&data.groups.plus, &data.groups.minus].map(Data::matrix::<T>);
    let other = Samples::unpaired(&plus, &minus).expect("two groups");
    let directions: Vec<Direction<f64>> = concepts::<f64>(data);
    let known: Vec<Evidence<'_>> = directions.iter().map(Evidence::Known).collect();
    let sampled: Vec<Samples> = data.capabilities.iter().map(paired::<T>).collect();
    let sampled: Vec<Evidence<'_>> = sampled.iter().map(Evidence::Sampled).collect();
    let goals = [Evidence::Sampled(&safety), Evidence::Sampled(&other)];
    let run = MonteCarlo::new(19).expect("enough");
    for (from, capabilities) in [("known", &known), ("sampled", &sampled)] {
        let e = ConflictEstimate::new(goals, capabilities);
        let e = e.and_then(|x| x.with_margin(0.02));
        let e = e.unwrap_or_else(|e| panic!("{from}: {e}"));
        let name = |what: &str| format!("{what} {from}");
        r.family(
            "ConflictEstimate",
            tolerance::covariance::<f64>(plus.nrows() + 8, data.dimension()),
        );
        r.number(&name("plug_in"), e.plug_in().cosine_after());
        for (when, overlap) in [("before", e.overlap_before()), ("after", e.overlap_after())] {
            r.number(&name(when), overlap.value());
            r.number(&name(&format!("{when} error")), overlap.standard_error());
            r.numbers(
                &name(&format!("{when} interval")),
                &ends(overlap.interval(LEVEL)),
                Axis::Fixed,
            );
        }
        r.number(&name("difference"), e.difference());
        r.numbers(
            &name("difference_interval"),
            &ends(e.difference_interval(LEVEL)),
            Axis::Fixed,
        );
        let taxes: Vec<f64> = e.taxes().iter().map(|x| x.value()).collect();
        r.numbers(&name("taxes"), &taxes, Axis::Fixed);
        r.numbers(&name("areas"), &e.areas(), Axis::Fixed);
        let areas = e.area_intervals(LEVEL).map(ends).concat();
        r.numbers(&name("area_intervals"), &areas, Axis::Fixed);
        r.exactly(&name("likeliest"), verdict(e.likeliest()));
        r.exactly(&name("units"), e.units().unwrap_or(0));
        let p: VerdictProbabilities = e.probabilities(&run, &mut rng(data.seed));
        r.family("VerdictProbabilities", 0.0);
        r.exactly(&name("replicates"), p.replicates());
        for (what, x) in [
            ("probability", p.probability(e.likeliest())),
            ("standard_error", p.standard_error(e.likeliest())),
            ("undetermined", p.undetermined()),
            ("decided", f64::from(u8::from(p.decided(LEVEL).is_some()))),
        ] {
            r.number(&name(what), x).except(Kind::Capabilities, DRAWN);
        }
    }
}
