//! The generic linear-algebra core: finite checks, exact scaling, a thin SVD that
//! can be trusted, numerical rank and orthonormal bases.
//!
//! This floor knows no word of safety or tax. What other crates may find useful
//! is public: [`ThinSvd`], [`RankRule`] and [`hard_threshold`].
//!
//! ```
//! use alignment_tax::linalg::ThinSvd;
//! use nalgebra::DMatrix;
//!
//! // Two algorithms that share no code.
//! let ones = DMatrix::<f64>::from_element(9, 4, 1.0);
//! let (fast, portable) = (ThinSvd::new(&ones)?, ThinSvd::jacobi(&ones)?);
//! assert!((fast.singular_values() - portable.singular_values()).amax() < 1e-14);
//! # Ok::<(), alignment_tax::Error>(())
//! ```

pub(crate) mod accumulate;
pub(crate) mod basis;
#[cfg(feature = "faer")]
pub(crate) mod blocked;
pub(crate) mod check;
pub(crate) mod cholesky;
pub(crate) mod gram;
pub(crate) mod householder;
pub(crate) mod jacobi;
pub(crate) mod joint;
mod owned;
pub(crate) mod power;
mod rank;
pub(crate) mod reduce;
pub(crate) mod scale;
pub(crate) mod spectral;
pub(crate) mod svd;
mod threshold;

pub(crate) use owned::owned;
pub use rank::RankRule;
pub use svd::ThinSvd;
pub use threshold::hard_threshold;
