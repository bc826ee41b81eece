//! Looks at all copies place by place, lets `choose` say which frame is the record's, and takes down what each copy has
//! instead. Changes nothing.

use ledger::hash::hex;
use std::path::Path;

use super::checkpoints::{Proofs, announced};
use super::choose::{self, Plan, Undecided};
use super::copies::{Kind, Stream};
use super::examined::{CopyRole, Examined, ExaminedCopy};
use super::files::Files;
use super::held::Held;
use super::mark::StreamSwap;
use super::options::{Progress, RepairError, RepairOptions};
use super::report::{Examination, Fault, Finding};
use crate::record::error::LogError;
use crate::record::log::Tip;
use crate::record::log::nats::known_created;
use crate::record::repairing;

/// Looks at everything; the archive is in `record`.
pub(super) fn look_at_all(
    options: &RepairOptions,
    record: &Path,
    progress: Progress<'_>,
) -> Result<(Examination, Plan, Examined), RepairError> {
    let mut examined = Examined { copies: copies(options, record, progress)?, archive_behind: false };
    // Without keys nobody's signature is asked for.
    let copies = if options.keys.is_empty() { &mut [][..] } else { &mut examined.copies[..] };
    let announced = announced(copies, options.ledger)?;
    let (proofs, mut refusal) = match Proofs::load(options, &announced) {
        Ok(proofs) => (proofs, None),
        Err(why) => (Proofs::default(), Some(why)),
    };
    let mut plan = Plan::new(options.ledger);
    if refusal.is_none() {
        refusal = walk(options, &mut examined, &proofs, &mut plan, progress)?;
        ended(&mut examined, &proofs, &plan.tip);
    }
    let proved = plan.own.max(proofs.vouched());
    let unproved_from = Some(proved).filter(|proved| *proved < plan.tip.next_index());
    if unproved_from.is_some() && !options.keys.is_empty() && proofs.vouched() == 0 {
        refusal.get_or_insert_with(|| {
            "nothing under --key is signed over what only the further copy has, so anybody may have made it: put the checkpoints beside \
             it, or leave --key out to have it copied unproved"
                .to_owned()
        });
    }
    let examination = Examination {
        copies: examined.copies.iter().map(|copy| copy.report.clone()).collect(),
        frames: plan.tip.frames,
        entries: plan.tip.next_index(),
        root: hex(&plan.tip.frontier.root()),
        checkpoints: proofs.count(),
        signed_entries: proofs.last(),
        signatures_checked: !options.keys.is_empty(),
        passed_over: proofs.passed_over().to_vec(),
        unproved_from,
        refusal,
        begun: false,
    };
    Ok((examination, plan, examined))
}

fn copies(options: &RepairOptions, record: &Path, progress: Progress<'_>) -> Result<Vec<ExaminedCopy>, LogError> {
    let mut scan = |dir: &Path| Files::scan(dir, options.ledger, &mut |frames| progress("reading files", frames, 0));
    let mut copies = vec![ExaminedCopy::new(CopyRole::Archive, Kind::Files(scan(record)?))];
    if let Some(nats) = &options.nats {
        let begun = repairing::read(&options.data)?;
        let stream = Stream::find(nats, StreamSwap::marked(begun.as_deref()))?;
        let findings = of_stream(&stream, known_created(record)?);
        let mut one = ExaminedCopy::new(CopyRole::Stream, Kind::Stream(Box::new(stream)));
        one.report.findings = findings;
        copies.push(one);
    }
    if let Some(dir) = &options.from {
        let inside = dir.join("record");
        copies.push(ExaminedCopy::new(
            CopyRole::Further,
            Kind::Files(scan(if inside.is_dir() { &inside } else { dir })?),
        ));
    }
    Ok(copies)
}

/// What the stream says of itself that it must not.
fn of_stream(stream: &Stream, created: Option<String>) -> Vec<Finding> {
    let found = |fault, why| Finding { fault, frame: 1, index: 0, place: format!("stream {}", stream.name), why };
    let Some(info) = &stream.info else {
        return vec![found(Fault::Deleted, "there is no such stream".to_owned())];
    };
    let mut findings = Vec::new();
    if !info.differences.is_empty() {
        findings.push(found(Fault::Settings, info.differences.join("; ")));
    }
    if let Some(ours) = created.filter(|created| *created != info.created) {
        findings.push(found(Fault::Recreated, format!("it was created at {}, ours at {ours}", info.created)));
    }
    findings
}

/// Goes through all places; answers why the record cannot be proved, if so.
fn walk(
    options: &RepairOptions,
    examined: &mut Examined,
    proofs: &Proofs,
    plan: &mut Plan,
    progress: Progress<'_>,
) -> Result<Option<String>, LogError> {
    let total = examined.copies.iter().map(|copy| copy.kind.last()).max().unwrap_or(0);
    loop {
        let number = plan.tip.frames + 1;
        let held: Result<Vec<Held>, LogError> = examined.copies.iter_mut().map(|copy| copy.kind.at(number)).collect();
        let held = held?;
        let candidate = match choose::next(examined, proofs, plan, &held) {
            Ok(candidate) => candidate,
            Err(Undecided::Log(error)) => return Err(error),
            Err(Undecided::Refused(why)) => return Ok(Some(why)),
        };
        let Some(candidate) = candidate else {
            at_end(examined, &plan.tip, &held);
            return Ok(choose::ends(examined, proofs, plan, options.give_up_end && options.nats.is_none())?.err());
        };
        for (copy, held) in examined.copies.iter_mut().zip(&held) {
            copy.compare(&plan.tip, held, &candidate.frame)?;
        }
        if let Err(size) = proofs.pass(&plan.tip, &candidate.frame) {
            return Ok(Some(format!(
                "the only copy of frame {number} does not have the root that the checkpoint over {size} entries signs"
            )));
        }
        plan.take(&candidate, candidate.is_own(&examined.copies, &held));
        progress("comparing copies", number, total);
    }
}

/// Notes what is there where no frame continues the record.
fn at_end(examined: &mut Examined, tip: &Tip, held: &[Held]) {
    let number = tip.frames + 1;
    for (copy, held) in examined.copies.iter_mut().zip(held) {
        match held {
            Held::Frame(own) => {
                let why = tip.check(own).err().unwrap_or_default();
                copy.note(Fault::Reused, tip, why);
            }
            Held::Bad(_, why) if copy.role == CopyRole::Archive && unfinished(&copy.kind, number) => {
                copy.report.notes.push(format!("{}: the last frame is unfinished ({why})", copy.kind.place(number)));
            }
            Held::Bad(fault, why) => copy.note(*fault, tip, why.clone()),
            Held::Nothing if number <= copy.kind.last() => {
                copy.note(Fault::Missing, tip, "nothing is there, though later frames are".to_owned());
            }
            Held::Nothing => {}
        }
    }
}

fn unfinished(kind: &Kind, number: u64) -> bool {
    matches!(kind, Kind::Files(files) if files.unfinished(number) == Some(Fault::Truncated))
}

/// Copies that end before the record does. A stream may not, as it acknowledges first; an archive may, by what was
/// acknowledged to nobody, which cannot have been signed.
fn ended(examined: &mut Examined, proofs: &Proofs, tip: &Tip) {
    for copy in &mut examined.copies {
        let last = copy.kind.last();
        if last >= tip.frames || copy.report.bad_frames > 0 {
            continue;
        }
        let entries = copy.report.whole_entries;
        let (place, why) =
            (copy.kind.place(last + 1), format!("it ends after frame {last}, the record after {}", tip.frames));
        let signed = proofs.last().is_some_and(|size| size > entries);
        match copy.role {
            CopyRole::Further => copy.report.notes.push(why),
            CopyRole::Archive if !signed => {
                examined.archive_behind = true;
                copy.report.notes.push(format!("{why}; it is caught up from another copy"));
            }
            // Where there is no stream, that is what is wrong with it.
            CopyRole::Stream if matches!(&copy.kind, Kind::Stream(stream) if stream.info.is_none()) => {}
            _ => {
                copy.report.bad_frames = tip.frames - last;
                copy.report.findings.push(Finding {
                    fault: Fault::Truncated,
                    frame: last + 1,
                    index: entries,
                    place,
                    why,
                });
            }
        }
    }
}
