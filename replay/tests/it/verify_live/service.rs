//! A service that answers two questions with what it is told to say. It knows no ledger.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use proto::v1::audit_server::{Audit, AuditServer};
use proto::v1::*;
use tonic::body::Body;
use tonic::codegen::{BoxFuture, Service, http};
use tonic::server::{Grpc, NamedService, UnaryService};
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

/// What it says.
#[derive(Clone)]
pub struct Said {
    pub status: GetStatusResponse,
    /// None: it has no key.
    pub checkpoint: Option<GetCheckpointResponse>,
}

/// Answers until it is dropped.
pub struct Running {
    pub address: String,
    _runtime: tokio::runtime::Runtime,
}

pub fn start(said: Said) -> Running {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let said = Arc::new(said);
    let router = Server::builder().add_service(Query(Arc::clone(&said))).add_service(AuditServer::new(Signs(said)));
    runtime.spawn(async move { router.serve_with_incoming(TcpIncoming::from(listener)).await });
    Running { address, _runtime: runtime }
}

/// The Query service has many questions, of which one is answered here whatever is asked.
#[derive(Clone)]
struct Query(Arc<Said>);

impl NamedService for Query {
    const NAME: &'static str = "mingzhang.v1.Query";
}

impl Service<http::Request<Body>> for Query {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Self::Error>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let said = self.clone();
        Box::pin(async move { Ok(Grpc::new(tonic_prost::ProstCodec::default()).unary(said, request).await) })
    }
}

impl UnaryService<GetStatusRequest> for Query {
    type Response = GetStatusResponse;
    type Future = BoxFuture<Response<GetStatusResponse>, Status>;

    fn call(&mut self, _: Request<GetStatusRequest>) -> Self::Future {
        let status = self.0.status.clone();
        Box::pin(async move { Ok(Response::new(status)) })
    }
}

struct Signs(Arc<Said>);

#[tonic::async_trait]
impl Audit for Signs {
    async fn get_checkpoint(
        &self,
        _: Request<GetCheckpointRequest>,
    ) -> Result<Response<GetCheckpointResponse>, Status> {
        let said = self.0.checkpoint.clone();
        said.map(Response::new).ok_or_else(|| Status::failed_precondition("this ledger signs no checkpoints"))
    }

    async fn get_inclusion_proof(
        &self,
        _: Request<GetInclusionProofRequest>,
    ) -> Result<Response<GetInclusionProofResponse>, Status> {
        Err(Status::unimplemented("nobody asks"))
    }

    async fn get_consistency_proof(
        &self,
        _: Request<GetConsistencyProofRequest>,
    ) -> Result<Response<GetConsistencyProofResponse>, Status> {
        Err(Status::unimplemented("nobody asks"))
    }

    async fn get_balance_proof(
        &self,
        _: Request<GetBalanceProofRequest>,
    ) -> Result<Response<GetBalanceProofResponse>, Status> {
        Err(Status::unimplemented("nobody asks"))
    }

    async fn add_cosignatures(
        &self,
        _: Request<AddCosignaturesRequest>,
    ) -> Result<Response<AddCosignaturesResponse>, Status> {
        Err(Status::unimplemented("nobody asks"))
    }

    async fn list_announced_keys(
        &self,
        _: Request<ListAnnouncedKeysRequest>,
    ) -> Result<Response<ListAnnouncedKeysResponse>, Status> {
        Err(Status::unimplemented("nobody asks"))
    }

    async fn get_entry(&self, _: Request<GetEntryRequest>) -> Result<Response<GetEntryResponse>, Status> {
        Err(Status::unimplemented("nobody asks"))
    }
}
