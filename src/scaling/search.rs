//! Searches over one variable, bounded and without a starting point.

/// Halvings of a bracket: the last leave nothing of 53 bits.
const HALVINGS: usize = 60;

/// Steps of the golden section: 0.618⁴⁰ = 4·10⁻⁹, the √ε at which a minimum is flat.
const SECTIONS: usize = 40;

/// Local minima of a scan that are followed further.
const FOLLOWED: usize = 3;

/// The least value of a function over a scan of at least two points in increasing order,
/// refined in the brackets of its lowest local minima, and the place of that value.
/// `scanned` holds the values at the points.
pub(super) fn least(points: &[f64], scanned: &[f64], f: impl Fn(f64) -> f64) -> (f64, f64) {
    let last = points.len() - 1;
    let mut dips: Vec<usize> = (0..=last)
        .filter(|&i| {
            (i == 0 || scanned[i] <= scanned[i - 1]) && (i == last || scanned[i] <= scanned[i + 1])
        })
        .collect();
    dips.sort_by(|&i, &j| scanned[i].total_cmp(&scanned[j]));
    dips.truncate(FOLLOWED);
    let mut best = (f64::INFINITY, points[0]);
    for i in dips {
        if scanned[i] < best.0 {
            best = (scanned[i], points[i]);
        }
        let found = golden(points[i.saturating_sub(1)], points[(i + 1).min(last)], &f);
        if found.0 < best.0 {
            best = found;
        }
    }
    best
}

/// The golden section (Kiefer 1953).
fn golden(mut low: f64, mut high: f64, f: impl Fn(f64) -> f64) -> (f64, f64) {
    let share = 0.5 * (5.0_f64.sqrt() - 1.0);
    let mut x = [high - share * (high - low), low + share * (high - low)];
    let mut y = x.map(&f);
    for _ in 0..SECTIONS {
        if y[0] <= y[1] {
            high = x[1];
            x = [high - share * (high - low), x[0]];
            y = [f(x[0]), y[0]];
        } else {
            low = x[0];
            x = [x[1], low + share * (high - low)];
            y = [y[1], f(x[1])];
        }
    }
    if y[0] <= y[1] {
        (y[0], x[0])
    } else {
        (y[1], x[1])
    }
}

/// Evenly spaced points from one end to the other, both included.
pub(super) fn even(from: f64, to: f64, count: usize) -> Vec<f64> {
    let steps = (count - 1) as f64;
    (0..count)
        .map(|i| from + (to - from) * (i as f64 / steps))
        .collect()
}

/// The edge of what is accepted between a point that is and one that is not; the side
/// that errs is outside, so that the accepted set is covered.
pub(super) fn edge(accepted: f64, refused: f64, accepts: impl Fn(f64) -> bool) -> f64 {
    let (mut inside, mut outside) = (accepted, refused);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (inside + outside);
        if middle == inside || middle == outside {
            break;
        }
        if accepts(middle) {
            inside = middle;
        } else {
            outside = middle;
        }
    }
    outside
}
