//! What happens when a broker fails in every way a seed can bring about. The rule: nothing settled is missing,
//! nothing is doubled, or else there is a clear error.

use std::fs::{self, OpenOptions};
use std::path::Path;

use crate::support::{collect, content, item, number_of, options, read, segments, start};
use replay::record::error::LogError;
use replay::record::log::faulty::{Faults, FaultyBroker};
use replay::record::log::{Frame, Log};

/// What settled as (index, number), the error, the archive and the stream.
type History = (Vec<(u64, u64)>, Option<String>, Vec<u64>, Vec<u64>);

/// One history over a faulty broker.
fn history(seed: u64, faults: Faults) -> History {
    let dir = tempfile::tempdir().unwrap();
    let broker = FaultyBroker::new(seed, Faults::default());
    let log = Log::open_faulty(&broker, dir.path(), &options(), &mut |_| Ok(())).unwrap();
    broker.set_faults(faults);
    let (writer, outcomes) = start(log);
    for batch in 0..60 {
        let numbers = batch * 5..(batch + 1) * 5;
        if writer.submit(numbers.map(item).collect()).is_err() {
            break;
        }
        if batch % 7 == 0 {
            // Without pauses everything would travel in one frame.
            std::thread::yield_now();
        }
    }
    let _ = writer.stop();
    let (settled, error) = collect(outcomes);
    let stream = broker.messages().into_iter().map(|bytes| Frame::decode(bytes).unwrap());
    let stream = stream.flat_map(|frame| frame.entries().map(|e| number_of(&content(e))).collect::<Vec<_>>()).collect();
    (settled, error, read(dir.path()), stream)
}

#[test]
fn faults_without_loss_are_all_overcome() {
    for seed in 1..=300 {
        let faults = Faults {
            lost_answer: 4,
            late_store: 5,
            lost_message: 5,
            read_fails: 4,
            says_duplicate: seed % 2 == 0,
            ..Faults::default()
        };
        let (settled, error, archive, stream) = history(seed, faults);
        assert_eq!(error, None, "seed {seed}");
        assert_eq!(settled, (0..300).map(|n| (n, n)).collect::<Vec<_>>(), "seed {seed}");
        assert_eq!(archive, (0..300).collect::<Vec<_>>(), "seed {seed}");
        assert_eq!(stream, archive, "seed {seed}");
    }
}

#[test]
fn faults_with_loss_end_in_a_clear_error_and_an_intact_archive() {
    let mut errors = std::collections::BTreeMap::new();
    for seed in 1..=300 {
        let base = Faults { lost_answer: 6, late_store: 8, lost_message: 8, read_fails: 6, ..Faults::default() };
        let (faults, expected) = match seed % 4 {
            0 => (Faults { gap: 3, ..base }, "lost what it acknowledged"),
            1 => (Faults { foreign: 3, ..base }, "another writer has taken over"),
            2 => (Faults { truncation: 3, ..base }, "lost what it acknowledged"),
            _ => (Faults { max_bytes: 9_000, ..base }, "max_bytes"),
        };
        let (settled, error, archive, stream) = history(seed, faults);
        let reached: Vec<u64> = settled
            .iter()
            .map(|(index, number)| {
                assert_eq!(index, number);
                *number
            })
            .collect();
        assert_eq!(reached, (0..reached.len() as u64).collect::<Vec<_>>(), "seed {seed}: settled in order, no gap");
        assert_eq!(archive, reached, "seed {seed}: the archive holds exactly what settled");
        assert!(stream.windows(2).all(|pair| pair[0] + 1 == pair[1]), "seed {seed}: nothing doubled in {stream:?}");
        match error {
            Some(error) => {
                assert!(error.contains(expected), "seed {seed}: {error}");
                *errors.entry(seed % 4).or_insert(0) += 1;
            }
            None => assert_eq!(settled.len(), 300, "seed {seed}"),
        }
    }
    assert!(errors.len() == 4 && errors.values().all(|count| *count > 20), "each kind was met: {errors:?}");
}

#[test]
fn a_broker_that_lost_its_tail_is_not_opened() {
    let dir = tempfile::tempdir().unwrap();
    let broker = FaultyBroker::new(3, Faults::default());
    let open = || Log::open_faulty(&broker, dir.path(), &options(), &mut |_| Ok(()));
    let (writer, outcomes) = start(open().unwrap());
    for number in 0..20 {
        writer.submit(vec![item(number)]).unwrap();
        outcomes.recv().unwrap();
    }
    writer.stop().unwrap();
    broker.truncate(15);
    // Five frames open the record, so sequence 16 held entry 10.
    let error = open().unwrap_err();
    assert!(matches!(error, LogError::BrokerLostTail { index: 10, .. }), "{error}");
}

#[test]
fn reused_sequences_are_found_at_the_first_different_index() {
    let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let broker = FaultyBroker::new(3, Faults::default());
    let open = |dir: &Path| Log::open_faulty(&broker, dir, &options(), &mut |_| Ok(()));
    let fill = |log: Log, numbers: std::ops::Range<u64>| {
        let (writer, outcomes) = start(log);
        for number in numbers {
            writer.submit(vec![item(number)]).unwrap();
            outcomes.recv().unwrap();
        }
        writer.stop().unwrap();
    };
    fill(open(dir.path()).unwrap(), 0..20);
    broker.truncate(10);
    fill(open(other.path()).unwrap(), 100..130);
    let error = open(dir.path()).unwrap_err();
    assert!(matches!(error, LogError::BrokerLostTail { index: 5, .. }), "{error}");
}

#[test]
fn changed_settings_stop_a_running_writer() {
    let dir = tempfile::tempdir().unwrap();
    let broker = FaultyBroker::new(3, Faults::default());
    let log = Log::open_faulty(&broker, dir.path(), &options(), &mut |_| Ok(())).unwrap();
    let (writer, _outcomes) = start(log);
    broker.drift("discard is \"old\", required is \"new\"");
    let error = loop {
        if let Some(error) = writer.ended() {
            break error;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    };
    assert!(error.to_string().contains("discard is"), "{error}");
}

#[test]
fn an_unfinished_archive_frame_must_be_in_the_stream() {
    let dir = tempfile::tempdir().unwrap();
    let broker = FaultyBroker::new(3, Faults::default());
    let open = || Log::open_faulty(&broker, dir.path(), &options(), &mut |_| Ok(()));
    let (writer, outcomes) = start(open().unwrap());
    for number in 0..5 {
        writer.submit(vec![item(number)]).unwrap();
        outcomes.recv().unwrap();
    }
    writer.stop().unwrap();
    let path = segments(dir.path()).pop().unwrap();
    let tear = || {
        let length = fs::metadata(&path).unwrap().len();
        OpenOptions::new().write(true).open(&path).unwrap().set_len(length - 3).unwrap();
    };
    tear();
    drop(open().unwrap());
    assert_eq!(read(dir.path()), [0, 1, 2, 3, 4], "caught up from the stream");
    // Five to open, five entries, five to open again: the last is sequence 15.
    tear();
    broker.truncate(14);
    let error = open().unwrap_err();
    assert!(matches!(error, LogError::BrokerLostTail { index: 5, .. }), "{error}");
}

#[test]
fn two_writers_opening_at_the_same_place_are_never_both_the_writer() {
    let dir = tempfile::tempdir().unwrap();
    let broker = FaultyBroker::new(9, Faults::default());
    let mut logs = Vec::new();
    for name in ["a", "b", "c"] {
        logs.push(Log::open_faulty(&broker, &dir.path().join(name), &options(), &mut |_| Ok(())).unwrap());
    }
    let epochs: Vec<u64> = logs.iter().map(|log| log.tip().epoch).collect();
    assert_eq!(epochs, [1, 2, 3]);
    let writers: Vec<_> = logs.into_iter().map(start).collect();
    for (number, (writer, _)) in writers.iter().enumerate() {
        writer.submit(vec![item(number as u64)]).unwrap();
    }
    let ends: Vec<_> = writers.into_iter().map(|(writer, outcomes)| (writer.stop(), collect(outcomes).0)).collect();
    for (end, settled) in &ends[..2] {
        assert!(matches!(**end.as_ref().unwrap_err(), LogError::Fenced { .. }) && settled.is_empty());
    }
    assert_eq!(ends[2].1, [(0, 2)]);
}

/// The stream compares only the last sequence: what a fenced writer has under way can land behind the opening
/// frame that fenced it. Such frames are void, and the new writer's frames keep their order.
#[test]
fn frames_of_a_fenced_writer_landing_behind_the_opening_are_void() {
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let broker = FaultyBroker::new(3, Faults::default());
    let open = |dir: &Path| Log::open_faulty(&broker, dir, &options(), &mut |_| Ok(()));
    let (writer, outcomes) = start(open(old.path()).unwrap());
    for number in 0..6 {
        writer.submit(vec![item(number)]).unwrap();
        outcomes.recv().unwrap();
    }
    writer.stop().unwrap();
    // Of its six frames two arrived; the third is lost on the way, the other three are still under way.
    let under_way = broker.messages()[8..].to_vec();
    broker.truncate(7);
    broker.land_behind_next(under_way);
    let log = open(new.path()).unwrap();
    assert_eq!((log.tip().epoch, log.tip().next_index()), (2, 2));
    let (writer, outcomes) = start(log);
    writer.submit(vec![item(77), item(78)]).unwrap();
    writer.stop().unwrap();
    assert_eq!(collect(outcomes), (vec![(2, 77), (3, 78)], None));
    assert_eq!(read(new.path()), [0, 1, 77, 78]);
    let third = tempfile::tempdir().unwrap();
    drop(open(third.path()).unwrap());
    assert_eq!(read(third.path()), [0, 1, 77, 78], "whoever reads the stream later sees the same");
}

/// Both would publish the same opening frame, were it not for the writer's own number in it.
#[test]
fn of_two_writers_opening_at_once_only_one_has_the_epoch() {
    let mut fenced = 0;
    for round in 0..200 {
        let (dir, broker) = (tempfile::tempdir().unwrap(), FaultyBroker::new(round, Faults::default()));
        let options = fixed_clock();
        let gate = std::sync::Barrier::new(2);
        let open = |name: &str| {
            gate.wait();
            Log::open_faulty(&broker, &dir.path().join(name), &options, &mut |_| Ok(()))
        };
        let (a, b) = std::thread::scope(|scope| {
            let other = scope.spawn(|| open("a"));
            let b = open("b");
            (other.join().unwrap(), b)
        });
        match (a, b) {
            (Ok(a), Ok(b)) => assert_ne!(a.tip().epoch, b.tip().epoch, "round {round}"),
            (Ok(_), Err(LogError::Fenced { .. })) | (Err(LogError::Fenced { .. }), Ok(_)) => fenced += 1,
            other => panic!("round {round}: {other:?}"),
        }
    }
    assert!(fenced > 0, "no round had both at the same place");
}

fn fixed_clock() -> replay::record::log::LogOptions {
    replay::record::log::LogOptions { clock: replay::record::log::Clock::new(|| 1_700_000_000_000, || 0), ..options() }
}
