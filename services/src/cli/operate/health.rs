//! `mingzhang health`: what a server says of itself, for operators and for scripts that restart it.

use crate::cli::client::Target;
use crate::cli::failure::Failure;
use crate::cli::{print_json, runtime};
use clap::Args;
use proto::v1::query_client::QueryClient;
use proto::v1::{GetStatusRequest, GetStatusResponse};
use serde_json::json;
use tonic::transport::Channel;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

/// Ask a server whether it serves, and if not, why
///
/// A follower serves though it takes no events. `doubt` is what is not as it should be though the server goes on:
/// checkpoints are not signed any more, or a follower cannot reach its stream or its writer at the moment.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  mingzhang health\n\nExit codes: 0 serving, 1 not serving, 3 cannot be reached")]
pub struct HealthArgs {
    #[command(flatten)]
    target: Target,
}

/// The services asked after, with what they are in the answer.
const SERVICES: [(&str, &str); 3] =
    [("recorder", "mingzhang.v1.Recorder"), ("query", "mingzhang.v1.Query"), ("audit", "mingzhang.v1.Audit")];

impl HealthArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let (serving, why) = runtime()?.block_on(async {
            let channel = self.target.connect().await?;
            let mut serving = Vec::new();
            for (name, service) in SERVICES {
                serving.push((name, serves(&channel, service).await?));
            }
            Ok::<_, Failure>((serving, standing(channel).await))
        })?;
        let whole = serving.iter().all(|(name, serves)| *serves || *name == "audit" || is_follower(&why, name));
        if self.target.json {
            let (status, unanswered) = match &why {
                Ok(status) => (status.clone(), None),
                Err(error) => (GetStatusResponse::default(), Some(error.clone())),
            };
            let mut object = json!({ "serving": whole, "stopped": unanswered.unwrap_or(status.stopped),
            "doubt": status.doubt, "follows": status.follows, "entries": status.entries, "published": status.published });
            for (name, serves) in &serving {
                object[*name] = json!(serves);
            }
            print_json(&object)?;
        } else {
            show(whole, &serving, &why);
        }
        if whole { Ok(()) } else { Err(Failure::Failed("the server does not serve".to_owned())) }
    }
}

async fn serves(channel: &Channel, service: &str) -> Result<bool, Failure> {
    let request = HealthCheckRequest { service: service.to_owned() };
    let answer = HealthClient::new(channel.clone()).check(request).await?.into_inner();
    Ok(answer.status == ServingStatus::Serving as i32)
}

/// How the server stands, or why it answers nothing: then that is what there is to say.
async fn standing(channel: Channel) -> Result<GetStatusResponse, String> {
    let answer = QueryClient::new(channel).get_status(GetStatusRequest::default()).await;
    answer.map(tonic::Response::into_inner).map_err(|status| status.message().to_owned())
}

fn is_follower(why: &Result<GetStatusResponse, String>, service: &str) -> bool {
    service == "recorder" && why.as_ref().is_ok_and(|status| !status.follows.is_empty())
}

fn show(whole: bool, serving: &[(&str, bool)], why: &Result<GetStatusResponse, String>) {
    outln!("{}", if whole { "serving" } else { "not serving" });
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
            outln!("  记录 entries      {}\n  签名 published    {}", status.entries, status.published);
        }
    }
}
