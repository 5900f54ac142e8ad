//! The picture: rates by width with the fits of τ₀ + κ/d and their bands, one panel a
//! family, and everything beyond the widest width shaded.
//!
//! Colours are of Okabe and Ito's palette; series are told apart by markers too.

use alignment_tax::{Error, ScalingFit};
use plotters::coord::Shift;
use plotters::prelude::*;

use crate::Failure;
use crate::series::{Fitted, LEVEL};

const INK: RGBColor = RGBColor(40, 40, 40);
const COLOURS: [RGBColor; 5] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
];
const FONT: &str = "sans-serif";
/// Coordinates are whole pixels: drawn this many times as large as shown, so that curves
/// are smooth.
const FINE: i32 = 4;
const SIZE: (u32, u32) = (1240, 620);
/// How far beyond the widest width the fits are drawn.
const BEYOND: f64 = 8.0;
const POINTS: usize = 120;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

pub fn draw(panels: &[(&str, &[Fitted])]) -> Result<String, Failure> {
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (SIZE.0 * FINE as u32, SIZE.1 * FINE as u32))
            .into_drawing_area();
        root.fill(&WHITE)?;
        let root = root.margin(12 * FINE, 0, 0, 0);
        let title = "Tax by width: data, fits of tau0 + kappa/d, bands at 95 %";
        let body = root.titled(title, (FONT, 24 * FINE).into_font().color(&INK))?;
        let note = "Bars: two standard errors, from the spread between seeds. Thin lines: the residuals reject the law.";
        let body = body.titled(note, (FONT, 15 * FINE).into_font().color(&INK))?;
        for (area, (name, fits)) in body.split_evenly((1, panels.len())).iter().zip(panels) {
            panel(area, name, fits)?;
        }
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

fn panel(area: &Area<'_>, name: &str, fits: &[Fitted]) -> Result<(), Failure> {
    let widths = || fits.iter().flat_map(|f| f.law().data().widths());
    let (Some(narrowest), Some(widest)) = (widths().min(), widths().max()) else {
        return Ok(());
    };
    let (narrowest, widest) = (*narrowest as f64, *widest as f64);
    let x = 0.8 * narrowest..BEYOND * widest;
    let top = fits
        .iter()
        .flat_map(|f| f.law().data().rates())
        .fold(0.2, |m: f64, r| m.max(*r));
    let (low, high) = (-0.06, 1.5 * top);
    let mut chart = ChartBuilder::on(area)
        .caption(name, (FONT, 19 * FINE))
        .margin(14 * FINE)
        .x_label_area_size(46 * FINE)
        .y_label_area_size(58 * FINE)
        .build_cartesian_2d(
            x.clone().log_scale().with_key_points(doublings(&x)),
            low..high,
        )?;
    chart
        .configure_mesh()
        .x_desc("width d (dimensions, logarithmic)")
        .y_desc("tax rate tau (no unit)")
        .axis_desc_style((FONT, 16 * FINE))
        .label_style((FONT, 14 * FINE))
        .light_line_style(WHITE)
        .bold_line_style(INK.mix(0.12))
        .axis_style(INK.stroke_width(FINE as u32))
        .set_all_tick_mark_size(5 * FINE)
        .x_label_formatter(&|x| format!("{x:.0}"))
        .y_label_formatter(&|y| format!("{:.1}", if *y == 0.0 { 0.0 } else { *y }))
        .draw()?;
    chart.draw_series([Rectangle::new(
        [(widest, low), (x.end, high)],
        INK.mix(0.09).filled(),
    )])?;
    chart.draw_series([Text::new(
        "extrapolation",
        (1.12 * widest, low + 0.035 * (high - low)),
        (FONT, 16 * FINE).into_font().color(&INK),
    )])?;
    for (i, fitted) in fits.iter().enumerate() {
        let (fit, colour) = (fitted.law(), COLOURS[i % COLOURS.len()]);
        let [lower, mean, upper] = curves(fit, &x)?;
        let accepted = fit.fits(LEVEL);
        if accepted {
            let band = lower.into_iter().chain(upper.into_iter().rev());
            chart.draw_series([Polygon::new(
                band.collect::<Vec<_>>(),
                colour.mix(0.15).filled(),
            )])?;
        }
        // A model that its residuals reject is drawn, thin and without a band.
        let line = colour.stroke_width(if accepted { 3 } else { 1 } * FINE as u32);
        chart.draw_series(LineSeries::new(mean, line))?;
        let data = fit.data();
        let points: Vec<(f64, f64, f64)> = (data.widths().iter().zip(data.rates()))
            .zip(data.errors())
            // Side by side, so that series of equal widths can be read.
            .map(|((d, rate), error)| (*d as f64 * 1.05_f64.powf(i as f64 - 1.5), *rate, *error))
            .collect();
        let bar = colour.stroke_width(2 * FINE as u32);
        chart.draw_series(points.iter().map(|&(d, rate, error)| {
            let (bottom, top) = (
                (rate - 2.0 * error).max(low),
                (rate + 2.0 * error).min(high),
            );
            PathElement::new([(d, bottom), (d, top)], bar)
        }))?;
        let verdict = fitted.verdict()?;
        let note = if accepted { "" } else { " (law rejected)" };
        let question = fitted.name.trim_start_matches("toy models, ");
        let label = format!("{question}: {verdict}{note}");
        let marks = points.iter().map(|&(d, rate, _)| {
            EmptyElement::at((d, rate)) + Polygon::new(mark(i, (0, 0)), colour.filled())
        });
        chart
            .draw_series(marks)?
            .label(label)
            .legend(move |(x, y)| Polygon::new(mark(i, (x + 11 * FINE, y)), colour.filled()));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.85))
        .border_style(INK.mix(0.3))
        .label_font((FONT, 14 * FINE))
        .legend_area_size(26 * FINE)
        .margin(6 * FINE)
        .draw()?;
    Ok(())
}

/// A marker of its own for each series, about a place in pixels: a polygon, with as many
/// corners as look like a disc for the first.
fn mark(series: usize, (x, y): (i32, i32)) -> Vec<(i32, i32)> {
    let (corners, turn) = [(24, 0.0), (3, -0.25), (4, 0.0), (4, 0.125), (3, 0.25)][series % 5];
    let radius = f64::from(6 * FINE);
    (0..corners)
        .map(|i| {
            let angle = std::f64::consts::TAU * (f64::from(i) / f64::from(corners) + turn);
            let step = |t: f64| (radius * t).round() as i32;
            (x + step(angle.cos()), y + step(angle.sin()))
        })
        .collect()
}

/// The lower end, the mean and the upper end of the fit from the narrowest width of its data on.
fn curves(fit: &ScalingFit, x: &std::ops::Range<f64>) -> Result<[Vec<(f64, f64)>; 3], Error> {
    let narrowest = fit.data().widths().iter().min().copied().unwrap_or(1);
    let (start, end) = ((narrowest as f64).ln(), x.end.ln());
    let mut curves = [(); 3].map(|()| Vec::with_capacity(POINTS));
    for j in 0..POINTS {
        let at = start + (end - start) * j as f64 / (POINTS - 1) as f64;
        let width = at.exp().round().max(1.0);
        let there = fit.predict(width as usize, LEVEL)?;
        let [lower, upper] = there.interval;
        for (curve, y) in curves.iter_mut().zip([lower, there.mean, upper]) {
            curve.push((width, y));
        }
    }
    Ok(curves)
}

/// The powers of two in a range.
fn doublings(range: &std::ops::Range<f64>) -> Vec<f64> {
    (0..32)
        .map(|i| 2.0_f64.powi(i))
        .filter(|x| range.contains(x))
        .collect()
}
