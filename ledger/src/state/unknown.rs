//! Rows that stand for whom or what nobody has told of yet.

use super::UNKNOWN_ORG;
use crate::account::AccountNo;
use crate::event::{Level, OrgRole, Subordination};
use crate::handle::Link;
use crate::money::Day;
use crate::state::rows::{Application, Org};
use crate::state::stage::Set;
use uuid::Uuid;

/// An organisation of which nothing but its id is known. The nil id is that of the one that stands for unknown ones.
pub(crate) fn named_org(id: Uuid, accounts: AccountNo) -> Org {
    Org {
        id,
        known: false,
        early: Link::NONE,
        named: 0,
        number: String::new(),
        names: Vec::new(),
        level: Level::Centre,
        role: OrgRole::Finance,
        parent: Link::NONE,
        subordination: Subordination::Local,
        accounts,
        open_from: [Day::default(); 4],
        closings: Vec::new(),
        last: 0,
    }
}

/// Of payments nobody ordered.
pub(super) fn unknown_application(accounts: AccountNo) -> Application {
    Application {
        id: Uuid::nil(),
        unit: UNKNOWN_ORG,
        fiscal_year: 0,
        set: Set::begun(""),
        parts: Vec::new(),
        accounts,
        last_payout: Link::NONE,
        vouchers: Vec::new(),
        told: Vec::new(),
        batch: Link::NONE,
        effective: Day::default(),
        last: 0,
    }
}
