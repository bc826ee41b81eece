//! A payment as a function of all that a bank told of it: what it should hold is reckoned from the facts as they are then, and the
//! difference to what it held is posted. Telling, telling late, taking back, sending the batch and ordering what was told early
//! are the same call.

use crate::account::Class;
use crate::aid::debt_change::{self, DebtChange, DebtDecided};
use crate::aid::payment_order::{Order, early, sent_on};
use crate::aid::reckon::{Expected, Reckoned, Role, reckon};
use crate::change::{NewFinding, Noted, Touched, Wanted};
use crate::difference::Holding;
use crate::entry::Entry;
use crate::finding::FindingKind;
use crate::handle::{Handle, Link};
use crate::money::{Day, Fen};
use crate::state::correction_rows::Piece;
use crate::state::entry_rows::Seen;
use crate::state::result_rows::{ToldOf, is_cleared};
use crate::state::rows::{Award, Finding, Line, Org, Payout, ResultFact, Results};
use crate::state::stage::BankWord;
use crate::state::{State, UNKNOWN_APPLICATION};
use uuid::Uuid;

/// What a bank may tell of one payment; of more nothing counts, and a finding says so.
pub(crate) const FACTS_MAX: usize = 64;

/// What is told of a payment, as it should be after an entry.
pub(crate) struct Revision {
    id: Uuid,
    payout: Link<Payout>,
    facts: Vec<ResultFact>,
    reckoned: Reckoned,
    /// What of its line's money came back in a later year, more or less than before.
    surrendered: Vec<(Handle<Line>, Fen)>,
    /// Credits in suspense, more or less than before.
    suspended: i64,
    /// What is to be recovered of it, as it stands paid from now on, or no longer.
    debts: Vec<DebtChange>,
    ended: Vec<Handle<Finding>>,
    restated: Vec<(Handle<Finding>, Fen)>,
}

/// A revision, what of money it moves, and the findings it opens.
pub(crate) struct Revised {
    pub revision: Revision,
    pub moved: Holding,
    pub findings: Vec<NewFinding>,
    /// The award if the payment is, or was, paid in doubt: with its instalment paid otherwise as well, or for a day on which its person
    /// is no student. And what is to be recovered of it.
    pub touched: Vec<Touched>,
}

/// What is to change if a payment is, and what was told of it is, other than before.
pub(crate) fn revise(
    state: &State,
    id: Uuid,
    (order_before, before): (Option<&Order>, &[ResultFact]),
    (order, facts): (Option<&Order>, Vec<ResultFact>),
) -> Revised {
    let expected = |order: Option<&Order>| order.map(Order::expected);
    let was = reckon(expected(order_before), before);
    let now = reckon(expected(order), &facts);
    let (held_before, gone_before) = holding(state, order_before, before, &was);
    let (held, mut surrendered) = holding(state, order, &facts, &now);
    surrendered.extend(gone_before.into_iter().map(|(line, fen)| (line, -fen)));
    let suspended = |facts: &[ResultFact], reckoned: &Reckoned| {
        let open = facts.iter().zip(&reckoned.roles).filter(|(fact, role)| is_credit_item(fact, **role));
        i64::try_from(open.count()).unwrap_or(i64::MAX)
    };
    let owned = |order: Option<&Order>, count: i64| if order.is_some() { count } else { 0 };
    let delta = owned(order, suspended(&facts, &now)) - owned(order_before, suspended(before, &was));
    let in_doubt = |order: Option<&Order>, held: usize| {
        order.is_some_and(|order| held + usize::from(order.paid_otherwise) > 1 || (held > 0 && order.out_of_study))
    };
    let doubtful = in_doubt(order, now.held.len()) || in_doubt(order_before, was.held.len());
    let award = order.filter(|_| doubtful).map(|order| Touched::Award(state.awards.get(order.award).id));
    let cleared = is_cleared(before) || is_cleared(&facts);
    let looked_at = (cleared || debt_change::is_recovered(state, id)).then_some(Touched::Result(id));
    let dated = early(order_before, before).chain(early(order, &facts)).next().map(|_| Touched::Decided(id));
    let mut touched: Vec<Touched> = award.into_iter().chain(looked_at).chain(dated).collect();
    let (mut moved, mut debts) = (held.without(held_before), Vec::new());
    for of_it in recovered(state, id, order, (&facts, &now)) {
        moved.add(of_it.moved);
        touched.push(Touched::Debt(of_it.change.id()));
        debts.push(of_it.change);
    }
    let mut revision = Revision {
        id,
        payout: order.map(|order| order.payout).into(),
        facts,
        reckoned: now,
        surrendered,
        suspended: delta,
        debts,
        ended: Vec::new(),
        restated: Vec::new(),
    };
    let findings = revision.items(state, order);
    // A fact that left takes its finding with it.
    let stays = |fact: &ResultFact| revision.facts.iter().any(|other| other.entry == fact.entry);
    let left = before.iter().filter(|fact| !stays(fact)).filter_map(|fact| fact.item.handle());
    let left: Vec<_> = left.collect();
    revision.ended.extend(left);
    Revised { revision, moved, findings, touched }
}

/// What is to be recovered of a payment, as it stands paid then.
fn recovered(
    state: &State,
    id: Uuid,
    order: Option<&Order>,
    (facts, reckoned): (&[ResultFact], &Reckoned),
) -> Vec<DebtDecided> {
    let Some(order) = order.filter(|_| debt_change::is_recovered(state, id)) else { return Vec::new() };
    let pieces = reckoned.held.iter().flat_map(|place| order.pieces_of(state, &facts[*place])).collect();
    debt_change::restated(state, state.payouts.get(order.payout), pieces, None)
}

/// Whether a credit stands in suspense, so that its instalment must not be paid again.
fn is_credit_item(fact: &ResultFact, role: Role) -> bool {
    fact.what == BankWord::Credited && fact.fen.max(0) + fact.off > 0 && matches!(role, Role::Suspended(_))
}

/// What the facts hold on accounts, and what of them is surrendered by line.
fn holding(
    state: &State,
    order: Option<&Order>,
    facts: &[ResultFact],
    reckoned: &Reckoned,
) -> (Holding, Vec<(Handle<Line>, Fen)>) {
    let (mut held, mut surrendered) = (Holding::default(), Vec::new());
    let application = order.map_or(UNKNOWN_APPLICATION, |order| order.application);
    let unit = state.applications.get(application).unit;
    let of = |class| state.application_account(application, class);
    let of_unit = |class| state.org_account(unit, class);
    for (fact, role) in facts.iter().zip(&reckoned.roles) {
        let fen = fact.fen.max(0);
        match (role, fact.what) {
            (Role::Counts, BankWord::Credited) => held.moves(of(Class::Payee), of(Class::Transit), fen),
            (Role::Accepted | Role::Suspended(_), BankWord::Credited) => {
                held.moves(of(Class::Payee), of_unit(Class::Suspense), fen);
            }
            (Role::Suspended(_), BankWord::Returned) => {
                held.moves(of_unit(Class::Treasury), of_unit(Class::Suspense), fen);
            }
            (Role::Back(credit), _) => {
                let from = if credit.is_some() { Class::Payee } else { Class::Transit };
                held.moves(of_unit(Class::Treasury), of(from), fen);
                let pieces = order.map(|order| match credit {
                    Some(place) => order.pieces_of(state, &facts[*place]),
                    None => order.pieces(state),
                });
                let pieces = pieces.unwrap_or_default();
                restore(state, unit, fact.on, &pieces, &mut held, &mut surrendered);
            }
            _ => {}
        }
    }
    for fact in facts.iter().filter(|fact| fact.off != 0) {
        held.moves(state.org_account(fact.off_at, Class::Suspense), of_unit(Class::Suspense), fact.off);
    }
    if let Some(order) = order.filter(|order| order.paid_otherwise || !reckoned.held.is_empty()) {
        let roster = state.awards.get(order.award).roster;
        // What is owed no more was granted for as far as it is paid.
        let from = if order.ended { Class::Granted } else { Class::Owed };
        held.moves(state.roster_account(roster, Class::Settled), state.roster_account(roster, from), order.fen);
    }
    (held, surrendered)
}

/// A same-year return restores the lines it came from, a later one is due to finance: by the line's own year, as a payment accepted
/// out of suspense may be drawn from a line of a later year.
fn restore(
    state: &State,
    unit: Handle<Org>,
    on: Day,
    pieces: &[Piece],
    held: &mut Holding,
    surrendered: &mut Vec<(Handle<Line>, Fen)>,
) {
    for Piece { line, fen, .. } in pieces.iter().copied() {
        let spent = state.line_account(line, Class::Spent);
        if on.year() == state.lines.get(line).fiscal_year {
            held.moves(state.line_account(line, Class::Available), spent, fen);
        } else {
            held.moves(state.org_account(unit, Class::DueToFinance), spent, fen);
            surrendered.push((line, fen));
        }
    }
}

impl Revision {
    /// What calls for findings: those to be opened; what is no longer called for is closed, and what is with other money restated.
    fn items(&mut self, state: &State, order: Option<&Order>) -> Vec<NewFinding> {
        let application = order.map_or(UNKNOWN_APPLICATION, |order| order.application);
        let unit = state.applications.get(application).unit;
        let mut new = Vec::new();
        for (fact, role) in self.facts.iter().zip(&self.reckoned.roles) {
            let open = fact.item.handle().map(|at| (at, state.findings.get(at)));
            let called = called_for(fact, *role);
            match (called, open) {
                (Some((kind, fen)), Some((at, row))) if row.open && row.kind == kind && row.unit == unit => {
                    self.restated.push((at, fen));
                }
                (called, open) => {
                    self.ended.extend(open.map(|(at, _)| at));
                    let (payout, told_by, on) = (self.payout, Some(fact.entry), Some(fact.on));
                    let noted = Noted::Result(self.id);
                    let about =
                        |kind| NewFinding { payout, unit, told_by, on, noted, ..NewFinding::about(kind, self.id) };
                    new.extend(called.map(|(kind, fen)| NewFinding { fen, ..about(kind) }));
                }
            }
        }
        new
    }

    /// Whether one thing was told that simply counts, so that the payment itself can keep it.
    fn is_plain(&self, state: &State) -> bool {
        let apart = self.payout.handle().is_none_or(|payout| state.payouts.get(payout).results.is_some());
        let expected = |fact: &ResultFact| match self.reckoned.roles[0] {
            Role::Counts => fact.item.is_none() && fact.accepted.is_none(),
            Role::Back(None) => fact.item.is_none(),
            _ => false,
        };
        !apart && self.facts.len() == 1 && expected(&self.facts[0])
    }
}

/// The finding a fact calls for and what it holds in suspense; what was disposed of is no longer there.
fn called_for(fact: &ResultFact, role: Role) -> Option<(FindingKind, Fen)> {
    match role {
        Role::Suspended(kind) => {
            let fen = if fact.what == BankWord::Unknown { 0 } else { -fact.fen.max(0) } - fact.off;
            (fact.off == 0 || fen != 0).then_some((kind, fen))
        }
        // What is left beside the instalment.
        Role::Accepted => Some((FindingKind::AmountDiffers, -fact.fen.max(0) - fact.off)).filter(|(_, fen)| *fen != 0),
        _ => (fact.off != 0).then_some((FindingKind::ClearedInVain, -fact.off)),
    }
}

/// Makes the change; where the facts of the entry are kept then.
pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, mut revision: Revision) -> u32 {
    for debt in std::mem::take(&mut revision.debts) {
        debt_change::apply(state, entry, debt);
    }
    for finding in &revision.ended {
        state.findings.get_mut(*finding).open = false;
    }
    for (finding, fen) in &revision.restated {
        state.findings.get_mut(*finding).fen = *fen;
    }
    for (line, fen) in &revision.surrendered {
        let row = state.lines.get_mut(*line);
        row.surrendered += fen;
        row.last = entry.index;
    }
    let plain = revision.is_plain(state);
    let payout = revision.payout.handle();
    if let Some(payout) = payout {
        let row = state.payouts.get_mut(payout);
        (row.progress, row.reason, row.on) =
            (revision.reckoned.progress, revision.reckoned.reason, revision.reckoned.on);
        row.last = if plain { u64::from(revision.facts[0].entry) } else { entry.index };
        let (award, at) = (row.award, u32::from(row.instalment));
        let instalment = state.awards.get(award).instalments.plus(at);
        if revision.suspended != 0 {
            let row = state.instalments.get_mut(instalment);
            row.in_suspense = row.in_suspense.saturating_add_signed(i32::try_from(revision.suspended).unwrap_or(0));
        }
    }
    if !plain {
        let results = keep(state, entry, revision);
        if payout.is_none() {
            return ToldOf::Apart(results).number();
        }
    }
    payout.map_or(u32::MAX, |payout| ToldOf::Payout(payout).number())
}

/// Keeps facts apart, where they are more than one or do not simply count.
fn keep(state: &mut State, entry: &Entry<'_>, revision: Revision) -> Handle<Results> {
    let Revision { id, payout, facts, reckoned, .. } = revision;
    let paid = u32::try_from(reckoned.held.len()).unwrap_or(u32::MAX);
    // What came back was drawn with what it had been paid with.
    let last_back =
        reckoned.roles.iter().rev().find_map(|role| if let Role::Back(credit) = role { *credit } else { None });
    let returned = last_back.filter(|_| reckoned.held.is_empty());
    let drawn = reckoned.held.iter().copied().chain(returned).map(|place| &facts[place]);
    let drawn = drawn.map(|fact| (fact.accepted, fact.accepted_count)).collect();
    let row = Results { id, facts, paid, drawn, last: entry.index };
    match state.results.find(id) {
        Some(at) => {
            *state.results.get_mut(at) = row;
            at
        }
        None => {
            let at = state.results.push(row);
            if let Some(payout) = payout.handle() {
                tie(state, payout, at);
            }
            at
        }
    }
}

/// A payment is known by what is kept apart of it, and so is its application.
pub(crate) fn tie(state: &mut State, payout: Handle<Payout>, results: Handle<Results>) {
    let row = state.payouts.get_mut(payout);
    row.results = results.into();
    let application = row.application;
    state.applications.get_mut(application).told.push(payout);
}

/// The finding a fact called for was opened.
pub(crate) fn note(state: &mut State, id: Uuid, entry: Handle<Seen>, finding: Handle<Finding>) {
    let Some(at) = state.results.find(id) else { return };
    let row = state.results.get_mut(at);
    if let Some(fact) = row.facts.iter_mut().find(|fact| fact.entry == entry) {
        fact.item = finding.into();
    }
}

/// A person's instalment is paid twice where two of its payments, or two credits of one, stand paid. Each credit but the first calls for it:
/// by day, of one day by payment.
pub(crate) fn paid_twice<'a>(state: &'a State, award: &'a Award) -> impl Iterator<Item = Wanted> + use<'a> {
    let count = u32::try_from(state.rosters.get(award.roster).due.len()).unwrap_or(0);
    award.instalments.run(count).flat_map(move |instalment| {
        let chain = || state.payouts.chain(state.instalments.get(instalment).payout, |row| row.reissue_of);
        let mut paid: Vec<_> = if chain().map(|(_, row)| state.times_paid(row)).sum::<u32>() > 1 {
            chain().flat_map(|(_, row)| paying(state, row)).collect()
        } else {
            Vec::new()
        };
        paid.sort_by_key(|(on, payment, _)| (*on, *payment));
        paid.into_iter().skip(1).map(|(on, _, entry)| (FindingKind::PaidTwice, Some((entry.into(), on))))
    })
}

/// The credits that pay a payment and did not come back, in their order: the day, the payment and the entry that told it.
fn paying(state: &State, row: &Payout) -> Vec<(Day, Uuid, Handle<Seen>)> {
    if state.times_paid(row) == 0 {
        return Vec::new();
    }
    let facts = state.told_of(row);
    let held = reckon(Some(Expected { fen: row.fen, sent: sent_on(state, row).is_some() }), &facts).held;
    held.into_iter().map(|place| (facts[place].on, row.id, facts[place].entry)).collect()
}
