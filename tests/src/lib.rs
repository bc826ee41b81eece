//! What the tests share: text scenarios, generated histories and the simple model they are held against.
//! No test stands here, and nothing here is used outside the tests.

pub mod as_of;
pub mod check;
pub mod desk;
pub mod history;
pub mod loans;
pub mod model;
pub mod scenario;
