//! `mingzhang serve`, `provision` and `health`: what operators run.

use super::client::connect;
use super::{Failure, print_json, runtime};
use crate::{nats_face, server};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use replay::drive::{DriveError, Engine, Options};
use replay::error::LogError;
use replay::log::{NatsOptions, ProvisionOptions, Provisioned, provision as provision_stream};
use replay::signing::Signing;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

/// Serve a ledger over gRPC (and NATS) until SIGTERM or ctrl-c
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  mingzhang serve --data ./ledger\n  \
    mingzhang serve --data ./ledger --nats nats://127.0.0.1:4222\n  \
    mingzhang serve --data ./ledger --key ./ledger.key\n\n\
    Exit codes: 0 stopped as asked, 1 failed, 2 usage, 3 NATS cannot be reached")]
pub struct ServeArgs {
    /// Directory of the record (with --nats: of its archive) and of the pages
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Record in JetStream at this address
    #[arg(long, value_name = "URL")]
    nats: Option<String>,
    /// Sign checkpoints with the secret key in this file, made by `mingzhang keygen`
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Address to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:50051")]
    listen: SocketAddr,
    /// Believe whoever connects what he calls himself, also on addresses that are not loopback
    #[arg(long)]
    trust_principal_header_from_any_address: bool,
}

pub(super) fn serve(args: &ServeArgs) -> Result<(), Failure> {
    let mut options = match &args.nats {
        None => Options::file(&args.data),
        Some(url) => Options::nats(&args.data, url),
    };
    let key = args.key.as_deref().map(replay::keys::read).transpose();
    options.signing = key.map_err(|error| Failure::Usage(error.to_string()))?.map(Signing::new);
    std::fs::create_dir_all(&args.data).map_err(|error| cannot_make(&args.data, &error))?;
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} 读取记录 reading the record {human_pos}") {
        bar.set_style(style);
    }
    let engine = Engine::open(&options, &mut |entries| bar.set_position(entries)).map_err(failed)?;
    bar.finish_and_clear();
    let runtime = runtime()?;
    let served = runtime.block_on(serve_engine(args, engine.clone()));
    let stopped = engine.stop().map_err(failed);
    runtime.shutdown_timeout(Duration::from_secs(1));
    served.and(stopped)
}

async fn serve_engine(args: &ServeArgs, engine: Engine) -> Result<(), Failure> {
    let listener = TcpListener::bind(args.listen).await;
    let listener = listener.map_err(|error| Failure::Failed(format!("cannot listen on {}: {error}", args.listen)))?;
    let address = listener.local_addr().unwrap_or(args.listen);
    eprintln!("mingzhang: serving {} entries on {address}", engine.read().entries);
    let trust_any = args.trust_principal_header_from_any_address;
    let (stop, stopped) = watch::channel(false);
    let submissions = args.nats.clone().map(|url| tokio::spawn(take_submissions(url, engine.clone(), stopped)));
    let served = server::run(listener, engine, trust_any, asked_to_stop()).await;
    // Nobody listens if there is no NATS.
    let _ = stop.send(true);
    if let Some(submissions) = submissions
        && tokio::time::timeout(server::SHUTDOWN_TIME, submissions).await.is_err()
    {
        tracing::warn!("submissions over NATS did not end in time and are cut");
    }
    served.map_err(|error| match error {
        server::ServeError::Open(_) => Failure::Usage(error.to_string()),
        other => Failure::Failed(other.to_string()),
    })
}

async fn take_submissions(url: String, engine: Engine, mut stopped: watch::Receiver<bool>) {
    // An error says that the sender is gone, which also means the end.
    let shutdown = async { drop(stopped.wait_for(|stop| *stop).await) };
    if let Err(error) = nats_face::run(&url, engine, shutdown).await {
        tracing::error!(%error, "no submissions over NATS; gRPC goes on");
    }
}

/// Waits for SIGTERM or ctrl-c.
pub(super) async fn asked_to_stop() {
    let ctrl_c = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = ctrl_c => {}
            _ = terminate.recv() => {}
        },
        // Without a handler SIGTERM ends the process at once; what was acknowledged is durable all the same.
        Err(_) => drop(ctrl_c.await),
    }
}

/// Create the stream of a ledger, or check that the one there has the required settings
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  mingzhang provision --nats nats://127.0.0.1:4222\n\n\
    Exit codes: 0 created or as required, 1 other settings, 2 usage, 3 NATS cannot be reached")]
pub struct ProvisionArgs {
    /// The NATS server
    #[arg(long, value_name = "URL")]
    nats: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn provision(args: &ProvisionArgs) -> Result<(), Failure> {
    // Provisioning touches no archive.
    let options = ProvisionOptions::new(NatsOptions::new(&args.nats, Path::new("")));
    let word = match provision_stream(&options).map_err(|error| log_failed(&error))? {
        Provisioned::Created => "created",
        Provisioned::Present => "present",
    };
    if args.json {
        return print_json(&serde_json::json!({ "stream": options.nats.stream, "result": word }));
    }
    outln!("stream {}: {word}", options.nats.stream);
    Ok(())
}

/// Ask a server whether it serves
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  mingzhang health\n\nExit codes: 0 serving, 1 not serving, 3 cannot be reached")]
pub struct HealthArgs {
    #[command(flatten)]
    target: super::client::Target,
}

pub(super) fn health(args: &HealthArgs) -> Result<(), Failure> {
    runtime()?.block_on(async {
        let channel = connect(&args.target.server).await?;
        let service = "mingzhang.v1.Recorder".to_owned();
        let answer = HealthClient::new(channel).check(HealthCheckRequest { service }).await?.into_inner();
        let serving = answer.status == tonic_health::pb::health_check_response::ServingStatus::Serving as i32;
        if args.target.json {
            print_json(&serde_json::json!({ "serving": serving }))?;
        } else {
            outln!("{}", if serving { "serving" } else { "not serving" });
        }
        if serving { Ok(()) } else { Err(Failure::Failed("the server does not take calls".to_owned())) }
    })
}

fn cannot_make(dir: &Path, error: &std::io::Error) -> Failure {
    Failure::Failed(format!("cannot make {}: {error}", dir.display()))
}

/// A ledger that does not open or stop.
pub(super) fn failed(error: DriveError) -> Failure {
    match &error {
        DriveError::Log(log) => log_failed(log),
        _ => Failure::Failed(error.to_string()),
    }
}

fn log_failed(error: &LogError) -> Failure {
    match error {
        LogError::Nats { .. } => Failure::Unreachable(error.to_string()),
        _ => Failure::Failed(error.to_string()),
    }
}
