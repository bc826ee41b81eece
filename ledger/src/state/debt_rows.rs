//! What units are owed back 应追回 and owe back 应退还, by the decision that says so, and what was told of each since. What that moves is
//! in `aid`.

use crate::account::Class;
use crate::handle::{Handle, Link};
use crate::money::{Day, Fen, held};
use crate::state::correction_rows::Piece;
use crate::state::entity::rows;
use crate::state::entry_rows::Seen;
use crate::state::rows::{Application, Drawn, Line, Org, Payout};
use crate::state::{State, UNKNOWN_APPLICATION, UNKNOWN_ORG};
use crate::steps::step;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Who owes it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum DebtSide {
    /// Nobody, as far as is told: no decision says so, or it was taken back.
    Nobody,
    /// Somebody owes it to the unit.
    ToUnit,
    /// The unit owes it to somebody.
    ByUnit,
}

/// What is told of what is owed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[allow(missing_docs)] // As the events say.
pub enum DebtWord {
    Received,
    Waived,
    Paid,
}

/// Where what was told of one edition of a decision counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum FactPlace {
    /// With the edition it was told of.
    Here,
    /// With another edition of the same decision; or nowhere, as it was told under its number before.
    Elsewhere,
    /// It was told of an edition that was taken back, and counts for this one, which stands.
    Inherited,
}

/// One thing told of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DebtFact {
    /// The entry that told it.
    pub entry: Handle<Seen>,
    /// Whose treasury has it or paid it.
    pub unit: Handle<Org>,
    /// What.
    pub what: DebtWord,
    /// How much.
    pub fen: Fen,
    /// The day.
    pub on: Day,
    /// Hash of the number of the receipt, or of the document that waives; 0 without one.
    pub receipt: u64,
    /// Of which edition of the decision it counts.
    pub place: FactPlace,
}

/// What is owed because of one decision; it is there from its first mention on.
#[derive(Clone, Serialize, Deserialize)]
pub struct Debt {
    /// The event id of the decision.
    pub id: Uuid,
    /// The id of its first edition.
    pub family: Uuid,
    /// Who owes it.
    pub owed: DebtSide,
    /// To which unit, or by which.
    pub unit: Handle<Org>,
    /// Whose payees have it, or gave it.
    pub application: Handle<Application>,
    /// The payment that is recovered; none where it came out of suspense.
    pub payout: Link<Payout>,
    /// Whether that payment stands paid: nothing else of it can be recovered.
    pub paid: bool,
    /// Whether the payee was no student on the day the payment is for, as far as was told when it was decided.
    pub after_leaving: bool,
    /// How much is owed in all.
    pub fen: Fen,
    /// Who owes it or gets it; without an id the payee.
    pub party: Uuid,
    /// In which budget year no line paid it: what comes in later is due to finance.
    pub year: u16,
    /// By day, then by the id of the entry.
    pub facts: Vec<DebtFact>,
    /// The day of the decision.
    pub on: Day,
    /// The last entry that told something of it.
    pub last: u64,
}

/// What is to be recovered of one payment.
#[derive(Clone, Serialize, Deserialize)]
pub struct Recovery {
    /// The payment's.
    pub id: Uuid,
    /// By the decisions, also those taken back.
    pub debts: Vec<Handle<Debt>>,
}

impl Debt {
    /// Whether anything is owed.
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.owed != DebtSide::Nobody && self.paid
    }

    /// Whether what was told changes what is owed; otherwise it stands beside, where it was told.
    #[must_use]
    pub fn counts(&self, fact: &DebtFact) -> bool {
        self.is_due() && fact.unit == self.unit
    }

    /// What was told of it, each once.
    pub fn here(&self) -> impl Iterator<Item = &DebtFact> {
        self.facts.iter().filter(|fact| fact.place != FactPlace::Elsewhere)
    }

    /// The same with what counts elsewhere or not at all, but without what was told of other editions.
    pub(crate) fn own(&self) -> impl Iterator<Item = &DebtFact> {
        self.facts.iter().filter(|fact| fact.place != FactPlace::Inherited)
    }

    /// What came in beside what is owed, less what was paid, by whose treasury it is.
    #[must_use]
    pub fn beside(&self) -> BTreeMap<Handle<Org>, i128> {
        let mut sums = BTreeMap::new();
        for fact in self.here().filter(|fact| !self.counts(fact)) {
            let sign = match fact.what {
                DebtWord::Received => 1,
                DebtWord::Paid => -1,
                DebtWord::Waived => 0,
            };
            *sums.entry(fact.unit).or_default() += sign * i128::from(fact.fen);
        }
        sums
    }

    /// On which account of its unit what was told stands: beside what is owed, all of a unit on one, so that what was paid out again
    /// leaves nothing there.
    pub fn class_of_facts(&self) -> impl Fn(&DebtFact) -> Class {
        let beside = self.beside();
        move |fact| {
            let of_unit = if self.counts(fact) {
                self.owed == DebtSide::ByUnit
            } else {
                beside.get(&fact.unit).is_some_and(|net| *net < 0)
            };
            if of_unit { Class::Refundable } else { Class::Receivable }
        }
    }

    /// What was told of it and counts, of one sort. No more is waived than was owed at all: the decision may have been told anew of less.
    #[must_use]
    pub fn told(&self, what: DebtWord) -> i128 {
        let counting = self.here().filter(|fact| fact.what == what && self.counts(fact));
        let sum = counting.map(|fact| i128::from(fact.fen)).sum();
        if what == DebtWord::Waived { i128::min(sum, self.fen.into()) } else { sum }
    }

    /// How much is still owed; below zero more was paid than that.
    #[must_use]
    pub fn open(&self) -> Fen {
        let owed = if self.is_due() { i128::from(self.fen) } else { 0 };
        let net = self.told(DebtWord::Received) - self.told(DebtWord::Paid);
        held(match self.owed {
            DebtSide::ByUnit => owed + net,
            DebtSide::ToUnit | DebtSide::Nobody => owed - net - self.told(DebtWord::Waived),
        })
    }

    /// What is told of a debt nobody decided yet.
    pub(crate) fn nobodys(id: Uuid) -> Self {
        Self {
            id,
            family: id,
            owed: DebtSide::Nobody,
            unit: UNKNOWN_ORG,
            application: UNKNOWN_APPLICATION,
            payout: Link::NONE,
            paid: true,
            after_leaving: false,
            fen: 0,
            party: Uuid::nil(),
            year: 0,
            facts: Vec::new(),
            on: Day::default(),
            last: 0,
        }
    }

    /// How much came in, and was paid, beyond what is owed.
    pub(crate) fn too_much(&self) -> [i128; 2] {
        let over = |owed| if self.is_due() && self.owed == owed { (-i128::from(self.open())).max(0) } else { 0 };
        let beside = self.beside();
        let sum = |sign: i128| beside.values().map(|net| (net * sign).max(0)).sum::<i128>();
        [over(DebtSide::ToUnit) + sum(1), over(DebtSide::ByUnit) + sum(-1)]
    }

    /// What came in and stays, as far as it was owed and not paid out again.
    #[must_use]
    pub fn recovered(&self) -> Fen {
        let owed = i128::from(self.fen) - self.told(DebtWord::Waived);
        let net = self.told(DebtWord::Received) - self.told(DebtWord::Paid);
        held(net.min(owed)).max(0)
    }

    /// Whether more went the other way than there had been too much: what was paid of money to be recovered, or came in of money to be
    /// paid back, so that more is owed than was decided.
    #[must_use]
    pub fn is_increased(&self) -> bool {
        let (received, paid) = (self.told(DebtWord::Received), self.told(DebtWord::Paid));
        let (settled, against) = match self.owed {
            DebtSide::ByUnit => (paid, received),
            DebtSide::ToUnit | DebtSide::Nobody => (received + self.told(DebtWord::Waived), paid),
        };
        against > (settled - i128::from(self.fen)).max(0)
    }

    /// What came in and stays, the earliest first: to which of the lines that paid it, or to
    /// none, how much, and on which day.
    #[must_use]
    pub fn restored(&self, draws: &[Drawn]) -> Vec<(Option<Handle<Line>>, Fen, Day)> {
        let mut rest = self.recovered();
        let (mut lines, mut restored) = (draws.to_vec(), Vec::new());
        for fact in self.here().filter(|fact| fact.what == DebtWord::Received && self.counts(fact)) {
            let mut fen = fact.fen.min(rest);
            rest -= fen;
            for of_line in &mut lines {
                let part = of_line.fen.min(fen);
                (of_line.fen, fen) = (of_line.fen - part, fen - part);
                restored.push((Some(of_line.line), part, fact.on));
            }
            restored.push((None, fen, fact.on));
        }
        restored.retain(|(_, fen, _)| *fen > 0);
        restored
    }

    /// What stands of it on accounts: [`Class::Receivable`] and [`Class::Refundable`] of units.
    #[must_use]
    pub fn stands(&self) -> BTreeMap<(Handle<Org>, Class), i128> {
        let mut sums = BTreeMap::new();
        let mut add = |unit, class, fen: i128| *sums.entry((unit, class)).or_default() += fen;
        if self.is_due() {
            let to_unit = self.owed == DebtSide::ToUnit;
            let (class, sign) = if to_unit { (Class::Receivable, 1) } else { (Class::Refundable, -1) };
            add(self.unit, class, sign * i128::from(self.fen));
        }
        let class = self.class_of_facts();
        for fact in self.here() {
            let sign = match fact.what {
                DebtWord::Received => -1,
                DebtWord::Paid => 1,
                DebtWord::Waived => 0,
            };
            add(fact.unit, class(fact), sign * i128::from(fact.fen));
        }
        add(self.unit, Class::Receivable, -self.told(DebtWord::Waived));
        sums.retain(|_, fen| *fen != 0);
        sums
    }
}

rows! {
    compared {
        Debt: id, last, [unit application payout facts] [];
    }
    uncompared {}
    parts { DebtFact [unit] }
}

impl crate::state::table::Row for Recovery {
    fn id(&self) -> Option<Uuid> {
        Some(self.id)
    }
}

/// What was told of editions of a decision that were taken back counts for the one that stands, as if that had been there from the start;
/// while none stands, where it was told. What is told under a number told before, of whichever decision, counts not at all. `is_again`
/// is asked of what was told of a debt; `id` is that of an entry.
pub(crate) fn place_facts(
    debts: &mut [Debt],
    is_again: impl Fn(&Debt, &DebtFact) -> bool,
    id: impl Fn(Handle<Seen>) -> Uuid,
) {
    for debt in &mut *debts {
        let mut facts = std::mem::take(&mut debt.facts);
        facts.retain(|fact| fact.place != FactPlace::Inherited);
        for fact in &mut facts {
            step();
            fact.place = if is_again(debt, fact) { FactPlace::Elsewhere } else { FactPlace::Here };
        }
        debt.facts = facts;
    }
    // Of one decision at most one edition stands, and has its own.
    debts.sort_by_key(|debt| (debt.family, debt.owed == DebtSide::Nobody));
    for editions in debts.chunk_by_mut(|one, other| one.family == other.family) {
        let [stands, gone @ ..] = editions else { continue };
        if stands.owed == DebtSide::Nobody {
            continue;
        }
        for fact in gone.iter_mut().flat_map(|debt| &mut debt.facts).filter(|fact| fact.place == FactPlace::Here) {
            fact.place = FactPlace::Elsewhere;
            stands.facts.push(DebtFact { place: FactPlace::Inherited, ..fact.clone() });
        }
        stands.facts.sort_by_key(|fact| (fact.on, id(fact.entry)));
    }
}

/// Which lines pay what is recovered by each of these decisions about one payment, if these pieces pay the payment: the earliest decision,
/// whichever was told first, has the first of them.
pub(crate) fn shares<'a>(debts: impl Iterator<Item = &'a Debt>, mut pieces: Vec<Piece>) -> BTreeMap<Uuid, Vec<Drawn>> {
    let mut debts: Vec<&Debt> = debts.filter(|debt| debt.owed == DebtSide::ToUnit).collect();
    debts.sort_by_key(|debt| (debt.on, debt.id));
    let share = |debt: &Debt| {
        let (mut rest, mut drawn) = (debt.fen, Vec::new());
        for Piece { line, fen, .. } in &mut pieces {
            let part = rest.min(*fen);
            (rest, *fen) = (rest - part, *fen - part);
            drawn.push(Drawn { line: *line, fen: part });
        }
        drawn.retain(|drawn: &Drawn| drawn.fen > 0);
        (debt.id, drawn)
    };
    debts.into_iter().map(share).collect()
}

impl State {
    /// The lines that pay now what is recovered, with how much of it each.
    #[must_use]
    pub fn drawn_of(&self, debt: &Debt) -> Vec<Drawn> {
        let payout = debt.payout.handle().map(|payout| self.payouts.get(payout));
        payout.and_then(|payout| self.shares_of(payout).remove(&debt.id)).unwrap_or_default()
    }

    /// The same of all that is to be recovered of a payment.
    pub(crate) fn shares_of(&self, payout: &Payout) -> BTreeMap<Uuid, Vec<Drawn>> {
        shares(self.recoveries_of(payout.id), self.pieces_held(payout))
    }

    /// What of a payment was ever ordered to be recovered.
    pub(crate) fn recoveries_of(&self, payment: Uuid) -> impl Iterator<Item = &Debt> {
        let debts = self.recoveries.by_id(payment).map(|(_, row)| &row.debts[..]).unwrap_or_default();
        debts.iter().map(|debt| self.debts.get(*debt))
    }

    /// What of it is ordered to be recovered and was not taken back.
    pub(crate) fn to_recover_of(&self, payment: Uuid) -> impl Iterator<Item = &Debt> {
        self.recoveries_of(payment).filter(|debt| debt.owed == DebtSide::ToUnit)
    }

    /// How much of a payment was recovered.
    #[must_use]
    pub fn recovered_of(&self, payment: Uuid) -> Fen {
        self.due_of(payment).map(Debt::recovered).sum()
    }

    /// How much of it is a line's again, or due to finance for it.
    #[must_use]
    pub fn recovered_on(&self, payout: &Payout, line: Handle<Line>) -> Fen {
        let mut shares = self.shares_of(payout);
        let restored =
            self.due_of(payout.id).flat_map(|debt| debt.restored(&shares.remove(&debt.id).unwrap_or_default()));
        restored.filter(|(to, ..)| *to == Some(line)).map(|(_, fen, _)| fen).sum()
    }

    /// What is to be recovered of a payment.
    fn due_of(&self, payment: Uuid) -> impl Iterator<Item = &Debt> {
        self.to_recover_of(payment).filter(|debt| debt.is_due())
    }
}
