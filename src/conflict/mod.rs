//! When safety goals fight, and what freezing a capability does to it (theory §6).

mod cosines;
mod estimate;
mod pair;
mod probabilities;
mod search;
mod sweep;
mod verdict;

pub use self::estimate::ConflictEstimate;
pub use self::pair::Conflict;
pub use self::probabilities::VerdictProbabilities;
pub use self::search::{FreezePlan, FreezeSearch, Freezing, SearchMethod};
pub use self::verdict::Verdict;
