//! Files with the key of identities: made here, read with care, and the announcement of a key by its fingerprint. Whether a key
//! is the ledger's is asked by whoever imports.

use super::identity::Identity;
use ledger::event::{Event, IdentityKeyAnnounced, Kind};
use ledger::money::Day;
use replay::files::secret::{SecretError, read_secret, write_secret};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Bytes of a new key.
const NEW_BYTES: usize = 32;

/// Bytes a key may have: no fewer than a new one, no more than anybody writes by hand or keeps in a card.
const LEAST_BYTES: usize = NEW_BYTES;
const MOST_BYTES: usize = 4_096;

/// Different bytes a key has at least. Of 32 bytes drawn by chance some thirty differ, and fewer than sixteen never do.
const LEAST_DIFFERENT: usize = 16;

/// Why a file with a key was not made or not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityKeyError {
    /// The file system refused.
    #[error("{doing} {}: {source}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It cannot be read, or is no secret as others may read it.
    #[error("reading {0}")]
    Secret(#[from] SecretError),
    /// It is no key.
    #[error("{} is no key of identities: {why}; make one with `mingzhang identity-key FILE`", path.display())]
    Bad {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
}

/// Makes a new key by chance and writes it to a file that only its owner may read. Replaces nothing.
///
/// # Errors
/// The file exists or cannot be written.
pub fn write(path: &Path) -> Result<Identity, IdentityKeyError> {
    let mut key = [0; NEW_BYTES];
    // One in fifty keys could be read as text of some office's encoding; such a one is drawn again.
    while fault(&key).is_some() {
        let drawn = File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut key));
        drawn.map_err(|source| IdentityKeyError::Io { doing: "drawing a key for", path: path.to_owned(), source })?;
    }
    let fail = |source| IdentityKeyError::Io { doing: "creating", path: path.to_owned(), source };
    write_secret(path, &key).map_err(fail)?;
    Ok(Identity::new(&key))
}

/// Reads a key.
///
/// # Errors
/// It is not there, others may read it, or it is no key: too short, too long, text, or all the same.
pub fn read(path: &Path) -> Result<Identity, IdentityKeyError> {
    let key = read_secret(path)?;
    match fault(&key) {
        Some(why) => Err(IdentityKeyError::Bad { path: path.to_owned(), why }),
        None => Ok(Identity::new(&key)),
    }
}

/// What is wrong with a key.
fn fault(key: &[u8]) -> Option<&'static str> {
    if key.len() < LEAST_BYTES {
        return Some("it has fewer than 32 bytes");
    }
    if key.len() > MOST_BYTES {
        return Some("it has more than 4,096 bytes");
    }
    if is_text(key) {
        return Some("it is text");
    }
    // A key that went through an editor or a mailbox: taken once, it would shut out the true one for good.
    if [&b"\n"[..], b"\r\n"].iter().any(|end| key.len() == NEW_BYTES + end.len() && key.ends_with(end)) {
        return Some("a line break was added to its 32 bytes");
    }
    let mut met = [false; 256];
    key.iter().for_each(|byte| met[usize::from(*byte)] = true);
    let different = met.iter().filter(|met| **met).count();
    (different < LEAST_DIFFERENT).then_some("too few of its bytes differ")
}

/// Text in any encoding offices use: no control characters but those that part cells and lines, or the mark of UTF-16.
fn is_text(bytes: &[u8]) -> bool {
    let control = |byte: &u8| (*byte < b' ' && !b"\t\r\n".contains(byte)) || *byte == 0x7f;
    !bytes.iter().any(control) || bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff])
}

/// A key put on record by its fingerprint. It counts from the first day there is, so that saying it twice is saying it once.
#[must_use]
pub fn announcement(identity: &Identity, document: &str) -> Event {
    let fingerprint = identity.fingerprint();
    let kind = Kind::IdentityKeyAnnounced(IdentityKeyAnnounced { fingerprint, document: document.to_owned() });
    let effective = Day::new(1900, 1, 1).unwrap_or_default();
    Event::said(effective, kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, OpenOptions};
    use std::os::unix::fs::PermissionsExt;

    fn put(bytes: &[u8], mode: u32) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("office.key");
        fs::write(&path, bytes).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("a mode");
        (dir, path)
    }

    fn why(bytes: &[u8]) -> String {
        let (_dir, path) = put(bytes, 0o600);
        read(&path).expect_err("no key").to_string()
    }

    #[test]
    fn a_key_is_made_once_for_its_owner_and_read_again() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("office.key");
        let made = write(&path).expect("made");
        assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read(&path).expect("bytes").len(), NEW_BYTES);
        assert_eq!(read(&path).expect("read").fingerprint(), made.fingerprint());
        let again = write(&path).expect_err("nothing is replaced").to_string();
        assert!(again.contains("creating"), "{again}");
        assert_eq!(read(&path).expect("as it was").fingerprint(), made.fingerprint());
        let other = write(&dir.path().join("other.key")).expect("made");
        assert_ne!(other.fingerprint(), made.fingerprint());
    }

    #[test]
    fn every_key_made_can_be_read() {
        let dir = tempfile::tempdir().expect("a directory");
        for number in 0..300 {
            let path = dir.path().join(number.to_string());
            write(&path).expect("made");
            read(&path).expect("read");
        }
    }

    #[test]
    fn what_others_may_read_is_no_secret() {
        let key: Vec<u8> = (0..32).collect();
        for mode in [0o604, 0o640, 0o660, 0o666, 0o601, 0o644] {
            let (_dir, path) = put(&key, mode);
            assert!(matches!(read(&path), Err(IdentityKeyError::Secret(SecretError::Open(_)))), "{mode:o}");
        }
        for mode in [0o600, 0o400] {
            let (_dir, path) = put(&key, mode);
            assert!(read(&path).is_ok(), "{mode:o}");
        }
    }

    #[test]
    fn what_is_no_key_is_not_taken_for_one() {
        let random: Vec<u8> = (0..=255).cycle().take(MOST_BYTES + 1).collect();
        assert!(why(&random[..31]).contains("fewer than 32"));
        assert!(why(&random).contains("more than 4,096"));
        assert!(why(&[0; 32]).contains("differ"));
        assert!(why(&[&random[..32], b"\n"].concat()).contains("line break"));
        assert!(why(&[&random[..32], b"\r\n"].concat()).contains("line break"));
        assert!(why("身份证号,户籍区划代码,学校编号\n".as_bytes()).contains("text"));
        // The same header as spreadsheets write it: in GBK, and in UTF-16.
        assert!(
            why(&[&[0xc9, 0xed, 0xb7, 0xdd, 0xd6, 0xa4, 0xba, 0xc5, b','].repeat(4)[..], b"\r\n"].concat())
                .contains("text")
        );
        let wide: Vec<u8> = "id_number,school_number".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(why(&[&[0xff, 0xfe][..], &wide].concat()).contains("text"));
        assert!(why(&b"0f".repeat(32)).contains("text"));
        let (_dir, path) = put(&random[..MOST_BYTES], 0o600);
        assert!(read(&path).is_ok());
    }

    #[test]
    fn what_has_no_end_is_not_read() {
        for path in ["/dev/zero", "/dev/urandom", "/"] {
            assert!(read(Path::new(path)).is_err(), "{path}");
        }
        // A file of a terabyte that takes no room.
        let (_dir, path) = put(b"", 0o600);
        OpenOptions::new().write(true).open(&path).and_then(|file| file.set_len(1 << 40)).expect("a long file");
        assert!(read(&path).expect_err("no key").to_string().contains("more than 65536"));
    }

    #[test]
    fn a_fingerprint_is_the_published_one() {
        // HMAC-SHA256(key = 00 01 .. 1f, "mingzhang identity key"), computed with Python's hmac.
        let key: Vec<u8> = (0..32).collect();
        let fingerprint = ledger::hash::hex(&Identity::new(&key).fingerprint());
        assert_eq!(fingerprint, "425bd75b3393df745fe66981a4262531a41f5ec608079666b16874ff8304db58");
        let (one, again) = (announcement(&Identity::new(&key), "甲"), announcement(&Identity::new(&key), "甲"));
        assert_eq!(one, again);
    }
}
