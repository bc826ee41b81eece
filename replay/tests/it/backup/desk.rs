//! A signing ledger that can be told things, its copies, and the binary run over them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use ledger::event::{Event, Kind, Level, OrgRegistered, OrgRole, Subordination};
use ledger::money::Day;
use ledger::state::State;
use replay::engine::catch_up::{Decoded, fold_record};
use replay::engine::{DEFAULT_LEDGER, Engine, Options};
use replay::proof::notary::Signing;
use replay::proof::signed_note::{Role, Signer};
use replay::proof::trust::announcement;
use replay::record::log::Reader;
use replay::upkeep::backup::{Backup, BackupError, Restore, Restored, Taken, backup, restore};
use uuid::Uuid;

/// Name of the ledger's key.
pub const ORIGIN: &str = "example.gov.cn/ledger";
/// Segments of copies: small, so that there are some.
const SEGMENT_BYTES: u64 = 32 * 1024;

pub struct Desk {
    pub dir: tempfile::TempDir,
}

impl Desk {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The ledger, which signs often.
    pub fn open(&self) -> Engine {
        let signing = Signing { every: 200, after: Duration::from_millis(20), ..Signing::new(signer(9)) };
        let options = Options { signing: Some(signing), ..Options::file(self.at("ledger")) };
        Engine::open(&options, &mut |_| {}).unwrap()
    }

    /// A ledger that was told so many things and is stopped again.
    pub fn told(from: u128, count: u128) -> Self {
        let desk = Self::new();
        desk.tell(from, count);
        desk
    }

    pub fn tell(&self, from: u128, count: u128) {
        let engine = self.open();
        say(&engine, from, count);
        engine.stop().unwrap();
    }

    pub fn job(&self, copy: &str) -> Backup {
        let keys = vec![signer(9).verifier().clone()];
        let job = Backup::of(&self.at("ledger"), &self.at(copy), DEFAULT_LEDGER);
        Backup { keys, segment_bytes: SEGMENT_BYTES, ..job }
    }

    pub fn backup(&self, copy: &str) -> Result<Taken, BackupError> {
        backup(&self.job(copy), &mut |_| true)
    }

    /// Brings a copy back, asking for the ledger's key.
    pub fn restore(&self, copy: &str, to: &str) -> Result<Restored, BackupError> {
        self.restore_with(copy, to, &[9])
    }

    pub fn restore_with(&self, copy: &str, to: &str, seeds: &[u8]) -> Result<Restored, BackupError> {
        let keys = seeds.iter().map(|seed| signer(*seed).verifier().clone()).collect();
        let job = Restore { from: self.at(copy), data: self.at(to), keys, without_checkpoint: false };
        restore(&job, &mut |_| true)
    }

    /// Runs the binary; it dies at a place, if one is named.
    pub fn replay(&self, words: &[&str], die_at: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_replay"));
        if !die_at.is_empty() {
            command.env("MINGZHANG_DIE_AT", die_at);
        }
        command.current_dir(self.dir.path()).args(words).output().unwrap()
    }

    /// The digest of the ledger's own record after so many entries.
    pub fn digest_at(&self, entries: u64) -> [u8; 32] {
        let mut reader = Reader::open(&self.at("ledger").join("record"), DEFAULT_LEDGER).unwrap();
        let mut state = State::default();
        while state.entries < entries {
            let frame = reader.next_frame().unwrap().expect("so many entries");
            Decoded::new(frame, 0).unwrap().fold(&mut state, &mut |_, _, _| {}).unwrap();
        }
        assert_eq!(state.entries, entries, "a copy ends where a frame ends");
        state.digest()
    }

    /// What a restored record folds to.
    pub fn folded(&self, name: &str) -> (u64, [u8; 32]) {
        let state = fold_record(&Options::file(self.at(name)), &mut |_| {}).unwrap();
        (state.entries, state.digest())
    }
}

pub fn signer(seed: u8) -> Signer {
    Signer::from_seed(ORIGIN, Role::Author, &[seed; 32]).unwrap()
}

/// Registers units, some hundred a call and a frame.
pub fn say(engine: &Engine, from: u128, count: u128) {
    for first in (from..from + count).step_by(150) {
        let events = (first..(first + 150).min(from + count)).map(org);
        let said = events.map(|event| (proto::event::encode(&event).into(), event)).collect();
        let receipts = engine.submit("省财政厅/制单", said).unwrap();
        drop(receipts.blocking_recv().unwrap().unwrap());
    }
}

/// Puts the next key on record, under the one the desk signs with.
pub fn announce(engine: &Engine, key: &Signer) {
    let kind = Kind::KeyAnnounced(announcement(key.verifier(), &signer(9)));
    let event = Event::said(org(700_000).effective, kind);
    let receipts = engine.submit("省财政厅/系统", vec![(proto::event::encode(&event).into(), event)]).unwrap();
    drop(receipts.blocking_recv().unwrap().unwrap());
    engine.stop().unwrap();
}

fn org(number: u128) -> Event {
    let unit = OrgRegistered {
        org: Uuid::from_u128(1_000_000 + number),
        number: number.to_string(),
        name: "陕西省财政厅".to_owned(),
        level: Level::Province,
        role: OrgRole::Finance,
        parent: None,
        division: 610_000,
        subordination: Subordination::Local,
    };
    let effective = Day::from_yyyymmdd(20_210_901).unwrap();
    Event::said(effective, Kind::OrgRegistered(unit))
}

/// The files of a directory in the order of their names, those with this ending.
pub fn files(dir: &Path, ending: &str) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(dir).unwrap().map(|item| item.unwrap().path()).collect();
    paths.retain(|path| path.to_string_lossy().ends_with(ending));
    paths.sort();
    paths
}

/// Flips one bit in the middle of a file.
pub fn flip(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    std::fs::write(path, bytes).unwrap();
}
