//! Receipts that came briefly, as the answer to their call had no room for more: what they leave out is asked for, so that rows are
//! told of as ever. Postings are not, as nobody here needs them. Not here: which events are sent.

use crate::cli::failure::Failure;
use crate::wire;
use bytes::Bytes;
use proto::v1;
use std::collections::HashMap;
use std::ops::Range;

/// A call as it was sent.
pub(super) struct Sent {
    pub(super) events: Vec<Bytes>,
    pub(super) again: Vec<u64>,
    pub(super) dry_run: bool,
}

/// Whom to ask for what is left out.
pub(super) trait AsksLedger {
    /// What events would come to now; receipts may be brief.
    fn dry_run(&mut self, events: Vec<Bytes>, again: Vec<u64>) -> Result<Vec<v1::Receipt>, Failure>;

    /// All findings that these entries opened.
    fn opened(&mut self, entries: Range<u64>) -> Result<Vec<v1::Finding>, Failure>;
}

/// Asks for what the brief receipts of a call leave out. One stays brief of which no answer has room for what is to be said.
pub(super) fn fill(receipts: &mut [v1::Receipt], sent: &Sent, asked: &mut dyn AsksLedger) -> Result<(), Failure> {
    let mut open: Vec<usize> = (0..receipts.len()).filter(|at| receipts[*at].brief).collect();
    for at in &open {
        receipts[*at].refusal = receipts[*at].refusal.take().map(wire::worded);
    }
    let entries = |receipts: &[v1::Receipt]| {
        let posted = open.iter().map(|at| &receipts[*at]).filter(|receipt| receipt.outcome() == v1::Outcome::Posted);
        let mut places = posted.filter(|_| !sent.dry_run).map(|receipt| receipt.index);
        places.next().map(|first| first..places.last().unwrap_or(first) + 1)
    };
    let opened = entries(receipts).map(|entries| asked.opened(entries)).transpose()?;
    for (index, findings) in by_entry(opened.unwrap_or_default()) {
        if let Some(at) = open.iter().find(|at| receipts[**at].index == index) {
            receipts[*at].findings = findings;
        }
    }
    // Of what was refused the words are all there is.
    open.retain(|at| receipts[*at].refusal.is_none() || !std::mem::take(&mut receipts[*at].brief));
    while !open.is_empty() {
        let events = open.iter().filter_map(|at| sent.events.get(*at).cloned()).collect();
        let again =
            if sent.dry_run { open.iter().filter_map(|at| sent.again.get(*at).copied()).collect() } else { vec![] };
        let answers = asked.dry_run(events, again)?;
        // Those at the front had room, or the very first has none in any answer.
        let told = answers.iter().take_while(|answer| !answer.brief).count().max(1).min(open.len());
        for (at, answer) in open.drain(..told).zip(answers) {
            tell(&mut receipts[at], answer, sent.dry_run);
        }
    }
    Ok(())
}

/// Puts what a dry run says into a receipt.
fn tell(receipt: &mut v1::Receipt, told: v1::Receipt, dry_run: bool) {
    if dry_run {
        *receipt = told;
        receipt.refusal = receipt.refusal.take().map(wire::worded);
        return;
    }
    receipt.brief = told.brief;
    receipt.violations = told.violations;
    // It was said meanwhile, so these are what it waits for; what does not count waits for nothing.
    let known = |finding: &v1::Finding| receipt.findings.iter().any(|one| one.number == finding.number);
    let more: Vec<_> = told.findings.into_iter().filter(|finding| !receipt.differs && !known(finding)).collect();
    receipt.findings.extend(more);
}

fn by_entry(findings: Vec<v1::Finding>) -> HashMap<u64, Vec<v1::Finding>> {
    let mut by_entry: HashMap<u64, Vec<v1::Finding>> = HashMap::new();
    for finding in findings {
        by_entry.entry(finding.index).or_default().push(finding);
    }
    by_entry
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::outcome::{Code, Refusal};

    /// Answers a dry run with as many receipts in full as there is room for.
    struct Ledger {
        room: usize,
        calls: usize,
    }

    impl AsksLedger for Ledger {
        fn dry_run(&mut self, events: Vec<Bytes>, _: Vec<u64>) -> Result<Vec<v1::Receipt>, Failure> {
            self.calls += 1;
            let finding = |event: &Bytes| v1::Finding { number: event[0].into(), open: true, ..Default::default() };
            let in_full = |event| v1::Receipt { findings: vec![finding(event)], ..duplicate() };
            let brief = v1::Receipt { brief: true, ..duplicate() };
            let giant = |event: &Bytes| event[0] == 7;
            let first = events.iter().position(giant).unwrap_or(usize::MAX).min(self.room);
            let each = events.iter().enumerate();
            Ok(each.map(|(at, event)| if at < first { in_full(event) } else { brief.clone() }).collect())
        }

        fn opened(&mut self, entries: Range<u64>) -> Result<Vec<v1::Finding>, Failure> {
            let number = |index: u64| u32::try_from(index).unwrap_or_default();
            Ok(entries.map(|index| v1::Finding { index, number: 100 + number(index), ..Default::default() }).collect())
        }
    }

    fn duplicate() -> v1::Receipt {
        v1::Receipt { outcome: v1::Outcome::Duplicate.into(), ..Default::default() }
    }

    fn sent(events: u8, dry_run: bool) -> Sent {
        Sent { events: (0..events).map(|n| Bytes::from(vec![n])).collect(), again: Vec::new(), dry_run }
    }

    fn numbers(receipt: &v1::Receipt) -> Vec<u32> {
        receipt.findings.iter().map(|finding| finding.number).collect()
    }

    #[test]
    fn what_is_left_out_is_asked_for_in_as_many_calls_as_it_takes() -> Result<(), Failure> {
        let mut ledger = Ledger { room: 2, calls: 0 };
        let posted =
            |index| v1::Receipt { index, outcome: v1::Outcome::Posted.into(), brief: true, ..Default::default() };
        let mut receipts: Vec<_> = (0..10).map(posted).collect();
        receipts[0].brief = false;
        receipts[2] = v1::Receipt { brief: true, ..duplicate() };
        receipts[3].differs = true;
        fill(&mut receipts, &sent(10, false), &mut ledger)?;
        assert_eq!(ledger.calls, 5, "nine by two, and the seventh alone");
        assert_eq!(numbers(&receipts[0]), [0_u32; 0], "it said all there is");
        assert_eq!((numbers(&receipts[1]), numbers(&receipts[2])), (vec![101, 1], vec![2]));
        assert_eq!(numbers(&receipts[3]), [103]);
        // There is no answer with room for it, which is not the same as nothing to look at.
        assert_eq!((receipts[7].brief, numbers(&receipts[7])), (true, vec![107]));
        assert!(receipts.iter().enumerate().all(|(at, receipt)| receipt.brief == (at == 7)));
        Ok(())
    }

    #[test]
    fn a_refusal_has_its_words_again_without_being_asked_for() -> Result<(), Failure> {
        let mut ledger = Ledger { room: 2, calls: 0 };
        let refusal = v1::Refusal::from(&Refusal::with(Code::Overdrawn, uuid::Uuid::from_u128(7), 125));
        let bare = v1::Refusal {
            sentence_zh: String::new(),
            sentence_en: String::new(),
            remedy: String::new(),
            ..refusal.clone()
        };
        let refused = v1::Outcome::Refused.into();
        let mut receipts = [v1::Receipt { refusal: Some(bare), outcome: refused, brief: true, ..Default::default() }];
        fill(&mut receipts, &sent(1, true), &mut ledger)?;
        assert_eq!((ledger.calls, receipts[0].brief, &receipts[0].refusal), (0, false, &Some(refusal)));
        Ok(())
    }
}
