//! [`ReportError`]: why a report could not be drawn or written.

use std::io;
use std::path::PathBuf;

use thiserror::Error as ThisError;

use crate::plot::PlotError;

/// Why there is no report, or no file of it.
///
/// # Examples
/// ```
/// use alignment_tax::report::{Report, ReportError};
///
/// let error = Report::new("Nothing").save("no/such/folder/report.html").unwrap_err();
/// assert!(matches!(error, ReportError::Write { .. }));
/// assert!(error.to_string().starts_with("cannot write no/such/folder/report.html"));
/// ```
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum ReportError {
    /// A figure could not be drawn.
    #[error(transparent)]
    Plot(#[from] PlotError),
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
