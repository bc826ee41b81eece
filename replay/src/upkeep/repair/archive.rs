//! A new archive in place of the damaged one, which is kept: written next to it, synced, read again, and only then renamed,
//! so that a run cut short at any step leaves either the old archive or the whole new one.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::choose::Plan;
use super::examined::Examined;
use super::options::{Progress, RepairError, RepairOptions};
use crate::files::{OutFile, make_dir, remove_dir, rename, replace};
use crate::kill_points;
use crate::limits::SEGMENT_BYTES;
use crate::record::error::LogError;
use crate::record::log::nats::CREATED;
use crate::record::log::segments::{Segment, sync_dir};
use crate::record::log::{FileLog, Tip};

/// Where a damaged archive was put last, if any was.
pub(super) fn kept(data: &Path) -> PathBuf {
    numbered(data, last_number(data).unwrap_or(1))
}

/// The highest number of those kept; an operator may have removed others.
fn last_number(data: &Path) -> Option<u32> {
    let number = |name: &std::ffi::OsStr| name.to_str()?.strip_prefix(KEPT)?.parse().ok();
    fs::read_dir(data).ok()?.flatten().filter_map(|item| number(&item.file_name())).max()
}

fn numbered(data: &Path, number: u32) -> PathBuf {
    data.join(format!("{KEPT}{number}"))
}

/// What the directory of a damaged archive that is kept is called, before its number.
const KEPT: &str = "record.damaged-";

/// Writes the record as planned and puts it in the place of the damaged archive. Answers where that one is kept, and the
/// new one, locked.
pub(super) fn restore(
    options: &RepairOptions,
    plan: &Plan,
    examined: &mut Examined,
    progress: Progress<'_>,
) -> Result<(PathBuf, FileLog), RepairError> {
    let (record, new) = (options.record(), options.data.join("record.new"));
    remove_dir(&new).map_err(|e| LogError::io("removing", &new, e))?;
    make_dir(&new).map_err(|e| LogError::io("creating directory", &new, e))?;
    write(&new, plan, examined, progress)?;
    if let Ok(created) = fs::read(record.join(CREATED)) {
        put(&new.join(CREATED), &created)?;
    }
    // Opening checks every frame against the chain, and locks what is about to be the record.
    let (log, tip, torn) = FileLog::open(&new, options.ledger, &mut |_| Ok(()))?;
    if tip != plan.tip || torn.is_some() {
        return Err(RepairError::Unproved(format!("{} ends at frame {}", new.display(), tip.frames)));
    }
    // All of it is on the disk before the damaged one gives up its place.
    sync_dir(&new)?;
    // Caches of the damaged record go before the new one has its place: what outlived it would be believed.
    drop_caches(&options.data)?;
    kill_points::at("repair-archive-written");
    // A run cut short between the renames leaves no `record`; the next one finds the damaged one under its other name and
    // puts it back. So each rename is on the disk before the next step counts on it.
    let aside = next_free(&options.data);
    rename(&record, &aside).map_err(|e| LogError::io("renaming", &record, e))?;
    sync_dir(&options.data)?;
    kill_points::at("repair-between-renames");
    rename(&new, &record).map_err(|e| LogError::io("renaming", &new, e))?;
    sync_dir(&options.data)?;
    kill_points::at("repair-renamed");
    Ok((aside, log))
}

/// Appends to an archive that is only behind what other copies have; answers how many frames.
pub(super) fn catch_up(options: &RepairOptions, plan: &Plan, examined: &mut Examined) -> Result<u64, RepairError> {
    let (mut log, mut tip, _) = FileLog::open_archive(&options.record(), options.ledger, &mut |_| Ok(()))?;
    let before = tip.frames;
    let rest = plan.choices.iter().skip(usize::try_from(before).unwrap_or(usize::MAX));
    for choice in rest {
        let frame = plan.frame(*choice, examined)?;
        fits(&tip, &frame)?;
        log.append(&frame)?;
        tip.advance(&frame);
    }
    Ok(tip.frames - before)
}

/// The number after all there are, so that nothing kept is replaced.
fn next_free(data: &Path) -> PathBuf {
    numbered(data, last_number(data).map_or(1, |last| last.saturating_add(1)))
}

fn write(dir: &Path, plan: &Plan, examined: &mut Examined, progress: Progress<'_>) -> Result<(), RepairError> {
    let mut tip = Tip::new(plan.tip.ledger);
    let mut open: Option<(OutFile, PathBuf, u64)> = None;
    for choice in &plan.choices {
        let frame = plan.frame(*choice, examined)?;
        fits(&tip, &frame)?;
        if open.as_ref().is_some_and(|(.., bytes)| *bytes >= SEGMENT_BYTES) {
            close(open.take())?;
        }
        let (file, path, bytes) = match &mut open {
            Some(open) => open,
            none => {
                let segment = Segment::new(dir, tip.frames + 1, frame.header().first_index);
                none.insert((segment.create()?, segment.path.clone(), 0))
            }
        };
        file.write_all(frame.bytes()).map_err(|e| LogError::io("writing segment", path, e))?;
        *bytes += frame.bytes().len() as u64;
        tip.advance(&frame);
        progress("writing the archive", tip.frames, plan.tip.frames);
    }
    close(open)
}

fn close(open: Option<(OutFile, PathBuf, u64)>) -> Result<(), RepairError> {
    if let Some((file, path, _)) = open {
        file.sync().map_err(|e| LogError::io("syncing segment", &path, e))?;
    }
    Ok(())
}

/// Removes what was made from a damaged archive; it is made again from the record.
fn drop_caches(data: &Path) -> Result<(), LogError> {
    for dir in [data.join("pages"), crate::proof::tiles::Tiles::dir(data)] {
        remove_dir(&dir).map_err(|e| LogError::io("removing", &dir, e))?;
    }
    Ok(())
}

/// The copies are read again when they are written; what changed meanwhile must not slip in.
fn fits(tip: &Tip, frame: &crate::record::log::Frame) -> Result<(), RepairError> {
    tip.check(frame)
        .map_err(|why| RepairError::Unproved(format!("frame {} has changed meanwhile: {why}", tip.frames + 1)))
}

/// Writes a small file whole or not at all.
pub(super) fn put(path: &Path, bytes: &[u8]) -> Result<(), LogError> {
    replace(path, bytes).map_err(|e| LogError::io("writing", path, e))
}
