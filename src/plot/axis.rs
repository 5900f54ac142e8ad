//! [`Axis`]: from numbers to places along one side of a panel, with round ticks.
//!
//! The range of an axis is finite and of moderate size: a picture brings its numbers into units of a power of ten first.
//! Ticks are multiples of 1, 2 or 5 times a power of ten, and as many as there is room for.

use super::text;

/// A label at a number.
#[derive(Debug, Clone)]
pub(super) struct Tick {
    pub at: f64,
    pub label: String,
}

/// How numbers become shares of the length of an axis.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scale {
    /// From the first number to the second, which may be the smaller one.
    Linear(f64, f64),
    /// The same by ratios; both positive.
    Log(f64, f64),
}

impl Scale {
    /// 0 at the first end, 1 at the second, never outside.
    pub(super) fn share(self, x: f64) -> f64 {
        let share = match self {
            Self::Linear(from, to) => (x - from) / (to - from),
            Self::Log(from, to) => (x / from).ln() / (to / from).ln(),
        };
        share.clamp(0.0, 1.0)
    }

    /// The ends, the smaller first.
    pub(super) fn range(self) -> (f64, f64) {
        let (Self::Linear(a, b) | Self::Log(a, b)) = self;
        (a.min(b), a.max(b))
    }
}

/// One side of a panel.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    pub title: String,
    pub scale: Scale,
    pub ticks: Vec<Tick>,
    /// Whether lines cross the panel at the ticks.
    pub grid: Grid,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grid {
    Lines,
    Bare,
}

impl Axis {
    /// A linear axis with some five ticks, or as many as fit into some pixels.
    pub(super) fn linear(title: String, from: f64, to: f64, pixels: f64) -> Self {
        let ticks = round(from, to, (pixels / 70.0).clamp(2.0, 8.0));
        Self {
            title,
            scale: Scale::Linear(from, to),
            ticks,
            grid: Grid::Lines,
        }
    }

    /// A logarithmic axis with ticks at powers of two, at powers of ten where those are too many.
    pub(super) fn log(title: String, from: f64, to: f64, pixels: f64) -> Self {
        let doublings = (to / from).log2();
        let room = (pixels / 60.0).max(2.0);
        let (base, step): (f64, i32) = if doublings <= 2.0 * room {
            (2.0, (doublings / room).ceil() as i32)
        } else {
            (10.0, ((to / from).log10() / room).ceil() as i32)
        };
        let step = step.max(1);
        let first = (from.ln() / base.ln() / f64::from(step) - 1e-9).ceil() as i32;
        let ticks = (first..first + 64)
            .map(|i| base.powi(i * step))
            .take_while(|&at| at <= to * (1.0 + 1e-9))
            .map(|at| Tick {
                at,
                label: if at < 1e6 {
                    text::fixed(at, 0)
                } else {
                    text::number(at)
                },
            })
            .collect();
        Self {
            title,
            scale: Scale::Log(from, to),
            ticks,
            grid: Grid::Lines,
        }
    }

    /// Rows from the top or columns from the left, each with a label in its middle.
    pub(super) fn slots(title: String, labels: Vec<String>, order: Order) -> Self {
        let n = labels.len().max(1) as f64;
        let ticks = labels.into_iter().enumerate().map(|(i, label)| Tick {
            at: i as f64 + 0.5,
            label,
        });
        Self {
            title,
            scale: match order {
                Order::Rows => Scale::Linear(n, 0.0),
                Order::Columns => Scale::Linear(0.0, n),
            },
            ticks: ticks.collect(),
            grid: Grid::Bare,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Rows,
    Columns,
}

/// Round numbers between two, at most about as many as wanted.
fn round(from: f64, to: f64, wanted: f64) -> Vec<Tick> {
    let (least, most) = (from.min(to), from.max(to));
    let rough = (most - least) / wanted;
    let mut exponent = rough.log10().floor() as i32;
    let power = 10.0_f64.powi(exponent);
    let digit = match rough / power {
        x if x <= 1.0 => 1,
        x if x <= 2.0 => 2,
        x if x <= 5.0 => 5,
        _ => {
            exponent += 1;
            1
        }
    };
    let step = f64::from(digit) * 10.0_f64.powi(exponent);
    let decimals = usize::try_from(-exponent).unwrap_or(0);
    // A tick at an end is one, whatever rounding says.
    let slack = 1e-9 * (most - least);
    let first = ((least - slack) / step).ceil();
    (0..64)
        .map(|i| (first + f64::from(i)) * step)
        .take_while(|&at| at <= most + slack)
        .map(|at| Tick {
            at,
            label: text::fixed(at, decimals),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|t| t.label.as_str()).collect()
    }

    #[test]
    fn ticks_are_round() {
        let axis = |from, to| Axis::linear(String::new(), from, to, 350.0);
        assert_eq!(
            labels(&axis(-1.1, 1.1)),
            ["−1.0", "−0.5", "0.0", "0.5", "1.0"]
        );
        assert_eq!(labels(&axis(0.0, 0.3)), ["0.0", "0.1", "0.2", "0.3"]);
        assert_eq!(labels(&axis(0.0, 90.0)), ["0", "20", "40", "60", "80"]);
        assert_eq!(labels(&axis(4.0, 0.0)), ["0", "1", "2", "3", "4"]);
        let log = |from, to| Axis::log(String::new(), from, to, 360.0);
        assert_eq!(labels(&log(12.0, 300.0)), ["16", "32", "64", "128", "256"]);
        assert_eq!(
            labels(&log(12.0, 9000.0)),
            ["16", "64", "256", "1024", "4096"]
        );
        assert_eq!(labels(&log(1.0, 1e12))[..3], ["1", "1000", "1 × 10⁶"]);
    }

    #[test]
    fn shares_stay_within() {
        assert_eq!(Scale::Linear(2.0, 0.0).share(0.5), 0.75);
        assert_eq!(Scale::Linear(0.0, 1.0).share(9.0), 1.0);
        assert!((Scale::Log(1.0, 100.0).share(10.0) - 0.5).abs() < 1e-15);
    }
}
