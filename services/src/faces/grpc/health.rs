//! Health as load balancers and operators ask for it over gRPC: follows how the engine stands. What is wrong in words is
//! in the answer to GetStatus.

use super::audits::Audits;
use super::questions::Questions;
use super::recorder::Recorder;
use proto::v1::audit_server::AuditServer;
use proto::v1::query_server::QueryServer;
use proto::v1::recorder_server::RecorderServer;
use replay::engine::Engine;
use std::time::Duration;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

/// How often the engine is looked at. What it answers changes at once; this is only what is said of it.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// What serves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Health {
    /// Events are taken, and what keeps the record answers.
    recorder: bool,
    /// Questions are answered from a state that goes on.
    query: bool,
    /// The same, and what is recorded comes under checkpoints.
    audit: bool,
}

impl Health {
    /// Before the end, nothing serves.
    pub(super) const ENDING: Self = Self { recorder: false, query: false, audit: false };

    /// As the engine stands now.
    pub(super) fn of(engine: &Engine) -> Self {
        let standing = engine.standing();
        let alive = standing.stopped.is_none();
        let recorder = alive && standing.follows.is_none() && standing.held_up_since_ms.is_none();
        Self { recorder, query: alive, audit: alive && standing.doubt.is_none() }
    }

    /// Tells whoever asks or watches. The server as a whole, which has no name, serves if it answers questions.
    pub(super) async fn tell(self, reporter: &HealthReporter) {
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

/// Tells every change for as long as the server runs.
pub(super) async fn watch(reporter: HealthReporter, engine: Engine, mut told: Health) {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let now = Health::of(&engine);
        if now != told {
            now.tell(&reporter).await;
            told = now;
        }
    }
}
