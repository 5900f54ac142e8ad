//! An executor of a Ballista cluster that knows the functions of this crate.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use alignment_tax_datafusion::cluster::{ExecutorOptions, Lease, serve_executor};
use clap::Parser;

#[derive(Parser)]
#[command(about)]
struct Arguments {
    /// Where the scheduler is.
    #[arg(long, default_value = "127.0.0.1:50050")]
    scheduler: SocketAddr,
    /// Where to listen; the port after it is taken too.
    #[arg(long, default_value = "127.0.0.1:50051")]
    address: SocketAddr,
    /// Tasks at a time.
    #[arg(long, default_value_t = 1)]
    cores: usize,
    /// The most bytes that its tasks may hold together.
    #[arg(long)]
    memory: Option<u64>,
    /// Where intermediate states are kept [default: a temporary folder].
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Seconds between signs of life.
    #[arg(long, default_value_t = 10)]
    heartbeat: u64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    env_logger::init();
    let arguments = Arguments::parse();
    let lease = Lease {
        heartbeat: Duration::from_secs(arguments.heartbeat),
        ..Lease::default()
    };
    let options = ExecutorOptions {
        scheduler: arguments.scheduler,
        address: arguments.address,
        cores: arguments.cores,
        memory: arguments.memory,
        folder: arguments.folder,
        lease,
    };
    Ok(serve_executor(options).await?)
}
