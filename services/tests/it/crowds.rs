//! Crowds that mean no good, or read slowly: connections are fewer than descriptors, answers under way are counted, and whoever
//! asks one thing is answered meanwhile.

use crate::support::{Server, day, line, org, policy, port};
use ledger::event::{Event, Kind, PersonRegistered};
use proto::v1;
use proto::v1::query_client::QueryClient;
use std::future::poll_fn;
use std::pin::Pin;
use std::process::{Child, Command, Stdio};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tonic::client::Grpc;
use tonic::codec::Streaming;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::codegen::{Service, http};
use tonic::transport::Channel;
use tonic::{Code, Request};
use tonic_prost::ProstCodec;
use uuid::Uuid;

const PATIENCE: Duration = Duration::from_secs(60);

/// Descriptors of the process, and connections that say nothing.
const DESCRIPTORS: u32 = 64;
const SILENT: usize = 120;

/// Answers of one connection that may be under way at a time.
const AT_A_TIME: u64 = 8;

struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn mingzhang(limit: &str, words: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{limit} exec \"$0\" \"$@\"")]).arg(env!("CARGO_BIN_EXE_mingzhang")).args(words);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// A connection to a server that is just starting.
async fn reached(url: &str) -> Channel {
    let since = Instant::now();
    loop {
        match Channel::from_shared(url.to_owned()).expect("a URL").connect().await {
            Ok(channel) => return channel,
            Err(error) => assert!(since.elapsed() < PATIENCE, "{error}"),
        }
        tokio::task::yield_now().await;
    }
}

fn person(number: u128) -> Event {
    let person = PersonRegistered { person: Uuid::from_u128(number), origin: 610_102 };
    Event::said(day(20_210_901), Kind::PersonRegistered(person))
}

async fn records(channel: &Channel, number: u128) {
    let events = vec![proto::event::encode(&person(number)).into()];
    let mut request = Request::new(v1::RecordRequest { events, ..Default::default() });
    request.metadata_mut().insert(services::principal::PRINCIPAL_HEADER, "office".parse().expect("ASCII"));
    let mut recorder = v1::recorder_client::RecorderClient::new(channel.clone());
    let answer = recorder.record(request).await.expect("recorded").into_inner();
    assert_eq!(answer.receipts[0].outcome(), v1::Outcome::Posted);
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_connections_leave_descriptors_for_files_and_places_for_callers() {
    let dir = tempfile::tempdir().expect("a directory");
    let key = dir.path().join("a.key").display().to_string();
    assert!(mingzhang("", &["keygen", "--origin", "test.example", "--out", &key]).status().expect("runs").success());
    let (data, address) = (dir.path().join("ledger").display().to_string(), format!("127.0.0.1:{}", port()));
    let words = ["serve", "--data", &data, "--key", &key, "--listen", &address];
    let _process = Process(mingzhang(&format!("ulimit -n {DESCRIPTORS};"), &words).spawn().expect("runs"));
    let url = format!("http://{address}");
    let before = reached(&url).await;
    records(&before, 1).await;
    let mut silent = Vec::new();
    for _ in 0..SILENT {
        silent.push(TcpStream::connect(&address).await.expect("the system takes it"));
    }
    let after = reached(&url).await;
    records(&after, 2).await;
    let mut audit = v1::audit_client::AuditClient::new(after.clone());
    let signed = audit
        .get_checkpoint(v1::GetCheckpointRequest { fresh: true, witnesses: 0 })
        .await
        .expect("signed")
        .into_inner();
    assert_eq!(signed.checkpoint.lines().nth(1), Some("2"), "both entries are signed");
    let mut query = QueryClient::new(after);
    let entry = Some(v1::get_recorded_request::Entry::Index(1));
    query.get_recorded(v1::GetRecordedRequest { not_before: 0, entry }).await.expect("read from its file");
    let status = query.get_status(v1::GetStatusRequest::default()).await.expect("an answer").into_inner();
    assert!(status.connections <= status.most_connections && status.most_connections < u64::from(DESCRIPTORS));
    assert_eq!((status.doubt.as_str(), status.stopped.as_str()), ("", ""));
    drop(silent);
}

/// Asks without reading the answer; again where it would have had to wait too long.
async fn unread(channel: &Channel) -> Streaming<v1::ListBalancesResponse> {
    let mut grpc = Grpc::new(channel.clone());
    let request = v1::ListBalancesRequest { class: "available".to_owned(), page_size: 1_000, ..Default::default() };
    loop {
        grpc.ready().await.expect("ready");
        let path = PathAndQuery::from_static("/mingzhang.v1.Query/ListBalances");
        let codec = ProstCodec::<v1::ListBalancesRequest, v1::ListBalancesResponse>::default();
        match grpc.server_streaming(Request::new(request.clone()), path, codec).await {
            Ok(answer) => return answer.into_inner(),
            Err(status) => assert_eq!(status.code(), Code::ResourceExhausted, "{status:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_nobody_reads_are_few_and_others_are_answered() {
    let server = Server::start().await;
    let lines = (0..1_000).map(|n| line(1_000 + n, 1, 500));
    server.record("office", &[org(1), policy()].into_iter().chain(lines).collect::<Vec<_>>()).await;
    let url = format!("http://{}", server.address);
    // It takes a little of each answer, and of all together as much as that comes to.
    let slow = Channel::from_shared(url).expect("a URL").initial_stream_window_size(16_384);
    let slow = slow.initial_connection_window_size(1 << 20).connect().await.expect("connects");
    let (answers, mut begun) = tokio::sync::mpsc::unbounded_channel();
    for _ in 0..200 {
        let (slow, answers) = (slow.clone(), answers.clone());
        tokio::spawn(async move {
            // The test may have ended.
            let _ = answers.send(unread(&slow).await);
        });
    }
    drop(answers);
    let mut held = Vec::new();
    for _ in 0..AT_A_TIME {
        held.push(begun.recv().await.expect("an answer begins"));
    }
    let status = server.ask().get_status(v1::GetStatusRequest::default()).await.expect("an answer").into_inner();
    assert_eq!(status.answers_under_way, AT_A_TIME + 1, "those that are read slowly, and this one");
    server.ask().list_balances(v1::ListBalancesRequest::default()).await.expect("others are answered");
    assert!(begun.try_recv().is_err(), "the others wait for their turn");
    // Once they are read, the next ones come.
    for _ in 0..2 * AT_A_TIME {
        let mut answer = held.remove(0);
        let page = answer.message().await.expect("whole").expect("a page");
        assert!(page.balances.len() > 400 && answer.message().await.expect("ends").is_none());
        held.push(begun.recv().await.expect("the next one"));
    }
    // Who goes away leaves nothing behind.
    drop((held, begun, slow));
    let since = Instant::now();
    loop {
        let status = server.ask().get_status(v1::GetStatusRequest::default()).await.expect("an answer").into_inner();
        if status.answers_under_way == 1 {
            break;
        }
        assert!(since.elapsed() < PATIENCE, "{} answers are under way", status.answers_under_way);
    }
    server.stop().await;
}

/// A request whose body is never sent.
struct Never;

impl http_body::Body for Never {
    type Data = bytes::Bytes;
    type Error = tonic::Status;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<bytes::Bytes>, tonic::Status>>> {
        Poll::Pending
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_are_never_sent_whole_hold_no_place() {
    let dir = tempfile::tempdir().expect("a directory");
    let (data, address) = (dir.path().join("ledger").display().to_string(), format!("127.0.0.1:{}", port()));
    let words = ["serve", "--data", &data, "--listen", &address];
    let _process = Process(mingzhang(&format!("ulimit -n {DESCRIPTORS};"), &words).spawn().expect("runs"));
    let url = format!("http://{address}");
    drop(reached(&url).await);
    let mut never = Vec::new();
    for _ in 0..SILENT {
        let mut channel = reached(&url).await;
        let request = http::Request::post(format!("{url}/mingzhang.v1.Recorder/Record"));
        let request = request.header("content-type", "application/grpc").body(tonic::body::Body::new(Never));
        poll_fn(|context| channel.poll_ready(context)).await.expect("ready");
        never.push(tokio::spawn(channel.call(request.expect("a request"))));
    }
    records(&reached(&url).await, 1).await;
    never.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_nobody_reads_on_many_connections_leave_a_seat_for_each_caller() {
    let server = Server::start().await;
    let lines = (0..1_000).map(|n| line(1_000 + n, 1, 500));
    server.record("office", &[org(1), policy()].into_iter().chain(lines).collect::<Vec<_>>()).await;
    let url = format!("http://{}", server.address);
    let mut held = Vec::new();
    // One seat of its own each, and all there are besides.
    for _ in 0..40 {
        let slow = Channel::from_shared(url.clone()).expect("a URL").initial_stream_window_size(16_384);
        let slow = slow.connect().await.expect("connects");
        for _ in 0..AT_A_TIME {
            let slow = slow.clone();
            held.push(tokio::spawn(async move { unread(&slow).await }));
        }
    }
    let mut ask = QueryClient::new(reached(&url).await);
    let since = Instant::now();
    loop {
        let status = ask.get_status(v1::GetStatusRequest::default()).await.expect("an answer").into_inner();
        if status.answers_under_way > 256 {
            break;
        }
        assert!(since.elapsed() < PATIENCE, "{} answers are under way", status.answers_under_way);
    }
    ask.list_balances(v1::ListBalancesRequest::default()).await.expect("who reads is answered");
    held.iter().for_each(tokio::task::JoinHandle::abort);
    drop(held);
    server.stop().await;
}
