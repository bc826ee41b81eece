//! Runs a scenario and compares what the ledger made of it with what the story says.

use super::fields::{Fields, amount, day};
use super::kinds::{Chains, kind};
use crate::desk::{labelled, restored, submit};
use anyhow::{Context, Result, bail, ensure};
use ledger::account::{Book, Class};
use ledger::event::{Event, Kind};
use ledger::fold::Halt;
use ledger::money::yuan;
use ledger::outcome::Outcome;
use ledger::set::link;
use ledger::state::{Standing, State};
use std::collections::BTreeSet;
use std::path::Path;

/// What a story made the ledger do; together the stories must make it do everything.
#[derive(Default)]
pub struct Provoked {
    /// Kinds of event that were posted.
    pub kinds: BTreeSet<&'static str>,
    /// Codes of refusals.
    pub codes: BTreeSet<&'static str>,
    /// Kinds of findings.
    pub findings: BTreeSet<&'static str>,
}

/// Runs the story in a file.
///
/// # Errors
/// The first line that cannot be read or comes out otherwise, with its number.
pub fn run(path: &Path, provoked: &mut Provoked) -> Result<()> {
    let mut story = Story { state: State::default(), chains: Chains::new(), said: Vec::new(), provoked };
    story.file(path)?;
    story.trial()
}

struct Story<'p> {
    state: State,
    chains: Chains,
    /// Label of each entry's event.
    said: Vec<String>,
    provoked: &'p mut Provoked,
}

impl Story<'_> {
    fn file(&mut self, path: &Path) -> Result<()> {
        let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        for (at, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            self.line(path, &format!("{name}:{}", at + 1), line)
                .with_context(|| format!("{name}:{}: {line}", at + 1))?;
        }
        Ok(())
    }

    fn line(&mut self, path: &Path, place: &str, line: &str) -> Result<()> {
        let (said, expected) = line.split_once("->").map_or((line, None), |(a, b)| (a, Some(b.trim())));
        let words: Vec<&str> = said.split_whitespace().collect();
        match (words.as_slice(), expected) {
            (["use", other], None) => self.file(&path.with_file_name(other)),
            (["balance", owner, label, class, fen], None) => self.balance(owner, label, class, fen),
            (["standing", award, instalment, rest @ ..], None) => self.standing(award, instalment, rest),
            (["open", "findings", number], None) => self.open_findings(number),
            (["trial", "balanced"], None) => self.trial(),
            ([date, name, fields @ ..], expected) => {
                self.event(place, date, name, fields, expected.unwrap_or("posted"))
            }
            _ => bail!("neither an event nor a check"),
        }
    }

    fn event(&mut self, place: &str, date: &str, name: &str, fields: &[&str], expected: &str) -> Result<()> {
        let mut fields = Fields::read(fields)?;
        let label = fields.take("id").map_or_else(|| format!("{place}#{}", self.said.len()), str::to_owned);
        let (principal, direct) = (fields.take("by").unwrap_or("clerk"), fields.yes("direct_to_fold")?);
        let kind = kind(name, &mut fields, &self.chains)?;
        fields.finish()?;
        let event = Event { id: labelled(&label), effective: day(date)?, kind };
        ensure!(event.kind.name() == name, "the kind calls itself {}", event.kind.name());
        let content = proto::event::encode(&event);
        // What the wire turns away can only be shown to the fold directly.
        let event = match proto::event::decode(&content) {
            Ok(back) if !direct => back,
            Ok(_) => bail!("the wire takes this event, so it need not go to the fold directly"),
            Err(_) if direct => event,
            Err(error) => bail!("{error}"),
        };
        let outcome = submit(&mut self.state, principal, &content, event.clone());
        let found = self.describe(&event, &outcome);
        let figure = |found: &str| found.rsplit_once(' ').is_some_and(|(rest, _)| rest == expected);
        ensure!(
            found == expected || (expected.starts_with("refused") && figure(&found)),
            "expected `{expected}`, the ledger says `{found}`"
        );
        if let Ok(outcome) = outcome {
            self.said.push(label);
            if matches!(outcome, Outcome::Posted { .. }) {
                self.chain(&event, &content);
            }
        }
        Ok(())
    }

    fn chain(&mut self, event: &Event, content: &[u8]) {
        let (set, fen) = match &event.kind {
            Kind::RosterLineAdded(line) => (line.roster, line.fen),
            Kind::ApplicationLineAdded(line) => (line.application, line.draws.iter().map(|draw| draw.fen).sum()),
            _ => return,
        };
        let chain = self.chains.entry(set).or_default();
        *chain = (chain.0 + 1, chain.1 + fen, link(&chain.2, content));
    }

    fn describe(&mut self, event: &Event, outcome: &Result<Outcome, Halt>) -> String {
        match outcome {
            Err(halt) => format!("halt: {halt}"),
            Ok(Outcome::Posted { findings, .. }) => {
                self.provoked.kinds.insert(event.kind.name());
                let names = findings.iter().map(|handle| self.state.findings.get(*handle).kind.name());
                let names: Vec<&str> = names.collect();
                self.provoked.findings.extend(&names);
                if names.is_empty() { "posted".to_owned() } else { format!("posted finding {}", names.join(" ")) }
            }
            Ok(Outcome::Duplicate { first, refused }) => {
                let first = usize::try_from(*first).ok().and_then(|at| self.said.get(at));
                let refused = refused.map_or(String::new(), |code| format!(", refused {}", code.name()));
                format!("duplicate of {}{refused}", first.map_or("nothing", String::as_str))
            }
            Ok(Outcome::Refused(refusal)) => {
                self.provoked.codes.insert(refusal.code.name());
                let money = yuan(i128::from(refusal.figure)).replace(',', "");
                format!("refused {} {money}", refusal.code.name())
            }
        }
    }

    fn balance(&self, owner: &str, label: &str, class: &str, expected: &str) -> Result<()> {
        let id = labelled(label);
        let class = Class::ALL.iter().find(|known| known.name() == class).context("no such class of account")?;
        let state = &self.state;
        let account = match owner {
            "org" => state.orgs.find(id).map(|org| state.org_account(org, *class)),
            "line" => state.lines.find(id).map(|line| state.line_account(line, *class)),
            "roster" => state.rosters.find(id).map(|roster| state.roster_account(roster, *class)),
            "application" => state.applications.find(id).map(|row| state.application_account(row, *class)),
            _ => bail!("`{owner}` owns no accounts"),
        };
        let found = state.balance(account.context("the owner is not known")?);
        ensure!(found == amount(expected)?, "the balance is {}", yuan(i128::from(found)));
        Ok(())
    }

    fn standing(&self, award: &str, instalment: &str, expected: &[&str]) -> Result<()> {
        let (_, award) = self.state.awards.by_id(labelled(award)).context("no such award")?;
        let at: u32 = instalment.parse()?;
        let payout = |handle: u32| Some(self.state.payouts.get(handle).id);
        let found = match self.state.standing(award.instalments + at - 1) {
            Standing::Free => ("free", None),
            Standing::Ordered(handle) => ("ordered", payout(handle)),
            Standing::Settled(handle) => ("settled", payout(handle)),
            Standing::Returned(handle) => ("returned", payout(handle)),
        };
        let expected = match expected {
            [word] => (*word, None),
            [word, payout] => (*word, Some(labelled(payout))),
            _ => bail!("a standing is a word and a payment"),
        };
        ensure!(found == expected, "it stands {} {:?}", found.0, found.1);
        Ok(())
    }

    fn open_findings(&self, expected: &str) -> Result<()> {
        let money = |finding: &&ledger::rows::Finding| finding.open && finding.fen > 0;
        let found = self.state.findings.iter().filter(|(_, finding)| money(finding)).count();
        ensure!(found == expected.parse::<usize>()?, "{found} findings with money are open");
        Ok(())
    }

    fn trial(&mut self) -> Result<()> {
        for book in Book::ALL {
            let sum = self.state.trial_balance(book);
            ensure!(sum == 0, "the {} book is off by {sum} fen", book.name());
        }
        // Pages are read back at every trial, so no story can write what they cannot hold.
        let digest = self.state.digest();
        let mut copy = restored(&mut self.state).map_err(|_| anyhow::anyhow!("a page was not taken back"))?;
        ensure!(copy.digest() == digest, "pages bring back another state");
        Ok(())
    }
}
