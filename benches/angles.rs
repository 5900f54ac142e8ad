//! Principal angles from raw columns, from bases that are ready, and with their
//! vectors, beside what one would write with nalgebra or faer: QR, a product, an SVD.

mod common;

use alignment_tax::{PrincipalAngles, PrincipalVectors, Real, Subspace};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use nalgebra::DMatrix;
use std::hint::black_box;

/// Cosines as one would compute them, blind to small angles.
trait Rival: Real {
    #[cfg(feature = "faer")]
    fn faer(a: &DMatrix<Self>, b: &DMatrix<Self>);

    fn nalgebra(a: &DMatrix<Self>, b: &DMatrix<Self>) {
        let (qa, qb) = (a.clone().qr().q(), b.clone().qr().q());
        black_box((qa.transpose() * qb).singular_values());
    }
}

macro_rules! rival {
    ($scalar:ty) => {
        impl Rival for $scalar {
            #[cfg(feature = "faer")]
            fn faer(a: &DMatrix<Self>, b: &DMatrix<Self>) {
                let [qa, qb] = [a, b].map(|x| {
                    faer::MatRef::from_column_major_slice(x.as_slice(), x.nrows(), x.ncols())
                        .qr()
                        .compute_thin_Q()
                });
                black_box((qa.transpose() * qb).singular_values().expect("an SVD"));
            }
        }
    };
}

rival!(f32);
rival!(f64);

fn between<T: Rival>(c: &mut Criterion, scalar: &str) {
    #[cfg(feature = "faer")]
    faer::set_global_parallelism(faer::Par::Seq);
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
                b.iter(|| PrincipalAngles::from_columns(x, y));
            },
        );
        #[cfg(feature = "faer")]
        group.bench_with_input(
            BenchmarkId::new("faer by hand", size),
            &columns,
            |b, (x, y)| {
                b.iter(|| T::faer(x, y));
            },
        );
        if common::suits_a_slow_rival((d, k)) {
            group.bench_with_input(
                BenchmarkId::new("nalgebra by hand", size),
                &columns,
                |b, (x, y)| {
                    b.iter(|| T::nalgebra(x, y));
                },
            );
        }
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
