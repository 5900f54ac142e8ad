//! Which capabilities to freeze so that goals stop fighting, at the least loss of safety.
//!
//! Freezing may end a fight, and always costs reach (theory §§6.1–6.2); so the question is for the
//! subset of the candidates that leaves no pair of goals with cosθ < 0 and of these loses the
//! least, and, where a fight may go on, for what each loss buys: the Pareto set of (conflict left,
//! safety lost). Conflict is not monotone in the subset, and two capabilities may resolve what
//! neither does alone, so that up to 20 candidates all subsets are looked at (`sweep.rs`). But
//! loss is monotone: a subset that loses more than one that resolves is dominated by it, with
//! everything that contains it, and is cut off. Above 20 the search is greedy (`greedy.rs`), and says so.

use std::fmt;

use super::goals::taking_part;
use super::greedy;
use super::shortlist::{Finished, Shortlist};
use super::sweep::{Columns, Sweep};
use super::{FreezePlan, FrozenGoals};
use crate::{Error, Objectives, Real};

/// How subsets are searched.
///
/// # Examples
/// See [`FreezeSearch`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum SearchMethod {
    /// All subsets, up to [`FreezeSearch::MOST_EXACT`] candidates: nothing is missed but what ties
    /// within rounding.
    Exact,
    /// One capability after the other, and back: an upper bound to the least loss. It may miss the
    /// best subset and may find none where there is one. Of 377 random instances of 4 to 10
    /// candidates that can be resolved it found none in 2 and a dearer one in 60
    /// (`tests/tax/conflict.rs` counts them).
    Greedy,
}

impl fmt::Display for SearchMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Exact => "exact",
            Self::Greedy => "greedy",
        })
    }
}

/// The search for the capabilities to freeze.
///
/// $$ \min_F \bigl( 1 - \min\_j \sqrt{1 - \tau\_j(F)} \bigr) \quad \text{subject to} \quad \cos\theta\_{ij}(F) \ge 0 $$
///
/// # Units and shapes
/// Two or more goals, any number of candidates. Other objectives take no part.
///
/// # Accuracy
/// The numbers of a plan are those of [`FrozenGoals`]. Subsets whose losses differ by no more than
/// rounding are tied: then the smaller mean loss, fewer capabilities, and the order of the candidates
/// decide. A capability that depends on those frozen, or that changes no goal, is not frozen. Subsets
/// that leave so little of a goal that a bound on the rounding of a cosine exceeds
/// [`tolerance::unsettled`](crate::tolerance::unsettled) are left out.
///
/// Of noise in the directions it knows nothing. Among so many subsets some resolve noise: confirm
/// what it finds by [`ConflictEstimate`](crate::ConflictEstimate), on samples other than those that the directions came
/// from, as a choice is not tested by what it was made with.
///
/// # References
/// Theory §6.3; Gatu & Kontoghiorghes (2006), *Branch-and-bound algorithms for computing the
/// best-subset regression models*.
///
/// # Examples
/// ```
/// use alignment_tax::{FreezeSearch, Objectives, SearchMethod};
/// use nalgebra::{DMatrix, dmatrix};
///
/// let gram: DMatrix<f64> = dmatrix![
///     1.0, -0.3, 0.6, 0.5, 0.0;
///     -0.3, 1.0, -0.6, 0.5, 0.1;
///     0.6, -0.6, 1.0, 0.0, 0.0;
///     0.5, 0.5, 0.0, 1.0, 0.0;
///     0.0, 0.1, 0.0, 0.0, 1.0
/// ];
/// let names = ["helpful", "harmless", "reasoning", "fluency", "code"];
/// let all = Objectives::from_gram(&names, &gram)?;
/// let search = FreezeSearch::new(&all, &["helpful", "harmless"], &["reasoning", "fluency", "code"])?;
/// let plan = search.run()?;
/// assert_eq!(plan.method(), SearchMethod::Exact);
/// let best = plan.best().cloned().expect("reasoning mediates the fight");
/// assert_eq!(best.frozen(), ["reasoning"]);
/// assert!(!best.fights() && (best.safety_lost() - 0.2).abs() < 1e-15);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct FreezeSearch<T> {
    /// Goals, then candidates, in as few coordinates as there are of them.
    objectives: Objectives<T>,
    goals: usize,
}

impl<T: Real> FreezeSearch<T> {
    /// The number of candidates up to which all subsets are searched.
    pub const MOST_EXACT: usize = 20;

    /// Goals that shall not fight, and the capabilities that may be frozen for it.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] for fewer than two goals; [`Error::DuplicateName`] also for a goal
    /// among the candidates; [`Error::UnknownName`]; [`Error::EmptyName`]; [`Error::NotConverged`].
    ///
    /// # Examples
    /// See [`FreezeSearch`].
    pub fn new(
        objectives: &Objectives<T>,
        goals: &[&str],
        candidates: &[&str],
    ) -> Result<Self, Error> {
        let (objectives, goals) = taking_part(objectives, goals, candidates)?;
        let objectives = objectives.reduced()?;
        Ok(Self { objectives, goals })
    }

    /// The names of the candidates.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{FreezeSearch, Objectives};
    /// use nalgebra::DMatrix;
    ///
    /// let all = Objectives::from_gram(&["a", "b", "c"], &DMatrix::<f64>::identity(3, 3))?;
    /// assert_eq!(FreezeSearch::new(&all, &["a", "b"], &["c"])?.candidates(), ["c"]);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn candidates(&self) -> &[String] {
        &self.objectives.names()[self.goals..]
    }

    /// The plan: exact up to [`MOST_EXACT`](Self::MOST_EXACT) candidates, greedy above.
    ///
    /// # Errors
    /// [`Error::NotConverged`].
    ///
    /// # Examples
    /// See [`FreezeSearch`].
    pub fn run(&self) -> Result<FreezePlan<T>, Error> {
        self.run_by(if self.candidates().len() <= Self::MOST_EXACT {
            SearchMethod::Exact
        } else {
            SearchMethod::Greedy
        })
    }

    /// The plan by a method of choice.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] for an exact search among more than [`MOST_EXACT`](Self::MOST_EXACT)
    /// candidates; [`Error::NotConverged`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{FreezeSearch, Objectives, SearchMethod};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let gram: DMatrix<f64> = dmatrix![1.0, -0.3, 0.6; -0.3, 1.0, -0.6; 0.6, -0.6, 1.0];
    /// let all = Objectives::from_gram(&["helpful", "harmless", "reasoning"], &gram)?;
    /// let search = FreezeSearch::new(&all, &["helpful", "harmless"], &["reasoning"])?;
    /// let plan = search.run_by(SearchMethod::Greedy)?;
    /// assert_eq!(plan.method().to_string(), "greedy");
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    pub fn run_by(&self, method: SearchMethod) -> Result<FreezePlan<T>, Error> {
        let count = self.candidates().len();
        if method == SearchMethod::Exact && count > Self::MOST_EXACT {
            return Err(Error::OutOfBounds {
                argument: "number of candidates",
                least: 0,
                most: Self::MOST_EXACT,
                actual: count,
                advice: "search greedily, or leave out capabilities that may not be frozen",
            });
        }
        let columns = Columns::of(&self.objectives, self.goals);
        let mut list = Shortlist::new(&self.objectives, self.goals);
        // Something that resolves cuts off much of the tree.
        greedy::search(&columns, &mut list)?;
        if method == SearchMethod::Exact {
            Sweep::new(&columns).run(&mut list)?;
        }
        let singles: Vec<Option<FrozenGoals<T>>> = (0..count)
            .map(|i| list.frozen(&[i]))
            .collect::<Result<_, _>>()?;
        let unfrozen = FrozenGoals::of(&self.objectives, self.goals, &[])?;
        let Finished { best, pareto } = list.finished()?;
        Ok(FreezePlan::new(
            method,
            unfrozen,
            best,
            pareto,
            self.candidates().iter().cloned().zip(singles).collect(),
        ))
    }
}
