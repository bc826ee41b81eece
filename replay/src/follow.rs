//! A ledger that only follows: it reads the stream of another one, folds it, answers questions, and compares its chain of
//! outcomes with every checkpoint the writer signs. It never writes to the stream.
