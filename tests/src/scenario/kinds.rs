//! From the words of a scenario line to an event of the domain. What a story need not say has a default here.

use super::choices::{LEVELS_OF_ORGS, SUBORDINATIONS};
use super::fields::{Fields, amount, chosen, day, pair, percent};
use super::sets::{Chains, SoFar, decided, draws, draws_in, sealed, shown};
use super::{by_schema, claim_kinds, loan_kinds, rights_kinds};
use crate::desk::labelled;
use anyhow::Result;
use ledger::event::policy::{Band, Exclusion, Policy, Rule, Sharing};
use ledger::event::{
    ApplicationLineAdded, ApplicationPrepared, BatchSent, CardBound, CardRelation, CardReplaced, Clearing, Kind, Level,
    LineIssued, LinePassedDown, LineRecalled, OrgRegistered, OrgRenamed, OrgRole, PassedPart, PayoutCredited,
    PayoutReturned, PayoutUnknown, PersonRegistered, RosterLineAdded, RosterPrepared, RulesAdopted, SetCancelled,
    Source, Status, StatusChanged, Subordination, SuspenseCleared, VoucherCleared, VoucherIssued,
};

const RULES: &[(&str, Rule)] = &[
    ("band", Rule::Band),
    ("enrolled", Rule::Enrolled),
    ("exclusive", Rule::Exclusive),
    ("due", Rule::Due),
    ("sharing", Rule::Sharing),
];

pub(super) fn kind(name: &str, f: &mut Fields<'_>, known: &SoFar<'_>) -> Result<Kind> {
    let loan = loan_kinds::kind(name, f, known)?;
    let claim = if loan.is_none() { claim_kinds::kind(name, f, known)? } else { None };
    let rights = rights_kinds::kind(name, f, known.chains)?;
    loan.or(claim).or(rights).map_or_else(|| award_kind(name, f, known.chains), Ok)
}

fn award_kind(name: &str, f: &mut Fields<'_>, chains: &Chains) -> Result<Kind> {
    Ok(match name {
        "policy_adopted" => Kind::PolicyAdopted(Box::new(policy(f)?)),
        "rules_adopted" => Kind::RulesAdopted(RulesAdopted { version: f.number("version")? }),
        "org_registered" | "org_renamed" => org(name, f)?,
        "line_issued" | "line_passed_down" | "line_recalled" => budget(name, f)?,
        "person_registered" | "status_changed" | "card_bound" | "card_replaced" => people(name, f)?,
        "roster_prepared" | "roster_line_added" => roster(name, f)?,
        "roster_sealed" => Kind::RosterSealed(sealed(f, chains, "roster")?),
        "roster_reviewed" => Kind::RosterReviewed(decided(f, chains, "roster")?),
        "roster_approved" => Kind::RosterApproved(decided(f, chains, "roster")?),
        "roster_cancelled" => Kind::RosterCancelled(SetCancelled { set: f.id("roster")? }),
        "application_prepared" | "application_line_added" => application(name, f)?,
        "application_sealed" => Kind::ApplicationSealed(sealed(f, chains, "application")?),
        "application_approved" => Kind::ApplicationApproved(decided(f, chains, "application")?),
        "application_cancelled" => Kind::ApplicationCancelled(SetCancelled { set: f.id("application")? }),
        "voucher_issued" | "voucher_cleared" => voucher(name, f)?,
        "batch_sent" => Kind::BatchSent(batch(f, chains)?),
        "payout_credited" | "payout_returned" | "payout_unknown" => payout(name, f)?,
        "suspense_cleared" => Kind::SuspenseCleared(cleared(f)?),
        _ => by_schema::kind(name, f)?,
    })
}

fn policy(f: &mut Fields<'_>) -> Result<Policy> {
    let programme = f.need("programme")?;
    let band = |text: &str| {
        let (number, range) = pair(text, ':')?;
        let (min, max) = range.split_once("..").unwrap_or((range, range));
        let (number, min_fen, max_fen) = (number.parse()?, amount(min)?, amount(max)?);
        Ok(Band { number, name: format!("第{number}档"), min_fen, max_fen })
    };
    let sharing = |text: &str| {
        let (who, share) = pair(text, ':')?;
        Ok(Sharing { subordination: chosen(who, SUBORDINATIONS)?, central_ppm: percent(share)? })
    };
    Ok(Policy {
        programme: programme.to_owned(),
        version: f.number("version")?,
        name: f.text("name", programme),
        document: f.text("document", "财科教〔2019〕19号"),
        stage: f.text("stage", "senior_high"),
        bands: f.list("bands", band)?,
        exclusions: f.list("excludes", |code| Ok(Exclusion { programme: code.to_owned() }))?,
        sharing: f.list("sharing", sharing)?,
        flagged: f.list("flagged", |rule| chosen(rule, RULES))?,
        sharing_tolerance_fen: f.amount_or("tolerance", 1)?,
    })
}

fn org(name: &str, f: &mut Fields<'_>) -> Result<Kind> {
    let label = f.need("org")?;
    let (org, name_now, division) = (labelled(label), f.text("name", label), f.number_or("division", 610_000)?);
    if name == "org_renamed" {
        return Ok(Kind::OrgRenamed(OrgRenamed { org, name: name_now, division }));
    }
    let roles = [
        ("finance", OrgRole::Finance),
        ("education", OrgRole::Education),
        ("aid_centre", OrgRole::AidCentre),
        ("school", OrgRole::School),
        ("bank", OrgRole::Bank),
    ];
    Ok(Kind::OrgRegistered(OrgRegistered {
        org,
        number: f.text("number", label),
        name: name_now,
        level: f.choice("level", LEVELS_OF_ORGS, Some(Level::County))?,
        role: f.choice("role", &roles, Some(OrgRole::Education))?,
        parent: f.optional_id("parent"),
        division,
        subordination: f.choice("subordination", SUBORDINATIONS, Some(Subordination::Local))?,
    }))
}

fn budget(name: &str, f: &mut Fields<'_>) -> Result<Kind> {
    let document = f.text("document", "示财教〔2021〕1号");
    if name == "line_recalled" {
        return Ok(Kind::LineRecalled(LineRecalled { line: f.id("line")?, document, fen: f.amount("amount")? }));
    }
    if name == "line_passed_down" {
        // from>to@unit:amount
        let part = |text: &str| {
            let (from, rest) = pair(text, '>')?;
            let (to, rest) = pair(rest, '@')?;
            let (unit, fen) = pair(rest, ':')?;
            Ok(PassedPart { from: labelled(from), to: labelled(to), unit: labelled(unit), fen: amount(fen)? })
        };
        return Ok(Kind::LinePassedDown(LinePassedDown { document, parts: f.list("parts", part)? }));
    }
    let sources = [
        ("central", Source::Central),
        ("province", Source::Province),
        ("city", Source::City),
        ("county", Source::County),
    ];
    Ok(Kind::LineIssued(LineIssued {
        line: f.id("line")?,
        document,
        parent_document: f.text("parent_document", ""),
        unit: f.id("unit")?,
        fiscal_year: f.number("year")?,
        programme: f.need("programme")?.to_owned(),
        source: f.choice("source", &sources, Some(Source::Central))?,
        item: f.text("item", "2050204"),
        project: f.text("project", "610000"),
        direct: f.yes("direct")?,
        advance: f.yes("advance")?,
        fen: f.amount("amount")?,
    }))
}

fn people(name: &str, f: &mut Fields<'_>) -> Result<Kind> {
    let person = f.id("person")?;
    Ok(match name {
        "person_registered" => {
            Kind::PersonRegistered(PersonRegistered { person, origin: f.number_or("origin", 619_903)? })
        }
        "card_bound" => {
            let all =
                [("own", CardRelation::Own), ("guardian", CardRelation::Guardian), ("sibling", CardRelation::Sibling)];
            let relation = f.choice("relation", &all, Some(CardRelation::Own))?;
            Kind::CardBound(CardBound { person, card: f.id("card")?, relation })
        }
        "card_replaced" => Kind::CardReplaced(CardReplaced { person, old: f.id("old")?, new: f.id("new")? }),
        _ => {
            let all = [
                ("enrolled", Status::Enrolled),
                ("leave", Status::Leave),
                ("further_study", Status::FurtherStudy),
                ("graduated", Status::Graduated),
                ("withdrawn", Status::Withdrawn),
                ("deceased", Status::Deceased),
                ("illness_leave", Status::IllnessLeave),
            ];
            let status = f.choice("status", &all, None)?;
            Kind::StatusChanged(StatusChanged { person, status, school: f.id("school")? })
        }
    })
}

fn roster(name: &str, f: &mut Fields<'_>) -> Result<Kind> {
    let roster = f.id("roster")?;
    if name == "roster_prepared" {
        return Ok(Kind::RosterPrepared(RosterPrepared {
            roster,
            school: f.id("school")?,
            programme: f.need("programme")?.to_owned(),
            academic_year: f.number("year")?,
            due: f.list("due", day)?,
            replaces: f.optional_id("replaces"),
        }));
    }
    Ok(Kind::RosterLineAdded(RosterLineAdded {
        roster,
        number: f.number("number")?,
        award: f.id("award")?,
        person: f.id("person")?,
        band: f.number_or("band", 1)?,
        fen: f.amount("amount")?,
    }))
}

fn application(name: &str, f: &mut Fields<'_>) -> Result<Kind> {
    let application = f.id("application")?;
    if name == "application_prepared" {
        let (unit, fiscal_year, replaces) = (f.id("unit")?, f.number("year")?, f.optional_id("replaces"));
        return Ok(Kind::ApplicationPrepared(ApplicationPrepared { application, unit, fiscal_year, replaces }));
    }
    Ok(Kind::ApplicationLineAdded(ApplicationLineAdded {
        application,
        number: f.number("number")?,
        payout: f.id("payout")?,
        award: f.id("award")?,
        instalment: f.number_or("instalment", 1)?,
        card: f.id("card")?,
        reissue_of: f.optional_id("reissue_of"),
        draws: draws(f)?,
    }))
}

fn voucher(name: &str, f: &mut Fields<'_>) -> Result<Kind> {
    let voucher = f.id("voucher")?;
    if name == "voucher_cleared" {
        return Ok(Kind::VoucherCleared(VoucherCleared {
            voucher,
            fen: f.amount_or("amount", 0)?,
            serial: f.text("serial", ""),
        }));
    }
    let (number, application) = (f.text("number", "示库1"), f.id("application")?);
    Ok(Kind::VoucherIssued(VoucherIssued { voucher, number, application, draws: draws(f)? }))
}

fn batch(f: &mut Fields<'_>, chains: &Chains) -> Result<BatchSent> {
    let application = f.id("application")?;
    let (count, fen, hash) = chains.get(&application).copied().unwrap_or_default();
    Ok(BatchSent {
        batch: f.id("batch")?,
        application,
        bank: f.id("bank")?,
        count: f.number_or("count", count)?,
        fen: f.amount_or("amount", fen)?,
        hash: shown(f, hash)?,
    })
}

fn payout(name: &str, f: &mut Fields<'_>) -> Result<Kind> {
    let (payout, serial) = (f.id("payout")?, f.text("serial", "流水1"));
    Ok(match name {
        "payout_credited" => Kind::PayoutCredited(PayoutCredited { payout, fen: f.amount("amount")?, serial }),
        "payout_unknown" => Kind::PayoutUnknown(PayoutUnknown { payout, serial }),
        _ => {
            let (fen, reason) = (f.amount("amount")?, f.number_or("reason", 3)?);
            Kind::PayoutReturned(PayoutReturned { payout, fen, reason, serial })
        }
    })
}

fn cleared(f: &mut Fields<'_>) -> Result<SuspenseCleared> {
    let item = f.id("item")?;
    let (number, fen) = (f.number_or("number", 1)?, f.amount("amount")?);
    // Of whom, unless it is the payee.
    let party = |who: &str| (who != "payee").then(|| labelled(who));
    let how = if f.has("accepted") {
        Clearing::Accepted(draws_in(f, "accepted")?)
    } else if let Some(from) = f.take("recover") {
        Clearing::Recoverable(party(from))
    } else if let Some(to) = f.take("refund") {
        Clearing::Refundable(party(to))
    } else if f.has("offset") {
        Clearing::Offset(f.id("offset")?)
    } else {
        f.need("surrender")?;
        Clearing::Surrendered
    };
    Ok(SuspenseCleared { item, number, fen, how })
}
