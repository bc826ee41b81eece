//! The table of kinds, as documents print it: compared with `docs/kinds.md`, and with what the ledger does.
//! After a change: `PRINT_KINDS=1 cargo test -p tests --test it kinds::` writes the document anew.

use ledger::event::{DayRule, Early, EntryWithdrawn, Event, KEY_PARTS, Kind, Reason, WayBack};
use ledger::outcome::{Code, Outcome};
use ledger::state::State;
use proto::samples::samples;
use std::fmt::Write as _;
use std::path::Path;
use tests::desk::say;

const HEAD: &str = "# Kinds of events 事项种类

What the ledger can be told, printed from the code by `tests/tests/it/kinds.rs`. *Said*: R reports what happened and is booked,
D asks for a decision and may be refused. *Key*: what makes the id of the event together with its kind and edition; `serial` is the
source's number, and the effective day where there is none. *Days*: how far ahead of the day of recording it may lie. *Early*: told
before what it names. *Back*: how it is undone; `not yet` is what the second half of *Right* brings.

| kind | 名称 | said | key | days | early | back |
| --- | --- | --- | --- | --- | --- | --- |
";

fn days(rule: DayRule) -> &'static str {
    match rule {
        DayRule::Near | DayRule::Published | DayRule::AtOnce => "the day after at the latest",
        DayRule::Ahead => "400 days ahead",
        DayRule::Far => "three years ahead",
        DayRule::DayOver => "the day is over",
        DayRule::PeriodOver(_) => "the period is over",
        DayRule::YearBegun(_) => "the year has begun",
    }
}

fn early(early: Early) -> &'static str {
    match early {
        Early::Nothing => "names nothing",
        Early::Mentioned => "makes what it names",
        Early::Refused => "refused, say again",
        Early::Noted => "finding, does not count (not yet)",
    }
}

fn back(back: WayBack) -> &'static str {
    match back {
        WayBack::Withdrawn => "entry_withdrawn, then the next edition",
        WayBack::WhileFree => "entry_withdrawn while nothing rests on it, then the next edition",
        WayBack::Cancelled => "its set is cancelled",
        WayBack::Superseded => "say the next",
        WayBack::Ended => "the kind that ends it",
        WayBack::Never => "never",
        WayBack::NotYet => "not yet",
    }
}

fn printed() -> String {
    let mut text = HEAD.to_owned();
    for (event, (_, key)) in samples().iter().zip(KEY_PARTS) {
        let (kind, tag) = (&event.kind, event.kind.tag());
        let said = if kind.is_report() { "R" } else { "D" };
        let (days, early, back) = (days(kind.day_rule()), early(tag.early()), back(tag.way_back()));
        let (name, zh, key) = (kind.name(), kind.name_zh(), key.join(", "));
        let _ = writeln!(text, "| {name} | {zh} | {said} | {key} | {days} | {early} | {back} |");
    }
    text
}

#[test]
fn the_document_is_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/kinds.md");
    if std::env::var_os("PRINT_KINDS").is_some() {
        std::fs::write(&path, printed()).expect("the document can be written");
    }
    let names: Vec<&str> = samples().iter().map(|event| event.kind.name()).collect();
    assert_eq!(names, proto::event::KIND_NAMES, "samples are in the order of the keys");
    assert_eq!(std::fs::read_to_string(&path).expect("docs/kinds.md"), printed());
}

/// Each sample is told to a ledger that knows nothing: early, as the table says; and told to one that was told all before it, and
/// taken back, as the table says.
#[test]
fn the_ledger_does_what_the_table_says() {
    let (mut full, mut taken) = (State::default(), 0);
    for event in samples() {
        let tag = event.kind.tag();
        let said = say(&mut State::default(), "周", &event).expect("the fold goes on");
        match (&said, tag.early()) {
            (Outcome::Refused(refusal), Early::Refused) => {
                assert!(!refusal.code.is_permanent(), "{tag:?}: {refusal:?}");
            }
            (Outcome::Posted { .. }, Early::Nothing) => {}
            (Outcome::Posted { findings, .. }, Early::Mentioned | Early::Noted) => {
                assert!(!findings.is_empty(), "{tag:?} says what is not known");
            }
            _ => panic!("{tag:?} told early: {said:?}"),
        }
        let _ = say(&mut full, "周", &event).expect("the fold goes on");
    }
    // The latest first, so that less rests on what is taken back.
    for event in samples().into_iter().rev() {
        let counts = full.seen.by_id(event.id).is_some_and(|(_, seen)| seen.verdict == 0);
        let withdrawn =
            EntryWithdrawn { entry: event.id, content: 0, reason: Reason::Ordered, document: "撤1".into() };
        let back = Event::said(event.effective, Kind::EntryWithdrawn(withdrawn));
        let outcome = say(&mut full, "吴", &back).expect("the fold goes on");
        let tag = event.kind.tag();
        match (counts, tag.way_back()) {
            (true, WayBack::Withdrawn) => {
                assert!(matches!(outcome, Outcome::Posted { .. }), "{tag:?}: {outcome:?}");
                taken += 1;
            }
            // What rests on it may be of a kind that is not taken back; that what is free is taken back, 26-steps-back.txt holds.
            (true, WayBack::WhileFree) => {
                let refused = matches!(&outcome, Outcome::Refused(refusal) if refusal.code == Code::InUse);
                assert!(refused || matches!(outcome, Outcome::Posted { .. }), "{tag:?}: {outcome:?}");
            }
            (true, _) => {
                let refused = matches!(&outcome, Outcome::Refused(refusal) if refusal.code == Code::NotWithdrawable);
                assert!(refused, "{tag:?}: {outcome:?}");
            }
            (false, _) => {}
        }
    }
    assert!(taken >= 18, "only {taken} kinds were taken back");
}
