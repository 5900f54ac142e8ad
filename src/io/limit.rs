//! [`MemoryLimit`]: readers that refuse what would not fit.

use std::path::Path;

use nalgebra::DMatrix;

use super::decode::{Layout, TILE};
use super::error::{Place, ReadError};
use super::{RowBatches, SafetensorsFile, npy, npz, safetensors};
use crate::Real;

/// Bytes that a reader may set aside for what it returns; a file that calls for more is refused
/// before anything is set aside, instead of being swapped.
///
/// $$ \text{bytes} = n \cdot d \cdot \text{size of the scalar} + 2^{20} $$
///
/// for n rows of d columns, with n the rows of one batch where batches are read: the matrix and the
/// mebibyte through which a file is read. The functions of [`io`](super) that are not methods of
/// this have no limit but what the allocator refuses.
///
/// # Units and shapes
/// Bytes of one call. What earlier calls returned is not counted.
///
/// # Examples
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use alignment_tax::io::{MemoryLimit, ReadError};
///
/// let path = "tests/fixtures/io/compressed.npz";
/// let small = MemoryLimit::from_bytes(1_000);
/// match small.read_npz::<f64>(path, "refusal") {
///     Err(ReadError::OverLimit { needed, limit, .. }) => assert!(needed > limit),
///     other => panic!("{other:?}"),
/// }
/// let refusal = MemoryLimit::from_mebibytes(2).read_npz::<f64>(path, "refusal")?;
/// assert_eq!(refusal.shape(), (5, 3));
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MemoryLimit(u64);

impl MemoryLimit {
    pub(super) const NONE: Self = Self(u64::MAX);

    /// So many bytes.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::io::MemoryLimit;
    ///
    /// assert!(MemoryLimit::from_bytes(5_000_000) < MemoryLimit::from_mebibytes(5));
    /// ```
    #[must_use]
    pub const fn from_bytes(bytes: u64) -> Self {
        Self(bytes)
    }

    /// So many times 2²⁰ bytes; what overflows is no limit.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::io::MemoryLimit;
    ///
    /// assert_eq!(MemoryLimit::from_mebibytes(1).bytes(), 1_048_576);
    /// ```
    #[must_use]
    pub const fn from_mebibytes(mebibytes: u64) -> Self {
        Self(mebibytes.saturating_mul(1 << 20))
    }

    /// The limit in bytes.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::io::MemoryLimit;
    ///
    /// assert_eq!(MemoryLimit::from_bytes(7).bytes(), 7);
    /// ```
    #[must_use]
    pub const fn bytes(self) -> u64 {
        self.0
    }

    /// [`read_npy`](super::read_npy) within the limit.
    ///
    /// # Errors
    /// Those of [`read_npy`](super::read_npy), and [`ReadError::OverLimit`].
    ///
    /// # Examples
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use alignment_tax::io::MemoryLimit;
    ///
    /// let path = "tests/fixtures/io/f4_le_c_2d.npy";
    /// let limit = MemoryLimit::from_mebibytes(2);
    /// assert_eq!(limit.read_npy::<f64>(path)?[(0, 1)], -0.25);
    /// # Ok(()) }
    /// ```
    pub fn read_npy<T: Real>(self, path: impl AsRef<Path>) -> Result<DMatrix<T>, ReadError> {
        npy::read(path.as_ref(), self)
    }

    /// [`read_npy_batches`](super::read_npy_batches) within the limit, which is for one batch.
    ///
    /// # Errors
    /// Those of [`read_npy_batches`](super::read_npy_batches), and [`ReadError::OverLimit`].
    ///
    /// # Examples
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use alignment_tax::{Moments, io::MemoryLimit};
    ///
    /// let path = "tests/fixtures/io/f4_le_c_2d.npy";
    /// let mut moments = Moments::new(3)?;
    /// for batch in MemoryLimit::from_mebibytes(2).read_npy_batches::<f64>(path, 2)? {
    ///     moments.update(&batch?)?;
    /// }
    /// assert_eq!(moments.count(), 5);
    /// # Ok(()) }
    /// ```
    pub fn read_npy_batches<T: Real>(
        self,
        path: impl AsRef<Path>,
        rows: usize,
    ) -> Result<RowBatches<T>, ReadError> {
        npy::batches(path.as_ref(), rows, self)
    }

    /// [`read_npz`](super::read_npz) within the limit.
    ///
    /// # Errors
    /// Those of [`read_npz`](super::read_npz), and [`ReadError::OverLimit`].
    ///
    /// # Examples
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let path = "tests/fixtures/io/compressed.npz";
    /// let limit = alignment_tax::io::MemoryLimit::from_mebibytes(2);
    /// assert_eq!(limit.read_npz::<f32>(path, "refusal")?.ncols(), 3);
    /// # Ok(()) }
    /// ```
    pub fn read_npz<T: Real>(
        self,
        path: impl AsRef<Path>,
        array: &str,
    ) -> Result<DMatrix<T>, ReadError> {
        npz::read(path.as_ref(), array, self)
    }

    /// [`read_safetensors`](super::read_safetensors) within the limit.
    ///
    /// # Errors
    /// Those of [`read_safetensors`](super::read_safetensors), and [`ReadError::OverLimit`].
    ///
    /// # Examples
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use alignment_tax::io::{MemoryLimit, ReadError};
    ///
    /// let path = "data/smollm2/activations/layer18.mean.safetensors";
    /// let limit = MemoryLimit::from_bytes(100_000);
    /// let error = limit.read_safetensors::<f64>(path, "refusal.train.plus").unwrap_err();
    /// // 48 rows of 576 columns, and the mebibyte.
    /// assert!(matches!(error, ReadError::OverLimit { needed: 1_269_760, .. }));
    /// # Ok(()) }
    /// ```
    pub fn read_safetensors<T: Real>(
        self,
        path: impl AsRef<Path>,
        tensor: &str,
    ) -> Result<DMatrix<T>, ReadError> {
        safetensors::read(path.as_ref(), tensor, self)
    }

    /// [`read_safetensors_batches`](super::read_safetensors_batches) within the limit, which is for
    /// one batch.
    ///
    /// # Errors
    /// Those of [`read_safetensors_batches`](super::read_safetensors_batches), and
    /// [`ReadError::OverLimit`].
    ///
    /// # Examples
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use alignment_tax::io::MemoryLimit;
    ///
    /// let path = "data/smollm2/activations/layer18.mean.safetensors";
    /// let limit = MemoryLimit::from_mebibytes(2);
    /// for batch in limit.read_safetensors_batches::<f32>(path, "refusal.train.plus", 16)? {
    ///     assert_eq!(batch?.shape(), (16, 576));
    /// }
    /// # Ok(()) }
    /// ```
    pub fn read_safetensors_batches<T: Real>(
        self,
        path: impl AsRef<Path>,
        tensor: &str,
        rows: usize,
    ) -> Result<RowBatches<T>, ReadError> {
        safetensors::batches(path.as_ref(), tensor, rows, self)
    }

    /// [`SafetensorsFile::open`] within the limit, which is for the bytes of the file; each
    /// matrix made of it comes on top.
    ///
    /// # Errors
    /// Those of [`SafetensorsFile::open`], and [`ReadError::OverLimit`].
    ///
    /// # Examples
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use alignment_tax::io::{MemoryLimit, ReadError};
    ///
    /// let path = "data/smollm2/activations/layer18.mean.safetensors";
    /// let error = MemoryLimit::from_bytes(1_000).open_safetensors(path).unwrap_err();
    /// assert!(matches!(error, ReadError::OverLimit { limit: 1_000, .. }));
    /// # Ok(()) }
    /// ```
    pub fn open_safetensors(self, path: impl AsRef<Path>) -> Result<SafetensorsFile, ReadError> {
        SafetensorsFile::open_within(path.as_ref(), self)
    }

    /// Whether so many rows of a matrix may be read as T.
    pub(super) fn admit<T>(
        self,
        layout: &Layout,
        rows: usize,
        place: &Place<'_>,
    ) -> Result<(), ReadError> {
        let entries = rows as u64 * layout.columns() as u64;
        let matrix = entries.saturating_mul(size_of::<T>() as u64);
        self.admit_bytes(matrix.saturating_add(TILE as u64), place)
    }

    pub(super) fn admit_bytes(self, needed: u64, place: &Place<'_>) -> Result<(), ReadError> {
        if needed > self.0 {
            return Err(place.over_limit(needed, self.0));
        }
        Ok(())
    }
}
