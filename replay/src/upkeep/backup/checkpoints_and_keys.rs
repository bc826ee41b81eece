//! What a copy holds besides the record: checkpoints with their notes, and public keys. All of it is small. A checkpoint is
//! taken before the end of the record is, so that the copy always reaches to its last checkpoint.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::error::BackupError;
use super::files::{io, make_dir, names};
use super::layout::{CHECKPOINTS, KEYS};
use super::manifest::{Listed, Manifest};
use crate::files::{remove_file, replace};
use crate::proof::checkpoint::{Checkpoint, Outcomes};
use crate::proof::checkpoint_files::{Checkpoints, KeptError, outlived};
use crate::proof::key_files;
use crate::proof::signed_note::{Note, Verifier};

/// Files by their path below the copy.
pub(super) type SmallFiles = BTreeMap<String, Vec<u8>>;

/// The checkpoints and keys of a ledger's directory, and the keys that were given; and the checkpoints that are none, with why.
pub(super) fn collect(data: Option<&Path>, given: &[Verifier]) -> Result<(SmallFiles, Vec<String>), BackupError> {
    let (mut small, mut missing, mut keys) = (SmallFiles::new(), Vec::new(), Vec::new());
    let mut add_key = |key: &Verifier| {
        small.insert(format!("{KEYS}/{:08x}.pub", key.id()), format!("{key}\n").into_bytes());
        keys.push(key.clone());
    };
    given.iter().for_each(&mut add_key);
    for dir in data.map(|data| [data.to_owned(), data.join(KEYS)]).into_iter().flatten() {
        for name in names(&dir)?.into_iter().filter(|name| name.ends_with(".pub")) {
            add_key(&key_files::public(&dir.join(name).display().to_string())?);
        }
    }
    let Some(data) = data else { return Ok((small, missing)) };
    let kept = Checkpoints::of(data);
    let (sizes, made) = (kept.sizes()?, kept.outcome_sizes()?);
    // A running ledger lets older ones go while they are read, the checkpoint first: then its note alone is no sign of anything.
    let newest = sizes.last().copied();
    let alone = made.into_iter().filter(|size| newest.is_none_or(|newest| *size > newest));
    for size in sizes.iter().copied().chain(alone) {
        for (path, note) in paths(size).into_iter().zip(whole(&kept, size, &keys)?) {
            match note {
                Ok(note) => drop(small.insert(path, note.to_string().into_bytes())),
                Err(_) if !data.join(&paths(size)[0]).exists() && newest.is_some_and(|newest| size < newest) => {}
                // The ledger sets it aside at its next start; a copy does not need it. What is whole binds by itself.
                Err(why) => missing.push(format!("{}: {why}", data.join(path).display())),
            }
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
    for size in kept.cosigned_sizes()? {
        match kept.cosigned(size) {
            Ok(signed) => drop(small.insert(cosigned_path(size), signed.text().into_bytes())),
            Err(error @ KeptError::Bad { .. }) => missing.push(error.to_string()),
            // A running ledger lets older ones go while they are read.
            Err(KeptError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok((small, missing))
}

/// The two notes over so many entries, as far as they are whole, else what is wrong with them.
fn whole(kept: &Checkpoints, size: u64, keys: &[Verifier]) -> Result<[Result<Note, String>; 2], BackupError> {
    let [tree, made] = kept.halves(size)?;
    let none = || "it is missing or no note".to_owned();
    let other = || "its size is not the one its file is named after".to_owned();
    let tree = tree.ok_or_else(none).and_then(|note| match Checkpoint::parse(note.unverified_text()) {
        Ok(said) if said.size == size => unsuffered(note, keys.iter().cloned()),
        Ok(_) => Err(other()),
        Err(error) => Err(error.to_string()),
    });
    let made = made.ok_or_else(none).and_then(|note| match Outcomes::parse(note.unverified_text()) {
        Ok(said) if said.size == size => unsuffered(note, keys.iter().map(Outcomes::key_of)),
        Ok(_) => Err(other()),
        Err(error) => Err(error.to_string()),
    });
    Ok([tree, made])
}

/// A note that bears the name of a known key, but no signature of it that fits, is not what was signed.
fn unsuffered(note: Note, mut keys: impl Iterator<Item = Verifier>) -> Result<Note, String> {
    let claims = |key: &Verifier| note.signatures.iter().any(|line| line.name == key.name() && line.id == key.id());
    if keys.any(|key| claims(&key) && note.verified_by(&key).is_err()) {
        return Err("the signature of the ledger's key does not fit it".to_owned());
    }
    Ok(note)
}

/// Where a root over all balances is in a copy.
fn balances_path(entries: u64) -> String {
    format!("{CHECKPOINTS}/{entries:020}.balances")
}

/// Where what witnesses signed under a checkpoint is in a copy. It proves nothing of the record, and comes back as it is.
fn cosigned_path(size: u64) -> String {
    format!("{CHECKPOINTS}/{size:020}.cosigned")
}

/// Where the two notes of a checkpoint are in a copy.
pub(super) fn paths(size: u64) -> [String; 2] {
    ["checkpoint", "outcomes"].map(|kind| format!("{CHECKPOINTS}/{size:020}.{kind}"))
}

/// The sizes of the checkpoints among these files, smallest first.
pub(super) fn sizes<'a>(paths: impl Iterator<Item = &'a str>) -> Vec<u64> {
    sizes_of(".checkpoint", paths)
}

fn sizes_of<'a>(ending: &str, paths: impl Iterator<Item = &'a str>) -> Vec<u64> {
    let number = |path: &str| {
        let name = path.strip_prefix(CHECKPOINTS)?.strip_prefix('/')?;
        name.strip_suffix(ending)?.parse().ok()
    };
    let mut sizes: Vec<u64> = paths.filter_map(number).collect();
    sizes.sort_unstable();
    sizes
}

/// The sizes of all notes among these files, whether or not the one beside is there.
pub(super) fn noted<'a>(paths: impl Iterator<Item = &'a str>) -> BTreeSet<u64> {
    let number = |path: &str| {
        let name = path.strip_prefix(CHECKPOINTS)?.strip_prefix('/')?;
        name.strip_suffix(".checkpoint").or_else(|| name.strip_suffix(".outcomes"))?.parse().ok()
    };
    paths.filter_map(number).collect()
}

/// The small files of a copy that are not what was copied, each with what is wrong.
pub(super) fn damaged(from: &Path, manifest: &Manifest) -> Result<BTreeMap<String, String>, BackupError> {
    let mut damaged = BTreeMap::new();
    for file in [CHECKPOINTS, KEYS].into_iter().flat_map(|dir| manifest.of(dir)) {
        match file.read(from) {
            Ok(_) => {}
            Err(BackupError::Damaged { why, .. }) => drop(damaged.insert(file.path.clone(), why)),
            Err(error) => return Err(error),
        }
    }
    // What was copied may have been no note.
    let kept = Checkpoints::of(from);
    for size in noted(manifest.files.iter().map(|file| file.path.as_str())) {
        for (path, note) in paths(size).into_iter().zip(whole(&kept, size, &[])?) {
            if let Err(why) = note
                && manifest.lists(&path)
            {
                damaged.entry(path).or_insert(why);
            }
        }
    }
    Ok(damaged)
}

/// What the list of a copy says of files that stay as they are while `small` is written over them; and which of the others suffered in the
/// copy and cannot be written anew, as the ledger has them no more.
pub(super) fn unchanged(
    out: &Path,
    manifest: &Manifest,
    small: &SmallFiles,
) -> Result<(Vec<Listed>, Vec<String>), BackupError> {
    let (mut stay, mut lost) = (Vec::new(), Vec::new());
    for file in [CHECKPOINTS, KEYS].into_iter().flat_map(|dir| manifest.of(dir)) {
        let whole = match file.read(out) {
            Ok(_) => Ok(()),
            Err(BackupError::Damaged { why, .. }) => Err(why),
            Err(error) => return Err(error),
        };
        match (small.get(&file.path), whole) {
            (Some(bytes), Ok(())) if Listed::of_bytes(file.path.clone(), bytes) == *file => stay.push(file.clone()),
            (Some(_), _) => {}
            (None, Ok(())) => stay.push(file.clone()),
            (None, Err(why)) => lost.push(format!("{} in the copy: {why}", file.path)),
        }
    }
    Ok((stay, lost))
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
    for path in outlived(&sizes_of(".cosigned", files.keys().map(String::as_str))).into_iter().map(cosigned_path) {
        if !small.contains_key(&path) {
            files.remove(&path);
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
