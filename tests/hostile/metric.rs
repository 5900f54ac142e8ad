//! Metrics, vectors and covectors.

use alignment_tax::{Budget, Covector, Error, Metric, Shrinkage, ShrunkCovariance, Vector};
use nalgebra::{DMatrix, DVector, dmatrix, dvector};

use crate::shared::{Extreme, finite, for_both_scalars, near, real, refused};

fn columns_of_numbers<T: Extreme>() {
    refused!(
        Vector::<T>::from_slice(&[]),
        Error::Empty {
            argument: "vector",
            ..
        }
    );
    refused!(
        Covector::<T>::from_slice(&[]),
        Error::Empty {
            argument: "covector",
            ..
        }
    );
    for bad in T::NON_FINITE {
        let x = [T::one(), bad];
        refused!(
            Vector::from_slice(&x),
            Error::NonFinite {
                argument: "vector",
                row: 1,
                ..
            }
        );
        refused!(
            Covector::from_slice(&x),
            Error::NonFinite {
                argument: "covector",
                row: 1,
                ..
            }
        );
        refused!(
            Metric::<T>::identity(2)
                .expect("d > 0")
                .unwhiten_shift(&DVector::from_row_slice(&x)),
            Error::NonFinite {
                argument: "whitened shift",
                row: 1,
                ..
            }
        );
    }
    let (one, two) = (
        Covector::from_slice(&[T::one()]),
        Vector::from_slice(&[T::one(); 2]),
    );
    refused!(
        one.expect("finite").pair(&two.expect("finite")),
        Error::DimensionMismatch {
            argument: "vector",
            expected: 1,
            actual: 2,
            ..
        }
    );
    let largest = Covector::from_slice(&[T::LARGEST; 2]).expect("finite");
    let shift = Vector::from_slice(&[T::LARGEST; 2]).expect("finite");
    refused!(
        largest.pair(&shift),
        Error::OutOfRange {
            argument: "pairing",
            ..
        }
    );
    let cancels = Vector::from_slice(&[T::LARGEST, -T::LARGEST]).expect("finite");
    assert_eq!(largest.pair(&cancels).expect("zero"), T::zero());
}

fn metric_refusals<T: Extreme>() {
    let (o, i) = (T::zero(), T::one());
    refused!(
        Metric::<T>::identity(0),
        Error::OutOfBounds {
            argument: "dimension",
            actual: 0,
            ..
        }
    );
    refused!(
        Metric::diagonal(&DVector::<T>::zeros(0)),
        Error::Empty { .. }
    );
    for bad in [o, -i, T::SUBNORMAL] {
        refused!(
            Metric::diagonal(&dvector![i, bad]),
            Error::EntryOutOfRange {
                argument: "diagonal",
                index: 1,
                ..
            }
        );
        refused!(
            Metric::full(&dmatrix![i, o; o, bad]),
            Error::EntryOutOfRange {
                argument: "diagonal of the metric",
                index: 1,
                ..
            }
        );
        refused!(
            Metric::low_rank(&dvector![i, bad], &dmatrix![i; i]),
            Error::EntryOutOfRange {
                argument: "diagonal",
                index: 1,
                ..
            }
        );
    }
    for bad in T::NON_FINITE {
        refused!(
            Metric::diagonal(&dvector![i, bad]),
            Error::NonFinite { row: 1, .. }
        );
        refused!(
            Metric::full(&dmatrix![i, bad; bad, i]),
            Error::NonFinite {
                argument: "metric",
                row: 1,
                column: 0,
                ..
            }
        );
        refused!(
            Metric::low_rank(&dvector![i, i], &dmatrix![i; bad]),
            Error::NonFinite {
                argument: "factor",
                row: 1,
                ..
            }
        );
        refused!(
            Budget::from_kl(bad),
            Error::OutOfRange {
                argument: "KL divergence",
                ..
            }
        );
    }
    refused!(
        Metric::full(&DMatrix::<T>::zeros(2, 3)),
        Error::DimensionMismatch {
            argument: "metric",
            expected: 2,
            actual: 3,
            ..
        }
    );
    refused!(
        Metric::low_rank(&dvector![i, i], &dmatrix![i]),
        Error::DimensionMismatch {
            argument: "factor",
            expected: 2,
            actual: 1,
            ..
        }
    );
    refused!(
        Metric::low_rank(&dvector![i], &DMatrix::<T>::zeros(1, 0)),
        Error::Empty { .. }
    );
    refused!(
        Metric::full(&dmatrix![i, i; o, i]),
        Error::NotSymmetric {
            argument: "metric",
            row: 0,
            column: 1,
            ..
        }
    );
    for far in [real(2.0), T::HUGE, -T::LARGEST] {
        refused!(
            Metric::full(&dmatrix![i, far; far, i]),
            Error::NotPositiveDefinite { argument: "metric", eigenvalue, .. } if *eigenvalue < 0.0
        );
    }
    // Singular to rounding, and in units that overflow every product.
    refused!(
        Metric::full(&dmatrix![i, i; i, i]),
        Error::NotPositiveDefinite { .. }
    );
    let (h, m) = (T::HUGE, T::MINUTE);
    refused!(
        Metric::full(&dmatrix![m, h; h, m]),
        Error::NotPositiveDefinite { .. }
    );
    refused!(
        Metric::low_rank(&dvector![m, m], &dmatrix![h; i]),
        Error::NotPositiveDefinite {
            argument: "diagonal beside the factor",
            ..
        }
    );
    let metric = Metric::<T>::identity(2).expect("d > 0");
    let three = Vector::from_slice(&[i; 3]).expect("finite");
    refused!(
        metric.length(&three),
        Error::DimensionMismatch {
            argument: "vector",
            actual: 3,
            ..
        }
    );
    let none = Covector::from_slice(&[o; 2]).expect("finite");
    refused!(
        metric.covector_direction(&none),
        Error::ZeroVector {
            argument: "covector",
            ..
        }
    );
    refused!(
        metric.whiten_covectors(&[]),
        Error::Empty {
            argument: "covectors",
            ..
        }
    );
    for bad in [o, -i] {
        refused!(
            Budget::from_kl(bad),
            Error::OutOfRange {
                argument: "KL divergence",
                ..
            }
        );
    }
}

fn sources<T: Extreme>() {
    let (o, i) = (T::zero(), T::one());
    let half = Shrinkage::Fixed(0.5);
    refused!(
        Metric::fisher(&DMatrix::<T>::zeros(0, 2), half),
        Error::Empty {
            argument: "gradients",
            ..
        }
    );
    refused!(
        Metric::fisher(&DMatrix::<T>::zeros(3, 2), half),
        Error::ZeroVector {
            argument: "gradients",
            ..
        }
    );
    refused!(
        Metric::fisher(&dmatrix![i, o], Shrinkage::Fixed(0.0)),
        Error::OutOfRange {
            argument: "shrinkage intensity",
            ..
        }
    );
    refused!(
        Metric::fisher(&dmatrix![i, o], Shrinkage::Fixed(2.0)),
        Error::OutOfRange {
            argument: "shrinkage intensity",
            ..
        }
    );
    refused!(
        Metric::causal(&dmatrix![i, o], half),
        Error::OutOfBounds {
            argument: "unembedding",
            ..
        }
    );
    refused!(
        Metric::causal(&dmatrix![i, o; i, o], half),
        Error::ZeroVector {
            argument: "unembedding less its mean",
            ..
        }
    );
    for s in [i, T::HUGE, T::MINUTE] {
        // S = s²·diag(½, ½)
        let rows = dmatrix![s, o; o, s];
        let moment = ShrunkCovariance::about_zero(&rows, half).expect("a moment");
        let metric = Metric::from_covariance(&moment).expect("definite");
        let x = Vector::from_slice(&[i / s, i / s]).expect("finite");
        near(
            "length",
            metric.length(&x).expect("in range"),
            i,
            T::machine_epsilon() * real(16.0),
        );
    }
}

fn every_magnitude<T: Extreme>() {
    let eps = T::machine_epsilon() * real(32.0);
    for s in [T::one(), T::HUGE, T::MINUTE, T::LARGEST] {
        for u in [T::one(), T::HUGE, T::MINUTE, T::SUBNORMAL, T::LARGEST] {
            let (i, half) = (T::one(), real::<T>(0.5));
            // One coordinate in units of its own; and both.
            for (a, b) in [(i, s), (s, s)] {
                let cross = half * a.sqrt() * b.sqrt();
                for metric in [
                    Metric::diagonal(&dvector![a, b]),
                    Metric::full(&dmatrix![a, cross; cross, b]),
                    Metric::low_rank(&dvector![a, b], &dmatrix![a.sqrt() * half; b.sqrt() * half]),
                ] {
                    let metric = metric.expect("definite");
                    for metric in [metric.dual(), metric] {
                        let x = Vector::from_slice(&[u, -u]).expect("finite");
                        let w = Covector::from_slice(&[u, -u]).expect("finite");
                        let v = metric.vector_direction(&x).expect("not zero");
                        finite("direction", v.as_vector().iter());
                        near("unit", v.as_vector().norm(), i, eps);
                        let v = metric.covector_direction(&w).expect("not zero");
                        near("unit", v.as_vector().norm(), i, eps);
                        for length in [metric.length(&x), metric.dual_length(&w)] {
                            match length {
                                Ok(length) => assert!(length.is_finite() && length >= T::zero()),
                                Err(error) => assert!(matches!(error, Error::OutOfRange { .. })),
                            }
                        }
                        if let Ok(lowered) = metric.lower(&x) {
                            finite("lowered", lowered.coordinates().iter());
                        }
                        if let Ok(raised) = metric.raise(&w) {
                            finite("raised", raised.coordinates().iter());
                        }
                    }
                }
            }
        }
    }
    let square = |x: T| x * x;
    for kl in [real(0.5), real(2.0), real(1e-20), T::LARGEST, T::SUBNORMAL] {
        let b = Budget::from_kl(kl).expect("positive").value();
        assert!(b.is_finite() && b > T::zero());
        if kl > T::MINUTE && kl < T::HUGE {
            near(
                "½B²/ε",
                square(b) / real(2.0) / kl,
                T::one(),
                T::machine_epsilon() * real(4.0),
            );
        }
    }
}

/// Whatever is out of proportion, it is said in numbers: by how much two entries differ, and an eigenvalue that is
/// not above its tolerance, in any units that of the 2 × 2 minor at fault.
fn refusals_are_in_numbers<T: Extreme>() {
    let (h, m) = (T::HUGE, T::MINUTE);
    refused!(
        Metric::full(&dmatrix![m, h; -h, m]),
        Error::NotSymmetric { deviation, .. } if deviation.is_finite()
    );
    let exponent = 4 * (T::exponent_range() / 5);
    let (large, small) = (2.0_f64.powi(exponent), 2.0_f64.powi(-exponent));
    for [a, b] in [[small, large], [large, small]] {
        let far = real(large);
        refused!(
            Metric::full(&dmatrix![real(a), far; far, real::<T>(b)]),
            Error::NotPositiveDefinite { eigenvalue, .. }
                if *eigenvalue == (T::one() - far).to_double()
        );
    }
    let all = DMatrix::from_fn(16, 16, |i, j| if i == j { m } else { h });
    let plain = |eigenvalue: f64, tolerance: f64| {
        eigenvalue.is_finite() && tolerance.is_finite() && eigenvalue <= tolerance
    };
    refused!(
        Metric::full(&all),
        Error::NotPositiveDefinite { eigenvalue, tolerance, .. } if plain(*eigenvalue, *tolerance)
    );
    refused!(
        Metric::low_rank(&dvector![m, m], &dmatrix![h; T::one()]),
        Error::NotPositiveDefinite { eigenvalue, tolerance, .. } if plain(*eigenvalue, *tolerance)
    );
}

/// Refused is an eigenvalue up to d·ε of the largest: the diagonal beside a factor of squared length 1/ε in four dimensions,
/// and not beside a sixteenth of that.
fn what_is_lost_beside_a_factor_is_refused<T: Extreme>() {
    let diagonal = DVector::from_element(4, T::one());
    let factor = |share: f64| {
        let square = real::<T>(share) / T::machine_epsilon();
        dmatrix![square.sqrt(); T::zero(); T::zero(); T::zero()]
    };
    refused!(
        Metric::low_rank(&diagonal, &factor(1.0)),
        Error::NotPositiveDefinite { eigenvalue, tolerance, .. } if eigenvalue <= tolerance
    );
    assert!(Metric::low_rank(&diagonal, &factor(1.0 / 16.0)).is_ok());
}

/// The smallest normal number is a positive normal number.
fn the_smallest_normal_number_is_a_metric<T: Extreme>() {
    let least = real::<T>(2.0_f64.powi(-T::exponent_range()));
    let metric = Metric::diagonal(&dvector![least, T::one()]).expect("positive");
    let length = metric.length(&Vector::from_slice(&[T::one(), T::zero()]).expect("finite"));
    near(
        "length",
        length.expect("in range") / least.sqrt(),
        T::one(),
        real::<T>(4.0) * T::machine_epsilon(),
    );
    assert!(Metric::diagonal(&dvector![least * real(0.5), T::one()]).is_err());
}

/// Four entries at the upper end of the range against small ones: the pairing is in range, whatever it is formed from.
fn a_pairing_in_range_is_given<T: Extreme>() {
    let large = real::<T>(2.0_f64.powi(T::exponent_range())) * real(2.0);
    let small = 2.0_f64.powi(-10);
    let expected = large * real(4.0 * small);
    let (huge, rest) = ([large; 4], [real::<T>(small); 4]);
    for (w, v) in [(huge, rest), (rest, huge)] {
        let w = Covector::from_slice(&w).expect("finite");
        let v = Vector::from_slice(&v).expect("finite");
        assert_eq!(w.pair(&v), Ok(expected));
    }
}

for_both_scalars!(
    columns_of_numbers,
    metric_refusals,
    refusals_are_in_numbers,
    what_is_lost_beside_a_factor_is_refused,
    the_smallest_normal_number_is_a_metric,
    a_pairing_in_range_is_given,
    sources,
    every_magnitude
);
