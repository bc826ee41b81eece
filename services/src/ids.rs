//! Ids of things by derivation: the same number of the source always gives the same id, with no query. No hashing of people here;
//! ids of events are made from their keys, in `ledger::event`.
//!
//! A number belongs to who gave it: two counties have a ZF-001 each, and these are two things. So the number of the organisation that
//! gave it is the first part of the key. Who that is follows from what files carry, so that few have to say more than they do:
//!
//! | of | gave it | because |
//! |---|---|---|
//! | roster | the school | it begins the roster, and every row names it |
//! | application, its payments | the unit whose document lines pay | every row names it |
//! | voucher | the unit of its application | the treasury numbers vouchers unit by unit, and names no treasury |
//! | batch | the unit of its application | the treasury that sends it numbers it; a bank serves many of them |
//! | loan, claim | the lender | every row names it |
//! | remittance | the unit that orders it | every row names it |
//! | reward | the aid centre rewarded | it spends the reward by this number, whoever decided on it |
//!
//! A document number 文号 names its office by itself, and an organisation's number is the same everywhere.

use uuid::Uuid;

/// The namespace of every id derived here; a random value, fixed for ever.
const NAMESPACE: Uuid = Uuid::from_u128(0x6d1f_5ad2_0c9e_4b47_9a53_2f6b_8c07_71e4);

/// What offices number and others give opinions on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Numbered {
    /// A roster of a school.
    Roster,
    /// An application of a unit.
    Application,
    /// A claim of a lender.
    Claim,
    /// A payment to a lender, ordered by a unit.
    Remittance,
}

impl Numbered {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Roster, Self::Application, Self::Claim, Self::Remittance];

    /// Stable name, on the wire too.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Roster => "roster",
            Self::Application => "application",
            Self::Claim => "claim",
            Self::Remittance => "remittance",
        }
    }

    /// The one with this number of whoever gave it. Payments to lenders have no editions.
    #[must_use]
    pub fn id(self, giver: &str, number: &str, edition: u8) -> Uuid {
        match self {
            Self::Roster => roster(giver, number, edition),
            Self::Application => application(giver, number, edition),
            Self::Claim => claim(giver, number, edition),
            Self::Remittance => remittance(giver, number),
        }
    }
}

/// The organisation with this number.
#[must_use]
pub fn org(number: &str) -> Uuid {
    derived(&["org", number])
}

/// The line of a document that stands under this number for this unit; the document number in its one spelling.
#[must_use]
pub fn line(document: &str, number: u32, unit: &str) -> Uuid {
    derived(&["line", document, &number.to_string(), unit])
}

/// The roster with this number of a school; of an edition above 0, the one that took the place of the edition before.
#[must_use]
pub fn roster(school: &str, number: &str, edition: u8) -> Uuid {
    edited(&["roster", school, number], edition)
}

/// What a person is awarded by a programme at a school in an academic year.
#[must_use]
pub fn award(programme: &str, academic_year: u16, school: &str, person: Uuid) -> Uuid {
    let year = academic_year.to_string();
    derived(&["award", programme, &year, school, person.hyphenated().encode_lower(&mut Uuid::encode_buffer())])
}

/// The application with this number of a unit; of an edition above 0, the one that took the place of the edition before.
#[must_use]
pub fn application(unit: &str, number: &str, edition: u8) -> Uuid {
    edited(&["application", unit, number], edition)
}

/// The payment on this line of an application.
#[must_use]
pub fn payout(unit: &str, application: &str, edition: u8, line: u32) -> Uuid {
    edited(&["payout", unit, application, &line.to_string()], edition)
}

/// The voucher with this number, for an application of this unit.
#[must_use]
pub fn voucher(unit: &str, number: &str) -> Uuid {
    derived(&["voucher", unit, number])
}

/// The batch with this number, of an application of this unit.
#[must_use]
pub fn batch(unit: &str, number: &str) -> Uuid {
    derived(&["batch", unit, number])
}

/// The loan with this contract number of a lender.
#[must_use]
pub fn loan(lender: &str, number: &str) -> Uuid {
    derived(&["loan", lender, number])
}

/// The claim with this number of a lender; of an edition above 0, the one that took the place of the edition before.
#[must_use]
pub fn claim(lender: &str, number: &str, edition: u8) -> Uuid {
    edited(&["claim", lender, number], edition)
}

/// The payment to a lender with this number of the unit that orders it.
#[must_use]
pub fn remittance(unit: &str, number: &str) -> Uuid {
    derived(&["remittance", unit, number])
}

/// The reward with this number of an aid centre.
#[must_use]
pub fn reward(centre: &str, number: &str) -> Uuid {
    derived(&["reward", centre, number])
}

/// The first edition goes by the parts alone.
fn edited(parts: &[&str], edition: u8) -> Uuid {
    if edition == 0 {
        return derived(parts);
    }
    derived(&[parts, &[&edition.to_string()]].concat())
}

fn derived(parts: &[&str]) -> Uuid {
    let mut name = Vec::with_capacity(96);
    for part in parts {
        name.extend_from_slice(part.as_bytes());
        // A byte that no part holds keeps `a`,`bc` apart from `ab`,`c`.
        name.push(0);
    }
    Uuid::new_v5(&NAMESPACE, &name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_follow_the_source_and_nothing_else() {
        assert_eq!(org("610000CZ"), org("610000CZ"));
        assert_ne!(line("财教〔2021〕1号", 1, "11"), line("财教〔2021〕1号", 11, "1"));
    }

    /// All that a number can be the number of.
    const NUMBERED: [fn(&str, &str) -> Uuid; 12] = [
        |giver, number| roster(giver, number, 0),
        |giver, number| roster(giver, number, 1),
        |giver, number| application(giver, number, 0),
        |giver, number| application(giver, number, 1),
        |giver, number| payout(giver, number, 0, 1),
        |giver, number| payout(giver, number, 1, 1),
        voucher,
        batch,
        |giver, number| claim(giver, number, 0),
        |giver, number| claim(giver, number, 1),
        remittance,
        reward,
    ];

    #[test]
    fn equal_numbers_of_two_offices_never_meet_nor_do_pairs_that_read_alike() {
        let mut met = HashSet::new();
        let pairs = [
            ("610502", "ZF-001"),
            ("610581", "ZF-001"),
            ("610502ZF", "-001"),
            ("610502", "ZF-0011"),
            ("", "610502ZF-001"),
        ];
        for (giver, number) in pairs {
            for id in NUMBERED {
                assert!(met.insert(id(giver, number)), "{giver} {number}");
            }
        }
        assert_eq!(met.len(), NUMBERED.len() * pairs.len());
    }
}
