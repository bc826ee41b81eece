//! The settling thread: owns the log's home, makes frames durable in order and reports their items. When it
//! ends with an error it reports every item that still waits, so that nobody waits for ever.

use std::sync::Arc;

use tokio::sync::mpsc::UnboundedReceiver;

use super::build::Message;
use super::{Item, Outcome, Shared};
use crate::error::LogError;
use crate::log::{FileLog, Home};

pub(super) type Sink<T> = Box<dyn FnMut(Outcome<T>) + Send>;

pub(super) struct Settler<T> {
    shared: Arc<Shared<T>>,
    home: Home,
    frames: UnboundedReceiver<Message<T>>,
    sink: Sink<T>,
}

impl<T> Settler<T> {
    pub(super) fn new(
        shared: Arc<Shared<T>>,
        home: Home,
        frames: UnboundedReceiver<Message<T>>,
        sink: Sink<T>,
    ) -> Self {
        Self { shared, home, frames, sink }
    }

    pub(super) fn run(self) {
        let Self { shared, home, mut frames, sink } = self;
        let mut report = Report { shared, sink };
        match home {
            Home::File(file) => settle_files(file, &mut frames, &mut report),
        }
        report.close(frames);
    }
}

fn settle_files<T>(mut file: FileLog, frames: &mut UnboundedReceiver<Message<T>>, report: &mut Report<T>) {
    while let Some(message) = frames.blocking_recv() {
        match message {
            Message::Failed(error, items) => return report.end(error, false, items),
            Message::Frame(frame, settled) => match file.append(&frame) {
                Ok(()) => report.settled(settled),
                Err(error) => return report.end(Arc::new(error), true, settled.items),
            },
        }
    }
}

/// Tells the callers what became of their items.
struct Report<T> {
    shared: Arc<Shared<T>>,
    sink: Sink<T>,
}

impl<T> Report<T> {
    fn settled(&mut self, settled: super::Settled<T>) {
        // Room for the next frame is made before the fold runs, so that building overlaps it.
        self.shared.state.lock().in_flight -= 1;
        self.shared.wake.notify_one();
        (self.sink)(Outcome::Settled(settled));
    }

    fn end(&mut self, error: Arc<LogError>, maybe_recorded: bool, items: Vec<Item<T>>) {
        tracing::error!(%error, "the writer ends");
        self.shared.end(Arc::clone(&error));
        if !items.is_empty() {
            (self.sink)(Outcome::Ended { error, maybe_recorded, items });
        }
    }

    /// Reports what was built or queued behind the end.
    fn close(mut self, mut frames: UnboundedReceiver<Message<T>>) {
        let Some(error) = self.shared.state.lock().ended.clone() else { return };
        while let Some(message) = frames.blocking_recv() {
            let items = match message {
                Message::Frame(_, settled) => settled.items,
                Message::Failed(_, items) => items,
            };
            (self.sink)(Outcome::Ended { error: Arc::clone(&error), maybe_recorded: false, items });
        }
        let waiting = std::mem::take(&mut self.shared.state.lock().waiting);
        for items in waiting {
            (self.sink)(Outcome::Ended { error: Arc::clone(&error), maybe_recorded: false, items });
        }
    }
}
