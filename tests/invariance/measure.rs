//! A whole measurement, and many of them.

use alignment_tax::{
    Concept, Measurement, MeasurementOptions, NullRecord, Profile, Real, Task, tolerance,
};
use nalgebra::DMatrix;

use crate::data::{Data, Pair};
use crate::reading::{Axis, Kind, Reader};
use crate::tax::{DRAWN, LEVEL, ends};

type Rows<T> = [DMatrix<T>; 2];

fn rows<T: Real>(pair: &Pair) -> Rows<T> {
    [&pair.plus, &pair.minus].map(Data::matrix::<T>)
}

pub fn read<T: Real>(data: &Data, r: &mut Reader) {
    let (own, other) = (rows::<T>(&data.safety), rows::<T>(&data.groups));
    let all: Vec<Rows<T>> = data.capabilities.iter().map(rows::<T>).collect();
    let safety = || Concept::paired("safety", &own[0], &own[1]).with_units(&data.units);
    let capabilities = || -> Vec<Concept<'_, T>> {
        let named = data.names.iter().zip(&all);
        named
            .map(|(name, [plus, minus])| Concept::paired(name, plus, minus))
            .collect()
    };
    let budget = alignment_tax::Budget::new(data.budget).expect("positive");
    let options = MeasurementOptions::default()
        .with_replicates(19)
        .expect("enough")
        .with_seed(data.seed)
        .with_confidence(LEVEL)
        .with_levels(&[0.5, 0.7])
        .expect("shares of the budget")
        .with_massive_threshold(2.0)
        .expect("a threshold")
        .with_budget(budget);
    let measured = Measurement::new("layer", &safety(), &capabilities(), &options);
    let measured = measured.expect("a measurement");
    let n = data.safety.plus.nrows() + 4;
    r.family(
        "Measurement",
        tolerance::covariance::<f64>(n, data.dimension()),
    );
    measurement(&measured, r);

    let tasks = [
        Task::new("one", safety(), capabilities()),
        Task::new(
            "two",
            Concept::unpaired("safety", &other[0], &other[1]),
            capabilities(),
        ),
        Task::new(
            "three",
            Concept::gradients("safety", &own[0]),
            capabilities(),
        ),
    ];
    let profile = Profile::new(&tasks, &options).expect("measurements");
    r.family("Profile", tolerance::covariance::<f64>(n, data.dimension()));
    let plug_in = profile.measurements().iter().map(|x| x.record().plug_in);
    r.numbers("plug_in", &plug_in.collect::<Vec<_>>(), Axis::Fixed)
        .except(Kind::Signs, "the third is of the plus rows alone");
    for (name, adjusted) in [
        ("entangled", profile.entangled()),
        ("freer", profile.freer()),
    ] {
        let adjusted = adjusted.expect("p-values");
        for (what, values) in [
            ("raw", adjusted.raw()),
            ("holm", adjusted.holm()),
            ("benjamini_hochberg", adjusted.benjamini_hochberg()),
        ] {
            let reading = r.numbers(&format!("Adjusted {name} {what}"), values, Axis::Fixed);
            drawn(reading);
        }
    }
}

fn drawn(reading: &mut crate::reading::Reading) {
    for kind in [Kind::Rows, Kind::Signs, Kind::Capabilities] {
        reading.except(kind, DRAWN);
    }
}

fn null(name: &str, null: &NullRecord, r: &mut Reader) {
    drawn(r.number(&format!("NullRecord mean {name}"), null.mean));
    drawn(r.number(&format!("NullRecord quantile_95 {name}"), null.quantile_95));
    drawn(r.numbers(
        &format!("NullRecord p_entangled {name}"),
        &null.p_entangled,
        Axis::Fixed,
    ));
    drawn(r.numbers(
        &format!("NullRecord p_freer {name}"),
        &null.p_freer,
        Axis::Fixed,
    ));
    r.exactly(&format!("NullRecord replicates {name}"), null.replicates);
}

fn measurement(m: &Measurement, r: &mut Reader) {
    r.vector("safety", m.safety().as_vector(), Axis::Ambient)
        .odd();
    let columns: Vec<_> = m
        .capabilities()
        .iter()
        .map(|x| x.as_vector().column(0))
        .collect();
    r.table(
        "capabilities",
        &DMatrix::from_columns(&columns),
        Axis::Ambient,
        Axis::Signed,
    );
    r.number("tax", m.tax().expect("resolved").value());
    let band = m.band().expect("resolved");
    r.numbers("band", &ends(band.free_gain()), Axis::Fixed)
        .budget(1);
    r.vector("attribution", m.attribution().shapley(), Axis::Capability);
    r.exactly("objectives", m.objectives().expect("names").len());

    let record = m.record();
    r.exactly("dimension", record.dimension);
    r.exactly(
        "SampleRecord",
        record.samples.rows + 1000 * record.samples.units,
    );
    r.exactly("rank", record.rank);
    r.optional("condition_number", record.condition_number);
    r.number("confidence", record.confidence);
    r.number("budget", record.budget).budget(1);
    r.number("plug_in", record.plug_in);
    r.number("participation_ratio", record.participation_ratio);
    r.exactly("massive", record.massive.len())
        .except(Kind::Rotation, "coordinates are what it counts");
    r.optional("worst_pair", record.worst_pair.as_ref().map(|x| x.2.abs()));
    let tax = record.tax.as_ref().expect("resolved");
    r.number("TaxRecord estimate", tax.estimate);
    r.number("TaxRecord standard_error", tax.standard_error);
    r.numbers("TaxRecord interval", &tax.interval, Axis::Fixed);
    r.numbers("TaxRecord angle_degrees", &tax.angle_degrees, Axis::Fixed);
    r.numbers("TaxRecord free_gain", &tax.free_gain, Axis::Fixed);
    let costs: Vec<f64> = tax
        .costs
        .iter()
        .flat_map(|x| [x.cost, x.interval[0], x.interval[1]])
        .collect();
    r.numbers("CostRecord", &costs, Axis::Fixed).budget(1);
    let levels: Vec<f64> = tax.costs.iter().map(|x| x.safety).collect();
    r.numbers("CostRecord safety", &levels, Axis::Fixed)
        .budget(1);
    let of = |f: &dyn Fn(&alignment_tax::CapabilityRecord) -> f64| -> Vec<f64> {
        record.capabilities.iter().map(f).collect()
    };
    r.numbers(
        "CapabilityRecord plug_in",
        &of(&|x| x.plug_in),
        Axis::Signed,
    )
    .odd();
    r.numbers(
        "CapabilityRecord unique",
        &of(&|x| x.unique),
        Axis::Capability,
    );
    r.numbers(
        "CapabilityRecord shapley",
        &of(&|x| x.shapley),
        Axis::Capability,
    );
    let of = |f: &dyn Fn(&alignment_tax::OverlapRecord) -> f64| -> Vec<f64> {
        let overlaps = record
            .capabilities
            .iter()
            .map(|x| x.overlap.as_ref().map_or(0.0, f));
        overlaps.collect()
    };
    r.numbers("OverlapRecord estimate", &of(&|x| x.estimate), Axis::Signed)
        .odd();
    r.numbers(
        "OverlapRecord standard_error",
        &of(&|x| x.standard_error),
        Axis::Capability,
    );
    r.numbers(
        "OverlapRecord p_value",
        &of(&|x| x.p_value),
        Axis::Capability,
    );
    r.numbers(
        "OverlapRecord p_adjusted",
        &of(&|x| x.p_adjusted),
        Axis::Capability,
    );
    let chance = &record.chance;
    r.number("ChanceRecord isotropic_mean", chance.isotropic_mean);
    r.numbers("ChanceRecord isotropic", &chance.isotropic, Axis::Fixed);
    drawn(r.optional("ChanceRecord corrected", chance.corrected));
    drawn(r.optional("ChanceRecord concept", chance.concept));
    null("random safety", &chance.random_safety, r);
    if let Some(random) = &chance.random_capabilities {
        null("random capabilities", random, r);
    }
}
