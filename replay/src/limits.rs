//! Every limit of the record and of what is derived from it, with its reason. Limits of calls belong to the services.

/// One entry. It fits the 16-bit length of the tiled-log format.
pub const MAX_ENTRY_BYTES: usize = 65_535;

/// What an entry holds besides principal and content: tags, lengths and the recorded time, rounded up.
pub const ENTRY_OVERHEAD_BYTES: usize = 64;

/// One frame, header and trailer included. JetStream with a sync per message is fastest at 64-256 KiB.
pub const MAX_FRAME_BYTES: usize = 256 * 1024;

/// What a stream message may be larger than its frame: subject and headers count against `max_msg_size`.
pub const MESSAGE_OVERHEAD_BYTES: usize = 4 * 1024;

/// Frames in flight towards JetStream. More only queue (measured: 1 to 4 give all there is).
pub const NATS_FRAMES_IN_FLIGHT: usize = 4;

/// What must wait for a frame to leave while others are under way. Below it, waiting for the frame under way
/// and sharing one sync is faster for everybody.
pub const COMPANION_BYTES: usize = 32 * 1024;

/// Places behind an opening frame that frames of the fenced writer may still take. It had at most
/// [`NATS_FRAMES_IN_FLIGHT`] under way, the first of them at the opening frame's own place.
pub const FENCE_FRAMES: u64 = NATS_FRAMES_IN_FLIGHT as u64;

/// Frames in flight towards files: one being synced, one being built or waiting.
pub const FILE_FRAMES_IN_FLIGHT: usize = 2;

/// A segment file is closed at this size: small enough to copy, large enough to be few.
pub const SEGMENT_BYTES: u64 = 256 * 1024 * 1024;

/// Bytes of submissions waiting for a frame before callers are told to come back.
pub const QUEUE_BYTES: usize = 64 * 1024 * 1024;

/// How far the clock may lie behind the last frame, or stray from the monotonic clock.
pub const CLOCK_TOLERANCE_MS: i64 = 60_000;

/// How long one publish may stay without an answer before its fate counts as unknown.
pub const PUBLISH_TIMEOUT_MS: u64 = 5_000;

/// The longest pause between two attempts to reach the broker.
pub const RETRY_PAUSE_MAX_MS: u64 = 1_000;

/// The shortest pause between two attempts; doubled up to [`RETRY_PAUSE_MAX_MS`].
pub const RETRY_PAUSE_MIN_MS: u64 = 5;

/// How long a dead broker is tried while opening or stopping; while writing there is no end.
pub const PATIENCE_MS: u64 = 4_000;

/// How long an opening writer chases the frames of a busy one before it gives up.
pub const TAKE_OVER_MS: u64 = 10_000;

/// How long a question to the broker may stay without an answer.
pub const REQUEST_TIMEOUT_MS: u64 = 2_000;

/// How long after signing failed it is tried again.
pub const SIGN_AGAIN_MS: u64 = 2_000;

/// Leaves that wait in memory while the tree cannot be written: 32 MiB.
pub const LEAVES_BEHIND: usize = 1 << 20;

/// How long a ledger may take to end once nobody is served any more.
pub const STOP_MS: u64 = 20_000;

/// How long disk or broker may owe an answer before recording is said to be held up.
pub const HELD_UP_MS: u64 = 3_000;

/// The stream's settings and tail are checked again this often while writing.
pub const RECHECK_MS: u64 = 2_000;

/// How long a follower waits before it asks an idle stream again: its answers may be that much older.
pub const FOLLOW_EVERY_MS: u64 = 50;

/// Ends of frames at which a follower remembers what was posted in each book, to hold it against a checkpoint of that size
/// that comes later. At full speed the writer makes some thousand frames between two checkpoints; 136 bytes each.
pub const FOLLOW_MARKS: usize = 32_768;

/// Frames of stream and archive that are compared at once while serving: at 256 KiB each some 8 MiB in all.
pub const SCRUB_FRAMES: u64 = 16;

/// How many times as long as comparing took is rested before the next frames: at most a tenth of one core is spent.
pub const SCRUB_REST: u32 = 9;

/// The least rest between two comparisons.
pub const SCRUB_REST_MIN_MS: u64 = 20;

/// The longest rest between two comparisons: waiting for a slow server is no work to rest from.
pub const SCRUB_REST_MAX_MS: u64 = 1_000;

/// How long after the whole stream was compared it is compared again; at once after the server was away.
pub const SCRUB_AGAIN_MS: u64 = 600_000;

/// How long a frame may be written and not yet counted: a file that changed is looked at again after it.
pub const SCRUB_WRITE_MS: u64 = 200;

/// How long a message may be unreadable, while the server answers other questions, before it counts as damaged.
pub const SCRUB_PATIENCE_MS: u64 = 10_000;

/// Messages of a stream that repairing holds at once: at 256 KiB each some 16 MiB.
pub const REPAIR_AHEAD: u64 = 64;

/// How often repairing publishes the same frames before it gives up; running it again goes on.
pub const REPAIR_ATTEMPTS: u32 = 5;

/// Messages asked for ahead when frames are read back from the stream.
pub const CATCH_UP_AHEAD: usize = 16;

/// The oldest nats-server whose file store keeps what it acknowledged in our tests.
pub const NATS_VERSION_MIN: (u64, u64, u64) = (2, 14, 6);

/// How much of the record the stream may hold unless told otherwise.
pub const STREAM_BYTES: i64 = 8 * 1024 * 1024 * 1024;

/// Entries after which pages are kept: enough that a write is worth it, few enough that encoding them holds nobody up.
pub const PAGES_EVERY: u64 = 65_536;

/// States of the past that are kept or being folded at a time: each takes the memory of the ledger itself, and comparing
/// takes two.
pub const PASTS_KEPT: usize = 2;

/// Entries a rebuild may be behind when it holds the fold to catch up: some hundredths of a second.
pub const REBUILD_BEHIND: u64 = 4_096;

/// How often a rebuild runs after the fold before it holds it whatever is left: each time less is, as it is faster.
pub const REBUILD_ROUNDS: u32 = 8;

/// Postings of an account that are read to say which count at one of two points alone: a page of busy accounts is still
/// answered within seconds.
pub const BETWEEN_POSTINGS: usize = 100_000;

/// Entries between two points that are read to say which of them name an entity: a fraction of a second.
pub const BETWEEN_ENTRIES: u64 = 50_000;

/// Entries after which a checkpoint is signed while many are recorded: at full speed more than one a second. Each costs half
/// a dozen syncs of a disk that the record needs.
pub const SIGN_EVERY: u64 = 262_144;

/// How long something recorded may stay without a checkpoint over it.
pub const SIGN_AFTER_MS: u64 = 10_000;

/// The last checkpoints that are kept whatever their size.
pub const CHECKPOINTS_LAST: usize = 16;

/// Witnesses whose signatures a ledger takes: with its own, a note has far fewer than any reader takes.
pub const WITNESSES_MOST: usize = 32;

/// Bytes of a note that a witness sends: one with the signatures of all, and as much again.
pub const COSIGNED_NOTE_BYTES: usize = 16 * 1024;

/// How long no balances are signed because of closings after they were: closings come in crowds, and each root is a file that stays.
pub const CLOSINGS_REST_MS: u64 = 60_000;

/// Signing balances because of closings rests so many times as long as it took, so that it takes little of a core.
pub const CLOSINGS_SHARE: u32 = 20;

/// Of older checkpoints one is kept for so many entries.
pub const CHECKPOINTS_EVERY: u64 = 1_048_576;

/// Folded frames that may wait for the tree; each has some hundred hashes.
pub const FRAMES_TO_SIGN: usize = 256;

/// Entries pages may lag behind the fold; beyond, the writer slows down.
pub const PAGES_LAG_MAX: u64 = 1_000_000;
