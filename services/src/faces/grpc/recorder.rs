//! The Recorder service: a call's header and events handed to `ingest`. Judges nothing.

use crate::intake::ingest;
use crate::intake::ingest::principal;
use crate::principal::{PRINCIPAL_HEADER, percent_decoded};
use proto::v1;
use replay::engine::Engine;
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
        let named = request.metadata().get(PRINCIPAL_HEADER).map(|value| value.as_bytes().to_vec());
        // A header holds ASCII only, so other names come percent-encoded.
        let named = named.map(|bytes| percent_decoded(&bytes));
        let principal = principal(PRINCIPAL_HEADER, named.as_deref())?;
        let response = ingest::record(&self.engine, principal, request.into_inner()).await?;
        Ok(Response::new(response))
    }
}
