//! Input that nobody should pass and everybody does: NaN, infinities, zeros, nothing
//! at all, one dimension, one sample, entries at both ends of the scalar's range.
//!
//! What is an error is asserted with its variant and fields, what is legal with its
//! answer; and no number that comes back is ever NaN or infinite.

mod common;

use alignment_tax::linalg::ThinSvd;
use alignment_tax::{
    Attribution, Budget, Contrast, Direction, Error, FrontierError, Interaction, OptimalShift,
    Overlap, PairedContrast, ParetoFrontier, Point, PreservationFrontier, PrincipalAngles,
    PrincipalVectors, RankRule, Real, Regime, RegimeThresholds, ShapleyMethod, Subspace, TaxRate,
    TaxSpectrum, tolerance,
};
use common::{direction, gaussian, rng, subspace};
use nalgebra::{DMatrix, DVector, dmatrix, dvector};

/// The ends of a scalar's range.
trait Extreme: Real + std::fmt::LowerExp {
    /// Its square overflows.
    const HUGE: Self;
    /// Its square vanishes.
    const MINUTE: Self;
    /// The smallest number above zero.
    const SUBNORMAL: Self;
    const LARGEST: Self;
    const NON_FINITE: [Self; 3];
}

impl Extreme for f64 {
    const HUGE: Self = 1e300;
    const MINUTE: Self = 1e-300;
    const SUBNORMAL: Self = 5e-324;
    const LARGEST: Self = Self::MAX;
    const NON_FINITE: [Self; 3] = [Self::NAN, Self::INFINITY, Self::NEG_INFINITY];
}

impl Extreme for f32 {
    const HUGE: Self = 1e37;
    const MINUTE: Self = 1e-37;
    const SUBNORMAL: Self = 1e-45;
    const LARGEST: Self = Self::MAX;
    const NON_FINITE: [Self; 3] = [Self::NAN, Self::INFINITY, Self::NEG_INFINITY];
}

/// Every magnitude at which a direction must still be the direction it is.
fn magnitudes<T: Extreme>() -> [T; 5] {
    [T::one(), T::HUGE, T::MINUTE, T::SUBNORMAL, T::LARGEST]
}

/// Each generic check for f32 and for f64.
macro_rules! for_both_scalars {
    ($($check:ident),* $(,)?) => {$(
        mod $check {
            #[test]
            fn f32() {
                super::$check::<f32>();
            }

            #[test]
            fn f64() {
                super::$check::<f64>();
            }
        }
    )*};
}

/// The call is an error of this variant with these fields.
macro_rules! refused {
    ($call:expr, $pattern:pat $(if $guard:expr)?) => {{
        let result = $call;
        assert!(
            matches!(&result, Err($pattern) $(if $guard)?),
            "{} gave {result:?}",
            stringify!($call),
        );
    }};
}

fn real<T: Real>(x: f64) -> T {
    T::from_double(x)
}

fn finite<'a, T: Real>(what: &str, numbers: impl IntoIterator<Item = &'a T>) {
    for x in numbers {
        assert!(x.is_finite(), "{what}: {x}");
    }
}

fn near<T: Real>(what: &str, ours: T, truth: T, bound: T) {
    assert!(
        (ours - truth).abs() <= bound,
        "{what}: {ours} against {truth}, bound {bound}"
    );
}

fn axis<T: Real>(d: usize, i: usize) -> Direction<T> {
    let mut x = DVector::zeros(d);
    x[i] = T::one();
    Direction::new(&x).expect("an axis")
}

/// The columns e₁·s and (e₁ + e₂)·t of R³.
fn two_columns<T: Real>(s: T, t: T) -> DMatrix<T> {
    let o = T::zero();
    dmatrix![s, t; o, t; o, o]
}

// ---------------------------------------------------------------- linear algebra

type ByRule<T> = fn(&DMatrix<T>, RankRule<T>) -> Result<Subspace<T>, Error>;
type Between<T> = fn(&Subspace<T>, &Subspace<T>) -> Result<(), Error>;
type Labelled<T> = fn(&DMatrix<T>, &DMatrix<T>) -> Result<Direction<T>, Error>;
type Svd<T> = fn(&DMatrix<T>) -> Result<ThinSvd<T>, Error>;

fn svd_refusals<T: Extreme>() {
    let algorithms: [Svd<T>; 2] = [|a| ThinSvd::new(a), |a| ThinSvd::jacobi(a)];
    for svd in algorithms {
        for bad in T::NON_FINITE {
            let mut a = gaussian::<T>(4, 3, &mut rng(1));
            a[(2, 1)] = bad;
            a[(0, 2)] = bad;
            // The first in column-major order, whatever the value.
            refused!(
                svd(&a),
                Error::NonFinite { argument: "matrix", row: 2, column: 1, value, .. }
                    if value.is_nan() == bad.to_double().is_nan() && !value.is_finite()
            );
        }
        for (r, c) in [(0, 0), (0, 3), (3, 0)] {
            refused!(
                svd(&DMatrix::zeros(r, c)),
                Error::Empty { argument: "matrix", rows, columns, .. } if (*rows, *columns) == (r, c)
            );
        }
        refused!(
            svd(&DMatrix::from_element(3, 3, T::LARGEST)),
            Error::OutOfRange { argument: "largest singular value", actual, .. }
                if *actual == f64::INFINITY
        );
    }
}

fn svd_of_extreme_entries<T: Extreme>() {
    let algorithms: [Svd<T>; 2] = [|a| ThinSvd::new(a), |a| ThinSvd::jacobi(a)];
    let o = T::zero();
    let eps = T::machine_epsilon();
    for svd in algorithms {
        for x in [T::HUGE, T::MINUTE, T::SUBNORMAL, T::LARGEST / real(4.0)] {
            let s = svd(&DMatrix::from_element(1, 1, -x)).expect("an SVD");
            near("1 × 1", s.singular_values()[0], x, eps * real::<T>(8.0) * x);
            let product = s.left_vectors()[(0, 0)] * s.right_vectors()[(0, 0)];
            assert_eq!(product, -T::one());
            let s = svd(&dmatrix![x, o; o, x; o, o]).expect("an SVD");
            near("twice", s.singular_values()[1], x, eps * real::<T>(8.0) * x);
        }
        // Both ends of the range in one matrix.
        for (large, small) in [
            (T::HUGE, T::MINUTE),
            (T::LARGEST / real(4.0), T::SUBNORMAL),
            (T::one(), T::SUBNORMAL),
        ] {
            let s = svd(&dmatrix![small, o; o, large]).expect("an SVD");
            let bound = eps * real::<T>(16.0) * large;
            near("large", s.singular_values()[0], large, bound);
            near("small", s.singular_values()[1], small, bound);
            finite("U", s.left_vectors().iter());
            finite("V", s.right_vectors().iter());
            near(
                "U",
                (s.left_vectors().transpose() * s.left_vectors()).determinant(),
                T::one(),
                eps * real(16.0),
            );
        }
        let zero = svd(&DMatrix::zeros(2, 5)).expect("an SVD");
        assert_eq!(zero.singular_values().as_slice(), [o, o]);
        assert_eq!(zero.right_vectors().shape(), (5, 2));
    }
}

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

// -------------------------------------------------------------------- directions

fn direction_refusals<T: Extreme>() {
    for bad in T::NON_FINITE {
        let x = [T::one(), T::zero(), bad, bad];
        refused!(
            Direction::from_slice(&x),
            Error::NonFinite { argument: "vector", row: 2, column: 0, value, .. }
                if !value.is_finite()
        );
        refused!(
            Direction::new(&DVector::from_column_slice(&x)),
            Error::NonFinite {
                argument: "vector",
                row: 2,
                column: 0,
                ..
            }
        );
    }
    refused!(
        Direction::<T>::from_slice(&[]),
        Error::Empty {
            argument: "vector",
            rows: 0,
            columns: 1,
            ..
        }
    );
    refused!(
        Direction::<T>::new(&DVector::zeros(0)),
        Error::Empty {
            argument: "vector",
            rows: 0,
            columns: 1,
            ..
        }
    );
    for d in [1, 2, 100] {
        refused!(
            Direction::new(&DVector::<T>::zeros(d)),
            Error::ZeroVector {
                argument: "vector",
                column: 0,
                ..
            }
        );
    }
    refused!(
        Direction::from_slice(&[-T::zero()]),
        Error::ZeroVector { .. }
    );
    let (v, c) = (axis::<T>(2, 0), axis::<T>(3, 0));
    for result in [v.overlap(&c), v.angle(&c)] {
        refused!(
            result,
            Error::DimensionMismatch {
                argument: "other",
                unit: "coordinates",
                expected: 2,
                actual: 3,
                ..
            }
        );
    }
}

fn directions_of_any_magnitude<T: Extreme>() {
    let bound = T::machine_epsilon() * real(4.0);
    for x in magnitudes::<T>() {
        assert_eq!(
            Direction::from_slice(&[-x]).expect("d = 1").as_vector()[0],
            -T::one()
        );
        let v = Direction::from_slice(&[x, T::zero(), -x]).expect("a direction");
        near(
            "first",
            v.as_vector()[0],
            real::<T>(std::f64::consts::FRAC_1_SQRT_2),
            bound,
        );
        near(
            "last",
            v.as_vector()[2],
            -real::<T>(std::f64::consts::FRAC_1_SQRT_2),
            bound,
        );
        // The smaller entry may vanish beside the larger one, and nothing else may.
        for y in magnitudes::<T>() {
            let v = Direction::from_slice(&[x, y]).expect("a direction");
            finite("mixed", v.as_vector().iter());
            near("length", v.as_vector().norm(), T::one(), bound);
            let ratio = (x.to_double() / y.to_double()).atan();
            near("mixed", v.as_vector()[0], real(ratio.sin()), bound);
            near(
                "angle",
                v.angle(&axis(2, 1)).expect("one space"),
                real(ratio),
                bound * real(2.0),
            );
        }
    }
}

// --------------------------------------------------------------------- subspaces

fn subspace_refusals<T: Extreme>() {
    let rule = RankRule::Numerical;
    for bad in T::NON_FINITE {
        let mut a = gaussian::<T>(4, 4, &mut rng(2));
        a[(3, 1)] = bad;
        refused!(
            Subspace::from_columns(&a),
            Error::NonFinite {
                argument: "columns",
                row: 3,
                column: 1,
                ..
            }
        );
        refused!(
            Subspace::from_columns_with(&a, rule),
            Error::NonFinite {
                argument: "columns",
                row: 3,
                column: 1,
                ..
            }
        );
        refused!(
            Subspace::from_leading_singular(&a, rule),
            Error::NonFinite {
                argument: "columns",
                row: 3,
                column: 1,
                ..
            }
        );
        refused!(
            Subspace::from_pca(&a, rule),
            Error::NonFinite {
                argument: "samples",
                row: 3,
                column: 1,
                ..
            }
        );
        refused!(
            Subspace::from_orthonormal(&a),
            Error::NonFinite {
                argument: "basis",
                row: 3,
                column: 1,
                ..
            }
        );
        refused!(
            Subspace::from_projector(&a),
            Error::NonFinite {
                argument: "projector",
                row: 3,
                column: 1,
                ..
            }
        );
    }
    for (r, c) in [(0, 0), (0, 2), (2, 0)] {
        let a = DMatrix::<T>::zeros(r, c);
        for (name, result) in [
            ("columns", Subspace::from_columns(&a)),
            ("columns", Subspace::from_columns_with(&a, rule)),
            ("columns", Subspace::from_leading_singular(&a, rule)),
            ("samples", Subspace::from_pca(&a, rule)),
            ("basis", Subspace::from_orthonormal(&a)),
            ("projector", Subspace::from_projector(&a)),
        ] {
            refused!(
                result,
                Error::Empty { argument, rows, columns, .. }
                    if (*argument, *rows, *columns) == (name, r, c)
            );
        }
    }
    let mut zero_second = gaussian::<T>(3, 3, &mut rng(3));
    zero_second.column_mut(1).fill(T::zero());
    refused!(
        Subspace::from_columns(&zero_second),
        Error::ZeroVector {
            argument: "columns",
            column: 1,
            ..
        }
    );
    // A stack of gradients may hold a zero one, but not zeros alone.
    let c = Subspace::from_leading_singular(&zero_second, rule).expect("a subspace");
    assert_eq!(c.dimension(), 2);
    refused!(
        Subspace::from_leading_singular(&DMatrix::<T>::zeros(3, 2), rule),
        Error::ZeroVector {
            argument: "columns",
            column: 0,
            ..
        }
    );
    refused!(
        Subspace::<T>::from_directions(&[]),
        Error::Empty {
            argument: "directions",
            rows: 0,
            columns: 0,
            ..
        }
    );
    refused!(
        Subspace::<T>::from_directions(&[axis(3, 0), axis(3, 1), axis(2, 0)]),
        Error::DimensionMismatch {
            argument: "directions",
            unit: "coordinates",
            expected: 3,
            actual: 2,
            ..
        }
    );
    refused!(
        Subspace::<T>::trivial(0),
        Error::OutOfBounds {
            argument: "dimension",
            least: 1,
            actual: 0,
            ..
        }
    );
}

fn subspaces_of_odd_shape<T: Extreme>() {
    // d = 1: the whole line, whatever spans it.
    for k in [1, 2, 7] {
        let c = Subspace::from_columns(&DMatrix::from_element(1, k, -T::HUGE)).expect("a line");
        assert_eq!((c.ambient_dimension(), c.dimension()), (1, 1));
        assert_eq!(c.basis()[(0, 0)].abs(), T::one());
        assert_eq!(c.complement().dimension(), 0);
        assert_eq!(c.complement().complement().dimension(), 1);
    }
    // k > d fills the space.
    let c = Subspace::from_columns(&gaussian::<T>(3, 9, &mut rng(4))).expect("a span");
    assert_eq!((c.ambient_dimension(), c.dimension()), (3, 3));
    // Equal, opposite and dependent columns.
    let x = gaussian::<T>(6, 2, &mut rng(5));
    let dependent = DMatrix::from_columns(&[
        x.column(0).into_owned(),
        -x.column(0),
        x.column(1).into_owned(),
        x.column(0) + x.column(1),
    ]);
    let c = Subspace::from_columns(&dependent).expect("a span");
    assert_eq!(c.dimension(), 2);
    finite("values", c.singular_values().iter());
    // A view with a stride is what it shows, in every constructor.
    let tall = gaussian::<T>(9, 2, &mut rng(6));
    let view = tall.rows(2, 5);
    let owned = view.into_owned();
    let rule = RankRule::Fixed(1);
    assert_eq!(Subspace::from_columns(view), Subspace::from_columns(&owned));
    assert_eq!(
        Subspace::from_leading_singular(view, rule),
        Subspace::from_leading_singular(&owned, rule)
    );
    assert_eq!(
        Subspace::from_pca(view, rule),
        Subspace::from_pca(&owned, rule)
    );
    assert_eq!(ThinSvd::new(view), ThinSvd::new(&owned));
    let basis = DMatrix::<T>::identity(9, 2);
    assert_eq!(
        Subspace::from_orthonormal(basis.rows(0, 5)).map(|c| c.dimension()),
        Ok(2)
    );
    let pairs = (tall.rows(0, 4), tall.rows(5, 4));
    let ours = PairedContrast::new(pairs.0, pairs.1).expect("pairs");
    let copies = (pairs.0.into_owned(), pairs.1.into_owned());
    assert_eq!(Ok(ours), PairedContrast::new(&copies.0, &copies.1));
    let gram = tall.transpose() * &tall;
    let mut wide = DMatrix::from_element(5, 5, T::NON_FINITE[0]);
    wide.view_mut((2, 2), (2, 2)).copy_from(&gram);
    let corner = wide.view((2, 2), (2, 2));
    assert_eq!(TaxRate::from_gram(corner, 0), TaxRate::from_gram(&gram, 0));
}

fn columns_of_any_magnitude<T: Extreme>() {
    let v = Direction::from_slice(&[real::<T>(1.0), real(2.0), real(2.0)]).expect("a direction");
    for s in magnitudes::<T>() {
        for t in magnitudes::<T>() {
            let columns = two_columns(s, t);
            let c = Subspace::from_columns(&columns).expect("a plane");
            assert_eq!(c.dimension(), 2, "{s} and {t}");
            finite("basis", c.basis().iter());
            finite(
                "values",
                c.singular_values().iter().chain([&c.condition_number()]),
            );
            let tax = TaxRate::between(&v, &c).expect("one space");
            let bound = tolerance::angle::<T>(2) * c.condition_number();
            near("τ", tax.value(), real(5.0 / 9.0), bound);
            near("1 − τ", tax.complement(), real(4.0 / 9.0), bound);
        }
        let same = Subspace::from_columns(&two_columns(s, s)).expect("a plane");
        let leading = Subspace::from_leading_singular(
            &(two_columns(s, s) / real::<T>(2.0)),
            RankRule::Fixed(1),
        );
        // Half the smallest number is none.
        if s > T::SUBNORMAL {
            let leading = leading.expect("a line");
            // The golden ratio of Aᵀ A = (1 1; 1 2).
            let golden = (1.0 + 5.0_f64.sqrt()) / 2.0;
            let ratio: T = leading.basis()[(0, 0)] / leading.basis()[(1, 0)];
            near(
                "golden",
                ratio.abs(),
                real(golden),
                tolerance::angle::<T>(4),
            );
            assert_eq!(
                same.contains_subspace(&leading, tolerance::angle::<T>(2) * real(4.0)),
                Ok(true)
            );
        }
    }
    // Lengths and units as they are: too long for a singular value.
    refused!(
        Subspace::from_leading_singular(
            &DMatrix::from_element(2, 2, T::LARGEST),
            RankRule::Numerical
        ),
        Error::OutOfRange {
            argument: "largest singular value",
            ..
        }
    );
}

fn orthonormal_and_projector<T: Extreme>() {
    let (i, o) = (T::one(), T::zero());
    let eps = T::machine_epsilon().to_double();
    refused!(
        Subspace::from_orthonormal(&dmatrix![i, o, o; o, i, real(0.5)]),
        Error::NotOrthonormal { argument: "basis", first: 2, second: 2, deviation, tolerance, .. }
            if *deviation == 0.75 && *tolerance <= 32.0 * eps
    );
    refused!(
        Subspace::from_orthonormal(&dmatrix![i, real(0.6); o, real(0.8)]),
        Error::NotOrthonormal { first: 0, second: 1, deviation, .. } if (deviation - 0.6).abs() < 8.0 * eps
    );
    refused!(
        Subspace::from_orthonormal(&dmatrix![o; o]),
        Error::NotOrthonormal { first: 0, second: 0, deviation, .. } if *deviation == 1.0
    );
    for x in [T::HUGE, T::LARGEST, T::MINUTE, T::SUBNORMAL] {
        refused!(
            Subspace::from_orthonormal(&dmatrix![i, o; o, x]),
            Error::NotOrthonormal { first: 1, second: 1, deviation, .. } if *deviation > 0.9
        );
        refused!(
            Subspace::from_orthonormal(&dmatrix![x, x; x, x]),
            Error::NotOrthonormal { deviation, .. } if *deviation > 0.9
        );
    }
    // d = 1 and k > d.
    assert_eq!(
        Subspace::from_orthonormal(&dmatrix![-i]).map(|c| c.dimension()),
        Ok(1)
    );
    refused!(
        Subspace::from_orthonormal(&dmatrix![i, i]),
        Error::NotOrthonormal {
            first: 0,
            second: 1,
            ..
        }
    );

    for (p, dimension) in [
        (dmatrix![o], 0),
        (dmatrix![i], 1),
        (DMatrix::zeros(3, 3), 0),
        (DMatrix::identity(3, 3), 3),
        (DMatrix::from_element(2, 2, real(0.5)), 1),
        (DMatrix::from_element(2, 2, T::SUBNORMAL), 0),
    ] {
        let c = Subspace::from_projector(&p).expect("a projector");
        assert_eq!(
            (c.ambient_dimension(), c.dimension()),
            (p.nrows(), dimension)
        );
    }
    refused!(
        Subspace::from_projector(&DMatrix::<T>::identity(2, 3)),
        Error::DimensionMismatch {
            argument: "projector",
            unit: "columns",
            expected: 2,
            actual: 3,
            ..
        }
    );
    refused!(
        Subspace::from_projector(&dmatrix![i, real(0.5); o, o]),
        Error::NotSymmetric { argument: "projector", row, column, deviation, tolerance, .. }
            if row + column == 1 && *deviation == 0.5 && *tolerance <= 32.0 * eps
    );
    refused!(
        Subspace::from_projector(&dmatrix![i, o; o, real(0.5)]),
        Error::NotIdempotent { argument: "projector", row: 1, column: 1, deviation, tolerance, .. }
            if *deviation == 0.25 && *tolerance <= 32.0 * eps
    );
    refused!(
        Subspace::from_projector(&dmatrix![-i]),
        Error::NotIdempotent { row: 0, column: 0, deviation, .. } if *deviation == 2.0
    );
    for x in [T::HUGE, T::LARGEST] {
        refused!(
            Subspace::from_projector(&dmatrix![i, o; o, x]),
            Error::NotIdempotent {
                row: 1,
                column: 1,
                ..
            }
        );
        refused!(
            Subspace::from_projector(&dmatrix![i, x; -x, i]),
            Error::NotSymmetric {
                argument: "projector",
                ..
            }
        );
    }
}

fn principal_components<T: Extreme>() {
    let (i, o) = (T::one(), T::zero());
    let rule = RankRule::Numerical;
    // One sample, or equal ones, has no principal component.
    for samples in [
        dmatrix![i, i, i],
        dmatrix![o, o],
        DMatrix::from_element(7, 2, real(0.1)),
        DMatrix::from_element(3, 2, T::LARGEST),
        DMatrix::from_element(3, 2, T::SUBNORMAL),
    ] {
        refused!(
            Subspace::from_pca(&samples, rule),
            Error::ZeroVector {
                argument: "samples less their mean",
                column: 0,
                ..
            }
        );
    }
    // Two samples: the line between them, at every magnitude.
    for x in [i, T::HUGE, T::MINUTE, T::LARGEST] {
        let c = Subspace::from_pca(&dmatrix![x, o, -x; -x, o, x], rule).expect("a line");
        assert_eq!((c.ambient_dimension(), c.dimension()), (3, 1));
        finite("values", c.singular_values().iter());
        near(
            "line",
            (c.basis()[(0, 0)] + c.basis()[(2, 0)]).abs(),
            o,
            tolerance::angle(1),
        );
    }
    let c = Subspace::from_pca(&dmatrix![T::SUBNORMAL; o], rule).expect("a line");
    assert_eq!(c.dimension(), 1);
    // More coordinates than samples and the reverse.
    for (n, d) in [(3, 8), (8, 3), (2, 1), (5, 1)] {
        let c = Subspace::from_pca(&gaussian::<T>(n, d, &mut rng(7)), rule).expect("a subspace");
        assert_eq!(c.dimension(), (n - 1).min(d), "{n} × {d}");
    }
}

fn projections<T: Extreme>() {
    let plane = subspace::<T>(3, 2, &mut rng(8));
    for bad in T::NON_FINITE {
        let x = dvector![T::one(), bad, T::one()];
        for result in [plane.project(&x), plane.reject(&x)] {
            refused!(
                result,
                Error::NonFinite {
                    argument: "x",
                    row: 1,
                    column: 0,
                    ..
                }
            );
        }
    }
    for (length, x) in [
        (2, DVector::<T>::zeros(2)),
        (4, DVector::repeat(4, T::one())),
    ] {
        for result in [plane.project(&x), plane.reject(&x)] {
            refused!(
                result,
                Error::DimensionMismatch { argument: "x", unit: "coordinates", expected: 3, actual, .. }
                    if *actual == length
            );
        }
    }
    for result in [
        plane.project(&DVector::zeros(0)),
        plane.reject(&DVector::zeros(0)),
    ] {
        refused!(
            result,
            Error::Empty {
                argument: "x",
                rows: 0,
                columns: 1,
                ..
            }
        );
    }
    let zero = DVector::zeros(3);
    assert_eq!(plane.project(&zero), Ok(zero.clone()));
    assert_eq!(plane.reject(&zero), Ok(zero));
    // {0} and all of R^d, and every magnitude.
    let trivial = Subspace::<T>::trivial(2).expect("d = 2");
    let whole = trivial.complement();
    let diagonal = Subspace::from_columns(&dmatrix![T::one(); T::one()]).expect("a line");
    for m in [
        T::one(),
        T::HUGE,
        T::MINUTE,
        T::SUBNORMAL,
        T::LARGEST / real(4.0),
    ] {
        let x = dvector![m, -m];
        // Half a unit in the last place of a subnormal is the smallest number.
        let bound = tolerance::orthonormality::<T>(2) * m + T::SUBNORMAL;
        for (subspace, inside) in [
            (&trivial, T::zero()),
            (&whole, T::one()),
            (&diagonal, T::zero()),
        ] {
            let (p, r) = (subspace.project(&x), subspace.reject(&x));
            for (i, sign) in [(0, T::one()), (1, -T::one())] {
                near(
                    "inside",
                    p.as_ref().expect("finite")[i],
                    sign * inside * m,
                    bound,
                );
                near(
                    "outside",
                    r.as_ref().expect("finite")[i],
                    sign * (T::one() - inside) * m,
                    bound,
                );
            }
        }
    }
}

/// The projection of a finite vector need not fit the scalar: its largest coordinate
/// may exceed the vector's by a factor of (1 + √2)/2.
fn projections_that_overflow<T: Extreme>() {
    let line = Subspace::from_columns(&dmatrix![T::one(); real(0.4)]).expect("a line");
    let x = dvector![T::LARGEST, T::LARGEST];
    refused!(line.project(&x), Error::OutOfRange { .. });
    let across = line.complement();
    refused!(across.reject(&x), Error::OutOfRange { .. });
}

fn subspace_algebra<T: Extreme>() {
    let a = subspace::<T>(4, 2, &mut rng(9));
    let other = subspace::<T>(5, 2, &mut rng(9));
    let zero = Subspace::<T>::trivial(4).expect("d = 4");
    let tol = tolerance::angle::<T>(2) * real(4.0);
    for result in [a.sum(&other), a.intersection(&other, tol)] {
        refused!(
            result,
            Error::DimensionMismatch {
                unit: "coordinates",
                expected: 4,
                actual: 5,
                ..
            }
        );
    }
    refused!(
        a.contains_subspace(&other, tol),
        Error::DimensionMismatch {
            unit: "coordinates",
            expected: 4,
            actual: 5,
            ..
        }
    );
    refused!(
        a.contains(&axis(5, 0), tol),
        Error::DimensionMismatch {
            argument: "direction",
            unit: "coordinates",
            expected: 4,
            actual: 5,
            ..
        }
    );
    for bad in [
        T::NON_FINITE[0],
        T::NON_FINITE[1],
        -T::SUBNORMAL,
        T::frac_pi_2(),
    ] {
        refused!(
            a.intersection(&a, bad),
            Error::OutOfRange { argument: "tolerance", actual, .. }
                if *actual == bad.to_double() || actual.is_nan()
        );
        refused!(
            a.contains(&axis(4, 0), bad),
            Error::OutOfRange {
                argument: "tolerance",
                ..
            }
        );
        refused!(
            a.contains_subspace(&a, bad),
            Error::OutOfRange {
                argument: "tolerance",
                ..
            }
        );
        // Also where the answer would be clear without it.
        refused!(
            zero.intersection(&a, bad),
            Error::OutOfRange {
                argument: "tolerance",
                ..
            }
        );
    }
    // {0} is legal on either side.
    assert_eq!(zero.sum(&zero).map(|s| s.dimension()), Ok(0));
    assert_eq!(zero.sum(&a).map(|s| s.dimension()), Ok(2));
    assert_eq!(a.sum(&zero).map(|s| s.dimension()), Ok(2));
    assert_eq!(a.intersection(&zero, tol).map(|s| s.dimension()), Ok(0));
    assert_eq!(a.contains_subspace(&zero, T::zero()), Ok(true));
    assert_eq!(zero.contains_subspace(&zero, T::zero()), Ok(true));
    assert_eq!(zero.contains_subspace(&a, tol), Ok(false));
    assert_eq!(zero.contains(&axis(4, 0), tol), Ok(false));
    assert_eq!(zero.condition_number(), T::one());
    assert_eq!(zero.complement().dimension(), 4);
    assert_eq!(a.intersection(&a, tol).map(|s| s.dimension()), Ok(2));
    assert_eq!(
        a.intersection(&a.complement(), tol).map(|s| s.dimension()),
        Ok(0)
    );
    assert_eq!(a.sum(&a.complement()).map(|s| s.dimension()), Ok(4));
}

// ------------------------------------------------------------------------ angles

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

// --------------------------------------------------------------------- contrasts

fn contrast_refusals<T: Extreme>() {
    let good = gaussian::<T>(3, 2, &mut rng(11));
    for bad in T::NON_FINITE {
        let mut a = good.clone();
        a[(2, 1)] = bad;
        refused!(
            Contrast::new(&a, &good),
            Error::NonFinite {
                argument: "plus",
                row: 2,
                column: 1,
                ..
            }
        );
        refused!(
            Contrast::new(&good, &a),
            Error::NonFinite {
                argument: "minus",
                row: 2,
                column: 1,
                ..
            }
        );
        refused!(
            PairedContrast::new(&a, &good),
            Error::NonFinite {
                argument: "plus",
                row: 2,
                column: 1,
                ..
            }
        );
        refused!(
            PairedContrast::new(&good, &a),
            Error::NonFinite {
                argument: "minus",
                row: 2,
                column: 1,
                ..
            }
        );
    }
    for (r, c) in [(0, 2), (3, 0), (0, 0)] {
        let empty = DMatrix::zeros(r, c);
        refused!(
            Contrast::new(&empty, &good),
            Error::Empty { argument: "plus", rows, columns, .. } if (*rows, *columns) == (r, c)
        );
        refused!(
            Contrast::new(&good, &empty),
            Error::Empty { argument: "minus", rows, columns, .. } if (*rows, *columns) == (r, c)
        );
        refused!(
            PairedContrast::new(&empty, &good),
            Error::Empty { argument: "plus", rows, columns, .. } if (*rows, *columns) == (r, c)
        );
        refused!(
            PairedContrast::new(&good, &empty),
            Error::Empty { argument: "minus", rows, columns, .. } if (*rows, *columns) == (r, c)
        );
    }
    let wide = DMatrix::zeros(3, 4);
    refused!(
        Contrast::new(&good, &wide),
        Error::DimensionMismatch {
            argument: "minus",
            unit: "columns",
            expected: 2,
            actual: 4,
            ..
        }
    );
    refused!(
        PairedContrast::new(&good, &DMatrix::zeros(3, 4)),
        Error::DimensionMismatch {
            argument: "minus",
            unit: "columns",
            expected: 2,
            actual: 4,
            ..
        }
    );
    refused!(
        PairedContrast::new(&good, &DMatrix::zeros(5, 2)),
        Error::DimensionMismatch {
            argument: "minus",
            unit: "rows",
            expected: 3,
            actual: 5,
            ..
        }
    );
    // Groups of different size are no mistake where nothing is paired.
    let contrast = Contrast::new(&good, &DMatrix::<T>::zeros(1, 2)).map(|c| c.samples());
    assert_eq!(contrast, Ok((3, 1)));
}

fn contrasts_without_a_difference<T: Extreme>() {
    for x in [
        T::zero(),
        real(0.1),
        T::HUGE,
        T::MINUTE,
        T::SUBNORMAL,
        T::LARGEST,
    ] {
        for n in [1, 2, 7] {
            let same = DMatrix::from_element(n, 3, x);
            let contrast = Contrast::new(&same, &same).expect("samples");
            refused!(
                contrast.mean_difference(),
                Error::Unresolved { argument: "difference of means", norm, tolerance, .. }
                    if *norm == 0.0 && tolerance.is_finite()
            );
            let pairs = PairedContrast::new(&same, &same).expect("pairs");
            refused!(
                pairs.mean_difference(),
                Error::Unresolved { argument: "mean of paired differences", norm, tolerance, .. }
                    if *norm == 0.0 && tolerance.is_finite()
            );
            refused!(
                pairs.top_component(),
                Error::Unresolved { argument: "top component of paired differences", norm, tolerance, .. }
                    if *norm == 0.0 && tolerance.is_finite()
            );
        }
    }
    // Differences that cancel: a mean and a sign that no label fixes.
    let (i, o) = (T::one(), T::zero());
    let plus = dmatrix![i, o; -i, o];
    let pairs = PairedContrast::new(&plus, &DMatrix::zeros(2, 2)).expect("pairs");
    refused!(pairs.mean_difference(), Error::Unresolved { norm, .. } if *norm == 0.0);
    refused!(
        pairs.top_component(),
        Error::Unresolved {
            argument: "top component of paired differences",
            ..
        }
    );
}

/// What an unresolved difference says of itself is in the units of the samples.
fn unresolved_differences_are_in_the_units_of_the_samples<T: Extreme>() {
    let said = |result: Result<Direction<T>, Error>| match result {
        Err(Error::Unresolved {
            norm, tolerance, ..
        }) => (norm, tolerance),
        other => panic!("{other:?}"),
    };
    let eps = T::machine_epsilon();
    let unit = dmatrix![T::one(), T::one(); T::one(), T::one()];
    let off = dmatrix![T::one() + eps, T::one(); T::one() + eps, T::one()];
    let calls: [Labelled<T>; 3] = [
        |a, b| Contrast::new(a, b)?.mean_difference(),
        |a, b| PairedContrast::new(a, b)?.mean_difference(),
        |a, b| PairedContrast::new(a, b)?.top_component(),
    ];
    for call in calls {
        let (norm, tolerance) = said(call(&off, &unit));
        assert!((norm - eps.to_double()).abs() <= 1e-3 * norm, "{norm:e}");
        for exponent in [-20, 20] {
            let s = 2.0_f64.powi(exponent);
            let scaled = said(call(&(&off * real::<T>(s)), &(&unit * real::<T>(s))));
            assert_eq!(scaled, (norm * s, tolerance * s), "2^{exponent}");
        }
    }
}

fn contrasts_of_few_samples_and_any_magnitude<T: Extreme>() {
    let o = T::zero();
    let bound = T::machine_epsilon() * real(16.0);
    for x in magnitudes::<T>() {
        for n in [1, 2, 3] {
            let plus = DMatrix::from_fn(n, 2, |_, j| if j == 0 { x } else { o });
            let minus = DMatrix::from_fn(n, 2, |_, j| if j == 0 { -x } else { o });
            let pairs = PairedContrast::new(&plus, &minus).expect("pairs");
            assert_eq!(pairs.samples(), n);
            for v in [
                Contrast::new(&plus, &minus)
                    .expect("samples")
                    .mean_difference(),
                pairs.mean_difference(),
                pairs.top_component(),
            ] {
                let v = v.expect("a direction");
                near("along", v.as_vector()[0], T::one(), bound);
                near("across", v.as_vector()[1], o, bound);
            }
        }
        // d = 1, and the sign of the labels.
        let plus = DMatrix::from_element(1, 1, o);
        let minus = DMatrix::from_element(1, 1, x);
        let pairs = PairedContrast::new(&plus, &minus).expect("pairs");
        for v in [pairs.mean_difference(), pairs.top_component()] {
            assert_eq!(v.expect("a direction").as_vector()[0], -T::one());
        }
    }
    // Both ends of the range in one sample: the large coordinate decides.
    let v = Contrast::new(&dmatrix![T::LARGEST, T::SUBNORMAL], &dmatrix![o, o])
        .expect("samples")
        .mean_difference()
        .expect("a direction");
    assert_eq!(v.as_vector().as_slice(), [T::one(), o]);
}

// --------------------------------------------------------------------------- tax

fn tax_rate_refusals<T: Extreme>() {
    let v = axis::<T>(3, 0);
    refused!(
        TaxRate::between(&v, &subspace(4, 2, &mut rng(12))),
        Error::DimensionMismatch {
            argument: "safety",
            unit: "coordinates",
            expected: 4,
            actual: 3,
            ..
        }
    );
    refused!(
        TaxRate::single(&v, &axis(2, 0)),
        Error::DimensionMismatch {
            unit: "coordinates",
            expected: 3,
            actual: 2,
            ..
        }
    );
    let (i, o, half): (T, T, T) = (T::one(), T::zero(), real(0.5));
    let gram = dmatrix![i, half, o; half, i, o; o, o, i];
    for bad in T::NON_FINITE {
        let mut g = gram.clone();
        g[(2, 0)] = bad;
        refused!(
            TaxRate::from_gram(&g, 0),
            Error::NonFinite {
                argument: "gram",
                row: 2,
                column: 0,
                ..
            }
        );
    }
    for (r, c) in [(0, 0), (0, 2), (2, 0)] {
        refused!(
            TaxRate::from_gram(&DMatrix::<T>::zeros(r, c), 0),
            Error::Empty { argument: "gram", rows, columns, .. } if (*rows, *columns) == (r, c)
        );
    }
    refused!(
        TaxRate::from_gram(&DMatrix::<T>::identity(3, 2), 0),
        Error::DimensionMismatch {
            argument: "gram",
            unit: "columns",
            expected: 3,
            actual: 2,
            ..
        }
    );
    let mut g = gram.clone();
    g[(2, 2)] = o;
    refused!(
        TaxRate::from_gram(&g, 0),
        Error::ZeroVector {
            argument: "gram",
            column: 2,
            ..
        }
    );
    let mut g = gram.clone();
    g[(0, 1)] = o;
    refused!(
        TaxRate::from_gram(&g, 0),
        Error::NotSymmetric { argument: "gram", row: 0, column: 1, deviation, .. } if *deviation == 0.5
    );
    // A pair beyond Cauchy–Schwarz, and a triple that no vectors have.
    let eps = T::machine_epsilon().to_double();
    refused!(
        TaxRate::from_gram(&dmatrix![i, real(2.0); real(2.0), i], 0),
        Error::NotPositiveSemidefinite { argument: "gram", eigenvalue, tolerance, .. }
            if *eigenvalue == -1.0 && *tolerance <= 64.0 * eps
    );
    let minus: T = real(-0.9);
    refused!(
        TaxRate::from_gram(&dmatrix![i, minus, minus; minus, i, minus; minus, minus, i], 1),
        Error::NotPositiveSemidefinite { argument: "gram", eigenvalue, .. }
            if (eigenvalue + 0.8).abs() <= 16.0 * eps
    );
}

/// A negative ⟨x, x⟩ is not a vector of length zero: no vector has it.
fn a_negative_diagonal_is_not_positive_semidefinite<T: Extreme>() {
    refused!(
        TaxRate::from_gram(&dmatrix![T::one(), T::zero(); T::zero(), -T::one()], 0),
        Error::NotPositiveSemidefinite { argument: "gram", eigenvalue, .. } if *eigenvalue <= -1.0
    );
}

/// The bounds of an error are bounds: what is within them is accepted, and what is
/// refused is not within them.
fn the_bounds_of_a_gram_index_are_the_ones_that_hold<T: Extreme>() {
    let gram = DMatrix::<T>::identity(3, 3);
    for safety in 0..3 {
        assert_eq!(
            TaxRate::from_gram(&gram, safety).map(|t| t.value()),
            Ok(T::zero())
        );
    }
    for safety in [3, usize::MAX] {
        refused!(
            TaxRate::from_gram(&gram, safety),
            Error::OutOfBounds { argument: "safety", least: 0, most: 2, actual, .. } if *actual == safety
        );
    }
    // No capability: it is not the index that is at fault.
    refused!(
        TaxRate::from_gram(&DMatrix::<T>::identity(1, 1), 0),
        Error::OutOfBounds { least, most, actual, .. } if actual < least || actual > most
    );
}

/// The pair that is named is the worst one, as the variant says.
fn the_worst_asymmetry_is_named<T: Extreme>() {
    let mut gram = DMatrix::<T>::identity(3, 3);
    gram[(0, 1)] = real(0.125);
    gram[(1, 2)] = real(0.5);
    refused!(
        TaxRate::from_gram(&gram, 0),
        Error::NotSymmetric { argument: "gram", row: 1, column: 2, deviation, .. } if *deviation == 0.5
    );
}

fn tax_rates_of_extreme_inputs<T: Extreme>() {
    let bound = tolerance::closed_form::<T>();
    let (i, o) = (T::one(), T::zero());
    // d = 1: all or nothing.
    let v = axis::<T>(1, 0);
    let line = Subspace::from_columns(&dmatrix![-T::SUBNORMAL]).expect("a line");
    let tax = TaxRate::between(&v, &line).expect("one space");
    assert_eq!((tax.value(), tax.complement(), tax.angle()), (i, o, o));
    let free = TaxRate::between(&v, &Subspace::trivial(1).expect("d = 1")).expect("one space");
    assert_eq!(
        (free.value(), free.complement(), free.angle()),
        (o, i, T::frac_pi_2())
    );
    assert_eq!(TaxRate::single(&v, &-v.clone()).map(|t| t.value()), Ok(i));
    // The angle t between e₁ and e₁ + t·e₂, from both ends and both constructors.
    for t in [T::machine_epsilon(), T::MINUTE, T::SUBNORMAL] {
        let nearly = Direction::from_slice(&[i, t]).expect("a direction");
        for (j, cosine, sine) in [(0, i, t), (1, t, i)] {
            let line = Subspace::from_directions(&[axis::<T>(2, j)]).expect("a line");
            for tax in [
                TaxRate::between(&nearly, &line),
                TaxRate::single(&nearly, &axis(2, j)),
            ] {
                let tax = tax.expect("one space");
                let absolute = if cosine < sine { bound } else { o };
                near("cos α", tax.cosine(), cosine, cosine * bound + absolute);
                near("sin α", tax.sine(), sine, sine * bound);
                finite("rate", &[tax.value(), tax.complement(), tax.angle()]);
            }
        }
    }
    // Gram matrices in any units: ⟨v, c⟩ = 0.6 of the lengths.
    for s in magnitudes::<T>() {
        for t in [i, T::HUGE, T::MINUTE] {
            // Lengths √s and √t.
            let cross = real::<T>(0.6) * s.sqrt() * t.sqrt();
            // A product of small lengths keeps few digits.
            if cross < T::machine_epsilon().recip() * T::SUBNORMAL {
                continue;
            }
            let gram = dmatrix![s, cross, o; cross, t, o; o, o, i];
            let tax = TaxRate::from_gram(&gram, 0).expect("a Gram matrix");
            let root = T::machine_epsilon() * real(64.0);
            // The root of a subnormal is good to its own few digits only.
            if s != T::SUBNORMAL {
                near("τ", tax.value(), real(0.36), root);
                near("1 − τ", tax.complement(), real(0.64), root);
            }
        }
    }
    // Semidefinite is legal: v in the span, twice the same capability.
    let ones = DMatrix::from_element(3, 3, T::LARGEST);
    near(
        "τ",
        TaxRate::from_gram(&ones, 2).expect("rank one").value(),
        i,
        bound,
    );
}

fn regime_thresholds<T: Extreme>() {
    let (i, o, half): (T, T, T) = (T::one(), T::zero(), real(0.5));
    for bad in [
        T::NON_FINITE[0],
        T::NON_FINITE[1],
        T::NON_FINITE[2],
        -T::SUBNORMAL,
        i,
    ] {
        refused!(
            RegimeThresholds::new(bad, i),
            Error::OutOfRange { argument: "free", actual, .. } if *actual == bad.to_double() || actual.is_nan()
        );
    }
    for bad in [
        T::NON_FINITE[0],
        T::NON_FINITE[1],
        half,
        o,
        i + T::machine_epsilon(),
    ] {
        refused!(
            RegimeThresholds::new(half, bad),
            Error::OutOfRange { argument: "entangled", actual, .. } if *actual == bad.to_double() || actual.is_nan()
        );
    }
    // The paper's own: free is τ = 0 and entangled τ = 1.
    let exact = RegimeThresholds::new(o, i).expect("thresholds");
    let v = axis::<T>(2, 0);
    let slanted = Direction::from_slice(&[i, i]).expect("a direction");
    for (c, regime, word) in [
        (axis(2, 1), Regime::Free, "free"),
        (slanted, Regime::TradeOff, "trade-off"),
        (axis(2, 0), Regime::Entangled, "entangled"),
    ] {
        let tax = TaxRate::single(&v, &c).expect("one space");
        assert_eq!(tax.regime(&exact), regime);
        assert_eq!(regime.to_string(), word);
    }
    assert!(RegimeThresholds::new(o, T::SUBNORMAL).is_ok());
}

fn attribution_refusals<T: Extreme>() {
    let v = axis::<T>(3, 0);
    let many = vec![axis::<T>(3, 1); 17];
    refused!(
        Attribution::exact(&v, &[]),
        Error::Empty {
            argument: "capabilities",
            rows: 0,
            columns: 0,
            ..
        }
    );
    refused!(
        Attribution::sampled(&v, &[], 2, &mut rng(0)),
        Error::Empty {
            argument: "capabilities",
            rows: 0,
            columns: 0,
            ..
        }
    );
    refused!(
        Attribution::exact(&v, &many),
        Error::OutOfBounds {
            argument: "number of capabilities",
            least: 1,
            most: 16,
            actual: 17,
            ..
        }
    );
    for orders in [0, 1] {
        refused!(
            Attribution::sampled(&v, &many, orders, &mut rng(0)),
            Error::OutOfBounds { argument: "orders", least: 2, actual, .. } if *actual == orders
        );
    }
    refused!(
        Attribution::exact(&v, &[axis(3, 0), axis(4, 0)]),
        Error::DimensionMismatch {
            argument: "capabilities",
            unit: "coordinates",
            expected: 3,
            actual: 4,
            ..
        }
    );
    refused!(
        Attribution::exact(&v, &[axis(4, 0), axis(4, 1)]),
        Error::DimensionMismatch {
            argument: "safety",
            unit: "coordinates",
            expected: 4,
            actual: 3,
            ..
        }
    );
}

fn attributions_of_odd_shape<T: Extreme>() {
    let bound = tolerance::closed_form::<T>();
    // d = 1: sixteen names for one capability share it evenly.
    let v = axis::<T>(1, 0);
    let one = Attribution::exact(&v, &vec![-v.clone(); 16]).expect("shares");
    assert_eq!(one.subspace().dimension(), 1);
    for i in 0..16 {
        near("share", one.shapley()[i], real(1.0 / 16.0), bound);
        assert_eq!((one.overlaps()[i], one.unique()[i]), (-T::one(), T::zero()));
    }
    // p = 1, p > d, sampled and exact.
    for (d, p) in [(2, 1), (3, 5), (4, 4)] {
        let mut random = rng(13);
        let v = direction::<T>(d, &mut random);
        let list: Vec<_> = (0..p).map(|_| direction::<T>(d, &mut random)).collect();
        let exact = Attribution::exact(&v, &list).expect("shares");
        let sampled = Attribution::sampled(&v, &list, 2, &mut random).expect("shares");
        assert!(matches!(
            sampled.method(),
            ShapleyMethod::Sampled { orders: 2, .. }
        ));
        let errors = sampled.standard_errors().expect("sampled");
        finite("errors", errors.iter());
        assert_eq!(errors.len(), p);
        for a in [&exact, &sampled] {
            let condition = a.subspace().condition_number();
            near(
                "sum",
                a.shapley().sum(),
                a.total().value(),
                bound * condition * real(p as f64),
            );
            finite(
                "shares",
                a.shapley().iter().chain(a.unique()).chain(a.overlaps()),
            );
            assert_eq!(a.individual().len(), p);
        }
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

/// A capability that the subspace counts as a dimension of its own is a player of its
/// own too: the shares add up to τ up to the edge of the numerical rank.
fn shares_add_up_at_the_edge_of_the_rank<T: Extreme>() {
    let (d, p) = (20, 16);
    let edge = tolerance::rank::<T>(d, p);
    for steps in 1..=24 {
        // Fifteen axes, and the last of them tilted out of their span.
        let mut list: Vec<Direction<T>> = (0..p - 1).map(|i| axis(d, i)).collect();
        let mut last = DVector::zeros(d);
        last[p - 2] = T::one();
        last[p - 1] = edge * real(0.25 * f64::from(steps));
        list.push(Direction::new(&last).expect("a direction"));
        let v = axis::<T>(d, p - 1);
        for players in [2, 4, p] {
            let shares =
                Attribution::sampled(&v, &list[p - players..], 4, &mut rng(14)).expect("shares");
            let (sum, tau) = (shares.shapley().sum(), shares.total().value());
            near(
                &format!("{players} players, tilt {steps}/4"),
                sum,
                tau,
                real(0.1),
            );
        }
    }
}

fn spectra_of_odd_shape<T: Extreme>() {
    let line = Subspace::from_columns(&dmatrix![T::MINUTE]).expect("a line");
    let one = TaxSpectrum::between(&line, &line).expect("a spectrum");
    assert_eq!(
        (one.rates().len(), one.free_directions(), one.mean()),
        (1, 0, T::one())
    );
    assert_eq!(one.cheapest_direction().ambient_dimension(), 1);
    // All of R^d on either side, and columns at both ends of the range.
    let whole = Subspace::<T>::trivial(3).expect("d = 3").complement();
    let plane = Subspace::from_columns(&two_columns(T::LARGEST, T::SUBNORMAL)).expect("a plane");
    for (s, c, free) in [
        (&whole, &plane, 1),
        (&plane, &whole, 0),
        (&whole, &whole, 0),
    ] {
        let spectrum = TaxSpectrum::between(s, c).expect("a spectrum");
        assert_eq!(spectrum.free_directions(), free);
        for convention in Overlap::ALL {
            finite("overlap", &[spectrum.overlap(convention)]);
        }
        let cheapest = TaxRate::between(spectrum.cheapest_direction(), c).expect("one space");
        let tau = if free > 0 { T::zero() } else { T::one() };
        near("cheapest", cheapest.value(), tau, tolerance::angle(3));
    }
}

// ---------------------------------------------------------------------- frontier

fn budgets<T: Extreme>() {
    for bad in [
        T::NON_FINITE[0],
        T::NON_FINITE[1],
        T::NON_FINITE[2],
        T::zero(),
        -T::zero(),
        -T::SUBNORMAL,
    ] {
        refused!(
            Budget::new(bad),
            Error::OutOfRange { argument: "budget", actual, .. } if *actual == bad.to_double() || actual.is_nan()
        );
    }
    for good in [T::one(), T::HUGE, T::MINUTE] {
        assert_eq!(Budget::new(good).map(Budget::value), Ok(good));
    }
}

fn pareto_refusals<T: Extreme>() {
    let unit = Budget::<T>::unit();
    refused!(
        ParetoFrontier::between(&axis(2, 0), &axis(3, 0), unit),
        FrontierError::Input(Error::DimensionMismatch {
            expected: 2,
            actual: 3,
            ..
        })
    );
    let beyond = T::one() + T::machine_epsilon();
    for bad in [
        T::NON_FINITE[0],
        T::NON_FINITE[1],
        T::NON_FINITE[2],
        beyond,
        -beyond,
    ] {
        refused!(
            ParetoFrontier::from_overlap(bad, unit),
            Error::OutOfRange { argument: "overlap", actual, .. } if *actual == bad.to_double() || actual.is_nan()
        );
    }
    for bad in [
        T::NON_FINITE[0],
        T::NON_FINITE[1],
        -T::SUBNORMAL,
        T::pi() * beyond,
    ] {
        refused!(
            ParetoFrontier::from_angle(bad, unit),
            Error::OutOfRange { argument: "angle", actual, .. } if *actual == bad.to_double() || actual.is_nan()
        );
    }
    let frontier = ParetoFrontier::from_overlap(real::<T>(-0.5), unit).expect("an overlap");
    for bad in T::NON_FINITE {
        refused!(
            frontier.safety_at(bad),
            FrontierError::Input(Error::OutOfRange { argument: "capability change", actual, .. }) if !actual.is_finite()
        );
        refused!(
            frontier.capability_at(bad),
            FrontierError::Input(Error::OutOfRange { argument: "safety gain", actual, .. }) if !actual.is_finite()
        );
        refused!(
            frontier.price_at(bad),
            FrontierError::Input(Error::OutOfRange {
                argument: "capability change",
                ..
            })
        );
        for (point, name) in [
            (
                Point {
                    capability: bad,
                    safety: T::zero(),
                },
                "capability change",
            ),
            (
                Point {
                    capability: T::zero(),
                    safety: bad,
                },
                "safety gain",
            ),
        ] {
            refused!(
                frontier.required_budget(point),
                FrontierError::Input(Error::OutOfRange { argument, .. }) if *argument == name
            );
            refused!(
                frontier.contains(point),
                FrontierError::Input(Error::OutOfRange { argument, .. }) if *argument == name
            );
        }
        assert!(!frontier.is_efficient(bad));
    }
    for bad in [beyond, -beyond, T::LARGEST] {
        refused!(
            frontier.safety_at(bad),
            FrontierError::OutOfReach { quantity: "capability change", requested, budget, least, most, .. }
                if (*requested, *budget, *least, *most) == (bad.to_double(), 1.0, -1.0, 1.0)
        );
        refused!(
            frontier.capability_at(bad),
            FrontierError::OutOfReach { quantity: "safety gain", requested, budget, least, most, .. }
                if (*requested, *budget, *least, *most) == (bad.to_double(), 1.0, -1.0, 1.0)
        );
        refused!(
            frontier.price_at(bad),
            FrontierError::OutOfReach {
                quantity: "capability change",
                ..
            }
        );
    }
    for end in [T::one(), -T::one()] {
        refused!(
            frontier.price_at(end),
            FrontierError::InfinitePrice { quantity: "capability change", requested, budget, .. }
                if (*requested, *budget) == (end.to_double(), 1.0)
        );
    }
    for n in [0, 1] {
        refused!(
            frontier.points(n),
            Error::OutOfBounds { argument: "number of points", least: 2, actual, .. } if *actual == n
        );
    }
    for n in [0, 1, 2] {
        refused!(
            frontier.outline(n),
            Error::OutOfBounds { argument: "number of points", least: 3, actual, .. } if *actual == n
        );
    }
    // One line: a pair off it has no budget, a pair on it has its own length.
    for (sign, off) in [(T::one(), -T::one()), (-T::one(), T::one())] {
        let line = ParetoFrontier::from_overlap(sign, Budget::unit()).expect("an overlap");
        let point = |s: T| Point {
            capability: T::one(),
            safety: s,
        };
        refused!(
            line.required_budget(point(off)),
            FrontierError::Entangled { quantity: "safety gain", requested, .. } if *requested == off.to_double()
        );
        assert_eq!(line.required_budget(point(sign)), Ok(T::one()));
        assert_eq!(line.price_at(T::one()), Ok(sign));
        assert_eq!(line.contains(point(off)), Ok(false));
        assert_eq!(line.contains(point(sign)), Ok(true));
    }
}

/// A budget too large for the scalar is not a sign of entanglement.
fn a_budget_that_overflows_is_not_called_entangled<T: Extreme>() {
    let frontier = ParetoFrontier::from_overlap(T::zero(), Budget::unit()).expect("an overlap");
    let far = Point {
        capability: T::LARGEST,
        safety: T::LARGEST,
    };
    refused!(
        frontier.required_budget(far),
        FrontierError::Input(Error::OutOfRange { .. })
    );
    let nearly = Direction::from_slice(&[T::one(), real(0.5)]).expect("a direction");
    let tax = TaxRate::single(&nearly, &axis(2, 0)).expect("one space");
    refused!(
        PreservationFrontier::new(tax, Budget::unit()).tax_free_budget(T::LARGEST),
        FrontierError::Input(Error::OutOfRange { .. })
    );
}

fn overlaps<T: Extreme>() -> Vec<T> {
    let eps = T::machine_epsilon();
    [1.0, 0.6, 0.0, -0.6, -1.0]
        .into_iter()
        .map(real)
        .chain([T::one() - eps, eps - T::one(), T::MINUTE, -T::SUBNORMAL])
        .collect()
}

/// Every number of a signed frontier, in units of its budget.
fn pareto_numbers<T: Extreme>(frontier: &ParetoFrontier<T>) -> Vec<T> {
    let b = frontier.budget();
    let mut points = frontier.points(5).expect("a curve");
    points.extend(frontier.outline(8).expect("a curve"));
    points.extend(frontier.foci());
    points.extend(frontier.efficient_arc());
    let (together, apart) = frontier.semi_axes();
    let mut numbers: Vec<T> = points
        .iter()
        .flat_map(|p| [p.capability / b, p.safety / b])
        .collect();
    numbers.extend([
        together / b,
        apart / b,
        frontier.eccentricity(),
        frontier.angle(),
    ]);
    for share in [-1.0, -0.7, 0.0, 0.3, 1.0] {
        let x = b * real(share);
        numbers.push(frontier.safety_at(x).expect("in reach") / b);
        numbers.push(frontier.capability_at(x).expect("in reach") / b);
        numbers.extend(frontier.price_at(x).ok());
        let point = Point {
            capability: x,
            safety: frontier.safety_at(x).expect("in reach"),
        };
        assert_eq!(
            frontier.contains(point),
            Ok(true),
            "{point:?} of {frontier:?}"
        );
    }
    numbers
}

fn pareto_at_every_scale<T: Extreme>() {
    let bound = tolerance::closed_form::<T>() * real(2.0);
    for cosine in overlaps::<T>() {
        let unit = ParetoFrontier::from_overlap(cosine, Budget::unit()).expect("an overlap");
        let plain = pareto_numbers(&unit);
        finite("frontier", &plain);
        for b in [T::HUGE, T::MINUTE, T::LARGEST / real(4.0)] {
            let scaled = ParetoFrontier::from_overlap(cosine, Budget::new(b).expect("positive"))
                .expect("an overlap");
            for (x, y) in pareto_numbers(&scaled).into_iter().zip(&plain) {
                // Prices near the end are as large as they are ill-conditioned.
                near(
                    "in units of the budget",
                    x,
                    *y,
                    bound * y.abs().max(T::one()),
                );
            }
            match (scaled.area(), b > T::one()) {
                (Ok(area), _) => finite("area", &[area]),
                (
                    Err(Error::OutOfRange {
                        argument: "area", ..
                    }),
                    true,
                ) => {}
                (other, _) => panic!("{other:?}"),
            }
        }
    }
    for (angle, interaction) in [
        (T::zero(), Interaction::Synergy),
        (T::frac_pi_2(), Interaction::Independent),
        (T::pi(), Interaction::Tax),
        (T::SUBNORMAL, Interaction::Synergy),
    ] {
        let frontier = ParetoFrontier::from_angle(angle, Budget::unit()).expect("an angle");
        finite("frontier", &pareto_numbers(&frontier));
        assert_eq!(frontier.interaction(), interaction);
    }
    // One dimension: the same or the opposite.
    let v = axis::<T>(1, 0);
    for (c, cosine) in [(v.clone(), T::one()), (-v.clone(), -T::one())] {
        let frontier = ParetoFrontier::between(&v, &c, Budget::unit()).expect("one space");
        assert_eq!((frontier.cosine(), frontier.sine()), (cosine, T::zero()));
        finite("frontier", &pareto_numbers(&frontier));
    }
}

/// The largest and the smallest budget are refused or they work.
fn budgets_at_the_ends_of_the_range<T: Extreme>() {
    let tax = TaxRate::single(
        &Direction::from_slice(&[real::<T>(0.6), real(0.8)]).expect("a direction"),
        &axis(2, 0),
    )
    .expect("one space");
    for b in [T::LARGEST, T::SUBNORMAL] {
        let budget = match Budget::new(b) {
            Err(Error::OutOfRange {
                argument: "budget",
                actual,
                ..
            }) => {
                assert_eq!(actual, b.to_double());
                continue;
            }
            other => other.expect("a budget or a refusal"),
        };
        for cosine in overlaps::<T>() {
            let frontier = ParetoFrontier::from_overlap(cosine, budget).expect("an overlap");
            finite(
                &format!("Pareto at {b:e}, cos α = {cosine:e}"),
                &pareto_numbers(&frontier),
            );
        }
        let frontier = PreservationFrontier::new(tax, budget);
        if b > T::one() {
            // s = 0.9: 0.9·0.6 − 0.8·√(1 − 0.81).
            let cost = frontier.min_cost(b * real(0.9)).expect("in reach") / b;
            near(
                "cost",
                cost,
                real(0.9 * 0.6 - 0.8 * 0.19_f64.sqrt()),
                tolerance::closed_form::<T>() * real(4.0),
            );
        }
        let (v, c) = (
            direction::<T>(5, &mut rng(15)),
            direction::<T>(5, &mut rng(16)),
        );
        let shift = OptimalShift::at_capability(&v, &c, budget, b * real(0.5)).expect("in reach");
        finite(
            &format!("shift at {b:e}"),
            &[
                shift.length(),
                shift.safety(),
                shift.capability(),
                shift.gap(),
            ],
        );
    }
}

fn preservation_refusals<T: Extreme>() {
    let slanted = Direction::from_slice(&[real::<T>(0.6), real(0.8)]).expect("a direction");
    let tax = TaxRate::single(&slanted, &axis(2, 0)).expect("one space");
    let frontier = PreservationFrontier::new(tax, Budget::<T>::unit());
    for bad in T::NON_FINITE {
        refused!(
            frontier.max_safety(bad),
            FrontierError::Input(Error::OutOfRange { argument: "capability cost", actual, .. }) if !actual.is_finite()
        );
        for result in [
            frontier.min_cost(bad),
            frontier.marginal_cost(bad),
            frontier.tax_free_budget(bad),
        ] {
            refused!(
                result,
                FrontierError::Input(Error::OutOfRange { argument: "safety gain", actual, .. }) if !actual.is_finite()
            );
        }
    }
    refused!(
        frontier.max_safety(-T::SUBNORMAL),
        FrontierError::OutOfReach { quantity: "capability cost", requested, least, .. }
            if *requested < 0.0 && *least == 0.0
    );
    for bad in [-T::SUBNORMAL, T::one() + T::machine_epsilon(), T::LARGEST] {
        for result in [frontier.min_cost(bad), frontier.marginal_cost(bad)] {
            refused!(
                result,
                FrontierError::OutOfReach { quantity: "safety gain", requested, budget, least, most, .. }
                    if (*requested, *budget, *least, *most) == (bad.to_double(), 1.0, 0.0, 1.0)
            );
        }
    }
    refused!(
        frontier.tax_free_budget(-T::SUBNORMAL),
        FrontierError::Input(Error::OutOfRange {
            argument: "safety gain",
            ..
        })
    );
    refused!(
        frontier.marginal_cost(T::one()),
        FrontierError::InfinitePrice { quantity: "safety gain", requested, budget, .. }
            if (*requested, *budget) == (1.0, 1.0)
    );
    // α = 0: nothing is free, and each unit costs one.
    let same = TaxRate::single(&axis::<T>(2, 0), &axis(2, 0)).expect("one space");
    let entangled = PreservationFrontier::new(same, Budget::unit());
    refused!(
        entangled.tax_free_budget(T::SUBNORMAL),
        FrontierError::Entangled { requested, .. } if *requested > 0.0
    );
    assert_eq!(entangled.tax_free_budget(T::zero()), Ok(T::zero()));
    for s in [T::zero(), real(0.5), T::one()] {
        assert_eq!(entangled.min_cost(s), Ok(s));
        assert_eq!(entangled.max_safety(s), Ok(s));
        assert_eq!(entangled.marginal_cost(s), Ok(T::one()));
    }
    // α = π/2: all is free.
    let apart = TaxRate::single(&axis::<T>(2, 0), &axis(2, 1)).expect("one space");
    let free = PreservationFrontier::new(apart, Budget::unit());
    let bound = tolerance::closed_form::<T>();
    for s in [T::zero(), real(0.5), T::one()] {
        assert_eq!(free.min_cost(s), Ok(T::zero()));
        assert_eq!(free.max_safety(s), Ok(T::one()));
        assert_eq!(free.marginal_cost(s), Ok(T::zero()));
        near("free", free.tax_free_budget(s).expect("free"), s, bound);
    }
}

fn preservation_at_every_scale<T: Extreme>() {
    let bound = tolerance::closed_form::<T>() * real(4.0);
    let tilts = [
        T::zero(),
        T::SUBNORMAL,
        T::MINUTE,
        T::machine_epsilon(),
        T::one(),
        T::HUGE,
        T::LARGEST,
    ];
    for tilt in tilts {
        let v = Direction::from_slice(&[T::one(), tilt]).expect("a direction");
        let tax = TaxRate::single(&v, &axis(2, 0)).expect("one space");
        for b in [T::one(), T::HUGE, T::MINUTE, T::LARGEST / real(4.0)] {
            let frontier = PreservationFrontier::new(tax, Budget::new(b).expect("positive"));
            assert!(frontier.free_gain() <= b && frontier.full_cost() <= b);
            for share in [0.0, 0.1, 0.5, 0.9, 1.0] {
                let s = b * real(share);
                let cost = frontier.min_cost(s).expect("in reach");
                assert!(
                    cost >= T::zero() && cost <= s * (T::one() + bound),
                    "{cost} for {s}"
                );
                let back = frontier.max_safety(cost).expect("in reach");
                assert!(back >= s * (T::one() - bound), "{back} of {s}");
                finite("price", frontier.marginal_cost(s).ok().iter());
                finite("free budget", frontier.tax_free_budget(s).ok().iter());
            }
        }
    }
}

// ------------------------------------------------------------------------ shifts

fn shift_refusals<T: Extreme>() {
    let (v, c, far) = (axis::<T>(2, 0), axis::<T>(2, 1), axis::<T>(3, 0));
    let line = Subspace::from_directions(std::slice::from_ref(&c)).expect("a line");
    let unit = Budget::unit();
    refused!(
        OptimalShift::at_capability(&v, &far, unit, T::zero()),
        FrontierError::Input(Error::DimensionMismatch {
            expected: 2,
            actual: 3,
            ..
        })
    );
    for result in [
        OptimalShift::at_cost(&far, &line, unit, T::zero()),
        OptimalShift::at_safety(&far, &line, unit, T::zero()),
    ] {
        refused!(
            result,
            FrontierError::Input(Error::DimensionMismatch {
                argument: "safety",
                expected: 2,
                actual: 3,
                ..
            })
        );
    }
    for bad in T::NON_FINITE {
        refused!(
            OptimalShift::at_capability(&v, &c, unit, bad),
            FrontierError::Input(Error::OutOfRange {
                argument: "capability change",
                ..
            })
        );
        refused!(
            OptimalShift::at_cost(&v, &line, unit, bad),
            FrontierError::Input(Error::OutOfRange {
                argument: "capability cost",
                ..
            })
        );
        refused!(
            OptimalShift::at_safety(&v, &line, unit, bad),
            FrontierError::Input(Error::OutOfRange {
                argument: "safety gain",
                ..
            })
        );
    }
    let beyond: T = real(1.5);
    refused!(
        OptimalShift::at_capability(&v, &c, unit, -beyond),
        FrontierError::OutOfReach { quantity: "capability change", requested, .. } if *requested == -1.5
    );
    refused!(
        OptimalShift::at_cost(&v, &line, unit, -beyond),
        FrontierError::OutOfReach { quantity: "capability cost", requested, .. } if *requested == -1.5
    );
    for bad in [-beyond, beyond] {
        refused!(
            OptimalShift::at_safety(&v, &line, unit, bad),
            FrontierError::OutOfReach { quantity: "safety gain", requested, budget, .. }
                if (*requested, *budget) == (bad.to_double(), 1.0)
        );
    }
}

/// |gap| ≤ (log₂ d + 28)·ε·B, the length and the measured values within it as well.
fn assert_certified<T: Real>(what: &str, shift: &OptimalShift<T>, b: T) {
    let d = shift.delta().len() as f64;
    let bound = T::machine_epsilon() * real(d.log2() + 28.0) * b;
    finite(what, shift.delta().iter());
    assert!(
        shift.gap().abs() <= bound,
        "{what}: gap {} > {bound}",
        shift.gap()
    );
    assert!(
        shift.length() <= b + bound,
        "{what}: length {} > {b}",
        shift.length()
    );
}

fn shifts_of_degenerate_directions<T: Extreme>() {
    for (d, seed) in [(1, 0), (2, 17), (3, 18), (8, 19), (50, 20)] {
        let mut random = rng(seed);
        let whole = Subspace::<T>::trivial(d).expect("d > 0").complement();
        let zero = Subspace::<T>::trivial(d).expect("d > 0");
        // What is left of v beside itself is noise, of one chance direction a case.
        for round in 0..100 {
            let b = [T::one(), T::HUGE, T::MINUTE][round % 3];
            let x = b * real([0.0, 0.5, 1.0][round / 3 % 3]);
            let budget = Budget::new(b).expect("positive");
            let v = direction::<T>(d, &mut random);
            let line = Subspace::from_directions(std::slice::from_ref(&v)).expect("a line");
            let mut nearly = v.as_vector().clone();
            nearly[0] += T::machine_epsilon() * real(4.0);
            let nearly = Direction::new(&nearly).expect("a direction");
            let bound = T::machine_epsilon() * real(64.0) * b;
            // v = c, v = −c and v within rounding of c.
            for (c, what) in [
                (v.clone(), "equal"),
                (-v.clone(), "opposite"),
                (nearly, "nearly equal"),
            ] {
                let shift = OptimalShift::at_capability(&v, &c, budget, x).expect("in reach");
                assert_certified(&format!("{what}, d = {d}"), &shift, b);
                near(
                    &format!("{what}, d = {d}: capability"),
                    shift.capability(),
                    x,
                    bound,
                );
            }
            // v inside 𝒞, 𝒞 all of R^d, 𝒞 = {0}.
            for (c, what) in [
                (&line, "inside"),
                (&whole, "everything"),
                (&zero, "nothing"),
            ] {
                let shift = OptimalShift::at_cost(&v, c, budget, x).expect("in reach");
                assert_certified(&format!("{what} at cost, d = {d}"), &shift, b);
                assert!(
                    shift.capability() <= x + bound,
                    "{what}, d = {d}: {} paid",
                    shift.capability()
                );
                let shift = OptimalShift::at_safety(&v, c, budget, x).expect("in reach");
                assert_certified(&format!("{what} at safety, d = {d}"), &shift, b);
                near(&format!("{what}, d = {d}: gain"), shift.safety(), x, bound);
            }
        }
    }
}

fn shifts_at_every_scale<T: Extreme>() {
    let mut random = rng(21);
    for d in [2, 3, 40] {
        let (v, c) = (
            direction::<T>(d, &mut random),
            direction::<T>(d, &mut random),
        );
        let line = Subspace::from_directions(std::slice::from_ref(&c)).expect("a line");
        for b in [T::one(), T::HUGE, T::MINUTE, T::LARGEST / real(4.0)] {
            let budget = Budget::new(b).expect("positive");
            for share in [-1.0, -0.3, 0.0, 0.8, 1.0] {
                let x = b * real(share);
                let shift = OptimalShift::at_capability(&v, &c, budget, x).expect("in reach");
                assert_certified("at capability", &shift, b);
                if share >= 0.0 {
                    assert_certified(
                        "at cost",
                        &OptimalShift::at_cost(&v, &line, budget, x).expect("in reach"),
                        b,
                    );
                    let shift = OptimalShift::at_safety(&v, &line, budget, x).expect("in reach");
                    assert_certified("at safety", &shift, b);
                    near(
                        "gain",
                        shift.safety(),
                        x,
                        T::machine_epsilon() * real(64.0) * b,
                    );
                }
            }
        }
    }
    // A cost beyond the budget buys no more than the budget does.
    let line = Subspace::from_directions(&[axis::<T>(2, 0)]).expect("a line");
    let shift =
        OptimalShift::at_cost(&axis(2, 0), &line, Budget::unit(), T::LARGEST).expect("in reach");
    assert_eq!(shift.safety(), T::one());
}

for_both_scalars!(
    svd_refusals,
    svd_of_extreme_entries,
    rank_rules,
    direction_refusals,
    directions_of_any_magnitude,
    subspace_refusals,
    subspaces_of_odd_shape,
    columns_of_any_magnitude,
    orthonormal_and_projector,
    principal_components,
    projections,
    projections_that_overflow,
    subspace_algebra,
    angle_refusals,
    distances_of_extreme_angles,
    distances_of_one_tiny_angle,
    angles_of_odd_shape,
    contrast_refusals,
    contrasts_without_a_difference,
    unresolved_differences_are_in_the_units_of_the_samples,
    contrasts_of_few_samples_and_any_magnitude,
    tax_rate_refusals,
    a_negative_diagonal_is_not_positive_semidefinite,
    the_bounds_of_a_gram_index_are_the_ones_that_hold,
    the_worst_asymmetry_is_named,
    tax_rates_of_extreme_inputs,
    regime_thresholds,
    attribution_refusals,
    attributions_of_odd_shape,
    spans_at_the_edge_of_the_rank,
    shares_add_up_at_the_edge_of_the_rank,
    spectra_of_odd_shape,
    budgets,
    pareto_refusals,
    a_budget_that_overflows_is_not_called_entangled,
    pareto_at_every_scale,
    budgets_at_the_ends_of_the_range,
    preservation_refusals,
    preservation_at_every_scale,
    shift_refusals,
    shifts_of_degenerate_directions,
    shifts_at_every_scale,
);

// ---------------------------------------------------------------------- messages

/// Each variant names the argument, what was expected and what came.
#[test]
fn messages_say_what_where_and_what_to_do() {
    let v = axis::<f64>(2, 0);
    let unit = Budget::<f64>::unit();
    let frontier = ParetoFrontier::from_overlap(-0.5, unit).expect("an overlap");
    let line = ParetoFrontier::from_overlap(1.0, unit).expect("an overlap");
    let same = dmatrix![0.1, 0.2];
    let table: Vec<(Result<(), FrontierError>, &[&str])> = vec![
        (
            said(Subspace::from_columns(&dmatrix![1.0, 2.0; 3.0, f64::NAN])),
            &[
                "`columns`",
                "non-finite",
                "NaN",
                "row 1",
                "column 1",
                "must be finite",
            ],
        ),
        (
            said(Direction::from_slice(&[f64::NEG_INFINITY])),
            &["`vector`", "-inf", "row 0", "column 0"],
        ),
        (
            said(Subspace::from_pca(
                &DMatrix::<f64>::zeros(0, 3),
                RankRule::Numerical,
            )),
            &[
                "`samples`",
                "empty",
                "0 × 3",
                "at least one row and one column",
            ],
        ),
        (
            said(Subspace::from_columns(&dmatrix![1.0, 0.0; 0.0, 0.0])),
            &["`columns`", "zero", "column 1", "no direction"],
        ),
        (
            said(TaxRate::between(&v, &subspace(3, 1, &mut rng(0)))),
            &["`safety`", "has 2 coordinates", "expected 3"],
        ),
        (
            said(Budget::new(-2.5)),
            &["`budget`", "-2.5", "expected", "positive"],
        ),
        (
            said(Attribution::exact(&v, &vec![v.clone(); 17])),
            &[
                "`number of capabilities`",
                "is 17",
                "from 1 to 16",
                "Attribution::sampled",
            ],
        ),
        (
            said(Subspace::from_columns_with(
                &dmatrix![1.0; 0.0],
                RankRule::Fixed(2),
            )),
            &["`fixed rank`", "is 2", "from 1 to 1", "min(d, k)"],
        ),
        (
            said(Subspace::from_orthonormal(&dmatrix![1.0, 0.5; 0.0, 1.0])),
            &[
                "`basis`",
                "not orthonormal",
                "columns 0 and 1",
                "5e-1",
                "orthonormalises",
            ],
        ),
        (
            said(Subspace::from_projector(&dmatrix![1.0, 0.5; 0.0, 0.0])),
            &["`projector`", "not symmetric", "(1, 0)", "(0, 1)", "5e-1"],
        ),
        (
            said(Subspace::from_projector(&dmatrix![0.5])),
            &[
                "`projector`",
                "not a projector",
                "2.5e-1",
                "row 0",
                "column 0",
            ],
        ),
        (
            said(TaxRate::from_gram(&dmatrix![1.0, 2.0; 2.0, 1.0], 0)),
            &[
                "`gram`",
                "not positive semidefinite",
                "-1e0",
                "no set of vectors",
            ],
        ),
        (
            said(Contrast::new(&same, &same).and_then(|c| c.mean_difference())),
            &["`difference of means`", "vanishes", "0e0", "noise"],
        ),
        (
            said(PrincipalAngles::between(
                &Subspace::<f64>::trivial(2).expect("d = 2"),
                &subspace(2, 1, &mut rng(0)),
            )),
            &["`left`", "{0}", "no principal angles"],
        ),
        (
            frontier.safety_at(-1.5).map(drop),
            &[
                "capability change",
                "-1.5",
                "out of reach",
                "budget 1",
                "[-1, 1]",
            ],
        ),
        (
            frontier.price_at(1.0).map(drop),
            &["price", "capability change 1", "infinite", "budget 1"],
        ),
        (
            line.required_budget(Point {
                capability: 0.0,
                safety: 0.25,
            })
            .map(drop),
            &["no budget", "safety gain 0.25", "same direction"],
        ),
        (
            frontier.safety_at(f64::NAN).map(drop),
            &["`capability change`", "NaN", "finite"],
        ),
    ];
    for (result, pieces) in table {
        let message = result.expect_err("each of them is refused").to_string();
        for piece in pieces {
            assert!(
                message.contains(piece),
                "{piece:?} is missing in {message:?}"
            );
        }
    }
}

fn said<X>(result: Result<X, Error>) -> Result<(), FrontierError> {
    result.map(drop).map_err(FrontierError::from)
}
