//! A Ballista cluster that knows the functions (feature `cluster`).
//!
//! A scheduler plans, executors read and add up, a client asks. Each of the three has to have the functions inside:
//! [`serve_scheduler`] and [`serve_executor`] are what the two programs of this crate run, and
//! [`connect`] gives a session for [`Activations`](crate::Activations) whose queries the cluster runs.
//!
//! **When an executor dies** in the middle of a query, the scheduler notices when heartbeats stay away for
//! [`Lease::timeout`], runs the lost part again on the others, and the answer is that of the undisturbed
//! query; without any executor left the query fails. An answer always comes from every row exactly once: states
//! are added up only from partitions that have come to their end.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ballista::prelude::{SessionConfigExt, SessionContextExt};
use ballista_core::registry::BallistaFunctionRegistry;
use ballista_core::utils::default_session_builder;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::start_server;
use datafusion::error::DataFusionError;
use datafusion::execution::{SessionState, SessionStateBuilder};
use datafusion::prelude::{SessionConfig, SessionContext};

use crate::aggregate::{functions, register};

/// The largest message between the machines: a state of d coordinates takes 8(d² + 2d) bytes, so up to d = 8192
/// for moments and 5792 for contrasts.
const MESSAGE: u32 = 1 << 29;

/// How the death of an executor is noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// How often an executor says that it is alive.
    pub heartbeat: Duration,
    /// After how long a silence it counts as dead; several heartbeats.
    pub timeout: Duration,
}

impl Default for Lease {
    /// A heartbeat of 10 s, and death after 60 s.
    fn default() -> Self {
        Self {
            heartbeat: Duration::from_secs(10),
            timeout: Duration::from_secs(60),
        }
    }
}

fn session_config() -> SessionConfig {
    SessionConfig::new_with_ballista().with_ballista_grpc_client_max_message_size(MESSAGE as usize)
}

fn session_state(config: SessionConfig) -> Result<SessionState, DataFusionError> {
    let mut state = default_session_builder(config)?;
    register(&mut state)?;
    Ok(state)
}

fn engine(error: ballista_core::error::BallistaError) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

/// A session whose queries the cluster of a scheduler (`df://host:port`) runs, in so many partitions.
///
/// # Errors
/// [`DataFusionError`] for an address that is none; whether a scheduler is there the first query shows.
pub async fn connect(
    scheduler: &str,
    partitions: usize,
) -> Result<SessionContext, DataFusionError> {
    let config = session_config().with_target_partitions(partitions);
    let mut state = SessionStateBuilder::new()
        .with_default_features()
        .with_config(config)
        .build();
    register(&mut state)?;
    let mut session = SessionContext::remote_with_state(scheduler, state).await?;
    // The upgrade of the state replaces its functions by those of Ballista.
    register(&mut session)?;
    Ok(session)
}

/// Runs a scheduler until it is stopped.
///
/// # Errors
/// [`DataFusionError`] where the address cannot be had.
pub async fn serve_scheduler(address: SocketAddr, lease: Lease) -> Result<(), DataFusionError> {
    let mut config = SchedulerConfig::default()
        .with_hostname(address.ip().to_string())
        .with_port(address.port());
    config.bind_host = address.ip().to_string();
    config.executor_timeout_seconds = lease.timeout.as_secs().max(1);
    config.expire_dead_executor_interval_seconds = (lease.timeout.as_secs() / 2).max(1);
    config.no_executors_grace_period_seconds = lease.timeout.as_secs().max(1);
    config.grpc_server_max_decoding_message_size = MESSAGE;
    config.grpc_server_max_encoding_message_size = MESSAGE;
    config.grpc_client_max_message_size = MESSAGE;
    config.override_session_builder = Some(Arc::new(session_state));
    config.override_config_producer = Some(Arc::new(session_config));
    let cluster = BallistaCluster::new_from_config(&config)
        .await
        .map_err(engine)?;
    start_server(cluster, address, Arc::new(config))
        .await
        .map_err(engine)
}

/// What an executor is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecutorOptions {
    /// Where the scheduler is.
    pub scheduler: SocketAddr,
    /// Where this executor listens; the port after it too.
    pub address: SocketAddr,
    /// Tasks at a time.
    pub cores: usize,
    /// The most bytes that its tasks may hold together; a query that needs more fails.
    pub memory: Option<u64>,
    /// Where intermediate states are kept; a temporary folder without it.
    pub folder: Option<PathBuf>,
    /// How often it says that it is alive.
    pub lease: Lease,
}

/// Runs an executor until it is stopped.
///
/// # Errors
/// [`DataFusionError`] where the addresses cannot be had, or the scheduler cannot be reached.
pub async fn serve_executor(options: ExecutorOptions) -> Result<(), DataFusionError> {
    let mut registry = BallistaFunctionRegistry::default();
    for function in functions() {
        let name = function.name().to_owned();
        registry.aggregate_functions.insert(name, function);
    }
    let host = options.address.ip().to_string();
    let config = ExecutorProcessConfig {
        bind_host: host.clone(),
        external_host: Some(host),
        port: options.address.port(),
        grpc_port: options.address.port() + 1,
        scheduler_host: options.scheduler.ip().to_string(),
        scheduler_port: options.scheduler.port(),
        scheduler_connect_timeout_seconds: 30,
        vcores: options.cores,
        work_dir: options.folder.map(|f| f.to_string_lossy().into_owned()),
        // Zero is the engine's word for no bound.
        memory_pool_size: Some(options.memory.unwrap_or(0)),
        executor_heartbeat_interval_seconds: options.lease.heartbeat.as_secs().max(1),
        grpc_max_decoding_message_size: MESSAGE,
        grpc_max_encoding_message_size: MESSAGE,
        override_function_registry: Some(Arc::new(registry)),
        override_config_producer: Some(Arc::new(session_config)),
        ..ExecutorProcessConfig::default()
    };
    start_executor_process(Arc::new(config))
        .await
        .map_err(engine)
}
