//! `.npy`: one array, as `np.save` writes it.

use std::fs::File;
use std::path::Path;

use nalgebra::DMatrix;

use super::batches::RowBatches;
use super::decode::{self, Layout};
use super::error::{Place, ReadError};
use super::header::Header;
use super::limit::MemoryLimit;
use crate::Real;

/// Reads an `.npy` file as a matrix.
///
/// # Shapes
///
/// `(n, d)` is read as it is, $n$ samples of $d$ coordinates; `(d,)` is read as one row, $1 \times d$.
///
/// # Errors
///
/// - [`ReadError::Open`], [`ReadError::Io`]: the operating system refuses;
/// - [`ReadError::Malformed`], [`ReadError::Truncated`]: the file is not a whole `.npy` file, or holds
///   bytes after its array;
/// - [`ReadError::UnsupportedDtype`], [`ReadError::UnsupportedShape`], [`ReadError::Empty`],
///   [`ReadError::TooLarge`]: the array cannot be read as a matrix of floats;
/// - [`ReadError::NonFinite`], [`ReadError::Overflow`]: an entry cannot be taken over.
///
/// # Examples
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use alignment_tax::io::read_npy;
///
/// let path = std::env::temp_dir().join(format!("alignment-tax-npy-{}.npy", std::process::id()));
/// let header = b"\x93NUMPY\x01\x00\x3c\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }\n";
/// let entries = [1.0f32, 2.0, 3.0, 4.0].map(f32::to_le_bytes).concat();
/// // np.save(path, np.array([[1, 2], [3, 4]], dtype=np.float32))
/// std::fs::write(&path, [&header[..], &entries].concat())?;
/// let activations = read_npy::<f64>(&path)?;
/// assert_eq!(activations.shape(), (2, 2));
/// assert_eq!(activations[(1, 0)], 3.0);
/// # std::fs::remove_file(path)?;
/// # Ok(()) }
/// ```
pub fn read_npy<T: Real>(path: impl AsRef<Path>) -> Result<DMatrix<T>, ReadError> {
    read(path.as_ref(), MemoryLimit::NONE)
}

pub(super) fn read<T: Real>(file: &Path, limit: MemoryLimit) -> Result<DMatrix<T>, ReadError> {
    let place = Place::new(file, None);
    let (mut reader, length) = open(&place)?;
    let header = Header::read(&mut reader, &place)?;
    let layout = layout(&header, &place, length)?;
    limit.admit::<T>(&layout, layout.rows(), &place)?;
    decode::matrix(&mut reader, &layout, header.bytes, &place)
}

/// Reads an `.npy` file in batches of at most so many rows, without ever holding more of it.
///
/// Either order may be stored. In Fortran order each batch costs a seek to each column, so
/// batches should have many rows; C order, NumPy's default, is read from front to end.
///
/// # Shapes
///
/// As for [`read_npy`]: the batches one below the other are the matrix that it returns.
///
/// # Errors
///
/// Here those that a header can show: [`ReadError::Open`], [`ReadError::Io`], [`ReadError::Malformed`],
/// [`ReadError::Truncated`], [`ReadError::UnsupportedDtype`], [`ReadError::UnsupportedShape`],
/// [`ReadError::Empty`], [`ReadError::TooLarge`], and [`ReadError::EmptyBatches`] for batches of 0
/// rows. With the batches those of their entries, see [`RowBatches`].
///
/// # Examples
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use alignment_tax::Moments;
/// use alignment_tax::io::read_npy_batches;
///
/// let path = "tests/fixtures/io/f4_le_c_2d.npy";
/// let batches = read_npy_batches::<f32>(path, 2)?;
/// let mut moments = Moments::new(batches.columns())?;
/// for batch in batches {
///     moments.update(&batch?)?;
/// }
/// assert_eq!(moments.count(), 5);
/// # Ok(()) }
/// ```
pub fn read_npy_batches<T: Real>(
    path: impl AsRef<Path>,
    rows: usize,
) -> Result<RowBatches<T>, ReadError> {
    batches(path.as_ref(), rows, MemoryLimit::NONE)
}

pub(super) fn batches<T: Real>(
    file: &Path,
    rows: usize,
    limit: MemoryLimit,
) -> Result<RowBatches<T>, ReadError> {
    let place = Place::new(file, None);
    let (mut reader, length) = open(&place)?;
    let header = Header::read(&mut reader, &place)?;
    let layout = layout(&header, &place, length)?;
    limit.admit::<T>(&layout, rows.min(layout.rows()), &place)?;
    RowBatches::new(reader, layout, header.bytes, &place, rows)
}

/// Opens a file and asks for its length.
pub(super) fn open(place: &Place<'_>) -> Result<(File, u64), ReadError> {
    let open = |source| ReadError::Open {
        file: place.file(),
        source,
    };
    let file = File::open(place.file).map_err(open)?;
    let length = file.metadata().map_err(open)?.len();
    Ok((file, length))
}

/// The layout that the header describes, provided that the array takes `length` bytes in all.
pub(super) fn layout(header: &Header, place: &Place<'_>, length: u64) -> Result<Layout, ReadError> {
    let layout = Layout::new(place, &header.shape, header.element(place)?, header.order)?;
    let expected = header
        .bytes
        .checked_add(layout.bytes())
        .ok_or_else(|| place.too_large(&header.shape))?;
    if expected > length {
        return Err(place.truncated(expected, length));
    }
    if expected < length {
        return Err(place.malformed(format!(
            "{} bytes follow the array of shape {:?}, which the header does not account for; if several arrays were \
             saved one after the other, save them with np.savez and name them instead",
            length - expected,
            header.shape,
        )));
    }
    Ok(layout)
}
