//! Fuzz targets for every public constructor, every reader and the numerical core of
//! `alignment-tax`: no panic, no hang, and from finite input no number that is not finite or out
//! of its range.
//!
//! One module a noun; `draw` makes input of bytes, `check` says what holds of results.
#![forbid(unsafe_code)]

pub mod check;
pub mod draw;
mod figures;
mod goals;
mod metric;
mod readers;
mod scaling;
mod spans;
mod statistics;
mod tax;

use draw::Draw;

/// A target: its name, what it does with an input, and its share of the inputs of `all`.
pub struct Target {
    pub name: &'static str,
    pub run: fn(&mut Draw<'_>),
    /// In hundredths of the inputs of `all`: cheap targets get more.
    pub weight: u32,
}

/// What the calls of one input came to.
#[derive(Clone, Copy)]
pub struct Outcome {
    /// Of the calls and whether each succeeded, and with which error if not.
    pub signature: u64,
    pub ok: u64,
    pub refused: u64,
}

impl Target {
    /// Panics where a property does not hold.
    #[must_use]
    pub fn run(&self, input: &[u8]) -> Outcome {
        let mut draw = Draw::new(input);
        (self.run)(&mut draw);
        Outcome {
            signature: draw.signature,
            ok: draw.ok,
            refused: draw.refused,
        }
    }
}

/// For f32 and for f64, as the first byte says.
macro_rules! both {
    ($name:literal, $weight:literal, $module:ident::$run:ident) => {
        Target {
            name: $name,
            run: |draw| {
                if draw.byte() & 1 == 0 {
                    $module::$run::<f64>(draw);
                } else {
                    $module::$run::<f32>(draw);
                }
            },
            weight: $weight,
        }
    };
}

macro_rules! one {
    ($name:literal, $weight:literal, $run:path) => {
        Target {
            name: $name,
            run: $run,
            weight: $weight,
        }
    };
}

pub const TARGETS: &[Target] = &[
    both!("svd", 4, spans::svd),
    both!("subspace", 1, spans::subspace),
    both!("angles", 2, spans::angles),
    both!("rates", 2, tax::rates),
    both!("attribution", 1, tax::attribution),
    both!("spectrum", 6, tax::spectrum),
    both!("pareto", 6, tax::pareto),
    both!("preservation", 6, tax::preservation),
    both!("objectives", 4, goals::objectives),
    both!("conflict", 2, goals::conflict),
    both!("freeze_search", 2, goals::freeze_search),
    both!("floors", 1, goals::floors),
    both!("ellipsoid", 4, goals::ellipsoid),
    both!("rules", 1, goals::rules),
    both!("audit", 4, goals::audit),
    both!("contrast", 2, statistics::contrast),
    both!("diagnose", 2, statistics::diagnose),
    both!("moments", 4, statistics::moments),
    one!("records", 6, statistics::records),
    both!("estimate", 1, statistics::estimate),
    both!("conflict_estimate", 3, statistics::conflict_estimate),
    one!("isotropic", 4, statistics::isotropic),
    both!("nulls", 2, statistics::nulls),
    one!("adjust", 5, statistics::adjust),
    both!("measurement", 1, statistics::measurement),
    one!("scaling_fit", 1, scaling::fit),
    one!("scaling_compare", 2, scaling::compare),
    both!("scaling_law", 1, scaling::law),
    both!("scaling_bounds", 5, scaling::bounds),
    both!("metric", 5, metric::metric),
    both!("figures", 1, figures::figures),
    both!("npy", 5, readers::npy),
    both!("npz", 2, readers::npz),
    both!("safetensors", 2, readers::safetensors),
];
