//! Events on their way in: strict admission, one answer for each, whatever face they came through. No transport.

use super::receipts::{Room, woven};
use crate::principal;
use crate::principal::PrincipalFault;
use bytes::Bytes;
use ledger::money::Day;
use ledger::rights::{NoRight, no_right};
use proto::event::{Malformed, admit_each};
use proto::v1;
use replay::engine::{Detail, Engine, EngineError, Speaker, Submission};
use std::sync::Arc;

/// Events of one call at most: ten thousand keep both memory and the answer's delay small.
pub const MAX_EVENTS: usize = 10_000;

/// Bytes of the events of one call at most, so that a call with its framing fits the transport's 4 MiB.
pub const MAX_BYTES: usize = 3 * 1024 * 1024;

/// Calls with more events than this are decoded on a thread that may be held up.
const EVENTS_INLINE: usize = 64;

/// Why a whole call was turned away. Nothing of it was recorded, unless the ledger stopped while it was under way.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The caller did not say who he is, or said it badly.
    #[error("name the principal in {header}: {fault}")]
    Principal {
        /// The header.
        header: &'static str,
        /// What is wrong with it.
        fault: PrincipalFault,
    },
    /// It does not say for each event whether it is said again.
    #[error("again has {again} numbers for {events} events; leave it out, or give one for each")]
    Again {
        /// Events of the call.
        events: usize,
        /// Numbers.
        again: usize,
    },
    /// Too many events.
    #[error("{0} events in one call, more than {MAX_EVENTS}; split it")]
    TooMany(usize),
    /// Too many bytes.
    #[error("{0} bytes of events in one call, more than {MAX_BYTES}; split it")]
    TooLarge(usize),
    /// Whoever calls may say some of it nowhere.
    #[error(
        "{who} 没有可报 {} 的岗位：可报的角色有 {}；岗位由安全管理员授予（{}） {who} has no role that says {}: those that do are {}; security \
         administrators grant them ({})",
        .lacks.kind.name_zh(), .lacks.roles.join("、"), .lacks.grantors.join("、"),
        .lacks.kind.name(), .lacks.roles.join(", "), .lacks.grantors.join(", ")
    )]
    NoRight {
        /// Who.
        who: Arc<str>,
        /// What, and who could help.
        lacks: Box<NoRight>,
    },
    /// The ledger does not take it.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A thread ended unexpectedly.
    #[error("the call was given up while it was decoded; send it again")]
    GivenUp,
}

/// The principal that the headers called `header` say; every face asks here.
///
/// # Errors
/// There is not exactly one, or it is no name.
pub fn principal<'a>(
    header: &'static str,
    values: impl IntoIterator<Item = &'a [u8]>,
) -> Result<Arc<str>, IngestError> {
    principal::heard(values).map_err(|fault| IngestError::Principal { header, fault })
}

/// Takes a call: records what is well formed, in order, and answers for every event.
///
/// # Errors
/// The whole call was turned away.
pub async fn record(
    engine: &Engine,
    speaker: Speaker,
    request: v1::RecordRequest,
) -> Result<v1::RecordResponse, IngestError> {
    check_size(&request.events)?;
    if !request.again.is_empty() && request.again.len() != request.events.len() {
        return Err(IngestError::Again { events: request.events.len(), again: request.again.len() });
    }
    let Admitted { events, rejected } = admit(request.events, request.again).await?;
    may_say(engine, &speaker, &events)?;
    let (rejected, room) = Room::rejections(rejected);
    let (answers, index) = if request.dry_run {
        dry_run(engine, &speaker, events, room)?
    } else {
        let detail = if request.terse { Detail::Terse } else { Detail::Full };
        write(engine, speaker, events, (detail, room)).await?
    };
    Ok(v1::RecordResponse { receipts: woven(answers, rejected), index })
}

/// Keeps strangers out of the record. The fold asks again, of each event and its place.
fn may_say(engine: &Engine, speaker: &Speaker, events: &[Submission]) -> Result<(), IngestError> {
    let state = engine.read();
    if !state.is_founded() {
        return Ok(());
    }
    let kinds = events.iter().map(|said| said.event.kind.tag());
    let lacks = no_right(&state, &speaker.principal, kinds, Day::in_beijing(engine.now_ms(&state)));
    let who = || Arc::clone(&speaker.principal);
    lacks.map_or(Ok(()), |lacks| Err(IngestError::NoRight { who: who(), lacks: Box::new(lacks) }))
}

/// Records what was admitted; its receipts, and how many entries the record had with it.
async fn write(
    engine: &Engine,
    speaker: Speaker,
    events: Vec<Submission>,
    (detail, mut room): (Detail, Room),
) -> Result<(Vec<v1::Receipt>, u64), IngestError> {
    let ids: Vec<_> = match detail {
        Detail::Full => events.iter().map(|said| said.event.id).collect(),
        Detail::Terse => Vec::new(),
    };
    let receipts = engine.submit_for(detail, speaker, events)?.await.map_err(|_| EngineError::Stopped)??;
    let index = receipts.last().map(|last| last.index + last.alike + 1);
    let index = index.unwrap_or_else(|| engine.read().entries);
    if detail == Detail::Terse {
        return Ok((receipts.iter().map(|receipt| room.terse(receipt)).collect(), index));
    }
    let state = engine.read();
    let answers = receipts.iter().zip(&ids).map(|(receipt, id)| room.folded(&state, receipt, *id));
    Ok((answers.collect(), index))
}

/// A call as it was read.
struct Admitted {
    /// What is well formed, in the order of the call.
    events: Vec<Submission>,
    /// What is not, with its place in the call, ascending.
    rejected: Vec<(usize, Malformed)>,
}

async fn admit(events: Vec<Bytes>, again: Vec<u64>) -> Result<Admitted, IngestError> {
    if events.len() <= EVENTS_INLINE {
        return Ok(decode(events, again));
    }
    tokio::task::spawn_blocking(move || decode(events, again)).await.map_err(|_| IngestError::GivenUp)
}

/// `again` holds, one higher, the refused entry that an event says again, and 0 for one that says none again.
fn decode(contents: Vec<Bytes>, again: Vec<u64>) -> Admitted {
    let (mut events, mut rejected) = (Vec::with_capacity(contents.len()), Vec::new());
    let again = again.into_iter().map(|number| number.checked_sub(1)).chain(std::iter::repeat(None));
    for ((position, (content, event)), again) in admit_each(contents).enumerate().zip(again) {
        match event {
            Ok(event) => events.push(Submission { content, event, again }),
            Err(malformed) => rejected.push((position, malformed)),
        }
    }
    Admitted { events, rejected }
}

fn check_size(events: &[Bytes]) -> Result<(), IngestError> {
    if events.len() > MAX_EVENTS {
        return Err(IngestError::TooMany(events.len()));
    }
    let bytes = events.iter().map(Bytes::len).sum();
    if bytes > MAX_BYTES {
        return Err(IngestError::TooLarge(bytes));
    }
    Ok(())
}

/// What recording it now would give; how many entries there are.
fn dry_run(
    engine: &Engine,
    speaker: &Speaker,
    events: Vec<Submission>,
    mut room: Room,
) -> Result<(Vec<v1::Receipt>, u64), IngestError> {
    let mut receipts = Vec::with_capacity(events.len());
    for submission in events {
        let id = submission.event.id;
        let later = (submission.event.edition > 0).then(|| submission.event.clone());
        let outcome = engine.dry_run(speaker, submission)?;
        let state = engine.read();
        let in_turn = later.is_none_or(|event| state.is_in_turn(&event));
        receipts.push(room.judged(&state, &outcome, id, in_turn));
    }
    let index = engine.read().entries;
    Ok((receipts, index))
}
