//! What the benchmarks share: the shapes, the settings, and seeded random input.

#![allow(dead_code, unused_imports, reason = "each benchmark uses a part of it")]

#[path = "../../tests/common/mod.rs"]
mod random;

use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput};

pub use random::{direction, gaussian, rng, subspace};

/// Rows and columns of the matrices.
pub const SHAPES: [(usize, usize); 6] = [
    (768, 1),
    (768, 8),
    (768, 64),
    (4096, 1),
    (4096, 8),
    (4096, 64),
];

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
    for (d, k) in SHAPES {
        group.throughput(Throughput::Elements((d * k) as u64));
        bench(&mut group, (d, k), &format!("{d}x{k}"));
    }
    group.finish();
}
