//! The bytes of a connection, in the clear or not. A handshake is made by whoever reads or writes first, so that the limits of
//! connections hold for it as for everything else. Which connections there may be is not decided here.

use crate::faces::tls::{Presented, Tls};
use std::future::Future;
use std::io::{Error, ErrorKind, IoSlice, Result as IoResult};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::Accept;
use tokio_rustls::server::TlsStream;

/// The socket of a connection.
pub(super) struct Socket {
    stage: Stage,
    /// What the client showed, once the handshake is made.
    presented: Arc<OnceLock<Presented>>,
}

enum Stage {
    Plain(TcpStream),
    /// The handshake, by files of this number.
    Shaking(Box<Accept<TcpStream>>, Arc<Tls>, u64),
    Secure(Box<TlsStream<TcpStream>>),
    /// The handshake failed.
    Over,
}

impl Socket {
    /// One that was accepted.
    pub(super) fn new(stream: TcpStream, tls: Option<&Arc<Tls>>, presented: Arc<OnceLock<Presented>>) -> Self {
        // Small answers are not held back; where that cannot be said to the socket they are slower.
        let _ = stream.set_nodelay(true);
        let stage = match tls {
            None => Stage::Plain(stream),
            Some(tls) => {
                let (acceptor, number) = tls.acceptor();
                Stage::Shaking(Box::new(acceptor.accept(stream)), Arc::clone(tls), number)
            }
        };
        Self { stage, presented }
    }

    /// Goes on with the handshake until it is made.
    fn shaken(&mut self, context: &mut Context<'_>) -> Poll<IoResult<()>> {
        let Stage::Shaking(accept, tls, number) = &mut self.stage else { return Poll::Ready(Ok(())) };
        let (shaken, tls, number) = (ready!(Pin::new(&mut **accept).poll(context)), Arc::clone(tls), *number);
        self.stage = Stage::Over;
        let stream = shaken.inspect_err(|error| tracing::info!(%error, "a handshake of TLS failed"))?;
        let shown = stream.get_ref().1.peer_certificates().and_then(|chain| Presented::new(&tls, number, chain));
        if let Some(shown) = shown {
            // There is one handshake.
            let _ = self.presented.set(shown);
        }
        self.stage = Stage::Secure(Box::new(stream));
        Poll::Ready(Ok(()))
    }
}

/// Does the same with whatever bytes go through.
macro_rules! through {
    ($socket:expr, $context:expr, $stream:ident => $what:expr) => {{
        let socket = $socket.get_mut();
        ready!(socket.shaken($context))?;
        match &mut socket.stage {
            Stage::Plain($stream) => {
                let $stream = Pin::new($stream);
                $what
            }
            Stage::Secure($stream) => {
                let $stream = Pin::new(&mut **$stream);
                $what
            }
            Stage::Shaking(..) | Stage::Over => {
                Poll::Ready(Err(Error::new(ErrorKind::NotConnected, "the handshake failed")))
            }
        }
    }};
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<IoResult<()>> {
        through!(self, context, stream => stream.poll_read(context, buffer))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<IoResult<usize>> {
        through!(self, context, stream => stream.poll_write(context, bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<IoResult<usize>> {
        through!(self, context, stream => stream.poll_write_vectored(context, bytes))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<IoResult<()>> {
        through!(self, context, stream => stream.poll_flush(context))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<IoResult<()>> {
        if matches!(self.stage, Stage::Shaking(..)) {
            return Poll::Ready(Ok(()));
        }
        through!(self, context, stream => stream.poll_shutdown(context))
    }
}
