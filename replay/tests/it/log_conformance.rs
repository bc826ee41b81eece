//! What every home of the record must do, run on each of them.

use std::path::PathBuf;

use crate::support::{self, collect, frames, item, options, read, start};
use replay::limits::{ENTRY_OVERHEAD_BYTES, MAX_ENTRY_BYTES};
use replay::record::error::LogError;
use replay::record::log::faulty::{Faults, FaultyBroker};
use replay::record::log::{Clock, Log, LogOptions};
use replay::record::writer::SubmitError;

/// A home that can be opened again and again.
trait Place {
    fn open(&self, options: &LogOptions) -> Result<Log, LogError>;
    fn archive(&self) -> PathBuf;
}

struct Files(tempfile::TempDir);

impl Place for Files {
    fn open(&self, options: &LogOptions) -> Result<Log, LogError> {
        Log::open_file(self.0.path(), options, &mut |_| Ok(()))
    }
    fn archive(&self) -> PathBuf {
        self.0.path().to_path_buf()
    }
}

struct Nats(support::Cluster);

impl Place for Nats {
    fn open(&self, options: &LogOptions) -> Result<Log, LogError> {
        Log::open_nats(&self.0.options("archive"), options, &mut |_| Ok(()))
    }
    fn archive(&self) -> PathBuf {
        self.0.archive("archive")
    }
}

struct Memory(FaultyBroker, tempfile::TempDir);

impl Place for Memory {
    fn open(&self, options: &LogOptions) -> Result<Log, LogError> {
        Log::open_faulty(&self.0, self.1.path(), options, &mut |_| Ok(()))
    }
    fn archive(&self) -> PathBuf {
        self.1.path().to_path_buf()
    }
}

fn everything(place: &dyn Place) {
    settled_in_order_and_read_back(place);
    reopening_raises_the_epoch(place);
    a_second_writer_here_is_locked_out(place);
    a_clock_set_back_stops_writing(place);
}

fn settled_in_order_and_read_back(place: &dyn Place) {
    let (writer, outcomes) = start(place.open(&options()).unwrap());
    for batch in 0..40 {
        writer.submit((batch * 250..(batch + 1) * 250).map(item).collect()).unwrap();
    }
    writer.stop().unwrap();
    let (settled, error) = collect(outcomes);
    assert_eq!(error, None);
    assert_eq!(settled, (0..10_000).map(|n| (n, n)).collect::<Vec<_>>());
    assert_eq!(read(&place.archive()), (0..10_000).collect::<Vec<_>>());
}

fn reopening_raises_the_epoch(place: &dyn Place) {
    let epoch = frames(&place.archive()).last().unwrap().header().epoch;
    let log = place.open(&options()).unwrap();
    assert_eq!((log.tip().epoch, log.tip().next_index()), (epoch + 1, 10_000));
    let (writer, outcomes) = start(log);
    writer.submit(vec![item(10_000)]).unwrap();
    writer.stop().unwrap();
    assert_eq!(collect(outcomes).0, [(10_000, 10_000)]);
    let frames = frames(&place.archive());
    let opening = &frames[frames.len() - 2];
    assert_eq!((opening.header().count, opening.header().epoch), (0, epoch + 1));
}

fn a_second_writer_here_is_locked_out(place: &dyn Place) {
    let _first = place.open(&options()).unwrap();
    assert!(matches!(place.open(&options()), Err(LogError::Locked { .. })));
}

fn a_clock_set_back_stops_writing(place: &dyn Place) {
    let last = frames(&place.archive()).last().unwrap().header().recorded_ms;
    let behind = LogOptions { clock: Clock::new(move || last - 60_000, || 0), ..options() };
    assert!(matches!(place.open(&behind), Err(LogError::ClockBehind { behind_ms: 60_000 })));
    let slightly = LogOptions { clock: Clock::new(move || last - 59_999, || 0), ..options() };
    let log = place.open(&slightly).unwrap();
    assert_eq!(log.tip().recorded_ms, last, "recorded time never falls");
}

#[test]
fn files() {
    everything(&Files(tempfile::tempdir().unwrap()));
}

#[test]
fn nats() {
    let place = Nats(support::Cluster::start(1 << 30));
    everything(&place);
    assert_eq!(place.0.stream(), read(&place.archive()), "the stream holds what the archive holds");
}

#[test]
fn memory() {
    everything(&Memory(FaultyBroker::new(1, Faults::default()), tempfile::tempdir().unwrap()));
}

#[test]
fn a_clock_set_while_running_ends_the_writer_and_everyone_is_told() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};
    let dir = tempfile::tempdir().unwrap();
    let wall = Arc::new(AtomicI64::new(1_700_000_000_000));
    let hand = Arc::clone(&wall);
    let clock = Clock::new(move || hand.load(Ordering::SeqCst), || 5);
    let log = Log::open_file(dir.path(), &LogOptions { clock, ..options() }, &mut |_| Ok(())).unwrap();
    let (writer, outcomes) = start(log);
    wall.fetch_add(60_000, Ordering::SeqCst);
    writer.submit(vec![item(1), item(2)]).unwrap();
    let error = writer.stop().unwrap_err();
    assert!(matches!(*error, LogError::ClockJumped { off_ms: 60_000 }), "{error}");
    let (settled, told) = collect(outcomes);
    assert_eq!((settled, told.is_some()), (vec![], true));
    assert_eq!(read(dir.path()), Vec::<u64>::new());
}

#[test]
fn the_queue_is_bounded_in_bytes() {
    use replay::record::writer::{Writer, WriterOptions};
    let dir = tempfile::tempdir().unwrap();
    let log = Log::open_file(dir.path(), &options(), &mut |_| Ok(())).unwrap();
    let (open_gate, gate) = std::sync::mpsc::channel::<()>();
    let settings = WriterOptions { queue_bytes: 100_000, ..WriterOptions::new(support::encode) };
    // The sink blocks, so what is submitted piles up behind the first frames.
    let writer = Writer::start(log, settings, move |_| gate.recv().unwrap_or(())).unwrap();
    let (mut taken, mut refused) = (0_u64, false);
    for number in 0..100_000 {
        match writer.submit(vec![item(number)]) {
            Ok(()) => taken += 1,
            Err(SubmitError::Full(items)) => {
                assert_eq!(items[0].tag, number, "a refused item comes back");
                refused = true;
                break;
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(refused);
    drop(open_gate);
    writer.stop().unwrap();
    assert_eq!(read(dir.path()), (0..taken).collect::<Vec<_>>());
}

#[test]
fn an_item_too_long_for_an_entry_is_not_taken() {
    let dir = tempfile::tempdir().unwrap();
    let (writer, _outcomes) = start(Log::open_file(dir.path(), &options(), &mut |_| Ok(())).unwrap());
    let limit = MAX_ENTRY_BYTES - ENTRY_OVERHEAD_BYTES - "tester".len();
    let of = |bytes: usize| replay::record::writer::Item { content: vec![1; bytes].into(), ..item(1) };
    assert!(matches!(writer.submit(vec![of(8), of(limit + 1)]), Err(SubmitError::TooLong { position: 1, .. })));
    assert!(writer.submit(vec![of(limit)]).is_ok());
}
