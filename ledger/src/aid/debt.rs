//! What a unit is owed back 应追回 and owes back 应退还, as a function of all that was told of it: the decision that says so, what came in
//! and what was paid since, by instalments, and what was waived. Told in any order, taken back at any time, it ends the same.
//!
//! What came in of a payment that lines paid is theirs again in their year, and due to finance later; of money no line had paid, it is
//! due to finance after the year it went out in. What comes in beyond what is owed, or before anybody says it is, stands on the same
//! account beyond zero, with a finding; it is paid back as what is owed is.

use crate::account::Class;
use crate::aid::leaving;
use crate::change::{Case, Change, Judged, NewFinding, Taken, Touched, Wanted};
use crate::difference::Holding;
use crate::entry::Entry;
use crate::event::{RecoveryOrdered, RecoveryReceived, RecoveryWaived, RefundPaid};
use crate::finding::FindingKind;
use crate::handle::{Handle, Link};
use crate::hash;
use crate::money::{Fen, held};
use crate::outcome::{Code, Refusal};
use crate::registry::org;
use crate::state::State;
use crate::state::clearing_rows::{Cleared, Way};
use crate::state::correction_rows::Piece;
use crate::state::debt_rows::{Debt, DebtFact, DebtSide, DebtWord, FactPlace, Recovery, place_facts, shares};
use crate::state::rows::{Drawn, Line, Org, Payout};
use uuid::Uuid;

/// What may be told of one debt; of more nothing counts, and a finding says so.
const FACTS_MAX: usize = 240;

/// What is owed, as it should be after an entry.
pub(crate) struct DebtChange {
    row: Debt,
    /// What of its lines' money came back in a later year, more or less than before.
    surrendered: Vec<(Handle<Line>, Fen)>,
    /// The payment it is recovered of, if this entry is the first to say so.
    payment: Option<Uuid>,
    /// A unit that this entry names no more.
    unnamed: Link<Org>,
    /// What else is to be recovered of the same payment, of other lines than before.
    others: Vec<DebtChange>,
}

/// The same with what of money it moves.
pub(crate) struct DebtDecided {
    pub change: DebtChange,
    pub moved: Holding,
}

fn find(state: &State, id: Uuid) -> Debt {
    state.debts.by_id(id).map_or_else(|| Debt::nobodys(id), |(_, debt)| debt.clone())
}

pub(crate) fn judge_recovery_received(case: &Case<'_>, event: &RecoveryReceived) -> Judged<DebtChange> {
    Ok(tell(case, event.debt, event.unit, (DebtWord::Received, event.fen, &event.serial)))
}

pub(crate) fn judge_refund_paid(case: &Case<'_>, event: &RefundPaid) -> Judged<DebtChange> {
    Ok(tell(case, event.debt, event.unit, (DebtWord::Paid, event.fen, &event.serial)))
}

/// The cash moved, whatever is owed.
fn tell(case: &Case<'_>, id: Uuid, unit: Uuid, (what, fen, serial): (DebtWord, Fen, &str)) -> Change<DebtChange> {
    let state = case.state;
    let before = find(state, id);
    if is_full(state, &before) {
        return Change::only(NewFinding::about(FindingKind::TooManyFacts, id));
    }
    let mut change = Change::nothing();
    let unit = change.org(state, unit);
    let after = with(case, before.clone(), unit.handle, (what, fen.max(0), serial));
    let fact = after.facts.iter().find(|fact| fact.entry >= state.seen.next());
    let known = fact.and_then(|fact| told_of_another(state, &before, fact)).map(|kind| NewFinding::about(kind, id));
    change.findings.extend(known);
    changed(case, change, &before, after)
}

/// Whether as much was told of a debt, or of the editions of its decision together, as may be.
fn is_full(state: &State, debt: &Debt) -> bool {
    let own = |debt: &Debt| debt.facts.iter().filter(|fact| fact.place != FactPlace::Inherited).count();
    let others = state.editions_of(debt).filter(|other| other.id != debt.id).map(own).sum::<usize>();
    own(debt) + others >= FACTS_MAX
}

/// Whether a receipt was told of another decision about the payment before. Of another edition of one decision it counts as it was told
/// first; of another document one transfer may pay a part, but the same amount of the same day somebody should look at.
fn told_of_another(state: &State, debt: &Debt, fact: &DebtFact) -> Option<FindingKind> {
    let payment = debt.payout.handle().map(|payout| state.payouts.get(payout).id)?;
    let others = state.recoveries_of(payment).filter(|other| other.id != debt.id);
    let mut told = others.flat_map(|other| other.facts.iter().map(|fact| (other.family == debt.family, fact)));
    let alike = |other: &DebtFact| (other.fen, other.on) == (fact.fen, fact.on);
    let again = |(same, other): &(bool, &DebtFact)| {
        other.receipt().is_some() && other.receipt() == fact.receipt() && (*same || alike(other))
    };
    let (_, other) = told.find(again)?;
    Some(if alike(other) { FindingKind::Repeated } else { FindingKind::ToldOtherwise })
}

/// A debt of which this entry tells one thing more.
fn with(case: &Case<'_>, mut debt: Debt, unit: Handle<Org>, (what, fen, serial): (DebtWord, Fen, &str)) -> Debt {
    let (seen, on) = (&case.state.seen, case.on());
    let entry = Handle::new(u32::try_from(case.entry.index).unwrap_or(u32::MAX));
    let place = (on, case.entry.event.id);
    let at = debt.facts.partition_point(|fact| (fact.on, seen.get(fact.entry).id) < place);
    let receipt = if serial.is_empty() { 0 } else { hash::content(serial.as_bytes()) };
    debt.facts.insert(at, DebtFact { entry, unit, what, fen, on, receipt, place: FactPlace::Here });
    debt
}

/// No more is waived than is still owed, by whichever edition of the decision stands.
pub(crate) fn judge_recovery_waived(case: &Case<'_>, event: &RecoveryWaived) -> Judged<DebtChange> {
    let state = case.state;
    let named = state.debts.by_id(event.debt).map(|(_, debt)| debt);
    let stands = |debt: &&Debt| debt.owed == DebtSide::ToUnit;
    let owed =
        named.and_then(|named| stands(&named).then_some(named).or_else(|| state.editions_of(named).find(stands)));
    let (Some(named), Some(owed)) = (named, owed) else {
        return Err(Refusal::of(Code::UnknownDebt, event.debt));
    };
    if event.fen <= 0 {
        return Err(Refusal::of(Code::BadAmount, event.debt));
    }
    if event.fen > owed.open() || is_full(state, named) {
        return Err(Refusal::with(Code::ExceedsDebt, event.debt, owed.open().max(0)));
    }
    let after = with(case, named.clone(), owed.unit, (DebtWord::Waived, event.fen, &event.document));
    Ok(changed(case, Change::nothing(), named, after))
}

/// A payment that stands paid is recovered, no fen of it twice.
pub(crate) fn judge_recovery_ordered(case: &Case<'_>, event: &RecoveryOrdered) -> Judged<DebtChange> {
    let state = case.state;
    let (payout, row) = state.payouts.by_id(event.payout).ok_or(Refusal::of(Code::UnknownPayout, event.payout))?;
    if event.fen <= 0 {
        return Err(Refusal::of(Code::BadAmount, event.payout));
    }
    let left = row.fen - state.to_recover_of(event.payout).map(|debt| debt.fen).sum::<Fen>();
    let left = if state.times_paid(row) > 0 { left } else { 0 };
    if event.fen > left {
        return Err(Refusal::with(Code::ExceedsDebt, event.payout, left));
    }
    let decided = Debt {
        family: case.entry.event.id_of_edition(0),
        owed: DebtSide::ToUnit,
        unit: state.applications.get(row.application).unit,
        application: row.application,
        payout: payout.into(),
        after_leaving: leaving::is_out_of_study(state, row),
        fen: event.fen,
        on: case.on(),
        ..find(state, case.entry.event.id)
    };
    let change = one_of_payment(case, row, &decided);
    Ok(change.map(|debt| DebtChange { payment: Some(event.payout), ..debt }))
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
    place_facts(&mut all, |entry| state.seen.get(entry).id);
    let (mut was, mut now) = (state.shares_of(payout), shares(all.iter(), pieces));
    let one = |debt: Debt| {
        let before = find(state, debt.id);
        let [was, now] = [&mut was, &mut now].map(|shares| shares.remove(&debt.id).unwrap_or_default());
        let differs = is_decided(&debt) || debt.paid != paid || was != now || debt.facts != before.facts;
        differs.then(|| drawn_otherwise(state, (&before, &was), (Debt { paid, ..debt }, &now)))
    };
    all.into_iter().filter_map(one).collect()
}

/// What is owed once money in suspense ended so, and what was told of that before.
pub(crate) fn cleared(state: &State, row: &Cleared, year: u16) -> Option<DebtDecided> {
    let owed = match row.way {
        Way::Recoverable => DebtSide::ToUnit,
        Way::Refundable => DebtSide::ByUnit,
        Way::Accepted | Way::Surrendered | Way::Offset => return None,
    };
    let before = find(state, row.id);
    let (unit, application, fen, party, on) = (row.unit, row.application, row.fen, row.party, row.on);
    let after = Debt { owed, unit, application, fen, party, on, year, ..before.clone() };
    Some(revised(state, &before, after, &[]))
}

/// Nothing is owed because of a decision that is taken back; what was told of it must be taken back first.
pub(crate) fn uncleared(state: &State, row: &Cleared) -> Result<Option<DebtDecided>, Refusal> {
    let Some((_, debt)) = state.debts.by_id(row.id) else { return Ok(None) };
    if let Some(fact) = debt.facts.first() {
        return Err(Refusal::of(Code::InUse, state.seen.get(fact.entry).id));
    }
    Ok(Some(revised(state, debt, Debt { owed: DebtSide::Nobody, ..debt.clone() }, &[])))
}

/// One thing told of a debt is taken back, or the decision that a payment be recovered, whatever came in on it.
pub(crate) fn judge_withdrawn(case: &Case<'_>, taken: Taken) -> Judged<DebtChange> {
    let state = case.state;
    let Some(at) = state.debts.handle(taken.subject) else { return Ok(Change::nothing()) };
    let before = state.debts.get(at);
    let Some(place) = before.facts.iter().position(|fact| fact.entry == taken.entry) else {
        taken.on(case, before.on)?;
        let Some(payout) = before.payout.handle() else { return Ok(Change::nothing()) };
        let undecided = Debt { owed: DebtSide::Nobody, ..before.clone() };
        return Ok(one_of_payment(case, state.payouts.get(payout), &undecided));
    };
    let mut after = before.clone();
    let fact = after.facts.remove(place);
    taken.on(case, fact.on)?;
    let unnamed = if fact.what == DebtWord::Waived { Link::NONE } else { fact.unit.into() };
    let change = changed(case, Change::nothing(), before, after);
    Ok(change.map(|debt| DebtChange { unnamed, ..debt }))
}

/// A decision that a payment be recovered is so from this entry on.
fn one_of_payment(case: &Case<'_>, payout: &Payout, decided: &Debt) -> Change<DebtChange> {
    let state = case.state;
    let mut all = restated(state, payout, state.pieces_held(payout), Some(decided));
    // It is the last of them.
    let Some(DebtDecided { change: own, moved: mut held }) = all.pop() else { return Change::nothing() };
    let (mut change, mut others) = (Change::nothing(), Vec::new());
    for other in all {
        held.add(other.moved);
        change.touched.push(Touched::Debt(other.change.id()));
        others.push(other.change);
    }
    moved(case, change, DebtChange { others, ..own }, &held)
}

/// Something told of a debt is other than before, and with it which edition of the decision a receipt is of.
fn changed(case: &Case<'_>, mut change: Change<DebtChange>, before: &Debt, after: Debt) -> Change<DebtChange> {
    let state = case.state;
    let payment = after.payout.handle().map(|payout| state.payouts.get(payout).id);
    let of_payment = payment.into_iter().flat_map(|payment| state.recoveries_of(payment));
    let mut all: Vec<Debt> = of_payment.filter(|debt| debt.id != after.id).cloned().collect();
    all.push(after);
    // What this entry tells is not on record yet.
    let own = |entry| entry >= state.seen.next();
    place_facts(&mut all, |entry| if own(entry) { case.entry.event.id } else { state.seen.get(entry).id });
    let Some(after) = all.pop() else { return change };
    let grown = OF_DEBT.into_iter().zip(before.grown(&after)).filter(|(_, grows)| *grows);
    change.findings.extend(grown.map(|(kind, _)| NewFinding::following(kind, after.id)));
    let DebtDecided { change: own, moved: mut held } = revised(state, before, after, &state.drawn_of(before));
    let mut others = Vec::new();
    for other in all {
        let was = find(state, other.id);
        if was.facts != other.facts {
            let revised = revised(state, &was, other, &state.drawn_of(&was));
            held.add(revised.moved);
            change.touched.push(Touched::Debt(revised.change.id()));
            others.push(revised.change);
        }
    }
    moved(case, change, DebtChange { others, ..own }, &held)
}

fn moved(case: &Case<'_>, mut change: Change<DebtChange>, debt: DebtChange, moved: &Holding) -> Change<DebtChange> {
    change.postings.extend(moved.postings(case.state, case.on()));
    change.touched.push(Touched::Debt(debt.row.id));
    change.act = Some(debt);
    change
}

/// What is to change if a debt, and what was told of it, is other than before.
fn revised(state: &State, before: &Debt, after: Debt, draws: &[Drawn]) -> DebtDecided {
    drawn_otherwise(state, (before, draws), (after, draws))
}

/// The same, if other lines paid it than before.
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

/// What a debt may call for.
pub(crate) const OF_DEBT: [FindingKind; 3] =
    [FindingKind::OverRecovered, FindingKind::OverRefunded, FindingKind::RecoveryUnfounded];

/// What a debt calls for: more came in, or was paid, than is owed as far as is told. What goes the other way than the debt is right only as
/// far as there was too much. It is found of the latest of what is too much, whichever was told last.
/// Where it was decided of a payee who had left, and that is so no more, the decision is found.
pub(crate) fn wanted(state: &State, debt: &Debt) -> Vec<Wanted> {
    let beside = debt.beside();
    let too_much = |(what, sign): (DebtWord, i128), owed, against| {
        let over = debt.is_due() && debt.owed == owed && debt.open() < 0;
        let all = over || (debt.is_due() && debt.owed == against && debt.is_increased());
        // What was told beside what is owed is too much as far as nothing went the other way.
        let is_beside = |fact: &DebtFact| beside.get(&fact.unit).is_some_and(|net| net.signum() == sign);
        let is_one =
            |fact: &&DebtFact| fact.what == what && fact.fen > 0 && (all || (!debt.counts(fact) && is_beside(fact)));
        debt.here().filter(is_one).last().map(|fact| (u64::from(fact.entry), fact.on))
    };
    let recovered = too_much((DebtWord::Received, 1), DebtSide::ToUnit, DebtSide::ByUnit);
    let refunded = too_much((DebtWord::Paid, -1), DebtSide::ByUnit, DebtSide::ToUnit);
    let payout = debt.payout.handle().map(|payout| state.payouts.get(payout));
    let in_study = payout.is_some_and(|payout| !leaving::is_out_of_study(state, payout));
    let decided = state.seen.find(debt.id).map(|entry| (u64::from(entry), debt.on));
    let unfounded = decided.filter(|_| debt.is_due() && debt.after_leaving && in_study);
    let told = [recovered, refunded, unfounded];
    let wanted = OF_DEBT.into_iter().zip(told);
    wanted.filter(|(_, told)| told.is_some()).collect()
}

impl DebtChange {
    fn of(row: Debt) -> Self {
        Self { row, surrendered: Vec::new(), payment: None, unnamed: Link::NONE, others: Vec::new() }
    }

    /// The debt it is about.
    pub fn id(&self) -> Uuid {
        self.row.id
    }
}

/// Makes the change; the row by which it can be taken back.
pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, change: DebtChange) -> Handle<Debt> {
    let DebtChange { row, surrendered, payment, unnamed, others } = change;
    for other in others {
        apply(state, entry, other);
    }
    for (line, fen) in surrendered {
        let row = state.lines.get_mut(line);
        row.surrendered += fen;
        row.last = entry.index;
    }
    let (id, row) = (row.id, Debt { last: entry.index, ..row });
    let at = match state.debts.find(id) {
        Some(at) => {
            *state.debts.get_mut(at) = row;
            at
        }
        None => state.debts.push(row),
    };
    if let Some(id) = payment {
        let new = Recovery { id, debts: Vec::new() };
        let of_it = state.recoveries.find(id).unwrap_or_else(|| state.recoveries.push(new));
        state.recoveries.get_mut(of_it).debts.push(at);
    }
    if let Some(unit) = unnamed.handle() {
        org::unmention(state, unit);
    }
    at
}
