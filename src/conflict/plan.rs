//! What a search for the capabilities to freeze has found.

use super::{FrozenGoals, SearchMethod};
use crate::Real;

/// As many near misses as are told.
const NEAR_MISSES: usize = 5;

/// What to freeze, what it costs, and what else could be done.
///
/// That no subset resolves the conflict is a result too: then [`best`](Self::best) is `None`, and
/// [`near_misses`](Self::near_misses) says how close one can come.
///
/// # Accuracy
/// See [`FreezeSearch`](crate::FreezeSearch).
///
/// # References
/// Theory §6.3.
///
/// # Examples
/// ```
/// use alignment_tax::{FreezeSearch, Objectives};
/// use nalgebra::{DMatrix, dmatrix};
///
/// // Reasoning mediates only a part of the conflict.
/// let gram: DMatrix<f64> = dmatrix![1.0, -0.5, 0.6; -0.5, 1.0, -0.6; 0.6, -0.6, 1.0];
/// let all = Objectives::from_gram(&["helpful", "harmless", "reasoning"], &gram)?;
/// let plan = FreezeSearch::new(&all, &["helpful", "harmless"], &["reasoning"])?.run()?;
/// assert!(plan.best().is_none());
/// let nearest = plan.near_misses()[0].clone();
/// assert_eq!(nearest.goals(), ["helpful", "harmless"]);
/// assert_eq!(nearest.frozen(), ["reasoning"]);
/// assert!((nearest.conflict_left() - 0.14 / 0.64).abs() < 1e-14);
/// // Less conflict for more loss: to freeze nothing is not dominated either.
/// assert_eq!(plan.pareto().len(), 2);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct FreezePlan<T> {
    method: SearchMethod,
    unfrozen: FrozenGoals<T>,
    best: Option<FrozenGoals<T>>,
    pareto: Vec<FrozenGoals<T>>,
    singles: Vec<(String, Option<FrozenGoals<T>>)>,
}

impl<T: Real> FreezePlan<T> {
    pub(super) fn new(
        method: SearchMethod,
        unfrozen: FrozenGoals<T>,
        best: Option<FrozenGoals<T>>,
        pareto: Vec<FrozenGoals<T>>,
        singles: Vec<(String, Option<FrozenGoals<T>>)>,
    ) -> Self {
        Self {
            method,
            unfrozen,
            best,
            pareto,
            singles,
        }
    }

    /// How subsets were searched: whether what follows is exact.
    ///
    /// # Examples
    /// See [`FreezeSearch`](crate::FreezeSearch).
    #[must_use]
    pub fn method(&self) -> SearchMethod {
        self.method
    }

    /// The goals with nothing frozen.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{FreezeSearch, Objectives};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// // These do not fight to begin with, and nothing has to be frozen.
    /// let gram: DMatrix<f64> = dmatrix![1.0, 0.0, 0.6; 0.0, 1.0, 0.6; 0.6, 0.6, 1.0];
    /// let all = Objectives::from_gram(&["helpful", "harmless", "reasoning"], &gram)?;
    /// let plan = FreezeSearch::new(&all, &["helpful", "harmless"], &["reasoning"])?.run()?;
    /// assert!(!plan.unfrozen().fights());
    /// assert_eq!(plan.best(), Some(plan.unfrozen()));
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn unfrozen(&self) -> &FrozenGoals<T> {
        &self.unfrozen
    }

    /// The subset that resolves every conflict at the least safety lost; none where no subset does, or,
    /// by a greedy search, where none was found.
    ///
    /// # Examples
    /// See [`FreezeSearch`](crate::FreezeSearch).
    #[must_use]
    pub fn best(&self) -> Option<&FrozenGoals<T>> {
        self.best.as_ref()
    }

    /// The subsets that no other beats in conflict left and safety lost at once: by safety lost, ascending,
    /// so that conflict falls. The last is [`best`](Self::best) where there is one.
    ///
    /// # Examples
    /// See [`FreezePlan`].
    #[must_use]
    pub fn pareto(&self) -> &[FrozenGoals<T>] {
        &self.pareto
    }

    /// Where nothing resolves: up to five subsets of the Pareto set, those that leave the least conflict, the
    /// least first. A subset outside of the Pareto set is no better as a near miss, as another
    /// leaves no more conflict at no more loss. Empty where something resolves.
    ///
    /// # Examples
    /// See [`FreezePlan`].
    #[must_use]
    pub fn near_misses(&self) -> Vec<&FrozenGoals<T>> {
        let found = if self.best.is_some() { 0 } else { NEAR_MISSES };
        self.pareto.iter().rev().take(found).collect()
    }

    /// Each candidate frozen alone, in the order of the candidates; `None` where a goal would
    /// vanish with it.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{FreezeSearch, Objectives, ConflictVerdict};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let gram: DMatrix<f64> = dmatrix![1.0, 0.0, 0.6; 0.0, 1.0, 0.6; 0.6, 0.6, 1.0];
    /// let all = Objectives::from_gram(&["helpful", "harmless", "reasoning"], &gram)?;
    /// let plan = FreezeSearch::new(&all, &["helpful", "harmless"], &["reasoning"])?.run()?;
    /// for (name, alone) in plan.singles() {
    ///     assert_eq!(name, "reasoning");
    ///     // To freeze it would start a fight.
    ///     assert_eq!(alone.expect("goals are left").verdict(), ConflictVerdict::Created);
    /// }
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn singles(&self) -> impl Iterator<Item = (&str, Option<&FrozenGoals<T>>)> {
        let all = self.singles.iter();
        all.map(|(name, frozen)| (name.as_str(), frozen.as_ref()))
    }
}
