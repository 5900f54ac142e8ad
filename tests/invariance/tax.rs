//! The tax rate, who pays it, and its estimates.

use alignment_tax::{
    Attribution, Confidence, Direction, Evidence, Interval, MonteCarlo, Overlap, OverlapEstimate,
    Real, RegimeThresholds, Samples, ShapleyMethod, Subspace, TaxBootstrap, TaxEstimate, TaxRate,
    TaxSpectrum, tolerance,
};

use crate::common::rng;
use crate::data::{Data, Pair};
use crate::reading::{Axis, Kind, Reader};
use crate::samples::{concepts, safety};

pub const LEVEL: Confidence = Confidence::NINETY_FIVE;
pub const DRAWN: &str = "draws are exchangeable in distribution only";

pub fn read<T: Real>(data: &Data, r: &mut Reader) {
    rates::<T>(data, r);
    attribution::<T>(data, r);
    spectrum::<T>(data, r);
    estimates::<T>(data, r);
}

pub fn ends(interval: Interval) -> [f64; 2] {
    [interval.lower(), interval.upper()]
}

fn rate<T: Real>(name: &str, tau: TaxRate<T>, r: &mut Reader) {
    r.number(&format!("value {name}"), tau.value());
    r.number(&format!("complement {name}"), tau.complement());
    r.number(&format!("angle {name}"), tau.angle());
    r.number(&format!("cosine {name}"), tau.cosine());
    r.number(&format!("sine {name}"), tau.sine());
    let thresholds = RegimeThresholds::new(T::from_double(0.3), T::from_double(0.6));
    let regime = tau.regime(&thresholds.expect("in order"));
    r.exactly(&format!("Regime {name}"), regime as usize);
}

fn rates<T: Real>(data: &Data, r: &mut Reader) {
    let (v, all) = (safety::<T>(data), concepts::<T>(data));
    let d = data.dimension();
    let span = Subspace::from_directions(&all).expect("a span");
    r.family("TaxRate", tolerance::orthonormality::<T>(d));
    rate(
        "between",
        TaxRate::between(&v, &span).expect("one space"),
        r,
    );
    let single: Vec<T> = all
        .iter()
        .map(|c| TaxRate::single(&v, c).expect("one space").value())
        .collect();
    r.numbers("single", &single, Axis::Capability);
    let columns = TaxRate::of_columns(&Data::matrix::<T>(&data.gradients), &span);
    let columns: Vec<T> = columns
        .expect("one space")
        .iter()
        .map(|x| x.value())
        .collect();
    r.numbers("of_columns", &columns, Axis::Objective);
    // Inner products of the gradients as they are, in units of their metrics.
    let gradients = Data::matrix::<T>(&data.gradients);
    let at = data
        .objectives
        .iter()
        .position(|x| x == "safety")
        .expect("there is one");
    let of_gram = TaxRate::from_gram(&(gradients.transpose() * &gradients), at);
    if let Ok(of_gram) = of_gram {
        r.number("from_gram", of_gram.value())
            .rounds("sums of the Gram matrix that is formed here");
    }
}

fn attribution<T: Real>(data: &Data, r: &mut Reader) {
    let (v, all) = (safety::<T>(data), concepts::<T>(data));
    r.family(
        "Attribution",
        tolerance::orthonormality::<T>(data.dimension()),
    );
    let exact = Attribution::exact(&v, &all).expect("one space");
    rate("total", exact.total(), r);
    r.span("subspace", exact.subspace().basis());
    r.numbers("overlaps", exact.overlaps().as_slice(), Axis::Signed)
        .odd();
    let individual: Vec<T> = exact.individual().iter().map(|x| x.value()).collect();
    r.numbers("individual", &individual, Axis::Capability);
    r.vector("unique", exact.unique(), Axis::Capability);
    r.vector("shapley", exact.shapley(), Axis::Capability);
    r.exactly(
        "method",
        usize::from(exact.method() == ShapleyMethod::Exact),
    );
    r.exactly(
        "standard_errors",
        usize::from(exact.standard_errors().is_some()),
    );
    let sampled = Attribution::sampled(&v, &all, 20, &mut rng(data.seed)).expect("one space");
    let orders = "random orders of places, whatever stands there";
    r.vector("sampled shapley", sampled.shapley(), Axis::Capability)
        .except(Kind::Capabilities, orders);
    let errors = sampled.standard_errors().expect("from samples");
    r.vector("sampled standard_errors", errors, Axis::Capability)
        .except(Kind::Capabilities, orders);
}

fn spectrum<T: Real>(data: &Data, r: &mut Reader) {
    let [a, b] = data.columns.each_ref().map(Data::matrix::<T>);
    let span = |x| Subspace::from_columns(x).expect("a span");
    let spectrum = TaxSpectrum::between(&span(&a), &span(&b)).expect("one space");
    r.family("TaxSpectrum", tolerance::angle::<T>(b.ncols()));
    let values: Vec<T> = spectrum.rates().iter().map(|x| x.value()).collect();
    r.numbers("rates", &values, Axis::Fixed);
    r.exactly("free_directions", spectrum.free_directions());
    rate("worst", spectrum.worst(), r);
    r.number("mean", spectrum.mean());
    r.span(
        "cheapest_direction",
        &nalgebra::DMatrix::from_columns(&[spectrum.cheapest_direction().as_vector().column(0)]),
    );
    r.number("principal", spectrum.principal().angles().geodesic());
    for (name, convention) in [
        ("Maximum", Overlap::Maximum),
        ("MeanOverSafety", Overlap::MeanOverSafety),
        ("MeanOverAngles", Overlap::MeanOverAngles),
        ("ProjectionMetric", Overlap::ProjectionMetric),
        ("Chordal", Overlap::Chordal),
        ("Geodesic", Overlap::Geodesic),
    ] {
        r.number(&format!("Overlap {name}"), spectrum.overlap(convention));
    }
}

pub fn paired<T: Real>(pair: &Pair) -> Samples {
    let [plus, minus] = [&pair.plus, &pair.minus].map(Data::matrix::<T>);
    Samples::paired(&plus, &minus).expect("pairs")
}

fn estimates<T: Real>(data: &Data, r: &mut Reader) {
    let n = data.safety.plus.nrows() + 4;
    let d = data.dimension();
    let v = paired::<T>(&data.safety);
    let with_units = v.clone().with_units(&data.units).expect("a label a pair");
    let sampled: Vec<Samples> = data.capabilities.iter().map(paired::<T>).collect();
    let evidence: Vec<Evidence<'_>> = sampled.iter().map(Evidence::Sampled).collect();
    let directions = concepts::<f64>(data);
    let known: Vec<Evidence<'_>> = directions.iter().map(Evidence::Known).collect();
    let [plus, minus] = [&data.groups.plus, &data.groups.minus].map(Data::matrix::<T>);
    let unpaired = Samples::unpaired(&plus, &minus).expect("two groups");
    let span = Subspace::from_directions(&concepts::<T>(data)).expect("a span");
    let error = tolerance::covariance::<f64>(n, d);
    r.family("Evidence", 0.0);
    r.exactly("dimension", evidence[0].dimension() + known[0].dimension());
    for (name, tax, error) in [
        (
            "paired",
            TaxEstimate::new(Evidence::Sampled(&v), &evidence),
            error,
        ),
        (
            "units",
            TaxEstimate::new(Evidence::Sampled(&with_units), &known),
            error,
        ),
        (
            "unpaired",
            TaxEstimate::new(Evidence::Sampled(&unpaired), &evidence),
            error,
        ),
        (
            "against_subspace",
            TaxEstimate::against_subspace(&v, &span),
            error.max(tolerance::orthonormality::<T>(d).to_double()),
        ),
    ] {
        r.family("TaxEstimate", error);
        let tax = tax.unwrap_or_else(|e| panic!("{name}: {e}"));
        r.number(&format!("value {name}"), tax.value());
        rate(&format!("rate {name}"), tax.rate(), r);
        rate(&format!("plug_in {name}"), tax.plug_in(), r);
        r.exactly(&format!("units {name}"), tax.units().unwrap_or(0));
        r.number(&format!("standard_error {name}"), tax.standard_error());
        r.numbers(
            &format!("interval {name}"),
            &ends(tax.interval(LEVEL)),
            Axis::Fixed,
        );
        r.number(
            &format!("Interval::width {name}"),
            tax.interval(LEVEL).width(),
        );
        r.number(
            &format!("p_value {name}"),
            tax.p_value(0.3).expect("a rate"),
        );
        r.numbers(
            &format!("angle_interval {name}"),
            &ends(tax.angle_interval(LEVEL)),
            Axis::Fixed,
        );
        let free = ends(tax.free_gain_interval(LEVEL));
        r.numbers(&format!("free_gain_interval {name}"), &free, Axis::Fixed);
        if name != "against_subspace" {
            overlaps(name, tax.overlaps(), r);
        }
    }

    r.family(
        "TaxBootstrap",
        error.max(tolerance::orthonormality::<T>(d).to_double()),
    );
    let run = MonteCarlo::new(19).expect("enough");
    let bootstrap = TaxBootstrap::new(&v, &span, &run, &mut rng(data.seed));
    let bootstrap = bootstrap.expect("one space");
    r.exactly("MonteCarlo::replicates", run.replicates());
    r.numbers("replicates", bootstrap.replicates(), Axis::Fixed)
        .except(Kind::Rows, DRAWN);
    r.exactly("unresolved", bootstrap.unresolved())
        .except(Kind::Rows, DRAWN);
    r.number("standard_error", bootstrap.standard_error())
        .except(Kind::Rows, DRAWN);
    r.numbers(
        "percentile",
        &ends(bootstrap.percentile(LEVEL)),
        Axis::Fixed,
    )
    .except(Kind::Rows, DRAWN);
}

fn overlaps(name: &str, overlaps: &[OverlapEstimate], r: &mut Reader) {
    let of = |f: &dyn Fn(&OverlapEstimate) -> f64| overlaps.iter().map(f).collect::<Vec<_>>();
    let name = |what: &str| format!("OverlapEstimate::{what} {name}");
    r.numbers(&name("value"), &of(&OverlapEstimate::value), Axis::Signed)
        .odd();
    r.numbers(
        &name("standard_error"),
        &of(&OverlapEstimate::standard_error),
        Axis::Capability,
    );
    let middle = of(&|x| x.interval(LEVEL).lower() + x.interval(LEVEL).upper());
    r.numbers(&name("interval"), &middle, Axis::Signed).odd();
    let width = of(&|x| x.interval(LEVEL).width());
    r.numbers(&name("interval width"), &width, Axis::Capability);
    let p = of(&|x| x.p_value(0.0).expect("a cosine"));
    r.numbers(&name("p_value"), &p, Axis::Capability);
}

/// Directions of the objectives, for what is asked of directions.
pub fn goal<T: Real>(data: &Data, name: &str) -> Direction<T> {
    let at = data
        .objectives
        .iter()
        .position(|x| x == name)
        .expect("a name");
    Direction::new(Data::matrix::<T>(&data.gradients).column(at)).expect("not zero")
}
