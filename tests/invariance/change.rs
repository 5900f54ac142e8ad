//! The properties: all readings at once, under one kind of change each.

use alignment_tax::Real;
use proptest::prelude::*;

use crate::common::{properties, rng};
use crate::data::{Data, MOVE, Shape};
use crate::reading::{Change, Kind, Reader, Reading};
use crate::{chance, frontier, geometry, goals, measure, samples, scaling, tax};

/// Every reading of the crate but those of fits.
pub fn readings<T: Real>(data: &Data) -> Vec<Reading> {
    let mut r = Reader::new();
    geometry::read::<T>(data, &mut r);
    samples::read::<T>(data, &mut r);
    tax::read::<T>(data, &mut r);
    frontier::read::<T>(data, &mut r);
    goals::read::<T>(data, &mut r);
    chance::read::<T>(data, &mut r);
    scaling::read::<T>(data, &mut r);
    measure::read::<T>(data, &mut r);
    r.readings
}

pub fn fits(data: &Data) -> Vec<Reading> {
    let mut r = Reader::new();
    scaling::fits(data, &mut r);
    r.readings
}

/// Moves from which a condition is estimated.
const DRAWS: usize = 8;

/// From the root mean square of so many moves to what one of a hundred thousand roundings does: the quantile of
/// Student's law on eight degrees of freedom that is exceeded, on either side, once in a million.
const DOUBT: f64 = 13.0;

/// The data, what is read of them, and how far each moves for a relative change of the data.
pub struct Case {
    pub data: Data,
    pub conditions: Vec<f64>,
}

impl Case {
    pub fn new(seed: u64, shape: Shape, read: fn(&Data) -> Vec<Reading>) -> Self {
        let data = Data::new(seed, shape);
        let readings = read(&data);
        let mut squares = vec![0.0_f64; readings.len()];
        let rng = &mut rng(seed ^ 1);
        for _ in 0..DRAWS {
            let moved = read(&data.moved(rng));
            assert_eq!(
                moved.len(),
                readings.len(),
                "a step of {MOVE:e} changed what there is"
            );
            for ((square, before), after) in squares.iter_mut().zip(&readings).zip(&moved) {
                assert_eq!(before.name, after.name);
                // Of another length: another verdict, which no bound holds to.
                if after.value.shape() == before.value.shape() && !after.value.is_empty() {
                    *square += ((&after.value - &before.value).amax() / MOVE).powi(2);
                }
            }
        }
        let condition = |sum: &f64| DOUBT * (sum / DRAWS as f64).sqrt();
        let conditions = squares.iter().map(condition).collect();
        Self { data, conditions }
    }

    /// Holds every reading to the change: how many were not exempt, or which laws are broken.
    pub fn check(
        &self,
        change: &Change,
        before: &[Reading],
        after: &[Reading],
    ) -> Result<usize, String> {
        let named = |of: &[Reading], x: &Reading| of.iter().any(|y| y.name == x.name);
        if before.len() != after.len() {
            let missing = before.iter().filter(|x| !named(after, x));
            let missing: Vec<_> = missing.map(|x| &x.name).collect();
            return Err(format!("{}: {missing:?} went missing", change.name));
        }
        let mut held = 0;
        let mut broken = Vec::new();
        for ((before, after), &condition) in before.iter().zip(after).zip(&self.conditions) {
            assert_eq!(before.name, after.name);
            match change.check(before, after, condition) {
                Ok(applies) => held += usize::from(applies),
                Err(message) => broken.push(message),
            }
        }
        if broken.is_empty() {
            return Ok(held);
        }
        Err(broken.join("\n"))
    }
}

/// Units of activations, of budget and shifts, of metrics: to hold the digits, and not to.
fn in_units<T: Real>(data: &Data, far: f64) -> Vec<(Change, Data)> {
    let k = data.objectives.len();
    let slopes = |from: &[f64]| (0..k).map(|i| from[i % from.len()]).collect::<Vec<_>>();
    let two = |e: i32| 2_f64.powi(e);
    vec![
        data.in_unit::<T>(two(24)),
        data.in_unit::<T>(two(-31)),
        data.in_unit::<T>(3.7),
        data.in_unit::<T>(far),
        data.in_unit::<T>(1.0 / far),
        data.in_metrics::<T>(&slopes(&[two(9), two(-11), 1.0])),
        data.in_metrics::<T>(&slopes(&[0.3, 37.0, 5.0])),
        data.in_metrics::<T>(&slopes(&[far, 1.0, 1.0 / far])),
        data.in_lengths::<T>(two(10), two(-12), two(8)),
        data.in_lengths::<T>(3.7, 0.3, 1.9),
        data.in_lengths::<T>(far.powf(0.3), 1.0 / far, far.powf(0.2)),
    ]
}

fn in_orders<T: Real>(data: &Data, seed: u64) -> Vec<(Change, Data)> {
    let rng = &mut rng(seed ^ 2);
    vec![
        data.rotated::<T>(rng),
        data.with_coordinates(rng),
        data.with_rows(rng),
        data.with_capabilities(rng),
        data.with_objectives(rng),
        data.with_signs(true),
        data.with_signs(false),
        data.with_bases::<T>(false, rng),
        data.with_bases::<T>(true, rng),
        data.with_hypotheses(rng),
    ]
}

fn all_hold(
    seed: u64,
    shape: Shape,
    [measure, read]: [fn(&Data) -> Vec<Reading>; 2],
    changes: Vec<(Change, Data)>,
) {
    let case = Case::new(seed, shape, measure);
    let before = read(&case.data);
    let broken: Vec<_> = changes
        .iter()
        .filter_map(|(change, data)| case.check(change, &before, &read(data)).err())
        .collect();
    let broken = broken.join("\n");
    assert!(broken.is_empty(), "{shape:?}, seed {seed}:\n{broken}");
}

fn shapes() -> impl Strategy<Value = Shape> {
    let sizes = (8_usize..20, 10_usize..16, 2_usize..5, 3_usize..6);
    sizes.prop_map(|(d, n, p, k)| Shape { d, n, p, k })
}

const DOUBLE: fn(&Data) -> Vec<Reading> = readings::<f64>;
const SINGLE: fn(&Data) -> Vec<Reading> = readings::<f32>;

proptest! {
    #![proptest_config(properties(4))]

    #[test]
    fn units_in_f64(seed: u64, shape in shapes()) {
        let changes = in_units::<f64>(&Data::new(seed, shape), 1e100);
        all_hold(seed, shape, [DOUBLE, DOUBLE], changes);
    }

    #[test]
    fn units_in_f32(seed: u64, shape in shapes()) {
        let changes = in_units::<f32>(&Data::new(seed, shape), 1e15);
        all_hold(seed, shape, [DOUBLE, SINGLE], changes);
    }

    #[test]
    fn rotations_and_orders_in_f64(seed: u64, shape in shapes()) {
        let changes = in_orders::<f64>(&Data::new(seed, shape), seed);
        all_hold(seed, shape, [DOUBLE, DOUBLE], changes);
    }

    #[test]
    fn rotations_and_orders_in_f32(seed: u64, shape in shapes()) {
        let changes = in_orders::<f32>(&Data::new(seed, shape), seed);
        all_hold(seed, shape, [DOUBLE, SINGLE], changes);
    }

    #[test]
    fn widths_and_their_order(seed: u64, shape in shapes()) {
        let data = Data::new(seed, shape);
        let changes = vec![
            data.with_wider(4),
            data.with_wider(3),
            data.with_widths(&mut rng(seed ^ 2)),
        ];
        all_hold(seed, shape, [fits, fits], changes);
    }

    #[test]
    fn f32_agrees_with_f64(seed: u64, shape in shapes()) {
        let case = Case::new(seed, shape, DOUBLE);
        let change = Change::none(Kind::Precision, "f32");
        let (double, single) = (DOUBLE(&case.data), SINGLE(&case.data));
        case.check(&change, &double, &single).map_err(TestCaseError::fail)?;
    }
}
