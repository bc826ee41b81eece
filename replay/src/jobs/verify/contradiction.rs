//! Two notes that a ledger signed, one of which the record verified differs from: kept, with what the record shows to join them, for
//! whoever has the ledger's key and not the record. That something differs was found before. It may be the record that is wrong, as one
//! that lost its end: notes are said to contradict each other only where they, or the record, show it. What they prove to others,
//! `check_fork.py` says.

use std::convert::Infallible;
use std::path::{Path, PathBuf};

use ledger::hash::Hash;
use ledger::tree::merkle::{Frontier, leaf_hash};
use ledger::tree::proof::prove_consistency;
use replay::proof::checkpoint::{Checkpoint, Outcomes};
use replay::proof::evidence::{self, Evidence};
use replay::proof::signed_note::{Note, Verifier};
use replay::proof::trees::TwoPaths;
use replay::record::log::Tip;
use replay::terminal::progress::Bar;
use serde::Serialize;

use super::evidence::FirstDifference;
use super::expected::Expectation;
use super::reading::read;
use super::second_reader::Checker;
use crate::jobs::source::Source;

/// Where two notes are kept, and what says what they prove.
#[derive(Clone, Debug, Serialize)]
pub struct KeptNotes {
    /// The directory.
    pub dir: PathBuf,
    /// The command.
    pub command: String,
    /// Whether they contradict each other: over as many they say otherwise, or the record leads to the later of them and not to the other.
    pub contradict: bool,
}

/// Two notes of one log.
struct Pair<'a> {
    one: &'a Expectation,
    other: &'a Expectation,
    /// Whether the record leads to the larger.
    leads: bool,
}

impl Pair<'_> {
    fn contradict(&self) -> bool {
        self.leads || self.one.at == self.other.at
    }
}

/// Keeps the note that the record differs from and another that one of these keys signed too, if there is one.
pub fn keep(
    source: &Source,
    points: &[Expectation],
    keys: &[Verifier],
    difference: &FirstDifference,
    within: &Path,
) -> anyhow::Result<Option<KeptNotes>> {
    let signed: Vec<&Expectation> = points.iter().filter(|point| keys.iter().any(|key| is_by(point, key))).collect();
    let Some(pair) = pair(source, &signed, difference)? else { return Ok(None) };
    let (small, large) = if pair.one.at <= pair.other.at { (pair.one, pair.other) } else { (pair.other, pair.one) };
    let entries = if pair.leads { joined(source, small.at, large.at)? } else { Vec::new() };
    let proof = TwoPaths { entries, outcomes: Vec::new() };
    let of = |point: &'_ Expectation| -> [Option<Note>; 2] {
        let note = point.note.clone();
        if point.root.is_some() { [note, None] } else { [None, note] }
    };
    let (seen, offered) = (of(small), of(large));
    let both = Evidence {
        seen: seen.each_ref().map(Option::as_ref),
        offered: offered.each_ref().map(Option::as_ref),
        proof: &proof,
    };
    let dir = within.join(format!("evidence-{}-{}", small.at, large.at));
    both.keep(&dir).map_err(|(path, error)| anyhow::anyhow!("keeping evidence in {}: {error}", path.display()))?;
    let by = keys.iter().filter(|key| [small, large].iter().any(|point| is_by(point, key)));
    Ok(Some(KeptNotes { command: evidence::command(&dir, by), dir, contradict: pair.contradict() }))
}

fn is_by(point: &Expectation, key: &Verifier) -> bool {
    let Some(note) = &point.note else { return false };
    match (&point.root, &point.outcomes) {
        (Some(_), _) => Checkpoint::verified(note, key).is_ok(),
        (_, Some(_)) => Outcomes::verified(note, key).is_ok(),
        _ => false,
    }
}

/// The note that differs, and what it is best held against: one over as many that says otherwise; else the next that the record leads to,
/// which shows of which beginning it is; else whatever was signed last.
fn pair<'a>(
    source: &Source,
    signed: &[&'a Expectation],
    difference: &FirstDifference,
) -> anyhow::Result<Option<Pair<'a>>> {
    let Some(said_by) = &difference.checkpoint else { return Ok(None) };
    // A service has said both under one name.
    let asked = ["outcome root", "postings"].contains(&difference.what);
    let sources = signed.iter().filter(|point| point.source == *said_by);
    let Some(one) = sources.max_by_key(|point| point.outcomes.is_some() == asked) else { return Ok(None) };
    let of_outcomes = one.outcomes.is_some();
    let of_log = |point: &&&Expectation| point.outcomes.is_some() == of_outcomes;
    let text = |point: &Expectation| point.note.as_ref().map(|note| note.unverified_text().to_owned());
    let others: Vec<&Expectation> =
        signed.iter().filter(of_log).filter(|point| text(point) != text(one)).copied().collect();
    let pair = |other: &&'a Expectation, leads| Some(Pair { one, other, leads });
    if let Some(same) = others.iter().find(|other| other.at == one.at) {
        return Ok(pair(same, false));
    }
    let later: Vec<&Expectation> = others.iter().filter(|other| other.at > one.at && !of_outcomes).copied().collect();
    let roots = roots(source, &later)?;
    let leads = later.iter().zip(roots).find(|(other, root)| other.root.is_some() && other.root == *root);
    Ok(match leads {
        Some((other, _)) => pair(other, true),
        None => others.iter().max_by_key(|other| other.at).and_then(|other| pair(other, false)),
    })
}

/// The roots of the record over as many entries as these are, smallest first; none beyond its end.
fn roots(source: &Source, points: &[&Expectation]) -> anyhow::Result<Vec<Option<Hash>>> {
    let (mut tree, mut roots) = (Frontier::new(), Vec::new());
    if points.is_empty() {
        return Ok(roots);
    }
    each_leaf(source, &mut |leaf| {
        tree.push(leaf);
        while points.get(roots.len()).is_some_and(|point| point.at == tree.size()) {
            roots.push(Some(tree.root()));
        }
    })?;
    roots.resize(points.len(), None);
    Ok(roots)
}

/// What shows of which beginning the first `to` entries of the record are. The subtrees it takes are learnt first and then read.
fn joined(source: &Source, from: u64, to: u64) -> anyhow::Result<Vec<Hash>> {
    let mut wanted: Vec<(u32, u64, Frontier)> = Vec::new();
    let mut learn = |level: u32, index: u64| {
        wanted.push((level, index, Frontier::new()));
        Ok::<Hash, Infallible>(Hash::default())
    };
    // Only for what it asks.
    let _ = prove_consistency(from, to, &mut learn);
    let mut at = 0_u64;
    each_leaf(source, &mut |leaf| {
        for (level, index, tree) in &mut wanted {
            if at >> *level == *index {
                tree.push(leaf);
            }
        }
        at += 1;
    })?;
    let mut roots = wanted.iter().map(|(_, _, tree)| tree.root());
    let mut told = |_: u32, _: u64| roots.next().ok_or("more subtrees than were asked for");
    prove_consistency(from, to, &mut told).map_err(|error| anyhow::anyhow!("the record shows no proof: {error:?}"))
}

/// Every leaf of the record, as far as it can be read.
fn each_leaf(source: &Source, take: &mut dyn FnMut(Hash)) -> anyhow::Result<()> {
    let mut checker = Checker::new(Tip::new(source.ledger), &[]);
    read(source, &mut checker, &Bar::hidden(), &mut |frame, _| {
        frame.entries().for_each(|entry| take(leaf_hash(entry)));
        None
    })?;
    Ok(())
}
