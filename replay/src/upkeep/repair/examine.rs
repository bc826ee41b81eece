//! Looks at all copies place by place, lets `choose` say which frame is the record's, and takes down what each copy has
//! instead. Changes nothing.

use std::path::Path;

use super::checkpoints::Proofs;
use super::choose::{self, Plan, Undecided};
use super::copies::{Held, Kind, Stream};
use super::files::{Files, Said, said};
use super::report::{Copy, Examination, Fault, Finding};
use super::{Anew, Progress, RepairError, RepairOptions};
use crate::record::error::LogError;
use crate::record::log::nats::known_created;
use crate::record::log::tip::hex;
use crate::record::log::{Frame, Tip};
use crate::record::repairing;

/// What a copy is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Archive,
    Stream,
    /// Only read.
    Further,
}

/// A copy with what was found of it.
pub(super) struct One {
    pub(super) role: Role,
    pub(super) kind: Kind,
    pub(super) report: Copy,
    /// Whether it goes on as another record from some place on: what stands behind is no frame of this one.
    pub(super) diverged: bool,
    /// Whole frames of the ledger in places where the record has others.
    pub(super) misfits: Vec<Said>,
}

/// All copies.
pub(super) struct Examined {
    pub(super) copies: Vec<One>,
    /// Whether the archive ends whole, but before the record does: the next start would catch it up.
    pub(super) archive_behind: bool,
}

impl Examined {
    pub(super) fn damaged(&self, role: Role) -> bool {
        self.copies.iter().any(|copy| copy.role == role && !copy.report.findings.is_empty())
    }

    pub(super) fn stream(&self) -> Option<(&Stream, &Copy)> {
        self.copies.iter().find_map(|copy| match &copy.kind {
            Kind::Stream(stream) => Some((&**stream, &copy.report)),
            Kind::Files(_) => None,
        })
    }
}

/// Looks at everything; the archive is in `record`.
pub(super) fn run(
    options: &RepairOptions,
    record: &Path,
    progress: Progress<'_>,
) -> Result<(Examination, Plan, Examined), RepairError> {
    let mut examined = Examined { copies: copies(options, record, progress)?, archive_behind: false };
    let (proofs, mut refusal) = match Proofs::load(options) {
        Ok(proofs) => (proofs, None),
        Err(why) => (Proofs::default(), Some(why)),
    };
    let mut plan = Plan::new(options.ledger);
    if refusal.is_none() {
        refusal = walk(options, &mut examined, &proofs, &mut plan, progress)?;
        ended(&mut examined, &proofs, &plan.tip);
    }
    let examination = Examination {
        copies: examined.copies.iter().map(|copy| copy.report.clone()).collect(),
        frames: plan.tip.frames,
        entries: plan.tip.next_index(),
        root: hex(&plan.tip.frontier.root()),
        checkpoints: proofs.count(),
        signed_entries: proofs.last(),
        signatures_checked: !options.keys.is_empty(),
        refusal,
        begun: false,
    };
    Ok((examination, plan, examined))
}

fn copies(options: &RepairOptions, record: &Path, progress: Progress<'_>) -> Result<Vec<One>, LogError> {
    let mut scan = |dir: &Path| Files::scan(dir, options.ledger, &mut |frames| progress("reading files", frames, 0));
    let mut copies = vec![One::new(Role::Archive, Kind::Files(scan(record)?))];
    if let Some(nats) = &options.nats {
        let begun = repairing::read(&options.data)?;
        let stream = Stream::find(nats, Anew::marked(begun.as_deref()))?;
        let findings = of_stream(&stream, known_created(record)?);
        let mut one = One::new(Role::Stream, Kind::Stream(Box::new(stream)));
        one.report.findings = findings;
        copies.push(one);
    }
    if let Some(dir) = &options.from {
        let inside = dir.join("record");
        copies.push(One::new(Role::Further, Kind::Files(scan(if inside.is_dir() { &inside } else { dir })?)));
    }
    Ok(copies)
}

impl One {
    fn new(role: Role, kind: Kind) -> Self {
        let name = match &kind {
            Kind::Files(files) => files.dir().display().to_string(),
            Kind::Stream(stream) => format!("stream {}", stream.name),
        };
        let report = Copy {
            name,
            further: role == Role::Further,
            whole_frames: 0,
            whole_entries: 0,
            bad_frames: 0,
            findings: Vec::new(),
            notes: Vec::new(),
        };
        Self { role, kind, report, diverged: false, misfits: Vec::new() }
    }

    /// Takes down what is wrong at the place after `tip`. Of one kind only the first is told.
    fn note(&mut self, fault: Fault, tip: &Tip, why: String) {
        self.report.bad_frames += 1;
        if self.report.findings.iter().all(|known| known.fault != fault) {
            let (frame, index) = (tip.frames + 1, tip.next_index());
            self.report.findings.push(Finding { fault, frame, index, place: self.kind.place(frame), why });
        }
    }

    /// Holds what the copy has after `tip` against the frame that belongs there.
    fn compare(&mut self, tip: &Tip, held: &Held, frame: &Frame) -> Result<(), LogError> {
        let (fault, why) = match held {
            Held::Frame(own) if own.bytes() == frame.bytes() => {
                if self.report.bad_frames == 0 {
                    self.report.whole_frames = tip.frames + 1;
                    self.report.whole_entries = if tip.is_void(own) { tip.next_index() } else { own.next_index() };
                }
                return Ok(());
            }
            Held::Bad(fault, why) => (*fault, why.clone()),
            Held::Frame(own) => match tip.check(own) {
                Ok(()) => {
                    self.diverged |= !tip.is_void(own) && !tip.is_void(frame);
                    (Fault::Reused, "it holds another frame, of another writer".to_owned())
                }
                Err(why) => {
                    if own.header().ledger == tip.ledger {
                        self.misfits.push(said(own.header()));
                    }
                    (self.misplaced(tip, own, frame)?, why)
                }
            },
            // Whether a copy that just ends lacks anything is known at the end.
            Held::Nothing if tip.frames + 1 > self.kind.last() => return Ok(()),
            Held::Nothing => (Fault::Missing, "nothing is there, though later frames are".to_owned()),
        };
        self.note(fault, tip, why);
        Ok(())
    }

    fn misplaced(&self, tip: &Tip, own: &Frame, frame: &Frame) -> Result<Fault, LogError> {
        let later = own.header().ledger == tip.ledger && own.header().first_index > tip.next_index();
        Ok(match self.kind.has_elsewhere(tip, frame)? {
            true => Fault::Reordered,
            false if later => Fault::Missing,
            false => Fault::Reused,
        })
    }
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
            return Ok(choose::ends(examined, proofs, plan, options.nats.is_some())?.err());
        };
        for (copy, held) in examined.copies.iter_mut().zip(&held) {
            copy.compare(&plan.tip, held, &candidate.frame)?;
        }
        if let Err(size) = proofs.pass(&plan.tip, &candidate.frame) {
            return Ok(Some(format!(
                "the only copy of frame {number} does not have the root that the checkpoint over {size} entries signs"
            )));
        }
        plan.take(&candidate);
        progress("comparing copies", number, total);
    }
}

/// What stands where no frame continues the record.
fn at_end(examined: &mut Examined, tip: &Tip, held: &[Held]) {
    let number = tip.frames + 1;
    for (copy, held) in examined.copies.iter_mut().zip(held) {
        match held {
            Held::Frame(own) => {
                let why = tip.check(own).err().unwrap_or_default();
                copy.note(Fault::Reused, tip, why);
            }
            Held::Bad(_, why) if copy.role == Role::Archive && unfinished(&copy.kind, number) => {
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
    matches!(kind, Kind::Files(files) if files.unfinished(number).is_some())
}

/// Copies that end before the record does. A stream may not, as it acknowledges first; an archive may, by what nobody was
/// told of, which cannot have been signed.
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
            Role::Further => copy.report.notes.push(why),
            Role::Archive if !signed => {
                examined.archive_behind = true;
                copy.report.notes.push(format!("{why}; it is caught up from another copy"));
            }
            // Where there is no stream, that is what is wrong with it.
            Role::Stream if matches!(&copy.kind, Kind::Stream(stream) if stream.info.is_none()) => {}
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
