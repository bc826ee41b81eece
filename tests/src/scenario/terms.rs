//! Loan terms as words of a scenario. Every field but kind and version has a default, that of the rules of October 2024;
//! shares are written `central/any/central:100%` or `local/61/province:50%+university:50%`: universities, province, parts.

use super::choices::{INDEXES, LEVELS, LEVELS_OF_ORGS, LOAN_KINDS, PAYERS, SUBORDINATIONS};
use super::fields::{Fields, amount, chosen, pair, percent};

use anyhow::{Context, Result, bail};
use ledger::event::conventions::{AfterDeath, AwayFrom, Conventions, DoubtfulPart, EarlySettles, MovesOlder, PayersBy};
use ledger::event::loan_terms::{
    Ceiling, ClaimChecks, ClaimRounding, Cycle, DefaultBand, LoanTerms, MonthDay, Part, RewardUse, Shares, StudyEnd,
};
use ledger::event::{LoanKind, RateIndex, Status};

const CEILINGS: &str = "undergraduate:1000..20000,postgraduate:1000..25000";
const USES: &str = "province:relief,county:publicity,county:equipment,county:training,county:travel";
const REASONS: &str = "death,missing,working_capacity,legal_capacity,disaster,illness,low_income";

const ENDS: &[(&str, StudyEnd)] = &[("august_end", StudyEnd::AugustEnd), ("month_end", StudyEnd::MonthEnd)];
const CYCLES: &[(&str, Cycle)] = &[("quarterly", Cycle::Quarterly), ("yearly", Cycle::Yearly)];

/// What differs between the two kinds where a story says nothing.
struct Defaults {
    study_end: StudyEnd,
    cycle: Cycle,
    risk_year: &'static str,
    risk_ratio: &'static str,
    risk: &'static str,
    subsidy: &'static str,
}

fn defaults(kind: LoanKind) -> Defaults {
    let subsidy = "central/any/central:100%,local/any/province:100%";
    match kind {
        LoanKind::Origin => Defaults {
            study_end: StudyEnd::AugustEnd,
            cycle: Cycle::Yearly,
            risk_year: "09-01",
            risk_ratio: "5%",
            risk: subsidy,
            subsidy,
        },
        LoanKind::Campus => Defaults {
            study_end: StudyEnd::MonthEnd,
            cycle: Cycle::Quarterly,
            risk_year: "09-01",
            risk_ratio: "15%",
            risk: "central/any/central:50%+university:50%,local/any/province:50%+university:50%",
            subsidy,
        },
    }
}

pub(super) fn terms(f: &mut Fields<'_>) -> Result<LoanTerms> {
    let kind = f.choice("kind", LOAN_KINDS, None)?;
    let usual = defaults(kind);
    let checks = [("each_field", ClaimChecks::EachField), ("amount", ClaimChecks::Amount)];
    let roundings = [("cumulative", ClaimRounding::Cumulative), ("period", ClaimRounding::Period)];
    Ok(LoanTerms {
        kind,
        version: f.number("version")?,
        document: f.text("document", "财教〔2024〕188号"),
        index: f.choice("index", INDEXES, Some(RateIndex::Lpr5y))?,
        spread_bp: f.number_or("spread", -70)?,
        moves_older: one_of(f, "moves_older", MovesOlder::ALL, MovesOlder::words)?,
        reset: month_day(&f.text("reset", "12-21"))?,
        fixing_days: f.number_or("fixing_days", 0)?,
        settlement: month_day(&f.text("settlement", "12-20"))?,
        study_end: f.choice("study_end", ENDS, Some(usual.study_end))?,
        penalty_ppm: percent(&f.text("penalty", "130%"))?,
        ceilings: parts(&f.text("ceilings", CEILINGS), ceiling)?,
        years_after_study: f.number_or("years_after_study", 15)?,
        years_at_most: f.number_or("years_at_most", 22)?,
        grace_years: f.number_or("grace", 5)?,
        cycle: f.choice("cycle", CYCLES, Some(usual.cycle))?,
        claim_tolerance_fen: f.amount_or("tolerance", 0)?,
        claim_checks: f.choice("checks", &checks, Some(ClaimChecks::EachField))?,
        claim_rounding: f.choice("rounding", &roundings, Some(ClaimRounding::Cumulative))?,
        subsidy: parts(&f.text("subsidy", usual.subsidy), shares)?,
        waiver: parts(&f.text("waiver", usual.subsidy), shares)?,
        waiver_from_stock: otherwise_yes(f, "waiver_from_stock")?,
        risk_year: month_day(&f.text("risk_year", usual.risk_year))?,
        risk_ratio_ppm: percent(&f.text("risk_ratio", usual.risk_ratio))?,
        risk: parts(&f.text("risk", usual.risk), shares)?,
        default_bands: parts(&f.text("default_bands", ""), |text| {
            let (up_to, part) = pair(text, ':')?;
            Ok(DefaultBand { up_to_ppm: percent(up_to)?, part_ppm: percent(part)? })
        })?,
        shortfall: f
            .text("shortfall", "lender:100%")
            .split('+')
            .filter(|text| !text.is_empty())
            .map(part)
            .collect::<Result<_>>()?,
        recovery_to_stock: otherwise_yes(f, "recovery_to_stock")?,
        surplus_settled_ppm: percent(&f.text("surplus_settled", "100%"))?,
        surplus_open_ppm: percent(&f.text("surplus_open", "0%"))?,
        reward_uses: parts(&f.text("uses", USES), |text| {
            let (level, purpose) = pair(text, ':')?;
            Ok(RewardUse { level: chosen(level, LEVELS_OF_ORGS)?, purpose: purpose.to_owned() })
        })?,
        relief_reasons: parts(&f.text("reasons", REASONS), |text| Ok(text.to_owned()))?,
        subsidy_programme: f.text("subsidy_programme", "LOAN-SUBSIDY"),
        waiver_programme: f.text("waiver_programme", "LOAN-WAIVER"),
        risk_programme: f.text("risk_programme", "LOAN-RISK"),
        conventions: conventions(f)?,
        doubtful: parts(&f.text("doubtful", ""), doubtful)?,
    })
}

fn doubtful(text: &str) -> Result<DoubtfulPart> {
    let (part, mark) = pair(text, ':')?;
    Ok(DoubtfulPart { part: part.to_owned(), mark: mark.to_owned() })
}

fn conventions(f: &mut Fields<'_>) -> Result<Conventions> {
    let standings = [
        ("enrolled", Status::Enrolled),
        ("further_study", Status::FurtherStudy),
        ("illness_leave", Status::IllnessLeave),
    ];
    Ok(Conventions {
        away_from: one_of(f, "away_from", AwayFrom::ALL, AwayFrom::words)?,
        after_death: one_of(f, "after_death", AfterDeath::ALL, AfterDeath::words)?,
        resumes: parts(&f.text("resumes", "further_study"), |text| chosen(text, &standings))?,
        early_settles: one_of(f, "early_settles", EarlySettles::ALL, EarlySettles::words)?,
        collected_days: f.number_or("collected_days", 1)?,
        payers_by: one_of(f, "payers_by", PayersBy::ALL, PayersBy::words)?,
    })
}

/// One of the values of a convention by its name; the first where nothing is said.
pub(super) fn one_of<T: Copy>(
    f: &mut Fields<'_>,
    key: &str,
    all: &[T],
    words: fn(T) -> (&'static str, &'static str),
) -> Result<T> {
    let by_name: Vec<_> = all.iter().map(|value| (words(*value).0, *value)).collect();
    chosen(&f.text(key, by_name[0].0), &by_name)
}

fn otherwise_yes(f: &mut Fields<'_>, key: &str) -> Result<bool> {
    Ok(!f.has(key) || f.yes(key)?)
}

fn parts<T>(text: &str, read: impl Fn(&str) -> Result<T>) -> Result<Vec<T>> {
    text.split(',').filter(|part| !part.is_empty()).map(read).collect()
}

fn month_day(text: &str) -> Result<MonthDay> {
    let (month, day) = pair(text, '-')?;
    Ok(MonthDay { month: month.parse()?, day: day.parse()? })
}

fn ceiling(text: &str) -> Result<Ceiling> {
    let (level, range) = pair(text, ':')?;
    let (min, max) = range.split_once("..").context("a ceiling is least..most")?;
    Ok(Ceiling { level: chosen(level, LEVELS)?, min_fen: amount(min)?, max_fen: amount(max)? })
}

fn shares(text: &str) -> Result<Shares> {
    let words: Vec<&str> = text.split('/').collect();
    let [universities, province, payers] = words[..] else {
        bail!("`{text}`: write universities/province/parts");
    };
    Ok(Shares {
        subordination: chosen(universities, SUBORDINATIONS)?,
        province: if province == "any" { 0 } else { province.parse()? },
        parts: payers.split('+').map(part).collect::<Result<_>>()?,
    })
}

fn part(text: &str) -> Result<Part> {
    let (payer, share) = pair(text, ':')?;
    Ok(Part { payer: chosen(payer, PAYERS)?, ppm: percent(share)? })
}
