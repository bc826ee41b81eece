//! A stream read by another than its writer: each frame into an archive of its own, then to whoever folds it. Nothing is
//! published; the archive is compared with the stream again and again, as beside the writer. What the entries mean, and
//! whether the writer made the same of them, is not looked at here.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use futures_util::StreamExt;

use super::nats::{next_frame, take};
use super::publish::Pipeline;
use super::scrub::Scrub;
use super::{NatsLog, Tip, Visit};
use crate::limits::{CATCH_UP_AHEAD, FOLLOW_EVERY_MS, RETRY_PAUSE_MAX_MS, RETRY_PAUSE_MIN_MS};
use crate::record::error::LogError;

/// Is told when the stream cannot be reached, and when it can again.
pub(crate) type Away<'a> = &'a mut dyn FnMut(Option<&LogError>);

impl NatsLog {
    /// Takes what comes until `stop` is set. A broker that is away is waited for; whatever is wrong with the stream ends
    /// the following. Blocks: not for async tasks.
    pub(crate) fn follow(
        mut self,
        mut tip: Tip,
        stop: &Arc<AtomicBool>,
        away: Away<'_>,
        seen: Visit<'_>,
    ) -> Result<(), LogError> {
        let Some(runtime) = self.take_runtime() else { return Ok(()) };
        let archived = Arc::new(AtomicU64::new(tip.frames));
        let dir = self.archive.dir().to_path_buf();
        let scrub = Scrub::new(self.broker.clone(), self.created.clone(), dir, Arc::clone(&archived));
        let scrubbing = runtime.spawn(scrub.run());
        let followed = runtime.block_on(async {
            tokio::select! {
                followed = self.follow_until(&mut tip, &archived, stop, away, seen) => followed,
                difference = scrubbing => {
                    Err(difference.unwrap_or_else(|error| LogError::Thread { why: error.to_string() }))
                }
            }
        });
        runtime.shutdown_background();
        followed
    }

    async fn follow_until(
        &mut self,
        tip: &mut Tip,
        archived: &AtomicU64,
        stop: &Arc<AtomicBool>,
        away: Away<'_>,
        seen: Visit<'_>,
    ) -> Result<(), LogError> {
        let mut failures = 0;
        while !stop.load(Ordering::Relaxed) {
            let pause = match self.look(tip, archived, stop, seen).await {
                Ok(()) => {
                    if failures > 0 {
                        away(None);
                    }
                    failures = 0;
                    FOLLOW_EVERY_MS
                }
                Err(error @ LogError::Nats { .. }) => {
                    tracing::warn!(%error, "the stream cannot be reached; trying on");
                    away(Some(&error));
                    failures += 1;
                    (RETRY_PAUSE_MIN_MS << failures.min(10)).min(RETRY_PAUSE_MAX_MS)
                }
                Err(error) => return Err(error),
            };
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
        Ok(())
    }

    /// Asks the stream how it is, holds that against what was read before, and takes what is new.
    async fn look(
        &mut self,
        tip: &mut Tip,
        archived: &AtomicU64,
        stop: &Arc<AtomicBool>,
        seen: Visit<'_>,
    ) -> Result<(), LogError> {
        let info = self.broker.info().await?;
        let dir = self.archive.dir().to_path_buf();
        let held = Pipeline::<()>::new(self.broker.clone(), self.created.clone(), tip, dir, Arc::clone(stop));
        held.examine(&info, tip.frames)?;
        let broker = &self.broker;
        let mut messages = futures_util::stream::iter(tip.frames + 1..=info.last_sequence)
            .map(|sequence| async move { (sequence, broker.read_any(sequence).await) })
            .buffered(CATCH_UP_AHEAD);
        while let Some((sequence, message)) = messages.next().await {
            let Some(bytes) = message? else {
                let (stream, why) = (broker.name().to_owned(), format!("sequence {sequence} is missing"));
                return Err(LogError::BrokerLostTail { stream, index: tip.next_index(), why });
            };
            let frame = next_frame(broker, tip, bytes)?;
            take(&mut self.archive, tip, &frame, seen)?;
            archived.store(tip.frames, Ordering::Release);
            if stop.load(Ordering::Relaxed) {
                break;
            }
        }
        Ok(())
    }
}
