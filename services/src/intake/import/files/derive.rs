//! Ids of the rows of sets, of which neighbours share most: what was derived once is remembered for a while.

use crate::intake::identity::Identity;
use crate::intake::import::ids;
use std::cell::RefCell;
use std::collections::HashMap;
use uuid::Uuid;

/// Ids remembered at most; beyond that all are forgotten, so that a hostile file fills no memory.
const MAX_REMEMBERED: usize = 4_096;

/// Derives ids for one pass over a file.
pub(crate) struct Derive<'a> {
    /// None while a file is only checked: then what no check looks at is not computed.
    identity: Option<&'a Identity>,
    known: RefCell<HashMap<String, Uuid>>,
}

impl<'a> Derive<'a> {
    /// For the pass that says something.
    pub(crate) fn by(identity: &'a Identity) -> Self {
        Self { identity: Some(identity), known: RefCell::default() }
    }

    /// For the pass that only checks.
    pub(crate) fn checking() -> Self {
        Self { identity: None, known: RefCell::default() }
    }

    /// The person's id, nil while only checking.
    pub(crate) fn person(&self, number: &str) -> Uuid {
        self.identity.map_or(Uuid::nil(), |identity| identity.person(number))
    }

    /// The card's id, nil while only checking.
    pub(crate) fn card(&self, number: &str) -> Uuid {
        self.identity.map_or(Uuid::nil(), |identity| identity.card(number))
    }

    /// The award's id, nil while only checking.
    pub(crate) fn award(&self, programme: &str, academic_year: u16, school: &str, person: Uuid) -> Uuid {
        self.identity.map_or(Uuid::nil(), |_| ids::award(programme, academic_year, school, person))
    }

    /// The payment's id, nil while only checking.
    pub(crate) fn payout(&self, unit: &str, application: &str, edition: u8, line: u32) -> Uuid {
        self.identity.map_or(Uuid::nil(), |_| ids::payout(unit, application, edition, line))
    }

    /// The loan's id, nil while only checking.
    pub(crate) fn loan(&self, lender: &str, number: &str) -> Uuid {
        self.identity.map_or(Uuid::nil(), |_| ids::loan(lender, number))
    }

    /// An id that many rows share, derived by `derive` when it is not remembered under the two words.
    pub(crate) fn shared<E>(
        &self,
        one: &str,
        other: &str,
        derive: impl FnOnce() -> Result<Uuid, E>,
    ) -> Result<Uuid, E> {
        // No number holds a bar or a #: pairs of words do not run together, and "#org" is no unit.
        let key = [one, "|", other].concat();
        if let Some(id) = self.known.borrow().get(&key) {
            return Ok(*id);
        }
        let id = derive()?;
        let mut known = self.known.borrow_mut();
        if known.len() == MAX_REMEMBERED {
            known.clear();
        }
        known.insert(key, id);
        Ok(id)
    }

    /// The set of a kind with this giver, number and edition.
    pub(crate) fn numbered(
        &self,
        kind: &str,
        (giver, number, edition): (&str, &str, u8),
        id: impl FnOnce(&str, &str, u8) -> Uuid,
    ) -> Uuid {
        let name = format!("{giver}|{edition}|{number}");
        let Ok(id) = self.shared(kind, &name, || Ok::<_, std::convert::Infallible>(id(giver, number, edition)));
        id
    }

    /// The id of an organisation.
    pub(crate) fn org(&self, number: &str) -> Uuid {
        let Ok(id) = self.shared("#org", number, || Ok::<_, std::convert::Infallible>(ids::org(number)));
        id
    }
}
