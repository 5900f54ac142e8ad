//! Bases, projections, complements, sums and intersections, for every input.

use alignment_tax::{Error, RankRule, Real, Subspace, tolerance};
use nalgebra::DMatrix;
use proptest::prelude::*;
use rand::rngs::ChaCha8Rng;

use crate::common::{direction, gaussian, rng};
use crate::planted::{
    Outcome, Pair, Planted, Span, angle_bound, angles, check, for_both_scalars, pair, power, real,
    span,
};

fn bases_are_orthonormal_and_span_the_columns<T: Real>(case: &Span) -> Outcome {
    let columns = case.columns::<T>();
    let c = case.subspace::<T>();
    let (d, k) = case.shape;
    prop_assert_eq!(c.dimension(), k);
    let off = c.basis().transpose() * c.basis() - DMatrix::identity(k, k);
    check("QᵀQ", off.amax(), T::zero(), tolerance::orthonormality(d))?;
    for x in columns.column_iter() {
        let x = x.into_owned();
        let outside = c.reject(&x).expect("finite");
        // Backward error, not condition: each column is in the span.
        let scale = power::<T>(case.exponent);
        let bound = tolerance::angle::<T>(k) * real::<T>((d as f64).sqrt());
        check("outside", (outside / scale).norm(), T::zero(), bound)?;
    }
    // Verified constructors take back what this one made.
    prop_assert_eq!(
        Subspace::from_orthonormal(c.basis()).map(|c| c.dimension()),
        Ok(k)
    );
    let projector = c.basis() * c.basis().transpose();
    let again = Subspace::from_projector(&projector).expect("a projector");
    prop_assert_eq!(again.dimension(), k);
    check(
        "projector",
        angles(&c, &again).asimov(),
        T::zero(),
        tolerance::symmetry(d),
    )
}

fn projection_is_an_orthogonal_projection<T: Real>(case: &Span) -> Outcome {
    let c = case.subspace::<T>();
    let d = case.shape.0;
    let random = &mut rng(case.seed ^ 1);
    let scale = power::<T>(case.exponent);
    let bound = tolerance::orthonormality::<T>(d) * real(2.0);
    let one = |random: &mut ChaCha8Rng| direction::<T>(d, random).as_vector().clone();
    // x a unit vector; one more that is nearly inside.
    let inside = c.project(&one(random)).expect("finite");
    let nearly = inside + one(random) * T::machine_epsilon().sqrt();
    let y = one(random);
    for x in [one(random), nearly] {
        let size = x.norm();
        let (p, r) = (
            c.project(&x).expect("finite"),
            c.reject(&x).expect("finite"),
        );
        check(
            "P + (I − P)",
            (&p + &r - &x).norm(),
            T::zero(),
            bound * size,
        )?;
        check(
            "P² = P",
            (c.project(&p).expect("finite") - &p).norm(),
            T::zero(),
            bound * size,
        )?;
        let left = p.dot(&y);
        let right = x.dot(&c.project(&y).expect("finite"));
        check("P = Pᵀ", left, right, bound)?;
        let squares = p.norm_squared() + r.norm_squared();
        check("Pythagoras", squares, size * size, bound * size)?;
        // Orthogonal to rounding relative to itself: twice is enough where the
        // residual is not noise, here √ε and more.
        if r.norm() > T::machine_epsilon().sqrt() * real(0.01) {
            let left = c.basis().tr_mul(&r).norm();
            check("Qᵀr", left, T::zero(), bound * r.norm())?;
        }
        // Linear in powers of two, exactly.
        prop_assert_eq!(c.project(&(&x * scale)).expect("finite"), &p * scale);
    }
    Ok(())
}

fn the_complement_is_the_rest<T: Real>(case: &Span) -> Outcome {
    let c = case.subspace::<T>();
    let (d, k) = case.shape;
    let rest = c.complement();
    let bound = tolerance::orthonormality::<T>(d);
    prop_assert_eq!(rest.dimension(), d - k);
    let back = rest.complement();
    prop_assert_eq!(back.dimension(), k);
    check(
        "twice",
        angles(&c, &back).asimov(),
        T::zero(),
        bound * real(2.0),
    )?;
    if k < d {
        let gram = rest.basis().transpose() * rest.basis() - DMatrix::identity(d - k, d - k);
        check("orthonormal", gram.amax(), T::zero(), bound)?;
        let cross = c.basis().transpose() * rest.basis();
        check("orthogonal", cross.amax(), T::zero(), bound)?;
    }
    let x = direction::<T>(d, &mut rng(case.seed ^ 2))
        .as_vector()
        .clone();
    let (r, p) = (
        c.reject(&x).expect("finite"),
        rest.project(&x).expect("finite"),
    );
    check("I − P", (r - p).norm(), T::zero(), bound * real(4.0))
}

/// dim A + dim B = dim(A + B) + dim(A ∩ B), for planted intersections.
fn dimensions_add_up<T: Real>(case: &Pair) -> Outcome {
    // Either shared or apart; an angle of 1e-12 is a matter of tolerance.
    let angles = case
        .angles
        .iter()
        .map(|a| match a {
            Planted::Tiny => Planted::Equal,
            Planted::Share(s) => Planted::Share((*s).max(5)),
            other => *other,
        })
        .collect();
    let case = Pair {
        angles,
        conditions: (1.0, case.conditions.1.min(4.0)),
        ..case.clone()
    };
    let shared = case.angles.iter().filter(|&&a| a == Planted::Equal).count();
    let (a, b) = case.subspaces::<T>();
    let bound = angle_bound(&a, &b);
    let common = a.intersection(&b, bound).expect("a subspace");
    prop_assert_eq!(common.dimension(), shared);
    let sum = a.sum(&b).expect("a subspace");
    prop_assert_eq!(sum.dimension(), a.dimension() + b.dimension() - shared);
    for part in [&a, &b] {
        prop_assert_eq!(sum.contains_subspace(part, bound * real(4.0)), Ok(true));
        if shared > 0 {
            prop_assert_eq!(part.contains_subspace(&common, bound), Ok(true));
        }
    }
    Ok(())
}

for_both_scalars! {
    bases_are_orthonormal_and_span_the_columns(case in span());
    projection_is_an_orthogonal_projection(case in span());
    the_complement_is_the_rest(case in span());
    dimensions_add_up(case in pair());
}

/// n samples less their mean span n − 1 dimensions, whatever a rule would keep of what rounding leaves.
#[test]
fn principal_components_are_fewer_than_samples() {
    let mut rng = rng(61);
    for n in 2..6 {
        let samples = gaussian::<f64>(n, 9, &mut rng);
        for rule in [RankRule::Relative(0.0), RankRule::Energy(1.0)] {
            let found = Subspace::from_pca(&samples, rule).expect("a span");
            assert_eq!(found.dimension(), n - 1, "{rule:?}");
        }
    }
}

/// A column of length three is off by 3² − 1.
#[test]
fn a_long_column_is_refused_by_its_square() {
    let basis = DMatrix::from_row_slice(2, 1, &[3.0, 0.0]);
    let Err(Error::NotOrthonormal {
        first,
        second,
        deviation,
        ..
    }) = Subspace::from_orthonormal(&basis)
    else {
        panic!("not a unit vector");
    };
    assert_eq!((first, second, deviation), (0, 0, 8.0));
}

/// The basis is orthonormal to a tolerance, and what is outside is found in two steps.
#[test]
fn parts_add_up_more_closely_than_the_basis_is_orthonormal() {
    let d = 64;
    let accepted = tolerance::orthonormality::<f64>(d);
    let u = direction::<f64>(d, &mut rng(11));
    let x = u.as_vector() * 3.0;
    for share in [-0.25, 0.25] {
        let basis = DMatrix::from_column_slice(d, 1, u.as_vector().as_slice());
        let line = Subspace::from_orthonormal(&(basis * (1.0 + share * accepted)));
        let line = line.expect("orthonormal to the tolerance");
        let inside = line.project(&x).expect("finite");
        let outside = line.reject(&x).expect("finite");
        let off = (&x - inside - outside).norm();
        assert!(off <= 0.25 * accepted * x.norm(), "{off:e}");
    }
}

/// What is refused is named by its worst pair of columns, by as much as that is off.
#[test]
fn the_worst_of_a_basis_and_of_a_projector_is_named() {
    let mut rng = rng(12);
    for case in 0..64 {
        let scale = [0.1, 1.0, 2.0, 30.0][case % 4];
        let basis = gaussian::<f64>(5, 3, &mut rng) * scale;
        let is_worst =
            |off: &DMatrix<f64>, at: (usize, usize), deviation: f64, of: &DMatrix<f64>| {
                let bound = tolerance::closed_form::<f64>() * of.norm_squared();
                assert!((deviation - off[at].abs()).abs() <= bound, "{case}");
                assert!((deviation - off.amax()).abs() <= bound, "{case}");
            };
        let off = basis.transpose() * &basis - DMatrix::identity(3, 3);
        let Err(Error::NotOrthonormal {
            first,
            second,
            deviation,
            ..
        }) = Subspace::from_orthonormal(&basis)
        else {
            panic!("not orthonormal");
        };
        is_worst(&off, (first, second), deviation, &basis);

        let symmetric = &basis * basis.transpose() - DMatrix::identity(5, 5) * scale;
        let off = &symmetric * &symmetric - &symmetric;
        let Err(Error::NotIdempotent {
            row,
            column,
            deviation,
            ..
        }) = Subspace::from_projector(&symmetric)
        else {
            panic!("not a projector");
        };
        is_worst(&off, (row, column), deviation, &symmetric);
    }
}
