//! Chance levels, permutations, adjusted p-values, and audits of shifts.

use alignment_tax::{
    Audit, AuditEstimate, CovarianceNull, Forecast, IsotropicNull, Jackknifed, Labelings,
    MonteCarlo, NullSample, ObservedRate, PValue, PermutationTest, Real, Relabelling, SignFlips,
    Subspace, TaxRate, benjamini_hochberg, holm, tolerance,
};

use crate::common::rng;
use crate::data::Data;
use crate::frontier::objectives;
use crate::reading::{Axis, Kind, Reader};
use crate::samples::{concepts, safety};
use crate::tax::{DRAWN, paired};

pub fn read<T: Real>(data: &Data, r: &mut Reader) {
    isotropic::<T>(data, r);
    covariance::<T>(data, r);
    permutations::<T>(data, r);
    audits::<T>(data, r);
    r.family("holm", f64::EPSILON);
    r.numbers(
        "",
        &holm(&data.p_values).expect("p-values"),
        Axis::Hypothesis,
    );
    r.family("benjamini_hochberg", f64::EPSILON);
    let adjusted = benjamini_hochberg(&data.p_values).expect("p-values");
    r.numbers("", &adjusted, Axis::Hypothesis);
}

fn isotropic<T: Real>(data: &Data, r: &mut Reader) {
    let span = Subspace::from_directions(&concepts::<T>(data)).expect("a span");
    let tau = TaxRate::between(&safety::<T>(data), &span).expect("one space");
    let null = IsotropicNull::of(&span).expect("a null");
    let error = tolerance::orthonormality::<T>(data.dimension()).to_double();
    r.family(
        "IsotropicNull",
        error.max(tolerance::beta_tail(data.dimension())),
    );
    r.exactly("ambient_dimension", null.ambient_dimension());
    r.exactly("dimension", null.dimension());
    r.number("mean", null.mean());
    let observed = ObservedRate::from(tau);
    for (name, x) in [
        ("cdf ObservedRate", null.cdf(observed)),
        ("survival", null.survival(tau)),
        ("p_entangled", null.p_entangled(tau)),
        ("p_freer", null.p_freer(tau)),
        ("two_sided", null.two_sided(tau)),
        ("quantile", null.quantile(0.9)),
        ("corrected", null.corrected(tau)),
    ] {
        r.number(name, x.expect("a rate"));
    }
    let again = IsotropicNull::new(data.dimension(), span.dimension()).expect("a null");
    r.number("new", again.survival(tau).expect("a rate"));
}

fn p_value(name: &str, p: PValue, r: &mut Reader) {
    r.number(&format!("PValue::value {name}"), p.value());
    r.number(
        &format!("PValue::standard_error {name}"),
        p.standard_error(),
    );
}

fn sample<T: Real>(name: &str, null: &NullSample, tau: TaxRate<T>, r: &mut Reader) {
    let from = r.readings.len();
    r.numbers(
        &format!("replicates {name}"),
        null.replicates(),
        Axis::Fixed,
    );
    r.number(&format!("mean {name}"), null.mean());
    r.number(
        &format!("quantile {name}"),
        null.quantile(0.9).expect("a probability"),
    );
    p_value(
        &format!("entangled {name}"),
        null.p_entangled(tau).expect("a rate"),
        r,
    );
    p_value(
        &format!("freer {name}"),
        null.p_freer(tau).expect("a rate"),
        r,
    );
    p_value(
        &format!("two-sided {name}"),
        null.two_sided(tau).expect("a rate"),
        r,
    );
    for reading in &mut r.readings[from..] {
        for kind in [Kind::Rows, Kind::Signs, Kind::Capabilities] {
            // Rows and groups in another order are dealt other weights.
            reading.except(kind, DRAWN);
        }
    }
}

fn covariance<T: Real>(data: &Data, r: &mut Reader) {
    let rows: Vec<_> = data
        .capabilities
        .iter()
        .chain([&data.safety])
        .flat_map(|x| [&x.plus, &x.minus])
        .map(Data::matrix::<T>)
        .collect();
    let groups: Vec<_> = rows.iter().map(|x| x.as_view()).collect();
    let null = CovarianceNull::from_groups(&groups).expect("a spread");
    let span = Subspace::from_directions(&concepts::<T>(data)).expect("a span");
    let v = safety::<T>(data);
    let tau = TaxRate::between(&v, &span).expect("one space");
    let n: usize = rows.iter().map(|x| x.nrows()).sum();
    r.family(
        "CovarianceNull",
        tolerance::covariance::<T>(n, data.dimension()),
    );
    r.exactly("degrees_of_freedom", null.degrees_of_freedom());
    r.exactly("ambient_dimension", null.ambient_dimension());
    let run = MonteCarlo::new(19).expect("enough");
    let random = null.random_safety(&span, &run, &mut rng(data.seed));
    r.family(
        "NullSample",
        tolerance::covariance::<T>(n, data.dimension()),
    );
    sample("random_safety", &random.expect("one space"), tau, r);
    let random = null.random_capabilities(&v, 2, &run, &mut rng(data.seed));
    sample("random_capabilities", &random.expect("one space"), tau, r);
}

fn test(name: &str, test: &PermutationTest, power: i32, r: &mut Reader) {
    r.number(&format!("observed {name}"), test.observed())
        .activations(power);
    p_value(&format!("at_least {name}"), test.p_at_least(), r);
    p_value(&format!("at_most {name}"), test.p_at_most(), r);
    p_value(&format!("two_sided {name}"), test.two_sided(), r);
    let Labelings::Enumerated(labelings) = test.labelings() else {
        panic!("{name}: few enough to enumerate");
    };
    r.exactly(&format!("labelings {name}"), labelings);
}

fn permutations<T: Real>(data: &Data, r: &mut Reader) {
    let [plus, minus] = [&data.few.plus, &data.few.minus].map(Data::matrix::<T>);
    let span = Subspace::from_directions(&concepts::<T>(data)).expect("a span");
    let run = MonteCarlo::new(999).expect("enough");
    let rng = &mut rng(data.seed);
    let error = tolerance::covariance::<T>(plus.nrows(), data.dimension());

    let flips = SignFlips::new(&plus, &minus).expect("pairs");
    r.family("SignFlips", error);
    r.exactly("pairs", flips.pairs());
    test("concept", &flips.concept(&run, rng), 1, r);
    test(
        "tax",
        &flips.tax(&span, &run, rng).expect("one space"),
        0,
        r,
    );
    let drawn = flips.concept(&MonteCarlo::new(20).expect("enough"), rng);
    r.number("concept drawn", drawn.p_at_least().value())
        .except(Kind::Rows, DRAWN);

    let deal = Relabelling::new(&plus, &minus).expect("two groups");
    r.family("Relabelling", error);
    r.exactly("samples", deal.samples().0 + deal.samples().1);
    test("concept", &deal.concept(&run, rng), 1, r);
    test("tax", &deal.tax(&span, &run, rng).expect("one space"), 0, r);

    let [plus, minus] = [&data.safety.plus, &data.safety.minus].map(Data::matrix::<T>);
    let blocks = SignFlips::new(&plus, &minus).expect("pairs");
    let blocks = blocks.with_blocks(&data.units).expect("a label a pair");
    r.family("SignFlips", error);
    r.exactly("blocks", blocks.blocks());
    test("blocks", &blocks.concept(&run, rng), 1, r);
}

/// A part of a shift, and whether it changes its sign with safety.
type Part<T> = (&'static str, bool, fn(&Audit<T>) -> T);

/// The same from samples, and the exponent of its unit.
type Estimated = (&'static str, i32, fn(&AuditEstimate) -> Jackknifed);

fn audits<T: Real>(data: &Data, r: &mut Reader) {
    let (v, span) = (
        safety::<T>(data),
        Subspace::from_directions(&concepts::<T>(data)).expect("a span"),
    );
    let shift = Data::vector::<T>(&data.shift);
    let audit = Audit::new(&shift, &v, &span).expect("one space");
    let course = Audit::trajectory(&Data::matrix::<T>(&data.checkpoints), &v, &span);
    let course = course.expect("one space");
    r.family("Audit", tolerance::orthonormality::<T>(data.dimension()));
    // What is a component along safety changes its sign with it.
    let parts: [Part<T>; 8] = [
        ("length", false, Audit::length),
        ("safety", true, Audit::safety),
        ("free", true, Audit::free),
        ("paid", true, Audit::paid),
        ("idle", false, Audit::idle),
        ("waste", false, Audit::waste),
        ("capability", false, Audit::capability),
        ("attainable", false, Audit::attainable),
    ];
    for (name, odd, part) in parts {
        let values: Vec<T> = course.iter().map(part).collect();
        let one = r.number(name, part(&audit)).shift(1);
        if odd {
            one.odd();
        }
        let all = r.numbers(&format!("trajectory {name}"), &values, Axis::Checkpoint);
        all.shift(1);
        if odd {
            all.odd();
        }
        if name == "attainable" {
            for reading in r.readings.iter_mut().rev().take(2) {
                reading.except(
                    Kind::Signs,
                    "which way capabilities were moved helps safety",
                );
            }
        }
    }
    r.optional("efficiency", audit.efficiency())
        .except(Kind::Signs, "of a shift the other way there is none");

    let shifts = paired::<T>(&data.few);
    let estimate = AuditEstimate::new(&shifts, &v, &span).expect("one space");
    let error = tolerance::covariance::<f64>(shifts.rows(), data.dimension());
    r.family(
        "AuditEstimate",
        error.max(tolerance::orthonormality::<T>(data.dimension()).to_double()),
    );
    let plug_in = estimate.plug_in();
    r.number("plug_in", plug_in.length()).activations(1);
    r.exactly("units", estimate.units());
    let parts: [Estimated; 5] = [
        ("safety", 1, AuditEstimate::safety),
        ("free", 0, AuditEstimate::free),
        ("paid", 0, AuditEstimate::paid),
        ("idle", 0, AuditEstimate::idle),
        ("waste", 0, AuditEstimate::waste),
    ];
    for (name, power, part) in parts {
        let part = part(&estimate);
        r.number(name, part.value()).activations(power);
        r.number(
            &format!("Jackknifed::standard_error {name}"),
            part.standard_error(),
        )
        .activations(power);
    }
    r.optional("efficiency", estimate.efficiency().map(|x| x.value()));

    let all = &objectives::<T>(data)[0];
    let measured = [("goal 1", T::from_double(data.budget))];
    let forecasts = Forecast::of_shift(all, &shift, &measured).expect("vectors");
    r.family("Forecast", tolerance::orthonormality::<T>(data.dimension()));
    let of = |f: &dyn Fn(&Forecast<T>) -> T| forecasts.iter().map(f).collect::<Vec<T>>();
    r.numbers("change", &of(&|x| x.change), Axis::Objective)
        .shift(1);
    r.numbers("predicted", &of(&|x| x.predicted), Axis::Metric)
        .shift(1);
    r.numbers(
        "measured",
        &of(&|x| x.measured.unwrap_or(T::zero())),
        Axis::Objective,
    )
    .budget(1);
}
