//! Throughput of the accumulators, in rows a second, against what bounds them: the product
//! of the batch with itself, and one pass over it.

mod common;

use alignment_tax::{CoordinateMoments, Moments};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
#[cfg(feature = "faer")]
use nalgebra::DMatrix;

/// Rows of a batch and its dimension: SmolLM2-135M's, and one of a model of 7 billion parameters.
const BATCHES: [(usize, usize); 2] = [(2048, 576), (1024, 4096)];

fn update(c: &mut Criterion) {
    #[cfg(feature = "faer")]
    faer::set_global_parallelism(faer::Par::Seq);
    let mut group = c.benchmark_group("moments");
    for (rows, d) in BATCHES {
        let batch = common::gaussian::<f32>(rows, d, &mut common::rng(1));
        group.throughput(Throughput::Elements(rows as u64));
        group.bench_with_input(
            BenchmarkId::new("Moments::update", d),
            &batch,
            |b, batch| {
                let mut moments = Moments::new(d).expect("fits in memory");
                b.iter(|| moments.update(batch).expect("finite"));
            },
        );
        group.bench_with_input(
            BenchmarkId::new("CoordinateMoments::update", d),
            &batch,
            |b, batch| {
                let mut moments = CoordinateMoments::new(d).expect("fits in memory");
                b.iter(|| moments.update(batch).expect("finite"));
            },
        );
        // The work of a scatter that is not centred, not symmetric and not added to anything.
        #[cfg(feature = "faer")]
        group.bench_with_input(
            BenchmarkId::new("faer XᵀX in f64", d),
            &batch,
            |b, batch| {
                let wide: DMatrix<f64> = batch.map(f64::from);
                let view = faer::MatRef::from_column_major_slice(wide.as_slice(), rows, d);
                b.iter(|| view.transpose() * view);
            },
        );
        group.bench_with_input(
            BenchmarkId::new("column sums in f32", d),
            &batch,
            |b, batch| {
                b.iter(|| batch.row_sum());
            },
        );
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = common::settings();
    targets = update
}
criterion_main!(benches);
