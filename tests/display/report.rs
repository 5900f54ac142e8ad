//! The report as a page: well-formed, closed in itself, the same bytes for the same input, and
//! written all at once or not at all.

use alignment_tax::plot::{FrontierFigure, PlotError};
use alignment_tax::report::{Report, ReportError};
use alignment_tax::{
    Audit, Budget, Concept, Conflict, Direction, Error, Measurement, MeasurementOptions,
    ParetoFrontier, Profile, ScalingData, ScalingFit, ScalingModel, Subspace, Task,
};
use nalgebra::{DMatrix, dmatrix, dvector};

use crate::common::{gaussian, rng};

const HOSTILE: &str = "<script>alert(\"a & b\")</script>";

fn pairs(shift: [f64; 2], seed: u64) -> (DMatrix<f64>, DMatrix<f64>) {
    let mut rng = rng(seed);
    let minus = gaussian::<f64>(16, 8, &mut rng);
    let noise = gaussian::<f64>(16, 8, &mut rng);
    let plus = DMatrix::from_fn(16, 8, |i, j| noise[(i, j)] + shift.get(j).unwrap_or(&0.0));
    (plus, minus)
}

/// A report with every kind of section.
fn full() -> Report {
    let (fluent, safe, nothing) = (
        pairs([0.0, 5.0], 1),
        pairs([5.0, -4.0], 2),
        pairs([0.0; 2], 3),
    );
    let options = MeasurementOptions::default().with_replicates(199).unwrap();
    let fluency = Concept::paired(HOSTILE, &fluent.0, &fluent.1);
    let honesty = Concept::paired("honesty", &safe.0, &safe.1);
    let empty = Concept::paired("nothing", &nothing.0, &nothing.1);
    let measured =
        Measurement::new("18", &honesty, std::slice::from_ref(&fluency), &options).unwrap();
    let tasks = [("10", &honesty), ("18", &honesty), ("18", &empty)]
        .map(|(label, safety)| Task::new(label, safety.clone(), vec![fluency.clone()]));
    let profile = Profile::new(&tasks, &options).unwrap();
    let conflict = Conflict::from_overlaps(-0.3_f64, 0.6, -0.6, Budget::unit()).unwrap();
    let rates = [0.350_f64, 0.226, 0.162, 0.132];
    let data = ScalingData::from_errors(&[64, 128, 256, 512], &rates, &[0.003; 4]).unwrap();
    let fit = ScalingFit::new(&data, ScalingModel::InverseWidth).unwrap();
    let v = Direction::from_slice(&[0.6_f64, 0.8, 0.0]).unwrap();
    let code = Subspace::from_columns(&dmatrix![1.0_f64; 0.0; 0.0]).unwrap();
    let audit = Audit::new(&dvector![1.0, 3.0, 4.0], &v, &code).unwrap();
    let frontier = ParetoFrontier::from_overlap(-0.3_f64, Budget::unit()).unwrap();
    Report::new(format!("The tax of {HOSTILE}"))
        .with_summary("A summary.")
        .with_fact("data", HOSTILE)
        .with_command("cargo run --example mine -- --name '<b>'")
        .profile(&profile)
        .measurement(&measured)
        .record(measured.record())
        .section("Helpful & harmless", conflict.card())
        .section("Wider models", fit.card())
        .section("Audit", audit.card())
        .figure(|theme| FrontierFigure::new(&frontier).draw(theme))
        .unwrap()
}

/// The page without its doctype, which an XML parser need not know.
fn parsed(html: &str) -> roxmltree::Document<'_> {
    let body = html.strip_prefix("<!DOCTYPE html>\n").expect("a doctype");
    roxmltree::Document::parse(body).unwrap_or_else(|e| panic!("not well-formed, {e}"))
}

#[test]
fn the_page_is_closed_in_itself() {
    let html = full().to_html();
    let page = parsed(&html);
    let elements = || page.descendants().filter(|n| n.is_element());
    for node in elements() {
        let name = node.tag_name().name();
        assert!(
            !["script", "iframe", "object", "img", "foreignObject"].contains(&name),
            "{name}"
        );
        for attribute in node.attributes() {
            let value = attribute.value();
            assert!(!attribute.name().starts_with("on"), "{}", attribute.name());
            assert!(attribute.name() != "src");
            if attribute.name() == "href" {
                assert!(value.starts_with('#') || value == "data:,", "{value}");
            }
        }
    }
    assert!(!html.contains("@import") && !html.contains("url("));
    // Every link of the contents leads somewhere, and no identifier occurs twice.
    let mut ids: Vec<&str> = elements().filter_map(|n| n.attribute("id")).collect();
    for link in elements().filter_map(|n| n.attribute("href")) {
        let target = link.trim_start_matches('#');
        assert!(link == "data:," || ids.contains(&target), "{link}");
    }
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "an identifier occurs twice");
}

#[test]
fn every_part_says_what_it_is() {
    let html = full().to_html();
    let page = parsed(&html);
    let named = |name: &'static str| {
        page.descendants()
            .filter(move |n| n.tag_name().name() == name)
    };
    assert_eq!(named("h1").count(), 1);
    let headings: Vec<_> = named("h2").filter_map(|n| n.text()).collect();
    for heading in [
        "All measurements",
        "honesty, 18",
        "Helpful & harmless",
        "Wider models",
    ] {
        assert!(headings.contains(&heading), "{headings:?}");
    }
    assert_eq!(
        headings[headings.len() - 3..],
        ["How to read the numbers", "Limits", "How this was made"]
    );
    assert!(named("table").count() >= 5);
    for table in named("table") {
        assert!(
            table
                .children()
                .any(|n| n.has_tag_name(("http://www.w3.org/1999/xhtml", "caption")))
        );
    }
    for th in named("th") {
        assert!(matches!(th.attribute("scope"), Some("row" | "col")));
    }
    assert!(named("figure").count() >= 4);
    for figure in named("figure") {
        let svg = figure
            .descendants()
            .filter(|n| n.tag_name().name() == "svg")
            .count();
        assert_eq!(svg, 2, "one picture for each theme");
        let caption = figure
            .descendants()
            .find(|n| n.tag_name().name() == "figcaption");
        assert!(caption.and_then(|n| n.text()).is_some_and(|t| t.len() > 20));
    }
    let text: String = page
        .descendants()
        .filter(|n| n.is_text() && n.parent().is_none_or(|p| p.tag_name().name() != "style"))
        .filter_map(|n| n.text())
        .collect();
    assert!(!text.contains("NaN"));
    assert!(text.contains(HOSTILE) && text.contains("-- --name '<b>'"));
    assert!(
        text.contains("first order and linear") && text.contains("silent on what \"safe\" means")
    );
    assert!(text.contains(concat!("alignment-tax ", env!("CARGO_PKG_VERSION"))));
    assert!(text.contains("is not resolved") || text.contains("not resolved"));
}

#[test]
fn equal_input_gives_equal_bytes() {
    let report = full();
    assert_eq!(report.to_html(), full().to_html());
    assert_ne!(report.to_html(), full().with_date("2026-03-05").to_html());
}

#[test]
fn a_report_without_sections_is_a_page() {
    let html = Report::new("").to_html();
    parsed(&html);
    assert!(html.contains("<h2>Limits</h2>"));
}

#[test]
fn a_figure_that_cannot_be_drawn_is_an_error() {
    let refuse = |_| Err(Direction::from_slice(&[0.0_f64; 0]).unwrap_err().into());
    let error = Report::new("x").figure(refuse).unwrap_err();
    assert!(matches!(
        error,
        ReportError::Plot(PlotError::Input(Error::Empty { .. }))
    ));
}

#[test]
fn writing_replaces_all_or_nothing() {
    let folder = std::env::temp_dir().join(format!("alignment-tax-report-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("report.html");
    std::fs::write(&path, "before").unwrap();
    let report = Report::new("after");
    report.save(&path).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), report.to_html());
    // A folder is in the way: it stays, and no draft is left beside it.
    let taken = folder.join("taken");
    std::fs::create_dir_all(taken.join("inside")).unwrap();
    let error = report.save(&taken).unwrap_err();
    assert!(matches!(&error, ReportError::Write { file, .. } if *file == taken));
    assert!(error.to_string().contains("taken"));
    let left: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 2, "{left:?}");
    std::fs::remove_dir_all(&folder).unwrap();
}
