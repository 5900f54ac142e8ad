//! Results that depend on a seed, and a whole measurement of real activations, as they were when they were
//! last written down: an update of a dependency that changes one of them is noticed here.
//!
//! What is written down is our own output, so this test says that a result is what it was, not that
//! it is right; the other tests say that. `ALIGNMENT_TAX_PIN=write cargo test --all-features
//! --test tax stability` writes it anew, and the changelog then says so.

use std::path::Path;

use alignment_tax::io::SafetensorsFile;
use alignment_tax::{
    Attribution, Concept, ConflictEstimate, ConflictVerdict, CovarianceNull, Direction, Evidence,
    Growth, Measurement, MeasurementOptions, MonteCarlo, PermutationTest, Relabelling, Samples,
    ScalingLaw, SignFlips, Subspace, TaxBootstrap,
};
use nalgebra::DMatrix;
use rand::{SeedableRng, rngs::ChaCha8Rng};
use serde_json::{Value, json};

/// Kernels differ between feature sets and processors by a few ε of numbers that enter, which differences
/// of nearly equal ones in p-values, intervals and fits enlarge; a draw that changes moves a p-value
/// by 1/200.
const AGREEMENT: f64 = 1e-7;

const CONCEPTS: [&str; 5] = [
    "refusal",
    "manipulation",
    "reasoning",
    "politeness",
    "knowledge",
];

struct Pairs {
    plus: DMatrix<f64>,
    minus: DMatrix<f64>,
}

impl Pairs {
    fn of(file: &SafetensorsFile, concept: &str) -> Self {
        let read = |class: &str| {
            let name = format!("{concept}.train.{class}");
            file.matrix(&name).expect("shipped with the crate")
        };
        Self {
            plus: read("plus"),
            minus: read("minus"),
        }
    }

    fn samples(&self) -> Samples {
        Samples::paired(&self.plus, &self.minus).expect("pairs")
    }
}

fn layer() -> Vec<Pairs> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("data/smollm2/activations/layer18.mean.safetensors");
    let file = SafetensorsFile::open(path).expect("shipped with the crate");
    CONCEPTS.iter().map(|c| Pairs::of(&file, c)).collect()
}

fn rng() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(20_260_300)
}

/// Same structure, same words, numbers that agree.
fn compare(place: &str, found: &Value, pinned: &Value) {
    match (found, pinned) {
        (Value::Object(a), Value::Object(b)) => {
            let keys = |m: &serde_json::Map<String, Value>| m.keys().cloned().collect::<Vec<_>>();
            assert_eq!(keys(a), keys(b), "{place}");
            for (key, value) in a {
                compare(&format!("{place}.{key}"), value, &b[key]);
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            assert_eq!(a.len(), b.len(), "{place}");
            for (i, (a, b)) in a.iter().zip(b).enumerate() {
                compare(&format!("{place}[{i}]"), a, b);
            }
        }
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().expect("f64"), b.as_f64().expect("f64"));
            let room = AGREEMENT * a.abs().max(b.abs()).max(1e-6);
            assert!((a - b).abs() <= room, "{place}: {a} was {b}");
        }
        _ => assert_eq!(found, pinned, "{place}"),
    }
}

fn held(name: &str, found: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/stability")
        .join(name);
    if std::env::var("ALIGNMENT_TAX_PIN").as_deref() == Ok("write") {
        let text = serde_json::to_string_pretty(found).expect("JSON") + "\n";
        std::fs::write(&path, text).expect("a writable folder");
    }
    let text = std::fs::read_to_string(&path).expect("committed");
    compare(name, found, &serde_json::from_str(&text).expect("JSON"));
}

#[test]
fn a_measurement_is_what_it_was() {
    let layer = layer();
    let mut concepts: Vec<Concept<'_, f64>> = CONCEPTS
        .iter()
        .zip(&layer)
        .map(|(name, pairs)| Concept::paired(*name, &pairs.plus, &pairs.minus))
        .collect();
    let safety = concepts.remove(0);
    let options = MeasurementOptions::default()
        .with_replicates(199)
        .expect("enough")
        .with_seed(20_260_300);
    let measured = Measurement::new("18", &safety, &concepts, &options).expect("a measurement");
    let mut record = serde_json::to_value(measured.record()).expect("JSON");
    // The version of the crate is not a result.
    if let Some(record) = record.as_object_mut() {
        record.remove("version");
    }
    held("measurement.json", &record);
}

#[test]
fn draws_are_what_they_were() {
    let layer = layer();
    let run = MonteCarlo::new(199).expect("enough");
    let samples: Vec<Samples> = layer.iter().map(Pairs::samples).collect();
    let directions: Vec<Direction<f64>> = samples
        .iter()
        .map(|s| s.mean_direction().expect("resolved"))
        .collect();
    let capabilities = Subspace::from_directions(&directions[2..]).expect("a span");
    let test = |test: &PermutationTest| {
        json!([
            test.observed(),
            test.p_at_least().value(),
            test.two_sided().value()
        ])
    };

    let bootstrap =
        TaxBootstrap::new(&samples[0], &capabilities, &run, &mut rng()).expect("resolved");
    let shares =
        Attribution::sampled(&directions[0], &directions[2..], 64, &mut rng()).expect("shares");
    let groups = [layer[0].plus.as_view(), layer[0].minus.as_view()];
    let null = CovarianceNull::from_groups(&groups)
        .expect("groups")
        .random_safety(&capabilities, &run, &mut rng())
        .expect("a null");
    let flips = SignFlips::new(&layer[0].plus, &layer[0].minus).expect("pairs");
    let classes = Relabelling::new(&layer[0].plus, &layer[0].minus).expect("classes");
    let goals = [
        Evidence::Sampled(&samples[0]),
        Evidence::Sampled(&samples[1]),
    ];
    let verdicts = ConflictEstimate::new(goals, &[Evidence::Known(&directions[2])])
        .expect("an estimate")
        .probabilities(&run, &mut rng());
    let packing = ScalingLaw::new(0.2, 2, Growth::fixed(6.0).expect("a number"))
        .and_then(|law| law.at(40))
        .expect("a law")
        .simulate(&run, &mut rng())
        .expect("a simulation");
    held(
        "draws.json",
        &json!({
            "bootstrap": &bootstrap.replicates()[..8],
            "sampled shares": shares.shapley().as_slice(),
            "null of the covariance": &null.replicates()[..8],
            "sign flips": test(&flips.concept(&run, &mut rng())),
            "relabelling": test(&classes.concept(&run, &mut rng())),
            "verdicts": ConflictVerdict::ALL.map(|v| verdicts.probability(v)),
            "packing": &packing.replicates()[..8],
        }),
    );
}
