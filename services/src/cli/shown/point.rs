//! The flags that ask how things stood at a point in time, shared by the commands that answer from the ledger; the wait
//! while a past is folded, and the foot that says what an answer rests on.

use super::show::{foot, moment};
use crate::cli::lending::lending::day_typed;
use clap::Args;
use ledger::money::Day;
use proto::v1;
use replay::progress::{self, Bar};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tonic::{Response, Status};
use tonic_types::StatusExt;

/// How long a past may take to fold.
const PATIENCE: Duration = Duration::from_secs(120);

/// How long to wait before asking again.
const PAUSE: Duration = Duration::from_millis(250);

/// Teaches the two axes where the flags are listed.
const HEADING: &str = "Point in time 时点 (what did we know on D2 about D1: --recorded-until D2 --effective-on D1)";

/// Which point in time; everything known now if left out.
#[derive(Args, Clone, Debug, Default)]
pub struct PointArgs {
    /// As it was after this entry
    #[arg(long, value_name = "N", conflicts_with = "recorded_until", help_heading = HEADING)]
    at_index: Option<u64>,
    /// Only what was recorded until this moment: a day (its end), "2021-09-30 18:00" in Beijing time, or RFC 3339
    #[arg(long, value_name = "TIME", value_parser = moment_typed, help_heading = HEADING)]
    recorded_until: Option<i64>,
    /// Only what is effective on this day or before, for example 2021-09-30
    #[arg(long, value_name = "DATE", value_parser = day_typed, help_heading = HEADING)]
    effective_on: Option<Day>,
}

/// The same with booked days, for balances and postings.
#[derive(Args, Clone, Debug, Default)]
pub struct PostedArgs {
    #[command(flatten)]
    point: PointArgs,
    /// Only what is booked on this day or before; of balances, entries and lines alone
    #[arg(long, value_name = "DATE", value_parser = day_typed, conflicts_with = "effective_on", help_heading = HEADING)]
    booked_on: Option<Day>,
}

impl PointArgs {
    /// The point on the wire; none for everything known now.
    pub(crate) fn at(&self) -> Option<v1::Point> {
        let point = v1::Point {
            at_index: self.at_index,
            recorded_until_ms: self.recorded_until.unwrap_or(0),
            effective_on: self.effective_on.map_or(0, Day::yyyymmdd),
            booked_on: 0,
        };
        Some(point).filter(|point| *point != v1::Point::default())
    }

    /// What an answer at this point rests on.
    pub(crate) fn footing(&self, as_of: u64, basis: Option<v1::Basis>) -> Footing {
        Footing { as_of, at: self.at(), basis }
    }
}

impl PostedArgs {
    /// The point on the wire; none for everything known now.
    pub(crate) fn at(&self) -> Option<v1::Point> {
        let booked_on = self.booked_on.map_or(0, Day::yyyymmdd);
        let point = v1::Point { booked_on, ..self.point.at().unwrap_or_default() };
        Some(point).filter(|point| *point != v1::Point::default())
    }

    /// What an answer at this point rests on.
    pub(crate) fn footing(&self, as_of: u64) -> Footing {
        Footing { as_of, at: self.at(), basis: None }
    }
}

/// What an answer rests on, as tables and JSON say it.
pub(crate) struct Footing {
    as_of: u64,
    at: Option<v1::Point>,
    basis: Option<v1::Basis>,
}

impl Footing {
    /// Says it below a table.
    pub(crate) fn foot(&self, more: bool) {
        foot(self.as_of, more);
        if let Some(at) = &self.at {
            outln!("  时点 at: {}", words(at).join("; "));
        }
        if let Some(basis) = &self.basis {
            outln!("  {} entries of later days are left out 未计入", basis.withheld);
            if basis.changed > 0 {
                let changed = basis.changed;
                outln!(
                    "  ! 其中 {changed} 条因此结果不同 came out differently without them: figures lean on later facts"
                );
            }
        }
    }

    /// The answer for machines, with what it rests on.
    pub(crate) fn json(&self, mut answer: Value) -> Value {
        answer["as_of"] = json!(self.as_of);
        if let Some(at) = &self.at {
            answer["at"] = json!({ "at_index": at.at_index, "recorded_until_ms": at.recorded_until_ms,
                "effective_on": at.effective_on, "booked_on": at.booked_on });
        }
        if let Some(basis) = &self.basis {
            answer["basis"] = json!({ "withheld": basis.withheld, "changed": basis.changed });
        }
        answer
    }
}

/// A point in words.
fn words(at: &v1::Point) -> Vec<String> {
    let day = |name: &str, day: u32| (day != 0).then(|| format!("{name} {}", super::show::day(day)));
    let index = at.at_index.map(|index| format!("第 {index} 条之后 after entry {index}"));
    let until = (at.recorded_until_ms != 0).then(|| format!("记录至 recorded until {}", moment(at.recorded_until_ms)));
    let on = [day("生效至 effective on", at.effective_on), day("入账至 booked on", at.booked_on)];
    [index, until].into_iter().chain(on).flatten().collect()
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

/// How far a fold has come, if that is why there is no answer.
fn progress(status: &Status) -> Option<(u64, u64)> {
    let info = status.get_details_error_info().filter(|info| info.reason == "PAST_FOLDING")?;
    let number = |name: &str| info.metadata.get(name).and_then(|number| number.parse().ok()).unwrap_or(0);
    Some((number("done"), number("total")))
}

const DAY_MS: i64 = 86_400_000;

/// Beijing time is eight hours ahead, all year.
const BEIJING_MS: i64 = 8 * 3_600_000;

/// A moment as people write it, in milliseconds since 1970.
pub(crate) fn moment_typed(text: &str) -> Result<i64, String> {
    let bad = || format!("{text}: write 2021-09-30, \"2021-09-30 18:00\" (Beijing time) or 2021-09-30T18:00:00+08:00");
    let (date, rest) = text.trim().split_at_checked(10).ok_or_else(bad)?;
    let midnight = i64::from(date.parse::<Day>().map_err(|_| bad())?.number()) * DAY_MS;
    let ms = match rest.split_at_checked(1) {
        None => midnight + DAY_MS - 1 - BEIJING_MS,
        Some((" " | "T" | "t", clock)) => midnight + of_clock(clock).ok_or_else(bad)?,
        Some(_) => return Err(bad()),
    };
    // The wire has 0 for none, and nothing was recorded before 1970.
    if ms > 0 { Ok(ms) } else { Err(bad()) }
}

/// Milliseconds from midnight UTC of a time with an optional zone, Beijing's if left out.
fn of_clock(text: &str) -> Option<i64> {
    let (clock, zone) = match text.find(['Z', 'z', '+', '-']) {
        Some(at) => (&text[..at], zone(&text[at..])?),
        None => (text, BEIJING_MS),
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let parts: Vec<i64> = clock.split(':').map(two).collect::<Option<_>>()?;
    let (hour, minute, second) = match parts[..] {
        [hour, minute] => (hour, minute, 0),
        [hour, minute, second] => (hour, minute, second),
        _ => return None,
    };
    let digits = fraction.bytes().all(|digit| digit.is_ascii_digit()) && !fraction.is_empty();
    let ms: i64 = format!("{fraction:0<3}").get(..3).filter(|_| digits)?.parse().ok()?;
    let known = hour < 24 && minute < 60 && second < 60;
    known.then_some(((hour * 60 + minute) * 60 + second) * 1_000 + ms - zone)
}

fn zone(text: &str) -> Option<i64> {
    if text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (sign, clock) = text.split_at_checked(1)?;
    let (hours, minutes) = clock.split_once(':')?;
    let ahead = (two(hours)? * 60 + two(minutes)?) * 60_000;
    match sign {
        "+" => Some(ahead),
        "-" => Some(-ahead),
        _ => None,
    }
}

/// A number of two digits.
fn two(text: &str) -> Option<i64> {
    let digits = text.len() == 2 && text.bytes().all(|digit| digit.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

#[cfg(test)]
mod tests {
    use super::{moment_typed, patiently, words};
    use crate::query::QueryError;
    use proto::v1;
    use replay::engine::past::PastError;
    use tonic::{Code, Response, Status};

    #[test]
    fn moments_are_read_as_people_write_them() {
        let six = 1_632_996_000_000;
        for text in ["2021-09-30 18:00", "2021-09-30T18:00:00+08:00", "2021-09-30T10:00:00Z", "2021-09-30 18:00:00.000"]
        {
            assert_eq!(moment_typed(text), Ok(six), "{text}");
        }
        assert_eq!(moment_typed("2021-09-30T10:00:00.25z"), Ok(six + 250));
        assert_eq!(moment_typed("2021-09-30T05:30:00-04:30"), Ok(six));
        assert_eq!(moment_typed("2021-09-30"), moment_typed("2021-09-30 23:59:59.999"), "a day is its end");
        for bad in ["", "30.9.2021", "2021-09-31", "2021-09-30 6", "2021-09-30 24:00", "2021-09-30x18:00", "1960-01-01"]
        {
            assert!(moment_typed(bad).is_err(), "{bad}");
        }
        for bad in [
            "2021-09-30 18:00:00.",
            "2021-09-30 18:00+8",
            "2021-09-30 18:00Z08:00",
            "2021-09-30 １8:00",
            "二〇二一年九月三十日",
        ] {
            assert!(moment_typed(bad).is_err(), "{bad}");
        }
    }

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

    #[test]
    fn a_point_is_said_in_words() {
        let at = v1::Point { recorded_until_ms: 1_632_996_000_000, effective_on: 20_210_901, ..v1::Point::default() };
        assert_eq!(words(&at), ["记录至 recorded until 2021-09-30 18:00:00", "生效至 effective on 2021-09-01"]);
        let at = v1::Point { at_index: Some(7), booked_on: 20_210_901, ..v1::Point::default() };
        assert_eq!(words(&at), ["第 7 条之后 after entry 7", "入账至 booked on 2021-09-01"]);
    }
}
