//! Principal angles from raw columns, from bases that are ready, and with their
//! vectors.

mod common;

use alignment_tax::{PrincipalAngles, PrincipalVectors, Real, Subspace};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};

fn between<T: Real>(c: &mut Criterion, scalar: &str) {
    common::each_shape(c, format!("angles/{scalar}"), |group, (d, k), size| {
        let random = &mut common::rng(3);
        let columns = (
            common::gaussian::<T>(d, k, random),
            common::gaussian::<T>(d, k, random),
        );
        let spans = (
            Subspace::from_columns(&columns.0).expect("a span"),
            Subspace::from_columns(&columns.1).expect("a span"),
        );
        group.bench_with_input(
            BenchmarkId::new("from columns", size),
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
            BenchmarkId::new("from subspaces", size),
            &spans,
            |b, (x, y)| {
                b.iter(|| PrincipalAngles::between(x, y));
            },
        );
        group.bench_with_input(
            BenchmarkId::new("with vectors", size),
            &spans,
            |b, (x, y)| {
                b.iter(|| PrincipalVectors::between(x, y));
            },
        );
    });
}

fn angles(c: &mut Criterion) {
    between::<f32>(c, "f32");
    between::<f64>(c, "f64");
}

criterion_group! {
    name = benches;
    config = common::settings();
    targets = angles
}
criterion_main!(benches);
