//! Names strangers' tools can read: accounts as a hierarchy in ASCII, kinds of events in Chinese.
//! A person is never named, here or anywhere in an export: owners are ids and numbers.

use ledger::account::{Account, Book, Class, Owner};

/// The account's name: where money comes from or where it is, book, class, number of its owner.
///
/// Beancount wants one of five roots; two say what a balance means here. `Equity` is where money comes from, and may
/// be below zero for good; `Assets` is where it is, if below zero only until what is missing is told. Each component begins with a
/// capital, as Beancount demands.
#[must_use]
pub fn account(account: &Account) -> String {
    let class = account.class;
    let root = if is_source(class) { "Equity" } else { "Assets" };
    let (book, owner) = (camel(class.book().name()), owner_word(class.owner()));
    format!("{root}:{book}:{}:{owner}{}", camel(class.name()), account.owner)
}

/// Whether money comes from it. What a unit has to pay over, what was spent, what is on its way and what reached the payees is
/// where money is, though late reports may have it below zero for a while.
fn is_source(class: Class) -> bool {
    use Class::{Advance, ClaimOwed, DueToFinance, Payee, Receivable, Remitted, Spent, Transit};
    let places = [DueToFinance, Spent, Transit, Payee, Receivable, Remitted, Advance, ClaimOwed];
    class.may_go_below_zero() && !places.contains(&class)
}

/// The Chinese name of a book.
#[must_use]
pub(crate) fn book_zh(book: Book) -> &'static str {
    match book {
        Book::Indicator => "指标",
        Book::Cash => "资金",
        Book::Entitlement => "应发",
        Book::Lender => "贷款",
    }
}

/// Class and book of an account in Chinese.
#[must_use]
pub(crate) fn class_zh(class: Class) -> String {
    format!("{}/{}", book_zh(class.book()), class.name_zh())
}

/// `due_to_finance` as `DueToFinance`.
fn camel(name: &str) -> String {
    name.split('_')
        .flat_map(|word| {
            let (first, rest) = word.split_at(word.len().min(1));
            [first.to_ascii_uppercase(), rest.to_owned()]
        })
        .collect()
}

fn owner_word(owner: Owner) -> &'static str {
    match owner {
        Owner::Org => "Org",
        Owner::Line => "Line",
        Owner::Roster => "Roster",
        Owner::Application => "Application",
        Owner::Loan => "Loan",
        Owner::Portfolio => "Portfolio",
        Owner::Claim => "Claim",
        Owner::Reward => "Reward",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_account_name_is_what_beancount_takes() {
        let mut names = std::collections::BTreeSet::new();
        for class in Class::ALL {
            let name = account(&Account { class: *class, owner: 7, balance: 0, last: 0 });
            for component in name.split(':') {
                assert!(component.starts_with(|c: char| c.is_ascii_uppercase()), "{name}");
                assert!(component.chars().all(|c| c.is_ascii_alphanumeric()), "{name}");
            }
            assert!(names.insert(name), "two classes share a name");
        }
        assert!(names.contains("Assets:Indicator:DueToFinance:Org7"), "{names:?}");
    }
}
