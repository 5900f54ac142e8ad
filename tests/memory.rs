//! The peak memory of the main calls, beside what docs/performance.md states of it.
//!
//! `cargo test --test memory -- --nocapture` prints the table. What other threads hold is not counted, so
//! not with the feature `rayon`.
#![cfg(not(feature = "rayon"))]

mod common;

use std::hint::black_box;

use alignment_tax::{
    Attribution, Concept, CovarianceNull, Direction, Evidence, Measurement, MeasurementOptions,
    Moments, MonteCarlo, PrincipalAngles, Real, Relabelling, Samples, Subspace, TaxBootstrap,
    TaxEstimate, TaxRate,
};
use common::{direction, gaussian, rng, subspace};

/// Bytes at most that a call holds beyond its arguments, its result included, on one thread.
fn peak(call: &dyn Fn()) -> f64 {
    allocation_counter::measure(call).bytes_max as f64
}

/// One call: what it is, what is stated, what was found.
struct Row {
    call: &'static str,
    shape: String,
    stated: f64,
    found: f64,
}

fn rows<T: Real>(d: usize, k: usize, n: usize) -> Vec<Row> {
    let random = &mut rng(7);
    let size = size_of::<T>() as f64;
    let (a, b) = (gaussian::<T>(d, k, random), gaussian::<T>(d, k, random));
    let (p, q): (Subspace<T>, Subspace<T>) = (subspace(d, k, random), subspace(d, k, random));
    let v: Direction<T> = direction(d, random);
    let directions: Vec<Direction<T>> = (0..6).map(|_| direction(d, random)).collect();
    let x = gaussian::<T>(n, d, random).map(|x| x + T::from_double(1.0));
    let y = gaussian::<T>(n, d, random);
    let run = MonteCarlo::new(999).expect("enough");
    let samples = Samples::new(&x).expect("samples");
    let shape = format!("{d} × {k}, N = {n}, {}", std::any::type_name::<T>());
    let mut found = Vec::new();
    let mut add = |call, stated: f64, work: &dyn Fn()| {
        let (shape, found_now) = (shape.clone(), peak(work));
        found.push(Row {
            call,
            shape,
            // Short vectors, and what the counting itself needs.
            stated: stated + 1024.0,
            found: found_now,
        });
    };
    let (d, k, n) = (d as f64, k as f64, n as f64);
    let replicates = 3.0 * 999.0;

    add(
        "Subspace::from_columns",
        size * (2.0 * d * k + 5.0 * k * k),
        &|| {
            black_box(Subspace::from_columns(&a).expect("a span"));
        },
    );
    let panel = if 2.0 * k > 64.0 { 1024.0 * k } else { 0.0 };
    add(
        "PrincipalAngles::from_columns",
        size * (panel + 10.0 * k * k),
        &|| {
            black_box(PrincipalAngles::from_columns(&a, &b).expect("angles"));
        },
    );
    let near_panel = 262_144.0_f64.max(size * 1024.0 * k).min(size * 2.0 * d * k);
    add(
        "PrincipalAngles::from_columns, all near",
        near_panel + size * (16.0 * k * k + d * k),
        &|| {
            black_box(PrincipalAngles::from_columns(&a, &a).expect("angles"));
        },
    );
    add("PrincipalAngles::between", size * 6.0 * k * k, &|| {
        black_box(PrincipalAngles::between(&p, &q).expect("angles"));
    });
    add(
        "PrincipalAngles::between, all near",
        size * (d * k + 12.0 * k * k),
        &|| {
            black_box(PrincipalAngles::between(&p, &p).expect("angles"));
        },
    );
    add("TaxRate::between", size * 2.0 * k, &|| {
        black_box(TaxRate::between(&v, &p).expect("a rate"));
    });
    add(
        "Attribution::exact, p = 6",
        size * (3.0 * 6.0 * d + 200.0),
        &|| {
            black_box(Attribution::exact(&v, &directions).expect("shares"));
        },
    );
    add("Samples::new", 8.0 * n * d, &|| {
        black_box(Samples::new(&x).expect("samples"));
    });
    add("Moments::update", 8.0 * (d * d + n * d + 3.0 * d), &|| {
        let mut moments = Moments::new(x.ncols()).expect("fits");
        moments.update(&x).expect("finite");
        black_box(moments);
    });
    let both = 2.0 * n;
    add(
        "TaxEstimate::new, p = 1",
        8.0 * (both * d + 2.0 * both * both + 12.0 * both),
        &|| {
            let known = [Evidence::Sampled(&samples)];
            let _ = black_box(TaxEstimate::new(Evidence::Sampled(&samples), &known));
        },
    );
    let chunk = 64.0 * (3.5 * n + k);
    let bootstrap = d * k + n * n + n * k + chunk + replicates;
    add("TaxBootstrap::new, R = 999", 8.0 * bootstrap, &|| {
        let _ = black_box(TaxBootstrap::new(&samples, &p, &run, &mut rng(1)));
    });
    let resampled = |m: f64| 8.0 * (2.0 * m * d + m * m + 2.0 * d * k + 5.0 * k * k);
    add("CovarianceNull, R = 999", resampled(n), &|| {
        let null = CovarianceNull::from_groups(&[x.as_view()]).expect("samples");
        black_box(null.random_safety(&p, &run, &mut rng(1)).expect("a null"));
    });
    add("Relabelling, R = 999", resampled(both), &|| {
        let deal = Relabelling::new(&x, &y).expect("classes");
        black_box(deal.tax(&p, &run, &mut rng(1)).expect("a test"));
    });
    let all = 4.0 * n;
    add(
        "Measurement::new, p = 1, R = 999",
        8.0 * (5.0 * all * d + 3.0 * all * all + 60.0 * all),
        &|| {
            let options = MeasurementOptions::default()
                .with_replicates(999)
                .expect("enough");
            let safety = Concept::unpaired("safety", &x, &y);
            let capability = Concept::unpaired("capability", &y, &x);
            let _ = black_box(Measurement::new("", &safety, &[capability], &options));
        },
    );
    found
}

#[test]
fn peaks_are_what_is_stated() {
    let mut all = Vec::new();
    for (d, k, n) in [
        (512, 8, 64),
        (2048, 8, 64),
        (512, 64, 64),
        (512, 8, 256),
        (2048, 64, 256),
    ] {
        all.extend(rows::<f64>(d, k, n));
    }
    all.extend(rows::<f32>(2048, 64, 256));
    println!("| call | d × k, N | peak, KiB | of what is stated |");
    println!("|---|---|---|---|");
    for row in &all {
        let (kibibytes, share) = (row.found / 1024.0, row.found / row.stated);
        println!(
            "| {} | {} | {kibibytes:.1} | {share:.2} |",
            row.call, row.shape
        );
    }
    for row in &all {
        let share = row.found / row.stated;
        // A statement that is far from the truth is of no use either.
        let small = row.found < 8192.0;
        assert!(
            share <= 1.0 && (small || share > 0.25),
            "{} at {}: {} of {}",
            row.call,
            row.shape,
            row.found,
            row.stated
        );
    }
}
