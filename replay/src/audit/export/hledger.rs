//! How hledger wants its journal: tags in comments, assertions as postings of nothing.

use std::fmt::Write as _;

use ledger::money::{Day, Yuan};

use super::journal::{Declared, Dialect, Head};
use crate::audit::explain::kind_zh;

/// The dialect of hledger 1.25 and later.
pub(super) struct Hledger;

// Writing to a string cannot fail, so what `write!` gives back is dropped.
impl Dialect for Hledger {
    const ENDING: &'static str = "journal";
    const MAIN: &'static str = "main.journal";

    fn remark(out: &mut String, text: &str) {
        let _ = writeln!(out, "; {text}");
    }

    fn commodity(out: &mut String) {
        out.push_str("decimal-mark .\ncommodity 1000.00 CNY\n\n");
    }

    fn include(out: &mut String, file: &str) {
        let _ = writeln!(out, "include {file}");
    }

    fn declare(out: &mut String, account: &Declared<'_>) {
        let Declared { name, number, class, owner } = account;
        let _ = writeln!(out, "account {name}  ; class:{class}, owner:{owner}, number:{number}");
    }

    fn head(out: &mut String, head: &Head<'_>) {
        let Head { index, booked, book, kind, event, effective, .. } = head;
        let _ = writeln!(out, "{booked} * ({index}) {} {kind}", kind_zh(kind));
        let book = book.name();
        let _ = writeln!(out, "    ; entry:{index}, event:{event}, effective:{effective}, book:{book}");
        out.push_str("    ; principal:");
        out.extend(head.principal.chars().map(tag_character));
        out.push('\n');
    }

    fn leg(out: &mut String, account: &str, fen: i128) {
        let _ = writeln!(out, "    {account}  {} CNY", Yuan(fen));
    }

    fn assertion(out: &mut String, on: Day, account: &str, fen: i128) {
        let _ = write!(out, "{on} * 余额核对 balance asserted\n    {account}  0.00 CNY = {} CNY\n\n", Yuan(fen));
    }
}

/// A comma ends a tag and a new line ends the comment; a name with either is still readable with another sign.
fn tag_character(character: char) -> char {
    match character {
        ',' => '，',
        character if character.is_control() => ' ',
        character => character,
    }
}
