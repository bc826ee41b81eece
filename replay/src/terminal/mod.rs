//! What people see at a terminal: tables, progress, and printing. Not here: any one answer, and what is shown as JSON.

pub mod printed;
pub mod progress;
pub mod shown_text;
pub mod text_table;
