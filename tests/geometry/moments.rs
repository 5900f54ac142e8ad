//! Mergeable moments against exact integer arithmetic: samples are integers times a power
//! of two, so that count, mean and scatter are rational numbers that i128 holds.

use crate::common::{gaussian, normal, properties, rng, subspace};
use alignment_tax::{
    Contrast, ContrastMoments, CoordinateMoments, CrossMoments, Moments, Real, Subspace, tolerance,
};
use nalgebra::DMatrix;
use proptest::prelude::*;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;

/// Exact sums over samples of integers, in units of `unit`.
struct Exact {
    unit: f64,
    count: i128,
    sums: Vec<i128>,
    /// d × d, row after row.
    products: Vec<i128>,
    largest: i128,
}

impl Exact {
    fn new(dimension: usize, unit: f64) -> Self {
        Self {
            unit,
            count: 0,
            sums: vec![0; dimension],
            products: vec![0; dimension * dimension],
            largest: 0,
        }
    }

    fn add(&mut self, rows: &[Vec<i64>]) {
        let d = self.sums.len();
        for row in rows {
            self.count += 1;
            for i in 0..d {
                self.sums[i] += i128::from(row[i]);
                self.largest = self.largest.max(i128::from(row[i]).abs());
                for j in 0..d {
                    self.products[i * d + j] += i128::from(row[i]) * i128::from(row[j]);
                }
            }
        }
    }

    fn mean(&self, i: usize) -> f64 {
        self.unit * (self.sums[i] as f64 / self.count as f64)
    }

    /// Σxᵢxⱼ − ΣxᵢΣxⱼ/n, the difference taken before it is rounded.
    fn scatter(&self, i: usize, j: usize) -> f64 {
        let d = self.sums.len();
        let numerator = self.count * self.products[i * d + j] - self.sums[i] * self.sums[j];
        numerator as f64 / self.count as f64 * (self.unit * self.unit)
    }

    fn largest(&self) -> f64 {
        self.largest as f64 * self.unit
    }

    fn mean_bound(&self) -> f64 {
        tolerance::mean_difference::<f64>(self.count as usize) * self.largest()
    }

    fn scatter_bound(&self, merges: usize, i: usize, j: usize) -> f64 {
        // The root of each: their product may vanish.
        let size = self.scatter(i, i).sqrt() * self.scatter(j, j).sqrt();
        tolerance::scatter::<f64>(merges) * size
    }

    #[track_caller]
    fn assert_moments(&self, moments: &Moments, merges: usize) {
        assert_eq!(moments.count() as i128, self.count);
        let (mean, scatter) = (moments.mean().expect("samples"), moments.scatter());
        for i in 0..self.sums.len() {
            let off = (mean[i] - self.mean(i)).abs();
            assert!(off <= self.mean_bound(), "mean {i}: {off:e}");
            for j in 0..self.sums.len() {
                let off = (scatter[(i, j)] - self.scatter(i, j)).abs();
                let bound = self.scatter_bound(merges, i, j);
                assert!(off <= bound, "scatter {i}, {j}: {off:e} > {bound:e}");
            }
        }
        assert_eq!(scatter, &scatter.transpose());
    }

    #[track_caller]
    fn assert_coordinates(&self, moments: &CoordinateMoments, merges: usize) {
        assert_eq!(moments.count() as i128, self.count);
        let (mean, squares) = (
            moments.mean().expect("samples"),
            moments.squared_deviations(),
        );
        for i in 0..self.sums.len() {
            assert!((mean[i] - self.mean(i)).abs() <= self.mean_bound());
            let off = (squares[i] - self.scatter(i, i)).abs();
            assert!(off <= self.scatter_bound(merges, i, i), "{off:e}");
        }
    }

    /// The first coordinate against all of them.
    #[track_caller]
    fn assert_cross(&self, moments: &CrossMoments, merges: usize) {
        assert_eq!(moments.count() as i128, self.count);
        let (left, right) = (moments.left_mean().unwrap(), moments.right_mean().unwrap());
        assert!((left[0] - self.mean(0)).abs() <= self.mean_bound());
        for j in 0..self.sums.len() {
            assert!((right[j] - self.mean(j)).abs() <= self.mean_bound());
            let off = (moments.scatter()[(0, j)] - self.scatter(0, j)).abs();
            assert!(off <= self.scatter_bound(merges, 0, j), "{off:e}");
        }
    }
}

fn matrix<T: Real>(rows: &[Vec<i64>], unit: f64) -> DMatrix<T> {
    DMatrix::from_fn(rows.len(), rows[0].len(), |i, j| {
        T::from_double(rows[i][j] as f64 * unit)
    })
}

/// All accumulators of the same samples.
#[derive(Clone, Debug, PartialEq)]
struct All {
    full: Moments,
    coordinates: CoordinateMoments,
    cross: CrossMoments,
}

impl All {
    fn new(d: usize) -> Self {
        Self {
            full: Moments::new(d).unwrap(),
            coordinates: CoordinateMoments::new(d).unwrap(),
            cross: CrossMoments::new(1, d).unwrap(),
        }
    }

    fn update<T: Real>(&mut self, batch: &DMatrix<T>) {
        self.full.update(batch).unwrap();
        self.coordinates.update(batch).unwrap();
        self.cross.update(batch.columns(0, 1), batch).unwrap();
    }

    fn merge(&mut self, other: &Self) {
        self.full.merge(&other.full).unwrap();
        self.coordinates.merge(&other.coordinates).unwrap();
        self.cross.merge(&other.cross).unwrap();
    }
}

// ── Precision ──────────────────────────────────────────────────────────────────

/// Samples around 10⁴ with a spread of 1/10, in single precision: multiples of 2⁻¹⁰.
fn offset_samples(n: usize, rng: &mut ChaCha8Rng) -> Vec<Vec<i64>> {
    let draw = |rng: &mut ChaCha8Rng| (102.4 * normal(rng)).round() as i64;
    (0..n)
        .map(|_| {
            let (a, b, c) = (draw(rng), draw(rng), draw(rng));
            [a, a + b, c - a].map(|x| 10_240_000 + x).to_vec()
        })
        .collect()
}

fn many_rows_with_a_large_offset(rows: usize) {
    let (unit, batch) = (2.0_f64.powi(-10), 5_003);
    let mut rng = rng(351);
    let (mut exact, mut all) = (Exact::new(3, unit), All::new(3));
    let (mut left, mut merges) = (rows, 0);
    while left > 0 {
        let samples = offset_samples(batch.min(left), &mut rng);
        let single = matrix::<f32>(&samples, unit);
        assert_eq!(
            single.map(f64::from),
            matrix::<f64>(&samples, unit),
            "f32 holds them"
        );
        exact.add(&samples);
        all.update(&single);
        left -= samples.len();
        merges += samples.len().div_ceil(512);
    }
    exact.assert_moments(&all.full, merges);
    exact.assert_coordinates(&all.coordinates, merges);
    exact.assert_cross(&all.cross, merges);
    let deviation = (exact.scatter(0, 0) / rows as f64).sqrt();
    assert!(
        (deviation - 0.1).abs() < 1e-3,
        "the spread is what was planted"
    );
}

#[test]
fn a_million_rows_with_a_large_offset() {
    many_rows_with_a_large_offset(1_000_000);
}

#[test]
#[ignore = "ten million rows take two seconds in a release build, a minute in others"]
fn ten_million_rows_with_a_large_offset() {
    many_rows_with_a_large_offset(10_000_000);
}

/// One row at a time: half a unit in the last place lost each time would make about a
/// hundred of them.
#[test]
fn the_error_of_the_mean_does_not_grow_with_the_number_of_batches() {
    let unit = 2.0_f64.powi(-10);
    let samples = offset_samples(100_000, &mut rng(352));
    let all = matrix::<f64>(&samples, unit);
    let (mut exact, mut moments) = (Exact::new(3, unit), CoordinateMoments::new(3).unwrap());
    exact.add(&samples);
    for i in 0..samples.len() {
        moments.update(all.rows(i, 1)).unwrap();
    }
    let mean = moments.mean().unwrap();
    for i in 0..3 {
        let off = (mean[i] - exact.mean(i)).abs() / exact.mean(i);
        assert!(
            off <= tolerance::closed_form::<f64>(),
            "{:}",
            off / f64::EPSILON
        );
    }
    exact.assert_coordinates(&moments, samples.len());
}

/// On both sides of the 512 rows to a block, and of what the kernels do at small sizes.
#[test]
fn every_length_of_batch_and_dimension() {
    let mut rng = rng(353);
    for d in [1, 2, 5, 17, 40] {
        for n in [1_usize, 2, 3, 8, 511, 512, 513, 1024, 1025, 1600] {
            let samples: Vec<Vec<i64>> = (0..n)
                .map(|_| (0..d).map(|_| rng.random_range(-50..900)).collect())
                .collect();
            let (mut exact, mut all) = (Exact::new(d, 0.125), All::new(d));
            exact.add(&samples);
            all.update(&matrix::<f32>(&samples, 0.125));
            let blocks = n.div_ceil(512);
            exact.assert_moments(&all.full, blocks);
            exact.assert_coordinates(&all.coordinates, blocks);
            exact.assert_cross(&all.cross, blocks);
        }
    }
}

/// The first row of a block, about which it is centred, is the worst of all: differences
/// from it have more digits than f64 holds, and those of the other coordinate suffer
/// nothing from that.
#[test]
fn a_first_row_far_from_all_others() {
    let mut rng = rng(361);
    let far = (1_i64 << 53) - 1;
    for first in [far, -far, 1 << 52] {
        for rest in [0, -far + 2000] {
            for n in [2_usize, 3, 511, 512] {
                let mut samples: Vec<Vec<i64>> = (0..n)
                    .map(|_| {
                        let mut draw = || rng.random_range(-1000..1000);
                        vec![rest + draw(), draw(), far - 1000 + draw()]
                    })
                    .collect();
                samples[0][0] = first;
                let (mut exact, mut all) = (Exact::new(3, 0.25), All::new(3));
                exact.add(&samples);
                all.update(&matrix::<f64>(&samples, 0.25));
                exact.assert_moments(&all.full, 1);
                exact.assert_coordinates(&all.coordinates, 1);
                exact.assert_cross(&all.cross, 1);
            }
        }
    }
}

/// Differences of nearly one size from the first row, above one and below: their mean is rounded in their own size.
#[test]
fn a_first_row_of_zeros_before_others_of_one_size() {
    let mut rng = rng(362);
    for unit in [0.125, 2.0_f64.powi(-13), 2.0_f64.powi(-40)] {
        let mut samples: Vec<Vec<i64>> = (0..511)
            .map(|_| (0..12).map(|_| rng.random_range(2080..2112)).collect())
            .collect();
        samples[0].fill(0);
        let (mut exact, mut all) = (Exact::new(12, unit), All::new(12));
        exact.add(&samples);
        all.update(&matrix::<f64>(&samples, unit));
        exact.assert_moments(&all.full, 1);
        exact.assert_coordinates(&all.coordinates, 1);
        exact.assert_cross(&all.cross, 1);
    }
}

/// Views with a stride, and rows that are all the same.
#[test]
fn views_and_constant_coordinates() {
    let samples = gaussian::<f64>(50, 4, &mut rng(354));
    let (mut of_view, mut of_copy) = (Moments::new(2).unwrap(), Moments::new(2).unwrap());
    let view = samples.view((10, 1), (30, 2));
    of_view.update(view).unwrap();
    of_copy.update(&view.into_owned()).unwrap();
    assert_eq!(of_view, of_copy);

    let mut same = Moments::new(2).unwrap();
    for n in [1, 3, 700] {
        same.update(&DMatrix::from_fn(n, 2, |_, j| [0.1, -1e9 / 3.0][j]))
            .unwrap();
    }
    assert_eq!(same.mean().unwrap().as_slice(), [0.1, -1e9 / 3.0]);
    assert_eq!(same.scatter(), &DMatrix::zeros(2, 2));
}

// ── Merging ────────────────────────────────────────────────────────────────────

/// Samples of n rows and d columns: about a mean that may be large beside the spread.
fn samples(bits: u32) -> impl Strategy<Value = Vec<Vec<i64>>> {
    (1_usize..60, 1_usize..6).prop_flat_map(move |(n, d)| {
        let offset = prop_oneof![Just(0), Just((1_i64 << bits) - 1000), -1000_i64..1000];
        let spread = prop_oneof![Just(0_i64), Just(1), Just(1000)];
        (offset, spread).prop_flat_map(move |(offset, spread)| {
            let entry = (-spread..=spread).prop_map(move |x| offset + x);
            prop::collection::vec(prop::collection::vec(entry, d), n)
        })
    })
}

/// Splits at random, updates shard by shard, and merges at random until one is left.
fn in_shards<T: Real>(batch: &DMatrix<T>, rng: &mut ChaCha8Rng) -> (All, usize) {
    let mut order: Vec<usize> = (0..batch.nrows()).collect();
    for i in (1..order.len()).rev() {
        order.swap(i, rng.random_range(0..=i));
    }
    // Some shards see nothing.
    let mut shards = vec![All::new(batch.ncols()); rng.random_range(1..8)];
    let (mut rest, mut merges) = (&order[..], 0);
    while !rest.is_empty() {
        let (rows, others) = rest.split_at(rng.random_range(1..=rest.len()));
        let shard = rng.random_range(0..shards.len());
        shards[shard].update(&batch.select_rows(rows));
        (rest, merges) = (others, merges + 1);
    }
    while shards.len() > 1 {
        let other = shards.swap_remove(rng.random_range(0..shards.len()));
        let into = rng.random_range(0..shards.len());
        let mut reverse = other.clone();
        reverse.merge(&shards[into]);
        shards[into].merge(&other);
        assert_eq!(shards[into], reverse, "the same bits in either order");
        merges += 1;
    }
    (shards.remove(0), merges)
}

fn shards_are_one_pass<T: Real>(samples: &[Vec<i64>], unit: f64, seed: u64) {
    let batch = matrix::<T>(samples, unit);
    let mut exact = Exact::new(samples[0].len(), unit);
    exact.add(samples);
    let (merged, merges) = in_shards(&batch, &mut rng(seed));
    exact.assert_moments(&merged.full, merges);
    exact.assert_coordinates(&merged.coordinates, merges);
    exact.assert_cross(&merged.cross, merges);
}

proptest! {
    #![proptest_config(properties(200))]

    #[test]
    fn shards_in_any_order_are_one_pass_f32(
        samples in samples(24), exponent in -100..80_i32, seed: u64,
    ) {
        shards_are_one_pass::<f32>(&samples, 2.0_f64.powi(exponent), seed);
    }

    #[test]
    fn shards_in_any_order_are_one_pass_f64(
        samples in samples(50), exponent in -400..390_i32, seed: u64,
    ) {
        shards_are_one_pass::<f64>(&samples, 2.0_f64.powi(exponent), seed);
    }
}

#[test]
fn merging_nothing_changes_nothing() {
    let mut all = All::new(3);
    all.update(&gaussian::<f64>(7, 3, &mut rng(355)));
    let before = all.clone();
    all.merge(&All::new(3));
    assert_eq!(all, before);
    let mut nothing = All::new(3);
    nothing.merge(&before);
    assert_eq!(nothing, before);
    let mut nothing = All::new(3);
    nothing.merge(&All::new(3));
    assert_eq!(nothing, All::new(3));
}

// ── What is formed from them ───────────────────────────────────────────────────

#[test]
fn covariance_is_its_definition() {
    let samples = gaussian::<f64>(30, 4, &mut rng(356));
    let mut all = All::new(4);
    all.update(&samples);
    let mean = samples.row_mean();
    let centred = DMatrix::from_fn(30, 4, |i, j| samples[(i, j)] - mean[j]);
    let covariance = centred.transpose() * &centred / 29.0;
    let bound = tolerance::scatter::<f64>(1) * covariance.amax();
    assert!((all.full.covariance().unwrap() - &covariance).amax() <= bound);
    assert!((all.coordinates.variances().unwrap() - covariance.diagonal()).amax() <= bound);
    assert!((all.cross.covariance().unwrap() - covariance.rows(0, 1)).amax() <= bound);
}

/// Σ over i ≠ j of ⟨xᵢ, xⱼ⟩/(n(n−1)), by the double sum.
fn u_statistic(x: &DMatrix<f64>) -> f64 {
    let n = x.nrows();
    let mut sum = 0.0;
    for i in 0..n {
        for j in (0..n).filter(|&j| j != i) {
            sum += x.row(i).dot(&x.row(j));
        }
    }
    sum / (n * (n - 1)) as f64
}

fn debiased_lengths_are_u_statistics<T: Real>() {
    let mut rng = rng(357);
    for (n, d, m) in [(2, 1, 1), (3, 5, 2), (40, 6, 3), (90, 9, 9)] {
        for offset in [0.0, 3.0, 1e4] {
            let samples = gaussian::<T>(n, d, &mut rng).add_scalar(T::from_double(offset));
            let wide = samples.map(Real::to_double);
            let mut moments = Moments::new(d).unwrap();
            moments.update(&samples).unwrap();
            let mut coordinates = CoordinateMoments::new(d).unwrap();
            coordinates.update(&samples).unwrap();
            let size = wide.norm_squared() / n as f64;
            // n² products besides, in the double sum.
            let bound = size
                * (tolerance::scatter::<f64>(1)
                    + tolerance::mean_difference::<f64>(n)
                    + tolerance::rank::<f64>(n * n, d));

            let length = moments.debiased_squared_length().unwrap();
            assert!((length - u_statistic(&wide)).abs() <= bound);
            let length = coordinates.debiased_squared_length().unwrap();
            assert!((length - u_statistic(&wide)).abs() <= bound);

            let c = subspace::<T>(d, m, &mut rng);
            let basis = c.basis().map(Real::to_double);
            let projected = moments.debiased_squared_projection(&c).unwrap();
            let expected = u_statistic(&(&wide * basis));
            assert!((projected - expected).abs() <= bound * m as f64);
        }
    }
    // {0} has nothing, the whole space everything.
    let mut moments = Moments::new(3).unwrap();
    moments.update(&gaussian::<T>(9, 3, &mut rng)).unwrap();
    let nothing = Subspace::<T>::trivial(3).unwrap();
    assert_eq!(moments.debiased_squared_projection(&nothing).unwrap(), 0.0);
    let everything = moments
        .debiased_squared_projection(&nothing.complement())
        .unwrap();
    let length = moments.debiased_squared_length().unwrap();
    let size = moments.mean().unwrap().norm_squared() + moments.scatter().trace() / 9.0;
    let bound = 3.0 * Real::to_double(tolerance::orthonormality::<T>(3)) * size;
    assert!((everything - length).abs() <= bound);
}

#[test]
fn debiased_lengths_are_u_statistics_f32() {
    debiased_lengths_are_u_statistics::<f32>();
}

#[test]
fn debiased_lengths_are_u_statistics_f64() {
    debiased_lengths_are_u_statistics::<f64>();
}

#[test]
fn a_contrast_of_moments_is_the_contrast_of_samples() {
    let mut rng = rng(358);
    let plus = gaussian::<f64>(700, 5, &mut rng).add_scalar(2.0);
    let minus = gaussian::<f64>(301, 5, &mut rng);
    let mut moments = ContrastMoments::new(5).unwrap();
    let mut other = ContrastMoments::new(5).unwrap();
    moments.update_plus(plus.rows(0, 100)).unwrap();
    other.update_plus(plus.rows(100, 600)).unwrap();
    moments.update_minus(minus.rows(0, 300)).unwrap();
    other.update_minus(minus.rows(300, 1)).unwrap();
    moments.merge(&other).unwrap();
    assert_eq!(moments.counts(), (700, 301));

    let direction = moments.mean_difference().unwrap();
    let expected = Contrast::new(&plus, &minus)
        .unwrap()
        .mean_difference()
        .unwrap();
    // Both are off by as much as a difference of means may be, and its length is near √d·2.
    let bound = 2.0 * tolerance::mean_difference::<f64>(700);
    assert!((direction.as_vector() - expected.as_vector()).norm() <= bound);

    let covariance = moments.pooled_covariance().unwrap();
    let (a, b) = (
        moments.plus().covariance().unwrap(),
        moments.minus().covariance().unwrap(),
    );
    let expected = (a * 699.0 + b * 300.0) / 999.0;
    assert!((&covariance - expected).amax() <= tolerance::closed_form::<f64>() * covariance.amax());
    assert_eq!(
        ContrastMoments::from_moments(moments.plus().clone(), moments.minus().clone()),
        Ok(moments)
    );
}

// ── Records ────────────────────────────────────────────────────────────────────

#[cfg(feature = "serde")]
mod records {
    use super::*;

    fn there_and_back<M>(moments: &M)
    where
        M: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
    {
        let text = serde_json::to_string(moments).unwrap();
        assert_eq!(&serde_json::from_str::<M>(&text).unwrap(), moments);
    }

    #[test]
    fn records_keep_every_bit() {
        let mut rng = rng(359);
        for (n, d) in [(0, 2), (1, 1), (1, 3), (2, 4), (600, 7), (5, 20)] {
            for size in [1e-170, 1e-120, 1.0 / 3.0, 1e120] {
                let mut all = All::new(d);
                let mut contrast = ContrastMoments::new(d).unwrap();
                for _ in 0..3 {
                    if n > 0 {
                        let mut batch = gaussian::<f64>(n, d, &mut rng).add_scalar(100.0);
                        batch *= size;
                        // Both ends of the range in one sample, and a constant.
                        batch.column_mut(0).iter_mut().for_each(|x| *x *= 1e-20);
                        if d > 2 {
                            batch.column_mut(1).fill(size);
                        }
                        all.update(&batch);
                        contrast.update_minus(&batch).unwrap();
                    }
                }
                there_and_back(&all.full);
                there_and_back(&all.coordinates);
                there_and_back(&all.cross);
                there_and_back(&contrast);
            }
        }
    }

    #[test]
    fn an_accumulator_goes_on_where_it_was_saved() {
        let mut rng = rng(360);
        let (first, second) = (
            gaussian::<f32>(40, 3, &mut rng),
            gaussian::<f32>(9, 3, &mut rng),
        );
        let mut moments = Moments::new(3).unwrap();
        moments.update(&first).unwrap();
        let text = serde_json::to_string(&moments).unwrap();
        let mut read: Moments = serde_json::from_str(&text).unwrap();
        moments.update(&second).unwrap();
        read.update(&second).unwrap();
        assert_eq!(read, moments);
    }
}
