//! The thin SVD against its rivals, and the orthonormal basis built on it.

#[path = "../tests/common/mod.rs"]
mod common;

use std::time::Duration;

use alignment_tax::linalg::ThinSvd;
use alignment_tax::{Real, Subspace};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
#[cfg(feature = "faer")]
use nalgebra::DMatrix;

const SHAPES: [(usize, usize); 6] = [
    (768, 1),
    (768, 8),
    (768, 64),
    (4096, 1),
    (4096, 8),
    (4096, 64),
];

/// What a rival's SVD is to be raced on.
trait Rival: Real {
    #[cfg(feature = "faer")]
    fn faer(a: &DMatrix<Self>);
}

macro_rules! rival {
    ($scalar:ty) => {
        impl Rival for $scalar {
            #[cfg(feature = "faer")]
            fn faer(a: &DMatrix<Self>) {
                let view =
                    faer::MatRef::from_column_major_slice(a.as_slice(), a.nrows(), a.ncols());
                std::hint::black_box(view.thin_svd().expect("an SVD"));
            }
        }
    };
}

rival!(f32);
rival!(f64);

fn race<T: Rival>(c: &mut Criterion, scalar: &str) {
    #[cfg(feature = "faer")]
    faer::set_global_parallelism(faer::Par::Seq);
    let mut group = c.benchmark_group(format!("svd/{scalar}"));
    for (d, k) in SHAPES {
        let a = common::gaussian::<T>(d, k, &mut common::rng(1));
        let size = format!("{d}x{k}");
        group.throughput(Throughput::Elements((d * k) as u64));
        group.bench_with_input(BenchmarkId::new("ThinSvd::new", &size), &a, |b, a| {
            b.iter(|| ThinSvd::new(a));
        });
        group.bench_with_input(BenchmarkId::new("ThinSvd::jacobi", &size), &a, |b, a| {
            b.iter(|| ThinSvd::jacobi(a));
        });
        group.bench_with_input(BenchmarkId::new("nalgebra", &size), &a, |b, a| {
            b.iter(|| a.clone().svd(true, true));
        });
        #[cfg(feature = "faer")]
        group.bench_with_input(BenchmarkId::new("faer", &size), &a, |b, a| {
            b.iter(|| T::faer(a));
        });
    }
    group.finish();
}

fn orthonormalise<T: Real>(c: &mut Criterion, scalar: &str) {
    let mut group = c.benchmark_group(format!("orthonormalise/{scalar}"));
    for (d, k) in SHAPES {
        let a = common::gaussian::<T>(d, k, &mut common::rng(2));
        let size = format!("{d}x{k}");
        group.throughput(Throughput::Elements((d * k) as u64));
        group.bench_with_input(
            BenchmarkId::new("Subspace::from_columns", &size),
            &a,
            |b, a| {
                b.iter(|| Subspace::from_columns(a));
            },
        );
        group.bench_with_input(BenchmarkId::new("nalgebra QR", &size), &a, |b, a| {
            b.iter(|| a.clone().qr().q());
        });
        // One copy of the input: no basis is cheaper.
        group.bench_with_input(BenchmarkId::new("copy", &size), &a, |b, a| {
            b.iter(|| a.clone());
        });
    }
    group.finish();
}

fn svd(c: &mut Criterion) {
    race::<f32>(c, "f32");
    race::<f64>(c, "f64");
}

fn basis(c: &mut Criterion) {
    orthonormalise::<f32>(c, "f32");
    orthonormalise::<f64>(c, "f64");
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(400));
    targets = svd, basis
}
criterion_main!(benches);
