//! The answers of queries are those of the core crate in memory, however the rows are spread.

#[path = "../examples/loopback/tiles.rs"]
mod tiles;

use alignment_tax::{Concept, Measurement, MeasurementOptions, Moments, Samples};
use alignment_tax_datafusion::{Activations, Answers, Design, PairedMoments, SampleRows, register};
use datafusion::logical_expr::lit;
use datafusion::prelude::{ParquetReadOptions, SessionConfig, SessionContext, col};
use nalgebra::DMatrix;

use tiles::{Failure, Layout};

fn session(partitions: usize) -> SessionContext {
    let config = SessionConfig::new()
        .with_target_partitions(partitions)
        .with_batch_size(700);
    SessionContext::new_with_config(config)
}

#[tokio::test]
async fn contrasts_for_any_layout_and_partitioning() -> Result<(), Failure> {
    let samples = tiles::shipped()?;
    let expected = tiles::in_core(&samples)?;
    let layouts = [
        (Layout::FixedHalf, 1, 1),
        (Layout::FixedSingle, 3, 2),
        (Layout::FixedDouble, 2, 3),
        (Layout::ListSingle, 2, 7),
    ];
    for (layout, files, partitions) in layouts {
        let folder = tempfile::tempdir()?;
        let (_, rows) = tiles::write(folder.path(), &samples, 3, files, layout)?;
        assert_eq!(rows, 3 * samples.len());
        let path = folder.path().to_string_lossy();
        let activations = Activations::parquet(&session(partitions), path).await?;
        let by = vec![col("layer"), col("concept")];
        let answers = activations
            .contrasts(col("activation"), col("plus"), by)
            .await?;
        assert_eq!(answers.len(), expected.len());
        for (key, answer) in answers.iter() {
            let one = &expected[&(key[0].clone(), key[1].clone())];
            let plus = tiles::difference(answer.plus(), one.plus(), 3)?;
            let minus = tiles::difference(answer.minus(), one.minus(), 3)?;
            assert!(
                plus.max(minus) < 1e-12,
                "{layout:?} {key:?}: {plus:e} {minus:e}"
            );
        }
    }
    Ok(())
}

/// SQL by hand, and an answer without groups.
#[tokio::test]
async fn moments_by_sql() -> Result<(), Failure> {
    let samples = tiles::shipped()?;
    let folder = tempfile::tempdir()?;
    tiles::write(folder.path(), &samples, 2, 2, Layout::FixedHalf)?;
    let mut session = session(2);
    register(&mut session)?;
    let path = folder.path().to_string_lossy();
    session
        .register_parquet("activations", path.as_ref(), ParquetReadOptions::default())
        .await?;
    let sql = "SELECT alignment_moments(activation) AS m FROM activations WHERE layer = 18 AND concept = 'code' AND plus";
    let batches = session.sql(sql).await?.collect().await?;
    let answers: Answers<Moments> = Answers::read(&batches, "m")?;
    let one = tiles::in_core(&samples)?;
    let one = one[&("18".to_owned(), "code".to_owned())].plus();
    assert!(tiles::difference(answers.only()?, one, 2)? < 1e-12);
    let direction = alignment_tax_datafusion::Answer::direction(answers.only()?)?;
    let expected = one.mean()?.normalize();
    assert!((direction.as_vector() - expected).norm() < 1e-13);
    Ok(())
}

/// Pairs by a join of the two classes, as the layout guide has it.
#[tokio::test]
async fn pairs_by_a_join() -> Result<(), Failure> {
    let samples = tiles::shipped()?;
    let folder = tempfile::tempdir()?;
    tiles::write(folder.path(), &samples, 1, 1, Layout::FixedSingle)?;
    let mut session = session(2);
    register(&mut session)?;
    let path = folder.path().to_string_lossy();
    session
        .register_parquet("a", path.as_ref(), ParquetReadOptions::default())
        .await?;
    let sql = "SELECT p.concept, alignment_paired_contrast(p.activation, m.activation) AS pairs
        FROM a p JOIN a m ON p.layer = m.layer AND p.concept = m.concept AND p.pair = m.pair
        WHERE p.plus AND NOT m.plus AND p.layer = 18 GROUP BY p.concept";
    let batches = session.sql(sql).await?.collect().await?;
    let answers: Answers<PairedMoments> = Answers::read(&batches, "pairs")?;
    let (plus, minus) = sides(&samples, 18, "honesty");
    let mut one = Moments::new(plus.ncols())?;
    one.update(&(&plus - &minus))?;
    let pairs = answers.get("honesty")?;
    assert_eq!(pairs.count(), 72);
    assert!(tiles::difference(pairs.differences(), &one, 1)? < 1e-12);
    let direction = answers.direction("honesty")?;
    let expected = Samples::paired(&plus, &minus)?.mean_direction()?;
    assert!((direction.as_vector() - expected.as_vector()).norm() < 1e-13);
    Ok(())
}

fn sides(samples: &[tiles::Sample], layer: i32, concept: &str) -> (DMatrix<f64>, DMatrix<f64>) {
    let side = |plus: bool| {
        let mut rows: Vec<_> = samples
            .iter()
            .filter(|s| s.layer == layer && s.concept == concept && s.plus == plus)
            .collect();
        rows.sort_by_key(|s| s.pair);
        let width = rows[0].values.len();
        let all = rows
            .iter()
            .flat_map(|s| s.values.iter().map(|&x| f64::from(x)));
        DMatrix::from_row_iterator(rows.len(), width, all)
    };
    (side(true), side(false))
}

/// Samples are the same to the bit, and with them the whole measurement.
#[tokio::test]
async fn a_measurement_is_that_of_the_core() -> Result<(), Failure> {
    let samples = tiles::shipped()?;
    let options = MeasurementOptions::default();
    let names = ["honesty", "code", "reasoning"];
    let matrices = names.map(|name| sides(&samples, 18, name));
    let concepts: Vec<_> = names
        .iter()
        .zip(&matrices)
        .map(|(name, (plus, minus))| Concept::paired(*name, plus, minus))
        .collect();
    let expected = Measurement::new("layer 18", &concepts[0], &concepts[1..], &options)?;
    for (files, partitions) in [(1, 1), (2, 3)] {
        let folder = tempfile::tempdir()?;
        tiles::write(folder.path(), &samples, 2, files, Layout::FixedHalf)?;
        let path = folder.path().to_string_lossy();
        let activations = Activations::parquet(&session(partitions), path)
            .await?
            .filter(col("pair").lt(lit(1000_i64)))
            .filter(col("layer").eq(lit(18_i32)));
        let answers: Answers<SampleRows> = activations
            .samples(
                col("activation"),
                col("plus"),
                col("pair"),
                144,
                vec![col("concept")],
            )
            .await?;
        assert_eq!(answers.get("honesty")?.plus(), matrices[0].0);
        let gram = answers.get("honesty")?.gram();
        let inner = matrices[0].0.row(3).dot(&matrices[0].1.row(5));
        assert!((gram[(3, 72 + 5)] - inner).abs() < 1e-12 * gram[(3, 3)].max(gram[(77, 77)]));
        let measured =
            answers.measurement("layer 18", names[0], &names[1..], Design::Paired, &options)?;
        assert_eq!(measured.record(), expected.record());
    }
    Ok(())
}
