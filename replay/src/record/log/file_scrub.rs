//! Reads the files of a record again while a writer goes on: whether they are there, as long as they were, and hold what was
//! written. Gentle as the scrub of a stream: names and lengths are looked at often, contents at the start, from time to time, and
//! when a file changed that nobody here wrote.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use super::reader::Reader;
use super::segments::{Segment, list};
use crate::limits::{
    RECHECK_MS, SCRUB_AGAIN_MS, SCRUB_FRAMES, SCRUB_REST, SCRUB_REST_MAX_MS, SCRUB_REST_MIN_MS, SCRUB_WRITE_MS,
};
use crate::record::alarm::Alarm;
use crate::record::error::LogError;

/// What is read again.
pub(crate) struct FileScrub {
    pub(crate) dir: PathBuf,
    pub(crate) ledger: [u8; 16],
    /// Frames that are durable; grows while the writer writes.
    pub(crate) written: Arc<AtomicU64>,
    /// Rung when something is found.
    pub(crate) alarm: Alarm,
}

/// The thread that reads. Dropping it ends it.
pub(crate) struct FileScrubbing {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// How the files looked, and how many frames were written before that.
struct Look {
    written: u64,
    files: Vec<(Segment, u64, SystemTime)>,
}

/// It was asked to end.
struct Ended;

impl FileScrub {
    /// Starts reading.
    pub(crate) fn start(self) -> Result<FileScrubbing, LogError> {
        let (stop, stopped) = channel();
        let thread = std::thread::Builder::new().name("scrub".to_owned());
        let thread = thread.spawn(move || self.run(&stopped)).map_err(|e| LogError::Thread { why: e.to_string() })?;
        Ok(FileScrubbing { stop: Some(stop), thread: Some(thread) })
    }

    fn run(&self, stop: &Receiver<()>) {
        loop {
            match self.round(stop) {
                Ok(Ok(())) => {}
                Ok(Err(Ended)) => return,
                Err(error) if error.is_damage() => return self.alarm.raise(&Arc::new(error)),
                Err(error) => {
                    // As when there are too many open files: nothing is known to be wrong.
                    tracing::warn!(%error, "the files of the record cannot be read again; trying later");
                    if wait(stop, Duration::from_millis(RECHECK_MS)).is_err() {
                        return;
                    }
                }
            }
        }
    }

    /// Reads everything once, then looks until it is time again or a file changed by itself.
    fn round(&self, stop: &Receiver<()>) -> Result<Result<(), Ended>, LogError> {
        let mut known = self.look()?;
        if self.read(stop, &mut known)?.is_err() {
            return Ok(Err(Ended));
        }
        let since = Instant::now();
        while since.elapsed() < Duration::from_millis(SCRUB_AGAIN_MS) {
            if wait(stop, Duration::from_millis(RECHECK_MS)).is_err() {
                return Ok(Err(Ended));
            }
            if self.look_again(&mut known)? {
                // A frame may have been on its way to the disk.
                if wait(stop, Duration::from_millis(SCRUB_WRITE_MS)).is_err() {
                    return Ok(Err(Ended));
                }
                if self.written.load(Ordering::Acquire) == known.written {
                    return Ok(Ok(()));
                }
            }
        }
        Ok(Ok(()))
    }

    /// Reads all frames that were durable, with all checks.
    fn read(&self, stop: &Receiver<()>, known: &mut Look) -> Result<Result<(), Ended>, LogError> {
        let last = self.written.load(Ordering::Acquire);
        let mut reader = Reader::open(&self.dir, self.ledger)?;
        let mut looked = Instant::now();
        while reader.tip().frames < last {
            let began = Instant::now();
            let until = last.min(reader.tip().frames + SCRUB_FRAMES);
            while reader.tip().frames < until {
                if reader.next_any()?.is_none() {
                    return Err(reader.damage(self.dir.display().to_string(), "it is not there any more".to_owned()));
                }
            }
            let (least, most) = (Duration::from_millis(SCRUB_REST_MIN_MS), Duration::from_millis(SCRUB_REST_MAX_MS));
            if wait(stop, (began.elapsed() * SCRUB_REST).clamp(least, most)).is_err() {
                return Ok(Err(Ended));
            }
            if looked.elapsed() > Duration::from_millis(RECHECK_MS) {
                self.look_again(known)?;
                looked = Instant::now();
            }
        }
        Ok(Ok(()))
    }

    fn look(&self) -> Result<Look, LogError> {
        let written = self.written.load(Ordering::Acquire);
        let fail = |e| LogError::io("looking at", &self.dir, e);
        let mut files = Vec::new();
        for segment in list(&self.dir)? {
            let data = fs::metadata(&segment.path).map_err(fail)?;
            files.push((segment, data.len(), data.modified().map_err(fail)?));
        }
        Ok(Look { written, files })
    }

    /// Whether a file changed though no frame was written. One that is gone or was cut is damage.
    fn look_again(&self, known: &mut Look) -> Result<bool, LogError> {
        let now = self.look()?;
        for (segment, length, _) in &known.files {
            let found = now.files.iter().find(|(other, ..)| other == segment).map(|(_, length, _)| *length);
            let why = match found {
                Some(found) if found >= *length => continue,
                Some(found) => format!("it had {length} bytes and has {found}"),
                None => "it is not there any more".to_owned(),
            };
            let (place, frame, index) = (segment.path.display().to_string(), segment.first_frame, segment.first_index);
            return Err(LogError::Damage { place, frame, index, why });
        }
        let changed = now.written == known.written && now.files != known.files;
        *known = now;
        Ok(changed)
    }
}

/// Waits, unless it is asked to end.
fn wait(stop: &Receiver<()>, time: Duration) -> Result<(), Ended> {
    match stop.recv_timeout(time) {
        Err(RecvTimeoutError::Timeout) => Ok(()),
        _ => Err(Ended),
    }
}

impl Drop for FileScrubbing {
    fn drop(&mut self) {
        drop(self.stop.take());
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("reading the files again panicked; the record is whole");
        }
    }
}
