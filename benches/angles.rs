//! Principal angles from raw columns, from bases that are ready, and with their
//! vectors.

#[path = "../tests/common/mod.rs"]
mod common;

use std::time::Duration;

use alignment_tax::{PrincipalAngles, PrincipalVectors, Real, Subspace};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

const SHAPES: [(usize, usize); 6] = [
    (768, 1),
    (768, 8),
    (768, 64),
    (4096, 1),
    (4096, 8),
    (4096, 64),
];

fn between<T: Real>(c: &mut Criterion, scalar: &str) {
    let mut group = c.benchmark_group(format!("angles/{scalar}"));
    for (d, k) in SHAPES {
        let random = &mut common::rng(3);
        let columns = (
            common::gaussian::<T>(d, k, random),
            common::gaussian::<T>(d, k, random),
        );
        let spans = (
            Subspace::from_columns(&columns.0).expect("a span"),
            Subspace::from_columns(&columns.1).expect("a span"),
        );
        let size = format!("{d}x{k}");
        group.throughput(Throughput::Elements((d * k) as u64));
        group.bench_with_input(
            BenchmarkId::new("from columns", &size),
            &columns,
            |b, (x, y)| {
                b.iter(|| {
                    let x = Subspace::from_columns(x)?;
                    let y = Subspace::from_columns(y)?;
                    PrincipalAngles::between(&x, &y)
                });
            },
        );
        group.bench_with_input(
            BenchmarkId::new("from subspaces", &size),
            &spans,
            |b, (x, y)| {
                b.iter(|| PrincipalAngles::between(x, y));
            },
        );
        group.bench_with_input(
            BenchmarkId::new("with vectors", &size),
            &spans,
            |b, (x, y)| {
                b.iter(|| PrincipalVectors::between(x, y));
            },
        );
    }
    group.finish();
}

fn angles(c: &mut Criterion) {
    between::<f32>(c, "f32");
    between::<f64>(c, "f64");
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(400));
    targets = angles
}
criterion_main!(benches);
