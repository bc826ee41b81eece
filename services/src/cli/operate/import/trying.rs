//! Asks by dry run, which records nothing, what else there is to say of rows that do not count: whether a later edition of what was
//! taken back stands, and what a line would come to that was turned away only because one before it was. Not here: the words.

use super::differs::{makes_claim, makes_set};
use super::standing::{Beside, FileLine, RowStanding};
use crate::cli::failure::Failure;
use bytes::Bytes;
use ledger::event::{Event, Kind, KindTag, WayBack};
use ledger::outcome::Code;
use proto::v1;

/// Says what events would come to if they were recorded now.
type DryRun<'a> = dyn FnMut(Vec<Bytes>) -> Result<Vec<v1::Receipt>, Failure> + 'a;

/// What is said besides of each event of a call.
pub(super) fn besides(
    call: &[(Bytes, FileLine)],
    receipts: &[v1::Receipt],
    dry_run: &mut DryRun<'_>,
) -> Result<Vec<Beside>, Failure> {
    let mut besides: Vec<Beside> = receipts.iter().map(|_| Beside::Nothing).collect();
    let events = |wanted: &dyn Fn(&FileLine, &v1::Receipt) -> bool| -> Vec<(usize, Event)> {
        let rows = call.iter().zip(receipts).enumerate();
        let wanted = rows.filter(|(_, ((_, said), receipt))| wanted(said, receipt));
        wanted.filter_map(|(at, ((bytes, _), _))| Some((at, proto::event::decode(bytes).ok()?))).collect()
    };
    let taken_back = |said: &FileLine, receipt: &v1::Receipt| {
        RowStanding::of(receipt) == RowStanding::Withdrawn && has_editions(said.tag)
    };
    let mut open = events(&taken_back);
    while !open.is_empty() {
        open.retain_mut(|(_, event)| {
            let next = event.edition.checked_add(1);
            event.edition = next.unwrap_or(event.edition);
            event.id = event.keyed_id();
            next.is_some()
        });
        if open.is_empty() {
            break;
        }
        let answers = dry_run(encoded(&open))?;
        let mut later = Vec::new();
        for ((at, event), answer) in open.into_iter().zip(answers) {
            if answer.withdrawn {
                later.push((at, event));
            } else {
                besides[at] = Beside::Later(event.edition, answer);
            }
        }
        open = later;
    }
    let out_of_order = |_: &FileLine, receipt: &v1::Receipt| next_line(receipt).is_some();
    let tried: Vec<_> = events(&out_of_order)
        .into_iter()
        .filter_map(|(at, event)| Some((at, in_place(event, next_line(&receipts[at])?)?)))
        .collect();
    let answers = if tried.is_empty() { Vec::new() } else { dry_run(encoded(&tried))? };
    for ((at, _), answer) in tried.into_iter().zip(answers) {
        besides[at] = Beside::Tried(answer);
    }
    Ok(besides)
}

fn encoded(events: &[(usize, Event)]) -> Vec<Bytes> {
    events.iter().map(|(_, event)| proto::event::encode(event).into()).collect()
}

/// Whether its row has editions of its own, rather than its set.
fn has_editions(tag: KindTag) -> bool {
    matches!(tag.way_back(), WayBack::Withdrawn | WayBack::WhileFree) && !makes_set(tag) && !makes_claim(tag)
}

/// The number of the line that its set waits for, where that is why a line was refused.
fn next_line(receipt: &v1::Receipt) -> Option<u32> {
    let refusal = receipt.refusal.as_ref().filter(|refusal| refusal.code == Code::LineOutOfOrder.name())?;
    u32::try_from(refusal.figure).ok().filter(|number| *number > 0)
}

/// The line under the number of the one that is waited for.
fn in_place(mut event: Event, number: u32) -> Option<Event> {
    match &mut event.kind {
        Kind::RosterLineAdded(line) => line.number = number,
        Kind::ApplicationLineAdded(line) => line.number = number,
        Kind::ClaimLineAdded(line) => line.number = number,
        _ => return None,
    }
    event.id = event.keyed_id();
    Some(event)
}
