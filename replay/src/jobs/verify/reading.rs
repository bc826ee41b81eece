//! Reading while folding: one thread reads, checks and decodes, the other folds. Also the end of a run: difference,
//! interruption, or neither.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use replay::engine::catch_up::{Decoded, FRAMES_AHEAD};
use replay::record::error::LogError;
use replay::record::log::{Frame, NatsOptions, Tip, USUAL_STREAM, read_stream};
use replay::terminal::progress::Bar;

use super::evidence::{FirstDifference, FramePlace, TornEnd};
use super::expected::Expectation;
use super::refold::{Refold, unreadable, wrong_id};
use super::second_reader::Checker;
use super::second_reader::{FrameWalk, Walked};
use crate::jobs::interrupts;
use crate::jobs::source::Source;

/// How reading ended.
#[derive(Debug)]
pub enum End {
    /// At the end of the record, perhaps before an unfinished frame.
    Whole(Option<TornEnd>),
    /// At a difference.
    Differs(Box<FirstDifference>),
    /// The caller wants no more.
    Stopped,
    /// By ctrl-c.
    Interrupted,
}

/// What takes frames that were checked: goes on, or says how it ended.
type Take<'a> = &'a mut dyn FnMut(&Frame, &FramePlace) -> Option<End>;

/// Reads and checks all frames, hashing each entry.
pub fn read(source: &Source, checker: &mut Checker<'_>, bar: &Bar, take: Take<'_>) -> anyhow::Result<End> {
    if let Err(difference) = checker.begin() {
        return Ok(End::Differs(difference));
    }
    let end = match &source.data {
        Some(data) => read_files(FrameWalk::open(&data.join("record"), checker.tip.frames)?, checker, bar, take)?,
        None => read_nats(source, checker, bar, take)?,
    };
    Ok(match (end, checker.end()) {
        (End::Whole(_), Err(difference)) => End::Differs(difference),
        (end, _) => end,
    })
}

fn read_files(mut walk: FrameWalk, checker: &mut Checker<'_>, bar: &Bar, take: Take<'_>) -> anyhow::Result<End> {
    loop {
        let (frame, place) = match walk.next(checker.tip.frames + 1, checker.tip.next_index())? {
            Walked::Frame(frame, place) => (frame, place),
            Walked::End => return Ok(End::Whole(None)),
            Walked::Torn(torn) => return Ok(End::Whole(Some(torn))),
            Walked::Bad(difference) => return Ok(End::Differs(Box::new(difference))),
        };
        if let Some(end) = one(checker, &frame, &place, take) {
            return Ok(end);
        }
        bar.set_position(checker.tip.next_index());
        bar.set_message(format!("{} % of the files", walk.percent()));
    }
}

/// The library reads the stream; the frames it shows are checked here once more, by the rules of this job.
fn read_nats(source: &Source, checker: &mut Checker<'_>, bar: &Bar, take: Take<'_>) -> anyhow::Result<End> {
    let mut options = NatsOptions::new(source.nats.as_deref().unwrap_or_default(), std::path::Path::new(""));
    options.stream.clone_from(&source.stream);
    let file = format!("stream {}", options.stream.as_deref().unwrap_or(USUAL_STREAM));
    let mut end = None;
    let read = read_stream(&options, source.ledger, &mut |frame| {
        // Void frames are not shown, so the number is that among frames that count.
        let place = FramePlace { frame: checker.tip.frames + 1, file: file.clone(), offset: None };
        end = one(checker, frame, &place, take);
        bar.set_position(checker.tip.next_index());
        if end.is_some() { Err("the reading job has ended".into()) } else { Ok(()) }
    });
    Ok(match (end, read) {
        (Some(end), _) => end,
        (None, Ok(_)) => End::Whole(None),
        (None, Err(LogError::Damage { place, frame, index, why })) => {
            let place = Some(FramePlace { frame, file: place, offset: None });
            let expected = "a frame that continues the record".to_owned();
            let difference = FirstDifference { index, what: "frame", place, expected, found: why, checkpoint: None };
            End::Differs(Box::new(difference))
        }
        (None, Err(error)) => return Err(error.into()),
    })
}

fn one(checker: &mut Checker<'_>, frame: &Frame, place: &FramePlace, take: Take<'_>) -> Option<End> {
    if interrupts::came() {
        return Some(End::Interrupted);
    }
    match checker.take(frame, place) {
        Err(difference) => Some(End::Differs(difference)),
        Ok(false) => None,
        Ok(true) => take(frame, place),
    }
}

/// Reads, checks and decodes in a thread of its own, folds in this one. Of two differences the earlier counts.
pub fn read_and_fold<'a>(
    source: &Source,
    mut refold: Refold<'a>,
    points: &'a [Expectation],
    bar: &Bar,
) -> anyhow::Result<(Checker<'a>, Refold<'a>, End)> {
    let from = refold.state.entries;
    let (to_fold, decoded) = sync_channel(FRAMES_AHEAD);
    let (checker, read, wrong, folded) = std::thread::scope(|scope| {
        let reading = scope.spawn(move || {
            let (mut checker, mut wrong) = (Checker::new(Tip::new(source.ledger), points), None);
            let mut take = |frame: &Frame, place: &FramePlace| hand_over(frame, place, from, &to_fold, &mut wrong);
            let read = read(source, &mut checker, bar, &mut take);
            (checker, read, wrong)
        });
        let folded = fold_all(&mut refold, decoded);
        let (checker, read, wrong) = reading.join().map_err(|_| anyhow::anyhow!("the reading thread panicked"))?;
        anyhow::Ok((checker, read, wrong, folded))
    })?;
    let end = match (read, folded) {
        (Ok(End::Differs(one)), Err(other)) => End::Differs(if other.index < one.index { other } else { one }),
        (_, Err(difference)) => End::Differs(difference),
        (Ok(End::Whole(torn)), Ok(())) => refold.end().map_or_else(End::Differs, |()| End::Whole(torn)),
        (end, Ok(())) => end?,
    };
    Ok((checker, refold, earlier(end, wrong)))
}

/// A wrong id ends no reading: what is wrong with the frames themselves is found by going on, and counts if it comes first.
fn earlier(end: End, wrong: Option<Box<FirstDifference>>) -> End {
    match (end, wrong) {
        (End::Whole(_), Some(wrong)) => End::Differs(wrong),
        (End::Differs(one), Some(wrong)) if wrong.index < one.index => End::Differs(wrong),
        (end, _) => end,
    }
}

fn hand_over(
    frame: &Frame,
    place: &FramePlace,
    from: u64,
    to_fold: &SyncSender<(Decoded, FramePlace)>,
    wrong: &mut Option<Box<FirstDifference>>,
) -> Option<End> {
    if frame.next_index() <= from {
        return None;
    }
    match Decoded::new(frame.clone(), from) {
        Err(error) => Some(End::Differs(Box::new(unreadable(frame.header().first_index, &error, place)))),
        Ok(decoded) => {
            if wrong.is_none() {
                *wrong = decoded.wrong_id().map(|found| Box::new(wrong_id(found, place)));
            }
            to_fold.send((decoded, place.clone())).is_err().then_some(End::Stopped)
        }
    }
}

/// The receiver is dropped at the first difference, which ends the reading.
fn fold_all(refold: &mut Refold<'_>, decoded: Receiver<(Decoded, FramePlace)>) -> Result<(), Box<FirstDifference>> {
    refold.begin()?;
    for (decoded, place) in decoded {
        refold.take(decoded, &place)?;
    }
    Ok(())
}
