//! The tiled log as a stranger reads it: Python's standard library finds every entry and every hash where the format
//! says, and they lead to the signed root. `MINGZHANG_TILES` is the number of entries; 300,000 fill a third level of paths.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::mpsc::channel;

use crate::support::{LEDGER, collect, frames, options};
use ledger::event::{Event, Kind, OrgRegistered};
use ledger::money::Day;
use ledger::tree::merkle::{Frontier, leaf_hash};
use proto::entry::{Raw, encode_into};
use replay::audit::export::{ExportError, Until, WrittenTiles, export_tiles};
use replay::engine::Options;
use replay::proof::checkpoint::{Checkpoint, Outcomes};
use replay::proof::signed_note::{Note, Role, Signer};
use replay::record::log::Log;
use replay::record::writer::{Item, Writer, WriterOptions};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

const ORIGIN: &str = "example.gov.cn/ledger";

struct Desk {
    dir: tempfile::TempDir,
    entries: Vec<Vec<u8>>,
}

impl Desk {
    /// A record of so many entries, each an office of its own, so that they can be folded.
    fn new(count: u64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let record = dir.path().join("ledger/record");
        let log = Log::open_file(&record, &options(), &mut |_| Ok(())).unwrap();
        let (sender, outcomes) = channel();
        let encode = |out: &mut Vec<u8>, raw: &Raw<'_>| assert!(encode_into(out, raw).is_ok());
        let writer = Writer::start(log, WriterOptions::new(encode), move |outcome| drop(sender.send(outcome))).unwrap();
        // In parts, as the queue takes only so much at once.
        for from in (0..count).step_by(50_000) {
            let part = from..(from + 50_000).min(count);
            writer.submit(part.clone().map(office).collect()).unwrap();
            let mut settled = 0;
            while settled < part.end - part.start {
                settled += collect(outcomes.recv()).0.len() as u64;
            }
        }
        writer.stop().unwrap();
        let entries: Vec<Vec<u8>> =
            frames(&record).iter().flat_map(|frame| frame.entries().map(<[u8]>::to_vec).collect::<Vec<_>>()).collect();
        Self { dir, entries }
    }

    fn options(&self) -> Options {
        Options { ledger: LEDGER, ..Options::file(self.dir.path().join("ledger")) }
    }

    /// A checkpoint over the first entries, with a root by the core's own tree.
    fn note(&self, size: usize) -> Note {
        let mut tree = Frontier::new();
        self.entries[..size].iter().for_each(|entry| tree.push(leaf_hash(entry)));
        let (origin, size, root) = (ORIGIN.to_owned(), size as u64, tree.root());
        Checkpoint { origin, size, root }.sign(&signer())
    }

    /// The note beside it, with the root over outcomes as they are exported without a checkpoint.
    fn outcomes(&self, size: u64) -> Outcomes {
        let whole = self.export(&Until::End, "for-outcomes").unwrap();
        let bundles = (0..size.div_ceil(256)).map(|number| {
            let width = (self.entries.len() as u64 - number * 256).min(256);
            let part = if width < 256 { format!(".p/{width}") } else { String::new() };
            std::fs::read(whole.open.join(format!("outcomes/tile/entries/{number:03}{part}"))).unwrap()
        });
        let (bundles, mut tree, mut at) = (bundles.collect::<Vec<_>>().concat(), Frontier::new(), 0);
        for _ in 0..size {
            let length = usize::from(u16::from_be_bytes([bundles[at], bundles[at + 1]]));
            tree.push(leaf_hash(&bundles[at + 2..at + 2 + length]));
            at += 2 + length;
        }
        Outcomes { origin: ORIGIN.to_owned(), size, root: tree.root(), books: Default::default() }
    }

    fn keep(&self, size: u64, outcomes: &Outcomes) {
        let checkpoints = self.dir.path().join("ledger/checkpoints");
        std::fs::create_dir_all(&checkpoints).unwrap();
        let tree = self.note(usize::try_from(size).unwrap());
        for (kind, note) in [("checkpoint", tree), ("outcomes", outcomes.sign(&signer()))] {
            std::fs::write(checkpoints.join(format!("{size:020}.{kind}")), note.to_string()).unwrap();
        }
    }

    fn export(&self, until: &Until, name: &str) -> Result<WrittenTiles, ExportError> {
        export_tiles(&self.options(), until, &self.dir.path().join(name), &mut |_| {})
    }

    /// What Python makes of the files, and what it must.
    fn read(&self, written: &WrittenTiles, asked: &[usize]) {
        let size = usize::try_from(written.entries).unwrap();
        let unsigned = if written.signed { None } else { Some(size) };
        let words = unsigned.iter().chain(asked).map(ToString::to_string);
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/export_tiles/reader.py");
        let output = Command::new("python3").arg("-S").arg(script).arg(&written.open).args(words).output().unwrap();
        assert!(output.status.success(), "{size}: {}", String::from_utf8_lossy(&output.stderr));
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        let mut hasher = Sha256::new();
        for entry in &self.entries[..size] {
            hasher.update(u16::try_from(entry.len()).unwrap().to_be_bytes());
            hasher.update(entry);
        }
        let wanted = [json!(size), json!(hex(&written.root)), json!(hex(&hasher.finalize()))];
        assert_eq!([&found["size"], &found["root"], &found["entries"]], [&wanted[0], &wanted[1], &wanted[2]]);
    }
}

/// The tag of an item is its number.
fn office(number: u64) -> Item<u64> {
    let samples = proto::samples::samples().into_iter();
    let mut offices =
        samples.filter_map(|event| if let Kind::OrgRegistered(org) = event.kind { Some(org) } else { None });
    let (org, on) = (Uuid::from_u128(u128::from(number) + 1), Day::from_yyyymmdd(20_210_901).unwrap());
    let kind = Kind::OrgRegistered(OrgRegistered { org, number: number.to_string(), ..offices.next().unwrap() });
    let content = proto::event::encode(&Event::said(on, kind)).into();
    Item { speaker: "tester".into(), again: None, content, tag: number }
}

/// What `scripts/check_export.py` says, which shares nothing with the ledger.
fn checked(dir: &Path) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/check_export.py");
    Command::new("python3").arg(script).arg(dir).arg(signer().verifier().to_string()).output().unwrap()
}

fn signer() -> Signer {
    Signer::from_seed(ORIGIN, Role::Author, &[9; 32]).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn strangers_read_the_tree_from_files_alone() {
    let count = std::env::var("MINGZHANG_TILES").ok().map_or(66_000, |text| text.parse().unwrap());
    let desk = Desk::new(count);
    let count = usize::try_from(count).unwrap();
    let written = desk.export(&Until::Note(Box::new(desk.note(count - 10))), "log").unwrap();
    assert_eq!((written.entries, written.left_out), (count as u64 - 10, 10));
    desk.read(&written, &[0, 255, 256, 40_000, 65_535, count - 11]);
}

#[test]
fn every_kind_of_edge_is_written_as_the_format_says() {
    let desk = Desk::new(600);
    for size in [0, 1, 2, 255, 256, 257, 511, 512, 599, 600] {
        let written = desk.export(&Until::Note(Box::new(desk.note(size))), &format!("log-{size}")).unwrap();
        let asked: Vec<usize> = [0, 100, 254, 255, 256, 511, 598].into_iter().filter(|index| *index < size).collect();
        desk.read(&written, &asked);
    }
    let names = |size: usize, folder: &str| -> Vec<PathBuf> {
        let dir = desk.dir.path().join(format!("log-{size}/tile")).join(folder);
        let mut names: Vec<PathBuf> = std::fs::read_dir(dir).unwrap().map(|item| item.unwrap().path()).collect();
        names.sort();
        names.iter().map(|path| path.file_name().unwrap().into()).collect()
    };
    assert_eq!(names(257, "0"), ["000", "001.p"].map(PathBuf::from));
    assert_eq!(names(257, "0/001.p"), ["1"].map(PathBuf::from));
    assert_eq!(names(512, "entries"), ["000", "001"].map(PathBuf::from));
    assert_eq!(names(512, "1"), ["000.p"].map(PathBuf::from));
    let unsigned = desk.export(&Until::End, "unsigned").unwrap();
    assert!(!unsigned.signed && unsigned.entries == 600);
    desk.read(&unsigned, &[17]);
}

#[test]
fn only_what_was_signed_is_exported_as_signed() {
    let desk = Desk::new(300);
    assert!(matches!(desk.export(&Until::Last, "none"), Err(ExportError::NoCheckpoint)));
    // The ledger's own last checkpoint.
    desk.keep(280, &desk.outcomes(280));
    let written = desk.export(&Until::Last, "log").unwrap();
    assert_eq!((written.entries, written.left_out, written.signed), (280, 20, true));
    assert_eq!(std::fs::read_to_string(written.open.join("checkpoint")).unwrap(), desk.note(280).to_string());
    desk.read(&written, &[279]);
    let said = checked(&written.open);
    assert!(String::from_utf8_lossy(&said.stdout).contains("holds: 280 entries"), "{said:?}");
    for (size, root) in [(280, [7; 32]), (301, [7; 32])] {
        let note = Checkpoint { origin: ORIGIN.to_owned(), size, root }.sign(&signer());
        let why = desk.export(&Until::Note(Box::new(note)), "wrong").unwrap_err();
        assert!(matches!(why, ExportError::Unsigned { .. }), "{why}");
        assert!(!desk.dir.path().join("wrong").exists(), "nothing is left of it");
    }
    let taken = desk.export(&Until::Last, "log").unwrap_err();
    assert!(taken.to_string().contains("exists already"), "{taken}");
}

/// What stands behind the last entry or outcome, or is missing there: the script reads each file to its end, and knows of each.
#[test]
fn the_script_of_strangers_reads_to_the_end() {
    let desk = Desk::new(300);
    desk.keep(300, &desk.outcomes(300));
    let written = desk.export(&Until::Last, "log").unwrap();
    for (file, more) in [
        ("outcomes/tile/entries/001.p/44", Some(&b"\0"[..])),
        ("outcomes/tile/entries/001.p/44", Some(&b"\0\x01a"[..])),
        ("outcomes/tile/entries/001.p/44", None),
        ("outcomes/tile/entries/000", Some(&b"\0"[..])),
        ("outcomes/tile/entries/000", None),
        ("outcomes/tile/entries/002", Some(&b"\0\x01a"[..])),
        ("outcomes/tile/entries/001", Some(&b""[..])),
        ("tile/entries/001.p/44", Some(&b"\0"[..])),
        ("tile/entries/001.p/44", None),
        ("tile/entries/001.p/45", Some(&b""[..])),
        ("checkpoint", Some(&b"\n"[..])),
        ("outcomes/checkpoint", None),
    ] {
        let path = written.open.join(file);
        let good = std::fs::read(&path).ok();
        let mut bad = good.clone().unwrap_or_default();
        match more {
            Some(more) => bad.extend(more),
            None => drop(bad.pop()),
        }
        std::fs::write(&path, &bad).unwrap();
        let said = checked(&written.open);
        assert_eq!(said.status.code(), Some(1), "{file} {more:?}: {said:?}");
        match good {
            Some(good) => std::fs::write(&path, &good).unwrap(),
            None => std::fs::remove_file(&path).unwrap(),
        }
    }
    assert!(checked(&written.open).status.success());
}

/// One byte of an outcome, of an entry, or of a root: the script finds each.
#[test]
fn the_script_of_strangers_finds_what_was_changed() {
    let desk = Desk::new(300);
    desk.keep(300, &desk.outcomes(300));
    let written = desk.export(&Until::Last, "log").unwrap();
    assert!(checked(&written.open).status.success(), "{:?}", checked(&written.open));
    for (file, at) in [
        ("outcomes/tile/entries/000", 300),
        ("outcomes/tile/entries/001.p/44", 51),
        ("tile/entries/000", 40),
        ("outcomes/checkpoint", 40),
        ("checkpoint", 40),
    ] {
        let path = written.open.join(file);
        let good = std::fs::read(&path).unwrap();
        let mut bad = good.clone();
        bad[at] ^= 1;
        std::fs::write(&path, &bad).unwrap();
        assert_eq!(checked(&written.open).status.code(), Some(1), "{file}");
        std::fs::write(&path, &good).unwrap();
    }
    assert!(checked(&written.open).status.success());
    let other = Outcomes { origin: ORIGIN.to_owned(), size: 300, root: [7; 32], books: Default::default() };
    desk.keep(300, &other);
    assert!(matches!(desk.export(&Until::Last, "other"), Err(ExportError::Unsigned { .. })));
}
