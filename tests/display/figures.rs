//! Figures as documents: where the data end up in them, and what they refuse.

use std::fs;
use std::path::PathBuf;

use alignment_tax::plot::{
    CostFigure, FrontierFigure, LayerFigure, MatrixFigure, PlotError, ScalingFigure, SharesFigure,
    SpectrumFigure, Theme,
};
use alignment_tax::{
    Attribution, Audit, Budget, Concept, Confidence, Direction, Error, Evidence, FrontierPoint,
    FrozenGoals, IsotropicNull, MeasurementOptions, MeasurementRecord, Objectives, OptimalShift,
    ParetoFrontier, PreservationBand, PreservationFrontier, PrincipalAngles, Profile, Samples,
    ScalingComparison, ScalingData, ScalingFit, ScalingModel, Subspace, Task, TaxEstimate, TaxRate,
    TaxSpectrum,
};
use nalgebra::{DMatrix, dmatrix, dvector};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use crate::seen::{Word, both, close, directions, map, seen};

#[test]
fn an_ellipse_lies_where_its_axes_say() {
    let frontier = ParetoFrontier::from_overlap(-0.6_f64, Budget::unit()).unwrap();
    let seen = both(|theme| FrontierFigure::new(&frontier).draw(theme));
    // Labels of the horizontal axis come first, then those of the vertical one.
    let x = map((-0.5, seen.at("−0.5", 0).0), (0.5, seen.at("0.5", 0).0));
    let y = map((-0.5, seen.at("−0.5", 1).1), (0.5, seen.at("0.5", 1).1));
    let ellipse = &seen
        .polygons
        .iter()
        .max_by_key(|p| p.len())
        .expect("an ellipse");
    let ends = |f: &dyn Fn(&(f64, f64)) -> f64| {
        let values = ellipse.iter().map(f);
        (
            values.clone().fold(f64::INFINITY, f64::min),
            values.fold(0.0, f64::max),
        )
    };
    let (left, right) = ends(&|p| p.0);
    let (top, bottom) = ends(&|p| p.1);
    assert!(
        close(left, x(-1.0)) && close(right, x(1.0)),
        "{left} {right}"
    );
    assert!(
        close(top, y(1.0)) && close(bottom, y(-1.0)),
        "{top} {bottom}"
    );
    // The safest point is (B·cosα, B), the capability is kept at (0, B·sinα).
    assert!(
        seen.discs
            .iter()
            .any(|d| close(d.0, x(-0.6)) && close(d.1, y(1.0)))
    );
    let crosses = |line: &Vec<(f64, f64)>| {
        line.iter()
            .any(|p| close(p.0, x(0.0)) && close(p.1, y(0.8)))
    };
    assert!(seen.lines.iter().any(crosses));
    // The price in words: a paid and a free part.
    assert!(seen.has("efficient, free") && seen.has("efficient, paid"));
}

#[test]
fn updates_lie_where_they_are() {
    let safety = Direction::from_slice(&[1.0_f64, 0.0, 0.0]).unwrap();
    let code = Direction::from_slice(&[-0.6_f64, 0.8, 0.0]).unwrap();
    let frontier = ParetoFrontier::between(&safety, &code, Budget::new(2.0).unwrap()).unwrap();
    let span = Subspace::from_directions(std::slice::from_ref(&code)).unwrap();
    let update = dvector![0.5_f64, 0.0, 0.7];
    let audit = Audit::new(&update, &safety, &span).unwrap();
    let change = update.dot(code.as_vector());
    assert!((change + 0.3).abs() < 1e-15);
    let shift =
        OptimalShift::at_capability(&safety, &code, Budget::new(2.0).unwrap(), 1.0).unwrap();
    let figure = FrontierFigure::new(&frontier)
        .with_update("update", &audit)
        .with_shift("shift", &shift)
        .draw(Theme::Light)
        .unwrap();
    assert!(
        figure.svg().contains("update (−0.3, 0.5)"),
        "{}",
        figure.svg()
    );
    assert!(
        figure
            .svg()
            .contains(&format!("shift (1, {:.3})", shift.safety()))
    );
    let seen = seen(&figure);
    let x = map((-1.0, seen.at("−1.0", 0).0), (1.0, seen.at("1.0", 0).0));
    let y = map((-1.0, seen.at("−1.0", 1).1), (1.0, seen.at("1.0", 1).1));
    let centre = |p: &Vec<(f64, f64)>| {
        let n = p.len() as f64;
        (
            p.iter().map(|q| q.0).sum::<f64>() / n,
            p.iter().map(|q| q.1).sum::<f64>() / n,
        )
    };
    let marked = |c: f64, s: f64| {
        let near = |p: (f64, f64)| close(p.0, x(c)) && close(p.1, y(s));
        seen.polygons
            .iter()
            .any(|p| p.len() == 4 && near(centre(p)))
    };
    assert!(marked(change, 0.5) && marked(1.0, shift.safety()));
}

#[test]
fn points_outside_of_the_ellipse_are_drawn_too() {
    let frontier = ParetoFrontier::from_overlap(0.2_f64, Budget::unit()).unwrap();
    let far = FrontierPoint {
        capability: -7.0,
        safety: 3.0,
    };
    let seen = both(|theme| {
        FrontierFigure::new(&frontier)
            .with_point("far", far)
            .draw(theme)
    });
    assert!(seen.has("far (−7, 3)"));
    let error = FrontierFigure::new(&frontier)
        .with_point(
            "nowhere",
            FrontierPoint {
                capability: 0.0,
                safety: f64::INFINITY,
            },
        )
        .draw(Theme::Light)
        .unwrap_err();
    let expected = "a finite number";
    assert!(
        matches!(&error, PlotError::Input(Error::OutOfRange { argument: "safety gain", expected: e, .. }) if *e == expected),
        "{error:?}"
    );
    let crowd = (0..10).fold(FrontierFigure::new(&frontier), |f, i| {
        f.with_point(i.to_string(), far)
    });
    let error = crowd.draw(Theme::Light).unwrap_err();
    assert!(
        matches!(
            error,
            PlotError::TooMany {
                argument: "points",
                actual: 10,
                most: 9,
                ..
            }
        ),
        "{error:?}"
    );
}

#[test]
fn names_are_text_and_nothing_else() {
    let hostile = "<script>&amp;\"'\u{0}\u{1b}[31m\u{202e}\u{ffff} 漢字 e\u{301} 👩‍👩‍👧 ]]>";
    let frontier = ParetoFrontier::from_overlap(-0.3_f64, Budget::unit()).unwrap();
    let figure = |name: &str| {
        FrontierFigure::new(&frontier)
            .with_names(name, name)
            .with_unit(name)
            .with_title(name)
            .with_subtitle(name)
            .with_point(
                name,
                FrontierPoint {
                    capability: 0.1,
                    safety: 0.1,
                },
            )
            .draw(Theme::Light)
            .unwrap()
    };
    let drawn = figure(hostile);
    let seen = seen(&drawn);
    assert!(seen.has("<script>&amp;\"'\u{fffd}\u{fffd}[31m\u{fffd} 漢字"));
    assert!(drawn.title().starts_with("<script>&amp;"));
    assert!(!drawn.svg().contains("<script"));
    // A word without an end, a title of a whole page, and nothing at all.
    for name in [
        "x".repeat(20_000),
        "all work and no play ".repeat(500),
        "字".repeat(3000),
        String::new(),
        "\n \t".into(),
    ] {
        let drawn = figure(&name);
        self::seen(&drawn);
        assert!(drawn.height() < 1200, "{}", drawn.height());
        assert!(drawn.description().len() < 1200);
    }
}

#[test]
fn a_cost_starts_where_the_free_part_ends() {
    let (v, c) = (
        Direction::from_slice(&[0.6_f64, 0.8]).unwrap(),
        Direction::from_slice(&[1.0_f64, 0.0]).unwrap(),
    );
    let frontier = PreservationFrontier::new(TaxRate::single(&v, &c).unwrap(), Budget::unit());
    let seen = both(|theme| CostFigure::new(&frontier).draw(theme));
    assert!(seen.has("free: 80.0 % of the budget"));
    let x = map((0.2, seen.at("0.2", 0).0), (0.8, seen.at("0.8", 0).0));
    let y = map((0.0, seen.at("0.0", 1).1), (0.6, seen.at("0.6", 1).1));
    let paid = |line: &&Vec<(f64, f64)>| {
        let (first, last) = (line[0], line[line.len() - 1]);
        line.len() > 50
            && close(first.0, x(0.8))
            && close(first.1, y(0.0))
            && close(last.0, x(1.0))
            && close(last.1, y(0.6))
    };
    assert_eq!(seen.lines.iter().filter(paid).count(), 1);
}

#[test]
fn a_band_has_to_be_of_the_same_budget() {
    let safety = Samples::new(&dmatrix![2.1_f64, 0.9; 1.9, 1.1; 2.0, 1.0; 2.2, 0.8]).unwrap();
    let code = Samples::new(&dmatrix![1.0_f64, 0.1; 1.1, 0.0; 0.9, 0.0; 1.0, -0.1]).unwrap();
    let tax = TaxEstimate::new(Evidence::Sampled(&safety), &[Evidence::Sampled(&code)]).unwrap();
    let band =
        |budget| PreservationBand::new(&tax, Budget::new(budget).unwrap(), Confidence::NINETY_FIVE);
    let figure = CostFigure::new(&PreservationFrontier::new(
        tax.rate(),
        Budget::new(2.0).unwrap(),
    ));
    let seen = both(|theme| figure.clone().with_band(&band(2.0)).draw(theme));
    assert!(seen.has("95 % interval (free: "));
    let error = figure.with_band(&band(1.0)).draw(Theme::Light).unwrap_err();
    assert!(
        matches!(
            error,
            PlotError::Input(Error::OutOfRange {
                argument: "budget of the band",
                actual: 1.0,
                ..
            })
        ),
        "{error:?}"
    );
}

#[test]
fn a_spectrum_and_its_bands() {
    let angles = PrincipalAngles::from_radians(&[0.0_f64, 0.3, 1.2]).unwrap();
    let random: Vec<_> = (1..=99)
        .map(|i| PrincipalAngles::from_radians(&[0.01 * f64::from(i), 1.2, 1.5]).unwrap())
        .collect();
    let seen = both(|theme| {
        SpectrumFigure::from_angles(&angles)
            .with_random(&random, Confidence::new(0.9)?)
            .draw(theme)
    });
    assert!(seen.has("90 %, 99 random subspaces"));
    let y = map((0.0, seen.at("0°", 0).1), (90.0, seen.at("90°", 0).1));
    // Pointwise: of 99 first angles the 5th and the 95th.
    let band = &seen.polygons[0];
    assert!(
        close(band[0].1, y(0.05_f64.to_degrees()))
            && close(band[band.len() - 1].1, y(0.95_f64.to_degrees()))
    );
    assert!(
        seen.discs
            .iter()
            .any(|d| close(d.1, y(0.3_f64.to_degrees())))
    );

    let other = [PrincipalAngles::from_radians(&[0.5_f64]).unwrap()];
    let error = SpectrumFigure::from_angles(&angles)
        .with_random(&other, Confidence::NINETY_FIVE)
        .draw(Theme::Light)
        .unwrap_err();
    assert!(
        matches!(
            error,
            PlotError::Input(Error::DimensionMismatch {
                argument: "random spectra",
                expected: 3,
                actual: 1,
                ..
            })
        ),
        "{error:?}"
    );
    let none: [PrincipalAngles<f64>; 0] = [];
    assert!(
        SpectrumFigure::from_angles(&angles)
            .with_random(&none, Confidence::NINETY_FIVE)
            .draw(Theme::Light)
            .is_err()
    );
}

#[test]
fn the_band_of_one_direction_says_what_it_is() {
    let null = IsotropicNull::new(100, 4).unwrap();
    let spectrum = |radians: &[f64]| {
        let angles = PrincipalAngles::from_radians(radians).unwrap();
        both(|theme| {
            SpectrumFigure::from_angles(&angles)
                .with_isotropic(&null, Confidence::NINETY_FIVE)
                .draw(theme)
        })
    };
    assert!(spectrum(&[0.3, 0.8]).has("By chance alone the smallest"));
    assert!(!spectrum(&[0.3]).has("By chance alone"));
}

#[test]
fn free_directions_of_a_safety_subspace_are_shown() {
    let safety = Subspace::from_columns(&dmatrix![1.0_f64, 0.0; 1.0, 0.0; 0.0, 1.0]).unwrap();
    let code = Subspace::from_columns(&dmatrix![1.0_f64; 0.0; 0.0]).unwrap();
    let spectrum = TaxSpectrum::between(&safety, &code).unwrap();
    let seen = both(|theme| SpectrumFigure::from_tax(&spectrum).draw(theme));
    assert!(seen.has("tax-free directions: 1"));
}

#[test]
fn shares_of_one_and_of_forty_capabilities() {
    for n in [1, 2, 16, 40, 60] {
        let all = directions(n + 1, 80, 3);
        let shares = if n <= 16 {
            Attribution::exact(&all[0], &all[1..])
        } else {
            Attribution::sampled(&all[0], &all[1..], 20, &mut ChaCha8Rng::seed_from_u64(1))
        };
        let names: Vec<String> = (0..n).map(|i| format!("capability number {i}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let figure = SharesFigure::from_attribution(&names, &shares.unwrap()).unwrap();
        let seen = both(|theme| figure.draw(theme));
        assert_eq!(seen.has("standard errors of sampling"), n > 16);
        assert!(seen.has(&format!("capability number {}", n - 1)));
    }
}

#[test]
fn names_have_to_be_as_many_as_capabilities() {
    let all = directions(3, 5, 1);
    let shares = Attribution::exact(&all[0], &all[1..]).unwrap();
    let error = SharesFigure::from_attribution(&["one"], &shares).unwrap_err();
    assert!(
        matches!(
            error,
            PlotError::Input(Error::DimensionMismatch {
                argument: "names",
                expected: 2,
                actual: 1,
                ..
            })
        ),
        "{error:?}"
    );
    let all = directions(62, 80, 1);
    let shares =
        Attribution::sampled(&all[0], &all[1..], 2, &mut ChaCha8Rng::seed_from_u64(1)).unwrap();
    let error = SharesFigure::from_attribution(&["x"; 61], &shares)
        .unwrap()
        .draw(Theme::Light)
        .unwrap_err();
    assert!(
        matches!(
            error,
            PlotError::TooMany {
                argument: "capabilities",
                actual: 61,
                most: 60,
                ..
            }
        ),
        "{error:?}"
    );
}

/// Records of a profile of two places and two concepts.
fn records() -> (Profile, Vec<MeasurementRecord>) {
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    let mut side = |shift: [f64; 3]| {
        DMatrix::from_fn(24, 8, |_, j| {
            rng.random_range(-1.0..1.0) + shift.get(j).copied().unwrap_or(0.0)
        })
    };
    let samples = [
        side([1.5, -1.0, 0.0]),
        side([0.0; 3]),
        side([0.0, 0.4, 1.0]),
        side([0.0; 3]),
        side([0.0, 2.0, 0.0]),
        side([0.0; 3]),
    ];
    let [a, b, c, d, e, f] = &samples;
    let task = |label: &str, name: &'static str, plus, minus| {
        let safety = Concept::paired(name, plus, minus);
        Task::new(label, safety, vec![Concept::paired("fluency", e, f)])
    };
    let tasks = [
        task("10", "honesty", a, b),
        task("18", "honesty", a, b),
        task("10", "refusal", c, d),
    ];
    let options = MeasurementOptions::default().with_replicates(99).unwrap();
    let profile = Profile::new(&tasks, &options).unwrap();
    let records = profile
        .measurements()
        .iter()
        .map(|m| m.record().clone())
        .collect();
    (profile, records)
}

#[test]
fn layers_with_and_without_an_estimate() {
    let (profile, mut records) = records();
    let seen = both(|theme| LayerFigure::new(&profile).draw(theme));
    assert!(seen.has("honesty") && seen.has("refusal") && !seen.has("not resolved"));

    records[1].tax = None;
    let unresolved = both(|theme| {
        LayerFigure::from_records(&records)
            .with_axis("checkpoint")
            .draw(theme)
    });
    assert!(unresolved.has("not resolved: no estimate") && unresolved.has("checkpoint"));

    // Of τ = 0 and τ = 1, with an estimate beyond, and with nothing but tiny rates.
    for (estimate, interval, chance) in [
        (0.0, [0.0, 0.0], 0.0),
        (1.0, [1.0, 1.0], 1.0),
        (-0.2, [0.0, 0.3], 0.1),
        (1.3, [0.9, 1.0], 0.1),
        (1e-12, [0.0, 3e-12], 1e-12),
    ] {
        for record in &mut records {
            record.chance.random_safety.mean = chance;
            record.chance.random_safety.quantile_95 = chance;
            if let Some(tax) = &mut record.tax {
                (tax.estimate, tax.interval) = (estimate, interval);
            }
        }
        both(|theme| LayerFigure::from_records(&records).draw(theme));
        both(|theme| SharesFigure::from_record(&records[0]).draw(theme));
    }
    // Plain data can be filled with anything.
    records[0].chance.random_safety.mean = f64::NAN;
    let error = LayerFigure::from_records(&records)
        .draw(Theme::Light)
        .unwrap_err();
    assert!(
        matches!(
            error,
            PlotError::Input(Error::EntryOutOfRange {
                argument: "chance",
                index: 0,
                ..
            })
        ),
        "{error:?}"
    );
    records[0].capabilities[0].shapley = f64::INFINITY;
    let error = SharesFigure::from_record(&records[0])
        .draw(Theme::Light)
        .unwrap_err();
    assert!(
        matches!(
            error,
            PlotError::Input(Error::EntryOutOfRange {
                argument: "Shapley shares",
                ..
            })
        ),
        "{error:?}"
    );
}

#[test]
fn many_layers_are_thinned_and_not_smeared() {
    let (_, records) = records();
    let many: Vec<_> = (0..120)
        .map(|i| {
            let mut record = records[0].clone();
            record.label = format!("model.layers.{i}.residual");
            record
        })
        .collect();
    both(|theme| LayerFigure::from_records(&many).draw(theme));
    let error = LayerFigure::from_records(
        &many
            .iter()
            .cycle()
            .take(201)
            .enumerate()
            .map(|(i, r)| {
                let mut record = r.clone();
                record.label = i.to_string();
                record
            })
            .collect::<Vec<_>>(),
    )
    .draw(Theme::Light)
    .unwrap_err();
    assert!(
        matches!(
            error,
            PlotError::TooMany {
                argument: "labels",
                actual: 201,
                most: 200,
                ..
            }
        ),
        "{error:?}"
    );
}

#[test]
fn matrices_of_one_and_of_forty() {
    for n in [1, 2, 7, 13, 40] {
        let vectors = directions(n, 60, 5);
        let names: Vec<String> = (0..n).map(|i| format!("objective <{i}> & more")).collect();
        let named: Vec<(&str, &Direction<f64>)> =
            names.iter().map(String::as_str).zip(&vectors).collect();
        let objectives = Objectives::from_directions(&named).unwrap();
        let seen = both(|theme| MatrixFigure::gram(&objectives).draw(theme));
        assert!(seen.has("<0>"));
        let cell = |word: &&Word| word.text.contains('.') && word.text.chars().count() <= 5;
        let numbers = seen.words.iter().filter(cell).count();
        let drawn = numbers >= n * (n - 1);
        assert!(drawn == (n <= 13) || n == 1, "{n}: {numbers}");
        assert_eq!(seen.has("too small for numbers"), n > 13);
    }
    let vectors = directions(41, 60, 5);
    let names: Vec<String> = (0..41).map(|i| i.to_string()).collect();
    let named: Vec<(&str, &Direction<f64>)> =
        names.iter().map(String::as_str).zip(&vectors).collect();
    let error = MatrixFigure::gram(&Objectives::from_directions(&named).unwrap())
        .draw(Theme::Light)
        .unwrap_err();
    assert!(
        matches!(
            error,
            PlotError::TooMany {
                argument: "objectives",
                actual: 41,
                most: 40,
                ..
            }
        ),
        "{error:?}"
    );
}

#[test]
fn freezing_shows_both_matrices() {
    let gram = dmatrix![1.0_f64, -0.3, 0.6; -0.3, 1.0, -0.6; 0.6, -0.6, 1.0];
    let all = Objectives::from_gram(&["helpful", "harmless", "reasoning"], &gram).unwrap();
    let goals = FrozenGoals::new(&all, &["helpful", "harmless"], &["reasoning"]).unwrap();
    let seen = both(|theme| MatrixFigure::freezing(&goals).draw(theme));
    // (−0.3 + 0.36)/0.64
    assert!(seen.has("−0.30") && seen.has("0.09") && seen.has("After freezing reasoning"));
}

#[test]
fn scaling_with_every_kind_of_fit() {
    let widths = [64, 128, 256, 512, 1024];
    let rates = [0.35_f64, 0.226, 0.162, 0.132, 0.115];
    let data = ScalingData::from_errors(&widths, &rates, &[0.002; 5]).unwrap();
    let models = [
        ScalingModel::Constant,
        ScalingModel::InverseWidth,
        ScalingModel::ExactLaw {
            intrinsic_dimension: 2,
        },
        ScalingModel::PowerLaw,
    ];
    let comparison = ScalingComparison::new(&data, &models).unwrap();
    // Once: the intervals of a power law take their time without optimisation.
    let figure = ScalingFigure::from_comparison(&comparison).draw(Theme::Light);
    let seen = self::seen(&figure.unwrap());
    assert!(seen.has("beyond the data") && seen.has("constant") && seen.has("law rejected"));

    let fit = ScalingFit::new(&data, ScalingModel::InverseWidth).unwrap();
    let seen = both(|theme| ScalingFigure::from_fit("honesty", &fit).draw(theme));
    let x = |d: f64| {
        map(
            (128_f64.ln(), seen.at("128", 0).0),
            (512_f64.ln(), seen.at("512", 0).0),
        )(d.ln())
    };
    let y = map((0.0, seen.at("0.00", 0).1), (0.2, seen.at("0.20", 0).1));
    for (d, rate) in widths.iter().zip(rates) {
        let there = |p: &&(f64, f64)| close(p.0, x(*d as f64)) && close(p.1, y(rate));
        assert!(seen.discs.iter().any(|p| there(&p)), "{d}");
    }

    // Capabilities counted at each width: no curve where nobody has counted them.
    let counted = ScalingData::from_errors(
        &[64, 128, 256, 512],
        &[0.25_f64, 0.12, 0.18, 0.13],
        &[0.01; 4],
    )
    .unwrap()
    .with_capabilities(&[16, 16, 46, 66])
    .unwrap();
    let fit = ScalingFit::new(
        &counted,
        ScalingModel::ExactLaw {
            intrinsic_dimension: 0,
        },
    )
    .unwrap();
    both(|theme| ScalingFigure::from_fit("counted", &fit).draw(theme));
    // One width, no rate, a rate of one, and rates far below an everyday number.
    for (widths, rates, error) in [
        (vec![64], vec![0.2_f64], 0.01),
        (vec![1], vec![0.0], 1e-3),
        (vec![1, u32::MAX as usize], vec![1.0, 1.0], 1e-3),
        (vec![64, 128], vec![1e-12, 2e-12], 2e-8),
    ] {
        let data = ScalingData::from_errors(&widths, &rates, &vec![error; rates.len()]).unwrap();
        both(|theme| ScalingFigure::from_data("measured", &data).draw(theme));
    }
}

/// A folder of its own for a test, gone at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("alignment-tax-plot-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(&self.0)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn saving_replaces_a_file_or_leaves_it() {
    let folder = Folder::new("save");
    let frontier = ParetoFrontier::from_overlap(-0.3_f64, Budget::unit()).unwrap();
    let figure = FrontierFigure::new(&frontier).draw(Theme::Light).unwrap();
    let path = folder.0.join("frontier.svg");
    fs::write(&path, "an older picture").unwrap();
    figure.save(&path).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), figure.svg());
    assert_eq!(figure.to_string(), figure.svg());

    // A folder that is not empty cannot be replaced by a file: it stays, and nothing else is left.
    let taken = folder.0.join("taken");
    fs::create_dir(&taken).unwrap();
    fs::write(taken.join("inside"), "kept").unwrap();
    let error = figure.save(&taken).unwrap_err();
    assert!(
        matches!(&error, PlotError::Write { file, .. } if *file == taken),
        "{error:?}"
    );
    assert_eq!(fs::read_to_string(taken.join("inside")).unwrap(), "kept");
    assert_eq!(folder.names(), ["frontier.svg", "taken"]);

    let error = figure
        .save(folder.0.join("missing/frontier.svg"))
        .unwrap_err();
    assert!(matches!(error, PlotError::Write { .. }), "{error:?}");
    assert!(matches!(figure.save("/"), Err(PlotError::Write { .. })));
}
