//! The second model of claims: who has each loan-day, day by day, and what each line was granted beyond what its days bear.
//! It takes from the ledger only what was decided of a line when it came, and computes what that comes to now by itself.

use super::book::Book;
use super::reckon::{Reckoning, reckon};
use crate::desk::say;
use ledger::event::loan_terms::ClaimRounding;
use ledger::event::{ClaimFor, ClaimLineAdded, ClaimedBefore, Event, Kind};
use ledger::handle::Handle;
use ledger::loan::rates::terms_on;
use ledger::money::{Day, Fen};
use ledger::state::State;
use ledger::state::claim_rows::Verdict;
use ledger::state::lending_rows::{ClaimLine, Loan};
use uuid::Uuid;

/// What one line may say.
const MAX: Fen = 100_000_000_000;

/// A line with its days and what it comes to.
#[derive(Clone, Debug)]
pub struct LineModel {
    /// Which.
    pub at: Option<Handle<ClaimLine>>,
    what: ClaimFor,
    from: Day,
    through: Day,
    supplementary: bool,
    stands: bool,
    by_period: bool,
    /// Claimed before the ledger, and nobody says how much.
    closed: bool,
    money: Fen,
    /// What was told given back of it, and how much of that counts.
    told: Fen,
    pub returned: Fen,
    set_off: Fen,
    /// Interest of its days.
    pub value: Fen,
    /// The same by rounded sums.
    due: Fen,
    /// How much of it is paid.
    pub paid: Fen,
    /// What it was granted beyond.
    pub over: Fen,
}

impl LineModel {
    /// What was granted for it before the ledger and did not come back, if it is of then.
    #[must_use]
    pub fn before(&self) -> Option<Fen> {
        self.at.is_none().then_some(self.money - self.returned)
    }

    /// Interest of its days that nobody was granted.
    #[must_use]
    pub fn under(&self) -> Fen {
        self.value - self.paid
    }
}

/// What the claims of a loan come to, through the day to which its interest is posted.
#[derive(Clone, Debug, Default)]
pub struct Claims {
    /// Oldest first.
    pub lines: Vec<LineModel>,
    /// By kind: what is not due any more, as it was confirmed.
    pub confirmed: [Fen; 2],
    /// What is to be given back or set off.
    pub over: Fen,
}

/// Computes them.
#[must_use]
pub fn claims(state: &State, book: &Book, id: Uuid) -> Claims {
    let Some((_, loan)) = state.loans.by_id(id) else { return Claims::default() };
    let chain = state.claim_lines.chain(loan.last_claim_line, |line| line.before_of_loan);
    let held = chain.filter(|(_, row)| row.verdict.confirms() || granted(state, row) > 0);
    let mut lines: Vec<LineModel> = held.map(|(at, row)| line(state, (book, id), loan, at, row)).collect();
    lines.extend(before(book, id));
    lines.reverse();
    if !lines.is_empty() {
        worth(&mut lines, &reckon(book, id, loan.through));
    }
    for line in &mut lines {
        if line.closed {
            line.money = line.value;
        }
        line.paid = line.money.min(line.value);
        line.over = line.money - line.paid;
    }
    for at in (0..lines.len()).filter(|at| lines[*at].supplementary && lines[*at].stands).collect::<Vec<_>>() {
        while lines[at].over > 0 && pay_one(&mut lines, at) {
            lines[at].over -= 1;
        }
    }
    for at in (0..lines.len()).filter(|at| lines[*at].stands).collect::<Vec<_>>() {
        // Fen by fen, from the oldest line that has too much.
        for _ in 0..lines[at].set_off {
            let Some(from) = (0..at).find(|from| lines[*from].over > 0) else { break };
            if !pay_one(&mut lines, at) {
                break;
            }
            lines[from].over -= 1;
        }
    }
    for line in &mut lines {
        while line.over > 0 && line.returned < line.told {
            (line.over, line.returned) = (line.over - 1, line.returned + 1);
        }
    }
    let mut claims = Claims { lines, ..Claims::default() };
    for line in &claims.lines {
        let rounded = if line.paid == line.value { line.value - line.due } else { (line.paid - line.due).max(0) };
        claims.confirmed[line.what as usize] += line.paid - rounded;
        claims.over += line.over;
    }
    claims
}

/// What was granted for a line that was taken back goes with the approval of its claim, if that was taken back after it.
#[must_use]
pub fn granted(state: &State, row: &ClaimLine) -> Fen {
    let gone = row.verdict == Verdict::Withdrawn && row.withdrawn < state.claims.get(row.claim).unapproved;
    if gone { 0 } else { row.granted }
}

fn line(state: &State, (book, id): (&Book, Uuid), loan: &Loan, at: Handle<ClaimLine>, row: &ClaimLine) -> LineModel {
    let claim = state.claims.get(row.claim);
    let terms = state.loan_rules().and_then(|rules| terms_on(rules, loan.kind, claim.through));
    LineModel {
        at: Some(at),
        closed: false,
        what: claim.what,
        from: claim.from,
        through: claim.through,
        supplementary: claim.supplementary,
        stands: row.verdict.confirms() && claim.portfolio == loan.portfolio,
        by_period: terms.is_some_and(|terms| terms.claim_rounding == ClaimRounding::Period),
        money: granted(state, row),
        told: book.returned(id, claim.id, row.number),
        returned: 0,
        set_off: row.set_off,
        value: 0,
        due: 0,
        paid: 0,
        over: 0,
    }
}

/// What was claimed before the ledger, of the lender and kind of the contract: before all lines, whenever it was told. Latest first.
fn before(book: &Book, id: Uuid) -> Vec<LineModel> {
    let Some((contract, (_, signed))) = book.loans.get(&id).and_then(|loan| Some((loan, loan.signed.as_ref()?))) else {
        return Vec::new();
    };
    let told = contract.counting().filter_map(|(_, _, kind)| match kind {
        Kind::ClaimedBefore(e) if (e.lender, e.kind) == (signed.lender, signed.kind) => Some(e),
        _ => None,
    });
    let line = |e: &ClaimedBefore| LineModel {
        at: None,
        what: e.what,
        from: Day::default(),
        through: e.through,
        supplementary: false,
        stands: true,
        by_period: false,
        closed: e.fen == 0,
        money: e.fen,
        told: book.returned_before(id, e.what),
        returned: 0,
        set_off: 0,
        value: 0,
        due: 0,
        paid: 0,
        over: 0,
    };
    told.map(line).collect()
}

/// Every day is the first line's that asks for it; what that line's days bear, run by run.
fn worth(lines: &mut [LineModel], reckoning: &Reckoning) {
    for what in [ClaimFor::Subsidy, ClaimFor::Waiver] {
        let mut before = 0;
        let mut run: Option<(usize, i128)> = None;
        let mut exact = vec![0; lines.len()];
        for (day, parts) in &reckoning.course {
            let has = |line: &LineModel| line.stands && !line.supplementary && line.what == what;
            let owner = lines.iter().position(|line| has(line) && line.from <= *day && *day <= line.through);
            if run.map(|(owner, _)| owner) != owner {
                if let Some((owner, from)) = run {
                    lines[owner].due += reckoning.fen(before) - reckoning.fen(from);
                }
                run = owner.map(|owner| (owner, before));
            }
            let now = [parts.subsidy, parts.waiver][what as usize];
            if let Some(owner) = owner {
                exact[owner] += now - before;
            }
            before = now;
        }
        if let Some((owner, from)) = run {
            lines[owner].due += reckoning.fen(before) - reckoning.fen(from);
        }
        for (line, exact) in lines.iter_mut().zip(exact).filter(|(line, _)| line.what == what) {
            line.value = if line.by_period { reckoning.fen(exact) } else { line.due };
        }
    }
}

/// One fen for the days a line is about, if they still bear one.
fn pay_one(lines: &mut [LineModel], at: usize) -> bool {
    let (what, from, through, supplementary) =
        (lines[at].what, lines[at].from, lines[at].through, lines[at].supplementary);
    let about = |(other, row): &(usize, &LineModel)| {
        if supplementary {
            !row.supplementary && row.what == what && row.from <= through && from <= row.through
        } else {
            *other == at
        }
    };
    let found = lines.iter().enumerate().filter(about).find(|(_, row)| row.under() > 0).map(|(other, _)| other);
    found.into_iter().for_each(|other| lines[other].paid += 1);
    found.is_some()
}

/// The same line with the ledger's own figures, so that histories get past their claims.
#[must_use]
pub fn right_line(state: &State, on: Day, line: &ClaimLineAdded) -> Option<ClaimLineAdded> {
    let mut asked = state.clone();
    let (_, claim) = state.claims.by_id(line.claim)?;
    let number = claim.set.count + 1;
    let event = Event::said(on, Kind::ClaimLineAdded(ClaimLineAdded { number, fen: 1, ..line.clone() }));
    let _ = say(&mut asked, "问", &event).ok()?;
    let (_, row) = asked.claim_lines.iter().last().filter(|_| asked.claim_lines.len() > state.claim_lines.len())?;
    // Asked with the right days, principal and rate are those of the last of them.
    let days = row.our_days;
    let mut asked = state.clone();
    let event = Event::said(on, Kind::ClaimLineAdded(ClaimLineAdded { number, days, fen: 1, ..line.clone() }));
    let _ = say(&mut asked, "问", &event).ok()?;
    let (_, row) = asked.claim_lines.iter().last()?;
    let (principal, rate_ppm, fen) = (row.our_principal.min(MAX), row.our_rate_ppm, row.our_fen.clamp(1, MAX));
    Some(ClaimLineAdded { principal, rate_ppm, days, fen, ..line.clone() })
}
