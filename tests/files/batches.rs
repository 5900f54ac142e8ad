//! Reading in batches of rows against the readers of whole files, and against files that
//! change or end while they are read.

use crate::common::{gaussian, rng};
use alignment_tax::io::{
    ReadError, RowBatches, SafetensorsFile, read_npy, read_npy_batches, read_safetensors,
    read_safetensors_batches,
};
use alignment_tax::{Moments, Real, tolerance};
use nalgebra::DMatrix;

use crate::file::{Temporary, fixture};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Order {
    C,
    Fortran,
}

/// A file of f32, and the number of bytes before its first entry.
fn npy(a: &DMatrix<f32>, order: Order) -> (Vec<u8>, usize) {
    let (fortran, entries) = match order {
        Order::C => ("False", a.transpose()),
        Order::Fortran => ("True", a.clone()),
    };
    let (n, d) = a.shape();
    let dict = format!("{{'descr': '<f4', 'fortran_order': {fortran}, 'shape': ({n}, {d}), }}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((dict.len() as u16).to_le_bytes());
    bytes.extend(dict.as_bytes());
    let start = bytes.len();
    bytes.extend(entries.iter().flat_map(|x| x.to_le_bytes()));
    (bytes, start)
}

/// The batches one below the other are the whole, and each but the last has as many rows as
/// were asked for.
#[track_caller]
fn assert_whole<T: Real>(batches: RowBatches<T>, whole: &DMatrix<T>, rows: usize) {
    assert_eq!((batches.rows(), batches.columns()), whole.shape());
    let (n, d) = whole.shape();
    assert_eq!(batches.size_hint(), (1, Some(n.div_ceil(rows))));
    let mut done = 0;
    for batch in batches {
        let batch = batch.unwrap();
        assert_eq!(batch.shape(), (rows.min(n - done), d));
        assert_eq!(batch, whole.rows(done, batch.nrows()));
        done += batch.nrows();
    }
    assert_eq!(done, n);
}

/// More than any fixture has.
const ROWS: usize = 100;
const SIZES: [usize; 6] = [1, 2, 5, 7, 100, usize::MAX];

fn fixtures_in_batches<T: Real>() {
    let mut npy = 0;
    let mut tensors = 0;
    for entry in std::fs::read_dir(fixture("")).unwrap() {
        let path = entry.unwrap().path();
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("npy") => match (read_npy::<T>(&path), read_npy_batches::<T>(&path, 1)) {
                (Ok(whole), _) => {
                    npy += 1;
                    for rows in SIZES {
                        assert_whole(read_npy_batches(&path, rows).unwrap(), &whole, rows);
                    }
                }
                // What a header cannot show comes with the batches, what it can without them. In
                // one batch the first fault is the same; in several it is that of the first.
                (Err(e), Ok(batches)) => {
                    assert!(batches.last().unwrap().is_err());
                    let mut batches = read_npy_batches::<T>(&path, ROWS).unwrap();
                    let error = batches.next().unwrap().unwrap_err();
                    assert_eq!(error.to_string(), e.to_string());
                }
                (Err(e), Err(ours)) => assert_eq!(ours.to_string(), e.to_string()),
            },
            Some("safetensors") => {
                let file = SafetensorsFile::open(&path).unwrap();
                for tensor in file.tensors() {
                    let name = tensor.name();
                    match read_safetensors::<T>(&path, name) {
                        Ok(whole) => {
                            tensors += 1;
                            for rows in SIZES {
                                let batches = read_safetensors_batches(&path, name, rows);
                                assert_whole(batches.unwrap(), &whole, rows);
                            }
                        }
                        Err(e) => {
                            let ours = read_safetensors_batches::<T>(&path, name, 1)
                                .map_or_else(|e| e, |batches| batches.last().unwrap().unwrap_err());
                            assert_eq!(ours.to_string(), e.to_string());
                        }
                    }
                }
            }
            _ => {}
        }
    }
    // Three widths, two byte orders, C, Fortran and 1-D; two versions; `tiny.npy`.
    assert!(npy >= 20 && tensors >= 8, "{npy} {tensors}");
}

#[test]
fn fixtures_in_batches_are_the_whole_f64() {
    fixtures_in_batches::<f64>();
}

#[test]
fn fixtures_in_batches_are_the_whole_f32() {
    fixtures_in_batches::<f32>();
}

/// Rows and columns beyond a tile of a mebibyte, in batches that divide nothing.
#[test]
fn batches_beyond_a_tile() {
    for (n, d, sizes) in [
        (1001, 777, &[1, 7, 400, 1000][..]),
        (5, 300_001, &[1, 2, 5][..]),
        (300_001, 2, &[1023, 299_999][..]),
    ] {
        let a = DMatrix::from_fn(n, d, |i, j| ((i * 31 + j * 17) % 2039) as f32 - 1000.0);
        for order in [Order::C, Order::Fortran] {
            let file = Temporary::new("tiles.npy", &npy(&a, order).0);
            for &rows in sizes {
                assert_whole(read_npy_batches(&file, rows).unwrap(), &a, rows);
            }
        }
    }
}

#[test]
fn batches_of_no_rows_are_refused() {
    let path = fixture("f8_le_c_2d.npy");
    let error = read_npy_batches::<f64>(&path, 0).unwrap_err();
    assert!(
        matches!(error, ReadError::EmptyBatches { tensor: None, .. }),
        "{error:?}"
    );
    assert!(
        error
            .to_string()
            .contains("f8_le_c_2d.npy: batches of 0 rows")
    );
    let path = fixture("library.safetensors");
    let error = read_safetensors_batches::<f64>(&path, "f64", 0).unwrap_err();
    let ReadError::EmptyBatches { tensor, .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(tensor.as_deref(), Some("f64"));
    let error = read_safetensors_batches::<f64>(&path, "f65", 1).unwrap_err();
    assert!(
        matches!(error, ReadError::TensorNotFound { .. }),
        "{error:?}"
    );
}

/// The row is counted from the start of the array; batches before it are sound, and after it
/// nothing comes.
#[test]
fn a_bad_entry_in_a_late_batch() {
    let (n, d) = (50, 3);
    for order in [Order::C, Order::Fortran] {
        for (i, j) in [(0, 0), (38, 1), (49, 2)] {
            for rows in [1, 7, 50, 99] {
                let mut a = DMatrix::from_fn(n, d, |i, j| (i * d + j) as f32);
                a[(i, j)] = f32::NEG_INFINITY;
                let file = Temporary::new("bad.npy", &npy(&a, order).0);
                let mut batches = read_npy_batches::<f64>(&file, rows).unwrap();
                for batch in batches.by_ref().take(i / rows) {
                    assert_eq!(batch.unwrap().nrows(), rows);
                }
                let error = batches.next().unwrap().unwrap_err();
                assert!(
                    matches!(error, ReadError::NonFinite { row, column, value, .. }
                        if (row, column, value) == (i, j, f64::NEG_INFINITY)),
                    "{error:?}"
                );
                assert!(batches.next().is_none());
                assert_eq!(batches.size_hint(), (0, Some(0)));
            }
        }
    }
    // And a number that the scalar asked for does not hold.
    let bytes = std::fs::read(fixture("f8_le_c_2d.npy")).unwrap();
    let at = bytes.len() - 8;
    let file = Temporary::new(
        "large.npy",
        &[&bytes[..at], &1e300_f64.to_le_bytes()].concat(),
    );
    let error = read_npy_batches::<f32>(&file, 2)
        .unwrap()
        .last()
        .unwrap()
        .unwrap_err();
    assert!(
        matches!(
            error,
            ReadError::Overflow {
                row: 4,
                column: 2,
                ..
            }
        ),
        "{error:?}"
    );
}

/// A file that becomes shorter while it is read: the sizes in the error are those of the file.
#[test]
fn a_file_cut_short_between_batches() {
    // Larger than what is read ahead.
    let a = gaussian::<f32>(9000, 7, &mut rng(1));
    for (order, at) in [
        (Order::C, 8000 * 7 * 4),
        (Order::Fortran, (6 * 9000 + 100) * 4),
    ] {
        let (bytes, start) = npy(&a, order);
        let file = Temporary::new("cut.npy", &bytes);
        let mut batches = read_npy_batches::<f32>(&file, 100).unwrap();
        assert_eq!(batches.next().unwrap().unwrap(), a.rows(0, 100));
        let left = (start + at) as u64;
        file.cut(left);
        let error = batches.find_map(Result::err).expect("cut short");
        assert!(
            matches!(error, ReadError::Truncated { expected, actual, .. }
                if (expected, actual) == (bytes.len() as u64, left)),
            "{order:?}: {error:?}"
        );
        assert!(batches.next().is_none());
    }
}

/// Every length of every fixture, and bytes struck at random: what the readers of whole files
/// refuse is refused, and what they read is read, with the same result.
#[test]
fn cuts_and_mutations_are_judged_as_by_the_whole_reader() {
    for name in ["f4_le_c_2d.npy", "f2_be_f_2d.npy"] {
        let bytes = std::fs::read(fixture(name)).unwrap();
        let compare = |mutant: &[u8]| {
            let file = Temporary::new(name, mutant);
            let whole = read_npy::<f64>(&file);
            let parts = read_npy_batches::<f64>(&file, 2)
                .and_then(|batches| batches.collect::<Result<Vec<_>, _>>());
            match (whole, parts) {
                (Ok(whole), Ok(parts)) => {
                    let rows = parts.iter().flat_map(|part| part.row_iter());
                    assert_eq!(DMatrix::from_rows(&rows.collect::<Vec<_>>()), whole);
                }
                (Err(_), Err(_)) => {}
                (whole, parts) => panic!("{name}: {whole:?} against {parts:?}"),
            }
        };
        for length in 0..bytes.len() {
            compare(&bytes[..length]);
        }
        for at in 0..bytes.len() {
            for byte in [0, b'9', 0x7f, 0xff] {
                let mut mutant = bytes.clone();
                mutant[at] = byte;
                compare(&mutant);
            }
        }
    }
}

#[test]
fn moments_of_batches_from_a_file_are_those_in_memory() {
    let a = gaussian::<f32>(3000, 6, &mut rng(2)).add_scalar(50.0);
    let mut in_memory = Moments::new(6).unwrap();
    in_memory.update(&a).unwrap();
    for order in [Order::C, Order::Fortran] {
        let file = Temporary::new("moments.npy", &npy(&a, order).0);
        for rows in [1, 512, 700, 5000] {
            let batches = read_npy_batches::<f32>(&file, rows).unwrap();
            let mut moments = Moments::new(batches.columns()).unwrap();
            let mut merges = 0;
            for batch in batches {
                moments.update(&batch.unwrap()).unwrap();
                merges += rows.min(3000).div_ceil(512);
            }
            assert_eq!(moments.count(), 3000);
            // The sum of the two bounds; no variance exceeds the largest.
            let largest = in_memory.scatter().diagonal().amax();
            let bound =
                (tolerance::scatter::<f64>(merges) + tolerance::scatter::<f64>(6)) * largest;
            assert!((moments.scatter() - in_memory.scatter()).amax() <= bound);
            let bound = 2.0 * tolerance::mean_difference::<f64>(3000) * f64::from(a.amax());
            let off = moments.mean().unwrap() - in_memory.mean().unwrap();
            assert!(off.amax() <= bound);
            // Blocks of 512 rows are the same blocks, however they come.
            if rows == 512 || rows == 5000 {
                assert_eq!(moments, in_memory);
            }
        }
    }
}
