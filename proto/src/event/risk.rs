//! Risk compensation, rewards, closing and reversing between wire and domain. Whether they are due is not asked here.

use super::check::{Check, Choice, Wire, choice, id_bytes};
use crate::limits::{MAX_PAYERS, MAX_REWARDS};
use crate::v1;
use ledger::account::Book;
use ledger::event::{
    CompensationAccrued, CompensationReceived, EntryReversed, FundStated, KeyAnnounced, PeriodClosed, RewardPart,
    RewardSpent, SurplusRewarded,
};

choice!(Book = Book { Indicator Cash Entitlement Lender });

impl Wire for v1::CompensationAccrued {
    type Domain = CompensationAccrued;

    fn write(domain: &CompensationAccrued) -> Self {
        Self {
            year: Some(Wire::write(&domain.year)),
            school: id_bytes(domain.school),
            default_ppm: domain.default_ppm,
            parts: domain.parts.iter().map(Wire::write).collect(),
        }
    }

    fn read(self, check: &mut Check) -> CompensationAccrued {
        CompensationAccrued {
            year: check.whole("year", self.year),
            school: check.id("school", &self.school),
            default_ppm: check.ppm("default_ppm", self.default_ppm),
            parts: check.parts("parts", self.parts, 1..=MAX_PAYERS, Wire::read),
        }
    }
}

impl Wire for v1::CompensationReceived {
    type Domain = CompensationReceived;

    fn write(domain: &CompensationReceived) -> Self {
        Self {
            year: Some(Wire::write(&domain.year)),
            payer: domain.payer.number(),
            fen: domain.fen,
            serial: domain.serial.clone(),
        }
    }

    fn read(self, check: &mut Check) -> CompensationReceived {
        CompensationReceived {
            year: check.whole("year", self.year),
            payer: check.choice("payer", self.payer),
            fen: check.fen("fen", self.fen),
            serial: check.text("serial", self.serial),
        }
    }
}

impl Wire for v1::FundStated {
    type Domain = FundStated;

    fn write(domain: &FundStated) -> Self {
        Self { lender: id_bytes(domain.lender), kind: domain.kind.number(), fen: domain.fen }
    }

    fn read(self, check: &mut Check) -> FundStated {
        FundStated {
            lender: check.id("lender", &self.lender),
            kind: check.choice("kind", self.kind),
            fen: check.fen("fen", self.fen),
        }
    }
}

impl Wire for v1::RewardPart {
    type Domain = RewardPart;

    fn write(domain: &RewardPart) -> Self {
        Self { reward: id_bytes(domain.reward), centre: id_bytes(domain.centre), fen: domain.fen }
    }

    fn read(self, check: &mut Check) -> RewardPart {
        RewardPart {
            reward: check.id("reward", &self.reward),
            centre: check.id("centre", &self.centre),
            fen: check.fen("fen", self.fen),
        }
    }
}

impl Wire for v1::SurplusRewarded {
    type Domain = SurplusRewarded;

    fn write(domain: &SurplusRewarded) -> Self {
        Self {
            year: Some(Wire::write(&domain.year)),
            surplus: domain.surplus,
            parts: domain.parts.iter().map(Wire::write).collect(),
        }
    }

    fn read(self, check: &mut Check) -> SurplusRewarded {
        SurplusRewarded {
            year: check.whole("year", self.year),
            surplus: check.fen("surplus", self.surplus),
            parts: check.parts("parts", self.parts, 1..=MAX_REWARDS, Wire::read),
        }
    }
}

impl Wire for v1::RewardSpent {
    type Domain = RewardSpent;

    fn write(domain: &RewardSpent) -> Self {
        Self { reward: id_bytes(domain.reward), purpose: domain.purpose.clone(), fen: domain.fen }
    }

    fn read(self, check: &mut Check) -> RewardSpent {
        RewardSpent {
            reward: check.id("reward", &self.reward),
            purpose: check.name("purpose", self.purpose),
            fen: check.fen("fen", self.fen),
        }
    }
}

impl Wire for v1::PeriodClosed {
    type Domain = PeriodClosed;

    fn write(domain: &PeriodClosed) -> Self {
        Self { org: id_bytes(domain.org), book: domain.book.number(), through: domain.through.yyyymmdd() }
    }

    fn read(self, check: &mut Check) -> PeriodClosed {
        PeriodClosed {
            org: check.id("org", &self.org),
            book: check.choice("book", self.book),
            through: check.day("through", self.through),
        }
    }
}

impl Wire for v1::EntryReversed {
    type Domain = EntryReversed;

    fn write(domain: &EntryReversed) -> Self {
        Self { entry: id_bytes(domain.entry), subject: id_bytes(domain.subject), document: domain.document.clone() }
    }

    fn read(self, check: &mut Check) -> EntryReversed {
        EntryReversed {
            entry: check.id("entry", &self.entry),
            subject: check.id("subject", &self.subject),
            document: check.text("document", self.document),
        }
    }
}

impl Wire for v1::KeyAnnounced {
    type Domain = KeyAnnounced;

    fn write(domain: &KeyAnnounced) -> Self {
        let [key, by] = [domain.key, domain.by].map(|key| key.to_vec().into());
        Self { key, by, signature: domain.signature.concat().into() }
    }

    fn read(self, check: &mut Check) -> KeyAnnounced {
        KeyAnnounced {
            key: check.hash("key", &self.key),
            by: check.hash("by", &self.by),
            signature: check.signature("signature", &self.signature),
        }
    }
}
