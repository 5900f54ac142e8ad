//! What the integration tests share: reading the oracle's files, and seeded random
//! matrices.

#![allow(dead_code, reason = "each test crate uses a part of it")]

use alignment_tax::{Direction, Real, Subspace};
use nalgebra::DMatrix;
use proptest::test_runner::{Config as ProptestConfig, RngSeed};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use serde_json::Value;

/// The cases of one file of `tests/oracle`.
pub fn cases(file: &str) -> Vec<Value> {
    let path = format!("{}/tests/oracle/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("the oracle's file is committed");
    let value: Value = serde_json::from_str(&text).expect("the oracle writes JSON");
    value["cases"].as_array().expect("a list of cases").clone()
}

/// A field that holds a number, or a number of forty digits as a string.
pub fn number(value: &Value) -> f64 {
    match value {
        Value::String(digits) => digits.parse().expect("digits"),
        other => other.as_f64().expect("a number"),
    }
}

/// A field that holds a list of either.
pub fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .expect("a list")
        .iter()
        .map(number)
        .collect()
}

/// A field that holds a count.
pub fn count(value: &Value) -> usize {
    usize::try_from(value.as_u64().expect("a count")).expect("a small count")
}

/// A column-major matrix, exact in the scalar that the case names.
pub fn matrix<T: Real>(value: &Value, rows: usize, columns: usize) -> DMatrix<T> {
    let entries = numbers(value).into_iter().map(T::from_double);
    DMatrix::from_iterator(rows, columns, entries)
}

pub fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// A standard normal number, by Box and Muller.
pub fn normal(rng: &mut ChaCha8Rng) -> f64 {
    let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
    radius * (std::f64::consts::TAU * rng.random::<f64>()).cos()
}

pub fn gaussian<T: Real>(rows: usize, columns: usize, rng: &mut ChaCha8Rng) -> DMatrix<T> {
    DMatrix::from_fn(rows, columns, |_, _| T::from_double(normal(rng)))
}

pub fn direction<T: Real>(d: usize, rng: &mut ChaCha8Rng) -> Direction<T> {
    Direction::from_slice(gaussian::<T>(d, 1, rng).as_slice()).expect("not zero")
}

pub fn subspace<T: Real>(d: usize, m: usize, rng: &mut ChaCha8Rng) -> Subspace<T> {
    Subspace::from_columns(&gaussian::<T>(d, m, rng)).expect("a span")
}

/// A random orthogonal matrix. Gaussian columns are numerically dependent once in many
/// thousand times in single precision; those are drawn again.
pub fn rotation<T: Real>(d: usize, rng: &mut ChaCha8Rng) -> DMatrix<T> {
    loop {
        let all = subspace::<T>(d, d, rng);
        if all.dimension() == d {
            return all.basis().clone();
        }
    }
}

/// The same cases on every run unless PROPTEST_RNG_SEED says otherwise, so that a red
/// test is a change and not a draw; PROPTEST_CASES for more of them.
pub fn properties(cases: u32) -> ProptestConfig {
    let mut config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    if std::env::var_os("PROPTEST_RNG_SEED").is_none() {
        config.rng_seed = RngSeed::Fixed(2026);
    }
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = cases;
    }
    config
}
