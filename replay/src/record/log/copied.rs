//! A whole stream shown frame by frame for a copy, void frames too, as every frame must keep its place. Reading for a
//! fold is in `nats`; who keeps the copy is not known here.

use bytes::Bytes;
use futures_util::StreamExt;

use super::broker::{Broker, NatsBroker};
use super::nats::{next_frame, runtime};
use super::nats_options::NatsOptions;
use super::{Frame, Tip};
use crate::limits::CATCH_UP_AHEAD;
use crate::record::error::LogError;

/// Is shown each frame with the record's end after it; false ends the reading.
pub(crate) type Show<'a> = &'a mut dyn FnMut(&Frame, &Tip) -> Result<bool, LogError>;

/// Shows what the stream holds after `tip`, every frame checked. `last` is the frame the tip ends with, which the stream
/// must hold too. Answers when the stream was created, by its own account. Blocks: not for async tasks.
pub(crate) fn copy_stream(
    options: &NatsOptions,
    tip: Tip,
    last: Option<Bytes>,
    show: Show<'_>,
) -> Result<String, LogError> {
    let runtime = runtime()?;
    let result = runtime.block_on(copy(options, tip, last, show));
    runtime.shutdown_background();
    result
}

async fn copy(options: &NatsOptions, mut tip: Tip, last: Option<Bytes>, show: Show<'_>) -> Result<String, LogError> {
    let nats = NatsBroker::connect(options).await?;
    let broker = Broker::Nats(Box::new(nats));
    let info = broker.info().await?;
    if tip.frames > 0 && broker.read(tip.frames).await? != last {
        return Err(LogError::BrokerLostTail {
            stream: broker.name().to_owned(),
            index: tip.next_index(),
            why: format!("sequence {} is not frame {} of the copy", tip.frames, tip.frames),
        });
    }
    let source = &broker;
    let mut messages = futures_util::stream::iter(tip.frames + 1..=info.last_sequence)
        .map(|sequence| async move { source.read_any(sequence).await })
        .buffered(CATCH_UP_AHEAD);
    while let Some(message) = messages.next().await {
        let frame = next_frame(source, &tip, message?.unwrap_or_default())?;
        tip.advance(&frame);
        if !show(&frame, &tip)? {
            break;
        }
    }
    Ok(info.created)
}
