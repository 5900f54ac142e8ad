//! A card: what there is to say about one result, for whoever looks at it.
//!
//! A title, a sentence of summary, rows of quantity, value and meaning, tables, pictures, and
//! notes that say how far the numbers go. It is rendered twice: as HTML with inline styles that
//! take colours from the page around them, so that a light and a dark notebook both show it
//! well, and as aligned text. Neither knows more than the other but for the pictures.

use std::fmt;
use std::io::Write as _;

use crate::markup::{Table, TableStyle, line, typeset, wrap};
#[cfg(feature = "plot")]
use crate::plot::{Figure, PlotError, Theme};

/// Rows of a table that are shown; the others are folded away, or counted.
const SHOWN: usize = 24;
/// Characters on a line of text.
const WIDTH: usize = 88;

/// What a notebook shows of a result: as HTML, and as text where there is no HTML.
///
/// Types that a cell may end with have a method `card`, and an `evcxr_display` that prints it.
/// HTML is well-formed XML without scripts, and refers to nothing outside itself; names are
/// escaped. With the feature `plot` a card has pictures besides. `Display` writes the text.
///
/// # Examples
/// ```
/// use alignment_tax::{Direction, TaxRate};
///
/// let v = Direction::from_slice(&[0.6_f64, 0.8])?;
/// let c = Direction::from_slice(&[1.0_f64, 0.0])?;
/// let card = TaxRate::single(&v, &c)?.card();
/// assert_eq!(card.title(), "Tax rate τ = 0.36");
/// assert!(card.to_text().contains("53.13°"));
/// assert!(card.to_html().starts_with("<div "));
/// // What `evcxr_display` prints.
/// assert!(card.to_mime().starts_with("EVCXR_BEGIN_CONTENT text/html\n<div "));
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    title: String,
    summary: Vec<String>,
    rows: Vec<Row>,
    tables: Vec<Table>,
    pictures: Vec<Picture>,
    notes: Vec<String>,
}

/// A quantity, its value with the unit, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) label: String,
    pub(crate) value: String,
    pub(crate) meaning: String,
}

/// One picture for light and one for dark surroundings, as SVG.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    pub(crate) title: String,
    pub(crate) light: String,
    pub(crate) dark: String,
    pub(crate) caption: String,
}

#[cfg(feature = "plot")]
impl Picture {
    /// A figure drawn for both themes.
    pub(crate) fn drawn(
        draw: impl Fn(Theme) -> Result<Figure, PlotError>,
    ) -> Result<Self, PlotError> {
        let light = draw(Theme::Light)?;
        let dark = draw(Theme::Dark)?;
        Ok(Self {
            title: light.title().to_owned(),
            caption: light.description().to_owned(),
            light: light.svg().to_owned(),
            dark: dark.svg().to_owned(),
        })
    }
}

impl Card {
    /// A card of your own, for a notebook or as a section of a report.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Card;
    ///
    /// let card = Card::new("Forecast")
    ///     .with_sentence("What the angle foretold, and what was measured.")
    ///     .with_row("pairs", "72", "that no direction was made of")
    ///     .with_table(
    ///         "Change of the score",
    ///         &["budget", "forecast", "measured"],
    ///         &[vec!["0.5".to_owned(), "-0.41".to_owned(), "-0.37".to_owned()]],
    ///     )
    ///     .with_note("One model, one layer.");
    /// assert!(card.to_text().ends_with("One model, one layer.\n"));
    /// ```
    #[must_use]
    pub fn new(title: impl AsRef<str>) -> Self {
        Self {
            title: line(title.as_ref()),
            summary: Vec::new(),
            rows: Vec::new(),
            tables: Vec::new(),
            pictures: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// The same with a sentence below the title.
    ///
    /// # Examples
    /// See [`Card::new`].
    #[must_use]
    pub fn with_sentence(mut self, sentence: impl AsRef<str>) -> Self {
        self.summary.push(line(sentence.as_ref()));
        self
    }

    /// The same with a quantity, its value with the unit, and what it says.
    ///
    /// # Examples
    /// See [`Card::new`].
    #[must_use]
    pub fn with_row(
        mut self,
        label: impl AsRef<str>,
        value: impl AsRef<str>,
        meaning: impl AsRef<str>,
    ) -> Self {
        self.rows.push(Row {
            label: line(label.as_ref()),
            value: line(value.as_ref()),
            meaning: line(meaning.as_ref()),
        });
        self
    }

    /// The same with a table: its caption, the heads of its columns, and its rows, the first cell of
    /// each being its name. Cells that are missing are empty, those too many are left off; a table
    /// without rows is none.
    ///
    /// # Examples
    /// See [`Card::new`].
    #[must_use]
    pub fn with_table(self, caption: impl AsRef<str>, head: &[&str], rows: &[Vec<String>]) -> Self {
        let mut table = Table::new(caption.as_ref(), head);
        for row in rows {
            table.push(row.clone());
        }
        self.table(table)
    }

    /// The same with a note below everything else.
    ///
    /// # Examples
    /// See [`Card::new`].
    #[must_use]
    pub fn with_note(mut self, note: impl AsRef<str>) -> Self {
        self.notes.push(line(note.as_ref()));
        self
    }

    /// Adds a table unless it has no rows.
    pub(crate) fn table(mut self, table: Table) -> Self {
        if !table.is_empty() {
            self.tables.push(table);
        }
        self
    }

    #[cfg(feature = "plot")]
    pub(crate) fn pictures(mut self, pictures: impl IntoIterator<Item = Picture>) -> Self {
        self.pictures.extend(pictures);
        self
    }

    /// What is shown.
    ///
    /// # Examples
    /// See [`Card`].
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    #[cfg(feature = "plot")]
    pub(crate) fn parts(&self) -> Parts<'_> {
        Parts {
            summary: &self.summary,
            rows: &self.rows,
            tables: &self.tables,
            pictures: &self.pictures,
            notes: &self.notes,
        }
    }

    /// As an HTML fragment: one `div`.
    ///
    /// # Examples
    /// See [`Card`].
    #[must_use]
    pub fn to_html(&self) -> String {
        let mut out = format!("<div style=\"{CARD}\">\n<div style=\"{TITLE}\">");
        out += &typeset(&self.title);
        out += "</div>\n";
        for sentence in &self.summary {
            out += &format!("<p style=\"{SENTENCE}\">{}</p>\n", typeset(sentence));
        }
        if !self.rows.is_empty() {
            out += &format!("<table{}>\n<tbody>\n", STYLE.table);
            for Row {
                label,
                value,
                meaning,
            } in &self.rows
            {
                out += &format!(
                    "<tr><th scope=\"row\"{}>{}</th><td{}>{}</td><td style=\"{MEANING}\">{}</td></tr>\n",
                    STYLE.name,
                    typeset(label),
                    STYLE.cell,
                    typeset(value),
                    typeset(meaning)
                );
            }
            out += "</tbody></table>\n";
        }
        for table in &self.tables {
            out += &table.to_html(&STYLE, SHOWN);
        }
        for picture in &self.pictures {
            // A picture has its own background, so that one serves in either surroundings.
            out += &format!("<div style=\"{PICTURE}\">{}</div>\n", picture.light);
        }
        for note in &self.notes {
            out += &format!("<p style=\"{NOTE}\">{}</p>\n", typeset(note));
        }
        out += "</div>";
        out
    }

    /// As aligned text, in lines that end with a newline.
    ///
    /// # Examples
    /// See [`Card`].
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = format!("{}\n", self.title);
        let paragraph = |text: &str, indent: &str| {
            wrap(text, WIDTH - indent.len())
                .iter()
                .map(|l| format!("{indent}{l}\n"))
                .collect::<String>()
        };
        for sentence in &self.summary {
            out += &paragraph(sentence, "");
        }
        let widest = |cell: fn(&Row) -> &str| {
            let cells = self.rows.iter().map(cell);
            cells.map(|c| c.chars().count()).max().unwrap_or(0)
        };
        let (label, value) = (widest(|r| &r.label), widest(|r| &r.value));
        for row in &self.rows {
            let text = format!(
                "  {:<label$}  {:<value$}  {}",
                row.label, row.value, row.meaning
            );
            out += text.trim_end();
            out.push('\n');
        }
        for table in &self.tables {
            out += &table.to_text(SHOWN);
        }
        for note in &self.notes {
            out += &paragraph(note, "");
        }
        out
    }

    /// Both forms between the marks by which evcxr tells them from other output.
    ///
    /// # Examples
    /// See [`Card`].
    #[must_use]
    pub fn to_mime(&self) -> String {
        block("text/html", &self.to_html()) + &block("text/plain", &self.to_text())
    }

    /// Shows the card in an evcxr notebook.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::Direction;
    ///
    /// let direction = Direction::from_slice(&[0.6_f64, 0.8])?;
    /// direction.card().evcxr_display();
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn evcxr_display(&self) {
        print(&self.to_mime());
    }
}

/// Content between the marks by which evcxr tells it from other output.
pub(super) fn block(mime: &str, content: &str) -> String {
    // A line of the content that looks like a mark would be taken for one.
    let content = content
        .trim_end_matches('\n')
        .replace("\nEVCXR_", "\n EVCXR_");
    format!("EVCXR_BEGIN_CONTENT {mime}\n{content}\nEVCXR_END_CONTENT\n")
}

pub(super) fn print(text: &str) {
    // A reader who has left is no reason to panic.
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

impl fmt::Display for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

/// What a report sets in its own style.
#[cfg(feature = "plot")]
pub(crate) struct Parts<'a> {
    pub(crate) summary: &'a [String],
    pub(crate) rows: &'a [Row],
    pub(crate) tables: &'a [Table],
    pub(crate) pictures: &'a [Picture],
    pub(crate) notes: &'a [String],
}

// Notebooks style tables of their own accord; what is said here wins because it is inline.
const CARD: &str = "color:inherit;font-family:system-ui,sans-serif;font-size:14px;line-height:1.45;max-width:720px;\
                    border:1px solid rgba(128,128,128,.45);border-radius:6px;padding:10px 14px;margin:4px 0";
const TITLE: &str = "font-weight:600;font-size:16px;margin:0 0 4px";
const SENTENCE: &str = "margin:0 0 6px";
const MEANING: &str =
    "text-align:left;padding:2px 0 2px 12px;border:0;background:transparent;opacity:.8";
const NOTE: &str = "margin:6px 0 0;font-size:12px;opacity:.8";
const PICTURE: &str = "margin:8px 0";
const STYLE: TableStyle = TableStyle {
    table: " style=\"border-collapse:collapse;margin:4px 0;border:0;font-size:13px;\
            font-variant-numeric:tabular-nums;color:inherit\"",
    caption: " style=\"text-align:left;font-weight:600;padding:4px 0;caption-side:top;color:inherit\"",
    name: " style=\"text-align:left;font-weight:400;padding:2px 12px 2px 0;border:0;background:transparent\"",
    head: " style=\"text-align:right;font-weight:400;padding:2px 0 2px 12px;border:0;\
           border-bottom:1px solid rgba(128,128,128,.45);background:transparent;opacity:.8\"",
    cell: " style=\"text-align:right;padding:2px 0 2px 12px;border:0;background:transparent;white-space:nowrap\"",
};
