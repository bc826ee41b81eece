//! A stream read by another than its writer: each frame into an archive of its own, then to whoever folds it. Nothing is
//! published; the archive is compared with the stream again and again, as the writer does it. What the entries mean, and
//! whether the writer made the same of them, is not looked at here.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use super::file_scrub::FileScrub;
use super::frames::Frames;
use super::nats::{NatsLog, take};
use super::opening::Visit;
use super::scrub::Scrub;
use super::stream_info::Expected;
use super::tip::Tip;
use crate::limits::FOLLOW_EVERY_MS;
use crate::record::alarm::Alarm;
use crate::record::error::LogError;

/// Is told when the stream cannot be reached, and when it can again.
pub(crate) type Away<'a> = &'a mut dyn FnMut(Option<&LogError>);

impl NatsLog {
    /// Takes what comes until `stop` is set. A broker that is away is waited for; whatever is wrong with the stream ends
    /// the following, and what is wrong with the copy rings the alarm. Blocks: not for async tasks.
    pub(crate) fn follow(
        mut self,
        mut tip: Tip,
        alarm: Alarm,
        stop: &AtomicBool,
        away: Away<'_>,
        seen: Visit<'_>,
    ) -> Result<(), LogError> {
        let Some(runtime) = self.take_runtime() else { return Ok(()) };
        let archived = Arc::new(AtomicU64::new(tip.frames));
        let (held, written) = (self.archive.held(), Arc::clone(&archived));
        let look = FileScrub { held: held.clone(), all: false, ledger: tip.ledger, written, follows: true, alarm };
        let _looking = look.start()?;
        let scrub = Scrub::new(self.broker.clone(), self.created.clone(), held, Arc::clone(&archived));
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
        stop: &AtomicBool,
        away: Away<'_>,
        seen: Visit<'_>,
    ) -> Result<(), LogError> {
        let mut retry = self.retry;
        while !stop.load(Ordering::Relaxed) {
            match self.look(tip, archived, stop, seen).await {
                Ok(()) => {
                    if retry.reset() {
                        away(None);
                    }
                    tokio::time::sleep(Duration::from_millis(FOLLOW_EVERY_MS)).await;
                }
                Err(error @ LogError::Nats { .. }) => {
                    tracing::warn!(%error, "the stream cannot be reached; trying on");
                    away(Some(&error));
                    retry.wait().await;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Asks the stream how it is, holds that against what was read before, and takes what is new.
    async fn look(
        &mut self,
        tip: &mut Tip,
        archived: &AtomicU64,
        stop: &AtomicBool,
        seen: Visit<'_>,
    ) -> Result<(), LogError> {
        let info = self.broker.info().await?;
        info.fits(&Expected {
            stream: self.broker.name(),
            created: &self.created,
            settled: tip.frames,
            next_index: tip.next_index(),
            archive: self.archive.dir(),
        })?;
        let mut frames = Frames::acknowledged(&self.broker, tip.frames + 1..=info.last_sequence);
        while let Some(frame) = frames.next(tip).await? {
            take(&mut self.archive, tip, &frame, seen)?;
            archived.store(tip.frames, Ordering::Release);
            if stop.load(Ordering::Relaxed) {
                break;
            }
        }
        Ok(())
    }
}
