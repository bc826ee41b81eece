//! How every question is asked: a connection, the call, and patience while a past is being folded. What comes of it is an
//! `answer`.

use super::answer::{Answer, Rests};
use crate::cli::client::{Query, Target};
use crate::cli::failure::Failure;
use crate::cli::runtime;
use proto::v1;
use replay::terminal::progress;
use replay::terminal::progress::Bar;
use std::time::{Duration, Instant};
use tonic::{Response, Status};
use tonic_types::StatusExt;

/// How long a past may take to fold.
const PATIENCE: Duration = Duration::from_secs(120);

/// How long to wait before asking again.
const PAUSE: Duration = Duration::from_millis(250);

/// Asks one question about a point in time.
pub(crate) fn ask<T: Rests>(
    target: &Target,
    at: Option<v1::Point>,
    mut call: impl AsyncFnMut(&mut Query) -> Result<Response<T>, Status>,
) -> Result<Answer<T>, Failure> {
    ask_by(target, at, async |query| Ok(patiently(at, async || call(query).await).await?))
}

/// The same where one call is not enough.
pub(crate) fn ask_by<T: Rests>(
    target: &Target,
    at: Option<v1::Point>,
    calls: impl AsyncFnOnce(&mut Query) -> Result<T, Failure>,
) -> Result<Answer<T>, Failure> {
    Ok(Answer::new(target, at, asking(target, calls)?))
}

/// Makes calls with one connection, for answers that say themselves what they rest on.
pub(crate) fn asking<T>(
    target: &Target,
    calls: impl AsyncFnOnce(&mut Query) -> Result<T, Failure>,
) -> Result<T, Failure> {
    runtime()?.block_on(async { calls(&mut target.query().await?).await })
}

/// Asks, and asks again while the past is being folded, showing how far that has come.
pub(crate) async fn patiently<T>(
    at: Option<v1::Point>,
    mut ask: impl AsyncFnMut() -> Result<Response<T>, Status>,
) -> Result<T, Status> {
    let until = Instant::now() + PATIENCE;
    // Somebody who asks about now waits for no fold.
    let bar = progress::bar("{spinner} {msg}", at.is_some()).with_message("the ledger as it was 回溯");
    if at.is_some() {
        bar.enable_steady_tick(PAUSE);
    }
    loop {
        let status = match ask().await {
            Err(status) if Instant::now() < until => status,
            answer => {
                bar.finish_and_clear();
                return Ok(answer?.into_inner());
            }
        };
        let Some((done, total)) = progress(&status) else {
            bar.finish_and_clear();
            return Err(status);
        };
        show(&bar, done, total);
        tokio::time::sleep(PAUSE).await;
    }
}

fn show(bar: &Bar, done: u64, total: u64) {
    progress::draw_as(bar, "  {msg} {bar:30} {human_pos}/{human_len} entries, {eta} left");
    bar.set_length(total);
    bar.set_position(done);
}

/// How far a fold has come, if that is why there is no answer; nothing where the question has not had its turn yet.
fn progress(status: &Status) -> Option<(u64, u64)> {
    let waits = |reason: &str| ["PAST_FOLDING", "COSTLY_BUSY", "ANSWERS_BUSY"].contains(&reason);
    let info = status.get_details_error_info().filter(|info| waits(&info.reason))?;
    let number = |name: &str| info.metadata.get(name).and_then(|number| number.parse().ok()).unwrap_or(0);
    Some((number("done"), number("total")))
}

#[cfg(test)]
mod tests {
    use super::patiently;
    use crate::query::QueryError;
    use proto::v1;
    use replay::engine::past::PastError;
    use tonic::{Code, Response, Status};

    #[tokio::test]
    async fn a_past_on_its_way_is_waited_for_and_any_other_failure_is_not() {
        let folding = || Status::from(QueryError::Past(PastError::Folding { done: 1, total: 2 }));
        let (at, mut asked) = (Some(v1::Point { at_index: Some(7), ..v1::Point::default() }), 0);
        let answer = patiently(at, async || {
            asked += 1;
            if asked < 3 { Err(folding()) } else { Ok(Response::new(asked)) }
        });
        assert_eq!(answer.await.ok(), Some(3), "asked until it was there");
        let mut asked = 0;
        let answer: Result<(), _> = patiently(at, async || {
            asked += 1;
            Err(Status::unavailable("gone"))
        })
        .await;
        assert_eq!((answer.map_err(|status| status.code()), asked), (Err(Code::Unavailable), 1));
    }
}
