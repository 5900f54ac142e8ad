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

/// Flops that take some tenths of a millisecond: less is not worth waking a thread for.
pub(crate) const WORTH_A_THREAD: f64 = 8e6;

/// Maps items to results, in order: on threads where the flops of all are worth them.
pub(crate) fn in_order_if_long<I: Send, O: Send>(
    flops: f64,
    items: Vec<I>,
    f: impl Fn(I) -> O + Sync + Send,
) -> Vec<O> {
    if flops < WORTH_A_THREAD {
        items.into_iter().map(f).collect()
    } else {
        in_order(items, f)
    }
}

/// Both results: the second on another thread where one is free in time.
#[cfg(all(feature = "faer", feature = "rayon"))]
pub(crate) fn both<A: Send, B: Send>(
    a: impl FnOnce() -> A + Send,
    b: impl FnOnce() -> B + Send,
) -> (A, B) {
    rayon::join(a, b)
}

#[cfg(all(feature = "faer", not(feature = "rayon")))]
pub(crate) fn both<A: Send, B: Send>(
    a: impl FnOnce() -> A + Send,
    b: impl FnOnce() -> B + Send,
) -> (A, B) {
    (a(), b())
}

/// Both results: on two threads where the flops of both are worth it.
#[cfg(feature = "faer")]
pub(crate) fn both_if_long<A: Send, B: Send>(
    flops: f64,
    a: impl FnOnce() -> A + Send,
    b: impl FnOnce() -> B + Send,
) -> (A, B) {
    if flops < WORTH_A_THREAD {
        (a(), b())
    } else {
        both(a, b)
    }
}
