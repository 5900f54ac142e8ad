//! The thin SVD against its rivals, and the orthonormal basis built on it.

mod common;

use alignment_tax::linalg::ThinSvd;
use alignment_tax::{Real, Subspace};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
#[cfg(feature = "faer")]
use nalgebra::DMatrix;

/// What a rival's SVD is to be raced on.
trait Rival: Real {
    #[cfg(feature = "faer")]
    fn faer(a: &DMatrix<Self>);
    #[cfg(feature = "faer")]
    fn faer_basis(a: &DMatrix<Self>);
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

            #[cfg(feature = "faer")]
            fn faer_basis(a: &DMatrix<Self>) {
                let view =
                    faer::MatRef::from_column_major_slice(a.as_slice(), a.nrows(), a.ncols());
                std::hint::black_box(view.qr().compute_thin_Q());
            }
        }
    };
}

rival!(f32);
rival!(f64);

fn race<T: Rival>(c: &mut Criterion, scalar: &str) {
    #[cfg(feature = "faer")]
    faer::set_global_parallelism(faer::Par::Seq);
    common::each_shape(c, format!("svd/{scalar}"), |group, (d, k), size| {
        let a = common::gaussian::<T>(d, k, &mut common::rng(1));
        group.bench_with_input(BenchmarkId::new("ThinSvd::new", size), &a, |b, a| {
            b.iter(|| ThinSvd::new(a));
        });
        if common::suits_a_slow_rival((d, k)) {
            group.bench_with_input(BenchmarkId::new("ThinSvd::jacobi", size), &a, |b, a| {
                b.iter(|| ThinSvd::jacobi(a));
            });
            group.bench_with_input(BenchmarkId::new("nalgebra", size), &a, |b, a| {
                b.iter(|| a.clone().svd(true, true));
            });
        }
        #[cfg(feature = "faer")]
        group.bench_with_input(BenchmarkId::new("faer", size), &a, |b, a| {
            b.iter(|| T::faer(a));
        });
    });
}

fn orthonormalise<T: Rival>(c: &mut Criterion, scalar: &str) {
    common::each_shape(
        c,
        format!("orthonormalise/{scalar}"),
        |group, (d, k), size| {
            let a = common::gaussian::<T>(d, k, &mut common::rng(2));
            group.bench_with_input(
                BenchmarkId::new("Subspace::from_columns", size),
                &a,
                |b, a| {
                    b.iter(|| Subspace::from_columns(a));
                },
            );
            if common::suits_a_slow_rival((d, k)) {
                group.bench_with_input(BenchmarkId::new("nalgebra QR", size), &a, |b, a| {
                    b.iter(|| a.clone().qr().q());
                });
            }
            #[cfg(feature = "faer")]
            group.bench_with_input(BenchmarkId::new("faer QR", size), &a, |b, a| {
                b.iter(|| T::faer_basis(a));
            });
            // One copy of the input: no basis is cheaper.
            group.bench_with_input(BenchmarkId::new("copy", size), &a, |b, a| {
                b.iter(|| a.clone());
            });
        },
    );
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
    config = common::settings();
    targets = svd, basis
}
criterion_main!(benches);
