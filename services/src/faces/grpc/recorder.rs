//! The Recorder service: a call's header and events handed to `ingest`. Judges nothing.

use super::connections::Connection;
use crate::faces::who::{Caller, Stranger};
use crate::intake::ingest;
use crate::intake::ingest::principal;
use crate::principal::PRINCIPAL_HEADER;
use proto::v1;
use replay::engine::Engine;
use std::sync::Arc;
use tonic::{Request, Response, Status};

/// Takes events over gRPC.
pub struct Recorder {
    engine: Engine,
}

impl Recorder {
    pub(super) fn new(engine: Engine) -> Self {
        Self { engine }
    }
}

#[tonic::async_trait]
impl v1::recorder_server::Recorder for Recorder {
    async fn record(&self, request: Request<v1::RecordRequest>) -> Result<Response<v1::RecordResponse>, Status> {
        let speaker = match request.extensions().get::<Caller>() {
            Some(Caller::Known(speaker)) => speaker.clone(),
            Some(Caller::Named) => {
                let headers = request.metadata().get_all(PRINCIPAL_HEADER);
                principal(PRINCIPAL_HEADER, headers.iter().map(|value| value.as_bytes()))?.into()
            }
            // Whoever comes past the porter is nobody.
            None => return Err(Stranger::Nobody.into()),
        };
        let _at_work = request.extensions().get::<Arc<Connection>>().map(Connection::at_work);
        let response = ingest::record(&self.engine, speaker, request.into_inner()).await?;
        Ok(Response::new(response))
    }
}
