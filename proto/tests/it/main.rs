//! How events and answers are written down, and what is refused before it becomes an event.
//! Not here: what an event means.

mod admission;
mod keys;
mod texts;
mod wire;
