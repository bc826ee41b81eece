//! A desk that submits events to a ledger in memory, by way of their bytes. It knows no files and no network.

use ledger::entry::{Entry, Proof};
use ledger::event::{Event, Kind};
use ledger::fold::Halt;
use ledger::outcome::Outcome;
use ledger::state::State;
use ledger::state::table::BadPage;
use proto::event::{decode, encode};
use proto::samples::LATE_MS;
use replay::engine::Options;
use replay::record::log::Clock;
use std::path::Path;
use std::sync::LazyLock;
use std::time::Instant;
use uuid::Uuid;

/// One thing said: who, and the event as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Who submitted it.
    pub principal: String,
    /// The event as bytes.
    pub content: Vec<u8>,
}

/// The same label always names the same thing; `nil` names nothing.
#[must_use]
pub fn labelled(label: &str) -> Uuid {
    if label == "nil" { Uuid::nil() } else { Uuid::new_v5(&Uuid::NAMESPACE_OID, label.as_bytes()) }
}

/// The same with this number of its source, where the kind has one: another number is another fact.
#[must_use]
pub fn numbered(mut kind: Kind, number: impl std::fmt::Display) -> Kind {
    let serial = match &mut kind {
        Kind::PayoutCredited(said) => &mut said.serial,
        Kind::PayoutReturned(said) => &mut said.serial,
        Kind::PayoutUnknown(said) => &mut said.serial,
        Kind::LoanDrawn(said) => &mut said.serial,
        Kind::LoanDrawReturned(said) => &mut said.serial,
        Kind::LoanRateAgreed(said) => &mut said.serial,
        Kind::LoanRepaid(said) => &mut said.serial,
        Kind::LoanRefunded(said) => &mut said.serial,
        Kind::LoanOverdue(said) => &mut said.serial,
        Kind::LoanDeferred(said) => &mut said.serial,
        Kind::LoanWrittenOff(said) => &mut said.serial,
        Kind::LossRecovered(said) => &mut said.serial,
        Kind::LoanStateRepaid(said) => &mut said.serial,
        Kind::LoanRelieved(said) => &mut said.serial,
        Kind::OverclaimReturned(said) => &mut said.serial,
        Kind::RemittanceCleared(said) => &mut said.serial,
        Kind::RemittanceReturned(said) => &mut said.serial,
        Kind::CompensationReceived(said) => &mut said.serial,
        Kind::RewardSpent(said) => &mut said.serial,
        Kind::Surrendered(said) => &mut said.serial,
        Kind::VoucherReturned(said) => &mut said.serial,
        Kind::RecoveryReceived(said) => &mut said.serial,
        Kind::RefundPaid(said) => &mut said.serial,
        _ => return kind,
    };
    *serial = number.to_string();
    kind
}

/// Folds one event whose bytes are `content`, as the next entry.
///
/// # Errors
/// As the fold: a [`Halt`], and nothing has changed.
pub fn submit(state: &mut State, principal: &str, content: &[u8], event: Event) -> Result<Outcome, Halt> {
    submit_at(state, (LATE_MS, None), principal, content, event)
}

/// The same, recorded at a moment, perhaps naming the refused entry it says again.
///
/// # Errors
/// As [`submit`].
pub fn submit_at(
    state: &mut State,
    (recorded_ms, again): (i64, Option<u64>),
    principal: &str,
    content: &[u8],
    event: Event,
) -> Result<Outcome, Halt> {
    state.fold(&Entry {
        index: state.entries,
        recorded_ms,
        principal,
        proof: Proof::Named,
        again,
        content,
        event: &event,
    })
}

/// How a ledger in files is opened whose clock stands behind every day that tests speak of.
#[must_use]
pub fn late(dir: &Path) -> Options {
    // One beginning for all that a process opens, so that no ledger is opened again before its last entry.
    static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);
    let passed = || i64::try_from(BEGUN.elapsed().as_millis()).unwrap_or_default();
    Options { clock: Clock::new(move || LATE_MS + passed(), passed), ..Options::file(dir) }
}

/// Says a domain event, through its bytes and back.
///
/// # Panics
/// If the codec does not bring the event back as it was: then every other result is worthless.
pub fn say(state: &mut State, principal: &str, event: &Event) -> Result<Outcome, Halt> {
    let content = encode(event);
    let back = decode(&content).unwrap_or_else(|error| panic!("{error}: {event:?}"));
    assert_eq!(&back, event, "bytes bring back another event");
    submit(state, principal, &content, back)
}

/// The same state, from the pages of another.
///
/// # Errors
/// A page was refused by the table that made it.
pub fn restored(state: &mut State) -> Result<State, BadPage> {
    let mut copy = State::empty();
    let scalars = state.scalars();
    for ((_, from), (_, to)) in state.tables().into_iter().zip(copy.tables()) {
        for page in (0u32..).take(from.count()) {
            to.restore(&from.encode(page))?;
        }
    }
    copy.finish_restore(scalars);
    Ok(copy)
}
