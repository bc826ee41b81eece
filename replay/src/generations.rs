//! Generations of the pages: which directory is in use, and how a rebuilt one takes its place. What pages hold stands in
//! `store`, when they are kept in `pages`.
