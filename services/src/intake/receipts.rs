//! Receipts: what became of each event of a call, in full as far as the answer has room, and briefly from there on. Not here: what is
//! recorded, and how answers travel.

use crate::wire;
use bytes::Bytes;
use ledger::finding::FindingKind;
use ledger::handle::Handle;
use ledger::outcome::{Code, Now, Outcome, Refusal};
use ledger::state::State;
use prost::{Message, length_delimiter_len};
use proto::event::Malformed;
use proto::v1;
use replay::engine::Acknowledged;
use uuid::Uuid;

/// Bytes of all receipts of an answer, but for those that are brief; what else it says has less than sixteen.
const ROOM_BYTES: usize = wire::MAX_ANSWER_BYTES - 16;

/// Bytes of a brief receipt at most, with what frames it. An answer has so many for each event of the call beside its room.
pub const BRIEF_BYTES: usize = 128;

/// Faults of a malformed event that are named; of further ones only how many there are. One slip in a list is made in all its parts.
const FAULTS_NAMED: usize = 20;

/// What the receipts of an answer still have room for.
#[derive(Debug)]
pub(super) struct Room {
    left: usize,
}

impl Room {
    /// What is not on record is told first, as nobody can ask for it afterwards; half of the room is left for what is.
    pub(super) fn rejections(rejected: Vec<(usize, Malformed)>) -> (Vec<(usize, v1::Receipt)>, Self) {
        let mut half = Self { left: ROOM_BYTES / 2 };
        let receipts = rejected.into_iter().map(|(place, malformed)| (place, half.give(rejection(malformed), |_| {})));
        let receipts = receipts.collect();
        (receipts, Self { left: ROOM_BYTES - ROOM_BYTES / 2 + half.left })
    }

    /// A receipt with the rest there is to say if it fits. Once one did not, the rest of no other is put together: it may be much.
    fn give(&mut self, mut receipt: v1::Receipt, rest: impl FnOnce(&mut v1::Receipt)) -> v1::Receipt {
        if self.left > 0 {
            rest(&mut receipt);
            if let Some(left) = self.left.checked_sub(in_answer(&receipt)) {
                self.left = left;
                return receipt;
            }
            self.left = 0;
        }
        brief(receipt)
    }

    /// The receipt of a folded entry, with names from the state.
    pub(super) fn folded(&mut self, state: &State, receipt: &Acknowledged, id: Uuid) -> v1::Receipt {
        let outcome = &receipt.outcome;
        let answer = placed(receipt, wire::id(id), verdict_now(state, outcome, id));
        self.give(answer, |answer| in_full(state, outcome, id, answer))
    }

    /// The receipt of an event judged in a dry run; `in_turn` says whether its edition is.
    pub(super) fn judged(&mut self, state: &State, outcome: &Outcome, id: Uuid, in_turn: bool) -> v1::Receipt {
        let mut answer = verdict_now(state, outcome, id);
        if matches!(outcome, Outcome::Posted { .. }) {
            // Findings have no number before they are opened, so that it would not count is asked of the ids.
            let counts = state.seen.find(id).filter(|held| state.seen.get(*held).now() == Now::Counts);
            answer.differs = counts.is_some() || !in_turn;
            answer.held = counts.map_or(0, |held| u64::from(held) + 1);
        }
        (answer.id, answer.stage) = (wire::id(id), v1::Stage::DryRun.into());
        self.give(answer, |answer| in_full(state, outcome, id, answer))
    }

    /// The receipt of an entry, or of several alike, without id, postings and findings.
    pub(super) fn terse(&mut self, receipt: &Acknowledged) -> v1::Receipt {
        let answer = v1::Receipt { alike: receipt.alike, ..verdict(&receipt.outcome) };
        self.give(placed(receipt, Bytes::new(), answer), |_| {})
    }
}

/// The bytes a receipt takes in an answer.
fn in_answer(receipt: &v1::Receipt) -> usize {
    let bytes = receipt.encoded_len();
    1 + length_delimiter_len(bytes) + bytes
}

/// What of a receipt has a bound: a refusal keeps what its words are made of (`wire::worded`).
fn brief(mut receipt: v1::Receipt) -> v1::Receipt {
    (receipt.postings, receipt.findings) = (Vec::new(), Vec::new());
    let (refusal, violations) = (receipt.refusal.take(), std::mem::take(&mut receipt.violations));
    receipt.refusal = refusal.map(|refusal| {
        let v1::Refusal { code, permanent, subject, figure, .. } = refusal;
        v1::Refusal { code, permanent, subject, figure, ..v1::Refusal::default() }
    });
    let code = |violation: v1::Violation| v1::Violation { code: violation.code, ..v1::Violation::default() };
    receipt.violations = violations.into_iter().take(1).map(code).collect();
    v1::Receipt { brief: true, ..receipt }
}

fn rejection(malformed: Malformed) -> v1::Receipt {
    let more = malformed.violations.len().saturating_sub(FAULTS_NAMED);
    let mut violations: Vec<_> = malformed.violations.into_iter().take(FAULTS_NAMED).map(v1::Violation::from).collect();
    if let Some(last) = violations.last().filter(|_| more > 0) {
        let code = last.code.clone();
        let description = format!("{more} more faults are not named; put right those that are, then send it again");
        violations.push(v1::Violation { field: "event".to_owned(), description, code });
    }
    v1::Receipt { outcome: v1::Outcome::Rejected.into(), violations, ..v1::Receipt::default() }
}

/// The answers for what was recorded with those for what was not, ascending, each where its event stood in the call. An answer that
/// stands for events on both sides of one is parted there.
pub(super) fn woven(answers: Vec<v1::Receipt>, rejected: Vec<(usize, v1::Receipt)>) -> Vec<v1::Receipt> {
    let mut woven = Vec::with_capacity(answers.len() + rejected.len());
    let (mut answers, mut rest, mut place) = (answers.into_iter(), None, 0);
    for (position, rejection) in rejected {
        while place < position as u64 {
            let Some(mut answer) = rest.take().or_else(|| answers.next()) else { break };
            let before = position as u64 - place;
            if let Some(alike) = answer.alike.checked_sub(before) {
                rest = Some(v1::Receipt { index: answer.index + before, alike, ..answer.clone() });
                answer.alike = before - 1;
            }
            place += answer.alike + 1;
            woven.push(answer);
        }
        woven.push(rejection);
        place += 1;
    }
    woven.extend(rest.into_iter().chain(answers));
    woven
}

/// An answer with its entry's place.
fn placed(receipt: &Acknowledged, id: Bytes, mut answer: v1::Receipt) -> v1::Receipt {
    (answer.id, answer.index, answer.stage) = (id, receipt.index, v1::Stage::Folded.into());
    answer
}

/// The verdict, and whether what was posted counts.
fn verdict_now(state: &State, outcome: &Outcome, id: Uuid) -> v1::Receipt {
    let mut answer = verdict(outcome);
    if let Outcome::Posted { findings, .. } = outcome {
        answer.differs = !counts(state, findings);
    }
    if answer.differs {
        answer.held = state.seen.find(id).map_or(0, |held| u64::from(held) + 1);
    }
    answer
}

/// What there is to say besides: postings, and what somebody must look at.
fn in_full(state: &State, outcome: &Outcome, id: Uuid, answer: &mut v1::Receipt) {
    if let Outcome::Posted { postings, findings } = outcome {
        answer.postings = postings.iter().map(|posting| wire::posting(state, posting)).collect();
        answer.findings = findings.iter().map(|number| wire::finding(state, Handle::new(*number))).collect();
        // What does not count waits for nothing; under its id stands what does.
        if counts(state, findings) {
            answer.findings.extend(waiting(state, id, findings));
        }
    }
    if matches!(outcome, Outcome::Duplicate { now: Now::Counts, .. }) {
        answer.findings = waiting(state, id, &[]).collect();
    }
}

/// What somebody must look at before all that an event says counts, beside the findings it just opened.
fn waiting(state: &State, id: Uuid, opened: &[u32]) -> impl Iterator<Item = v1::Finding> {
    let waiting = state.seen.find(id).map(|entry| state.waiting(entry)).unwrap_or_default();
    waiting
        .into_iter()
        .filter(|finding| !opened.contains(&finding.number()))
        .map(|finding| wire::finding(state, finding))
}

/// Whether a report counts, by the findings it opened.
fn counts(state: &State, findings: &[u32]) -> bool {
    let kind = |number: &u32| state.findings.get(Handle::new(*number)).kind;
    let does_not = [FindingKind::ToldOtherwise, FindingKind::ManyVersions, FindingKind::EditionOutOfOrder];
    !findings.iter().map(kind).any(|kind| does_not.contains(&kind))
}

fn verdict(of: &Outcome) -> v1::Receipt {
    let mut receipt = v1::Receipt::default();
    let outcome = match of {
        Outcome::Posted { .. } => v1::Outcome::Posted,
        Outcome::Duplicate { first, now } => {
            receipt.first = *first;
            receipt.refusal = now.refused().map(|code| v1::Refusal::from(&Refusal::plain(code)));
            (receipt.withdrawn, receipt.differs) = (*now == Now::Withdrawn, *now == Now::Differs);
            v1::Outcome::Duplicate
        }
        Outcome::Refused(refusal) => {
            if refusal.code == Code::ToldOtherwise {
                (receipt.differs, receipt.held) = (true, u64::try_from(refusal.figure).unwrap_or(0) + 1);
            }
            receipt.refusal = Some(v1::Refusal::from(refusal));
            v1::Outcome::Refused
        }
    };
    receipt.outcome = outcome.into();
    receipt
}

#[cfg(test)]
#[path = "receipts_tests.rs"]
mod tests;
