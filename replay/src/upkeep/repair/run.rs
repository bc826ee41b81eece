//! The order in which a repair is done. Every step can be cut short, and running the repair again takes it up: the mark is
//! set before the first change and cleared after the last proof, and the archive is whole before the stream is filled from it.

use super::choose::Plan;
use super::examine::look_at_all;
use super::examined::{CopyRole, Examined};
use super::mark::{DOING, StreamSwap, begun};
use super::options::{Progress, RepairError, RepairOptions};
use super::report::{Examination, Repaired};
use super::{archive, stream};
use crate::files::{make_dir, rename};
use crate::kill_points;
use crate::record::error::LogError;
use crate::record::log::file::{Lock, lock};
use crate::record::log::segments::sync_dir;
use crate::record::log::{FileLog, Tip};
use crate::record::{following, repairing};

/// Looks at every copy and says what is wrong. Changes nothing. Blocks: not for async tasks.
///
/// # Errors
/// A copy cannot be looked at, or the ledger is in use.
pub fn examine(options: &RepairOptions, progress: Progress<'_>) -> Result<Examination, RepairError> {
    let begun = begun(options)?;
    // Where renaming was cut short the damaged record is under its other name; looking at it moves nothing.
    let dir = if options.record().is_dir() { options.record() } else { archive::kept(&options.data) };
    let lock = if dir.is_dir() { Some(lock(&dir)?) } else { None };
    let (mut examination, _, _) = look_at_all(options, &dir, progress)?;
    drop(lock);
    examination.begun = begun.is_some();
    Ok(examination)
}

/// Looks at every copy and restores those that are damaged, if the record can be proved. Blocks: not for async tasks.
///
/// # Errors
/// The damage cannot be repaired, or repairing it failed; in both cases nothing that was right is lost.
pub fn repair(options: &RepairOptions, progress: Progress<'_>) -> Result<Repaired, RepairError> {
    let begun = begun(options)?;
    if let Some(mark) = following::read(&options.data)?.filter(|_| !options.follower) {
        return Err(RepairError::Follower { data: options.data.clone(), mark });
    }
    let lock = locked(options, begun.is_some())?;
    let (examination, plan, mut examined) = look_at_all(options, &options.record(), progress)?;
    if examination.refusal.is_some() {
        return Err(RepairError::Refused(Box::new(examination)));
    }
    let mut repaired = Repaired::new(examination);
    let needs = Needs::of(&examined, begun.is_some());
    if needs.anything() {
        // The mark before the first change: from here on no ledger opens until all of it is proved.
        repairing::set(&options.data, begun.as_deref().unwrap_or(DOING))?;
        kill_points::at("repair-marked");
        let lock = needs.archive(options, lock, &plan, &mut examined, &mut repaired, progress)?;
        // The stream is filled from the archive, which is whole by now.
        if needs.stream {
            let wanted = StreamSwap::marked(begun.as_deref()).map(|swap| swap.new);
            stream::restore(options, wanted, &plan.tip, &examined, &mut repaired, progress)?;
        }
        prove(options, &plan.tip, progress)?;
        kill_points::at("repair-proved");
        // The mark goes last, after the last proof: while it is there nothing is served.
        repairing::clear(&options.data)?;
        drop(lock);
    }
    Ok(repaired)
}

/// What is to be done.
struct Needs {
    restore: bool,
    catch_up: bool,
    stream: bool,
    /// A run before this one did not come to its end.
    begun: bool,
}

impl Needs {
    fn of(examined: &Examined, begun: bool) -> Self {
        Self {
            restore: examined.damaged(CopyRole::Archive),
            catch_up: examined.archive_behind,
            stream: examined.damaged(CopyRole::Stream),
            begun,
        }
    }

    fn anything(&self) -> bool {
        self.restore || self.catch_up || self.stream || self.begun
    }

    /// Makes the archive whole and answers what keeps the old one and a new one locked.
    fn archive(
        &self,
        options: &RepairOptions,
        lock: Lock,
        plan: &Plan,
        examined: &mut Examined,
        repaired: &mut Repaired,
        progress: Progress<'_>,
    ) -> Result<(Lock, Option<FileLog>), RepairError> {
        if self.restore {
            let (kept, new) = archive::restore(options, plan, examined, progress)?;
            repaired.archive_kept = Some(kept);
            return Ok((lock, Some(new)));
        }
        if !self.catch_up {
            return Ok((lock, None));
        }
        drop(lock);
        repaired.caught_up = archive::catch_up(options, plan, examined)?;
        Ok((crate::record::log::file::lock(&options.record())?, None))
    }
}

/// Locks the record, after undoing a pair of renames that was cut in the middle.
fn locked(options: &RepairOptions, begun: bool) -> Result<Lock, RepairError> {
    let record = options.record();
    if !record.is_dir() {
        let kept = archive::kept(&options.data);
        if begun && kept.is_dir() {
            rename(&kept, &record).map_err(|e| LogError::io("renaming", &kept, e))?;
            sync_dir(&options.data)?;
        } else if options.nats.is_none() && options.from.is_none() {
            return Err(RepairError::NoLedger(options.data.clone()));
        }
    }
    make_dir(&record).map_err(|e| LogError::io("creating directory", &record, e))?;
    Ok(lock(&record)?)
}

/// Reads everything again and holds it against what was to come out.
fn prove(options: &RepairOptions, tip: &Tip, progress: Progress<'_>) -> Result<(), RepairError> {
    let (examination, plan, examined) = look_at_all(options, &options.record(), progress)?;
    let same = plan.tip == *tip;
    let sound = examination.refusal.is_none()
        && !examined.archive_behind
        && !examined.damaged(CopyRole::Archive)
        && !examined.damaged(CopyRole::Stream);
    if same && sound {
        return Ok(());
    }
    let said = examination.copies.iter().flat_map(|copy| copy.findings.iter().map(|finding| finding.why.clone()));
    Err(RepairError::Unproved(examination.refusal.clone().into_iter().chain(said).collect::<Vec<_>>().join("; ")))
}
