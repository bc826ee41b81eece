//! How a question is asked and how its answer looks at the terminal: `ask` and `answer`, `point` in time, `list`, `text`.
//! Not here: any one question.

pub(crate) mod answer;
pub(crate) mod ask;
pub(crate) mod list;
pub(crate) mod point;
pub(crate) mod text;
