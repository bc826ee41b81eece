//! The writing process itself is killed without warning, again and again, over each home. What it had
//! acknowledged on its standard output must be in the record once, and nothing may be there twice.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use crate::support::{Cluster, collect, frames, item, options, read, start};
use replay::record::log::{Log, NatsOptions};

const DIR: &str = "MINGZHANG_TEST_KILL_DIR";
/// Far more than it takes, for slow machines.
const PATIENCE: Duration = Duration::from_secs(60);
const URL: &str = "MINGZHANG_TEST_KILL_URL";

/// Run by the other tests as a process of its own: writes as fast as it can until it is killed.
#[test]
fn child_that_writes_until_killed() {
    let Some(dir) = std::env::var_os(DIR) else { return };
    let dir = Path::new(&dir);
    let log = match std::env::var(URL) {
        Ok(url) => Log::open_nats(&NatsOptions::new(&url, dir), &options(), &mut |_| Ok(())),
        Err(_) => Log::open_file(dir, &options(), &mut |_| Ok(())),
    };
    let log = log.unwrap();
    let mut next = log.tip().next_index();
    let (writer, outcomes) = start(log);
    let mut out = std::io::stdout().lock();
    loop {
        for size in [1, 3, 700] {
            writer.submit((next..next + size).map(item).collect()).unwrap();
            next += size;
        }
        for (index, number) in collect(outcomes.recv().into_iter().chain(outcomes.try_iter())).0 {
            writeln!(out, "ack {index} {number}").unwrap();
        }
        out.flush().unwrap();
    }
}

/// Lets the child write for so long after it began and kills it; answers how many entries it had acknowledged for certain.
fn round(dir: &Path, url: Option<&str>, lives: Duration) -> u64 {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "log_kills::child_that_writes_until_killed", "--nocapture"]).env(DIR, dir);
    url.map(|url| command.env(URL, url));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let (begun, begins) = sync_channel(1);
    let reader = std::thread::spawn(move || {
        let mut acknowledged = 0;
        for line in output.split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            let Some((_, numbers)) = line.split_once("ack ") else { continue };
            // The kill may cut the last line.
            let Some((index, number)) = numbers.split_once(' ') else { continue };
            if let (Ok(index), Ok(number)) = (index.parse::<u64>(), number.parse::<u64>())
                && index == number
            {
                acknowledged = index + 1;
                // Only the first one is waited for.
                let _ = begun.try_send(());
            }
        }
        acknowledged
    });
    begins.recv_timeout(PATIENCE).expect("it writes");
    std::thread::sleep(lives);
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap()
}

fn rounds(dir: &Path, url: Option<&str>) {
    let mut total = 0;
    for number in 0..8 {
        let acknowledged = round(dir, url, Duration::from_millis(20 + 37 * number));
        let recorded = frames_after_reopening(dir, url);
        assert!(recorded >= acknowledged, "round {number}: {acknowledged} acknowledged, {recorded} recorded");
        assert_eq!(read(dir), (0..recorded).collect::<Vec<_>>(), "round {number}: nothing missing, nothing doubled");
        total = recorded;
    }
    assert!(total > 1_000, "only {total} were written at all");
    let epochs: Vec<u64> = frames(dir).iter().map(|frame| frame.header().epoch).collect();
    assert!(epochs.is_sorted() && epochs.last() >= Some(&16));
}

/// Opens the record as the next writer would, which settles the fate of what was under way.
fn frames_after_reopening(dir: &Path, url: Option<&str>) -> u64 {
    let log = match url {
        Some(url) => Log::open_nats(&NatsOptions::new(url, dir), &options(), &mut |_| Ok(())),
        None => Log::open_file(dir, &options(), &mut |_| Ok(())),
    };
    log.unwrap().tip().next_index()
}

#[test]
fn killed_over_files() {
    let dir = tempfile::tempdir().unwrap();
    rounds(dir.path(), None);
}

#[test]
fn killed_over_nats() {
    let cluster = Cluster::start(4 << 30);
    let url = cluster.server.url();
    let dir = cluster.archive("archive");
    rounds(&dir, Some(&url));
    assert_eq!(cluster.stream(), read(&dir), "stream and archive hold the same");
}
