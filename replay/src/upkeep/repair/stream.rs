//! A new stream in place of the damaged one: that one gives up its subject and is kept, a new one of the next name takes every frame
//! of the archive in order. The archive is whole by then.

use std::collections::VecDeque;

use bytes::Bytes;
use serde_json::{Value, json};

use super::archive::put;
use super::copies::Stream;
use super::examined::Examined;
use super::mark::StreamSwap;
use super::options::{Progress, RepairError, RepairOptions};
use super::report::{Fault, Repaired};
use crate::kill_points;
use crate::limits::{NATS_FRAMES_IN_FLIGHT, REPAIR_ATTEMPTS, RETRY_PAUSE_MAX_MS, STREAM_BYTES};
use crate::record::error::LogError;
use crate::record::log::broker::{Broker, NatsBroker, ask};
use crate::record::log::nats::CREATED;
use crate::record::log::stream_info::{Answer, StreamInfo};
use crate::record::log::{NatsOptions, Reader, Tip, USUAL_STREAM, settings};
use crate::record::repairing;

/// Makes the stream hold what the archive holds. `wanted` is the stream that an earlier run began, which is gone on with
/// if it is right as far as it goes. A new one that was made elsewhere and holds every frame is taken as it is.
pub(super) fn restore(
    options: &RepairOptions,
    wanted: Option<&str>,
    tip: &Tip,
    examined: &Examined,
    repaired: &mut Repaired,
    progress: Progress<'_>,
) -> Result<(), RepairError> {
    let (Some(nats), Some((stream, report))) = (&options.nats, examined.stream()) else { return Ok(()) };
    let begun = wanted == Some(stream.name.as_str());
    let right = |fault: Fault| match fault {
        Fault::Truncated => begun,
        Fault::Recreated => begun || report.bad_frames == 0,
        _ => false,
    };
    let goes_on = stream.info.is_some() && report.findings.iter().all(|finding| right(finding.fault));
    let broker = if goes_on {
        stream.broker.clone()
    } else {
        let name = stream.block_on(free_name(stream))?;
        // Named before the old one loses its subject: a run that goes on after a cut must know which stream to fill.
        repairing::set(&options.data, &StreamSwap { old: &stream.name, new: &name }.mark())?;
        if stream.info.is_some() {
            let subject = stream.block_on(retire(stream, nats))?;
            repaired.stream_kept = Some((stream.name.clone(), subject));
            kill_points::at("repair-stream-retired");
            stream.block_on(ended(stream))?;
        }
        let broker = stream.block_on(create(stream, nats, &name))?;
        kill_points::at("repair-stream-created");
        broker
    };
    let info = stream.block_on(broker.info())?;
    fill(options, stream, &broker, info.last_sequence, tip, progress)?;
    // Only a stream that holds all of it is said to be the archive's.
    put(&options.record().join(CREATED), info.created.as_bytes())?;
    kill_points::at("repair-stream-filled");
    repaired.stream = Some(broker.name().to_owned());
    Ok(())
}

/// The next name of the row MINGZHANG, MINGZHANG-2, MINGZHANG-3 that no stream has.
async fn free_name(stream: &Stream) -> Result<String, LogError> {
    let base = match stream.name.rsplit_once('-') {
        Some((base, number)) if number.parse::<u32>().is_ok() => base,
        _ => stream.name.as_str(),
    };
    let base = if base.is_empty() { USUAL_STREAM } else { base };
    for number in 2_u32.. {
        let name = format!("{base}-{number}");
        // Any error but "there is none" means that the name is taken.
        if let Err(answer) = ask(&stream.client, &format!("STREAM.INFO.{name}"), &Value::Null).await?
            && answer.contains("10059")
        {
            return Ok(name);
        }
    }
    Ok(base.to_owned())
}

/// Gives the damaged stream a subject nobody publishes to; answers that subject.
async fn retire(stream: &Stream, nats: &NatsOptions) -> Result<String, LogError> {
    let subject = format!("{}.retired.{}", nats.subject, stream.name);
    let mut config = stream.config.clone();
    config["subjects"] = json!([subject]);
    let doing = || format!("taking the subject of stream {} away", stream.name);
    match ask(&stream.client, &format!("STREAM.UPDATE.{}", stream.name), &config).await? {
        Ok(_) => Ok(subject),
        Err(answer) => Err(LogError::Nats { doing: doing(), answer }),
    }
}

/// Nobody publishes to it any more. What was stored since it was looked at is not in the archive yet.
async fn ended(stream: &Stream) -> Result<(), LogError> {
    let (seen, last) = (stream.last(), stream.broker.info().await?.last_sequence);
    if last == seen {
        return Ok(());
    }
    let doing = format!("taking the subject of stream {} away", stream.name);
    let answer =
        format!("it went on from sequence {seen} to {last}: somebody writes; stop it and run the repair again");
    Err(LogError::Nats { doing, answer })
}

/// Creates the new stream, as large as the old one and with as many replicas.
async fn create(stream: &Stream, nats: &NatsOptions, name: &str) -> Result<Broker, LogError> {
    let max_bytes = stream.config["max_bytes"].as_i64().filter(|bytes| *bytes > 0).unwrap_or(STREAM_BYTES);
    let replicas = stream.config["num_replicas"].as_u64().and_then(|count| u32::try_from(count).ok()).unwrap_or(1);
    let config = settings::creation(name, &nats.subject, max_bytes, replicas.max(1));
    match ask(&stream.client, &format!("STREAM.CREATE.{name}"), &config).await? {
        Ok(_) => {}
        Err(answer) => return Err(LogError::Nats { doing: format!("creating stream {name}"), answer }),
    }
    NatsBroker::of(stream.client.clone(), name.to_owned(), &nats.subject).await
}

/// Publishes what the stream does not hold yet, frame by frame, each at its number.
fn fill(
    options: &RepairOptions,
    stream: &Stream,
    broker: &Broker,
    held: u64,
    tip: &Tip,
    progress: Progress<'_>,
) -> Result<(), RepairError> {
    let mut reader = Reader::open(&options.record(), options.ledger)?;
    let mut window = VecDeque::new();
    let mut number = 0;
    while number < tip.frames {
        let Some((frame, _)) = reader.next_any()? else { break };
        number += 1;
        if number <= held {
            continue;
        }
        window.push_back((number, frame.bytes().clone()));
        if window.len() == NATS_FRAMES_IN_FLIGHT || number == tip.frames {
            stream.block_on(publish(broker, &window))?;
            window.clear();
            kill_points::at("repair-publishing");
        }
        progress("filling the new stream", number, tip.frames);
    }
    if number < tip.frames {
        return Err(RepairError::Unproved(format!("the archive ends at frame {number}")));
    }
    Ok(())
}

/// Publishes some frames at once and sees to it that each is where it belongs.
async fn publish(broker: &Broker, window: &VecDeque<(u64, Bytes)>) -> Result<(), LogError> {
    let mut failures = 0;
    let mut from = 0;
    while from < window.len() {
        let mut answers = Vec::new();
        for (number, bytes) in window.iter().skip(from) {
            answers.push((*number, broker.publish(number - 1, bytes.clone()).await));
        }
        let mut said = None;
        for (number, answer) in answers {
            match answer.await {
                Answer::Stored(stored) if stored == number => {}
                other => said = said.or(Some(format!("{other:?}"))),
            }
        }
        let Some(said) = said else { return Ok(()) };
        failures += 1;
        if failures > REPAIR_ATTEMPTS {
            let doing = format!("publishing frame {} to stream {}", window[from].0, broker.name());
            return Err(LogError::Nats { doing, answer: said });
        }
        tokio::time::sleep(std::time::Duration::from_millis(RETRY_PAUSE_MAX_MS)).await;
        // An answer may be lost though the frame was stored: the next one goes behind what is there.
        let StreamInfo { last_sequence, .. } = broker.info().await?;
        from = window.iter().position(|(number, _)| *number > last_sequence).unwrap_or(window.len());
    }
    Ok(())
}
