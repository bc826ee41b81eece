//! How far witnesses have seen the record: the largest checkpoint of which enough of them cosigned both notes. That it fits the record is
//! compared as with any other. How many are enough is for `replay::proof::witnessed`.

use std::path::Path;

use replay::proof::checkpoint_files::{Checkpoints, KeptError};
use replay::proof::witnessed::{Quorum, SeenBy};

use super::evidence::FirstDifference;
use super::expected::{Expectation, Loaded, of_note};

/// What enough witnesses have seen.
#[derive(Debug)]
pub struct WitnessedThrough {
    /// So many entries.
    pub entries: u64,
    /// By whom.
    pub by: Vec<SeenBy>,
}

/// The checkpoints that a ledger keeps with what witnesses signed, as far as enough of these signed them: what nobody vouches for says nothing
/// about the record, whoever changed the file.
pub fn load(dir: &Path, quorum: &Quorum) -> anyhow::Result<Loaded> {
    let mut loaded = Loaded::default();
    let kept = Checkpoints::in_dir(dir);
    for size in kept.cosigned_sizes()? {
        match kept.cosigned(size) {
            Ok(signed) if quorum.seen((&signed.tree, Some(&signed.outcomes))).is_ok() => {
                let source = format!("{size:020}.cosigned in {}", dir.display());
                for note in [signed.tree, signed.outcomes] {
                    loaded.points.push(Expectation { kept: true, ..of_note(note, &source)? });
                }
            }
            Ok(_) => {}
            Err(error @ KeptError::Bad { .. }) => loaded.set_aside.push(error.to_string()),
            // A running ledger lets older ones go.
            Err(KeptError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(loaded)
}

/// The largest checkpoint that enough witnesses saw.
pub fn seen(points: &[Expectation], quorum: &Quorum) -> Option<WitnessedThrough> {
    let over = |outcomes: bool| {
        points.iter().filter(move |point| if outcomes { point.outcomes.is_some() } else { point.root.is_some() })
    };
    let by = |tree: &Expectation| {
        let entries = tree.note.as_ref()?;
        let mut beside = over(true).filter(|point| point.at == tree.at).filter_map(|point| point.note.as_ref());
        beside.find_map(|outcomes| quorum.seen((entries, Some(outcomes))).ok())
    };
    let found = over(false).filter_map(|tree| Some(WitnessedThrough { entries: tree.at, by: by(tree)? }));
    found.max_by_key(|seen| seen.entries)
}

/// Whoever names witnesses wants to know that they saw something.
pub fn nobody(seen: Option<&WitnessedThrough>, quorum: &Quorum, entries: u64) -> Option<FirstDifference> {
    if quorum.witnesses.is_empty() || entries == 0 || seen.is_some_and(|seen| seen.entries > 0) {
        return None;
    }
    let (least, named) = (quorum.least, quorum.witnesses.len());
    Some(FirstDifference {
        index: 0,
        what: "witness",
        place: None,
        expected: format!(
            "a checkpoint over some of the entries of which {least} of the {named} witnesses named cosigned both notes"
        ),
        found: "none".to_owned(),
        checkpoint: None,
    })
}
