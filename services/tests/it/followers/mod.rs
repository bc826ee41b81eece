//! Followers against a real nats-server and a real writer: equal answers, deaths of broker, writer and follower, and what
//! happens when a follower and its writer differ. Also what health says when something has ended.

mod world;

use crate::support::{self, encoded, line, org, policy, wire};
use ledger::event::Kind;
use proto::v1;
use replay::engine::EngineError;
use replay::engine::{Engine, Options};
use replay::proof::checkpoint::{Checkpoint, Outcomes};
use replay::proof::checkpoint_files::Signed;
use replay::proof::comparing;
use replay::proof::comparing::Compared;
use replay::proof::trust::announcement;
use std::process::{Command, Stdio};
use std::time::Duration;
use tonic::{Code, Status};
use tonic_types::StatusExt;
use world::{World, beside, key, persons, serving};

const UNIT: u128 = 1 << 40;

async fn digest(of: &support::Server, entries: u64) -> v1::GetStatusResponse {
    let request = v1::GetStatusRequest { not_before: entries, digest: true, ..Default::default() };
    of.ask().get_status(request).await.expect("answered").into_inner()
}

fn reason(status: &Status) -> String {
    status.get_details_error_info().map_or_else(String::new, |info| info.reason)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_answers_as_its_writer_and_records_nothing() {
    let world = World::start().await;
    let writer = world.writer("writer").await;
    writer.record("office", &[org(UNIT), policy(), line(7, UNIT, 500)]).await;
    let load = tokio::spawn(world::load(writer.tell(), 0..1_500));
    let follower = world.follower("copy", &writer).await;
    load.await.expect("no panic");
    let entries = writer.record("office", &[line(8, UNIT, 900)]).await.index;
    let (here, there) = (digest(&follower, entries).await, digest(&writer, entries).await);
    assert_eq!((here.as_of, &here.state_digest, here.posted), (there.as_of, &there.state_digest, there.posted));
    assert_eq!((here.follows.as_str(), there.follows.as_str()), (writer.address.to_string().as_str(), ""));
    let request = v1::ListBalancesRequest { page_size: 100, ..Default::default() };
    let balances = |server: &support::Server| {
        let (mut ask, request) = (server.ask(), request.clone());
        async move { ask.list_balances(request).await.expect("answered").into_inner().balances }
    };
    assert_eq!(balances(&follower).await, balances(&writer).await);
    let signed = writer.engine.sign_now().await.expect("signed");
    assert_eq!(world::compare(&follower, &signed).await.expect("equal"), Compared::Same { size: entries });
    assert_eq!(follower.engine.checkpoint().expect("passed on"), signed);
    let prove = |engine: replay::engine::Engine| beside(move || engine.prove_inclusion(1, entries));
    let (ours, theirs) = (prove(follower.engine.clone()).await, prove(writer.engine.clone()).await);
    assert_eq!(ours.expect("a path"), theirs.expect("a path"));
    let (ours, theirs) = (follower.engine.clone(), writer.engine.clone());
    let (ours, theirs) = beside(move || (ours.entry_bytes(2).unwrap(), theirs.entry_bytes(2).unwrap())).await;
    assert_eq!(ours, theirs);
    let refused = follower.try_record("office", encoded(&[line(9, UNIT, 1)]), false).await.expect_err("not here");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::FailedPrecondition, "FOLLOWER"));
    let known = refused.get_details_error_info().expect("details").metadata;
    assert_eq!(known["writer"], writer.address.to_string());
    let judged = follower.try_record("office", encoded(&[line(9, UNIT, 1)]), true).await.expect("judged only");
    assert_eq!(judged.into_inner().receipts[0].outcome(), v1::Outcome::Posted);
    assert_eq!(serving(&follower).await, [true, false, true, true]);
    follower.stop().await;
    writer.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_outlives_its_broker_its_writer_and_itself() {
    let mut world = World::start().await;
    let writer = world.writer("writer").await;
    let mut follower = world.follower("copy", &writer).await;
    for round in 0..3 {
        let load = tokio::spawn(world::load(writer.tell(), round * 400..(round + 1) * 400));
        world::until(async || writer.engine.read().entries > u64::from(round) * 400).await;
        world.kill_broker().await;
        load.await.expect("no panic");
        if round == 1 {
            follower.stop().await;
            follower = world.follower("copy", &writer).await;
        }
    }
    writer.stop().await;
    // Another writer takes over; its opening frame and its padding say nothing new.
    let writer = world.writer("writer").await;
    let entries = writer.record("load", &persons(1_200..1_210)).await.index;
    let (here, there) = (digest(&follower, entries).await, digest(&writer, entries).await);
    assert_eq!((here.as_of, here.state_digest), (there.as_of, there.state_digest));
    assert_eq!((entries, here.stopped.as_str()), (1_210, ""));
    let signed = writer.engine.sign_now().await.expect("signed");
    assert_eq!(world::compare(&follower, &signed).await.expect("equal"), Compared::Same { size: entries });
    follower.stop().await;
    writer.stop().await;
    // What it kept is a whole record, which a writer can go on with; from then on it is no follower's.
    let copy = world.at("copy");
    assert!(replay::record::following::read(&copy).expect("readable").is_some());
    // As files it would go another way than the stream.
    let options = Options::file(&copy);
    let refused = beside(move || Engine::open(&options, &mut |_| {}).map(drop)).await.expect_err("a follower's copy");
    assert!(
        refused.to_string().contains("a follower's copy") && refused.to_string().contains("--take-over"),
        "{refused}"
    );
    assert!(replay::record::following::read(&copy).expect("readable").is_some(), "and stays one");
    let writer = world.writer("copy").await;
    assert_eq!(replay::record::following::read(&world.at("copy")).expect("readable"), None);
    assert_eq!(digest(&writer, 0).await.as_of, entries);
    assert_eq!(writer.record("load", &persons(1_210..1_211)).await.index, entries + 1);
    writer.stop().await;
}

/// `mingzhang health --json`: how it exits, and what it says.
async fn health(server: &support::Server) -> (Option<i32>, serde_json::Value) {
    let address = server.address.to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_mingzhang"));
    command.args(["health", "--json", "--server", &address]);
    let output = beside(move || command.output().expect("it runs")).await;
    (output.status.code(), serde_json::from_slice(&output.stdout).expect("JSON"))
}

/// A checkpoint over the same entries that the writer's key signed and that says something else about their outcomes.
fn forged(honest: &Signed) -> Signed {
    let (tree, outcomes) = honest.unverified().expect("a checkpoint");
    let other = Outcomes { root: [9; 32], ..outcomes };
    Signed { tree: Checkpoint { ..tree }.sign(&key()), outcomes: other.sign(&key()) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_that_differs_answers_nothing_any_more() {
    let world = World::start().await;
    let writer = world.writer("writer").await;
    let follower = world.follower("copy", &writer).await;
    let entries = writer.record("load", &persons(0..50)).await.index;
    let honest = writer.engine.sign_now().await.expect("signed");
    digest(&follower, entries).await;
    assert_eq!(world::compare(&follower, &honest).await.expect("equal"), Compared::Same { size: entries });
    // Of entries to come the comparison is made when they come.
    writer.record("load", &persons(50..60)).await;
    let signed = writer.engine.sign_now().await.expect("signed");
    match world::compare(&follower, &forged(&signed)).await {
        Ok(Compared::Ahead { .. }) | Err(EngineError::Halted(_)) => {}
        other => panic!("{other:?}"),
    }
    let told = tokio::time::timeout(Duration::from_secs(20), services::faces::following::ended(&follower.engine)).await;
    let told = told.expect("noticed").to_string();
    let root = writer.engine.checkpoint().expect("signed").unverified().expect("ours").1.root;
    let hex: String = root.iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(told.contains(&"09".repeat(32)) && told.contains(&hex), "{told}");
    let status = follower.ask().get_status(v1::GetStatusRequest::default()).await.expect_err("no answer");
    assert_eq!((status.code(), reason(&status).as_str()), (Code::Unavailable, "DIFFERS"));
    let evidence = status.get_details_error_info().expect("details").metadata;
    assert!(evidence["notes"].contains("/outcomes") && evidence["here"] == hex, "{evidence:?}");
    let checkpoint = v1::GetCheckpointRequest { fresh: false, witnesses: 0 };
    let audit = proto::v1::audit_client::AuditClient::new(follower.channel()).get_checkpoint(checkpoint).await;
    assert_eq!(reason(&audit.expect_err("no answer")), "DIFFERS");
    let judged = follower.try_record("office", encoded(&persons(90..91)), true).await.expect_err("not judged either");
    assert_eq!(reason(&judged), "DIFFERS");
    world::until(async || serving(&follower).await == [false; 4]).await;
    follower.end().await.expect_err("it says so at its end too");
    let again = world.open_follower("copy", &writer).await;
    let why = again.err().expect("it does not start on this data").to_string();
    assert!(why.contains("--forget-difference") && why.contains(&hex), "{why}");
    comparing::forget(&world.at("copy")).expect("forgotten");
    let follower = world.follower("copy", &writer).await;
    let compared = world::compare(&follower, &signed).await.expect("they never differed but by the forgery");
    assert!(matches!(compared, Compared::Same { size: 60 } | Compared::Ahead { size: 60 }));
    follower.stop().await;
    writer.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_of_another_key_is_no_difference_and_is_told() {
    let world = World::start().await;
    let writer = world.writer("writer").await;
    let follower = world.follower("copy", &writer).await;
    let entries = writer.record("load", &persons(0..5)).await.index;
    digest(&follower, entries).await;
    let signed = writer.engine.sign_now().await.expect("signed");
    let stranger = vec![world::other_key().verifier().clone()];
    let comparing = services::faces::following::Comparing {
        source: services::faces::following::CheckpointSource::Server(writer.address.to_string(), Default::default()),
        keys: stranger,
        every: Duration::from_millis(20),
    };
    let looking = tokio::spawn(services::faces::following::run(follower.engine.clone(), comparing));
    world::until(async || !digest(&follower, 0).await.doubt.is_empty()).await;
    world::until(async || serving(&follower).await == [true, false, true, false]).await;
    looking.abort();
    // It may be in the middle of saying so once more.
    let _ = looking.await;
    follower.engine.cannot_compare(None);
    assert_eq!(world::compare(&follower, &signed).await.expect("equal"), Compared::Same { size: entries });
    assert_eq!(digest(&follower, 0).await.published, entries);
    world::until(async || serving(&follower).await == [true, false, true, true]).await;
    follower.stop().await;
    writer.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_announced_under_the_one_before_is_followed() {
    let world = World::start().await;
    let writer = world.writer("writer").await;
    let follower = world.follower("copy", &writer).await;
    let announced = announcement(world::other_key().verifier(), &world::key());
    let announced = support::event(Kind::KeyAnnounced(announced));
    let entries = writer.record("office", &[announced]).await.index;
    writer.engine.sign_now().await.expect("signed");
    writer.stop().await;
    let writer = world.signed_by("writer", world::other_key()).await;
    let changed = writer.engine.sign_now().await.expect("signed");
    let later = writer.record("load", &persons(0..3)).await.index;
    digest(&follower, later).await;
    let signed = writer.engine.sign_now().await.expect("signed");
    assert_eq!(world::compare(&follower, &changed).await.expect("equal"), Compared::Same { size: entries });
    // Whoever has the old key signs nothing any more that is compared, be it true or not.
    let stolen = world::compare(&follower, &forged(&signed)).await.expect_err("the old key has ended");
    assert!(stolen.to_string().contains("the record announces another"), "{stolen}");
    assert_eq!(world::compare(&follower, &signed).await.expect("equal"), Compared::Same { size: later });
    follower.stop().await;
    writer.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_ends_loudly_and_does_not_start_again() {
    let world = World::start().await;
    let writer = world.writer("writer").await;
    writer.record("load", &persons(0..20)).await;
    let honest = writer.engine.sign_now().await.expect("signed");
    let checkpoints = replay::proof::checkpoint_files::Checkpoints::in_dir(world.at("said"));
    checkpoints.keep(20, &forged(&honest)).expect("kept");
    let (url, vkey, copy, said) = (world.url(), key().verifier().to_string(), world.at("copy"), world.at("said"));
    let run = move || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mingzhang"));
        command.args(["serve", "--follow", "--listen", "127.0.0.1:0", "--nats", &url, "--key", &vkey]);
        command.arg("--data").arg(&copy).arg("--checkpoints").arg(&said).stdin(Stdio::null());
        command.output().expect("it runs")
    };
    let (first, second) = beside(move || (run(), run())).await;
    for output in [&first, &second] {
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.contains(&"09".repeat(32)), "{told}");
    }
    assert!(String::from_utf8_lossy(&second.stderr).contains("--forget-difference"));
    writer.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn health_follows_a_lost_stream_and_nothing_is_answered() {
    let world = World::start().await;
    let writer = world.writer("writer").await;
    let follower = world.follower("copy", &writer).await;
    let entries = writer.record("load", &persons(0..5)).await.index;
    digest(&follower, entries).await;
    assert_eq!(serving(&writer).await, [true; 4]);
    let (code, told) = health(&follower).await;
    assert_eq!((code, &told["serving"], &told["recorder"]), (Some(0), &true.into(), &false.into()), "{told}");
    assert_eq!(told["follows"], writer.address.to_string());
    world.delete_stream().await;
    for server in [&writer, &follower] {
        world::until(async || serving(server).await == [false; 4]).await;
        let status = server.ask().get_status(v1::GetStatusRequest::default()).await.expect_err("no answer");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::Unavailable, "DAMAGED"));
        assert!(status.message().contains("MINGZHANG"), "{status:?}");
        // Only its writer's directory is a place to repair the stream from.
        let repair = status.message().contains("a follower's copy");
        assert_eq!(repair, server.engine.follows().is_some(), "{status:?}");
    }
    let (code, told) = health(&follower).await;
    assert_eq!((code, &told["serving"], &told["query"]), (Some(1), &false.into(), &false.into()), "{told}");
    assert!(told["stopped"].as_str().is_some_and(|why| why.contains("MINGZHANG")), "{told}");
    writer.end().await.expect_err("its writer had ended");
    follower.end().await.expect_err("its stream was gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_that_failed_shows_in_health() {
    let dir = tempfile::tempdir().expect("a directory");
    let options = world::signing(replay::engine::Options::file(dir.path()));
    let engine = beside(move || replay::engine::Engine::open(&options, &mut |_| {})).await.expect("opens");
    let checkpoints = dir.path().join("checkpoints");
    let server = support::Server::of(engine, dir).await;
    std::fs::remove_dir_all(&checkpoints).expect("there");
    std::fs::write(&checkpoints, "in the way").expect("written");
    server.record("load", &persons(0..5)).await;
    server.engine.sign_now().await.expect_err("there is no room for it");
    world::until(async || serving(&server).await == [true, true, true, false]).await;
    let status = digest(&server, 5).await;
    assert!(status.stopped.is_empty() && status.doubt.contains("checkpoint"), "{}", status.doubt);
    let (code, told) = health(&server).await;
    assert_eq!((code, &told["state"], &told["audit"]), (Some(4), &"serving".into(), &false.into()), "{told}");
    server.record("load", &persons(5..6)).await;
    let balance = v1::GetBalanceRequest { owner: wire(1), class: "available".to_owned(), ..Default::default() };
    assert_eq!(server.ask().get_balance(balance).await.expect_err("no such account").code(), Code::NotFound);
    server.stop().await;
}
