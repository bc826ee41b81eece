//! Who pays for loans: the shares of payers in what is confirmed, and whose money a document line is.

use super::rates::terms_on;
use crate::event::loan_terms::{LoanTerms, Part, split};
use crate::event::{ClaimFor, LoanKind, Payer, Source};
use crate::money::{Day, Fen};
use crate::state::State;
use crate::state::claim_rows::ClaimPart;
use crate::state::rows::Org;

/// Where no shares fit, the whole part falls to the province: its aid centre answers for the subsidy of its students, and
/// a sum that nobody owed could never be paid.
pub(crate) fn split_part(state: &State, kind: LoanKind, what: ClaimFor, part: &ClaimPart) -> Vec<(Payer, Fen)> {
    let september = Day::of(part.academic_year, 9, 1);
    let terms = state.loan_rules().and_then(|rules| terms_on(rules, kind, september));
    let shares = terms.map(|terms| match what {
        ClaimFor::Subsidy => terms.subsidy.as_slice(),
        ClaimFor::Waiver => terms.waiver.as_slice(),
    });
    let parts = shares.and_then(|shares| LoanTerms::parts(shares, part.subordination, part.province * 10_000));
    let province = [Part { payer: Payer::Province, ppm: 1_000_000 }];
    split(part.fen, parts.filter(|parts| !parts.is_empty()).unwrap_or(&province))
}

/// The province a payer of a part is of, by the first two digits of its division; 0 for who is of none.
pub(crate) fn province_of(payer: Payer, part: &ClaimPart) -> u32 {
    let local = matches!(payer, Payer::Province | Payer::City | Payer::County);
    if local { part.province } else { 0 }
}

/// Whose share money of a source pays.
pub(crate) fn payer(source: Source) -> Payer {
    match source {
        Source::Central => Payer::Central,
        Source::Province => Payer::Province,
        Source::City => Payer::City,
        Source::County => Payer::County,
    }
}

/// What a university's borrowers are confirmed for an academic year.
pub(crate) fn part_of(school: &Org, academic_year: u16, fen: Fen) -> ClaimPart {
    let (subordination, province) = (school.subordination, school.division() / 10_000);
    ClaimPart { academic_year, subordination, province, fen }
}
