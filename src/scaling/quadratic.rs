//! A weighted straight line with both of its coefficients bounded, solved exactly.
//!
//! Every model of the tax over widths is a + b·g with g a decreasing function of the width,
//! one at the narrowest, so that a is the intrinsic part and b the packing at that width.
//! Both are shares of a squared length and so is their sum: (a, b) lies in the triangle
//! a ≥ 0, b ≥ 0, a + b ≤ 1. In the coordinates a + b·ḡ and b the weighted
//! sum of squares is diagonal; its least value on the triangle lies inside or on
//! one of three edges, each a problem of one variable. There is nothing to iterate, and so no
//! starting point.

/// A point (a, b) of the triangle.
pub(super) type Point = [f64; 2];

/// The corners of the triangle.
pub(super) const CORNERS: [Point; 3] = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]];

/// Q(a, b) = Σ w·(y − a − b·g)².
#[derive(Debug, Clone, Copy)]
pub(super) struct Quadratic {
    /// Σw.
    weight: f64,
    /// Weighted means of y and g.
    mean: [f64; 2],
    /// Σw(g − ḡ)².
    spread: f64,
    /// The slope of the free line; 0 where g does not vary.
    slope: f64,
    /// Q of the free line.
    floor: f64,
}

impl Quadratic {
    /// From (w, y, g), at least one of them.
    pub(super) fn new(rows: impl Iterator<Item = [f64; 3]> + Clone) -> Self {
        let (mut weight, mut y_sum, mut g_sum) = (0.0, 0.0, 0.0);
        for [w, y, g] in rows.clone() {
            weight += w;
            y_sum += w * y;
            g_sum += w * g;
        }
        let mean = [y_sum / weight, g_sum / weight];
        let (mut spread, mut cross) = (0.0, 0.0);
        for [w, y, g] in rows.clone() {
            let centred = g - mean[1];
            spread += w * centred * centred;
            cross += w * centred * (y - mean[0]);
        }
        // Below the rounding of ḡ the slope is noise; the value of Q hardly depends on it.
        let vanishes = spread <= weight * f64::EPSILON * f64::EPSILON;
        let slope = if vanishes { 0.0 } else { cross / spread };
        let floor = rows
            .map(|[w, y, g]| {
                let r = (y - mean[0]) - slope * (g - mean[1]);
                w * r * r
            })
            .sum();
        Self {
            weight,
            mean,
            spread,
            slope,
            floor,
        }
    }

    /// Q of the free line, the bounds forgotten.
    pub(super) fn floor(&self) -> f64 {
        self.floor
    }

    /// The free line.
    pub(super) fn free(&self) -> Point {
        [self.mean[0] - self.slope * self.mean[1], self.slope]
    }

    /// The variance of p·a + q·b of the free line, for weights that are inverse variances.
    pub(super) fn variance(&self, [p, q]: [f64; 2]) -> f64 {
        if self.spread == 0.0 {
            return p * p / self.weight;
        }
        // a = m − b·ḡ with m and b uncorrelated.
        let lever = q - p * self.mean[1];
        p * p / self.weight + lever * lever / self.spread
    }

    /// Q(a, b).
    pub(super) fn at(&self, point: Point) -> f64 {
        self.floor + self.excess(point)
    }

    /// Q(a, b) less Q of the free line.
    fn excess(&self, [a, b]: Point) -> f64 {
        let level = a + b * self.mean[1] - self.mean[0];
        let tilt = b - self.slope;
        self.weight * level * level + self.spread * tilt * tilt
    }

    /// The least value on a segment and where it is.
    pub(super) fn on_segment(&self, [from, to]: [Point; 2]) -> (f64, Point) {
        let step = [to[0] - from[0], to[1] - from[1]];
        let level = step[0] + step[1] * self.mean[1];
        let curvature = self.weight * level * level + self.spread * step[1] * step[1];
        let descent = self.weight * level * (self.mean[0] - from[0] - from[1] * self.mean[1])
            + self.spread * step[1] * (self.slope - from[1]);
        let share = if curvature > 0.0 {
            (descent / curvature).clamp(0.0, 1.0)
        } else {
            0.0
        };
        let point = along([from, to], share);
        (self.at(point), point)
    }

    /// The least value on the triangle and where it is.
    pub(super) fn on_triangle(&self) -> (f64, Point) {
        let free = self.free();
        if free[0] >= 0.0 && free[1] >= 0.0 && free[0] + free[1] <= 1.0 {
            return (self.floor, free);
        }
        let edges = [[0, 1], [0, 2], [1, 2]].map(|[i, j]| [CORNERS[i], CORNERS[j]]);
        let mut best = self.on_segment(edges[0]);
        for edge in &edges[1..] {
            let other = self.on_segment(*edge);
            if other.0 < best.0 {
                best = other;
            }
        }
        best
    }
}

/// The point of a segment at a share of its length; the ends are met exactly.
pub(super) fn along([from, to]: [Point; 2], share: f64) -> Point {
    if share == 1.0 {
        return to;
    }
    [
        from[0] + share * (to[0] - from[0]),
        from[1] + share * (to[1] - from[1]),
    ]
}

/// Where the line p·a + q·b = t crosses the triangle; `None` if it misses it.
pub(super) fn chord([p, q]: [f64; 2], t: f64) -> Option<[Point; 2]> {
    let side = CORNERS.map(|[a, b]| p * a + q * b - t);
    let mut ends: Option<[Point; 2]> = None;
    let mut meet = |point: Point| {
        ends = Some(match ends {
            None => [point, point],
            // The two that lie farthest apart.
            Some([first, last]) => {
                let away = |x: Point, y: Point| (x[0] - y[0]).abs() + (x[1] - y[1]).abs();
                if away(first, point) >= away(first, last) {
                    [first, point]
                } else {
                    [first, last]
                }
            }
        });
    };
    for [i, j] in [[0, 1], [0, 2], [1, 2]] {
        let (u, v) = (side[i], side[j]);
        if u == 0.0 {
            meet(CORNERS[i]);
        }
        if v == 0.0 {
            meet(CORNERS[j]);
        }
        if u * v < 0.0 {
            meet(along([CORNERS[i], CORNERS[j]], u / (u - v)));
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tolerance;

    const ROWS: [[f64; 3]; 4] = [
        [3.0, 0.9, 1.0],
        [1.5, 0.2, 0.4],
        [4.0, 0.5, 0.3],
        [2.0, 0.1, 0.05],
    ];

    fn by_definition([a, b]: Point) -> f64 {
        let squares = ROWS.map(|[w, y, g]| w * (y - a - b * g) * (y - a - b * g));
        squares.iter().sum()
    }

    /// From any point to any other, and from a point to itself.
    #[test]
    fn no_point_of_a_segment_is_below_its_least() {
        let q = Quadratic::new(ROWS.iter().copied());
        let points = [
            [0.0, 0.0],
            [1.0, 0.0],
            [0.0, 1.0],
            [0.1, 0.8],
            [0.3, 0.5],
            [0.7, 0.2],
            [-0.4, 1.6],
        ];
        let bound = tolerance::closed_form::<f64>() * by_definition([2.0, 2.0]);
        for from in points {
            for to in points {
                let (value, at) = q.on_segment([from, to]);
                assert!(
                    (value - by_definition(at)).abs() <= bound,
                    "{from:?} {to:?}"
                );
                for share in (0..=64).map(|i| f64::from(i) / 64.0) {
                    let other = by_definition(along([from, to], share));
                    assert!(value <= other + bound, "{from:?} {to:?}: {share}");
                }
            }
        }
    }

    /// Where g is the same for all rows only the level is known, p·a by as much as p says.
    #[test]
    fn a_level_has_the_variance_of_a_weighted_mean() {
        let q = Quadratic::new([[1.0, 0.2, 0.0], [3.0, 0.4, 0.0]].into_iter());
        for p in [0.0, 0.5, 1.0, 3.0] {
            assert_eq!(q.variance([p, 0.0]), p * p / 4.0);
        }
    }
}
