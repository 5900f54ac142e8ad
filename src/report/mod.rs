//! A measurement as one page to read, to print and to send: a single HTML file.
//!
//! What was measured, the figures, the tables, how to read the numbers, how far they go, and
//! the command and version that made them. The file refers to nothing outside itself and has no
//! scripts; what a name contains is text, not markup. There is no clock in it unless the caller
//! says what time it is: equal input gives equal bytes, so that a report can be compared with
//! another by its checksum.
//!
//! Sections are [`Card`]s, as notebooks show them. Whatever has a card can be a section: a
//! conflict, an audit, a scaling fit beside the measurements.
//!
//! [`Card`]: crate::Card

mod error;
mod page;
mod reading;

use std::path::Path;

pub use error::ReportError;

use crate::markup::line;
use crate::notebook::Picture;
use crate::plot::{Figure, PlotError, Theme};
use crate::{Card, Measurement, MeasurementRecord, Profile};

/// A report under construction, and then the page.
///
/// # Examples
/// ```
/// use alignment_tax::report::Report;
/// use alignment_tax::{Budget, Concept, Conflict, Measurement, MeasurementOptions};
/// use nalgebra::DMatrix;
///
/// fn side(k: usize, shift: [f64; 2]) -> DMatrix<f64> {
///     let noise = |i, j| ((i * 31 + j * 17 + k * 7) as f64).sin();
///     DMatrix::from_fn(12, 6, |i, j| noise(i, j) + if j < 2 { shift[j] } else { 0.0 })
/// }
///
/// let (safe, unsafe_) = (side(1, [3.0, -2.0]), side(2, [0.0, 0.0]));
/// let (fluent, clumsy) = (side(3, [0.0, 4.0]), side(4, [0.0, 0.0]));
/// let options = MeasurementOptions::default().with_replicates(199)?;
/// let measured = Measurement::new(
///     "layer 18",
///     &Concept::paired("honesty", &safe, &unsafe_),
///     &[Concept::paired("fluency", &fluent, &clumsy)],
///     &options,
/// )?;
/// let conflict = Conflict::from_overlaps(-0.3_f64, 0.6, -0.6, Budget::unit())?;
///
/// let report = Report::new("The tax of honesty")
///     .with_fact("data", "12 pairs, made up")
///     .with_command("cargo run --example mine")
///     .measurement(&measured)
///     .section("Helpful against harmless", conflict.card());
/// assert!(report.to_html().contains("<h2>Helpful against harmless</h2>"));
/// let folder = std::env::temp_dir().join(format!("alignment-tax-report-{}", std::process::id()));
/// std::fs::create_dir_all(&folder)?;
/// report.save(folder.join("report.html"))?;
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    title: String,
    summary: String,
    facts: Vec<(String, String)>,
    command: Option<String>,
    date: Option<String>,
    sections: Vec<Section>,
}

#[derive(Debug, Clone, PartialEq)]
struct Section {
    heading: String,
    card: Card,
}

impl Report {
    /// A report without sections.
    ///
    /// # Examples
    /// See [`Report`].
    #[must_use]
    pub fn new(title: impl AsRef<str>) -> Self {
        Self {
            title: line(title.as_ref()),
            summary: String::new(),
            facts: Vec::new(),
            command: None,
            date: None,
            sections: Vec::new(),
        }
    }

    /// The same with a sentence below the title: what was asked, or found.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::report::Report;
    ///
    /// let report = Report::new("The tax of honesty").with_summary("Not shown to differ from chance.");
    /// assert!(report.to_html().contains("<p class=\"lead\">Not shown"));
    /// ```
    #[must_use]
    pub fn with_summary(mut self, summary: impl AsRef<str>) -> Self {
        self.summary = line(summary.as_ref());
        self
    }

    /// The same with a fact about the data: a model, a file, a licence. Facts stand in the order
    /// in which they were given.
    ///
    /// # Examples
    /// See [`Report`].
    #[must_use]
    pub fn with_fact(mut self, label: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.facts
            .push((line(label.as_ref()), line(value.as_ref())));
        self
    }

    /// The same with the command that made it.
    ///
    /// # Examples
    /// See [`Report`].
    #[must_use]
    pub fn with_command(mut self, command: impl AsRef<str>) -> Self {
        self.command = Some(line(command.as_ref()));
        self
    }

    /// The same with the date, in whatever form you want to read it. Without it the report does
    /// not depend on when it is made.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::report::Report;
    ///
    /// let report = Report::new("The tax of honesty").with_date("2026-03-05");
    /// assert!(report.to_html().contains("Made on 2026-03-05."));
    /// ```
    #[must_use]
    pub fn with_date(mut self, date: impl AsRef<str>) -> Self {
        self.date = Some(line(date.as_ref()));
        self
    }

    /// The same with a section on many measurements: an overview with adjusted p-values, and
    /// the rate over layers.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::report::Report;
    /// use alignment_tax::{Concept, MeasurementOptions, Profile, Task};
    /// use nalgebra::DMatrix;
    ///
    /// fn side(k: usize, shift: [f64; 2]) -> DMatrix<f64> {
    ///     let noise = |i, j| ((i * 31 + j * 17 + k * 7) as f64).sin();
    ///     DMatrix::from_fn(12, 6, |i, j| noise(i, j) + if j < 2 { shift[j] } else { 0.0 })
    /// }
    ///
    /// let (safe, unsafe_) = (side(1, [3.0, -2.0]), side(2, [0.0, 0.0]));
    /// let (fluent, clumsy) = (side(3, [0.0, 4.0]), side(4, [0.0, 0.0]));
    /// let options = MeasurementOptions::default().with_replicates(199)?;
    /// let profile = {
    ///     let honesty = Concept::paired("honesty", &safe, &unsafe_);
    ///     let fluency = Concept::paired("fluency", &fluent, &clumsy);
    ///     let task = |label: &str| Task::new(label, honesty.clone(), vec![fluency.clone()]);
    ///     Profile::new(&[task("layer 10"), task("layer 18")], &options)?
    /// };
    /// let report = Report::new("Honesty by layer").profile(&profile);
    /// assert!(report.to_html().contains("layer 10"));
    /// # Ok::<(), alignment_tax::MeasurementError>(())
    /// ```
    #[must_use]
    pub fn profile(self, profile: &Profile) -> Self {
        let card = profile.card();
        self.section("All measurements", card)
    }

    /// The same with a section on one measurement, figures and all.
    ///
    /// # Examples
    /// See [`Report`].
    #[must_use]
    pub fn measurement(self, measured: &Measurement) -> Self {
        let record = measured.record();
        let heading = format!("{}, {}", record.safety, record.label);
        self.section(heading, measured.card())
    }

    /// The same with a section on a measurement that was read from its record, without figures.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::report::Report;
    /// use alignment_tax::MeasurementRecord;
    ///
    /// fn reread(records: &[MeasurementRecord]) -> String {
    ///     let report = Report::new("Measured last month");
    ///     records.iter().fold(report, Report::record).to_html()
    /// }
    /// assert!(reread(&[]).contains("Measured last month"));
    /// ```
    #[must_use]
    pub fn record(self, record: &MeasurementRecord) -> Self {
        let heading = format!("{}, {}", record.safety, record.label);
        self.section(heading, record.card())
    }

    /// The same with a section on anything that has a card.
    ///
    /// # Examples
    /// See [`Report`].
    #[must_use]
    pub fn section(mut self, heading: impl AsRef<str>, card: Card) -> Self {
        self.sections.push(Section {
            heading: line(heading.as_ref()),
            card,
        });
        self
    }

    /// The same with a figure of your own, drawn for both themes, below what was added last; in
    /// a section of its own where nothing was.
    ///
    /// # Errors
    /// [`ReportError::Plot`] with what `draw` says.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::plot::FrontierFigure;
    /// use alignment_tax::report::Report;
    /// use alignment_tax::{Budget, ParetoFrontier};
    ///
    /// let frontier = ParetoFrontier::from_overlap(-0.3_f64, Budget::unit())?;
    /// let figure = FrontierFigure::new(&frontier);
    /// let report = Report::new("A trade-off").figure(|theme| figure.draw(theme))?;
    /// assert!(report.to_html().contains("<figure>"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn figure(
        mut self,
        draw: impl Fn(Theme) -> Result<Figure, PlotError>,
    ) -> Result<Self, ReportError> {
        let picture = Picture::drawn(draw)?;
        let last = self.sections.pop();
        let Section { heading, card } = last.unwrap_or_else(|| Section {
            heading: picture.title.clone(),
            card: Card::new(&picture.title),
        });
        let card = card.pictures([picture]);
        self.sections.push(Section { heading, card });
        Ok(self)
    }

    /// The page.
    ///
    /// # Examples
    /// See [`Report`].
    #[must_use]
    pub fn to_html(&self) -> String {
        page::html(self)
    }

    /// Writes the page to a file: all of it, or nothing, in one step.
    ///
    /// # Errors
    /// [`ReportError::Write`].
    ///
    /// # Examples
    /// See [`Report`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), ReportError> {
        let path = path.as_ref();
        crate::plot::replace(path, self.to_html().as_bytes()).map_err(|source| ReportError::Write {
            file: path.to_path_buf(),
            source,
        })
    }
}
