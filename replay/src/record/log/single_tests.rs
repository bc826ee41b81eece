//! Every entry is found by its index: in segments of any size, beside the writer, past void frames, and not if damaged.

use super::*;
use crate::record::log::file::FileLog;
use crate::record::log::frame::FrameBuilder;
use crate::record::log::tip::Tip;

const LEDGER: [u8; 16] = *b"ledger-for-tests";

/// A writer that makes frames of one, two, three and no entries in turn; an entry is its number.
struct Desk {
    dir: tempfile::TempDir,
    log: FileLog,
    tip: Tip,
}

impl Desk {
    fn open(segment_bytes: u64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (mut log, tip, _) = FileLog::open(dir.path(), LEDGER, &mut |_| Ok(())).unwrap();
        log.set_segment_bytes(segment_bytes);
        let mut desk = Self { dir, log, tip };
        desk.raise();
        desk
    }

    fn raise(&mut self) {
        let opening = self.tip.opening(7, 1_000);
        self.append(&opening);
    }

    fn append(&mut self, frame: &Frame) {
        self.log.append(frame).unwrap();
        self.tip.advance(frame);
    }

    fn frame(&self, count: u64, mark: u8) -> Frame {
        let mut builder = FrameBuilder::new();
        for number in self.tip.next_index()..self.tip.next_index() + count {
            builder.offer(|out| {
                // Big-endian: an entry that begins with a 1 would have to say the time of its frame.
                out.extend_from_slice(&number.to_be_bytes());
                out.push(mark);
                out.extend(std::iter::repeat_n(0, number as usize * 7 % 50));
            });
        }
        builder.finish(self.tip.next_header(1_000))
    }

    fn write(&mut self, frames: u64) {
        for number in 0..frames {
            let frame = self.frame(number % 4, b'.');
            self.append(&frame);
        }
    }
}

fn is(index: u64) -> impl Fn(&[u8]) -> bool {
    move |entry| entry[..8] == index.to_be_bytes() && entry[8] == b'.'
}

fn found(single: &Single, index: u64) -> bool {
    single.entry(index, &is(index)).unwrap().is_some()
}

#[test]
fn every_entry_is_found_in_any_order_while_more_are_written() {
    for segment_bytes in [1, 2_000, u64::MAX] {
        let mut desk = Desk::open(segment_bytes);
        let single = Single::new(desk.dir.path().to_path_buf());
        assert!(!found(&single, 0), "nothing is there yet");
        for round in 0..4 {
            desk.write(60);
            let all = desk.tip.next_index();
            assert!(found(&single, all - 1), "just written");
            let step = 31 + round;
            assert!((0..all).all(|at| found(&single, at * step % all)), "segments of {segment_bytes}");
            assert!(!found(&single, all), "not yet written");
        }
    }
}

#[test]
fn places_are_remembered_and_few() {
    let mut desk = Desk::open(u64::MAX);
    desk.write(1_000);
    let single = Single::new(desk.dir.path().to_path_buf());
    assert!(found(&single, desk.tip.next_index() - 1));
    let marks = single.known.lock().marks[&1].len();
    assert!((10..=1_000 / MARK_EVERY as usize).contains(&marks), "{marks}");
}

#[test]
fn a_void_frame_with_the_same_index_is_passed_over() {
    for segment_bytes in [1, u64::MAX] {
        let mut desk = Desk::open(segment_bytes);
        desk.write(9);
        // The fenced writer had these under way when the epoch was raised.
        let late = [desk.frame(3, b'!'), desk.frame(1, b'!')];
        desk.raise();
        for frame in &late {
            assert!(desk.tip.is_void(frame));
            desk.append(frame);
        }
        desk.write(9);
        let single = Single::new(desk.dir.path().to_path_buf());
        assert!((0..desk.tip.next_index()).all(|index| found(&single, index)));
    }
}

#[test]
fn of_two_frames_with_the_same_event_the_one_on_record_is_read() {
    for segment_bytes in [1, u64::MAX] {
        let mut desk = Desk::open(segment_bytes);
        desk.write(9);
        // Whoever had no answer from the fenced writer said the same to the next one.
        let late = desk.frame(3, b'!');
        desk.raise();
        desk.append(&late);
        desk.write(9);
        let single = Single::new(desk.dir.path().to_path_buf());
        for index in 0..desk.tip.next_index() {
            let entry = single.entry(index, &|entry| entry[..8] == index.to_be_bytes()).unwrap().unwrap();
            assert_eq!(entry[8], b'.', "entry {index} was read from the void frame");
        }
    }
}

#[test]
fn a_damaged_frame_is_an_error_and_leaves_its_neighbours_readable() {
    let mut desk = Desk::open(u64::MAX);
    desk.write(12);
    let path = list(desk.dir.path()).unwrap().pop().unwrap().path;
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.len() - 6;
    bytes[at] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let last = desk.tip.next_index() - 1;
    let single = Single::new(desk.dir.path().to_path_buf());
    assert!(matches!(single.entry(last, &is(last)), Err(LogError::Damage { .. })));
    assert!(found(&single, last - 3));
}
