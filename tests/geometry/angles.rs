//! Principal angles and the distances that are functions of them, for every input.

use alignment_tax::{PrincipalAngles, PrincipalVectors, Real, Subspace, TaxRate, tolerance};
use nalgebra::DMatrix;
use proptest::prelude::*;
use rand::RngExt;

use crate::common::{direction, gaussian, rng, rotation};
use crate::planted::{
    Outcome, Pair, angle_bound, angles, cast, check, equal_dimensions, for_both_scalars, mixing,
    no_more, pair, power, real, same_angles,
};

type Distance<T> = fn(&PrincipalAngles<T>) -> T;

fn planted_angles_are_recovered<T: Real>(case: &Pair) -> Outcome {
    let built = case.build::<T>();
    let (a, b) = case.subspaces::<T>();
    let bound = angle_bound(&a, &b);
    let found = angles(&a, &b);
    prop_assert_eq!(found.radians().len(), built.angles.len());
    for (j, &truth) in built.angles.iter().enumerate() {
        check("angle", found.radians()[j], real(truth), bound)?;
        check("cosine", found.cosines()[j], real(truth.cos()), bound)?;
        check("sine", found.sines()[j], real(truth.sin()), bound)?;
    }
    // Without bases, where the columns allow it.
    let raw = PrincipalAngles::from_columns(&built.a, &built.b).expect("angles");
    same_angles("from columns", &raw, &found, bound)?;
    let swapped = PrincipalAngles::from_columns(&built.b, &built.a).expect("angles");
    same_angles("from columns, swapped", &swapped, &found, bound)?;
    let pairs = PrincipalVectors::between(&a, &b).expect("angles");
    prop_assert_eq!(pairs.angles(), &found);
    let q = built.angles.len();
    let d = a.ambient_dimension();
    let bound = tolerance::orthonormality::<T>(d) * real(2.0);
    let identity = DMatrix::identity(q, q);
    for (what, off) in [
        ("left", pairs.left().transpose() * pairs.left() - &identity),
        (
            "right",
            pairs.right().transpose() * pairs.right() - &identity,
        ),
        (
            "cross",
            pairs.left().transpose() * pairs.right() - DMatrix::from_diagonal(found.cosines()),
        ),
    ] {
        check(what, off.amax(), T::zero(), bound)?;
    }
    for j in 0..q {
        for (space, vectors) in [(&a, pairs.left()), (&b, pairs.right())] {
            let outside = space.reject(vectors.column(j)).expect("finite").norm();
            check("in its subspace", outside, T::zero(), bound)?;
        }
    }
    Ok(())
}

/// Symmetric, and the same after a rotation, a change of units or of basis.
fn angles_belong_to_the_subspaces<T: Real>(case: &Pair) -> Outcome {
    let built = case.build::<T>();
    let (a, b) = case.subspaces::<T>();
    let bound = angle_bound(&a, &b) * real(2.0);
    let plain = angles(&a, &b);
    same_angles("symmetric", &plain, &angles(&b, &a), bound)?;
    let random = &mut rng(case.seed ^ 3);
    // Columns in units of their own: exact, so nothing moves at all.
    let mut scaled = built.a.clone();
    for mut column in scaled.column_iter_mut() {
        let s = power::<T>(random.random_range(-100..=100_i8));
        column *= s / power::<T>(case.exponents.0);
    }
    let rescaled = Subspace::from_columns(&scaled).expect("a span");
    prop_assert_eq!(&rescaled, &a);
    // A rotation of the whole space: one more rounding of the columns.
    let turn = cast::<T>(&rotation::<f64>(a.ambient_dimension(), random));
    let turned = |x: &Subspace<T>| Subspace::from_columns(&(&turn * x.basis())).expect("a span");
    let widened = bound + tolerance::orthonormality::<T>(a.ambient_dimension());
    same_angles(
        "rotated",
        &plain,
        &angles(&turned(&a), &turned(&b)),
        widened,
    )?;
    // Other columns of the same span.
    let mix = cast::<T>(&mixing(a.dimension(), 4.0, random));
    let mixed = Subspace::from_columns(&(a.basis() * mix)).expect("a span");
    let bound = bound + tolerance::angle::<T>(a.dimension()) * mixed.condition_number();
    same_angles("mixed", &plain, &angles(&mixed, &b), bound)
}

/// Cauchy's interlacing: with one more direction in 𝒞 every angle is at most what it
/// was, and at least the one before.
fn angles_interlace<T: Real>(case: &Pair) -> Outcome {
    let (s, c) = case.subspaces::<T>();
    let (d, m) = (c.ambient_dimension(), c.dimension());
    let random = &mut rng(case.seed ^ 4);
    let added = direction::<T>(d, random);
    let mut columns = c.basis().clone().insert_column(m, T::zero());
    columns.set_column(m, added.as_vector());
    let larger = Subspace::from_columns(&columns).expect("a span");
    prop_assert!(larger.dimension() <= m + 1);
    let bound = angle_bound(&c, &larger) + angle_bound(&s, &c);
    let (before, after) = (angles(&s, &c), angles(&s, &larger));
    for j in 0..before.radians().len() {
        no_more(
            "after ≤ before",
            after.radians()[j],
            before.radians()[j],
            bound,
        )?;
        if j > 0 {
            no_more(
                "interlaced",
                before.radians()[j - 1],
                after.radians()[j],
                bound,
            )?;
        }
    }
    let v = direction::<T>(d, random);
    let less = TaxRate::between(&v, &c).expect("one space");
    let more = TaxRate::between(&v, &larger).expect("one space");
    no_more("τ", less.value(), more.value(), bound)?;
    no_more("1 − τ", more.complement(), less.complement(), bound)
}

fn distances_are_distances<T: Real>(case: &Pair) -> Outcome {
    let (a, b) = case.subspaces::<T>();
    let (d, k) = (a.ambient_dimension(), a.dimension());
    let random = &mut rng(case.seed ^ 5);
    // A third subspace near the first one, or anywhere.
    let step = [1.0, 1e-2, T::machine_epsilon().to_double()][random.random_range(0..3)];
    let moved = a.basis() + gaussian::<T>(d, k, random) * real::<T>(step);
    let c = Subspace::from_columns(&moved).expect("a span");
    let (ab, bc, ac) = (angles(&a, &b), angles(&b, &c), angles(&a, &c));
    let bound = (angle_bound(&a, &b) + angle_bound(&b, &c)) * real::<T>((k as f64).sqrt());
    let metrics: [(&str, Distance<T>); 8] = [
        ("geodesic", PrincipalAngles::geodesic),
        ("chordal", PrincipalAngles::chordal),
        ("projection", PrincipalAngles::projection),
        ("Binet–Cauchy", PrincipalAngles::binet_cauchy),
        ("Fubini–Study", PrincipalAngles::fubini_study),
        ("Procrustes", PrincipalAngles::procrustes),
        ("Asimov", PrincipalAngles::asimov),
        ("spectral", PrincipalAngles::spectral),
    ];
    for (name, distance) in metrics {
        no_more(name, distance(&ac), distance(&ab) + distance(&bc), bound)?;
        check(name, distance(&angles(&a, &a)), T::zero(), bound)?;
        check(name, distance(&ab), distance(&angles(&b, &a)), bound)?;
    }
    // The chain of Edelman, Arias & Smith (1998), §4.3.
    let chain = [
        ab.projection(),
        ab.chordal(),
        ab.procrustes(),
        ab.geodesic(),
    ];
    for pair in chain.windows(2) {
        no_more("order", pair[0], pair[1], bound)?;
    }
    no_more("Asimov ≤ geodesic", ab.asimov(), ab.geodesic(), bound)?;
    let overlap = (a.basis().transpose() * b.basis()).norm_squared();
    let frobenius = tolerance::orthonormality::<T>(d) * real(2.0 * k as f64);
    check(
        "chordal²",
        ab.chordal() * ab.chordal(),
        real::<T>(k as f64) - overlap,
        frobenius,
    )?;
    let difference = a.basis() * a.basis().transpose() - b.basis() * b.basis().transpose();
    let squared = difference.norm_squared() / real(2.0);
    check(
        "‖P_A − P_B‖²/2",
        ab.chordal() * ab.chordal(),
        squared,
        frobenius * real(2.0),
    )
}

for_both_scalars! {
    planted_angles_are_recovered(case in pair());
    angles_belong_to_the_subspaces(case in pair());
    angles_interlace(case in pair());
    distances_are_distances(case in equal_dimensions());
}

/// Products large enough to be cut into groups of rows, on one thread and on four.
#[cfg(feature = "rayon")]
#[test]
fn the_number_of_threads_changes_no_bit() {
    let random = &mut rng(77);
    let (a, b) = (
        gaussian::<f64>(4096, 192, random),
        gaussian::<f64>(4096, 200, random),
    );
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.expect("a pool").install(|| {
            let capabilities = Subspace::from_columns(&a).expect("a span");
            (
                PrincipalAngles::from_columns(&a, &b).expect("angles"),
                alignment_tax::TaxRate::of_columns(&b, &capabilities).expect("rates"),
                capabilities,
            )
        })
    };
    assert_eq!(run(1), run(4));
}

/// So many rows and columns that products are summed over groups of rows. Columns repeat four times down the rows, pairs
/// of them at known angles, so that no group may be lost.
#[test]
fn many_rows_and_columns_have_the_angles_they_were_made_with() {
    let (d, k) = (4096, 132);
    let angle = |j: usize| 0.1 + 1.4 * j as f64 / k as f64;
    let a = DMatrix::from_fn(d, k, |i, j| if i % (d / 4) == j { 0.5 } else { 0.0 });
    let b = DMatrix::from_fn(d, k, |i, j| match i % (d / 4) {
        row if row == j => 0.5 * angle(j).cos(),
        row if row == k + j => 0.5 * angle(j).sin(),
        _ => 0.0,
    });
    let found = PrincipalAngles::from_columns(&a, &b).expect("angles");
    let bound = tolerance::angle::<f64>(k);
    for (j, &radians) in found.radians().iter().enumerate() {
        assert!((radians - angle(j)).abs() <= bound, "{j}: {radians}");
    }
    // Both together span what they span.
    let both = DMatrix::from_fn(
        d,
        2 * k,
        |i, j| if j < k { a[(i, j)] } else { b[(i, j - k)] },
    );
    let span = Subspace::from_columns(&both).expect("a span");
    assert_eq!(span.dimension(), 2 * k);
    let off = span.basis().transpose() * span.basis() - DMatrix::identity(2 * k, 2 * k);
    assert!(off.amax() <= tolerance::orthonormality(d));
    for j in [0, k - 1] {
        for columns in [&a, &b] {
            let x = columns.column(j).into_owned();
            let rest = span.reject(&x).expect("finite").norm();
            assert!(rest <= tolerance::angle::<f64>(2 * k), "{j}: {rest:e}");
        }
    }
}
