//! How an entry stands: asked by taking it back in a dry run, which says so and records nothing. Not here: which entries rows name.

use super::sending::dry_run;
use crate::cli::client::Query;
use crate::cli::failure::Failure;
use crate::intake::import::AskError;
use ledger::event::{EntryWithdrawn, Event, Kind, Reason};
use ledger::money::Day;
use ledger::outcome::Code;
use proto::v1;
use proto::v1::recorder_client::RecorderClient;
use replay::dial::Line;
use std::sync::Arc;
use tokio::runtime::Handle;
use uuid::Uuid;

/// Asks in the name of whoever imports.
pub(super) fn entries(
    handle: Handle,
    (recorder, query): (RecorderClient<Line>, Query),
    principal: Arc<str>,
) -> impl Fn(Uuid, Day) -> Result<Option<bool>, AskError> + Send {
    move |entry, day| {
        let taken = EntryWithdrawn { entry, content: 0, reason: Reason::Mistyped, document: String::new() };
        let taken = Event::said(day, Kind::EntryWithdrawn(taken));
        let answers = dry_run(&handle, (&recorder, &query), &principal, &taken);
        Ok(standing(&answers.map_err(|failure: Failure| Box::new(failure) as AskError)?))
    }
}

/// Whether what it would take back counts, if it is on record.
fn standing(answer: &v1::Receipt) -> Option<bool> {
    let code = answer.refusal.as_ref().and_then(|refusal| Code::named(&refusal.code));
    match (answer.outcome(), code) {
        (_, Some(Code::UnknownEntry)) => None,
        (v1::Outcome::Duplicate, None) | (_, Some(Code::ToldOtherwise | Code::NotWithdrawable)) => Some(false),
        (v1::Outcome::Rejected | v1::Outcome::Unspecified, _) => None,
        // Whatever else there is to say of taking it back: it is there.
        _ => Some(true),
    }
}
