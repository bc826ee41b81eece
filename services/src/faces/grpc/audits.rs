//! The Audit service: signed checkpoints, proofs and single entries. What they are stands in `query`.

use super::status::unsigned;
use crate::query::{QueryError, proofs};
use proto::v1;
use replay::engine::Engine;
use tonic::{Request, Response, Status};

/// Answers auditors over gRPC.
pub struct Audits {
    engine: Engine,
}

impl Audits {
    pub(super) fn new(engine: Engine) -> Self {
        Self { engine }
    }

    /// Proofs and entries are read from files: not on a thread that moves calls.
    async fn beside<Q: Send + 'static, A: Send + 'static>(
        &self,
        request: Request<Q>,
        answer: fn(&Engine, &Q) -> Result<A, QueryError>,
    ) -> Result<Response<A>, Status> {
        let (engine, request) = (self.engine.clone(), request.into_inner());
        let answer = tokio::task::spawn_blocking(move || answer(&engine, &request)).await;
        let answer = answer.map_err(|_| Status::internal("answering failed; see the server's log"))?;
        Ok(Response::new(answer?))
    }
}

#[tonic::async_trait]
impl v1::audit_server::Audit for Audits {
    async fn get_checkpoint(
        &self,
        request: Request<v1::GetCheckpointRequest>,
    ) -> Result<Response<v1::GetCheckpointResponse>, Status> {
        let fresh = request.get_ref().fresh;
        let signed = if fresh { self.engine.sign_now().await } else { self.engine.checkpoint() };
        Ok(Response::new(proofs::checkpoint(&*signed.map_err(|error| unsigned(&error))?)))
    }

    async fn get_inclusion_proof(
        &self,
        request: Request<v1::GetInclusionProofRequest>,
    ) -> Result<Response<v1::GetInclusionProofResponse>, Status> {
        self.beside(request, proofs::inclusion).await
    }

    async fn get_consistency_proof(
        &self,
        request: Request<v1::GetConsistencyProofRequest>,
    ) -> Result<Response<v1::GetConsistencyProofResponse>, Status> {
        self.beside(request, proofs::consistency).await
    }

    async fn get_entry(&self, request: Request<v1::GetEntryRequest>) -> Result<Response<v1::GetEntryResponse>, Status> {
        self.beside(request, proofs::entry).await
    }
}
