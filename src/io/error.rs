//! [`ReadError`]: what can be wrong with a file, said so that the reader can mend it.
//!
//! Every variant names the file; those that concern one array name the array (`None` for `.npy`, whose one array has
//! no name); those that concern one entry name its row and column, counted from 0, and its value. Where several
//! entries are bad, the one reported is the first in the order in which the file stores them.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why a file could not be read as a matrix.
///
/// # Examples
///
/// ```
/// use alignment_tax::io::{ReadError, read_npy};
///
/// let path = "tests/fixtures/io/int64.npy";
/// let error = read_npy::<f64>(path).unwrap_err();
/// assert!(matches!(error, ReadError::UnsupportedDtype { .. }));
/// assert!(error.to_string().contains("int64.npy"));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The file could not be opened.
    #[error("cannot open {}: {source}", file.display())]
    Open {
        /// The file.
        file: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },

    /// The file was opened, but reading from it failed.
    #[error("cannot read from {}: {source}", file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },

    /// There are fewer bytes than the header claims.
    #[error(
        "{}: the header calls for {expected} bytes in all but only {actual} are there; the file was cut short while \
         it was written or copied, so export or copy it again",
        Place::new(file, tensor.as_deref())
    )]
    Truncated {
        /// The file.
        file: PathBuf,
        /// The array, where the file has named ones and the fault lies in one of them.
        tensor: Option<String>,
        /// Bytes needed, header included: of the whole file, or of the one array inside an `.npz`.
        expected: u64,
        /// Bytes there are.
        actual: u64,
    },

    /// The bytes break the rules of their file format.
    #[error("{}: {detail}", Place::new(file, tensor.as_deref()))]
    Malformed {
        /// The file.
        file: PathBuf,
        /// The array, where the file has named ones and the fault lies in one of them.
        tensor: Option<String>,
        /// Which rule, and what was found instead.
        detail: String,
    },

    /// The entries are not floating-point numbers of a width this crate reads.
    #[error(
        "{}: the entries have dtype {dtype}, but only {accepted} can be read; {}",
        Place::new(file, tensor.as_deref()),
        dtype_advice(dtype)
    )]
    UnsupportedDtype {
        /// The file.
        file: PathBuf,
        /// The array, where the file has named ones.
        tensor: Option<String>,
        /// The dtype as the file spells it.
        dtype: String,
        /// The dtypes that can be read from this kind of file.
        accepted: &'static str,
    },

    /// The array is neither 1-D nor 2-D.
    #[error(
        "{}: the array is {}-D with shape {shape:?}, but a matrix of samples is 2-D (rows = samples, columns = \
         coordinates) or 1-D (read as one row); flatten it before exporting, e.g. with x.reshape(-1, d)",
        Place::new(file, tensor.as_deref()), shape.len()
    )]
    UnsupportedShape {
        /// The file.
        file: PathBuf,
        /// The array, where the file has named ones.
        tensor: Option<String>,
        /// The shape found.
        shape: Vec<usize>,
    },

    /// The array has no rows or no columns.
    #[error(
        "{}: the array has {rows} rows and {columns} columns, but at least one of each is needed; check that the \
         export collected any samples",
        Place::new(file, tensor.as_deref())
    )]
    Empty {
        /// The file.
        file: PathBuf,
        /// The array, where the file has named ones.
        tensor: Option<String>,
        /// Rows found.
        rows: usize,
        /// Columns found.
        columns: usize,
    },

    /// An entry is NaN or infinite.
    #[error(
        "{}: the entry at row {row}, column {column} (counting from 0) is {value}, but every entry must be finite; \
         drop the sample or find where it arises, e.g. with np.argwhere(~np.isfinite(x))",
        Place::new(file, tensor.as_deref())
    )]
    NonFinite {
        /// The file.
        file: PathBuf,
        /// The array, where the file has named ones.
        tensor: Option<String>,
        /// Row of the first such entry, from 0.
        row: usize,
        /// Column of the first such entry, from 0.
        column: usize,
        /// The entry.
        value: f64,
    },

    /// A finite entry is too large for the scalar type asked for.
    #[error(
        "{}: the entry at row {row}, column {column} (counting from 0) is {value:e}, which is too large for {scalar}; \
         read the file as f64, or rescale it before exporting",
        Place::new(file, tensor.as_deref())
    )]
    Overflow {
        /// The file.
        file: PathBuf,
        /// The array, where the file has named ones.
        tensor: Option<String>,
        /// Row of the first such entry, from 0.
        row: usize,
        /// Column of the first such entry, from 0.
        column: usize,
        /// The entry.
        value: f64,
        /// The scalar type asked for.
        scalar: &'static str,
    },

    /// No array of the file has the name asked for.
    #[error("{}: there is no array named {name:?}; {}", file.display(), listing(available))]
    TensorNotFound {
        /// The file.
        file: PathBuf,
        /// The name asked for.
        name: String,
        /// The names there are.
        available: Vec<String>,
    },

    /// Batches of no rows were asked for, which would never come to an end.
    #[error("{}: batches of 0 rows were asked for; ask for at least one", Place::new(file, tensor.as_deref()))]
    EmptyBatches {
        /// The file.
        file: PathBuf,
        /// The array, where the file has named ones.
        tensor: Option<String>,
    },

    /// What was asked for takes more memory than a [`MemoryLimit`](super::MemoryLimit) allows.
    #[error(
        "{}: {needed} bytes would have to be set aside, and the limit is {limit}; read it in batches of fewer rows \
         (.npy and .safetensors), or raise the limit",
        Place::new(file, tensor.as_deref())
    )]
    OverLimit {
        /// The file.
        file: PathBuf,
        /// The array, where the file has named ones.
        tensor: Option<String>,
        /// Bytes that the call would set aside.
        needed: u64,
        /// Bytes that it may.
        limit: u64,
    },

    /// The array does not fit in memory.
    #[error(
        "{}: an array of shape {shape:?} does not fit in memory; export fewer samples, or split the file",
        Place::new(file, tensor.as_deref())
    )]
    TooLarge {
        /// The file.
        file: PathBuf,
        /// The array, where the file has named ones.
        tensor: Option<String>,
        /// The shape found.
        shape: Vec<usize>,
    },
}

/// Where we are reading: a file and, if its arrays have names, which of them.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) file: &'a Path,
    tensor: Option<&'a str>,
}

impl<'a> Place<'a> {
    pub(super) fn new(file: &'a Path, tensor: Option<&'a str>) -> Self {
        Self { file, tensor }
    }

    pub(super) fn file(&self) -> PathBuf {
        self.file.to_owned()
    }

    pub(super) fn tensor(&self) -> Option<String> {
        self.tensor.map(str::to_owned)
    }

    pub(super) fn malformed(&self, detail: impl Into<String>) -> ReadError {
        ReadError::Malformed {
            file: self.file(),
            tensor: self.tensor(),
            detail: detail.into(),
        }
    }

    pub(super) fn truncated(&self, expected: u64, actual: u64) -> ReadError {
        ReadError::Truncated {
            file: self.file(),
            tensor: self.tensor(),
            expected,
            actual,
        }
    }

    pub(super) fn over_limit(&self, needed: u64, limit: u64) -> ReadError {
        ReadError::OverLimit {
            file: self.file(),
            tensor: self.tensor(),
            needed,
            limit,
        }
    }

    pub(super) fn too_large(&self, shape: &[usize]) -> ReadError {
        ReadError::TooLarge {
            file: self.file(),
            tensor: self.tensor(),
            shape: shape.to_vec(),
        }
    }

    /// Tells the disk's faults from the data's: a decompressor reports a broken stream as an I/O error, too.
    pub(super) fn io(&self, source: io::Error) -> ReadError {
        use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
        match source.kind() {
            InvalidData | InvalidInput | UnexpectedEof => self.malformed(format!(
                "the stored bytes are damaged ({source}); export or copy the file again"
            )),
            _ => ReadError::Io {
                file: self.file(),
                source,
            },
        }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.tensor {
            None => write!(f, "{}", self.file.display()),
            Some(name) => write!(f, "{}, array {name:?}", self.file.display()),
        }
    }
}

fn dtype_advice(dtype: &str) -> &'static str {
    if dtype.ends_with("V2") {
        "this is how NumPy stores bfloat16: convert with .astype(np.float32) or .float() before exporting, or export \
         bfloat16 as .safetensors"
    } else {
        "convert before exporting, e.g. with x.astype(np.float32)"
    }
}

fn listing(available: &[String]) -> String {
    const SHOWN: usize = 20;
    let names = available
        .iter()
        .take(SHOWN)
        .map(|name| format!("{name:?}"))
        .collect::<Vec<_>>()
        .join(", ");
    match available.len() {
        0 => "the file holds no arrays".to_owned(),
        n if n <= SHOWN => format!("the file holds {names}"),
        n => format!("the file holds {names} and {} more", n - SHOWN),
    }
}
