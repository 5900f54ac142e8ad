//! Which capabilities to freeze: all subsets of 20, where none resolves (nothing is cut off) and where
//! some do, from vectors and from inner products; greedily of 60; and the joint gain of goals.

mod common;

use alignment_tax::{Budget, FreezeSearch, JointGain, Objectives, SearchMethod};
use criterion::{Criterion, criterion_group, criterion_main};
use nalgebra::DMatrix;
use std::hint::black_box;

/// Two goals with overlap −pull/(1 + pull) or so, and p capabilities that share a part with them.
fn objectives(d: usize, p: usize, pull: f64, seed: u64) -> (Objectives<f64>, Vec<String>) {
    let random = &mut common::rng(seed);
    let mut all = common::gaussian::<f64>(d, p + 2, random);
    let axis = all.column(0) * pull;
    let goal = all.column(1) - axis;
    all.set_column(1, &goal);
    for j in 2..p + 2 {
        let mixed = all.column(j) + all.column(0) * 0.4 - all.column(1) * 0.3;
        all.set_column(j, &mixed);
    }
    let names: Vec<String> = (0..p + 2).map(|i| format!("f{i}")).collect();
    let borrowed: Vec<&str> = names.iter().map(String::as_str).collect();
    let built = Objectives::from_gradients(&borrowed, &all).expect("columns");
    (built, names)
}

fn search(c: &mut Criterion) {
    let mut group = c.benchmark_group("conflict");
    for (name, d, p, pull, method) in [
        (
            "exact 20, none resolves, d = 4096",
            4096,
            20,
            5.0,
            SearchMethod::Exact,
        ),
        (
            "exact 20, some resolve, d = 4096",
            4096,
            20,
            0.1,
            SearchMethod::Exact,
        ),
        ("greedy 20, d = 4096", 4096, 20, 0.1, SearchMethod::Greedy),
        ("greedy 60, d = 4096", 4096, 60, 1.0, SearchMethod::Greedy),
    ] {
        let (all, names) = objectives(d, p, pull, 7);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let search = FreezeSearch::new(&all, &names[..2], &names[2..]).expect("a search");
        let plan = search.run_by(method).expect("a plan");
        println!(
            "{name}: {} on the Pareto set, resolved: {}",
            plan.pareto().len(),
            plan.best().is_some()
        );
        group.bench_function(name, |b| b.iter(|| black_box(&search).run_by(method)));
    }
    let (all, names) = objectives(64, 20, 5.0, 7);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let inner: DMatrix<f64> = all.gram().clone();
    let all = Objectives::from_gram(&names, &inner).expect("a Gram matrix");
    let search = FreezeSearch::new(&all, &names[..2], &names[2..]).expect("a search");
    group.bench_function("exact 20, none resolves, from inner products", |b| {
        b.iter(|| black_box(&search).run());
    });
    group.bench_function("joint gain of 8, 14 frozen", |b| {
        b.iter(|| JointGain::new(black_box(&all), &names[..8], &names[8..], Budget::unit()));
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = common::settings();
    targets = search
}
criterion_main!(benches);
