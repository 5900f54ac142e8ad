//! A scheduler and two executors, in processes of their own, give the answers of the core crate.

#[path = "../examples/loopback/tiles.rs"]
mod tiles;

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command};
use std::sync::Arc;
use std::time::{Duration, Instant};

use alignment_tax_datafusion::{Activations, DataFault, QueryError, cluster};
use datafusion::arrow::array::{ArrayRef, FixedSizeListArray, RecordBatch};
use datafusion::arrow::datatypes::Float32Type;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::prelude::col;

use tiles::{Failure, Layout};

struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An address with a free port, and a free one after it.
fn free() -> Result<SocketAddr, Failure> {
    for _ in 0..100 {
        let first = TcpListener::bind("127.0.0.1:0")?;
        let address = first.local_addr()?;
        if address.port() < u16::MAX && TcpListener::bind(("127.0.0.1", address.port() + 1)).is_ok()
        {
            return Ok(address);
        }
    }
    Err("no two free ports in a row".into())
}

fn wait_for(address: SocketAddr) -> Result<(), Failure> {
    let start = Instant::now();
    while TcpStream::connect(address).is_err() {
        if start.elapsed() > Duration::from_secs(30) {
            return Err(format!("nothing listens at {address}").into());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

fn start() -> Result<(Vec<Program>, String), Failure> {
    let scheduler = free()?;
    let mut programs = vec![Program(
        Command::new(env!("CARGO_BIN_EXE_alignment-tax-scheduler"))
            .args(["--address", &scheduler.to_string(), "--timeout", "6"])
            .spawn()?,
    )];
    wait_for(scheduler)?;
    for _ in 0..2 {
        let address = free()?;
        programs.push(Program(
            Command::new(env!("CARGO_BIN_EXE_alignment-tax-executor"))
                .args(["--scheduler", &scheduler.to_string()])
                .args(["--address", &address.to_string(), "--heartbeat", "1"])
                .spawn()?,
        ));
        wait_for(address)?;
    }
    Ok((programs, format!("df://{scheduler}")))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_of_a_cluster() -> Result<(), Failure> {
    let (_programs, address) = start()?;
    let samples = tiles::shipped()?;
    let expected = tiles::in_core(&samples)?;
    let folder = tempfile::tempdir()?;
    tiles::write(folder.path(), &samples, 4, 3, Layout::FixedHalf)?;
    let path = folder.path().to_string_lossy().into_owned();
    for partitions in [1, 4] {
        let session = cluster::connect(&address, partitions).await?;
        let activations = Activations::parquet(&session, path.as_str()).await?;
        let by = vec![col("layer"), col("concept")];
        let answers = activations
            .contrasts(col("activation"), col("plus"), by)
            .await?;
        assert_eq!(answers.len(), expected.len());
        for (key, answer) in answers.iter() {
            let one = &expected[&(key[0].clone(), key[1].clone())];
            let plus = tiles::difference(answer.plus(), one.plus(), 4)?;
            let minus = tiles::difference(answer.minus(), one.minus(), 4)?;
            assert!(plus.max(minus) < 1e-12, "{key:?}: {plus:e} {minus:e}");
        }
    }
    // A fault that an executor meets names its file here.
    let session = cluster::connect(&address, 2).await?;
    let activations = Activations::parquet(&session, path.as_str()).await?;
    let few = activations
        .samples(col("activation"), col("plus"), col("pair"), 10, vec![])
        .await
        .unwrap_err();
    assert!(few.to_string().contains("more than 10 samples"), "{few}");
    let null = datafusion::logical_expr::when(
        col("pair").eq(datafusion::logical_expr::lit(7_i64)),
        datafusion::logical_expr::lit(datafusion::common::ScalarValue::Boolean(None)),
    )
    .otherwise(col("plus"))?;
    let error = activations
        .contrasts(col("activation"), null, vec![])
        .await
        .unwrap_err();
    let QueryError::Data(DataFault::NullRow { place }) = &error else {
        panic!("{error}")
    };
    assert!(place.file.is_some(), "{error}");
    Ok(())
}

/// A state larger than what the engine lets through between machines by default, read as from another machine.
#[tokio::test(flavor = "multi_thread")]
async fn a_large_state() -> Result<(), Failure> {
    let (_programs, address) = start()?;
    let folder = tempfile::tempdir()?;
    let width = 2048;
    let number = |i: usize, j: usize| ((3 * i * i + 7 * j + i * j) as f32).sin();
    let mut one = alignment_tax::Moments::new(width)?;
    for file in 0..2 {
        let rows = 20 * file..20 * file + 20;
        let matrix = nalgebra::DMatrix::from_fn(20, width, |i, j| number(20 * file + i, j));
        one.update(&matrix)?;
        let lists = rows.map(|i| Some((0..width).map(|j| Some(number(i, j))).collect::<Vec<_>>()));
        let lists =
            FixedSizeListArray::from_iter_primitive::<Float32Type, _, _>(lists, width as i32);
        let batch = RecordBatch::try_from_iter([("x", Arc::new(lists) as ArrayRef)])?;
        let path = folder.path().join(format!("{file}.parquet"));
        let mut writer = ArrowWriter::try_new(std::fs::File::create(path)?, batch.schema(), None)?;
        writer.write(&batch)?;
        writer.close()?;
    }
    let session = cluster::connect(&address, 2).await?;
    session
        .sql("SET ballista.shuffle.force_remote_read = true")
        .await?
        .collect()
        .await?;
    let activations = Activations::parquet(&session, folder.path().to_string_lossy()).await?;
    let answers = activations.moments(col("x"), vec![]).await?;
    assert!(tiles::difference(answers.only()?, &one, 1)? < 1e-12);
    Ok(())
}
