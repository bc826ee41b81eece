//! Whose business something is 属地: the units that an event concerns, of which one must be that of a grant or below it.

use crate::handle::Handle;
use crate::state::UNKNOWN_ORG;
use crate::state::rows::Org;
use smallvec::SmallVec;

/// The units an event concerns.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Concern {
    /// The ledger as a whole: rules, keys, what holds for everybody.
    Whole,
    /// All of these, so each needs a right.
    All(SmallVec<[Handle<Org>; 2]>),
    /// Any of these: a person is the business of every school where he is or was.
    Any(SmallVec<[Handle<Org>; 2]>),
    /// What it names is not known yet.
    Unknown,
}

impl Concern {
    /// That of one organisation.
    #[must_use]
    pub fn at(org: Handle<Org>) -> Self {
        if org == UNKNOWN_ORG { Self::Unknown } else { Self::All(SmallVec::from_slice(&[org])) }
    }

    pub(super) fn each(orgs: impl Iterator<Item = Option<Handle<Org>>>) -> Self {
        let mut all = SmallVec::new();
        for org in orgs {
            let Some(org) = org else { return Self::Unknown };
            if !all.contains(&org) {
                all.push(org);
            }
        }
        if all.is_empty() { Self::Unknown } else { Self::All(all) }
    }
}
