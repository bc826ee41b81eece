//! How a question is asked and how its answer looks at the terminal: `ask` and `answer`, in `pages`, `point` in time, `office` of a number, `list`, `text`.
//! Not here: any one question.

pub(crate) mod answer;
pub(crate) mod ask;
pub(crate) mod list;
pub(crate) mod office;
pub(crate) mod pages;
pub(crate) mod point;
pub(crate) mod text;
