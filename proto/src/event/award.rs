//! Rosters, payment applications and sealed claims between wire and domain: what makes a set, closes it and decides on it.

use super::check::{Check, Wire, hash_bytes, id_bytes, optional_id_bytes};
use crate::limits::{MAX_DRAWS, MAX_DUE_DAYS};
use crate::v1;
use ledger::event::{
    ApplicationLineAdded, ApplicationPrepared, Draw, RosterLineAdded, RosterPrepared, SetCancelled, SetDecided,
    SetSealed,
};

impl Wire for v1::RosterPrepared {
    type Domain = RosterPrepared;

    fn write(domain: &RosterPrepared) -> Self {
        Self {
            roster: id_bytes(domain.roster),
            school: id_bytes(domain.school),
            programme: domain.programme.clone(),
            academic_year: domain.academic_year.into(),
            due: domain.due.iter().map(|day| day.yyyymmdd()).collect(),
        }
    }

    fn read(self, check: &mut Check) -> RosterPrepared {
        RosterPrepared {
            roster: check.id("roster", &self.roster),
            school: check.id("school", &self.school),
            programme: check.name("programme", self.programme),
            academic_year: check.year("academic_year", self.academic_year),
            due: check.parts("due", self.due, 1..=MAX_DUE_DAYS, |day, check| check.day("day", day)),
        }
    }
}

impl Wire for v1::RosterLineAdded {
    type Domain = RosterLineAdded;

    fn write(domain: &RosterLineAdded) -> Self {
        Self {
            roster: id_bytes(domain.roster),
            number: domain.number,
            award: id_bytes(domain.award),
            person: id_bytes(domain.person),
            band: domain.band,
            fen: domain.fen,
        }
    }

    fn read(self, check: &mut Check) -> RosterLineAdded {
        RosterLineAdded {
            roster: check.id("roster", &self.roster),
            number: self.number,
            award: check.id("award", &self.award),
            person: check.id("person", &self.person),
            band: self.band,
            fen: check.fen("fen", self.fen),
        }
    }
}

impl Wire for v1::ApplicationPrepared {
    type Domain = ApplicationPrepared;

    fn write(domain: &ApplicationPrepared) -> Self {
        Self {
            application: id_bytes(domain.application),
            unit: id_bytes(domain.unit),
            fiscal_year: domain.fiscal_year.into(),
        }
    }

    fn read(self, check: &mut Check) -> ApplicationPrepared {
        ApplicationPrepared {
            application: check.id("application", &self.application),
            unit: check.id("unit", &self.unit),
            fiscal_year: check.year("fiscal_year", self.fiscal_year),
        }
    }
}

impl Wire for v1::ApplicationLineAdded {
    type Domain = ApplicationLineAdded;

    fn write(domain: &ApplicationLineAdded) -> Self {
        Self {
            application: id_bytes(domain.application),
            number: domain.number,
            payout: id_bytes(domain.payout),
            award: id_bytes(domain.award),
            instalment: domain.instalment,
            card: id_bytes(domain.card),
            reissue_of: optional_id_bytes(domain.reissue_of),
            draws: domain.draws.iter().map(Wire::write).collect(),
        }
    }

    fn read(self, check: &mut Check) -> ApplicationLineAdded {
        ApplicationLineAdded {
            application: check.id("application", &self.application),
            number: self.number,
            payout: check.id("payout", &self.payout),
            award: check.id("award", &self.award),
            instalment: self.instalment,
            card: check.id("card", &self.card),
            reissue_of: check.optional_id("reissue_of", &self.reissue_of),
            draws: check.parts("draws", self.draws, 1..=MAX_DRAWS, Wire::read),
        }
    }
}

impl Wire for v1::Draw {
    type Domain = Draw;

    fn write(domain: &Draw) -> Self {
        Self { line: id_bytes(domain.line), fen: domain.fen }
    }

    fn read(self, check: &mut Check) -> Draw {
        Draw { line: check.id("line", &self.line), fen: check.fen("fen", self.fen) }
    }
}

/// Rosters, applications and claims are sealed, decided on and cancelled alike; on the wire each names its own set.
macro_rules! set_steps {
    ($set:ident, $name:literal: $sealed:ident, [$($decided:ident)*], [$($cancelled:ident)?]) => {
        impl Wire for v1::$sealed {
            type Domain = SetSealed;

            fn write(domain: &SetSealed) -> Self {
                let hash = hash_bytes(&domain.hash);
                Self { $set: id_bytes(domain.set), count: domain.count, fen: domain.fen, hash }
            }

            fn read(self, check: &mut Check) -> SetSealed {
                SetSealed {
                    set: check.id($name, &self.$set),
                    count: self.count,
                    fen: check.fen("fen", self.fen),
                    hash: check.hash("hash", &self.hash),
                }
            }
        }

        $(impl Wire for v1::$decided {
            type Domain = SetDecided;

            fn write(domain: &SetDecided) -> Self {
                Self { $set: id_bytes(domain.set), hash: hash_bytes(&domain.hash) }
            }

            fn read(self, check: &mut Check) -> SetDecided {
                SetDecided { set: check.id($name, &self.$set), hash: check.hash("hash", &self.hash) }
            }
        })*

        $(impl Wire for v1::$cancelled {
            type Domain = SetCancelled;

            fn write(domain: &SetCancelled) -> Self {
                Self { $set: id_bytes(domain.set) }
            }

            fn read(self, check: &mut Check) -> SetCancelled {
                SetCancelled { set: check.id($name, &self.$set) }
            }
        })?
    };
}

set_steps!(roster, "roster": RosterSealed, [RosterReviewed RosterApproved], [RosterCancelled]);
set_steps!(application, "application": ApplicationSealed, [ApplicationApproved], [ApplicationCancelled]);
set_steps!(claim, "claim": ClaimSealed, [ClaimApproved], []);
