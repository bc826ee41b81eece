//! The way back of a copy: into a new directory, where it proves itself before anything is served from it. A mark keeps
//! ledgers away until then; a restore that was cut short is run again from its beginning.

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use ledger::hash::Hash;
use ledger::state::key_rows::AnnouncedKey;

use super::announced::announced;
use super::checkpoints_and_keys as small_files;
use super::error::BackupError;
use super::extent::Extent;
use super::files::{io, make_dir, names};
use super::layout::{CHECKPOINTS, KEYS, MANIFEST, RECORD};
use super::manifest::{Listed, Manifest};
use crate::files::{OutFile, remove_file, replace};
use crate::kill_points;
use crate::proof::checkpoint::{Checkpoint, CheckpointError, Outcomes};
use crate::proof::checkpoint_files::Checkpoints;
use crate::proof::key_files;
use crate::proof::signed_note::{Note, Verifier};
use crate::proof::trust::{Trust, announced_in};
use crate::record::log::file::{Lock, lock};
use crate::record::log::segments::sync_dir;
use crate::record::log::{Reader, Tip, Torn};
use crate::record::repairing;

/// What the mark of a restore begins with.
const DOING: &str = "replay restore";

/// Which copy comes back, and where.
#[derive(Clone, Debug)]
pub struct Restore {
    /// The copy.
    pub from: PathBuf,
    /// A new directory.
    pub data: PathBuf,
    /// Public keys, one of which signed the last checkpoint. Without any, those in the copy are asked.
    pub keys: Vec<Verifier>,
    /// Be content with a record that nobody signed for.
    pub without_checkpoint: bool,
}

/// Whose word a restored record rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// Entries under the last checkpoint; for those after it nobody has signed.
    pub size: u64,
    /// The ledger's name, which is its key's.
    pub origin: String,
    /// The key came with the copy: it proves that the copy is whole, not whose it is.
    pub own_key: bool,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The record.
    pub extent: Extent,
    /// Checkpoints whose roots were compared.
    pub checkpoints: usize,
    /// The last of them, if there is one.
    pub proof: Option<Proof>,
    /// The record is the archive of a stream.
    pub of_stream: bool,
    /// Checkpoints and keys of the copy that are damaged and did not come back, each with what is wrong.
    pub missing: Vec<String>,
}

/// Copies a copy back and has it prove itself. `go_on` is called with bytes or entries from time to time; when it answers false,
/// the restore ends, and the mark stays.
///
/// # Errors
/// The place is taken, the copy is damaged, or its checkpoints do not prove it.
pub fn restore(job: &Restore, go_on: &mut dyn FnMut(u64) -> bool) -> Result<Restored, BackupError> {
    let (mut manifest, tip, unlisted) = listed(&job.from)?;
    // One bad small file keeps nothing else from coming back.
    let damaged = small_files::damaged(&job.from, &manifest)?;
    manifest.files.retain(|file| !damaged.contains_key(&file.path));
    let missing = damaged.into_iter().map(|(path, why)| format!("{path}: {why}"));
    let missing: Vec<String> = missing.chain(unlisted).collect();
    let suffered = believed(job, &mut manifest, &tip)?;
    let missing: Vec<String> = missing.into_iter().chain(suffered).collect();
    let sizes = small_files::sizes(manifest.files.iter().map(|file| file.path.as_str()));
    // One over no entries vouches for none.
    let vouched = sizes.last().is_some_and(|size| *size > 0 || tip.next_index() == 0);
    if !vouched && !job.without_checkpoint {
        return Err(match missing.first() {
            Some(why) => BackupError::NoWholeCheckpoint { from: job.from.clone(), why: why.clone() },
            None => BackupError::NoCheckpoint(job.from.clone()),
        });
    }
    let _lock = begin(job)?;
    for file in &manifest.files {
        copy(job, file, go_on)?;
    }
    if let Some(created) = &manifest.stream_created {
        let path = job.data.join(RECORD).join("stream-created");
        replace(&path, created.as_bytes()).map_err(|error| io("writing", &path, error))?;
    }
    kill_points::at("restore-copied");
    // What came back is read from its new place, not what was copied: only that will be served.
    let (announced, others) = prove(job, &tip, &sizes, go_on)?;
    let left_out = leave_out(job, &mut manifest, &announced, (tip.next_index(), others))?;
    let missing = missing.into_iter().chain(left_out).collect();
    let sizes = small_files::sizes(manifest.files.iter().map(|file| file.path.as_str()));
    if sizes.is_empty() && !job.without_checkpoint {
        return Err(BackupError::NoCheckpoint(job.from.clone()));
    }
    let last = sizes.last().map(|size| proof(job, &job.data, &manifest, *size, &announced));
    let proof = last.transpose()?;
    nothing_else(job, &manifest)?;
    kill_points::at("restore-proved");
    // The mark goes last, when all of it is proved and on the disk: while it is there no ledger opens the place.
    repairing::clear(&job.data)?;
    let of_stream = manifest.stream_created.is_some();
    Ok(Restored { extent: Extent::of(&tip), checkpoints: sizes.len(), proof, of_stream, missing })
}

/// Takes checkpoints out of the list that suffered before they were copied, from the newest to one that a key signed; which they are.
/// What a stranger signed is no such damage, and refused: asked early, so that nobody waits in vain.
fn believed(job: &Restore, manifest: &mut Manifest, tip: &Tip) -> Result<Vec<String>, BackupError> {
    let (mut suffered, mut rows) = (Vec::new(), None);
    while let Some(size) = small_files::sizes(manifest.files.iter().map(|file| file.path.as_str())).pop() {
        let Err(error) = proof(job, &job.from, manifest, size, rows.as_deref().unwrap_or_default()) else { break };
        let Some(announced) = &rows else {
            // Only if another key signed than was given need the copy be read for it.
            // A record that cannot be read is worse than a key that is not known, and may be why it is not.
            rows = Some(announced(&job.from, tip)?);
            continue;
        };
        let trust = Trust::following(known_keys(job, &job.from, manifest)?.0, announced);
        let [tree, made] = Checkpoints::of(&job.from).halves(size)?;
        if ![&tree, &made].into_iter().flatten().all(|note| is_ours(note, &trust)) {
            return Err(error);
        }
        suffered.push(error.to_string());
        // What is whole of the two binds by itself.
        let counts = [
            tree.is_some_and(|note| trust.checkpoint(&note).is_ok()),
            made.is_some_and(|note| trust.outcomes(&note).is_ok()),
        ];
        let bad: Vec<String> = small_files::paths(size)
            .into_iter()
            .zip(counts)
            .filter(|(_, counts)| !counts)
            .map(|(path, _)| path)
            .collect();
        if bad.is_empty() {
            return Err(error);
        }
        manifest.files.retain(|file| !bad.contains(&file.path));
    }
    Ok(suffered)
}

/// Whether a note bears the name of a trusted key, whatever became of it since, or whichever ended before.
fn is_ours(note: &Note, trust: &Trust) -> bool {
    let named = |key: &Verifier| note.signatures.iter().any(|line| line.name == key.name() && line.id == key.id());
    trust.all().any(|key| named(key) || named(&Outcomes::key_of(key)))
}

/// Takes notes out of what came back that no key signed which may sign over so many entries: bits changed in them, or the key had ended.
/// They say nothing of the record, but what was signed and is not of it is evidence, and nothing is served then. `others` are of another root.
fn leave_out(
    job: &Restore,
    manifest: &mut Manifest,
    announced: &[AnnouncedKey],
    (entries, mut others): (u64, BTreeMap<u64, BackupError>),
) -> Result<Vec<String>, BackupError> {
    // Where nobody's word is asked, there is none to be left out.
    let Ok((keys, _)) = known_keys(job, &job.data, manifest) else {
        return others.pop_first().map_or(Ok(Vec::new()), |(_, other)| Err(other));
    };
    let trusts: Vec<Trust> = keys.iter().map(|key| Trust::of_ledger(key, announced)).collect();
    let any = |check: &dyn Fn(&Trust) -> Result<(), CheckpointError>| {
        let mut why = CheckpointError::Malformed("no key is trusted");
        let counts = trusts.iter().any(|trust| check(trust).map_err(|error| why = error).is_ok());
        if counts { Ok(()) } else { Err(why) }
    };
    let (kept, mut left) = (Checkpoints::of(&job.data), BTreeMap::new());
    for size in small_files::noted(manifest.files.iter().map(|file| file.path.as_str())) {
        let [tree, made] = kept.halves(size)?;
        let [tree_path, made_path] = small_files::paths(size);
        let beyond = (size > entries).then(|| {
            let why = format!("it is over {size} entries, the record has {entries}");
            BackupError::Checkpoint { path: job.from.join(&tree_path), why }
        });
        let tree = tree.map(|note| (tree_path, any(&|trust| trust.checkpoint(&note).map(drop)), others.remove(&size)));
        let made = made.map(|note| (made_path, any(&|trust| trust.outcomes(&note).map(drop)), None));
        let mut signed = false;
        for (path, counts, other) in [tree, made].into_iter().flatten() {
            match (counts, other) {
                (Ok(()), Some(other)) => return Err(other),
                (Ok(()), None) => signed = true,
                (Err(why), _) => drop(left.insert(path, why.to_string())),
            }
        }
        if let Some(beyond) = beyond.filter(|_| signed) {
            return Err(beyond);
        }
    }
    for path in left.keys().map(|path| job.data.join(path)) {
        remove_file(&path).map_err(|error| io("removing", &path, error))?;
    }
    manifest.files.retain(|file| !left.contains_key(&file.path));
    Ok(left.into_iter().map(|(path, why)| format!("{path}: {why}")).collect())
}

/// What the copy in `from` holds, where its record ends, and what is wrong with its list, if that had to be made again.
fn listed(from: &Path) -> Result<(Manifest, Tip, Option<String>), BackupError> {
    let (manifest, wrong) = match Manifest::read(from) {
        Err(BackupError::DamagedList { why, .. }) => (Manifest::again(from)?, Some(why)),
        read => (read?.ok_or_else(|| BackupError::NoCopy(from.to_owned()))?, None),
    };
    let tip = manifest.tip(from)?;
    let wrong = wrong.map(|why| {
        format!(
            "{MANIFEST}: {why}; what is there was restored, of which no list says any more whether the record's end is missing or \
             whether it is the archive of a stream"
        )
    });
    Ok((manifest, tip, wrong))
}

/// Takes the place, marks it, and keeps others who restore or serve away.
fn begin(job: &Restore) -> Result<Lock, BackupError> {
    let data = &job.data;
    make_dir(data)?;
    let ours = repairing::read(data)?.is_some_and(|doing| doing.starts_with(DOING));
    // A mark that was being set when the power failed may be there by half, and nothing else.
    let begun = names(data)?.iter().all(|name| *name == format!("{}.new", repairing::MARKER));
    if !ours && !begun {
        return Err(BackupError::NotEmpty(data.clone()));
    }
    // Marked before anything is written, so that what a run cut short leaves behind is never served.
    repairing::set(data, &format!("{DOING} --from {} --data {}", job.from.display(), data.display()))?;
    kill_points::at("restore-marked");
    [RECORD, CHECKPOINTS, KEYS].iter().try_for_each(|dir| make_dir(&data.join(dir)))?;
    Ok(lock(&data.join(RECORD))?)
}

fn copy(job: &Restore, file: &Listed, go_on: &mut dyn FnMut(u64) -> bool) -> Result<(), BackupError> {
    let path = file.within(&job.data);
    let fail = |error| io("writing", &path, error);
    let mut to = BufWriter::new(OutFile::create(&path).map_err(fail)?);
    let copied = file.pass(&job.from, &mut |part| {
        to.write_all(part).map_err(fail)?;
        if go_on(0) { Ok(()) } else { Err(interrupted()) }
    });
    if let (Err(BackupError::Damaged { path, why }), RECORD) = (&copied, file.dir()) {
        let why = format!("{why}{}", first_bad(job));
        return Err(BackupError::Damaged { path: path.clone(), why });
    }
    copied?;
    to.flush().and_then(|()| to.get_ref().sync()).map_err(fail)
}

/// Where in the record of a damaged copy the damage begins, if reading it tells.
fn first_bad(job: &Restore) -> String {
    let found = Manifest::read(&job.from).and_then(|manifest| {
        let ledger = manifest.map(|manifest| manifest.tip(&job.from)).transpose()?.map(|tip| tip.ledger);
        let mut reader = Reader::open(&job.from.join(RECORD), ledger.unwrap_or_default())?;
        while reader.next_any()?.is_some() {}
        let (frame, index) = (reader.tip().frames + 1, reader.tip().next_index());
        let torn = |torn: &Torn| {
            let Torn { path, offset, why, .. } = torn;
            format!("{} at byte {offset}, frame {frame}, first bad index {index}: {why}", path.display())
        };
        Ok(reader.torn().map(torn).unwrap_or_default())
    });
    match found {
        Ok(place) if place.is_empty() => String::new(),
        Ok(place) => format!(" ({place})"),
        Err(error) => format!(" ({error})"),
    }
}

fn interrupted() -> BackupError {
    BackupError::Interrupted { what: "run the restore again to its end; until then nothing is served from there" }
}

/// The last checkpoint of a copy in `dir`, if one of the keys, or one announced under them, signed it and the note over its outcomes.
fn proof(
    job: &Restore,
    dir: &Path,
    manifest: &Manifest,
    size: u64,
    announced: &[AnnouncedKey],
) -> Result<Proof, BackupError> {
    let [tree, made] = small_files::paths(size);
    let bad = |why: String| BackupError::Checkpoint { path: job.from.join(&tree), why };
    for file in manifest.of(CHECKPOINTS) {
        file.read(dir)?;
    }
    let [signed, outcomes] = Checkpoints::of(dir).halves(size)?;
    let signed = signed.ok_or_else(|| bad("it is no note".to_owned()))?;
    let (keys, own_key) = known_keys(job, dir, manifest)?;
    let trust = Trust::following(keys, announced);
    let checkpoint = trust.checkpoint(&signed).map_err(|error| bad(error.to_string()))?;
    // Without the note beside it, the checkpoint proves the record all the same.
    let outcomes = outcomes.filter(|_| manifest.lists(&made)).map_or(Ok(()), |note| trust.outcomes(&note).map(drop));
    outcomes.map_err(|error| bad(format!("the note over its outcomes: {error}")))?;
    Ok(Proof { size, origin: checkpoint.origin, own_key })
}

/// The keys to ask, and whether they came with the copy.
fn known_keys(job: &Restore, dir: &Path, manifest: &Manifest) -> Result<(Vec<Verifier>, bool), BackupError> {
    if !job.keys.is_empty() {
        return Ok((job.keys.clone(), false));
    }
    let mut keys = Vec::new();
    for file in manifest.of(KEYS).filter(|file| file.path.ends_with(".pub")) {
        file.read(dir)?;
        keys.push(key_files::public(&file.within(dir).display().to_string())?);
    }
    if keys.is_empty() { Err(BackupError::NoKey(job.from.clone())) } else { Ok((keys, true)) }
}

/// Reads what came back, every frame, and holds it against the list and the root of each checkpoint. Answers what it announces, and which
/// checkpoints are not of it.
fn prove(
    job: &Restore,
    tip: &Tip,
    sizes: &[u64],
    go_on: &mut dyn FnMut(u64) -> bool,
) -> Result<(Vec<AnnouncedKey>, BTreeMap<u64, BackupError>), BackupError> {
    let (mut announced, mut others) = (Vec::new(), BTreeMap::new());
    let kept = Checkpoints::of(&job.data);
    let mut sizes = sizes.iter().copied().peekable();
    let mut reader = Reader::open(&job.data.join(RECORD), tip.ledger)?;
    let mut before = reader.tip().frontier.clone();
    while let Some((frame, void)) = reader.next_any()? {
        for (leaf, entry) in frame.leaves().iter().zip(frame.entries()).filter(|_| !void) {
            while sizes.next_if_eq(&before.size()).is_some() {
                others.extend(compare(job, &kept, before.size(), before.root())?);
            }
            announced.extend(announced_in(entry, before.size()));
            before.push(*leaf);
        }
        if !go_on(before.size()) {
            return Err(interrupted());
        }
    }
    while sizes.next_if_eq(&before.size()).is_some() {
        others.extend(compare(job, &kept, before.size(), before.root())?);
    }
    if let Some(torn) = reader.torn() {
        return Err(BackupError::Damaged { path: torn.path.clone(), why: torn.why.clone() });
    }
    if reader.tip() == tip {
        return Ok((announced, others));
    }
    let (found, listed) = (Extent::of(reader.tip()), Extent::of(tip));
    let why = format!("the record comes to {found:?}, it says {listed:?}");
    Err(BackupError::Manifest { path: job.from.join(MANIFEST), why })
}

/// What is wrong with the root of a checkpoint; whether that is evidence is asked of its signature.
fn compare(
    job: &Restore,
    kept: &Checkpoints,
    size: u64,
    root: Hash,
) -> Result<Option<(u64, BackupError)>, BackupError> {
    let [tree, _] = small_files::paths(size);
    let said = kept.halves(size)?[0].as_ref().and_then(|note| Checkpoint::parse(note.unverified_text()).ok());
    if said.is_some_and(|said| said.root == root) {
        return Ok(None);
    }
    let why = "its root is not the one of the record".to_owned();
    Ok(Some((size, BackupError::Checkpoint { path: job.from.join(&tree), why })))
}

/// A restore that was cut short may have begun with another copy.
fn nothing_else(job: &Restore, manifest: &Manifest) -> Result<(), BackupError> {
    for dir in [RECORD, CHECKPOINTS, KEYS] {
        for name in names(&job.data.join(dir))? {
            if !["stream-created", "lock"].contains(&name.as_str()) && !manifest.lists(&format!("{dir}/{name}")) {
                let path: &Path = &job.data.join(dir).join(name);
                let why = "it is not of this copy; restore into a new directory".to_owned();
                return Err(BackupError::Damaged { path: path.to_owned(), why });
            }
        }
        sync_dir(&job.data.join(dir))?;
    }
    Ok(sync_dir(&job.data)?)
}
