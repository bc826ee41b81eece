//! Who is let go, and when, told by sockets of this machine.

use super::*;
use crate::faces::tls::TlsFiles;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

async fn pair(all: &Arc<Connections>, listener: &TcpListener) -> (Option<Io>, TcpStream) {
    let caller = TcpStream::connect(listener.local_addr().expect("bound")).await.expect("connects");
    let (stream, _) = listener.accept().await.expect("accepts");
    (all.admit(stream, None).await, caller)
}

/// Reads what was said, as the server does.
fn served(io: Io) -> tokio::task::JoinHandle<ErrorKind> {
    tokio::spawn(async move {
        let mut io = io;
        let mut buffer = [0; 64];
        loop {
            match io.read(&mut buffer).await {
                Err(error) => return error.kind(),
                Ok(0) => return ErrorKind::UnexpectedEof,
                Ok(_) => {}
            }
        }
    })
}

#[tokio::test]
async fn who_says_nothing_makes_room_and_who_calls_stays() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let all = Connections::new(2, Duration::from_secs(600));
    let (silent, _silent) = pair(&all, &listener).await;
    let silent = served(silent.expect("a place"));
    let (speaking, mut caller) = pair(&all, &listener).await;
    let speaking = speaking.expect("a place");
    let (connection, calling) = (Arc::clone(&speaking.connection), speaking.connection.at_work());
    let _served = served(speaking);
    caller.write_all(&[0; PREFACE_BYTES]).await.expect("written");
    let (third, _third) = pair(&all, &listener).await;
    assert_eq!(silent.await.expect("no panic"), ErrorKind::ConnectionAborted, "the silent one was let go");
    let third = third.expect("its place");
    let other = third.connection.at_work();
    let (fourth, _fourth) = pair(&all, &listener).await;
    assert!(fourth.is_none() && all.turned_away() == 1 && all.count() == 2, "it is at work for both");
    drop(calling);
    let (fifth, _fifth) = pair(&all, &listener).await;
    assert!(fifth.is_some() && connection.is_closing(), "its work is done");
    drop(other);
}

#[tokio::test]
async fn who_says_nothing_in_time_is_closed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let all = Connections::new(2, Duration::ZERO);
    let (io, _caller) = pair(&all, &listener).await;
    assert_eq!(served(io.expect("a place")).await.expect("no panic"), ErrorKind::TimedOut);
    assert_eq!(all.count(), 0);
}

/// A handshake takes no longer than anything else at the beginning, whether the server reads or writes first.
#[tokio::test]
async fn who_does_not_shake_hands_in_time_is_closed() {
    let (dir, listener) = (tempfile::tempdir().expect("a directory"), TcpListener::bind("127.0.0.1:0").await);
    let listener = listener.expect("a port");
    let (cert, key) = (dir.path().join("cert"), dir.path().join("key"));
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("made");
    std::fs::write(&cert, made.cert.pem()).expect("written");
    replay::files::secret::write_secret(&key, made.signing_key.serialize_pem().as_bytes()).expect("written");
    let tls = Tls::open(TlsFiles { cert, key, client_ca: None, client_crl: None }).expect("whole files");
    let all = Connections::new(2, Duration::from_millis(50));
    for writes in [false, true] {
        let caller = TcpStream::connect(listener.local_addr().expect("bound")).await.expect("connects");
        let (stream, _) = listener.accept().await.expect("accepts");
        let mut io = all.admit(stream, Some(&tls)).await.expect("a place");
        assert_eq!(all.count(), 1);
        let ended = if writes { io.write_all(b"settings").await.err() } else { io.read(&mut [0]).await.err() };
        assert_eq!(ended.expect("not for ever").kind(), ErrorKind::TimedOut);
        drop((io, caller));
        assert_eq!(all.count(), 0);
    }
}

/// Who never reads is closed though nothing can be written to him, whether others need his place or he is late.
#[tokio::test]
async fn who_reads_nothing_is_closed_while_he_is_written_to() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    for is_late in [false, true] {
        let all = Connections::new(1, Duration::from_secs(600));
        let (io, _caller) = pair(&all, &listener).await;
        let mut io = io.expect("a place");
        let answer = UnreadAnswer::of(&io.connection);
        let writing = tokio::spawn(async move {
            loop {
                if let Err(error) = io.write_all(&[0; 1 << 16]).await {
                    return error.kind();
                }
            }
        });
        all.close_unread(Instant::now());
        assert_eq!(all.unread(), 0, "there is time");
        if is_late {
            all.close_unread(Instant::now() + 2 * ANSWER_TIME);
            assert_eq!(all.unread(), 1);
        } else {
            assert!(pair(&all, &listener).await.0.is_some(), "there is room at once");
        }
        assert_eq!(writing.await.expect("no panic"), ErrorKind::ConnectionAborted);
        drop(answer);
    }
}
