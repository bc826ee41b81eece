//! The copies of a record, whichever their kind: what each holds at a place, and the stream as one of them.

use std::collections::VecDeque;

use bytes::Bytes;
use futures_util::StreamExt;
use serde_json::Value;

use super::files::{Files, FrameClaim, claim};
use super::held::{Held, fault};
use super::mark::StreamSwap;
use super::report::Fault;
use crate::limits::{CATCH_UP_AHEAD, REPAIR_AHEAD};
use crate::record::error::LogError;
use crate::record::log::broker::{Broker, NatsBroker, ask, connect, named_by_subject};
use crate::record::log::nats::runtime;
use crate::record::log::stream_info::StreamInfo;
use crate::record::log::{Frame, FrameError, NatsOptions, Tip, USUAL_STREAM};

/// A copy.
pub(super) enum Kind {
    Files(Files),
    Stream(Box<Stream>),
}

impl Kind {
    /// The last place at which it has something.
    pub(super) fn last(&self) -> u64 {
        match self {
            Self::Files(files) => files.last(),
            Self::Stream(stream) => stream.last(),
        }
    }

    pub(super) fn at(&mut self, number: u64) -> Result<Held, LogError> {
        match self {
            Self::Files(files) => files.at(number),
            Self::Stream(stream) => stream.at(number),
        }
    }

    /// File and byte, or stream and sequence.
    pub(super) fn place(&self, number: u64) -> String {
        match self {
            Self::Files(files) => files.place(number),
            Self::Stream(stream) => format!("stream {}, sequence {number}", stream.name),
        }
    }

    /// Whole frames of the ledger that are behind the end of the record, or in files anywhere.
    pub(super) fn further(&mut self, tip: &Tip) -> Result<Vec<FrameClaim>, LogError> {
        match self {
            Self::Files(files) => Ok(files.claims().to_vec()),
            Self::Stream(stream) => {
                let mut found = Vec::new();
                for number in tip.frames + 1..=stream.last() {
                    if let Held::Frame(frame) = stream.at(number)?
                        && frame.header().ledger == tip.ledger
                    {
                        found.push(claim(frame.header()));
                    }
                }
                Ok(found)
            }
        }
    }

    /// Whether the very frame is elsewhere in it.
    pub(super) fn has_elsewhere(&self, tip: &Tip, frame: &Frame) -> Result<bool, LogError> {
        let Self::Files(files) = self else { return Ok(false) };
        for slot in files.fitting(tip) {
            if files.slot(slot)?.bytes() == frame.bytes() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The stream of a record, which may also not be there.
pub(super) struct Stream {
    pub(super) name: String,
    pub(super) client: async_nats::Client,
    pub(super) broker: Broker,
    /// What it says of itself; `None` if it is not there.
    pub(super) info: Option<StreamInfo>,
    /// Its settings as they are.
    pub(super) config: Value,
    ahead: VecDeque<(u64, Held)>,
    /// Drives the connection, so it must outlive it.
    pub(super) runtime: Option<tokio::runtime::Runtime>,
}

impl Drop for Stream {
    fn drop(&mut self) {
        // Waiting for the runtime's threads is not allowed inside another runtime.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Stream {
    /// Finds the stream by its name, or else by its subject. Where a repair has begun to fill a new one, that is it, even if
    /// the old one was named; where it has only taken the subject away, the old one is.
    pub(super) fn find(options: &NatsOptions, begun: Option<StreamSwap<'_>>) -> Result<Self, LogError> {
        let runtime = runtime()?;
        let found = runtime.block_on(async {
            let client = connect(&options.url).await?;
            let found = named_by_subject(&client, &options.subject).await?;
            let name = match (&options.stream, found) {
                (_, Some(found)) if begun.is_some_and(|swap| swap.new == found) => found,
                (Some(named), _) => named.clone(),
                (None, found) => found.unwrap_or_else(|| begun.map_or(USUAL_STREAM, |swap| swap.old).to_owned()),
            };
            let broker = NatsBroker::of(client.clone(), name.clone(), &options.subject).await?;
            let info = match broker.info().await {
                Err(LogError::NoStream { .. }) => None,
                info => Some(info?),
            };
            let config = match ask(&client, &format!("STREAM.INFO.{name}"), &Value::Null).await? {
                Ok(mut answer) => answer["config"].take(),
                Err(_) => Value::Null,
            };
            let (ahead, runtime) = (VecDeque::new(), None);
            Ok::<_, LogError>(Self { name, client, broker, info, config, ahead, runtime })
        });
        let mut stream = found?;
        stream.runtime = Some(runtime);
        Ok(stream)
    }

    /// Runs what talks to the server.
    pub(super) fn block_on<T>(&self, task: impl Future<Output = Result<T, LogError>>) -> Result<T, LogError> {
        match &self.runtime {
            Some(runtime) => runtime.block_on(task),
            None => Err(LogError::Thread { why: "the connection has ended".to_owned() }),
        }
    }

    pub(super) fn last(&self) -> u64 {
        self.info.as_ref().map_or(0, |info| info.last_sequence)
    }

    fn at(&mut self, number: u64) -> Result<Held, LogError> {
        if number == 0 || number > self.last() {
            return Ok(Held::Nothing);
        }
        let known = self.ahead.front().is_some_and(|(first, _)| (*first..first + REPAIR_AHEAD).contains(&number));
        if !known || self.ahead.back().is_none_or(|(last, _)| *last < number) {
            self.fetch(number)?;
        }
        let held = self.ahead.iter().find(|(at, _)| *at == number).map(|(_, held)| held.clone());
        Ok(held.unwrap_or(Held::Nothing))
    }

    fn fetch(&mut self, from: u64) -> Result<(), LogError> {
        let to = self.last().min(from + REPAIR_AHEAD - 1);
        let broker = &self.broker;
        let messages = futures_util::stream::iter(from..=to)
            .map(|sequence| async move { (sequence, read(broker, sequence).await) })
            .buffered(CATCH_UP_AHEAD)
            .collect::<Vec<_>>();
        let messages = self.block_on(async { Ok(messages.await) })?;
        self.ahead.clear();
        for (sequence, held) in messages {
            self.ahead.push_back((sequence, held?));
        }
        Ok(())
    }
}

/// A server that answers, but not to the question for this message, has it no more as it was.
async fn read(broker: &Broker, sequence: u64) -> Result<Held, LogError> {
    match broker.read_any(sequence).await {
        Ok(None) => Ok(Held::Nothing),
        Ok(Some(bytes)) => Ok(held(bytes)),
        Err(error) => {
            broker.info().await?;
            Ok(Held::Bad(Fault::Flipped, error.to_string()))
        }
    }
}

fn held(bytes: Bytes) -> Held {
    match Frame::decode(bytes) {
        Ok(frame) => Held::Frame(frame),
        // The server does not change a message without noticing; what is no frame at all was put there by somebody.
        Err(why @ (FrameError::Magic(_) | FrameError::Short { .. })) => Held::Bad(Fault::Reused, why.to_string()),
        Err(why) => Held::Bad(fault(&why), why.to_string()),
    }
}
