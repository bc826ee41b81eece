//! `mingzhang serve`: a ledger that takes events and answers. What a follower does besides is in `follower`.

use super::access::AccessArgs;
use super::follower::{self, FollowArgs};
use crate::cli::failure::Failure;
use crate::cli::runtime;
use crate::faces::following::Comparing;
use crate::faces::who::Access;
use crate::faces::{grpc, nats};
use clap::Args;
use replay::engine::{Engine, Home, Options};
use replay::limits::WITNESSES_MOST;
use replay::proof::checkpoint::Outcomes;
use replay::proof::key_files;
use replay::proof::notary::Signing;
use replay::proof::signed_note::Verifier;
use replay::proof::witnessed::Quorum;
use replay::record::log::{is_written, nats_address};
use replay::terminal::progress;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Serve a ledger over gRPC (and NATS) until SIGTERM or ctrl-c
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  mingzhang serve --data ./ledger\n  \
    mingzhang serve --data ./ledger --nats nats://127.0.0.1:4222\n  \
    mingzhang serve --data ./ledger --key ./ledger.key\n  \
    mingzhang serve --data ./ledger --key ./ledger.key --witness audit.key.pub --witness press.key.pub\n  \
    mingzhang serve --follow --data ./copy --nats nats://127.0.0.1:4222 --listen 127.0.0.1:50052 \\\n      \
    --of http://127.0.0.1:50051 --key ./ledger.key.pub\n\n\
    A follower keeps a copy of the record under --data and compares what it makes of it with what the writer signs. On a\n\
    difference it says what differs, answers nothing any more and ends with 1; it does not start on that data again until\n\
    --forget-difference. To make it the writer, stop both and start it without --follow.\n\n\
    Exit codes: 0 stopped as asked, 1 failed or differs, 2 usage, 3 NATS cannot be reached")]
pub struct ServeArgs {
    /// Directory of the record (with --nats: of its archive) and of the pages
    #[arg(long, value_name = "DIR", value_parser = whole_path)]
    data: PathBuf,
    /// Record in JetStream at this address
    #[arg(long, value_name = "URL|@FILE", value_parser = nats_address)]
    nats: Option<String>,
    /// Sign checkpoints with the secret key in this file, made by `mingzhang keygen`. With --follow: the writer's public
    /// key, as text or file; several after a change of keys
    #[arg(long, value_name = "KEY")]
    key: Vec<String>,
    /// Go on at once with the secret key in this file when the record announces it under the present one
    #[arg(long, value_name = "FILE", requires = "key", conflicts_with = "follow")]
    next_key: Option<PathBuf>,
    /// Keep and show the signatures of this witness under checkpoints, given by its public key as text or file; may be given several times
    #[arg(long, value_name = "KEY", requires = "key", conflicts_with = "follow")]
    witness: Vec<String>,
    /// Address to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:50051")]
    listen: SocketAddr,
    #[command(flatten)]
    access: AccessArgs,
    /// Write even if another ledger answers that it writes this stream: that one ends
    #[arg(long, requires = "nats", conflicts_with = "follow")]
    take_over: bool,
    #[command(flatten)]
    follow: FollowArgs,
}

impl ServeArgs {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let options = options(self)?;
        // What is wrong with the keys is said before anything is read.
        let comparing = self.follow.comparing(&self.key)?;
        // So is an address nobody may or can listen on: opening the record ends whoever writes it now.
        let (runtime, access) = (runtime()?, self.access.access()?);
        let listener = runtime.block_on(bound(self, &access))?;
        self.nobody_writes(&options)?;
        std::fs::create_dir_all(&self.data).map_err(|error| cannot_make(&self.data, &error))?;
        let bar = progress::bar("{spinner} 读取记录 reading the record {human_pos}", true);
        let engine = Engine::open(&options, &mut |entries| bar.set_position(entries))?;
        bar.finish_and_clear();
        let served = runtime.block_on(serve_engine(self, (listener, access), engine.clone(), comparing));
        let stopped = engine.stop().map_err(Failure::from);
        runtime.shutdown_timeout(Duration::from_secs(1));
        served.and(stopped)
    }
}

impl ServeArgs {
    /// Opening a record to write it ends whoever writes it now, so nobody may, unless that is wanted.
    fn nobody_writes(&self, options: &Options) -> Result<(), Failure> {
        let Home::Nats { url, .. } = &options.home else { return Ok(()) };
        if self.take_over || !is_written(url).map_err(|error| Failure::from(&error))? {
            return Ok(());
        }
        let why = "另有账本正在写入此流 another ledger writes this stream, and would be ended by this one. Stop that one first; or give \
                   --take-over to end it";
        Err(Failure::Failed(why.to_owned()))
    }
}

/// The path from the root on, which callers are never told.
pub(crate) fn whole_path(typed: &str) -> std::io::Result<PathBuf> {
    std::path::absolute(typed)
}

fn options(args: &ServeArgs) -> Result<Options, Failure> {
    if let Some(options) = args.follow.options(&args.data, args.nats.as_deref())? {
        return Ok(options);
    }
    let mut options = match &args.nats {
        None => Options::file(&args.data),
        Some(url) => Options::nats(&args.data, url),
    };
    options.signing = match &args.key[..] {
        [] => None,
        [file] => {
            let read = |path: &Path| key_files::read(path).map_err(|error| Failure::Usage(error.to_string()));
            let next = args.next_key.as_deref().map(read).transpose()?;
            let signing = Signing { next, ..Signing::new(read(Path::new(file))?) };
            Some(Signing { witnesses: witnesses(&args.witness, signing.signer.verifier())?, ..signing })
        }
        _ => return Err(Failure::Usage("a ledger signs with one --key; several are for --follow".to_owned())),
    };
    Ok(options)
}

/// The witnesses named, of whom none may be taken for the ledger itself.
fn witnesses(named: &[String], own: &Verifier) -> Result<Vec<Verifier>, Failure> {
    let known = Quorum::named(named, None).map_err(|error| Failure::Usage(error.to_string()))?.witnesses;
    let usage = |why: String| Err(Failure::Usage(why));
    let outcomes = Outcomes::key_of(own);
    match known.iter().find(|witness| [own.name(), outcomes.name()].contains(&witness.name())) {
        Some(witness) => {
            usage(format!("the witness {} has the name of the ledger; make it a key of its own", witness.name()))
        }
        None if known.len() > WITNESSES_MOST => usage(format!("at most {WITNESSES_MOST} witnesses may be named")),
        None => Ok(known),
    }
}

/// The socket to listen on, if it may be listened on.
async fn bound(args: &ServeArgs, access: &Access) -> Result<TcpListener, Failure> {
    let listener = TcpListener::bind(args.listen).await;
    let listener = listener.map_err(|error| Failure::Failed(format!("cannot listen on {}: {error}", args.listen)))?;
    grpc::may_listen(&listener, access).map_err(|error| Failure::Usage(error.to_string()))?;
    Ok(listener)
}

async fn serve_engine(
    args: &ServeArgs,
    (listener, access): (TcpListener, Access),
    engine: Engine,
    comparing: Option<Comparing>,
) -> Result<(), Failure> {
    let address = listener.local_addr().unwrap_or(args.listen);
    let entries = engine.read().entries;
    // Before anybody reads that it serves and asks it to end.
    let asked = asked_to_stop();
    match engine.follows() {
        None => replay::terminal::printed::say(format_args!("mingzhang: serving {entries} entries on {address}")),
        Some(writer) => replay::terminal::printed::say(format_args!(
            "mingzhang: following {writer}, serving {entries} entries on {address}"
        )),
    }
    say_who_is_believed(&engine, &access);
    let (stop, stopped) = watch::channel(false);
    // A follower would answer each with a refusal, and the writer would not get to see it.
    let url = args.nats.clone().filter(|_| engine.follows().is_none());
    let submissions = url.map(|url| tokio::spawn(take_submissions(url, engine.clone(), stopped)));
    let mut wrong = None;
    let shutdown = async {
        match engine.follows() {
            None => asked.await,
            Some(_) => tokio::select! {
                () = asked => {}
                found = follower::watch(&engine, comparing) => wrong = Some(found),
            },
        }
        // At the same time, so that one does not wait for the other. Nobody listens if there is no NATS.
        let _ = stop.send(true);
    };
    let served = grpc::run(listener, engine.clone(), access, shutdown).await;
    let _ = stop.send(true);
    if let Some(submissions) = submissions
        && tokio::time::timeout(grpc::SHUTDOWN_TIME, submissions).await.is_err()
    {
        tracing::warn!("submissions over NATS did not end in time and are cut");
    }
    served.map_err(|error| match error {
        grpc::ServeError::Plain(_) | grpc::ServeError::Names(_) | grpc::ServeError::Unfounded(_) => {
            Failure::Usage(error.to_string())
        }
        other => Failure::Failed(other.to_string()),
    })?;
    wrong.map_or(Ok(()), Err)
}

/// Where names are believed, that is said: nobody shall take it for more.
fn say_who_is_believed(engine: &Engine, access: &Access) {
    let is_founded = engine.read().is_founded();
    let text = match (is_founded, access.believe_names) {
        (true, true) => {
            "不核验身份，仅供演示 callers are believed what they call themselves, from this machine: for demonstrations only"
        }
        (false, _) if engine.follows().is_none() => {
            "尚未启用权限，本机任何人可报任何事 this ledger is not founded: whoever calls from this machine says what he likes under any name"
        }
        _ => return,
    };
    replay::terminal::printed::say(format_args!("mingzhang: {text}"));
}

async fn take_submissions(url: String, engine: Engine, mut stopped: watch::Receiver<bool>) {
    // An error says that the sender is gone, which also means the end.
    let shutdown = async { drop(stopped.wait_for(|stop| *stop).await) };
    if let Err(error) = nats::run(&url, engine, shutdown).await {
        tracing::error!(%error, "no submissions over NATS; gRPC goes on");
    }
}

/// Waits for SIGTERM or ctrl-c.
pub(crate) fn asked_to_stop() -> impl Future<Output = ()> {
    // Heard from now on, not only once it is waited for.
    let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
    async move {
        let ctrl_c = tokio::signal::ctrl_c();
        match terminate {
            Ok(mut terminate) => tokio::select! {
                _ = ctrl_c => {}
                _ = terminate.recv() => {}
            },
            // Without a handler SIGTERM ends the process at once; what was acknowledged is durable all the same.
            Err(_) => drop(ctrl_c.await),
        }
    }
}

fn cannot_make(dir: &Path, error: &std::io::Error) -> Failure {
    Failure::Failed(format!("cannot make {}: {error}", dir.display()))
}
