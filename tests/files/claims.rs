//! Claims that the file cannot keep. Were memory set aside first, these would be `TooLarge` or worse.

use alignment_tax::io::{ReadError, SafetensorsFile, npz_arrays, read_npy, read_npz};

use crate::file::{
    ROWS, Temporary, assert_error, assert_formula, fixture, npy, npy_with, safetensors,
};

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
