//! The record: frames in one order, kept in one home or two. Files alone, or a JetStream stream with a local
//! archive. What entries mean is decided elsewhere; here they are bytes. Nor does anything here know who submits them.

pub(crate) mod broker;
mod clock;
pub(crate) mod copied;
#[cfg(feature = "faults")]
pub mod faulty;
pub(crate) mod file;
mod file_scrub;
mod followed;
pub mod frame;
pub(crate) mod frames;
mod held;
mod homes;
mod living;
pub(crate) mod nats;
mod nats_options;
mod opening;
pub(crate) mod provision;
mod publish;
pub(crate) mod reader;
pub(crate) mod scrub;
pub(crate) mod segments;
pub(crate) mod settings;
pub(crate) mod single;
pub(crate) mod stream_info;
pub(crate) mod tip;

pub(crate) use broker::version as nats_version;
pub use clock::Clock;
pub(crate) use clock::ClockWatch;
pub use file::FileLog;
pub(crate) use file_scrub::{FileScrub, FileScrubbing};
pub use frame::{Frame, FrameError, Header};
pub use homes::Log;
pub(crate) use homes::LogHome;
pub use living::{WRITER_SUBJECT, is_written};
pub(crate) use nats::NatsLog;
pub use nats::read_stream;
pub use nats_options::{NatsOptions, USUAL_STREAM, logging_in, nats_address, without_login};
pub use opening::{LogOptions, Visit};
pub use provision::{ProvisionOptions, Provisioned, provision};
pub(crate) use publish::{Concluded, Pipeline};
pub use reader::{Reader, Torn};
pub use tip::Tip;
