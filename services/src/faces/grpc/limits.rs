//! Every limit of the gRPC server, with its reason. What is limited in all is counted in the status.

use std::time::Duration;

/// Bytes of one request at most: a full call of events with its framing.
pub const MAX_REQUEST_BYTES: usize = 4 * 1024 * 1024;

/// Bytes of one question at most.
pub const MAX_QUESTION_BYTES: usize = 64 * 1024;

/// Calls under way on one connection; more are told to come back.
pub const MAX_CALLS_PER_CONNECTION: usize = 512;

/// The longest any call may take, whatever its caller allows.
pub const MAX_CALL_TIME: Duration = Duration::from_secs(60);

/// How long calls under way may take to end when the server stops; hyper may wait for ever on a half-open connection.
pub const SHUTDOWN_TIME: Duration = Duration::from_secs(10);

/// Flow-control window of a connection: what may wait of it in memory unread.
pub(super) const CONNECTION_WINDOW_BYTES: u32 = 4 * 1024 * 1024;

/// Flow-control window of a call.
pub(super) const CALL_WINDOW_BYTES: u32 = 1024 * 1024;

/// Bytes of requests being read, judged or answered in all; who sends more is told to come back. Several times what the writer's
/// queue takes.
pub(super) const RECEIVED_BYTES: usize = 256 * 1024 * 1024;

/// The same of one connection.
pub(super) const RECEIVED_PER_CONNECTION: usize = 96 * 1024 * 1024;

/// How long the rest of a request is waited for once it has begun.
pub(super) const REQUEST_TIME: Duration = Duration::from_secs(30);

/// The same where others need its room: a whole call needs a tenth of it.
pub(super) const REQUEST_GRACE: Duration = Duration::from_secs(2);

/// Connections at most, whatever the descriptors: each has a window.
pub(super) const CONNECTIONS: usize = 1_024;

/// Connections there are in any case.
pub(super) const CONNECTIONS_LEAST: usize = 4;

/// Descriptors left for files: those that workers read, and what writes record, pages, tiles and checkpoints.
pub(super) const FILES_RESERVED: usize = 28;

/// How long a connection may say nothing at its beginning.
pub(super) const SILENCE: Duration = Duration::from_secs(10);

/// How long a connection that makes room may take to be closed.
pub(super) const ROOM_TIME: Duration = Duration::from_secs(1);

/// Answers under way in all besides one on each connection, from the question until its last byte has left: at a quarter of a megabyte
/// each 64 MiB, and as much again for each 256 connections; six times that where all are to full calls of `Record`.
pub(super) const SEATS: usize = 256;

/// Answers under way on one connection; the first has a seat of its own, so that those who read nothing keep nobody from being answered.
pub(super) const SEATS_PER_CONNECTION: usize = 8;

/// How long a caller may take to read an answer.
pub(super) const ANSWER_TIME: Duration = Duration::from_secs(30);

/// How much longer it is waited before the whole connection is closed: who takes anything on it is told instead.
pub(super) const UNREAD_GRACE: Duration = Duration::from_secs(5);

/// How often answers are looked for that nobody reads.
pub(super) const UNREAD_EVERY: Duration = Duration::from_secs(1);

/// Bytes of answers of one connection that were handed to HTTP/2 and have not left: more than a piece of each that may be under way,
/// so that one that is read is not held up by those that are not.
pub(super) const UNSENT_BYTES: usize = 128 * 1024;

/// Bytes of an answer that are handed over at a time.
pub(super) const PIECE_BYTES: usize = 8 * 1024;

/// Questions being answered at a time, each on a thread.
pub(super) const WORKERS: usize = 16;

/// Costly questions being answered at a time. Each may hold a state of the past, which takes the memory of a ledger.
pub(super) const COSTLY_WORKERS: usize = 2;

/// Costly questions that may wait for their turn.
pub(super) const COSTLY_WAITING: usize = 64;
