//! An authority of the test's own, and the files that clients and servers are given. Knows nothing of the ledger.

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SerialNumber,
    date_time_ymd,
};
use replay::files::secret::write_secret;
use std::path::{Path, PathBuf};

/// What is signed with its key.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate with its key.
pub struct Certified {
    pub pem: String,
    pub key: KeyPair,
}

/// For what a certificate may be used.
pub const CLIENT: ExtendedKeyUsagePurpose = ExtendedKeyUsagePurpose::ClientAuth;
pub const SERVER: ExtendedKeyUsagePurpose = ExtendedKeyUsagePurpose::ServerAuth;

impl Authority {
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("signed"))
    }

    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate of this serial number for such use, good in these years.
    pub fn certified(&self, serial: u8, usage: ExtendedKeyUsagePurpose, (from, until): (i32, i32)) -> Certified {
        let mut params = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()]).expect("names");
        params.serial_number = Some(SerialNumber::from_slice(&[serial]));
        params.extended_key_usages = vec![usage];
        (params.not_before, params.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(until, 1, 1));
        let key = KeyPair::generate().expect("a key");
        Certified { pem: params.signed_by(&key, &self.0).expect("signed").pem(), key }
    }

    /// Its list of what it revoked.
    pub fn revoked(&self, serials: &[u8]) -> String {
        let revoked = |serial: &u8| RevokedCertParams {
            serial_number: SerialNumber::from_slice(&[*serial]),
            revocation_time: date_time_ymd(2021, 1, 1),
            reason_code: None,
            invalidity_date: None,
        };
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(2021, 1, 1),
            next_update: date_time_ymd(2098, 1, 1),
            crl_number: SerialNumber::from_slice(&[1]),
            issuing_distribution_point: None,
            revoked_certs: serials.iter().map(revoked).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        list.signed_by(&self.0).expect("signed").pem().expect("PEM")
    }
}

impl Certified {
    /// Both in one file, as `--me` wants it.
    pub fn file(&self, path: PathBuf) -> PathBuf {
        let _ = std::fs::remove_file(&path);
        write_secret(&path, format!("{}{}", self.pem, self.key.serialize_pem()).as_bytes()).expect("written");
        path
    }

    /// Certificate and key as the server reads them, in the place of those before.
    pub fn files(&self, dir: &Path) -> (PathBuf, PathBuf) {
        let (cert, key) = (dir.join("server.pem"), dir.join("server.key"));
        std::fs::write(&cert, &self.pem).expect("written");
        let _ = std::fs::remove_file(&key);
        write_secret(&key, self.key.serialize_pem().as_bytes()).expect("written");
        (cert, key)
    }
}
