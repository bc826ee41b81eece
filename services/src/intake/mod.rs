//! How things are said to a ledger: admission, identities, and import of files.
//! Not here: asking, and the doors through which submissions come.

pub mod authority;
pub mod embedded;
pub mod founding;
pub mod identity;
pub mod identity_key;
pub mod import;
pub mod ingest;
pub mod receipts;
pub mod shipped_rates;
