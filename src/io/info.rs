//! [`TensorInfo`]: the name, shape and dtype of one array, as its file states them.
//!
//! Listing a file never judges it: arrays that cannot be read as a matrix (integers, strings, images) are listed with
//! the rest, so that a user sees what there is.

use std::fmt;

/// One array of an `.npz` or `.safetensors` file: its name, shape and dtype.
///
/// # Examples
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let header = br#"{"refusal":{"dtype":"F16","shape":[1,2],"data_offsets":[0,4]}}"#;
/// let path = std::env::temp_dir().join(format!("alignment-tax-info-{}.safetensors", std::process::id()));
/// std::fs::write(&path, [&(header.len() as u64).to_le_bytes()[..], header, &[0, 0x3c, 0, 0x40]].concat())?;
/// let file = alignment_tax::io::SafetensorsFile::open(&path)?;
/// let tensors = file.tensors();
/// assert_eq!(tensors[0].name(), "refusal");
/// assert_eq!(tensors[0].shape(), [1, 2]);
/// assert_eq!(tensors[0].to_string(), "refusal: F16 [1, 2]");
/// # std::fs::remove_file(path)?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorInfo {
    name: String,
    shape: Vec<usize>,
    dtype: String,
}

impl TensorInfo {
    pub(super) fn new(name: String, shape: Vec<usize>, dtype: String) -> Self {
        Self { name, shape, dtype }
    }

    /// The name to ask for it by.
    ///
    /// # Examples
    ///
    /// ```
    /// use alignment_tax::io::SafetensorsFile;
    ///
    /// let path = "tests/fixtures/io/library.safetensors";
    /// let tensors = SafetensorsFile::open(path)?.tensors();
    /// assert!(tensors.iter().any(|t| t.name() == "f16"));
    /// # Ok::<(), alignment_tax::io::ReadError>(())
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its length along each axis; empty for a scalar.
    ///
    /// # Examples
    ///
    /// ```
    /// use alignment_tax::io::SafetensorsFile;
    ///
    /// let path = "tests/fixtures/io/library.safetensors";
    /// let tensors = SafetensorsFile::open(path)?.tensors();
    /// assert_eq!(tensors[0].shape().len(), 2);
    /// # Ok::<(), alignment_tax::io::ReadError>(())
    /// ```
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Its dtype as the file spells it: `<f4` in an `.npz`, `F32` in a `.safetensors`.
    ///
    /// # Examples
    ///
    /// ```
    /// use alignment_tax::io::SafetensorsFile;
    ///
    /// let path = "tests/fixtures/io/library.safetensors";
    /// let tensors = SafetensorsFile::open(path)?.tensors();
    /// assert!(tensors.iter().any(|t| t.dtype() == "F16"));
    /// # Ok::<(), alignment_tax::io::ReadError>(())
    /// ```
    #[must_use]
    pub fn dtype(&self) -> &str {
        &self.dtype
    }
}

impl fmt::Display for TensorInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {:?}", self.name, self.dtype, self.shape)
    }
}
