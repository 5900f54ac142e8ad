//! Monte Carlo runs: how many replicates, who watches, and randomness that does not
//! depend on the number of threads.
//!
//! Replicates are drawn in chunks of fixed size, each from a stream of its own whose
//! seed is taken from the caller's generator before any work begins. So the results,
//! and the state in which the generator is left, are the same whether one thread does
//! the work or many (feature `rayon`).

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use rand::rngs::ChaCha8Rng;
use rand::{Rng, RngExt, SeedableRng};

use crate::Error;
use crate::parallel::in_order;

/// Replicates to a stream. Part of the value stability of every seeded result.
const CHUNK: usize = 64;

/// How a Monte Carlo computation is run: the number of replicates, and an observer of
/// its progress.
///
/// The result of a run depends on the state of the generator and on the number of
/// replicates, not on the number of threads or on the observer.
///
/// # Examples
/// ```
/// use alignment_tax::MonteCarlo;
/// use std::sync::atomic::{AtomicUsize, Ordering};
///
/// static SEEN: AtomicUsize = AtomicUsize::new(0);
///
/// fn bar(done: usize, _total: usize) {
///     SEEN.fetch_max(done, Ordering::Relaxed);
/// }
///
/// let run = MonteCarlo::new(2000)?.observed_by(&bar);
/// assert_eq!(run.replicates(), 2000);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct MonteCarlo<'a> {
    replicates: usize,
    observer: Option<Observer<'a>>,
}

/// Called with the number of replicates done and the number of all.
type Observer<'a> = &'a (dyn Fn(usize, usize) + Sync);

impl<'a> MonteCarlo<'a> {
    /// A run of so many replicates.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] for fewer than 19, with which no two-sided statement at
    /// 90 % can be made, or more than 10⁸.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::MonteCarlo;
    ///
    /// assert!(MonteCarlo::new(5).is_err());
    /// ```
    pub fn new(replicates: usize) -> Result<Self, Error> {
        let (least, most) = (19, 100_000_000);
        if (least..=most).contains(&replicates) {
            return Ok(Self {
                replicates,
                observer: None,
            });
        }
        Err(Error::OutOfBounds {
            argument: "replicates",
            least,
            most,
            actual: replicates,
            advice: "the smallest p-value of R replicates is 1/(1 + R)",
        })
    }

    /// The same run, watched: `observer(done, total)` is called after every few
    /// replicates, from whichever thread did them.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::MonteCarlo;
    ///
    /// fn print(done: usize, total: usize) {
    ///     println!("{done} of {total}");
    /// }
    ///
    /// let run = MonteCarlo::new(100)?.observed_by(&print);
    /// assert_eq!(run.replicates(), 100);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn observed_by(self, observer: &'a (dyn Fn(usize, usize) + Sync)) -> Self {
        Self {
            observer: Some(observer),
            ..self
        }
    }

    /// The number of replicates.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::MonteCarlo;
    ///
    /// assert_eq!(MonteCarlo::new(1000)?.replicates(), 1000);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn replicates(&self) -> usize {
        self.replicates
    }

    /// All replicates in order; `chunk(stream, count)` makes `count` of them.
    pub(crate) fn run<O: Send>(
        &self,
        rng: &mut impl Rng,
        chunk: impl Fn(&mut ChaCha8Rng, usize) -> Vec<O> + Sync + Send,
    ) -> Vec<O> {
        let work: Vec<(usize, ChaCha8Rng)> = (0..self.replicates)
            .step_by(CHUNK)
            .map(|start| {
                let stream = ChaCha8Rng::from_seed(rng.random());
                (CHUNK.min(self.replicates - start), stream)
            })
            .collect();
        self.watched(work, self.replicates, |(count, mut stream)| {
            (count, chunk(&mut stream, count))
        })
    }

    /// All of `total` cases in order, where so few cases exist that none is drawn;
    /// `chunk(first, count)` makes `count` of them from the one numbered `first` on.
    pub(crate) fn enumerate<O: Send>(
        &self,
        total: usize,
        chunk: impl Fn(usize, usize) -> Vec<O> + Sync + Send,
    ) -> Vec<O> {
        let work = (0..total).step_by(CHUNK).collect();
        self.watched(work, total, |first| {
            let count = CHUNK.min(total - first);
            (count, chunk(first, count))
        })
    }

    /// Does the work in order and tells the observer how many of `total` are done.
    fn watched<I: Send, O: Send>(
        &self,
        work: Vec<I>,
        total: usize,
        chunk: impl Fn(I) -> (usize, Vec<O>) + Sync + Send,
    ) -> Vec<O> {
        let done = AtomicUsize::new(0);
        let step = |item| {
            let (count, made) = chunk(item);
            if let Some(observer) = self.observer {
                let before = done.fetch_add(count, Ordering::Relaxed);
                observer(before + count, total);
            }
            made
        };
        in_order(work, step).into_iter().flatten().collect()
    }
}

impl fmt::Debug for MonteCarlo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MonteCarlo")
            .field("replicates", &self.replicates)
            .field("observed", &self.observer.is_some())
            .finish()
    }
}
