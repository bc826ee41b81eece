//! Policies and rules versions between wire and domain. Whether a policy makes sense is not asked here.

use super::check::{Check, Choice, Wire, choice};
use crate::limits::MAX_PARTS;
use crate::v1;
use ledger::event::RulesAdopted;
use ledger::event::policy::{Band, Exclusion, Policy, Rule, Sharing};
use ledger::fold::KNOWN_RULES;

choice!(Rule = Rule { Band Enrolled Exclusive Due Sharing });

impl Wire for v1::PolicyAdopted {
    type Domain = Box<Policy>;

    fn write(domain: &Self::Domain) -> Self {
        Self {
            programme: domain.programme.clone(),
            version: domain.version,
            name: domain.name.clone(),
            document: domain.document.clone(),
            stage: domain.stage.clone(),
            bands: domain.bands.iter().map(Wire::write).collect(),
            exclusions: domain.exclusions.iter().map(Wire::write).collect(),
            sharing: domain.sharing.iter().map(Wire::write).collect(),
            flagged: domain.flagged.iter().map(|rule| rule.number()).collect(),
            sharing_tolerance_fen: domain.sharing_tolerance_fen,
        }
    }

    fn read(self, check: &mut Check) -> Self::Domain {
        Box::new(Policy {
            programme: check.name("programme", self.programme),
            version: self.version,
            name: check.name("name", self.name),
            document: check.text("document", self.document),
            stage: check.name("stage", self.stage),
            bands: check.parts("bands", self.bands, 0..=MAX_PARTS, Wire::read),
            exclusions: check.parts("exclusions", self.exclusions, 0..=MAX_PARTS, Wire::read),
            sharing: check.parts("sharing", self.sharing, 0..=MAX_PARTS, Wire::read),
            flagged: check
                .parts("flagged", self.flagged, 0..=Rule::ALL.len(), |rule, check| check.choice("rule", rule)),
            sharing_tolerance_fen: check.fen("sharing_tolerance_fen", self.sharing_tolerance_fen),
        })
    }
}

impl Wire for v1::Band {
    type Domain = Band;

    fn write(domain: &Band) -> Self {
        Self { number: domain.number, name: domain.name.clone(), min_fen: domain.min_fen, max_fen: domain.max_fen }
    }

    fn read(self, check: &mut Check) -> Band {
        Band {
            number: self.number,
            name: check.name("name", self.name),
            min_fen: check.fen("min_fen", self.min_fen),
            max_fen: check.fen("max_fen", self.max_fen),
        }
    }
}

impl Wire for v1::Exclusion {
    type Domain = Exclusion;

    fn write(domain: &Exclusion) -> Self {
        Self { programme: domain.programme.clone() }
    }

    fn read(self, check: &mut Check) -> Exclusion {
        Exclusion { programme: check.name("programme", self.programme) }
    }
}

impl Wire for v1::Sharing {
    type Domain = Sharing;

    fn write(domain: &Sharing) -> Self {
        Self { subordination: domain.subordination.number(), central_ppm: domain.central_ppm }
    }

    fn read(self, check: &mut Check) -> Sharing {
        Sharing {
            subordination: check.choice("subordination", self.subordination),
            central_ppm: check.within("central_ppm", self.central_ppm, 0..=1_000_000),
        }
    }
}

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
