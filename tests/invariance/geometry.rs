//! Directions, subspaces and the angles between them.

use alignment_tax::linalg::{ThinSvd, hard_threshold};
use alignment_tax::{
    Direction, PrincipalAngles, PrincipalVectors, RankRule, Real, Subspace, tolerance,
};

use crate::data::Data;
use crate::reading::{Axis, Kind, Reader};

const OWN_BASIS: &str = "one of the columns themselves";

pub fn read<T: Real>(data: &Data, r: &mut Reader) {
    directions::<T>(data, r);
    subspaces::<T>(data, r);
    angles::<T>(data, r);
}

fn directions<T: Real>(data: &Data, r: &mut Reader) {
    let [a, b] = data.columns.each_ref().map(Data::matrix::<T>);
    let first = Direction::new(a.column(0)).expect("not zero");
    let second = Direction::from_slice(b.column(0).as_slice()).expect("not zero");
    r.family(
        "Direction",
        tolerance::orthonormality::<T>(data.dimension()),
    );
    r.vector("as_vector", first.as_vector(), Axis::Ambient)
        .except(Kind::Basis, OWN_BASIS);
    r.vector("neg", (-first.clone()).as_vector(), Axis::Ambient)
        .except(Kind::Basis, OWN_BASIS);
    r.number("overlap", first.overlap(&second).expect("one space"))
        .except(Kind::Basis, OWN_BASIS);
    r.number("angle", first.angle(&second).expect("one space"))
        .except(Kind::Basis, OWN_BASIS);
    r.exactly("ambient_dimension", first.ambient_dimension());
}

fn subspaces<T: Real>(data: &Data, r: &mut Reader) {
    let [a, b] = data.columns.each_ref().map(Data::matrix::<T>);
    let (rows, shift) = (
        Data::matrix::<T>(&data.cloud),
        Data::vector::<T>(&data.shift),
    );
    let d = data.dimension();
    r.family("Subspace", tolerance::orthonormality::<T>(d));
    let span = Subspace::from_columns(&b).expect("a span");
    let other = Subspace::from_columns(&a).expect("a span");
    r.span("basis", span.basis());
    r.exactly("dimension", span.dimension());
    r.exactly("ambient_dimension", span.ambient_dimension());
    let powers =
        "columns are scaled by powers of two, which other lengths or entries may round to others";
    for (name, values) in [
        ("singular_values", span.singular_values().as_slice()),
        ("condition_number", &[span.condition_number()]),
    ] {
        r.numbers(name, values, Axis::Fixed)
            .except(Kind::Scale, powers)
            .except(Kind::Rotation, powers)
            .except(Kind::Basis, "of the columns");
    }
    r.exactly(
        "rank_rule",
        usize::from(span.rank_rule() == RankRule::Numerical),
    );
    let columns = b
        .column_iter()
        .map(|x| Direction::new(x).expect("not zero"));
    let units: Vec<_> = columns.collect();
    let of_units = Subspace::from_directions(&units).expect("a span");
    r.span("from_directions", of_units.basis());
    r.vector(
        "from_directions singular_values",
        of_units.singular_values(),
        Axis::Fixed,
    )
    .except(Kind::Basis, "of the columns");
    let leading = Subspace::from_leading_singular(&b, RankRule::Fixed(1)).expect("a span");
    r.span("from_leading_singular", leading.basis())
        .except(Kind::Basis, "of the columns");
    r.vector(
        "from_leading_singular singular_values",
        leading.singular_values(),
        Axis::Fixed,
    )
    .activations(1)
    .except(Kind::Basis, "of the columns");
    for (name, rule) in [
        ("from_pca fixed", RankRule::Fixed(2)),
        ("from_pca energy", RankRule::Energy(T::from_double(0.8))),
        ("from_pca relative", RankRule::Relative(T::from_double(0.3))),
        ("from_pca Gavish and Donoho", RankRule::GavishDonoho),
    ] {
        let pca = Subspace::from_pca(&rows, rule);
        r.exactly(
            &format!("{name} dimension"),
            pca.as_ref().map_or(0, Subspace::dimension),
        );
        if let Ok(pca) = &pca {
            r.span(name, pca.basis());
            // Known up to scale, and the last of them is the rounding of a zero.
            let values = pca.singular_values();
            let shares = (values / values[0]).rows(0, pca.dimension()).into_owned();
            r.vector(&format!("{name} singular_values"), &shares, Axis::Fixed)
                .rounds("a quotient that is formed here");
        }
    }
    let ruled = Subspace::from_columns_with(&b, RankRule::Fixed(b.ncols())).expect("a span");
    r.span("from_columns_with", ruled.basis());
    let again = Subspace::from_orthonormal(span.basis()).expect("orthonormal");
    r.span("from_orthonormal", again.basis());
    let projector = Subspace::from_projector(&(span.basis() * span.basis().transpose()));
    r.span("from_projector", projector.expect("a projector").basis());
    r.exactly(
        "trivial",
        Subspace::<T>::trivial(d).expect("a space").dimension(),
    );
    r.vector(
        "project",
        &span.project(&shift).expect("one space"),
        Axis::Ambient,
    )
    .shift(1);
    r.vector(
        "reject",
        &span.reject(&shift).expect("one space"),
        Axis::Ambient,
    )
    .shift(1);
    r.span("complement", span.complement().basis());
    let sum = span.sum(&other).expect("one space");
    r.span("sum", sum.basis());
    let wide = T::from_double(0.01);
    let back = sum.intersection(&span, wide).expect("one space");
    r.span("intersection", back.basis());
    r.exactly("intersection dimension", back.dimension());
    let apart = other.intersection(&span, wide).expect("one space");
    r.exactly("intersection of strangers", apart.dimension());
    let holds = |yes: bool| usize::from(yes);
    r.exactly(
        "contains",
        holds(sum.contains(&units[0], wide).expect("one space")),
    );
    r.exactly(
        "contains not",
        holds(other.contains(&units[0], wide).expect("one space")),
    );
    r.exactly(
        "contains_subspace",
        holds(sum.contains_subspace(&span, wide).expect("one space")),
    );

    let svd = ThinSvd::new(&rows).expect("it converges");
    r.family("ThinSvd", tolerance::covariance::<T>(rows.nrows(), d));
    r.vector("singular_values", svd.singular_values(), Axis::Fixed)
        .activations(1);
    r.span(
        "left_vectors",
        &svd.left_vectors().columns(0, 1).into_owned(),
    )
    .except(
        Kind::Rotation,
        "a place for each row, which no rotation moves",
    )
    .except(Kind::Coordinates, "a place for each row")
    .except(Kind::Rows, "a place for each row");
    r.span(
        "right_vectors",
        &svd.right_vectors().columns(0, 1).into_owned(),
    );
    let aspect = b.ncols() as f64 / d as f64;
    r.number("hard_threshold", hard_threshold(aspect).expect("an aspect"));
    let jacobi = ThinSvd::jacobi(&rows).expect("it converges");
    r.vector("jacobi", jacobi.singular_values(), Axis::Fixed)
        .activations(1);
}

fn angles<T: Real>(data: &Data, r: &mut Reader) {
    let [a, b] = data.columns.each_ref().map(Data::matrix::<T>);
    let span = |x| Subspace::from_columns(x).expect("a span");
    let vectors = PrincipalVectors::between(&span(&a), &span(&b)).expect("one space");
    let between = PrincipalAngles::between(&span(&a), &span(&b)).expect("one space");
    let columns = PrincipalAngles::from_columns(&a, &b).expect("one space");
    let radians = PrincipalAngles::from_radians(between.radians().as_slice()).expect("angles");
    r.family("PrincipalAngles", tolerance::angle::<T>(b.ncols()));
    for (from, angles) in [
        ("between", &between),
        ("from_columns", &columns),
        ("from_radians", &radians),
        ("PrincipalVectors::angles", vectors.angles()),
    ] {
        let mut number = |name: &str, x: T| {
            r.number(&format!("{name} {from}"), x);
        };
        number("geodesic", angles.geodesic());
        number("chordal", angles.chordal());
        number("projection", angles.projection());
        number("binet_cauchy", angles.binet_cauchy());
        number("fubini_study", angles.fubini_study());
        number("procrustes", angles.procrustes());
        number("asimov", angles.asimov());
        number("spectral", angles.spectral());
        r.optional(&format!("martin {from}"), angles.martin());
        r.vector(&format!("radians {from}"), angles.radians(), Axis::Fixed);
        r.vector(&format!("cosines {from}"), angles.cosines(), Axis::Fixed);
        r.vector(&format!("sines {from}"), angles.sines(), Axis::Fixed);
    }
    r.family("PrincipalVectors", tolerance::angle::<T>(b.ncols()));
    r.span("left", vectors.left());
    // Which turns with the pairs and does not depend on the gaps between angles.
    let pairs = vectors.left()
        * nalgebra::DMatrix::from_diagonal(vectors.angles().cosines())
        * vectors.right().transpose();
    r.table(
        "left · cosines · right",
        &pairs,
        Axis::Ambient,
        Axis::Ambient,
    )
    .rounds("formed here");
}
