//! Fixtures, and files of our own making.
//!
//! Expected values come from the formula the generator used (`tests/fixtures/io/generate.py`), never
//! from a reader.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use alignment_tax::Real;
use nalgebra::DMatrix;

pub const ROWS: usize = 5;
pub const COLUMNS: usize = 3;

pub fn formula(i: usize, j: usize) -> f64 {
    (3.0 * i as f64 - 2.0 * j as f64) / 8.0
}

pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/io")
        .join(name)
}

/// A file of our own making, removed at the end of the test.
pub struct Temporary(pub PathBuf);

impl Temporary {
    pub fn new(name: &str, bytes: &[u8]) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let file = Self(std::env::temp_dir().join(format!(
            "alignment-tax-{}-{count}-{name}",
            std::process::id()
        )));
        file.write(bytes);
        file
    }

    /// As a new file: ext4 flushes to the disk what is cut to nothing and written again.
    pub fn write(&self, bytes: &[u8]) {
        let _ = std::fs::remove_file(&self.0);
        std::fs::write(&self.0, bytes).unwrap();
    }

    pub fn cut(&self, length: u64) {
        let file = std::fs::OpenOptions::new()
            .write(true)
            .open(&self.0)
            .unwrap();
        file.set_len(length).unwrap();
    }
}

impl AsRef<Path> for Temporary {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

pub fn npy_with(dict: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((dict.len() as u16).to_le_bytes());
    bytes.extend(dict.as_bytes());
    bytes.extend(data);
    bytes
}

pub fn npy(descr: &str, fortran: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let dict = format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n");
    npy_with(&dict, data)
}

pub fn safetensors(header: &str, data: &[u8]) -> Vec<u8> {
    [
        &(header.len() as u64).to_le_bytes(),
        header.as_bytes(),
        data,
    ]
    .concat()
}

#[track_caller]
pub fn assert_formula<T: Real>(matrix: &DMatrix<T>, rows: usize) {
    assert_eq!(matrix.shape(), (rows, COLUMNS));
    for i in 0..rows {
        for j in 0..COLUMNS {
            assert_eq!(
                Real::to_double(matrix[(i, j)]),
                formula(i, j),
                "at {i}, {j}"
            );
        }
    }
}

/// Asserts the variant, with the values of its fields, and that the message holds each of the
/// strings given (the file's name is always one of them).
macro_rules! assert_error {
    ($result:expr, $path:expr, [$($part:expr),*], $pattern:pat $(if $guard:expr)?) => {{
        let error = $result.expect_err("this file should have been refused");
        assert!(matches!(&error, $pattern $(if $guard)?), "{error:?}");
        let message = error.to_string();
        let file_name = AsRef::<std::path::Path>::as_ref(&$path).file_name().unwrap().to_string_lossy();
        for part in [&*file_name $(, $part)*] {
            assert!(message.contains(part), "{part:?} is not in: {message}");
        }
    }};
}

pub(crate) use assert_error;
