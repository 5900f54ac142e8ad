//! Decoding: bytes in, matrix out, with every entry checked. Shared by all file formats.
//!
//! Bytes are taken from the reader in tiles of at most a mebibyte and written straight into the
//! column-major matrix, so that the peak memory is the matrix and one tile. A tile of a C-ordered
//! file is a block of whole rows, which is transposed on the fly, a column at a time; of a
//! Fortran-ordered file it is a block of whole columns, already in place. Entries are assembled from
//! their bytes (`from_le_bytes`), never cast, so alignment does not matter.

use std::io::{ErrorKind, Read};

use half::{bf16, f16};
use nalgebra::DMatrix;

use super::error::{Place, ReadError};
use crate::Real;

/// Upper bound on the bytes of a tile; a multiple of every entry's width.
pub(super) const TILE: usize = 1 << 20;

/// The floating-point format of the stored entries.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Element {
    F64,
    F32,
    F16,
    Bf16,
}

impl Element {
    fn bytes(self) -> usize {
        match self {
            Self::F64 => 8,
            Self::F32 => 4,
            Self::F16 | Self::Bf16 => 2,
        }
    }
}

/// The byte order of the stored entries.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Endian {
    Little,
    Big,
}

/// Whether rows (C) or columns (Fortran) are contiguous in the file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Order {
    C,
    Fortran,
}

/// How a matrix lies in a file: at least one row and one column, and a size in bytes that fits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    rows: usize,
    columns: usize,
    element: Element,
    endian: Endian,
    order: Order,
    bytes: usize,
}

impl Layout {
    /// # Errors
    /// `UnsupportedShape`, `Empty`, or `TooLarge` where the number of bytes overflows.
    pub(super) fn new(
        place: &Place<'_>,
        shape: &[usize],
        (element, endian): (Element, Endian),
        order: Order,
    ) -> Result<Self, ReadError> {
        let (rows, columns) = match *shape {
            [columns] => (1, columns),
            [rows, columns] => (rows, columns),
            _ => {
                return Err(ReadError::UnsupportedShape {
                    file: place.file(),
                    tensor: place.tensor(),
                    shape: shape.to_vec(),
                });
            }
        };
        if rows == 0 || columns == 0 {
            return Err(ReadError::Empty {
                file: place.file(),
                tensor: place.tensor(),
                rows,
                columns,
            });
        }
        let bytes = rows
            .checked_mul(columns)
            .and_then(|entries| entries.checked_mul(element.bytes()))
            .ok_or_else(|| place.too_large(shape))?;
        Ok(Self {
            rows,
            columns,
            element,
            endian,
            order,
            bytes,
        })
    }

    /// Bytes that the entries occupy in the file.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes as u64
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    pub(super) fn order(&self) -> Order {
        self.order
    }

    /// Bytes of so many entries, of which there are no more than the matrix has.
    pub(super) fn bytes_of(&self, entries: usize) -> u64 {
        (entries * self.element.bytes()) as u64
    }

    /// The layout of some of the rows, at least one, on their own.
    pub(super) fn part(&self, rows: usize) -> Self {
        Self {
            rows,
            bytes: rows * self.columns * self.element.bytes(),
            ..*self
        }
    }
}

/// Decodes the matrix that starts at the reader's position, `offset` bytes into its file.
///
/// The caller has compared `layout.bytes()` with the bytes there are; should the reader end early
/// nevertheless, that is an error, too.
pub(super) fn matrix<T: Real>(
    reader: &mut impl Read,
    layout: &Layout,
    offset: u64,
    place: &Place<'_>,
) -> Result<DMatrix<T>, ReadError> {
    rows(reader, layout, 0, offset, place)
}

/// The same for some rows of a larger matrix, the first of which is `first` there: errors count
/// from the larger one's start.
pub(super) fn rows<T: Real>(
    reader: &mut impl Read,
    layout: &Layout,
    first: usize,
    offset: u64,
    place: &Place<'_>,
) -> Result<DMatrix<T>, ReadError> {
    use Element::{Bf16, F16, F32, F64};
    use Endian::{Big, Little};
    let source = Source {
        reader,
        layout,
        first,
        offset,
        place,
    };
    match (layout.element, layout.endian) {
        (F64, Little) => source.fill(f64::from_le_bytes),
        (F64, Big) => source.fill(f64::from_be_bytes),
        (F32, Little) => source.fill(|b| f32::from_le_bytes(b).into()),
        (F32, Big) => source.fill(|b| f32::from_be_bytes(b).into()),
        (F16, Little) => source.fill(|b| f16::from_le_bytes(b).to_f64()),
        (F16, Big) => source.fill(|b| f16::from_be_bytes(b).to_f64()),
        (Bf16, Little) => source.fill(|b| bf16::from_le_bytes(b).to_f64()),
        (Bf16, Big) => source.fill(|b| bf16::from_be_bytes(b).to_f64()),
    }
}

struct Source<'a, R> {
    reader: &'a mut R,
    layout: &'a Layout,
    /// The number of the first row.
    first: usize,
    offset: u64,
    place: &'a Place<'a>,
}

impl<R: Read> Source<'_, R> {
    fn fill<T: Real, const N: usize>(
        mut self,
        widen: impl Fn([u8; N]) -> f64,
    ) -> Result<DMatrix<T>, ReadError> {
        let Layout {
            rows,
            columns,
            order,
            ..
        } = *self.layout;
        // A line is what is contiguous in the file: a row in C order, a column in Fortran order.
        let (lines, length) = match order {
            Order::C => (rows, columns),
            Order::Fortran => (columns, rows),
        };
        let tile_length = length.min(TILE / N);
        let tile_lines = (TILE / (N * tile_length)).clamp(1, lines);

        let mut entries = self.zeros::<T>(rows * columns)?;
        let mut buffer = vec![0; tile_lines * tile_length * N];
        for line in (0..lines).step_by(tile_lines) {
            let height = tile_lines.min(lines - line);
            for start in (0..length).step_by(tile_length) {
                let width = tile_length.min(length - start);
                let tile = &mut buffer[..height * width * N];
                self.read_exact(tile)?;
                let (tile, _) = tile.as_chunks::<N>();

                // (first row, first column), and the tile's extent and strides in these directions.
                let (row, column, tile_rows, tile_columns, row_stride, column_stride) = match order
                {
                    Order::C => (line, start, height, width, width, 1),
                    Order::Fortran => (start, line, width, height, 1, width),
                };
                let mut sound = true;
                for j in 0..tile_columns {
                    let target = &mut entries[(column + j) * rows + row..][..tile_rows];
                    for (i, entry) in target.iter_mut().enumerate() {
                        *entry = narrow(widen(tile[i * row_stride + j * column_stride]));
                        sound &= entry.to_double().is_finite();
                    }
                }
                if !sound {
                    for (k, &bytes) in tile.iter().enumerate() {
                        let (i, j) = match order {
                            Order::C => (line + k / width, start + k % width),
                            Order::Fortran => (start + k % width, line + k / width),
                        };
                        self.check::<T>(widen(bytes), i, j)?;
                    }
                }
            }
        }
        Ok(DMatrix::from_vec(rows, columns, entries))
    }

    fn zeros<T: Real>(&self, entries: usize) -> Result<Vec<T>, ReadError> {
        let mut zeros = Vec::new();
        zeros.try_reserve_exact(entries).map_err(|_| {
            self.place
                .too_large(&[self.layout.rows, self.layout.columns])
        })?;
        zeros.resize(entries, narrow(0.0));
        Ok(zeros)
    }

    fn read_exact(&mut self, tile: &mut [u8]) -> Result<(), ReadError> {
        let got = fill_from(self.reader, tile).map_err(|source| self.place.io(source))?;
        self.offset += got as u64;
        if got < tile.len() {
            // `offset` now counts what there was; what remains of the claim follows from the layout.
            let missing = tile.len() - got;
            return Err(self
                .place
                .truncated(self.offset + missing as u64, self.offset));
        }
        Ok(())
    }

    fn check<T: Real>(&self, value: f64, row: usize, column: usize) -> Result<(), ReadError> {
        let (file, tensor) = (self.place.file(), self.place.tensor());
        let row = self.first + row;
        if !value.is_finite() {
            Err(ReadError::NonFinite {
                file,
                tensor,
                row,
                column,
                value,
            })
        } else if !narrow::<T>(value).to_double().is_finite() {
            let scalar = std::any::type_name::<T>();
            Err(ReadError::Overflow {
                file,
                tensor,
                row,
                column,
                value,
                scalar,
            })
        } else {
            Ok(())
        }
    }
}

/// Rounds to nearest.
fn narrow<T: Real>(value: f64) -> T {
    T::from_double(value)
}

/// Fills the buffer from the reader as far as the reader lasts, and says how far that was.
pub(super) fn fill_from(reader: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(filled)
}
