//! Tables.

use alignment_tax::{
    Confidence, ConflictEstimate, ConflictVerdict, FreezePlan, FrozenGoals, JointGain,
    VerdictProbabilities,
};

pub fn verdict_header() {
    println!(
        "  {:<13} {:>23} {:>23} {:>24} {:>13}  probability of each verdict",
        "frozen", "rho", "cos theta", "difference", "decided"
    );
}

pub fn verdict(
    name: &str,
    conflict: &ConflictEstimate,
    probabilities: &VerdictProbabilities,
    confidence: Confidence,
) {
    let cosine = |x: f64, low: f64, high: f64| format!("{x:+.2} [{low:+.2}, {high:+.2}]");
    let overlap = |x: &alignment_tax::OverlapEstimate| {
        let interval = x.interval(confidence);
        cosine(x.value(), interval.lower(), interval.upper())
    };
    let change = conflict.difference_interval(confidence);
    let shares: Vec<String> = ConflictVerdict::ALL
        .into_iter()
        .filter(|&x| probabilities.probability(x) >= 0.005)
        .map(|x| format!("{x} {:.0} %", 100.0 * probabilities.probability(x)))
        .collect();
    let decided = probabilities.decided(confidence);
    println!(
        "  {name:<13} {:>23} {:>23} {:>24} {:>13}  {}",
        overlap(conflict.overlap_before()),
        overlap(conflict.overlap_after()),
        cosine(conflict.difference(), change.lower(), change.upper()),
        decided.map_or_else(|| "no".to_owned(), |x| x.to_string()),
        shares.join(", ")
    );
}

/// What freezing costs: what is left of each goal alone, and of all that both can gain.
pub fn amounts(names: [&str; 2], conflict: &ConflictEstimate, confidence: Confidence) {
    for (name, tax) in names.iter().zip(conflict.taxes()) {
        let kept = (1.0 - tax.rate().value()).sqrt();
        println!(
            "  {name:<13} keeps {kept:.2} {:.2} of what it can gain alone",
            tax.free_gain_interval(confidence)
        );
    }
    let (areas, intervals) = (conflict.areas(), conflict.area_intervals(confidence));
    println!(
        "  The ellipse of what both can gain has the area {:.2} {:.2} before, {:.2} {:.2} after.",
        areas[0], intervals[0], areas[1], intervals[1]
    );
}

pub fn plan(plan: &FreezePlan<f64>) {
    let line = |label: &str, x: &FrozenGoals<f64>| {
        let kept: Vec<String> = x.free_shares().iter().map(|k| format!("{k:.3}")).collect();
        println!(
            "  {label:<34} {:>11}  cos theta {:+.3}, kept of each goal {}",
            x.verdict(),
            x.cosines_after()[(0, 1)],
            kept.join(" and ")
        );
    };
    line("nothing frozen", plan.unfrozen());
    for (name, frozen) in plan.singles() {
        match frozen {
            Some(frozen) => line(name, frozen),
            None => println!("  {name:<34} leaves nothing of a goal"),
        }
    }
    let set = |x: &FrozenGoals<f64>| match x.frozen() {
        [] => "nothing".to_owned(),
        names => names.join(" + "),
    };
    match plan.best() {
        Some(best) => println!(
            "\n  Least loss that ends the fight ({} search): freeze {}, which costs {:.2} %.",
            plan.method(),
            set(best),
            100.0 * best.safety_lost()
        ),
        None => {
            println!(
                "\n  No subset ends the fight ({} search). Nearest:",
                plan.method()
            );
            for miss in plan.near_misses() {
                line(&set(miss), miss);
            }
        }
    }
    let pareto: Vec<String> = plan
        .pareto()
        .iter()
        .map(|x| {
            let (left, lost) = (x.conflict_left(), 100.0 * x.safety_lost());
            format!("{}: {left:.3} left for {lost:.2} %", set(x))
        })
        .collect();
    println!(
        "  Pareto set (conflict left, safety lost): {}",
        pareto.join("; ")
    );
}

pub fn together(label: &str, conflicts: &FrozenGoals<f64>, joint: &JointGain<f64>) {
    println!("  frozen: {label}");
    for (i, name) in conflicts.goals().iter().enumerate() {
        let row: Vec<String> = (0..=i)
            .map(|j| format!("{:+.2}", conflicts.cosines_after()[(i, j)]))
            .collect();
        println!(
            "    {name:<13} {:<44} keeps {:.2}, gains {:.3}, weight {:.2}",
            row.join("  "),
            conflicts.free_shares()[i],
            joint.gains()[i],
            joint.weights()[i]
        );
    }
    println!(
        "    All of them can gain {:.3} of the budget at once; the bottleneck is {}. Worst pair: {}.\n",
        joint.gain(),
        joint.bottleneck(),
        conflicts.worst_pair().join(" and ")
    );
}
