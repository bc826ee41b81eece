//! Reads one entry back by its index while the writer goes on: finds its segment by name and its frame by headers, and checks
//! the frame's checksum before it answers. Takes no lock and writes nothing. What an entry means is not its business.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use parking_lot::Mutex;

use super::frame::{Frame, HEADER_BYTES, Header};
use super::segments::{Segment, list};
use crate::limits::FENCE_FRAMES;
use crate::record::error::LogError;

/// Frames from one remembered place to the next: a read passes over fewer headers than this, and a full segment of the
/// smallest frames is remembered in some tens of kilobytes.
const MARK_EVERY: u32 = 64;

/// Enough for the header after next where frames are small; large frames are passed over by seeking.
const BUFFER_BYTES: usize = 4096;

/// Single entries of the files in a directory.
#[derive(Debug)]
pub(crate) struct Single {
    dir: PathBuf,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    segments: Vec<Segment>,
    /// Places of frames by the number of their segment's first frame: first index and offset, both ascending.
    marks: BTreeMap<u64, Vec<(u64, u64)>>,
    /// The frame read last: neighbours are mostly asked for together.
    last: Option<Frame>,
}

impl Single {
    pub(crate) fn new(dir: PathBuf) -> Self {
        Self { dir, known: Mutex::default() }
    }

    /// Where the files are.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// The frame in which an entry should be, as far as there are frames.
    pub(crate) fn frame_of(&self, index: u64) -> u64 {
        let segments = list(&self.dir).unwrap_or_default();
        let Some(segment) = segments.iter().rfind(|segment| segment.first_index <= index) else { return 1 };
        let Ok(mut open) = Open::at(segment, 0) else { return segment.first_frame };
        let mut frame = segment.first_frame;
        while let Ok(Some((offset, header))) = open.header() {
            if header.first_index + u64::from(header.count) > index {
                break;
            }
            frame += 1;
            open.offset = offset + header.frame_bytes() as u64;
        }
        frame
    }

    /// The bytes of an entry. A fenced writer's void frame may bear the same index, so `is_it` says which is the one; where
    /// both hold the same, it is the later.
    ///
    /// # Errors
    /// The files cannot be read, or the entry's frame is damaged.
    pub(crate) fn entry(&self, index: u64, is_it: &dyn Fn(&[u8]) -> bool) -> Result<Option<Bytes>, LogError> {
        if let Some(entry) = self.known.lock().last.as_ref().and_then(|frame| part(frame, index, is_it)) {
            return Ok(Some(entry));
        }
        for segment in self.segments_of(index)? {
            if let Some((frame, entry)) = self.search(&segment, index, is_it)? {
                self.known.lock().last = Some(frame);
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    /// The segment an index lies in by its name, then its neighbours: the first frame of a segment may be void, and then
    /// the name says another index.
    fn segments_of(&self, index: u64) -> Result<Vec<Segment>, LogError> {
        let mut known = self.known.lock();
        // The last segment grows, and the writer may have begun another behind it.
        if known.segments.last().is_none_or(|last| last.first_index <= index) {
            known.segments = list(&self.dir)?;
        }
        let at = known.segments.partition_point(|segment| segment.first_index <= index);
        let order = [at.checked_sub(1), Some(at), at.checked_sub(2)];
        Ok(order.into_iter().flatten().filter_map(|at| known.segments.get(at).cloned()).collect())
    }

    fn search(
        &self,
        segment: &Segment,
        index: u64,
        is_it: &dyn Fn(&[u8]) -> bool,
    ) -> Result<Option<(Frame, Bytes)>, LogError> {
        let mut open = Open::at(segment, self.mark(segment.first_frame, index))?;
        let (mut passed, mut beyond) = (0, 0);
        let mut found: Option<(Frame, Bytes)> = None;
        loop {
            let (offset, header) = match open.header() {
                Ok(Some(next)) => next,
                // What lies behind the entry may be damaged or just being written.
                Err(error) if found.is_none() => return Err(error),
                Ok(None) | Err(_) => return Ok(found),
            };
            if header.first_index > index {
                beyond += 1;
                // Void frames lie together and are few; behind them the order is the record's own.
                if beyond > FENCE_FRAMES {
                    return Ok(found);
                }
            } else {
                passed += 1;
                if passed % MARK_EVERY == 0 {
                    self.remember(segment.first_frame, header.first_index, offset);
                }
            }
            // The fenced writer may have recorded the same event: its frames are of a lower epoch, and come first.
            let higher = found.as_ref().is_none_or(|(frame, _)| frame.header().epoch < header.epoch);
            if higher && header.first_index <= index && index - header.first_index < u64::from(header.count) {
                let frame = open.frame(offset, &header)?;
                found = part(&frame, index, is_it).map(|entry| (frame, entry)).or(found);
            }
            open.offset = offset + header.frame_bytes() as u64;
        }
    }

    /// Where to begin looking for an index.
    fn mark(&self, segment: u64, index: u64) -> u64 {
        let known = self.known.lock();
        let Some(marks) = known.marks.get(&segment) else { return 0 };
        let at = marks.partition_point(|(first, _)| *first <= index);
        at.checked_sub(1).map_or(0, |at| marks[at].1)
    }

    fn remember(&self, segment: u64, first: u64, offset: u64) {
        let mut known = self.known.lock();
        let marks = known.marks.entry(segment).or_default();
        if marks.last().is_none_or(|last| last.0 < first && last.1 < offset) {
            marks.push((first, offset));
        }
    }
}

/// The entry of an index within a frame, if the frame holds it and it is the one.
fn part(frame: &Frame, index: u64, is_it: &dyn Fn(&[u8]) -> bool) -> Option<Bytes> {
    let at = usize::try_from(index.checked_sub(frame.header().first_index)?).ok()?;
    let entry = frame.entries().nth(at).filter(|entry| is_it(entry))?;
    Some(Bytes::copy_from_slice(entry))
}

struct Open<'a> {
    input: BufReader<File>,
    segment: &'a Segment,
    /// The place of the reader.
    at: u64,
    /// Where the next frame begins.
    offset: u64,
}

impl<'a> Open<'a> {
    fn at(segment: &'a Segment, offset: u64) -> Result<Self, LogError> {
        let Segment { path, first_frame, first_index } = segment;
        let opened = File::open(path).map_err(|e| LogError::io("opening segment", path, e));
        // It was there a moment ago.
        let gone = || LogError::Damage {
            place: path.display().to_string(),
            frame: *first_frame,
            index: *first_index,
            why: "it is not there any more".to_owned(),
        };
        let file = opened.map_err(|e| if e.is_gone() { gone() } else { e })?;
        Ok(Self { input: BufReader::with_capacity(BUFFER_BYTES, file), segment, at: 0, offset })
    }

    /// The next frame's place and header; `None` at the end, or where the writer is just writing.
    fn header(&mut self) -> Result<Option<(u64, Header)>, LogError> {
        let mut head = [0; HEADER_BYTES];
        if !self.fill(self.offset, &mut head)? {
            return Ok(None);
        }
        match Header::decode(&head) {
            Ok(header) => Ok(Some((self.offset, header))),
            Err(why) => Err(self.damage(self.offset, why.to_string())),
        }
    }

    fn frame(&mut self, offset: u64, header: &Header) -> Result<Frame, LogError> {
        let mut bytes = vec![0; header.frame_bytes()];
        let whole = self.fill(offset, &mut bytes)?;
        let cut = || self.damage(offset, "the segment ends within the frame".to_owned());
        if !whole {
            return Err(cut());
        }
        Frame::decode(Bytes::from(bytes)).map_err(|why| self.damage(offset, why.to_string()))
    }

    /// Reads from a place on; false if the file ends before.
    fn fill(&mut self, from: u64, buffer: &mut [u8]) -> Result<bool, LogError> {
        let read = self.seek(from).and_then(|()| self.input.read_exact(buffer));
        self.at = from + buffer.len() as u64;
        match read {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
            Err(error) => Err(LogError::io("reading segment", &self.segment.path, error)),
        }
    }

    /// Goes to a place; a short way stays within what was read ahead.
    fn seek(&mut self, to: u64) -> std::io::Result<()> {
        match i64::try_from(i128::from(to) - i128::from(self.at)) {
            Ok(way) => self.input.seek_relative(way),
            Err(_) => self.input.seek(SeekFrom::Start(to)).map(|_| ()),
        }
    }

    /// Damage at a place. The frames before it are counted only now, as most were passed over.
    fn damage(&self, offset: u64, why: String) -> LogError {
        let Segment { path, first_frame, first_index } = self.segment;
        let (frame, index) = count(self.segment, offset).unwrap_or((*first_frame, *first_index));
        LogError::Damage { place: format!("{} at byte {offset}", path.display()), frame, index, why }
    }
}

/// Number and first index of the frame at a place of a segment, by the headers before it.
fn count(segment: &Segment, offset: u64) -> Option<(u64, u64)> {
    let mut open = Open::at(segment, 0).ok()?;
    let (mut frame, mut index) = (segment.first_frame, segment.first_index);
    while open.offset < offset {
        let mut head = [0; HEADER_BYTES];
        let whole = open.fill(open.offset, &mut head).ok()?;
        let header = Header::decode(&head).ok().filter(|_| whole)?;
        (frame, index) = (frame + 1, index.max(header.first_index + u64::from(header.count)));
        open.offset += header.frame_bytes() as u64;
    }
    Some((frame, index))
}

#[cfg(test)]
#[path = "single_tests.rs"]
mod tests;
