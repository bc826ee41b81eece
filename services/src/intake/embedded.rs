//! Hands events to an embedded ledger in calls of a few thousand, with several calls under way, and counts what
//! became of them. The order in which events are handed in is the order of the record.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use ledger::event::Event;
use ledger::outcome::{Code, Outcome};
use replay::engine::{Acknowledged, Answered, Engine, EngineError};
use tokio::sync::oneshot;

use crate::intake::import::{Said, SinkError};

/// Events a call.
const CALL_EVENTS: usize = 2_048;

/// Calls under way: enough that reading files, recording and folding overlap.
const CALLS_AHEAD: usize = 8;

/// What became of the events of a delivery.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Done.
    pub posted: u64,
    /// Said before.
    pub duplicates: u64,
    /// Turned away.
    pub refused: u64,
    /// Findings opened.
    pub findings: u64,
    /// Turned away, by reason.
    pub reasons: BTreeMap<Code, u64>,
}

impl Tally {
    fn count(&mut self, receipt: &Acknowledged) {
        match &receipt.outcome {
            Outcome::Posted { findings, .. } => {
                self.posted += 1;
                self.findings += findings.len() as u64;
            }
            Outcome::Duplicate { .. } => self.duplicates += 1,
            Outcome::Refused(refusal) => {
                self.refused += 1;
                *self.reasons.entry(refusal.code).or_default() += 1;
            }
        }
    }
}

type Answer = oneshot::Receiver<Answered>;

/// A delivery to an embedded ledger. Blocks: not for async tasks.
pub struct Handover<'a> {
    engine: &'a Engine,
    principal: Arc<str>,
    call: Vec<(Bytes, Event)>,
    ahead: VecDeque<Answer>,
    tally: Tally,
}

impl<'a> Handover<'a> {
    /// Nothing delivered yet.
    #[must_use]
    pub fn new(engine: &'a Engine) -> Self {
        let (principal, tally) = (Arc::from(""), Tally::default());
        Self { engine, principal, call: Vec::with_capacity(CALL_EVENTS), ahead: VecDeque::new(), tally }
    }

    /// Takes the next event.
    ///
    /// # Errors
    /// The ledger has ended.
    pub fn say(&mut self, said: Said) -> Result<(), SinkError> {
        if said.principal != self.principal || self.call.len() == CALL_EVENTS {
            self.send()?;
            self.principal = said.principal;
        }
        let content = Bytes::from(proto::event::encode(&said.event));
        self.call.push((content, said.event));
        Ok(())
    }

    /// Waits for all answers; the events so far are recorded and folded.
    ///
    /// # Errors
    /// The ledger has ended before all were answered.
    pub fn finish(&mut self) -> Result<Tally, EngineError> {
        self.send()?;
        while let Some(answer) = self.ahead.pop_front() {
            self.take(answer)?;
        }
        Ok(std::mem::take(&mut self.tally))
    }

    fn send(&mut self) -> Result<(), EngineError> {
        if self.call.is_empty() {
            return Ok(());
        }
        while self.ahead.len() >= CALLS_AHEAD {
            if let Some(answer) = self.ahead.pop_front() {
                self.take(answer)?;
            }
        }
        let call = std::mem::replace(&mut self.call, Vec::with_capacity(CALL_EVENTS));
        self.ahead.push_back(self.engine.submit(Arc::clone(&self.principal), call)?);
        Ok(())
    }

    fn take(&mut self, answer: Answer) -> Result<(), EngineError> {
        let ended = || self.engine.alive().err().unwrap_or(EngineError::Stopped);
        let receipts = answer.blocking_recv().map_err(|_| ended())??;
        for receipt in &receipts {
            self.tally.count(receipt);
        }
        Ok(())
    }
}
