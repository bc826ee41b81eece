//! The messages of a stream as frames, one after the other and each checked against the record before it, with some asked for
//! ahead. What is done with a frame is for the caller to say.

use ledger::hash::hex;
use std::ops::RangeInclusive;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;

use super::broker::Broker;
use super::frame::Frame;
use super::tip::Tip;
use crate::limits::CATCH_UP_AHEAD;
use crate::record::error::LogError;

/// Frames on their way.
pub(crate) struct Frames<'a> {
    stream: &'a str,
    messages: BoxStream<'a, (u64, Result<Option<Bytes>, LogError>)>,
    /// Whether all of them were acknowledged to this record, so that one that is missing was lost.
    acknowledged: bool,
}

impl<'a> Frames<'a> {
    /// Those of a stream that anybody may have harmed: a place without a message is damage like a message that is no frame.
    pub(crate) fn of(broker: &'a Broker, sequences: RangeInclusive<u64>) -> Self {
        let messages = futures_util::stream::iter(sequences)
            .map(move |sequence| async move { (sequence, broker.read_any(sequence).await) })
            .buffered(CATCH_UP_AHEAD);
        Self { stream: broker.name(), messages: messages.boxed(), acknowledged: false }
    }

    /// Those of a stream that says it has them.
    pub(crate) fn acknowledged(broker: &'a Broker, sequences: RangeInclusive<u64>) -> Self {
        Self { acknowledged: true, ..Self::of(broker, sequences) }
    }

    /// The next one, which must go on from `tip`; nothing behind the last.
    pub(crate) async fn next(&mut self, tip: &Tip) -> Result<Option<Frame>, LogError> {
        let Some((sequence, message)) = self.messages.next().await else { return Ok(None) };
        match message? {
            None if self.acknowledged => {
                let (stream, why) = (self.stream.to_owned(), format!("sequence {sequence} is missing"));
                Err(LogError::BrokerLostTail { stream, index: tip.next_index(), why })
            }
            message => self.decode(tip, message.unwrap_or_default()).map(Some),
        }
    }

    /// Reads a message as the frame after `tip`.
    fn decode(&self, tip: &Tip, bytes: Bytes) -> Result<Frame, LogError> {
        let place = || format!("stream {}, sequence {}", self.stream, tip.frames + 1);
        let damage =
            |why: String| LogError::Damage { place: place(), frame: tip.frames + 1, index: tip.next_index(), why };
        let frame = Frame::decode(bytes).map_err(|why| {
            let index = tip.next_index() + u64::from(why.entry());
            LogError::Damage { place: place(), frame: tip.frames + 1, index, why: why.to_string() }
        })?;
        if frame.header().ledger != tip.ledger {
            let (found, wanted) = (hex(&frame.header().ledger), hex(&tip.ledger));
            return Err(LogError::WrongLedger { place: place(), found, wanted });
        }
        tip.check(&frame).map_err(damage)?;
        Ok(frame)
    }
}
