//! A history written down once. What the ledger made of it may never change: not its outcomes, not its digest.
//!
//! To freeze another one, after a change of rules was adopted by `RulesAdopted`:
//! `FREEZE=histories/NAME.hex SEED=N cargo test -p tests --test it frozen::`. Existing files are never written again,
//! but for the outcomes of the same entries while nothing is released: `RENEW=histories/NAME.hex`, which the changelog then says.
//! With `LOANS=1` it is a history of loans and of what offices make of them, with `KEYS=1` one of keys announced, with `DESK=1`
//! one of a finding explained and closed, with `RIGHTS=1` one of a ledger that is founded, with `WHOLE=1` one of all kinds among each other, with
//! `SAMPLES=KIND,KIND` the samples of these kinds, else one
//! of awards and payments.

use ledger::event::{Event, FindingClosed, FindingExplained, KeyAnnounced, Kind, StatusChanged};
use ledger::money::Day;
use ledger::outcome::{Now, Outcome};
use ledger::state::State;
use proto::samples::samples;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use tests::desk::{say, submit};
use tests::history::{History, rights, whole};
use tests::loans::year;
use tests::model::Model;

/// Events of a frozen history.
const LENGTH: usize = 700;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("histories")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).expect("hex digits")).collect()
}

/// Everything an outcome says, in one word.
fn word(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Posted { postings, findings } => {
            let mut text = "posted".to_owned();
            for posting in postings {
                let (debit, credit, day) = (posting.debit, posting.credit, posting.booked.yyyymmdd());
                let _ = write!(text, ";{debit}<{credit}:{}@{day}", posting.fen);
            }
            for finding in findings {
                let _ = write!(text, ";finding{finding}");
            }
            text
        }
        Outcome::Duplicate { first, now } => {
            let now = match now {
                Now::Counts => "posted",
                Now::Refused(code) => code.name(),
                Now::Withdrawn => "reversed",
                Now::Differs => "differs",
            };
            format!("duplicate;{first};{now}")
        }
        Outcome::Refused(refusal) => {
            format!("refused;{};{};{}", refusal.code.name(), refusal.subject, refusal.figure)
        }
    }
}

/// A history of awards and payments: who said what.
fn awards(seed: u64) -> Vec<(String, Event)> {
    let (mut model, mut history) = (Model::default(), History::new(seed, LENGTH));
    let mut said = Vec::new();
    while let Some((principal, event)) = history.next(&model) {
        let _ = model.tell(&principal, &event, &proto::event::encode(&event));
        said.push((principal, event));
    }
    said
}

/// A history of keys: two announced, one of them a second time.
fn keys() -> Vec<(String, Event)> {
    let told = [([1; 32], 20_260_105), ([2; 32], 20_270_105), ([1; 32], 20_270_201), ([1; 32], 20_260_105)];
    let event = |(key, day)| {
        let kind = Kind::KeyAnnounced(KeyAnnounced { key, by: [3; 32], signature: [[4; 32], [5; 32]] });
        Event::said(Day::from_yyyymmdd(day).expect("a day"), kind)
    };
    told.map(|told| ("省财政厅".to_owned(), event(told))).to_vec()
}

/// A finding that one person explains and another closes.
fn desk() -> Vec<(String, Event)> {
    let day = |yyyymmdd| Day::from_yyyymmdd(yyyymmdd).expect("a day");
    let mut samples = samples().into_iter();
    let told = samples.find(|event| matches!(event.kind, Kind::StatusChanged(_))).expect("a standing");
    let Kind::StatusChanged(StatusChanged { school: subject, .. }) = told.kind else { return Vec::new() };
    let (entry, kind) = (told.id, "unknown_subject".to_owned());
    let explained = FindingExplained {
        entry,
        kind: kind.clone(),
        subject,
        reason: "新设学校，登记在途".to_owned(),
        document: "说1".to_owned(),
        evidence: None,
    };
    let (reason, document) = ("同意".to_owned(), String::new());
    let closed = FindingClosed { entry, kind, subject, reason, document };
    let said = |who: &str, event| (who.to_owned(), event);
    vec![
        said("学校", told),
        said("甲", Event::said(day(20_240_901), Kind::FindingExplained(explained))),
        said("乙", Event::said(day(20_240_902), Kind::FindingClosed(closed))),
    ]
}

/// A ledger is founded; then who has a right says what he may and what not, and one who has none.
fn rights_told() -> Vec<(String, Event)> {
    let wanted = |kind: &str| samples().into_iter().find(|event| event.kind.name() == kind).expect("a kind");
    let (org, renamed) = (wanted("org_registered"), wanted("org_renamed"));
    let unit = org.subject();
    let mut told = vec![("样例".to_owned(), org)];
    let clerk = "61CZ/c1";
    let begun = rights::founding(unit, Vec::new()).into_iter().map(|event| ("样例".to_owned(), event));
    told.extend(begun);
    let by = |name: &str, event: Event| (name.to_owned(), event);
    told.push(by("61CZ/s1", rights::registered(clerk, Some(clerk), unit)));
    told.push(by("61CZ/s2", rights::bound(clerk)));
    told.push(by("61CZ/s2", rights::granted(1, clerk, "one", Some(unit))));
    told.push(by("61CZ/s2", rights::granted(2, clerk, "other", Some(unit))));
    told.push(by(clerk, rights::granted(3, clerk, "other", None)));
    told.push(by("样例", renamed.clone()));
    told.push(by(clerk, renamed));
    told.push(by(clerk, wanted("period_closed")));
    told.push(by(clerk, wanted("policy_adopted")));
    for (number, endorses) in [(1, true), (2, false)] {
        told.push(by(clerk, rights::word(clerk, &wanted("line_issued"), number, endorses)));
    }
    told.extend(rights::ended(clerk, 1).into_iter().map(|event| by("61CZ/s1", event)));
    told
}

/// The samples of the kinds that are named, parted by commas.
fn sampled(kinds: &str) -> Vec<(String, Event)> {
    let wanted = |kind: &str| samples().into_iter().find(|event| event.kind.name() == kind).expect("a kind");
    kinds.split(',').map(|kind| ("样例".to_owned(), wanted(kind))).collect()
}

fn freeze(path: &Path, said: Vec<(String, Event)>) {
    let mut state = State::default();
    let mut text = String::new();
    for (principal, event) in said {
        let content = proto::event::encode(&event);
        let outcome = say(&mut state, &principal, &event).expect("the fold goes on");
        let _ = writeln!(text, "{principal} {} {}", word(&outcome), hex(&content));
    }
    let _ = writeln!(text, "digest {}", hex(&state.digest()));
    assert!(!path.exists(), "{} is frozen", path.display());
    std::fs::write(path, text).expect("writing the frozen history");
}

/// Writes what now becomes of a frozen history's entries beside them. Only before a release may that differ.
fn renew(path: &Path) {
    let mut state = State::default();
    let mut text = String::new();
    for line in std::fs::read_to_string(path).expect("a frozen history").lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let [principal, _, content] = words[..] else { continue };
        let bytes = bytes(content);
        let event = proto::event::decode(&bytes).expect("an event");
        let outcome = submit(&mut state, principal, &bytes, event).expect("the fold goes on");
        let _ = writeln!(text, "{principal} {} {content}", word(&outcome));
    }
    let _ = writeln!(text, "digest {}", hex(&state.digest()));
    std::fs::write(path, text).expect("writing the frozen history");
}

/// A history of all kinds, as far as the wire takes it.
fn everything(seed: u64) -> Vec<(String, Event)> {
    let said = whole(seed, LENGTH).said.into_iter();
    said.filter(|(_, event)| proto::event::decode(&proto::event::encode(event)).is_ok()).collect()
}

#[test]
fn frozen_histories_keep_their_outcomes_and_digest() {
    if let Ok(name) = std::env::var("FREEZE") {
        let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_default();
        let wanted = |name| std::env::var(name).is_ok();
        let said = match (wanted("LOANS"), wanted("KEYS"), wanted("DESK"), wanted("SAMPLES")) {
            _ if wanted("WHOLE") => everything(seed),
            _ if wanted("RIGHTS") => rights_told(),
            (true, ..) => year(seed),
            (_, true, ..) => keys(),
            (_, _, true, _) => desk(),
            (.., true) => sampled(&std::env::var("SAMPLES").unwrap_or_default()),
            _ => awards(seed),
        };
        freeze(&Path::new(env!("CARGO_MANIFEST_DIR")).join(name), said);
    }
    if let Ok(name) = std::env::var("RENEW") {
        renew(&Path::new(env!("CARGO_MANIFEST_DIR")).join(name));
    }
    let files = std::fs::read_dir(folder()).expect("the folder of frozen histories").flatten();
    let files: Vec<PathBuf> = files.map(|file| file.path()).collect();
    assert!(!files.is_empty(), "no frozen history");
    let mut posted = BTreeSet::new();
    for path in files {
        let text = std::fs::read_to_string(&path).expect("a frozen history");
        let mut state = State::default();
        for (at, line) in text.lines().enumerate() {
            let place = format!("{}:{}", path.display(), at + 1);
            let words: Vec<&str> = line.split(' ').collect();
            match words.as_slice() {
                ["digest", digest] => assert_eq!(hex(&state.digest()), *digest, "{place}"),
                [principal, expected, content] => {
                    let content = bytes(content);
                    let event = proto::event::decode(&content).expect("an event");
                    let kind = event.kind.name();
                    let outcome = submit(&mut state, principal, &content, event).expect("the fold goes on");
                    assert_eq!(word(&outcome), *expected, "{place}: {kind}");
                    if matches!(outcome, Outcome::Posted { .. }) {
                        posted.insert(kind);
                    }
                }
                _ => panic!("{place}: neither an entry nor a digest"),
            }
        }
    }
    let missing = proto::event::KIND_NAMES.iter().filter(|kind| !posted.contains(*kind)).collect::<Vec<_>>();
    assert!(missing.is_empty(), "no frozen history posts {missing:?}");
}
