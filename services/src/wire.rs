//! What all answers share: ids, names, accounts, postings, findings, divisions. Asks no questions.

use bytes::Bytes;
use ledger::account::AccountNo;
use ledger::handle::Handle;
use ledger::outcome::{Code, Posting, Refusal};
use ledger::state::State;
use ledger::state::rows::{Finding, Org};
use ledger::state::stage::Stage;
use proto::v1;
use replay::answers::labels;
use std::fmt::Display;
use uuid::Uuid;

/// Bytes of one answer at most. What is under way to all callers at a time is bounded by it times their number. Answers of what became
/// of events have somewhat more (`intake::receipts`).
pub const MAX_ANSWER_BYTES: usize = 256 * 1024;

/// A sentence for whoever is not on this machine: of a path only what it ends with is left.
#[must_use]
pub fn without_paths(text: &str) -> String {
    let mut told = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('/') {
        let (before, path) = rest.split_at(at);
        let begins = before.chars().last().map_or(told.is_empty(), |c| c.is_whitespace() || "`'\"(=：".contains(c));
        let ends = path.find(|c: char| c.is_whitespace() || "`'\",;:)".contains(c)).unwrap_or(path.len());
        told.push_str(before);
        let path = &path[..ends];
        let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        told.push_str(if begins { name } else { path });
        rest = &rest[at + ends..];
    }
    told + rest
}

/// Bytes of a sentence that says why there is no answer. It goes out in a header in which a Chinese character takes nine bytes, with
/// the same twice more in its details; some callers take no more than 8 KiB of these.
const SENTENCE_BYTES: usize = 1_024;

/// Why there is no answer, for whoever is told: without paths, and no longer than any caller takes. Of a list as many as there is room
/// for are named, and how many more there are.
#[must_use]
pub fn in_words(why: &impl Display) -> String {
    let told = without_paths(&why.to_string());
    if told.len() <= SENTENCE_BYTES {
        return told;
    }
    let room = &told[..told.floor_char_boundary(SENTENCE_BYTES)];
    let lists = [", ", "; ", "、", "，"].map(|comma| room.rfind(comma).map(|at| (at, comma)));
    match lists.into_iter().flatten().max() {
        Some((at, comma)) if at > SENTENCE_BYTES / 2 => {
            format!("{} and {} more", &told[..at], told[at..].matches(comma).count())
        }
        _ => format!("{room}... and {} bytes more", told.len() - room.len()),
    }
}

/// An id as 16 bytes; nothing for the nil id, which stands for "none".
#[must_use]
pub fn id(id: Uuid) -> Bytes {
    if id.is_nil() { Bytes::new() } else { Bytes::copy_from_slice(id.as_bytes()) }
}

/// A receipt for each event of a call that was answered tersely, refusals with their words.
pub fn each(receipts: Vec<v1::Receipt>) -> impl Iterator<Item = v1::Receipt> {
    receipts.into_iter().flat_map(|mut receipt| {
        receipt.refusal = receipt.refusal.map(worded);
        let last = receipt.index + receipt.alike;
        (receipt.index..=last).map(move |index| v1::Receipt { index, alike: 0, ..receipt.clone() })
    })
}

/// A refusal with its words, which a brief receipt leaves out as they hang on the code alone. Of a code that only a later program
/// knows there are none.
#[must_use]
pub fn worded(refusal: v1::Refusal) -> v1::Refusal {
    let Some(code) = Code::named(&refusal.code).filter(|_| refusal.sentence_zh.is_empty()) else { return refusal };
    let subject = Uuid::from_slice(&refusal.subject).unwrap_or_default();
    v1::Refusal { permanent: refusal.permanent, ..v1::Refusal::from(&Refusal::with(code, subject, refusal.figure)) }
}

/// Id and name of an organisation.
#[must_use]
pub fn org(state: &State, handle: Handle<Org>) -> (Bytes, String) {
    let org = state.orgs.get(handle);
    (id(org.id), org.name().to_owned())
}

/// An account by class and owner. One that does not exist yet, as a dry run may name, has neither.
#[must_use]
pub fn account(state: &State, number: AccountNo) -> v1::Account {
    if number >= state.accounts.next() {
        return v1::Account::default();
    }
    let label = labels::account_label(state, number);
    v1::Account {
        class: label.class.name().to_owned(),
        class_zh: label.class.name_zh().to_owned(),
        book: label.class.book().name().to_owned(),
        owner: id(label.owner),
        owner_name: label.owner_name,
    }
}

/// The account a caller means by owner and class. The unknown organisation and application have the nil id, so a nil owner
/// of a class means theirs.
#[must_use]
pub fn find_account(state: &State, owner: Uuid, class: &str) -> Option<AccountNo> {
    let class = ledger::account::Class::ALL.iter().copied().find(|known| known.name() == class)?;
    state.accounts_of(class.owner(), owner).map(|base| State::account_at(base, class))
}

/// A posting with the names of its accounts.
#[must_use]
pub fn posting(state: &State, posting: &Posting) -> v1::Posting {
    v1::Posting {
        debit: Some(account(state, posting.debit)),
        credit: Some(account(state, posting.credit)),
        fen: posting.fen,
        booked: posting.booked.yyyymmdd(),
    }
}

/// A finding by its number.
#[must_use]
pub fn finding(state: &State, number: Handle<Finding>) -> v1::Finding {
    let finding = state.findings.get(number);
    v1::Finding {
        number: number.number(),
        kind: finding.kind.name().to_owned(),
        sentence_zh: finding.kind.sentence_zh().to_owned(),
        sentence_en: finding.kind.sentence_en().to_owned(),
        subject: id(finding.subject),
        fen: state.money_of(number),
        index: finding.index,
        day: finding.on.yyyymmdd(),
        event: id(event_id(state, finding.fact.into())),
        open: finding.stands(),
        stage: state.stage_of(number).words().0.to_owned(),
        ..v1::Finding::default()
    }
}

/// The id of the event of an entry; nil if there is no such entry.
#[must_use]
pub fn event_id(state: &State, index: u64) -> Uuid {
    state.seen_at(index).map_or(Uuid::nil(), |seen| seen.id)
}

/// The stage of a set.
#[must_use]
pub fn set_stage(stage: Stage) -> v1::SetStage {
    match stage {
        Stage::Open => v1::SetStage::Open,
        Stage::Sealed => v1::SetStage::Sealed,
        Stage::Reviewed => v1::SetStage::Reviewed,
        Stage::Approved => v1::SetStage::Approved,
        Stage::Sent => v1::SetStage::Sent,
        Stage::Cancelled => v1::SetStage::Cancelled,
    }
}

#[cfg(test)]
mod tests {
    use super::{SENTENCE_BYTES, in_words, without_paths};

    #[test]
    fn long_sentences_end_in_time_and_say_how_much_is_missing() {
        let list: Vec<_> = (0..1_000).map(|n| format!("项目{n}")).collect();
        let sentence = format!("there is no 项目; there are {}", list.join(", "));
        let told = in_words(&sentence);
        let (named, more) = told.rsplit_once(" and ").expect("a number");
        let left: usize = more.strip_suffix(" more").expect("a number").parse().expect("a number");
        assert_eq!(named.matches(", ").count() + 1 + left, 1_000);
        assert!(sentence.starts_with(named) && told.len() < SENTENCE_BYTES + 20, "{told}");
        for long in ["明".repeat(SENTENCE_BYTES), format!("a, {}", "b".repeat(SENTENCE_BYTES))] {
            let told = in_words(&long);
            assert!(told.ends_with("bytes more") && told.len() < SENTENCE_BYTES + 40, "{told}");
        }
        assert_eq!(in_words(&"a, b"), "a, b");
    }

    #[test]
    fn of_a_path_only_its_end_is_told() {
        for (text, told) in [
            ("damage at /srv/明账/record/0001-0000.frames at byte 12", "damage at 0001-0000.frames at byte 12"),
            ("/srv/x/checkpoints/9.checkpoint: no note", "9.checkpoint: no note"),
            ("reading (/srv/a), `/srv/b/`, /srv/c; /srv/d", "reading (a), `b`, c; d"),
            (
                "ask http://127.0.0.1:5/x for 3/4 of 陕西/西安 and/or nobody",
                "ask http://127.0.0.1:5/x for 3/4 of 陕西/西安 and/or nobody",
            ),
            ("nothing", "nothing"),
            ("", ""),
        ] {
            assert_eq!(without_paths(text), told);
        }
    }
}
