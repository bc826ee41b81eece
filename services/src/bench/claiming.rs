//! A claim file of the benchmark: the lender's own figures for the quarter, with errors planted whose number and kind
//! are known. What the ledger disputes must be these lines and no others.

use super::history::id;
use super::lending::{Agreed, centre, lender, loan_id, quarter};
use anyhow::{Context, ensure};
use bytes::Bytes;
use ledger::event::{ClaimFor, ClaimLineAdded, ClaimSubmitted, Event, Kind, LoanKind, SetSealed};
use ledger::loan::walk::Walk;
use ledger::money::{Day, Fen};
use ledger::set::link;
use ledger::state::State;
use ledger::state::claim_rows::Verdict;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Every so manieth line is wrong.
const WRONG_EVERY: u32 = 97;

/// What the wrong lines are to be disputed for, in turn.
const PLANTED: [Verdict; 7] = [
    Verdict::WrongAmount,
    Verdict::WrongDays,
    Verdict::WrongRate,
    Verdict::WrongPrincipal,
    Verdict::UnknownLoan,
    Verdict::ClaimedTwice,
    Verdict::WaivedDays,
];

/// A claim ready to be sent.
pub struct ClaimFile {
    /// Submitted, lines, sealed: in this order.
    pub events: Vec<Bytes>,
    /// The wrong lines by number, with what they are to be disputed for.
    pub planted: BTreeMap<u32, Verdict>,
}

/// Makes the claim for `lines` campus loans in study among the first `loans`.
pub fn claim_file(state: &State, loans: u64, lines: u32) -> anyhow::Result<ClaimFile> {
    let campus = || (0..loans).filter(|loan| Agreed::of(*loan).kind == LoanKind::Campus);
    let mut studying = campus().filter(|loan| !Agreed::of(*loan).has_graduated());
    let mut graduated = campus().filter(|loan| Agreed::of(*loan).has_graduated());
    let mut file = Writing { events: Vec::new(), hash: [0; 32], fen: 0 };
    let mut planted = BTreeMap::new();
    let mut before = None;
    file.say(Kind::ClaimSubmitted(submitted()));
    for number in 1..=lines {
        let mut line = line(state, number, studying.next().context("too few loans for that many claim lines")?)?;
        if number % WRONG_EVERY == 0 {
            let wrong = PLANTED[(number / WRONG_EVERY) as usize % PLANTED.len()];
            spoil(&mut line, wrong, before.as_ref());
            if wrong == Verdict::WaivedDays {
                line.loan = loan_id(graduated.next().context("too few graduates for the planted errors")?);
                let (ours, _) = figures(state, line.loan)?;
                (line.principal, line.rate_ppm) = (ours.principal, ours.rate_ppm);
            }
            planted.insert(number, wrong);
        }
        before = Some(line.clone());
        file.line(line);
    }
    let (fen, hash) = (file.fen, file.hash);
    file.say(Kind::ClaimSealed(SetSealed { set: claim(), count: lines, fen, hash }));
    Ok(ClaimFile { events: file.events, planted })
}

/// The lines the ledger disputes, and what for.
pub fn disputed(state: &State) -> anyhow::Result<BTreeMap<u32, Verdict>> {
    let (_, row) = state.claims.by_id(claim()).context("the claim is not known")?;
    let mut disputed = BTreeMap::new();
    for (_, line) in state.claim_lines.chain(row.last_line, |line| line.before_of_claim) {
        if !line.verdict.confirms() {
            disputed.insert(line.number, line.verdict);
        }
    }
    Ok(disputed)
}

fn claim() -> Uuid {
    id("claim", 0)
}

fn submitted() -> ClaimSubmitted {
    let (from, through) = quarter();
    let (number, kind, what) = ("2025-1".to_owned(), LoanKind::Campus, ClaimFor::Subsidy);
    ClaimSubmitted {
        claim: claim(),
        number,
        lender: lender(),
        kind,
        what,
        from,
        through,
        unit: centre(),
        supplementary: false,
        replaces: None,
    }
}

fn line(state: &State, number: u32, loan: u64) -> anyhow::Result<ClaimLineAdded> {
    let loan = loan_id(loan);
    let (figures, days) = figures(state, loan)?;
    ensure!(figures.fen > 0 && days > 0, "a loan in study without subsidy");
    Ok(ClaimLineAdded { number, days, ..figures })
}

/// What the lender's own books have for a loan and the quarter, and the days subsidised.
fn figures(state: &State, loan: Uuid) -> anyhow::Result<(ClaimLineAdded, u32)> {
    let (from, through) = quarter();
    let (_, row) = state.loans.by_id(loan).context("the loan is not known")?;
    let walk = Walk::new(state, row, &row.facts).ok().context("the loan has no terms")?;
    let [before, after] = walk.sums([from.plus(-1), through], |_| {}).ok().context("the loan has no rate")?;
    let fen = after.interest.subsidy - before.interest.subsidy;
    let (principal, rate_ppm) = (Fen::try_from(after.principal)?, after.rate_ppm);
    let days = after.subsidy_days - before.subsidy_days;
    Ok((ClaimLineAdded { claim: claim(), number: 0, loan, principal, rate_ppm, days, fen }, days))
}

/// Makes a line wrong: what it claims fits what it says, but what it says is not so.
fn spoil(line: &mut ClaimLineAdded, wrong: Verdict, before: Option<&ClaimLineAdded>) {
    match wrong {
        Verdict::WrongAmount => line.fen += 1,
        Verdict::WrongDays => (line.days, line.fen) = (line.days + 1, line.fen + line.fen / 90 + 1),
        Verdict::WrongRate => (line.rate_ppm, line.fen) = (line.rate_ppm + 3_000, line.fen + line.fen / 10 + 1),
        Verdict::WrongPrincipal => (line.principal, line.fen) = (line.principal + 100_000, line.fen * 2),
        Verdict::UnknownLoan => line.loan = id("unknown-loan", line.number.into()),
        Verdict::ClaimedTwice => {
            if let Some(before) = before {
                *line = ClaimLineAdded { number: line.number, ..before.clone() };
            }
        }
        _ => {}
    }
}

/// Encodes events and keeps sum and chain of the lines.
struct Writing {
    events: Vec<Bytes>,
    hash: [u8; 32],
    fen: Fen,
}

impl Writing {
    fn say(&mut self, kind: Kind) {
        self.events.push(Bytes::from(proto::event::encode(&Event::said(day(), kind))));
    }

    fn line(&mut self, line: ClaimLineAdded) {
        self.fen += line.fen;
        self.say(Kind::ClaimLineAdded(line));
        if let Some(bytes) = self.events.last() {
            self.hash = link(&self.hash, bytes);
        }
    }
}

/// The day the claim comes in, soon after the quarter.
fn day() -> Day {
    quarter().1.plus(10)
}
