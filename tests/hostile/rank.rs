//! The numerical rank and the rules that choose one.

use alignment_tax::linalg::hard_threshold;
use alignment_tax::{Error, PrincipalAngles, RankRule, Real, Subspace, tolerance};
use nalgebra::{DMatrix, DVector, dvector};
use rand::RngExt;

use crate::common::{gaussian, rng};
use crate::shared::{Extreme, axis, for_both_scalars, real, refused};

type ByRule<T> = fn(&DMatrix<T>, RankRule<T>) -> Result<Subspace<T>, Error>;

fn rank_rules<T: Extreme>() {
    let stack: DMatrix<T> = DMatrix::from_diagonal(&dvector![real(3.0), real(2.0), real(0.5)]);
    let constructors: [ByRule<T>; 3] = [
        |a, rule| Subspace::from_columns_with(a, rule),
        |a, rule| Subspace::from_leading_singular(a, rule),
        |a, rule| Subspace::from_pca(a, rule),
    ];
    for build in constructors {
        for bad in [
            T::NON_FINITE[0],
            T::NON_FINITE[1],
            T::NON_FINITE[2],
            -T::SUBNORMAL,
            T::one(),
        ] {
            refused!(
                build(&stack, RankRule::Relative(bad)),
                Error::OutOfRange { argument: "relative tolerance", actual, .. }
                    if *actual == bad.to_double() || actual.is_nan()
            );
        }
        for bad in [
            T::NON_FINITE[0],
            T::NON_FINITE[1],
            T::zero(),
            T::one() + T::machine_epsilon(),
        ] {
            refused!(
                build(&stack, RankRule::Energy(bad)),
                Error::OutOfRange { argument: "energy share", actual, .. }
                    if *actual == bad.to_double() || actual.is_nan()
            );
        }
        for bad in [0, 4, usize::MAX] {
            refused!(
                build(&stack, RankRule::Fixed(bad)),
                Error::OutOfBounds { argument: "fixed rank", least: 1, most: 3, actual, .. }
                    if *actual == bad
            );
        }
    }
    // The ends of every domain.
    for (rule, dimension) in [
        (RankRule::Numerical, 3),
        (RankRule::Relative(T::zero()), 3),
        (RankRule::Relative(T::SUBNORMAL), 3),
        (RankRule::Relative(T::one() - T::machine_epsilon()), 1),
        (RankRule::Energy(T::one()), 3),
        (RankRule::Energy(T::SUBNORMAL), 1),
        (RankRule::Fixed(1), 1),
        (RankRule::Fixed(3), 3),
    ] {
        let c = Subspace::from_leading_singular(&stack, rule).expect("a subspace");
        assert_eq!(c.dimension(), dimension, "{rule:?}");
        assert_eq!(c.rank_rule(), rule);
    }
    // More was asked for than there is.
    let dependent: DMatrix<T> = DMatrix::from_element(3, 3, T::one());
    for rule in [
        RankRule::Fixed(3),
        RankRule::Energy(T::one()),
        RankRule::Numerical,
    ] {
        let c = Subspace::from_columns_with(&dependent, rule).expect("a subspace");
        assert_eq!(c.dimension(), 1, "{rule:?}");
    }
}

/// Columns e₁₉ and e₁₉ + t·e₂₀ in the last coordinates of R²⁰.
fn nearly_dependent<T: Real>(t: T) -> DMatrix<T> {
    let mut columns = DMatrix::zeros(20, 2);
    columns[(18, 0)] = T::one();
    columns[(18, 1)] = T::one();
    columns[(19, 1)] = t;
    columns
}

/// The span of nearly dependent columns is theirs to the promised angle·κ, and not
/// another plane of the same dimension.
fn spans_at_the_edge_of_the_rank<T: Extreme>() {
    let truth = Subspace::from_directions(&[axis::<T>(20, 18), axis(20, 19)]).expect("a plane");
    let mut planes = 0;
    for steps in 1..=200 {
        let tilt = T::machine_epsilon() * real(f64::from(steps));
        let c = Subspace::from_columns(&nearly_dependent(tilt)).expect("a span");
        let bound = tolerance::angle::<T>(2) * c.condition_number();
        if c.dimension() == 2 && bound < T::one() {
            planes += 1;
            let angle = PrincipalAngles::between(&c, &truth)
                .expect("angles")
                .asimov();
            assert!(angle <= bound, "t = {steps}ε: off by {angle} > {bound}");
        }
    }
    assert!(planes > 100, "only {planes} planes");
}

/// A rows × columns matrix with these singular values, which are exact.
fn diagonal<T: Real>(rows: usize, columns: usize, values: &[f64]) -> DMatrix<T> {
    DMatrix::from_fn(rows, columns, |i, j| {
        if i == j { real(values[i]) } else { T::zero() }
    })
}

fn dimension<T: Real>(a: &DMatrix<T>, rule: RankRule<T>) -> usize {
    Subspace::from_leading_singular(a, rule)
        .expect("a subspace")
        .dimension()
}

/// The fewest whose squares reach the share: no more where they meet it, and in any unit.
fn energies_that_are_just_reached<T: Extreme>() {
    for (values, share, fewest) in [
        (&[1.0, 1.0][..], 0.5, 1),
        (&[1.0, 1.0, 1.0, 1.0], 0.25, 1),
        (&[1.0, 1.0, 1.0, 1.0], 0.75, 3),
        (&[1.0, 1.0, 1.0, 1.0], 0.76, 4),
        (&[2.0, 2.0, 1.0], 0.8, 2),
        (&[2.0, 2.0, 1.0], 0.9, 3),
    ] {
        for unit in [T::one(), T::HUGE, T::MINUTE] {
            let a = diagonal::<T>(values.len(), values.len(), values) * unit;
            let found = dimension(&a, RankRule::Energy(real(share)));
            assert_eq!(found, fewest, "{share} of {values:?} times {unit}");
        }
    }
}

/// Those above ω times the median, which is the mean of the two in the middle of an even number.
fn the_noise_threshold_is_a_multiple_of_the_median<T: Extreme>() {
    let mut rng = rng(41);
    for _ in 0..300 {
        let (rows, columns) = (rng.random_range(2..=9), rng.random_range(2..=9));
        let least = rows.min(columns);
        let mut values: Vec<f64> = (0..least)
            .map(|_| rng.random_range(0.0..6.0_f64).exp2())
            .collect();
        values.sort_by(|x, y| y.total_cmp(x));
        let median = if least % 2 == 1 {
            values[least / 2]
        } else {
            (values[least / 2 - 1] + values[least / 2]) / 2.0
        };
        let aspect = least as f64 / rows.max(columns) as f64;
        let cut = hard_threshold(aspect).expect("an aspect") * median;
        let expected = values.iter().filter(|&&s| s > cut).count();
        let found = dimension(
            &diagonal::<T>(rows, columns, &values),
            RankRule::GavishDonoho,
        );
        assert_eq!(found, expected, "{rows} × {columns}: {values:?}");
    }
}

/// Every rule takes of columns what it takes of the matrix of these columns scaled by powers of
/// two to about unit length.
fn rules_on_columns_are_rules_on_balanced_columns<T: Extreme>() {
    let (d, k) = (8, 4);
    for seed in 0..2 {
        let mut balanced = gaussian::<T>(d, k, &mut rng(seed));
        for mut column in balanced.column_iter_mut() {
            let exponent = column.norm().to_double().log2().round();
            column *= real::<T>((-exponent).exp2());
        }
        let columns = DMatrix::from_fn(d, k, |i, j| {
            balanced[(i, j)] * real(f64::from(j as u32 * 8).exp2())
        });
        let fixed = (1..=k).map(RankRule::Fixed);
        let energy = [0.5, 0.7, 0.9].map(|share| RankRule::Energy(real(share)));
        let relative = [0.4, 0.6, 0.8].map(|cut| RankRule::Relative(real(cut)));
        for rule in fixed.chain(energy).chain(relative) {
            let found = Subspace::from_columns_with(&columns, rule).expect("a span");
            let expected = Subspace::from_leading_singular(&balanced, rule).expect("a span");
            assert_eq!(found.dimension(), expected.dimension(), "{rule:?}");
            let angle = PrincipalAngles::between(&found, &expected).expect("angles");
            // Values next to each other are some hundredths apart.
            let bound = tolerance::angle::<T>(k) * real(1000.0);
            assert!(angle.asimov() <= bound, "{rule:?}: {}", angle.asimov());
        }
    }
}

/// The values are those of columns scaled by powers of two to lengths about one; nothing but
/// their spans is left of units, from one end of the range to the other.
fn units_leave_spans_and_values<T: Extreme>() {
    let range = T::exponent_range() - 20;
    for k in [1, 2, 4] {
        let a = gaussian::<T>(6, k, &mut rng(k as u64));
        let plain = Subspace::from_columns(&a).expect("a span");
        for exponent in (-range..=range).step_by(6) {
            let scaled = &a * real::<T>(f64::from(exponent).exp2());
            let span = Subspace::from_columns(&scaled).expect("a span");
            let angle = PrincipalAngles::between(&span, &plain).expect("angles");
            let bound = tolerance::angle::<T>(k) * plain.condition_number();
            assert!(angle.asimov() <= bound, "{k} at 2^{exponent}");
            let off = span.basis().transpose() * span.basis() - DMatrix::identity(k, k);
            assert!(
                off.amax() <= tolerance::orthonormality(6),
                "{k} at 2^{exponent}"
            );
            let values: DVector<T> = span.singular_values() - plain.singular_values();
            assert!(values.amax() <= tolerance::angle(k), "{k} at 2^{exponent}");
        }
    }
    for length in [0.75, 1.0, 10.0, 1000.0] {
        let line = Subspace::from_columns(&(axis::<T>(7, 3).as_vector() * real::<T>(length)));
        let value = line.expect("a line").singular_values()[0].to_double();
        let times = (value / length).log2();
        assert!((times - times.round()).abs() < 1e-6, "{value} of {length}");
        assert!((0.7..1.42).contains(&value), "{value} of {length}");
    }
}

/// Columns that lean on each other more and more: by whichever way the basis is found, it is
/// orthonormal and holds every one of them.
fn ever_more_parallel_columns<T: Extreme>() {
    for (d, k) in [(3, 2), (20, 20), (60, 30)] {
        let random = gaussian::<T>(d, k, &mut rng(k as u64));
        let root = real::<T>((d as f64).sqrt());
        for step in 0..16 {
            let apart = T::machine_epsilon().powf(real(f64::from(step) / 20.0));
            let columns = random.map(|x| T::one() + x * apart) / root;
            let span = Subspace::from_columns(&columns).expect("a span");
            let m = span.dimension();
            let off = span.basis().transpose() * span.basis() - DMatrix::identity(m, m);
            assert!(off.amax() <= tolerance::orthonormality(d), "{k} {apart}");
            if m == k {
                for column in columns.column_iter() {
                    let outside = span.reject(&column.into_owned()).expect("finite").norm();
                    let bound = tolerance::angle::<T>(k) * root;
                    assert!(outside <= bound, "{k} {apart}: {outside}");
                }
            }
        }
    }
}

for_both_scalars!(
    ever_more_parallel_columns,
    rank_rules,
    spans_at_the_edge_of_the_rank,
    energies_that_are_just_reached,
    the_noise_threshold_is_a_multiple_of_the_median,
    rules_on_columns_are_rules_on_balanced_columns,
    units_leave_spans_and_values,
);
