//! Errors as gRPC statuses with details: field violations, a stable reason, when to come back.

use crate::faces::question_group::MayNotAsk;
use crate::faces::who::Stranger;
use crate::intake::ingest::IngestError;
use crate::query::QueryError;
use crate::wire::in_words;
use replay::engine::EngineError;
use replay::engine::past::PastError;
use replay::engine::rebuilding::{Only, RebuildError};
use replay::proof::comparing::Difference;
use replay::proof::cosignature_error::CosignatureError;
use replay::proof::notary::SigningError;
use std::collections::HashMap;
use std::time::Duration;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// The domain of the reasons below.
const DOMAIN: &str = "mingzhang.v1";

/// When a caller who was told that too much waits should come back.
const COME_BACK: Duration = Duration::from_millis(50);

/// The same where others are at work.
const BUSY_AGAIN: Duration = Duration::from_secs(1);

/// Bytes of notes that go out in a header beside everything else.
const NOTES_BYTES: usize = 2 * 1024;

impl From<IngestError> for Status {
    fn from(error: IngestError) -> Self {
        let message = in_words(&error);
        match error {
            IngestError::Principal { header, fault } => {
                let mut details = reason(fault.reason());
                details.add_bad_request_violation(header, &message);
                told(Code::Unauthenticated, message, details)
            }
            IngestError::Again { .. } | IngestError::TooMany(_) | IngestError::TooLarge(_) => {
                let mut details = reason("CALL_TOO_LARGE");
                details.add_bad_request_violation("events", &message);
                told(Code::InvalidArgument, message, details)
            }
            IngestError::NoRight { .. } => told(Code::PermissionDenied, message, reason("NO_RIGHT")),
            IngestError::Engine(error) => error_of(&error),
            IngestError::GivenUp => told(Code::Unavailable, message, reason("GIVEN_UP")),
        }
    }
}

impl From<Stranger> for Status {
    fn from(stranger: Stranger) -> Self {
        told(Code::Unauthenticated, in_words(&stranger), reason(stranger.reason()))
    }
}

impl From<MayNotAsk> for Status {
    fn from(error: MayNotAsk) -> Self {
        told(Code::PermissionDenied, in_words(&error), reason("NO_RIGHT"))
    }
}

impl From<QueryError> for Status {
    fn from(error: QueryError) -> Self {
        let message = in_words(&error);
        match error {
            QueryError::NotFound { kind, id } => {
                let mut details = reason("NOT_FOUND");
                details.set_resource_info(kind, id.to_string(), "", "check the id");
                told(Code::NotFound, message, details)
            }
            QueryError::NoEntry { index, .. } => {
                let mut details = reason("NOT_FOUND");
                details.set_resource_info("entry", index.to_string(), "", "check the index");
                told(Code::NotFound, message, details)
            }
            QueryError::Field { field, description } => {
                let mut details = reason("BAD_FIELD");
                details.add_bad_request_violation(field, in_words(&description));
                told(Code::InvalidArgument, message, details)
            }
            QueryError::Changed => told(Code::Aborted, message, reason("PAGES_CHANGED")),
            QueryError::TooLarge { .. } => told(Code::ResourceExhausted, message, reason("ANSWER_TOO_LARGE")),
            QueryError::Past(PastError::Engine(error)) => error_of(&error),
            QueryError::Past(error) => folding(&error, message),
            QueryError::Engine(error) => error_of(&error),
        }
    }
}

/// The status of an answer whose past is still being folded.
fn folding(error: &PastError, message: String) -> Status {
    let mut details = reason("PAST_FOLDING");
    if let PastError::Folding { done, total } = error {
        let progress = [("done".to_owned(), done.to_string()), ("total".to_owned(), total.to_string())];
        details = ErrorDetails::with_error_info("PAST_FOLDING", DOMAIN, HashMap::from(progress));
    }
    details.set_retry_info(Some(COME_BACK));
    told(Code::Unavailable, message, details)
}

/// The status of what others leave no room for at the moment.
pub(super) fn busy(why: &str, message: &str) -> Status {
    let mut details = reason(why);
    details.set_retry_info(Some(BUSY_AGAIN));
    told(Code::ResourceExhausted, message.to_owned(), details)
}

/// The status of an answer that would have had to wait too long for `not_before`.
pub(super) fn too_early(wanted: u64, entries: u64) -> Status {
    let message = format!("{wanted} entries were asked for and {entries} are folded; ask again later");
    let mut details = reason("NOT_YET_FOLDED");
    details.set_retry_info(Some(COME_BACK));
    told(Code::DeadlineExceeded, message, details)
}

/// Why there is no checkpoint or proof.
pub(super) fn unsigned(error: &SigningError) -> Status {
    let (code, why) = match error {
        SigningError::NoKey => (Code::FailedPrecondition, "NO_KEY"),
        SigningError::Follower => (Code::FailedPrecondition, "FOLLOWER"),
        SigningError::Uncompared => (Code::Unavailable, "NOT_COMPARED"),
        SigningError::OutOfRange { .. } => (Code::NotFound, "OUT_OF_RANGE"),
        SigningError::Damaged(_) => (Code::Unavailable, "DAMAGED"),
        SigningError::Cosignature(CosignatureError::NotSignedHere) => (Code::FailedPrecondition, "NOT_SIGNED_HERE"),
        SigningError::Cosignature(CosignatureError::Unknown { .. }) => (Code::PermissionDenied, "UNKNOWN_WITNESS"),
        SigningError::Cosignature(CosignatureError::Bad(_)) => (Code::InvalidArgument, "BAD_COSIGNATURE"),
        SigningError::Cosignature(CosignatureError::TooLong { .. }) => (Code::InvalidArgument, "NOTE_TOO_LONG"),
        SigningError::Cosignature(CosignatureError::NotCosigned { .. }) => (Code::NotFound, "NOT_COSIGNED"),
        SigningError::Tile(_) => (Code::Unavailable, "TILE_DAMAGED"),
        SigningError::Ended(_) => (Code::Unavailable, "SIGNING_ENDED"),
        SigningError::KeyTurned { .. } => (Code::FailedPrecondition, "KEY_TURNED"),
        SigningError::BalancesLost { .. } => (Code::FailedPrecondition, "BALANCES_LOST"),
        SigningError::OtherBalances { .. } => (Code::Internal, "BALANCES_DIFFER"),
        _ => (Code::Internal, "SIGNING"),
    };
    told(code, in_words(error), reason(why))
}

pub(super) fn error_of(error: &EngineError) -> Status {
    let message = in_words(&error);
    match error {
        EngineError::Busy => {
            let mut details = reason("BUSY");
            details.set_retry_info(Some(COME_BACK));
            told(Code::ResourceExhausted, message, details)
        }
        EngineError::TooLong { .. } => {
            let mut details = reason("EVENT_TOO_LONG");
            details.add_bad_request_violation("events", &message);
            told(Code::InvalidArgument, message, details)
        }
        EngineError::Signing(error) => unsigned(error),
        EngineError::Halted(error) => error_of(error),
        EngineError::Differs(difference) => differs(difference),
        EngineError::Log(error) if error.is_damage() => told(Code::Unavailable, message, reason("DAMAGED")),
        EngineError::Follower { writer } => {
            let known = HashMap::from([("writer".to_owned(), writer.clone())]);
            let details = ErrorDetails::with_error_info("FOLLOWER", DOMAIN, known);
            told(Code::FailedPrecondition, message, details)
        }
        EngineError::OutcomeDiffers { .. } => told(Code::Internal, message, reason("OUTCOME_DIFFERS")),
        EngineError::Unreadable { .. } => told(Code::Internal, message, reason("UNREADABLE")),
        _ => told(Code::Unavailable, message, reason("LEDGER_ENDED")),
    }
}

/// Both values and the writer's signed notes: whoever is told can check them without us.
fn differs(difference: &Difference) -> Status {
    let known = [
        ("entries", difference.size.to_string()),
        ("what", difference.what.clone()),
        ("signed", difference.signed.clone()),
        ("here", difference.here.clone()),
        // Notes with the signatures of many witnesses are more than a header takes; they are in the follower's mark as well.
        ("notes", Some(&difference.notes).filter(|notes| notes.len() <= NOTES_BYTES).cloned().unwrap_or_default()),
    ];
    let known = HashMap::from(known.map(|(name, value)| (name.to_owned(), value)));
    let details = ErrorDetails::with_error_info("DIFFERS", DOMAIN, known);
    told(Code::Unavailable, in_words(difference), details)
}

/// Why nothing was rebuilt.
pub(super) fn unrebuilt(error: &RebuildError) -> Status {
    let (code, why) = match error {
        RebuildError::Engine(error) => return error_of(error),
        RebuildError::Differs { .. } | RebuildError::Short { .. } => (Code::DataLoss, "DIFFERS"),
        RebuildError::Interrupted => (Code::Cancelled, "INTERRUPTED"),
        RebuildError::UnderWay => (Code::Aborted, "UNDER_WAY"),
        _ => (Code::FailedPrecondition, "NOTHING_TO_REBUILD"),
    };
    told(code, in_words(error), reason(why))
}

/// A projection nobody keeps.
pub(super) fn no_such_projection(name: &str) -> Status {
    let known: Vec<_> = Only::ALL.iter().map(|only| only.name()).collect();
    let message = in_words(&format!("there is no projection {name}; there are {}", known.join(" and ")));
    let mut details = reason("BAD_FIELD");
    details.add_bad_request_violation("only", &message);
    told(Code::InvalidArgument, message, details)
}

/// What callers are told: not where things lie on this machine.
fn told(code: Code, message: String, details: ErrorDetails) -> Status {
    Status::with_error_details(code, in_words(&message), details)
}

fn reason(reason: &str) -> ErrorDetails {
    ErrorDetails::with_error_info(reason, DOMAIN, HashMap::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_past_on_its_way_says_how_far_it_is_and_when_to_come_back() {
        let status = Status::from(QueryError::Past(PastError::Folding { done: 3, total: 9 }));
        assert_eq!(status.code(), Code::Unavailable);
        let info = status.get_details_error_info().expect("a reason");
        assert_eq!(info.reason, "PAST_FOLDING");
        assert_eq!((info.metadata["done"].as_str(), info.metadata["total"].as_str()), ("3", "9"));
        assert!(status.get_details_retry_info().is_some_and(|retry| retry.retry_delay.is_some()));
    }
}
