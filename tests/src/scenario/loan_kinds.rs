//! Loans, their interest, and closing and reversing as words of a scenario. What a story need not say has a default here.

use super::choices::{INDEXES, LEVELS, LOAN_KINDS, REASONS};
use super::fields::{Fields, day, percent};
use super::sets::SoFar;
use super::terms;
use crate::desk::labelled;
use anyhow::{Context, Result};
use ledger::account::Book;
use ledger::event::conventions::WaiverFor;
use ledger::event::{
    Allocation, DayBasis, EntryWithdrawn, IdentityKeyAnnounced, Interest, InterestAccrued, InterestAdjusted,
    KeyAnnounced, Kind, LoanAmended, LoanDeferred, LoanDrawReturned, LoanDrawn, LoanKind, LoanOverdue, LoanRateAgreed,
    LoanRefunded, LoanRelieved, LoanRepaid, LoanSigned, LoanStateRepaid, LoanWrittenOff, LossRecovered, PeriodClosed,
    RateIndex, RatePublished, Reason, StudyLevel, WaiverAdopted,
};
use ledger::hash::Hash;
use ledger::money::Day;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A kind of event told of loans; `None` if the name is another's.
pub(super) fn kind(name: &str, f: &mut Fields<'_>, known: &SoFar<'_>) -> Result<Option<Kind>> {
    Ok(Some(match name {
        "loan_terms_adopted" => Kind::LoanTermsAdopted(Box::new(terms::terms(f)?)),
        "rate_published" => {
            let index = f.choice("index", INDEXES, Some(RateIndex::Lpr5y))?;
            Kind::RatePublished(RatePublished { index, rate_ppm: percent(f.need("rate")?)? })
        }
        "waiver_adopted" => {
            let year = f.number("year")?;
            let graduated_through = f.number_or("graduated_through", year)?;
            let document = f.text("document", "财教〔2024〕181号");
            let who = terms::one_of(f, "who", WaiverFor::ALL, WaiverFor::words)?;
            let covers_arrears = f.yes("covers_arrears")?;
            Kind::WaiverAdopted(WaiverAdopted { year, graduated_through, document, who, covers_arrears })
        }
        "loan_signed" => Kind::LoanSigned(signed(f)?),
        "loan_drawn" | "loan_draw_returned" | "loan_repaid" | "loan_refunded" | "loss_recovered"
        | "loan_state_repaid" => moved(name, f)?,
        "loan_rate_agreed" | "loan_overdue" | "loan_deferred" | "loan_written_off" | "loan_relieved" => {
            agreed(name, f)?
        }
        "loan_amended" => Kind::LoanAmended(LoanAmended {
            loan: f.id("loan")?,
            repay_from: day(f.need("repay_from")?)?,
            matures: day(f.need("matures")?)?,
            school: f.take("school").map(labelled),
            document: f.text("document", "示变1号"),
        }),
        "interest_accrued" => {
            let (loan, last) = loan_and_last(f, known)?;
            Kind::InterestAccrued(InterestAccrued { loan, last, figure: interest(f)? })
        }
        "interest_adjusted" => {
            let (loan, last) = loan_and_last(f, known)?;
            let cause = f.id("cause")?;
            Kind::InterestAdjusted(InterestAdjusted { loan, last, cause, figure: interest(f)? })
        }
        "period_closed" => closed(f)?,
        "entry_withdrawn" => Kind::EntryWithdrawn(EntryWithdrawn {
            entry: f.id("entry")?,
            content: f.number_or("content", 0)?,
            reason: f.choice("reason", REASONS, Some(Reason::Mistyped))?,
            document: f.text("document", "示冲1号"),
        }),
        // Stories have words for keys; a key is any 32 bytes to the ledger.
        "key_announced" => {
            let [key, by] = ["key", "under"].map(|name| f.need(name).map(|word| Sha256::digest(word).into()));
            // No fold looks whether a signature is good, but whether there is one.
            let half = if f.yes("unsigned")? { [0; 32] } else { [1; 32] };
            Kind::KeyAnnounced(KeyAnnounced { key: key?, by: by?, signature: [half; 2] })
        }
        "identity_key_announced" => Kind::IdentityKeyAnnounced(IdentityKeyAnnounced {
            fingerprint: Sha256::digest(f.need("key")?).into(),
            document: f.text("document", "示密1号"),
        }),
        _ => return Ok(None),
    }))
}

/// A contract; without other words it is repaid from five years after study to fifteen years after it.
fn signed(f: &mut Fields<'_>) -> Result<LoanSigned> {
    let label = f.need("loan")?;
    let graduates = day(f.text("graduates", "2024-06-30").as_str())?;
    let later = |years: u16| Day::from_yyyymmdd(u32::from(graduates.year() + years) * 10_000 + 901).unwrap_or_default();
    let mut or = |key: &str, otherwise: Day| f.take(key).map_or(Ok(otherwise), day);
    let (repay_from, matures) = (or("repay_from", later(5))?, or("matures", later(15))?);
    Ok(LoanSigned {
        loan: labelled(label),
        number: f.text("number", label),
        contract: Hash::default(),
        lender: f.id("lender")?,
        person: f.id("person")?,
        school: f.id("school")?,
        kind: f.choice("kind", LOAN_KINDS, Some(LoanKind::Origin))?,
        level: f.choice("level", LEVELS, Some(StudyLevel::Undergraduate))?,
        academic_year: f.number("year")?,
        basis: f.choice("basis", &[("360", DayBasis::D360), ("365", DayBasis::D365)], Some(DayBasis::D360))?,
        graduates,
        repay_from,
        matures,
    })
}

/// What sources may tell without a number.
fn agreed(name: &str, f: &mut Fields<'_>) -> Result<Kind> {
    let (loan, serial) = (f.id("loan")?, f.text("serial", ""));
    Ok(match name {
        "loan_rate_agreed" => Kind::LoanRateAgreed(LoanRateAgreed { loan, spread_bp: f.number("spread")?, serial }),
        "loan_overdue" => Kind::LoanOverdue(LoanOverdue { loan, fen: f.amount("amount")?, serial }),
        "loan_deferred" => Kind::LoanDeferred(LoanDeferred { loan, until: day(f.need("until")?)?, serial }),
        "loan_written_off" => Kind::LoanWrittenOff(LoanWrittenOff { loan, fen: f.amount("amount")?, serial }),
        _ => {
            let (reward, reason) = (f.id("reward")?, f.text("reason", "death"));
            Kind::LoanRelieved(LoanRelieved { loan, reward, reason, fen: f.amount("amount")?, serial })
        }
    })
}

/// Money that came or went, told by the lender.
fn moved(name: &str, f: &mut Fields<'_>) -> Result<Kind> {
    let (loan, serial) = (f.id("loan")?, f.text("serial", "流水1"));
    Ok(match name {
        "loan_drawn" => Kind::LoanDrawn(LoanDrawn { loan, fen: f.amount("amount")?, serial }),
        "loan_draw_returned" => Kind::LoanDrawReturned(LoanDrawReturned { loan, fen: f.amount("amount")?, serial }),
        "loan_repaid" => {
            let allocation = allocation(f)?;
            let (fen, early) = (f.amount("amount")?, f.yes("early")?);
            Kind::LoanRepaid(LoanRepaid { loan, fen, allocation, early, serial })
        }
        "loan_refunded" => {
            Kind::LoanRefunded(LoanRefunded { loan, allocation: allocation(f)?.unwrap_or_default(), serial })
        }
        "loss_recovered" => Kind::LossRecovered(LossRecovered { loan, fen: f.amount("amount")?, serial }),
        _ => {
            let (programme, fen) = (f.text("programme", "SERVICE"), f.amount("amount")?);
            Kind::LoanStateRepaid(LoanStateRepaid { loan, programme, fen, serial })
        }
    })
}

/// What a payment paid, if the story names any part of it.
fn allocation(f: &mut Fields<'_>) -> Result<Option<Allocation>> {
    let named = ["penalty", "interest", "principal"].iter().any(|key| f.has(key));
    let parts = Allocation {
        penalty: f.amount_or("penalty", 0)?,
        interest: f.amount_or("interest", 0)?,
        principal: f.amount_or("principal", 0)?,
    };
    Ok(named.then_some(parts))
}

fn interest(f: &mut Fields<'_>) -> Result<Interest> {
    Ok(Interest {
        subsidy: f.amount_or("subsidy", 0)?,
        waiver: f.amount_or("waiver", 0)?,
        borrower: f.amount_or("borrower", 0)?,
        penalty: f.amount_or("penalty", 0)?,
    })
}

/// A loan and the last entry that changed it, unless the story says that another was seen.
fn loan_and_last(f: &mut Fields<'_>, known: &SoFar<'_>) -> Result<(Uuid, u64)> {
    let loan = f.id("loan")?;
    let last = known.state.loans.by_id(loan).map_or(0, |(_, row)| row.last);
    Ok((loan, f.number_or("last", last)?))
}

fn closed(f: &mut Fields<'_>) -> Result<Kind> {
    let (org, name) = (f.id("org")?, f.text("book", "lender"));
    let book = Book::ALL.into_iter().find(|book| book.name() == name).context("no such book")?;
    Ok(Kind::PeriodClosed(PeriodClosed { org, book, through: day(f.need("through")?)? }))
}
