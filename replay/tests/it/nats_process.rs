//! The record over real nats-server processes: killed under load, full, taken over, changed behind our back,
//! cut short. Each server has its own directory and port.

use std::time::Duration;

use crate::support::{self, Cluster, collect, frames, item, read, start};
use replay::record::error::LogError;
use replay::record::log::{ProvisionOptions, Provisioned, provision};
use serde_json::{Value, json};

const ROOM: i64 = 1 << 30;

fn name() -> &'static str {
    "MINGZHANG"
}

#[test]
fn provisioning_twice_changes_nothing_and_a_missing_stream_is_named() {
    let cluster = Cluster::start(ROOM);
    let options = ProvisionOptions::new(cluster.options("archive"));
    assert_eq!(provision(&options).unwrap(), Provisioned { stream: name().to_owned(), created: false });
    let mut other = cluster.options("other");
    other.stream = Some("ELSEWHERE".to_owned());
    let error = replay::record::log::Log::open_nats(&other, &support::options(), &mut |_| Ok(())).unwrap_err();
    assert!(matches!(error, LogError::NoStream { .. }), "{error}");
}

#[test]
fn a_second_writer_fences_the_first() {
    let cluster = Cluster::start(ROOM);
    let (first, first_outcomes) = start(cluster.open("first").unwrap());
    first.submit((0..100).map(item).collect()).unwrap();
    first_outcomes.recv().unwrap();
    let (second, second_outcomes) = start(cluster.open("second").unwrap());
    assert_eq!(read(&cluster.archive("second")), (0..100).collect::<Vec<_>>(), "caught up before writing");
    second.submit((200..300).map(item).collect()).unwrap();
    let _ = first.submit((100..200).map(item).collect());
    second.stop().unwrap();
    let error = first.stop().unwrap_err();
    assert!(matches!(*error, LogError::Fenced { theirs: 2, ours: 1, .. }), "{error}");
    assert_eq!(collect(second_outcomes).0.len(), 100);
    assert!(collect(first_outcomes).0.is_empty(), "nothing of the first was recorded after the take-over");
    assert_eq!(cluster.stream(), (0..100).chain(200..300).collect::<Vec<_>>());
    // The first comes back, catches up and is the writer again.
    drop(cluster.open("first").unwrap());
    assert_eq!(read(&cluster.archive("first")), cluster.stream());
}

/// Taking over from a writer in full flight works or is refused; either way nothing is lost or doubled.
#[test]
fn taking_over_from_a_busy_writer() {
    let cluster = Cluster::start(ROOM);
    let (first, first_outcomes) = start(cluster.open("first").unwrap());
    let load = std::thread::spawn(move || {
        let mut next = 0;
        while next < 20_000 && first.submit((next..next + 5).map(item).collect()).is_ok() {
            next += 5;
            std::thread::sleep(Duration::from_micros(300));
        }
        (first.stop(), next)
    });
    let begun = first_outcomes.recv().unwrap();
    let second = cluster.open("second");
    let (end, _) = load.join().unwrap();
    let settled = collect(std::iter::once(begun).chain(first_outcomes)).0;
    match second {
        Ok(log) => {
            // It may also have run out of work before the take-over.
            assert!(end.is_ok() || matches!(*end.unwrap_err(), LogError::Fenced { .. }));
            assert!(log.tip().next_index() >= settled.len() as u64);
        }
        Err(LogError::Busy { .. }) => end.unwrap(),
        Err(other) => panic!("{other}"),
    }
    let stream = cluster.stream();
    assert_eq!(stream, (0..stream.len() as u64).collect::<Vec<_>>());
    assert!(stream.len() >= settled.len());
}

#[test]
fn a_full_stream_ends_the_writer_and_loses_nothing_acknowledged() {
    let cluster = Cluster::start(400_000);
    let (writer, outcomes) = start(cluster.open("archive").unwrap());
    for batch in 0..200 {
        if writer.submit((batch * 50..(batch + 1) * 50).map(item).collect()).is_err() {
            break;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    let error = writer.stop().unwrap_err();
    assert!(matches!(*error, LogError::StreamFull { .. }), "{error}");
    let settled: Vec<u64> = collect(outcomes).0.into_iter().map(|(_, number)| number).collect();
    assert!(!settled.is_empty());
    assert_eq!(settled, (0..settled.len() as u64).collect::<Vec<_>>());
    assert_eq!(cluster.stream(), settled);
    assert_eq!(read(&cluster.archive("archive")), settled);
    // With more room it goes on where it stopped.
    let mut config = cluster.admin(&format!("STREAM.INFO.{}", name()), Value::Null)["config"].clone();
    config["max_bytes"] = json!(ROOM);
    cluster.admin(&format!("STREAM.UPDATE.{}", name()), config);
    assert_eq!(cluster.open("archive").unwrap().tip().next_index(), settled.len() as u64);
}

#[test]
fn a_server_killed_under_load_loses_and_doubles_nothing() {
    let mut cluster = Cluster::start(ROOM);
    let (writer, outcomes) = start(cluster.open("archive").unwrap());
    let submitter = writer.submitter();
    let load = std::thread::spawn(move || {
        for batch in 0..600_u64 {
            submitter.submit((batch * 20..(batch + 1) * 20).map(item).collect()).unwrap();
            std::thread::sleep(Duration::from_millis(2));
        }
    });
    for _ in 0..5 {
        std::thread::sleep(Duration::from_millis(150));
        cluster.server.kill();
        std::thread::sleep(Duration::from_millis(50));
        cluster.server.restart().unwrap();
    }
    load.join().unwrap();
    writer.stop().unwrap();
    let (settled, error) = collect(outcomes);
    assert_eq!(error, None);
    assert_eq!(settled, (0..12_000).map(|n| (n, n)).collect::<Vec<_>>());
    assert_eq!(read(&cluster.archive("archive")), (0..12_000).collect::<Vec<_>>());
    assert_eq!(cluster.stream(), (0..12_000).collect::<Vec<_>>());
}

#[test]
fn a_server_that_stays_away_holds_the_writer_but_not_its_stop() {
    let mut cluster = Cluster::start(ROOM);
    let (writer, outcomes) = start(cluster.open("archive").unwrap());
    cluster.server.kill();
    writer.submit(vec![item(0)]).unwrap();
    assert!(outcomes.recv_timeout(Duration::from_millis(300)).is_err(), "no answer without the stream");
    let error = writer.stop().unwrap_err();
    assert!(matches!(*error, LogError::StoppedUnsettled { .. }), "{error}");
    assert!(collect(outcomes).1.is_some(), "the caller is told");
    cluster.server.restart().unwrap();
    let log = cluster.open("archive").unwrap();
    assert!(log.tip().next_index() <= 1);
}

#[test]
fn changed_settings_are_found_at_start_and_while_running() {
    let cluster = Cluster::start(ROOM);
    let (writer, outcomes) = start(cluster.open("archive").unwrap());
    writer.submit(vec![item(0)]).unwrap();
    outcomes.recv().unwrap();
    let mut config = cluster.admin(&format!("STREAM.INFO.{}", name()), Value::Null)["config"].clone();
    config["discard"] = json!("old");
    config["max_age"] = json!(3_600_000_000_000_i64);
    let answer = cluster.admin(&format!("STREAM.UPDATE.{}", name()), config);
    assert!(answer.get("error").is_none(), "{answer}");
    let running = loop {
        if let Some(error) = writer.ended() {
            break error.to_string();
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    drop(writer);
    let starting = cluster.open("archive").unwrap_err().to_string();
    for error in [running, starting] {
        assert!(error.contains("discard is \"old\"") && error.contains("max_age"), "{error}");
    }
}

#[test]
fn a_recreated_stream_is_not_taken_for_the_old_one() {
    let cluster = Cluster::start(ROOM);
    drop(cluster.open("archive").unwrap());
    let frames_before = frames(&cluster.archive("archive")).len();
    cluster.admin(&format!("STREAM.DELETE.{}", name()), Value::Null);
    provision(&ProvisionOptions::new(cluster.options("archive"))).unwrap();
    let error = cluster.open("archive").unwrap_err();
    assert!(matches!(error, LogError::BrokerLostTail { .. }), "{error}");
    assert!(error.to_string().contains("created at"), "{error}");
    assert_eq!(frames(&cluster.archive("archive")).len(), frames_before);
}

/// One flipped bit in a block file can make the server forget its tail and hand the numbers out again.
#[test]
fn a_server_that_lost_its_tail_is_found_out() {
    let mut cluster = Cluster::start(ROOM);
    let (writer, outcomes) = start(cluster.open("archive").unwrap());
    for number in 0..60 {
        writer.submit(vec![item(number)]).unwrap();
        outcomes.recv().unwrap();
    }
    writer.stop().unwrap();
    cluster.server.kill();
    let block = block_file(&cluster.server.store()).expect("a block file");
    let mut bytes = std::fs::read(&block).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&block, bytes).unwrap();
    // The index file would still remember the tail; a server that lost it too reads the blocks.
    remove_indexes(&cluster.server.store());
    cluster.server.restart().unwrap();
    let error = cluster.open("archive").unwrap_err();
    match &error {
        LogError::BrokerLostTail { index, .. } => assert!((1..60).contains(index), "{error}"),
        other => panic!("{other}"),
    }
    assert_eq!(read(&cluster.archive("archive")), (0..60).collect::<Vec<_>>());
}

fn files(dir: &std::path::Path) -> Vec<std::path::PathBuf> {
    let Ok(items) = std::fs::read_dir(dir) else { return Vec::new() };
    let paths = items.flatten().map(|item| item.path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn block_file(store: &std::path::Path) -> Option<std::path::PathBuf> {
    files(store).into_iter().find(|path| path.extension().is_some_and(|extension| extension == "blk"))
}

fn remove_indexes(store: &std::path::Path) {
    for path in files(store) {
        if path.file_name().is_some_and(|name| name == "index.db") {
            std::fs::remove_file(path).unwrap();
        }
    }
}
