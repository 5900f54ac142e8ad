//! Power iteration: the largest eigenvalue, from below.

use super::reduce;
use crate::Real;

/// Steps to a rough idea of a largest singular value.
#[cfg(feature = "faer")]
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

/// A number that the square of the largest singular value of an upper bidiagonal matrix does not fall short
/// of, but for rounding.
#[cfg(feature = "faer")]
pub(crate) fn largest_square<T: Real>(diagonal: &[T], beside: &[T]) -> T {
    growth(diagonal.len(), FEW, |x| {
        let mut image: Vec<T> = diagonal.iter().zip(x).map(|(&d, &x)| d * x).collect();
        for ((y, &e), &x) in image.iter_mut().zip(beside).zip(&x[1..]) {
            *y += e * x;
        }
        let mut back: Vec<T> = diagonal.iter().zip(&image).map(|(&d, &y)| d * y).collect();
        for ((z, &e), &y) in back[1..].iter_mut().zip(beside).zip(&image) {
            *z += e * y;
        }
        back
    })
}

#[cfg(all(test, feature = "faer"))]
mod tests {
    use super::*;
    use crate::linalg::ThinSvd;
    use nalgebra::DMatrix;

    #[test]
    fn is_never_above_the_largest_and_near_it_where_it_stands_out() {
        for n in [1, 2, 3, 40] {
            let square = |diagonal: &[f64], beside: &[f64]| {
                let dense = DMatrix::from_fn(n, n, |i, j| match j.checked_sub(i) {
                    Some(0) => diagonal[i],
                    Some(1) => beside[i],
                    _ => 0.0,
                });
                let exact = ThinSvd::new(&dense).expect("finite").singular_values()[0].powi(2);
                let found = largest_square(diagonal, beside);
                assert!(found <= exact * (1.0 + 1e-14), "{found} {exact}");
                (found, exact)
            };
            for seed in 0..20 {
                let entry =
                    |i: usize, side: usize| ((i * 31 + side * 17 + seed * 101) as f64).sin();
                let diagonal: Vec<f64> = (0..n).map(|i| entry(i, 0)).collect();
                let beside: Vec<f64> = (0..n - 1).map(|i| entry(i, 1)).collect();
                square(&diagonal, &beside);
                // One row that outweighs the rest.
                let large: Vec<f64> = (0..n)
                    .map(|i| if i == n / 2 { 1e3 } else { diagonal[i] })
                    .collect();
                let (found, exact) = square(&large, &beside);
                assert!(found >= 0.99 * exact, "{found} {exact}");
            }
            assert_eq!(largest_square(&vec![0.0; n], &vec![0.0; n - 1]), 0.0);
        }
    }
}
