//! Finds what is damaged in the stream and in its archive, and restores the one from the other, whichever proves itself.
//! Nothing is written to the record while it is damaged. Reading a sound record is `log`'s business.
