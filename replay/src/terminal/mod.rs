//! What people see at a terminal: tables, progress, printing, and the log. Not here: any one answer, and what is shown as JSON.

pub mod printed;
pub mod progress;
pub mod shown_text;
pub mod sparing_log;
pub mod text_table;
