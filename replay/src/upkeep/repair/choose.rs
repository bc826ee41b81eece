//! Which frames are the record: at each place the one that continues what is proved so far, from whichever copy has it.
//! A frame proves itself by the root it carries and by the next one; a checkpoint proves everything under it.

use std::collections::HashMap;

use super::checkpoints::Proofs;
use super::copies::Kind;
use super::examined::{CopyRole, Examined, ExaminedCopy};
use super::files::{self, Files, FrameClaim, Key, key};
use super::held::Held;
use super::report::Fault;
use crate::record::error::LogError;
use crate::record::log::{Frame, Tip};

/// The record as the copies prove it together: where each frame is to be taken from, and where it ends.
pub(super) struct Plan {
    pub(super) choices: Vec<Choice>,
    /// The highest epoch of its frames that say the same of themselves.
    epochs: HashMap<Key, u64>,
    /// Those without entries since the last that has some.
    idle: Vec<Frame>,
    pub(super) tip: Tip,
    /// Entries up to the last frame that the ledger's own copies hold: its root, and it itself, prove all of them.
    pub(super) own: u64,
}

/// A frame by its copy and its place there: a slot of files, a sequence of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    copy: u8,
    slot: u64,
}

/// A frame that may come next.
pub(super) struct Candidate {
    pub(super) frame: Frame,
    pub(super) choice: Choice,
}

/// Why no truth can be chosen.
pub(super) enum Undecided {
    /// Said to people.
    Refused(String),
    Log(LogError),
}

impl From<LogError> for Undecided {
    fn from(error: LogError) -> Self {
        Self::Log(error)
    }
}

impl Candidate {
    /// Whether one of the ledger's own copies holds it: where it was found, or at the place, of which `held` is what each has.
    pub(super) fn is_own(&self, copies: &[ExaminedCopy], held: &[Held]) -> bool {
        let is_it = |held: &Held| matches!(held, Held::Frame(frame) if frame.bytes() == self.frame.bytes());
        let mut places = copies.iter().zip(held).enumerate();
        places.any(|(copy, (examined, held))| {
            examined.role != CopyRole::Further && (copy == usize::from(self.choice.copy) || is_it(held))
        })
    }
}

impl Plan {
    pub(super) fn new(ledger: [u8; 16]) -> Self {
        Self { choices: Vec::new(), epochs: HashMap::new(), idle: Vec::new(), tip: Tip::new(ledger), own: 0 }
    }

    /// The frame of a choice.
    pub(super) fn frame(&self, choice: Choice, examined: &mut Examined) -> Result<Frame, LogError> {
        let copy = &mut examined.copies[usize::from(choice.copy)].kind;
        match copy {
            Kind::Files(files) => files.slot(choice.slot),
            Kind::Stream(_) => match copy.at(choice.slot)? {
                Held::Frame(frame) => Ok(frame),
                _ => Err(LogError::Damage {
                    place: copy.place(choice.slot),
                    frame: choice.slot,
                    index: 0,
                    why: "a frame that was there is gone".to_owned(),
                }),
            },
        }
    }

    /// Takes the next frame; `own` is whether another than a further copy holds it.
    pub(super) fn take(&mut self, candidate: &Candidate, own: bool) {
        self.choices.push(candidate.choice);
        let header = candidate.frame.header();
        let epoch = self.epochs.entry(key(header)).or_default();
        *epoch = header.epoch.max(*epoch);
        if header.count == 0 {
            self.idle.push(candidate.frame.clone());
        } else if !self.tip.is_void(&candidate.frame) {
            self.idle.clear();
        }
        let void = self.tip.is_void(&candidate.frame);
        self.tip.advance(&candidate.frame);
        if own && !void {
            self.own = self.tip.next_index();
        }
    }

    /// Whether a frame that says this is none of the record's, and no fenced writer's either.
    fn is_strange(&self, (key, epoch): &FrameClaim) -> bool {
        let end = (*key == files::end(&self.tip)).then_some(self.tip.epoch);
        self.epochs.get(key).copied().max(end).is_none_or(|highest| *epoch > highest)
    }

    /// Whether it holds a frame as often as a copy does: openings and padding are alike, and each may be in one place.
    fn has_all(&self, frame: &Frame, files: &Files) -> Result<bool, LogError> {
        let mut there = 0;
        for slot in files.fitting(&self.tip) {
            there += usize::from(files.slot(slot)?.bytes() == frame.bytes());
        }
        Ok(self.idle.iter().filter(|taken| taken.bytes() == frame.bytes()).count() >= there)
    }
}

/// The frame that comes after `plan`, if any copy has it. `held` is what each copy has at that place.
pub(super) fn next(
    examined: &mut Examined,
    proofs: &Proofs,
    plan: &Plan,
    held: &[Held],
) -> Result<Option<Candidate>, Undecided> {
    let tip = &plan.tip;
    let mut candidates = standing(examined, tip, held);
    if candidates.iter().all(|candidate| tip.is_void(&candidate.frame)) {
        displaced(examined, plan, &mut candidates)?;
    }
    // A fenced writer was no farther back than the one who fenced it; what begins before is an earlier frame out of its place.
    let earlier = |frame: &Frame| tip.is_void(frame) && frame.header().first_index < tip.next_index();
    if candidates.iter().any(|candidate| !earlier(&candidate.frame)) {
        candidates.retain(|candidate| !earlier(&candidate.frame));
    }
    if candidates.len() < 2 {
        return Ok(candidates.pop());
    }
    fork(examined, proofs, tip, candidates).map(Some)
}

/// Different frames that are at the place and may be there.
fn standing(examined: &Examined, tip: &Tip, held: &[Held]) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = Vec::new();
    for (copy, held) in held.iter().enumerate() {
        let Held::Frame(frame) = held else { continue };
        let known = candidates.iter().any(|candidate| candidate.frame.bytes() == frame.bytes());
        if known || tip.check(frame).is_err() {
            continue;
        }
        let number = tip.frames + 1;
        let slot = match &examined.copies[copy].kind {
            Kind::Files(files) => files.slot_at(number).unwrap_or(0),
            Kind::Stream(_) => number,
        };
        candidates.push(Candidate { frame: frame.clone(), choice: Choice { copy: copy as u8, slot } });
    }
    candidates
}

/// Frames that are elsewhere in files and continue the record by what they say.
fn displaced(examined: &Examined, plan: &Plan, candidates: &mut Vec<Candidate>) -> Result<(), LogError> {
    for (copy, examined) in examined.copies.iter().enumerate() {
        let Kind::Files(files) = &examined.kind else { continue };
        for slot in files.fitting(&plan.tip) {
            let frame = files.slot(slot)?;
            if plan.has_all(&frame, files)? {
                continue;
            }
            let fits = plan.tip.check(&frame).is_ok() && !plan.tip.is_void(&frame);
            if fits && candidates.iter().all(|candidate| candidate.frame.bytes() != frame.bytes()) {
                candidates.push(Candidate { frame, choice: Choice { copy: copy as u8, slot } });
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Two frames may come next. One of them leads to the last checkpoint, or is no frame that counts; or nobody can know.
fn fork(
    examined: &mut Examined,
    proofs: &Proofs,
    tip: &Tip,
    candidates: Vec<Candidate>,
) -> Result<Candidate, Undecided> {
    let mut reached = Vec::new();
    for candidate in candidates {
        let (size, frames) = follow(examined, proofs, tip, &candidate)?;
        let proved = proofs.last().is_some_and(|last| tip.next_index() < last && size >= last);
        reached.push((proved, (size, frames), tip.is_void(&candidate.frame), candidate));
    }
    let proved = reached.iter().filter(|(proved, ..)| *proved).count();
    let counting = reached.iter().filter(|(_, _, void, _)| !void).count();
    if proved == 1 {
        reached.retain(|(proved, ..)| *proved);
    } else if counting <= 1 {
        // What a fenced writer had under way is where it was stored; the record goes on behind it. Where both lead to
        // entries, those that are left out show at the end.
        reached.sort_by_key(|(_, reached, _, _)| std::cmp::Reverse(*reached));
    } else {
        return Err(Undecided::Refused(evidence(examined, tip, &reached)));
    }
    let best = reached.into_iter().next().map(|(.., candidate)| candidate);
    best.ok_or_else(|| Undecided::Refused("nothing may come next".to_owned()))
}

fn evidence(examined: &Examined, tip: &Tip, reached: &[(bool, (u64, u64), bool, Candidate)]) -> String {
    let number = tip.frames + 1;
    let sides: Vec<String> = reached
        .iter()
        .map(|(_, (_, frames), _, candidate)| {
            let copy = &examined.copies[usize::from(candidate.choice.copy)];
            let epoch = candidate.frame.header().epoch;
            format!("{} goes on with epoch {epoch} for {frames} frames", copy.kind.place(number))
        })
        .collect();
    format!(
        "the copies are whole but differ from frame {number}, index {} on: {}; no checkpoint says which is the ledger. \
         Find out who wrote the other one, take it away, and run this again",
        tip.next_index(),
        sides.join("; ")
    )
}

/// How far the record goes on behind a candidate, as entries and frames.
fn follow(examined: &mut Examined, proofs: &Proofs, tip: &Tip, candidate: &Candidate) -> Result<(u64, u64), Undecided> {
    let mut tip = tip.clone();
    let before = tip.frames;
    let mut next = Some(candidate.frame.clone());
    while let Some(frame) = next.take() {
        if proofs.pass(&tip, &frame).is_err() {
            // What leads past a checkpoint is not the record, however long it is.
            return Ok((0, 0));
        }
        tip.advance(&frame);
        for copy in &mut examined.copies {
            // What another copy has there may look void here; a frame that counts goes before it.
            let better = |frame: &Frame| next.as_ref().is_none_or(|known| tip.is_void(known) && !tip.is_void(frame));
            if let Held::Frame(frame) = copy.kind.at(tip.frames + 1)?
                && tip.check(&frame).is_ok()
                && better(&frame)
            {
                next = Some(frame);
            }
        }
    }
    Ok((tip.next_index(), tip.frames - before))
}

/// Whether the record may end after `tip`, where no copy has a frame that continues it; otherwise why not.
pub(super) fn ends(
    examined: &mut Examined,
    proofs: &Proofs,
    plan: &Plan,
    may_give_up: bool,
) -> Result<Result<(), String>, LogError> {
    let tip = &plan.tip;
    let (number, index) = (tip.frames + 1, tip.next_index());
    if let Some(last) = proofs.least().filter(|last| *last > index) {
        return Ok(Err(format!(
            "a checkpoint over {last} entries was signed, but no copy has frame {number}, index {index}, as it was; \
             add a copy that has it with --from"
        )));
    }
    let lost = format!(
        "frame {number}, index {index}, was acknowledged and no copy has it as it was; add a copy that has it with --from"
    );
    // What was acknowledged to anybody is in the archive too, unless the archive lost it.
    let archived = examined.copies.iter().any(|copy| copy.role == CopyRole::Archive && copy.kind.last() >= tip.frames);
    for copy in &mut examined.copies {
        if let Err(why) = no_others(copy, plan, proofs, &lost)? {
            return Ok(Err(why));
        }
        if copy.role == CopyRole::Stream && !archived && number <= copy.kind.last() {
            // What is no frame at all was put there by somebody else.
            if matches!(copy.kind.at(number)?, Held::Nothing | Held::Bad(Fault::Flipped, _)) {
                return Ok(Err(lost));
            }
        }
        if let (Kind::Files(files), CopyRole::Archive) = (&copy.kind, copy.role)
            && files.last() >= number
        {
            // A frame cut short by the end of the process was acknowledged to nobody. Of any other nobody knows.
            match files.unfinished(number) {
                Some(Fault::Truncated) => {}
                Some(_) if may_give_up => {}
                Some(_) => return Ok(Err(format!("{lost}, or give it up with --give-up-end"))),
                None => return Ok(Err(lost)),
            }
        }
    }
    Ok(Ok(()))
}

/// Whether a copy holds frames of the ledger that are not the record's: later ones, or ones of another record, of which it
/// lost the frame where the two part. What differs below a checkpoint is proved to be no part of the ledger.
fn no_others(
    copy: &mut ExaminedCopy,
    plan: &Plan,
    proofs: &Proofs,
    lost: &str,
) -> Result<Result<(), String>, LogError> {
    if copy.diverged {
        return Ok(Ok(()));
    }
    let tip = &plan.tip;
    let mut others = copy.kind.further(tip)?;
    others.append(&mut copy.misfits);
    others.retain(|claim| plan.is_strange(claim));
    let indexes = others.iter().map(|((index, _), _)| *index);
    if indexes.clone().max().is_some_and(|index| index >= tip.next_index()) {
        return Ok(Err(lost.to_owned()));
    }
    let signed = proofs.last().unwrap_or(0);
    Ok(match indexes.min().filter(|index| *index >= signed) {
        None => Ok(()),
        Some(index) => Err(format!(
            "{} holds whole frames from index {index} on that do not continue what the others hold: these are two records, \
             and the frame where they part is damaged. Find out which one is the ledger, take the other away, and run this \
             again",
            copy.report.name
        )),
    })
}
