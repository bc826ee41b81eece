//! What a copy holds besides the record: checkpoints with their notes, and public keys. All of it is small. A checkpoint is
//! taken before the end of the record is, so that the copy always reaches to its last checkpoint.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use ledger::state::key_rows::AnnouncedKey;

use super::error::BackupError;
use super::files::{io, make_dir, names};
use super::layout::{CHECKPOINTS, KEYS};
use super::manifest::{Listed, Manifest};
use crate::files::{remove_file, replace};
use crate::proof::balance_files::SignedBalances;
use crate::proof::balance_note::BalanceRoot;
use crate::proof::checkpoint::{Checkpoint, Outcomes};
use crate::proof::checkpoint_files::{Checkpoints, KeptError, outlived};
use crate::proof::key_files;
use crate::proof::signed_note::{Note, Verifier};
use crate::proof::suffered::suffered;
use crate::proof::trust::vouched;

/// Files by their path below the copy.
pub(super) type SmallFiles = BTreeMap<String, Vec<u8>>;

/// How the file of a key ends that the record announces: it vouches for nothing, and only tells what suffered.
const ANNOUNCED: &str = ".announced";

/// What becomes of a checkpoint that suffered, and what is to be done about a root over balances.
const SETS_ASIDE: &str = "the ledger sets it aside at its next start";
const PUT_BACK: &str = "put it back from a copy that has it, as it is shown also after its key has ended";

/// What a ledger's directory holds beside its record.
#[derive(Default)]
pub(super) struct Collected {
    /// What goes with a copy.
    pub small: SmallFiles,
    /// What is none or not as it was signed, with why.
    pub missing: Vec<String>,
    /// The keys that were given or lie there.
    pub keys: Vec<Verifier>,
}

/// The checkpoints and keys of a ledger's directory, and the keys that were given.
pub(super) fn collect(data: Option<&Path>, given: &[Verifier]) -> Result<Collected, BackupError> {
    let mut found = Collected::default();
    given.iter().for_each(|key| found.add_key(key));
    for dir in data.map(|data| [data.to_owned(), data.join(KEYS)]).into_iter().flatten() {
        for path in names(&dir)?.into_iter().filter(|name| name.ends_with(".pub")).map(|name| dir.join(name)) {
            match key_files::public(&path.display().to_string()) {
                Ok(key) => found.add_key(&key),
                Err(error) => found.missing.push(error.to_string()),
            }
        }
    }
    if let Some(data) = data {
        found.notes(data)?;
        found.balances(&Checkpoints::of(data))?;
        found.cosigned(&Checkpoints::of(data))?;
    }
    Ok(found)
}

impl Collected {
    fn add_key(&mut self, key: &Verifier) {
        self.small.insert(format!("{KEYS}/{:08x}.pub", key.id()), format!("{key}\n").into_bytes());
        self.keys.push(key.clone());
    }

    fn notes(&mut self, data: &Path) -> Result<(), BackupError> {
        let kept = Checkpoints::of(data);
        let (sizes, made) = (kept.sizes()?, kept.outcome_sizes()?);
        for size in sizes.into_iter().chain(made).collect::<BTreeSet<u64>>() {
            for (path, note) in paths(size).into_iter().zip(whole(&kept, size, &self.keys)?) {
                match note {
                    Ok(note) => drop(self.small.insert(path, note.to_string().into_bytes())),
                    // A running ledger lets older ones go while they are read; what is missing otherwise is named below.
                    Err(_) if !data.join(&path).exists() => {}
                    // The ledger sets it aside at its next start; a copy does not need it. What is whole binds by itself.
                    Err(why) => self.missing.push(format!("{}: {why}; {SETS_ASIDE}", data.join(path).display())),
                }
            }
        }
        let gone = kept.lonely()?.into_iter().map(|(path, why)| format!("{}: {why}", path.display()));
        self.missing.extend(gone);
        Ok(())
    }

    fn balances(&mut self, kept: &Checkpoints) -> Result<(), BackupError> {
        for entries in kept.balance_sizes()? {
            match kept.whole_balances(entries, &self.keys) {
                Ok(Some(signed)) => drop(self.small.insert(balances_path(entries), signed.text().into_bytes())),
                Ok(None) => {}
                Err(error @ KeptError::Bad { .. }) => self.missing.push(format!("{error}; {PUT_BACK}")),
                Err(error) => return Err(error.into()),
            }
        }
        let aside = |path: PathBuf| format!("{}: it was damaged and is set aside; {PUT_BACK}", path.display());
        self.missing.extend(kept.lost_balances()?.into_iter().map(aside));
        Ok(())
    }

    fn cosigned(&mut self, kept: &Checkpoints) -> Result<(), BackupError> {
        for size in kept.cosigned_sizes()? {
            let path = cosigned_path(size);
            match kept.cosigned(size) {
                Ok(signed) => match signed.suffered(&self.keys) {
                    None => drop(self.small.insert(path, signed.text().into_bytes())),
                    Some(why) => self.missing.push(format!("{path}: {why}")),
                },
                Err(error @ KeptError::Bad { .. }) => self.missing.push(error.to_string()),
                // A running ledger lets older ones go while they are read.
                Err(KeptError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Takes out what suffered by the keys that the record announces under those that are known. They are remembered in the copy: else all of
    /// its record would be read for them each time, once the key has changed.
    pub(super) fn suffered_since(
        &mut self,
        (data, out): (&Path, &Path),
        read: &mut dyn FnMut() -> Result<Vec<AnnouncedKey>, BackupError>,
    ) -> Result<(), BackupError> {
        let Some(origin) = self.keys.first().map(|key| key.name().to_owned()) else { return Ok(()) };
        let remembered = names(&out.join(KEYS))?.into_iter().filter(|name| name.ends_with(ANNOUNCED));
        let remembered =
            remembered.filter_map(|name| key_files::public(&out.join(KEYS).join(name).display().to_string()).ok());
        let mut announced: Vec<Verifier> = remembered.filter(|key| key.name() == origin).collect();
        if self.strange(&announced) {
            announced = read()?.iter().filter_map(|row| vouched(&origin, row)).map(|(next, _)| next).collect();
        }
        self.small.retain(|path, bytes| {
            let why = notes_in(path, bytes).iter().find_map(|note| suffered(note, &announced));
            let then = if path.ends_with(".balances") { PUT_BACK } else { SETS_ASIDE };
            self.missing.extend(why.map(|why| format!("{}: {why}; {then}", data.join(path).display())));
            why.is_none()
        });
        for key in announced {
            let path = format!("{KEYS}/{:08x}{ANNOUNCED}", key.id());
            self.small.insert(path, format!("{key}\n").into_bytes());
        }
        Ok(())
    }

    /// Whether some note in it names none of its keys and none of these.
    fn strange(&self, announced: &[Verifier]) -> bool {
        let names =
            |key: &Verifier| [key.id(), key.timed().id(), Outcomes::key_of(key).id(), BalanceRoot::key_of(key).id()];
        let known: Vec<u32> = self.keys.iter().chain(announced).flat_map(names).collect();
        let mut notes = self.small.iter().flat_map(|(path, bytes)| notes_in(path, bytes));
        notes.any(|note| note.signatures.iter().all(|line| !known.contains(&line.id)))
    }
}

/// The notes in a file of a copy, which may have been read from a ledger just now.
fn notes_in(path: &str, bytes: &[u8]) -> Vec<Note> {
    if path.ends_with(".balances") {
        return SignedBalances::parse(bytes).map(|kept| vec![kept.entries, kept.balances]).unwrap_or_default();
    }
    let single = path.ends_with(".checkpoint") || path.ends_with(".outcomes");
    if single { Note::parse(bytes).into_iter().collect() } else { Vec::new() }
}

/// The two notes over so many entries, as far as they are whole, else what is wrong with them.
fn whole(kept: &Checkpoints, size: u64, keys: &[Verifier]) -> Result<[Result<Note, String>; 2], BackupError> {
    let [tree, made] = kept.halves(size)?;
    let none = || "it is missing or no note".to_owned();
    let other = || "its size is not the one its file is named after".to_owned();
    let tree = tree.ok_or_else(none).and_then(|note| match Checkpoint::parse(note.unverified_text()) {
        Ok(said) if said.size == size => unsuffered(note, keys),
        Ok(_) => Err(other()),
        Err(error) => Err(error.to_string()),
    });
    let made = made.ok_or_else(none).and_then(|note| match Outcomes::parse(note.unverified_text()) {
        Ok(said) if said.size == size => unsuffered(note, keys),
        Ok(_) => Err(other()),
        Err(error) => Err(error.to_string()),
    });
    Ok([tree, made])
}

fn unsuffered(note: Note, keys: &[Verifier]) -> Result<Note, String> {
    suffered(&note, keys).map_or(Ok(note), |why| Err(why.to_owned()))
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
    let listed = noted(manifest.files.iter().map(|file| file.path.as_str()));
    for size in &listed {
        for (path, note) in paths(*size).into_iter().zip(whole(&kept, *size, &[])?) {
            if let Err(why) = note
                && manifest.lists(&path)
            {
                damaged.entry(path).or_insert(why);
            }
        }
    }
    // What a copy that was cut short had begun is in no list yet, and lacks nothing.
    let listed: BTreeSet<String> = listed.into_iter().flat_map(paths).collect();
    for (path, why) in kept.lonely()? {
        let path = format!("{CHECKPOINTS}/{}", path.file_name().unwrap_or_default().to_string_lossy());
        if listed.contains(&path) {
            damaged.entry(path).or_insert_with(|| why.to_owned());
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
