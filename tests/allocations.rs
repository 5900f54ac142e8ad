//! Loops over replicates do not allocate: memory is set aside for a chunk of them, and how many
//! times grows with the number of chunks, far below one to a replicate.

mod common;

use alignment_tax::{
    CovarianceNull, MonteCarlo, Relabelling, Samples, SignFlips, Subspace, TaxBootstrap,
};
use common::{direction, gaussian, rng, subspace};

/// Allocations to a replicate, between a short and a long run on this thread.
fn to_a_replicate(work: impl Fn(&MonteCarlo<'_>)) -> f64 {
    let count = |replicates| {
        let run = MonteCarlo::new(replicates).expect("enough");
        allocation_counter::measure(|| work(&run)).count_total as f64
    };
    // Whatever is set up once.
    count(64);
    (count(6400) - count(640)) / 5760.0
}

#[test]
fn replicates_share_their_memory() {
    let random = &mut rng(1);
    let rows = gaussian::<f64>(48, 96, random);
    let zero = &rows * 0.0;
    let capabilities: Subspace<f64> = subspace(96, 5, random);
    let safety = direction::<f64>(96, random);
    let null = CovarianceNull::from_groups(&[rows.as_view()]).expect("samples");
    let signs = SignFlips::new(&rows, &zero).expect("pairs");
    let deal = Relabelling::new(rows.rows(0, 24), rows.rows(24, 24)).expect("groups");
    let around = Samples::new(&rows.map(|x| x + 1.0)).expect("samples");

    type Work<'a> = Box<dyn Fn(&MonteCarlo<'_>) + 'a>;
    let all: [(&str, Work<'_>); 7] = [
        (
            "random safety",
            Box::new(|run| {
                null.random_safety(&capabilities, run, &mut rng(2))
                    .expect("a null");
            }),
        ),
        (
            "random capabilities",
            Box::new(|run| {
                null.random_capabilities(&safety, 5, run, &mut rng(2))
                    .expect("a null");
            }),
        ),
        (
            "sign flips, concept",
            Box::new(|run| {
                let _ = signs.concept(run, &mut rng(2));
            }),
        ),
        (
            "sign flips, rate",
            Box::new(|run| {
                signs.tax(&capabilities, run, &mut rng(2)).expect("a test");
            }),
        ),
        (
            "relabelling, concept",
            Box::new(|run| {
                let _ = deal.concept(run, &mut rng(2));
            }),
        ),
        (
            "relabelling, rate",
            Box::new(|run| {
                deal.tax(&capabilities, run, &mut rng(2)).expect("a test");
            }),
        ),
        (
            "bootstrap",
            Box::new(|run| {
                TaxBootstrap::new(&around, &capabilities, run, &mut rng(2)).expect("resolved");
            }),
        ),
    ];
    for (what, work) in all {
        let found = to_a_replicate(work);
        println!("{what}: {found:.2} allocations to a replicate");
        assert!(found < 0.25, "{what}: {found}");
    }
}
