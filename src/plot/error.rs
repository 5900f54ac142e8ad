//! [`PlotError`]: why there is no figure, or no file of it.
//!
//! What is drawn has been validated by its own constructor, so little is left to go wrong: options that a caller
//! adds to a figure, more items than can be read, and the disk.

use std::io;
use std::path::PathBuf;

use crate::{Error, FrontierError};

/// Why a figure could not be drawn or saved.
///
/// # Examples
/// ```
/// use alignment_tax::plot::{FrontierFigure, PlotError, Theme};
/// use alignment_tax::{Budget, ParetoFrontier};
///
/// let frontier = ParetoFrontier::from_overlap(-0.3_f64, Budget::unit())?;
/// let figure = FrontierFigure::new(&frontier).draw(Theme::Light)?;
/// let error = figure.save("no/such/folder/frontier.svg").unwrap_err();
/// assert!(matches!(error, PlotError::Write { .. }));
/// assert!(error.to_string().starts_with("cannot write no/such/folder/frontier.svg"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlotError {
    /// An option or an entry that cannot be drawn.
    #[error(transparent)]
    Input(#[from] Error),
    /// The frontier has no answer where the figure asks for one.
    #[error(transparent)]
    Frontier(#[from] FrontierError),
    /// More than can be told apart in one figure.
    #[error(
        "`{argument}` has {actual} entries, and no more than {most} can be read in one figure; {advice}"
    )]
    #[non_exhaustive]
    TooMany {
        /// The argument at fault.
        argument: &'static str,
        /// How many it has.
        actual: usize,
        /// How many it may have.
        most: usize,
        /// What to do instead.
        advice: &'static str,
    },
    /// The drawing backend refused.
    #[error("the drawing backend failed: {detail}")]
    #[non_exhaustive]
    Backend {
        /// What it said.
        detail: String,
    },
    /// The file could not be written. What was there before is as it was.
    #[error("cannot write {}: {source}", file.display())]
    #[non_exhaustive]
    Write {
        /// The file.
        file: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

/// No more entries than can be read in one figure.
pub(super) fn legible(
    argument: &'static str,
    actual: usize,
    most: usize,
    advice: &'static str,
) -> Result<(), PlotError> {
    if actual <= most {
        return Ok(());
    }
    Err(PlotError::TooMany {
        argument,
        actual,
        most,
        advice,
    })
}
