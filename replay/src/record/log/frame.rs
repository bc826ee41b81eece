//! The bytes of a frame: header, entries, checksum. Knows nothing of files, streams or what an entry means, only that it
//! begins with the time of its frame: whoever takes entries out of a frame comes by here.
//!
//! All numbers are little-endian. Header: magic and format (4), ledger (16), epoch (8), writer (8), first
//! index (8), recorded ms (8), count (4), body bytes (4), root over all earlier entries (32). Body: each entry
//! after its 16-bit length. Trailer: CRC-32C over everything before it.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use ledger::hash::Hash;
use ledger::tree::merkle::leaf_hash;

use crate::limits::MAX_FRAME_BYTES;

/// Magic and format number. A later format changes the last byte.
pub const MAGIC: [u8; 4] = *b"MZF1";
/// Bytes before the entries.
pub const HEADER_BYTES: usize = 92;
/// Bytes after the entries.
pub(crate) const TRAILER_BYTES: usize = 4;

/// Everything a frame says besides its entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Which ledger.
    pub ledger: [u8; 16],
    /// Raised by each opening of a writer.
    pub epoch: u64,
    /// A random number of the writer's opening, so that two writers never make identical frames.
    pub writer: u64,
    /// Index of the first entry; for an opening frame, of the entry that would come next.
    pub first_index: u64,
    /// The writer's clock, milliseconds since 1970; never falls from frame to frame.
    pub recorded_ms: i64,
    /// Number of entries; 0 in an opening frame.
    pub count: u32,
    /// Bytes of the body.
    pub body_bytes: u32,
    /// RFC 6962 root over all entries before `first_index`.
    pub root: Hash,
}

/// Why bytes are not a frame.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Fewer bytes than a frame needs.
    #[error("{found} bytes where {wanted} are needed")]
    Short {
        /// Bytes there are.
        found: usize,
        /// Bytes the frame claims or the header needs.
        wanted: usize,
    },
    /// More bytes than the frame claims.
    #[error("{found} bytes where the frame ends after {wanted}")]
    Long {
        /// Bytes there are.
        found: usize,
        /// Bytes the frame claims.
        wanted: usize,
    },
    /// Not the magic of a frame.
    #[error("no frame begins here: {0:02x?}")]
    Magic([u8; 4]),
    /// A length no frame has.
    #[error("a body of {0} bytes fits no frame")]
    BodyBytes(u32),
    /// The checksum does not fit.
    #[error("checksum {found:08x}, computed {computed:08x}")]
    Checksum {
        /// In the trailer.
        found: u32,
        /// Over the bytes.
        computed: u32,
    },
    /// The entries do not fill the body as the header says.
    #[error("the body ends inside entry {entry} of {count}, at byte {offset}")]
    Entries {
        /// Which entry, from 0.
        entry: u32,
        /// How many the header announces.
        count: u32,
        /// Where in the frame.
        offset: usize,
    },
    /// An entry says another time than the frame it was recorded with.
    #[error("entry {entry} of the frame says it was recorded at {found}, the frame at {wanted}")]
    Time {
        /// Which entry, from 0.
        entry: u32,
        /// Its time.
        found: i64,
        /// That of the frame.
        wanted: i64,
    },
}

impl FrameError {
    /// Which entry of the frame is wrong, where the frame itself is whole; else the first.
    #[must_use]
    pub fn entry(&self) -> u32 {
        if let Self::Time { entry, .. } = self { *entry } else { 0 }
    }

    /// Whether this may be what an unfinished write left. A whole frame whose entries contradict it is not.
    #[must_use]
    pub fn may_be_unfinished(&self) -> bool {
        !matches!(self, Self::Time { .. })
    }
}

/// Bytes of a file that come to the disk together.
const PAGE_BYTES: u64 = 4096;

/// Whether a write that never ended can have left these bytes, from `offset` of a file to its end: pages that the file grew by and that
/// did not reach the disk read as zeros, in whatever order the others did. No frame begins with a zero, and none has so many in a
/// row but by such a chance as its checksum leaves.
#[must_use]
pub fn has_unwritten(bytes: &[u8], offset: u64) -> bool {
    let first = usize::try_from(PAGE_BYTES - offset % PAGE_BYTES).unwrap_or(usize::MAX).min(bytes.len());
    let (begin, rest) = bytes.split_at(first);
    let unwritten = |page: &[u8]| page.len() >= TRAILER_BYTES && page.iter().all(|byte| *byte == 0);
    let begins = begin.first() == Some(&0) && begin.iter().all(|byte| *byte == 0);
    let ends = bytes.ends_with(&[0; 16]) || last_of_checksum(bytes, rest.len() % PAGE_BYTES as usize);
    begins || ends || unwritten(begin) || rest.chunks(PAGE_BYTES as usize).any(unwritten)
}

/// Whether nothing is missing of a frame but the last bytes of its checksum, which lie on a page of their own.
fn last_of_checksum(bytes: &[u8], on_page: usize) -> bool {
    let whole = Header::decode(bytes).is_ok_and(|header| header.frame_bytes() == bytes.len());
    let Some((body, checksum)) = bytes.split_last_chunk::<TRAILER_BYTES>().filter(|_| whole) else { return false };
    let there = TRAILER_BYTES.saturating_sub(on_page);
    let computed = crc32c::crc32c(body).to_le_bytes();
    on_page > 0
        && there > 0
        && checksum[..there] == computed[..there]
        && checksum[there..].iter().all(|byte| *byte == 0)
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut out = [0; N];
    if let Some(part) = bytes.get(at..at + N) {
        out.copy_from_slice(part);
    }
    out
}

impl Header {
    /// Reads a header from the first [`HEADER_BYTES`]; checks magic and length, not the checksum.
    pub fn decode(bytes: &[u8]) -> Result<Self, FrameError> {
        if bytes.len() < HEADER_BYTES {
            return Err(FrameError::Short { found: bytes.len(), wanted: HEADER_BYTES });
        }
        if bytes[..4] != MAGIC {
            return Err(FrameError::Magic(array(bytes, 0)));
        }
        let header = Self {
            ledger: array(bytes, 4),
            epoch: u64::from_le_bytes(array(bytes, 20)),
            writer: u64::from_le_bytes(array(bytes, 28)),
            first_index: u64::from_le_bytes(array(bytes, 36)),
            recorded_ms: i64::from_le_bytes(array(bytes, 44)),
            count: u32::from_le_bytes(array(bytes, 52)),
            body_bytes: u32::from_le_bytes(array(bytes, 56)),
            root: array(bytes, 60),
        };
        if header.frame_bytes() > MAX_FRAME_BYTES {
            return Err(FrameError::BodyBytes(header.body_bytes));
        }
        Ok(header)
    }

    /// Length of the whole frame.
    #[must_use]
    pub fn frame_bytes(&self) -> usize {
        HEADER_BYTES + self.body_bytes as usize + TRAILER_BYTES
    }

    fn write(&self, out: &mut [u8]) {
        let mut at = 0;
        let mut put = |part: &[u8]| {
            out[at..at + part.len()].copy_from_slice(part);
            at += part.len();
        };
        put(&MAGIC);
        put(&self.ledger);
        put(&self.epoch.to_le_bytes());
        put(&self.writer.to_le_bytes());
        put(&self.first_index.to_le_bytes());
        put(&self.recorded_ms.to_le_bytes());
        put(&self.count.to_le_bytes());
        put(&self.body_bytes.to_le_bytes());
        put(&self.root);
    }
}

/// A whole frame whose checksum, entry lengths and times were checked. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Frame {
    header: Header,
    bytes: Bytes,
    /// Hashed once for all who read it.
    leaves: Arc<OnceLock<Vec<Hash>>>,
}

impl PartialEq for Frame {
    fn eq(&self, other: &Self) -> bool {
        (&self.header, &self.bytes) == (&other.header, &other.bytes)
    }
}

impl Eq for Frame {}

impl Frame {
    /// Reads one frame that fills `bytes` exactly.
    pub fn decode(bytes: Bytes) -> Result<Self, FrameError> {
        let header = Header::decode(&bytes)?;
        let wanted = header.frame_bytes();
        if bytes.len() < wanted {
            return Err(FrameError::Short { found: bytes.len(), wanted });
        }
        if bytes.len() > wanted {
            return Err(FrameError::Long { found: bytes.len(), wanted });
        }
        let end = wanted - TRAILER_BYTES;
        let found = u32::from_le_bytes(array(&bytes, end));
        let computed = crc32c::crc32c(&bytes[..end]);
        if found != computed {
            return Err(FrameError::Checksum { found, computed });
        }
        check_entries(&header, &bytes[..end])?;
        Ok(Self { header, bytes, leaves: Arc::default() })
    }

    /// What it says.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The frame as written and published.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The entries' bytes in order.
    pub fn entries(&self) -> FrameEntries<'_> {
        FrameEntries { rest: &self.bytes[HEADER_BYTES..self.bytes.len() - TRAILER_BYTES] }
    }

    /// The leaf of each entry.
    #[must_use]
    pub fn leaves(&self) -> &[Hash] {
        self.leaves.get_or_init(|| self.entries().map(leaf_hash).collect())
    }

    /// Index of the first entry after this frame.
    #[must_use]
    pub fn next_index(&self) -> u64 {
        self.header.first_index.saturating_add(u64::from(self.header.count))
    }
}

fn check_entries(header: &Header, bytes: &[u8]) -> Result<(), FrameError> {
    let mut at = HEADER_BYTES;
    for entry in 0..header.count {
        let bad = FrameError::Entries { entry, count: header.count, offset: at };
        let Some(length) = bytes.get(at..at + 2) else { return Err(bad) };
        let from = at + 2;
        at = from + usize::from(u16::from_le_bytes([length[0], length[1]]));
        let Some(said) = bytes.get(from..at) else { return Err(bad) };
        let wanted = header.recorded_ms;
        if let Some(found) = proto::entry::recorded_ms(said).filter(|found| *found != wanted) {
            return Err(FrameError::Time { entry, found, wanted });
        }
    }
    if at == bytes.len() {
        Ok(())
    } else {
        Err(FrameError::Entries { entry: header.count, count: header.count, offset: at })
    }
}

/// Iterator over the entries of a frame.
#[derive(Clone, Debug)]
pub struct FrameEntries<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for FrameEntries<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (length, rest) = self.rest.split_at_checked(2)?;
        let (entry, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes([length[0], length[1]])))?;
        self.rest = rest;
        Some(entry)
    }
}

/// Builds one frame in one buffer, entry by entry.
#[derive(Debug)]
pub struct FrameBuilder {
    bytes: Vec<u8>,
    count: u32,
}

/// What became of an entry offered to a [`FrameBuilder`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offered {
    /// It is in, at these bytes of the builder (see [`FrameBuilder::part`]).
    Taken(usize, usize),
    /// The frame has no room for it; nothing changed.
    NoRoom,
    /// It is longer than any entry may be; nothing changed.
    TooLong(usize),
}

impl FrameBuilder {
    /// An empty frame.
    #[must_use]
    pub fn new() -> Self {
        let mut bytes = Vec::with_capacity(MAX_FRAME_BYTES);
        bytes.resize(HEADER_BYTES, 0);
        Self { bytes, count: 0 }
    }

    /// Lets `write` append one entry.
    pub fn offer(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Offered {
        let before = self.bytes.len();
        self.bytes.extend_from_slice(&[0; 2]);
        let from = before + 2;
        write(&mut self.bytes);
        let length = self.bytes.len().saturating_sub(from);
        let verdict = match u16::try_from(length) {
            Err(_) => Offered::TooLong(length),
            Ok(_) if self.bytes.len() + TRAILER_BYTES > MAX_FRAME_BYTES => Offered::NoRoom,
            Ok(length) => {
                self.bytes[before..from].copy_from_slice(&length.to_le_bytes());
                self.count += 1;
                return Offered::Taken(from, self.bytes.len());
            }
        };
        self.bytes.truncate(before);
        verdict
    }

    /// Bytes of an entry that was taken.
    #[must_use]
    pub fn part(&self, from: usize, to: usize) -> &[u8] {
        &self.bytes[from..to]
    }

    /// Closes the frame. `count` and `body_bytes` of the header are filled in here.
    #[must_use]
    pub fn finish(mut self, mut header: Header) -> Frame {
        header.count = self.count;
        header.body_bytes = (self.bytes.len() - HEADER_BYTES) as u32;
        header.write(&mut self.bytes[..HEADER_BYTES]);
        let checksum = crc32c::crc32c(&self.bytes);
        self.bytes.extend_from_slice(&checksum.to_le_bytes());
        Frame { header, bytes: self.bytes.into(), leaves: Arc::default() }
    }
}

impl Default for FrameBuilder {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
#[path = "frame_tests.rs"]
mod tests;
