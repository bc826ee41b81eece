//! Where the record of a job is: the files of a directory or a stream, one of the two. Opening it is the job's business.

use ledger::hash::unhex;
use replay::record::log::nats_address;
use std::path::PathBuf;

use clap::Args;
use replay::engine::{DEFAULT_LEDGER, Home, Options};

/// Number of a ledger.
pub type Ledger = [u8; 16];

/// Where the record is.
#[derive(Args, Clone, Debug)]
pub struct Source {
    /// Directory of the ledger; its files are read
    #[arg(long, value_name = "DIR", required_unless_present = "nats", conflicts_with = "nats")]
    pub data: Option<PathBuf>,
    /// Read the stream of the NATS server at this address
    #[arg(long, value_name = "URL|@FILE", value_parser = nats_address)]
    pub nats: Option<String>,
    /// Name of the stream, if not the usual one
    #[arg(long, value_name = "NAME", conflicts_with = "data")]
    pub stream: Option<String>,
    /// Which ledger it must be: 16 characters, or 32 hexadecimal digits
    #[arg(long, value_name = "ID", value_parser = ledger_typed, default_value = "mingzhang-ledger")]
    pub ledger: Ledger,
}

impl Source {
    /// As the library takes it.
    #[must_use]
    pub fn options(&self) -> Options {
        let mut options = Options::file(self.data.clone().unwrap_or_default());
        if let Some(url) = &self.nats {
            options.home = Home::Nats { url: url.clone(), stream: self.stream.clone() };
        }
        options.ledger = self.ledger;
        options
    }
}

/// A ledger as it is typed.
pub fn ledger_typed(text: &str) -> Result<Ledger, String> {
    let bytes = if text.len() == 2 * DEFAULT_LEDGER.len() { unhex(text) } else { Some(text.as_bytes().to_vec()) };
    let bytes = bytes.and_then(|bytes| Ledger::try_from(bytes).ok());
    bytes.ok_or_else(|| "a ledger is named by 16 characters, or by 32 hexadecimal digits".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::hash::hex;

    #[test]
    fn ledgers_are_typed_as_text_or_digits() {
        assert_eq!(ledger_typed("mingzhang-ledger"), Ok(DEFAULT_LEDGER));
        assert_eq!(ledger_typed(&hex(&DEFAULT_LEDGER)), Ok(DEFAULT_LEDGER));
        assert!(ledger_typed("short").is_err());
        assert!(ledger_typed(&"g".repeat(32)).is_err());
    }
}
