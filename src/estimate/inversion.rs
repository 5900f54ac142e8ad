//! Intervals by inversion of a test: the values that it does not reject.
//!
//! Fieller (1954) has the interval of a ratio N/s as those r for which N − r s is within t
//! standard errors of zero, the standard error being the one that holds *if* r is true. No
//! division by a noisy s takes place, and a variance that depends on r costs nothing but
//! the closed form: the ends are searched for.

/// Cells of the search for the ends of an interval.
const CELLS: usize = 512;

/// The smallest and the largest value in [from, to] that a test accepts: by a grid, finer
/// towards zero, and bisection between accepted and rejected neighbours. Where none is
/// accepted (a ratio far outside the range, or no noise at all), the value of the range
/// nearest to the ratio, which inside the range is the value that every test accepts.
pub(crate) fn accepted(from: f64, to: f64, ratio: f64, inside: impl Fn(f64) -> bool) -> (f64, f64) {
    let nearest = ratio.clamp(from, to);
    let mut points: Vec<f64> = (0..=CELLS)
        .map(|i| {
            // Quadratic, so that a rate near zero gets as many cells as its root.
            let u = i as f64 / CELLS as f64;
            let (low, high) = (from.min(0.0).abs().sqrt(), to.sqrt());
            let root = u * (low + high) - low;
            root * root.abs()
        })
        .chain([nearest])
        .collect();
    points.sort_by(f64::total_cmp);
    let Some(first) = points.iter().position(|&x| inside(x)) else {
        return (nearest, nearest);
    };
    let last = points.iter().rposition(|&x| inside(x)).unwrap_or(first);
    let edge = |mut accepted: f64, mut rejected: f64| {
        for _ in 0..64 {
            let middle = 0.5 * (accepted + rejected);
            if inside(middle) {
                accepted = middle;
            } else {
                rejected = middle;
            }
        }
        accepted
    };
    let lower = if first == 0 {
        points[0]
    } else {
        edge(points[first], points[first - 1])
    };
    let upper = if last + 1 == points.len() {
        points[last]
    } else {
        edge(points[last], points[last + 1])
    };
    (lower.clamp(from, to), upper.clamp(from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values accepted away from the ratio, in one piece or in two: the smallest and the largest of all.
    #[test]
    fn what_is_accepted_away_from_the_ratio_is_found() {
        let close = 2.0 * f64::EPSILON;
        for (from, ratio) in [(0.0, 1.5), (0.0, 0.5), (-1.0, -0.9), (-1.0, 0.0)] {
            for pieces in [vec![(0.2, 0.3)], vec![(0.2, 0.3), (0.6, 0.7)]] {
                let inside = |x: f64| pieces.iter().any(|&(a, b)| a <= x && x <= b);
                let (lower, upper) = accepted(from, 1.0, ratio, inside);
                let last = pieces[pieces.len() - 1].1;
                assert!((lower - 0.2).abs() <= close, "{lower}");
                assert!((upper - last).abs() <= close, "{upper} and {last}");
            }
        }
    }

    /// Values accepted between two ends, wherever these lie in the range.
    #[test]
    fn the_ends_are_where_acceptance_ends() {
        for (from, to) in [(0.0, 1.0), (-1.0, 1.0)] {
            for (a, b) in [
                (0.1, 0.3),
                (0.17, 0.93),
                (0.4, 0.41),
                (from, 0.3),
                (0.3, to),
            ] {
                let (lower, upper) = accepted(from, to, 0.5 * (a + b), |x| a <= x && x <= b);
                let close = 2.0 * f64::EPSILON;
                assert!((lower - a).abs() <= close, "{lower} and {a}");
                assert!((upper - b).abs() <= close, "{upper} and {b}");
            }
        }
        // None is accepted: the value of the range nearest to the ratio.
        for (ratio, nearest) in [(-2.0, 0.0), (0.25, 0.25), (7.0, 1.0)] {
            assert_eq!(accepted(0.0, 1.0, ratio, |_| false), (nearest, nearest));
        }
    }
}
