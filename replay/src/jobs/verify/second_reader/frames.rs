//! The frames of a directory, read by a path of its own that shares nothing with the ledger's reader but the layout of
//! one frame. Says where each lies; whether one continues the other is for `chain`.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::Context;
use bytes::Bytes;
use replay::limits::MAX_FRAME_BYTES;
use replay::record::log::frame::{FrameError, HEADER_BYTES, MAGIC, has_unwritten};
use replay::record::log::{Frame, Header};

use crate::jobs::verify::evidence::{FirstDifference, FramePlace, TornEnd};

const BUFFER_BYTES: usize = 1 << 20;

/// What reading came to.
pub enum Walked {
    /// A frame with a right checksum.
    Frame(Frame, FramePlace),
    /// Nothing more.
    End,
    /// An unfinished frame at the very end.
    Torn(TornEnd),
    /// Something that cannot be what was written.
    Bad(FirstDifference),
}

/// Reads segment after segment.
pub struct FrameWalk {
    segments: std::vec::IntoIter<(u64, PathBuf)>,
    open: Option<Open>,
    bytes: u64,
    total: u64,
}

struct Open {
    input: BufReader<File>,
    path: PathBuf,
    offset: u64,
    length: u64,
}

impl FrameWalk {
    /// Starts at the first segment of `dir`, or at the one that holds the frame after the first `frames`.
    pub fn open(dir: &Path, frames: u64) -> anyhow::Result<Self> {
        let mut segments = segments(dir)?;
        let start = segments.iter().rposition(|(first, _)| *first <= frames + 1).unwrap_or(0);
        let segments = segments.split_off(start);
        let mut total = 0;
        for (_, path) in &segments {
            total += path.metadata().with_context(|| format!("reading {}", path.display()))?.len();
        }
        let mut walk = Self { segments: segments.into_iter(), open: None, bytes: 0, total };
        walk.pass_over(frames)?;
        Ok(walk)
    }

    /// How much of the files is read, in percent.
    pub fn percent(&self) -> u64 {
        let bytes = self.bytes + self.open.as_ref().map_or(0, |open| open.offset);
        (bytes * 100).checked_div(self.total).unwrap_or(100)
    }

    /// The frame that should have number `wanted` and begin at `index`.
    pub fn next(&mut self, wanted: u64, index: u64) -> anyhow::Result<Walked> {
        loop {
            let Some(open) = &mut self.open else {
                let Some((first, path)) = self.segments.next() else { return Ok(Walked::End) };
                if first != wanted {
                    return Ok(Walked::Bad(misplaced(wanted, first, index, &path)));
                }
                self.open = Some(Open::new(path)?);
                continue;
            };
            let place = FramePlace::in_file(wanted, &open.path, open.offset);
            match open.next().with_context(|| format!("reading {place}"))? {
                Some(Ok(frame)) => return Ok(Walked::Frame(frame, place)),
                Some(Err(why)) => return self.unreadable(&why, place, index),
                None => {
                    self.bytes += open.length;
                    self.open = None;
                }
            }
        }
    }

    /// Passes over frames that were checked in an earlier run; the next root tells whether they are still the same.
    fn pass_over(&mut self, frames: u64) -> anyhow::Result<()> {
        let Some(first) = self.segments.as_slice().first().map(|(first, _)| *first) else { return Ok(()) };
        for number in first..=frames {
            anyhow::ensure!(
                matches!(self.next(number, 0)?, Walked::Frame(..)),
                "the record no longer holds frame {number}, which an earlier run has checked; start without --resume"
            );
        }
        Ok(())
    }

    /// Decides whether bytes that are no frame are an unfinished end or damage. An unfinished end lies in the last
    /// segment, is too short for the frame it begins or has pages of zeros that were never written, and no whole frame follows it.
    fn unreadable(&mut self, why: &FrameError, place: FramePlace, index: u64) -> anyhow::Result<Walked> {
        let Some(mut open) = self.open.take() else { return Ok(Walked::End) };
        let bytes = open.length.saturating_sub(open.offset);
        let last = self.segments.as_slice().is_empty() && bytes <= MAX_FRAME_BYTES as u64 && why.may_be_unfinished();
        if last && open.is_unfinished(why)? && !open.frame_follows()? {
            let (file, offset) = (open.path, open.offset);
            return Ok(Walked::Torn(TornEnd { file, offset, bytes, why: why.to_string() }));
        }
        Ok(Walked::Bad(broken(why, place, index)))
    }
}

impl Open {
    fn new(path: PathBuf) -> anyhow::Result<Self> {
        let doing = || format!("opening {}", path.display());
        let file = File::open(&path).with_context(doing)?;
        let length = file.metadata().with_context(doing)?.len();
        Ok(Self { input: BufReader::with_capacity(BUFFER_BYTES, file), path, offset: 0, length })
    }

    fn next(&mut self) -> std::io::Result<Option<Result<Frame, FrameError>>> {
        let rest = self.length.saturating_sub(self.offset);
        if rest == 0 {
            return Ok(None);
        }
        let mut bytes = vec![0; HEADER_BYTES.min(usize::try_from(rest).unwrap_or(HEADER_BYTES))];
        self.input.read_exact(&mut bytes)?;
        let wanted = match Header::decode(&bytes) {
            Ok(header) => header.frame_bytes(),
            Err(why) => return Ok(Some(Err(why))),
        };
        if rest < wanted as u64 {
            let found = usize::try_from(rest).unwrap_or(usize::MAX);
            return Ok(Some(Err(FrameError::Short { found, wanted })));
        }
        bytes.resize(wanted, 0);
        self.input.read_exact(&mut bytes[HEADER_BYTES..])?;
        let frame = Frame::decode(Bytes::from(bytes));
        if frame.is_ok() {
            self.offset += wanted as u64;
        }
        Ok(Some(frame))
    }

    fn is_unfinished(&mut self, why: &FrameError) -> anyhow::Result<bool> {
        Ok(matches!(why, FrameError::Short { .. }) || has_unwritten(&self.rest()?, self.offset))
    }

    fn rest(&mut self) -> anyhow::Result<Bytes> {
        let mut rest = Vec::new();
        self.input.seek(SeekFrom::Start(self.offset))?;
        self.input.read_to_end(&mut rest).with_context(|| format!("reading {}", self.path.display()))?;
        Ok(Bytes::from(rest))
    }

    fn frame_follows(&mut self) -> anyhow::Result<bool> {
        let rest = self.rest()?;
        let is_frame = |at: usize| {
            let end = Header::decode(&rest[at..]).ok().map(|header| at + header.frame_bytes());
            end.is_some_and(|end| end <= rest.len() && Frame::decode(rest.slice(at..end)).is_ok())
        };
        Ok((1..rest.len()).any(|at| rest[at..].starts_with(&MAGIC) && is_frame(at)))
    }
}

/// First frame and path of each segment, by their names.
fn segments(dir: &Path) -> anyhow::Result<Vec<(u64, PathBuf)>> {
    let mut segments = Vec::new();
    for item in std::fs::read_dir(dir).with_context(|| format!("reading directory {}", dir.display()))? {
        let path = item?.path();
        let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".frames"));
        if let Some(first) = name.and_then(|name| name.split_once('-')).and_then(|(first, _)| first.parse().ok()) {
            segments.push((first, path));
        }
    }
    segments.sort();
    Ok(segments)
}

fn misplaced(wanted: u64, first: u64, index: u64, path: &Path) -> FirstDifference {
    FirstDifference {
        index,
        what: "segment",
        place: Some(FramePlace::in_file(wanted, path, 0)),
        expected: format!("a segment that begins with frame {wanted}"),
        found: format!("one that begins with frame {first}; what lies between is missing"),
        checkpoint: None,
    }
}

fn broken(why: &FrameError, place: FramePlace, index: u64) -> FirstDifference {
    let (what, expected, found) = match why {
        FrameError::Checksum { found, computed } => {
            ("checksum", format!("{computed:08x} over the bytes"), format!("{found:08x} in the frame"))
        }
        FrameError::Time { found, wanted, .. } => ("time", format!("{wanted}, as its frame"), found.to_string()),
        other => ("frame", "a whole frame".to_owned(), other.to_string()),
    };
    let index = index + u64::from(why.entry());
    FirstDifference { index, what, place: Some(place), expected, found, checkpoint: None }
}
