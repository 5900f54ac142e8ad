//! Singular values, subspaces and the angles between them.

use alignment_tax::linalg::{ThinSvd, hard_threshold};
use alignment_tax::{Direction, PrincipalAngles, PrincipalVectors, RankRule, Subspace, tolerance};
use nalgebra::DMatrix;

use crate::check;
use crate::draw::{Draw, Scalar};

/// Both algorithms, which have to agree.
pub fn svd<T: Scalar>(draw: &mut Draw<'_>) {
    let (d, k) = (draw.size(), draw.size());
    let (d, k) = if draw.rarely(64) { (0, k) } else { (d, k) };
    let a = draw.matrix::<T>(d, k);
    let blocked = draw.call("ThinSvd::new", ThinSvd::new(&a));
    let jacobi = draw.call("ThinSvd::jacobi", ThinSvd::jacobi(&a));
    for svd in [&blocked, &jacobi].into_iter().flatten() {
        let values = svd.singular_values();
        check::finite("singular values", values.iter());
        check::descending("singular values", values.as_slice());
        check::orthonormal("left vectors", svd.left_vectors());
        check::orthonormal("right vectors", svd.right_vectors());
        assert!(values.iter().all(|&x| x >= T::zero()), "{values}");
        assert_eq!(values.len(), d.min(k));
    }
    match (&blocked, &jacobi) {
        (Some(one), Some(other)) => {
            let largest = one.singular_values()[0];
            let share = T::from_double(16.0 * ((d * k) as f64).sqrt()) * T::machine_epsilon();
            // Below the normal numbers the spacing does not shrink.
            let bound = share * largest + T::EXTREME[6] * T::from_double(4.0);
            for (x, y) in one
                .singular_values()
                .iter()
                .zip(other.singular_values().iter())
            {
                assert!((*x - *y).abs() <= bound, "{x:e} and {y:e}, bound {bound:e}");
            }
        }
        (None, None) => {}
        // σ₁ next to the end of the range: one of two roundings overflows.
        (one, other) => {
            let svd = one.as_ref().or(other.as_ref()).expect("one of them");
            let largest = svd.singular_values()[0].to_double();
            let end = T::EXTREME[4].to_double();
            assert!(largest > 0.999 * end, "{one:?} and {other:?}");
        }
    }
    let aspect = draw.share::<f64>();
    if let Some(threshold) = draw.call("hard_threshold", hard_threshold(aspect)) {
        check::within("threshold", threshold, 1.0, 4.0);
    }
}

pub fn rule<T: Scalar>(draw: &mut Draw<'_>) -> RankRule<T> {
    match draw.below(8) {
        0..=3 => RankRule::Numerical,
        4 => RankRule::Relative(draw.share()),
        5 => RankRule::Energy(draw.share()),
        6 => RankRule::Fixed(draw.count()),
        _ => RankRule::GavishDonoho,
    }
}

/// A subspace of `R^d` that most likely exists.
pub fn some_subspace<T: Scalar>(draw: &mut Draw<'_>, d: usize) -> Option<Subspace<T>> {
    let k = draw.below(5);
    if k == 0 {
        return draw.call("Subspace::trivial", Subspace::trivial(d));
    }
    let a = draw.matrix::<T>(d, k);
    let result = match draw.below(8) {
        0 => Subspace::from_orthonormal(&a),
        1 => Subspace::from_leading_singular(&a, rule(draw)),
        2 => Subspace::from_pca(&a.transpose(), rule(draw)),
        3 => Subspace::from_columns_with(&a, rule(draw)),
        _ => Subspace::from_columns(&a),
    };
    let s = draw.call("some_subspace", result)?;
    if draw.rarely(16) {
        Some(s.complement())
    } else {
        Some(s)
    }
}

pub fn subspace<T: Scalar>(draw: &mut Draw<'_>) {
    let (d, k) = (draw.size(), draw.size());
    let a = draw.matrix::<T>(d, k);
    let rule = rule(draw);
    let mut all = Vec::new();
    all.extend(draw.call("from_columns", Subspace::from_columns(&a)));
    all.extend(draw.call("from_columns_with", Subspace::from_columns_with(&a, rule)));
    all.extend(draw.call(
        "from_leading_singular",
        Subspace::from_leading_singular(&a, rule),
    ));
    all.extend(draw.call("from_pca", Subspace::from_pca(&a, rule)));
    all.extend(draw.call("from_orthonormal", Subspace::from_orthonormal(&a)));
    all.extend(draw.call("from_projector", Subspace::from_projector(&a)));
    let directions: Vec<Direction<T>> = a
        .column_iter()
        .filter_map(|c| Direction::new(&c.into_owned()).ok())
        .collect();
    all.extend(draw.call("from_directions", Subspace::from_directions(&directions)));
    let n = draw.count();
    if let Some(none) = draw.call("trivial", Subspace::<T>::trivial(n)) {
        assert_eq!((none.dimension(), none.ambient_dimension()), (0, n));
    }
    if let Some(s) = all.first().cloned() {
        let projector: DMatrix<T> = s.basis() * s.basis().transpose();
        let again = draw.call("from_projector", Subspace::from_projector(&projector));
        let again = again.expect("a projector");
        assert_eq!(again.dimension(), s.dimension());
        all.push(again);
        let again = Subspace::from_orthonormal(s.basis());
        if s.dimension() > 0 {
            all.push(again.expect("an orthonormal basis"));
        }
    }
    for s in &all {
        check::subspace("a constructor", s);
    }
    let Some(s) = all.pop() else { return };
    let (d, other) = (s.ambient_dimension(), all.pop());
    let x = draw.vector::<T>(d);
    let projected = draw.call("project", s.project(&x));
    let rejected = draw.call("reject", s.reject(&x));
    for y in [&projected, &rejected].into_iter().flatten() {
        check::finite("a part", y.iter());
    }
    let complement = s.complement();
    check::subspace("complement", &complement);
    assert_eq!(complement.dimension(), d - s.dimension());
    let tolerance = draw.share::<T>();
    if let Some(v) = directions.first() {
        let _ = draw.call("contains", s.contains(v, tolerance));
    }
    if let Some(other) = other {
        if let Some(sum) = draw.call("sum", s.sum(&other)) {
            check::subspace("sum", &sum);
            assert!(
                sum.dimension() >= s.dimension(),
                "{s:?} + {other:?} = {sum:?}"
            );
        }
        if let Some(both) = draw.call("intersection", s.intersection(&other, tolerance)) {
            check::subspace("intersection", &both);
            assert!(both.dimension() <= s.dimension().min(other.dimension()));
        }
        let _ = draw.call("contains_subspace", s.contains_subspace(&other, tolerance));
        let small = tolerance::angle::<T>(d) * T::from_double(16.0);
        if other.dimension() > 0 {
            let inside = complement.sum(&s).expect("of one space");
            assert!(
                inside
                    .contains_subspace(&other, small.min(T::one()))
                    .expect("of one space")
            );
        }
    }
}

fn angles_hold<T: Scalar>(angles: &PrincipalAngles<T>) {
    let radians = angles.radians();
    check::ascending("angles", radians.as_slice());
    for &a in radians {
        check::within("angle", a, T::zero(), T::frac_pi_2());
    }
    for &x in angles.cosines().iter().chain(angles.sines().iter()) {
        check::share("a cosine or sine", x);
    }
    for distance in [
        angles.geodesic(),
        angles.chordal(),
        angles.projection(),
        angles.binet_cauchy(),
        angles.fubini_study(),
        angles.procrustes(),
        angles.asimov(),
        angles.spectral(),
    ] {
        check::is_finite("distance", distance);
        assert!(distance >= T::zero(), "distance {distance}");
    }
    if let Some(x) = angles.martin() {
        check::is_finite("Martin distance", x);
    }
}

pub fn angles<T: Scalar>(draw: &mut Draw<'_>) {
    let (d, p, q) = (draw.size(), draw.size(), draw.size());
    let (a, mut b) = (draw.matrix::<T>(d, p), draw.matrix::<T>(d, q));
    // Sometimes the two have a column in common, up to a little.
    if draw.rarely(4) {
        let epsilon = T::SMALL[draw.below(4)];
        let (i, j) = (draw.below(p), draw.below(q));
        let shared = a.column(i) + b.column(j) * epsilon;
        b.set_column(j, &shared);
    }
    if let Some(angles) = draw.call("from_columns", PrincipalAngles::from_columns(&a, &b)) {
        angles_hold(&angles);
    }
    let radians = draw.numbers::<T>(q);
    let radians: Vec<T> = if draw.rarely(8) {
        radians
    } else {
        radians
            .iter()
            .map(|x| x.abs().min(T::frac_pi_2()))
            .collect()
    };
    if let Some(angles) = draw.call("from_radians", PrincipalAngles::from_radians(&radians)) {
        angles_hold(&angles);
    }
    let (Some(s), Some(t)) = (some_subspace::<T>(draw, d), some_subspace::<T>(draw, d)) else {
        return;
    };
    if let Some(angles) = draw.call("between", PrincipalAngles::between(&s, &t)) {
        angles_hold(&angles);
        assert_eq!(angles.radians().len(), s.dimension().min(t.dimension()));
    }
    if let Some(vectors) = draw.call("PrincipalVectors", PrincipalVectors::between(&s, &t)) {
        angles_hold(vectors.angles());
        check::orthonormal("left", vectors.left());
        check::orthonormal("right", vectors.right());
    }
}
