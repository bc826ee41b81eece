//! Which edition of a report counts: asked by taking each back in a dry run, which says how it stands and records nothing. Not here:
//! which reports rows name.

use super::sending::dry_run;
use crate::cli::failure::Failure;
use crate::intake::import::AskError;
use ledger::event::{EntryWithdrawn, Event, Kind, Reason};
use ledger::outcome::Code;
use proto::v1;
use proto::v1::recorder_client::RecorderClient;
use std::sync::Arc;
use tokio::runtime::Handle;
use tonic::transport::Channel;

/// Asks in the name of whoever imports.
pub(super) fn editions(
    handle: Handle,
    recorder: RecorderClient<Channel>,
    principal: Arc<str>,
) -> impl Fn(&Event) -> Result<Option<u8>, AskError> + Send {
    move |event| {
        for edition in 0..=u8::MAX {
            let (entry, reason) = (event.id_of_edition(edition), Reason::Mistyped);
            let taken = EntryWithdrawn { entry, content: 0, reason, document: String::new() };
            let taken = Event::said(event.effective, Kind::EntryWithdrawn(taken));
            let answers = dry_run(&handle, &recorder, &principal, &taken);
            match standing(&answers.map_err(|failure: Failure| Box::new(failure) as AskError)?) {
                Standing::Counts => return Ok(Some(edition)),
                Standing::TakenBack => {}
                Standing::Unknown => return Ok(None),
            }
        }
        Ok(None)
    }
}

enum Standing {
    Counts,
    TakenBack,
    Unknown,
}

/// How what it would take back stands.
fn standing(answer: &v1::Receipt) -> Standing {
    let code = answer.refusal.as_ref().and_then(|refusal| Code::named(&refusal.code));
    match (answer.outcome(), code) {
        (_, Some(Code::UnknownEntry)) => Standing::Unknown,
        (v1::Outcome::Duplicate, None) | (_, Some(Code::ToldOtherwise | Code::NotWithdrawable)) => Standing::TakenBack,
        (v1::Outcome::Rejected | v1::Outcome::Unspecified, _) => Standing::Unknown,
        _ => Standing::Counts,
    }
}
