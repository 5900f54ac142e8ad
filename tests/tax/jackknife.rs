//! What is estimated from samples, computed once more from its definitions: U-statistics by loops, the jackknife
//! by leaving rows out, the noise of noise by means that leave two rows out.

use alignment_tax::{AuditEstimate, Direction, Error, Evidence, Samples, TaxEstimate, tolerance};
use nalgebra::{DMatrix, DVector, Matrix3, Vector3};
use rand::rngs::ChaCha8Rng;

use crate::common::{gaussian, normal, rng};

fn noisy(mean: &[f64], deviation: f64, n: usize, rng: &mut ChaCha8Rng) -> DMatrix<f64> {
    DMatrix::from_fn(n, mean.len(), |_, j| mean[j] + deviation * normal(rng))
}

fn samples(rows: &DMatrix<f64>) -> Samples {
    Samples::new(rows).expect("samples")
}

/// The sum of the rows but those named, over their number.
fn mean_without(rows: &DMatrix<f64>, left_out: &[usize]) -> DVector<f64> {
    let kept: Vec<usize> = (0..rows.nrows())
        .filter(|i| !left_out.contains(i))
        .collect();
    rows.select_rows(&kept).row_mean().transpose()
}

/// The mean product of two different rows.
fn squared(rows: &DMatrix<f64>) -> f64 {
    let n = rows.nrows();
    let products = (0..n).flat_map(|r| (0..n).map(move |s| (r, s)));
    let products = products.filter(|(r, s)| r != s);
    let sum: f64 = products.map(|(r, s)| rows.row(r).dot(&rows.row(s))).sum();
    sum / (n * (n - 1)) as f64
}

/// ½ tr(Σ²)·4/(n(n − 1)), each product centred by means that neither of its rows enters.
fn degenerate_squared(rows: &DMatrix<f64>) -> f64 {
    let n = rows.nrows();
    let mut sum = 0.0;
    for r in 0..n {
        for s in (0..n).filter(|&s| s != r) {
            let mean = mean_without(rows, &[r, s]);
            let (x, y) = (rows.row(r).transpose(), rows.row(s).transpose());
            sum += y.dot(&(&x - &mean)) * x.dot(&(&y - &mean));
        }
    }
    2.0 * sum / ((n * (n - 1)) as f64).powi(2)
}

/// tr(Σ₁Σ₂)/(n₁n₂).
fn degenerate_between(left: &DMatrix<f64>, right: &DMatrix<f64>) -> f64 {
    let mut sum = 0.0;
    for r in 0..left.nrows() {
        for s in 0..right.nrows() {
            let (x, y) = (left.row(r).transpose(), right.row(s).transpose());
            let of_x = y.dot(&(&x - mean_without(left, &[r])));
            let of_y = x.dot(&(&y - mean_without(right, &[s])));
            sum += of_x * of_y;
        }
    }
    sum / ((left.nrows() * right.nrows()) as f64).powi(2)
}

/// A = ⟨μ, ν⟩, s = ‖μ‖² and γ = ‖ν‖².
fn products(left: &DMatrix<f64>, right: &DMatrix<f64>) -> Vector3<f64> {
    let between = left.row_mean().dot(&right.row_mean());
    Vector3::new(between, squared(left), squared(right))
}

/// D + max(J − 2D, 0): each part once, that of order 1/n never below zero.
fn once(jackknife: f64, degenerate: f64) -> f64 {
    degenerate.max(0.0) + (jackknife - 2.0 * degenerate.max(0.0)).max(0.0)
}

/// The three products of independent samples, the jackknife's covariance of them and its degenerate part.
struct Explicit {
    products: Vector3<f64>,
    jackknife: Matrix3<f64>,
    degenerate: Matrix3<f64>,
}

impl Explicit {
    fn of(left: &DMatrix<f64>, right: &DMatrix<f64>) -> Self {
        let mut jackknife = Matrix3::zeros();
        let (n, m) = (left.nrows(), right.nrows());
        let groups: [Vec<Vector3<f64>>; 2] = [
            (0..n)
                .map(|i| products(&left.clone().remove_row(i), right))
                .collect(),
            (0..m)
                .map(|i| products(left, &right.clone().remove_row(i)))
                .collect(),
        ];
        for group in groups {
            let count = group.len() as f64;
            let mean = group.iter().sum::<Vector3<f64>>() / count;
            for x in group {
                jackknife += (x - mean) * (x - mean).transpose() * ((count - 1.0) / count);
            }
        }
        Self {
            products: products(left, right),
            jackknife,
            degenerate: Matrix3::from_diagonal(&Vector3::new(
                degenerate_between(left, right),
                degenerate_squared(left),
                degenerate_squared(right),
            )),
        }
    }

    fn variance(&self, x: Vector3<f64>) -> f64 {
        once(x.dot(&(self.jackknife * x)), x.dot(&(self.degenerate * x)))
    }

    fn covariance(&self, x: Vector3<f64>, y: Vector3<f64>) -> f64 {
        x.dot(&((self.jackknife - self.degenerate) * y))
    }

    /// A/√(s γ), the root and the ratio each without the bias of second order, and its standard error.
    fn overlap(&self) -> (f64, f64) {
        let [a, s, gamma] = self.products.into();
        let imbalance = self.variance(Vector3::new(0.0, s.recip(), -gamma.recip()));
        let root = (s * gamma).sqrt() * (1.0 + imbalance / 8.0);
        // What moves A, and what moves √(s γ).
        let above = Vector3::new(1.0, 0.0, 0.0);
        let below = Vector3::new(0.0, (gamma / s).sqrt(), (s / gamma).sqrt()) * 0.5;
        let relative = self.variance(below) / (root * root);
        let value = a / root * (1.0 - relative) + self.covariance(above, below) / (root * root);
        let within = value.clamp(-1.0, 1.0);
        (value, self.variance(above - below * within).sqrt() / root)
    }

    /// A²/(s γ): the bias of noise in A − βγ, β = A/γ, and of second order in the ratio.
    fn rate(&self) -> f64 {
        let [a, s, gamma] = self.products.into();
        let beta = a / gamma;
        let error = Vector3::new(1.0, 0.0, -beta);
        let above = Vector3::new(2.0 * beta, 0.0, -beta * beta);
        let below = Vector3::new(0.0, 1.0, 0.0);
        let numerator = a * beta - self.covariance(error, error) / gamma;
        numerator / s * (1.0 - self.variance(below) / (s * s))
            + self.covariance(above, below) / (s * s)
    }
}

/// Rounding of sums over pairs of rows, as often as the definitions here take them.
fn close(n: usize) -> f64 {
    10.0 * tolerance::mean_difference::<f64>(n * n)
}

#[test]
fn rates_and_overlaps_are_those_of_their_definitions() {
    let mut rng = rng(81);
    let close = close(12);
    for (deviation, lengths) in [(0.3, [1.0, 1.0]), (0.5, [1.0, 0.8]), (0.7, [2.0, 1e3])] {
        for sign in [1.0, -1.0] {
            let safety = noisy(&[2.0, 1.5, 1.0, 0.0], deviation, 9, &mut rng) * lengths[0];
            let code = noisy(&[2.0 * sign, -0.5, 1.5, 1.0], deviation, 12, &mut rng) * lengths[1];
            let explicit = Explicit::of(&safety, &code);
            let (safety, code) = (samples(&safety), samples(&code));
            let tax = TaxEstimate::new(Evidence::Sampled(&safety), &[Evidence::Sampled(&code)]);
            let tax = tax.expect("resolved");
            let (value, error) = explicit.overlap();
            let overlap = &tax.overlaps()[0];
            assert!((overlap.value() - value).abs() <= close, "{value}");
            assert!((overlap.standard_error() - error).abs() <= close, "{error}");
            assert!((tax.value() - explicit.rate()).abs() <= close, "{tax:?}");
        }
    }
}

/// A squared length in standard errors.
fn in_errors(rows: &DMatrix<f64>) -> f64 {
    let n = rows.nrows();
    let left_out: Vec<f64> = (0..n)
        .map(|i| squared(&rows.clone().remove_row(i)))
        .collect();
    let mean = left_out.iter().sum::<f64>() / n as f64;
    let squares: f64 = left_out.iter().map(|x| (x - mean).powi(2)).sum();
    let jackknife = squares * (n - 1) as f64 / n as f64;
    squared(rows) / once(jackknife, degenerate_squared(rows)).sqrt()
}

/// How far short of resolved a mean is.
#[test]
fn a_mean_is_resolved_by_its_length_in_standard_errors() {
    let mut rng = rng(82);
    let axis = Direction::from_slice(&[1.0, 0.0, 0.0]).expect("an axis");
    let mut refused = 0;
    for length in [0.0, 0.4, 0.8, 1.2, 1.6] {
        for n in [8, 11] {
            let rows = noisy(&[length, 0.5 * length, 0.0], 1.0, n, &mut rng);
            let expected = in_errors(&rows);
            match TaxEstimate::new(
                Evidence::Sampled(&samples(&rows)),
                &[Evidence::Known(&axis)],
            ) {
                Err(Error::Undersampled { ratio, .. }) => {
                    assert!((ratio - expected).abs() <= close(n), "{ratio} {expected}");
                    refused += 1;
                }
                other => assert!(expected >= 3.0, "{other:?}"),
            }
        }
    }
    assert!(refused >= 4);
}

/// Two capabilities with means in one direction: what they differ by is a mean of its own, row by row where rows
/// belong together, and its length in standard errors is what the refusal states.
#[test]
fn what_capabilities_differ_by_is_resolved_like_a_mean() {
    let (n, mut rng) = (14, rng(83));
    for (sign, stretch) in [(1.0, 1.0), (-1.0, 3.0), (1.0, 0.25)] {
        let one = noisy(&[3.0, 1.0, 0.0], 0.4, n, &mut rng);
        let other = noisy(&[3.0 * sign, sign, 0.0], 0.6, n, &mut rng) * stretch;
        let safety = noisy(&[1.0, 2.0, 2.0], 0.3, n, &mut rng);
        let units: Vec<usize> = (0..n).collect();
        let [safety, first, second] =
            [&safety, &one, &other].map(|rows| samples(rows).with_units(&units).expect("labels"));
        let found = TaxEstimate::new(
            Evidence::Sampled(&safety),
            &[Evidence::Sampled(&first), Evidence::Sampled(&second)],
        );
        let Err(Error::Collinear { ratio, .. }) = found else {
            panic!("one direction: {found:?}");
        };
        // The smaller eigenvalue of correlations of two has the axis (1, ∓1)/√2.
        let between = (&one / squared(&one).sqrt()) - (&other / squared(&other).sqrt()) * sign;
        let expected = in_errors(&(between / 2_f64.sqrt()));
        assert!(
            (ratio - expected).abs() <= close(n) * 10.0,
            "{ratio} {expected}"
        );
    }
}

/// Pairs are held in units of their entries and then of their differences; an audit in those that they came in.
#[test]
fn a_shift_from_pairs_has_the_length_of_their_differences() {
    let mut rng = rng(84);
    let differences = noisy(&[2.0, 1.0, 0.0], 0.3, 10, &mut rng).map(|x| (x * 1024.0).round());
    let minus = gaussian::<f64>(10, 3, &mut rng).map(|x| (x * 1e6).round());
    let plus = &minus + &differences;
    let v = Direction::from_slice(&[0.6, 0.8, 0.0]).expect("a direction");
    let axis = alignment_tax::Subspace::from_columns(&DVector::from_vec(vec![0.0, 0.6, 0.8]));
    let axis = axis.expect("a line");
    let of = |samples: Samples| AuditEstimate::new(&samples, &v, &axis).expect("resolved");
    for unit in [1.0, 2_f64.powi(-30), 2_f64.powi(30)] {
        let pairs = Samples::paired(&(&plus * unit), &(&minus * unit)).expect("pairs");
        let (pairs, whole) = (of(pairs), of(samples(&(&differences * unit))));
        assert_eq!(pairs.safety(), whole.safety());
        assert_eq!(pairs.plug_in(), whole.plug_in());
    }
}

/// Without noise an overlap that is off by the rounding of its products is not refuted, whatever the lengths; one
/// that is off by more is.
#[test]
fn exact_samples_refute_what_is_more_than_rounding() {
    for length in [1.0, 1.4, 1.9, 2.6] {
        let safety = samples(&DMatrix::from_fn(6, 2, |_, j| [length, 0.0][j]));
        let code = samples(&DMatrix::from_fn(6, 2, |_, j| {
            [0.6 * length, 0.8 * length][j]
        }));
        let tax = TaxEstimate::new(Evidence::Sampled(&safety), &[Evidence::Sampled(&code)]);
        let overlap = tax.expect("resolved").overlaps()[0].clone();
        let rounding = tolerance::closed_form::<f64>();
        for side in [-1.0, 1.0] {
            let p = |off: f64| {
                overlap
                    .p_value(0.6 + side * off * rounding)
                    .expect("a cosine")
            };
            assert!(p(0.5) >= 1.0, "{length}");
            assert!(p(2.0) < 0.01, "{length}");
        }
    }
}

/// Directions that differ by less than the rounding of inner products allows to be told are one capability.
#[test]
fn known_directions_next_to_each_other_are_one() {
    let p = 8;
    // Of four and four at an angle t the correlations have an eigenvalue of 2t².
    let t = (0.25 * tolerance::eigenvalue::<f64>(p)).sqrt();
    let capabilities: Vec<Direction<f64>> = (0..p)
        .map(|i| Direction::from_slice(&[1.0, if i < p / 2 { t } else { 0.0 }]).expect("unit"))
        .collect();
    let capabilities: Vec<Evidence<'_>> = capabilities.iter().map(Evidence::Known).collect();
    let v = Direction::from_slice(&[0.6, 0.8]).expect("unit");
    let tax = TaxEstimate::new(Evidence::Known(&v), &capabilities).expect("exact");
    assert!((tax.value() - 0.36).abs() <= 2.0 * t, "{}", tax.value());
}
