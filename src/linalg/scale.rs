//! Scaling by powers of two, which is exact, so that squares of entries near
//! 1e±300 neither overflow nor vanish and no result depends on units.

use nalgebra::{DMatrix, DMatrixView};

use super::owned;
use super::reduce::{dot, max_abs};
use crate::{Error, Real};

/// The power of two s with largest·s in [1, 2), as far as the exponent range
/// goes; 1 for zero. Multiplying by s is exact.
pub(crate) fn power_of_two<T: Real>(largest: T) -> T {
    let x = largest.to_double();
    if x == 0.0 {
        return T::one();
    }
    let exponent = x.log2().floor() as i32;
    let bounded = (-exponent).clamp(-T::exponent_range(), T::exponent_range());
    T::from_double(2.0_f64.powi(bounded))
}

/// ‖x‖, good to a few ε for every finite x whose norm is representable.
pub(crate) fn norm<T: Real>(x: &[T]) -> T {
    let s = power_of_two(max_abs(x));
    let scaled: Vec<T> = x.iter().map(|&v| v * s).collect();
    dot(&scaled, &scaled).sqrt() / s
}

/// x/‖x‖ in place of x; false, x untouched, where x is zero.
pub(crate) fn normalise<T: Real>(x: &mut [T]) -> bool {
    let largest = max_abs(x);
    if largest == T::zero() {
        return false;
    }
    let s = power_of_two(largest);
    x.iter_mut().for_each(|v| *v *= s);
    // A second exact scaling catches subnormal entries, which one power of two
    // in range may leave small.
    let s = power_of_two(max_abs(x));
    x.iter_mut().for_each(|v| *v *= s);
    let norm = dot(x, x).sqrt();
    x.iter_mut().for_each(|v| *v /= norm);
    true
}

/// The power of two that scales a length to [1/√2, √2).
pub(crate) fn balancing<T: Real>(length: T) -> T {
    T::from_double(2.0_f64.powi(-(length.to_double().log2().round() as i32)))
}

/// A copy with every column scaled by a power of two to a length in [1/√2, √2);
/// a zero column is an error. Exact, so that a rank stays what it was, and a
/// column of unit length is left as it is.
pub(crate) fn balanced_columns<T: Real>(
    argument: &'static str,
    a: &DMatrixView<'_, T>,
) -> Result<DMatrix<T>, Error> {
    let rows = a.nrows();
    let mut scaled = owned(a);
    for (column, entries) in scaled.as_mut_slice().chunks_exact_mut(rows).enumerate() {
        // Twice, for subnormal entries that one power of two in range leaves small.
        for _ in 0..2 {
            let s = power_of_two(max_abs(entries));
            entries.iter_mut().for_each(|v| *v *= s);
        }
        let length = dot(entries, entries).sqrt();
        if length == T::zero() {
            return Err(Error::ZeroVector { argument, column });
        }
        let s = balancing(length);
        entries.iter_mut().for_each(|v| *v *= s);
    }
    Ok(scaled)
}

/// Whether a sum of squares is a number to be trusted: not zero, not infinite, and not near either
/// end of the range, where terms of it may have vanished.
pub(crate) fn is_moderate<T: Real>(square: T) -> bool {
    let bound = f64::from(T::exponent_range() / 2);
    square.to_double().log2().abs() <= bound
}

/// Scales the Gram matrix of columns to one of columns with lengths in [1/√2, √2), by powers of
/// two that come back; `None`, nothing changed, where a squared length is not moderate.
pub(crate) fn balance<T: Real>(gram: &mut DMatrix<T>) -> Option<Vec<T>> {
    let scales = gram
        .diagonal()
        .iter()
        .map(|&square| {
            let half = 0.5 * square.to_double().log2();
            is_moderate(square).then(|| T::from_double(2.0_f64.powi(-(half.round() as i32))))
        })
        .collect::<Option<Vec<T>>>()?;
    for (mut column, &s) in gram.column_iter_mut().zip(&scales) {
        for (x, &t) in column.iter_mut().zip(&scales) {
            *x *= s * t;
        }
    }
    Some(scales)
}

/// D·A, D diagonal.
pub(crate) fn rows<T: Real>(mut a: DMatrix<T>, scales: &[T]) -> DMatrix<T> {
    for mut column in a.column_iter_mut() {
        for (x, &s) in column.iter_mut().zip(scales) {
            *x *= s;
        }
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Half of the squares in range, those about one, are trusted.
    fn squares_near_an_end_of_the_range_are_not_trusted<T: Real>() {
        let range = T::exponent_range();
        for exponent in -range..=range {
            let square = T::from_double(2.0_f64.powi(exponent));
            if exponent.abs() < range * 2 / 5 {
                assert!(is_moderate(square), "2^{exponent}");
            }
            if exponent.abs() > range * 3 / 5 {
                assert!(!is_moderate(square), "2^{exponent}");
            }
        }
        for square in [0.0, f64::INFINITY, f64::NAN] {
            assert!(!is_moderate(T::from_double(square)), "{square}");
        }
    }

    #[test]
    fn squares_near_an_end_of_the_range_are_not_trusted_f64() {
        squares_near_an_end_of_the_range_are_not_trusted::<f64>();
    }

    #[test]
    fn squares_near_an_end_of_the_range_are_not_trusted_f32() {
        squares_near_an_end_of_the_range_are_not_trusted::<f32>();
    }
}
