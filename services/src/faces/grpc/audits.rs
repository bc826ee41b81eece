//! The Audit service: signed checkpoints, proofs and single entries. What they are stands in `query`.

use super::connections::Connection;
use super::gates::Gates;
use super::questions::{deadline, folded, may, ready};
use super::status::unsigned;
use crate::faces::question_group::QuestionGroup;
use crate::query::{QueryError, proofs};
use proto::v1;
use replay::engine::Engine;
use std::sync::Arc;
use tonic::{Request, Response, Status};

/// Answers auditors over gRPC.
pub struct Audits {
    engine: Engine,
    gates: Arc<Gates>,
}

impl Audits {
    pub(super) fn new(engine: Engine, gates: Arc<Gates>) -> Self {
        Self { engine, gates }
    }

    /// Proofs and entries are read from files: not on a thread that moves calls, and on few at a time.
    async fn beside<Q: Send + 'static, A: Send + 'static>(
        &self,
        request: Request<Q>,
        answer: fn(&Engine, &Q) -> Result<A, QueryError>,
    ) -> Result<Response<A>, Status> {
        let until = deadline(request.metadata());
        let seat = self.gates.seat(request.extensions().get::<Arc<Connection>>(), until).await?;
        let held = (Arc::clone(&seat), self.gates.worker(until).await?, seat.at_work());
        let (engine, request) = (self.engine.clone(), request.into_inner());
        let answered = tokio::task::spawn_blocking(move || {
            let answer = answer(&engine, &request);
            drop(held);
            answer
        });
        let answer = answered.await.map_err(|_| Status::internal("answering failed; see the server's log"))?;
        let mut response = Response::new(answer?);
        response.extensions_mut().insert(seat);
        Ok(response)
    }
}

#[tonic::async_trait]
impl v1::audit_server::Audit for Audits {
    async fn get_checkpoint(
        &self,
        request: Request<v1::GetCheckpointRequest>,
    ) -> Result<Response<v1::GetCheckpointResponse>, Status> {
        let v1::GetCheckpointRequest { fresh, witnesses } = *request.get_ref();
        let signed = match (fresh, witnesses) {
            (true, 0) => self.engine.sign_now().await,
            (false, 0) => self.engine.checkpoint(),
            // What was sent may be on its way to the disk.
            _ => return self.beside(request, proofs::last_cosigned).await,
        };
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
        may(&self.engine, &request, &[QuestionGroup::Record])?;
        self.beside(request, proofs::entry).await
    }

    async fn list_announced_keys(
        &self,
        request: Request<v1::ListAnnouncedKeysRequest>,
    ) -> Result<Response<v1::ListAnnouncedKeysResponse>, Status> {
        self.beside(request, proofs::announced).await
    }

    async fn add_cosignatures(
        &self,
        request: Request<v1::AddCosignaturesRequest>,
    ) -> Result<Response<v1::AddCosignaturesResponse>, Status> {
        self.beside(request, proofs::cosigned).await
    }

    async fn get_balance_proof(
        &self,
        request: Request<v1::GetBalanceProofRequest>,
    ) -> Result<Response<v1::GetBalanceProofResponse>, Status> {
        let until = deadline(request.metadata());
        proofs::account_asked(request.get_ref())?;
        folded(&self.engine, request.get_ref().not_before, until).await?;
        let seat = self.gates.seat(request.extensions().get::<Arc<Connection>>(), until).await?;
        // All balances take much room, so one call at a time has them.
        let turns = (self.gates.largest(until).await?, self.gates.costly(until).await?);
        let held = (Arc::clone(&seat), turns, seat.at_work());
        let asked = ready(proofs::balances_asked(&self.engine, request.get_ref())?, until).await?;
        let read = tokio::task::spawn_blocking(move || (proofs::balances(&asked), held));
        let failed = || Status::internal("answering failed; see the server's log");
        let (balances, held) = read.await.map_err(|_| failed())?;
        let balances = balances?;
        let signed = self.engine.sign_balances(&balances).await.map_err(|error| unsigned(&error))?;
        let (engine, request) = (self.engine.clone(), request.into_inner());
        let answered = tokio::task::spawn_blocking(move || {
            let answer = proofs::balance(&balances.tree, &engine.cosigned_balances(signed), &request);
            drop(held);
            answer
        });
        let mut response = Response::new(answered.await.map_err(|_| failed())??);
        response.extensions_mut().insert(seat);
        Ok(response)
    }
}
