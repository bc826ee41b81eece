//! The gRPC server: its services, limits and end. What events and questions mean stands in `ingest` and `query`.

mod audits;
mod connections;
mod flow;
mod gates;
#[cfg(test)]
mod gates_tests;
mod health;
mod incoming;
pub mod limits;
mod operator;
mod questions;
mod recorder;
mod status;
mod unsent;

pub use limits::{MAX_REQUEST_BYTES, SHUTDOWN_TIME};

use audits::Audits;
use connections::{Connections, affordable};
use flow::CountedCalls;
use gates::Gates;
use health::Healths;
use incoming::Requests;
use limits::{
    CALL_WINDOW_BYTES, CONNECTION_WINDOW_BYTES, MAX_CALL_TIME, MAX_CALLS_PER_CONNECTION, MAX_QUESTION_BYTES,
    REQUEST_GRACE, REQUEST_TIME, SILENCE,
};
use operator::Operators;
use proto::v1::audit_server::AuditServer;
use proto::v1::operator_server::OperatorServer;
use proto::v1::query_server::QueryServer;
use proto::v1::recorder_server::RecorderServer;
use questions::Questions;
use recorder::Recorder;
use replay::engine::Engine;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Server;
use tonic::{Request, Status};
use tonic_health::pb::health_server::HealthServer;

/// Why the server does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Anybody could claim any name.
    #[error(
        "{0} is not a loopback address, and callers name themselves; listen on 127.0.0.1, or accept it with \
         --trust-principal-header-from-any-address"
    )]
    Open(SocketAddr),
    /// The socket does not work.
    #[error("the listening socket: {0}")]
    Socket(#[from] std::io::Error),
    /// The transport ended.
    #[error("the server ended: {0}")]
    Transport(#[from] tonic::transport::Error),
    /// Reflection could not be built.
    #[error("the compiled proto files are unreadable: {0}")]
    Reflection(#[from] tonic_reflection::server::Error),
    /// The server's task panicked.
    #[error("the server ended by itself: {0}")]
    Task(#[from] tokio::task::JoinError),
}

/// Serves `engine` on `listener` until `shutdown`, then lets calls under way end. Does not stop the engine.
///
/// # Errors
/// The listener is open to others than this machine without `trust_any`, or the transport fails.
pub async fn run(
    listener: TcpListener,
    engine: Engine,
    trust_any: bool,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    may_listen(&listener, trust_any)?;
    let (end, ended) = oneshot::channel::<()>();
    let health = Healths::of(&engine).await;
    // Ends with this function, however it ends.
    let mut watching = JoinSet::new();
    watching.spawn(health.clone().watch());
    let connections = Connections::new(affordable(), SILENCE);
    watching.spawn(Arc::clone(&connections).watch());
    let requests = Requests::new(REQUEST_TIME, REQUEST_GRACE);
    let gates = Arc::new(Gates::new(Arc::clone(&connections), Arc::clone(&requests)));
    let recorder = RecorderServer::new(Recorder::new(engine.clone())).max_decoding_message_size(MAX_REQUEST_BYTES);
    let gate = gate(engine.clone());
    let audits = AuditServer::new(Audits::new(engine.clone(), Arc::clone(&gates)));
    let audits = InterceptedService::new(audits.max_decoding_message_size(MAX_QUESTION_BYTES), gate.clone());
    let operators = OperatorServer::new(Operators::new(engine.clone()));
    let questions = QueryServer::new(Questions::new(engine.clone(), gates));
    let questions = questions.max_decoding_message_size(MAX_QUESTION_BYTES);
    let questions = InterceptedService::new(questions, gate);
    let router = builder()
        .add_service(HealthServer::new(health.clone()))
        .add_service(reflection().build_v1()?)
        .add_service(reflection().build_v1alpha()?)
        .add_service(CountedCalls::new(recorder, &requests))
        .add_service(CountedCalls::new(questions, &requests))
        .add_service(CountedCalls::new(audits, &requests))
        .add_service(CountedCalls::new(operators, &requests).for_long());
    let incoming = connections.accepted(listener);
    // An error only says that nobody can ask for the end any more.
    let stop = async { drop(ended.await) };
    let mut server = tokio::spawn(router.serve_with_incoming_shutdown(incoming, stop));
    tokio::select! {
        result = &mut server => return Ok(result??),
        () = shutdown => {}
    }
    watching.shutdown().await;
    health.end().await;
    // Nobody waits for the end of a rebuild to stop.
    engine.end_rebuild();
    drop(end);
    match tokio::time::timeout(SHUTDOWN_TIME, &mut server).await {
        Ok(result) => Ok(result??),
        Err(_) => {
            tracing::warn!("connections did not end within {SHUTDOWN_TIME:?} and are cut");
            server.abort();
            Ok(())
        }
    }
}

/// Whether a socket may be served on: callers name themselves, so it is of this machine alone unless somebody accepts that.
///
/// # Errors
/// It is open to others without `trust_any`.
pub fn may_listen(listener: &TcpListener, trust_any: bool) -> Result<(), ServeError> {
    let address = listener.local_addr()?;
    if trust_any || address.ip().is_loopback() { Ok(()) } else { Err(ServeError::Open(address)) }
}

/// Lets no question through to an engine that knows its record, or what was made of it, to be wrong.
fn gate(engine: Engine) -> impl Fn(Request<()>) -> Result<Request<()>, Status> + Clone {
    move |request| match engine.answers() {
        Ok(()) => Ok(request),
        Err(error) => Err(status::error_of(&error)),
    }
}

fn builder() -> Server {
    Server::builder()
        .timeout(MAX_CALL_TIME)
        .concurrency_limit_per_connection(MAX_CALLS_PER_CONNECTION)
        .load_shed(true)
        .max_concurrent_streams(MAX_CALLS_PER_CONNECTION as u32)
        .initial_stream_window_size(CALL_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .http2_keepalive_interval(Some(Duration::from_secs(30)))
        .http2_keepalive_timeout(Some(Duration::from_secs(20)))
}

fn reflection() -> tonic_reflection::server::Builder<'static> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(proto::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
}
