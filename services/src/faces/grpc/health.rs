//! Health as load balancers and operators ask for it over gRPC: how the engine stands when it is asked, and what changes for whoever
//! watches. What is wrong in words is in the answer to GetStatus.

use super::audits::Audits;
use super::questions::Questions;
use super::recorder::Recorder;
use proto::v1::audit_server::AuditServer;
use proto::v1::query_server::QueryServer;
use proto::v1::recorder_server::RecorderServer;
use replay::engine::Engine;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tonic::{Request, Response, Status};
use tonic_health::ServingStatus;
use tonic_health::pb::health_server::Health as HealthCalls;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};
use tonic_health::server::{HealthReporter, HealthService};

/// How often the engine is looked at for those who watch. What it answers changes at once, and so does what is said to whoever asks.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// What serves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Health {
    /// Events are taken, and what keeps the record answers.
    recorder: bool,
    /// Questions are answered from a state that goes on.
    query: bool,
    /// The same, and what is recorded comes under checkpoints.
    audit: bool,
}

impl Health {
    /// Before the end, nothing serves.
    const ENDING: Self = Self { recorder: false, query: false, audit: false };

    /// As the engine stands now.
    fn of(engine: &Engine) -> Self {
        let standing = engine.standing();
        let alive = standing.stopped.is_none();
        let recorder = alive && standing.follows.is_none() && standing.held_up_since_ms.is_none();
        Self { recorder, query: alive, audit: alive && standing.doubt.is_none() }
    }

    /// Tells whoever watches. The server as a whole, which has no name, serves if it answers questions.
    async fn tell(self, reporter: &HealthReporter) {
        let status = |serves| if serves { ServingStatus::Serving } else { ServingStatus::NotServing };
        reporter.set_service_status("", status(self.query)).await;
        reporter.set_service_status(name::<RecorderServer<Recorder>>(), status(self.recorder)).await;
        reporter.set_service_status(name::<QueryServer<Questions>>(), status(self.query)).await;
        reporter.set_service_status(name::<AuditServer<Audits>>(), status(self.audit)).await;
    }
}

fn name<S: tonic::server::NamedService>() -> &'static str {
    S::NAME
}

/// The calls about health, of which clones are one.
#[derive(Clone)]
pub(super) struct Healths {
    engine: Engine,
    reporter: HealthReporter,
    calls: Arc<HealthService>,
    /// Nothing serves any more, however the engine stands.
    ending: Arc<AtomicBool>,
}

impl Healths {
    pub(super) async fn of(engine: &Engine) -> Self {
        let reporter = HealthReporter::new();
        let calls = Arc::new(HealthService::from_health_reporter(reporter.clone()));
        let healths = Self { engine: engine.clone(), reporter, calls, ending: Arc::default() };
        healths.now().tell(&healths.reporter).await;
        healths
    }

    fn now(&self) -> Health {
        if self.ending.load(Ordering::Acquire) { Health::ENDING } else { Health::of(&self.engine) }
    }

    /// Before the end, nothing serves.
    pub(super) async fn end(&self) {
        self.ending.store(true, Ordering::Release);
        self.now().tell(&self.reporter).await;
    }

    /// Tells every change for as long as the server runs.
    pub(super) async fn watch(self) {
        let mut told = self.now();
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let now = self.now();
            if now != told {
                now.tell(&self.reporter).await;
                told = now;
            }
        }
    }
}

#[tonic::async_trait]
impl HealthCalls for Healths {
    type WatchStream = <HealthService as HealthCalls>::WatchStream;

    /// Whoever asks is told of now: of a ledger that has stopped no part may be called serving, not even for a moment.
    async fn check(&self, request: Request<HealthCheckRequest>) -> Result<Response<HealthCheckResponse>, Status> {
        self.now().tell(&self.reporter).await;
        self.calls.check(request).await
    }

    async fn watch(&self, request: Request<HealthCheckRequest>) -> Result<Response<Self::WatchStream>, Status> {
        self.calls.watch(request).await
    }
}
