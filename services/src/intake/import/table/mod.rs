//! How a file is read, whatever it says: records of cells, the header, the closed lists of columns and kinds of file, texts
//! of cells, rows with what is wrong in them. Not here: what a row means.

pub mod columns;
pub mod kinds;
pub mod layout;
pub(crate) mod reading;
pub mod record;
pub mod row;
pub mod text;
