//! [`Figure`]: a finished picture as one self-contained SVG.
//!
//! The SVG refers to nothing outside itself: no font file, no style sheet, no script. It can be pasted into HTML, shown
//! in a notebook or opened alone. Its first two children are `<title>` and `<desc>`, and its root is
//! `role="img"` and labelled by them, so that a screen reader says in one sentence what the picture shows. Their
//! identifiers are made from the content: several figures in one page do not take each other's.
//!
//! A figure is drawn [`WIDTH`] pixels wide, which fits the column of a notebook, with type that is still read when
//! a telephone shrinks it to half. The root asks never to be wider than what holds it.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use super::PlotError;

/// The width of every figure in pixels.
pub(super) const WIDTH: u32 = 600;

/// A finished picture: an SVG with a title and a sentence in place of the picture.
///
/// Equal inputs give equal bytes. `Display` writes the SVG.
///
/// # Units and shapes
/// Width and height are in CSS pixels.
///
/// # Examples
/// ```
/// use alignment_tax::plot::{FrontierFigure, Theme};
/// use alignment_tax::{Budget, ParetoFrontier};
///
/// let frontier = ParetoFrontier::from_overlap(-0.3_f64, Budget::unit())?;
/// let figure = FrontierFigure::new(&frontier).draw(Theme::Light)?;
/// assert!(figure.svg().starts_with("<svg "));
/// assert!(figure.svg().contains("<title "));
/// println!("{}: {}", figure.title(), figure.description());
/// let folder = std::env::temp_dir().join(format!("alignment-tax-figure-{}", std::process::id()));
/// std::fs::create_dir_all(&folder)?;
/// figure.save(folder.join("frontier.svg"))?;
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    svg: String,
    title: String,
    description: String,
    width: u32,
    height: u32,
}

impl Figure {
    /// From the elements of a drawing, whose coordinates are `fine` to the pixel.
    pub(super) fn new(
        elements: &str,
        title: String,
        description: String,
        height: u32,
        fine: u32,
    ) -> Self {
        let width = WIDTH;
        let (title_text, description_text) = (escaped(&title), escaped(&description));
        let id = fingerprint([elements, &title, &description]);
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {} {}\" role=\"img\" aria-labelledby=\"title-{id:016x} desc-{id:016x}\" \
             style=\"max-width:100%;height:auto\">\n\
             <title id=\"title-{id:016x}\">{title_text}</title>\n\
             <desc id=\"desc-{id:016x}\">{description_text}</desc>\n{elements}</svg>\n",
            width * fine,
            height * fine,
        );
        Self {
            svg,
            title,
            description,
            width,
            height,
        }
    }

    /// The SVG document.
    ///
    /// # Examples
    /// See [`Figure`].
    #[must_use]
    pub fn svg(&self) -> &str {
        &self.svg
    }

    /// What the picture is of.
    ///
    /// # Examples
    /// See [`Figure`].
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// One sentence in place of the picture, for whoever cannot see it.
    ///
    /// # Examples
    /// See [`Figure`].
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The width it is drawn for, in pixels.
    ///
    /// # Examples
    /// See [`Figure`].
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// The height that goes with the width, in pixels.
    ///
    /// # Examples
    /// See [`Figure`].
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Writes the SVG to a file: all of it, or nothing.
    ///
    /// It is written beside the target under another name and takes its place when it is complete, so that neither
    /// a reader nor a full disk ever meets half a picture, and a file that was there stays if writing fails.
    ///
    /// # Errors
    /// [`PlotError::Write`].
    ///
    /// # Examples
    /// See [`Figure`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), PlotError> {
        let path = path.as_ref();
        replace(path, self.svg.as_bytes()).map_err(|source| PlotError::Write {
            file: path.to_path_buf(),
            source,
        })
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.svg)
    }
}

/// Puts a file in place of whatever is there, in one step.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    static DRAFTS: AtomicU64 = AtomicU64::new(0);
    let Some(name) = path.file_name() else {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the path names no file",
        ));
    };
    // In the same folder: only within a file system is renaming one step.
    let number = DRAFTS.fetch_add(1, Ordering::Relaxed);
    let mut draft_name = std::ffi::OsString::from(".");
    draft_name.push(name);
    draft_name.push(format!(".{}-{number}.tmp", std::process::id()));
    let draft = path.with_file_name(draft_name);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&draft)?;
    let written = file
        .write_all(bytes)
        .and_then(|()| file.sync_all())
        .and_then(|()| {
            drop(file);
            fs::rename(&draft, path)
        });
    if written.is_err() {
        // The first failure is the one to report.
        let _ = fs::remove_file(&draft);
    }
    written
}

/// Text as the content of an XML element.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            c => out.push(c),
        }
    }
    out
}

/// FNV-1a: not secret, only the same for the same content.
fn fingerprint(parts: [&str; 3]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in parts.iter().flat_map(|part| part.bytes().chain([0])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash
}
