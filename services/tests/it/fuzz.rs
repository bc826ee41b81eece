//! Every parser of bytes that somebody else may have made: entries, frames, events, notes, keys, receipts, page tokens, CSV, policy
//! files. Frozen and shipped bytes are spoilt in all ways, by a seed: nothing panics or asks for more memory than there is, and what
//! is taken is what was meant by it, as it is written again the same.
//! `MINGZHANG_FUZZ=1000000 MINGZHANG_SEED=7 cargo test -p services --test it fuzz::` does more of it.

use std::fs;
use std::path::{Path, PathBuf};

use proto::v1;
use replay::proof::checkpoint::{Checkpoint, Outcomes};
use replay::proof::receipt::Receipt;
use replay::proof::signed_note::{Note, Role, Signer, Verifier};
use replay::record::log::frame::{FrameBuilder, HEADER_BYTES, has_unwritten};
use replay::record::log::{Frame, Header};
use services::intake::identity::Identity;
use services::intake::import::table::record::{MAX_CELLS, MAX_RECORD_BYTES, Records};
use services::intake::import::{Importer, Said, SinkError};
use services::query::page::{Cursor, Pager};
use tests::history::Chance;

/// Spoilt bytes of each parser, unless more are asked for.
const ROUNDS: u64 = 3_000;

/// What stands for something in one format or another: lengths, quotes, marks, numbers beyond all bounds.
const ODD: [&[u8]; 22] = [
    b"\0",
    b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
    b"\x7f",
    b"\x80",
    b"\xff\xff\xff\xff",
    b"\"",
    b"\"\"",
    b",",
    b"\n",
    b"\r\n",
    b"\n\n",
    b";",
    b"=",
    b"-1",
    b"99999999999999999999",
    b"1e309",
    b"9999-12-31",
    "\u{200b}".as_bytes(),
    "\u{feff}".as_bytes(),
    "，".as_bytes(),
    "— ".as_bytes(),
    b"[[version]]",
];

/// Spoils bytes: bits, parts left out, doubled or moved, odd ones put in, a part of another sample.
struct Spoiler {
    chance: Chance,
    samples: Vec<Vec<u8>>,
}

impl Spoiler {
    fn of(samples: Vec<Vec<u8>>) -> Self {
        assert!(samples.iter().all(|sample| !sample.is_empty()) && !samples.is_empty());
        let seed = std::env::var("MINGZHANG_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
        Self { chance: Chance::new(seed), samples }
    }

    fn next(&mut self) -> Vec<u8> {
        let mut bytes = self.samples[self.chance.below(self.samples.len())].clone();
        for _ in 0..self.chance.below(5) {
            self.spoil(&mut bytes);
        }
        bytes
    }

    fn spoil(&mut self, bytes: &mut Vec<u8>) {
        let length = bytes.len();
        let from = self.chance.below(length);
        let to = (from + 1 + self.chance.below(16)).min(length).max(from);
        match self.chance.below(8) {
            0 if length > 0 => bytes[from] ^= 1 << self.chance.below(8),
            1 if length > 0 => bytes[from] = self.chance.draw().to_le_bytes()[0],
            2 => drop(bytes.drain(from..to)),
            3 => {
                let part = bytes[from..to].to_vec();
                bytes.splice(from..from, part);
            }
            4 => bytes.truncate(from),
            5 => {
                let other = &self.samples[self.chance.below(self.samples.len())];
                let begin = self.chance.below(other.len());
                let end = (begin + 1 + self.chance.below(200)).min(other.len());
                bytes.splice(from..to, other[begin..end].to_vec());
            }
            6 => bytes.reverse(),
            _ => {
                let odd = ODD[self.chance.below(ODD.len())].to_vec();
                bytes.splice(from..if self.chance.in_hundred(50) { from } else { to }, odd);
            }
        }
    }

    /// Shows spoilt bytes, of `share` times as costly a parser fewer; answers how many were taken.
    fn each(mut self, share: u64, mut taken: impl FnMut(&[u8]) -> bool) -> u64 {
        let asked = std::env::var("MINGZHANG_FUZZ").ok().and_then(|text| text.parse().ok());
        let mut count = 0;
        for _ in 0..asked.unwrap_or(ROUNDS) / share {
            let bytes = self.next();
            count += u64::from(taken(&bytes));
        }
        assert!(count > 0, "whole ones are taken");
        count
    }
}

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn text(name: &str) -> String {
    let path = top().join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The files of a directory with this ending.
fn all(dir: &str, ending: &str) -> Vec<Vec<u8>> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(top().join(dir)).expect("there").map(|item| item.expect("readable").path()).collect();
    paths.retain(|path| path.to_string_lossy().ends_with(ending));
    paths.sort();
    paths.iter().map(|path| fs::read(path).expect("readable")).collect()
}

/// Bytes written in hexadecimal, over several lines.
fn bytes_of(hex: &str) -> Vec<u8> {
    let digits: String = hex.chars().filter(char::is_ascii_hexdigit).collect();
    ledger::hash::unhex(&digits).expect("whole bytes")
}

fn events() -> Vec<Vec<u8>> {
    proto::samples::samples().iter().map(proto::event::encode).collect()
}

fn entry(content: &[u8], again: Option<u64>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let raw = proto::entry::Raw {
        recorded_ms: 1_000,
        proof: ledger::entry::Proof::Named,
        again,
        salt: [7; 16],
        principal: "省学生资助中心",
        content,
    };
    proto::entry::encode_into(&mut bytes, &raw).expect("a good entry");
    bytes
}

#[test]
fn what_is_admitted_is_written_the_same() {
    Spoiler::of(events()).each(1, |bytes| {
        if let Ok(event) = proto::event::decode(bytes) {
            let again = proto::event::encode(&event);
            assert_eq!(proto::event::decode(&again).as_ref(), Ok(&event), "what was read is written and read again");
        }
        let admitted = proto::event::admit(bytes);
        if let Ok(event) = &admitted {
            assert_eq!(proto::event::encode(event), bytes);
            let _ = event.keyed_id();
        }
        admitted.is_ok()
    });
}

#[test]
fn an_entry_is_written_as_it_was_read() {
    let samples = events().iter().flat_map(|event| [entry(event, None), entry(event, Some(7))]).collect();
    Spoiler::of(samples).each(1, |bytes| {
        let read = proto::entry::decode(bytes);
        if let Ok(raw) = &read {
            let mut again = Vec::new();
            assert!(proto::entry::encode_into(&mut again, raw).is_ok() && again == bytes);
            assert_eq!(proto::entry::recorded_ms(bytes), Some(raw.recorded_ms));
        }
        read.is_ok()
    });
}

#[test]
fn a_frame_is_made_again_from_what_it_says() {
    let mut samples = vec![bytes_of(&text("tests/formats/frame.hex"))];
    let header = Header {
        ledger: *b"mingzhang-ledger",
        epoch: 2,
        writer: 7,
        first_index: 40,
        recorded_ms: 1_000,
        count: 0,
        body_bytes: 0,
        root: [3; 32],
    };
    for entries in [vec![], events()] {
        let mut builder = FrameBuilder::new();
        for event in entries {
            let _ = builder.offer(|out| out.extend(entry(&event, None)));
        }
        samples.push(builder.finish(header).bytes().to_vec());
    }
    Spoiler::of(samples).each(1, |bytes| {
        // A checksum that fits lets the rest be looked at.
        let mut mended = bytes.to_vec();
        if let Some(end) = mended.len().checked_sub(4).filter(|end| *end >= HEADER_BYTES) {
            let sum = crc_of(&mended[..end]);
            mended[end..].copy_from_slice(&sum);
        }
        let _ = has_unwritten(bytes, 4_000);
        let read = Frame::decode(mended.clone().into());
        if let Ok(frame) = &read {
            let mut builder = FrameBuilder::new();
            for entry in frame.entries() {
                let _ = builder.offer(|out| out.extend_from_slice(entry));
            }
            assert_eq!(builder.finish(*frame.header()).bytes(), &mended);
            assert_eq!(frame.entries().count(), frame.header().count as usize);
        }
        let _ = Header::decode(bytes);
        read.is_ok()
    });
}

/// The checksum of a frame's bytes, as a frame of them would have it.
fn crc_of(bytes: &[u8]) -> [u8; 4] {
    crc32c::crc32c(bytes).to_le_bytes()
}

#[test]
fn notes_keys_and_receipts_come_back_as_texts() {
    let signer = Signer::from_seed("example.org/ledger", Role::Author, &[1; 32]).expect("a key");
    let keys = vec![signer.verifier().to_string().into_bytes()];
    Spoiler::of(keys).each(1, |bytes| {
        let Ok(text) = std::str::from_utf8(bytes) else { return false };
        let read = Verifier::parse(text);
        if let Ok(key) = &read {
            assert_eq!(Verifier::parse(&key.to_string()).as_ref(), Ok(key));
        }
        let _ = Signer::parse(text);
        read.is_ok()
    });
    let notes = ["checkpoint.txt", "cosigned.txt"].map(|name| text(&format!("tests/formats/{name}")).into_bytes());
    let known = notes.to_vec();
    Spoiler::of(known.clone()).each(1, |bytes| {
        let read = Note::parse(bytes);
        if let Ok(note) = &read {
            assert_eq!(Note::parse(note.to_string().as_bytes()).as_ref(), Ok(note));
            let text = note.unverified_text();
            if let Ok(checkpoint) = Checkpoint::parse(text) {
                assert_eq!(Checkpoint::parse(&checkpoint.text()).as_ref(), Ok(&checkpoint));
            }
            let _ = Outcomes::parse(text);
            // No spoilt note passes for a signed one.
            if note.verified_by(signer.verifier()).is_ok() {
                assert!(known.iter().any(|known| String::from_utf8_lossy(known).starts_with(text)), "{text}");
            }
        }
        read.is_ok()
    });
    Spoiler::of(vec![text("tests/formats/receipt.txt").into_bytes()]).each(1, |bytes| {
        let read = Receipt::parse(bytes);
        if let Ok(receipt) = &read {
            let again = Receipt::parse(receipt.text().as_bytes()).expect("its own text");
            assert_eq!(again.text(), receipt.text());
            let _ = receipt.fits();
        }
        read.is_ok()
    });
}

#[test]
fn no_spoilt_token_leads_anywhere_else() {
    let asked = |token: &str| v1::ListFindingsRequest { page_token: token.to_owned(), ..Default::default() };
    let cursor = Cursor { key: 7, carry: -3 };
    let token = Pager::open(&asked(""), 50).map_err(|_| ()).expect("a first page").token(cursor);
    Spoiler::of(vec![token.clone().into_bytes()]).each(1, |bytes| {
        let Ok(text) = std::str::from_utf8(bytes) else { return false };
        match Pager::open(&asked(text), 50) {
            Ok(pager) => {
                pager.after == Some(cursor) || {
                    assert!(text.is_empty() && pager.after.is_none());
                    true
                }
            }
            Err(_) => false,
        }
    });
}

#[test]
fn a_file_says_what_can_be_admitted_or_says_why_not() {
    let mut samples = all("docs/stories", ".csv");
    samples.extend(all("policies/loans", ".csv"));
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("file.csv");
    Spoiler::of(samples.clone()).each(6, |bytes| {
        fs::write(&path, bytes).expect("written");
        let mut said = 0;
        let mut sink = |one: Said| -> Result<(), SinkError> {
            let content = proto::event::encode(&one.event);
            assert_eq!(proto::event::admit(&content).as_ref(), Ok(&one.event), "line {}", one.line);
            said += 1;
            Ok(())
        };
        let report = Importer::new(Identity::new(b"key")).import_file(&path, "tester", &mut sink);
        report.is_ok_and(|report| {
            assert_eq!(report.events, said);
            assert!(report.problems.iter().all(|problem| problem.line > 0));
            said > 0
        })
    });
    Spoiler::of(samples).each(1, |bytes| {
        let (mut records, mut any) = (Records::new(bytes), false);
        while let Ok(Some(record)) = records.advance() {
            any |= record.is_ok();
            let cells = records.cells();
            assert!(cells.len() <= MAX_CELLS && cells.iter().map(String::len).sum::<usize>() <= MAX_RECORD_BYTES);
        }
        any
    });
}

#[test]
fn a_policy_file_says_what_can_be_admitted_or_says_where_it_is_wrong() {
    let samples = [all("policies", ".toml"), all("policies/loans", ".toml")].concat();
    Spoiler::of(samples).each(6, |bytes| {
        let Ok(text) = std::str::from_utf8(bytes) else { return false };
        match services::intake::shipped_rates::toml_events("a.toml", text) {
            Err(why) => {
                assert!(!why.to_string().is_empty());
                false
            }
            Ok(events) => {
                for event in &events {
                    // What the wire has no room for is turned away at the door, as anybody's.
                    let _ = proto::event::admit(&proto::event::encode(event));
                }
                true
            }
        }
    });
}
