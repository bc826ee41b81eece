//! How Beancount wants its journal: metadata under each transaction, accounts opened, balances asserted to the fen.

use std::fmt::Write as _;

use ledger::money::{Day, Yuan};

use super::journal::{DECLARED, Declared, Dialect, Head};
use crate::audit::explain::kind_zh;

/// The dialect of Beancount 2 and 3.
pub(super) struct Beancount;

// Writing to a string cannot fail, so what `write!` gives back is dropped.
impl Dialect for Beancount {
    const ENDING: &'static str = "beancount";
    const MAIN: &'static str = "main.beancount";

    fn remark(out: &mut String, text: &str) {
        let _ = writeln!(out, "; {text}");
    }

    fn commodity(out: &mut String) {
        out.push_str("option \"title\" \"明账 Mingzhang\"\noption \"operating_currency\" \"CNY\"\n");
        let _ = writeln!(out, "{DECLARED} commodity CNY\n");
    }

    fn include(out: &mut String, file: &str) {
        let _ = writeln!(out, "include \"{file}\"");
    }

    fn declare(out: &mut String, account: &Declared<'_>) {
        let Declared { name, number, class, owner } = account;
        let _ = writeln!(out, "{DECLARED} open {name} CNY");
        let _ = writeln!(out, "  class: \"{class}\"\n  owner: \"{owner}\"\n  number: {number}");
    }

    fn head(out: &mut String, head: &Head<'_>) {
        let Head { index, booked, book, kind, event, effective, .. } = head;
        let _ = writeln!(out, "{booked} * \"{} {kind}\"", kind_zh(kind));
        let book = book.name();
        let _ = write!(out, "  entry: {index}\n  event: \"{event}\"\n  effective: {effective}\n  book: \"{book}\"\n");
        out.push_str("  principal: \"");
        for character in head.principal.chars() {
            match character {
                '"' | '\\' => out.extend(['\\', character]),
                character if character.is_control() => out.push(' '),
                character => out.push(character),
            }
        }
        out.push_str("\"\n");
    }

    fn leg(out: &mut String, account: &str, fen: i128) {
        let _ = writeln!(out, "  {account}  {} CNY", Yuan(fen));
    }

    /// Without `~ 0` a difference of a fen would pass: the tolerance follows the last digit.
    fn assertion(out: &mut String, on: Day, account: &str, fen: i128) {
        let _ = writeln!(out, "{on} balance {account}  {} ~ 0.00 CNY", Yuan(fen));
    }
}
