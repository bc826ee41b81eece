//! The Operator service: a rebuild that is asked for, its progress streamed until it is swapped. Whoever goes away ends it.
//! What is rebuilt and how it is compared is not decided here.

use super::connections::Connection;
use super::status::{no_such_projection, unrebuilt};
use futures_util::stream::{BoxStream, StreamExt, poll_fn};
use proto::v1;
use replay::engine::Engine;
use replay::engine::rebuilding::{Only, RebuildError, Rebuilt};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{Sender, channel};
use tonic::{Request, Response, Status};

/// How often progress is told: often enough for a bar, seldom enough to cost nothing.
const TELL_EVERY: Duration = Duration::from_millis(100);

/// Messages that may wait for a slow reader.
const WAITING: usize = 16;

/// Rebuilds over gRPC.
pub struct Operators {
    engine: Engine,
}

impl Operators {
    pub(super) fn new(engine: Engine) -> Self {
        Self { engine }
    }
}

#[tonic::async_trait]
impl v1::operator_server::Operator for Operators {
    type RebuildStream = BoxStream<'static, Result<v1::RebuildProgress, Status>>;

    async fn rebuild(&self, request: Request<v1::RebuildRequest>) -> Result<Response<Self::RebuildStream>, Status> {
        let at_work = request.extensions().get::<Arc<Connection>>().map(Connection::at_work);
        let name = request.into_inner().only;
        let only = match name.as_str() {
            "" => None,
            name => Some(Only::named(name).ok_or_else(|| no_such_projection(name))?),
        };
        let (tell, mut told) = channel(WAITING);
        let engine = self.engine.clone();
        tokio::task::spawn_blocking(move || {
            rebuild(&engine, only, &tell);
            drop(at_work);
        });
        Ok(Response::new(poll_fn(move |context| told.poll_recv(context)).boxed()))
    }
}

fn rebuild(engine: &Engine, only: Option<Only>, tell: &Sender<Result<v1::RebuildProgress, Status>>) {
    let mut last: Option<Instant> = None;
    let rebuilt = engine.rebuild(only, &mut |done, total| {
        if last.is_none_or(|last| last.elapsed() >= TELL_EVERY) {
            last = Some(Instant::now());
            // Full means that the reader is slow; the next one will do.
            let _ = tell.try_send(Ok(v1::RebuildProgress { done, total, ..Default::default() }));
        }
        !tell.is_closed()
    });
    let end = rebuilt.map(swapped).map_err(|error| {
        if !matches!(error, RebuildError::Interrupted) {
            tracing::error!(%error, "a rebuild ended without a swap");
        }
        unrebuilt(&error)
    });
    // Who asked may have gone away; then it is in the log.
    let _ = tell.blocking_send(end);
}

fn swapped(rebuilt: Rebuilt) -> v1::RebuildProgress {
    let Rebuilt { generation, entries, digest, held_us, .. } = rebuilt;
    tracing::info!(generation, entries, held_us, "the projections were rebuilt and swapped");
    v1::RebuildProgress {
        done: entries,
        total: entries,
        swapped: true,
        generation,
        state_digest: digest.to_vec().into(),
        held_us,
    }
}
