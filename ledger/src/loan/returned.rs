//! What lenders give back of claim lines, as a function of all they told: as much counts as a line was granted beyond what its
//! days bear, whichever was known first; the rest stands in suspense. Telling, taking back, and whatever changes what the line's
//! days bear are the same call, and the difference to what was held is posted.

use super::payers::{part_of, province_of, split_part};
use super::position::Position;
use super::restored::{self, Restored, shared};
use crate::account::Class;
use crate::change::{Change, NewFinding, Noted};
use crate::difference::Holding;
use crate::entry::Entry;
use crate::finding::FindingKind;
use crate::handle::{Handle, Link};
use crate::money::{Day, Fen};
use crate::state::State;
use crate::state::claim_rows::{Added, ReturnedShare};
use crate::state::entry_rows::Seen;
use crate::state::lending_rows::{Claim, ClaimLine};
use crate::state::returned_rows::{GivenBack, ReturnFact, ReturnTold, Returned, ReturnsRevision, told};
use crate::state::rows::Finding;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What a loan comes to changed, and with it what counts of what was given back.
pub(crate) fn follow<A>(state: &State, on: Day, loan: Uuid, after: &Position, change: &mut Change<A>) {
    let told = told(state, loan);
    if !told.is_empty() {
        revise(state, on, loan, told, &after.returned, change);
    }
}

/// Adds to a change what is to be if these are the facts, and so much counts at lines.
pub(crate) fn revise<A>(
    state: &State,
    on: Day,
    loan: Uuid,
    mut facts: Vec<ReturnTold>,
    counted: &[(GivenBack, Fen)],
    change: &mut Change<A>,
) {
    let before = told(state, loan);
    allot(state, &mut facts, counted);
    if facts == before {
        return;
    }
    let mut held = holding(state, &facts).without(holding(state, &before));
    let mut claims = Vec::new();
    let mut surrendered = Vec::new();
    for (claim, now) in claims_now(state, &before, &facts) {
        let row = state.claims.get(claim);
        let [was, is]: [Vec<Restored>; 2] = [&row.returned, &now].map(|shares| restored::of(state, row, shares));
        held.add(restored::holding(state, &is).without(restored::holding(state, &was)));
        surrendered.extend(restored::surrendered(&is, 1).chain(restored::surrendered(&was, -1)));
        claims.push((claim, now));
    }
    change.postings.extend(held.postings(state, on));
    let mut lines: BTreeMap<Handle<ClaimLine>, Fen> = BTreeMap::new();
    let lost = before.iter().filter_map(|fact| find(state, loan, fact)).map(|line| (line, 0));
    lines.extend(lost);
    lines.extend(counted.iter().filter_map(|(of, fen)| Some((of.line()?, *fen))));
    let stays = |fact: &ReturnTold| facts.iter().any(|other| other.entry == fact.entry);
    let ended = before.iter().filter(|fact| !stays(fact)).filter_map(|fact| fact.item.handle()).collect();
    let (lines, restated) = (lines.into_iter().collect(), Vec::new());
    let mut revision = ReturnsRevision { id: loan, facts: Vec::new(), lines, claims, surrendered, ended, restated };
    change.findings.extend(revision.items(state, &mut facts));
    revision.facts = facts.into_iter().map(|told| told.fact).collect();
    change.returns = Some(Box::new(revision));
}

/// The line of a loan that a fact names, if it is there. A claim's lines are chained from its latest back.
fn find(state: &State, loan: Uuid, fact: &ReturnFact) -> Option<Handle<ClaimLine>> {
    let (_, claim) = state.claims.by_id(fact.claim)?;
    let mut lines = state.claim_lines.chain(claim.last_line, |line| line.before_of_claim);
    lines.find(|(_, line)| line.number == fact.line && line.loan_id == loan).map(|(at, _)| at)
}

/// What counts at a line is the first that was given back of it.
fn allot(state: &State, facts: &mut [ReturnTold], counted: &[(GivenBack, Fen)]) {
    let mut left = counted.to_vec();
    for fact in facts {
        let of_it = |(of, _): &&mut (GivenBack, Fen)| of.named(state) == (fact.claim, fact.line);
        let (line, counts) = match left.iter_mut().find(of_it) {
            Some((of, left)) => {
                let counts = fact.left().min(*left);
                *left -= counts;
                (of.line(), counts)
            }
            None => (None, 0),
        };
        if counts != fact.counted {
            fact.counted = counts;
            fact.shares = line.map_or_else(Vec::new, |line| shares(state, line, fact.on.year(), counts));
        }
    }
}

/// Whose an amount of a line is: of those who owe it, by what each part of it came to.
fn shares(state: &State, line: Handle<ClaimLine>, year: u16, fen: Fen) -> Vec<ReturnedShare> {
    let row = state.claim_lines.get(line);
    let claim = state.claims.get(row.claim);
    let kind = state.portfolios.get(claim.portfolio).kind;
    let parts = row.added.iter().map(|added| match added {
        Added::Placed(part) => *part,
        Added::Unplaced(school, academic_year, fen) => part_of(state.orgs.get(*school), *academic_year, *fen),
    });
    let parts: Vec<_> = parts.collect();
    let weights: Vec<Fen> = parts.iter().map(|part| part.fen).collect();
    let mut shares: Vec<ReturnedShare> = Vec::new();
    for (mut part, fen) in parts.into_iter().zip(shared(fen, &weights)) {
        part.fen = fen;
        for (payer, fen) in split_part(state, kind, claim.what, &part) {
            add(&mut shares, &ReturnedShare { payer, province: province_of(payer, &part), year, fen }, 1);
        }
    }
    shares
}

fn add(shares: &mut Vec<ReturnedShare>, new: &ReturnedShare, times: Fen) {
    let fen = times * new.fen;
    match shares.binary_search_by_key(&new.key(), ReturnedShare::key) {
        Ok(at) => shares[at].fen += fen,
        Err(at) => shares.insert(at, ReturnedShare { fen, ..*new }),
    }
    shares.retain(|share| share.fen != 0);
}

/// What came back of each claim that is other than before.
fn claims_now(
    state: &State,
    before: &[ReturnTold],
    facts: &[ReturnTold],
) -> BTreeMap<Handle<Claim>, Vec<ReturnedShare>> {
    let mut claims: BTreeMap<Handle<Claim>, Vec<ReturnedShare>> = BTreeMap::new();
    for (fact, times) in before.iter().map(|fact| (fact, -1)).chain(facts.iter().map(|fact| (fact, 1))) {
        let Some(claim) = state.claims.find(fact.claim) else { continue };
        let shares = claims.entry(claim).or_insert_with(|| state.claims.get(claim).returned.clone());
        fact.shares.iter().for_each(|share| add(shares, share, times));
    }
    claims.retain(|claim, shares| state.claims.get(*claim).returned != *shares);
    claims
}

/// The cash came in, whatever we make of it: what counts takes back what was remitted.
fn holding(state: &State, facts: &[ReturnTold]) -> Holding {
    let mut held = Holding::default();
    for fact in facts {
        let of_unit = |class| state.org_account(fact.unit, class);
        let (treasury, suspense) = (of_unit(Class::Treasury), of_unit(Class::Suspense));
        held.moves(treasury, suspense, fact.came_in() - fact.counted);
        if let Some((_, claim)) = state.claims.by_id(fact.claim) {
            let portfolio = state.portfolios.get(claim.portfolio);
            held.moves(treasury, State::account_at(portfolio.accounts, Class::Remitted), fact.counted);
        } else {
            // No line of this ledger paid it, and none remitted it: what was paid before it comes back.
            held.moves(treasury, of_unit(Class::PaidBefore), fact.counted);
            held.moves(of_unit(Class::DueToFinance), of_unit(Class::SurrenderSource), fact.counted);
        }
    }
    held
}

impl ReturnsRevision {
    /// What stands in suspense calls for findings: those to be opened; what is no longer called for is closed, and what is with other
    /// money restated.
    fn items(&mut self, state: &State, facts: &mut [ReturnTold]) -> Vec<NewFinding> {
        let mut new = Vec::new();
        for fact in facts {
            let (fen, open) = (fact.counted - fact.came_in() - fact.off.fen, fact.item.handle());
            let kind = fact.off.called(FindingKind::OverReturned, fen);
            if let Some(at) = open.filter(|at| fen != 0 && state.findings.get(*at).kind == kind) {
                self.restated.push((at, fen));
                continue;
            }
            self.ended.extend(open);
            fact.item = Link::NONE;
            if fen != 0 {
                let (unit, told_by, on) = (fact.unit, Some(fact.entry), Some(fact.on));
                let (about, noted) = (NewFinding::about(kind, self.id), Noted::Returned(self.id));
                new.push(NewFinding { fen, unit, told_by, on, noted, ..about });
            }
        }
        new
    }
}

/// Makes the change.
pub(crate) fn apply(state: &mut State, entry: &Entry<'_>, revision: ReturnsRevision) {
    let ReturnsRevision { id, facts, lines, claims, surrendered, ended, restated } = revision;
    ended.into_iter().for_each(|finding| state.findings.get_mut(finding).open = false);
    restated.into_iter().for_each(|(finding, fen)| state.findings.get_mut(finding).fen = fen);
    for (line, fen) in lines {
        state.claim_lines.get_mut(line).returned = fen;
    }
    for (claim, returned) in claims {
        let row = state.claims.get_mut(claim);
        (row.returned, row.last) = (returned, entry.index);
    }
    for (line, fen) in surrendered {
        let row = state.lines.get_mut(line);
        (row.surrendered, row.last) = (row.surrendered + fen, entry.index);
    }
    let at = open(state, entry.index, id);
    let row = state.returned.get_mut(at);
    (row.facts, row.last) = (facts, entry.index);
}

/// Where what was given back of a loan's lines is kept.
pub(crate) fn open(state: &mut State, index: u64, id: Uuid) -> Handle<Returned> {
    state.returned.find(id).unwrap_or_else(|| state.returned.push(Returned { id, facts: Vec::new(), last: index }))
}

/// The finding a fact called for was opened.
pub(crate) fn note(state: &mut State, id: Uuid, entry: Handle<Seen>, finding: Handle<Finding>) {
    let Some(at) = state.returned.find(id) else { return };
    if let Some(fact) = state.returned.get_mut(at).facts.iter_mut().find(|fact| fact.entry == entry) {
        fact.item = finding.into();
    }
}
