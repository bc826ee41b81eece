//! The demo's year in strangers' books: hledger and Beancount recompute every balance of it, loans and funds too, and
//! agree with the ledger to the fen. `MINGZHANG_DEMO_SCALE` is the part of the real year that is played.

use std::collections::BTreeMap;
use std::io::Write as _;

use crate::tools::{self, Balances, Tool};
use ledger::account::Book;
use replay::audit::export::{EVERY, Format, export, names};
use replay::engine::Options;
use services::demo::run::{DemoOptions, run};

#[test]
fn strangers_recompute_the_year_of_the_demo_to_the_fen() {
    let scale = std::env::var("MINGZHANG_DEMO_SCALE").unwrap_or_else(|_| "0.0003".to_owned());
    let dir = tempfile::tempdir().expect("a directory");
    let (scale, data) = (scale.parse().expect("a scale"), Some(dir.path().join("demo")));
    let ran = run(&DemoOptions { scale, data, nats: None, signing: None, quiet: true }).expect("the demo as planned");
    assert!(ran.differences().is_empty(), "{:?}", ran.differences());
    ran.engine.stop().expect("a clean end");
    let (ours, books) = {
        let state = ran.engine.read();
        let posted_to = state.accounts.iter().filter(|(_, account)| account.last > 0);
        let mut books: BTreeMap<&str, usize> = BTreeMap::new();
        let ours: Balances = posted_to
            .map(|(_, account)| {
                *books.entry(account.class.book().name()).or_default() += 1;
                (names::account(account), account.balance)
            })
            .collect();
        (ours, books)
    };
    assert_eq!(books.len(), Book::ALL.len(), "every book has accounts: {books:?}");
    let of_loans = ours.iter().filter(|(name, fen)| name.contains(":Lender:") && **fen % 100 != 0).count();
    assert!(ours.len() > 500 && of_loans > 10, "{} accounts, {of_loans} of loans not in whole yuan", ours.len());
    let beancount = tools::beancount().expect("Beancount, without which nobody else has checked the figures");
    let exported = |format: Format, tool: &Tool| {
        let out = dir.path().join(format!("{format:?}"));
        let written = export(&Options::file(&ran.data), format, &out, EVERY, &mut |_| {}).expect("exported");
        assert_eq!(written.entries, ran.figures.entries);
        let found = tool.balances(&written.open).unwrap_or_else(|why| panic!("{format:?}: {why}"));
        assert_eq!(found.len(), ours.len(), "{format:?}");
        for (name, fen) in &ours {
            assert_eq!(found.get(name), Some(fen), "{format:?}: {name}");
        }
        found
    };
    let found = exported(Format::Beancount, &beancount);
    let payees = found.iter().filter(|(name, _)| name.starts_with("Assets:Cash:Payee:"));
    let credited: i128 = payees.map(|(_, fen)| fen).sum();
    assert!(credited >= i128::from(ran.figures.credited_fen), "the year's credits are among them");
    match tools::find_hledger() {
        Ok(hledger) => drop(exported(Format::Hledger, &hledger)),
        Err(why) => {
            // Past the test runner, which swallows what a passing test prints: a check left out must be seen.
            writeln!(std::io::stderr(), "NOT CHECKED BY HLEDGER: {why}").expect("standard error takes a line");
        }
    }
}
