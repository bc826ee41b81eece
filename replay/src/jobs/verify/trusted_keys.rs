//! Whether checkpoints are signed by keys the caller trusts: those named, and those the record announces under them.

use anyhow::Context;
use ledger::state::key_rows::AnnouncedKey;
use ledger::state::table::Table;
use replay::proof::checkpoint::CheckpointError;
use replay::proof::signed_note::{Note, Verifier};
use replay::proof::trust::{Trust, vouched};

use super::evidence::FirstDifference;
use super::expected::Expectation;

/// Fails early if these keys cannot be the right ones: each must be signed by one of them, or, where announcements will be
/// followed, at least one.
pub fn begin(points: &[Expectation], keys: &[Verifier], follow: bool) -> anyhow::Result<()> {
    if keys.is_empty() {
        return Ok(());
    }
    let trust = Trust::new(keys.to_vec());
    let mut refused = None;
    let mut any = false;
    for point in points {
        match check(&trust, point) {
            None => {}
            Some(Ok(())) => any = true,
            Some(Err(error)) => refused = refused.or(Some((point, error))),
        }
    }
    match refused {
        Some((point, error)) if !follow || !any => Err(error).with_context(|| format!("checkpoint {}", point.source)),
        _ => Ok(()),
    }
}

/// The first checkpoint whose key is neither named nor announced, or had ended, once the record was folded and is the same.
pub fn end(points: &[Expectation], keys: &[Verifier], announced: &Table<AnnouncedKey>) -> Option<FirstDifference> {
    if keys.is_empty() {
        return None;
    }
    let trust = Trust::following(keys.to_vec(), announced.iter().map(|(_, row)| row));
    points.iter().find_map(|point| check(&trust, point)?.err().map(|error| untrusted(point, &error)))
}

/// The entries that announced keys without which some checkpoint would be signed by nobody trusted: whoever relies on such
/// a key may want to see who announced it.
pub fn followed(points: &[Expectation], keys: &[Verifier], announced: &Table<AnnouncedKey>) -> Vec<u64> {
    let Some(name) = keys.first().map(Verifier::name) else { return Vec::new() };
    let given = |note: &Note| keys.iter().any(|key| note.verified_by(key).is_ok());
    let notes = || points.iter().filter_map(|point| point.note.as_ref()).filter(|note| !given(note));
    let signs = |row: &AnnouncedKey| {
        vouched(name, row).is_some_and(|(next, _)| notes().any(|note| note.verified_by(&next).is_ok()))
    };
    announced.iter().filter(|(_, row)| signs(row)).map(|(_, row)| row.last).collect()
}

/// The keys that are announced for the ledger of the keys named, whoever announced them.
pub fn announced<'a>(keys: &[Verifier], rows: impl Iterator<Item = &'a AnnouncedKey>) -> Vec<Verifier> {
    let Some(name) = keys.first().map(Verifier::name) else { return Vec::new() };
    rows.filter_map(|row| vouched(name, row)).map(|(next, _)| next).collect()
}

/// Whoever names a key wants to know what was signed. Of a record that is whole in itself but of which nobody signed
/// anything they learn nothing: its checkpoints were taken away, or it was made up.
pub fn nothing(points: &[Expectation], keys: &[Verifier], entries: u64) -> Option<FirstDifference> {
    let signed = points.iter().any(|point| point.at > 0 && point.root.is_some() && point.note.is_some());
    if keys.is_empty() || entries == 0 || signed {
        return None;
    }
    Some(FirstDifference {
        index: 0,
        what: "key",
        place: None,
        expected:
            "a checkpoint over some of the entries, signed by a named key; name their directory with --checkpoints"
                .to_owned(),
        found: "none".to_owned(),
        checkpoint: None,
    })
}

/// None if nobody has to sign for it.
fn check(trust: &Trust, point: &Expectation) -> Option<Result<(), CheckpointError>> {
    let note = point.note.as_ref()?;
    Some(match (point.root, point.balances) {
        (Some(_), _) => trust.checkpoint(note).map(drop),
        (_, Some(_)) => trust.balances(note).map(drop),
        _ => trust.outcomes(note).map(drop),
    })
}

fn untrusted(point: &Expectation, error: &CheckpointError) -> FirstDifference {
    FirstDifference {
        index: point.at,
        what: "key",
        place: None,
        expected: "a signature by a named key, or by one the record announces under it, over entries it may sign"
            .to_owned(),
        found: error.to_string(),
        checkpoint: Some(point.source.clone()),
    }
}
