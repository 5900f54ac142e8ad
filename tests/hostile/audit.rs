//! Audits of shifts that nobody should have: not finite, of other spaces, too few, and at both
//! ends of the scalar's range.

use alignment_tax::{Audit, AuditEstimate, Direction, Error, Samples, Subspace, tolerance};
use nalgebra::{DMatrix, DVector, dmatrix, dvector};

use crate::shared::{Extreme, axis, finite, for_both_scalars, near, real, refused};

fn tilted<T: Extreme>() -> Direction<T> {
    Direction::from_slice(&[real::<T>(0.6), real(0.8), T::zero()]).expect("not zero")
}

fn first_axis<T: Extreme>() -> Subspace<T> {
    Subspace::from_directions(&[axis::<T>(3, 0)]).expect("an axis")
}

fn numbers<T: Extreme>(audit: &Audit<T>) -> [T; 8] {
    [
        audit.length(),
        audit.safety(),
        audit.free(),
        audit.paid(),
        audit.idle(),
        audit.waste(),
        audit.capability(),
        audit.attainable(),
    ]
}

fn shifts<T: Extreme>() {
    let (v, span) = (tilted::<T>(), first_axis::<T>());
    let i = T::one();
    let empty: [T; 0] = [];
    refused!(
        Audit::new(&DVector::from_column_slice(&empty), &v, &span),
        Error::Empty {
            argument: "shift",
            ..
        }
    );
    refused!(
        Audit::new(&dvector![i, i], &v, &span),
        Error::DimensionMismatch {
            argument: "shift",
            expected: 3,
            actual: 2,
            ..
        }
    );
    refused!(
        Audit::new(&dvector![i, i, i], &axis::<T>(2, 0), &span),
        Error::DimensionMismatch {
            argument: "safety",
            expected: 3,
            actual: 2,
            ..
        }
    );
    for bad in T::NON_FINITE {
        refused!(
            Audit::new(&dvector![i, i, bad], &v, &span),
            Error::NonFinite {
                argument: "shift",
                row: 2,
                ..
            }
        );
    }
    refused!(
        Audit::new(&DVector::repeat(3, T::LARGEST), &v, &span),
        Error::EntryOutOfRange { argument: "lengths of shifts", index: 0, actual, .. }
            if *actual == f64::INFINITY
    );
    let bound = tolerance::orthonormality::<T>(3);
    for size in [T::HUGE, T::MINUTE, T::LARGEST / real(4.0)] {
        // 2 along u, 1 along w, −2 of waste.
        let shift = dvector![i, real::<T>(2.0), real(-2.0)] * size;
        let audit = Audit::new(&shift, &v, &span).expect("in range");
        finite("audit", &numbers(&audit));
        near(
            "length",
            audit.length() / size,
            real(3.0),
            real::<T>(3.0) * bound,
        );
        near(
            "free",
            audit.free() / size,
            real(2.0),
            real::<T>(3.0) * bound,
        );
        near("paid", audit.paid() / size, i, real::<T>(3.0) * bound);
        near(
            "waste",
            audit.waste() / size,
            real(2.0),
            real::<T>(3.0) * bound,
        );
        let efficiency = audit.efficiency().expect("attainable");
        let truth = 2.2 / (0.6 + 0.8 * 8.0_f64.sqrt());
        near(
            "efficiency",
            efficiency,
            real(truth),
            real::<T>(3.0) * bound,
        );
    }
    // Parts of the smallest number are it or nothing; none is more.
    let audit = Audit::new(&DVector::repeat(3, T::SUBNORMAL), &v, &span).expect("a shift");
    finite("audit", &numbers(&audit));
    assert!(audit.length() > T::zero() && audit.length() <= real::<T>(2.0) * T::SUBNORMAL);
    let zero = Audit::new(&DVector::zeros(3), &v, &span).expect("a shift");
    assert_eq!(numbers(&zero), [T::zero(); 8]);
    assert_eq!(zero.efficiency(), None);
}

fn trajectories<T: Extreme>() {
    let (v, span) = (tilted::<T>(), first_axis::<T>());
    let i = T::one();
    for bad in T::NON_FINITE {
        refused!(
            Audit::trajectory(&dmatrix![i, i, i; i, bad, i], &v, &span),
            Error::NonFinite {
                argument: "checkpoints",
                row: 1,
                column: 1,
                ..
            }
        );
    }
    refused!(
        Audit::trajectory(&DMatrix::zeros(0, 3), &v, &span),
        Error::Empty {
            argument: "checkpoints",
            rows: 0,
            columns: 3,
            ..
        }
    );
    refused!(
        Audit::trajectory(&dmatrix![i, i], &v, &span),
        Error::DimensionMismatch {
            argument: "checkpoints",
            unit: "columns",
            expected: 3,
            actual: 2,
            ..
        }
    );
    refused!(
        Audit::trajectory(&dmatrix![i, i, i], &axis::<T>(4, 0), &span),
        Error::DimensionMismatch {
            argument: "safety",
            expected: 3,
            actual: 4,
            ..
        }
    );
    let l = T::LARGEST;
    refused!(
        Audit::trajectory(&dmatrix![i, i, i; i, i, i; l, l, l], &v, &span),
        Error::EntryOutOfRange {
            argument: "lengths of shifts",
            index: 2,
            ..
        }
    );
    // A huge checkpoint does not drown a minute one.
    let (h, m) = (T::HUGE, T::MINUTE);
    let path = Audit::trajectory(&dmatrix![h, h, h; m, m, m], &v, &span).expect("in range");
    let bound = tolerance::orthonormality::<T>(3);
    for (audit, size) in path.iter().zip([h, m]) {
        finite("audit", &numbers(audit));
        near(
            "safety",
            audit.safety() / size,
            real(1.4),
            real::<T>(2.0) * bound,
        );
    }
}

/// Six rows about (1, 2, 0) in units of `size`.
fn rows<T: Extreme>(size: T) -> DMatrix<T> {
    DMatrix::from_fn(6, 3, |i, j| {
        let wobble = ((i * 7 + j * 5) as f64).sin() * 0.1;
        real::<T>([1.0, 2.0, 0.0][j] + wobble) * size
    })
}

fn estimates<T: Extreme>() {
    let (v, span) = (tilted::<T>(), first_axis::<T>());
    let i = T::one();
    let plain = Samples::new(&rows(i)).expect("finite");
    refused!(
        AuditEstimate::new(&Samples::new(&dmatrix![i, i]).expect("finite"), &v, &span),
        Error::DimensionMismatch {
            argument: "shift",
            expected: 3,
            actual: 2,
            ..
        }
    );
    refused!(
        AuditEstimate::new(&plain, &axis::<T>(2, 0), &span),
        Error::DimensionMismatch {
            argument: "safety",
            expected: 3,
            actual: 2,
            ..
        }
    );
    for n in 1..4 {
        let few = rows(i).rows(0, n).into_owned();
        refused!(
            AuditEstimate::new(&Samples::new(&few).expect("finite"), &v, &span),
            Error::OutOfBounds { argument: "units of shift", least: 4, actual, .. }
                if *actual == n
        );
    }
    let four = rows(i).rows(0, 4).into_owned();
    let four = Samples::new(&four).expect("finite");
    assert_eq!(
        AuditEstimate::new(&four, &v, &span)
            .expect("resolved")
            .units(),
        4
    );

    let ordinary = AuditEstimate::new(&plain, &v, &span).expect("resolved");
    // Products of 1e±300 are rounded once more, in T; so is all that comes of them, a few times over.
    let bound = 64.0 * T::machine_epsilon().to_double();
    for size in [T::HUGE, T::MINUTE] {
        let samples = Samples::new(&rows(size)).expect("finite");
        let audit = AuditEstimate::new(&samples, &v, &span).expect("resolved");
        let unit = size.to_double();
        for (ours, plain, unit) in [
            (audit.safety(), ordinary.safety(), unit),
            (audit.free(), ordinary.free(), 1.0),
            (audit.paid(), ordinary.paid(), 1.0),
            (audit.idle(), ordinary.idle(), 1.0),
            (audit.waste(), ordinary.waste(), 1.0),
            (
                audit.efficiency().expect("attainable"),
                ordinary.efficiency().expect("attainable"),
                1.0,
            ),
        ] {
            near("value", ours.value() / unit, plain.value(), bound);
            let error = ours.standard_error() / unit;
            near("standard error", error, plain.standard_error(), bound);
        }
        near(
            "safety error",
            audit.safety().standard_error() / unit,
            0.03,
            0.03,
        );
        finite("plug-in", &numbers(audit.plug_in()));
    }
}

for_both_scalars!(shifts, trajectories, estimates);

/// f64 only: f32 at its largest is moderate once it is f64.
#[test]
fn a_mean_longer_than_any_number_is_refused() {
    let longest = DMatrix::from_element(5, 3, f64::MAX);
    refused!(
        AuditEstimate::new(
            &Samples::new(&longest).expect("finite"),
            &tilted::<f64>(),
            &first_axis::<f64>(),
        ),
        Error::EntryOutOfRange {
            argument: "lengths of shifts",
            ..
        }
    );
}

#[test]
fn equal_rows_have_no_error() {
    let same = DMatrix::from_fn(5, 3, |_, j| [0.0, 3.0, 4.0][j]);
    let samples = Samples::new(&same).expect("finite");
    let audit =
        AuditEstimate::new(&samples, &tilted::<f64>(), &first_axis::<f64>()).expect("resolved");
    // The sums of the parts over 20 pairs, and their quotients.
    let bound = 20.0 * tolerance::orthonormality::<f64>(3);
    near("free", audit.free().value(), 0.36, bound);
    near("waste", audit.waste().value(), 0.64, bound);
    near("error", audit.waste().standard_error(), 0.0, bound);
}
