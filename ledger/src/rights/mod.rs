//! Who may say what 权限. A principal says a kind of event if one of his grants is of a role that says it, at the unit that the event
//! concerns or one above. Nothing else is asked: no attributes, no order of rules, no negation; so whoever replays the record sees
//! by which grant each entry counted. Before a ledger is founded everybody may say everything.
//!
//! Here: the function ([`entitled`]), whose business an event is (`concern`), and what is judged of the kinds about rights themselves.
//! Not here: how somebody is authenticated, which services do before anything is recorded.

mod change;
mod concern;
mod concern_of_event;
mod concern_of_rows;
mod door;
mod entitled;
mod founding;
mod granting;
mod known;
mod signing;

pub use concern::Concern;
pub use concern_of_event::concern;
pub use door::{NoAsking, NoRight, may_ask, no_right, who_could};
pub(crate) use entitled::named as concern_named;
pub use entitled::{Entitled, entitled, entitled_at, reaches};
pub use founding::lacking;

pub(crate) use change::{RightsChange, apply};
pub(crate) use founding::{judge_rights_adopted, judge_rights_founded};
pub(crate) use granting::{judge_role_ended, judge_role_granted};
pub(crate) use known::{
    judge_credential_bound, judge_credential_ended, judge_principal_ended, judge_principal_registered,
};
pub(crate) use signing::{judge_endorsed, judge_objected, judge_signed};
