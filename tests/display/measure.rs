//! A measurement against the floors below it, called one by one on the same samples; and
//! what it promises about seeds, scalars, threads, files and profiles.

use alignment_tax::{
    Attribution, Budget, Collinearity, Concept, Confidence, CoordinateShares, CovarianceNull,
    Evidence, Interval, IsotropicNull, Measurement, MeasurementOptions, MeasurementRecord, Moment,
    MonteCarlo, PreservationBand, PreservationFrontier, Profile, Relabelling, Samples, SignFlips,
    Task, TaxEstimate, benjamini_hochberg, holm,
};
use nalgebra::DMatrix;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::common::{gaussian, rng};

const D: usize = 7;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Design {
    Paired,
    Unpaired,
    Gradients,
}

const DESIGNS: [Design; 3] = [Design::Paired, Design::Unpaired, Design::Gradients];

/// Samples of a concept whose entries are exact in single precision.
#[derive(Debug, Clone)]
struct Set {
    name: &'static str,
    design: Design,
    plus: DMatrix<f64>,
    minus: DMatrix<f64>,
    units: Option<Vec<usize>>,
}

impl Set {
    /// n rows a class, the mean of plus moved by `shift`, noise of one half.
    fn new(name: &'static str, design: Design, n: usize, shift: &[f64], seed: u64) -> Self {
        let mut rng = rng(seed);
        let mut side = |factor: f64| {
            let noise = gaussian::<f64>(n, D, &mut rng);
            let mean = |j: usize| factor * shift.get(j).copied().unwrap_or(0.0);
            DMatrix::from_fn(n, D, |i, j| {
                f64::from((0.5 * noise[(i, j)] + mean(j)) as f32)
            })
        };
        let (plus, minus) = (side(1.0), side(0.0));
        Self {
            name,
            design,
            plus,
            minus,
            units: None,
        }
    }

    /// Neighbouring rows share a unit, numbered from `from`; no unit spans two classes.
    fn in_units(mut self, from: usize) -> Self {
        let rows = self.samples().rows();
        self.units = Some((0..rows).map(|i| from + i / 2).collect());
        self
    }

    fn concept(&self) -> Concept<'_, f64> {
        let concept = match self.design {
            Design::Paired => Concept::paired(self.name, &self.plus, &self.minus),
            Design::Unpaired => Concept::unpaired(self.name, &self.plus, &self.minus),
            Design::Gradients => Concept::gradients(self.name, &self.plus),
        };
        match &self.units {
            Some(labels) => concept.with_units(labels),
            None => concept,
        }
    }

    fn samples(&self) -> Samples {
        let samples = match self.design {
            Design::Paired => Samples::paired(&self.plus, &self.minus),
            Design::Unpaired => Samples::unpaired(&self.plus, &self.minus),
            Design::Gradients => Samples::new(&self.plus),
        }
        .expect("samples");
        match &self.units {
            Some(labels) => samples.with_units(labels).expect("a label a row"),
            None => samples,
        }
    }

    fn groups(&self) -> Vec<&DMatrix<f64>> {
        match self.design {
            Design::Gradients => vec![&self.plus],
            _ => vec![&self.plus, &self.minus],
        }
    }

    /// p of "no concept", where it can be enumerated or refused.
    fn concept_p(&self, run: &MonteCarlo<'_>) -> Option<f64> {
        let zero = DMatrix::zeros(self.plus.nrows(), D);
        let minus = match (self.design, &self.units) {
            (Design::Unpaired, Some(_)) => return None,
            (Design::Unpaired, None) => {
                let classes = Relabelling::new(&self.plus, &self.minus).expect("two classes");
                return Some(classes.concept(run, &mut rng(0)).p_at_least().value());
            }
            (Design::Gradients, _) => &zero,
            (Design::Paired, _) => &self.minus,
        };
        let flips = SignFlips::new(&self.plus, minus).expect("pairs");
        let flips = match &self.units {
            Some(labels) => flips.with_blocks(labels).expect("a label a row"),
            None => flips,
        };
        Some(flips.concept(run, &mut rng(0)).p_at_least().value())
    }
}

/// A safety concept of the design, and a capability of each.
fn sets(design: Design, with_units: bool) -> Vec<Set> {
    let all = [
        // Six a class: their signs and their splits can be enumerated.
        Set::new("safety", design, 6, &[2.0, -1.5, 0.5], 11),
        Set::new("fluency", Design::Paired, 9, &[0.0, 2.0, 1.0], 12),
        Set::new("code", Design::Unpaired, 12, &[-1.0, 0.0, 2.0, 1.0], 13),
        Set::new(
            "arithmetic",
            Design::Gradients,
            11,
            &[1.0, 0.0, 0.0, 0.0, 2.0],
            14,
        ),
    ];
    if !with_units {
        return all.to_vec();
    }
    let all = all.into_iter().enumerate();
    let mut all: Vec<Set> = all.map(|(i, set)| set.in_units(100 * i)).collect();
    // Ten pairs of safety in five units, so that four of them are left.
    let safety = Set::new("safety", design, 10, &[3.0, -2.5, 1.5], 11);
    all[0] = safety.in_units(0);
    all
}

fn measured(sets: &[Set], options: &MeasurementOptions) -> Measurement {
    let (safety, capabilities) = (sets[0].concept(), &sets[1..]);
    let capabilities: Vec<_> = capabilities.iter().map(Set::concept).collect();
    Measurement::new("layer 18", &safety, &capabilities, options).expect("a measurement")
}

fn options() -> MeasurementOptions {
    MeasurementOptions::default()
        .with_confidence(Confidence::new(0.9).expect("a level"))
        .with_replicates(1023)
        .expect("enough")
        .with_budget(Budget::new(2.0).expect("a budget"))
        .with_levels(&[0.0, 0.75, 1.0])
        .expect("levels")
}

fn ends(interval: Interval) -> [f64; 2] {
    [interval.lower(), interval.upper()]
}

/// Every number of the record prints itself, and none as NaN or infinity.
fn assert_finite(record: &MeasurementRecord) {
    let text = format!("{record:?}");
    for bad in ["NaN", "inf"] {
        assert!(!text.contains(bad), "{bad} in {text}");
    }
}

// Against the floors below.

#[test]
fn the_record_is_what_the_floors_below_say() {
    for design in DESIGNS {
        for with_units in [false, true] {
            let sets = sets(design, with_units);
            let measured = measured(&sets, &options());
            agrees(&measured, &sets);
        }
    }
}

fn agrees(measured: &Measurement, sets: &[Set]) {
    let record = measured.record();
    let context = (sets[0].design, sets[0].units.is_some());
    assert_finite(record);
    let samples: Vec<Samples> = sets.iter().map(Set::samples).collect();
    let directions: Vec<_> = samples
        .iter()
        .map(|s| s.mean_direction().expect("a direction"))
        .collect();
    let confidence = Confidence::new(0.9).expect("a level");
    let budget = Budget::new(2.0).expect("a budget");

    let counts: Vec<(usize, usize)> = samples.iter().map(|s| (s.rows(), s.units())).collect();
    let theirs = std::iter::once(&record.samples)
        .chain(record.capabilities.iter().map(|c| &c.samples))
        .map(|s| (s.rows, s.units))
        .collect::<Vec<_>>();
    assert_eq!(theirs, counts, "{context:?}");
    assert_eq!(
        (record.label.as_str(), record.safety.as_str()),
        ("layer 18", "safety")
    );
    assert_eq!((record.dimension, record.rank), (D, 3));
    assert_eq!(
        (record.confidence, record.budget, record.seed),
        (0.9, 2.0, 2026)
    );

    // Plug-in.
    let shares = Attribution::exact(&directions[0], &directions[1..]).expect("shares");
    assert_eq!(record.plug_in, shares.total().value());
    assert_eq!(measured.safety(), &directions[0]);
    assert_eq!(measured.capabilities(), &directions[1..]);
    for (i, c) in record.capabilities.iter().enumerate() {
        assert_eq!(c.name, sets[i + 1].name);
        let ours = (
            shares.overlaps()[i],
            shares.unique()[i],
            shares.shapley()[i],
        );
        assert_eq!((c.plug_in, c.unique, c.shapley), ours, "{context:?}");
        assert_eq!(c.shapley_standard_error, None);
    }

    // Debiased.
    let evidence: Vec<_> = samples.iter().map(Evidence::Sampled).collect();
    let tax = TaxEstimate::new(evidence[0], &evidence[1..]).expect("resolved");
    let theirs = record.tax.as_ref().expect("resolved");
    assert_eq!(record.unresolved, None);
    assert_eq!(theirs.estimate, tax.value(), "{context:?}");
    assert_eq!(theirs.standard_error, tax.standard_error());
    assert_eq!(theirs.interval, ends(tax.interval(confidence)));
    let degrees = ends(tax.angle_interval(confidence)).map(f64::to_degrees);
    assert_eq!(theirs.angle_degrees, degrees);
    assert_eq!(theirs.free_gain, ends(tax.free_gain_interval(confidence)));
    let raw: Vec<f64> = tax
        .overlaps()
        .iter()
        .map(|o| o.p_value(0.0).expect("a p-value"))
        .collect();
    let adjusted = holm(&raw).expect("p-values");
    for (i, c) in record.capabilities.iter().enumerate() {
        let (o, ours) = (c.overlap.as_ref().expect("resolved"), &tax.overlaps()[i]);
        assert_eq!(o.estimate, ours.value(), "{context:?}");
        assert_eq!(o.standard_error, ours.standard_error());
        assert_eq!(o.interval, ends(ours.interval(confidence)));
        assert_eq!((o.p_value, o.p_adjusted), (raw[i], adjusted[i]));
    }

    // What safety costs.
    let band = PreservationBand::new(&tax, budget, confidence);
    let best = PreservationFrontier::new(tax.rate(), budget);
    assert_eq!(theirs.costs.len(), 3);
    for (cost, safety) in theirs.costs.iter().zip([0.0, 1.5, 2.0]) {
        assert_eq!(cost.safety, safety);
        assert_eq!(cost.cost, best.min_cost(safety).expect("within the budget"));
        let interval = band.min_cost(safety).expect("within the budget");
        assert_eq!(cost.interval, ends(interval));
    }

    // Chance: each tail by the rate that favours it less.
    let isotropic = IsotropicNull::of(shares.subspace()).expect("a null");
    let (plug_in, best) = (shares.total(), tax.rate());
    let below = plug_in.value() <= best.value();
    let (low, high) = if below {
        (plug_in, best)
    } else {
        (best, plug_in)
    };
    let tails = [
        isotropic.p_entangled(low).expect("a rate"),
        isotropic.p_freer(high).expect("a rate"),
    ];
    assert_eq!(record.chance.isotropic_mean, isotropic.mean());
    assert_eq!(record.chance.isotropic, tails, "{context:?}");
    let run = MonteCarlo::new(1023).expect("enough");
    assert_eq!(
        record.chance.concept,
        sets[0].concept_p(&run),
        "{context:?}"
    );

    // Monte Carlo nulls of another seed: as near as two samples of 1023 are.
    let groups: Vec<_> = sets.iter().flat_map(Set::groups).collect();
    let views: Vec<_> = groups.iter().map(|g| g.as_view()).collect();
    let null = CovarianceNull::from_groups(&views).expect("a covariance");
    let random = null
        .random_safety(shares.subspace(), &run, &mut rng(5))
        .expect("a null");
    near(record.chance.random_safety.mean, random.replicates());
    let corrected = record.chance.corrected.expect("resolved");
    let t = record.chance.random_safety.mean;
    assert_eq!(corrected, (best.value() - t) / (1.0 - t));
    let random = null
        .random_capabilities(&directions[0], 3, &run, &mut rng(5))
        .expect("a null");
    let theirs = record.chance.random_capabilities.as_ref();
    near(
        theirs.expect("three of seven dimensions").mean,
        random.replicates(),
    );

    // Diagnostics.
    let collinearity = Collinearity::new(&directions[1..]).expect("a report");
    assert_eq!(
        record.condition_number,
        Some(collinearity.condition_number())
    );
    let (i, j, correlation) = collinearity.worst_pair().expect("three of them");
    let name = |i: usize| sets[i + 1].name.to_owned();
    assert_eq!(record.worst_pair, Some((name(i), name(j), correlation)));
    let rows: Vec<_> = groups.iter().flat_map(|g| g.row_iter()).collect();
    let coordinates = CoordinateShares::new(
        &DMatrix::from_rows(&rows.iter().map(|r| r.clone_owned()).collect::<Vec<_>>()),
        Moment::Raw,
    )
    .expect("shares");
    assert_eq!(
        record.participation_ratio,
        coordinates.participation_ratio()
    );
    assert_eq!(
        record.massive,
        coordinates.massive(100.0).expect("a threshold")
    );
}

/// Within five standard errors of a difference of two means of as many replicates.
fn near(mean: f64, replicates: &[f64]) {
    let n = replicates.len() as f64;
    let ours = replicates.iter().sum::<f64>() / n;
    let variance = replicates.iter().map(|x| (x - ours).powi(2)).sum::<f64>() / n;
    let bound = 5.0 * (2.0 * variance / n).sqrt();
    assert!(
        (mean - ours).abs() <= bound,
        "{mean} and {ours}, bound {bound}"
    );
}

/// A second witness of the permutation p-value: every pattern of signs, by hand.
#[test]
fn the_concept_p_value_is_a_count_of_signs() {
    for (n, with_units) in [(6, false), (10, true)] {
        let mut sets = sets(Design::Paired, false);
        // A weak concept, so that some patterns reach it.
        sets[0] = Set::new("safety", Design::Paired, n, &[0.3], 21);
        if with_units {
            sets[0] = sets[0].clone().in_units(0);
        }
        let differences = &sets[0].plus - &sets[0].minus;
        let blocks = if with_units { n / 2 } else { n };
        let length = |pattern: usize| {
            let mut sum = [0.0; D];
            for (i, row) in differences.row_iter().enumerate() {
                let block = if with_units { i / 2 } else { i };
                let sign = if pattern >> block & 1 == 1 { -1.0 } else { 1.0 };
                sum.iter_mut()
                    .zip(row.iter())
                    .for_each(|(s, x)| *s += sign * x);
            }
            sum.iter().map(|s| s * s).sum::<f64>()
        };
        let all = 1 << blocks;
        // Patterns and their opposites tie; distinct ones of random numbers do not.
        let observed = length(0) * (1.0 - alignment_tax::tolerance::tie::<f64>(n));
        let reached = (0..all)
            .filter(|&pattern| length(pattern) >= observed)
            .count();
        assert!(reached > 2, "the test is to have something to count");
        let measured = measured(&sets, &options());
        let expected = reached as f64 / all as f64;
        assert_eq!(measured.record().chance.concept, Some(expected));
    }
}

#[test]
fn more_than_sixteen_capabilities_have_sampled_shares() {
    let names: [&'static str; 17] = [
        "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q",
    ];
    // More capabilities than dimensions: dependent, and so unresolved.
    let mut all = vec![Set::new("safety", Design::Paired, 6, &[2.0, 1.0], 31)];
    for (i, &name) in names.iter().enumerate() {
        let mut shift = [0.0; D];
        shift[i % D] = 2.0;
        all.push(Set::new(name, Design::Gradients, 6, &shift, 40 + i as u64));
    }
    let options = options().with_replicates(99).expect("enough");
    let first = measured(&all, &options);
    let record = first.record();
    assert_finite(record);
    assert_eq!(record.rank, D);
    let total: f64 = record.capabilities.iter().map(|c| c.shapley).sum();
    let rounding = alignment_tax::tolerance::angle::<f64>(D);
    assert!((total - record.plug_in).abs() <= 17.0 * rounding, "{total}");
    for c in &record.capabilities {
        assert!(c.shapley_standard_error.is_some_and(|e| e > 0.0), "{c:?}");
    }
    assert_eq!(record, measured(&all, &options).record());
}

// Scalars and seeds.

#[test]
fn single_precision_gives_the_same_record() {
    for design in DESIGNS {
        let sets = sets(design, true);
        let narrow: Vec<(DMatrix<f32>, DMatrix<f32>)> = sets
            .iter()
            .map(|s| (s.plus.map(|x| x as f32), s.minus.map(|x| x as f32)))
            .collect();
        let concepts: Vec<Concept<'_, f32>> = sets
            .iter()
            .zip(&narrow)
            .map(|(set, (plus, minus))| {
                let concept = match set.design {
                    Design::Paired => Concept::paired(set.name, plus, minus),
                    Design::Unpaired => Concept::unpaired(set.name, plus, minus),
                    Design::Gradients => Concept::gradients(set.name, plus),
                };
                concept.with_units(set.units.as_deref().expect("units"))
            })
            .collect();
        let options = options().with_replicates(99).expect("enough");
        let single = Measurement::new("layer 18", &concepts[0], &concepts[1..], &options)
            .expect("a measurement");
        assert_eq!(single.record(), measured(&sets, &options).record());
    }
}

#[test]
fn a_seed_moves_monte_carlo_and_nothing_else() {
    let sets = sets(Design::Paired, false);
    let options = options();
    let one = measured(&sets, &options.clone().with_seed(1));
    assert_eq!(
        one.record(),
        measured(&sets, &options.clone().with_seed(1)).record()
    );
    let two = measured(&sets, &options.with_seed(2));
    let (one, mut two) = (one.record().clone(), two.record().clone());
    assert_ne!(one.chance.random_safety, two.chance.random_safety);
    assert_ne!(
        one.chance.random_capabilities,
        two.chance.random_capabilities
    );
    assert_ne!(one.chance.corrected, two.chance.corrected);
    two.seed = one.seed;
    two.chance.random_safety = one.chance.random_safety.clone();
    two.chance.random_capabilities = one.chance.random_capabilities.clone();
    two.chance.corrected = one.chance.corrected;
    assert_eq!(one, two);
}

// Unresolved.

/// Two sides that differ by noise alone, against two capabilities.
fn unresolved() -> Measurement {
    let mut sets = sets(Design::Paired, false);
    sets[0] = Set::new("safety", Design::Paired, 9, &[], 3);
    measured(&sets, &options())
}

#[test]
fn an_unresolved_signal_says_so_and_nothing_else_is_lost() {
    let measured = unresolved();
    let record = measured.record();
    assert_finite(record);
    assert!(measured.tax().is_err() && measured.band().is_none());
    assert_eq!((&record.tax, record.chance.corrected), (&None, None));
    assert!(record.capabilities.iter().all(|c| c.overlap.is_none()));
    let reason = record.unresolved.as_deref().expect("a reason");
    assert!(reason.starts_with("`safety`: "), "{reason}");
    assert_eq!(record.chance.random_safety.p_freer[0], 1.0);
    let capabilities = record.chance.random_capabilities.as_ref();
    assert_eq!(capabilities.expect("a null").p_freer[0], 1.0);
    assert_eq!(record.chance.isotropic[1], 1.0);
    let text = record.to_string();
    for piece in ["tau not resolved", "not to be quoted", reason] {
        assert!(text.contains(piece), "{piece:?} is missing in {text}");
    }

    // A capability that is not resolved is named too.
    let mut all = sets(Design::Paired, false);
    all[2] = Set::new("code", Design::Unpaired, 9, &[], 4);
    let capability = self::measured(&all, &options());
    let reason = capability.record().unresolved.clone().expect("a reason");
    assert!(reason.starts_with("`code`: "), "{reason}");
}

#[test]
fn display_shows_the_numbers_of_the_record() {
    let measured = measured(&sets(Design::Paired, true), &options());
    let record = measured.record();
    let (text, tax) = (record.to_string(), record.tax.as_ref().expect("resolved"));
    assert!(!text.contains("not resolved"));
    let line = format!(
        "tau {:.3}, 90 % interval [{:.3}, {:.3}] (plug-in {:.3})",
        tax.estimate, tax.interval[0], tax.interval[1], record.plug_in
    );
    let counts = "layer 18: safety `safety`, d = 7, 10 samples in 5 independent units";
    for piece in [line.as_str(), counts, "fluency", "code", "arithmetic"] {
        assert!(text.contains(piece), "{piece:?} is missing in {text}");
    }
}

// Profiles.

fn tasks(layers: &[Vec<Set>]) -> Vec<Task<'_, f64>> {
    let layers = layers.iter().enumerate();
    layers
        .map(|(i, sets)| {
            let capabilities = sets[1..].iter().map(Set::concept).collect();
            Task::new(format!("layer {i}"), sets[0].concept(), capabilities)
        })
        .collect()
}

/// Layers of each design, the last without a signal.
fn layers() -> Vec<Vec<Set>> {
    let mut all: Vec<_> = DESIGNS.iter().map(|&design| sets(design, false)).collect();
    let mut silent = sets(Design::Paired, false);
    silent[0] = Set::new("safety", Design::Paired, 9, &[], 3);
    all.push(silent);
    all
}

fn records(profile: &Profile) -> Vec<MeasurementRecord> {
    let measurements = profile.measurements().iter();
    measurements.map(|m| m.record().clone()).collect()
}

#[test]
fn a_profile_is_its_measurements_and_their_adjustment() {
    let (layers, options) = (layers(), options().with_replicates(199).expect("enough"));
    let tasks = tasks(&layers);
    let (calls, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let profile = Profile::observed(&tasks, &options, |done, total| {
        assert_eq!(total, 4);
        calls.fetch_add(1, Ordering::Relaxed);
        most.fetch_max(done, Ordering::Relaxed);
    })
    .expect("a profile");
    assert_eq!((calls.into_inner(), most.into_inner()), (4, 4));
    let all = records(&profile);
    for (i, (record, sets)) in all.iter().zip(&layers).enumerate() {
        let (safety, capabilities) = (sets[0].concept(), &sets[1..]);
        let capabilities: Vec<_> = capabilities.iter().map(Set::concept).collect();
        let label = format!("layer {i}");
        let alone = Measurement::new(label, &safety, &capabilities, &options);
        assert_eq!(record, alone.expect("a measurement").record());
    }
    let raw = |tail: fn(&MeasurementRecord) -> f64| all.iter().map(tail).collect::<Vec<_>>();
    for (adjusted, raw) in [
        (
            profile.entangled(),
            raw(|r| r.chance.random_safety.p_entangled[0]),
        ),
        (profile.freer(), raw(|r| r.chance.random_safety.p_freer[0])),
    ] {
        let adjusted = adjusted.expect("p-values");
        assert_eq!(adjusted.raw(), raw);
        assert_eq!(adjusted.holm(), holm(&raw).expect("p-values"));
        let bh = benjamini_hochberg(&raw).expect("p-values");
        assert_eq!(adjusted.benjamini_hochberg(), bh);
    }
    // One task fewer changes nothing about the others.
    let fewer = Profile::new(&tasks[..3], &options).expect("a profile");
    assert_eq!(records(&fewer), all[..3]);
}

#[cfg(feature = "rayon")]
#[test]
fn a_profile_is_the_same_on_one_thread_and_on_four() {
    let (layers, options) = (layers(), options().with_replicates(199).expect("enough"));
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.expect("a pool")
            .install(|| records(&Profile::new(&tasks(&layers), &options).expect("a profile")))
    };
    assert_eq!(on(1), on(4));
}

// Files.

#[cfg(feature = "serde")]
#[test]
fn json_keeps_every_bit_and_every_number() {
    use serde_json::Value;

    fn nulls(path: &str, value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Null => found.push(path.to_owned()),
            Value::Array(list) => list
                .iter()
                .for_each(|v| nulls(&format!("{path}[]"), v, found)),
            Value::Object(map) => map
                .iter()
                .for_each(|(key, v)| nulls(&format!("{path}.{key}"), v, found)),
            _ => {}
        }
    }

    let options = options().with_replicates(99).expect("enough");
    let mut silent = sets(Design::Paired, false);
    silent[0] = Set::new("safety", Design::Paired, 9, &[], 3);
    let exact = ".capabilities[].shapley_standard_error";
    let overlap = ".capabilities[].overlap";
    let mut lost = vec![".chance.corrected", ".tax"];
    lost.extend([exact, overlap].repeat(3));
    let mut resolved = vec![".unresolved"];
    resolved.extend([exact; 3]);
    let refused = [&resolved[..], &[".chance.concept"]].concat();
    for (sets, mut expected) in [
        (sets(Design::Gradients, false), resolved),
        (sets(Design::Unpaired, true), refused),
        (silent, lost),
    ] {
        let measured = measured(&sets, &options);
        let text = serde_json::to_string(measured.record()).expect("JSON");
        let read: MeasurementRecord = serde_json::from_str(&text).expect("a record");
        assert_eq!(&read, measured.record());
        let again = serde_json::to_string(&read).expect("JSON");
        assert_eq!(text, again, "to the last bit, signs of zeros among them");
        let value: Value = serde_json::from_str(&text).expect("JSON");
        let mut found = Vec::new();
        nulls("", &value, &mut found);
        found.sort();
        expected.sort_unstable();
        assert_eq!(found, expected);
    }
}

#[cfg(feature = "io")]
#[test]
fn shipped_activations_are_resolved_and_finite() {
    use alignment_tax::io::SafetensorsFile;
    use std::collections::BTreeMap;
    use std::path::Path;

    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/smollm2");
    let file = SafetensorsFile::open(data.join("activations/layer18.mean.safetensors"))
        .expect("it is shipped");
    let mut units = BTreeMap::new();
    let mut read = |name: &'static str| {
        let side = |side: &str| file.matrix::<f32>(&format!("{name}.train.{side}"));
        let prompts = std::fs::read_to_string(data.join(format!("prompts/{name}.tsv")));
        let mut labels = Vec::new();
        for line in prompts.expect("they are shipped").lines() {
            let mut fields = line.split('\t');
            if fields.next() == Some("train") {
                let template = fields.next().expect("a template").to_owned();
                let next = units.len();
                labels.push(*units.entry((name, template)).or_insert(next));
            }
        }
        (
            name,
            side("plus").expect("it is there"),
            side("minus").expect("it is there"),
            labels,
        )
    };
    let all: Vec<_> = ["manipulation", "persuasion", "arithmetic", "code"]
        .map(&mut read)
        .into();
    let concepts: Vec<_> = all
        .iter()
        .map(|(name, plus, minus, units)| Concept::paired(*name, plus, minus).with_units(units))
        .collect();
    let options = MeasurementOptions::default()
        .with_replicates(99)
        .expect("enough");
    let measured = Measurement::new("layer 18", &concepts[0], &concepts[1..], &options)
        .expect("a measurement");
    let record = measured.record();
    assert_finite(record);
    let tax = record.tax.as_ref().expect("resolved");
    assert!(tax.interval[0] <= tax.estimate && tax.estimate <= tax.interval[1]);
    assert!(record.samples.units < record.samples.rows);
    assert_eq!(record.rank, 3);
    assert!(record.capabilities.iter().all(|c| c.overlap.is_some()));
}
