//! [`RowBatches`]: a matrix that is read some rows at a time, for files larger than memory.
//!
//! The header has been compared with the length of the file before the first batch. A batch
//! of a C-ordered file is what comes next in it. In a Fortran-ordered file the rows of a batch lie
//! apart, one piece to a column; [`Pieces`] presents them to the decoder as if they lay
//! together. Memory is one batch and a tile of a mebibyte, in either order.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::iter::FusedIterator;
use std::marker::PhantomData;
use std::path::PathBuf;

use nalgebra::DMatrix;

use super::decode::{self, Layout, Order};
use super::error::{Place, ReadError};
use crate::Real;

/// The rows of a matrix in a file, in batches of at most a given number of rows: from
/// [`read_npy_batches`](super::read_npy_batches) or
/// [`read_safetensors_batches`](super::read_safetensors_batches).
///
/// # Units and shapes
///
/// Each batch is k × d with k rows, except that the last may have fewer. At most one batch is in
/// memory, and a mebibyte.
///
/// # Errors
///
/// An item is an error where an entry is not finite or does not fit the scalar
/// ([`ReadError::NonFinite`], [`ReadError::Overflow`]; rows are counted from the start of the array, and
/// the entry named is the first in the order of the file among those of the batch),
/// where the file has become shorter since it was opened ([`ReadError::Truncated`]), where a batch
/// does not fit in memory ([`ReadError::TooLarge`]), or where reading fails ([`ReadError::Io`]). It is
/// the last item: what follows an error is not read.
///
/// # Examples
///
/// ```
/// use alignment_tax::io::read_npy_batches;
///
/// let path = "tests/fixtures/io/f8_le_f_2d.npy";
/// for batch in read_npy_batches::<f64>(path, 2)? {
///     let batch = batch?;
///     assert!(batch.nrows() <= 2);
///     assert_eq!(batch.ncols(), 3);
/// }
/// # Ok::<(), alignment_tax::io::ReadError>(())
/// ```
pub struct RowBatches<T> {
    file: PathBuf,
    tensor: Option<String>,
    reader: BufReader<File>,
    layout: Layout,
    /// Bytes of the file before the first entry.
    start: u64,
    /// Rows to a batch, at least one.
    batch: usize,
    /// Rows done; all of them after an error.
    done: usize,
    scalar: PhantomData<fn() -> T>,
}

impl<T: Real> RowBatches<T> {
    /// Batches from a file that stands at the first entry and is as long as the layout demands.
    pub(super) fn new(
        file: File,
        layout: Layout,
        start: u64,
        place: &Place<'_>,
        batch: usize,
    ) -> Result<Self, ReadError> {
        let (path, tensor) = (place.file(), place.tensor());
        if batch == 0 {
            return Err(ReadError::EmptyBatches { file: path, tensor });
        }
        // What is read ahead of a piece lies in other batches.
        let ahead = match layout.order() {
            Order::C => 1 << 16,
            Order::Fortran => 0,
        };
        Ok(Self {
            file: path,
            tensor,
            reader: BufReader::with_capacity(ahead, file),
            layout,
            start,
            batch,
            done: 0,
            scalar: PhantomData,
        })
    }

    /// n, the rows of the whole matrix.
    ///
    /// # Examples
    ///
    /// ```
    /// use alignment_tax::io::read_npy_batches;
    ///
    /// let path = "tests/fixtures/io/f8_le_c_2d.npy";
    /// assert_eq!(read_npy_batches::<f64>(path, 2)?.rows(), 5);
    /// # Ok::<(), alignment_tax::io::ReadError>(())
    /// ```
    #[must_use]
    pub fn rows(&self) -> usize {
        self.layout.rows()
    }

    /// d, the columns of the matrix and of every batch.
    ///
    /// # Examples
    ///
    /// ```
    /// use alignment_tax::io::read_npy_batches;
    ///
    /// let path = "tests/fixtures/io/f8_le_c_2d.npy";
    /// assert_eq!(read_npy_batches::<f64>(path, 2)?.columns(), 3);
    /// # Ok::<(), alignment_tax::io::ReadError>(())
    /// ```
    #[must_use]
    pub fn columns(&self) -> usize {
        self.layout.columns()
    }

    fn remaining(&self) -> usize {
        self.layout.rows() - self.done
    }

    fn read(&mut self, rows: usize) -> Result<DMatrix<T>, ReadError> {
        let place = Place::new(&self.file, self.tensor.as_deref());
        let part = self.layout.part(rows);
        let result = match self.layout.order() {
            Order::C => {
                let before = self.layout.bytes_of(self.done * self.layout.columns());
                let offset = self.start + before;
                decode::rows(&mut self.reader, &part, self.done, offset, &place)
            }
            Order::Fortran => {
                let mut pieces = Pieces {
                    reader: &mut self.reader,
                    next: self.start + self.layout.bytes_of(self.done),
                    stride: self.layout.bytes_of(self.layout.rows()),
                    piece: self.layout.bytes_of(rows),
                    left: 0,
                };
                decode::rows(&mut pieces, &part, self.done, self.start, &place)
            }
        };
        result.map_err(|error| match error {
            // The decoder knows the batch only; the sizes of interest are those of the file.
            ReadError::Truncated { actual, .. } => {
                let length = self.reader.get_ref().metadata().map(|m| m.len());
                let expected = self.start + self.layout.bytes();
                place.truncated(expected, length.unwrap_or(actual))
            }
            other => other,
        })
    }
}

impl<T: Real> Iterator for RowBatches<T> {
    type Item = Result<DMatrix<T>, ReadError>;

    /// The next rows.
    ///
    /// # Examples
    ///
    /// ```
    /// use alignment_tax::io::read_npy_batches;
    ///
    /// let path = "tests/fixtures/io/f8_le_c_2d.npy";
    /// let mut batches = read_npy_batches::<f64>(path, 5)?;
    /// assert_eq!(batches.next().transpose()?.map(|batch| batch.nrows()), Some(5));
    /// assert!(batches.next().is_none());
    /// # Ok::<(), alignment_tax::io::ReadError>(())
    /// ```
    fn next(&mut self) -> Option<Self::Item> {
        let rows = self.batch.min(self.remaining());
        if rows == 0 {
            return None;
        }
        let batch = self.read(rows);
        self.done = match batch {
            Ok(_) => self.done + rows,
            Err(_) => self.layout.rows(),
        };
        Some(batch)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // An error ends it early.
        let most = self.remaining().div_ceil(self.batch);
        (most.min(1), Some(most))
    }
}

impl<T: Real> FusedIterator for RowBatches<T> {}

impl<T> fmt::Debug for RowBatches<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowBatches")
            .field("file", &self.file)
            .field("tensor", &self.tensor)
            .field("rows", &self.layout.rows())
            .field("columns", &self.layout.columns())
            .field("batch", &self.batch)
            .field("done", &self.done)
            .finish_non_exhaustive()
    }
}

/// Equally long pieces of a file, equally far apart, read as if they lay together.
struct Pieces<'a, R> {
    reader: &'a mut R,
    /// Where the next piece begins.
    next: u64,
    stride: u64,
    /// Bytes to a piece.
    piece: u64,
    /// Bytes left of the current one.
    left: u64,
}

impl<R: Read + Seek> Read for Pieces<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            self.reader.seek(SeekFrom::Start(self.next))?;
            self.next += self.stride;
            self.left = self.piece;
        }
        let got = self.reader.by_ref().take(self.left).read(buffer)?;
        self.left -= got as u64;
        Ok(got)
    }
}
