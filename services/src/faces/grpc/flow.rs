//! How the bytes of calls go: answers are handed to HTTP/2 in pieces, no faster than the socket takes them. So what a slow reader does
//! not read waits here, where it is counted. How requests come is in `incoming`.

use super::connections::{Calling, Connection, UnreadAnswer};
use super::gates::Seat;
use super::incoming::{Incoming, ReceivedBytes, Requests};
use super::limits::{ANSWER_TIME, PIECE_BYTES};
use super::status::busy;
use bytes::{Buf, Bytes};
use http_body::{Body as HttpBody, Frame};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::Sleep;
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::{BoxFuture, Service, StdError, http};
use tonic::server::NamedService;

/// A service whose calls are counted and whose answers flow.
#[derive(Clone)]
pub(super) struct CountedCalls<S> {
    service: S,
    received: Arc<Requests>,
    /// How long an answer may take to be read.
    time: Option<Duration>,
}

impl<S> CountedCalls<S> {
    /// Its requests count among those received by all services together.
    pub(super) fn new(service: S, received: &Arc<Requests>) -> Self {
        Self { service, received: Arc::clone(received), time: Some(ANSWER_TIME) }
    }

    /// Its answers go on for as long as what they tell of.
    pub(super) fn for_long(self) -> Self {
        Self { time: None, ..self }
    }
}

impl<S: NamedService> NamedService for CountedCalls<S> {
    const NAME: &'static str = S::NAME;
}

impl<S, B> Service<http::Request<Body>> for CountedCalls<S>
where
    S: Service<http::Request<Body>, Response = http::Response<B>>,
    S::Future: Send + 'static,
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<StdError>,
{
    type Response = http::Response<Body>;
    type Error = S::Error;
    type Future = BoxFuture<Self::Response, S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let connection = request.extensions().get::<Arc<Connection>>().cloned();
        let (calling, time) = (connection.as_ref().map(Connection::call), self.time);
        let received = self.received.begin(connection.clone());
        let counted = Arc::clone(&received);
        let answer = self.service.call(request.map(|body| Body::new(Incoming::new(body, counted))));
        Box::pin(async move {
            let mut response = answer.await?;
            name_rightly(response.headers_mut());
            let seat = response.extensions_mut().remove::<Arc<Seat>>();
            let held = UntilGone { _seat: seat, _calling: calling, _received: received };
            Ok(response.map(|body| Body::new(Outgoing::new(Body::new(body), connection, (time, held)))))
        })
    }
}

/// Gives two codes of the library the meaning they have elsewhere: a request that is too large exhausts what is set aside for it, and
/// one that is no message is its caller's mistake, not ours.
fn name_rightly(headers: &mut http::HeaderMap) {
    let said =
        |headers: &http::HeaderMap, name| headers.get(name).map(|value| value.as_bytes().to_vec()).unwrap_or_default();
    let (code, message) = (said(headers, Status::GRPC_STATUS), said(headers, Status::GRPC_MESSAGE));
    let message = String::from_utf8_lossy(&message).replace("%20", " ");
    let right = if code == b"11" && message.contains("decoded message length too large") {
        "8"
    } else if code == b"13" && message.contains("failed to decode Protobuf message") {
        "3"
    } else {
        return;
    };
    headers.insert(Status::GRPC_STATUS, http::HeaderValue::from_static(right));
}

/// The body of an answer, in pieces. Its seat and its call are given back when it has gone.
struct Outgoing {
    body: Body,
    rest: Bytes,
    connection: Option<Arc<Connection>>,
    time: Option<Pin<Box<Sleep>>>,
    /// HTTP/2 asks for no more while its caller takes nothing, so the time is not looked at then: whoever looks after all connections
    /// closes this one.
    unread: Option<UnreadAnswer>,
    _held: UntilGone,
}

/// What is given back when an answer has gone.
struct UntilGone {
    _seat: Option<Arc<Seat>>,
    _calling: Option<Calling>,
    _received: Arc<ReceivedBytes>,
}

impl Outgoing {
    fn new(body: Body, connection: Option<Arc<Connection>>, (time, held): (Option<Duration>, UntilGone)) -> Self {
        let (unread, time) =
            (connection.as_ref().map(UnreadAnswer::of), time.map(|time| Box::pin(tokio::time::sleep(time))));
        Self { body, rest: Bytes::new(), connection, time, unread, _held: held }
    }

    /// Whether its caller has something to read, of an answer that goes on for long.
    fn goes_on(&self, told: bool) {
        if let (None, Some(unread)) = (&self.time, &self.unread) {
            unread.waits(told);
        }
    }

    /// Hands over the next piece of what is there.
    fn piece(&mut self, context: &Context<'_>) -> Poll<Bytes> {
        let bytes = self.rest.remaining().min(PIECE_BYTES);
        if let Some(connection) = &self.connection {
            ready!(connection.flow.take(bytes, context));
        }
        Poll::Ready(self.rest.split_to(bytes))
    }
}

impl HttpBody for Outgoing {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let late = self.time.as_mut().is_some_and(|time| time.as_mut().poll(context).is_ready());
        if late {
            return Poll::Ready(Some(Err(busy("NOT_READ", "the answer was not read in time; ask again"))));
        }
        self.goes_on(false);
        if self.rest.is_empty() {
            let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
            self.goes_on(true);
            match frame.transpose()?.map(Frame::into_data) {
                Some(Ok(data)) => self.rest = data,
                Some(Err(frame)) => return Poll::Ready(Some(Ok(frame))),
                None => return Poll::Ready(None),
            }
        }
        self.piece(context).map(|piece| Some(Ok(Frame::data(piece))))
    }

    /// An error has no body: callers look for its status in the headers that end the stream.
    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_large_and_broken_requests_have_the_codes_they_have_elsewhere() {
        let named = |status: Status| {
            let mut response = status.into_http::<()>();
            name_rightly(response.headers_mut());
            Status::from_header_map(response.headers()).map(|status| status.code())
        };
        let large =
            Status::out_of_range("Error, decoded message length too large: found 9 bytes, the limit is: 8 bytes");
        assert_eq!(named(large), Some(tonic::Code::ResourceExhausted));
        let broken = Status::internal("failed to decode Protobuf message: invalid varint");
        assert_eq!(named(broken), Some(tonic::Code::InvalidArgument));
        assert_eq!(named(Status::internal("answering failed")), Some(tonic::Code::Internal));
    }
}
