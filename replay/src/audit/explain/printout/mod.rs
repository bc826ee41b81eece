//! An explanation as it is printed for people: plain words and figures with the names they need. It is made from the record
//! alone or from a service's answer, and shown the same way. Nothing is looked up here.

mod contents;
mod text_and_json;

pub use contents::{
    PrintedFact, PrintedField, PrintedFigures, PrintedFinding, PrintedMovement, PrintedReason, PrintedSide, Printout,
};
pub use text_and_json::moment;
