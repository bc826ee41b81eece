//! Anything a lender, a centre or a treasury may say, in any order and about a handful of ids: mostly what the ledger
//! itself would compute next, often nonsense. Nothing here may stop the fold.

use super::withdrawing::withdrawal;
use super::{Chance, thing};
use crate::desk::numbered;
use ledger::event::conventions::{AfterDeath, AwayFrom, EarlySettles, MovesOlder, PayersBy, WaiverFor};
use ledger::event::loan_terms::{DefaultBand, LoanTerms, MonthDay, Part};
use ledger::event::{
    Allocation, ClaimFor, CompensationAccrued, CompensationReceived, DayBasis, Draw, EntryWithdrawn, Event, FundStated,
    Interest, Kind, LenderYear, Level, LineIssued, LoanKind, LoanSigned, OrgRegistered, OrgRole, Payer, PayerFen,
    PersonRegistered, Purpose, RateIndex, Reason, RewardPart, SetDecided, SetSealed, Source, Status, StatusChanged,
    StudyLevel, Subordination, SurplusRewarded,
};
use ledger::handle::Handle;
use ledger::lender::fund;
use ledger::loan::accrual::due;
use ledger::money::{Day, Fen};
use ledger::state::State;
use ledger::state::lending_rows::{Loan, Portfolio};
use uuid::Uuid;

const PROGRAMMES: [&str; 3] = ["LOAN-RISK", "LOAN-SUBSIDY", "LOAN-WAIVER"];

const PAYERS: [Payer; 6] =
    [Payer::Central, Payer::Province, Payer::City, Payer::County, Payer::University, Payer::Lender];

/// The next thing said, given what stands in the state: a figure asked for is the ledger's own two times in three.
#[must_use]
pub fn lending(chance: &mut Chance, at: usize, state: &State) -> Event {
    let kinds: Vec<Kind> = proto::samples::samples().into_iter().map(|sample| sample.kind).collect();
    let first = kinds.iter().position(|kind| matches!(kind, Kind::LoanTermsAdopted(_))).unwrap_or_default();
    let of_loans = |kind: &&Kind| !matches!(kind, Kind::KeyAnnounced(_));
    let lending = &kinds[first..first + kinds[first..].iter().take_while(of_loans).count()];
    // Nothing much happens where nobody is known, so a history begins with who there is and with terms.
    let first_day = Day::new(2018, 1, 1).unwrap_or_default();
    let (effective, kind) = match at {
        0..5 => (first_day, org(chance, thing("any", at))),
        5..8 => (first_day, programme(&kinds[0], PROGRAMMES[at - 5])),
        8..14 => (first_day, about_others(chance, first_day)),
        14..22 => (first_day, redraw(chance, state, first_day, lending[0].clone())),
        _ => {
            let (mut effective, sample) = (day(chance), lending[chance.below(lending.len())].clone());
            if matches!(sample, Kind::SurplusRewarded(_)) {
                // After all that may yet be told, as what later losses hold of a stock is theirs.
                effective = effective.plus(2_600);
            }
            let others = chance.in_hundred(8);
            let withdrawal = withdrawal(chance, state).filter(|_| at > 250 && chance.in_hundred(10));
            match (sample, withdrawal) {
                (_, Some((day, entry))) => (day, taken_back(entry)),
                (_, None) if others => (effective, about_others(chance, effective)),
                (sample, None) => (effective, redraw(chance, state, effective, sample)),
            }
        }
    };
    Event::said(effective, numbered(kind, if chance.in_hundred(3) { 1 } else { at }))
}

fn taken_back(entry: Uuid) -> Kind {
    Kind::EntryWithdrawn(EntryWithdrawn { entry, content: 0, reason: Reason::Mistyped, document: String::new() })
}

fn id(chance: &mut Chance) -> Uuid {
    let number = chance.below(5);
    if number == 0 { Uuid::nil() } else { thing("any", number) }
}

fn fen(chance: &mut Chance) -> Fen {
    [Fen::MIN, -1, 0, 1, 3, 100, 777, 100_000, 100_000, 333_333, 2_000_000, proto::limits::MAX_FEN][chance.below(12)]
}

fn day(chance: &mut Chance) -> Day {
    Day::new(2019, 1, 1).unwrap_or_default().plus(i32::try_from(chance.below(2_600)).unwrap_or_default())
}

fn kind(chance: &mut Chance) -> LoanKind {
    LoanKind::ALL[chance.below(2)]
}

fn year(chance: &mut Chance) -> LenderYear {
    let year = [0, 2018, 2019, 2020, 2021, 2022, 2023, 2024, u16::MAX][chance.below(9)];
    LenderYear { lender: id(chance), kind: kind(chance), year }
}

fn org(chance: &mut Chance, org: Uuid) -> Kind {
    Kind::OrgRegistered(OrgRegistered {
        org,
        number: String::new(),
        name: "某单位".into(),
        level: [Level::Province, Level::County][chance.below(2)],
        role: [OrgRole::Bank, OrgRole::AidCentre, OrgRole::AidCentre, OrgRole::School][chance.below(4)],
        parent: None,
        division: [610_000, 110_000][chance.below(2)],
        subordination: [Subordination::Central, Subordination::Local][chance.below(2)],
    })
}

/// A policy like the sample's, of a programme whose lines pay lenders.
fn programme(sample: &Kind, code: &str) -> Kind {
    let mut kind = sample.clone();
    if let Kind::PolicyAdopted(policy) = &mut kind {
        code.clone_into(&mut policy.programme);
    }
    kind
}

/// Who there is, and what pays.
fn about_others(chance: &mut Chance, on: Day) -> Kind {
    match chance.below(5) {
        0 => {
            let one = id(chance);
            org(chance, one)
        }
        1 => Kind::PersonRegistered(PersonRegistered { person: id(chance), origin: 610_000 }),
        2 => {
            let all = [Status::Enrolled, Status::Graduated, Status::Leave, Status::FurtherStudy, Status::Deceased];
            let (person, status, school) = (id(chance), all[chance.below(all.len())], id(chance));
            Kind::StatusChanged(StatusChanged { person, status, school })
        }
        _ => Kind::LineIssued(LineIssued {
            line: id(chance),
            document: "示财教〔2021〕1号".into(),
            parent_document: String::new(),
            unit: id(chance),
            fiscal_year: on.year(),
            programme: PROGRAMMES[chance.below(3)].into(),
            source: [Source::Central, Source::Province, Source::County][chance.below(3)],
            item: "2050204".into(),
            project: "610000".into(),
            direct: false,
            advance: false,
            fen: fen(chance),
        }),
    }
}

fn redraw(chance: &mut Chance, state: &State, on: Day, mut kind: Kind) -> Kind {
    match &mut kind {
        Kind::LoanTermsAdopted(terms) => redraw_terms(chance, terms),
        Kind::RatePublished(e) => {
            e.index = [RateIndex::Lpr5y, RateIndex::Benchmark5y][chance.below(2)];
            e.rate_ppm = [0, 28_000, 36_000, 1_000_000][chance.below(4)];
        }
        Kind::WaiverAdopted(e) => {
            (e.year, e.graduated_through) = (day(chance).year(), day(chance).year());
            (e.who, e.covers_arrears) = (WaiverFor::ALL[chance.below(3)], chance.in_hundred(50));
        }
        Kind::LoanSigned(e) => redraw_contract(chance, e),
        Kind::LoanDrawn(e) => (e.loan, e.fen) = (id(chance), fen(chance)),
        Kind::LoanDrawReturned(e) => (e.loan, e.fen) = (id(chance), fen(chance)),
        Kind::LoanRateAgreed(e) => (e.loan, e.spread_bp) = (id(chance), [-10_000, -70, 0][chance.below(3)]),
        Kind::LoanRepaid(e) => {
            (e.loan, e.fen, e.early) = (id(chance), fen(chance), chance.in_hundred(50));
            e.allocation = chance.in_hundred(30).then(|| allocation(chance));
            if let (Some(parts), true) = (e.allocation, chance.in_hundred(80)) {
                e.fen = parts.total();
            }
        }
        Kind::LoanRefunded(e) => (e.loan, e.allocation) = (id(chance), allocation(chance)),
        Kind::LoanOverdue(e) => (e.loan, e.fen) = (id(chance), fen(chance)),
        Kind::LoanDeferred(e) => (e.loan, e.until) = (id(chance), day(chance)),
        Kind::LoanAmended(e) => {
            (e.loan, e.repay_from, e.matures) = (id(chance), day(chance), day(chance));
            e.school = chance.in_hundred(50).then(|| id(chance));
        }
        Kind::ClaimedBefore(e) => {
            (e.lender, e.loan, e.through) = (id(chance), id(chance), day(chance));
            e.kind = LoanKind::ALL[chance.below(2)];
            (e.what, e.fen) =
                ([ClaimFor::Subsidy, ClaimFor::Waiver][chance.below(2)], [0, 100, fen(chance)][chance.below(3)]);
        }
        Kind::LoanWrittenOff(e) => (e.loan, e.fen) = (id(chance), fen(chance)),
        Kind::LossRecovered(e) => (e.loan, e.fen) = (id(chance), fen(chance)),
        Kind::LoanStateRepaid(e) => (e.loan, e.fen) = (id(chance), fen(chance)),
        Kind::LoanRelieved(e) => {
            let signed: Vec<Uuid> =
                state.loans.iter().filter(|(_, loan)| loan.known).map(|(_, loan)| loan.id).collect();
            (e.loan, e.reward) = (chance.pick(&signed).copied().unwrap_or_default(), reward(chance, state));
            e.fen = [1, 3, 5_000, fen(chance)][chance.below(4)];
        }
        Kind::PeriodClosed(e) => (e.org, e.through) = (id(chance), day(chance)),
        _ => return redraw_figures(chance, state, on, kind),
    }
    kind
}

fn allocation(chance: &mut Chance) -> Allocation {
    Allocation { penalty: fen(chance), interest: fen(chance), principal: fen(chance) }
}

fn redraw_terms(chance: &mut Chance, terms: &mut LoanTerms) {
    (terms.kind, terms.version) = (kind(chance), u32::try_from(chance.below(40)).unwrap_or_default());
    terms.risk_year = MonthDay { month: [1, 9, 12][chance.below(3)], day: 1 };
    terms.risk_ratio_ppm = [0, 50_000, 150_000, 1_000_000][chance.below(4)];
    terms.recovery_to_stock = chance.in_hundred(50);
    terms.moves_older = MovesOlder::ALL[chance.below(3)];
    let conventions = &mut terms.conventions;
    conventions.away_from = AwayFrom::ALL[chance.below(2)];
    conventions.after_death = AfterDeath::ALL[chance.below(2)];
    conventions.early_settles = EarlySettles::ALL[chance.below(2)];
    conventions.payers_by = PayersBy::ALL[chance.below(2)];
    // Now and then more than the ledger takes.
    conventions.collected_days = u32::try_from(chance.below(34)).unwrap_or_default();
    conventions.resumes = [Status::Enrolled, Status::FurtherStudy, Status::Leave][..chance.below(4)].to_vec();
    (terms.surplus_settled_ppm, terms.surplus_open_ppm) = ([200_000, 1_000_000, u32::MAX][chance.below(3)], 10_000);
    let half = |payer| Part { payer, ppm: 500_000 };
    if chance.in_hundred(50) {
        terms.shortfall = vec![half(Payer::Lender), half(Payer::County)];
    }
    if chance.in_hundred(50) {
        terms.default_bands = vec![DefaultBand { up_to_ppm: 50_000, part_ppm: 333_333 }];
    }
    for level in [Level::Province, Level::County] {
        terms.reward_uses.push(ledger::event::loan_terms::RewardUse { level, purpose: "relief".into() });
    }
}

fn redraw_contract(chance: &mut Chance, signed: &mut LoanSigned) {
    (signed.loan, signed.lender, signed.person, signed.school) = (id(chance), id(chance), id(chance), id(chance));
    (signed.kind, signed.academic_year) = (kind(chance), day(chance).year());
    signed.level = [StudyLevel::Undergraduate, StudyLevel::Postgraduate][chance.below(2)];
    signed.basis = [DayBasis::D360, DayBasis::D365][chance.below(2)];
    (signed.graduates, signed.repay_from, signed.matures) = (day(chance), day(chance), day(chance));
}

/// Decisions that carry a figure: mostly the right one.
fn redraw_figures(chance: &mut Chance, state: &State, on: Day, mut kind: Kind) -> Kind {
    let right = chance.in_hundred(67);
    match &mut kind {
        Kind::InterestAccrued(e) => {
            e.loan = id(chance);
            if let Some((_, loan)) = state.loans.by_id(e.loan).filter(|_| right) {
                e.last = loan.last;
                e.figure = due(state, loan, on).map_or(Interest::default(), |due| due.addition);
            }
        }
        Kind::InterestAdjusted(e) => {
            (e.loan, e.cause) = (id(chance), thing("lending", chance.below(400)));
            let is_due =
                |loan: &Loan| due(state, loan, loan.through).is_ok_and(|due| due.correction != Interest::default());
            let to_adjust = state.loans.iter().find(|(_, loan)| right && is_due(loan));
            e.loan = to_adjust.map_or(e.loan, |(_, loan)| loan.id);
            if let Some((_, loan)) = state.loans.by_id(e.loan).filter(|_| right) {
                let cause = state.entries.checked_sub(1).and_then(|last| state.seen_at(last));
                e.cause = cause.map_or(e.cause, |last| last.id);
                e.last = loan.last;
                e.figure = due(state, loan, loan.through).map_or(Interest::default(), |due| due.correction);
            }
        }
        Kind::CompensationAccrued(e) => redraw_accrual(chance, state, right, e),
        Kind::CompensationReceived(e) => redraw_receipt(chance, state, right, e),
        Kind::FundStated(FundStated { lender, kind: of, fen: sum }) => {
            (*lender, *of, *sum) = (id(chance), self::kind(chance), fen(chance));
        }
        Kind::SurplusRewarded(e) => redraw_surplus(chance, state, on, right, e),
        Kind::RewardSpent(e) => {
            (e.reward, e.fen) = (reward(chance, state), [1, 3, 5_000, fen(chance)][chance.below(4)]);
        }
        _ => redraw_claims(chance, state, on, &mut kind),
    }
    kind
}

fn redraw_accrual(chance: &mut Chance, state: &State, right: bool, accrued: &mut CompensationAccrued) {
    let rows = state.risk_years.len();
    (accrued.year, accrued.school) = (year(chance), id(chance));
    if rows == 0 || !right {
        return;
    }
    let row = state.risk_years.get(Handle::new(u32::try_from(chance.below(rows)).unwrap_or_default()));
    let fund = state.portfolios.get(row.portfolio);
    let lender = state.orgs.get(fund.lender).id;
    accrued.year = LenderYear { lender, kind: fund.kind, year: row.year };
    (accrued.school, accrued.number) = (state.orgs.get(row.school).id, row.computed + 1);
    let parts = fund::parts(state, row, accrued.default_ppm).unwrap_or_default();
    accrued.parts = parts.into_iter().map(|(payer, fen)| PayerFen { payer, fen }).collect();
}

/// Mostly what a payer owes for a year: what nobody owes is no surplus.
fn redraw_receipt(chance: &mut Chance, state: &State, right: bool, received: &mut CompensationReceived) {
    (received.year, received.payer, received.fen) = (year(chance), PAYERS[chance.below(6)], fen(chance));
    let years = state.risk_paid.iter().map(|(_, row)| row);
    let owed = years.flat_map(|row| row.accrued.iter().map(move |(payer, fen)| (row, *payer, *fen)));
    let owed: Vec<_> = owed.filter(|(_, _, fen)| *fen > 0).collect();
    if let Some(&(row, payer, fen)) = owed.get(chance.below(owed.len())).filter(|_| right) {
        let fund = state.portfolios.get(row.portfolio);
        let lender = state.orgs.get(fund.lender).id;
        received.year = LenderYear { lender, kind: fund.kind, year: row.year };
        (received.payer, received.fen) = (payer, fen);
    }
}

fn reward(chance: &mut Chance, state: &State) -> Uuid {
    let at = u32::try_from(chance.below(state.rewards.len())).unwrap_or_default();
    if state.rewards.is_empty() { id(chance) } else { state.rewards.get(Handle::new(at)).id }
}

fn redraw_surplus(chance: &mut Chance, state: &State, on: Day, right: bool, rewarded: &mut SurplusRewarded) {
    (rewarded.year, rewarded.surplus) = (year(chance), fen(chance));
    let funds = state.portfolios.iter().map(|(_, fund)| fund);
    let with_surplus = |fund: &&Portfolio| fund::surplus(state, fund, on).is_some_and(|surplus| surplus > 1);
    let funds: Vec<_> = funds.filter(with_surplus).collect();
    if let Some(fund) = funds.get(chance.below(funds.len())).filter(|_| right) {
        rewarded.year = LenderYear { lender: state.orgs.get(fund.lender).id, kind: fund.kind, year: on.year() };
        rewarded.surplus = fund::surplus(state, fund, on).unwrap_or_default();
    }
    let most = if right { rewarded.surplus / 2 } else { fen(chance) };
    let part = |at| {
        let reward = if right { thing("reward", state.rewards.len() + at) } else { id(chance) };
        RewardPart { reward, centre: id(chance), fen: most }
    };
    rewarded.parts = (0..2).map(part).collect();
}

fn redraw_claims(chance: &mut Chance, state: &State, on: Day, kind: &mut Kind) {
    let what = [ClaimFor::Subsidy, ClaimFor::Waiver][chance.below(2)];
    match kind {
        Kind::ClaimSubmitted(e) => {
            (e.claim, e.lender, e.unit, e.what) = (id(chance), id(chance), id(chance), what);
            (e.kind, e.from, e.through, e.replaces) = (self::kind(chance), day(chance), day(chance), None);
        }
        Kind::ClaimLineAdded(e) => {
            (e.claim, e.loan, e.fen, e.principal) = (id(chance), id(chance), fen(chance), fen(chance));
            e.number = state.claims.by_id(e.claim).map_or(1, |(_, row)| row.set.count + 1);
        }
        Kind::ClaimSealed(SetSealed { set, count, fen, hash }) => {
            *set = id(chance);
            if let Some((_, row)) = state.claims.by_id(*set) {
                (*count, *fen, *hash) = (row.set.count, row.set.fen, row.set.hash);
            }
        }
        Kind::ClaimApproved(SetDecided { set, hash }) => {
            *set = id(chance);
            *hash = state.claims.by_id(*set).map_or(*hash, |(_, row)| row.set.hash);
        }
        Kind::OverclaimReturned(e) => {
            (e.loan, e.unit, e.what, e.fen) = (id(chance), id(chance), what, fen(chance));
            let lines: Vec<_> = state.claim_lines.iter().map(|(_, row)| row).collect();
            if let Some(row) = chance.pick(&lines).filter(|_| chance.in_hundred(67)) {
                e.claim = chance.in_hundred(85).then(|| state.claims.get(row.claim).id);
                (e.loan, e.line) = (row.loan_id, if e.claim.is_some() { row.number } else { 0 });
            }
        }
        Kind::RemittanceOrdered(e) => {
            (e.remittance, e.unit, e.fiscal_year) = (id(chance), id(chance), on.year());
            let year = year(chance);
            e.purpose =
                [Purpose::Claim(id(chance)), Purpose::Advance(year), Purpose::Compensation(year)][chance.below(3)];
            e.draws = (0..chance.below(3)).map(|_| Draw { line: id(chance), fen: fen(chance) }).collect();
            // Two times in three a line that may well pay.
            let lines = || state.lines.iter().filter(|(_, row)| row.fiscal_year == on.year());
            let line = lines().nth(chance.below(lines().count()));
            if let Some((_, row)) = line.filter(|_| chance.in_hundred(67)) {
                e.unit = state.orgs.get(row.unit).id;
                e.draws = vec![Draw { line: row.id, fen: [1, 3, 50, 5_000][chance.below(4)] }];
            }
        }
        Kind::RemittanceApproved(e) => {
            e.remittance = id(chance);
            e.fen = state.remittances.by_id(e.remittance).map_or(e.fen, |(_, row)| row.fen);
        }
        Kind::RemittanceCleared(e) => {
            e.remittance = id(chance);
            let ordered = state.remittances.by_id(e.remittance).filter(|_| chance.in_hundred(80));
            e.fen = ordered.map_or(fen(chance), |(_, row)| row.fen);
        }
        Kind::RemittanceReturned(e) => {
            e.remittance = id(chance);
            let ordered = state.remittances.by_id(e.remittance).filter(|_| chance.in_hundred(80));
            e.fen = ordered.map_or(fen(chance), |(_, row)| row.fen);
        }
        _ => {}
    }
}
