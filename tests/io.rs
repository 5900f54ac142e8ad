//! The readers against fixtures that NumPy and safetensors wrote (`tests/fixtures/io/generate.py`),
//! and against files that nobody should have written.
//!
//! Expected values come from the formula the generator used, never from a reader.

#![cfg(feature = "io")]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use alignment_tax::Real;
use alignment_tax::io::{
    ReadError, SafetensorsFile, npz_arrays, read_npy, read_npz, read_safetensors,
};
use nalgebra::DMatrix;

const ROWS: usize = 5;
const COLUMNS: usize = 3;

fn formula(i: usize, j: usize) -> f64 {
    (3.0 * i as f64 - 2.0 * j as f64) / 8.0
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/io")
        .join(name)
}

/// A file of our own making, removed at the end of the test.
struct Temporary(PathBuf);

impl Temporary {
    fn new(name: &str, bytes: &[u8]) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let file = Self(std::env::temp_dir().join(format!(
            "alignment-tax-{}-{count}-{name}",
            std::process::id()
        )));
        file.write(bytes);
        file
    }

    fn write(&self, bytes: &[u8]) {
        std::fs::write(&self.0, bytes).unwrap();
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

fn npy_with(dict: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((dict.len() as u16).to_le_bytes());
    bytes.extend(dict.as_bytes());
    bytes.extend(data);
    bytes
}

fn npy(descr: &str, fortran: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let dict = format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n");
    npy_with(&dict, data)
}

fn safetensors(header: &str, data: &[u8]) -> Vec<u8> {
    [
        &(header.len() as u64).to_le_bytes(),
        header.as_bytes(),
        data,
    ]
    .concat()
}

#[track_caller]
fn assert_formula<T: Real>(matrix: &DMatrix<T>, rows: usize) {
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
        let file_name = AsRef::<Path>::as_ref(&$path).file_name().unwrap().to_string_lossy();
        for part in [&*file_name $(, $part)*] {
            assert!(message.contains(part), "{part:?} is not in: {message}");
        }
    }};
}

// Sound files.

#[test]
fn npy_of_every_width_byte_order_and_layout() {
    for dtype in ["f8", "f4", "f2"] {
        for end in ["le", "be"] {
            for order in ["c", "f"] {
                let path = fixture(&format!("{dtype}_{end}_{order}_2d.npy"));
                assert_formula(&read_npy::<f64>(&path).unwrap(), ROWS);
                assert_formula(&read_npy::<f32>(&path).unwrap(), ROWS);
            }
            let path = fixture(&format!("{dtype}_{end}_1d.npy"));
            assert_formula(&read_npy::<f64>(&path).unwrap(), 1);
            assert_formula(&read_npy::<f32>(&path).unwrap(), 1);
        }
    }
}

#[test]
fn npy_of_every_format_version() {
    for version in [2, 3] {
        let path = fixture(&format!("version_{version}.npy"));
        assert_formula(&read_npy::<f64>(path).unwrap(), ROWS);
    }
}

#[test]
fn npy_dicts_that_other_programs_write() {
    let data: Vec<u8> = (0..2).flat_map(|j| formula(0, j).to_le_bytes()).collect();
    for dict in [
        "{\"shape\":(1,2),\"fortran_order\":False,\"descr\":\"<f8\"}",
        "{'descr': '<f8', 'fortran_order': True, 'shape': (1L, 2L)}",
        "{ 'fortran_order' : False ,\n 'descr' : '<f8' , 'shape' : ( 2 , ) , }   \n",
    ] {
        let file = Temporary::new("dict.npy", &npy_with(dict, &data));
        let matrix = read_npy::<f64>(&file).unwrap();
        assert_eq!(
            matrix,
            DMatrix::from_row_slice(1, 2, &[0.0, -0.25]),
            "{dict}"
        );
    }
}

#[test]
fn npz_stored_and_compressed() {
    for name in ["stored.npz", "compressed.npz"] {
        let path = fixture(name);
        for array in ["refusal", "coding", "layer/0"] {
            assert_formula(&read_npz::<f64>(&path, array).unwrap(), ROWS);
            assert_formula(&read_npz::<f32>(&path, array).unwrap(), ROWS);
        }
        assert_formula(&read_npz::<f64>(&path, "härte").unwrap(), 1);

        let listed: Vec<_> = npz_arrays(&path)
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            listed,
            [
                "refusal: <f8 [5, 3]",
                "coding: <f4 [5, 3]",
                "layer/0: >f2 [5, 3]",
                "härte: <f8 [3]",
                "steps: <i8 [4]",
                "bad: <f8 [5, 3]",
                "cube: <f8 [2, 3, 4]",
            ]
        );
    }
    assert_eq!(npz_arrays(fixture("no_arrays.npz")).unwrap(), []);
    for array in ["x", "y"] {
        assert_formula(
            &read_npz::<f64>(fixture("streamed.npz"), array).unwrap(),
            ROWS,
        );
    }
    let zeros = read_npz::<f32>(fixture("zeros.npz"), "x").unwrap();
    assert_eq!(zeros, DMatrix::zeros(256, 1024));
}

#[test]
fn safetensors_of_every_width() {
    let path = fixture("library.safetensors");
    let file = SafetensorsFile::open(&path).unwrap();
    for name in ["f64", "f32", "f16"] {
        assert_formula(&file.matrix::<f64>(name).unwrap(), ROWS);
        assert_formula(&file.matrix::<f32>(name).unwrap(), ROWS);
        assert_formula(&read_safetensors::<f64>(&path, name).unwrap(), ROWS);
    }
    assert_formula(&file.matrix::<f64>("one").unwrap(), 1);
    let listed: Vec<_> = file.tensors().iter().map(ToString::to_string).collect();
    assert_eq!(
        listed,
        [
            "f16: F16 [5, 3]",
            "f32: F32 [5, 3]",
            "f64: F64 [5, 3]",
            "one: F32 [3]",
            "steps: I64 [4]"
        ]
    );
    assert_eq!(file.metadata()["model"], "toy");
    assert!(format!("{file:?}").contains("library.safetensors"));
}

#[test]
fn safetensors_at_odd_addresses() {
    let path = fixture("misaligned.safetensors");
    let file = SafetensorsFile::open(&path).unwrap();
    for name in ["f64", "f32", "f16", "bf16"] {
        assert_formula(&file.matrix::<f64>(name).unwrap(), ROWS);
        assert_formula(&file.matrix::<f32>(name).unwrap(), ROWS);
        assert_formula(&read_safetensors::<f64>(&path, name).unwrap(), ROWS);
        assert_formula(&read_safetensors::<f32>(&path, name).unwrap(), ROWS);
    }
    assert_formula(&file.matrix::<f32>("one").unwrap(), 1);
    let info = &file.tensors()[11];
    assert_eq!(
        (info.name(), info.shape(), info.dtype()),
        ("wide", &[1, 2][..], "F64")
    );
    assert_eq!(file.metadata().len(), 2);
    assert_eq!(file.metadata()["layer"], "12");
}

/// Shapes whose lines do not divide a tile, whose lines exceed a tile, and single columns.
#[test]
fn matrices_of_many_tiles() {
    let value = |i: usize, j: usize| ((i * 31 + j * 17) % 2039) as f32 - 1000.0;
    for (rows, columns) in [
        (1001, 777),
        (3, 700_001),
        (700_001, 3),
        (600_001, 1),
        (1, 600_001),
    ] {
        for order in ["False", "True"] {
            let mut data = Vec::with_capacity(4 * rows * columns);
            if order == "False" {
                for i in 0..rows {
                    data.extend((0..columns).flat_map(|j| value(i, j).to_le_bytes()));
                }
            } else {
                for j in 0..columns {
                    data.extend((0..rows).flat_map(|i| value(i, j).to_le_bytes()));
                }
            }
            let shape = format!("({rows}, {columns})");
            let mut bytes = npy("<f4", order, &shape, &data);
            let file = Temporary::new("tiles.npy", &bytes);
            let matrix = read_npy::<f64>(&file).unwrap();
            assert_eq!(
                matrix,
                DMatrix::from_fn(rows, columns, |i, j| f64::from(value(i, j)))
            );

            // A NaN near the end and a later one: the first in the file is reported.
            let (i, j) = (rows - 1 - rows / 5, columns - 1 - columns / 7);
            let at = if order == "False" {
                i * columns + j
            } else {
                j * rows + i
            };
            let start = bytes.len() - data.len();
            for at in [at, rows * columns - 1] {
                bytes[start + 4 * at..][..4].copy_from_slice(&f32::NAN.to_le_bytes());
            }
            file.write(&bytes);
            assert_error!(read_npy::<f64>(&file), file, [],
                ReadError::NonFinite { row, column, .. } if (*row, *column) == (i, j));
        }
    }
}

// Accuracy.

#[test]
fn every_finite_f16_and_bf16_widens_exactly() {
    let f16_value = |bits: u16| {
        let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
        let size = match exponent {
            0 => fraction * 2f64.powi(-24),
            _ => (1024.0 + fraction) * 2f64.powi(exponent - 25),
        };
        if bits >> 15 == 1 { -size } else { size }
    };
    let bits: Vec<u16> = (0..=u16::MAX)
        .filter(|bits| bits >> 10 & 31 != 31)
        .collect();
    for (descr, swap) in [("<f2", false), (">f2", true)] {
        let data: Vec<u8> = bits
            .iter()
            .flat_map(|bits| {
                if swap {
                    bits.to_be_bytes()
                } else {
                    bits.to_le_bytes()
                }
            })
            .collect();
        let bytes = npy(descr, "False", &format!("({},)", bits.len()), &data);
        let matrix = read_npy::<f64>(Temporary::new("half.npy", &bytes)).unwrap();
        for (read, &bits) in matrix.iter().zip(&bits) {
            assert_eq!(read.to_bits(), f16_value(bits).to_bits(), "{bits:#06x}");
        }
    }

    let bits: Vec<u16> = (0..=u16::MAX)
        .filter(|bits| bits >> 7 & 255 != 255)
        .collect();
    let data: Vec<u8> = bits.iter().flat_map(|bits| bits.to_le_bytes()).collect();
    let (n, end) = (bits.len(), data.len());
    let header = format!(r#"{{"x":{{"dtype":"BF16","shape":[{n}],"data_offsets":[0,{end}]}}}}"#);
    let file = Temporary::new("bf16.safetensors", &safetensors(&header, &data));
    let wide = read_safetensors::<f64>(&file, "x").unwrap();
    let narrow = read_safetensors::<f32>(&file, "x").unwrap();
    for ((wide, narrow), &bits) in wide.iter().zip(&narrow).zip(&bits) {
        let expected = f32::from_bits(u32::from(bits) << 16);
        assert_eq!(narrow.to_bits(), expected.to_bits(), "{bits:#06x}");
        assert_eq!(wide.to_bits(), f64::from(expected).to_bits(), "{bits:#06x}");
    }
}

#[test]
fn narrowing_rounds_to_nearest() {
    let matrix = read_npy::<f32>(fixture("tiny.npy")).unwrap();
    assert_eq!(matrix.as_slice(), [0.1, 0.0, f32::MAX, 0.0]);
    let matrix = read_npy::<f64>(fixture("tiny.npy")).unwrap();
    assert_eq!(matrix.as_slice(), [0.1, 1e-300, 3.4028235e38, 5e-46]);
}

/// Half a unit beyond `f32::MAX` is the first value that rounds to infinity.
#[test]
fn narrowing_overflows_only_where_rounding_does() {
    let edge = f64::from(f32::MAX) + 2f64.powi(103);
    let below = f64::from_bits(edge.to_bits() - 1);
    for (value, fits) in [(below, true), (-below, true), (edge, false), (-edge, false)] {
        let data = [1.0, value].map(f64::to_le_bytes).concat();
        let file = Temporary::new("edge.npy", &npy("<f8", "False", "(2, 1)", &data));
        if fits {
            assert_eq!(read_npy::<f32>(&file).unwrap()[(1, 0)].abs(), f32::MAX);
        } else {
            assert_error!(read_npy::<f32>(&file), file, ["row 1, column 0", "f32", "read the file as f64"],
                ReadError::Overflow { row: 1, column: 0, value: v, scalar: "f32", tensor: None, .. } if *v == value);
        }
        assert_eq!(read_npy::<f64>(&file).unwrap()[(1, 0)], value);
    }
}

// Refusals: each variant, with the place it names.

#[test]
fn a_missing_file_cannot_be_opened() {
    let path = fixture("no such file");
    assert_error!(
        read_npy::<f64>(&path),
        path,
        ["cannot open"],
        ReadError::Open { .. }
    );
    assert_error!(
        read_npz::<f64>(&path, "x"),
        path,
        ["cannot open"],
        ReadError::Open { .. }
    );
    assert_error!(
        npz_arrays(&path),
        path,
        ["cannot open"],
        ReadError::Open { .. }
    );
    assert_error!(
        SafetensorsFile::open(&path),
        path,
        ["cannot open"],
        ReadError::Open { .. }
    );
    assert_error!(read_safetensors::<f64>(&path, "x"), path, ["cannot open"],
        ReadError::Open { source, .. } if source.kind() == std::io::ErrorKind::NotFound);
}

#[test]
fn a_directory_is_refused() {
    let path = fixture("");
    assert_error!(
        read_npy::<f64>(&path),
        path,
        [],
        ReadError::Open { .. } | ReadError::Io { .. }
    );
    assert_error!(
        npz_arrays(&path),
        path,
        [],
        ReadError::Open { .. } | ReadError::Io { .. }
    );
    let opened = SafetensorsFile::open(&path);
    assert_error!(
        opened,
        path,
        [],
        ReadError::Open { .. } | ReadError::Io { .. }
    );
}

#[test]
fn npy_dtypes_other_than_floats() {
    for (name, found) in [
        ("int64.npy", "<i8"),
        ("bool.npy", "|b1"),
        ("complex.npy", "<c16"),
        ("text.npy", "<U2"),
        ("object.npy", "|O"),
        ("void2.npy", "|V2"),
        ("structured.npy", "[('a', '<f4'), ('b', '<i4', (2, 2))]"),
    ] {
        let path = fixture(name);
        assert_error!(read_npy::<f64>(&path), path, [found, "float32", "before exporting"],
            ReadError::UnsupportedDtype { dtype, tensor: None, .. } if dtype == found);
    }
    assert!(
        read_npy::<f64>(fixture("void2.npy"))
            .unwrap_err()
            .to_string()
            .contains("bfloat16")
    );
    // Native and unstated byte orders depend on the machine that wrote the file.
    for descr in ["f8", "=f8", "|f8", "<f16", "<f", "<F8", "", "\\x3cf8"] {
        let file = Temporary::new("dtype.npy", &npy(descr, "False", "(1,)", &[0; 8]));
        assert_error!(read_npy::<f64>(&file), file, [],
            ReadError::UnsupportedDtype { dtype, .. } if dtype == descr);
    }
}

#[test]
fn npy_shapes_other_than_matrices() {
    let path = fixture("shape_0d.npy");
    assert_error!(read_npy::<f64>(&path), path, ["0-D", "[]", "rows = samples"],
        ReadError::UnsupportedShape { shape, tensor: None, .. } if shape.is_empty());
    let path = fixture("shape_3d.npy");
    assert_error!(read_npy::<f64>(&path), path, ["3-D", "[2, 3, 4]", "reshape"],
        ReadError::UnsupportedShape { shape, .. } if *shape == [2, 3, 4]);
    let path = fixture("empty_rows.npy");
    assert_error!(
        read_npy::<f64>(&path),
        path,
        ["0 rows and 3 columns"],
        ReadError::Empty {
            rows: 0,
            columns: 3,
            tensor: None,
            ..
        }
    );
    let path = fixture("empty_columns.npy");
    assert_error!(
        read_npy::<f64>(&path),
        path,
        ["3 rows and 0 columns"],
        ReadError::Empty {
            rows: 3,
            columns: 0,
            ..
        }
    );
    let path = fixture("empty_1d.npy");
    assert_error!(
        read_npy::<f64>(&path),
        path,
        [],
        ReadError::Empty {
            rows: 1,
            columns: 0,
            ..
        }
    );
}

#[test]
fn nan_and_infinity_are_located() {
    // In C order the NaN at (3, 1) comes first, in Fortran order the infinity at (4, 0).
    let path = fixture("nan_c.npy");
    assert_error!(read_npy::<f64>(&path), path, ["row 3, column 1", "NaN"],
        ReadError::NonFinite { row: 3, column: 1, value, tensor: None, .. } if value.is_nan());
    let path = fixture("nan_f.npy");
    assert_error!(read_npy::<f64>(&path), path, ["row 4, column 0", "inf"],
        ReadError::NonFinite { row: 4, column: 0, value, .. } if *value == f64::INFINITY);
    let path = fixture("inf_f2.npy");
    assert_error!(read_npy::<f32>(&path), path, ["row 2, column 2", "-inf"],
        ReadError::NonFinite { row: 2, column: 2, value, .. } if *value == f64::NEG_INFINITY);
    let path = fixture("overflow.npy");
    assert_error!(
        read_npy::<f32>(&path),
        path,
        ["row 1, column 2", "-1e300", "f32"],
        ReadError::Overflow {
            row: 1,
            column: 2,
            value: -1e300,
            scalar: "f32",
            ..
        }
    );
}

#[test]
fn npz_refusals_name_the_array() {
    for name in ["stored.npz", "compressed.npz"] {
        let path = fixture(name);
        assert_error!(read_npz::<f64>(&path, "bad"), path, ["\"bad\"", "row 3, column 1", "NaN"],
            ReadError::NonFinite { tensor: Some(tensor), row: 3, column: 1, .. } if tensor == "bad");
        assert_error!(read_npz::<f64>(&path, "steps"), path, ["\"steps\"", "<i8"],
            ReadError::UnsupportedDtype { tensor: Some(tensor), .. } if tensor == "steps");
        assert_error!(read_npz::<f64>(&path, "cube"), path, ["\"cube\"", "3-D", "[2, 3, 4]"],
            ReadError::UnsupportedShape { tensor: Some(tensor), .. } if tensor == "cube");
        assert_error!(read_npz::<f64>(&path, "refusals"), path,
            ["\"refusals\"", "\"refusal\", \"coding\", \"layer/0\", \"härte\""],
            ReadError::TensorNotFound { name, available, .. }
                if name == "refusals" && available.len() == 7 && available[0] == "refusal");
    }
    let path = fixture("no_arrays.npz");
    assert_error!(read_npz::<f64>(&path, "x"), path, ["holds no arrays"],
        ReadError::TensorNotFound { available, .. } if available.is_empty());
    let path = fixture("bzip2.npz");
    assert_formula(&read_npz::<f64>(&path, "x").unwrap(), ROWS);
    assert_error!(read_npz::<f64>(&path, "y"), path, ["\"y\"", "np.savez"],
        ReadError::Malformed { tensor: Some(tensor), .. } if tensor == "y");
}

#[test]
fn safetensors_refusals_name_the_tensor() {
    let path = fixture("misaligned.safetensors");
    let file = SafetensorsFile::open(&path).unwrap();
    for one_shot in [false, true] {
        let read = |name: &str| match one_shot {
            false => file.matrix::<f32>(name),
            true => read_safetensors::<f32>(&path, name),
        };
        assert_error!(read("bad"), path, ["\"bad\"", "row 3, column 1", "NaN"],
            ReadError::NonFinite { tensor: Some(tensor), row: 3, column: 1, .. } if tensor == "bad");
        assert_error!(
            read("inf_bf16"),
            path,
            ["\"inf_bf16\"", "row 0, column 1", "-inf"],
            ReadError::NonFinite {
                row: 0,
                column: 1,
                value: f64::NEG_INFINITY,
                ..
            }
        );
        assert_error!(
            read("wide"),
            path,
            ["\"wide\"", "row 0, column 1", "1e300", "f32"],
            ReadError::Overflow {
                row: 0,
                column: 1,
                value: 1e300,
                ..
            }
        );
        assert_error!(read("byte"), path, ["\"byte\"", "U8", "F64, F32, F16 and BF16"],
            ReadError::UnsupportedDtype { tensor: Some(tensor), dtype, .. }
                if tensor == "byte" && dtype == "U8");
        assert_error!(read("scalar"), path, ["\"scalar\"", "0-D"],
            ReadError::UnsupportedShape { shape, .. } if shape.is_empty());
        assert_error!(read("cube"), path, ["\"cube\"", "[2, 1, 2]"],
            ReadError::UnsupportedShape { shape, .. } if *shape == [2, 1, 2]);
        assert_error!(
            read("empty"),
            path,
            ["\"empty\"", "0 rows and 3 columns"],
            ReadError::Empty {
                rows: 0,
                columns: 3,
                ..
            }
        );
        assert_error!(read("F64"), path, ["\"F64\"", "\"f64\""],
            ReadError::TensorNotFound { name, available, .. }
                if name == "F64" && available.len() == 12 && available.is_sorted());
    }
}

#[test]
fn long_listings_are_cut_in_the_message_only() {
    let entries: Vec<_> = (0..50)
        .map(|i| format!(r#""t{i:02}":{{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}"#))
        .collect();
    let bytes = safetensors(&format!("{{{}}}", entries.join(",")), &[]);
    let file = Temporary::new("many.safetensors", &bytes);
    assert_error!(read_safetensors::<f64>(&file, "x"), file, ["\"t00\"", "\"t19\" and 30 more"],
        ReadError::TensorNotFound { available, .. } if available.len() == 50);
}

#[test]
fn the_wrong_reader_says_which_is_right() {
    let path = fixture("stored.npz");
    assert_error!(
        read_npy::<f64>(&path),
        path,
        ["read_npz"],
        ReadError::Malformed { .. }
    );
    let path = fixture("f8_le_1d.npy");
    assert_error!(
        read_npz::<f64>(&path, "x"),
        path,
        ["read_npy"],
        ReadError::Malformed { .. }
    );
    assert_error!(
        SafetensorsFile::open(&path),
        path,
        ["no .safetensors file"],
        ReadError::Malformed { .. }
    );
    let path = fixture("library.safetensors");
    assert_error!(
        read_npy::<f64>(&path),
        path,
        ["np.save"],
        ReadError::Malformed { .. }
    );
    assert_error!(
        npz_arrays(&path),
        path,
        ["np.savez"],
        ReadError::Malformed { .. }
    );
    let file = Temporary::new("nothing", &[]);
    assert_error!(
        read_npy::<f64>(&file),
        file,
        ["empty (0 bytes)"],
        ReadError::Malformed { .. }
    );
    assert_error!(
        npz_arrays(&file),
        file,
        ["empty (0 bytes)"],
        ReadError::Malformed { .. }
    );
    assert_error!(
        SafetensorsFile::open(&file),
        file,
        ["8 bytes"],
        ReadError::Truncated {
            expected: 8,
            actual: 0,
            ..
        }
    );
}

#[test]
fn bytes_beyond_the_array_are_refused() {
    let path = fixture("two_arrays.npy");
    assert_error!(
        read_npy::<f64>(&path),
        path,
        ["248 bytes follow", "np.savez"],
        ReadError::Malformed { .. }
    );
    let mut bytes = std::fs::read(fixture("misaligned.safetensors")).unwrap();
    bytes.push(0);
    let file = Temporary::new("long.safetensors", &bytes);
    assert_error!(
        SafetensorsFile::open(&file),
        file,
        ["1 bytes follow"],
        ReadError::Malformed { .. }
    );
}

// Claims that the file cannot keep. Were memory set aside first, these would be `TooLarge` or worse.

#[test]
fn claims_larger_than_the_file() {
    for (descr, shape, bytes) in [
        ("<f8", "(1048576, 1048576)", 1_u64 << 43),
        ("<f4", "(4294967296,)", 1 << 34),
        ("<f2", "(1, 4611686018427387904)", 1 << 63),
    ] {
        let content = npy(descr, "False", shape, &[0; 64]);
        let file = Temporary::new("claim.npy", &content);
        let header = content.len() as u64 - 64;
        assert_error!(read_npy::<f64>(&file), file, [&*(bytes + header).to_string()],
            ReadError::Truncated { expected, actual, .. }
                if *expected == bytes + header && *actual == header + 64);
    }
    for shape in [
        "(4294967296, 4294967297)",
        "(4611686018427387904, 4)",
        "(18446744073709551615,)",
        "(2305843009213693951, 1)", // the entries fit in 64 bits, header and entries do not
    ] {
        let file = Temporary::new("claim.npy", &npy("<f8", "True", shape, &[0; 64]));
        assert_error!(
            read_npy::<f64>(&file),
            file,
            ["does not fit in memory"],
            ReadError::TooLarge { tensor: None, .. }
        );
    }
    // A version-2 header that claims 4 GiB of dict.
    let file = Temporary::new("dict.npy", b"\x93NUMPY\x02\x00\xff\xff\xff\xff");
    assert_error!(
        read_npy::<f64>(&file),
        file,
        ["4294967295"],
        ReadError::Malformed { .. }
    );

    for claim in [99_999_999, 64] {
        let mut bytes = u64::to_le_bytes(claim).to_vec();
        bytes.extend(b"{}");
        let file = Temporary::new("claim.safetensors", &bytes);
        assert_error!(SafetensorsFile::open(&file), file, [],
            ReadError::Truncated { expected, actual: 10, .. } if *expected == claim + 8);
    }
    let header = r#"{"x":{"dtype":"F32","shape":[1073741824],"data_offsets":[0,4294967296]}}"#;
    let file = Temporary::new("claim.safetensors", &safetensors(header, &[0; 4]));
    assert_error!(SafetensorsFile::open(&file), file, [],
        ReadError::Truncated { expected, .. } if *expected == (1 << 32) + 8 + header.len() as u64);
}

/// Eight tensors that end 8 bytes short of 2⁶⁴: the sum with the header overflows.
#[test]
fn safetensors_whose_total_overflows() {
    let size = (1_u64 << 61) - 1;
    let entries: Vec<_> = (0..8)
        .map(|i| {
            let (begin, end) = (i * size, (i + 1) * size);
            format!(r#""t{i}":{{"dtype":"U8","shape":[{size}],"data_offsets":[{begin},{end}]}}"#)
        })
        .collect();
    let bytes = safetensors(&format!("{{{}}}", entries.join(",")), &[]);
    let file = Temporary::new("total.safetensors", &bytes);
    assert_error!(
        SafetensorsFile::open(&file),
        file,
        [],
        ReadError::Truncated {
            expected: u64::MAX,
            ..
        }
    );
}

#[test]
fn safetensors_headers_that_lie() {
    for header in [
        "",
        "{",
        "[]",
        "{\"x\":1}",
        "\u{0}\u{0}",
        r#"{"x":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}}"#,
        r#"{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#,
        r#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
        r#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#,
        r#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}}"#,
        r#"{"x":{"dtype":"F32","shape":[18446744073709551615,2],"data_offsets":[0,4]}}"#,
        r#"{"x":{"dtype":"F4","shape":[1],"data_offsets":[0,0]}}"#,
        r#"{"__metadata__":{"a":1}}"#,
    ] {
        let file = Temporary::new("lie.safetensors", &safetensors(header, &[0; 4]));
        assert_error!(
            SafetensorsFile::open(&file),
            file,
            ["not a valid safetensors header"],
            ReadError::Malformed { tensor: None, .. }
        );
    }
    let nested = safetensors(&"[".repeat(1 << 20), &[]);
    let file = Temporary::new("nested.safetensors", &nested);
    assert_error!(
        SafetensorsFile::open(&file),
        file,
        [],
        ReadError::Malformed { .. }
    );
}

#[test]
fn npy_headers_that_lie() {
    let sound = "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }";
    for (dict, complaint) in [
        ("", "it ends where '{' should be"),
        ("{}", "key 'descr' is missing"),
        (
            "{'descr': '<f8', 'shape': (1,)}",
            "key 'fortran_order' is missing",
        ),
        (
            "{'descr': '<f8', 'fortran_order': False}",
            "key 'shape' is missing",
        ),
        (
            "{'descr': '<f8', 'descr': '<f8'}",
            "key 'descr' occurs twice",
        ),
        ("{'descr': '<f8', 'order': False}", "unknown key 'order'"),
        ("{'descr' '<f8'}", "':' should be at byte 9"),
        ("{'descr: <f8}", "a string is not closed"),
        ("{'descr': '<f8\\", "a string is not closed"),
        (
            "{'descr': <f8}",
            "a quoted string should be at byte 10, not '<'",
        ),
        ("{'descr': [('a', '<f8')}", "should be"),
        ("{'descr': [[[", "a bracket of 'descr' is not closed"),
        ("{'fortran_order': 1}", "True or False should be"),
        ("{'fortran_order': Falsehood}", "should be at byte 23"),
        ("{'shape': 3}", "'(' should be"),
        ("{'shape': (3)}", "a tuple of one"),
        ("{'shape': (-3,)}", "negative"),
        ("{'shape': (3.0,)}", "should be"),
        ("{'shape': (,)}", "a length should be"),
        ("{'shape': (3, x)}", "a length should be"),
        ("{'shape': (3 4)}", "should be"),
        ("{'shape': (3, 18446744073709551616)}", "too large"),
        (
            &*format!("{{'shape': ({})}}", "1,".repeat(65)),
            "more than 64 axes",
        ),
        (&*"(".repeat(60_000), "'{' should be"),
        (&*format!("{{'descr': {}", "[".repeat(60_000)), "not closed"),
        (&*format!("{sound} 0"), "something follows the dict"),
        (&*format!("{sound}}}"), "something follows the dict"),
    ] {
        let file = Temporary::new("lie.npy", &npy_with(dict, &[0; 8]));
        assert_error!(
            read_npy::<f64>(&file),
            file,
            [complaint],
            ReadError::Malformed { .. }
        );
    }
    for (major, minor) in [(0, 0), (1, 1), (4, 0), (255, 255)] {
        let mut bytes = npy_with(sound, &[0; 8]);
        bytes[6..8].copy_from_slice(&[major, minor]);
        let file = Temporary::new("version.npy", &bytes);
        assert_error!(
            read_npy::<f64>(&file),
            file,
            [&*format!("version {major}.{minor}")],
            ReadError::Malformed { .. }
        );
    }
}

/// The size that a zip directory claims is bounded by what its compressed bytes can hold.
#[test]
fn zip_bombs_do_not_go_off() {
    let path = fixture("bomb.npz");
    assert_error!(read_npz::<f64>(&path, "x"), path, ["\"x\"", "4294960128", "any compression"],
        ReadError::Malformed { tensor: Some(tensor), .. } if tensor == "x");
    let sound = std::fs::read(fixture("zeros.npz")).unwrap();
    // In the central directory: signature, then compressed size at 20, uncompressed at 24.
    let directory = sound.windows(4).rposition(|w| w == b"PK\x01\x02").unwrap();
    for claim in [0xffff_fffe_u32, 0x7fff_ffff, 1 << 28] {
        let mut bytes = sound.clone();
        bytes[directory + 24..][..4].copy_from_slice(&claim.to_le_bytes());
        let file = Temporary::new("bomb.npz", &bytes);
        assert_error!(
            read_npz::<f64>(&file, "x"),
            file,
            ["\"x\"", &*claim.to_string()],
            ReadError::Malformed { .. }
        );
        assert_error!(
            npz_arrays(&file),
            file,
            ["\"x\""],
            ReadError::Malformed { .. }
        );
    }
    // Claims that DEFLATE could keep, but that header and stream do not.
    let size = u32::from_le_bytes(sound[directory + 24..][..4].try_into().unwrap());
    for claim in [0, 1, size - 1, size + 1, size + 1000] {
        let mut bytes = sound.clone();
        bytes[directory + 24..][..4].copy_from_slice(&claim.to_le_bytes());
        let file = Temporary::new("bomb.npz", &bytes);
        assert_error!(
            read_npz::<f64>(&file, "x"),
            file,
            ["\"x\""],
            ReadError::Malformed { .. } | ReadError::Truncated { .. }
        );
    }
}

#[test]
fn npz_checksums_are_verified() {
    let mut bytes = std::fs::read(fixture("stored.npz")).unwrap();
    // Change a digit of the first array, whose entries begin 128 bytes after its magic.
    let magic = bytes.windows(6).position(|w| w == b"\x93NUMPY").unwrap();
    bytes[magic + 128 + 14] ^= 1;
    let file = Temporary::new("checksum.npz", &bytes);
    assert_error!(
        read_npz::<f64>(&file, "refusal"),
        file,
        ["\"refusal\"", "damaged"],
        ReadError::Malformed { .. }
    );
    assert_formula(&read_npz::<f64>(&file, "coding").unwrap(), ROWS);
}

// Any bytes at all.

/// Reads the file in every way there is; whatever comes back has to be a sound matrix or an error
/// that names the file. Returns how often something could be read.
fn exercise(file: &Temporary) -> usize {
    fn check(result: Result<DMatrix<f64>, ReadError>, file: &Temporary) -> usize {
        match result {
            Ok(matrix) => {
                assert!(!matrix.is_empty() && matrix.iter().all(|x| x.is_finite()));
                1
            }
            Err(error) => {
                let name = file.0.file_name().unwrap().to_str().unwrap();
                assert!(error.to_string().contains(name), "{error}");
                0
            }
        }
    }
    let mut read = check(read_npy(file), file);
    match npz_arrays(file) {
        Ok(arrays) => {
            for info in arrays {
                read += check(read_npz(file, info.name()), file);
            }
        }
        Err(error) => drop(error.to_string()),
    }
    for name in ["refusal", "coding", "layer/0", "härte", "x", "y"] {
        read += check(read_npz(file, name), file);
    }
    match SafetensorsFile::open(file) {
        Ok(tensors) => {
            for info in tensors.tensors() {
                let found = check(tensors.matrix(info.name()), file);
                assert_eq!(found, check(read_safetensors(file, info.name()), file));
                read += found;
            }
        }
        Err(_) => read += check(read_safetensors(file, "f64"), file),
    }
    read
}

fn fixtures() -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<_> = std::fs::read_dir(fixture(""))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension != "py"))
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read(path).unwrap())
        })
        .collect();
    all.sort();
    assert!(all.len() > 40);
    all
}

#[test]
fn truncated_at_every_length() {
    for (name, bytes) in fixtures() {
        let file = Temporary::new(&name, &[]);
        for length in 0..bytes.len() {
            file.write(&bytes[..length]);
            let read = exercise(&file);
            // The first half of two arrays is one array; nothing else survives a cut.
            let whole = name == "two_arrays.npy" && 2 * length == bytes.len();
            assert_eq!(read, usize::from(whole), "{name} cut to {length} bytes");
            if name.ends_with(".npy") && length >= 8 && !whole {
                let error = read_npy::<f64>(&file).unwrap_err();
                let cut = matches!(&error, ReadError::Truncated { actual, .. } if *actual == length as u64);
                // Where the header is whole, a fault that it declares comes first.
                assert!(
                    cut || read_npy::<f64>(fixture(&name)).is_err(),
                    "{name} {length}: {error}"
                );
            }
        }
    }
}

/// SplitMix64 (Steele, Lea & Flood 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn mutate(&mut self, bytes: &mut Vec<u8>) {
        const DIGITS: &[u8] = b"0123456789-(),[]{}'\":<>|fFL \\\n";
        for _ in 0..=self.below(4) {
            // Half of the strikes hit the first 128 bytes, where the headers are.
            let reach = if self.below(2) == 0 {
                bytes.len().min(128)
            } else {
                bytes.len()
            };
            let at = self.below(reach);
            match self.below(7) {
                0 => bytes[at] ^= 1 << self.below(8),
                1 => bytes[at] = self.next() as u8,
                2 => bytes[at] = DIGITS[self.below(DIGITS.len())],
                3 => bytes[at] = [0, 0xff, 0x7f, 0x80][self.below(4)],
                4 => {
                    let n = [1, 2, 4, 8][self.below(4)].min(bytes.len() - at);
                    bytes[at..at + n].fill([0, 0xff][self.below(2)]);
                }
                5 => bytes.insert(at, DIGITS[self.below(DIGITS.len())]),
                _ if bytes.len() > 1 => drop(bytes.remove(at)),
                _ => {}
            }
        }
    }
}

#[test]
fn mutated_bytes() {
    const ROUNDS: u64 = 150;
    for (index, (name, bytes)) in fixtures().into_iter().enumerate() {
        let file = Temporary::new(&name, &[]);
        for round in 0..ROUNDS {
            let seed = index as u64 * ROUNDS + round;
            let mut mutant = bytes.clone();
            Random(seed).mutate(&mut mutant);
            file.write(&mutant);
            let outcome = std::panic::catch_unwind(|| exercise(&file));
            assert!(outcome.is_ok(), "{name} with seed {seed}");
        }
    }
}
