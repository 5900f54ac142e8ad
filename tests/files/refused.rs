//! Refusals: each variant, with the place it names.

use alignment_tax::io::{
    ReadError, SafetensorsFile, npz_arrays, read_npy, read_npz, read_safetensors,
};

use crate::file::{ROWS, Temporary, assert_error, assert_formula, fixture, npy, safetensors};

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
