//! When safety goals fight, and what freezing a capability does to it (theory §6).

mod pair;
mod search;
mod sweep;
mod verdict;

pub use self::pair::Conflict;
pub use self::search::{FreezePlan, FreezeSearch, Freezing, SearchMethod};
pub use self::verdict::ConflictVerdict;
