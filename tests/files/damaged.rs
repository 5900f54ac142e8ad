//! Any bytes at all: files cut at every length, and with bytes changed.

use alignment_tax::io::{
    ReadError, SafetensorsFile, npz_arrays, read_npy, read_npz, read_safetensors,
};
use nalgebra::DMatrix;

use crate::file::{Temporary, fixture};

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
