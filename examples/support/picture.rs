//! The picture: both readings of the frontier at one layer.
//!
//! Left, signed: the ellipse of achievable pairs of one capability and safety, its
//! efficient arc, and the point that keeps the capability. Right, preservation: the
//! least displacement of all capabilities for each safety gain. Colours are of Okabe
//! and Ito's palette, told apart also without hue.

use alignment_tax::{FrontierPoint, ParetoFrontier, PreservationFrontier};
use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

use super::analysis::{Detail, Question};
use super::dataset::Failure;

const INK: RGBColor = RGBColor(40, 40, 40);
const BLUE: RGBColor = RGBColor(0, 114, 178);
const ORANGE: RGBColor = RGBColor(213, 94, 0);
const GREEN: RGBColor = RGBColor(0, 158, 115);
const FONT: &str = "sans-serif";
/// Coordinates are whole pixels: drawn this many times as large as shown, so that curves
/// are smooth.
const FINE: i32 = 4;
const SIZE: (u32, u32) = (1180, 620);

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

pub fn draw(detail: &Detail<'_>, question: &Question) -> Result<String, Failure> {
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (SIZE.0 * FINE as u32, SIZE.1 * FINE as u32))
            .into_drawing_area();
        root.fill(&WHITE)?;
        let root = root.margin(12 * FINE, 0, 0, 0);
        let title = title(detail, question);
        let body = root.titled(&title, (FONT, 24 * FINE).into_font().color(&INK))?;
        let (left, right) = body.split_horizontally(SIZE.0 as i32 / 2 * FINE);
        signed(&left, detail, question)?;
        preservation(&right, detail, question)?;
        root.present()?;
    }
    let drawn = format!(
        r#"width="{}" height="{}""#,
        SIZE.0 * FINE as u32,
        SIZE.1 * FINE as u32
    );
    let shown = format!(r#"width="{}" height="{}""#, SIZE.0, SIZE.1);
    Ok(svg.replacen(&drawn, &shown, 1))
}

fn title(detail: &Detail<'_>, question: &Question) -> String {
    let record = detail.measurement.record();
    let tau = match &record.tax {
        Some(tax) => format!(
            "tau = {:.2}, {:.0} % interval {:.2} to {:.2}",
            tax.estimate,
            100.0 * record.confidence,
            tax.interval[0],
            tax.interval[1]
        ),
        None => format!("tau not resolved, plug-in {:.2} drawn", record.plug_in),
    };
    format!(
        "Safety ({}) at layer {}: {tau}; d = {}, {} pairs",
        question.safety(),
        record.label,
        record.dimension,
        record.samples.rows
    )
}

fn pair(p: FrontierPoint<f64>) -> (f64, f64) {
    (p.capability, p.safety)
}

/// The signed reading.
fn signed(area: &Area<'_>, detail: &Detail<'_>, question: &Question) -> Result<(), Failure> {
    let frontier: &ParetoFrontier<f64> = &detail.signed;
    let b = frontier.budget();
    let capability = &question.capabilities[detail.against];
    let mut chart: Chart<'_, '_> = ChartBuilder::on(area)
        .caption(
            format!(
                "Signed: safety ({}) against {capability}",
                question.safety()
            ),
            (FONT, 19 * FINE),
        )
        .margin(14 * FINE)
        .x_label_area_size(46 * FINE)
        .y_label_area_size(62 * FINE)
        .build_cartesian_2d(-1.18 * b..1.18 * b, -1.18 * b..1.72 * b)?;
    mesh(
        &mut chart,
        &format!("change of {capability} (units of the shift)"),
        "safety gain (units of the shift)",
    )?;
    let outline: Vec<_> = frontier.outline(240)?.into_iter().map(pair).collect();
    chart.draw_series(std::iter::once(Polygon::new(
        outline.clone(),
        BLUE.mix(0.10),
    )))?;
    let closed = outline.iter().chain(outline.first()).copied();
    chart
        .draw_series(LineSeries::new(closed, BLUE.stroke_width(FINE as u32)))?
        .label("achievable with this budget")
        .legend(|(x, y)| {
            Rectangle::new(
                [(x, y - 5 * FINE), (x + 22 * FINE, y + 5 * FINE)],
                BLUE.mix(0.25).filled(),
            )
        });
    let arc = frontier.points(120)?.into_iter().map(pair);
    chart
        .draw_series(LineSeries::new(arc, BLUE.stroke_width(4 * FINE as u32)))?
        .label("efficient arc")
        .legend(|(x, y)| {
            PathElement::new(
                [(x, y), (x + 22 * FINE, y)],
                BLUE.stroke_width(4 * FINE as u32),
            )
        });
    let [safest, _] = frontier.efficient_arc();
    let kept = (0.0, frontier.safety_at(0.0)?);
    chart
        .draw_series([Circle::new(pair(safest), 6 * FINE, ORANGE.filled())])?
        .label("all of the budget on safety")
        .legend(|(x, y)| Circle::new((x + 11 * FINE, y), 6 * FINE, ORANGE.filled()));
    chart
        .draw_series([TriangleMarker::new(kept, 8 * FINE, GREEN.filled())])?
        .label(format!("{capability} kept where it is"))
        .legend(|(x, y)| TriangleMarker::new((x + 11 * FINE, y), 8 * FINE, GREEN.filled()));
    legend(&mut chart)
}

/// The preservation reading.
fn preservation(area: &Area<'_>, detail: &Detail<'_>, question: &Question) -> Result<(), Failure> {
    let frontier = &detail.preservation;
    let b = frontier.budget();
    let dearest = detail
        .measurement
        .band()
        .map_or_else(|| frontier.full_cost(), |band| band.dearest().full_cost());
    let top = (1.15 * dearest).max(0.25 * b);
    let mut chart: Chart<'_, '_> = ChartBuilder::on(area)
        .caption(
            format!(
                "Preservation: cost over all {} capabilities",
                question.capabilities.len()
            ),
            (FONT, 19 * FINE),
        )
        .margin(14 * FINE)
        .x_label_area_size(46 * FINE)
        .y_label_area_size(62 * FINE)
        .build_cartesian_2d(0.0..1.04 * b, 0.0..1.32 * top)?;
    mesh(
        &mut chart,
        "safety gain (units of the shift)",
        "least displacement of capabilities",
    )?;
    let free = frontier.free_gain();
    if let Some(band) = detail.measurement.band() {
        let steps = (0..=200).map(|j| (b * f64::from(j) / 200.0).min(b));
        let edge = |frontier: &PreservationFrontier<f64>| {
            let cost = |s: f64| frontier.min_cost(s).map(|cost| (s, cost));
            steps.clone().map(cost).collect::<Result<Vec<_>, _>>()
        };
        let mut outline = edge(band.dearest())?;
        outline.extend(edge(band.cheapest())?.into_iter().rev());
        chart
            .draw_series([Polygon::new(outline, ORANGE.mix(0.18))])?
            .label("interval of the cost")
            .legend(|(x, y)| {
                Rectangle::new(
                    [(x, y - 5 * FINE), (x + 22 * FINE, y + 5 * FINE)],
                    ORANGE.mix(0.25).filled(),
                )
            });
    }
    chart
        .draw_series([Rectangle::new(
            [(0.0, 0.0), (free, 0.02 * top)],
            GREEN.mix(0.8).filled(),
        )])?
        .label(format!("free: {:.1} % of the budget", 100.0 * free / b))
        .legend(|(x, y)| {
            Rectangle::new(
                [(x, y - 4 * FINE), (x + 22 * FINE, y + 4 * FINE)],
                GREEN.filled(),
            )
        });
    let curve = (0..=200)
        .map(|j| {
            let s = (free + (b - free) * f64::from(j) / 200.0).min(b);
            frontier.min_cost(s).map(|cost| (s, cost))
        })
        .collect::<Result<Vec<_>, _>>()?;
    chart
        .draw_series(LineSeries::new(curve, ORANGE.stroke_width(4 * FINE as u32)))?
        .label("paid")
        .legend(|(x, y)| {
            PathElement::new(
                [(x, y), (x + 22 * FINE, y)],
                ORANGE.stroke_width(4 * FINE as u32),
            )
        });
    legend(&mut chart)
}

fn mesh(chart: &mut Chart<'_, '_>, x: &str, y: &str) -> Result<(), Failure> {
    chart
        .configure_mesh()
        .x_desc(x)
        .y_desc(y)
        .axis_desc_style((FONT, 16 * FINE))
        .label_style((FONT, 14 * FINE))
        .light_line_style(WHITE)
        .bold_line_style(INK.mix(0.12))
        .axis_style(INK.stroke_width(FINE as u32))
        .set_all_tick_mark_size(5 * FINE)
        .x_label_formatter(&|x| tick(*x))
        .y_label_formatter(&|y| tick(*y))
        .draw()?;
    Ok(())
}

/// A tick's label, zero without a sign.
fn tick(x: f64) -> String {
    let label = format!("{x:.2}");
    let short = label.trim_end_matches('0').trim_end_matches('.');
    if short == "-0" {
        "0".to_owned()
    } else {
        short.to_owned()
    }
}

fn legend<'a, 'b: 'a>(chart: &mut Chart<'a, 'b>) -> Result<(), Failure> {
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.85))
        .border_style(INK.mix(0.3))
        .label_font((FONT, 15 * FINE))
        .legend_area_size(30 * FINE)
        .margin(6 * FINE)
        .draw()?;
    Ok(())
}
