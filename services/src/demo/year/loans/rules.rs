//! The shipped terms as the demo's offices read them: which payer bears what. Terms only; nothing here asks a ledger.

use ledger::event::loan_terms::{LoanTerms, split};
use ledger::event::{Event, Kind, LoanKind, Payer, Subordination};
use ledger::loan::rates::terms_on;
use ledger::money::{Day, Fen};
use ledger::state::lending_rows::{AdoptedTerms, LoanRules};

/// Division code of the universities' province.
const PROVINCE: u32 = 610_000;
/// A whole in millionths.
const WHOLE: i128 = 1_000_000;

/// Terms by kind and day.
pub struct Rules(LoanRules);

impl Rules {
    /// The terms among events that adopt them.
    #[must_use]
    pub fn of(events: &[Event]) -> Self {
        let mut rules = LoanRules::default();
        for (index, event) in (0..).zip(events) {
            if let Kind::LoanTermsAdopted(terms) = &event.kind {
                let terms = LoanTerms::clone(terms);
                rules.terms[terms.kind as usize].push(AdoptedTerms { from: event.effective, index, terms });
            }
        }
        Self(rules)
    }

    /// The terms in force on a day.
    #[must_use]
    pub fn on(&self, kind: LoanKind, day: Day) -> Option<&LoanTerms> {
        terms_on(&self.0, kind, day)
    }

    /// Who pays so much subsidy for loan-days of an academic year.
    #[must_use]
    pub fn subsidy(&self, kind: LoanKind, academic_year: u16, of: Subordination, fen: Fen) -> Vec<(Payer, Fen)> {
        let terms = self.on(kind, super::day(academic_year, 9, 1));
        let parts = terms.and_then(|terms| LoanTerms::parts(&terms.subsidy, of, PROVINCE));
        parts.map_or_else(Vec::new, |parts| split(fen, parts))
    }

    /// Who pays compensation for net drawings of a risk year. Default rates here are below every band.
    #[must_use]
    pub fn compensation(&self, kind: LoanKind, year: u16, of: Subordination, drawn: Fen) -> Vec<(Payer, Fen)> {
        let Some(terms) = self.on(kind, super::day(year, 9, 1)) else { return Vec::new() };
        let total = millionths(drawn, terms.risk_ratio_ppm);
        let own = terms.default_bands.first().map(|band| millionths(total, band.part_ppm));
        let mut parts: Vec<(Payer, Fen)> = own.map(|own| (Payer::University, own)).into_iter().collect();
        let shares = LoanTerms::parts(&terms.risk, of, PROVINCE).unwrap_or_default();
        parts.extend(split(total - own.unwrap_or(0), shares));
        parts
    }
}

/// Millionths of an amount, rounded half up.
pub fn millionths(fen: Fen, ppm: u32) -> Fen {
    Fen::try_from((i128::from(fen) * i128::from(ppm) + WHOLE / 2) / WHOLE).unwrap_or(0)
}
