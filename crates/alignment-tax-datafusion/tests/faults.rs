//! Faults in the data end a query with what, where and in which file; nothing is skipped.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use alignment_tax::Moments;
use alignment_tax_datafusion::{Activations, Answers, DataFault, Design, QueryError, register};
use datafusion::arrow::array::{
    ArrayRef, BooleanArray, FixedSizeListArray, Int64Array, LargeBinaryArray, ListArray,
    RecordBatch, StringArray,
};
use datafusion::arrow::datatypes::{Float32Type, Float64Type};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::prelude::{SessionConfig, SessionContext, col};

type Failure = Box<dyn std::error::Error>;
type Row = Option<Vec<Option<f32>>>;

fn good(n: usize) -> Vec<Row> {
    let number = |i: usize, j: usize| Some(((7 * i + 3 * j) as f32).sin());
    (0..n)
        .map(|i| Some((0..3).map(|j| number(i, j)).collect()))
        .collect()
}

fn write(path: &Path, vectors: ArrayRef, plus: Vec<Option<bool>>) -> Result<(), Failure> {
    let n = vectors.len() as i64;
    let batch = RecordBatch::try_from_iter_with_nullable([
        ("x", vectors, true),
        ("plus", Arc::new(BooleanArray::from(plus)) as ArrayRef, true),
        (
            "id",
            Arc::new(Int64Array::from_iter_values(0..n)) as ArrayRef,
            false,
        ),
        (
            "name",
            Arc::new(StringArray::from_iter_values((0..n).map(|_| "a"))) as ArrayRef,
            false,
        ),
    ])?;
    let mut writer = ArrowWriter::try_new(File::create(path)?, batch.schema(), None)?;
    writer.write(&batch)?;
    writer.close()?;
    Ok(())
}

fn list(rows: Vec<Row>) -> ArrayRef {
    Arc::new(ListArray::from_iter_primitive::<Float32Type, _, _>(rows))
}

fn alternating(n: usize) -> Vec<Option<bool>> {
    (0..n).map(|i| Some(i % 2 == 0)).collect()
}

/// Two files, of which the second has what is wrong; the fault that a query for moments meets.
async fn fault(rows: Vec<Row>) -> Result<DataFault, Failure> {
    let folder = tempfile::tempdir()?;
    write(
        &folder.path().join("a.parquet"),
        list(good(5)),
        alternating(5),
    )?;
    let n = rows.len();
    write(&folder.path().join("b.parquet"), list(rows), alternating(n))?;
    let session = SessionContext::new_with_config(SessionConfig::new().with_target_partitions(2));
    let activations = Activations::parquet(&session, folder.path().to_string_lossy()).await?;
    let error = activations.moments(col("x"), vec![]).await.unwrap_err();
    match error {
        QueryError::Data(fault) => Ok(fault),
        other => Err(other.into()),
    }
}

#[tokio::test]
async fn a_fault_names_file_row_and_column() -> Result<(), Failure> {
    let mut rows = good(6);
    rows[4] = None;
    let found = fault(rows).await?;
    let DataFault::NullRow { place } = &found else {
        panic!("{found}")
    };
    assert_eq!((place.column.as_str(), place.row), ("x", 4));
    assert!(place.file.as_ref().unwrap().ends_with("b.parquet"));
    assert!(
        found.to_string().contains("`x` in row 4 of file:///"),
        "{found}"
    );

    let mut rows = good(6);
    rows[2].as_mut().unwrap()[1] = Some(f32::NAN);
    let found = fault(rows).await?;
    let DataFault::NonFinite {
        place,
        coordinate,
        value,
        ..
    } = found
    else {
        panic!("{found}")
    };
    assert_eq!((place.row, coordinate), (2, 1));
    assert!(value.is_nan() && place.file.unwrap().ends_with("b.parquet"));

    let mut rows = good(6);
    rows[3].as_mut().unwrap()[2] = None;
    let found = fault(rows).await?;
    assert!(
        matches!(&found, DataFault::NullEntry { place, coordinate: 2, .. } if place.row == 3),
        "{found}"
    );

    let mut rows = good(6);
    rows[1].as_mut().unwrap().pop();
    let found = fault(rows).await?;
    assert!(
        matches!(&found, DataFault::Ragged { place, expected: 3, actual: 2, .. } if place.row == 1),
        "{found}"
    );

    let mut rows = good(2);
    rows[0] = Some(vec![]);
    let found = fault(rows).await?;
    assert!(
        matches!(
            &found,
            DataFault::Ragged {
                expected: 3,
                actual: 0,
                ..
            }
        ),
        "{found}"
    );

    let mut rows = good(2);
    rows[1].as_mut().unwrap()[0] = Some(f32::INFINITY);
    assert!(matches!(
        fault(rows).await?,
        DataFault::NonFinite {
            value: f64::INFINITY,
            ..
        }
    ));
    Ok(())
}

/// Each file in order, the two of different widths: met where partitions are put together.
#[tokio::test]
async fn files_of_different_widths() -> Result<(), Failure> {
    let wide: Vec<Row> = (0..4).map(|i| Some(vec![Some(i as f32); 4])).collect();
    let found = fault(wide).await?;
    assert!(
        matches!(&found, DataFault::Ragged { place, expected: 3, actual: 4, .. }
            if place.row == 0 && place.file.as_ref().unwrap().ends_with("b.parquet")),
        "{found}"
    );
    // Where the width is part of the type, the files do not even make one table.
    let folder = tempfile::tempdir()?;
    for (name, width) in [("a", 2), ("b", 3)] {
        let rows = (0..3).map(|i| Some(vec![Some(f64::from(i)); width as usize]));
        let list = FixedSizeListArray::from_iter_primitive::<Float64Type, _, _>(rows, width);
        let path = folder.path().join(format!("{name}.parquet"));
        write(&path, Arc::new(list), alternating(3))?;
    }
    let session = SessionContext::new();
    let error = Activations::parquet(&session, folder.path().to_string_lossy())
        .await
        .unwrap_err();
    let QueryError::Data(DataFault::MixedTypes { column, file, .. }) = &error else {
        panic!("{error}")
    };
    assert!(column == "x" && file.ends_with("b.parquet"), "{error}");
    Ok(())
}

async fn one_file(
    vectors: ArrayRef,
    plus: Vec<Option<bool>>,
) -> Result<(tempfile::TempDir, Activations), Failure> {
    let folder = tempfile::tempdir()?;
    write(&folder.path().join("a.parquet"), vectors, plus)?;
    let activations =
        Activations::parquet(&SessionContext::new(), folder.path().to_string_lossy()).await?;
    Ok((folder, activations))
}

#[tokio::test]
async fn labels_keys_and_limits() -> Result<(), Failure> {
    let mut plus = alternating(5);
    plus[3] = None;
    let (_folder, activations) = one_file(list(good(5)), plus).await?;
    let error = activations
        .contrasts(col("x"), col("plus"), vec![])
        .await
        .unwrap_err();
    let QueryError::Data(DataFault::NullRow { place }) = &error else {
        panic!("{error}")
    };
    assert_eq!((place.column.as_str(), place.row), ("plus", 3));
    assert!(place.file.is_some());

    // A filter takes such rows out, and is heeded where the fault is looked for.
    let some = activations.clone().filter(col("plus").is_not_null());
    let answers = some.contrasts(col("x"), col("plus"), vec![]).await?;
    assert_eq!(answers.only()?.counts(), (3, 1));

    let (_folder, activations) = one_file(list(good(5)), alternating(5)).await?;
    let few = activations
        .samples(col("x"), col("plus"), col("id"), 4, vec![])
        .await
        .unwrap_err();
    assert!(
        matches!(
            few,
            QueryError::Data(DataFault::TooManySamples { limit: 4, .. })
        ),
        "{few}"
    );
    let none = activations
        .samples(col("x"), col("plus"), col("id"), 0, vec![])
        .await
        .unwrap_err();
    assert!(
        matches!(none, QueryError::Data(DataFault::WrongType { .. })),
        "{none}"
    );
    let twice = activations
        .samples(
            col("x"),
            col("plus"),
            col("id") % datafusion::logical_expr::lit(2_i64),
            9,
            vec![],
        )
        .await
        .unwrap_err();
    assert!(
        matches!(twice, QueryError::Data(DataFault::DuplicateKey { .. })),
        "{twice}"
    );

    // No key is in both classes.
    let answers = activations
        .samples(col("x"), col("plus"), col("id"), 5, vec![col("name")])
        .await?;
    let options = alignment_tax::MeasurementOptions::default();
    let pairs = answers
        .measurement("", "a", &["a"], Design::Paired, &options)
        .unwrap_err();
    assert!(matches!(pairs, QueryError::Unpaired { key: 0 }), "{pairs}");
    // Too few samples for intervals is what the core says.
    let few = answers
        .measurement("", "a", &["a"], Design::Unpaired, &options)
        .unwrap_err();
    assert!(matches!(few, QueryError::Measurement(_)), "{few}");
    Ok(())
}

#[tokio::test]
async fn what_moments_do_not_hold() -> Result<(), Failure> {
    let (_folder, activations) = one_file(list(good(5)), alternating(5)).await?;
    let answers = activations
        .contrasts(col("x"), col("plus"), vec![col("name")])
        .await?;
    let options = alignment_tax::MeasurementOptions::default();
    let error = answers
        .measurement("", "a", &[], Design::Unpaired, &options)
        .unwrap_err();
    let said = error.to_string();
    assert!(matches!(error, QueryError::NotHeld { .. }));
    assert!(
        said.contains("alignment_contrast") && said.contains("alignment_samples"),
        "{said}"
    );

    assert!(matches!(answers.get("b"), Err(QueryError::NoGroup { .. })));
    assert!(matches!(answers.only(), Err(QueryError::Keys { .. })));
    assert!(matches!(
        answers.at("layer", "1"),
        Err(QueryError::NoColumn { .. })
    ));
    assert!(matches!(
        answers.at("name", "b"),
        Err(QueryError::NoGroup { .. })
    ));
    assert_eq!(answers.at("name", "a")?.only()?.counts(), (3, 2));
    Ok(())
}

/// Equal rows have no spread, and equal classes no direction.
#[tokio::test]
async fn degenerate_groups() -> Result<(), Failure> {
    let same: Vec<Row> = (0..6)
        .map(|_| Some(vec![Some(0.1), Some(0.7), Some(-3.0)]))
        .collect();
    let (_folder, activations) = one_file(list(same), alternating(6)).await?;
    let answers = activations
        .contrasts(col("x"), col("plus"), vec![col("name")])
        .await?;
    assert!(matches!(
        answers.direction("a"),
        Err(QueryError::Geometry(_))
    ));
    let pairs = activations
        .paired_contrasts(col("x"), col("x"), vec![])
        .await?;
    let direction = alignment_tax_datafusion::Answer::direction(pairs.only()?);
    assert!(matches!(direction, Err(QueryError::Unresolved { .. })));
    let none = activations.filter(col("id").lt(datafusion::logical_expr::lit(0_i64)));
    let empty = none.moments(col("x"), vec![]).await.unwrap_err();
    assert!(matches!(empty, QueryError::NoRows), "{empty}");
    assert!(none.moments(col("x"), vec![col("name")]).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn wrong_types_and_calls() -> Result<(), Failure> {
    let (folder, activations) = one_file(list(good(5)), alternating(5)).await?;
    let error = activations.moments(col("name"), vec![]).await.unwrap_err();
    assert!(
        matches!(&error, QueryError::Data(DataFault::WrongType { .. })),
        "{error}"
    );
    let error = activations
        .contrasts(col("x"), col("id"), vec![])
        .await
        .unwrap_err();
    assert!(
        matches!(&error, QueryError::Data(DataFault::WrongType { .. })),
        "{error}"
    );
    let mut session = SessionContext::new();
    register(&mut session)?;
    session
        .register_parquet(
            "t",
            folder.path().to_string_lossy().as_ref(),
            Default::default(),
        )
        .await?;
    // One DISTINCT is taken apart by the engine before the function sees it; two are not.
    let sql = "SELECT alignment_moments(DISTINCT x), count(DISTINCT id) FROM t";
    let said = session.sql(sql).await?.collect().await.unwrap_err();
    assert!(said.to_string().contains("leave DISTINCT out"), "{said}");
    let window = session
        .sql("SELECT alignment_moments(x) FROM t WHERE false")
        .await?;
    let batches = window.collect().await?;
    assert!(matches!(
        Answers::<Moments>::read(&batches, batches[0].schema().field(0).name()),
        Err(QueryError::NoRows)
    ));
    Ok(())
}

/// What is not the answer of the function is refused, wherever it is cut or changed.
#[tokio::test]
async fn answers_are_checked() -> Result<(), Failure> {
    let (_folder, activations) = one_file(list(good(5)), alternating(5)).await?;
    let frame = SessionContext::new();
    drop(frame);
    let mut session = SessionContext::new();
    register(&mut session)?;
    session
        .register_parquet(
            "t",
            _folder.path().to_string_lossy().as_ref(),
            Default::default(),
        )
        .await?;
    let batches = session
        .sql("SELECT alignment_moments(x) AS m FROM t")
        .await?
        .collect()
        .await?;
    let column = datafusion::common::cast::as_large_binary_array(batches[0].column(0))?;
    let bytes = column.value(0).to_vec();
    let read = |bytes: &[u8]| {
        let column: ArrayRef = Arc::new(LargeBinaryArray::from_iter_values([bytes]));
        let batch = RecordBatch::try_from_iter([("m", column)]).unwrap();
        Answers::<Moments>::read(&[batch], "m")
    };
    assert_eq!(
        read(&bytes)?.only()?,
        activations.moments(col("x"), vec![]).await?.only()?
    );
    for n in 0..bytes.len() {
        let error = read(&bytes[..n]).unwrap_err();
        assert!(
            matches!(error, QueryError::Data(DataFault::Corrupt { .. })),
            "{n}: {error}"
        );
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert!(read(&longer).is_err());
    // A changed byte is refused, or gives moments that are finite; it never panics.
    for n in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[n] ^= 1 << bit;
            if let Ok(answers) = read(&changed) {
                let moments = answers.only()?;
                assert!(moments.scatter().iter().all(|x| x.is_finite()));
            }
        }
    }
    // Of the wrong function.
    let error = Answers::<alignment_tax::ContrastMoments>::read(&batches, "m").unwrap_err();
    assert!(
        matches!(error, QueryError::Data(DataFault::Corrupt { .. })),
        "{error}"
    );
    Ok(())
}
