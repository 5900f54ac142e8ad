//! Parquet files of activations, asked for what a measurement needs.

use std::fmt;

use alignment_tax::{ContrastMoments, Moments};
use datafusion::arrow::array::{Array, ArrayRef};
use datafusion::arrow::datatypes::DataType;
use datafusion::dataframe::DataFrame;
use datafusion::datasource::listing::ListingTableUrl;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{AggregateUDF, Expr, lit};
use datafusion::prelude::{ParquetReadOptions, SessionConfig, SessionContext};
use futures::{StreamExt, TryStreamExt};

use crate::aggregate::function;
use crate::answers::{Answer, Answers};
use crate::error::{DataFault, Place, QueryError};
use crate::fold::{ContrastFold, MomentsFold, PairedFold, SampleFold};
use crate::paired::PairedMoments;
use crate::rows::{self, Rows};
use crate::sample::SampleRows;

/// The column of an answer.
const ANSWER: &str = "answer";

/// A Parquet file, or a folder of them, whose rows hold vectors.
///
/// Each method is one query: a pass over the files on as many threads or machines as the session has. `by` names what tells
/// groups apart, such as layer and concept; without it all rows are one group.
///
/// A fault in the data ends the query with the error of the function that met it. The files
/// are then read once more, here, in order, up to the fault, so that the error names file and row.
///
/// # Examples
/// ```
/// use alignment_tax_datafusion::Activations;
/// use datafusion::arrow::array::{BooleanArray, FixedSizeListArray, RecordBatch, StringArray};
/// use datafusion::arrow::datatypes::Float32Type;
/// use datafusion::dataframe::DataFrameWriteOptions;
/// use datafusion::prelude::{SessionContext, col};
/// # use std::sync::Arc;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("activations.parquet");
/// # let path = path.to_str().unwrap();
/// let session = SessionContext::new();
/// // Two samples of each class of two concepts, in two coordinates.
/// let numbers = [[1.0, 0.1], [0.8, 0.0], [0.1, 0.0], [0.1, 0.1], [0.5, 1.0], [0.5, 0.8], [0.0, 0.0], [0.1, 0.2]];
/// let rows = numbers.map(|row| Some(row.map(Some)));
/// let batch = RecordBatch::try_from_iter([
///     ("activation", Arc::new(FixedSizeListArray::from_iter_primitive::<Float32Type, _, _>(rows, 2)) as _),
///     ("plus", Arc::new(BooleanArray::from(vec![true, true, false, false, true, true, false, false])) as _),
///     ("concept", Arc::new(StringArray::from(vec!["honesty", "honesty", "honesty", "honesty", "code", "code", "code", "code"])) as _),
/// ])?;
/// session.read_batch(batch)?.write_parquet(path, DataFrameWriteOptions::new(), None).await?;
///
/// let activations = Activations::parquet(&session, path).await?;
/// let contrasts = activations.contrasts(col("activation"), col("plus"), vec![col("concept")]).await?;
/// assert_eq!(contrasts.get("honesty")?.counts(), (2, 2));
/// let capability = contrasts.subspace(&["code"])?;
/// let tax = alignment_tax::TaxRate::between(&contrasts.direction("honesty")?, &capability)?;
/// assert!(tax.value() > 0.1 && tax.value() < 0.3);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Activations {
    session: SessionContext,
    path: String,
    frame: DataFrame,
    filter: Option<Expr>,
}

impl fmt::Debug for Activations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Activations")
            .field("path", &self.path)
            .field("filter", &self.filter)
            .finish_non_exhaustive()
    }
}

impl Activations {
    /// The files under a path or an object store's address; nothing is read but their schemas.
    ///
    /// # Errors
    /// [`QueryError::Data`] with [`DataFault::MixedTypes`] where the files do not agree, naming the first that
    /// differs; [`QueryError::Engine`].
    pub async fn parquet(
        session: &SessionContext,
        path: impl Into<String>,
    ) -> Result<Self, QueryError> {
        let path = path.into();
        let options = ParquetReadOptions::default();
        let frame = match session.read_parquet(&path, options).await {
            Ok(frame) => frame,
            Err(error) => {
                let mixed = mixed_types(session, &path).await;
                return Err(mixed.map_or_else(|| error.into(), QueryError::Data));
            }
        };
        Ok(Self {
            session: session.clone(),
            path,
            frame,
            filter: None,
        })
    }

    /// Only the rows for which a condition holds, such as one split, or no nulls.
    #[must_use]
    pub fn filter(mut self, condition: Expr) -> Self {
        self.filter = Some(match self.filter {
            Some(before) => before.and(condition),
            None => condition,
        });
        self
    }

    /// Count, mean and scatter of the vectors of each group.
    ///
    /// # Errors
    /// [`QueryError::Data`], [`QueryError::Engine`].
    pub async fn moments(
        &self,
        vector: Expr,
        by: Vec<Expr>,
    ) -> Result<Answers<Moments>, QueryError> {
        self.ask(&function::<MomentsFold>(), vec![vector], by).await
    }

    /// The moments of both classes of each group; `plus` is true for samples with more of the concept.
    ///
    /// # Errors
    /// [`QueryError::Data`], [`QueryError::Engine`].
    pub async fn contrasts(
        &self,
        vector: Expr,
        plus: Expr,
        by: Vec<Expr>,
    ) -> Result<Answers<ContrastMoments>, QueryError> {
        self.ask(&function::<ContrastFold>(), vec![vector, plus], by)
            .await
    }

    /// The moments of the differences of pairs that stand in two columns of one row.
    ///
    /// # Errors
    /// [`QueryError::Data`], [`QueryError::Engine`].
    pub async fn paired_contrasts(
        &self,
        plus: Expr,
        minus: Expr,
        by: Vec<Expr>,
    ) -> Result<Answers<PairedMoments>, QueryError> {
        self.ask(&function::<PairedFold>(), vec![plus, minus], by)
            .await
    }

    /// The samples of each group, no more than `limit`: what a measurement with intervals needs.
    ///
    /// `key` is an integer that names a sample within its class and, for pairs, its partner in the other.
    ///
    /// # Errors
    /// [`QueryError::Data`] with [`DataFault::TooManySamples`] above the limit; [`QueryError::Engine`].
    pub async fn samples(
        &self,
        vector: Expr,
        plus: Expr,
        key: Expr,
        limit: usize,
        by: Vec<Expr>,
    ) -> Result<Answers<SampleRows>, QueryError> {
        let key = datafusion::logical_expr::cast(key, DataType::Int64);
        let limit = lit(i64::try_from(limit).unwrap_or(i64::MAX));
        let arguments = vec![vector, plus, key, limit];
        self.ask(&function::<SampleFold>(), arguments, by).await
    }

    async fn ask<A: Answer>(
        &self,
        function: &AggregateUDF,
        arguments: Vec<Expr>,
        by: Vec<Expr>,
    ) -> Result<Answers<A>, QueryError> {
        let answers = self.run(function, arguments.clone(), by).await;
        match answers {
            Err(QueryError::Data(fault)) if fault.is_in_files() => {
                let located = self.first_fault(&arguments).await;
                Err(QueryError::Data(located.ok().flatten().unwrap_or(fault)))
            }
            // From another machine a fault comes as text; any other failure is no reason to read everything again.
            Err(error @ QueryError::Engine(_)) if DataFault::in_text(&error.to_string()) => {
                let located = self.first_fault(&arguments).await;
                Err(located.ok().flatten().map_or(error, QueryError::Data))
            }
            other => other,
        }
    }

    async fn run<A: Answer>(
        &self,
        function: &AggregateUDF,
        arguments: Vec<Expr>,
        by: Vec<Expr>,
    ) -> Result<Answers<A>, QueryError> {
        let mut frame = self.frame.clone();
        if let Some(condition) = &self.filter {
            frame = frame.filter(condition.clone())?;
        }
        let answer = function.call(arguments).alias(ANSWER);
        let batches = frame.aggregate(by, vec![answer])?.collect().await?;
        Answers::read(&batches, ANSWER)
    }

    /// The first row, in the order of the files, that no function can take.
    async fn first_fault(&self, arguments: &[Expr]) -> Result<Option<DataFault>, DataFusionError> {
        let here = local(&self.session);
        let mut widths = vec![None; arguments.len()];
        for file in files(&here, &self.path).await? {
            let options = ParquetReadOptions::default().file_extension("");
            let frame = here.read_parquet(&file, options).await?;
            let mut columns = arguments.to_vec();
            columns.extend(self.filter.clone());
            let columns: Vec<Expr> = columns
                .into_iter()
                .enumerate()
                .map(|(i, column)| column.alias(format!("c{i}")))
                .collect();
            let mut batches = frame.select(columns)?.execute_stream().await?;
            let mut before = 0;
            while let Some(batch) = batches.next().await {
                let batch = batch?;
                let taken = match &self.filter {
                    Some(_) => Some(datafusion::common::cast::as_boolean_array(
                        batch.column(arguments.len()),
                    )?),
                    None => None,
                };
                for row in 0..batch.num_rows() {
                    if taken.is_some_and(|t| !(t.is_valid(row) && t.value(row))) {
                        continue;
                    }
                    for (i, argument) in arguments.iter().enumerate() {
                        if let Some(mut fault) = fault_of(batch.column(i), row, &mut widths[i]) {
                            if let Some(place) = fault.place_mut() {
                                place.column = argument.schema_name().to_string();
                                place.row = before + row;
                                place.file = Some(file);
                            }
                            return Ok(Some(fault));
                        }
                    }
                }
                before += batch.num_rows();
            }
        }
        Ok(None)
    }
}

/// What is wrong with one entry of a column; its place is that in the batch.
fn fault_of(column: &ArrayRef, row: usize, width: &mut Option<usize>) -> Option<DataFault> {
    if rows::check_type("", column.data_type()).is_err() {
        let place = Place {
            column: String::new(),
            row,
            file: None,
        };
        return column.is_null(row).then_some(DataFault::NullRow { place });
    }
    let rows = Rows::new("", column).ok()?;
    match rows.append(row, *width, &mut Vec::new()) {
        Ok(found) => {
            *width = Some(found);
            None
        }
        Err(fault) => Some(fault),
    }
}

/// A session of this process that reaches what the other one does, and reads in order.
fn local(session: &SessionContext) -> SessionContext {
    let config = SessionConfig::new()
        .with_target_partitions(1)
        .with_repartition_file_scans(false);
    SessionContext::new_with_config_rt(config, session.runtime_env())
}

/// The addresses of the files under a path, in order.
async fn files(session: &SessionContext, path: &str) -> Result<Vec<String>, DataFusionError> {
    let url = ListingTableUrl::parse(path)?;
    let store = session.runtime_env().object_store(&url)?;
    let state = session.state();
    let listed = url
        .list_all_files(&state, store.as_ref(), ".parquet")
        .await?;
    let mut files: Vec<String> = listed
        .map_ok(|meta| format!("{}{}", url.object_store(), meta.location))
        .try_collect()
        .await?;
    files.sort_unstable();
    Ok(files)
}

/// The first column of the first file that is of another type than before.
async fn mixed_types(session: &SessionContext, path: &str) -> Option<DataFault> {
    let here = local(session);
    let mut before: Option<datafusion::common::DFSchema> = None;
    for file in files(&here, path).await.ok()? {
        let options = ParquetReadOptions::default().file_extension("");
        let schema = here
            .read_parquet(&file, options)
            .await
            .ok()?
            .schema()
            .clone();
        if let Some(before) = &before {
            for field in before.fields() {
                let Ok(other) = schema.field_with_unqualified_name(field.name()) else {
                    continue;
                };
                if other.data_type() != field.data_type() {
                    return Some(DataFault::MixedTypes {
                        column: field.name().clone(),
                        file,
                        expected: field.data_type().to_string(),
                        actual: other.data_type().to_string(),
                    });
                }
            }
        } else {
            before = Some(schema);
        }
    }
    None
}
