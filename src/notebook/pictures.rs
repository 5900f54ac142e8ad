//! The figure that goes with each card, for both themes.
//!
//! What cannot be drawn, because there is too much of it to be read, leaves the card without a
//! picture: its numbers are there.

use super::Picture;
use crate::plot::{
    CostFigure, Figure, FrontierFigure, LayerFigure, MatrixFigure, PlotError, ScalingFigure,
    SharesFigure, SpectrumFigure, Theme,
};
use crate::{
    Attribution, Budget, Confidence, Conflict, ConflictEstimate, FreezePlan, Measurement,
    MeasurementRecord, Objectives, OverlapEstimate, ParetoFrontier, PreservationBand,
    PreservationFrontier, PrincipalAngles, Profile, Real, ScalingComparison, ScalingFit,
    TaxEstimate, TaxRate, TaxSpectrum,
};

fn drawn(draw: impl Fn(Theme) -> Result<Figure, PlotError>) -> Option<Picture> {
    Picture::drawn(draw).ok()
}

/// What safety costs at a rate, for a budget of one.
pub(super) fn rate<T: Real>(rate: TaxRate<T>) -> Option<Picture> {
    cost(&PreservationFrontier::new(rate, Budget::unit()))
}

pub(super) fn cost<T: Real>(frontier: &PreservationFrontier<T>) -> Option<Picture> {
    drawn(|theme| CostFigure::new(frontier).draw(theme))
}

pub(super) fn estimate(tax: &TaxEstimate) -> Option<Picture> {
    let frontier = PreservationFrontier::new(tax.rate(), Budget::unit());
    let band = PreservationBand::new(tax, Budget::unit(), Confidence::NINETY_FIVE);
    drawn(|theme| CostFigure::new(&frontier).with_band(&band).draw(theme))
}

pub(super) fn frontier<T: Real>(frontier: &ParetoFrontier<T>) -> Option<Picture> {
    drawn(|theme| FrontierFigure::new(frontier).draw(theme))
}

pub(super) fn angles<T: Real>(angles: &PrincipalAngles<T>) -> Option<Picture> {
    drawn(|theme| SpectrumFigure::from_angles(angles).draw(theme))
}

pub(super) fn spectrum<T: Real>(spectrum: &TaxSpectrum<T>) -> Option<Picture> {
    drawn(|theme| SpectrumFigure::from_tax(spectrum).draw(theme))
}

/// Capabilities by their numbers, as an attribution has no names.
pub(super) fn shares<T: Real>(shares: &Attribution<T>) -> Option<Picture> {
    let names: Vec<String> = (1..=shares.overlaps().len())
        .map(|i| i.to_string())
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    drawn(|theme| SharesFigure::from_attribution(&names, shares)?.draw(theme))
}

pub(super) fn conflict<T: Real>(conflict: &Conflict<T>) -> Vec<Picture> {
    before_and_after([conflict.frontier_before(), conflict.frontier_after()])
}

/// At the estimates, each brought into its range.
pub(super) fn conflict_estimate(conflict: &ConflictEstimate) -> Vec<Picture> {
    let frontier = |overlap: &OverlapEstimate| {
        ParetoFrontier::from_overlap(overlap.value().clamp(-1.0, 1.0), Budget::unit())
    };
    let both = (
        frontier(conflict.overlap_before()),
        frontier(conflict.overlap_after()),
    );
    match &both {
        (Ok(before), Ok(after)) => before_and_after([before, after]),
        _ => Vec::new(),
    }
}

/// The trade-off of two goals with nothing frozen, and of what is left of them.
fn before_and_after<T: Real>(frontiers: [&ParetoFrontier<T>; 2]) -> Vec<Picture> {
    let titles = ["Nothing frozen", "Capabilities frozen"];
    let picture = |(frontier, title): (&ParetoFrontier<T>, &str)| {
        drawn(|theme| {
            FrontierFigure::new(frontier)
                .with_names("first goal", "second goal")
                .with_title(title)
                .draw(theme)
        })
    };
    frontiers
        .into_iter()
        .zip(titles)
        .filter_map(picture)
        .collect()
}

/// What freezing the best choice does, or the nearest where none resolves.
pub(super) fn plan<T: Real>(plan: &FreezePlan<T>) -> Option<Picture> {
    let near = plan.near_misses();
    let frozen = plan.best().or_else(|| near.first().copied())?;
    drawn(|theme| MatrixFigure::freezing(frozen).draw(theme))
}

pub(super) fn objectives<T: Real>(objectives: &Objectives<T>) -> Option<Picture> {
    drawn(|theme| MatrixFigure::gram(objectives).draw(theme))
}

pub(super) fn scaling(fit: &ScalingFit) -> Option<Picture> {
    drawn(|theme| ScalingFigure::from_fit("measured", fit).draw(theme))
}

pub(super) fn comparison(comparison: &ScalingComparison) -> Option<Picture> {
    drawn(|theme| ScalingFigure::from_comparison(comparison).draw(theme))
}

/// Of two labels or more: a single one has no course.
pub(super) fn profile(profile: &Profile) -> Option<Picture> {
    drawn(|theme| LayerFigure::new(profile).draw(theme))
}

pub(super) fn record(record: &MeasurementRecord) -> Option<Picture> {
    drawn(|theme| SharesFigure::from_record(record).draw(theme))
}

/// What safety costs at the estimate, with its interval; nothing where there is no estimate.
pub(super) fn measurement(measured: &Measurement) -> Option<Picture> {
    let (tax, band) = (measured.tax().ok()?, measured.band()?);
    let budget = Budget::new(measured.record().budget).ok()?;
    let frontier = PreservationFrontier::new(tax.rate(), budget);
    let safety = &measured.record().safety;
    drawn(|theme| {
        CostFigure::new(&frontier)
            .with_band(band)
            .with_names(safety.as_str(), "capabilities")
            .draw(theme)
    })
}
