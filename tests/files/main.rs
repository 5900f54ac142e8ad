//! The readers against fixtures that NumPy and safetensors wrote, and against files that nobody
//! should have written.

#![cfg(feature = "io")]

#[path = "../common/mod.rs"]
mod common;

mod batches;
mod claims;
mod damaged;
mod file;
mod refused;
mod sound;
