//! The guide: a chapter for each question that one brings.
//!
//! | chapter | the question |
//! |---|---|
//! | [`evidence`] | what do I bring, and how does it become directions? |
//! | [`tax`] | how large is the tax, is it more than chance, how sure are we, which capability pays, with which sign? |
//! | [`plan`] | what does each unit of safety cost, what is free, which shift achieves it, what did my update waste? |
//! | [`conflicts`] | do my safety goals fight, and what should be frozen so that they stop? |
//! | [`scaling`] | will a bigger model make it go away? |
//! | [`looking`] | how do I look at it: a record, a picture, a notebook? |
//! | [`from_python`] | how do activations and gradients get from Python into files? |
//! | [`index`] | which type answers what? |
//!
//! Every chapter has the question, what to call, worked examples, how to read the result, and
//! what it cannot tell you. Numbers are quoted only where an example asserts them. Data are
//! those of the repository, and paths are relative to it; the examples with files need the
//! feature `io`. The theory in a page is on [the front page](crate), the numbered statements
//! are in `docs/theory.md`, one test each in `tests/theorems/`.
//!
//! There is no code in these modules.

pub mod conflicts;
pub mod evidence;
pub mod from_python;
pub mod index;
pub mod looking;
pub mod plan;
pub mod scaling;
pub mod tax;
