//! Who may say what, as rows of tables: principals, how they are known, their grants, the tables of roles as adopted. Data, and the
//! look-ups that follow from it. Who may what is decided in `rights`.
#![allow(missing_docs)] // Fields are named after the event fields they keep; those carry the documentation.

use crate::entry::Proof;
use crate::event::{CredentialWay, Duty, KindTag, Rights, RoleRow};
use crate::handle::{Handle, Link};
use crate::hash::{Hash, sha256};
use crate::money::Day;
use crate::state::State;
use crate::state::entity::rows;
use crate::state::rows::Org;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::{Builder, Uuid};

/// Somebody who may be authenticated.
#[derive(Clone, Serialize, Deserialize)]
pub struct Principal {
    /// Made from the name.
    pub id: Uuid,
    pub name: String,
    /// None for a system.
    pub human: Option<Uuid>,
    pub unit: Handle<Org>,
    pub document: String,
    pub ended: bool,
    /// In the order in which they were given.
    pub grants: Vec<Handle<Grant>>,
    pub credentials: Vec<Handle<Credential>>,
    pub last: u64,
}

/// By what a principal is known.
#[derive(Clone, Serialize, Deserialize)]
pub struct Credential {
    /// The first half of the fingerprint.
    pub id: Uuid,
    pub principal: Handle<Principal>,
    pub way: CredentialWay,
    pub fingerprint: Hash,
    pub until: Day,
    pub ended: bool,
    pub last: u64,
}

/// A post.
#[derive(Clone, Serialize, Deserialize)]
pub struct Grant {
    /// Made from the number.
    pub id: Uuid,
    pub number: String,
    pub principal: Handle<Principal>,
    pub role: String,
    /// None is the whole ledger.
    pub unit: Link<Org>,
    pub duty: Duty,
    pub from: Day,
    pub until: Day,
    pub document: String,
    pub ended: bool,
    pub last: u64,
}

/// A table of roles, in force from an entry on until the next one is.
#[derive(Clone, Serialize, Deserialize)]
pub struct AdoptedRights {
    pub index: u64,
    pub rights: Rights,
}

/// A person's word about something that is to be said: he signs it, or objects.
#[derive(Clone, Serialize, Deserialize)]
pub struct Word {
    /// Made from subject and hash.
    pub id: Uuid,
    pub by: Handle<Principal>,
    pub number: u32,
    pub endorses: bool,
    pub proof: Proof,
    /// The day of its recording.
    pub on: Day,
    pub reason: String,
    /// The word before about the same.
    pub before: Link<Word>,
    pub last: u64,
}

/// That nobody says anything without a right: the one row of its table.
#[derive(Clone, Serialize, Deserialize)]
pub struct Founding {
    /// The entry that says so.
    pub index: u64,
    pub on: Day,
    pub document: String,
}

// Found by, last entry, [fields that name other rows] [fields that follow from other rows].
rows! {
    compared {
        Principal: id, last, [unit] [grants credentials];
        Credential: id, last, [principal] [];
        Grant: id, last, [principal unit] [];
        AdoptedRights: none, index, [] [];
        Word: latest_id, last, [by] [before];
    }
    uncompared { Founding }
    parts {}
}

impl Grant {
    /// Whether it holds on a day.
    #[must_use]
    pub fn holds(&self, on: Day) -> bool {
        !self.ended && self.from <= on && on <= self.until
    }
}

impl Credential {
    /// Whether it is good on a day.
    #[must_use]
    pub fn holds(&self, on: Day) -> bool {
        !self.ended && on <= self.until
    }
}

/// A set of kinds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct KindSet(u128);

impl KindSet {
    /// The kinds of these names that this program knows.
    #[must_use]
    pub fn named(names: &[String]) -> Self {
        let bit = |kind: KindTag| 1 << kind as u32;
        Self(names.iter().filter_map(|name| KindTag::named(name)).fold(0, |set, kind| set | bit(kind)))
    }

    /// Whether a kind is among them.
    #[must_use]
    pub fn has(self, kind: KindTag) -> bool {
        self.0 >> (kind as u32) & 1 == 1
    }
}

const _: () = assert!(KindTag::ALL.len() <= 128, "a set of kinds has a bit for each");

/// What the holders of a role may say and sign.
#[derive(Clone, Copy, Default)]
struct RoleKinds {
    says: KindSet,
    signs: KindSet,
}

/// What follows from the rows of rights, for look-ups.
#[derive(Clone, Default)]
pub(super) struct RightsIndex {
    /// What the roles of the table in force say and sign, by code.
    roles: BTreeMap<String, RoleKinds>,
    /// Kinds with a rule of signing.
    signed: KindSet,
    /// Accounts of one human.
    accounts: BTreeMap<Uuid, Vec<Handle<Principal>>>,
}

impl RightsIndex {
    pub(super) fn of(state: &State) -> Self {
        let mut index = Self::default();
        for (at, row) in state.principals.iter() {
            index.enter(at, row.human);
        }
        if let Some(rights) = state.rights() {
            index.adopt(rights);
        }
        index
    }

    fn adopt(&mut self, rights: &Rights) {
        let kinds = |role: &RoleRow| RoleKinds { says: KindSet::named(&role.says), signs: KindSet::named(&role.signs) };
        self.roles = rights.roles.iter().map(|role| (role.code.clone(), kinds(role))).collect();
        let signed: Vec<String> = rights.signing.iter().map(|rule| rule.kind.clone()).collect();
        self.signed = KindSet::named(&signed);
    }

    fn enter(&mut self, at: Handle<Principal>, human: Option<Uuid>) {
        if let Some(human) = human {
            self.accounts.entry(human).or_default().push(at);
        }
    }
}

impl State {
    /// Whether the ledger is founded: nobody says anything without a right.
    #[must_use]
    pub fn is_founded(&self) -> bool {
        !self.foundings.is_empty()
    }

    /// The table of roles in force.
    #[must_use]
    pub fn rights(&self) -> Option<&Rights> {
        let last = u32::try_from(self.rights.len().checked_sub(1)?).ok()?;
        Some(&self.rights.get(Handle::new(last)).rights)
    }

    /// A principal by his name.
    #[must_use]
    pub fn principal(&self, name: &str) -> Option<(Handle<Principal>, &Principal)> {
        self.principals.by_id(named_id("principal", name)).filter(|(_, row)| row.name == name)
    }

    /// A grant by its number.
    #[must_use]
    pub fn grant(&self, number: &str) -> Option<(Handle<Grant>, &Grant)> {
        self.grants.by_id(named_id("grant", number)).filter(|(_, row)| row.number == number)
    }

    /// A credential by its fingerprint.
    #[must_use]
    pub fn credential(&self, fingerprint: &Hash) -> Option<(Handle<Credential>, &Credential)> {
        self.credentials.by_id(credential_id(fingerprint)).filter(|(_, row)| row.fingerprint == *fingerprint)
    }

    /// Whether the holders of a role of the table in force may say a kind.
    #[must_use]
    pub fn role_says(&self, role: &str, kind: KindTag) -> bool {
        self.rights_index.roles.get(role).is_some_and(|role| role.says.has(kind))
    }

    /// Whether they may sign it.
    #[must_use]
    pub fn role_signs(&self, role: &str, kind: KindTag) -> bool {
        self.rights_index.roles.get(role).is_some_and(|role| role.signs.has(kind))
    }

    /// Whether they may sign anything.
    pub(crate) fn role_signs_anything(&self, role: &str) -> bool {
        self.rights_index.roles.get(role).is_some_and(|role| role.signs != KindSet::default())
    }

    /// Whether a kind counts only once it is signed, from some amount on.
    #[must_use]
    pub fn needs_signing(&self, kind: KindTag) -> bool {
        self.rights_index.signed.has(kind)
    }

    /// All accounts of the human behind a principal, his own among them.
    pub(crate) fn all_accounts_of(&self, at: Handle<Principal>) -> Vec<Handle<Principal>> {
        let human = self.principals.get(at).human;
        human.and_then(|human| self.rights_index.accounts.get(&human)).cloned().unwrap_or_else(|| vec![at])
    }

    /// Whether two names are of one human: the same name, or two accounts of his.
    #[must_use]
    pub fn same_human(&self, one: &str, other: &str) -> bool {
        let human = |name: &str| self.principal(name).and_then(|(_, row)| row.human);
        one == other || human(one).is_some_and(|human_of_one| human(other) == Some(human_of_one))
    }

    /// What was said of something that is to be said, by its subject and hash, the last word first.
    pub fn words_about(&self, subject: Uuid, hash: &Hash) -> impl Iterator<Item = &Word> {
        let last = self.words.find(word_id(subject, hash));
        let before = |at: &Handle<Word>| self.words.get(*at).before.handle();
        std::iter::successors(last, before).map(|at| self.words.get(at))
    }

    /// Makes a principal known.
    pub(crate) fn add_principal(&mut self, row: Principal) -> Handle<Principal> {
        let human = row.human;
        let at = self.principals.push(row);
        self.rights_index.enter(at, human);
        at
    }

    /// From now on this is the table of roles.
    pub(crate) fn adopt_rights(&mut self, index: u64, rights: Rights) -> Handle<AdoptedRights> {
        self.rights_index.adopt(&rights);
        self.rights.push(AdoptedRights { index, rights })
    }
}

/// The id under which a row of something named by a text is found.
#[must_use]
pub fn named_id(what: &str, name: &str) -> Uuid {
    half(sha256([what.as_bytes(), &[0], name.as_bytes()]))
}

/// The id under which words about something are found.
#[must_use]
pub fn word_id(subject: Uuid, hash: &Hash) -> Uuid {
    half(sha256([&b"word\0"[..], subject.as_bytes(), hash]))
}

/// The id under which a credential is found.
#[must_use]
pub fn credential_id(fingerprint: &Hash) -> Uuid {
    half(*fingerprint)
}

fn half(hash: Hash) -> Uuid {
    Builder::from_custom_bytes(std::array::from_fn(|at| hash[at])).into_uuid()
}
