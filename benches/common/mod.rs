//! What the benchmarks share: the shapes, the settings, and seeded random input.

#![allow(dead_code, unused_imports, reason = "each benchmark uses a part of it")]

#[path = "../../tests/common/mod.rs"]
mod random;

use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput};

pub use random::{direction, gaussian, rng, subspace};

/// Rows and columns of the matrices: a small model, one of 7 billion parameters, a large one.
const DIMENSIONS: [usize; 3] = [768, 4096, 16384];
const COUNTS: [usize; 4] = [1, 8, 64, 256];

/// Entries times columns up to which an algorithm without blocks is raced: beyond it one call
/// takes seconds.
const SLOW: usize = 4096 * 64 * 64;

/// Whether a rival without blocks is raced at this shape.
pub fn suits_a_slow_rival((d, k): (usize, usize)) -> bool {
    d * k * k <= SLOW
}

pub fn settings() -> Criterion {
    Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(400))
}

/// The group of this name, with `bench` run on each shape and its name. The throughput
/// is in entries of one matrix, unless `bench` sets another.
pub fn each_shape(
    c: &mut Criterion,
    name: String,
    mut bench: impl FnMut(&mut BenchmarkGroup<WallTime>, (usize, usize), &str),
) {
    let mut group = c.benchmark_group(name);
    for d in DIMENSIONS {
        for k in COUNTS {
            group.throughput(Throughput::Elements((d * k) as u64));
            bench(&mut group, (d, k), &format!("{d}x{k}"));
        }
    }
    group.finish();
}
