//! Tables after RFC 4180 in UTF-8: every entry with its outcome, every posting, and the accounts as they end.
//! What strangers add up from postings can be held against the last column of accounts.

use std::fmt::Write as _;
use std::path::Path;

use ledger::account::{Account, AccountNo};
use ledger::entry::Entry;
use ledger::outcome::{Outcome, Posting};
use ledger::state::State;

use super::error::ExportError;
use super::folding::Export;
use super::names;
use super::new_directory::Out;

const ENTRIES: &str = "entries.csv";

/// The tables being written.
pub(super) struct Csv {
    entries: Out,
    postings: Out,
    accounts: Out,
    written: u64,
    /// By account number: whether anything was posted to it.
    posted_to: Vec<bool>,
    text: String,
}

impl Csv {
    pub fn new(dir: &Path) -> Result<Self, ExportError> {
        let open = |name: &str, columns: &str| {
            let mut out = Out::create(dir.join(name))?;
            out.write(&mut format!("{columns}\r\n"))?;
            Ok::<Out, ExportError>(out)
        };
        Ok(Self {
            entries: open(ENTRIES, "index,recorded_ms,principal,kind,kind_zh,event,effective,outcome,code")?,
            postings: open("postings.csv", "index,booked,debit,debit_name,credit,credit_name,fen")?,
            accounts: open("accounts.csv", "account,name,book,class,class_zh,owner,balance_fen")?,
            written: 0,
            posted_to: Vec::new(),
            text: String::new(),
        })
    }

    fn posting(&mut self, state: &State, index: u64, posting: &Posting) -> Result<(), ExportError> {
        let name = |account: AccountNo| names::account(state.accounts.get(account));
        let Posting { debit, credit, fen, booked } = *posting;
        let (from, to) = (name(credit), name(debit));
        let _ = write!(self.text, "{index},{booked},{},{to},{},{from},{fen}\r\n", debit.number(), credit.number());
        for account in [debit.number() as usize, credit.number() as usize] {
            if self.posted_to.len() <= account {
                self.posted_to.resize(account + 1, false);
            }
            self.posted_to[account] = true;
        }
        self.written += 1;
        self.postings.write(&mut self.text)
    }
}

impl Export for Csv {
    fn entry(&mut self, state: &State, entry: &Entry<'_>, outcome: &Outcome) -> Result<(), ExportError> {
        let (index, recorded, event) = (entry.index, entry.recorded_ms, &entry.event);
        let _ = write!(self.text, "{index},{recorded},");
        field(&mut self.text, entry.principal);
        let (kind, (outcome_name, code)) = (event.kind.name(), said(outcome));
        let (zh, id, effective) = (event.kind.name_zh(), event.id, event.effective);
        let _ = write!(self.text, ",{kind},{zh},{id},{effective},{outcome_name},{code}\r\n");
        self.entries.write(&mut self.text)?;
        if let Outcome::Posted { postings, .. } = outcome {
            for posting in postings {
                self.posting(state, index, posting)?;
            }
        }
        Ok(())
    }

    fn finish(&mut self, state: &State) -> Result<(&'static str, u64, u64), ExportError> {
        let posted_to = (0u32..).zip(&self.posted_to).filter(|(_, posted_to)| **posted_to);
        let mut count = 0;
        for (number, _) in posted_to {
            let account = state.accounts.get(AccountNo::new(number));
            count += 1;
            let Account { class, balance, .. } = *account;
            let (name, owner) = (names::account(account), state.owner_id(AccountNo::new(number)));
            let (book, class, zh) = (class.book().name(), class.name(), class.name_zh());
            let _ = write!(self.text, "{number},{name},{book},{class},{zh},{owner},{balance}\r\n");
            self.accounts.write(&mut self.text)?;
        }
        for out in [&mut self.entries, &mut self.postings, &mut self.accounts] {
            out.flush()?;
        }
        Ok((ENTRIES, self.written, count))
    }
}

/// The outcome, and the code of a refusal: of the first one, if this is a repeat.
fn said(outcome: &Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Posted { .. } => ("posted", ""),
        Outcome::Duplicate { now, .. } => ("duplicate", now.refused().map_or("", ledger::outcome::Code::name)),
        Outcome::Refused(refusal) => ("refused", refusal.code.name()),
    }
}

/// Text somebody else chose. What a spreadsheet would take for a formula gets an apostrophe before it.
fn field(out: &mut String, text: &str) {
    let guard = if proto::text::is_formula(text) { "'" } else { "" };
    if text.contains(['"', ',', '\r', '\n']) {
        let _ = write!(out, "\"{guard}{}\"", text.replace('"', "\"\""));
    } else {
        let _ = write!(out, "{guard}{text}");
    }
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn fields_are_quoted_and_no_formula() {
        for (text, expected) in [
            ("省财政厅/制单", "省财政厅/制单"),
            ("a,b", "\"a,b\""),
            ("say \"x\"\n", "\"say \"\"x\"\"\n\""),
            ("=1+1", "'=1+1"),
            ("@a,b", "\"'@a,b\""),
            ("＝1+1", "'＝1+1"),
            ("＋1", "'＋1"),
            ("＠a", "'＠a"),
        ] {
            let mut out = String::new();
            field(&mut out, text);
            assert_eq!(out, expected);
        }
    }
}
