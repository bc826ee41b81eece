//! The kinds of damage, and how each is done: to block files as the server writes them, to segments, and by an
//! administrator who means well.

use std::fs;
use std::path::Path;

use replay::record::log::{NatsOptions, ProvisionOptions, provision};
use serde_json::{Value, json};

use crate::corruption::ledger::{Place, STREAM_BYTES, Templates};

/// What is done to a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A bit of a message in a block file, the server stopped in order (false) or killed (true).
    Payload(bool),
    /// A bit of the length, sequence or time before a message.
    Header(bool),
    /// A block file cut short.
    BlockCut(bool),
    BlockRemoved,
    ArchiveFlip,
    ArchiveCut,
    SegmentRemoved,
    SegmentsSwapped,
    FramesRemoved,
    Reused,
    DiscardOld,
    Deleted,
    Recreated,
    Both,
}

impl Kind {
    pub const ALL: [Self; 17] = [
        Self::Payload(false),
        Self::Payload(true),
        Self::Header(false),
        Self::Header(true),
        Self::BlockCut(false),
        Self::BlockCut(true),
        Self::BlockRemoved,
        Self::ArchiveFlip,
        Self::ArchiveCut,
        Self::SegmentRemoved,
        Self::SegmentsSwapped,
        Self::FramesRemoved,
        Self::Reused,
        Self::DiscardOld,
        Self::Deleted,
        Self::Recreated,
        Self::Both,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Payload(false) => "stream: bit of a message, after a clean stop",
            Self::Payload(true) => "stream: bit of a message, after kill -9",
            Self::Header(false) => "stream: bit of a record's head, after a clean stop",
            Self::Header(true) => "stream: bit of a record's head, after kill -9",
            Self::BlockCut(false) => "stream: block cut short, after a clean stop",
            Self::BlockCut(true) => "stream: block cut short, after kill -9",
            Self::BlockRemoved => "stream: block removed",
            Self::ArchiveFlip => "archive: bit flipped",
            Self::ArchiveCut => "archive: cut short",
            Self::SegmentRemoved => "archive: segment removed",
            Self::SegmentsSwapped => "archive: two segments swapped",
            Self::FramesRemoved => "archive: frames removed from the middle",
            Self::Reused => "stream: cut, its numbers used again",
            Self::DiscardOld => "stream: set to discard old messages",
            Self::Deleted => "stream: deleted",
            Self::Recreated => "stream: deleted and created again",
            Self::Both => "both: bits flipped in different frames",
        }
    }
}

/// Numbers that are random enough, and the same for the same seed.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % end as u64).unwrap()
    }
}

/// A copy of the ledger, injured, and whether its server runs on what is left.
pub fn injured(templates: &Templates, kind: Kind, random: &mut Random) -> (Place, bool) {
    let killed = match kind {
        Kind::Payload(killed) | Kind::Header(killed) | Kind::BlockCut(killed) => killed,
        _ => random.below(2) == 1,
    };
    let mut place = if killed { templates.killed.copy() } else { templates.clean.copy() };
    match kind {
        Kind::Payload(_) => flip_block(&place, random, true, |_| true),
        Kind::Header(_) => flip_block(&place, random, false, |_| true),
        Kind::BlockCut(_) => cut_block(&place, random),
        Kind::BlockRemoved => {
            let blocks = place.blocks();
            fs::remove_file(&blocks[random.below(blocks.len())]).unwrap();
        }
        Kind::Both => {
            // A killed server may forget everything from the flipped message on, which the archive must then have.
            let segments = place.segments().len() - usize::from(killed);
            let frame = flip_archive(&place, random, segments);
            flip_block(&place, random, true, |number| number > frame + 1 || !killed && number + 1 < frame);
        }
        Kind::Reused => return (reused(place, random), true),
        Kind::DiscardOld | Kind::Deleted | Kind::Recreated => {
            place.start();
            administer(&place, kind, random);
            return (place, true);
        }
        _ => {
            injure_archive(&place, kind, random);
            // Its server has no reason not to run.
            place.start();
            return (place, true);
        }
    }
    let ready = place.started();
    (place, ready)
}

fn flip(path: &Path, at: usize, bit: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 1 << bit;
    fs::write(path, bytes).unwrap();
}

/// Where the records of a block file begin and how long they are: length (4), sequence (8), time (8), length of the
/// subject (2), subject, headers, message, hash (8).
fn records(block: &Path) -> Vec<(u64, usize, usize)> {
    let bytes = fs::read(block).unwrap();
    let (mut at, mut records) = (0, Vec::new());
    while at + 22 < bytes.len() {
        let word = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        let length = (word & 0x7fff_ffff) as usize;
        records.push((u64::from_le_bytes(bytes[at + 4..at + 12].try_into().unwrap()), at, length));
        at += length;
    }
    records
}

/// Flips one bit of a record, in its message or before it; `wanted` says of which numbers it may be.
pub fn flip_block(place: &Place, random: &mut Random, message: bool, wanted: impl Fn(u64) -> bool) {
    let all =
        place.blocks().into_iter().flat_map(|block| records(&block).into_iter().map(move |it| (block.clone(), it)));
    let records: Vec<_> = all.filter(|(_, (sequence, ..))| wanted(*sequence)).collect();
    let (block, (_, at, length)) = &records[random.below(records.len())];
    let place = if message { 22 + random.below(length - 22) } else { random.below(22) };
    flip(block, at + place, random.below(8));
}

fn cut_block(place: &Place, random: &mut Random) {
    let blocks = place.blocks();
    let block = &blocks[random.below(blocks.len())];
    let length = usize::try_from(fs::metadata(block).unwrap().len()).unwrap();
    cut(block, random.below(length));
}

fn cut(path: &Path, length: usize) {
    fs::OpenOptions::new().write(true).open(path).unwrap().set_len(length as u64).unwrap();
}

/// Flips one bit of one of the first segments; answers the number of the frame it is in.
pub fn flip_archive(place: &Place, random: &mut Random, segments: usize) -> u64 {
    let frames = place.frames();
    let segment = random.below(segments);
    let segments = place.segments();
    let bytes = usize::try_from(fs::metadata(&segments[segment]).unwrap().len()).unwrap();
    let at = random.below(bytes);
    flip(&segments[segment], at, random.below(8));
    let name = segments[segment].file_name().unwrap().to_string_lossy().into_owned();
    let first: u64 = name.split_once('-').unwrap().0.parse().unwrap();
    let mut end = 0;
    let within = frames[usize::try_from(first).unwrap() - 1..].iter().take_while(|frame| {
        end += frame.bytes().len();
        end <= at
    });
    first + within.count() as u64
}

fn injure_archive(place: &Place, kind: Kind, random: &mut Random) {
    let segments = place.segments();
    let segment = random.below(segments.len());
    match kind {
        Kind::ArchiveFlip => assert!(flip_archive(place, random, segments.len()) > 0),
        Kind::ArchiveCut => {
            let length = usize::try_from(fs::metadata(&segments[segment]).unwrap().len()).unwrap();
            cut(&segments[segment], random.below(length));
        }
        Kind::SegmentRemoved => fs::remove_file(&segments[segment]).unwrap(),
        Kind::SegmentsSwapped => {
            let other = (segment + 1 + random.below(segments.len() - 1)) % segments.len();
            let aside = place.data().join("aside");
            fs::rename(&segments[segment], &aside).unwrap();
            fs::rename(&segments[other], &segments[segment]).unwrap();
            fs::rename(&aside, &segments[other]).unwrap();
        }
        _ => {
            let bytes = fs::read(&segments[segment]).unwrap();
            let lengths: Vec<usize> = place.frames().iter().map(|frame| frame.bytes().len()).collect();
            let first = segment * lengths.len().div_ceil(segments.len());
            let (from, to) = (lengths[first], lengths[first] + lengths[first + 1] + lengths[first + 2]);
            fs::write(&segments[segment], [&bytes[..from.min(bytes.len())], &bytes[to.min(bytes.len())..]].concat())
                .unwrap();
        }
    }
}

/// The stream forgets its end and gives the numbers to somebody else's messages.
fn reused(mut place: Place, random: &mut Random) -> Place {
    cut_end(&place, random);
    place.start();
    use_again(&place, random.below(15));
    place
}

/// Cuts some messages off the end, so that a server finds nothing of them.
pub fn cut_end(place: &Place, random: &mut Random) {
    let block = place.blocks().pop().unwrap();
    let records = records(&block);
    let (_, at, _) = records[records.len() - 1 - random.below(records.len().min(10))];
    cut(&block, at);
    for index in walk(&place.store()) {
        fs::remove_file(index).unwrap();
    }
}

/// Publishes messages that are none of the ledger's.
pub fn use_again(place: &Place, more: usize) {
    for number in 0..=more {
        place.send("mingzhang.record", format!("somebody else's message {number}"));
    }
}

fn walk(dir: &Path) -> Vec<std::path::PathBuf> {
    let paths = fs::read_dir(dir).unwrap().map(|item| item.unwrap().path());
    paths
        .flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] })
        .filter(|path| path.file_name().is_some_and(|name| name == "index.db"))
        .collect()
}

/// Does what an administrator can do to the stream while the server runs.
pub fn administer(place: &Place, kind: Kind, random: &mut Random) {
    match kind {
        Kind::DiscardOld => {
            let mut config = place.admin("STREAM.INFO.MINGZHANG", Value::Null)["config"].take();
            config["discard"] = json!("old");
            config["max_msgs"] = json!(1 + random.below(40));
            let answer = place.admin("STREAM.UPDATE.MINGZHANG", config);
            assert!(answer.get("error").is_none(), "{answer}");
        }
        _ => {
            place.admin("STREAM.DELETE.MINGZHANG", Value::Null);
            if kind == Kind::Recreated {
                let nats = NatsOptions::new(&place.url(), &place.record());
                provision(&ProvisionOptions { max_bytes: STREAM_BYTES, ..ProvisionOptions::new(nats) }).unwrap();
            }
        }
    }
}
