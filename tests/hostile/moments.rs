//! Mergeable moments: what they refuse, and that a refusal changes nothing.

use alignment_tax::{ContrastMoments, CoordinateMoments, CrossMoments, Error, Moments, Subspace};
use nalgebra::{DMatrix, dmatrix};

use crate::common::{gaussian, rng};
use crate::shared::{Extreme, finite, for_both_scalars, real, refused};

/// One of each kind, with a few samples of two coordinates in it.
fn each() -> (Moments, CoordinateMoments, CrossMoments, ContrastMoments) {
    let samples = gaussian::<f64>(5, 2, &mut rng(21));
    let (mut full, mut coordinates) = (moments(2), CoordinateMoments::new(2).expect("d = 2"));
    let mut cross = CrossMoments::new(2, 2).expect("d = 2");
    full.update(&samples).expect("finite");
    coordinates.update(&samples).expect("finite");
    cross.update(&samples, &samples).expect("finite");
    let contrast = ContrastMoments::from_moments(full.clone(), full.clone()).expect("one space");
    (full, coordinates, cross, contrast)
}

fn moments(d: usize) -> Moments {
    Moments::new(d).expect("a dimension")
}

/// The batch is refused by every accumulator, and none of them is changed.
macro_rules! refused_by_each {
    ($bad:expr, $variant:ident { $($field:tt)* } $(if $guard:expr)?) => {{
        let (mut full, mut coordinates, mut cross, mut contrast) = each();
        let before = each();
        let (bad, good) = (&$bad, DMatrix::<f64>::zeros($bad.nrows(), 2));
        refused!(full.update(bad), Error::$variant { argument: "batch", $($field)* } $(if $guard)?);
        refused!(coordinates.update(bad), Error::$variant { argument: "batch", $($field)* } $(if $guard)?);
        refused!(contrast.update_plus(bad), Error::$variant { argument: "batch", $($field)* } $(if $guard)?);
        refused!(contrast.update_minus(bad), Error::$variant { argument: "batch", $($field)* } $(if $guard)?);
        refused!(cross.update(bad, bad), Error::$variant { argument: "left", $($field)* } $(if $guard)?);
        if good.nrows() > 0 {
            refused!(cross.update(&good, bad), Error::$variant { argument: "right", $($field)* } $(if $guard)?);
        }
        assert_eq!((full, coordinates, cross, contrast), before);
    }};
}

fn batches_that_are_refused<T: Extreme>() {
    for bad in T::NON_FINITE {
        // Far beyond the first block of rows, which must not be taken in before it is seen.
        for row in [0, 1, 700] {
            let mut batch = gaussian::<T>(row + 1, 2, &mut rng(22));
            batch[(row, 1)] = bad;
            refused_by_each!(batch, NonFinite { row: r, column: 1, .. } if *r == row);
        }
    }
    refused_by_each!(
        DMatrix::<T>::zeros(0, 2),
        Empty {
            rows: 0,
            columns: 2,
            ..
        }
    );
    refused_by_each!(
        DMatrix::<T>::zeros(3, 0),
        Empty {
            rows: 3,
            columns: 0,
            ..
        }
    );
    refused_by_each!(
        DMatrix::<T>::zeros(3, 1),
        DimensionMismatch {
            unit: "columns",
            expected: 2,
            actual: 1,
            ..
        }
    );
    let (.., mut cross, _) = each();
    refused!(
        cross.update(&DMatrix::<T>::zeros(3, 2), &DMatrix::<T>::zeros(4, 2)),
        Error::DimensionMismatch {
            argument: "right",
            unit: "rows",
            expected: 3,
            actual: 4,
            ..
        }
    );
    assert_eq!(cross, each().2);
}

#[test]
fn entries_whose_squares_overflow() {
    let limit = 2.0_f64.powi(450);
    for bad in [limit * 1.0000001, -1e300, f64::MAX] {
        for row in [0, 700] {
            let mut batch = gaussian::<f64>(row + 1, 2, &mut rng(23));
            batch[(row, 1)] = bad;
            refused_by_each!(batch, EntryTooLarge { row: r, column: 1, value, limit: l, .. }
                if (*r, *value, *l) == (row, bad, limit));
        }
    }
    // At the limit everything is finite, and no sum is off.
    let (mut full, mut cross) = (moments(2), CrossMoments::new(2, 2).expect("d = 2"));
    let batch = dmatrix![limit, -limit; -limit, limit];
    for _ in 0..60 {
        full.update(&batch).expect("within the limit");
        cross.update(&batch, &batch).expect("within the limit");
        full.merge(&full.clone()).expect("few");
        cross.merge(&cross.clone()).expect("few");
        if full.count() > 1 << 51 {
            break;
        }
    }
    let n = full.count() as f64;
    let expected = dmatrix![1.0, -1.0; -1.0, 1.0] * (n * limit * limit);
    let bound = alignment_tax::tolerance::scatter::<f64>(120) * expected.amax();
    assert!((full.scatter() - &expected).amax() <= bound);
    assert!((cross.scatter() - &expected).amax() <= bound);
    let plane = Subspace::from_columns(&dmatrix![1.0_f64, 1.0; 0.0, 1.0]).expect("a plane");
    let covariance = full.covariance().expect("samples");
    let lengths = [
        full.debiased_squared_length().expect("samples"),
        full.debiased_squared_projection(&plane).expect("one space"),
    ];
    finite("of the largest", covariance.iter().chain(&lengths));
}

fn small_entries<T: Extreme>() {
    for x in [T::MINUTE, T::SUBNORMAL, T::zero()] {
        let (mut full, mut contrast) = (moments(1), ContrastMoments::new(1).expect("d = 1"));
        for s in [x, -x, x] {
            let batch = DMatrix::from_element(2, 1, s);
            full.update(&batch).expect("finite");
            contrast.update_plus(&batch).expect("finite");
        }
        contrast.update_minus(&dmatrix![T::zero()]).expect("finite");
        let expected = alignment_tax::Real::to_double(x) / 3.0;
        let off = (full.mean().expect("samples")[0] - expected).abs();
        assert!(
            off <= 2.0 * f64::EPSILON * expected + f64::from_bits(1),
            "{off:e}"
        );
        assert!(full.scatter()[(0, 0)] >= 0.0);
        finite("of small entries", full.scatter());
        // A direction, or an honest refusal where squares have vanished; never a panic.
        match contrast.mean_difference() {
            Ok(v) => assert_eq!(v.as_vector()[0], 1.0),
            Err(Error::Unresolved {
                norm, tolerance, ..
            }) => {
                assert!(norm <= tolerance && tolerance < 1e-160);
            }
            Err(other) => panic!("{other:?}"),
        }
    }
}

fn one_row_and_one_coordinate<T: Extreme>() {
    let mut full = moments(1);
    full.update(&dmatrix![real::<T>(3.0)]).expect("finite");
    assert_eq!(
        (full.mean().expect("one")[0], full.scatter()[(0, 0)]),
        (3.0, 0.0)
    );
}

for_both_scalars!(
    batches_that_are_refused,
    small_entries,
    one_row_and_one_coordinate
);

#[test]
fn dimensions_that_are_refused() {
    for d in [0, usize::MAX, 1 << 40] {
        refused!(Moments::new(d), Error::OutOfBounds { argument: "dimension", least: 1, actual, .. } if *actual == d);
        refused!(
            ContrastMoments::new(d),
            Error::OutOfBounds {
                argument: "dimension",
                ..
            }
        );
        refused!(
            CoordinateMoments::new(d),
            Error::OutOfBounds {
                argument: "dimension",
                ..
            }
        );
        refused!(
            CrossMoments::new(d, 1),
            Error::OutOfBounds {
                argument: "dimension",
                ..
            }
        );
        refused!(
            CrossMoments::new(1, d),
            Error::OutOfBounds {
                argument: "dimension",
                ..
            }
        );
    }
}

#[test]
fn merges_that_are_refused() {
    let (mut full, mut coordinates, mut cross, mut contrast) = each();
    refused!(
        full.merge(&moments(3)),
        Error::DimensionMismatch {
            argument: "other",
            expected: 2,
            actual: 3,
            ..
        }
    );
    let wide = CoordinateMoments::new(3).expect("d = 3");
    refused!(
        coordinates.merge(&wide),
        Error::DimensionMismatch {
            argument: "other",
            ..
        }
    );
    let wide = CrossMoments::new(3, 2).expect("d = 3");
    refused!(
        cross.merge(&wide),
        Error::DimensionMismatch {
            argument: "left of other",
            ..
        }
    );
    let wide = CrossMoments::new(2, 3).expect("d = 3");
    refused!(
        cross.merge(&wide),
        Error::DimensionMismatch {
            argument: "right of other",
            ..
        }
    );
    let wide = ContrastMoments::new(3).expect("d = 3");
    refused!(
        contrast.merge(&wide),
        Error::DimensionMismatch {
            argument: "other",
            ..
        }
    );
    refused!(
        ContrastMoments::from_moments(moments(2), moments(3)),
        Error::DimensionMismatch {
            argument: "minus",
            ..
        }
    );
    refused!(
        full.debiased_squared_projection(&Subspace::<f32>::trivial(3).expect("d = 3")),
        Error::DimensionMismatch {
            argument: "subspace",
            ..
        }
    );
    assert_eq!((full, coordinates, cross, contrast), each());
}

/// Doubling until f64 stops counting.
#[test]
fn counts_beyond_two_to_the_53() {
    let (mut full, mut coordinates, mut cross, _) = each();
    while full.count() < 1 << 52 {
        full.merge(&full.clone()).expect("room");
        coordinates.merge(&coordinates.clone()).expect("room");
        cross.merge(&cross.clone()).expect("room");
    }
    // 5·2^50 twice is beyond 2^53.
    let before = (full.clone(), coordinates.clone(), cross.clone());
    refused!(full.merge(&before.0), Error::OutOfBounds { argument: "count", actual, .. } if *actual == 10 << 50);
    refused!(
        coordinates.merge(&before.1),
        Error::OutOfBounds {
            argument: "count",
            ..
        }
    );
    refused!(
        cross.merge(&before.2),
        Error::OutOfBounds {
            argument: "count",
            ..
        }
    );
    // Of the two classes of a contrast only the second is too many.
    let mut contrast = ContrastMoments::from_moments(each().0, full.clone()).expect("one space");
    let contrast_before = contrast.clone();
    refused!(
        contrast.merge(&contrast_before),
        Error::OutOfBounds {
            argument: "count",
            ..
        }
    );
    assert_eq!(contrast, contrast_before);
    assert_eq!((full, coordinates, cross), before);
}

#[test]
fn statistics_of_too_few_samples() {
    let c = Subspace::<f64>::trivial(1).expect("d = 1");
    let row = dmatrix![7.0_f64];
    for n in [0, 1] {
        let (mut full, mut coordinates) = (moments(1), CoordinateMoments::new(1).expect("d = 1"));
        let mut cross = CrossMoments::new(1, 1).expect("d = 1");
        if n == 1 {
            full.update(&row).expect("finite");
            coordinates.update(&row).expect("finite");
            cross.update(&row, &row).expect("finite");
        } else {
            refused!(
                full.mean(),
                Error::OutOfBounds {
                    argument: "count",
                    least: 1,
                    actual: 0,
                    ..
                }
            );
            refused!(coordinates.mean(), Error::OutOfBounds { least: 1, .. });
            refused!(cross.left_mean(), Error::OutOfBounds { least: 1, .. });
            refused!(cross.right_mean(), Error::OutOfBounds { least: 1, .. });
        }
        assert_eq!(full.scatter()[(0, 0)], 0.0);
        refused!(full.covariance(), Error::OutOfBounds { argument: "count", least: 2, actual, .. } if *actual == n);
        refused!(coordinates.variances(), Error::OutOfBounds { least: 2, .. });
        refused!(cross.covariance(), Error::OutOfBounds { least: 2, .. });
        refused!(
            full.debiased_squared_length(),
            Error::OutOfBounds { least: 2, .. }
        );
        refused!(
            full.debiased_squared_projection(&c),
            Error::OutOfBounds { least: 2, .. }
        );
        refused!(
            coordinates.debiased_squared_length(),
            Error::OutOfBounds { least: 2, .. }
        );
    }
    let mut contrast = ContrastMoments::new(1).expect("d = 1");
    let plus = "samples of plus";
    refused!(contrast.mean_difference(), Error::OutOfBounds { argument, .. } if *argument == plus);
    contrast.update_plus(&row).expect("finite");
    refused!(
        contrast.mean_difference(),
        Error::OutOfBounds {
            argument: "samples of minus",
            ..
        }
    );
    refused!(
        contrast.pooled_covariance(),
        Error::OutOfBounds {
            argument: "samples of minus",
            ..
        }
    );
    contrast.update_minus(&row).expect("finite");
    refused!(
        contrast.pooled_covariance(),
        Error::OutOfBounds {
            argument: "samples of both",
            least: 3,
            ..
        }
    );
    refused!(
        contrast.mean_difference(),
        Error::Unresolved {
            argument: "difference of means",
            ..
        }
    );
}

/// The largest dimension is one, the next is not; and none at all is said to be none beside it.
#[test]
fn the_largest_dimension_is_one() {
    let most = 1 << 16;
    for (left, right) in [(most, 1), (1, most)] {
        let cross = CrossMoments::new(left, right).expect("half a megabyte");
        assert_eq!(cross.dimensions(), (left, right));
    }
    for (left, right, expected) in [
        (most + 1, 1, most + 1),
        (1, most + 1, most + 1),
        (0, most, 0),
        (most, 0, 0),
    ] {
        refused!(
            CrossMoments::new(left, right),
            Error::OutOfBounds { least: 1, actual, .. } if *actual == expected
        );
    }
}

/// A difference within the rounding of the samples' size is no direction, one beyond it is.
#[test]
fn differences_at_the_edge_of_rounding() {
    let contrast = |difference: f64| {
        let mut contrast = ContrastMoments::new(1).expect("d = 1");
        contrast
            .update_plus(&dmatrix![1000.0 + difference; -1000.0 + difference])
            .expect("finite");
        contrast
            .update_minus(&dmatrix![1000.0; -1000.0])
            .expect("finite");
        contrast.mean_difference()
    };
    refused!(contrast(2.0_f64.powi(-43)), Error::Unresolved { norm, tolerance, .. } if 0.0 < *norm && norm < tolerance);
    assert_eq!(
        contrast(2.0_f64.powi(-30)).expect("resolved").as_vector()[0],
        1.0
    );
}

#[cfg(feature = "serde")]
mod records {
    use super::*;

    /// Each record is refused with a message that has these words in it.
    fn refused_record<M: serde::de::DeserializeOwned + std::fmt::Debug>(text: &str, words: &str) {
        match serde_json::from_str::<M>(text) {
            Ok(read) => panic!("{text} was read as {read:?}"),
            Err(error) => assert!(
                error.to_string().contains(words),
                "{words:?} not in {error}"
            ),
        }
    }

    fn full(count: &str, value: &str, carry: &str, scatter: &str) -> String {
        format!(
            r#"{{"count":{count},"mean":{{"value":{value},"carry":{carry}}},"scatter":{scatter}}}"#
        )
    }

    #[test]
    fn records_that_are_no_moments() {
        let sound = full("3", "[1.0,2.0]", "[0.0,1e-17]", "[2.0,1.0,1.0,2.0]");
        let read: Moments = serde_json::from_str(&sound).expect("a sound record");
        assert_eq!(
            read.covariance().expect("three"),
            dmatrix![1.0, 0.5; 0.5, 1.0]
        );

        let (zeros, s) = ("[0.0,0.0]", "[2.0,1.0,1.0,2.0]");
        for (text, words) in [
            (
                full("9007199254740993", zeros, zeros, s),
                "`count` is 9007199254740993",
            ),
            (full("-1", zeros, zeros, s), "invalid value"),
            (full("2.5", zeros, zeros, s), "invalid type"),
            (full("3", "[]", "[]", "[]"), "`mean` is empty"),
            (
                full("3", zeros, "[0.0]", s),
                "`carry` has 1 coordinates, expected 2",
            ),
            (
                full("3", zeros, zeros, "[2.0,1.0,1.0]"),
                "`scatter` has 3 entries, expected 4",
            ),
            (full("3", "[null,0.0]", zeros, s), "invalid type: null"),
            (full("3", "[1e999,0.0]", zeros, s), "number out of range"),
            (full("3", "[1e200,0.0]", zeros, s), "`mean` is 1e200"),
            (full("3", "[1.0,0.0]", "[1e-10,0.0]", s), "`carry` is 1e-10"),
            (full("3", zeros, "[1e-300,0.0]", s), "`carry` is 1e-300"),
            (
                full("0", "[0.0,1.0]", zeros, "[0.0,0.0,0.0,0.0]"),
                "`mean` is 1.0",
            ),
            (full("0", zeros, zeros, s), "`scatter` is 2.0"),
            (full("1", zeros, zeros, s), "`scatter` is 2.0"),
            (
                full("3", zeros, zeros, "[-2.0,0.0,0.0,2.0]"),
                "`diagonal of scatter` is -2.0",
            ),
            (
                full("3", zeros, zeros, "[1e300,0.0,0.0,2.0]"),
                "`diagonal of scatter` is 1e300",
            ),
            (
                full("3", zeros, zeros, "[2.0,1e308,1e308,2.0]"),
                "`magnitude of scatter` is 1e308",
            ),
            (
                full("3", zeros, zeros, "[2.0,1.0,1.5,2.0]"),
                "`scatter` is not symmetric",
            ),
            (
                full("3", zeros, zeros, "[2.0,2.1,2.1,2.0]"),
                "`scatter` is not positive semidefinite",
            ),
            (
                full("3", zeros, zeros, "[0.0,1.0,1.0,2.0]"),
                "`scatter` is not positive semidefinite",
            ),
            (sound.replace("count", "number"), "unknown field `number`"),
            (sound.replace(r#""count":3,"#, ""), "missing field `count`"),
            (
                sound.replace(r#""count":3"#, r#""count":3,"count":4"#),
                "duplicate field",
            ),
            ("[]".to_owned(), "invalid length"),
            ("null".to_owned(), "invalid type"),
        ] {
            refused_record::<Moments>(&text, words);
            let pair = format!(r#"{{"plus":{sound},"minus":{text}}}"#);
            refused_record::<ContrastMoments>(&pair, words);
        }
        let line = full("3", "[1.0]", "[0.0]", "[2.0]");
        let pair = format!(r#"{{"plus":{sound},"minus":{line}}}"#);
        refused_record::<ContrastMoments>(&pair, "`minus` has 1 coordinates, expected 2");
    }

    #[test]
    fn records_that_are_no_coordinate_moments() {
        let record = |count: usize, squares: &str| {
            format!(
                r#"{{"count":{count},"mean":{{"value":[0.0,0.0],"carry":[0.0,0.0]}},"squared_deviations":{squares}}}"#
            )
        };
        assert!(serde_json::from_str::<CoordinateMoments>(&record(2, "[1.0,0.0]")).is_ok());
        for (count, squares, words) in [
            (2, "[1.0]", "`squared_deviations` has 1 entries, expected 2"),
            (2, "[1.0,-1.0]", "`squared_deviations` is -1.0"),
            (1, "[1.0,0.0]", "`squared_deviations` is 1.0"),
            (0, "[1.0,0.0]", "`squared_deviations` is 1.0"),
        ] {
            refused_record::<CoordinateMoments>(&record(count, squares), words);
        }
    }

    #[test]
    fn records_that_are_no_cross_moments() {
        let record = |count: usize, right: &str, scatter: &str| {
            format!(
                r#"{{"count":{count},"left":{{"value":[0.0],"carry":[0.0]}},"right":{{"value":{right},"carry":[0.0,0.0]}},"scatter":{scatter}}}"#
            )
        };
        let zeros = "[0.0,0.0]";
        assert!(serde_json::from_str::<CrossMoments>(&record(2, zeros, "[1.0,-1.0]")).is_ok());
        for (count, right, scatter, words) in [
            (2, zeros, "[1.0]", "`scatter` has 1 entries, expected 2"),
            (2, "[0.0]", zeros, "`carry` has 2 coordinates, expected 1"),
            (1, zeros, "[1.0,0.0]", "`scatter` is 1.0"),
            (2, zeros, "[1e300,0.0]", "`magnitude of scatter` is 1e300"),
        ] {
            refused_record::<CrossMoments>(&record(count, right, scatter), words);
        }
    }
}
