//! `mingzhang health`: what a server says of itself, for operators and for scripts that restart it.

use crate::cli::client::Target;
use crate::cli::failure::Failure;
use crate::cli::shown::text::moment;
use crate::cli::{print_json, runtime};
use clap::Args;
use proto::v1::query_client::QueryClient;
use proto::v1::{GetStatusRequest, GetStatusResponse};
use replay::dial::Line;
use serde_json::json;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

/// Ask a server whether it serves, and if not, why
///
/// A follower serves though it takes no events. Recording is held up while disk or broker does not answer: nothing is lost, what
/// is recorded can be asked for, and starting again does not help. `doubt` is what is not as it should be though the server goes
/// on: checkpoints are not signed, files were removed from under it, or a follower cannot reach its stream or its writer at the moment.
#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  mingzhang health\n\nExit codes: 0 serving, 1 not serving, 3 cannot be reached,\n  \
    4 look: recording is held up, or there is a doubt, as when checkpoints are not signed"
)]
pub struct HealthArgs {
    #[command(flatten)]
    target: Target,
}

/// The services asked after, with what they are in the answer.
const SERVICES: [(&str, &str); 3] =
    [("recorder", "mingzhang.v1.Recorder"), ("query", "mingzhang.v1.Query"), ("audit", "mingzhang.v1.Audit")];

impl HealthArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let (mut serving, why) = runtime()?.block_on(async {
            let channel = self.target.connect().await?;
            let mut serving = Vec::new();
            for (name, service) in SERVICES {
                serving.push((name, serves(&channel, service).await?));
            }
            Ok::<_, Failure>((serving, standing(channel).await))
        })?;
        if let Ok(status) = &why {
            serving.iter_mut().for_each(|(name, serves)| *serves &= may_serve(name, status));
        }
        let health = Health::of(&serving, &why);
        if self.target.json {
            let (status, unanswered) = match &why {
                Ok(status) => (status.clone(), None),
                Err(error) => (GetStatusResponse::default(), Some(error.clone())),
            };
            let mut object = json!({ "state": health.name(), "serving": health == Health::Serving,
                "stopped": unanswered.unwrap_or(status.stopped), "held_up_since_ms": status.held_up_since_ms,
                "doubt": status.doubt, "follows": status.follows, "entries": status.entries,
                "published": status.published });
            for (name, serves) in &serving {
                object[*name] = json!(serves);
            }
            print_json(&object)?;
        } else {
            show(health, &serving, &why);
        }
        health.end(&why)
    }
}

/// How a server is, in all.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Health {
    Serving,
    /// It goes on as soon as what keeps the record answers.
    HeldUp,
    NotServing,
}

impl Health {
    /// What it says of itself counts as well: it may have changed since its parts were asked after.
    fn of(serving: &[(&str, bool)], why: &Result<GetStatusResponse, String>) -> Self {
        let serves = |wanted: &str| serving.iter().any(|(name, serves)| *name == wanted && *serves);
        match why {
            Ok(status) if !status.stopped.is_empty() || !serves("query") => Self::NotServing,
            Ok(status) if status.held_up_since_ms != 0 => Self::HeldUp,
            Ok(status) if !serves("recorder") && status.follows.is_empty() => Self::NotServing,
            Ok(_) => Self::Serving,
            Err(_) => Self::NotServing,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Serving => "serving",
            Self::HeldUp => "held_up",
            Self::NotServing => "not_serving",
        }
    }

    fn end(self, why: &Result<GetStatusResponse, String>) -> Result<(), Failure> {
        let doubt = why.as_ref().map_or("", |status| &status.doubt);
        match self {
            Self::Serving if doubt.is_empty() => Ok(()),
            Self::Serving => {
                Err(Failure::Doubt(format!("服务照常，另有疑问 it serves, and there is a doubt: {doubt}")))
            }
            Self::HeldUp => {
                let text =
                    "记录受阻，待磁盘或 NATS 应答后自行继续 recording is held up; it goes on once disk or NATS answers";
                Err(Failure::Doubt(text.to_owned()))
            }
            Self::NotServing => Err(Failure::Failed("the server does not serve".to_owned())),
        }
    }
}

async fn serves(channel: &Line, service: &str) -> Result<bool, Failure> {
    let request = HealthCheckRequest { service: service.to_owned() };
    let answer = HealthClient::new(channel.clone()).check(request).await?.into_inner();
    Ok(answer.status == ServingStatus::Serving as i32)
}

/// Whether a service can serve where the server stands so: it may have stopped since it was asked after.
fn may_serve(service: &str, status: &GetStatusResponse) -> bool {
    status.stopped.is_empty() && (service != SERVICES[0].0 || status.held_up_since_ms == 0)
}

/// How the server stands, or why it answers nothing: then that is what there is to say.
async fn standing(channel: Line) -> Result<GetStatusResponse, String> {
    match QueryClient::new(channel).get_status(GetStatusRequest::default()).await {
        Ok(answer) => Ok(answer.into_inner()),
        // Whoever shows no credential is told by its parts whether it serves, and no more.
        Err(status) if status.code() == Code::Unauthenticated => Ok(GetStatusResponse::default()),
        Err(status) => Err(status.message().to_owned()),
    }
}

fn show(health: Health, serving: &[(&str, bool)], why: &Result<GetStatusResponse, String>) {
    outln!("{}", health.name().replace('_', " "));
    for (name, serves) in serving {
        outln!("  {name:<18}{}", if *serves { "serving" } else { "not serving" });
    }
    match why {
        Err(error) => outln!("  停止 stopped      {error}"),
        Ok(status) => {
            let lines = [
                ("停止 stopped     ", &status.stopped),
                ("疑问 doubt       ", &status.doubt),
                ("跟随 follows     ", &status.follows),
            ];
            for (label, text) in lines.iter().filter(|(_, text)| !text.is_empty()) {
                outln!("  {label} {text}");
            }
            if status.held_up_since_ms != 0 {
                let since = moment(status.held_up_since_ms);
                outln!("  受阻 held up      recording is held up since {since}, as disk or NATS does not answer");
                outln!(
                    "                   see the log of the nats-server: one whose disk is full answers once there is room and it was started again"
                );
            }
            outln!("  记录 entries      {}\n  签名 published    {}", status.entries, status.published);
        }
    }
}
