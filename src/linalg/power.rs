//! Power iteration: the largest eigenvalue, from below.

use nalgebra::DMatrix;

use super::reduce;
use crate::Real;

/// Steps to a rough idea of a largest singular value.
const FEW: usize = 4;

/// The largest eigenvalue of a symmetric positive map after so many steps, never above it but for
/// rounding.
pub(crate) fn growth<T: Real>(n: usize, steps: usize, map: impl Fn(&[T]) -> Vec<T>) -> T {
    // A fixed start without symmetry: multiples of the golden ratio, less their integer part.
    let golden = 0.618_033_988_749_894_9;
    let mut x: Vec<T> = (1..=n)
        .map(|i| T::from_double((i as f64 * golden).fract() - 0.5 + 1.0 / 64.0))
        .collect();
    let mut ratio = T::zero();
    for _ in 0..=steps {
        let length = reduce::dot(&x, &x).sqrt();
        if length == T::zero() {
            return T::zero();
        }
        x.iter_mut().for_each(|v| *v /= length);
        let image = map(&x);
        ratio = reduce::dot(&image, &image).sqrt();
        x = image;
    }
    ratio
}

/// A number that the square of the largest singular value of a matrix scaled near one does not fall short
/// of, but for rounding.
pub(crate) fn largest_square<T: Real>(a: &DMatrix<T>) -> T {
    growth(a.ncols(), FEW, |x| {
        let mut image = vec![T::zero(); a.nrows()];
        for (column, &factor) in a.column_iter().zip(x) {
            for (y, &entry) in image.iter_mut().zip(column.as_slice()) {
                *y += entry * factor;
            }
        }
        a.column_iter()
            .map(|column| reduce::dot(column.as_slice(), &image))
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::ThinSvd;

    #[test]
    fn is_never_above_the_largest_and_near_it_where_it_stands_out() {
        for (rows, columns) in [(1, 1), (5, 3), (3, 5), (40, 40)] {
            for seed in 0..20 {
                let a = DMatrix::from_fn(rows, columns, |i, j| {
                    ((i * 31 + j * 17 + seed * 101) as f64).sin()
                });
                let exact = ThinSvd::new(&a).expect("finite").singular_values()[0].powi(2);
                let found = largest_square(&a);
                assert!(found <= exact * (1.0 + 1e-14), "{found} {exact}");
            }
            let ones = DMatrix::from_element(rows, columns, 1.0_f64);
            let exact = (rows * columns) as f64;
            assert!((largest_square(&ones) / exact - 1.0).abs() < 1e-14);
            assert_eq!(largest_square(&(ones * 0.0)), 0.0);
        }
    }
}
