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
mod socket;
mod status;
mod unsent;

pub use limits::{MAX_REQUEST_BYTES, SHUTDOWN_TIME};

use super::question_group::QuestionGroup;
use super::who::{Access, Porter};
use audits::Audits;
use connections::{Connection, Connections, affordable};
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
    /// Anybody on the way could read and change what is said.
    #[error(
        "{0} is not of this machine alone, and nothing would be encrypted; listen on 127.0.0.1, or give --tls-cert FILE and --tls-key FILE"
    )]
    Plain(SocketAddr),
    /// Anybody could claim any name.
    #[error(
        "{0} is not of this machine alone, and --believe-names believes whoever connects; listen on 127.0.0.1, or leave it out"
    )]
    Names(SocketAddr),
    /// Anybody could say anything.
    #[error(
        "{0} is not of this machine alone, and whoever connects to a ledger that is not founded says what he likes; found it first, \
         listening on 127.0.0.1"
    )]
    Unfounded(SocketAddr),
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
/// The listener is open to others than this machine and the ledger is not, or the transport fails.
pub async fn run(
    listener: TcpListener,
    engine: Engine,
    access: Access,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    may_listen(&listener, &access)?;
    may_serve(&listener, &engine)?;
    let (end, ended) = oneshot::channel::<()>();
    let health = Healths::of(&engine).await;
    // Ends with this function, however it ends.
    let mut watching = JoinSet::new();
    watching.spawn(health.clone().watch());
    let connections = Connections::new(affordable(), SILENCE);
    watching.spawn(Arc::clone(&connections).watch());
    if let Some(tls) = &access.tls {
        watching.spawn(Arc::clone(tls).watch());
    }
    let requests = Requests::new(REQUEST_TIME, REQUEST_GRACE);
    let gates = Arc::new(Gates::new(Arc::clone(&connections), Arc::clone(&requests)));
    let known = known(Porter::new(engine.clone(), access.believe_names));
    let recorder = RecorderServer::new(Recorder::new(engine.clone())).max_decoding_message_size(MAX_REQUEST_BYTES);
    let (gate, asking) = (gate(engine.clone()), |groups| asking(engine.clone(), groups));
    let audits = AuditServer::new(Audits::new(engine.clone(), Arc::clone(&gates)));
    let audits = InterceptedService::new(audits.max_decoding_message_size(MAX_QUESTION_BYTES), gate.clone());
    let audits = InterceptedService::new(audits, asking(&[QuestionGroup::Proofs]));
    let operators = Operators::new(engine.clone());
    let operators = InterceptedService::new(OperatorServer::new(operators), asking(&[QuestionGroup::Operate]));
    let questions = QueryServer::new(Questions::new(engine.clone(), gates, access.tls.clone()));
    let questions = InterceptedService::new(questions.max_decoding_message_size(MAX_QUESTION_BYTES), gate);
    let router = builder()
        .add_service(HealthServer::new(health.clone()))
        .add_service(InterceptedService::new(reflection().build_v1()?, known.clone()))
        .add_service(InterceptedService::new(reflection().build_v1alpha()?, known.clone()))
        .add_service(CountedCalls::new(InterceptedService::new(recorder, known.clone()), &requests))
        .add_service(CountedCalls::new(InterceptedService::new(questions, known.clone()), &requests))
        .add_service(CountedCalls::new(InterceptedService::new(audits, known.clone()), &requests))
        .add_service(CountedCalls::new(InterceptedService::new(operators, known), &requests).for_long());
    let incoming = connections.accepted(listener, access.tls);
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

/// Whether a socket may be served on: what goes beyond this machine is encrypted, and nobody is believed there.
///
/// # Errors
/// It is open to others, in the clear or to any name.
pub fn may_listen(listener: &TcpListener, access: &Access) -> Result<(), ServeError> {
    let address = listener.local_addr()?;
    match (address.ip().is_loopback(), &access.tls) {
        (true, _) => Ok(()),
        (false, None) => Err(ServeError::Plain(address)),
        (false, Some(_)) if access.believe_names => Err(ServeError::Names(address)),
        (false, Some(_)) => Ok(()),
    }
}

/// Whether a ledger may be served on a socket: one that is not founded is open to everybody there.
fn may_serve(listener: &TcpListener, engine: &Engine) -> Result<(), ServeError> {
    let address = listener.local_addr()?;
    let may = address.ip().is_loopback() || engine.read().is_founded();
    if may { Ok(()) } else { Err(ServeError::Unfounded(address)) }
}

/// Lets nobody through of whom it is not known who he is.
fn known(porter: Porter) -> impl Fn(Request<()>) -> Result<Request<()>, Status> + Clone {
    move |mut request| {
        let connection = request.extensions().get::<Arc<Connection>>();
        let caller = porter.caller(connection.and_then(|one| one.presented()), request.metadata())?;
        request.extensions_mut().insert(caller);
        Ok(request)
    }
}

/// Lets nobody through to services of which all questions are of these groups, whose roles do not ask them.
fn asking(
    engine: Engine,
    groups: &'static [QuestionGroup],
) -> impl Fn(Request<()>) -> Result<Request<()>, Status> + Clone {
    move |request| questions::may(&engine, &request, groups).map(|()| request)
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
