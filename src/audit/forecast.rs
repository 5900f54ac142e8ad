//! What a shift is forecast to do to each metric, beside what was measured.

use nalgebra::DVectorView;

use crate::linalg::{check, reduce};
use crate::{Error, FrontierError, Objectives, Real};

/// The change of one metric that a shift foretells, and the one that was measured.
///
/// $$ \Delta f\_i \approx \lVert \nabla f\_i \rVert \langle c\_i, \delta \rangle $$
///
/// # Units and shapes
/// `change` in units of the representation, `predicted` and `measured` in the metric's own,
/// by the slopes of the [`Objectives`].
///
/// # Accuracy
/// First order: what it leaves out grows with the square of the shift.
///
/// # References
/// Theory §9.1; Young (2026), arXiv:2603.00047, for the gradient as the direction of a metric.
///
/// # Examples
/// ```
/// use alignment_tax::{Forecast, Objectives};
/// use nalgebra::{DMatrix, dmatrix, dvector};
///
/// // Gradients of two benchmarks, in points per unit of the representation.
/// let gradients: DMatrix<f64> = dmatrix![3.0, 0.0; 4.0, 2.0];
/// let metrics = Objectives::from_gradients(&["math", "code"], &gradients)?;
/// let measured = [("math", -0.9)];
/// let forecast = Forecast::of_shift(&metrics, &dvector![-0.3_f64, 0.0], &measured)?;
/// assert!((forecast[0].predicted + 0.9).abs() < 1e-15);
/// assert_eq!(forecast[0].measured, Some(-0.9));
/// assert_eq!((forecast[1].predicted, forecast[1].measured), (0.0, None));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Forecast<T> {
    /// The objective.
    pub name: String,
    /// ⟨cᵢ, δ⟩.
    pub change: T,
    /// Slope times change.
    pub predicted: T,
    /// What was measured, where it was.
    pub measured: Option<T>,
}

impl<T: Real> Forecast<T> {
    /// The forecast for every objective, in order.
    ///
    /// # Errors
    /// [`FrontierError::NoVectors`] where only inner products are known;
    /// [`FrontierError::Input`] with [`Error::DimensionMismatch`], [`Error::NonFinite`],
    /// [`Error::UnknownName`] or [`Error::DuplicateName`] for a measured value, or
    /// [`Error::EntryOutOfRange`] where it is not finite.
    ///
    /// # Examples
    /// See [`Forecast`].
    pub fn of_shift<'a>(
        objectives: &Objectives<T>,
        shift: impl Into<DVectorView<'a, T>>,
        measured: &[(&str, T)],
    ) -> Result<Vec<Self>, FrontierError> {
        let shift = shift.into();
        check::vector("shift", &shift)?;
        let vectors = objectives.vectors().ok_or(FrontierError::NoVectors {
            argument: "objectives",
        })?;
        check::same("shift", "coordinates", vectors.nrows(), shift.len())?;
        let mut values = vec![None; objectives.len()];
        for (index, &(name, value)) in measured.iter().enumerate() {
            let slot = &mut values[objectives.named("measured", name)?];
            if !value.is_finite() {
                return Err(FrontierError::Input(Error::EntryOutOfRange {
                    argument: "measured",
                    index,
                    expected: "a finite change",
                    actual: value.to_double(),
                }));
            }
            if slot.replace(value).is_some() {
                let first = measured.iter().position(|(n, _)| *n == name);
                return Err(FrontierError::Input(Error::DuplicateName {
                    argument: "measured",
                    name: name.to_owned(),
                    first: first.unwrap_or(index),
                    second: index,
                }));
            }
        }
        let changes = nalgebra::DVector::from_iterator(
            objectives.len(),
            vectors
                .column_iter()
                .map(|c| reduce::dot(c.as_slice(), shift.as_slice())),
        );
        let predicted = objectives.in_metric_units(&changes)?;
        let names = objectives.names().iter();
        Ok(names
            .zip(values)
            .enumerate()
            .map(|(i, (name, measured))| Self {
                name: name.clone(),
                change: changes[i],
                predicted: predicted[i],
                measured,
            })
            .collect())
    }
}
