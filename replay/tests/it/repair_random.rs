//! Two copies of a record of several writers, each damaged at random: a repair is refused, or nothing of the record that
//! either copy held whole is lost. `MINGZHANG_REPAIRS=20000 cargo test -p replay --test it repair_random::`

use std::fs;
use std::path::Path;

use crate::repair::made::{Made, segments};
use replay::engine::DEFAULT_LEDGER;
use replay::record::log::{Frame, Reader, Tip};
use replay::upkeep::repair::{RepairError, RepairOptions, examine, repair};

/// What a fenced writer had under way. Where the opening that fenced it is lost in both copies, it may count after all.
const LATE: &[u8] = b"late";

/// Numbers that are random enough, and the same for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % end as u64).unwrap()
    }
}

fn record(random: &mut Random) -> Made {
    let mut made = Made::with(random.below(7) as u64);
    for writer in 1..=random.below(3) as u8 {
        let late = made.frame(made.tip.epoch, made.tip.writer, &[LATE.to_vec()]);
        made.open(7 + u64::from(writer));
        if random.below(2) == 0 {
            made.push(late);
        }
        for _ in 0..3 * random.below(2) {
            let padding = made.frame(made.tip.epoch, made.tip.writer, &[]);
            made.push(padding);
        }
        made.say(random.below(7) as u64, writer);
    }
    made
}

fn damage(data: &Path, random: &mut Random) {
    let paths = segments(data);
    let Some(path) = paths.get(random.below(paths.len().max(1))) else { return };
    let mut bytes = fs::read(path).unwrap();
    let (at, more) = (random.below(bytes.len().max(1)), random.below(200));
    match random.below(6) {
        0 | 1 if !bytes.is_empty() => bytes[at] ^= 1 << random.below(8),
        2 => bytes.truncate(at),
        3 => return fs::remove_file(path).unwrap(),
        4 => {
            let other = &paths[random.below(paths.len())];
            let theirs = std::mem::replace(&mut bytes, fs::read(other).unwrap());
            if random.below(2) == 0 {
                fs::write(other, theirs).unwrap();
            }
        }
        _ => drop(bytes.drain(at..(at + more).min(bytes.len()))),
    }
    fs::write(path, bytes).unwrap();
}

/// Entries up to the end of the last frame that counts and is whole somewhere in the files.
fn whole(data: &Path, made: &Made) -> u64 {
    let bytes: Vec<u8> = segments(data).iter().flat_map(|path| fs::read(path).unwrap()).collect();
    let there = |frame: &Frame| bytes.windows(frame.bytes().len()).any(|window| window == &frame.bytes()[..]);
    counting(&made.frames).filter(|frame| there(frame)).map(Frame::next_index).max().unwrap_or(0)
}

/// Frames with entries that are not void.
fn counting(frames: &[Frame]) -> impl Iterator<Item = &Frame> {
    let mut tip = Tip::new(DEFAULT_LEDGER);
    frames.iter().filter(move |frame| {
        let void = tip.is_void(frame);
        tip.advance(frame);
        !void && frame.header().count > 0
    })
}

fn entries<'a>(frames: impl Iterator<Item = &'a Frame>) -> Vec<Vec<u8>> {
    let entries = frames.flat_map(|frame| frame.entries().map(<[u8]>::to_vec).collect::<Vec<_>>());
    entries.filter(|entry| entry != LATE).collect()
}

/// Repairs the first copy from the second; answers whether that was not refused.
fn repaired(options: &RepairOptions, seed: u64) -> bool {
    // Openings that nobody followed up can take a second run to come to rest; none of them is an entry.
    for _ in 0..5 {
        match repair(options, &mut |_, _, _| {}) {
            Ok(_) => return true,
            Err(RepairError::Refused(_)) => return false,
            Err(RepairError::Unproved(_)) => {}
            Err(other) => panic!("seed {seed}: {other}"),
        }
    }
    panic!("seed {seed}: it does not come to rest");
}

#[test]
fn what_either_copy_holds_whole_is_not_lost() {
    let count = std::env::var("MINGZHANG_REPAIRS").ok().and_then(|text| text.parse().ok()).unwrap_or(400);
    let mut mended = 0;
    for seed in 0..count {
        let mut random = Random(seed * 7_919);
        let made = record(&mut random);
        let (dir, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for data in [dir.path(), copy.path()] {
            made.write(data);
            (0..random.below(3)).for_each(|_| damage(data, &mut random));
        }
        let needed = whole(dir.path(), &made).max(whole(copy.path(), &made));
        let options =
            RepairOptions { from: Some(copy.path().to_owned()), give_up_end: true, ..RepairOptions::file(dir.path()) };
        if !repaired(&options, seed) {
            continue;
        }
        mended += 1;
        let mut reader = Reader::open(&dir.path().join("record"), DEFAULT_LEDGER).unwrap();
        let frames: Vec<Frame> = std::iter::from_fn(|| reader.next_frame().unwrap()).collect();
        let (found, wanted) = (entries(frames.iter()), entries(counting(&made.frames)));
        assert!(found.len() as u64 >= needed, "seed {seed}: {} entries of {needed}", found.len());
        assert!(wanted.starts_with(&found), "seed {seed}: other entries");
        assert!(examine(&options, &mut |_, _, _| {}).unwrap().is_sound(), "seed {seed}");
    }
    assert!(mended > count / 2, "{mended} of {count}");
}
