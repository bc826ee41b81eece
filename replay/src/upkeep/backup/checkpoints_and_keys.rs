//! What a copy holds besides the record: checkpoints with their notes, and public keys. All of it is small. A checkpoint is
//! taken before the end of the record is, so that the copy always reaches to its last checkpoint.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::error::BackupError;
use super::files::{io, make_dir, names};
use super::layout::{CHECKPOINTS, KEYS};
use super::manifest::{Listed, Manifest};
use crate::files::{remove_file, replace};
use crate::proof::checkpoint_files::{Checkpoints, KeptError, outlived};
use crate::proof::key_files;
use crate::proof::signed_note::Verifier;

/// Files by their path below the copy.
pub(super) type SmallFiles = BTreeMap<String, Vec<u8>>;

/// The checkpoints and keys of a ledger's directory, and the keys that were given; and the checkpoints that are none, with why.
pub(super) fn collect(data: Option<&Path>, given: &[Verifier]) -> Result<(SmallFiles, Vec<String>), BackupError> {
    let (mut small, mut missing) = (SmallFiles::new(), Vec::new());
    let mut add_key = |key: &Verifier| {
        small.insert(format!("{KEYS}/{:08x}.pub", key.id()), format!("{key}\n").into_bytes());
    };
    given.iter().for_each(&mut add_key);
    for dir in data.map(|data| [data.to_owned(), data.join(KEYS)]).into_iter().flatten() {
        for name in names(&dir)?.into_iter().filter(|name| name.ends_with(".pub")) {
            add_key(&key_files::public(&dir.join(name).display().to_string())?);
        }
    }
    let Some(data) = data else { return Ok((small, missing)) };
    let kept = Checkpoints::of(data);
    for size in kept.sizes()? {
        let [tree, outcomes] = paths(size);
        match kept.read_pair(size) {
            Ok(signed) => {
                small.insert(tree, signed.tree.to_string().into_bytes());
                small.insert(outcomes, signed.outcomes.to_string().into_bytes());
            }
            // A running ledger lets older ones go while they are read, the checkpoint first.
            Err(KeptError::Bad { .. }) if !data.join(&tree).exists() => {}
            // The ledger sets it aside at its next start; a copy does not need it.
            Err(error @ KeptError::Bad { .. }) => missing.push(error.to_string()),
            Err(error) => return Err(error.into()),
        }
    }
    for entries in kept.balance_sizes()? {
        match kept.balances(entries) {
            Ok(Some(signed)) => drop(small.insert(balances_path(entries), signed.text().into_bytes())),
            Ok(None) => {}
            Err(error @ KeptError::Bad { .. }) => missing.push(error.to_string()),
            Err(error) => return Err(error.into()),
        }
    }
    Ok((small, missing))
}

/// Where a root over all balances is in a copy.
fn balances_path(entries: u64) -> String {
    format!("{CHECKPOINTS}/{entries:020}.balances")
}

/// Where the two notes of a checkpoint are in a copy.
pub(super) fn paths(size: u64) -> [String; 2] {
    ["checkpoint", "outcomes"].map(|kind| format!("{CHECKPOINTS}/{size:020}.{kind}"))
}

/// The sizes of the checkpoints among these files, smallest first.
pub(super) fn sizes<'a>(paths: impl Iterator<Item = &'a str>) -> Vec<u64> {
    let number = |path: &str| {
        let name = path.strip_prefix(CHECKPOINTS)?.strip_prefix('/')?;
        name.strip_suffix(".checkpoint")?.parse().ok()
    };
    let mut sizes: Vec<u64> = paths.filter_map(number).collect();
    sizes.sort_unstable();
    sizes
}

/// The small files of a copy that are not what was copied, each with what is wrong, and with them the note beside a checkpoint: neither
/// says anything without the other.
pub(super) fn damaged(from: &Path, manifest: &Manifest) -> Result<BTreeMap<String, String>, BackupError> {
    let mut damaged = BTreeMap::new();
    for file in [CHECKPOINTS, KEYS].into_iter().flat_map(|dir| manifest.of(dir)) {
        match file.read(from) {
            Ok(_) => {}
            Err(BackupError::Damaged { why, .. }) => drop(damaged.insert(file.path.clone(), why)),
            Err(error) => return Err(error),
        }
    }
    let kept = Checkpoints::of(from);
    for size in sizes(manifest.files.iter().map(|file| file.path.as_str())) {
        let pair = paths(size);
        // One of them may not be listed, or what was copied was no note.
        if pair.iter().all(|path| !damaged.contains_key(path))
            && let Err(error) = kept.read_pair(size)
        {
            damaged.insert(pair[1].clone(), error.to_string());
        }
        if pair.iter().any(|path| damaged.contains_key(path)) {
            for path in pair {
                damaged.entry(path).or_insert_with(|| "what belongs to it is damaged".to_owned());
            }
        }
    }
    Ok(damaged)
}

/// What the list of a copy says of files that stay as they are while `small` is written over them.
pub(super) fn unchanged(manifest: &Manifest, small: &SmallFiles) -> Vec<Listed> {
    let stays = |file: &&Listed| match small.get(&file.path) {
        Some(bytes) => Listed::of_bytes(file.path.clone(), bytes) == **file,
        None => true,
    };
    [CHECKPOINTS, KEYS].into_iter().flat_map(|dir| manifest.of(dir)).filter(stays).cloned().collect()
}

/// Writes what is not there yet and answers what the copy holds then, without checkpoints that are not kept for good. What the
/// ledger keeps the copy keeps: the last one of an earlier key too, over which trust leads to the present one.
pub(super) fn write(out: &Path, before: Vec<Listed>, small: &SmallFiles) -> Result<Vec<Listed>, BackupError> {
    let mut files: BTreeMap<String, Listed> = before.into_iter().map(|file| (file.path.clone(), file)).collect();
    [CHECKPOINTS, KEYS].iter().try_for_each(|dir| make_dir(&out.join(dir)))?;
    for (path, bytes) in small.iter().filter(|(path, _)| !files.contains_key(*path)).collect::<Vec<_>>() {
        let listed = Listed::of_bytes(path.clone(), bytes);
        let to = listed.within(out);
        replace(&to, bytes).map_err(|error| io("writing", &to, error))?;
        files.insert(path.clone(), listed);
    }
    let kept = sizes(small.keys().map(String::as_str));
    for size in outlived(&sizes(files.keys().map(String::as_str))) {
        if !kept.is_empty() && !kept.contains(&size) {
            paths(size).iter().for_each(|path| drop(files.remove(path)));
        }
    }
    Ok(files.into_values().collect())
}

/// Removes what the list no longer names.
pub(super) fn clear(out: &Path, manifest: &Manifest) -> Result<(), BackupError> {
    for dir in [CHECKPOINTS, KEYS] {
        for name in names(&out.join(dir))? {
            if !manifest.lists(&format!("{dir}/{name}")) {
                let path: PathBuf = out.join(dir).join(name);
                remove_file(&path).map_err(|error| io("removing", &path, error))?;
            }
        }
    }
    Ok(())
}
