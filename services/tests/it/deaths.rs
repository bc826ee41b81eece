//! `mingzhang serve` ended as by kill -9 at the places where it would hurt most, under load, then started again: nothing
//! acknowledged is missing, nothing is doubled, the state is that of a clean replay, and pages and checkpoints are whole.
//! The places are named by `replay::kill_points`, which only debug builds have.
#![cfg(debug_assertions)]

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::process::{Load, Serving, Start, broker, confirm, last_word, rebuild, status_digest};
use proto::v1::audit_client::AuditClient;
use proto::v1::operator_client::OperatorClient;
use proto::v1::{GetCheckpointRequest, RebuildRequest};
use replay::engine::catch_up::fold_tally;
use replay::engine::{DEFAULT_LEDGER, Options};
use replay::proof::checkpoint_files::Checkpoints;
use replay::proof::key_files;
use replay::proof::signed_note::{Role, Signer};
use replay::record::log::Reader;
use replay::record::nats_server::NatsServer;

const CLIENTS: u32 = 3;
const SIGABRT: i32 = 6;

/// What leads to the place besides recording.
#[derive(Clone, Copy, PartialEq)]
enum By {
    Recording,
    Stopping,
    Signing,
    Rebuilding,
}

async fn die_at(place: &str, by: By, with_nats: bool) -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let broker = if with_nats { Some(broker(&dir.path().join("nats")).await?) } else { None };
    let mut start = Start::new(&dir.path().join("data"), broker.as_ref().map(NatsServer::url))?;
    if by == By::Signing {
        let key = dir.path().join("key");
        key_files::write(&key, &Signer::from_seed("here", Role::Author, &[3; 32])?)?;
        start.key = Some(key);
    }
    let mortal = Start { die_at: Some(place.to_owned()), ..start.clone() };
    let mut serving = Serving::start(&mortal)?;
    let load = Load::start(CLIENTS, &start.url());
    death(place, by, &mut serving, &load, &start.url()).await?;
    let mut serving = Serving::start(&start)?;
    load.go_on(100).await?;
    let told = load.stop().await?;
    last_word(&start.url(), &mut serving).await?;
    let (entries, digest) = status_digest(&start.url()).await?;
    pages_are_whole(&start.data, if place == "rebuild-swapped" { 2 } else { 1 })?;
    if by == By::Signing {
        checkpoint(&start.url()).await?;
    }
    if by == By::Rebuilding {
        let end = rebuild(&start.url(), "").await?;
        assert_eq!((end.done, end.state_digest.to_vec()), (entries, digest.clone()));
    }
    drop(serving);
    drop(broker);
    confirm(&start.data, &told, entries, &digest)?;
    if by == By::Signing { checkpoint_fits(&start.data, entries) } else { Ok(()) }
}

/// Leads the service to the place and sees it die there.
async fn death(place: &str, by: By, serving: &mut Serving, load: &Load, url: &str) -> anyhow::Result<()> {
    let until = Instant::now() + Duration::from_secs(60);
    if by != By::Recording {
        load.go_on(200).await?;
    }
    loop {
        // Whatever is asked for ends with the process.
        match by {
            By::Recording => {}
            By::Stopping => serving.terminate()?,
            By::Signing => drop(checkpoint(url).await),
            By::Rebuilding => drop(rebuild(url, "").await),
        }
        if let Some(status) = serving.ended()? {
            assert_eq!(status.signal(), Some(SIGABRT), "it ended before it came to {place}: {status}");
            return Ok(());
        }
        assert!(Instant::now() < until, "it never came to {place}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn checkpoint(url: &str) -> anyhow::Result<()> {
    let mut client = AuditClient::connect(url.to_owned()).await?;
    client.get_checkpoint(GetCheckpointRequest { fresh: true, witnesses: 0 }).await?;
    Ok(())
}

/// One generation is in use and no other is there, whatever the death left.
fn pages_are_whole(data: &Path, generation: u64) -> anyhow::Result<()> {
    let current = fs::read_to_string(data.join("pages/current"))?;
    assert!(current.starts_with(&format!("g{generation:06}-")), "{current}");
    let mut names = Vec::new();
    for name in fs::read_dir(data.join("pages"))? {
        names.extend(name?.file_name().into_string());
    }
    names.retain(|name| name != "current" && name != "current.new");
    assert_eq!(names, [current.trim_end()]);
    Ok(())
}

/// The last checkpoint is over the whole record, which has its root and comes to its outcomes.
fn checkpoint_fits(data: &Path, entries: u64) -> anyhow::Result<()> {
    let Some(signed) = Checkpoints::of(data).latest()? else { anyhow::bail!("no checkpoint was kept") };
    let (tree, outcomes) = signed.unverified()?;
    let mut reader = Reader::open(&data.join("record"), DEFAULT_LEDGER)?;
    while reader.next_frame()?.is_some() {}
    let (_, tally) = fold_tally(&Options::file(data), &mut |_| {})?;
    assert_eq!((tree.size, tree.root), (entries, reader.tip().frontier.root()));
    assert_eq!(outcomes.root, tally.tree().root());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn between_stream_and_archive() -> anyhow::Result<()> {
    die_at("acked:5", By::Recording, true).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn between_archive_and_fold() -> anyhow::Result<()> {
    die_at("archived:5", By::Recording, true).await?;
    die_at("archived:20", By::Recording, false).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn between_pages_and_the_end() -> anyhow::Result<()> {
    die_at("pages-kept", By::Stopping, false).await?;
    die_at("pages-kept", By::Stopping, true).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_and_after_a_checkpoint_is_kept() -> anyhow::Result<()> {
    // The first one is signed at the start.
    die_at("signing:3", By::Signing, false).await?;
    die_at("signed:3", By::Signing, true).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_a_rebuild_is_swapped() -> anyhow::Result<()> {
    for place in ["rebuild-written", "rebuild-swapping", "rebuild-swapped"] {
        die_at(place, By::Rebuilding, false).await?;
    }
    die_at("rebuild-swapped", By::Rebuilding, true).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rebuild_nobody_waits_for_is_ended_and_one_of_nothing_is_refused() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let start = Start::new(&dir.path().join("data"), None)?;
    let _serving = Serving::start(&start)?;
    let load = Load::start(CLIENTS, &start.url());
    load.go_on(2_000).await?;
    load.stop().await?;
    let refused = rebuild(&start.url(), "pages").await.unwrap_err().to_string();
    assert!(refused.contains("entries and state"), "{refused}");
    let mut client = OperatorClient::connect(start.url()).await?;
    drop(client.rebuild(RebuildRequest::default()).await?);
    drop(client);
    // Either it was ended, or it was quicker; there is one generation in any case, and the next rebuild works.
    let until = Instant::now() + Duration::from_secs(30);
    let end = loop {
        match rebuild(&start.url(), "entries").await {
            Ok(end) => break end,
            Err(error) => assert!(Instant::now() < until, "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    pages_are_whole(&start.data, end.generation)
}
