//! When safety goals fight, what freezing a capability does to it, and which to freeze (theory §6).

mod cosines;
mod estimate;
mod goals;
mod greedy;
mod joint;
mod pair;
mod plan;
mod probabilities;
mod residuals;
mod search;
mod shortlist;
mod sweep;
mod verdict;

pub use self::estimate::ConflictEstimate;
pub use self::goals::FrozenGoals;
pub use self::joint::JointGain;
pub use self::pair::Conflict;
pub use self::plan::FreezePlan;
pub use self::probabilities::VerdictProbabilities;
pub use self::search::{FreezeSearch, SearchMethod};
pub use self::verdict::ConflictVerdict;
