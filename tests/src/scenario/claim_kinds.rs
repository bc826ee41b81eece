//! Claims, payments to lenders, risk compensation and rewards as words of a scenario.
//! A lender's year is written `lender/kind/year`, for example `开行/origin/2024`.

use super::choices::{LOAN_KINDS, PAYERS};
use super::fields::{Fields, amount, chosen, day, pair, percent};
use super::sets::{SoFar, decided, draws, sealed};
use crate::desk::labelled;
use anyhow::{Context, Result, bail};
use ledger::event::{
    ClaimFor, ClaimLineAdded, ClaimSubmitted, ClaimedBefore, CompensationAccrued, CompensationReceived, FundStated,
    Kind, LenderYear, LoanKind, OverclaimReturned, PayerFen, Purpose, RemittanceApproved, RemittanceCleared,
    RemittanceOrdered, RemittanceReturned, RewardPart, RewardSpent, SurplusRewarded,
};
use ledger::state::State;

const CLAIMS_FOR: &[(&str, ClaimFor)] = &[("subsidy", ClaimFor::Subsidy), ("waiver", ClaimFor::Waiver)];

/// A kind of event told of claims, payments to lenders or risk; `None` if the name is another's.
pub(super) fn kind(name: &str, f: &mut Fields<'_>, known: &SoFar<'_>) -> Result<Option<Kind>> {
    Ok(Some(match name {
        "claim_submitted" => Kind::ClaimSubmitted(submitted(f)?),
        "claim_line_added" => Kind::ClaimLineAdded(line(f)?),
        "claim_sealed" => Kind::ClaimSealed(sealed(f, known.chains, "claim")?),
        "claim_approved" => Kind::ClaimApproved(decided(f, known.chains, "claim")?),
        "claimed_before" => Kind::ClaimedBefore(ClaimedBefore {
            lender: f.id("lender")?,
            kind: f.choice("kind", LOAN_KINDS, Some(LoanKind::Origin))?,
            loan: f.id("loan")?,
            what: f.choice("for", CLAIMS_FOR, Some(ClaimFor::Subsidy))?,
            through: day(f.need("through")?)?,
            fen: f.amount_or("amount", 0)?,
        }),
        "overclaim_returned" => Kind::OverclaimReturned(OverclaimReturned {
            loan: f.id("loan")?,
            what: f.choice("for", CLAIMS_FOR, Some(ClaimFor::Subsidy))?,
            claim: f.optional_id("claim"),
            line: f.number_or("line", 0)?,
            unit: f.id("unit")?,
            fen: f.amount("amount")?,
            serial: f.text("serial", "流水1"),
        }),
        "remittance_ordered" => Kind::RemittanceOrdered(RemittanceOrdered {
            remittance: f.id("remittance")?,
            unit: f.id("unit")?,
            fiscal_year: f.number("year")?,
            purpose: purpose(f.need("purpose")?)?,
            draws: draws(f)?,
        }),
        "remittance_approved" | "remittance_cleared" | "remittance_returned" => remittance(name, f, known)?,
        "compensation_accrued" | "compensation_received" | "fund_stated" | "surplus_rewarded" | "reward_spent" => {
            risk(name, f, known)?
        }
        _ => return Ok(None),
    }))
}

fn submitted(f: &mut Fields<'_>) -> Result<ClaimSubmitted> {
    let label = f.need("claim")?;
    Ok(ClaimSubmitted {
        claim: labelled(label),
        number: f.text("number", label),
        lender: f.id("lender")?,
        kind: f.choice("kind", LOAN_KINDS, Some(LoanKind::Origin))?,
        what: f.choice("for", CLAIMS_FOR, Some(ClaimFor::Subsidy))?,
        from: day(f.need("from")?)?,
        through: day(f.need("through")?)?,
        unit: f.id("unit")?,
        supplementary: f.yes("supplementary")?,
        replaces: f.take("replaces").map(labelled),
    })
}

fn line(f: &mut Fields<'_>) -> Result<ClaimLineAdded> {
    Ok(ClaimLineAdded {
        claim: f.id("claim")?,
        number: f.number("number")?,
        loan: f.id("loan")?,
        principal: f.amount("principal")?,
        rate_ppm: percent(f.need("rate")?)?,
        days: f.number("days")?,
        fen: f.amount("amount")?,
    })
}

/// `claim:申1`, `advance:开行/origin/2024` or `compensation:开行/origin/2024`.
fn purpose(text: &str) -> Result<Purpose> {
    let (word, what) = pair(text, ':')?;
    Ok(match word {
        "claim" => Purpose::Claim(labelled(what)),
        "advance" => Purpose::Advance(lender_year(what)?),
        "compensation" => Purpose::Compensation(lender_year(what)?),
        _ => bail!("`{word}` is no purpose"),
    })
}

fn lender_year(text: &str) -> Result<LenderYear> {
    let mut words = text.split('/');
    let (Some(lender), Some(kind), Some(year), None) = (words.next(), words.next(), words.next(), words.next()) else {
        bail!("`{text}`: write lender/kind/year");
    };
    let year = year.parse().with_context(|| format!("`{year}` is no year"))?;
    Ok(LenderYear { lender: labelled(lender), kind: chosen(kind, LOAN_KINDS)?, year })
}

/// Approved, paid or returned; the amount is the one ordered, unless the story says another.
fn remittance(name: &str, f: &mut Fields<'_>, known: &SoFar<'_>) -> Result<Kind> {
    let remittance = f.id("remittance")?;
    let ordered = known.state.remittances.by_id(remittance).map_or(0, |(_, row)| row.fen);
    let fen = f.amount_or("amount", ordered)?;
    if name == "remittance_approved" {
        return Ok(Kind::RemittanceApproved(RemittanceApproved { remittance, fen }));
    }
    let serial = f.text("serial", "流水1");
    Ok(match name {
        "remittance_cleared" => Kind::RemittanceCleared(RemittanceCleared { remittance, fen, serial }),
        _ => Kind::RemittanceReturned(RemittanceReturned { remittance, fen, serial }),
    })
}

fn risk(name: &str, f: &mut Fields<'_>, known: &SoFar<'_>) -> Result<Kind> {
    Ok(match name {
        "compensation_accrued" => Kind::CompensationAccrued(accrued(f, known.state)?),
        "compensation_received" => Kind::CompensationReceived(CompensationReceived {
            year: lender_year(f.need("year")?)?,
            payer: f.choice("payer", PAYERS, None)?,
            fen: f.amount("amount")?,
            serial: f.text("serial", "流水1"),
        }),
        "fund_stated" => Kind::FundStated(FundStated {
            lender: f.id("lender")?,
            kind: f.choice("kind", LOAN_KINDS, Some(LoanKind::Origin))?,
            fen: f.amount("amount")?,
        }),
        "surplus_rewarded" => Kind::SurplusRewarded(SurplusRewarded {
            year: lender_year(f.need("year")?)?,
            surplus: f.amount("surplus")?,
            // reward@centre:amount
            parts: f.list("parts", |text| {
                let (reward, rest) = pair(text, '@')?;
                let (centre, fen) = pair(rest, ':')?;
                Ok(RewardPart { reward: labelled(reward), centre: labelled(centre), fen: amount(fen)? })
            })?,
        }),
        _ => {
            let (reward, purpose) = (f.id("reward")?, f.text("use", "publicity"));
            Kind::RewardSpent(RewardSpent { reward, purpose, fen: f.amount("amount")?, serial: f.text("serial", "") })
        }
    })
}

/// Computed for a university; it is the next computation, unless the story says which.
fn accrued(f: &mut Fields<'_>, state: &State) -> Result<CompensationAccrued> {
    let (year, school) = (lender_year(f.need("year")?)?, f.id("school")?);
    let before = state.risk_years.iter().find(|(_, row)| {
        let fund = state.portfolios.get(row.portfolio);
        let of = (state.orgs.get(fund.lender).id, fund.kind, row.year, state.orgs.get(row.school).id);
        of == (year.lender, year.kind, year.year, school)
    });
    Ok(CompensationAccrued {
        year,
        school,
        default_ppm: f.take("default").map_or(Ok(0), percent)?,
        parts: f.list("parts", |text| {
            let (payer, fen) = pair(text, ':')?;
            Ok(PayerFen { payer: chosen(payer, PAYERS)?, fen: amount(fen)? })
        })?,
        number: f.number_or("number", before.map_or(1, |(_, row)| row.computed + 1))?,
    })
}
