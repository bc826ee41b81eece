//! The options of `mingzhang serve --follow`, and the end of a follower that found something wrong.

use crate::cli::failure::Failure;
use crate::faces::following;
use crate::faces::following::{CheckpointSource, Comparing, LAST_WORDS};
use clap::Args;
use replay::dial::DialArgs;
use replay::engine::{Engine, Options};
use replay::proof::key_files;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How to follow another instance.
#[derive(Args, Clone, Debug)]
pub struct FollowArgs {
    /// Follow the stream that another instance writes: answer questions, record nothing
    #[arg(long, requires = "nats")]
    follow: bool,
    /// With --follow: the writer's address, where its checkpoints are fetched and callers with events are sent
    #[arg(long, value_name = "URL", requires_all = ["follow", "key"])]
    of: Option<String>,
    /// With --follow: directory of the writer's checkpoints, instead of fetching them
    #[arg(long, value_name = "DIR", requires_all = ["follow", "key"])]
    checkpoints: Option<PathBuf>,
    /// With --follow: seconds between two looks at the writer's checkpoints
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    compare_every: u64,
    /// With --follow: start although this data differed from the writer before; pages and tiles are made anew
    #[arg(long, requires = "follow")]
    forget_difference: bool,
    /// How the writer is reached
    #[command(flatten)]
    by: DialArgs,
}

impl FollowArgs {
    /// How the engine is opened, if it is to follow.
    pub(crate) fn options(&self, data: &Path, nats: Option<&str>) -> Result<Option<Options>, Failure> {
        let Some(url) = nats.filter(|_| self.follow) else { return Ok(None) };
        if self.forget_difference {
            replay::proof::comparing::forget(data).map_err(|error| Failure::Failed(error.to_string()))?;
        }
        Ok(Some(Options::follow(data, url, self.of.as_deref())))
    }

    /// What is compared, if anything.
    pub(crate) fn comparing(&self, given: &[String]) -> Result<Option<Comparing>, Failure> {
        let source = match (&self.checkpoints, &self.of) {
            (Some(dir), _) => CheckpointSource::Files(dir.clone()),
            (None, Some(writer)) => CheckpointSource::Server(writer.clone(), self.by.clone()),
            (None, None) => return Ok(None),
        };
        let keys: Result<Vec<_>, _> = given.iter().map(|key| key_files::public(key)).collect();
        let keys = keys.map_err(|error| Failure::Usage(error.to_string()))?;
        Ok(Some(Comparing { source, keys, every: Duration::from_secs(self.compare_every) }))
    }
}

/// Compares with the writer until the follower finds something wrong, says so at once, and goes on saying so to callers
/// for a moment before it ends. Without anything to compare with it only waits for damage of the stream.
pub(crate) async fn watch(engine: &Engine, comparing: Option<Comparing>) -> Failure {
    let comparing = comparing.map(|comparing| tokio::spawn(following::run(engine.clone(), comparing)));
    if comparing.is_none() {
        replay::terminal::printed::say(format_args!(
            "mingzhang: nothing is compared with the writer; name it with --of URL --key KEY"
        ));
    }
    let error = following::ended(engine).await;
    replay::terminal::printed::say(format_args!("mingzhang: {error}"));
    if let Some(comparing) = comparing {
        comparing.abort();
    }
    tokio::time::sleep(LAST_WORDS).await;
    Failure::Failed("the follower has ended; nothing was answered any more".to_owned())
}
