//! A follower's look at its writer: fetches what the writer signs, from its server or from files, and has the engine hold
//! it against what it arrived at itself. What a difference is, and what comes of it, stands in `replay`.

use proto::v1::GetCheckpointRequest;
use proto::v1::audit_client::AuditClient;
use replay::dial::{DialArgs, DialError, Line};
use replay::engine::{Engine, EngineError};
use replay::proof::checkpoint_files::{Checkpoints, Signed};
use replay::proof::comparing::Compared;
use replay::proof::signed_note::{Note, Verifier};
use std::path::PathBuf;
use std::time::Duration;

/// How long the writer's answer is waited for; the next look comes anyway.
const ANSWER_TIME: Duration = Duration::from_secs(5);

/// How long a follower that ended goes on saying why, before its process ends: a caller or two shall hear it.
pub const LAST_WORDS: Duration = Duration::from_secs(3);

/// How often it is seen whether a follower has ended by itself.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Where the writer's checkpoints are found.
#[derive(Clone, Debug)]
pub enum CheckpointSource {
    /// At its server, reached so.
    Server(String, DialArgs),
    /// In a directory that it keeps them in, or that they are copied to.
    Files(PathBuf),
}

/// What is compared, and how often.
#[derive(Clone, Debug)]
pub struct Comparing {
    /// Where checkpoints are found.
    pub source: CheckpointSource,
    /// Keys one of which must have signed them.
    pub keys: Vec<Verifier>,
    /// Time between two looks.
    pub every: Duration,
}

/// Looks at the writer again and again, until the engine differs or this is dropped. A writer that is away, or a note that
/// none of the keys signed, is told in the engine's standing.
///
/// # Errors
/// The writer's address is none, or what shows who calls cannot be read.
pub async fn run(engine: Engine, comparing: Comparing) -> Result<(), DialError> {
    let writer = Fetching::new(comparing.source)?;
    loop {
        let told = match writer.fetch().await {
            Err(why) => Some(why),
            Ok(signed) => match hold(&engine, signed, &comparing.keys).await {
                Ok(Compared::Same { .. } | Compared::RootsOnly { .. } | Compared::Ahead { .. }) => None,
                Err(error) if error.is_damage() => return Ok(()),
                Err(error) => Some(format!("the writer's checkpoint was not compared: {error}")),
            },
        };
        if let Some(why) = &told {
            tracing::warn!(%why, "nothing was compared");
        }
        engine.cannot_compare(told);
        tokio::time::sleep(comparing.every).await;
    }
}

/// Waits until the engine may answer nothing any more, which it does not come back from.
pub async fn ended(engine: &Engine) -> EngineError {
    loop {
        if let Err(error) = engine.answers() {
            return error;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Comparing keeps what is equal, durably: not on a thread that moves calls.
async fn hold(engine: &Engine, signed: Signed, keys: &[Verifier]) -> Result<Compared, EngineError> {
    let (engine, keys) = (engine.clone(), keys.to_vec());
    let held = tokio::task::spawn_blocking(move || engine.compare(signed, &keys)).await;
    held.unwrap_or(Err(EngineError::Stopped))
}

enum Fetching {
    Server(String, AuditClient<Line>),
    Files(Checkpoints),
}

impl Fetching {
    fn new(source: CheckpointSource) -> Result<Self, DialError> {
        Ok(match source {
            CheckpointSource::Files(dir) => Self::Files(Checkpoints::in_dir(dir)),
            CheckpointSource::Server(address, by) => {
                let line = by.dialling(&address)?.lazily(ANSWER_TIME);
                Self::Server(address, AuditClient::new(line))
            }
        })
    }

    async fn fetch(&self) -> Result<Signed, String> {
        match self {
            Self::Files(kept) => {
                let latest = kept.latest().map_err(|error| error.to_string())?;
                latest.ok_or_else(|| "there are no checkpoints of the writer yet".to_owned())
            }
            Self::Server(address, client) => {
                let answer = client.clone().get_checkpoint(GetCheckpointRequest { fresh: false, witnesses: 0 }).await;
                let answer = answer.map_err(|status| format!("no checkpoint from {address}: {}", status.message()))?;
                let answer = answer.into_inner();
                let note = |text: &str| Note::parse(text.as_bytes()).map_err(|error| format!("{address}: {error}"));
                Ok(Signed { tree: note(&answer.checkpoint)?, outcomes: note(&answer.outcomes)? })
            }
        }
    }
}
