//! A certificate authority of a ledger's own, in a folder: its certificate, that of the server, and one for each principal, with their
//! keys (P-256). Nothing that stands there is replaced, so that made again it is the same. Not here: what is bound of it on record.

use ledger::hash::{Hash, sha256};
use ledger::money::Day;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PublicKeyData, date_time_ymd,
};
use replay::files::secret::{SecretError, read_secret_text, write_secret};
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// Years the authority's own certificate is good.
const AUTHORITY_DAYS: i32 = 3_650;

/// Where a key begins in a file that holds a certificate too.
const KEY_BEGINS: &str = "-----BEGIN PRIVATE KEY-----";

/// Why a certificate was not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthorityError {
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
    /// It cannot be read, or others may read it.
    #[error("reading {0}")]
    Secret(#[from] SecretError),
    /// It holds no key, as of a run that was cut short.
    #[error("{} holds no key; move it away and run this again", .0.display())]
    NoKey(PathBuf),
    /// A certificate could not be made.
    #[error("making a certificate: {0}")]
    Certificate(#[from] rcgen::Error),
}

/// Makes certificates in a folder.
pub struct Authority {
    dir: PathBuf,
    issuer: Issuer<'static, KeyPair>,
    today: Day,
}

impl Authority {
    /// The authority of a folder; made if there is none.
    ///
    /// # Errors
    /// The folder or a file in it cannot be written, or a key in it is none.
    pub fn open(dir: &Path, today: Day) -> Result<Self, AuthorityError> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
        made.map_err(|source| AuthorityError::Io { doing: "creating", path: dir.to_owned(), source })?;
        let file = dir.join("ca.key");
        let key = if file.exists() {
            key_of(&file)?
        } else {
            let key = KeyPair::generate()?;
            write(&file, &key.serialize_pem())?;
            key
        };
        let params = authority(today);
        let certificate = dir.join("ca.pem");
        if !certificate.exists() {
            write(&certificate, &params.self_signed(&key)?.pem())?;
        }
        Ok(Self { dir: dir.to_owned(), issuer: Issuer::new(params, key), today })
    }

    /// The server's certificate in `server.pem`, for these names and addresses, and its key in `server.key`.
    ///
    /// # Errors
    /// A file cannot be written, or a name is none.
    pub fn server(&self, hosts: &[String], until: Day) -> Result<(), AuthorityError> {
        let (file, certificate) = (self.dir.join("server.key"), self.dir.join("server.pem"));
        if certificate.exists() {
            return Ok(());
        }
        let key = if file.exists() { key_of(&file)? } else { KeyPair::generate()? };
        let mut params = CertificateParams::new(hosts.to_vec())?;
        self.end_entity(&mut params, hosts.first().map_or("mingzhang", String::as_str), until);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let signed = params.signed_by(&key, &self.issuer)?;
        // The key first: a certificate that stands says that its key does.
        if !file.exists() {
            write(&file, &key.serialize_pem())?;
        }
        write(&certificate, &signed.pem())
    }

    /// The file in which a principal has his certificate and key.
    #[must_use]
    pub fn file_of(&self, holder: &str) -> PathBuf {
        // A unit has no hyphen, so no two names are one file.
        self.dir.join(format!("{}.pem", holder.replacen('/', "-", 1)))
    }

    /// A principal's certificate with its key in one file; the fingerprint by which he is known, that of the key.
    ///
    /// # Errors
    /// The file cannot be written, or what stands there holds no key.
    pub fn client(&self, holder: &str, until: Day) -> Result<Hash, AuthorityError> {
        let file = self.file_of(holder);
        if file.exists() {
            return Ok(fingerprint(&key_of(&file)?));
        }
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::default();
        self.end_entity(&mut params, holder, until);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let signed = params.signed_by(&key, &self.issuer)?;
        write(&file, &format!("{}{}", signed.pem(), key.serialize_pem()))?;
        Ok(fingerprint(&key))
    }

    fn end_entity(&self, params: &mut CertificateParams, name: &str, until: Day) {
        params.distinguished_name = named(name);
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        good(params, self.today, until);
    }
}

fn authority(today: Day) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = named("mingzhang ledger authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    good(&mut params, today, today.plus(AUTHORITY_DAYS));
    params
}

fn named(name: &str) -> DistinguishedName {
    let mut names = DistinguishedName::new();
    names.push(DnType::CommonName, name);
    names
}

/// From the day before, as clocks differ, through the last day.
fn good(params: &mut CertificateParams, from: Day, until: Day) {
    let moment = |day: Day| {
        let number = day.yyyymmdd();
        let part = |number: u32| u8::try_from(number % 100).unwrap_or(1);
        date_time_ymd(i32::from(day.year()), part(number / 100), part(number))
    };
    (params.not_before, params.not_after) = (moment(from.plus(-1)), moment(until.plus(1)));
}

/// SHA-256 of the key's SubjectPublicKeyInfo.
fn fingerprint(key: &KeyPair) -> Hash {
    sha256([&key.subject_public_key_info()[..]])
}

/// The key in a file that nobody else may read.
fn key_of(path: &Path) -> Result<KeyPair, AuthorityError> {
    let text = read_secret_text(path)?;
    let key = text.find(KEY_BEGINS).and_then(|at| KeyPair::from_pem(text.get(at..)?).ok());
    key.ok_or_else(|| AuthorityError::NoKey(path.to_owned()))
}

/// Writes a file that only its owner may read. Replaces nothing.
fn write(path: &Path, text: &str) -> Result<(), AuthorityError> {
    let io = |source| AuthorityError::Io { doing: "creating", path: path.to_owned(), source };
    write_secret(path, text.as_bytes()).map_err(io)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    const TODAY: (i16, i8, i8) = (2026, 1, 1);

    fn today() -> Day {
        Day::new(TODAY.0, TODAY.1, TODAY.2).expect("a day")
    }

    #[test]
    fn made_again_everything_is_as_it_was_and_nobody_else_may_read_it() {
        let dir = tempfile::tempdir().expect("a folder");
        let dir = dir.path().join("keys");
        let until = today().plus(365);
        let make = || {
            let authority = Authority::open(&dir, today()).expect("an authority");
            authority.server(&["localhost".to_owned(), "127.0.0.1".to_owned()], until).expect("a server");
            ["61CZ/s1", "61CZ/s-1"].map(|holder| authority.client(holder, until).expect("a client"))
        };
        let first = make();
        assert_ne!(first[0], first[1]);
        let all = || {
            let mut all: Vec<_> = fs::read_dir(&dir)
                .expect("the folder")
                .map(|file| {
                    let path = file.expect("a file").path();
                    assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
                    (path.clone(), fs::read_to_string(path).expect("text"))
                })
                .collect();
            all.sort();
            all
        };
        let files = all();
        assert_eq!(files.len(), 6);
        assert_eq!((make(), all()), (first, files));
        assert_eq!(fs::metadata(&dir).expect("the folder").permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn what_others_may_read_or_was_cut_short_is_not_taken() {
        let dir = tempfile::tempdir().expect("a folder");
        let authority = Authority::open(dir.path(), today()).expect("an authority");
        fs::write(authority.file_of("61CZ/s1"), "-----BEGIN PRIVATE KEY-----").expect("written");
        let client = || authority.client("61CZ/s1", today()).expect_err("no key");
        assert!(matches!(client(), AuthorityError::Secret(SecretError::Open(_))));
        fs::set_permissions(authority.file_of("61CZ/s1"), fs::Permissions::from_mode(0o600)).expect("a mode");
        assert!(matches!(client(), AuthorityError::NoKey(_)));
    }
}
