//! Whether somebody writes the record of a server now: a writer answers when asked, so that nobody ends it by starting beside it.

use std::time::Duration;

use bytes::Bytes;

use super::broker::connect;
use super::nats::runtime;
use crate::record::error::LogError;

/// The subject on which a writer says that it lives.
pub const WRITER_SUBJECT: &str = "mingzhang.writer";

/// How long a writer may take to answer. One that hangs longer is taken for dead.
const ANSWER_TIME: Duration = Duration::from_secs(1);

/// Whether a writer answers at this server. Blocks: not for async tasks.
///
/// # Errors
/// The server cannot be reached.
pub fn is_written(url: &str) -> Result<bool, LogError> {
    let runtime = runtime()?;
    let answered = runtime.block_on(async {
        let client = connect(url).await?;
        let asked = client.request(WRITER_SUBJECT, Bytes::new());
        // Nobody there, or nobody in time.
        Ok(tokio::time::timeout(ANSWER_TIME, asked).await.is_ok_and(|answer| answer.is_ok()))
    });
    runtime.shutdown_background();
    answered
}
