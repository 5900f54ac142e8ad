//! Reading activations and gradients that were exported from Python: `.npy`, `.npz` and
//! `.safetensors`.
//!
//! # What is read
//!
//! Rows are samples, columns the $d$ coordinates; a 1-D array of length $d$ is one sample, read as
//! $1 \times d$. Entries may be `f64`, `f32`, `f16` (either byte order, C or Fortran order) and, in
//! `.safetensors`, `bf16`. Anything else is refused with a [`ReadError`] that says what was found,
//! where, and what to export instead; nothing is guessed or silently converted from integers.
//!
//! A file that is larger than memory is read as [`RowBatches`], which
//! [`Moments`](crate::Moments) take in one by one; [`MemoryLimit`] refuses what would take more
//! than you allow. An `.npz` is not: what is compressed cannot be
//! entered in its middle, and what is not is as well saved with `np.save`.
//!
//! # Accuracy
//!
//! `f16`, `bf16` and `f32` widen exactly. Narrowing (an `f64` file read as `f32`) rounds to nearest:
//! a value smaller than half the least subnormal becomes 0; a finite value that would round to
//! infinity is [`ReadError::Overflow`]. NaN and infinities are [`ReadError::NonFinite`]. Either error
//! gives row and column of the first such entry, in the order in which the file stores them.
//!
//! # What is not trusted
//!
//! A header is a claim. Its sizes are compared with the length of the file before memory is set
//! aside for them, so no file causes an allocation out of proportion to its length: plain data grow
//! at most fourfold (`f16` read as `f64`), compressed data by DEFLATE's 1032-fold besides.
//! A file that is longer than its header accounts for is refused as well: the rest may be
//! a second array, and half of the data is a wrong answer. No sequence of bytes makes a reader panic.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use alignment_tax::io::{ReadError, read_npy};
//!
//! let path = std::env::temp_dir().join(format!("alignment-tax-mod-{}.npy", std::process::id()));
//! let header = b"\x93NUMPY\x01\x00\x3c\x00{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }\n";
//! // np.save(path, np.array([[1.5, np.inf]], dtype=np.float32))
//! std::fs::write(&path, [&header[..], &1.5f32.to_le_bytes(), &f32::INFINITY.to_le_bytes()].concat())?;
//! match read_npy::<f64>(&path) {
//!     Err(ReadError::NonFinite { row, column, .. }) => assert_eq!((row, column), (0, 1)),
//!     other => panic!("{other:?}"),
//! }
//! # std::fs::remove_file(path)?;
//! # Ok(()) }
//! ```

mod batches;
mod decode;
mod error;
mod header;
mod info;
mod limit;
mod npy;
mod npz;
mod safetensors;

pub use batches::RowBatches;
pub use error::ReadError;
pub use info::TensorInfo;
pub use limit::MemoryLimit;
pub use npy::{read_npy, read_npy_batches};
pub use npz::{npz_arrays, read_npz};
pub use safetensors::{SafetensorsFile, read_safetensors, read_safetensors_batches};
