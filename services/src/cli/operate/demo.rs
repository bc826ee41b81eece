//! `mingzhang demo`: the README's main job.

use super::serve::asked_to_stop;
use crate::cli::failure::Failure;
use crate::cli::{print_json, runtime};
use crate::demo;
use crate::demo::report::report;
use crate::demo::run::{DemoOptions, Ran};
use crate::demo::year::Scale;
use crate::faces::grpc;
use crate::faces::who::Access;
use clap::Args;
use replay::proof::notary::Signing;
use replay::record::error::LogError;
use replay::record::log::nats_address;
use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use tokio::net::TcpListener;

/// Play a province's year of aid: write its offices' files, import them, report, trace, and go on serving
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  mingzhang demo --once\n  mingzhang demo --once --scale 1 --json\n  \
    mingzhang demo --data ./demo --nats nats://127.0.0.1:4222\n  \
    mingzhang demo --data ./demo --key ledger.key --scale 0.001\n\n\
    At scale 1 it meets the published figures of Shaanxi 2021: 2,311,000 person-times, 4.85 billion yuan.\n\
    Loans come on top, with errors planted in a lender's claim; the report says how many were found.\n\
    Exit codes: 0 done, 1 failed or not as planned, 2 usage, 3 NATS cannot be reached")]
pub struct DemoArgs {
    /// Part of the real year, 0.0001 to 1
    #[arg(long, value_name = "F", default_value = "0.1")]
    scale: Scale,
    /// Keep record and files in this directory, which must be empty; otherwise a temporary one
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Record in JetStream at this address; the stream is created, and must be empty
    #[arg(long, value_name = "URL|@FILE", value_parser = nats_address)]
    nats: Option<String>,
    /// Sign checkpoints with the secret key in this file, made by `mingzhang keygen`
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// End after the report instead of serving
    #[arg(long)]
    once: bool,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
    /// Address to serve on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:50051")]
    listen: SocketAddr,
}

impl DemoArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let quiet = self.json || !std::io::stderr().is_terminal();
        let key = self.key.as_deref().map(replay::proof::key_files::read).transpose();
        let signing = key.map_err(|error| Failure::Usage(error.to_string()))?.map(Signing::new);
        let options =
            DemoOptions { scale: self.scale, data: self.data.clone(), nats: self.nats.clone(), signing, quiet };
        let ran = demo::run::run(&options).map_err(|error| match error.downcast::<LogError>() {
            Ok(log) => Failure::from(&log),
            Err(error) => error.into(),
        })?;
        if self.json {
            print_json(&ran.figures)?;
        } else {
            out!("{}", report(&ran));
        }
        if !ran.differences().is_empty() {
            let stopped = ran.engine.stop().map_err(Failure::from);
            let differ = format!("the ledger differs from the plan: {}", ran.differences().join("; "));
            return stopped.and(Err(Failure::Failed(differ)));
        }
        let served = if self.once { Ok(()) } else { self.serve(&ran) };
        let stopped = ran.engine.stop().map_err(Failure::from);
        served.and(stopped)
    }

    fn serve(&self, ran: &Ran) -> Result<(), Failure> {
        let runtime = runtime()?;
        let served = runtime.block_on(async {
            let cannot = |error| Failure::Failed(format!("cannot listen on {}: {error}", self.listen));
            let listener = TcpListener::bind(self.listen).await.map_err(cannot)?;
            replay::terminal::printed::say(format_args!(
                "mingzhang: serving on {}, data in {}; ctrl-c ends it",
                self.listen,
                ran.data.display()
            ));
            let served = grpc::run(listener, ran.engine.clone(), Access::default(), asked_to_stop()).await;
            served.map_err(|error| Failure::Failed(error.to_string()))
        });
        runtime.shutdown_timeout(Duration::from_secs(1));
        served
    }
}
