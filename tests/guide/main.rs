//! Floor 5: the index of the guide, and the files that its Python writes.

#[cfg(feature = "io")]
mod from_python;
mod index;
