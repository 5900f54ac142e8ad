//! `.safetensors`: named arrays, little-endian and in C order, behind a JSON header.
//!
//! The header is parsed and validated by the `safetensors` crate: offsets in order and without gaps,
//! each as long as its shape and dtype demand. The comparison with the length of the file is made
//! here, because the crate (0.8.0) adds the sizes without a check: a header whose tensors end near
//! $2^{64}$ panics it in debug builds. Tensors may begin at any byte; nothing relies on alignment.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use nalgebra::DMatrix;
use safetensors::Dtype;
use safetensors::tensor::Metadata;

use super::batches::RowBatches;
use super::decode::{self, Element, Endian, Layout, Order, fill_from};
use super::error::{Place, ReadError};
use super::info::TensorInfo;
use super::limit::MemoryLimit;
use super::npy::open;
use crate::Real;

/// The format's own limit on the length of the JSON header.
const MAX_HEADER: u64 = 100_000_000;

/// A `.safetensors` file, its header validated and its bytes in memory.
///
/// To read one tensor of a large file, [`read_safetensors`] touches only the bytes it needs.
///
/// # Examples
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use alignment_tax::io::SafetensorsFile;
///
/// let header = br#"{"refusal":{"dtype":"F16","shape":[1,2],"data_offsets":[0,4]}}"#;
/// let path = std::env::temp_dir().join(format!("alignment-tax-file-{}.safetensors", std::process::id()));
/// // save_file({"refusal": torch.tensor([[1.0, 2.0]], dtype=torch.float16)}, path)
/// std::fs::write(&path, [&(header.len() as u64).to_le_bytes()[..], header, &[0, 0x3c, 0, 0x40]].concat())?;
/// let file = SafetensorsFile::open(&path)?;
/// for tensor in file.tensors() {
///     println!("{tensor}"); // refusal: F16 [1, 2]
/// }
/// assert_eq!(file.matrix::<f64>("refusal")?[(0, 1)], 2.0);
/// # std::fs::remove_file(path)?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct SafetensorsFile {
    header: Header,
    data: Vec<u8>,
}

impl SafetensorsFile {
    /// Reads the whole file and validates its header.
    ///
    /// # Errors
    ///
    /// [`ReadError::Open`], [`ReadError::Io`], [`ReadError::Malformed`] or [`ReadError::Truncated`] if
    /// it is not a whole `.safetensors` file, or does not fit in memory.
    ///
    /// # Examples
    ///
    /// ```
    /// use alignment_tax::io::{ReadError, SafetensorsFile};
    ///
    /// let missing = SafetensorsFile::open("nowhere.safetensors");
    /// assert!(matches!(missing, Err(ReadError::Open { .. })));
    /// ```
    pub fn open(path: impl AsRef<Path>) -> Result<Self, ReadError> {
        Self::open_within(path.as_ref(), MemoryLimit::NONE)
    }

    pub(super) fn open_within(file: &Path, limit: MemoryLimit) -> Result<Self, ReadError> {
        let place = Place::new(file, None);
        let (header, mut reader) = Header::open(file)?;
        limit.admit_bytes(header.data_bytes, &place)?;
        let too_large = || ReadError::Io {
            file: file.to_owned(),
            source: ErrorKind::OutOfMemory.into(),
        };
        let length = usize::try_from(header.data_bytes).map_err(|_| too_large())?;
        let mut data = Vec::new();
        data.try_reserve_exact(length).map_err(|_| too_large())?;
        data.resize(length, 0);
        let got = fill_from(&mut reader, &mut data).map_err(|e| place.io(e))?;
        if got < length {
            return Err(
                place.truncated(header.start + header.data_bytes, header.start + got as u64)
            );
        }
        Ok(Self { header, data })
    }

    /// Lists the tensors, sorted by name.
    ///
    /// # Examples
    ///
    /// ```
    /// use alignment_tax::io::SafetensorsFile;
    ///
    /// let path = "tests/fixtures/io/library.safetensors";
    /// for tensor in SafetensorsFile::open(path)?.tensors() {
    ///     println!("{tensor}"); // such as `f16: F16 [5, 3]`
    /// }
    /// # Ok::<(), alignment_tax::io::ReadError>(())
    /// ```
    #[must_use]
    pub fn tensors(&self) -> Vec<TensorInfo> {
        let info = |(name, entry): (&String, &Entry)| {
            TensorInfo::new(name.clone(), entry.shape.clone(), entry.dtype.to_string())
        };
        self.header.tensors.iter().map(info).collect()
    }

    /// The free-form text that the exporting program attached; empty if there is none.
    ///
    /// # Examples
    ///
    /// ```
    /// use alignment_tax::io::SafetensorsFile;
    ///
    /// let path = "tests/fixtures/io/library.safetensors";
    /// for (key, value) in SafetensorsFile::open(path)?.metadata() {
    ///     println!("{key} = {value}");
    /// }
    /// # Ok::<(), alignment_tax::io::ReadError>(())
    /// ```
    #[must_use]
    pub fn metadata(&self) -> &BTreeMap<String, String> {
        &self.header.metadata
    }

    /// Decodes one tensor as a matrix.
    ///
    /// # Shapes
    ///
    /// `[n, d]` as it is, `[d]` as one row.
    ///
    /// # Errors
    ///
    /// - [`ReadError::TensorNotFound`]: no tensor has this name; the error lists the names there are;
    /// - [`ReadError::UnsupportedDtype`], [`ReadError::UnsupportedShape`], [`ReadError::Empty`],
    ///   [`ReadError::TooLarge`]: the tensor cannot be read as a matrix of floats;
    /// - [`ReadError::NonFinite`], [`ReadError::Overflow`]: an entry cannot be taken over.
    ///
    /// # Examples
    ///
    /// ```
    /// use alignment_tax::io::SafetensorsFile;
    ///
    /// let path = "tests/fixtures/io/library.safetensors";
    /// let samples = SafetensorsFile::open(path)?.matrix::<f64>("f16")?;
    /// println!("{} samples of {} coordinates", samples.nrows(), samples.ncols());
    /// # Ok::<(), alignment_tax::io::ReadError>(())
    /// ```
    pub fn matrix<T: Real>(&self, name: &str) -> Result<DMatrix<T>, ReadError> {
        let (entry, layout) = self.header.find(name)?;
        let place = Place::new(&self.header.file, Some(name));
        // The header was validated: every entry lies within the data.
        let mut bytes = &self.data[entry.begin..entry.end];
        decode::matrix(
            &mut bytes,
            &layout,
            self.header.start + entry.begin as u64,
            &place,
        )
    }
}

impl fmt::Debug for SafetensorsFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SafetensorsFile")
            .field("file", &self.header.file)
            .field("tensors", &self.tensors())
            .field("metadata", &self.header.metadata)
            .finish_non_exhaustive()
    }
}

/// Reads one tensor of a `.safetensors` file as a matrix, and no other bytes than the header and its own.
///
/// # Shapes
///
/// `[n, d]` as it is, `[d]` as one row.
///
/// # Errors
///
/// Those of [`SafetensorsFile::open`] and [`SafetensorsFile::matrix`].
///
/// # Examples
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use alignment_tax::io::{ReadError, read_safetensors};
///
/// let header = br#"{"refusal":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}"#;
/// let path = std::env::temp_dir().join(format!("alignment-tax-one-{}.safetensors", std::process::id()));
/// // save_file({"refusal": torch.tensor([1.0, 2.0], dtype=torch.bfloat16)}, path)
/// std::fs::write(&path, [&(header.len() as u64).to_le_bytes()[..], header, &[0x80, 0x3f, 0, 0x40]].concat())?;
/// let refusal = read_safetensors::<f32>(&path, "refusal")?;
/// assert_eq!(refusal.shape(), (1, 2));
/// assert_eq!(refusal[(0, 1)], 2.0);
///
/// let error = read_safetensors::<f32>(&path, "refusals").unwrap_err();
/// assert!(error.to_string().ends_with(r#"there is no array named "refusals"; the file holds "refusal""#));
/// # std::fs::remove_file(path)?;
/// # Ok(()) }
/// ```
pub fn read_safetensors<T: Real>(
    path: impl AsRef<Path>,
    tensor: &str,
) -> Result<DMatrix<T>, ReadError> {
    read(path.as_ref(), tensor, MemoryLimit::NONE)
}

pub(super) fn read<T: Real>(
    file: &Path,
    tensor: &str,
    limit: MemoryLimit,
) -> Result<DMatrix<T>, ReadError> {
    let (header, mut reader) = Header::open(file)?;
    let (entry, layout) = header.find(tensor)?;
    let place = Place::new(file, Some(tensor));
    limit.admit::<T>(&layout, layout.rows(), &place)?;
    let offset = header.start + entry.begin as u64;
    reader
        .seek(SeekFrom::Start(offset))
        .map_err(|e| place.io(e))?;
    decode::matrix(&mut reader, &layout, offset, &place)
}

/// Reads one tensor of a `.safetensors` file in batches of at most so many rows, without ever
/// holding more of it.
///
/// # Shapes
///
/// As for [`read_safetensors`]: the batches one below the other are the matrix that it returns.
///
/// # Errors
///
/// Here those that a header can show: those of [`read_safetensors`] but for
/// [`ReadError::NonFinite`] and [`ReadError::Overflow`], which come with the batch they are in, and
/// [`ReadError::EmptyBatches`] for batches of 0 rows. See [`RowBatches`].
///
/// # Examples
///
/// ```
/// use alignment_tax::io::{ReadError, read_safetensors_batches};
///
/// let path = "tests/fixtures/io/library.safetensors";
/// let batches = read_safetensors_batches::<f64>(path, "f16", 2)?;
/// let rows = batches.map(|batch| Ok(batch?.nrows())).collect::<Result<Vec<_>, ReadError>>()?;
/// assert_eq!(rows, [2, 2, 1]);
/// # Ok::<(), alignment_tax::io::ReadError>(())
/// ```
pub fn read_safetensors_batches<T: Real>(
    path: impl AsRef<Path>,
    tensor: &str,
    rows: usize,
) -> Result<RowBatches<T>, ReadError> {
    batches(path.as_ref(), tensor, rows, MemoryLimit::NONE)
}

pub(super) fn batches<T: Real>(
    file: &Path,
    tensor: &str,
    rows: usize,
    limit: MemoryLimit,
) -> Result<RowBatches<T>, ReadError> {
    let (header, mut reader) = Header::open(file)?;
    let (entry, layout) = header.find(tensor)?;
    let place = Place::new(file, Some(tensor));
    limit.admit::<T>(&layout, rows.min(layout.rows()), &place)?;
    let offset = header.start + entry.begin as u64;
    reader
        .seek(SeekFrom::Start(offset))
        .map_err(|e| place.io(e))?;
    RowBatches::new(reader, layout, offset, &place, rows)
}

/// What the header of a file says, once it is known to agree with the length of the file.
#[derive(Clone)]
struct Header {
    file: PathBuf,
    metadata: BTreeMap<String, String>,
    tensors: BTreeMap<String, Entry>,
    /// Bytes before the first tensor.
    start: u64,
    data_bytes: u64,
}

/// One tensor: its dtype, shape, and the bytes it occupies, counted from the end of the header.
#[derive(Clone)]
struct Entry {
    dtype: Dtype,
    shape: Vec<usize>,
    begin: usize,
    end: usize,
}

impl Header {
    /// Opens a file, and leaves it at the first tensor.
    fn open(file: &Path) -> Result<(Self, File), ReadError> {
        let place = Place::new(file, None);
        let (mut reader, length) = open(&place)?;
        let mut json_bytes = [0; 8];
        let got = fill_from(&mut reader, &mut json_bytes).map_err(|e| place.io(e))?;
        if got < 8 {
            return Err(place.truncated(8, got as u64));
        }
        let json_bytes = u64::from_le_bytes(json_bytes);
        if json_bytes > MAX_HEADER {
            return Err(place.malformed(format!(
                "the header claims to be {json_bytes} bytes long, but the format allows {MAX_HEADER}; this is \
                 probably no .safetensors file (a .bin or .pt file has to be converted)"
            )));
        }
        let start = 8 + json_bytes;
        if start > length {
            return Err(place.truncated(start, length));
        }
        // No more than the file has, as just seen, and no more than the format allows.
        let mut json = Vec::new();
        let got = (&mut reader)
            .take(json_bytes)
            .read_to_end(&mut json)
            .map_err(|e| place.io(e))?;
        if (got as u64) < json_bytes {
            return Err(place.truncated(start, 8 + got as u64));
        }
        let parsed: Metadata = serde_json::from_slice(&json).map_err(|e| {
            place.malformed(format!("the header is not a valid safetensors header: {e}"))
        })?;

        let data_bytes = parsed.data_len() as u64;
        let expected = start.saturating_add(data_bytes);
        if expected > length {
            return Err(place.truncated(expected, length));
        }
        if expected < length {
            return Err(place.malformed(format!(
                "{} bytes follow the last tensor, which the header does not account for; export or copy the file again",
                length - expected,
            )));
        }
        let tensors = parsed.tensors().into_iter().map(|(name, info)| {
            let (begin, end) = info.data_offsets;
            (
                name,
                Entry {
                    dtype: info.dtype,
                    shape: info.shape.clone(),
                    begin,
                    end,
                },
            )
        });
        let metadata = parsed.metadata().iter().flatten();
        let header = Self {
            file: file.to_owned(),
            metadata: metadata
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
            tensors: tensors.collect(),
            start,
            data_bytes,
        };
        Ok((header, reader))
    }

    fn find(&self, name: &str) -> Result<(&Entry, Layout), ReadError> {
        let Some(entry) = self.tensors.get(name) else {
            return Err(ReadError::TensorNotFound {
                file: self.file.clone(),
                name: name.to_owned(),
                available: self.tensors.keys().cloned().collect(),
            });
        };
        let place = Place::new(&self.file, Some(name));
        let element = match entry.dtype {
            Dtype::F64 => Element::F64,
            Dtype::F32 => Element::F32,
            Dtype::F16 => Element::F16,
            Dtype::BF16 => Element::Bf16,
            other => {
                return Err(ReadError::UnsupportedDtype {
                    file: place.file(),
                    tensor: place.tensor(),
                    dtype: other.to_string(),
                    accepted: "F64, F32, F16 and BF16",
                });
            }
        };
        let layout = Layout::new(&place, &entry.shape, (element, Endian::Little), Order::C)?;
        Ok((entry, layout))
    }
}
