//! What the Python blocks of the guide write, read back: `scripts/check_python_blocks.py` holds
//! the files to the blocks, and this holds the readers to the files.

use std::path::PathBuf;

use alignment_tax::io::{ReadError, SafetensorsFile, npz_arrays, read_npy, read_npz};
use alignment_tax::{Confidence, Evidence, Objectives, Samples, TaxEstimate};
use nalgebra::DMatrix;

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/from_python")
        .join(name)
}

fn tensor(name: &str) -> DMatrix<f64> {
    let file = SafetensorsFile::open(fixture("layer18.safetensors")).unwrap();
    file.matrix(name).unwrap()
}

#[test]
fn names_shapes_and_metadata_are_those_of_the_page() {
    let file = SafetensorsFile::open(fixture("layer18.safetensors")).unwrap();
    let mut names: Vec<String> = file.tensors().iter().map(|t| t.name().to_owned()).collect();
    names.sort();
    let expected = [
        "fluency.train.minus",
        "fluency.train.plus",
        "honesty.train.minus",
        "honesty.train.plus",
    ];
    assert_eq!(names, expected);
    for info in file.tensors() {
        assert_eq!((info.shape(), info.dtype()), (&[12, 6][..], "F32"));
    }
    assert_eq!(file.metadata()["pooling"], "mean");
}

#[test]
fn every_format_and_order_holds_the_same_numbers() {
    // Eighths below 64 in absolute value are exact in every type.
    let (plus, minus) = (tensor("honesty.train.plus"), tensor("honesty.train.minus"));
    assert_eq!(read_npy::<f64>(fixture("honesty_plus.npy")).unwrap(), plus);
    assert_eq!(
        read_npy::<f64>(fixture("honesty_minus.npy")).unwrap(),
        minus
    );
    assert_eq!(
        read_npz::<f64>(fixture("honesty.npz"), "plus").unwrap(),
        plus
    );
    assert_eq!(
        read_npz::<f64>(fixture("honesty.npz"), "minus").unwrap(),
        minus
    );
    for info in npz_arrays(fixture("honesty.npz")).unwrap() {
        assert_eq!(info.dtype(), "<f2");
    }
    let lengths: Vec<f64> = plus.row_iter().map(|row| row.norm()).collect();
    assert!(
        lengths.iter().all(|length| *length > 2.0),
        "rows are samples: {lengths:?}"
    );
}

#[test]
fn a_name_that_is_not_there_is_an_error_that_says_so() {
    let file = SafetensorsFile::open(fixture("layer18.safetensors")).unwrap();
    let error = file.matrix::<f64>("honesty.plus").unwrap_err();
    assert!(
        matches!(error, ReadError::TensorNotFound { .. }),
        "{error:?}"
    );
}

#[test]
fn the_overlap_that_was_put_in_comes_out() {
    let text = std::fs::read_to_string(fixture("units.txt")).unwrap();
    let units: Vec<usize> = text.lines().map(|line| line.parse().unwrap()).collect();
    let samples = |name: &str, first: usize| {
        let labels: Vec<usize> = units.iter().map(|unit| first + unit).collect();
        let plus = tensor(&format!("{name}.train.plus"));
        let minus = tensor(&format!("{name}.train.minus"));
        Samples::paired(&plus, &minus)
            .unwrap()
            .with_units(&labels)
            .unwrap()
    };
    let (honesty, fluency) = (samples("honesty", 0), samples("fluency", 100));
    assert_eq!((honesty.rows(), honesty.units()), (12, 4));
    let tax =
        TaxEstimate::new(Evidence::Sampled(&honesty), &[Evidence::Sampled(&fluency)]).unwrap();
    let overlap = &tax.overlaps()[0];
    // (4, −2) against (0, 4).
    let planted = -2.0 / 20.0_f64.sqrt();
    assert!(
        overlap.interval(Confidence::NINETY_FIVE).contains(planted),
        "{overlap:?}"
    );
    assert!(
        (overlap.value() - planted).abs() < 4.0 * overlap.standard_error(),
        "{overlap:?}"
    );
}

#[test]
fn a_gram_matrix_is_objectives() {
    let gram = read_npy::<f64>(fixture("gram.npy")).unwrap();
    let objectives = Objectives::from_gram(&["safety", "math", "code"], &gram).unwrap();
    assert_eq!(objectives.slopes().as_slice(), [5.0, 5.0, 2.0]);
    let overlap = objectives.overlap("safety", "math").unwrap();
    assert!((overlap + 0.8).abs() < 4.0 * f64::EPSILON);
}
