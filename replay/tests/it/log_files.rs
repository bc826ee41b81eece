//! What happens when the files of the record are torn, damaged or swapped, or the disk is full.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use crate::support::{LEDGER, collect, frames, item, options, read, segments, start};
use replay::record::error::LogError;
use replay::record::log::{Log, Reader};

fn open(dir: &Path) -> Result<Log, LogError> {
    Log::open_file(dir, &options(), &mut |_| Ok(()))
}

/// Writes frames of one entry each, so that places in the file are known.
fn written(dir: &Path, count: u64) {
    let (writer, outcomes) = start(open(dir).unwrap());
    for number in 0..count {
        writer.submit(vec![item(number)]).unwrap();
        // Waiting for each one keeps it in a frame of its own.
        outcomes.recv().unwrap();
    }
    writer.stop().unwrap();
}

/// Where each frame of a segment begins, and the end.
fn bounds(dir: &Path) -> Vec<usize> {
    frames(dir).iter().fold(vec![0], |mut bounds, frame| {
        bounds.push(bounds.last().unwrap() + frame.bytes().len());
        bounds
    })
}

#[test]
fn an_unfinished_last_frame_is_set_aside_wherever_it_was_cut() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path(), 5);
    let path = segments(dir.path()).pop().unwrap();
    let whole = fs::read(&path).unwrap();
    let last = bounds(dir.path())[5];
    for cut in [last + 1, last + 50, last + 100, whole.len() - 1] {
        let copy = tempfile::tempdir().unwrap();
        fs::write(copy.path().join(path.file_name().unwrap()), &whole[..cut]).unwrap();
        let log = open(copy.path()).unwrap();
        assert_eq!(log.tip().next_index(), 4);
        assert_eq!(log.torn().unwrap().bytes, (cut - last) as u64);
        let kept = fs::read_dir(copy.path()).unwrap().map(|item| item.unwrap().path());
        let kept: Vec<_> = kept.filter(|path| path.extension().is_some_and(|extension| extension == "torn")).collect();
        assert_eq!(fs::read(&kept[0]).unwrap(), &whole[last..cut], "the bytes are kept");
        let (writer, _outcomes) = start(log);
        writer.submit(vec![item(77)]).unwrap();
        writer.stop().unwrap();
        assert_eq!(read(copy.path()), [0, 1, 2, 3, 77]);
    }
}

#[test]
fn a_flipped_bit_before_the_last_frame_is_damage_and_names_the_index() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path(), 8);
    let path = segments(dir.path()).pop().unwrap();
    let whole = fs::read(&path).unwrap();
    let bounds = bounds(dir.path());
    // Frame 0 is the opening; frame n holds entry n - 1. Each byte of frame 4: magic, lengths, body, checksum.
    for at in bounds[4]..bounds[5] {
        let mut bad = whole.clone();
        bad[at] ^= 0x10;
        fs::write(&path, &bad).unwrap();
        match open(dir.path()) {
            Err(LogError::Damage { index: 3, frame: 5, .. } | LogError::WrongLedger { .. }) => {}
            other => panic!("byte {} of the frame: {other:?}", at - bounds[4]),
        }
        assert_eq!(fs::read(&path).unwrap(), bad, "damage is left as it is found");
    }
}

#[test]
fn a_frame_cut_out_or_swapped_is_noticed_although_every_checksum_fits() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path(), 6);
    let path = segments(dir.path()).pop().unwrap();
    let whole = fs::read(&path).unwrap();
    let at = bounds(dir.path());
    let cut = [&whole[..at[3]], &whole[at[4]..]].concat();
    let swapped = [&whole[..at[3]], &whole[at[4]..at[5]], &whole[at[3]..at[4]], &whole[at[5]..]].concat();
    let doubled = [&whole[..at[4]], &whole[at[3]..]].concat();
    for (bad, index) in [(cut, 2), (swapped, 2), (doubled, 3)] {
        fs::write(&path, bad).unwrap();
        let error = open(dir.path()).unwrap_err();
        assert!(matches!(error, LogError::Damage { index: found, .. } if found == index), "{error}");
    }
}

#[test]
fn an_entry_changed_with_its_checksum_shows_at_the_next_frame() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path(), 4);
    let path = segments(dir.path()).pop().unwrap();
    let mut bytes = fs::read(&path).unwrap();
    let at = bounds(dir.path());
    bytes[at[3] - 5] ^= 1;
    let checksum = crc32c::crc32c(&bytes[at[2]..at[3] - 4]);
    bytes[at[3] - 4..at[3]].copy_from_slice(&checksum.to_le_bytes());
    fs::write(&path, bytes).unwrap();
    let error = open(dir.path()).unwrap_err().to_string();
    assert!(error.contains("root does not fit") && error.contains("first bad index 2"), "{error}");
}

#[test]
fn segments_rotate_and_a_missing_one_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    for round in 0..4 {
        let log = open(dir.path()).unwrap().with_segment_bytes(2_000);
        let (writer, outcomes) = start(log);
        for number in round * 10..(round + 1) * 10 {
            writer.submit(vec![item(number)]).unwrap();
            outcomes.recv().unwrap();
        }
        writer.stop().unwrap();
    }
    assert_eq!(read(dir.path()), (0..40).collect::<Vec<_>>());
    let all = segments(dir.path());
    assert!(all.len() > 3, "{all:?}");
    let tip = {
        let mut reader = Reader::open(dir.path(), LEDGER).unwrap();
        (0..20).for_each(|_| drop(reader.next_frame().unwrap()));
        reader.tip().clone()
    };
    let mut later = Reader::open_at(dir.path(), tip.clone()).unwrap();
    assert_eq!(later.next_frame().unwrap().unwrap().header().first_index, tip.next_index());
    fs::remove_file(&all[1]).unwrap();
    assert!(matches!(open(dir.path()), Err(LogError::Damage { .. })));
}

#[test]
fn another_ledgers_files_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path(), 2);
    let other = replay::record::log::LogOptions { ledger: [1; 16], ..options() };
    assert!(matches!(Log::open_file(dir.path(), &other, &mut |_| Ok(())), Err(LogError::WrongLedger { .. })));
}

/// Run by the next test in a process that may not write files beyond a size.
#[test]
fn child_that_fills_its_disk() {
    let Some(dir) = std::env::var_os("MINGZHANG_TEST_FULL_DISK") else { return };
    let (writer, outcomes) = start(open(Path::new(&dir)).unwrap());
    let mut acknowledged = OpenOptions::new().create(true).append(true).open(Path::new(&dir).join("ok")).unwrap();
    for number in 0.. {
        if writer.submit(vec![item(number)]).is_err() {
            break;
        }
        let (settled, error) = collect(outcomes.recv().ok());
        if let Some(error) = error {
            assert!(error.contains("no space left"), "{error}");
            break;
        }
        assert_eq!(settled.len(), 1);
        writeln!(acknowledged, "{number}").unwrap();
    }
    assert!(matches!(*writer.ended().unwrap(), LogError::NoSpace { .. }));
}

#[test]
fn a_full_disk_ends_the_writer_and_loses_nothing_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    // The limit counts blocks of 512 or 1024 bytes, as the shell has it; either way it comes soon.
    let status = std::process::Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 40; exec \"$0\" --exact log_files::child_that_fills_its_disk"])
        .arg(std::env::current_exe().unwrap())
        .env("MINGZHANG_TEST_FULL_DISK", dir.path())
        .stdout(std::process::Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    let acknowledged = fs::read_to_string(dir.path().join("ok")).unwrap().lines().count() as u64;
    assert!(acknowledged > 10);
    let log = open(dir.path()).unwrap();
    assert_eq!((log.torn(), log.tip().next_index()), (None, acknowledged), "the unfinished frame was cut off");
    assert_eq!(read(dir.path()), (0..acknowledged).collect::<Vec<_>>());
}

/// A last frame of full length that is wrong was acknowledged, for all anybody knows: it is damage, and nothing is cut off.
#[test]
fn a_wrong_last_frame_of_full_length_is_damage_and_zeros_are_unfinished() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path(), 5);
    let path = segments(dir.path()).pop().unwrap();
    let (whole, last) = (fs::read(&path).unwrap(), bounds(dir.path())[5]);
    let garbage = (0..1_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8 | 1).collect();
    let flipped = [last, last + 40, whole.len() - 1].map(|at| {
        let mut wrong = whole.clone();
        wrong[at] ^= 1;
        wrong
    });
    for wrong in flipped.into_iter().chain([garbage]) {
        fs::write(&path, &wrong).unwrap();
        let error = open(dir.path()).unwrap_err();
        assert!(error.is_damage(), "{error}");
        assert_eq!(fs::read(&path).unwrap(), wrong, "nothing was cut off");
    }
    let mut unwritten = whole.clone();
    unwritten[last + 20..].fill(0);
    fs::write(&path, &unwritten).unwrap();
    assert!(open(dir.path()).unwrap().torn().is_some(), "what never reached the disk was acknowledged to nobody");
}
