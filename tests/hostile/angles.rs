//! Principal angles and the distances made of them.

use alignment_tax::{
    Error, PrincipalAngles, PrincipalVectors, Real, Subspace, TaxSpectrum, tolerance,
};
use nalgebra::{DMatrix, dmatrix};

use crate::common::{gaussian, rng, subspace};
use crate::shared::{
    Extreme, finite, for_both_scalars, magnitudes, near, real, refused, two_columns,
};

type Between<T> = fn(&Subspace<T>, &Subspace<T>) -> Result<(), Error>;

fn angle_refusals<T: Extreme>() {
    let a = subspace::<T>(4, 2, &mut rng(10));
    let other = subspace::<T>(5, 2, &mut rng(10));
    let zero = Subspace::<T>::trivial(4).expect("d = 4");
    let between: [Between<T>; 3] = [
        |a, b| PrincipalAngles::between(a, b).map(drop),
        |a, b| PrincipalVectors::between(a, b).map(drop),
        |a, b| TaxSpectrum::between(a, b).map(drop),
    ];
    for between in between {
        refused!(
            between(&a, &other),
            Error::DimensionMismatch {
                unit: "coordinates",
                expected: 4,
                actual: 5,
                ..
            }
        );
        refused!(
            between(&zero, &a),
            Error::TrivialSubspace {
                argument: "left",
                ..
            }
        );
        refused!(
            between(&a, &zero),
            Error::TrivialSubspace {
                argument: "right",
                ..
            }
        );
        refused!(
            between(&zero, &zero),
            Error::TrivialSubspace {
                argument: "left",
                ..
            }
        );
    }
    refused!(
        PrincipalAngles::<T>::from_radians(&[]),
        Error::Empty {
            argument: "radians",
            rows: 0,
            ..
        }
    );
    for bad in T::NON_FINITE {
        refused!(
            PrincipalAngles::from_radians(&[T::zero(), bad]),
            Error::NonFinite {
                argument: "radians",
                row: 1,
                column: 0,
                ..
            }
        );
    }
    for bad in [
        -T::SUBNORMAL,
        T::frac_pi_2() * (T::one() + T::machine_epsilon()),
        T::LARGEST,
    ] {
        refused!(
            PrincipalAngles::from_radians(&[T::one(), bad]),
            Error::OutOfRange { argument: "principal angle", actual, .. } if *actual == bad.to_double()
        );
    }
}

fn every_distance<T: Real>(angles: &PrincipalAngles<T>) -> Vec<(&'static str, T)> {
    let mut all = vec![
        ("geodesic", angles.geodesic()),
        ("chordal", angles.chordal()),
        ("projection", angles.projection()),
        ("Binet–Cauchy", angles.binet_cauchy()),
        ("Fubini–Study", angles.fubini_study()),
        ("Procrustes", angles.procrustes()),
        ("Asimov", angles.asimov()),
        ("spectral", angles.spectral()),
    ];
    all.extend(angles.martin().map(|m| ("Martin", m)));
    all
}

fn distances_of_extreme_angles<T: Extreme>() {
    let tiny = [T::zero(), T::SUBNORMAL, T::MINUTE, T::machine_epsilon()];
    let list = [tiny.as_slice(), &[T::frac_pi_4(), T::one(), T::frac_pi_2()]].concat();
    for &x in &list {
        for &y in &list {
            let angles = PrincipalAngles::from_radians(&[x, y]).expect("angles");
            finite("cosines", angles.cosines().iter().chain(angles.sines()));
            for (name, distance) in every_distance(&angles) {
                assert!(
                    distance.is_finite() && distance >= T::zero(),
                    "{name}: {distance}"
                );
            }
            assert_eq!(
                angles.martin().is_none(),
                x.max(y) == T::frac_pi_2(),
                "{x} and {y}"
            );
        }
    }
}

/// For one tiny angle every distance is that angle, to rounding and not to its root.
fn distances_of_one_tiny_angle<T: Extreme>() {
    for theta in [
        T::MINUTE,
        T::machine_epsilon() * T::machine_epsilon(),
        T::machine_epsilon(),
    ] {
        let angles = PrincipalAngles::from_radians(&[theta]).expect("an angle");
        for (name, distance) in every_distance(&angles) {
            let off = (distance - theta).abs() / theta;
            assert!(
                off <= tolerance::closed_form(),
                "{name} of {theta:e}: {distance:e}"
            );
        }
    }
}

fn angles_of_odd_shape<T: Extreme>() {
    // d = 1: one space, angle zero.
    let line = Subspace::from_columns(&dmatrix![T::SUBNORMAL]).expect("a line");
    let same = Subspace::from_columns(&dmatrix![-T::LARGEST]).expect("a line");
    let pairs = PrincipalVectors::between(&line, &same).expect("angles");
    assert_eq!(pairs.angles().radians().as_slice(), [T::zero()]);
    assert_eq!(pairs.left(), pairs.right());
    // R^d against anything: zeros, q of them.
    let whole = Subspace::<T>::trivial(3).expect("d = 3").complement();
    let plane = Subspace::from_columns(&two_columns(T::HUGE, T::MINUTE)).expect("a plane");
    for (a, b) in [(&whole, &plane), (&plane, &whole), (&whole, &whole)] {
        let angles = PrincipalAngles::between(a, b).expect("angles");
        assert_eq!(angles.radians().len(), a.dimension().min(b.dimension()));
        assert!(
            angles.asimov() <= tolerance::angle(3),
            "{}",
            angles.asimov()
        );
    }
    // Orthogonal: right angles, to the last bit where the axes are exact.
    let x = Subspace::from_columns(&dmatrix![T::HUGE; T::zero()]).expect("a line");
    let y = Subspace::from_columns(&dmatrix![T::zero(); T::MINUTE]).expect("a line");
    let angles = PrincipalAngles::between(&x, &y).expect("angles");
    assert_eq!(angles.radians()[0], T::frac_pi_2());
    assert_eq!(
        (angles.cosines()[0], angles.sines()[0]),
        (T::zero(), T::one())
    );
    // The angle between e₁ and e₁ + t·e₂ is t, however small.
    for t in [T::SUBNORMAL, T::MINUTE, T::machine_epsilon()] {
        let tilted = Subspace::from_columns(&dmatrix![T::one(); t]).expect("a line");
        let angles = PrincipalAngles::between(&x, &tilted).expect("angles");
        near(
            "tiny",
            angles.radians()[0],
            t,
            t * T::machine_epsilon() * real(4.0),
        );
    }
}

/// A power of two of about this size, so that scaling by it is exact.
fn power_of_two_below<T: Extreme>(x: T) -> T {
    real(2.0_f64.powi(x.to_double().log2().floor() as i32))
}

/// Raw columns are refused as their spans are, with the side that is wrong named.
fn angles_of_bad_columns<T: Extreme>() {
    let good = gaussian::<T>(5, 2, &mut rng(20));
    let sides = |bad: &DMatrix<T>| {
        [
            ("left", PrincipalAngles::from_columns(bad, &good)),
            ("right", PrincipalAngles::from_columns(&good, bad)),
        ]
    };
    for (rows, columns) in [(5, 0), (0, 2), (0, 0)] {
        for (side, result) in sides(&DMatrix::zeros(rows, columns)) {
            refused!(
                result,
                Error::Empty { argument, rows: r, columns: c, .. } if (*argument, *r, *c) == (side, rows, columns)
            );
        }
    }
    refused!(
        PrincipalAngles::from_columns(&good, &gaussian::<T>(4, 2, &mut rng(21))),
        Error::DimensionMismatch {
            argument: "right",
            unit: "rows",
            expected: 5,
            actual: 4,
            ..
        }
    );
    for value in T::NON_FINITE {
        let mut bad = gaussian::<T>(5, 3, &mut rng(22));
        bad[(4, 1)] = value;
        for (side, result) in sides(&bad) {
            refused!(
                result,
                Error::NonFinite { argument, row: 4, column: 1, .. } if *argument == side
            );
        }
    }
    let mut bad = gaussian::<T>(5, 3, &mut rng(23));
    bad.column_mut(2).fill(T::zero());
    for (side, result) in sides(&bad) {
        refused!(result, Error::ZeroVector { argument, column: 2, .. } if *argument == side);
    }
}

/// The units of columns, dependence among them, and more of them than coordinates.
fn angles_of_odd_columns<T: Extreme>() {
    let random = &mut rng(24);
    let (a, b) = (gaussian::<T>(7, 3, random), gaussian::<T>(7, 2, random));
    let plain = PrincipalAngles::from_columns(&a, &b).expect("angles");
    let bound = tolerance::angle::<T>(3) * real(8.0);
    // Down to where entries begin to lose their digits, and up to where they would overflow.
    let whole = |m: &T| *m > T::SUBNORMAL && *m < T::LARGEST;
    for magnitude in magnitudes::<T>().into_iter().filter(whole) {
        let mut scaled = a.clone();
        let power = power_of_two_below(magnitude);
        scaled.column_mut(1).scale_mut(power);
        let angles = PrincipalAngles::from_columns(&b, &scaled).expect("angles");
        for (x, y) in angles.radians().iter().zip(plain.radians()) {
            near("in other units", *x, *y, bound);
        }
        let angles = PrincipalAngles::from_columns(&(&a * power), &(&b * power)).expect("angles");
        finite("angles", angles.radians().iter());
    }
    let repeated = DMatrix::from_fn(7, 5, |i, j| a[(i, j % 3)]);
    let angles = PrincipalAngles::from_columns(&repeated, &b).expect("angles");
    assert_eq!(angles.radians().len(), 2);
    for (x, y) in angles.radians().iter().zip(plain.radians()) {
        near("dependent", *x, *y, bound * real(4.0));
    }
    let many = gaussian::<T>(3, 9, random);
    let few = gaussian::<T>(3, 2, random);
    let angles = PrincipalAngles::from_columns(&many, &few).expect("angles");
    assert!(angles.asimov() <= bound, "{}", angles.asimov());
    // A view of part of a larger matrix, whose columns do not follow each other.
    let frame = DMatrix::from_fn(9, 4, |i, j| {
        if i < 7 && j < 3 {
            a[(i, j)]
        } else {
            T::NON_FINITE[0]
        }
    });
    let inside = PrincipalAngles::from_columns(frame.view((0, 0), (7, 3)), &b).expect("angles");
    assert_eq!(inside, plain);
}

for_both_scalars!(
    angle_refusals,
    distances_of_extreme_angles,
    distances_of_one_tiny_angle,
    angles_of_odd_shape,
    angles_of_bad_columns,
    angles_of_odd_columns,
);
