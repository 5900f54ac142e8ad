//! What can be wrong with a measurement, and whose fault it is.

use thiserror::Error as ThisError;

use crate::{Error, FrontierError};

/// An input that a measurement cannot be made of.
///
/// # Examples
/// ```
/// use alignment_tax::{Concept, Measurement, MeasurementError, MeasurementOptions};
/// use nalgebra::{DMatrix, dmatrix};
///
/// let plus: DMatrix<f64> = dmatrix![1.0, 0.0; 1.0, 0.1];
/// let minus: DMatrix<f64> = dmatrix![0.0, 0.0; 0.1, 0.0];
/// let error = Measurement::new(
///     "layer 18",
///     &Concept::paired("honesty", &plus, &minus),
///     &[Concept::paired("honesty", &plus, &minus)],
///     &MeasurementOptions::default(),
/// )
/// .unwrap_err();
/// assert_eq!(error.to_string(), "concept `honesty` is given twice");
/// ```
#[derive(Debug, Clone, PartialEq, ThisError)]
#[non_exhaustive]
pub enum MeasurementError {
    /// The samples of one concept are at fault.
    #[error("concept `{concept}`: {source}")]
    #[non_exhaustive]
    Concept {
        /// Its name.
        concept: String,
        /// What is wrong.
        source: Error,
    },
    /// Two concepts have one name.
    #[error("concept `{concept}` is given twice")]
    #[non_exhaustive]
    Duplicate {
        /// The name.
        concept: String,
    },
    /// A measurement of a profile is at fault.
    #[error("`{label}` (task {index}): {source}")]
    #[non_exhaustive]
    Task {
        /// Its place among the tasks, from 0.
        index: usize,
        /// Its label.
        label: String,
        /// What is wrong.
        source: Box<MeasurementError>,
    },
    /// The concepts together are at fault.
    #[error(transparent)]
    Input(#[from] Error),
    /// The budget or a safety level is.
    #[error(transparent)]
    Frontier(#[from] FrontierError),
}

impl MeasurementError {
    pub(super) fn of(concept: &str) -> impl FnOnce(Error) -> Self + '_ {
        move |source| Self::Concept {
            concept: concept.to_owned(),
            source,
        }
    }
}
