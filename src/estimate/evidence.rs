//! What is known of each objective, and all of it side by side.
//!
//! Rows of all objectives are columns of one matrix, in groups (the classes of an
//! objective) and in units (what is drawn independently).

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use nalgebra::DMatrix;

use super::samples::Samples;
use crate::linalg::check;
use crate::{Direction, Error};

/// How one objective is known: exactly, or through samples.
///
/// # Examples
/// ```
/// use alignment_tax::{Direction, Evidence, Samples, TaxEstimate};
/// use nalgebra::dmatrix;
///
/// let safety = Samples::new(&dmatrix![1.0_f64, 1.1; 1.2, 0.9; 0.9, 1.0; 1.1, 1.0; 1.0, 0.9])?;
/// let published = Direction::from_slice(&[1.0_f64, 0.0])?;
/// let tax = TaxEstimate::new(Evidence::Sampled(&safety), &[Evidence::Known(&published)])?;
/// assert!((tax.value() - 0.5_f64).abs() < 0.1);
/// # Ok::<(), alignment_tax::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Evidence<'a> {
    /// A direction without noise: a published one, or one from so many samples that its
    /// noise does not matter.
    Known(&'a Direction<f64>),
    /// A vector known through samples.
    Sampled(&'a Samples),
}

impl Evidence<'_> {
    /// d.
    ///
    /// # Examples
    /// ```
    /// use alignment_tax::{Direction, Evidence};
    ///
    /// let c = Direction::from_slice(&[1.0_f64, 0.0])?;
    /// assert_eq!(Evidence::Known(&c).dimension(), 2);
    /// # Ok::<(), alignment_tax::Error>(())
    /// ```
    #[must_use]
    pub fn dimension(&self) -> usize {
        match self {
            Self::Known(direction) => direction.ambient_dimension(),
            Self::Sampled(samples) => samples.dimension(),
        }
    }

    /// The plug-in direction.
    pub(crate) fn direction(&self) -> Result<Direction<f64>, Error> {
        match self {
            Self::Known(direction) => Ok((*direction).clone()),
            Self::Sampled(samples) => samples.mean_direction(),
        }
    }

    /// Independent units, `None` where there is no noise.
    pub(crate) fn units(&self) -> Option<usize> {
        match self {
            Self::Known(_) => None,
            Self::Sampled(samples) => Some(samples.units()),
        }
    }
}

/// The fewest units with which the degenerate variance can be told from the rest.
const FEWEST_UNITS: usize = 4;

/// Rows of one class of one objective.
pub(crate) struct Group {
    pub(crate) objective: usize,
    pub(crate) rows: std::ops::Range<usize>,
    /// Independent units; `None` for an exact direction.
    pub(crate) units: Option<usize>,
}

/// The rows of all objectives.
pub(crate) struct Stack<'a> {
    /// d × R, a row of a sample in each column; borrowed where one class is all there is.
    pub(crate) rows: Cow<'a, DMatrix<f64>>,
    pub(crate) groups: Vec<Group>,
    /// The rows of each unit; exact rows belong to none.
    pub(crate) units: Vec<Vec<usize>>,
}

impl<'a> Stack<'a> {
    /// The objectives in order. `arguments` names them in errors, the last name serving all
    /// further ones.
    ///
    /// # Errors
    /// [`Error::Empty`] for no objective, [`Error::DimensionMismatch`], and
    /// [`Error::OutOfBounds`] for too few units in a class.
    pub(crate) fn new(
        objectives: &[Evidence<'a>],
        arguments: &[&'static str],
    ) -> Result<Self, Error> {
        let name = |i: usize| arguments[i.min(arguments.len() - 1)];
        let Some(first) = objectives.first() else {
            return Err(Error::Empty {
                argument: name(0),
                rows: 0,
                columns: 0,
            });
        };
        let d = first.dimension();
        for (i, objective) in objectives.iter().enumerate() {
            check::same(name(i), "coordinates", d, objective.dimension())?;
            if let Some(units) = objective.units()
                && units < FEWEST_UNITS
            {
                return Err(Error::OutOfBounds {
                    argument: name(i),
                    least: FEWEST_UNITS,
                    most: usize::MAX,
                    actual: units,
                    advice: "these are independent units in its smallest class; a noise level needs that many",
                });
            }
        }
        let alone = match objectives {
            [Evidence::Sampled(samples)] if samples.groups().len() == 1 => Some(samples.groups()),
            _ => None,
        };
        let rows = |objective: &Evidence<'_>| match objective {
            Evidence::Known(_) => 1,
            Evidence::Sampled(samples) => samples.rows(),
        };
        let all = objectives.iter().map(rows).sum::<usize>();
        let mut entries = Vec::with_capacity(if alone.is_some() { 0 } else { d * all });
        let mut groups = Vec::new();
        let mut units: Vec<Vec<usize>> = Vec::new();
        let mut named = BTreeMap::new();
        let mut row = 0;
        for (objective, evidence) in objectives.iter().enumerate() {
            match evidence {
                Evidence::Known(direction) => {
                    entries.extend_from_slice(direction.as_vector().as_slice());
                    groups.push(Group {
                        objective,
                        rows: row..row + 1,
                        units: None,
                    });
                    row += 1;
                }
                Evidence::Sampled(samples) => {
                    let mut labels = samples.labels().unwrap_or(&[]).iter();
                    for group in samples.groups() {
                        if alone.is_none() {
                            entries.extend_from_slice(group.as_slice());
                        }
                        let rows = row..row + group.ncols();
                        row = rows.end;
                        let mut own = BTreeSet::new();
                        for r in rows.clone() {
                            let unit = match labels.next() {
                                None => units.len(),
                                Some(&label) => *named.entry(label).or_insert(units.len()),
                            };
                            if unit == units.len() {
                                units.push(Vec::new());
                            }
                            units[unit].push(r);
                            own.insert(unit);
                        }
                        groups.push(Group {
                            objective,
                            rows,
                            units: Some(own.len()),
                        });
                    }
                }
            }
        }
        Ok(Self {
            rows: match alone {
                Some([group, ..]) => Cow::Borrowed(group),
                _ => Cow::Owned(DMatrix::from_vec(d, row, entries)),
            },
            groups,
            units,
        })
    }
}
