//! Ids of things by derivation: the same number of the source always gives the same id, with no query. No hashing of people here;
//! ids of events are made from their keys, in `ledger::event`.

use uuid::Uuid;

/// The namespace of every id derived here; a random value, fixed for ever.
const NAMESPACE: Uuid = Uuid::from_u128(0x6d1f_5ad2_0c9e_4b47_9a53_2f6b_8c07_71e4);

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

/// The roster with this number.
#[must_use]
pub fn roster(number: &str) -> Uuid {
    derived(&["roster", number])
}

/// What a person is awarded by a programme at a school in an academic year.
#[must_use]
pub fn award(programme: &str, academic_year: u16, school: &str, person: Uuid) -> Uuid {
    let year = academic_year.to_string();
    derived(&["award", programme, &year, school, person.hyphenated().encode_lower(&mut Uuid::encode_buffer())])
}

/// The application with this number.
#[must_use]
pub fn application(number: &str) -> Uuid {
    derived(&["application", number])
}

/// The payment on this line of an application.
#[must_use]
pub fn payout(application: &str, line: u32) -> Uuid {
    derived(&["payout", application, &line.to_string()])
}

/// The voucher with this number.
#[must_use]
pub fn voucher(number: &str) -> Uuid {
    derived(&["voucher", number])
}

/// The batch with this number.
#[must_use]
pub fn batch(number: &str) -> Uuid {
    derived(&["batch", number])
}

/// The loan with this contract number of a lender.
#[must_use]
pub fn loan(lender: &str, number: &str) -> Uuid {
    derived(&["loan", lender, number])
}

/// The claim with this number.
#[must_use]
pub fn claim(number: &str) -> Uuid {
    derived(&["claim", number])
}

/// The payment to a lender with this number.
#[must_use]
pub fn remittance(number: &str) -> Uuid {
    derived(&["remittance", number])
}

/// The reward with this number.
#[must_use]
pub fn reward(number: &str) -> Uuid {
    derived(&["reward", number])
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

    #[test]
    fn ids_follow_the_source_and_nothing_else() {
        assert_eq!(org("610000CZ"), org("610000CZ"));
        assert_ne!(org("1"), roster("1"));
        assert_ne!(line("财教〔2021〕1号", 1, "11"), line("财教〔2021〕1号", 11, "1"));
    }
}
