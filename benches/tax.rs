//! Tax rates of one direction and of a thousand, and exact attribution.

mod common;

use alignment_tax::{Attribution, Direction, Real, Subspace, TaxRate};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

fn rates<T: Real>(c: &mut Criterion, scalar: &str) {
    common::each_shape(c, format!("tax/{scalar}"), |group, (d, k), size| {
        let random = &mut common::rng(4);
        let capabilities: Subspace<T> = common::subspace(d, k, random);
        let one: Direction<T> = common::direction(d, random);
        let many = common::gaussian::<T>(d, 1000, random);
        group.throughput(Throughput::Elements((d * k) as u64));
        group.bench_function(BenchmarkId::new("1 direction", size), |b| {
            b.iter(|| TaxRate::between(&one, &capabilities));
        });
        group.throughput(Throughput::Elements((1000 * d * k) as u64));
        group.bench_function(BenchmarkId::new("1000 columns", size), |b| {
            b.iter(|| TaxRate::of_columns(&many, &capabilities));
        });
        // The product that rates of columns contain, without blocks.
        if common::suits_a_slow_rival((d, k)) {
            group.bench_function(BenchmarkId::new("nalgebra product", size), |b| {
                b.iter(|| capabilities.basis().transpose() * &many);
            });
        }
    });
}

fn shapley<T: Real>(c: &mut Criterion, scalar: &str) {
    let mut group = c.benchmark_group(format!("attribution/{scalar}"));
    for p in [8, 12, 16] {
        let random = &mut common::rng(5);
        let safety: Direction<T> = common::direction(768, random);
        let list: Vec<Direction<T>> = (0..p).map(|_| common::direction(768, random)).collect();
        // Coalitions.
        group.throughput(Throughput::Elements(1 << p));
        group.bench_with_input(BenchmarkId::new("exact", p), &list, |b, list| {
            b.iter(|| Attribution::exact(&safety, list));
        });
    }
    group.finish();
}

fn tax(c: &mut Criterion) {
    rates::<f32>(c, "f32");
    rates::<f64>(c, "f64");
}

fn attribution(c: &mut Criterion) {
    shapley::<f32>(c, "f32");
    shapley::<f64>(c, "f64");
}

criterion_group! {
    name = benches;
    config = common::settings();
    targets = tax, attribution
}
criterion_main!(benches);
