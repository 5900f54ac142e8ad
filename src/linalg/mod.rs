//! The generic linear-algebra core: finite checks, exact scaling, a thin SVD that
//! can be trusted, numerical rank and orthonormal bases.
//!
//! This floor knows no word of safety or tax. What other crates may find useful
//! is public: [`ThinSvd`] and [`RankRule`].

pub(crate) mod basis;
#[cfg(feature = "faer")]
pub(crate) mod blocked;
pub(crate) mod check;
pub(crate) mod jacobi;
mod rank;
pub(crate) mod reduce;
pub(crate) mod scale;
mod svd;

pub use rank::RankRule;
pub use svd::ThinSvd;
