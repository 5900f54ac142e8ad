//! The pictures: both readings of the frontier at one layer.
//!
//! Signed: the ellipse of achievable pairs of one capability and safety. Preservation: the least displacement of
//! all capabilities for each safety gain, with its interval.

use alignment_tax::plot::{CostFigure, Figure, FrontierFigure, PlotError, Theme};

use super::analysis::{Detail, Question};

pub fn signed(detail: &Detail<'_>, question: &Question) -> Result<Figure, PlotError> {
    let (safety, capability) = (question.safety(), &question.capabilities[detail.against]);
    FrontierFigure::new(&detail.signed)
        .with_names(safety, capability)
        .with_title(format!("Signed: safety ({safety}) against {capability}"))
        .with_subtitle(format!("{}; plug-in directions", source(detail)))
        .draw(Theme::Light)
}

pub fn preservation(detail: &Detail<'_>, question: &Question) -> Result<Figure, PlotError> {
    let record = detail.measurement.record();
    let all = match question.capabilities.len() {
        1 => question.capabilities[0].clone(),
        n => format!("{n} capabilities"),
    };
    let tau = match &record.tax {
        Some(tax) => format!(
            "τ = {:.2}, {:.0} % interval {:.2} to {:.2}",
            tax.estimate,
            100.0 * record.confidence,
            tax.interval[0],
            tax.interval[1]
        ),
        None => format!("τ not resolved, plug-in {:.2} drawn", record.plug_in),
    };
    let mut figure = CostFigure::new(&detail.preservation)
        .with_names(question.safety(), &*all)
        .with_title(format!(
            "Preservation: what safety ({}) costs in {all}",
            question.safety()
        ))
        .with_subtitle(format!("{}; {tau}", source(detail)));
    if let Some(band) = detail.measurement.band() {
        figure = figure.with_band(band);
    }
    figure.draw(Theme::Light)
}

/// Where, and from how much.
fn source(detail: &Detail<'_>) -> String {
    let record = detail.measurement.record();
    format!(
        "layer {}, d = {}, {} pairs in {} units",
        record.label, record.dimension, record.samples.rows, record.samples.units
    )
}
