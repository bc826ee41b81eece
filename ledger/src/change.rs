//! What judging hands to committing: the case before the judge, and the change that an admissible event makes.
//! Each domain has acts of its own, so a change is generic over its act; only `fold` knows the sum of them.

use crate::account::{AccountNo, Owner};
use crate::entry::Entry;
use crate::finding::FindingKind;
use crate::handle::{Handle, Link};
use crate::money::{Day, Fen};
use crate::outcome::{Code, Posting, Refusal};
use crate::state::entry_rows::Seen;
use crate::state::returned_rows::ReturnsRevision;
use crate::state::rows::{Finding, Org, Payout};
use crate::state::{State, UNKNOWN_ORG};
use smallvec::SmallVec;
use uuid::Uuid;

/// What a judge sees: the state as it is, and the entry in question. Both only to be read.
#[derive(Clone, Copy)]
pub(crate) struct Case<'a> {
    pub state: &'a State,
    pub entry: &'a Entry<'a>,
}

impl Case<'_> {
    /// The day on which the event counts.
    pub fn on(&self) -> Day {
        self.entry.event.effective
    }
}

/// An entry that is to be taken back.
#[derive(Clone, Copy)]
pub(crate) struct Taken {
    /// Where it stands.
    pub entry: Handle<Seen>,
    /// Its id.
    pub id: Uuid,
    /// The row it is about, by its number in the table that its kind says.
    pub subject: u32,
}

impl Taken {
    /// Its index in the record.
    pub fn index(self) -> u64 {
        self.entry.into()
    }

    /// A red entry stands on the day it corrects: money it moved moves back on that day, booked when that is open.
    pub fn on(self, case: &Case<'_>, day: Day) -> Result<(), Refusal> {
        if case.on() == day { Ok(()) } else { Err(Refusal::with(Code::WrongDay, self.id, i64::from(day.yyyymmdd()))) }
    }
}

/// What a judge says: the change to make, or why not.
pub(crate) type Judged<A> = Result<Change<A>, Refusal>;

/// What an admissible event will change: the money, the findings, and besides at most one act of its domain.
pub(crate) struct Change<A> {
    pub postings: Vec<Posting>,
    pub findings: Vec<NewFinding>,
    pub act: Option<A>,
    /// Organisations nobody registered, of which that is to be said; nearly never there are any.
    pub unknown: Option<Box<UnknownOrgs>>,
    /// Organisations it names, each once, whether or not it is the first to.
    pub mentions: SmallVec<[Handle<Org>; 2]>,
    /// What is told of these is other than before, so their findings are looked at again once the entry is in.
    pub touched: SmallVec<[Touched; 2]>,
    /// What counts of what was given back of a loan's claim lines is other than before.
    pub returns: Option<Box<ReturnsRevision>>,
}

/// A thing whose findings follow from what is told of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Touched {
    /// A loan, by its id.
    Loan(Uuid),
    /// All loans of a person together, by the person's id.
    Borrower(Uuid),
    /// A card, by its id.
    Card(Uuid),
    /// Whether a human is registered, by one of his ids.
    Human(Uuid),
    /// What a human is awarded under several ids, by one of them.
    Awarded(Uuid),
    /// A human's standing, by one of his ids: whether he was aided for a time in which he was no student.
    Standing(Uuid),
    /// A human who died or may have, by one of his ids: whether standings of after that were told.
    Dead(Uuid),
    /// A compensation fund, by its id.
    Fund(Uuid),
    /// A claim, by its id: whether more was paid than is owed.
    Claim(Uuid),
    /// A document line, by its id.
    Line(Uuid),
    /// What a unit owes finance, by the unit's id.
    Due(Uuid),
    /// What is owed because of a decision, by the id of that.
    Debt(Uuid),
    /// A payment, by its id: whether money a bank told of it was cleared out of suspense in vain.
    Result(Uuid),
    /// The same of a payment to a lender.
    Remitted(Uuid),
    /// The published rates.
    Rates,
    /// An award, by its id: whether one of its instalments is paid twice, or for a day on which its person was no student.
    Award(Uuid),
    /// A roster, by its id: whether it is due in the year it names.
    Roster(Uuid),
    /// An application, by its id: whether the treasury paid what was sent to the bank.
    Application(Uuid),
    /// What was decided or reported about a thing, by its id: whether any of it was before its ground.
    Decided(Uuid),
    /// A finding that somebody closed.
    Closed(Handle<Finding>),
}

impl<A> Change<A> {
    /// A change of things, without money.
    pub fn of(act: A) -> Self {
        Self { act: Some(act), ..Self::nothing() }
    }

    /// A report that changes nothing but is worth looking at.
    pub fn only(finding: NewFinding) -> Self {
        Self { findings: vec![finding], ..Self::nothing() }
    }

    /// Nothing yet, for a judge who finds out as the case goes on.
    pub fn nothing() -> Self {
        let (mentions, touched) = Default::default();
        let (postings, findings) = Default::default();
        Self { postings, findings, act: None, unknown: None, mentions, touched, returns: None }
    }

    /// The same change as one of a wider list of acts.
    pub fn map<B>(self, wrap: impl FnOnce(A) -> B) -> Change<B> {
        let Self { postings, findings, act, unknown, mentions, touched, returns } = self;
        Change { postings, findings, act: act.map(wrap), unknown, mentions, touched, returns }
    }

    /// What is told of this is other than before.
    pub fn touching(mut self, touched: Option<Touched>) -> Self {
        self.touched.extend(touched);
        self
    }

    /// A decision begins something under a registered organisation.
    pub fn naming(mut self, org: Handle<Org>) -> Self {
        self.mention(org);
        self
    }

    /// The organisation a report names. One never heard of is there from this entry on, with accounts of its own, so that
    /// nothing has to move when it is registered; the finding says once that it is not yet. Findings are only added to behind
    /// it, as its row keeps the place this one will have.
    pub fn org(&mut self, state: &State, id: Uuid) -> OrgRef {
        let unregistered = || NewFinding::about(FindingKind::UnknownSubject, id);
        if let Some((handle, row)) = state.orgs.by_id(id) {
            // Without an id it is nobody, and stays so.
            if handle == UNKNOWN_ORG {
                self.findings.push(unregistered());
            }
            // It was registered, that was taken back, and nothing named it until now.
            if !row.known && row.early.is_none() && handle != UNKNOWN_ORG && !self.mentions.contains(&handle) {
                let finding = state.findings.next().plus(count(&self.findings));
                self.unknown().unsaid.push((handle, finding));
                self.findings.push(unregistered());
            }
            self.mention(handle);
            return OrgRef::of(state, handle);
        }
        let place = (0u32..).zip(self.named()).find(|(_, new)| new.id == id).map(|(place, _)| place);
        let place = place.unwrap_or_else(|| {
            let finding = state.findings.next().plus(count(&self.findings));
            self.findings.push(unregistered());
            self.unknown().named.push(NewOrg { id, finding });
            count(self.named()) - 1
        });
        let handle = state.orgs.next().plus(place);
        self.mention(handle);
        OrgRef { handle, id }
    }

    fn named(&self) -> &[NewOrg] {
        self.unknown.as_ref().map_or(&[], |unknown| &unknown.named)
    }

    fn unknown(&mut self) -> &mut UnknownOrgs {
        self.unknown.get_or_insert_default()
    }

    fn mention(&mut self, org: Handle<Org>) {
        if !self.mentions.contains(&org) {
            self.mentions.push(org);
        }
    }

    /// The first account of whatever else this entry opens: those of the organisations it names come before.
    pub fn next_account(&self, state: &State) -> AccountNo {
        state.accounts.next().plus(count(self.named()) * Owner::Org.accounts())
    }
}

/// Of lists one entry makes, which are short.
fn count<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}

/// Organisations nobody registered, of which an entry is to say so.
#[derive(Default)]
pub(crate) struct UnknownOrgs {
    /// Those it is the first to name, in that order: they are opened before anything else it changes.
    pub named: Vec<NewOrg>,
    /// Those that are there, and of which no finding says it yet: the places of these.
    pub unsaid: Vec<(Handle<Org>, Handle<Finding>)>,
}

/// An organisation about to be there because a report names it, and the finding that it is not registered.
pub(crate) struct NewOrg {
    pub id: Uuid,
    pub finding: Handle<Finding>,
}

/// An organisation as an entry finds it: registered, named only, or named by this entry for the first time.
#[derive(Clone, Copy)]
pub(crate) struct OrgRef {
    pub handle: Handle<Org>,
    pub id: Uuid,
}

impl OrgRef {
    /// An organisation that is there.
    pub fn of(state: &State, handle: Handle<Org>) -> Self {
        Self { handle, id: state.orgs.get(handle).id }
    }
}

/// A finding about to be opened.
pub(crate) struct NewFinding {
    pub kind: FindingKind,
    pub subject: Uuid,
    /// What the unit's suspense account holds because of it.
    pub fen: Fen,
    pub payout: Link<Payout>,
    pub unit: Handle<Org>,
    /// It follows from what is told of its subject, and closes when it no longer holds.
    pub follows: bool,
    /// The entry whose fact it is about, if that is an earlier one.
    pub told_by: Option<Handle<Seen>>,
    /// The day of that fact, if the finding is to stand on it.
    pub on: Option<Day>,
    pub noted: Noted,
}

/// A finding that is called for: its kind and, where a fact calls for it by itself, the entry that told the fact, and its day.
pub(crate) type Wanted = (FindingKind, Option<(u64, Day)>);

/// Where it is noted that a finding is open, so that it closes when nothing calls for it any more.
#[derive(Clone, Copy)]
pub(crate) enum Noted {
    Nowhere,
    /// With what a bank told of the payment of this id.
    Result(Uuid),
    /// With what the treasury told of the payment to a lender of this id.
    Remitted(Uuid),
    /// With what was given back of the lines of the loan of this id.
    Returned(Uuid),
    /// With the voucher of this id.
    Voucher(Uuid),
    /// With the application of this id, which nobody prepared.
    Awaited(Uuid),
}

impl NewFinding {
    /// A finding without money in suspense.
    pub fn about(kind: FindingKind, subject: Uuid) -> Self {
        let (told_by, on, noted) = (None, None, Noted::Nowhere);
        Self { kind, subject, fen: 0, payout: Link::NONE, unit: UNKNOWN_ORG, follows: false, told_by, on, noted }
    }

    /// The same, that closes by itself when what is told of its subject no longer calls for it.
    pub fn following(kind: FindingKind, subject: Uuid) -> Self {
        Self { follows: true, ..Self::about(kind, subject) }
    }
}
