//! Ten thousand replicates of each null and of the bootstrap at N = 512 samples in d = 4096 dimensions. The
//! floor of one is the product with the Gram matrix, 2N² flops a replicate: 5.2 Gflop.

mod common;

use alignment_tax::{
    CovarianceNull, IsotropicNull, MonteCarlo, Relabelling, Samples, SignFlips, TaxBootstrap,
};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

const REPLICATES: usize = 10_000;
const SAMPLES: usize = 512;
const DIMENSION: usize = 4096;

fn nulls(c: &mut Criterion) {
    let random = &mut common::rng(6);
    let samples = common::gaussian::<f64>(SAMPLES, DIMENSION, random);
    let capabilities = common::subspace::<f64>(DIMENSION, 8, random);
    let safety = common::direction::<f64>(DIMENSION, random);
    let run = MonteCarlo::new(REPLICATES).expect("enough");
    let mut group = c.benchmark_group("chance");
    group.bench_function("Gram matrix", |b| {
        b.iter(|| CovarianceNull::from_groups(&[black_box(&samples).as_view()]));
    });
    group.throughput(Throughput::Elements(REPLICATES as u64));
    let null = CovarianceNull::from_groups(&[samples.as_view()]).expect("samples");
    group.bench_function("random safety, m = 8", |b| {
        b.iter(|| null.random_safety(&capabilities, &run, &mut common::rng(1)));
    });
    group.bench_function("random capabilities, p = 8", |b| {
        b.iter(|| null.random_capabilities(&safety, 8, &run, &mut common::rng(1)));
    });
    let around = Samples::new(&samples.map(|x| x + 1.0)).expect("samples");
    group.bench_function("bootstrap of a rate, m = 8", |b| {
        b.iter(|| TaxBootstrap::new(&around, &capabilities, &run, &mut common::rng(1)));
    });
    let zero = &samples * 0.0;
    let pairs = SignFlips::new(&samples, &zero).expect("pairs");
    group.bench_function("sign flips, rate", |b| {
        b.iter(|| pairs.tax(&capabilities, &run, &mut common::rng(1)));
    });
    let deal = Relabelling::new(samples.rows(0, 256), samples.rows(256, 256)).expect("groups");
    group.bench_function("relabelling, rate", |b| {
        b.iter(|| deal.tax(&capabilities, &run, &mut common::rng(1)));
    });
    group.finish();
}

fn beta(c: &mut Criterion) {
    let null = IsotropicNull::new(4096, 8).expect("dimensions");
    let mut group = c.benchmark_group("chance/isotropic");
    group.bench_function("p-value", |b| b.iter(|| null.p_entangled(black_box(0.004))));
    group.bench_function("quantile", |b| b.iter(|| null.quantile(black_box(0.95))));
    group.finish();
}

criterion_group! {
    name = benches;
    config = common::settings();
    targets = nulls, beta
}
criterion_main!(benches);
