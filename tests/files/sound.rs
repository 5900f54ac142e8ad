//! Sound files, as NumPy and safetensors wrote them and as the formats allow; and what the
//! conversion to the scalar does to the numbers.

use alignment_tax::io::{
    ReadError, SafetensorsFile, npz_arrays, read_npy, read_npz, read_safetensors,
};
use nalgebra::DMatrix;

use crate::file::{
    ROWS, Temporary, assert_error, assert_formula, fixture, formula, npy, npy_with, safetensors,
};

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
