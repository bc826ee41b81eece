//! The copies with what was found of each. Which frame belongs at a place, and whether it was lost, is decided elsewhere.

use super::copies::{Kind, Stream};
use super::files::{FrameClaim, claim};
use super::held::Held;
use super::report::{Copy, Fault, Finding};
use crate::record::error::LogError;
use crate::record::log::{Frame, Tip};

/// What a copy is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CopyRole {
    Archive,
    Stream,
    /// Only read.
    Further,
}

/// A copy with what was found of it.
pub(super) struct ExaminedCopy {
    pub(super) role: CopyRole,
    pub(super) kind: Kind,
    pub(super) report: Copy,
    /// Whether it goes on as another record from some place on: what is behind is no frame of this one.
    pub(super) diverged: bool,
    /// Whole frames of the ledger in places where the record has others.
    pub(super) misfits: Vec<FrameClaim>,
}

/// All copies.
pub(super) struct Examined {
    pub(super) copies: Vec<ExaminedCopy>,
    /// Whether the archive ends whole, but before the record does: the next start would catch it up.
    pub(super) archive_behind: bool,
}

impl Examined {
    pub(super) fn damaged(&self, role: CopyRole) -> bool {
        self.copies.iter().any(|copy| copy.role == role && !copy.report.findings.is_empty())
    }

    pub(super) fn stream(&self) -> Option<(&Stream, &Copy)> {
        self.copies.iter().find_map(|copy| match &copy.kind {
            Kind::Stream(stream) => Some((&**stream, &copy.report)),
            Kind::Files(_) => None,
        })
    }
}

impl ExaminedCopy {
    pub(super) fn new(role: CopyRole, kind: Kind) -> Self {
        let name = match &kind {
            Kind::Files(files) => files.dir().display().to_string(),
            Kind::Stream(stream) => format!("stream {}", stream.name),
        };
        let report = Copy {
            name,
            further: role == CopyRole::Further,
            whole_frames: 0,
            whole_entries: 0,
            bad_frames: 0,
            findings: Vec::new(),
            notes: Vec::new(),
        };
        Self { role, kind, report, diverged: false, misfits: Vec::new() }
    }

    /// Takes down what is wrong at the place after `tip`. Of each kind only the first is kept.
    pub(super) fn note(&mut self, fault: Fault, tip: &Tip, why: String) {
        self.report.bad_frames += 1;
        if self.report.findings.iter().all(|known| known.fault != fault) {
            let (frame, index) = (tip.frames + 1, tip.next_index());
            self.report.findings.push(Finding { fault, frame, index, place: self.kind.place(frame), why });
        }
    }

    /// Holds what the copy has after `tip` against the frame that belongs there.
    pub(super) fn compare(&mut self, tip: &Tip, held: &Held, frame: &Frame) -> Result<(), LogError> {
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
                        self.misfits.push(claim(own.header()));
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
