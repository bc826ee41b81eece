//! How answers look at the terminal, and the point they are asked at. Not here: any one question.

pub(crate) mod point;
pub(crate) mod show;
