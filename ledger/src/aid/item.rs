//! Items of suspense: facts of banks and the treasury whose money stands there, and what becomes of their subjects when it is disposed
//! of, or no longer. Not here: how it is disposed of.

use crate::aid::disposal::Disposal;
use crate::aid::payment_facts::{Order, Revision, revise};
use crate::aid::results::so_far;
use crate::aid::voucher::{self, VoucherChange};
use crate::change::{NewFinding, Touched};
use crate::difference::Holding;
use crate::handle::Handle;
use crate::money::{Day, Fen};
use crate::state::clearing_rows::Sense;
use crate::state::entry_rows::Seen;
use crate::state::rows::{Application, Org, ResultFact, Voucher};
use crate::state::stage::BankWord;
use crate::state::{State, UNKNOWN_APPLICATION, UNKNOWN_ORG};
use uuid::Uuid;

/// Money in suspense.
pub(crate) struct Item {
    pub entry: Handle<Seen>,
    pub subject: Subject,
    /// In whose suspense it stands.
    pub unit: Handle<Org>,
    pub application: Handle<Application>,
    pub sense: Sense,
    /// How much is left of it, above zero.
    pub fen: Fen,
    /// What was disposed of before, and of whose suspense.
    pub off: Fen,
    pub off_at: Handle<Org>,
    /// By how many decisions.
    pub clearings: u16,
    /// The day of the fact.
    pub on: Day,
}

/// What the fact was told of.
#[derive(Clone, Copy)]
pub(crate) enum Subject {
    Payment(Uuid),
    Voucher(Handle<Voucher>),
}

/// What is told of payments and vouchers, as it should be once items are disposed of.
pub(crate) struct Disposed {
    pub revisions: Vec<Revision>,
    pub vouchers: VoucherChange,
}

/// The same with what of money it moves and the findings it opens.
pub(crate) struct Disposing {
    pub disposed: Disposed,
    pub moved: Holding,
    pub findings: Vec<NewFinding>,
    pub touched: Vec<Touched>,
}

impl Item {
    /// The money in suspense that an entry told of, by its event id.
    pub fn find(state: &State, id: Uuid) -> Option<Self> {
        let (entry, _) = state.seen.by_id(id)?;
        let subject = subject(state, entry)?;
        let (finding, application, credited, off, on) = match subject {
            Subject::Payment(payment) => {
                let (_, row) = state.results.by_id(payment)?;
                let fact = row.facts.iter().find(|fact| fact.entry == entry)?;
                let order = state.payouts.by_id(payment);
                let application = order.map_or(UNKNOWN_APPLICATION, |(_, payout)| payout.application);
                let credited = fact.what == BankWord::Credited && !fact.gone;
                (fact.item, application, credited, (fact.off, fact.off_at, fact.clearings), fact.on)
            }
            Subject::Voucher(voucher) => {
                let row = state.vouchers.get(voucher);
                (
                    row.item,
                    row.application,
                    false,
                    (row.off, row.off_at, row.clearings),
                    row.facts.first().map(|fact| fact.on).unwrap_or_default(),
                )
            }
        };
        let finding = state.findings.get(finding.handle()?);
        let sense = match finding.fen {
            _ if credited => Sense::Credited,
            fen if fen > 0 => Sense::Out,
            _ => Sense::In,
        };
        let (unit, fen) = (finding.unit, finding.fen.saturating_abs());
        (finding.open && fen > 0).then_some(Self {
            entry,
            subject,
            unit,
            application,
            sense,
            fen,
            off: off.0,
            off_at: off.1,
            clearings: off.2,
            on,
        })
    }
}

/// What an entry told something of.
fn subject(state: &State, entry: Handle<Seen>) -> Option<Subject> {
    let seen = state.seen.get(entry);
    if seen.kind.tells_result() {
        return state.payment_told_of(seen.subject).map(Subject::Payment);
    }
    seen.kind.tells_voucher().then(|| state.vouchers.handle(seen.subject).map(Subject::Voucher))?
}

/// What is to change if of these items so much is disposed of.
pub(crate) fn dispose(state: &State, disposals: &[Disposal]) -> Disposing {
    let mut payments: Vec<(Uuid, Vec<ResultFact>)> = Vec::new();
    let mut vouchers = Vec::new();
    for disposal in disposals {
        match subject(state, disposal.entry) {
            Some(Subject::Payment(payment)) => {
                let at = payments.iter().position(|(id, _)| *id == payment).unwrap_or_else(|| {
                    payments.push((payment, so_far(state, payment).1));
                    payments.len() - 1
                });
                off(&mut payments[at].1, disposal);
            }
            Some(Subject::Voucher(voucher)) => vouchers.push((voucher, disposal)),
            None => {}
        }
    }
    let regrouped = voucher::dispose(state, &vouchers);
    let (findings, touched) = (regrouped.findings, regrouped.touched);
    let disposed = Disposed { revisions: Vec::new(), vouchers: regrouped.change };
    let mut all = Disposing { disposed, moved: regrouped.moved, findings, touched };
    for (payment, facts) in payments {
        let (order, before): (Option<Order>, _) = so_far(state, payment);
        let revised = revise(state, payment, (order.as_ref(), &before), (order.as_ref(), facts));
        all.disposed.revisions.push(revised.revision);
        all.moved.add(revised.moved);
        all.findings.extend(revised.findings);
        all.touched.extend(revised.touched);
    }
    all
}

fn off(facts: &mut Vec<ResultFact>, disposal: &Disposal) {
    let Some(at) = facts.iter().position(|fact| fact.entry == disposal.entry) else { return };
    let fact = &mut facts[at];
    fact.off += disposal.fen;
    fact.clearings = fact.clearings.saturating_add_signed(disposal.clearings);
    fact.off_at = if fact.clearings == 0 { UNKNOWN_ORG } else { disposal.unit };
    (fact.accepted, fact.accepted_count) = disposal.accepted;
    // It was taken back before, and nothing rests on it any more.
    if fact.gone && fact.clearings == 0 {
        facts.remove(at);
    }
}
