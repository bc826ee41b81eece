//! One version of loan terms: what the file says of it, over what went on from the version before.

use super::shape::{ConventionsTable, DefaultBandRow, PartRow, Rate, Reward, SharesRow, TermsFile, TermsVersion};
use crate::policies::file_text::{FileText, PolicyFileError};
use crate::policies::shape::Decimal;
use ledger::event::conventions::{Conventions, DoubtfulPart, MovesOlder};
use ledger::event::loan_terms::{
    Ceiling, ClaimChecks, ClaimRounding, Cycle, DefaultBand, LoanTerms, MonthDay, Part, RewardUse, Shares, StudyEnd,
};
use ledger::event::{LoanKind, RateIndex, Status, Subordination};
use std::ops::Range;
use toml::Spanned;

/// A whole in millionths.
const WHOLE: u64 = 1_000_000;

/// The terms of a version.
pub(super) fn terms(
    source: &FileText<'_>,
    file: &TermsFile,
    version: &TermsVersion,
    before: Option<&LoanTerms>,
) -> Result<LoanTerms, PolicyFileError> {
    let mut terms = match (before, version.lacks()) {
        (Some(before), _) => before.clone(),
        (None, None) => blank(file),
        (None, Some(name)) => {
            let what = format!("the first version does not say `{name}`");
            return Err(source.error(&version.version.span(), &what, "say all of the terms in the first version"));
        }
    };
    terms.version = *version.version.get_ref();
    terms.document.clone_from(version.document.get_ref());
    // Older contracts are moved by the version that says so, once.
    terms.moves_older = MovesOlder::No;
    terms.doubtful.retain(|doubtful| !version.says(&doubtful.part));
    let doubtful = version.doubtful.iter();
    terms
        .doubtful
        .extend(doubtful.map(|(term, mark)| DoubtfulPart { part: term.name().into(), mark: mark.name().into() }));
    if let Some(rate) = &version.rate {
        set_rate(source, &mut terms, rate)?;
    }
    set_days(source, &mut terms, version)?;
    set_loan(source, &mut terms, version)?;
    set_shares(source, &mut terms, version)?;
    set_risk(source, &mut terms, version)?;
    set_conventions(source, &mut terms.conventions, &version.conventions)?;
    Ok(terms)
}

/// Before anything is said: every field is set by the first version, which lacks nothing.
fn blank(file: &TermsFile) -> LoanTerms {
    let day = MonthDay { month: 1, day: 1 };
    LoanTerms {
        kind: LoanKind::from(file.kind),
        version: 0,
        document: String::new(),
        index: RateIndex::Lpr5y,
        spread_bp: 0,
        moves_older: MovesOlder::No,
        reset: day,
        fixing_days: 0,
        settlement: day,
        study_end: StudyEnd::MonthEnd,
        penalty_ppm: 0,
        ceilings: Vec::new(),
        years_after_study: 0,
        years_at_most: 0,
        grace_years: 0,
        cycle: Cycle::Yearly,
        claim_tolerance_fen: 0,
        claim_checks: ClaimChecks::EachField,
        claim_rounding: ClaimRounding::Cumulative,
        subsidy: Vec::new(),
        waiver: Vec::new(),
        waiver_from_stock: false,
        risk_year: day,
        risk_ratio_ppm: 0,
        risk: Vec::new(),
        default_bands: Vec::new(),
        shortfall: Vec::new(),
        recovery_to_stock: false,
        surplus_settled_ppm: 0,
        surplus_open_ppm: 0,
        reward_uses: Vec::new(),
        relief_reasons: Vec::new(),
        subsidy_programme: file.subsidy_programme.clone(),
        waiver_programme: file.waiver_programme.clone(),
        risk_programme: file.risk_programme.clone(),
        conventions: Conventions::default(),
        doubtful: Vec::new(),
    }
}

fn set_rate(source: &FileText<'_>, terms: &mut LoanTerms, rate: &Rate) -> Result<(), PolicyFileError> {
    terms.index = RateIndex::from(rate.index);
    terms.spread_bp = rate.spread_bp;
    terms.moves_older = rate.moves_older.into();
    terms.reset = month_day(source, &rate.reset)?;
    terms.fixing_days = rate.fixing_days;
    Ok(())
}

fn set_days(source: &FileText<'_>, terms: &mut LoanTerms, version: &TermsVersion) -> Result<(), PolicyFileError> {
    if let Some(day) = &version.settlement {
        terms.settlement = month_day(source, day)?;
    }
    if let Some(day) = &version.risk_year {
        terms.risk_year = month_day(source, day)?;
    }
    Ok(())
}

fn set_loan(source: &FileText<'_>, terms: &mut LoanTerms, version: &TermsVersion) -> Result<(), PolicyFileError> {
    if let Some(rule) = version.study_end {
        terms.study_end = StudyEnd::from(rule);
    }
    if let Some(percent) = &version.penalty_percent {
        terms.penalty_ppm = ppm(source, &percent.span(), percent.get_ref(), 10 * WHOLE)?;
    }
    if let Some(rows) = &version.ceilings {
        if rows.get_ref().iter().any(|row| row.max_yuan.0 <= 0 || row.min_yuan.0 > row.max_yuan.0) {
            let what = "a ceiling of nothing, or below the least";
            return Err(source.error(&rows.span(), what, "correct the ceiling"));
        }
        let ceiling = |row: &super::shape::CeilingRow| Ceiling {
            level: row.level.into(),
            min_fen: row.min_yuan.0,
            max_fen: row.max_yuan.0,
        };
        terms.ceilings = rows.get_ref().iter().map(ceiling).collect();
    }
    if let Some(term) = &version.term {
        terms.years_after_study = term.years_after_study;
        terms.years_at_most = term.years_at_most;
        terms.grace_years = term.grace_years;
    }
    if let Some(claims) = &version.claims {
        terms.cycle = Cycle::from(claims.cycle);
        terms.claim_tolerance_fen = claims.tolerance_yuan.0;
        terms.claim_checks = claims.checks.map_or(ClaimChecks::EachField, ClaimChecks::from);
        terms.claim_rounding = claims.rounding.map_or(ClaimRounding::Cumulative, ClaimRounding::from);
    }
    if let Some(reasons) = &version.relief_reasons {
        terms.relief_reasons.clone_from(reasons);
    }
    Ok(())
}

fn set_shares(source: &FileText<'_>, terms: &mut LoanTerms, version: &TermsVersion) -> Result<(), PolicyFileError> {
    if let Some(rows) = &version.subsidy {
        terms.subsidy = shares(source, rows)?;
    }
    if let Some(rows) = &version.waiver {
        terms.waiver = shares(source, rows)?;
    }
    if let Some(first) = version.waiver_from_stock {
        terms.waiver_from_stock = first;
    }
    if let Some(rows) = &version.risk {
        terms.risk = shares(source, rows)?;
    }
    Ok(())
}

fn set_risk(source: &FileText<'_>, terms: &mut LoanTerms, version: &TermsVersion) -> Result<(), PolicyFileError> {
    if let Some(percent) = &version.risk_ratio_percent {
        terms.risk_ratio_ppm = ppm(source, &percent.span(), percent.get_ref(), WHOLE)?;
    }
    if let Some(rows) = &version.default_bands {
        terms.default_bands = default_bands(source, rows)?;
    }
    if let Some(loss) = &version.loss {
        let (at, loss) = (loss.span(), loss.get_ref());
        terms.shortfall = parts(source, &at, &loss.shortfall)?;
        terms.recovery_to_stock = loss.recovery_to_stock;
    }
    if let Some(reward) = &version.reward {
        set_reward(source, terms, &reward.span(), reward.get_ref())?;
    }
    Ok(())
}

fn set_conventions(
    source: &FileText<'_>,
    terms: &mut Conventions,
    said: &ConventionsTable,
) -> Result<(), PolicyFileError> {
    terms.away_from = said.away_from.map_or(terms.away_from, Into::into);
    terms.after_death = said.after_death.map_or(terms.after_death, Into::into);
    terms.early_settles = said.early_settles.map_or(terms.early_settles, Into::into);
    terms.payers_by = said.payers_by.map_or(terms.payers_by, Into::into);
    if let Some(resumes) = &said.resumes {
        let mut list: Vec<Status> = resumes.get_ref().iter().map(|name| (*name).into()).collect();
        list.sort_unstable_by_key(|status| *status as u8);
        if list.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(source.error(&resumes.span(), "a standing named twice", "name each once"));
        }
        terms.resumes = list;
    }
    if let Some(days) = &said.collected_days {
        if *days.get_ref() > proto::limits::MAX_COLLECTED_DAYS {
            return Err(source.error(&days.span(), "collected later than a month", "correct the days"));
        }
        terms.collected_days = *days.get_ref();
    }
    Ok(())
}

fn set_reward(
    source: &FileText<'_>,
    terms: &mut LoanTerms,
    at: &Range<usize>,
    reward: &Reward,
) -> Result<(), PolicyFileError> {
    terms.surplus_settled_ppm = ppm(source, at, &reward.settled_percent, WHOLE)?;
    terms.surplus_open_ppm = ppm(source, at, &reward.open_percent, WHOLE)?;
    terms.reward_uses.clear();
    for row in &reward.uses {
        let uses = row.purposes.iter().map(|purpose| RewardUse { level: row.level.into(), purpose: purpose.clone() });
        terms.reward_uses.extend(uses);
    }
    Ok(())
}

fn default_bands(
    source: &FileText<'_>,
    rows: &Spanned<Vec<DefaultBandRow>>,
) -> Result<Vec<DefaultBand>, PolicyFileError> {
    let mut bands: Vec<DefaultBand> = Vec::new();
    for row in rows.get_ref() {
        let up_to_ppm = ppm(source, &rows.span(), &row.up_to_percent, WHOLE)?;
        if bands.last().is_some_and(|before| before.up_to_ppm >= up_to_ppm) {
            return Err(source.error(&rows.span(), "default rates do not ascend", "put the bands in order"));
        }
        bands.push(DefaultBand { up_to_ppm, part_ppm: ppm(source, &rows.span(), &row.part_percent, WHOLE)? });
    }
    Ok(bands)
}

/// One row for each province named; the first that fits a university counts.
fn shares(source: &FileText<'_>, rows: &Spanned<Vec<SharesRow>>) -> Result<Vec<Shares>, PolicyFileError> {
    let at = rows.span();
    let mut shares: Vec<Shares> = Vec::new();
    for row in rows.get_ref() {
        let subordination = Subordination::from(row.universities);
        let parts = parts(source, &at, &row.parts)?;
        let provinces: &[u32] = if row.provinces.is_empty() { &[0] } else { &row.provinces };
        for province in provinces {
            if *province != 0 && !(11..=82).contains(province) {
                return Err(source.error(&at, "no province", "give the first two digits of its division code"));
            }
            let hidden = |other: &Shares| {
                other.subordination == subordination && (other.province == 0 || other.province == *province)
            };
            if shares.iter().any(hidden) {
                let what = "a row that never counts, as one above it fits first";
                return Err(source.error(&at, what, "put the particular rows first, each once"));
            }
            shares.push(Shares { subordination, province: *province, parts: parts.clone() });
        }
    }
    Ok(shares)
}

fn parts(source: &FileText<'_>, at: &Range<usize>, rows: &[PartRow]) -> Result<Vec<Part>, PolicyFileError> {
    let part = |row: &PartRow| Ok(Part { payer: row.payer.into(), ppm: ppm(source, at, &row.percent, WHOLE)? });
    let parts = rows.iter().map(part).collect::<Result<Vec<Part>, PolicyFileError>>()?;
    if parts.iter().map(|part| u64::from(part.ppm)).sum::<u64>() != WHOLE {
        return Err(source.error(at, "parts that do not add up to 100 %", "correct the percentages"));
    }
    Ok(parts)
}

fn ppm(source: &FileText<'_>, at: &Range<usize>, percent: &Decimal<4>, most: u64) -> Result<u32, PolicyFileError> {
    let ppm = u32::try_from(percent.0).ok().filter(|ppm| u64::from(*ppm) <= most);
    ppm.ok_or_else(|| source.error(at, "more than there is", "correct the percentage"))
}

/// `12-21`, as every year has it.
fn month_day(source: &FileText<'_>, text: &Spanned<String>) -> Result<MonthDay, PolicyFileError> {
    let wrong = || source.error(&text.span(), "not a day of every year", "write it as \"12-21\"");
    let (month, day) = text.get_ref().split_once('-').ok_or_else(wrong)?;
    let number = |text: &str| if text.len() == 2 { text.parse::<u8>().ok() } else { None };
    let (month, day) = number(month).zip(number(day)).ok_or_else(wrong)?;
    // A year that is not a leap year has every day that all years have.
    let common = ledger::money::Day::new(2021, i8::try_from(month).unwrap_or(0), i8::try_from(day).unwrap_or(0));
    common.map(|_| MonthDay { month, day }).ok_or_else(wrong)
}
