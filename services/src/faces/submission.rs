//! Calls that their callers signed, for transports that are believed nothing, as NATS: who said it rests on the signature, not on the broker.
//! Headers carry key, time and signature; what is signed names ledger, subject and payload, so it fits no other, and counts once.
//!
//! The bytes signed are five lines: `mingzhang submit`, the ledger's id in hexadecimal digits, the subject, the time in milliseconds since
//! 1970, SHA-256 of the payload in hexadecimal digits; each ends with a line feed. Ed25519 (RFC 8032); keys and signatures in base64.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use ledger::hash::{Hash, hex, sha256};
use parking_lot::Mutex;
use std::collections::HashMap;

/// Header with the signer's public key.
pub const KEY_HEADER: &str = "Mingzhang-Key";
/// Header with the time of signing.
pub const TIME_HEADER: &str = "Mingzhang-Time";
/// Header with the signature.
pub const SIGNATURE_HEADER: &str = "Mingzhang-Signature";

/// How far the caller's clock may be from ours, and how long a signature is good.
const GOOD_MS: i64 = 120_000;

/// What stands before the key in the DER SubjectPublicKeyInfo of an Ed25519 key (RFC 8410).
const SPKI_HEAD: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// Why a signed call is not taken.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SubmissionFault {
    /// Some of the headers are there, and not all, or one is there twice.
    #[error("a signed call has each of {KEY_HEADER}, {TIME_HEADER} and {SIGNATURE_HEADER} once")]
    Headers,
    /// One of them cannot be read.
    #[error("{0} cannot be read; keys and signatures are in base64, times in milliseconds since 1970")]
    Unreadable(&'static str),
    /// Signed too long ago, or ahead of our clock, or before this server began.
    #[error("it was signed {0} milliseconds from now, by our clock; sign it anew, or set the clock right")]
    Time(i64),
    /// The signature is none of these bytes by this key.
    #[error("the signature is not of this ledger, subject and payload by this key")]
    Signature,
    /// The key is nobody's, or not good any more.
    #[error("the key is bound to nobody, or is not good any more")]
    Unknown,
    /// It was taken before.
    #[error("this very signature was taken before; sign the call anew")]
    Replayed,
}

/// What of a call's headers tells who signed it.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// Each header's values.
    pub key: &'a [&'a str],
    /// The same of the time.
    pub time: &'a [&'a str],
    /// The same of the signature.
    pub signature: &'a [&'a str],
}

/// Signatures taken, as long as they could be used again.
#[derive(Debug)]
pub struct Submissions {
    ledger: [u8; 16],
    began_ms: i64,
    taken: Mutex<HashMap<[u8; 16], i64>>,
}

impl Submissions {
    /// For a ledger, from now on.
    #[must_use]
    pub fn new(ledger: [u8; 16], now_ms: i64) -> Self {
        Self { ledger, began_ms: now_ms, taken: Mutex::default() }
    }

    /// Whoever signed this, as `known` knows him by the fingerprint of his key; none if nobody did.
    ///
    /// # Errors
    /// It is not good, of nobody who is known, or was taken before.
    pub fn signer<S>(
        &self,
        signed: Signed<'_>,
        (subject, payload): (&str, &[u8]),
        now_ms: i64,
        known: impl FnOnce(&Hash) -> Option<S>,
    ) -> Result<Option<S>, SubmissionFault> {
        let (key, time, signature) = match (signed.key, signed.time, signed.signature) {
            ([], [], []) => return Ok(None),
            ([key], [time], [signature]) => (*key, *time, *signature),
            _ => return Err(SubmissionFault::Headers),
        };
        let key: [u8; 32] = bytes(key).ok_or(SubmissionFault::Unreadable(KEY_HEADER))?;
        let signature: [u8; 64] = bytes(signature).ok_or(SubmissionFault::Unreadable(SIGNATURE_HEADER))?;
        let time: i64 = time.parse().map_err(|_| SubmissionFault::Unreadable(TIME_HEADER))?;
        let apart = now_ms.saturating_sub(time);
        if apart.saturating_abs() > GOOD_MS || time < self.began_ms {
            return Err(SubmissionFault::Time(apart));
        }
        let text = text(self.ledger, subject, time, payload);
        let of = VerifyingKey::from_bytes(&key).map_err(|_| SubmissionFault::Unreadable(KEY_HEADER))?;
        let fits = of.verify_strict(text.as_bytes(), &Signature::from_bytes(&signature));
        fits.map_err(|_| SubmissionFault::Signature)?;
        // Only signatures of those who are known are remembered, so that strangers take no memory.
        let signer = known(&fingerprint(&key)).ok_or(SubmissionFault::Unknown)?;
        self.take(&signature, time, now_ms)?;
        Ok(Some(signer))
    }

    /// A signature is taken once; those that are too old to be good are forgotten.
    fn take(&self, signature: &[u8; 64], time: i64, now_ms: i64) -> Result<(), SubmissionFault> {
        let mut half = [0; 16];
        half.copy_from_slice(&sha256([signature])[..16]);
        let mut taken = self.taken.lock();
        if taken.len() == taken.capacity() {
            taken.retain(|_, time| now_ms.saturating_sub(*time) <= GOOD_MS);
        }
        match taken.insert(half, time) {
            None => Ok(()),
            Some(_) => Err(SubmissionFault::Replayed),
        }
    }
}

/// The values of the headers by which a call is signed: key, time, signature.
#[must_use]
pub fn sign(key: &SigningKey, ledger: [u8; 16], subject: &str, payload: &[u8], now_ms: i64) -> [String; 3] {
    let signature = key.sign(text(ledger, subject, now_ms, payload).as_bytes());
    let encode = |bytes: &[u8]| BASE64_STANDARD.encode(bytes);
    [encode(key.verifying_key().as_bytes()), now_ms.to_string(), encode(&signature.to_bytes())]
}

/// What a key is known by, alone or in a certificate: SHA-256 of its SubjectPublicKeyInfo.
#[must_use]
pub fn fingerprint(key: &[u8; 32]) -> Hash {
    sha256([&SPKI_HEAD[..], key])
}

fn text(ledger: [u8; 16], subject: &str, time: i64, payload: &[u8]) -> String {
    format!("mingzhang submit\n{}\n{subject}\n{time}\n{}\n", hex(&ledger), hex(&sha256([payload])))
}

fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    BASE64_STANDARD.decode(text).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEDGER: [u8; 16] = [7; 16];
    const NOW: i64 = 1_790_000_000_000;

    fn signer(
        submissions: &Submissions,
        values: &[String; 3],
        call: (&str, &[u8]),
        now: i64,
    ) -> Result<Option<Hash>, SubmissionFault> {
        let [key, time, signature] = values.each_ref().map(String::as_str);
        submissions.signer(Signed { key: &[key], time: &[time], signature: &[signature] }, call, now, |of| Some(*of))
    }

    #[test]
    fn a_signed_call_is_of_its_signer_once() {
        let key = SigningKey::from_bytes(&[3; 32]);
        let submissions = Submissions::new(LEDGER, NOW);
        let values = sign(&key, LEDGER, "mingzhang.submit", b"call", NOW);
        let call = ("mingzhang.submit", &b"call"[..]);
        let known = fingerprint(key.verifying_key().as_bytes());
        assert_eq!(signer(&submissions, &values, call, NOW + 5), Ok(Some(known)));
        assert_eq!(signer(&submissions, &values, call, NOW + 6), Err(SubmissionFault::Replayed));
        let none = Signed { key: &[], time: &[], signature: &[] };
        assert_eq!(submissions.signer(none, call, NOW, |of| Some(*of)), Ok(None));
        let stranger = sign(&SigningKey::from_bytes(&[5; 32]), LEDGER, "s", b"call", NOW);
        let [key, time, signature] = stranger.each_ref().map(String::as_str);
        let signed = Signed { key: &[key], time: &[time], signature: &[signature] };
        let known = |_: &Hash| None::<Hash>;
        assert_eq!(submissions.signer(signed, ("s", b"call"), NOW, known), Err(SubmissionFault::Unknown));
        assert_eq!(submissions.taken.lock().len(), 1);
        assert_eq!(
            submissions.signer(Signed { key: &["a"], ..none }, call, NOW, |of| Some(*of)),
            Err(SubmissionFault::Headers),
            "half signed"
        );
    }

    #[test]
    fn what_was_signed_for_anything_else_is_refused() {
        let key = SigningKey::from_bytes(&[3; 32]);
        let values = sign(&key, LEDGER, "mingzhang.submit", b"call", NOW);
        let fresh = || Submissions::new(LEDGER, NOW);
        let call = ("mingzhang.submit", &b"call"[..]);
        let wrong = Err(SubmissionFault::Signature);
        assert_eq!(signer(&Submissions::new([8; 16], NOW), &values, call, NOW), wrong, "another ledger");
        assert_eq!(signer(&fresh(), &values, ("other", b"call"), NOW), wrong, "another subject");
        assert_eq!(signer(&fresh(), &values, ("mingzhang.submit", b"cull"), NOW), wrong, "another payload");
        let [_, time, signature] = values.clone();
        let other = BASE64_STANDARD.encode(SigningKey::from_bytes(&[4; 32]).verifying_key().as_bytes());
        assert_eq!(signer(&fresh(), &[other, time.clone(), signature.clone()], call, NOW), wrong, "another key");
        for now in [NOW + GOOD_MS + 1, NOW - GOOD_MS - 1] {
            assert!(matches!(signer(&fresh(), &values, call, now), Err(SubmissionFault::Time(_))));
        }
        let late = Submissions::new(LEDGER, NOW + 1);
        assert!(matches!(signer(&late, &values, call, NOW + 1), Err(SubmissionFault::Time(_))), "before it began");
        let odd = |at: usize, text: &str| {
            let mut values = values.clone();
            values[at] = text.to_owned();
            signer(&fresh(), &values, call, NOW)
        };
        assert_eq!(odd(0, "?"), Err(SubmissionFault::Unreadable(KEY_HEADER)));
        assert_eq!(odd(1, "soon"), Err(SubmissionFault::Unreadable(TIME_HEADER)));
        assert_eq!(odd(2, "AA=="), Err(SubmissionFault::Unreadable(SIGNATURE_HEADER)));
    }

    #[test]
    fn old_signatures_are_forgotten() {
        let key = SigningKey::from_bytes(&[3; 32]);
        let submissions = Submissions::new(LEDGER, NOW);
        for at in 0..10_000 {
            let now = NOW + at * 100;
            let values = sign(&key, LEDGER, "s", &at.to_le_bytes(), now);
            assert!(signer(&submissions, &values, ("s", &at.to_le_bytes()), now).is_ok());
        }
        assert!(submissions.taken.lock().len() < 5_000);
    }
}
