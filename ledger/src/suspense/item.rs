//! Items of suspense: facts of banks, the treasury and lenders whose money stands there, and what becomes of their subjects when it is
//! disposed of, or no longer. Not here: how it is disposed of.

use crate::aid::payment_facts::{self, Revision, revise};
use crate::aid::payment_order::Order;
use crate::aid::results::so_far;
use crate::aid::voucher::{self, VoucherChange};
use crate::change::{Case, Change};
use crate::difference::Holding;
use crate::entry::Entry;
use crate::event::KindTag;
use crate::handle::{Handle, Link};
use crate::lender::claim::change::ClaimChange;
use crate::lender::claim::{self, returned};
use crate::lender::remittance::facts::{self, RemittanceRevision};
use crate::lender::remittance::report;
use crate::money::{Day, Fen};
use crate::outcome::{Code, Refusal};
use crate::state::clearing_rows::{Disposal, Off, Sense};
use crate::state::debt_rows::Debt;
use crate::state::entry_rows::Seen;
use crate::state::rows::{Application, Finding, Org, Payout, ResultFact, Voucher};
use crate::state::stage::BankWord;
use crate::state::{State, UNKNOWN_APPLICATION, UNKNOWN_ORG};
use uuid::Uuid;

/// Money in suspense.
pub(crate) struct Item {
    pub entry: Handle<Seen>,
    pub subject: Subject,
    /// In whose suspense it stands.
    pub unit: Handle<Org>,
    /// Whose payees have it or gave it; nobody's where it is a lender's.
    pub application: Handle<Application>,
    pub sense: Sense,
    /// How much is left of it, above zero.
    pub fen: Fen,
    /// What was disposed of before.
    pub off: Off,
    /// The day of the fact.
    pub on: Day,
}

/// What a fact was told of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    Payment(Uuid),
    Voucher(Handle<Voucher>),
    /// A payment to a lender.
    Remittance(Uuid),
    /// What a lender gave back of claim lines of a loan.
    Returned(Uuid),
}

/// What is told of the subjects, as it should be once items are disposed of.
#[derive(Default)]
pub(crate) struct Disposed {
    revisions: Vec<Revision>,
    vouchers: Option<VoucherChange>,
    remittances: Vec<RemittanceRevision>,
    returned: Option<ClaimChange>,
}

/// What a fact says, as far as it makes an item.
struct Telling {
    item: Link<Finding>,
    application: Handle<Application>,
    credited: bool,
    off: Off,
    on: Day,
}

impl Item {
    /// The money in suspense that an entry told of, by its event id, or by that of an earlier edition of it.
    pub fn find(state: &State, id: Uuid) -> Option<Self> {
        let entry = state.latest_edition(id)?;
        let subject = Subject::of(state, entry)?;
        let Telling { item, application, credited, off, on } = subject.telling(state, entry)?;
        let finding = state.findings.get(item.handle()?);
        let sense = match finding.fen {
            _ if credited => Sense::Credited,
            fen if fen > 0 => Sense::Out,
            _ => Sense::In,
        };
        let (unit, fen) = (finding.unit, finding.fen.saturating_abs());
        (finding.open && fen > 0).then_some(Self { entry, subject, unit, application, sense, fen, off, on })
    }

    /// Whose it is must be known before anybody decides: under nobody's name nothing can be received, paid or paid over.
    pub fn has_unit(&self, state: &State) -> Result<(), Refusal> {
        if self.unit != UNKNOWN_ORG {
            return Ok(());
        }
        Err(match self.subject {
            Subject::Payment(payment) => Refusal::of(Code::UnknownPayout, payment),
            Subject::Voucher(voucher) => Refusal::of(Code::UnknownSet, state.vouchers.get(voucher).named),
            Subject::Remittance(payment) => Refusal::of(Code::UnknownRemittance, payment),
            Subject::Returned(loan) => Refusal::of(Code::UnknownOrg, loan),
        })
    }
}

impl Subject {
    /// What an entry told something of.
    fn of(state: &State, entry: Handle<Seen>) -> Option<Self> {
        let seen = state.seen.get(entry);
        match seen.kind {
            KindTag::RemittanceCleared | KindTag::RemittanceReturned => {
                state.remitted.handle(seen.subject).map(|at| Self::Remittance(state.remitted.get(at).id))
            }
            KindTag::OverclaimReturned => {
                state.returned.handle(seen.subject).map(|at| Self::Returned(state.returned.get(at).id))
            }
            kind if kind.tells_result() => state.payment_told_of(seen.subject).map(Self::Payment),
            kind if kind.tells_voucher() => state.vouchers.handle(seen.subject).map(Self::Voucher),
            _ => None,
        }
    }

    /// What the entry says of it.
    fn telling(self, state: &State, entry: Handle<Seen>) -> Option<Telling> {
        let of_lender = |item, on| {
            let (application, off) = (UNKNOWN_APPLICATION, state.off(entry));
            Telling { item, application, credited: false, off, on }
        };
        match self {
            Self::Payment(payment) => {
                let (_, row) = state.results.by_id(payment)?;
                let fact = row.facts.iter().find(|fact| fact.entry == entry)?;
                let order = state.payouts.by_id(payment);
                let application = order.map_or(UNKNOWN_APPLICATION, |(_, payout)| payout.application);
                let credited = fact.what == BankWord::Credited && !fact.gone;
                let off = Off { fen: fact.off, at: fact.off_at, clearings: fact.clearings };
                Some(Telling { item: fact.item, application, credited, off, on: fact.on })
            }
            Self::Voucher(voucher) => {
                let row = state.vouchers.get(voucher);
                let (item, application, credited) = (row.item, row.application, false);
                let off = Off { fen: row.off, at: row.off_at, clearings: row.clearings };
                let on = row.facts.first().map(|fact| fact.on).unwrap_or_default();
                Some(Telling { item, application, credited, off, on })
            }
            Self::Remittance(payment) => {
                let facts = &state.remitted.by_id(payment)?.1.facts;
                facts.iter().find(|fact| fact.entry == entry).map(|fact| of_lender(fact.item, fact.on))
            }
            Self::Returned(loan) => {
                let facts = &state.returned.by_id(loan)?.1.facts;
                facts.iter().find(|fact| fact.entry == entry).map(|fact| of_lender(fact.item, fact.on))
            }
        }
    }
}

/// What an entry told of money of, by its id: a payment, a voucher, a loan.
pub(crate) fn told_of(state: &State, entry: Handle<Seen>) -> Option<Uuid> {
    Subject::of(state, entry).map(|subject| match subject {
        Subject::Payment(id) | Subject::Remittance(id) | Subject::Returned(id) => id,
        Subject::Voucher(voucher) => state.vouchers.get(voucher).id,
    })
}

impl State {
    /// The payment of which money is owed back: that which is to be recovered, or of whose money in suspense it was decided.
    #[must_use]
    pub fn payment_owed(&self, debt: &Debt) -> Option<Handle<Payout>> {
        let cleared = || {
            let (_, cleared) = self.clearings.by_id(debt.id)?;
            self.payouts.find(told_of(self, cleared.item)?)
        };
        debt.payout.handle().or_else(cleared)
    }
}

/// The day of the money that an entry told of and somebody disposed of, as the edition says that this was left with.
pub(crate) fn day_of(state: &State, entry: Handle<Seen>) -> Option<Day> {
    let subject = Subject::of(state, entry)?;
    let next = |at: &Handle<Seen>| {
        let seen = state.seen_at((*at).into())?;
        state.retold.by_id(seen.id).map(|(_, row)| row.next)
    };
    let told = std::iter::successors(Some(entry), next).filter_map(|at| subject.telling(state, at));
    told.filter(|told| !told.off.is_none()).last().map(|told| told.on)
}

/// Adds to a change what is to be if of these items so much is disposed of. What that moves of lenders' money is added too, the
/// rest is handed back, to be netted with what the decision moves.
pub(crate) fn dispose<A>(case: &Case<'_>, disposals: &[Disposal], change: &mut Change<A>) -> (Disposed, Holding) {
    let state = case.state;
    let mut subjects: Vec<(Subject, Vec<&Disposal>)> = Vec::new();
    for disposal in disposals {
        let Some(subject) = Subject::of(state, disposal.entry) else { continue };
        match subjects.iter_mut().find(|(other, _)| *other == subject) {
            Some((_, of_it)) => of_it.push(disposal),
            None => subjects.push((subject, vec![disposal])),
        }
    }
    let (mut disposed, mut moved) = (Disposed::default(), Holding::default());
    let vouchers = subjects.iter().filter_map(|(subject, of_it)| match subject {
        Subject::Voucher(voucher) => Some(of_it.iter().map(|disposal| (*voucher, *disposal))),
        _ => None,
    });
    let regrouped = voucher::dispose(state, &vouchers.flatten().collect::<Vec<_>>());
    disposed.vouchers = Some(regrouped.change);
    moved.add(regrouped.moved);
    change.findings.extend(regrouped.findings);
    change.touched.extend(regrouped.touched);
    for (subject, of_it) in &subjects {
        match *subject {
            Subject::Voucher(_) => {}
            Subject::Payment(payment) => {
                let (order, before): (Option<Order>, _) = so_far(state, payment);
                let (mut facts, mut after) = (before.clone(), order.clone());
                for disposal in of_it {
                    off(state, &mut facts, disposal);
                    after.iter_mut().for_each(|order| order.accepting.extend(disposal.accepted.iter().flatten()));
                }
                let revised = revise(state, payment, (order.as_ref(), &before), (after.as_ref(), facts));
                disposed.revisions.push(revised.revision);
                moved.add(revised.moved);
                change.findings.extend(revised.findings);
                change.touched.extend(revised.touched);
            }
            Subject::Remittance(payment) => disposed.remittances.push(report::disposed(case, payment, of_it, change)),
            Subject::Returned(loan) => disposed.returned = Some(returned::disposed(case, loan, of_it, change)),
        }
    }
    (disposed, moved)
}

fn off(state: &State, facts: &mut Vec<ResultFact>, disposal: &Disposal) {
    let Some(at) = facts.iter().position(|fact| fact.entry == disposal.entry) else { return };
    let fact = &mut facts[at];
    fact.off += disposal.fen;
    fact.clearings = fact.clearings.saturating_add_signed(disposal.clearings);
    fact.off_at = if fact.clearings == 0 { UNKNOWN_ORG } else { disposal.unit };
    if let Some(accepted) = &disposal.accepted {
        // It draws what this entry adds.
        let draws = Some(state.draws.next()).filter(|_| !accepted.is_empty());
        (fact.accepted, fact.accepted_count) = (draws.into(), u8::try_from(accepted.len()).unwrap_or(u8::MAX));
    }
    // It was taken back before, and nothing rests on it any more.
    if fact.gone && fact.clearings == 0 {
        facts.remove(at);
    }
}

/// Makes the change.
pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, disposed: Disposed) {
    let Disposed { revisions, vouchers, remittances, returned } = disposed;
    for revision in revisions {
        payment_facts::apply(state, entry, revision);
    }
    if let Some(vouchers) = vouchers {
        voucher::apply(state, entry, vouchers);
    }
    for revision in remittances {
        facts::apply(state, entry, revision);
    }
    if let Some(returned) = returned {
        claim::apply(state, entry, returned);
    }
}
