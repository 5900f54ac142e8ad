//! The scheduler of a Ballista cluster that knows the functions of this crate.

use std::net::SocketAddr;
use std::time::Duration;

use alignment_tax_datafusion::cluster::{Lease, serve_scheduler};
use clap::Parser;

#[derive(Parser)]
#[command(about)]
struct Arguments {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:50050")]
    address: SocketAddr,
    /// Seconds of silence after which an executor counts as dead.
    #[arg(long, default_value_t = 60)]
    timeout: u64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    env_logger::init();
    let arguments = Arguments::parse();
    let lease = Lease {
        timeout: Duration::from_secs(arguments.timeout),
        ..Lease::default()
    };
    Ok(serve_scheduler(arguments.address, lease).await?)
}
