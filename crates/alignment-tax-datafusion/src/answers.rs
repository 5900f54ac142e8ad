//! The answer of a query, group by group, and what can be formed of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use alignment_tax::{
    Concept, ContrastMoments, Direction, Measurement, MeasurementOptions, Moments, Objectives,
    Subspace,
};
use datafusion::arrow::array::{Array, RecordBatch};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::common::cast::as_large_binary_array;
use datafusion::error::DataFusionError;

use crate::error::QueryError;
use crate::paired::{PairedMoments, mean_direction};
use crate::sample::{Design, SampleRows};
use crate::state::State;

/// What one group of an answer holds.
///
/// Implemented for [`Moments`], [`ContrastMoments`], [`PairedMoments`] and [`SampleRows`]; not for other types.
#[expect(private_bounds, reason = "no other type has a state")]
pub trait Answer: State {
    /// The direction that the group stands for: of the mean, or of the difference of means. That of
    /// [`SampleRows`] is the difference of its two classes, or the mean of one class alone.
    ///
    /// # Errors
    /// Those of each type's own method.
    fn direction(&self) -> Result<Direction<f64>, QueryError>;

    /// The samples themselves.
    ///
    /// # Errors
    /// [`QueryError::NotHeld`] for moments, which have forgotten them.
    fn samples(&self) -> Result<&SampleRows, QueryError> {
        Err(QueryError::NotHeld {
            statistic: "a measurement with intervals, nulls and diagnostics",
            needs: "the samples",
            function: Self::NAME,
            keeps: "moments",
            instead: SampleRows::NAME,
        })
    }
}

impl Answer for Moments {
    fn direction(&self) -> Result<Direction<f64>, QueryError> {
        mean_direction(self)
    }
}

impl Answer for ContrastMoments {
    fn direction(&self) -> Result<Direction<f64>, QueryError> {
        Ok(self.mean_difference()?)
    }
}

impl Answer for PairedMoments {
    fn direction(&self) -> Result<Direction<f64>, QueryError> {
        self.mean_difference()
    }
}

impl Answer for SampleRows {
    fn direction(&self) -> Result<Direction<f64>, QueryError> {
        let design = match self.counts() {
            (_, 0) => Design::Single,
            _ => Design::Unpaired,
        };
        self.mean_difference(design)
    }

    fn samples(&self) -> Result<&SampleRows, QueryError> {
        Ok(self)
    }
}

/// The groups of an answer by the values of the columns that tell them apart.
///
/// # Examples
/// See [`Activations`](crate::Activations).
#[derive(Debug, Clone, PartialEq)]
pub struct Answers<A> {
    columns: Vec<String>,
    groups: BTreeMap<Vec<String>, Arc<A>>,
}

impl<A: Answer> Answers<A> {
    /// Reads the batches of a query: one column of answers, all others tell the groups apart.
    ///
    /// # Errors
    /// [`QueryError::NoColumn`]; [`QueryError::Data`] where the column holds something else;
    /// [`QueryError::NoRows`] for an answer without rows, which only a query without `GROUP BY` gives.
    pub fn read(batches: &[RecordBatch], column: &str) -> Result<Self, QueryError> {
        let mut columns = Vec::new();
        let mut groups = BTreeMap::new();
        for batch in batches {
            let schema = batch.schema();
            let names: Vec<&str> = schema.fields().iter().map(|f| f.name().as_str()).collect();
            let at = names.iter().position(|&name| name == column);
            let at = at.ok_or_else(|| QueryError::NoColumn {
                column: column.to_owned(),
                present: names.join(", "),
            })?;
            let answers = as_large_binary_array(batch.column(at))?;
            let options = FormatOptions::default().with_null("null");
            let others = || (0..names.len()).filter(|&i| i != at);
            columns = others().map(|i| names[i].to_owned()).collect();
            let keys: Vec<ArrayFormatter<'_>> = others()
                .map(|i| ArrayFormatter::try_new(batch.column(i), &options))
                .collect::<Result<_, _>>()
                .map_err(DataFusionError::from)?;
            for row in 0..batch.num_rows() {
                if answers.is_null(row) {
                    return Err(QueryError::NoRows);
                }
                let key = keys.iter().map(|key| key.value(row).to_string()).collect();
                groups.insert(key, Arc::new(A::decoded(answers.value(row))?));
            }
        }
        Ok(Self { columns, groups })
    }

    /// The columns that tell groups apart.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// How many groups there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.groups.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// The groups in the order of their keys, as text.
    pub fn iter(&self) -> impl Iterator<Item = (&[String], &A)> {
        self.groups.iter().map(|(key, a)| (key.as_slice(), &**a))
    }

    /// The groups with one value of a column, told apart by the other columns.
    ///
    /// # Errors
    /// [`QueryError::NoColumn`], [`QueryError::NoGroup`].
    pub fn at(&self, column: &str, value: &str) -> Result<Self, QueryError> {
        let at = self.columns.iter().position(|name| name == column);
        let at = at.ok_or_else(|| QueryError::NoColumn {
            column: column.to_owned(),
            present: self.columns.join(", "),
        })?;
        let without = |key: &[String]| [&key[..at], &key[at + 1..]].concat();
        let groups: BTreeMap<_, _> = self
            .groups
            .iter()
            .filter(|(key, _)| key[at] == value)
            .map(|(key, a)| (without(key), a.clone()))
            .collect();
        if groups.is_empty() {
            return Err(self.missing(at, value));
        }
        Ok(Self {
            columns: without(&self.columns),
            groups,
        })
    }

    fn missing(&self, at: usize, value: &str) -> QueryError {
        let mut present: Vec<&str> = self.groups.keys().map(|key| key[at].as_str()).collect();
        present.sort_unstable();
        present.dedup();
        QueryError::NoGroup {
            column: self.columns[at].clone(),
            value: value.to_owned(),
            present: present.join(", "),
        }
    }

    /// The only group, of a query without `GROUP BY` or after [`Answers::at`] for each column.
    ///
    /// # Errors
    /// [`QueryError::Keys`] where columns tell groups apart.
    pub fn only(&self) -> Result<&A, QueryError> {
        match (self.columns.is_empty(), self.groups.values().next()) {
            (true, Some(a)) => Ok(a),
            (true, None) => Err(QueryError::NoRows),
            (false, _) => Err(self.keys("none")),
        }
    }

    fn keys(&self, expected: &'static str) -> QueryError {
        QueryError::Keys {
            present: self.columns.join(", "),
            expected,
        }
    }

    /// The group of a name, where one column tells groups apart.
    ///
    /// # Errors
    /// [`QueryError::Keys`], [`QueryError::NoGroup`].
    pub fn get(&self, name: &str) -> Result<&A, QueryError> {
        if self.columns.len() != 1 {
            return Err(self.keys("one column"));
        }
        let found = self.groups.get([name.to_owned()].as_slice());
        found.map(|a| &**a).ok_or_else(|| self.missing(0, name))
    }

    /// The direction of one group.
    ///
    /// # Errors
    /// As [`Answers::get`] and [`Answer::direction`].
    pub fn direction(&self, name: &str) -> Result<Direction<f64>, QueryError> {
        self.get(name)?.direction()
    }

    /// The span of the directions of some groups.
    ///
    /// # Errors
    /// As [`Answers::direction`], and those of [`Subspace::from_directions`].
    pub fn subspace(&self, names: &[&str]) -> Result<Subspace<f64>, QueryError> {
        let directions: Result<Vec<_>, _> = names.iter().map(|name| self.direction(name)).collect();
        Ok(Subspace::from_directions(&directions?)?)
    }

    /// The directions of some groups as named objectives.
    ///
    /// # Errors
    /// As [`Answers::direction`], and those of [`Objectives::from_directions`].
    pub fn objectives(&self, names: &[&str]) -> Result<Objectives<f64>, QueryError> {
        let directions: Result<Vec<_>, _> = names.iter().map(|name| self.direction(name)).collect();
        let directions = directions?;
        let named: Vec<_> = names.iter().copied().zip(&directions).collect();
        Ok(Objectives::from_directions(&named)?)
    }

    /// A whole measurement of one group against others.
    ///
    /// # Errors
    /// [`QueryError::NotHeld`] unless the groups are [`SampleRows`]; [`QueryError::Unpaired`];
    /// [`QueryError::Measurement`]; as [`Answers::get`].
    pub fn measurement(
        &self,
        label: &str,
        safety: &str,
        capabilities: &[&str],
        design: Design,
        options: &MeasurementOptions,
    ) -> Result<Measurement, QueryError> {
        let mut sides = Vec::new();
        for name in std::iter::once(&safety).chain(capabilities) {
            let samples = self.get(name)?.samples()?;
            if design == Design::Paired {
                samples.check_paired()?;
            }
            sides.push((*name, samples.plus(), samples.minus()));
        }
        let concepts: Vec<Concept<'_, f64>> = sides
            .iter()
            .map(|(name, plus, minus)| match design {
                Design::Paired => Concept::paired(*name, plus, minus),
                Design::Unpaired => Concept::unpaired(*name, plus, minus),
                Design::Single => Concept::gradients(*name, plus),
            })
            .collect();
        let measured = Measurement::new(label, &concepts[0], &concepts[1..], options)?;
        Ok(measured)
    }
}
