//! Client certificates: which are taken at the handshake, and whose the record says they are at each call.

use super::authority::{Authority, CLIENT, Certified, SERVER};
use super::founded::{CLERK, SECURITY, bound, serve, unbound};
use super::{ask, say, stranger, why};
use crate::support::Server;
use ledger::entry::Proof;
use ledger::event::{CredentialWay, Event};
use proto::v1;
use replay::dial::api_key::ApiKey;
use replay::dial::{DialArgs, DialError, Line};
use replay::files::secret::write_secret;
use services::faces::tls::{Tls, TlsFiles, fingerprint};
use services::faces::who::Access;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tonic::Status;

/// Good in all the years in which this test may run.
pub const GOOD: (i32, i32) = (2020, 2098);

/// A server's files, and whom it takes.
pub struct World {
    pub dir: tempfile::TempDir,
    pub authority: Authority,
    pub tls: Arc<Tls>,
}

impl World {
    /// With a list of these revoked.
    pub fn new(revoked: &[u8]) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let authority = Authority::new("authority");
        let (cert, key) = authority.certified(1, SERVER, GOOD).files(dir.path());
        let (ca, crl) = (dir.path().join("ca.pem"), dir.path().join("revoked.pem"));
        std::fs::write(&ca, authority.pem()).expect("written");
        std::fs::write(&crl, authority.revoked(revoked)).expect("written");
        let tls = Tls::open(TlsFiles { cert, key, client_ca: Some(ca), client_crl: Some(crl) }).expect("whole files");
        Self { dir, authority, tls }
    }

    pub fn access(&self) -> Access {
        Access { tls: Some(Arc::clone(&self.tls)), believe_names: false }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// How whoever holds this file reaches the server.
    pub fn by(&self, me: Option<PathBuf>) -> DialArgs {
        DialArgs { server_ca: Some(self.path("ca.pem")), me }
    }

    pub async fn dial(&self, server: &Server, me: Option<PathBuf>) -> Result<Line, DialError> {
        self.by(me).dialling(&https(server))?.connect().await
    }

    /// The answer to a question by whoever holds a certificate.
    async fn asked(&self, server: &Server, shown: &Certified) -> Result<v1::GetStatusResponse, Status> {
        let line = self.dial(server, Some(shown.file(self.path("me")))).await;
        ask(&line.map_err(|error| Status::unavailable(error.to_string()))?).await
    }
}

pub fn https(server: &Server) -> String {
    format!("https://localhost:{}", server.address.port())
}

/// Whoever holds its key is this principal.
pub fn is(name: &str, shown: &Certified) -> Event {
    bound(name, CredentialWay::KeyPair, fingerprint(shown.pem.as_bytes()).expect("a certificate"), 300)
}

/// An API key in a file.
pub fn key_file(path: &Path, key: &ApiKey) -> PathBuf {
    write_secret(path, format!("{}\n", key.expose()).as_bytes()).expect("written");
    path.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_says_who_calls_until_its_end_is_on_record() {
    let world = World::new(&[]);
    let (clerk, security) = (world.authority.certified(2, CLIENT, GOOD), ApiKey::draw().expect("drawn"));
    let known = [is(CLERK, &clerk), bound(SECURITY, CredentialWay::Secret, security.fingerprint(), 300)];
    let server = serve(&known, world.access()).await;
    let line = world.dial(&server, Some(clerk.file(world.path("clerk.me")))).await.expect("known");
    let said = say(&line, 7, "").await.expect("taken").into_inner();
    assert_eq!(said.receipts[0].outcome(), v1::Outcome::Posted, "{said:?}");
    let recorded = server.engine.recorded(said.receipts[0].index).expect("readable").expect("there");
    assert_eq!((&recorded.principal[..], recorded.proof), (CLERK, Proof::Certificate));
    // His own name does no harm; another's is not taken.
    assert!(say(&line, 8, CLERK).await.is_ok());
    assert_eq!(why(say(&line, 9, "61CZ/p2").await), stranger("OTHER_NAME"));
    ask(&line).await.expect("answered");
    // Its end is heard on the connection that is open.
    let by = world.by(Some(key_file(&world.path("security.me"), &security)));
    let ends = by.dialling(&https(&server)).expect("an address").connect().await.expect("known");
    let events = crate::support::encoded(&[unbound(fingerprint(clerk.pem.as_bytes()).expect("a certificate"))]);
    let message = v1::RecordRequest { events, dry_run: false, terse: false, again: Vec::new() };
    let answer = v1::recorder_client::RecorderClient::new(ends).record(message).await.expect("taken").into_inner();
    assert_eq!(answer.receipts[0].outcome(), v1::Outcome::Posted, "{answer:?}");
    assert_eq!(why(say(&line, 10, "").await), stranger("UNKNOWN_CREDENTIAL"));
    assert_eq!(why(ask(&line).await), stranger("UNKNOWN_CREDENTIAL"));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_that_are_no_good_are_not_taken() {
    let world = World::new(&[9]);
    let clerk = world.authority.certified(2, CLIENT, GOOD);
    let other = Authority::new("other");
    let bad = [
        ("expired", world.authority.certified(3, CLIENT, (2020, 2021))),
        ("not yet good", world.authority.certified(4, CLIENT, (2097, 2098))),
        ("of another authority", other.certified(5, CLIENT, GOOD)),
        ("for servers", world.authority.certified(6, SERVER, GOOD)),
        ("revoked", world.authority.certified(9, CLIENT, GOOD)),
    ];
    // All of them are bound: what is on record does not make them good.
    let known: Vec<Event> = bad.iter().map(|(_, shown)| is(CLERK, shown)).chain([is(CLERK, &clerk)]).collect();
    let server = serve(&known, world.access()).await;
    for (what, shown) in &bad {
        // A client that speaks TLS 1.3 hears of it with its first call.
        let status = world.asked(&server, shown).await.expect_err(what);
        assert_ne!(status.code(), tonic::Code::Unauthenticated, "{what} does not come as far: {status:?}");
    }
    assert!(world.asked(&server, &clerk).await.is_ok());
    // One that is good, and nobody's; and nobody.
    assert_eq!(
        why(world.asked(&server, &world.authority.certified(7, CLIENT, GOOD)).await),
        stranger("UNKNOWN_CREDENTIAL")
    );
    let line = world.dial(&server, None).await.expect("the server is known");
    assert_eq!(why(ask(&line).await), stranger("NO_CREDENTIAL"));
    assert_eq!(why(say(&line, 7, CLERK).await), stranger("NO_CREDENTIAL"));
    let health = tonic_health::pb::HealthCheckRequest { service: "mingzhang.v1.Query".to_owned() };
    let health = tonic_health::pb::health_client::HealthClient::new(line).check(health).await;
    assert_eq!(health.expect("answered to everybody").into_inner().status, 1);
    server.stop().await;
}

/// The other way round: the caller does not take a server for the ledger that is not.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_nobody_vouches_for_is_not_asked() {
    let world = World::new(&[]);
    let server = serve(&[], world.access()).await;
    let other = world.path("other.pem");
    std::fs::write(&other, Authority::new("other").pem()).expect("written");
    let dial = async |by: DialArgs, url: String| by.dialling(&url)?.connect().await.map(drop);
    let by = |ca: PathBuf| DialArgs { server_ca: Some(ca), me: None };
    let insecure = dial(by(other), https(&server)).await.expect_err("another authority");
    assert!(matches!(&insecure, DialError::Insecure { why, .. } if why.contains("certificate")), "{insecure}");
    let unnamed = dial(DialArgs::default(), https(&server)).await.expect_err("no authority");
    assert!(matches!(unnamed, DialError::Insecure { .. }) && unnamed.to_string().contains("--server-ca"), "{unnamed}");
    let elsewhere = format!("https://127.0.0.2:{}", server.address.port());
    assert!(dial(by(world.path("ca.pem")), elsewhere).await.is_err(), "it is not of that name");
    // In the clear a server that speaks TLS says nothing.
    let plain = format!("http://localhost:{}", server.address.port());
    let line = DialArgs::default().dialling(&plain).expect("an address").connect().await;
    if let Ok(line) = line {
        assert!(ask(&line).await.is_err());
    }
    assert!(world.dial(&server, None).await.is_ok());
    server.stop().await;
}

/// Nothing that shows who calls goes where others can read it.
#[test]
fn nothing_secret_goes_out_in_the_clear() {
    let world = World::new(&[]);
    let key = key_file(&world.path("key.me"), &ApiKey::draw().expect("drawn"));
    let certificate = world.authority.certified(2, CLIENT, GOOD).file(world.path("cert.me"));
    for (me, url, goes) in [
        (&key, "http://127.0.0.1:50051", true),
        (&key, "http://[::1]:50051", true),
        (&key, "localhost:50051", true),
        (&key, "http://10.1.2.3:50051", false),
        (&key, "http://aid.example.gov.cn", false),
        (&key, "http://localhost.example.cn", false),
        (&key, "https://10.1.2.3:50051", true),
        (&certificate, "http://127.0.0.1:50051", false),
        (&certificate, "https://127.0.0.1:50051", true),
    ] {
        let dialled = world.by(Some(me.clone())).dialling(url).map(drop);
        assert_eq!(dialled.is_ok(), goes, "{url}: {dialled:?}");
        assert!(goes || matches!(dialled, Err(DialError::Plain { .. })), "{url}");
    }
}
