//! One copy in segment files, looked at as it is: which bytes are frames, whatever is between them. Whether a frame
//! belongs where it is, is not decided here.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::held::{Held, fault};
use super::report::Fault;
use crate::limits::MAX_FRAME_BYTES;
use crate::record::error::LogError;
use crate::record::log::frame::{MAGIC, has_unwritten};
use crate::record::log::segments::list;
use crate::record::log::{Frame, FrameError, Header, Tip};

/// First index of a frame and the first bytes of its root, which no two records share behind the place where they part.
pub(super) type Key = (u64, u64);

pub(super) fn key(header: &Header) -> Key {
    (header.first_index, short(&header.root))
}

/// What a frame says of itself: the same with the epoch of a frame that has entries, 0 for others. So what was recorded, and
/// by which writer.
pub(super) type FrameClaim = (Key, u64);

pub(super) fn claim(header: &Header) -> FrameClaim {
    (key(header), if header.count > 0 { header.epoch } else { 0 })
}

/// What a frame would say of itself that comes after `tip`.
pub(super) fn end(tip: &Tip) -> Key {
    (tip.next_index(), short(&tip.frontier.root()))
}

/// A directory of segments.
#[derive(Debug)]
pub(super) struct Files {
    dir: PathBuf,
    paths: Vec<PathBuf>,
    slots: Vec<Slot>,
    /// Slot by number of the frame.
    places: BTreeMap<u64, usize>,
    /// Slots that hold a whole frame of the ledger.
    contents: BTreeMap<Key, Vec<usize>>,
    /// What they say of themselves.
    claims: Vec<FrameClaim>,
}

#[derive(Debug)]
struct Slot {
    path: usize,
    offset: u64,
    bytes: usize,
    bad: Option<(Fault, String)>,
}

impl Files {
    /// Looks through all segments of a directory; one that is not there holds none.
    pub(super) fn scan(dir: &Path, ledger: [u8; 16], seen: &mut dyn FnMut(u64)) -> Result<Self, LogError> {
        let segments = if dir.is_dir() { list(dir)? } else { Vec::new() };
        let mut files = Self {
            dir: dir.to_path_buf(),
            paths: Vec::new(),
            slots: Vec::new(),
            places: BTreeMap::new(),
            contents: BTreeMap::new(),
            claims: Vec::new(),
        };
        let ends = segments.iter().skip(1).map(|next| next.first_frame).chain([u64::MAX]);
        for (segment, end) in segments.iter().zip(ends) {
            let bytes = std::fs::read(&segment.path).map_err(|e| LogError::io("reading segment", &segment.path, e))?;
            files.paths.push(segment.path.clone());
            files.take(&Bytes::from(bytes), ledger, segment.first_frame..end);
            seen(files.slots.len() as u64);
        }
        Ok(files)
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// The last number it has something under.
    pub(super) fn last(&self) -> u64 {
        self.places.last_key_value().map_or(0, |(number, _)| *number)
    }

    /// What is at the place of a frame.
    pub(super) fn at(&self, number: u64) -> Result<Held, LogError> {
        match self.places.get(&number) {
            None => Ok(Held::Nothing),
            Some(slot) => match &self.slots[*slot].bad {
                Some((fault, why)) => Ok(Held::Bad(*fault, why.clone())),
                None => self.slot(*slot as u64).map(Held::Frame),
            },
        }
    }

    /// The frame in a slot that held a whole one.
    pub(super) fn slot(&self, slot: u64) -> Result<Frame, LogError> {
        let Some(known) = usize::try_from(slot).ok().and_then(|slot| self.slots.get(slot)) else {
            return Err(self.changed(&self.dir, 0, "a frame that was there is gone".to_owned()));
        };
        let path = &self.paths[known.path];
        let mut bytes = vec![0; known.bytes];
        let read = File::open(path).and_then(|file| file.read_exact_at(&mut bytes, known.offset));
        read.map_err(|e| LogError::io("reading segment", path, e))?;
        Frame::decode(bytes.into()).map_err(|why| self.changed(path, known.offset, why.to_string()))
    }

    /// The slot at a place.
    pub(super) fn slot_at(&self, number: u64) -> Option<u64> {
        self.places.get(&number).map(|slot| *slot as u64)
    }

    /// Slots, wherever they are, whose frame would continue `tip` by its content.
    pub(super) fn fitting(&self, tip: &Tip) -> impl Iterator<Item = u64> + '_ {
        self.contents.get(&end(tip)).into_iter().flatten().map(|slot| *slot as u64)
    }

    /// What all whole frames of the ledger say of themselves, wherever they are.
    pub(super) fn claims(&self) -> &[FrameClaim] {
        &self.claims
    }

    /// What is wrong with the very last frame, if it is at this number: one that is cut short may have been under way.
    pub(super) fn unfinished(&self, number: u64) -> Option<Fault> {
        let slot = *self.places.get(&number)?;
        let known = &self.slots[slot];
        let last = slot + 1 == self.slots.len() && known.bytes <= MAX_FRAME_BYTES;
        known.bad.as_ref().filter(|_| last).map(|(fault, _)| *fault)
    }

    /// File and byte of a number, for people.
    pub(super) fn place(&self, number: u64) -> String {
        match self.places.get(&number).map(|slot| &self.slots[*slot]) {
            Some(slot) => format!("{} at byte {}", self.paths[slot.path].display(), slot.offset),
            None => format!("{}, frame {number}", self.dir.display()),
        }
    }

    fn changed(&self, path: &Path, offset: u64, why: String) -> LogError {
        LogError::Damage { place: format!("{} at byte {offset}", path.display()), frame: 0, index: 0, why }
    }

    fn take(&mut self, bytes: &Bytes, ledger: [u8; 16], numbers: std::ops::Range<u64>) {
        let path = self.paths.len() - 1;
        let (mut at, mut number) = (0, numbers.start);
        while at < bytes.len() {
            let slot = self.slots.len();
            let (length, bad) = match frame_at(bytes, at) {
                Ok(frame) => {
                    let header = frame.header();
                    if header.ledger == ledger {
                        self.contents.entry(key(header)).or_default().push(slot);
                        self.claims.push(claim(header));
                    }
                    (frame.bytes().len(), None)
                }
                Err(why) => {
                    let next = next_after(bytes, at);
                    // A length that reaches beyond the end, while frames follow, was not written so; pages of zeros were not written at all.
                    let unwritten = has_unwritten(&bytes[at..next], at as u64);
                    let fault = match next < bytes.len() {
                        true => Fault::Flipped,
                        false if unwritten => Fault::Truncated,
                        false => fault(&why),
                    };
                    (next - at, Some((fault, why.to_string())))
                }
            };
            self.slots.push(Slot { path, offset: at as u64, bytes: length, bad });
            // What goes on into the numbers of the next segment has no place, but may still be looked for.
            if numbers.contains(&number) {
                self.places.insert(number, slot);
            }
            number += 1;
            at += length;
        }
    }
}

fn short(root: &[u8; 32]) -> u64 {
    u64::from_be_bytes([root[0], root[1], root[2], root[3], root[4], root[5], root[6], root[7]])
}

fn frame_at(bytes: &Bytes, at: usize) -> Result<Frame, FrameError> {
    let rest = bytes.slice(at..);
    let wanted = Header::decode(&rest)?.frame_bytes();
    if rest.len() < wanted {
        return Err(FrameError::Short { found: rest.len(), wanted });
    }
    Frame::decode(rest.slice(..wanted))
}

/// Where the next frame begins after one that is bad: where it says it ends, if that can be true, or else where one is.
fn next_after(bytes: &Bytes, at: usize) -> usize {
    let claimed = Header::decode(&bytes[at..]).map(|header| at + header.frame_bytes());
    if let Ok(end) = claimed
        && (end == bytes.len() || (end < bytes.len() && frame_at(bytes, end).is_ok()))
    {
        return end;
    }
    let begins = bytes[at + 1..].windows(MAGIC.len()).enumerate().filter(|(_, window)| *window == MAGIC);
    let mut starts = begins.map(|(skipped, _)| at + 1 + skipped);
    starts.find(|start| frame_at(bytes, *start).is_ok()).unwrap_or(bytes.len())
}
