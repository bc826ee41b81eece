//! Which frames are the record, when copies in files are damaged, displaced, void, unfinished or differ: what proves
//! itself is restored, what does not is left as it is.

mod halves;
pub mod made;

use std::fs;
use std::path::{Path, PathBuf};

use crate::verify::record::replay;
use made::{Made, segments, signer};
use replay::engine::{DEFAULT_LEDGER, Engine, Options};
use replay::record::error::LogError;
use replay::record::log::{Frame, Reader};
use replay::upkeep::repair::{Examination, Fault, RepairError, RepairOptions, Repaired, examine, repair};

fn flip(path: &Path, from_end: usize) {
    let mut bytes = fs::read(path).unwrap();
    let at = bytes.len() - from_end;
    bytes[at] ^= 4;
    fs::write(path, bytes).unwrap();
}

fn looked(options: &RepairOptions) -> Examination {
    examine(options, &mut |_, _, _| {}).unwrap()
}

fn mended(options: &RepairOptions) -> Repaired {
    repair(options, &mut |_, _, _| {}).unwrap()
}

fn refused(options: &RepairOptions) -> String {
    let before = listing(&options.data);
    let Err(RepairError::Refused(found)) = repair(options, &mut |_, _, _| {}) else { panic!("it was not refused") };
    assert_eq!(listing(&options.data), before, "nothing is changed");
    found.refusal.unwrap()
}

fn listing(data: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    segments(data).into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

fn first(found: &Examination) -> (Fault, u64, u64) {
    let finding = &found.copies[0].findings[0];
    (finding.fault, finding.frame, finding.index)
}

/// What the record holds now, frame by frame.
fn holds(data: &Path, made: &Made) -> bool {
    let mut reader = Reader::open(&data.join("record"), DEFAULT_LEDGER).unwrap();
    let frames: Vec<Frame> = std::iter::from_fn(|| reader.next_any().unwrap().map(|(frame, _)| frame)).collect();
    frames == made.frames
}

#[test]
fn a_flipped_bit_is_mended_from_a_further_copy_and_from_nothing_else() {
    let (dir, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let made = Made::with(14);
    made.write(dir.path());
    made.write(copy.path());
    flip(&segments(dir.path())[1], 1);
    let mut options = RepairOptions::file(dir.path());
    // The last byte of the second segment belongs to the eighth frame.
    let index = made.frames[7].header().first_index;
    assert_eq!(first(&looked(&options)), (Fault::Flipped, 8, index));
    assert!(refused(&options).contains("--from"));
    options.from = Some(copy.path().to_path_buf());
    let repaired = mended(&options);
    assert_eq!(repaired.archive_kept, Some(dir.path().join("record.damaged-1")));
    assert!(holds(dir.path(), &made));
    assert!(looked(&options).is_sound() && !mended(&options).changed(), "once is enough");
}

#[test]
fn displaced_segments_are_put_right_by_what_they_say() {
    let dir = tempfile::tempdir().unwrap();
    let mut made = Made::with(14);
    made.open(8);
    made.say(6, 1);
    made.write(dir.path());
    let paths = segments(dir.path());
    let aside = dir.path().join("aside");
    fs::rename(&paths[1], &aside).unwrap();
    fs::rename(&paths[3], &paths[1]).unwrap();
    fs::rename(&aside, &paths[3]).unwrap();
    let options = RepairOptions::file(dir.path());
    assert_eq!(first(&looked(&options)), (Fault::Reordered, 5, made.frames[4].header().first_index));
    mended(&options);
    assert!(holds(dir.path(), &made));
}

#[test]
fn an_unfinished_end_is_no_damage_unless_it_was_signed() {
    let dir = tempfile::tempdir().unwrap();
    let made = Made::with(6);
    made.write(dir.path());
    let last = segments(dir.path()).pop().unwrap();
    let bytes = fs::read(&last).unwrap();
    fs::write(&last, &bytes[..bytes.len() - 3]).unwrap();
    let options = RepairOptions::file(dir.path());
    let found = looked(&options);
    assert!(found.is_sound() && found.copies[0].notes[0].contains("unfinished"), "{found:#?}");
    assert_eq!(found.frames, made.frames.len() as u64 - 1);
    made.sign(dir.path(), &signer(1));
    assert!(refused(&options).contains("checkpoint over"));
}

#[test]
fn of_two_records_only_a_checkpoint_can_say_which_is_the_ledger() {
    let (dir, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut ours = Made::with(9);
    let mut theirs = ours.clone();
    ours.say(4, 1);
    theirs.open(99);
    theirs.say(8, 2);
    ours.write(dir.path());
    theirs.write(copy.path());
    let mut options = RepairOptions::file(dir.path());
    options.from = Some(copy.path().to_path_buf());
    let why = refused(&options);
    assert!(why.contains("differ from frame 11") && why.contains("no checkpoint says"), "{why}");
    ours.sign(dir.path(), &signer(1));
    assert!(looked(&options).is_sound(), "the longer one is not the ledger");
    fs::remove_dir_all(dir.path().join("checkpoints")).unwrap();
    theirs.sign(dir.path(), &signer(1));
    assert_eq!(first(&looked(&options)).0, Fault::Reused);
    mended(&options);
    assert!(holds(dir.path(), &theirs));
}

/// Where one side's first frame of its own is damaged, the other side's is there alone; what goes on behind says more.
#[test]
fn of_two_records_one_that_is_damaged_where_they_part_is_not_forgotten() {
    let (dir, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut ours = Made::with(9);
    let mut theirs = ours.clone();
    ours.say(4, 1);
    theirs.open(99);
    theirs.say(8, 2);
    ours.write(dir.path());
    theirs.write(copy.path());
    let before = |frames: &[Frame]| frames.iter().map(|frame| frame.bytes().len()).sum::<usize>();
    let third = &segments(dir.path())[2];
    flip(third, before(&ours.frames[8..12]) - before(&ours.frames[8..11]) + 1);
    let mut options = RepairOptions::file(dir.path());
    options.from = Some(copy.path().to_path_buf());
    let why = refused(&options);
    assert!(why.contains("two records"), "{why}");
    theirs.sign(dir.path(), &signer(1));
    mended(&options);
    assert!(holds(dir.path(), &theirs), "what was signed decides");
}

/// By its epoch an earlier frame that was put behind an opening looks like one of a fenced writer.
#[test]
fn an_entry_goes_before_a_frame_that_counts_for_nothing() {
    let (dir, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut made = Made::with(3);
    made.open(8);
    let mut spoilt = made.clone();
    made.say(1, 1);
    let early = spoilt.frames[1].clone();
    spoilt.push(early);
    spoilt.write(dir.path());
    made.write(copy.path());
    let mut options = RepairOptions::file(dir.path());
    options.from = Some(copy.path().to_path_buf());
    mended(&options);
    assert!(holds(dir.path(), &made));
}

/// Its own opening is damaged, so it does not fit any more; it was acknowledged all the same.
#[test]
fn the_first_entry_of_a_writer_is_not_left_out_with_its_opening() {
    let (dir, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut made = Made::with(3);
    made.write(dir.path());
    made.open(8);
    made.say(1, 1);
    made.write(copy.path());
    flip(&segments(copy.path())[1], made.frames[5].bytes().len() + 1);
    let mut options = RepairOptions::file(dir.path());
    options.from = Some(copy.path().to_path_buf());
    assert!(refused(&options).contains("no copy has it as it was"));
}

/// The one that was put aside last is found by its number, when renaming was cut short.
#[test]
fn what_is_kept_is_numbered_behind_all_there_are() {
    let (dir, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let made = Made::with(14);
    made.write(dir.path());
    made.write(copy.path());
    fs::create_dir(dir.path().join("record.damaged-2")).unwrap();
    flip(&segments(dir.path())[1], 1);
    let mut options = RepairOptions::file(dir.path());
    options.from = Some(copy.path().to_path_buf());
    assert_eq!(mended(&options).archive_kept, Some(dir.path().join("record.damaged-3")));
}

#[test]
fn a_checkpoint_nobody_known_signed_proves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let made = Made::with(5);
    made.write(dir.path());
    made.sign(dir.path(), &signer(1));
    let mut options = RepairOptions::file(dir.path());
    options.keys = vec![signer(2).verifier().clone()];
    assert!(refused(&options).contains("none of the keys"));
    options.keys.push(signer(1).verifier().clone());
    assert!(looked(&options).is_sound());
    let beside = dir.path().join(format!("checkpoints/{:020}.outcomes", made.tip.next_index()));
    fs::remove_file(beside).unwrap();
    let found = looked(&options);
    assert!(found.is_sound() && found.passed_over[0].contains("missing beside its checkpoint"), "{found:?}");
    assert_eq!(found.signed_entries, Some(made.tip.next_index()), "what is signed over the entries counts by itself");
}

/// The key of today is followed from the first, and what the first signed after its end proves nothing.
#[test]
fn a_key_proves_up_to_where_it_announces_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let mut made = Made::with(5);
    made.announce(&signer(2), &signer(1));
    made.sign(dir.path(), &signer(1));
    let announced = made.tip.next_index();
    let mut options = RepairOptions::file(dir.path());
    options.keys = vec![signer(1).verifier().clone()];
    made.say(3, 4);
    made.write(dir.path());
    made.sign(dir.path(), &signer(2));
    let found = looked(&options);
    assert_eq!((found.signed_entries, found.passed_over.len()), (Some(made.tip.next_index()), 0));
    made.sign(dir.path(), &signer(1));
    let found = looked(&options);
    assert_eq!(found.signed_entries, Some(announced));
    assert!(found.passed_over[0].contains("the record announces another"), "{:?}", found.passed_over);
}

/// One bit in the newest checkpoint says nothing about the record: it is named, the one before proves, and so does a copy's.
#[test]
fn a_damaged_checkpoint_is_named_and_blames_nothing() {
    let (dir, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut made = Made::with(5);
    made.sign(dir.path(), &signer(1));
    made.say(3, 4);
    made.write(dir.path());
    made.write(copy.path());
    [dir.path(), copy.path()].iter().for_each(|at| made.sign(at, &signer(1)));
    let size = made.tip.next_index();
    let mut options = RepairOptions::file(dir.path());
    options.keys = vec![signer(1).verifier().clone()];
    let newest = dir.path().join(format!("checkpoints/{size:020}.checkpoint"));
    let text = fs::read(&newest).unwrap();
    for at in 0..text.len() {
        let mut bad = text.clone();
        bad[at] ^= 2;
        fs::write(&newest, bad).unwrap();
        let found = looked(&options);
        assert!(found.is_sound() && found.passed_over.len() == 1, "byte {at}: {:?}", found.passed_over);
        assert!(found.passed_over[0].contains(&format!("over {size} entries")) && found.signed_entries < Some(size));
    }
    options.from = Some(copy.path().to_owned());
    assert_eq!(looked(&options).signed_entries, Some(size));
}

#[test]
fn a_record_that_is_whole_but_not_what_was_signed_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let (made, mut other) = (Made::with(5), Made::new());
    other.say(5, 9);
    made.write(dir.path());
    other.sign(dir.path(), &signer(1));
    assert!(refused(&RepairOptions::file(dir.path())).contains("does not have the root"));
}

/// What a fenced writer had under way lies behind the opening that fenced it, and counts as never written.
#[test]
fn void_frames_keep_their_places() {
    let (dir, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut made = Made::with(6);
    let late = made.frame(made.tip.epoch, made.tip.writer, &[b"late".to_vec()]);
    made.open(8);
    assert!(made.tip.is_void(&late));
    made.push(late);
    for _ in 0..3 {
        let padding = made.frame(made.tip.epoch, made.tip.writer, &[]);
        made.push(padding);
    }
    made.say(5, 1);
    made.write(dir.path());
    made.write(copy.path());
    let mut options = RepairOptions::file(dir.path());
    assert!(looked(&options).is_sound());
    options.from = Some(copy.path().to_path_buf());
    for segment in segments(dir.path()) {
        flip(&segment, 1);
    }
    mended(&options);
    assert!(holds(dir.path(), &made));
}

/// What a writer opens with says the same as what may follow it, so a further copy seems to hold more of it.
#[test]
fn a_record_that_ends_with_an_opening_is_not_made_longer() {
    let (dir, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut made = Made::with(6);
    made.open(8);
    made.write(dir.path());
    made.write(copy.path());
    let mut options = RepairOptions::file(dir.path());
    options.from = Some(copy.path().to_path_buf());
    let found = looked(&options);
    assert!(found.is_sound() && found.frames == made.frames.len() as u64, "{found:#?}");
    assert!(!mended(&options).changed());
}

#[test]
fn nobody_may_serve_meanwhile() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(&Options::file(dir.path()), &mut |_| {}).unwrap();
    let options = RepairOptions::file(dir.path());
    assert!(matches!(examine(&options, &mut |_, _, _| {}), Err(RepairError::Log(LogError::Locked { .. }))));
    engine.stop().unwrap();
    drop(engine);
    assert!(looked(&options).is_sound());
}

/// A record that anybody may have made, beside nothing that was signed.
#[test]
fn what_only_a_further_copy_has_and_nobody_signed_is_copied_not_proved() {
    let (dir, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::create_dir(dir.path().join("record")).unwrap();
    let mut made = Made::with(14);
    made.write(copy.path());
    let mut options = RepairOptions::file(dir.path());
    options.from = Some(copy.path().to_path_buf());
    let keyed = RepairOptions { keys: vec![signer(1).verifier().clone()], ..options.clone() };
    assert!(refused(&keyed).contains("anybody may have made it"));
    assert_eq!(looked(&options).unproved_from, Some(0));
    // What was signed says so, wherever it is kept; behind it nothing is proved.
    let signed = made.tip.next_index();
    made.sign(copy.path(), &signer(1));
    made.say(3, 4);
    made.write(copy.path());
    assert_eq!((looked(&keyed).unproved_from, looked(&options).unproved_from), (Some(signed), Some(0)));
    // A frame of the ledger's own proves all before it by its root.
    Made { frames: made.frames[..9].to_vec(), tip: made.tip.clone() }.write(dir.path());
    let own = made.frames[8].next_index();
    assert_eq!(looked(&options).unproved_from, Some(own));
    let words = ["repair", "--data", dir.path().to_str().unwrap(), "--from", copy.path().to_str().unwrap()];
    let done = replay(&words);
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(
        done.status.code() == Some(4)
            && said.contains(&format!(
                "未经证明 copied, not proved: nothing signed is over the entries from index {own} on"
            )),
        "{said}"
    );
    assert!(holds(dir.path(), &made));
}

/// Honest checkpoints beside a forged record, on either side, are held against it.
#[test]
fn a_forged_copy_is_refused_by_the_checkpoints_of_either_side() {
    let (honest, mut forged) = (Made::with(9), Made::new());
    forged.say(9, 1);
    for beside in [false, true] {
        for keys in [vec![], vec![signer(1).verifier().clone()]] {
            let (dir, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
            fs::create_dir(dir.path().join("record")).unwrap();
            forged.write(copy.path());
            honest.sign(if beside { copy.path() } else { dir.path() }, &signer(1));
            let from = Some(copy.path().to_path_buf());
            let options = RepairOptions { from, keys, ..RepairOptions::file(dir.path()) };
            assert!(refused(&options).contains("does not have the root"));
            // Nor does a checkpoint that somebody else signed over the forgery help it, where keys are known.
            forged.sign(if beside { dir.path() } else { copy.path() }, &signer(2));
            let why = refused(&options);
            assert!(why.contains("does not have the root") || why.contains("have different roots"), "{why}");
        }
    }
}
