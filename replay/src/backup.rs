//! Copies of a ledger taken while it runs, and their way back: the record, checkpoints, public keys. A copy that comes
//! back proves itself by its last checkpoint before it is served. Mending a damaged record is `repair`'s business.
