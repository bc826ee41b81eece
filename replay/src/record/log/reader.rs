//! Reads the frames of a directory in order and checks each against the chain. Never writes, takes no lock:
//! a follower may read while the writer appends. Setting a torn end aside is the writer's business.

use ledger::hash::hex;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::frame::{Frame, FrameError, HEADER_BYTES, Header, has_unwritten};
use super::segments::{Segment, list};
use super::tip::Tip;
use crate::limits::MAX_FRAME_BYTES;
use crate::record::error::LogError;

const BUFFER_BYTES: usize = 1 << 20;

/// Frames of a directory in order.
#[derive(Debug)]
pub struct Reader {
    dir: PathBuf,
    segments: std::vec::IntoIter<Segment>,
    open: Option<OpenSegment>,
    tip: Tip,
    torn: Option<Torn>,
    ended: bool,
    /// Whether what is wrong at the end can be read again from a stream.
    has_stream: bool,
}

/// The unfinished end of the last segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Torn {
    /// The segment.
    pub path: PathBuf,
    /// Where the unfinished frame begins.
    pub offset: u64,
    /// How many bytes there are.
    pub bytes: u64,
    /// Why they are no frame.
    pub why: String,
}

#[derive(Debug)]
struct OpenSegment {
    input: BufReader<File>,
    path: PathBuf,
    offset: u64,
    length: u64,
}

enum Next {
    Frame(Frame),
    End,
    Bad(FrameError),
}

impl Reader {
    /// Starts at the first frame of `dir`.
    pub fn open(dir: &Path, ledger: [u8; 16]) -> Result<Self, LogError> {
        Self::open_at(dir, Tip::new(ledger))
    }

    /// Starts after `tip`, which was taken from this record before, with all checks going on from there.
    pub fn open_at(dir: &Path, tip: Tip) -> Result<Self, LogError> {
        let mut segments = list(dir)?;
        let wanted = tip.frames + 1;
        let start = segments.iter().rposition(|segment| segment.first_frame <= wanted).unwrap_or(0);
        let segments = segments.split_off(start).into_iter();
        let mut reader =
            Self { dir: dir.to_path_buf(), segments, open: None, tip, torn: None, ended: false, has_stream: false };
        reader.skip_to(wanted)?;
        Ok(reader)
    }

    /// Of an archive: a last frame of full length that is wrong may be set aside too, as the stream has it.
    pub(crate) fn beside_a_stream(self) -> Self {
        Self { has_stream: true, ..self }
    }

    /// How far reading has come.
    #[must_use]
    pub fn tip(&self) -> &Tip {
        &self.tip
    }

    /// The unfinished end, once [`Reader::next_frame`] has answered `None`.
    #[must_use]
    pub fn torn(&self) -> Option<&Torn> {
        self.torn.as_ref()
    }

    /// The next frame, checked; `None` at the end. Void frames are passed over.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, LogError> {
        while let Some((frame, void)) = self.next_any()? {
            if !void {
                return Ok(Some(frame));
            }
        }
        Ok(None)
    }

    /// As [`Reader::next_frame`], void frames too, and whether it is one: a copy must keep every place.
    pub fn next_any(&mut self) -> Result<Option<(Frame, bool)>, LogError> {
        while !self.ended {
            let Some(open) = &mut self.open else {
                self.open_segment(self.tip.frames + 1)?;
                continue;
            };
            let (path, offset) = (open.path.clone(), open.offset);
            match open.next()? {
                Next::Frame(frame) => {
                    self.check(&frame, &path, offset)?;
                    let void = self.tip.is_void(&frame);
                    self.tip.advance(&frame);
                    return Ok(Some((frame, void)));
                }
                // It may grow, and then reading goes on in it.
                Next::End if self.segments.as_slice().is_empty() => self.ended = true,
                Next::End => self.open = None,
                Next::Bad(why) => return self.end_torn(&why).map(|()| None),
            }
        }
        Ok(None)
    }

    /// Goes on behind the end that was met, where the writer may have written since. An unfinished end is read again.
    pub fn go_on(&mut self) -> Result<(), LogError> {
        if !self.ended {
            return Ok(());
        }
        (self.ended, self.torn) = (false, None);
        let wanted = self.tip.frames + 1;
        let mut segments = list(&self.dir)?;
        let is_open = |path: &Path| self.open.as_ref().is_some_and(|open| open.path == path);
        segments.retain(|segment| segment.first_frame >= wanted && !is_open(&segment.path));
        self.segments = segments.into_iter();
        self.open.as_mut().map_or(Ok(()), OpenSegment::grow)
    }

    fn check(&self, frame: &Frame, path: &Path, offset: u64) -> Result<(), LogError> {
        let place = || format!("{} at byte {offset}", path.display());
        if frame.header().ledger != self.tip.ledger {
            return Err(LogError::WrongLedger {
                place: place(),
                found: hex(&frame.header().ledger),
                wanted: hex(&self.tip.ledger),
            });
        }
        self.tip.check(frame).map_err(|why| self.damage(place(), why))
    }

    pub(crate) fn damage(&self, place: String, why: String) -> LogError {
        LogError::Damage { place, frame: self.tip.frames + 1, index: self.tip.next_index(), why }
    }

    fn open_segment(&mut self, wanted: u64) -> Result<(), LogError> {
        let Some(segment) = self.segments.next() else {
            self.ended = true;
            return Ok(());
        };
        if segment.first_frame != wanted {
            let why = format!("the segment begins with frame {}, not {wanted}", segment.first_frame);
            return Err(self.damage(segment.path.display().to_string(), why));
        }
        let place = segment.path.display().to_string();
        let opened = OpenSegment::open(segment.path);
        // It was there a moment ago.
        let opened = opened.map_err(|e| if e.is_gone() { self.damage(place, "it is gone".to_owned()) } else { e });
        self.open = Some(opened?);
        Ok(())
    }

    /// Passes over the frames of the first segment that the tip already covers, by their headers.
    fn skip_to(&mut self, wanted: u64) -> Result<(), LogError> {
        let Some(first) = self.segments.as_slice().first().map(|segment| segment.first_frame) else {
            return self.nothing_before(wanted);
        };
        if first == wanted {
            return Ok(());
        }
        self.open_segment(first)?;
        for _ in first..wanted {
            match self.open.as_mut().map(OpenSegment::next).transpose()? {
                Some(Next::Frame(_)) => {}
                _ => return self.nothing_before(wanted),
            }
        }
        Ok(())
    }

    fn nothing_before(&self, wanted: u64) -> Result<(), LogError> {
        if wanted == 1 {
            return Ok(());
        }
        let why = format!("the record ends before frame {wanted}, from which reading should go on");
        Err(self.damage("the record".to_owned(), why))
    }

    /// Decides whether bad bytes are an unfinished end or damage.
    fn end_torn(&mut self, fault: &FrameError) -> Result<(), LogError> {
        self.ended = true;
        let Some(open) = &self.open else { return Ok(()) };
        let place = format!("{} at byte {}", open.path.display(), open.offset);
        let bytes = open.length.saturating_sub(open.offset);
        // Only one frame is written at a time, so an unfinished end is shorter than a frame, in the last
        // segment, and no whole frame follows it.
        let (why, last) = (fault.to_string(), self.segments.as_slice().is_empty());
        if !fault.may_be_unfinished() {
            let index = self.tip.next_index() + u64::from(fault.entry());
            return Err(LogError::Damage { place, frame: self.tip.frames + 1, index, why });
        }
        let unfinished = self.has_stream || open.is_unfinished(fault)?;
        if !last || !unfinished || bytes > MAX_FRAME_BYTES as u64 || open.frame_follows()? {
            return Err(self.damage(place, why));
        }
        self.torn = Some(Torn { path: open.path.clone(), offset: open.offset, bytes, why });
        Ok(())
    }
}

impl OpenSegment {
    fn open(path: PathBuf) -> Result<Self, LogError> {
        let fail = |e| LogError::io("opening segment", &path, e);
        let file = File::open(&path).map_err(fail)?;
        let length = file.metadata().map_err(fail)?.len();
        Ok(Self { input: BufReader::with_capacity(BUFFER_BYTES, file), path, offset: 0, length })
    }

    /// Takes note of what was written behind the end.
    fn grow(&mut self) -> Result<(), LogError> {
        let grown = self.input.get_ref().metadata().map(|data| data.len());
        let length = grown.and_then(|length| self.input.seek(SeekFrom::Start(self.offset)).map(|_| length));
        self.length = length.map_err(|e| LogError::io("reading segment", &self.path, e))?;
        Ok(())
    }

    fn next(&mut self) -> Result<Next, LogError> {
        let rest = self.length.saturating_sub(self.offset);
        if rest == 0 {
            return Ok(Next::End);
        }
        if rest < HEADER_BYTES as u64 {
            return Ok(Next::Bad(FrameError::Short { found: rest as usize, wanted: HEADER_BYTES }));
        }
        let mut head = [0; HEADER_BYTES];
        self.fill(&mut head)?;
        let header = match Header::decode(&head) {
            Ok(header) => header,
            Err(why) => return Ok(Next::Bad(why)),
        };
        let wanted = header.frame_bytes();
        if rest < wanted as u64 {
            return Ok(Next::Bad(FrameError::Short { found: rest as usize, wanted }));
        }
        let mut bytes = vec![0; wanted];
        bytes[..HEADER_BYTES].copy_from_slice(&head);
        self.fill(&mut bytes[HEADER_BYTES..])?;
        match Frame::decode(Bytes::from(bytes)) {
            Ok(frame) => {
                self.offset += wanted as u64;
                Ok(Next::Frame(frame))
            }
            Err(why) => Ok(Next::Bad(why)),
        }
    }

    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), LogError> {
        self.input.read_exact(buffer).map_err(|e| LogError::io("reading segment", &self.path, e))
    }

    /// Whether a write that never ended can have left this: too few bytes, or zeros where some did not reach the disk. Any other
    /// last frame of full length was acknowledged, for all anybody knows, so it is damage.
    fn is_unfinished(&self, fault: &FrameError) -> Result<bool, LogError> {
        if matches!(fault, FrameError::Short { .. }) {
            return Ok(true);
        }
        Ok(has_unwritten(&read_from(&self.path, self.offset)?, self.offset))
    }

    /// Whether a whole frame begins anywhere after the bad place.
    fn frame_follows(&self) -> Result<bool, LogError> {
        let mut all = read_from(&self.path, self.offset)?;
        // What a writer has finished and added since the file was opened says nothing about what was there then.
        all.truncate(usize::try_from(self.length.saturating_sub(self.offset)).unwrap_or(usize::MAX));
        let found = (1..all.len()).any(|at| {
            Header::decode(&all[at..])
                .ok()
                .and_then(|header| all.get(at..at + header.frame_bytes()))
                .is_some_and(|bytes| Frame::decode(Bytes::copy_from_slice(bytes)).is_ok())
        });
        Ok(found)
    }
}

/// Frames in the order of their numbers, read while the writer goes on, up to a number that is known to be there. Only each
/// frame's own checksum is checked.
#[derive(Debug)]
pub(crate) struct Numbered {
    dir: PathBuf,
    open: Option<OpenSegment>,
    next: u64,
    /// Of the entry that comes next.
    index: u64,
}

impl Numbered {
    pub(crate) fn new(dir: PathBuf) -> Self {
        Self { dir, open: None, next: 1, index: 0 }
    }

    /// Number of the frame that comes next.
    pub(crate) fn next_number(&self) -> u64 {
        self.next
    }

    pub(crate) fn next_frame(&mut self) -> Result<Frame, LogError> {
        loop {
            if self.open.is_none() {
                self.open = Some(self.segment()?);
            }
            let Some(open) = &mut self.open else { continue };
            let place = format!("{} at byte {}", open.path.display(), open.offset);
            match open.next()? {
                Next::Frame(frame) => {
                    self.next += 1;
                    self.index = self.index.max(frame.next_index());
                    return Ok(frame);
                }
                Next::End => self.open = None,
                Next::Bad(why) => return Err(self.damage(place, why.to_string())),
            }
        }
    }

    fn segment(&self) -> Result<OpenSegment, LogError> {
        let found = list(&self.dir)?.into_iter().find(|segment| segment.first_frame == self.next);
        let gone = || self.damage(self.dir.display().to_string(), format!("frame {} is not there any more", self.next));
        OpenSegment::open(found.ok_or_else(gone)?.path)
    }

    fn damage(&self, place: String, why: String) -> LogError {
        LogError::Damage { place, frame: self.next, index: self.index, why }
    }
}

/// The first index of a frame by its number, if the directory holds it; only its segment is read.
pub(crate) fn first_index_of(dir: &Path, frame: u64) -> Option<u64> {
    frame_at(dir, frame).map(|frame| frame.header().first_index)
}

/// A frame by its number, if the directory holds it; only its segment is read, nothing but it is checked.
pub(crate) fn frame_at(dir: &Path, number: u64) -> Option<Frame> {
    let segment = list(dir).ok()?.into_iter().rfind(|segment| segment.first_frame <= number)?;
    let mut open = OpenSegment::open(segment.path).ok()?;
    for _ in segment.first_frame..number {
        let Ok(Next::Frame(_)) = open.next() else { return None };
    }
    match open.next() {
        Ok(Next::Frame(frame)) => Some(frame),
        _ => None,
    }
}

/// The bytes of `path` from `offset` to its end.
pub(crate) fn read_from(path: &Path, offset: u64) -> Result<Vec<u8>, LogError> {
    let fail = |e| LogError::io("reading segment", path, e);
    let mut file = File::open(path).map_err(fail)?;
    file.seek(SeekFrom::Start(offset)).map_err(fail)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(fail)?;
    Ok(bytes)
}
