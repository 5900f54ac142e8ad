//! Independent pieces of work: on rayon's threads with the feature `rayon`, on this one
//! without.
//!
//! Results come in the order of the pieces, and what is summed is summed in that order.
//! Pieces must be cut by what the input is, never by how many threads there are: then
//! the number of threads changes no bit of a result.

/// Maps items to results, in order.
#[cfg(feature = "rayon")]
pub(crate) fn in_order<I: Send, O: Send>(
    items: Vec<I>,
    f: impl Fn(I) -> O + Sync + Send,
) -> Vec<O> {
    use rayon::prelude::*;
    // A single piece is not worth waking a thread for.
    if items.len() < 2 {
        return items.into_iter().map(f).collect();
    }
    items.into_par_iter().map(f).collect()
}

#[cfg(not(feature = "rayon"))]
pub(crate) fn in_order<I: Send, O: Send>(
    items: Vec<I>,
    f: impl Fn(I) -> O + Sync + Send,
) -> Vec<O> {
    items.into_iter().map(f).collect()
}
