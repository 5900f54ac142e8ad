//! What `measure` is made of: reading concepts, linear probes, the picture, the
//! report as text and as a page, and the JSON record.

pub mod analysis;
pub mod dataset;
pub mod forecast;
pub mod page;
pub mod picture;
pub mod probe;
pub mod record;
pub mod report;

/// Prints, and is content when the reader of a pipe has left.
pub fn print(text: &str) -> Result<(), dataset::Failure> {
    use std::io::{ErrorKind, Write};
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => Err(e.into()),
        _ => Ok(()),
    }
}
