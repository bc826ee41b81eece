//! Whether each frame continues the one before: ledger, density, epoch, writer, time and root, and whether the root is
//! the signed one wherever one was signed. Meaning of entries is not looked at.

use ledger::hash::hex;
use replay::record::log::{Frame, Header, Tip};

use crate::jobs::verify::evidence::{FirstDifference, FramePlace};
use crate::jobs::verify::expected::Expectation;

/// Follows the frames and hashes their entries.
pub struct Checker<'a> {
    /// As far as it has come.
    pub tip: Tip,
    /// Where this run began.
    pub began: u64,
    /// Up to here a frame's own root fits.
    rooted: u64,
    /// Up to here a signed root fits.
    pub signed: u64,
    /// How many signed roots fitted.
    pub compared: u64,
    points: &'a [Expectation],
}

impl<'a> Checker<'a> {
    /// Goes on after `tip`; `points` in ascending order, those it lies beyond count as compared in an earlier run.
    pub fn new(tip: Tip, points: &'a [Expectation]) -> Self {
        let size = tip.frontier.size();
        let passed = points.partition_point(|point| point.at < size);
        let (done, points) = points.split_at(passed);
        let signed = done.iter().rev().find(|point| point.root.is_some()).map_or(0, |point| point.at);
        Self { tip, began: size, rooted: size, signed, compared: 0, points }
    }

    /// Compares signed roots of exactly this size, before anything is read.
    pub fn begin(&mut self) -> Result<(), Box<FirstDifference>> {
        self.compare(None)
    }

    /// Takes the next frame; false if it is void.
    pub fn take(&mut self, frame: &Frame, place: &FramePlace) -> Result<bool, Box<FirstDifference>> {
        if self.tip.is_void(frame) {
            self.tip.frames += 1;
            return Ok(false);
        }
        let header = frame.header();
        if let Some((what, expected, found)) = broken_rule(&self.tip, header) {
            // Entries whose root was not confirmed by a later frame are not confirmed.
            let index = if what == "root" { self.rooted } else { self.tip.next_index() };
            let place = Some(place.clone());
            return Err(Box::new(FirstDifference { index, what, place, expected, found, checkpoint: None }));
        }
        self.rooted = header.first_index;
        for leaf in frame.leaves() {
            self.tip.frontier.push(*leaf);
            if self.points.first().is_some_and(|point| point.at <= self.tip.frontier.size()) {
                self.compare(Some(place))?;
            }
        }
        self.tip.frames += 1;
        if header.epoch > self.tip.epoch {
            self.tip.opened = self.tip.frames;
        }
        (self.tip.epoch, self.tip.writer) = (header.epoch, header.writer);
        self.tip.recorded_ms = header.recorded_ms;
        Ok(true)
    }

    fn compare(&mut self, place: Option<&FramePlace>) -> Result<(), Box<FirstDifference>> {
        while let Some((point, rest)) = self.points.split_first() {
            if point.at > self.tip.frontier.size() {
                return Ok(());
            }
            self.points = rest;
            let (Some(expected), found) = (point.root, self.tip.frontier.root()) else { continue };
            if expected != found {
                return Err(Box::new(FirstDifference {
                    index: self.signed,
                    what: "signed root",
                    place: place.cloned(),
                    expected: format!("{} over {} entries", hex(&expected), point.at),
                    found: hex(&found),
                    checkpoint: Some(point.source.clone()),
                }));
            }
            (self.signed, self.compared) = (point.at, self.compared + 1);
            self.rooted = point.at;
        }
        Ok(())
    }

    /// At the end of the record: whatever was signed must have been there.
    pub fn end(&self) -> Result<(), Box<FirstDifference>> {
        let Some(point) = self.points.first() else { return Ok(()) };
        let size = self.tip.frontier.size();
        Err(Box::new(FirstDifference {
            index: size,
            what: "length",
            place: None,
            expected: format!("{} entries", point.at),
            found: format!("{size} entries, the record ends"),
            checkpoint: Some(point.source.clone()),
        }))
    }
}

/// The rule a frame breaks, with what was expected and what was found.
fn broken_rule(tip: &Tip, header: &Header) -> Option<(&'static str, String, String)> {
    let number = |what, expected: u64, found: u64| Some((what, expected.to_string(), found.to_string()));
    if header.ledger != tip.ledger {
        return Some(("ledger", hex(&tip.ledger), hex(&header.ledger)));
    }
    if header.first_index != tip.next_index() {
        return number("density", tip.next_index(), header.first_index);
    }
    if header.epoch < tip.epoch {
        return Some(("epoch", format!("{} or above", tip.epoch), header.epoch.to_string()));
    }
    if header.epoch > tip.epoch && header.count != 0 {
        let expected = format!("an opening frame without entries for epoch {}", header.epoch);
        return Some(("epoch", expected, format!("{} entries", header.count)));
    }
    if header.epoch == tip.epoch && header.writer != tip.writer {
        return Some(("writer", format!("{:016x}", tip.writer), format!("{:016x}", header.writer)));
    }
    if header.recorded_ms < tip.recorded_ms {
        return Some(("time", format!("{} or later", tip.recorded_ms), header.recorded_ms.to_string()));
    }
    let root = tip.frontier.root();
    (header.root != root).then(|| ("root", hex(&root), hex(&header.root)))
}
