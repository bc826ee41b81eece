//! `replay what-if`: the same record under another policy, or without some entries. What is compared is in the library's
//! `what_if`; how it is shown in `text_and_json`.

mod command;
mod text_and_json;

pub use command::{WhatIfArgs, run};
