//! Subspaces and what they are made from.

use alignment_tax::linalg::ThinSvd;
use alignment_tax::{Direction, Error, PairedContrast, RankRule, Subspace, TaxRate, tolerance};
use nalgebra::{DMatrix, dmatrix};

use crate::common::{gaussian, rng};
use crate::shared::{
    Extreme, axis, finite, for_both_scalars, magnitudes, near, real, refused, two_columns,
};

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
    // A mean that is a hundred to ten thousand times the spread is no dimension.
    for offset in [1.0, 1e2, 1e4] {
        let x = gaussian::<T>(10, 64, &mut rng(8)).add_scalar(real(offset));
        for rule in [RankRule::Numerical, RankRule::Fixed(10)] {
            let c = Subspace::from_pca(&x, rule).expect("a subspace");
            assert_eq!(c.dimension(), 9, "offset {offset}");
        }
    }
}

/// Wide and large matrices take another route to their rank; it is the same rank.
fn large_spans<T: Extreme>() {
    let mut rng = rng(9);
    for (d, k, rank) in [
        (140, 150, 140),
        (150, 140, 140),
        (140, 150, 20),
        (300, 135, 134),
    ] {
        let a = if rank == d.min(k) {
            gaussian::<T>(d, k, &mut rng)
        } else {
            gaussian::<T>(d, rank, &mut rng) * gaussian::<T>(rank, k, &mut rng)
        };
        let c = Subspace::from_columns(&a).expect("a span");
        assert_eq!(c.dimension(), rank, "{d} × {k}");
        // Every column lies in it, to the promised angle.
        let bound = tolerance::angle::<T>(k) * c.condition_number();
        for column in a.column_iter() {
            let outside = c.reject(&column.into_owned()).expect("finite").norm();
            assert!(outside <= bound * column.norm(), "{d} × {k}: {outside}");
        }
    }
}

for_both_scalars!(
    subspace_refusals,
    subspaces_of_odd_shape,
    columns_of_any_magnitude,
    orthonormal_and_projector,
    principal_components,
    large_spans,
);
