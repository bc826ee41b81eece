//! A whole stream shown frame by frame for a copy, void frames too, as every frame must keep its place. Reading for a
//! fold is in `nats`; who keeps the copy is not known here.

use bytes::Bytes;

use super::broker::Broker;
use super::frame::Frame;
use super::frames::Frames;
use super::nats::Connected;
use super::nats_options::NatsOptions;
use super::tip::Tip;
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
    let Connected { broker, runtime, .. } = Connected::to(options)?;
    let result = runtime.block_on(copy(&broker, tip, last, show));
    runtime.shutdown_background();
    result
}

async fn copy(broker: &Broker, mut tip: Tip, last: Option<Bytes>, show: Show<'_>) -> Result<String, LogError> {
    let info = broker.info().await?;
    if tip.frames > 0 && broker.read(tip.frames).await? != last {
        return Err(LogError::BrokerLostTail {
            stream: broker.name().to_owned(),
            index: tip.next_index(),
            why: format!("sequence {} is not frame {} of the copy", tip.frames, tip.frames),
        });
    }
    let mut frames = Frames::of(broker, tip.frames + 1..=info.last_sequence);
    while let Some(frame) = frames.next(&tip).await? {
        tip.advance(&frame);
        if !show(&frame, &tip)? {
            break;
        }
    }
    Ok(info.created)
}
