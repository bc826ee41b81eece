//! The two figures a refusal compared: what the event said and what is on record. Which figure a refusal carries is
//! decided where the event is judged; here both are put side by side.

use ledger::event::{Event, Interest, Kind};
use ledger::money::Fen;
use ledger::outcome::{Code, Refusal};
use ledger::state::State;
use uuid::Uuid;

/// Two figures that were compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ComparedFigures {
    /// What is compared, in Chinese and English.
    pub what: (&'static str, &'static str),
    /// What the event said, if that is one figure.
    pub said: Option<i64>,
    /// What is on record: recomputed, available, expected.
    pub ours: i64,
    /// `fen`, `day` (yyyymmdd), or `number`.
    pub unit: &'static str,
}

/// Both figures of a refusal, if it compared two; `state` is the ledger that refused.
pub(super) fn compared(state: &State, event: &Event, refusal: &Refusal) -> Option<ComparedFigures> {
    let Refusal { code, figure, subject } = *refusal;
    let fen = |what, said| Some(ComparedFigures { what, said, ours: figure, unit: "fen" });
    let number = |what, said| Some(ComparedFigures { what, said, ours: figure, unit: "number" });
    let day = |what, said: ledger::money::Day| {
        Some(ComparedFigures { what, said: Some(said.yyyymmdd().into()), ours: figure, unit: "day" })
    };
    let interest = interest_of(&event.kind);
    match code {
        Code::SubsidyDiffers => fen(("贴息", "subsidy"), interest.map(|said| said.subsidy)),
        Code::WaiverDiffers => fen(("免息", "waived interest"), interest.map(|said| said.waiver)),
        Code::InterestDiffers => fen(("借款人利息", "the borrower's interest"), interest.map(|said| said.borrower)),
        Code::PenaltyDiffers => fen(("罚息", "penalty interest"), interest.map(|said| said.penalty)),
        Code::CompensationDiffers => fen(("风险补偿金合计", "compensation in all"), parts_of(&event.kind)),
        Code::SurplusDiffers => fen(("结余", "surplus"), surplus_of(&event.kind)),
        Code::ExceedsSurplus => fen(("奖励合计与结余", "rewards and the surplus"), parts_of(&event.kind)),
        Code::BadAmount if figure != 0 => fen(("金额", "amount"), amount(state, &event.kind, subject)),
        Code::Overdrawn => short(("可用指标", "available"), amount(state, &event.kind, subject), figure),
        Code::ExceedsOwed if matches!(event.kind, Kind::LoanRelieved(_)) => {
            fen(("未还本金", "open principal"), amount(state, &event.kind, subject))
        }
        Code::ExceedsOwed => short(("应付而未安排", "owed and not yet ordered"), None, figure),
        Code::ExceedsDebt => fen(("可追回而未了结", "left to be recovered"), amount(state, &event.kind, subject)),
        Code::SetNotReady if figure > 0 => {
            short(("银行在途", "cleared to the bank"), Some(sum_of(&event.kind)), figure)
        }
        Code::LineOutOfOrder => number(("行号", "line number"), line_number(&event.kind)),
        Code::SealMismatch => number(("行数", "number of lines"), count_of(&event.kind)),
        Code::Stale => number(("最后记录", "last entry"), last_of(&event.kind)),
        Code::AlreadyAccrued => day(("计息截止日", "interest posted through"), event.effective),
        Code::PeriodNotLater => match &event.kind {
            Kind::PeriodClosed(closed) => day(("首个开放日", "first open day"), closed.through),
            _ => None,
        },
        Code::NotYet => day(("最早可记录日", "day from which it may be recorded"), event.effective),
        Code::WrongYear => number(("年度", "year"), year_of(event, figure)),
        Code::TooLong => number(("最多天数", "days at most"), None),
        Code::NotFoundable => number(("第几项不齐", "which of them lacks"), None),
        Code::AlreadyRewarded => number(("已奖励年度", "year rewarded"), year_of(event, figure)),
        _ => None,
    }
}

/// A refusal that names what is missing: what there was is what was asked for less that.
fn short(what: (&'static str, &'static str), asked: Option<Fen>, missing: i64) -> Option<ComparedFigures> {
    let asked = asked.filter(|asked| *asked > 0);
    let Some(asked) = asked else {
        return Some(ComparedFigures { what: ("差额", "short by"), said: None, ours: missing, unit: "fen" });
    };
    Some(ComparedFigures { what, said: Some(asked), ours: asked.saturating_sub(missing), unit: "fen" })
}

fn interest_of(kind: &Kind) -> Option<Interest> {
    match kind {
        Kind::InterestAccrued(event) => Some(event.figure),
        Kind::InterestAdjusted(event) => Some(event.figure),
        _ => None,
    }
}

fn parts_of(kind: &Kind) -> Option<Fen> {
    let sum = |fen: &mut dyn Iterator<Item = Fen>| fen.fold(0, Fen::saturating_add);
    match kind {
        Kind::CompensationAccrued(event) => Some(sum(&mut event.parts.iter().map(|part| part.fen))),
        Kind::SurplusRewarded(event) => Some(sum(&mut event.parts.iter().map(|part| part.fen))),
        _ => None,
    }
}

fn surplus_of(kind: &Kind) -> Option<Fen> {
    if let Kind::SurplusRewarded(event) = kind { Some(event.surplus) } else { None }
}

fn sum_of(kind: &Kind) -> Fen {
    if let Kind::BatchSent(event) = kind { event.fen } else { 0 }
}

/// What an event asks of the thing a refusal names.
fn amount(state: &State, kind: &Kind, subject: Uuid) -> Option<Fen> {
    let draws = |draws: &[ledger::event::Draw], line: Option<Uuid>| {
        draws.iter().filter(|draw| line.is_none_or(|line| line == draw.line)).map(|draw| draw.fen).sum()
    };
    match kind {
        Kind::LineIssued(event) => Some(event.fen),
        Kind::LinePassedDown(event) => {
            let parts = event.parts.iter().filter(|part| part.from == subject);
            // The refusal came at the first part beyond what there was.
            Some(parts.map(|part| part.fen).fold(0, Fen::saturating_add)).filter(|_| only_one(event, subject))
        }
        Kind::LineRecalled(event) => Some(event.fen),
        Kind::DrawsCorrected(event) => Some(event.fen),
        Kind::LineAdjusted(event) => Some(event.fen.saturating_abs()),
        Kind::ApplicationLineAdded(event) => Some(draws(&event.draws, None)),
        Kind::ApplicationSealed(event) => {
            let (_, row) = state.applications.by_id(event.set)?;
            // Lines added since would make another sum.
            let line = state.lines.find(subject).filter(|_| row.set.count == event.count)?;
            row.parts.iter().find(|part| part.line == line).map(|part| part.fen)
        }
        Kind::RemittanceOrdered(event) => Some(draws(&event.draws, Some(subject))),
        Kind::RemittanceApproved(event) => Some(event.fen),
        Kind::RewardSpent(event) => Some(event.fen),
        Kind::LoanRelieved(event) => Some(event.fen),
        Kind::RecoveryOrdered(event) => Some(event.fen),
        Kind::RecoveryWaived(event) => Some(event.fen),
        _ => None,
    }
}

fn only_one(event: &ledger::event::LinePassedDown, from: Uuid) -> bool {
    event.parts.iter().filter(|part| part.from == from).count() == 1
}

fn line_number(kind: &Kind) -> Option<i64> {
    match kind {
        Kind::RosterLineAdded(event) => Some(event.number.into()),
        Kind::ApplicationLineAdded(event) => Some(event.number.into()),
        Kind::ClaimLineAdded(event) => Some(event.number.into()),
        _ => None,
    }
}

fn count_of(kind: &Kind) -> Option<i64> {
    match kind {
        Kind::RosterSealed(event) | Kind::ApplicationSealed(event) | Kind::ClaimSealed(event) => {
            Some(event.count.into())
        }
        Kind::BatchSent(event) => Some(event.count.into()),
        _ => None,
    }
}

fn last_of(kind: &Kind) -> Option<i64> {
    match kind {
        Kind::InterestAccrued(event) => i64::try_from(event.last).ok(),
        Kind::InterestAdjusted(event) => i64::try_from(event.last).ok(),
        _ => None,
    }
}

/// The year an event means, against the one a refusal names: that of its lines, or that of its effective day.
fn year_of(event: &Event, ours: i64) -> Option<i64> {
    let effective = i64::from(event.effective.year());
    let named = match &event.kind {
        Kind::LineIssued(event) => event.fiscal_year,
        Kind::ApplicationPrepared(event) => event.fiscal_year,
        Kind::RemittanceOrdered(event) => event.fiscal_year,
        Kind::SurplusRewarded(event) => event.year.year,
        _ => event.effective.year(),
    };
    // A refusal that repeats the year named compares it with the effective day's.
    Some(if i64::from(named) == ours { effective } else { named.into() })
}
