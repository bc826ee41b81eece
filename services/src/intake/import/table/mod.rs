//! How a file is read, whatever it says: records of cells, the header, the closed lists of columns and kinds of file, cells in
//! their one spelling, rows with what is wrong in them. Not here: what a row means.

pub mod cell;
pub(crate) mod cells;
pub mod columns;
pub(crate) mod correction;
pub(crate) mod cut;
pub mod kinds;
pub mod layout;
pub mod marks;
pub(crate) mod office;
pub(crate) mod reading;
pub mod record;
pub mod row;
mod unnumbered;
mod wrong;
