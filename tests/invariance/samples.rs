//! What is learnt from rows: contrasts, moments, covariances, metrics, diagnoses.

use alignment_tax::{
    Collinearity, Contrast, ContrastMoments, CoordinateMoments, CoordinateShares, Covector,
    CrossMoments, Direction, Frame, Metric, Moment, Moments, PairedContrast, Real, Samples,
    Shrinkage, ShrunkCovariance, Subspace, Vector, Whitened, tolerance,
};
use nalgebra::DMatrix;

use crate::data::Data;
use crate::reading::{Axis, Kind, Reader};

pub fn read<T: Real>(data: &Data, r: &mut Reader) {
    contrasts::<T>(data, r);
    moments::<T>(data, r);
    covariances::<T>(data, r);
    metrics::<T>(data, r);
    diagnoses::<T>(data, r);
}

fn contrasts<T: Real>(data: &Data, r: &mut Reader) {
    let d = data.dimension();
    let [plus, minus] = [&data.groups.plus, &data.groups.minus].map(Data::matrix::<T>);
    let contrast = Contrast::new(&plus, &minus).expect("two groups");
    let rows = plus.nrows() + minus.nrows();
    r.family("Contrast", tolerance::covariance::<T>(rows, d));
    let difference = contrast.mean_difference().expect("not zero");
    r.vector("mean_difference", difference.as_vector(), Axis::Ambient)
        .odd();
    r.exactly("samples", contrast.samples().0 + contrast.samples().1);
    whitened(
        "discriminant",
        &contrast.discriminant(Shrinkage::LedoitWolf),
        r,
    );
    whitened(
        "whitened",
        &contrast.whitened(Shrinkage::OracleApproximating),
        r,
    );
    let within = contrast.within_covariance(Shrinkage::Fixed(0.3));
    let within = within.expect("a spread");
    covariance(
        "within_covariance",
        &within,
        &Data::vector::<T>(&data.shift),
        r,
    );

    let [plus, minus] = [&data.safety.plus, &data.safety.minus].map(Data::matrix::<T>);
    let paired = PairedContrast::new(&plus, &minus).expect("pairs");
    r.family(
        "PairedContrast",
        tolerance::covariance::<T>(plus.nrows(), d),
    );
    let difference = paired.mean_difference().expect("not zero");
    r.vector("mean_difference", difference.as_vector(), Axis::Ambient)
        .odd();
    let component = paired.top_component().expect("not zero");
    r.vector("top_component", component.as_vector(), Axis::Ambient)
        .odd();
    r.exactly("samples", paired.samples());
    whitened(
        "discriminant",
        &paired.discriminant(Shrinkage::LedoitWolf),
        r,
    );
    whitened("whitened", &paired.whitened(Shrinkage::Fixed(0.5)), r);
    let spread = paired.difference_covariance(Shrinkage::LedoitWolf);
    let spread = spread.expect("a spread");
    covariance(
        "difference_covariance",
        &spread,
        &Data::vector::<T>(&data.shift),
        r,
    );

    r.family("Samples", tolerance::covariance::<f64>(rows, d));
    let samples = [
        ("new", Samples::new(&plus)),
        ("paired", Samples::paired(&plus, &minus)),
        ("unpaired", Samples::unpaired(&plus, &minus)),
        (
            "with_units",
            Samples::paired(&plus, &minus).and_then(|x| x.with_units(&data.units)),
        ),
    ];
    for (name, samples) in samples {
        let samples = samples.expect("rows");
        let direction = samples.mean_direction().expect("not zero");
        let direction = r.vector(name, direction.as_vector(), Axis::Ambient);
        if name == "new" {
            direction.except(Kind::Signs, "the plus rows alone");
        } else {
            direction.odd();
        }
        r.exactly(&format!("{name} dimension"), samples.dimension());
        r.exactly(&format!("{name} rows"), samples.rows());
        r.exactly(&format!("{name} units"), samples.units());
    }
}

fn whitened<T: Real, E: std::fmt::Debug>(
    name: &str,
    found: &Result<Whitened<T>, E>,
    r: &mut Reader,
) {
    let found = found.as_ref().expect("a spread");
    r.vector(name, found.direction().as_vector(), Axis::Ambient)
        .odd();
    let into = found.clone().into_direction();
    r.vector(
        &format!("{name} into_direction"),
        into.as_vector(),
        Axis::Ambient,
    )
    .odd();
    r.number(&format!("{name} intensity"), found.intensity());
    r.number(
        &format!("{name} covariance deviation"),
        found.covariance().deviation(),
    )
    .activations(1);
    r.exactly(&format!("{name} samples"), found.samples());
    r.exactly(
        &format!("{name} frame"),
        usize::from(found.frame() == Frame::Covector),
    );
    let fixed = matches!(found.shrinkage(), Shrinkage::Fixed(_));
    r.exactly(&format!("{name} shrinkage"), usize::from(fixed));
}

/// The covariance applied to a shift.
fn covariance<T: Real>(
    name: &str,
    found: &ShrunkCovariance<T>,
    shift: &nalgebra::DVector<T>,
    r: &mut Reader,
) {
    r.number(&format!("{name} intensity"), found.intensity());
    r.number(&format!("{name} deviation"), found.deviation())
        .activations(1);
    r.number(
        &format!("{name} condition_number"),
        found.condition_number(),
    );
    r.exactly(&format!("{name} samples"), found.samples());
    r.exactly(
        &format!("{name} degrees_of_freedom"),
        found.degrees_of_freedom(),
    );
    r.exactly(
        &format!("{name} ambient_dimension"),
        found.ambient_dimension(),
    );
    let fixed = matches!(found.rule(), Shrinkage::Fixed(_));
    r.exactly(&format!("{name} rule"), usize::from(fixed));
    for (power, applied) in [
        (2, found.apply(shift)),
        (-2, found.apply_inverse(shift)),
        (-1, found.whiten(shift)),
        (1, found.colour(shift)),
    ] {
        let applied = applied.ok();
        // A square that a far unit takes out of range of the scalar is refused.
        if let Some(applied) = applied {
            r.vector(
                &format!("{name} to the power {power}"),
                &applied,
                Axis::Ambient,
            )
            .activations(power)
            .shift(1);
        }
    }
}

fn covariances<T: Real>(data: &Data, r: &mut Reader) {
    let rows = Data::matrix::<T>(&data.cloud);
    let shift = Data::vector::<T>(&data.shift);
    r.family(
        "ShrunkCovariance",
        tolerance::covariance::<T>(rows.nrows(), rows.ncols()),
    );
    for (name, rule) in [
        ("Ledoit and Wolf", Shrinkage::LedoitWolf),
        ("oracle approximating", Shrinkage::OracleApproximating),
        ("fixed", Shrinkage::Fixed(0.25)),
    ] {
        let found = ShrunkCovariance::from_samples(&rows, rule).expect("a spread");
        covariance(name, &found, &shift, r);
    }
    let about_zero = ShrunkCovariance::about_zero(&rows, Shrinkage::LedoitWolf);
    covariance("about_zero", &about_zero.expect("a spread"), &shift, r);
}

fn moments<T: Real>(data: &Data, r: &mut Reader) {
    let d = data.dimension();
    let rows = Data::matrix::<T>(&data.cloud);
    let half = rows.nrows() / 2;
    let [first, second] = [rows.rows(0, half), rows.rows(half, rows.nrows() - half)];
    let error = tolerance::scatter::<f64>(1);

    r.family("Moments", error);
    let mut all = Moments::new(d).expect("a space");
    all.update(first).expect("rows");
    let mut rest = Moments::new(d).expect("a space");
    rest.update(second).expect("rows");
    all.merge(&rest).expect("one space");
    r.exactly("count", all.count());
    r.exactly("dimension", all.dimension());
    r.vector("mean", all.mean().expect("rows"), Axis::Ambient)
        .activations(1);
    r.table("scatter", all.scatter(), Axis::Ambient, Axis::Ambient)
        .activations(2);
    r.table(
        "covariance",
        &all.covariance().expect("rows"),
        Axis::Ambient,
        Axis::Ambient,
    )
    .activations(2);
    r.number(
        "debiased_squared_length",
        all.debiased_squared_length().expect("rows"),
    )
    .activations(2);
    let span = Subspace::from_columns(&Data::matrix::<T>(&data.columns[1])).expect("a span");
    let projected = all.debiased_squared_projection(&span).expect("one space");
    r.number("debiased_squared_projection", projected)
        .activations(2)
        .error(tolerance::orthonormality::<T>(d).to_double())
        .rounds("the unit of the columns may round their basis otherwise");

    r.family("CoordinateMoments", error);
    let mut all = CoordinateMoments::new(d).expect("a space");
    all.update(first).expect("rows");
    let mut rest = CoordinateMoments::new(d).expect("a space");
    rest.update(second).expect("rows");
    all.merge(&rest).expect("one space");
    r.exactly("count", all.count());
    r.exactly("dimension", all.dimension());
    r.vector("mean", all.mean().expect("rows"), Axis::Ambient)
        .activations(1);
    r.vector(
        "squared_deviations",
        all.squared_deviations(),
        Axis::Coordinate,
    )
    .activations(2);
    r.vector(
        "variances",
        &all.variances().expect("rows"),
        Axis::Coordinate,
    )
    .activations(2);
    r.number(
        "debiased_squared_length",
        all.debiased_squared_length().expect("rows"),
    )
    .activations(2);

    r.family("CrossMoments", error);
    let [plus, minus] = [&data.safety.plus, &data.safety.minus].map(Data::matrix::<T>);
    let half = plus.nrows() / 2;
    let mut all = CrossMoments::new(d, d).expect("spaces");
    all.update(plus.rows(0, half), minus.rows(0, half))
        .expect("pairs");
    let mut rest = CrossMoments::new(d, d).expect("spaces");
    let left = plus.nrows() - half;
    rest.update(plus.rows(half, left), minus.rows(half, left))
        .expect("pairs");
    all.merge(&rest).expect("one space");
    r.exactly("count", all.count());
    r.exactly("dimensions", all.dimensions().0 + all.dimensions().1);
    let swapped = "left is plus";
    r.vector("left_mean", all.left_mean().expect("rows"), Axis::Ambient)
        .activations(1)
        .except(Kind::Signs, swapped);
    r.vector("right_mean", all.right_mean().expect("rows"), Axis::Ambient)
        .activations(1)
        .except(Kind::Signs, swapped);
    r.table("scatter", all.scatter(), Axis::Ambient, Axis::Ambient)
        .activations(2)
        .except(Kind::Signs, swapped);
    r.table(
        "covariance",
        &all.covariance().expect("rows"),
        Axis::Ambient,
        Axis::Ambient,
    )
    .activations(2)
    .except(Kind::Signs, swapped);

    r.family("ContrastMoments", error);
    let mut all = ContrastMoments::new(d).expect("a space");
    all.update_plus(plus.rows(0, half)).expect("rows");
    all.update_minus(&minus).expect("rows");
    let mut rest = ContrastMoments::new(d).expect("a space");
    rest.update_plus(plus.rows(half, left)).expect("rows");
    all.merge(&rest).expect("one space");
    r.exactly("counts", all.counts().0 + all.counts().1);
    r.exactly("dimension", all.dimension());
    let difference = all.mean_difference().expect("not zero");
    r.vector("mean_difference", difference.as_vector(), Axis::Ambient)
        .odd();
    let pooled = all.pooled_covariance().expect("rows");
    r.table("pooled_covariance", &pooled, Axis::Ambient, Axis::Ambient)
        .activations(2);
    let again = ContrastMoments::from_moments(all.plus().clone(), all.minus().clone());
    let again = again
        .expect("one space")
        .mean_difference()
        .expect("not zero");
    r.vector("from_moments", again.as_vector(), Axis::Ambient)
        .odd();
}

fn metrics<T: Real>(data: &Data, r: &mut Reader) {
    let d = data.dimension();
    let gradients = Data::matrix::<T>(&data.gradients);
    let vector = Vector::new(&Data::vector::<T>(&data.shift)).expect("finite");
    // In units of the metrics that gradients are of: normalised, so as to be one law.
    let direction = Direction::new(gradients.column(0)).expect("not zero");
    let covector = Covector::new(direction.as_vector()).expect("finite");
    let first_goal = "of the first objective";
    r.family("Vector", T::machine_epsilon());
    r.vector("coordinates", vector.coordinates(), Axis::Ambient)
        .shift(1);
    r.exactly("dimension", vector.dimension());
    r.vector(
        "from_slice",
        Vector::from_slice(data.shift.map(T::from_double).as_slice())
            .expect("finite")
            .coordinates(),
        Axis::Ambient,
    )
    .shift(1);
    r.family("Covector", tolerance::orthonormality::<T>(d));
    r.vector("coordinates", covector.coordinates(), Axis::Ambient)
        .except(Kind::Objectives, first_goal);
    r.exactly("dimension", covector.dimension());
    r.number("pair", covector.pair(&vector).expect("one space"))
        .shift(1)
        .except(Kind::Objectives, first_goal);
    let again = Covector::from_slice(covector.coordinates().as_slice()).expect("finite");
    r.vector("from_slice", again.coordinates(), Axis::Ambient)
        .except(Kind::Objectives, first_goal);

    let rows = Data::matrix::<T>(&data.cloud);
    let covariance = ShrunkCovariance::from_samples(&rows, Shrinkage::LedoitWolf);
    let full = Metric::full(&Data::matrix::<T>(&data.metric)).expect("positive definite");
    let diagonal = Data::vector::<T>(&data.diagonal);
    // Whose name, whether it has no axes of its own, and the exponents of the root of the
    // metric and of activations in a length.
    let metrics = [
        ("identity", Metric::identity(d), true, 0, 0),
        ("full", Ok(full.clone()), true, 1, 0),
        ("dual", Ok(full.dual()), true, -1, 0),
        ("diagonal", Metric::diagonal(&diagonal), false, 1, 0),
        (
            "low_rank",
            Metric::low_rank(&diagonal, &Data::matrix::<T>(&data.factor)),
            false,
            1,
            0,
        ),
        (
            "from_covariance",
            Metric::from_covariance(&covariance.expect("a spread")),
            true,
            0,
            1,
        ),
        (
            "fisher",
            Metric::fisher(&rows, Shrinkage::Fixed(0.2)),
            true,
            0,
            1,
        ),
        (
            "causal",
            Metric::causal(&rows, Shrinkage::LedoitWolf),
            true,
            0,
            -1,
        ),
    ];
    r.family("Metric", tolerance::covariance::<T>(d.max(rows.nrows()), d));
    for (name, metric, free, root, own) in metrics {
        let metric = metric.expect("a metric");
        let mut of = |what: &str, value: &[T], axis: Axis, power: i32, shift: i32| {
            let reading = r.numbers(&format!("{what} {name}"), value, axis);
            reading
                .metric(power * root)
                .activations(power * own)
                .shift(shift);
            if !free {
                reading.except(Kind::Rotation, "a diagonal is bound to its coordinates");
            } else if ["whiten", "direction", "condition"]
                .iter()
                .any(|x| what.contains(x))
            {
                let chosen = "W is one of many roots, and starts from the units of the coordinates";
                reading.except(Kind::Rotation, chosen);
            }
            if shift == 0 {
                reading.except(Kind::Objectives, first_goal);
            }
        };
        let fixed = Axis::Fixed;
        let turns = Axis::Ambient;
        of(
            "dimension",
            &[T::from_double(metric.dimension() as f64)],
            fixed,
            0,
            0,
        );
        of(
            "condition_number",
            &[metric.condition_number()],
            fixed,
            0,
            0,
        );
        of(
            "length",
            &[metric.length(&vector).expect("finite")],
            fixed,
            1,
            1,
        );
        of(
            "dual_length",
            &[metric.dual_length(&covector).expect("finite")],
            fixed,
            -1,
            0,
        );
        let raised = metric.raise(&covector);
        let lowered = metric.lower(&vector);
        of(
            "raise",
            raised.expect("finite").coordinates().as_slice(),
            turns,
            -2,
            0,
        );
        of(
            "lower",
            lowered.expect("finite").coordinates().as_slice(),
            turns,
            2,
            1,
        );
        let along = metric.vector_direction(&vector).expect("not zero");
        let across = metric.covector_direction(&covector).expect("not zero");
        of(
            "overlap",
            &[along.overlap(&across).expect("one space")],
            fixed,
            0,
            0,
        );
        of(
            "covector_direction",
            metric
                .covector_direction(&covector)
                .expect("not zero")
                .as_vector()
                .as_slice(),
            turns,
            0,
            0,
        );
        of(
            "vector_direction",
            along.as_vector().as_slice(),
            turns,
            0,
            1,
        );
        let white = metric.whiten_vector(&vector).expect("finite");
        of("whiten_vector", white.as_slice(), turns, 1, 1);
        of(
            "unwhiten_shift",
            metric
                .unwhiten_shift(&white)
                .expect("finite")
                .coordinates()
                .as_slice(),
            turns,
            0,
            1,
        );
        of(
            "whiten_covector",
            metric
                .whiten_covector(&covector)
                .expect("finite")
                .as_slice(),
            turns,
            -1,
            0,
        );
        let both = metric.whiten_covectors(&[covector.clone(), covector.clone()]);
        of(
            "whiten_covectors",
            both.expect("finite").column(1).clone_owned().as_slice(),
            turns,
            -1,
            0,
        );
    }
    for reading in &mut r.readings {
        // A direction has no length for a shift to have.
        if reading.name.contains("::vector_direction") {
            reading.units.shift = 0;
        }
    }
}

fn diagnoses<T: Real>(data: &Data, r: &mut Reader) {
    let d = data.dimension();
    let rows = Data::matrix::<T>(&data.cloud);
    for (name, moment) in [("raw", Moment::Raw), ("centred", Moment::Centred)] {
        let shares = CoordinateShares::new(&rows, moment).expect("a spread");
        r.family("CoordinateShares", tolerance::scatter::<f64>(0));
        r.numbers(&format!("shares {name}"), shares.shares(), Axis::Coordinate);
        let bound = "coordinates are what it counts";
        r.number(
            &format!("top_share {name}"),
            shares.top_share(2).expect("two"),
        )
        .except(Kind::Rotation, bound);
        r.number(
            &format!("participation_ratio {name}"),
            shares.participation_ratio(),
        );
        let massive = shares.massive(1.5).expect("a threshold");
        let marks: Vec<f64> = (0..d)
            .map(|i| f64::from(u8::from(massive.contains(&i))))
            .collect();
        r.numbers(&format!("massive {name}"), &marks, Axis::Coordinate);
        r.exactly(&format!("samples {name}"), shares.samples());
        r.exactly(
            &format!("moment {name}"),
            usize::from(shares.moment() == Moment::Raw),
        );
    }

    let capabilities = concepts::<T>(data);
    let collinearity = Collinearity::new(&capabilities).expect("one space");
    r.family("Collinearity", tolerance::covariance::<T>(16, d));
    let correlation: &DMatrix<f64> = collinearity.correlation();
    r.table("correlation", correlation, Axis::Signed, Axis::Signed);
    r.number("condition_number", collinearity.condition_number());
    let worst = collinearity.worst_pair();
    let marks: Vec<f64> = (0..capabilities.len())
        .map(|i| f64::from(u8::from(worst.is_some_and(|(a, b, _)| a == i || b == i))))
        .collect();
    r.numbers("worst_pair", &marks, Axis::Capability);
    r.optional("worst_pair overlap", worst.map(|x| x.2.abs()));
    r.numbers(
        "variance_inflation",
        collinearity.variance_inflation(),
        Axis::Capability,
    );
    r.exactly("dependent", collinearity.dependent().len());
    r.exactly("rank", collinearity.rank());
}

/// The directions of the capabilities.
pub fn concepts<T: Real>(data: &Data) -> Vec<Direction<T>> {
    let direction = |pair: &crate::data::Pair| {
        let [plus, minus] = [&pair.plus, &pair.minus].map(Data::matrix::<T>);
        let contrast = PairedContrast::new(&plus, &minus).expect("pairs");
        contrast.mean_difference().expect("not zero")
    };
    data.capabilities.iter().map(direction).collect()
}

/// The direction of safety.
pub fn safety<T: Real>(data: &Data) -> Direction<T> {
    let [plus, minus] = [&data.safety.plus, &data.safety.minus].map(Data::matrix::<T>);
    let contrast = PairedContrast::new(&plus, &minus).expect("pairs");
    contrast.mean_difference().expect("not zero")
}
