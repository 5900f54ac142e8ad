//! When safety goals fight, and what freezing a capability does to it (theory §6).

mod pair;
mod verdict;

pub use self::pair::Conflict;
pub use self::verdict::Verdict;
