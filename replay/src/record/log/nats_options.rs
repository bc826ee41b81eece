//! Where the stream of a record is. How it is opened, read and written is not known here.

use crate::files::small::{SMALL_BYTES, text_at_most};
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// Name of the stream where no other has the subject.
pub const USUAL_STREAM: &str = "MINGZHANG";

/// Where the stream is and where its archive.
#[derive(Clone, Debug)]
pub struct NatsOptions {
    /// `nats://host:port`.
    pub url: String,
    /// Name of the stream; without one it is the stream that has the subject, as repairing makes one of another name.
    pub stream: Option<String>,
    /// Its one subject.
    pub subject: String,
    /// Directory of the archive.
    pub archive: PathBuf,
}

impl NatsOptions {
    /// The usual names, the archive in `archive`.
    #[must_use]
    pub fn new(url: &str, archive: &Path) -> Self {
        Self {
            url: url.to_owned(),
            stream: None,
            subject: "mingzhang.record".to_owned(),
            archive: archive.to_path_buf(),
        }
    }
}

/// A server's address as it is typed: itself, or `@FILE` for a file with the address, so that a password in it is in no list of
/// processes.
///
/// # Errors
/// The file cannot be read, or holds more than one line.
pub fn nats_address(typed: &str) -> Result<String, String> {
    let Some(file) = typed.strip_prefix('@') else { return Ok(typed.to_owned()) };
    let text = text_at_most(Path::new(file), SMALL_BYTES).map_err(|error| format!("cannot read {file}: {error}"))?;
    match text.trim() {
        line if line.is_empty() || line.contains('\n') => Err(format!("{file} must hold one line, the address")),
        line => Ok(line.to_owned()),
    }
}

/// How a client logs in: by the login in the address, which the client library passes over by itself.
#[must_use]
pub fn logging_in(url: &str) -> async_nats::ConnectOptions {
    let address = url.split(',').next().and_then(|first| first.parse::<async_nats::ServerAddr>().ok());
    let login = address.and_then(|address| Some((address.username()?.to_owned(), address.password()?.to_owned())));
    let options = async_nats::ConnectOptions::new();
    match login {
        Some((user, password)) => options.user_and_password(user, password),
        None => options,
    }
}

/// An address without the login in it, for people to read.
#[must_use]
pub fn without_login(url: &str) -> Cow<'_, str> {
    // One address may name several servers.
    let shown = url.split(',').map(|server| {
        let (scheme, rest) = server.split_once("://").unwrap_or(("", server));
        let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
        if scheme.is_empty() { host.to_owned() } else { format!("{scheme}://{host}") }
    });
    if url.contains('@') { Cow::Owned(shown.collect::<Vec<_>>().join(",")) } else { Cow::Borrowed(url) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_never_shown() {
        assert_eq!(without_login("nats://u:p@w@h:1"), "nats://h:1");
        assert_eq!(without_login("u:p@h:1,nats://t@k"), "h:1,nats://k");
        assert_eq!(without_login("nats://127.0.0.1:4222"), "nats://127.0.0.1:4222");
    }

    #[test]
    fn an_address_comes_from_a_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("nats");
        let typed = format!("@{}", file.display());
        assert!(nats_address(&typed).unwrap_err().contains("cannot read"));
        std::fs::write(&file, "nats://u:p@h:1\n").unwrap();
        assert_eq!(nats_address(&typed).as_deref(), Ok("nats://u:p@h:1"));
        for wrong in ["", "a\nb"] {
            std::fs::write(&file, wrong).unwrap();
            assert!(nats_address(&typed).is_err(), "{wrong:?}");
        }
        assert_eq!(nats_address("nats://h").as_deref(), Ok("nats://h"));
    }
}
