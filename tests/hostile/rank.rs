//! The numerical rank and the rules that choose one.

use alignment_tax::{Error, PrincipalAngles, RankRule, Real, Subspace, tolerance};
use nalgebra::{DMatrix, dvector};

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

for_both_scalars!(rank_rules, spans_at_the_edge_of_the_rank);
