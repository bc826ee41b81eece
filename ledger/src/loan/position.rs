//! What a loan's flows should be, given its facts, its claim lines and how far its interest is posted.

use super::claimed::{AtMarks, ClaimSums, Lines, Worth};
use super::counting::counting;
use super::fact_list::Facts;
use super::loss::Trail;
use super::owed::{Owed, Paid};
use super::walk::Walk;
use crate::event::{Allocation, Interest};
use crate::money::{Day, Fen, held};
use crate::state::State;
use crate::state::flows::{Flow, Flows};
use crate::state::fund_rows::Loss;
use crate::state::lending_rows::{Loan, What};
use crate::state::returned_rows::GivenBack;

/// What should stand of a loan: its flows, what became of what was written off, and what counts of what was given back of lines.
pub(crate) struct Position {
    pub flows: Flows,
    pub losses: Vec<Loss>,
    pub returned: Vec<(GivenBack, Fen)>,
}

/// The position of a loan with these facts, interest through a day, and these claim lines.
///
/// Facts from before the contract do not count. Without contract, terms or rate nothing is known of interest; the principal is as it was reported.
#[must_use]
pub(crate) fn target<'a>(
    state: &'a State,
    loan: &'a Loan,
    facts: impl Into<Facts<'a>>,
    through: Day,
    lines: &Lines,
) -> Position {
    let facts = counting(loan, facts);
    let whole = Walk::new(state, loan, facts).and_then(|walk| walk.whole(lines.marks(&[through])));
    match whole {
        Ok((reckoned, paid, trail)) => {
            let interest = reckoned.at(through).rounded(reckoned.parts());
            let outcomes = lines.outcomes(Some(&reckoned));
            let (sums, returned) = (lines.sums(&outcomes), lines.returned(&outcomes));
            Position { flows: flows(facts, interest, paid, sums), losses: trail.losses(), returned }
        }
        Err(_) => {
            let (paid, trail) = plainly_paid(facts);
            let outcomes = lines.outcomes(None);
            let (sums, returned) = (lines.sums(&outcomes), lines.returned(&outcomes));
            Position { flows: flows(facts, Interest::default(), paid, sums), losses: trail.losses(), returned }
        }
    }
}

/// What each claim line of a loan comes to, by its days through the last one posted or claimed.
#[must_use]
pub fn outcomes(state: &State, loan: &Loan, lines: &Lines, through: Day) -> Vec<Worth> {
    let whole = Walk::new(state, loan, &loan.facts).and_then(|walk| walk.whole(lines.marks(&[through])));
    let reckoned: Option<AtMarks> = whole.ok().map(|(reckoned, _, _)| reckoned);
    lines.outcomes(reckoned.as_ref())
}

/// The flows of facts whose interest and payments a walk has summed up.
pub(super) fn flows(facts: Facts<'_>, interest: Interest, paid: Paid, claimed: ClaimSums) -> Flows {
    let mut flows = Flows::default();
    let (mut drawn, written_off, recovered) = (0, paid.written_off, paid.recovered);
    for fact in facts.iter() {
        match fact.what {
            What::Drawn(fen) => drawn += i128::from(fen),
            What::DrawReturned(fen) => drawn -= i128::from(fen),
            _ => {}
        }
    }
    let paid = paid.allocation();
    let overpaid = (i128::from(paid.principal) + written_off - drawn).max(0);
    // What is beyond what is open is first of the loss; only what exceeds that too is owed back.
    let on_loss = overpaid.min(written_off - recovered).max(0);
    flows[Flow::Drawn] = held(drawn);
    flows[Flow::WrittenOff] = held(written_off);
    flows[Flow::Recovered] = held(recovered + on_loss);
    flows[Flow::PrincipalOverpaid] = held(overpaid - on_loss);
    flows[Flow::PrincipalPaid] = paid.principal.saturating_sub(held(overpaid));
    flows[Flow::Subsidy] = interest.subsidy;
    flows[Flow::Waiver] = interest.waiver;
    flows[Flow::Interest] = interest.borrower;
    flows[Flow::Penalty] = interest.penalty;
    part(&mut flows, interest.borrower, paid.interest, Flow::InterestPaid, Flow::InterestOverpaid);
    part(&mut flows, interest.penalty, paid.penalty, Flow::PenaltyPaid, Flow::PenaltyOverpaid);
    [flows[Flow::SubsidyConfirmed], flows[Flow::WaiverConfirmed]] = claimed.confirmed;
    [flows[Flow::SubsidyOverclaimed], flows[Flow::WaiverOverclaimed]] = claimed.over;
    flows[Flow::ClaimRounded] = claimed.rounded;
    flows
}

/// Of what was paid, as much as was owed counts; the rest was paid without owing it.
fn part(flows: &mut Flows, owed: Fen, paid: Fen, counts: Flow, beyond: Flow) {
    flows[counts] = paid.min(owed);
    flows[beyond] = paid.saturating_sub(flows[counts]);
}

/// Whether more was granted for claim lines than their days bear.
pub(crate) fn is_overclaimed(flows: &Flows) -> bool {
    flows[Flow::SubsidyOverclaimed] > 0 || flows[Flow::WaiverOverclaimed] > 0
}

/// What was paid, written off and lost where nothing is known of interest: an unallocated payment pays principal.
fn plainly_paid(facts: Facts<'_>) -> (Paid, Trail) {
    let (mut paid, mut trail, mut principal) = (Paid::default(), Trail::default(), 0);
    for fact in facts.iter() {
        match fact.what {
            What::Drawn(fen) => principal += i128::from(fen),
            What::DrawReturned(fen) => principal -= i128::from(fen),
            What::WrittenOff(fen) => {
                let open = i128::from(fen).min(principal.max(0));
                paid.written_off += open;
                principal -= open;
            }
            What::Recovered(fen) => paid.recovered += trail.recover(fact.on, fen),
            What::Repaid { fen, allocation, .. } => {
                principal -= paid.take(allocation.unwrap_or_else(|| Owed::default().allocate(fen)), 1);
            }
            What::Refunded(allocation) => principal -= paid.take(allocation, -1),
            What::StateRepaid(fen) | What::Relieved { fen, .. } => {
                principal -= paid.take(Allocation { principal: fen, ..Allocation::default() }, 1);
            }
            What::RateAgreed(_)
            | What::Overdue(_)
            | What::Deferred(_)
            | What::Amended { .. }
            | What::ClaimedBefore { .. } => {}
        }
        trail.note(fact.on, paid.written_off, principal);
    }
    (paid, trail)
}

/// Interest by payer as the flows have it.
#[must_use]
pub fn interest(flows: &Flows) -> Interest {
    Interest {
        subsidy: flows[Flow::Subsidy],
        waiver: flows[Flow::Waiver],
        borrower: flows[Flow::Interest],
        penalty: flows[Flow::Penalty],
    }
}
