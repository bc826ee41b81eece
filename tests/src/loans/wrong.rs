//! Decisions about loans that are wrong, each in one way, said at the end of a year so that its refusals are frozen too.

use super::story::day;
use crate::history::thing;
use ledger::event::{
    CompensationAccrued, Draw, EntryWithdrawn, Interest, InterestAccrued, InterestAdjusted, Kind, LenderYear, LoanKind,
    LoanRelieved, Payer, PayerFen, PeriodClosed, Purpose, Reason, RemittanceApproved, RemittanceOrdered, RewardPart,
    RewardSpent, SetDecided, SetSealed, SurplusRewarded,
};
use ledger::money::Day;
use uuid::Uuid;

/// What exists: a loan with its last entry, an event about nothing in particular, a line and a reward.
pub struct Known {
    pub loan: Uuid,
    pub last: u64,
    pub entry: Uuid,
    pub claim: Uuid,
    pub line: Uuid,
    pub reward: Uuid,
    pub unit: Uuid,
    pub lender: Uuid,
}

/// What nobody should have said.
#[must_use]
pub fn wrong(known: &Known) -> Vec<(Day, Kind)> {
    let mut kinds = interest(known);
    kinds.extend(claims(known));
    kinds.extend(funds(known));
    kinds.into_iter().map(|kind| (day(2025_08_20), kind)).collect()
}

fn interest(known: &Known) -> Vec<Kind> {
    let &Known { loan, last, entry, .. } = known;
    let (nowhere, figure) = (thing("nowhere", 0), Interest::default());
    let adjusted = |loan, cause| Kind::InterestAdjusted(InterestAdjusted { loan, last, cause, figure });
    let reversed = |entry| {
        Kind::EntryWithdrawn(EntryWithdrawn { entry, content: 0, reason: Reason::Mistyped, document: "冲0".into() })
    };
    vec![
        adjusted(loan, entry),
        adjusted(loan, nowhere),
        adjusted(nowhere, entry),
        Kind::InterestAccrued(InterestAccrued { loan: nowhere, last, figure }),
        reversed(entry),
        reversed(nowhere),
        Kind::PeriodClosed(PeriodClosed {
            org: nowhere,
            book: ledger::account::Book::Lender,
            through: day(2025_08_31),
        }),
    ]
}

fn claims(known: &Known) -> Vec<Kind> {
    let nowhere = thing("nowhere", 0);
    let (hash, set) = ([9; 32], known.claim);
    let order = |purpose, line, fen| {
        let draws = vec![Draw { line, fen }];
        let (remittance, unit) = (thing("remittance", 9_999), known.unit);
        Kind::RemittanceOrdered(RemittanceOrdered { remittance, unit, fiscal_year: 2025, purpose, draws })
    };
    let year = LenderYear { lender: known.lender, kind: LoanKind::Origin, year: 2025 };
    vec![
        Kind::ClaimSealed(SetSealed { set: nowhere, count: 1, fen: 1, hash }),
        Kind::ClaimSealed(SetSealed { set, count: 1, fen: 1, hash }),
        Kind::ClaimApproved(SetDecided { set, hash }),
        Kind::ClaimApproved(SetDecided { set: nowhere, hash }),
        order(Purpose::Claim(nowhere), known.line, 1),
        order(Purpose::Claim(set), known.line, 90_000_000),
        order(Purpose::Advance(year), known.line, 200_000_000),
        order(Purpose::Advance(year), nowhere, 1),
        order(Purpose::Compensation(year), known.line, 1),
        Kind::RemittanceApproved(RemittanceApproved { remittance: nowhere, fen: 1 }),
    ]
}

fn funds(known: &Known) -> Vec<Kind> {
    let (nowhere, school) = (thing("nowhere", 0), thing("org", 2));
    let year = |year| LenderYear { lender: known.lender, kind: LoanKind::Origin, year };
    let parts = vec![PayerFen { payer: Payer::Central, fen: 1 }];
    let rewarded = |of, surplus| {
        let parts = vec![RewardPart { reward: thing("reward", 9_999), centre: known.unit, fen: 1 }];
        Kind::SurplusRewarded(SurplusRewarded { year: year(of), surplus, parts })
    };
    let spent =
        |reward, purpose: &str| RewardSpent { reward, purpose: purpose.to_owned(), fen: 1, serial: "错".into() };
    let relieved =
        LoanRelieved { loan: nowhere, reward: known.reward, reason: "death".into(), fen: 1, serial: "错".into() };
    vec![
        Kind::CompensationAccrued(CompensationAccrued { year: year(2020), school, default_ppm: 0, parts, number: 1 }),
        rewarded(2023, 1),
        rewarded(2025, 1),
        rewarded(2026, 1),
        Kind::RewardSpent(spent(known.reward, "banquet")),
        Kind::RewardSpent(spent(nowhere, "publicity")),
        Kind::LoanRelieved(LoanRelieved { loan: known.loan, reason: "whim".into(), ..relieved.clone() }),
        Kind::LoanRelieved(relieved),
    ]
}
