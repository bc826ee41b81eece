//! Runs a scenario and compares what the ledger made of it with what the story says.

use super::checks;
use super::fields::{Fields, day};
use super::kinds::kind;
use super::sets::{Chains, SoFar};
use crate::desk::{labelled, numbered, restored, submit_at};
use anyhow::{Context, Result, bail, ensure};
use ledger::account::Book;
use ledger::event::{Event, Kind};
use ledger::fold::Halt;
use ledger::handle::Handle;
use ledger::money::{Day, yuan};
use ledger::outcome::{Now, Outcome};
use ledger::set::link;
use ledger::state::State;
use proto::samples::LATE_MS;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use uuid::Uuid;

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
    after(path, provoked).map(drop)
}

/// What a ledger holds after the story in a file.
///
/// # Errors
/// As [`run`].
pub fn after(path: &Path, provoked: &mut Provoked) -> Result<State> {
    let mut story = Story::new(provoked);
    story.file(path)?;
    story.trial()?;
    Ok(story.state)
}

/// What a ledger holds after the story in a file, and what its lines after `then any of` say, of which nothing is told yet.
///
/// # Errors
/// As [`run`].
pub fn then_any_of(path: &Path) -> Result<(State, Vec<Event>)> {
    let mut provoked = Provoked::default();
    let mut story = Story::new(&mut provoked);
    story.file(path)?;
    story.trial()?;
    Ok((story.state, story.untold.context("no line `then any of`")?))
}

struct Story<'p> {
    state: State,
    /// When the next events are recorded: long after all of them, unless the story says `recorded`.
    recorded_ms: i64,
    chains: Chains,
    /// Label of each entry's event.
    said: Vec<String>,
    /// The id of what was said under a label last.
    ids: BTreeMap<String, Uuid>,
    /// Days on which the last event that was posted is booked.
    booked: BTreeSet<Day>,
    /// What may be told next, once the story has come to that.
    untold: Option<Vec<Event>>,
    provoked: &'p mut Provoked,
}

impl<'p> Story<'p> {
    fn new(provoked: &'p mut Provoked) -> Self {
        let (chains, said, ids, booked) = (Chains::new(), Vec::new(), BTreeMap::new(), BTreeSet::new());
        let state = State::default();
        Self { state, recorded_ms: LATE_MS, chains, said, ids, booked, untold: None, provoked }
    }

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
            (["trial", "balanced"], None) => self.trial(),
            (["then", "any", "of"], None) => {
                self.untold = Some(Vec::new());
                Ok(())
            }
            (["booked", on], None) => self.booked(on),
            (["recorded", on], None) => self.recorded(on),
            ([word, rest @ ..], None) if checks::knows(word) => {
                let rest: Vec<String> = rest.iter().map(|word| self.with_id(word)).collect();
                checks::check(&self.state, word, &rest.iter().map(String::as_str).collect::<Vec<_>>())
            }
            ([date, name, fields @ ..], expected) => {
                self.event(place, date, name, fields, expected.unwrap_or("posted"))
            }
            _ => bail!("neither an event nor a check"),
        }
    }

    fn event(&mut self, place: &str, date: &str, name: &str, fields: &[&str], expected: &str) -> Result<()> {
        let fields: Vec<String> = fields.iter().map(|word| self.with_id(word)).collect();
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        let mut fields = Fields::read(&fields)?;
        let label = fields.take("id").map_or_else(|| format!("{place}#{}", self.said.len()), str::to_owned);
        let (principal, direct) = (fields.take("by").unwrap_or("clerk"), fields.yes("direct_to_fold")?);
        let again = fields.yes("again")?;
        // An id no ledger admits: what stands behind the ids must hold all the same.
        let foreign = fields.yes("foreign_id")?;
        // Said so many times, each under a number or on a day of its own.
        let times: i32 = fields.number_or("times", 1)?;
        let (edition, has_number) = (fields.number_or("edition", 0)?, fields.has("serial"));
        let kind = kind(name, &mut fields, &SoFar { chains: &self.chains, state: &self.state })?;
        fields.finish()?;
        ensure!(kind.name() == name, "the kind calls itself {}", kind.name());
        let effective = day(date)?;
        for time in 1..=times {
            let label = if times == 1 { label.clone() } else { format!("{label}#{time}") };
            // Where a story does not say how its source numbers a thing, each is another thing.
            let number = format!("行{}", self.said.len() + self.untold.as_ref().map_or(0, Vec::len));
            let kind = if has_number { kind.clone() } else { numbered(kind.clone(), number) };
            let by_day = matches!(kind, Kind::StatusChanged(_));
            let effective = if by_day { effective.plus(time - 1) } else { effective };
            let mut event = Event::said_as(edition, effective, kind);
            if foreign {
                event.id = labelled(&label);
            }
            self.ids.insert(label.clone(), event.id);
            if let Some(untold) = &mut self.untold {
                untold.push(event);
                continue;
            }
            self.say(label, principal, event, (direct, again), expected)?;
        }
        Ok(())
    }

    /// A field that names an event, by its id: that of what was said last under the label.
    fn with_id(&self, word: &str) -> String {
        match word.split_once('=').map(|(key, label)| (key, self.ids.get(label))) {
            Some((key @ ("entry" | "cause" | "item" | "offset" | "debt"), Some(id))) => format!("{key}={id}"),
            _ => word.to_owned(),
        }
    }

    fn say(
        &mut self,
        label: String,
        principal: &str,
        event: Event,
        (direct, again): (bool, bool),
        expected: &str,
    ) -> Result<()> {
        let again = if again { self.state.seen.find(event.id).map(u64::from) } else { None };
        let content = proto::event::encode(&event);
        // What the wire turns away can only be shown to the fold directly.
        let event = match proto::event::decode(&content) {
            Ok(back) if !direct => back,
            Ok(_) => bail!("the wire takes this event, so it need not go to the fold directly"),
            Err(_) if direct => event,
            Err(error) => bail!("{error}"),
        };
        let at = (self.recorded_ms, again);
        let outcome = submit_at(&mut self.state, at, principal, &content, event.clone());
        let found = self.describe(&event, &outcome);
        let figure = |found: &str| found.rsplit_once(' ').is_some_and(|(rest, _)| rest == expected);
        // Of a repetition a story need not say what it repeats.
        let repeats = expected == "duplicate" && found.starts_with("duplicate of ") && !found.contains(',');
        ensure!(
            found == expected || repeats || (expected.starts_with("refused") && figure(&found)),
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
            Kind::ClaimLineAdded(line) => (line.claim, line.fen),
            _ => return,
        };
        let chain = self.chains.entry(set).or_default();
        *chain = (chain.0 + 1, chain.1 + fen, link(&chain.2, content));
    }

    fn describe(&mut self, event: &Event, outcome: &Result<Outcome, Halt>) -> String {
        match outcome {
            Err(halt) => format!("halt: {halt}"),
            Ok(Outcome::Posted { findings, postings, .. }) => {
                self.booked = postings.iter().map(|posting| posting.booked).collect();
                self.provoked.kinds.insert(event.kind.name());
                let names = findings.iter().map(|handle| self.state.findings.get(Handle::new(*handle)).kind.name());
                let names: Vec<&str> = names.collect();
                self.provoked.findings.extend(&names);
                if names.is_empty() { "posted".to_owned() } else { format!("posted finding {}", names.join(" ")) }
            }
            Ok(Outcome::Duplicate { first, now }) => {
                let first = usize::try_from(*first).ok().and_then(|at| self.said.get(at));
                let now = match now {
                    Now::Counts => String::new(),
                    Now::Refused(code) => format!(", refused {}", code.name()),
                    Now::Withdrawn => ", reversed".to_owned(),
                    Now::Differs => ", differs".to_owned(),
                };
                format!("duplicate of {}{now}", first.map_or("nothing", String::as_str))
            }
            Ok(Outcome::Refused(refusal)) => {
                self.provoked.codes.insert(refusal.code.name());
                let money = yuan(i128::from(refusal.figure)).replace(',', "");
                format!("refused {} {money}", refusal.code.name())
            }
        }
    }

    /// From here on events are recorded at noon of this day in Beijing.
    fn recorded(&mut self, on: &str) -> Result<()> {
        self.recorded_ms = (i64::from(day(on)?.number()) * 24 + 4) * 3_600_000;
        Ok(())
    }

    /// Whether everything the last event posted is booked on this day.
    fn booked(&self, on: &str) -> Result<()> {
        ensure!(self.booked == BTreeSet::from([day(on)?]), "it is booked on {:?}", self.booked);
        Ok(())
    }

    fn trial(&mut self) -> Result<()> {
        for book in Book::ALL {
            let sum = self.state.trial_balance(book);
            ensure!(sum == 0, "the {} book is off by {sum} fen", book.name());
        }
        // Pages are read back at every trial, so no story can write what they cannot hold.
        let digest = self.state.digest();
        let copy = restored(&mut self.state).map_err(|_| anyhow::anyhow!("a page was not taken back"))?;
        ensure!(copy.digest() == digest, "pages bring back another state");
        Ok(())
    }
}
