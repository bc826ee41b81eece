//! What is to change of what is owed back: for which edition of a decision something told counts, what that holds on accounts, and which
//! lines have it again.

use crate::account::Class;
use crate::change::Case;
use crate::difference::Holding;
use crate::entry::Entry;
use crate::handle::{Handle, Link};
use crate::money::{Fen, held};
use crate::registry::org;
use crate::state::State;
use crate::state::correction_rows::Piece;
use crate::state::debt_rows::{Debt, DebtFact, DebtSide, DebtWord, place_facts, shares};
use crate::state::entry_rows::Seen;
use crate::state::rows::{Drawn, Line, Org, Payout};
use std::mem::take;
use uuid::Uuid;

/// What is owed, as it should be after an entry.
pub(crate) struct DebtChange {
    pub(super) row: Debt,
    /// What of its lines' money came back in a later year, more or less than before.
    pub(super) surrendered: Vec<(Handle<Line>, Fen)>,
    /// The payment it is recovered of, if this entry is the first to say so.
    pub(super) payment: Option<Uuid>,
    /// A unit that this entry names no more.
    pub(super) unnamed: Link<Org>,
    /// What else changes with it: other editions of the decision, others about the payment, and where the same number was told.
    pub(super) others: Vec<DebtChange>,
}

/// The same with what of money it moves.
pub(crate) struct DebtDecided {
    pub change: DebtChange,
    pub moved: Holding,
}

/// What is owed because of a decision, whether or not somebody made it.
pub(super) fn find(state: &State, id: Uuid) -> Debt {
    state.debts.by_id(id).map_or_else(|| Debt::nobodys(id), |(_, debt)| debt.clone())
}

/// Whether something told of a debt was told before under its number, the entry that leaves apart.
fn is_again(state: &State, gone: Option<Handle<Seen>>) -> impl Fn(&Debt, &DebtFact) -> bool {
    move |debt, fact| {
        let mut told = debt.number_of(fact).into_iter().flat_map(|number| state.told_as(number));
        told.find(|told| Some(told.entry) != gone).is_some_and(|first| first.entry != fact.entry)
    }
}

/// What is to change where a debt is to be so, with all editions of its decision, and these others: of which of them what was told
/// counts. One entry may leave.
pub(super) fn settled(case: &Case<'_>, after: Debt, others: Vec<Debt>, gone: Option<Handle<Seen>>) -> DebtDecided {
    let (state, id) = (case.state, after.id);
    let mut all: Vec<Debt> = state.editions_of(&after).cloned().chain(others).filter(|debt| debt.id != id).collect();
    all.push(after);
    // What this entry tells is not on record yet.
    let told_now = |entry| entry >= state.seen.next();
    let place = |entry| if told_now(entry) { case.entry.event.id } else { state.seen.get(entry).id };
    place_facts(&mut all, is_again(state, gone), place);
    let revised = |debt: Debt| {
        let before = find(state, debt.id);
        let draws = state.drawn_of(&before);
        (debt.id == id || debt.facts != before.facts).then(|| drawn_otherwise(state, (&before, &draws), (debt, &draws)))
    };
    together(id, all.into_iter().filter_map(revised).collect())
}

/// The change of one debt, and with it those of others.
pub(super) fn together(id: Uuid, mut all: Vec<DebtDecided>) -> DebtDecided {
    let own = all.iter().position(|one| one.change.id() == id).unwrap_or_default();
    let mut own = all.swap_remove(own);
    for other in all {
        own.moved.add(other.moved);
        own.change.others.push(other.change);
    }
    own
}

/// Whether anything of a payment was ever ordered to be recovered.
pub(crate) fn is_recovered(state: &State, payment: Uuid) -> bool {
    !state.recoveries.is_empty() && state.recoveries.find(payment).is_some()
}

/// What is to change of what is recovered of a payment, if these pieces pay it, or nothing does, and if a decision about it is so: which
/// lines pay the others hangs on it.
pub(crate) fn restated(state: &State, payout: &Payout, pieces: Vec<Piece>, decided: Option<&Debt>) -> Vec<DebtDecided> {
    let (is_decided, paid) = (|debt: &Debt| decided.is_some_and(|other| other.id == debt.id), !pieces.is_empty());
    let others = state.recoveries_of(payout.id).filter(|debt| !is_decided(debt));
    let mut all: Vec<Debt> = others.chain(decided).cloned().collect();
    place_facts(&mut all, is_again(state, None), |entry| state.seen.get(entry).id);
    let (mut was, mut now) = (state.shares_of(payout), shares(all.iter(), pieces));
    let one = |debt: Debt| {
        let before = find(state, debt.id);
        let [was, now] = [&mut was, &mut now].map(|shares| shares.remove(&debt.id).unwrap_or_default());
        let differs = is_decided(&debt) || debt.paid != paid || was != now || debt.facts != before.facts;
        differs.then(|| drawn_otherwise(state, (&before, &was), (Debt { paid, ..debt }, &now)))
    };
    all.into_iter().filter_map(one).collect()
}

/// What is to change if a debt, and what was told of it, is other than before, or other lines paid it.
fn drawn_otherwise(state: &State, (before, was): (&Debt, &[Drawn]), (after, now): (Debt, &[Drawn])) -> DebtDecided {
    let (held_before, gone_before) = holding(state, before, was);
    let (held, mut surrendered) = holding(state, &after, now);
    surrendered.extend(gone_before.into_iter().map(|(line, fen)| (line, -fen)));
    DebtDecided { change: DebtChange { surrendered, ..DebtChange::of(after) }, moved: held.without(held_before) }
}

/// What a debt holds on accounts, and what of its lines' money came back in a later year. What it is owed for out of suspense is held
/// by that decision.
fn holding(state: &State, debt: &Debt, draws: &[Drawn]) -> (Holding, Vec<(Handle<Line>, Fen)>) {
    let mut holding = Holding::default();
    let payee = state.application_account(debt.application, Class::Payee);
    if debt.is_due() && debt.payout.is_some() {
        holding.moves(state.org_account(debt.unit, Class::Receivable), payee, debt.fen);
    }
    let class = debt.class_of_facts();
    for fact in debt.here() {
        let (account, fen) = (state.org_account(fact.unit, class(fact)), fact.fen);
        let treasury = state.org_account(fact.unit, Class::Treasury);
        match fact.what {
            DebtWord::Received => holding.moves(treasury, account, fen),
            DebtWord::Paid => holding.moves(account, treasury, fen),
            DebtWord::Waived => {}
        }
    }
    holding.moves(payee, state.org_account(debt.unit, Class::Receivable), held(debt.told(DebtWord::Waived)));
    let surrendered = restore(state, debt, draws, &mut holding);
    (holding, surrendered)
}

/// What came in stays, as far as it was owed and not paid out again, the earliest first: the authority it was paid with.
fn restore(state: &State, debt: &Debt, draws: &[Drawn], holding: &mut Holding) -> Vec<(Handle<Line>, Fen)> {
    let mut surrendered = Vec::new();
    if !debt.is_due() || debt.owed != DebtSide::ToUnit {
        return surrendered;
    }
    let of_unit = |class| state.org_account(debt.unit, class);
    for (line, part, on) in debt.restored(draws) {
        let Some(line) = line else {
            if debt.payout.is_none() && on.year() > debt.year {
                holding.moves(of_unit(Class::DueToFinance), of_unit(Class::SurrenderSource), part);
            }
            continue;
        };
        let spent = state.line_account(line, Class::Spent);
        if on.year() == state.lines.get(line).fiscal_year {
            holding.moves(state.line_account(line, Class::Available), spent, part);
        } else {
            holding.moves(of_unit(Class::DueToFinance), spent, part);
            surrendered.push((line, part));
        }
    }
    surrendered
}

impl DebtChange {
    fn of(row: Debt) -> Self {
        Self { row, surrendered: Vec::new(), payment: None, unnamed: Link::NONE, others: Vec::new() }
    }

    /// The debt it is about.
    pub fn id(&self) -> Uuid {
        self.row.id
    }

    /// That one, and the others that change with it, as they should be.
    pub fn rows(&self) -> impl Iterator<Item = &Debt> {
        self.others.iter().map(|other| &other.row).chain([&self.row])
    }
}

/// Makes the change; the row by which it can be taken back.
pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, mut change: DebtChange) -> Handle<Debt> {
    for other in take(&mut change.others) {
        apply(state, entry, other);
    }
    let DebtChange { row, surrendered, payment, unnamed, .. } = change;
    for (line, fen) in surrendered {
        let row = state.lines.get_mut(line);
        row.surrendered += fen;
        row.last = entry.index;
    }
    let at = state.keep_debt(Debt { last: entry.index, ..row });
    if let Some(payment) = payment {
        state.recover(payment, at);
    }
    if let Some(unit) = unnamed.handle() {
        org::unmention(state, unit);
    }
    at
}
