//! The flags of the command line, by the built binary.

use super::year::Year;
use serde_json::Value;
use std::process::Command;
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_commands_take_a_point_and_say_it() {
    let year = Year::run().await;
    let (middle, address) = (year.entries() / 2, year.server.address.to_string());
    let id = |bytes: &[u8]| Uuid::from_slice(bytes).expect("an id").to_string();
    let (owner, class) = year.things.accounts[0].clone();
    let (owner, line, payout) = (id(&owner), id(&year.things.lines[0]), id(&year.things.payouts[0]));
    let last = year.entries() - 1;
    let fund = year.things.funds[0].clone();
    let lender = id(&fund.0);
    let (loan, claim) = (id(&year.things.loans[0]), id(&year.things.claims[0]));
    let (award, batch) = (id(&year.things.awards[0]), id(&year.things.batches[0]));
    let done = tokio::task::spawn_blocking(move || {
        let ask = |words: &[&str]| asked(&address, words);
        let middle = middle.to_string();
        let status = ask(&["status", "--at-index", &middle]);
        assert_eq!(status["as_of"].as_u64().map(|of| of - 1), middle.parse().ok());
        assert_eq!(status["at"]["at_index"], status["entries"].as_u64().expect("a number") - 1);
        let (index, day) = (["--at-index", &last.to_string()], ["--effective-on", "2021-11-30"]);
        let fund = vec!["risk", "show", "--lender", &lender, "--kind", &fund.1];
        for words in [
            vec!["balance", "--class", "available"],
            vec!["entries", "--owner", &owner, "--class", &class],
            vec!["line", &line],
            vec!["trace", &line],
            vec!["totals"],
            vec!["refusals"],
            vec!["findings"],
            vec!["debts"],
            vec!["withdrawals"],
            vec!["award", &award],
            vec!["payout", &payout],
            vec!["batch", &batch],
            vec!["claim", "list"],
            vec!["claim", "payments"],
            vec!["loan", "position"],
        ] {
            let now = ask(&words);
            let mut then = ask(&[&words[..], &index].concat());
            assert_eq!(then["at"]["at_index"], last, "{words:?}");
            then.as_object_mut().expect("an object").remove("at");
            assert_eq!(then, now, "{words:?} after the last entry is now");
        }
        for words in [vec!["loan", "show", &loan], vec!["claim", "show", &claim], fund] {
            assert_eq!(ask(&[&words[..], &index].concat())["at"]["at_index"], last, "{words:?}");
        }
        let totals = ask(&[&["totals"], &day[..]].concat());
        assert!(totals["basis"]["withheld"].as_u64().is_some_and(|left| left > 0), "{totals}");
        let until = ask(&["status", "--recorded-until", "2021-09-30 18:00"]);
        assert_eq!(until["entries"], 0, "the demo is recorded now, whatever year it tells of");
        let text = shown(&address, &["totals", "--recorded-until", "2100-01-01", "--effective-on", "2021-11-30"]);
        assert!(text.contains("2100-01-01 23:59:59") && text.contains("生效至 effective on 2021-11-30"), "{text}");
        for bad in [&["--recorded-until", "yesterday"][..], &["--at-index", "1", "--recorded-until", "2021-01-01"]] {
            let output = run(&address, &[&["status"], bad].concat());
            assert_eq!(output.status.code(), Some(2), "{bad:?}");
        }
        assert_eq!(run(&address, &["payout", &payout, "--at-index", "0"]).status.code(), Some(4));
    });
    done.await.expect("no panic");
    year.server.stop().await;
}

fn run(address: &str, words: &[&str]) -> std::process::Output {
    let words = [words, &["--server", address]].concat();
    Command::new(env!("CARGO_BIN_EXE_mingzhang")).args(words).output().expect("runs")
}

fn shown(address: &str, words: &[&str]) -> String {
    let output = run(address, words);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}: {errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What a command answers as JSON.
pub fn asked(address: &str, words: &[&str]) -> Value {
    let text = shown(address, &[words, &["--json"]].concat());
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{words:?}: {error}\n{text}"))
}
