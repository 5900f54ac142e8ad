//! Files: those of the tests of the crate, with a few things wrong.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use alignment_tax::io::{
    ReadError, RowBatches, SafetensorsFile, npz_arrays, read_npy, read_npy_batches, read_npz,
    read_safetensors, read_safetensors_batches,
};
use nalgebra::DMatrix;

use crate::check;
use crate::draw::{Draw, Scalar};

macro_rules! fixtures {
    ($($name:literal),* $(,)?) => {
        &[$(include_bytes!(concat!("../../tests/fixtures/io/", $name))),*]
    };
}

const NPY: &[&[u8]] = fixtures!(
    "f2_be_1d.npy",
    "f2_le_c_2d.npy",
    "f4_be_f_2d.npy",
    "f4_le_1d.npy",
    "f8_be_c_2d.npy",
    "f8_le_c_2d.npy",
    "f8_le_f_2d.npy",
    "inf_f2.npy",
    "nan_f.npy",
    "overflow.npy",
    "shape_3d.npy",
    "structured.npy",
    "tiny.npy",
    "version_2.npy",
    "version_3.npy",
);
const NPZ: &[&[u8]] = fixtures!(
    "compressed.npz",
    "stored.npz",
    "streamed.npz",
    "zeros.npz",
    "bzip2.npz",
    "no_arrays.npz",
);
const SAFETENSORS: &[&[u8]] = fixtures!("library.safetensors", "misaligned.safetensors");

/// Numbers that a header should not have.
const WORDS: [&str; 12] = [
    "0",
    "1",
    "-1",
    "7",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "99999999999999999999999",
    "1e999",
    "0.5",
    "null",
];

/// Flips, cuts, extends and splices, and puts extreme numbers where there were numbers.
pub fn mutate(draw: &mut Draw<'_>, mut file: Vec<u8>) -> Vec<u8> {
    for _ in 0..draw.below(5) {
        let n = file.len();
        if n == 0 {
            break;
        }
        // Half of the time in the first bytes, where the header is.
        let at = draw.word() as usize % if draw.byte() & 1 == 0 { n } else { n.min(128) };
        match draw.below(11) {
            0 => file[at] ^= 1 << draw.below(8),
            1 => file[at] = draw.byte(),
            2 => file.truncate(at),
            3 => {
                let more = draw.below(32);
                file.extend((0..more).map(|_| draw.byte()));
            }
            4 => {
                let from = draw.word() as usize % n;
                let piece: Vec<u8> = file[from..n.min(from + draw.below(64))].to_vec();
                file.splice(at..at, piece);
            }
            5 => {
                let end = n.min(at + draw.below(16));
                file.drain(at..end);
            }
            6 | 7 => {
                // The next run of digits becomes another number.
                if let Some(start) = file[at..].iter().position(u8::is_ascii_digit) {
                    let start = at + start;
                    let length = file[start..]
                        .iter()
                        .take_while(|b| b.is_ascii_digit())
                        .count();
                    let word = WORDS[draw.below(WORDS.len())];
                    file.splice(start..start + length, word.bytes());
                }
            }
            8 => {
                let word =
                    [0, 1, u64::MAX, 1 << 31, 1 << 32, 1 << 63, u64::MAX >> 1][draw.below(7)];
                let width = [1, 2, 4, 8][draw.below(4)];
                for (i, byte) in word.to_le_bytes().into_iter().take(width).enumerate() {
                    if let Some(place) = file.get_mut(at + i) {
                        *place = byte;
                    }
                }
            }
            9 => {
                let word = WORDS[draw.below(WORDS.len())];
                file.splice(at..at, word.bytes());
            }
            _ => {
                let end = n.min(at + 1 + draw.below(8));
                file[at..end].fill([0, 255, b' ', b'['][draw.below(4)]);
            }
        }
    }
    file
}

/// A place for the file, in memory where there is such a place.
fn place() -> &'static Path {
    static PLACE: OnceLock<PathBuf> = OnceLock::new();
    PLACE.get_or_init(|| {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() {
            memory.to_owned()
        } else {
            std::env::temp_dir()
        };
        folder.join(format!("alignment-tax-fuzz-{}", std::process::id()))
    })
}

/// Writes the input: one of the files, changed, or nothing but what was drawn.
fn write(draw: &mut Draw<'_>, files: &[&[u8]]) -> &'static Path {
    let base = if draw.rarely(64) {
        draw.rest().to_vec()
    } else {
        files[draw.below(files.len())].to_vec()
    };
    let file = mutate(draw, base);
    fs::write(place(), file).expect("a folder to write to");
    place()
}

fn matrix_holds<T: Scalar>(matrix: &DMatrix<T>, shape: Option<&[usize]>) {
    check::finite("an entry", matrix.iter());
    assert!(!matrix.is_empty());
    match shape {
        Some(&[rows, columns]) => assert_eq!(matrix.shape(), (rows, columns)),
        Some(&[entries]) => assert_eq!(matrix.len(), entries),
        Some(shape) => panic!("{shape:?} was read as {:?}", matrix.shape()),
        None => {}
    }
}

/// Batches are the rows of the matrix, and an error where it has one.
fn batches_hold<T: Scalar>(
    draw: &mut Draw<'_>,
    rows: usize,
    whole: Option<&DMatrix<T>>,
    batches: Result<RowBatches<T>, ReadError>,
) {
    let Some(mut batches) = draw.call("batches", batches) else {
        assert!(whole.is_none() || rows == 0, "a matrix, but no batches");
        return;
    };
    let shape = (batches.rows(), batches.columns());
    let (mut from, mut failed) = (0, false);
    for batch in &mut batches {
        assert!(!failed, "a batch after an error");
        let Some(batch) = draw.call("batch", batch) else {
            failed = true;
            continue;
        };
        check::finite("an entry", batch.iter());
        assert_eq!(batch.ncols(), shape.1);
        assert!(batch.nrows() <= rows && batch.nrows() > 0);
        if let Some(whole) = whole {
            assert_eq!(whole.rows(from, batch.nrows()), batch);
        }
        from += batch.nrows();
    }
    assert_eq!(whole.is_some(), !failed, "batches and the whole disagree");
    if let Some(whole) = whole {
        assert_eq!((whole.shape(), from), (shape, shape.0));
    }
}

fn some_rows(draw: &mut Draw<'_>) -> usize {
    if draw.rarely(16) {
        draw.count()
    } else {
        1 + draw.below(4)
    }
}

pub fn npy<T: Scalar>(draw: &mut Draw<'_>) {
    let path = write(draw, NPY);
    let whole = draw.call("read_npy", read_npy::<T>(path));
    if let Some(matrix) = &whole {
        matrix_holds(matrix, None);
    }
    let rows = some_rows(draw);
    batches_hold(
        draw,
        rows,
        whole.as_ref(),
        read_npy_batches::<T>(path, rows),
    );
}

pub fn npz<T: Scalar>(draw: &mut Draw<'_>) {
    let path = write(draw, NPZ);
    let Some(arrays) = draw.call("npz_arrays", npz_arrays(path)) else {
        // One array may be whole where another is not.
        if let Some(matrix) = draw.call("read_npz", read_npz::<T>(path, "x")) {
            matrix_holds(&matrix, None);
        }
        return;
    };
    for array in arrays.iter().take(8) {
        if let Some(matrix) = draw.call("read_npz", read_npz::<T>(path, array.name())) {
            matrix_holds(&matrix, Some(array.shape()));
        }
        assert!(!array.dtype().is_empty() || array.shape().is_empty());
    }
    let _ = draw.call("read_npz", read_npz::<T>(path, "no such array"));
}

pub fn safetensors<T: Scalar>(draw: &mut Draw<'_>) {
    let path = write(draw, SAFETENSORS);
    let rows = some_rows(draw);
    let Some(file) = draw.call("open", SafetensorsFile::open(path)) else {
        assert!(read_safetensors::<T>(path, "x").is_err());
        assert!(read_safetensors_batches::<T>(path, "x", rows).is_err());
        return;
    };
    let _ = file.metadata();
    for tensor in file.tensors().iter().take(8) {
        let whole = draw.call("matrix", file.matrix::<T>(tensor.name()));
        let again = draw.call(
            "read_safetensors",
            read_safetensors::<T>(path, tensor.name()),
        );
        assert_eq!(whole, again);
        if let Some(matrix) = &whole {
            matrix_holds(matrix, Some(tensor.shape()));
        }
        let batches = read_safetensors_batches::<T>(path, tensor.name(), rows);
        batches_hold(draw, rows, whole.as_ref(), batches);
    }
    let _ = draw.call("matrix", file.matrix::<T>("no such tensor"));
}
