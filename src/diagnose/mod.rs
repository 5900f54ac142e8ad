//! What can make a measured tax say something else than it seems to (theory §3.6):
//! coordinates that carry most of the variance, and capabilities that are nearly one.

mod collinearity;
mod coordinates;

pub use collinearity::Collinearity;
pub use coordinates::{CoordinateShares, Moment};
