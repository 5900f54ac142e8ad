//! `.npz`: a zip archive of `.npy` arrays, as `np.savez` and `np.savez_compressed` write it.
//!
//! An array named `x` is the member `x.npy`; other members are passed over. Members may be stored
//! or deflated, the two ways in which NumPy writes them, and their checksums are verified.
//!
//! A small archive can claim to hold an enormous array. Three sizes have to agree before memory is
//! set aside: what the array's header says, what the archive's directory says, and what DEFLATE can
//! make of the compressed bytes, which are no more than the file has.

use std::fmt;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use nalgebra::DMatrix;
use zip::read::ZipFile;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::decode::{self, fill_from};
use super::error::{Place, ReadError};
use super::header::Header;
use super::info::TensorInfo;
use super::limit::MemoryLimit;
use super::npy::{layout, open};
use crate::Real;

/// DEFLATE spends at least two bits on a run of at most 258 bytes.
const MAX_RATIO: u64 = 1032;

/// Reads one array of an `.npz` file as a matrix.
///
/// # Shapes
///
/// As for [`read_npy`](super::read_npy): `(n, d)` as it is, `(d,)` as one row.
///
/// # Errors
///
/// - [`ReadError::TensorNotFound`]: no array has this name; the error lists the names there are;
/// - [`ReadError::Open`], [`ReadError::Io`], [`ReadError::Malformed`], [`ReadError::Truncated`]: the
///   file is not a whole `.npz` archive that can be read, or a checksum does not match;
/// - [`ReadError::UnsupportedDtype`], [`ReadError::UnsupportedShape`], [`ReadError::Empty`],
///   [`ReadError::TooLarge`], [`ReadError::NonFinite`], [`ReadError::Overflow`]: as for `.npy`.
///
/// # Examples
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use alignment_tax::io::read_npz;
///
/// // np.savez_compressed(path, refusal=x, coding=y)
/// let path = "tests/fixtures/io/compressed.npz";
/// let refusal = read_npz::<f64>(path, "refusal")?;
/// let coding = read_npz::<f64>(path, "coding")?;
/// assert_eq!(refusal.ncols(), coding.ncols());
///
/// let error = read_npz::<f64>(path, "steps").unwrap_err();
/// assert!(error.to_string().contains("the entries have dtype <i8"));
/// # Ok(()) }
/// ```
pub fn read_npz<T: Real>(path: impl AsRef<Path>, array: &str) -> Result<DMatrix<T>, ReadError> {
    read(path.as_ref(), array, MemoryLimit::NONE)
}

pub(super) fn read<T: Real>(
    file: &Path,
    array: &str,
    limit: MemoryLimit,
) -> Result<DMatrix<T>, ReadError> {
    let mut archive = Archive::open(file)?;
    let index = archive.find(array)?;
    let place = Place::new(file, Some(array));
    let mut member = archive.member(index, &place)?;
    let header = Header::read(&mut member, &place)?;
    let layout = layout(&header, &place, member.size())?;
    limit.admit::<T>(&layout, layout.rows(), &place)?;
    let matrix = decode::matrix(&mut member, &layout, header.bytes, &place)?;
    // The checksum is compared where the member ends; reading on takes us there.
    match fill_from(&mut member, &mut [0]) {
        Ok(0) => Ok(matrix),
        Ok(_) => Err(place.malformed("the array is longer than the archive's directory says")),
        Err(e) => Err(place.io(e)),
    }
}

/// Lists the arrays of an `.npz` file in the order in which they were saved.
///
/// # Errors
///
/// [`ReadError::Open`], [`ReadError::Io`], [`ReadError::Malformed`] or [`ReadError::Truncated`] if the
/// file is not a whole `.npz` archive. Arrays that could not be read as a matrix are listed, too.
///
/// # Examples
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // np.savez_compressed(path, refusal=x, coding=y)
/// let path = "tests/fixtures/io/compressed.npz";
/// let arrays = alignment_tax::io::npz_arrays(path)?;
/// assert_eq!(arrays[0].to_string(), "refusal: <f8 [5, 3]");
/// # Ok(()) }
/// ```
pub fn npz_arrays(path: impl AsRef<Path>) -> Result<Vec<TensorInfo>, ReadError> {
    let file = path.as_ref();
    let mut archive = Archive::open(file)?;
    let mut arrays = Vec::new();
    for (index, name) in archive.names()? {
        let place = Place::new(file, Some(&name));
        let header = Header::read(&mut archive.member(index, &place)?, &place)?;
        arrays.push(TensorInfo::new(name, header.shape, header.dtype));
    }
    Ok(arrays)
}

/// An opened archive and the length of its file.
struct Archive<'a> {
    file: &'a Path,
    length: u64,
    zip: ZipArchive<BufReader<File>>,
}

impl<'a> Archive<'a> {
    fn open(file: &'a Path) -> Result<Self, ReadError> {
        let place = Place::new(file, None);
        let mut start = [0; 4];
        let (mut reader, length) = open(&place)?;
        let got = fill_from(&mut reader, &mut start).map_err(|e| place.io(e))?;
        // A member, or the directory's end where there are no members.
        if !matches!(&start, b"PK\x03\x04" | b"PK\x05\x06") {
            return Err(place.malformed(match &start {
                _ if got == 0 => "the file is empty (0 bytes); export it again",
                b"\x93NUM" => "this is a single .npy array, no .npz archive: read it with read_npy",
                _ => "this is no .npz archive: it does not begin with PK; save it with np.savez",
            }));
        }
        // The archive seeks to wherever it needs to be.
        let zip = ZipArchive::new(BufReader::new(reader)).map_err(|e| zip_error(&place, e))?;
        Ok(Self { file, length, zip })
    }

    /// Index and name of each array, in the archive's order.
    fn names(&self) -> Result<Vec<(usize, String)>, ReadError> {
        let place = Place::new(self.file, None);
        let mut names = Vec::new();
        for index in 0..self.zip.len() {
            let name = self
                .zip
                .name_for_index(index)
                .transpose()
                .map_err(|e| zip_error(&place, e))?;
            if let Some(array) = name.as_deref().and_then(|name| name.strip_suffix(".npy")) {
                names.push((index, array.to_owned()));
            }
        }
        Ok(names)
    }

    fn find(&self, array: &str) -> Result<usize, ReadError> {
        let names = self.names()?;
        match names.iter().find(|(_, name)| name == array) {
            Some((index, _)) => Ok(*index),
            None => Err(ReadError::TensorNotFound {
                file: self.file.to_owned(),
                name: array.to_owned(),
                available: names.into_iter().map(|(_, name)| name).collect(),
            }),
        }
    }

    fn member(
        &mut self,
        index: usize,
        place: &Place<'_>,
    ) -> Result<ZipFile<'_, BufReader<File>>, ReadError> {
        let length = self.length;
        let member = self.zip.by_index(index).map_err(|e| zip_error(place, e))?;
        let method = member.compression();
        if !matches!(
            method,
            CompressionMethod::Stored | CompressionMethod::Deflated
        ) {
            return Err(foreign(
                place,
                format_args!("compression method {method:?}"),
            ));
        }
        let (packed, unpacked) = (member.compressed_size(), member.size());
        if packed > length {
            return Err(place.truncated(packed, length));
        }
        if unpacked > packed.saturating_mul(MAX_RATIO) {
            return Err(place.malformed(format!(
                "the archive claims to hold {unpacked} bytes in {packed} compressed ones, more than any compression \
                 in use can achieve; export it again"
            )));
        }
        Ok(member)
    }
}

fn zip_error(place: &Place<'_>, error: ZipError) -> ReadError {
    match error {
        ZipError::Io(source) => place.io(source),
        ZipError::UnsupportedArchive(_) => foreign(place, error),
        _ => place.malformed(format!(
            "the zip archive is damaged or cut short ({error}); export or copy it again"
        )),
    }
}

fn foreign(place: &Place<'_>, what: impl fmt::Display) -> ReadError {
    place.malformed(format!(
        "the archive uses a feature that NumPy does not ({what}); save it with np.savez or \
         np.savez_compressed"
    ))
}
