//! Policies and rules versions between wire and domain. Whether a policy makes sense is not asked here.

use super::check::{Check, Wire, choice};
use super::form::{Each, Fen, NAME, NUMBER, OPTIONAL_NOTICE, OneOf, Parts, Plain, Within, wire};
use crate::limits::MAX_PARTS;
use crate::v1;
use ledger::event::RulesAdopted;
use ledger::event::policy::{Band, Exclusion, Policy, Rule, Sharing};
use ledger::fold::KNOWN_RULES;

choice!(Rule = Rule { Band Enrolled Exclusive Due Sharing });

wire!(PolicyAdopted = Box<Policy> {
    programme: NUMBER,
    version: Plain,
    name: NAME,
    document: OPTIONAL_NOTICE,
    stage: NUMBER,
    bands: Parts(0..=MAX_PARTS),
    exclusions: Parts(0..=MAX_PARTS),
    sharing: Parts(0..=MAX_PARTS),
    flagged: Each(0..=Rule::ALL.len(), "rule", OneOf),
    sharing_tolerance_fen: Fen,
});

wire!(Band { number: Plain, name: NAME, min_fen: Fen, max_fen: Fen });

wire!(Exclusion { programme: NUMBER });

wire!(Sharing { subordination: OneOf, central_ppm: Within(0..=1_000_000) });

impl Wire for v1::RulesAdopted {
    type Domain = RulesAdopted;

    fn write(domain: &RulesAdopted) -> Self {
        Self { version: domain.version }
    }

    /// A version this program does not know would halt every fold from then on, so it never gets into the record.
    fn read(self, check: &mut Check) -> RulesAdopted {
        if self.version > KNOWN_RULES {
            let text = format!("rules version {} is not known here, {KNOWN_RULES} is: upgrade first", self.version);
            check.fail("version", text);
        }
        RulesAdopted { version: self.version }
    }
}
