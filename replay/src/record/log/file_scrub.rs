//! Reads the files of a record again while a writer goes on: whether they are there, as long as they were, and hold what was
//! written. Gentle as the scrub of a stream: names and lengths are looked at often, contents at the start, from time to time, and
//! when a file changed that nobody here wrote. Of an archive beside a stream, contents are otherwise read by the scrub of that stream.

use std::fs;
use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use super::held::{FileId, HeldDir, id};
use super::reader::Reader;
use super::segments::{Segment, list};
use crate::limits::{
    RECHECK_MS, SCRUB_AGAIN_MS, SCRUB_FRAMES, SCRUB_REST, SCRUB_REST_MAX_MS, SCRUB_REST_MIN_MS, SCRUB_WRITE_MS,
};
use crate::record::alarm::Alarm;
use crate::record::error::LogError;

/// What is read again.
pub(crate) struct FileScrub {
    pub(crate) held: HeldDir,
    /// Whether contents are read though no file changed by itself.
    pub(crate) all: bool,
    pub(crate) ledger: [u8; 16],
    /// Frames that are durable; grows while the writer writes.
    pub(crate) written: Arc<AtomicU64>,
    /// Whether they are a follower's copy, from which nothing is repaired.
    pub(crate) follows: bool,
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
    files: Vec<Seen>,
}

/// How a file looked.
#[derive(PartialEq, Eq)]
struct Seen {
    segment: Segment,
    bytes: u64,
    written: SystemTime,
    id: FileId,
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
        let (mut known, mut read) = (None, self.all);
        loop {
            match self.round(stop, &mut known, &mut read) {
                Ok(Ok(())) => {}
                Ok(Err(Ended)) => return,
                Err(error) if error.is_damage() => {
                    let error = if self.follows { error.while_following() } else { error };
                    return self.alarm.raise(&Arc::new(error));
                }
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

    /// Reads everything once, if it is time, then looks until it is time again or a file changed by itself. What was seen in the round
    /// before is remembered: what went meanwhile is missed.
    fn round(
        &self,
        stop: &Receiver<()>,
        known: &mut Option<Look>,
        read: &mut bool,
    ) -> Result<Result<(), Ended>, LogError> {
        let known = match known {
            Some(known) => {
                self.look_again(known)?;
                known
            }
            none => none.insert(self.look()?),
        };
        if *read && self.read(stop, known)?.is_err() {
            return Ok(Err(Ended));
        }
        *read = false;
        let since = Instant::now();
        while since.elapsed() < Duration::from_millis(SCRUB_AGAIN_MS) {
            if wait(stop, Duration::from_millis(RECHECK_MS)).is_err() {
                return Ok(Err(Ended));
            }
            if self.look_again(known)? {
                // A frame may have been on its way to the disk.
                if wait(stop, Duration::from_millis(SCRUB_WRITE_MS)).is_err() {
                    return Ok(Err(Ended));
                }
                *read = self.written.load(Ordering::Acquire) == known.written;
                if *read {
                    return Ok(Ok(()));
                }
            }
        }
        *read = self.all;
        Ok(Ok(()))
    }

    /// Reads all frames that were durable, with all checks.
    fn read(&self, stop: &Receiver<()>, known: &mut Look) -> Result<Result<(), Ended>, LogError> {
        let last = self.written.load(Ordering::Acquire);
        let mut reader = Reader::open(&self.held.dir, self.ledger)?;
        let mut looked = Instant::now();
        while reader.tip().frames < last {
            let began = Instant::now();
            let until = last.min(reader.tip().frames + SCRUB_FRAMES);
            while reader.tip().frames < until {
                if reader.next_any()?.is_none() {
                    return Err(
                        reader.damage(self.held.dir.display().to_string(), "it is not there any more".to_owned())
                    );
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
        self.held.there()?;
        let written = self.written.load(Ordering::Acquire);
        let fail = |e| LogError::io("looking at", &self.held.dir, e);
        let mut files = Vec::new();
        for segment in list(&self.held.dir)? {
            match fs::metadata(&segment.path) {
                // Removed since it was listed: then whoever knows it misses it.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                found => {
                    let data = found.map_err(fail)?;
                    let (bytes, written) = (data.len(), data.modified().map_err(fail)?);
                    files.push(Seen { segment, bytes, written, id: id(&data) });
                }
            }
        }
        Ok(Look { written, files })
    }

    /// Whether a file changed that nobody here wrote. One that is gone or was cut is damage, and so is another in the place of the last
    /// one: its writer writes to the file it has open.
    fn look_again(&self, known: &mut Look) -> Result<bool, LogError> {
        let now = self.look()?;
        let still_last = now.files.len() == known.files.len();
        for (at, before) in known.files.iter().enumerate() {
            let found = now.files.iter().find(|now| now.segment == before.segment);
            let is_open = still_last && at + 1 == known.files.len();
            let why = match found {
                Some(now) if now.bytes < before.bytes => {
                    format!("it had {} bytes and has {}", before.bytes, now.bytes)
                }
                Some(now) if is_open && now.id != before.id => "another file has its name".to_owned(),
                Some(_) => continue,
                None => "it is not there any more".to_owned(),
            };
            let Segment { path, first_frame, first_index } = &before.segment;
            let (place, frame, index) = (path.display().to_string(), *first_frame, *first_index);
            return Err(LogError::Damage { place, frame, index, why });
        }
        // The last one may have grown, and others come behind it; those before it are written no more.
        let closed = known.files.len().saturating_sub(1);
        let changed = now.files.iter().zip(&known.files).take(closed).any(|(now, before)| now != before);
        let changed = changed || (now.written == known.written && now.files != known.files);
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
