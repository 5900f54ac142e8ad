//! Diagnostics: shares of coordinates and collinearity, against plain formulas and as
//! properties.

use crate::common::{direction, gaussian, properties, rng, rotation};
use alignment_tax::{Collinearity, CoordinateShares, Direction, Moment, Real, tolerance};
use nalgebra::DMatrix;
use proptest::prelude::*;

/// Sums of squares in their plain order, of samples whose mean is removed first.
fn plain(samples: &DMatrix<f64>, moment: Moment) -> (Vec<f64>, f64) {
    let mean = samples.row_mean();
    let x = DMatrix::from_fn(samples.nrows(), samples.ncols(), |i, j| match moment {
        Moment::Centred => samples[(i, j)] - mean[j],
        _ => samples[(i, j)],
    });
    let second = x.transpose() * &x;
    let trace = second.trace();
    let shares = second.diagonal().iter().map(|s| s / trace).collect();
    (shares, trace * trace / second.norm_squared())
}

proptest! {
    #![proptest_config(properties(64))]

    #[test]
    fn shares_are_those_of_the_dense_matrix(n in 2_usize..20, d in 1_usize..20, exponent in -300_i32..300, seed: u64) {
        let mut rng = rng(seed);
        let mut samples = gaussian::<f64>(n, d, &mut rng);
        samples.column_mut(d / 2).scale_mut(30.0);
        // Scatter and products over n rows and d coordinates.
        let bound = tolerance::covariance::<f64>(n, d);
        for moment in [Moment::Centred, Moment::Raw] {
            let (shares, participation) = plain(&samples, moment);
            let ours = CoordinateShares::new(&(&samples * 2.0_f64.powi(exponent)), moment).expect("shares");
            for (ours, truth) in ours.shares().iter().zip(&shares) {
                prop_assert!((ours - truth).abs() <= bound, "{} {}", ours, truth);
            }
            prop_assert!((ours.participation_ratio() / participation - 1.0).abs() <= bound);
            prop_assert!(ours.participation_ratio() >= 1.0 - bound);
            prop_assert!(ours.participation_ratio() <= n.min(d) as f64 * (1.0 + bound));
            prop_assert!((ours.shares().iter().sum::<f64>() - 1.0).abs() <= bound);
            prop_assert!((ours.top_share(d).expect("all") - 1.0).abs() <= bound);
            // More coordinates hold more.
            for k in 1..d {
                prop_assert!(ours.top_share(k).expect("some") <= ours.top_share(k + 1).expect("more") + bound);
            }
            prop_assert_eq!((ours.moment(), ours.samples()), (moment, n));
        }
    }

    /// Coordinates that are planted far above the rest are found, largest first, and only they.
    #[test]
    fn planted_massive_coordinates_are_found(n in 8_usize..30, d in 12_usize..60, seed: u64) {
        let mut rng = rng(seed);
        let mut samples = gaussian::<f32>(n, d, &mut rng).map(|x| x.signum() + 0.1 * x.clamp(-3.0, 3.0));
        let (first, second) = (seed as usize % d, (seed as usize + 5) % d);
        samples.column_mut(first).scale_mut(1000.0);
        samples.column_mut(second).scale_mut(100.0);
        let shares = CoordinateShares::new(&samples, Moment::Raw).expect("shares");
        prop_assert_eq!(shares.massive(1000.0).expect("a threshold"), [first, second]);
        prop_assert_eq!(shares.massive(1e5).expect("a threshold"), [first]);
        prop_assert_eq!(shares.massive(1e9).expect("a threshold"), Vec::<usize>::new());
    }

    /// The threshold is in units of the median, of both parities.
    #[test]
    fn massive_coordinates_exceed_the_median_by_the_threshold(d in 1_usize..12, threshold in 1.0..8.0_f64, seed: u64) {
        let samples = gaussian::<f64>(1, d, &mut rng(seed));
        let squares: Vec<f64> = samples.iter().map(|x| x * x).collect();
        let mut sorted = squares.clone();
        sorted.sort_by(f64::total_cmp);
        let median = if d % 2 == 1 { sorted[d / 2] } else { 0.5 * (sorted[d / 2 - 1] + sorted[d / 2]) };
        let shares = CoordinateShares::new(&samples, Moment::Raw).expect("shares");
        let massive = shares.massive(threshold).expect("a threshold");
        for (j, square) in squares.iter().enumerate() {
            prop_assert_eq!(massive.contains(&j), *square > threshold * median, "{} of {:?}", j, &squares);
        }
    }

    /// The participation ratio belongs to the samples and not to their coordinates.
    #[test]
    fn participation_does_not_depend_on_the_basis(n in 2_usize..12, d in 2_usize..12, seed: u64) {
        let mut rng = rng(seed);
        let samples = gaussian::<f64>(n, d, &mut rng);
        let turned = &samples * rotation::<f64>(d, &mut rng);
        for moment in [Moment::Centred, Moment::Raw] {
            let [here, there] = [&samples, &turned].map(|x| {
                CoordinateShares::new(x, moment).expect("shares").participation_ratio()
            });
            prop_assert!((here / there - 1.0).abs() <= tolerance::covariance::<f64>(n, d) * 2.0);
        }
    }

    /// Variance inflation is the diagonal of the inverse of the correlation matrix.
    #[test]
    fn inflation_is_the_diagonal_of_the_inverse(p in 1_usize..8, extra in 0_usize..12, seed: u64) {
        inflation_by_the_inverse::<f64>(p, p + extra, seed);
        inflation_by_the_inverse::<f32>(p, p + extra, seed);
    }

    /// A combination of some directions is dependent on them, they on it, and nobody else.
    #[test]
    fn planted_combinations_are_found(p in 3_usize..7, seed: u64) {
        combination_is_found::<f64>(p, 16, seed);
        combination_is_found::<f32>(p, 16, seed);
    }
}

fn inflation_by_the_inverse<T: Real>(p: usize, d: usize, seed: u64) {
    let mut rng = rng(seed);
    let directions: Vec<Direction<T>> = (0..p).map(|_| direction(d, &mut rng)).collect();
    let report = Collinearity::new(&directions).expect("a report");
    let gram = report.correlation();
    let kappa = report.condition_number();
    // The inverse of the Gram matrix has the square of the condition, in f64. Nearly
    // singular draws say nothing about the formula.
    if kappa > 1e3 {
        return;
    }
    let inverse = gram.clone().cholesky().expect("independent").inverse();
    let bound = tolerance::eigenvalue::<T>(d).to_double() * kappa * kappa;
    for (i, &factor) in report.variance_inflation().iter().enumerate() {
        assert!(factor >= 1.0 - bound);
        assert!(
            (factor / inverse[(i, i)] - 1.0).abs() <= bound,
            "{factor} {}",
            inverse[(i, i)]
        );
    }
    assert!(report.dependent().is_empty());
    assert_eq!(report.rank(), p);
    let largest = (0..p)
        .flat_map(|i| (0..i).map(move |j| (j, i)))
        .fold(0.0_f64, |m, (j, i)| m.max(gram[(j, i)].abs()));
    match report.worst_pair() {
        None => assert_eq!(p, 1),
        Some((i, j, correlation)) => {
            assert!(i < j);
            assert_eq!(correlation.abs(), largest);
            let overlap = directions[i].overlap(&directions[j]).expect("one space");
            assert!((correlation - overlap.to_double()).abs() <= bound);
        }
    }
}

fn combination_is_found<T: Real>(p: usize, d: usize, seed: u64) {
    let mut rng = rng(seed);
    let mut directions: Vec<Direction<T>> = (0..p).map(|_| direction(d, &mut rng)).collect();
    let sum = directions[0].as_vector() - directions[2].as_vector();
    directions.insert(1, Direction::new(&sum).expect("not equal"));
    let report = Collinearity::new(&directions).expect("a report");
    assert_eq!(report.dependent(), [0, 1, 3]);
    assert_eq!(report.rank(), p);
    assert_eq!(report.condition_number(), f64::INFINITY);
    for (i, factor) in report.variance_inflation().iter().enumerate() {
        assert_eq!(
            factor.is_infinite(),
            [0, 1, 3].contains(&i),
            "{i}: {factor}"
        );
        assert!(*factor >= 1.0);
    }
}

/// Two directions at an angle φ: κ = cot(φ/2), inflation 1/sin²φ.
#[test]
fn two_directions_at_a_planted_angle() {
    for phi in [1.5_f64, 0.3, 1e-3, 1e-6, 1e-10] {
        let a = Direction::from_slice(&[1.0, 0.0, 0.0]).expect("an axis");
        let b = Direction::from_slice(&[phi.cos(), 0.0, phi.sin()]).expect("unit");
        let report = Collinearity::new(&[a, b]).expect("a report");
        let kappa = 1.0 / (phi / 2.0).tan();
        let bound = tolerance::angle::<f64>(2) * kappa;
        assert!((report.condition_number() / kappa - 1.0).abs() <= bound);
        for factor in report.variance_inflation() {
            assert!(
                (factor * phi.sin().powi(2) - 1.0).abs() <= bound,
                "{phi}: {factor:e}"
            );
        }
    }
}

/// More directions than dimensions: all of them dependent.
#[test]
fn too_many_directions_are_all_dependent() {
    let mut rng = rng(8);
    let directions: Vec<Direction<f64>> = (0..5).map(|_| direction(3, &mut rng)).collect();
    let report = Collinearity::new(&directions).expect("a report");
    assert_eq!(report.dependent(), [0, 1, 2, 3, 4]);
    assert_eq!(report.rank(), 3);
    assert!(
        report
            .variance_inflation()
            .iter()
            .all(|x| *x == f64::INFINITY)
    );
}
