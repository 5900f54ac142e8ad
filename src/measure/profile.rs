//! Many layers and safety concepts in one call, and a correction for having looked so often.

use super::{Concept, Measurement, MeasurementError, MeasurementOptions};
use crate::parallel::in_order;
use crate::{Error, Real, benjamini_hochberg, holm};

/// One measurement to make: a label, a safety concept and its capabilities.
///
/// # Examples
/// See [`Profile`].
#[derive(Debug, Clone)]
pub struct Task<'a, T: Real> {
    label: String,
    safety: Concept<'a, T>,
    capabilities: Vec<Concept<'a, T>>,
}

impl<'a, T: Real> Task<'a, T> {
    /// What to measure, and under which label.
    ///
    /// # Examples
    /// See [`Profile`].
    #[must_use]
    pub fn new(
        label: impl Into<String>,
        safety: Concept<'a, T>,
        capabilities: Vec<Concept<'a, T>>,
    ) -> Self {
        Self {
            label: label.into(),
            safety,
            capabilities,
        }
    }
}

/// Measurements of many layers and safety concepts, with p-values adjusted for their
/// number.
///
/// With the feature `rayon` they are made on all cores. Results do not depend on the
/// number of threads, and each is the one that [`Measurement::new`] makes alone.
///
/// # Accuracy
/// Adjusted p-values by Holm hold the chance of *any* false rejection, those by Benjamini
/// and Hochberg the expected *share* of false ones among the rejections, the latter under
/// independent or positively dependent tests, which layers of one model are.
///
/// # References
/// Holm (1979); Benjamini & Hochberg (1995); Benjamini & Yekutieli (2001) on dependence.
///
/// # Examples
/// ```
/// use alignment_tax::{Concept, MeasurementOptions, Profile, Task};
/// use nalgebra::DMatrix;
///
/// fn side(k: usize, shift: [f64; 2]) -> DMatrix<f64> {
///     let noise = |i, j| ((i * 31 + j * 17 + k * 7) as f64).sin();
///     DMatrix::from_fn(12, 6, |i, j| noise(i, j) + if j < 2 { shift[j] } else { 0.0 })
/// }
///
/// let (safe, unsafe_) = (side(1, [3.0, -2.0]), side(2, [0.0, 0.0]));
/// let (fluent, clumsy) = (side(3, [0.0, 4.0]), side(4, [0.0, 0.0]));
/// let options = MeasurementOptions::default().with_replicates(199)?;
/// let profile = {
///     let honesty = Concept::paired("honesty", &safe, &unsafe_);
///     let fluency = Concept::paired("fluency", &fluent, &clumsy);
///     let task = |label: &str| Task::new(label, honesty.clone(), vec![fluency.clone()]);
///     Profile::new(&[task("layer 10"), task("layer 18")], &options)?
/// };
/// for (measured, p) in profile.measurements().iter().zip(profile.entangled()?.holm()) {
///     println!("{} tau {:.3} p {p:.3}", measured.record().label, measured.record().plug_in);
/// }
/// # Ok::<(), alignment_tax::MeasurementError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Profile {
    measurements: Vec<Measurement>,
}

impl Profile {
    /// Makes all measurements, in order.
    ///
    /// # Errors
    /// [`MeasurementError::Task`], which names the first task, in order, whose
    /// [`Measurement::new`] fails and carries why; [`Error::Empty`] for no tasks.
    ///
    /// # Examples
    /// See [`Profile`].
    pub fn new<T: Real>(
        tasks: &[Task<'_, T>],
        options: &MeasurementOptions,
    ) -> Result<Self, MeasurementError> {
        Self::observed(tasks, options, |_, _| ())
    }

    /// The same, with an observer of progress: `observer(done, total)`, from whichever
    /// thread has finished one.
    ///
    /// # Errors
    /// As [`Profile::new`].
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{MeasurementOptions, Profile, Task};
    ///
    /// fn bar(done: usize, total: usize) {
    ///     println!("{done} of {total}");
    /// }
    ///
    /// let none: [Task<'static, f64>; 0] = [];
    /// assert!(Profile::observed(&none, &MeasurementOptions::default(), bar).is_err());
    /// ```
    pub fn observed<T: Real>(
        tasks: &[Task<'_, T>],
        options: &MeasurementOptions,
        observer: impl Fn(usize, usize) + Sync + Send,
    ) -> Result<Self, MeasurementError> {
        if tasks.is_empty() {
            return Err(MeasurementError::Input(Error::Empty {
                argument: "tasks",
                rows: 0,
                columns: 0,
            }));
        }
        let done = std::sync::atomic::AtomicUsize::new(0);
        let measure = |task: &Task<'_, T>| {
            let measured =
                Measurement::new(&*task.label, &task.safety, &task.capabilities, options);
            let before = done.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            observer(before + 1, tasks.len());
            measured
        };
        let measurements = in_order(tasks.iter().collect(), measure)
            .into_iter()
            .zip(tasks)
            .enumerate()
            .map(|(index, (measured, task))| {
                measured.map_err(|source| MeasurementError::Task {
                    index,
                    label: task.label.clone(),
                    source: Box::new(source),
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { measurements })
    }

    /// The measurements, in the order of the tasks.
    ///
    /// # Examples
    /// See [`Profile`].
    #[must_use]
    pub fn measurements(&self) -> &[Measurement] {
        &self.measurements
    }

    /// The p-values of "no more entangled than a random direction of this covariance".
    ///
    /// # Errors
    /// None that a profile can have; the type is that of the adjustments.
    ///
    /// # Examples
    /// See [`Profile`].
    pub fn entangled(&self) -> Result<Adjusted, Error> {
        self.adjusted(|m| m.record().chance.random_safety.p_entangled[0])
    }

    /// The p-values of "no freer than a random direction of this covariance".
    ///
    /// # Errors
    /// As [`Profile::entangled`].
    ///
    /// # Examples
    /// See [`Profile`].
    pub fn freer(&self) -> Result<Adjusted, Error> {
        self.adjusted(|m| m.record().chance.random_safety.p_freer[0])
    }

    fn adjusted(&self, p_value: impl Fn(&Measurement) -> f64) -> Result<Adjusted, Error> {
        let raw: Vec<f64> = self.measurements.iter().map(p_value).collect();
        Ok(Adjusted {
            holm: holm(&raw)?,
            benjamini_hochberg: benjamini_hochberg(&raw)?,
            raw,
        })
    }
}

/// P-values of a profile, in the order of its measurements.
///
/// # Examples
/// See [`Profile`].
#[derive(Debug, Clone, PartialEq)]
pub struct Adjusted {
    raw: Vec<f64>,
    holm: Vec<f64>,
    benjamini_hochberg: Vec<f64>,
}

impl Adjusted {
    /// As each measurement has them.
    ///
    /// # Examples
    /// See [`Profile`].
    #[must_use]
    pub fn raw(&self) -> &[f64] {
        &self.raw
    }

    /// Adjusted by Holm.
    ///
    /// # Examples
    /// See [`Profile`].
    #[must_use]
    pub fn holm(&self) -> &[f64] {
        &self.holm
    }

    /// Adjusted by Benjamini and Hochberg.
    ///
    /// # Examples
    /// See [`Profile`].
    #[must_use]
    pub fn benjamini_hochberg(&self) -> &[f64] {
        &self.benjamini_hochberg
    }
}
