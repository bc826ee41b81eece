//! The files of a record: lives of a writer that end by a kill, a full disk, a failed sync or in peace, and the power failing at any
//! change of any life. The next life goes on from what one of the failures left.

use std::fs;
use std::path::{Path, PathBuf};

use super::{chance, left_in, place, seed, times};
use crate::corruption::injure::Random;
use crate::support::LEDGER;
use replay::files::watched::Disk;
use replay::record::log::frame::FrameBuilder;
use replay::record::log::{FileLog, Frame, Header, Tip};

/// Of a segment; a few frames fill it.
const SEGMENT_BYTES: u64 = 9_000;

/// Power failures that are looked at of each life.
const LOOKS: usize = 12;

/// What was written in one life after the other, as far as it is still to be there.
#[derive(Clone, Default)]
struct Told {
    /// Frames that were acknowledged.
    acknowledged: Vec<Frame>,
    /// Those that were begun, by their numbers from 0.
    begun: Vec<(usize, Frame)>,
    /// How many were there when the disk began to be watched.
    began: u64,
}

impl Told {
    /// Holds what a start found against what was told.
    fn check(&self, found: &[Frame], acknowledged: usize, case: &str) {
        assert!(found.len() >= acknowledged, "{case}: {} of {acknowledged} frames are there", found.len());
        assert!(found[..acknowledged] == self.acknowledged[..acknowledged], "{case}: another frame is there");
        for (number, frame) in found.iter().enumerate().skip(acknowledged) {
            let known = self.begun.iter().any(|(at, begun)| *at == number && begun == frame);
            assert!(known, "{case}: frame {number} was never written");
        }
    }
}

fn open(record: &Path) -> Result<(FileLog, Tip, Vec<Frame>), String> {
    let mut found = Vec::new();
    let opened = FileLog::open(record, LEDGER, &mut |frame| {
        found.push(frame.clone());
        Ok(())
    });
    let (mut log, tip, _) = opened.map_err(|error| error.to_string())?;
    log.set_segment_bytes(SEGMENT_BYTES);
    Ok((log, tip, found))
}

/// The next frame of this writer; the first of a life opens it.
fn frame(tip: &Tip, opening: bool, random: &mut Random) -> Frame {
    let (epoch, writer) = if opening { (tip.epoch + 1, tip.epoch + 77) } else { (tip.epoch, tip.writer) };
    let (first_index, root) = (tip.next_index(), tip.frontier.root());
    let header = Header { ledger: LEDGER, epoch, writer, first_index, recorded_ms: 5, count: 0, body_bytes: 0, root };
    let mut builder = FrameBuilder::new();
    for _ in 0..if opening { 0 } else { 1 + random.below(3) } {
        let length = if random.below(4) == 0 { random.below(12_000) } else { 20 + random.below(200) };
        let bytes: Vec<u8> = (0..length).map(|_| random.below(256) as u8).collect();
        builder.offer(|out| {
            out.push(0);
            out.extend_from_slice(&bytes);
        });
    }
    builder.finish(header)
}

/// One life of a writer on a disk that may fail it.
fn live(disk: &Disk, record: &Path, told: &mut Told, random: &mut Random) {
    match random.below(5) {
        0 => disk.die_after(Some(random.below(30))),
        1 => disk.set_room(Some(random.below(20_000) as u64)),
        2 => disk.fail_sync_after(random.below(12) as u64),
        _ => {}
    }
    let trouble = |why: &str| ["killed", "no space left", "does not answer"].iter().any(|known| why.contains(known));
    match open(record) {
        Err(why) => assert!(trouble(&why), "{why}"),
        Ok((mut log, mut tip, found)) => {
            told.check(&found, told.acknowledged.len(), "a process after the other");
            // What a start shows to anybody is there from then on.
            told.acknowledged = found;
            disk.mark(told.acknowledged.len() as u64);
            for number in 0..1 + random.below(6) {
                let frame = frame(&tip, number == 0, random);
                assert_eq!(tip.check(&frame), Ok(()));
                told.begun.push((told.acknowledged.len(), frame.clone()));
                if let Err(error) = log.append(&frame) {
                    assert!(trouble(&error.to_string()), "{error}");
                    break;
                }
                tip.advance(&frame);
                told.acknowledged.push(frame);
                disk.mark(told.acknowledged.len() as u64);
            }
        }
    }
    disk.die_after(None);
    disk.set_room(None);
    disk.fail_sync_after(u64::MAX);
}

/// What a power failure after so many changes left must open by itself and take more; answers what it holds then.
fn survives(disk: &Disk, at: usize, told: &Told, random: &mut Random, into: &Path, case: &str) -> Vec<Frame> {
    disk.after_power_failure(at, &mut |end| random.below(end), into).unwrap();
    let record = into.join("ledger/record");
    // What the life began with is on the disk, whether it came to say so or not.
    let acknowledged = disk.marks(at).pop().unwrap_or(told.began);
    let (mut log, mut tip, mut found) = open(&record).unwrap_or_else(|why| panic!("{case}: {why}"));
    told.check(&found, usize::try_from(acknowledged).unwrap(), case);
    let more = frame(&tip, true, random);
    log.append(&more).unwrap();
    tip.advance(&more);
    found.push(more);
    drop(log);
    let (_, again, frames) = open(&record).unwrap_or_else(|why| panic!("{case}: again: {why}"));
    assert!(frames == found && again == tip, "{case}: it took more");
    found
}

fn story(seed: u64, number: u64) {
    let (mut random, dir) = (chance(seed, number), place());
    let mut root: PathBuf = dir.path().join("disk-0");
    fs::create_dir_all(&root).unwrap();
    let mut told = Told::default();
    for life in 1..=3 {
        let disk = Disk::watch(&root).unwrap();
        for _ in 0..1 + random.below(2) {
            live(&disk, &root.join("ledger/record"), &mut told, &mut random);
        }
        for look in 0..LOOKS {
            let at = random.below(disk.noted() + 1);
            let case = format!("MINGZHANG_SEED={seed}, story {number}, life {life}, look {look}, after change {at}");
            let next = left_in(dir.path(), &format!("disk-{life}"));
            let found = survives(&disk, at, &told, &mut random, &next, &case);
            if look + 1 == LOOKS {
                root = next;
                told = Told { began: found.len() as u64, acknowledged: found, begun: Vec::new() };
            }
        }
    }
}

#[test]
fn a_record_outlives_every_failure_of_the_power() {
    let seed = seed();
    for number in 0..times(3 * LOOKS as u64) {
        story(seed, number);
    }
}
